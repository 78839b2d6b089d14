/* Which records copies differ in, by object, part and number: what the copies know are segment and number in it. */
#include "base/search.h"
#include "cli/scan.h"

#include <stdlib.h>

/* The object of its store that holds a differing record: the one that was read, or its copy there. */
struct holder {
	struct casefile_difference *row;
	uint32_t segment, original;
	bool object_known;
	bool named; /* by part and number */
};

struct scan_differing {
	struct holder *list; /* by segment, then by original, then by segment again */
	size_t count;
};

static int holders_by_segment(const void *a, const void *b)
{
	const struct holder *x = a, *y = b;
	return x->segment < y->segment ? -1 : x->segment > y->segment;
}

static int holders_by_original(const void *a, const void *b)
{
	const struct holder *x = a, *y = b;
	return x->original < y->original ? -1 : x->original > y->original;
}

static enum st_status hold_original(void *context, const struct casefile_object *object, struct st_error *err)
{
	(void)err;
	struct scan_differing *differing = context;
	if (object->segment == 0)
		return ST_OK;
	size_t at = ST_FIRST_AT_LEAST(differing->list, differing->count, segment, object->segment);
	for (; at < differing->count && differing->list[at].segment == object->segment; at++) {
		struct holder *holder = &differing->list[at];
		holder->original = holder->row->object = object->id;
		holder->object_known = object->store == holder->row->store;
	}
	return ST_OK;
}

static enum st_status hold_copy(void *context, const struct casefile_object *object, struct st_error *err)
{
	(void)err;
	struct scan_differing *differing = context;
	if (object->duplicate_of == 0)
		return ST_OK;
	size_t at = ST_FIRST_AT_LEAST(differing->list, differing->count, original, object->duplicate_of);
	for (; at < differing->count && differing->list[at].original == object->duplicate_of; at++) {
		struct holder *holder = &differing->list[at];
		if (holder->object_known || object->store != holder->row->store)
			continue;
		holder->row->object = object->id;
		holder->object_known = true;
	}
	return ST_OK;
}

static void gather(struct casefile_figures *figures, struct scan_differing *out)
{
	size_t most = 0;
	for (size_t i = 0; i < figures->copy_count; i++)
		most += figures->copies[i].differing_count;
	out->list = st_alloc_zero(most, sizeof *out->list);
	for (size_t i = 0; i < figures->copy_count; i++)
		for (size_t j = 0; j < figures->copies[i].differing_count; j++) {
			struct casefile_difference *row = &figures->copies[i].differing[j];
			out->list[out->count++] = (struct holder){.row = row, .segment = row->part};
		}
}

static enum st_status find_objects(struct casefile *casefile, struct scan_differing *differing, struct st_error *err)
{
	if (differing->count == 0)
		return ST_OK;
	qsort(differing->list, differing->count, sizeof *differing->list, holders_by_segment);
	ST_TRY(casefile_outlines(casefile, hold_original, differing, err));
	qsort(differing->list, differing->count, sizeof *differing->list, holders_by_original);
	ST_TRY(casefile_outlines(casefile, hold_copy, differing, err));
	qsort(differing->list, differing->count, sizeof *differing->list, holders_by_segment);
	return ST_OK;
}

enum st_status scan_differing_open(
	struct casefile *casefile, struct casefile_figures *figures, struct scan_differing **out, struct st_error *err)
{
	*out = st_alloc_zero(1, sizeof **out);
	gather(figures, *out);
	return find_objects(casefile, *out, err);
}

void scan_differing_part(struct scan_differing *differing, const struct casefile_part *part)
{
	size_t at = ST_FIRST_AT_LEAST(differing->list, differing->count, segment, part->segment);
	for (; at < differing->count && differing->list[at].segment == part->segment; at++) {
		struct casefile_difference *row = differing->list[at].row;
		if (differing->list[at].named || row->record < part->first_record ||
			row->record - part->first_record >= part->records)
			continue;
		row->part = part->part;
		row->record = row->record - part->first_record + 1;
		differing->list[at].named = true;
	}
}

void scan_differing_close(struct scan_differing *differing)
{
	if (differing == NULL)
		return;
	free(differing->list);
	free(differing);
}
