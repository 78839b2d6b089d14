/*
 * Finds the words of the table and judges how they stand. A word start is a letter behind something else; 64 places are
 * looked at in one step, and three letters are enough to know that most words are none of ours.
 */
#include "worker/words.h"

#include "base/ceilings.h"
#include "worker/words_text.h"

#include <stdlib.h>
#if defined(__SSE2__)
#include <emmintrin.h>
#endif

_Static_assert(WORDS_REACH_BYTES < CEIL_DETECT_REACH_BYTES, "the places of marks are still known");
_Static_assert(2 * WORDS_LINE_BYTES <= WORDS_REACH_BYTES, "a line is within the reach");

#define SLOTS (1 << SLOT_BITS)
#define SLOT_BITS 12
#define PADDING_BYTES 80          /* behind the text: 64 places and a word are read at once */
#define TITLE_BYTES 2048          /* of a record: where its title stands */
#define TITLE_LINE_BYTES 80       /* a longer line is no title */
#define MOST_HITS ((size_t)16384) /* that wait for the end of their record */

/* How a title stood; two different ways make a type without a phrase. */
enum title { TITLE_LINE = 1, TITLE_HEADING = 2, TITLE_KEY = 4, TITLE_NAME = 8 };

struct hit {
	uint64_t at;
	uint16_t entry;
	uint8_t title; /* 0: a phrase */
};

struct heading {
	uint64_t start;
	bool heading;
};

/* The letters that an entry begins with, up to 16, and what must stand behind them. What differs does not match, unless
 * the text writes it in another way: as an escape or beyond ASCII. */
struct head {
	uint64_t letters[2], mask[2];
	uint8_t size;
	uint8_t next;  /* ' ' a blank, 0 the end of the word, 1 not looked at */
	uint8_t after; /* the letter behind the blank; 0: it is none */
};

struct words {
	words_seen *seen;
	void *context;
	uint32_t begins[1024]; /* for each two letters: which third one an entry goes on with */
	uint16_t slots[SLOTS]; /* entry + 1 */
	uint16_t *next;        /* of the same slot, entry + 1 */
	uint32_t *keys;
	struct head *heads;

	struct st_buf text; /* from `base` on; the padding stands behind its size */
	uint64_t base, done, skip;
	struct heading *headings; /* in order; those that no text comes for any more are dropped */
	size_t heading_count, heading_capacity;
	struct hit *hits;
	size_t hit_count, hit_first, hit_capacity;
};

/* --- the table --- */

static uint32_t key_of(const uint8_t *text)
{
	uint32_t key;
	memcpy(&key, text, sizeof key);
	return (key & 0x001f1f1f) | (text[3] < 0x40 ? 0 : (uint32_t)(text[3] & 0x1f) << 24);
}

static uint32_t slot_of(uint32_t key)
{
	return key * 0x9e3779b1u >> (32 - SLOT_BITS);
}

/* Where `begins` has the first two letters of a key, and the bit of the third. */
static inline uint32_t two_letters(uint32_t text)
{
	return (text & 0x1f) | (text >> 3 & 0x3e0);
}

static inline uint32_t third_letter(uint32_t text)
{
	return text >> 16 & 0x1f;
}

static bool is_small_letter(char c)
{
	return c >= 'a' && c <= 'z';
}

static void make_head(const char *entry, struct head *head)
{
	uint8_t letters[16] = {0}, mask[16] = {0};
	size_t size = 0;
	for (; size < sizeof letters && is_small_letter(entry[size]); size++) {
		letters[size] = (uint8_t)entry[size];
		mask[size] = 0xff;
	}
	memcpy(head->letters, letters, sizeof letters);
	memcpy(head->mask, mask, sizeof mask);
	head->size = (uint8_t)size;
	head->next = entry[size] == ' ' || entry[size] == 0 ? (uint8_t)entry[size] : 1;
	head->after = head->next == ' ' && is_small_letter(entry[size + 1]) ? (uint8_t)entry[size + 1] : 0;
}

static inline bool is_written_otherwise(uint8_t c)
{
	return c >= 0x80 || c == '\\';
}

