/*
 * url: an address of something on a network (RFC 3986, RFC 3987) that begins with one of a few schemes: what links lead
 * to, and the stores that further data may lie in. As written, with JSON's escaped slashes, as a percent-encoded
 * parameter.
 *
 * A url never hides what stands in it: every other kind wins over it (overlap.c). So that the rest of it is still
 * found, each url is offered twice: whole, and ended before its query, its fragment, or the first path segment with an
 * address sign. Passwords and signatures stand in the canonical form as ***; what a signature allows, and until when,
 * stays in it even where the url is ended before its query.
 */
#include "detect/url.h"

#include <idn2.h>
#include <unistd.h>
#include <stdlib.h>

#include "base/utf8.h"
#include "detect/digits.h"
#include "detect/domain.h"
#include "detect/planes.h"

/* Characters of one url; a longer one is offered without its query only, or up to its last slash. */
#define URL_CHARACTERS 480
/* Bytes of one written with escapes; within the detectors' reach. */
#define URL_BYTES 900
#define HOST_BYTES URL_HOST_BYTES
/* A host stands at most so far behind its scheme: user and password. */
#define LOGIN_BYTES 300

/* Hundredths. */
#define CONFIDENCE_PUBLIC 95
#define CONFIDENCE_STORE 90
#define CONFIDENCE_INNER 60

enum scheme_family { FAMILY_WEB, FAMILY_BUCKET, FAMILY_CONTAINER, FAMILY_DATABASE };
static const struct scheme {
	char name[12];
	uint8_t size;
	enum scheme_family family;
	char port[6]; /* the default one; not part of the canonical form */
} schemes[] = {
	{"https", 5, FAMILY_WEB, "443"},
	{"http", 4, FAMILY_WEB, "80"},
	{"ftps", 4, FAMILY_WEB, "990"},
	{"sftp", 4, FAMILY_WEB, "22"},
	{"ftp", 3, FAMILY_WEB, "21"},
	{"s3", 2, FAMILY_BUCKET, ""},
	{"s3a", 3, FAMILY_BUCKET, ""},
	{"s3n", 3, FAMILY_BUCKET, ""},
	{"gs", 2, FAMILY_BUCKET, ""},
	{"abfs", 4, FAMILY_CONTAINER, ""},
	{"abfss", 5, FAMILY_CONTAINER, ""},
	{"wasb", 4, FAMILY_CONTAINER, ""},
	{"wasbs", 5, FAMILY_CONTAINER, ""},
	/* connection strings, as the makers of each write them; ports by IANA or the maker */
	{"mongodb", 7, FAMILY_DATABASE, "27017"},
	{"mongodb+srv", 11, FAMILY_DATABASE, ""},
	{"postgresql", 10, FAMILY_DATABASE, "5432"},
	{"postgres", 8, FAMILY_DATABASE, "5432"},
	{"mysql", 5, FAMILY_DATABASE, "3306"},
	{"mariadb", 7, FAMILY_DATABASE, "3306"},
	{"sqlserver", 9, FAMILY_DATABASE, "1433"},
	{"mssql", 5, FAMILY_DATABASE, "1433"},
	{"clickhouse", 10, FAMILY_DATABASE, "9000"},
	{"redis", 5, FAMILY_DATABASE, "6379"},
	{"rediss", 6, FAMILY_DATABASE, "6379"},
	{"amqp", 4, FAMILY_DATABASE, "5672"},
	{"amqps", 5, FAMILY_DATABASE, "5671"},
	{"sb", 2, FAMILY_DATABASE, ""},
};
/* Ports of the web that are those of a store: Elasticsearch, Kibana, CouchDB, Solr. */
static const char *const store_ports[] = {"9200", "9201", "9243", "5601", "5984", "8983", NULL};

struct url {
	const struct scheme *scheme;
	size_t start, count; /* count: characters of text, from the first slash on */
	uint8_t text[URL_CHARACTERS + 4];
	size_t at[URL_CHARACTERS + 5]; /* where each byte of text begins in the window, and where the last ends */
	size_t colon;
	bool percent, too_long;
	size_t authority, host, host_end, port_end, rest; /* indices of text; port_end: of the host that is taken */
};

static uint8_t lower(uint8_t byte)
{
	return (unsigned)byte - 'A' < 26 ? byte | 0x20 : byte;
}

