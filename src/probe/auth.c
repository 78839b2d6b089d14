#include "probe/auth.h"

#include "base/ceilings.h"
#include "base/json_read.h"

#include <ctype.h>
#include <sodium.h>
#include <stdlib.h>

#define JSON_DEPTH 4
#define BIT(value_) (1u << (value_))
/* Room for the longest value: nothing grows, and so nothing is left behind. */
#define VALUE_ROOM (CEIL_AUTH_VALUE_BYTES + 1)

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

static const char *const value_names[PROBE_AUTH_VALUES] = {
	"user", "password", "token", "key", "secret", "session_token", "region", "service", "account"};
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
	struct st_json_reader *json;
	struct st_span file;
	struct st_json_event event;
	struct st_buf text; /* the string at hand, and a NUL; VALUE_ROOM reserved */
	uint64_t begin;
	bool has_target, has_kind, has_as, in_the_clear;
	struct st_error *err;
};

static bool fail(struct reading *r, const char *why)
{
	unsigned line = 1;
	for (uint64_t i = 0; i < r->begin && i < r->file.size; i++)
		line += r->file.data[i] == '\n';
	st_fail(r->err, ST_WRONG, "credentials, line %u: %s", line, why);
	return false;
}

static enum st_json_token next(struct reading *r)
{
	enum st_json_token token = st_json_next(r->json, &r->event);
	if (token == ST_JSON_MORE) {
		st_json_feed_end(r->json);
		token = st_json_next(r->json, &r->event);
	}
	r->begin = token == ST_JSON_END ? r->file.size : r->event.start;
	return token;
}

/* The whole key or string at hand, NUL-ended, in r->text. */
static bool take_text(struct reading *r)
{
	enum st_json_token token = r->event.token;
	uint64_t begin = r->begin;
	r->text.size = 0;
	for (bool first = true; first || !r->event.last; first = false) {
		if (!first && st_json_next(r->json, &r->event) != token)
			return fail(r, "no JSON");
		if (r->text.size + r->event.text.size > CEIL_AUTH_VALUE_BYTES)
			return fail(r, "a text is longer than 16 KiB");
		st_buf_add(&r->text, r->event.text.data, r->event.text.size);
	}
	r->begin = begin;
	if (memchr(r->text.data, 0, r->text.size) != NULL)
		return fail(r, "a NUL in a text");
	st_buf_add_byte(&r->text, 0);
	return true;
}

static bool take_string(struct reading *r, const char *wanted)
{
	return next(r) == ST_JSON_STRING ? take_text(r) : fail(r, wanted);
}

