/* What goes into a case comes out again, also after a kill; what stands on disk shows none of it. */
#include "casefile/casefile.h"

#include "check.h"
#include "folder.h"

#include <signal.h>
#include <sys/wait.h>

#define PLANTED "anna.rossi@contoso.com"

static struct casefile_object object_at(const char *path, uint64_t size, int64_t mtime)
{
	return (struct casefile_object){.path = span_of(path), .size_bytes = size, .mtime_ns = mtime};
}

static enum st_status list(
	struct casefile *casefile, uint32_t store, const struct casefile_object *objects, size_t count)
{
	struct st_error err = {0};
	enum st_status status = casefile_listing_begin(casefile, store, &err);
	for (size_t i = 0; i < count && status == ST_OK; i++)
		status = casefile_listing_add(casefile, &objects[i], &err);
	if (status == ST_OK)
		status = casefile_listing_end(casefile, &err);
	if (status != ST_OK) {
		casefile_listing_drop(casefile);
		fprintf(stderr, "listing: %s\n", err.what);
	}
	return status;
}

static enum st_status put_reading(struct casefile *casefile, uint32_t id, uint32_t segment, struct st_error *err)
{
	struct casefile_run run = {.content = 'm', .rows = 3, .bytes = 99};
	snprintf(run.name, sizeof run.name, "m-%06u", segment);
	struct casefile_object object = {
		.id = id, .status = ST_READ, .segment = segment, .stored_bytes = 10, .records = 5, .parts = 1};
	struct casefile_part part = {.segment = segment, .format = "zip", .status = ST_READ};
	struct casefile_part member = {.segment = segment,
		.part = 1,
		.name = span_of(PLANTED ".txt"),
		.format = "text",
		.charset = "utf-8",
		.status = ST_UNREAD,
		.reason = ST_REASON_ENCRYPTED,
		.records = 5};
	ST_TRY(casefile_put_run(casefile, &run, err));
	ST_TRY(casefile_put_part(casefile, &member, err));
	ST_TRY(casefile_put_part(casefile, &part, err));
	return casefile_put_object(casefile, &object, err);
}

/* One object read as a segment, with one member. */
static enum st_status read_object(struct casefile *casefile, uint32_t id, uint32_t segment)
{
	struct st_error err;
	ST_TRY(casefile_commit_begin(casefile, &err));
	enum st_status status = put_reading(casefile, id, segment, &err);
	if (status == ST_OK)
		return casefile_commit_end(casefile, &err);
	casefile_commit_drop(casefile);
	return status;
}

static enum st_status count_one(void *context, const struct casefile_part *part, struct st_error *err)
{
	(void)part;
	(void)err;
	++*(int *)context;
	return ST_OK;
}

static int parts_of(struct casefile *casefile, uint32_t segment)
{
	int count = 0;
	struct st_error err;
	return casefile_parts(casefile, segment, count_one, &count, &err) == ST_OK ? count : -1;
}

static void a_new_case_has_its_files_closed_to_others_and_nothing_else_beside_it(void)
{
	struct folder folder = folder_make();
	struct casefile *casefile;
	struct stat info;
	CHECK_OK(casefile_open(folder.file, NULL, CASEFILE_WRITE, &casefile, &err));
	CHECK(casefile_created(casefile));
	int work = casefile_work_dir(casefile, NULL);
	CHECK(work >= 0);
	close(work);
	CHECK_OK(casefile_set(casefile, "options", span_of("x"), &err));
	DIR *dir = opendir(folder.path);
	for (struct dirent *entry; (entry = readdir(dir)) != NULL;) {
		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
			continue;
		CHECK(fstatat(dirfd(dir), entry->d_name, &info, 0) == 0);
		bool folder_mode = strcmp(entry->d_name, "a.case.work") == 0;
		if (!folder_mode && strcmp(entry->d_name, "a.case") != 0 && strcmp(entry->d_name, "a.case.key") != 0 &&
			strcmp(entry->d_name, "a.case-wal") != 0 && strcmp(entry->d_name, "a.case-shm") != 0)
			CHECK_FAIL("a file beside the case: %s", entry->d_name);
		CHECK_INT(info.st_mode & 07777, folder_mode ? 0700 : 0600);
	}
	closedir(dir);
	CHECK_OK(casefile_remove_work_dir(casefile, &err));
	casefile_close(casefile);
	CHECK_OK(casefile_open(folder.file, NULL, CASEFILE_WRITE, &casefile, &err));
	CHECK(!casefile_created(casefile));
	casefile_close(casefile);
	folder_remove(folder.path);
}

static enum st_status note_event(void *context, int64_t at, const char *what, const char *detail, struct st_error *err)
{
	(void)err;
	char *seen = context;
	snprintf(seen + strlen(seen), 200 - strlen(seen), "%s%s=%s;", at > 0 ? "" : "?", what, detail);
	return ST_OK;
}