static const struct scheme *scheme_ending(const struct detect_window *window, size_t colon)
{
	for (size_t n = 0; n < sizeof schemes / sizeof *schemes; n++) {
		size_t size = schemes[n].size, i = 0;
		if (size > colon)
			continue;
		while (i < size && lower(window->data[colon - size + i]) == (uint8_t)schemes[n].name[i])
			i++;
		if (i == size && token_begins(window, colon - size))
			return &schemes[n];
	}
	return NULL;
}

/* The scheme that ends at the colon, and where it ends: mysql+driver:// is mysql://. */
static const struct scheme *scheme_before(const struct detect_window *window, size_t colon, size_t *end)
{
	*end = colon;
	const struct scheme *scheme = scheme_ending(window, colon);
	size_t sign = colon;
	if (scheme != NULL)
		return scheme;
	while (sign > 0 && colon - sign < 16 && (ascii_alnum(window->data[sign - 1]) || window->data[sign - 1] == '_'))
		sign--;
	if (sign == 0 || sign == colon || window->data[sign - 1] != '+')
		return NULL;
	*end = sign - 1;
	scheme = scheme_ending(window, sign - 1);
	return scheme != NULL && scheme->family == FAMILY_DATABASE ? scheme : NULL;
}

/* --- characters --- */

static int hex(uint8_t byte)
{
	return ascii_digit(byte) ? byte - '0' : (unsigned)(byte | 32) - 'a' < 6 ? (byte | 32) - 'a' + 10 : -1;
}

/* %XX at p; 0 when there is none, or what it means is no printable ASCII. */
static uint8_t percent_at(const struct detect_window *window, size_t p)
{
	int high = hex(byte_at(window, p + 1)), low = hex(byte_at(window, p + 2));
	if (byte_at(window, p) != '%' || high < 2 || high > 7 || low < 0)
		return 0;
	return (uint8_t)(high << 4 | low);
}

/* Characters beyond ASCII that end a url: signs, not letters. */
static bool is_sign(uint32_t code)
{
	return code < 0xc0 || (code >= 0x2000 && code < 0x2070) ||
	       (code >= 0x3000 && code < 0x3040 && code != 0x3005) || (code >= 0xff00 && code < 0xff66) ||
	       (code >= 0xd800 && code < 0xf900) || code == 0xfeff || code >= 0xe0000;
}

static bool ends_url(uint8_t byte)
{
	return byte <= ' ' || byte == 0x7f || memchr("\"<>\\^`{|}", byte, 9) != NULL;
}

/* The character at p as a reader of the url would see it: its bytes in out, and in the window; false: the url ends. */
static bool character(
	const struct detect_window *window, size_t p, bool percent, uint8_t out[4], size_t *size, size_t *used)
{
	uint8_t byte = byte_at(window, p);
	uint32_t code;
	*size = *used = 1;
	out[0] = byte;
	if (percent) {
		out[0] = byte == '%' ? percent_at(window, p) : byte;
		*used = byte == '%' ? 3 : 1;
		return byte == '%' ? !ends_url(out[0]) : ascii_alnum(byte) || memchr("-._~", byte, 4) != NULL;
	}
	if (byte == '\\' && byte_at(window, p + 1) == '/') {
		out[0] = '/';
		*used = 2;
		return true;
	}
	if (byte == '\\' && p + 6 <= window->size && memcmp(window->data + p + 1, "u00", 3) == 0) {
		int high = hex(window->data[p + 4]), low = hex(window->data[p + 5]);
		out[0] = high >= 2 && low >= 0 ? (uint8_t)(high << 4 | low) : 0;
		*used = 6;
		return out[0] < 0x7f && !ends_url(out[0]);
	}
	if (byte == '&' && p + 5 <= window->size && memcmp(window->data + p, "&amp;", 5) == 0)
		*used = 5;
	if (byte < 0x80)
		return p < window->size && !ends_url(byte);
	int length = st_utf8_decode(window->data + p, window->size - p, &code);
	if (length == 0 || is_sign(code))
		return false;
	memcpy(out, window->data + p, (size_t)length);
	*size = *used = (size_t)length;
	return true;
}

/* Another url follows the sign at p: https://a.example,https://b.example. */
static bool next_begins(const struct detect_window *window, size_t p)
{
	return p + 5 <= window->size &&
	       (memcmp(window->data + p + 1, "http", 4) == 0 || memcmp(window->data + p + 1, "ftp:", 4) == 0);
}

