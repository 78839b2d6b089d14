/* Numbers are kept by digest of the id in an open-addressed table. */
#include "redact/message_ids.h"

#include <stdlib.h>

#include "base/ceilings.h"
#include "base/hash.h"

/* No top-level domain is called so, and none is needed (RFC 5322, 3.6.4): no detector takes it for an address. */
#define HOST "@redacted"
#define HOST_BYTES (sizeof HOST - 1)
#define LETTERS "BCDFGHJKLMNPQRSTVWXZ"

struct slot {
	uint8_t digest[ST_DIGEST_BYTES];
	uint32_t number; /* 0: empty */
};

struct message_ids {
	struct replacer *replacer;
	struct slot *slots;
	size_t count, capacity;
};

struct message_ids *message_ids_open(struct replacer *replacer)
{
	struct message_ids *ids = st_alloc_zero(1, sizeof *ids);
	ids->replacer = replacer;
	return ids;
}

void message_ids_close(struct message_ids *ids)
{
	if (ids == NULL)
		return;
	free(ids->slots);
	free(ids);
}

bool message_id_is_ours(struct st_span id)
{
	size_t size = id.size > HOST_BYTES ? id.size - HOST_BYTES : 0, letters = 0, digits = 0;
	if (size == 0 || size > REDACT_TOKEN_LETTERS || memcmp(id.data + size, HOST, HOST_BYTES) != 0)
		return false;
	for (size_t i = 0; i < size; i++) {
		letters += memchr(LETTERS, id.data[i], sizeof LETTERS - 1) != NULL;
		digits += id.data[i] >= '0' && id.data[i] <= '9';
	}
	return digits == size || (letters == size && size == REDACT_TOKEN_LETTERS);
}

static struct slot *slot_of(const struct message_ids *ids, const uint8_t digest[ST_DIGEST_BYTES])
{
	uint64_t hash;
	memcpy(&hash, digest, sizeof hash);
	size_t at = hash & (ids->capacity - 1);
	while (ids->slots[at].number != 0 && memcmp(ids->slots[at].digest, digest, ST_DIGEST_BYTES) != 0)
		at = (at + 1) & (ids->capacity - 1);
	return &ids->slots[at];
}

static void grow(struct message_ids *ids)
{
	struct message_ids bigger = {.count = ids->count, .capacity = ids->capacity ? ids->capacity * 2 : 64};
	bigger.slots = st_alloc_zero(bigger.capacity, sizeof *bigger.slots);
	for (size_t i = 0; i < ids->capacity; i++)
		if (ids->slots[i].number != 0)
			*slot_of(&bigger, ids->slots[i].digest) = ids->slots[i];
	free(ids->slots);
	ids->slots = bigger.slots;
	ids->capacity = bigger.capacity;
}

static uint32_t number_of(struct message_ids *ids, struct st_span id)
{
	static const uint8_t key[ST_DIGEST_KEY_BYTES] = "staunch messages";
	uint8_t digest[ST_DIGEST_BYTES];
	st_digest(key, id.data, id.size, digest);
	if (ids->count * 2 >= ids->capacity)
		grow(ids);
	struct slot *slot = slot_of(ids, digest);
	if (slot->number == 0 && ids->count < CEIL_REDACT_MESSAGE_IDS) {
		memcpy(slot->digest, digest, sizeof digest);
		slot->number = (uint32_t)++ids->count;
	}
	return slot->number;
}

/* In angle brackets an id is no canonical address: its letters are never those of one. */
static void add_letters(struct message_ids *ids, struct st_span id, struct st_buf *out)
{
	st_auto_buf struct st_buf value = {0}, token = {0};
	st_buf_add_byte(&value, '<');
	st_buf_add(&value, id.data, id.size);
	st_buf_add_byte(&value, '>');
	struct st_span span = {value.data, value.size};
	replacer_value(ids->replacer, REDACT_TOKEN, DETECT_EMAIL_ADDRESS, span, &token);
	const uint8_t *colon = memchr(token.data, ':', token.size);
	if (colon != NULL && token.data + token.size - colon > REDACT_TOKEN_LETTERS)
		st_buf_add(out, colon + 1, REDACT_TOKEN_LETTERS);
}

void message_ids_write(struct message_ids *ids, struct st_span id, struct st_buf *out)
{
	if (message_id_is_ours(id)) {
		st_buf_add(out, id.data, id.size);
		return;
	}
	if (ids->replacer != NULL)
		add_letters(ids, id, out);
	else
		st_buf_format(out, "%u", (unsigned)number_of(ids, id));
	st_buf_add(out, HOST, HOST_BYTES);
}
