/*
 * Rules treat all addresses between two ends of their prefixes alike, so one address of each such piece is enough.
 * Pieces that every rule treats the same are one destination.
 */
#include "audit/store.h"

#include <stdlib.h>

/* --- matching --- */

struct question {
	const struct audit_destination *destination;
	enum audit_match answer;
};

static enum audit_match match_prefix(const struct audit_interval *range, const struct audit_destination *to)
{
	bool v4 = audit_is_v4(range->low);
	if (v4 ? !to->has_v4 : !to->has_v6)
		return AUDIT_NO;
	if (v4 ? to->v4_known : to->v6_known) {
		audit_address address = v4 ? to->v4 : to->v6;
		return range->low <= address && address <= range->high ? AUDIT_YES : AUDIT_NO;
	}
	bool all = v4 ? range->low == AUDIT_V4_LOW && range->high == AUDIT_V4_HIGH
		      : range->low <= AUDIT_V6_LOW && range->high == AUDIT_V6_HIGH;
	return all && !(to->has_v4 && to->has_v6) ? AUDIT_YES : AUDIT_MAYBE;
}

/* As a destination VirtualNetwork is every packet's, and no other tag is any's: they are outside of the network. */
static enum audit_match match_tag(enum audit_tag tag, struct st_span text)
{
	bool probe = audit_span_is(text, "AzureLoadBalancer") || audit_span_is(text, "AZURE_LOADBALANCER");
	return tag == AUDIT_TAG_ANY || (tag == AUDIT_TAG_PRIVATE && !probe) ? AUDIT_YES : AUDIT_NO;
}

static enum audit_match match_members(const struct audit_word *group, const struct audit_destination *to)
{
	if (to->interface == NULL)
		return to->member != NULL && audit_same_id(to->member, group) ? AUDIT_YES : AUDIT_NO;
	for (uint32_t i = 0; i < to->interface->members.count; i++) {
		if (to->interface->members.items[i]->kind == AUDIT_UNRESOLVED)
			return AUDIT_MAYBE;
		if (audit_same_id(to->interface->members.items[i], group))
			return AUDIT_YES;
	}
	return AUDIT_NO;
}

static bool ask(void *context, const struct audit_value *value)
{
	struct question *question = context;
	enum audit_match match = AUDIT_MAYBE;
	if (value->kind == AUDIT_VALUE_PREFIX)
		match = match_prefix(&value->range, question->destination);
	else if (value->kind == AUDIT_VALUE_TAG)
		match = match_tag(value->tag, value->text);
	else if (value->kind == AUDIT_VALUE_MEMBERS)
		match = match_members(value->word, question->destination);
	if (match > question->answer)
		question->answer = match;
	return question->answer != AUDIT_YES;
}

enum audit_match audit_destination_match(const struct audit_rule *rule, const struct audit_destination *destination)
{
	struct question question = {destination, AUDIT_NO};
	audit_each_value(&rule->destinations, ask, &question);
	return question.answer;
}

/* --- lists --- */

static bool same_words(const struct audit_words *a, const struct audit_words *b)
{
	return a->count == b->count && (a->count == 0 || memcmp(a->items, b->items, a->count * sizeof *a->items) == 0);
}

static uint64_t hash_words(const struct audit_words *words)
{
	uint64_t hash = words->count;
	for (uint32_t i = 0; i < words->count; i++)
		hash = (hash ^ (uintptr_t)words->items[i] >> 4) * 0x9e3779b97f4a7c15u;
	return hash ^ hash >> 32;
}

/* Of a list that is one prefix, as most are; else NULL. */
static const struct audit_interval *range_of(const struct audit_words *words)
{
	const struct audit_meaning *meaning = words->count == 1 ? &words->items[0]->meaning : NULL;
	return meaning != NULL && meaning->known && meaning->kind == AUDIT_VALUE_PREFIX ? &meaning->range : NULL;
}

