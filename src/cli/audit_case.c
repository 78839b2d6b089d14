/* What an audit found, into the chronicle of a case: each row that is open or was, with what opened it. */
#include "casefile/casefile.h"
#include "cli/audit.h"

#include <stdlib.h>

static const char event_name[] = "audit";

struct known {
	uint8_t (*hashes)[ST_SHA256_BYTES];
	uint32_t count, capacity;
};

static bool add_known(struct known *known, const void *text, size_t size)
{
	uint8_t hash[ST_SHA256_BYTES];
	st_sha256_of(text, size, hash);
	for (uint32_t i = 0; i < known->count; i++)
		if (memcmp(known->hashes[i], hash, sizeof hash) == 0)
			return false;
	memcpy(*AUDIT_PUSH(known->hashes, known->count, known->capacity), hash, sizeof hash);
	return true;
}

static enum st_status know(void *context, int64_t at, const char *what, const char *detail, struct st_error *err)
{
	(void)at;
	(void)err;
	if (strcmp(what, event_name) == 0)
		add_known(context, detail, strlen(detail));
	return ST_OK;
}

/* Once, however often the same configuration is audited into the case. */
static enum st_status add_rows(struct casefile *casefile, const struct audit_run *run, struct st_error *err)
{
	struct known known = {0};
	enum st_status status = casefile_events(casefile, know, &known, err);
	for (uint32_t i = 0; i < run->result.exposure_count && status == ST_OK; i++) {
		const struct audit_exposure *exposure = &run->result.exposures[i];
		st_auto_buf struct st_buf text = {0};
		if (exposure->verdict != AUDIT_OPEN && !exposure->has_window)
			continue;
		audit_write_exposure(run, exposure, &text);
		bool added = add_known(&known, text.data, text.size);
		st_buf_add_byte(&text, 0);
		if (added)
			status = casefile_event(casefile, event_name, (const char *)text.data, err);
	}
	free(known.hashes);
	return status;
}

enum st_status audit_keep_in_case(
	const struct audit_run *run, const char *path, const char *key_path, struct st_error *err)
{
	struct casefile *casefile = NULL;
	enum st_status status = casefile_open(path, key_path, CASEFILE_UPDATE, &casefile, err);
	if (status == ST_OK)
		status = add_rows(casefile, run, err);
	casefile_close(casefile);
	return status;
}
