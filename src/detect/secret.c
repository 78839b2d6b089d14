/*
 * secret: what opens something to whoever holds it. Keys and tokens by the shape that their makers publish; signatures
 * and storage keys by the parameter they stand in; passwords by a label, in connection strings or where they look
 * random. Examples of documentation and placeholders are none. The canonical form is the type and the first four
 * characters (contract 4), of a short value half of it.
 *
 * Confidence: 0.98 shape and checked content (private keys, tokens that decode, keys of exact length with their label);
 * 0.95 published prefix and length; 0.90 label in a connection string or a URL; 0.60 label and a random-looking value.
 */
#include "detect/digits.h"
#include "detect/secret_places.h"

#define CONFIDENCE_CERTAIN 98
#define CONFIDENCE_PUBLISHED 95
#define CONFIDENCE_LABELLED 90
#define CONFIDENCE_RANDOM 60

/* A longer secret is covered from its start for as many bytes: within the detectors' reach. */
#define SECRET_BYTES 900
#define VALUE_BYTES 256
#define LABEL_BYTES 40
/* The parameters of a shared access signature stand within as many bytes of one another. */
#define PARAMETERS_BYTES 400
#define FIRST_CHARACTERS 4

enum alphabet {
	ALPHABET_BASE62, /* letters and digits */
	ALPHABET_WORD,   /* with - and _ : base64url */
	ALPHABET_UPPER,  /* A-Z 2-7: base32 */
	ALPHABET_HEX,    /* lower case */
	ALPHABET_BASE64,
	ALPHABET_TILDE, /* base64url with . and ~ */
};

static bool in_alphabet(enum alphabet alphabet, uint8_t byte)
{
	switch (alphabet) {
	case ALPHABET_BASE62:
		return ascii_alnum(byte);
	case ALPHABET_WORD:
		return ascii_alnum(byte) || byte == '-' || byte == '_';
	case ALPHABET_UPPER:
		return (byte >= 'A' && byte <= 'Z') || (byte >= '2' && byte <= '7');
	case ALPHABET_HEX:
		return ascii_digit(byte) || (byte >= 'a' && byte <= 'f');
	case ALPHABET_BASE64:
		return ascii_alnum(byte) || byte == '+' || byte == '/';
	case ALPHABET_TILDE:
		return ascii_alnum(byte) || byte == '-' || byte == '_' || byte == '.' || byte == '~';
	}
	return false;
}

static size_t run_of(const struct detect_window *window, size_t at, enum alphabet alphabet, size_t most)
{
	size_t size = 0;
	while (size < most && in_alphabet(alphabet, byte_at(window, at + size)))
		size++;
	return size;
}

static bool text_at(const struct detect_window *window, size_t at, const char *text)
{
	size_t size = strlen(text);
	return at <= window->size && window->size - at >= size && memcmp(window->data + at, text, size) == 0;
}

static bool begins(const struct detect_window *window, size_t at)
{
	uint8_t before = byte_before(window, at, 1);
	return token_begins(window, at) && before != '-' && before != '+';
}

static bool fill(struct detect_candidate *out, const char *type, const struct detect_window *window, size_t start,
	size_t end, size_t first, uint8_t confidence)
{
	size_t size = strlen(type), whole = end - first,
	       shown = whole < 2 * FIRST_CHARACTERS ? whole / 2 : FIRST_CHARACTERS;
	out->start = start;
	out->end = end;
	out->form = DETECT_PLAIN;
	out->confidence = confidence;
	out->tentative = false;
	out->scheme = NULL;
	memcpy(out->canonical, type, size);
	out->canonical[size++] = ':';
	for (size_t i = 0; i < shown; i++) {
		uint8_t byte = window->data[first + i];
		out->canonical[size++] = byte > ' ' && byte < 0x7f ? byte : '?';
	}
	out->canonical_size = (uint16_t)size;
	return true;
}

/* --- what is no secret --- */

