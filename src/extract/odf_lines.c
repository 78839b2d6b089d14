/*
 * Lines and asides. What is put aside is held as bytes in which a NUL begins a label, two texts that end in NUL: XML
 * has none of its own. Beyond CEIL_ODF_ASIDE_BYTES all of it is given where the document stands, whole lines first, and
 * the line it stands in is cut there.
 */
#include <stdlib.h>

#include "base/ceilings.h"
#include "extract/odf.h"

/* What is held of a shown text, to be compared with a value. */
#define KEEP_BYTES (16 * 1024)
/* What a level keeps of its memory for the next aside. */
#define LEVEL_BYTES (64 * 1024)
/* Where nothing else is said. */
#define FIRST_LABEL "document\0"

struct level {
	struct st_buf text; /* of an aside; the document's own goes to rebuilt */
	size_t label;       /* of the place it stands in */
	unsigned held;      /* open paragraphs and rows */
	unsigned blanks;    /* that wait for the next word */
	enum odf_gap gap;   /* the same */
	bool collapses;     /* the last of these blanks was plain white space */
	bool open;          /* something stands on the line */
	uint64_t words;     /* put here so far */
};

struct odf_lines {
	struct rebuilt *rebuilt;
	struct level *levels; /* [0] is the document */
	size_t top, room;
	struct st_buf labels; /* what it is and its name, each with its NUL */
	struct st_buf queue;  /* asides that ended */
	size_t aside_bytes;   /* in queue and levels */
	struct st_buf prefix;
	struct st_buf kept;
	unsigned keeping;
	bool kept_all, fixed;
};

struct odf_lines *odf_lines_open(struct rebuilt *rebuilt)
{
	struct odf_lines *l = st_alloc_zero(1, sizeof *l);
	l->rebuilt = rebuilt;
	l->room = 8;
	l->levels = st_alloc_zero(l->room, sizeof *l->levels);
	st_buf_add(&l->labels, FIRST_LABEL, sizeof FIRST_LABEL);
	/* so that there are pointers to nothing, too */
	st_buf_reserve(&l->kept, 1);
	st_buf_reserve(&l->queue, 1);
	l->kept_all = true;
	return l;
}

static struct level *top(struct odf_lines *l)
{
	return &l->levels[l->top];
}

/* --- places --- */

static size_t label_bytes(const char *label)
{
	size_t what = strlen(label) + 1;
	return what + strlen(label + what) + 1;
}

static void mark_place(struct st_buf *out, const char *label)
{
	st_buf_add_byte(out, 0);
	st_buf_add(out, label, label_bytes(label));
}

static const char *label_at(const struct odf_lines *l, size_t at)
{
	return (const char *)l->labels.data + at;
}

static void tell_place(struct odf_lines *l, const char *label)
{
	const char *name = label + strlen(label) + 1;
	rebuilt_place(l->rebuilt, label, (struct st_span){(const uint8_t *)name, strlen(name)});
}

/* The place of the level, after its label has changed. */
static void enter(struct odf_lines *l)
{
	struct level *level = top(l);
	level->gap = ODF_GAP_NONE;
	level->blanks = 0;
	level->open = false;
	if (l->top == 0) {
		tell_place(l, label_at(l, level->label));
		return;
	}
	size_t before = level->text.size;
	mark_place(&level->text, label_at(l, level->label));
	l->aside_bytes += level->text.size - before;
}

static size_t push_label(struct odf_lines *l, const char *what, const char *name)
{
	size_t at = l->labels.size;
	size_t name_bytes = name != NULL ? strlen(name) : 0;
	if (name_bytes > CEIL_PLACE_BYTES)
		name_bytes = CEIL_PLACE_BYTES;
	st_buf_add(&l->labels, what, strlen(what) + 1);
	if (name_bytes > 0)
		st_buf_add(&l->labels, name, name_bytes);
	st_buf_add_byte(&l->labels, 0);
	return at;
}

/* --- giving what was put aside --- */

/* Labels and text, as they were put aside. */
static void give(struct odf_lines *l, const uint8_t *data, size_t size)
{
	const uint8_t *end = data + size;
	while (data < end) {
		if (*data == 0) {
			tell_place(l, (const char *)data + 1);
			data += 1 + label_bytes((const char *)data + 1);
			continue;
		}
		const uint8_t *next = memchr(data, 0, (size_t)(end - data));
		next = next != NULL ? next : end;
		rebuilt_text(l->rebuilt, data, (size_t)(next - data));
		data = next;
	}
}

