#include "redact/pending.h"

#include <stdlib.h>

/* Room for one more at the end of a list whose first `*first` entries are done with. */
static void *make_room(void *list, size_t size, size_t *first, size_t *count, size_t *capacity)
{
	if (*count < *capacity)
		return list;
	if (*first > *count / 2) {
		memmove(list, (uint8_t *)list + *first * size, (*count - *first) * size);
		*count -= *first;
		*first = 0;
		return list;
	}
	*capacity = *capacity ? *capacity * 2 : 64;
	return st_realloc(list, *capacity * size);
}

/* Values of mentions that are done with go once they are most of what is held. */
static void drop_values(struct pending *pending)
{
	size_t first = pending->values.size;
	if (first < pending->values_kept)
		return;
	for (size_t i = pending->mention; i < pending->mention_count; i++) /* not in the order of their mentions */
		first = pending->mentions[i].value < first ? pending->mentions[i].value : first;
	st_buf_drop_front(&pending->values, first);
	for (size_t i = pending->mention; i < pending->mention_count; i++)
		pending->mentions[i].value -= first;
	pending->values_kept = 2 * pending->values.size + 4096;
}

/* By start; what all is about a field first, then the longer, then what is known from elsewhere: the order in which
 * they come says nothing. */
static bool goes_before(const struct pending_mention *a, const struct pending_mention *b)
{
	if (a->start != b->start)
		return a->start < b->start;
	if (a->field != b->field)
		return a->field;
	if (a->end != b->end)
		return a->end > b->end;
	if (a->rest != b->rest)
		return b->rest;
	return a->known != b->known ? a->known : a->kind < b->kind;
}

void pending_add_mention(struct pending *pending, const struct pending_mention *mention, struct st_span value)
{
	drop_values(pending);
	pending->mentions = make_room(pending->mentions, sizeof *pending->mentions, &pending->mention,
		&pending->mention_count, &pending->mention_capacity);
	size_t at = pending->mention_count++;
	/* detectors come later than the stretches that they cannot search, known names and fields as it happens */
	for (; at > pending->mention && goes_before(mention, &pending->mentions[at - 1]); at--)
		pending->mentions[at] = pending->mentions[at - 1];
	pending->mentions[at] = *mention;
	pending->mentions[at].value = pending->values.size;
	pending->mentions[at].value_size = (uint16_t)value.size;
	if (value.size > 0)
		st_buf_add(&pending->values, value.data, value.size);
}

void pending_add_place(struct pending *pending, const struct shape_place *place, enum redact_action said)
{
	if (pending->place_count == pending->place_capacity)
		pending->places = make_room(pending->places, sizeof *pending->places, &pending->place,
			&pending->place_count, &pending->place_capacity);
	struct pending_place *here = &pending->places[pending->place_count++];
	here->start = place->start;
	here->end = place->end;
	here->object = place->object;
	here->depth = place->depth;
	here->kind = (uint8_t)place->kind;
	here->escape = (uint8_t)place->escape;
	here->quote = place->quote;
	here->said = (uint8_t)said;
	here->first = place->first;
	here->last = place->last;
}

const struct pending_place *pending_place_at(const struct pending *pending, uint64_t offset)
{
	size_t low = pending->place, high = pending->place_count;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (pending->places[middle].end <= offset)
			low = middle + 1;
		else
			high = middle;
	}
	bool found = low < pending->place_count && pending->places[low].start <= offset;
	return found ? &pending->places[low] : NULL;
}

void pending_add_kept(struct pending *pending, uint64_t start, uint64_t end)
{
	pending->kept = make_room(
		pending->kept, sizeof *pending->kept, &pending->keep, &pending->kept_count, &pending->kept_capacity);
	pending->kept[pending->kept_count++] = (struct pending_range){start, end};
}

const struct pending_mention *pending_first(const struct pending *pending)
{
	return pending->mention < pending->mention_count ? &pending->mentions[pending->mention] : NULL;
}

struct st_span pending_value(const struct pending *pending, const struct pending_mention *mention)
{
	return (struct st_span){pending->values.data + mention->value, mention->value_size};
}

void pending_pop(struct pending *pending)
{
	if (++pending->mention < pending->mention_count)
		return;
	pending->mention = pending->mention_count = 0;
	pending->values.size = 0;
}

void pending_forget(struct pending *pending, uint64_t offset)
{
	while (pending->place < pending->place_count && pending->places[pending->place].end <= offset)
		pending->place++;
	while (pending->keep < pending->kept_count && pending->kept[pending->keep].end <= offset)
		pending->keep++;
	if (pending->place == pending->place_count)
		pending->place = pending->place_count = 0;
	if (pending->keep == pending->kept_count)
		pending->keep = pending->kept_count = 0;
}

void pending_clear(struct pending *pending)
{
	pending->mention = pending->mention_count = 0;
	pending->place = pending->place_count = 0;
	pending->keep = pending->kept_count = 0;
	pending->values.size = 0;
}

void pending_free(struct pending *pending)
{
	free(pending->mentions);
	free(pending->places);
	free(pending->kept);
	st_buf_wipe(&pending->values);
	*pending = (struct pending){0};
}
