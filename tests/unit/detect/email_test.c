/* E-mail addresses: the rows of tests/cases/detect/email_address, and thousands of spellings made from known addresses.
 */
#include "check.h"
#include "collect.h"

#include <errno.h>

#ifndef CASES_FOLDER
#error "the build says where tests/cases/detect is"
#endif

#define OPEN_MARK "\xe2\x9f\xa6"
#define CLOSE_MARK "\xe2\x9f\xa7"

static int hex(char c)
{
	return c <= '9' ? c - '0' : (c | 32) - 'a' + 10;
}

/* Undoes the escapes of the case files. */
static void add_unescaped(struct st_buf *out, const char *p, const char *end)
{
	while (p < end) {
		if (*p != '\\' || p + 1 == end) {
			st_buf_add_byte(out, (uint8_t)*p++);
			continue;
		}
		char c = p[1];
		p += 2;
		if (c == 'x') {
			st_buf_add_byte(out, (uint8_t)(hex(p[0]) * 16 + hex(p[1])));
			p += 2;
		} else {
			st_buf_add_byte(out, c == 'n' ? '\n' : c == 't' ? '\t' : c == 'r' ? '\r' : (uint8_t)c);
		}
	}
}

/* The text of a row without its marks; the expected lines, confidence left out, from the marks and the other columns.
 */
static void read_row(const char *row, struct st_buf *text, struct st_buf *wanted)
{
	const char *end = strchr(row, '\t');
	const char *columns = end ? end : "";
	size_t start = 0;
	if (!end)
		end = row + strlen(row);
	for (const char *p = row; p < end;) {
		const char *open = strstr(p, OPEN_MARK), *close = strstr(p, CLOSE_MARK);
		const char *next = open && open < end && (!close || open < close) ? open
				   : close && close < end                         ? close
										  : end;
		add_unescaped(text, p, next);
		p = next == end ? end : next + 3;
		if (next == end)
			continue;
		if (next == open) {
			start = text->size;
			continue;
		}
		const char *canonical = columns + 1, *form = strchr(canonical, '\t') + 1;
		const char *form_end = strchr(form, '\t');
		st_auto_free char *line =
			st_format("email_address %zu %zu %.*s %.*s\n", start, text->size, (int)(form - 1 - canonical),
				canonical, (int)(form_end ? (size_t)(form_end - form) : strlen(form)), form);
		st_buf_add(wanted, line, strlen(line));
		columns = form_end ? form_end : "";
	}
}

/* The lines without their last word, the confidence, which the case files do not state. */
static void without_confidence(struct st_buf *lines)
{
	char *out = (char *)lines->data, *text = out;
	for (char *line = text; line && *line;) {
		char *end = strchr(line, '\n'), *last = end;
		while (last > line && *last != ' ')
			last--;
		memmove(out, line, (size_t)(last - line));
		out += last - line;
		*out++ = '\n';
		line = end + 1;
	}
	*out = 0;
	lines->size = (size_t)(out - text);
}

static bool row_holds(const char *row)
{
	st_auto_buf struct st_buf text = {0}, wanted = {0};
	read_row(row, &text, &wanted);
	st_buf_add_byte(&wanted, 0);
	struct collected got = collect(NULL, DETECT_EMAIL_ADDRESS, text.data, text.size, 0, 0);
	without_confidence(&got.lines);
	bool same = strcmp((char *)got.lines.data, (char *)wanted.data) == 0 && !got.unsorted && !got.wrong_text;
	if (!same)
		CHECK_FAIL("%s\n  wanted %s\n  found  %s", row, (char *)wanted.data, (char *)got.lines.data);
	st_buf_free(&got.lines);
	return same;
}

static void every_row_of(const char *name, size_t at_least)
{
	st_auto_free char *path = st_format("%s/email_address/%s", CASES_FOLDER, name);
	FILE *file = fopen(path, "r");
	if (!file) {
		CHECK_FAIL("%s: %s", path, strerror(errno));
		return;
	}
	char *row = NULL;
	size_t capacity = 0, rows = 0;
	ssize_t size;
	while ((size = getline(&row, &capacity, file)) > 0) {
		if (row[size - 1] == '\n')
			row[size - 1] = 0;
		if (row[0] != '#' && row[0] != 0) {
			row_holds(row);
			rows++;
		}
	}
	free(row);
	fclose(file);
	CHECK(rows >= at_least);
}

static void every_form_of_an_address_is_found_whole(void)
{
	every_row_of("hit.tsv", 150);
}

static void what_only_looks_like_an_address_is_not_found(void)
{
	every_row_of("miss.tsv", 100);
}

/* --- spellings made by construction --- */

static const char *const locals[] = {"anna", "anna.rossi", "o'brien", "x_y-z", "first.last+tag", "a1", "j\xc3\xb6rg"};
static const char *const domains[][3] = {{"contoso", "com", NULL}, {"mail", "fabrikam", "it"}, {"contoso", "co", "uk"},
	{"b\xc3\xbc"
	 "cher",
		"example", NULL},
	{"contoso", "fr", NULL}, {"fabrikam", "de", NULL}, {"contoso", "es", NULL}};
