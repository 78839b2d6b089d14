/*
 * What all input shapes become: groups of rules, what they are attached to, and what that has of a public address.
 * Values are kept as written; what they mean is worked out twice, apart: by compile.c for the sets, by straight.c for
 * the check of witnesses.
 */
#ifndef STAUNCH_AUDIT_MODEL_H
#define STAUNCH_AUDIT_MODEL_H

#include "audit/interval.h"
#include "audit/node.h"

enum audit_text_kind {
	AUDIT_LITERAL,
	AUDIT_UNRESOLVED, /* an expression without a value; the text is the expression */
	AUDIT_MEMBERS,    /* id of an application security group: the network interfaces in it */
};

/* What a word is as one value of a rule, worked out when it is interned (compile.h, audit_learn_word). */
struct audit_meaning {
	bool asked;        /* somebody looked */
	bool known;        /* false: nobody looked, or it is several values */
	uint8_t kind;      /* enum audit_value_kind */
	uint8_t tag;       /* enum audit_tag */
	bool outside;      /* as a source it may be somebody on the internet */
	uint8_t protocols; /* as a protocol; 0: none with a name here */
	bool ports;        /* as ports it is these */
	uint16_t low_port, high_port;
	struct audit_interval range;
};

/* Interned: equal texts of one kind are one pointer, so that a million rules share their few values. */
struct audit_word {
	struct audit_meaning meaning;
	const struct audit_word *self,
		**alone; /* of an interned word: the list of it alone, which is never written to */
	/* what is looked at to find it, together */
	struct audit_word *next;
	enum audit_text_kind kind;
	uint32_t size, hash;
	char text[]; /* a NUL behind it */
};

/* Room for 1, 4, 16, ... of them, as the count says. Packed: each of a million rules has four. */
struct __attribute__((packed, aligned(4))) audit_words {
	const struct audit_word **items;
	uint32_t count;
};

enum audit_access { AUDIT_ALLOW, AUDIT_DENY, AUDIT_ACCESS_UNKNOWN };

#define AUDIT_PRIORITY_UNKNOWN (-1)
#define AUDIT_PRIORITY_NONE (-2) /* rules without an order: each lets in what it says, whatever else stands there */

/* Where something stands: file by its number among those given. */
struct audit_place {
	uint32_t file, line;
};

/* Where a rule is written, for whoever edits it. */
struct audit_written {
	const struct audit_word *list; /* JSON pointer of the list it stands in, or of itself; NULL: it was made */
	uint32_t index;                /* AUDIT_ROOT: of itself */
	uint32_t line, column;         /* of its one source, see node.h; column 0: none that an edit could replace */
	uint32_t end_column : 30;
	bool nested : 1, many : 1; /* its fields stand below `properties`; sources in the plural */
};

/* What rules of some inputs have beside the rest. */
struct audit_rule_more {
	const struct audit_word *address; /* of the resource in a plan; NULL: it is in none */
	const struct audit_group *owner;  /* in a group made of several: the one it stands in; else NULL */
	const struct audit_word *as_told; /* its source as an AWS API has it, a prefix list as such; else NULL */
};

/* One inbound rule. An empty list matches nothing. An export has a million of them: what few have is in `more`. */
struct audit_rule {
	const struct audit_word *name, *protocol;
	struct audit_place at;
	int32_t priority;
	enum audit_access access : 8;
	bool conditional : 1; /* it cannot be told whether it exists, or whether it is inbound */
	struct audit_words sources, source_ports, destinations, ports;
	struct audit_written written;
	const struct audit_rule_more *more; /* NULL: nothing of it; see audit_rule_address and the like */
};
_Static_assert(sizeof(struct audit_rule) == 112, "the memory of an audit is that of its rules");

enum audit_group_kind {
	AUDIT_GROUP_AZURE,
	AUDIT_GROUP_SECURITY, /* of AWS: rules that allow, without an order */
	AUDIT_GROUP_JOINED,   /* all security groups of one interface of AWS */
	AUDIT_GROUP_ACL,      /* ingress of a network ACL */
	AUDIT_GROUP_REPLY,    /* its egress, as it lets out what TCP answers: see shape_aws.h */
	AUDIT_GROUP_ROUTES,   /* a route table, as it lets answers out to an internet gateway */
};

