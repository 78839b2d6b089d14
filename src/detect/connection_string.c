/*
 * Connection strings of keys and values: Server=db.contoso.com,1433;Database=hr;User Id=svc;Password=... (the form of
 * ADO.NET, ODBC and their kin) and AccountName=...;AccountKey=... of Azure Storage. What they point to is a url: the
 * mention is the value of the server's key, the canonical form the url that says the same, database://svc:***@host/hr,
 * with *** where a password or key stands in the string. The password is a secret of its own (secret.c).
 */
#include "detect/digits.h"
#include "detect/planes.h"
#include "detect/url.h"

/* The string stands on one line, within as many bytes of the server's key. */
#define STRING_BYTES 400
#define VALUE_BYTES 200
#define LABEL_BYTES 32
#define CONFIDENCE_ACCOUNT 95
#define ACCOUNT_MOST 24 /* Azure: storage account names are 3 to 24 small letters and digits */

enum key { KEY_NONE, KEY_SERVER, KEY_ACCOUNT, KEY_DATABASE, KEY_USER, KEY_PASSWORD, KEY_LOGIN, KEY_SUFFIX, KEYS };

static const struct {
	const char *name;
	enum key key;
} names[] = {
	{"server", KEY_SERVER},
	{"data source", KEY_SERVER},
	{"host", KEY_SERVER},
	{"hostname", KEY_SERVER},
	{"accountname", KEY_ACCOUNT},
	{"database", KEY_DATABASE},
	{"initial catalog", KEY_DATABASE},
	{"user id", KEY_USER},
	{"uid", KEY_USER},
	{"user", KEY_USER},
	{"username", KEY_USER},
	{"password", KEY_PASSWORD},
	{"pwd", KEY_PASSWORD},
	{"accountkey", KEY_PASSWORD},
	{"sharedaccesssignature", KEY_PASSWORD},
	{"integrated security", KEY_LOGIN},
	{"trusted_connection", KEY_LOGIN},
	{"defaultendpointsprotocol", KEY_LOGIN},
	{"endpointsuffix", KEY_SUFFIX},
};

struct connection {
	const struct detect_window *window;
	size_t start[KEYS], end[KEYS]; /* of the values; equal: not there */
};

static bool is_blank(uint8_t byte)
{
	return byte == ' ' || byte == '\t';
}

static uint8_t small(uint8_t byte)
{
	return (unsigned)byte - 'A' < 26 ? byte | 32 : byte;
}

static enum key key_of(const uint8_t *text, size_t size)
{
	for (size_t n = 0; n < sizeof names / sizeof *names; n++) {
		size_t i = 0;
		while (i < size && names[n].name[i] != 0 && small(text[i]) == (uint8_t)names[n].name[i])
			i++;
		if (i == size && names[n].name[i] == 0)
			return names[n].key;
	}
	return KEY_NONE;
}

/* Where the string cannot go on: the line, the quotes or the tag it stands in. */
static bool ends_string(uint8_t byte)
{
	return byte == '\n' || byte == '\r' || byte == '"' || byte == '<' || byte == '>' || byte == '\\' || byte == 0;
}

/* The key that ends before its sign at `at`: the words behind the last separator. */
static enum key key_before(const struct detect_window *window, size_t at, size_t low)
{
	size_t end = at, start;
	while (end > low && is_blank(window->data[end - 1]))
		end--;
	start = end;
	while (start > low && end - start < LABEL_BYTES &&
		(ascii_letter(window->data[start - 1]) || window->data[start - 1] == '_' ||
			is_blank(window->data[start - 1])))
		start--;
	for (; start < end; start++) { /* "connection: Server" names the server, too */
		bool begins = start == low || !(ascii_alnum(window->data[start - 1]) || window->data[start - 1] == '_');
		enum key key = begins ? key_of(window->data + start, end - start) : KEY_NONE;
		if (key != KEY_NONE)
			return key;
	}
	return KEY_NONE;
}

