/* Makes a sealed index: links are sealed as they come, sorted by digest, and written in one go. */
#include "portal/index_form.h"

#include "base/ceilings.h"
#include "resolve/pile.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define LEAST_ENTRIES 256      /* of each class */
#define LEAST_MEMORY (4 * MIB) /* of one pile */
#define OUT_BYTES (1 * MIB)

struct portal_writer {
	char *path, *part;
	struct portal_case id;
	uint8_t seal_key[32];
	struct pile *piles[PORTAL_CLASSES];
};

enum st_status portal_writer_open(const char *path, const struct resolve_work *work, const uint8_t seal_key[32],
	const struct portal_case *id, struct portal_writer **out, struct st_error *err)
{
	(void)err;
	struct portal_writer *writer = st_alloc_zero(1, sizeof *writer);
	size_t memory_bytes = work->memory_bytes / PORTAL_CLASSES;
	writer->path = st_strndup(path, strlen(path));
	writer->part = st_format("%s.part", path);
	writer->id = *id;
	memcpy(writer->seal_key, seal_key, sizeof writer->seal_key);
	for (size_t i = 0; i < PORTAL_CLASSES; i++)
		writer->piles[i] = pile_open(work, memory_bytes > LEAST_MEMORY ? memory_bytes : LEAST_MEMORY);
	*out = writer;
	return ST_OK;
}

static size_t class_for(size_t size)
{
	size_t class = 0;
	while (class + 1 < PORTAL_CLASSES && size > index_class_room(class))
		class ++;
	return class;
}

struct link {
	uint32_t number, follow;
	size_t class;
	struct st_span data;
};

/* Digest and sealed payload as one row. Each key seals one payload only, so that the nonce may be nothing. */
static enum st_status add_link(
	struct portal_writer *writer, const uint8_t *secret, const struct link *link, struct st_error *err)
{
	static const uint8_t nonce[crypto_aead_xchacha20poly1305_ietf_NPUBBYTES];
	uint8_t row[PORTAL_DIGEST_BYTES + INDEX_LARGEST], plain[INDEX_LARGEST] = {0}, key[32], bound[INDEX_BOUND_BYTES];
	size_t size = index_class_bytes[link->class] - INDEX_TAG_BYTES;
	plain[0] = (uint8_t)link->data.size;
	plain[1] = (uint8_t)(link->data.size >> 8);
	for (int i = 0; i < 4; i++)
		plain[2 + i] = (uint8_t)(link->follow >> (8 * i));
	if (link->data.size > 0)
		memcpy(plain + INDEX_LINK_HEAD_BYTES, link->data.data, link->data.size);
	portal_link_digest(secret, link->number, row);
	portal_link_key(secret, link->number, key);
	index_bind(&writer->id, row, bound);
	crypto_aead_xchacha20poly1305_ietf_encrypt(
		row + PORTAL_DIGEST_BYTES, NULL, plain, size, bound, sizeof bound, NULL, nonce, key);
	enum st_status status = pile_add(writer->piles[link->class],
		(struct st_span){row, PORTAL_DIGEST_BYTES + index_class_bytes[link->class]}, err);
	sodium_memzero(plain, sizeof plain);
	sodium_memzero(key, sizeof key);
	return status;
}

enum st_status portal_writer_add(struct portal_writer *writer, const uint8_t secret[PORTAL_SECRET_BYTES],
	struct st_span payload, struct st_error *err)
{
	if (payload.size > CEIL_PAYLOAD_BYTES)
		return st_fail(err, ST_FATAL, "a payload of %zu bytes cannot be sealed", payload.size);
	struct link link = {.class = class_for(payload.size)};
	size_t room = index_class_room(link.class);
	uint32_t links = payload.size > 0 ? (uint32_t)((payload.size + room - 1) / room) : 1;
	for (; link.number < links; link.number++) {
		size_t at = (size_t)link.number * room;
		link.follow = links - 1 - link.number;
		link.data = (struct st_span){0};
		if (payload.size > 0)
			link.data = (struct st_span){
				payload.data + at, payload.size - at < room ? payload.size - at : room};
		ST_TRY(add_link(writer, secret, &link, err));
	}
	return ST_OK;
}

/* --- the file --- */

/* Rounded up to eighths of a power of two, and at least to LEAST_ENTRIES. */
static uint64_t with_dummies(uint64_t entries)
{
	uint64_t step = LEAST_ENTRIES;
	while (step * 16 <= entries)
		step *= 2;
	return (entries / step + 1) * step;
}

static enum st_status add_dummies(struct portal_writer *writer, size_t class, uint64_t wanted, struct st_error *err)
{
	uint8_t row[PORTAL_DIGEST_BYTES + INDEX_LARGEST];
	size_t size = PORTAL_DIGEST_BYTES + index_class_bytes[class];
	while (pile_rows(writer->piles[class]) < wanted) {
		randombytes_buf(row, size);
		ST_TRY(pile_add(writer->piles[class], (struct st_span){row, size}, err));
	}
	return ST_OK;
}

/* One of the two places of a class that are written side by side. */
struct stream {
	int fd;
	uint64_t at;
	struct st_buf held;
};

static enum st_status flush(struct stream *stream, size_t least, struct st_error *err)
{
	size_t done = 0;
	if (stream->held.size < least)
		return ST_OK;
	while (done < stream->held.size) {
		ssize_t got = pwrite(
			stream->fd, stream->held.data + done, stream->held.size - done, (off_t)(stream->at + done));
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return st_fail_errno(err, ST_FATAL, "cannot write the index");
		done += (size_t)got;
	}
	stream->at += stream->held.size;
	stream->held.size = 0;
	return ST_OK;
}

