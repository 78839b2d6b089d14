/* Rows of others: times as they write them, whose row it is, what it says, and of which target it is. */
#include "probe/sighting.h"

#include "check.h"

#define NOW 1700000000 /* 2023-11-14T22:13:20Z */

/* --- times --- */

static const struct {
	const char *text;
	int64_t from, to; /* -1: no time */
} times[] = {
	{"2019-12-28 09:15:00", 1577524500, 1577524500},
	{"2019-12-28T09:15:00Z", 1577524500, 1577524500},
	{"2019-12-28T09:15:00.123456", 1577524500, 1577524500},
	{"2019-12-28T11:15:00+02:00", 1577524500, 1577524500},
	{"2019-12-28T04:15:00-0500", 1577524500, 1577524500},
	{"2019-12-28 09:15:00 UTC", 1577524500, 1577524500},
	{"2019-12-28 09:15", 1577524500, 1577524500},
	{"2019-12-28", 1577491200, 1577577599},
	{"2020-02-29", 1582934400, 1583020799},
	{"1970-01-01T00:00:00Z", 0, 0},
	{"2016-12-31T23:59:60Z", 1483228800, 1483228800},
	{"2019-02-29", -1, 0},
	{"2100-02-29", -1, 0},
	{"2019-00-10", -1, 0},
	{"2019-13-10", -1, 0},
	{"2019-12-00", -1, 0},
	{"2019-12-32", -1, 0},
	{"2019-12-28 24:00:00", -1, 0},
	{"2019-12-28 09:60:00", -1, 0},
	{"2019-12-28T09:15:00+24:00", -1, 0},
	{"2019-12-28T09:15:00Z ", -1, 0},
	{"2019-12-28T", -1, 0},
	{"2019-12-2", -1, 0},
	{"28/12/2019", -1, 0},
	{"19-12-28", -1, 0},
	{"1969-12-31T23:59:59Z", -1, 0},
	{"1970-01-01T00:00:00+01:00", -1, 0},
	{"", -1, 0},
};

static struct st_span span_of(const char *text)
{
	return (struct st_span){(const uint8_t *)text, strlen(text)};
}

static void times_are_those_of_a_calendar_or_none(void)
{
	for (size_t i = 0; i < sizeof times / sizeof times[0]; i++) {
		struct probe_moment moment;
		bool read = probe_moment_read(span_of(times[i].text), &moment);
		if (read != (times[i].from >= 0))
			CHECK_FAIL("\"%s\" is %s time", times[i].text, read ? "a" : "no");
		else if (read && (moment.from != times[i].from || moment.to != times[i].to))
			CHECK_FAIL(
				"\"%s\" is %lld to %lld", times[i].text, (long long)moment.from, (long long)moment.to);
	}
}

static void epochs_are_seconds_or_milliseconds(void)
{
	struct probe_moment moment;
	CHECK(probe_moment_epoch(span_of("1577524500"), &moment) && moment.to == 1577524500);
	CHECK(probe_moment_epoch(span_of("1577524500999"), &moment) && moment.to == 1577524500);
	CHECK(!probe_moment_epoch(span_of(""), &moment) && !probe_moment_epoch(span_of("-1"), &moment));
	CHECK(!probe_moment_epoch(span_of("1e9"), &moment) && !probe_moment_epoch(span_of("157752450099999"), &moment));
}

/* --- rows --- */

struct row {
	const char *text[SIGHTING_FIELDS];
};

