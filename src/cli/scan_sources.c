/* Before a case is made or opened: do the sources exist, is none named twice, does none hold the case itself? A case
 * inside a source would be read as evidence, key included, and would change under the scan for ever. */
#include "cli/scan.h"

#include <limits.h>
#include <stdlib.h>

static bool lies_in(const char *path, const char *folder)
{
	size_t size = strlen(folder);
	if (strncmp(path, folder, size) != 0)
		return false;
	return path[size] == '/' || path[size] == 0 || (size > 0 && folder[size - 1] == '/');
}

/* The real path of a file that may not be there yet; NULL when its folder is not there either. */
static char *real_path(const char *path)
{
	char *real = realpath(path, NULL);
	if (real != NULL)
		return real;
	const char *slash = strrchr(path, '/');
	st_auto_free char *folder = slash == NULL ? st_strndup(".", 1) : st_strndup(path, (size_t)(slash - path) + 1);
	st_auto_free char *real_folder = realpath(folder, NULL);
	return real_folder != NULL ? st_format("%s/%s", real_folder, slash != NULL ? slash + 1 : path) : NULL;
}

static enum st_status outside(const char *source, const char *what, const char *path, struct st_error *err)
{
	st_auto_free char *folder = realpath(source, NULL), *real = real_path(path);
	if (folder == NULL || real == NULL || !lies_in(real, folder))
		return ST_OK;
	return st_fail(err, ST_WRONG, "the %s would lie in the source %s, as part of the evidence: put it elsewhere",
		what, source);
}

static enum st_status check_one(const char *name, const char *case_path, const char *key_path, struct st_error *err)
{
	struct source *source;
	if (strcmp(name, "-") == 0 || scan_is_remote(name))
		return ST_OK;
	ST_TRY(source_open(name, &source, err));
	source_close(source);
	ST_TRY(outside(name, "case", case_path, err));
	return key_path != NULL ? outside(name, "key of the case", key_path, err) : ST_OK;
}

static enum st_status check_twice(const struct cli_arguments *arguments, size_t count, struct st_error *err)
{
	const char *name = cli_operand(arguments, count);
	st_auto_free char *real = realpath(name, NULL);
	for (size_t i = 0; i < count; i++) {
		const char *other = cli_operand(arguments, i);
		st_auto_free char *other_real = realpath(other, NULL);
		bool stdin_twice = strcmp(name, "-") == 0 && strcmp(other, "-") == 0;
		if (stdin_twice || (real != NULL && other_real != NULL && strcmp(real, other_real) == 0))
			return st_fail(err, ST_WRONG, "the same source is given twice: %s and %s", other, name);
	}
	return ST_OK;
}

enum st_status scan_check_sources(const struct cli_arguments *arguments, struct st_error *err)
{
	const char *case_path = cli_value(arguments, "case"), *key_path = cli_value(arguments, "case-key");
	for (size_t i = 0; i < cli_operand_count(arguments); i++) {
		ST_TRY(check_one(cli_operand(arguments, i), case_path, key_path, err));
		ST_TRY(check_twice(arguments, i, err));
	}
	return ST_OK;
}

/* The value under a keyed digest of `what`; set to `value` if there is none yet, or `anew`. */
static enum st_status remember(struct scan *scan, const char *prefix, const char *what, const char *value, bool anew,
	struct st_buf *known, struct st_error *err)
{
	uint8_t key[ST_DIGEST_KEY_BYTES], digest[ST_DIGEST_BYTES];
	char hex[2 * ST_DIGEST_BYTES + 1];
	casefile_digest_key(scan->casefile, key);
	st_digest(key, what, strlen(what), digest);
	st_hex(digest, sizeof digest, hex);
	st_auto_free char *setting = st_format("%s%s", prefix, hex);
	ST_TRY(casefile_get(scan->casefile, setting, known, err));
	if (known->size > 0 && !anew)
		return ST_OK;
	known->size = 0;
	return casefile_set(scan->casefile, setting, (struct st_span){(const uint8_t *)value, strlen(value)}, err);
}

static bool differs(const struct st_buf *known, const char *text)
{
	return known->size > 0 && (known->size != strlen(text) || memcmp(known->data, text, known->size) != 0);
}

enum st_status scan_same_place(struct scan *scan, const char *name, struct st_error *err)
{
	st_auto_buf struct st_buf other_name = {0}, other_place = {0};
	st_auto_free char *real = realpath(name, NULL);
	if (real == NULL || strcmp(name, "-") == 0)
		return ST_OK;
	ST_TRY(remember(scan, "place-of-", name, real, scan->rescan, &other_place, err));
	if (differs(&other_place, real))
		return st_fail(err, ST_WRONG, "in this case %s is another place, %.*s; --rescan if it has moved", name,
			(int)other_place.size, (const char *)other_place.data);
	ST_TRY(remember(scan, "store-at-", real, name, false, &other_name, err));
	if (differs(&other_name, name))
		return st_fail(err, ST_WRONG, "%s is in this case already, as %.*s: use that name", name,
			(int)other_name.size, (const char *)other_name.data);
	return ST_OK;
}
