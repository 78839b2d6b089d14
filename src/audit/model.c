/* Growing arrays, interned words, and groups by id. */
#include "audit/model.h"

#include "audit/compile.h"
#include "audit/config.h"
#include "audit/shape_aws.h"
#include "audit/result.h"
#include "base/ceilings.h"

#include <ctype.h>
#include <stdlib.h>
#include <strings.h>

struct audit_index {
	uint32_t *slots; /* 1 + number of a group, by the hash of the tail of its id */
	size_t size;
};

/* Eight bytes at a time: every value of every rule is looked up. The seed is where the model lies, so that nobody can
 * prepare texts that meet. */
static uint64_t hash_of(struct st_span text, uint64_t seed)
{
	const uint64_t mix = 0x9e3779b97f4a7c15u;
	uint64_t hash = (text.size ^ seed) * mix, word;
	const uint8_t *at = text.data;
	size_t left = text.size;
	for (; left >= sizeof word; at += sizeof word, left -= sizeof word) {
		memcpy(&word, at, sizeof word);
		hash = (hash ^ word) * mix;
		hash ^= hash >> 29;
	}
	for (word = 0; left > 0; left--)
		word = word << 8 | at[left - 1];
	hash = (hash ^ word) * mix;
	return hash ^ hash >> 32;
}

/* Room for one more; the new one is zero. */
static void *grow(void **items, size_t *count, size_t *capacity, size_t item_bytes)
{
	if (*count == *capacity) {
		*capacity = *capacity ? *capacity * 2 : 8;
		*items = st_realloc(*items, *capacity * item_bytes);
	}
	uint8_t *added = (uint8_t *)*items + (*count)++ * item_bytes;
	memset(added, 0, item_bytes);
	return added;
}

/* --- words --- */

static void grow_table(struct audit_model *model)
{
	size_t size = model->table_size ? model->table_size * 2 : 1024;
	struct audit_word **table = st_alloc_zero(size, sizeof *table);
	for (size_t i = 0; i < model->table_size; i++) {
		for (struct audit_word *word = model->table[i], *next; word != NULL; word = next) {
			next = word->next;
			size_t slot = word->hash & (size - 1);
			word->next = table[slot];
			table[slot] = word;
		}
	}
	free(model->table);
	model->table = table;
	model->table_size = size;
}

static struct audit_word *find_word(struct audit_model *model, enum audit_text_kind kind, struct st_span text)
{
	if (model->table_used >= model->table_size)
		grow_table(model);
	uint64_t hash = hash_of(text, (uintptr_t)model + kind);
	struct audit_word **slot = &model->table[hash & (model->table_size - 1)];
	for (struct audit_word *word = *slot; word != NULL; word = word->next)
		if (word->hash == (uint32_t)hash && word->kind == kind && word->size == text.size &&
			memcmp(word->text, text.data, text.size) == 0)
			return word;
	struct audit_word *word = audit_pool_take(&model->pool, 1, sizeof *word + text.size + 1);
	word->kind = kind;
	word->hash = (uint32_t)hash;
	word->size = (uint32_t)text.size;
	if (text.size > 0)
		memcpy(word->text, text.data, text.size);
	word->self = word;
	word->alone = &word->self;
	word->next = *slot;
	*slot = word;
	model->table_used++;
	return word;
}

const struct audit_word *audit_intern(struct audit_model *model, enum audit_text_kind kind, struct st_span text)
{
	struct audit_word *word = find_word(model, kind, text);
	if (!word->meaning.asked)
		audit_learn_word(word);
	return word;
}

const struct audit_word *audit_intern_name(struct audit_model *model, struct st_span text)
{
	return find_word(model, AUDIT_LITERAL, text);
}

const struct audit_word *audit_word_of(struct audit_model *model, const struct audit_node *node)
{
	if (node == NULL)
		return NULL;
	if (node->type == AUDIT_UNKNOWN)
		return audit_intern(model, AUDIT_UNRESOLVED, node->text);
	if (node->type == AUDIT_STRING || node->type == AUDIT_NUMBER)
		return audit_intern(model, AUDIT_LITERAL, node->text);
	return NULL;
}

/* 0, or a power of 4: then all the room is taken. */
static bool is_full(uint32_t count)
{
	return (count & (count - 1)) == 0 && (count & 0x55555555u) == count;
}

void audit_words_add(struct audit_model *model, struct audit_words *words, const struct audit_word *word)
{
	if (words->count == 0 && word->alone != NULL) {
		words->items = word->alone;
		words->count = 1;
		return;
	}
	if (is_full(words->count)) {
		const struct audit_word **items =
			audit_pool_take(&model->pool, words->count ? (size_t)words->count * 4 : 1, sizeof *items);
		if (words->count > 0)
			memcpy(items, words->items, words->count * sizeof *items);
		words->items = items;
	}
	words->items[words->count++] = word;
}