/* engine service says address:port names from; or the fault */
static const char *read_row(const struct row *row)
{
	static char out[512];
	struct st_span text[SIGHTING_FIELDS] = {{NULL, 0}};
	for (int i = 0; i < SIGHTING_FIELDS; i++)
		if (row->text[i] != NULL)
			text[i] = span_of(row->text[i]);
	struct probe_row_fields fields = {.row = 1, .text = text};
	st_auto_buf struct st_buf held = {0}, frame = {0};
	struct probe_sighting s, back;
	probe_sighting_read(&fields, NOW, &held, &s);
	probe_sighting_encode(&frame, &s);
	struct st_cursor in = {.at = frame.data, .end = frame.data + frame.size};
	if (!probe_sighting_decode(&in, NOW, &back) || in.at != in.end)
		return "what is told is not taken";
	if (back.fault != PROBE_ROW_SOUND)
		return probe_row_fault_name(back.fault);
	snprintf(out, sizeof out, "%.*s %.*s %s %.*s%.*s:%u %lld", (int)back.engine.size,
		(const char *)back.engine.data, (int)back.service.size, (const char *)back.service.data,
		back.says == PROBE_SAYS_OPEN ? "open" : "reachable", (int)back.address.size,
		(const char *)back.address.data, (int)back.target.size, (const char *)back.target.data, back.port,
		(long long)back.at.to);
	for (size_t i = 0; i < back.name_count; i++)
		snprintf(out + strlen(out), sizeof out - strlen(out), " %.*s", (int)back.names[i].size,
			(const char *)back.names[i].data);
	return out;
}

#define ROW(...) read_row(&(struct row){.text = {__VA_ARGS__}})
#define SHADOWSERVER(tag, port, ...)                                                                           \
	ROW([SIGHTING_TIMESTAMP] = "2019-12-28 09:15:00", [SIGHTING_IP] = "203.0.113.7", [SIGHTING_TAG] = tag, \
		[SIGHTING_PORT] = port, __VA_ARGS__)

static void shadowserver_says_open_where_only_an_open_server_answers_so(void)
{
	CHECK_TEXT(SHADOWSERVER("elasticsearch", "9200", [SIGHTING_VERSION] = "7.1"),
		"shadowserver elasticsearch open 203.0.113.7:9200 1577524500");
	CHECK_TEXT(SHADOWSERVER("elasticsearch", "9200", [SIGHTING_VERSION] = "7.1", [SIGHTING_HTTP_CODE] = "401"),
		"shadowserver elasticsearch reachable 203.0.113.7:9200 1577524500");
	CHECK_TEXT(SHADOWSERVER("elasticsearch", "9200", NULL),
		"shadowserver elasticsearch reachable 203.0.113.7:9200 1577524500");
	CHECK_TEXT(SHADOWSERVER("rsync", "873", [SIGHTING_PASSWORD] = "N"),
		"shadowserver rsync open 203.0.113.7:873 1577524500");
	CHECK_TEXT(SHADOWSERVER("rsync", "873", [SIGHTING_PASSWORD] = ""),
		"shadowserver rsync reachable 203.0.113.7:873 1577524500");
	CHECK_TEXT(SHADOWSERVER("mongodb", "27017", [SIGHTING_DATABASES] = "cases;local"),
		"shadowserver mongodb open 203.0.113.7:27017 1577524500");
	CHECK_TEXT(SHADOWSERVER("postgres", "5432", [SIGHTING_VERSION] = "12"),
		"shadowserver postgresql reachable 203.0.113.7:5432 1577524500");
	CHECK_TEXT(SHADOWSERVER("tftp", "69", NULL), "shadowserver  reachable 203.0.113.7:69 1577524500");
}

#define SHODAN(module, ...)                                                                    \
	ROW([SIGHTING_TIMESTAMP] = "2019-12-28T09:15:00.1", [SIGHTING_IP_STR] = "203.0.113.7", \
		[SIGHTING_PORT] = "9200", [SIGHTING_TRANSPORT] = "tcp", [SIGHTING_MODULE] = module, __VA_ARGS__)

