/*
 * Is this store open? A service is a struct of pure functions: no sockets, no files, no parsing of bytes. The frame
 * (cli/check*.c) asks it for the next request, sends that through the gates of scope, level, pace and budget, lets a
 * worker read the body, and hands it the answer.
 *
 * ADDING A SERVICE (redis, s3, ...):
 *   1. one file  src/probe/NAME.c (in src/probe/meson.build) with `const struct probe_service probe_NAME`, its rows of
 *                requests (static, at its top) and its functions;
 *   2. one line  in the list of src/probe/services.c;
 *   3. one test  folder: tests/unit/probe/NAME_test.c (answers in, verdict out: no network) and its part of
 *                tests/e2e/check_NAME_test.py (against the real server).
 * A request exists only as a row: it is built from the row's templates and checked parameters (probe/requests.h), and
 * rows are the only thing that the fetch role is ever asked to send. Bodies are flattened by a worker (probe/facts.h:
 * XML, JSON, or the first bytes); a protocol that needs a reader of its own gets one form more in src/worker/body.c.
 * azure_blob.c is the example for HTTP.
 */
#ifndef STAUNCH_PROBE_PROBE_H
#define STAUNCH_PROBE_PROBE_H

#include "probe/auth.h"
#include "probe/facts.h"
#include "probe/headers.h"
#include "probe/listing.h"
#include "probe/target.h"

/* The ladder (docs/contracts.md): what one level may learn. */
enum probe_level {
	PROBE_L0, /* the name resolves, the port answers */
	PROBE_L1, /* status and headers; no name of anything inside, but one known from earlier evidence */
	PROBE_L2, /* one page of a listing, names hashed; HEAD of one listed object */
	PROBE_L3, /* the inventory: names, sizes, dates */
	PROBE_L4, /* one byte of one object */
	PROBE_L5, /* all of it: scan, never check */
	PROBE_LEVELS
};

enum probe_right {
	PROBE_LIST,
	PROBE_READ,
	PROBE_ACL,
	PROBE_VERSIONS,
	PROBE_ANY_AUTHENTICATED,
	PROBE_WRITE, /* never tested: PROBE_OPEN is `implied`, PROBE_CLOSED `not-implied` */
	PROBE_RIGHTS
};

enum probe_state { PROBE_NOT_TESTED, PROBE_OPEN, PROBE_CLOSED, PROBE_CANNOT_TELL };

/* A kind of request that can exist (contract 8). Templates hold {parameter}; see probe/requests.h. */
struct probe_row {
	const char *id;     /* "azure_blob.list": unique; stands in evidence */
	const char *method; /* GET, HEAD, POST, DELETE; NULL: bytes over TCP */
	/* Behind the target's own path: "/{object}", or "". "{index}" at its beginning: that path, or where the target
	 * has none, /{object} as one name without slashes. */
	const char *path;
	const char *query;   /* "restype=container&comp=list&marker={marker}"; NULL none */
	const char *headers; /* "x-ms-version: 2021-12-02\n"; NULL none. Never a credential. */
	/* POST and DELETE: JSON in which {context}, {after} and {size} stand for parameters; NULL none. */
	const char *body;
	enum probe_level level; /* the lowest at which it may be sent */
	enum probe_right right; /* what it tells of */
	enum probe_form form;
	uint32_t keep;       /* values kept for each path of the body */
	uint32_t body_bytes; /* at most so much of the answer is read */
	bool from_root;  /* path stands at the root of the host, not behind the target's path: what the server says of
			  * itself, never a name of anything in it */
	bool known_name; /* {object} may come from earlier evidence, and then level L1 is enough */
	bool owner_only; /* asked with the owner's credential alone, never anonymously: take_owner() takes it */
	/* TCP: sent one after the other, an answer awaited behind each; an empty one only waits (servers that speak
	 * first). Bytes as they are; of a named one {object} is filled in, as it is and checked (probe/requests.h). */
	const struct probe_bytes {
		const char *data;
		size_t size;
		bool named;
	} * steps;
	size_t step_count;
};

/* What next() wants sent. Parameters are raw; the frame encodes them. Borrowed until the next call of the service. */
struct probe_request {
	const struct probe_row *row;
	struct st_span object, marker; /* {object}: a path, slashes stay; {marker}: anything */
	uint64_t generation;           /* {generation}; 0 none */
	bool known;                    /* object comes from earlier evidence */
	struct st_span context; /* {context}: what a server gave a search to go on by; probe_context_is_sound() */
	int64_t after;          /* {after}: the sort value behind which a search goes on */
	uint32_t size;          /* {size}: at most so many documents */
};

enum probe_outcome {
	PROBE_ANSWERED,
	PROBE_NO_NAME,      /* the name does not exist */
	PROBE_NAME_UNCLEAR, /* the resolver failed: says nothing */
	PROBE_PRIVATE,      /* it resolves to an address that nobody typed; nothing was sent */
	PROBE_NO_CONNECTION,
	PROBE_TLS_FAILED,
	PROBE_TIMED_OUT,
	PROBE_TOO_LARGE, /* headers, or what stands between the chunks of a body, beyond their ceiling */
	PROBE_BROKEN,    /* no HTTP, or cut off before the headers ended; the process that asked was lost */
	PROBE_HELD_BACK, /* not sent: budget, pace, a host that failed too often, a name that cannot be asked for */
	PROBE_OUTCOMES
};

struct probe_answer {
	const struct probe_request *request;
	enum probe_outcome outcome;
	unsigned status;                   /* HTTP; 0 otherwise */
	const char *header[PROBE_HEADERS]; /* NULL: not there; at most CEIL_ANSWER_VALUE_BYTES, no controls */
	uint64_t body_bytes;               /* that were read */
	bool body_whole;                   /* all that the server sent was read */
	const struct probe_facts *facts;   /* never NULL; empty when nobody looked */
};

