/* JSON into records: shapes, canonical digests, errors, and the same for every cutting of the stream. */
#include "reading.h"

#include "extract/json_shape.h"
#include "extract/json_turns.h"

static void documents_arrays_answers_and_lines_give_their_records(void)
{
	static const struct reading_row rows[] = {
		{"{\"a\": 1}", "json utf-8 read: <{\"a\": 1}>"},
		{" {\n \"a\": 1\n}\n", "json utf-8 read: <{\n \"a\": 1\n}>"},
		{"[{\"a\":1}, {\"a\":2},3]", "json utf-8 read: <{\"a\":1}> <{\"a\":2}> <3>"},
		{"[\n{\"a\":1},\n[2]\n]\n", "json utf-8 read: <{\"a\":1}> <[2]>"},
		{"[]", "json utf-8 read:"},
		{"{\"a\":1}\n{\"a\":2}\n", "jsonl utf-8 read: <{\"a\":1}> <{\"a\":2}>"},
		{"{\"a\":1}\r\n\r\n{\"a\":2}", "jsonl utf-8 read: <{\"a\":1}> <{\"a\":2}>"},
		{"[1,2]\n[3,4]\n", "jsonl utf-8 read: <[1,2]> <[3,4]>"},
		{"{\"a\":1}{\"a\":2} {\"a\":3}", "jsonl utf-8 read: <{\"a\":1}> <{\"a\":2}> <{\"a\":3}>"},
		{"{\n\"a\":1\n}\n{\n\"a\":2\n}\n", "jsonl utf-8 read: <{\n\"a\":1\n}> <{\n\"a\":2\n}>"},
		{"{\"took\":3,\"hits\":{\"total\":2,\"hits\":[{\"_id\":\"1\"},{\"_id\":\"2\"}],\"x\":1},\"y\":[1]}",
			"json utf-8 read: <{\"_id\":\"1\"}> <{\"_id\":\"2\"}>"},
		{"{\"hits\":{\"hits\":[{\"a\":1}]}}\n{\"hits\":{\"hits\":[{\"a\":2},{\"a\":3}]}}\n{\"hits\":{\"hits\":["
		 "]}}\n",
			"jsonl utf-8 read: <{\"a\":1}> <{\"a\":2}> <{\"a\":3}>"},
		{"{\"hits\":{\"n\":1},\"x\":{\"hits\":[1]}}",
			"json utf-8 read: <{\"hits\":{\"n\":1},\"x\":{\"hits\":[1]}}>"},
		{"{\"hits\":[1],\"a\":{\"hits\":[2]}}", "json utf-8 read: <{\"hits\":[1],\"a\":{\"hits\":[2]}}>"},
		{"\xef\xbb\xbf[{\"a\":1}]", "json utf-8 read: <{\"a\":1}>"},
	};
	CHECK_READINGS(rows, NULL);
}

static void bulk_actions_are_no_records_of_their_own(void)
{
	static const struct reading_row rows[] = {
		{"{\"index\":{\"_id\":\"1\"}}\n{\"a\":1}\n{\"delete\":{\"_id\":\"9\"}}\n{\"create\":{}}\n{\"index\":{}}"
		 "\n",
			"jsonl utf-8 read: <{\"index\":{\"_id\":\"1\"}}\n{\"a\":1}> <{\"create\":{}}\n{\"index\":{}}>"},
		{"{\"index\":{}}\n{\"a\":\n{\"index\":{}}\n{\"a\":2}\n",
			"jsonl utf-8 partial-corrupt: <{\"index\":{}}\n{\"a\":> <{\"index\":{}}\n{\"a\":2}>"},
		{"{\"index\":{}}\n{\"a\":1}\n{\"index\":{}}\n",
			"jsonl utf-8 partial-truncated: <{\"index\":{}}\n{\"a\":1}>"},
	};
	CHECK_READINGS(rows, NULL);
	CHECK_SAME("{\"index\":{\"_id\":\"1\"}}\n{\"a\":1,\"b\":2}", "{\"index\":{\"_id\":\"7\"}}\n{\"b\":2,\"a\":1}",
		NULL, NULL);
	CHECK_SAME("{\"index\":{\"_id\":\"1\"}}\n{\"a\":1,\"b\":2}", "{\"b\":2,\"a\":1}", NULL, NULL);
}

