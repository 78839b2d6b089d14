/*
 * Further stores named in the data: the urls among the entities that point to one, by store. They are seen as the merge
 * puts entities out, so that every place of theirs goes by once and the rest of the case costs nothing. Nothing is
 * followed: this is the process without sockets.
 */
#include "cli/lead_row.h"
#include "cli/scan.h"

#include <stdlib.h>

struct group {
	struct lead_row row;
	char *target;     /* owned */
	uint64_t nearest; /* bytes between one of its places and the secret that is its credential */
	bool own;         /* a url of it carries a credential itself: none beside it counts */
};

/* Where a lead or a secret stands. */
struct stand {
	uint32_t segment, part;
	uint64_t record, start, end;
	uint32_t group; /* of a lead; of a secret its credential */
};

struct stands {
	struct stand *list;
	size_t count, capacity;
	bool full;
};

struct scan_leads {
	struct scan *scan;
	struct group *groups;
	size_t count, capacity;
	uint64_t omitted;
	uint32_t *slots; /* by hash of type and target: group + 1, 0 free */
	size_t slot_count;
	struct stands urls, secrets;
};

struct scan_leads *scan_leads_open(struct scan *scan)
{
	struct scan_leads *leads = st_alloc_zero(1, sizeof *leads);
	leads->scan = scan;
	leads->slot_count = 64;
	leads->slots = st_alloc_zero(leads->slot_count, sizeof *leads->slots);
	return leads;
}

/* --- groups --- */

/* Keyed, so that nobody can aim at collisions. */
static size_t slot_of(const struct scan_leads *leads, const struct lead *lead)
{
	uint8_t digest[ST_DIGEST_BYTES];
	uint64_t hash;
	st_digest(leads->scan->work.digest_key, lead->target, lead->target_size, digest);
	memcpy(&hash, digest, sizeof hash);
	return (size_t)(hash + lead->type) & (leads->slot_count - 1);
}

static bool is_group(const struct group *group, const struct lead *lead)
{
	return group->row.type == lead->type && group->row.target.size == lead->target_size &&
	       memcmp(group->row.target.data, lead->target, lead->target_size) == 0;
}

static void grow_slots(struct scan_leads *leads)
{
	struct lead lead;
	leads->slot_count *= 2;
	free(leads->slots);
	leads->slots = st_alloc_zero(leads->slot_count, sizeof *leads->slots);
	for (size_t i = 0; i < leads->count; i++) {
		lead.type = leads->groups[i].row.type;
		lead.target_size = leads->groups[i].row.target.size;
		memcpy(lead.target, leads->groups[i].row.target.data, lead.target_size);
		size_t slot = slot_of(leads, &lead);
		while (leads->slots[slot] != 0)
			slot = (slot + 1) & (leads->slot_count - 1);
		leads->slots[slot] = (uint32_t)i + 1;
	}
}

/* The lead's group, made if there is none; NULL beyond the ceiling. */
static struct group *group_of(struct scan_leads *leads, const struct lead *lead)
{
	if (leads->count * 2 >= leads->slot_count)
		grow_slots(leads);
	size_t slot = slot_of(leads, lead);
	for (; leads->slots[slot] != 0; slot = (slot + 1) & (leads->slot_count - 1))
		if (is_group(&leads->groups[leads->slots[slot] - 1], lead))
			return &leads->groups[leads->slots[slot] - 1];
	if (leads->count == CEIL_LEADS)
		return NULL;
	if (leads->count == leads->capacity) {
		leads->capacity = leads->capacity ? leads->capacity * 2 : 32;
		leads->groups = st_realloc(leads->groups, leads->capacity * sizeof *leads->groups);
	}
	struct group *group = &leads->groups[leads->count++];
	memset(group, 0, sizeof *group);
	group->target = st_strndup((const char *)lead->target, lead->target_size);
	group->row.type = lead->type;
	group->row.target = (struct st_span){(const uint8_t *)group->target, lead->target_size};
	leads->slots[slot] = (uint32_t)leads->count;
	return group;
}

/* --- what is kept of each --- */

/* Later expiry first; one that names none counts as the latest. */
static bool outlives(const struct lead_signature *a, const struct lead_signature *b)
{
	if (a->expires != b->expires)
		return a->expires == 0 || (b->expires != 0 && a->expires > b->expires);
	if (a->starts != b->starts)
		return a->starts < b->starts;
	int order = strcmp(a->permissions, b->permissions);
	return order != 0 ? order < 0 : strcmp(a->version, b->version) < 0;
}

