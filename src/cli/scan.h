/*
 * The scan, in parts that share one struct: scan.c reads the command line and lists the sources, scan_queue.c says
 * which object comes next and which is a copy, scan_workers.c talks to the confined workers, scan_commit.c makes
 * progress durable, scan_results.c turns rows into figures, scan_progress.c shows what is going on.
 */
#ifndef STAUNCH_CLI_SCAN_H
#define STAUNCH_CLI_SCAN_H

#include "base/bytes.h"
#include "base/ceilings.h"
#include "base/coverage.h"
#include "base/error.h"
#include "casefile/casefile.h"
#include "cli/cli.h"
#include "cli/scan_remote.h"
#include "detect/detect.h"
#include "detect/rules.h"
#include "process/helping.h"
#include "process/launcher.h"
#include "process/message.h"
#include "resolve/resolve.h"
#include "source/source.h"

#define SCAN_MOST_JOBS 1024

/* Exit of scan_run when the user stopped it at a checkpoint. */
enum scan_end { SCAN_DONE, SCAN_STOPPED };

/* An object still to be read: what queueing needs; the rest is asked of the case when its turn comes. */
struct scan_task {
	uint64_t size_bytes;
	uint32_t object, store;
	uint16_t listed;  /* 1 + its number in the page that was taken from the case last; 0: ask the case */
	uint8_t attempts; /* readings that failed with the process */
	bool after_copy;  /* its original could not be read after all: read it without asking */
};

struct scan_tasks {
	struct scan_task *list;
	size_t count, capacity;
};

/* Content digest (keyed) -> the object that is read in place of its copies. */
struct scan_contents;

struct scan_queue {
	struct scan_tasks ready;  /* by store, then object; taken from `next` on, filled again from the case */
	struct scan_page *page;   /* what the case says of those that came with the last filling */
	size_t next, store;       /* store: whose objects come next */
	struct scan_tasks retry;  /* read once more, alone, when nothing else is left */
	struct scan_tasks copies; /* found to be copies; settled at a commit, once their original is */
	uint32_t *copies_of;      /* beside copies.list */
	size_t copies_kept;       /* of them, those that had to wait when last asked */
	uint8_t *sizes; /* how many objects have a size (0, 1, more): one that stands alone needs no comparing */
	struct scan_contents *contents;
};

/* Readings that ended, and parts of those that go on, until their commit. */
struct scan_uncommitted {
	struct casefile_object *objects; /* path not set */
	struct casefile_part *parts;     /* names and places are owned */
	uint32_t *dead;                  /* segments of readings that were lost after parts of theirs were committed */
	size_t object_count, object_capacity, part_count, part_capacity, dead_count, bytes;
};

enum scan_slot_state { SCAN_SLOT_EMPTY, SCAN_SLOT_STARTING, SCAN_SLOT_IDLE, SCAN_SLOT_BUSY, SCAN_SLOT_ENDING };

/* An object that a worker has been handed and has not begun. */
struct scan_ahead {
	struct scan_task task;
	struct casefile_object object; /* path not set */
	struct source_entry before;
	uint32_t job, segment;
	int fd;
	bool asked, compares_late;
};

/* One worker process and the object it is reading. */
struct scan_slot {
	enum scan_slot_state state;
	uint32_t worker; /* the launcher's number */
	int socket;
	struct message_reader *reader;
	bool more_frames;   /* the reader holds frames that poll does not see */
	bool asked;         /* its hash is awaited, once */
	bool compares_late; /* whether it is a copy is seen when it was read */
	uint32_t store, objects_read;
	enum st_reason killed_for; /* why we killed it */
	uint32_t forbidden_call;   /* 1 + number of the call its jail refused */
	uint64_t moved_at_ms;      /* last sign of progress */
	uint64_t began_at_ms;      /* of this reading */
	struct helping helping;    /* what its readers ask of programs of others */
	struct check_role fetch;   /* of a remote store; socket -1: none */
	/* The search context that is open for this reading, as the server calls it; size 0: none that we know of. */
	struct st_buf context;
	enum probe_order context_order;
	bool context_asked;      /* one was asked for, and its name has not come */
	uint32_t page_bytes;     /* asked for and not told yet, against the budget */
	uint32_t closes_waiting; /* objects of which it has not said yet what they took */

