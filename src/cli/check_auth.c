#include "cli/check_auth.h"

#include "base/ceilings.h"
#include "fetch/protocol.h"
#include "process/message.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

struct check_auth {
	int fd;
	char *path;
	struct stat was; /* the file as it was when it was looked at first */
	struct known {
		struct probe_target target;
		enum probe_as as;
		enum probe_auth_kind kind;
	} * list;
	size_t count;
};

static enum st_status look_at(const struct check_auth *auth, struct stat *out, struct st_error *err)
{
	if (fstat(auth->fd, out) != 0)
		return st_fail_errno(err, ST_WRONG, "cannot read %s", auth->path);
	if (!S_ISREG(out->st_mode))
		return st_fail(err, ST_WRONG, "%s is no regular file: credentials come from one", auth->path);
	if (out->st_uid != geteuid())
		return st_fail(err, ST_WRONG, "%s belongs to another user: credentials are the caller's", auth->path);
	if ((out->st_mode & 077) != 0)
		return st_fail(err, ST_WRONG, "%s can be read by others: chmod 600 it first", auth->path);
	if ((uint64_t)out->st_size > CEIL_AUTH_FILE_BYTES)
		return st_fail(err, ST_WRONG, "%s is larger than 256 KiB", auth->path);
	return ST_OK;
}

/* The caller wipes *out also after an error. */
static enum st_status read_entries(const struct check_auth *auth, struct probe_auth *out, struct st_error *err)
{
	st_auto_secret struct st_buf file = {0};
	size_t size = (size_t)auth->was.st_size;
	st_buf_reserve(&file, size + 1);
	ssize_t got = st_pread_full(auth->fd, file.data, size, 0);
	if (got < 0)
		return st_fail_errno(err, ST_WRONG, "cannot read %s", auth->path);
	file.size = (size_t)got;
	return probe_auth_read((struct st_span){file.data, file.size}, out, err);
}

static enum st_status take_targets(struct check_auth *auth, struct st_error *err)
{
	struct probe_auth entries = {0};
	ST_TRY(read_entries(auth, &entries, err));
	auth->list = st_alloc_zero(entries.count, sizeof *auth->list);
	for (; auth->count < entries.count; auth->count++) {
		struct probe_auth_entry *entry = &entries.entries[auth->count];
		auth->list[auth->count] = (struct known){.target = entry->target, .as = entry->as, .kind = entry->kind};
		entry->target = (struct probe_target){0};
	}
	probe_auth_wipe(&entries);
	return ST_OK;
}

static enum st_status open_file(struct check_auth *auth, const char *path, struct st_error *err)
{
	auth->path = st_format("%s", path);
	/* A pipe would wait for who writes it; it is refused when it is looked at. */
	auth->fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (auth->fd < 0)
		return st_fail_errno(err, ST_WRONG, "cannot read %s", path);
	ST_TRY(look_at(auth, &auth->was, err));
	return take_targets(auth, err);
}

enum st_status check_auth_open(
	const char *path, const struct probe_scope *scope, struct check_auth **out, struct st_error *err)
{
	*out = NULL;
	if (path == NULL)
		return ST_OK;
	if (scope->basis == PROBE_FINDER)
		return st_fail(err, ST_WRONG, "the scope's basis is finder: nothing is asked with a credential");
	struct check_auth *auth = st_alloc_zero(1, sizeof *auth);
	auth->fd = -1;
	enum st_status status = open_file(auth, path, err);
	if (status == ST_OK)
		*out = auth;
	else
		check_auth_close(auth);
	return status;
}

void check_auth_close(struct check_auth *auth)
{
	if (auth == NULL)
		return;
	for (size_t i = 0; i < auth->count; i++)
		probe_target_free(&auth->list[i].target);
	free(auth->list);
	free(auth->path);
	if (auth->fd >= 0)
		close(auth->fd);
	free(auth);
}

uint32_t check_auth_find(const struct check_auth *auth, const struct probe_target *target, enum probe_as as)
{
	uint32_t found = 0;
	for (size_t i = 0; auth != NULL && i < auth->count; i++) {
		const struct known *known = &auth->list[i];
		if (known->as == as && probe_target_within(&known->target, target) &&
			(found == 0 || strlen(known->target.path) > strlen(auth->list[found - 1].target.path)))
			found = (uint32_t)i + 1;
	}
	return found;
}

bool check_auth_covers(const struct check_auth *auth, uint32_t credential, const char *url)
{
	return probe_path_within(auth->list[credential - 1].target.path, url, strcspn(url, "?"));
}

const char *check_auth_kind(const struct check_auth *auth, uint32_t credential)
{
	return probe_auth_kind_name(auth->list[credential - 1].kind);
}

static bool is_unchanged(const struct stat *was, const struct stat *is)
{
	return was->st_size == is->st_size && was->st_mtim.tv_sec == is->st_mtim.tv_sec &&
	       was->st_mtim.tv_nsec == is->st_mtim.tv_nsec && was->st_ctim.tv_sec == is->st_ctim.tv_sec &&
	       was->st_ctim.tv_nsec == is->st_ctim.tv_nsec;
}

enum st_status check_auth_give(const struct check_auth *auth, uint32_t credential, int socket, struct st_error *err)
{
	struct probe_auth entries = {0};
	st_auto_secret struct st_buf frame = {0};
	struct stat is;
	ST_TRY(look_at(auth, &is, err));
	if (!is_unchanged(&auth->was, &is))
		return st_fail(err, ST_WRONG, "%s changed while it was used", auth->path);
	ST_TRY(read_entries(auth, &entries, err));
	if (credential <= entries.count)
		probe_auth_encode(&entries.entries[credential - 1], &frame);
	probe_auth_wipe(&entries);
	/* A lost process shows in its answers. */
	(void)message_send(socket, FETCH_CREDENTIAL, frame.data, frame.size, -1);
	return ST_OK;
}