static inline bool is_blank(uint8_t c)
{
	return c == ' ' || c == '-' || c == '_';
}

static inline bool may_go_on(const struct head *head, const uint8_t *next)
{
	if (head->next == 0)
		return (uint8_t)((*next | 0x20) - 'a') >= 26;
	if (head->next != ' ' || is_written_otherwise(*next))
		return true;
	return is_blank(*next) && (head->after == 0 || (next[1] | 0x20) == head->after || is_blank(next[1]) ||
					  is_written_otherwise(next[1]));
}

/* May text that begins so match? PADDING_BYTES may be read behind it. */
static inline bool may_match(const struct head *head, const uint8_t *text)
{
	uint64_t bytes[2];
	memcpy(bytes, text, sizeof bytes);
	for (int i = 0; i < 2; i++) {
		uint64_t differs = ((bytes[i] | 0x2020202020202020u) ^ head->letters[i]) & head->mask[i];
		if (differs == 0)
			continue;
		uint64_t other = bytes[i] ^ 0x5c5c5c5c5c5c5c5cu; /* a zero byte: a backslash */
		return ((other - 0x0101010101010101u) & ~other & 0x8080808080808080u) != 0;
	}
	return may_go_on(head, text + head->size);
}

struct words *words_open(words_seen *seen, void *context)
{
	struct words *words = st_alloc_zero(1, sizeof *words);
	words->seen = seen;
	words->context = context;
	words->next = st_alloc_zero(words_table_count, sizeof *words->next);
	words->keys = st_alloc_zero(words_table_count, sizeof *words->keys);
	words->heads = st_alloc_zero(words_table_count, sizeof *words->heads);
	for (size_t i = 0; i < words_table_count; i++) {
		words->keys[i] = key_of((const uint8_t *)words_table[i].text);
		make_head(words_table[i].text, &words->heads[i]);
		uint32_t slot = slot_of(words->keys[i]);
		words->begins[two_letters(words->keys[i])] |= 1u << third_letter(words->keys[i]);
		words->next[i] = words->slots[slot];
		words->slots[slot] = (uint16_t)(i + 1);
	}
	words_begin(words);
	return words;
}

void words_close(struct words *words)
{
	if (words == NULL)
		return;
	st_buf_free(&words->text);
	free(words->next);
	free(words->keys);
	free(words->heads);
	free(words->headings);
	free(words->hits);
	free(words);
}

void words_begin(struct words *words)
{
	words->text.size = 0;
	words->base = words->done = words->skip = 0;
	words->heading_count = 0;
	words->hit_count = words->hit_first = 0;
}

uint64_t words_done(const struct words *words)
{
	return words->done;
}

/* --- headings --- */

void words_heading(struct words *words, uint64_t start, bool heading)
{
	if (words->heading_count > 0 && words->headings[words->heading_count - 1].heading == heading)
		return;
	if (words->heading_count == words->heading_capacity) {
		words->heading_capacity = words->heading_capacity ? words->heading_capacity * 2 : 16;
		words->headings = st_realloc(words->headings, words->heading_capacity * sizeof *words->headings);
	}
	words->headings[words->heading_count++] = (struct heading){start, heading};
}

static bool is_in_heading(struct words *words, uint64_t at)
{
	size_t now = 0;
	while (now < words->heading_count && words->headings[now].start <= at)
		now++;
	if (now == 0)
		return false;
	if (now > 1) {
		words->heading_count -= now - 1;
		memmove(words->headings, words->headings + now - 1, words->heading_count * sizeof *words->headings);
	}
	return words->headings[0].heading;
}

static bool is_subject_line(const struct words_window *window, const struct words_line *line)
{
	static const char *const heads[] = {"subject:", "title:", "betreff:", "titel:", "oggetto:", "titolo:", "objet:",
		"titre:", "asunto:", "título:", NULL};
	struct words_window rest = {window->data, line->end};
	if (!line->begins)
		return false;
	for (const char *const *head = heads; *head != NULL; head++)
		if (words_match(&rest, line->start, *head) != 0)
			return true;
	struct st_span field = words_field_of(window, line);
	return line->quoted && (words_ends_with(field, "subject") || words_ends_with(field, "title"));
}

