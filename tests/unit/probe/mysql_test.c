/* MySQL and MariaDB: the greeting, an empty password, the server's own table of rights. */
#include "wire.h"

#define PACKET(size, number, text) size "\0\0" number text
#define GREETING                                           \
	PACKET("\x4a", "\0",                               \
		"\x0a"                                     \
		"8.0.36\0"                                 \
		"\x01\0\0\0"                               \
		"abcdefgh\0\xff\xff\x21\x02\0\xff\xdf\x15" \
		"\0\0\0\0\0\0\0\0\0\0"                     \
		"ijklmnopqrst\0"                           \
		"caching_sha2_password\0")
#define OK(number) PACKET("\x07", number, "\0\0\0\x02\0\0\0")
#define DENIED(number) PACKET("\x11", number, "\xff\x15\x04#28000denied!!")
#define SWITCH                                \
	PACKET("\x2c", "\x02",                \
		"\xfemysql_native_password\0" \
		"abcdefghijklmnopqrst\0")
#define END(number) PACKET("\x05", number, "\xfe\0\0\x02\0")
#define RESULT(rows)                   \
	PACKET("\x01", "\x01", "\x01") \
	PACKET("\x05", "\x02",         \
		"\x03"                 \
		"def\x01")             \
	END("\x03") rows END("\x06")
#define MAY RESULT(PACKET("\x07", "\x04", "\x06SELECT") PACKET("\x07", "\x05", "\x06INSERT"))
#define NAMES RESULT(PACKET("\x06", "\x04", "\x05mysql") PACKET("\x08", "\x05", "\x07support"))
#define TELLS_NOTHING "not-tested cannot-tell not-tested not-tested not-tested cannot-tell = cannot-tell"
#define HELLO                                         \
	{                                             \
		"mysql.greeting", {SAID(GREETING)}, 1 \
	}

static void root_with_an_empty_password_is_open(void)
{
	WIRE("with every right", "mysql://h.example", PROBE_L2, true,
		.answers = {HELLO, {"mysql.login", {SAID(GREETING), SAID(OK("\x02"))}, 2},
			{"mysql.rights", {SAID(GREETING), SAID(OK("\x02")), SAID(MAY), SAID("")}, 4},
			{"mysql.list", {SAID(GREETING), SAID(OK("\x02")), SAID(NAMES), SAID("")}, 4}},
		.verdict = "open open not-tested not-tested not-tested implied = open",
		.asked = "mysql.greeting mysql.login mysql.rights mysql.list ", .reason = "empty password",
		.product = "MySQL 8.0.36");
	WIRE("by another method", "mysql://h.example", PROBE_L2, true,
		.answers = {HELLO, {"mysql.login", {SAID(GREETING), SAID(SWITCH)}, 2},
			{"mysql.login_again", {SAID(GREETING), SAID(SWITCH), SAID(OK("\x04"))}, 3},
			{"mysql.rights_again", {SAID(GREETING), SAID(SWITCH), SAID(OK("\x04")), SAID(MAY)}, 4},
			{"mysql.list_again", {SAID(GREETING), SAID(SWITCH), SAID(OK("\x04")), SAID(NAMES)}, 4}},
		.verdict = "open open not-tested not-tested not-tested implied = open");
	WIRE("without rights", "mysql://h.example", PROBE_L2, true,
		.answers = {HELLO, {"mysql.login", {SAID(GREETING), SAID(OK("\x02"))}, 2},
			{"mysql.rights", {SAID(GREETING), SAID(OK("\x02")), SAID(RESULT(""))}, 3},
			{"mysql.list", {SAID(GREETING), SAID(OK("\x02")), SAID(NAMES)}, 3}},
		.verdict = "open cannot-tell not-tested not-tested not-tested cannot-tell = open",
		.reason = "sees databases");
}