/* Does the word (lower case) stand in these bytes? */
static bool holds(const uint8_t *text, size_t size, const char *word)
{
	size_t length = strlen(word);
	for (size_t at = 0; at + length <= size; at++) {
		size_t i = 0;
		while (i < length && (text[at + i] >= 'A' && text[at + i] <= 'Z' ? text[at + i] | 32 : text[at + i]) ==
					     (uint8_t)word[i])
			i++;
		if (i == length)
			return true;
	}
	return false;
}

static size_t distinct_bytes(const uint8_t *text, size_t size)
{
	uint8_t seen[256] = {0};
	size_t count = 0;
	for (size_t i = 0; i < size; i++) {
		count += seen[text[i]] == 0;
		seen[text[i]] = 1;
	}
	return count;
}

static bool is_placeholder(const uint8_t *text, size_t size)
{
	static const char *const words[] = {"example", "xxxx", "****", "....", "changeme", "change_me", "placeholder",
		"your", "dummy", "redacted", "sample", "insert", "abcdefgh", "01234567", "12345678",
		"@entry=" /* of a debugger */, NULL};
	for (const char *const *word = words; *word; word++)
		if (holds(text, size, *word))
			return true;
	return false;
}

/* --- tokens with a published prefix --- */

struct token {
	const char *prefix, *type;
	uint8_t back; /* of the prefix, before the trigger */
	enum alphabet alphabet;
	uint8_t least, most; /* behind the prefix */
};
static const struct token tokens[] = {
	{"AKIA", "access_key", 0, ALPHABET_UPPER, 16, 16}, /* AWS IAM user guide, unique identifiers */
	{"ASIA", "access_key", 0, ALPHABET_UPPER, 16, 16},
	{"ghp_", "github_token", 0, ALPHABET_BASE62, 36, 36}, /* GitHub docs, token formats */
	{"gho_", "github_token", 0, ALPHABET_BASE62, 36, 36},
	{"ghu_", "github_token", 0, ALPHABET_BASE62, 36, 36},
	{"ghs_", "github_token", 0, ALPHABET_BASE62, 36, 36},
	{"ghr_", "github_token", 0, ALPHABET_BASE62, 36, 76},
	{"github_pat_", "github_token", 5, ALPHABET_WORD, 82, 82},
	{"glpat-", "gitlab_token", 0, ALPHABET_WORD, 20, 64}, /* GitLab docs, token prefixes */
	{"gldt-", "gitlab_token", 0, ALPHABET_WORD, 20, 64},
	{"glrt-", "gitlab_token", 0, ALPHABET_WORD, 20, 64},
	{"glft-", "gitlab_token", 0, ALPHABET_WORD, 20, 64},
	{"glcbt-", "gitlab_token", 0, ALPHABET_WORD, 20, 64},
	{"glptt-", "gitlab_token", 0, ALPHABET_HEX, 40, 40},
	{"glimt-", "gitlab_token", 0, ALPHABET_WORD, 25, 64},
	{"gloas-", "gitlab_token", 0, ALPHABET_WORD, 64, 64},
	{"glsoat-", "gitlab_token", 0, ALPHABET_WORD, 20, 64},
	{"glffct-", "gitlab_token", 0, ALPHABET_WORD, 20, 64},
	{"glagent-", "gitlab_token", 0, ALPHABET_WORD, 50, 64},
	{"glsa_", "grafana_token", 0, ALPHABET_WORD, 41, 41}, /* Grafana docs, service accounts, access policies */
	{"glc_", "grafana_token", 0, ALPHABET_BASE64, 32, 240},
	{"xoxb-", "slack_token", 0, ALPHABET_WORD, 24, 200}, /* Slack docs, token types */
	{"xoxp-", "slack_token", 0, ALPHABET_WORD, 24, 200},
	{"xoxa-", "slack_token", 0, ALPHABET_WORD, 24, 200},
	{"xoxr-", "slack_token", 0, ALPHABET_WORD, 24, 200},
	{"xoxs-", "slack_token", 0, ALPHABET_WORD, 24, 200},
	{"sk_live_", "stripe_key", 1, ALPHABET_BASE62, 24, 200}, /* Stripe docs, API keys */
	{"rk_live_", "stripe_key", 1, ALPHABET_BASE62, 24, 200},
	{"rk_test_", "stripe_key", 1, ALPHABET_BASE62, 24, 200},
	{"sk_test_", "stripe_key", 1, ALPHABET_BASE62, 24, 200},
	{"sk-proj-", "key", 1, ALPHABET_WORD, 40, 200}, /* OpenAI and Anthropic docs; others write theirs alike */
	{"sk-ant-", "key", 1, ALPHABET_WORD, 40, 200},
	{"sk-", "key", 1, ALPHABET_BASE62, 32, 64},
	{"AIza", "google_key", 0, ALPHABET_WORD, 35, 35}, /* Google Cloud docs, API keys */
	{"npm_", "npm_token", 2, ALPHABET_BASE62, 36, 36},
};

