#include "worker/rows.h"

#include "base/ceilings.h"
#include "base/json_read.h"
#include "extract/csv_shape.h"

#include <stdlib.h>

#define DEPTH 64
#define FRAMES 4
#define BLOCK_BYTES (64 * KIB)

struct reading {
	const struct rows_form *form;
	rows_each *each;
	void *context;
	size_t fields;
	uint64_t rows;
	bool beyond;
};

static void tell(struct reading *r, struct rows_row *row)
{
	if (r->rows == CEIL_ROWS) {
		r->beyond = true;
		return;
	}
	row->number = ++r->rows;
	r->each(r->context, row);
}

static void tell_broken(struct reading *r)
{
	struct rows_row row = {.broken = true};
	tell(r, &row);
}

/* --- CSV --- */

struct table {
	struct reading *reading;
	struct csv_dialect dialect;
	int field_of[CEIL_ROW_COLUMNS]; /* of a column; -1 none */
	size_t columns;                 /* of the head; 0: it has not come yet */
	struct st_buf cells[ROWS_FIELDS];
	struct st_buf cell;
};

static int field_named(const struct reading *r, const struct st_buf *name)
{
	for (size_t i = 0; i < r->fields; i++)
		if (strlen(r->form->places[i]) == name->size && memcmp(r->form->places[i], name->data, name->size) == 0)
			return (int)i;
	return -1;
}

/* The next cell into t->cell; *ends: it is the last of its row. Returns behind its delimiter. */
static const uint8_t *read_cell(struct table *t, const uint8_t *p, const uint8_t *end, bool *ends)
{
	t->cell.size = 0;
	bool quoted = p < end && *p == '"';
	for (p += quoted; p < end; p++) {
		if (quoted && *p == '"') {
			if (p + 1 < end && p[1] == '"')
				p++;
			else {
				quoted = false;
				continue;
			}
		} else if (!quoted && (*p == t->dialect.delimiter || *p == t->dialect.line_end)) {
			break;
		}
		if (t->cell.size <= CEIL_ROW_TEXT_BYTES)
			st_buf_add_byte(&t->cell, *p);
	}
	*ends = p >= end || *p == t->dialect.line_end;
	if (*ends && t->cell.size > 0 && t->cell.data[t->cell.size - 1] == '\r')
		t->cell.size--;
	return p < end ? p + 1 : end;
}

static const uint8_t *read_head(struct table *t, const uint8_t *p, const uint8_t *end, size_t *known)
{
	for (bool ends = false; !ends;) {
		p = read_cell(t, p, end, &ends);
		if (t->columns == CEIL_ROW_COLUMNS) {
			*known = 0;
			return end;
		}
		int field = field_named(t->reading, &t->cell);
		for (size_t i = 0; i < t->columns; i++)
			if (field >= 0 && t->field_of[i] == field) /* two columns of one name: which is meant? */
				field = -1;
		t->field_of[t->columns++] = field;
		*known += field >= 0;
	}
	return p;
}

static const uint8_t *read_row(struct table *t, const uint8_t *p, const uint8_t *end)
{
	struct rows_row row = {0};
	size_t column = 0;
	bool blank = true;
	for (size_t i = 0; i < t->reading->fields; i++)
		t->cells[i].size = 0;
	for (bool ends = false; !ends; column++) {
		p = read_cell(t, p, end, &ends);
		blank = blank && t->cell.size == 0;
		int field = column < t->columns ? t->field_of[column] : -1;
		row.broken = row.broken || (field >= 0 && t->cell.size > CEIL_ROW_TEXT_BYTES);
		if (field >= 0)
			st_buf_add(&t->cells[field], t->cell.data, t->cell.size);
	}
	if (blank && column == 1)
		return p;
	row.broken = row.broken || column != t->columns;
	for (size_t i = 0; i < t->reading->fields; i++)
		row.text[i] = (struct st_span){t->cells[i].data, t->cells[i].size};
	tell(t->reading, &row);
	return p;
}

static enum rows_end read_table(struct reading *r, struct st_span text)
{
	struct table *t = st_alloc_zero(1, sizeof *t);
	size_t known = 0;
	t->reading = r;
	t->dialect = csv_sniff((struct st_span){text.data, text.size < BLOCK_BYTES ? text.size : BLOCK_BYTES},
		text.size < BLOCK_BYTES);
	if (!t->dialect.found) /* one row under a head is too little to be told by its shape */
		t->dialect.delimiter = ',';
	if (!t->dialect.found || t->dialect.line_end == 0)
		t->dialect.line_end = '\n';
	const uint8_t *p = text.data, *end = text.data + text.size;
	if (p < end)
		p = read_head(t, p, end, &known);
	while (known > 0 && p < end)
		p = read_row(t, p, end);
	for (size_t i = 0; i < ROWS_FIELDS; i++)
		st_buf_free(&t->cells[i]);
	st_buf_free(&t->cell);
	free(t);
	return known == 0 ? ROWS_NONE : ROWS_WHOLE;
}

/* --- JSON --- */

