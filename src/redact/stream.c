#include "redact/stream.h"

#include <stdlib.h>

#include "detect/seen.h"
#include "redact/known.h"
#include "redact/nul_stretch.h"
#include "redact/pending.h"
#include "redact/policy.h"
#include "redact/text_map.h"

/* What may have to be looked at beyond a byte to know whether a replacement or a stretch of NULs begins there. */
#define LOOK_BYTES 64

struct redact_stream {
	const struct redact_options *options;
	struct replacer *replacer;
	struct redact_sink *sink;
	struct detect *detect;
	struct known_names *names; /* NULL: none are known */
	const struct shape_format *format;
	struct shape *shape; /* NULL: text */
	struct shape_events shape_events;
	struct seen seen; /* names and case numbers; domains the detectors keep themselves */
	struct pending pending;
	struct text_map map;
	bool mapped; /* text is not the bytes of the input */
	uint64_t origin;
	struct st_buf tail; /* text from tail_at on that came before the block */
	uint64_t tail_at, block_at;
	struct st_span block;
	/* offsets of text: written <= fed <= received */
	uint64_t written, fed, received;
	bool in_nuls;                   /* a stretch of them is open */
	uint64_t nuls_text, nuls_input; /* where it begins */
	bool refused;                   /* nothing behind `fed` leaves */
	struct st_buf piece, encoded;
};

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

static void take_mention(void *context, const struct detect_mention *mention)
{
	struct redact_stream *stream = context;
	struct pending_mention pending = {.start = mention->start,
		.end = mention->end,
		.kind = (uint8_t)mention->kind,
		.confidence = mention->confidence};
	if (!counts(stream, mention))
		return;
	if (stream->options->learn)
		redact_known_learn(stream->options->learn, mention);
	pending_add_mention(&stream->pending, &pending, mention->canonical);
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
	struct pending_mention all = {
		.start = place->start, .end = place->end, .kind = DETECT_KINDS, .confidence = 100};
	enum redact_action said = REDACT_ACTIONS;
	if (policy && place->kind != SHAPE_KEY)
		said = redact_policy_field(policy, place->field);
	pending_add_place(&stream->pending, place, said);
	all.field = said != REDACT_ACTIONS && said != REDACT_KEEP && place->end > place->start;
	if (all.field)
		pending_add_mention(&stream->pending, &all, (struct st_span){NULL, 0});
}

/* --- writing --- */

static uint64_t input_offset(const struct redact_stream *stream, uint64_t offset)
{
	return stream->origin + (stream->mapped ? text_map_input(&stream->map, offset) : offset);
}

/* Writes the text up to `end` as it is. */
static void put(struct redact_stream *stream, uint64_t end)
{
	uint64_t start = stream->written;
	if (end <= start)
		return;
	stream->written = end;
	if (stream->mapped) {
		struct st_span bytes = text_map_bytes(&stream->map, start, end);
		sink_add(stream->sink, bytes.data, bytes.size);
		return;
	}
	if (start < stream->block_at) {
		uint64_t stop = end < stream->block_at ? end : stream->block_at;
		sink_add(stream->sink, stream->tail.data + (start - stream->tail_at), (size_t)(stop - start));
		start = stop;
	}
	if (start < end)
		sink_add(stream->sink, stream->block.data + (start - stream->block_at), (size_t)(end - start));
}

static enum redact_action action_of(
	const struct redact_stream *stream, const struct pending_mention *mention, const struct pending_place *place)
{
	const struct redact_options *options = stream->options;
	enum redact_action said = place ? (enum redact_action)place->said : REDACT_ACTIONS;
	if (mention->field)
		return said;
	return options->policy ? redact_policy_action(options->policy, options->mode, mention->kind, said,
					 pending_value(&stream->pending, mention))
			       : options->mode;
}

/* The text [start, end), which is received and not written, appended to out. */
static void copy_text(const struct redact_stream *stream, uint64_t start, uint64_t end, struct st_buf *out)
{
	if (stream->mapped) {
		struct st_span bytes = text_map_bytes(&stream->map, start, end);
		st_buf_add(out, bytes.data, bytes.size);
		return;
	}
	if (start < stream->block_at) {
		uint64_t stop = end < stream->block_at ? end : stream->block_at;
		st_buf_add(out, stream->tail.data + (start - stream->tail_at), (size_t)(stop - start));
		start = stop;
	}
	if (start < end)
		st_buf_add(out, stream->block.data + (start - stream->block_at), (size_t)(end - start));
}

/* What stands for a value; of a whole field that comes in parts, for its first, and nothing for the others. */
static void add_replacement(struct redact_stream *stream, const struct pending_mention *mention, uint64_t start,
	uint64_t end, const struct pending_place *place, enum redact_action action)
{
	st_auto_secret struct st_buf value = {0};
	if (!mention->field) {
		replacer_value(stream->replacer, action, mention->kind, pending_value(&stream->pending, mention),
			&stream->piece);
	} else if (place->first) {
		copy_text(stream, start, end, &value);
		replacer_field(stream->replacer, action, (struct st_span){value.data, value.size}, &stream->piece);
	}
}