static bool find_token(const struct detect_window *window, size_t at, struct detect_candidate *out)
{
	for (size_t n = 0; n < sizeof tokens / sizeof *tokens; n++) {
		const struct token *token = &tokens[n];
		size_t start = at - token->back, prefix = strlen(token->prefix);
		if (at < token->back || !text_at(window, start, token->prefix) || !begins(window, start))
			continue;
		size_t size = run_of(window, start + prefix, token->alphabet, token->most + 1u);
		const uint8_t *value = window->data + start + prefix;
		if (size < token->least || size > token->most || ascii_alnum(byte_at(window, start + prefix + size)) ||
			distinct_bytes(value, size) < 7 || is_placeholder(value, size))
			return false;
		/* the prefix is the same for all of a kind: what follows it tells them apart, except where it is the
		 * key */
		size_t first = strcmp(token->type, "access_key") == 0 ? start : start + prefix;
		return fill(out, token->type, window, start, start + prefix + size, first, CONFIDENCE_PUBLISHED);
	}
	return false;
}

/* Client secrets of Microsoft Entra: three characters, a digit, Q~ and 31 to 34 more; the trigger is the Q. */
static bool find_entra_secret(const struct detect_window *window, size_t at, struct detect_candidate *out)
{
	if (at < 4 || !ascii_digit(window->data[at - 1]) || !begins(window, at - 4) ||
		run_of(window, at - 4, ALPHABET_TILDE, 4) != 4)
		return false;
	size_t size = run_of(window, at + 2, ALPHABET_TILDE, 35);
	if (size < 31 || size > 34 || distinct_bytes(window->data + at + 2, size) < 10)
		return false;
	return fill(out, "client_secret", window, at - 4, at + 2 + size, at - 4, CONFIDENCE_PUBLISHED);
}

/* --- JSON Web Tokens (RFC 7519): header, payload and signature in base64url; the header is an object with "alg" --- */

static int base64url_value(uint8_t byte)
{
	return byte >= 'A' && byte <= 'Z'   ? byte - 'A'
	       : byte >= 'a' && byte <= 'z' ? byte - 'a' + 26
	       : ascii_digit(byte)          ? byte - '0' + 52
	       : byte == '-'                ? 62
	       : byte == '_'                ? 63
					    : -1;
}

static bool is_header(const uint8_t *text, size_t size)
{
	uint8_t plain[512];
	size_t length = 0;
	uint32_t bits = 0;
	for (size_t i = 0; i < size && length + 1 < sizeof plain; i++) {
		bits = bits << 6 | (uint32_t)base64url_value(text[i]);
		if (i % 4 > 0)
			plain[length++] = (uint8_t)(bits >> (6 - 2 * (i % 4)));
	}
	while (length > 0 && (plain[length - 1] == ' ' || plain[length - 1] == '\n'))
		length--;
	return length > 8 && plain[0] == '{' && plain[length - 1] == '}' && memmem(plain, length, "\"alg\"", 5) != NULL;
}

