/*
 * Text without further structure. A log (see log_shape.h) is one record a line, its digest that of the line without its
 * line end; blank lines are none. Anything else is one record, the document, by its normalised text; a document of
 * blanks is none.
 */
#include "extract/canonical.h"
#include "extract/charset.h"
#include "extract/log_shape.h"

static bool is_log(const struct reader_input *input, enum charset charset)
{
	st_auto_buf struct st_buf buf = {0};
	if (input->seen != NULL && input->seen->csv_known && input->seen->csv.log_known)
		return input->seen->csv.log;
	return log_shape(charset_head_text(input, charset, &buf), input->head_is_all);
}

static int bid(const struct reader_input *input)
{
	return charset_of_part(input) == CHARSET_BINARY ? 0 : 10;
}

static void read_document(struct reader_input *input, struct text_source *source)
{
	struct canonical_text *canonical = extract_run_options(input->run)->no_digests ? NULL : canonical_text_new();
	struct extract_text block;
	uint64_t end = 0;
	uint8_t sha256[ST_SHA256_BYTES];
	while (text_source_next(source, &block)) {
		canonical_text_add(canonical, block.data, block.size);
		end = block.start + block.size;
	}
	if (canonical_text_end(canonical, sha256))
		extract_run_record(input->run, input->part, 0, end, sha256);
	canonical_text_free(canonical);
}

struct log_lines {
	struct reader_input *input;
	struct st_sha256 *hash;
	uint64_t start; /* of the line, in text */
	bool begun;     /* some of it was hashed */
	bool blank;     /* all of it so far */
	bool after_cr;  /* a CR at the end of what was given: of the line end, or of the line */
};

static void hash_line(struct log_lines *log, const uint8_t *data, size_t size)
{
	if (!log->begun)
		st_sha256_begin(log->hash);
	log->begun = true;
	if (log->after_cr && size > 0) {
		st_sha256_add(log->hash, "\r", 1);
		log->after_cr = false;
	}
	if (size > 0 && data[size - 1] == '\r') {
		log->after_cr = true;
		size--;
	}
	for (size_t i = 0; log->blank && i < size; i++)
		log->blank = data[i] == ' ' || data[i] == '\t' || data[i] == '\r';
	st_sha256_add(log->hash, data, size);
}

/* The line ends before the text offset `end`. */
static void end_line(struct log_lines *log, uint64_t end)
{
	uint8_t sha256[ST_SHA256_BYTES];
	if (log->begun && !log->blank) {
		st_sha256_end(log->hash, sha256);
		extract_run_record(log->input->run, log->input->part, log->start, end - log->after_cr, sha256);
	}
	log->begun = log->after_cr = false;
	log->blank = true;
	log->start = end + 1;
}

static void read_log(struct reader_input *input, struct text_source *source)
{
	struct log_lines log = {.input = input, .hash = st_sha256_new(), .blank = true};
	struct extract_text block;
	uint64_t text_end = 0;
	while (text_source_next(source, &block)) {
		const uint8_t *p = block.data, *end = p + block.size, *lf;
		while (p < end && (lf = memchr(p, '\n', (size_t)(end - p))) != NULL) {
			if (lf > p)
				hash_line(&log, p, (size_t)(lf - p));
			end_line(&log, block.start + (uint64_t)(lf - block.data));
			p = lf + 1;
		}
		if (p < end)
			hash_line(&log, p, (size_t)(end - p));
		text_end = block.start + block.size;
	}
	end_line(&log, text_end);
	st_sha256_free(log.hash);
}

static void read_text(struct reader_input *input, struct extract_part_result *result)
{
	enum charset charset = charset_of_part(input);
	bool log = !input->hint.joined && is_log(input, charset); /* a joined text has no records */
	struct text_source *source = text_source_open(input, charset);
	result->format = log ? "log" : "text";
	if (log && !extract_run_options(input->run)->no_digests)
		read_log(input, source);
	else
		read_document(input, source);
	text_source_result(source, result);
	text_source_close(source);
}

const struct reader reader_plain_text = {.format = "text", .bid = bid, .most = 10, .read = read_text};
