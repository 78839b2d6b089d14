/* The page: what comes from outside ends no element and no attribute, what is not counted says so, the policy names
 * what stands there. How it looks and whether it can be used is in tests/e2e/html_report_test.py. */
#include "base/ceilings.h"
#include "report/html_parts.h"
#include "report/html_style.h"
#include "report/report.h"

#include "check.h"

#define HOSTILE                                                           \
	"</script></title></style><img src=x onerror=alert(1)>\"'&amp;=1" \
	"\n\x1b[31m\xe2\x80\xae\xff"

static bool holds(const struct st_buf *page, const char *text)
{
	return page->size > 0 && memmem(page->data, page->size, text, strlen(text)) != NULL;
}

static struct report example(struct report_store stores[2])
{
	stores[0] = stores[1] = (struct report_store){.name = "es-1", .started_at = 1, .finished_at = 2};
	stores[1].name = "es-2";
	return (struct report){.case_name = "northwind",
		.version = "0.9.0",
		.detectors_sha256 = "9f",
		.own_domains = "",
		.generated_at = 1578642120,
		.stores = stores,
		.store_count = 2,
		.listed = 3,
		.read = 3,
		.bytes_listed = 1000,
		.bytes_read = 1000,
		.records_raw = 10,
		.records_distinct = 5,
		.persons = {1, 2, 4},
		.leads_known = true};
}

static void what_comes_from_outside_ends_no_place(void)
{
	st_auto_buf struct st_buf out = {0};
	struct html_writer w = {.out = &out};
	html_open(&w, "p", NULL);
	html_attribute(&w, "title", HOSTILE);
	html_text(&w, HOSTILE);
	html_close(&w);
	st_buf_add_byte(&out, 0);
	CHECK_TEXT((const char *)out.data,
		"\n<p title=\"&lt;/script&gt;&lt;/title&gt;&lt;/style&gt;&lt;img src=x "
		"onerror=alert(1)&gt;&quot;'&amp;amp;=1"
		"%0A%1B[31m%E2%80%AE%FF\">&lt;/script&gt;&lt;/title&gt;&lt;/style&gt;&lt;img src=x "
		"onerror=alert(1)&gt;&quot;'&amp;amp;=1%0A%1B[31m%E2%80%AE%FF</p>");
}

static void a_long_name_is_cut_between_characters_and_says_so(void)
{
	st_auto_buf struct st_buf out = {0};
	struct html_writer w = {.out = &out};
	char name[10241];
	memset(name, 'a', sizeof name - 1);
	name[sizeof name - 1] = 0;
	memcpy(name + HTML_NAME_BYTES - 1, "\xc3\xa4", 2);
	html_name(&w, name);
	CHECK(out.size < 400);
	CHECK(holds(&out, "a</code> and 10,001 bytes more"));
}

static void every_name_and_text_of_a_report_is_escaped(void)
{
	struct report_store stores[2];
	struct report report = example(stores);
	static char hostile[] = HOSTILE;
	struct report_unread unread = {
		.object = 1, .path = HOSTILE, .status = ST_UNREAD, .reason = ST_REASON_CRASH, .detail = "<b>"};
	struct report_top_row row = {hostile, 1, 1, 1};
	struct report_top tops[] = {{hostile, &row, 1, 2}, {NULL, &row, 1, 2}};
	struct report_kind kind = {HOSTILE, 1, 1, 1};
	struct report_unit unit = {HOSTILE, 1, 1};
	struct report_claim claim = {hostile, hostile, hostile, 7};
	struct report_lead lead = {.type = LEAD_S3, .target = hostile, .places = {{0, 1, HOSTILE}}, .place_count = 1};
	stores[0].name = report.case_name = report.own_domains = HOSTILE;
	report.options = (struct st_span){(const uint8_t *)HOSTILE, sizeof HOSTILE - 1};
	report.revealed = report.pairs_known = true;
	report.unread = 1;
	report.unread_rows = &unread;
	report.tops = tops;
	report.kinds = &kind;
	report.units = &unit;
	report.claims = &claim;
	report.leads = &lead;
	struct report_window window = {.opened_by = {"sighting", 1577524500}, .closed_by = {"check", 1577600000}};
	struct report_exposure exposures[] = {{.store = hostile,
						      .windows = &window,
						      .window_count = 1,
						      .engines = hostile,
						      .first_seen_by_others = 1577524500},
		{.store = hostile, .engines = hostile}};
	report.exposures = exposures;
	report.exposure_count = 2;
	report.unread_row_count = report.kind_count = report.unit_count = report.claim_count = report.lead_count = 1;
	report.top_count = 2;
	st_auto_buf struct st_buf page = {0};
	report_html(&report, &page);
	CHECK(!holds(&page, "<img"));
	CHECK(!holds(&page, "<b>\n") && !holds(&page, "\x1b") && !holds(&page, "\xe2\x80\xae") &&
		!holds(&page, "\xff"));
	CHECK(holds(&page, "&lt;/script&gt;"));
	size_t scripts = 0;
	for (size_t i = 0; i + 9 <= page.size; i++)
		scripts += memcmp(page.data + i, "</script>", 9) == 0;
	CHECK_INT(scripts, 1);
}

