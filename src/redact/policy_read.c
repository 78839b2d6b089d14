/* A policy file: events of libyaml (yaml.h of libyaml 0.2), taken strictly, one table of the file after the other. */
#include "redact/policy_parts.h"

#include "base/ceilings.h"
#include "base/json_write.h"

#include <stdlib.h>
#include <unistd.h>
#include <yaml.h>

#define RULE_FIELD_CONFIDENCE "confidence"

struct reading {
	struct redact_policy *policy;
	yaml_parser_t parser;
	yaml_event_t event; /* the one at hand; its type YAML_NO_EVENT: none */
	struct st_error *err;
	bool failed; /* the first fault is told */
};

static bool fail_at(struct reading *r, size_t line, const char *why)
{
	if (!r->failed)
		st_fail(r->err, ST_WRONG, "line %zu: %s", line + 1, why);
	r->failed = true;
	return false;
}

static bool fail(struct reading *r, const char *why)
{
	return fail_at(r, r->event.start_mark.line, why);
}

static bool is_marked(const yaml_event_t *event)
{
	switch (event->type) {
	case YAML_SCALAR_EVENT:
		return event->data.scalar.anchor != NULL || event->data.scalar.tag != NULL;
	case YAML_MAPPING_START_EVENT:
		return event->data.mapping_start.anchor != NULL || event->data.mapping_start.tag != NULL;
	case YAML_SEQUENCE_START_EVENT:
		return event->data.sequence_start.anchor != NULL || event->data.sequence_start.tag != NULL;
	default:
		return false;
	}
}

/* The next event; false: no YAML, or a part of it that is refused. */
static bool next(struct reading *r)
{
	yaml_event_delete(&r->event);
	if (!yaml_parser_parse(&r->parser, &r->event)) {
		if (r->parser.error == YAML_MEMORY_ERROR)
			_exit(ST_EXIT_MEMORY);
		return fail_at(r, r->parser.problem_mark.line,
			"this is not YAML (a name or value that begins with * or [ is written in quotes)");
	}
	if (r->event.type == YAML_ALIAS_EVENT)
		return fail(r, "an alias; a text that begins with * is written in quotes");
	return !is_marked(&r->event) || fail(r, "anchors and tags are refused");
}

static struct st_span scalar(const struct reading *r)
{
	return (struct st_span){r->event.data.scalar.value, r->event.data.scalar.length};
}

static bool scalar_is(const struct reading *r, const char *word)
{
	return r->event.data.scalar.length == strlen(word) &&
	       memcmp(r->event.data.scalar.value, word, strlen(word)) == 0;
}

/* The scalar at hand is a text of one line that says something. */
static bool is_text(struct reading *r)
{
	struct st_span text = scalar(r);
	if (text.size == 0 || text.size > CEIL_REDACT_POLICY_TEXT_BYTES)
		return fail(r, "a name or value is 1 to 512 bytes");
	for (size_t i = 0; i < text.size; i++)
		if (text.data[i] < ' ' || text.data[i] == 0x7f)
			return fail(r, "a name or value is of one line");
	return true;
}

static bool begins(struct reading *r, yaml_event_type_t type, const char *wanted)
{
	return next(r) && (r->event.type == type || fail(r, wanted));
}

/* Of a map: the next key at hand, or its end. *more false at the end. */
static bool next_key(struct reading *r, bool *more)
{
	if (!next(r))
		return false;
	*more = r->event.type == YAML_SCALAR_EVENT;
	return *more ? is_text(r) : r->event.type == YAML_MAPPING_END_EVENT || fail(r, "a key that is no text");
}

static bool next_action(struct reading *r, enum redact_action *out)
{
	static const char *const names[REDACT_ACTIONS] = {"token", "mask", "label", "keep", "drop"};
	static const char wanted[] = "what becomes of it is token, mask, label, keep or drop";
	if (!begins(r, YAML_SCALAR_EVENT, wanted))
		return false;
	for (int i = 0; i < REDACT_ACTIONS; i++) {
		if (scalar_is(r, names[i])) {
			*out = (enum redact_action)i;
			r->policy->needs_key |= *out == REDACT_TOKEN;
			return true;
		}
	}
	return fail(r, wanted);
}

