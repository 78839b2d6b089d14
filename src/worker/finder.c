/*
 * Mentions come from the detectors a little behind the text, records from the reader when their end is known: the two
 * meet here. Records wait while mentions may still start in them; mentions wait while their record has not ended.
 * Offsets are translated when a mention comes: of earlier blocks only the bytes not settled yet are remembered.
 */
#include "worker/finder.h"

#include "base/ceilings.h"
#include "base/hash.h"
#include "base/places.h"
#include "detect/rules.h"
#include "worker/case_templates.h"
#include "worker/marker.h"

#include <stdio.h>
#include <stdlib.h>

#define MARK_CONFIDENCE 90
#define NEAR_CONFIDENCE 50 /* of a subject near a person: the least that counts */

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
	uint64_t other; /* of a mark: what must stand in the same record */
	uint32_t length;
	uint16_t canonical_size;
	uint8_t kind, form, confidence;
	bool tentative;
};

/* What was said of names without being a mention, so that a part says it once, or nearly: digests, the newest in each
 * slot. */
#define EVIDENCE_SLOTS 256
struct evidence {
	uint8_t slots[EVIDENCE_SLOTS][ST_DIGEST_BYTES];
	bool used;
};

/* The national id and the e-mail address of the record that mentions come from: a pair as long as each is alone. */
struct record_pair {
	struct waiting at; /* the address */
	uint64_t record;   /* 0: none */
	struct st_buf id, address;
	bool several;
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
	bool straight;                    /* all text of the part so far is stored byte for byte, */
	uint64_t ahead;                   /* each this far behind its text offset: no tail is kept */
	struct place *tail;               /* else bytes of earlier blocks, from tail_start on */
	uint64_t tail_start;
	size_t tail_first, tail_size, tail_capacity;

	struct record *records; /* ring of those that may still get mentions: [first, first + count) */
	size_t records_first, records_count, records_capacity;

	struct st_buf pending; /* struct waiting + canonical: in a record not ended yet, or in none */
	size_t pending_at;
	struct st_buf places_coming; /* u64 text offset, span label: their text has not come */
	struct places places;

	struct evidence evidence; /* told of this part */
	struct case_templates templates;
	struct record_pair pair;

	struct st_buf held; /* the same: tentative, until the domain is seen or the part ends */
	size_t held_count;

