/*
 * What in a case is a party's. An e-mail address of the party is its own, wherever it stands and however it is spelled;
 * nothing else is: a telephone number or a card beside it may be anybody's. What belongs to others is looked at for two
 * things only: which records hold nobody's address, and which words of file names name somebody.
 */
#include "cli/report_party.h"

#include "base/ceilings.h"
#include "base/places.h"
#include "detect/detect.h"
#include "portal/split.h"
#include "report/packet_names.h"
#include "resolve/resolve.h"

#include <stdlib.h>

#define WHERE_BYTES 48

/* A row before its places have names. */
struct raw_row {
	struct packet_row row;
	uint32_t segment, part;
	uint64_t record; /* in the segment */
};

/* Records of one reading as bits. */
struct reading {
	uint32_t segment;
	uint32_t once; /* bits: a value of a kind that one party has one of stands somewhere in it */
	bool foreign;  /* a sign of somebody else stands somewhere in it */
	uint64_t first_bit, records;
};

struct gathering {
	struct report_case *rc;
	const struct party *party;
	struct party_part *out;
	struct packet_names *names;
	struct party_others *others;
	struct raw_row *rows;
	size_t row_count, row_capacity, value_capacity;
	struct reading *readings; /* by segment */
	size_t reading_count, reading_capacity;
	uint8_t *anybody, *own;      /* bits: the record holds an address of somebody; of the party */
	uint8_t *foreign;            /* bits: a sign of somebody else, as portal/split.h has them */
	uint8_t *once[DETECT_KINDS]; /* bits: a value of a kind that one party has one of; NULL none yet */
	uint64_t bits;               /* records of all readings */
};

/* --- records as bits --- */

static enum st_status add_reading(void *context, const struct casefile_object *object, struct st_error *err)
{
	(void)err;
	struct gathering *g = context;
	if (object->duplicate_of != 0 || object->segment == 0)
		return ST_OK;
	if (g->reading_count == g->reading_capacity) {
		g->reading_capacity = g->reading_capacity ? g->reading_capacity * 2 : 256;
		g->readings = st_realloc(g->readings, g->reading_capacity * sizeof *g->readings);
	}
	g->readings[g->reading_count++] = (struct reading){.segment = object->segment, .records = object->records};
	return ST_OK;
}

static int by_segment(const void *left, const void *right)
{
	const struct reading *a = left, *b = right;
	return a->segment < b->segment ? -1 : a->segment > b->segment;
}

static enum st_status open_readings(struct gathering *g, struct st_error *err)
{
	ST_TRY(casefile_objects(g->rc->casefile, -1, add_reading, g, err));
	if (g->reading_count > 1)
		qsort(g->readings, g->reading_count, sizeof *g->readings, by_segment);
	for (size_t i = 0; i < g->reading_count; i++) {
		g->readings[i].first_bit = g->bits;
		g->bits += g->readings[i].records;
	}
	g->anybody = st_alloc_zero(g->bits / 8 + 1, 1);
	g->own = st_alloc_zero(g->bits / 8 + 1, 1);
	g->foreign = st_alloc_zero(g->bits / 8 + 1, 1);
	return ST_OK;
}

static struct reading *find_reading(const struct gathering *g, uint32_t segment)
{
	struct reading key = {.segment = segment};
	return g->reading_count > 0 ? bsearch(&key, g->readings, g->reading_count, sizeof key, by_segment) : NULL;
}

/* The bit of a record; false: of a reading that is no more. */
static bool find_bit(const struct gathering *g, const struct resolve_place *place, uint64_t *bit)
{
	const struct reading *found = find_reading(g, place->segment);
	if (found == NULL || place->record >= found->records)
		return false;
	*bit = found->first_bit + place->record;
	return true;
}

static bool is_set(const uint8_t *bits, uint64_t bit)
{
	return bits[bit / 8] >> (bit % 8) & 1;
}

static void set(uint8_t *bits, uint64_t bit)
{
	bits[bit / 8] = (uint8_t)(bits[bit / 8] | 1u << (bit % 8));
}

/* --- whose is it? --- */

static bool is_name(const struct party *party, struct st_span text)
{
	return text.size == party->name.size && memcmp(text.data, party->name.data, text.size) == 0;
}

