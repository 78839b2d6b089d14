/*
 * What leaves: everything before an offset of which no candidate and no structure is open, with what stands for each
 * value in the places that it touches.
 */
#include "redact/stream_state.h"

/* The smallest part of a value that is replaced for itself. */
#define PART_BYTES 3

uint64_t stream_input_offset(const struct redact_stream *stream, uint64_t offset)
{
	return stream->origin + (stream->mapped ? text_map_input(&stream->map, offset) : offset);
}

/* Adds bytes of the input, or as the input is encoded. */
static void add(struct redact_stream *stream, const void *data, size_t size)
{
	if (stream->key.open)
		key_names_add(stream->key_names, data, size);
	sink_add(stream->sink, data, size);
}

static void add_ascii(struct redact_stream *stream, struct st_span text)
{
	if (!stream->mapped) {
		add(stream, text.data, text.size);
		return;
	}
	stream->encoded.size = 0;
	text_map_encode(&stream->map, text, &stream->encoded);
	add(stream, stream->encoded.data, stream->encoded.size);
}

static void put_bytes(struct redact_stream *stream, uint64_t end)
{
	uint64_t start = stream->written;
	if (end <= start)
		return;
	stream->written = end;
	if (stream->mapped) {
		struct st_span bytes = text_map_bytes(&stream->map, start, end);
		add(stream, bytes.data, bytes.size);
		return;
	}
	if (start < stream->block_at) {
		uint64_t stop = end < stream->block_at ? end : stream->block_at;
		add(stream, stream->tail.data + (start - stream->tail_at), (size_t)(stop - start));
		start = stop;
	}
	if (start < end)
		add(stream, stream->block.data + (start - stream->block_at), (size_t)(end - start));
}

/* Keys in one place: those in several parts, above CEIL_TEXT_BLOCK_BYTES, are not compared. */
static bool is_compared(const struct pending_place *place)
{
	return place != NULL && place->kind == SHAPE_KEY && place->object != 0 && place->first && place->last;
}

static void begin_key(struct redact_stream *stream, const struct pending_place *place)
{
	if (stream->key.open)
		return;
	put_bytes(stream, place->start);
	stream->key.place = *place;
	stream->key.open = true;
	stream->key.replaced = false;
}

/* Two keys that redaction made equal are told apart. */
static void end_key(struct redact_stream *stream)
{
	struct shape_place place = {
		.kind = SHAPE_KEY, .depth = stream->key.place.depth, .object = stream->key.place.object};
	stream->key.open = false;
	stream->piece.size = 0;
	key_names_end(stream->key_names, &place, stream->key.replaced, &stream->piece);
	add_ascii(stream, (struct st_span){stream->piece.data, stream->piece.size});
}

/* The key that holds what was left as it is and begins before this offset; NULL: none. */
static const struct pending_place *key_with_kept(const struct redact_stream *stream, uint64_t end)
{
	const struct pending *pending = &stream->pending;
	for (size_t i = pending->keep; i < pending->kept_count && pending->kept[i].start < end; i++) {
		const struct pending_place *place = pending_place_at(pending, pending->kept[i].start);
		if (pending->kept[i].start >= stream->written && is_compared(place))
			return place;
	}
	return NULL;
}

