/* The rules file: read, checked, compiled. */
#include "base/ceilings.h"
#include "base/json_read.h"
#include "detect/rule_set.h"

#include <stdio.h>
#include <stdlib.h>

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
	struct st_json_reader *json;
	struct st_span file;
	struct st_json_event event;
	struct st_buf text; /* of a string that came in pieces, and a NUL */
	uint64_t begin;     /* of the value at hand */
	struct st_error *err;
};

static unsigned line_of(const struct reading *r, uint64_t offset)
{
	unsigned line = 1;
	for (uint64_t i = 0; i < offset && i < r->file.size; i++)
		line += r->file.data[i] == '\n';
	return line;
}

/* "line 4, rule 2 (ticket): why" */
static bool fail(struct reading *r, const char *why)
{
	const struct detect_rules *rules = r->rules;
	unsigned line = line_of(r, r->begin);
	if (rules->count == 0)
		st_fail(r->err, ST_WRONG, "line %u: %s", line, why);
	else
		st_fail(r->err, ST_WRONG, "line %u, rule %zu%s%s%s: %s", line, rules->count,
			rules->list[rules->count - 1].name[0] ? " (" : "", rules->list[rules->count - 1].name,
			rules->list[rules->count - 1].name[0] ? ")" : "", why);
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

/* The whole key or string at hand, NUL-ended, in r->text. */
static bool take_text(struct reading *r)
{
	enum st_json_token token = r->event.token;
	uint64_t begin = r->event.start;
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

static bool take_string(struct reading *r, const char *what)
{
	if (next(r) != ST_JSON_STRING)
		return fail(r, what);
	return take_text(r);
}

/* --- the fields --- */

static bool take_name(struct reading *r, struct rule *rule)
{
	static const char wanted[] = "\"name\" is 1 to 24 small letters, digits, - and _";
	if (!take_string(r, wanted))
		return false;
	const char *name = (const char *)r->text.data;
	size_t size = strlen(name);
	if (size == 0 || size > CEIL_RULE_NAME_BYTES || strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-_") != size)
		return fail(r, wanted);
	for (size_t i = 0; i + 1 < r->rules->count; i++)
		if (strcmp(r->rules->list[i].name, name) == 0)
			return fail(r, "an earlier rule has the same name");
	memcpy(rule->name, name, size + 1);
	return true;
}

static bool take_kind(struct reading *r, struct rule *rule)
{
	if (!take_string(r, "\"kind\" is a text"))
		return false;
	for (size_t i = 0; i < sizeof allowed_kinds / sizeof *allowed_kinds; i++) {
		if (strcmp(detect_kind_name(allowed_kinds[i]), (const char *)r->text.data) == 0) {
			rule->kind = allowed_kinds[i];
			return true;
		}
	}
	for (int kind = 0; kind < DETECT_KINDS; kind++)
		if (strcmp(detect_kind_name((enum detect_kind)kind), (const char *)r->text.data) == 0)
			return fail(r, "\"kind\": this one has a detector whose values figures count on; take "
				       "case_number or secret");
	return fail(r, "\"kind\" is case_number, secret, national_id, vat_number, date_of_birth, person_name, "
		       "organization_name or postal_address");
}

/* 0.5 to 1, two places at most, in hundredths. */
static bool take_confidence(struct reading *r, struct rule *rule)
{
	static const char wanted[] = "\"confidence\" is a number from 0.50 to 1";
	if (next(r) != ST_JSON_NUMBER || !r->event.last)
		return fail(r, wanted);
	const uint8_t *text = r->event.text.data;
	size_t size = r->event.text.size;
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
	if (!take_string(r, "\"canonical\" is upper, digits or as-is"))
		return false;
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		if (strcmp(names[i], (const char *)r->text.data) == 0) {
			rule->canonical = (enum rule_canonical)i;
			return true;
		}
	}
	return fail(r, "\"canonical\" is upper, digits or as-is");
}

/* ["ticket", "case no"]: one of them stands before the match. */
static bool take_context(struct reading *r, struct rule *rule)
{
	static const char wanted[] = "\"context\" is a list of 1 to 16 words of 2 to 32 bytes";
	size_t count = 0;
	if (next(r) != ST_JSON_ARRAY)
		return fail(r, wanted);
	while (next(r) == ST_JSON_STRING) {
		if (!take_text(r))
			return false;
		size_t size = r->text.size - 1;
		if (count == CEIL_RULE_WORDS || size < 2 || size > 32)
			return fail(r, wanted);
		for (size_t i = 0; i < size; i++)
			if (r->text.data[i] >= 'A' && r->text.data[i] <= 'Z')
				r->text.data[i] |= 32;
		rule->words[count++] = st_strndup((const char *)r->text.data, size);
	}
	return (r->event.token == ST_JSON_ARRAY_END && count > 0) || fail(r, wanted);
}

/* --- the pattern --- */

static pcre2_code *compile(const struct reading *r, uint32_t more, int *error, PCRE2_SIZE *at)
{
	uint32_t options = PCRE2_UTF | PCRE2_MULTILINE | PCRE2_NO_AUTO_CAPTURE | PCRE2_NEVER_UCP |
			   PCRE2_NEVER_BACKSLASH_C | PCRE2_USE_OFFSET_LIMIT | more;
	return pcre2_compile(r->text.data, r->text.size - 1, options, error, at, r->rules->compile);
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
	if (!take_string(r, "\"pattern\" is a text"))
		return false;
	struct st_span pattern = {r->text.data, r->text.size - 1};
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

static const struct {
	const char *name;
	enum field field;
	bool (*take)(struct reading *r, struct rule *rule);
} fields[] = {
	{"name", FIELD_NAME, take_name},
	{"kind", FIELD_KIND, take_kind},
	{"pattern", FIELD_PATTERN, take_pattern},
	{"confidence", FIELD_CONFIDENCE, take_confidence},
	{"context", FIELD_CONTEXT, take_context},
	{"canonical", FIELD_CANONICAL, take_canonical},
};

static bool take_field(struct reading *r, struct rule *rule, unsigned *seen)
{
	if (!take_text(r))
		return false;
	for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
		if (strcmp(fields[i].name, (const char *)r->text.data) != 0)
			continue;
		if (*seen & fields[i].field)
			return fail(r, "a field stands there twice");
		*seen |= fields[i].field;
		return fields[i].take(r, rule);
	}
	return fail(r, "fields are name, kind, pattern, confidence, context and canonical");
}

static bool take_rule(struct reading *r)
{
	const unsigned needed = FIELD_NAME | FIELD_KIND | FIELD_PATTERN | FIELD_CONFIDENCE;
	unsigned seen = 0;
	if (r->rules->count == CEIL_RULES)
		return fail(r, "more than 48 rules");
	struct rule *rule = &r->rules->list[r->rules->count++];
	uint64_t begin = r->begin;
	while (next(r) == ST_JSON_KEY)
		if (!take_field(r, rule, &seen))
			return false;
	if (r->event.token != ST_JSON_OBJECT_END)
		return fail(r, "no JSON");
	r->begin = begin;
	if ((seen & needed) != needed)
		return fail(r, "a rule has name, kind, pattern and confidence");
	if (rule->kind == DETECT_SECRET && (seen & FIELD_CANONICAL))
		return fail(r, "a secret is never kept whole: no \"canonical\"");
	return true;
}

static bool take_rules(struct reading *r)
{
	if (next(r) != ST_JSON_ARRAY)
		return fail(r, "\"rules\" is a list");
	while (next(r) == ST_JSON_OBJECT)
		if (!take_rule(r))
			return false;
	if (r->event.token != ST_JSON_ARRAY_END)
		return fail(r, "no JSON, or no rule");
	return r->rules->count > 0 || fail(r, "no rule");
}

static bool take_file(struct reading *r)
{
	bool schema = false, rules = false;
	if (next(r) != ST_JSON_OBJECT)
		return fail(r, "no JSON object");
	while (next(r) == ST_JSON_KEY) {
		if (!take_text(r))
			return false;
		bool is_schema = strcmp((const char *)r->text.data, "schema") == 0;
		if ((!is_schema && strcmp((const char *)r->text.data, "rules") != 0) || (is_schema ? schema : rules))
			return fail(r, "a rules file is {\"schema\":\"staunch.rules/1\",\"rules\":[...]}");
		*(is_schema ? &schema : &rules) = true;
		if (!is_schema && !take_rules(r))
			return false;
		if (is_schema && (!take_string(r, "\"schema\" is staunch.rules/1") ||
					 (strcmp((const char *)r->text.data, "staunch.rules/1") != 0 &&
						 !fail(r, "\"schema\" is staunch.rules/1"))))
			return false;
	}
	if (r->event.token != ST_JSON_OBJECT_END || next(r) != ST_JSON_END)
		return fail(r, "no JSON");
	r->begin = 0;
	return (schema && rules) || fail(r, "a rules file is {\"schema\":\"staunch.rules/1\",\"rules\":[...]}");
}

_Static_assert(
	DETECT_FORMS <= DETECT_FORM_MASK + 1 && (CEIL_RULES << DETECT_RULE_SHIFT | DETECT_FORM_MASK) <= UINT8_MAX,
	"form and rule in one byte");

static struct detect_rules *new_rules(void)
{
	struct detect_rules *rules = st_alloc_zero(1, sizeof *rules);
	rules->compile = pcre2_compile_context_create(NULL);
	if (rules->compile == NULL)
		abort();
	pcre2_set_newline(rules->compile, PCRE2_NEWLINE_ANYCRLF);
	pcre2_set_max_pattern_length(rules->compile, CEIL_RULE_PATTERN_BYTES);
	return rules;
}

enum st_status detect_rules_open(struct st_span file, struct detect_rules **out, struct st_error *err)
{
	*out = NULL;
	if (file.size > CEIL_RULES_FILE_BYTES)
		return st_fail(err, ST_WRONG, "a rules file is at most 64 KiB");
	struct reading r = {.rules = new_rules(), .json = st_json_open(JSON_DEPTH), .file = file, .err = err};
	st_json_feed(r.json, file.data, file.size);
	bool read = take_file(&r);
	st_json_close(r.json);
	st_buf_free(&r.text);
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
	free(rules);
}
