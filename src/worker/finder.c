/*
 * Mentions come from the detectors a little behind the text, records from the reader when their end is known: the two
 * meet here. Records wait while mentions may still start in them; mentions wait while their record has not ended.
 * Offsets are translated when a mention comes: of earlier blocks only the bytes not settled yet are remembered.
 */
#include "worker/finder.h"

#include "base/ceilings.h"
#include "base/places.h"
#include "detect/rules.h"

#include <stdlib.h>

/* Where one byte of text is stored. */
struct place {
	uint64_t start;
	uint32_t width;
};

struct record {
	uint64_t start, end, number;
};

/* A mention that waits; its canonical value follows it in the queue. */
struct waiting {
	uint64_t text_start, start, record;
	uint32_t length;
	uint16_t canonical_size;
	uint8_t kind, form, confidence;
	bool tentative;
};

struct finder {
	struct detect *detect;
	const struct detect_rules *rules; /* borrowed; NULL none */
	struct outbox *out;
	struct domain_set *domains;
	uint32_t part;
	struct joined *joined; /* NULL: the part has its own records */
	bool fed;

	const struct extract_text *block; /* the one being searched; NULL between blocks */
	struct place *tail;               /* bytes of earlier blocks, from tail_start on */
	uint64_t tail_start;
	size_t tail_first, tail_size, tail_capacity;

	struct record *records; /* ring of those that may still get mentions: [first, first + count) */
	size_t records_first, records_count, records_capacity;

	struct st_buf pending; /* struct waiting + canonical: in a record not ended yet, or in none */
	size_t pending_at;
	struct st_buf places_coming; /* u64 text offset, span label: their text has not come */
	struct places places;

	struct st_buf held; /* the same: tentative, until the domain is seen or the part ends */
	size_t held_count;
};

/* --- stored offsets --- */

static struct place place_in_block(const struct extract_text *block, size_t i)
{
	if (block->stored == NULL)
		return (struct place){.start = block->stored_start + i, .width = 1};
	uint32_t end = block->stored_ends != NULL ? block->stored_ends[i] : block->stored[i + 1];
	return (struct place){.start = block->stored_start + block->stored[i], .width = end - block->stored[i]};
}

static struct place place_of(const struct finder *f, uint64_t offset)
{
	if (f->block != NULL && offset >= f->block->start && offset - f->block->start < f->block->size)
		return place_in_block(f->block, (size_t)(offset - f->block->start));
	if (offset >= f->tail_start && offset - f->tail_start < f->tail_size)
		return f->tail[f->tail_first + (offset - f->tail_start)];
	return (struct place){.start = offset, .width = 1};
}

/* Room for `more` places behind the tail: what was dropped in front is used again, so that small blocks move little. */
static void make_tail_room(struct finder *f, size_t more)
{
	if (f->tail_first + f->tail_size + more <= f->tail_capacity)
		return;
	if (f->tail_first > 0 && f->tail_size > 0)
		memmove(f->tail, f->tail + f->tail_first, f->tail_size * sizeof *f->tail);
	f->tail_first = 0;
	if ((f->tail_size + more) * 2 > f->tail_capacity) {
		f->tail_capacity = (f->tail_size + more) * 4;
		f->tail = st_realloc(f->tail, f->tail_capacity * sizeof *f->tail);
	}
}

/* Remembers the bytes from `settled` on, of the tail and of the block that was just searched. */
static void keep_tail(struct finder *f, const struct extract_text *block, uint64_t settled)
{
	uint64_t end = block->start + block->size;
	size_t drop = settled > f->tail_start ? (size_t)(settled - f->tail_start) : 0;
	if (drop > f->tail_size)
		drop = f->tail_size;
	f->tail_first += drop;
	f->tail_size -= drop;
	uint64_t from = settled > block->start ? settled : block->start;
	if (f->tail_size == 0)
		f->tail_start = from;
	else
		f->tail_start += drop;
	size_t more = from < end ? (size_t)(end - from) : 0;
	make_tail_room(f, more);
	for (size_t i = 0; i < more; i++)
		f->tail[f->tail_first + f->tail_size++] = place_in_block(block, (size_t)(from - block->start) + i);
}

/*
 * Is the mention stored in another way than it reads? A character takes more stored bytes than it has in UTF-8 (UTF-16,
 * a character reference), or the stored bytes of two do not stand side by side (a tag in between). Single-byte sets
 * take fewer: they stay plain.
 */
static bool is_stored_otherwise(const struct finder *f, const struct detect_mention *m)
{
	uint64_t next = place_of(f, m->start).start;
	for (size_t i = 0; i < m->text.size;) {
		size_t size = 1;
		struct place first = place_of(f, m->start + i);
		while (i + size < m->text.size && (m->text.data[i + size] & 0xc0) == 0x80)
			size++;
		struct place last = place_of(f, m->start + i + size - 1);
		uint64_t end = last.start + last.width;
		if (first.start != next || end - first.start > size)
			return true;
		next = end;
		i += size;
	}
	return false;
}