	struct marker marker;
	struct talk talk;
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
	if (f->straight)
		return (struct place){.start = offset + f->ahead, .width = 1};
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

/* The part was straight up to this block, and is not any more: what is not settled gets the tail it would have. */
static void end_straight(struct finder *f, uint64_t end)
{
	uint64_t settled = detect_settled(f->detect), judged = words_done(f->marker.words);
	f->straight = false;
	f->tail_first = f->tail_size = 0;
	f->tail_start = settled < judged ? settled : judged;
	if (f->tail_start >= end)
		return;
	make_tail_room(f, (size_t)(end - f->tail_start));
	for (uint64_t at = f->tail_start; at < end; at++)
		f->tail[f->tail_size++] = (struct place){.start = at + f->ahead, .width = 1};
}

/* Is the next block stored byte for byte like those before it? */
static void judge_block(struct finder *f, const struct extract_text *block)
{
	uint64_t ahead = block->stored_start - block->start;
	if (!f->fed || block->start == 0) {
		f->straight = block->stored == NULL;
		f->ahead = ahead;
	} else if (f->straight && (block->stored != NULL || ahead != f->ahead)) {
		end_straight(f, block->start);
	}
}

/*
 * Is the mention stored in another way than it reads? A character takes more stored bytes than it has in UTF-8 (UTF-16,
 * a character reference), or the stored bytes of two do not stand side by side (a tag in between). Single-byte sets
 * take fewer: they stay plain.
 */
static bool is_stored_otherwise(const struct finder *f, const struct detect_mention *m)
{
	if (f->straight)
		return false;
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

/* A value that somebody said counts for the speaker, too. */
static void send_said(const struct finder *f, const struct waiting *w, enum speaker speaker)
{
	const char *name = speaker_name(speaker);
	if (name == NULL || w->tentative || w->confidence < DETECT_CONFIDENCE_SHOWN)
		return;
	struct waiting said = *w;
	said.kind = MARKING_SAID;
	said.form = 0;
	said.confidence = MARK_CONFIDENCE;
	send(f, &said, (struct st_span){(const uint8_t *)name, strlen(name)});
}

static void tell(struct finder *f, const struct waiting *at, uint8_t kind, struct st_span value);

/* The record has ended: id and address that stood in it alone belong together. */
static void end_pair(struct finder *f)
{
	struct record_pair *pair = &f->pair;
	if (!pair->several && pair->id.size > 0 && pair->address.size > 0 &&
		pair->id.size + 1 + pair->address.size <= DETECT_PAIR_BYTES) {
		st_buf_add_byte(&pair->id, 0);
		st_buf_add(&pair->id, pair->address.data, pair->address.size);
		tell(f, &pair->at, DETECT_ID_PAIR, (struct st_span){pair->id.data, pair->id.size});
	}
	pair->id.size = pair->address.size = 0;
	pair->record = 0;
	pair->several = false;
}

static void note_pair(struct finder *f, const struct waiting *w, struct st_span value)
{
	struct record_pair *pair = &f->pair;
	if (w->record != pair->record) {
		end_pair(f);
		pair->record = w->record;
	}
	struct st_buf *of = w->kind == DETECT_NATIONAL_ID ? &pair->id : &pair->address;
	if (of->size == 0)
		st_buf_add(of, value.data, value.size);
	else if (of->size != value.size || memcmp(of->data, value.data, value.size) != 0)
		pair->several = true;
	if (w->kind == DETECT_EMAIL_ADDRESS)
		pair->at = *w;
}

/* Its record is known. */
static void settle(struct finder *f, struct waiting *w, uint64_t record, struct st_span canonical)
{
	w->record = record;
	if (w->kind >= MARKING_FIRST && record == 0 && f->joined == NULL)
		return; /* marks are of records */
	if (w->kind < MARKING_FIRST && record != 0 && f->joined == NULL)
		send_said(f, w, talk_said_at(&f->talk, w->text_start));
	bool pairs = w->kind == DETECT_NATIONAL_ID || w->kind == DETECT_EMAIL_ADDRESS;
	if (!w->tentative && pairs && record != 0 && f->joined == NULL)
		note_pair(f, w, canonical);
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

/* The same for a mark: it is in none when what belongs to it stands in another. */
static bool find_record_of(struct finder *f, const struct waiting *w, uint64_t *record)
{
	if (!find_record(f, w->text_start, record))
		return false;
	if (*record != 0 && w->kind >= MARKING_FIRST && w->other < first_record(f)->start)
		*record = 0;
	return true;
}

/* Decides the waiting mentions that the records known by now allow to decide. */
static void decide_pending(struct finder *f)
{
	struct waiting w;
	struct st_span canonical;
	uint64_t record;
	for (size_t at = f->pending_at; next_waiting(&f->pending, &at, &w, &canonical); f->pending_at = at) {
		if (!find_record_of(f, &w, &record))
			break;
		settle(f, &w, record, canonical);
	}
	/* Seldom enough that every byte moves a few times at most. */
	if (f->pending_at == f->pending.size || f->pending_at > MIB) {
		st_buf_drop_front(&f->pending, f->pending_at);
		f->pending_at = 0;
	}
}

/* What type the records are whose words have all been judged. */
static void send_types(struct finder *f)
{
	uint64_t number;
	const char *type;
	while (marker_typed(&f->marker, &number, &type)) {
		if (type == NULL)
			continue;
		struct outbox_mention mark = {.kind = MARKING_DOCUMENT,
			.confidence = MARK_CONFIDENCE,
			.part = f->part,
			.record = number + 1,
			.canonical = {(const uint8_t *)type, strlen(type)}};
		outbox_mention(f->out, &mark);
	}
}

void finder_turn(struct finder *f, const struct talk_turn *turn)
{
	talk_add(&f->talk, turn);
}

void finder_send_turns(struct outbox *out, uint32_t part, uint64_t record, const uint64_t turns[MARKING_SPEAKERS])
{
	st_auto_buf struct st_buf value = {0};
	uint64_t all = 0;
	for (size_t i = 0; i < MARKING_SPEAKERS; i++) {
		st_buf_add_varint(&value, turns[i]);
		all += turns[i];
	}
	if (all > 0)
		outbox_mention(out, &(struct outbox_mention){.kind = MARKING_TURNS,
					    .confidence = MARK_CONFIDENCE,
					    .part = part,
					    .record = record,
					    .canonical = {value.data, value.size}});
}

/* Turns are told with their record. */
static void send_turns(struct finder *f, uint64_t start, uint64_t end, uint64_t number)
{
	struct talk_turn turn;
	uint64_t turns[MARKING_SPEAKERS] = {0};
	while (talk_next(&f->talk, start, end, &turn))
		turns[turn.speaker - SPEAKER_AGENT]++;
	finder_send_turns(f->out, f->part, number + 1, turns);
}

void finder_record(struct finder *f, uint64_t start, uint64_t end, uint64_t number)
{
	uint64_t settled = f->fed ? detect_settled(f->detect) : 0;
	bool pending = f->pending_at < f->pending.size;
	while (!pending && f->records_count > 0 && first_record(f)->end <= settled)
		drop_record(f);
	add_record(f, (struct record){.start = start, .end = end, .number = number});
	send_turns(f, start, end, number);
	if (pending)
		decide_pending(f);
	if (f->pending_at == f->pending.size)
		talk_forget(&f->talk, settled);
	marker_record(&f->marker, start, end, number);
	send_types(f);
}

/* --- mentions --- */

static uint8_t form_of(const struct finder *f, const struct detect_mention *m)
{
	enum detect_form form = m->form == DETECT_PLAIN && is_stored_otherwise(f, m) ? DETECT_ENCODED : m->form;
	return (uint8_t)(form | m->rule << DETECT_RULE_SHIFT);
}

static void settle_or_queue(struct finder *f, struct waiting *w, struct st_span canonical)
{
	uint64_t record = 0;
	bool known = f->joined != NULL || (f->pending_at == f->pending.size && find_record_of(f, w, &record));
	if (known || f->pending.size - f->pending_at >= CEIL_PENDING_BYTES)
		settle(f, w, record, canonical);
	else
		queue(&f->pending, w, canonical);
}

static void take_mark(struct finder *f, const struct marker_item *item)
{
	struct waiting w = {
		.text_start = item->text_start,
		.other = item->other,
		.start = item->start,
		.length = item->length,
		.canonical_size = (uint16_t)strlen(item->value),
		.kind = item->kind,
		.confidence = item->confidence,
	};
	settle_or_queue(f, &w, (struct st_span){(const uint8_t *)item->value, w.canonical_size});
}

/* Marks and mentions ask for their records in one order. */
static void take_marks(struct finder *f, uint64_t limit)
{
	struct marker_item item;
	while (marker_next(&f->marker, limit, &item))
		take_mark(f, &item);
}

/* What the words of the text said; its place is still known, because words are judged before detectors let go. */
static void on_seen(void *context, enum marking kind, const char *value, uint64_t start, uint64_t end)
{
	struct finder *f = context;
	struct place first = place_of(f, start), last = place_of(f, end - 1);
	marker_add(&f->marker, &(struct marker_item){.text_start = start,
				       .other = start,
				       .start = first.start,
				       .length = (uint32_t)(last.start + last.width - first.start),
				       .kind = (uint8_t)kind,
				       .confidence = kind == MARKING_SPECIAL ? NEAR_CONFIDENCE : MARK_CONFIDENCE,
				       .value = value});
}

static void take_subjects_near(struct finder *f, const struct detect_mention *m, uint64_t stored)
{
	struct marker_item near[8];
	size_t count = marker_person(&f->marker, m->start, m->end, stored, near);
	for (size_t i = 0; i < count; i++)
		take_mark(f, &near[i]);
}

/* The country stands in front of the scheme's name: it_codice_fiscale; of an address it is all of it. Numbers are told
 * apart, for each is a person; of addresses only the country counts. */
static void take_country(struct finder *f, const struct detect_mention *m, const struct waiting *w)
{
	char value[CEIL_COUNTRY_MARK_BYTES];
	bool number = m->kind == DETECT_NATIONAL_ID;
	snprintf(value, sizeof value, "%c%c%.*s", m->scheme[0] & 0x5f, m->scheme[1] & 0x5f,
		number ? (int)m->canonical.size : 0, (const char *)m->canonical.data);
	take_mark(f, &(struct marker_item){.text_start = m->start,
			     .other = m->start,
			     .start = w->start,
			     .length = w->length,
			     .kind = number ? MARKING_COUNTRY : MARKING_PLACE,
			     .confidence = m->confidence,
			     .value = value});
}

/* Says that a value is certain, or that a name belongs to an address, at a place but not as a mention. */
static void tell(struct finder *f, const struct waiting *at, uint8_t kind, struct st_span value)
{
	static const uint8_t key[ST_DIGEST_KEY_BYTES] = "staunch evidence";
	uint8_t digest[ST_DIGEST_BYTES];
	struct waiting w = *at;
	st_digest(key, value.data, value.size, digest);
	uint8_t *slot = f->evidence.slots[digest[0] % EVIDENCE_SLOTS];
	if (memcmp(slot, digest, sizeof digest) == 0)
		return;
	memcpy(slot, digest, sizeof digest);
	f->evidence.used = true;
	w.kind = kind;
	w.form = DETECT_FORM_EVIDENCE;
	w.record = 0;
	w.canonical_size = (uint16_t)value.size;
	send(f, &w, value);
}

/* What an address says of names (contract 5): who was named with it, and the name it is made of. */
static void tell_of_address(struct finder *f, const struct waiting *w, const struct detect_mention *m)
{
	uint8_t value[DETECT_PAIR_BYTES];
	size_t size = detect_name_of_address(m->canonical, value);
	if (size > 0)
		tell(f, w, DETECT_PERSON_NAME, (struct st_span){value, size});
	if (m->holder.size == 0 || m->holder.size + 1 + m->canonical.size > sizeof value)
		return;
	memcpy(value, m->holder.data, m->holder.size);
	value[m->holder.size] = 0;
	memcpy(value + m->holder.size + 1, m->canonical.data, m->canonical.size);
	tell(f, w, DETECT_NAME_PAIR, (struct st_span){value, m->holder.size + 1 + m->canonical.size});
}

/* With or without a label, a case number speaks for its template. */
static void tell_of_case(struct finder *f, const struct waiting *at, struct st_span canonical)
{
	uint8_t value[CASE_TEMPLATES_BYTES];
	struct waiting w = *at;
	w.canonical_size = (uint16_t)case_templates_row(&f->templates, canonical, value);
	w.kind = DETECT_CASE_TEMPLATE;
	w.form = DETECT_FORM_EVIDENCE;
	w.record = 0;
	if (w.canonical_size > 0)
		send(f, &w, (struct st_span){value, w.canonical_size});
}

static void on_mention(void *context, const struct detect_mention *m)
{
	struct finder *f = context;
	take_marks(f, m->start);
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
	/* Rows of names and case numbers wait in the merge, not here: what confirms them stands in the whole corpus. */
	bool waits = m->kind == DETECT_PERSON_NAME || m->kind == DETECT_CASE_NUMBER;
	if (waits && m->tentative) {
		w.tentative = false;
		w.confidence = DETECT_CONFIDENCE_UNSURE;
	}
	if (m->kind == DETECT_EMAIL_ADDRESS && !m->tentative)
		tell_of_address(f, &w, m);
	if (m->kind == DETECT_CASE_NUMBER)
		tell_of_case(f, &w, m->canonical);
	/* Only members have brothers that come later. */
	if (f->part > 0 && !m->tentative && m->kind == DETECT_EMAIL_ADDRESS && m->confidence >= DETECT_CONFIDENCE_SHOWN)
		domain_set_add(f->domains, domain_of(m->canonical));
	settle_or_queue(f, &w, m->canonical);
	if (f->joined != NULL) {
		bool address = m->kind == DETECT_EMAIL_ADDRESS;
		send_said(f, &w, talk_said_in_mail(&f->talk, m->start, address ? m->canonical : (struct st_span){0}));
	}
	if (m->tentative)
		return;
	if (m->kind == DETECT_EMAIL_ADDRESS || m->kind == DETECT_PERSON_NAME)
		take_subjects_near(f, m, w.start);
	if ((m->kind == DETECT_NATIONAL_ID || m->kind == DETECT_POSTAL_ADDRESS) && m->scheme != NULL)
		take_country(f, m, &w);
}

/* --- a part --- */

struct finder *finder_open(const struct detect_options *options, struct outbox *out, struct domain_set *domains)
{
	struct finder *f = st_alloc_zero(1, sizeof *f);
	f->out = out;
	f->domains = domains;
	f->rules = options->rules;
	f->detect = detect_open(options, on_mention, f);
	f->talk.own_domains = options->own_domains;
	f->marker.words = words_open(on_seen, f);
	return f;
}

void finder_begin(struct finder *f, const struct finder_part *part)
{
	marker_begin(&f->marker, part->types, part->joined != NULL);
	talk_begin(&f->talk, part->author);
	f->part = part->part;
	f->joined = part->joined;
	f->fed = false;
	f->straight = false;
	f->tail_start = f->tail_first = f->tail_size = 0;
	f->records_first = f->records_count = 0;
	f->pending.size = f->pending_at = 0;
	f->held.size = f->held_count = 0;
	if (f->evidence.used)
		memset(&f->evidence, 0, sizeof f->evidence);
	case_templates_begin(&f->templates);
	f->places_coming.size = 0;
	f->places.bytes.size = 0;
	f->places.last = 0;
	f->places.full = false;
}

/* Headers, footers and what a document says of itself speak for all of it. */
static bool is_heading(struct st_span label)
{
	static const char *const heads[] = {"header", "footer", "propert"};
	for (size_t i = 0; i < sizeof heads / sizeof heads[0]; i++)
		if (label.size >= strlen(heads[i]) && memcmp(label.data, heads[i], strlen(heads[i])) == 0)
			return true;
	return false;
}

void finder_place(struct finder *f, uint64_t start, struct st_span label)
{
	words_heading(f->marker.words, start, is_heading(label));
	if (f->joined != NULL)
		talk_place(&f->talk, start, label);
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
	judge_block(f, text);
	f->fed = true;
	f->block = text;
	if (f->places_coming.size > 0)
		place_coming(f, text);
	words_feed(f->marker.words, text->data, text->size);
	detect_feed(f->detect, text->data, text->size);
	uint64_t settled = detect_settled(f->detect), judged = words_done(f->marker.words);
	if (settled > 0)
		take_marks(f, settled - 1);
	f->block = NULL;
	if (!f->straight)
		keep_tail(f, text, settled < judged ? settled : judged);
	send_types(f);
}

void finder_end(struct finder *f)
{
	struct waiting w;
	struct st_span canonical;
	marker_end(&f->marker);
	if (f->fed)
		detect_finish(f->detect);
	take_marks(f, UINT64_MAX);
	send_types(f);
	while (next_waiting(&f->pending, &f->pending_at, &w, &canonical))
		settle(f, &w, 0, canonical);
	end_pair(f);
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
	marker_free(&f->marker);
	talk_free(&f->talk);
	free(f->tail);
	free(f->records);
	st_buf_free(&f->pending);
	st_buf_free(&f->held);
	st_buf_free(&f->pair.id);
	st_buf_free(&f->pair.address);
	st_buf_free(&f->places_coming);
	st_buf_free(&f->places.bytes);
	free(f);
}
