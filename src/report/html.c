/* The report as one page: its policy, its head, what stands in it and in which order. Nothing is fetched: the policy
 * names the one style sheet and the one script by their SHA-256, and a browser refuses all else. */
#include "base/clock.h"
#include "report/amount.h"
#include "report/html_parts.h"
#include "report/html_style.h"

#include <stdio.h>
#include <time.h>

static const struct {
	struct html_section section;
	void (*write)(struct html_writer *w, const struct report *report);
} sections[] = {
	{{"figures", "Figures"}, html_figures},
	{{"coverage", "Read and not read"}, html_coverage},
	{{"copies", "Copies"}, html_copies},
	{{"kinds", "Kinds of data"}, html_kinds},
	{{"span", "Time span"}, html_span},
	{{"parties", "Organizations and countries"}, html_parties},
	{{"window", "Exposure window"}, html_window},
	{{"claims", "Claims next to ours"}, html_claims},
	{{"leads", "Leads"}, html_leads},
	{{"provenance", "Provenance"}, html_provenance},
};
#define SECTIONS (sizeof sections / sizeof sections[0])

/* RFC 4648, section 4; 32 bytes make 44 characters. */
static void base64(const uint8_t digest[ST_SHA256_BYTES], char out[45])
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	uint8_t bytes[ST_SHA256_BYTES + 1] = {0};
	memcpy(bytes, digest, ST_SHA256_BYTES);
	for (size_t i = 0; i < 44; i += 4) {
		const uint8_t *three = bytes + i / 4 * 3;
		uint32_t group = (uint32_t)three[0] << 16 | (uint32_t)three[1] << 8 | three[2];
		for (size_t j = 0; j < 4; j++)
			out[i + j] = digits[group >> (18 - 6 * j) & 63];
	}
	out[43] = '=';
	out[44] = 0;
}

/* Content Security Policy Level 3, section 6.7.3.3: the hash is of all that stands between the tags. */
static void put_policy(struct html_writer *w)
{
	uint8_t digest[ST_SHA256_BYTES];
	char style[45], script[45];
	st_sha256_of(html_style, strlen(html_style), digest);
	base64(digest, style);
	st_sha256_of(html_script, strlen(html_script), digest);
	base64(digest, script);
	html_open_void(w, "meta");
	html_attribute(w, "http-equiv", "Content-Security-Policy");
	html_attribute_format(w, "content",
		"default-src 'none'; style-src 'sha256-%s'; script-src 'sha256-%s'; base-uri 'none'; form-action "
		"'none'",
		style, script);
}

static void put_meta(struct html_writer *w, const char *name, const char *content)
{
	html_open_void(w, "meta");
	html_attribute(w, "name", name);
	html_attribute(w, "content", content);
}

static void put_head(struct html_writer *w, const struct report *report)
{
	html_open(w, "head", NULL);
	html_open_void(w, "meta");
	html_attribute(w, "charset", "utf-8");
	put_policy(w);
	put_meta(w, "viewport", "width=device-width,initial-scale=1");
	put_meta(w, "referrer", "no-referrer");
	put_meta(w, "robots", "noindex");
	put_meta(w, "color-scheme", "light dark");
	html_open(w, "title", NULL);
	html_format(w, "%.100s: staunch report", report->case_name);
	html_close(w);
	html_open(w, "style", NULL);
	html_constant(w, html_style);
	html_close(w);
	html_close(w);
}

static void when_text(int64_t seconds, char out[64])
{
	static const char *const months[] = {"January", "February", "March", "April", "May", "June", "July", "August",
		"September", "October", "November", "December"};
	struct tm utc;
	time_t time = (time_t)seconds;
	out[0] = 0;
	if (gmtime_r(&time, &utc) != NULL)
		snprintf(out, 64, "%d %s %d, %02d:%02d UTC", utc.tm_mday, months[utc.tm_mon], utc.tm_year + 1900,
			utc.tm_hour, utc.tm_min);
}

static void put_mark(struct html_writer *w)
{
	html_open(w, "svg", NULL);
	html_attribute(w, "width", "24");
	html_attribute(w, "height", "20");
	html_attribute(w, "viewBox", "0 0 24 20");
	html_attribute(w, "aria-hidden", "true");
	html_open(w, "path", NULL);
	html_attribute(w, "d", "M7 1.2C2 5 2 15 7 18.8M16 2h5v16h-5");
	html_close(w);
	html_close(w);
}

static void put_mast(struct html_writer *w, const struct report *report)
{
	char when[64];
	when_text(report->generated_at, when);
	html_open(w, "div", "mast");
	html_open(w, "span", "brand");
	put_mark(w);
	html_leaf(w, "b", NULL, "staunch");
	html_close(w);
	html_open(w, "span", NULL);
	html_text(w, "Case ");
	html_name(w, report->case_name);
	html_close(w);
	html_leaf(w, "span", NULL, when);
	if (report->estimated)
		html_leaf(w, "span", NULL, "Estimate from a sample");
	html_leaf(w, "span", NULL, report->revealed ? "Values shown: handle as the data itself" : "Values masked");
	html_close(w);
}