/* Writes the text up to `end` as it is. */
static void put(struct redact_stream *stream, uint64_t end)
{
	const struct pending_place *key;
	for (;;) {
		if (stream->key.open && end >= stream->key.place.end) {
			put_bytes(stream, stream->key.place.end);
			end_key(stream);
		}
		if (stream->key.open || stream->shape == NULL || (key = key_with_kept(stream, end)) == NULL)
			break;
		begin_key(stream, key);
		if (end < key->end)
			break;
	}
	put_bytes(stream, end);
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

/* The text [start, end), which is held, in one piece. */
static struct st_span held_text(struct redact_stream *stream, uint64_t start, uint64_t end)
{
	size_t size = (size_t)(end - start);
	if (stream->mapped) {
		struct st_span raw = text_map_bytes(&stream->map, start, end);
		stream->encoded.size = 0;
		st_buf_reserve(&stream->encoded, raw.size * 3 + 4);
		charset_convert(
			stream->map.charset, raw, true, stream->encoded.data, stream->encoded.capacity, &size, NULL);
		return (struct st_span){stream->encoded.data, size};
	}
	if (start >= stream->block_at)
		return (struct st_span){stream->block.data + (start - stream->block_at), size};
	const uint8_t *tail = stream->tail.data + (start - stream->tail_at);
	if (end <= stream->block_at)
		return (struct st_span){tail, size};
	size_t before = (size_t)(stream->block_at - start);
	stream->encoded.size = 0;
	st_buf_add(&stream->encoded, tail, before);
	st_buf_add(&stream->encoded, stream->block.data, size - before);
	return (struct st_span){stream->encoded.data, size};
}

/* What stands for a value; of a whole field that comes in parts, for its first, and nothing for the others. */
static void add_replacement(struct redact_stream *stream, const struct pending_mention *mention, uint64_t start,
	uint64_t end, const struct pending_place *place, enum redact_action action)
{
	if (!mention->field)
		replacer_value(stream->replacer, action, mention->kind, pending_value(&stream->pending, mention),
			&stream->piece);
	else if (place->first)
		replacer_field(stream->replacer, action, held_text(stream, start, end), &stream->piece);
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
	if (is_compared(place)) {
		begin_key(stream, place);
		stream->key.replaced = true;
	}
	piece->size = 0;
	if (place && place->kind == SHAPE_NUMBER)
		st_buf_add_byte(piece, place->quote);
	add_replacement(stream, mention, start, end, place, action);
	if (place && place->kind == SHAPE_NUMBER)
		st_buf_add_byte(piece, place->quote);
	struct redact_event event = {.start = stream_input_offset(stream, start),
		.end = stream_input_offset(stream, end),
		.kind = mention->kind,
		.action = action,
		.confidence = mention->confidence};
	stream->written = end;
	add_ascii(stream, (struct st_span){piece->data, piece->size});
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

/* Escapes are replaced whole. */
static void widen(struct redact_stream *stream, const struct pending_place *place, uint64_t *start, uint64_t *end)
{
	const uint64_t look = 12; /* of two escapes that are one character */
	struct shape_place shape = {.escape = place->escape, .quote = place->quote};
	if (place->escape == SHAPE_AS_IT_IS)
		return;
	uint64_t from = place->start > stream->written ? place->start : stream->written;
	uint64_t to = place->end - *end > look ? *end + look : place->end;
	to = to < stream->received ? to : stream->received;
	struct st_span text = held_text(stream, from, to);
	size_t begin = (size_t)(*start - from), stop = (size_t)(*end - from);
	shape_widen(&shape, text, &begin, &stop);
	*start = from + begin;
	*end = from + stop;
}

/* Is the place a replacement as a whole? One that is dropped is none. */
static bool is_kept(const struct pending *pending, const struct pending_place *place)
{
	for (size_t i = pending->keep; i < pending->kept_count && pending->kept[i].start <= place->start; i++)
		if (pending->kept[i].start == place->start && pending->kept[i].end == place->end)
			return place->said != REDACT_DROP;
	return false;
}

/* In each place that the mention touches; what lies between is structure. Parts of one value are one place. */
static void replace_in_places(struct redact_stream *stream, const struct pending_mention *mention)
{
	const struct pending *pending = &stream->pending;
	for (size_t i = pending->place; i < pending->place_count && pending->places[i].start < mention->end; i++) {
		struct pending_place place = pending->places[i];
		while (i + 1 < pending->place_count && place.end < mention->end &&
			pending->places[i + 1].start == place.end && !pending->places[i + 1].first)
			place.end = pending->places[++i].end;
		if (place.end <= mention->start || place.end <= stream->written)
			continue;
		if (mention->field) {
			if (!is_kept(pending, &place))
				replace(stream, mention, place.start, place.end, &place);
			continue;
		}
		uint64_t start = place.start > mention->start ? place.start : mention->start;
		uint64_t end = place.end < mention->end ? place.end : mention->end;
		start = start > stream->written ? start : stream->written;
		if (start >= end)
			continue;
		if (place.kind == SHAPE_NUMBER) {
			replace(stream, mention, place.start, place.end, &place);
			continue;
		}
		widen(stream, &place, &start, &end);
		replace_around(stream, mention, start, end, &place);
	}
}

static void replace_one(struct redact_stream *stream, const struct pending_mention *mention)
{
	if (stream->shape)
		replace_in_places(stream, mention);
	else
		replace_around(stream, mention, mention->start, mention->end, NULL);
}

static bool is_ascii_sign(uint8_t byte)
{
	return byte < 0x80 && (unsigned)(byte | 32) - 'a' >= 26 && (unsigned)byte - '0' >= 10;
}

/* A part of a value that lost, without the signs around it; a letter or two say nothing. */
static void replace_part(struct redact_stream *stream, const struct pending_mention *rest, uint64_t start, uint64_t end)
{
	struct pending_mention part = *rest;
	if (start >= end)
		return;
	struct st_span text = held_text(stream, start, end);
	size_t from = 0, to = text.size;
	while (from < to && is_ascii_sign(text.data[from]))
		from++;
	while (to > from && is_ascii_sign(text.data[to - 1]))
		to--;
	part.start = start + from;
	part.end = start + to;
	bool names_host = memmem(text.data + from, to - from, "://", 3) != NULL;
	if (to - from >= PART_BYTES && (rest->kind != DETECT_URL || names_host))
		replace_one(stream, &part);
}

/* What stood on both sides of a border between two values is half a value once the winner is replaced: it goes, too. */
static void replace_rest(struct redact_stream *stream, const struct pending_mention *rest)
{
	const struct pending *pending = &stream->pending;
	uint64_t start = rest->start > stream->written ? rest->start : stream->written;
	for (size_t i = pending->mention + 1; i < pending->mention_count; i++) {
		const struct pending_mention *other = &pending->mentions[i];
		if (other->start >= rest->end)
			break;
		if (other->rest || other->unsearched || other->end <= start)
			continue;
		replace_part(stream, rest, start, other->start);
		if (rest->kind == DETECT_URL) /* what follows is no url without its begin */
			return;
		start = other->end;
	}
	replace_part(stream, rest, start, rest->end);
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

/* A number and a key are written as a whole: the offset, or the begin of that in which it lies. */
static uint64_t before_whole(const struct redact_stream *stream, uint64_t offset)
{
	const struct pending_place *place = pending_place_at(&stream->pending, offset);
	bool whole = place != NULL && (place->kind == SHAPE_NUMBER || is_compared(place));
	return whole && place->start >= stream->written ? place->start : offset;
}

void stream_write_until(struct redact_stream *stream, uint64_t limit)
{
	const struct pending_mention *mention;
	limit = before_whole(stream, limit);
	while ((mention = pending_first(&stream->pending)) != NULL && mention->start < limit) {
		if (mention->unsearched) {
			tell_unsearched(stream, mention);
		} else if (mention->end > limit) {
			limit = before_whole(stream, mention->start);
			break;
		} else if (mention->rest) {
			replace_rest(stream, mention);
		} else {
			replace_one(stream, mention);
		}
		pending_pop(&stream->pending);
		pending_forget(&stream->pending, stream->written);
	}
	put(stream, limit);
	pending_forget(&stream->pending, stream->written);
}

void stream_write_settled(struct redact_stream *stream)
{
	uint64_t settled = detect_settled(stream->detect);
	if (stream->shape) {
		uint64_t told = stream->format->settled(stream->shape);
		settled = told < settled ? told : settled;
	}
	if (stream->names && known_names_settled(stream->names) < settled)
		settled = known_names_settled(stream->names);
	if (stream->mapped) {
		uint64_t bytes = text_map_text(&stream->map, detect_settled(stream->bytes), false);
		settled = bytes < settled ? bytes : settled;
	}
	stream_write_until(stream, settled < stream->fed ? settled : stream->fed);
}
