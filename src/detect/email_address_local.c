/*
 * The part before the sign. Read forward from the first byte that can belong to it, so that escapes are undone as
 * written; what stays is the longest run of allowed characters that ends at the sign. An address is taken whole or not
 * at all: too long, part of another's domain or of a URL's password, it is none.
 */
#include "detect/email_address.h"

#include "base/utf8.h"
#include "detect/digits.h"

/* Raw bytes of a local part: 64 characters, nearly all written as entities. */
#define RAW_BYTES 640
/* Read first: nearly always all of it, and a tenth of the cost where every byte is part of an escape. */
#define NEAR_BYTES 96
/* No escape is longer, so that reading is in step behind as many bytes. */
#define ESCAPE_BYTES 24

/* Bytes that end a local part before any escape is undone: blanks, brackets and what glues addresses together. */
static bool hard_end(uint8_t byte)
{
	/* one bit for each byte: controls, space, delete and "(),/:<>?@[]`{|} */
	static const uint32_t hard[8] = {0xffffffff, 0xd4009305, 0x28000001, 0xb8000001, 0x0, 0x0, 0x0, 0x0};
	return hard[byte >> 5] >> (byte & 31) & 1;
}

static const uint8_t *raw_start(const uint8_t *data, const uint8_t *end, enum email_context context)
{
	const uint8_t *p = end, *broken;
	while (p > data && end - p < RAW_BYTES) {
		if (p[-1] == '\n' && email_soft_break(data, p - 1, context, &broken))
			p = broken;
		else if (hard_end(p[-1]))
			break;
		else
			p--;
	}
	const uint8_t *code = p; /* the rest of a terminal code in front */
	while (code < end && ((*code >= '0' && *code <= '9') || *code == ';'))
		code++;
	return code < end && behind_terminal_code(data, (size_t)(code + 1 - data)) ? code + 1 : p;
}

/* At "=\n" or "=\r\n" of a broken quoted-printable line: its size, else 0. */
static size_t soft_break_at(const struct detect_window *window, const uint8_t *p, enum email_context context)
{
	const uint8_t *end = window->data + window->size, *first;
	if (*p != '=')
		return 0;
	const uint8_t *line_feed = end - p >= 3 && p[1] == '\r' ? p + 2 : p + 1;
	if (line_feed >= end || !email_soft_break(window->data, line_feed, context, &first) || first != p)
		return 0;
	return (size_t)(line_feed + 1 - p);
}

struct run {
	struct email_local *out;
	size_t dots; /* in a row, at its end */
	bool too_long, ideograms_only;
	enum email_class last;
	uint32_t last_code;
};

static void run_reset(struct run *run)
{
	struct email_local *out = run->out;
	*run = (struct run){.out = out, .ideograms_only = true, .last = EMAIL_STOP};
	out->size = 0;
	out->encoded = out->odd = out->non_ascii = false;
}

static void run_append(struct run *run, const struct email_char *c, size_t at)
{
	struct email_local *out = run->out;
	if (out->size == 0)
		out->start = at;
	uint8_t bytes[4];
	size_t size = (size_t)st_utf8_encode(c->code, bytes);
	if (out->size + size > EMAIL_LOCAL_BYTES) {
		run->too_long = true;
		return;
	}
	memcpy(out->text + out->size, bytes, size);
	out->size += size;
	out->encoded |= c->encoded;
	out->non_ascii |= c->code >= 0x80;
	run->last = c->class;
	run->last_code = c->code;
}

