/*
 * The order of questions: a point in time is opened, then pages follow behind the sort value of the last document. In
 * the order of PROBE_SEQ_NO documents of different shards may share a number: the next question begins one before the
 * last number, and what was seen at it is passed over. Where there is no point in time, or it is refused, a scroll.
 *
 * An answer that is too large or cannot be read is asked for again with fewer documents, down to one, which is then
 * stepped over by asking for its number alone. A scroll has moved on by then: its documents are lost, and counted so.
 */
#include "worker/pages.h"

#include "base/ceilings.h"
#include "extract/hits_page.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

struct pages {
	struct extract_pages api;
	const struct pages_index *index;
	int socket;
	struct outbox *out;
	enum probe_order order;
	enum probe_step step; /* asked last; PROBE_STEPS: nothing was yet */
	bool ended;
	enum st_reason reason; /* why not all was read; the first counts */

	struct st_buf context;
	int64_t after;      /* the sort value of the last document; -1: none yet */
	struct st_buf ties; /* u32 size + name of each document seen at it */
	uint32_t tie_count, size;
	uint64_t total, seen; /* as the first answer said; documents that came, or were stepped over */
	bool has_total;

	uint8_t *body;
	size_t body_size, body_capacity;
	struct hits_page page;
	struct st_buf places;
	uint64_t places_bytes; /* of all pages */
};

static void note(struct pages *p, enum st_reason reason)
{
	if (p->reason == ST_REASON_NONE)
		p->reason = reason;
}

static bool end(struct pages *p, enum st_reason reason)
{
	p->ended = true;
	if (reason != ST_REASON_NONE)
		note(p, reason);
	return false;
}

/* --- asking and receiving --- */

static void ask(struct pages *p, enum probe_step step)
{
	st_auto_buf struct st_buf body = {0};
	bool over = p->tie_count > 0;
	p->step = step;
	st_buf_add_u32(&body, p->out->job);
	st_buf_add_byte(&body, (uint8_t)p->order);
	st_buf_add_byte(&body, (uint8_t)step);
	st_buf_add_u64(&body, (uint64_t)(over ? p->after - 1 : p->after));
	st_buf_add_u32(&body, (step == PROBE_STEP_BARE ? 1 : p->size) + (over ? p->tie_count : 0));
	outbox_send(p->out, WORKER_PAGE, &body);
}

static bool read_full(int fd, uint8_t *data, size_t size)
{
	while (size > 0) {
		ssize_t got = read(fd, data, size);
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return false;
		data += got;
		size -= (size_t)got;
	}
	return true;
}

static enum st_reason receive(struct pages *p)
{
	uint8_t head[5];
	p->body_size = 0;
	if (!read_full(p->socket, head, sizeof head))
		return ST_REASON_SOURCE_ERROR;
	struct st_cursor in = {.at = head, .end = head + sizeof head};
	uint8_t reason = st_cursor_byte(&in);
	uint32_t size = st_cursor_u32(&in);
	if (size > CEIL_ANSWER_BODY_BYTES || reason >= ST_REASONS)
		return ST_REASON_SOURCE_ERROR;
	if (size > p->body_capacity) {
		p->body_capacity = size;
		p->body = st_realloc(p->body, p->body_capacity);
	}
	if (!read_full(p->socket, p->body, size))
		return ST_REASON_SOURCE_ERROR;
	p->body_size = size;
	return (enum st_reason)reason;
}

static void parse(struct pages *p)
{
	static const uint8_t nothing[1];
	struct st_span body = {p->body != NULL ? p->body : nothing, p->body_size};
	hits_page_read(body, p->index->name, CEIL_HITS_PAGE + CEIL_HITS_TIES, &p->page);
}

/* What the server calls the context now: whoever closes it is told first. */
static void take_context(struct pages *p)
{
	const struct st_buf *now = &p->page.context;
	bool same =
		now->size == p->context.size && (now->size == 0 || memcmp(now->data, p->context.data, now->size) == 0);
	if (same || !probe_context_is_sound((struct st_span){now->data, now->size}))
		return;
	p->context.size = 0;
	st_buf_add(&p->context, now->data, now->size);
	st_auto_buf struct st_buf body = {0};
	st_buf_add_u32(&body, p->out->job);
	st_buf_add_byte(&body, (uint8_t)p->order);
	st_buf_add_span(&body, now->data, now->size);
	outbox_send(p->out, WORKER_CONTEXT, &body);
}

/* --- the first question --- */

