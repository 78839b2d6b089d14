/* MongoDB: hello proves nothing; a count and the list of databases do. */
#include "wire.h"

#define OK "\x01ok\0\0\0\0\0\0\0\xf0\x3f"
#define NO "\x01ok\0\0\0\0\0\0\0\0\0"
#define REPLY(size, inner, text)              \
	size "\0\0\0"                         \
	     "\x02\0\0\0\x01\0\0\0\x01\0\0\0" \
	     "\x08\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x01\0\0\0" inner "\0\0\0" text "\0"
#define MSG(size, inner, text)                  \
	size "\0\0\0"                           \
	     "\x02\0\0\0\x01\0\0\0\xdd\x07\0\0" \
	     "\0\0\0\0\0" inner "\0\0\0" text "\0"
#define HELLO_NEW                    \
	REPLY("\x54", "\x30",        \
		"\x08ismaster\0\x01" \
		"\x10maxWireVersion\0\x15\0\0\0" OK)
#define HELLO_OLD                    \
	REPLY("\x54", "\x30",        \
		"\x08ismaster\0\x01" \
		"\x10maxWireVersion\0\x02\0\0\0" OK)
#define COUNTED MSG("\x2d", "\x18", "\x10n\0\x03\0\0\0" OK)
#define DATABASE(name) "\x03" name "\0\x11\0\0\0\x02name\0\x02\0\0\0a\0\0"
#define NAMES               \
	MSG("\x5e", "\x49", \
		"\x04"      \
		"databases\0\x2d\0\0\0" DATABASE("0") DATABASE("1") "\0" OK)
#define DENIED                                       \
	MSG("\x48", "\x33",                          \
		NO "\x02"                            \
		   "errmsg\0\x0c\0\0\0not allowed\0" \
		   "\x10"                            \
		   "code\0\x0d\0\0\0")
#define TELLS_NOTHING "not-tested cannot-tell not-tested not-tested not-tested cannot-tell = cannot-tell"
#define CLOSED "closed closed not-tested not-tested not-tested cannot-tell = closed"
#define HI                                            \
	{                                             \
		"mongodb.hello", {SAID(HELLO_NEW)}, 1 \
	}

static void what_is_counted_and_listed_is_open(void)
{
	WIRE("no access control", "mongodb://h.example", PROBE_L2,
		.answers = {HI, {"mongodb.count", {SAID(COUNTED)}, 1}, {"mongodb.list", {SAID(NAMES)}, 1}},
		.verdict = "open open not-tested not-tested not-tested implied = open",
		.asked = "mongodb.hello mongodb.count mongodb.list ", .reason = "access control is off");
	WIRE("L1", "mongodb://h.example", PROBE_L1, .answers = {HI, {"mongodb.count", {SAID(COUNTED)}, 1}},
		.verdict = "not-tested open not-tested not-tested not-tested cannot-tell = open");
	WIRE("before OP_MSG", "mongodb://h.example", PROBE_L2,
		.answers = {{"mongodb.hello", {SAID(HELLO_OLD)}, 1},
			{"mongodb.old_count", {SAID(REPLY("\x3c", "\x18", "\x10n\0\x03\0\0\0" OK))}, 1},
			{"mongodb.old_list",
				{SAID(REPLY("\x6d", "\x49",
					"\x04"
					"databases\0\x2d\0\0\0" DATABASE("0") DATABASE("1") "\0" OK))},
				1}},
		.verdict = "open open not-tested not-tested not-tested implied = open",
		.asked = "mongodb.hello mongodb.old_count mongodb.old_list ");
}

static void unauthorized_is_closed(void)
{
	WIRE("code 13", "mongodb://h.example", PROBE_L2, .answers = {HI, {"mongodb.count", {SAID(DENIED)}, 1}},
		.verdict = CLOSED, .asked = "mongodb.hello mongodb.count ");
	WIRE("words alone, before 3.0", "mongodb://h.example", PROBE_L2,
		.answers = {{"mongodb.hello", {SAID(HELLO_OLD)}, 1},
			{"mongodb.old_count",
				{SAID(REPLY("\x4e", "\x2a",
					NO "\x02"
					   "errmsg\0\x0d\0\0\0unauthorized\0"))},
				1}},
		.verdict = CLOSED);
}