/* Takes one more character into the run, or begins it anew. */
static void run_take(struct run *run, const struct email_char *c, size_t at)
{
	bool begun = run->out->size > 0 || run->too_long;
	switch (c->class) {
	case EMAIL_STOP:
		run_reset(run);
		return;
	case EMAIL_INVISIBLE:
		run->out->encoded |= begun;
		return;
	case EMAIL_DOT:
		if (!begun)
			return;
		if (++run->dots > 2) { /* an ellipsis before the address */
			run_reset(run);
			return;
		}
		run->out->odd |= run->dots > 1;
		run_append(run, c, at);
		return;
	case EMAIL_DASH:
	case EMAIL_INNER:
		if (begun)
			run_append(run, c, at);
		break;
	case EMAIL_ALNUM:
		/* running text without spaces, glued to the address */
		if (run->last == EMAIL_IDEOGRAM && run->ideograms_only && c->code > '9')
			run_reset(run);
		run->ideograms_only = false;
		run_append(run, c, at);
		break;
	case EMAIL_IDEOGRAM:
	case EMAIL_UNDERSCORE:
	case EMAIL_LETTER:
		if (c->class == EMAIL_LETTER)
			run->ideograms_only = false;
		run_append(run, c, at);
		break;
	}
	run->dots = 0;
}

static bool has_letter(const struct email_local *local)
{
	for (size_t i = 0; i < local->size; i++)
		if ((unsigned)(local->text[i] | 32) - 'a' < 26 || local->text[i] >= 0x80)
			return true;
	return false;
}

/* Words that no mailbox is called, before a sign that stands apart: "the @contoso.com domain". English, Italian,
 * French, German, Spanish. */
static const char *const no_names[] = {"a", "account", "add", "added", "address", "addresses", "adresse", "all", "alla",
	"am", "an", "and", "any", "are", "as", "at", "be", "bei", "by", "cc", "con", "da", "de", "dem", "der", "di",
	"die", "direccion", "domain", "domaine", "dominio", "el", "email", "emails", "en", "et", "for", "from", "if",
	"il", "import", "in", "indirizzo", "is", "la", "le", "mit", "my", "new", "not", "of", "on", "or", "ou", "our",
	"par", "per", "por", "remove", "removed", "replace", "replaced", "return", "su", "that", "the", "their", "this",
	"to", "un", "und", "une", "using", "via", "von", "was", "with", "y", "your", "zu", NULL};
/* Words that make "at" a preposition: "visit us at contoso dot com". */
static const char *const before_at[] = {"about", "arrive", "available", "been", "but", "call", "class", "come",
	"download", "find", "folks", "found", "go", "guys", "here", "him", "host", "hosted", "it", "join", "live",
	"living", "located", "log", "login", "look", "looking", "looks", "me", "meet", "meeting", "met", "o", "online",
	"out", "page", "party", "people", "posted", "published", "read", "see", "seen", "sign", "site", "sold",
	"thanks", "them", "there", "up", "us", "visit", "we", "website", "were", "work", "working", "works", "you",
	NULL};

/* Elided words of Italian and French that no family name begins with; "d'angelo" and "dell'orto" are people. */
static const char *const elided[] = {"all'", "nell'", "sull'", "quell'", "un'", "qu'", "jusqu'", "lorsqu'", NULL};

/* dell'info@ and l'assistenza@ name a mailbox behind an article. */
static size_t elision(const struct email_local *local)
{
	const uint8_t *quote = memchr(local->text, '\'', local->size);
	if (!quote || local->encoded || quote + 1 == local->text + local->size)
		return 0;
	size_t size = (size_t)(quote + 1 - local->text);
	if (email_is_word(local->text, size, elided))
		return size;
	return detect_is_role_mailbox((struct st_span){quote + 1, local->size - size}) ? size : 0;
}

/* A scheme in whose urls the user's place names a container: abfss://container@account.dfs.core.windows.net. */
static bool names_container(const struct detect_window *window, size_t colon)
{
	static const char *const schemes[] = {"abfs", "abfss", "wasb", "wasbs"};
	for (size_t n = 0; n < sizeof schemes / sizeof *schemes; n++) {
		size_t size = strlen(schemes[n]);
		if (colon >= size && email_word_at(window->data + colon - size, window->data + colon, schemes[n]))
			return true;
	}
	return false;
}

