#include "probe/auth.h"

#include "base/ceilings.h"
#include "base/settings.h"

#include <ctype.h>
#include <sodium.h>
#include <stdlib.h>

#define JSON_DEPTH 4
#define BIT(value_) (1u << (value_))

static const struct {
	const char *name;
	unsigned needs, may;
} kinds[PROBE_AUTH_KINDS] = {
	[PROBE_AUTH_BASIC] = {"basic", BIT(PROBE_AUTH_USER) | BIT(PROBE_AUTH_PASSWORD), 0},
	[PROBE_AUTH_BEARER] = {"bearer", BIT(PROBE_AUTH_TOKEN), 0},
	[PROBE_AUTH_API_KEY] = {"api-key", BIT(PROBE_AUTH_KEY), 0},
	[PROBE_AUTH_AWS_SIGV4] = {"aws-sigv4",
		BIT(PROBE_AUTH_KEY) | BIT(PROBE_AUTH_SECRET) | BIT(PROBE_AUTH_REGION) | BIT(PROBE_AUTH_SERVICE),
		BIT(PROBE_AUTH_SESSION_TOKEN)},
	[PROBE_AUTH_SHARED_KEY] = {"azure-shared-key", BIT(PROBE_AUTH_ACCOUNT) | BIT(PROBE_AUTH_KEY), 0},
	[PROBE_AUTH_AZURE_BEARER] = {"azure-bearer", BIT(PROBE_AUTH_TOKEN), 0},
	[PROBE_AUTH_GCS_BEARER] = {"gcs-bearer", BIT(PROBE_AUTH_TOKEN), 0},
};

static const char *const as_names[PROBE_AS] = {"anybody", "owner", "stranger"};

const char *probe_auth_kind_name(enum probe_auth_kind kind)
{
	return kinds[kind].name;
}

const char *probe_as_name(enum probe_as as)
{
	return as_names[as];
}

struct reading {
	struct st_settings settings;
	bool in_the_clear; /* of the entry at hand */
};

static bool fail(struct reading *r, const char *why)
{
	return st_settings_fail(&r->settings, why);
}

static const char *text_of(const struct reading *r)
{
	return st_settings_text(&r->settings);
}

/* --- what values may be: they become header lines --- */

static bool is_visible(const char *text)
{
	for (; *text != 0; text++)
		if ((unsigned char)*text <= ' ' || (unsigned char)*text >= 0x7f)
			return false;
	return true;
}

static bool has_controls(const char *text)
{
	for (; *text != 0; text++)
		if ((unsigned char)*text < ' ' || *text == 0x7f)
			return true;
	return false;
}

/* Names of regions, services, accounts. */
static bool is_label(const char *text)
{
	for (const char *at = text; *at != 0; at++)
		if (!isalnum((unsigned char)*at) && strchr("-_.", *at) == NULL)
			return false;
	return strlen(text) <= 64;
}

static bool is_base64(const char *text)
{
	uint8_t key[128];
	size_t size = 0;
	bool good = sodium_base642bin(key, sizeof key, text, strlen(text), NULL, &size, NULL,
			    sodium_base64_VARIANT_ORIGINAL) == 0 &&
		    size > 0;
	sodium_memzero(key, sizeof key);
	return good;
}

static const char *value_of(const struct probe_auth_entry *entry, enum probe_auth_value value)
{
	return entry->value[value].data != NULL ? (const char *)entry->value[value].data : "";
}

static const char *what_is_wrong(const struct probe_auth_entry *entry)
{
	static const enum probe_auth_value tokens[] = {
		PROBE_AUTH_TOKEN, PROBE_AUTH_KEY, PROBE_AUTH_SECRET, PROBE_AUTH_SESSION_TOKEN};
	static const enum probe_auth_value labels[] = {PROBE_AUTH_REGION, PROBE_AUTH_SERVICE, PROBE_AUTH_ACCOUNT};
	if (has_controls(value_of(entry, PROBE_AUTH_USER)) || has_controls(value_of(entry, PROBE_AUTH_PASSWORD)) ||
		strchr(value_of(entry, PROBE_AUTH_USER), ':') != NULL)
		return "a user has no colon, and neither user nor password a control character (RFC 7617)";
	for (size_t i = 0; i < sizeof tokens / sizeof tokens[0]; i++)
		if (!is_visible(value_of(entry, tokens[i])))
			return "a token, key or secret is visible ASCII without blanks";
	for (size_t i = 0; i < sizeof labels / sizeof labels[0]; i++)
		if (!is_label(value_of(entry, labels[i])))
			return "region, service and account are letters, digits and dashes";
	if (entry->kind == PROBE_AUTH_SHARED_KEY && !is_base64(value_of(entry, PROBE_AUTH_KEY)))
		return "the key of an Azure account is base64";
	return NULL;
}

/* --- an entry --- */

/* Behind them: the values. */
enum {
	FIELD_TARGET,
	FIELD_KIND,
	FIELD_AS,
	FIELD_IN_THE_CLEAR,
	FIELD_VALUES,
	FIELDS = FIELD_VALUES + PROBE_AUTH_VALUES
};

