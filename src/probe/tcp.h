/* What services over plain TCP have in common: what is no answer of theirs, and what a refusal closes. */
#ifndef STAUNCH_PROBE_TCP_H
#define STAUNCH_PROBE_TCP_H

#include "probe/probe.h"

/* Takes what is no answer of this protocol: no connection, not a byte, TLS, HTTP, other bytes. The right that was asked
 * for is cannot-tell, with a reason. True: it was none. */
bool probe_tcp_unanswered(struct probe *probe, const struct probe_answer *answer);
/* The service refuses whoever comes without a password: listing and reading are closed. */
void probe_refused(struct probe *probe, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* A right cannot be told, and why; a reason that tells of a right that is open stays. */
void probe_unclear(struct probe *probe, enum probe_right right, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
/* Is the fact there at all? */
bool probe_has(const struct probe_answer *answer, const char *path);
bool probe_fact_starts(const struct probe_answer *answer, const char *path, const char *with);
/* The first value of a fact, when it is a decimal number of at most 18 digits; -1: it is none. */
int64_t probe_fact_number(const struct probe_answer *answer, const char *path);
/* product = "TITLE VERSION": what is not printable, or is longer than a version, is left out. */
void probe_tell_product(struct probe *probe, const char *title, struct st_span version);
/* The target names a server, nothing in it. */
const char *probe_unfit_path(const struct probe_target *target);

#define PROBE_COUNT(list) (sizeof(list) / sizeof((list)[0]))
#define PROBE_STEP(text)                                 \
	{                                                \
		.data = (text), .size = sizeof(text) - 1 \
	}
/* Only waits: the server speaks first. */
#define PROBE_WAIT            \
	{                     \
		.data = NULL, \
	}

#endif
