#include "probe/sas.h"

#include "base/ceilings.h"
#include "base/clock.h"
#include "base/hash.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

/* So much of a signature in a text is no accident: 12 of 64 letters. */
#define TELLING_BYTES 12

enum field {
	FIELD_VERSION,
	FIELD_PERMISSIONS,
	FIELD_SERVICES,
	FIELD_TYPES,
	FIELD_RESOURCE,
	FIELD_START,
	FIELD_EXPIRY,
	FIELD_PROTOCOLS,
	FIELD_ADDRESSES,
	FIELD_POLICY,
	FIELD_SIGNATURE,
	FIELD_USER,  /* of a user delegation */
	FIELD_OTHER, /* signed, and of no matter here */
	FIELDS
};

/* Every parameter that a signature has. */
static const struct {
	const char *name;
	enum field field;
} known[] = {
	{"sv", FIELD_VERSION},
	{"sp", FIELD_PERMISSIONS},
	{"ss", FIELD_SERVICES},
	{"srt", FIELD_TYPES},
	{"sr", FIELD_RESOURCE},
	{"st", FIELD_START},
	{"se", FIELD_EXPIRY},
	{"spr", FIELD_PROTOCOLS},
	{"sip", FIELD_ADDRESSES},
	{"si", FIELD_POLICY},
	{"sig", FIELD_SIGNATURE},
	{"skoid", FIELD_USER},
	{"sktid", FIELD_OTHER},
	{"skt", FIELD_OTHER},
	{"ske", FIELD_OTHER},
	{"sks", FIELD_OTHER},
	{"skv", FIELD_OTHER},
	{"skdutid", FIELD_OTHER},
	{"saoid", FIELD_OTHER},
	{"suoid", FIELD_OTHER},
	{"sduoid", FIELD_OTHER},
	{"scid", FIELD_OTHER},
	{"sdd", FIELD_OTHER},
	{"ses", FIELD_OTHER},
	{"rscc", FIELD_OTHER},
	{"rscd", FIELD_OTHER},
	{"rsce", FIELD_OTHER},
	{"rscl", FIELD_OTHER},
	{"rsct", FIELD_OTHER},
};
#define KNOWN (sizeof known / sizeof known[0])

/* --- values --- */

static int hex(uint8_t c)
{
	return c >= '0' && c <= '9' ? c - '0' : (c | 32) >= 'a' && (c | 32) <= 'f' ? (c | 32) - 'a' + 10 : -1;
}

/* False: a sign that a URL does not have, or a NUL. '+' stays: Azure's signatures are base64. */
static bool decode(struct st_span value, struct st_buf *out)
{
	out->size = 0;
	for (size_t i = 0; i < value.size; i++) {
		uint8_t c = value.data[i];
		if (c <= ' ' || c >= 0x7f || strchr("\"#<>\\^`{|}?", c) != NULL)
			return false;
		if (c == '%') {
			if (i + 2 >= value.size || hex(value.data[i + 1]) < 0 || hex(value.data[i + 2]) < 0)
				return false;
			c = (uint8_t)(hex(value.data[i + 1]) * 16 + hex(value.data[i + 2]));
			i += 2;
		}
		if (c == 0)
			return false;
		st_buf_add_byte(out, c);
	}
	st_buf_add_byte(out, 0);
	out->size--;
	return true;
}

static bool digits(const char **at, int count, int *out)
{
	*out = 0;
	for (int i = 0; i < count; i++, (*at)++) {
		if (**at < '0' || **at > '9')
			return false;
		*out = *out * 10 + **at - '0';
	}
	return true;
}

static bool skip(const char **at, char sign)
{
	bool there = **at == sign;
	*at += there;
	return there;
}

/* "2022-09-24", "2022-09-24T10:30Z", "2022-09-24T10:30:15Z", also with a fraction of seconds. */
static bool parse_time(const char *at, int64_t *out)
{
	struct tm t = {0};
	if (!digits(&at, 4, &t.tm_year) || !skip(&at, '-') || !digits(&at, 2, &t.tm_mon) || !skip(&at, '-') ||
		!digits(&at, 2, &t.tm_mday))
		return false;
	if (skip(&at, 'T')) {
		if (!digits(&at, 2, &t.tm_hour) || !skip(&at, ':') || !digits(&at, 2, &t.tm_min) ||
			(skip(&at, ':') && !digits(&at, 2, &t.tm_sec)))
			return false;
		if (skip(&at, '.'))
			at += strspn(at, "0123456789");
		if (!skip(&at, 'Z'))
			return false;
	}
	bool sound = *at == 0 && t.tm_year >= 1970 && t.tm_mon >= 1 && t.tm_mon <= 12 && t.tm_mday >= 1 &&
		     t.tm_mday <= 31 && t.tm_hour < 24 && t.tm_min < 60 && t.tm_sec < 61;
	t.tm_year -= 1900;
	t.tm_mon -= 1;
	*out = sound ? (int64_t)timegm(&t) : 0;
	return sound && *out > 0;
}