/* Writes what stands for the text [start, end), and goes on behind it. */
static void replace(struct redact_stream *stream, const struct pending_mention *mention, uint64_t start, uint64_t end,
	const struct pending_place *place)
{
	enum redact_action action = action_of(stream, mention, place);
	struct st_buf *piece = &stream->piece;
	if (start < stream->written)
		start = stream->written;
	if (start >= end || action == REDACT_KEEP)
		return;
	put(stream, start);
	piece->size = 0;
	if (place && place->kind == SHAPE_NUMBER)
		st_buf_add_byte(piece, place->quote);
	add_replacement(stream, mention, start, end, place, action);
	if (place && place->kind == SHAPE_NUMBER)
		st_buf_add_byte(piece, place->quote);
	struct redact_event event = {.start = input_offset(stream, start),
		.end = input_offset(stream, end),
		.kind = mention->kind,
		.action = action,
		.confidence = mention->confidence};
	stream->written = end;
	if (stream->mapped) {
		stream->encoded.size = 0;
		text_map_encode(&stream->map, (struct st_span){piece->data, piece->size}, &stream->encoded);
		piece = &stream->encoded;
	}
	sink_add(stream->sink, piece->data, piece->size);
	sink_event(stream->sink, &event);
}

/* The same around what is left as it is. */
static void replace_around(struct redact_stream *stream, const struct pending_mention *mention, uint64_t start,
	uint64_t end, const struct pending_place *place)
{
	const struct pending *pending = &stream->pending;
	for (size_t i = pending->keep; i < pending->kept_count && pending->kept[i].start < end; i++) {
		if (pending->kept[i].end <= start)
			continue;
		if (pending->kept[i].start > start)
			replace(stream, mention, start, pending->kept[i].start, place);
		start = pending->kept[i].end;
	}
	if (start < end)
		replace(stream, mention, start, end, place);
}

/* Is the place a replacement as a whole? One that is dropped is none. */
static bool is_kept(const struct pending *pending, const struct pending_place *place)
{
	for (size_t i = pending->keep; i < pending->kept_count && pending->kept[i].start <= place->start; i++)
		if (pending->kept[i].start == place->start && pending->kept[i].end == place->end)
			return place->said != REDACT_DROP;
	return false;
}

/* In each place that the mention touches; what lies between is structure. */
static void replace_in_places(struct redact_stream *stream, const struct pending_mention *mention)
{
	const struct pending *pending = &stream->pending;
	for (size_t i = pending->place; i < pending->place_count && pending->places[i].start < mention->end; i++) {
		const struct pending_place *place = &pending->places[i];
		if (place->end <= mention->start)
			continue;
		uint64_t start = place->start > mention->start ? place->start : mention->start;
		uint64_t end = place->end < mention->end ? place->end : mention->end;
		if (mention->field ? !is_kept(pending, place) : place->kind == SHAPE_NUMBER)
			replace(stream, mention, place->start, place->end, place);
		else
			replace_around(stream, mention, start, end, place);
	}
}

static void tell_unsearched(struct redact_stream *stream, const struct pending_mention *stretch)
{
	struct redact_event event = {.kind = DETECT_KINDS, .action = REDACT_KEEP, .unsearched = true};
	uint64_t offsets[2];
	memcpy(offsets, pending_value(&stream->pending, stretch).data, sizeof offsets);
	event.start = offsets[0];
	event.end = offsets[1];
	sink_event(stream->sink, &event);
}

/* A number is written or replaced as a whole: the offset, or the begin of the number in which it lies. */
static uint64_t before_number(const struct redact_stream *stream, uint64_t offset)
{
	const struct pending *pending = &stream->pending;
	for (size_t i = pending->place; i < pending->place_count && pending->places[i].start < offset; i++)
		if (pending->places[i].kind == SHAPE_NUMBER && pending->places[i].end > offset)
			return pending->places[i].start;
	return offset;
}

/* Writes everything before `limit`, of which no candidate and no structure is open. */
static void write_until(struct redact_stream *stream, uint64_t limit)
{
	const struct pending_mention *mention;
	limit = before_number(stream, limit);
	while ((mention = pending_first(&stream->pending)) != NULL && mention->start < limit) {
		if (mention->unsearched) {
			tell_unsearched(stream, mention);
		} else if (mention->end > limit) {
			limit = before_number(stream, mention->start);
			break;
		} else if (stream->shape) {
			replace_in_places(stream, mention);
		} else {
			replace_around(stream, mention, mention->start, mention->end, NULL);
		}
		pending_pop(&stream->pending);
	}
	put(stream, limit);
	pending_forget(&stream->pending, stream->written);
}

static void write_settled(struct redact_stream *stream)
{
	uint64_t settled = detect_settled(stream->detect);
	if (stream->shape) {
		uint64_t told = stream->format->settled(stream->shape);
		settled = told < settled ? told : settled;
	}
	if (stream->names && known_names_settled(stream->names) < settled)
		settled = known_names_settled(stream->names);
	write_until(stream, settled < stream->fed ? settled : stream->fed);
}

