#include "cli/review_rules.h"

#include "base/ceilings.h"
#include "portal/identity.h"

#include <stdlib.h>

#define SETTING "review_rules"

static struct st_span trimmed(struct st_span text)
{
	while (text.size > 0 && (*text.data == ' ' || *text.data == '\t')) {
		text.data++;
		text.size--;
	}
	while (text.size > 0 && (text.data[text.size - 1] == ' ' || text.data[text.size - 1] == '\t' ||
					text.data[text.size - 1] == '\r'))
		text.size--;
	return text;
}

/* Takes the word in front, if it is this one and a blank follows. */
static bool take_word(struct st_span *text, const char *word)
{
	size_t size = strlen(word);
	if (text->size <= size || memcmp(text->data, word, size) != 0 ||
		(text->data[size] != ' ' && text->data[size] != '\t'))
		return false;
	*text = trimmed((struct st_span){text->data + size, text->size - size});
	return true;
}

static char *copy(struct st_span text)
{
	return st_strndup((const char *)text.data, text.size);
}

/* [STORE:]/path into store and path, without the slashes around it. */
static bool read_path(struct st_span text, struct review_rule *out)
{
	const uint8_t *slash = text.size > 0 && *text.data == '/' ? text.data : memmem(text.data, text.size, ":/", 2);
	if (slash == NULL || memchr(text.data, 0, text.size) != NULL || memchr(text.data, '\n', text.size) != NULL)
		return false;
	if (slash != text.data) {
		out->store = copy((struct st_span){text.data, (size_t)(slash - text.data)});
		slash++;
	}
	struct st_span path = {slash, (size_t)(text.data + text.size - slash)};
	for (; path.size > 0 && *path.data == '/'; path.size--)
		path.data++;
	while (path.size > 0 && path.data[path.size - 1] == '/')
		path.size--;
	out->path = copy(path);
	return path.size <= CEIL_NAME_BYTES;
}

static bool read_party(struct st_span text, struct review_rule *out, const char **why)
{
	struct portal_identity who = portal_identity_read(text);
	out->organization = who.kind == PORTAL_ORGANIZATION;
	out->party = st_strndup(who.text, strlen(who.text));
	if (who.kind == PORTAL_ORGANIZATION || who.kind == PORTAL_MAILBOX)
		return true;
	*why = who.kind == PORTAL_NO_IDENTITY
		       ? "the party is neither an e-mail address nor the domain of an organization"
		       : "the party is not one organization's registrable domain, and not one person's mailbox";
	return false;
}

static bool parse_prefix(struct st_span text, struct review_rule *out, const char **why)
{
	const uint8_t *arrow = NULL;
	for (size_t i = 0; i + 4 <= text.size; i++)
		if (memcmp(text.data + i, " -> ", 4) == 0)
			arrow = text.data + i; /* the last: a path may hold one */
	*why = "a prefix is written: prefix /PATH -> PARTY";
	if (arrow == NULL || !read_path(trimmed((struct st_span){text.data, (size_t)(arrow - text.data)}), out))
		return false;
	return read_party(trimmed((struct st_span){arrow + 4, (size_t)(text.data + text.size - arrow - 4)}), out, why);
}

bool review_rule_parse(struct st_span line, struct review_rule *out, const char **why)
{
	*out = (struct review_rule){0};
	line = trimmed(line);
	if (take_word(&line, "prefix"))
		return parse_prefix(line, out, why);
	if (take_word(&line, "withhold")) {
		out->kind = REVIEW_WITHHOLD;
		*why = "withhold takes a path: withhold /PATH";
		return read_path(line, out);
	}
	if (take_word(&line, "employer")) {
		out->kind = REVIEW_EMPLOYER;
		if (!read_party(line, out, why))
			return false;
		*why = "employer takes the registrable domain of an organization";
		return out->organization;
	}
	*why = "a rule begins with prefix, withhold or employer";
	return false;
}

void review_rule_free(struct review_rule *rule)
{
	free(rule->store);
	free(rule->path);
	free(rule->party);
	*rule = (struct review_rule){0};
}

void review_rule_text(const struct review_rule *rule, struct st_buf *out)
{
	const char *store = rule->store != NULL ? rule->store : "", *colon = rule->store != NULL ? ":" : "";
	if (rule->kind == REVIEW_EMPLOYER)
		st_buf_format(out, "employer %s", rule->party);
	else if (rule->kind == REVIEW_WITHHOLD)
		st_buf_format(out, "withhold %s%s/%s", store, colon, rule->path);
	else
		st_buf_format(out, "prefix %s%s/%s -> %s", store, colon, rule->path, rule->party);
}

/* --- in the case --- */

enum st_status review_rules_load(struct casefile *casefile, struct review_rules *out, struct st_error *err)
{
	st_auto_buf struct st_buf text = {0};
	*out = (struct review_rules){0};
	ST_TRY(casefile_get(casefile, SETTING, &text, err));
	for (struct st_span left = {text.data, text.size}; left.size > 0;) {
		const uint8_t *end = memchr(left.data, '\n', left.size);
		struct st_span line = {left.data, end != NULL ? (size_t)(end - left.data) : left.size};
		size_t taken = line.size + (end != NULL);
		const char *why;
		out->rules = st_realloc(out->rules, (out->count + 1) * sizeof *out->rules);
		if (!review_rule_parse(line, &out->rules[out->count++], &why))
			return st_fail(err, ST_FATAL, "the case is damaged: a rule of review cannot be read");
		left.data += taken;
		left.size -= taken;
	}
	return ST_OK;
}

enum st_status review_rules_save(struct casefile *casefile, const struct review_rules *rules, struct st_error *err)
{
	st_auto_buf struct st_buf text = {0};
	for (size_t i = 0; i < rules->count; i++) {
		review_rule_text(&rules->rules[i], &text);
		st_buf_add_byte(&text, '\n');
	}
	return casefile_set(casefile, SETTING, (struct st_span){text.data, text.size}, err);
}

void review_rules_free(struct review_rules *rules)
{
	for (size_t i = 0; i < rules->count; i++)
		review_rule_free(&rules->rules[i]);
	free(rules->rules);
	*rules = (struct review_rules){0};
}

static bool fits(const struct review_rule *rule, const char *store, struct st_span path)
{
	size_t size = rule->path != NULL ? strlen(rule->path) : 0;
	if (rule->kind == REVIEW_EMPLOYER || (rule->store != NULL && strcmp(rule->store, store) != 0))
		return false;
	return size == 0 || (path.size >= size && memcmp(path.data, rule->path, size) == 0 &&
				    (path.size == size || path.data[size] == '/'));
}

const struct review_rule *review_rules_find(const struct review_rules *rules, const char *store, struct st_span path)
{
	const struct review_rule *best = NULL;
	for (size_t i = 0; i < rules->count; i++) {
		const struct review_rule *rule = &rules->rules[i];
		if (!fits(rule, store, path))
			continue;
		size_t size = strlen(rule->path), best_size = best != NULL ? strlen(best->path) : 0;
		if (best == NULL || size > best_size || (size == best_size && rule->kind == REVIEW_WITHHOLD))
			best = rule;
	}
	return best;
}

bool review_rules_employer(const struct review_rules *rules, struct st_span domain)
{
	for (size_t i = 0; i < rules->count; i++) {
		const struct review_rule *rule = &rules->rules[i];
		if (rule->kind == REVIEW_EMPLOYER && strlen(rule->party) == domain.size &&
			memcmp(rule->party, domain.data, domain.size) == 0)
			return true;
	}
	return false;
}
