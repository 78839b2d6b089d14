/* Functions of template expressions. Sources: learn.microsoft.com, "ARM template functions", by their chapters. */
#ifndef STAUNCH_AUDIT_FUNCTIONS_H
#define STAUNCH_AUDIT_FUNCTIONS_H

#include "audit/expression.h"

#define AUDIT_ARGUMENTS 64

struct audit_arguments {
	struct audit_pool *pool;
	const struct audit_scope *scope;
	uint32_t line;
	struct audit_node *items[AUDIT_ARGUMENTS];
	size_t count;
};

/* NULL: it cannot be told, because of an argument or because the function is none of those known here. */
struct audit_node *audit_call(struct st_span name, struct audit_arguments *arguments);
/* value[at], of an array or an object. */
const struct audit_node *audit_index(const struct audit_node *value, const struct audit_node *at);
bool audit_integer(const struct audit_node *node, int64_t *out);

#endif