/* --- what is decided goes out --- */

static struct st_span domain_of(struct st_span canonical)
{
	const uint8_t *at = memrchr(canonical.data, '@', canonical.size);
	if (at == NULL)
		return (struct st_span){0};
	return (struct st_span){at + 1, (size_t)(canonical.data + canonical.size - (at + 1))};
}

static bool domain_is_seen(const struct finder *f, struct st_span canonical)
{
	struct st_span domain = domain_of(canonical);
	return domain.size > 0 && (detect_domain_seen(f->detect, domain) || domain_set_has(f->domains, domain));
}

static void send(const struct finder *f, const struct waiting *w, struct st_span canonical)
{
	struct outbox_mention mention = {
		.kind = w->kind,
		.form = w->form,
		.confidence = w->confidence,
		.part = f->part,
		.record = w->record,
		.start = w->start,
		.length = w->length,
		.canonical = canonical,
	};
	if (f->joined != NULL)
		joined_add(f->joined, f->out, &mention);
	else
		outbox_mention(f->out, &mention);
}

static void queue(struct st_buf *buf, const struct waiting *w, struct st_span canonical)
{
	st_buf_add(buf, w, sizeof *w);
	st_buf_add(buf, canonical.data, canonical.size);
}

/* The next mention of a queue; false at its end. The canonical value is borrowed from the queue. */
static bool next_waiting(const struct st_buf *buf, size_t *at, struct waiting *w, struct st_span *canonical)
{
	if (*at >= buf->size)
		return false;
	memcpy(w, buf->data + *at, sizeof *w);
	*canonical = (struct st_span){buf->data + *at + sizeof *w, w->canonical_size};
	*at += sizeof *w + w->canonical_size;
	return true;
}

/* Its record is known. */
static void settle(struct finder *f, struct waiting *w, uint64_t record, struct st_span canonical)
{
	w->record = record;
	if (!w->tentative) {
		send(f, w, canonical);
	} else if (f->held_count < CEIL_TENTATIVE_MENTIONS) {
		queue(&f->held, w, canonical);
		f->held_count++;
	} else if (domain_is_seen(f, canonical)) {
		send(f, w, canonical);
	}
}

/* --- records --- */

static struct record *first_record(struct finder *f)
{
	return f->records_count > 0 ? &f->records[f->records_first] : NULL;
}

static void drop_record(struct finder *f)
{
	f->records_first = (f->records_first + 1) % f->records_capacity;
	f->records_count--;
}

static void add_record(struct finder *f, struct record record)
{
	if (f->records_count == f->records_capacity) {
		size_t capacity = f->records_capacity ? f->records_capacity * 2 : 64;
		struct record *grown = st_alloc(capacity * sizeof *grown);
		for (size_t i = 0; i < f->records_count; i++)
			grown[i] = f->records[(f->records_first + i) % f->records_capacity];
		free(f->records);
		f->records = grown;
		f->records_first = 0;
		f->records_capacity = capacity;
	}
	f->records[(f->records_first + f->records_count++) % f->records_capacity] = record;
}

/* The record that holds a start; mentions ask in the order of their starts. False: it is not known yet. */
static bool find_record(struct finder *f, uint64_t start, uint64_t *record)
{
	while (f->records_count > 0 && first_record(f)->end <= start)
		drop_record(f);
	const struct record *first = first_record(f);
	if (first == NULL)
		return false;
	*record = start >= first->start ? first->number + 1 : 0;
	return true;
}

/* Decides the waiting mentions that the records known by now allow to decide. */
static void decide_pending(struct finder *f)
{
	struct waiting w;
	struct st_span canonical;
	uint64_t record;
	for (size_t at = f->pending_at; next_waiting(&f->pending, &at, &w, &canonical); f->pending_at = at) {
		if (!find_record(f, w.text_start, &record))
			break;
		settle(f, &w, record, canonical);
	}
	/* Seldom enough that every byte moves a few times at most. */
	if (f->pending_at == f->pending.size || f->pending_at > MIB) {
		st_buf_drop_front(&f->pending, f->pending_at);
		f->pending_at = 0;
	}
}

void finder_record(struct finder *f, uint64_t start, uint64_t end, uint64_t number)
{
	uint64_t settled = f->fed ? detect_settled(f->detect) : 0;
	bool pending = f->pending_at < f->pending.size;
	while (!pending && f->records_count > 0 && first_record(f)->end <= settled)
		drop_record(f);
	add_record(f, (struct record){.start = start, .end = end, .number = number});
	if (pending)
		decide_pending(f);
}

/* --- mentions --- */

static uint8_t form_of(const struct finder *f, const struct detect_mention *m)
{
	enum detect_form form = m->form == DETECT_PLAIN && is_stored_otherwise(f, m) ? DETECT_ENCODED : m->form;
	return (uint8_t)(form | m->rule << DETECT_RULE_SHIFT);
}

