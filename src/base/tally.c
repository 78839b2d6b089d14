/* Rows of the lists of figures. */
#include "base/tally.h"

#include "base/bytes.h"

#include <stdio.h>

struct tally *tallies_add(struct tallies *tallies, enum tally_list list, const char *name)
{
	tallies->rows = st_realloc(tallies->rows, (tallies->count + 1) * sizeof *tallies->rows);
	struct tally *row = &tallies->rows[tallies->count++];
	*row = (struct tally){.list = list};
	snprintf(row->name, sizeof row->name, "%s", name);
	return row;
}
