/*
 * Mentions and records to exact figures (DESIGN 4). Rows are collected, sorted, sealed and written as immutable runs
 * into the work folder; a k-way merge gives each record and each entity once, with every place. Full keys are compared,
 * digests only order them. Knows nothing of the case file or of detectors: numbers for kinds, segments and stores come
 * from the caller.
 *
 * A segment is one reading of one object (or of a range of it). Rows of segments the caller does not list are ignored
 * in the merge: the rows of a worker that died, or of an object that has changed since, need no deleting.
 */
#ifndef STAUNCH_RESOLVE_RESOLVE_H
#define STAUNCH_RESOLVE_RESOLVE_H

#include "base/bytes.h"
#include "base/error.h"
#include "base/hash.h"

#define RESOLVE_NO_RECORD UINT64_MAX

struct resolve_work {
	int dir_fd;                              /* CASE.work/, borrowed; all files are made in it, 0600 */
	uint8_t seal_key[32];                    /* throw-away key of this work folder */
	uint8_t digest_key[ST_DIGEST_KEY_BYTES]; /* the case's key for digests of values and records */
	size_t memory_bytes;                     /* what merging may hold at a time */
};

/* --- collecting --- */

/* Rows that are counted only under conditions, so that what they wait for may stand in any object of any scan:
 * - An entity counts when one of its rows has this confidence. Rows below it wait for another of the same value.
 * - A row whose form has these two low bits is no mention and no place to be shown; it only makes its value certain.
 * - Kinds from RESOLVE_OWN_KINDS on are the caller's own: merged, counted and kept, given to on_entity, never shown.
 * - Rows of RESOLVE_EARLY_KIND, one of those, come before all others in every merge, in the order of their keys' bytes:
 *   what the caller learns from them may make values count that still wait (struct resolve_early). */
#define RESOLVE_COUNTS_FROM 50
#define RESOLVE_EVIDENCE 3u
#define RESOLVE_OWN_KINDS 128
#define RESOLVE_EARLY_KIND 130

struct resolve_mention {
	uint8_t kind, form, confidence;
	uint32_t segment, part;
	uint64_t record; /* its number in the segment, or RESOLVE_NO_RECORD */
	uint64_t start;  /* stored bytes of the part */
	uint32_t length;
	struct st_span canonical; /* borrowed for the call */
};

struct resolve_run {
	char name[32]; /* file in the work folder */
	char content;  /* 'm' mentions, 'r' records, 'd' distinct keys */
	uint64_t rows, bytes;
};

/* Holds rows in one arena of at most a few bytes beside each key. A key longer than CEIL_KEY_BYTES makes the next flush
 * fail: it is never cut, never dropped in silence. */
struct resolve_collector;
/* next_run: number of the next run file, so that names never repeat within a case. */
struct resolve_collector *resolve_collector_open(const struct resolve_work *work, uint64_t next_run);
void resolve_add_mention(struct resolve_collector *collector, const struct resolve_mention *mention);
void resolve_add_record(
	struct resolve_collector *collector, uint32_t segment, uint64_t record, const uint8_t sha256[ST_SHA256_BYTES]);
/* Held in memory: compare with CEIL_RUN_BYTES. Sorting takes a little beside it, at most as much again when all is one
 * value; what is being flushed beside is not in it. */
size_t resolve_collector_bytes(const struct resolve_collector *collector);
/* Sorts, seals, writes, fsyncs, renames what is held: none, one or two runs into out[2], their number in *count. The
 * rows count only once the caller has committed the names; files without a committed name are deleted on start. */
enum st_status resolve_collector_flush(
	struct resolve_collector *collector, struct resolve_run out[2], size_t *count, struct st_error *err);
/* The same beside the caller: a thread sorts and writes what is held, and more may be added meanwhile, into memory of
 * its own. One at a time, none beside resolve_collector_flush. What cannot be counted fails here. */
enum st_status resolve_collector_flush_begin(struct resolve_collector *collector, struct st_error *err);
/* Has the one that began ended, so that resolve_collector_flush_end need not wait? */
bool resolve_collector_flush_ready(const struct resolve_collector *collector);
/* Waits for it. When it failed its rows are lost and leave no file. */
enum st_status resolve_collector_flush_end(
	struct resolve_collector *collector, struct resolve_run out[2], size_t *count, struct st_error *err);