/* So that a page has about the size that is aimed at: what is stored is compressed, about two to one. */
static uint32_t first_size(const struct pages_index *index)
{
	uint64_t each = index->documents > 0 ? 2 * index->stored_bytes / index->documents + 256 : 16 * KIB;
	uint64_t size = CEIL_HITS_AIM_BYTES / each;
	return size > CEIL_HITS_PAGE ? CEIL_HITS_PAGE : size < 1 ? 1 : (uint32_t)size;
}

static void begin(struct pages *p)
{
	p->size = first_size(p->index);
	if (p->order != PROBE_SCROLL) {
		ask(p, PROBE_STEP_OPEN);
		enum st_reason reason = receive(p);
		parse(p);
		take_context(p);
		if (reason == ST_REASON_OUT_OF_SCOPE) {
			end(p, reason);
			return;
		}
		if (reason != ST_REASON_NONE || p->context.size == 0)
			p->order = PROBE_SCROLL;
	}
	ask(p, PROBE_STEP_FIRST);
}

/* --- ties: documents of other shards with the same number --- */

static struct st_span name_of(const struct pages *p, const struct hit *hit)
{
	return (struct st_span){p->page.names.data + hit->name, hit->name_size};
}

static bool was_seen(const struct pages *p, const struct hit *hit)
{
	struct st_cursor in = {p->ties.data, p->ties.data + p->ties.size, false};
	struct st_span name = name_of(p, hit);
	while (hit->sort == p->after && in.at < in.end) {
		struct st_span tie = st_cursor_span(&in);
		if (tie.size == name.size && memcmp(tie.data, name.data, name.size) == 0)
			return true;
	}
	return false;
}

static bool take_tie(struct pages *p, const struct hit *hit)
{
	struct st_span name = name_of(p, hit);
	if (hit->sort != p->after)
		p->ties.size = p->tie_count = 0;
	p->after = hit->sort;
	if (p->order != PROBE_SEQ_NO)
		return true;
	st_buf_add_span(&p->ties, name.data, name.size);
	return ++p->tie_count <= CEIL_HITS_TIES;
}

/* Marks what was seen before, and takes the place behind the last. False: the server does not keep its order. */
static bool take_order(struct pages *p, uint64_t *fresh)
{
	*fresh = 0;
	for (size_t i = 0; i < p->page.count; i++) {
		struct hit *hit = &p->page.hits[i];
		if (p->order == PROBE_SCROLL) {
			++*fresh;
			continue;
		}
		bool ties = p->order == PROBE_SEQ_NO;
		hit->skip = hit->has_sort && ties && was_seen(p, hit);
		if (hit->skip)
			continue;
		if (!hit->has_sort || hit->sort < p->after || (hit->sort == p->after && !ties))
			return false;
		++*fresh;
		if (!take_tie(p, hit))
			return false;
	}
	return true;
}

/* --- an answer --- */

/* Fewer documents, or the one that is too large is stepped over. */
static void spoiled(struct pages *p, enum st_reason reason)
{
	bool stepped_on = p->step == PROBE_STEP_BARE;
	if (p->order == PROBE_SCROLL) {
		note(p, reason);
		if (p->context.size == 0 || reason == ST_REASON_CORRUPT)
			end(p, reason);
		else
			ask(p, PROBE_STEP_NEXT);
	} else if (stepped_on || (reason == ST_REASON_CORRUPT && p->body_size == 0)) {
		end(p, reason);
	} else if (p->size > 1) {
		p->size = p->size > 8 ? p->size / 8 : 1;
		ask(p, p->step);
	} else {
		note(p, reason);
		ask(p, PROBE_STEP_BARE);
	}
}

static void adapt(struct pages *p)
{
	if (p->body_size > 2 * CEIL_HITS_AIM_BYTES && p->size > 1)
		p->size /= 2;
	else if (p->body_size < CEIL_HITS_AIM_BYTES / 2 && p->size < CEIL_HITS_PAGE)
		p->size = p->size < CEIL_HITS_PAGE / 2 ? p->size * 2 : CEIL_HITS_PAGE;
}

/* The document that could not be had: its number is taken, nothing else. */
static void step_over(struct pages *p)
{
	size_t at = 0;
	while (at < p->page.count && was_seen(p, &p->page.hits[at]))
		at++;
	if (at == p->page.count) {
		end(p, ST_REASON_NONE);
		return;
	}
	p->page.count = at + 1;
	if (!p->has_total) {
		p->total = p->page.total;
		p->has_total = p->page.has_total;
	}
	uint64_t fresh;
	if (!take_order(p, &fresh) || fresh != 1) {
		end(p, ST_REASON_CORRUPT);
		return;
	}
	p->seen++;
	/* To begin one before it would bring it again. What other shards have at its number is lost with it. */
	p->ties.size = p->tie_count = 0;
	ask(p, PROBE_STEP_NEXT);
}