static void shodan_says_open_by_the_property_of_the_service(void)
{
	CHECK_TEXT(SHODAN("elastic", [SIGHTING_SHODAN_ELASTIC] = "1", [SIGHTING_HOSTNAMES] = "A.example\nb.example\n"),
		"shodan elasticsearch open 203.0.113.7:9200 1577524500 a.example b.example");
	CHECK_TEXT(SHODAN("http", NULL), "shodan  reachable 203.0.113.7:9200 1577524500");
	CHECK_TEXT(SHODAN("mongodb", [SIGHTING_SHODAN_MONGODB_AUTH] = "true"),
		"shodan mongodb reachable 203.0.113.7:9200 1577524500");
	CHECK_TEXT(SHODAN("mongodb", [SIGHTING_SHODAN_MONGODB_AUTH] = "false"),
		"shodan mongodb open 203.0.113.7:9200 1577524500");
	CHECK_TEXT(ROW([SIGHTING_TIMESTAMP] = "2019-12-28T09:15:00", [SIGHTING_IPV6] = "2001:DB8::0007",
			   [SIGHTING_PORT] = "6379", [SIGHTING_TRANSPORT] = "tcp", [SIGHTING_MODULE] = "redis"),
		"shodan redis reachable 2001:db8::7:6379 1577524500");
}

static void a_leak_of_another_kind_says_nothing_of_a_store(void)
{
	CHECK_TEXT(ROW([SIGHTING_TIME] = "2019-12-28T09:15:00Z", [SIGHTING_IP] = "203.0.113.7", [SIGHTING_PORT] = "443",
			   [SIGHTING_EVENT_TYPE] = "leak", [SIGHTING_EVENT_SOURCE] = "GitConfigHttpPlugin"),
		"leakix  reachable 203.0.113.7:443 1577524500");
	CHECK_TEXT(
		ROW([SIGHTING_TIME] = "2019-12-28T09:15:00Z", [SIGHTING_IP] = "203.0.113.7", [SIGHTING_PORT] = "27017",
			[SIGHTING_EVENT_TYPE] = "leak", [SIGHTING_EVENT_SOURCE] = "MongoOpenPlugin"),
		"leakix mongodb open 203.0.113.7:27017 1577524500");
	CHECK_TEXT(
		ROW([SIGHTING_TIME] = "2019-12-28T09:15:00Z", [SIGHTING_IP] = "203.0.113.7", [SIGHTING_PORT] = "27017",
			[SIGHTING_EVENT_TYPE] = "service", [SIGHTING_EVENT_SOURCE] = "MongoOpenPlugin"),
		"leakix mongodb reachable 203.0.113.7:27017 1577524500");
}

#define AT(time)                                                                                  \
	ROW([SIGHTING_TIMESTAMP] = time, [SIGHTING_IP] = "203.0.113.7", [SIGHTING_TAG] = "redis", \
		[SIGHTING_PORT] = "6379")

static void what_is_no_row_is_told_with_its_reason(void)
{
	CHECK_TEXT(ROW([SIGHTING_PORT] = "9200"), "unknown-source");
	CHECK_TEXT(SHADOWSERVER("redis", "0", NULL), "no-place");
	CHECK_TEXT(SHADOWSERVER("redis", "65536", NULL), "no-place");
	CHECK_TEXT(SHADOWSERVER("redis", "6379", [SIGHTING_PROTOCOL] = "udp"), "no-place");
	CHECK_TEXT(AT("soon"), "no-date");
	CHECK_TEXT(AT("2023-11-14 22:13:21"), "future");
	CHECK_TEXT(ROW([SIGHTING_TARGET] = "redis://a\x1b", [SIGHTING_DATE] = "2019-12-28"), "no-place");
}

static void a_day_that_has_not_ended_ends_now(void)
{
	CHECK_TEXT(ROW([SIGHTING_TARGET] = "redis://a.example:6379", [SIGHTING_DATE] = "2023-11-14",
			   [SIGHTING_ENGINE] = "an index"),
		"an index  open redis://a.example:6379:0 1700000000");
}

/* --- of which target --- */

static enum probe_sighting_match match(const char *target_text, const struct probe_sighting *sighting)
{
	static char address[] = "203.0.113.7";
	char *const seen[] = {address};
	struct probe_target target, named = {0};
	struct st_error err = {0};
	if (probe_target_parse(target_text, &target, &err) != ST_OK)
		return PROBE_MATCHES;
	bool by_hand = sighting->target.size > 0 &&
		       probe_target_parse((const char *)sighting->target.data, &named, &err) == ST_OK;
	struct probe_sighting_aim aim;
	probe_sighting_aim(&target, seen, 1, &aim);
	enum probe_sighting_match found = probe_sighting_of(sighting, by_hand ? &named : NULL, &aim);
	probe_target_free(&target);
	probe_target_free(&named);
	return found;
}

