/* Queues of marks and records; both are short: what is judged goes out with the mentions around it. */
#include "worker/marker.h"

void marker_begin(struct marker *marker, struct words_types *types, bool joined)
{
	words_begin(marker->words);
	marker->items.size = marker->items_at = 0;
	marker->records.size = marker->records_at = 0;
	marker->person_end = 0;
	marker->subject_count = 0;
	marker->types = types;
	marker->joined = joined;
}

void marker_free(struct marker *marker)
{
	words_close(marker->words);
	st_buf_free(&marker->items);
	st_buf_free(&marker->records);
}

void marker_add(struct marker *marker, const struct marker_item *item)
{
	st_buf_add(&marker->items, item, sizeof *item);
}

static void keep_subject(struct marker *marker, const struct marker_item *item)
{
	marker->subjects[marker->subject_count++ % 8] = *item;
}

/* A subject counts at its place when a person stands shortly before it. */
static bool is_near(struct marker *marker, struct marker_item *item)
{
	bool near = marker->person_end != 0 && marker->person_end <= item->text_start &&
		    item->text_start - marker->person_end <= MARKER_NEAR_BYTES;
	if (near)
		item->other = marker->person_start;
	else
		keep_subject(marker, item);
	return near;
}

bool marker_next(struct marker *marker, uint64_t limit, struct marker_item *out)
{
	while (marker->items_at < marker->items.size) {
		memcpy(out, marker->items.data + marker->items_at, sizeof *out);
		if (out->text_start > limit)
			return false;
		marker->items_at += sizeof *out;
		if (out->kind != MARKING_SPECIAL || is_near(marker, out))
			return true;
	}
	marker->items.size = marker->items_at = 0;
	return false;
}

size_t marker_person(struct marker *marker, uint64_t start, uint64_t end, uint64_t stored, struct marker_item out[8])
{
	size_t count = 0, kept = marker->subject_count < 8 ? marker->subject_count : 8;
	marker->person_start = start;
	marker->person_end = end;
	for (size_t i = 0; i < kept; i++) {
		struct marker_item *subject = &marker->subjects[i];
		if (start - subject->text_start > MARKER_NEAR_BYTES)
			continue;
		out[count] = *subject;
		out[count].other = subject->text_start;
		out[count].text_start = start;
		out[count++].start = stored;
	}
	marker->subject_count = 0;
	return count;
}

/* --- types --- */

void marker_record(struct marker *marker, uint64_t start, uint64_t end, uint64_t number)
{
	struct marker_record record = {start, end, number};
	st_buf_add(&marker->records, &record, sizeof record);
}

bool marker_typed(struct marker *marker, uint64_t *number, const char **type)
{
	struct marker_record record;
	struct words_types types = {0};
	if (marker->records_at == marker->records.size) {
		marker->records.size = marker->records_at = 0;
		return false;
	}
	memcpy(&record, marker->records.data + marker->records_at, sizeof record);
	if (record.end > words_done(marker->words))
		return false;
	marker->records_at += sizeof record;
	words_types_of(marker->words, record.start, record.end, &types);
	if (record.start == 0)
		words_types_add(&types, marker->types);
	*number = record.number;
	*type = words_type(&types);
	return true;
}

void marker_end(struct marker *marker)
{
	words_finish(marker->words);
	if (marker->joined)
		words_types_of(marker->words, 0, UINT64_MAX, marker->types);
}
