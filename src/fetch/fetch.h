/* The fetch role: one process that resolves, connects and reads, for requests that the case process made of rows. */
#ifndef STAUNCH_FETCH_FETCH_H
#define STAUNCH_FETCH_FETCH_H

#include "base/coverage.h"
#include "base/hash.h"
#include "fetch/credential.h"
#include "probe/probe.h"
#include "process/message.h"

#include <curl/curl.h>
#include <netdb.h>
#include <sys/socket.h>

#define FETCH_ADDRESSES 8

/* What a name led to when it was first asked for: it leads nowhere else for the life of the process. */
struct fetch_pin {
	char *host;
	bool literal; /* typed as an address */
	bool private_allowed;
	struct sockaddr_storage list[FETCH_ADDRESSES];
	size_t count;
	enum probe_outcome outcome; /* PROBE_ANSWERED: it may be connected to */
};

/* Of one question, from its frame. Spans are borrowed from it. */
struct fetch_question {
	uint32_t id;
	bool tls, literal;
	bool private_allowed; /* the name may lead to a private address: the owner of the scope gave it */
	bool mail;            /* SMTP */
	char *host;           /* owned */
	uint16_t port;
	uint32_t body_bytes;
	uint32_t limit_ms;     /* 0: CEIL_REQUEST_MS */
	struct st_cursor rest; /* what the kind of question has besides */
};

/* An object that is being read in ranges; pipe -1: none. */
struct fetch_object {
	struct fetch_question question; /* its host, owned; rest is not used */
	int pipe;                       /* where the worker reads */
	char *target, *headers;
	char *etag;                 /* as the server wrote it; NULL until an answer had a strong one */
	uint64_t size, listed_etag; /* listed_etag: by_generation, the generation (probe/listing.h) */
	uint64_t given_etag;        /* by the first range (probe_etag); 0 none */
	bool by_generation;
	uint32_t interval_ms, requests, status;
	uint64_t next_ms, bytes, network_ms, blocked_ms;
	enum st_reason failed;
};

struct fetch {
	struct message_reader *reader;
	struct fetch_object object;
	struct fetch_credential credential;
	CURL *curl;
	struct st_sha256 *hash;
	char *agent, *from;
	struct st_buf certificates;
	struct fetch_pin *pins;
	size_t pin_count;
};

/* The answer in the making. */
struct fetch_reply {
	enum probe_outcome outcome;
	uint32_t status;
	uint64_t body_bytes, limit_bytes, header_bytes, wire_bytes; /* wire_bytes: headers and body as they came */
	bool cut;                                                   /* the server had more */
	bool headers_end; /* the empty line behind those of the final status has come */
	int body;         /* memory; -1 none yet */
	struct st_sha256 *hash;
	const struct fetch_credential *sent; /* NULL: the request had none */
	char address[64];
	char why[128];
	char *header[PROBE_HEADERS];
};

/* The name, once: getaddrinfo(3) by hosts file and DNS, refused when any address is not public and nobody typed it. */
const struct fetch_pin *fetch_pin(struct fetch *fetch, const struct fetch_question *question);
/* Everything that is set alike for every connection: the pin, no proxy, no redirects, no credentials, limits. False:
 * reply->outcome says why nothing can be sent. */
bool fetch_prepare(struct fetch *fetch, const struct fetch_question *question, struct fetch_reply *reply);
/* Connects to the pin and does what was set; target is "/path?query". */
CURLcode fetch_perform(struct fetch *fetch, const struct fetch_question *question, const char *target);
/* One connection to nobody, without a packet: what libraries load and allocate for the first of them, they have then.
 */
void fetch_warm_up(struct fetch *fetch);
/* More of the body; false when it is beyond the limit or memory fails. */
bool fetch_reply_add(struct fetch_reply *reply, const void *data, size_t size);
void fetch_reply_failed(struct fetch_reply *reply, CURLcode code);

void fetch_http(struct fetch *fetch, struct fetch_question *question, struct fetch_reply *reply);
/* FETCH_MAIL */
void fetch_mail(struct fetch *fetch, struct fetch_question *question, struct fetch_reply *reply);
void fetch_exchange(struct fetch *fetch, struct fetch_question *question, struct fetch_reply *reply);
void fetch_resolve(struct fetch *fetch, struct fetch_question *question, struct fetch_reply *reply);

/* FETCH_OPEN, _RANGE, _CLOSE (fetch/protocol.h). False: the case process broke the protocol. */
bool fetch_object_open(struct fetch *fetch, const struct fetch_question *question, int pipe);
bool fetch_object_range(struct fetch *fetch, struct st_cursor *in);
bool fetch_object_end(struct fetch *fetch, struct st_cursor *in);
void fetch_object_close(struct fetch *fetch);

/* What ranges and pages share (ranges.c). Waits for the object's turn, as its interval_ms asks. */
void fetch_object_pace(struct fetch_object *object);
/* The reason, and so many bytes of the reply, to the worker. */
void fetch_object_deliver(
	struct fetch_object *object, enum st_reason reason, uint32_t length, const struct fetch_reply *reply);
void fetch_wait_ms(uint64_t ms);
/* Milliseconds before the next try; UINT64_MAX: the server asks for more than we wait. */
uint64_t fetch_pause_ms(const struct fetch_reply *reply, unsigned tries);
void fetch_reply_drop(struct fetch_reply *reply);

/* FETCH_PAGE (pages.c). False: the case process broke the protocol. */
bool fetch_object_page(struct fetch *fetch, struct st_cursor *in);

#endif
