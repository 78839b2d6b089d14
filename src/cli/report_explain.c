/* --explain: the places of one entity, as lines for a person or as mentions of contract 4, one JSON object a line. */
#include "cli/report.h"
#include "cli/scan.h"

#include "base/json_write.h"
#include "base/places.h"
#include "base/print.h"

#include <stdlib.h>

#define ASKED_VALUES 8 /* what one question may mean */

struct search {
	struct report_case *rc;
	struct report_output *output;
	struct resolve_work work; /* only its digest key */
	uint8_t kind;
	struct st_span value;
	uint8_t digest[ST_DIGEST_BYTES];
	bool json, found;
	bool counts; /* an entity that does: its last row was seen */
};

/* One place, ready to be written. */
struct found_place {
	const struct resolve_entity *entity;
	const struct resolve_place *at;
	const char *store;
	uint32_t object;
	const char *path; /* NULL: not revealed */
	const char *rule; /* NULL: found by no rule of the user */
	uint64_t record;  /* in its part, from 1; 0: in none */
	bool rebuilt;
	struct st_span words, name; /* where in the part; name empty unless revealed */
};

/* A case number that no word named: it waited for others of its template, or for a label elsewhere. */
static bool is_unlabelled(const struct found_place *found)
{
	return found->entity->kind == DETECT_CASE_NUMBER && found->at->confidence < DETECT_CONFIDENCE_SHOWN;
}

/* What waited was confirmed, else its entity would not be shown. */
static unsigned shown_confidence(const struct found_place *found)
{
	if (is_unlabelled(found))
		return DETECT_CONFIDENCE_MINED;
	return found->at->confidence < DETECT_CONFIDENCE_SHOWN ? DETECT_CONFIDENCE_BOOK : found->at->confidence;
}

static void write_text(const struct found_place *found, struct st_buf *out)
{
	const struct resolve_place *at = found->at;
	st_buf_add(out, "  ", 2);
	st_escape_text(out, found->store, strlen(found->store));
	st_buf_format(out, " object #%u", found->object);
	if (found->path != NULL)
		st_buf_format(out, " %s", found->path);
	if (found->record != 0)
		st_buf_format(out, " record %llu", (unsigned long long)found->record);
	if (found->words.size > 0) {
		st_buf_add(out, " in ", 4);
		st_escape_text(out, found->words.data, found->words.size);
	}
	if (found->name.size > 0) {
		st_buf_add(out, " \"", 2);
		st_escape_name(out, found->name.data, found->name.size);
		st_buf_add_byte(out, '"');
	}
	st_buf_format(out, " %s %llu-%llu %s %u.%02u%s%s%s\n", found->rebuilt ? "text" : "bytes",
		(unsigned long long)at->start, (unsigned long long)at->start + at->length,
		detect_form_name((enum detect_form)(at->form & DETECT_FORM_MASK)), shown_confidence(found) / 100u,
		shown_confidence(found) % 100u, is_unlabelled(found) ? " without a label" : "",
		found->rule != NULL ? " rule " : "", found->rule != NULL ? found->rule : "");
}

static void write_where(const struct found_place *found, struct st_json_writer *json)
{
	st_auto_buf struct st_buf where = {0};
	st_buf_add(&where, found->words.data, found->words.size);
	if (found->name.size > 0)
		st_buf_add_byte(&where, ' ');
	st_buf_add(&where, found->name.data, found->name.size);
	if (where.size == 0)
		return;
	st_json_key(json, "where");
	st_json_string(json, where.data, where.size);
}

static void write_json(const struct found_place *found, bool revealed, struct st_buf *out)
{
	const struct resolve_place *at = found->at;
	const char *kind = detect_kind_name((enum detect_kind)found->entity->kind);
	struct st_json_writer json = {.out = out};
	st_auto_buf struct st_buf value = {0};
	if (revealed)
		st_buf_add(&value, found->entity->canonical.data, found->entity->canonical.size);
	else
		report_mask(&value, kind, found->entity->canonical);
	st_json_object(&json);
	st_json_key_text(&json, "kind", kind);
	st_json_key_uint(&json, "start", at->start);
	st_json_key_uint(&json, "end", at->start + at->length);
	if (found->rebuilt)
		st_json_key_text(&json, "unit", "text");
	write_where(found, &json);
	st_json_key(&json, "canonical");
	st_json_string(&json, value.data, value.size);
	st_json_key(&json, "confidence");
	st_json_hundredths(&json, shown_confidence(found));
	st_json_key_text(&json, "form", detect_form_name((enum detect_form)(at->form & DETECT_FORM_MASK)));
	if (is_unlabelled(found)) {
		st_json_key(&json, "labelled");
		st_json_bool(&json, false);
	}
	if (found->rule != NULL)
		st_json_key_text(&json, "rule", found->rule);
	st_json_key_text(&json, "store", found->store);
	st_json_key_uint(&json, "object", found->object);
	if (found->path != NULL)
		st_json_key_text(&json, "path", found->path);
	if (found->record != 0)
		st_json_key_uint(&json, "record", found->record);
	st_json_object_end(&json);
	st_buf_add_byte(out, '\n');
}