static const char *const canonical_domains[] = {"contoso.com", "mail.fabrikam.it", "contoso.co.uk",
	"xn--bcher-kva.example", "contoso.fr", "fabrikam.de", "contoso.es"};
#define COUNT(list) (sizeof(list) / sizeof(list)[0])

struct spelling {
	const char *at, *dot;
	enum detect_form form;
};
static const struct spelling spellings[] = {{"@", ".", DETECT_PLAIN}, {" @ ", " . ", DETECT_OBFUSCATED},
	{" @", ".", DETECT_OBFUSCATED}, {"@ ", ".", DETECT_OBFUSCATED}, {" [at] ", " [dot] ", DETECT_OBFUSCATED},
	{"[at]", "[dot]", DETECT_OBFUSCATED}, {"(at)", ".", DETECT_OBFUSCATED}, {" (at) ", "(dot)", DETECT_OBFUSCATED},
	{"{at}", "{dot}", DETECT_OBFUSCATED}, {" at ", " dot ", DETECT_OBFUSCATED},
	{" AT ", " DOT ", DETECT_OBFUSCATED}, {" chiocciola ", " punto ", DETECT_OBFUSCATED},
	{" chiocciola ", ".", DETECT_OBFUSCATED}, {" arobase ", " point ", DETECT_OBFUSCATED},
	{" arroba ", " punto ", DETECT_OBFUSCATED}, {" Klammeraffe ", " Punkt ", DETECT_OBFUSCATED},
	{" \xc3\xa4t ", " punkt ", DETECT_OBFUSCATED}, {"[@]", "[.]", DETECT_OBFUSCATED},
	{"&#64;", ".", DETECT_ENCODED}, {"&#x40;", "&#46;", DETECT_ENCODED}, {"&commat;", "&period;", DETECT_ENCODED},
	{"%40", ".", DETECT_ENCODED}, {"%40", "%2E", DETECT_ENCODED}, {"=40", ".", DETECT_ENCODED},
	{"=40", "=2E", DETECT_ENCODED}, {"\\u0040", ".", DETECT_ENCODED}, {"\\u0040", "\\u002e", DETECT_ENCODED},
	{"\xef\xbc\xa0", ".", DETECT_ENCODED}, {"\xef\xbc\xa0", "\xef\xbc\x8e", DETECT_ENCODED},
	{"@\xe2\x80\x8b", ".", DETECT_ENCODED}, {"\xc2\xad@", ".", DETECT_ENCODED}};
static const char *const before[] = {"", "mail ", "<", "(", "\"", "to:", "x\n", "a, ", ";", "\xe2\x80\x9c", "[", "\t"};
static const char *const after[] = {
	"", " now", ">", ")", "\"", "\n", ", b", "; c", "\xe2\x80\x9d", "]", "?", "!", ". End"};

struct made {
	struct st_buf text, canonical;
	size_t start, end;
	enum detect_form form;
};

static void make(struct made *made, size_t b, size_t local, size_t s, size_t domain, size_t a)
{
	made->text.size = made->canonical.size = 0;
	st_buf_add(&made->text, before[b], strlen(before[b]));
	made->start = made->text.size;
	st_buf_add(&made->text, locals[local], strlen(locals[local]));
	st_buf_add(&made->text, spellings[s].at, strlen(spellings[s].at));
	for (size_t i = 0; i < 3 && domains[domain][i]; i++) {
		if (i > 0)
			st_buf_add(&made->text, spellings[s].dot, strlen(spellings[s].dot));
		st_buf_add(&made->text, domains[domain][i], strlen(domains[domain][i]));
	}
	made->end = made->text.size;
	st_buf_add(&made->text, after[a], strlen(after[a]));
	st_buf_add(&made->canonical, locals[local], strlen(locals[local]));
	st_buf_add_byte(&made->canonical, '@');
	st_buf_add(&made->canonical, canonical_domains[domain], strlen(canonical_domains[domain]) + 1);
	made->form = spellings[s].form;
}

static bool made_is_found(const struct made *made)
{
	st_auto_free char *wanted = st_format("email_address %zu %zu %s %s\n", made->start, made->end,
		(char *)made->canonical.data, detect_form_name(made->form));
	struct collected got = collect(NULL, DETECT_EMAIL_ADDRESS, made->text.data, made->text.size, 0, 0);
	without_confidence(&got.lines);
	bool same = strcmp((char *)got.lines.data, wanted) == 0;
	if (!same)
		CHECK_FAIL("%.*s\n  wanted %s  found  %s", (int)made->text.size, (char *)made->text.data, wanted,
			(char *)got.lines.data);
	st_buf_free(&got.lines);
	return same;
}

