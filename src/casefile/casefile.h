/*
 * The case: one incident in one sealed file (contract 11). The only code that opens it; every operation is of the
 * domain, not of SQL, so that a second back end can stand beside sqlite.c. Values, names and paths go in and come out
 * in the clear and stand sealed on disk; digests are keyed. Numbers (counts, sizes, states) stand unsealed. One writer
 * at a time.
 *
 * Errors: ST_WRONG for a file of another program, a newer version, a wrong key, a key of another purpose (exit 2);
 * ST_FATAL for disk full, a second writer, a damaged case (exit 4).
 */
#ifndef STAUNCH_CASEFILE_CASEFILE_H
#define STAUNCH_CASEFILE_CASEFILE_H

#include "base/bytes.h"
#include "base/coverage.h"
#include "base/error.h"
#include "base/hash.h"
#include "base/tally.h"

struct casefile;

enum casefile_mode {
	CASEFILE_READ,   /* also while another writes, and on media that cannot be written; all of one moment */
	CASEFILE_WRITE,  /* open, or create with a new key */
	CASEFILE_UPDATE, /* as WRITE, but the case must be there */
};

/* key_path NULL: CASE.key beside the case. A new case makes its key (0600); an existing key file is never overwritten.
 */
enum st_status casefile_open(
	const char *path, const char *key_path, enum casefile_mode mode, struct casefile **out, struct st_error *err);
void casefile_close(struct casefile *casefile); /* NULL is fine; uncommitted work is dropped */
bool casefile_created(const struct casefile *casefile);
const char *casefile_path(const struct casefile *casefile); /* as given to open */

/* Keys derived from the case key (never the key itself). */
void casefile_digest_key(const struct casefile *casefile, uint8_t out[ST_DIGEST_KEY_BYTES]);
/* Throw-away key of the work folder: made on first asking, kept sealed in the case while work is open. */
enum st_status casefile_work_key(struct casefile *casefile, uint8_t out[32], struct st_error *err);
enum st_status casefile_drop_work_key(struct casefile *casefile, struct st_error *err);
/* CASE.work/ (0700), made if it is not there: an open directory the caller closes, or -1 with *err. */
int casefile_work_dir(struct casefile *casefile, struct st_error *err);
enum st_status casefile_remove_work_dir(struct casefile *casefile, struct st_error *err);

/* Settings of the case: sealed texts by name ("detectors_sha256", "options", "own_domains" ...). */
enum st_status casefile_set(struct casefile *casefile, const char *name, struct st_span value, struct st_error *err);
/* *out empty when never set; caller frees. */
enum st_status casefile_get(struct casefile *casefile, const char *name, struct st_buf *out, struct st_error *err);
/* Who saw or did what, in order, for ever: reveal with its reason, unconfined, rescan ... */
enum st_status casefile_event(struct casefile *casefile, const char *what, const char *detail, struct st_error *err);
/* All events in order; texts borrowed for the call. each returns ST_STOP to end early. */
enum st_status casefile_events(struct casefile *casefile,
	enum st_status (*each)(void *context, int64_t at, const char *what, const char *detail, struct st_error *err),
	void *context, struct st_error *err);

/* --- stores and their objects --- */

struct casefile_store {
	uint32_t id;   /* 0, 1, 2 ... in the order added */
	char *name;    /* as typed, without a trailing slash */
	char kind[16]; /* "directory", "file", "stdin" */
	uint8_t manifest_sha256[ST_SHA256_BYTES];
	int64_t started_at, finished_at; /* UTC seconds; finished 0 while open */
};
enum st_status casefile_store_add(
	struct casefile *casefile, const char *name, const char *kind, uint32_t *id, struct st_error *err);
/* All stores by id; caller frees with casefile_stores_free. */
enum st_status casefile_stores(
	struct casefile *casefile, struct casefile_store **out, size_t *count, struct st_error *err);
void casefile_stores_free(struct casefile_store *stores, size_t count);
enum st_status casefile_store_manifest(struct casefile *casefile, uint32_t store,
	const uint8_t manifest_sha256[ST_SHA256_BYTES], int64_t started_at, struct st_error *err);
enum st_status casefile_store_finished(
	struct casefile *casefile, uint32_t store, int64_t finished_at, struct st_error *err);

/* What a listing said of an object. */
struct casefile_object {
	uint32_t id; /* 1, 2, 3 ... in the whole case: `object #N` in texts; never reused */
	uint32_t store;
	struct st_span path; /* within the store, raw bytes; "" when the store is one file */
	uint64_t size_bytes;
	int64_t mtime_ns;
	/* To see that it changed. Of an index over the network `device` is the documents that its listing counted. */
	uint64_t device, inode, change_ns;
	enum st_read_status status;
	enum st_reason reason;
	char detail[32];       /* "SIGSEGV", "openat", "" */
	uint32_t segment;      /* its live segment; 0 none */
	uint32_t duplicate_of; /* object that was read in its place; 0 none */
	uint64_t stored_bytes, expanded_bytes, records, parts, not_searched_bytes;
	uint8_t attempts; /* readings begun and not finished */
	bool has_sha256;
	uint8_t sha256_keyed[ST_DIGEST_BYTES]; /* st_digest of the content's SHA-256: equal objects have equal ones */
	bool has_content_sha256;
	uint8_t content_sha256[ST_SHA256_BYTES]; /* of its bytes in the store; sealed at rest, told with the path */
};

