/* Groups are copied with the edited rules; the store is evaluated anew after each round. */
#include "audit/fix.h"

#include "audit/routes.h"

#include "audit/service.h"
#include "audit/tell.h"
#include "base/ceilings.h"

#include <stdlib.h>

enum { ROUNDS = 16, RULES = 64 };

struct fix {
	const struct audit_store *store;
	const struct audit_rule *rules[RULES];
	const struct audit_group *groups[RULES];
	struct audit_words sources[RULES]; /* that each of them gets */
	size_t count;
	struct audit_words inside;  /* the virtual network; of AWS nothing */
	enum audit_group_kind kind; /* of the groups whose rules are edited */
	const struct audit_word *words_inside[AUDIT_INSIDE_WORDS];
	const struct audit_flows *keep; /* NULL: none */
	struct audit_model words;       /* owns the lists */
	struct audit_fixing *fixing;
	uint32_t kept;
};

/* --- what an edited rule gets --- */

static bool is_prefix(void *context, const struct audit_value *value)
{
	(void)context;
	return value->kind == AUDIT_VALUE_PREFIX;
}

/* Does the rule let in what the flow is, whatever stands before it? */
static bool lets_in(const struct audit_rule *rule, const struct audit_flow *flow)
{
	struct audit_tags tags = {.count = 0};
	struct audit_group both = {.rule_count = 1};
	struct audit_compiled from, wanted;
	struct audit_rule copies[] = {*rule, flow->rule};
	for (size_t i = 0; i < 2; i++) {
		both.rules = &copies[i];
		audit_tags_add(&tags, &both);
	}
	audit_compile(rule, &tags, &from);
	audit_compile(&flow->rule, &tags, &wanted);
	bool lets = rule->access == AUDIT_ALLOW &&
		    audit_set_meets(&from.lines[AUDIT_LOWER], &wanted.lines[AUDIT_LOWER]) &&
		    audit_set_covers(&from.sources[AUDIT_LOWER], &wanted.sources[AUDIT_LOWER]);
	audit_compiled_free(&from);
	audit_compiled_free(&wanted);
	return lets;
}

/* The sources of flows to keep that came in by this rule; the virtual network when there are none. One service tag
 * stands alone, since the API takes prefixes only in its list ("Security rules", augmented). */
static struct audit_words sources_of(struct fix *fix, const struct audit_rule *rule)
{
	struct audit_words list = {0};
	for (uint32_t i = 0; fix->keep != NULL && i < fix->keep->count; i++) {
		const struct audit_flow *flow = &fix->keep->items[i];
		if (!audit_flow_is_of(flow, fix->store) || !lets_in(rule, flow))
			continue;
		for (uint32_t j = 0; j < flow->rule.sources.count; j++)
			audit_words_add(&fix->words, &list, flow->rule.sources.items[j]);
	}
	if (list.count == 0 || (list.count > 1 && !audit_each_value(&list, is_prefix, NULL)))
		return fix->inside;
	if (fix->kind != AUDIT_GROUP_AZURE && !audit_each_value(&list, is_prefix, NULL))
		return fix->inside;
	if (fix->kind == AUDIT_GROUP_ACL && list.count > 1) /* an entry has one prefix */
		return fix->inside;
	return list;
}

/* The groups whose rules are edited: security groups where there are some; a network ACL holds for its whole subnet. */
static enum audit_group_kind edited_kind(const struct audit_store *store)
{
	enum audit_group_kind kind = store->gate_count > 0 ? store->gates[0]->kind : AUDIT_GROUP_AZURE;
	return kind == AUDIT_GROUP_JOINED ? AUDIT_GROUP_SECURITY : kind;
}

/* Adds the rules of the cluster that may be edited and are not yet. False: all that may be were among the first
 * `tried`. */
