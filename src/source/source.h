/*
 * Where bytes come from: a folder, a file, standard input. Lists objects and opens them read-only; never follows a
 * link, never blocks on a FIFO or device, parses nothing. One SOURCE argument is one store (contract 2).
 */
#ifndef STAUNCH_SOURCE_SOURCE_H
#define STAUNCH_SOURCE_SOURCE_H

#include "base/bytes.h"
#include "base/coverage.h"
#include "base/error.h"
#include "base/hash.h"

enum source_kind { SOURCE_DIRECTORY, SOURCE_FILE, SOURCE_STDIN };

struct source_entry {
	struct st_span path; /* within the store, raw bytes, '/' between names; "" when the store is one file */
	uint64_t size_bytes;
	int64_t mtime_ns;
	uint64_t device, inode, change_ns;
	enum st_reason reason; /* ST_REASON_NONE, or why it cannot even be opened: not-a-file, permission, source-error,
				* limit-depth (a folder too deep, its path ends with '/') */
};

struct source;

/* name as typed; "-" is standard input. ST_WRONG when it is not there or is no file and no folder. Caller closes. */
enum st_status source_open(const char *name, struct source **out, struct st_error *err);
void source_close(struct source *source);
enum source_kind source_kind(const struct source *source);
const char *source_kind_name(enum source_kind kind);  /* "directory", "file", "stdin" */
const char *source_name(const struct source *source); /* as typed, without trailing slashes */

/* Every object, ordered by the bytes of its path. A folder that cannot be listed is an entry too (its path ends with
 * '/'), so that nothing is left out in silence. Folders at depth_limit (0: none) are not entered and not listed: they
 * are stores of their own. manifest is the SHA-256 over all entries as told, the evidence of what was there. */
enum st_status source_list(struct source *source, int depth_limit,
	enum st_status (*each)(void *context, const struct source_entry *entry, struct st_error *err), void *context,
	uint8_t manifest[ST_SHA256_BYTES], struct st_error *err);

/* Names of the folders at this depth below the source, as SOURCE arguments ("NAME/a/b"), sorted; caller frees each and
 * the array. */
enum st_status source_substores(struct source *source, int depth, char ***out, size_t *count, struct st_error *err);

/* A descriptor open for reading, and what the object is now in *now (its path borrowed from the caller); or -1 with
 * *reason: not-a-file, permission, source-error. */
int source_open_object(struct source *source, struct st_span path, struct source_entry *now, enum st_reason *reason);
/* What an open object is at this moment. */
enum st_status source_entry_of(int fd, struct source_entry *now);
/* Is it still the same bytes, as far as the file system tells? */
bool source_same(const struct source_entry *before, const struct source_entry *after);

#endif