/* The listing of a store goes in as one transaction. Objects known by (store, path): unchanged ones keep everything,
 * changed ones become pending and lose their segment, vanished ones (not in this listing) are removed with theirs; what
 * was a duplicate of a changed or vanished one becomes pending too. New and changed objects take status, reason and
 * detail from the listing (pending, or unread at once: not-a-file, permission). The same path twice is ST_WRONG.
 * Calls: begin, add for every object (sorted by path), end. */
enum st_status casefile_listing_begin(struct casefile *casefile, uint32_t store, struct st_error *err);
enum st_status casefile_listing_add(
	struct casefile *casefile, const struct casefile_object *object, struct st_error *err);
enum st_status casefile_listing_end(struct casefile *casefile, struct st_error *err);
void casefile_listing_drop(struct casefile *casefile); /* the earlier listing stays */
/* Every object by id (store -1: all stores); spans borrowed for the call; each returns ST_STOP to end early. */
enum st_status casefile_objects(struct casefile *casefile, int64_t store,
	enum st_status (*each)(void *context, const struct casefile_object *object, struct st_error *err),
	void *context, struct st_error *err);
/* The same of all stores with what figures are made of: store, size, status, reason, segment, duplicate_of, records and
 * digest. The rest, which costs more to open, is not set. */
enum st_status casefile_outlines(struct casefile *casefile,
	enum st_status (*each)(void *context, const struct casefile_object *object, struct st_error *err),
	void *context, struct st_error *err);
/* Objects of a store that wait to be read, by id from the first above `after`, at most `most` of them; as above. */
enum st_status casefile_waiting(struct casefile *casefile, uint32_t store, uint32_t after, size_t most,
	enum st_status (*each)(void *context, const struct casefile_object *object, struct st_error *err),
	void *context, struct st_error *err);
enum st_status casefile_object(struct casefile *casefile, uint32_t id, struct casefile_object *out, struct st_buf *path,
	struct st_error *err); /* out->path points into *path */

/* --- progress of a scan: what is done, in transactions that name the runs holding its rows --- */

struct casefile_part {
	uint32_t segment, part, parent;
	struct st_span name; /* raw */
	char format[16], charset[16];
	enum st_read_status status;
	enum st_reason reason;
	uint64_t stored_bytes, records, first_record,
		not_searched_bytes;       /* first_record: number of its first in the segment */
	bool rebuilt;                     /* offsets of its mentions are those of its text */
	struct st_span places;            /* where in the part what stands (base/places.h) */
	bool has_content;                 /* a message, or what one carries: */
	uint8_t content[ST_DIGEST_BYTES]; /* equal for copies; keyed */
	uint64_t content_bytes;
};
struct casefile_run {
	char name[32];
	char content;
	uint64_t rows, bytes;
};
/* Next free segment and run number; both only grow: one more than the largest ever committed (runs: by the number in
 * their names, and at least the count of runs ever committed). */
enum st_status casefile_next_numbers(struct casefile *casefile, uint32_t *segment, uint64_t *run, struct st_error *err);
enum st_status casefile_commit_begin(struct casefile *casefile, struct st_error *err);
/* Every segment below this number was handed out: none is given again, because a run of this commit may hold rows of a
 * reading that never ends. In a commit; a smaller number changes nothing. */
void casefile_use_segments(struct casefile *casefile, uint32_t next_segment);
enum st_status casefile_put_run(struct casefile *casefile, const struct casefile_run *run, struct st_error *err);
enum st_status casefile_put_part(struct casefile *casefile, const struct casefile_part *part, struct st_error *err);
/* In a commit: parts of readings that were lost are removed. */
enum st_status casefile_remove_parts(
	struct casefile *casefile, const uint32_t *segments, size_t count, struct st_error *err);
/* Removes the parts of all segments that no object holds: those of readings that a killed scan was at. */
enum st_status casefile_remove_dead_parts(struct casefile *casefile, struct st_error *err);
/* Writes everything of the object but store, path and listing fields. */
enum st_status casefile_put_object(
	struct casefile *casefile, const struct casefile_object *object, struct st_error *err);
