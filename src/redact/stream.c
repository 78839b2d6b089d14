/* What comes in: values found, places told, bytes that are held; stream_write.c writes them. */
#include "redact/stream_state.h"

#include <stdlib.h>

#include "base/ceilings.h"
#include "redact/nul_stretch.h"

/* What may have to be looked at beyond a byte to know whether a replacement or a stretch of NULs begins there. */
#define LOOK_BYTES 64

/* --- mentions --- */

/* Does a mention count by what stood before it, or is known from elsewhere? And what it proves for others. */
static bool counts(struct redact_stream *stream, const struct detect_mention *mention)
{
	uint8_t name[DETECT_NAME_BYTES];
	if (mention->kind == DETECT_CASE_NUMBER)
		seen_case(&stream->seen, mention);
	if (mention->tentative)
		return (mention->kind != DETECT_EMAIL_ADDRESS && seen_confirms(&stream->seen, mention)) ||
		       (stream->options->known && redact_known_confirms(stream->options->known, mention));
	if (mention->kind == DETECT_PERSON_NAME)
		seen_add(&stream->seen.names, mention->canonical);
	size_t size = mention->kind == DETECT_EMAIL_ADDRESS ? detect_name_of_address(mention->canonical, name) : 0;
	if (size > 0)
		seen_add(&stream->seen.names, (struct st_span){name, size});
	return true;
}

/* In a single-byte set what is written in ASCII is found in the bytes: which letter stands beside it is only guessed.
 */
static bool is_of_bytes(const struct redact_stream *stream, const struct detect_mention *mention)
{
	if (!stream->mapped || charset_is_wide(stream->map.charset))
		return false;
	switch (mention->kind) {
	case DETECT_EMAIL_ADDRESS:
		return mention->form != DETECT_OBFUSCATED;
	case DETECT_PERSON_NAME:
	case DETECT_ORGANIZATION_NAME:
	case DETECT_POSTAL_ADDRESS:
	case DETECT_CASE_NUMBER:
	case DETECT_DATE_OF_BIRTH:
		return false;
	default:
		return true;
	}
}

static void take_mention(void *context, const struct detect_mention *mention)
{
	struct redact_stream *stream = context;
	struct pending_mention pending = {.start = mention->start,
		.end = mention->end,
		.kind = (uint8_t)mention->kind,
		.confidence = mention->confidence,
		.rest = mention->rest};
	if ((!mention->rest && !counts(stream, mention)) || is_of_bytes(stream, mention))
		return;
	if (stream->options->learn && !mention->rest)
		redact_known_learn(stream->options->learn, mention);
	pending_add_mention(&stream->pending, &pending, mention->canonical);
}

/* What hides in text of another encoding, or of none: what is certain by itself. */
static void take_bytes(void *context, const struct detect_mention *mention)
{
	struct redact_stream *stream = context;
	struct pending_mention pending = {.start = text_map_text(&stream->map, mention->start, false),
		.end = text_map_text(&stream->map, mention->end, true),
		.kind = (uint8_t)mention->kind,
		.confidence = mention->confidence};
	if (mention->tentative)
		return;
	if (stream->options->learn)
		redact_known_learn(stream->options->learn, mention);
	pending_add_mention(&stream->pending, &pending, mention->canonical);
}

static unsigned take_column_name(void *context, struct st_span name)
{
	struct redact_stream *stream = context;
	return detect_field_name(stream->detect, name);
}

static void take_column(void *context, uint64_t start, unsigned column)
{
	struct redact_stream *stream = context;
	detect_field_begins(stream->detect, start, column);
}

/* A literal that no detector can search: it passes and is told like a stretch of NULs, or is refused. */
static void take_unsearched(void *context, uint64_t start, uint64_t end, bool last)
{
	struct redact_stream *stream = context;
	if (!stream->options->pass_unsearched) {
		if (start < stream->stop_at)
			stream->stop_at = start;
		return;
	}
	if (!last) {
		stream->hidden_input = stream_input_offset(stream, start);
		return;
	}
	struct pending_mention literal = {.start = start, .end = end, .unsearched = true};
	uint64_t offsets[2] = {stream->hidden_input, stream_input_offset(stream, end)};
	pending_add_mention(&stream->pending, &literal, (struct st_span){(const uint8_t *)offsets, sizeof offsets});
}

