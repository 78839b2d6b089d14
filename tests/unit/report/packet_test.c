/* Packets: names in which nobody can be, hostile values in every file, and a zip that keeps to what it announced. */
#include "report/packet_names.h"
#include "report/packet_zip.h"

#include "check.h"

static struct st_span span(const char *text)
{
	return (struct st_span){(const uint8_t *)text, strlen(text)};
}

/* --- names --- */

static bool is_free(const struct packet_names *names, const char *name)
{
	unsigned digits = 0;
	return packet_names_free(names, span(name), &digits);
}

static void a_name_is_given_only_if_nobody_can_be_in_it(void)
{
	static const struct {
		const char *name;
		bool given;
	} rows[] = {
		{"cases-001.jsonl", true},
		{"export/2022-10-03/page_12.json.gz", true},
		{"Backup 20191231.ZIP", true},
		{"2022/10/mail.mbox", true},
		{"contoso/data.csv", true},
		{"CONTOSO.zip", true},
		{"x.7z", false},
		{"v2.7z", true},
		{"", true},
		{"offer-fabrikam.pdf", false},
		{"fabrikam", false},
		{"anna.csv", false},
		{"anna rossi.csv", false},
		{"contosofabrikam.zip", false},
		{"data-4711.csv", false},
		{"data-20191341.csv", false},
		{"347-123-456.csv", false},
		{"data-12-34.csv", false},
		{"data-2022-2023.csv", true},
		{"2022-10-03-99-12.csv", false},
		{"caf\xc3\xa9.csv", false},
		{"data(1).csv", false},
		{"data@list.csv", false},
		{"data\x01.csv", false},
		{"B\xc3\xbc"
		 "cher/data.csv",
			false},
	};
	struct packet_names *names = packet_names_open(span("contoso"));
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		if (is_free(names, rows[i].name) != rows[i].given)
			CHECK_FAIL("%s is %s", rows[i].name, rows[i].given ? "withheld" : "given");
	packet_names_close(names);
}

static void a_word_in_a_value_of_somebody_else_is_withheld_in_every_spelling(void)
{
	struct packet_names *names = packet_names_open(span("contoso"));
	CHECK(is_free(names, "data/offers.csv") && is_free(names, "contoso.csv"));
	packet_names_take(names, span("offers@fabrikam.com"));
	CHECK(!is_free(names, "data/offers.csv") && !is_free(names, "OFFERS-1.csv") &&
		is_free(names, "data/x.csv") == false);
	CHECK(is_free(names, "data/orders.csv"));
	packet_names_take(names, span("Data Index S.p.A."));
	CHECK(!is_free(names, "data/orders.csv") && !is_free(names, "index.html"));
	packet_names_take(names, span("x@contoso.fabrikam.com"));
	CHECK(!is_free(names, "contoso.csv"));
	packet_names_close(names);
}

static void the_digits_of_a_chain_are_counted_together(void)
{
	struct packet_names *names = packet_names_open(span(""));
	unsigned digits = 0;
	CHECK(packet_names_free(names, span("cases-12.zip"), &digits));
	CHECK(packet_names_free(names, span("page-3.json"), &digits));
	CHECK(!packet_names_free(names, span("part-4.json"), &digits));
	packet_names_close(names);
}

/* --- hostile values --- */

static const char hostile[] = "=cmd|'/c calc'!a0\x1b[2J\"><script>alert(1)</script>\xe2\x80\xae\xff@contoso.com";

struct taken {
	struct st_buf bytes;
	size_t fails_behind;
};

static enum st_status take(void *context, const void *data, size_t size, struct st_error *err)
{
	struct taken *taken = context;
	if (taken->fails_behind > 0 && taken->bytes.size + size > taken->fails_behind)
		return st_fail(err, ST_FATAL, "disk full");
	st_buf_add(&taken->bytes, data, size);
	return ST_OK;
}

static const struct report coverage = {
	.version = "0.1.0", .detectors_sha256 = "00", .listed = 1, .read = 1, .generated_at = 1570000000};

static struct packet hostile_packet(struct packet_value *value, struct packet_row *row)
{
	*value = (struct packet_value){
		.kind = "email_address", .text = st_strndup(hostile, sizeof hostile - 1), .mentions = 1};
	*row = (struct packet_row){.store = 1,
		.object = 1,
		.form = hostile,
		.format = hostile,
		.where = hostile,
		.name = hostile,
		.sha256 = ""};
	return (struct packet){.report = &coverage,
		.organization = true,
		.party = value->text,
		.reference = "0123456789abcdef",
		.values = value,
		.value_count = 1,
		.rows = row,
		.row_count = 1,
		.mentions = 1};
}

