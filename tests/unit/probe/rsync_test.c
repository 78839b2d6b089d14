/* The rsync daemon: its list proves nothing, a module does. */
#include "wire.h"

#define HELLO "@RSYNCD: 31.0 sha512 md5\n"
#define LIST(names)                                                                             \
	{                                                                                       \
		"rsync.list", {SAID(HELLO), SAID("Welcome, all.\n" names "@RSYNCD: EXIT\n")}, 2 \
	}
#define MODULE(text)                                                           \
	{                                                                      \
		"rsync.module", {SAID(HELLO), SAID("Welcome, all.\n" text)}, 2 \
	}
#define TELLS_NOTHING "not-tested cannot-tell not-tested not-tested not-tested cannot-tell = cannot-tell"

static void a_module_that_says_ok_is_open(void)
{
	WIRE("first of two", "rsync://h.example", PROBE_L2,
		.answers = {LIST("backup         \tof the help desk\nsecret\t\n"), MODULE("@RSYNCD: OK\n")},
		.verdict = "open open not-tested not-tested not-tested cannot-tell = open",
		.asked = "rsync.list rsync.module ", .product = "rsync protocol 31.0");
	WIRE("typed", "rsync://h.example/backup", PROBE_L1, .answers = {MODULE("@RSYNCD: OK\n")},
		.verdict = "open open not-tested not-tested not-tested cannot-tell = open", .asked = "rsync.module ");
}

static void locked_modules_are_closed_although_their_names_are_listed(void)
{
	WIRE("two", "rsync://h.example", PROBE_L2,
		.answers = {LIST("a\tx\nb c\t\n"), MODULE("@RSYNCD: AUTHREQD cNbHJXhr2D1bDnq\n")},
		.verdict = "closed closed not-tested not-tested not-tested cannot-tell = closed",
		.asked = "rsync.list rsync.module rsync.module ", .reason = "names are given to everybody");
	WIRE("typed", "rsync://h.example/a", PROBE_L2, .answers = {MODULE("@RSYNCD: AUTHREQD x\n")},
		.verdict = "closed closed not-tested not-tested not-tested cannot-tell = closed",
		.asked = "rsync.module ");
	WIRE("known to have been open, gone", "rsync://h.example", PROBE_L2, .known = "old",
		.answers = {LIST(""), MODULE("@ERROR: Unknown module 'old'\n")},
		.verdict = "closed closed not-tested not-tested not-tested cannot-tell = closed");
	WIRE("more than are asked", "rsync://h.example", PROBE_L2,
		.answers = {LIST("a\t\nb\t\nc\t\nd\t\ne\t\nf\t\ng\t\nh\t\ni\t\nj\t\nk\t\n"),
			MODULE("@RSYNCD: AUTHREQD x\n")},
		.verdict = "not-tested cannot-tell not-tested not-tested not-tested cannot-tell = cannot-tell");
}

static void what_proves_nothing_cannot_be_told(void)
{
	WIRE("no module is listed", "rsync://h.example", PROBE_L2, .answers = {LIST("")},
		.verdict = "cannot-tell not-tested not-tested not-tested not-tested cannot-tell = cannot-tell",
		.reason = "list = no");
	WIRE("by address", "rsync://h.example/a", PROBE_L2,
		.answers = {MODULE("@ERROR: access denied to a from b.example (192.0.2.1)\n")},
		.verdict = TELLS_NOTHING, .reason = "others may get in");
	WIRE("misspelt", "rsync://h.example/a", PROBE_L2, .answers = {MODULE("@ERROR: Unknown module 'a'\n")},
		.verdict = TELLS_NOTHING);
	WIRE("full", "rsync://h.example/a", PROBE_L2, .answers = {MODULE("@ERROR: max connections (2) reached\n")},
		.verdict = TELLS_NOTHING);
	WIRE("greeting", "rsync://h.example", PROBE_L1, .answers = {{"rsync.greeting", {SAID(HELLO)}, 1}},
		.verdict = "cannot-tell not-tested not-tested not-tested not-tested cannot-tell = cannot-tell",
		.asked = "rsync.greeting ");
	WIRE("list that breaks off", "rsync://h.example", PROBE_L2,
		.answers = {{"rsync.list", {SAID(HELLO), SAID("a\t\nb")}, 2}},
		.verdict = "cannot-tell not-tested not-tested not-tested not-tested cannot-tell = cannot-tell");
	wire_strangers("rsync://h.example", 2, true);
}

static void a_name_that_would_be_a_command_is_never_asked_for(void)
{
	WIRE("names of commands", "rsync://h.example", PROBE_L2,
		.answers = {LIST("#list\t\n@RSYNCD\t\n\t\nx\x01y\t\n")},
		.verdict = "cannot-tell not-tested not-tested not-tested not-tested cannot-tell = cannot-tell",
		.asked = "rsync.list ");
	struct probe_request request = {.row = probe_row_named("rsync.module")};
	st_auto_buf struct st_buf out = {0};
	static const char *const bad[] = {"", "a\n#list", "a\r", "\x7f", "tab\there"};
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		request.object = (struct st_span){(const uint8_t *)bad[i], strlen(bad[i])};
		if (probe_request_step(&request, 1, &out))
			CHECK_FAIL("\"%s\" would be sent", bad[i]);
	}
	request.object = (struct st_span){(const uint8_t *)"b c", 3};
	CHECK(probe_request_step(&request, 1, &out));
	CHECK(out.size == 18 && memcmp(out.data, "@RSYNCD: 31.0\nb c\n", 18) == 0);
}

int main(void)
{
	RUN(a_module_that_says_ok_is_open);
	RUN(locked_modules_are_closed_although_their_names_are_listed);
	RUN(what_proves_nothing_cannot_be_told);
	RUN(a_name_that_would_be_a_command_is_never_asked_for);
	CHECK_END();
}
