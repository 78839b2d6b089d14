/*
 * Does a domain say the token? The TXT records of `_exposure-challenge.DOMAIN` have to be the same at every address of
 * every name server of their zone, asked one by one, and at a validating resolver that asks for itself; one of them has
 * to be the token, byte for byte. Forged (DNSSEC bogus) is refused whatever it holds. Pure but for the network.
 *
 * A CNAME there may hand the proof to another name, as draft-ietf-dnsop-domain-verification-techniques allows
 * ("delegated domain control validation") and who runs DNS for others needs; it has to be the same everywhere too, and
 * the texts at its end at all servers of that zone. One that every name below the domain has (a wildcard, often of a
 * service that was left behind) is no delegation: it says nothing of this name.
 */
#ifndef STAUNCH_DNS_PROOF_H
#define STAUNCH_DNS_PROOF_H

#include "dns/agree.h"
#include "dns/names.h"
#include "portal/errand.h"

/* At the latest at deadline_ms (st_now_ms). names: opened for this proof alone. */
enum portal_verdict dns_prove(struct names *names, const struct dns_options *options,
	const struct portal_lookup *lookup, uint64_t deadline_ms);

#endif
