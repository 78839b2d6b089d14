/*
 * Telephone numbers, cards, accounts and addresses through the engine: every row of tests/cases/detect, whole and cut
 * into small blocks, and the example numbers of libphonenumber where its metadata is at hand.
 */
#include <errno.h>
#include <fcntl.h>

#include "check.h"
#include "collect.h"

#include "base/ceilings.h"

#ifndef CASES_FOLDER
#error "the build says where tests/cases/detect is"
#endif

#define OPEN_MARK "\xe2\x9f\xa6"
#define CLOSE_MARK "\xe2\x9f\xa7"

/* Undoes \n \t \r \\ and \xNN of the case files; returns the bytes it wrote. */
static size_t unescape(const char *from, const char *end, char *out)
{
	size_t size = 0;
	while (from < end) {
		if (*from != '\\' || from + 1 == end) {
			out[size++] = *from++;
			continue;
		}
		char mark = from[1];
		from += 2;
		if (mark == 'x') {
			char hex[3] = {from[0], from[1], 0};
			out[size++] = (char)strtoul(hex, NULL, 16);
			from += 2;
		} else {
			out[size++] = mark == 'n' ? '\n' : mark == 't' ? '\t' : mark == 'r' ? '\r' : mark;
		}
	}
	return size;
}

struct row {
	char region[8];
	char text[4096];
	size_t size;
	char wanted[4096]; /* "kind start end canonical form" a line */
};

/* A row: region or -, the text with its mentions in double brackets, then canonical and form of each. */
static bool read_row(const char *line, const char *kind, struct row *row)
{
	memset(row, 0, sizeof *row);
	const char *text = strchr(line, '\t');
	if (!text || text - line >= (long)sizeof row->region)
		return false;
	memcpy(row->region, line, (size_t)(text - line));
	text++;
	const char *end = text + strcspn(text, "\t\n"), *column = end;
	size_t start = 0, used = 0;
	while (text < end) {
		const char *mark = text;
		while (mark < end && strncmp(mark, OPEN_MARK, 3) != 0 && strncmp(mark, CLOSE_MARK, 3) != 0)
			mark++;
		row->size += unescape(text, mark, row->text + row->size);
		text = mark == end ? end : mark + 3;
		if (mark < end && strncmp(mark, OPEN_MARK, 3) == 0)
			start = row->size;
		if (mark == end || strncmp(mark, CLOSE_MARK, 3) != 0)
			continue;
		int canonical = (int)strcspn(column + 1, "\t\n");
		const char *form = column + 1 + canonical;
		int form_size = (int)strcspn(form + 1, "\t\n");
		used += (size_t)snprintf(row->wanted + used, sizeof row->wanted - used, "%s %zu %zu %.*s %.*s\n", kind,
			start, row->size, canonical, column + 1, form_size, form + 1);
		column = form + 1 + form_size;
	}
	return true;
}

/* The lines found, without the confidence at their ends, which the case files do not state. */
static void without_confidence(const struct collected *got, char *out, size_t capacity)
{
	const char *line = (const char *)got->lines.data, *end = line + got->lines.size;
	size_t used = 0;
	out[0] = 0;
	while (line < end) {
		const char *stop = memchr(line, '\n', (size_t)(end - line));
		const char *last = stop;
		while (*last != ' ')
			last--;
		used += (size_t)snprintf(out + used, capacity - used, "%.*s\n", (int)(last - line), line);
		line = stop + 1;
	}
}

static void row_holds(const char *line, enum detect_kind kind)
{
	static struct row row;
	static char found[8192];
	if (!read_row(line, detect_kind_name(kind), &row)) {
		CHECK_FAIL("row not understood: %s", line);
		return;
	}
	const char *const regions[] = {row.region, NULL};
	struct detect_options options = {.regions = row.region[0] == '-' ? NULL : regions};
	static const size_t blocks[] = {0, 1, 7, 64, 4096, 0};
	for (size_t i = 0; i < sizeof blocks / sizeof *blocks; i++) {
		options.byte_by_byte = i == 5;
		struct collected got = collect(&options, (int)kind, row.text, row.size, blocks[i], 0);
		without_confidence(&got, found, sizeof found);
		if (strcmp(found, row.wanted) != 0 || got.unsorted || got.wrong_text)
			CHECK_FAIL("in blocks of %zu: %s  wanted %s  found %s", blocks[i], line, row.wanted, found);
		st_buf_free(&got.lines);
	}
}