static bool add_rules(struct fix *fix, const struct audit_cluster *cluster, size_t tried)
{
	bool any = false;
	for (size_t i = 0; i < cluster->rule_count; i++) {
		bool there = false;
		for (size_t j = 0; j < fix->count; j++) {
			there |= fix->rules[j] == cluster->rules[i];
			any |= j >= tried && fix->rules[j] == cluster->rules[i];
		}
		const struct audit_group *owner = audit_rule_owner(cluster->rules[i]);
		const struct audit_group *group = owner != NULL ? owner : cluster->groups[i];
		if (there || fix->count == RULES || group->kind != fix->kind || group->balances)
			continue;
		fix->rules[fix->count] = cluster->rules[i];
		fix->sources[fix->count] = sources_of(fix, cluster->rules[i]);
		fix->groups[fix->count++] = cluster->groups[i];
		any = true;
	}
	return any;
}

/* What it gets; NULL: it is not edited. */
static const struct audit_words *edit_of(const struct fix *fix, const struct audit_rule *rule)
{
	for (size_t i = 0; i < fix->count; i++)
		if (fix->rules[i] == rule)
			return &fix->sources[i];
	return NULL;
}

/* The group with the edits; the caller frees its rules. */
static struct audit_group edited(const struct fix *fix, const struct audit_group *group)
{
	struct audit_group made = *group;
	made.rules = st_alloc(group->rule_count * sizeof *made.rules + 1);
	if (group->rule_count > 0)
		memcpy(made.rules, group->rules, group->rule_count * sizeof *made.rules);
	for (size_t i = 0; i < fix->count; i++) {
		size_t at = ((uintptr_t)fix->rules[i] - (uintptr_t)group->rules) / sizeof *made.rules;
		if (at >= group->rule_count) /* one of another gate */
			continue;
		if (fix->sources[i].count == 0 && fix->kind == AUDIT_GROUP_ACL)
			made.rules[at].access = AUDIT_DENY;
		else
			made.rules[at].sources = fix->sources[i];
	}
	return made;
}

/* The rule of the store as it is, and its group, of a rule of the copies. */
static bool original(const struct fix *fix, const struct audit_group *copies, const struct audit_rule *copy,
	const struct audit_rule **rule, const struct audit_group **group)
{
	for (size_t gate = 0; gate < fix->store->gate_count; gate++) {
		if (copy < copies[gate].rules || copy >= copies[gate].rules + copies[gate].rule_count)
			continue;
		*group = fix->store->gates[gate];
		*rule = &(*group)->rules[copy - copies[gate].rules];
		return true;
	}
	return false;
}

static bool overlaps(const struct audit_reach_row *a, const struct audit_reach_row *b)
{
	return audit_set_meets(&a->lines, &b->lines) && audit_set_meets(&a->cluster->sources, &b->cluster->sources);
}

/* Adds the rules that still let some of the row in. False: those do that were edited before. */
static bool add_what_is_left(struct fix *fix, const struct audit_group *copies, const struct audit_reach *after,
	const struct audit_reach_row *row, bool *closed)
{
	size_t tried = fix->count;
	*closed = true;
	for (size_t i = 0; i < after->row_count; i++) {
		const struct audit_cluster *here = after->rows[i].cluster;
		bool stays = here->verdict == AUDIT_CANNOT_TELL || here->class == AUDIT_LISTED;
		if (stays || !overlaps(&after->rows[i], row))
			continue;
		struct audit_cluster left = *here;
		const struct audit_rule *rules[AUDIT_GATES * RULES];
		const struct audit_group *groups[AUDIT_GATES * RULES];
		*closed = false;
		if (left.rule_count > AUDIT_GATES * RULES)
			return false;
		left.rules = rules;
		left.groups = groups;
		for (size_t j = 0; j < left.rule_count; j++)
			if (!original(fix, copies, here->rules[j], &rules[j], &groups[j]))
				return false;
		if (!add_rules(fix, &left, tried))
			return false;
	}
	return true;
}

/* Rows of the store that were open beside this one and are touched by the edits. */
static uint32_t also_closed(const struct fix *fix, const struct audit_reach *reach, const struct audit_reach_row *row)
{
	uint32_t count = 0;
	for (size_t i = 0; i < reach->row_count; i++) {
		const struct audit_cluster *cluster = reach->rows[i].cluster;
		bool touched = false;
		for (size_t j = 0; j < cluster->rule_count; j++)
			touched |= edit_of(fix, cluster->rules[j]) != NULL;
		count += touched && !overlaps(&reach->rows[i], row);
	}
	return count;
}

