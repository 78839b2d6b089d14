/*
 * OpenDocument (OASIS ODF 1.3 part 3, schema; what LibreOffice writes beside it): how its XML becomes text. Shared by
 * the reader of packages (odt, ods, odp, odg, their templates) and that of flat files (fodt, fods, fodp, fodg). Private
 * to extract.
 */
#ifndef STAUNCH_EXTRACT_ODF_H
#define STAUNCH_EXTRACT_ODF_H

#include "extract/rebuilt.h"
#include "extract/xml.h"

/* --- lines of text, and what stands aside of them (odf_lines.c) --- */

/*
 * A note, a comment or a text box stands in the middle of a paragraph, perhaps of a word: it is put aside, into a level
 * of its own, and given behind the paragraph or the table row that it stands in, so that it cuts nothing. Blanks
 * collapse (ODF 1.3 part 3, 6.1.2); gaps are made before the next word, never at an end.
 */
struct odf_lines;

enum odf_gap {
	ODF_GAP_NONE,
	ODF_GAP_TAB,
	ODF_GAP_LINE,
};

struct odf_lines *odf_lines_open(struct rebuilt *rebuilt);
/* Gives what still waits, frees. */
void odf_lines_close(struct odf_lines *lines);

/* Character data, cut anywhere. Line ends are blanks inside of a paragraph, else they end the line. */
void odf_lines_text(struct odf_lines *lines, const char *data, size_t size);
/* What parts the next word from the last one; the widest that was asked for. */
void odf_lines_gap(struct odf_lines *lines, enum odf_gap gap);
/* Blanks that do not collapse (text:s). */
void odf_lines_blanks(struct odf_lines *lines, unsigned count);
/* Blanks in a row beyond these say no more. */
#define ODF_BLANKS_AT_ONCE 16
/* Words put so far where we are now; a cell that has put some ends in a tab, whatever its paragraphs ended in. */
uint64_t odf_lines_words(const struct odf_lines *lines);
void odf_lines_cell(struct odf_lines *lines, uint64_t words_at_its_start);
/* Stands before the next word of this level, once; NULL forgets it. */
void odf_lines_prefix(struct odf_lines *lines, const char *name);

/* A paragraph or a row of cells begins or ends: nothing may cut it. */
void odf_lines_hold(struct odf_lines *lines);
void odf_lines_release(struct odf_lines *lines);
bool odf_lines_are_held(const struct odf_lines *lines);

/* Where what follows stands, until the mark is given back; in the order of a stack. A name may be NULL. */
struct odf_mark {
	size_t label, labels_size;
	bool aside;
};
struct odf_mark odf_lines_place(struct odf_lines *lines, const char *what, const char *name);
/* The same, put aside when something is held. */
struct odf_mark odf_lines_aside(struct odf_lines *lines, const char *what, const char *name);
void odf_lines_back(struct odf_lines *lines, const struct odf_mark *mark);
/* From here on every place is this one (an object inside the document, an entry that no rule knows); NULL ends it. */
void odf_lines_fix(struct odf_lines *lines, const char *what, const char *name);

/* Text is also kept, up to a limit, from odf_lines_keep on until the last position that it gave is given back:
 * what a cell shows is held against the value that it has. */
size_t odf_lines_keep(struct odf_lines *lines);
/* What was shown since; false when it was more than is kept. */
bool odf_lines_kept(const struct odf_lines *lines, size_t from, struct st_span *out);
void odf_lines_forget(struct odf_lines *lines, size_t from);

/* --- values (odf_value.c) --- */

/* Does a shown text hold a number as ODF stores it (1234.5, 4.1E+15)? All its digits, in order and together. */
bool odf_number_is_shown(struct st_span shown, const char *number);
/* The same of a text, blanks aside. */
bool odf_text_is_shown(struct st_span shown, const char *value);
/* The same number without exponent, in `out`; the number itself when it is none, or longer than that. */
#define ODF_NUMBER_BYTES 48
const char *odf_number_plain(const char *number, char out[ODF_NUMBER_BYTES]);
/* The next piece of a formula or condition that is text: a constant between quotes, or what stands between two of them
 * when it holds an @ or six digits in a row. Moves *formula behind it; false at the end. */