static void take_known_name(void *context, const struct detect_mention *mention)
{
	struct redact_stream *stream = context;
	struct pending_mention pending = {.start = mention->start,
		.end = mention->end,
		.kind = (uint8_t)mention->kind,
		.confidence = mention->confidence,
		.known = true};
	pending_add_mention(&stream->pending, &pending, mention->canonical);
}

/* A place whose whole value the policy replaces waits like a mention. */
static void take_place(void *context, const struct shape_place *place)
{
	struct redact_stream *stream = context;
	const struct redact_policy *policy = stream->options->policy;
	enum redact_action said = REDACT_ACTIONS;
	if (policy && place->kind != SHAPE_KEY)
		said = redact_policy_field(policy, place->field);
	pending_add_place(&stream->pending, place, said);
	if (said == REDACT_ACTIONS || said == REDACT_KEEP || place->end <= place->start)
		return;
	struct pending_mention all = {
		.start = place->start, .end = place->end, .kind = DETECT_KINDS, .confidence = 100, .field = true};
	pending_add_mention(&stream->pending, &all, (struct st_span){NULL, 0});
}

/* --- reading --- */

static void feed_detect(struct redact_stream *stream, const uint8_t *text, size_t size)
{
	if (size > 0)
		detect_feed(stream->detect, text, size);
	if (stream->names)
		known_names_feed(stream->names, text, size);
	if (stream->mapped && !stream->in_kept) {
		struct st_span bytes = text_map_bytes(&stream->map, stream->fed, stream->fed + size);
		detect_feed(stream->bytes, bytes.data, bytes.size);
	}
	stream->fed += size;
}

/* A token stands before the detectors as NULs: nothing begins, ends or is labelled in it. */
static void feed_kept(struct redact_stream *stream, size_t size)
{
	static const uint8_t nuls[4 * REPLACED_BYTES];
	pending_add_kept(&stream->pending, stream->fed, stream->fed + size);
	if (stream->mapped)
		detect_feed(stream->bytes, nuls, text_map_bytes(&stream->map, stream->fed, stream->fed + size).size);
	stream->in_kept = true;
	feed_detect(stream, nuls, size);
	stream->in_kept = false;
}

static void end_stretch(struct redact_stream *stream)
{
	struct pending_mention stretch = {.start = stream->nuls_text, .end = stream->fed, .unsearched = true};
	uint64_t offsets[2] = {stream->nuls_input, stream_input_offset(stream, stream->fed)};
	pending_add_mention(&stream->pending, &stretch, (struct st_span){(const uint8_t *)offsets, sizeof offsets});
	stream->in_nuls = false;
}

enum special { SPECIAL_NONE, SPECIAL_KEPT, SPECIAL_NULS, SPECIAL_MORE };

/* What begins at this bracket or NUL, and how many bytes of it are known. SPECIAL_MORE: only more text will show. */
static enum special special_at(struct st_span text, bool last, size_t *size)
{
	bool more;
	if (text.data[0] == 0) {
		enum nul_answer answer = nul_stretch_begins(text, last, size);
		return answer == NUL_MORE ? SPECIAL_MORE : answer == NUL_STRETCH ? SPECIAL_NULS : SPECIAL_NONE;
	}
	*size = replaced_at(text, &more);
	if (*size > 0)
		return SPECIAL_KEPT;
	*size = 1;
	return more && !last ? SPECIAL_MORE : SPECIAL_NONE;
}

/* Feeds what belongs to the open stretch of NULs; the bytes used. */
static size_t feed_stretch(struct redact_stream *stream, struct st_span text, bool last)
{
	size_t used;
	bool ended = nul_stretch_ends(text, last, &used);
	feed_detect(stream, text.data, used);
	if (ended)
		end_stretch(stream);
	return used;
}

