/* Commits of a scan: runs, and the parts of objects in sealed pages of many parts each, because an archive may have
 * millions and each sealed row of its own would cost more than what it says. */
#include "casefile/database.h"

#include <sodium.h>
#include <stdlib.h>

#define PAGE_BYTES (64 * 1024) /* a page is sealed when its parts reach this size, or when the commit ends */

enum st_status casefile_next_numbers(struct casefile *casefile, uint32_t *segment, uint64_t *run, struct st_error *err)
{
	uint64_t next_segment = 0;
	ST_TRY(db_counter(casefile, "segment", &next_segment, err));
	ST_TRY(db_counter(casefile, "run", run, err));
	*segment = next_segment > 0 ? (uint32_t)next_segment : 1;
	*run = *run > 0 ? *run : 1;
	return ST_OK;
}

enum st_status casefile_commit_begin(struct casefile *casefile, struct st_error *err)
{
	uint32_t segment = 0;
	ST_TRY(db_begin(casefile, DB_COMMIT, err));
	enum st_status status = casefile_next_numbers(casefile, &segment, &casefile->next_run, err);
	casefile->next_segment = segment;
	if (status != ST_OK)
		db_rollback(casefile);
	return status;
}

/* The largest number in a run's name: "m-000012.run" is 12. */
static uint64_t number_in_name(const char *name)
{
	uint64_t largest = 0, number = 0;
	for (; *name != 0; name++) {
		number =
			*name >= '0' && *name <= '9' && number < UINT32_MAX ? number * 10 + (uint64_t)(*name - '0') : 0;
		largest = number > largest ? number : largest;
	}
	return largest;
}

void casefile_use_segments(struct casefile *casefile, uint32_t next_segment)
{
	if (next_segment > casefile->next_segment)
		casefile->next_segment = next_segment;
}

enum st_status casefile_put_run(struct casefile *casefile, const struct casefile_run *run, struct st_error *err)
{
	sqlite3_stmt *statement = NULL;
	ST_TRY(db_need(casefile, DB_COMMIT, err));
	ST_TRY(db_slot(casefile, DB_PUT_RUN,
		"INSERT INTO runs (id, name, content, rows, bytes)"
		" VALUES ((SELECT coalesce(max(id), 0) + 1 FROM runs), ?1, ?2, ?3, ?4)",
		&statement, err));
	db_bind_text(statement, 1, run->name);
	db_bind_number(statement, 2, (uint8_t)run->content);
	db_bind_number(statement, 3, run->rows);
	db_bind_number(statement, 4, run->bytes);
	uint64_t number = number_in_name(run->name);
	casefile->next_run = number >= casefile->next_run ? number + 1 : casefile->next_run + 1;
	return db_done(casefile, statement, err);
}

enum st_status casefile_runs(struct casefile *casefile, struct casefile_run **out, size_t *count, struct st_error *err)
{
	db_auto_statement sqlite3_stmt *statement = NULL;
	struct casefile_run *runs = NULL;
	*out = NULL;
	*count = 0;
	ST_TRY(db_prepare(casefile, "SELECT name, content, rows, bytes FROM runs ORDER BY id", &statement, err));
	for (size_t loaded = 0;; loaded++) {
		bool row;
		enum st_status status = db_step(casefile, statement, &row, err);
		if (status != ST_OK) {
			free(runs);
			return status;
		}
		if (!row) {
			*out = runs;
			*count = loaded;
			return ST_OK;
		}
		runs = st_realloc(runs, (loaded + 1) * sizeof *runs);
		db_text(statement, 0, runs[loaded].name, sizeof runs[loaded].name);
		runs[loaded].content = (char)db_number(statement, 1);
		runs[loaded].rows = db_number(statement, 2);
		runs[loaded].bytes = db_number(statement, 3);
	}
}

/* --- one part in a page --- */

/* Bits of one byte. */
enum { PART_REBUILT = 1, PART_CONTENT = 2 };

