/*
 * case_number: the number of a support case, ticket, incident, docket or file behind a word that says so, in en, it,
 * fr, de and es ("Ticket no.", "pratica n.", "dossier", "Vorgang", "expediente"). Where only a blank stands between
 * word and number, it must be long; where #, :, "no." or a field's name says that a number comes, four digits are
 * enough. Prices, numbers that go on with units, and those of a software's bug tracker are none. A token of capitals,
 * sign and digits without such a word is tentative: it counts where others of its template stand (detect.h).
 */
#include "detect/case_label.h"

#include "detect/digits.h"
#include "detect/worded_number.h"

enum { CONFIDENCE_NAMED = 90, CONFIDENCE_BARE = 75 };

/* --- is it worth a look? --- */

/* Behind a blank alone six digits, unless what stands before looks like the end of "no.", nr, number, id. */
static bool long_enough(const struct detect_window *window, size_t at, size_t digits)
{
	uint8_t end = byte_before(window, at, 2);
	return byte_before(window, at, 1) != ' ' || digits >= 6 || end >= 0x80 || strchr("#.:=dmorDMOR", end) != NULL;
}

static bool is_capital(uint8_t byte)
{
	return byte >= 'A' && byte <= 'Z';
}

/* Do digits at `at` begin an office, a year or a number that letters or digits follow? */
static bool goes_on_in_groups(const struct detect_window *window, size_t at, size_t digits)
{
	uint8_t sign = byte_at(window, at + digits), next = byte_at(window, at + digits + 1);
	if (sign == ':')
		return digits <= 2 && ascii_digit(next) && !ascii_digit(byte_at(window, at + digits + 3));
	return (sign == '-' || sign == '/' || sign == '_') && ascii_alnum(next);
}

/* Most numbers end here, at the word before them; `label` asks for that. */
static bool hopeful(const struct detect_window *window, size_t at, bool fields,
	bool (*label)(const struct detect_window *window, size_t at, bool few))
{
	uint8_t before = byte_before(window, at, 1), second = byte_before(window, at, 2);
	size_t digits = 1;
	while (digits < 20 && ascii_digit(byte_at(window, at + digits)))
		digits++;
	uint8_t after = byte_at(window, at + digits);
	if (after >= 'a' && after <= 'z')
		return false; /* hexadecimal, mostly */
	if (ascii_letter(before))
		return digits >= 4; /* in one piece with its letters */
	if ((before == '-' || before == '/' || before == '_' || before == '#') && is_capital(second))
		return true;
	bool groups = goes_on_in_groups(window, at, digits);
	if ((digits < 4 && !groups) || before == '_')
		return false;
	if (fields || before == '-' || before == ':')
		return true;
	if (!groups && !long_enough(window, at, digits))
		return false;
	/* "dossier 12345" */
	bool few = !groups && digits < 6 && before == ' ' && (after == ' ' || after == '\n' || after == 0);
	return label(window, at, few) || (groups && is_capital(byte_at(window, at + digits + 1)));
}

/* --- what it is instead --- */

/* "case 10000000:" is C, "ticket 12345 EUR" a price, "case 12345678%" nothing at all. */
static bool goes_on(const struct detect_window *window, size_t end, bool named)
{
	static const char *const units[] = {" EUR", " USD", " GBP", " €", " $", " bytes", " ms", "%", "€", "$"};
	uint8_t after = byte_at(window, end);
	for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
		size_t size = strlen(units[i]);
		if ((uint8_t)*units[i] == after && window->size - end >= size &&
			memcmp(window->data + end, units[i], size) == 0)
			return true;
	}
	return !named && (after == ':' || after == '(' || after == '=');
}

/* What lists of changes to software speak of, by subject. A letter may speak of three at once, too, but hardly cites a
 * number of five digits at most in brackets, or as a sentence of its own, beside them. */
