/* "alerts" of scope.json: mail, webhook, command, remind_every. */
#include "base/ceilings.h"
#include "base/settings.h"
#include "probe/alerts.h"

#include <stdlib.h>
#include <strings.h>

struct reading {
	struct st_settings *file;
	struct probe_alerts *alerts;
};

static bool fail(struct reading *r, const char *why)
{
	return st_settings_fail(r->file, why);
}

/* An address as RFC 5321 has it, in ASCII, without quotes: nothing that could end a header or a command of SMTP. */
static bool take_address(struct reading *r, char **out)
{
	static const char wanted[] = "an address of \"mail\" is one as soc@contoso.example, in ASCII";
	if (!st_settings_take(r->file))
		return false;
	const char *text = st_settings_text(r->file), *at = strchr(text, '@');
	bool good = at != NULL && at > text && at[1] != 0 && strchr(at + 1, '@') == NULL && strlen(text) <= 254;
	for (const char *c = text; *c != 0; c++)
		good = good && *c > ' ' && *c < 0x7f && strchr("<>()[],;:\\\"", *c) == NULL;
	if (!good)
		return fail(r, wanted);
	*out = st_strndup(text, strlen(text));
	return true;
}

static void add_text(char ***list, size_t *count, char *text)
{
	*list = st_realloc(*list, (*count + 2) * sizeof **list);
	(*list)[(*count)++] = text;
	(*list)[*count] = NULL;
}

static bool take_to(struct reading *r)
{
	static const char wanted[] = "\"to\" is a list of 1 to 16 addresses";
	struct probe_alerts *alerts = r->alerts;
	if (st_settings_next(r->file) != ST_JSON_ARRAY)
		return fail(r, wanted);
	while (st_settings_next(r->file) == ST_JSON_STRING) {
		char *address;
		if (alerts->mail_to_count == CEIL_ALERT_ADDRESSES)
			return fail(r, wanted);
		if (!take_address(r, &address))
			return false;
		add_text(&alerts->mail_to, &alerts->mail_to_count, address);
	}
	return (r->file->event.token == ST_JSON_ARRAY_END && alerts->mail_to_count > 0) || fail(r, wanted);
}

/* host and port of `authority`, as a target of that transport. */
static bool parse_place(struct reading *r, const char *transport, const char *authority, size_t size, unsigned port,
	struct probe_target *out, const char *wanted)
{
	struct st_error why = {0};
	const char *bracket = memchr(authority, ']', size);
	const char *from = bracket != NULL ? bracket : authority;
	bool with_port = memchr(from, ':', size - (size_t)(from - authority)) != NULL;
	st_auto_free char *url = with_port ? st_format("%s://%.*s", transport, (int)size, authority)
					   : st_format("%s://%.*s:%u", transport, (int)size, authority, port);
	return size > 0 && size < 300 && strcspn(authority, "/?#") >= size &&
			       probe_target_parse(url, out, &why) == ST_OK
		       ? true
		       : fail(r, wanted);
}

static bool is_loopback(const struct probe_target *server)
{
	return server->literal && (strncmp(server->host, "127.", 4) == 0 || strcmp(server->host, "::1") == 0);
}

static bool take_server(struct reading *r)
{
	static const char wanted[] = "\"server\" is smtp://HOST[:PORT] or smtps://HOST[:PORT]";
	struct probe_alerts *alerts = r->alerts;
	if (!st_settings_string(r->file, wanted))
		return false;
	const char *text = st_settings_text(r->file);
	bool tls = strncmp(text, "smtps://", 8) == 0;
	if (!tls && strncmp(text, "smtp://", 7) != 0)
		return fail(r, wanted);
	const char *authority = text + (tls ? 8 : 7);
	if (!parse_place(r, tls ? "https" : "http", authority, strlen(authority), tls ? 465 : 25, &alerts->mail_server,
		    wanted))
		return false;
	/* A mail in the clear goes to this machine only. */
	alerts->mail_starttls = !tls && !is_loopback(&alerts->mail_server);
	return true;
}

static bool take_from(struct reading *r, const char *wanted)
{
	return st_settings_next(r->file) == ST_JSON_STRING ? take_address(r, &r->alerts->mail_from) : fail(r, wanted);
}

