/*
 * Countries of persons and organizations, categories of data, and what workers marked (contracts 5 and 6), counted
 * exactly: as entities leave the merge, each leaves marks at the distinct records it stands in. Once all have gone by,
 * one more walk over the addresses reads off what is true of the records of each person.
 */
#include "base/ceilings.h"
#include "cli/scan.h"
#include "cli/scan_organizations.h"
#include "worker/marking.h"

#include <stdlib.h>

/* The 32 bits of a record: categories, how many addresses that are not of staff (2: more), a country and its bases. */
#define CATEGORY_BITS 8
#define ADDRESSES_SHIFT 8
#define ADDRESSES_MASK 3u
#define COUNTRY_SHIFT 10
#define COUNTRY_MASK 1023u
#define BASES_SHIFT 20
#define BASES_MASK 7u

#define COUNTRY_UNKNOWN 0
#define COUNTRY_CONFLICT 1023
#define COUNTRIES (26 * 26 + 1)

enum category {
	CATEGORY_CONTACT,
	CATEGORY_IDENTITY,
	CATEGORY_FINANCIAL,
	CATEGORY_OFFICIAL,
	CATEGORY_LOCATION,
	CATEGORY_COMMUNICATION,
	CATEGORY_CREDENTIALS,
	CATEGORY_SPECIAL,
	CATEGORIES
};
static const char *const category_names[CATEGORIES] = {"contact", "identity", "financial", "official number",
	"location", "communication content", "credentials", "special categories"};

enum basis { BASIS_PHONE, BASIS_NATIONAL_ID, BASIS_ADDRESS, BASIS_CCTLD, BASES };

struct scan_marks {
	struct scan *scan;
	struct resolve_marks *records;
	struct resolve_place last; /* of the entity whose next row may follow */
	bool more;
	uint64_t persons[CATEGORIES];
	uint64_t country_persons[COUNTRIES], country_bases[COUNTRIES][BASES], country_organizations[COUNTRIES];
	uint64_t country_ids[COUNTRIES];          /* distinct national ids */
	struct tallies tallies;                   /* of marks */
	struct scan_organizations *organizations; /* during the walk */
};

enum st_status scan_marks_open(
	struct scan *scan, const struct resolve_first *first, struct scan_marks **out, struct st_error *err)
{
	*out = NULL;
	struct resolve_marks *records;
	ST_TRY(resolve_marks_open(&scan->work, first, &records, err));
	*out = st_alloc_zero(1, sizeof **out);
	(*out)->scan = scan;
	(*out)->records = records;
	return ST_OK;
}

void scan_marks_close(struct scan_marks *marks)
{
	if (marks == NULL)
		return;
	resolve_marks_close(marks->records);
	free(marks->tallies.rows);
	free(marks);
}

/* --- countries --- */

static unsigned country_number(const char code[3])
{
	return (unsigned)(code[0] - 'A') * 26 + (unsigned)(code[1] - 'A') + 1;
}

static void country_name(unsigned number, char out[8])
{
	memcpy(out, "unknown", 8);
	if (number == COUNTRY_UNKNOWN)
		return;
	out[0] = (char)('A' + (number - 1) / 26);
	out[1] = (char)('A' + (number - 1) % 26);
	out[2] = 0;
}

static unsigned country_of_domain(struct st_span host)
{
	char code[3];
	return detect_domain_country(host, code) ? country_number(code) : COUNTRY_UNKNOWN;
}

/* Two pieces of evidence, of which either may be none. */
static unsigned both_countries(unsigned a, unsigned b)
{
	if (a == COUNTRY_UNKNOWN || a == b)
		return b;
	return b == COUNTRY_UNKNOWN ? a : COUNTRY_CONFLICT;
}

static void add_evidence(uint32_t *record, unsigned country, enum basis basis)
{
	unsigned known = *record >> COUNTRY_SHIFT & COUNTRY_MASK;
	*record &= ~(COUNTRY_MASK << COUNTRY_SHIFT);
	*record |= both_countries(known, country) << COUNTRY_SHIFT | 1u << (BASES_SHIFT + basis);
}

