/* What is read eight letters at a time, or looked up in sorted tables, against what it means letter by letter. */
#include "detect/detect.h"
#include "detect/person_words.h"
#include "detect/word_row.h"
#include "detect/words.h"

#include "check.h"

#include <ctype.h>
#include <stdio.h>
#include <strings.h>

#define COUNT(list) (sizeof(list) / sizeof(list)[0])

/* --- words of names --- */

static bool is_front(const char *word, size_t size)
{
	static const char *const fronts[] = {"mc", "mac", "de", "di", "la", "le", "da", "fitz"};
	for (size_t i = 0; i < COUNT(fronts); i++)
		if (strlen(fronts[i]) == size && strncasecmp(word, fronts[i], size) == 0)
			return true;
	return false;
}

static bool says(const char *word, bool taken, bool capital, bool upper, bool lower)
{
	struct person_word got;
	const size_t size = strlen(word);
	const bool read = person_word_at((const uint8_t *)word, size, 0, &got);
	if (read != taken)
		return false;
	if (!taken)
		return true;
	for (size_t i = 0; i < size; i++)
		if (got.folded[i] != tolower((uint8_t)word[i]))
			return false;
	return got.start == 0 && got.end == size && got.letters == size && got.folded_size == size &&
	       got.capital == capital && got.upper == upper && got.lower == lower;
}

/* Capitals at two places of a word of each size: only behind a front is a capital inside of a name. */
static void a_word_is_read_as_letter_by_letter(void)
{
	static const char *const fronts[] = {"anton", "mcdow", "macbe", "delav", "fitzg"};
	for (size_t size = 1; size <= PERSON_WORD_BYTES + 3; size++)
		for (size_t first = 0; first < size; first++)
			for (size_t second = first; second < size; second++)
				for (size_t front = 0; front < COUNT(fronts); front++) {
					char word[PERSON_WORD_BYTES + 4] = "";
					for (size_t i = 0; i < size; i++)
						word[i] = i < 5 ? fronts[front][i] : (char)('a' + i % 26);
					word[first] = (char)toupper((uint8_t)word[first]);
					word[second] = (char)toupper((uint8_t)word[second]);
					const bool upper = size == 1 || (size == 2 && first != second);
					const bool inside = (first > 0 && !is_front(word, first)) ||
							    (second > 0 && !is_front(word, second));
					if (!says(word, size <= PERSON_WORD_BYTES && (!inside || upper), first == 0,
						    upper, first > 0))
						CHECK_FAIL("%s", word);
				}
}

static void a_word_ends_where_its_letters_do(void)
{
	static const char *const behind[] = {"", " Rossi", ",", "\n", ";x", "[", "`", "{", "\x7f", "\xc2\xa0"};
	for (size_t size = 1; size <= PERSON_WORD_BYTES; size++)
		for (size_t i = 0; i < COUNT(behind); i++) {
			char text[PERSON_WORD_BYTES + 8];
			struct person_word got;
			snprintf(text, sizeof text, "A%.*s%s", (int)size - 1,
				"nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn", behind[i]);
			if (!person_word_at((const uint8_t *)text, strlen(text), 0, &got) || got.end != size)
				CHECK_FAIL("%s", text);
		}
}

/* --- tables --- */

static void a_sorted_table_finds_its_rows_and_no_others(void)
{
	static const char rows[][16] = {"a", "ab", "abcdefgh", "abcdefghi", "abcdefghk", "b", "zz"};
	static const char strangers[][16] = {"", "aa", "abcdefg", "abcdefghj", "abcdefghkl", "c", "zzz", "\xc3\xa9"};
	for (size_t count = 1; count <= COUNT(rows); count++)
		for (size_t i = 0; i < COUNT(rows); i++) {
			const void *wanted = i < count ? rows[i] : NULL;
			if (word_row(rows, count, sizeof rows[0], rows[i], sizeof rows[0]) != wanted)
				CHECK_FAIL("%s among %zu", rows[i], count);
		}
	for (size_t i = 0; i < COUNT(strangers); i++)
		if (word_row(rows, COUNT(rows), sizeof rows[0], strangers[i], sizeof rows[0]) != NULL)
			CHECK_FAIL("%s", strangers[i]);
}

