/* Follows mail.c, mail_header.c and mime_body.c of extract step by step, on bytes that are all there. */
#include "redact/mail_walk.h"

#include <stdlib.h>
#include <strings.h>

#include "base/ceilings.h"
#include "extract/mail_shape.h"
#include "extract/mail_value.h"

/* A boundary's line may have this many blanks at its end, as in extract/mime_body.c. */
#define BOUNDARY_LOOK_BYTES (CEIL_MAIL_BOUNDARY_BYTES + 256)
/* A line is looked at this far to tell what it is. */
#define LOOK_BYTES 1024

struct level {
	struct st_buf boundary;
	uint32_t entity;
	bool digest;
};

struct walker {
	struct mail_walk *out;
	const uint8_t *data;
	uint32_t at, size, entity;
	struct level open[CEIL_MULTIPART_DEPTH];
	size_t depth;
	bool line_start, hit, hit_close;
	size_t hit_level;
};

static struct mail_entity *entity_of(struct walker *w)
{
	return (struct mail_entity *)(void *)w->out->entities.data + w->entity;
}

static void add_item(struct walker *w, enum mail_item_kind kind, uint32_t start, uint32_t end)
{
	struct mail_item item = {.kind = kind, .start = start, .end = end, .value = start, .entity = w->entity};
	if (end == start && kind != MAIL_LEAF)
		return;
	st_buf_add(&w->out->items, &item, sizeof item);
	if (kind == MAIL_LEAF)
		entity_of(w)->leaf = (uint32_t)(w->out->items.size / sizeof item);
}

/* Is there no room for more? What is left is one item, then. */
static bool is_full(struct walker *w, uint32_t start)
{
	if (w->out->items.size / sizeof(struct mail_item) < CEIL_REDACT_MAIL_ITEMS)
		return false;
	if (start < w->size)
		add_item(w, MAIL_REFUSED, start, w->size);
	w->out->full = true;
	w->hit = false;
	w->at = w->size;
	return true;
}

static uint32_t line_end_of(const struct walker *w, uint32_t at)
{
	const uint8_t *lf = memchr(w->data + at, '\n', w->size - at);
	return lf != NULL ? (uint32_t)(lf + 1 - w->data) : w->size;
}

/* --- boundaries --- */

static bool is_boundary(const struct st_buf *boundary, const uint8_t *p, const uint8_t *end, bool *closes)
{
	if ((size_t)(end - p) < boundary->size || memcmp(p, boundary->data, boundary->size) != 0)
		return false;
	p += boundary->size;
	*closes = end - p >= 2 && p[0] == '-' && p[1] == '-';
	for (p += *closes ? 2 : 0; p < end; p++)
		if (*p != ' ' && *p != '\t' && *p != '\r')
			return false;
	return true;
}

/* Does a boundary stand at this line start? *end: behind it; the line end of a closing one is the first of what
 * follows. */
static bool boundary_at(struct walker *w, uint32_t at, uint32_t *end)
{
	const uint8_t *line = w->data + at;
	uint32_t have = w->size - at < BOUNDARY_LOOK_BYTES ? w->size - at : BOUNDARY_LOOK_BYTES;
	if (have < 3 || line[0] != '-' || line[1] != '-')
		return false;
	const uint8_t *lf = memchr(line, '\n', have);
	if (lf == NULL && have >= BOUNDARY_LOOK_BYTES)
		return false;
	const uint8_t *stop = lf != NULL ? lf : line + have;
	for (size_t i = w->depth; i > 0 && !w->hit; i--) {
		if (!is_boundary(&w->open[i - 1].boundary, line + 2, stop, &w->hit_close))
			continue;
		w->hit = true;
		w->hit_level = i - 1;
	}
	if (w->hit && w->hit_close && lf != NULL)
		stop -= stop[-1] == '\r';
	else if (w->hit && lf != NULL)
		stop++;
	*end = (uint32_t)(stop - w->data);
	return w->hit;
}

