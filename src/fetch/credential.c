#include "fetch/credential.h"

#include "base/ceilings.h"
#include "fetch/sign.h"

#include <stdlib.h>

/* Shorter ones (a user called "a") stand in any text. */
#define TELLING_BYTES 4

static void take_value(struct st_cursor *in, struct st_buf *value)
{
	struct st_span span = st_cursor_span(in);
	if (in->bad || span.size == 0)
		return;
	st_buf_reserve(value, span.size + 1);
	st_buf_add(value, span.data, span.size);
	value->data[value->size] = 0;
}

static char *take_text(struct st_cursor *in)
{
	struct st_span span = st_cursor_span(in);
	bool there = !in->bad && span.size > 0;
	return st_strndup(there ? (const char *)span.data : "", there ? span.size : 0);
}

bool fetch_credential_take(struct fetch_credential *credential, struct st_cursor *in)
{
	if (credential->held)
		return false;
	uint8_t kind = st_cursor_byte(in);
	credential->held = true;
	credential->kind = (enum probe_auth_kind)kind;
	credential->tls = st_cursor_byte(in) != 0;
	credential->host = take_text(in);
	credential->port = st_cursor_u16(in);
	credential->path = take_text(in);
	for (int i = 0; i < PROBE_AUTH_VALUES; i++)
		take_value(in, &credential->value[i]);
	return !in->bad && in->at == in->end && kind < PROBE_AUTH_KINDS && credential->host[0] != 0;
}

void fetch_credential_wipe(struct fetch_credential *credential)
{
	for (int i = 0; i < PROBE_AUTH_VALUES; i++)
		st_buf_wipe(&credential->value[i]);
	free(credential->host);
	free(credential->path);
	*credential = (struct fetch_credential){0};
}

const char *fetch_credential_value(const struct fetch_credential *credential, enum probe_auth_value value)
{
	return credential->value[value].data != NULL ? (const char *)credential->value[value].data : "";
}

bool fetch_credential_is_for(
	const struct fetch_credential *credential, bool tls, const char *host, uint16_t port, const char *target)
{
	return credential->held && credential->tls == tls && credential->port == port &&
	       strcmp(credential->host, host) == 0 && probe_path_within(credential->path, target, strcspn(target, "?"));
}

static bool holds(struct st_span text, const void *secret, size_t size)
{
	return size >= TELLING_BYTES && memmem(text.data, text.size, secret, size) != NULL;
}

bool fetch_credential_is_in(const struct fetch_credential *credential, struct st_span text)
{
	static const enum probe_auth_value secrets[] = {
		PROBE_AUTH_PASSWORD, PROBE_AUTH_TOKEN, PROBE_AUTH_KEY, PROBE_AUTH_SECRET, PROBE_AUTH_SESSION_TOKEN};
	bool found = false;
	for (size_t i = 0; i < sizeof secrets / sizeof secrets[0]; i++)
		found = found || holds(text, credential->value[secrets[i]].data, credential->value[secrets[i]].size);
	if (credential->held && credential->kind == PROBE_AUTH_BASIC && !found) {
		st_auto_secret struct st_buf sent = {0};
		sign_basic(credential, &sent);
		found = holds(text, sent.data, sent.size);
	}
	return found;
}
