#include "probe/scope.h"

#include "base/ceilings.h"
#include "base/clock.h"
#include "base/json_write.h"
#include "base/settings.h"

#include <stdio.h>
#include <stdlib.h>

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
	FIELD_ALERTS = 4096,
};
#define FIELDS_NEEDED                                                                                       \
	(FIELD_SCHEMA | FIELD_OWNER | FIELD_AUTHORISER | FIELD_BASIS | FIELD_NOT_BEFORE | FIELD_NOT_AFTER | \
		FIELD_CONTACT | FIELD_TARGETS)

struct reading {
	struct probe_scope *scope;
	struct st_settings file;
	uint32_t seen;
};

static bool fail(struct reading *r, const char *why)
{
	return st_settings_fail(&r->file, why);
}

/* A text of one line in which the draft was filled in. */
static bool take_words(struct reading *r, char **out, const char *wanted)
{
	if (!st_settings_words(&r->file, out, wanted))
		return false;
	return strstr(*out, FILL_IN) == NULL || fail(r, "the draft is not filled in: replace every " FILL_IN);
}

static const char *const basis_names[PROBE_BASES] = {"own-asset", "mandate", "finder"};

const char *probe_basis_name(enum probe_basis basis)
{
	return basis_names[basis];
}

static bool take_budget(struct reading *r)
{
	static const char *const names[] = {"requests_per_second", "bytes"};
	uint32_t seen = 0;
	size_t name;
	double bytes;
	if (st_settings_next(&r->file) != ST_JSON_OBJECT)
		return fail(r, "\"budget\" is {\"requests_per_second\": N, \"bytes\": N}");
	while (st_settings_next(&r->file) == ST_JSON_KEY) {
		if (!st_settings_field(&r->file, names, 2, &seen, &name,
			    "\"budget\" has requests_per_second and bytes, each once"))
			return false;
		if (name == 0 && !st_settings_number(&r->file, 0.01, 10000, &r->scope->requests_per_second,
					 "\"requests_per_second\" is a number from 0.01 to 10000"))
			return false;
		if (name == 1 && !st_settings_number(&r->file, 1, 1e15, &bytes, "\"bytes\" is a whole number from 1"))
			return false;
		if (name == 1)
			r->scope->budget_bytes = (uint64_t)bytes;
	}
	return r->file.event.token == ST_JSON_OBJECT_END || fail(r, "\"budget\" is no JSON object");
}

static bool take_targets(struct reading *r)
{
	static const char wanted[] = "\"targets\" is a list of 1 to 4096 targets as texts";
	struct probe_scope *scope = r->scope;
	if (st_settings_next(&r->file) != ST_JSON_ARRAY)
		return fail(r, wanted);
	while (st_settings_next(&r->file) == ST_JSON_STRING) {
		struct st_error why = {0};
		if (!st_settings_take(&r->file))
			return false;
		if (scope->target_count == CEIL_SCOPE_TARGETS)
			return fail(r, wanted);
		scope->targets = st_realloc(scope->targets, (scope->target_count + 1) * sizeof *scope->targets);
		if (probe_target_parse(st_settings_text(&r->file), &scope->targets[scope->target_count], &why) != ST_OK)
			return fail(r, why.what);
		scope->target_count++;
	}
	return (r->file.event.token == ST_JSON_ARRAY_END && scope->target_count > 0) || fail(r, wanted);
}

static bool take_basis(struct reading *r)
{
	int choice;
	if (!st_settings_choice(
		    &r->file, basis_names, PROBE_BASES, &choice, "\"basis\" is own-asset, mandate or finder"))
		return false;
	r->scope->basis = (enum probe_basis)choice;
	return true;
}

static bool take_level(struct reading *r)
{
	static const char *const levels[PROBE_LEVELS] = {"L0", "L1", "L2", "L3", "L4", "L5"};
	int choice;
	if (!st_settings_choice(&r->file, levels, PROBE_LEVELS, &choice, "\"max_level\" is L0 to L5"))
		return false;
	r->scope->max_level = (enum probe_level)choice;
	return true;
}

static bool take_vantage(struct reading *r)
{
	static const char *const places[] = {"internet", "inside"};
	int choice;
	if (!st_settings_choice(&r->file, places, 2, &choice, "\"vantage\" is internet or inside"))
		return false;
	r->scope->inside = choice == 1;
	return true;
}

static bool take_schema(struct reading *r)
{
	static const char *const schema[] = {"staunch.scope/1"};
	int choice;
	return st_settings_choice(&r->file, schema, 1, &choice, "\"schema\" is \"staunch.scope/1\"");
}

static bool take_value(struct reading *r, enum field field)
{
	struct probe_scope *scope = r->scope;
	switch (field) {
	case FIELD_SCHEMA:
		return take_schema(r);
	case FIELD_OWNER:
		return take_words(r, &scope->owner, "\"owner\" says whose the targets are, in one line");
	case FIELD_AUTHORISER:
		return take_words(r, &scope->authoriser, "\"authoriser\" says who allowed this, in one line");
	case FIELD_BASIS:
		return take_basis(r);
	case FIELD_REFERENCE:
		return take_words(r, &scope->reference, "\"reference\" names the mandate or ticket, in one line");
	case FIELD_NOT_BEFORE:
		return st_settings_time(&r->file, false, &scope->not_before);
	case FIELD_NOT_AFTER:
		return st_settings_time(&r->file, true, &scope->not_after);
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
	case FIELD_ALERTS:
		return probe_alerts_read(&r->file, &scope->alerts);
	}
	return false;
}

static bool take_field(struct reading *r)
{
	static const char *const names[] = {"schema", "owner", "authoriser", "basis", "reference", "not_before",
		"not_after", "max_level", "vantage", "contact", "budget", "targets", "alerts"};
	size_t name;
	return st_settings_field(&r->file, names, sizeof names / sizeof *names, &r->seen, &name,
		       "no field of a scope is called so; see staunch-check(1)") &&
	       take_value(r, (enum field)(1u << name));
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
	if (st_settings_next(&r->file) != ST_JSON_OBJECT)
		return fail(r, "a scope is a JSON object");
	while (st_settings_next(&r->file) == ST_JSON_KEY)
		if (!take_field(r))
			return false;
	return st_settings_over(&r->file, "something stands behind the scope") && is_whole(r);
}

enum st_status probe_scope_read(struct st_span file, struct probe_scope **out, struct st_error *err)
{
	if (file.size > CEIL_SCOPE_FILE_BYTES)
		return st_fail(err, ST_WRONG, "the scope is larger than 256 KiB");
	struct probe_scope *scope = st_alloc_zero(1, sizeof *scope);
	scope->max_level = PROBE_L2;
	scope->requests_per_second = 2;
	scope->budget_bytes = 16 * MIB;
	struct reading r = {.scope = scope};
	st_settings_begin(&r.file, "scope, ", file, JSON_DEPTH, err);
	bool good = take_scope(&r);
	st_settings_end(&r.file);
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
	probe_alerts_free(&scope->alerts);
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
