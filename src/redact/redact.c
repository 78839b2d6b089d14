/*
 * A run: what the input is (encoded how, of which format), and whether it is one input or one for each line. The work
 * is done by stream.c.
 */
#include "redact/redact.h"

#include <sodium.h>
#include <stdlib.h>

#include "base/ceilings.h"
#include "base/hash.h"
#include "extract/extract.h"
#include "redact/document.h"
#include "redact/stream.h"

struct redact {
	struct redact_options options;
	struct replacer *replacer;
	struct redact_sink sink;
	struct redact_stream *stream;
	struct st_buf head; /* the first bytes, until they say what the input is */
	bool begun;         /* the stream has an input */
	bool ended;
	enum redact_status status;
	const struct shape_format *line_shape; /* by_line: of every line, once the first has told it */
	bool binary;                           /* no text at all */
	struct document *document;             /* HTML or mail: takes all, writes and tells by itself */
	bool inside;                           /* of a document, whose replacer it has */
};

static const char *const format_names[REDACT_FORMATS] = {"auto", "text", "json", "jsonl", "csv", "mail", "html", "sql"};

const char *redact_format_name(enum redact_format format)
{
	return (unsigned)format < REDACT_FORMATS ? format_names[format] : NULL;
}

static struct redact *open_with(const struct redact_options *options, struct replacer *replacer)
{
	struct redact *redact = st_alloc_zero(1, sizeof *redact);
	redact->options = *options;
	redact->options.key = NULL;
	redact->replacer = replacer;
	redact->sink.options = &redact->options;
	redact->stream = redact_stream_open(&redact->options, redact->replacer, &redact->sink);
	return redact;
}

struct redact *redact_open(const struct redact_options *options)
{
	st_hmac_warm_up();
	return open_with(options, replacer_open(options->key));
}

struct redact *redact_open_inside(const struct redact_options *options, struct replacer *replacer)
{
	struct redact *redact = open_with(options, replacer);
	redact->inside = true;
	return redact;
}

static bool end_with(struct redact *redact, enum redact_status status)
{
	redact->status = status;
	redact->ended = true;
	return false;
}

/* --- what it is --- */

static const struct shape_format *shape_of(enum redact_format format, struct st_span head, bool head_is_all)
{
	int bid;
	const struct shape_format *shape = NULL;
	if (format == REDACT_AUTO)
		shape = shape_guess(head, head_is_all, &bid);
	else
		shape = shape_named(format == REDACT_JSONL ? "json" : redact_format_name(format));
	return shape ? shape : &shape_text;
}

/* REDACT_HTML, REDACT_MAIL; any other is a stream. */
static enum redact_format document_of(const struct redact *redact, struct st_span head, bool head_is_all)
{
	int bid;
	enum redact_format format = redact->options.format;
	if (format != REDACT_AUTO || head.size == 0)
		return format;
	int mail = document_mail_bid(head, head_is_all), html = document_html_bid(head, head_is_all);
	shape_guess(head, head_is_all, &bid);
	if (mail > bid && mail >= html)
		return REDACT_MAIL;
	return html > bid ? REDACT_HTML : REDACT_AUTO;
}

/* The head as UTF-8, without its mark. */
static struct st_span head_text(enum charset charset, struct st_span head, bool head_is_all, struct st_buf *buf)
{
	size_t size;
	if (charset_is_plain(charset))
		return head;
	st_buf_reserve(buf, head.size * 3 + 4);
	charset_convert(charset, head, head_is_all, buf->data, buf->capacity, &size, NULL);
	return (struct st_span){buf->data, size};
}

static bool feed_stream(struct redact *redact, const void *data, size_t size)
{
	if (redact->document)
		return document_feed(redact->document, data, size) ? true : end_with(redact, redact->status);
	if (!redact_stream_feed(redact->stream, data, size))
		return end_with(redact, REDACT_UNSEARCHED);
	return redact->sink.failed ? end_with(redact, REDACT_WRITE_FAILED) : true;
}

/* Bytes of which a tenth are controls are no text: refused, or searched for what they hold in the clear all the same
 * and told as unsearched. */
static void end_binary(struct redact *redact)
{
	struct redact_event event = {
		.end = redact->sink.counts.bytes_in, .kind = DETECT_KINDS, .action = REDACT_KEEP, .unsearched = true};
	redact->sink.counts.unsearched_bytes = 0; /* its stretches of NULs are part of it */
	sink_event(&redact->sink, &event);
}

/* A byte order mark passes; what is behind it is the text. */
static bool begin(struct redact *redact, bool head_is_all)
{
	struct st_span head = {redact->head.data, redact->head.size};
	st_auto_secret struct st_buf converted = {0};
	enum charset charset = head.size > 0 ? charset_guess(head, head_is_all) : CHARSET_UTF8;
	enum redact_format format = document_of(redact, head, head_is_all);
	if (format == REDACT_HTML || format == REDACT_MAIL) {
		redact->document = document_open(&redact->options, redact->replacer, format);
		redact->begun = true;
		return feed_stream(redact, head.data, head.size);
	}
	redact->binary = charset == CHARSET_BINARY || (format == REDACT_AUTO && extract_is_wrapped(head, head_is_all));
	if (redact->binary && !redact->options.pass_unsearched)
		return end_with(redact, REDACT_UNSEARCHED);
	size_t mark = charset_mark_size(charset, head);
	sink_add(&redact->sink, head.data, mark);
	head = (struct st_span){head.data + mark, head.size - mark};
	struct redact_stream_input input = {.origin = mark,
		.charset = charset,
		.head = head_text(charset, head, head_is_all, &converted),
		.head_is_all = head_is_all};
	input.shape = shape_of(redact->options.format, input.head, head_is_all);
	redact_stream_begin(redact->stream, &input);
	redact->begun = true;
	bool going = feed_stream(redact, head.data, head.size);
	redact->head.size = 0;
	return going;
}

