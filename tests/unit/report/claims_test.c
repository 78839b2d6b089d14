/* Files of claims, and the sentence beside each. */
#include "report/claims.h"

#include "check.h"

struct read {
	struct report_claim *claims;
	size_t count;
	enum st_status status;
	struct st_error err;
};

static struct read read_text(const void *text, size_t size)
{
	struct read read = {0};
	read.status = report_claims_read((struct st_span){text, size}, &read.claims, &read.count, &read.err);
	return read;
}

static void both_forms_of_the_file_say_the_same(void)
{
	static const char lines[] =
		"# press\n\n e-mails\t335,000\tblog, 19 Oct\t\"335,000+ e-mails\"\r\nbytes\t2.4 TB\tblog\t2.4 TB";
	static const char json[] =
		"\n[{\"claim\":\"\\\"335,000+ e-mails\\\"\",\"unit\":\"e-mails\",\"value\":335000,"
		"\"source\":\"blog, 19 Oct\",\"seen\":\"in print\"},\n"
		"{\"value\":\"2.4 TB\",\"claim\":\"2.4 TB\",\"unit\":\"bytes\",\"source\":\"blog\"}]";
	const struct {
		const char *text;
		size_t size;
	} files[] = {{lines, sizeof lines - 1}, {json, sizeof json - 1}};
	for (size_t i = 0; i < 2; i++) {
		struct read read = read_text(files[i].text, files[i].size);
		if (read.status != ST_OK)
			CHECK_FAIL("%s: %s", files[i].text, read.err.what);
		CHECK_INT(read.count, 2);
		CHECK_TEXT(read.claims[0].claim, "\"335,000+ e-mails\"");
		CHECK_TEXT(read.claims[0].unit, "e-mails");
		CHECK_TEXT(read.claims[0].source, "blog, 19 Oct");
		CHECK_INT(read.claims[0].value, 335000);
		CHECK_INT(read.claims[1].value, 2400000000000);
		report_claims_free(read.claims, read.count);
	}
}

static void what_is_no_claim_is_refused_by_its_place_and_not_repeated(void)
{
	static const struct {
		const char *text, *says;
	} rows[] = {
		{"users\t5\tsecret-source", "claims: line 1: a line is unit, value, source and claim"},
		{"users\t5\ta\tb\tc", "claims: line 1: a line is unit"},
		{"#\nusers\tmany\ta\tb", "claims: line 2: the value is a whole number"},
		{"users\t-5\ta\tb", "claims: line 1: the value"},
		{"users\t5.5\ta\tb", "claims: line 1: the value"},
		{"users\t33,5000\ta\tb", "claims: line 1: the value"},
		{"users\t3350,000\ta\tb", "claims: line 1: the value"},
		{"users\t99999999999999999999\ta\tb", "claims: line 1: the value"},
		{"bytes\t99999999999 PB\ta\tb", "claims: line 1: the value"},
		{"users\t5\t\tb", "claims: line 1: unit, source and claim are texts"},
		{"users\t5\t\xff\tb", "claims: line 1: unit, source and claim are texts"},
		{"[{\"claim\":\"a\"}]", "claims: claim 1: a claim has the fields"},
		{"[{\"claim\":\"a\",\"claim\":\"b\"}]", "claims: claim 1: a field stands twice"},
		{"[{\"claim\":{}}]", "claims: claim 1: not a JSON array"},
		{"[[", "claims: claim 0: not a JSON array"},
		{"[", "claims: claim 0: not a JSON array"},
		{"[5]", "claims: claim 0: not a JSON array"},
		{"[{\"unit\":null}]", "claims: claim 1: not a JSON array"},
		{"[{\"unit\":\"a", "claims: claim 1: not a JSON array"},
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct read read = read_text(rows[i].text, strlen(rows[i].text));
		if (read.status != ST_WRONG || strncmp(read.err.what, rows[i].says, strlen(rows[i].says)) != 0)
			CHECK_FAIL("%s: %d, %s", rows[i].text, (int)read.status, read.err.what);
		CHECK(read.claims == NULL && read.count == 0);
	}
}

static void a_file_has_a_ceiling_and_a_number_of_claims(void)
{
	st_auto_buf struct st_buf file = {0};
	for (int i = 0; i < CEIL_CLAIMS; i++)
		st_buf_format(&file, "users\t%d\ta\tb\n", i);
	struct read full = read_text(file.data, file.size);
	CHECK_INT(full.count, CEIL_CLAIMS);
	report_claims_free(full.claims, full.count);
	st_buf_format(&file, "users\t1\ta\tb\n");
	CHECK_INT(read_text(file.data, file.size).status, ST_WRONG);
	st_buf_reserve(&file, CEIL_CLAIMS_FILE_BYTES + 1);
	memset(file.data, '\n', CEIL_CLAIMS_FILE_BYTES + 1);
	CHECK_INT(read_text(file.data, CEIL_CLAIMS_FILE_BYTES + 1).status, ST_WRONG);
	CHECK_INT(read_text("", 0).count, 0);
}

