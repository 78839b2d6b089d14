/*
 * Line by line, in the order of the text. A header of an earlier mail is known by its third field or so, a sentence
 * `On ... wrote:` by its last line: until then its lines are a guess, and decide nothing.
 */
#include "extract/quotes.h"

#include <stdlib.h>

#include "base/ceilings.h"
#include "extract/quote_held.h"
#include "extract/quote_lines.h"

/* A line is looked at this far; what follows in it changes nothing. */
#define LINE_BYTES 1024
/* Lines of a sentence `On ... wrote:`. */
#define SENTENCE_LINES 4

enum guess { NO_GUESS, GUESS_HEADER, GUESS_SENTENCE };
enum expect { TEXT, FIELDS_BEHIND_SEPARATOR, FIELDS_BEHIND_RULE, MORE_FIELDS, WHAT_WAS_WRITTEN };

struct quotes {
	const struct extract_events *events;
	void *context;
	uint32_t part;
	bool by_flow;
	bool any_said;
	enum quote_label said;

	uint8_t line[LINE_BYTES];
	size_t line_size;
	uint64_t line_start;
	bool in_line, looked_at; /* looked_at: the rest of the line changes nothing */

	enum expect expect;
	unsigned expect_depth;
	bool lists_on;  /* the line before, of a header, ended like a list that goes on */
	bool rest;      /* an earlier mail begins above and ends nowhere */
	bool signature; /* the same for a signature */
	unsigned marks[QUOTE_MARK_SIGNATURE + 1];

	enum guess guess;
	uint64_t guess_start;
	unsigned guess_depth, guess_fields, guess_lines;
	bool guess_address;
	struct st_buf sentence;

	uint64_t decided; /* text before this has its place */
	struct quote_held held;
};

struct st_span quote_label_name(enum quote_label label)
{
	static const char *const names[QUOTE_LABELS] = {"body", "quoted reply", "forwarded header", "signature"};
	return (struct st_span){(const uint8_t *)names[label], strlen(names[label])};
}

static void say(struct quotes *q, enum quote_label label, uint64_t start)
{
	if (q->any_said && q->said == label)
		return;
	q->any_said = true;
	q->said = label;
	q->events->place(q->context, q->part, start, quote_label_name(label));
}

static enum quote_label label_at(const struct quotes *q, unsigned depth)
{
	if (q->marks[QUOTE_MARK_ATTRIBUTION] + q->marks[QUOTE_MARK_HEADER] > 0)
		return QUOTE_HEADER;
	if (depth > 0 || q->rest || q->marks[QUOTE_MARK_REPLY] > 0)
		return QUOTE_REPLY;
	return q->signature || q->marks[QUOTE_MARK_SIGNATURE] > 0 ? QUOTE_SIGNATURE : QUOTE_BODY;
}

static void expect(struct quotes *q, enum expect what, const struct quote_line *line)
{
	q->expect = what;
	q->expect_depth = line->depth;
	q->lists_on = line->lists_on;
}

/* The earlier mail that was announced begins; behind signs of quotation it ends with them. */
static void earlier_mail(struct quotes *q)
{
	q->expect = TEXT;
	if (q->expect_depth == 0 && q->marks[QUOTE_MARK_REPLY] == 0)
		q->rest = true;
}

/* --- guesses --- */

static void begin_guess(struct quotes *q, enum guess guess, const struct quote_line *line, uint64_t start)
{
	q->guess = guess;
	q->guess_start = start;
	q->guess_depth = line->depth;
	q->guess_fields = line->field;
	q->guess_address = line->has_address;
	q->guess_lines = 1;
	q->lists_on = line->lists_on;
	q->sentence.size = 0;
	st_buf_add(&q->sentence, line->content.data, line->content.size);
}

static bool is_header(const struct quotes *q, int fields)
{
	return (q->guess_fields & QUOTE_FIELD_FROM) && __builtin_popcount(q->guess_fields) >= fields &&
	       (q->guess_address || (fields > 2 && (q->guess_fields & QUOTE_FIELD_SUBJECT)));
}

static void accept(struct quotes *q, enum expect next)
{
	say(q, QUOTE_HEADER, q->guess_start);
	q->expect = next;
	q->expect_depth = q->guess_depth;
	q->guess = NO_GUESS;
}

