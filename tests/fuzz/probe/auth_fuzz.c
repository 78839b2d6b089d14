/* Any bytes as a file of credentials, behind the first line, and that line as what is asked: what is taken signs the
 * request into lines of its own without a line break or control in them, and goes only inside of its target. */
#include "fetch/sign.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
	if (!holds)
		abort();
}

/* "Name: value\n", each. */
static void judge_lines(const struct st_buf *lines)
{
	size_t begin = 0;
	must(lines->size > 0 && lines->data[lines->size - 1] == '\n');
	for (size_t i = 0; i < lines->size; i++) {
		must(lines->data[i] == '\n' || (lines->data[i] >= ' ' && lines->data[i] < 0x7f));
		if (lines->data[i] != '\n')
			continue;
		must(memchr(lines->data + begin, ':', i - begin) != NULL);
		begin = i + 1;
	}
}

static void use(const struct probe_auth_entry *entry, const char *path)
{
	struct fetch_credential credential = {0};
	st_auto_secret struct st_buf frame = {0}, lines = {0};
	const struct probe_target *target = &entry->target;
	struct sign_request request = {.method = "GET",
		.host = target->host,
		.target = path,
		.headers = "x-ms-version: 2021-12-02\nRange: bytes=0-9\n",
		.now = 1575450000};
	probe_auth_encode(entry, &frame);
	struct st_cursor in = {.at = frame.data, .end = frame.data + frame.size};
	must(fetch_credential_take(&credential, &in));
	bool tls = target->transport == PROBE_HTTPS;
	must(fetch_credential_is_for(&credential, tls, target->host, target->port, target->path));
	must(!fetch_credential_is_for(&credential, !tls, target->host, target->port, target->path));
	must(!fetch_credential_is_for(&credential, tls, "elsewhere.example", target->port, target->path));
	sign_request(&credential, &request, &lines);
	judge_lines(&lines);
	fetch_credential_wipe(&credential);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *end = memchr(data, '\n', size);
	size_t line = end != NULL ? (size_t)(end - data) : 0;
	st_auto_free char *path = st_format("/%.*s", (int)line, (const char *)data);
	struct probe_auth auth = {0};
	struct st_error err = {0};
	if (end == NULL)
		return 0;
	if (probe_auth_read((struct st_span){end + 1, size - line - 1}, &auth, &err) != ST_OK) {
		must(strstr(err.what, "credentials") != NULL);
		return 0;
	}
	for (size_t i = 0; i < auth.count; i++)
		use(&auth.entries[i], path);
	probe_auth_wipe(&auth);
	return 0;
}