static bool take_target(struct reading *r, struct probe_auth_entry *entry)
{
	struct st_error why = {0};
	if (!st_settings_string(&r->settings, "\"target\" is a URL, as in the scope"))
		return false;
	/* Texts of target.c say what is wrong and repeat nothing. */
	return probe_target_parse(text_of(r), &entry->target, &why) == ST_OK || fail(r, why.what);
}

static bool take_kind(struct reading *r, struct probe_auth_entry *entry)
{
	const char *names[PROBE_AUTH_KINDS];
	int choice;
	for (int i = 0; i < PROBE_AUTH_KINDS; i++)
		names[i] = kinds[i].name;
	if (!st_settings_choice(&r->settings, names, PROBE_AUTH_KINDS, &choice,
		    "\"kind\" is basic, bearer, api-key, aws-sigv4, azure-shared-key, azure-bearer or gcs-bearer"))
		return false;
	entry->kind = (enum probe_auth_kind)choice;
	return true;
}

static bool take_as(struct reading *r, struct probe_auth_entry *entry)
{
	int choice;
	if (!st_settings_choice(&r->settings, &as_names[PROBE_AS_OWNER], 2, &choice, "\"as\" is owner or stranger"))
		return false;
	entry->as = choice == 0 ? PROBE_AS_OWNER : PROBE_AS_STRANGER;
	return true;
}

static bool take_in_the_clear(struct reading *r)
{
	enum st_json_token token = st_settings_next(&r->settings);
	r->in_the_clear = token == ST_JSON_TRUE;
	return token == ST_JSON_TRUE || token == ST_JSON_FALSE || fail(r, "\"in_the_clear\" is true or false");
}

static bool take_value(struct reading *r, struct st_buf *value)
{
	if (!st_settings_string(&r->settings, "a value of a credential is a text"))
		return false;
	size_t size = strlen(text_of(r));
	if (size == 0 || size > CEIL_AUTH_VALUE_BYTES)
		return fail(r, "a value of a credential is empty, or longer than 16 KiB");
	st_buf_reserve(value, size + 1);
	st_buf_add(value, text_of(r), size + 1);
	value->size--;
	return true;
}

static bool take_field(struct reading *r, struct probe_auth_entry *entry, uint32_t *seen)
{
	static const char *const names[FIELDS] = {"target", "kind", "as", "in_the_clear", "user", "password", "token",
		"key", "secret", "session_token", "region", "service", "account"};
	size_t field;
	if (!st_settings_field(&r->settings, names, FIELDS, seen, &field,
		    "no field of a credential is called so; see staunch-auth(5)"))
		return false;
	switch (field) {
	case FIELD_TARGET:
		return take_target(r, entry);
	case FIELD_KIND:
		return take_kind(r, entry);
	case FIELD_AS:
		return take_as(r, entry);
	case FIELD_IN_THE_CLEAR:
		return take_in_the_clear(r);
	default:
		return take_value(r, &entry->value[field - FIELD_VALUES]);
	}
}

/* 127.0.0.0/8 and ::1, typed as such: what goes there leaves no machine. */
static bool is_loopback(const struct probe_target *target)
{
	return target->literal && (strncmp(target->host, "127.", 4) == 0 || strcmp(target->host, "::1") == 0);
}

static bool values_are_whole(struct reading *r, struct probe_auth_entry *entry)
{
	unsigned has = 0;
	struct st_buf *service = &entry->value[PROBE_AUTH_SERVICE];
	if (entry->kind == PROBE_AUTH_AWS_SIGV4 && service->data == NULL) {
		st_buf_add(service, "s3", 3);
		service->size--;
	}
	for (int i = 0; i < PROBE_AUTH_VALUES; i++)
		has |= entry->value[i].data != NULL ? BIT(i) : 0;
	if ((has & kinds[entry->kind].needs) != kinds[entry->kind].needs)
		return fail(r, "a value is missing that this kind of credential needs; see staunch-auth(5)");
	if ((has & ~(kinds[entry->kind].needs | kinds[entry->kind].may)) != 0)
		return fail(r, "a value stands there that this kind of credential does not have");
	const char *wrong = what_is_wrong(entry);
	return wrong == NULL || fail(r, wrong);
}

static bool entry_is_whole(struct reading *r, struct probe_auth_entry *entry, uint32_t seen)
{
	if ((seen & BIT(FIELD_TARGET)) == 0 || (seen & BIT(FIELD_KIND)) == 0)
		return fail(r, "a credential needs target and kind");
	if (entry->target.transport != PROBE_HTTP && entry->target.transport != PROBE_HTTPS)
		return fail(r, "credentials are sent over HTTP only: this target's service has another protocol");
	if (entry->target.transport == PROBE_HTTP && !r->in_the_clear && !is_loopback(&entry->target))
		return fail(r, "a credential for http:// goes over the network in the clear: use https, or write "
			       "\"in_the_clear\": true");
	return values_are_whole(r, entry);
}