static void every_row_of(enum detect_kind kind, const char *name, size_t at_least)
{
	st_auto_free char *path = st_format("%s/%s/%s", CASES_FOLDER, detect_kind_name(kind), name);
	FILE *file = fopen(path, "r");
	if (!file) {
		CHECK_FAIL("%s: %s", path, strerror(errno));
		return;
	}
	char *line = NULL;
	size_t capacity = 0, rows = 0;
	while (getline(&line, &capacity, file) > 0) {
		if (line[0] == '#' || line[0] == '\n')
			continue;
		row_holds(line, kind);
		rows++;
	}
	free(line);
	fclose(file);
	CHECK(rows >= at_least);
}

static void numbers_of_sixty_territories_are_found_as_written_abroad_and_at_home(void)
{
	every_row_of(DETECT_PHONE_NUMBER, "territories.tsv", 60);
}

static void telephone_numbers_are_found_whole(void)
{
	every_row_of(DETECT_PHONE_NUMBER, "hit.tsv", 15);
}

static void what_only_looks_like_a_telephone_number_is_not_found(void)
{
	every_row_of(DETECT_PHONE_NUMBER, "miss.tsv", 30);
}

static void cards_accounts_and_addresses_are_found_whole(void)
{
	every_row_of(DETECT_PAYMENT_CARD, "hit.tsv", 8);
	every_row_of(DETECT_IBAN, "hit.tsv", 8);
	every_row_of(DETECT_IP_ADDRESS, "hit.tsv", 8);
	every_row_of(DETECT_URL, "hit.tsv", 25);
	every_row_of(DETECT_SECRET, "hit.tsv", 25);
	every_row_of(DETECT_NATIONAL_ID, "hit.tsv", 30);
	every_row_of(DETECT_VAT_NUMBER, "hit.tsv", 45);
	every_row_of(DETECT_CASE_NUMBER, "hit.tsv", 35);
	every_row_of(DETECT_DATE_OF_BIRTH, "hit.tsv", 40);
	every_row_of(DETECT_POSTAL_ADDRESS, "hit.tsv", 30);
	every_row_of(DETECT_ORGANIZATION_NAME, "hit.tsv", 35);
}

static void what_only_looks_like_one_is_not_found(void)
{
	every_row_of(DETECT_PAYMENT_CARD, "miss.tsv", 8);
	every_row_of(DETECT_IBAN, "miss.tsv", 8);
	every_row_of(DETECT_IP_ADDRESS, "miss.tsv", 8);
	every_row_of(DETECT_URL, "miss.tsv", 15);
	every_row_of(DETECT_SECRET, "miss.tsv", 20);
	every_row_of(DETECT_NATIONAL_ID, "miss.tsv", 40);
	every_row_of(DETECT_VAT_NUMBER, "miss.tsv", 30);
	every_row_of(DETECT_CASE_NUMBER, "miss.tsv", 40);
	every_row_of(DETECT_DATE_OF_BIRTH, "miss.tsv", 40);
	every_row_of(DETECT_POSTAL_ADDRESS, "miss.tsv", 40);
	every_row_of(DETECT_ORGANIZATION_NAME, "miss.tsv", 40);
}

static void names_stand_where_something_beside_them_says_so(void)
{
	every_row_of(DETECT_PERSON_NAME, "hit.tsv", 38);
}

static void teams_products_places_and_unsupported_words_are_no_names(void)
{
	every_row_of(DETECT_PERSON_NAME, "miss.tsv", 24);
}