/* --- the four tables --- */

static bool take_kinds(struct reading *r)
{
	bool more;
	if (!begins(r, YAML_MAPPING_START_EVENT, "\"kinds\" is a map of kinds to what becomes of them"))
		return false;
	while (next_key(r, &more) && more) {
		int kind = 0;
		while (kind < DETECT_KINDS && !scalar_is(r, detect_kind_name((enum detect_kind)kind)))
			kind++;
		if (kind == DETECT_KINDS)
			return fail(r, "there is no such kind (staunch-redact-policy(5) lists them)");
		if (r->policy->kinds[kind] != REDACT_ACTIONS)
			return fail(r, "this kind stands twice");
		if (!next_action(r, &r->policy->kinds[kind]))
			return false;
	}
	return !r->failed;
}

static bool same(struct st_span a, struct st_span b)
{
	return a.size == b.size && memcmp(a.data, b.data, a.size) == 0;
}

static bool take_fields(struct reading *r)
{
	struct redact_policy *policy = r->policy;
	bool more;
	if (!begins(r, YAML_MAPPING_START_EVENT, "\"fields\" is a map of paths to what becomes of them"))
		return false;
	while (next_key(r, &more) && more) {
		if (policy->field_count == CEIL_REDACT_POLICY_ENTRIES)
			return fail(r, "more than 2048 fields");
		struct policy_field *field = &policy->fields[policy->field_count];
		for (size_t i = 0; i < policy->field_count; i++)
			if (same(policy->fields[i].pattern, scalar(r)))
				return fail(r, "this field stands twice");
		field->pattern = policy_keep(scalar(r));
		policy->field_count++;
		if (!next_action(r, &field->action))
			return false;
	}
	return !r->failed;
}

static bool take_allow(struct reading *r)
{
	if (!begins(r, YAML_SEQUENCE_START_EVENT, "\"allow\" is a list of values"))
		return false;
	while (next(r) && r->event.type == YAML_SCALAR_EVENT) {
		const char *why = NULL;
		if (!is_text(r))
			return false;
		if (!policy_allow(r->policy, scalar(r), &why))
			return fail(r, why);
	}
	return !r->failed && (r->event.type == YAML_SEQUENCE_END_EVENT || fail(r, "\"allow\" is a list of values"));
}

/* --- rules: written as the JSON that detect_rules_open reads, each word on the line where it stands here --- */

struct rules_text {
	struct st_buf json;
	struct st_json_writer writer;
	size_t line;
};

static void go_to_line(struct reading *r, struct rules_text *text)
{
	for (; text->line < r->event.start_mark.line; text->line++)
		st_buf_add_byte(&text->json, '\n');
}

static void put_scalar(struct reading *r, struct rules_text *text, bool number)
{
	struct st_span value = scalar(r);
	bool digits = number && value.size > 0 && r->event.data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
	for (size_t i = 0; digits && i < value.size; i++)
		digits = value.data[i] - '0' + 0u < 10u || value.data[i] == '.';
	if (digits)
		st_buf_add(&text->json, value.data, value.size);
	else
		st_json_string(&text->writer, value.data, value.size);
}

static bool put_list(struct reading *r, struct rules_text *text)
{
	bool first = true;
	st_buf_add_byte(&text->json, '[');
	while (next(r) && r->event.type == YAML_SCALAR_EVENT) {
		go_to_line(r, text);
		if (!first)
			st_buf_add_byte(&text->json, ',');
		text->writer = (struct st_json_writer){.out = &text->json};
		put_scalar(r, text, false);
		first = false;
	}
	st_buf_add_byte(&text->json, ']');
	return !r->failed && (r->event.type == YAML_SEQUENCE_END_EVENT || fail(r, "a list of texts"));
}

