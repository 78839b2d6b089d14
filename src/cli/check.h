/* `staunch check`: the roles it starts, one run over the targets, evidence, what is told. */
#ifndef STAUNCH_CLI_CHECK_H
#define STAUNCH_CLI_CHECK_H

#include "base/hash.h"
#include "cli/check_auth.h"
#include "casefile/casefile.h"
#include "cli/cli.h"
#include "probe/evidence.h"
#include "probe/inventory.h"
#include "probe/markers.h"
#include "probe/observed.h"
#include "probe/pace.h"
#include "probe/scope.h"
#include "probe/services.h"
#include "probe/timeline.h"
#include "process/alerter.h"
#include "process/launcher.h"
#include "process/message.h"
#include "report/window.h"
#include "worker/protocol.h"
#include "worker/rows.h"

/* --- the roles (check_roles.c) --- */

struct check_role {
	const char *name; /* "fetch", "worker" */
	uint32_t id;
	int socket; /* -1: not running */
	struct message_reader *reader;
	uint32_t credential; /* of the roles' file, given to a fetch process when it starts; 0 none */
};

struct check_roles {
	struct launcher *launcher;
	struct check_role fetch, worker;
	struct st_buf fetch_start, worker_start;
	uint32_t next_id;
	bool unconfined;
	bool private_allowed; /* names may lead to private addresses: those that the scope's owner gave for alerts */
	int grace_ms;         /* an answer that is awaited when a signal comes gets so long; 0: none */
	int signal_fd;        /* Ctrl-C and the like, heard while waiting */
	const struct check_auth *auth; /* borrowed; NULL: nothing is asked with a credential */
	bool stopped;                  /* one came: nothing more is asked */
};

/* What came back, owned: freed with check_answer_free. */
struct check_answer {
	struct probe_answer answer;
	struct probe_facts facts;
	char *header[PROBE_HEADERS]; /* those of `answer` point here */
	char address[64], why[128];
	uint32_t elapsed_ms;
	uint8_t sha256[ST_SHA256_BYTES];
	int body;  /* memory; -1 none */
	bool lost; /* the fetch process ended over it */
};

/* Who asks, and where we are reached: in every request (RFC 9110, 10.1.2 and 10.1.5); and the ports of all targets. */
struct check_identity {
	char run[17];
	char *agent, *from;
	struct st_buf certificates; /* to be trusted instead of the machine's; empty: those */
	uint16_t *ports;
	size_t port_count;
};
enum st_status check_identify(const struct probe_scope *scope, const char *certificates_path,
	struct check_identity *out, struct st_error *err);
void check_identity_port(struct check_identity *identity, uint16_t port);
void check_identity_free(struct check_identity *identity);

enum st_status check_roles_start(
	struct check_roles *roles, const struct check_identity *who, bool unconfined, struct st_error *err);
/* The same of a launcher and signals that stay the caller's; check_roles_free instead of _stop. */
void check_roles_set(struct check_roles *roles, struct launcher *launcher, int signal_fd,
	const struct check_identity *who, bool unconfined);
void check_roles_free(struct check_roles *roles);
/* One more process of a role, by its name; its socket is the caller's to talk to. */
enum st_status check_role_start(struct check_roles *roles, struct check_role *role, struct st_error *err);
void check_role_stop(struct check_roles *roles, struct check_role *role);
/* From now on the fetch process of this role has that credential (check_auth_find) and no other: one that was started
 * otherwise is ended. */
void check_role_use(struct check_roles *roles, struct check_role *role, uint32_t credential);
typedef enum st_status check_listed(void *context, const struct probe_listed *listed, struct st_error *err);
/* A worker reads the body of the answer as a page of a listing. *page is other than whole when it cannot be believed;
 * rows that were told before then are for the caller to take back. marker: of the next page, added. */
enum st_status check_list(struct check_roles *roles, const struct check_answer *answer, enum probe_listing form,
	check_listed *each, void *context, enum probe_page *page, struct st_buf *marker, struct st_error *err);
/* Decodes one row; false: the worker tells what cannot be. */
typedef bool check_row_taken(void *context, struct st_cursor *in);
/* A worker reads a file of rows that somebody else wrote. *end is ROWS_CUT when it cannot be believed. */
enum st_status check_rows(struct check_roles *roles, int fd, uint64_t size_bytes, enum worker_rows what,
	check_row_taken *each, void *context, enum rows_end *end, struct st_error *err);
/* The same in two steps, so that there is time for something else while the worker reads. No other question between. */
enum st_status check_list_begin(
	struct check_roles *roles, const struct check_answer *answer, enum probe_listing form, struct st_error *err);