/* Words are interned: equal lists are lists of equal pointers. */
static void find_lists(const struct audit_rule *const *rules, size_t rule_count, struct audit_destinations *out)
{
	size_t size = 16;
	while (size < rule_count * 2)
		size *= 2;
	st_auto_free uint32_t *slots = st_alloc_zero(size, sizeof *slots); /* 1 + number of a list */
	out->list_of = st_alloc(rule_count * sizeof *out->list_of + 1);
	out->lists = st_alloc(rule_count * sizeof *out->lists + 1);
	out->ranges = st_alloc(rule_count * sizeof *out->ranges + 1);
	for (size_t i = 0; i < rule_count; i++) {
		const struct audit_words *words = &rules[i]->destinations;
		size_t slot = hash_words(words) & (size - 1);
		while (slots[slot] != 0 && !same_words(out->lists[slots[slot] - 1], words))
			slot = (slot + 1) & (size - 1);
		if (slots[slot] == 0) {
			out->ranges[out->list_count] = range_of(words);
			out->lists[out->list_count++] = words;
			slots[slot] = (uint32_t)out->list_count;
		}
		out->list_of[i] = slots[slot] - 1;
	}
}

static void ask_lists(const struct audit_destinations *out, struct audit_destination *destination)
{
	destination->match = st_alloc(out->list_count + 1);
	/* families lie apart on the line: one address that is known is in a range, or is not */
	bool one = destination->has_v4 != destination->has_v6 && destination->v4_known == destination->has_v4 &&
		   destination->v6_known == destination->has_v6;
	audit_address address = destination->has_v4 ? destination->v4 : destination->v6;
	for (size_t i = 0; i < out->list_count; i++) {
		const struct audit_interval *range = out->ranges[i];
		if (one && range != NULL) {
			destination->match[i] = address >= range->low && address <= range->high ? AUDIT_YES : AUDIT_NO;
			continue;
		}
		struct question question = {destination, AUDIT_NO};
		audit_each_value(out->lists[i], ask, &question);
		destination->match[i] = (uint8_t)question.answer;
	}
}

enum audit_match audit_destination_looked_up(
	const struct audit_destinations *destinations, size_t rule, const struct audit_destination *destination)
{
	return (enum audit_match)destination->match[destinations->list_of[rule]];
}

/* --- finding --- */

static struct audit_destination *add(struct audit_destinations *out)
{
	if (out->count == out->capacity) {
		out->capacity = out->capacity ? out->capacity * 2 : 4;
		out->items = st_realloc(out->items, out->capacity * sizeof *out->items);
	}
	struct audit_destination *added = &out->items[out->count++];
	*added = (struct audit_destination){0};
	return added;
}

struct gathering {
	struct audit_set cuts; /* low: where a piece begins */
	const struct audit_word **list;
	size_t list_count, list_capacity;
};

static void add_member(struct gathering *to, const struct audit_word *group)
{
	for (size_t i = 0; i < to->list_count; i++)
		if (audit_same_id(to->list[i], group))
			return;
	if (to->list_count == to->list_capacity) {
		to->list_capacity = to->list_capacity ? to->list_capacity * 2 : 4;
		to->list = st_realloc(to->list, to->list_capacity * sizeof *to->list);
	}
	to->list[to->list_count++] = group;
}

static bool gather(void *context, const struct audit_value *value)
{
	struct gathering *to = context;
	if (value->kind == AUDIT_VALUE_MEMBERS)
		add_member(to, value->word);
	if (value->kind != AUDIT_VALUE_PREFIX)
		return true;
	audit_set_add(&to->cuts, value->range.low, value->range.low);
	if (value->range.high != AUDIT_V6_HIGH && value->range.high != AUDIT_V4_HIGH)
		audit_set_add(&to->cuts, value->range.high + 1, value->range.high + 1);
	return true;
}

static const struct audit_interval insides[] = {
	{AUDIT_V4_LOW + 0x0a000000, AUDIT_V4_LOW + 0x0affffff},
	{AUDIT_V4_LOW + 0x64400000, AUDIT_V4_LOW + 0x647fffff},
	{AUDIT_V4_LOW + 0xac100000, AUDIT_V4_LOW + 0xac1fffff},
	{AUDIT_V4_LOW + 0xc0a80000, AUDIT_V4_LOW + 0xc0a8ffff},
};