static const char *text_of(const struct reading *r)
{
	return (const char *)r->text.data;
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

static bool take_target(struct reading *r, struct probe_auth_entry *entry)
{
	struct st_error why = {0};
	if (r->has_target)
		return fail(r, "a field stands twice");
	r->has_target = true;
	if (!take_string(r, "\"target\" is a URL, as in the scope"))
		return false;
	/* Texts of target.c say what is wrong and repeat nothing. */
	return probe_target_parse(text_of(r), &entry->target, &why) == ST_OK || fail(r, why.what);
}

static bool take_kind(struct reading *r, struct probe_auth_entry *entry)
{
	static const char wanted[] = "\"kind\" is basic, bearer, api-key, aws-sigv4, azure-shared-key, azure-bearer or "
				     "gcs-bearer";
	if (r->has_kind)
		return fail(r, "a field stands twice");
	r->has_kind = true;
	if (!take_string(r, wanted))
		return false;
	for (int i = 0; i < PROBE_AUTH_KINDS; i++)
		if (strcmp(kinds[i].name, text_of(r)) == 0) {
			entry->kind = (enum probe_auth_kind)i;
			return true;
		}
	return fail(r, wanted);
}

static bool take_as(struct reading *r, struct probe_auth_entry *entry)
{
	static const char wanted[] = "\"as\" is owner or stranger";
	if (r->has_as)
		return fail(r, "a field stands twice");
	r->has_as = true;
	if (!take_string(r, wanted))
		return false;
	bool owner = strcmp(text_of(r), "owner") == 0;
	entry->as = owner ? PROBE_AS_OWNER : PROBE_AS_STRANGER;
	return owner || strcmp(text_of(r), "stranger") == 0 || fail(r, wanted);
}

static bool take_in_the_clear(struct reading *r)
{
	enum st_json_token token = next(r);
	r->in_the_clear = token == ST_JSON_TRUE;
	return token == ST_JSON_TRUE || token == ST_JSON_FALSE || fail(r, "\"in_the_clear\" is true or false");
}

static bool take_value(struct reading *r, struct probe_auth_entry *entry)
{
	for (int i = 0; i < PROBE_AUTH_VALUES; i++) {
		struct st_buf *value = &entry->value[i];
		if (strcmp(value_names[i], text_of(r)) != 0)
			continue;
		if (value->data != NULL)
			return fail(r, "a field stands twice");
		if (!take_string(r, "a value of a credential is a text"))
			return false;
		st_buf_reserve(value, r->text.size);
		st_buf_add(value, r->text.data, r->text.size);
		value->size--;
		return value->size > 0 || fail(r, "a value of a credential is empty");
	}
	return fail(r, "no field of a credential is called so; see staunch-auth(5)");
}

static bool take_field(struct reading *r, struct probe_auth_entry *entry)
{
	if (!take_text(r))
		return false;
	const char *name = text_of(r);
	return strcmp(name, "target") == 0         ? take_target(r, entry)
	       : strcmp(name, "kind") == 0         ? take_kind(r, entry)
	       : strcmp(name, "as") == 0           ? take_as(r, entry)
	       : strcmp(name, "in_the_clear") == 0 ? take_in_the_clear(r)
						   : take_value(r, entry);
}

/* 127.0.0.0/8 and ::1, typed as such: what goes there leaves no machine. */
static bool is_loopback(const struct probe_target *target)
{
	return target->literal && (strncmp(target->host, "127.", 4) == 0 || strcmp(target->host, "::1") == 0);
}

static bool entry_is_whole(struct reading *r, struct probe_auth_entry *entry)
{
	unsigned has = 0;
	if (!r->has_target || !r->has_kind)
		return fail(r, "a credential needs target and kind");
	if (entry->target.transport != PROBE_HTTP && entry->target.transport != PROBE_HTTPS)
		return fail(r, "credentials are sent over HTTP only: this target's service has another protocol");
	for (int i = 0; i < PROBE_AUTH_VALUES; i++)
		has |= entry->value[i].data != NULL ? BIT(i) : 0;
	if (entry->kind == PROBE_AUTH_AWS_SIGV4 && (has & BIT(PROBE_AUTH_SERVICE)) == 0) {
		st_buf_add(&entry->value[PROBE_AUTH_SERVICE], "s3", 3);
		entry->value[PROBE_AUTH_SERVICE].size--;
		has |= BIT(PROBE_AUTH_SERVICE);
	}
	if ((has & kinds[entry->kind].needs) != kinds[entry->kind].needs)
		return fail(r, "a value is missing that this kind of credential needs; see staunch-auth(5)");
	if ((has & ~(kinds[entry->kind].needs | kinds[entry->kind].may)) != 0)
		return fail(r, "a value stands there that this kind of credential does not have");
	if (entry->target.transport == PROBE_HTTP && !r->in_the_clear && !is_loopback(&entry->target))
		return fail(r, "a credential for http:// goes over the network in the clear: use https, or write "
			       "\"in_the_clear\": true");
	const char *wrong = what_is_wrong(entry);
	return wrong == NULL || fail(r, wrong);
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
	*entry = (struct probe_auth_entry){.as = PROBE_AS_OWNER};
	r->has_target = r->has_kind = r->has_as = r->in_the_clear = false;
	while (next(r) == ST_JSON_KEY)
		if (!take_field(r, entry))
			return false;
	if (r->event.token != ST_JSON_OBJECT_END)
		return fail(r, "no JSON");
	return entry_is_whole(r, entry) && entry_is_new(r, auth);
}

static bool take_entries(struct reading *r, struct probe_auth *auth)
{
	static const char wanted[] = "\"entries\" is a list of 1 to 256 credentials";
	if (next(r) != ST_JSON_ARRAY)
		return fail(r, wanted);
	while (next(r) == ST_JSON_OBJECT) {
		if (auth->count == CEIL_AUTH_ENTRIES)
			return fail(r, wanted);
		if (!take_entry(r, auth))
			return false;
	}
	return (r->event.token == ST_JSON_ARRAY_END && auth->count > 0) || fail(r, wanted);
}

static bool take_file(struct reading *r, struct probe_auth *auth)
{
	bool schema = false, entries = false;
	if (next(r) != ST_JSON_OBJECT)
		return fail(r, "credentials are a JSON object");
	while (next(r) == ST_JSON_KEY) {
		if (!take_text(r))
			return false;
		if (strcmp(text_of(r), "schema") == 0 && !schema) {
			schema = true;
			if (!take_string(r, "\"schema\" is \"staunch.auth/1\"") ||
				(strcmp(text_of(r), "staunch.auth/1") != 0 &&
					!fail(r, "\"schema\" is \"staunch.auth/1\"")))
				return false;
		} else if (strcmp(text_of(r), "entries") == 0 && !entries) {
			entries = true;
			if (!take_entries(r, auth))
				return false;
		} else {
			return fail(r, "a file of credentials has schema and entries, each once");
		}
	}
	if (r->event.token != ST_JSON_OBJECT_END || next(r) != ST_JSON_END)
		return fail(r, "no JSON, or something behind it");
	return (schema && entries) || fail(r, "a file of credentials has schema and entries");
}

enum st_status probe_auth_read(struct st_span file, struct probe_auth *out, struct st_error *err)
{
	if (file.size > CEIL_AUTH_FILE_BYTES)
		return st_fail(err, ST_WRONG, "the file of credentials is larger than 256 KiB");
	*out = (struct probe_auth){.entries = st_alloc_zero(CEIL_AUTH_ENTRIES, sizeof *out->entries)};
	struct reading r = {.json = st_json_open(JSON_DEPTH), .file = file, .err = err};
	st_buf_reserve(&r.text, VALUE_ROOM);
	st_json_feed(r.json, file.data, file.size);
	bool good = take_file(&r, out);
	st_json_close_secret(r.json);
	st_buf_wipe(&r.text);
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
