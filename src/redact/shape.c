/* The table of formats that flow: a new one is one file and one line here. */
#include "redact/shape.h"

#include "redact/redact.h"

static const struct shape_format *const formats[] = {&shape_text, &shape_json, &shape_csv, &shape_sql, NULL};

const struct shape_format *shape_named(const char *format)
{
	for (const struct shape_format *const *shape = formats; *shape; shape++)
		if (strcmp((*shape)->format, format) == 0)
			return *shape;
	return NULL;
}

const struct shape_format *shape_guess(struct st_span head, bool head_is_all, int *bid)
{
	const struct shape_format *best = &shape_text;
	*bid = 0;
	for (const struct shape_format *const *shape = formats; *shape; shape++) {
		int sure = (*shape)->bid(head, head_is_all);
		if (sure > *bid) {
			*bid = sure;
			best = *shape;
		}
	}
	return best;
}