static void a_card_inside_an_account_number_is_the_account_number(void)
{
	static const char text[] = "DE89 3704 0044 0532 0130 00, tel. +49 30 123456, 93.184.216.34";
	struct collected got = collect(NULL, -1, text, sizeof text - 1, 0, 0);
	const char *wanted = "iban 0 27 DE89370400440532013000 plain 98\n"
			     "phone_number 34 47 +4930123456 plain 95\n"
			     "ip_address 49 62 93.184.216.34 plain 90\n";
	if (strcmp((char *)got.lines.data, wanted) != 0)
		CHECK_FAIL("found %s", (char *)got.lines.data);
	st_buf_free(&got.lines);
}

/* A table with these names above its columns, told as a reader of tables tells it. */
static struct collected collect_table(const char *const names[2], const char *text, size_t block)
{
	struct collected into = {.input = (const uint8_t *)text, .only = -1};
	struct detect *detect = detect_open(NULL, collect_mention, &into);
	for (int again = 0; again < 2; again++) { /* what an input before told is forgotten */
		unsigned columns[2], cell = 0;
		into.lines.size = 0;
		into.last_end = 0;
		for (size_t i = 0; i < 2; i++)
			columns[i] = detect_field_name(
				detect, (struct st_span){(const uint8_t *)names[i], strlen(names[i])});
		detect_field_begins(detect, 0, columns[0]);
		for (const char *at = strpbrk(text, ";\n"); at; at = strpbrk(at + 1, ";\n"))
			detect_field_begins(detect, (uint64_t)(at - text) + 1, columns[++cell % 2]);
		collect_feed(detect, text, strlen(text), block, 0);
	}
	detect_close(detect);
	st_buf_add_byte(&into.lines, 0);
	return into;
}

static void the_name_of_a_column_is_a_label_of_its_values(void)
{
	static const struct {
		const char *names[2], *text, *wanted;
	} rows[] = {
		{{"order", "ssn"}, "536904399;536904399\n536904399;536904399",
			"national_id 10 19 536904399 plain 97\nnational_id 30 39 536904399 plain 97\n"},
		{{"codice", "nhsNumber"}, "9434765919;9434765919", "national_id 11 21 9434765919 plain 97\n"},
		{{"id", "Numéro de carte"}, "4111111111111111;4111111111111111",
			"payment_card 17 33 4111111111111111 plain 97\n"},
		{{"P. IVA", "n"}, "00743110157;00743110157", "vat_number 0 11 IT00743110157 plain 97\n"},
		{{"", "123"}, "536904399;536904399", ""},
		{{"id", "Date of birth"}, "12345;1985-03-12\n12346;25/12/1990",
			"date_of_birth 6 16 1985-03-12 plain 95\ndate_of_birth 23 33 1990-12-25 plain 95\n"},
		{{"data_nascita", "n"}, "x;1\n12/03/1985;2\n1985-03-12;3",
			"date_of_birth 4 14 1985-03-12 plain 95\ndate_of_birth 17 27 1985-03-12 plain 95\n"},
		{{"Ticket ID", "n"}, "48213;1\n48214;2",
			"case_number 0 5 48213 plain 90\ncase_number 8 13 48214 plain 90\n"},
		{{"n", "numéro de dossier"}, "1;22/01234", "case_number 2 10 22/01234 plain 90\n"},
	};
	static const size_t blocks[] = {0, 1, 7};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		for (size_t b = 0; b < 3; b++) {
			struct collected got = collect_table(rows[i].names, rows[i].text, blocks[b]);
			if (strcmp((char *)got.lines.data, rows[i].wanted) != 0)
				CHECK_FAIL("%s under %s, %s: found %s", rows[i].text, rows[i].names[0],
					rows[i].names[1], (char *)got.lines.data);
			st_buf_free(&got.lines);
		}
}

/* The value of an attribute of the tag at `tag`, which may span lines; empty when it is not there. */
static void attribute(const char *tag, const char *name, char out[16])
{
	st_auto_free char *wanted = st_format("%s=\"", name);
	const char *end = strchr(tag, '>'), *value = strstr(tag, wanted);
	out[0] = 0;
	if (!value || value > end)
		return;
	value += strlen(wanted);
	snprintf(out, 16, "%.*s", (int)strcspn(value, "\""), value);
}