/* --- what an entity leaves at its records --- */

struct trace {
	uint32_t categories; /* one bit each */
	bool is_address;     /* of somebody who is not staff */
	unsigned country;
	enum basis basis;
};

static struct st_span host_of(struct st_span address)
{
	const uint8_t *sign = address.size ? memrchr(address.data, '@', address.size) : NULL;
	if (sign == NULL)
		return (struct st_span){0};
	return (struct st_span){sign + 1, address.size - (size_t)(sign + 1 - address.data)};
}

static uint32_t url_categories(struct st_span url)
{
	return memmem(url.data, url.size, "***", 3) != NULL ? 1u << CATEGORY_CREDENTIALS : 0;
}

static void trace_of_value(const struct scan_marks *marks, const struct resolve_entity *entity, struct trace *trace)
{
	struct scan_party party;
	char code[3];
	switch ((enum detect_kind)entity->kind) {
	case DETECT_EMAIL_ADDRESS:
		scan_party_of(entity->canonical, marks->scan->own_domains, &party);
		trace->is_address = !party.staff;
		trace->categories = 1u << CATEGORY_CONTACT;
		break;
	case DETECT_PHONE_NUMBER:
		trace->categories = 1u << CATEGORY_CONTACT;
		if (detect_phone_country(entity->canonical, code))
			trace->country = country_number(code);
		trace->basis = BASIS_PHONE;
		break;
	case DETECT_POSTAL_ADDRESS:
		trace->categories = 1u << CATEGORY_CONTACT | 1u << CATEGORY_LOCATION;
		break;
	case DETECT_PERSON_NAME:
	case DETECT_DATE_OF_BIRTH:
		trace->categories = 1u << CATEGORY_IDENTITY;
		break;
	case DETECT_IP_ADDRESS:
		trace->categories = 1u << CATEGORY_LOCATION;
		break;
	case DETECT_PAYMENT_CARD:
	case DETECT_IBAN:
		trace->categories = 1u << CATEGORY_FINANCIAL;
		break;
	case DETECT_NATIONAL_ID:
	case DETECT_VAT_NUMBER:
		trace->categories = 1u << CATEGORY_OFFICIAL;
		break;
	case DETECT_SECRET:
		trace->categories = 1u << CATEGORY_CREDENTIALS;
		break;
	case DETECT_URL:
		trace->categories = url_categories(entity->canonical);
		break;
	case DETECT_ORGANIZATION_NAME:
	case DETECT_CASE_NUMBER:
	case DETECT_KINDS:
		break;
	}
}

/* Of a mark that begins with one. */
static unsigned country_of_mark(const struct resolve_entity *entity)
{
	if (!marking_is_known(entity->kind, entity->canonical))
		return COUNTRY_UNKNOWN;
	const char code[3] = {(char)entity->canonical.data[0], (char)entity->canonical.data[1], 0};
	return detect_is_country(code) ? country_number(code) : COUNTRY_UNKNOWN;
}

static struct trace trace_of(const struct scan_marks *marks, const struct resolve_entity *entity)
{
	struct trace trace = {0};
	if (entity->kind < DETECT_KINDS) {
		trace_of_value(marks, entity, &trace);
	} else if (entity->kind == MARKING_COUNTRY) {
		trace.country = country_of_mark(entity);
		trace.basis = BASIS_NATIONAL_ID;
	} else if (entity->kind == MARKING_PLACE) {
		trace.country = country_of_mark(entity);
		trace.basis = BASIS_ADDRESS;
	} else if (entity->kind == MARKING_SPECIAL) {
		trace.categories = 1u << CATEGORY_SPECIAL;
	} else if (entity->kind == MARKING_TURNS) {
		trace.categories = 1u << CATEGORY_COMMUNICATION;
	}
	return trace;
}

