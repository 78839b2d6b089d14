/*
 * Names in running text: in greetings and signatures, where the words around them say so; and capitalised words that
 * begin with a given name, which are names only if the address book of the corpus says so (contract 4: precision
 * first).
 */
#include "detect/person_words.h"

#define LINE_BYTES 64 /* of a closing formula */

/* Closing formulas in lower case, sorted by nothing: a handful of comparisons at the begin of a line. */
static const char *const closings[] = {"regards", "kind regards", "best regards", "warm regards", "best wishes", "best",
	"sincerely", "sincerely yours", "yours sincerely", "yours faithfully", "yours truly", "respectfully", "thanks",
	"thank you", "many thanks", "thanks and regards", "thanks & regards", "cheers", "cordially", "saluti",
	"cordiali saluti", "distinti saluti", "cari saluti", "un saluto", "un cordiale saluto", "grazie",
	"grazie e saluti", "grazie mille", "a presto", "mit freundlichen grüßen", "mit freundlichen gruessen",
	"mit freundlichen grüssen", "mit freundlichem gruß", "mit besten grüßen", "freundliche grüße", "viele grüße",
	"beste grüße", "liebe grüße", "herzliche grüße", "hochachtungsvoll", "mfg", "danke", "vielen dank",
	"cordialement", "bien cordialement", "bien à vous", "salutations", "meilleures salutations",
	"sincères salutations", "amicalement", "merci", "merci beaucoup", "saludos", "un saludo", "saludos cordiales",
	"un cordial saludo", "cordialmente", "atentamente", "gracias", "muchas gracias", "--"};

static bool may_start(uint8_t trigger, uint8_t next)
{
	(void)trigger;
	return next - 'A' + 0u < 26u || next >= 0xc3;
}

/* "a Rossi", "dott. R.": a small letter or a dot on both sides of the capital. One set of bytes for the sieve. */
#define SMALL "az..\x80\xff"
static const struct detect_hint hints[] = {
	{{{.offset = -1, .ranges = SMALL}, {.offset = 2, .ranges = SMALL}}},
	{{{.ranges = NULL}}},
};

/* --- what stands before --- */

/* A line end at `at`, looking back, real or escaped; its begin. `at` when there is none. */
static size_t line_end_before(const uint8_t *text, size_t at)
{
	if (at > 0 && text[at - 1] == '\n')
		return at - 1 - (at > 1 && text[at - 2] == '\r');
	if (at > 1 && text[at - 2] == '\\' && text[at - 1] == 'n')
		return at - 2 - (at > 3 && text[at - 4] == '\\' && text[at - 3] == 'r' ? 2 : 0);
	return at;
}

static size_t blanks_before(const uint8_t *text, size_t at, bool quotes)
{
	while (at > 0 && (text[at - 1] == ' ' || text[at - 1] == '\t' || (quotes && text[at - 1] == '>')))
		at--;
	return at;
}

/* Does a line that is a closing formula stand before the line that begins at `start`? */
static bool is_closed_before(const uint8_t *text, size_t start)
{
	size_t at = blanks_before(text, start, true), lines = 0, end;
	while (lines < 3 && (end = line_end_before(text, at)) != at) {
		at = blanks_before(text, end, false);
		lines++;
	}
	if (lines == 0)
		return false;
	while (at > 0 && strchr(",.!; ", text[at - 1]) != NULL)
		at--;
	end = at;
	while (at > 0 && end - at < LINE_BYTES && text[at - 1] >= ' ' && text[at - 1] != '\\' && text[at - 1] != '>' &&
		text[at - 1] != '"' && line_end_before(text, at) == at)
		at--;
	if (at > 0 && text[at - 1] == '\\' && at < end && (text[at] == 'n' || text[at] == 't'))
		at++;
	while (at < end && text[at] == ' ')
		at++;
	char line[LINE_BYTES + 1];
	size_t size = end - at < LINE_BYTES ? end - at : 0;
	for (size_t i = 0; i < size; i++)
		line[i] = (char)(text[at + i] - 'A' + 0u < 26u ? text[at + i] | 32 : text[at + i]);
	line[size] = 0;
	for (size_t i = 0; i < sizeof closings / sizeof *closings; i++)
		if (strcmp(line, closings[i]) == 0)
			return true;
	return false;
}

