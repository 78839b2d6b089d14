/* Mentions come a little behind the text: of what was fed, the places that mentions may still ask for are kept. */
#include "redact/passage.h"

#include <stdlib.h>

#include "base/ceilings.h"
#include "redact/known.h"
#include "redact/policy.h"

/* A mention that counts only if something seen later confirms it; its canonical value and its edits follow. */
struct held {
	struct detect_mention mention; /* of its spans, only the sizes */
	size_t edits;
};

static struct passage_place place_of(const struct passage *p, uint64_t offset)
{
	return p->places[offset - p->places_start];
}

/* --- the bytes of a mention --- */

static bool is_blank(uint8_t byte)
{
	return byte == ' ' || byte == '\t' || byte == '\r' || byte == '\n' || byte == 0;
}

static bool is_gap(const struct passage *p, uint32_t start, uint32_t end)
{
	for (uint32_t at = start; at < end; at++)
		if (!is_blank(p->document.data[at]))
			return false;
	return true;
}

static void add_range(struct st_buf *out, const struct passage_place *range)
{
	struct passage_edit edit = {.start = range->start, .end = range->end};
	if (range->end > range->start)
		st_buf_add(out, &edit, sizeof edit);
}

/* Edits of [start, end) of the text, one for each stretch of the document that it stands for. */
static void add_ranges(const struct passage *p, uint64_t start, uint64_t end, bool keep_fixed, struct st_buf *out)
{
	struct passage_place open = {0};
	bool joins = false;
	for (uint64_t at = start; at < end; at++) {
		struct passage_place place = place_of(p, at);
		if (place.fixed == PASSAGE_KEPT || (keep_fixed && place.fixed == PASSAGE_FIXED)) {
			joins = false;
			continue;
		}
		/* a gap of blanks is what a browser shows as one */
		bool goes_on = joins && place.start >= open.start &&
			       (place.start <= open.end || (place.start - open.end < CEIL_DETECT_REACH_BYTES &&
								   is_gap(p, open.end, place.start)));
		if (goes_on) {
			open.end = place.end > open.end ? place.end : open.end;
			continue;
		}
		add_range(out, &open);
		open = place;
		joins = true;
	}
	add_range(out, &open);
}

static bool all_fixed(const struct passage *p, uint64_t start, uint64_t end)
{
	for (uint64_t at = start; at < end; at++)
		if (!place_of(p, at).fixed)
			return false;
	return true;
}

static enum redact_action said_at(const struct passage *p, uint64_t offset)
{
	const struct passage_field *fields = (const void *)p->fields.data;
	size_t low = 0, high = p->fields.size / sizeof *fields;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (fields[middle].start <= offset)
			low = middle + 1;
		else
			high = middle;
	}
	return low > 0 ? fields[low - 1].said : REDACT_ACTIONS;
}

/* --- what becomes of it --- */

enum redact_action passage_action(
	const struct passage *p, enum detect_kind kind, enum redact_action said, struct st_span canonical)
{
	const struct redact_options *options = p->options;
	return options->policy != NULL ? redact_policy_action(options->policy, options->mode, kind, said, canonical)
				       : options->mode;
}

static void take_edits(struct passage *p, const struct detect_mention *m, struct passage_edit *edits, size_t count)
{
	enum redact_action action = passage_action(p, m->kind, said_at(p, m->start), m->canonical);
	if (p->options->learn != NULL)
		redact_known_learn(p->options->learn, m);
	if (action == REDACT_KEEP || count == 0)
		return;
	size_t text_at = p->texts.size;
	replacer_value(p->replacer, action, m->kind, m->canonical, &p->texts);
	edits[0].text_at = (uint32_t)text_at;
	edits[0].text_size = (uint32_t)(p->texts.size - text_at);
	edits[0].last = edits[count - 1].end;
	edits[0].kind = (uint8_t)m->kind;
	edits[0].action = (uint8_t)action;
	edits[0].confidence = m->confidence;
	edits[0].leads = true;
	st_buf_add(&p->edits, edits, count * sizeof *edits);
}