/* "scheme://user:password@host": what stands before the sign is a password, or the container of a storage url. */
static bool url_password(const struct detect_window *window, size_t end)
{
	const uint8_t *data = window->data;
	bool colon = false;
	size_t low = end > 2 * EMAIL_LOCAL_BYTES ? end - 2 * EMAIL_LOCAL_BYTES : 0;
	for (size_t at = end; at > low; at--) {
		uint8_t byte = data[at - 1];
		if (byte == '/') {
			size_t sign = at >= 3 && memcmp(data + at - 3, "://", 3) == 0       ? 3
				      : at >= 5 && memcmp(data + at - 5, ":\\/\\/", 5) == 0 ? 5
											    : 0;
			return sign > 0 && (colon || names_container(window, at - sign));
		}
		if (byte <= ' ' || byte == '"' || byte == '<' || byte == '>' || byte == ',' || byte == ';')
			return false;
		colon |= byte == ':';
	}
	return false;
}

/* Is the sign of another address right before it? A NUL stands for one that was replaced. */
static bool behind_sign(const struct detect_window *window, size_t start)
{
	return start >= 2 && window->data[start - 1] == '@' &&
	       (window->data[start - 2] == 0 || !hard_end(window->data[start - 2]));
}

/*
 * anna@contoso.com-bob@fabrikam.com: what was read as one local part begins with the domain of the address before it,
 * and the rest of it is this one's. False: a@b.example@c.example, the second sign has no local part of its own.
 */
static bool cut_other_domain(const struct detect_window *window, size_t end, struct email_local *local)
{
	const struct email_sign other = {.start = local->start - 1, .end = local->start};
	struct email_domain domain;
	if (local->encoded || local->size != end - local->start ||
		!email_domain_at(window, local->start, &other, &domain))
		return false;
	size_t start = domain.end;
	while (start < end && window->data[start] < 0x80 && !ascii_alnum(window->data[start]))
		start++;
	if (start == domain.end || start >= end)
		return false;
	local->size = end - start;
	local->start = start;
	memcpy(local->text, window->data + start, local->size);
	return true;
}

/* The quote behind this byte ends a string, as in the formula ="anna"&"@contoso.com". */
static bool ends_a_string(uint8_t before)
{
	return (unsigned)(before | 32) - 'a' < 26 || (unsigned)before - '0' < 10 || before >= 0x80 ||
	       memchr(".!?_-\\\"", before, 7) != NULL;
}

/* "quoted string"@domain (RFC 5321 4.1.2), kept as written. */
static bool quoted_local(const struct detect_window *window, size_t end, struct email_local *out)
{
	size_t at = end - 1; /* the closing quote */
	while (at > 0 && end - at < EMAIL_LOCAL_BYTES && window->data[at - 1] >= ' ' && window->data[at - 1] < 0x7f &&
		(window->data[at - 1] != '"' || (at > 1 && window->data[at - 2] == '\\')))
		at--;
	if (at == 0 || window->data[at - 1] != '"' || at == end - 1 || window->data[end - 2] == '\\')
		return false;
	out->start = at - 1;
	out->size = end - out->start;
	if (out->size > EMAIL_LOCAL_BYTES || (out->start > 0 && ends_a_string(window->data[out->start - 1])))
		return false;
	memcpy(out->text, window->data + out->start, out->size);
	return true;
}

/* Reads the characters from `begin` to the sign; what is left is the run that ends there. */
static void read_from(const struct detect_window *window, const uint8_t *begin, const uint8_t *stop,
	const struct email_sign *sign, struct run *run)
{
	run_reset(run);
	for (const uint8_t *p = begin; p < stop;) {
		size_t broken = soft_break_at(window, p, sign->context);
		struct email_char c = {.class = EMAIL_INVISIBLE, .size = (uint8_t)broken};
		if (broken == 0)
			c = email_char_at(p, stop, sign->context);
		run_take(run, &c, (size_t)(p - window->data));
		p += c.size;
	}
}

