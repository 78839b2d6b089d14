/*
 * Which address is which page. All state of a visit lies with the browser (cookies) and the keyholder; this process has
 * the sealed indices, which it cannot read, and a key for the tokens of forms, made anew at each start.
 *
 *   /                     303 to /en/, /it/ or /fr/ by Accept-Language
 *   /L/                   ask                     POST /L/ask        -> code
 *   /L/code               type the code           POST /L/code       -> part
 *   /L/domain             prove a domain          POST /L/domain     -> proof
 *   /L/proof              its DNS record          POST /L/proof      -> part
 *   /L/part, /L/part/N    what is one's own (of case N)
 *   /L/correct, /L/erase  wishes                  POST the same      -> done
 *   /L/genuine            a notice's code         POST the same
 *                                                 POST /L/export, /L/statement: a file; POST /L/leave -> done
 *   /L/happened, /L/handling, /L/done
 *   /static/portal-DIGEST.css, /robots.txt
 */
#ifndef STAUNCH_PORTAL_HTTP_ROUTE_H
#define STAUNCH_PORTAL_HTTP_ROUTE_H

#include "portal/about.h"
#include "portal/http.h"
#include "portal/page.h"
#include "portal/protocol.h"

#include <stdatomic.h>

/* Checks of DNS records wait for name servers of strangers: of the processes that share this, at most half do so at a
 * time, so that the others go on answering. */
struct portal_lanes {
	atomic_uchar busy[CEIL_PORTAL_PROCESSES]; /* by number of the process; cleared when it is started anew */
	unsigned count;
};

struct portal {
	struct http_site site;
	struct about about;
	struct portal_index *indices[CEIL_PORTAL_CASES];
	struct page_case cases[CEIL_PORTAL_CASES];
	size_t count;
	uint8_t form_key[32], client_key[ST_DIGEST_KEY_BYTES];
	char style_path[64], key_id[17];
	uint8_t public_key[32];
	struct portal_lanes *lanes;  /* shared between processes */
	unsigned number;             /* of this process */
	int keyholder;               /* socket; -1: gone. Set to -1 by whoever finds it gone. */
	void (*gone)(void *context); /* called then */
	void *gone_context;
};

/* The handler of http_server_open; context is the struct portal. */
void portal_handle(void *context, const struct http_request *request, struct http_answer *answer);

#endif