enum st_status check_list_end(struct check_roles *roles, check_listed *each, void *context, enum probe_page *page,
	struct st_buf *marker, struct st_error *err);
/* Asks for one page; the answer is the caller's to free. */
typedef enum st_status check_ask_page(
	void *context, const struct probe_request *request, struct check_answer *out, struct st_error *err);
/* All pages of a listing, one behind the other. */
struct check_pages {
	struct check_roles *roles;
	const struct probe_shelf *shelf;
	check_ask_page *ask;
	check_listed *each;
	/* Time for something else, while a worker reads the page: not of that page. NULL: nothing to do. */
	enum st_status (*meanwhile)(void *context, struct st_error *err);
	void *context;        /* of all three */
	uint64_t count, rows; /* pages asked for, objects told; begin at 0 */
	struct probe_markers markers;
};
/* ST_WRONG: a page is refused, breaks off, leads to itself, or they do not end; rows that were told before are for the
 * caller to take back. */
enum st_status check_pages(struct check_pages *pages, struct st_error *err);
/* The jail of this process: what it has opened before stays. */
enum st_status check_roles_confine(const struct check_roles *roles, struct st_error *err);
void check_roles_stop(struct check_roles *roles);
/* Both processes end; the next question starts new ones: names are looked up anew, nothing of a server stays. */
void check_roles_renew(struct check_roles *roles);
/* Sends a request that has passed all gates, waits for its answer, has a worker read the body. ST_FATAL: the machine
 * fails; whatever the server does is an outcome. url: path and query; NULL: only resolve and connect (row unused). */
enum st_status check_ask(struct check_roles *roles, const struct probe_target *target,
	const struct probe_request *request, const char *url, struct check_answer *out, struct st_error *err);
/* Hands a mail to its server; out as check_ask, status is that of SMTP. */
struct check_mail {
	const struct probe_target *server;
	bool starttls;
	const char *helo, *from;
	char *const *to;
	size_t to_count;
	struct st_span message;
};
enum st_status check_mail_send(
	struct check_roles *roles, const struct check_mail *mail, struct check_answer *out, struct st_error *err);
/* True when fd can be read within the time; false also when the user stops us (behind the grace). fd -1: only waits. */
bool check_readable(struct check_roles *roles, int fd, int limit_ms);
/* Waits, unless it is stopped. */
void check_wait(struct check_roles *roles, uint64_t ms);
void check_answer_free(struct check_answer *answer);

/* --- the evidence file (check_evidence.c) --- */

/* Who waits to write looks twice in this time. */
#define CHECK_YIELD_MS 60

struct check_evidence {
	struct probe_evidence chain;
	bool kept;     /* there is a file */
	bool released; /* others may write, so nothing is written here */
	int fd;
	char *path;     /* NULL: not kept */
	uint64_t bytes; /* of the file, as far as its lines were taken */
	struct st_buf line;
	struct probe_timelines timelines; /* of every line, those of this run too */
};

/* path NULL: lines are made, numbered and signed by a key that nobody has afterwards, and kept nowhere. ST_WRONG: the
 * file is no intact chain of this key. Another that writes is waited for, at most wait_ms. */
enum st_status check_evidence_open(
	struct check_evidence *evidence, const char *path, const char *key_path, int wait_ms, struct st_error *err);
struct st_json_writer check_evidence_begin(struct check_evidence *evidence, const char *kind, uint64_t *number);
enum st_status check_evidence_end(struct check_evidence *evidence, struct st_json_writer *w, struct st_error *err);
enum st_status check_evidence_sign(struct check_evidence *evidence, struct st_error *err);
void check_evidence_close(struct check_evidence *evidence);
/* A watch lets others write between its rounds (a check, an acknowledgement), and takes their lines in. release ends
 * the right to write; resume waits for it, until limit_ms (-1: for ever) or a signal, ST_STOP then. ST_WRONG: the file
 * is another one, shorter, or what was added does not fit. */
void check_evidence_release(struct check_evidence *evidence);
enum st_status check_evidence_resume(
	struct check_evidence *evidence, struct check_roles *roles, int limit_ms, struct st_error *err);
/* Only one watch for a file: ST_FATAL, there is another. */
enum st_status check_evidence_watch(struct check_evidence *evidence, struct st_error *err);
/* A whole file of the user, bounded; ST_WRONG when it cannot be read or is longer. */
enum st_status check_read_file(const char *path, uint64_t limit_bytes, struct st_buf *out, struct st_error *err);
/* A file of URLs with signatures (probe/target.h), "-" standard input; what was read is overwritten. */
enum st_status check_read_signed(const char *path, struct probe_signed_list *out, struct st_error *err);
int check_verify(const char *path, const char *key_path, const char *head, bool json);

