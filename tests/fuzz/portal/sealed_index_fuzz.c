/*
 * Any file as a sealed index. First byte even: the bytes are the file, and the head alone. Odd: they are links, sealed
 * with the right keys into a file whose sums are right, so that what follows the seals is reached: each link takes two
 * bytes for what it says of its size and four for the links that follow.
 */
#include "portal/index_form.h"

#include <sodium.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define LINKS 8

static const uint8_t secret[PORTAL_SECRET_BYTES] = {5};
static const struct portal_case which = {.case_id = {1}, .salt = {2}};

struct entry {
	uint8_t digest[PORTAL_DIGEST_BYTES], sealed[256];
};

static int by_digest(const void *left, const void *right)
{
	return memcmp(left, right, PORTAL_DIGEST_BYTES);
}

static size_t make_entries(const uint8_t *data, size_t size, struct entry entries[LINKS])
{
	static const uint8_t nonce[crypto_aead_xchacha20poly1305_ietf_NPUBBYTES];
	size_t count = size / INDEX_LINK_HEAD_BYTES < LINKS ? size / INDEX_LINK_HEAD_BYTES : LINKS;
	for (uint32_t i = 0; i < count; i++) {
		uint8_t plain[256 - INDEX_TAG_BYTES] = {0}, key[32], bound[INDEX_BOUND_BYTES];
		memcpy(plain, data + i * INDEX_LINK_HEAD_BYTES, INDEX_LINK_HEAD_BYTES);
		portal_link_digest(secret, i, entries[i].digest);
		portal_link_key(secret, i, key);
		index_bind(&which, entries[i].digest, bound);
		crypto_aead_xchacha20poly1305_ietf_encrypt(
			entries[i].sealed, NULL, plain, sizeof plain, bound, sizeof bound, NULL, nonce, key);
	}
	qsort(entries, count, sizeof *entries, by_digest);
	return count;
}

static void write_links(const uint8_t *data, size_t size, struct st_buf *file)
{
	struct entry entries[LINKS];
	struct portal_head head = {.id = which, .entries = {make_entries(data, size, entries), 0, 0}};
	st_auto_buf struct st_buf body = {0}, digests = {0};
	for (size_t i = 0; i < head.entries[0]; i++)
		st_buf_add(&digests, entries[i].digest, PORTAL_DIGEST_BYTES);
	st_sha256_of(digests.data, digests.size, head.tables_sha256);
	portal_head_encode(&head, &body);
	st_buf_add(file, INDEX_MAGIC, INDEX_MAGIC_BYTES);
	st_buf_add_span(file, body.data, body.size);
	while (file->size < PORTAL_HEAD_BYTES)
		st_buf_add_byte(file, 0);
	st_buf_add(file, digests.data, digests.size);
	for (size_t i = 0; i < head.entries[0]; i++)
		st_buf_add(file, entries[i].sealed, sizeof entries[i].sealed);
}

static void read_file(struct st_span bytes)
{
	struct portal_index *index;
	struct st_error err = {0};
	int fd = memfd_create("index", MFD_CLOEXEC);
	if (fd < 0 || st_write_full(fd, bytes.data, bytes.size) != 0)
		abort();
	if (portal_index_open_fd(fd, NULL, &index, &err) == ST_OK) {
		st_auto_buf struct st_buf payload = {0};
		bool found;
		(void)portal_index_read(index, secret, &found, &payload, &err);
		if (payload.size > INDEX_LARGEST * LINKS)
			abort();
		portal_index_close(index);
	}
	close(fd);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct portal_head head;
	st_auto_buf struct st_buf file = {0};
	if (size < 1 || size > 65536 || sodium_init() < 0)
		return 0;
	if (data[0] & 1)
		write_links(data + 1, size - 1, &file);
	else
		st_buf_add(&file, data + 1, size - 1);
	read_file((struct st_span){file.data, file.size});
	if (portal_head_decode((struct st_span){data + 1, size - 1}, &head))
		portal_head_free(&head);
	return 0;
}