/* No more lines belong to it. */
static void settle(struct quotes *q)
{
	if (q->guess == GUESS_HEADER && is_header(q, 2))
		accept(q, MORE_FIELDS);
	else if (q->guess != NO_GUESS)
		say(q, label_at(q, q->guess_depth), q->guess_start);
	q->guess = NO_GUESS;
}

static bool guess_header(struct quotes *q, const struct quote_line *line)
{
	if (line->kind == QUOTE_LINE_BLANK || (!line->any_field && !line->folded && !q->lists_on))
		return false;
	q->guess_fields |= line->field;
	q->guess_address |= line->has_address;
	q->lists_on = line->lists_on;
	if (is_header(q, 3))
		accept(q, MORE_FIELDS);
	return true;
}

static bool guess_sentence(struct quotes *q, const struct quote_line *line)
{
	if (line->kind == QUOTE_LINE_BLANK || q->sentence.size + line->content.size >= LINE_BYTES)
		return false;
	st_buf_add_byte(&q->sentence, ' ');
	st_buf_add(&q->sentence, line->content.data, line->content.size);
	if (quote_is_attribution((struct st_span){q->sentence.data, q->sentence.size})) {
		accept(q, WHAT_WAS_WRITTEN);
		return true;
	}
	return line->kind == QUOTE_LINE_TEXT && ++q->guess_lines < SENTENCE_LINES;
}

/* Does the line go on with what is guessed at? */
static bool guess_takes(struct quotes *q, const struct quote_line *line, uint64_t start)
{
	if (line->depth != q->guess_depth || start - q->guess_start > CEIL_QUOTE_LOOK_BYTES)
		return false;
	return q->guess == GUESS_HEADER ? guess_header(q, line) : guess_sentence(q, line);
}

/* --- lines --- */

/* Does the line belong to what was announced before it? Else that is over. */
static bool expected(struct quotes *q, const struct quote_line *line)
{
	bool blank = line->kind == QUOTE_LINE_BLANK, here = line->depth == q->expect_depth;
	switch (q->expect) {
	case MORE_FIELDS:
		if (!blank && here && (line->any_field || line->folded || q->lists_on)) {
			q->lists_on = line->lists_on;
			return true;
		}
		earlier_mail(q);
		break;
	case FIELDS_BEHIND_RULE:
	case FIELDS_BEHIND_SEPARATOR:
		if (blank)
			return true;
		if (line->kind == QUOTE_LINE_FIELD ||
			(q->expect == FIELDS_BEHIND_RULE && line->any_field && line->has_address)) {
			expect(q, MORE_FIELDS, line);
			return true;
		}
		if (q->expect == FIELDS_BEHIND_SEPARATOR)
			earlier_mail(q);
		break;
	case WHAT_WAS_WRITTEN:
		if (blank)
			return true;
		if (line->depth <= q->expect_depth)
			earlier_mail(q);
		break;
	case TEXT:
		break;
	}
	q->expect = TEXT;
	return false;
}

static void take_line(struct quotes *q, const struct quote_line *line, uint64_t start)
{
	switch (line->kind) {
	case QUOTE_LINE_BLANK:
		return;
	case QUOTE_LINE_SEPARATOR:
		say(q, QUOTE_HEADER, start);
		expect(q, FIELDS_BEHIND_SEPARATOR, line);
		return;
	case QUOTE_LINE_ATTRIBUTION:
		say(q, QUOTE_HEADER, start);
		expect(q, WHAT_WAS_WRITTEN, line);
		return;
	case QUOTE_LINE_FIELD:
		begin_guess(q, GUESS_HEADER, line, start);
		return;
	case QUOTE_LINE_OPENING:
		begin_guess(q, GUESS_SENTENCE, line, start);
		return;
	case QUOTE_LINE_SIGNATURE:
		q->signature |= line->depth == 0;
		break;
	case QUOTE_LINE_TEXT:
		break;
	}
	say(q, label_at(q, line->depth), start);
}

static void look_at_line(struct quotes *q)
{
	struct quote_line line = quote_line_of((struct st_span){q->line, q->line_size});
	bool taken = false;
	q->looked_at = true;
	if (q->guess != NO_GUESS) {
		taken = guess_takes(q, &line, q->line_start);
		if (!taken)
			settle(q);
	}
	if (!taken && q->expect != TEXT && expected(q, &line)) {
		if (line.kind != QUOTE_LINE_BLANK)
			say(q, QUOTE_HEADER, q->line_start);
		taken = true;
	}
	if (!taken)
		take_line(q, &line, q->line_start);
}