struct st_span audit_word_span(const struct audit_word *word)
{
	return word == NULL ? (struct st_span){(const uint8_t *)"", 0}
			    : (struct st_span){(const uint8_t *)word->text, word->size};
}

bool audit_word_is(const struct audit_word *word, const char *text)
{
	return word != NULL && word->kind == AUDIT_LITERAL && audit_span_is(audit_word_span(word), text);
}

/* --- ids --- */

static const char *const providers = "/providers/";

/* What names the resource in whatever subscription: all behind the last "/providers/", or the whole. */
static struct st_span tail_of(struct st_span id)
{
	size_t size = strlen(providers);
	for (size_t at = id.size; at >= size; at--)
		if (strncasecmp((const char *)id.data + at - size, providers, size) == 0)
			return (struct st_span){id.data + at, id.size - at};
	return id;
}

bool audit_same_id(const struct audit_word *a, const struct audit_word *b)
{
	if (a == NULL || b == NULL || a->kind == AUDIT_UNRESOLVED || b->kind == AUDIT_UNRESOLVED)
		return false;
	struct st_span x = audit_word_span(a), y = audit_word_span(b);
	if (audit_same(x, y))
		return true;
	struct st_span x_tail = tail_of(x), y_tail = tail_of(y);
	bool whole = x_tail.data != x.data && y_tail.data != y.data;
	return !whole && x_tail.size > 0 && audit_same(x_tail, y_tail);
}

static bool made_here(struct st_span id)
{
	static const char *const fronts[] = {"/template/", "/file/"};
	for (size_t i = 0; i < sizeof fronts / sizeof fronts[0]; i++)
		if (id.size > strlen(fronts[i]) && memcmp(id.data, fronts[i], strlen(fronts[i])) == 0)
			return true;
	return false;
}

bool audit_same_through_time(const struct audit_word *a, const struct audit_word *b)
{
	struct st_span x = audit_word_span(a), y = audit_word_span(b);
	return audit_same_id(a, b) || (made_here(x) && made_here(y) && audit_same(tail_of(x), tail_of(y)));
}

struct st_span audit_id_name(struct st_span id)
{
	for (size_t at = id.size; at > 0; at--)
		if (id.data[at - 1] == '/')
			return (struct st_span){id.data + at, id.size - at};
	return id;
}

uint64_t audit_id_hash(const struct audit_word *id)
{
	struct st_span tail = tail_of(audit_word_span(id));
	uint64_t hash = 0xcbf29ce484222325u;
	for (size_t i = 0; i < tail.size; i++) /* case ignored, as audit_same_id does */
		hash = (hash ^ (uint64_t)tolower(tail.data[i])) * 0x100000001b3u;
	return hash ^ hash >> 29;
}

static void place_in_index(struct audit_index *index, const struct audit_word *id, uint32_t number)
{
	size_t slot = audit_id_hash(id) & (index->size - 1);
	while (index->slots[slot] != 0)
		slot = (slot + 1) & (index->size - 1);
	index->slots[slot] = number;
}

static void index_group(struct audit_model *model)
{
	if (model->index == NULL)
		model->index = st_alloc_zero(1, sizeof *model->index);
	struct audit_index *index = model->index;
	if (model->group_count * 2 <= index->size) {
		place_in_index(index, model->groups[model->group_count - 1]->id, (uint32_t)model->group_count);
		return;
	}
	index->size = index->size ? index->size * 2 : 64;
	free(index->slots);
	index->slots = st_alloc_zero(index->size, sizeof *index->slots);
	for (size_t i = 0; i < model->group_count; i++)
		place_in_index(index, model->groups[i]->id, (uint32_t)i + 1);
}

struct audit_group *audit_model_find_group(const struct audit_model *model, const struct audit_word *id)
{
	const struct audit_index *index = model->index;
	if (index == NULL)
		return NULL;
	for (size_t slot = audit_id_hash(id) & (index->size - 1); index->slots[slot] != 0;
		slot = (slot + 1) & (index->size - 1)) {
		struct audit_group *group = model->groups[index->slots[slot] - 1];
		if (audit_same_id(group->id, id))
			return group;
	}
	return NULL;
}

struct audit_group *audit_model_group(struct audit_model *model, const struct audit_word *id)
{
	struct audit_group *group = audit_model_find_group(model, id);
	if (group != NULL)
		return group;
	struct audit_group **slot =
		grow((void **)&model->groups, &model->group_count, &model->group_capacity, sizeof *model->groups);
	group = *slot = st_alloc_zero(1, sizeof *group);
	group->id = id;
	group->name = audit_intern_name(model, audit_id_name(audit_word_span(id)));
	index_group(model);
	return group;
}

void audit_group_add(struct audit_group *group, const struct audit_rule *rules, size_t count)
{
	size_t all = group->rule_count + count;
	if (count == 0)
		return;
	if (all > group->rule_capacity) {
		group->rules = st_realloc(group->rules, all * sizeof *group->rules);
		group->rule_capacity = all;
	}
	memcpy(group->rules + group->rule_count, rules, count * sizeof *rules);
	group->rule_count = all;
}