static void encode_part(struct st_buf *out, const struct casefile_part *part)
{
	st_buf_add_varint(out, part->segment);
	st_buf_add_varint(out, part->part);
	st_buf_add_varint(out, part->parent);
	st_buf_add_varint(out, part->name.size);
	st_buf_add(out, part->name.data, part->name.size);
	st_buf_add(out, part->format, strnlen(part->format, sizeof part->format - 1));
	st_buf_add_byte(out, 0);
	st_buf_add(out, part->charset, strnlen(part->charset, sizeof part->charset - 1));
	st_buf_add_byte(out, 0);
	st_buf_add_byte(out, (uint8_t)part->status);
	st_buf_add_byte(out, (uint8_t)part->reason);
	st_buf_add_varint(out, part->stored_bytes);
	st_buf_add_varint(out, part->records);
	st_buf_add_varint(out, part->first_record);
	st_buf_add_varint(out, part->not_searched_bytes);
	st_buf_add_byte(out, (uint8_t)((part->rebuilt ? PART_REBUILT : 0) | (part->has_content ? PART_CONTENT : 0)));
	st_buf_add_varint(out, part->places.size);
	st_buf_add(out, part->places.data, part->places.size);
	if (!part->has_content)
		return;
	st_buf_add(out, part->content, sizeof part->content);
	st_buf_add_varint(out, part->content_bytes);
}

static void take_word(struct st_cursor *in, char *out, size_t size)
{
	size_t at = 0;
	for (uint8_t byte; (byte = st_cursor_byte(in)) != 0;) {
		if (at + 1 < size)
			out[at++] = (char)byte;
	}
	out[at] = 0;
}

/* Name and places stay in the page. */
static bool decode_part(struct st_cursor *in, struct casefile_part *out)
{
	*out = (struct casefile_part){.segment = (uint32_t)st_cursor_varint(in)};
	out->part = (uint32_t)st_cursor_varint(in);
	out->parent = (uint32_t)st_cursor_varint(in);
	out->name.size = st_cursor_varint(in);
	out->name.data = st_cursor_take(in, out->name.size);
	take_word(in, out->format, sizeof out->format);
	take_word(in, out->charset, sizeof out->charset);
	out->status = (enum st_read_status)st_cursor_byte(in);
	out->reason = (enum st_reason)st_cursor_byte(in);
	out->stored_bytes = st_cursor_varint(in);
	out->records = st_cursor_varint(in);
	out->first_record = st_cursor_varint(in);
	out->not_searched_bytes = st_cursor_varint(in);
	uint8_t bits = st_cursor_byte(in);
	out->rebuilt = bits & PART_REBUILT;
	out->has_content = bits & PART_CONTENT;
	out->places.size = st_cursor_varint(in);
	out->places.data = st_cursor_take(in, out->places.size);
	if (out->has_content) {
		const uint8_t *content = st_cursor_take(in, sizeof out->content);
		if (content != NULL)
			memcpy(out->content, content, sizeof out->content);
		out->content_bytes = st_cursor_varint(in);
	}
	return !in->bad && (unsigned)out->status < ST_READ_STATUSES && (unsigned)out->reason < ST_REASONS;
}

/* --- pages --- */

static struct seal_place page_place(uint64_t id)
{
	return (struct seal_place){"part_pages.bytes", id, 0};
}

void db_drop_page(struct casefile *casefile)
{
	struct db_page *page = &casefile->page;
	if (page->bytes.size > 0)
		sodium_memzero(page->bytes.data, page->bytes.size);
	page->bytes.size = 0;
	page->filled = false;
}

static enum st_status write_page(
	struct casefile *casefile, uint64_t id, const struct db_page *page, struct st_error *err)
{
	sqlite3_stmt *statement = NULL;
	ST_TRY(db_slot(casefile, DB_PUT_PAGE,
		"INSERT INTO part_pages VALUES (?1, ?2, ?3, ?4)"
		" ON CONFLICT DO UPDATE SET low = ?2, high = ?3, bytes = ?4",
		&statement, err));
	db_bind_number(statement, 1, id);
	db_bind_number(statement, 2, page->low);
	db_bind_number(statement, 3, page->high);
	db_bind_sealed(casefile, statement, 4, page_place(id), (struct st_span){page->bytes.data, page->bytes.size});
	return db_done(casefile, statement, err);
}