/* Letters, digits and `also`, at most so many; and a NUL. */
static bool copy(const struct st_buf *value, const char *also, char *out, size_t size)
{
	if (value->size >= size)
		return false;
	for (size_t i = 0; i < value->size; i++) {
		uint8_t c = value->data[i];
		bool plain = (c >= '0' && c <= '9') || ((c | 32) >= 'a' && (c | 32) <= 'z');
		if (!plain && strchr(also, c) == NULL)
			return false;
	}
	memcpy(out, value->data, value->size + 1);
	return true;
}

static bool take_protocols(struct probe_sas *sas, const char *value)
{
	sas->https_only = strcmp(value, "https") == 0;
	return sas->https_only || strcmp(value, "https,http") == 0 || strcmp(value, "http,https") == 0;
}

static bool take(struct probe_sas *sas, enum field field, const struct st_buf *value)
{
	const char *text = (const char *)value->data;
	switch (field) {
	case FIELD_VERSION:
		return copy(value, "-", sas->version, sizeof sas->version);
	case FIELD_PERMISSIONS:
		return copy(value, "", sas->permissions, sizeof sas->permissions);
	case FIELD_SERVICES:
		return copy(value, "", sas->services, sizeof sas->services);
	case FIELD_TYPES:
		return copy(value, "", sas->types, sizeof sas->types);
	case FIELD_RESOURCE:
		return copy(value, "", sas->resource, sizeof sas->resource);
	case FIELD_START:
		return parse_time(text, &sas->start);
	case FIELD_EXPIRY:
		return parse_time(text, &sas->expiry);
	case FIELD_PROTOCOLS:
		return take_protocols(sas, text);
	case FIELD_ADDRESSES:
		return copy(value, ".:-", sas->addresses, sizeof sas->addresses);
	case FIELD_POLICY:
		sas->by_policy = true;
		return true;
	case FIELD_SIGNATURE:
		sas->signature = st_strndup(text, value->size);
		return value->size > 0;
	case FIELD_USER:
	case FIELD_OTHER:
	case FIELDS:
		return true;
	}
	return false;
}

/* --- the whole --- */

static size_t find(struct st_span name)
{
	for (size_t i = 0; i < KNOWN; i++)
		if (strlen(known[i].name) == name.size && memcmp(known[i].name, name.data, name.size) == 0)
			return i;
	return KNOWN;
}

/* One "name=value". NULL: it is fine. */
static const char *take_pair(struct probe_sas *sas, struct st_span pair, bool *seen, struct st_buf *value)
{
	const uint8_t *equal = memchr(pair.data, '=', pair.size);
	if (equal == NULL)
		return "a parameter of the signature has no value";
	struct st_span name = {pair.data, (size_t)(equal - pair.data)};
	struct st_span raw = {equal + 1, pair.size - name.size - 1};
	size_t which = find(name);
	if (which == KNOWN)
		return "a parameter is no part of a shared access signature: leave the question away, name the store";
	if (seen[which])
		return "a parameter of the signature stands twice";
	seen[which] = true;
	if (known[which].field == FIELD_USER)
		sas->kind = PROBE_SAS_DELEGATION;
	if (!decode(raw, value) || !take(sas, known[which].field, value))
		return "a parameter of the signature is not written as Azure writes it";
	return NULL;
}

static const char *place_of(const struct probe_sas *sas)
{
	static const struct {
		const char *resource, *text;
	} places[] = {{"c", "a container"}, {"b", "a blob"}, {"bs", "a snapshot"}, {"bv", "a version of a blob"},
		{"d", "a folder"}};
	for (size_t i = 0; i < sizeof places / sizeof places[0]; i++)
		if (strcmp(places[i].resource, sas->resource) == 0)
			return places[i].text;
	return "a store";
}

static const char *judge(struct probe_sas *sas)
{
	bool account = sas->services[0] != 0 || sas->types[0] != 0;
	if (sas->signature == NULL || sas->version[0] == 0)
		return "it is no shared access signature: sv and sig are needed";
	if (account && (sas->services[0] == 0 || sas->types[0] == 0 || sas->resource[0] != 0))
		return "it is no shared access signature: of an account has ss and srt, of a store sr";
	if (!account && sas->resource[0] == 0)
		return "it is no shared access signature of blobs: sr, or ss and srt, is needed";
	if (sas->kind == PROBE_SAS_DELEGATION && account)
		return "it is no shared access signature: of a user has no ss and srt";
	if (sas->kind != PROBE_SAS_DELEGATION)
		sas->kind = account ? PROBE_SAS_ACCOUNT : PROBE_SAS_SERVICE;
	if (!account && strcmp(place_of(sas), "a store") == 0)
		return "it is a signature of no container and no blob: sr is c, b, d, bs or bv";
	if (!sas->by_policy && (sas->permissions[0] == 0 || sas->expiry == 0))
		return "it is no shared access signature: without a policy it has sp and se";
	return NULL;
}