struct audit_group {
	enum audit_group_kind kind;
	const struct audit_word *name, *id;
	struct audit_place at;
	struct audit_rule *rules;
	size_t rule_count, rule_capacity;
	const struct audit_word *address; /* in a plan; NULL */
	struct audit_words attached;      /* ids of network interfaces and subnets it says it is attached to */
	const struct audit_word *doubt;   /* why its rules cannot be told all; NULL: they can */
	bool declared;                    /* the group itself stood in the input, not only one of its rules */
	struct audit_words members;       /* of a joined one: ids of its groups */
	bool in_template;                 /* some of it was made by a template */
	bool balances;                    /* it is no group: what load balancers let through (balance.h) */
	bool effective;                   /* its rules are those that an interface sees (shape_effective.c) */
	struct audit_group *wide;         /* its second form, owned: see routes.h; NULL: it has none */
	const struct audit_group *of;     /* of a second form: the first */
};

struct audit_route {
	const struct audit_word *prefix, *next_hop;
	struct audit_place at;
};

struct audit_route_table {
	const struct audit_word *id;
	struct audit_words attached; /* ids of subnets it says it is attached to */
	struct audit_route *routes;  /* owned */
	uint32_t route_count, route_capacity;
};

enum audit_sku { AUDIT_SKU_UNKNOWN, AUDIT_SKU_BASIC, AUDIT_SKU_STANDARD };

struct audit_public_address {
	const struct audit_word *id;
	enum audit_sku sku;
};

struct audit_subnet {
	const struct audit_word *id, *group; /* group NULL: none */
	struct audit_place at;
	bool group_unknown;
	const struct audit_word *reply, *routes; /* groups of these kinds; NULL: none */
	struct audit_words attached;             /* ids of the interfaces it says are in it */
	const struct audit_word *route_table;    /* NULL: none that it says */
	const struct audit_route *wide_route;    /* see routes.h; NULL: none */
};

struct audit_endpoint {
	const struct audit_word *id;                      /* of the IP configuration */
	const struct audit_word *private_address;         /* NULL: not told */
	const struct audit_word *subnet, *public_address; /* ids, NULL: none */
	bool balanced;                                    /* in a pool of a load balancer that may be public */
	enum audit_sku balance_sku;                       /* of those in the input */
	struct audit_words pools; /* ids of pools and of inbound NAT rules that it says it is in */
	uint8_t family;           /* 4, 6; 0: as its private address says */
	bool maybe_balanced;      /* something in front of it may lead to it */
};

struct audit_interface {
	const struct audit_word *name, *id, *group; /* group NULL: none */
	struct audit_place at;
	bool group_unknown;
	bool of_aws;
	struct audit_endpoint *endpoints;
	size_t endpoint_count;
	struct audit_words members;    /* application security groups it is in */
	struct audit_group *balancing; /* owned: what load balancers let through to it, see balance.h; NULL: not told */
};

/* A load-balancing rule, or an inbound NAT rule. */
struct audit_balance {
	const struct audit_word *id, *name, *protocol, *frontend, *pool, *endpoint; /* ids; NULL: not given */
	const struct audit_word *from;    /* the port of the frontend, or "low-high" */
	const struct audit_word *port;    /* of the backend; "*": all */
	const struct audit_word *address; /* in a plan; NULL */
	struct audit_place at;
};

/* What a pool holds, as the load balancer says. */
struct audit_pool_member {
	const struct audit_word *pool, *endpoint, *ip; /* endpoint, ip: NULL: not given */
};

struct audit_balancer {
	const struct audit_word *id, *name;
	enum audit_sku sku;
	struct audit_words frontends, inside; /* ids of all frontends; of those that have a private address */
	struct audit_words pools;             /* ids of its pools and inbound NAT rules */
	struct audit_balance *rules;
	uint32_t rule_count, rule_capacity;
	struct audit_pool_member *members;
	uint32_t member_count, member_capacity;
	bool in_doubt; /* some of it cannot be resolved */
};

/* Something of the input that could not be told. */
struct audit_doubt {
	const struct audit_word *what, *reason;
	struct audit_place at;
};

