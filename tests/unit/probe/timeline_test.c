/* Windows and news from lines of evidence. */
#include "probe/timeline.h"

#include "check.h"
#include "rows.h"

/* One verdict a minute from 1970 on: o open, c closed, ? cannot tell, w open with notes of wipers, . nobody asked. */
static void play(struct rows *rows, const char *verdicts)
{
	for (size_t i = 0; verdicts[i] != 0; i++) {
		rows->now = (int64_t)i * 60;
		if (verdicts[i] == 'w')
			rows_verdict(rows, "t", "open", 1, 1);
		else if (verdicts[i] != '.')
			rows_verdict(rows, "t",
				verdicts[i] == 'o'   ? "open"
				: verdicts[i] == 'c' ? "closed"
						     : "cannot-tell",
				verdicts[i] == 'o' ? 5 : 0, 0);
		rows_verdict(rows, "other", i % 2 == 0 ? "open" : "closed", 0, 0);
	}
}

static void add_minute(struct st_buf *out, const char *time)
{
	if (time[0] == 0)
		st_buf_format(out, "-");
	else
		st_buf_format(out, "%.2s", time + 14); /* the minutes of the first hour */
}

/* "(-,00](01,03] (03,05]": opened and closed of each window; w(..] behind when it was wiped. */
static char *windows_text(const struct probe_timeline *line)
{
	struct st_buf out = {0};
	for (size_t i = 0; i < line->window_count; i++) {
		const struct probe_bracket *brackets[] = {
			&line->windows[i].opened, &line->windows[i].closed, &line->windows[i].wiped};
		st_buf_format(&out, "%s", i > 0 ? " " : "");
		for (int j = 0; j < 3; j++) {
			if (brackets[j]->by[0] == 0)
				continue;
			st_buf_format(&out, "%s(", j == 2 ? "w" : "");
			add_minute(&out, brackets[j]->after);
			st_buf_format(&out, ",");
			add_minute(&out, brackets[j]->by);
			st_buf_format(&out, "]");
		}
	}
	st_buf_add_byte(&out, 0);
	return (char *)out.data;
}

static void windows_are_brackets_that_only_verdicts_that_tell_can_move(void)
{
	static const struct {
		const char *verdicts, *windows;
	} cases[] = {
		{"o", "(-,00]"},
		{"c", ""},
		{"?", ""},
		{"oc", "(-,00](00,01]"},
		{"co", "(00,01]"},
		{"oo?cc", "(-,00](01,03]"},
		{"c??o", "(00,03]"},
		{"o??o", "(-,00]"},
		{"oc?o", "(-,00](00,01] (01,03]"},
		{"oco?c", "(-,00](00,01] (01,02](02,04]"},
		{"o...c.o", "(-,00](00,04] (04,06]"},
		{"owc", "(-,00](01,02]w(00,01]"},
		{"w", "(-,00]w(-,00]"},
		/* closed, open again with only the notes left: a second window, wiped since the store was last seen
		   whole */
		{"ocw", "(-,00](00,01] (01,02]w(00,02]"},
		{"ocww", "(-,00](00,01] (01,02]w(00,02]"},
	};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct rows rows = {0};
		play(&rows, cases[i].verdicts);
		st_auto_free char *got = windows_text(probe_timeline_of(&rows.live, "t"));
		if (strcmp(got, cases[i].windows) != 0)
			CHECK_FAIL("%s gives %s, not %s", cases[i].verdicts, got, cases[i].windows);
		rows_free(&rows);
	}
}

static void the_count_before_a_wipe_stays_with_its_date(void)
{
	struct rows rows = {0};
	play(&rows, "oow");
	const struct probe_watch_window *window = &probe_timeline_of(&rows.live, "t")->windows[0];
	CHECK_INT(window->objects, 5);
	CHECK_TEXT(window->objects_at, "1970-01-01T00:01:00Z");
	rows_free(&rows);
}

/* The news that each verdict brings, one word each; "-" none. */
static char *news_text(const char *verdicts)
{
	struct rows rows = {0};
	struct st_buf out = {0};
	uint64_t last = 0;
	for (size_t i = 0; verdicts[i] != 0; i++) {
		rows.now += 60;
		rows_verdict(&rows, "t",
			verdicts[i] == 'o'   ? "open"
			: verdicts[i] == 'c' ? "closed"
					     : "cannot-tell",
			0, 0);
		const struct probe_timeline *line = probe_timeline_of(&rows.live, "t");
		st_buf_format(
			&out, "%s%s", i > 0 ? " " : "", line->news_line != last ? probe_news_name(line->news) : "-");
		last = line->news_line;
	}
	st_buf_add_byte(&out, 0);
	rows_free(&rows);
	return (char *)out.data;
}