static void give_queue(struct odf_lines *l)
{
	rebuilt_line(l->rebuilt);
	give(l, l->queue.data, l->queue.size);
	l->queue.size = 0;
}

/* Gives what an open aside holds, up to its last line feed, or all. */
static void spill_level(struct odf_lines *l, struct level *level, bool all)
{
	const uint8_t *feed = all ? NULL : memrchr(level->text.data, '\n', level->text.size);
	size_t lines = feed != NULL ? (size_t)(feed - level->text.data) + 1 : all ? level->text.size : 0;
	st_auto_buf struct st_buf rest = {0};
	give(l, level->text.data, lines);
	mark_place(&rest, label_at(l, level->label));
	st_buf_add(&rest, level->text.data + lines, level->text.size - lines);
	st_buf_free(&level->text);
	level->text = rest;
	rest = (struct st_buf){0};
}

static size_t held_aside(const struct odf_lines *l)
{
	size_t bytes = l->queue.size;
	for (size_t i = 1; i <= l->top; i++)
		bytes += l->levels[i].text.size;
	return bytes;
}

static void spill(struct odf_lines *l)
{
	give_queue(l);
	for (size_t i = 1; i <= l->top; i++)
		spill_level(l, &l->levels[i], false);
	/* lines as long as the limit are cut after all: else each byte more would come here again */
	for (size_t i = 1; held_aside(l) > CEIL_ODF_ASIDE_BYTES / 2 && i <= l->top; i++)
		spill_level(l, &l->levels[i], true);
	l->aside_bytes = held_aside(l);
	rebuilt_line(l->rebuilt);
	l->levels[0].open = false;
	tell_place(l, label_at(l, l->levels[0].label));
}

/* Nothing of the document can be cut any more: what was put aside stands here. */
static void settle(struct odf_lines *l)
{
	if (l->top > 0 || l->levels[0].held > 0 || l->queue.size == 0)
		return;
	give_queue(l);
	l->aside_bytes = 0;
	enter(l);
}

/* --- words --- */

static void put(struct odf_lines *l, const void *data, size_t size)
{
	struct level *level = top(l);
	if (l->keeping > 0 && l->kept.size + size <= KEEP_BYTES)
		st_buf_add(&l->kept, data, size);
	else if (l->keeping > 0)
		l->kept_all = false;
	if (l->top == 0) {
		rebuilt_text(l->rebuilt, data, size);
		return;
	}
	st_buf_add(&level->text, data, size);
	l->aside_bytes += size;
	if (l->aside_bytes > CEIL_ODF_ASIDE_BYTES)
		spill(l);
}

static void put_gap(struct odf_lines *l)
{
	static const char blanks[ODF_BLANKS_AT_ONCE + 1] = "                ";
	struct level *level = top(l);
	enum odf_gap gap = level->open ? level->gap : ODF_GAP_NONE;
	unsigned count = level->open ? level->blanks : 0;
	level->gap = ODF_GAP_NONE;
	level->blanks = 0;
	level->collapses = false;
	level->open = true;
	if (gap == ODF_GAP_LINE)
		put(l, "\n", 1);
	else if (gap == ODF_GAP_TAB)
		put(l, "\t", 1);
	else if (count > 0)
		put(l, blanks, count);
}

