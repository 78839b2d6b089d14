/* What stands in a case about stores, objects and their parts, as reports name them. */
#include "cli/report.h"

#include "base/json_read.h"
#include "base/places.h"
#include "base/print.h"
#include "base/search.h"
#include "detect/detect.h"

#include <stdio.h>
#include <stdlib.h>

static void add_place(struct report_case *rc, uint32_t segment, uint32_t object, uint32_t store)
{
	if (rc->place_count == rc->place_capacity) {
		rc->place_capacity = rc->place_capacity ? rc->place_capacity * 2 : 256;
		rc->places = st_realloc(rc->places, rc->place_capacity * sizeof *rc->places);
	}
	rc->places[rc->place_count++] = (struct report_place){segment, object, store};
}

/* What was read itself; collect_copy adds its copies. */
static enum st_status collect_place(void *context, const struct casefile_object *object, struct st_error *err)
{
	(void)err;
	struct report_case *rc = context;
	report_dates_add(rc, object);
	if (object->duplicate_of == 0 && object->segment != 0)
		add_place(rc, object->segment, object->id, object->store);
	return ST_OK;
}

struct original {
	uint32_t object, segment;
};

struct copies {
	struct report_case *rc;
	const struct original *originals; /* by object, as they were collected */
	size_t count;
};

static enum st_status collect_copy(void *context, const struct casefile_object *object, struct st_error *err)
{
	(void)err;
	struct copies *copies = context;
	size_t low = ST_FIRST_AT_LEAST(copies->originals, copies->count, object, object->duplicate_of);
	if (object->duplicate_of != 0 && low < copies->count && copies->originals[low].object == object->duplicate_of)
		add_place(copies->rc, copies->originals[low].segment, object->id, object->store);
	return ST_OK;
}

static int by_segment(const void *left, const void *right)
{
	const struct report_place *a = left, *b = right;
	if (a->segment != b->segment)
		return a->segment < b->segment ? -1 : 1;
	return a->object < b->object ? -1 : a->object > b->object;
}

static enum st_status load_places(struct report_case *rc, struct st_error *err)
{
	ST_TRY(casefile_objects(rc->casefile, -1, collect_place, rc, err));
	size_t count = rc->place_count;
	st_auto_free struct original *originals = st_alloc(count * sizeof *originals);
	for (size_t i = 0; i < count; i++)
		originals[i] = (struct original){rc->places[i].object, rc->places[i].segment};
	struct copies copies = {rc, originals, count};
	ST_TRY(casefile_objects(rc->casefile, -1, collect_copy, &copies, err));
	if (rc->place_count > 1)
		qsort(rc->places, rc->place_count, sizeof *rc->places, by_segment);
	return ST_OK;
}

/* The words of one list of the scan's options, which are JSON of ours: {"region":[...],"own_domain":[...]}. */
static char **load_words(struct st_span options, const char *list)
{
	size_t count = 0;
	bool own = false;
	char **words = st_alloc_zero(1, sizeof *words);
	struct st_json_event event;
	struct st_json_reader *reader = st_json_open(4);
	st_json_feed(reader, options.data, options.size);
	for (enum st_json_token token = st_json_next(reader, &event);
		token != ST_JSON_MORE && token != ST_JSON_END && token != ST_JSON_ERROR && token != ST_JSON_TOO_DEEP;
		token = st_json_next(reader, &event)) {
		if (token == ST_JSON_KEY)
			own = event.text.size == strlen(list) && memcmp(event.text.data, list, strlen(list)) == 0;
		if (token != ST_JSON_STRING || !own)
			continue;
		words = st_realloc(words, (count + 2) * sizeof *words);
		words[count++] = st_strndup((const char *)event.text.data, event.text.size);
		words[count] = NULL;
	}
	st_json_close(reader);
	return words;
}

enum st_status report_case_load(struct report_case *rc, struct st_error *err)
{
	st_auto_buf struct st_buf options = {0};
	ST_TRY(casefile_stores(rc->casefile, &rc->stores, &rc->store_count, err));
	ST_TRY(casefile_get(rc->casefile, "options", &options, err));
	rc->own_domains = load_words((struct st_span){options.data, options.size}, "own_domain");
	rc->regions = load_words((struct st_span){options.data, options.size}, "region");
	rc->rules = load_words((struct st_span){options.data, options.size}, "rules");
	return load_places(rc, err);
}

