/* Sealing and opening run files; the format stands in run_file.h. */
#include "resolve/run_file.h"

#include "base/ceilings.h"

#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define MAGIC "STRUN1\0"
#define MAGIC_BYTES 7
#define SALT_BYTES 32
#define HEADER_BYTES (MAGIC_BYTES + 1 + SALT_BYTES)
#define TAG_BYTES 16
#define WORD_BYTES 4
#define LAST_CHUNK 0x80000000u
#define WRITTEN_CHUNKS 8        /* one write of many pages costs the kernel less than many */
#define STARTED_BYTES (4 * MIB) /* given to the disk at a time while more is sorted */

struct run_writer {
	int dir_fd, fd;
	bool durable;
	struct resolve_run run;
	char part[sizeof((struct resolve_run *)NULL)->name + 8];
	EVP_CIPHER_CTX *cipher;
	uint64_t chunks, started; /* started: bytes on their way to the disk */
	size_t waiting;           /* bytes of sealed chunks, written together */
	uint8_t sealed[WRITTEN_CHUNKS * (WORD_BYTES + CEIL_BLOCK_BYTES + TAG_BYTES)];
};

struct run_reader {
	int fd;
	bool over;
	struct resolve_run run;
	EVP_CIPHER_CTX *cipher;
	uint64_t chunks, offset;
	uint8_t block[CEIL_BLOCK_BYTES + TAG_BYTES];
};
_Static_assert(sizeof(struct run_reader) + 2048 < RUN_READER_BYTES, "a reader fits what the merge plans for it");

/* Key for this file alone: a salt drawn anew makes it differ even if a name came twice. */
static bool start_cipher(EVP_CIPHER_CTX *cipher, const struct resolve_work *work, const struct resolve_run *run,
	const uint8_t salt[SALT_BYTES], int encrypt)
{
	uint8_t message[16 + 1 + sizeof run->name + SALT_BYTES] = "staunch run 1", key[32];
	message[16] = (uint8_t)run->content;
	memcpy(message + 17, run->name, strnlen(run->name, sizeof run->name));
	memcpy(message + 17 + sizeof run->name, salt, SALT_BYTES);
	bool good = crypto_generichash(
			    key, sizeof key, message, sizeof message, work->seal_key, sizeof work->seal_key) == 0 &&
		    EVP_CipherInit_ex(cipher, EVP_aes_256_gcm(), NULL, key, NULL, encrypt) == 1;
	sodium_memzero(key, sizeof key);
	return good;
}

static bool start_chunk(EVP_CIPHER_CTX *cipher, uint64_t number, uint32_t word, int encrypt)
{
	uint8_t nonce[12] = {0};
	uint64_t counter = htole64(number);
	uint32_t stored = htole32(word);
	int size;
	memcpy(nonce, &counter, sizeof counter);
	return EVP_CipherInit_ex(cipher, NULL, NULL, NULL, nonce, encrypt) == 1 &&
	       EVP_CipherUpdate(cipher, NULL, &size, (const uint8_t *)&stored, sizeof stored) == 1;
}

/* --- writing --- */

static enum st_status write_failed(struct run_writer *writer, struct st_error *err)
{
	return st_fail_errno(err, ST_FATAL, "run %s: cannot write", writer->run.name);
}

static enum st_status write_header(struct run_writer *writer, const uint8_t salt[SALT_BYTES], struct st_error *err)
{
	uint8_t header[HEADER_BYTES] = MAGIC;
	header[MAGIC_BYTES] = (uint8_t)writer->run.content;
	memcpy(header + MAGIC_BYTES + 1, salt, SALT_BYTES);
	writer->run.bytes = sizeof header;
	if (st_write_full(writer->fd, header, sizeof header) != 0)
		return write_failed(writer, err);
	return ST_OK;
}

