/*
 * The case process's side of helpers, for one worker: the documents that it sends piece by piece, the helper that runs
 * for it, what came of it. Bytes pass through into memory and are never looked at.
 */
#ifndef STAUNCH_PROCESS_HELPING_H
#define STAUNCH_PROCESS_HELPING_H

#include "base/ceilings.h"
#include "process/launcher.h"

/* A document and those it is nested in. */
#define HELPING_INPUTS (CEIL_NESTING_DEPTH + 1)

struct helping_document {
	int fd; /* memory; -1 when it could not be had */
	uint64_t size_bytes;
	enum helped lost; /* HELPED: complete so far; else why no helper will read it */
};

/* Zero-initialised is idle. */
struct helping {
	struct helping_document documents[HELPING_INPUTS];
	size_t document_count;
	bool running, killed;
	uint32_t id; /* the launcher's number of the one that runs */
	int output, errors;
	uint64_t began_at_ms;
};

/* How a helper ended. The descriptors are those of struct helping and valid until the next start. */
struct helping_result {
	enum helped how;
	uint8_t exit_status;   /* with HELPED */
	uint64_t output_bytes; /* also of one that did not end by itself: what came before */
	int output, errors;    /* -1: it did not run */
};

/* False: the worker breaks the protocol (a document without a beginning, too many, while a helper runs). */
bool helping_input(struct helping *helping, uint8_t what, struct st_span bytes);
/* Starts a helper on the document begun last. ST_OK: it runs, or *result says why not (then `running` is false).
 * ST_FATAL: the launcher is gone. A helper that runs already, or no document, is ST_WRONG. */
enum st_status helping_start(struct helping *helping, struct launcher *launcher, enum helper helper, uint32_t number,
	struct helping_result *result, struct st_error *err);
/* The running helper ended; what it wrote can no longer change. */
struct helping_result helping_ended(struct helping *helping, int wait_status);
/* The running helper takes too long: it is killed, and its end is told as any other. */
void helping_stop(struct helping *helping, struct launcher *launcher);
/* Kills what runs, forgets all documents; idle again. */
void helping_close(struct helping *helping, struct launcher *launcher);

#endif