static bool is_own(const struct gathering *g, const struct resolve_entity *entity)
{
	const struct party *party = g->party;
	if (entity->kind != DETECT_EMAIL_ADDRESS)
		return false;
	if (!party->organization)
		return is_name(party, entity->canonical);
	struct st_span host = split_host(entity->canonical);
	return is_name(party, detect_registrable_domain(host)) &&
	       !party_carries_another(
		       g->others, (struct st_span){entity->canonical.data, entity->canonical.size - host.size - 1});
}

static size_t value_of(struct gathering *g, const struct resolve_entity *entity)
{
	struct packet *packet = &g->out->packet;
	const struct packet_value *last = packet->value_count > 0 ? &packet->values[packet->value_count - 1] : NULL;
	/* an entity with many places comes in several rows, one after the other */
	if (last != NULL && strlen(last->text) == entity->canonical.size &&
		memcmp(last->text, entity->canonical.data, entity->canonical.size) == 0)
		return packet->value_count - 1;
	if (packet->value_count == g->value_capacity) {
		g->value_capacity = g->value_capacity ? g->value_capacity * 2 : 64;
		packet->values = st_realloc(packet->values, g->value_capacity * sizeof *packet->values);
	}
	packet->values[packet->value_count] =
		(struct packet_value){.kind = detect_kind_name((enum detect_kind)entity->kind),
			.text = st_strndup((const char *)entity->canonical.data, entity->canonical.size)};
	return packet->value_count++;
}

static void add_row(struct gathering *g, size_t value, const struct resolve_place *place, const struct report_place *at)
{
	if (g->row_count == CEIL_PACKET_ROWS)
		return; /* counted in mentions: every file says how many are listed */
	if (g->row_count == g->row_capacity) {
		g->row_capacity = g->row_capacity ? g->row_capacity * 2 : 256;
		g->rows = st_realloc(g->rows, g->row_capacity * sizeof *g->rows);
	}
	g->rows[g->row_count++] = (struct raw_row){
		.row = {.value = (uint32_t)value,
			.store = at->store + 1,
			.object = at->object,
			.member = place->part,
			.length_bytes = place->length,
			.start = place->start,
			.confidence = place->confidence,
			.form = detect_form_name((enum detect_form)(place->form & DETECT_FORM_MASK))},
		.segment = place->segment,
		.part = place->part,
		.record = place->record,
	};
}

static void take_own(struct gathering *g, const struct resolve_entity *entity)
{
	struct packet *packet = &g->out->packet;
	struct st_span places = entity->places;
	struct resolve_place place;
	while (resolve_place_next(&places, &place)) {
		size_t count;
		uint64_t bit;
		const struct report_place *at = report_case_places(g->rc, place.segment, &count);
		if (place.confidence < DETECT_CONFIDENCE_SHOWN || count == 0)
			continue;
		size_t value = value_of(g, entity);
		packet->mentions += count;
		packet->values[value].mentions += count;
		for (size_t i = 0; i < count; i++)
			add_row(g, value, &place, &at[i]);
		if (!find_bit(g, &place, &bit))
			continue;
		packet->records_raw += is_set(g->own, bit) ? 0 : count;
		set(g->own, bit);
	}
}

/* A record with an address in it is attributed to whoever that is. */
static void mark_attributed(struct gathering *g, const struct resolve_entity *entity)
{
	struct st_span places = entity->places;
	struct resolve_place place;
	uint64_t bit;
	while (entity->kind == DETECT_EMAIL_ADDRESS && resolve_place_next(&places, &place))
		if (place.confidence >= DETECT_CONFIDENCE_SHOWN && find_bit(g, &place, &bit))
			set(g->anybody, bit);
}

/* A role mailbox of the operator's is in every mail, and no sign of anybody. */
static bool is_operators_role(const struct gathering *g, struct st_span address)
{
	struct st_span host = split_host(address), domain = detect_registrable_domain(host);
	bool own = false;
	for (char *const *name = g->rc->own_domains; name != NULL && *name != NULL; name++)
		own = own || (strlen(*name) == domain.size && memcmp(*name, domain.data, domain.size) == 0);
	return own && host.size > 0 &&
	       detect_is_role_mailbox((struct st_span){address.data, address.size - host.size - 1});
}