static void style_and_script_end_at_their_end(void)
{
	CHECK(strstr(html_style, "</") == NULL && strstr(html_script, "</") == NULL);
	CHECK(strstr(html_style, "<!--") == NULL && strstr(html_script, "<!--") == NULL);
	CHECK(strstr(html_style, "url(http") == NULL && strstr(html_style, "@import") == NULL);
}

static void what_is_not_counted_says_why(void)
{
	struct report_store stores[2];
	struct report report = example(stores);
	st_auto_buf struct st_buf page = {0};
	report.leads_known = false;
	report_html(&report, &page);
	CHECK(holds(&page, "Leads</b> not counted: this case was read before they were looked for"));
	CHECK(!holds(&page, "not built"));
}

static void an_empty_case_is_a_page_too(void)
{
	struct report report = {.case_name = "empty", .version = "0.9.0", .detectors_sha256 = "", .own_domains = ""};
	st_auto_buf struct st_buf page = {0};
	report_html(&report, &page);
	CHECK(holds(&page, "None was found in what was read and searched."));
	CHECK(holds(&page, "</html>\n"));
}

static void what_is_there_never_looks_absent_and_nothing_is_longer_than_the_whole(void)
{
	static const struct {
		uint64_t value, of;
		const char *width;
	} rows[] = {{0, 10, "width=\"0.00%\""}, {1, 1000000000, "width=\"0.30%\""}, {5, 10, "width=\"50.00%\""},
		{20, 10, "width=\"100.00%\""}, {0, 0, "width=\"0.00%\""},
		{UINT64_MAX, UINT64_MAX, "width=\"100.00%\""}};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		st_auto_buf struct st_buf out = {0};
		struct html_writer w = {.out = &out};
		html_chart_bar(&w, rows[i].value, rows[i].of);
		if (!holds(&out, rows[i].width))
			CHECK_FAIL("%" PRIu64 " of %" PRIu64 ": %.*s", rows[i].value, rows[i].of, (int)out.size,
				(const char *)out.data);
	}
}

static void a_range_is_solid_to_min_and_hatched_to_max(void)
{
	st_auto_buf struct st_buf out = {0};
	struct html_writer w = {.out = &out};
	html_chart_range(&w, &(struct report_range){20, 30, 40}, 40);
	CHECK(holds(&out, "<rect class=\"b\" x=\"0.00%\" width=\"50.00%\""));
	CHECK(holds(&out, "<rect class=\"h\" x=\"50.00%\" width=\"50.00%\""));
	CHECK(holds(&out, "<line class=\"tick\" x1=\"75.00%\""));
}

static void columns_have_their_number_and_a_title(void)
{
	static const struct html_column_value years[] = {{"2018", 5}, {"2019", 10}};
	st_auto_buf struct st_buf out = {0};
	struct html_writer w = {.out = &out};
	html_chart_columns(&w, "Records by year", "2018 to 2019", years, 2);
	CHECK(holds(&out, "role=\"img\"") && holds(&out, "Records by year</title>"));
	CHECK(holds(&out, ">10</text>") && holds(&out, ">2019</text>"));
	CHECK_INT(w.depth, 0);
}

/* Every list of a page at its ceiling, every name as long as a name is shown. */
/* As many windows as a flapping server makes, and names of engines as long as they are kept. */
static void fill_exposures(struct report_exposure *exposures, size_t count, char *name)
{
	static struct report_window windows[1000];
	static char engines[577];
	memset(engines, '<', sizeof engines - 1);
	for (size_t i = 0; i < 1000; i++)
		windows[i] = (struct report_window){.opened_by = {"sighting", (int64_t)i + 1}};
	for (size_t i = 0; i < count; i++)
		exposures[i] = (struct report_exposure){.store = name,
			.windows = windows,
			.window_count = 1000,
			.engines = engines,
			.first_seen_by_others = 1};
}