static void a_password_is_closed(void)
{
	WIRE("1045", "mysql://h.example", PROBE_L2, true,
		.answers = {HELLO, {"mysql.login", {SAID(GREETING), SAID(DENIED("\x02"))}, 2}},
		.verdict = "closed closed not-tested not-tested not-tested cannot-tell = closed",
		.asked = "mysql.greeting mysql.login ");
	WIRE("1045 behind a switch", "mysql://h.example", PROBE_L2, true,
		.answers = {HELLO, {"mysql.login", {SAID(GREETING), SAID(SWITCH)}, 2},
			{"mysql.login_again", {SAID(GREETING), SAID(SWITCH), SAID(DENIED("\x04"))}, 3}},
		.verdict = "closed closed not-tested not-tested not-tested cannot-tell = closed");
}

static void a_finder_tries_no_password(void)
{
	WIRE("greeting alone", "mysql://h.example", PROBE_L2, false, .answers = {HELLO}, .verdict = TELLS_NOTHING,
		.asked = "mysql.greeting ", .reason = "finder");
}

static void what_proves_nothing_cannot_be_told(void)
{
	WIRE("address not allowed", "mysql://h.example", PROBE_L2, true,
		.answers = {{"mysql.greeting", {SAID(PACKET("\x07", "\0", "\xff\x6a\x04Host"))}, 1}},
		.verdict = TELLS_NOTHING, .reason = "others may get in");
	WIRE("wants TLS", "mysql://h.example", PROBE_L2, true,
		.answers = {HELLO,
			{"mysql.login", {SAID(GREETING), SAID(PACKET("\x09", "\x02", "\xff\x57\x0c#08004"))}, 2}},
		.verdict = TELLS_NOTHING, .reason = "TLS");
	WIRE("wants a password by a fuller way", "mysql://h.example", PROBE_L2, true,
		.answers = {HELLO, {"mysql.login", {SAID(GREETING), SAID(PACKET("\x02", "\x02", "\x01\x04"))}, 2}},
		.verdict = TELLS_NOTHING);
	WIRE("switches again and again", "mysql://h.example", PROBE_L2, true,
		.answers = {HELLO, {"mysql.login", {SAID(GREETING), SAID(SWITCH)}, 2},
			{"mysql.login_again", {SAID(GREETING), SAID(SWITCH), SAID(SWITCH)}, 3}},
		.verdict = TELLS_NOTHING, .asked = "mysql.greeting mysql.login mysql.login_again ");
	WIRE("greeting without an end", "mysql://h.example", PROBE_L2, true,
		.answers = {{"mysql.greeting",
			{SAID("\xff\xff\xff\0\x0a"
			      "8.0")},
			1}},
		.verdict = TELLS_NOTHING);
	WIRE("version without an end", "mysql://h.example", PROBE_L2, true,
		.answers = {{"mysql.greeting",
				    {SAID("\x04\0\0\0\x0a"
					  "8.0")},
				    1},
			{"mysql.login", {SAID("")}, 1}},
		.verdict = TELLS_NOTHING);
	wire_strangers("mysql://h.example", 1, true);
}

/* A step holds whole packets, each of the size that it says. */
static void the_packets_that_are_sent_are_whole(void)
{
	const struct probe_row *row;
	for (size_t i = 0; (row = probe_row_at(i)) != NULL; i++)
		for (size_t j = 0; strncmp(row->id, "mysql.", 6) == 0 && j < row->step_count; j++) {
			const uint8_t *at = (const uint8_t *)row->steps[j].data;
			if (at != NULL)
				CHECK_INT((at[0] | at[1] << 8 | at[2] << 16) + 4, row->steps[j].size);
		}
}

int main(void)
{
	RUN(root_with_an_empty_password_is_open);
	RUN(a_password_is_closed);
	RUN(a_finder_tries_no_password);
	RUN(what_proves_nothing_cannot_be_told);
	RUN(the_packets_that_are_sent_are_whole);
	CHECK_END();
}