/* Is the word before `start`, on the same line, a greeting, with titles in between? */
static bool is_greeted_before(const uint8_t *text, size_t start)
{
	for (int words = 0; words < 3; words++) {
		size_t end = start;
		while (end > 0 && text[end - 1] == ' ')
			end--;
		bool apart = end < start || (end > 0 && text[end - 1] == '.');
		size_t first = apart ? person_word_before(text, 0, end) : end;
		struct person_word word;
		if (first == end || !person_word_at(text, end, first, &word))
			return false;
		person_word_know(&word);
		if (word.class == PERSON_GREETING)
			return true;
		if (word.class != PERSON_TITLE)
			return false;
		start = first;
	}
	return false;
}

/* Does a line, a clause or the text end at `at`? */
static bool ends_there(const struct detect_window *window, size_t at)
{
	while (at < window->size && window->data[at] == ' ')
		at++;
	return at >= window->size || strchr(",;:!\r\n\\<\"", window->data[at]) != NULL;
}

/* --- the name --- */

static bool next_word(const struct detect_window *window, size_t at, struct person_word *out)
{
	return at < window->size && window->data[at] == ' ' && person_word_at(window->data, window->size, at + 1, out);
}

static bool is_capitalised(const struct person_word *word)
{
	return word->capital && !word->upper;
}

/* Words from words[0] on that may be a name: given names and initials, particles, and one more. */
static size_t read_name(const struct detect_window *window, struct person_word words[PERSON_WORDS])
{
	size_t count = 1, surnames = 0;
	while (count < 5 && surnames == 0) {
		struct person_word *word = &words[count];
		if (!next_word(window, words[count - 1].end, word))
			break;
		person_word_know(word);
		bool initial = word->letters == 1 && word->capital;
		if (!initial && word->class != PERSON_PARTICLE &&
			(!is_capitalised(word) || word->class != PERSON_PLAIN))
			break;
		if (word->dotted && !initial) {
			word->dotted = false;
			word->end--;
		}
		struct person_word behind;
		bool more = (initial || word->class == PERSON_PARTICLE ||
				    (word->given && count == 1 && next_word(window, word->end, &behind) &&
					    is_capitalised(&behind))) &&
			    window->data[word->end - 1] != ',';
		surnames += !more;
		count++;
	}
	while (count > 1 && (words[count - 1].class != PERSON_PLAIN || words[count - 1].letters < 2))
		count--;
	return count;
}

static bool give(const struct person_word *words, size_t count, uint8_t confidence, struct detect_candidate *out)
{
	out->start = words[0].start;
	out->end = words[count - 1].end;
	out->form = DETECT_PLAIN;
	out->confidence = confidence;
	out->tentative = confidence == PERSON_BOOK_CONFIDENCE;
	return person_canonical(words, count, out);
}

/* The words that begin with this given name. */
static bool check_given(
	const struct detect_window *window, const struct person_word *given, struct detect_candidate *out)
{
	struct person_word words[PERSON_WORDS];
	words[0] = *given;
	size_t count = read_name(window, words);
	if (!person_words_are_name(words, count))
		return false;
	bool certain = is_greeted_before(window->data, given->start) ||
		       (is_closed_before(window->data, given->start) && ends_there(window, words[count - 1].end));
	return give(words, count, certain ? PERSON_GREETED_CONFIDENCE : PERSON_BOOK_CONFIDENCE, out);
}

/* "Sehr geehrte Frau Müller", "Gentile dott. Anna Rossi": a title in a greeting. */
static bool check_title(
	const struct detect_window *window, const struct person_word *title, struct detect_candidate *out)
{
	struct person_word words[PERSON_WORDS];
	if (!is_greeted_before(window->data, title->start) || !next_word(window, title->end, &words[0]))
		return false;
	person_word_know(&words[0]);
	if (!is_capitalised(&words[0]) || words[0].class != PERSON_PLAIN || words[0].letters < 3)
		return false;
	if (words[0].dotted) {
		words[0].dotted = false;
		words[0].end--;
		return give(words, 1, PERSON_GREETED_CONFIDENCE, out);
	}
	size_t count = read_name(window, words);
	return give(words, count, PERSON_GREETED_CONFIDENCE, out);
}

/* "Dear Anna,": a given name alone. */
static bool check_greeting(
	const struct detect_window *window, const struct person_word *greeting, struct detect_candidate *out)
{
	struct person_word word;
	if (!next_word(window, greeting->end, &word) || word.dotted || !is_capitalised(&word))
		return false;
	person_word_know(&word);
	return word.given && word.class == PERSON_PLAIN && ends_there(window, word.end) &&
	       give(&word, 1, PERSON_GREETED_CONFIDENCE, out);
}

