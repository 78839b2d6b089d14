/* What hash.h promises of the digest that is sorted by: it is the front of the whole one. */
#include "base/hash.h"

#include "../check.h"

#define LONGEST 300

static uint64_t front_of(const uint8_t key[ST_DIGEST_KEY_BYTES], const uint8_t *message, size_t size)
{
	uint8_t digest[ST_DIGEST_BYTES];
	uint64_t front = 0;
	st_digest(key, message, size, digest);
	for (size_t i = 0; i < sizeof front; i++)
		front = front << 8 | digest[i];
	return front;
}

static void the_start_is_the_front_of_the_digest_at_every_length(void)
{
	uint8_t key[ST_DIGEST_KEY_BYTES], message[1 + LONGEST];
	for (size_t i = 0; i < sizeof key; i++)
		key[i] = (uint8_t)(i * 37 + 200);
	for (size_t i = 0; i < sizeof message; i++)
		message[i] = (uint8_t)(i * 91 + 130);
	for (size_t size = 0; size <= LONGEST; size++) {
		uint8_t *exact = malloc(size + 1); /* nothing may be read beside it */
		memcpy(exact, message + 1, size);
		uint64_t got = st_digest_start(key, message[0], exact, size), want = front_of(key, message, size + 1);
		free(exact);
		if (got != want) {
			CHECK_FAIL("%zu bytes: %016" PRIx64 ", not %016" PRIx64, size, got, want);
			return;
		}
	}
}

static void no_data_is_the_first_byte_alone(void)
{
	static const uint8_t key[ST_DIGEST_KEY_BYTES] = {1}, message[] = {7};
	CHECK(st_digest_start(key, 7, NULL, 0) == front_of(key, message, 1));
	CHECK(st_digest_start(key, 8, NULL, 0) != front_of(key, message, 1));
}

int main(void)
{
	RUN(the_start_is_the_front_of_the_digest_at_every_length);
	RUN(no_data_is_the_first_byte_alone);
	CHECK_END();
}
