/* Names of columns are looked at once, when they are told; a value only asks in which stretch it lies. */
#include "detect/fields.h"

#include <stdlib.h>

/* What label_before() and phrase_before() would read if the name stood before the value. */
static void read_name(struct st_span name, struct detect_field *out)
{
	const struct detect_window window = {.data = name.data, .size = name.size};
	out->sets = 0;
	for (unsigned set = 0; set < LABEL_SETS; set++)
		if (label_before(&window, name.size, (enum label_set)set, name.size))
			out->sets |= 1u << set;
	label_text_before(&window, name.size, name.size, &out->words);
}

unsigned fields_name(struct fields *fields, struct st_span name)
{
	struct detect_field read;
	if (name.size == 0 || name.size > CEIL_FIELD_NAME_BYTES || fields->name_count == CEIL_FIELD_NAMES)
		return 0;
	read_name(name, &read);
	if (read.words.size == 0)
		return 0;
	if (fields->name_count == fields->name_capacity) {
		fields->name_capacity = fields->name_capacity ? 2 * fields->name_capacity : 16;
		fields->names = st_realloc(fields->names, fields->name_capacity * sizeof *fields->names);
	}
	fields->names[fields->name_count++] = read;
	return (unsigned)fields->name_count;
}

void fields_begin(struct fields *fields, uint64_t start, unsigned field)
{
	if (fields->first + fields->count == fields->capacity) {
		if (fields->first > fields->capacity / 2) {
			memmove(fields->stretches, fields->stretches + fields->first,
				fields->count * sizeof *fields->stretches);
			fields->first = 0;
		} else {
			fields->capacity = fields->capacity ? 2 * fields->capacity : 64;
			fields->stretches = st_realloc(fields->stretches, fields->capacity * sizeof *fields->stretches);
		}
	}
	fields->stretches[fields->first + fields->count++] =
		(struct field_stretch){start, field <= fields->name_count ? field : 0};
}

const struct detect_field *fields_at(struct fields *fields, uint64_t offset)
{
	while (fields->count > 1 && fields->stretches[fields->first + 1].start <= offset) {
		fields->first++;
		fields->count--;
	}
	if (fields->count == 0)
		return NULL;
	const struct field_stretch *here = &fields->stretches[fields->first];
	return here->start <= offset && here->field > 0 ? &fields->names[here->field - 1] : NULL;
}

void fields_clear(struct fields *fields)
{
	fields->name_count = fields->first = fields->count = 0;
}

void fields_free(struct fields *fields)
{
	free(fields->names);
	free(fields->stretches);
}
