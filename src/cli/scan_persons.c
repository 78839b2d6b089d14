/*
 * Persons, least, best and most (contract 5), from what the merge gives: addresses, names, and which name stood in
 * front of which address. A name never bridges two addresses, so that best is the addresses themselves; min joins them
 * where something speaks for one person, max counts again what an address swallowed: every header name beyond its
 * first.
 */
#include "cli/scan.h"

#include <stdlib.h>

_Static_assert(DETECT_FORM_EVIDENCE == RESOLVE_EVIDENCE && DETECT_NAME_PAIR >= RESOLVE_OWN_KINDS &&
		       DETECT_CONFIDENCE_SHOWN == RESOLVE_COUNTS_FROM,
	"what workers tell is what the merge understands");

enum person_set {
	SET_KEYS, /* addresses as min sees them: without +tag and the provider's dots */
	SET_STAFF_KEYS,
	SET_NAMED, /* addresses that stood behind a name */
	SET_STAFF_NAMED,
	SET_LINKED_NAMES, /* names that stood before an address, or that one is made of */
	SET_ALL_NAMES,
	SET_WITH_ID /* addresses, once for each national id they stood alone with */
};
enum join_set { JOIN_PERSONS, JOIN_STAFF };

struct scan_persons {
	const struct scan *scan;
	struct resolve_distinct *distinct;
	struct resolve_joins *joins;
	uint64_t addresses, staff, role_mailboxes, pairs, staff_pairs, ids;
	uint64_t single_ids; /* addresses with exactly one of them */
};

struct scan_persons *scan_persons_open(const struct scan *scan)
{
	struct scan_persons *persons = st_alloc_zero(1, sizeof *persons);
	uint64_t next_run = resolve_collector_next_run(scan->collector);
	persons->scan = scan;
	persons->distinct = resolve_distinct_open(&scan->work, next_run);
	persons->joins = resolve_joins_open(&scan->work, next_run);
	return persons;
}

static enum st_status add_linked_name(struct scan_persons *persons, struct st_span name, struct st_error *err)
{
	ST_TRY(resolve_distinct_add(persons->distinct, SET_LINKED_NAMES, name, err));
	return resolve_distinct_add(persons->distinct, SET_ALL_NAMES, name, err);
}

enum st_status scan_persons_address(
	struct scan_persons *persons, struct st_span address, const struct scan_party *party, struct st_error *err)
{
	uint8_t name[DETECT_NAME_BYTES];
	if (party->role) {
		persons->role_mailboxes++;
		return ST_OK;
	}
	persons->addresses++;
	ST_TRY(resolve_distinct_add(persons->distinct, SET_KEYS, party->person, err));
	size_t size = detect_name_of_address(address, name);
	if (size > 0)
		ST_TRY(add_linked_name(persons, (struct st_span){name, size}, err));
	if (!party->staff)
		return ST_OK;
	persons->staff++;
	return resolve_distinct_add(persons->distinct, SET_STAFF_KEYS, party->person, err);
}

enum st_status scan_persons_name(struct scan_persons *persons, struct st_span name, struct st_error *err)
{
	return resolve_distinct_add(persons->distinct, SET_ALL_NAMES, name, err);
}

bool scan_pair(struct st_span pair, struct st_span *front, struct st_span *address)
{
	const uint8_t *end = pair.size > 0 ? memchr(pair.data, 0, pair.size) : NULL;
	if (end == NULL)
		return false;
	*front = (struct st_span){pair.data, (size_t)(end - pair.data)};
	*address = (struct st_span){end + 1, pair.size - front->size - 1};
	return front->size > 0 && address->size > 0;
}