static bool find_web_token(const struct detect_window *window, size_t at, struct detect_candidate *out)
{
	size_t start = at - 1;
	if (at == 0 || window->data[start] != 'e' || !begins(window, start))
		return false;
	size_t header = run_of(window, start, ALPHABET_WORD, 600), payload = start + header + 1;
	if (byte_at(window, payload - 1) != '.' || !is_header(window->data + start, header))
		return false;
	size_t room = SECRET_BYTES - header - 1, size = run_of(window, payload, ALPHABET_WORD, room);
	if (size < 4)
		return false;
	size_t end = payload + size, first_back = size;
	if (size < room) {
		size_t signature =
			byte_at(window, end) == '.' ? run_of(window, end + 1, ALPHABET_WORD, room - size - 1) : 0;
		if (signature < 16)
			return false;
		end += 1 + signature;
		first_back = signature;
	}
	/* nearly all payloads begin alike: the signature tells tokens apart */
	return fill(out, "web_token", window, start, end, end - first_back, CONFIDENCE_CERTAIN);
}

/* --- private keys (RFC 7468), also inside a JSON string --- */

static size_t pass_escape(const struct detect_window *window, size_t at)
{
	uint8_t byte = byte_at(window, at), next = byte_at(window, at + 1);
	if (byte == ' ' || byte == '\t' || byte == '\r' || byte == '\n' || byte == '"' || byte == '>')
		return 1;
	return byte == '\\' && (next == 'n' || next == 'r') ? 2 : 0;
}

/* The trigger is the last dash before BEGIN. */
static bool find_private_key(const struct detect_window *window, size_t at, struct detect_candidate *out)
{
	static const char end_mark[] = "-----END ";
	if (at < 4 || !text_at(window, at - 4, "-----BEGIN "))
		return false;
	size_t start = at - 4, p = at + 7, first = 0, count = 0;
	while (p < at + 40 && ((byte_at(window, p) >= 'A' && byte_at(window, p) <= 'Z') || byte_at(window, p) == ' '))
		p++;
	if (!holds(window->data + at + 1, p - at - 1, "private key") || !text_at(window, p, "-----"))
		return false;
	/* headers of older forms (Proc-Type, Version) stand on lines of their own */
	for (p += 5; p < start + SECRET_BYTES && p < window->size; p++) {
		size_t escape = pass_escape(window, p);
		if (text_at(window, p, end_mark))
			break;
		if (escape == 2) {
			p++;
			continue;
		}
		bool body = in_alphabet(ALPHABET_BASE64, window->data[p]) || window->data[p] == '=';
		if (!body && escape == 0 && memchr(":,-.()", window->data[p], 6) == NULL)
			break;
		if (count < 32) {
			count = body ? count + 1 : 0;
			first = p + 1 - count;
		}
	}
	if (count < 32)
		return false;
	if (text_at(window, p, end_mark)) {
		size_t mark = p + sizeof end_mark - 1;
		while (mark < p + 48 && ((byte_at(window, mark) >= 'A' && byte_at(window, mark) <= 'Z') ||
						byte_at(window, mark) == ' ' || byte_at(window, mark) == '-'))
			mark++;
		p = mark <= start + SECRET_BYTES ? mark : p;
	} else {
		while (p > start && pass_escape(window, p - 1) != 0)
			p--;
	}
	return fill(out, "private_key", window, start, p, first, CONFIDENCE_CERTAIN);
}

/* --- shared access signatures of Azure: sig= with a version or an expiry beside it --- */

static bool in_parameters(uint8_t byte)
{
	return byte > ' ' && byte < 0x7f && byte != '"' && byte != '<' && byte != '>';
}

/* Does `sv=` or `se=` stand in the same run of parameters? */
static bool is_access_signature(const struct detect_window *window, size_t at)
{
	size_t low = at, high = at;
	while (low > 0 && at - low < PARAMETERS_BYTES && in_parameters(window->data[low - 1]))
		low--;
	while (high < window->size && high - at < PARAMETERS_BYTES && in_parameters(window->data[high]))
		high++;
	for (size_t i = low; i + 3 < high; i++) {
		const uint8_t *p = window->data + i;
		bool edge = i == low || memchr("?&;=6Ff", p[-1], 7) != NULL; /* %26, %3F */
		if (edge && p[0] == 's' && (p[1] == 'v' || p[1] == 'e') &&
			(p[2] == '=' || (p[2] == '%' && p[3] == '3')))
			return true;
	}
	return false;
}

