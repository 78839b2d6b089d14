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

/* --- report_party_others.c --- */

/*
 * Addresses of bounces and of guests are at the domain and carry the address of somebody else:
 * bounce+bob=fabrikam.com@contoso.com, bob_fabrikam.com#EXT#@contoso.com, "bob@fabrikam.com"@contoso.com, and what a
 * detector keeps of the first, fabrikam.com@contoso.com. One is known by its signs, or by a domain in its local part
 * that ends in com, net, org, edu or gov, is one of free mail, or is the domain of another address of the case (so that
 * wei.li@contoso.com stays a person).
 */
struct party_others;
/* Looks through the case for domains that stand in local parts at the party's domain. *out is set in any case. */
enum st_status party_others_open(
	struct report_case *rc, const struct party *party, struct party_others **out, struct st_error *err);
/* Does this local part of an address of the party carry another address? */
bool party_carries_another(const struct party_others *others, struct st_span local);
/* The same with another knowledge of domains: false where the local part has a sign of another address, or a domain
 * that is not nobody's. */
bool party_local_is_plain(struct st_span local, bool (*nobodys)(void *context, struct st_span domain), void *context);
void party_others_close(struct party_others *others); /* NULL is fine */

#endif
