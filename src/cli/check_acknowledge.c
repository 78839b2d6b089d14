/* `check --acknowledge TARGET`: somebody knows. A line in the chain; reminders of this window end. */
#include "cli/check.h"

#include "base/ceilings.h"
#include "cli/cli.h"

#include <stdio.h>
#include <unistd.h>

static enum st_status acknowledge(
	struct check_evidence *evidence, const struct probe_target *target, size_t *window, struct st_error *err)
{
	const struct probe_timeline *line = probe_timeline_of(&evidence->timelines, target->canonical);
	if (line == NULL)
		return st_fail(err, ST_WRONG, "nothing is known of this target in %s", evidence->path);
	if (line->window_count == 0)
		return st_fail(err, ST_WRONG, "this target was never open in %s", evidence->path);
	*window = line->window_count;
	if (line->acknowledged_window == line->window_count)
		return ST_OK;
	struct st_json_writer w = check_evidence_begin(evidence, "acknowledged", NULL);
	st_json_key_text(&w, "target", target->canonical);
	st_json_key_uint(&w, "window", line->window_count);
	ST_TRY(check_evidence_end(evidence, &w, err));
	return check_evidence_sign(evidence, err);
}

int check_acknowledge(const char *typed, const char *path, const char *key_path)
{
	struct st_error err = {0};
	struct probe_target target = {0};
	struct check_evidence evidence = {.fd = -1};
	size_t window = 0;
	if (path == NULL)
		return cli_fail(CLI_WRONG, "--acknowledge needs --evidence FILE");
	if (access(path, F_OK) != 0)
		return cli_fail(CLI_WRONG, "there is no evidence %s", path);
	enum st_status status = probe_target_parse(typed, &target, &err);
	if (status == ST_OK)
		status = check_evidence_open(&evidence, path, key_path, CEIL_ACKNOWLEDGE_MS, &err);
	if (status == ST_OK)
		status = acknowledge(&evidence, &target, &window, &err);
	if (status == ST_OK) {
		char head[PROBE_EVIDENCE_HEAD_TEXT];
		st_hex(evidence.chain.head, sizeof evidence.chain.head, head);
		printf("acknowledged   window %zu   evidence head %s, signed\n", window, head);
	}
	check_evidence_close(&evidence);
	probe_target_free(&target);
	return status == ST_OK ? CLI_OK : cli_fail_error(&err);
}
