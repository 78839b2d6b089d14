/*
 * What the drawn objects say of all of them: sees every place of records and entities go by in the merges, knows by the
 * segment which drawn objects hold it, and lets resolve/estimate.h do the statistics. Held for each object that was
 * read are 24 bytes.
 */
#include "cli/sample.h"

#include "base/search.h"
#include "cli/scan.h"

#include "resolve/estimate.h"
#include "worker/protocol.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum unit { MESSAGE, ROW, DOCUMENT, LOG_LINE, UNITS };

/* Sums over objects. */
enum {
	SUM_RECORDS,
	SUM_UNITS,
	SUM_MENTIONS = SUM_UNITS + UNITS,
	SUM_NAMED = SUM_MENTIONS + DETECT_KINDS, /* units of --id-field */
	SUM_UNREAD = SUM_NAMED + CEIL_ID_UNITS,
	SUM_UNREAD_BYTES = SUM_UNREAD + ST_REASONS,
	SUM_PARTIAL = SUM_UNREAD_BYTES + ST_REASONS,
	SUMS = SUM_PARTIAL + ST_REASONS
};

/* Sets of different values. */
enum {
	SET_RECORDS,
	SET_PERSONS,
	SET_STAFF,
	SET_ROLES,
	SET_ORGANIZATIONS,
	SET_KINDS,
	SET_NAMED = SET_KINDS + DETECT_KINDS,
	SETS = SET_NAMED + CEIL_ID_UNITS
};

static const char *const unit_names[UNITS] = {"message", "row", "document", "log_line"};

/* An object that was read itself. */
struct reading {
	uint32_t object, segment;
	uint64_t records;
};

/* A drawn object that holds a segment: as the one that was read, or as its copy. */
struct holder {
	uint32_t segment, number; /* number: of the estimate */
};

struct sample_estimate {
	const struct sample *sample;
	struct sample_words words;
	uint8_t digest_key[ST_DIGEST_KEY_BYTES];
	struct estimate *estimate;
	struct reading *readings; /* by object */
	struct holder *holders;   /* by segment */
	size_t reading_count, reading_capacity, holder_count, holder_capacity;
	bool pending;     /* a drawn object is not read yet */
	bool rest;        /* some object was not drawn */
	uint64_t settled; /* objects of which nothing is drawn: known as they are */

	/* The record or entity that goes by. */
	bool mentions, begun;
	size_t sum, set; /* what it counts for */
	uint8_t kind;
	struct st_buf key;
	uint32_t segment;
	uint64_t places; /* of it in the segment so far */
	uint32_t seen[ESTIMATE_SEEN];
	size_t seen_count;
};

/* --- objects --- */

static bool counts(const struct casefile_object *object)
{
	return object->status == ST_READ || object->status == ST_PARTIAL || object->status == ST_DUPLICATE;
}

static enum st_status collect_reading(void *context, const struct casefile_object *object, struct st_error *err)
{
	(void)err;
	struct sample_estimate *estimate = context;
	size_t stratum;
	if (!sample_stratum(estimate->sample, object, &stratum))
		estimate->settled += object->status != ST_PENDING;
	else if (object->status == ST_PENDING && sample_takes(estimate->sample, object->id))
		estimate->pending = true;
	else if (!sample_takes(estimate->sample, object->id))
		estimate->rest = true;
	if (!counts(object) || object->duplicate_of != 0 || object->segment == 0)
		return ST_OK;
	if (estimate->reading_count == estimate->reading_capacity) {
		estimate->reading_capacity = estimate->reading_capacity ? estimate->reading_capacity * 2 : 1024;
		estimate->readings =
			st_realloc(estimate->readings, estimate->reading_capacity * sizeof *estimate->readings);
	}
	estimate->readings[estimate->reading_count++] = (struct reading){object->id, object->segment, object->records};
	return ST_OK;
}

static const struct reading *find_reading(const struct sample_estimate *estimate, uint32_t object)
{
	size_t at = ST_ROW_WITH(estimate->readings, estimate->reading_count, object, object);
	return at < estimate->reading_count ? &estimate->readings[at] : NULL;
}

static void add_holder(struct sample_estimate *estimate, uint32_t segment, uint32_t number)
{
	if (estimate->holder_count == estimate->holder_capacity) {
		estimate->holder_capacity = estimate->holder_capacity ? estimate->holder_capacity * 2 : 1024;
		estimate->holders =
			st_realloc(estimate->holders, estimate->holder_capacity * sizeof *estimate->holders);
	}
	estimate->holders[estimate->holder_count++] = (struct holder){segment, number};
}