/* The address book of the document, as detect keeps it for one input. */
static void note_seen(struct seen *seen, const struct detect_mention *m)
{
	uint8_t name[DETECT_NAME_BYTES];
	if (m->kind == DETECT_CASE_NUMBER)
		seen_case(seen, m);
	if (m->tentative)
		return;
	if (m->kind == DETECT_PERSON_NAME)
		seen_add(&seen->names, m->canonical);
	if (m->kind != DETECT_EMAIL_ADDRESS)
		return;
	seen_add(&seen->domains, mention_domain(m->canonical));
	size_t size = detect_name_of_address(m->canonical, name);
	if (size > 0)
		seen_add(&seen->names, (struct st_span){name, size});
}

/* True also beyond the ceiling for what waits: then rather too much is replaced than too little. */
static bool is_confirmed(const struct passage *p, const struct detect_mention *m)
{
	bool known = p->options->known != NULL && redact_known_confirms(p->options->known, m);
	return known || p->held.size > CEIL_TENTATIVE_BYTES || seen_confirms(p->seen, m);
}

static void on_mention(void *context, const struct detect_mention *m)
{
	struct passage *p = ((struct passage_search *)context)->now;
	st_auto_buf struct st_buf edits = {0};
	if (m->kind == DETECT_EMAIL_ADDRESS || m->kind == DETECT_PERSON_NAME || m->kind == DETECT_CASE_NUMBER)
		note_seen(p->seen, m);
	if (!m->tentative && m->confidence < DETECT_CONFIDENCE_SHOWN)
		return;
	add_ranges(p, m->start, m->end, !all_fixed(p, m->start, m->end), &edits);
	size_t count = edits.size / sizeof(struct passage_edit);
	if (!m->tentative || is_confirmed(p, m)) {
		take_edits(p, m, (void *)edits.data, count);
		return;
	}
	struct held held = {.mention = *m, .edits = count};
	st_buf_add(&p->held, &held, sizeof held);
	st_buf_add(&p->held, m->canonical.data, m->canonical.size);
	st_buf_add(&p->held, m->text.data, m->text.size);
	st_buf_add(&p->held, edits.data, edits.size);
}

static void on_known_name(void *context, const struct detect_mention *m)
{
	struct passage *p = ((struct passage_search *)context)->now;
	st_auto_buf struct st_buf edits = {0};
	add_ranges(p, m->start, m->end, !all_fixed(p, m->start, m->end), &edits);
	take_edits(p, m, (void *)edits.data, edits.size / sizeof(struct passage_edit));
}

static void decide_held(struct passage *p)
{
	st_auto_buf struct st_buf edits = {0};
	for (size_t at = 0; at < p->held.size;) {
		struct held held;
		memcpy(&held, p->held.data + at, sizeof held);
		at += sizeof held;
		held.mention.canonical.data = p->held.data + at;
		at += held.mention.canonical.size;
		held.mention.text.data = p->held.data + at;
		held.mention.holder = (struct st_span){0};
		at += held.mention.text.size;
		edits.size = 0;
		st_buf_add(&edits, p->held.data + at, held.edits * sizeof(struct passage_edit));
		at += held.edits * sizeof(struct passage_edit);
		if (is_confirmed(p, &held.mention))
			take_edits(p, &held.mention, (void *)edits.data, held.edits);
	}
}

/* --- text in --- */

void passage_search_open(struct passage_search *search, const struct redact_options *options)
{
	struct detect_options detect = options->detect;
	detect.keep_tentative = true;
	*search = (struct passage_search){.detect = detect_open(&detect, on_mention, search)};
	if (redact_known_count(options->known) > 0)
		search->names = known_names_open(options->known, on_known_name, search);
}

void passage_search_close(struct passage_search *search)
{
	detect_close(search->detect);
	known_names_close(search->names);
}

void passage_open(struct passage *p, const struct redact_options *options, struct replacer *replacer, struct seen *seen,
	struct passage_search *search, struct st_span document)
{
	*p = (struct passage){
		.options = options, .replacer = replacer, .seen = seen, .search = search, .document = document};
}