static void read_text(const struct detect_window *window, size_t p, struct url *url)
{
	uint8_t bytes[4];
	size_t size, used;
	uint8_t quote = byte_before(window, url->start, 1) == '\'' ? '\'' : 0;
	while (character(window, p, url->percent, bytes, &size, &used)) {
		if ((quote != 0 && bytes[0] == quote) ||
			((bytes[0] == ',' || bytes[0] == ';') && next_begins(window, p)))
			break;
		if (url->count + size > URL_CHARACTERS || p > url->colon + URL_BYTES) {
			url->too_long = true;
			break;
		}
		for (size_t i = 0; i < size; i++) {
			url->at[url->count] = p;
			url->text[url->count++] = bytes[i];
		}
		p += used;
	}
	url->at[url->count] = p;
}

/* --- where it ends --- */

static size_t count_of(const struct url *url, size_t end, uint8_t byte)
{
	size_t count = 0;
	for (size_t i = 0; i < end; i++)
		count += url->text[i] == byte;
	return count;
}

/* Punctuation behind a url is the sentence's, a closing bracket too unless the url opened it. */
static size_t without_punctuation(const struct url *url, size_t end)
{
	while (end > 2) {
		uint8_t last = url->text[end - 1];
		bool closes = (last == ')' && count_of(url, end, ')') > count_of(url, end, '(')) ||
			      (last == ']' && count_of(url, end, ']') > count_of(url, end, '['));
		if (!closes && memchr(".,;:!?'*_~$(", last, 12) == NULL)
			break;
		end--;
	}
	return end;
}

/* Does what follows describe the place and is no part of its path? jdbc:sqlserver://host;databaseName=hr */
static bool begins_parameters(const struct url *url, uint8_t byte)
{
	return byte == '?' || byte == '#' || (byte == ';' && url->scheme->family == FAMILY_DATABASE);
}

/* Before the query, the fragment, or the path segment with an address sign; `end` when there is none. */
static size_t short_end(const struct url *url, size_t end)
{
	size_t segment = url->rest;
	for (size_t i = url->rest; i < end; i++) {
		uint8_t byte = url->text[i];
		if (begins_parameters(url, byte))
			return i;
		if (byte == '@' || (byte == '%' && i + 2 < end && memcmp(url->text + i, "%40", 3) == 0))
			return segment;
		if (byte == '/')
			segment = i + 1;
	}
	if (!url->too_long)
		return end;
	return segment > url->rest ? segment : 0;
}

/* --- the host --- */

/* The end of host and port: of the first, where a list of them stands. */
static void find_port(struct url *url, size_t end)
{
	const uint8_t *comma =
		url->scheme->family == FAMILY_DATABASE ? memchr(url->text + url->host, ',', end - url->host) : NULL;
	size_t stop = comma != NULL ? (size_t)(comma - url->text) : end, port = stop;
	url->host_end = url->port_end = stop;
	while (port > url->host && ascii_digit(url->text[port - 1]))
		port--;
	if (port > url->host && url->text[port - 1] == ':' && stop - port <= 5)
		url->host_end = port - 1;
}

static bool find_parts(struct url *url)
{
	size_t end = 2;
	url->authority = url->host = 2;
	while (end < url->count && url->text[end] != '/' && !begins_parameters(url, url->text[end]))
		end++;
	if (end == url->count && url->too_long)
		return false;
	if (end == url->count)
		end = url->count = without_punctuation(url, end);
	url->rest = end;
	for (size_t i = url->authority; i < end; i++)
		if (url->text[i] == '@')
			url->host = i + 1;
	find_port(url, end);
	return url->host_end > url->host;
}

/* Labels of letters, digits, dashes and underscores; *beyond: some are not ASCII. */
static bool well_formed(const uint8_t *host, size_t size, bool *beyond)
{
	uint8_t before = '.';
	*beyond = false;
	for (size_t i = 0; i < size; before = host[i++]) {
		*beyond |= host[i] >= 0x80;
		if (host[i] == '.' ? before == '.' || before == '-' : host[i] == '-' ? before == '.' : false)
			return false;
		if (!ascii_alnum(host[i]) && host[i] < 0x80 && memchr(".-_", host[i], 3) == NULL)
			return false;
	}
	return before != '.' && before != '-';
}

static bool is_network_address(const uint8_t *host, size_t size)
{
	for (size_t i = 0; i < size; i++)
		if (!ascii_digit(host[i]) && host[i] != '.')
			return false;
	return true;
}