/* An object that is, or may be, a row. */
struct frame {
	size_t base;   /* of the path, where its own begins */
	int depth;     /* of its events */
	bool has_rows; /* rows stood in it */
	bool broken;
	struct st_buf text[ROWS_FIELDS];
};

struct walk {
	struct reading *reading;
	struct frame frames[FRAMES];
	size_t frame_count;
	struct st_buf path, value;
	size_t lengths[DEPTH + 2]; /* of the path, at each depth */
	bool in_value;
};

static bool path_is(const struct walk *w, size_t base, const char *place, bool below)
{
	size_t size = strlen(place);
	return w->path.size >= base && (below ? w->path.size - base >= size : w->path.size - base == size) &&
	       memcmp(w->path.data + base, place, size) == 0;
}

/* Is this, below the row around it, one of the lists that hold rows? rest: what stands behind its name. */
static bool is_list_of_rows(const struct walk *w, const char *rest)
{
	const struct frame *around = &w->frames[w->frame_count - 1];
	size_t behind = strlen(rest);
	for (size_t i = 0; w->reading->form->lists[i] != NULL; i++) {
		const char *list = w->reading->form->lists[i];
		size_t size = strlen(list), base = around->base;
		if (w->path.size == base + size + behind && memcmp(w->path.data + base, list, size) == 0 &&
			memcmp(w->path.data + base + size, rest, behind) == 0)
			return true;
	}
	return false;
}

/* Does a row begin here? The path is that of the object. */
static bool begins_row(const struct walk *w)
{
	if (w->frame_count == FRAMES)
		return false;
	if (w->frame_count == 0)
		return true;
	return is_list_of_rows(w, "/[]");
}

static void begin_row(struct walk *w, int depth)
{
	struct frame *frame = &w->frames[w->frame_count++];
	frame->base = w->path.size > 0 ? w->path.size + 1 : 0;
	frame->depth = depth;
	frame->has_rows = frame->broken = false;
	for (size_t i = 0; i < w->reading->fields; i++)
		frame->text[i].size = 0;
}

/* A field that the row lacks is that of the object around it. */
static void end_row(struct walk *w)
{
	struct frame *frame = &w->frames[--w->frame_count];
	struct rows_row row = {.broken = frame->broken};
	if (frame->has_rows)
		return;
	for (size_t i = 0; i < w->reading->fields; i++)
		for (size_t up = w->frame_count + 1; up-- > 0 && row.text[i].size == 0;)
			row.text[i] = (struct st_span){w->frames[up].text[i].data, w->frames[up].text[i].size};
	tell(w->reading, &row);
}

static bool is_list_place(const char *place)
{
	size_t size = strlen(place);
	return size >= 2 && memcmp(place + size - 2, "[]", 2) == 0;
}

/* A value, or anything, at the path: fields that are there now. */
static void take_value(struct walk *w, struct st_span value)
{
	if (w->frame_count == 0)
		return;
	struct frame *frame = &w->frames[w->frame_count - 1];
	for (size_t i = 0; i < w->reading->fields; i++) {
		const char *place = w->reading->form->places[i];
		bool below = place[strlen(place) - 1] == '/';
		if (!path_is(w, frame->base, place, below))
			continue;
		struct st_buf *text = &frame->text[i];
		if (below) {
			text->size = 0;
			st_buf_add_byte(text, '1');
		} else if (text->size + value.size >= CEIL_ROW_TEXT_BYTES) {
			frame->broken = true;
		} else if (is_list_place(place)) {
			st_buf_add(text, value.data, value.size);
			st_buf_add_byte(text, '\n');
		} else {
			frame->broken = frame->broken || text->size > 0; /* the key stands twice */
			st_buf_add(text, value.data, value.size);
		}
	}
}

static void enter(struct walk *w, int depth, struct st_span name)
{
	w->path.size = depth > 0 && depth <= DEPTH ? w->lengths[depth] : 0;
	if (w->path.size > 0)
		st_buf_add_byte(&w->path, '/');
	if (w->path.size + name.size > CEIL_ROW_TEXT_BYTES)
		st_buf_add_byte(&w->path, 0); /* a place that no field has */
	else
		st_buf_add(&w->path, name.data, name.size);
}

/* A value begins: in a list it is an element. Lists at the top are no place. */
static void element(struct walk *w, const struct st_json_event *event, const bool *in_list)
{
	if (event->depth > 0 && event->depth <= DEPTH && in_list[event->depth] && w->frame_count > 0)
		enter(w, event->depth, (struct st_span){(const uint8_t *)"[]", 2});
}

struct nesting {
	bool in_list[DEPTH + 2];
};

static void open_level(struct walk *w, const struct st_json_event *event, struct nesting *nesting, bool list)
{
	int inside = event->depth + 1;
	element(w, event, nesting->in_list);
	if (!list && begins_row(w))
		begin_row(w, event->depth);
	if (list && w->frame_count > 0 && is_list_of_rows(w, ""))
		w->frames[w->frame_count - 1].has_rows = true; /* also an empty one */
	if (inside <= DEPTH) {
		w->lengths[inside] = w->path.size;
		nesting->in_list[inside] = list;
	}
}