static void an_address_is_found_in_every_spelling_and_surrounding(void)
{
	struct made made = {0};
	size_t tried = 0, wrong = 0;
	for (size_t s = 0; s < COUNT(spellings); s++)
		for (size_t local = 0; local < COUNT(locals); local++)
			for (size_t domain = 0; domain < COUNT(domains); domain++)
				for (size_t b = 0; b < COUNT(before); b++) {
					make(&made, b, local, s, domain, (b * 5 + local + domain + s) % COUNT(after));
					wrong += !made_is_found(&made);
					tried++;
				}
	st_buf_free(&made.text);
	st_buf_free(&made.canonical);
	CHECK(tried >= 10000);
	CHECK_INT(wrong, 0);
}

/* One character of the address written as an escape: the same address, encoded. */
static void any_letter_may_be_escaped(void)
{
	static const char address[] = "anna.rossi@mail.contoso.com";
	size_t wrong = 0;
	for (size_t i = 0; i + 1 < sizeof address; i++) {
		for (size_t p = 0; p < 5; p++) {
			char escape[16] = "";
			int c = address[i];
			switch (p) {
			case 0:
				snprintf(escape, sizeof escape, "&#%d;", c);
				break;
			case 1:
				snprintf(escape, sizeof escape, "&#x%x;", (unsigned)c);
				break;
			case 2:
				snprintf(escape, sizeof escape, "%%%02X", (unsigned)c);
				break;
			case 3:
				snprintf(escape, sizeof escape, "\\u%04x", (unsigned)c);
				break;
			default:
				snprintf(escape, sizeof escape, "%c\xe2\x81\xa0", c);
			}
			if (p == 4 && i + 2 == sizeof address)
				continue; /* an invisible character behind the address is no part of it */
			struct made made = {.start = 1, .form = DETECT_ENCODED};
			st_auto_free char *text = st_format("<%.*s%s%s>", (int)i, address, escape, address + i + 1);
			st_buf_add(&made.text, text, strlen(text));
			st_buf_add(&made.canonical, address, sizeof address);
			made.end = made.text.size - 1;
			wrong += !made_is_found(&made);
			st_buf_free(&made.text);
			st_buf_free(&made.canonical);
		}
	}
	CHECK_INT(wrong, 0);
}

static void inner_domains_count_less_and_still_count(void)
{
	static const struct {
		const char *text;
		unsigned low, high;
	} rows[] = {{"anna@contoso.com", 95, 100}, {"anna@contoso.local", 50, 94}, {"anna@contoso.test", 50, 94},
		{"anna@contoso.corp", 50, 94}, {"anna @ contoso . lan", 50, 80}, {"xyz @contoso com", 50, 80}};
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct collected got = collect(NULL, DETECT_EMAIL_ADDRESS, rows[i].text, strlen(rows[i].text), 0, 0);
		unsigned confidence =
			got.count == 1 ? (unsigned)strtoul(strrchr((char *)got.lines.data, ' '), NULL, 10) : 0;
		if (confidence < rows[i].low || confidence > rows[i].high)
			CHECK_FAIL("%s: confidence %u", rows[i].text, confidence);
		st_buf_free(&got.lines);
	}
}

/* --- isemail: RFC syntax, where present --- */

static void valid_addresses_of_the_isemail_tests_are_found_whole(void)
{
	const char *path = CASES_FOLDER "/../../../../shared/data/email-syntax/isemail-tests.xml";
	FILE *file = fopen(path, "r");
	if (!file)
		SKIP("../shared/data/email-syntax is not here");
	char *line = NULL, address[512] = "";
	size_t capacity = 0, valid = 0, found = 0;
	while (getline(&line, &capacity, file) > 0) {
		const char *open = strstr(line, "<address>"), *close = strstr(line, "</address>");
		if (open && close && (size_t)(close - open) < sizeof address)
			snprintf(address, sizeof address, "%.*s", (int)(close - open - 9), open + 9);
		if (!strstr(line, ">ISEMAIL_VALID_CATEGORY<") || strchr(address, '&') || strchr(address, '"') ||
			!*address)
			continue;
		const char *at = strchr(address, '@');
		if (!at || !(strstr(at, ".com") || strstr(at, ".org")))
			continue;
		struct collected got = collect(NULL, DETECT_EMAIL_ADDRESS, address, strlen(address), 0, 0);
		st_auto_free char *whole = st_format("email_address 0 %zu ", strlen(address));
		valid++;
		found += strncmp((char *)got.lines.data, whole, strlen(whole)) == 0;
		st_buf_free(&got.lines);
	}
	free(line);
	fclose(file);
	CHECK(valid > 0);
	/* contract 4 ends a local part at '=' and prose ends one at / ? ` { | } and at marks before the name */
	CHECK(found * 10 >= valid * 7);
}

int main(void)
{
	RUN(every_form_of_an_address_is_found_whole);
	RUN(what_only_looks_like_an_address_is_not_found);
	RUN(an_address_is_found_in_every_spelling_and_surrounding);
	RUN(any_letter_may_be_escaped);
	RUN(inner_domains_count_less_and_still_count);
	RUN(valid_addresses_of_the_isemail_tests_are_found_whole);
	CHECK_END();
}