static void add_border(struct walker *w, uint32_t start, uint32_t end)
{
	uint32_t entity = w->entity;
	w->entity = w->open[w->hit_level].entity;
	add_item(w, MAIL_BORDER, start, end);
	w->entity = entity;
}

/* The body up to the next boundary of an open level, or to the end: an item of this kind. */
static void take_body(struct walker *w, enum mail_item_kind kind)
{
	uint32_t start = w->at, from = w->at, end;
	if (w->line_start && w->depth > 0 && boundary_at(w, start, &end)) {
		add_item(w, kind, start, start);
		add_border(w, start, end);
		w->at = end;
		return;
	}
	const uint8_t *lf;
	while (w->depth > 0 && (lf = memmem(w->data + from, w->size - from, "\n--", 3)) != NULL) {
		from = (uint32_t)(lf + 1 - w->data);
		if (!boundary_at(w, from, &end))
			continue;
		uint32_t stop = from - 1;
		stop -= stop > start && w->data[stop - 1] == '\r';
		add_item(w, kind, start, stop);
		add_item(w, MAIL_FIXED, stop, from);
		add_border(w, from, end);
		w->at = end;
		return;
	}
	add_item(w, kind, start, w->size);
	w->at = w->size;
}

/* --- headers --- */

static void note_field(struct walker *w, const struct mail_item *field)
{
	struct mail_entity *entity = entity_of(w);
	const struct {
		const char *name;
		struct st_span *value;
	} wanted[] = {{"content-type", &entity->type}, {"content-transfer-encoding", &entity->encoding},
		{"content-disposition", &entity->disposition}};
	uint32_t end = field->end;
	while (end > field->value && (w->data[end - 1] == '\n' || w->data[end - 1] == '\r'))
		end--;
	for (size_t i = 0; i < sizeof wanted / sizeof wanted[0]; i++)
		if (strlen(wanted[i].name) == field->name_size && wanted[i].value->data == NULL &&
			strncasecmp(wanted[i].name, (const char *)w->data + field->start, field->name_size) == 0)
			*wanted[i].value = (struct st_span){w->data + field->value, end - field->value};
}

static void end_field(struct walker *w, struct mail_item *field, uint32_t end)
{
	if (field->end == 0)
		return;
	field->end = end;
	field->entity = w->entity;
	if (field->name_size > 0) {
		const uint8_t *colon = memchr(w->data + field->start, ':', end - field->start);
		field->value = (uint32_t)(colon + 1 - w->data);
		note_field(w, field);
	}
	st_buf_add(&w->out->items, field, sizeof *field);
	field->end = 0;
}

static void read_envelope(struct walker *w)
{
	size_t blank;
	while (w->at < w->size && (blank = mail_blank_line(w->data + w->at,
					   w->size - w->at < LOOK_BYTES ? w->size - w->at : LOOK_BYTES)) > 0) {
		add_item(w, MAIL_FIXED, w->at, w->at + (uint32_t)blank);
		w->at += (uint32_t)blank;
	}
	uint32_t quoted = w->at < w->size && w->data[w->at] == '>';
	if (w->at == w->size || !mail_is_from_line(w->data + w->at + quoted, w->size - w->at - quoted))
		return;
	struct mail_item field = {.kind = MAIL_FIELD, .start = w->at, .value = w->at, .end = 1};
	w->at = line_end_of(w, w->at);
	end_field(w, &field, w->at);
}

