/*
 * What a server said over plain TCP, step by step of the row that was sent (probe/probe.h), flattened into facts by the
 * reader of its protocol. Hostile bytes, read in the jail: every length is checked against what is there, numbers of
 * elements against what their bytes can hold, nesting against a ceiling.
 */
#ifndef STAUNCH_WORKER_ANSWERS_H
#define STAUNCH_WORKER_ANSWERS_H

#include "extract/stream.h"
#include "probe/facts.h"

struct answers {
	struct probe_facts *facts;
	uint32_t keep;
	unsigned step;  /* whose answer is read, from 0 */
	unsigned reply; /* redis: replies are numbered through all steps */
	bool known;     /* something of the protocol was seen */
	bool strange;   /* bytes that are none of it */
	bool cut;       /* it ends inside */
};

/* Reads the stream (u32 size + bytes for each step, fetch/protocol.h) to its end or CEIL_ANSWER_BODY_BYTES. `form` is
 * one of PROBE_FORM_REDIS to PROBE_FORM_MONGODB; *out is empty before. Facts of any of them: "tls", "http" (it answers
 * in those), "refusal" (the code of the first error). */
void answers_read(struct stream *stream, enum probe_form form, uint32_t keep, struct probe_facts *out);

/* For the readers: a fact "STEP.name"; with part behind it, cleaned of what a path cannot hold, "STEP.name.part". */
void answers_tell(struct answers *answers, const char *name, struct st_span value);
void answers_tell_part(struct answers *answers, const char *name, struct st_span part, struct st_span value);
void answers_tell_number(struct answers *answers, const char *name, int64_t value);
void answers_refusal(struct answers *answers, struct st_span code);
/* The next line without its end; false at the end of bytes. A last line without an end is one, and marks `cut`. */
bool answers_line(struct answers *answers, struct st_cursor *in, struct st_span *out);
struct st_span answers_text(const char *text);
bool answers_starts(struct st_span text, const char *with);
/* The text behind `size` bytes; empty when there are none. */
struct st_span answers_behind(struct st_span text, size_t size);

/* One step's answer. */
void answers_redis(struct answers *answers, struct st_span bytes);      /* RESP2 */
void answers_memcached(struct answers *answers, struct st_span bytes);  /* text protocol, and one binary answer */
void answers_rsync(struct answers *answers, struct st_span bytes);      /* the daemon's greeting, list, module */
void answers_ftp(struct answers *answers, struct st_span bytes);        /* RFC 959 replies, RFC 3659 facts, ls lines */
void answers_postgresql(struct answers *answers, struct st_span bytes); /* messages of protocol 3.0 */
void answers_mysql(struct answers *answers, struct st_span bytes);      /* packets of protocol 10 */
void answers_mongodb(struct answers *answers, struct st_span bytes);    /* OP_REPLY and OP_MSG with BSON */

#endif
