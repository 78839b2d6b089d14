/* A canonical url taken apart, and the store that it points to. */
#include "report/lead.h"

#include "base/print.h"
#include "report/report.h"

#include <time.h>

struct parts {
	struct st_span scheme, user, host, port, path, query; /* path without its first slash */
	bool login, password;
};

static const char *const type_names[LEAD_TYPES] = {"azure_blob", "azure_data_lake", "azure_file", "azure_table",
	"azure_queue", "s3", "google_storage", "object_store", "share_link", "database", "queue", "search",
	"file_server", "registry", "repository", "key_vault", "web_login"};

const char *lead_type_name(enum lead_type type)
{
	return (unsigned)type < LEAD_TYPES ? type_names[type] : NULL;
}

const char *lead_credential_name(enum lead_credential credential)
{
	static const char *const names[LEAD_CREDENTIALS] = {
		"none", "unknown", "password", "access_signature", "storage_key"};
	return (unsigned)credential < LEAD_CREDENTIALS ? names[credential] : NULL;
}

static bool is_text(struct st_span span, const char *text)
{
	return span.size == strlen(text) && memcmp(span.data, text, span.size) == 0;
}

static bool is_any(struct st_span span, const char *const *texts)
{
	for (; *texts != NULL; texts++)
		if (is_text(span, *texts))
			return true;
	return false;
}

static bool ends_with(struct st_span span, const char *text)
{
	size_t size = strlen(text);
	return span.size >= size && memcmp(span.data + span.size - size, text, size) == 0;
}

enum lead_credential lead_credential_of_secret(struct st_span canonical)
{
	const uint8_t *colon = canonical.size > 0 ? memchr(canonical.data, ':', canonical.size) : NULL;
	static const char *const keys[] = {"storage_key", "shared_access_key", "secret_key", "access_key", NULL};
	struct st_span type = {canonical.data, colon != NULL ? (size_t)(colon - canonical.data) : 0};
	if (is_text(type, "access_signature"))
		return LEAD_CREDENTIAL_ACCESS_SIGNATURE;
	if (is_text(type, "password"))
		return LEAD_CREDENTIAL_PASSWORD;
	return is_any(type, keys) ? LEAD_CREDENTIAL_STORAGE_KEY : LEAD_CREDENTIAL_UNKNOWN;
}

/* --- parts of a url --- */

/* Takes off the front what stands before one of the signs, and the sign. */
static struct st_span take_until(struct st_span *rest, const char *signs, uint8_t *sign)
{
	size_t size = 0;
	*sign = 0;
	if (rest->size == 0)
		return *rest;
	while (size < rest->size && strchr(signs, rest->data[size]) == NULL)
		size++;
	struct st_span taken = {rest->data, size};
	*sign = size < rest->size ? rest->data[size] : 0;
	size_t used = size + (size < rest->size);
	*rest = (struct st_span){rest->data + used, rest->size - used};
	return taken;
}

static void split_authority(struct st_span authority, struct parts *out)
{
	const uint8_t *sign = authority.size > 0 ? memrchr(authority.data, '@', authority.size) : NULL;
	if (sign != NULL) {
		size_t size = (size_t)(sign - authority.data);
		const uint8_t *colon = memchr(authority.data, ':', size);
		out->login = true;
		out->password = colon != NULL;
		out->user = (struct st_span){authority.data, colon != NULL ? (size_t)(colon - authority.data) : size};
		authority = (struct st_span){sign + 1, authority.size - size - 1};
	}
	out->host = authority;
	const uint8_t *colon = authority.size > 0 ? memrchr(authority.data, ':', authority.size) : NULL;
	bool address = authority.size > 0 && authority.data[authority.size - 1] == ']';
	if (colon == NULL || address)
		return;
	out->host.size = (size_t)(colon - authority.data);
	out->port = (struct st_span){colon + 1, authority.size - out->host.size - 1};
}