/* --- files that others wrote (check_import.c) --- */

/* A copy in memory of what was typed, so that what is hashed is what is read. */
struct check_import {
	const char *path; /* borrowed: as typed */
	int fd;
	uint64_t size_bytes;
	char sha256[2 * ST_SHA256_BYTES + 1];
	enum rows_end end;
};
enum st_status check_import_open(const char *path, struct check_import *out, struct st_error *err);
void check_import_close(struct check_import *import);
const char *check_import_end_name(enum rows_end end); /* "whole", "cut" */

/* What the file says of all targets, lines of this run included. */
enum st_status check_evidence_observed(
	const struct check_evidence *evidence, struct probe_observed_all *out, struct st_error *err);

/* --- inventories (check_inventory.c) --- */

/* An entry of somebody's inventory, and what is known of the store beside it. */
struct check_entry {
	size_t file;
	uint64_t row;
	enum probe_entry_kind kind;
	char *name, *owner, *guard; /* "": not told */
	struct probe_target named;  /* of PROBE_ENTRY_STORE */
	bool has_since, in_scope;
	int64_t since, last_check; /* 0: none in this evidence */
};

struct check_inventory {
	struct check_import *files;
	uint64_t (*counts)[PROBE_ENTRY_KINDS]; /* rows of each kind, of each file */
	size_t file_count, at;
	struct check_entry *entries;
	size_t count, capacity;
	uint64_t beyond;
	uint64_t within_days;
	int64_t now;
	const struct probe_target **orphans; /* borrowed */
	size_t orphan_count;
};
/* Before the jail closes. paths NULL-ended; empty: no inventory. */
enum st_status check_inventory_open(struct check_inventory *inventory, const char *const *paths, struct st_error *err);
struct check;
/* Reads the files in a worker, and compares them with the scope and what was observed. */
enum st_status check_inventory_compare(struct check_inventory *inventory, struct check *check, struct st_error *err);
/* Every row of every file was read. */
bool check_inventory_complete(const struct check_inventory *inventory);
/* The value of the key `inventory`; null when there is none. */
void check_inventory_json(const struct check_inventory *inventory, struct st_json_writer *w);
void check_inventory_text(const struct check_inventory *inventory, struct st_buf *out);
void check_inventory_free(struct check_inventory *inventory);

/* --- the run (check_run.c) --- */

/* One request as it is told. */
struct check_row {
	uint64_t number; /* of its line in the evidence */
	char *request;   /* "GET ?restype=container&comp=list": names as {object} */
	char time[21];
	unsigned status;
	enum probe_outcome outcome;
	char error_code[64];
	uint64_t body_bytes;
	char sha256[2 * ST_SHA256_BYTES + 1], address[64];
	enum probe_as as; /* whose credential it carried */
};

/* What was asked with a credential (check_as.c). */
struct check_views {
	const char *stranger_kind, *owner_kind; /* "aws-sigv4"; NULL: no such credential */
	const char *stranger_says;              /* a clause */
	struct probe_owner_view owner;
	bool not_covered;   /* something was to be asked that the credential is not written for */
	bool owner_refused; /* the service does not take the owner's credential */
};

/* What was known before this run. */
struct check_history {
	char last_open[21], first_closed[21]; /* "": never */
	struct st_buf object;                 /* a name that was listed; empty: none */
};

/* L3: what the store's own listing says (check_contents.c). */
struct check_contents {
	bool taken, complete;
	enum probe_as as;
	char *why; /* it is not complete; NULL */
	uint64_t pages, objects, bytes;
	int64_t oldest, newest; /* UTC seconds, of those that have a date */
	uint64_t dated;
	size_t rows_before;
};

/* Where names of an inventory go; fd -1: nowhere. */
struct check_names {
	int fd;
	struct st_buf buf;
};

struct check_result {
	const struct probe_target *target;
	const char *typed;
	const struct probe_service *service; /* NULL: nobody knows */
	struct probe probe;
	struct check_history history;
	struct check_views views;
	struct check_contents contents;
	struct check_row *rows;
	size_t row_count;
	char time[21];
};

struct check {
	const struct probe_scope *scope;
	enum probe_level level;
	struct check_auth *auth; /* NULL: everything is asked anonymously */
	enum probe_as as;        /* who asks now */
	uint32_t credential;     /* with what; 0 nothing */
	struct check_roles roles;
	struct check_evidence evidence;
	struct check_names names;
	struct probe_pace pace;
	struct check_result *results;
	size_t result_count;
	char run[17], began[21];
	struct probe_observed_all observed; /* what the evidence says, this run included; empty without --evidence */
	struct check_inventory inventory;
	uint64_t round; /* of a watch, from 1; 0: no watch */
	/* Behind each target's verdict; NULL: nothing. */
	enum st_status (*between)(void *context, struct st_error *err);
	void *between_context;
};

