/*
 * A document that is a zip archive of parts: Office Open XML (ECMA-376 part 2, Open Packaging Conventions) and
 * OpenDocument (ODF 1.3 part 2). The zip reader hands over here when the directory of an archive has the names of one;
 * when no format claims it, or it has no usable directory, it stays the plain zip that it also is. Private to extract.
 *
 * Every entry must end as text, as a member or as a row with its reason: package_done says which are, and what a
 * format leaves over it has to give with package_give.
 */
#ifndef STAUNCH_EXTRACT_PACKAGE_H
#define STAUNCH_EXTRACT_PACKAGE_H

#include "extract/reader.h"

#define PACKAGE_NONE SIZE_MAX

struct package;
struct zip;

/* A format of documents. The table stands in package.c: the first that claims a package reads it. */
struct package_format {
	/* By names and small entries; must give no text and no member. */
	bool (*claims)(struct package *package);
	/* Fills format and charset, and ends with package_end. One record: the document. */
	void (*read)(struct package *package, struct extract_part_result *result);
};
extern const struct package_format package_ooxml;
extern const struct package_format package_odf;

/* The part that the package is: for rebuilt_open and extract_run_*. */
struct reader_input *package_input(struct package *package);
/* Entries in the order of the directory, folders and equal names included. */
size_t package_entries(const struct package *package);
/* Raw bytes, as the directory has them; never to be trusted as a path. Valid as long as the package. */
struct st_span package_name(const struct package *package, size_t index);
bool package_is_folder(const struct package *package, size_t index);
/* The first entry of this name, ASCII letters in any case (ECMA-376 part 2, 6.2.2.3); PACKAGE_NONE. */
size_t package_find(const struct package *package, struct st_span name);
/*
 * The bytes of an entry, checked by size and CRC-32 at its end and counted against the limits of the object; close with
 * stream_close. May be called again, and for several entries at a time (64 KiB each). NULL when the entry cannot be
 * read: *reason says why (encrypted, overlapping, method).
 */
struct stream *package_open(struct package *package, size_t index, enum st_reason *reason);
/* The first bytes of an entry, into data; 0 when there are none or it cannot be read. */
size_t package_peek(struct package *package, size_t index, void *data, size_t capacity);
/* This entry is accounted for. */
void package_done(struct package *package, size_t index);
bool package_is_done(const struct package *package, size_t index);
/* An entry as a member of the document, through the table of readers (a folder: nothing); done. What cannot be read is
 * listed with its reason. A preview of the first page is no member: its bytes are not searched. */
void package_give(struct package *package, size_t index);
/* Lists an entry that cannot be read; done. */
void package_unread(struct package *package, size_t index, enum st_reason reason);
/* Why not all could be read; of several the first counts. */
void package_note(struct package *package, enum st_reason reason);
/* False when a limit of the whole object is met: nothing more will come out of any entry. */
bool package_goes_on(const struct package *package);
/* Text that a reader makes out of what it holds (a string that many cells show) counts against the limits, too: false
 * when one is met. */
bool package_expand(struct package *package, uint64_t bytes);
/* Status and reason of the document: has_text says that text was given. */
void package_end(struct package *package, bool has_text, struct extract_part_result *result);

/* --- for the zip reader --- */

/* Does an archive with an entry of this name look like a package? */
bool package_is_mark(struct st_span name);
/* Reads the archive as a document; false when it is none that we know, and nothing was given. */
bool package_read(struct zip *zip, struct reader_input *input, struct extract_part_result *result);

#endif
