#include "probe/scope.h"

#include "base/ceilings.h"
#include "base/clock.h"
#include "base/json_read.h"
#include "base/json_write.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define JSON_DEPTH 4
/* What a draft holds where a person has to write; a scope with it is refused. */
#define FILL_IN "FILL IN"

enum field {
	FIELD_SCHEMA = 1,
	FIELD_OWNER = 2,
	FIELD_AUTHORISER = 4,
	FIELD_BASIS = 8,
	FIELD_REFERENCE = 16,
	FIELD_NOT_BEFORE = 32,
	FIELD_NOT_AFTER = 64,
	FIELD_MAX_LEVEL = 128,
	FIELD_VANTAGE = 256,
	FIELD_CONTACT = 512,
	FIELD_BUDGET = 1024,
	FIELD_TARGETS = 2048,
};
#define FIELDS_NEEDED                                                                                       \
	(FIELD_SCHEMA | FIELD_OWNER | FIELD_AUTHORISER | FIELD_BASIS | FIELD_NOT_BEFORE | FIELD_NOT_AFTER | \
		FIELD_CONTACT | FIELD_TARGETS)

struct reading {
	struct probe_scope *scope;
	struct st_json_reader *json;
	struct st_span file;
	struct st_json_event event;
	struct st_buf text; /* the string at hand, and a NUL */
	uint64_t begin;
	unsigned seen;
	struct st_error *err;
};

static unsigned line_of(const struct reading *r)
{
	unsigned line = 1;
	for (uint64_t i = 0; i < r->begin && i < r->file.size; i++)
		line += r->file.data[i] == '\n';
	return line;
}

static bool fail(struct reading *r, const char *why)
{
	st_fail(r->err, ST_WRONG, "scope, line %u: %s", line_of(r), why);
	return false;
}

static enum st_json_token next(struct reading *r)
{
	enum st_json_token token = st_json_next(r->json, &r->event);
	if (token == ST_JSON_MORE) {
		st_json_feed_end(r->json);
		token = st_json_next(r->json, &r->event);
	}
	r->begin = token == ST_JSON_END ? r->file.size : r->event.start;
	return token;
}

/* The whole key, string or number at hand, NUL-ended, in r->text. */
static bool take_text(struct reading *r)
{
	enum st_json_token token = r->event.token;
	uint64_t begin = r->begin;
	r->text.size = 0;
	st_buf_add(&r->text, r->event.text.data, r->event.text.size);
	while (!r->event.last) {
		if (st_json_next(r->json, &r->event) != token)
			return fail(r, "no JSON");
		st_buf_add(&r->text, r->event.text.data, r->event.text.size);
	}
	r->begin = begin;
	st_buf_add_byte(&r->text, 0);
	return strlen((const char *)r->text.data) + 1 == r->text.size || fail(r, "a NUL in a text");
}

static const char *text_of(const struct reading *r)
{
	return (const char *)r->text.data;
}

static bool take_string(struct reading *r, const char *wanted)
{
	if (next(r) != ST_JSON_STRING)
		return fail(r, wanted);
	return take_text(r);
}

/* A text that says something, of one line. */
static bool take_words(struct reading *r, char **out, const char *wanted)
{
	if (!take_string(r, wanted))
		return false;
	const char *text = text_of(r);
	for (const char *at = text; *at != 0; at++)
		if ((unsigned char)*at < ' ' || *at == 0x7f)
			return fail(r, wanted);
	if (text[0] == 0 || strlen(text) > 500)
		return fail(r, wanted);
	if (strstr(text, FILL_IN) != NULL)
		return fail(r, "the draft is not filled in: replace every " FILL_IN);
	*out = st_strndup(text, strlen(text));
	return true;
}

static bool digits(const char *at, int count, int *out)
{
	*out = 0;
	for (int i = 0; i < count; i++) {
		if (at[i] < '0' || at[i] > '9')
			return false;
		*out = *out * 10 + at[i] - '0';
	}
	return true;
}

