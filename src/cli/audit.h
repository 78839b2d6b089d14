/* The audit command in parts: audit.c reads the command line and asks the worker, audit_text.c and audit_json.c print.
 */
#ifndef STAUNCH_CLI_AUDIT_H
#define STAUNCH_CLI_AUDIT_H

#include "audit/result.h"
#include "cli/cli.h"

struct audit_run {
	const char **files; /* as typed, by number */
	uint32_t file_count;
	bool fail_on[AUDIT_CLASSES];
	bool allow_unknown, colour;
	struct st_buf answer; /* of the worker; result borrows from it */
	struct audit_result result;
};

/* Open to a class that fails, on more than ports made for the public (80 and 443). */
bool audit_fails(const struct audit_run *run, const struct audit_exposure *exposure);
/* The same of what cannot be told, at its worst. */
bool audit_in_doubt(const struct audit_run *run, const struct audit_exposure *exposure);
/* 1, 3 or 0 (contract 9). */
int audit_exit(const struct audit_run *run);

void audit_write_text(const struct audit_run *run, struct st_buf *out);
void audit_write_json(const struct audit_run *run, struct st_buf *out);

#endif