static void put_word(struct odf_lines *l, const char *data, size_t size)
{
	put_gap(l);
	top(l)->words++;
	if (l->prefix.size > 0) {
		put(l, l->prefix.data, l->prefix.size);
		l->prefix.size = 0;
	}
	put(l, data, size);
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static void take_blank(struct odf_lines *l, char c)
{
	struct level *level = top(l);
	if (level->held == 0 && c == '\n') {
		odf_lines_gap(l, ODF_GAP_LINE);
	} else if (!level->collapses) {
		odf_lines_blanks(l, 1);
		level->collapses = true;
	}
}

void odf_lines_text(struct odf_lines *l, const char *data, size_t size)
{
	size_t at = 0;
	while (at < size) {
		if (is_blank(data[at])) {
			take_blank(l, data[at++]);
			continue;
		}
		/* words with one space between them go at once */
		size_t from = at;
		while (at < size &&
			(!is_blank(data[at]) || (data[at] == ' ' && at + 1 < size && !is_blank(data[at + 1]))))
			at++;
		put_word(l, data + from, at - from);
	}
}

void odf_lines_gap(struct odf_lines *l, enum odf_gap gap)
{
	if (gap > top(l)->gap)
		top(l)->gap = gap;
}

void odf_lines_cell(struct odf_lines *l, uint64_t words)
{
	if (top(l)->words != words)
		top(l)->gap = ODF_GAP_TAB;
}

uint64_t odf_lines_words(const struct odf_lines *l)
{
	return l->levels[l->top].words;
}

void odf_lines_blanks(struct odf_lines *l, unsigned count)
{
	struct level *level = top(l);
	level->blanks = count < ODF_BLANKS_AT_ONCE - level->blanks ? level->blanks + count : ODF_BLANKS_AT_ONCE;
	level->collapses = false;
}

void odf_lines_prefix(struct odf_lines *l, const char *name)
{
	l->prefix.size = 0;
	if (name == NULL)
		return;
	st_buf_add(&l->prefix, name, strlen(name));
	st_buf_add(&l->prefix, ": ", 2);
}

/* --- what holds, and what stands where --- */

void odf_lines_hold(struct odf_lines *l)
{
	top(l)->held++;
}

void odf_lines_release(struct odf_lines *l)
{
	if (top(l)->held > 0)
		top(l)->held--;
	settle(l);
}

bool odf_lines_are_held(const struct odf_lines *l)
{
	return l->levels[l->top].held > 0;
}

struct odf_mark odf_lines_place(struct odf_lines *l, const char *what, const char *name)
{
	struct odf_mark mark = {.label = top(l)->label, .labels_size = l->labels.size};
	if (l->fixed)
		return mark;
	top(l)->label = push_label(l, what, name);
	enter(l);
	return mark;
}

struct odf_mark odf_lines_aside(struct odf_lines *l, const char *what, const char *name)
{
	if (!odf_lines_are_held(l))
		return odf_lines_place(l, what, name);
	struct odf_mark mark = {.label = top(l)->label, .labels_size = l->labels.size, .aside = true};
	size_t label = l->fixed ? l->levels[0].label : push_label(l, what, name);
	if (++l->top == l->room) {
		l->levels = st_realloc(l->levels, 2 * l->room * sizeof *l->levels);
		memset(l->levels + l->room, 0, l->room * sizeof *l->levels);
		l->room *= 2;
	}
	struct st_buf text = top(l)->text;
	text.size = 0;
	*top(l) = (struct level){.text = text, .label = label};
	enter(l);
	return mark;
}

void odf_lines_back(struct odf_lines *l, const struct odf_mark *mark)
{
	bool changed = mark->aside || l->labels.size != mark->labels_size;
	if (mark->aside && l->top > 0) {
		struct level *level = top(l);
		l->aside_bytes -= level->text.size;
		if (level->words > 0) {
			if (level->open)
				st_buf_add_byte(&level->text, '\n');
			l->aside_bytes += level->text.size;
			st_buf_add(&l->queue, level->text.data, level->text.size);
		}
		if (level->text.capacity > LEVEL_BYTES)
			st_buf_free(&level->text);
		l->top--;
		l->labels.size = mark->labels_size;
		settle(l);
		return;
	}
	l->labels.size = mark->labels_size;
	top(l)->label = mark->label;
	if (changed)
		enter(l);
}

void odf_lines_fix(struct odf_lines *l, const char *what, const char *name)
{
	settle(l);
	l->fixed = false;
	l->labels.size = sizeof FIRST_LABEL;
	top(l)->label = 0;
	enter(l);
	if (what != NULL) {
		odf_lines_place(l, what, name);
		l->fixed = true;
	}
}

/* --- what was shown --- */

size_t odf_lines_keep(struct odf_lines *l)
{
	l->keeping++;
	return l->kept.size;
}

bool odf_lines_kept(const struct odf_lines *l, size_t from, struct st_span *out)
{
	*out = (struct st_span){l->kept.data + from, l->kept.size - from};
	return l->kept_all;
}

void odf_lines_forget(struct odf_lines *l, size_t from)
{
	l->kept.size = from;
	if (--l->keeping == 0)
		l->kept_all = true;
}

void odf_lines_close(struct odf_lines *l)
{
	while (l->top > 0) {
		struct odf_mark mark = {.aside = true, .labels_size = l->labels.size};
		odf_lines_back(l, &mark);
	}
	l->levels[0].held = 0;
	settle(l);
	rebuilt_line(l->rebuilt);
	for (size_t i = 0; i < l->room; i++)
		st_buf_free(&l->levels[i].text);
	free(l->levels);
	st_buf_free(&l->labels);
	st_buf_free(&l->queue);
	st_buf_free(&l->prefix);
	st_buf_free(&l->kept);
	free(l);
}
