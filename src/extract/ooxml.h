/* What the files of the Office Open XML reader share (ECMA-376, 5th edition; ISO/IEC 29500). Private to it. */
#ifndef STAUNCH_EXTRACT_OOXML_H
#define STAUNCH_EXTRACT_OOXML_H

#include "extract/ooxml_flow.h"
#include "extract/ooxml_number.h"
#include "extract/ooxml_strings.h"
#include "extract/package.h"
#include "extract/xml.h"

/* Where a part stands in the document, when the parts that lead to it say so. */
struct ooxml_label {
	const char *what; /* NULL: its root element says it */
	char *name;       /* owned, or NULL */
	bool hidden;
	bool is_xml; /* by its name or its content type */
};

struct ooxml {
	struct package *package;
	struct rebuilt *text;
	struct flow flow;
	struct ooxml_label *labels; /* one for each entry */
	struct ooxml_strings strings;
	struct ooxml_formats formats;
	bool dates_1904;
};

/* --- relationships (ooxml_links.c; ECMA-376 part 2, 6.5) --- */

struct ooxml_link {
	size_t id, type; /* in the ids, NUL-ended; of the type its last word */
	size_t entry;    /* the target's */
};

/* The links of one part to entries of the package, in the order of the file. */
struct ooxml_links {
	struct ooxml_link *links;
	size_t count, capacity;
	size_t at; /* where the last was found */
	struct st_buf ids;
};

/* Reads them; what cannot be read gives none here, and is said when the entry is read as a part. index PACKAGE_NONE:
 * those of the package. Caller frees. */
void ooxml_links_read(struct ooxml *ooxml, size_t index, struct ooxml_links *links);
void ooxml_links_free(struct ooxml_links *links);
/* The entry behind an id; PACKAGE_NONE. */
size_t ooxml_link_by_id(struct ooxml_links *links, const char *id);
/* The next link, from *at on, whose type ends with this word (transitional and strict namespaces differ before it). */
size_t ooxml_link_by_type(const struct ooxml_links *links, const char *type, size_t *at);

/* --- one part (ooxml_part.c) --- */

struct ooxml_sheet;
struct ooxml_reading;

/* How the elements of a part are read; the root element decides. */
enum ooxml_grammar { GRAMMAR_NONE, GRAMMAR_OFFICE, GRAMMAR_ANY, GRAMMAR_LINKS, GRAMMAR_SHEET, GRAMMAR_STRINGS };

struct ooxml_part {
	struct ooxml *ooxml;
	struct flow *flow;
	size_t index;
	enum ooxml_grammar grammar;
	uint8_t kinds[CEIL_XML_DEPTH + 1]; /* of each open element */
	int depth;
	int deleting, inserting;                 /* open elements of tracked changes */
	int alternates;                          /* AlternateContent open */
	size_t choice_start, choice_end, replay; /* in the box: what its Choice gave, where its Fallback began */
	bool seen_root;
	struct st_buf label;           /* the element that waits for its text (GRAMMAR_ANY) */
	struct st_buf author;          /* who changed last */
	struct ooxml_sheet *sheet;     /* GRAMMAR_SHEET */
	struct ooxml_reading *reading; /* GRAMMAR_STRINGS */
};

/* Reads an entry as XML and as text; what is not well-formed, as raw text behind the break. Done. */
void ooxml_read_part(struct ooxml *ooxml, size_t index);

/* The attributes of an element that somebody wrote, as lines of their own. */
void ooxml_attributes(struct ooxml_part *part, const struct xml_tag *tag, bool is_value);
/* Elements that more than one grammar has (ooxml_office.c). */
void ooxml_office_start(struct ooxml_part *part, const struct xml_tag *tag);
void ooxml_office_end(struct ooxml_part *part, const char *name);
void ooxml_office_text(struct ooxml_part *part, const char *data, size_t size);

/* Cells of a sheet; false when the element is none of its own. */
void ooxml_sheet_open(struct ooxml_part *part);
void ooxml_sheet_close(struct ooxml_part *part);
bool ooxml_sheet_start(struct ooxml_part *part, const struct xml_tag *tag);
bool ooxml_sheet_end(struct ooxml_part *part, const char *name);
bool ooxml_sheet_text(struct ooxml_part *part, const char *data, size_t size);

/* --- tables (ooxml_names.c) --- */

enum ooxml_element {
	ELEMENT_OTHER,     /* nothing is known of it: text right inside it is a line of its own */
	ELEMENT_OPEN,      /* the same, once there was text */
	ELEMENT_TEXT,      /* its characters join what stands before */
	ELEMENT_DELETED,   /* characters that a tracked change took away */
	ELEMENT_FIELD,     /* a piece of a field's instruction */
	ELEMENT_FIELD_END, /* where the pieces end */
	ELEMENT_LINE,      /* a paragraph */
	ELEMENT_BLOCK,     /* separates lines */
	ELEMENT_BREAK,
	ELEMENT_TAB,
	ELEMENT_CELL,
	ELEMENT_ROW,
	ELEMENT_BOX,
	ELEMENT_ALTERNATE,
	ELEMENT_CHOICE,
	ELEMENT_FALLBACK,
	ELEMENT_DELETION,
	ELEMENT_INSERTION,
	ELEMENT_HYPHEN,
	ELEMENT_SYMBOL,
	ELEMENT_VALUE,  /* its attribute `val` is what somebody wrote */
	ELEMENT_SILENT, /* names of the format's own */
	ELEMENT_PHONETIC,
};
enum ooxml_element ooxml_element(const char *name);

/* Is a part with this root read by these elements? Its place, if it has one of its own; else NULL. */
enum ooxml_grammar ooxml_root(const char *name, const char **what);
/* Is this attribute text that somebody wrote? *kind: where it stands. */
bool ooxml_attribute_speaks(const char *name, const char *value, bool is_value, enum flow_aside *kind);
/* A name of a vocabulary: an address on the web that says nothing of this document. */
bool ooxml_is_vocabulary(const char *value);

#endif
