/* What the name servers of one zone say when all are heard. Pure. */
#ifndef STAUNCH_DNS_AGREE_H
#define STAUNCH_DNS_AGREE_H

#include "dns/ask.h"

/* What the servers of one zone say together; of places without a route from here nothing is asked. */
enum dns_together {
	DNS_ALL_HAVE,    /* the token, and the same records beside it */
	DNS_ALL_ALIAS,   /* the same alias */
	DNS_NONE_HAS,    /* no answer has the token or an alias */
	DNS_DIFFER,      /* the answers are not the same */
	DNS_SOME_SILENT, /* those that answer agree, but not every server did */
};
/* servers: how many there are; each has to be heard at one place at least, and at all that have a route. */
enum dns_together dns_agree(const struct dns_place *places, const struct dns_said *said, size_t count, size_t servers);
/* Heard, and an answer that says whether there is something. */
bool dns_is_usable(const struct dns_said *said);

#endif
