/* Separators, asides and tracked changes of Office text. */
#include "extract/ooxml_flow.h"

struct cut {
	size_t start, end;
};

void flow_open(struct flow *flow, struct rebuilt *out)
{
	*flow = (struct flow){.out = out, .what = "document"};
}

static struct st_span text_of(const char *text)
{
	return (struct st_span){(const uint8_t *)text, strlen(text)};
}

/* --- places --- */

static void stand_at(struct flow *flow, enum flow_aside kind)
{
	static const char *const places[FLOW_ASIDES] = {NULL, "alt text", "field", "deleted text", "text box"};
	if (flow->at == kind)
		return;
	flow->at = kind;
	if (places[kind] == NULL)
		rebuilt_place(flow->out, flow->what, flow->name);
	else
		rebuilt_place(flow->out, places[kind], (struct st_span){0});
}

static void write_gap(struct flow *flow)
{
	if (flow->gap == FLOW_LINE)
		rebuilt_line(flow->out);
	else if (flow->gap == FLOW_TAB)
		rebuilt_tab(flow->out);
	flow->gap = FLOW_JOIN;
}

/* --- what was deleted --- */

static bool is_blank(uint8_t c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* The words that a deletion stood in: half a word deleted is read with its other half. */
static struct cut whole_words(const struct st_buf *text, struct cut cut)
{
	while (cut.start > 0 && !is_blank(text->data[cut.start]) && !is_blank(text->data[cut.start - 1]))
		cut.start--;
	while (cut.end < text->size && !is_blank(text->data[cut.end - 1]) && !is_blank(text->data[cut.end]))
		cut.end++;
	return cut;
}

static void write_deleted(struct flow *flow)
{
	const struct cut *cuts = (const struct cut *)(const void *)flow->deleted.data;
	size_t count = flow->deleted.size / sizeof(*cuts);
	size_t written = 0;
	for (size_t i = 0; i < count; i++) {
		struct cut cut = whole_words(&flow->before, cuts[i]);
		if (cut.start < written)
			cut.start = written;
		if (cut.end <= cut.start)
			continue;
		stand_at(flow, FLOW_DELETED);
		if (cut.start > written)
			rebuilt_line(flow->out);
		rebuilt_text(flow->out, flow->before.data + cut.start, cut.end - cut.start);
		written = cut.end;
	}
	flow->deleted.size = flow->before.size = 0;
}

static void note_deleted(struct flow *flow, size_t size)
{
	struct cut *cuts = (struct cut *)(void *)flow->deleted.data;
	size_t count = flow->deleted.size / sizeof(*cuts);
	struct cut cut = {flow->before.size - size, flow->before.size};
	if (count > 0 && cuts[count - 1].end == cut.start)
		cuts[count - 1].end = cut.end;
	else
		st_buf_add(&flow->deleted, &cut, sizeof(cut));
}

/* --- what waits --- */

static void write_asides(struct flow *flow)
{
	if (flow->asides.size == 0)
		return;
	struct st_cursor in = {flow->asides.data, flow->asides.data + flow->asides.size, false};
	while (in.at < in.end) {
		enum flow_aside kind = st_cursor_byte(&in);
		struct st_span text = st_cursor_span(&in);
		stand_at(flow, kind);
		rebuilt_line(flow->out);
		rebuilt_text(flow->out, text.data, text.size);
	}
	flow->asides.size = flow->open_aside = 0;
}

static void write_box(struct flow *flow)
{
	if (flow->box.size == 0)
		return;
	stand_at(flow, FLOW_BOX);
	rebuilt_text(flow->out, flow->box.data, flow->box.size);
	flow->box.size = 0;
}

static void write_waiting(struct flow *flow)
{
	if (flow->box.size > 0 || flow->asides.size > 0 || flow->deleted.size > 0) {
		rebuilt_line(flow->out);
		write_deleted(flow);
		write_box(flow);
		write_asides(flow);
		rebuilt_line(flow->out);
		stand_at(flow, FLOW_ATTRIBUTE);
		flow->gap = FLOW_JOIN;
	}
	flow->before.size = 0;
}

/* So that memory stays flat, too much of it is written where it stands; nothing is left out. */
static void keep_small(struct flow *flow)
{
	if (flow->box.size + flow->asides.size + flow->before.size + flow->deleted.size > CEIL_OFFICE_ASIDE_BYTES)
		write_waiting(flow);
}

void flow_close(struct flow *flow)
{
	write_waiting(flow);
	st_buf_free(&flow->box);
	st_buf_free(&flow->asides);
	st_buf_free(&flow->before);
	st_buf_free(&flow->deleted);
}

void flow_place(struct flow *flow, const char *what, struct st_span name)
{
	flow->lines = flow->boxes = 0; /* a broken part leaves some open */
	write_waiting(flow);
	flow->what = what;
	flow->name = name;
	flow->at = FLOW_ATTRIBUTE;
	flow->gap = FLOW_JOIN;
	rebuilt_place(flow->out, what, name);
}

/* --- text --- */

static void box_text(struct flow *flow, const void *data, size_t size)
{
	if (flow->gap != FLOW_JOIN && flow->box.size > 0)
		st_buf_add_byte(&flow->box, flow->gap == FLOW_TAB ? '\t' : '\n');
	flow->gap = FLOW_JOIN;
	st_buf_add(&flow->box, data, size);
	keep_small(flow);
}

void flow_inserted(struct flow *flow, const void *data, size_t size)
{
	if (size == 0)
		return;
	if (flow->boxes > 0) {
		box_text(flow, data, size);
		return;
	}
	write_gap(flow);
	rebuilt_text(flow->out, data, size);
}

void flow_text(struct flow *flow, const void *data, size_t size)
{
	if (flow->lines > 0 && flow->boxes == 0) {
		if (flow->gap != FLOW_JOIN)
			st_buf_add_byte(&flow->before, ' ');
		st_buf_add(&flow->before, data, size);
		keep_small(flow);
	}
	flow_inserted(flow, data, size);
}

void flow_deleted(struct flow *flow, const void *data, size_t size)
{
	if (flow->lines == 0 || flow->boxes > 0) {
		flow_aside_text(flow, FLOW_DELETED, data, size);
		return;
	}
	if (size == 0)
		return;
	st_buf_add(&flow->before, data, size);
	note_deleted(flow, size);
	keep_small(flow);
}

void flow_separate(struct flow *flow, enum flow_gap gap)
{
	if (gap > flow->gap)
		flow->gap = gap;
}

void flow_cell(struct flow *flow)
{
	flow->gap = FLOW_TAB;
}

void flow_line_begin(struct flow *flow)
{
	if (flow->boxes == 0)
		flow->lines++;
	/* the first paragraph of a cell stands behind the tab */
	if (flow->gap == FLOW_JOIN)
		flow->gap = FLOW_LINE;
}

void flow_line_end(struct flow *flow)
{
	flow_aside_end(flow);
	flow_separate(flow, FLOW_LINE);
	if (flow->boxes > 0)
		return;
	flow->lines -= flow->lines > 0;
	if (flow->lines == 0)
		write_waiting(flow);
}

/* --- boxes --- */

void flow_box_begin(struct flow *flow)
{
	if (flow->boxes++ == 0)
		flow->outer_gap = flow->gap;
	flow->gap = FLOW_LINE;
}

void flow_box_end(struct flow *flow)
{
	if (flow->boxes == 0 || --flow->boxes > 0) {
		flow->gap = FLOW_LINE;
		return;
	}
	if (flow->box.size > 0)
		st_buf_add_byte(&flow->box, '\n');
	flow->gap = flow->outer_gap;
	if (flow->lines == 0)
		write_waiting(flow);
}

struct st_span flow_box(struct flow *flow)
{
	return (struct st_span){flow->box.data, flow->box.size};
}

void flow_box_cut(struct flow *flow, size_t size)
{
	if (size < flow->box.size)
		flow->box.size = size;
}

/* --- asides --- */

static void aside_begin(struct flow *flow, enum flow_aside kind)
{
	flow->open_aside = flow->asides.size + 1;
	st_buf_add_byte(&flow->asides, (uint8_t)kind);
	st_buf_add_u32(&flow->asides, 0);
}

static void aside_add(struct flow *flow, const void *data, size_t size)
{
	uint8_t *header = flow->asides.data + flow->open_aside;
	uint32_t grown = header[0] | (uint32_t)header[1] << 8 | (uint32_t)header[2] << 16 | (uint32_t)header[3] << 24;
	grown += (uint32_t)size;
	for (int i = 0; i < 4; i++)
		header[i] = (uint8_t)(grown >> (8 * i));
	st_buf_add(&flow->asides, data, size);
}

static bool is_empty(struct st_span text)
{
	for (size_t i = 0; i < text.size; i++)
		if (!is_blank(text.data[i]))
			return false;
	return true;
}

void flow_aside(struct flow *flow, enum flow_aside kind, const char *label, const char *value)
{
	struct st_span text = text_of(value);
	if (is_empty(text))
		return;
	flow_aside_end(flow);
	aside_begin(flow, kind);
	if (label != NULL) {
		aside_add(flow, label, strlen(label));
		aside_add(flow, ": ", 2);
	}
	aside_add(flow, text.data, text.size);
	flow_aside_end(flow);
	if (flow->lines == 0 && flow->boxes == 0)
		write_waiting(flow);
	keep_small(flow);
}

void flow_aside_text(struct flow *flow, enum flow_aside kind, const void *data, size_t size)
{
	if (flow->open_aside == 0 || flow->asides.data[flow->open_aside - 1] != kind) {
		flow_aside_end(flow);
		aside_begin(flow, kind);
	}
	aside_add(flow, data, size);
	keep_small(flow);
}

void flow_aside_end(struct flow *flow)
{
	flow->open_aside = 0;
}
