/* What a check could send, told beforehand: --dry-run. */
#include "cli/check.h"

#include "base/print.h"
#include "probe/requests.h"

struct dry {
	struct st_buf *out;
	struct st_json_writer *w; /* NULL: text */
};

/* What goes out over TCP: for a program every step as hexadecimal digits, for a person escaped, one behind the other.
 */
static void dry_steps(struct dry *dry, const struct probe_row *row)
{
	if (dry->w != NULL) {
		st_json_key(dry->w, "steps");
		st_json_array(dry->w);
	}
	for (size_t i = 0; i < row->step_count; i++) {
		const struct probe_bytes *step = &row->steps[i];
		st_auto_free char *hex = st_alloc(2 * step->size + 1);
		st_hex((const uint8_t *)step->data, step->size, hex);
		if (dry->w != NULL) {
			st_json_text(dry->w, hex);
		} else if (step->size > 0) {
			st_buf_format(dry->out, "     %zu  ", i + 1);
			st_escape_text(dry->out, step->data, step->size);
			st_buf_add_byte(dry->out, '\n');
		}
	}
	if (dry->w != NULL)
		st_json_array_end(dry->w);
}

static void dry_row(struct dry *dry, const struct probe_target *target, const struct probe_row *row, const char *when,
	enum probe_as as)
{
	st_auto_buf struct st_buf url = {0}, place = {0};
	probe_row_url(target, row, &url);
	bool six = strchr(target->host, ':') != NULL;
	st_buf_format(&place, "%s%s%s:%u", six ? "[" : "", target->host, six ? "]" : "", target->port);
	bool tls = target->transport == PROBE_HTTPS || target->transport == PROBE_TLS;
	st_auto_free char *request =
		row->method != NULL
			? st_format("%s %s://%.*s%s", row->method, tls ? "https" : "http", (int)place.size,
				  (const char *)place.data, (const char *)url.data)
			: st_format("%s %.*s %zu step%s", tls ? "TLS" : "TCP", (int)place.size,
				  (const char *)place.data, row->step_count, row->step_count == 1 ? "" : "s");
	if (dry->w != NULL) {
		st_json_object(dry->w);
		st_json_key_text(dry->w, "request", request);
		st_json_key_text(dry->w, "row", row->id);
		st_json_key_text(dry->w, "level", probe_level_name(row->level));
		st_json_key_text(dry->w, "right", probe_right_name(row->right));
		st_json_key_text(dry->w, "if_service", when);
		st_json_key_text(dry->w, "as", probe_as_name(as));
		if (row->method == NULL)
			dry_steps(dry, row);
		st_json_object_end(dry->w);
		return;
	}
	st_buf_format(dry->out, "  %s  %-8s  ", probe_level_name(row->level), probe_right_name(row->right));
	st_escape_text(dry->out, request, strlen(request));
	if (when != NULL)
		st_buf_format(dry->out, "   if it is %s", when);
	if (as != PROBE_AS_ANYBODY)
		st_buf_format(dry->out, "   with %s", as == PROBE_AS_OWNER ? "the owner's credential" : "a stranger's");
	st_buf_add_byte(dry->out, '\n');
	if (row->method == NULL)
		dry_steps(dry, row);
}

static bool is_asked_as(const struct probe_row *row, enum probe_as as)
{
	if (as == PROBE_AS_STRANGER)
		return !row->owner_only && (row->right == PROBE_LIST || row->right == PROBE_READ);
	return row->owner_only == (as == PROBE_AS_OWNER);
}

static void dry_service(struct dry *dry, const struct check *check, const struct probe_target *target,
	const struct probe_service *service, const char *when)
{
	for (int as = 0; as < PROBE_AS; as++) {
		if (as != PROBE_AS_ANYBODY && check_auth_find(check->auth, target, (enum probe_as)as) == 0)
			continue;
		for (size_t i = 0; i < service->row_count; i++)
			if (service->rows[i].level <= check->level &&
				is_asked_as(&service->rows[i], (enum probe_as)as) &&
				(service->fits == NULL || service->fits(target, &service->rows[i])))
				dry_row(dry, target, &service->rows[i], when, (enum probe_as)as);
	}
}