static void settings_and_events_come_back_as_they_were(void)
{
	struct folder folder = folder_make();
	struct casefile *casefile;
	st_auto_buf struct st_buf value = {0};
	char seen[200] = "";
	CHECK_OK(casefile_open(folder.file, NULL, CASEFILE_WRITE, &casefile, &err));
	CHECK_OK(casefile_set(casefile, "own_domains", span_of("fabrikam.example"), &err));
	CHECK_OK(casefile_set(casefile, "own_domains", span_of("contoso.com"), &err));
	CHECK_OK(casefile_event(casefile, "reveal", "for the authority", &err));
	CHECK_OK(casefile_event(casefile, "rescan", "", &err));
	casefile_close(casefile);
	CHECK_OK(casefile_open(folder.file, NULL, CASEFILE_READ, &casefile, &err));
	CHECK_OK(casefile_get(casefile, "own_domains", &value, &err));
	CHECK(value.size == 11 && memcmp(value.data, "contoso.com", 11) == 0);
	CHECK_OK(casefile_get(casefile, "never set", &value, &err));
	CHECK_INT(value.size, 0);
	CHECK_OK(casefile_events(casefile, note_event, seen, &err));
	CHECK_TEXT(seen, "reveal=for the authority;rescan=;");
	CHECK(casefile_set(casefile, "options", span_of("x"), NULL) != ST_OK);
	casefile_close(casefile);
	folder_remove(folder.path);
}

static void a_second_listing_keeps_the_unchanged_resets_the_changed_and_removes_the_vanished(void)
{
	struct folder folder = folder_make();
	struct casefile *casefile;
	struct casefile_object out;
	st_auto_buf struct st_buf path = {0};
	uint32_t store;
	CHECK_OK(casefile_open(folder.file, NULL, CASEFILE_WRITE, &casefile, &err));
	CHECK_OK(casefile_store_add(casefile, "es-1", "directory", &store, &err));
	CHECK_INT(store, 0);
	struct casefile_object first[] = {object_at("a", 10, 1), object_at("b", 10, 1), object_at("c", 10, 1)};
	CHECK_INT(list(casefile, store, first, 3), ST_OK);
	for (uint32_t id = 1; id <= 3; id++)
		CHECK_INT(read_object(casefile, id, id), ST_OK);
	CHECK_INT(parts_of(casefile, 0), 6);

	struct casefile_object second[] = {object_at("a", 10, 1), object_at("b", 10, 2), object_at("d", 10, 1)};
	CHECK_INT(list(casefile, store, second, 3), ST_OK);
	CHECK_OK(casefile_object(casefile, 1, &out, &path, &err));
	CHECK(out.status == ST_READ && out.segment == 1 && out.records == 5);
	CHECK_OK(casefile_object(casefile, 2, &out, &path, &err));
	CHECK(out.status == ST_PENDING && out.segment == 0 && out.records == 0 && out.mtime_ns == 2);
	CHECK(path.size == 1 && path.data[0] == 'b');
	CHECK_INT(casefile_object(casefile, 3, &out, &path, NULL), ST_SKIP);
	CHECK_OK(casefile_object(casefile, 4, &out, &path, &err));
	CHECK(path.size == 1 && path.data[0] == 'd');
	CHECK_INT(parts_of(casefile, 0), 2);
	CHECK_INT(parts_of(casefile, 2), 0);

	/* object numbers are never given twice */
	CHECK_INT(list(casefile, store, second, 2), ST_OK);
	CHECK_INT(list(casefile, store, second, 3), ST_OK);
	CHECK_OK(casefile_object(casefile, 5, &out, &path, &err));
	CHECK_INT(casefile_object(casefile, 4, &out, &path, NULL), ST_SKIP);
	casefile_close(casefile);
	folder_remove(folder.path);
}

static void a_copy_is_read_itself_once_its_original_has_changed_or_gone(void)
{
	struct folder folder = folder_make();
	struct casefile *casefile;
	struct casefile_object out;
	st_auto_buf struct st_buf path = {0};
	uint32_t stores[2];
	CHECK_OK(casefile_open(folder.file, NULL, CASEFILE_WRITE, &casefile, &err));
	CHECK_OK(casefile_store_add(casefile, "es-1", "directory", &stores[0], &err));
	CHECK_OK(casefile_store_add(casefile, "es-2", "directory", &stores[1], &err));
	struct casefile_object originals[] = {object_at("a", 10, 1), object_at("b", 10, 1)};
	struct casefile_object copies[] = {object_at("a", 10, 1), object_at("b", 10, 1)};
	CHECK_INT(list(casefile, stores[0], originals, 2), ST_OK);
	CHECK_INT(list(casefile, stores[1], copies, 2), ST_OK); /* the same paths in another store are other objects */
	CHECK_OK(casefile_commit_begin(casefile, &err));
	for (uint32_t id = 3; id <= 4; id++) {
		struct casefile_object copy = {.id = id, .status = ST_DUPLICATE, .duplicate_of = id - 2};
		CHECK_OK(casefile_put_object(casefile, &copy, &err));
	}
	CHECK_OK(casefile_commit_end(casefile, &err));
	originals[0].mtime_ns = 9;
	CHECK_INT(list(casefile, stores[0], originals, 1), ST_OK);
	for (uint32_t id = 3; id <= 4; id++) {
		CHECK_OK(casefile_object(casefile, id, &out, &path, &err));
		CHECK(out.status == ST_PENDING && out.duplicate_of == 0);
	}
	casefile_close(casefile);
	folder_remove(folder.path);
}