static bool plain(uint8_t byte)
{
	return ascii_alnum(byte) || byte == '.' || byte == '-' || byte == '_';
}

/*
 * The common case of read_run, with the same result: letters, digits, single dots, dashes and underscores behind a byte
 * that ends any local part. False: it is not the common case.
 */
static bool plain_run(const struct detect_window *window, size_t end, struct email_local *out)
{
	const uint8_t *data = window->data;
	size_t at = end;
	while (at > 0 && end - at <= EMAIL_LOCAL_BYTES && plain(data[at - 1])) {
		if (data[at - 1] == '.' && (at == end || data[at] == '.'))
			return false;
		at--;
	}
	if (end - at > EMAIL_LOCAL_BYTES || at == 0 || !hard_end(data[at - 1]) || data[at - 1] == '[' ||
		(data[at - 1] == '\n' && at > 1 && (data[at - 2] == '=' || data[at - 2] == '\r')))
		return false; /* too long, an escape, a terminal code or a broken line */
	while (at < end && (data[at] == '.' || data[at] == '-'))
		at++;
	if (at == end)
		return false;
	out->start = at;
	out->size = end - at;
	memcpy(out->text, data + at, out->size);
	return true;
}

static bool read_run(
	const struct detect_window *window, size_t end, const struct email_sign *sign, struct email_local *out)
{
	if (plain_run(window, end, out))
		return true;
	const uint8_t *stop = window->data + end, *begin = raw_start(window->data, stop, sign->context);
	struct run run = {.out = out};
	bool near = stop - begin > NEAR_BYTES;
	if (near)
		read_from(window, stop - NEAR_BYTES, stop, sign, &run);
	/* a run that begins behind the first escapes would begin there however far back the reading starts */
	if (!near || run.too_long || (out->size > 0 && out->start < end - NEAR_BYTES + ESCAPE_BYTES))
		read_from(window, begin, stop, sign, &run);
	if (out->size == 0 || run.too_long ||
		(stop - begin >= RAW_BYTES && out->start == (size_t)(begin - window->data)))
		return false;
	out->odd |= run.last == EMAIL_DOT;
	return run.last != EMAIL_INNER || memchr("+#$~&", (int)run.last_code, 5);
}

/* What stands apart from the sign must look like a name, since a space in a local part is no form of it. */
static bool plausible_apart(
	const struct detect_window *window, const struct email_local *local, const struct email_sign *sign)
{
	if (!sign->apart_left && !sign->joint)
		return true;
	uint8_t last = local->text[local->size - 1];
	if (!has_letter(local) || memchr(".'-&#$~", last, 7))
		return false;
	if (local->size == 1 && byte_before(window, local->start, 1) == '-')
		return false; /* an option of a command */
	if (sign->bracketed)
		return true;
	return !email_is_word(local->text, local->size, no_names) &&
	       !(sign->word && email_is_word(local->text, local->size, before_at));
}

static bool in_sender(uint8_t byte)
{
	return ascii_alnum(byte) || (byte != 0 && memchr("+-._=", byte, 5) != NULL);
}

/* Senders that name their receiver: bounce+1-bruno=contoso.com@example.com (VERP), and SRS0=... of forwarded mail.
 * There '=' is part of the address; elsewhere it ends a local part, as in to=bruno@example.com. */
static void take_equals(const struct detect_window *window, size_t end, struct email_local *out)
{
	const uint8_t *data = window->data;
	size_t first = out->start;
	if (byte_before(window, first, 1) != '=' || out->encoded || out->non_ascii)
		return;
	while (first > 0 && end - first <= EMAIL_LOCAL_BYTES && in_sender(data[first - 1]))
		first--;
	size_t size = end - first, left = out->start - 1 - first;
	bool forwarded = size > 5 && email_word_at(data + first, data + end, "srs") &&
			 memchr("01", data[first + 3], 2) && memchr("=+-", data[first + 4], 3);
	bool receiver = detect_registrable_domain((struct st_span){data + out->start, end - out->start}).size > 0;
	bool plain_name = true;
	for (size_t i = first; i < first + left; i++)
		plain_name &= ascii_letter(data[i]);
	if (size > EMAIL_LOCAL_BYTES || !ascii_alnum(data[first]) || !(forwarded || (receiver && !plain_name)))
		return;
	out->start = first;
	out->size = size;
	memcpy(out->text, data + first, size);
}

