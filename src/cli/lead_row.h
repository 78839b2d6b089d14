/* A lead as it stands in a case: what scan_leads.c writes and report_leads.c reads. */
#ifndef STAUNCH_CLI_LEAD_ROW_H
#define STAUNCH_CLI_LEAD_ROW_H

#include "base/ceilings.h"
#include "report/lead.h"

/* The first block begins with LEAD_ROWS_FORMAT, then varint: stores beyond CEIL_LEADS. A case without any such block
 * was made before leads were. */
#define LEAD_ROWS_FORMAT 1

struct lead_place_row {
	uint32_t segment, part;
	uint64_t start, length; /* stored bytes of the part */
};

struct lead_row {
	enum lead_type type;
	enum lead_credential credential;
	struct st_span target; /* borrowed */
	uint64_t mentions, mentions_distinct_records, records;
	struct lead_signature signatures[CEIL_LEAD_SIGNATURES]; /* those that expire last in front */
	size_t signature_count;
	struct lead_place_row places[CEIL_LEAD_FIRST_PLACES];
	size_t place_count;
};

void lead_row_write(struct st_buf *out, const struct lead_row *row);
/* False with in->bad when the bytes are no row. */
bool lead_row_read(struct st_cursor *in, struct lead_row *out);

#endif