static void a_listing_that_names_an_object_twice_or_is_dropped_changes_nothing(void)
{
	struct folder folder = folder_make();
	struct casefile *casefile;
	struct casefile_coverage coverage;
	uint32_t store;
	CHECK_OK(casefile_open(folder.file, NULL, CASEFILE_WRITE, &casefile, &err));
	CHECK_OK(casefile_store_add(casefile, "es-1", "directory", &store, &err));
	struct casefile_object objects[] = {object_at("a", 10, 1), object_at("b", 10, 1), object_at("b", 10, 1)};
	CHECK_INT(list(casefile, store, objects, 2), ST_OK);
	CHECK_INT(list(casefile, store, objects, 3), ST_WRONG);
	CHECK_OK(casefile_listing_begin(casefile, store, &err));
	casefile_listing_drop(casefile);
	CHECK_OK(casefile_coverage(casefile, &coverage, &err));
	CHECK_INT(coverage.listed, 2);
	CHECK_INT(coverage.pending, 2);
	casefile_close(casefile);
	folder_remove(folder.path);
}

static enum st_status parts_in_order(void *context, const struct casefile_part *part, struct st_error *err)
{
	(void)err;
	uint32_t *next = context;
	char name[32];
	snprintf(name, sizeof name, "member-%u\n", part->part);
	bool as_put = part->segment == 7 && part->part == *next && part->parent == part->part / 2 &&
		      part->name.size == strlen(name) && memcmp(part->name.data, name, part->name.size) == 0 &&
		      strcmp(part->format, "text") == 0 && strcmp(part->charset, "utf-16le") == 0 &&
		      part->status == ST_PARTIAL && part->reason == ST_REASON_LIMIT_SIZE &&
		      part->stored_bytes == UINT64_MAX && part->records == 3 &&
		      part->first_record == (uint64_t)part->part << 33 && part->not_searched_bytes == 4 &&
		      part->rebuilt == (part->part % 3 == 0) && part->has_content == (part->part % 2 == 0) &&
		      (!part->has_content || (part->content_bytes == part->part && part->content[15] == 9));
	++*next;
	return as_put ? ST_OK : ST_FATAL;
}

static void many_parts_of_interleaved_segments_come_back_by_number(void)
{
	struct folder folder = folder_make();
	struct casefile *casefile;
	enum { PARTS = 20000 };
	CHECK_OK(casefile_open(folder.file, NULL, CASEFILE_WRITE, &casefile, &err));
	CHECK_OK(casefile_commit_begin(casefile, &err));
	for (uint32_t part = PARTS; part-- > 0;) { /* members end before what holds them */
		char name[32];
		snprintf(name, sizeof name, "member-%u\n", part);
		struct casefile_part row = {.segment = 7,
			.part = part,
			.parent = part / 2,
			.name = span_of(name),
			.format = "text",
			.charset = "utf-16le",
			.status = ST_PARTIAL,
			.reason = ST_REASON_LIMIT_SIZE,
			.stored_bytes = UINT64_MAX,
			.records = 3,
			.first_record = (uint64_t)part << 33,
			.not_searched_bytes = 4,
			.rebuilt = part % 3 == 0,
			.has_content = part % 2 == 0,
			.content = {[15] = 9},
			.content_bytes = part};
		CHECK_OK(casefile_put_part(casefile, &row, &err));
		row.segment = 8 + part % 3;
		CHECK_OK(casefile_put_part(casefile, &row, &err));
	}
	CHECK_OK(casefile_commit_end(casefile, &err));
	uint32_t next = 0;
	CHECK_OK(casefile_parts(casefile, 7, parts_in_order, &next, &err));
	CHECK_INT(next, PARTS);
	CHECK_INT(parts_of(casefile, 0), 0); /* no object holds these segments yet */
	uint32_t segment;
	uint64_t run;
	CHECK_OK(casefile_next_numbers(casefile, &segment, &run, &err));
	CHECK_INT(segment, 11);
	casefile_close(casefile);
	folder_remove(folder.path);
}

