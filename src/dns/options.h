/*
 * What the operator told the resolver: read before the jail closes, and checked in full then. Sources: RFC 4034, 5.3
 * and 2.2 (DS, DNSKEY in a zone file, which is how unbound-anchor and Debian's dns-root-data write trust anchors).
 */
#ifndef STAUNCH_DNS_OPTIONS_H
#define STAUNCH_DNS_OPTIONS_H

#include "base/ceilings.h"
#include "base/error.h"
#include "dns/ask.h"

#define DNS_ANCHORS_USUAL "/usr/share/dns/root.key"
#define DNS_PORT 53
#define DNS_PLACE_TEXT 64

struct dns_zone {
	struct dns_name name;
	char *text;                 /* its name, owned */
	char place[DNS_PLACE_TEXT]; /* "192.0.2.1@53", canonical */
	struct dns_place address;
};
struct dns_options {
	const char *errands;
	char forwarders[CEIL_DNS_TYPED][DNS_PLACE_TEXT];
	size_t forwarder_count;
	struct dns_zone zones[CEIL_DNS_TYPED]; /* one zone may have several places */
	size_t zone_count;
	char *anchors[CEIL_DNS_ANCHORS];
	size_t anchor_count;
	uint16_t ports[CEIL_DNS_TYPED * 2 + 1];
	size_t port_count;
	bool unconfined; /* --unconfined yes: without the jail, as the operator typed */
	/* The address of a zone, or of a forwarder, is not public: in the first case servers that strangers' zones name
	 * may not be either. */
	bool private_zone, private_forwarder;
	struct st_buf ages; /* --registered */
};

/* ADDRESS or ADDRESS@PORT; text_out "192.0.2.1@53". */
bool dns_place_parse(const char *text, struct dns_place *out, char text_out[DNS_PLACE_TEXT]);
/* Neither private, loopback nor reserved. */
bool dns_place_is_public(const struct dns_place *place);
/* One line of a file of trust anchors: a DS or DNSKEY record in one line, its name with the last dot. */
bool dns_anchor_is_sound(const char *line);

/* From arguments: --errands, --resolver, --zone, --trust-anchor, --registered, --unconfined, each with a
 * value. Reads the files. */
enum st_status dns_options_read(int argc, char **argv, struct dns_options *out, struct st_error *err);
void dns_options_free(struct dns_options *options);
/* When a domain was registered, from the operator's file of lines `DOMAIN YYYY-MM-DD`, UTC seconds; 0: it does not say.
 */
int64_t dns_registered_at(const struct dns_options *options, const char *domain);

#endif