	struct scan_ahead ahead[CEIL_JOBS_AHEAD]; /* what comes behind it: ring [ahead_first, + ahead_count) */
	size_t ahead_first, ahead_count;
	uint64_t ahead_bytes;

	struct scan_task task;
	uint32_t job, segment;
	int fd; /* kept open to see whether the object changed meanwhile */
	struct source_entry before;
	struct casefile_object object;
	struct casefile_part *parts; /* those that may still change: open ones, and what ended since the last began */
	size_t held_count, held_capacity;
	uint32_t part_count;                                /* told so far */
	bool parts_waiting, parts_leaving, parts_committed; /* of this reading, before its end */
	uint64_t records, highest_record;                   /* told so far; highest named by a mention, plus 1 */
	uint64_t mentions, members_bytes;                   /* told so far; what its parts cost in memory */
	uint64_t seen_bytes;                                /* as progress told */
	uint32_t exhausted_rule;                            /* 1 + its number, as its worker told; 0 none */
};

struct scan_store {
	struct source *source;            /* local, or */
	struct scan_remote_store *remote; /* over the network; both NULL: not named on this command line */
	char *name;
	uint32_t id;
	int depth_limit;
	uint64_t objects, bytes, objects_done, bytes_done; /* for the panel */
	uint32_t queued, last_waiting; /* objects up to here were taken from the case; the last that waits */
	bool listed_now;               /* named on this command line */
};

struct scan_progress; /* scan_progress.c */
struct sample;        /* sample.h */

struct scan {
	struct casefile *casefile;
	struct launcher *launcher;
	struct resolve_collector *collector;
	struct resolve_work work;
	struct scan_store *stores; /* by id */
	size_t store_count;
	struct scan_queue queue;
	struct scan_slot *slots;
	size_t slot_count;
	uint64_t listed;   /* objects, so far */
	size_t jobs_ahead; /* that one worker may have, at most CEIL_JOBS_AHEAD */
	struct scan_uncommitted uncommitted;
	struct scan_uncommitted leaving; /* whose rows are on their way to the disk */
	bool commit_begun;               /* they are, beside us */
	uint32_t next_segment, next_job;
	uint32_t starts_lost; /* workers killed from outside before they were ready */
	uint64_t committed_at_ms, stall_ms;
	uint64_t looked_at_ms;    /* for what the launcher and the user say */
	bool others_spoke;        /* they may have, since the last poll */
	struct resolve_run *runs; /* committed, not yet merged */
	size_t run_count;
	struct st_buf start_message; /* WORKER_START's body */
	const char *const *own_domains;
	const struct detect_rules *rules; /* NULL none */
	const char *const *units;         /* names of --id-field, each once */
	size_t unit_count;
	int signal_fd;
	bool unconfined, rescan, retrying;
	struct scan_progress *progress;
	struct sample *sample; /* NULL: everything is read */
	struct scan_remote remote;
};

bool scan_interrupted(const struct scan *scan); /* Ctrl-C and its like; scan_workers.c */
/* Its object is a pipe: it cannot be read twice. */
bool scan_reads_pipe(const struct scan *scan, uint32_t store);
/* Its object is an index of documents: it comes as answers to searches. */
bool scan_reads_hits(const struct scan *scan, uint32_t store);

/* --- scan_sources.c --- */
enum st_status scan_check_sources(const struct cli_arguments *arguments, struct st_error *err);
/* Refuses a place that the case knows under another name: everything in it would count twice. */
enum st_status scan_same_place(struct scan *scan, const char *name, struct st_error *err);

/* --- scan_id_fields.c: units that the user names by a field of the records --- */
struct scan_id_fields {
	char **units, **fields; /* NULL-ended; each unit once */
	uint8_t *field_units;   /* beside fields: the number of its unit */
	size_t unit_count, field_count;
};
/* From NAME=FIELD, NULL-ended; false with a line on stderr. Free in either case. */
bool scan_id_fields_read(const char *const *texts, struct scan_id_fields *out);
void scan_id_fields_free(struct scan_id_fields *fields);
/* Behind what WORKER_START says. */
void scan_id_fields_tell(const struct scan_id_fields *fields, struct st_buf *out);

/* --- scan_sample.c --- */
/* What part of the stores named now is read, after they were listed; seed NULL: of the scanner's choice. */
enum st_status scan_sample_begin(struct scan *scan, uint32_t share_ppm, const uint64_t *seed, struct st_error *err);