/* sig as a parameter's name: behind a sign, or behind an encoded one (%26, \u0026). */
static bool names_signature(const struct detect_window *window, size_t at)
{
	if (at < 2 || !text_at(window, at - 2, "sig"))
		return false;
	return !ascii_alnum(byte_before(window, at - 2, 1)) || (at >= 5 && text_at(window, at - 5, "%26")) ||
	       (at >= 7 && text_at(window, at - 7, "u0026"));
}

/* One character of a signature, raw, percent-encoded, or percent-encoded twice; its bytes, 0 when there is none. */
static size_t signature_character(const struct detect_window *window, size_t p, uint8_t *out)
{
	static const struct {
		char text[6];
		uint8_t byte;
	} escapes[] = {{"%2B", '+'}, {"%2b", '+'}, {"%2F", '/'}, {"%2f", '/'}, {"%3D", '='}, {"%3d", '='},
		{"%252B", '+'}, {"%252b", '+'}, {"%252F", '/'}, {"%252f", '/'}, {"%253D", '='}, {"%253d", '='}};
	*out = byte_at(window, p);
	if (*out != '%')
		return in_alphabet(ALPHABET_BASE64, *out) || (*out != 0 && memchr("=-_", *out, 3) != NULL) ? 1 : 0;
	for (size_t n = 0; n < sizeof escapes / sizeof *escapes; n++) {
		if (text_at(window, p, escapes[n].text)) {
			*out = escapes[n].byte;
			return strlen(escapes[n].text);
		}
	}
	return 0;
}

/* The trigger is the g of sig; 32 bytes in base64, nearly always percent-encoded. */
static bool find_signature(const struct detect_window *window, size_t at, struct detect_candidate *out)
{
	bool escaped = text_at(window, at + 1, "%3D") || text_at(window, at + 1, "%3d");
	uint8_t text[45];
	size_t start = at + (escaped ? 4 : 2), p = start, count = 0, used;
	if (!names_signature(window, at) || (!escaped && byte_at(window, at + 1) != '='))
		return false;
	while (count < sizeof text && (used = signature_character(window, p, &text[count])) > 0) {
		p += used;
		count++;
	}
	if (count < 43 || count > 44 || distinct_bytes(text, count) < 12 || !is_access_signature(window, at - 2))
		return false;
	fill(out, "access_signature", window, start, p, start, CONFIDENCE_CERTAIN);
	memcpy(out->canonical + out->canonical_size - FIRST_CHARACTERS, text, FIRST_CHARACTERS);
	out->form = p - start > count ? DETECT_ENCODED : DETECT_PLAIN;
	return true;
}

/* --- values behind a label --- */

enum label {
	LABEL_NONE,
	LABEL_STORAGE_KEY,
	LABEL_BUS_KEY,
	LABEL_AWS_SECRET,
	LABEL_KEY_ID,
	LABEL_PASSWORD_WORD,
	LABEL_PASS, /* a word of its own: DB_PASS, dbPass, no bypass */
	LABEL_CLIENT_SECRET,
	LABEL_TOKEN_WORD,
	LABEL_TOKEN, /* token alone: a pageToken opens nothing */
};

/* The identifier that ends before `end`, in lower case without its signs; its size. */
static size_t label_text(const struct detect_window *window, size_t end, char out[LABEL_BYTES])
{
	size_t start = end, size = 0;
	while (start > 0 && end - start < LABEL_BYTES - 1 &&
		(ascii_alnum(window->data[start - 1]) || memchr("_-.", window->data[start - 1], 3) != NULL))
		start--;
	for (size_t i = start; i < end; i++) {
		uint8_t byte = window->data[i];
		if (ascii_alnum(byte))
			out[size++] = (char)(byte >= 'A' && byte <= 'Z' ? byte | 32 : byte);
	}
	return size;
}

