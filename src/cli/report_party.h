/* The packet of one party in parts: report_party.c reads the command line and writes, report_party_part.c gathers what
 * is the party's in a case. */
#ifndef STAUNCH_CLI_REPORT_PARTY_H
#define STAUNCH_CLI_REPORT_PARTY_H

#include "cli/report.h"
#include "report/packet.h"

struct party {
	bool organization;  /* by its registrable domain; else one mailbox */
	struct st_buf name; /* the domain, or the address, in canonical form; ended by a NUL that does not count */
};

struct party_part {
	struct packet packet;
	char **texts; /* that its rows point to */
	size_t text_count, text_capacity;
};

/* Everything in the case that is attributed to the party, and how many records are attributed to nobody. Free *out
 * whatever happened. */
enum st_status party_gather(
	struct report_case *rc, const struct party *party, struct party_part *out, struct st_error *err);
void party_part_free(struct party_part *part);

#endif