static void what_is_no_json_is_not_claimed(void)
{
	static const char *const texts[] = {"[section]\nkey = value\n", "{{ template }}",
		"[1] first note\n[2] second\n", "hello", "[2019-12-05 10:00:00] started\n", "{ a: 1 }", "12\n13\n14\n",
		"\"a\"\n\"b\"\n"};
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
		struct st_span text = {(const uint8_t *)texts[i], strlen(texts[i])};
		if (json_sniff(text, true).shape != JSON_NONE)
			CHECK_FAIL("%s is taken for JSON", texts[i]);
	}
}

static void a_bad_line_is_a_record_by_its_bytes(void)
{
	static const struct reading_row rows[] = {
		{"{\"a\":1}\n{\"a\":\n{\"a\":3}\n", "jsonl utf-8 partial-corrupt: <{\"a\":1}> <{\"a\":> <{\"a\":3}>"},
		{"{\"a\":1}\nnot json\n{\"a\":3}\n", "jsonl utf-8 partial-corrupt: <{\"a\":1}> <not json> <{\"a\":3}>"},
		{"{\"a\":1}\n{\"a\":\"open\n{\"a\":3}\n{\"a\":4}",
			"jsonl utf-8 partial-corrupt: <{\"a\":1}> <{\"a\":\"open> <{\"a\":3}> <{\"a\":4}>"},
		{"{\"a\":1}\n{\"a\":2} tail\n", "jsonl utf-8 partial-corrupt: <{\"a\":1}> <{\"a\":2}> <tail>"},
		{"{\"a\":1},\n{\"a\":2},\n{\"a\":3}\n{\"a\":4}\n{\"a\":5}",
			"jsonl utf-8 read: <{\"a\":1}> <{\"a\":2}> <{\"a\":3}> <{\"a\":4}> <{\"a\":5}>"},
		{"{\"a\":1}\n{\"a\":2}\n{\"a\":", "jsonl utf-8 partial-truncated: <{\"a\":1}> <{\"a\":2}> <{\"a\":>"},
		{"{\"a\":1}\n{\"hits\":{\"hits\":[{\"b\":1},{\"b\n{\"a\":2}\n{\"a\":3}",
			"jsonl utf-8 partial-corrupt: <{\"a\":1}> <{\"b\":1}> <{\"b> <{\"a\":2}> <{\"a\":3}>"},
	};
	CHECK_READINGS(rows, "jsonl");
}

static void a_bad_last_line_ends_the_text(void)
{
	static const struct reading_row rows[] = {
		{"{\"a\":1}\n[1 2]\n", "jsonl utf-8 partial-corrupt: <{\"a\":1}> <[1 2]>"},
		{"{\"a\":1}\n[1 {\"b\":2}\n", "jsonl utf-8 partial-corrupt: <{\"a\":1}> <[1 {\"b\":2}>"},
	};
	CHECK_READINGS(rows, "jsonl");
}

static void a_document_cut_off_or_broken_is_partial(void)
{
	static const struct reading_row rows[] = {
		{"[{\"a\":1},{\"a\":2", "json utf-8 partial-truncated: <{\"a\":1}> <{\"a\":2>"},
		{"[{\"a\":\"\\u12g\"},\n{\"a\":2}]\n", "json utf-8 partial-corrupt: <{\"a\":\"\\u12> <{\"a\":2}>"},
		{"[{\"a\":1},", "json utf-8 partial-truncated: <{\"a\":1}>"},
		{"{\"a\":{\"b\":[", "json utf-8 partial-truncated: <{\"a\":{\"b\":[>"},
		{"[{\"a\":1},{\"a\":x},\n{\"a\":3},\n{\"a\":4}\n]\n",
			"json utf-8 partial-corrupt: <{\"a\":1}> <{\"a\":> <{\"a\":3}> <{\"a\":4}>"},
		{"{\"hits\":{\"hits\":[{\"a\":1},{\"a\":\"\x01\"},\n{\"a\":3}]}}\n",
			"json utf-8 partial-corrupt: <{\"a\":1}> <{\"a\":\"> <{\"a\":3}>"},
	};
	CHECK_READINGS(rows, "json");
}

static void a_stream_that_fails_says_why(void)
{
	const char *text = "[{\"a\":1},{\"a\":2},";
	auto_reading r = read_cut(text, strlen(text), 5, NULL, NULL, ST_REASON_ENCRYPTED);
	st_auto_free char *got = describe(&r);
	CHECK_TEXT(got, "json utf-8 partial-encrypted: <{\"a\":1}> <{\"a\":2}>");
}