static enum label label_of(const char *text, size_t size)
{
	static const struct {
		const char *word;
		enum label label;
	} words[] = {
		{"accountkey", LABEL_STORAGE_KEY},
		{"storagekey", LABEL_STORAGE_KEY},
		{"sharedaccesskey", LABEL_BUS_KEY},
		{"secretaccesskey", LABEL_AWS_SECRET},
		{"awssecretkey", LABEL_AWS_SECRET},
		{"privatekeyid", LABEL_KEY_ID},
		{"password", LABEL_PASSWORD_WORD},
		{"passwd", LABEL_PASSWORD_WORD},
		{"pwd", LABEL_PASSWORD_WORD},
		{"pass", LABEL_PASS},
		{"clientsecret", LABEL_CLIENT_SECRET},
		{"apikey", LABEL_TOKEN_WORD},
		{"secretkey", LABEL_TOKEN_WORD},
		{"accesstoken", LABEL_TOKEN_WORD},
		{"authtoken", LABEL_TOKEN_WORD},
		{"apitoken", LABEL_TOKEN_WORD},
		{"refreshtoken", LABEL_TOKEN_WORD},
		{"secrettoken", LABEL_TOKEN_WORD},
		{"token", LABEL_TOKEN},
	};
	for (size_t n = 0; n < sizeof words / sizeof *words; n++) {
		size_t length = strlen(words[n].word);
		if (size >= length && memcmp(text + size - length, words[n].word, length) == 0)
			return words[n].label;
	}
	return LABEL_NONE;
}

struct value {
	size_t start, end;
	uint8_t sign; /* = or : */
	bool quoted;
};

static size_t pass_blanks(const struct detect_window *window, size_t at)
{
	size_t from = at;
	while (at - from < 3 && (byte_at(window, at) == ' ' || byte_at(window, at) == '\t'))
		at++;
	return at;
}

/* A quote, escaped or not: its byte, and behind it. */
static uint8_t pass_quote(const struct detect_window *window, size_t *at)
{
	size_t p = *at + (byte_at(window, *at) == '\\');
	uint8_t byte = byte_at(window, p);
	if (byte != '"' && byte != '\'')
		return 0;
	*at = p + 1;
	return byte;
}

static bool read_value(const struct detect_window *window, size_t at, struct value *out)
{
	pass_quote(window, &at);
	at = pass_blanks(window, at);
	out->sign = byte_at(window, at);
	if (out->sign != '=' && out->sign != ':')
		return false;
	uint8_t second = byte_at(window, at + 1); /* => and := */
	at = pass_blanks(window, at + 1 + (out->sign == '=' ? second == '>' : second == '='));
	uint8_t quote = pass_quote(window, &at);
	out->quoted = quote != 0;
	out->start = out->end = at;
	for (; out->end < window->size && out->end - at <= VALUE_BYTES; out->end++) {
		uint8_t byte = window->data[out->end];
		if (byte <= ' ' || byte == '\\' || byte == '"' || byte == 0x7f || (quote != 0 && byte == quote) ||
			(quote == 0 && memchr(",;&'<>)]}|", byte, 10) != NULL))
			break;
	}
	return out->end > at && out->end - at <= VALUE_BYTES;
}

/* May the $ at `i` begin a variable? Not in front of a digit: nobody's shell has arguments in a file of settings. */
static bool is_variable(const uint8_t *text, size_t size, size_t i)
{
	return text[i] == '$' && (i == 0 || i + 1 == size || !ascii_digit(text[i + 1]));
}

static bool has_variable(const uint8_t *text, size_t size)
{
	for (size_t i = 0; i < size; i++)
		if (is_variable(text, size, i))
			return true;
	return false;
}

/* Letters, digits and something more, and no sign of code: a person or a generator made it up to be hard to guess. In
 * quotes a sign in the middle does for the digit, and $ begins no variable before a sign. */
static bool looks_random(const uint8_t *text, size_t size, size_t least, bool quoted)
{
	bool upper = false, small = false, digit = false, other = false, sign = false;
	if (size < least || size > 128 || distinct_bytes(text, size) < 6)
		return false;
	for (size_t i = 0; i < size; i++) {
		if (memchr("(){}[]<> ", text[i], 9) != NULL || text[i] >= 0x80 ||
			(!quoted && is_variable(text, size, i)))
			return false;
		sign |= i > 0 && i + 1 < size && memchr("!#%&*+=?@^~$", text[i], 12) != NULL;
		upper |= text[i] >= 'A' && text[i] <= 'Z';
		small |= text[i] >= 'a' && text[i] <= 'z';
		digit |= ascii_digit(text[i]);
		other |= !ascii_alnum(text[i]) && text[i] != '_' && text[i] != '.' && text[i] != '/';
	}
	if (quoted && sign && upper && small && memchr(text, '/', size) == NULL)
		return true;
	/* a path, a variable, a number or a name in a program is none of them */
	return !has_variable(text, size - quoted) && digit && small && (upper || other || size >= 20) &&
	       memchr(text, '/', size) == NULL;
}

