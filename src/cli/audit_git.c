/*
 * `--git RANGE PATH...`: configurations as they stand in two commits, and in those between that touch them. What git
 * prints is a stranger's text: hashes are checked, names are only shown, contents go to the worker and nowhere else.
 */
#include "base/ceilings.h"
#include "base/print.h"
#include "cli/audit.h"
#include "process/git.h"

#include <ctype.h>
#include <stdlib.h>
#include <strings.h>

#define LISTING_BYTES (64 * MIB)

struct blob {
	char hash[AUDIT_LABEL_BYTES];
	uint64_t size;
	size_t at; /* in the contents */
	bool read;
};

struct entry {
	uint32_t file; /* of the run */
	uint32_t blob;
};

struct taking {
	struct audit_run *run;
	const struct cli_arguments *arguments;
	struct git git;
	char before[AUDIT_LABEL_BYTES], after[AUDIT_LABEL_BYTES]; /* before empty: nothing was there */
	struct blob *blobs;
	uint32_t blob_count, blob_capacity;
	struct entry *entries;
	uint32_t entry_count, entry_capacity;
	uint64_t bytes;
	struct st_error *err;
};

/* --- commits --- */

/* SHA-1 or SHA-256, in hex (gitformat-hash). */
static bool is_hash(const uint8_t *text, size_t size)
{
	if (size != 40 && size != 64)
		return false;
	for (size_t i = 0; i < size; i++)
		if (!isdigit(text[i]) && (text[i] < 'a' || text[i] > 'f'))
			return false;
	return true;
}

static enum st_status one_hash(
	struct taking *t, const char *const *arguments, char out[AUDIT_LABEL_BYTES], const char *what)
{
	st_auto_buf struct st_buf answer = {0};
	ST_TRY(git_ask(&t->git, arguments, (struct st_span){NULL, 0}, &answer, t->err));
	size_t size = answer.size > 0 && answer.data[answer.size - 1] == '\n' ? answer.size - 1 : answer.size;
	if (!is_hash(answer.data, size))
		return st_fail(t->err, ST_WRONG, "git: %s names no commit", what);
	memcpy(out, answer.data, size);
	out[size] = 0;
	return ST_OK;
}

static enum st_status resolve(struct taking *t, const char *name, char out[AUDIT_LABEL_BYTES])
{
	st_auto_free char *commit = st_format("%s^{commit}", name);
	const char *const arguments[] = {"rev-parse", "--verify", "--end-of-options", commit, NULL};
	return one_hash(t, arguments, out, name);
}

/* What a push says of a branch that is new (githooks(5), pre-receive). */
static bool is_nothing(const char *name)
{
	size_t size = strlen(name);
	return (size == 40 || size == 64) && strspn(name, "0") == size;
}

/* "A..B", "A...B" (from where they parted), "A" (to HEAD). A must be there: with a variable of a pipeline that is not
 * set the range would be empty, and everything would pass. */
static enum st_status read_range(struct taking *t, const char *range)
{
	const char *dots = strstr(range, "..");
	bool parted = dots != NULL && dots[2] == '.';
	size_t first = dots != NULL ? (size_t)(dots - range) : strlen(range);
	st_auto_free char *before = st_strndup(range, first);
	const char *after = dots != NULL ? dots + (parted ? 3 : 2) : "HEAD";
	if (first == 0 || range[0] == '-' || after[0] == '-' || strchr(after, '\n') != NULL)
		return st_fail(t->err, ST_WRONG, "--git takes a range of commits, such as main...HEAD");
	ST_TRY(resolve(t, after[0] != 0 ? after : "HEAD", t->after));
	if (is_nothing(before))
		return ST_OK;
	ST_TRY(resolve(t, before, t->before));
	const char *const arguments[] = {"merge-base", t->before, t->after, NULL};
	return parted ? one_hash(t, arguments, t->before, range) : ST_OK;
}

/* --- files of a commit --- */

static uint32_t blob_number(struct taking *t, const char *hash, uint64_t size)
{
	for (uint32_t i = 0; i < t->blob_count; i++)
		if (strcmp(t->blobs[i].hash, hash) == 0)
			return i;
	struct blob *blob = AUDIT_PUSH(t->blobs, t->blob_count, t->blob_capacity);
	memcpy(blob->hash, hash, strlen(hash));
	blob->size = size;
	t->bytes += size;
	return t->blob_count - 1;
}

static bool ends_in_json(const char *path)
{
	size_t size = strlen(path);
	return size >= 5 && strcasecmp(path + size - 5, ".json") == 0;
}

