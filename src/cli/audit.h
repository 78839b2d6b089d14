/* The audit command in parts: audit.c reads the command line and asks the worker, audit_files.c and audit_git.c say
 * what is read, audit_text.c, audit_json.c, audit_sarif.c and audit_junit.c print. */
#ifndef STAUNCH_CLI_AUDIT_H
#define STAUNCH_CLI_AUDIT_H

#include "audit/result.h"
#include "cli/cli.h"

/* A file, as typed or found in --history, and the snapshot it belongs to. */
struct audit_file {
	char *path;
	uint32_t snapshot;
	char date[11];          /* "2019-12-05", of its name; empty: none */
	struct st_span content; /* of a commit; data NULL: the file of that path */
};

#define AUDIT_LABEL_BYTES 72

struct report_output;
/* Where an answer goes while it is written, and what became of it. */
struct audit_output {
	struct report_output *to;
	enum st_status status;
	struct st_error err;
};

struct audit_run {
	struct audit_file *files; /* by number; in the order of their snapshots */
	uint32_t file_count, file_capacity;
	char (*labels)[AUDIT_LABEL_BYTES]; /* of snapshots: dates, or commits; empty when there are none */
	uint32_t snapshot_count;
	bool compare; /* the first snapshot is a baseline, the last what is asked about; those between are steps */
	bool sides;   /* both sides of the plans among the files, which are a change */
	bool commits; /* labels are commits */
	struct st_buf contents; /* of files of commits */
	bool fail_on[AUDIT_CLASSES];
	bool allow_unknown, colour;
	const char *exceptions, *keep, *activity_log; /* files; NULL: none */
	struct st_buf answer;                         /* of the worker; result borrows from it */
	struct audit_result result;
	struct audit_output *output; /* NULL: what is written is kept whole */
};
/* Between two rows: writes what is held, once it is large. A failure stands in run->output. */
void audit_flush(const struct audit_run *run);

/* Open to a class that fails, on more than ports made for the public (80 and 443). */
bool audit_fails(const struct audit_run *run, const struct audit_exposure *exposure);
/* The same of what cannot be told, at its worst. */
bool audit_in_doubt(const struct audit_run *run, const struct audit_exposure *exposure);
/* 1, 3 or 0 (contract 9). */
int audit_exit(const struct audit_run *run);

/* --- audit_files.c --- */

/* Fills files and snapshots from the operands, --baseline, --history and --git. False, with a line on stderr and *exit.
 */
bool audit_collect(const struct cli_arguments *arguments, struct audit_run *run, int *exit);
void audit_forget(struct audit_run *run);
struct audit_file *audit_add_file(struct audit_run *run, const char *path);

/* --- audit_git.c --- */

/* Files and snapshots of --git: the files that the operands name in both commits and in those between that touch them.
 * False, with a line on stderr and *exit. */
bool audit_collect_git(const struct cli_arguments *arguments, struct audit_run *run, int *exit);

void audit_write_text(const struct audit_run *run, struct st_buf *out);
void audit_write_json(const struct audit_run *run, struct st_buf *out);
/* One row, in one line. */
void audit_write_exposure(const struct audit_run *run, const struct audit_exposure *exposure, struct st_buf *out);
void audit_write_sarif(const struct audit_run *run, struct st_buf *out);
void audit_write_junit(const struct audit_run *run, struct st_buf *out);

/* --- audit_case.c --- */

/* One event "audit" for each row that is open or was, with what opened it; the case must be there. */
enum st_status audit_keep_in_case(
	const struct audit_run *run, const char *path, const char *key_path, struct st_error *err);

/* --- audit_say.c: words that several formats share, escaped as text --- */

void audit_say_ports(struct st_buf *out, const struct audit_exposure *exposure);
void audit_say_rule(struct st_buf *out, const struct audit_rule_at *rule); /* "rule 110 AllowSearch" */
/* A sentence or three about the row. */
void audit_say(const struct audit_run *run, const struct audit_exposure *exposure, struct st_buf *out);

/* --- audit_fix.c: the edit as something to run or apply; staunch itself applies nothing --- */

struct st_json_writer;
/* Fields `set`, `az`, `patch` and `terraform` of the edit of a rule; null where it has no such form. */
void audit_fix_json(struct st_json_writer *w, const struct audit_run *run, const struct audit_rule_at *rule);
/* Lines "run" and "plan" for a person. */
/* The same for rules of AWS (audit_fix_aws.c). */
void audit_fix_aws_json(struct st_json_writer *w, const struct audit_rule_at *rule);
void audit_fix_aws_hint(const struct audit_rule_at *rule, struct st_buf *out);
void audit_fix_hint(const struct audit_rule_at *rule, struct st_buf *out);

#endif