static bool take_mail(struct reading *r)
{
	static const char wanted[] = "\"mail\" is {\"from\": ADDRESS, \"to\": [ADDRESS, ...], \"server\": URL}";
	static const char *const names[] = {"from", "to", "server"};
	static const char own[] = "127.0.0.1";
	uint32_t seen = 0;
	size_t name;
	if (st_settings_next(r->file) != ST_JSON_OBJECT)
		return fail(r, wanted);
	while (st_settings_next(r->file) == ST_JSON_KEY)
		if (!st_settings_field(r->file, names, 3, &seen, &name, wanted) ||
			!(name == 0         ? take_from(r, wanted)
				: name == 1 ? take_to(r)
					    : take_server(r)))
			return false;
	if (r->file->event.token != ST_JSON_OBJECT_END || r->alerts->mail_from == NULL || r->alerts->mail_to_count == 0)
		return fail(r, wanted);
	return r->alerts->mail_server.host != NULL ||
	       parse_place(r, "http", own, sizeof own - 1, 25, &r->alerts->mail_server, wanted);
}

static bool take_webhook(struct reading *r)
{
	static const char wanted[] =
		"\"webhook\" is https://HOST[:PORT]/PATH in ASCII, without a user name or a fragment";
	struct probe_alerts *alerts = r->alerts;
	if (!st_settings_string(r->file, wanted))
		return false;
	const char *text = st_settings_text(r->file);
	if (strncmp(text, "https://", 8) != 0 || strlen(text) > CEIL_TARGET_BYTES)
		return fail(r, wanted);
	const char *authority = text + 8;
	size_t size = strcspn(authority, "/?#");
	for (const char *c = text; *c != 0; c++)
		if (*c <= ' ' || *c >= 0x7f || *c == '#' || *c == '\\')
			return fail(r, wanted);
	if (memchr(authority, '@', size) != NULL)
		return fail(r, wanted);
	st_auto_free char *place = st_strndup(authority, size);
	if (!parse_place(r, "https", place, size, 443, &alerts->webhook, wanted))
		return false;
	const char *path = authority + size;
	alerts->webhook_path = st_format("%s%s", *path == '/' ? "" : "/", path);
	return true;
}

static bool take_command(struct reading *r)
{
	static const char wanted[] = "\"command\" is a list of 1 to 64 texts: an absolute path, and its arguments";
	struct probe_alerts *alerts = r->alerts;
	if (st_settings_next(r->file) != ST_JSON_ARRAY)
		return fail(r, wanted);
	while (st_settings_next(r->file) == ST_JSON_STRING) {
		if (alerts->command_count == CEIL_ALERT_ARGUMENTS || !st_settings_take(r->file))
			return fail(r, wanted);
		const char *text = st_settings_text(r->file);
		add_text(&alerts->command, &alerts->command_count, st_strndup(text, strlen(text)));
	}
	bool good =
		r->file->event.token == ST_JSON_ARRAY_END && alerts->command_count > 0 && alerts->command[0][0] == '/';
	return good || fail(r, wanted);
}

static bool take_remind(struct reading *r)
{
	static const char wanted[] = "\"remind_every\" is 1s to 30d, as 24h";
	return st_settings_string(r->file, wanted) &&
	       (probe_interval_parse(st_settings_text(r->file), CEIL_REMIND_LEAST_S, CEIL_REMIND_MOST_S,
			&r->alerts->remind_every_s) ||
		       fail(r, wanted));
}

bool probe_alerts_read(struct st_settings *file, struct probe_alerts *out)
{
	static const char wanted[] = "\"alerts\" has mail, webhook, command and remind_every, each at most once";
	static const char *const names[] = {"mail", "webhook", "command", "remind_every"};
	static bool (*const take[])(struct reading *) = {take_mail, take_webhook, take_command, take_remind};
	struct reading r = {.file = file, .alerts = out};
	uint32_t seen = 0;
	size_t name;
	out->remind_every_s = CEIL_REMIND_USUAL_S;
	if (st_settings_next(file) != ST_JSON_OBJECT)
		return fail(&r, wanted);
	while (st_settings_next(file) == ST_JSON_KEY)
		if (!st_settings_field(file, names, 4, &seen, &name, wanted) || !take[name](&r))
			return false;
	if (file->event.token != ST_JSON_OBJECT_END)
		return fail(&r, wanted);
	return (seen & 7) != 0 || fail(&r, "\"alerts\" names nobody: mail, webhook or command");
}