size_t scan_same_person_group(struct st_span name, struct st_span address, uint8_t out[CEIL_CANONICAL_BYTES])
{
	const uint8_t *sign = memrchr(address.data, '@', address.size);
	if (sign == NULL)
		return 0;
	struct st_span host = {sign + 1, (size_t)(address.data + address.size - (sign + 1))};
	struct st_span domain = detect_registrable_domain(host);
	if (domain.size == 0)
		domain = host;
	if (domain.size == 0 || name.size + 1 + domain.size > CEIL_CANONICAL_BYTES)
		return 0;
	memcpy(out, name.data, name.size);
	out[name.size] = 0;
	memcpy(out + name.size + 1, domain.data, domain.size);
	return name.size + 1 + domain.size;
}

enum st_status scan_persons_pair(struct scan_persons *persons, struct st_span pair, struct st_error *err)
{
	struct st_span name, address;
	struct scan_party party;
	uint8_t group[CEIL_CANONICAL_BYTES];
	if (!scan_pair(pair, &name, &address))
		return ST_OK;
	scan_party_of(address, persons->scan->own_domains, &party);
	size_t size = scan_same_person_group(name, address, group);
	if (party.role || size == 0)
		return ST_OK;
	persons->pairs++;
	ST_TRY(add_linked_name(persons, name, err));
	ST_TRY(resolve_distinct_add(persons->distinct, SET_NAMED, address, err));
	ST_TRY(resolve_joins_add(persons->joins, JOIN_PERSONS, (struct st_span){group, size}, party.person, err));
	if (!party.staff)
		return ST_OK;
	persons->staff_pairs++;
	ST_TRY(resolve_distinct_add(persons->distinct, SET_STAFF_NAMED, address, err));
	return resolve_joins_add(persons->joins, JOIN_STAFF, (struct st_span){group, size}, party.person, err);
}

void scan_persons_id(struct scan_persons *persons)
{
	persons->ids++;
}

/* `best` joins an address with its id where it has one only; `min` joins all that stood together. */
enum st_status scan_persons_id_pair(struct scan_persons *persons, struct st_span pair, struct st_error *err)
{
	struct st_span id, address;
	struct scan_party party;
	if (!scan_pair(pair, &id, &address))
		return ST_OK;
	scan_party_of(address, persons->scan->own_domains, &party);
	if (party.role)
		return ST_OK;
	ST_TRY(resolve_distinct_add(persons->distinct, SET_WITH_ID, address, err));
	ST_TRY(resolve_joins_add(persons->joins, JOIN_PERSONS, id, party.person, err));
	return resolve_joins_add(persons->joins, JOIN_PERSONS, id, id, err);
}

static enum st_status count_single_ids(
	void *context, uint8_t set, struct st_span key, uint64_t times, struct st_error *err)
{
	struct scan_persons *persons = context;
	(void)key;
	(void)err;
	persons->single_ids += set == SET_WITH_ID && times == 1;
	return ST_OK;
}

enum st_status scan_persons_finish(struct scan_persons *persons, struct casefile_figures *figures, struct st_error *err)
{
	uint64_t counts[256], joined[256];
	struct resolve_distinct *distinct = persons->distinct;
	struct resolve_joins *joins = persons->joins;
	persons->distinct = NULL;
	ST_TRY(resolve_distinct_finish(distinct, count_single_ids, persons, counts, err));
	persons->joins = NULL;
	ST_TRY(resolve_joins_finish(joins, joined, err));
	figures->role_mailboxes = persons->role_mailboxes;
	uint64_t most = persons->addresses + persons->ids;
	figures->persons = (struct casefile_range){counts[SET_KEYS] + persons->ids - joined[JOIN_PERSONS],
		most - persons->single_ids, most + persons->pairs - counts[SET_NAMED]};
	figures->staff = (struct casefile_range){counts[SET_STAFF_KEYS] - joined[JOIN_STAFF], persons->staff,
		persons->staff + persons->staff_pairs - counts[SET_STAFF_NAMED]};
	figures->unlinked_names = counts[SET_ALL_NAMES] - counts[SET_LINKED_NAMES];
	return ST_OK;
}

void scan_persons_close(struct scan_persons *persons)
{
	if (persons == NULL)
		return;
	resolve_distinct_close(persons->distinct);
	resolve_joins_close(persons->joins);
	free(persons);
}