static void find_where(struct found_place *found, const struct report_part *part, bool revealed)
{
	found->rebuilt = part->rebuilt;
	if (found->at->record != RESOLVE_NO_RECORD && found->at->record >= part->first_record)
		found->record = found->at->record - part->first_record + 1;
	struct st_span label = places_at((struct st_span){part->places.data, part->places.size}, found->at->start);
	found->words = places_words(label);
	if (revealed && label.size > found->words.size + 1)
		found->name = (struct st_span){label.data + found->words.size + 1, label.size - found->words.size - 1};
}

static enum st_status put_place(struct search *search, const struct resolve_entity *entity,
	const struct resolve_place *place, const struct report_place *where, struct st_error *err)
{
	struct report_case *rc = search->rc;
	struct found_place found = {.entity = entity,
		.at = place,
		.object = where->object,
		.store = where->store < rc->store_count ? rc->stores[where->store].name : ""};
	st_auto_free char *path = NULL;
	ST_TRY(report_case_parts(rc, place->segment, err));
	if (rc->revealed)
		ST_TRY(report_case_path(rc, where->object, place->part, &path, err));
	found.path = path;
	found.rule = report_case_rule(rc, place->form);
	const struct report_part *part = report_case_part(rc, place->part);
	if (part != NULL)
		find_where(&found, part, rc->revealed);
	if (search->json)
		write_json(&found, rc->revealed, &search->output->buf);
	else
		write_text(&found, &search->output->buf);
	return report_output_flush(search->output, false, err);
}

static enum st_status explain_row(struct search *search, const struct resolve_entity *entity, struct st_error *err)
{
	struct st_span places = entity->places;
	struct resolve_place place;
	while (resolve_place_next(&places, &place)) {
		size_t count;
		const struct report_place *where = report_case_places(search->rc, place.segment, &count);
		for (size_t i = 0; i < count; i++)
			ST_TRY(put_place(search, entity, &place, &where[i], err));
	}
	return ST_OK;
}

/* A case number that no label names anywhere counts with its template. */
static void explain_template(struct search *search, const struct resolve_entity *entity)
{
	uint8_t template[DETECT_TEMPLATE_BYTES];
	bool year;
	size_t size = detect_case_template(entity->canonical, template, &year);
	if (size == 0 || entity->best_confidence > DETECT_CONFIDENCE_MINED)
		return;
	st_buf_format(&search->output->buf, "  counts without a label: %d or more of the template ",
		DETECT_CASES_OF_TEMPLATE);
	st_escape_text(&search->output->buf, (const char *)template, size);
	static const char where[] = " stand in one store\n";
	st_buf_add(&search->output->buf, where, sizeof where - 1);
}

/* The last row of an entity says how often it stands where, and whether it counts at all. */
static void explain_totals(struct search *search, const struct resolve_entity *entity)
{
	search->counts = search->found = true;
	if (search->json)
		return;
	st_buf_format(&search->output->buf, "%s: %llu mentions, %llu in distinct records, %llu distinct records\n",
		detect_kind_name((enum detect_kind)entity->kind), (unsigned long long)entity->mentions,
		(unsigned long long)entity->mentions_distinct_records, (unsigned long long)entity->records);
	if (entity->kind == DETECT_CASE_NUMBER)
		explain_template(search, entity);
}

/* Rows stand in the order of their digests: past the one sought, there is nothing more to find. */
static enum st_status search_block(struct search *search, struct st_span block, struct st_error *err)
{
	struct resolve_entity entity;
	bool damaged = false;
	while (resolve_entity_next(&block, &entity, &damaged)) {
		uint8_t digest[ST_DIGEST_BYTES];
		resolve_entity_digest(&search->work, entity.kind, entity.canonical, digest);
		if (memcmp(digest, search->digest, sizeof digest) > 0)
			return ST_STOP;
		if (entity.kind != search->kind || entity.canonical.size != search->value.size ||
			memcmp(entity.canonical.data, search->value.data, search->value.size) != 0)
			continue;
		if (search->counts)
			ST_TRY(explain_row(search, &entity, err));
		else if (!entity.more)
			explain_totals(search, &entity);
	}
	return damaged ? st_fail(err, ST_FATAL, "the case is damaged: rows that cannot be read") : ST_OK;
}