/* RFC 1918 and 6598, and all of IPv6, where networks inside use public prefixes, too. A public IPv4 address is never
 * the destination: it was translated before the rules are asked, unless a network uses it inside. */
static bool is_inside(audit_address address)
{
	for (size_t i = 0; i < sizeof insides / sizeof insides[0]; i++)
		if (insides[i].low <= address && address <= insides[i].high)
			return true;
	return !audit_is_v4(address);
}

/* Do all rules treat the two alike? */
static bool alike(
	const struct audit_destinations *of, const struct audit_destination *a, const struct audit_destination *b)
{
	return of->list_count == 0 || memcmp(a->match, b->match, of->list_count) == 0;
}

/* One piece: joined with an earlier one of its family that is treated alike, or a destination of its own. */
static void add_piece(struct audit_destinations *out, struct audit_interval piece)
{
	bool v4 = audit_is_v4(piece.low);
	struct audit_destination made = {.has_v4 = v4,
		.has_v6 = !v4,
		.v4_known = v4,
		.v6_known = !v4,
		.v4 = piece.low,
		.v6 = piece.low,
		.in_doubt = !is_inside(piece.low)};
	ask_lists(out, &made);
	for (size_t i = 0; i < out->count; i++) {
		struct audit_destination *old = &out->items[i];
		/* what may not exist and is treated as something that does adds nothing */
		if (old->has_v4 == v4 && (old->in_doubt == made.in_doubt || made.in_doubt) && alike(out, old, &made)) {
			if (old->in_doubt == made.in_doubt)
				audit_set_add(&old->label, piece.low, piece.high);
			free(made.match);
			return;
		}
	}
	struct audit_destination *added = add(out);
	*added = made;
	audit_set_add(&added->label, piece.low, piece.high);
}

static void add_pieces(struct audit_destinations *out, struct gathering *from, bool inside)
{
	for (size_t i = 0; i < from->cuts.count; i++) {
		struct audit_interval piece = {from->cuts.items[i].low, AUDIT_V6_HIGH};
		if (i > 0 && from->cuts.items[i - 1].low == piece.low)
			continue;
		for (size_t j = i + 1; j < from->cuts.count; j++) {
			if (from->cuts.items[j].low == piece.low)
				continue;
			piece.high = from->cuts.items[j].low - 1;
			break;
		}
		if (piece.low > AUDIT_V4_HIGH && piece.low < AUDIT_V6_LOW)
			continue;
		if (audit_is_v4(piece.low) && piece.high > AUDIT_V4_HIGH)
			piece.high = AUDIT_V4_HIGH;
		if (is_inside(piece.low) == inside)
			add_piece(out, piece);
	}
}

/* The largest of a family: what no rule names. */
static struct audit_destination *largest(struct audit_destinations *out, bool v4)
{
	struct audit_destination *found = NULL;
	audit_address most = 0;
	for (size_t i = 0; i < out->count; i++) {
		struct audit_destination *item = &out->items[i];
		audit_address size = 0;
		if (item->has_v4 != v4 || item->in_doubt || item->member != NULL)
			continue;
		for (size_t j = 0; j < item->label.count; j++)
			size += item->label.items[j].high - item->label.items[j].low;
		if (found == NULL || size > most) {
			found = item;
			most = size;
		}
	}
	return found;
}

/* What no rule names is one destination for both families when the rules treat them alike. */
static void join_families(struct audit_destinations *out)
{
	struct audit_destination *v4 = largest(out, true), *v6 = largest(out, false);
	if (v4 == NULL || v6 == NULL || !alike(out, v4, v6))
		return;
	v4->has_v6 = v4->v6_known = true;
	v4->v6 = v6->v6;
	for (size_t i = 0; i < v6->label.count; i++)
		audit_set_add(&v4->label, v6->label.items[i].low, v6->label.items[i].high);
	audit_set_free(&v6->label);
	free(v6->match);
	*v6 = out->items[--out->count];
}