static void leave_trace(uint32_t *record, const struct trace *trace)
{
	*record |= trace->categories;
	if (trace->is_address && (*record >> ADDRESSES_SHIFT & ADDRESSES_MASK) < 2)
		*record += 1u << ADDRESSES_SHIFT;
	if (trace->country != COUNTRY_UNKNOWN)
		add_evidence(record, trace->country, trace->basis);
}

/* The next record of an entity that is a distinct one; each once, whatever the places in it and the rows of it. */
static uint32_t *next_record(struct scan_marks *marks, struct st_span *places, struct resolve_place *place)
{
	while (resolve_place_next(places, place)) {
		bool again =
			marks->more && marks->last.segment == place->segment && marks->last.record == place->record;
		marks->last = *place;
		marks->more = true;
		if (again || place->record == RESOLVE_NO_RECORD)
			continue;
		uint32_t *record = resolve_marks_at(marks->records, place->segment, place->record);
		if (record != NULL)
			return record;
	}
	return NULL;
}

void scan_marks_row(struct scan_marks *marks, const struct resolve_entity *entity)
{
	struct trace trace = trace_of(marks, entity);
	struct st_span places = entity->places;
	struct resolve_place place;
	uint32_t *record;
	if (trace.categories != 0 || trace.country != COUNTRY_UNKNOWN)
		while ((record = next_record(marks, &places, &place)) != NULL)
			leave_trace(record, &trace);
	marks->more = marks->more && entity->more;
}

/* --- what is known without places --- */

static struct tally *tally_of(struct scan_marks *marks, enum tally_list list, const char *name)
{
	for (size_t i = 0; i < marks->tallies.count; i++)
		if (marks->tallies.rows[i].list == list && strcmp(marks->tallies.rows[i].name, name) == 0)
			return &marks->tallies.rows[i];
	return tallies_add(&marks->tallies, list, name);
}

/* A record has one mark for its turns: as many records have this number of them. */
static void count_turns(struct scan_marks *marks, const struct resolve_entity *entity)
{
	uint64_t turns[MARKING_SPEAKERS];
	if (!marking_turns(entity->canonical, turns))
		return;
	for (size_t i = 0; i < MARKING_SPEAKERS; i++) {
		if (turns[i] == 0)
			continue;
		struct tally *row = tally_of(marks, TALLY_SPEAKERS, marking_speakers[i]);
		row->values[TALLY_RECORDS] += entity->records;
		row->values[TALLY_MENTIONS] += turns[i] * entity->records;
	}
}

void scan_marks_entity(struct scan_marks *marks, const struct resolve_entity *entity)
{
	static const enum tally_list lists[MARKING_END - MARKING_FIRST] = {
		[MARKING_LABEL - MARKING_FIRST] = TALLY_LABELS,
		[MARKING_DOCUMENT - MARKING_FIRST] = TALLY_DOCUMENTS,
		[MARKING_SPECIAL - MARKING_FIRST] = TALLY_SPECIAL,
		[MARKING_SAID - MARKING_FIRST] = TALLY_SPEAKERS};
	if (entity->kind == MARKING_TURNS)
		count_turns(marks, entity);
	if (entity->kind == MARKING_COUNTRY)
		marks->country_ids[country_of_mark(entity)]++;
	if (entity->kind <= MARKING_COUNTRY || entity->kind >= MARKING_END || entity->kind == MARKING_TURNS ||
		entity->kind == MARKING_PLACE || !marking_is_known(entity->kind, entity->canonical))
		return;
	st_auto_free char *name = st_strndup((const char *)entity->canonical.data, entity->canonical.size);
	struct tally *row = tally_of(marks, lists[entity->kind - MARKING_FIRST], name);
	if (entity->kind == MARKING_SAID) {
		row->values[TALLY_VALUES_SAID] = entity->mentions_distinct_records;
		return;
	}
	row->values[TALLY_RECORDS] = entity->records;
	row->values[TALLY_MENTIONS] = entity->mentions_distinct_records;
}