/* True: there are documents to be read. */
static bool take_page(struct pages *p)
{
	uint64_t fresh;
	if (p->step == PROBE_STEP_FIRST) {
		p->total = p->page.total;
		p->has_total = p->page.has_total;
	}
	if (!p->has_total)
		return end(p, ST_REASON_CORRUPT);
	if (p->page.timed_out || p->page.shards_failed > 0)
		note(p, ST_REASON_SOURCE_ERROR);
	if (!take_order(p, &fresh))
		return end(p, ST_REASON_CORRUPT);
	p->seen += fresh;
	if (p->seen > p->total) /* it has no end */
		return end(p, ST_REASON_CORRUPT);
	if (fresh == 0)
		return end(p, p->seen < p->total ? ST_REASON_SOURCE_ERROR : ST_REASON_NONE);
	if (p->order != PROBE_SCROLL)
		adapt(p);
	ask(p, PROBE_STEP_NEXT);
	return true;
}

static bool take_answer(struct pages *p)
{
	enum st_reason reason = receive(p);
	parse(p);
	take_context(p);
	if (reason == ST_REASON_SOURCE_CHANGED && p->step != PROBE_STEP_FIRST)
		reason = ST_REASON_SOURCE_ERROR; /* the context is gone, not the index */
	/* The server does not take the question: it may allow fewer documents (index.max_result_window). */
	bool begins = p->order != PROBE_SCROLL || p->step == PROBE_STEP_FIRST;
	if (reason == ST_REASON_UNSUPPORTED && begins && p->step != PROBE_STEP_BARE && p->size > 1) {
		p->size = p->size > 8 ? p->size / 8 : 1;
		ask(p, p->step);
		return false;
	}
	if (reason != ST_REASON_NONE && reason != ST_REASON_LIMIT_SIZE)
		return end(p, reason);
	if (reason == ST_REASON_NONE)
		reason = p->page.reason;
	if (reason != ST_REASON_NONE)
		spoiled(p, reason);
	else if (p->step == PROBE_STEP_BARE)
		step_over(p);
	else
		return take_page(p);
	return false;
}

/* --- documents --- */

static void add_place(struct pages *p, const struct hit *hit)
{
	static const char word[] = "document"; /* with its NUL: a name follows */
	st_auto_buf struct st_buf label = {0};
	struct st_span name = name_of(p, hit);
	p->places_bytes += sizeof word + name.size + 8;
	if (p->places_bytes > CEIL_HITS_PLACES_BYTES)
		return;
	st_buf_add(&label, word, sizeof word);
	st_buf_add(&label, name.data, name.size);
	st_buf_add_u64(&p->places, hit->start);
	st_buf_add_span(&p->places, label.data, label.size);
}

static void give_lines(struct pages *p, struct extract_lines *out)
{
	p->places.size = 0;
	out->text = (struct st_span){p->body, hits_page_lines(p->body, &p->page)};
	for (size_t i = 0; i < p->page.count; i++) {
		const struct hit *hit = &p->page.hits[i];
		if (hit->size > 0)
			add_place(p, hit);
		else if (!hit->skip) /* its index keeps no sources */
			note(p, ST_REASON_NO_TEXT);
	}
	out->places = &p->places;
}

static bool next(void *context, struct extract_lines *out, enum st_reason *reason)
{
	struct pages *p = context;
	if (p->step == PROBE_STEPS)
		begin(p);
	bool has_page = false;
	while (!p->ended && !has_page)
		has_page = take_answer(p);
	if (has_page)
		give_lines(p, out);
	*reason = p->reason;
	return has_page;
}

struct pages *pages_open(int socket, const struct pages_index *index, struct outbox *out)
{
	struct pages *p = st_alloc_zero(1, sizeof *p);
	p->api = (struct extract_pages){.context = p, .next = next};
	p->index = index;
	p->socket = socket;
	p->out = out;
	p->order = index->order;
	p->step = PROBE_STEPS;
	p->after = -1;
	st_buf_reserve(&p->ties, 1); /* so that there is a pointer to nothing, too */
	return p;
}

const struct extract_pages *pages_of(const struct pages *pages)
{
	return &pages->api;
}

void pages_close(struct pages *p)
{
	free(p->body);
	hits_page_free(&p->page);
	st_buf_free(&p->context);
	st_buf_free(&p->ties);
	st_buf_free(&p->places);
	free(p);
}
