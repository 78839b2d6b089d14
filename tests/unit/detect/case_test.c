/* Templates of case numbers: which values have one, and which are no evidence for it. */
#include "check.h"

#include "detect/detect.h"

struct row {
	const char *value, *template; /* NULL: none */
	bool year;
};

static const struct row rows[] = {
	{"PRJ-2024-0131", "PRJ-0000-0000", false},
	{"PRJ-24-0131", "PRJ-00-0000", false},
	{"NW/24/0131", "NW/00/0000", false},
	{"INC#0012345", "INC#0000000", false},
	{"ABC_2023_0012", "ABC_0000_0000", false},
	{"2023-CRIM-9738", "0000-CRIM-0000", false},
	{"22/CV/1234", "00/CV/0000", false},
	{"TCK-4711", "TCK-0000", false},
	{"TCK-2019", "TCK-0000", true},
	{"TCK-2119", "TCK-0000", false},
	{"SR-123456", "SR-000000", false},
	{"ABCDEFGHIJ-1234", "ABCDEFGHIJ-0000", false},
	{"FACE-123456", "FACE-000000", false},
	/* no shape */
	{"", NULL, false},
	{"-", NULL, false},
	{"PRJ", NULL, false},
	{"PRJ-", NULL, false},
	{"-1234", NULL, false},
	{"PRJ2024", NULL, false},
	{"PRJ-1234-", NULL, false},
	{"PRJ--1234", NULL, false},
	{"PRJ-1234-A", NULL, false},
	{"PRJ-1-2-3-4567", NULL, false},
	{"PRJ:1234", NULL, false},
	{"prj-1234", NULL, false},
	{"A-1234", NULL, false},
	{"ABCDEFGHIJK-1234", NULL, false},
	{"PRJ-123", NULL, false},
	{"PRJ-2024-01", NULL, false},
	{"PRJ-123456789012345678901", NULL, false},
	{"119122400001234", NULL, false},
	{"5:23-MC-07835-CVN", NULL, false},
	{"123-ABC-1234", NULL, false},
	/* postal codes, constants, hexadecimal pieces, dates */
	{"CH-8001", NULL, false},
	{"CA-94105", NULL, false},
	{"SPEED_10000", NULL, false},
	{"FEED-0001", NULL, false},
	{"LOG-2019-12-05", NULL, false},
	{"LOG-05-12-2019", NULL, false},
	{"BACKUP-20191205", NULL, false},
	{"BACKUP-20191205120000", NULL, false},
	/* public references, and what counts other things */
	{"CVE-2024-1234", NULL, false},
	{"RFC-2822", NULL, false},
	{"ISO-8859", NULL, false},
	{"SHA-5120", NULL, false},
	{"2019-CVE-1234", NULL, false},
	{"KB-4012345", NULL, false},
	{"TEL-0123456", NULL, false},
	{"ORA-00942", NULL, false},
	{"PORT-8080", NULL, false},
};

static void letters_sign_and_digits_have_a_template(void)
{
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		uint8_t template[DETECT_TEMPLATE_BYTES];
		bool year = true;
		/* alone on the heap, so that the sanitizers see a step over its end */
		size_t size = strlen(rows[i].value), wanted = rows[i].template != NULL ? strlen(rows[i].template) : 0;
		st_auto_free uint8_t *value = st_alloc(size > 0 ? size : 1);
		memcpy(value, rows[i].value, size);
		size_t got = detect_case_template((struct st_span){value, size}, template, &year);
		if (got != wanted || (got > 0 && memcmp(template, rows[i].template, got) != 0))
			CHECK_FAIL("\"%s\": the template is \"%.*s\"", rows[i].value, (int)got, (const char *)template);
		else if (year != rows[i].year)
			CHECK_FAIL("\"%s\": %s a year", rows[i].value, year ? "is" : "is not");
	}
}

static void a_nul_is_no_sign(void)
{
	uint8_t value[] = "12-AB-1234", template[DETECT_TEMPLATE_BYTES];
	bool year;
	for (size_t i = 0; i + 1 < sizeof value; i++) {
		uint8_t kept = value[i];
		value[i] = 0;
		CHECK_INT(detect_case_template((struct st_span){value, sizeof value - 1}, template, &year), 0);
		value[i] = kept;
	}
}

static void longer_values_than_any_token_have_none(void)
{
	uint8_t value[DETECT_TEMPLATE_BYTES + 1], template[DETECT_TEMPLATE_BYTES];
	bool year;
	memset(value, '1', sizeof value);
	memcpy(value, "PRJ-", 4);
	for (size_t size = 0; size <= sizeof value; size++) {
		size_t got = detect_case_template((struct st_span){value, size}, template, &year);
		CHECK(got == 0 || got == size);
		CHECK_INT(got > 0, size >= 8 && size <= 24);
	}
}

int main(void)
{
	RUN(letters_sign_and_digits_have_a_template);
	RUN(a_nul_is_no_sign);
	RUN(longer_values_than_any_token_have_none);
	CHECK_END();
}
