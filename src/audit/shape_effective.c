/*
 * Effective security groups: what `az network nic list-effective-nsg` and the action effectiveNetworkSecurityGroups of
 * an interface print, one entry for each group on the way to it. Tags stand there with the prefixes they had when it
 * was asked, also VirtualNetwork, which may hold 0.0.0.0/0. Source: learn.microsoft.com, REST reference, "Network
 * Interfaces - List Effective Network Security Groups" (EffectiveNetworkSecurityGroup, EffectiveNetworkSecurityRule).
 *
 * "Internet" keeps its own meaning: its expansion is that of IPv4 alone.
 */
#include "audit/result.h"
#include "audit/shape.h"
#include "audit/tags.h"

#include <strings.h>

static void add_list(struct audit_model *model, struct audit_words *words, const struct audit_node *list)
{
	for (const struct audit_node *item = list != NULL && list->type == AUDIT_ARRAY ? list->first : NULL;
		item != NULL; item = item->next) {
		const struct audit_word *word = audit_word_of(model, item);
		if (word != NULL && word->size > 0)
			audit_words_add(model, words, word);
	}
}

static bool keeps_meaning(const struct audit_words *sources)
{
	for (uint32_t i = 0; i < sources->count; i++) {
		enum audit_tag tag = audit_tag_of(audit_word_span(sources->items[i]));
		if (tag == AUDIT_TAG_ANY || tag == AUDIT_TAG_INTERNET)
			return true;
	}
	return false;
}

/* The prefixes behind the tags of the rule, as the rule or the entry says them; none: it stays as it is. */
static void expand(struct audit_model *model, struct audit_rule *rule, const struct audit_node *node,
	const struct audit_node *entry)
{
	const struct audit_node *map = audit_azure_property(entry, "tagMap");
	struct audit_words words = {0};
	if (keeps_meaning(&rule->sources))
		return;
	add_list(model, &words, audit_azure_property(node, "expandedSourceAddressPrefix"));
	for (uint32_t i = 0; i < rule->sources.count && words.count == 0; i++)
		if (audit_tag_of(audit_word_span(rule->sources.items[i])) != AUDIT_TAG_NONE)
			add_list(model, &words, audit_get_span(map, audit_word_span(rule->sources.items[i])));
	if (words.count > 0)
		rule->sources = words;
}

static bool same_sources(const struct audit_rule *a, const struct audit_rule *b)
{
	bool same = a->sources.count == b->sources.count;
	for (uint32_t i = 0; i < a->sources.count && same; i++)
		same = a->sources.items[i] == b->sources.items[i];
	return same;
}

/* Another interface may see the group with other prefixes; which of them holds for a store is not told. */
static void merge(struct audit_group *group)
{
	struct audit_rule *last = &group->rules[group->rule_count - 1];
	for (size_t i = 0; i + 1 < group->rule_count; i++) {
		struct audit_rule *old = &group->rules[i];
		if (!audit_same(audit_word_span(old->name), audit_word_span(last->name)))
			continue;
		if (same_sources(old, last)) {
			group->rule_count--;
			return;
		}
		old->conditional = last->conditional = true;
	}
}

/* Default rules are built in, but the one whose tag this says. */
static bool is_wanted(const struct audit_node *rule)
{
	static const char front[] = "defaultSecurityRules/";
	struct st_span name = audit_text(audit_get(rule, "name"));
	bool made = name.size >= sizeof front - 1 && strncasecmp((const char *)name.data, front, sizeof front - 1) == 0;
	return !made || audit_span_is(audit_id_name(name), "AllowVnetInBound");
}

static void take_rule(struct audit_model *model, struct audit_group *group, const struct audit_node *rule,
	const struct audit_node *entry, uint32_t file)
{
	size_t before = group->rule_count;
	if (!is_wanted(rule))
		return;
	audit_azure_rule(model, group, rule, NULL, file, false);
	if (group->rule_count == before) /* outbound */
		return;
	struct audit_rule *added = &group->rules[group->rule_count - 1];
	added->written = (struct audit_written){.list = NULL}; /* an answer is no place for edits */
	expand(model, added, rule, entry);
	merge(group);
}

static void add_id(
	struct audit_model *model, struct audit_words *words, const struct audit_node *parent, const char *key)
{
	const struct audit_word *id = audit_word_of(model, audit_get(audit_get(parent, key), "id"));
	if (id != NULL && id->kind == AUDIT_LITERAL)
		audit_words_add(model, words, id);
}

bool audit_shape_effective(struct audit_model *model, const struct audit_node *entry, uint32_t file)
{
	const struct audit_node *rules = audit_azure_property(entry, "effectiveSecurityRules");
	const struct audit_node *association = audit_azure_property(entry, "association");
	const struct audit_word *id =
		audit_word_of(model, audit_get(audit_azure_property(entry, "networkSecurityGroup"), "id"));
	if (rules == NULL || rules->type != AUDIT_ARRAY)
		return false;
	model->recognised++;
	if (audit_given(audit_get(association, "networkManager")))
		audit_model_doubt(model, audit_span("network manager"),
			"its admin rules stand before those of groups and are not read here",
			audit_place_of(file, entry));
	if (id == NULL || id->kind != AUDIT_LITERAL) {
		if (!audit_given(audit_get(association, "networkManager")))
			audit_model_doubt(
				model, audit_span("effective rules"), "they say no group", audit_place_of(file, entry));
		return true;
	}
	struct audit_group *group = audit_model_group(model, id);
	if (!group->effective) /* it says more than the group's own rules, wherever these stand */
		group->rule_count = 0;
	group->effective = group->declared = true;
	if (group->at.line == 0)
		group->at = audit_place_of(file, entry);
	add_id(model, &group->attached, association, "networkInterface");
	add_id(model, &group->attached, association, "subnet");
	for (const struct audit_node *rule = rules->first; rule != NULL; rule = rule->next) {
		if (rule->type == AUDIT_OBJECT)
			take_rule(model, group, rule, entry, file);
	}
	return true;
}