/* Once through the rows of the value. */
static enum st_status search_rows(struct search *search, struct st_error *err)
{
	struct casefile_blocks *blocks;
	struct st_span block;
	ST_TRY(casefile_blocks_open(search->rc->casefile, CASEFILE_ENTITIES, search->digest, &blocks, err));
	bool counts = search->counts;
	enum st_status status = casefile_blocks_next(blocks, &block, err);
	while (status == ST_OK && block.size > 0 && search->counts == counts) {
		status = search_block(search, block, err);
		if (status == ST_OK)
			status = casefile_blocks_next(blocks, &block, err);
	}
	casefile_blocks_close(blocks);
	return status == ST_STOP ? ST_OK : status;
}

static enum st_status search_kind(struct search *search, struct st_error *err)
{
	resolve_entity_digest(&search->work, search->kind, search->value, search->digest);
	search->counts = false;
	ST_TRY(search_rows(search, err));
	if (!search->counts)
		return ST_OK;
	if (search->kind == DETECT_EMAIL_ADDRESS && !search->json)
		ST_TRY(report_explain_person(search->rc, search->value, search->output, err));
	return search_rows(search, err);
}

/* What the user may have meant: the words as typed, and each value that the detectors see in them. "Not found" must not
 * be said of a number because it was typed with blanks. */
struct asked {
	struct st_buf values[ASKED_VALUES];
	size_t count;
};

static void add_asked(struct asked *asked, struct st_span value)
{
	for (size_t i = 0; i < asked->count; i++)
		if (asked->values[i].size == value.size && memcmp(asked->values[i].data, value.data, value.size) == 0)
			return;
	if (asked->count < ASKED_VALUES && value.size > 0)
		st_buf_add(&asked->values[asked->count++], value.data, value.size);
}

static void add_meant(void *context, const struct detect_mention *mention)
{
	add_asked(context, mention->canonical);
}

/* Case numbers are canonical in capitals. */
static void add_capitals(struct asked *asked, const char *entity)
{
	st_auto_buf struct st_buf capitals = {0};
	for (const char *c = entity; *c; c++)
		st_buf_add_byte(&capitals, *c >= 'a' && *c <= 'z' ? (uint8_t)(*c & 0xdf) : (uint8_t)*c);
	add_asked(asked, (struct st_span){capitals.data, capitals.size});
}

static void read_question(struct report_case *rc, const char *entity, struct asked *asked)
{
	/* a label in front lets through what a checksum alone does not */
	static const char *const labels[] = {"", "IBAN: ", "card number: ", "phone: ", "ip: ", "case number: "};
	struct detect_options options = {
		.own_domains = (const char *const *)rc->own_domains, .regions = (const char *const *)rc->regions};
	add_asked(asked, (struct st_span){(const uint8_t *)entity, strlen(entity)});
	add_capitals(asked, entity);
	uint8_t name[DETECT_NAME_BYTES];
	size_t name_size = detect_name_as_typed((struct st_span){(const uint8_t *)entity, strlen(entity)}, name);
	add_asked(asked, (struct st_span){name, name_size});
	for (size_t i = 0; i < sizeof labels / sizeof labels[0]; i++) {
		struct detect *detect = detect_open(&options, add_meant, asked);
		detect_feed(detect, labels[i], strlen(labels[i]));
		detect_feed(detect, entity, strlen(entity));
		detect_finish(detect);
		detect_close(detect);
	}
}

enum st_status report_explain(
	struct report_case *rc, const char *entity, bool json, struct report_output *output, struct st_error *err)
{
	struct search search = {.rc = rc, .output = output, .work = {.dir_fd = -1}, .json = json};
	struct asked asked = {0};
	enum st_status status = ST_OK;
	casefile_digest_key(rc->casefile, search.work.digest_key);
	read_question(rc, entity, &asked);
	for (size_t i = 0; i < asked.count && status == ST_OK; i++) {
		search.value = (struct st_span){asked.values[i].data, asked.values[i].size};
		for (int kind = 0; kind < DETECT_KINDS && status == ST_OK; kind++) {
			search.kind = (uint8_t)kind;
			status = search_kind(&search, err);
		}
	}
	for (size_t i = 0; i < asked.count; i++)
		st_buf_free(&asked.values[i]);
	ST_TRY(status);
	static const char none[] = "not found in what was read and searched\n";
	if (!search.found && !json)
		st_buf_add(&output->buf, none, sizeof none - 1);
	return ST_OK;
}