static void keep_signature(struct lead_row *row, const struct lead_signature *signature)
{
	size_t at = 0;
	while (at < row->signature_count && outlives(&row->signatures[at], signature))
		at++;
	if (at == CEIL_LEAD_SIGNATURES || (at < row->signature_count && !outlives(signature, &row->signatures[at])))
		return;
	if (row->signature_count < CEIL_LEAD_SIGNATURES)
		row->signature_count++;
	memmove(&row->signatures[at + 1], &row->signatures[at],
		(row->signature_count - at - 1) * sizeof row->signatures[0]);
	row->signatures[at] = *signature;
}

static bool is_before(const struct lead_place_row *a, const struct lead_place_row *b)
{
	if (a->segment != b->segment)
		return a->segment < b->segment;
	return a->part != b->part ? a->part < b->part : a->start < b->start;
}

static void keep_place(struct lead_row *row, const struct resolve_place *place)
{
	struct lead_place_row new = {place->segment, place->part, place->start, place->length};
	size_t at = 0;
	while (at < row->place_count && is_before(&row->places[at], &new))
		at++;
	if (at == CEIL_LEAD_FIRST_PLACES)
		return;
	if (row->place_count < CEIL_LEAD_FIRST_PLACES)
		row->place_count++;
	memmove(&row->places[at + 1], &row->places[at], (row->place_count - at - 1) * sizeof row->places[0]);
	row->places[at] = new;
}

static void keep_stand(struct stands *stands, const struct resolve_place *place, uint32_t group)
{
	if (stands->count == CEIL_LEAD_PLACES) {
		stands->full = true;
		return;
	}
	if (stands->count == stands->capacity) {
		stands->capacity = stands->capacity ? stands->capacity * 2 : 256;
		stands->list = st_realloc(stands->list, stands->capacity * sizeof *stands->list);
	}
	stands->list[stands->count++] = (struct stand){
		place->segment, place->part, place->record, place->start, place->start + place->length, group};
}

/* --- entities --- */

static enum st_status add_places(struct scan_leads *leads, uint32_t number, struct st_span places,
	const struct resolve_first *first, struct resolve_distinct *distinct, uint8_t set, struct st_error *err)
{
	struct resolve_place place;
	while (resolve_place_next(&places, &place)) {
		keep_place(&leads->groups[number].row, &place);
		keep_stand(&leads->urls, &place, number);
		if (place.record == RESOLVE_NO_RECORD ||
			resolve_first_count(first, place.segment, place.record, place.record + 1) == 0)
			continue;
		uint8_t key[16];
		memcpy(key, &number, 4);
		memcpy(key + 4, &place.segment, 4);
		memcpy(key + 8, &place.record, 8);
		ST_TRY(resolve_distinct_add(distinct, set, (struct st_span){key, sizeof key}, err));
	}
	return ST_OK;
}

static enum st_status add_url(struct scan_leads *leads, const struct resolve_entity *entity,
	const struct resolve_first *first, struct resolve_distinct *distinct, uint8_t set, struct st_error *err)
{
	struct lead lead;
	if (!lead_of(entity->canonical, &lead))
		return ST_OK;
	struct group *group = group_of(leads, &lead);
	if (group == NULL) {
		leads->omitted += !entity->more;
		return ST_OK;
	}
	group->row.mentions += entity->mentions;
	group->row.mentions_distinct_records += entity->mentions_distinct_records;
	if (lead.credential > group->row.credential)
		group->row.credential = lead.credential;
	group->own |= lead.credential != LEAD_CREDENTIAL_NONE;
	if (lead.is_signed)
		keep_signature(&group->row, &lead.signature);
	return add_places(leads, (uint32_t)(group - leads->groups), entity->places, first, distinct, set, err);
}

static void add_secret(struct scan_leads *leads, const struct resolve_entity *entity)
{
	struct st_span places = entity->places;
	struct resolve_place place;
	uint32_t credential = (uint32_t)lead_credential_of_secret(entity->canonical);
	while (resolve_place_next(&places, &place))
		keep_stand(&leads->secrets, &place, credential);
}

enum st_status scan_leads_row(struct scan_leads *leads, const struct resolve_entity *entity,
	const struct resolve_first *first, struct resolve_distinct *distinct, uint8_t set, struct st_error *err)
{
	if (entity->kind == DETECT_URL)
		return add_url(leads, entity, first, distinct, set, err);
	if (entity->kind == DETECT_SECRET)
		add_secret(leads, entity);
	return ST_OK;
}

void scan_leads_record(struct scan_leads *leads, struct st_span key)
{
	uint32_t number;
	if (key.size < sizeof number)
		return;
	memcpy(&number, key.data, sizeof number);
	if (number < leads->count)
		leads->groups[number].row.records++;
}

/* --- which secrets stand beside which leads --- */