/* --- reading --- */

static void feed_detect(struct redact_stream *stream, const uint8_t *text, size_t size)
{
	if (size > 0)
		detect_feed(stream->detect, text, size);
	if (stream->names)
		known_names_feed(stream->names, text, size);
	stream->fed += size;
}

/* A token stands before the detectors as NULs: nothing begins, ends or is labelled in it. */
static void feed_kept(struct redact_stream *stream, size_t size)
{
	static const uint8_t nuls[REPLACED_BYTES];
	pending_add_kept(&stream->pending, stream->fed, stream->fed + size);
	feed_detect(stream, nuls, size);
}

static void end_stretch(struct redact_stream *stream)
{
	struct pending_mention stretch = {.start = stream->nuls_text, .end = stream->fed, .unsearched = true};
	uint64_t offsets[2] = {stream->nuls_input, input_offset(stream, stream->fed)};
	pending_add_mention(&stream->pending, &stretch, (struct st_span){(const uint8_t *)offsets, sizeof offsets});
	stream->in_nuls = false;
}

/* Feeds what stands at `at`: a replacement, or NULs. False: what it is shows only with more text, or never. */
static bool feed_special(struct redact_stream *stream, struct st_span text, bool last, size_t *used)
{
	bool more;
	*used = 1;
	if (text.data[0] == '[') {
		size_t size = replaced_at(text, &more);
		if (size == 0 && more && !last)
			return false;
		*used = size > 0 ? size : 1;
		if (size > 0)
			feed_kept(stream, size);
		else
			feed_detect(stream, text.data, 1);
		return true;
	}
	enum nul_answer answer = nul_stretch_begins(text, last, used);
	if (answer == NUL_MORE)
		return false;
	if (answer == NUL_STRETCH && !stream->options->pass_unsearched) {
		stream->refused = true;
		return false;
	}
	if (answer == NUL_STRETCH) {
		stream->in_nuls = true;
		stream->nuls_text = stream->fed;
		stream->nuls_input = input_offset(stream, stream->fed);
	}
	feed_detect(stream, text.data, *used);
	return true;
}

/* Feeds text from `fed` on; the bytes used. Less than all: what stands there shows only with more text. */
static size_t feed_text(struct redact_stream *stream, struct st_span text, bool last)
{
	size_t at = 0;
	const uint8_t *end = text.data + text.size, *bracket = NULL, *nul = NULL;
	while (at < text.size) {
		size_t used;
		if (stream->in_nuls) {
			struct st_span rest = {text.data + at, text.size - at};
			bool ended = nul_stretch_ends(rest, last, &used);
			feed_detect(stream, rest.data, used);
			at += used;
			if (!ended)
				return at;
			end_stretch(stream);
			continue;
		}
		const uint8_t *p = text.data + at;
		if (!bracket || bracket < p)
			bracket = memchr(p, '[', (size_t)(end - p));
		bracket = bracket ? bracket : end;
		if (!nul || nul < p)
			nul = memchr(p, 0, (size_t)(end - p));
		nul = nul ? nul : end;
		const uint8_t *next = bracket < nul ? bracket : nul;
		feed_detect(stream, p, (size_t)(next - p));
		at = (size_t)(next - text.data);
		if (next == end)
			break;
		if (!feed_special(stream, (struct st_span){next, (size_t)(end - next)}, last, &used))
			return at;
		at += used;
	}
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
	detect.keep_tentative = true;
	stream->options = options;
	stream->replacer = replacer;
	stream->sink = sink;
	stream->detect = detect_open(&detect, take_mention, stream);
	stream->shape_events = (struct shape_events){.place = take_place, .context = stream};
	return stream;
}

void redact_stream_begin(struct redact_stream *stream, const struct redact_stream_input *input)
{
	stream->origin = input->origin;
	stream->mapped = !charset_is_plain(input->charset);
	text_map_begin(&stream->map, input->charset);
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
	stream->in_nuls = stream->refused = false;
}

static void feed(struct redact_stream *stream, const void *data, size_t size, bool last)
{
	struct st_span text = {data, size};
	if (stream->mapped)
		text = text_map_add(&stream->map, data, size, last);
	stream->block = text;
	stream->block_at = stream->received;
	stream->received += text.size;
	if (stream->shape && text.size > 0)
		stream->format->feed(stream->shape, text.data, text.size);
	feed_received(stream, last);
}

bool redact_stream_feed(struct redact_stream *stream, const void *data, size_t size)
{
	if (stream->refused)
		return false;
	feed(stream, data, size, false);
	if (!stream->refused)
		write_settled(stream);
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
	if (stream->names)
		known_names_finish(stream->names);
	write_until(stream, stream->fed);
	if (stream->refused)
		stream->sink->counts.unsearched_at = input_offset(stream, stream->fed);
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
