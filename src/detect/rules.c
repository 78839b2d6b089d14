/* The rules file: read, checked, compiled. */
#include "base/ceilings.h"
#include "base/settings.h"
#include "detect/rule_set.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* Kinds without a detector of ours: nobody else fills them, and no figure counts on the form of their values. */
static const enum detect_kind allowed_kinds[] = {DETECT_PERSON_NAME, DETECT_ORGANIZATION_NAME, DETECT_POSTAL_ADDRESS,
	DETECT_NATIONAL_ID, DETECT_VAT_NUMBER, DETECT_CASE_NUMBER, DETECT_SECRET, DETECT_DATE_OF_BIRTH};

#define JSON_DEPTH 4

/* Fields of a rule as bits: each may stand once. */
enum field {
	FIELD_NAME = 1,
	FIELD_KIND = 2,
	FIELD_PATTERN = 4,
	FIELD_CONFIDENCE = 8,
	FIELD_CONTEXT = 16,
	FIELD_CANONICAL = 32
};

struct reading {
	struct detect_rules *rules;
	struct st_settings file;
};

static bool fail(struct reading *r, const char *why)
{
	return st_settings_fail(&r->file, why);
}

static const char *text_of(const struct reading *r)
{
	return st_settings_text(&r->file);
}

/* Faults are told as "line 4, rule 2 (ticket): why". */
static void set_place(struct reading *r)
{
	const char *name = r->rules->list[r->rules->count - 1].name;
	snprintf(r->file.place, sizeof r->file.place, ", rule %zu%s%s%s", r->rules->count, name[0] ? " (" : "", name,
		name[0] ? ")" : "");
}

/* --- the fields --- */

