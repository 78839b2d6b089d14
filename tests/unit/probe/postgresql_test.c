/* PostgreSQL: what is let in without a password, and for whom that speaks. */
#include "wire.h"

#define TRUST "R\0\0\0\x08\0\0\0\0"
#define SUPERUSER "S\0\0\0\x14is_superuser\0on\0"
#define NO_SUPERUSER "S\0\0\0\x15is_superuser\0off\0"
#define VERSION                       \
	"S\0\0\0\x19server_version\0" \
	"15.20\0"
#define READY "Z\0\0\0\x05I"
#define STARTED DONE("\x16", "START TRANSACTION")
#define DONE(size, tag) "C\0\0\0" size tag "\0"
#define ROW(size, column, text) "D\0\0\0" size "\0\x01\0\0\0" column text
#define FATAL(size, code, text) "E\0\0\0" size "SFATAL\0C" code "\0M" text "\0\0"
#define TELLS_NOTHING "not-tested cannot-tell not-tested not-tested not-tested cannot-tell = cannot-tell"
#define CLOSED "closed closed not-tested not-tested not-tested cannot-tell = closed"
#define NAMES                                                                                        \
	STARTED "T\0\0\0\x08\0\0\0\0" ROW("\x12", "\x08", "postgres") ROW("\x11", "\x07", "support") \
		DONE("\x0d", "SELECT 2") DONE("\x0d", "ROLLBACK") READY
#define TABLES(number)                                                                                              \
	STARTED "T\0\0\0\x08\0\0\0\0" ROW("\x0b", "\x01", number) DONE("\x0d", "SELECT 1") DONE("\x0d", "ROLLBACK") \
		READY

static void trust_is_open_for_the_user_that_was_named(void)
{
	WIRE("a superuser", "postgresql://h.example", PROBE_L2,
		.answers = {{"postgresql.start", {SAID(TRUST SUPERUSER VERSION READY)}, 1},
			{"postgresql.list", {SAID(TRUST SUPERUSER READY), SAID(NAMES), SAID("")}, 3}},
		.verdict = "open open not-tested not-tested not-tested implied = open",
		.asked = "postgresql.start postgresql.list ", .reason = "superuser", .product = "PostgreSQL 15.20");
	WIRE("a reader", "postgresql://h.example", PROBE_L1,
		.answers = {{"postgresql.start", {SAID(TRUST NO_SUPERUSER READY)}, 1},
			{"postgresql.rights", {SAID(TRUST NO_SUPERUSER READY), SAID(TABLES("7"))}, 2}},
		.verdict = "not-tested open not-tested not-tested not-tested cannot-tell = open");
	WIRE("one who reads nothing, and sees the databases", "postgresql://h.example", PROBE_L2,
		.answers = {{"postgresql.start", {SAID(TRUST NO_SUPERUSER READY)}, 1},
			{"postgresql.rights", {SAID(TRUST NO_SUPERUSER READY), SAID(TABLES("0"))}, 2},
			{"postgresql.list", {SAID(TRUST NO_SUPERUSER READY), SAID(NAMES)}, 2}},
		.verdict = "open cannot-tell not-tested not-tested not-tested cannot-tell = open",
		.reason = "sees the databases");
}

static void a_password_is_closed_and_none_is_sent(void)
{
	WIRE("SCRAM", "postgresql://h.example", PROBE_L2,
		.answers = {{"postgresql.start", {SAID("R\0\0\0\x17\0\0\0\x0aSCRAM-SHA-256\0\0")}, 1}},
		.verdict = CLOSED, .asked = "postgresql.start ", .reason = "no other user was asked for");
	WIRE("MD5", "postgresql://h.example", PROBE_L2,
		.answers = {{"postgresql.start", {SAID("R\0\0\0\x0c\0\0\0\x05salt")}, 1}}, .verdict = CLOSED,
		.reason = "MD5");
	WIRE("in clear", "postgresql://h.example", PROBE_L2,
		.answers = {{"postgresql.start", {SAID("R\0\0\0\x08\0\0\0\x03")}, 1}}, .verdict = CLOSED);
	WIRE("GSS", "postgresql://h.example", PROBE_L2,
		.answers = {{"postgresql.start", {SAID("R\0\0\0\x08\0\0\0\x07")}, 1}}, .verdict = CLOSED);
}

static void what_proves_nothing_cannot_be_told(void)
{
	WIRE("no entry", "postgresql://h.example", PROBE_L2,
		.answers = {{"postgresql.start", {SAID(FATAL("\x1d", "28000", "no entry"))}, 1}},
		.verdict = TELLS_NOTHING, .reason = "others may get in");
	WIRE("no entry without TLS", "postgresql://h.example", PROBE_L2,
		.answers = {{"postgresql.start", {SAID(FATAL("\x2c", "28000", "no entry, no encryption"))}, 1}},
		.verdict = TELLS_NOTHING, .reason = "TLS");
	WIRE("trusted, but no such user", "postgresql://h.example", PROBE_L2,
		.answers = {{"postgresql.start", {SAID(TRUST FATAL("\x1c", "28000", "no role"))}, 1}},
		.verdict = TELLS_NOTHING, .reason = "another user may get in");
	WIRE("full", "postgresql://h.example", PROBE_L2,
		.answers = {{"postgresql.start", {SAID(FATAL("\x1d", "53300", "too many"))}, 1}},
		.verdict = TELLS_NOTHING, .reason = "too many");
	WIRE("trust that breaks off", "postgresql://h.example", PROBE_L2,
		.answers = {{"postgresql.start", {SAID(TRUST "S\0\0\0\x14is_super")}, 1}}, .verdict = TELLS_NOTHING);
	WIRE("a size that is less than itself", "postgresql://h.example", PROBE_L2,
		.answers = {{"postgresql.start", {SAID("R\0\0\0\x03\0\0\0\0")}, 1}}, .verdict = TELLS_NOTHING);
	WIRE("a size beyond everything", "postgresql://h.example", PROBE_L2,
		.answers = {{"postgresql.start", {SAID("R\xff\xff\xff\xff\0\0\0\0")}, 1}}, .verdict = TELLS_NOTHING);
	WIRE("no code of authentication", "postgresql://h.example", PROBE_L2,
		.answers = {{"postgresql.start", {SAID("R\0\0\0\x04Z\0\0\0\x05I")}, 1}}, .verdict = TELLS_NOTHING);
	wire_strangers("postgresql://h.example", 1, true);
}

/* Every message says its own size. */
static void the_messages_that_are_sent_are_whole(void)
{
	static const char *const ids[] = {"postgresql.start", "postgresql.rights", "postgresql.list"};
	for (size_t i = 0; i < 3; i++) {
		const struct probe_row *row = probe_row_named(ids[i]);
		for (size_t j = 0; j < row->step_count; j++) {
			const uint8_t *at = (const uint8_t *)row->steps[j].data + (j > 0);
			uint32_t size = (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
			CHECK_INT(size + (j > 0), row->steps[j].size);
		}
	}
}

int main(void)
{
	RUN(trust_is_open_for_the_user_that_was_named);
	RUN(a_password_is_closed_and_none_is_sent);
	RUN(what_proves_nothing_cannot_be_told);
	RUN(the_messages_that_are_sent_are_whole);
	CHECK_END();
}
