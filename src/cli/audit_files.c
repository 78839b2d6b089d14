/* Which files belong to which snapshot: by the date in their names (contract 9). */
#include "base/ceilings.h"
#include "cli/audit.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

/* "2019-12-05" in the last component, not inside of a longer number; false: there is none. */
static bool date_of(const char *path, char out[11])
{
	static const char shape[] = "dddd-dd-dd";
	const char *name = strrchr(path, '/');
	name = name != NULL ? name + 1 : path;
	size_t size = strlen(name);
	for (size_t at = 0; at + 10 <= size; at++) {
		bool fits = at == 0 || !isdigit((unsigned char)name[at - 1]);
		for (size_t i = 0; i < 10 && fits; i++)
			fits = shape[i] == 'd' ? isdigit((unsigned char)name[at + i]) != 0 : name[at + i] == '-';
		if (!fits || isdigit((unsigned char)name[at + 10]))
			continue;
		memcpy(out, name + at, 10);
		out[10] = 0;
		return true;
	}
	return false;
}

struct audit_file *audit_add_file(struct audit_run *run, const char *path)
{
	struct audit_file *file = AUDIT_PUSH(run->files, run->file_count, run->file_capacity);
	file->path = st_strndup(path, strlen(path));
	if (!date_of(path, file->date))
		file->date[0] = 0;
	return file;
}

/* All files of the folder that have a date in their name; others are no snapshots. */
static bool add_folder(struct audit_run *run, const char *path)
{
	DIR *folder = opendir(path);
	if (folder == NULL) {
		cli_fail(CLI_WRONG, "cannot open %s: %s", path, strerror(errno));
		return false;
	}
	for (const struct dirent *entry; (entry = readdir(folder)) != NULL;) {
		char date[11];
		if (!date_of(entry->d_name, date) || run->file_count > CEIL_AUDIT_FILES)
			continue;
		st_auto_free char *name = st_format("%s/%s", path, entry->d_name);
		audit_add_file(run, name);
	}
	closedir(folder);
	if (run->file_count == 0)
		cli_fail(CLI_WRONG, "no file in %s has a date in its name", path);
	return run->file_count > 0;
}

/* A pipe is read once, and a plan in it is wanted twice. */
static bool keep_standard_input(struct audit_run *run)
{
	struct st_buf *out = &run->contents;
	ssize_t got = 1;
	while (got != 0 && out->size <= CEIL_AUDIT_PIPE_BYTES) {
		st_buf_reserve(out, 1 * MIB);
		got = read(STDIN_FILENO, out->data + out->size, 1 * MIB);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0) {
			cli_fail(CLI_WRONG, "standard input cannot be read: %s", strerror(errno));
			return false;
		}
		out->size += (size_t)got;
	}
	if (out->size > CEIL_AUDIT_PIPE_BYTES)
		cli_fail(CLI_WRONG, "standard input is larger than what is taken from a pipe: give it as a file");
	for (uint32_t i = 0; i < run->file_count; i++)
		if (strcmp(run->files[i].path, "-") == 0)
			run->files[i].content = (struct st_span){out->data, out->size};
	return out->size <= CEIL_AUDIT_PIPE_BYTES;
}

static bool wants_standard_input(const struct audit_run *run)
{
	for (uint32_t i = 0; i < run->file_count; i++)
		if (strcmp(run->files[i].path, "-") == 0)
			return true;
	return false;
}

static int by_date(const void *a, const void *b)
{
	const struct audit_file *x = a, *y = b;
	int order = strcmp(x->date, y->date);
	return order != 0 ? order : strcmp(x->path, y->path);
}

/* One snapshot for each date. */
static void number_snapshots(struct audit_run *run)
{
	qsort(run->files, run->file_count, sizeof *run->files, by_date);
	for (uint32_t i = 0; i < run->file_count; i++) {
		if (i == 0 || strcmp(run->files[i].date, run->files[i - 1].date) != 0)
			memcpy(run->labels[run->snapshot_count++], run->files[i].date, sizeof run->files[i].date);
		run->files[i].snapshot = run->snapshot_count - 1;
	}
}