static void forget_parts(struct report_case *rc)
{
	for (size_t i = 0; i < rc->part_count; i++) {
		free(rc->parts[i].name);
		st_buf_free(&rc->parts[i].places);
	}
	rc->part_count = 0;
	rc->parts_segment = 0;
}

static void free_words(char **words)
{
	for (char **word = words; word != NULL && *word != NULL; word++)
		free(*word);
	free(words);
}

void report_case_free(struct report_case *rc)
{
	forget_parts(rc);
	free(rc->parts);
	free(rc->places);
	free_words(rc->own_domains);
	free_words(rc->regions);
	free_words(rc->rules);
	casefile_stores_free(rc->stores, rc->store_count);
	casefile_close(rc->casefile);
}

const struct report_place *report_case_places(const struct report_case *rc, uint32_t segment, size_t *count)
{
	size_t low = ST_FIRST_AT_LEAST(rc->places, rc->place_count, segment, segment);
	*count = 0;
	while (low + *count < rc->place_count && rc->places[low + *count].segment == segment)
		++*count;
	return *count > 0 ? &rc->places[low] : NULL;
}

static enum st_status keep_part(void *context, const struct casefile_part *part, struct st_error *err)
{
	(void)err;
	struct report_case *rc = context;
	if (rc->part_count == rc->part_capacity) {
		rc->part_capacity = rc->part_capacity ? rc->part_capacity * 2 : 16;
		rc->parts = st_realloc(rc->parts, rc->part_capacity * sizeof *rc->parts);
	}
	struct report_part *kept = &rc->parts[rc->part_count++];
	*kept = (struct report_part){.part = part->part,
		.parent = part->parent,
		.first_record = part->first_record,
		.name = st_strndup((const char *)part->name.data, part->name.size),
		.name_size = part->name.size,
		.rebuilt = part->rebuilt};
	memcpy(kept->format, part->format, sizeof kept->format);
	st_buf_add(&kept->places, part->places.data, part->places.size);
	return ST_OK;
}

enum st_status report_case_parts(struct report_case *rc, uint32_t segment, struct st_error *err)
{
	if (segment != 0 && rc->parts_segment == segment)
		return ST_OK;
	forget_parts(rc);
	if (segment == 0)
		return ST_OK;
	ST_TRY(casefile_parts(rc->casefile, segment, keep_part, rc, err));
	rc->parts_segment = segment;
	return ST_OK;
}

const struct report_part *report_case_part(const struct report_case *rc, uint32_t part)
{
	size_t at = ST_ROW_WITH(rc->parts, rc->part_count, part, part);
	return at < rc->part_count ? &rc->parts[at] : NULL;
}

const char *report_case_rule(const struct report_case *rc, uint8_t form)
{
	unsigned number = form >> DETECT_RULE_SHIFT;
	char *const *rule = rc->rules;
	while (number > 1 && *rule != NULL) {
		rule++;
		number--;
	}
	return number > 0 ? *rule : NULL;
}

/* A parent's number is smaller than its member's, so that no chain can loop. */
static void add_members(const struct report_case *rc, uint32_t part, struct st_buf *out)
{
	const struct report_part *row = part != 0 ? report_case_part(rc, part) : NULL;
	if (row == NULL)
		return;
	if (row->parent < part)
		add_members(rc, row->parent, out);
	st_buf_add(out, "!/", 2);
	st_escape_name(out, row->name, row->name_size);
}

char *report_case_document(const struct report_case *rc, uint32_t part, uint64_t record)
{
	static const char word[] = "document";
	const struct report_part *row = report_case_part(rc, part);
	if (row == NULL || record == 0)
		return NULL;
	struct st_span label = places_nth((struct st_span){row->places.data, row->places.size}, record - 1);
	struct st_span words = places_words(label);
	bool named = label.size > words.size + 1 && words.size == sizeof word - 1 &&
		     memcmp(words.data, word, words.size) == 0;
	return named ? st_escaped_text((const char *)label.data + words.size + 1, label.size - words.size - 1) : NULL;
}