static enum st_status list_names(struct casefile *casefile, size_t count)
{
	struct casefile_object objects[] = {
		{.path = span_of("a")}, {.path = span_of("b")}, {.path = span_of("c")}, {.path = span_of("d")}};
	uint32_t store;
	struct st_error err;
	enum st_status status = casefile_store_add(casefile, "store", "directory", &store, &err);
	return status == ST_OK ? list(casefile, store, objects, count) : status;
}

static void parts_of_readings_that_were_lost_are_removed_and_no_others(void)
{
	struct folder folder = folder_make();
	struct casefile *casefile;
	static const uint32_t lost[] = {3};
	CHECK_OK(casefile_open(folder.file, NULL, CASEFILE_WRITE, &casefile, &err));
	CHECK_OK(list_names(casefile, 1));
	CHECK_OK(casefile_commit_begin(casefile, &err));
	for (uint32_t part = 0; part < 6000; part++) /* several pages, each with parts of all segments */
		for (uint32_t segment = 2; segment <= 4; segment++) {
			struct casefile_part row = {
				.segment = segment, .part = part, .name = span_of("name"), .status = ST_READ};
			CHECK_OK(casefile_put_part(casefile, &row, &err));
		}
	CHECK_OK(casefile_put_object(
		casefile, &(struct casefile_object){.id = 1, .status = ST_READ, .segment = 2}, &err));
	CHECK_OK(casefile_commit_end(casefile, &err));
	CHECK_OK(casefile_commit_begin(casefile, &err));
	CHECK_OK(casefile_remove_parts(casefile, lost, 1, &err)); /* its worker died */
	CHECK_OK(casefile_commit_end(casefile, &err));
	CHECK_INT(parts_of(casefile, 2), 6000);
	CHECK_INT(parts_of(casefile, 3), 0);
	CHECK_INT(parts_of(casefile, 4), 6000);
	CHECK_OK(casefile_remove_dead_parts(casefile, &err)); /* the scan was killed while it read segment 4 */
	CHECK_INT(parts_of(casefile, 2), 6000);
	CHECK_INT(parts_of(casefile, 4), 0);
	CHECK_INT(parts_of(casefile, 0), 6000);
	casefile_close(casefile);
	folder_remove(folder.path);
}

struct waiting {
	uint32_t objects[2];
	size_t count;
	bool named;
};

static enum st_status note_waiting(void *context, const struct casefile_object *object, struct st_error *error)
{
	(void)error;
	struct waiting *waiting = context;
	waiting->named |= object->path.size > 0;
	if (waiting->count < 2)
		waiting->objects[waiting->count] = object->id;
	waiting->count++;
	return ST_OK;
}

static void ask_waiting(struct casefile *casefile, uint32_t store, uint32_t after, struct waiting *waiting)
{
	*waiting = (struct waiting){.count = 0};
	CHECK_OK(casefile_waiting(casefile, store, after, 2, note_waiting, waiting, &err));
}

static void waiting_objects_come_by_store_and_number(void)
{
	struct folder folder = folder_make();
	struct casefile *casefile;
	struct waiting waiting;
	CHECK_OK(casefile_open(folder.file, NULL, CASEFILE_WRITE, &casefile, &err));
	CHECK_OK(list_names(casefile, 4));
	CHECK_OK(casefile_commit_begin(casefile, &err));
	CHECK_OK(casefile_put_object(
		casefile, &(struct casefile_object){.id = 2, .status = ST_READ, .segment = 1}, &err));
	CHECK_OK(casefile_commit_end(casefile, &err));
	ask_waiting(casefile, 0, 0, &waiting);
	CHECK_INT(waiting.count, 2);
	CHECK_INT(waiting.objects[0], 1);
	CHECK_INT(waiting.objects[1], 3);
	CHECK(waiting.named);
	ask_waiting(casefile, 0, 3, &waiting);
	CHECK_INT(waiting.count, 1);
	CHECK_INT(waiting.objects[0], 4);
	ask_waiting(casefile, 1, 0, &waiting); /* another store */
	CHECK_INT(waiting.count, 0);
	waiting = (struct waiting){.count = 0};
	CHECK_OK(casefile_outlines(casefile, note_waiting, &waiting, &err));
	CHECK_INT(waiting.count, 4);
	CHECK(!waiting.named);
	casefile_close(casefile);
	folder_remove(folder.path);
}

static void a_segment_handed_out_is_never_given_again_though_its_reading_never_ended(void)
{
	struct folder folder = folder_make();
	struct casefile *casefile;
	uint32_t segment;
	uint64_t run;
	CHECK_OK(casefile_open(folder.file, NULL, CASEFILE_WRITE, &casefile, &err));
	CHECK_OK(casefile_commit_begin(casefile, &err));
	casefile_use_segments(casefile, 8); /* rows of segment 7 may stand in the run of this commit */
	casefile_use_segments(casefile, 5);
	CHECK_OK(casefile_commit_end(casefile, &err));
	casefile_close(casefile);
	CHECK_OK(casefile_open(folder.file, NULL, CASEFILE_WRITE, &casefile, &err));
	CHECK_OK(casefile_next_numbers(casefile, &segment, &run, &err));
	CHECK_INT(segment, 8);
	casefile_close(casefile);
	folder_remove(folder.path);
}