/* --- lines --- */

/* The first line of an input says what all are. */
static bool begin_line(struct redact *redact, struct st_span head, bool whole, uint64_t origin)
{
	struct redact_stream_input input = {
		.origin = origin, .charset = CHARSET_UTF8, .head = head, .head_is_all = whole};
	if (!redact->line_shape)
		redact->line_shape = shape_of(redact->options.format, head, whole);
	input.shape = redact->line_shape;
	redact_stream_begin(redact->stream, &input);
	redact->begun = true;
	return feed_stream(redact, head.data, head.size);
}

/* A structure is seen from the whole line, or its first CEIL_SNIFF_BYTES; text flows from its first byte. */
static bool feed_line(struct redact *redact, const uint8_t *data, size_t size, bool whole)
{
	uint64_t origin = redact->sink.counts.bytes_in - redact->head.size;
	struct st_span line = {data, size};
	redact->sink.counts.bytes_in += size;
	if (redact->begun)
		return feed_stream(redact, data, size);
	if (redact->line_shape == &shape_text)
		return begin_line(redact, line, whole, origin);
	size_t room = CEIL_SNIFF_BYTES - redact->head.size, take = size < room ? size : room;
	st_buf_add(&redact->head, data, take);
	if (!whole && redact->head.size < CEIL_SNIFF_BYTES)
		return true;
	bool going = begin_line(
		redact, (struct st_span){redact->head.data, redact->head.size}, whole && take == size, origin);
	redact->head.size = 0;
	return going && take < size ? feed_stream(redact, data + take, size - take) : going;
}

static bool end_line(struct redact *redact)
{
	if (redact->head.size > 0 && !redact->ended) { /* the last line, without a line feed */
		begin_line(redact, (struct st_span){redact->head.data, redact->head.size}, true,
			redact->sink.counts.bytes_in - redact->head.size);
		redact->head.size = 0;
	}
	bool open = redact->begun;
	redact->begun = false;
	return !open || redact_stream_finish(redact->stream) ? true : end_with(redact, REDACT_UNSEARCHED);
}

/* A line of any length flows: only its end is waited for by what is open. */
static void feed_lines(struct redact *redact, const uint8_t *data, size_t size)
{
	while (size > 0 && !redact->ended) {
		const uint8_t *feed = memchr(data, '\n', size);
		size_t take = feed ? (size_t)(feed - data) + 1 : size;
		if (feed_line(redact, data, take, feed != NULL) && feed)
			end_line(redact);
		data += take;
		size -= take;
	}
}

/* --- a run --- */

static bool feed_whole(struct redact *redact, const uint8_t *data, size_t size)
{
	redact->sink.counts.bytes_in += size;
	if (!redact->begun) {
		size_t room = CEIL_SNIFF_BYTES - redact->head.size, take = size < room ? size : room;
		st_buf_add(&redact->head, data, take);
		if (redact->head.size < CEIL_SNIFF_BYTES)
			return true;
		if (!begin(redact, false))
			return false;
		data += take;
		size -= take;
	}
	return size > 0 ? feed_stream(redact, data, size) : true;
}

bool redact_feed(struct redact *redact, const void *data, size_t size)
{
	if (redact->ended || size == 0)
		return !redact->ended;
	if (redact->options.by_line)
		feed_lines(redact, data, size);
	else
		feed_whole(redact, data, size);
	sink_flush(&redact->sink);
	return redact->sink.failed ? end_with(redact, REDACT_WRITE_FAILED) : !redact->ended;
}

enum redact_status redact_finish(struct redact *redact, struct redact_counts *counts)
{
	if (!redact->ended && !redact->begun && !redact->options.by_line)
		begin(redact, true);
	if (redact->document) {
		redact->status = document_finish(redact->document, counts);
		redact->ended = true;
		return redact->status;
	}
	end_line(redact);
	if (redact->binary && !redact->ended)
		end_binary(redact);
	redact->ended = true;
	sink_flush(&redact->sink);
	if (redact->sink.failed)
		redact->status = REDACT_WRITE_FAILED;
	if (redact->status == REDACT_UNSEARCHED) /* how much came behind it says how the input was cut, no more */
		redact->sink.counts.bytes_in = redact->sink.counts.unsearched_at;
	if (counts)
		*counts = redact->sink.counts;
	return redact->status;
}

void redact_close(struct redact *redact)
{
	if (!redact)
		return;
	redact_stream_close(redact->stream);
	document_close(redact->document);
	if (!redact->inside)
		replacer_close(redact->replacer);
	st_buf_wipe(&redact->head);
	sink_free(&redact->sink);
	free(redact);
}