/* --- scan_queue.c --- */
/* Takes the next objects from the case when there are none at hand. */
enum st_status scan_queue_fill(struct scan *scan, struct st_error *err);
/* What the case says of a task's object; its path is good until the next call. */
enum st_status scan_queue_object(struct scan *scan, const struct scan_task *task, struct casefile_object *object,
	struct st_buf *path, struct st_error *err);
/* An object that is read after all; one that is read once more, alone. */
void scan_queue_again(struct scan_queue *queue, const struct scan_task *task);
void scan_queue_retry(struct scan_queue *queue, const struct scan_task *task);
/* Every object has a size; may several have this one? True for a size that only one has costs time, no more. */
void scan_queue_size(struct scan_queue *queue, uint64_t size_bytes);
bool scan_queue_size_is_shared(const struct scan_queue *queue, uint64_t size_bytes);
/* The object that holds this content, or 0 after noting that `object` does. */
uint32_t scan_queue_claim(struct scan_queue *queue, const uint8_t digest[ST_DIGEST_BYTES], uint32_t object);
void scan_queue_copy(struct scan_queue *queue, const struct scan_task *task, uint32_t original);
void scan_queue_free(struct scan_queue *queue);

/* --- scan_workers.c --- */
#define SCAN_ANY_STORE UINT32_MAX /* of a worker that was handed nothing yet */
/* So many workers, before it is known what they will read: they get ready while sources are listed. */
enum st_status scan_start_workers(struct scan *scan, size_t count, struct st_error *err);
/* Reads every queued object. Each one ends finished, as a copy, or unread with its reason. */
enum st_status scan_run(struct scan *scan, enum scan_end *end, struct st_error *err);
void scan_stop_workers(struct scan *scan);

/* --- scan_commit.c --- */
/* A reading ended, as this. */
void scan_finish(struct scan *scan, const struct casefile_object *object);
/* Hands over a part that will not change any more, with its name and places. */
void scan_settle_part(struct scan *scan, struct scan_slot *slot, struct casefile_part *part);
/* The reading is lost: what it gave does not count. */
void scan_drop_parts(struct scan *scan, struct scan_slot *slot);
/* Writes rows as runs and commits them with the objects they belong to. */
enum st_status scan_commit(struct scan *scan, struct st_error *err);
/* The same when the rows in memory or their age ask for it; they are sorted and written beside us meanwhile, so that
 * their commit comes at a later call. */
enum st_status scan_commit_if_due(struct scan *scan, struct st_error *err);

void scan_uncommitted_free(struct scan_uncommitted *uncommitted);

/* --- scan_results.c --- */
enum st_status scan_results(struct scan *scan, struct st_error *err);

/* --- scan_differing.c: gives the differing records of the figures their object, part and number --- */
struct scan_differing;
/* Finds the objects; the rows of `figures` still carry segment and number in the segment, and must stay where they
 * are until close. *out is to be closed also after an error. */
enum st_status scan_differing_open(
	struct casefile *casefile, struct casefile_figures *figures, struct scan_differing **out, struct st_error *err);
/* A part goes by: its rows get part and number in it. */
void scan_differing_part(struct scan_differing *differing, const struct casefile_part *part);
void scan_differing_close(struct scan_differing *differing); /* NULL is fine */

/* --- scan_leads.c: further stores named in the data, gathered while entities are put out --- */
struct scan_leads;
struct scan_leads *scan_leads_open(struct scan *scan);
/* A row of entities, as the merge puts it out; keys of distinct records go into `distinct` under `set`. */
enum st_status scan_leads_row(struct scan_leads *leads, const struct resolve_entity *entity,
	const struct resolve_first *first, struct resolve_distinct *distinct, uint8_t set, struct st_error *err);
/* One of those keys, each once. */
void scan_leads_record(struct scan_leads *leads, struct st_span key);
/* Writes them into the results that are open. */
enum st_status scan_leads_write(struct scan_leads *leads, struct st_error *err);
void scan_leads_close(struct scan_leads *leads); /* NULL is fine */

/* --- scan_marks.c: countries, categories and what workers marked, gathered while entities are put out --- */
struct scan_marks;
/* first: of the records of these results; must outlive it. */
enum st_status scan_marks_open(
	struct scan *scan, const struct resolve_first *first, struct scan_marks **out, struct st_error *err);
