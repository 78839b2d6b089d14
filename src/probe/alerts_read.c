/* "alerts" of scope.json: mail, webhook, command, remind_every. */
#include "base/ceilings.h"
#include "base/mail.h"
#include "base/settings.h"
#include "probe/alerts.h"
#include "probe/mail_server.h"

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

static bool take_address(struct reading *r, char **out)
{
	static const char wanted[] = "an address of \"mail\" is one as soc@contoso.example, in ASCII";
	if (!st_settings_take(r->file))
		return false;
	const char *text = st_settings_text(r->file);
	if (!st_mail_address_is_sound(text))
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
		char *address = NULL;
		if (alerts->mail_to_count == CEIL_ALERT_ADDRESSES)
			return fail(r, wanted);
		if (!take_address(r, &address))
			return false;
		add_text(&alerts->mail_to, &alerts->mail_to_count, address);
	}
	return (r->file->event.token == ST_JSON_ARRAY_END && alerts->mail_to_count > 0) || fail(r, wanted);
}

static bool take_server(struct reading *r)
{
	static const char wanted[] = "\"server\" is " PROBE_MAIL_SERVER_WANTED;
	if (!st_settings_string(r->file, wanted))
		return false;
	return probe_mail_server_parse(st_settings_text(r->file), &r->alerts->mail_server, &r->alerts->mail_starttls) ||
	       fail(r, wanted);
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
	       probe_authority_parse("http", own, sizeof own - 1, 25, &r->alerts->mail_server) || fail(r, wanted);
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
	if (!probe_authority_parse("https", place, size, 443, &alerts->webhook))
		return fail(r, wanted);
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