/* Room for more places, those that no mention can ask for any longer dropped. */
static void make_room(struct passage *p, size_t more)
{
	uint64_t settled = p->count > 0 ? detect_settled(p->search->detect) : 0;
	if (p->count > 0 && p->search->names != NULL && known_names_settled(p->search->names) < settled)
		settled = known_names_settled(p->search->names);
	size_t drop = settled > p->places_start ? (size_t)(settled - p->places_start) : 0;
	if (p->count + more <= p->capacity)
		return;
	drop = drop < p->count ? drop : p->count;
	if (drop > 0)
		memmove(p->places, p->places + drop, (p->count - drop) * sizeof *p->places);
	p->count -= drop;
	p->places_start += drop;
	if ((p->count + more) * 2 <= p->capacity)
		return;
	p->capacity = (p->count + more) * 4;
	p->places = st_realloc(p->places, p->capacity * sizeof *p->places);
}

static void search(struct passage *p, const void *text, const struct passage_place *places, size_t size)
{
	if (size == 0)
		return;
	make_room(p, size);
	memcpy(p->places + p->count, places, size * sizeof *places);
	p->count += size;
	p->search->now = p;
	detect_feed(p->search->detect, text, size);
	if (p->search->names != NULL)
		known_names_feed(p->search->names, text, size);
}

/* A token stands before the detectors as NULs, as in stream.c: nothing begins, ends or is labelled in it. Returns the
 * bytes used: less than all when what is left may become one. */
static size_t search_around(struct passage *p, struct st_span text, const struct passage_place *places, bool last)
{
	static const uint8_t nuls[REPLACED_BYTES];
	size_t at = 0;
	while (at < text.size) {
		const uint8_t *from = text.data + at, *bracket = memchr(from, '[', text.size - at);
		size_t plain = bracket != NULL ? (size_t)(bracket - from) : text.size - at;
		bool more = false;
		search(p, from, places + at, plain);
		at += plain;
		if (bracket == NULL)
			break;
		size_t token = replaced_at((struct st_span){bracket, text.size - at}, &more);
		if (token == 0 && more && !last)
			break;
		search(p, token > 0 ? nuls : bracket, places + at, token > 0 ? token : 1);
		at += token > 0 ? token : 1;
	}
	return at;
}

static void search_waiting(struct passage *p, bool last)
{
	struct st_span text = {p->wait.data, p->wait.size};
	size_t used = search_around(p, text, (const void *)p->wait_places.data, last);
	st_buf_drop_front(&p->wait, used);
	st_buf_drop_front(&p->wait_places, used * sizeof(struct passage_place));
}

void passage_feed(struct passage *p, const void *text, const struct passage_place *places, size_t size)
{
	size_t used = 0;
	if (size == 0)
		return;
	if (p->wait.size == 0)
		used = search_around(p, (struct st_span){text, size}, places, false);
	st_buf_add(&p->wait, (const uint8_t *)text + used, size - used);
	st_buf_add(&p->wait_places, places + used, (size - used) * sizeof *places);
	if (used == 0 && p->wait.size > 0)
		search_waiting(p, false);
}

void passage_feed_plain(struct passage *p, struct st_span text, uint32_t start, enum passage_fixed fixed)
{
	struct passage_place places[1024];
	while (text.size > 0) {
		size_t size = text.size < 1024 ? text.size : 1024;
		for (size_t i = 0; i < size; i++, start++)
			places[i] = (struct passage_place){start, start + 1, (uint8_t)fixed};
		passage_feed(p, text.data, places, size);
		text.data += size;
		text.size -= size;
	}
}

void passage_in_field(struct passage *p, enum redact_action said)
{
	struct passage_field field = {p->places_start + p->count + p->wait.size, said};
	st_buf_add(&p->fields, &field, sizeof field);
}