static const char *last_of(const char *path)
{
	const char *slash = strrchr(path, '/');
	return slash != NULL ? slash + 1 : path;
}

/* "100644 blob HASH    SIZE\tPATH"; other kinds have "-" for a size. False: it is something else. */
static bool parse_entry(const char *line, char hash[AUDIT_LABEL_BYTES], uint64_t *size, const char **path, char *kind)
{
	const char *tab = strchr(line, '\t');
	const char *at = strchr(line, ' ');
	if (tab == NULL || at == NULL || at > tab)
		return false;
	*kind = line[0] == '1' && line[1] == '0' ? 'f' : line[0] == '1' && line[1] == '2' ? 'l' : 's';
	at = strchr(at + 1, ' ');
	if (at == NULL || at > tab)
		return false;
	size_t length = strcspn(++at, " \t");
	if (length >= AUDIT_LABEL_BYTES || !is_hash((const uint8_t *)at, length))
		return false;
	memcpy(hash, at, length);
	hash[length] = 0;
	*size = strtoull(at + length, NULL, 10);
	*path = tab + 1;
	return true;
}

static enum st_status take_entry(struct taking *t, uint32_t snapshot, const char *line, const char *operand, bool only)
{
	char hash[AUDIT_LABEL_BYTES], kind;
	uint64_t size;
	const char *path;
	if (!parse_entry(line, hash, &size, &path, &kind))
		return st_fail(t->err, ST_FATAL, "git: a listing that is none");
	bool wanted = ends_in_json(path) || (only && strcmp(last_of(path), last_of(operand)) == 0);
	if (kind == 's' || (kind == 'l' && wanted)) {
		st_auto_free char *name = st_escaped_name(path, strlen(path));
		return st_fail(t->err, ST_WRONG, "%s: a %s, which is not followed: name files of this repository", name,
			kind == 'l' ? "link" : "submodule");
	}
	if (!wanted)
		return ST_OK;
	if (t->run->file_count >= CEIL_AUDIT_FILES)
		return st_fail(t->err, ST_WRONG, "more files than one audit takes");
	for (uint32_t i = t->run->file_count; i > 0 && t->run->files[i - 1].snapshot == snapshot; i--)
		if (strcmp(t->run->files[i - 1].path, path) == 0)
			return ST_OK; /* named by two operands */
	struct entry *entry = AUDIT_PUSH(t->entries, t->entry_count, t->entry_capacity);
	entry->blob = blob_number(t, hash, size);
	entry->file = t->run->file_count;
	audit_add_file(t->run, path)->snapshot = snapshot;
	if (t->bytes > CEIL_AUDIT_GIT_BYTES)
		return st_fail(t->err, ST_WRONG, "larger than any configuration");
	return ST_OK;
}

static enum st_status list_operand(struct taking *t, uint32_t snapshot, const char *commit, const char *operand)
{
	const char *const arguments[] = {"ls-tree", "-r", "-z", "-l", "--full-name", commit, "--", operand, NULL};
	st_auto_buf struct st_buf answer = {0};
	ST_TRY(git_ask(&t->git, arguments, (struct st_span){NULL, 0}, &answer, t->err));
	if (answer.size == 0)
		return ST_OK;
	st_buf_add_byte(&answer, 0);
	const char *line = (const char *)answer.data, *end = line + answer.size - 1;
	bool only = line + strlen(line) + 1 == end;
	for (; line < end; line += strlen(line) + 1)
		ST_TRY(take_entry(t, snapshot, line, operand, only));
	return ST_OK;
}

static enum st_status list_commit(struct taking *t, const char *commit)
{
	uint32_t snapshot = t->run->snapshot_count++;
	memcpy(t->run->labels[snapshot], commit, strlen(commit) + 1);
	for (size_t i = 0; i < cli_operand_count(t->arguments) && commit[0] != 0; i++)
		ST_TRY(list_operand(t, snapshot, commit, cli_operand(t->arguments, i)));
	return ST_OK;
}

/* --- contents --- */

/* "HASH blob SIZE\n", the content, "\n" (git-cat-file(1), "BATCH OUTPUT"). */
static enum st_status place_blob(struct taking *t, struct blob *blob, size_t *at)
{
	const struct st_buf *all = &t->run->contents;
	st_auto_free char *head = st_format("%s blob %llu\n", blob->hash, (unsigned long long)blob->size);
	size_t size = strlen(head);
	if (all->size - *at < size || memcmp(all->data + *at, head, size) != 0 ||
		all->size - *at - size < blob->size + 1)
		return st_fail(t->err, ST_WRONG, "git: an object is not there, or is not what the listing says");
	blob->at = *at + size;
	*at = blob->at + (size_t)blob->size + 1;
	return ST_OK;
}

