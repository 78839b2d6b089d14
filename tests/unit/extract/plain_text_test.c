/* Text without further structure: a log is one record a line, anything else one document. */
#include "reading.h"

#include "extract/log_shape.h"

static const char *const logs[] = {
	"2019-12-05T10:00:00Z started",
	"2019-12-05 10:00:00,123 INFO [main] started",
	"<34>Dec  5 10:00:00 host sshd[1]: session opened",
	"Dec 15 10:00:00 host sshd[1]: session opened",
	"192.0.2.7 - - [05/Dec/2019:10:00:00 +0000] \"GET / HTTP/1.1\" 200 5",
	"INFO  2019/12/05 10:00:00 started",
	"[Thu Dec 05 10:00:00 2019] [error] no such file",
	"[10:00:00] started",
	"I1205 10:00:00.000000 1 main.go:1] started",
	"1575540000.123 120 192.0.2.7 TCP_MISS/200 5 GET http://example.com/",
	"level=info ts=5 msg=started id=3",
	"05.12.2019 10:00:00 started",
	"15/09/01 18:14:40 INFO started",
};
static const char *const no_logs[] = {
	"Dear Anna, we met on 5 December 2019.",
	"0612345678",
	"a line of prose, with a comma",
	"10 apples",
	"x = 5",
	"see 2019-12-05 for details",
	"1575540000",
};

static char *repeat(const char *line, const char *end, int times)
{
	struct st_buf out = {0};
	for (int i = 0; i < times; i++) {
		st_buf_add(&out, line, strlen(line));
		st_buf_add(&out, end, strlen(end));
	}
	st_buf_add_byte(&out, 0);
	return (char *)out.data;
}

static bool is_log(const char *text)
{
	return log_shape((struct st_span){(const uint8_t *)text, strlen(text)}, true);
}

static void lines_that_begin_like_logs_are_logs(void)
{
	for (size_t i = 0; i < sizeof logs / sizeof logs[0]; i++) {
		st_auto_free char *text = repeat(logs[i], "\n", 8), *few = repeat(logs[i], "\n", 7);
		if (!is_log(text))
			CHECK_FAIL("no log: %s", logs[i]);
		if (is_log(few))
			CHECK_FAIL("seven lines are a log: %s", logs[i]);
	}
	for (size_t i = 0; i < sizeof no_logs / sizeof no_logs[0]; i++) {
		st_auto_free char *text = repeat(no_logs[i], "\n", 8);
		if (is_log(text))
			CHECK_FAIL("a log: %s", no_logs[i]);
	}
}

static void four_of_five_lines_decide_and_continuations_do_not_vote(void)
{
	const char *line = "2019-12-05T10:00:00Z error\n";
	st_auto_free char *eight = repeat(line, "", 8);
	st_auto_free char *two_other = st_format("%sother\nother\n", eight);
	st_auto_free char *three_other = st_format("%sother\nother\nother\n", eight);
	st_auto_free char *trace = st_format("%s  at one\n  at two\n\tat three\n#comment\n\n", eight);
	CHECK(is_log(two_other));
	CHECK(!is_log(three_other));
	CHECK(is_log(trace));
}

static void a_log_gives_a_record_for_each_line_that_is_not_blank(void)
{
	st_auto_free char *line = repeat("2019-12-05T10:00:00Z a", "\r\n", 7);
	st_auto_free char *text = st_format("%s\n  \n2019-12-05T10:00:00Z last", line);
	auto_reading r = read_whole(text, strlen(text), NULL);
	CHECK_TEXT(r.result.format, "log");
	CHECK_INT(record_count(&r), 8);
	CHECK_INT(record_of(&r, 0)->end, 22);
	CHECK_INT(record_of(&r, 1)->start, 24);
	CHECK(memcmp(record_of(&r, 0)->sha256, record_of(&r, 1)->sha256, ST_SHA256_BYTES) == 0);
	uint8_t want[ST_SHA256_BYTES];
	st_sha256_of("2019-12-05T10:00:00Z a", 22, want);
	CHECK(memcmp(record_of(&r, 0)->sha256, want, ST_SHA256_BYTES) == 0);
	CHECK_INT(record_of(&r, 7)->end, r.text.size);
}