void scan_marks_organization(struct scan_marks *marks, struct st_span domain)
{
	marks->country_organizations[country_of_domain(domain)]++;
}

void scan_marks_part(struct scan_marks *marks, const struct casefile_part *part)
{
	if (strcmp(part->format, "message") != 0)
		return;
	for (uint64_t i = 0; i < part->records; i++) {
		uint32_t *record = resolve_marks_at(marks->records, part->segment, part->first_record + i);
		if (record != NULL)
			*record |= 1u << CATEGORY_COMMUNICATION;
	}
}

/* --- persons --- */

struct person {
	bool open; /* its rows have begun */
	bool counts, staff;
	uint32_t categories, bases;
	unsigned country;
};

/* What stands beside an address says where its owner is only where nobody else could be meant. */
static void take_record(struct person *person, uint32_t record)
{
	person->categories |= record & ((1u << CATEGORIES) - 1);
	unsigned country = record >> COUNTRY_SHIFT & COUNTRY_MASK;
	if (person->staff || country == COUNTRY_UNKNOWN || (record >> ADDRESSES_SHIFT & ADDRESSES_MASK) != 1)
		return;
	person->country = both_countries(person->country, country);
	person->bases |= record >> BASES_SHIFT & BASES_MASK;
}

static enum st_status begin_person(
	struct scan_marks *marks, const struct resolve_entity *entity, struct person *person, struct st_error *err)
{
	struct scan_party party;
	scan_party_of(entity->canonical, marks->scan->own_domains, &party);
	*person = (struct person){.open = true, .counts = !party.role, .staff = party.staff};
	person->country = country_of_domain(host_of(entity->canonical));
	if (person->country != COUNTRY_UNKNOWN)
		person->bases = 1u << BASIS_CCTLD;
	if (party.organization.size == 0)
		return ST_OK;
	return scan_organizations_again(marks->organizations, entity->canonical, party.organization, err);
}

static void count_person(struct scan_marks *marks, const struct person *person)
{
	if (!person->counts)
		return;
	for (int category = 0; category < CATEGORIES; category++)
		marks->persons[category] += person->categories >> category & 1;
	unsigned country = person->country == COUNTRY_CONFLICT ? COUNTRY_UNKNOWN : person->country;
	marks->country_persons[country]++;
	if (country != COUNTRY_UNKNOWN)
		marks->country_bases[country][__builtin_ctz(person->bases)]++;
}

static enum st_status walk_block(
	struct scan_marks *marks, struct st_span block, struct person *person, struct st_error *err)
{
	struct resolve_entity entity;
	bool damaged = false;
	while (resolve_entity_next_of(&block, DETECT_EMAIL_ADDRESS, &entity, &damaged)) {
		struct st_span places = entity.places;
		struct resolve_place place;
		const uint32_t *record;
		if (!person->open)
			ST_TRY(begin_person(marks, &entity, person, err));
		while ((record = next_record(marks, &places, &place)) != NULL)
			take_record(person, *record);
		marks->more = marks->more && entity.more;
		if (!entity.more) {
			count_person(marks, person);
			person->open = false;
		}
	}
	return damaged ? st_fail(err, ST_FATAL, "rows that cannot be read came out of the merge") : ST_OK;
}

static enum st_status walk_persons(struct scan_marks *marks, struct st_error *err)
{
	struct casefile_blocks *blocks;
	struct st_span block;
	struct person person = {0};
	enum st_status status;
	marks->more = false;
	ST_TRY(casefile_results_blocks(marks->scan->casefile, CASEFILE_ENTITIES, &blocks, err));
	while ((status = casefile_blocks_next(blocks, &block, err)) == ST_OK && block.size > 0) {
		status = walk_block(marks, block, &person, err);
		if (status != ST_OK)
			break;
	}
	casefile_blocks_close(blocks);
	return status;
}

/* --- figures --- */