enum st_status db_flush_page(struct casefile *casefile, struct st_error *err)
{
	uint64_t last = 0;
	if (!casefile->page.filled)
		return ST_OK;
	ST_TRY(db_counter(casefile, "part_page", &last, err));
	ST_TRY(write_page(casefile, last + 1, &casefile->page, err));
	db_drop_page(casefile);
	return db_set_counter(casefile, "part_page", last + 1, err);
}

static void add_to_page(struct db_page *page, const struct casefile_part *part)
{
	page->low = !page->filled || part->segment < page->low ? part->segment : page->low;
	page->high = !page->filled || part->segment > page->high ? part->segment : page->high;
	page->filled = true;
	encode_part(&page->bytes, part);
}

enum st_status casefile_put_part(struct casefile *casefile, const struct casefile_part *part, struct st_error *err)
{
	ST_TRY(db_need(casefile, DB_COMMIT, err));
	add_to_page(&casefile->page, part);
	if (part->segment >= casefile->next_segment)
		casefile->next_segment = (uint64_t)part->segment + 1;
	return casefile->page.bytes.size >= PAGE_BYTES ? db_flush_page(casefile, err) : ST_OK;
}

enum st_status casefile_commit_end(struct casefile *casefile, struct st_error *err)
{
	ST_TRY(db_need(casefile, DB_COMMIT, err));
	enum st_status status = db_flush_page(casefile, err);
	if (status == ST_OK)
		status = db_set_counter(casefile, "segment", casefile->next_segment, err);
	if (status == ST_OK)
		status = db_set_counter(casefile, "run", casefile->next_run, err);
	if (status == ST_OK)
		return db_commit(casefile, err);
	casefile_commit_drop(casefile);
	return status;
}

void casefile_commit_drop(struct casefile *casefile)
{
	db_drop_page(casefile);
	if (casefile->open == DB_COMMIT)
		db_rollback(casefile);
}

/* --- reading --- */

typedef enum st_status page_visit(void *context, uint64_t id, struct st_span page, struct st_error *err);

/* Every page that may hold parts of the segments low to high. */
static enum st_status visit_pages(
	struct casefile *casefile, uint32_t low, uint32_t high, page_visit *visit, void *context, struct st_error *err)
{
	db_auto_statement sqlite3_stmt *statement = NULL;
	st_auto_buf struct st_buf page = {0};
	ST_TRY(db_prepare(
		casefile, "SELECT id, bytes FROM part_pages WHERE high >= ?1 AND low <= ?2", &statement, err));
	db_bind_number(statement, 1, low);
	db_bind_number(statement, 2, high);
	for (;;) {
		bool row;
		ST_TRY(db_step(casefile, statement, &row, err));
		if (!row)
			return ST_OK;
		uint64_t id = db_number(statement, 0);
		ST_TRY(db_sealed(casefile, statement, 1, page_place(id), &page, err));
		ST_TRY(visit(context, id, (struct st_span){page.data, page.size}, err));
	}
}

void db_add_segment(struct db_segments *segments, uint32_t number)
{
	if (segments->count == segments->capacity) {
		segments->capacity = segments->capacity ? segments->capacity * 2 : 64;
		segments->numbers = st_realloc(segments->numbers, segments->capacity * sizeof *segments->numbers);
	}
	segments->numbers[segments->count++] = number;
}

static int compare_numbers(const void *left, const void *right)
{
	uint32_t a = *(const uint32_t *)left, b = *(const uint32_t *)right;
	return a < b ? -1 : a > b;
}

static bool holds_segment(const struct db_segments *sorted, uint32_t segment)
{
	return sorted->count > 0 &&
	       bsearch(&segment, sorted->numbers, sorted->count, sizeof segment, compare_numbers) != NULL;
}

struct removal {
	struct casefile *casefile;
	const struct db_segments *segments;
	struct st_buf ids; /* pages to rewrite: the table is not changed while it is read */
};