/* RFC 3339 in UTC: 2026-11-22T05:00:00Z, or a day, whose first second it is, or its last. */
static bool parse_time(const char *text, bool last, int64_t *out)
{
	struct tm t = {0};
	size_t size = strlen(text);
	bool day_only = size == 10;
	if ((!day_only && size != 20) || !digits(text, 4, &t.tm_year) || text[4] != '-' ||
		!digits(text + 5, 2, &t.tm_mon) || text[7] != '-' || !digits(text + 8, 2, &t.tm_mday))
		return false;
	if (!day_only && (text[10] != 'T' || !digits(text + 11, 2, &t.tm_hour) || text[13] != ':' ||
				 !digits(text + 14, 2, &t.tm_min) || text[16] != ':' ||
				 !digits(text + 17, 2, &t.tm_sec) || text[19] != 'Z'))
		return false;
	struct tm given = t;
	t.tm_year -= 1900;
	t.tm_mon -= 1;
	time_t when = timegm(&t);
	/* timegm() makes 3 March of 31 February. */
	if (t.tm_year + 1900 != given.tm_year || t.tm_mon + 1 != given.tm_mon || t.tm_mday != given.tm_mday ||
		t.tm_hour != given.tm_hour || t.tm_min != given.tm_min || t.tm_sec != given.tm_sec)
		return false;
	*out = (int64_t)when + (day_only && last ? 86399 : 0);
	return true;
}

static bool take_time(struct reading *r, bool last, int64_t *out)
{
	static const char wanted[] = "a time is UTC as 2026-11-22T05:00:00Z, or a day as 2026-11-22";
	return take_string(r, wanted) && (parse_time(text_of(r), last, out) || fail(r, wanted));
}

static bool take_choice(struct reading *r, const char *const *choices, size_t count, int *out, const char *wanted)
{
	if (!take_string(r, wanted))
		return false;
	for (size_t i = 0; i < count; i++)
		if (strcmp(choices[i], text_of(r)) == 0) {
			*out = (int)i;
			return true;
		}
	return fail(r, wanted);
}

static const char *const basis_names[PROBE_BASES] = {"own-asset", "mandate", "finder"};

const char *probe_basis_name(enum probe_basis basis)
{
	return basis_names[basis];
}

static bool take_number(struct reading *r, double least, double most, double *out, const char *wanted)
{
	if (next(r) != ST_JSON_NUMBER || !take_text(r))
		return fail(r, wanted);
	char *end;
	*out = strtod(text_of(r), &end);
	return (*end == 0 && *out >= least && *out <= most) || fail(r, wanted);
}

static bool take_budget(struct reading *r)
{
	bool rate = false, bytes = false;
	if (next(r) != ST_JSON_OBJECT)
		return fail(r, "\"budget\" is {\"requests_per_second\": N, \"bytes\": N}");
	while (next(r) == ST_JSON_KEY) {
		double number;
		if (!take_text(r))
			return false;
		if (strcmp(text_of(r), "requests_per_second") == 0 && !rate) {
			rate = true;
			if (!take_number(r, 0.01, 10000, &r->scope->requests_per_second,
				    "\"requests_per_second\" is a number from 0.01 to 10000"))
				return false;
		} else if (strcmp(text_of(r), "bytes") == 0 && !bytes) {
			bytes = true;
			if (!take_number(r, 1, 1e15, &number, "\"bytes\" is a whole number from 1"))
				return false;
			r->scope->budget_bytes = (uint64_t)number;
		} else {
			return fail(r, "\"budget\" has requests_per_second and bytes, each once");
		}
	}
	return r->event.token == ST_JSON_OBJECT_END || fail(r, "\"budget\" is no JSON object");
}

static bool take_targets(struct reading *r)
{
	static const char wanted[] = "\"targets\" is a list of 1 to 4096 targets as texts";
	struct probe_scope *scope = r->scope;
	if (next(r) != ST_JSON_ARRAY)
		return fail(r, wanted);
	while (next(r) == ST_JSON_STRING) {
		struct st_error why = {0};
		if (!take_text(r))
			return false;
		if (scope->target_count == CEIL_SCOPE_TARGETS)
			return fail(r, wanted);
		scope->targets = st_realloc(scope->targets, (scope->target_count + 1) * sizeof *scope->targets);
		if (probe_target_parse(text_of(r), &scope->targets[scope->target_count], &why) != ST_OK)
			return fail(r, why.what);
		scope->target_count++;
	}
	return (r->event.token == ST_JSON_ARRAY_END && scope->target_count > 0) || fail(r, wanted);
}