/* --- labels --- */

static bool is_label_field(struct st_span field)
{
	for (const char *const *name = words_label_fields; field.size > 0 && *name != NULL; name++)
		if (words_ends_with(field, *name))
			return true;
	return false;
}

/* One of these bytes, blanks apart, or the end of the line stands at `at`. */
static bool stands(const struct words_window *window, size_t at, size_t end, const char *bytes)
{
	while (at < end && window->data[at] == ' ')
		at++;
	return at >= end || (window->data[at] != 0 && strchr(bytes, window->data[at]) != NULL) ||
	       (end - at >= 3 && window->data[at] == 0xe2 && window->data[at + 1] == 0x80); /* dashes */
}

/* The same looking back. */
static bool stood(const struct words_window *window, size_t at, size_t start, const char *bytes)
{
	while (at > start && window->data[at - 1] == ' ')
		at--;
	return at <= start || (window->data[at - 1] != 0 && strchr(bytes, window->data[at - 1]) != NULL) ||
	       (at - start >= 3 && window->data[at - 3] == 0xe2 && window->data[at - 2] == 0x80);
}

/* Every label asks for a sign that it is one: a sentence that uses the word has none of them. */
static bool is_label(struct words *words, const struct words_entry *entry, const struct words_window *window,
	size_t start, size_t end)
{
	struct words_line line;
	words_line_of(window, start, end, &line);
	bool capitals = words_all_capitals(window, start, end), capital = words_is_capital(window, start);
	uint8_t before = start > 0 ? window->data[start - 1] : 0, behind = end < window->size ? window->data[end] : 0;
	bool bracketed = (before == '[' && behind == ']') || (capitals && before == '(' && behind == ')');
	bool alone = line.begins && line.lead.size == 0, last = line.ends && line.rest.size == 0;
	if (line.is_key && alone && last) {
		struct words_window value = {window->data, window->size};
		size_t at = line.end + 1;
		while (at < window->size && (window->data[at] == ':' || window->data[at] == ' '))
			at++;
		return at < window->size && words_match(&value, at, "true") != 0;
	}
	if (alone && last && !entry->weak && (!line.quoted || capital))
		return true;
	if (alone && last && entry->weak && !line.quoted && (capitals || bracketed))
		return true;
	if (alone && capitals && !entry->weak && stands(window, end, line.end, ".:;!-|/),]*"))
		return true;
	if (is_label_field(words_field_of(window, &line)))
		return true;
	if (alone && last)
		return false;
	if (is_in_heading(words, words->base + start) || is_subject_line(window, &line)) {
		bool apart =
			stood(window, start, line.start, "[(:-|/,.;*") && stands(window, end, line.end, "])-:|/,.;*!");
		return apart && (bracketed || capitals || (capital && !entry->weak));
	}
	return bracketed && !entry->weak;
}

/* --- titles --- */

/* Which way, 0: it is not one. */
static uint8_t title_of(struct words *words, const struct words_window *window, size_t start, size_t end)
{
	struct words_line line;
	words_line_of(window, start, end, &line);
	bool alone = line.begins && line.lead.size == 0;
	if (alone && line.is_key)
		return line.rest.size == 0 ? TITLE_KEY : 0;
	bool subject = is_subject_line(window, &line);
	if (subject)
		return TITLE_HEADING;
	if (is_in_heading(words, words->base + start)) /* but no other field of a mail's header */
		return words_field_of(window, &line).size == 0 ? TITLE_HEADING : 0;
	bool is_short = line.ends && line.end - line.start <= TITLE_LINE_BYTES;
	return alone && is_short && words_is_capital(window, start) ? TITLE_LINE : 0;
}

static void keep_hit(struct words *words, size_t start, uint16_t entry, uint8_t title)
{
	if (words->hit_count - words->hit_first >= MOST_HITS)
		return;
	if (words->hit_count == words->hit_capacity && words->hit_first > words->hit_count / 2) {
		words->hit_count -= words->hit_first;
		memmove(words->hits, words->hits + words->hit_first, words->hit_count * sizeof *words->hits);
		words->hit_first = 0;
	}
	if (words->hit_count == words->hit_capacity) {
		words->hit_capacity = words->hit_capacity ? words->hit_capacity * 2 : 64;
		words->hits = st_realloc(words->hits, words->hit_capacity * sizeof *words->hits);
	}
	words->hits[words->hit_count++] = (struct hit){words->base + start, entry, title};
}