static void check_sentence(const struct report *report, const char *unit, uint64_t value, const char *want)
{
	st_auto_free char *copy = st_strndup(unit, strlen(unit));
	struct report_claim claim = {.unit = copy, .value = value};
	struct claim_ours ours;
	st_auto_buf struct st_buf sentence = {0};
	report_claim_ours(report, &claim, &ours);
	report_claim_difference(report, &claim, &ours, &sentence);
	st_buf_add_byte(&sentence, 0);
	if (strcmp((const char *)sentence.data, want) != 0)
		CHECK_FAIL("%s %" PRIu64 ":\n%s\nnot\n%s", unit, value, (const char *)sentence.data, want);
}

static void each_claim_stands_beside_the_figure_of_its_unit(void)
{
	struct report_unit units[] = {{"message", 335012, 133211}, {"project", 133000, 41250}};
	struct report_kind kinds[] = {{"email_address", 548000, 400000, 71500}};
	struct report report = {.units = units,
		.unit_count = 2,
		.kinds = kinds,
		.kind_count = 1,
		.records_raw = 900000,
		.records_distinct = 400000,
		.persons = {70100, 71000, 71500},
		.organizations = {500, 500, 500},
		.bytes_listed = 2400000000000,
		.bytes_read = 2400000000000,
		.listed = 10,
		.read = 10};
	static const struct {
		const char *unit;
		uint64_t value;
		const char *sentence;
	} rows[] = {
		{"e-mails", 335000,
			"Claimed 335,000 e-mails; we count 335,012 messages as stored, 133,211 distinct: the claim "
			"counts "
			"copies, 201,801 of them repeats."},
		{"messages", 133000,
			"Claimed 133,000 messages; we count 335,012 messages as stored, 133,211 distinct: the claim "
			"counts each "
			"once, as we do."},
		{"Projects", 133000,
			"Claimed 133,000 Projects; we count 133,000 projects as stored, 41,250 distinct: the claim "
			"counts copies, "
			"91,750 of them repeats."},
		{"projects", 50000,
			"Claimed 50,000 projects; we count 133,000 projects as stored, 41,250 distinct: the claim lies "
			"between: it "
			"counts 8,750 of the 91,750 repeats, or something else."},
		{"projects", 1000,
			"Claimed 1,000 projects; we count 133,000 projects as stored, 41,250 distinct: the claim "
			"leaves out 40,250 "
			"that we count once each."},
		{"projects", 200000,
			"Claimed 200,000 projects; we count 133,000 projects as stored, 41,250 distinct: the claim is "
			"67,000 more "
			"than we count, though everything listed was read."},
		{"users", 548000,
			"Claimed 548,000 users; we count 70,100 to 71,500 persons, best 71,000: the claim is 476,500 "
			"more than we "
			"count, though everything listed was read: it is the number of mentions of the kind email "
			"address; one "
			"value may be mentioned many times."},
		{"people", 900000,
			"Claimed 900,000 people; we count 70,100 to 71,500 persons, best 71,000: the claim is 828,500 "
			"more than we "
			"count, though everything listed was read: it is the number of records, every copy counted; "
			"records are no "
			"persons."},
		{"persons", 71200,
			"Claimed 71,200 persons; we count 70,100 to 71,500 persons, best 71,000: the claim lies within "
			"what we "
			"count."},
		{"companies", 400,
			"Claimed 400 companies; we count 500 organizations: the claim is 100 fewer than we count at "
			"least."},
		{"e-mail addresses", 548000,
			"Claimed 548,000 e-mail addresses; we count 71,500 distinct values of email address, 548,000 "
			"mentions: the "
			"claim counts mentions, 476,500 of them repeats."},
		{"bytes", 2400000000000,
			"Claimed 2.40 TB; we count 2.40 TB listed, 2.40 TB read: the claim agrees with what was "
			"listed."},
		{"iban", 3,
			"Claimed 3 iban; we count 0 ibans as stored, 0 distinct: the claim is 3 more than we count, "
			"though "
			"everything listed was read."},
		{"invoices", 3,
			"Claimed 3 invoices; we count nothing by this unit, so we can neither confirm it nor deny it."},
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		check_sentence(&report, rows[i].unit, rows[i].value, rows[i].sentence);
}

static void a_claim_beyond_ours_names_what_was_not_read(void)
{
	struct report report = {.records_raw = 10, .records_distinct = 5, .unread = 2, .partial = 1};
	static char unit[] = "records";
	struct report_claim claim = {.unit = unit, .value = 100};
	struct claim_ours ours;
	st_auto_buf struct st_buf sentence = {0};
	report_claim_ours(&report, &claim, &ours);
	report_claim_difference(&report, &claim, &ours, &sentence);
	st_buf_add_byte(&sentence, 0);
	CHECK_TEXT((const char *)sentence.data, "Claimed 100 records; we count 10 records as stored, 5 distinct: the "
						"claim is 90 more than we count; 3 objects "
						"were not read, or only in part, and we cannot tell what they hold.");
}

int main(void)
{
	RUN(both_forms_of_the_file_say_the_same);
	RUN(what_is_no_claim_is_refused_by_its_place_and_not_repeated);
	RUN(a_file_has_a_ceiling_and_a_number_of_claims);
	RUN(each_claim_stands_beside_the_figure_of_its_unit);
	RUN(a_claim_beyond_ours_names_what_was_not_read);
	CHECK_END();
}