static bool split(struct st_span url, struct parts *out)
{
	*out = (struct parts){0};
	const uint8_t *mark = url.size > 0 ? memmem(url.data, url.size, "://", 3) : NULL;
	if (mark == NULL)
		return false;
	uint8_t sign;
	out->scheme = (struct st_span){url.data, (size_t)(mark - url.data)};
	struct st_span rest = {mark + 3, url.size - out->scheme.size - 3};
	split_authority(take_until(&rest, "/?#;", &sign), out);
	if (sign == '/')
		out->path = take_until(&rest, "?#", &sign);
	if (sign == '?' || sign == ';')
		out->query = take_until(&rest, "#", &sign);
	return out->host.size > 0;
}

/* --- what a signature says of itself --- */

/* Digits of a fixed count; -1 when others stand there. */
static int take_digits(struct st_span *rest, size_t count)
{
	int value = 0;
	if (rest->size < count)
		return -1;
	for (size_t i = 0; i < count; i++) {
		if (rest->data[i] < '0' || rest->data[i] > '9')
			return -1;
		value = value * 10 + (rest->data[i] - '0');
	}
	*rest = (struct st_span){rest->data + count, rest->size - count};
	return value;
}

static bool skip_sign(struct st_span *rest, char sign)
{
	size_t used = rest->size >= 1 && rest->data[0] == (uint8_t)sign ? 1 : 0;
	if (used == 0 && sign == ':' && rest->size >= 3 &&
		(memcmp(rest->data, "%3A", 3) == 0 || memcmp(rest->data, "%3a", 3) == 0))
		used = 3;
	*rest = (struct st_span){rest->data + used, rest->size - used};
	return used > 0;
}

/* ISO 8601 as Azure takes it (2022-09-24, 2022-09-24T10:00Z, 2022-09-24T10:00:00Z) and as AWS and Google write it
 * (20220924T100000Z), in UTC; 0 for everything else. */
static int64_t instant(struct st_span text)
{
	struct tm utc = {0};
	int year = take_digits(&text, 4);
	skip_sign(&text, '-');
	int month = take_digits(&text, 2);
	skip_sign(&text, '-');
	int day = take_digits(&text, 2);
	if (year < 1971 || year > 9999 || month < 1 || month > 12 || day < 1 || day > 31)
		return 0;
	if (skip_sign(&text, 'T')) {
		utc.tm_hour = take_digits(&text, 2);
		skip_sign(&text, ':');
		utc.tm_min = take_digits(&text, 2);
		skip_sign(&text, ':');
		utc.tm_sec = text.size >= 2 && text.data[0] != 'Z' ? take_digits(&text, 2) : 0;
		if (utc.tm_hour < 0 || utc.tm_hour > 24 || utc.tm_min < 0 || utc.tm_min > 59 || utc.tm_sec < 0 ||
			utc.tm_sec > 60 || (text.size > 0 && text.data[0] != 'Z' && text.data[0] != '.'))
			return 0;
	} else if (text.size > 0) {
		return 0;
	}
	utc.tm_year = year - 1900;
	utc.tm_mon = month - 1;
	utc.tm_mday = day;
	return (int64_t)timegm(&utc);
}

static int64_t whole_number(struct st_span text)
{
	int64_t value = 0;
	if (text.size == 0 || text.size > 10)
		return 0;
	for (size_t i = 0; i < text.size; i++) {
		if (text.data[i] < '0' || text.data[i] > '9')
			return 0;
		value = value * 10 + (text.data[i] - '0');
	}
	return value;
}

/* Copies what consists of these bytes only; else leaves it empty. */
static void take_word(struct st_span value, const char *bytes, char *out, size_t size)
{
	if (value.size >= size)
		return;
	for (size_t i = 0; i < value.size; i++)
		if (value.data[i] == 0 || strchr(bytes, value.data[i]) == NULL)
			return;
	memcpy(out, value.data, value.size);
	out[value.size] = 0;
}

static struct st_span small_name(struct st_span name, uint8_t buffer[32])
{
	size_t size = name.size < 32 ? name.size : 0;
	for (size_t i = 0; i < size; i++)
		buffer[i] = (unsigned)name.data[i] - 'A' < 26 ? name.data[i] | 32 : name.data[i];
	return (struct st_span){buffer, size};
}