/* --- words --- */

static void judge(struct words *words, const struct words_window *window, size_t start, size_t end, uint16_t number)
{
	const struct words_entry *entry = &words_table[number];
	uint8_t title;
	switch ((enum words_class)entry->class) {
	case WORDS_LABEL:
		if (words->seen != NULL && is_label(words, entry, window, start, end)) {
			words->skip = words->base + end;
			words->seen(words->context, MARKING_LABEL, marking_labels[entry->value], words->base + start,
				words->base + end);
		}
		break;
	case WORDS_TITLE:
		title = title_of(words, window, start, end);
		if (title != 0)
			keep_hit(words, start, number, title);
		break;
	case WORDS_EVIDENCE:
		keep_hit(words, start, number, 0);
		break;
	case WORDS_SUBJECT:
		if (words->seen != NULL)
			words->seen(words->context, MARKING_SPECIAL, marking_subjects[entry->value],
				words->base + start, words->base + end);
		break;
	}
}

/* The longest entry that stands here; those of another class beside it are judged, too: an invoice's title may be a
 * label's. */
static void look(struct words *words, const struct words_window *window, size_t at)
{
	uint32_t key = key_of(window->data + at);
	size_t best_end = 0;
	uint16_t best = 0;
	for (uint16_t entry = words->slots[slot_of(key)]; entry != 0; entry = words->next[entry - 1]) {
		if (words->keys[entry - 1] != key || !may_match(&words->heads[entry - 1], window->data + at))
			continue;
		size_t end = words_match(window, at, words_table[entry - 1].text);
		if (end > best_end) {
			best_end = end;
			best = entry;
		}
	}
	if (best_end != 0 && words->base + at >= words->skip)
		judge(words, window, at, best_end, (uint16_t)(best - 1));
}

/* A bit for each of 64 bytes: letters, backslashes. */
static uint64_t letters_of(const uint8_t *text, uint64_t *backslashes)
{
	uint64_t letters = 0;
	*backslashes = 0;
#if defined(__SSE2__)
	for (int i = 0; i < 4; i++) {
		__m128i bytes = _mm_loadu_si128((const __m128i *)(const void *)(text + 16 * i));
		__m128i place = _mm_sub_epi8(_mm_or_si128(bytes, _mm_set1_epi8(0x20)), _mm_set1_epi8('a'));
		__m128i ascii = _mm_cmpeq_epi8(_mm_min_epu8(place, _mm_set1_epi8(25)), place);
		unsigned mask = (unsigned)_mm_movemask_epi8(_mm_or_si128(ascii, bytes));
		letters |= (uint64_t)mask << (16 * i);
		mask = (unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(bytes, _mm_set1_epi8('\\')));
		*backslashes |= (uint64_t)mask << (16 * i);
	}
#else
	for (int i = 0; i < 64; i++) {
		letters |= (uint64_t)words_is_letter(text[i]) << i;
		*backslashes |= (uint64_t)(text[i] == '\\') << i;
	}
#endif
	return letters;
}

/* Looks at the words that start in [from, to) of the window; PADDING_BYTES may be read behind its end. */
static void look_at_all(struct words *words, const struct words_window *window, size_t from, size_t to)
{
	const uint8_t *data = window->data;
	uint64_t was_backslash = from > 0 && data[from - 1] == '\\';
	uint64_t was_letter = from > 0 && words_is_letter(data[from - 1]) && !(from > 1 && data[from - 2] == '\\');
	for (size_t at = from; at < to; at += 64) {
		uint64_t backslashes, letters = letters_of(data + at, &backslashes);
		letters &= ~(backslashes << 1 | was_backslash); /* the n of \n is no letter */
		uint64_t starts = letters & ~(letters << 1 | was_letter);
		was_letter = letters >> 63;
		was_backslash = backslashes >> 63;
		if (to - at < 64)
			starts &= (1ull << (to - at)) - 1;
		for (; starts; starts &= starts - 1) {
			size_t start = at + (size_t)__builtin_ctzll(starts);
			uint32_t text;
			memcpy(&text, data + start, sizeof text);
			if (words->begins[two_letters(text)] >> third_letter(text) & 1)
				look(words, window, start);
		}
	}
}