void passage_replace(struct passage *p, uint32_t start, uint32_t end, struct st_span text)
{
	struct passage_edit edit = {.start = start,
		.end = end,
		.last = end,
		.text_at = (uint32_t)p->texts.size,
		.text_size = (uint32_t)text.size,
		.as_is = true};
	st_buf_add(&p->texts, text.data, text.size);
	st_buf_add(&p->edits, &edit, sizeof edit);
}

static int by_start(const void *left, const void *right)
{
	const struct passage_edit *a = left, *b = right;
	if (a->start != b->start)
		return a->start < b->start ? -1 : 1;
	return a->end != b->end ? (a->end < b->end ? 1 : -1) : b->as_is - a->as_is;
}

/* Two mentions may share a byte of the document, which stands for several of the text; what lies within what is
 * replaced anyway has nothing to say. */
static void set_apart(struct passage_edit *edits, size_t count)
{
	for (size_t i = 1; i < count; i++) {
		uint32_t before = edits[i - 1].end;
		if (edits[i].start >= before)
			continue;
		if (edits[i].end <= before) {
			edits[i].end = before;
			edits[i].text_size = 0;
			edits[i].leads = false;
		}
		edits[i].start = before;
	}
}

void passage_end(struct passage *p)
{
	if (p->wait.size > 0)
		search_waiting(p, true);
	p->search->now = p;
	detect_finish(p->search->detect);
	if (p->search->names != NULL)
		known_names_finish(p->search->names);
	decide_held(p);
	struct passage_edit *edits = (void *)p->edits.data;
	size_t count = p->edits.size / sizeof *edits;
	if (count > 1)
		qsort(edits, count, sizeof *edits, by_start);
	set_apart(edits, count);
}

/* --- edits out --- */

size_t passage_edits(const struct passage *p, const struct passage_edit **edits)
{
	*edits = (const void *)p->edits.data;
	return p->edits.size / sizeof **edits;
}

void passage_quote(struct passage *p, size_t number)
{
	struct passage_edit *edit = (struct passage_edit *)(void *)p->edits.data + number;
	uint32_t from = edit->text_at, size = edit->text_size;
	edit->text_at = (uint32_t)p->texts.size;
	edit->text_size = size + 2;
	st_buf_add_byte(&p->texts, '"');
	st_buf_reserve(&p->texts, size + 1);
	st_buf_add(&p->texts, p->texts.data + from, size);
	st_buf_add_byte(&p->texts, '"');
}

struct st_span passage_text(const struct passage *p, const struct passage_edit *edit)
{
	return (struct st_span){p->texts.data + edit->text_at, edit->text_size};
}

static void add_wide(struct st_span ascii, unsigned unit, bool big_endian, struct st_buf *out)
{
	for (size_t i = 0; i < ascii.size; i++)
		for (unsigned byte = 0; byte < unit; byte++)
			st_buf_add_byte(out, byte == (big_endian ? unit - 1 : 0) ? ascii.data[i] : 0);
}

size_t passage_first_edit(const struct passage *p, uint32_t start)
{
	const struct passage_edit *edits;
	size_t low = 0, high = passage_edits(p, &edits);
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (edits[middle].start < start)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

void passage_splice(
	const struct passage *p, uint32_t start, uint32_t end, unsigned unit, bool big_endian, struct st_buf *out)
{
	const struct passage_edit *edits;
	size_t count = passage_edits(p, &edits);
	for (size_t i = passage_first_edit(p, start); i < count && edits[i].start < end; i++) {
		st_buf_add(out, p->document.data + start, edits[i].start - start);
		if (edits[i].text_size > 0)
			add_wide(passage_text(p, &edits[i]), unit, big_endian, out);
		start = edits[i].end;
	}
	if (start < end)
		st_buf_add(out, p->document.data + start, end - start);
}

void passage_close(struct passage *p)
{
	free(p->places);
	st_buf_free(&p->fields);
	st_buf_wipe(&p->wait);
	st_buf_free(&p->wait_places);
	st_buf_wipe(&p->edits);
	st_buf_wipe(&p->texts);
	st_buf_wipe(&p->held);
	*p = (struct passage){0};
}