static void put_strong(struct html_writer *w, uint64_t number, const char *unit)
{
	char text[32];
	number_text(number, text);
	html_open(w, "b", NULL);
	html_format(w, "%s %s", text, unit);
	html_close(w);
}

static void put_strong_range(struct html_writer *w, const struct report_range *range, const char *unit)
{
	char min[32], best[32], max[32];
	if (range->min == range->max) {
		put_strong(w, range->best, unit);
		return;
	}
	number_text(range->min, min);
	number_text(range->best, best);
	number_text(range->max, max);
	html_open(w, "b", NULL);
	html_format(w, "%s to %s %s", min, max, unit);
	html_close(w);
	html_format(w, ", best %s", best);
}

/* The page in two paragraphs: what it held, and how much of it that is. */
static void put_lead(struct html_writer *w, const struct report *report)
{
	uint64_t missing = report->unread + report->pending, known = report->bytes_read + report->bytes_duplicate;
	char percent[32];
	html_open(w, "p", "lead");
	html_text(w, report->estimated          ? "A sample of the stores held "
		     : report->store_count == 1 ? "The store held "
						: "The stores held ");
	put_strong(w, report->records_distinct, "distinct records");
	html_text(w, " about ");
	put_strong_range(w, &report->persons, "persons");
	html_text(w, report->persons.min == report->persons.max ? " at " : ", at ");
	put_strong_range(w, &report->organizations, "organizations");
	html_text(w, ", as far as they were read. With every copy counted that is ");
	put_strong(w, report->records_raw, "records");
	html_text(w, ".");
	html_close(w);
	html_open(w, "p", "lead");
	if (report->bytes_listed > 0) {
		percent_text(known, report->bytes_listed, percent);
		html_text(w, "We read ");
		html_open(w, "b", NULL);
		html_format(w, "%s of the bytes", percent);
		html_close(w);
		html_text(w, report->bytes_duplicate > 0 ? ", copies of what was read among them. " : ". ");
	}
	if (missing == 0 && report->partial == 0)
		html_text(w, "No object was left unread.");
	if (missing > 0) {
		put_strong(w, missing, missing == 1 ? "object" : "objects");
		html_text(w, report->estimated ? " were not drawn or not read; section 1 estimates what they hold."
			     : missing == 1    ? " was not read, and nothing is said about what is in it."
					       : " were not read, and nothing is said about what is in them.");
	}
	if (report->partial > 0) {
		html_text(w, missing > 0 ? " " : "");
		put_strong(w, report->partial, report->partial == 1 ? "object" : "objects");
		html_text(w, report->partial == 1 ? " was read only in part." : " were read only in part.");
	}
	html_close(w);
}

static void put_contents(struct html_writer *w)
{
	html_open(w, "nav", NULL);
	html_attribute(w, "aria-label", "Contents");
	html_open(w, "ul", "toc");
	for (size_t i = 0; i < SECTIONS; i++) {
		html_open(w, "li", NULL);
		html_open(w, "a", NULL);
		html_attribute_format(w, "href", "#%s", sections[i].section.id);
		html_open(w, "span", NULL);
		html_format(w, "%zu", i + 1);
		html_close(w);
		html_text(w, sections[i].section.head);
		html_close(w);
		html_close(w);
	}
	html_close(w);
	html_close(w);
}

static void put_header(struct html_writer *w, const struct report *report)
{
	html_open(w, "header", NULL);
	put_mast(w, report);
	html_open(w, "h1", NULL);
	html_format(w, "What was in %.100s", report->case_name);
	html_close(w);
	put_lead(w, report);
	put_contents(w);
	html_close(w);
}

void report_html(const struct report *report, struct st_buf *out)
{
	struct html_writer writer = {.out = out};
	struct html_writer *w = &writer;
	st_buf_format(out, "<!doctype html>\n");
	html_open(w, "html", NULL);
	html_attribute(w, "lang", "en");
	put_head(w, report);
	html_open(w, "body", NULL);
	html_chart_patterns(w);
	html_open(w, "a", "skip");
	html_attribute(w, "href", "#figures");
	html_text(w, "Skip to the figures");
	html_close(w);
	html_open(w, "div", "page");
	put_header(w, report);
	html_open(w, "main", NULL);
	for (size_t i = 0; i < SECTIONS; i++) {
		html_section_begin(w, &sections[i].section, (int)i + 1);
		sections[i].write(w, report);
		html_section_end(w);
	}
	html_close(w);
	html_close(w);
	html_open(w, "script", NULL);
	html_constant(w, html_script);
	html_close(w);
	html_close(w);
	html_close(w);
	st_buf_add_byte(out, '\n');
}