static void look_up_to(struct words *words, uint64_t limit)
{
	if (limit <= words->done)
		return;
	st_buf_reserve(&words->text, PADDING_BYTES);
	memset(words->text.data + words->text.size, 0, PADDING_BYTES);
	struct words_window window = {words->text.data, words->text.size};
	look_at_all(words, &window, (size_t)(words->done - words->base), (size_t)(limit - words->base));
	words->done = limit;
}

/* Text before this is not needed: one reach of what comes. */
static void drop_old(struct words *words)
{
	uint64_t keep = words->done > WORDS_REACH_BYTES ? words->done - WORDS_REACH_BYTES : 0;
	st_buf_drop_front(&words->text, (size_t)(keep - words->base));
	words->base = keep;
}

void words_feed(struct words *words, const uint8_t *text, size_t size)
{
	while (size > 0) {
		size_t piece = size < 64 * KIB ? size : 64 * KIB;
		st_buf_add(&words->text, text, piece);
		uint64_t end = words->base + words->text.size;
		if (end - words->done >= 4 * (uint64_t)WORDS_REACH_BYTES) {
			look_up_to(words, end - WORDS_REACH_BYTES);
			drop_old(words);
		}
		text += piece;
		size -= piece;
	}
}

void words_finish(struct words *words)
{
	look_up_to(words, words->base + words->text.size);
}

/* --- types of documents --- */

static void add_hit(struct words_types *types, const struct hit *hit)
{
	const struct words_entry *entry = &words_table[hit->entry];
	if (hit->title != 0)
		types->titles[entry->value] |= hit->title;
	else
		types->phrases[entry->value] |= 1u << hit->entry % 32;
}

void words_types_of(struct words *words, uint64_t start, uint64_t end, struct words_types *types)
{
	for (; words->hit_first < words->hit_count && words->hits[words->hit_first].at < end; words->hit_first++) {
		const struct hit *hit = &words->hits[words->hit_first];
		bool late = hit->title == TITLE_LINE && hit->at - start > TITLE_BYTES;
		if (hit->at >= start && !late)
			add_hit(types, hit);
	}
}

void words_types_of_name(struct words *words, struct st_span name, struct words_types *types)
{
	struct st_buf *text = &words->text;
	words_begin(words);
	st_buf_add(text, name.data, name.size < WORDS_REACH_BYTES ? name.size : WORDS_REACH_BYTES);
	for (size_t i = 0; i < text->size; i++)
		if (text->data[i] == '.' || (text->data[i] >= '0' && text->data[i] <= '9'))
			text->data[i] = ' ';
	words_heading(words, 0, true);
	words_seen *seen = words->seen;
	words->seen = NULL;
	words_finish(words);
	words->seen = seen;
	for (size_t i = 0; i < words->hit_count; i++)
		if (words->hits[i].title != 0)
			types->titles[words_table[words->hits[i].entry].value] |= TITLE_NAME;
	words_begin(words);
}

void words_types_add(struct words_types *to, const struct words_types *from)
{
	for (size_t i = 0; i < 8; i++) {
		to->titles[i] |= from->titles[i];
		to->phrases[i] |= from->phrases[i];
	}
}

const char *words_type(const struct words_types *types)
{
	const char *best = NULL;
	int most = 0;
	for (size_t i = 0; marking_documents[i] != NULL; i++) {
		int titles = __builtin_popcount(types->titles[i]), phrases = __builtin_popcount(types->phrases[i]);
		if (titles == 0 || titles + phrases < 2)
			continue;
		int score = 4 * titles + phrases;
		if (score == most)
			best = NULL; /* two as likely: unknown */
		if (score > most)
			best = marking_documents[i];
		most = score > most ? score : most;
	}
	return best;
}