static void read_header(struct walker *w, bool envelope, bool default_message)
{
	struct mail_entity entity = {.default_message = default_message};
	struct mail_item field = {.kind = MAIL_FIELD};
	w->entity = (uint32_t)(w->out->entities.size / sizeof entity);
	st_buf_add(&w->out->entities, &entity, sizeof entity);
	if (envelope)
		read_envelope(w);
	w->line_start = true;
	while (w->at < w->size) {
		if (is_full(w, field.end != 0 ? field.start : w->at))
			return;
		const uint8_t *line = w->data + w->at;
		size_t have = w->size - w->at < LOOK_BYTES ? w->size - w->at : LOOK_BYTES;
		uint32_t end;
		if (*line == '\n' || (have > 1 && line[0] == '\r' && line[1] == '\n')) {
			end_field(w, &field, w->at);
			end = w->at + (*line == '\n' ? 1 : 2);
			add_item(w, MAIL_FIXED, w->at, end);
			w->at = end;
			return;
		}
		if (w->depth > 0 && *line == '-' && boundary_at(w, w->at, &end)) {
			end_field(w, &field, w->at);
			add_border(w, w->at, end);
			w->at = end;
			return;
		}
		size_t name = mail_field_name(line, have);
		if (name == 0 && *line != ' ' && *line != '\t')
			break; /* the body begins without a blank line */
		if (name > 0 || field.end == 0) {
			end_field(w, &field, w->at);
			field = (struct mail_item){.kind = MAIL_FIELD,
				.start = w->at,
				.end = 1,
				.value = w->at,
				.name_size = (uint32_t)name};
		}
		w->at = line_end_of(w, w->at);
	}
	end_field(w, &field, w->at);
}

/* --- bodies --- */

static bool open_multipart(struct walker *w, const struct mail_entity *entity)
{
	struct level *level = &w->open[w->depth];
	*level = (struct level){.entity = w->entity};
	level->digest = mail_word_is(mail_value_word(entity->type), "multipart/digest");
	if (mail_parameter(entity->type, "boundary", &level->boundary))
		while (level->boundary.size > 0 && level->boundary.data[level->boundary.size - 1] == ' ')
			level->boundary.size--;
	if (level->boundary.size == 0 || level->boundary.size > CEIL_MAIL_BOUNDARY_BYTES) {
		st_buf_free(&level->boundary);
		return false;
	}
	entity_of(w)->boundary_size = (uint32_t)level->boundary.size;
	w->depth++;
	return true;
}

static void read_entity(struct walker *w)
{
	struct mail_entity *entity = entity_of(w);
	if (w->hit || w->out->full)
		return;
	if (entity->type.data == NULL || !mail_word_begins(mail_value_word(entity->type), "multipart/")) {
		take_body(w, MAIL_LEAF);
		return;
	}
	entity->multipart = true;
	if (w->depth == CEIL_MULTIPART_DEPTH) {
		take_body(w, MAIL_REFUSED);
		return;
	}
	open_multipart(w, entity);
	take_body(w, MAIL_TEXT);
}

static void close_levels(struct walker *w, size_t depth)
{
	while (w->depth > depth)
		st_buf_free(&w->open[--w->depth].boundary);
}

static void read_behind_boundary(struct walker *w)
{
	close_levels(w, w->hit_level + !w->hit_close);
	w->hit = false;
	w->line_start = false;
	if (w->hit_close) {
		take_body(w, MAIL_TEXT);
		return;
	}
	read_header(w, false, w->open[w->depth - 1].digest);
	read_entity(w);
}

void mail_walk_open(struct mail_walk *walk, struct st_span message, bool is_header)
{
	*walk = (struct mail_walk){0};
	if (message.size == 0)
		return;
	struct walker *w = st_alloc_zero(1, sizeof *w);
	w->out = walk;
	w->data = message.data;
	w->size = (uint32_t)message.size;
	read_header(w, true, false);
	if (is_header && !w->out->full)
		take_body(w, MAIL_TEXT);
	else
		read_entity(w);
	while (w->hit && !is_full(w, w->at))
		read_behind_boundary(w);
	close_levels(w, 0);
	free(w);
}

void mail_walk_close(struct mail_walk *walk)
{
	st_buf_free(&walk->items);
	st_buf_free(&walk->entities);
}
