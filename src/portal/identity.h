/* Who asks, in canonical form: one mailbox, or the registrable domain of an organization. Pure. */
#ifndef STAUNCH_PORTAL_IDENTITY_H
#define STAUNCH_PORTAL_IDENTITY_H

#include "base/bytes.h"

#define PORTAL_IDENTITY_TEXT 321 /* 64 + 1 + 255 (RFC 5321, 4.5.3.1) and a NUL */

enum portal_identity_kind {
	PORTAL_NO_IDENTITY,    /* neither */
	PORTAL_MAILBOX,        /* of a person */
	PORTAL_ROLE_MAILBOX,   /* of a role at the registrable domain of an organization: counts of that domain */
	PORTAL_SILENT_MAILBOX, /* of a role elsewhere (free mail, a subdomain): gets its code, and nothing is its own */
	PORTAL_ORGANIZATION,   /* a registrable domain */
	PORTAL_PUBLIC_DOMAIN,  /* free mail, disposable, a public suffix: nobody's alone */
	PORTAL_PART_OF_DOMAIN, /* below a registrable domain: a subdomain proves nothing */
};

struct portal_identity {
	enum portal_identity_kind kind;
	char text[PORTAL_IDENTITY_TEXT]; /* canonical (contract 4): case-folded, A-label; +tags and dots stay */
	char domain[256];                /* the registrable domain; "" none */
};

/* From what a person typed: outer blanks are dropped, the whole must be one address or one domain. Any bytes. */
struct portal_identity portal_identity_read(struct st_span typed);

#endif