static void a_dropped_commit_leaves_no_trace_and_numbers_only_grow(void)
{
	struct folder folder = folder_make();
	struct casefile *casefile;
	struct casefile_run *runs;
	size_t count;
	uint32_t segment, store;
	uint64_t run;
	CHECK_OK(casefile_open(folder.file, NULL, CASEFILE_WRITE, &casefile, &err));
	CHECK_OK(casefile_store_add(casefile, "es-1", "directory", &store, &err));
	struct casefile_object objects[] = {object_at("a", 10, 1)};
	CHECK_INT(list(casefile, store, objects, 1), ST_OK);
	CHECK_OK(casefile_next_numbers(casefile, &segment, &run, &err));
	CHECK(segment == 1 && run == 1);
	struct casefile_part part = {.segment = 40};
	CHECK_INT(casefile_put_part(casefile, &part, NULL), ST_FATAL); /* outside a commit */
	CHECK_OK(casefile_commit_begin(casefile, &err));
	CHECK_OK(casefile_put_part(casefile, &part, &err));
	casefile_commit_drop(casefile);
	CHECK_INT(read_object(casefile, 1, 12), ST_OK);
	CHECK_INT(parts_of(casefile, 40), 0);
	CHECK_INT(parts_of(casefile, 12), 2);
	CHECK_OK(casefile_next_numbers(casefile, &segment, &run, &err));
	CHECK(segment == 13 && run == 13);
	CHECK_OK(casefile_runs(casefile, &runs, &count, &err));
	CHECK_INT(count, 1);
	CHECK_TEXT(runs[0].name, "m-000012");
	CHECK(runs[0].content == 'm' && runs[0].rows == 3 && runs[0].bytes == 99);
	free(runs);
	casefile_close(casefile);
	folder_remove(folder.path);
}

/* --- results --- */

static enum st_status put_result(struct casefile *casefile, uint8_t mark, size_t blocks, size_t block_bytes)
{
	struct st_error err;
	uint8_t *bytes = st_alloc(block_bytes);
	memset(bytes, mark, block_bytes);
	enum st_status status = ST_OK;
	for (size_t i = 0; i < blocks && status == ST_OK; i++) {
		uint8_t first[ST_DIGEST_BYTES] = {(uint8_t)(2 * i)};
		bytes[0] = (uint8_t)i;
		status = casefile_results_block(
			casefile, CASEFILE_ENTITIES, first, (struct st_span){bytes, block_bytes}, &err);
	}
	free(bytes);
	return status;
}

static int blocks_from(struct casefile *casefile, const uint8_t *from, uint8_t mark)
{
	struct casefile_blocks *blocks;
	struct st_span block;
	struct st_error err;
	int count = 0, start = -1;
	if (casefile_blocks_open(casefile, CASEFILE_ENTITIES, from, &blocks, &err) != ST_OK)
		return -1;
	for (;; count++) {
		if (casefile_blocks_next(blocks, &block, &err) != ST_OK)
			return -2;
		if (block.size == 0)
			break;
		if (block.data[block.size - 1] != mark)
			return -3;
		start = start < 0 ? block.data[0] : start;
	}
	casefile_blocks_close(blocks);
	return count * 100 + (start < 0 ? 0 : start);
}