static void a_list_holds_its_words_and_no_parts_of_them(void)
{
	static const char list[] = " via corso p.za n° città zum ";
	static const char *const in[] = {"via", "corso", "p.za", "n°", "città", "zum"};
	static const char *const out[] = {"", "vi", "ia", "v", "m", "citt", "à", "zumm", "p", "za", "n"};
	for (size_t i = 0; i < COUNT(in); i++)
		if (!word_listed(in[i], list))
			CHECK_FAIL("%s", in[i]);
	for (size_t i = 0; i < COUNT(out); i++)
		if (word_listed(out[i], list))
			CHECK_FAIL("%s", out[i]);
}

/* Of ASCII it is made in short; with a letter beyond it behind the same text, by the library. */
static void a_canonical_form_is_the_same_in_short(void)
{
	for (unsigned byte = 1; byte < 128; byte++)
		for (unsigned next = 1; next < 128; next++) {
			uint8_t text[] = {'A', (uint8_t)byte, (uint8_t)next, 'Z', 0xc3, 0xa9}, got[2][32];
			size_t size = text_canonical(text, 4, got[0], sizeof got[0]);
			size_t whole = text_canonical(text, sizeof text, got[1], sizeof got[1]);
			if (size + 2 != whole || memcmp(got[0], got[1], size) != 0)
				CHECK_FAIL("%02x %02x", byte, next);
		}
}

/* --- months --- */

static void count_births(void *context, const struct detect_mention *mention)
{
	*(size_t *)context += mention->kind == DETECT_DATE_OF_BIRTH;
}

static void every_month_is_known(void)
{
	static const char *const months[] = {"January", "jan", "Januar", "Jänner", "janvier", "janv", "gennaio", "gen",
		"enero", "ene", "February", "feb", "febbraio", "février", "fevrier", "févr", "fevr", "fév", "Februar",
		"febrero", "March", "mar", "marzo", "mars", "März", "Maerz", "mrz", "April", "apr", "aprile", "avril",
		"avr", "abril", "abr", "May", "maggio", "mag", "mai", "mayo", "June", "jun", "juin", "Juni", "junio",
		"giugno", "giu", "July", "jul", "juillet", "juil", "Juli", "julio", "luglio", "lug", "August", "aug",
		"agosto", "ago", "août", "aout", "September", "sep", "sept", "settembre", "set", "septembre",
		"septiembre", "October", "oct", "octobre", "octubre", "Oktober", "okt", "ottobre", "ott", "November",
		"nov", "novembre", "noviembre", "December", "dec", "dicembre", "dic", "décembre", "decembre", "déc",
		"Dezember", "dez", "diciembre"};
	for (size_t i = 0; i < COUNT(months); i++) {
		char text[64];
		size_t births = 0;
		struct detect *detect = detect_open(NULL, count_births, &births);
		snprintf(text, sizeof text, "Date of birth: 12 %s 1985\n", months[i]);
		detect_feed(detect, (const uint8_t *)text, strlen(text));
		detect_finish(detect);
		detect_close(detect);
		if (births != 1)
			CHECK_FAIL("%s", text);
	}
}

int main(void)
{
	RUN(a_word_is_read_as_letter_by_letter);
	RUN(a_word_ends_where_its_letters_do);
	RUN(a_sorted_table_finds_its_rows_and_no_others);
	RUN(a_list_holds_its_words_and_no_parts_of_them);
	RUN(a_canonical_form_is_the_same_in_short);
	RUN(every_month_is_known);
	CHECK_END();
}
