/*
 * The redaction stream as a whole: however the input is cut the output is the same, a second run changes nothing, and
 * nothing that detectors know is left.
 */
#include "redact_all.h"

#include "base/ceilings.h"
#include "detect/detect.h"

static const enum redact_action modes[] = {REDACT_TOKEN, REDACT_LABEL, REDACT_MASK};
#define MODES (sizeof modes / sizeof *modes)
/* More than the detectors' reach, so that what stands in the middle is decided while text is still coming. */
#define FILLER 1200

static void filler(struct st_buf *out, size_t size)
{
	static const char words[] = "so it was said and then nothing more was to be heard of it, ";
	for (size_t i = 0; i < size; i++)
		st_buf_add_byte(out, (uint8_t)words[i % (sizeof words - 1)]);
	st_buf_add_byte(out, '\n');
}

/* The sample in the middle of a text that is larger than the head by which a format is guessed. */
static void bury(struct st_span sample, struct st_buf *out)
{
	out->size = 0;
	filler(out, FILLER);
	st_buf_add(out, sample.data, sample.size);
	st_buf_add_byte(out, '\n');
	filler(out, FILLER);
}

static bool check_cut(const struct redact_options *options, struct st_span text, const struct redacted *once,
	size_t cut, size_t block)
{
	struct redacted got = redacted_of(options, text.data, text.size, cut, block);
	bool same = same_bytes(&got.out, &once->out) && same_bytes(&got.events, &once->events) &&
		    got.status == once->status;
	if (!same) {
		st_auto_free char *input = shown(text.data, text.size), *out = shown(got.out.data, got.out.size),
				  *want = shown(once->out.data, once->out.size);
		CHECK_FAIL("cut at %zu, blocks of %zu: \"%s\" gives \"%s\" instead of \"%s\"", cut, block, input, out,
			want);
	}
	redacted_free(&got);
	return same;
}

static void check_every_cut(struct st_span text, size_t first, size_t last, bool by_line)
{
	struct redact_options options = redacted_options(REDACT_LABEL);
	options.by_line = by_line;
	options.pass_unsearched = true;
	struct redacted once = redacted_of(&options, text.data, text.size, 0, 0);
	if (once.unsorted)
		CHECK_FAIL("events are not sorted");
	for (size_t cut = first; cut <= last && cut <= text.size; cut++)
		if (!check_cut(&options, text, &once, cut, 0))
			break;
	check_cut(&options, text, &once, 0, 1);
	check_cut(&options, text, &once, 0, 7);
	redacted_free(&once);
}

static void every_cut_of_every_sample_gives_the_output_of_one_block(void)
{
	struct samples samples = {0};
	st_auto_buf struct st_buf text = {0};
	samples_of_cases(&samples);
	CHECK(samples.count >= 1000);
	for (size_t i = 0; i < samples.count && !check_failed; i += i < 900 ? 1 : 5) {
		struct st_span sample = sample_at(&samples, i);
		bury(sample, &text);
		check_every_cut((struct st_span){text.data, text.size}, FILLER, FILLER + sample.size + 2, i % 2 > 0);
	}
	samples_free(&samples);
}

static void a_second_run_changes_nothing_in_any_mode(void)
{
	struct samples samples = {0};
	samples_of_cases(&samples);
	unsigned failures = 0;
	for (size_t i = 0; i < samples.count; i++)
		for (size_t a = 0; a < MODES; a++) {
			struct st_span sample = sample_at(&samples, i);
			struct redact_options first = redacted_options(modes[a]);
			first.pass_unsearched = true;
			struct redacted once = redacted_of(&first, sample.data, sample.size, 0, 0);
			for (size_t b = 0; b < MODES; b++) {
				struct redact_options second = redacted_options(modes[b]);
				second.pass_unsearched = true;
				struct redacted twice = redacted_of(&second, once.out.data, once.out.size, 0, 0);
				if (!same_bytes(&once.out, &twice.out) && failures++ < 40) {
					st_auto_free char *input = shown(sample.data, sample.size),
							  *out = shown(once.out.data, once.out.size),
							  *want = shown(twice.out.data, twice.out.size);
					CHECK_FAIL("\"%s\" gives \"%s\", and that \"%s\"", input, out, want);
				}
				redacted_free(&twice);
			}
			redacted_free(&once);
		}
	printf("%u of %zu\n", failures, samples.count * MODES * MODES);
	samples_free(&samples);
}

