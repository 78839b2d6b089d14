/* Reads a sealed index that was written by anybody: sizes and sums are checked once, on opening. */
#include "portal/index_form.h"

#include "base/ceilings.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

struct portal_index {
	struct portal_head head;
	const uint8_t *file;
	size_t size_bytes;
};

static enum st_status is_none(struct st_error *err)
{
	return st_fail(err, ST_WRONG, "the file is no sealed index, or it is damaged");
}

/* The sum that the sizes in the head make; entries are bounded, so that it cannot overflow. */
static bool sizes_agree(const struct portal_index *index)
{
	return index_class_start(index->head.entries, PORTAL_CLASSES) == index->size_bytes;
}

static struct st_span digests_of(const struct portal_index *index, size_t class)
{
	return (struct st_span){index->file + index_class_start(index->head.entries, class),
		(size_t)index->head.entries[class] * PORTAL_DIGEST_BYTES};
}

static bool tables_agree(const struct portal_index *index)
{
	uint8_t sha256[ST_SHA256_BYTES];
	struct st_sha256 *hash = st_sha256_new();
	for (size_t i = 0; i < PORTAL_CLASSES; i++) {
		struct st_span digests = digests_of(index, i);
		st_sha256_add(hash, digests.data, digests.size);
	}
	st_sha256_end(hash, sha256);
	st_sha256_free(hash);
	return memcmp(sha256, index->head.tables_sha256, sizeof sha256) == 0;
}

static enum st_status examine(struct portal_index *index, const uint8_t *public_key, struct st_error *err)
{
	struct st_cursor in = {index->file, index->file + PORTAL_HEAD_BYTES, false};
	if (index->size_bytes < PORTAL_HEAD_BYTES)
		return is_none(err);
	const uint8_t *magic = st_cursor_take(&in, INDEX_MAGIC_BYTES);
	struct st_span body = st_cursor_span(&in);
	size_t signed_bytes = (size_t)(in.at - index->file);
	const uint8_t *signature = st_cursor_take(&in, INDEX_SIGNATURE_BYTES);
	if (in.bad || memcmp(magic, INDEX_MAGIC, INDEX_MAGIC_BYTES) != 0)
		return is_none(err);
	for (; in.at < in.end; in.at++)
		if (*in.at != 0)
			return is_none(err);
	if (public_key != NULL && crypto_sign_verify_detached(signature, index->file, signed_bytes, public_key) != 0)
		return st_fail(err, ST_WRONG, "the index was not sealed with the key of this keyholder");
	if (!portal_head_decode(body, &index->head) || !sizes_agree(index) || !tables_agree(index))
		return is_none(err);
	return ST_OK;
}

enum st_status portal_index_open_fd(
	int fd, const uint8_t public_key[32], struct portal_index **out, struct st_error *err)
{
	struct stat info;
	*out = NULL;
	if (fstat(fd, &info) != 0 || !S_ISREG(info.st_mode) || info.st_size <= 0)
		return is_none(err);
	struct portal_index *index = st_alloc_zero(1, sizeof *index);
	index->size_bytes = (size_t)info.st_size;
	void *file = mmap(NULL, index->size_bytes, PROT_READ, MAP_SHARED, fd, 0);
	if (file == MAP_FAILED) {
		free(index);
		return st_fail_errno(err, ST_FATAL, "the index cannot be mapped");
	}
	index->file = file;
	enum st_status status = examine(index, public_key, err);
	if (status == ST_OK)
		*out = index;
	else
		portal_index_close(index);
	return status;
}

enum st_status portal_index_open(
	const char *path, const uint8_t public_key[32], struct portal_index **out, struct st_error *err)
{
	st_auto_close int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd < 0)
		return st_fail_errno(err, ST_WRONG, "cannot open the index %s", path);
	return portal_index_open_fd(fd, public_key, out, err);
}

const struct portal_head *portal_index_head(const struct portal_index *index)
{
	return &index->head;
}