static void dry_target(struct dry *dry, const struct check *check, const struct check_result *result)
{
	const struct probe_service *service = probe_service_of(result->target);
	if (service != NULL) {
		dry_service(dry, check, result->target, service, NULL);
		return;
	}
	if (check->level >= PROBE_L1) {
		dry_row(dry, result->target, &probe_row_what, NULL, PROBE_AS_ANYBODY);
		dry_row(dry, result->target, &probe_row_what_body, NULL, PROBE_AS_ANYBODY);
		if (result->target->path[0] != 0)
			dry_row(dry, result->target, &probe_row_what_root, NULL, PROBE_AS_ANYBODY);
	}
	for (size_t i = 0; (service = probe_service_at(i)) != NULL; i++)
		if (!service->tcp)
			dry_service(dry, check, result->target, service, service->name);
}

static void dry_sas(struct dry *dry, const struct probe_sas *sas)
{
	st_auto_buf struct st_buf text = {0};
	if (sas == NULL)
		return;
	probe_sas_tell(sas, &text);
	st_buf_format(dry->out, "  ");
	st_escape_text(dry->out, text.data, text.size);
	st_buf_add_byte(dry->out, '\n');
}

static char *place_of(const struct probe_target *target)
{
	bool six = strchr(target->host, ':') != NULL;
	return st_format("%s%s%s:%u", six ? "[" : "", target->host, six ? "]" : "", target->port);
}

/* Who hears of a change. The webhook's path may be a secret. */
static void dry_watch(struct dry *dry, const struct probe_alerts *alerts, int64_t interval_s)
{
	st_auto_free char *every = st_format("%lld", (long long)interval_s);
	st_auto_free char *mail = alerts->mail_to_count > 0 ? place_of(&alerts->mail_server) : NULL;
	st_auto_free char *webhook = alerts->webhook_path != NULL ? place_of(&alerts->webhook) : NULL;
	if (dry->w != NULL) {
		st_json_key_uint(dry->w, "every_s", (uint64_t)interval_s);
		st_json_key(dry->w, "alerts");
		st_json_object(dry->w);
		st_json_key_text(dry->w, "mail", mail);
		st_json_key_text(dry->w, "webhook", webhook);
		st_json_key_text(dry->w, "command", alerts->command != NULL ? alerts->command[0] : NULL);
		st_json_object_end(dry->w);
		return;
	}
	st_buf_format(dry->out, "all of it in each round, every %s s\n", every);
	if (mail != NULL)
		st_buf_format(dry->out, "alerts: mail over %s to %zu address%s\n", mail, alerts->mail_to_count,
			alerts->mail_to_count == 1 ? "" : "es");
	if (webhook != NULL)
		st_buf_format(dry->out, "alerts: POST https://%s\n", webhook);
	if (alerts->command != NULL) {
		st_buf_format(dry->out, "alerts: ");
		st_escape_text(dry->out, alerts->command[0], strlen(alerts->command[0]));
		st_buf_add_byte(dry->out, '\n');
	}
}

void check_tell_dry(const struct check *check, int64_t interval_s, bool json, struct st_buf *out)
{
	struct st_json_writer w = {.out = out, .indent = 2};
	struct dry dry = {.out = out, .w = json ? &w : NULL};
	if (json) {
		st_json_object(&w);
		st_json_key_text(&w, "schema", "staunch.dry-run/1");
		st_json_key(&w, "targets");
		st_json_array(&w);
	}
	for (size_t i = 0; i < check->result_count; i++) {
		if (json) {
			st_json_object(&w);
			st_json_key_text(&w, "target", check->results[i].typed);
			check_sas_json(&w, check->results[i].target->sas);
			st_json_key(&w, "requests");
			st_json_array(&w);
		} else {
			st_escape_text(out, check->results[i].typed, strlen(check->results[i].typed));
			st_buf_add_byte(out, '\n');
			dry_sas(&dry, check->results[i].target->sas);
		}
		dry_target(&dry, check, &check->results[i]);
		if (json) {
			st_json_array_end(&w);
			st_json_object_end(&w);
		}
	}
	if (json)
		st_json_array_end(&w);
	if (interval_s > 0)
		dry_watch(&dry, &check->scope->alerts, interval_s);
	if (json) {
		st_json_object_end(&w);
		st_buf_add_byte(out, '\n');
	} else {
		st_buf_format(out,
			"nothing was sent: these are all requests that this check could send, at most once each\n");
	}
}