size_t url_fold_host(const uint8_t *host, size_t size, uint8_t out[URL_HOST_BYTES])
{
	bool beyond;
	if (size > HOST_BYTES)
		return 0;
	if (size > 3 && host[0] == '[' && host[size - 1] == ']') {
		for (size_t i = 0; i < size; i++)
			out[i] = lower(host[i]);
		for (size_t i = 1; i + 1 < size; i++)
			if (hex(host[i]) < 0 && host[i] != ':' && host[i] != '.')
				return 0;
		return size;
	}
	if (!well_formed(host, size, &beyond))
		return 0;
	if (!beyond) {
		for (size_t i = 0; i < size; i++)
			out[i] = lower(host[i]);
		return size;
	}
	char name[HOST_BYTES + 1];
	uint8_t *ascii = NULL;
	memcpy(name, host, size);
	name[size] = 0;
	int looked_up = idn2_lookup_u8((const uint8_t *)name, &ascii, IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL);
	if (looked_up == IDN2_MALLOC) /* a domain that is there must not look like none */
		_exit(ST_EXIT_MEMORY);
	if (looked_up != IDN2_OK)
		return 0;
	size = strlen((const char *)ascii);
	/* a no-break space became a blank */
	const bool holds = size <= HOST_BYTES && well_formed(ascii, size, &beyond) && !beyond;
	if (holds)
		memcpy(out, ascii, size);
	free(ascii);
	return holds ? size : 0;
}

uint8_t url_host_confidence(const uint8_t *host, size_t size)
{
	bool dotted = memchr(host, '.', size) != NULL;
	if (host[0] == '[' || (is_network_address(host, size) && dotted))
		return CONFIDENCE_STORE;
	if (is_network_address(host, size))
		return 0;
	if (!dotted)
		return CONFIDENCE_INNER;
	enum domain_top top = domain_top_of((struct st_span){host, size});
	return top == DOMAIN_TOP_NONE || top == DOMAIN_TOP_INTERNAL ? CONFIDENCE_INNER : CONFIDENCE_PUBLIC;
}

static uint8_t confidence_of(const struct url *url, const uint8_t *host, size_t size)
{
	bool dotted = memchr(host, '.', size) != NULL;
	switch (url->scheme->family) {
	case FAMILY_BUCKET:
		return size >= 3 && size <= 63 && url->host == url->authority ? CONFIDENCE_STORE : 0;
	case FAMILY_CONTAINER:
		return dotted && url->host > url->authority ? CONFIDENCE_PUBLIC : size >= 3 ? CONFIDENCE_INNER : 0;
	case FAMILY_WEB:
	case FAMILY_DATABASE:
		break;
	}
	return url_host_confidence(host, size);
}

/* --- canonical form --- */

struct writer {
	uint8_t *out;
	size_t size;
	bool full;
};

static void add(struct writer *w, const void *bytes, size_t size)
{
	w->full |= size > CEIL_CANONICAL_BYTES - w->size;
	if (w->full)
		return;
	memcpy(w->out + w->size, bytes, size);
	w->size += size;
}

static bool is_one_of(const uint8_t *name, size_t size, const char *const *names)
{
	for (const char *const *one = names; *one; one++) {
		size_t i = 0;
		while (i < size && (*one)[i] && lower(name[i]) == (uint8_t)(*one)[i])
			i++;
		if (i == size && (*one)[i] == 0)
			return true;
	}
	return false;
}

/* Parameters whose value opens something. */
static bool is_secret(const uint8_t *name, size_t size)
{
	static const char *const names[] = {"sig", "signature", "x-amz-signature", "x-amz-security-token",
		"x-goog-signature", "access_token", "token", "apikey", "api_key", "password", "pwd", NULL};
	return is_one_of(name, size, names);
}

/* What a signature allows, to what, from when and until when: Azure ("Create a service SAS", "Create an account SAS"),
 * AWS Signature Version 4 and 2, Google Cloud Storage V4 and V2 signing. */
static bool describes_signature(const uint8_t *name, size_t size, const uint8_t *value, size_t value_size)
{
	static const char *const names[] = {"sv", "ss", "srt", "sr", "sp", "st", "se", "spr", "x-amz-date",
		"x-amz-expires", "x-goog-date", "x-goog-expires", "expires", NULL};
	for (size_t i = 0; i < value_size; i++)
		if (!ascii_alnum(value[i]) &&
			(value[i] == 0 || memchr("-:.+%,", value[i], 6) == NULL || memcmp(value + i, "%40", 3) == 0))
			return false;
	return value_size <= 40 && is_one_of(name, size, names);
}

