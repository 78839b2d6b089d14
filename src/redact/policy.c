/* What a policy says of a value: the allow-list, then the field, then the kind. */
#include "redact/policy_parts.h"

#include "base/ceilings.h"

#include <stdlib.h>

/* A value is kept in at most this many canonical forms. */
#define FORMS_MOST 3

static uint8_t small(uint8_t c)
{
	return c - 'A' + 0u < 26u ? c | 32 : c;
}

struct st_span policy_keep(struct st_span text)
{
	return (struct st_span){(uint8_t *)st_strndup((const char *)text.data, text.size), text.size};
}

/* Order without regard to the case of ASCII letters: canonical forms have it one way or the other by kind. */
static int compare(struct st_span a, struct st_span b)
{
	size_t least = a.size < b.size ? a.size : b.size;
	for (size_t i = 0; i < least; i++)
		if (small(a.data[i]) != small(b.data[i]))
			return small(a.data[i]) < small(b.data[i]) ? -1 : 1;
	return a.size < b.size ? -1 : a.size > b.size;
}

static int compare_spans(const void *a, const void *b)
{
	return compare(*(const struct st_span *)a, *(const struct st_span *)b);
}

/* --- patterns --- */

static bool crosses_anything(uint8_t c)
{
	(void)c;
	return true;
}

/* In an allowed value: "*@example.com" means one address of that domain, whatever stands around it. */
static bool crosses_in_value(uint8_t c)
{
	return c != '@' && c > ' ';
}

/* `*` is any number of bytes that it may cross; the rest stands for itself. Steps: pattern times text, both bounded. */
static bool matches(struct st_span pattern, struct st_span text, bool (*crosses)(uint8_t c), bool any_case)
{
	size_t p = 0, t = 0, star = SIZE_MAX, resume = 0;
	while (t < text.size) {
		if (p < pattern.size && pattern.data[p] == '*') {
			star = p++;
			resume = t;
		} else if (p < pattern.size && (pattern.data[p] == text.data[t] ||
						       (any_case && small(pattern.data[p]) == small(text.data[t])))) {
			p++;
			t++;
		} else if (star != SIZE_MAX && crosses(text.data[resume])) {
			p = star + 1;
			t = ++resume;
		} else {
			return false;
		}
	}
	while (p < pattern.size && pattern.data[p] == '*')
		p++;
	return p == pattern.size;
}

/* "*.id" is also the field id of the top level. */
static bool field_matches(struct st_span pattern, struct st_span field)
{
	if (matches(pattern, field, crosses_anything, false))
		return true;
	return pattern.size > 2 && pattern.data[0] == '*' && pattern.data[1] == '.' &&
	       matches((struct st_span){pattern.data + 2, pattern.size - 2}, field, crosses_anything, false);
}

/* --- the allow-list --- */

struct whole {
	size_t size;
	struct redact_policy *policy;
};

static void keep_exact(struct redact_policy *policy, struct st_span value)
{
	policy->allowed[policy->allowed_count++] = policy_keep(value);
}

static void on_mention(void *context, const struct detect_mention *mention)
{
	struct whole *whole = context;
	if (mention->start == 0 && mention->end == whole->size && mention->kind != DETECT_SECRET)
		keep_exact(whole->policy, mention->canonical);
}

/* The forms that the detectors would give it: of a whole value, and of a name. */
static void keep_forms(struct redact_policy *policy, struct st_span value)
{
	uint8_t name[DETECT_NAME_BYTES];
	struct whole whole = {value.size, policy};
	struct detect *detect = detect_open(NULL, on_mention, &whole);
	detect_feed(detect, value.data, value.size);
	detect_finish(detect);
	detect_close(detect);
	size_t size = detect_name_as_typed(value, name);
	keep_exact(policy, value);
	if (size > 0)
		keep_exact(policy, (struct st_span){name, size});
}

