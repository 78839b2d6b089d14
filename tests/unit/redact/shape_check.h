/* A table of texts and what a shape tells of them, in every cutting into two. */
#ifndef STAUNCH_TESTS_SHAPE_CHECK_H
#define STAUNCH_TESTS_SHAPE_CHECK_H

#include "check.h"
#include "shape_reading.h"

struct shape_row {
	const char *text, *places;
};

/* The number of rows that differ; each is printed. */
static inline size_t rows_that_differ(
	const struct shape_format *format, const struct shape_row *rows, size_t count, bool columns)
{
	size_t differing = 0;
	for (size_t i = 0; i < count; i++) {
		struct st_span text = {(const uint8_t *)rows[i].text, strlen(rows[i].text)};
		auto_shape_reading whole = read_shape(format, text, SIZE_MAX, SIZE_MAX, columns);
		bool same = whole.broken == NULL && whole.line.size == strlen(rows[i].places) &&
			    (whole.line.size == 0 || memcmp(whole.line.data, rows[i].places, whole.line.size) == 0);
		const char *broken = whole.broken;
		size_t cut = 0;
		for (size_t at = 1; same && at <= text.size; at++) {
			auto_shape_reading halves = read_shape(format, text, at, SIZE_MAX, columns);
			auto_shape_reading pieces = read_shape(format, text, at, 1, columns);
			if (same_shape(&whole, &halves) && same_shape(&whole, &pieces) && halves.broken == NULL &&
				pieces.broken == NULL)
				continue;
			same = false;
			cut = at;
			broken = halves.broken ? halves.broken : pieces.broken;
		}
		if (same)
			continue;
		differing++;
		printf("# %s\n#   is   %.*s\n#   want %s\n#   cut at %zu, %s\n", rows[i].text, (int)whole.line.size,
			(const char *)whole.line.data, rows[i].places, cut, broken ? broken : "no rule broken");
	}
	return differing;
}

#define CHECK_PLACES(format, rows, columns) \
	CHECK_INT(rows_that_differ(format, rows, sizeof(rows) / sizeof((rows)[0]), columns), 0)

#endif