/* A parameter of the query: its name begins at `name`, its value behind `equals`, 0 when it has none. */
struct parameter {
	size_t name, equals, stop;
};

static struct parameter next_parameter(const struct url *url, size_t sign, size_t end)
{
	struct parameter p = {.name = sign + 1, .stop = sign + 1};
	for (; p.stop < end && memchr("&;#", url->text[p.stop], 3) == NULL; p.stop++)
		if (url->text[p.stop] == '=' && p.equals == 0)
			p.equals = p.stop;
	return p;
}

static void add_parameters(struct writer *w, const struct url *url, size_t at, size_t end)
{
	while (at < end) {
		struct parameter p = next_parameter(url, at, end);
		bool masked = p.equals != 0 && is_secret(url->text + p.name, p.equals - p.name);
		add(w, url->text + at, (masked ? p.equals + 1 : p.stop) - at);
		if (masked)
			add(w, "***", 3);
		at = p.stop;
	}
}

/* Only what tells of a signature, and that one stands there. */
static void add_signature(struct writer *w, const struct url *url, size_t at, size_t end)
{
	char sign = '?';
	for (struct parameter p; at < end; at = p.stop) {
		p = next_parameter(url, at, end);
		const uint8_t *name = url->text + p.name, *value = url->text + p.equals + 1;
		bool masked = p.equals != 0 && is_secret(name, p.equals - p.name);
		if (p.equals == 0 ||
			(!masked && !describes_signature(name, p.equals - p.name, value, p.stop - p.equals - 1)))
			continue;
		add(w, &sign, 1);
		add(w, name, (masked ? p.equals + 1 : p.stop) - p.name);
		if (masked)
			add(w, "***", 3);
		sign = '&';
	}
}

static bool is_signed(const struct url *url, size_t at, size_t end)
{
	for (struct parameter p; at < end; at = p.stop) {
		p = next_parameter(url, at, end);
		if (p.equals != 0 && p.stop - p.equals > 16 && is_secret(url->text + p.name, p.equals - p.name))
			return true;
	}
	return false;
}

/* The rest up to `end`; `whole` is where the url ends as it was written. */
static void add_rest(struct writer *w, const struct url *url, size_t end, size_t whole)
{
	size_t at = url->rest;
	while (at < end && !begins_parameters(url, url->text[at]))
		at++;
	if (at - url->rest > 1 || at < end || url->rest == end || url->text[url->rest] != '/')
		add(w, url->text + url->rest, at - url->rest); /* an empty path is the same as one slash */
	if (at == end && end < whole && url->text[end] == '?' && is_signed(url, end, whole))
		add_signature(w, url, end, whole);
	else
		add_parameters(w, url, at, end);
}

static bool canonical(const struct url *url, size_t end, size_t whole, const uint8_t *host, size_t host_size,
	struct detect_candidate *out)
{
	struct writer w = {.out = out->canonical};
	add(&w, url->scheme->name, url->scheme->size);
	add(&w, "://", 3);
	if (url->host > url->authority) {
		const uint8_t *user = url->text + url->authority;
		size_t size = url->host - 1 - url->authority;
		const uint8_t *colon = memchr(user, ':', size);
		add(&w, user, colon != NULL ? (size_t)(colon - user) : size);
		add(&w, colon != NULL ? ":***@" : "@", colon != NULL ? 5 : 1);
	}
	add(&w, host, host_size);
	size_t port = url->host_end + 1 < url->port_end ? url->port_end - url->host_end - 1 : 0;
	if (port > 0 && (port != strlen(url->scheme->port) ||
				memcmp(url->scheme->port, url->text + url->host_end + 1, port) != 0))
		add(&w, url->text + url->host_end, port + 1);
	if (whole > url->rest)
		add_rest(&w, url, end, whole);
	out->canonical_size = (uint16_t)w.size;
	return !w.full;
}

/* --- the detector --- */

/* The colon of the address that the byte at `at` stands in; SIZE_MAX when there is none within `reach_bytes`. */
static size_t colon_before(const struct detect_window *window, size_t at, size_t reach_bytes)
{
	for (size_t p = at; p > 0 && at - p < reach_bytes; p--) {
		uint8_t byte = window->data[p - 1], next = byte_at(window, p);
		if (byte == ':' && (next == '/' || next == '\\'))
			return p - 1;
		if (byte <= ' ' || byte == '"' || byte == '<' || byte == '>')
			break;
	}
	return SIZE_MAX;
}