static void take_value(struct connection *c, enum key key, size_t at, size_t high)
{
	size_t end = at;
	while (at < high && is_blank(c->window->data[at]))
		at++;
	for (end = at; end < high && c->window->data[end] != ';' && end - at < VALUE_BYTES; end++)
		;
	while (end > at && (is_blank(c->window->data[end - 1]) || c->window->data[end - 1] == '\''))
		end--;
	if (c->start[key] == c->end[key]) {
		c->start[key] = at;
		c->end[key] = end;
	}
}

static bool has(const struct connection *c, enum key key)
{
	return c->end[key] > c->start[key];
}

/* Reads the string around the sign at `at`. */
static bool read_connection(const struct detect_window *window, size_t at, struct connection *c)
{
	size_t low = at, high = at;
	*c = (struct connection){.window = window};
	while (low > 0 && at - low < STRING_BYTES && !ends_string(window->data[low - 1]))
		low--;
	while (high < window->size && high - at < STRING_BYTES && !ends_string(window->data[high]))
		high++;
	if (memchr(window->data + low, ';', high - low) == NULL)
		return false;
	for (size_t i = low; i < high; i++) {
		enum key key = window->data[i] == '=' ? key_before(window, i, low) : KEY_NONE;
		if (key != KEY_NONE)
			take_value(c, key, i + 1, high);
	}
	if (has(c, KEY_ACCOUNT))
		return has(c, KEY_PASSWORD) || has(c, KEY_LOGIN);
	return has(c, KEY_SERVER) &&
	       (has(c, KEY_DATABASE) || has(c, KEY_USER) || has(c, KEY_PASSWORD) || has(c, KEY_LOGIN));
}

/* --- canonical form --- */

static void add(struct detect_candidate *out, const void *bytes, size_t size)
{
	if (size > (size_t)CEIL_CANONICAL_BYTES - out->canonical_size)
		size = (size_t)CEIL_CANONICAL_BYTES - out->canonical_size;
	memcpy(out->canonical + out->canonical_size, bytes, size);
	out->canonical_size = (uint16_t)(out->canonical_size + size);
}

/* Names of users and databases, as far as they can stand in a url; others are left out. */
static bool is_name(const struct connection *c, enum key key)
{
	for (size_t i = c->start[key]; i < c->end[key]; i++)
		if (!ascii_alnum(c->window->data[i]) && memchr("-_.$", c->window->data[i], 4) == NULL)
			return false;
	return has(c, key) && c->end[key] - c->start[key] <= 64;
}

static void add_value(struct detect_candidate *out, const struct connection *c, enum key key)
{
	add(out, c->window->data + c->start[key], c->end[key] - c->start[key]);
}

static void add_login(struct detect_candidate *out, const struct connection *c)
{
	bool user = is_name(c, KEY_USER), password = has(c, KEY_PASSWORD);
	if (user)
		add_value(out, c, KEY_USER);
	if (password)
		add(out, ":***", 4);
	if (user || password)
		add(out, "@", 1);
}

/* tcp:host,1433 (SQL Server), host:3306, host\instance; the port is left out where it is SQL Server's own. */
static bool fill_server(const struct connection *c, struct detect_candidate *out)
{
	const uint8_t *text = c->window->data + c->start[KEY_SERVER];
	size_t size = c->end[KEY_SERVER] - c->start[KEY_SERVER], end = 0, port = 0;
	uint8_t host[URL_HOST_BYTES];
	if (size > 4 && memcmp(text, "tcp:", 4) == 0) {
		text += 4;
		size -= 4;
	}
	while (end < size && memchr(",:/ ", text[end], 4) == NULL)
		end++;
	while (port < 6 && end + 1 + port < size && ascii_digit(text[end + 1 + port]))
		port++;
	size_t host_size = end > 0 ? url_fold_host(text, end, host) : 0;
	out->confidence = host_size > 0 ? url_host_confidence(host, host_size) : 0;
	if (out->confidence == 0 || port > 5)
		return false;
	add(out, "database://", 11);
	add_login(out, c);
	add(out, host, host_size);
	if (port > 0 && !(port == 4 && memcmp(text + end + 1, "1433", 4) == 0)) {
		add(out, ":", 1);
		add(out, text + end + 1, port);
	}
	if (is_name(c, KEY_DATABASE)) {
		add(out, "/", 1);
		add_value(out, c, KEY_DATABASE);
	}
	return true;
}