static enum lead_credential credential_of_parameter(struct st_span name, struct st_span value)
{
	static const char *const passwords[] = {"password", "pwd", NULL};
	static const char *const signatures[] = {"sig", "signature", "x-amz-signature", "x-goog-signature", NULL};
	if (!is_text(value, "***"))
		return LEAD_CREDENTIAL_NONE;
	if (is_any(name, signatures))
		return LEAD_CREDENTIAL_ACCESS_SIGNATURE;
	return is_any(name, passwords) ? LEAD_CREDENTIAL_PASSWORD : LEAD_CREDENTIAL_UNKNOWN;
}

static void read_query(struct st_span query, struct lead *out)
{
	int64_t signed_at = 0, lasts = 0;
	uint8_t sign, buffer[32];
	struct lead_signature *signature = &out->signature;
	while (query.size > 0) {
		struct st_span value = take_until(&query, "&;", &sign), name = take_until(&value, "=", &sign);
		name = small_name(name, buffer);
		enum lead_credential credential = credential_of_parameter(name, value);
		out->is_signed |= credential == LEAD_CREDENTIAL_ACCESS_SIGNATURE;
		out->credential = credential > out->credential ? credential : out->credential;
		if (is_text(name, "sp"))
			take_word(value, "racwdxyltmeopif", signature->permissions, sizeof signature->permissions);
		else if (is_text(name, "sv"))
			take_word(value, "0123456789-", signature->version, sizeof signature->version);
		else if (is_text(name, "st"))
			signature->starts = instant(value);
		else if (is_text(name, "se"))
			signature->expires = instant(value);
		else if (is_text(name, "expires"))
			signature->expires = whole_number(value);
		else if (is_text(name, "x-amz-date") || is_text(name, "x-goog-date"))
			signed_at = instant(value);
		else if (is_text(name, "x-amz-expires") || is_text(name, "x-goog-expires"))
			lasts = whole_number(value);
	}
	if (signed_at != 0 && lasts != 0) {
		signature->starts = signed_at;
		signature->expires = signed_at + lasts;
	}
}

/* --- the store --- */

static void add(struct lead *out, const void *bytes, size_t size)
{
	if (size > LEAD_TARGET_BYTES - out->target_size)
		size = LEAD_TARGET_BYTES - out->target_size;
	memcpy(out->target + out->target_size, bytes, size);
	out->target_size += size;
}

static void add_text(struct lead *out, const char *text)
{
	add(out, text, strlen(text));
}

static void add_host(struct lead *out, const struct parts *url, const char *scheme)
{
	add_text(out, scheme);
	add_text(out, "://");
	add(out, url->host.data, url->host.size);
	if (url->port.size > 0) {
		add_text(out, ":");
		add(out, url->port.data, url->port.size);
	}
}

/* The first `count` segments of the path. */
static void add_segments(struct lead *out, const struct parts *url, size_t count)
{
	size_t size = 0, slashes = 0;
	for (; size < url->path.size; size++)
		if ((url->path.data[size] == '/' && ++slashes == count) || url->path.data[size] == '(')
			break;
	if (size > 0) {
		add_text(out, "/");
		add(out, url->path.data, size);
	}
}

/* The labels in front of the suffix, without its dot; false: the host is of another domain. */
static bool labels_before(struct st_span host, const char *suffix, struct st_span *labels)
{
	size_t size = strlen(suffix);
	if (!ends_with(host, suffix) || (host.size > size && host.data[host.size - size - 1] != '.'))
		return false;
	*labels = (struct st_span){host.data, host.size > size ? host.size - size - 1 : 0};
	return true;
}

/* Labels in front of the one that is `label` or begins with it and a dash; false: there is none. */
static bool labels_before_label(struct st_span labels, const char *label, struct st_span *front)
{
	size_t size = strlen(label), at = 0;
	while (at < labels.size) {
		const uint8_t *dot = memchr(labels.data + at, '.', labels.size - at);
		size_t end = dot != NULL ? (size_t)(dot - labels.data) : labels.size;
		bool same = end - at >= size && memcmp(labels.data + at, label, size) == 0 &&
			    (end - at == size || labels.data[at + size] == '-');
		if (same) {
			*front = (struct st_span){labels.data, at > 0 ? at - 1 : 0};
			return true;
		}
		at = end + 1;
	}
	return false;
}

