/* FTP: anonymous is a login, and what it sees is told by the control connection alone. */
#include "wire.h"

#define HI SAID("220 (vsFTPd 3.0.3)\r\n")
#define USER SAID("331 Please specify the password.\r\n")
#define IN SAID("230 Login successful.\r\n")
#define BYE SAID("221 Goodbye.\r\n")
#define NO_MLST SAID("500 Unknown command.\r\n")
#define LS                                                                                     \
	"213-Status follows:\r\ndrwxr-xr-x    2 0        0            4096 Nov 22 05:00 .\r\n" \
	"-rw-r--r--    1 0        0            2204 Nov 22 05:00 cases 2019.jsonl\r\n213 End of status\r\n"
#define TELLS_NOTHING "cannot-tell not-tested not-tested not-tested not-tested cannot-tell = cannot-tell"
#define CLOSED "closed closed not-tested not-tested not-tested cannot-tell = closed"

static void an_anonymous_list_is_open(void)
{
	WIRE("by STAT", "ftp://h.example", PROBE_L2, true,
		.answers = {{"ftp.login", {HI, USER, IN, NO_MLST, BYE}, 5},
			{"ftp.list", {HI, USER, IN, SAID(LS), BYE}, 5}},
		.verdict = "open not-tested not-tested not-tested not-tested cannot-tell = open",
		.asked = "ftp.login ftp.list ");
	WIRE("by MLST, which also says that it may be written to", "ftp://h.example", PROBE_L1, true,
		.answers = {{"ftp.login",
			{HI, USER, IN,
				SAID("250-Begin\r\n type=cdir;perm=cel;modify=20261122050000; /\r\n250 End.\r\n"), BYE},
			5}},
		.verdict = "open not-tested not-tested not-tested not-tested implied = open");
	WIRE("without a password", "ftp://h.example", PROBE_L2, true,
		.answers = {{"ftp.login", {HI, IN, SAID("202 Already logged in.\r\n"), NO_MLST, BYE}, 5},
			{"ftp.list", {HI, IN, SAID("202 Already logged in.\r\n"), SAID(LS), BYE}, 5}},
		.verdict = "open not-tested not-tested not-tested not-tested cannot-tell = open");
}

static void anonymous_that_is_refused_is_closed(void)
{
	WIRE("at PASS", "ftp://h.example", PROBE_L2, true,
		.answers = {{"ftp.login", {HI, USER, SAID("530 Login incorrect.\r\n")}, 3}}, .verdict = CLOSED,
		.asked = "ftp.login ");
	WIRE("at USER", "ftp://h.example", PROBE_L2, true,
		.answers = {{"ftp.login", {HI, SAID("530 This FTP server does not allow anonymous logins.\r\n")}, 2}},
		.verdict = CLOSED);
}

static void a_finder_tries_no_login(void)
{
	WIRE("greeting alone", "ftp://h.example", PROBE_L2, false, .answers = {{"ftp.greeting", {HI, BYE}, 2}},
		.verdict = TELLS_NOTHING, .asked = "ftp.greeting ", .reason = "finder");
}

static void what_proves_nothing_cannot_be_told(void)
{
	WIRE("wants TLS", "ftp://h.example", PROBE_L2, true,
		.answers = {{"ftp.login", {HI, SAID("530 Anonymous sessions must use encryption.\r\n")}, 2}},
		.verdict = TELLS_NOTHING, .reason = "TLS");
	WIRE("is let in, sees nothing", "ftp://h.example", PROBE_L2, true,
		.answers = {{"ftp.login", {HI, USER, IN, NO_MLST, BYE}, 5},
			{"ftp.list", {HI, USER, IN, SAID("550 Permission denied.\r\n"), BYE}, 5}},
		.verdict = TELLS_NOTHING, .reason = "anonymous is let in");
	WIRE("too many", "ftp://h.example", PROBE_L2, true,
		.answers = {{"ftp.login", {SAID("421 Too many users.\r\n")}, 1}}, .verdict = TELLS_NOTHING);
	WIRE("a reply that never ends", "ftp://h.example", PROBE_L2, true,
		.answers = {{"ftp.login", {SAID("220-hello\r\n220-hello\r\n"), USER, SAID("230-a\r\n")}, 3}},
		.verdict = TELLS_NOTHING);
	WIRE("yes to everything", "ftp://h.example", PROBE_L2, true,
		.answers = {{"ftp.login", {HI, SAID("200 OK\r\n"), SAID("200 OK\r\n"), SAID("200 OK\r\n"), BYE}, 5}},
		.verdict = TELLS_NOTHING);
	wire_strangers("ftp://h.example", 5, true);
}

int main(void)
{
	RUN(an_anonymous_list_is_open);
	RUN(anonymous_that_is_refused_is_closed);
	RUN(a_finder_tries_no_login);
	RUN(what_proves_nothing_cannot_be_told);
	CHECK_END();
}