/* Which bits a value that is not the party's sets; NULL none. */
static uint8_t *bits_of(struct gathering *g, const struct resolve_entity *entity)
{
	if (entity->kind == DETECT_EMAIL_ADDRESS)
		return is_operators_role(g, entity->canonical) ? NULL : g->foreign;
	struct st_span party = {g->party->name.data, g->party->name.size};
	enum split_sign sign = split_sign_of(entity->kind, entity->canonical, party, g->party->organization);
	if (sign == SPLIT_SIGN)
		return g->foreign;
	if (sign == SPLIT_NO_SIGN)
		return NULL;
	if (g->once[entity->kind] == NULL)
		g->once[entity->kind] = st_alloc_zero(g->bits / 8 + 1, 1);
	return g->once[entity->kind];
}

/* The same for the document as a whole, what is in no record too. A value whose places fill several rows counts as
 * several: that withholds more. */
static void mark_document(struct gathering *g, const uint8_t *bits, uint32_t segment)
{
	struct reading *reading = find_reading(g, segment);
	if (reading == NULL)
		return;
	reading->foreign |= bits == g->foreign;
	for (unsigned kind = 0; kind < DETECT_KINDS; kind++) {
		if (bits != g->once[kind])
			continue;
		reading->foreign |= reading->once >> kind & 1;
		reading->once |= 1u << kind;
	}
}

static void mark_others(struct gathering *g, const struct resolve_entity *entity)
{
	struct st_span places = entity->places;
	struct resolve_place place;
	uint8_t *bits = bits_of(g, entity);
	uint64_t bit, before = UINT64_MAX;
	uint32_t segment = 0;
	while (bits != NULL && resolve_place_next(&places, &place)) {
		if (place.segment != segment)
			mark_document(g, bits, place.segment);
		segment = place.segment;
		if (!find_bit(g, &place, &bit) || bit == before)
			continue; /* the same value again */
		if (is_set(bits, bit))
			set(g->foreign, bit);
		set(bits, bit);
		before = bit;
	}
}

static enum st_status take_entity(void *context, const struct resolve_entity *entity, struct st_error *err)
{
	(void)err;
	struct gathering *g = context;
	mark_attributed(g, entity);
	if (is_own(g, entity)) {
		take_own(g, entity);
		return ST_OK;
	}
	mark_others(g, entity);
	packet_names_take(g->names, entity->canonical);
	return ST_OK;
}

/* --- distinct records: rows of one record follow each other --- */

struct counting {
	bool any, anybody, own; /* of the record begun */
};

static void end_record(struct gathering *g, struct counting *counting)
{
	g->out->packet.unattributed += counting->any && !counting->anybody;
	g->out->packet.records_distinct += counting->own;
	*counting = (struct counting){0};
}

static enum st_status count_records(
	struct gathering *g, struct counting *counting, struct st_span block, struct st_error *err)
{
	struct resolve_record record;
	bool damaged = false;
	while (resolve_record_next(&block, &record, &damaged)) {
		struct resolve_place place;
		uint64_t bit;
		while (resolve_place_next(&record.places, &place)) {
			if (!find_bit(g, &place, &bit))
				continue;
			counting->any = true;
			counting->anybody |= is_set(g->anybody, bit);
			counting->own |= is_set(g->own, bit);
		}
		if (!record.more)
			end_record(g, counting);
	}
	return damaged ? st_fail(err, ST_FATAL, "the case is damaged: rows that cannot be read") : ST_OK;
}

static enum st_status count_all_records(struct gathering *g, struct st_error *err)
{
	struct casefile_blocks *blocks;
	struct counting counting = {0};
	struct st_span block;
	ST_TRY(casefile_blocks_open(g->rc->casefile, CASEFILE_RECORDS, NULL, &blocks, err));
	enum st_status status = casefile_blocks_next(blocks, &block, err);
	while (status == ST_OK && block.size > 0) {
		status = count_records(g, &counting, block, err);
		if (status == ST_OK)
			status = casefile_blocks_next(blocks, &block, err);
	}
	casefile_blocks_close(blocks);
	return status;
}

/* --- order --- */

static int compare(uint64_t a, uint64_t b)
{
	return a < b ? -1 : a > b;
}

static int by_place(const void *left, const void *right)
{
	const struct raw_row *a = left, *b = right;
	int order = compare(a->row.object, b->row.object);
	order = order != 0 ? order : compare(a->part, b->part);
	order = order != 0 ? order : compare(a->record, b->record);
	order = order != 0 ? order : compare(a->row.start, b->row.start);
	return order != 0 ? order : compare(a->row.value, b->row.value);
}

