/*
 * The formats, against reports written down and read by eye: golden/NAME.{txt,json,csv}. STAUNCH_UPDATE_GOLDEN=1 writes
 * them anew, to be read again.
 */
#include "base/utf8.h"
#include "report/report.h"

#include "check.h"

#define HOSTILE                                  \
	"x\n\x1b[31m<script>=1+1,\"\xe2\x80\xae" \
	"\xff"

static uint32_t all_stores[] = {0, 1, 2, 3, 4}, two_stores[] = {0, 1};
static uint64_t all_distinct[] = {2000, 2000, 2000, 2000, 2000}, two_distinct[] = {7, 7};
static char blob_target[] = "https://northwind.blob.core.windows.net/b***";
static char database_target[] = "postgresql://db-with-a-rather-long-name.northwind.example/h***";
static char hostile_path[] = "es-1:/a.zip!/b%0A%1B.csv";

static void fill_stores(struct report_store *stores, size_t count)
{
	static const char *const names[] = {"leak/es-1", "leak/es-2", "leak/es-3", "leak/es-4", "leak/es-5"};
	for (size_t i = 0; i < count; i++) {
		stores[i] = (struct report_store){.name = names[i],
			.started_at = 1577869200,
			.finished_at = 1577869260,
			.raw = 2100,
			.distinct = 2000,
			.within = 100};
		memset(stores[i].manifest_sha256, (int)i, ST_SHA256_BYTES);
	}
}

static void add_unread(struct report *report)
{
	static struct report_unread rows[] = {
		{.object = 4, .status = ST_UNREAD, .reason = ST_REASON_CRASH, .detail = "SIGSEGV"},
		{.object = 9,
			.member = true,
			.path = hostile_path,
			.status = ST_PARTIAL,
			.reason = ST_REASON_TRUNCATED},
	};
	report->unread = 311;
	report->partial = 9;
	report->unread_objects[ST_REASON_ENCRYPTED] = 187;
	report->unread_bytes[ST_REASON_ENCRYPTED] = 910000000;
	report->unread_objects[ST_REASON_CRASH] = 124;
	report->unread_bytes[ST_REASON_CRASH] = 690000000;
	report->members_unread[ST_REASON_TRUNCATED] = 3;
	report->unread_rows = rows;
	report->unread_row_count = 2;
	report->bytes_listed = 48200000000;
	report->not_searched_bytes = 214000000;
}

static const char options[] = "{\"own_domain\":[\"northwind.example\"]}";

static struct report_unit units[] = {{"document", 10000, 2001}, {"row", 389392, 344683}};

static struct report_difference differing[] = {
	{3, 13, 1, NULL, 183402, NULL}, {0, 3, 4, "leak/es-1:/cases-002.jsonl", 237, "4-000053"}};

static struct report example(struct report_store stores[5])
{
	static struct tally tallies[] = {
		{TALLY_COUNTRIES, "IT",
			{[TALLY_PERSONS] = 41000,
				[TALLY_ORGANIZATIONS] = 3000,
				[TALLY_BY_PHONE] = 1000,
				[TALLY_BY_CCTLD] = 40000}},
		{TALLY_COUNTRIES, "GB", {[TALLY_PERSONS] = 117, [TALLY_BY_NATIONAL_ID] = 117}},
		{TALLY_COUNTRIES, "unknown", {[TALLY_PERSONS] = 43000, [TALLY_ORGANIZATIONS] = 3480}},
		{TALLY_CATEGORIES, "contact", {[TALLY_PERSONS] = 84117, [TALLY_RECORDS] = 346684}},
		{TALLY_CATEGORIES, "special categories", {[TALLY_PERSONS] = 12, [TALLY_RECORDS] = 9}},
		{TALLY_SPECIAL, "health", {[TALLY_RECORDS] = 9, [TALLY_MENTIONS] = 9}},
		{TALLY_LABELS, "strictly confidential", {[TALLY_RECORDS] = 20, [TALLY_MENTIONS] = 31}},
		{TALLY_DOCUMENTS, "statement of work", {[TALLY_RECORDS] = 3}},
		{TALLY_SPEAKERS, "customer",
			{[TALLY_RECORDS] = 2001, [TALLY_MENTIONS] = 4002, [TALLY_VALUES_SAID] = 77}},
	};
	static struct report_kind kinds[] = {
		{"email_address", 1946022, 400123, 93870}, {"iban", 3, 2, 1}, {"payment_card", 97, 40, 9000}};
	static struct report_copy copies[] = {{.stores = all_stores,
		.distinct = all_distinct,
		.store_count = 5,
		.shared = 1999,
		.differing_total = 2,
		.differing = differing,
		.differing_count = 2}};
	static struct report_lead leads[] = {
		{.type = LEAD_AZURE_BLOB,
			.credential = LEAD_CREDENTIAL_ACCESS_SIGNATURE,
			.target = blob_target,
			.mentions = 1204,
			.mentions_distinct_records = 611,
			.records = 600,
			.signatures = {{"rl", "2019-02-02", 0, 1609459200}, {"r", "", 0, 1546300800}},
			.signature_count = 2,
			.places = {{0, 3, NULL}, {1, 13, "leak/es-2:/a.json"}},
			.place_count = 2},
		{.type = LEAD_DATABASE,
			.target = database_target,
			.mentions = 1,
			.mentions_distinct_records = 1,
			.records = 1}};
	fill_stores(stores, 5);
	return (struct report){.case_name = "northwind-2019-12",
		.version = "0.9.0",
		.detectors_sha256 = "9f2c41d000000000000000000000000000000000000000000000000000000000",
		.options = {(const uint8_t *)options, sizeof options - 1},
		.own_domains = "northwind.example",
		.generated_at = 1578642120,
		.stores = stores,
		.store_count = 5,
		.listed = 12485,
		.read = 12271,
		.duplicate = 214,
		.members = 1204,
		.documents = {true, 1000, 2, 990, 12},
		.bytes_listed = 46600000000,
		.bytes_read = 45900000000,
		.bytes_duplicate = 700000000,
		.records_raw = 1389392,
		.records_distinct = 346684,
		.units = units,
		.unit_count = 2,
		.kinds = kinds,
		.kind_count = 3,
		.persons = {78902, 84117, 92205},
		.staff = {1912, 1948, 2006},
		.organizations = {6215, 6480, 7004},
		.role_mailboxes = 12,
		.unlinked_phones = 5,
		.unlinked_ips = 6,
		.unlinked_names = 7,
		.copies = copies,
		.copy_count = 1,
		.tallies = {(1u << TALLY_LISTS) - 1, tallies, sizeof tallies / sizeof tallies[0]},
		.leads_known = true,
		.leads = leads,
		.lead_count = 2,
		.lead_total = 3};
}