void report_case_chain(
	const struct report_case *rc, const struct casefile_object *object, uint32_t part, struct st_buf *out)
{
	const char *store = object->store < rc->store_count ? rc->stores[object->store].name : "";
	st_escape_text(out, store, strlen(store));
	if (object->path.size > 0) {
		st_buf_add(out, ":/", 2);
		st_escape_name(out, object->path.data, object->path.size);
	}
	add_members(rc, part, out);
}

enum st_status report_case_path(
	struct report_case *rc, uint32_t object, uint32_t part, char **out, struct st_error *err)
{
	struct casefile_object row;
	st_auto_buf struct st_buf path = {0};
	struct st_buf chain = {0};
	ST_TRY(casefile_object(rc->casefile, object, &row, &path, err));
	if (part != 0) {
		struct casefile_object original = row;
		st_auto_buf struct st_buf unused = {0};
		if (row.duplicate_of != 0)
			ST_TRY(casefile_object(rc->casefile, row.duplicate_of, &original, &unused, err));
		ST_TRY(report_case_parts(rc, original.segment, err));
	}
	report_case_chain(rc, &row, part, &chain);
	st_buf_add_byte(&chain, 0);
	*out = (char *)chain.data;
	return ST_OK;
}

/* --- what was not read --- */

struct unread_walk {
	struct report_case *rc;
	report_unread_each *each;
	void *context;
};

static enum st_status give_row(struct unread_walk *walk, uint32_t object, uint32_t part, enum st_read_status status,
	enum st_reason reason, const char *detail, struct st_error *err)
{
	st_auto_free char *path = NULL;
	struct report_unread row = {.object = object, .member = part != 0, .status = status, .reason = reason};
	snprintf(row.detail, sizeof row.detail, "%s", detail);
	if (walk->rc->revealed)
		ST_TRY(report_case_path(walk->rc, object, part, &path, err));
	row.path = path;
	return walk->each(walk->context, &row, err);
}

static enum st_status walk_object(void *context, const struct casefile_object *object, struct st_error *err)
{
	if (object->status != ST_UNREAD && object->status != ST_PARTIAL)
		return ST_OK;
	return give_row(context, object->id, 0, object->status, object->reason, object->detail, err);
}

static enum st_status walk_part(void *context, const struct casefile_part *part, struct st_error *err)
{
	struct unread_walk *walk = context;
	size_t count;
	if (part->part == 0 || (part->status != ST_UNREAD && part->status != ST_PARTIAL))
		return ST_OK;
	const struct report_place *places = report_case_places(walk->rc, part->segment, &count);
	if (places == NULL)
		return ST_OK;
	return give_row(walk, places[0].object, part->part, part->status, part->reason, "", err);
}

enum st_status report_case_unread(struct report_case *rc, report_unread_each *each, void *context, struct st_error *err)
{
	struct unread_walk walk = {rc, each, context};
	enum st_status status = casefile_objects(rc->casefile, -1, walk_object, &walk, err);
	if (status == ST_OK)
		status = casefile_parts(rc->casefile, 0, walk_part, &walk, err);
	return status;
}

enum st_status report_each_entity(struct report_case *rc, report_entity *each, void *context, struct st_error *err)
{
	struct casefile_blocks *blocks;
	struct st_span block;
	ST_TRY(casefile_blocks_open(rc->casefile, CASEFILE_ENTITIES, NULL, &blocks, err));
	enum st_status status = casefile_blocks_next(blocks, &block, err);
	while (status == ST_OK && block.size > 0) {
		struct resolve_entity entity;
		bool damaged = false;
		while (status == ST_OK && resolve_entity_next(&block, &entity, &damaged))
			status = each(context, &entity, err);
		if (status == ST_OK)
			status = damaged ? st_fail(err, ST_FATAL, "the case is damaged: rows that cannot be read")
					 : casefile_blocks_next(blocks, &block, err);
	}
	casefile_blocks_close(blocks);
	return status;
}
