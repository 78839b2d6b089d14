/* Gates of load balancers are groups of allow rules, all of one priority, for the private address of the endpoint. */
#include "audit/balance.h"

#include "audit/result.h"

#include <stdlib.h>

struct joining {
	struct audit_model *model;
	struct audit_interface *interface;
	struct audit_endpoint *endpoint;
	struct audit_group *gate;
	bool unknown;         /* some load balancer of the endpoint is not in the input */
	bool public;          /* a rule of a public frontend leads to it */
	bool basic, standard; /* kinds of those that do */
	bool unsure;          /* kind not told */
};

static bool has(const struct audit_words *words, const struct audit_word *id)
{
	for (uint32_t i = 0; i < words->count; i++)
		if (audit_same_id(words->items[i], id))
			return true;
	return false;
}

static bool in_pool(const struct joining *j, const struct audit_balancer *balancer, const struct audit_word *pool)
{
	const struct audit_endpoint *endpoint = j->endpoint;
	if (pool == NULL)
		return false;
	if (has(&endpoint->pools, pool))
		return true;
	for (uint32_t i = 0; i < balancer->member_count; i++) {
		const struct audit_pool_member *member = &balancer->members[i];
		bool here =
			audit_same_id(member->endpoint, endpoint->id) ||
			(member->endpoint == NULL && member->ip != NULL && endpoint->private_address != NULL &&
				audit_same(audit_word_span(member->ip), audit_word_span(endpoint->private_address)));
		if (here && audit_same_id(member->pool, pool))
			return true;
	}
	return false;
}

/* The gate that takes rules for this interface, made when the first comes. */
static struct audit_group *gate_of(struct joining *j, const struct audit_word *name)
{
	if (j->gate != NULL)
		return j->gate;
	st_auto_buf struct st_buf id = {0};
	st_buf_add(&id, j->interface->id->text, j->interface->id->size);
	st_buf_format(&id, "/balancing");
	j->gate = st_alloc_zero(1, sizeof *j->gate);
	j->gate->id = audit_intern(j->model, AUDIT_LITERAL, (struct st_span){id.data, id.size});
	j->gate->name = name;
	j->gate->at = j->interface->at;
	j->gate->declared = j->gate->balances = true;
	return j->gate;
}

static const struct audit_word *literal(struct audit_model *model, const char *text)
{
	return audit_intern(model, AUDIT_LITERAL, audit_span(text));
}

static struct audit_rule *add_rule(struct joining *j, const struct audit_word *gate_name)
{
	const struct audit_word *any = literal(j->model, "*"), *address = j->endpoint->private_address;
	struct audit_rule *rule = audit_group_rule(j->model, gate_of(j, gate_name));
	rule->access = AUDIT_ALLOW;
	rule->protocol = any;
	audit_words_add(j->model, &rule->sources, any);
	audit_words_add(j->model, &rule->source_ports, any);
	audit_words_add(
		j->model, &rule->destinations, address != NULL && address->kind == AUDIT_LITERAL ? address : any);
	return rule;
}

/* "http (port 80 of the frontend)": where a packet has to go to. */
static const struct audit_word *name_of(struct audit_model *model, const struct audit_balance *from)
{
	st_auto_buf struct st_buf text = {0};
	st_buf_add(&text, from->name->text, from->name->size);
	if (from->from->size > 0) {
		st_buf_format(&text, " (port ");
		st_buf_add(&text, from->from->text, from->from->size);
		st_buf_format(&text, " of the frontend)");
	}
	return audit_intern(model, AUDIT_LITERAL, (struct st_span){text.data, text.size});
}

static void take_rule(struct joining *j, const struct audit_balancer *balancer, const struct audit_balance *from)
{
	struct audit_rule *rule;
	if (from->frontend != NULL && has(&balancer->inside, from->frontend))
		return;
	j->public = true;
	j->standard |= balancer->sku == AUDIT_SKU_STANDARD;
	j->basic |= balancer->sku == AUDIT_SKU_BASIC;
	j->unsure |= balancer->sku == AUDIT_SKU_UNKNOWN;
	rule = add_rule(j, balancer->name);
	rule->name = name_of(j->model, from);
	rule->protocol = from->protocol;
	rule->at = from->at;
	if (from->address != NULL)
		audit_rule_extend(j->model, rule)->address = from->address;
	audit_words_add(j->model, &rule->ports, from->port);
}