static enum st_status add_object(void *context, const struct casefile_object *object, struct st_error *err)
{
	struct sample_estimate *estimate = context;
	size_t stratum = sample_strata(estimate->sample);
	bool drawn = sample_stratum(estimate->sample, object, &stratum);
	if (!sample_takes(estimate->sample, object->id) || (!drawn && object->status == ST_PENDING))
		return ST_OK;
	uint32_t number = estimate_object(estimate->estimate, stratum, (double)object->size_bytes);
	if (number == ESTIMATE_NONE)
		return st_fail(err, ST_FATAL, "the listing changed while its sample was counted");
	if (object->status == ST_UNREAD) {
		estimate_add(estimate->estimate, SUM_UNREAD + object->reason, number, 1);
		estimate_add(estimate->estimate, SUM_UNREAD_BYTES + object->reason, number, (double)object->size_bytes);
	}
	if (object->status == ST_PARTIAL)
		estimate_add(estimate->estimate, SUM_PARTIAL + object->reason, number, 1);
	const struct reading *reading =
		find_reading(estimate, object->duplicate_of != 0 ? object->duplicate_of : object->id);
	if (!counts(object) || reading == NULL)
		return ST_OK;
	estimate_add(estimate->estimate, SUM_RECORDS, number, (double)reading->records);
	add_holder(estimate, reading->segment, number);
	return ST_OK;
}

static int by_segment(const void *a, const void *b)
{
	const struct holder *x = a, *y = b;
	if (x->segment != y->segment)
		return x->segment < y->segment ? -1 : 1;
	return x->number < y->number ? -1 : x->number > y->number;
}

/* Strata of the sample, and behind them one of what is known without drawing. */
static void open_strata(struct sample_estimate *estimate)
{
	size_t count = sample_strata(estimate->sample);
	struct estimate_stratum *strata = st_alloc_zero(count + 1, sizeof *strata);
	for (size_t i = 0; i < count; i++)
		sample_stratum_fill(estimate->sample, i, &strata[i]);
	strata[count] = (struct estimate_stratum){estimate->settled, estimate->settled, 0, SIZE_MAX};
	estimate->estimate = estimate_open(strata, count + 1, SUMS, SETS);
	free(strata);
}

enum st_status sample_estimate_open(struct casefile *casefile, const struct sample *sample,
	const struct sample_words *words, struct sample_estimate **out, struct st_error *err)
{
	struct sample_estimate *estimate = st_alloc_zero(1, sizeof *estimate);
	*out = NULL;
	estimate->sample = sample;
	estimate->words = *words;
	casefile_digest_key(casefile, estimate->digest_key);
	enum st_status status = casefile_objects(casefile, -1, collect_reading, estimate, err);
	bool useful = estimate->rest && !estimate->pending;
	if (status == ST_OK && useful) {
		open_strata(estimate);
		status = casefile_objects(casefile, -1, add_object, estimate, err);
		estimate_weigh(estimate->estimate);
	}
	if (status != ST_OK || !useful) {
		sample_estimate_close(estimate);
		return status;
	}
	if (estimate->holder_count > 0)
		qsort(estimate->holders, estimate->holder_count, sizeof *estimate->holders, by_segment);
	*out = estimate;
	return ST_OK;
}

void sample_estimate_close(struct sample_estimate *estimate)
{
	if (estimate == NULL)
		return;
	estimate_close(estimate->estimate);
	free(estimate->readings);
	free(estimate->holders);
	st_buf_free(&estimate->key);
	free(estimate);
}

/* --- places going by --- */

/* The drawn objects that hold a segment. */
static const struct holder *holders_of(const struct sample_estimate *estimate, uint32_t segment, size_t *count)
{
	size_t low = ST_FIRST_AT_LEAST(estimate->holders, estimate->holder_count, segment, segment);
	*count = 0;
	while (low + *count < estimate->holder_count && estimate->holders[low + *count].segment == segment)
		++*count;
	return estimate->holders + low;
}

static void end_segment(struct sample_estimate *estimate)
{
	size_t count;
	if (estimate->places == 0)
		return;
	const struct holder *holders = holders_of(estimate, estimate->segment, &count);
	for (size_t i = 0; i < count; i++) {
		if (estimate->mentions)
			estimate_add(estimate->estimate, estimate->sum, holders[i].number, (double)estimate->places);
		if (estimate->seen_count < ESTIMATE_SEEN)
			estimate->seen[estimate->seen_count++] = holders[i].number;
	}
	estimate->places = 0;
}