/* " dot " or "(dot)" that ends before `at`: where it begins; `at` when none does. */
static size_t dot_before(const struct detect_window *window, size_t at)
{
	const uint8_t *data = window->data;
	size_t p = at - email_blanks_before(data, data + at), blanks = at - p;
	uint8_t close = byte_before(window, p, 1);
	bool bracketed = close == ')' || close == ']' || close == '}' || close == '>';
	if (bracketed) {
		p--;
		p -= email_blanks_before(data, data + p);
	}
	for (const char *const *word = email_dot_words; *word; word++) {
		size_t size = strlen(*word), from = p - size;
		if (p < size || !email_word_at(data + from, data + p, *word))
			continue;
		size_t left = email_blanks_before(data, data + from);
		if (!bracketed)
			return blanks > 0 && left > 0 ? from - left : at;
		from -= left;
		if (from == 0 || email_closing(data[from - 1]) != close)
			return at;
		from--;
		return from - email_blanks_before(data, data + from);
	}
	return at;
}

/* -dot- of joe-dot-smith-at-contoso-dot-com, inside what was read as one local part. */
static void undo_joints(uint8_t joint, struct email_local *local)
{
	for (size_t i = 1; i + 5 < local->size; i++) {
		const uint8_t *p = local->text + i;
		if (p[0] != joint || p[4] != joint || !email_word_at(p + 1, p + 4, "dot"))
			continue;
		local->text[i] = '.';
		memmove(local->text + i + 1, p + 5, local->size - i - 5);
		local->size -= 4;
	}
}

void email_local_take_dots(const struct detect_window *window, const struct email_sign *sign, struct email_local *local)
{
	if (sign->joint) {
		undo_joints(sign->joint, local);
		return;
	}
	for (;;) {
		size_t dot = dot_before(window, local->start), first = dot;
		while (first > 0 && dot - first < EMAIL_LOCAL_BYTES && in_sender(window->data[first - 1]) &&
			window->data[first - 1] != '=')
			first--;
		size_t size = dot - first;
		uint8_t before = byte_before(window, first, 1);
		if (dot == local->start || size == 0 || local->size + 1 + size > EMAIL_LOCAL_BYTES || before >= 0x80 ||
			before == '@' || !ascii_alnum(window->data[first]) || !ascii_alnum(window->data[dot - 1]) ||
			email_is_word(window->data + first, size, no_names))
			return;
		memmove(local->text + size + 1, local->text, local->size);
		memcpy(local->text, window->data + first, size);
		local->text[size] = '.';
		local->size += size + 1;
		local->start = first;
	}
}

bool email_local_before(
	const struct detect_window *window, size_t end, const struct email_sign *sign, struct email_local *out)
{
	*out = (struct email_local){0};
	if (end == 0)
		return false;
	if (window->data[end - 1] == '"')
		return !sign->apart_left && !sign->word && quoted_local(window, end, out);
	if (!read_run(window, end, sign, out) ||
		(behind_sign(window, out->start) && !cut_other_domain(window, end, out)) ||
		!plausible_apart(window, out, sign) || url_password(window, end))
		return false;
	if (!sign->word && !sign->bracketed && !sign->apart_left && sign->context == EMAIL_CONTEXT_PLAIN)
		take_equals(window, end, out);
	size_t cut = elision(out);
	memmove(out->text, out->text + cut, out->size - cut);
	out->size -= cut;
	out->start += cut;
	return true;
}