/* The sign that ends the scheme, and whether the trigger asks for the short form. */
static bool find_colon(const struct detect_window *window, size_t at, size_t *colon, bool *percent, bool *shorter)
{
	uint8_t byte = window->data[at], next = byte_at(window, at + 1);
	*percent = byte == '%';
	*shorter = byte == '/' || byte == '\\' || (*percent && next == '2');
	if (*percent && *shorter && at < 3)
		return false;
	*colon = !*shorter ? at : *percent ? at - 3 : at - 1;
	if (*shorter && at == 0)
		return false;
	if (!*percent)
		return window->data[*colon] == ':';
	return percent_at(window, *colon) == ':';
}

static bool read_url(const struct detect_window *window, size_t colon, bool percent, struct url *url)
{
	size_t scheme_end;
	url->scheme = scheme_before(window, colon, &scheme_end);
	if (url->scheme == NULL)
		return false;
	url->start = scheme_end - url->scheme->size;
	url->colon = colon;
	url->count = 0;
	url->percent = percent;
	url->too_long = false;
	read_text(window, colon + (percent ? 3 : 1), url);
	return url->count >= 3 && url->text[0] == '/' && url->text[1] == '/' && find_parts(url);
}

static bool check(const struct detect_window *window, size_t at, struct detect_candidate *out)
{
	struct url url;
	size_t colon;
	bool percent, shorter;
	if (!find_colon(window, at, &colon, &percent, &shorter) || !read_url(window, colon, percent, &url))
		return false;
	size_t whole = without_punctuation(&url, url.count), end = whole, cut = short_end(&url, whole);
	if (shorter && cut == whole)
		return false;
	if (shorter || url.too_long)
		end = cut;
	if (end < url.rest)
		return false;
	uint8_t host[HOST_BYTES];
	size_t host_size = url_fold_host(url.text + url.host, url.host_end - url.host, host);
	out->confidence = host_size > 0 ? confidence_of(&url, host, host_size) : 0;
	if (out->confidence == 0 || !canonical(&url, end, whole, host, host_size, out))
		return false;
	out->start = url.start;
	out->end = url.at[end];
	out->form = out->end - colon == 1 + end ? DETECT_PLAIN : DETECT_ENCODED;
	out->tentative = false;
	out->scheme = NULL;
	return true;
}

static bool names_store(const struct url *url)
{
	if (url->scheme->family == FAMILY_DATABASE)
		return true;
	if (memchr(url->text + url->authority, ':', url->host - url->authority) != NULL)
		return true;
	size_t size = url->port_end - url->host_end;
	for (const char *const *port = store_ports; *port; port++)
		if (size == strlen(*port) + 1 && memcmp(url->text + url->host_end + 1, *port, size - 1) == 0)
			return true;
	return false;
}

bool url_names_store(const struct detect_window *window, size_t host)
{
	struct url url;
	size_t colon = colon_before(window, host, LOGIN_BYTES);
	if (colon == SIZE_MAX || !read_url(window, colon, false, &url))
		return false;
	size_t begin = url.at[url.host] + (url.text[url.host] == '[');
	bool among = url.scheme->family == FAMILY_DATABASE && host > begin && host < url.at[url.rest];
	return (begin == host || among) && names_store(&url);
}

static bool may_start(uint8_t trigger, uint8_t next)
{
	switch (trigger) {
	case ':':
		return next == '/' || next == '\\';
	case '%':
		return next == '3' || next == '2';
	default:
		return next == '/';
	}
}

/* The colon before two slashes, or the first of them behind it; escaped ones are asked again by may_start. */
PLANES_TARGET static void url_places(struct planes *planes, uint64_t *found)
{
	for (size_t w = 0; w < planes->words; w += 4) {
		plane_bits colon = plane(planes, PLANE_COLON, w, 0);
		plane_bits sign = plane(planes, PLANE_SLASH, w, 0) | plane(planes, PLANE_BACKSLASH, w, 0);
		plane_bits next = plane(planes, PLANE_SLASH, w, 1);
		plane_bits first = sign & next & plane(planes, PLANE_COLON, w, -1);
		next |= plane(planes, PLANE_BACKSLASH, w, 1);
		plane_store(found + w, (colon & next) | first | plane(planes, PLANE_PERCENT, w, 0));
	}
}

const struct detector detector_url = {
	.kind = DETECT_URL,
	.describe = "URL of the web, FTP, S3, Google and Azure storage, databases; passwords and signatures masked",
	.triggers = ":/\\%",
	.may_start = may_start,
	.places = url_places,
	.check = check,
};
