/*
 * Text between markup. Every byte knows its stored bytes; a block is sent when it is full, when stored
 * offsets go back (what stood aside comes after the flow it stood in), or when the source waits for its next bytes.
 */
#include <stdlib.h>

#include "extract/canonical.h"
#include "extract/html.h"
#include "extract/placed_text.h"

/* Stored offsets within one block are 32 bits. */
#define SPAN_BYTES ((uint64_t)1 << 31)

/* Labels that wait with the bytes aside; with as many the flow is broken, too. */
#define LABELS 256

struct bytes {
	struct placed_byte *list;
	size_t count;
};

/* A label holds from a byte that waits aside. */
struct label {
	size_t at;
	const char *text;
};

struct placed_text {
	const struct reader_input *input;
	const struct extract_events *events;
	void *context;
	struct canonical_text *canonical;
	struct bytes flow, aside;
	struct label labels[LABELS];
	size_t label_count;
	const char *told;           /* the label that holds without them */
	struct html_marks *marks;   /* NULL outside of mail */
	bool line_open, aside_open; /* the last byte given to it was no line feed */
	uint64_t text_at;
	uint8_t *data;
	uint32_t *stored, *ends;
};

struct placed_text *placed_text_open(const struct reader_input *input)
{
	struct placed_text *t = st_alloc_zero(1, sizeof(*t));
	t->input = input;
	t->told = "";
	t->events = extract_run_events(input->run, &t->context);
	t->canonical = extract_run_options(input->run)->no_digests ? NULL : canonical_text_new();
	if (input->quotes != NULL) {
		t->marks = html_marks_open(input->quotes);
		quotes_by_flow(input->quotes);
	}
	t->flow.list = st_alloc(CEIL_ASIDE_BYTES * sizeof(*t->flow.list));
	t->aside.list = st_alloc(CEIL_ASIDE_BYTES * sizeof(*t->aside.list));
	t->data = st_alloc(CEIL_ASIDE_BYTES);
	t->stored = st_alloc((CEIL_ASIDE_BYTES + 1) * sizeof(*t->stored));
	t->ends = st_alloc(CEIL_ASIDE_BYTES * sizeof(*t->ends));
	return t;
}

void placed_text_close(struct placed_text *t)
{
	if (t == NULL)
		return;
	canonical_text_free(t->canonical);
	html_marks_free(t->marks);
	free(t->flow.list);
	free(t->aside.list);
	free(t->data);
	free(t->stored);
	free(t->ends);
	free(t);
}

static void send_block(struct placed_text *t, size_t size, uint64_t stored_start, bool flow)
{
	struct extract_text block = {.data = t->data,
		.size = size,
		.start = t->text_at,
		.stored_start = stored_start,
		.stored = t->stored,
		.stored_ends = t->ends};
	t->stored[size] = t->ends[size - 1] > t->stored[size - 1] ? t->ends[size - 1] : t->stored[size - 1];
	canonical_text_add(t->canonical, block.data, size);
	if (flow && t->marks != NULL)
		quotes_flow(t->input->quotes, block.data, size, block.start);
	t->text_at += size;
	if (t->events->text != NULL)
		t->events->text(t->context, t->input->part, &block);
}

static void send(struct placed_text *t, struct bytes *bytes)
{
	size_t size = 0;
	uint64_t first = 0, last = 0;
	for (size_t i = 0; i < bytes->count; i++) {
		const struct placed_byte *b = &bytes->list[i];
		if (size > 0 && (b->start < last || b->end - first >= SPAN_BYTES)) {
			send_block(t, size, first, bytes == &t->flow);
			size = 0;
		}
		if (size == 0)
			first = b->start;
		t->data[size] = b->byte;
		t->stored[size] = (uint32_t)(b->start - first);
		t->ends[size++] = (uint32_t)(b->end - first);
		last = b->start;
	}
	if (size > 0)
		send_block(t, size, first, bytes == &t->flow);
	bytes->count = 0;
}

void placed_text_flush(struct placed_text *t)
{
	send(t, &t->flow);
}

void placed_text_flow(struct placed_text *t, const struct placed_byte *byte)
{
	t->flow.list[t->flow.count++] = *byte;
	t->line_open = byte->byte != '\n';
	if (t->flow.count == CEIL_ASIDE_BYTES)
		placed_text_flush(t);
}

static void line_feed(const struct placed_byte *at, struct placed_byte *out)
{
	*out = *at;
	out->byte = '\n';
}