static void begin_stretch(struct redact_stream *stream)
{
	if (!stream->options->pass_unsearched) {
		stream->refused = true;
		return;
	}
	stream->in_nuls = true;
	stream->nuls_text = stream->fed;
	stream->nuls_input = stream_input_offset(stream, stream->fed);
}

/* Feeds text from `fed` on, in pieces as long as can be; the bytes used. Less than all: what stands there shows only
 * with more text, or must not be shown. */
static size_t feed_text(struct redact_stream *stream, struct st_span text, bool last)
{
	const uint8_t *end = text.data + text.size;
	size_t from = stream->in_nuls ? feed_stretch(stream, text, last) : 0, at = from;
	if (stream->in_nuls)
		return from;
	while (at < text.size) {
		const uint8_t *next = replaced_or_nul(text.data + at, end);
		at = (size_t)(next - text.data);
		if (next == end)
			break;
		size_t size;
		enum special special = special_at((struct st_span){next, text.size - at}, last, &size);
		if (special == SPECIAL_NONE) {
			at += size;
			continue;
		}
		feed_detect(stream, text.data + from, at - from);
		from = at;
		if (special == SPECIAL_MORE)
			return at;
		if (special == SPECIAL_KEPT) {
			feed_kept(stream, size);
		} else {
			begin_stretch(stream);
			if (stream->refused)
				return at;
			size = feed_stretch(stream, (struct st_span){next, text.size - at}, last);
		}
		at = from = at + size;
		if (stream->in_nuls)
			return at;
	}
	feed_detect(stream, text.data + from, at - from);
	return at;
}

/* Feeds what is received and not fed: first what the last block left, together with the begin of this one. */
static void feed_received(struct redact_stream *stream, bool last)
{
	while (stream->fed < stream->block_at && !stream->refused) {
		uint8_t edge[2 * LOOK_BYTES];
		size_t left = (size_t)(stream->block_at - stream->fed);
		size_t more = stream->block.size < LOOK_BYTES ? stream->block.size : LOOK_BYTES;
		memcpy(edge, stream->tail.data + (stream->fed - stream->tail_at), left);
		if (more > 0)
			memcpy(edge + left, stream->block.data, more);
		bool all = last && more == stream->block.size;
		if (feed_text(stream, (struct st_span){edge, left + more}, all) < left)
			break;
	}
	if (stream->fed < stream->block_at || stream->refused)
		return;
	size_t at = (size_t)(stream->fed - stream->block_at);
	if (at < stream->block.size)
		feed_text(stream, (struct st_span){stream->block.data + at, stream->block.size - at}, last);
}

/* What is not written of the block joins the tail. */
static void keep_tail(struct redact_stream *stream)
{
	if (stream->written > stream->tail_at) {
		uint64_t drop = stream->written - stream->tail_at;
		if (drop > stream->tail.size)
			drop = stream->tail.size;
		st_buf_drop_front(&stream->tail, (size_t)drop);
	}
	stream->tail_at = stream->written;
	uint64_t from = stream->written > stream->block_at ? stream->written - stream->block_at : 0;
	if (from < stream->block.size)
		st_buf_add(&stream->tail, stream->block.data + from, stream->block.size - (size_t)from);
	stream->block_at = stream->received;
	stream->block = (struct st_span){NULL, 0};
	if (stream->mapped)
		text_map_forget(&stream->map, stream->written);
}

/* --- an input --- */

struct redact_stream *redact_stream_open(
	const struct redact_options *options, struct replacer *replacer, struct redact_sink *sink)
{
	struct redact_stream *stream = st_alloc_zero(1, sizeof *stream);
	struct detect_options detect = options->detect;
	detect.keep_tentative = detect.keep_rests = true;
	stream->options = options;
	stream->replacer = replacer;
	stream->sink = sink;
	stream->detect = detect_open(&detect, take_mention, stream);
	stream->key_names = key_names_open();
	stream->shape_events = (struct shape_events){.place = take_place,
		.column_name = take_column_name,
		.column = take_column,
		.unsearched = take_unsearched,
		.no_fields = options->policy == NULL,
		.context = stream};
	return stream;
}

