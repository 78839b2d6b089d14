/*
 * The text of one part on its way into the rebuilt text: what joins, what separates, and what stands aside. A word is
 * often cut into runs, so nothing may be written between two of them: text boxes, attributes, field instructions and
 * deleted text wait until their paragraph or row ends and come behind it. Private to the Office reader.
 */
#ifndef STAUNCH_EXTRACT_OOXML_FLOW_H
#define STAUNCH_EXTRACT_OOXML_FLOW_H

#include "extract/rebuilt.h"

enum flow_gap { FLOW_JOIN, FLOW_TAB, FLOW_LINE };
enum flow_aside {
	FLOW_ATTRIBUTE, /* at the place of the part */
	FLOW_ALT_TEXT,
	FLOW_FIELD,
	FLOW_DELETED,
	FLOW_BOX,
	FLOW_ASIDES
};

struct flow {
	struct rebuilt *out;
	enum flow_gap gap; /* what separates the next text from the last */
	enum flow_gap outer_gap;
	int lines;            /* paragraphs or rows open outside of boxes: asides wait for the end of the outermost */
	int boxes;            /* boxes open */
	struct st_buf box;    /* their text */
	struct st_buf asides; /* { kind, u32 size, bytes } */
	size_t open_aside;    /* offset of the one that grows, + 1; 0 for none */
	struct st_buf before; /* the paragraph as it was before its changes, and [start, end) of what was deleted */
	struct st_buf deleted;
	const char *what; /* the place of the part */
	struct st_span name;
	enum flow_aside at; /* which place was told last */
};

/* Borrows out. */
void flow_open(struct flow *flow, struct rebuilt *out);
void flow_close(struct flow *flow);
/* What follows stands at this place; what waits is written before. what and name are borrowed until the next place. */
void flow_place(struct flow *flow, const char *what, struct st_span name);
void flow_text(struct flow *flow, const void *data, size_t size);
/* Text that tracked changes took away, or brought in. */
void flow_deleted(struct flow *flow, const void *data, size_t size);
void flow_inserted(struct flow *flow, const void *data, size_t size);
/* At least this separates the next text; a cell's tab takes the place of the line that its last paragraph ended. */
void flow_separate(struct flow *flow, enum flow_gap gap);
void flow_cell(struct flow *flow);
/* A paragraph or a row begins, ends. */
void flow_line_begin(struct flow *flow);
void flow_line_end(struct flow *flow);
/* Text between these waits for the end of the line it stands in. */
void flow_box_begin(struct flow *flow);
void flow_box_end(struct flow *flow);
/* Text of the box so far, and back to a length of it. */
struct st_span flow_box(struct flow *flow);
void flow_box_cut(struct flow *flow, size_t size);
/* A line `label: value` behind the current one; label may be NULL. */
void flow_aside(struct flow *flow, enum flow_aside kind, const char *label, const char *value);
/* More of an aside that comes in pieces, until another kind of it, flow_aside_end or the end of the line. */
void flow_aside_text(struct flow *flow, enum flow_aside kind, const void *data, size_t size);
void flow_aside_end(struct flow *flow);

#endif