static const char *read_pairs(struct probe_sas *sas, struct st_span query)
{
	bool seen[KNOWN] = {false};
	struct st_buf value = {0};
	const char *why = query.size == 0 ? "there is no signature" : NULL;
	for (size_t at = 0; at <= query.size && why == NULL && query.size > 0;) {
		const uint8_t *end = memchr(query.data + at, '&', query.size - at);
		size_t size = end != NULL ? (size_t)(end - query.data) - at : query.size - at;
		why = take_pair(sas, (struct st_span){query.data + at, size}, seen, &value);
		at += size + 1;
	}
	if (value.data != NULL)
		explicit_bzero(value.data, value.capacity);
	st_buf_free(&value);
	return why;
}

enum st_status probe_sas_parse(struct st_span query, struct probe_sas **out, struct st_error *err)
{
	if (query.size > CEIL_TARGET_BYTES)
		return st_fail(err, ST_WRONG, "a signature is longer than 2048 bytes");
	struct probe_sas *sas = st_alloc_zero(1, sizeof *sas);
	sas->kind = PROBE_SAS_SERVICE;
	const char *why = read_pairs(sas, query);
	if (why == NULL)
		why = judge(sas);
	if (why != NULL) {
		probe_sas_free(sas);
		return st_fail(err, ST_WRONG, "%s", why);
	}
	uint8_t sha256[ST_SHA256_BYTES];
	st_sha256_of(sas->signature, strlen(sas->signature), sha256);
	st_hex(sha256, (PROBE_SAS_MARK_TEXT - 1) / 2, sas->mark);
	sas->query = st_strndup((const char *)query.data, query.size);
	*out = sas;
	return ST_OK;
}

static void wipe(char *text)
{
	if (text != NULL)
		explicit_bzero(text, strlen(text));
	free(text);
}

void probe_sas_free(struct probe_sas *sas)
{
	if (sas == NULL)
		return;
	wipe(sas->query);
	wipe(sas->signature);
	free(sas);
}

/* --- what it grants --- */

static bool has_type(const struct probe_sas *sas, char type)
{
	return sas->kind != PROBE_SAS_ACCOUNT || strchr(sas->types, type) != NULL;
}

static enum probe_sas_grant grants(const struct probe_sas *sas, const char *letters, bool covered)
{
	if (!covered || !probe_sas_is_of_blobs(sas))
		return PROBE_SAS_NO;
	if (strpbrk(sas->permissions, letters) != NULL)
		return PROBE_SAS_YES;
	return sas->by_policy ? PROBE_SAS_UNKNOWN : PROBE_SAS_NO;
}

bool probe_sas_is_of_blobs(const struct probe_sas *sas)
{
	return sas->kind != PROBE_SAS_ACCOUNT || strchr(sas->services, 'b') != NULL;
}

static bool is_of_one_blob(const struct probe_sas *sas)
{
	return sas->resource[0] == 'b';
}

enum probe_sas_grant probe_sas_lists(const struct probe_sas *sas)
{
	return grants(sas, "l", has_type(sas, 'c') && !is_of_one_blob(sas));
}

enum probe_sas_grant probe_sas_reads(const struct probe_sas *sas)
{
	return grants(sas, "r", has_type(sas, 'o'));
}

enum probe_sas_grant probe_sas_writes(const struct probe_sas *sas)
{
	return grants(sas, "acwdxytmopi", has_type(sas, 'o') || has_type(sas, 'c'));
}

/* --- telling --- */

bool probe_sas_is_in(const struct probe_sas *sas, const void *text, size_t size)
{
	const char *raw = strstr(sas->query, "sig=");
	const char *const forms[] = {sas->signature, raw != NULL ? raw + 4 : sas->signature};
	for (size_t i = 0; i < 2; i++) {
		size_t whole = strcspn(forms[i], "&"), part = whole < TELLING_BYTES ? whole : TELLING_BYTES;
		for (size_t at = 0; part > 0 && at + part <= whole; at++)
			if (memmem(text, size, forms[i] + at, part) != NULL)
				return true;
	}
	return false;
}

void probe_sas_tell(const struct probe_sas *sas, struct st_buf *out)
{
	char time[21];
	if (sas->kind == PROBE_SAS_ACCOUNT)
		st_buf_format(out, "account SAS, ss=%s srt=%s", sas->services, sas->types);
	else
		st_buf_format(out, "%s SAS of %s", sas->kind == PROBE_SAS_SERVICE ? "service" : "user delegation",
			place_of(sas));
	if (sas->permissions[0] != 0)
		st_buf_format(out, ", sp=%s", sas->permissions);
	if (sas->by_policy)
		st_buf_format(out, ", by a policy of the container");
	if (sas->start != 0) {
		st_utc_text(sas->start, time);
		st_buf_format(out, ", from %s", time);
	}
	if (sas->expiry != 0) {
		st_utc_text(sas->expiry, time);
		st_buf_format(out, ", until %s", time);
	}
	if (sas->https_only)
		st_buf_format(out, ", https only");
	if (sas->addresses[0] != 0)
		st_buf_format(out, ", for %s", sas->addresses);
}

const char *probe_sas_kind_name(enum probe_sas_kind kind)
{
	static const char *const names[PROBE_SAS_KINDS] = {"account", "service", "user-delegation"};
	return names[kind];
}