/* Position of a digest in one class, or `entries` when it is not there. */
static uint64_t find(struct st_span digests, const uint8_t *digest)
{
	uint64_t low = 0, entries = digests.size / PORTAL_DIGEST_BYTES, high = entries;
	while (low < high) {
		uint64_t middle = low + (high - low) / 2;
		int order = memcmp(digests.data + middle * PORTAL_DIGEST_BYTES, digest, PORTAL_DIGEST_BYTES);
		if (order == 0)
			return middle;
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return entries;
}

bool portal_index_lookup(
	const struct portal_index *index, const uint8_t digest[PORTAL_DIGEST_BYTES], struct st_span *sealed)
{
	bool found = false;
	*sealed = (struct st_span){0};
	for (size_t class = 0; class < PORTAL_CLASSES; class ++) {
		struct st_span digests = digests_of(index, class);
		uint64_t at = find(digests, digest);
		if (at == index->head.entries[class] || found)
			continue;
		*sealed = (struct st_span){
			digests.data + digests.size + at * index_class_bytes[class], index_class_bytes[class]};
		found = true;
	}
	return found;
}

/* Opens one link and adds its data; false when it is not what the secret sealed. */
static bool open_link(const struct portal_index *index, const uint8_t *secret, uint32_t number, struct st_span sealed,
	uint32_t *follow, struct st_buf *out)
{
	static const uint8_t nonce[crypto_aead_xchacha20poly1305_ietf_NPUBBYTES];
	uint8_t digest[PORTAL_DIGEST_BYTES], key[32], bound[INDEX_BOUND_BYTES], plain[INDEX_LARGEST] = {0};
	portal_link_digest(secret, number, digest);
	portal_link_key(secret, number, key);
	index_bind(&index->head.id, digest, bound);
	bool opened = crypto_aead_xchacha20poly1305_ietf_decrypt(
			      plain, NULL, NULL, sealed.data, sealed.size, bound, sizeof bound, nonce, key) == 0;
	size_t used = (size_t)(plain[0] | plain[1] << 8);
	opened = opened && used <= sealed.size - INDEX_TAG_BYTES - INDEX_LINK_HEAD_BYTES;
	if (opened) {
		struct st_cursor in = {plain + 2, plain + INDEX_LINK_HEAD_BYTES, false};
		*follow = st_cursor_u32(&in);
		st_buf_add(out, plain + INDEX_LINK_HEAD_BYTES, used);
	}
	sodium_memzero(key, sizeof key);
	sodium_memzero(plain, sizeof plain);
	return opened;
}

enum st_status portal_index_read(const struct portal_index *index, const uint8_t secret[PORTAL_SECRET_BYTES],
	bool *found, struct st_buf *out, struct st_error *err)
{
	uint32_t follow = 0, expected = 0;
	st_buf_wipe(out);
	*found = false;
	for (uint32_t number = 0; number == 0 || expected > 0; number++) {
		uint8_t digest[PORTAL_DIGEST_BYTES];
		struct st_span sealed;
		portal_link_digest(secret, number, digest);
		if (!portal_index_lookup(index, digest, &sealed))
			return number == 0 ? ST_OK : is_none(err);
		if (!open_link(index, secret, number, sealed, &follow, out))
			return is_none(err);
		bool first_sound = number == 0 && follow <= CEIL_PAYLOAD_BYTES / index_class_room(PORTAL_CLASSES - 1);
		if (!first_sound && (number == 0 || follow + 1 != expected))
			return is_none(err);
		expected = follow;
		if (number == 0)
			st_buf_reserve(out, (size_t)follow * INDEX_LARGEST); /* growing would leave copies behind */
	}
	*found = true;
	return ST_OK;
}

void portal_index_close(struct portal_index *index)
{
	if (index == NULL)
		return;
	munmap((void *)(uintptr_t)index->file, index->size_bytes);
	portal_head_free(&index->head);
	free(index);
}
