/*
 * Names in running text. Each needs a reason: a given name and a surname of the tables; a title, a role or the name of
 * a field before it; a greeting or a signature around it; or the address book of the corpus, for capitalised words that
 * begin with a given name and have no other reason (contract 4: precision first).
 */
#include "detect/person_context.h"

#include "detect/digits.h"
#include "detect/planes.h"

static bool may_start(uint8_t trigger, uint8_t next)
{
	(void)trigger;
	return next - 'A' + 0u < 26u || (next >= 0xc3 && next <= 0xd4);
}

/* A small letter, a dot or what is beyond ASCII. */
static bool is_small(uint8_t byte)
{
	return byte - 'a' + 0u < 26u || byte == '.' || byte >= 0x80;
}

static bool is_upper(uint8_t byte)
{
	return byte - 'A' + 0u < 26u;
}

/* "a Rossi", "dott. R.", "Name: R": a small letter or a sign on both sides of the capital; names in capitals; the
 * values of fields and columns. Part of what a name is; `places` says the same with planes. */
static bool looks_like_begin(const struct detect_window *window, size_t at)
{
	const uint8_t before = byte_before(window, at, 1), next = byte_at(window, at + 1),
		      second = byte_at(window, at + 2);
	const bool inside = is_small(second) || second == '\'';
	switch (byte_at(window, at)) {
	case ' ':
		return (inside && (is_small(before) || before == ':')) ||
		       (is_upper(byte_before(window, at, 2)) && is_upper(before) && is_upper(next) && is_upper(second));
	case '"':
	case ',':
	case ';':
	case '\t':
	case '\n':
	case '|':
		return inside;
	default:
		return false;
	}
}

/* --- words of a name --- */

static bool next_word(const struct detect_window *window, size_t at, struct person_word *out)
{
	return at < window->size && window->data[at] == ' ' && person_word_at(window->data, window->size, at + 1, out);
}

static bool is_capitalised(const struct person_word *word)
{
	return word->capital && !word->upper;
}

static bool is_initial(const struct person_word *word)
{
	return word->letters == 1 && word->capital;
}

/* "Paolo e Francesca": words of names in some languages, and in others what stands between two names. */
static bool joins_names(const struct person_word *word)
{
	return word->letters == 1 && word->lower;
}

/* Does the name go on behind this given name that stands behind another, or this surname? */
static bool continues(const struct detect_window *window, const struct person_word *word, size_t count)
{
	struct person_word behind;
	if (!next_word(window, word->end, &behind) || behind.letters < 2 || joins_names(&behind))
		return false;
	person_word_know(&behind);
	if (word->given && count < 3 && (is_capitalised(&behind) || behind.class == PERSON_PARTICLE))
		return true;
	return is_capitalised(&behind) && behind.class == PERSON_PLAIN && !person_word_is_thing(&behind) &&
	       !person_word_is_plain_given(&behind) && person_word_surname(&behind) == PERSON_SURNAME_PLAIN &&
	       person_word_surname(word) == PERSON_SURNAME_PLAIN;
}

/* Takes a word behind words[0]; does the name go on behind it? */
static bool take_word(const struct detect_window *window, struct person_word words[PERSON_WORDS], size_t count)
{
	struct person_word *word = &words[count];
	size_t whole = word->end;
	if (word->dotted && !is_initial(word)) {
		word->dotted = false;
		word->end--;
	}
	person_word_cut_possessive(window->data, word);
	if (is_initial(word) || word->class == PERSON_PARTICLE)
		return true;
	return word->end == whole && continues(window, word, count);
}

