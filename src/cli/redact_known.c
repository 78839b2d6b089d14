/*
 * --known CASE: names, domains of addresses and case numbers that a scan has proven, as keyed digests; and the policy
 * file. Both are the owner's, read before the jail closes; a value of the case goes no further than this file.
 */
#include "cli/redact.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/ceilings.h"
#include "casefile/casefile.h"
#include "redact/policy.h"
#include "resolve/resolve.h"

static enum st_status add_block(struct redact_known *known, struct st_span block, struct st_error *err)
{
	struct resolve_entity entity;
	bool damaged = false;
	while (resolve_entity_next(&block, &entity, &damaged))
		if (!entity.more && entity.kind < DETECT_KINDS &&
			!redact_known_add(known, (enum detect_kind)entity.kind, entity.canonical))
			return st_fail(err, ST_WRONG, "the case has more names, domains and case numbers than %u",
				CEIL_REDACT_KNOWN);
	return damaged ? st_fail(err, ST_FATAL, "the case is damaged: rows that cannot be read") : ST_OK;
}

static enum st_status add_entities(struct casefile *casefile, struct redact_known *known, struct st_error *err)
{
	struct casefile_blocks *blocks;
	struct casefile_figures figures = {0};
	struct st_span block;
	bool found;
	ST_TRY(casefile_figures(casefile, &figures, &found, err));
	casefile_figures_free(&figures);
	if (!found)
		return st_fail(err, ST_WRONG, "the case has no figures yet: its scan is not complete");
	ST_TRY(casefile_blocks_open(casefile, CASEFILE_ENTITIES, NULL, &blocks, err));
	enum st_status status = casefile_blocks_next(blocks, &block, err);
	while (status == ST_OK && block.size > 0) {
		status = add_block(known, block, err);
		if (status == ST_OK)
			status = casefile_blocks_next(blocks, &block, err);
	}
	casefile_blocks_close(blocks);
	return status;
}

bool redact_known_of_case(const char *path, const char *key_path, struct redact_known **out)
{
	struct casefile *casefile = NULL;
	struct st_error err = {0};
	*out = NULL;
	if (path == NULL)
		return key_path == NULL ||
		       cli_fail(CLI_WRONG, "--case-key is the key of the case that --known names") == CLI_OK;
	*out = redact_known_open();
	enum st_status status = casefile_open(path, key_path, CASEFILE_READ, &casefile, &err);
	if (status == ST_OK)
		status = add_entities(casefile, *out, &err);
	casefile_close(casefile);
	if (status == ST_OK)
		return true;
	redact_known_close(*out);
	*out = NULL;
	cli_fail_error(&err);
	return false;
}

/* --- the policy file --- */

/* A byte more than the ceiling is read, so that what is too long is seen to be. */
static bool read_file(const char *path, struct st_buf *file)
{
	st_auto_close int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	if (fd < 0)
		return false;
	st_buf_reserve(file, CEIL_REDACT_POLICY_BYTES + 1);
	while (file->size <= CEIL_REDACT_POLICY_BYTES) {
		ssize_t got = read(fd, file->data + file->size, CEIL_REDACT_POLICY_BYTES + 1 - file->size);
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return got == 0;
		file->size += (size_t)got;
	}
	return true;
}

bool redact_policy_of_file(const char *path, bool has_key, struct redact_policy **out)
{
	st_auto_buf struct st_buf file = {0};
	struct st_error err = {0};
	*out = NULL;
	if (path == NULL)
		return true;
	if (!read_file(path, &file))
		return cli_fail(CLI_WRONG, "cannot read %s: %s", path, strerror(errno)) == CLI_OK;
	if (redact_policy_open((struct st_span){file.data, file.size}, out, &err) != ST_OK)
		return cli_fail(CLI_WRONG, "%s: %s", path, err.what) == CLI_OK;
	if (has_key || !redact_policy_needs_key(*out))
		return true;
	return cli_fail(CLI_WRONG, "%s asks for tokens, which need --key FILE; staunch redact --new-key FILE makes one",
		       path) == CLI_OK;
}
