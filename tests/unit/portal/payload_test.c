/* Payloads: what goes in comes out; any other bytes are refused. */
#include "check.h"

#include "base/bytes.h"
#include "base/error.h"
#include "portal/payload.h"

static struct st_span text(const char *t)
{
	return (struct st_span){(const uint8_t *)t, strlen(t)};
}

static void encode_example(struct st_buf *out)
{
	struct payload_value values[] = {
		{0, true, true, text("a***@contoso.com")}, {7, true, false, text("IT60 ***")}, {2, false, false, {0}}};
	struct payload_kind kinds[] = {{0, 1, 2, 100, 200}, {7, 1, 1, 100, 100}};
	struct payload_record rows[] = {
		{PAYLOAD_ALONE, text("fabrikam-offer.pdf"), 1574899200, true, {0xab}, true, {0xcd}, 2, values, 3, 4},
		{PAYLOAD_NAME_WITHHELD, {0}, 0, false, {0}, false, {0}, 1, values, 1, 0}};
	payload_encode(&(struct payload){.audience = PORTAL_PERSON,
			       .records = 5,
			       .alone = 1,
			       .kinds = kinds,
			       .kind_count = 2,
			       .rows = rows,
			       .row_count = 2},
		out);
}

static void what_goes_in_comes_out(void)
{
	st_auto_buf struct st_buf bytes = {0}, again = {0};
	struct payload payload;
	encode_example(&bytes);
	CHECK(payload_decode((struct st_span){bytes.data, bytes.size}, &payload));
	CHECK_INT(payload.records, 5);
	CHECK_INT(payload.row_count, 2);
	CHECK(payload.rows[0].name.size == 18 && memcmp(payload.rows[0].name.data, "fabrikam-offer.pdf", 18) == 0);
	CHECK_INT(payload.rows[0].date, 1574899200);
	CHECK_INT(payload.rows[0].value_count, 3);
	CHECK_INT(payload.rows[0].more_values, 4);
	CHECK(payload.rows[0].values[0].masked && payload.rows[0].values[0].own);
	CHECK_INT(payload.rows[0].document_sha256[0], 0xcd);
	CHECK_INT(payload.rows[0].sha256[0], 0xab);
	CHECK_INT(payload.rows[1].has_digest, false);
	CHECK_INT(payload.rows[1].has_document_digest, false);
	payload_encode(&payload, &again);
	CHECK(again.size == bytes.size && memcmp(again.data, bytes.data, bytes.size) == 0);
	payload_free(&payload);
}

static void a_cut_or_longer_payload_is_refused(void)
{
	st_auto_buf struct st_buf bytes = {0};
	struct payload payload;
	encode_example(&bytes);
	for (size_t size = 0; size < bytes.size; size++)
		if (payload_decode((struct st_span){bytes.data, size}, &payload)) {
			payload_free(&payload);
			CHECK_FAIL("cut to %zu of %zu bytes, it decodes", size, bytes.size);
			return;
		}
	st_buf_add_byte(&bytes, 0);
	CHECK(!payload_decode((struct st_span){bytes.data, bytes.size}, &payload));
}

static void control_characters_and_broken_utf_8_are_refused(void)
{
	static const char *const texts[] = {"a\x1b[2J", "\xff", "caf\xc3", "\xc2\x85", "a\nb"};
	for (size_t i = 0; i < 5; i++) {
		st_auto_buf struct st_buf bytes = {0};
		struct payload_record row = {.name = text(texts[i]), .copies = 1};
		struct payload payload = {.audience = PORTAL_PERSON, .records = 1, .rows = &row, .row_count = 1};
		payload_encode(&payload, &bytes);
		CHECK(!payload_decode((struct st_span){bytes.data, bytes.size}, &payload));
	}
}

int main(void)
{
	RUN(what_goes_in_comes_out);
	RUN(a_cut_or_longer_payload_is_refused);
	RUN(control_characters_and_broken_utf_8_are_refused);
	CHECK_END();
}