bool odf_formula_text(const char **formula, struct st_span *out);
/* Numbers, dates, durations, truth values: what a program writes of itself. */
bool odf_is_machine_value(struct st_span text);

/* --- elements and attributes (odf_names.c) --- */

enum odf_element {
	ODF_OTHER, /* inline in a paragraph, else a line of its own */
	ODF_PARAGRAPH,
	ODF_BLANKS,
	ODF_TAB,
	ODF_BREAK,
	ODF_TABLE,
	ODF_ROW,
	ODF_CELL,
	ODF_NOTE,
	ODF_ANNOTATION,
	ODF_RUBY_TEXT,
	ODF_SHAPE,
	ODF_IMAGE, /* its link leads into the package */
	ODF_TITLE,
	ODF_LINK,
	ODF_BOOKMARK,
	ODF_HIDDEN,
	ODF_SECTION,
	ODF_PAGE,
	ODF_NOTES,
	ODF_MASTER,
	ODF_HEADER,
	ODF_FOOTER,
	ODF_CHANGES,
	ODF_DELETION,
	ODF_FORMS,
	ODF_VALIDATIONS,
	ODF_NAMED,
	ODF_FIELDS,
	ODF_META,
	ODF_PROPERTY, /* whatever stands in ODF_META */
	ODF_SETTINGS,
	ODF_SCRIPT,
	ODF_STYLES,
	ODF_STYLE,
	ODF_STYLE_PROPERTIES,
	ODF_BODY,
	ODF_SPREADSHEET,
	ODF_TEXT, /* the body of a text, of a number format, a form control */
	ODF_DRAWING,
	ODF_CHART,
	ODF_DOCUMENT,
	ODF_BINARY,
	ODF_CONFIG_ITEM,
	ODF_RECORD, /* all its attributes are text: bibliography, index marks */
};
enum odf_element odf_element_of(const char *name);

enum odf_attribute {
	ODF_ATTRIBUTE_NONE,
	ODF_ATTRIBUTE_NAME,
	ODF_ATTRIBUTE_LINK,
	ODF_ATTRIBUTE_VALUE,  /* also shown, mostly: text unless it is */
	ODF_ATTRIBUTE_NUMBER, /* the same, of a number */
	ODF_ATTRIBUTE_DATE,
	ODF_ATTRIBUTE_FORMULA,
	ODF_ATTRIBUTE_TEXT,
};
/* By its name without prefix. */
enum odf_attribute odf_attribute_of(const char *name);

/* --- a stream of XML as text (odf_text.c) --- */

struct odf_text;
/* binary: gets what stands in the document in Base64 (flat files), decoded, under a name, or why it could not be. */
typedef void odf_binary(void *context, const char *name, struct st_span data, enum st_reason reason);
struct odf_text *odf_text_open(struct rebuilt *rebuilt, odf_binary *binary, void *context);
/* content.xml, styles.xml, meta.xml or a flat file. object: NULL, or the name of the object inside of the document that
 * it belongs to. What came before a failure was given. */
enum st_reason odf_text_read(struct odf_text *text, struct stream *stream, const char *object);
/* An entry of a package that no rule knows, at the place `entry`: all its texts, and all its attributes or those that
 * are text everywhere. */
enum st_reason odf_text_read_entry(
	struct odf_text *text, struct stream *stream, const char *entry, bool all_attributes);
void odf_text_close(struct odf_text *text);

/* --- document type declarations of old (odf_prolog.c) --- */

/* The same XML without a declaration that declares nothing; `from` is borrowed. */
struct stream *odf_prolog_open(struct stream *from);

#endif