static bool take_basis(struct reading *r)
{
	int choice;
	if (!take_choice(r, basis_names, PROBE_BASES, &choice, "\"basis\" is own-asset, mandate or finder"))
		return false;
	r->scope->basis = (enum probe_basis)choice;
	return true;
}

static bool take_level(struct reading *r)
{
	static const char *const levels[PROBE_LEVELS] = {"L0", "L1", "L2", "L3", "L4", "L5"};
	int choice;
	if (!take_choice(r, levels, PROBE_LEVELS, &choice, "\"max_level\" is L0 to L5"))
		return false;
	r->scope->max_level = (enum probe_level)choice;
	return true;
}

static bool take_vantage(struct reading *r)
{
	static const char *const places[] = {"internet", "inside"};
	int choice;
	if (!take_choice(r, places, 2, &choice, "\"vantage\" is internet or inside"))
		return false;
	r->scope->inside = choice == 1;
	return true;
}

static bool take_value(struct reading *r, enum field field)
{
	struct probe_scope *scope = r->scope;
	switch (field) {
	case FIELD_SCHEMA:
		return take_string(r, "\"schema\" is \"staunch.scope/1\"") &&
		       (strcmp(text_of(r), "staunch.scope/1") == 0 || fail(r, "\"schema\" is \"staunch.scope/1\""));
	case FIELD_OWNER:
		return take_words(r, &scope->owner, "\"owner\" says whose the targets are, in one line");
	case FIELD_AUTHORISER:
		return take_words(r, &scope->authoriser, "\"authoriser\" says who allowed this, in one line");
	case FIELD_BASIS:
		return take_basis(r);
	case FIELD_REFERENCE:
		return take_words(r, &scope->reference, "\"reference\" names the mandate or ticket, in one line");
	case FIELD_NOT_BEFORE:
		return take_time(r, false, &scope->not_before);
	case FIELD_NOT_AFTER:
		return take_time(r, true, &scope->not_after);
	case FIELD_MAX_LEVEL:
		return take_level(r);
	case FIELD_VANTAGE:
		return take_vantage(r);
	case FIELD_CONTACT:
		return take_words(r, &scope->contact, "\"contact\" is an address or a page where we are reached");
	case FIELD_BUDGET:
		return take_budget(r);
	case FIELD_TARGETS:
		return take_targets(r);
	}
	return false;
}

static bool take_field(struct reading *r)
{
	static const char *const names[] = {"schema", "owner", "authoriser", "basis", "reference", "not_before",
		"not_after", "max_level", "vantage", "contact", "budget", "targets"};
	if (!take_text(r))
		return false;
	for (unsigned i = 0; i < sizeof names / sizeof names[0]; i++) {
		if (strcmp(names[i], text_of(r)) != 0)
			continue;
		if (r->seen & 1u << i)
			return fail(r, "a field stands twice");
		r->seen |= 1u << i;
		return take_value(r, (enum field)(1u << i));
	}
	return fail(r, "no field of a scope is called so; see staunch-check(1)");
}

static bool is_whole(struct reading *r)
{
	struct probe_scope *scope = r->scope;
	if ((r->seen & FIELDS_NEEDED) != FIELDS_NEEDED)
		return fail(r,
			"a scope needs schema, owner, authoriser, basis, not_before, not_after, contact and targets");
	if (scope->basis == PROBE_MANDATE && scope->reference == NULL)
		return fail(r, "a mandate needs its \"reference\"");
	if (scope->basis == PROBE_FINDER && scope->max_level > PROBE_L2)
		return fail(r, "basis finder ends at L2: who only found a store proves that it is open, no more");
	if (scope->not_after < scope->not_before)
		return fail(r, "not_after is before not_before");
	return true;
}

