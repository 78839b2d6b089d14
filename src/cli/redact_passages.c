/* Which passages are drawn, and how they are judged. Runs in the confined child of redact_estimate.c. */
#include "cli/redact_passages.h"

#include "base/ceilings.h"
#include "base/utf8.h"
#include "resolve/estimate.h"

#include <errno.h>

#define PASSAGE CEIL_ESTIMATE_PASSAGE_BYTES
#define CONTEXT CEIL_ESTIMATE_CONTEXT_BYTES
/* Findings of one passage with its context. */
#define FINDINGS 256
/* A passage of which more than one byte in so many is no text cannot be judged. */
#define NO_TEXT_SHARE 4
/* Of how many values the recall of the judge speaks: as good as all that could be written. */
#define ALL_VALUES 1000000000u

static bool is_no_text(const uint8_t *text, size_t size)
{
	size_t wrong = 0;
	for (size_t at = 0; at < size;) {
		uint32_t code;
		int length = st_utf8_decode(text + at, size - at, &code);
		wrong += length == 0 || code == 0;
		at += length > 0 ? (size_t)length : 1;
	}
	return wrong * NO_TEXT_SHARE > size;
}

struct found {
	size_t begin, end;
	bool any;
};

/* The detectors are opened once: to build their table takes as long as to search a hundred passages. */
struct draw {
	const struct passages_options *options;
	struct detect *detect;
	struct found found;
};

static void note(void *context, const struct detect_mention *mention)
{
	struct found *found = &((struct draw *)context)->found;
	found->any |= !mention->tentative && mention->confidence >= DETECT_CONFIDENCE_SHOWN &&
		      mention->start >= found->begin && mention->start < found->end;
}

static bool detectors_find(struct draw *draw, const struct passage *passage)
{
	draw->found = (struct found){passage->begin, passage->end, false};
	detect_feed(draw->detect, passage->text, passage->size);
	detect_finish(draw->detect);
	return draw->found.any;
}

/* Reads one passage with its context into `buffer`; false on an error of pread(2). */
static bool read_passage(struct draw *draw, uint64_t index, uint8_t buffer[PASSAGE + 2 * CONTEXT], struct passage *out)
{
	const struct passages_options *options = draw->options;
	uint64_t begin = index * PASSAGE, from = begin > CONTEXT ? begin - CONTEXT : 0;
	uint64_t end = begin + PASSAGE < options->size_bytes ? begin + PASSAGE : options->size_bytes;
	uint64_t to = end + CONTEXT < options->size_bytes ? end + CONTEXT : options->size_bytes;
	ssize_t got = st_pread_full(options->fd, buffer, (size_t)(to - from), from);
	if (got < 0)
		return false;
	*out = (struct passage){.text = buffer, .size = (size_t)got, .begin = (size_t)(begin - from)};
	out->end = (size_t)(end - from);
	if (out->end > out->size) { /* the file became shorter */
		errno = EIO;
		return false;
	}
	out->no_text = is_no_text(buffer + out->begin, out->end - out->begin);
	out->by_detectors = detectors_find(draw, out);
	return true;
}

/* Knuth, The Art of Computer Programming 2, 3.4.2, algorithm S: every set of so many passages is as likely. */
static bool draw_all(struct draw *draw, uint64_t passages, uint64_t *drawn, passages_each *each, void *context)
{
	struct control_rng rng = {draw->options->seed};
	uint8_t buffer[PASSAGE + 2 * CONTEXT];
	struct passage passage;
	uint64_t wanted = draw->options->wanted < passages ? draw->options->wanted : passages;
	for (uint64_t i = 0; *drawn < wanted; i++) {
		if (control_below(&rng, passages - i) >= wanted - *drawn)
			continue;
		if (!read_passage(draw, i, buffer, &passage))
			return false;
		++*drawn;
		each(context, &passage);
	}
	return true;
}