static struct st_span without_last(struct st_span labels, size_t count)
{
	while (count-- > 0) {
		const uint8_t *dot = labels.size > 0 ? memrchr(labels.data, '.', labels.size) : NULL;
		labels.size = dot != NULL ? (size_t)(dot - labels.data) : 0;
	}
	return labels;
}

/* A bucket named in the host and one named in the path are written alike. */
static bool add_bucket(struct lead *out, const struct parts *url, const struct lead_host *host, struct st_span labels)
{
	struct st_span bucket = host->label != NULL ? labels : without_last(labels, host->regions);
	if (bucket.size == 0) {
		struct st_span path = url->path;
		uint8_t sign;
		bucket = take_until(&path, "/", &sign);
	}
	if (host->scheme == NULL && labels.size > 0 && bucket.data == url->host.data) {
		add_host(out, url, "https");
		return true;
	}
	if (host->scheme == NULL) {
		add_host(out, url, "https");
		add_segments(out, url, 1);
		return true;
	}
	if (bucket.size == 0)
		return false; /* the service, and no store in it */
	add_text(out, host->scheme);
	add_text(out, "://");
	add(out, bucket.data, bucket.size);
	return true;
}

/* /file/d/ID/edit, /drive/folders/ID: what follows the id is no part of the link. */
static void add_link(struct lead *out, const struct parts *url)
{
	size_t end = url->path.size;
	for (size_t at = 0; at + 3 < end; at++) {
		bool begins = at == 0 || url->path.data[at - 1] == '/';
		size_t mark = begins && memcmp(url->path.data + at, "d/", 2) == 0                         ? 2
			      : begins && at + 8 < end && memcmp(url->path.data + at, "folders/", 8) == 0 ? 8
													  : 0;
		const uint8_t *slash = mark > 0 ? memchr(url->path.data + at + mark, '/', end - at - mark) : NULL;
		if (slash != NULL)
			end = (size_t)(slash - url->path.data);
	}
	add_host(out, url, "https");
	if (end > 0) {
		add_text(out, "/");
		add(out, url->path.data, end);
	}
}

static bool add_place(struct lead *out, const struct parts *url, const struct lead_host *host, struct st_span labels)
{
	static const char *const sites[] = {"sites", "teams", "personal", NULL};
	struct st_span path = url->path, first;
	uint8_t sign;
	switch (host->place) {
	case LEAD_PLACE_HOST:
		add_host(out, url, "https");
		return true;
	case LEAD_PLACE_PATH:
		add_host(out, url, "https");
		add_segments(out, url, 1);
		return true;
	case LEAD_PLACE_BUCKET:
		return add_bucket(out, url, host, labels);
	case LEAD_PLACE_LINK:
		add_link(out, url);
		return url->path.size > 0 || url->query.size > 0;
	case LEAD_PLACE_SITE:
		first = take_until(&path, "/", &sign);
		if (first.size > 0 && first.data[0] == ':') {
			add_link(out, url);
			return true;
		}
		add_host(out, url, "https");
		if (is_any(first, sites))
			add_segments(out, url, 2);
		return true;
	}
	return false;
}

static bool known_host(const struct parts *url, struct lead *out)
{
	for (const struct lead_host *host = lead_hosts; host->suffix != NULL; host++) {
		struct st_span labels;
		if (!labels_before(url->host, host->suffix, &labels) ||
			(host->label != NULL && !labels_before_label(labels, host->label, &labels)))
			continue;
		out->type = host->type;
		return add_place(out, url, host, labels);
	}
	return false;
}