static void too_deep_is_refused_where_nothing_was_read_and_partial_where_something_was(void)
{
	st_auto_buf struct st_buf deep = {0};
	for (int i = 0; i < 10000; i++)
		st_buf_add(&deep, i % 2 ? "[" : "{\"a\":", i % 2 ? 1 : 5);
	auto_reading whole = read_whole(deep.data, deep.size, NULL);
	CHECK_INT(whole.result.status, ST_UNREAD);
	CHECK_INT(whole.result.reason, ST_REASON_LIMIT_DEPTH);
	CHECK_INT(record_count(&whole), 0);
	st_auto_buf struct st_buf lines = {0};
	st_buf_add(&lines, "{\"a\":1}\n", 8);
	st_buf_add(&lines, deep.data, deep.size);
	st_buf_add(&lines, "\n{\"a\":2}\n{\"a\":3}\n", 17);
	auto_reading some = read_whole(lines.data, lines.size, NULL);
	CHECK_INT(some.result.status, ST_PARTIAL);
	CHECK_INT(some.result.reason, ST_REASON_LIMIT_DEPTH);
	CHECK_INT(record_count(&some), 4);
	CHECK_INT(some.text.size, lines.size);
}

static void equal_records_have_equal_digests_whatever_their_order_and_spelling(void)
{
	CHECK_SAME(
		"{\"a\":1,\"b\":[2,{\"d\":3,\"c\":4}]}", "{ \"b\" : [2, {\"c\":4, \"d\":3}], \"a\" : 1 }", NULL, NULL);
	CHECK_SAME("{\"a\":\"caf\\u00e9 \\ud83d\\ude00\"}", "{\"a\":\"caf\xc3\xa9 \xf0\x9f\x98\x80\"}", NULL, NULL);
	CHECK_SAME("{\"ab\":1,\"a\":2,\"abc\":3,\"\":4}", "{\"\":4,\"abc\":3,\"a\":2,\"ab\":1}", NULL, NULL);
	CHECK_SAME("{\"a\":1,\"b\":9,\"a\":2}", "{\"b\":9,\"a\":1,\"a\":2}", NULL, NULL);
}

static void records_that_differ_have_different_digests(void)
{
	CHECK_DIFFERENT("{\"a\":1}", "{\"a\":2}", NULL, NULL);
	CHECK_DIFFERENT("{\"a\":1}", "{\"a\":1.0}", NULL, NULL);
	CHECK_DIFFERENT("{\"a\":1}", "{\"a\":\"1\"}", NULL, NULL);
	CHECK_DIFFERENT("{\"a\":[1,2]}", "{\"a\":[2,1]}", NULL, NULL);
	CHECK_DIFFERENT("{\"a\":[1,2]}", "{\"a\":[[1],2]}", NULL, NULL);
	CHECK_DIFFERENT("{\"a\":1,\"a\":2}", "{\"a\":2,\"a\":1}", NULL, NULL);
	CHECK_DIFFERENT("{\"a\":\"b\",\"c\":\"d\"}", "{\"a\":\"b\\\"c\",\"\":\"d\"}", NULL, NULL);
	CHECK_DIFFERENT("{\"a\":null}", "{}", NULL, NULL);
	CHECK_DIFFERENT("{\"a\":true}", "{\"a\":false}", NULL, NULL);
	CHECK_DIFFERENT("{\"a\":\"\\ud83d\"}", "{\"a\":\"\\ud83e\"}", NULL, NULL);
	CHECK_DIFFERENT("{\"a\":{}}", "{\"a\":[]}", NULL, NULL);
}

static void a_hit_is_its_source_without_what_the_store_adds(void)
{
	const char *plain = "{\"name\":\"Anna\",\"n\":1}";
	CHECK_SAME(plain,
		"{\"_index\":\"cases\",\"_type\":\"_doc\",\"_id\":\"1\",\"_score\":1.0,\"_source\":{\"n\":1,\"name\":"
		"\"Anna\"}}",
		NULL, NULL);
	CHECK_SAME(
		plain, "{\"_source\":{\"name\":\"Anna\",\"n\":1},\"sort\":[1,{\"x\":[2]}],\"_version\":3}", NULL, NULL);
	CHECK_SAME(
		plain, "{\"hits\":{\"hits\":[{\"_id\":\"b\",\"_source\":{\"name\":\"Anna\",\"n\":1}}]}}", NULL, NULL);
	CHECK_SAME(plain,
		"{\"_id\":\"x\",\"@version\":\"1\",\"name\":\"Anna\",\"_seq_no\":5,\"_primary_term\":1,\"n\":1}", NULL,
		NULL);
	CHECK_SAME(
		plain, "{\"_source\":{\"name\":\"Anna\",\"_id\":{\"a\":[]},\"n\":1,\"@version\":\"1\"}}", NULL, NULL);
	CHECK_DIFFERENT(plain, "{\"_source\":{\"name\":\"Anna\",\"n\":2}}", NULL, NULL);
	CHECK_DIFFERENT("{\"a\":{\"_id\":1}}", "{\"a\":{\"_id\":2}}", NULL, NULL);
	CHECK_DIFFERENT("{\"_source\":\"x\"}", "{\"_source\":\"y\"}", NULL, NULL);
	CHECK_DIFFERENT("{\"_source\":{\"a\":1},\"_source\":{\"a\":2}}", "{\"_source\":{\"a\":1}}", NULL, NULL);
}