static void readers_see_the_earlier_result_until_the_new_one_has_ended(void)
{
	struct folder folder = folder_make();
	struct casefile *writer, *reader;
	struct casefile_figures figures = {.records_raw = 5, .made_at = 77}, got;
	struct casefile_run *runs;
	size_t count;
	bool found;
	CHECK_OK(casefile_open(folder.file, NULL, CASEFILE_WRITE, &writer, &err));
	CHECK_OK(casefile_figures(writer, &got, &found, &err));
	CHECK(!found);
	CHECK_OK(casefile_results_begin(writer, &err));
	CHECK_INT(put_result(writer, 'a', 3, 1000), ST_OK);
	CHECK_OK(casefile_results_end(writer, &figures, &err));
	CHECK_INT(blocks_from(writer, NULL, 'a'), 300);
	const uint8_t exact[ST_DIGEST_BYTES] = {2}, between[ST_DIGEST_BYTES] = {3}, past[ST_DIGEST_BYTES] = {9};
	CHECK_INT(blocks_from(writer, exact, 'a'), 300); /* its row may begin in the block before */
	CHECK_INT(blocks_from(writer, between, 'a'), 201);
	CHECK_INT(blocks_from(writer, past, 'a'), 102);

	CHECK_INT(read_object(writer, 1, 1), ST_OK); /* a run to be forgotten */
	CHECK_OK(casefile_results_begin(writer, &err));
	CHECK_INT(put_result(writer, 'b', 100, 1 << 20), ST_OK); /* more than one partial commit */
	CHECK_INT(blocks_from(writer, NULL, 'a'), 300);
	CHECK_OK(casefile_open(folder.file, NULL, CASEFILE_READ, &reader, &err));
	CHECK_INT(blocks_from(reader, NULL, 'a'), 300);
	figures.records_raw = 6;
	CHECK_OK(casefile_results_end(writer, &figures, &err));
	CHECK_INT(blocks_from(writer, NULL, 'b'), 10000);
	CHECK_INT(blocks_from(reader, NULL, 'a'), 300); /* all it reads is of one moment */
	CHECK_OK(casefile_figures(reader, &got, &found, &err));
	CHECK(found && got.records_raw == 5 && got.made_at == 77);
	casefile_close(reader);
	CHECK_OK(casefile_runs(writer, &runs, &count, &err));
	CHECK_INT(count, 0);
	free(runs);

	CHECK_OK(casefile_results_begin(writer, &err));
	CHECK_INT(put_result(writer, 'c', 40, 1 << 20), ST_OK);
	casefile_results_drop(writer);
	CHECK_INT(blocks_from(writer, NULL, 'b'), 10000);
	CHECK_OK(casefile_results_begin(writer, &err));
	CHECK_INT(put_result(writer, 'd', 40, 1 << 20), ST_OK);
	casefile_close(writer); /* as a crash: never ended */
	CHECK_OK(casefile_open(folder.file, NULL, CASEFILE_WRITE, &writer, &err));
	CHECK_INT(blocks_from(writer, NULL, 'b'), 10000);
	casefile_close(writer);
	folder_remove(folder.path);
}

static void figures_come_back_as_they_were(void)
{
	struct folder folder = folder_make();
	struct casefile *casefile;
	uint32_t stores[2] = {0, 4};
	uint64_t distinct[2] = {10, UINT64_MAX};
	struct casefile_unit units[] = {{"message", 3, 2}};
	struct casefile_kind_figures kinds[] = {{"email_address", 9, 8, 7}, {"iban", 1, 1, 1}};
	struct casefile_store_records records[] = {{4, 30, 20, 10}};
	struct casefile_difference differing[] = {{4, 1, 2, 1, 3}};
	struct casefile_copy copies[] = {{.stores = stores,
		.distinct = distinct,
		.store_count = 2,
		.shared = 9,
		.differing_total = 1,
		.differing = differing,
		.differing_count = 1}};
	struct casefile_pair pairs[] = {{0, 4, UINT64_MAX}};
	struct casefile_figures in = {.records_raw = 1,
		.records_distinct = 2,
		.units = units,
		.unit_count = 1,
		.kinds = kinds,
		.kind_count = 2,
		.persons = {1, 2, 3},
		.staff = {4, 5, 6},
		.organizations = {7, 8, 9},
		.role_mailboxes = 10,
		.unlinked_phones = 11,
		.unlinked_ips = 12,
		.unlinked_names = 13,
		.stores = records,
		.store_count = 1,
		.copies = copies,
		.copy_count = 1,
		.made_at = -5,
		.pairs_known = true,
		.pairs = pairs,
		.pair_count = 1};
	struct casefile_figures out;
	bool found;
	CHECK_OK(casefile_open(folder.file, NULL, CASEFILE_WRITE, &casefile, &err));
	CHECK_OK(casefile_results_begin(casefile, &err));
	CHECK_OK(casefile_results_end(casefile, &in, &err));
	CHECK_OK(casefile_figures(casefile, &out, &found, &err));
	CHECK(found && out.records_raw == 1 && out.records_distinct == 2 && out.made_at == -5);
	CHECK(out.persons.max == 3 && out.staff.best == 5 && out.organizations.min == 7);
	CHECK(out.role_mailboxes == 10 && out.unlinked_phones == 11 && out.unlinked_ips == 12 &&
		out.unlinked_names == 13);
	CHECK_INT(out.kind_count, 2);
	CHECK_TEXT(out.kinds[1].kind, "iban");
	CHECK_TEXT(out.units[0].unit, "message");
	CHECK(out.stores[0].store == 4 && out.stores[0].within == 10);
	CHECK(out.copies[0].distinct[1] == UINT64_MAX && out.copies[0].stores[1] == 4 && !out.copies[0].identical);
	CHECK(out.pairs_known && out.pair_count == 1 && out.pairs[0].b == 4 && out.pairs[0].shared == UINT64_MAX);
	CHECK(out.copies[0].differing[0].object == 1 && out.copies[0].differing[0].record == 3);
	casefile_figures_free(&out);
	casefile_close(casefile);
	folder_remove(folder.path);
}