/* Other keys of a connection string stand on the same line: Server=...;User Id=...;Password=... */
static bool in_connection_string(const struct detect_window *window, size_t at)
{
	static const char *const keys[] = {"server=", "data source=", "host=", "uid=", "user id=", "username=", "user=",
		"initial catalog=", "database=", "dsn=", NULL};
	size_t low = at, high = at;
	while (low > 0 && at - low < PARAMETERS_BYTES && window->data[low - 1] != '\n')
		low--;
	while (high < window->size && high - at < PARAMETERS_BYTES / 2 && window->data[high] != '\n')
		high++;
	if (memchr(window->data + low, ';', high - low) == NULL)
		return false;
	for (const char *const *key = keys; *key; key++)
		if (holds(window->data + low, high - low, *key))
			return true;
	return false;
}

static bool is_word(const uint8_t *text, size_t size, const char *word)
{
	return size == strlen(word) && holds(text, size, word);
}

/* What stands for a password where none is. */
static bool is_no_password(const uint8_t *text, size_t size)
{
	static const char *const words[] = {"password", "passwd", "pwd", "secret", "null", "none", "true", "false",
		"empty", "string", "required", "hidden", NULL};
	for (const char *const *word = words; *word; word++)
		if (is_word(text, size, *word))
			return true;
	return size < 4 || distinct_bytes(text, size) < 3 || memchr("$%{<@*[(", text[0], 8) != NULL ||
	       is_placeholder(text, size);
}

static bool check_key(const struct detect_window *window, const struct value *value, enum alphabet alphabet,
	size_t least, size_t signs, const char *type, struct detect_candidate *out)
{
	size_t size = run_of(window, value->start, alphabet, least + 1), end = value->start + size;
	for (size_t i = 0; i < signs; i++, end++)
		if (byte_at(window, end) != '=')
			return false;
	if (size != least || byte_at(window, end) == '=' || distinct_bytes(window->data + value->start, size) < 8 ||
		is_placeholder(window->data + value->start, size))
		return false;
	return fill(out, type, window, value->start, end, value->start, CONFIDENCE_CERTAIN);
}

/* A value whose prefix says what it is needs no label. */
static bool has_prefix(const struct detect_window *window, size_t at)
{
	for (size_t n = 0; n < sizeof tokens / sizeof *tokens; n++) {
		size_t prefix = strlen(tokens[n].prefix), least = tokens[n].least;
		if (text_at(window, at, tokens[n].prefix) &&
			run_of(window, at + prefix, tokens[n].alphabet, least) == least)
			return true;
	}
	return text_at(window, at, "eyJ");
}

/* A word begins at `at`: behind a sign, or as the next one of dbPass. */
static bool is_word_start(const struct detect_window *window, size_t at)
{
	uint8_t before = byte_before(window, at, 1), first = byte_at(window, at);
	return !ascii_alnum(before) || (first == 'P' && (ascii_digit(before) || before >= 'a'));
}

/* /etc/passwd: and what stands in it. */
static bool is_file_name(const struct detect_window *window, size_t end)
{
	while (end > 0 && ascii_alnum(window->data[end - 1]))
		end--;
	return byte_before(window, end, 1) == '/';
}

/* What stands in quotes behind IDENTIFIED BY (SQL); the trigger is the blank before it. */
static bool find_identified(const struct detect_window *window, size_t at, struct detect_candidate *out)
{
	static const char words[] = "IDENTIFIED BY";
	size_t size = sizeof words - 1, start = at + 2, end = start;
	uint8_t quote = byte_at(window, at + 1);
	if (at < size || !text_at(window, at - size, words))
		return false;
	while (end < window->size && end - start <= VALUE_BYTES && window->data[end] > ' ' &&
		window->data[end] != quote)
		end++;
	if (byte_at(window, end) != quote || is_no_password(window->data + start, end - start))
		return false;
	return fill(out, "password", window, start, end, start, CONFIDENCE_LABELLED);
}