#define PROBE_REASON_BYTES 200

struct probe_verdict {
	enum probe_state rights[PROBE_RIGHTS];
	bool refused_as_a_whole; /* anonymous access is refused by the service, whatever is asked */
	/* The most telling reason, one clause; what a service says last stays. No names of objects, no values. */
	char reason[PROBE_REASON_BYTES];
};

/* What the owner's credential shows of how a store is set up. Told beside the rights; it opens and closes none. Names
 * and values are words of ours. */
#define PROBE_OWNER_FINDINGS 8
struct probe_owner_view {
	struct {
		const char *name, *value; /* "public_access_block", "all" */
	} list[PROBE_OWNER_FINDINGS];
	size_t count;
};

struct probe_service;
/* One target under examination. Zero-initialised by the frame but for the first block. */
struct probe {
	const struct probe_target *target;
	const struct probe_service *service;
	enum probe_level level;      /* at most */
	bool credentials;            /* basis own-asset or mandate: an empty password may be tried */
	struct st_span known_object; /* a name known from earlier evidence; NULL data: none */

	struct probe_verdict verdict;
	struct st_buf seen_object; /* the first name that a listing gave: sealed into the evidence */
	uint64_t objects_seen;     /* names on the pages that were listed */
	uint64_t ransom_notes;     /* of those, such as they leave who wiped the others */
	struct st_buf product;     /* "Elasticsearch 7.17.9": what the service says it is; hostile text */
	int step;                  /* the service's own */
	uint64_t number[8];        /* the service's own */
	struct st_buf text[4];     /* the service's own */
};

/* How all of a store is read (scan). Rows of level L5. */
struct probe_shelf {
	enum probe_listing form;
	const struct probe_row *first, *next; /* a page of the listing; the one behind {marker} */
	const struct probe_row *object;       /* {object}, in ranges: the fetch role adds Range and If-Match */
	bool by_generation; /* the version listed is a generation, asked for by {generation}; else an entity tag */
	const struct probe_hits *hits; /* NULL, or its objects are read as answers to searches (probe/hits.h) */
};

struct probe_service {
	const char *name;  /* "azure_blob", as in scheme and JSON */
	const char *title; /* "Azure Blob" */
	bool tcp;          /* bytes, not HTTP */
	uint16_t port;     /* when none is typed; 0: a port must be typed, or that of the transport */
	/* Is this the host of such a service, by its name alone? NULL: never told by name. */
	bool (*names)(const struct probe_target *target);
	/* Does an answer to HEAD or GET of the target, by its headers, come from such a service? NULL: not told so. */
	bool (*answers)(const struct probe_answer *answer);
	const struct probe_row *rows;
	size_t row_count;
	/* Why this target cannot be examined ("name a container: ..."), or NULL. */
	const char *(*unfit)(const struct probe_target *target);
	/* Can this row be sent to this target at all? NULL: each can. */
	bool (*fits)(const struct probe_target *target, const struct probe_row *row);
	/* The next request, or false: done. Called again after each take(). */
	bool (*next)(struct probe *probe, struct probe_request *out);
	void (*take)(struct probe *probe, const struct probe_answer *answer);
	/* Answers to rows with owner_only; NULL: there are none. */
	void (*take_owner)(struct probe_owner_view *view, const struct probe_answer *answer);
	const struct probe_shelf *shelf; /* NULL: scan does not read such stores */
	const char *advice;              /* how it is closed, a clause: "set public access to none" */
};

/* What a service's functions use. */
void probe_say(struct probe *probe, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* A right is what the best answer says: open stays open; closed beats cannot-tell beats not-tested. */
void probe_set(struct probe *probe, enum probe_right right, enum probe_state state);
/* Takes an outcome that is no answer: every right it tells of is cannot-tell, with a reason. True when it was one. */
bool probe_unanswered(struct probe *probe, const struct probe_answer *answer);
/* Remembers the first name of a page (values of `path`) and counts the page's names. */
void probe_saw_names(struct probe *probe, const struct probe_answer *answer, const char *path);
/* Counts the names of databases at `path` that those leave who wiped the others (reported since 2017; "meow" 2020). */
void probe_saw_notes(struct probe *probe, const struct probe_answer *answer, const char *path);
/* May a request of this row be sent at the probe's level? */
bool probe_allows(const struct probe *probe, const struct probe_row *row, bool known);

void probe_owner_note(struct probe_owner_view *view, const char *name, const char *value);
/* Does the service refuse the credential itself, so that the answer says nothing of what it may do? */
bool probe_credential_is_refused(const struct probe_answer *answer);
/* The answers to a credential of an unrelated account, as rights: may anybody with an account get in? */
enum probe_state probe_any_authenticated(const struct probe *view, bool credential_refused);

void probe_begin(struct probe *probe, const struct probe_target *target, const struct probe_service *service);
void probe_end(struct probe *probe);
/* Contract 8: open if any right is open; closed if refused as a whole, or list and read are closed; else cannot-tell.
 */
enum probe_state probe_verdict(const struct probe *probe);

const char *probe_state_name(enum probe_state state);                               /* "cannot-tell" */
const char *probe_right_name(enum probe_right right);                               /* "any_authenticated" */
const char *probe_right_state_name(enum probe_right right, enum probe_state state); /* "not-implied" for write */
const char *probe_level_name(enum probe_level level);                               /* "L2" */
bool probe_level_parse(const char *text, enum probe_level *out);
const char *probe_outcome_text(enum probe_outcome outcome);

#endif