enum st_status check_run(struct check *check, struct st_error *err);
/* One request, through every gate, into the evidence; asked again while the server wants us to wait. probe: whose level
 * counts and who is told why nothing was sent. The answer is the caller's to free. */
enum st_status check_request(struct check *check, struct check_result *result, struct probe *probe,
	const struct probe_request *request, struct check_answer *out, struct st_error *err);
/* Who asks from now on: a fetch process that has this credential and no other. */
void check_become(struct check *check, enum probe_as as, uint32_t credential);
/* What a stranger's credential gets, and how the owner's shows the store, where there are such. */
enum st_status check_with_credentials(struct check *check, struct check_result *result, struct st_error *err);
/* Objects, bytes, dates, where the level allows it and somebody may list. */
enum st_status check_contents(struct check *check, struct check_result *result, struct st_error *err);
/* "as", "complete", "objects" ...: into an object that is open. */
void check_contents_fields(struct st_json_writer *w, const struct check_contents *contents);
/* path NULL: fd -1. ST_WRONG: it is there already. */
enum st_status check_names_open(struct check_names *names, const char *path, struct st_error *err);
enum st_status check_names_close(struct check_names *names, struct st_error *err);
/* The last row told is not told; it stays in the evidence. */
void check_row_drop(struct check_result *result);
enum probe_state check_verdict_of(const struct check_result *result);
/* Makes the results those of a run that has not begun; the targets stay. */
void check_results_clear(struct check *check);
void check_results_free(struct check *check);

/* --- windows (check_windows.c) --- */

/* What was observed of one target, as it is told. Freed with check_exposure_free. */
void check_exposure_of(const struct probe_observed *observed, struct report_exposure *out);
void check_exposure_free(struct report_exposure *exposure);
/* The lines of one target's windows, behind this indentation. */
void check_exposure_text(const struct report_exposure *exposure, const char *indent, struct st_buf *out);
/* Every observation of these targets that the case does not have yet becomes an event of it; and back. */
enum st_status check_exposures_keep(struct casefile *casefile, const struct probe_observed_all *all,
	const char *const *targets, size_t count, struct st_error *err);
enum st_status check_exposures_read(struct casefile *casefile, struct probe_observed_all *out, struct st_error *err);

/* A set of texts by their hashes. Zero-initialised is empty. */
struct check_marks {
	struct check_mark {
		bool used;
		uint8_t mark[16];
	} * slots;
	size_t capacity, count;
};
/* True: it was not in it. */
bool check_marks_add(struct check_marks *marks, const void *text, size_t size);
void check_marks_free(struct check_marks *marks);

/* --sightings: no packet is sent (check_sightings.c). */
int check_sightings(const struct cli_arguments *arguments);

/* --- check --watch (check_watch.c, check_alert.c) --- */

struct check_watch {
	struct check *check;
	struct check_roles alert_roles; /* a fetch process of its own, for alerts alone */
	struct alerter *alerter;        /* NULL: no command */
	int64_t interval_s;
	uint64_t held_since_ms; /* others wait to write */
	bool json, stop_kept;   /* stop_kept: the line `stopped` stands already */
};
/* Rounds until a signal; returns a cli_exit. The evidence is open and locked, the jail is locked. */
int check_watch_run(struct check_watch *watch);
/* Sends what is due until nothing is, or the user stops us; *next: when something is again. Every try is a line. */
enum st_status check_alerts_send(struct check_watch *watch, int64_t *next, struct st_error *err);
/* `check --acknowledge TARGET --evidence FILE` */
int check_acknowledge(const char *target, const char *path, const char *key_path);

/* --- what is told (check_tell.c, check_tell_json.c, check_dry.c) --- */

void check_tell_text(const struct check *check, struct st_buf *out);
/* indent 0: one line */
void check_tell_json(const struct check *check, int indent, struct st_buf *out);
/* The key "sas": what a signature says of itself; null where the target has none. */
void check_sas_json(struct st_json_writer *w, const struct probe_sas *sas);
/* A round of a watch, in a line, and what each target that is not closed says. */
void check_tell_round(const struct check *check, struct st_buf *out);
/* "2019-12-31T09:15:00Z" as it is read by people; the caller frees. */
char *check_moment(const char *time);
/* Every request that could be sent, in the order of the table, and with interval_s, of a watch, who is told. */
void check_tell_dry(const struct check *check, int64_t interval_s, bool json, struct st_buf *out);

#endif