void redact_stream_begin(struct redact_stream *stream, const struct redact_stream_input *input)
{
	stream->origin = input->origin;
	stream->mapped = !charset_is_plain(input->charset);
	text_map_begin(&stream->map, input->charset);
	if (stream->mapped && !stream->bytes) {
		struct detect_options detect = stream->options->detect;
		detect.keep_tentative = true;
		stream->bytes = detect_open(&detect, take_bytes, stream);
	}
	stream->format = input->shape;
	stream->shape =
		input->shape->open ? input->shape->open(input->head, input->head_is_all, &stream->shape_events) : NULL;
	if (!stream->names && redact_known_count(stream->options->known) > 0)
		stream->names = known_names_open(stream->options->known, take_known_name, stream);
	pending_clear(&stream->pending);
	seen_clear(&stream->seen.names);
	seen_clear(&stream->seen.cases);
	stream->tail.size = 0;
	stream->tail_at = stream->block_at = 0;
	stream->written = stream->fed = stream->received = 0;
	stream->in_nuls = stream->refused = stream->key.open = false;
	stream->stop_at = UINT64_MAX;
	key_names_clear(stream->key_names);
}

/* The detectors get as much of what is refused as had to come before it was known, whatever the cutting. */
static void cut_refused(struct redact_stream *stream)
{
	uint64_t end = stream->stop_at + CEIL_TEXT_BLOCK_BYTES;
	if (stream->received <= end)
		return;
	stream->block.size = (size_t)(end - stream->block_at);
	stream->received = end;
}

static void feed(struct redact_stream *stream, const void *data, size_t size, bool last)
{
	struct st_span text = {data, size};
	if (stream->mapped) {
		text = text_map_add(&stream->map, data, size, last);
	}
	stream->block = text;
	stream->block_at = stream->received;
	stream->received += text.size;
	if (stream->shape && text.size > 0)
		stream->format->feed(stream->shape, text.data, text.size);
	if (stream->stop_at != UINT64_MAX)
		cut_refused(stream);
	feed_received(stream, last);
	stream->refused |= stream->stop_at != UINT64_MAX;
}

bool redact_stream_feed(struct redact_stream *stream, const void *data, size_t size)
{
	if (stream->refused)
		return false;
	feed(stream, data, size, false);
	if (!stream->refused)
		stream_write_settled(stream);
	keep_tail(stream);
	return !stream->refused;
}

bool redact_stream_finish(struct redact_stream *stream)
{
	if (!stream->refused)
		feed(stream, NULL, 0, true);
	if (stream->in_nuls)
		end_stretch(stream);
	if (stream->shape)
		stream->format->finish(stream->shape);
	detect_finish(stream->detect);
	if (stream->mapped)
		detect_finish(stream->bytes);
	if (stream->names)
		known_names_finish(stream->names);
	uint64_t end = stream->fed < stream->stop_at ? stream->fed : stream->stop_at;
	stream_write_until(stream, end);
	if (stream->refused)
		stream->sink->counts.unsearched_at = stream_input_offset(stream, end);
	if (stream->shape)
		stream->format->close(stream->shape);
	stream->shape = NULL;
	return !stream->refused;
}

void redact_stream_close(struct redact_stream *stream)
{
	if (!stream)
		return;
	if (stream->shape)
		stream->format->close(stream->shape);
	detect_close(stream->detect);
	detect_close(stream->bytes);
	key_names_close(stream->key_names);
	known_names_close(stream->names);
	seen_free(&stream->seen.names);
	seen_free(&stream->seen.cases);
	pending_free(&stream->pending);
	text_map_free(&stream->map);
	st_buf_wipe(&stream->tail);
	st_buf_wipe(&stream->piece);
	st_buf_wipe(&stream->encoded);
	free(stream);
}