#define TRACKER_DIGITS 5
#define TRACKER_BEFORE_BYTES 480
#define TRACKER_BEHIND_BYTES 160
#define TRACKER_SUBJECTS 3
#define TRACKER_NAME_BYTES 48
#define TRACKER_NAME 9 /* in place of a subject: a public tracker itself */
static const char *const tracker_words[26] = {
	['a' - 'a'] = " api=6 assertion=0 ",
	['b' - 'a'] = " backport=1 buffer=2 bug=0 bugfix=0 bugfixes=0 bugs=0 bugzilla=9 ",
	['c' - 'a'] = " cache=6 changelog=1 column=4 command=6 compile=3 compiled=3 compiler=3 compiles=3 compiling=3 "
		      "configure=3 corrupt=5 corruption=5 crash=5 crashes=5 ",
	['d' - 'a'] = " database=4 deadlock=5 ",
	['f' - 'a'] = " fix=1 fixed=1 fixes=1 fixing=1 function=2 functions=2 ",
	['g' - 'a'] = " gcc=3 github=9 gitlab=9 ",
	['h' - 'a'] = " hang=5 header=3 headers=3 ",
	['i' - 'a'] = " index=4 ",
	['l' - 'a'] = " launchpad=9 leak=2 leaks=2 library=6 linker=3 lock=6 ",
	['m' - 'a'] = " macro=3 makefile=3 malloc=2 memory=2 mutex=2 ",
	['o' - 'a'] = " optimization=4 optimizer=4 option=6 options=6 overflow=5 ",
	['p' - 'a'] = " pager=6 parser=4 patch=1 patched=1 patches=1 pointer=2 pointers=2 pragma=4 ",
	['q' - 'a'] = " query=4 ",
	['r' - 'a'] = " regression=0 release=6 resolves=1 resolving=1 reworked=1 ",
	['s' - 'a'] = " savannah=9 segfault=5 segmentation=5 select=4 sourceforge=9 sql=4 stack=2 syntax=6 ",
	['t' - 'a'] = " thread=2 threads=2 transaction=4 trigger=4 ",
	['v' - 'a'] = " version=6 ",
};

/* What the word speaks of, as one bit; 0: nothing of this. */
static unsigned subject_of(const uint8_t *text, size_t size)
{
	char framed[20] = " ";
	if (size < 3 || size > sizeof framed - 4)
		return 0;
	for (size_t i = 0; i < size; i++)
		framed[i + 1] = (char)(text[i] | 0x20);
	framed[size + 1] = '=';
	framed[size + 2] = 0;
	const char *list = tracker_words[framed[1] - 'a'], *found = list != NULL ? strstr(list, framed) : NULL;
	return found != NULL ? 1u << (found[size + 2] - '0') : 0;
}

static unsigned subjects_of(const struct detect_window *window, size_t from, size_t to)
{
	unsigned subjects = 0;
	for (size_t at = from; at < to && __builtin_popcount(subjects) <= TRACKER_SUBJECTS; at++) {
		size_t start = at;
		while (at < to && ascii_letter(window->data[at]))
			at++;
		subjects |= subject_of(window->data + start, at - start);
	}
	return subjects;
}

/* Does the name of a tracker stand anywhere? Most texts hold none. */
static bool names_tracker(const struct detect_window *window, size_t from, size_t to)
{
	static const char *const names[] = {"bugzilla", "github", "gitlab", "launchpad", "savannah", "sourceforge"};
	static const uint32_t begins = 1u << ('b' & 31) | 1u << ('g' & 31) | 1u << ('l' & 31) | 1u << ('s' & 31);
	for (size_t at = from; at < to; at++) {
		if (!(begins >> (window->data[at] & 31) & 1) || !ascii_letter(window->data[at]))
			continue;
		for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
			size_t size = 0;
			while (names[i][size] && at + size < to && (window->data[at + size] | 0x20) == names[i][size])
				size++;
			if (names[i][size] == 0)
				return true;
		}
	}
	return false;
}

/* "(ticket #NNNN)", "... on Sparc. Ticket #NNNN.", "see ticket #NNNN". */
static bool is_cited(const struct detect_window *window, const struct case_token *token)
{
	uint8_t after = byte_at(window, token->start + token->size);
	size_t at = token->start;
	if (after != 0 && strchr(").,;<\n\r", after) == NULL)
		return false;
	while (at > 0 && (window->data[at - 1] == '#' || window->data[at - 1] == ' '))
		at--;
	while (at > 0 && ascii_letter(window->data[at - 1]))
		at--;
	while (at > 0 && (window->data[at - 1] == ' ' || window->data[at - 1] == '\n'))
		at--;
	uint8_t before = byte_before(window, at, 1);
	bool see = at >= 3 &&
		   (memcmp(window->data + at - 3, "see", 3) == 0 || memcmp(window->data + at - 3, "See", 3) == 0);
	return see || before == 0 || strchr("(.,;>", before) != NULL;
}

