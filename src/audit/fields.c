/* A table of 64 places, each a chain from the last to the first. */
#include "audit/fields.h"

static void add(struct audit_fields *fields, const struct audit_node *of)
{
	for (const struct audit_node *child = of->first; child != NULL && fields->few; child = child->next) {
		uint8_t *last = &fields->last[audit_field_place(child->kind)];
		fields->few = fields->count < AUDIT_FIELDS;
		if (!fields->few)
			break;
		fields->before[fields->count] = *last;
		fields->items[fields->count] = child;
		*last = (uint8_t)++fields->count;
	}
}

void audit_fields_of(const struct audit_node *of, struct audit_fields *out)
{
	out->node = of;
	out->properties = audit_get(of, "properties");
	memset(out->last, 0, sizeof out->last);
	out->count = 0;
	out->few = true;
	if (out->properties != NULL && out->properties->type == AUDIT_OBJECT)
		add(out, out->properties);
	out->own = out->count;
	add(out, of);
}