static void hostile_values_are_harmless_in_every_file(void)
{
	static enum st_status (*const files[])(const struct packet *packet, const struct packet_sink *sink,
		struct st_error *err) = {packet_readme, packet_csv, packet_json, packet_html};
	struct packet_value value;
	struct packet_row row;
	struct packet packet = hostile_packet(&value, &row);
	for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
		struct taken taken = {0};
		struct packet_sink sink = {take, &taken};
		CHECK_OK(files[i](&packet, &sink, &err));
		st_buf_add_byte(&taken.bytes, 0);
		const char *text = (const char *)taken.bytes.data;
		CHECK(strlen(text) + 1 == taken.bytes.size);
		CHECK(strchr(text, 0x1b) == NULL && strstr(text, "\xff") == NULL);
		CHECK(files[i] == packet_json || strstr(text, "\xe2\x80\xae") == NULL);
		CHECK(files[i] != packet_html || strstr(text, "<script") == NULL);
		CHECK(files[i] != packet_csv ||
			(strstr(text, "\n=") == NULL && strstr(text, ",=") == NULL && strstr(text, "\"=") == NULL));
		st_buf_free(&taken.bytes);
	}
	free(value.text);
}

/* --- the zip --- */

static void an_entry_that_is_not_as_long_as_announced_is_an_error(void)
{
	struct taken taken = {0};
	struct packet_sink sink = {take, &taken};
	struct st_error why = {0};
	struct packet_zip *zip = packet_zip_open("secret", &sink);
	CHECK_OK(packet_zip_entry(zip, "a.txt", 3, &why));
	CHECK_INT(packet_zip_data(zip, "abcd", 4, &why), ST_FATAL);
	CHECK_OK(packet_zip_data(zip, "ab", 2, &why));
	CHECK_INT(packet_zip_finish(zip, &why), ST_FATAL);
	packet_zip_close(zip);
	st_buf_free(&taken.bytes);
}

static void what_zip_cannot_hold_is_refused(void)
{
	struct taken taken = {0};
	struct packet_sink sink = {take, &taken};
	struct st_error why = {0};
	struct packet_zip *zip = packet_zip_open("secret", &sink);
	CHECK_INT(packet_zip_entry(zip, "a.txt", UINT32_MAX, &why), ST_WRONG);
	packet_zip_close(zip);
	st_buf_free(&taken.bytes);
}

static void a_full_disk_is_an_error_of_every_step(void)
{
	for (size_t room = 1; room < 400; room += 7) {
		struct taken taken = {.fails_behind = room};
		struct packet_sink sink = {take, &taken};
		struct st_error why = {0};
		struct packet_zip *zip = packet_zip_open("secret", &sink);
		enum st_status status = packet_zip_entry(zip, "a.txt", 200, &why);
		char data[200] = {0};
		if (status == ST_OK)
			status = packet_zip_data(zip, data, sizeof data, &why);
		if (status == ST_OK)
			status = packet_zip_finish(zip, &why);
		/* local header 46, salt and verifier 18, data 200, code 10, directory 62, end 22 */
		CHECK_INT(status, room < 358 ? ST_FATAL : ST_OK);
		packet_zip_close(zip);
		st_buf_free(&taken.bytes);
	}
}

static void no_two_passphrases_are_the_same(void)
{
	char one[PACKET_PASSPHRASE_TEXT], other[PACKET_PASSPHRASE_TEXT];
	packet_passphrase(one);
	packet_passphrase(other);
	CHECK_INT(strlen(one), PACKET_PASSPHRASE_TEXT - 1);
	CHECK(strcmp(one, other) != 0);
}

int main(void)
{
	RUN(a_name_is_given_only_if_nobody_can_be_in_it);
	RUN(a_word_in_a_value_of_somebody_else_is_withheld_in_every_spelling);
	RUN(the_digits_of_a_chain_are_counted_together);
	RUN(hostile_values_are_harmless_in_every_file);
	RUN(an_entry_that_is_not_as_long_as_announced_is_an_error);
	RUN(what_zip_cannot_hold_is_refused);
	RUN(a_full_disk_is_an_error_of_every_step);
	RUN(no_two_passphrases_are_the_same);
	CHECK_END();
}