static int by_text(const void *left, const void *right, void *values)
{
	const struct packet_value *list = values;
	return strcmp(list[*(const uint32_t *)left].text, list[*(const uint32_t *)right].text);
}

/* Entities come in the order of keyed digests: people look for them in another. */
static void sort_values(struct gathering *g)
{
	struct packet *packet = &g->out->packet;
	size_t count = packet->value_count;
	if (count == 0)
		return;
	st_auto_free uint32_t *order = st_alloc(count * sizeof *order);
	st_auto_free uint32_t *place = st_alloc(count * sizeof *place);
	struct packet_value *sorted = st_alloc(count * sizeof *sorted);
	for (size_t i = 0; i < count; i++)
		order[i] = (uint32_t)i;
	qsort_r(order, count, sizeof *order, by_text, packet->values);
	for (size_t i = 0; i < count; i++) {
		sorted[i] = packet->values[order[i]];
		place[order[i]] = (uint32_t)i;
	}
	for (size_t i = 0; i < g->row_count; i++)
		g->rows[i].row.value = place[g->rows[i].row.value];
	free(packet->values);
	packet->values = sorted;
}

/* --- names of places --- */

/* The text as a string of the part; before, which may be NULL, if it is the same: neighbours agree. */
static const char *keep_text(struct party_part *part, const char *before, const void *text, size_t size)
{
	if (size == 0)
		return "";
	if (before != NULL && strlen(before) == size && memcmp(before, text, size) == 0)
		return before;
	if (part->text_count == part->text_capacity) {
		part->text_capacity = part->text_capacity ? part->text_capacity * 2 : 64;
		part->texts = st_realloc(part->texts, part->text_capacity * sizeof *part->texts);
	}
	part->texts[part->text_count] = st_strndup(text, size);
	return part->texts[part->text_count++];
}

/* Adds !/MEMBER for the chain that leads to a part while nobody is found in its names; false: somebody may be. */
static bool add_members(const struct gathering *g, uint32_t number, unsigned *digits, struct st_buf *out)
{
	const struct report_part *part = number != 0 ? report_case_part(g->rc, number) : NULL;
	if (part == NULL)
		return number == 0;
	if (part->parent >= number || !add_members(g, part->parent, digits, out))
		return false;
	struct st_span name = {(const uint8_t *)part->name, part->name_size};
	if (!packet_names_free(g->names, name, digits))
		return false;
	st_buf_add(out, "!/", 2);
	st_buf_add(out, name.data, name.size);
	return true;
}

/* The chain, if no name in it names anybody. */
static void add_name(const struct gathering *g, struct st_span path, uint32_t part, struct st_buf *out)
{
	unsigned digits = 0;
	if (path.size == 0 || !packet_names_free(g->names, path, &digits))
		return;
	st_buf_add(out, path.data, path.size);
	if (!add_members(g, part, &digits, out))
		out->size = 0; /* what carries the document may be shared though the record is not */
}

/* Words of the reader, if they look like such: they came from a worker. */
static struct st_span sound_words(struct st_span label)
{
	struct st_span words = places_words(label);
	for (size_t i = 0; i < words.size; i++) {
		uint8_t c = words.data[i], letter = c | 0x20;
		if ((letter < 'a' || letter > 'z') && (c < '0' || c > '9') && c != ' ' && c != '-')
			return (struct st_span){0};
	}
	return words.size <= WHERE_BYTES ? words : (struct st_span){0};
}

/* What the packet may say of where a value stands. Whoever makes a packet for an organization confirms with the reason
 * that it may have its addresses. */
static unsigned granted(const struct gathering *g, const struct raw_row *raw, bool named)
{
	struct resolve_place place = {.segment = raw->segment, .record = raw->record};
	uint64_t bit;
	bool alone = raw->record != RESOLVE_NO_RECORD && find_bit(g, &place, &bit) && !is_set(g->foreign, bit);
	const struct reading *reading = find_reading(g, raw->segment);
	return release_decide(&(struct release_finding){.state = alone ? RELEASE_ATTRIBUTED : RELEASE_SHARED,
		.audience = g->party->organization ? RELEASE_EMPLOYER : RELEASE_PERSON,
		.subject = true,
		.evidence = RELEASE_ADDRESS,
		.confidence = raw->row.confidence,
		.document_is_alone = reading != NULL && !reading->foreign,
		.name_words = named ? RELEASE_WORDS_COMMON : RELEASE_WORDS_OF_OTHERS});
}