/* Gives back the memory that rows took; those not flushed are lost. More may be added. */
void resolve_collector_release(struct resolve_collector *collector);
/* Number of the next run file: continue with it after closing. After a crash: one above the highest committed. */
uint64_t resolve_collector_next_run(const struct resolve_collector *collector);
void resolve_collector_close(struct resolve_collector *collector); /* rows not flushed are lost; NULL is fine */
/* Deletes every file of the work folder that is not in names. */
enum st_status resolve_work_clean(int dir_fd, const struct resolve_run *keep, size_t count, struct st_error *err);

/* --- merging --- */

/* One live segment. An object whose bytes lie in several places was read once: each place is a copy of the segment. */
struct resolve_segment {
	uint32_t id;
	uint32_t copies;        /* number of places */
	uint64_t records;       /* numbered 0 to records - 1 */
	const uint32_t *stores; /* store of each place, sorted, with repeats; at least one; may be shared */
};

/* Sorted rows of an earlier result, in blocks as they were put out; NULL next: none. */
struct resolve_blocks_in {
	/* size 0: the end. The block is borrowed until the next call. */
	enum st_status (*next)(void *context, struct st_span *block, struct st_error *err);
	void *context;
};
/* first: digest of the block's first row, for finding a value again without decoding all: it stands in the last block
 * whose first is below its digest, or in those whose first is equal. A block is at most CEIL_BLOCK_BYTES. */
struct resolve_blocks_out {
	enum st_status (*put)(
		void *context, const uint8_t first[ST_DIGEST_BYTES], struct st_span block, struct st_error *err);
	void *context;
};

/* Told of every live place as a merge comes by: `key` before the places of each record (kind 0, its SHA-256) or entity,
 * `place` for each place of it that counts by itself, by segment, or of an entity whose waiting rows resolve_early
 * confirms; a key without places may come. Both set, or neither. */
struct resolve_watch {
	void (*key)(void *context, uint8_t kind, struct st_span key);
	void (*place)(void *context, uint32_t segment);
	void *context;
};

/* `key` is told of each row of RESOLVE_EARLY_KIND, then `place` of each live segment in which it stands, in order, with
 * repeats. After them all, `confidence` is asked of each value that may wait: with what it counts, or 0. All or none.
 */
struct resolve_early {
	void (*key)(void *context, struct st_span key);
	void (*place)(void *context, const struct resolve_segment *segment);
	uint8_t (*confidence)(void *context, uint8_t kind, struct st_span canonical);
	void *context;
};

struct resolve_input {
	const struct resolve_work *work;
	const struct resolve_segment *segments; /* sorted by id */
	size_t segment_count;
	uint32_t store_count; /* stores are numbered 0 to store_count - 1 */
	/* Runs of the other content are passed over, so that all of a case may be given. A run that was cut, changed,
	 * reordered, exchanged or is missing fails the merge (ST_FATAL). */
	const struct resolve_run *runs;
	size_t run_count;
	struct resolve_blocks_in kept;
	struct resolve_blocks_out out; /* NULL put: figures only */
	struct resolve_watch watch;
	struct resolve_early early;  /* of mentions */
	bool (*tick)(void *context); /* called now and then, may be NULL; false: stop, with ST_STOP */
	void *tick_context;
};

struct resolve_where {
	uint32_t segment;
	uint64_t record;
};

/* Distinct records that stand in exactly these stores. */
struct resolve_store_set {
	uint32_t *stores; /* sorted */
	uint32_t store_count;
	uint64_t records;
	struct resolve_where *sample; /* where up to CEIL_REPORT_DIFFERING of them first stand, one per record and
				       * store: sample[i * store_count + j] is record i in stores[j]; fewer for sets of
				       * very many stores (CEIL_SET_SAMPLE_PLACES) */
	size_t sample_count;
};

struct resolve_store_records {
	uint64_t raw, distinct;
	uint64_t within; /* raw records of the store that repeat one of the same store */
};

/* One bit per record of every segment; a file that has no name any more in the work folder, mapped (1.25 G records:
 * 156 MB; small ones are held in memory). It holds no personal data. */
