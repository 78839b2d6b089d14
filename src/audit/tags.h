/* Service tags of Azure by what their addresses are to an outsider. Source: learn.microsoft.com, "Virtual network
 * service tags", table "Available service tags". */
#ifndef STAUNCH_AUDIT_TAGS_H
#define STAUNCH_AUDIT_TAGS_H

#include "base/bytes.h"

enum audit_tag {
	AUDIT_TAG_NONE,     /* no tag that we know: it may be anything */
	AUDIT_TAG_ANY,      /* "*", "Any" */
	AUDIT_TAG_INTERNET, /* "Internet", and as the classic API wrote it */
	AUDIT_TAG_PRIVATE,  /* the network itself, probes of the load balancer: nobody on the internet */
	AUDIT_TAG_SHARED,   /* addresses that any customer of the cloud can rent or send from */
	AUDIT_TAG_SERVICE,  /* addresses of one service that its vendor runs: as good as a list */
};

/* Case ignored; a region behind a dot belongs to tags that have regions. */
enum audit_tag audit_tag_of(struct st_span name);
/* Is `part` the tag itself or one of its regions? */
bool audit_tag_holds(struct st_span tag, struct st_span part);

#endif