static void name_place(struct gathering *g, struct raw_row *raw, const struct packet_row *before)
{
	const struct report_part *part = report_case_part(g->rc, raw->part);
	raw->row.format = raw->row.where = "";
	if (part == NULL)
		return;
	raw->row.rebuilt = part->rebuilt;
	if (raw->record != RESOLVE_NO_RECORD && raw->record >= part->first_record)
		raw->row.record = raw->record - part->first_record + 1;
	struct st_span words =
		sound_words(places_at((struct st_span){part->places.data, part->places.size}, raw->row.start));
	raw->row.where = keep_text(g->out, before != NULL ? before->where : NULL, words.data, words.size);
	raw->row.format = keep_text(g->out, before != NULL ? before->format : NULL, part->format, strlen(part->format));
}

static enum st_status name_places(struct gathering *g, struct st_error *err)
{
	struct casefile_object object = {0};
	st_auto_buf struct st_buf path = {0}, name = {0};
	for (size_t i = 0; i < g->row_count; i++) {
		struct raw_row *raw = &g->rows[i], *before = i > 0 ? raw - 1 : NULL;
		bool same_object = before != NULL && before->row.object == raw->row.object;
		if (!same_object) {
			ST_TRY(casefile_object(g->rc->casefile, raw->row.object, &object, &path, err));
			ST_TRY(report_case_parts(g->rc, raw->segment, err));
		}
		if (!same_object || before->part != raw->part) {
			name.size = 0;
			add_name(g, object.path, raw->part, &name);
		}
		name_place(g, raw, before != NULL ? &before->row : NULL);
		unsigned grant = granted(g, raw, name.size > 0);
		raw->row.stored_at = grant & RELEASE_DATE ? object.mtime_ns / 1000000000 : 0;
		raw->row.name = keep_text(g->out, before != NULL ? before->row.name : NULL, name.data,
			grant & RELEASE_NAME ? name.size : 0);
		char hex[2 * ST_SHA256_BYTES + 1] = "";
		if ((grant & RELEASE_DOCUMENT_DIGEST) && object.has_content_sha256)
			st_hex(object.content_sha256, ST_SHA256_BYTES, hex);
		raw->row.sha256 = keep_text(g->out, before != NULL ? before->row.sha256 : NULL, hex, strlen(hex));
	}
	return ST_OK;
}

static void keep_rows(struct gathering *g)
{
	struct packet *packet = &g->out->packet;
	packet->row_count = g->row_count;
	packet->rows = st_alloc_zero(g->row_count + 1, sizeof *packet->rows);
	for (size_t i = 0; i < g->row_count; i++)
		packet->rows[i] = g->rows[i].row;
}

/* --- all of it --- */

static enum st_status gather(struct gathering *g, struct st_error *err)
{
	ST_TRY(party_others_open(g->rc, g->party, &g->others, err));
	ST_TRY(open_readings(g, err));
	ST_TRY(report_each_entity(g->rc, take_entity, g, err));
	ST_TRY(count_all_records(g, err));
	sort_values(g);
	if (g->row_count > 1)
		qsort(g->rows, g->row_count, sizeof *g->rows, by_place);
	ST_TRY(name_places(g, err));
	keep_rows(g);
	return ST_OK;
}

enum st_status party_gather(
	struct report_case *rc, const struct party *party, struct party_part *out, struct st_error *err)
{
	struct gathering g = {.rc = rc, .party = party, .out = out};
	const uint8_t *name = party->name.data, *dot = memchr(name, '.', party->name.size);
	struct st_span label = {name, party->organization && dot != NULL ? (size_t)(dot - name) : 0};
	*out = (struct party_part){.packet = {.organization = party->organization, .party = (const char *)name}};
	g.names = packet_names_open(label);
	enum st_status status = gather(&g, err);
	packet_names_close(g.names);
	party_others_close(g.others);
	free(g.rows);
	free(g.readings);
	free(g.anybody);
	free(g.foreign);
	for (size_t i = 0; i < DETECT_KINDS; i++)
		free(g.once[i]);
	free(g.own);
	return status;
}

void party_part_free(struct party_part *part)
{
	for (size_t i = 0; i < part->packet.value_count; i++)
		free(part->packet.values[i].text);
	free(part->packet.values);
	free(part->packet.rows);
	for (size_t i = 0; i < part->text_count; i++)
		free(part->texts[i]);
	free(part->texts);
}