static void a_sighting_is_of_a_target_by_what_it_names(void)
{
	struct probe_sighting s = {.port = 9200,
		.address = span_of("203.0.113.7"),
		.service = span_of("elasticsearch"),
		.names = {span_of("es.contoso.example")},
		.name_count = 1};
	CHECK_INT(match("http://es.contoso.example:9200/cases", &s), PROBE_MATCH_NAME);
	CHECK_INT(match("http://203.0.113.7:9200", &s), PROBE_MATCH_ADDRESS);
	CHECK_INT(match("http://203.0.113.8:9200", &s), PROBE_MATCH_NONE);
	CHECK_INT(match("http://203.0.113.7:9201", &s), PROBE_MATCH_NONE);
	CHECK_INT(match("redis://es.contoso.example:9200", &s), PROBE_MATCH_NONE);
	CHECK_INT(match("elasticsearch://other.contoso.example:9200", &s), PROBE_MATCH_SEEN);
	s.port = 443;
	s.service = span_of("");
	CHECK_INT(match("https://contoso.blob.core.windows.net/exports", &s), PROBE_MATCH_NONE);
	s = (struct probe_sighting){.target = span_of("https://contoso.blob.core.windows.net/exports")};
	CHECK_INT(match("https://contoso.blob.core.windows.net/exports", &s), PROBE_MATCH_TARGET);
	CHECK_INT(match("https://contoso.blob.core.windows.net", &s), PROBE_MATCH_TARGET);
	CHECK_INT(match("https://contoso.blob.core.windows.net/exports2", &s), PROBE_MATCH_NONE);
}

static void a_worker_that_was_taken_over_tells_nothing_that_cannot_be(void)
{
	struct probe_sighting good = {.row = 1,
		.says = PROBE_SAYS_OPEN,
		.at = {1, 2, true},
		.port = 1,
		.engine = span_of("shodan"),
		.service = span_of("redis"),
		.address = span_of("203.0.113.7")};
	struct probe_sighting bad[8];
	for (int i = 0; i < 8; i++)
		bad[i] = good;
	bad[0].engine = span_of("sho\x1b[31m");
	bad[1].service = span_of("a\nb");
	bad[2].address = span_of("203.0.113.007");
	bad[3].at = (struct probe_moment){2, 1, true};
	bad[4].at = (struct probe_moment){1, NOW + 1, true};
	bad[5].names[0] = span_of("a b"), bad[5].name_count = 1;
	bad[6].target = span_of("redis://a.example:1");
	bad[7].port = 0;
	for (int i = -1; i < 8; i++) {
		st_auto_buf struct st_buf frame = {0};
		struct probe_sighting out;
		probe_sighting_encode(&frame, i < 0 ? &good : &bad[i]);
		struct st_cursor in = {.at = frame.data, .end = frame.data + frame.size};
		if (probe_sighting_decode(&in, NOW, &out) != (i < 0))
			CHECK_FAIL("frame %d", i);
	}
}

int main(void)
{
	RUN(times_are_those_of_a_calendar_or_none);
	RUN(epochs_are_seconds_or_milliseconds);
	RUN(shadowserver_says_open_where_only_an_open_server_answers_so);
	RUN(shodan_says_open_by_the_property_of_the_service);
	RUN(a_leak_of_another_kind_says_nothing_of_a_store);
	RUN(what_is_no_row_is_told_with_its_reason);
	RUN(a_day_that_has_not_ended_ends_now);
	RUN(a_sighting_is_of_a_target_by_what_it_names);
	RUN(a_worker_that_was_taken_over_tells_nothing_that_cannot_be);
	CHECK_END();
}