/* Digits alone behind the name of a public tracker; and short ones that are cited among three subjects: "Fix a bug
 * (ticket #NNNN) that occasionally causes UPDATE operations to ...". */
static bool is_of_tracker(const struct detect_window *window, const struct case_token *token)
{
	size_t at = token->start;
	if (token->letters || token->count > 1)
		return false;
	size_t from = at > TRACKER_NAME_BYTES ? at - TRACKER_NAME_BYTES : 0;
	if (names_tracker(window, from, at) && subjects_of(window, from, at) & 1u << TRACKER_NAME)
		return true;
	if (token->digits > TRACKER_DIGITS || !is_cited(window, token))
		return false;
	size_t to = at + TRACKER_BEHIND_BYTES < window->size ? at + TRACKER_BEHIND_BYTES : window->size;
	unsigned subjects = subjects_of(window, at > TRACKER_BEFORE_BYTES ? at - TRACKER_BEFORE_BYTES : 0, to);
	return __builtin_popcount(subjects & ~(1u << TRACKER_NAME)) >= TRACKER_SUBJECTS;
}

/* --- the mention --- */

static void put(const struct case_token *token, struct detect_candidate *out)
{
	out->kind = DETECT_CASE_NUMBER;
	out->start = token->start;
	out->end = token->start + token->size;
	out->form = DETECT_PLAIN;
	out->scheme = NULL;
	out->canonical_size = 0;
	for (size_t i = 0; i < token->size; i++)
		out->canonical[out->canonical_size++] =
			(uint8_t)(ascii_letter(token->text[i]) ? token->text[i] & 0xdf : token->text[i]);
}

static bool labelled(const struct detect_window *window, struct case_token *token, struct detect_candidate *out)
{
	bool named;
	if (token->count > 1 && token->group[1].sign == '#' && case_label_is(token, 0) && !case_token_drop_first(token))
		return false;
	unsigned asked = case_label_asks(window, token->start, &named);
	if (case_token_is_docket(token) && asked > 4)
		asked = 4;
	if (asked == 0 || token->digits < asked || goes_on(window, token->start + token->size, named) ||
		is_of_tracker(window, token))
		return false;
	put(token, out);
	out->confidence = named ? CONFIDENCE_NAMED : CONFIDENCE_BARE;
	out->tentative = false;
	return true;
}

/* Capitals, sign, digits, and nothing that makes a path, an address, a variable or a function of it. */
static bool mined(const struct detect_window *window, const struct case_token *token, struct detect_candidate *out)
{
	uint8_t template[DETECT_TEMPLATE_BYTES];
	uint8_t before = byte_before(window, token->start, 1), after = byte_at(window, token->start + token->size);
	bool year;
	if (token->cut || !token->letters)
		return false;
	for (size_t i = 0; i < token->size; i++)
		if ((token->text[i] & 0x60) == 0x60)
			return false; /* a small letter */
	if ((before != 0 && strchr("./\\@%$~+-_", before) != NULL) || (after != 0 && strchr("(@=%\\", after) != NULL))
		return false;
	put(token, out);
	out->confidence = DETECT_CONFIDENCE_MINED;
	out->tentative = true;
	return detect_case_template((struct st_span){out->canonical, out->canonical_size}, template, &year) > 0 &&
	       !case_label_is_other(window, token->start);
}

__attribute__((noinline)) static bool examine(
	const struct detect_window *window, size_t at, struct detect_candidate *out)
{
	struct case_token token, whole;
	if (!case_token_read(window, at, &token))
		return false;
	whole = token;
	return labelled(window, &token, out) || mined(window, &whole, out);
}

bool case_number_at(const struct detect_window *window, size_t at, struct detect_candidate *out)
{
	return hopeful(window, at, window->field != NULL, case_label_may_end) && examine(window, at, out);
}

bool case_number_may(const struct detect_window *window, size_t at, bool fields)
{
	return hopeful(window, at, fields, case_label_may_begin);
}