static void fields_named_volatile_are_left_out_at_the_top(void)
{
	static const char *const fields[] = {"exported_at", "run", NULL};
	CHECK_SAME(
		"{\"a\":1,\"exported_at\":\"x\",\"run\":[1,2]}", "{\"a\":1,\"exported_at\":{\"y\":[]}}", NULL, fields);
	CHECK_SAME("{\"_source\":{\"a\":1,\"run\":5}}", "{\"a\":1}", NULL, fields);
	CHECK_DIFFERENT("{\"a\":{\"run\":1}}", "{\"a\":{\"run\":2}}", NULL, fields);
	CHECK_DIFFERENT("{\"a\":1,\"run\":1}", "{\"a\":1,\"run\":2}", NULL, NULL);
}

static void add_repeated(struct st_buf *out, const char *text, size_t times)
{
	for (size_t i = 0; i < times; i++)
		st_buf_add(out, text, strlen(text));
}

static char *long_record(const char *before, const char *repeated, size_t times, const char *after)
{
	struct st_buf out = {0};
	add_repeated(&out, before, 1);
	add_repeated(&out, repeated, times);
	add_repeated(&out, after, 1);
	st_buf_add_byte(&out, 0);
	return (char *)out.data;
}

static void long_values_and_keys_count_like_short_ones(void)
{
	static const size_t times[] = {21845, 21846, 100000}; /* of 3 bytes: 65535, 65538, 300000 */
	for (size_t i = 0; i < sizeof times / sizeof times[0]; i++) {
		st_auto_free char *a = long_record("{\"k\":1,\"v\":\"", "\xe2\x82\xac", times[i], "\"}");
		st_auto_free char *b = long_record("{\"v\":\"", "\\u20ac", times[i], "\",\"k\":1}");
		st_auto_free char *c = long_record("{\"v\":\"", "\\u20ac", times[i], "x\",\"k\":1}");
		CHECK_SAME(a, b, NULL, NULL);
		CHECK_DIFFERENT(a, c, NULL, NULL);
		st_auto_free char *d = long_record("{\"z\":1,\"", "key", times[i], "\":2}");
		st_auto_free char *e = long_record("{\"", "key", times[i], "\":2,\"z\":1}");
		st_auto_free char *f = long_record("{\"", "key", times[i], "\":3,\"z\":1}");
		CHECK_SAME(d, e, NULL, NULL);
		CHECK_DIFFERENT(d, f, NULL, NULL);
	}
}

static void a_record_too_large_for_a_form_stands_by_its_bytes(void)
{
	st_auto_free char *a = long_record("[{\"z\":1", ",\"k\":1", 1200000, "}]");
	st_auto_free char *b = long_record("[ {\"z\":1", ",\"k\":1", 1200000, "} ]");
	st_auto_free char *c = long_record("[{\"z\":2", ",\"k\":1", 1200000, "}]");
	CHECK_SAME(a, b, NULL, NULL);
	CHECK_DIFFERENT(a, c, NULL, NULL);
	auto_reading whole = read_cut(a, strlen(a), SIZE_MAX, NULL, NULL, ST_REASON_NONE);
	auto_reading cut = read_cut(a, strlen(a), 4093, NULL, NULL, ST_REASON_NONE);
	CHECK(same_reading(&whole, &cut));
}