struct audit_model {
	struct audit_pool pool;
	struct audit_word **table; /* of words */
	size_t table_size, table_used;
	struct audit_group **groups;
	size_t group_count, group_capacity;
	struct audit_group reading; /* rules of the group being read; keeps its memory from group to group */
	struct audit_subnet *subnets;
	size_t subnet_count, subnet_capacity;
	struct audit_interface *interfaces;
	size_t interface_count, interface_capacity;
	struct audit_public_address *public_addresses;
	size_t public_count, public_capacity;
	struct audit_doubt *doubts;
	size_t doubt_count, doubt_capacity;
	struct audit_route_table *route_tables;
	uint32_t route_table_count, route_table_capacity;
	struct audit_balancer **balancers;
	uint32_t balancer_count, balancer_capacity;
	struct audit_doubt *remarks; /* findings that are about no rule */
	uint32_t remark_count, remark_capacity;
	struct audit_index *index; /* groups by id */
	struct audit_host *hosts;  /* see config.h */
	uint32_t host_count, host_capacity;
	struct audit_container *containers; /* until they are hosts */
	uint32_t container_count, container_capacity;
	struct audit_config *accounts; /* of storage */
	uint32_t account_count, account_capacity;
	struct audit_config_file *config_files;
	uint32_t config_file_count, config_file_capacity;
	uint64_t recognised;    /* values that a shape knew */
	bool other_attachments; /* resources that groups may be attached to and that are not read here */
	struct audit_aws *aws;  /* see shape_aws.h */
};

void audit_model_free(struct audit_model *model);
const struct audit_word *audit_intern(struct audit_model *model, enum audit_text_kind kind, struct st_span text);
/* The same of a literal that is no value of a rule: what it means is not worked out. */
const struct audit_word *audit_intern_name(struct audit_model *model, struct st_span text);
/* The word of a node: string or number as written, an unresolved expression as such; NULL when it is none of these. */
const struct audit_word *audit_word_of(struct audit_model *model, const struct audit_node *node);
void audit_words_add(struct audit_model *model, struct audit_words *words, const struct audit_word *word);
struct st_span audit_word_span(const struct audit_word *word);
bool audit_word_is(const struct audit_word *word, const char *text); /* a literal, case ignored; false for NULL */

/* The group with this id; a new one, not declared, when there is none. Ids of templates have no subscription and no
 * resource group: they match what ends the same (audit_same_id). */
struct audit_group *audit_model_group(struct audit_model *model, const struct audit_word *id);
/* Adds rules that were gathered elsewhere, with room for no more than these. */
void audit_group_add(struct audit_group *group, const struct audit_rule *rules, size_t count);
struct audit_group *audit_model_find_group(const struct audit_model *model, const struct audit_word *id); /* NULL */
struct audit_rule *audit_group_rule(struct audit_model *model, struct audit_group *group);
/* A part of the rule alone that the caller fills: with what it had. */
struct audit_rule_more *audit_rule_extend(struct audit_model *model, struct audit_rule *rule);
static inline const struct audit_word *audit_rule_address(const struct audit_rule *rule)
{
	return rule->more != NULL ? rule->more->address : NULL;
}

static inline const struct audit_group *audit_rule_owner(const struct audit_rule *rule)
{
	return rule->more != NULL ? rule->more->owner : NULL;
}

static inline const struct audit_word *audit_rule_as_told(const struct audit_rule *rule)
{
	return rule->more != NULL ? rule->more->as_told : NULL;
}

struct audit_subnet *audit_model_subnet(struct audit_model *model);
struct audit_interface *audit_model_interface(struct audit_model *model);
/* The load balancer with this id; a new one when there is none. */
struct audit_balancer *audit_model_balancer(struct audit_model *model, const struct audit_word *id);
/* The table with this id; a new one when there is none. */
struct audit_route_table *audit_model_route_table(struct audit_model *model, const struct audit_word *id);
struct audit_public_address *audit_model_public(struct audit_model *model);
void audit_model_doubt(struct audit_model *model, struct st_span what, const char *reason, struct audit_place at);

/* "/subscriptions/S/resourceGroups/G/providers/Microsoft.Network/x/y" names the same as one with the same tail behind
 * "providers/", if either is without subscription or resource group; case ignored. */
bool audit_same_id(const struct audit_word *a, const struct audit_word *b);
/* The same in another snapshot: ids that were made up here hold the number of their file, which is another there. */
bool audit_same_through_time(const struct audit_word *a, const struct audit_word *b);
/* Of what audit_same_id compares: equal for ids that are the same. */
uint64_t audit_id_hash(const struct audit_word *id);
/* The last component of an id. */
struct st_span audit_id_name(struct st_span id);

#endif