static enum st_status note_page(void *context, uint64_t id, struct st_span page, struct st_error *err)
{
	struct removal *removal = context;
	struct st_cursor in = {page.data, page.data + page.size, false};
	while (in.at < in.end) {
		struct casefile_part part;
		if (!decode_part(&in, &part))
			return db_damaged(removal->casefile, err);
		if (holds_segment(removal->segments, part.segment)) {
			st_buf_add_u64(&removal->ids, id);
			return ST_OK;
		}
	}
	return ST_OK;
}

static enum st_status rewrite_page(
	struct casefile *casefile, uint64_t id, const struct db_segments *segments, struct st_error *err)
{
	db_auto_statement sqlite3_stmt *read = NULL, *removal = NULL;
	st_auto_buf struct st_buf old = {0};
	bool row;
	ST_TRY(db_prepare(casefile, "SELECT bytes FROM part_pages WHERE id = ?1", &read, err));
	db_bind_number(read, 1, id);
	ST_TRY(db_step(casefile, read, &row, err));
	ST_TRY(db_sealed(casefile, read, 0, page_place(id), &old, err));
	sqlite3_reset(read);
	struct db_page kept = {0};
	struct st_cursor in = {old.data, old.data + old.size, false};
	for (struct casefile_part part; in.at < in.end && decode_part(&in, &part);) {
		if (!holds_segment(segments, part.segment))
			add_to_page(&kept, &part);
	}
	enum st_status status;
	if (kept.filled) {
		status = write_page(casefile, id, &kept, err);
	} else {
		status = db_prepare(casefile, "DELETE FROM part_pages WHERE id = ?1", &removal, err);
		db_bind_number(removal, 1, id);
		status = status == ST_OK ? db_done(casefile, removal, err) : status;
	}
	st_buf_free(&kept.bytes);
	return status;
}

enum st_status db_remove_parts(struct casefile *casefile, struct db_segments *segments, struct st_error *err)
{
	if (segments->count == 0)
		return ST_OK;
	qsort(segments->numbers, segments->count, sizeof *segments->numbers, compare_numbers);
	struct removal removal = {.casefile = casefile, .segments = segments};
	enum st_status status = visit_pages(
		casefile, segments->numbers[0], segments->numbers[segments->count - 1], note_page, &removal, err);
	struct st_cursor in = {removal.ids.data, removal.ids.data, false};
	if (removal.ids.size > 0)
		in.end += removal.ids.size;
	while (status == ST_OK && in.at < in.end)
		status = rewrite_page(casefile, st_cursor_u64(&in), segments, err);
	st_buf_free(&removal.ids);
	return status;
}

struct reading {
	struct casefile *casefile;
	uint32_t segment;        /* 0: all live ones */
	struct db_segments live; /* sorted; only for all */
	struct st_buf parts;     /* copies of the parts of one segment, encoded */
	struct part_place {
		uint32_t part;
		size_t at; /* in parts */
	} * places;
	size_t count;
	enum st_status (*each)(void *context, const struct casefile_part *part, struct st_error *err);
	void *context;
};

static void keep_part(struct reading *reading, const struct casefile_part *part)
{
	if ((reading->count & (reading->count - 1)) == 0)
		reading->places = st_realloc(
			reading->places, (reading->count ? reading->count * 2 : 1) * sizeof *reading->places);
	reading->places[reading->count++] = (struct part_place){part->part, reading->parts.size};
	encode_part(&reading->parts, part);
}

static enum st_status read_page(void *context, uint64_t id, struct st_span page, struct st_error *err)
{
	struct reading *reading = context;
	struct st_cursor in = {page.data, page.data + page.size, false};
	(void)id;
	while (in.at < in.end) {
		struct casefile_part part;
		if (!decode_part(&in, &part))
			return db_damaged(reading->casefile, err);
		if (reading->segment != 0 && part.segment == reading->segment)
			keep_part(reading, &part);
		else if (reading->segment == 0 && holds_segment(&reading->live, part.segment))
			ST_TRY(reading->each(reading->context, &part, err));
	}
	return ST_OK;
}

static int compare_places(const void *left, const void *right)
{
	const struct part_place *a = left, *b = right;
	return a->part < b->part ? -1 : a->part > b->part;
}

