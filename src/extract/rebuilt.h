/*
 * Text that a reader puts together (Office files, PDF): there is no byte-for-byte way back to what is stored, so
 * offsets are those of this text and the part says so (contract 4, "unit":"text"). Places say where in the document a
 * stretch of it stands. The whole text is one record, a document.
 */
#ifndef STAUNCH_EXTRACT_REBUILT_H
#define STAUNCH_EXTRACT_REBUILT_H

#include "extract/reader.h"

struct rebuilt;
/* input is borrowed until rebuilt_end. */
struct rebuilt *rebuilt_open(struct reader_input *input);
/* UTF-8, cut anywhere; passed on as it is, in blocks of CEIL_TEXT_BLOCK_BYTES. */
void rebuilt_text(struct rebuilt *rebuilt, const void *data, size_t size);
/* Ends the line if one is open: nothing that stands in two lines, cells or paragraphs may read as one value. */
void rebuilt_line(struct rebuilt *rebuilt);
/* The same between cells of a row. */
void rebuilt_tab(struct rebuilt *rebuilt);
/*
 * What follows stands at this place; ends the line. `what` is the reader's own ("page 3", "comment", "sheet"), `name`
 * may be empty or comes out of the document: personal data, shown only by --reveal. A place without text leaves no
 * trace.
 */
void rebuilt_place(struct rebuilt *rebuilt, const char *what, struct st_span name);
/* The number that a column of this name has outside, 0 when nobody asks for it (extract_events.column). */
unsigned rebuilt_column(struct rebuilt *rebuilt, struct st_span name);
/* What follows, until the next call, stands in that column; 0: in none. */
void rebuilt_cell(struct rebuilt *rebuilt, unsigned column);
/* What is given from here on goes to `into` as well, until that holds limit_bytes; NULL: no longer. Borrowed. */
void rebuilt_tap(struct rebuilt *rebuilt, struct st_buf *into, size_t limit_bytes);
/* Text so far, in bytes: 0 when nothing but blanks came is for the reader to say (`no-text`). */
uint64_t rebuilt_size(const struct rebuilt *rebuilt);
/* Anything but blanks yet? */
bool rebuilt_has_words(const struct rebuilt *rebuilt);
/* Sends what is left, reports the record unless all was blank, marks the result as rebuilt, frees. */
void rebuilt_end(struct rebuilt *rebuilt, struct extract_part_result *result);

#endif