static char *read_golden(const char *path)
{
	st_auto_buf struct st_buf text = {0};
	FILE *file = fopen(path, "rb");
	for (int byte; file != NULL && (byte = fgetc(file)) != EOF;)
		st_buf_add_byte(&text, (uint8_t)byte);
	if (file != NULL)
		fclose(file);
	return st_strndup((const char *)text.data, text.size);
}

static void compare(const char *name, const struct st_buf *got)
{
	st_auto_free char *path = st_format("%s/%s", GOLDEN, name);
	if (getenv("STAUNCH_UPDATE_GOLDEN") != NULL) {
		FILE *file = fopen(path, "wb");
		fwrite(got->data, 1, got->size, file);
		fclose(file);
	}
	st_auto_free char *want = read_golden(path), *text = st_strndup((const char *)got->data, got->size);
	if (strcmp(text, want) != 0)
		CHECK_FAIL("%s differs; now it is:\n%s", name, text);
}

static void compare_all(const struct report *report, const char *name)
{
	static const struct report_style plain = {false, false};
	st_auto_buf struct st_buf text = {0}, json = {0}, csv = {0};
	report_text(report, &plain, &text);
	report_json(report, &json);
	report_csv(report, &csv);
	st_auto_free char *text_name = st_format("%s.txt", name), *json_name = st_format("%s.json", name),
			  *csv_name = st_format("%s.csv", name);
	compare(text_name, &text);
	compare(json_name, &json);
	compare(csv_name, &csv);
}

/* A store that others saw first, closed and open again; one that was never open. */
static void add_windows(struct report *report)
{
	static char exports[] = "https://northwind.blob.example:443/exports",
		    cache[] = "redis://cache.northwind.example:6379", engines[] = "shadowserver, an index",
		    nobody[] = "";
	static struct report_window windows[] = {{.opened_after = {"check", 1575338400},
							 .opened_by = {"sighting", 1577524500},
							 .closed_after = {"check", 1577740200},
							 .closed_by = {"check", 1577783700},
							 .confirmed = true,
							 .opens = 3,
							 .sightings = 2,
							 .sighted_first = 1577524500,
							 .sighted_last = 1577600000},
		{.opened_after = {"check", 1577783700},
			.opened_by = {"check", 1578213000},
			.closed_after = {"check", 1578213000},
			.confirmed = true,
			.opens = 1}};
	static struct report_exposure exposures[] = {{.store = exports,
							     .windows = windows,
							     .window_count = 2,
							     .checks = 6,
							     .sightings = 3,
							     .reachable = 1,
							     .engines = engines,
							     .first_seen_by_others = 1577524500},
		{.store = cache, .checks = 2, .engines = nobody}};
	report->exposures_known = true;
	report->exposures = exposures;
	report->exposure_count = 2;
}