bool policy_allow(struct redact_policy *policy, struct st_span value, const char **why)
{
	size_t literal = 0;
	if (policy->allow_entries++ == CEIL_REDACT_POLICY_ENTRIES) {
		*why = "more than 2048 allowed values";
		return false;
	}
	for (size_t i = 0; i < value.size; i++)
		literal += value.data[i] != '*';
	if (literal == value.size) {
		keep_forms(policy, value);
		return true;
	}
	if (literal < 3) {
		*why = "this pattern would allow nearly everything; to keep a kind, say so under \"kinds\"";
		return false;
	}
	policy->patterns[policy->pattern_count++] = policy_keep(value);
	return true;
}

static bool is_allowed(const struct redact_policy *policy, struct st_span canonical)
{
	if (policy->allowed_count > 0 && bsearch(&canonical, policy->allowed, policy->allowed_count,
						 sizeof *policy->allowed, compare_spans) != NULL)
		return true;
	for (size_t i = 0; i < policy->pattern_count; i++)
		if (matches(policy->patterns[i], canonical, crosses_in_value, true))
			return true;
	return false;
}

/* --- what is asked --- */

enum st_status redact_policy_open(struct st_span text, struct redact_policy **out, struct st_error *err)
{
	*out = NULL;
	if (text.size > CEIL_REDACT_POLICY_BYTES)
		return st_fail(err, ST_WRONG, "a policy is at most 64 KiB");
	struct redact_policy *policy = st_alloc_zero(1, sizeof *policy);
	policy->fields = st_alloc_zero(CEIL_REDACT_POLICY_ENTRIES, sizeof *policy->fields);
	policy->patterns = st_alloc_zero(CEIL_REDACT_POLICY_ENTRIES, sizeof *policy->patterns);
	policy->allowed = st_alloc_zero((size_t)CEIL_REDACT_POLICY_ENTRIES * FORMS_MOST, sizeof *policy->allowed);
	for (int kind = 0; kind < DETECT_KINDS; kind++)
		policy->kinds[kind] = REDACT_ACTIONS;
	if (!policy_read(policy, text, err)) {
		redact_policy_close(policy);
		return ST_WRONG;
	}
	qsort(policy->allowed, policy->allowed_count, sizeof *policy->allowed, compare_spans);
	*out = policy;
	return ST_OK;
}

/* The first that matches. */
enum redact_action redact_policy_field(const struct redact_policy *policy, struct st_span field)
{
	for (size_t i = 0; field.size > 0 && i < policy->field_count; i++)
		if (field_matches(policy->fields[i].pattern, field))
			return policy->fields[i].action;
	return REDACT_ACTIONS;
}

enum redact_action redact_policy_action(const struct redact_policy *policy, enum redact_action mode,
	enum detect_kind kind, enum redact_action field, struct st_span canonical)
{
	if (kind != DETECT_SECRET && is_allowed(policy, canonical))
		return REDACT_KEEP;
	if (field == REDACT_ACTIONS)
		field = policy->kinds[kind];
	return field == REDACT_ACTIONS ? mode : field;
}

bool redact_policy_needs_key(const struct redact_policy *policy)
{
	return policy->needs_key;
}

const struct detect_rules *redact_policy_rules(const struct redact_policy *policy)
{
	return policy->rules;
}

static void free_spans(struct st_span *spans, size_t count)
{
	for (size_t i = 0; i < count; i++)
		free((void *)(uintptr_t)spans[i].data);
	free(spans);
}

void redact_policy_close(struct redact_policy *policy)
{
	if (policy == NULL)
		return;
	for (size_t i = 0; i < policy->field_count; i++)
		free((void *)(uintptr_t)policy->fields[i].pattern.data);
	free(policy->fields);
	free_spans(policy->allowed, policy->allowed_count);
	free_spans(policy->patterns, policy->pattern_count);
	detect_rules_close(policy->rules);
	free(policy);
}