/* s3://bucket, abfss://container@account: the scheme says it. */
static bool known_scheme(const struct parts *url, struct lead *out)
{
	static const char *const s3[] = {"s3", "s3a", "s3n", NULL}, *const gs[] = {"gs", NULL};
	static const char *const azure[] = {"abfs", "abfss", "wasb", "wasbs", NULL};
	static const char *const queues[] = {"amqp", "amqps", "sb", NULL};
	static const char *const files[] = {"ftp", "ftps", "sftp", NULL};
	static const char *const web[] = {"http", "https", NULL};
	if (is_any(url->scheme, web))
		return false;
	if (is_any(url->scheme, s3) || is_any(url->scheme, gs)) {
		out->type = url->scheme.data[0] == 's' ? LEAD_S3 : LEAD_GOOGLE_STORAGE;
		add_host(out, url, out->type == LEAD_S3 ? "s3" : "gs");
		return true;
	}
	if (is_any(url->scheme, azure)) {
		struct parts container = *url;
		container.path = url->user;
		return known_host(&container, out);
	}
	if (is_any(url->scheme, files) && !url->password)
		return false;
	out->type = is_any(url->scheme, files)    ? LEAD_FILE_SERVER
		    : is_any(url->scheme, queues) ? LEAD_QUEUE
						  : LEAD_DATABASE;
	char scheme[16] = "";
	take_word(url->scheme, "abcdefghijklmnopqrstuvwxyz+", scheme, sizeof scheme);
	add_host(out, url, scheme);
	if (out->type == LEAD_DATABASE)
		add_segments(out, url, 1);
	return true;
}

static bool other_web(const struct parts *url, struct lead *out)
{
	static const char *const search_ports[] = {"9200", "9201", "9243", "5601", "8983", NULL};
	const uint8_t *git = url->path.size > 0 ? memmem(url->path.data, url->path.size, "/_git/", 6) : NULL;
	if (is_any(url->port, search_ports) || is_text(url->port, "5984")) {
		out->type = is_text(url->port, "5984") ? LEAD_DATABASE : LEAD_SEARCH;
		add_host(out, url, "http");
		return true;
	}
	if (ends_with(url->path, ".git") || git != NULL) {
		out->type = LEAD_REPOSITORY;
		add_host(out, url, "https");
		add_segments(out, url, SIZE_MAX);
		return true;
	}
	out->type = LEAD_WEB_LOGIN;
	add_host(out, url, "https");
	return url->password;
}

static enum lead_credential credential_of_login(const struct parts *url, const struct lead *lead)
{
	if (!url->password)
		return LEAD_CREDENTIAL_NONE;
	return lead->type <= LEAD_AZURE_QUEUE ? LEAD_CREDENTIAL_STORAGE_KEY : LEAD_CREDENTIAL_PASSWORD;
}

bool lead_of(struct st_span canonical, struct lead *out)
{
	struct parts url;
	memset(out, 0, sizeof *out);
	if (!split(canonical, &url))
		return false;
	bool found = known_scheme(&url, out);
	if (!found && url.scheme.size >= 4 && memcmp(url.scheme.data, "http", 4) == 0)
		found = known_host(&url, out) || (out->target_size == 0 && other_web(&url, out));
	if (!found)
		return false;
	read_query(url.query, out);
	enum lead_credential login = credential_of_login(&url, out);
	out->credential = login > out->credential ? login : out->credential;
	return true;
}

/* --- masked --- */

void lead_mask(struct st_buf *out, enum lead_type type, struct st_span target)
{
	struct parts url;
	if (!split(target, &url)) {
		st_buf_add(out, "***", 3);
		return;
	}
	st_escape_text(out, url.scheme.data, url.scheme.size);
	st_buf_add(out, "://", 3);
	const uint8_t *end = url.port.size > 0 ? url.port.data + url.port.size : url.host.data + url.host.size;
	report_mask_host(out, (struct st_span){url.host.data, (size_t)(end - url.host.data)});
	if (url.path.size == 0)
		return;
	st_buf_add_byte(out, '/');
	bool shown =
		type != LEAD_SHARE_LINK && type != LEAD_REPOSITORY && url.path.data[0] > ' ' && url.path.data[0] < 0x7f;
	if (shown && url.path.size > 1)
		st_escape_text(out, url.path.data, 1);
	st_buf_add(out, "***", 3);
}