/* Words from words[0] on that may be a name: given names and initials, particles, and one more. */
static size_t read_name(const struct detect_window *window, struct person_word words[PERSON_WORDS])
{
	size_t count = 1;
	bool goes_on = !words[0].dotted || words[0].letters == 1;
	while (count < 5 && goes_on) {
		struct person_word *word = &words[count];
		if (!next_word(window, words[count - 1].end, word) || joins_names(word))
			break;
		person_word_know(word);
		if (!is_initial(word) && word->class != PERSON_PARTICLE &&
			(!is_capitalised(word) || word->class != PERSON_PLAIN))
			break;
		goes_on = take_word(window, words, count++);
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

/* Does a word follow that makes an organization, a place or a thing of the name: "Thomas Cook Group"? */
static bool is_part_of_more(const struct detect_window *window, size_t end)
{
	struct person_word word;
	if (!next_word(window, end, &word) || word.lower)
		return false;
	person_word_know(&word);
	return word.class == PERSON_STOP || person_word_is_thing(&word);
}

/* "18 Rua Celso Ferreiro 23": a number behind it. */
static bool is_numbered(const struct detect_window *window, size_t end)
{
	return end + 1 < window->size && window->data[end] == ' ' && window->data[end + 1] - '0' + 0u < 10u;
}

/* Does a sentence or a line begin at `start`? There each word has a capital. */
static bool is_opening(const struct detect_window *window, size_t start)
{
	while (start > 0 && byte_is_in(window->data[start - 1], " \t\"'(>*"))
		start--;
	return start == 0 || byte_is_in(window->data[start - 1], ".!?\n\\");
}

/* --- names that begin with a given name --- */

/* Is the word behind capitalised, or may it have been: a NUL stands for a name that was replaced? */
static bool capital_follows(const struct detect_window *window, size_t end)
{
	struct person_word behind;
	if (next_word(window, end, &behind))
		return is_capitalised(&behind);
	return end + 1 < window->size && window->data[end] == ' ' && window->data[end + 1] == 0;
}

/* What the words alone make of it. */
static uint8_t confidence_of(
	const struct detect_window *window, const struct person_word *words, size_t count, enum person_before before)
{
	const struct person_word *last = &words[count - 1];
	if (is_numbered(window, last->end) || person_word_is_thing(last))
		return PERSON_BOOK_CONFIDENCE;
	enum person_surname surname = person_word_surname(last);
	if (!person_word_is_plain_given(&words[0]))
		return surname == PERSON_SURNAME_PLAIN && person_word_is_given_word(&words[0]) &&
				       !is_opening(window, words[0].start)
			       ? PERSON_LISTED_CONFIDENCE
			       : PERSON_BOOK_CONFIDENCE;
	if (surname != PERSON_SURNAME_NONE || (count > 2 && words[1].class != PERSON_PARTICLE && last->given))
		return PERSON_LISTED_CONFIDENCE;
	bool rare =
		before == PERSON_BEFORE_NONE && person_word_may_be_surname(last) && !capital_follows(window, last->end);
	return rare ? PERSON_RARE_CONFIDENCE : PERSON_BOOK_CONFIDENCE;
}

/* Is the word before this one a given name? Then the name begins there. */
static bool is_continued(const struct detect_window *window, size_t start)
{
	if (start < 2 || window->data[start - 1] != ' ')
		return false;
	struct person_word word;
	size_t first = person_word_before(window->data, 0, start - 1);
	return first != start - 1 && person_word_at(window->data, window->size, first, &word) &&
	       is_capitalised(&word) && word.end == start - 1 && !word.dotted && person_word_is_given(&word) &&
	       person_word_opens(&word) == PERSON_PLAIN;
}

static bool check_full(
	const struct detect_window *window, const struct person_word *words, size_t count, struct detect_candidate *out)
{
	size_t start = words[0].start, end = words[count - 1].end;
	bool repeated = words[0].folded_size == words[1].folded_size &&
			memcmp(words[0].folded, words[1].folded, words[0].folded_size) == 0;
	if (repeated || !person_words_are_name(words, count))
		return false;
	if (person_is_greeted_before(window->data, start) ||
		(person_is_closed_before(window->data, start) && person_clause_ends(window, end)))
		return give(words, count, PERSON_GREETED_CONFIDENCE, out);
	enum person_before before = person_before(window, start);
	if (before == PERSON_BEFORE_PLACE || is_part_of_more(window, end))
		return false;
	if (before > PERSON_BEFORE_PLACE || person_acts(window, end))
		return give(words, count, PERSON_TITLED_CONFIDENCE, out);
	return give(words, count, confidence_of(window, words, count, before), out);
}

/* "Angela S.": a given name and an initial. */
static bool check_initial(
	const struct detect_window *window, const struct person_word *given, struct detect_candidate *out)
{
	struct person_word words[2] = {*given}, behind;
	if (!next_word(window, given->end, &words[1]) || !is_initial(&words[1]) || !words[1].dotted ||
		!person_word_is_plain_given(given) || person_before(window, given->start) == PERSON_BEFORE_PLACE)
		return false;
	/* "Angela S.\nRossi", "Angela S.  Rossi": not all of it */
	size_t end = words[1].end;
	if (!person_clause_ends(window, end) && (!next_word(window, end, &behind) || !behind.lower))
		return false;
	return end < window->size && !byte_is_in(window->data[end], "\r\n\\") &&
	       give(words, 2, PERSON_INITIAL_CONFIDENCE, out);
}

/* The words that begin with this given name. */
static bool check_given(
	const struct detect_window *window, const struct person_word *given, struct detect_candidate *out)
{
	struct person_word words[PERSON_WORDS];
	words[0] = *given;
	person_word_know(&words[0]);
	if (words[0].class != PERSON_PLAIN)
		return false;
	size_t whole = words[0].end;
	person_word_cut_possessive(window->data, &words[0]);
	size_t count = words[0].end == whole ? read_name(window, words) : 1;
	if (count > 1)
		return !is_continued(window, given->start) && check_full(window, words, count, out);
	return check_initial(window, words, out);
}

/* --- names of which no table knows the first word --- */

static void cut_dot(struct person_word *word)
{
	if (word->dotted && word->letters > 1) {
		word->dotted = false;
		word->end--;
	}
}

/* The words from this one on. */
static size_t read_words(
	const struct detect_window *window, const struct person_word *first, struct person_word words[PERSON_WORDS])
{
	words[0] = *first;
	size_t whole = words[0].end;
	person_word_cut_possessive(window->data, &words[0]);
	size_t count = words[0].end == whole ? read_name(window, words) : 1;
	cut_dot(&words[0]);
	return count;
}

static bool ends_in_surname(const struct person_word *words, size_t count)
{
	return count > 1 && person_words_are_name(words, count) &&
	       person_word_surname(&words[count - 1]) == PERSON_SURNAME_PLAIN;
}

/* Two capitalised words, the second a surname, behind a role or a field of persons; or before what only persons do. */
static bool check_unlisted(
	const struct detect_window *window, const struct person_word *first, struct detect_candidate *out)
{
	struct person_word words[PERSON_WORDS], known = *first;
	if (!is_capitalised(first) || (first->dotted && !is_initial(first)))
		return false;
	size_t count = read_words(window, &known, words), end = words[count - 1].end;
	bool acts = count > 1 && person_acts(window, end) && person_words_are_name(words, count);
	if (!acts && !ends_in_surname(words, count))
		return false;
	person_word_know(&words[0]);
	if (words[0].class != PERSON_PLAIN || is_part_of_more(window, end))
		return false;
	enum person_before before = acts ? PERSON_BEFORE_ROLE : person_before(window, first->start);
	if (before == PERSON_BEFORE_SAID && !person_clause_ends(window, end))
		return false;
	return before > PERSON_BEFORE_PLACE && give(words, count, PERSON_TITLED_CONFIDENCE, out);
}

/* Behind a title: all words when the last is a surname, else the first. */
static bool check_titled(
	const struct detect_window *window, size_t title, enum person_before says, struct detect_candidate *out)
{
	struct person_word words[PERSON_WORDS], first;
	bool greeted = person_is_greeted_before(window->data, title);
	if (!person_word_at(window->data, window->size, title, &first) || !next_word(window, first.end, &first))
		return false;
	person_word_know(&first);
	if (first.class != PERSON_PLAIN || (!is_capitalised(&first) && !is_initial(&first)))
		return false;
	size_t count = read_words(window, &first, words);
	uint8_t confidence = greeted ? PERSON_GREETED_CONFIDENCE : PERSON_TITLED_CONFIDENCE;
	if (count > 1 && (words[0].given || greeted || ends_in_surname(words, count)))
		return give(words, count, confidence, out);
	if (words[0].letters < 3 || is_part_of_more(window, words[0].end) ||
		(says == PERSON_BEFORE_RANK && !greeted && person_word_surname(words) != PERSON_SURNAME_PLAIN))
		return false;
	return give(words, 1, confidence, out);
}

/* A given name alone, in a greeting or where somebody says a name. */
static bool check_called(const struct detect_window *window, size_t start, struct detect_candidate *out)
{
	struct person_word word;
	if (!person_word_at(window->data, window->size, start, &word) || !is_capitalised(&word))
		return false;
	bool ends = word.dotted || person_clause_ends(window, word.end);
	cut_dot(&word);
	person_word_know(&word);
	return word.given && word.class == PERSON_PLAIN && ends && give(&word, 1, PERSON_GREETED_CONFIDENCE, out);
}

/* The value of a field of first or last names. */
static bool check_part(const struct detect_window *window, size_t start, struct detect_candidate *out)
{
	struct person_word first, words[PERSON_WORDS];
	if ((window->field == NULL && !person_may_be_part(window->data + start, start)) ||
		!person_word_at(window->data, window->size, start, &first) || !is_capitalised(&first) ||
		person_says_before(window, start) != PERSON_BEFORE_PART)
		return false;
	person_word_know(&first);
	size_t count = read_words(window, &first, words);
	return first.class == PERSON_PLAIN && first.letters > 1 && person_value_ends(window, words[count - 1].end) &&
	       give(words, count, PERSON_TITLED_CONFIDENCE, out);
}

/* --- names in capitals --- */

/* Is the word in capitals that ends, or begins, at `at` of more than one letter? */
static bool is_shouted(const struct detect_window *window, size_t start)
{
	struct person_word word;
	return start < window->size && person_word_at(window->data, window->size, start, &word) && word.upper &&
	       word.letters > 2 && person_word_opens(&word) == PERSON_PLAIN;
}

/* ANNA ROSSI, where the words around it are not in capitals, too. */
static bool check_capitals(
	const struct detect_window *window, const struct person_word *given, struct detect_candidate *out)
{
	struct person_word words[2] = {*given};
	if (given->dotted || given->letters < 3 || !person_word_is_plain_given(given) ||
		!next_word(window, given->end, &words[1]) || !words[1].upper || words[1].letters < 3)
		return false;
	person_word_know(&words[0]);
	person_word_know(&words[1]);
	cut_dot(&words[1]);
	person_word_cut_possessive(window->data, &words[1]);
	if (person_word_surname(&words[1]) != PERSON_SURNAME_PLAIN || !person_words_are_name(words, 2))
		return false;
	size_t before = given->start > 0 && window->data[given->start - 1] == ' '
				? person_word_before(window->data, 0, given->start - 1)
				: given->start;
	size_t end = words[1].end;
	if ((before + 1 < given->start && is_shouted(window, before)) ||
		(end < window->size && window->data[end] == ' ' && is_shouted(window, end + 1)))
		return false;
	return give(words, 2, PERSON_LISTED_CONFIDENCE, out);
}

/* --- */

/* Can this word in small letters, a dot behind it included, be a title, a greeting, a particle, or say a name? Such
 * words begin, and end, with these letters, by their bytes; "the", "in" and "to" are none of them. */
static bool may_be_small(const uint8_t *word, size_t size)
{
	static const uint32_t begins[] = {0x0, 0x1001010, 0x3041999, 0x226199b, 0x22699ff, 0x49aed, 0x49ace, 0x5dadf,
		0x5525f, 0x4907a, 0x4802a, 0x4000e, 0x1004, 0x1000};
	static const uint32_t ends[] = {0x0, 0x1001010, 0x165915, 0x12e3955, 0x1e50b9, 0x86111, 0x64010, 0x26111,
		0xe4001, 0x22011, 0x4011, 0x2000, 0x10, 0x0};
	if (size >= sizeof begins / sizeof *begins || !(begins[size] >> (word[0] - 'a') & 1))
		return false;
	uint8_t last = word[size - 1];
	return last - 'a' + 0u >= 26u || ends[size] >> (last - 'a') & 1;
}

/* Ludwig van Beethoven: the trigger stands behind the particle, the name begins before it. */
static bool check_particle(const struct detect_window *window, size_t start, struct detect_candidate *out)
{
	struct person_word word;
	for (int words = 0; words < 3 && start > 0 && window->data[start - 1] == ' '; words++) {
		size_t end = start - 1;
		start = person_word_before(window->data, 0, end);
		if (start == end || !person_word_at(window->data, window->size, start, &word) || word.end != end)
			return false;
		if (is_capitalised(&word))
			return person_word_is_given(&word) && check_given(window, &word, out);
		if (person_word_opens(&word) != PERSON_PARTICLE)
			return false;
	}
	return false;
}

/* What the word from `start` says that stands before the blank at `at`, and what stands behind it. `known`: the word,
 * or NULL when nobody has read it. */
static bool check_said(const struct detect_window *window, size_t start, const struct person_word *known, size_t at,
	struct detect_candidate *out)
{
	enum person_before says = person_says_before(window, at + 1);
	if (says == PERSON_BEFORE_TITLE || says == PERSON_BEFORE_RANK)
		return check_titled(window, start, says, out);
	if (says == PERSON_BEFORE_SAID)
		return check_called(window, at + 1, out);
	struct person_word word;
	if (known == NULL && person_word_at(window->data, window->size, start, &word))
		known = &word;
	if (known == NULL || known->dotted)
		return false;
	enum person_class class = person_word_opens(known);
	if (class == PERSON_PARTICLE)
		return check_particle(window, start, out);
	return class == PERSON_GREETING && check_called(window, at + 1, out);
}

static bool check_pair(
	const struct detect_window *window, const struct person_word *word, size_t at, struct detect_candidate *out)
{
	if (word->upper && word->letters > 1)
		return check_capitals(window, word, out);
	if (person_word_is_given(word) || person_word_is_given_word(word))
		return check_given(window, word, out);
	return check_unlisted(window, word, out) || check_said(window, word->start, word, at, out);
}

/* A small letter from 0xc3 on: no word of a name begins with it, since particles are ASCII. */
static bool is_small_latin(const uint8_t *at)
{
	return at[0] == 0xc3 && at[1] >= 0xa0;
}

/* The begin of the word that ends before the blank at `at`; false: it is part of something else. */
static bool word_begins(const uint8_t *text, size_t at, size_t *start)
{
	*start = person_word_before(text, 0, at);
	if (*start == at || at - *start > PERSON_WORD_BYTES)
		return false;
	/* The letter of an escape: \nAnna */
	if (*start > 0 && text[*start - 1] == '\\' && byte_is_in(text[*start], "nrt"))
		++*start;
	const uint8_t before = *start > 0 ? text[*start - 1] : 0;
	return before != '_' && before != '@' && before - '0' + 0u >= 10u && before != '/';
}

static bool check_place(const struct detect_window *window, size_t at, struct detect_candidate *out)
{
	const uint8_t *text = window->data;
	struct person_word word;
	size_t start;
	if (at + 2 >= window->size || !may_start(' ', text[at + 1]) || is_small_latin(text + at + 1))
		return false;
	if (text[at] != ' ' || (at > 0 && text[at - 1] == ':'))
		return (text[at] == '"' || text[at] == ' ' || window->field != NULL) && check_part(window, at + 1, out);
	if (!word_begins(text, at, &start))
		return false;
	if (text[start] - 'a' + 0u < 26u)
		return may_be_small(text + start, at - start) && check_said(window, start, NULL, at, out);
	if (!person_word_at(text, window->size, start, &word) || word.end != at || !word.capital)
		return false;
	return check_pair(window, &word, at, out);
}

static bool check(const struct detect_window *window, size_t at, struct detect_candidate *out)
{
	return looks_like_begin(window, at) && check_place(window, at, out);
}

/* What check() asks first, of the bytes around. */
static bool may_be_name(const uint8_t *at)
{
	size_t start;
	if ((at[1] >= 0x80 && !may_start(' ', at[1])) || is_small_latin(at + 1))
		return false;
	if (at[0] != ' ' || at[-1] == ':')
		return true;
	const uint8_t *text = at - PLANE_PLACES;
	if (!word_begins(text, PLANE_PLACES, &start))
		return false;
	return text[start] - 'a' + 0u >= 26u || may_be_small(text + start, PLANE_PLACES - start);
}

/* The same where no column is told. */
static bool may_be_name_of_text(const uint8_t *at)
{
	if (at[0] == ' ' ? at[-1] == ':' : true)
		return (at[0] == '"' || at[0] == ' ') && person_may_be_part(at + 1, PLANE_PLACES + 1) &&
		       may_be_name(at);
	return may_be_name(at);
}

/*
 * looks_like_begin on planes: a capital or a letter beyond ASCII behind a trigger, then what stands inside of names;
 * behind a blank something small or a colon before it, or capitals on both sides. What has no plane may stand
 * everywhere.
 */
PLANES_TARGET static void find_places(struct planes *planes, uint64_t *found)
{
	for (size_t w = 0; w < planes->words; w += 4) {
		const plane_bits capital = plane(planes, PLANE_UPPER, w, 1);
		plane_bits first = (capital | plane(planes, PLANE_HIGH, w, 1)) & ~plane(planes, PLANE_ALNUM, w, 0);
		first &= ~plane(planes, PLANE_HIGH, w, 0);
		if (!plane_any(first)) {
			plane_store(found + w, first);
			continue;
		}
		const plane_bits blank = plane(planes, PLANE_SPACE, w, 0), next = plane(planes, PLANE_UPPER, w, 2);
		const plane_bits other = next | plane(planes, PLANE_DIGIT, w, 2) | plane(planes, PLANE_SPACE, w, 2) |
					 plane(planes, PLANE_LINE_FEED, w, 2) | plane(planes, PLANE_COLON, w, 2) |
					 plane(planes, PLANE_DASH, w, 2);
		plane_bits before = plane(planes, PLANE_LOWER, w, -1) | plane(planes, PLANE_DOT, w, -1);
		before |= plane(planes, PLANE_HIGH, w, -1) | plane(planes, PLANE_COLON, w, -1);
		const plane_bits capitals =
			capital & next & plane(planes, PLANE_UPPER, w, -1) & plane(planes, PLANE_UPPER, w, -2);
		first &= (~other & (before | ~blank)) | (blank & capitals);
		plane_store(
			found + w, plane_filter(planes, w, first, planes->fields ? may_be_name : may_be_name_of_text));
	}
}

const struct detector detector_person_name = {
	.kind = DETECT_PERSON_NAME,
	.describe = "names by lists, titles, roles, fields, greetings and signatures, and of the address book",
	.triggers = " \",;\t\n|",
	.may_start = may_start,
	.places = find_places,
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
