/*
 * Redaction inside of JSON, CSV and SQL: every sample of the detectors as a value of a document. However the document
 * is cut the output is the same, a second run changes nothing, and what is outside of its values stays byte for byte.
 */
#include "redact_all.h"
#include "shape_reading.h"

#define SAMPLES_A_DOCUMENT 12
#define MODES 3

static const enum redact_action modes[MODES] = {REDACT_TOKEN, REDACT_LABEL, REDACT_MASK};
static const enum redact_format formats[] = {REDACT_JSON, REDACT_CSV, REDACT_SQL};
static const char *const heads[] = {"{\"id\":0,\"v\":[\n", "id,value\n", "CREATE TABLE t (id int, value text);\n"};
static const char *const tails[] = {"\"end\"]}\n", "99,end\n", "INSERT INTO t VALUES (99, 'end');\n"};

static void add_json(struct st_buf *out, struct st_span sample)
{
	st_buf_add_byte(out, '"');
	for (size_t i = 0; i < sample.size; i++) {
		uint8_t byte = sample.data[i];
		if (byte == '"' || byte == '\\')
			st_buf_add_byte(out, '\\');
		if (byte == '\n')
			st_buf_add(out, "\\n", 2);
		else if (byte < ' ')
			st_buf_format(out, "\\u%04x", byte);
		else
			st_buf_add_byte(out, byte);
	}
	st_buf_add(out, "\",\n", 3);
}

/* In quotes, which are doubled inside. */
static void add_quoted(struct st_buf *out, struct st_span sample, uint8_t quote, const char *before, const char *after)
{
	st_buf_add(out, before, strlen(before));
	st_buf_add_byte(out, quote);
	for (size_t i = 0; i < sample.size; i++) {
		if (sample.data[i] == quote)
			st_buf_add_byte(out, quote);
		st_buf_add_byte(out, sample.data[i]);
	}
	st_buf_add_byte(out, quote);
	st_buf_add(out, after, strlen(after));
}

static void add_sample(struct st_buf *out, size_t format, struct st_span sample)
{
	if (formats[format] == REDACT_JSON)
		add_json(out, sample);
	else if (formats[format] == REDACT_CSV)
		add_quoted(out, sample, '"', "1,", "\n");
	else
		add_quoted(out, sample, '\'', "INSERT INTO t VALUES (1, ", ");\n");
}

static void document_of(const struct samples *samples, size_t first, size_t format, struct st_buf *out)
{
	out->size = 0;
	st_buf_add(out, heads[format], strlen(heads[format]));
	for (size_t i = first; i < first + SAMPLES_A_DOCUMENT && i < samples->count; i++)
		if (memchr(sample_at(samples, i).data, 0, sample_at(samples, i).size) == NULL)
			add_sample(out, format, sample_at(samples, i));
	st_buf_add(out, tails[format], strlen(tails[format]));
}

/* What is outside of all places, and between which of them. */
static void structure_of(const struct shape_format *format, const struct st_buf *text, struct st_buf *out)
{
	auto_shape_reading reading =
		read_shape(format, (struct st_span){text->data, text->size}, SIZE_MAX, SIZE_MAX, false);
	for (size_t i = 0; i < text->size; i++) {
		if (!reading.placed[i])
			st_buf_add_byte(out, text->data[i]);
		else if (i == 0 || !reading.placed[i - 1])
			st_buf_add_byte(out, '_');
	}
}

static bool check_document(const struct st_buf *text, size_t format)
{
	const struct shape_format *shape = shape_named(redact_format_name(formats[format]));
	bool good = true;
	for (size_t mode = 0; mode < MODES && good; mode++) {
		struct redact_options options = redacted_options(modes[mode]);
		options.format = formats[format];
		struct redacted once = redacted_of(&options, text->data, text->size, 0, 0);
		struct redacted cut = redacted_of(&options, text->data, text->size, 0, mode == 0 ? 1 : 5 + mode * 9);
		struct redacted twice = redacted_of(&options, once.out.data, once.out.size, 0, 0);
		st_auto_buf struct st_buf before = {0}, after = {0};
		structure_of(shape, text, &before);
		structure_of(shape, &once.out, &after);
		good = once.status == REDACT_OK && same_bytes(&once.out, &cut.out) &&
		       same_bytes(&once.events, &cut.events) && same_bytes(&once.out, &twice.out) &&
		       same_bytes(&before, &after) && !once.unsorted;
		if (!good)
			CHECK_FAIL("status %d, cut %d, events %d, twice %d, structure %d, mode %zu: %.*s\n# gives %.*s",
				once.status, same_bytes(&once.out, &cut.out), same_bytes(&once.events, &cut.events),
				same_bytes(&once.out, &twice.out), same_bytes(&before, &after), mode, (int)text->size,
				(const char *)text->data, (int)once.out.size, (const char *)once.out.data);
		redacted_free(&once);
		redacted_free(&cut);
		redacted_free(&twice);
	}
	return good;
}