static bool names_nothing(void *context, const struct audit_value *value)
{
	(void)context;
	return value->kind == AUDIT_VALUE_TAG;
}

/* No rule names an address: one destination for all. */
static bool add_only_one(struct audit_destinations *out)
{
	for (size_t i = 0; i < out->list_count; i++)
		if (!audit_each_value(out->lists[i], names_nothing, NULL))
			return false;
	struct audit_destination *one = add(out);
	one->has_v4 = one->v4_known = one->has_v6 = one->v6_known = true;
	one->v4 = insides[0].low;
	one->v6 = AUDIT_V6_LOW;
	audit_set_add(&one->label, insides[0].low, insides[0].high);
	return true;
}

static void destinations_of_group(struct audit_destinations *out)
{
	struct gathering gathering = {0};
	if (add_only_one(out))
		return;
	audit_set_add(&gathering.cuts, AUDIT_V4_LOW, AUDIT_V4_LOW);
	audit_set_add(&gathering.cuts, AUDIT_V6_LOW, AUDIT_V6_LOW);
	for (size_t i = 0; i < sizeof insides / sizeof insides[0]; i++) {
		audit_set_add(&gathering.cuts, insides[i].low, insides[i].low);
		audit_set_add(&gathering.cuts, insides[i].high + 1, insides[i].high + 1);
	}
	for (size_t i = 0; i < out->list_count; i++)
		audit_each_value(out->lists[i], gather, &gathering);
	audit_set_sort(&gathering.cuts);
	add_pieces(out, &gathering, true);
	add_pieces(out, &gathering, false);
	join_families(out);
	for (size_t i = 0; i < gathering.list_count; i++) {
		struct audit_destination *added = add(out);
		added->member = gathering.list[i];
		added->has_v4 = added->has_v6 = true;
	}
	for (size_t i = 0; i < out->count; i++)
		audit_set_settle(&out->items[i].label);
	audit_set_free(&gathering.cuts);
	free(gathering.list);
}

static void destinations_of_interface(const struct audit_interface *interface, struct audit_destinations *out)
{
	for (size_t i = 0; i < interface->endpoint_count; i++) {
		struct audit_interval range;
		const struct audit_endpoint *endpoint = &interface->endpoints[i];
		const struct audit_word *address = endpoint->private_address;
		bool sure = endpoint->public_address != NULL || endpoint->balanced;
		if (!sure && !endpoint->maybe_balanced)
			continue;
		struct audit_destination *added = add(out);
		added->interface = interface;
		added->in_doubt = !sure;
		if (address == NULL || address->kind != AUDIT_LITERAL ||
			!audit_parse_prefix(audit_word_span(address), &range) || range.low != range.high) {
			added->has_v4 = endpoint->family != 6;
			added->has_v6 = endpoint->family != 4;
			continue;
		}
		bool v4 = audit_is_v4(range.low);
		added->has_v4 = added->v4_known = v4;
		added->has_v6 = added->v6_known = !v4;
		added->v4 = added->v6 = range.low;
		audit_set_add(&added->label, range.low, range.low);
	}
}

void audit_destinations_of(const struct audit_store *store, const struct audit_rule *const *rules, size_t rule_count,
	struct audit_destinations *out)
{
	*out = (struct audit_destinations){0};
	find_lists(rules, rule_count, out);
	if (store->interface != NULL)
		destinations_of_interface(store->interface, out);
	else
		destinations_of_group(out);
	for (size_t i = 0; i < out->count;
		i++) { /* pieces were asked; one of both families answers as each of them did */
		if (out->items[i].match == NULL)
			ask_lists(out, &out->items[i]);
	}
}

void audit_destinations_free(struct audit_destinations *destinations)
{
	for (size_t i = 0; i < destinations->count; i++) {
		audit_set_free(&destinations->items[i].label);
		free(destinations->items[i].match);
	}
	free(destinations->items);
	free(destinations->list_of);
	free(destinations->lists);
	free(destinations->ranges);
	*destinations = (struct audit_destinations){0};
}