static enum st_status give_in_order(struct reading *reading, struct st_error *err)
{
	if (reading->count > 1)
		qsort(reading->places, reading->count, sizeof *reading->places, compare_places);
	for (size_t i = 0; i < reading->count; i++) {
		struct casefile_part part;
		struct st_cursor in = {
			reading->parts.data + reading->places[i].at, reading->parts.data + reading->parts.size, false};
		if (!decode_part(&in, &part))
			return db_damaged(reading->casefile, err);
		ST_TRY(reading->each(reading->context, &part, err));
	}
	return ST_OK;
}

static enum st_status load_live(struct casefile *casefile, struct db_segments *live, struct st_error *err)
{
	db_auto_statement sqlite3_stmt *statement = NULL;
	ST_TRY(db_prepare(casefile, "SELECT segment FROM objects WHERE segment <> 0", &statement, err));
	for (;;) {
		bool row;
		ST_TRY(db_step(casefile, statement, &row, err));
		if (!row)
			break;
		db_add_segment(live, (uint32_t)db_number(statement, 0));
	}
	if (live->count > 1)
		qsort(live->numbers, live->count, sizeof *live->numbers, compare_numbers);
	return ST_OK;
}

enum st_status casefile_parts(struct casefile *casefile, uint32_t segment,
	enum st_status (*each)(void *context, const struct casefile_part *part, struct st_error *err), void *context,
	struct st_error *err)
{
	struct reading reading = {.casefile = casefile, .segment = segment, .each = each, .context = context};
	enum st_status status = segment == 0 ? load_live(casefile, &reading.live, err) : ST_OK;
	if (status == ST_OK)
		status = visit_pages(casefile, segment, segment ? segment : UINT32_MAX, read_page, &reading, err);
	if (status == ST_OK)
		status = give_in_order(&reading, err);
	free(reading.live.numbers);
	free(reading.places);
	st_buf_free(&reading.parts);
	return status == ST_STOP ? ST_OK : status;
}

enum st_status casefile_remove_parts(
	struct casefile *casefile, const uint32_t *segments, size_t count, struct st_error *err)
{
	struct db_segments list = {st_alloc(count * sizeof *list.numbers), count, count};
	memcpy(list.numbers, segments, count * sizeof *segments);
	enum st_status status = db_need(casefile, DB_COMMIT, err);
	if (status == ST_OK)
		status = db_flush_page(casefile, err);
	if (status == ST_OK)
		status = db_remove_parts(casefile, &list, err);
	free(list.numbers);
	return status;
}

struct dead_parts {
	struct casefile *casefile;
	struct db_segments live, dead;
};

static enum st_status note_dead(void *context, uint64_t id, struct st_span page, struct st_error *err)
{
	struct dead_parts *parts = context;
	struct db_segments *dead = &parts->dead;
	struct st_cursor in = {page.data, page.data + page.size, false};
	(void)id;
	while (in.at < in.end) {
		struct casefile_part part;
		if (!decode_part(&in, &part))
			return db_damaged(parts->casefile, err);
		bool noted = dead->count > 0 && dead->numbers[dead->count - 1] == part.segment;
		if (!noted && !holds_segment(&parts->live, part.segment))
			db_add_segment(dead, part.segment);
	}
	return ST_OK;
}

enum st_status casefile_remove_dead_parts(struct casefile *casefile, struct st_error *err)
{
	struct dead_parts parts = {.casefile = casefile};
	enum st_status status = load_live(casefile, &parts.live, err);
	if (status == ST_OK)
		status = visit_pages(casefile, 0, UINT32_MAX, note_dead, &parts, err);
	if (status == ST_OK && parts.dead.count > 0)
		status = casefile_commit_begin(casefile, err);
	if (status == ST_OK && parts.dead.count > 0) {
		status = casefile_remove_parts(casefile, parts.dead.numbers, parts.dead.count, err);
		if (status == ST_OK)
			status = casefile_commit_end(casefile, err);
		else
			casefile_commit_drop(casefile);
	}
	free(parts.live.numbers);
	free(parts.dead.numbers);
	return status;
}