/* Counts the flows that got in and still do. False: one does not any more. */
static bool keeps_flows(struct fix *fix, const struct audit_reach *before, const struct audit_reach *after)
{
	fix->kept = 0;
	for (uint32_t i = 0; fix->keep != NULL && i < fix->keep->count; i++) {
		const struct audit_flow *flow = &fix->keep->items[i];
		if (!audit_flow_is_of(flow, fix->store) || !audit_flow_admitted(flow, before))
			continue;
		if (!audit_flow_admitted(flow, after))
			return false;
		fix->kept++;
	}
	return true;
}

/* One round: true when it is over, one way or the other. */
static bool try_round(
	struct fix *fix, const struct audit_reach *before, const struct audit_reach_row *row, bool *closed)
{
	struct audit_store store = *fix->store;
	struct audit_group copies[AUDIT_GATES];
	struct audit_reach after;
	for (size_t gate = 0; gate < store.gate_count; gate++) {
		copies[gate] = edited(fix, fix->store->gates[gate]);
		store.gates[gate] = &copies[gate];
	}
	/* flows to keep may stand on any line */
	const struct audit_set *lines = fix->keep != NULL && fix->keep->count > 0 ? NULL : &row->lines;
	const struct audit_reach_before known = {fix->store, before};
	audit_reach_again(&store, &known, lines, CEIL_AUDIT_FIX_INTERVALS - fix->fixing->intervals, &after);
	fix->fixing->intervals += after.intervals;
	fix->fixing->unfinished |= fix->fixing->intervals > CEIL_AUDIT_FIX_INTERVALS;
	bool going = after.doubt == NULL && add_what_is_left(fix, copies, &after, row, closed);
	bool over = !going || *closed;
	if (*closed)
		*closed = going && keeps_flows(fix, before, &after);
	audit_reach_free(&after);
	for (size_t gate = 0; gate < store.gate_count; gate++)
		free(copies[gate].rules);
	return over;
}

static struct st_span set_of(struct audit_result *out, const struct audit_words *sources)
{
	st_auto_buf struct st_buf text = {0};
	for (uint32_t i = 0; i < sources->count; i++) {
		struct st_span source = audit_word_span(sources->items[i]);
		if (i > 0)
			st_buf_add_byte(&text, ',');
		st_buf_add(&text, source.data, source.size);
	}
	return audit_result_keep(out, (struct st_span){text.data, text.size});
}

static const struct audit_word *word_of(struct audit_result *out, const char *text)
{
	size_t size = strlen(text);
	struct audit_word *word = audit_pool_take(&out->pool, 1, sizeof *word + size + 1);
	word->size = (uint32_t)size;
	memcpy(word->text, text, size);
	return word;
}