static void close_level(struct walk *w, const struct st_json_event *event, bool list)
{
	if (!list && w->frame_count > 0 && w->frames[w->frame_count - 1].depth == event->depth)
		end_row(w);
	w->path.size = event->depth > 0 && event->depth <= DEPTH ? w->lengths[event->depth] : 0;
}

static void take_text(
	struct walk *w, enum st_json_token token, const struct st_json_event *event, const struct nesting *nesting)
{
	bool key = token == ST_JSON_KEY;
	if (!w->in_value)
		w->value.size = 0;
	w->in_value = !event->last;
	if (w->value.size <= CEIL_ROW_TEXT_BYTES)
		st_buf_add(&w->value, event->text.data, event->text.size);
	if (!event->last)
		return;
	struct st_span text = {w->value.data, w->value.size};
	if (key) {
		enter(w, event->depth, text);
		return;
	}
	element(w, event, nesting->in_list);
	take_value(w, text);
}

static void take_event(
	struct walk *w, enum st_json_token token, const struct st_json_event *event, struct nesting *nesting)
{
	static const struct st_span yes = {(const uint8_t *)"true", 4}, no = {(const uint8_t *)"false", 5};
	bool list = token == ST_JSON_ARRAY || token == ST_JSON_ARRAY_END;
	switch (token) {
	case ST_JSON_OBJECT:
	case ST_JSON_ARRAY:
		open_level(w, event, nesting, list);
		break;
	case ST_JSON_OBJECT_END:
	case ST_JSON_ARRAY_END:
		close_level(w, event, list);
		break;
	case ST_JSON_TRUE:
	case ST_JSON_FALSE:
		element(w, event, nesting->in_list);
		take_value(w, token == ST_JSON_TRUE ? yes : no);
		break;
	case ST_JSON_NULL:
		break;
	default:
		take_text(w, token, event, nesting);
	}
}

/* What was begun is one broken row. Behind an error reading goes on at the next line, which in JSON Lines is the next
 * row. */
static void resync(struct walk *w, struct st_json_reader *json)
{
	tell_broken(w->reading);
	w->frame_count = 0;
	w->path.size = 0;
	w->in_value = false;
	st_json_resync(json);
}

static enum rows_end read_json(struct reading *r, struct st_span text)
{
	struct walk *w = st_alloc_zero(1, sizeof *w);
	struct nesting nesting = {0};
	struct st_json_reader *json = st_json_open(DEPTH);
	struct st_json_event event;
	enum st_json_token token;
	bool ended = false, cut = false;
	w->reading = r;
	st_json_feed(json, text.data, text.size);
	while ((token = st_json_next(json, &event)) != ST_JSON_END) {
		if (token == ST_JSON_MORE) {
			if (ended)
				break;
			st_json_feed_end(json);
			ended = true;
		} else if (token == ST_JSON_ERROR || token == ST_JSON_TOO_DEEP) {
			resync(w, json);
			cut = ended || nesting.in_list[1]; /* of a list nobody knows where the next row is */
			if (cut)
				break;
		} else {
			take_event(w, token, &event, &nesting);
		}
	}
	st_json_close(json);
	for (size_t i = 0; i < FRAMES; i++)
		for (size_t j = 0; j < ROWS_FIELDS; j++)
			st_buf_free(&w->frames[i].text[j]);
	st_buf_free(&w->path);
	st_buf_free(&w->value);
	free(w);
	return cut ? ROWS_CUT : ROWS_WHOLE;
}

/* --- both --- */

static bool read_all(struct stream *stream, struct st_buf *out)
{
	for (;;) {
		st_buf_reserve(out, BLOCK_BYTES);
		ssize_t got = stream_read_full(stream, out->data + out->size, BLOCK_BYTES);
		if (got <= 0)
			return got == 0;
		out->size += (size_t)got;
		if (out->size > CEIL_ROWS_FILE_BYTES)
			return false;
	}
}

enum rows_end rows_read(struct stream *stream, const struct rows_form *form, rows_each *each, void *context)
{
	struct reading r = {.form = form, .each = each, .context = context};
	st_auto_buf struct st_buf file = {0};
	bool whole = read_all(stream, &file);
	while (r.fields < ROWS_FIELDS && form->places[r.fields] != NULL)
		r.fields++;
	struct st_span text = {file.data, file.size};
	if (text.size >= 3 && memcmp(text.data, "\xef\xbb\xbf", 3) == 0)
		text = (struct st_span){text.data + 3, text.size - 3};
	size_t blank = 0;
	while (blank < text.size && strchr(" \t\r\n", text.data[blank]) != NULL && text.data[blank] != 0)
		blank++;
	bool json = blank < text.size && (text.data[blank] == '{' || text.data[blank] == '[');
	enum rows_end end = json ? read_json(&r, text) : read_table(&r, text);
	return r.beyond && end != ROWS_NONE ? ROWS_BEYOND : !whole && end == ROWS_WHOLE ? ROWS_CUT : end;
}
