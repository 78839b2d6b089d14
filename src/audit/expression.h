/*
 * Expressions of Azure Resource Manager templates ("[concat(parameters('a'), '-b')]"), by the language as documented:
 * learn.microsoft.com, "ARM template functions", "Syntax and expressions in ARM templates". What a value depends on
 * that the template does not hold (parameters without a value, references to what is deployed, functions not known
 * here) is AUDIT_UNKNOWN; its text then spells the expression, with what is known of a concatenation put together, so
 * that two places that mean the same name are told to.
 */
#ifndef STAUNCH_AUDIT_EXPRESSION_H
#define STAUNCH_AUDIT_EXPRESSION_H

#include "audit/node.h"

struct audit_loop { /* copyIndex('name') */
	struct st_span name;
	int64_t index;
	const struct audit_loop *outer;
};

struct audit_scope {
	struct audit_pool *pool;
	const struct audit_node *parameters; /* of the template: name -> {defaultValue}; NULL: none */
	const struct audit_node *given; /* name -> {value}, of a parameter file or a nested deployment; NULL: none */
	const struct audit_node *variables;
	const struct audit_scope *given_scope; /* in which the values given are evaluated; NULL: as they are */
	const struct audit_loop *loop;
	bool repeated;         /* inside of a loop, so that one text makes several resources */
	const char *id_prefix; /* of ids made by resourceId() */
	uint64_t *budget;      /* values that may still be made, of all scopes of a template together */
	int depth;
};

/* The value of a node with all expressions in it evaluated, `copy` of properties included. Never NULL. */
struct audit_node *audit_evaluate(const struct audit_scope *scope, const struct audit_node *node);
/* How often a `copy` goes: -1 when it cannot be told or is more than CEIL_AUDIT_COPIES. */
int64_t audit_copy_count(const struct audit_scope *scope, const struct audit_node *copy);
/* A node that is known as text, also one that is not: then the text of its expression. Of others "". */
struct st_span audit_symbol(const struct audit_node *node);
struct audit_node *audit_text_node(struct audit_pool *pool, uint32_t line, const char *text);

#endif