static void news_comes_once_for_each_change_and_cannot_tell_is_no_change_to_closed(void)
{
	static const struct {
		const char *verdicts, *news;
	} cases[] = {
		{"ooo", "opened - -"},
		{"ccc", "- - -"},
		{"co", "- opened"},
		{"occo", "opened closed - reopened"},
		{"o?o?o", "opened - - - -"},
		{"o??o", "opened - - -"},
		{"o????", "opened - - cannot-tell -"},
		{"o???o", "opened - - cannot-tell is-open"},
		{"o???c", "opened - - cannot-tell closed"},
		{"o???co", "opened - - cannot-tell closed reopened"},
		{"c???c", "- - - cannot-tell is-closed"},
		{"c???o", "- - - cannot-tell opened"},
		{"???", "- - cannot-tell"},
		{"???c", "- - cannot-tell is-closed"},
		{"???o", "- - cannot-tell opened"},
		{"o?c?o", "opened - closed - reopened"},
	};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		st_auto_free char *got = news_text(cases[i].verdicts);
		if (strcmp(got, cases[i].news) != 0)
			CHECK_FAIL("%s brings %s, not %s", cases[i].verdicts, got, cases[i].news);
	}
}

static void a_clock_that_goes_back_is_said_and_changes_no_order(void)
{
	struct rows rows = {0};
	rows.now = 3600;
	rows_verdict(&rows, "t", "open", 0, 0);
	rows.now = 60;
	rows_verdict(&rows, "t", "closed", 0, 0);
	const struct probe_watch_window *window = &probe_timeline_of(&rows.live, "t")->windows[0];
	CHECK(window->clock_went_back);
	CHECK_TEXT(window->closed.after, "1970-01-01T01:00:00Z");
	CHECK_TEXT(window->closed.by, "1970-01-01T00:01:00Z");
	CHECK_INT(window->opened_line, 1);
	CHECK_INT(window->closed_line, 2);
	rows_free(&rows);
}

/* Lines of other kinds, and of other programs, with fields that are called like ours. */
static void lines_of_other_kinds_change_nothing(void)
{
	static const char *const lines[] = {"{\"n\":2,\"prev\":\"aa\",\"time\":\"1970-01-01T00:01:00Z\",\"kind\":"
					    "\"answer\",\"target\":\"t\",\"verdict\":\"open\"}",
		"{\"n\":2,\"prev\":\"aa\",\"time\":\"1970-01-01T00:01:00Z\",\"kind\":\"alert\",\"target\":\"t\","
		"\"channel\":"
		"\"a channel with a name that is far too long\",\"state\":\"sent\",\"id\":\"\"}",
		"{\"n\":2,\"prev\":\"aa\",\"time\":\"1970-01-01T00:01:00Z\",\"kind\":\"acknowledged\",\"target\":\"t\","
		"\"window\":9}",
		"{\"n\":2,\"prev\":\"aa\",\"time\":\"1970-01-01T00:01:00Z\",\"kind\":\"acknowledged\",\"target\":\"t\","
		"\"window\":-1}",
		"{\"n\":2,\"prev\":\"aa\",\"time\":\"1970-01-01T00:01:00Z\",\"kind\":\"watch\",\"channels\":\"webhooks "
		"mailx\"}",
		"{\"n\":2,\"prev\":\"aa\",\"time\":\"1970-01-01T00:01:00Z\",\"kind\":\"verdict\",\"target\":"
		"\"t\\u0000\",\"verdict\":\"open\"}",
		"no JSON", ""};
	for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
		struct rows rows = {0};
		const uint8_t hash[ST_SHA256_BYTES] = {0};
		rows_verdict(&rows, "t", "closed", 0, 0);
		probe_timelines_take(&rows.live, (struct st_span){(const uint8_t *)lines[i], strlen(lines[i])}, hash);
		const struct probe_timeline *line = probe_timeline_of(&rows.live, "t");
		if (rows.live.count != 1 || line->state != PROBE_CLOSED || line->window_count != 0 ||
			line->acknowledged_window != 0 || line->deliveries[PROBE_WEBHOOK].watched_line != 0 ||
			line->deliveries[PROBE_MAIL].watched_line != 0)
			CHECK_FAIL("changed by: %s", lines[i]);
		rows_free(&rows);
	}
}

static void the_last_sealed_name_is_kept(void)
{
	struct rows rows = {0};
	struct st_json_writer w = rows_begin(&rows, "verdict");
	st_json_key_text(&w, "target", "t");
	st_json_key_text(&w, "verdict", "open");
	st_json_key_text(&w, "known", "c2VhbGVk");
	rows_end(&rows, &w);
	rows_verdict(&rows, "t", "closed", 0, 0);
	const struct probe_timeline *line = probe_timeline_of(&rows.live, "t");
	CHECK(line->known.size == 8 && memcmp(line->known.data, "c2VhbGVk", 8) == 0);
	CHECK_TEXT(line->first_closed, "1970-01-01T00:00:00Z");
	rows_free(&rows);
}

int main(void)
{
	RUN(windows_are_brackets_that_only_verdicts_that_tell_can_move);
	RUN(the_count_before_a_wipe_stays_with_its_date);
	RUN(news_comes_once_for_each_change_and_cannot_tell_is_no_change_to_closed);
	RUN(a_clock_that_goes_back_is_said_and_changes_no_order);
	RUN(lines_of_other_kinds_change_nothing);
	RUN(the_last_sealed_name_is_kept);
	CHECK_END();
}
