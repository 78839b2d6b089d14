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
	bool known;   /* false: nobody looked, or it is several values */
	uint8_t kind; /* enum audit_value_kind */
	uint8_t tag;  /* enum audit_tag */
	bool outside; /* as a source it may be somebody on the internet */
	struct audit_interval range;
};

/* Interned: equal texts of one kind are one pointer, so that a million rules share their few values. */
struct audit_word {
	struct audit_word *next;
	enum audit_text_kind kind;
	uint32_t size;
	struct audit_meaning meaning;
	const struct audit_word *self,
		**alone; /* of an interned word: the list of it alone, which is never written to */
	char text[];     /* a NUL behind it */
};

struct audit_words {
	const struct audit_word **items;
	uint32_t count, capacity;
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
	uint32_t line, column,
		end_column; /* of its one source, see node.h; column 0: none that an edit could replace */
	bool nested, many;  /* its fields stand below `properties`; sources in the plural */
};

/* One inbound rule. An empty list matches nothing. */
struct audit_rule {
	const struct audit_word *name, *protocol;
	struct audit_place at;
	int32_t priority;
	enum audit_access access;
	bool conditional; /* it cannot be told whether it exists, or whether it is inbound */
	struct audit_words sources, source_ports, destinations, ports;
	const struct audit_word *address; /* of the resource in a plan; NULL: it is in none */
	struct audit_written written;
	const struct audit_group *owner;  /* in a group made of several: the one it stands in; else NULL */
	const struct audit_word *as_told; /* its source as an AWS API has it, a prefix list as such; else NULL */
};

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
	struct audit_words attached;             /* ids of the interfaces it says are in it */
	const struct audit_word *reply, *routes; /* groups of these kinds; NULL: none */
};

struct audit_endpoint {
	const struct audit_word *private_address;         /* NULL: not told */
	const struct audit_word *subnet, *public_address; /* ids, NULL: none */
	bool balanced;                                    /* in a pool of a load balancer */
	uint8_t family;                                   /* 4, 6; 0: as its private address says */
	bool maybe_balanced;                              /* something in front of it may lead to it */
};

struct audit_interface {
	const struct audit_word *name, *id, *group; /* group NULL: none */
	struct audit_place at;
	bool group_unknown;
	bool of_aws;
	struct audit_endpoint *endpoints;
	size_t endpoint_count;
	struct audit_words members; /* application security groups it is in */
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
	struct audit_subnet *subnets;
	size_t subnet_count, subnet_capacity;
	struct audit_interface *interfaces;
	size_t interface_count, interface_capacity;
	struct audit_public_address *public_addresses;
	size_t public_count, public_capacity;
	struct audit_doubt *doubts;
	size_t doubt_count, doubt_capacity;
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
/* The word of a node: string or number as written, an unresolved expression as such; NULL when it is none of these. */
const struct audit_word *audit_word_of(struct audit_model *model, const struct audit_node *node);
void audit_words_add(struct audit_model *model, struct audit_words *words, const struct audit_word *word);
struct st_span audit_word_span(const struct audit_word *word);
bool audit_word_is(const struct audit_word *word, const char *text); /* a literal, case ignored; false for NULL */

/* The group with this id; a new one, not declared, when there is none. Ids of templates have no subscription and no
 * resource group: they match what ends the same (audit_same_id). */
struct audit_group *audit_model_group(struct audit_model *model, const struct audit_word *id);
/* Room for so many rules, and no more than it has. */
void audit_group_expect(struct audit_group *group, size_t rules);
void audit_group_trim(struct audit_group *group);
struct audit_rule *audit_group_rule(struct audit_model *model, struct audit_group *group);
struct audit_subnet *audit_model_subnet(struct audit_model *model);
struct audit_interface *audit_model_interface(struct audit_model *model);
struct audit_public_address *audit_model_public(struct audit_model *model);
void audit_model_doubt(struct audit_model *model, struct st_span what, const char *reason, struct audit_place at);

/* "/subscriptions/S/resourceGroups/G/providers/Microsoft.Network/x/y" names the same as one with the same tail behind
 * "providers/", if either is without subscription or resource group; case ignored. */
bool audit_same_id(const struct audit_word *a, const struct audit_word *b);
/* The same in another snapshot: ids that were made up here hold the number of their file, which is another there. */
bool audit_same_through_time(const struct audit_word *a, const struct audit_word *b);
/* The last component of an id. */
struct st_span audit_id_name(struct st_span id);

#endif