/* National ids that belong to no address are persons, too: where none was joined to one, each by its scheme, else their
 * countries cannot be told apart any more. False: persons are fewer than the addresses, in countries nobody knows. */
static bool add_ids(struct scan_marks *marks, uint64_t persons)
{
	uint64_t addresses = 0, ids = 0;
	for (unsigned country = 0; country < COUNTRIES; country++) {
		addresses += marks->country_persons[country];
		ids += marks->country_ids[country];
	}
	if (persons == addresses + ids) {
		for (unsigned country = 0; country < COUNTRIES; country++) {
			marks->country_persons[country] += marks->country_ids[country];
			if (country != COUNTRY_UNKNOWN)
				marks->country_bases[country][BASIS_NATIONAL_ID] += marks->country_ids[country];
		}
		return true;
	}
	if (persons + marks->country_persons[COUNTRY_UNKNOWN] < addresses)
		return false;
	marks->country_persons[COUNTRY_UNKNOWN] += persons - addresses; /* fewer, or more */
	return true;
}

static void add_countries(const struct scan_marks *marks, struct tallies *out)
{
	char name[8];
	for (unsigned country = 0; country < COUNTRIES; country++) {
		if (marks->country_persons[country] == 0 && marks->country_organizations[country] == 0)
			continue;
		country_name(country, name);
		struct tally *row = tallies_add(out, TALLY_COUNTRIES, name);
		row->values[TALLY_PERSONS] = marks->country_persons[country];
		row->values[TALLY_ORGANIZATIONS] = marks->country_organizations[country];
		for (int basis = 0; basis < BASES; basis++)
			row->values[TALLY_BY_PHONE + basis] = marks->country_bases[country][basis];
	}
}

static void add_categories(const struct scan_marks *marks, struct tallies *out)
{
	uint64_t count, records[CATEGORIES] = {0};
	const uint32_t *all = resolve_marks_all(marks->records, &count);
	for (uint64_t i = 0; i < count; i++)
		for (uint32_t bits = all[i] & ((1u << CATEGORIES) - 1); bits != 0; bits &= bits - 1)
			records[__builtin_ctz(bits)]++;
	for (int category = 0; category < CATEGORIES; category++) {
		if (records[category] == 0)
			continue;
		struct tally *row = tallies_add(out, TALLY_CATEGORIES, category_names[category]);
		row->values[TALLY_PERSONS] = marks->persons[category];
		row->values[TALLY_RECORDS] = records[category];
	}
}

/* Rows of one list in the order of reports: the largest first, `unknown` last. */
static int by_figures(const void *left, const void *right)
{
	const struct tally *a = left, *b = right;
	if (a->list != b->list)
		return a->list < b->list ? -1 : 1;
	bool a_unknown = strcmp(a->name, "unknown") == 0, b_unknown = strcmp(b->name, "unknown") == 0;
	if (a_unknown != b_unknown)
		return a_unknown ? 1 : -1;
	for (int value = 0; value < TALLY_VALUES; value++)
		if (a->values[value] != b->values[value])
			return a->values[value] > b->values[value] ? -1 : 1;
	return strcmp(a->name, b->name);
}

enum st_status scan_marks_finish(struct scan_marks *marks, struct scan_organizations *organizations,
	struct casefile_figures *figures, struct st_error *err)
{
	struct tallies *out = &figures->tallies;
	marks->organizations = organizations;
	ST_TRY(walk_persons(marks, err));
	ST_TRY(scan_organizations_finish(organizations, &figures->organizations, err));
	*out = marks->tallies;
	marks->tallies = (struct tallies){0};
	out->known = (1u << TALLY_LISTS) - 1;
	if (add_ids(marks, figures->persons.best))
		add_countries(marks, out);
	else
		out->known &= ~(1u << TALLY_COUNTRIES);
	add_categories(marks, out);
	if (out->count > 1)
		qsort(out->rows, out->count, sizeof *out->rows, by_figures);
	return ST_OK;
}