static void samples_as_values_keep_the_structure_in_every_mode(void)
{
	struct samples samples = {0};
	st_auto_buf struct st_buf text = {0};
	samples_of_cases(&samples);
	CHECK(samples.count >= 1000);
	for (size_t format = 0; format < sizeof(formats) / sizeof(formats[0]); format++)
		for (size_t i = 0; i < samples.count; i += SAMPLES_A_DOCUMENT) {
			document_of(&samples, i, format, &text);
			if (!check_document(&text, format))
				break;
		}
	samples_free(&samples);
}

/* Small documents that hold every kind of place, mentions near every border, and keys that become equal. */
static const struct {
	enum redact_format format;
	const char *text, *want;
} small[] = {
	{REDACT_JSON,
		"{\"a@contoso.com\":{\"b@contoso.com\":\"c@contoso.com\"},\"d@contoso.com\":1,\"card\":"
		"4111111111111111}",
		"{\"[email_address]\":{\"[email_address]\":\"[email_address]\"},\"[email_address]#2\":1,\"card\":\"["
		"payment_card]"
		"\"}"},
	{REDACT_JSON, "{\"[email_address]\":1,\"x\":2,\"a@contoso.com\":3,\"[email_address]#2\":4,\"b@contoso.com\":5}",
		"{\"[email_address]\":1,\"x\":2,\"[email_address]#2\":3,\"[email_address]#2#2\":4,\"[email_address]#"
		"3\":5}"},
	{REDACT_JSON, "[\"\\u0061nna@contoso.com\",\"x\\nb@contoso.com\\\\\",\"\\\"c@contoso.com\\\"\"]",
		"[\"[email_address]\",\"x\\n[email_address]\\\\\",\"\\\"[email_address]\\\"\"]"},
	{REDACT_JSON, "{\"a\":\"b@contoso.com\n{\"a\":\"c@contoso.com\"}\nplain d@contoso.com",
		"{\"a\":\"[email_address]\n{\"a\":\"[email_address]\"}\nplain [email_address]"},
	{REDACT_CSV, "n,m\r\n\"a@contoso.com\",b@contoso.com\r\n\"x \"\"c@contoso.com\"\"\",\"d\ne@contoso.com\"\r\n",
		"n,m\r\n\"[email_address]\",[email_address]\r\n\"x "
		"\"\"[email_address]\"\"\",\"d\n[email_address]\"\r\n"},
	{REDACT_SQL,
		"INSERT INTO `t` (`a`,`card`) VALUES ('b@contoso.com',4111111111111111,'it''s c@contoso.com'); -- "
		"d@contoso.com\n",
		"INSERT INTO `t` (`a`,`card`) VALUES ('[email_address]','[payment_card]','it''s [email_address]'); -- "
		"[email_address]\n"},
	{REDACT_SQL,
		"COPY t (a) FROM stdin;\nx\\tb@contoso.com\t\\N\n\\.\nSELECT $$c@contoso.com$$, \"d@contoso.com\";",
		"COPY t (a) FROM stdin;\nx\\t[email_address]\t\\N\n\\.\nSELECT $$[email_address]$$, "
		"\"[email_address]\";"},
};

static void every_cut_of_small_documents_gives_the_output_of_one_block(void)
{
	for (size_t i = 0; i < sizeof(small) / sizeof(small[0]); i++) {
		struct redact_options options = redacted_options(REDACT_LABEL);
		options.format = small[i].format;
		for (size_t cut = 0; cut <= strlen(small[i].text); cut++) {
			struct redacted got = redacted_of(&options, small[i].text, strlen(small[i].text), cut, 3);
			if (strcmp((const char *)got.out.data, small[i].want) != 0)
				CHECK_FAIL("cut at %zu: %s\n# gives %s\n# not   %s", cut, small[i].text,
					(const char *)got.out.data, small[i].want);
			redacted_free(&got);
			if (check_failed)
				return;
		}
	}
}

/* A value over the borders of its parts is replaced once. */
static void a_mention_on_the_border_of_two_parts_is_replaced_once(void)
{
	const char address[] = "anna.rossi@contoso.com";
	for (size_t at = CEIL_TEXT_BLOCK_BYTES - 30; at < CEIL_TEXT_BLOCK_BYTES + 2; at++) {
		st_auto_buf struct st_buf text = {0}, want = {0};
		st_buf_add(&text, "[\"", 2);
		for (size_t i = 0; i < at; i++)
			st_buf_add_byte(&text, ' ');
		st_buf_add(&want, text.data, text.size);
		st_buf_format(&text, "%s x\"]", address);
		st_buf_format(&want, "[email_address] x\"]");
		struct redact_options options = redacted_options(REDACT_LABEL);
		options.format = REDACT_JSON;
		struct redacted got = redacted_of(&options, text.data, text.size, 0, 4096);
		bool same = same_bytes(&got.out, &want);
		redacted_free(&got);
		if (!same)
			printf("# at %zu\n", at);
		CHECK(same);
	}
}

int main(void)
{
	RUN(samples_as_values_keep_the_structure_in_every_mode);
	RUN(every_cut_of_small_documents_gives_the_output_of_one_block);
	RUN(a_mention_on_the_border_of_two_parts_is_replaced_once);
	CHECK_END();
}