/* Ludwig van Beethoven: the trigger stands behind the particle, the name begins before it. */
static bool check_particle(
	const struct detect_window *window, const struct person_word *particle, struct detect_candidate *out)
{
	size_t start = particle->start;
	for (int words = 0; words < 3 && start > 0 && window->data[start - 1] == ' '; words++) {
		size_t end = start - 1;
		struct person_word word;
		start = person_word_before(window->data, 0, end);
		if (start == end || !person_word_at(window->data, window->size, start, &word) || word.end != end)
			return false;
		person_word_know(&word);
		if (word.class == PERSON_PLAIN)
			return word.given && is_capitalised(&word) && check_given(window, &word, out);
		if (word.class != PERSON_PARTICLE)
			return false;
	}
	return false;
}

/* Letters with which lower-case titles and particles begin. */
static bool may_be_small(uint8_t first)
{
	return first >= 'a' && first <= 'z' &&
	       (1u << (first - 'a') &
		       (1u << 0 | 1u << 1 | 1u << 3 | 1u << 4 | 1u << 6 | 1u << 7 | 1u << 8 | 1u << 11 | 1u << 12 |
			       1u << 15 | 1u << 17 | 1u << 18 | 1u << 19 | 1u << 21 | 1u << 25));
}

/* As in the hints. */
static bool is_small(uint8_t byte)
{
	return byte - 'a' + 0u < 26u || byte == '.' || byte >= 0x80;
}

static bool check(const struct detect_window *window, size_t at, struct detect_candidate *out)
{
	struct person_word word;
	if (at == 0 || at + 2 >= window->size || !may_start(' ', window->data[at + 1]) ||
		!is_small(window->data[at - 1]) || !is_small(window->data[at + 2]))
		return false;
	size_t start = person_word_before(window->data, 0, at);
	if (start == at || at - start > 24)
		return false;
	/* The letter of an escape: \nAnna */
	if (start > 0 && window->data[start - 1] == '\\' && strchr("nrt", window->data[start]) != NULL)
		start++;
	uint8_t first = window->data[start];
	bool small = first - 'a' + 0u < 26u;
	if (small && (at - start > 7 || !may_be_small(first)))
		return false;
	if (start > 0 && (window->data[start - 1] == '_' || window->data[start - 1] == '@' ||
				 window->data[start - 1] - '0' + 0u < 10u || window->data[start - 1] == '/'))
		return false;
	if (!person_word_at(window->data, window->size, start, &word) || word.end != at)
		return false;
	if (!word.lower && person_word_is_given(&word))
		return is_capitalised(&word) && !word.dotted && check_given(window, &word, out);
	word.class = person_word_opens(&word);
	if (word.class == PERSON_TITLE)
		return check_title(window, &word, out);
	if (word.class == PERSON_GREETING)
		return check_greeting(window, &word, out);
	return word.class == PERSON_PARTICLE && check_particle(window, &word, out);
}

const struct detector detector_person_name = {
	.kind = DETECT_PERSON_NAME,
	.describe = "names in greetings and signatures, and of the address book",
	.triggers = " ",
	.may_start = may_start,
	.hints = hints,
	.check = check,
};

/* --- names in addresses --- */

/* anna.rossi@, anna_rossi12@: two or three words, the first or the last a given name. */
size_t detect_name_of_address(struct st_span address, uint8_t out[DETECT_NAME_BYTES])
{
	const uint8_t *sign = address.size ? memrchr(address.data, '@', address.size) : NULL;
	size_t end = 0, count = 0;
	struct person_word words[3];
	struct detect_candidate name;
	if (sign == NULL)
		return 0;
	size_t local = (size_t)(sign - address.data);
	while (end < local && address.data[end] != '+')
		end++;
	while (end > 0 && address.data[end - 1] - '0' + 0u < 10u)
		end--;
	for (size_t at = 0; at < end; at++) {
		struct person_word *word = &words[count];
		size_t stop = at;
		while (stop < end && address.data[stop] != '.' && address.data[stop] != '_')
			stop++;
		if (count == 3 || !person_word_at(address.data, stop, at, word) || word->end != stop)
			return 0;
		person_word_know(word);
		word->capital = true;
		count++;
		at = stop;
	}
	if (count < 2 || !(words[0].given || words[count - 1].given) || !person_words_are_name(words, count) ||
		detect_is_role_mailbox((struct st_span){address.data, local}) ||
		!person_canonical(words, count, &name) || name.canonical_size > DETECT_NAME_BYTES)
		return 0;
	memcpy(out, name.canonical, name.canonical_size);
	return name.canonical_size;
}
