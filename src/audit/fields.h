/*
 * The keys of a resource and those below its `properties`, put where each is found without going through all of them:
 * of a rule a score of keys is asked for a score of names.
 */
#ifndef STAUNCH_AUDIT_FIELDS_H
#define STAUNCH_AUDIT_FIELDS_H

#include "audit/node.h"

#define AUDIT_FIELDS 64

struct audit_fields {
	const struct audit_node *node, *properties;
	uint8_t last[AUDIT_FIELDS];                   /* by a number of the kind: 1 + the last of them; 0: none */
	uint8_t before[AUDIT_FIELDS];                 /* of each: 1 + the one before it with the same number; 0: none */
	const struct audit_node *items[AUDIT_FIELDS]; /* those of `properties` first */
	unsigned count, own;                          /* own: how many are of `properties` */
	bool few;                                     /* there was room for all */
};

/* of is borrowed, and an object. */
void audit_fields_of(const struct audit_node *of, struct audit_fields *out);

static inline size_t audit_field_place(uint32_t kind)
{
	_Static_assert(AUDIT_FIELDS == 1 << 6, "six bits are a place");
	return kind * 0x9e3779b1u >> 26;
}

/* The first with this key from one number on, before another. */
static inline const struct audit_node *audit_field_between(
	const struct audit_fields *fields, struct st_span key, unsigned from, unsigned end)
{
	const struct audit_node *found = NULL;
	uint32_t kind = audit_kind_of(key);
	for (unsigned at = fields->last[audit_field_place(kind)]; at > from; at = fields->before[at - 1]) {
		const struct audit_node *item = fields->items[at - 1];
		if (at <= end && item->kind == kind && item->key.size == key.size &&
			(memcmp(item->key.data, key.data, key.size) == 0 || audit_same(item->key, key)))
			found = item;
	}
	return found;
}

/* Beside `properties` alone; as audit_get. Here, as the next, so that of a literal the compiler knows all it asks for.
 */
static inline const struct audit_node *audit_own_field(const struct audit_fields *fields, const char *key)
{
	struct st_span name = audit_span(key);
	return fields->few ? audit_field_between(fields, name, fields->own, AUDIT_FIELDS)
			   : audit_get_span(fields->node, name);
}

/* Below `properties`, or beside it. NULL when not given or null. */
static inline const struct audit_node *audit_field(const struct audit_fields *fields, const char *key)
{
	struct st_span name = audit_span(key);
	const struct audit_node *found = fields->few ? audit_field_between(fields, name, 0, fields->own)
						     : audit_get_span(fields->properties, name);
	if (found == NULL || found->type == AUDIT_NULL)
		found = audit_own_field(fields, key);
	return found != NULL && found->type != AUDIT_NULL ? found : NULL;
}

#endif