/* What waits aside is given, and the places it stands at before it. A place without text yet goes on waiting. */
static void send_aside(struct placed_text *t)
{
	size_t kept = 0;
	for (size_t i = 0; i < t->label_count; i++) {
		struct label *next = &t->labels[i];
		struct st_span label = {(const uint8_t *)next->text, strlen(next->text)};
		if (next->at == t->aside.count) {
			t->labels[kept++] = (struct label){0, next->text};
			continue;
		}
		t->told = next->text;
		if (t->events->place != NULL)
			t->events->place(t->context, t->input->part, t->text_at + next->at, label);
	}
	t->label_count = kept;
	send(t, &t->aside);
}

void placed_text_break(struct placed_text *t, const struct placed_byte *at)
{
	struct placed_byte feed;
	line_feed(at, &feed);
	if (t->line_open)
		placed_text_flow(t, &feed);
	if (t->aside.count == 0)
		return;
	placed_text_flush(t);
	if (t->aside_open)
		placed_text_aside_end(t, at);
	send_aside(t);
}

void placed_text_cell(struct placed_text *t, const struct placed_byte *at)
{
	struct placed_byte tab = *at;
	tab.byte = '\t';
	if (t->line_open)
		placed_text_flow(t, &tab);
}

/* What waits may not grow further: the flow's line ends here, and what has come aside so far is given. */
static void overflow(struct placed_text *t, const struct placed_byte *at)
{
	struct placed_byte feed;
	line_feed(at, &feed);
	if (t->line_open)
		placed_text_flow(t, &feed);
	placed_text_flush(t);
	send_aside(t);
}

void placed_text_aside(struct placed_text *t, const struct placed_byte *byte)
{
	if (t->marks != NULL)
		html_marks_attribute(t->marks, byte->byte);
	if (t->aside.count + 1 >= CEIL_ASIDE_BYTES)
		overflow(t, byte);
	t->aside.list[t->aside.count++] = *byte;
	t->aside_open = byte->byte != '\n';
}

void placed_text_aside_end(struct placed_text *t, const struct placed_byte *at)
{
	struct placed_byte feed;
	if (t->marks != NULL)
		html_marks_attribute_end(t->marks);
	if (!t->aside_open)
		return;
	line_feed(at, &feed);
	t->aside.list[t->aside.count++] = feed;
	t->aside_open = false;
	if (t->aside.count + 1 >= CEIL_ASIDE_BYTES)
		overflow(t, at);
}

static const char *label_now(const struct placed_text *t)
{
	return t->label_count > 0 ? t->labels[t->label_count - 1].text : t->told;
}

/* Drops one that nothing stood at: was there one? */
static bool drop_label(struct placed_text *t)
{
	bool unused = t->label_count > 0 && t->labels[t->label_count - 1].at == t->aside.count;
	t->label_count -= unused;
	return unused;
}

static void put_label(struct placed_text *t, const char *label, const struct placed_byte *at)
{
	if (t->label_count == LABELS)
		overflow(t, at);
	if (strcmp(label_now(t), label) != 0)
		t->labels[t->label_count++] = (struct label){t->aside.count, label};
}

void placed_text_aside_enter(struct placed_text *t, const char *label, const struct placed_byte *at)
{
	placed_text_aside_end(t, at);
	drop_label(t);
	put_label(t, label, at);
}

/* The line feed is the first byte that stands where it goes on. */
void placed_text_aside_leave(struct placed_text *t, const char *label, const struct placed_byte *at)
{
	struct placed_byte feed;
	line_feed(at, &feed);
	bool nothing = drop_label(t), same = strcmp(label_now(t), label) == 0;
	if (!same)
		put_label(t, label, at);
	if (same || nothing)
		placed_text_aside_end(t, at);
	else
		placed_text_aside(t, &feed);
}

void placed_text_tag(struct placed_text *t, const char *name, bool closing)
{
	if (t->marks == NULL || !html_marks_cares(name))
		return;
	placed_text_flush(t);
	html_marks_tag(t->marks, name, closing);
}

void placed_text_tag_end(struct placed_text *t)
{
	if (t->marks != NULL)
		html_marks_tag_end(t->marks);
}

uint64_t placed_text_end(struct placed_text *t)
{
	uint8_t sha256[ST_SHA256_BYTES];
	if (t->aside.count > 0) {
		struct placed_byte at = t->aside.list[t->aside.count - 1];
		at.start = at.end;
		placed_text_break(t, &at);
	}
	placed_text_flush(t);
	if (canonical_text_end(t->canonical, sha256))
		extract_run_record(t->input->run, t->input->part, 0, t->text_at, sha256);
	return t->text_at;
}