static void what_proves_nothing_cannot_be_told(void)
{
	WIRE("hello alone", "mongodb://h.example", PROBE_L2, .answers = {HI}, .verdict = TELLS_NOTHING);
	WIRE("ok without a number", "mongodb://h.example", PROBE_L1,
		.answers = {HI, {"mongodb.count", {SAID(MSG("\x26", "\x11", OK))}, 1}}, .verdict = TELLS_NOTHING);
	WIRE("an error of another kind", "mongodb://h.example", PROBE_L1,
		.answers = {HI, {"mongodb.count",
					{SAID(MSG("\x30", "\x1b",
						NO "\x10"
						   "code\0\x3b\0\0\0"))},
					1}},
		.verdict = TELLS_NOTHING);
	WIRE("a document longer than its message", "mongodb://h.example", PROBE_L2,
		.answers = {{"mongodb.hello",
			{SAID(REPLY("\x54", "\x77",
				"\x08ismaster\0\x01"
				"\x10maxWireVersion\0\x15\0\0\0" OK))},
			1}},
		.verdict = TELLS_NOTHING);
	WIRE("a message longer than the answer", "mongodb://h.example", PROBE_L2,
		.answers = {{"mongodb.hello",
			{SAID(REPLY("\x7f", "\x30",
				"\x08ismaster\0\x01"
				"\x10maxWireVersion\0\x15\0\0\0" OK))},
			1}},
		.verdict = TELLS_NOTHING);
	WIRE("a text without its NUL", "mongodb://h.example", PROBE_L2,
		.answers = {{"mongodb.hello", {SAID(REPLY("\x34", "\x10", "\x02x\0\x7f\0\0\0abcd"))}, 1}},
		.verdict = TELLS_NOTHING);
	wire_strangers("mongodb://h.example", 1, true);
}

/* Documents in documents, deeper than anybody reads. */
static void nesting_is_bounded(void)
{
	st_auto_buf struct st_buf inner = {0};
	st_buf_add(&inner, "\x05\0\0\0\0", 5);
	for (int i = 0; i < 200; i++) {
		st_auto_buf struct st_buf outer = {0};
		st_buf_add_u32(&outer, (uint32_t)inner.size + 8);
		st_buf_add(&outer, "\x03x\0", 3);
		st_buf_add(&outer, inner.data, inner.size);
		st_buf_add_byte(&outer, 0);
		inner.size = 0;
		st_buf_add(&inner, outer.data, outer.size);
	}
	st_auto_buf struct st_buf message = {0};
	st_buf_add_u32(&message, (uint32_t)inner.size + 21);
	st_buf_add(&message, "\x02\0\0\0\x01\0\0\0\xdd\x07\0\0\0\0\0\0\0", 17);
	st_buf_add(&message, inner.data, inner.size);
	struct wire_case c = {"200 documents deep", "mongodb://h.example", PROBE_L2,
		.answers = {{"mongodb.hello", {{(const char *)message.data, message.size}}, 1}},
		.verdict = TELLS_NOTHING};
	wire_case(&c);
}

/* Messages and documents say their own size. */
static void the_messages_that_are_sent_are_whole(void)
{
	const struct probe_row *row;
	for (size_t i = 0; (row = probe_row_at(i)) != NULL; i++) {
		if (strncmp(row->id, "mongodb.", 8) != 0)
			continue;
		struct st_cursor in = {.at = (const uint8_t *)row->steps[0].data};
		in.end = in.at + row->steps[0].size;
		CHECK_INT(st_cursor_u32(&in), row->steps[0].size);
		(void)st_cursor_take(&in, 8);
		bool query = st_cursor_u32(&in) == 2004;
		(void)st_cursor_take(&in, 4 + 1);
		if (query) {
			in.at += strlen((const char *)in.at - 1) - 1 + 1;
			(void)st_cursor_take(&in, 8);
		}
		uint32_t size = st_cursor_u32(&in);
		if (size != (size_t)(in.end - in.at) + 4 || in.end[-1] != 0)
			CHECK_FAIL("%s: the document says %u bytes, %zu are there", row->id, size,
				(size_t)(in.end - in.at) + 4);
	}
}

int main(void)
{
	RUN(what_is_counted_and_listed_is_open);
	RUN(unauthorized_is_closed);
	RUN(what_proves_nothing_cannot_be_told);
	RUN(nesting_is_bounded);
	RUN(the_messages_that_are_sent_are_whole);
	CHECK_END();
}