static void coverage_adds_up_and_counts_members_apart(void)
{
	struct folder folder = folder_make();
	struct casefile *casefile;
	struct casefile_coverage coverage;
	uint32_t store;
	CHECK_OK(casefile_open(folder.file, NULL, CASEFILE_WRITE, &casefile, &err));
	CHECK_OK(casefile_store_add(casefile, "es-1", "directory", &store, &err));
	struct casefile_object objects[] = {object_at("a", 10, 1), object_at("b", 20, 1), object_at("c", 40, 1),
		object_at("d", 80, 1), object_at("e", INT64_MAX, 1)};
	objects[1].status = ST_UNREAD; /* the listing says it */
	objects[1].reason = ST_REASON_NOT_A_FILE;
	CHECK_INT(list(casefile, store, objects, 5), ST_OK);
	CHECK_INT(read_object(casefile, 1, 1), ST_OK);
	CHECK_OK(casefile_commit_begin(casefile, &err));
	struct casefile_object copy = {.id = 3, .status = ST_DUPLICATE, .duplicate_of = 1};
	struct casefile_object partial = {
		.id = 4, .status = ST_PARTIAL, .reason = ST_REASON_TRUNCATED, .segment = 2, .stored_bytes = 50};
	CHECK_OK(casefile_put_object(casefile, &copy, &err));
	CHECK_OK(casefile_put_object(casefile, &partial, &err));
	CHECK_OK(casefile_commit_end(casefile, &err));
	CHECK_OK(casefile_coverage(casefile, &coverage, &err));
	CHECK_INT(coverage.listed, 5);
	CHECK(coverage.read == 1 && coverage.unread == 1 && coverage.duplicate == 1 && coverage.partial == 1 &&
		coverage.pending == 1);
	CHECK_INT(coverage.members, 1);
	CHECK_INT(coverage.members_unread[ST_REASON_ENCRYPTED], 1);
	CHECK_INT(coverage.unread_objects[ST_REASON_NOT_A_FILE], 1);
	CHECK_INT(coverage.bytes_read, 60);
	CHECK_INT(coverage.bytes_duplicate, 40);
	CHECK(coverage.bytes_listed == (uint64_t)INT64_MAX + 150);
	casefile_close(casefile);
	folder_remove(folder.path);
}

#define PACKED_TEST_BYTES 60000

/* 0: rows much alike, 1: bytes like any others, 2: a single byte. */
static struct st_span rows_of_sort(int sort, uint8_t bytes[PACKED_TEST_BYTES])
{
	uint32_t state = 1;
	for (size_t i = 0; i < PACKED_TEST_BYTES; i++) {
		state = state * 1664525 + 1013904223; /* Numerical Recipes */
		bytes[i] = sort == 0 ? (uint8_t)("user@fabrikam.example\x05"[i % 22]) : (uint8_t)(state >> 24);
	}
	return (struct st_span){bytes, sort == 2 ? 1 : PACKED_TEST_BYTES};
}

static void rows_come_back_as_they_were_and_those_alike_take_little_room(void)
{
	struct folder folder = folder_make();
	struct casefile *casefile;
	struct casefile_blocks *blocks;
	struct st_span block;
	static uint8_t bytes[PACKED_TEST_BYTES];
	struct casefile_figures figures = {.made_at = 1};
	uint8_t first[ST_DIGEST_BYTES] = {0};
	CHECK_OK(casefile_open(folder.file, NULL, CASEFILE_WRITE, &casefile, &err));
	CHECK_OK(casefile_results_begin(casefile, &err));
	for (int i = 0; i < 9; i++)
		CHECK_OK(casefile_results_block(casefile, i < 3 ? CASEFILE_RECORDS : CASEFILE_ENTITIES, first,
			rows_of_sort(i % 3, bytes), &err));
	CHECK_OK(casefile_results_end(casefile, &figures, &err));
	casefile_close(casefile);
	CHECK_OK(casefile_open(folder.file, NULL, CASEFILE_READ, &casefile, &err));
	for (int i = 0; i < 9; i++) {
		if (i % 3 == 0 && i < 6)
			CHECK_OK(casefile_blocks_open(
				casefile, i < 3 ? CASEFILE_RECORDS : CASEFILE_ENTITIES, NULL, &blocks, &err));
		CHECK_OK(casefile_blocks_next(blocks, &block, &err));
		struct st_span written = rows_of_sort(i % 3, bytes);
		CHECK_INT(block.size, written.size);
		CHECK(memcmp(block.data, written.data, written.size) == 0);
		if (i == 2 || i == 8)
			casefile_blocks_close(blocks);
	}
	casefile_close(casefile);
	struct stat info;
	CHECK_INT(stat(folder.file, &info), 0);
	/* records stay as they are, and what is random; of the rows alike nearly nothing is left */
	CHECK(info.st_size > 4 * PACKED_TEST_BYTES && info.st_size < 7 * PACKED_TEST_BYTES);
	folder_remove(folder.path);
}

