/* Redis: what its replies prove, and what they do not. */
#include "wire.h"

#define OPEN_ANSWER                                                                    \
	"+PONG\r\n$7\r\nstaunch\r\n$37\r\n# Server\r\nredis_version:7.0.15\r\na:b\r\n" \
	"\r\n:13\r\n$0\r\n\r\n"
#define KEYS "*2\r\n$2\r\n12\r\n*3\r\n$6\r\ncase:1\r\n$6\r\ncase:2\r\n$4\r\na\r\nb\r\n"
#define NOAUTH "-NOAUTH Authentication required.\r\n"
#define NOPERM "-NOPERM this user has no permissions to run the 'x' command\r\n"

static void commands_that_are_answered_are_open(void)
{
	WIRE("open", "redis://h.example", PROBE_L2,
		.answers = {{"redis.ask", {SAID(OPEN_ANSWER)}, 1}, {"redis.scan", {SAID(KEYS)}, 1}},
		.verdict = "open open not-tested not-tested not-tested cannot-tell = open",
		.asked = "redis.ask redis.scan ", .reason = "it holds 13 keys", .product = "Redis 7.0.15");
	WIRE("open, L1", "redis://h.example", PROBE_L1, .answers = {{"redis.ask", {SAID(OPEN_ANSWER)}, 1}},
		.verdict = "not-tested open not-tested not-tested not-tested cannot-tell = open",
		.asked = "redis.ask ");
	WIRE("no keys", "redis://h.example", PROBE_L2,
		.answers = {{"redis.ask", {SAID(OPEN_ANSWER)}, 1},
			{"redis.scan", {SAID("*2\r\n$1\r\n0\r\n*0\r\n")}, 1}},
		.verdict = "open open not-tested not-tested not-tested cannot-tell = open");
}

static void a_password_and_protected_mode_are_closed(void)
{
	WIRE("password", "redis://h.example", PROBE_L2,
		.answers = {{"redis.ask", {SAID(NOAUTH NOAUTH NOAUTH NOAUTH NOAUTH)}, 1}},
		.verdict = "closed closed not-tested not-tested not-tested cannot-tell = closed", .asked = "redis.ask ",
		.reason = "password");
	WIRE("protected mode", "redis://h.example", PROBE_L2,
		.answers = {{"redis.ask",
			{SAID("-DENIED Redis is running in protected mode because protected mode is enabled.\r\n")},
			1}},
		.verdict = "closed closed not-tested not-tested not-tested cannot-tell = closed",
		.reason = "own machine");
	WIRE("PING is free, the rest is not", "redis://h.example", PROBE_L2,
		.answers = {{"redis.ask", {SAID("+PONG\r\n" NOAUTH NOAUTH NOAUTH NOAUTH)}, 1}},
		.verdict = "closed closed not-tested not-tested not-tested cannot-tell = closed");
}

static void each_right_is_told_by_its_own_command(void)
{
	WIRE("may list, may not read", "redis://h.example", PROBE_L2,
		.answers = {{"redis.ask", {SAID("+PONG\r\n$7\r\nstaunch\r\n" NOPERM ":3\r\n" NOPERM)}, 1},
			{"redis.scan", {SAID(KEYS)}, 1}},
		.verdict = "open closed not-tested not-tested not-tested cannot-tell = open",
		.reason = "names of its keys");
	WIRE("may read, may not list", "redis://h.example", PROBE_L2,
		.answers = {{"redis.ask", {SAID(OPEN_ANSWER)}, 1}, {"redis.scan", {SAID(NOPERM)}, 1}},
		.verdict = "closed open not-tested not-tested not-tested cannot-tell = open");
	WIRE("may do neither", "redis://h.example", PROBE_L2,
		.answers = {{"redis.ask", {SAID("+PONG\r\n$7\r\nstaunch\r\n" NOPERM NOPERM NOPERM)}, 1},
			{"redis.scan", {SAID(NOPERM)}, 1}},
		.verdict = "closed closed not-tested not-tested not-tested cannot-tell = closed");
}

static void what_proves_nothing_cannot_be_told(void)
{
	static const char *const answers[] = {
		"-LOADING Redis is loading the dataset in memory\r\n",
		"-ERR max number of clients reached\r\n",
		"+OK\r\n+OK\r\n+OK\r\n+OK\r\n+OK\r\n",
		"+PONG\r\n+PONG\r\n+PONG\r\n+PONG\r\n+PONG\r\n",
		"+PONG\r\n$7\r\nstaunch\r\n",
		"+PONG\r\n$7\r\nstaunch\r\n$5\r\nhello\r\n:1\r\n",
		"+PONG",
		"$99999999999999999999\r\n",
		"$-7\r\n",
		"*1000000000000000\r\n",
		"*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n",
		"+PONG\r\n$3\r\nstaunch\r\n:1\r\n",
	};
	for (size_t i = 0; i < sizeof answers / sizeof answers[0]; i++)
		WIRE(answers[i], "redis://h.example", PROBE_L1,
			.answers = {{"redis.ask", {{answers[i], strlen(answers[i])}}, 1}},
			.verdict = "not-tested cannot-tell not-tested not-tested not-tested cannot-tell = cannot-tell");
	wire_strangers("redis://h.example", 1, true);
}

static void a_list_that_breaks_off_is_no_more_than_what_came(void)
{
	WIRE("cut inside of a key", "redis://h.example", PROBE_L2,
		.answers = {{"redis.ask", {SAID("+PONG\r\n$7\r\nstaunch\r\n" NOPERM ":3\r\n" NOPERM)}, 1},
			{"redis.scan", {SAID("*2\r\n$2\r\n12\r\n*3\r\n$6\r\ncas")}, 1}},
		.verdict = "open closed not-tested not-tested not-tested cannot-tell = open");
	WIRE("a text in its place", "redis://h.example", PROBE_L2,
		.answers = {{"redis.ask", {SAID("+PONG\r\n$7\r\nstaunch\r\n" NOPERM ":3\r\n" NOPERM)}, 1},
			{"redis.scan", {SAID("$4\r\nkeys\r\n")}, 1}},
		.verdict = "cannot-tell closed not-tested not-tested not-tested cannot-tell = cannot-tell");
}

int main(void)
{
	RUN(commands_that_are_answered_are_open);
	RUN(a_password_and_protected_mode_are_closed);
	RUN(each_right_is_told_by_its_own_command);
	RUN(what_proves_nothing_cannot_be_told);
	RUN(a_list_that_breaks_off_is_no_more_than_what_came);
	CHECK_END();
}