static void count_mention(void *context, const struct detect_mention *mention)
{
	struct st_buf *found = context;
	st_buf_format(found, "%s ", detect_kind_name(mention->kind));
}

static void nothing_that_detectors_know_is_left(void)
{
	struct samples samples = {0};
	samples_of_cases(&samples);
	unsigned failures = 0;
	for (size_t i = 0; i < samples.count; i++)
		for (size_t a = 0; a < MODES; a++) {
			struct st_span sample = sample_at(&samples, i);
			struct redact_options options = redacted_options(modes[a]);
			options.pass_unsearched = true;
			struct redacted once = redacted_of(&options, sample.data, sample.size, 0, 0);
			st_auto_buf struct st_buf found = {0};
			struct detect *detect = detect_open(NULL, count_mention, &found);
			detect_feed(detect, once.out.data, once.out.size);
			detect_finish(detect);
			detect_close(detect);
			if (found.size > 0 && failures++ < 60) {
				st_buf_add_byte(&found, 0);
				st_auto_free char *input = shown(sample.data, sample.size),
						  *out = shown(once.out.data, once.out.size);
				CHECK_FAIL("\"%s\" gives \"%s\": %s", input, out, (const char *)found.data);
			}
			redacted_free(&once);
		}
	printf("%u of %zu\n", failures, samples.count * MODES);
	samples_free(&samples);
}

/* Hex digits, a name in brackets: longer than what is replaced as a whole, with an address before and behind. */
static void long_literal(struct st_buf *out, const char *begin, const char *end, uint64_t *start, uint64_t *stop)
{
	out->size = 0;
	st_buf_format(out, "INSERT INTO [t] VALUES ('anna.rossi@contoso.com', ");
	*start = out->size;
	st_buf_format(out, "%s", begin);
	for (size_t i = 0; i < CEIL_TEXT_BLOCK_BYTES + 777; i++)
		st_buf_add_byte(out, (uint8_t) "4a1b"[i % 4]);
	st_buf_format(out, "%s", end);
	*stop = out->size;
	st_buf_format(out, ", 'bruno.neri@contoso.com');\n");
}

static void a_literal_too_long_to_be_searched_is_told_or_refused_however_it_is_cut(void)
{
	static const char *const rows[][2] = {{"X'", "'"}, {"0x", ""}, {"[", "]"}};
	static const size_t cuts[] = {0, 1, 40, 60, 65000, 65590, 65600, 66300, 66380};
	st_auto_buf struct st_buf text = {0};
	for (size_t i = 0; i < 3 * sizeof cuts / sizeof *cuts * 4; i++) {
		uint64_t start, stop;
		char events[200];
		const char *const *row = rows[i % 3];
		size_t cut = cuts[i / 12], block = i / 3 % 2 ? 4096 : 0;
		struct redact_options options = redacted_options(REDACT_LABEL);
		options.format = REDACT_SQL;
		options.pass_unsearched = i / 6 % 2;
		long_literal(&text, row[0], row[1], &start, &stop);
		struct redacted got = redacted_of(&options, text.data, text.size, cut, block);
		snprintf(events, sizeof events,
			options.pass_unsearched ? "email_address 25 47\nunsearched %d %d\nemail_address %d %d\n"
						: "email_address 25 47\n",
			(int)start, (int)stop, (int)stop + 3, (int)stop + 25);
		if (strcmp((const char *)got.events.data, events) != 0 || got.unsorted)
			CHECK_FAIL(
				"%s, cut at %zu, blocks of %zu: %s", row[0], cut, block, (const char *)got.events.data);
		CHECK_INT(got.status, options.pass_unsearched ? REDACT_OK : REDACT_UNSEARCHED);
		CHECK_INT(got.counts.unsearched_bytes, options.pass_unsearched ? stop - start : 0);
		CHECK_INT(got.counts.unsearched_at, options.pass_unsearched ? 0 : start);
		CHECK_INT(got.counts.bytes_in, options.pass_unsearched ? text.size : start);
		CHECK_INT(got.out.size, options.pass_unsearched ? text.size - 14 : start - 7);
		redacted_free(&got);
	}
}

int main(void)
{
	RUN(every_cut_of_every_sample_gives_the_output_of_one_block);
	RUN(a_second_run_changes_nothing_in_any_mode);
	RUN(nothing_that_detectors_know_is_left);
	RUN(a_literal_too_long_to_be_searched_is_told_or_refused_however_it_is_cut);
	CHECK_END();
}