struct resolve_first; /* one bit per record of every segment: is it the first place of its canonical record? */

struct resolve_records {
	uint64_t raw, distinct;
	struct resolve_store_records *stores; /* store_count of them */
	struct resolve_store_set *sets;       /* most records first */
	size_t set_count;
	struct resolve_first *first;
};
/* A segment and record number that comes twice counts once. On failure *out is empty. */
enum st_status resolve_merge_records(
	const struct resolve_input *input, struct resolve_records *out, struct st_error *err);
void resolve_records_free(struct resolve_records *records);
/* How many records of a segment numbered [from, to) are the first place of theirs: distinct records of one part. */
uint64_t resolve_first_count(const struct resolve_first *first, uint32_t segment, uint64_t from, uint64_t to);

/* Rows of `copies` (contract 3): groups of stores that share at least 95 % of the smaller one's distinct records. */
struct resolve_copy_difference {
	uint32_t store;   /* the first of the row that holds the record */
	uint32_t holders; /* how many stores of the row hold it */
	struct resolve_where where;
};
struct resolve_copy {
	uint32_t *stores; /* sorted */
	uint32_t store_count;
	uint64_t shared;    /* distinct records that stand in every store of the row */
	uint64_t *distinct; /* distinct records of each store of the row, in the order of stores */
	bool identical;     /* every store has the same set */
	struct resolve_copy_difference
		*differing; /* records not in every store of the row, at most CEIL_REPORT_DIFFERING */
	size_t differing_count;
	uint64_t differing_total; /* distinct records not in every store of the row */
};
void resolve_copies(
	const struct resolve_records *records, uint32_t store_count, struct resolve_copy **out, size_t *count);
/* shared[a * store_count + b]: distinct records that stand in both stores; the caller has made room and it is zeroed.
 */
void resolve_shared(const struct resolve_records *records, uint32_t store_count, uint64_t *shared);
void resolve_copies_free(struct resolve_copy *copies, size_t count);

/*
 * One entity, or one row of it: an entity with very many places stands in several rows one after the other, possibly in
 * several blocks. Only the last has the totals; in those before, `more` is set and the figures are 0. Spans borrowed.
 */
struct resolve_entity {
	uint8_t kind;
	uint8_t best_confidence;
	struct st_span canonical;
	uint64_t mentions; /* every copy counted */
	/* Mentions in each distinct record counted once; those in no record once, whatever the copies of their segment.
	 */
	uint64_t mentions_distinct_records;
	uint64_t records;      /* distinct records that hold it */
	struct st_span places; /* of this row, packed; read with resolve_place_next */
	bool more;             /* the entity goes on in the next row */
	uint32_t row;          /* for on_entity: how many rows of it were put out before this one */
};
struct resolve_place {
	uint32_t segment, part;
	uint64_t record, start;
	uint32_t length;
	uint8_t form, confidence;
};
/* Takes the next place off the front; false when none is left. *out needs no preparation for the first, but must be the
 * same, unchanged struct for all those after it: places are written as differences. Sorted by segment, record, part,
 * start; those in no record come last in their segment; each place once, whatever the copies of its segment. Rows that
 * are only evidence are passed over. */
bool resolve_place_next(struct st_span *places, struct resolve_place *out);

struct resolve_kind_counts {
	uint64_t mentions, mentions_distinct_records, distinct;
};
struct resolve_entities {
	struct resolve_kind_counts kinds[256];
};
/* `first` comes from resolve_merge_records over the same segments. on_entity may be NULL; it is called once per entity,
 * with its last row: all places when row is 0. Not for what does not count. The same value at the same place twice
 * (segment, record, part, start, length) is one mention. A mention in a record that its live segment does not have
 * fails the merge. */
enum st_status resolve_merge_mentions(const struct resolve_input *input, const struct resolve_first *first,
	enum st_status (*on_entity)(void *context, const struct resolve_entity *entity, struct st_error *err),
	void *context, struct resolve_entities *out, struct st_error *err);
/* Decodes a block that resolve_merge_mentions put out, row by row, taking each off the front; false at its end or when
 * it is damaged (*damaged). The places of a row that is returned are sound. Any bytes may be given. What does not count
 * is passed over, but for rows with `more`: whether their entity counts, only its last row says. */