/* The endpoint that the account's name stands for (Azure Storage, "Configure connection strings"). */
static bool fill_account(const struct connection *c, struct detect_candidate *out)
{
	static const char suffix[] = "core.windows.net";
	size_t size = c->end[KEY_ACCOUNT] - c->start[KEY_ACCOUNT];
	if (size < 3 || size > ACCOUNT_MOST)
		return false;
	for (size_t i = c->start[KEY_ACCOUNT]; i < c->end[KEY_ACCOUNT]; i++)
		if (!ascii_digit(c->window->data[i]) && !(c->window->data[i] >= 'a' && c->window->data[i] <= 'z'))
			return false;
	out->confidence = CONFIDENCE_ACCOUNT;
	add(out, "https://", 8);
	if (has(c, KEY_PASSWORD))
		add(out, ":***@", 5);
	add_value(out, c, KEY_ACCOUNT);
	add(out, ".blob.", 6);
	if (is_name(c, KEY_SUFFIX))
		add_value(out, c, KEY_SUFFIX);
	else
		add(out, suffix, sizeof suffix - 1);
	return true;
}

/* --- the detector --- */

static bool check(const struct detect_window *window, size_t at, struct detect_candidate *out)
{
	struct connection c;
	enum key named = key_before(window, at, at > LABEL_BYTES ? at - LABEL_BYTES : 0);
	if ((named != KEY_SERVER && named != KEY_ACCOUNT) || !read_connection(window, at, &c))
		return false;
	enum key key = has(&c, KEY_ACCOUNT) ? KEY_ACCOUNT : KEY_SERVER;
	size_t value = at + 1;
	while (is_blank(byte_at(window, value)))
		value++;
	if (value != c.start[key])
		return false;
	out->canonical_size = 0;
	out->start = c.start[key];
	out->end = c.end[key];
	out->form = DETECT_PLAIN;
	out->tentative = false;
	out->scheme = NULL;
	return key == KEY_ACCOUNT ? fill_account(&c, out) : fill_server(&c, out);
}

bool connection_names_store(const struct detect_window *window, size_t host)
{
	struct detect_candidate found;
	size_t at = host;
	while (at > 0 && host - at < 8 &&
		(ascii_letter(window->data[at - 1]) || window->data[at - 1] == ':' || is_blank(window->data[at - 1])))
		at--;
	return at > 0 && window->data[at - 1] == '=' && check(window, at - 1, &found) && found.start <= host &&
	       host < found.end;
}

static bool may_start(uint8_t trigger, uint8_t next)
{
	(void)trigger;
	return ascii_alnum(next) || next == ' ';
}

/* The last letter of server, host, data source, hostname and accountname; blanks may stand before the sign. */
static bool may_end_key(uint8_t byte)
{
	return byte == ' ' || byte == '\t' || (byte | 32) == 'r' || (byte | 32) == 't' || (byte | 32) == 'e';
}

/* Equals signs are rare enough to look at each. */
static void connection_string_places(struct planes *planes, uint64_t *found)
{
	const uint64_t *equals = planes->of[PLANE_EQUALS] + 1;
	const uint8_t *text = planes->text + PLANE_PLACES;
	for (size_t w = 0; w < planes->words; w++, text += PLANE_PLACES) {
		found[w] = 0;
		for (uint64_t left = equals[w]; left; left &= left - 1)
			if (may_end_key(*(text + __builtin_ctzll(left) - 1)))
				found[w] |= left & -left;
	}
}

const struct detector detector_connection_string = {
	.kind = DETECT_URL,
	.describe = "Server of a connection string, account of a storage connection string",
	.triggers = "=",
	.may_start = may_start,
	.places = connection_string_places,
	.check = check,
};