static void on_mention(void *context, const struct detect_mention *m)
{
	struct finder *f = context;
	struct place first = place_of(f, m->start), last = place_of(f, m->end - 1);
	struct waiting w = {
		.text_start = m->start,
		.start = first.start,
		.length = (uint32_t)(last.start + last.width - first.start),
		.canonical_size = (uint16_t)m->canonical.size,
		.kind = (uint8_t)m->kind,
		.form = form_of(f, m),
		.confidence = m->confidence,
		.tentative = m->tentative,
	};
	/* Only members have brothers that come later. */
	if (f->part > 0 && !m->tentative && m->kind == DETECT_EMAIL_ADDRESS && m->confidence >= DETECT_CONFIDENCE_SHOWN)
		domain_set_add(f->domains, domain_of(m->canonical));
	uint64_t record = 0;
	bool known = f->joined != NULL || (f->pending_at == f->pending.size && find_record(f, m->start, &record));
	if (known || f->pending.size - f->pending_at >= CEIL_PENDING_BYTES)
		settle(f, &w, record, m->canonical);
	else
		queue(&f->pending, &w, m->canonical);
}

/* --- a part --- */

struct finder *finder_open(const struct detect_options *options, struct outbox *out, struct domain_set *domains)
{
	struct finder *f = st_alloc_zero(1, sizeof *f);
	f->out = out;
	f->domains = domains;
	f->rules = options->rules;
	f->detect = detect_open(options, on_mention, f);
	return f;
}

void finder_begin(struct finder *f, uint32_t part, struct joined *joined)
{
	f->part = part;
	f->joined = joined;
	f->fed = false;
	f->tail_start = f->tail_first = f->tail_size = 0;
	f->records_first = f->records_count = 0;
	f->pending.size = f->pending_at = 0;
	f->held.size = f->held_count = 0;
	f->places_coming.size = 0;
	f->places.bytes.size = 0;
	f->places.last = 0;
	f->places.full = false;
}

void finder_place(struct finder *f, uint64_t start, struct st_span label)
{
	st_buf_add_u64(&f->places_coming, start);
	st_buf_add_span(&f->places_coming, label.data, label.size);
}

unsigned finder_column(struct finder *f, struct st_span name)
{
	f->fed = true; /* the part has something to finish */
	return detect_field_name(f->detect, name);
}

void finder_field(struct finder *f, uint64_t start, unsigned column)
{
	detect_field_begins(f->detect, start, column);
}

struct st_span finder_places(const struct finder *f)
{
	return (struct st_span){f->places.bytes.data, f->places.bytes.size};
}

/* Those whose text is in this block, by where it is stored. */
static void place_coming(struct finder *f, const struct extract_text *text)
{
	struct st_cursor in = {f->places_coming.data, f->places_coming.data + f->places_coming.size, false};
	size_t taken = 0;
	while (in.at < in.end) {
		uint64_t start = st_cursor_u64(&in);
		struct st_span label = st_cursor_span(&in);
		if (in.bad || start >= text->start + text->size)
			break;
		places_add(&f->places, place_of(f, start).start, label);
		taken = (size_t)(in.at - f->places_coming.data);
	}
	st_buf_drop_front(&f->places_coming, taken);
}

void finder_text(struct finder *f, const struct extract_text *text)
{
	if (text->size == 0)
		return;
	f->fed = true;
	f->block = text;
	if (f->places_coming.size > 0)
		place_coming(f, text);
	detect_feed(f->detect, text->data, text->size);
	f->block = NULL;
	keep_tail(f, text, detect_settled(f->detect));
}

void finder_end(struct finder *f)
{
	struct waiting w;
	struct st_span canonical;
	if (f->fed)
		detect_finish(f->detect);
	while (next_waiting(&f->pending, &f->pending_at, &w, &canonical))
		settle(f, &w, 0, canonical);
	for (size_t at = 0; next_waiting(&f->held, &at, &w, &canonical);)
		if (domain_is_seen(f, canonical))
			send(f, &w, canonical);
	/* A part with millions of waiting mentions is rare: its memory is not kept for the next one. */
	if (f->pending.capacity > MIB)
		st_buf_free(&f->pending);
	if (f->held.capacity > MIB)
		st_buf_free(&f->held);
}

size_t finder_exhausted_rule(const struct finder *f)
{
	for (size_t i = 0; f->fed && i < detect_rules_count(f->rules); i++)
		if (detect_rule_exhausted(f->detect, i) > 0)
			return i + 1;
	return 0;
}

void finder_close(struct finder *f)
{
	if (f == NULL)
		return;
	detect_close(f->detect);
	free(f->tail);
	free(f->records);
	st_buf_free(&f->pending);
	st_buf_free(&f->held);
	st_buf_free(&f->places_coming);
	st_buf_free(&f->places.bytes);
	free(f);
}