static int by_place(const void *left, const void *right)
{
	const struct stand *a = left, *b = right;
	if (a->segment != b->segment)
		return a->segment < b->segment ? -1 : 1;
	if (a->part != b->part)
		return a->part < b->part ? -1 : 1;
	return a->start < b->start ? -1 : a->start > b->start;
}

static bool same_part(const struct stand *a, const struct stand *b)
{
	return a->segment == b->segment && a->part == b->part;
}

static uint64_t distance(const struct stand *a, const struct stand *b)
{
	return a->end <= b->start ? b->start - a->end : b->end <= a->start ? a->start - b->end : 0;
}

/* The nearest secret of the same record; of two as near, the stronger. */
static void compare(struct group *group, const struct stand *url, const struct stand *secret)
{
	uint64_t bytes = distance(url, secret);
	bool none = group->row.credential == LEAD_CREDENTIAL_NONE;
	if (group->own || secret->record != url->record || bytes > CEIL_LEAD_BESIDE_BYTES)
		return;
	if (none || bytes < group->nearest ||
		(bytes == group->nearest && secret->group > (uint32_t)group->row.credential)) {
		group->row.credential = (enum lead_credential)secret->group;
		group->nearest = bytes;
	}
}

/* Both lists are sorted, and secrets do not overlap: the nearest to a url are the last before it and the first behind.
 */
static void join_stands(struct scan_leads *leads)
{
	const struct stands *urls = &leads->urls, *secrets = &leads->secrets;
	for (size_t i = 0, next = 0; i < urls->count; i++) {
		const struct stand *url = &urls->list[i];
		while (next < secrets->count && by_place(&secrets->list[next], url) < 0)
			next++;
		if (next > 0 && same_part(&secrets->list[next - 1], url))
			compare(&leads->groups[url->group], url, &secrets->list[next - 1]);
		if (next < secrets->count && same_part(&secrets->list[next], url))
			compare(&leads->groups[url->group], url, &secrets->list[next]);
	}
}

static void find_credentials(struct scan_leads *leads)
{
	struct stands *urls = &leads->urls, *secrets = &leads->secrets;
	if (urls->count > 1)
		qsort(urls->list, urls->count, sizeof *urls->list, by_place);
	if (secrets->count > 1)
		qsort(secrets->list, secrets->count, sizeof *secrets->list, by_place);
	join_stands(leads);
	for (size_t i = 0; (urls->full || secrets->full) && i < leads->count; i++)
		if (leads->groups[i].row.credential == LEAD_CREDENTIAL_NONE)
			leads->groups[i].row.credential = LEAD_CREDENTIAL_UNKNOWN;
}

/* --- into the case --- */

static int most_records_first(const void *left, const void *right)
{
	const struct lead_row *a = &((const struct group *)left)->row, *b = &((const struct group *)right)->row;
	if (a->records != b->records)
		return a->records > b->records ? -1 : 1;
	size_t size = a->target.size < b->target.size ? a->target.size : b->target.size;
	int order = memcmp(a->target.data, b->target.data, size);
	if (order != 0)
		return order;
	if (a->target.size != b->target.size)
		return a->target.size < b->target.size ? -1 : 1;
	return a->type < b->type ? -1 : a->type > b->type;
}

static enum st_status put_block(struct scan_leads *leads, struct st_buf *block, struct st_error *err)
{
	static const uint8_t first[ST_DIGEST_BYTES]; /* nobody looks for one lead */
	struct st_span bytes = {block->data, block->size};
	ST_TRY(casefile_results_block(leads->scan->casefile, CASEFILE_LEADS, first, bytes, err));
	block->size = 0;
	return ST_OK;
}

enum st_status scan_leads_write(struct scan_leads *leads, struct st_error *err)
{
	st_auto_buf struct st_buf block = {0};
	find_credentials(leads);
	if (leads->count > 1)
		qsort(leads->groups, leads->count, sizeof *leads->groups, most_records_first);
	st_buf_add_byte(&block, LEAD_ROWS_FORMAT);
	st_buf_add_varint(&block, leads->omitted);
	for (size_t i = 0; i < leads->count; i++) {
		lead_row_write(&block, &leads->groups[i].row);
		if (block.size >= CEIL_TEXT_BLOCK_BYTES)
			ST_TRY(put_block(leads, &block, err));
	}
	return block.size > 0 ? put_block(leads, &block, err) : ST_OK;
}

void scan_leads_close(struct scan_leads *leads)
{
	if (leads == NULL)
		return;
	for (size_t i = 0; i < leads->count; i++)
		free(leads->groups[i].target);
	free(leads->groups);
	free(leads->slots);
	free(leads->urls.list);
	free(leads->secrets.list);
	free(leads);
}