static void records_are_the_same_for_every_cut_of_a_long_text(void)
{
	st_auto_buf struct st_buf text = {0};
	for (int i = 0; i < 1500; i++) {
		st_auto_free char *line = st_format("{\"_index\":\"c%d\",\"_id\":\"%x\",\"_source\":{\"mail\":\"anna.%"
						    "d@contoso.com\",\"t\":\"a\\u00e9\\n\",\"n\":[%d,-1.5e3]}}%s\n",
			i % 5, i * 7919, i, i, i % 97 == 96 ? "]" : "");
		st_buf_add(&text, line, strlen(line));
	}
	auto_reading r = read_whole(text.data, text.size, NULL);
	CHECK_INT(record_count(&r), 1500 + 1500 / 97);
	CHECK_INT(r.result.reason, ST_REASON_CORRUPT);
}

static void json_in_utf_16_is_read_as_well(void)
{
	const char *text = "[{\"a\":\"x\"},{\"a\":\"y\"}]";
	uint8_t wide[64];
	for (size_t i = 0; i < strlen(text); i++) {
		wide[2 * i] = (uint8_t)text[i];
		wide[2 * i + 1] = 0;
	}
	auto_reading r = read_whole(wide, strlen(text) * 2, NULL);
	st_auto_free char *got = describe(&r);
	CHECK_TEXT(got, "json utf-16le read: <{\"a\":\"x\"}> <{\"a\":\"y\"}>");
	CHECK(r.transcoded);
	CHECK_INT(stored_of(&r, 5), 10);
}

/* Feeds one object by its text; true if it was a turn. */
static bool is_turn(const char *text)
{
	struct json_turns turns = {0};
	struct extract_turn turn;
	struct st_json_event event;
	bool found = false;
	struct st_json_reader *reader = st_json_open(8);
	st_json_feed(reader, text, strlen(text));
	st_json_feed_end(reader);
	while (st_json_next(reader, &event) != ST_JSON_END && event.token != ST_JSON_ERROR)
		found = (json_turns_cares(&turns, &event, 0) && json_turns_take(&turns, &event, 0, &turn)) || found;
	st_json_close(reader);
	return found;
}

static void every_known_key_makes_a_turn_in_any_case(void)
{
	static const char *const speakers[] = {"from", "author", "speaker", "sender", "role", "by", "posted_by",
		"author_type", "sender_type", "direction", "FROM", "Posted_By"};
	static const char *const texts[] = {"text", "body", "message", "content", "comment", "note", "notes",
		"plain_body", "html_body", "Text", "HTML_BODY"};
	static const char *const persons[] = {"role", "type", "email", "address", "mail", "EMail"};
	static const char *const others[] = {"fromm", "b", "bx", "texts", "@ext", "\\u0066rom!", "comments", ""};
	char object[256];
	for (size_t i = 0; i < sizeof speakers / sizeof speakers[0]; i++)
		for (size_t j = 0; j < sizeof texts / sizeof texts[0]; j++) {
			snprintf(object, sizeof object, "{\"%s\":\"agent\",\"%s\":\"hello\"}", speakers[i], texts[j]);
			if (!is_turn(object))
				printf("# %s\n", object);
			CHECK(is_turn(object));
		}
	for (size_t i = 0; i < sizeof persons / sizeof persons[0]; i++) {
		snprintf(object, sizeof object, "{\"from\":{\"%s\":\"agent\"},\"text\":\"hello\"}", persons[i]);
		CHECK(is_turn(object));
	}
	for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
		snprintf(object, sizeof object, "{\"%s\":\"agent\",\"text\":\"hello\"}", others[i]);
		CHECK(!is_turn(object));
	}
}

int main(void)
{
	RUN(documents_arrays_answers_and_lines_give_their_records);
	RUN(bulk_actions_are_no_records_of_their_own);
	RUN(what_is_no_json_is_not_claimed);
	RUN(a_bad_line_is_a_record_by_its_bytes);
	RUN(a_bad_last_line_ends_the_text);
	RUN(a_document_cut_off_or_broken_is_partial);
	RUN(a_stream_that_fails_says_why);
	RUN(too_deep_is_refused_where_nothing_was_read_and_partial_where_something_was);
	RUN(equal_records_have_equal_digests_whatever_their_order_and_spelling);
	RUN(records_that_differ_have_different_digests);
	RUN(a_hit_is_its_source_without_what_the_store_adds);
	RUN(fields_named_volatile_are_left_out_at_the_top);
	RUN(long_values_and_keys_count_like_short_ones);
	RUN(a_record_too_large_for_a_form_stands_by_its_bytes);
	RUN(records_are_the_same_for_every_cut_of_a_long_text);
	RUN(json_in_utf_16_is_read_as_well);
	RUN(every_known_key_makes_a_turn_in_any_case);
	CHECK_END();
}