static void end_line(struct quotes *q)
{
	if (q->in_line && !q->looked_at)
		look_at_line(q);
	q->in_line = q->looked_at = false;
	q->line_size = 0;
}

/* Takes bytes of one line, without its end. */
static void add_to_line(struct quotes *q, const uint8_t *data, size_t size, uint64_t start)
{
	if (!q->in_line)
		q->line_start = start;
	q->in_line = true;
	if (q->looked_at)
		return;
	size_t room = LINE_BYTES - q->line_size;
	memcpy(q->line + q->line_size, data, size < room ? size : room);
	q->line_size += size < room ? size : room;
	if (q->line_size == LINE_BYTES)
		look_at_line(q);
}

/* A guess ends here at the latest: its next line would begin too far behind it to belong to it. */
static void decide(struct quotes *q, uint64_t end)
{
	if (q->guess != NO_GUESS && end - q->guess_start > CEIL_QUOTE_HELD_BYTES)
		settle(q);
	q->decided = q->in_line && !q->looked_at ? q->line_start : end;
	if (q->guess != NO_GUESS)
		q->decided = q->guess_start;
}

static void take(struct quotes *q, const uint8_t *data, size_t size, uint64_t start)
{
	const uint8_t *p = data, *end = data + size;
	while (p < end) {
		const uint8_t *lf = memchr(p, '\n', (size_t)(end - p)), *stop = lf != NULL ? lf : end;
		add_to_line(q, p, (size_t)(stop - p), start + (uint64_t)(p - data));
		if (lf != NULL)
			end_line(q);
		p = lf != NULL ? lf + 1 : end;
	}
	decide(q, start + size);
}

/* --- the part --- */

struct quotes *quotes_open(const struct extract_events *events, void *context, uint32_t part)
{
	struct quotes *q = st_alloc_zero(1, sizeof(*q));
	q->events = events;
	q->context = context;
	q->part = part;
	return q;
}

void quotes_free(struct quotes *q)
{
	if (q == NULL)
		return;
	st_buf_free(&q->sentence);
	quote_held_free(&q->held);
	free(q);
}

void quotes_by_flow(struct quotes *q)
{
	q->by_flow = true;
}

void quotes_flow(struct quotes *q, const uint8_t *data, size_t size, uint64_t start)
{
	take(q, data, size, start);
}

static void give_held(struct quotes *q, uint64_t before)
{
	size_t size = q->held.data.size;
	if (before < q->held.start)
		return;
	size = before - q->held.start < size ? (size_t)(before - q->held.start) : size;
	quote_held_give(&q->held, size, q->events, q->context, q->part);
}

void quotes_text(struct quotes *q, const struct extract_text *text)
{
	uint64_t end = text->start + text->size;
	if (!q->by_flow)
		take(q, text->data, text->size, text->start);
	else
		decide(q, end); /* what stands aside has the place of the line before it */
	give_held(q, q->decided);
	size_t now = q->decided <= text->start ? 0 : q->decided < end ? (size_t)(q->decided - text->start) : text->size;
	if (now > 0) {
		struct extract_text front = *text;
		front.size = now;
		q->events->text(q->context, q->part, &front);
	}
	if (now < text->size)
		quote_held_add(&q->held, text, now);
}

void quotes_end(struct quotes *q)
{
	end_line(q);
	settle(q);
	give_held(q, UINT64_MAX);
}

void quotes_enter(struct quotes *q, enum quote_mark mark)
{
	end_line(q);
	settle(q);
	if (mark == QUOTE_MARK_REST)
		q->rest = true;
	else if (mark == QUOTE_MARK_RULE)
		q->expect = FIELDS_BEHIND_RULE;
	else
		q->marks[mark]++;
}

void quotes_leave(struct quotes *q, enum quote_mark mark)
{
	end_line(q);
	settle(q);
	q->marks[mark]--;
	if (mark == QUOTE_MARK_HEADER && q->marks[QUOTE_MARK_REPLY] == 0)
		q->rest = true;
	if (mark != QUOTE_MARK_ATTRIBUTION)
		q->expect = TEXT;
}
