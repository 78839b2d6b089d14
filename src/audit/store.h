/*
 * What can be reached: a network interface with its addresses, or a group by itself, which counts as attached behind a
 * public address. A packet has to be let in by every gate of the store in turn. Azure: the group of the subnet, then
 * the group of the interface ("How network security groups filter network traffic"), before them the rules of load
 * balancers where only these lead to it. AWS: the security groups of the
 * interface together, then the network ACL of the subnet in, the same out for the answers of TCP, and the route table.
 */
#ifndef STAUNCH_AUDIT_STORE_H
#define STAUNCH_AUDIT_STORE_H

#include "audit/compile.h"

struct audit_host;

#define AUDIT_GATES 4

enum audit_path {
	AUDIT_PATH_ASSUMED, /* a group alone */
	AUDIT_PATH_PUBLIC,  /* a public address or a load balancer leads to it */
	AUDIT_PATH_NONE,    /* none does */
};

struct audit_store {
	struct st_span name;
	const struct audit_word *id;
	struct audit_place at;
	const struct audit_group *gates[AUDIT_GATES];
	size_t gate_count;
	enum audit_path path;
	const struct audit_interface *interface; /* NULL: a group alone */
	const struct audit_host *host;           /* whose services answer there; NULL: nothing is known of them */
	const char *closed; /* nothing reaches it whatever the rules say, and why; NULL otherwise */
	const char *doubt;  /* why it cannot be told; NULL: it can */
};

/* All stores of the model, in the order of the input. each is called once for a store. */
void audit_each_store(
	const struct audit_model *model, void (*each)(void *context, const struct audit_store *store), void *context);

/* --- destinations of packets to a store --- */

enum audit_match { AUDIT_NO, AUDIT_MAYBE, AUDIT_YES };

struct audit_destination {
	bool has_v4, has_v6;             /* families it takes packets of */
	bool v4_known, v6_known;         /* an address of it; else rules by prefix may match */
	audit_address v4, v6;            /* one address of many that all rules treat alike */
	struct audit_set label;          /* those addresses; empty: not known */
	const struct audit_word *member; /* an interface in this application security group */
	const struct audit_interface *interface;
	bool in_doubt;  /* whether there is such a destination cannot be told */
	uint8_t *match; /* enum audit_match of each list of `audit_destinations` */
};

struct audit_destinations {
	struct audit_destination *items;
	size_t count, capacity;
	/* Rules share few lists of destinations: each is asked once for all of its rules. */
	uint32_t *list_of; /* of each rule */
	const struct audit_words **lists;
	const struct audit_interval **ranges; /* of each list that is one prefix; NULL: of the others */
	size_t list_count;
};

/* rules: those of all gates that anybody on the internet could match. */
void audit_destinations_of(const struct audit_store *store, const struct audit_rule *const *rules, size_t rule_count,
	struct audit_destinations *out);
/* Does the rule with this number match it? The same as audit_destination_match, looked up. */
enum audit_match audit_destination_looked_up(
	const struct audit_destinations *destinations, size_t rule, const struct audit_destination *destination);
void audit_destinations_free(struct audit_destinations *destinations);
enum audit_match audit_destination_match(const struct audit_rule *rule, const struct audit_destination *destination);

#endif
