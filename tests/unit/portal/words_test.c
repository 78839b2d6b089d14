/* Texts, numbers and dates in three languages; the names of kinds. */
#include "check.h"

#include "detect/detect.h"
#include "portal/kind_names.h"
#include "portal/words.h"

#include <time.h>

static void every_text_has_three_forms_and_the_table_is_sorted(void)
{
	CHECK(words_row_count > 250);
	for (size_t i = 0; i < words_row_count; i++) {
		CHECK(i == 0 || strcmp(words_rows[i - 1].english, words_rows[i].english) < 0);
		for (int language = 0; language < WORDS_LANGUAGES; language++)
			CHECK(words_rows[i].forms[language][0][0] != 0 && words_rows[i].forms[language][1][0] != 0);
	}
	CHECK_TEXT(words_get(WORDS_ITALIAN, "Sign out"), "Esci");
	CHECK_TEXT(words_get(WORDS_FRENCH, "a text nobody wrote"), "a text nobody wrote");
}

static void plurals_follow_the_language(void)
{
	static const char *const one = "{1} try is left.", *const many = "{1} tries are left.";
	CHECK_TEXT(words_get_plural(WORDS_ENGLISH, one, many, 0), many);
	CHECK_TEXT(words_get_plural(WORDS_ENGLISH, one, many, 1), one);
	CHECK_TEXT(words_get_plural(WORDS_ITALIAN, one, many, 0), "Restano {1} tentativi.");
	/* French counts nothing as one. */
	CHECK_TEXT(words_get_plural(WORDS_FRENCH, one, many, 0), words_get_plural(WORDS_FRENCH, one, many, 1));
	CHECK(strcmp(words_get_plural(WORDS_FRENCH, one, many, 2), words_get_plural(WORDS_FRENCH, one, many, 1)) != 0);
}

static void the_language_asked_for_most_is_chosen(void)
{
	static const struct {
		const char *header;
		enum words_language want;
	} rows[] = {{NULL, WORDS_ENGLISH}, {"", WORDS_ENGLISH}, {"it", WORDS_ITALIAN}, {"IT-ch", WORDS_ITALIAN},
		{"fr-FR,fr;q=0.9,en;q=0.8", WORDS_FRENCH}, {"de,it;q=0.7,fr;q=0.8", WORDS_FRENCH},
		{"de, fr ; q=0.125 , it;q=0.2", WORDS_ITALIAN}, {"fr;q=0", WORDS_ENGLISH},
		{"fr;q=x,it;q=0.1", WORDS_ITALIAN}, {"ita,fra", WORDS_ENGLISH}, {",,,;;=", WORDS_ENGLISH},
		{"*", WORDS_ENGLISH}, {"fr;q=1.000", WORDS_FRENCH}};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		enum words_language got = words_accepted(rows[i].header);
		if (got != rows[i].want)
			CHECK_FAIL("%s is answered in %s", rows[i].header, words_tag(got));
	}
}

static void numbers_and_dates_are_written_as_each_language_does(void)
{
	char text[WORDS_TEXT_BYTES];
	words_number(WORDS_ENGLISH, 1389392, text);
	CHECK_TEXT(text, "1,389,392");
	words_number(WORDS_ITALIAN, 1389392, text);
	CHECK_TEXT(text, "1.389.392");
	words_number(WORDS_FRENCH, UINT64_MAX, text);
	CHECK_TEXT(text, "18\u202f446\u202f744\u202f073\u202f709\u202f551\u202f615");
	words_number(WORDS_ENGLISH, 999, text);
	CHECK_TEXT(text, "999");
	words_day(WORDS_ENGLISH, 1575504000, text);
	CHECK_TEXT(text, "5 December 2019");
	words_day(WORDS_FRENCH, 1575158400, text);
	CHECK_TEXT(text, "1er décembre 2019");
	words_day(WORDS_ITALIAN, 1575158400, text);
	CHECK_TEXT(text, "1º dicembre 2019");
	words_day(WORDS_ITALIAN, -62135596800, text);
	CHECK_TEXT(text, "1º gennaio 1");
	words_day(WORDS_ITALIAN, INT64_MAX, text);
	CHECK_TEXT(text, "");
}

static void a_moment_says_its_time_zone(void)
{
	char text[WORDS_TEXT_BYTES];
	setenv("TZ", "Europe/Rome", 1);
	tzset();
	words_moment(WORDS_ITALIAN, 1575504000, text);
	CHECK_TEXT(text, "5 dicembre 2019, 01:00 (UTC+1)");
	setenv("TZ", "ABC-5:30", 1);
	tzset();
	words_time(WORDS_ENGLISH, 1575504000, text);
	CHECK_TEXT(text, "05:30 (UTC+5:30)");
	setenv("TZ", "UTC0", 1);
	tzset();
	words_time(WORDS_FRENCH, 1575504000, text);
	CHECK_TEXT(text, "00:00 (UTC)");
}

static void kinds_have_the_names_of_the_contract(void)
{
	for (unsigned kind = 0; kind < DETECT_KINDS; kind++)
		CHECK_TEXT(kind_name(kind), detect_kind_name((enum detect_kind)kind));
	CHECK_TEXT(kind_name(DETECT_KINDS), "unknown");
}

int main(void)
{
	RUN(every_text_has_three_forms_and_the_table_is_sorted);
	RUN(plurals_follow_the_language);
	RUN(the_language_asked_for_most_is_chosen);
	RUN(numbers_and_dates_are_written_as_each_language_does);
	RUN(a_moment_says_its_time_zone);
	RUN(kinds_have_the_names_of_the_contract);
	CHECK_END();
}