static bool is_same_credential(const struct probe_auth_entry *a, const struct probe_auth_entry *b)
{
	bool same = a->kind == b->kind;
	for (int i = 0; i < PROBE_AUTH_VALUES && same; i++)
		same = a->value[i].size == b->value[i].size &&
		       (a->value[i].size == 0 || memcmp(a->value[i].data, b->value[i].data, a->value[i].size) == 0);
	return same;
}

/* Two credentials for one target and one role: which of them was meant? */
static bool entry_is_new(struct reading *r, const struct probe_auth *auth)
{
	const struct probe_auth_entry *entry = &auth->entries[auth->count - 1];
	for (size_t i = 0; i + 1 < auth->count; i++)
		if (auth->entries[i].as == entry->as &&
			strcmp(auth->entries[i].target.canonical, entry->target.canonical) == 0)
			return fail(r, "a second credential for the same target and the same role");
	for (size_t i = 0; i + 1 < auth->count; i++)
		if (auth->entries[i].as != entry->as && is_same_credential(&auth->entries[i], entry))
			return fail(r, "the owner's credential is no stranger's: one and the same stands as both");
	return true;
}

static bool take_entry(struct reading *r, struct probe_auth *auth)
{
	struct probe_auth_entry *entry = &auth->entries[auth->count++];
	uint32_t seen = 0;
	*entry = (struct probe_auth_entry){.as = PROBE_AS_OWNER};
	r->in_the_clear = false;
	while (st_settings_next(&r->settings) == ST_JSON_KEY)
		if (!take_field(r, entry, &seen))
			return false;
	if (r->settings.event.token != ST_JSON_OBJECT_END)
		return fail(r, "no JSON");
	return entry_is_whole(r, entry, seen) && entry_is_new(r, auth);
}

static bool take_entries(struct reading *r, struct probe_auth *auth)
{
	static const char wanted[] = "\"entries\" is a list of 1 to 256 credentials";
	if (st_settings_next(&r->settings) != ST_JSON_ARRAY)
		return fail(r, wanted);
	while (st_settings_next(&r->settings) == ST_JSON_OBJECT) {
		if (auth->count == CEIL_AUTH_ENTRIES)
			return fail(r, wanted);
		if (!take_entry(r, auth))
			return false;
	}
	return (r->settings.event.token == ST_JSON_ARRAY_END && auth->count > 0) || fail(r, wanted);
}

static bool take_file(struct reading *r, struct probe_auth *auth)
{
	static const char *const names[] = {"schema", "entries"}, *const schemas[] = {"staunch.auth/1"};
	uint32_t seen = 0;
	size_t field;
	int choice;
	if (st_settings_next(&r->settings) != ST_JSON_OBJECT)
		return fail(r, "credentials are a JSON object");
	while (st_settings_next(&r->settings) == ST_JSON_KEY) {
		if (!st_settings_field(&r->settings, names, 2, &seen, &field,
			    "a file of credentials has schema and entries; see staunch-auth(5)"))
			return false;
		if (!(field == 0 ? st_settings_choice(
					   &r->settings, schemas, 1, &choice, "\"schema\" is \"staunch.auth/1\"")
				 : take_entries(r, auth)))
			return false;
	}
	return st_settings_over(&r->settings, "something stands behind the credentials") &&
	       (seen == 3 || fail(r, "a file of credentials has schema and entries"));
}

enum st_status probe_auth_read(struct st_span file, struct probe_auth *out, struct st_error *err)
{
	if (file.size > CEIL_AUTH_FILE_BYTES)
		return st_fail(err, ST_WRONG, "the file of credentials is larger than 256 KiB");
	*out = (struct probe_auth){.entries = st_alloc_zero(CEIL_AUTH_ENTRIES, sizeof *out->entries)};
	struct reading r = {0};
	st_settings_begin_secret(&r.settings, "credentials, ", file, JSON_DEPTH, err);
	bool good = take_file(&r, out);
	st_settings_end_secret(&r.settings);
	if (!good)
		probe_auth_wipe(out);
	return good ? ST_OK : ST_WRONG;
}

void probe_auth_wipe(struct probe_auth *auth)
{
	for (size_t i = 0; i < auth->count; i++) {
		probe_target_free(&auth->entries[i].target);
		for (int value = 0; value < PROBE_AUTH_VALUES; value++)
			st_buf_wipe(&auth->entries[i].value[value]);
	}
	free(auth->entries);
	*auth = (struct probe_auth){0};
}

void probe_auth_encode(const struct probe_auth_entry *entry, struct st_buf *out)
{
	const struct probe_target *target = &entry->target;
	size_t room = strlen(target->host) + strlen(target->path) + 64;
	for (int i = 0; i < PROBE_AUTH_VALUES; i++)
		room += entry->value[i].size + 8;
	st_buf_reserve(out, room);
	st_buf_add_byte(out, (uint8_t)entry->kind);
	st_buf_add_byte(out, target->transport == PROBE_HTTPS);
	st_buf_add_span(out, target->host, strlen(target->host));
	st_buf_add_u16(out, target->port);
	st_buf_add_span(out, target->path, strlen(target->path));
	for (int i = 0; i < PROBE_AUTH_VALUES; i++)
		st_buf_add_span(out, entry->value[i].data, entry->value[i].size);
}
