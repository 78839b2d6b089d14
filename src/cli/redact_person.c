/*
 * The person's side of an estimate. The confined child draws, masks what the detectors find, plants controls and
 * shuffles; the parent shows one text after another and asks. Blind: drawn passages and controls look alike, and
 * nothing says what the detectors think. Passages in which they find something are counted without a question.
 */
#include "base/ceilings.h"
#include "base/print.h"
#include "base/utf8.h"
#include "cli/redact_estimate.h"

#include <stdlib.h>
#include <unistd.h>

#define MASK "\xe2\x96\x92"
#define SMALL_WORD 12

/* --- the child --- */

struct item {
	enum item_class class;
	struct st_buf text;
	size_t begin, end; /* of the passage in it */
};

/* Mentions of one text, as bytes that stay hidden. */
struct hidden {
	bool *at;
	size_t size;
};

struct items {
	const struct passages_options *options;
	struct detect *detect; /* tells `hidden` */
	struct hidden *hidden;
	struct passages_result result;
	struct control_rng rng;
	struct item *list;
	size_t count, capacity;
	uint64_t every, index;
};

static void hide(void *context, const struct detect_mention *mention)
{
	struct hidden *hidden = ((struct items *)context)->hidden;
	for (uint64_t i = mention->start; i < mention->end && i < hidden->size; i++)
		hidden->at[i] = true;
}

static struct item *add_item(struct items *items, enum item_class class)
{
	if (items->count == items->capacity) {
		items->capacity = items->capacity * 2 + 64;
		items->list = st_realloc(items->list, items->capacity * sizeof *items->list);
	}
	struct item *item = &items->list[items->count++];
	*item = (struct item){.class = class};
	return item;
}

/* The text with a mask in place of hidden characters; where its passage now is. */
static void write_masked(
	struct item *item, const uint8_t *text, size_t size, size_t begin, size_t end, const bool *hidden)
{
	for (size_t at = 0; at <= size;) {
		item->begin = at <= begin ? item->text.size : item->begin;
		item->end = at <= end ? item->text.size : item->end;
		if (at == size)
			return;
		uint32_t code;
		int length = st_utf8_decode(text + at, size - at, &code);
		length = length > 0 ? length : 1;
		if (hidden[at])
			st_buf_add(&item->text, MASK, sizeof MASK - 1);
		else
			st_buf_add(&item->text, text + at, (size_t)length);
		at += (size_t)length;
	}
}

/* What our detectors find is not shown; `planted` of it is (from start to end): it is what the control is about. */
static void add_masked(
	struct items *items, enum item_class class, const struct passage *passage, size_t start, size_t end)
{
	st_auto_free bool *at = st_alloc_zero(passage->size + 1, sizeof *at);
	struct hidden hidden = {at, passage->size};
	items->hidden = &hidden;
	detect_feed(items->detect, passage->text, passage->size);
	detect_finish(items->detect);
	items->hidden = NULL;
	for (size_t i = start; i < end; i++)
		at[i] = false;
	write_masked(add_item(items, class), passage->text, passage->size, passage->begin, passage->end, at);
}

static bool is_small(uint8_t byte)
{
	return byte >= 'a' && byte <= 'z';
}

/* Everything but short words in small letters and the signs between them is masked: nobody is in what is left. */
static void add_clean(struct items *items, const struct passage *passage)
{
	st_auto_free bool *hidden = st_alloc_zero(passage->size + 1, sizeof *hidden);
	for (size_t at = 0; at < passage->size;) {
		size_t end = at;
		while (end < passage->size && passage->text[end] > ' ')
			end++;
		bool small = end - at <= SMALL_WORD;
		for (size_t i = at; i < end; i++)
			small &= is_small(passage->text[i]) ||
				 (i + 1 == end && passage->text[i] < 0x80 && strchr(".,;:!?", passage->text[i]));
		memset(hidden + at, !small, end - at);
		at = end + (end < passage->size);
	}
	write_masked(add_item(items, ITEM_CLEAN), passage->text, passage->size, passage->begin, passage->end, hidden);
}

static void add_planted(struct items *items, const struct passage *passage)
{
	st_auto_buf struct st_buf text = {0};
	size_t start, end;
	control_plant(&items->rng, passage, &text, &start, &end);
	struct passage planted = *passage;
	planted.text = text.data;
	planted.size = text.size;
	planted.end += text.size - passage->size;
	add_masked(items, ITEM_PLANTED, &planted, start, end);
}

static void prepare_one(void *context, const struct passage *passage)
{
	struct items *items = context;
	if (passage->no_text) {
		items->result.unread++;
		return;
	}
	if (passage->by_detectors) {
		items->result.residue++;
		items->result.by_detectors++;
		return;
	}
	add_masked(items, ITEM_DRAWN, passage, 0, 0);
	if (items->result.planted < items->options->controls && items->index++ % items->every == 0) {
		items->result.planted++;
		items->result.clean++;
		add_planted(items, passage);
		add_clean(items, passage);
	}
}