/* The label ends before `end`. */
static bool find_labelled(const struct detect_window *window, size_t end, struct detect_candidate *out)
{
	char text[LABEL_BYTES];
	struct value value;
	size_t size_of_label = label_text(window, end, text);
	enum label label = label_of(text, size_of_label);
	if (label == LABEL_NONE || !read_value(window, end, &value) || has_prefix(window, value.start))
		return false;
	const uint8_t *bytes = window->data + value.start;
	size_t size = value.end - value.start;
	switch (label) {
	case LABEL_STORAGE_KEY:
		return check_key(window, &value, ALPHABET_BASE64, 86, 2, "storage_key", out);
	case LABEL_BUS_KEY:
		return check_key(window, &value, ALPHABET_BASE64, 43, 1, "shared_access_key", out);
	case LABEL_AWS_SECRET:
		return check_key(window, &value, ALPHABET_BASE64, 40, 0, "secret_key", out);
	case LABEL_KEY_ID:
		return check_key(window, &value, ALPHABET_HEX, 40, 0, "private_key_id", out);
	case LABEL_PASS:
		if (!is_word_start(window, end - 4))
			return false;
		/* fall through */
	case LABEL_PASSWORD_WORD:
		if (is_no_password(bytes, size) || (value.sign == ':' && is_file_name(window, end)))
			return false;
		if (value.sign == '=' && in_connection_string(window, value.start))
			return fill(out, "password", window, value.start, value.end, value.start, CONFIDENCE_LABELLED);
		return looks_random(bytes, size, 8, value.quoted) &&
		       fill(out, "password", window, value.start, value.end, value.start, CONFIDENCE_RANDOM);
	case LABEL_TOKEN:
		if (size_of_label != strlen("token"))
			return false;
		/* fall through */
	case LABEL_CLIENT_SECRET:
	case LABEL_TOKEN_WORD:
		return !is_no_password(bytes, size) && looks_random(bytes, size, 16, false) &&
		       fill(out, label == LABEL_CLIENT_SECRET ? "client_secret" : "key", window, value.start, value.end,
			       value.start, CONFIDENCE_RANDOM);
	case LABEL_NONE:
		break;
	}
	return false;
}

/* --- the detector --- */

static bool check(const struct detect_window *window, size_t at, struct detect_candidate *out)
{
	uint8_t byte = window->data[at], next = byte_at(window, at + 1);
	switch (byte) {
	case '-':
		return find_private_key(window, at, out);
	case 'Q':
		return find_entra_secret(window, at, out);
	case ' ':
		if (next == '\'' || next == '"')
			return find_identified(window, at, out);
		return at > 0 && next != '\\' && find_labelled(window, at, out);
	case 'y':
		return next == 'J' ? find_web_token(window, at, out) : find_labelled(window, at + 1, out);
	case 's': /* pass */
	case 'S':
		return (byte_before(window, at, 1) | 32) == 's' && (byte_before(window, at, 2) | 32) == 'a' &&
		       find_labelled(window, at + 1, out);
	case 'n': /* token */
	case 'N':
		return (byte_before(window, at, 1) | 32) == 'e' && (byte_before(window, at, 2) | 32) == 'k' &&
		       find_labelled(window, at + 1, out);
	case 'd':
	case 'D':
	case 'Y':
	case 't':
	case 'T':
		return find_labelled(window, at + 1, out);
	case 'g':
		if (next == '=' || next == '%')
			return find_signature(window, at, out);
		return find_token(window, at, out);
	default:
		return find_token(window, at, out);
	}
}

const struct detector detector_secret = {
	.kind = DETECT_SECRET,
	.describe = "Keys, tokens, signatures, private keys, and passwords with a label",
	.triggers = "AgbkmxyQ- dDYtTsSnN",
	.may_start = secret_may_start,
	.places = secret_places,
	.check = check,
};