struct audit_rule_more *audit_rule_extend(struct audit_model *model, struct audit_rule *rule)
{
	struct audit_rule_more *more = audit_pool_take(&model->pool, 1, sizeof *more);
	if (rule->more != NULL)
		*more = *rule->more;
	rule->more = more;
	return more;
}

struct audit_rule *audit_group_rule(struct audit_model *model, struct audit_group *group)
{
	(void)model;
	return grow((void **)&group->rules, &group->rule_count, &group->rule_capacity, sizeof *group->rules);
}

struct audit_subnet *audit_model_subnet(struct audit_model *model)
{
	return grow((void **)&model->subnets, &model->subnet_count, &model->subnet_capacity, sizeof *model->subnets);
}

struct audit_interface *audit_model_interface(struct audit_model *model)
{
	return grow((void **)&model->interfaces, &model->interface_count, &model->interface_capacity,
		sizeof *model->interfaces);
}

struct audit_balancer *audit_model_balancer(struct audit_model *model, const struct audit_word *id)
{
	for (uint32_t i = 0; i < model->balancer_count; i++)
		if (audit_same_id(model->balancers[i]->id, id))
			return model->balancers[i];
	struct audit_balancer *balancer = st_alloc_zero(1, sizeof *balancer);
	*AUDIT_PUSH(model->balancers, model->balancer_count, model->balancer_capacity) = balancer;
	balancer->id = id;
	balancer->name = audit_intern_name(model, audit_id_name(audit_word_span(id)));
	return balancer;
}

struct audit_route_table *audit_model_route_table(struct audit_model *model, const struct audit_word *id)
{
	for (uint32_t i = 0; i < model->route_table_count; i++)
		if (audit_same_id(model->route_tables[i].id, id))
			return &model->route_tables[i];
	struct audit_route_table *table =
		AUDIT_PUSH(model->route_tables, model->route_table_count, model->route_table_capacity);
	table->id = id;
	return table;
}

struct audit_public_address *audit_model_public(struct audit_model *model)
{
	return grow((void **)&model->public_addresses, &model->public_count, &model->public_capacity,
		sizeof *model->public_addresses);
}

void audit_model_doubt(struct audit_model *model, struct st_span what, const char *reason, struct audit_place at)
{
	struct audit_doubt *doubt =
		grow((void **)&model->doubts, &model->doubt_count, &model->doubt_capacity, sizeof *model->doubts);
	doubt->what = audit_intern(model, AUDIT_LITERAL, what);
	doubt->reason = audit_intern(model, AUDIT_LITERAL, audit_span(reason));
	doubt->at = at;
}

static void free_configs(struct audit_model *model)
{
	for (uint32_t i = 0; i < model->host_count; i++) {
		for (uint32_t j = 0; j < model->hosts[i].config_count; j++)
			audit_settings_free(&model->hosts[i].configs[j].settings);
		free(model->hosts[i].configs);
	}
	for (uint32_t i = 0; i < model->container_count; i++)
		audit_settings_free(&model->containers[i].config.settings);
	for (uint32_t i = 0; i < model->account_count; i++)
		audit_settings_free(&model->accounts[i].settings);
	for (uint32_t i = 0; i < model->config_file_count; i++)
		audit_settings_free(&model->config_files[i].settings);
	free(model->hosts);
	free(model->containers);
	free(model->accounts);
	free(model->config_files);
}

void audit_model_free(struct audit_model *model)
{
	free_configs(model);
	for (size_t i = 0; i < model->group_count; i++) {
		if (model->groups[i]->wide != NULL)
			free(model->groups[i]->wide->rules);
		free(model->groups[i]->wide);
		free(model->groups[i]->rules);
		free(model->groups[i]);
	}
	free(model->reading.rules);
	if (model->index != NULL)
		free(model->index->slots);
	free(model->index);
	free(model->groups);
	free(model->subnets);
	free(model->public_addresses);
	free(model->doubts);
	free(model->remarks);
	for (uint32_t i = 0; i < model->route_table_count; i++)
		free(model->route_tables[i].routes);
	free(model->route_tables);
	for (uint32_t i = 0; i < model->balancer_count; i++) {
		free(model->balancers[i]->rules);
		free(model->balancers[i]->members);
		free(model->balancers[i]);
	}
	free(model->balancers);
	for (size_t i = 0; i < model->interface_count; i++) {
		if (model->interfaces[i].balancing != NULL)
			free(model->interfaces[i].balancing->rules);
		free(model->interfaces[i].balancing);
	}
	free(model->interfaces);
	free(model->table);
	audit_aws_free(model->aws);
	audit_pool_free(&model->pool);
	*model = (struct audit_model){0};
}