/* Is it the same name but for the date? */
static bool same_series(const struct audit_file *a, const struct audit_file *b)
{
	const char *x = strrchr(a->path, '/'), *y = strrchr(b->path, '/');
	x = x != NULL ? x + 1 : a->path;
	y = y != NULL ? y + 1 : b->path;
	const char *x_date = strstr(x, a->date), *y_date = strstr(y, b->date);
	return x_date != NULL && y_date != NULL && x_date - x == y_date - y &&
	       strncmp(x, y, (size_t)(x_date - x)) == 0 &&
	       strcmp(x_date + strlen(a->date), y_date + strlen(b->date)) == 0;
}

/* A snapshot that lacks a kind of file that others have would look as if its stores were gone. */
static bool snapshots_are_alike(const struct audit_run *run)
{
	uint32_t size = run->file_count / run->snapshot_count;
	for (uint32_t i = 0; i < run->file_count; i++) {
		const struct audit_file *file = &run->files[i];
		if (size * run->snapshot_count == run->file_count && file->snapshot == i / size &&
			same_series(file, &run->files[i % size]))
			continue;
		cli_fail(CLI_WRONG, "the snapshots are not alike: each date needs the same files, see %s", file->path);
		return false;
	}
	return true;
}

/* Inventories hold for every snapshot: each is read again with it. */
static void add_inventories(const struct cli_arguments *arguments, struct audit_run *run)
{
	const char *const *inventories = cli_values(arguments, "inventory");
	uint32_t count = run->file_count, capacity = 0, filled = 0;
	struct audit_file *files = NULL;
	if (inventories[0] == NULL)
		return;
	for (uint32_t i = 0; i < count; i++) {
		*AUDIT_PUSH(files, filled, capacity) = run->files[i];
		if (i + 1 < count && run->files[i + 1].snapshot == run->files[i].snapshot)
			continue;
		for (size_t j = 0; inventories[j] != NULL; j++) {
			struct audit_file *file = AUDIT_PUSH(files, filled, capacity);
			file->path = st_strndup(inventories[j], strlen(inventories[j]));
			file->snapshot = run->files[i].snapshot;
		}
	}
	free(run->files);
	run->files = files;
	run->file_count = filled;
	run->file_capacity = capacity;
}

static bool collect(const struct cli_arguments *arguments, struct audit_run *run, int *exit)
{
	*exit = CLI_WRONG;
	if (cli_value(arguments, "git") != NULL)
		return audit_collect_git(arguments, run, exit);
	const char *const *baseline = cli_values(arguments, "baseline");
	const char *history = cli_value(arguments, "history");
	bool dated = history != NULL;
	if (history != NULL && (baseline[0] != NULL || cli_operand_count(arguments) > 0)) {
		cli_fail(CLI_WRONG, "--history takes the place of files and --baseline");
		return false;
	}
	if (history == NULL && cli_operand_count(arguments) == 0) {
		cli_fail(CLI_WRONG, "which files? see: staunch help audit");
		return false;
	}
	for (size_t i = 0; baseline[i] != NULL; i++)
		audit_add_file(run, baseline[i]);
	uint32_t before = run->file_count;
	for (size_t i = 0; i < cli_operand_count(arguments); i++)
		audit_add_file(run, cli_operand(arguments, i));
	if (history != NULL && !add_folder(run, history))
		return false;
	if (run->file_count > CEIL_AUDIT_FILES) {
		cli_fail(CLI_WRONG, "more files than one audit takes");
		return false;
	}
	if (wants_standard_input(run) && !keep_standard_input(run))
		return false;
	run->labels = st_alloc_zero(run->file_count + 2, sizeof *run->labels);
	for (uint32_t i = 0; i < run->file_count && before == 0 && history == NULL; i++)
		dated = (i == 0 || dated) && run->files[i].date[0] != 0;
	if (dated && before == 0) {
		number_snapshots(run);
		return snapshots_are_alike(run);
	}
	run->compare = before > 0;
	run->snapshot_count = run->compare ? 2 : 1;
	for (uint32_t i = before; i < run->file_count; i++)
		run->files[i].snapshot = run->compare;
	return true;
}

bool audit_collect(const struct cli_arguments *arguments, struct audit_run *run, int *exit)
{
	if (!collect(arguments, run, exit))
		return false;
	add_inventories(arguments, run);
	return true;
}

void audit_forget(struct audit_run *run)
{
	for (uint32_t i = 0; i < run->file_count; i++)
		free(run->files[i].path);
	free(run->files);
	free(run->labels);
	st_buf_free(&run->contents);
}