static void look_at_balancer(struct joining *j, const struct audit_balancer *balancer)
{
	for (uint32_t i = 0; i < balancer->rule_count; i++) {
		const struct audit_balance *rule = &balancer->rules[i];
		if (has(&j->endpoint->pools, rule->id) || audit_same_id(rule->endpoint, j->endpoint->id) ||
			in_pool(j, balancer, rule->pool))
			take_rule(j, balancer, rule);
		else /* which pool it is for is not known */
			j->unknown |=
				rule->pool != NULL && rule->pool->kind == AUDIT_UNRESOLVED && j->endpoint->balanced;
	}
	j->unknown |= balancer->in_doubt && j->endpoint->balanced;
}

/* Is each pool that the endpoint says it is in one of the input? */
static bool pools_known(const struct audit_model *model, const struct audit_endpoint *endpoint)
{
	for (uint32_t i = 0; i < endpoint->pools.count; i++) {
		bool known = false;
		for (uint32_t b = 0; b < model->balancer_count && !known; b++)
			known = has(&model->balancers[b]->pools, endpoint->pools.items[i]);
		if (!known)
			return false;
	}
	return true;
}

/* All ports of the endpoint, for the reason that the name says. */
static void open_all(struct joining *j, const char *name)
{
	struct audit_rule *rule = add_rule(j, literal(j->model, name));
	rule->name = literal(j->model, name);
	rule->at = j->interface->at;
	audit_words_add(j->model, &rule->ports, literal(j->model, "*"));
}

/* True: all of its ports can be asked for, whatever load balancers do. */
static bool look_at_endpoint(struct joining *j, struct audit_endpoint *endpoint)
{
	bool own = endpoint->public_address != NULL;
	j->endpoint = endpoint;
	j->public = j->basic = j->standard = j->unsure = false;
	j->unknown = !pools_known(j->model, endpoint);
	for (uint32_t i = 0; i < j->model->balancer_count && !own; i++)
		look_at_balancer(j, j->model->balancers[i]);
	if (own || (endpoint->balanced && j->unknown)) {
		open_all(j, own ? "its own public address" : "a load balancer that is not told");
		return true;
	}
	endpoint->balanced = j->public;
	endpoint->balance_sku = j->unsure || (j->basic && j->standard) ? AUDIT_SKU_UNKNOWN
				: j->standard                          ? AUDIT_SKU_STANDARD
				: j->basic                             ? AUDIT_SKU_BASIC
								       : AUDIT_SKU_UNKNOWN;
	return !j->public;
}

static void join(struct audit_model *model, struct audit_interface *interface)
{
	struct joining j = {.model = model, .interface = interface};
	bool none = true;
	for (size_t i = 0; i < interface->endpoint_count; i++)
		none &= look_at_endpoint(&j, &interface->endpoints[i]);
	if (!none) {
		interface->balancing = j.gate;
		return;
	}
	if (j.gate != NULL)
		free(j.gate->rules);
	free(j.gate);
}

static bool is_endpoint(const struct audit_model *model, const struct audit_pool_member *member)
{
	for (size_t i = 0; i < model->interface_count; i++) {
		const struct audit_interface *interface = &model->interfaces[i];
		for (size_t j = 0; j < interface->endpoint_count; j++) {
			const struct audit_endpoint *endpoint = &interface->endpoints[j];
			if (audit_same_id(endpoint->id, member->endpoint) ||
				(member->ip != NULL && endpoint->private_address != NULL &&
					audit_same(audit_word_span(member->ip),
						audit_word_span(endpoint->private_address))))
				return true;
		}
	}
	return false;
}

void audit_balance_finish(struct audit_model *model)
{
	if (model->balancer_count == 0)
		return;
	/* members that are not in the input may be behind any group */
	for (uint32_t i = 0; i < model->balancer_count && !model->other_attachments; i++)
		for (uint32_t k = 0; k < model->balancers[i]->member_count && !model->other_attachments; k++)
			model->other_attachments |= !is_endpoint(model, &model->balancers[i]->members[k]);
	for (size_t i = 0; i < model->interface_count; i++)
		if (!model->interfaces[i].of_aws)
			join(model, &model->interfaces[i]);
}