static void a_complete_report_is_the_one_written_down(void)
{
	struct report_store stores[5];
	struct report report = example(stores);
	add_windows(&report);
	CHECK(report_complete(&report));
	compare_all(&report, "complete");
}

static void a_store_that_was_not_read_to_its_end_makes_no_complete_report(void)
{
	struct report_store stores[5];
	struct report report = example(stores);
	stores[3].finished_at = 0; /* its listing was cut off: there is no object to be counted as unread */
	CHECK(!report_complete(&report));
}

static void an_incomplete_report_names_what_was_not_read(void)
{
	struct report_store stores[5];
	struct report report = example(stores);
	add_unread(&report);
	CHECK(!report_complete(&report));
	compare_all(&report, "incomplete");
}

static void add_estimate(struct report *report)
{
	static struct report_sampled_store drawn_from = {1, 50000, 7, 240, 4800};
	static struct report_estimated figures[] = {{"records.raw", 28766, 26957, 30704, true},
		{"records.distinct", 27952, 15245, 30630, true}, {"persons.best", 4107, 1725, 0, false},
		{"staff.best", 12, 10, 40, true}, {"organizations.best", 470, 169, 2328, true},
		{"entities.email_address.distinct", 4108, 1726, 4897, true},
		{"entities.email_address.mentions", 32525, 30708, 34456, true},
		{"unread.encrypted.objects", 40, 2, 138, true}};
	report->estimated = true;
	report->estimate = (struct report_estimate){.sampled = 240,
		.listed = 4800,
		.strata = 11,
		.stores = &drawn_from,
		.store_count = 1,
		.figures = figures,
		.figure_count = sizeof figures / sizeof figures[0]};
}

static void a_sample_says_estimate_and_never_full_scan(void)
{
	struct report_store stores[5];
	struct report report = example(stores);
	add_unread(&report);
	add_estimate(&report);
	compare_all(&report, "sample");
	st_auto_buf struct st_buf page = {0};
	report_html(&report, &page);
	CHECK(memmem(page.data, page.size, "An estimate", 11) != NULL);
	CHECK(memmem(page.data, page.size, "full scan", 9) == NULL);
}

static void an_empty_case_is_a_page_too(void)
{
	struct report report = {.case_name = "empty", .version = "0.9.0", .detectors_sha256 = "", .own_domains = ""};
	compare_all(&report, "empty");
}

static void hostile_names_come_out_escaped_in_every_format(void)
{
	static const struct report_style colour = {true, true};
	struct report_store stores[5];
	struct report report = example(stores);
	struct report_copy copy = {
		.stores = two_stores, .distinct = two_distinct, .store_count = 2, .shared = 7, .identical = true};
	stores[0].name = stores[1].name = HOSTILE;
	report.case_name = HOSTILE;
	report.copies = &copy;
	st_auto_buf struct st_buf text = {0}, json = {0}, row = {0};
	report_text(&report, &colour, &text);
	report_json(&report, &json);
	struct st_span cell = {(const uint8_t *)"=cmd|' /C calc'!A0\n", 19};
	report_csv_row(&row, &cell, 1);
	CHECK(memmem(text.data, text.size, "\x1b[31m", 5) == NULL);
	CHECK(memmem(text.data, text.size, "x%0A%1B[31m<script>", 19) != NULL);
	CHECK(memmem(json.data, json.size, "%1B[31m<script>=1+1,\\\"%E2%80%AE%FF", 33) != NULL);
	CHECK(row.data[0] == '"' && row.data[1] == '\'' && memmem(row.data, row.size, "%0A", 3) != NULL);
	CHECK_INT(st_utf8_valid_prefix(text.data, text.size), text.size);
	CHECK_INT(st_utf8_valid_prefix(json.data, json.size), json.size);
}

static void no_line_of_the_page_is_wider_than_80_columns(void)
{
	static const struct report_style utf8 = {false, true};
	struct report_store stores[5];
	struct report report = example(stores);
	add_unread(&report);
	add_estimate(&report);
	st_auto_buf struct st_buf text = {0};
	report_text(&report, &utf8, &text);
	size_t columns = 0;
	for (size_t i = 0; i < text.size; i++) {
		columns = text.data[i] == '\n' ? 0 : columns + ((text.data[i] & 0xc0) != 0x80);
		if (columns > 80)
			CHECK_FAIL("a line is too wide:\n%.*s", (int)text.size, (const char *)text.data);
	}
}

int main(void)
{
	RUN(a_complete_report_is_the_one_written_down);
	RUN(a_store_that_was_not_read_to_its_end_makes_no_complete_report);
	RUN(an_incomplete_report_names_what_was_not_read);
	RUN(a_sample_says_estimate_and_never_full_scan);
	RUN(an_empty_case_is_a_page_too);
	RUN(hostile_names_come_out_escaped_in_every_format);
	RUN(no_line_of_the_page_is_wider_than_80_columns);
	CHECK_END();
}