/* Fisher and Yates. */
static void shuffle(struct items *items)
{
	for (size_t i = items->count; i > 1; i--) {
		size_t other = (size_t)control_below(&items->rng, i);
		struct item kept = items->list[i - 1];
		items->list[i - 1] = items->list[other];
		items->list[other] = kept;
	}
}

static bool write_items(struct items *items, int to)
{
	st_auto_buf struct st_buf out = {0};
	st_buf_add(&out, &items->result, sizeof items->result);
	for (size_t i = 0; i < items->count; i++) {
		struct item *item = &items->list[i];
		st_buf_add_byte(&out, (uint8_t)item->class);
		st_buf_add_u32(&out, (uint32_t)item->begin);
		st_buf_add_u32(&out, (uint32_t)item->end);
		st_buf_add_span(&out, item->text.data, item->text.size);
		st_buf_free(&item->text);
	}
	free(items->list);
	return st_write_full(to, out.data, out.size) == 0;
}

bool person_prepare(const struct passages_options *options, int to)
{
	struct items items = {.options = options, .rng = {options->seed ^ 0x706572736f6e73u}, .every = 1};
	if (options->controls > 0 && options->wanted > options->controls)
		items.every = options->wanted / options->controls;
	items.detect = detect_open(options->detect, hide, &items);
	bool read = passages_draw(options, &items.result.passages, &items.result.drawn, prepare_one, &items);
	detect_close(items.detect);
	shuffle(&items);
	return write_items(&items, to) && read;
}

/* --- the parent --- */

struct shown {
	uint8_t class;
	size_t begin, end;
	struct st_span text;
};

static bool next_item(struct st_cursor *in, struct shown *out)
{
	out->class = st_cursor_byte(in);
	out->begin = st_cursor_u32(in);
	out->end = st_cursor_u32(in);
	out->text = st_cursor_span(in);
	return !in->bad && out->class < ITEM_CLASSES && out->begin <= out->end && out->end <= out->text.size;
}

/* Lines stay lines; everything else that a terminal would act upon is escaped. */
static void add_lines(struct st_buf *out, const uint8_t *text, size_t size)
{
	while (size > 0) {
		const uint8_t *end = memchr(text, '\n', size);
		size_t line = end ? (size_t)(end - text) : size;
		st_escape_text(out, text, line);
		if (end)
			st_buf_add_byte(out, '\n');
		text += line + (end != NULL);
		size -= line + (end != NULL);
	}
}

static bool show(const struct shown *item, size_t number, size_t count, int terminal)
{
	st_auto_buf struct st_buf out = {0};
	st_buf_format(&out, "\n--- %zu of %zu: does something personal begin between the marks? ---\n", number, count);
	add_lines(&out, item->text.data, item->begin);
	st_buf_add(&out, " >>> ", 5);
	add_lines(&out, item->text.data + item->begin, item->end - item->begin);
	st_buf_add(&out, " <<< ", 5);
	add_lines(&out, item->text.data + item->end, item->text.size - item->end);
	st_buf_format(&out, "\n[y]es, [n]o, [s]kip, [q]uit and skip the rest: ");
	return st_write_full(terminal, out.data, out.size) == 0;
}

/* The first letter of a line that is one of y, n, s, q; 'q' when the terminal is gone. */
static char read_answer(int terminal)
{
	for (;;) {
		char line[64];
		ssize_t got = read(terminal, line, sizeof line);
		if (got <= 0)
			return 'q';
		char answer = (char)(line[0] | 0x20);
		if (strchr("ynsq", answer))
			return answer;
		if (st_write_full(terminal, "y, n, s or q: ", 14) != 0)
			return 'q';
	}
}

static void count_answer(const struct shown *item, char answer, struct passages_result *out)
{
	bool yes = answer == 'y', said = yes || answer == 'n';
	switch (item->class) {
	case ITEM_DRAWN:
		out->residue += yes;
		out->skipped += !said;
		out->unread += !said;
		return;
	case ITEM_PLANTED: /* what nobody was asked about tells nothing of who answers */
		out->planted -= !said;
		out->planted_seen += yes;
		return;
	default:
		out->clean -= !said;
		out->clean_accused += yes;
	}
}

static size_t count_items(struct st_cursor in)
{
	struct shown item;
	size_t count = 0;
	while (in.at < in.end && next_item(&in, &item))
		count++;
	return in.at == in.end && !in.bad ? count : SIZE_MAX;
}

bool person_ask(struct st_span items, int terminal, struct passages_result *out, const char **why)
{
	*why = "the confined process did not say all";
	if (items.size < sizeof *out)
		return false;
	memcpy(out, items.data, sizeof *out);
	struct st_cursor in = {items.data + sizeof *out, items.data + items.size, false};
	size_t count = count_items(in);
	if (count == SIZE_MAX || out->planted > count || out->clean > count)
		return false;
	*why = "the terminal does not take the questions";
	char answer = 'n';
	struct shown item;
	for (size_t i = 0; i < count && next_item(&in, &item); i++) {
		if (answer != 'q' && !show(&item, i + 1, count, terminal))
			return false;
		answer = answer == 'q' ? 'q' : read_answer(terminal);
		count_answer(&item, answer, out);
	}
	return true;
}