static bool put_rule(struct reading *r, struct rules_text *text)
{
	bool more, first = true;
	go_to_line(r, text);
	st_buf_add_byte(&text->json, '{');
	while (next_key(r, &more) && more) {
		bool number = scalar_is(r, RULE_FIELD_CONFIDENCE);
		go_to_line(r, text);
		if (!first)
			st_buf_add_byte(&text->json, ',');
		text->writer = (struct st_json_writer){.out = &text->json};
		put_scalar(r, text, false);
		st_buf_add_byte(&text->json, ':');
		first = false;
		if (!next(r))
			return false;
		go_to_line(r, text);
		text->writer = (struct st_json_writer){.out = &text->json};
		if (r->event.type == YAML_SCALAR_EVENT)
			put_scalar(r, text, number);
		else if (r->event.type != YAML_SEQUENCE_START_EVENT)
			return fail(r, "a rule has texts and lists of texts");
		else if (!put_list(r, text))
			return false;
	}
	st_buf_add_byte(&text->json, '}');
	return !r->failed;
}

static bool take_rules(struct reading *r)
{
	struct rules_text text = {.line = 0};
	bool good = begins(r, YAML_SEQUENCE_START_EVENT, "\"rules\" is a list"), first = true;
	st_buf_format(&text.json, "{\"schema\":\"staunch.rules/1\",\"rules\":[");
	while (good && next(r) && r->event.type == YAML_MAPPING_START_EVENT) {
		if (!first)
			st_buf_add_byte(&text.json, ',');
		good = put_rule(r, &text);
		first = false;
	}
	good = good && !r->failed && (r->event.type == YAML_SEQUENCE_END_EVENT || fail(r, "a rule is a map"));
	go_to_line(r, &text);
	st_buf_format(&text.json, "]}");
	good = good &&
	       detect_rules_open((struct st_span){text.json.data, text.json.size}, &r->policy->rules, r->err) == ST_OK;
	st_buf_free(&text.json);
	return good;
}

static bool take_tables(struct reading *r)
{
	static const char *const names[] = {"kinds", "fields", "allow", "rules"};
	static bool (*const takers[])(struct reading *) = {take_kinds, take_fields, take_allow, take_rules};
	unsigned seen = 0;
	bool more;
	while (next_key(r, &more) && more) {
		unsigned name = 0;
		while (name < 4 && !scalar_is(r, names[name]))
			name++;
		if (name == 4)
			return fail(r, "a policy has kinds, fields, allow and rules");
		if (seen & 1u << name)
			return fail(r, "this table stands twice");
		seen |= 1u << name;
		if (!takers[name](r))
			return false;
	}
	return !r->failed && (seen != 0 || fail(r, "a policy that says nothing"));
}

static bool take_file(struct reading *r)
{
	static const char wanted[] = "a policy is a map of kinds, fields, allow and rules";
	if (!begins(r, YAML_STREAM_START_EVENT, wanted) || !next(r))
		return false;
	if (r->event.type != YAML_DOCUMENT_START_EVENT)
		return fail(r, "a policy that says nothing");
	if (!begins(r, YAML_MAPPING_START_EVENT, wanted) || !take_tables(r))
		return false;
	return begins(r, YAML_DOCUMENT_END_EVENT, wanted) && begins(r, YAML_STREAM_END_EVENT, "a second document");
}

bool policy_read(struct redact_policy *policy, struct st_span text, struct st_error *err)
{
	struct reading r = {.policy = policy, .err = err};
	if (!yaml_parser_initialize(&r.parser))
		_exit(ST_EXIT_MEMORY);
	yaml_parser_set_encoding(&r.parser, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(&r.parser, text.data, text.size);
	bool good = take_file(&r);
	yaml_event_delete(&r.event);
	yaml_parser_delete(&r.parser);
	return good;
}
