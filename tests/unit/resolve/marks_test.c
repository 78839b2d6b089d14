/* Marks: each distinct record has its own 32 bits, found under its first place and nowhere else. */
#include "fixture.h"

#define SEGMENTS 5

/* Segments with these numbers of records, every third record of which says the same as others. */
static const uint64_t sizes[SEGMENTS] = {1, 7000, 0, 63, 300000};

static uint32_t content_of(uint32_t segment, uint64_t record)
{
	return record % 3 == 0 ? (uint32_t)record : (uint32_t)(1000000 * segment + record);
}

static bool merge(struct folder *folder, struct resolve_segment segments[SEGMENTS], struct resolve_records *records)
{
	static const uint32_t store[1] = {0};
	struct runs *runs = st_alloc_zero(1, sizeof *runs);
	struct resolve_collector *collector = resolve_collector_open(&folder->work, 1);
	struct st_error err = {0};
	for (uint32_t i = 0; i < SEGMENTS; i++) {
		segments[i] =
			(struct resolve_segment){.id = 3 * i + 2, .records = sizes[i], .stores = store, .copies = 1};
		for (uint64_t j = 0; j < sizes[i]; j++) {
			uint8_t sha256[ST_SHA256_BYTES];
			content_sha256(content_of(i, j), sha256);
			resolve_add_record(collector, segments[i].id, j, sha256);
		}
	}
	bool good = runs_flush(runs, collector);
	resolve_collector_close(collector);
	struct resolve_input input = {.work = &folder->work,
		.segments = segments,
		.segment_count = SEGMENTS,
		.store_count = 1,
		.runs = runs->list,
		.run_count = runs->count};
	good = good && resolve_merge_records(&input, records, &err) == ST_OK;
	free(runs);
	return good;
}

static void each_distinct_record_has_marks_of_its_own(void)
{
	struct folder folder;
	struct resolve_segment segments[SEGMENTS];
	struct resolve_records records;
	struct resolve_marks *marks;
	uint64_t found = 0, count;
	CHECK(folder_open(&folder));
	CHECK(merge(&folder, segments, &records));
	CHECK_OK(resolve_marks_open(&folder.work, records.first, &marks, &err));
	for (uint32_t i = 0; i < SEGMENTS; i++) {
		for (uint64_t j = 0; j < sizes[i]; j++) {
			uint32_t *mark = resolve_marks_at(marks, segments[i].id, j);
			CHECK_INT(mark != NULL, resolve_first_count(records.first, segments[i].id, j, j + 1));
			if (mark == NULL)
				continue;
			CHECK_INT(*mark, 0); /* nobody else's */
			*mark = content_of(i, j) + 1;
			found++;
		}
	}
	CHECK_INT(found, records.distinct);
	for (uint32_t i = SEGMENTS; i-- > 0;) {
		for (uint64_t j = 0; j < sizes[i]; j += 17) {
			const uint32_t *mark = resolve_marks_at(marks, segments[i].id, j);
			CHECK(mark == NULL || *mark == content_of(i, j) + 1);
		}
	}
	resolve_marks_all(marks, &count);
	CHECK_INT(count, records.distinct);
	CHECK(resolve_marks_at(marks, segments[1].id, sizes[1]) == NULL);
	CHECK(resolve_marks_at(marks, 1, 0) == NULL);
	resolve_marks_close(marks);
	resolve_records_free(&records);
	folder_close(&folder);
}

static void no_file_is_left_behind(void)
{
	struct folder folder;
	struct resolve_segment segments[SEGMENTS];
	struct resolve_records records;
	struct resolve_marks *marks;
	bool any;
	CHECK(folder_open(&folder));
	CHECK(merge(&folder, segments, &records));
	int before = folder_files(&folder, NULL, &any);
	CHECK_OK(resolve_marks_open(&folder.work, records.first, &marks, &err));
	CHECK_INT(folder_files(&folder, NULL, &any), before);
	resolve_marks_close(marks);
	resolve_records_free(&records);
	folder_close(&folder);
}

int main(void)
{
	RUN(each_distinct_record_has_marks_of_its_own);
	RUN(no_file_is_left_behind);
	CHECK_END();
}