/* What a fix lets in instead, once for all of them. */
static const struct audit_word *inside_word(struct audit_result *out, size_t i)
{
	static const char *const inside[] = {"VirtualNetwork", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"};
	_Static_assert(sizeof inside / sizeof inside[0] == AUDIT_INSIDE_WORDS, "one for each");
	if (out->inside[i] == NULL)
		out->inside[i] = word_of(out, inside[i]);
	return out->inside[i];
}

void audit_tell_fix(const struct audit_store *store, const struct audit_reach *reach, const struct audit_reach_row *row,
	struct audit_fixing *fixing, struct audit_result *out, struct audit_exposure *exposure)
{
	struct fix fix = {.store = store, .keep = fixing->keep, .fixing = fixing};
	bool closed = false, wide = false;
	for (size_t gate = 0; gate < store->gate_count; gate++)
		wide |= audit_group_is_wide(store->gates[gate]);
	for (size_t i = 0; i < AUDIT_INSIDE_WORDS; i++)
		fix.words_inside[i] = inside_word(out, i);
	/* with a default route the tag may be anybody again */
	fix.kind = edited_kind(store);
	if (fix.kind == AUDIT_GROUP_AZURE)
		fix.inside = (struct audit_words){fix.words_inside + wide, wide ? 3 : 1};
	if (!fixing->unfinished && add_rules(&fix, row->cluster, 0))
		for (int round = 0; round < ROUNDS && !try_round(&fix, reach, row, &closed); round++)
			;
	closed = closed && !fixing->unfinished;
	for (size_t i = 0; i < fix.count && closed; i++) {
		struct audit_rule_at *told =
			AUDIT_PUSH(exposure->fix_rules, exposure->fix_count, exposure->fix_capacity);
		*told = audit_rule_told(out, fix.groups[i], fix.rules[i]);
		told->set = set_of(out, &fix.sources[i]);
	}
	exposure->fix_also_closes = closed ? also_closed(&fix, reach, row) : 0;
	exposure->fix_keeps = closed ? fix.kept : 0;
	audit_model_free(&fix.words);
}

/* --- settings --- */

/* The configuration with one remedy: in place of the last setting with its key, or behind all others. The caller frees
 * the settings. */
static struct audit_config remedied(
	const struct audit_config *config, const struct audit_remedy *remedy, const struct audit_word *const words[2])
{
	struct audit_config made = *config;
	made.settings = (struct audit_settings){0};
	for (uint32_t i = 0; i < config->settings.count; i++) {
		const struct audit_setting *old = &config->settings.items[i];
		if (strcmp(old->key->text, remedy->key) != 0)
			audit_settings_add(&made.settings, old->key, old->value, old->at);
	}
	if (remedy->value != NULL)
		audit_settings_add(&made.settings, words[0], words[1], config->at);
	return made;
}

/* Is everybody of the row refused? */
static bool refuses(const struct audit_config *config, const struct audit_reach_row *row)
{
	struct audit_judgement judgement;
	bool all = true;
	audit_judge(config, &judgement);
	for (uint32_t i = 0; i < judgement.count; i++)
		all &= audit_share_verdict(&judgement.shares[i]) == AUDIT_CLOSED ||
		       !audit_set_meets(&judgement.shares[i].lines, &row->lines) ||
		       !audit_set_meets(&judgement.shares[i].sources, &row->cluster->sources);
	audit_judgement_free(&judgement);
	return all;
}

static void told(struct audit_exposure *exposure, const struct audit_word *const words[2], struct audit_place at)
{
	exposure->fix_setting.key = audit_word_span(words[0]);
	exposure->fix_setting.value = audit_word_span(words[1]);
	exposure->fix_setting.file = at.file;
	exposure->fix_setting.line = at.line;
}

/* The setting that decides, written as the service would have it. */
static bool mended(const struct audit_config *config, const struct audit_share *share,
	const struct audit_reach_row *row, struct audit_result *out, struct audit_exposure *exposure)
{
	for (uint32_t i = 0; i < config->settings.count && config->service->mend != NULL && share->by_count > 0; i++) {
		const struct audit_setting *old = &config->settings.items[i];
		if (old->at.file != share->by[0].at.file || old->at.line != share->by[0].at.line)
			continue;
		st_auto_free char *text = config->service->mend(config, old);
		if (text == NULL)
			continue;
		const struct audit_word *words[2] = {word_of(out, old->key->text), word_of(out, text)};
		struct audit_config made = *config;
		made.settings = (struct audit_settings){0};
		for (uint32_t j = 0; j < config->settings.count; j++) {
			const struct audit_setting *same = &config->settings.items[j];
			audit_settings_add(&made.settings, same->key, j == i ? words[1] : same->value, same->at);
		}
		bool closed = refuses(&made, row);
		audit_settings_free(&made.settings);
		if (closed)
			told(exposure, words, old->at);
		return closed;
	}
	return false;
}

void audit_tell_setting_fix(const struct audit_config *config, const struct audit_share *share,
	const struct audit_reach_row *row, struct audit_result *out, struct audit_exposure *exposure)
{
	if (config == NULL || mended(config, share, row, out, exposure))
		return;
	for (const struct audit_remedy *remedy = config->service->remedies; remedy->key != NULL; remedy++) {
		const struct audit_setting *old = audit_setting(config, remedy->key);
		if (old == NULL && remedy->value == NULL)
			continue;
		const struct audit_word *words[2] = {
			word_of(out, remedy->key), word_of(out, remedy->value != NULL ? remedy->value : "")};
		struct audit_config made = remedied(config, remedy, words);
		bool closed = refuses(&made, row);
		audit_settings_free(&made.settings);
		if (!closed)
			continue;
		told(exposure, words, old != NULL ? old->at : config->at);
		return;
	}
}