bool passages_draw(
	const struct passages_options *options, uint64_t *passages, uint64_t *drawn, passages_each *each, void *context)
{
	struct draw draw = {.options = options};
	*passages = (options->size_bytes + PASSAGE - 1) / PASSAGE;
	*drawn = 0;
	draw.detect = detect_open(options->detect, note, &draw);
	bool done = draw_all(&draw, *passages, drawn, each, context);
	detect_close(draw.detect);
	return done;
}

size_t passage_values(const struct passage *passage, uint64_t values[JUDGE_KINDS])
{
	struct judge_finding findings[FINDINGS];
	size_t count = judge_text((struct st_span){passage->text, passage->size}, findings, FINDINGS), seen = 0;
	for (size_t i = 0; i < count; i++) {
		if (findings[i].start < passage->begin || findings[i].start >= passage->end)
			continue;
		values[findings[i].kind]++;
		seen++;
	}
	return seen;
}

/* --- judged by the other detector --- */

struct run {
	const struct passages_options *options;
	struct passages_result *out;
	struct control_rng rng;
	uint64_t every; /* a control is planted into each passage of this number */
	uint64_t index;
};

/* Does the judge see an invented value in this passage? */
static void try_judge(struct run *run, const struct passage *passage)
{
	struct judge_finding findings[FINDINGS];
	st_auto_buf struct st_buf text = {0};
	size_t start = 0, end = 0;
	control_plant(&run->rng, passage, &text, &start, &end);
	size_t count = judge_text((struct st_span){text.data, text.size}, findings, FINDINGS);
	bool seen = false;
	for (size_t i = 0; i < count; i++)
		seen |= findings[i].start < end && findings[i].end > start;
	run->out->planted++;
	run->out->planted_seen += seen;
}

static void judge_one(void *context, const struct passage *passage)
{
	struct run *run = context;
	struct passages_result *out = run->out;
	if (passage->no_text) {
		out->unread++;
		return;
	}
	size_t seen = passage_values(passage, out->values);
	out->residue += seen > 0 || passage->by_detectors;
	out->by_detectors += passage->by_detectors;
	if (out->planted < run->options->controls && run->index++ % run->every == 0)
		try_judge(run, passage);
}

bool passages_judge(const struct passages_options *options, struct passages_result *out)
{
	*out = (struct passages_result){0};
	uint64_t all = (options->size_bytes + PASSAGE - 1) / PASSAGE;
	uint64_t drawn = options->wanted < all ? options->wanted : all;
	struct run run = {options, out, {options->seed ^ 0x636f6e74726f6c73u}, 1, 0};
	if (options->controls > 0 && drawn > options->controls)
		run.every = drawn / options->controls;
	return passages_draw(options, &out->passages, &out->drawn, judge_one, &run);
}

/* --- limits --- */

struct passages_limits passages_limits(const struct passages_result *result)
{
	struct passages_limits limits = {0, 0, 1};
	uint64_t low, high, unused;
	if (result->drawn == 0)
		return limits;
	double all = (double)result->passages;
	limit_count(result->passages, result->drawn, result->residue, &low, &unused);
	limit_count(result->passages, result->drawn, result->residue + result->unread, &unused, &high);
	uint64_t judged = result->drawn - result->unread;
	limits.share = judged > 0 ? (double)result->residue / (double)judged : 0;
	limits.low = (double)low / all;
	limits.high = (double)high / all;
	return limits;
}

struct passages_limits passages_recall(const struct passages_result *result)
{
	struct passages_limits limits = {0, 0, 1};
	uint64_t low, high;
	if (result->planted == 0)
		return limits;
	limit_count(ALL_VALUES, result->planted, result->planted_seen, &low, &high);
	limits.share = (double)result->planted_seen / (double)result->planted;
	limits.low = (double)low / ALL_VALUES;
	limits.high = (double)high / ALL_VALUES;
	return limits;
}