static void add_set(struct sample_estimate *estimate, size_t set)
{
	estimate_key(estimate->estimate, set, estimate->seen, estimate->seen_count);
}

/* Several addresses may be one of these. */
static void add_part_of(struct sample_estimate *estimate, size_t set, struct st_span value)
{
	uint8_t digest[ST_DIGEST_BYTES];
	uint64_t start;
	st_digest(estimate->digest_key, value.data, value.size, digest);
	memcpy(&start, digest, sizeof start);
	estimate_piece(estimate->estimate, set, start, estimate->seen, estimate->seen_count);
}

static void add_party(struct sample_estimate *estimate)
{
	struct scan_party party;
	scan_party_of((struct st_span){estimate->key.data, estimate->key.size}, estimate->words.own_domains, &party);
	if (party.organization.size > 0)
		add_part_of(estimate, SET_ORGANIZATIONS, party.organization);
	if (party.role) {
		add_set(estimate, SET_ROLES);
		return;
	}
	add_set(estimate, SET_PERSONS);
	if (party.staff)
		add_set(estimate, SET_STAFF);
}

static void end_key(struct sample_estimate *estimate)
{
	if (!estimate->begun)
		return;
	end_segment(estimate);
	estimate->begun = false;
	if (estimate->seen_count == 0)
		return;
	add_set(estimate, estimate->set);
	if (estimate->mentions && estimate->kind == DETECT_EMAIL_ADDRESS)
		add_party(estimate);
}

/* Whether this kind is estimated, and as what. Of names nothing is: whether one counts depends on what stands in other
 * objects. */
static bool is_estimated(struct sample_estimate *estimate, uint8_t kind)
{
	size_t named = (size_t)kind - WORKER_FIELD_KIND;
	if (!estimate->mentions) {
		estimate->set = SET_RECORDS;
		return true;
	}
	if (kind >= WORKER_FIELD_KIND && named < estimate->words.unit_count) {
		estimate->sum = SUM_NAMED + named;
		estimate->set = SET_NAMED + named;
		return true;
	}
	estimate->sum = SUM_MENTIONS + (size_t)kind;
	estimate->set = SET_KINDS + (size_t)kind;
	return kind < DETECT_KINDS && kind != DETECT_PERSON_NAME;
}

static void on_key(void *context, uint8_t kind, struct st_span key)
{
	struct sample_estimate *estimate = context;
	end_key(estimate);
	estimate->begun = is_estimated(estimate, kind);
	estimate->kind = kind;
	estimate->seen_count = 0;
	estimate->key.size = 0;
	st_buf_add(&estimate->key, key.data, key.size);
}

static void on_place(void *context, uint32_t segment)
{
	struct sample_estimate *estimate = context;
	if (!estimate->begun)
		return;
	if (segment != estimate->segment)
		end_segment(estimate);
	estimate->segment = segment;
	estimate->places++;
}

static struct resolve_watch watch(struct sample_estimate *estimate, bool mentions)
{
	if (estimate == NULL)
		return (struct resolve_watch){0};
	end_key(estimate);
	estimate->mentions = mentions;
	return (struct resolve_watch){on_key, on_place, estimate};
}

struct resolve_watch sample_estimate_records(struct sample_estimate *estimate)
{
	return watch(estimate, false);
}

struct resolve_watch sample_estimate_mentions(struct sample_estimate *estimate)
{
	return watch(estimate, true);
}

const char *sample_unit_of(const char *format)
{
	static const struct {
		const char *format, *unit;
	} units[] = {{"log", "log_line"}, {"csv", "row"}, {"message", "message"}};
	for (size_t i = 0; i < sizeof units / sizeof units[0]; i++)
		if (strcmp(format, units[i].format) == 0)
			return units[i].unit;
	return "document";
}

void sample_estimate_part(struct sample_estimate *estimate, const struct casefile_part *part, const char *unit)
{
	size_t count, at = 0;
	while (at < UNITS && strcmp(unit, unit_names[at]) != 0)
		at++;
	if (estimate == NULL || at == UNITS)
		return;
	const struct holder *holders = holders_of(estimate, part->segment, &count);
	for (size_t i = 0; i < count; i++)
		estimate_add(estimate->estimate, SUM_UNITS + at, holders[i].number, (double)part->records);
}