/* A row of entities, as the merge puts it out. */
void scan_marks_row(struct scan_marks *marks, const struct resolve_entity *entity);
/* An entity with its totals: marks are counted here. */
void scan_marks_entity(struct scan_marks *marks, const struct resolve_entity *entity);
void scan_marks_organization(struct scan_marks *marks, struct st_span domain); /* each once */
void scan_marks_part(struct scan_marks *marks, const struct casefile_part *part);
/* After all of these: walks the addresses of the results being written and fills in the lists, and what they say of
 * organizations, which are settled. */
struct scan_organizations;
enum st_status scan_marks_finish(struct scan_marks *marks, struct scan_organizations *organizations,
	struct casefile_figures *figures, struct st_error *err);
void scan_marks_close(struct scan_marks *marks); /* NULL is fine */

/* --- scan_progress.c --- */
struct scan_progress *scan_progress_open(const char *mode); /* auto, never, plain, json; NULL when unknown */
void scan_progress_mention(struct scan_progress *progress, const uint8_t digest_key[ST_DIGEST_KEY_BYTES],
	enum detect_kind kind, struct st_span canonical, const char *const *own_domains);
void scan_progress_record(struct scan_progress *progress, const uint8_t digest_key[ST_DIGEST_KEY_BYTES],
	const uint8_t sha256[ST_SHA256_BYTES]);
void scan_progress_unread(struct scan_progress *progress, enum st_reason reason);
/* Draws when it is time to; cheap otherwise. */
void scan_progress_tick(struct scan_progress *progress, const struct scan *scan);
void scan_progress_phase(struct scan_progress *progress, const char *phase);
/* Replaces the panel by the last lines. */
void scan_progress_end(struct scan_progress *progress, const struct casefile_coverage *coverage,
	const struct st_network *network); /* network NULL: nothing came over it */
void scan_progress_close(struct scan_progress *progress);

/* --- scan_person.c: what an e-mail address says of persons and organizations (contract 5) --- */
struct scan_party {
	bool role, staff;
	struct st_span organization; /* registrable domain, empty for own, free-mail and disposable ones */
	struct st_span person;       /* key under which `min` joins addresses; points into buffer */
	uint8_t buffer[CEIL_CANONICAL_BYTES];
};
void scan_party_of(struct st_span address, const char *const *own_domains, struct scan_party *out);

/* --- scan_cases.c: which case numbers without a label count --- */
struct scan_cases;
struct scan_cases *scan_cases_open(uint32_t store_count);
/* Is this what a worker may say of a case number: its template, NUL, itself? */
bool scan_case_row(struct st_span key);
struct resolve_early scan_cases_early(struct scan_cases *cases);
/* case_templates, case_templates_beyond */
void scan_cases_finish(const struct scan_cases *cases, struct casefile_figures *figures);
void scan_cases_close(struct scan_cases *cases); /* NULL is fine */

/* --- scan_persons.c: how many persons that makes --- */
struct scan_persons;
struct scan_persons *scan_persons_open(const struct scan *scan);
/* Each distinct one once, in any order. */
enum st_status scan_persons_address(
	struct scan_persons *persons, struct st_span address, const struct scan_party *party, struct st_error *err);
enum st_status scan_persons_name(struct scan_persons *persons, struct st_span name, struct st_error *err);
enum st_status scan_persons_pair(struct scan_persons *persons, struct st_span pair, struct st_error *err);
void scan_persons_id(struct scan_persons *persons);
enum st_status scan_persons_id_pair(struct scan_persons *persons, struct st_span pair, struct st_error *err);
/* persons, staff, role_mailboxes, unlinked_names */
enum st_status scan_persons_finish(
	struct scan_persons *persons, struct casefile_figures *figures, struct st_error *err);
void scan_persons_close(struct scan_persons *persons); /* NULL is fine */
/* The two halves of a DETECT_NAME_PAIR or DETECT_ID_PAIR; false: it is none. */
bool scan_pair(struct st_span pair, struct st_span *front, struct st_span *address);
/* What addresses that `min` joins by a name have in common: the name, and the registrable domain. Its size, or 0. */
size_t scan_same_person_group(struct st_span name, struct st_span address, uint8_t out[CEIL_CANONICAL_BYTES]);

#endif
