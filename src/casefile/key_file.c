#include "casefile/key_file.h"

#include "base/hash.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define KEY_FILE_BYTES 512 /* no key file is longer */
#define KEY_BASE64_TEXT 45 /* 32 bytes in base64 and a NUL */

static const char *const purpose_names[KEY_PURPOSES] = {"redact", "seal", "case", "evidence"};

const char *key_purpose_name(enum key_purpose purpose)
{
	return (unsigned)purpose < KEY_PURPOSES ? purpose_names[purpose] : NULL;
}

static void derive_id(struct key_file *file)
{
	uint8_t id[16];
	const char *purpose = purpose_names[file->purpose];
	crypto_generichash(id, sizeof id, (const uint8_t *)purpose, strlen(purpose), file->key, sizeof file->key);
	st_hex(id, (KEY_FILE_ID_TEXT - 1) / 2, file->id);
}

/* Takes "LABEL VALUE\n" from *text; an empty span when the next line is another one. */
static struct st_span take_line(struct st_span *text, const char *label)
{
	size_t label_size = strlen(label);
	const uint8_t *end = memchr(text->data, '\n', text->size);
	if (end == NULL || (size_t)(end - text->data) <= label_size + 1 || memcmp(text->data, label, label_size) != 0 ||
		text->data[label_size] != ' ')
		return (struct st_span){0};
	struct st_span value = {text->data + label_size + 1, (size_t)(end - text->data) - label_size - 1};
	text->size -= (size_t)(end + 1 - text->data);
	text->data = end + 1;
	return value;
}

static bool is_text(struct st_span span, const char *text)
{
	return span.size == strlen(text) && memcmp(span.data, text, span.size) == 0;
}

bool key_file_parse(struct st_span text, struct key_file *out)
{
	*out = (struct key_file){.purpose = KEY_PURPOSES};
	if (text.size == 0 || text.size > KEY_FILE_BYTES || !is_text(take_line(&text, "staunch-key"), "1"))
		return false;
	struct st_span purpose = take_line(&text, "purpose"), id = {0}, key = {0};
	for (int i = 0; i < KEY_PURPOSES && purpose.size > 0; i++) {
		if (is_text(purpose, purpose_names[i]))
			out->purpose = (enum key_purpose)i;
	}
	if (out->purpose == KEY_PURPOSES)
		return false;
	if (text.size > 0)
		id = take_line(&text, "id");
	if (id.size > 0 && text.size > 0)
		key = take_line(&text, "key");
	size_t key_size = 0;
	if (key.size == 0 || text.size != 0 ||
		sodium_base642bin(out->key, sizeof out->key, (const char *)key.data, key.size, NULL, &key_size, NULL,
			sodium_base64_VARIANT_ORIGINAL) != 0 ||
		key_size != sizeof out->key)
		return false;
	derive_id(out);
	return is_text(id, out->id);
}

/* Gives the finished file its name, unless that name is taken. Some file systems have no links. */
static int take_name(const char *made, const char *path)
{
	if (link(made, path) == 0)
		return unlink(made);
	if (errno != EPERM && errno != EOPNOTSUPP && errno != EMLINK)
		return -1;
	return renameat2(AT_FDCWD, made, AT_FDCWD, path, RENAME_NOREPLACE);
}

/* The text of the key, on disk as a whole under a name that nobody reads. A kill here leaves that file behind, never
 * half a key; what an earlier kill left is written anew. */
static bool write_beside(const char *made, const char *text, size_t size)
{
	(void)unlink(made);
	st_auto_close int fd = open(made, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	return fd >= 0 && st_write_full(fd, text, size) == 0 && fsync(fd) == 0;
}

static enum st_status write_new(const char *path, const struct key_file *file, struct st_error *err)
{
	char base64[KEY_BASE64_TEXT];
	sodium_bin2base64(base64, sizeof base64, file->key, sizeof file->key, sodium_base64_VARIANT_ORIGINAL);
	char text[KEY_FILE_BYTES];
	int size = snprintf(text, sizeof text, "staunch-key 1\npurpose %s\nid %s\nkey %s\n",
		purpose_names[file->purpose], file->id, base64);
	sodium_memzero(base64, sizeof base64);
	st_auto_free char *made = st_format("%s.new", path);
	bool written = write_beside(made, text, (size_t)size) && take_name(made, path) == 0;
	sodium_memzero(text, sizeof text);
	if (written)
		return ST_OK;
	int error = errno;
	(void)unlink(made);
	errno = error;
	if (error == EEXIST)
		return st_fail(err, ST_WRONG, "%s is there already: a key is never overwritten", path);
	bool full = error == ENOSPC || error == EDQUOT || error == EFBIG || error == EIO;
	return st_fail_errno(err, full ? ST_FATAL : ST_WRONG, "cannot write the key file %s", path);
}

enum st_status key_file_create(const char *path, enum key_purpose purpose, struct key_file *out, struct st_error *err)
{
	if (sodium_init() < 0)
		return st_fail(err, ST_FATAL, "no source of random numbers");
	*out = (struct key_file){.purpose = purpose};
	randombytes_buf(out->key, sizeof out->key);
	derive_id(out);
	return write_new(path, out, err);
}

enum st_status key_file_read(const char *path, enum key_purpose purpose, struct key_file *out, struct st_error *err)
{
	st_auto_close int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd < 0)
		return st_fail_errno(err, ST_WRONG, "cannot read the key file %s", path);
	struct stat info;
	if (fstat(fd, &info) != 0 || !S_ISREG(info.st_mode))
		return st_fail(err, ST_WRONG, "%s is no key file", path);
	if (info.st_mode & 077)
		return st_fail(err, ST_WRONG,
			"others may read or write the key file %s: chmod 600 it, or make a new key", path);
	uint8_t text[KEY_FILE_BYTES + 1];
	ssize_t size = st_pread_full(fd, text, sizeof text, 0);
	bool parsed = size > 0 && key_file_parse((struct st_span){text, (size_t)size}, out);
	sodium_memzero(text, sizeof text);
	if (!parsed)
		return st_fail(err, ST_WRONG, "%s is no key file, or it is damaged", path);
	if (out->purpose == purpose)
		return ST_OK;
	sodium_memzero(out->key, sizeof out->key);
	return st_fail(err, ST_WRONG, "%s is a key of the purpose %s; one of the purpose %s is needed", path,
		purpose_names[out->purpose], purpose_names[purpose]);
}
