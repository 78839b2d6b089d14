/* The redact command in parts: redact.c reads the command line, redact_run.c runs the confined child and carries what
 * it writes, redact_output.c knows where that goes. */
#ifndef STAUNCH_CLI_REDACT_H
#define STAUNCH_CLI_REDACT_H

#include "cli/cli.h"
#include "redact/bulk.h"
#include "redact/known.h"
#include "redact/redact.h"

/* --- redact_output.c --- */

/* Standard output, or a file that appears only when it is complete. */
struct redact_output {
	int fd;
	char *path, *folder, *temporary; /* temporary: its name while it is not complete; NULL: it has none */
	bool placed_at_once;             /* a device or a pipe: bytes arrive as they come */
};
enum st_status redact_output_open(struct redact_output *output, const char *path, struct st_error *err);
/* done: the file appears, in the place of another one; else nothing of it stays. */
enum st_status redact_output_close(struct redact_output *output, bool done, struct st_error *err);

/* --- redact_run.c --- */

/* Offsets of residue shown for each kind. */
#define REDACT_SHOWN 8

/* What the confined child says beside its output; memory that both have. */
struct redact_told {
	enum redact_status status;
	int read_errno, write_errno, log_errno;
	bool known_full; /* the first pass found more than a second can know; nothing is written */
	bool finished;
	struct redact_counts counts;
	enum bulk_status bulk;
	uint64_t bulk_at, sourceless;
	uint64_t shown[DETECT_KINDS + 1][REDACT_SHOWN]; /* where the first of each kind stand */
};

struct redact_run {
	struct redact_options options; /* its callbacks are set by the run */
	uint8_t key[REDACT_KEY_BYTES]; /* wiped when the child has it */
	bool has_key;
	struct redact_policy *policy; /* of --policy; NULL none */
	bool unconfined;
	bool verify;                /* nothing is written */
	bool bulk;                  /* the input is made _bulk lines first; offsets are those of the lines */
	bool two_pass;              /* the input is a file: what its first reading proves, the second knows */
	struct redact_known *known; /* of --known; with two_pass the first reading adds to it; NULL none */
	int in, out, log;           /* log: -1 none */
	struct redact_told *told;
};
/* A cli_exit; with CLI_OK told->finished. A line on stderr says what went wrong outside of the redaction. */
int redact_run(struct redact_run *run);

/* --- redact_known.c --- */

/* False with a line on stderr. Caller closes; path NULL: none. */
bool redact_known_of_case(const char *path, const char *key_path, struct redact_known **out);
bool redact_policy_of_file(const char *path, bool has_key, struct redact_policy **out);

#endif