static enum st_status read_contents(struct taking *t)
{
	const char *const arguments[] = {"cat-file", "--batch", NULL};
	st_auto_buf struct st_buf wanted = {0};
	size_t at = 0;
	for (uint32_t i = 0; i < t->blob_count; i++)
		st_buf_format(&wanted, "%s\n", t->blobs[i].hash);
	if (t->blob_count == 0)
		return st_fail(t->err, ST_WRONG,
			"neither commit has such a file (or, in a folder, one whose name ends in .json)");
	ST_TRY(git_ask(&t->git, arguments, (struct st_span){wanted.data, wanted.size}, &t->run->contents, t->err));
	for (uint32_t i = 0; i < t->blob_count; i++)
		ST_TRY(place_blob(t, &t->blobs[i], &at));
	for (uint32_t i = 0; i < t->entry_count; i++) {
		const struct blob *blob = &t->blobs[t->entries[i].blob];
		t->run->files[t->entries[i].file].content =
			(struct st_span){t->run->contents.data + blob->at, (size_t)blob->size};
	}
	return ST_OK;
}

/* --- steps --- */

/* The commits of the range that touch the files, oldest first; one to a line. Without any when there are too many. */
static enum st_status list_steps(struct taking *t, struct st_buf *out)
{
	st_auto_free char *count = st_format("--max-count=%d", CEIL_AUDIT_COMMITS + 1);
	st_auto_free char *without = st_format("^%s", t->before);
	size_t operands = cli_operand_count(t->arguments), at = 0;
	const char *arguments[24];
	arguments[at++] = "rev-list";
	arguments[at++] = "--first-parent";
	arguments[at++] = "--reverse";
	arguments[at++] = count;
	arguments[at++] = t->after;
	if (t->before[0] != 0)
		arguments[at++] = without;
	arguments[at++] = "--";
	for (size_t i = 0; i < operands; i++)
		arguments[at++] = cli_operand(t->arguments, i);
	arguments[at] = NULL;
	ST_TRY(git_ask(&t->git, arguments, (struct st_span){NULL, 0}, out, t->err));
	unsigned lines = 0;
	for (size_t i = 0; i < out->size; i++)
		lines += out->data[i] == '\n';
	if (lines > CEIL_AUDIT_COMMITS)
		out->size = 0;
	return ST_OK;
}

static enum st_status list_all(struct taking *t)
{
	st_auto_buf struct st_buf steps = {0};
	ST_TRY(list_steps(t, &steps));
	t->run->labels = st_alloc_zero(CEIL_AUDIT_COMMITS + 2, sizeof *t->run->labels);
	ST_TRY(list_commit(t, t->before));
	for (size_t at = 0; at < steps.size;) {
		char commit[AUDIT_LABEL_BYTES] = "";
		const uint8_t *end = memchr(steps.data + at, '\n', steps.size - at);
		size_t size = end != NULL ? (size_t)(end - steps.data) - at : steps.size - at;
		if (!is_hash(steps.data + at, size))
			return st_fail(t->err, ST_FATAL, "git: a list of commits that is none");
		memcpy(commit, steps.data + at, size);
		at += size + 1;
		/* the last of them is the state that is asked about, whatever stands behind it */
		if (strcmp(commit, t->after) != 0)
			ST_TRY(list_commit(t, commit));
	}
	return list_commit(t, t->after);
}

bool audit_collect_git(const struct cli_arguments *arguments, struct audit_run *run, int *exit)
{
	struct st_error err = {0};
	struct taking t = {.run = run,
		.arguments = arguments,
		.git = {.unconfined = cli_has(arguments, "unconfined"),
			.limit_bytes = CEIL_AUDIT_GIT_BYTES + LISTING_BYTES},
		.err = &err};
	if (cli_values(arguments, "baseline")[0] != NULL || cli_value(arguments, "history") != NULL ||
		cli_operand_count(arguments) == 0 || cli_operand_count(arguments) > 16) {
		cli_fail(CLI_WRONG, "--git takes one to 16 files or folders, and neither --baseline nor --history");
		return false;
	}
	run->compare = run->commits = true;
	enum st_status status = read_range(&t, cli_value(arguments, "git"));
	if (status == ST_OK)
		status = list_all(&t);
	if (status == ST_OK)
		status = read_contents(&t);
	free(t.blobs);
	free(t.entries);
	if (status != ST_OK)
		*exit = cli_fail_error(&err);
	return status == ST_OK;
}