/* --- on disk --- */

static void fill_with_planted_values(struct casefile *casefile)
{
	uint32_t store, segment;
	uint64_t run;
	struct st_error err;
	casefile_store_add(casefile, "store of " PLANTED, "directory", &store, &err);
	struct casefile_object objects[] = {object_at(PLANTED "/a", 10, 1), object_at(PLANTED "/b", 10, 1)};
	list(casefile, store, objects, 2);
	casefile_next_numbers(casefile, &segment, &run, &err);
	read_object(casefile, 1, segment);
	casefile_set(casefile, "options", span_of(PLANTED), &err);
	casefile_event(casefile, "reveal", PLANTED, &err);
	casefile_results_begin(casefile, &err);
	const uint8_t first[ST_DIGEST_BYTES] = {0};
	casefile_results_block(casefile, CASEFILE_ENTITIES, first, span_of(PLANTED), &err);
	struct casefile_figures figures = {.made_at = 1};
	casefile_results_end(casefile, &figures, &err);
}

static void no_value_name_or_path_stands_on_disk(void)
{
	struct folder folder = folder_make();
	struct casefile *casefile;
	uint8_t work_key[32], again[32];
	CHECK_OK(casefile_open(folder.file, NULL, CASEFILE_WRITE, &casefile, &err));
	fill_with_planted_values(casefile);
	CHECK_OK(casefile_work_key(casefile, work_key, &err));
	CHECK_OK(casefile_work_key(casefile, again, &err));
	CHECK(memcmp(work_key, again, sizeof again) == 0);
	CHECK_TEXT(folder_holds(folder.path, "contoso"), "");
	CHECK_OK(casefile_drop_work_key(casefile, &err));
	CHECK_OK(casefile_work_key(casefile, again, &err));
	CHECK(memcmp(work_key, again, sizeof again) != 0);
	casefile_close(casefile);
	CHECK_TEXT(folder_holds(folder.path, "contoso"), "");
	CHECK(folder_holds(folder.path, "SQLite format 3")[0] != 0); /* the search itself finds what is there */
	folder_remove(folder.path);
}

/* Killed at a random moment while it writes, again and again: what was committed is there, nothing in the clear. */
static void a_writer_killed_at_any_moment_leaves_a_whole_case(void)
{
	struct folder folder = folder_make();
	struct casefile *casefile;
	for (int round = 0; round < 20; round++) {
		pid_t child = fork();
		if (child == 0) {
			struct st_error err;
			if (casefile_open(folder.file, NULL, CASEFILE_WRITE, &casefile, &err) != ST_OK)
				_exit(1);
			for (;;)
				fill_with_planted_values(casefile);
		}
		usleep((useconds_t)(round * 1500));
		kill(child, SIGKILL);
		int status;
		waitpid(child, &status, 0);
		CHECK(WIFSIGNALED(status)); /* it could open what the one before had left */
		CHECK_TEXT(folder_holds(folder.path, "contoso"), "");
		struct casefile_coverage coverage;
		CHECK_OK(casefile_open(folder.file, NULL, CASEFILE_WRITE, &casefile, &err));
		CHECK_OK(casefile_coverage(casefile, &coverage, &err));
		CHECK(coverage.listed % 2 == 0); /* listings are whole */
		casefile_close(casefile);
	}
	folder_remove(folder.path);
}

int main(void)
{
	RUN(a_new_case_has_its_files_closed_to_others_and_nothing_else_beside_it);
	RUN(settings_and_events_come_back_as_they_were);
	RUN(a_second_listing_keeps_the_unchanged_resets_the_changed_and_removes_the_vanished);
	RUN(a_copy_is_read_itself_once_its_original_has_changed_or_gone);
	RUN(a_listing_that_names_an_object_twice_or_is_dropped_changes_nothing);
	RUN(many_parts_of_interleaved_segments_come_back_by_number);
	RUN(parts_of_readings_that_were_lost_are_removed_and_no_others);
	RUN(waiting_objects_come_by_store_and_number);
	RUN(a_segment_handed_out_is_never_given_again_though_its_reading_never_ended);
	RUN(a_dropped_commit_leaves_no_trace_and_numbers_only_grow);
	RUN(readers_see_the_earlier_result_until_the_new_one_has_ended);
	RUN(figures_come_back_as_they_were);
	RUN(coverage_adds_up_and_counts_members_apart);
	RUN(rows_come_back_as_they_were_and_those_alike_take_little_room);
	RUN(no_value_name_or_path_stands_on_disk);
	RUN(a_writer_killed_at_any_moment_leaves_a_whole_case);
	CHECK_END();
}