enum st_status casefile_commit_end(struct casefile *casefile, struct st_error *err); /* durable when it returns */
void casefile_commit_drop(struct casefile *casefile);
/* Runs committed and not yet merged; caller frees. */
enum st_status casefile_runs(struct casefile *casefile, struct casefile_run **out, size_t *count, struct st_error *err);
/* Parts of one segment by number, or of all segments that an object holds (segment 0; in no order). */
enum st_status casefile_parts(struct casefile *casefile, uint32_t segment,
	enum st_status (*each)(void *context, const struct casefile_part *part, struct st_error *err), void *context,
	struct st_error *err);

/* --- results: sorted rows in sealed blocks, and the figures; replaced as a whole --- */

/* Written into cases: append only. */
enum casefile_rows { CASEFILE_RECORDS, CASEFILE_ENTITIES, CASEFILE_ORGANIZATIONS, CASEFILE_LEADS, CASEFILE_ROWS };

struct casefile_kind_figures {
	char kind[24];
	uint64_t mentions, mentions_distinct_records, distinct;
};
struct casefile_range {
	uint64_t min, best, max;
};
struct casefile_copy {
	uint32_t *stores;
	uint64_t *distinct; /* beside each store */
	uint32_t store_count;
	uint64_t shared, differing_total;
	bool identical;
	struct casefile_difference {
		uint32_t store, object; /* object that holds it there */
		uint32_t part;
		uint32_t holders; /* stores of the row that hold it */
		uint64_t record;  /* its number in the part, from 1 */
	} * differing;
	size_t differing_count;
};
struct casefile_figures {
	uint64_t records_raw, records_distinct;
	struct casefile_unit {
		char unit[24];
		uint64_t raw, distinct;
	} * units;
	size_t unit_count;
	struct casefile_kind_figures *kinds;
	size_t kind_count;
	struct casefile_range persons, staff, organizations;
	uint64_t role_mailboxes, unlinked_phones, unlinked_ips;
	struct casefile_store_records {
		uint32_t store;
		uint64_t raw, distinct, within;
	} * stores;
	size_t store_count;
	struct casefile_copy *copies;
	size_t copy_count;
	int64_t made_at;
	bool pairs_known; /* false: more stores than CEIL_REPORT_MATRIX */
	struct casefile_pair {
		uint32_t a, b; /* stores, a < b */
		uint64_t shared;
	} * pairs; /* distinct records that two stores share */
	size_t pair_count;
	struct tallies tallies;
	uint64_t unlinked_names;
	/* Of case numbers that count without a label, and those that would but for CEIL_CASE_TEMPLATES. */
	uint64_t case_templates, case_templates_beyond;
};
/* Begin, put blocks of each kind in order, end with the figures: all or nothing. The runs committed before begin are
 * forgotten with it;
 * the caller then deletes their files. Until `end` readers see the earlier result. */
enum st_status casefile_results_begin(struct casefile *casefile, struct st_error *err);
enum st_status casefile_results_block(struct casefile *casefile, enum casefile_rows rows,
	const uint8_t first[ST_DIGEST_BYTES], struct st_span block, struct st_error *err);
enum st_status casefile_results_end(
	struct casefile *casefile, const struct casefile_figures *figures, struct st_error *err);
void casefile_results_drop(struct casefile *casefile);

/* Figures of the last results; *found false when there are none yet. Caller frees with casefile_figures_free. */
enum st_status casefile_figures(
	struct casefile *casefile, struct casefile_figures *out, bool *found, struct st_error *err);
void casefile_figures_free(struct casefile_figures *figures);
/* Blocks of the last results in order, from the one that may hold `from` (NULL: the first). Several may be open, also
 * while new results are written. next: size 0 at the end; the block is valid until the next call. */
struct casefile_blocks;
enum st_status casefile_blocks_open(struct casefile *casefile, enum casefile_rows rows,
	const uint8_t from[ST_DIGEST_BYTES], struct casefile_blocks **out, struct st_error *err);
/* The same over the results that are being written: what was put so far. */
enum st_status casefile_results_blocks(
	struct casefile *casefile, enum casefile_rows rows, struct casefile_blocks **out, struct st_error *err);
enum st_status casefile_blocks_next(struct casefile_blocks *blocks, struct st_span *block, struct st_error *err);
void casefile_blocks_close(struct casefile_blocks *blocks);

/* Counts for coverage, computed from the objects and parts. */
struct casefile_coverage {
	uint64_t listed, read, partial, unread, duplicate, pending, members;
	uint64_t bytes_listed, bytes_read, bytes_duplicate, bytes_partial, bytes_unread;
	uint64_t unread_objects[ST_REASONS], unread_bytes[ST_REASONS]; /* unread objects only */
	uint64_t members_unread[ST_REASONS];                           /* members unread or partial */
	uint64_t not_searched_bytes;
	/* Of indices over the network: listed + appeared = read + unread. */
	bool documents_known;
	uint64_t documents_listed, documents_appeared, documents_read, documents_unread;
}; /* members: of every reading once, copies not again; bytes_read: stored bytes of read and partial objects */
enum st_status casefile_coverage(struct casefile *casefile, struct casefile_coverage *out, struct st_error *err);

#endif
