/* memcached: text, binary with SASL, dumps. */
#include "wire.h"

#define OPEN_ANSWER "VERSION 1.6.18\r\nSTAT pid 9\r\nSTAT curr_items 12\r\nSTAT bytes 900\r\nEND\r\nEND\r\n"
#define BINARY(status) "\x81\0\0\0\0\0\0" status "\0\0\0\x09\0\0\0\0\0\0\0\0\0\0\0\0Not found"
#define TELLS_NOTHING "not-tested cannot-tell not-tested not-tested not-tested cannot-tell = cannot-tell"

static void commands_that_are_answered_are_open(void)
{
	WIRE("open", "memcached://h.example", PROBE_L2, .answers = {{"memcached.ask", {SAID(OPEN_ANSWER)}, 1}},
		.verdict = "not-tested open not-tested not-tested not-tested implied = open", .asked = "memcached.ask ",
		.reason = "12 items", .product = "memcached 1.6.18");
	WIRE("dumped at L3", "memcached://h.example", PROBE_L3,
		.answers = {{"memcached.ask", {SAID(OPEN_ANSWER)}, 1},
			{"memcached.dump",
				{SAID("key=case%3A1 exp=-1 la=1 cas=1 fetch=no cls=2 size=77\r\nkey=b "
				      "exp=-1\r\nEND\r\n")},
				1}},
		.verdict = "open open not-tested not-tested not-tested implied = open",
		.asked = "memcached.ask memcached.dump ");
	WIRE("started without dumps", "memcached://h.example", PROBE_L3,
		.answers = {{"memcached.ask", {SAID(OPEN_ANSWER)}, 1},
			{"memcached.dump", {SAID("ERROR metadump not allowed\r\n")}, 1}},
		.verdict = "cannot-tell open not-tested not-tested not-tested implied = open");
}

static void a_login_is_closed(void)
{
	WIRE("text, with a password", "memcached://h.example", PROBE_L2,
		.answers = {{"memcached.ask",
			{SAID("CLIENT_ERROR unauthenticated\r\nCLIENT_ERROR unauthenticated\r\nCLIENT_ERROR "
			      "unauthenticated\r\n")},
			1}},
		.verdict = "closed closed not-tested not-tested not-tested cannot-tell = closed", .reason = "password");
	WIRE("SASL", "memcached://h.example", PROBE_L2,
		.answers = {{"memcached.ask", {SAID("")}, 1}, {"memcached.binary", {SAID(BINARY("\x20"))}, 1}},
		.verdict = "closed closed not-tested not-tested not-tested cannot-tell = closed",
		.asked = "memcached.ask memcached.binary ", .reason = "SASL");
	WIRE("binary alone, without SASL", "memcached://h.example", PROBE_L2,
		.answers = {{"memcached.ask", {SAID("")}, 1}, {"memcached.binary", {SAID(BINARY("\x01"))}, 1}},
		.verdict = "not-tested open not-tested not-tested not-tested implied = open");
}

static void what_proves_nothing_cannot_be_told(void)
{
	static const char *const answers[] = {
		"VERSION 1.6.18\r\n",
		"VERSION 1.6.18\r\nEND\r\nEND\r\n",
		"VERSION 1.6.18\r\nSTAT pid 9\r\nSTAT curr_items many\r\nEND\r\nEND\r\n",
		"VERSION 1.6.18\r\nSTAT pid 9\r\nSTAT curr_items 12\r\nEND\r\n",
		"VERSION 1.6.18\r\nERROR\r\nEND\r\n",
		"ERROR\r\nERROR\r\nERROR\r\n",
		"STAT pid 9\r\nhello\r\n",
		"STAT",
	};
	for (size_t i = 0; i < sizeof answers / sizeof answers[0]; i++)
		WIRE(answers[i], "memcached://h.example", PROBE_L3,
			.answers = {{"memcached.ask", {{answers[i], strlen(answers[i])}}, 1}},
			.verdict = TELLS_NOTHING);
	WIRE("binary, cut", "memcached://h.example", PROBE_L2,
		.answers = {{"memcached.ask", {SAID("")}, 1}, {"memcached.binary", {SAID("\x81\0\0\0\0\0\0\x01")}, 1}},
		.verdict = TELLS_NOTHING);
	WIRE("binary, unknown status", "memcached://h.example", PROBE_L2,
		.answers = {{"memcached.ask", {SAID("")}, 1}, {"memcached.binary", {SAID(BINARY("\x81"))}, 1}},
		.verdict = TELLS_NOTHING);
	wire_strangers("memcached://h.example", 1, true);
}

int main(void)
{
	RUN(commands_that_are_answered_are_open);
	RUN(a_login_is_closed);
	RUN(what_proves_nothing_cannot_be_told);
	CHECK_END();
}
