/* Sealed values: only in their own place, only with their own key, unchanged. */
#include "casefile/seal.h"

#include "check.h"

static const uint8_t case_key[32] = {1, 2, 3};
static const uint8_t case_id[SEAL_CASE_ID_BYTES] = {9};
static const struct seal_place place = {"objects.path", 7, 0};

static struct seal_keys keys_of(uint8_t key_byte, uint8_t id_byte)
{
	uint8_t key[32] = {key_byte}, id[SEAL_CASE_ID_BYTES] = {id_byte};
	struct seal_keys keys;
	seal_derive(key, id, &keys);
	return keys;
}

static void what_was_sealed_opens_in_its_place(void)
{
	struct seal_keys keys;
	seal_derive(case_key, case_id, &keys);
	st_auto_buf struct st_buf sealed = {0}, opened = {0};
	for (size_t size = 0; size < 70; size++) {
		uint8_t plain[70];
		memset(plain, 'x', sizeof plain);
		seal_value(&keys, place, (struct st_span){plain, size}, &sealed);
		CHECK_INT(sealed.size, size + SEAL_OVERHEAD_BYTES);
		CHECK(seal_open(&keys, place, (struct st_span){sealed.data, sealed.size}, &opened));
		CHECK(opened.size == size && memcmp(opened.data, plain, size) == 0);
	}
}

static void a_sealed_value_opens_in_no_other_column_row_or_part(void)
{
	struct seal_keys keys = keys_of(1, 1);
	static const struct seal_place others[] = {
		{"objects.path", 8, 0}, {"objects.path", 7, 1}, {"stores.name", 7, 0}, {"objects.pat", 7, 0}};
	st_auto_buf struct st_buf sealed = {0}, opened = {0};
	seal_value(&keys, place, (struct st_span){(const uint8_t *)"a", 1}, &sealed);
	for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
		CHECK(!seal_open(&keys, others[i], (struct st_span){sealed.data, sealed.size}, &opened));
}

static void no_other_key_and_no_other_case_opens_it_and_no_bit_may_change(void)
{
	struct seal_keys keys = keys_of(1, 1), other_key = keys_of(2, 1), other_case = keys_of(1, 2);
	st_auto_buf struct st_buf sealed = {0}, opened = {0};
	seal_value(&keys, place, (struct st_span){(const uint8_t *)"anna@contoso.com", 16}, &sealed);
	struct st_span span = {sealed.data, sealed.size};
	CHECK(!seal_open(&other_key, place, span, &opened));
	CHECK(!seal_open(&other_case, place, span, &opened));
	for (size_t i = 0; i < sealed.size; i++) {
		sealed.data[i] ^= 1;
		CHECK(!seal_open(&keys, place, span, &opened));
		sealed.data[i] ^= 1;
	}
	for (size_t size = 0; size < sealed.size; size++)
		CHECK(!seal_open(&keys, place, (struct st_span){sealed.data, size}, &opened));
	CHECK(seal_open(&keys, place, span, &opened));
}

static void equal_values_look_different(void)
{
	struct seal_keys keys = keys_of(1, 1);
	st_auto_buf struct st_buf one = {0}, two = {0};
	seal_value(&keys, place, (struct st_span){(const uint8_t *)"a", 1}, &one);
	seal_value(&keys, place, (struct st_span){(const uint8_t *)"a", 1}, &two);
	CHECK(memcmp(one.data, two.data, one.size) != 0);
}

int main(void)
{
	RUN(what_was_sealed_opens_in_its_place);
	RUN(a_sealed_value_opens_in_no_other_column_row_or_part);
	RUN(no_other_key_and_no_other_case_opens_it_and_no_bit_may_change);
	RUN(equal_values_look_different);
	CHECK_END();
}