enum st_status run_create(const struct resolve_work *work, const char *name, char content, bool durable,
	struct run_writer **out, struct st_error *err)
{
	struct run_writer *writer = st_alloc(sizeof *writer);
	uint8_t salt[SALT_BYTES];
	*out = NULL;
	writer->dir_fd = work->dir_fd;
	writer->durable = durable;
	writer->chunks = writer->started = writer->waiting = 0;
	writer->run = (struct resolve_run){.content = content};
	snprintf(writer->run.name, sizeof writer->run.name, "%s", name);
	snprintf(writer->part, sizeof writer->part, "%s%s", name, durable ? ".part" : "");
	writer->cipher = EVP_CIPHER_CTX_new();
	writer->fd = openat(work->dir_fd, writer->part, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
	randombytes_buf(salt, sizeof salt);
	enum st_status status = ST_OK;
	if (writer->fd < 0)
		status = st_fail_errno(err, ST_FATAL, "run %s: cannot create", name);
	else if (writer->cipher == NULL || !start_cipher(writer->cipher, work, &writer->run, salt, 1))
		status = st_fail(err, ST_FATAL, "run %s: the cipher does not start", name);
	else
		status = write_header(writer, salt, err);
	if (status != ST_OK) {
		run_abandon(writer);
		return status;
	}
	*out = writer;
	return ST_OK;
}

/* What will be flushed is begun early; only the flush at the end says whether it came to the disk. */
static void start_disk(struct run_writer *writer)
{
	uint64_t more = writer->run.bytes - writer->started;
	if (!writer->durable || more < STARTED_BYTES)
		return;
	(void)sync_file_range(writer->fd, (off_t)writer->started, (off_t)more, SYNC_FILE_RANGE_WRITE);
	writer->started = writer->run.bytes;
}

static enum st_status write_waiting(struct run_writer *writer, struct st_error *err)
{
	size_t size = writer->waiting;
	writer->waiting = 0;
	if (st_write_full(writer->fd, writer->sealed, size) != 0)
		return write_failed(writer, err);
	start_disk(writer);
	return ST_OK;
}

static enum st_status seal_chunk(struct run_writer *writer, struct st_span block, bool last, struct st_error *err)
{
	uint32_t word = (uint32_t)block.size | (last ? LAST_CHUNK : 0), stored = htole32(word);
	uint8_t *chunk = writer->sealed + writer->waiting, *text = chunk + WORD_BYTES;
	int size = 0, tail = 0;
	if (block.size > CEIL_BLOCK_BYTES)
		return st_fail(err, ST_FATAL, "run %s: a block of %zu bytes", writer->run.name, block.size);
	memcpy(chunk, &stored, WORD_BYTES);
	bool good =
		start_chunk(writer->cipher, writer->chunks, word, 1) &&
		(block.size == 0 || EVP_EncryptUpdate(writer->cipher, text, &size, block.data, (int)block.size) == 1) &&
		EVP_EncryptFinal_ex(writer->cipher, text + size, &tail) == 1 &&
		EVP_CIPHER_CTX_ctrl(writer->cipher, EVP_CTRL_AEAD_GET_TAG, TAG_BYTES, text + block.size) == 1;
	if (!good)
		return st_fail(err, ST_FATAL, "run %s: cannot seal", writer->run.name);
	writer->chunks++;
	writer->run.bytes += WORD_BYTES + block.size + TAG_BYTES;
	writer->waiting += WORD_BYTES + block.size + TAG_BYTES;
	bool full = sizeof writer->sealed - writer->waiting < WORD_BYTES + CEIL_BLOCK_BYTES + TAG_BYTES;
	return full || last ? write_waiting(writer, err) : ST_OK;
}

enum st_status run_put(void *context, const uint8_t first[ST_DIGEST_BYTES], struct st_span block, struct st_error *err)
{
	(void)first;
	return seal_chunk(context, block, false, err);
}

static void writer_free(struct run_writer *writer)
{
	if (writer->fd >= 0)
		close(writer->fd);
	EVP_CIPHER_CTX_free(writer->cipher);
	free(writer);
}

void run_abandon(struct run_writer *writer)
{
	if (writer == NULL)
		return;
	if (writer->fd >= 0)
		unlinkat(writer->dir_fd, writer->part, 0);
	writer_free(writer);
}

enum st_status run_finish(struct run_writer *writer, struct resolve_run *run, struct st_error *err)
{
	enum st_status status = seal_chunk(writer, (struct st_span){0}, true, err);
	if (status == ST_OK && writer->durable) {
		if (fsync(writer->fd) != 0)
			status = write_failed(writer, err);
		else if (renameat(writer->dir_fd, writer->part, writer->dir_fd, writer->run.name) != 0)
			status = st_fail_errno(err, ST_FATAL, "run %s: cannot rename", writer->run.name);
		else if (fsync(writer->dir_fd) != 0)
			status = st_fail_errno(err, ST_FATAL, "work folder: cannot flush to the disk");
	}
	if (status != ST_OK) {
		run_abandon(writer);
		return status;
	}
	uint64_t rows = run->rows;
	*run = writer->run;
	run->rows = rows;
	writer_free(writer);
	return ST_OK;
}

/* --- reading --- */

static enum st_status damaged(const struct run_reader *reader, const char *how, struct st_error *err)
{
	return st_fail(
		err, ST_FATAL, "run %s: %s at byte %llu", reader->run.name, how, (unsigned long long)reader->offset);
}

static enum st_status read_exactly(struct run_reader *reader, void *out, size_t size, struct st_error *err)
{
	ssize_t got = st_pread_full(reader->fd, out, size, reader->offset);
	if (got < 0)
		return st_fail_errno(err, ST_FATAL, "run %s: cannot read", reader->run.name);
	if ((size_t)got < size)
		return damaged(reader, "cut off", err);
	reader->offset += size;
	return ST_OK;
}

static enum st_status read_header(struct run_reader *reader, const struct resolve_work *work, struct st_error *err)
{
	uint8_t header[HEADER_BYTES];
	struct stat info;
	if (fstat(reader->fd, &info) != 0)
		return st_fail_errno(err, ST_FATAL, "run %s: cannot read", reader->run.name);
	if (!S_ISREG(info.st_mode) || (uint64_t)info.st_size != reader->run.bytes)
		return st_fail(err, ST_FATAL, "run %s: %llu bytes where %llu were written", reader->run.name,
			(unsigned long long)info.st_size, (unsigned long long)reader->run.bytes);
	ST_TRY(read_exactly(reader, header, sizeof header, err));
	if (memcmp(header, MAGIC, MAGIC_BYTES) != 0 || header[MAGIC_BYTES] != (uint8_t)reader->run.content)
		return st_fail(err, ST_FATAL, "run %s: not a run of this content", reader->run.name);
	if (reader->cipher == NULL || !start_cipher(reader->cipher, work, &reader->run, header + MAGIC_BYTES + 1, 0))
		return st_fail(err, ST_FATAL, "run %s: the cipher does not start", reader->run.name);
	return ST_OK;
}

enum st_status run_open(
	const struct resolve_work *work, const struct resolve_run *run, struct run_reader **out, struct st_error *err)
{
	*out = NULL;
	if (memchr(run->name, 0, sizeof run->name) == NULL || strchr(run->name, '/') != NULL)
		return st_fail(err, ST_FATAL, "a run whose name is none");
	struct run_reader *reader = st_alloc(sizeof *reader);
	reader->over = false;
	reader->run = *run;
	reader->chunks = reader->offset = 0;
	reader->cipher = EVP_CIPHER_CTX_new();
	reader->fd = openat(work->dir_fd, run->name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	enum st_status status = reader->fd < 0 ? st_fail_errno(err, ST_FATAL, "run %s: cannot open", run->name)
					       : read_header(reader, work, err);
	if (status != ST_OK) {
		run_close(reader);
		return status;
	}
	*out = reader;
	return ST_OK;
}

static bool unseal(struct run_reader *reader, uint32_t word, size_t size)
{
	int done = 0, tail = 0;
	uint8_t *text = reader->block;
	return start_chunk(reader->cipher, reader->chunks, word, 0) &&
	       (size == 0 || EVP_DecryptUpdate(reader->cipher, text, &done, text, (int)size) == 1) &&
	       EVP_CIPHER_CTX_ctrl(reader->cipher, EVP_CTRL_AEAD_SET_TAG, TAG_BYTES, text + size) == 1 &&
	       EVP_DecryptFinal_ex(reader->cipher, text + done, &tail) == 1;
}

enum st_status run_next(void *context, struct st_span *block, struct st_error *err)
{
	struct run_reader *reader = context;
	uint32_t word;
	*block = (struct st_span){0};
	if (reader->over)
		return ST_OK;
	ST_TRY(read_exactly(reader, &word, sizeof word, err));
	word = le32toh(word);
	size_t size = word & ~LAST_CHUNK;
	if (size > CEIL_BLOCK_BYTES || (size == 0) != ((word & LAST_CHUNK) != 0))
		return damaged(reader, "damaged", err);
	ST_TRY(read_exactly(reader, reader->block, size + TAG_BYTES, err));
	if (!unseal(reader, word, size))
		return damaged(reader, "changed or damaged", err);
	reader->chunks++;
	reader->over = size == 0;
	if (reader->over && reader->offset != reader->run.bytes)
		return damaged(reader, "bytes after the end", err);
	*block = (struct st_span){.data = reader->block, .size = size};
	return ST_OK;
}

void run_close(struct run_reader *reader)
{
	if (reader == NULL)
		return;
	if (reader->fd >= 0)
		close(reader->fd);
	EVP_CIPHER_CTX_free(reader->cipher);
	sodium_memzero(reader->block, sizeof reader->block);
	free(reader);
}