static bool take_name(struct reading *r, struct rule *rule)
{
	static const char wanted[] = "\"name\" is 1 to 24 small letters, digits, - and _";
	if (!st_settings_string(&r->file, wanted))
		return false;
	const char *name = text_of(r);
	size_t size = strlen(name);
	if (size == 0 || size > CEIL_RULE_NAME_BYTES || strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-_") != size)
		return fail(r, wanted);
	for (size_t i = 0; i + 1 < r->rules->count; i++)
		if (strcmp(r->rules->list[i].name, name) == 0)
			return fail(r, "an earlier rule has the same name");
	memcpy(rule->name, name, size + 1);
	set_place(r);
	return true;
}

static bool take_kind(struct reading *r, struct rule *rule)
{
	if (!st_settings_string(&r->file, "\"kind\" is a text"))
		return false;
	for (size_t i = 0; i < sizeof allowed_kinds / sizeof *allowed_kinds; i++) {
		if (strcmp(detect_kind_name(allowed_kinds[i]), text_of(r)) == 0) {
			rule->kind = allowed_kinds[i];
			return true;
		}
	}
	for (int kind = 0; kind < DETECT_KINDS; kind++)
		if (strcmp(detect_kind_name((enum detect_kind)kind), text_of(r)) == 0)
			return fail(r, "\"kind\": this one has a detector whose values figures count on; take "
				       "case_number or secret");
	return fail(r, "\"kind\" is case_number, secret, national_id, vat_number, date_of_birth, person_name, "
		       "organization_name or postal_address");
}

/* 0.5 to 1, two places at most, in hundredths. */
static bool take_confidence(struct reading *r, struct rule *rule)
{
	static const char wanted[] = "\"confidence\" is a number from 0.50 to 1";
	if (st_settings_next(&r->file) != ST_JSON_NUMBER || !r->file.event.last)
		return fail(r, wanted);
	const uint8_t *text = r->file.event.text.data;
	size_t size = r->file.event.text.size;
	bool shaped = size >= 1 && size <= 4 && (text[0] == '0' || text[0] == '1') && size != 2 &&
		      (size == 1 || text[1] == '.');
	unsigned hundredths = shaped ? (text[0] - '0') * 100u : 0;
	for (size_t i = 2, unit = 10; shaped && i < size; i++, unit /= 10) {
		shaped = text[i] >= '0' && text[i] <= '9';
		hundredths += (text[i] - '0') * (unsigned)unit;
	}
	if (!shaped || hundredths < DETECT_CONFIDENCE_SHOWN || hundredths > 100)
		return fail(r, wanted);
	rule->confidence = (uint8_t)hundredths;
	return true;
}

static bool take_canonical(struct reading *r, struct rule *rule)
{
	static const char *const names[] = {"as-is", "upper", "digits"};
	int choice;
	if (!st_settings_choice(&r->file, names, 3, &choice, "\"canonical\" is upper, digits or as-is"))
		return false;
	rule->canonical = (enum rule_canonical)choice;
	return true;
}

/* ["ticket", "case no"]: one of them stands before the match. */
static bool take_context(struct reading *r, struct rule *rule)
{
	static const char wanted[] = "\"context\" is a list of 1 to 16 words of 2 to 32 bytes";
	size_t count = 0;
	if (st_settings_next(&r->file) != ST_JSON_ARRAY)
		return fail(r, wanted);
	while (st_settings_next(&r->file) == ST_JSON_STRING) {
		if (!st_settings_take(&r->file))
			return false;
		size_t size = r->file.text.size - 1;
		if (count == CEIL_RULE_WORDS || size < 2 || size > 32)
			return fail(r, wanted);
		for (size_t i = 0; i < size; i++)
			if (r->file.text.data[i] >= 'A' && r->file.text.data[i] <= 'Z')
				r->file.text.data[i] |= 32;
		rule->words[count++] = st_strndup(text_of(r), size);
	}
	return (r->file.event.token == ST_JSON_ARRAY_END && count > 0) || fail(r, wanted);
}

/* --- the pattern --- */

static pcre2_code *compile(const struct reading *r, uint32_t more, int *error, PCRE2_SIZE *at)
{
	uint32_t options = PCRE2_UTF | PCRE2_MULTILINE | PCRE2_NO_AUTO_CAPTURE | PCRE2_NEVER_UCP |
			   PCRE2_NEVER_BACKSLASH_C | PCRE2_USE_OFFSET_LIMIT | more;
	return pcre2_compile(r->file.text.data, r->file.text.size - 1, options, error, at, r->rules->compile);
}

static bool compile_pattern(struct reading *r, struct rule *rule)
{
	int error;
	PCRE2_SIZE at;
	rule->code = compile(r, 0, &error, &at);
	if (rule->code != NULL)
		rule->careful_code = compile(r, PCRE2_MATCH_INVALID_UTF, &error, &at);
	if (rule->careful_code != NULL)
		return true;
	if (error == PCRE2_ERROR_HEAP_FAILED)
		_exit(ST_EXIT_MEMORY);
	char text[160], why[256];
	if (pcre2_get_error_message(error, (PCRE2_UCHAR *)text, sizeof text) < 0)
		snprintf(text, sizeof text, "PCRE2 refuses it");
	snprintf(why, sizeof why, "\"pattern\", byte %zu: %s", (size_t)at, text);
	return fail(r, why);
}

static bool take_pattern(struct reading *r, struct rule *rule)
{
	const char *refused;
	size_t at;
	char why[256];
	if (!st_settings_string(&r->file, "\"pattern\" is a text"))
		return false;
	struct st_span pattern = {r->file.text.data, r->file.text.size - 1};
	if (pattern.size > CEIL_RULE_PATTERN_BYTES)
		return fail(r, "\"pattern\" is longer than 1024 bytes");
	if (!rule_width(pattern, &rule->width, &refused, &at)) {
		snprintf(why, sizeof why, "\"pattern\", byte %zu: %s", at, refused);
		return fail(r, why);
	}
	if (rule->width.least == 0)
		return fail(r, "\"pattern\" can match nothing at all");
	if (rule->width.most > CEIL_RULE_WIDTH_BYTES || rule->width.behind > CEIL_RULE_BEHIND_BYTES) {
		bool ahead = rule->width.most > CEIL_RULE_WIDTH_BYTES;
		snprintf(why, sizeof why, "\"pattern\" looks at up to %s%zu bytes %s; %u are the most",
			(ahead ? rule->width.most : rule->width.behind) >= MIB ? "more than " : "",
			ahead ? rule->width.most : rule->width.behind, ahead ? "in all" : "before its match",
			ahead ? CEIL_RULE_WIDTH_BYTES : CEIL_RULE_BEHIND_BYTES);
		return fail(r, why);
	}
	return compile_pattern(r, rule);
}

/* --- a rule, the list, the file --- */

static bool take_field(struct reading *r, struct rule *rule, uint32_t *seen)
{
	static const char *const names[] = {"name", "kind", "pattern", "confidence", "context", "canonical"};
	static bool (*const takers[])(struct reading *, struct rule *) = {
		take_name, take_kind, take_pattern, take_confidence, take_context, take_canonical};
	size_t field;
	return st_settings_field(&r->file, names, sizeof names / sizeof *names, seen, &field,
		       "fields are name, kind, pattern, confidence, context and canonical") &&
	       takers[field](r, rule);
}

static bool take_rule(struct reading *r)
{
	const unsigned needed = FIELD_NAME | FIELD_KIND | FIELD_PATTERN | FIELD_CONFIDENCE;
	uint32_t seen = 0;
	if (r->rules->count == CEIL_RULES)
		return fail(r, "more than 48 rules");
	struct rule *rule = &r->rules->list[r->rules->count++];
	set_place(r);
	uint64_t begin = r->file.begin;
	while (st_settings_next(&r->file) == ST_JSON_KEY)
		if (!take_field(r, rule, &seen))
			return false;
	if (r->file.event.token != ST_JSON_OBJECT_END)
		return fail(r, "no JSON");
	r->file.begin = begin;
	if ((seen & needed) != needed)
		return fail(r, "a rule has name, kind, pattern and confidence");
	if (rule->kind == DETECT_SECRET && (seen & FIELD_CANONICAL))
		return fail(r, "a secret is never kept whole: no \"canonical\"");
	return true;
}

static bool take_rules(struct reading *r)
{
	if (st_settings_next(&r->file) != ST_JSON_ARRAY)
		return fail(r, "\"rules\" is a list");
	while (st_settings_next(&r->file) == ST_JSON_OBJECT)
		if (!take_rule(r))
			return false;
	if (r->file.event.token != ST_JSON_ARRAY_END)
		return fail(r, "no JSON, or no rule");
	return r->rules->count > 0 || fail(r, "no rule");
}

static bool take_file(struct reading *r)
{
	static const char wanted[] = "a rules file is {\"schema\":\"staunch.rules/1\",\"rules\":[...]}";
	static const char *const names[] = {"schema", "rules"}, *const schema[] = {"staunch.rules/1"};
	uint32_t seen = 0;
	size_t name;
	int choice;
	if (st_settings_next(&r->file) != ST_JSON_OBJECT)
		return fail(r, "no JSON object");
	while (st_settings_next(&r->file) == ST_JSON_KEY) {
		if (!st_settings_field(&r->file, names, 2, &seen, &name, wanted))
			return false;
		if (name == 0 ? !st_settings_choice(&r->file, schema, 1, &choice, "\"schema\" is staunch.rules/1")
			      : !take_rules(r))
			return false;
	}
	if (!st_settings_over(&r->file, "no JSON"))
		return false;
	r->file.begin = 0;
	return seen == 3 || fail(r, wanted);
}

_Static_assert(
	DETECT_FORMS <= DETECT_FORM_MASK + 1 && (CEIL_RULES << DETECT_RULE_SHIFT | DETECT_FORM_MASK) <= UINT8_MAX,
	"form and rule in one byte");

/* PCRE2 takes its memory where we take ours, so that who replaces one replaces both (src/api/memory.c). */
static void *take_memory(size_t size, void *context)
{
	(void)context;
	return malloc(size);
}

static void give_memory(void *memory, void *context)
{
	(void)context;
	free(memory);
}

static struct detect_rules *new_rules(void)
{
	struct detect_rules *rules = st_alloc_zero(1, sizeof *rules);
	rules->memory = pcre2_general_context_create(take_memory, give_memory, NULL);
	rules->compile = rules->memory != NULL ? pcre2_compile_context_create(rules->memory) : NULL;
	if (rules->compile == NULL)
		_exit(ST_EXIT_MEMORY);
	pcre2_set_newline(rules->compile, PCRE2_NEWLINE_ANYCRLF);
	pcre2_set_max_pattern_length(rules->compile, CEIL_RULE_PATTERN_BYTES);
	return rules;
}

enum st_status detect_rules_open(struct st_span file, struct detect_rules **out, struct st_error *err)
{
	*out = NULL;
	if (file.size > CEIL_RULES_FILE_BYTES)
		return st_fail(err, ST_WRONG, "a rules file is at most 64 KiB");
	struct reading r = {.rules = new_rules()};
	st_settings_begin(&r.file, "", file, JSON_DEPTH, err);
	bool read = take_file(&r);
	st_settings_end(&r.file);
	if (read) {
		*out = r.rules;
		return ST_OK;
	}
	detect_rules_close(r.rules);
	return ST_WRONG;
}

size_t detect_rules_count(const struct detect_rules *rules)
{
	return rules != NULL ? rules->count : 0;
}

const char *detect_rules_name(const struct detect_rules *rules, size_t rule)
{
	return rules->list[rule].name;
}

void detect_rules_close(struct detect_rules *rules)
{
	if (rules == NULL)
		return;
	for (size_t i = 0; i < rules->count; i++) {
		for (char **word = rules->list[i].words; *word != NULL; word++)
			free(*word);
		pcre2_code_free(rules->list[i].code);
		pcre2_code_free(rules->list[i].careful_code);
	}
	pcre2_compile_context_free(rules->compile);
	pcre2_general_context_free(rules->memory);
	free(rules);
}