static bool take_scope(struct reading *r)
{
	if (next(r) != ST_JSON_OBJECT)
		return fail(r, "a scope is a JSON object");
	while (next(r) == ST_JSON_KEY)
		if (!take_field(r))
			return false;
	if (r->event.token != ST_JSON_OBJECT_END)
		return fail(r, "no JSON");
	if (next(r) != ST_JSON_END)
		return fail(r, "something stands behind the scope");
	return is_whole(r);
}

enum st_status probe_scope_read(struct st_span file, struct probe_scope **out, struct st_error *err)
{
	if (file.size > CEIL_SCOPE_FILE_BYTES)
		return st_fail(err, ST_WRONG, "the scope is larger than 256 KiB");
	struct probe_scope *scope = st_alloc_zero(1, sizeof *scope);
	scope->max_level = PROBE_L2;
	scope->requests_per_second = 2;
	scope->budget_bytes = 16 * MIB;
	struct reading r = {.scope = scope, .json = st_json_open(JSON_DEPTH), .file = file, .err = err};
	st_json_feed(r.json, file.data, file.size);
	bool good = take_scope(&r);
	st_json_close(r.json);
	st_buf_free(&r.text);
	if (good) {
		*out = scope;
		return ST_OK;
	}
	probe_scope_free(scope);
	return ST_WRONG;
}

void probe_scope_free(struct probe_scope *scope)
{
	if (scope == NULL)
		return;
	for (size_t i = 0; i < scope->target_count; i++)
		probe_target_free(&scope->targets[i]);
	free(scope->targets);
	free(scope->owner);
	free(scope->authoriser);
	free(scope->reference);
	free(scope->contact);
	free(scope);
}

enum st_status probe_scope_in_force(const struct probe_scope *scope, int64_t now, struct st_error *err)
{
	char when[21];
	if (now < scope->not_before) {
		st_utc_text(scope->not_before, when);
		return st_fail(err, ST_WRONG, "the scope is not in force before %s", when);
	}
	if (now > scope->not_after) {
		st_utc_text(scope->not_after, when);
		return st_fail(err, ST_WRONG, "the scope expired at %s", when);
	}
	return ST_OK;
}

enum st_status probe_scope_allows_level(const struct probe_scope *scope, enum probe_level level, struct st_error *err)
{
	if (scope->basis == PROBE_FINDER && level > PROBE_L2)
		return st_fail(err, ST_WRONG, "the scope's basis is finder, which ends at L2");
	if (level > scope->max_level)
		return st_fail(err, ST_WRONG, "the scope allows at most %s", probe_level_name(scope->max_level));
	return ST_OK;
}

bool probe_scope_admits(const struct probe_scope *scope, const struct probe_target *target)
{
	for (size_t i = 0; i < scope->target_count; i++)
		if (probe_target_within(&scope->targets[i], target))
			return true;
	return false;
}

void probe_scope_draft(const char *const *targets, size_t count, int64_t now, struct st_buf *out)
{
	struct st_json_writer w = {.out = out, .indent = 2};
	char from[21], until[21];
	st_utc_text(now, from);
	st_utc_text(now + 7 * 86400, until);
	st_json_object(&w);
	st_json_key_text(&w, "schema", "staunch.scope/1");
	st_json_key_text(&w, "owner", FILL_IN ": whose the targets are");
	st_json_key_text(&w, "authoriser", FILL_IN ": who allowed this");
	st_json_key_text(&w, "basis", "own-asset");
	st_json_key_text(&w, "reference", FILL_IN ": ticket, mandate");
	st_json_key_text(&w, "not_before", from);
	st_json_key_text(&w, "not_after", until);
	st_json_key_text(&w, "max_level", "L2");
	st_json_key_text(&w, "vantage", "internet");
	st_json_key_text(&w, "contact", FILL_IN ": an address or a page where you are reached");
	st_json_key(&w, "budget");
	st_json_object(&w);
	st_json_key_uint(&w, "requests_per_second", 2);
	st_json_key_uint(&w, "bytes", 16 * MIB);
	st_json_object_end(&w);
	st_json_key(&w, "targets");
	st_json_array(&w);
	for (size_t i = 0; i < count; i++)
		st_json_text(&w, targets[i]);
	st_json_array_end(&w);
	st_json_object_end(&w);
	st_buf_add_byte(out, '\n');
}
