#include "redact/stream.h"

#include <stdlib.h>

#include "detect/seen.h"
#include "redact/key_names.h"
#include "redact/known.h"
#include "redact/nul_stretch.h"
#include "redact/pending.h"
#include "redact/policy.h"
#include "redact/text_map.h"

/* What may have to be looked at beyond a byte to know whether a replacement or a stretch of NULs begins there. */
#define LOOK_BYTES 64
/* The smallest part of a value that is replaced for itself. */
#define PART_BYTES 3

struct redact_stream {
	const struct redact_options *options;
	struct replacer *replacer;
	struct redact_sink *sink;
	struct detect *detect;
	struct known_names *names; /* NULL: none are known */
	struct detect *bytes;      /* of mapped text: what stands in its bytes, whatever they encode */
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
	bool in_kept;
	bool refused; /* nothing behind `fed` leaves */
	struct key_names *key_names;
	struct {
		bool open, replaced; /* replaced: by this run */
		struct pending_place place;
	} key; /* one that holds a replacement is being written */
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
	struct redact_event event = {.start = input_offset(stream, start),
		.end = input_offset(stream, end),
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

/* Writes everything before `limit`, of which no candidate and no structure is open. */
static void write_until(struct redact_stream *stream, uint64_t limit)
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

static void write_settled(struct redact_stream *stream)
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
	write_until(stream, settled < stream->fed ? settled : stream->fed);
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
	uint64_t offsets[2] = {stream->nuls_input, input_offset(stream, stream->fed)};
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

/* The next bracket or NUL from `from` on, or the end; what was found before is not searched again. */
struct specials {
	const uint8_t *bracket, *nul, *end;
};
static const uint8_t *next_special(struct specials *specials, const uint8_t *from)
{
	size_t left = (size_t)(specials->end - from);
	if (!specials->bracket || specials->bracket < from) {
		specials->bracket = memchr(from, '[', left);
		specials->bracket = specials->bracket ? specials->bracket : specials->end;
	}
	if (!specials->nul || specials->nul < from) {
		specials->nul = memchr(from, 0, left);
		specials->nul = specials->nul ? specials->nul : specials->end;
	}
	return specials->bracket < specials->nul ? specials->bracket : specials->nul;
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
	stream->nuls_input = input_offset(stream, stream->fed);
}

/* Feeds text from `fed` on, in pieces as long as can be; the bytes used. Less than all: what stands there shows only
 * with more text, or must not be shown. */
static size_t feed_text(struct redact_stream *stream, struct st_span text, bool last)
{
	struct specials specials = {.end = text.data + text.size};
	size_t from = stream->in_nuls ? feed_stretch(stream, text, last) : 0, at = from;
	if (stream->in_nuls)
		return from;
	while (at < text.size) {
		const uint8_t *next = next_special(&specials, text.data + at);
		at = (size_t)(next - text.data);
		if (next == specials.end)
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
	key_names_clear(stream->key_names);
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
	if (stream->mapped)
		detect_finish(stream->bytes);
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