static void the_largest_page_stays_below_five_megabytes(void)
{
	enum { STORES = 1000, KINDS = 48, UNREAD = CEIL_REPORT_UNREAD, LEADS = CEIL_REPORT_LEADS };
	static char name[10241], kind[24];
	static struct report_store stores[STORES];
	static struct report_difference differing[CEIL_REPORT_DIFFERING];
	static uint32_t of_a_copy[STORES];
	static uint64_t distinct[STORES];
	static struct report_copy copies[STORES / 2];
	static struct report_kind kinds[KINDS];
	static struct report_top_row rows[CEIL_REPORT_TOP];
	static struct report_top tops[KINDS + 1];
	static struct report_unread unread[UNREAD];
	static struct report_lead leads[LEADS];
	static struct report_claim claims[CEIL_CLAIMS];
	static char claim[CEIL_CLAIM_TEXT_BYTES + 1];
	memset(name, '&', sizeof name - 1);
	memset(kind, '&', sizeof kind - 1);
	memset(claim, '<', sizeof claim - 1);
	for (size_t i = 0; i < STORES; i++)
		stores[i].name = name;
	for (size_t i = 0; i < CEIL_REPORT_DIFFERING; i++)
		differing[i] = (struct report_difference){.path = name, .document = name};
	for (size_t i = 0; i < STORES / 2; i++)
		copies[i] = (struct report_copy){.stores = of_a_copy,
			.distinct = distinct,
			.store_count = STORES,
			.differing_total = UINT64_MAX,
			.differing = differing,
			.differing_count = CEIL_REPORT_DIFFERING};
	for (size_t i = 0; i < KINDS; i++)
		kinds[i] = (struct report_kind){kind, UINT64_MAX, UINT64_MAX, UINT64_MAX};
	for (size_t i = 0; i < CEIL_REPORT_TOP; i++)
		rows[i] = (struct report_top_row){name, UINT64_MAX, UINT64_MAX, UINT64_MAX};
	for (size_t i = 0; i <= KINDS; i++)
		tops[i] = (struct report_top){i < KINDS ? kind : NULL, rows, CEIL_REPORT_TOP, UINT64_MAX};
	for (size_t i = 0; i < UNREAD; i++)
		unread[i] = (struct report_unread){.path = name, .status = ST_UNREAD, .reason = ST_REASON_CRASH};
	for (size_t i = 0; i < LEADS; i++) {
		leads[i] = (struct report_lead){.target = name, .place_count = CEIL_LEAD_FIRST_PLACES};
		for (size_t j = 0; j < CEIL_LEAD_FIRST_PLACES; j++)
			leads[i].places[j].path = name;
	}
	for (size_t i = 0; i < CEIL_CLAIMS; i++)
		claims[i] = (struct report_claim){claim, claim, claim, UINT64_MAX};
	static struct report_exposure exposures[STORES];
	fill_exposures(exposures, STORES, name);
	struct report report = {.case_name = name,
		.version = "0.9.0",
		.detectors_sha256 = "9f",
		.own_domains = name,
		.revealed = true,
		.stores = stores,
		.store_count = STORES,
		.copies = copies,
		.copy_count = STORES / 2,
		.kinds = kinds,
		.kind_count = KINDS,
		.tops = tops,
		.top_count = KINDS + 1,
		.unread = UINT64_MAX,
		.unread_rows = unread,
		.unread_row_count = UNREAD,
		.leads_known = true,
		.leads = leads,
		.lead_count = LEADS,
		.lead_total = UINT64_MAX,
		.claims = claims,
		.claim_count = CEIL_CLAIMS,
		.exposures = exposures,
		.exposure_count = STORES};
	st_auto_buf struct st_buf page = {0};
	report_html(&report, &page);
	printf("# the largest page: %zu bytes\n", page.size);
	CHECK(page.size < 5000000);
}

static void persons_of_no_known_country_are_hatched(void)
{
	struct report_store stores[2];
	struct report report = example(stores);
	struct tally rows[] = {{TALLY_COUNTRIES, "IT", {3}}, {TALLY_COUNTRIES, "unknown", {6}}};
	st_auto_buf struct st_buf page = {0};
	report.tallies = (struct tallies){1u << TALLY_COUNTRIES, rows, 2};
	report_html(&report, &page);
	CHECK(holds(&page, "<rect class=\"b\" x=\"0.00%\" width=\"50.00%\""));
	CHECK(holds(&page, "<tr class=\"last\"><th scope=\"row\">unknown</th>"));
	CHECK(holds(&page, "<rect class=\"h\" x=\"0.00%\" width=\"100.00%\""));
}

static void years_are_columns_and_what_has_no_date_is_said(void)
{
	struct report_store stores[2];
	struct report report = example(stores);
	st_auto_buf struct st_buf page = {0};
	report.dates_known = true;
	report.file_dates = (struct report_dates){.first = 1300000000, .last = 1577000000, .dated = 7, .undated = 3};
	report.file_dates.years[2011 - REPORT_FIRST_YEAR] = 5;
	report.file_dates.years[2019 - REPORT_FIRST_YEAR] = 2;
	report_html(&report, &page);
	CHECK(holds(&page, "Objects by year of their file date, 2011 to 2019"));
	CHECK(holds(&page, "3 objects have no date and are not drawn."));
	CHECK(holds(&page, ">2019</text>") && holds(&page, ">2015</text>"));
}

int main(void)
{
	RUN(what_comes_from_outside_ends_no_place);
	RUN(a_long_name_is_cut_between_characters_and_says_so);
	RUN(every_name_and_text_of_a_report_is_escaped);
	RUN(style_and_script_end_at_their_end);
	RUN(what_is_not_counted_says_why);
	RUN(an_empty_case_is_a_page_too);
	RUN(what_is_there_never_looks_absent_and_nothing_is_longer_than_the_whole);
	RUN(a_range_is_solid_to_min_and_hatched_to_max);
	RUN(columns_have_their_number_and_a_title);
	RUN(the_largest_page_stays_below_five_megabytes);
	RUN(persons_of_no_known_country_are_hatched);
	RUN(years_are_columns_and_what_has_no_date_is_said);
	CHECK_END();
}