static bool is_found(const char *text, const char *region, const char *canonical)
{
	const char *const regions[] = {region, NULL};
	struct detect_options options = {.regions = region ? regions : NULL};
	struct collected got = collect(&options, DETECT_PHONE_NUMBER, text, strlen(text), 0, 0);
	st_auto_free char *wanted = st_format(" %s plain ", canonical);
	bool found = got.count == 1 && strstr((char *)got.lines.data, wanted);
	st_buf_free(&got.lines);
	if (!found)
		CHECK_FAIL("\"%s\" in %s is not found as %s", text, region ? region : "no region", canonical);
	return found;
}

/* One example number as people write it abroad and at home; the number of spellings found. */
static size_t spellings_found(const char *region, const char *code, const char *prefix, const char *number)
{
	st_auto_free char *canonical = st_format("+%s%s", code, number);
	st_auto_free char *spaced = st_format("call +%s %s now", code, number);
	st_auto_free char *grouped = st_format("+%s %.3s-%s", code, number, number + 3);
	st_auto_free char *zeros = st_format("00%s %s", code, number);
	st_auto_free char *uri = st_format("tel:+%s-%.2s-%s;ext=7", code, number, number + 2);
	st_auto_free char *labelled = st_format("Tel. %s%s", prefix, number);
	st_auto_free char *home = st_format("{\"phone\":\"%s%.3s %s\"}", prefix, number, number + 3);
	size_t found = (size_t)is_found(canonical, NULL, canonical) + is_found(spaced, NULL, canonical) +
		       is_found(grouped, NULL, canonical) + is_found(zeros, NULL, canonical) +
		       is_found(uri, NULL, canonical);
	if (strcmp(region, "001") == 0)
		return found;
	return found + is_found(labelled, region, canonical) + is_found(home, region, canonical);
}

static void every_example_number_of_libphonenumber_is_found(void)
{
	st_auto_close int fd = open(CASES_FOLDER "/../../../../shared/data/phone/PhoneNumberMetadata.xml", O_RDONLY);
	if (fd < 0)
		SKIP("../shared/data absent");
	st_auto_buf struct st_buf xml = {0};
	st_buf_reserve(&xml, 2 * MIB);
	ssize_t size = st_pread_full(fd, xml.data, 2 * MIB - 1, 0);
	CHECK(size > 0);
	xml.data[size] = 0;
	char region[16] = "", code[16] = "", prefix[16] = "";
	size_t examples = 0, wrong = 0;
	for (const char *at = strstr((char *)xml.data, "<territories>"); at; at = strchr(at + 1, '<')) {
		if (strncmp(at, "<territory ", 11) == 0) {
			attribute(at, "id", region);
			attribute(at, " countryCode", code);
			attribute(at, " nationalPrefix", prefix);
		}
		if (strncmp(at, "<exampleNumber>", 15) != 0)
			continue;
		st_auto_free char *number = st_format("%.*s", (int)strcspn(at + 15, "<"), at + 15);
		examples++;
		wrong += spellings_found(region, code, prefix, number) < (strcmp(region, "001") == 0 ? 5u : 7u);
	}
	CHECK(examples > 1000);
	CHECK_INT(wrong, 0);
}

int main(void)
{
	RUN(telephone_numbers_are_found_whole);
	RUN(numbers_of_sixty_territories_are_found_as_written_abroad_and_at_home);
	RUN(what_only_looks_like_a_telephone_number_is_not_found);
	RUN(cards_accounts_and_addresses_are_found_whole);
	RUN(what_only_looks_like_one_is_not_found);
	RUN(names_stand_where_something_beside_them_says_so);
	RUN(teams_products_places_and_unsupported_words_are_no_names);
	RUN(a_card_inside_an_account_number_is_the_account_number);
	RUN(the_name_of_a_column_is_a_label_of_its_values);
	RUN(every_example_number_of_libphonenumber_is_found);
	CHECK_END();
}
