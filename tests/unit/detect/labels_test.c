/*
 * Words of which the detectors keep short tables beside the long ones, so that most numbers end early: first letters of
 * months, last letters and first bytes of the labels of case numbers. No word of a long table may be missing there.
 */
#include "check.h"
#include "collect.h"
#include "detect/case_label.h"

#define COUNT(list) (sizeof(list) / sizeof(list)[0])

/* Is the label one that text before its number, both in `text`, can end in? */
static void label_is_seen(const char *word, const char *text, size_t at)
{
	const struct detect_window window = {(const uint8_t *)text, strlen(text), NULL, NULL};
	if (!case_label_may_end(&window, at, false))
		CHECK_FAIL("\"%s\": no end of a label", text);
	if (!case_label_may_begin(&window, at, false))
		CHECK_FAIL("\"%s\": no end of a label among the bytes around", text);
	if (case_label_ends_other(&window, at))
		CHECK_FAIL("\"%s\": the last two letters of %s are those of no label", text, word);
}

static void every_label_of_a_case_number_is_seen_by_its_first_and_last_letters(void)
{
	size_t count = 0;
	const char *before = NULL;
	for (const char *word; (word = case_label_word(count, &before)) != NULL; count++) {
		st_auto_free char *small = st_format("the %s %s 12345678 here", before, word);
		st_auto_free char *capitals = st_format("the %s %s 12345678 here", before, word);
		size_t at = 4 + strlen(before) + 1;
		for (char *c = capitals + at; *c != ' '; c++)
			*c = (char)((uint8_t)(*c - 'a') < 26 ? *c - 32 : *c);
		at += strlen(word) + 1;
		label_is_seen(word, small, at);
		label_is_seen(word, capitals, at);
	}
	CHECK(count > 80);
}

static void other_words_are_told_by_their_last_letters(void)
{
	static const char *const others[] = {"thread", "failed", "record", "pool", "with", "lock"};
	for (size_t i = 0; i < COUNT(others); i++) {
		st_auto_free char *text = st_format("the %s 12345 here", others[i]);
		const struct detect_window window = {(const uint8_t *)text, strlen(text), NULL, NULL};
		if (!case_label_ends_other(&window, 4 + strlen(others[i]) + 1))
			CHECK_FAIL("\"%s\": may end a label", text);
	}
}

static void a_date_of_birth_is_found_with_every_name_of_a_month(void)
{
	static const char *const names[12] = {
		"january jan januar jänner janvier janv gennaio gen enero ene",
		"february feb febbraio février fevrier févr fevr fév februar febrero",
		"march mar marzo mars märz maerz mrz",
		"april apr aprile avril avr abril abr",
		"may maggio mag mai mayo",
		"june jun juin juni junio giugno giu",
		"july jul juillet juil juli julio luglio lug",
		"august aug agosto ago août aout",
		"september sep sept settembre set septembre septiembre",
		"october oct octobre octubre oktober okt ottobre ott",
		"november nov novembre noviembre",
		"december dec dicembre dic décembre decembre déc dezember dez diciembre",
	};
	for (unsigned month = 0; month < 12; month++)
		for (const char *name = names[month]; *name; name += strcspn(name, " "), name += *name == ' ') {
			st_auto_free char *text =
				st_format("Date of birth: 12 %.*s 1985\n", (int)strcspn(name, " "), name);
			st_auto_free char *want = st_format(" 1985-%02u-12 plain", month + 1);
			for (int slow = 0; slow < 2; slow++) {
				struct detect_options options = {.byte_by_byte = slow};
				struct collected found = collect(&options, -1, text, strlen(text), 0, 0);
				if (!strstr((char *)found.lines.data, want))
					CHECK_FAIL("\"%s\"%s: found %s", text, slow ? " byte by byte" : "",
						(char *)found.lines.data);
				st_buf_free(&found.lines);
			}
		}
}

int main(void)
{
	RUN(every_label_of_a_case_number_is_seen_by_its_first_and_last_letters);
	RUN(other_words_are_told_by_their_last_letters);
	RUN(a_date_of_birth_is_found_with_every_name_of_a_month);
	CHECK_END();
}
