/*
 * The only way to a request: a row and checked parameters. There is no other function that makes bytes for the network,
 * so the table of rows (all services', and probe_row_what) is the set of requests that can exist (contract 8).
 * Percent-encoding as RFC 3986, 2.3: everything but unreserved characters; in {object} slashes stay.
 */
#ifndef STAUNCH_PROBE_REQUESTS_H
#define STAUNCH_PROBE_REQUESTS_H

#include "probe/probe.h"

/* Sent when neither scheme nor host says what a target is: HEAD of it, and, where the headers do not tell, one GET that
 * asks any service for nothing: S3 lists no key, Azure denies that there is a blob of this name, Elasticsearch refuses
 * the parameters, each in its own words. */
extern const struct probe_row probe_row_what, probe_row_what_body;
/* And of a target with a path, what the server says at its root. */
extern const struct probe_row probe_row_what_root;

/* All rows of all services and those three, NULL behind the last: for --dry-run and for the test of the table. */
const struct probe_row *probe_row_at(size_t index);
const struct probe_row *probe_row_named(const char *id);
/* Method, templates and level are as contract 8 allows; *why says what is wrong. Held by a test over the table. */
bool probe_row_is_sound(const struct probe_row *row, const char **why);

/* "/exports/a%20b?comp=list" into *out, with a NUL behind it. False: a parameter is missing, empty, or would lead out
 * of the target (dot segments): then nothing may be sent. */
bool probe_request_url(const struct probe_target *target, const struct probe_request *request, struct st_buf *out);
/* The row's body with its parameters filled in. False: one is missing or is none that a server gives. */
bool probe_request_body(const struct probe_request *request, struct st_buf *out);
/* The bytes of a step of a row over TCP. False: its {object} is missing, longer than CEIL_STEP_NAME_BYTES, or holds a
 * control character, which would end the line that it stands in: then nothing of the row may be sent. */
bool probe_request_step(const struct probe_request *request, size_t step, struct st_buf *out);
/* The same with {object} and {marker} left as they are: for --dry-run, and for evidence (names are personal data). */
void probe_row_url(const struct probe_target *target, const struct probe_row *row, struct st_buf *out);

#endif