static enum st_status write_rows(struct pile *pile, struct stream *digests, struct stream *payloads,
	struct st_sha256 *hash, struct st_error *err)
{
	uint8_t before[PORTAL_DIGEST_BYTES];
	struct st_span row;
	for (bool first = true;; first = false) {
		ST_TRY(pile_next(pile, &row, err));
		if (row.size == 0)
			return ST_OK;
		if (!first && memcmp(before, row.data, sizeof before) == 0)
			return st_fail(err, ST_WRONG, "one party was sealed twice");
		memcpy(before, row.data, sizeof before);
		st_sha256_add(hash, row.data, PORTAL_DIGEST_BYTES);
		st_buf_add(&digests->held, row.data, PORTAL_DIGEST_BYTES);
		st_buf_add(&payloads->held, row.data + PORTAL_DIGEST_BYTES, row.size - PORTAL_DIGEST_BYTES);
		ST_TRY(flush(digests, OUT_BYTES, err));
		ST_TRY(flush(payloads, OUT_BYTES, err));
	}
}

static enum st_status write_class(struct portal_writer *writer, const struct portal_head *head, size_t class, int fd,
	struct st_sha256 *hash, struct st_error *err)
{
	struct stream digests = {.fd = fd, .at = index_class_start(head->entries, class)};
	struct stream payloads = {.fd = fd, .at = digests.at + head->entries[class] * PORTAL_DIGEST_BYTES};
	enum st_status status = add_dummies(writer, class, head->entries[class], err);
	if (status == ST_OK)
		status = pile_sort(writer->piles[class], err);
	if (status == ST_OK)
		status = write_rows(writer->piles[class], &digests, &payloads, hash, err);
	if (status == ST_OK)
		status = flush(&digests, 0, err);
	if (status == ST_OK)
		status = flush(&payloads, 0, err);
	st_buf_free(&digests.held);
	st_buf_free(&payloads.held);
	pile_close(writer->piles[class]);
	writer->piles[class] = NULL;
	return status;
}

static enum st_status write_head(
	struct portal_writer *writer, const struct portal_head *head, int fd, struct st_error *err)
{
	st_auto_buf struct st_buf body = {0}, file = {0};
	uint8_t public_key[32], secret_key[64], signature[INDEX_SIGNATURE_BYTES];
	portal_head_encode(head, &body);
	st_buf_add(&file, INDEX_MAGIC, INDEX_MAGIC_BYTES);
	st_buf_add_span(&file, body.data, body.size);
	portal_signing_pair(writer->seal_key, public_key, secret_key);
	crypto_sign_detached(signature, NULL, file.data, file.size, secret_key);
	sodium_memzero(secret_key, sizeof secret_key);
	st_buf_add(&file, signature, sizeof signature);
	while (file.size < PORTAL_HEAD_BYTES)
		st_buf_add_byte(&file, 0);
	if (file.size != PORTAL_HEAD_BYTES)
		return st_fail(err, ST_FATAL, "the head of the index is too large");
	struct stream out = {.fd = fd, .held = file};
	enum st_status status = flush(&out, 0, err);
	file = out.held;
	return status;
}

static enum st_status write_file(
	struct portal_writer *writer, const struct portal_head *given, int fd, struct st_error *err)
{
	struct portal_head head = *given;
	struct st_sha256 *hash = st_sha256_new();
	enum st_status status = ST_OK;
	head.id = writer->id;
	for (size_t i = 0; i < PORTAL_CLASSES; i++)
		head.entries[i] = with_dummies(pile_rows(writer->piles[i]));
	for (size_t i = 0; i < PORTAL_CLASSES && status == ST_OK; i++)
		status = write_class(writer, &head, i, fd, hash, err);
	st_sha256_end(hash, head.tables_sha256);
	st_sha256_free(hash);
	if (status == ST_OK)
		status = write_head(writer, &head, fd, err);
	if (status == ST_OK && fsync(fd) != 0)
		status = st_fail_errno(err, ST_FATAL, "cannot write the index");
	return status;
}

static void free_writer(struct portal_writer *writer)
{
	for (size_t i = 0; i < PORTAL_CLASSES; i++)
		pile_close(writer->piles[i]);
	sodium_memzero(writer->seal_key, sizeof writer->seal_key);
	free(writer->path);
	free(writer->part);
	free(writer);
}

enum st_status portal_writer_finish(struct portal_writer *writer, const struct portal_head *head, struct st_error *err)
{
	enum st_status status = ST_OK;
	(void)unlink(writer->part); /* what a killed run left */
	int fd = open(writer->part, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		status = st_fail_errno(err, ST_WRONG, "cannot make %s", writer->part);
	else
		status = write_file(writer, head, fd, err);
	if (fd >= 0 && close(fd) != 0 && status == ST_OK)
		status = st_fail_errno(err, ST_FATAL, "cannot write %s", writer->part);
	if (status == ST_OK && rename(writer->part, writer->path) != 0)
		status = st_fail_errno(err, ST_FATAL, "cannot name %s", writer->path);
	if (status != ST_OK && fd >= 0)
		(void)unlink(writer->part);
	free_writer(writer);
	return status;
}

void portal_writer_abandon(struct portal_writer *writer)
{
	if (writer != NULL)
		free_writer(writer);
}