static void a_document_is_one_record_by_its_normalised_text(void)
{
	static const struct reading_row rows[] = {
		{"Dear Anna,\nthank you.\n", "text utf-8 read: <Dear Anna,\nthank you.\n>"},
		{" \n\t\n", "text utf-8 read:"},
	};
	CHECK_READINGS(rows, NULL);
	CHECK_SAME("a\nb\n", "a\r\nb", NULL, NULL);
	CHECK_SAME("a\nb\n", "a\rb\r\r\n\n", NULL, NULL);
	CHECK_SAME("a  \t\nb\n", "a\nb \n \n\t\n", NULL, NULL);
	CHECK_SAME("a\n \nb", "a\n\nb", NULL, NULL);
	CHECK_DIFFERENT("a\n\nb", "a\nb", NULL, NULL);
	CHECK_DIFFERENT("a b", "a  b", NULL, NULL);
	CHECK_DIFFERENT(" a", "a", NULL, NULL);
	uint8_t want[ST_SHA256_BYTES];
	auto_reading r = read_whole("a \r\n\r\n b\t\n\n", 11, NULL);
	st_sha256_of("a\n\n b", 5, want);
	CHECK(memcmp(record_of(&r, 0)->sha256, want, ST_SHA256_BYTES) == 0);
}

static void the_same_text_in_another_encoding_is_a_copy(void)
{
	auto_reading one = read_whole("caf\xc3\xa9 f\xc3\xbcr", 10, NULL);
	auto_reading other = read_whole("caf\xe9 f\xfcr", 8, NULL);
	CHECK_TEXT(other.result.charset, "windows-1252");
	CHECK(memcmp(record_of(&one, 0)->sha256, record_of(&other, 0)->sha256, ST_SHA256_BYTES) == 0);
}

static void one_line_of_16_mb_is_one_record(void)
{
	st_auto_buf struct st_buf text = {0};
	for (int i = 0; i < 20; i++)
		st_buf_add(&text, "2019-12-05T10:00:00Z a\n", 23);
	st_buf_reserve(&text, 16 * MIB);
	memset(text.data + text.size, 'x', 16 * MIB);
	text.size += 16 * MIB;
	auto_reading r = read_cut(text.data, text.size, SIZE_MAX, NULL, NULL, ST_REASON_NONE);
	CHECK_INT(r.result.status, ST_READ);
	CHECK_INT(record_count(&r), 21);
}

static void blanks_without_end_do_not_fill_memory_and_count_the_same_for_every_cut(void)
{
	st_auto_buf struct st_buf text = {0};
	st_buf_add_byte(&text, 'a');
	for (int i = 0; i < 200000; i++)
		st_buf_add_byte(&text, i % 3 ? ' ' : '\t');
	st_buf_add(&text, "b\n", 2);
	auto_reading r = read_whole(text.data, text.size, NULL);
	CHECK_INT(record_count(&r), 1);
}

static void binary_bytes_are_no_text(void)
{
	auto_reading r = read_whole("\x03\x04\x05\x06\x0e\x0f\x10\x11", 8, NULL);
	CHECK_INT(r.result.status, ST_UNREAD);
	CHECK_INT(r.blocks, 0);
}

int main(void)
{
	RUN(lines_that_begin_like_logs_are_logs);
	RUN(four_of_five_lines_decide_and_continuations_do_not_vote);
	RUN(a_log_gives_a_record_for_each_line_that_is_not_blank);
	RUN(a_document_is_one_record_by_its_normalised_text);
	RUN(the_same_text_in_another_encoding_is_a_copy);
	RUN(one_line_of_16_mb_is_one_record);
	RUN(blanks_without_end_do_not_fill_memory_and_count_the_same_for_every_cut);
	RUN(binary_bytes_are_no_text);
	CHECK_END();
}
