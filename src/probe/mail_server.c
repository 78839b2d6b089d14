#include "probe/mail_server.h"

#define AUTHORITY_BYTES 300

bool probe_authority_parse(
	const char *transport, const char *authority, size_t size, unsigned port, struct probe_target *out)
{
	struct st_error why = {0};
	if (size == 0 || size >= AUTHORITY_BYTES || strcspn(authority, "/?#") < size)
		return false;
	const char *bracket = memchr(authority, ']', size);
	const char *from = bracket != NULL ? bracket : authority;
	bool with_port = memchr(from, ':', size - (size_t)(from - authority)) != NULL;
	st_auto_free char *url = with_port ? st_format("%s://%.*s", transport, (int)size, authority)
					   : st_format("%s://%.*s:%u", transport, (int)size, authority, port);
	return probe_target_parse(url, out, &why) == ST_OK;
}

static bool is_loopback(const struct probe_target *server)
{
	return server->literal && (strncmp(server->host, "127.", 4) == 0 || strcmp(server->host, "::1") == 0);
}

bool probe_mail_server_parse(const char *text, struct probe_target *out, bool *starttls)
{
	bool tls = strncmp(text, "smtps://", 8) == 0;
	if (!tls && strncmp(text, "smtp://", 7) != 0)
		return false;
	const char *authority = text + (tls ? 8 : 7);
	if (!probe_authority_parse(tls ? "https" : "http", authority, strlen(authority), tls ? 465 : 25, out))
		return false;
	/* A mail in the clear goes to this machine only. */
	*starttls = !tls && !is_loopback(out);
	return true;
}