/* --- figures --- */

static uint64_t whole(double value)
{
	return value <= 0 ? 0 : value >= 9e18 ? UINT64_MAX : (uint64_t)value;
}

/* Nothing is said of what no drawn object has. */
static void put(struct report_estimate *out, const struct estimate_result *result, const char *group, const char *name,
	const char *column)
{
	if (result->value <= 0)
		return;
	out->figures = st_realloc(out->figures, (out->figure_count + 1) * sizeof *out->figures);
	struct report_estimated *figure = &out->figures[out->figure_count++];
	*figure = (struct report_estimated){.value = whole(result->value + 0.5),
		.low = whole(floor(result->low + 1e-6)),
		.high = whole(ceil(result->high - 1e-6)),
		.bounded = result->bounded};
	snprintf(figure->name, sizeof figure->name, "%s%s%s%s%s", group, name[0] != 0 ? "." : "", name,
		column[0] != 0 ? "." : "", column);
}

static void put_sum(const struct sample_estimate *estimate, struct report_estimate *out, size_t sum, const char *group,
	const char *name, const char *column)
{
	struct estimate_result result = estimate_sum(estimate->estimate, sum);
	put(out, &result, group, name, column);
}

static void put_set(const struct sample_estimate *estimate, struct report_estimate *out, size_t set, const char *group,
	const char *name, const char *column)
{
	struct estimate_result result = estimate_distinct(estimate->estimate, set);
	put(out, &result, group, name, column);
}

static void put_reasons(const struct sample_estimate *estimate, struct report_estimate *out)
{
	for (int reason = 0; reason < ST_REASONS; reason++) {
		const char *name = reason == 0 ? "other" : st_reason_name((enum st_reason)reason);
		struct estimate_result unread = estimate_count(estimate->estimate, SUM_UNREAD + (size_t)reason);
		struct estimate_result partial = estimate_count(estimate->estimate, SUM_PARTIAL + (size_t)reason);
		put(out, &unread, "unread", name, "objects");
		put_sum(estimate, out, SUM_UNREAD_BYTES + (size_t)reason, "unread", name, "bytes");
		put(out, &partial, "partial", name, "objects");
	}
}

static void put_figures(const struct sample_estimate *estimate, struct report_estimate *out)
{
	put_sum(estimate, out, SUM_RECORDS, "records", "raw", "");
	put_set(estimate, out, SET_RECORDS, "records", "distinct", "");
	for (size_t unit = 0; unit < UNITS; unit++)
		put_sum(estimate, out, SUM_UNITS + unit, "units", unit_names[unit], "raw");
	for (size_t i = 0; i < estimate->words.unit_count; i++) {
		put_set(estimate, out, SET_NAMED + i, "units", estimate->words.units[i], "distinct");
		put_sum(estimate, out, SUM_NAMED + i, "units", estimate->words.units[i], "raw");
	}
	put_set(estimate, out, SET_PERSONS, "persons", "best", "");
	put_set(estimate, out, SET_STAFF, "staff", "best", "");
	put_set(estimate, out, SET_ROLES, "role_mailboxes", "", "");
	put_set(estimate, out, SET_ORGANIZATIONS, "organizations", "best", "");
	for (size_t kind = 0; kind < DETECT_KINDS; kind++) {
		const char *name = detect_kind_name((enum detect_kind)kind);
		put_set(estimate, out, SET_KINDS + kind, "entities", name, "distinct");
		put_sum(estimate, out, SUM_MENTIONS + kind, "entities", name, "mentions");
	}
	put_reasons(estimate, out);
}

void sample_estimate_report(struct sample_estimate *estimate, struct report_estimate *out)
{
	const struct sample_choices *choices = sample_choices_of(estimate->sample);
	end_key(estimate);
	estimate_finish(estimate->estimate);
	*out = (struct report_estimate){.strata = sample_strata(estimate->sample)};
	out->stores = st_alloc_zero(choices->count + 1, sizeof *out->stores);
	for (size_t i = 0; i < choices->count; i++) {
		struct report_sampled_store *store = &out->stores[out->store_count++];
		*store = (struct report_sampled_store){.store = choices->list[i].store,
			.share_ppm = choices->list[i].share_ppm,
			.seed = choices->list[i].seed};
		sample_store_counts(estimate->sample, store->store, &store->listed, &store->sampled);
		out->sampled += store->sampled;
		out->listed += store->listed;
	}
	put_figures(estimate, out);
}