bool resolve_entity_next(struct st_span *block, struct resolve_entity *out, bool *damaged);
/* The same for a block of resolve_merge_records: the places of one record, or of one row of it. */
struct resolve_record {
	struct st_span key;    /* SHA-256 of its canonical form */
	struct st_span places; /* of this row; read with resolve_place_next */
	bool more;             /* the record goes on in the next row */
};
bool resolve_record_next(struct st_span *block, struct resolve_record *out, bool *damaged);
/* The same for one kind: rows of others are passed over, their places not looked at. */
bool resolve_entity_next_of(struct st_span *block, uint8_t kind, struct resolve_entity *out, bool *damaged);
/* The same with nothing passed over. */
bool resolve_row_next(struct st_span *block, struct resolve_entity *out, bool *damaged);
/* Is this, the last row of an entity, one that counts? */
bool resolve_counts(const struct resolve_entity *entity);
/* The key under which an entity is sorted, to find its block: compare with `first` of the blocks. */
void resolve_entity_digest(
	const struct resolve_work *work, uint8_t kind, struct st_span canonical, uint8_t out[ST_DIGEST_BYTES]);

/* --- distinct keys of anything (persons, organizations): exact, external, in bounded memory --- */
/* Files are numbered from next_run with names of their own; none is left behind. */
struct resolve_distinct;
struct resolve_distinct *resolve_distinct_open(const struct resolve_work *work, uint64_t next_run);
enum st_status resolve_distinct_add(
	struct resolve_distinct *distinct, uint8_t set, struct st_span key, struct st_error *err);
/* Each distinct (set, key) once, in no order, with how often it was added; then closed, also after a failure. each may
 * be NULL; counts[256] by set. */
enum st_status resolve_distinct_finish(struct resolve_distinct *distinct,
	enum st_status (*each)(void *context, uint8_t set, struct st_span key, uint64_t times, struct st_error *err),
	void *context, uint64_t counts[256], struct st_error *err);
void resolve_distinct_close(struct resolve_distinct *distinct); /* without finishing; NULL is fine */

/* --- marks: 32 bits beside each distinct record, for what is true of a record once all its entities went by --- */
/* Four bytes a distinct record, mapped like resolve_first, which must outlive them. */
struct resolve_marks;
enum st_status resolve_marks_open(const struct resolve_work *work, const struct resolve_first *first,
	struct resolve_marks **out, struct st_error *err);
/* The marks of a record; NULL: it is in no live segment, or repeats a record that stands elsewhere first. Cheapest when
 * asked in the order of places. */
uint32_t *resolve_marks_at(struct resolve_marks *marks, uint32_t segment, uint64_t record);
/* All of them in no order; their number in *count. */
const uint32_t *resolve_marks_all(const struct resolve_marks *marks, uint64_t *count);
void resolve_marks_close(struct resolve_marks *marks); /* NULL is fine */

/* --- components: what stands in one group belongs together; external, in bounded memory --- */
/* Groups and members are known by their keyed 128-bit digests. Sets have nothing to do with each other. */
struct resolve_joins;
struct resolve_joins *resolve_joins_open(const struct resolve_work *work, uint64_t next_run);
enum st_status resolve_joins_add(
	struct resolve_joins *joins, uint8_t set, struct st_span group, struct st_span member, struct st_error *err);
/* joined[set]: by how many the components are fewer than the members; then closed, also after a failure. */
enum st_status resolve_joins_finish(struct resolve_joins *joins, uint64_t joined[256], struct st_error *err);
void resolve_joins_close(struct resolve_joins *joins); /* without finishing; NULL is fine */

/* --- HyperLogLog (Flajolet et al. 2007; estimator of Ertl 2017, without bias at any size), 2^14 registers, 0.8 %
 * standard error: only for the live `~` --- */
struct resolve_sketch {
	uint8_t registers[1 << 14];
};
void resolve_sketch_add(struct resolve_sketch *sketch, const uint8_t digest[ST_DIGEST_BYTES]);
uint64_t resolve_sketch_estimate(const struct resolve_sketch *sketch);

#endif
