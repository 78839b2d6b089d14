/*
 * One question for texts to many name servers side by side, each by itself: over UDP, again when nothing comes, over
 * TCP when the answer does not fit (RFC 1035, 4.2; RFC 7766). What does not belong to the question is passed over, so
 * that who guesses has to go on guessing (RFC 5452).
 */
#ifndef STAUNCH_DNS_ASK_H
#define STAUNCH_DNS_ASK_H

#include "dns/wire.h"

#include <sys/socket.h>

struct dns_place {
	struct sockaddr_storage address;
	socklen_t size;
	size_t server; /* which name server: one may have several places */
	bool closed;   /* not to be asked: counts as silent */
};

enum dns_reach {
	DNS_HEARD,    /* an answer to the question, whatever it says */
	DNS_SILENT,   /* none in time */
	DNS_NO_ROUTE, /* this machine cannot send there at all, for want of IPv6 or IPv4 */
};
struct dns_said {
	enum dns_reach reach;
	enum dns_kind kind;
	struct dns_name alias;
	struct dns_texts texts;
};

/* Which servers a zone was handed to, as the servers above it say: the first of them that says so, or that it has
 * authority for name itself (then count is 0), ends it. name lies in zone. false: none did by deadline_ms, or there are
 * more than `most`. */
bool dns_ask_above(const struct dns_place *places, size_t place_count, const struct dns_name *name,
	const struct dns_name *zone, uint64_t deadline_ms, struct dns_name *out, size_t most, size_t *count);
/* Blocks until all have answered, at the latest at deadline_ms (st_now_ms). out has count elements. */
void dns_ask_all(const struct dns_place *places, size_t count, const struct dns_name *name, struct st_span wanted,
	uint64_t deadline_ms, struct dns_said *out);

#endif
