/* Containers that libarchive opens; one format at a time, chosen by our own look at the first bytes. Private to
 * extract. */
#ifndef STAUNCH_EXTRACT_LIBARCHIVE_H
#define STAUNCH_EXTRACT_LIBARCHIVE_H

#include "extract/archive_shape.h"
#include "extract/reader.h"

struct archive;

struct libarchive_format {
	int (*enable)(struct archive *archive); /* archive_read_support_format_NAME; never _all */
	void (*shape)(struct stream *stream, struct archive_shape *shape); /* or NULL */
	/* What the header of the entry that begins at or behind an offset promises; or NULL */
	void (*look)(struct stream *stream, uint64_t at, struct archive_file *file);
	bool (*begins)(struct st_span bytes); /* not NULL: archives of this format may follow each other in one file */
	/* NULL, or NULL-ended options that make libarchive follow another directory of the same archive */
	const char *const *other_trees;
	bool drains;         /* libarchive decodes what is skipped: done here instead, where it can be counted */
	bool folder_content; /* the header of a folder may carry bytes that belong to nothing */
	bool seeks;          /* cannot be read front to back */
};

/* A reader's read. */
void libarchive_read(
	struct reader_input *input, const struct libarchive_format *format, struct extract_part_result *result);

#endif
