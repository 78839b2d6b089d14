/*
 * email_address: a local part, a sign for "at", a domain with a known top-level domain (RFC 5321, RFC 6531), however a
 * person or a program wrote them: plain, with words or spaces for the signs, escaped, full-width, with invisible
 * characters. What each form looks like is contract 4; the cases are tests/cases/detect/email_address.
 */
#include "detect/email_address.h"

#include <utf8proc.h>

#include "detect/planes.h"

struct sign_word {
	const char *word;
	uint8_t size;
	bool unmistakable; /* no other use before a domain */
	bool bracketed;    /* a sign only inside brackets that touch both parts */
};
static const struct sign_word sign_words[] = {
	{"at", 2, false, false},
	{"arobase", 7, true, false},
	{"arrobase", 8, true, false},
	{"arobas", 6, true, false},
	{"arroba", 6, true, false},
	{"affenschwanz", 12, true, false},
	{"chiocciola", 10, true, false},
	{"chiocciolina", 12, true, false},
	{"klammeraffe", 11, true, false},
	{"klammeraff", 10, true, false},
	{"\xc3\xa4t", 3, false, false},
	{"\xc3\xa4tt", 4, false, false},
	{"\xc3\x84t", 3, false, false},
	{"a", 1, false, true},
	{"\xc3\xa0", 2, false, true},
	{NULL, 0, false, false},
};

static bool alnum(uint8_t byte)
{
	return (unsigned)(byte | 32) - 'a' < 26 || (unsigned)byte - '0' < 10;
}

static bool in_word(const struct detect_window *window, size_t at)
{
	return at < window->size && (alnum(window->data[at]) || window->data[at] >= 0x80);
}

/* Most triggers are part of ordinary words: the second byte says so. */
static bool may_start(uint8_t trigger, uint8_t next)
{
	switch (trigger < 0x80 ? trigger | 32 : trigger) {
	case 'a':
		return memchr("tTrRfF", next, 6) || !alnum(next);
	case 'c':
		return (next | 32) == 'h';
	case 'k':
		return (next | 32) == 'l';
	case '=':
		return next == '4';
	case '%':
		return next == '4' || next == '2';
	case '&':
		return next == '#' || next == 'a' || next == 'c';
	case '\\' | 32:
		return next == 'u' || next == 'x' || next == '\\';
	case 0xc3:
		return next == 0xa4 || next == 0x84 || next == 0xa0;
	case 0xef:
		return next == 0xbc || next == 0xb9;
	default:
		return true; /* '@' */
	}
}

/* The word for the sign at `at`, standing as a word of its own. */
static const struct sign_word *word_at(const struct detect_window *window, size_t at)
{
	const uint8_t *p = window->data + at, *end = window->data + window->size;
	if (at > 0 && in_word(window, at - 1))
		return NULL;
	for (const struct sign_word *word = sign_words; word->word; word++)
		if (!in_word(window, at + word->size) && email_word_at(p, end, word->word))
			return word;
	return NULL;
}

/* Widens the sign to brackets around it: [at], ( @ ). */
static bool take_brackets(const struct detect_window *window, struct email_sign *sign)
{
	const uint8_t *data = window->data, *end = data + window->size;
	size_t open = sign->start - email_blanks_before(data, data + sign->start);
	size_t close = sign->end + email_blanks_at(data + sign->end, end);
	uint8_t closing = open > 0 ? email_closing(data[open - 1]) : 0;
	if (!closing || close >= window->size || data[close] != closing)
		return false;
	sign->start = open - 1;
	sign->end = close + 1;
	sign->bracketed = true;
	return true;
}

/* Widens the sign to dashes or underscores that join it with both parts: joe-at-contoso-dot-com. */
static bool take_joints(const struct detect_window *window, struct email_sign *sign)
{
	if (sign->start == 0 || sign->end >= window->size)
		return false;
	uint8_t before = window->data[sign->start - 1];
	if ((before != '-' && before != '_') || window->data[sign->end] != before)
		return false;
	sign->joint = before;
	sign->start--;
	sign->end++;
	return true;
}

static bool find_word(const struct detect_window *window, size_t at, struct email_sign *sign)
{
	const struct sign_word *word = word_at(window, at);
	if (!word)
		return false;
	sign->start = at;
	sign->end = at + strlen(word->word);
	sign->word = true;
	sign->unmistakable = word->unmistakable;
	if (take_brackets(window, sign))
		return !word->bracketed || (sign->start > 0 && alnum(window->data[sign->start - 1]) &&
						   sign->end < window->size && alnum(window->data[sign->end]));
	return !word->bracketed;
}

/* Is there a sign at the trigger, and which? */
static bool find_sign(const struct detect_window *window, size_t at, struct email_sign *sign)
{
	const uint8_t *p = window->data + at, *end = window->data + window->size;
	*sign = (struct email_sign){.start = at, .end = at + 1};
	switch (*p) {
	case '@':
		take_brackets(window, sign);
		return true;
	case 0xef:
		if (end - p < 3 || (memcmp(p, "\xef\xbc\xa0", 3) != 0 && memcmp(p, "\xef\xb9\xab", 3) != 0))
			return false;
		sign->end = at + 3;
		sign->encoded = true;
		return true;
	case '=':
		sign->context = EMAIL_CONTEXT_QUOTED;
		/* fall through */
	case '&':
	case '%':
	case '\\': {
		struct email_char c = email_char_at(p, end, sign->context);
		sign->end = at + c.size;
		sign->encoded = true;
		return c.encoded && c.code == '@';
	}
	default:
		return find_word(window, at, sign);
	}
}

/* Notes the blanks around the sign; a word that nothing sets off from the parts is no sign. */
static bool find_gaps(
	const struct detect_window *window, struct email_sign *sign, size_t *local_end, size_t *domain_start)
{
	const uint8_t *data = window->data, *end = data + window->size;
	if (sign->word && !sign->bracketed)
		take_joints(window, sign);
	size_t left = email_blanks_before(data, data + sign->start), right = email_blanks_at(data + sign->end, end);
	sign->apart_left = left > 0;
	sign->apart_right = right > 0;
	*local_end = sign->start - left;
	*domain_start = sign->end + right;
	return !sign->word || sign->bracketed || sign->joint || (left > 0 && right > 0);
}

/* "at this point in", "at the dot com": what follows is no host. */
static bool ordinary_words(const struct email_sign *sign, const struct email_domain *domain)
{
	static const char *const determiners[] = {"a", "all", "an", "any", "each", "every", "her", "his", "its", "my",
		"no", "one", "our", "some", "that", "the", "their", "these", "this", "what", "which", "your", NULL};
	const uint8_t *dot = memchr(domain->text, '.', domain->size);
	return sign->word && !sign->bracketed && email_is_word(domain->text, (size_t)(dot - domain->text), determiners);
}

/* "puts @user.name": many languages write members so; such an ending needs the domain elsewhere in the input. */
static bool looks_like_code(const struct email_sign *sign, const struct email_domain *domain)
{
	static const char *const members[] = {"call", "date", "do", "email", "id", "in", "is", "link", "map", "me",
		"my", "name", "new", "next", "no", "open", "page", "report", "select", "so", "style", "to", "tools",
		"zip", NULL};
	const uint8_t *dot = memchr(domain->text, '.', domain->size);
	size_t top = (size_t)(dot + 1 - domain->text);
	return !sign->word && !sign->bracketed && sign->apart_left && !sign->apart_right && domain->labels == 2 &&
	       email_is_word(dot + 1, domain->size - top, members);
}

/* "convert @name.global.values": a name in a program, of which a domain is only the front. */
static bool names_member(
	const struct detect_window *window, const struct email_sign *sign, const struct email_domain *domain)
{
	return !sign->word && !sign->bracketed && sign->apart_left && !sign->apart_right &&
	       domain->end + 1 < window->size && window->data[domain->end] == '.' &&
	       alnum(window->data[domain->end + 1]);
}

static bool accepted(const struct detect_window *window, const struct email_sign *sign, const struct email_local *local,
	struct email_domain *domain)
{
	if (local->size + 1 + domain->size > EMAIL_ADDRESS_BYTES)
		return false;
	if (sign->word && !sign->bracketed && !domain->dot_word && (sign->joint || !sign->unmistakable))
		return false;
	if (ordinary_words(sign, domain) || names_member(window, sign, domain))
		return false;
	if (looks_like_code(sign, domain))
		domain->doubt = EMAIL_TENTATIVE;
	return true;
}

static bool spelled_out(const struct email_sign *sign, const struct email_domain *domain)
{
	return sign->bracketed || sign->word || sign->apart_left || sign->apart_right || domain->obfuscated;
}

/* The weakest sign decides; an inner or reserved domain lowers it, and still counts. */
static uint8_t confidence_of(
	const struct email_sign *sign, const struct email_local *local, const struct email_domain *domain)
{
	int value = 99;
	if (sign->encoded || local->encoded || domain->encoded)
		value = sign->context == EMAIL_CONTEXT_QUOTED ? 90 : 96;
	if (spelled_out(sign, domain))
		value = sign->bracketed ? 93 : sign->word ? 88 : 82;
	if (domain->doubt == EMAIL_SPACED && value > 80)
		value = 80;
	if (domain->doubt == EMAIL_GUESSED)
		value = 75;
	if (domain->doubt == EMAIL_TENTATIVE)
		value = 65;
	if (local->odd)
		value -= 5;
	if (domain->internal)
		value -= value > 80 ? 20 : 10;
	return (uint8_t)value;
}

/* Case-folds the local part (Unicode default case folding, composed) into out; 0 when it does not fit. */
static size_t fold_local(const struct email_local *local, uint8_t *out, size_t room)
{
	if (!local->non_ascii) {
		for (size_t i = 0; i < local->size; i++)
			out[i] = (unsigned)local->text[i] - 'A' < 26 ? local->text[i] | 32 : local->text[i];
		return local->size;
	}
	utf8proc_int32_t codes[EMAIL_LOCAL_BYTES * 4 + 1];
	const utf8proc_option_t options = UTF8PROC_STABLE | UTF8PROC_COMPOSE | UTF8PROC_CASEFOLD;
	utf8proc_ssize_t count =
		utf8proc_decompose(local->text, (utf8proc_ssize_t)local->size, codes, EMAIL_LOCAL_BYTES * 4, options);
	if (count <= 0 || count > EMAIL_LOCAL_BYTES * 4)
		return 0;
	utf8proc_ssize_t size = utf8proc_reencode(codes, count, options);
	if (size <= 0 || (size_t)size > room)
		return 0;
	memcpy(out, codes, (size_t)size);
	return (size_t)size;
}

/* _anna@contoso.com_ and *anna@contoso.com*: emphasis of Markdown belongs to neither side. */
static void drop_emphasis(const struct detect_window *window, struct email_local *local, size_t end)
{
	size_t marks = 0;
	while (marks + 1 < local->size && local->text[marks] == '_' && window->data[local->start + marks] == '_' &&
		end + marks < window->size && window->data[end + marks] == '_')
		marks++;
	memmove(local->text, local->text + marks, local->size - marks);
	local->size -= marks;
	local->start += marks;
}

static bool check(const struct detect_window *window, size_t at, struct detect_candidate *out)
{
	struct email_sign sign;
	struct email_local local;
	struct email_domain domain;
	size_t local_end, domain_start;
	if (!find_sign(window, at, &sign) || !find_gaps(window, &sign, &local_end, &domain_start))
		return false;
	if (!email_local_before(window, local_end, &sign, &local) ||
		!email_domain_at(window, domain_start, &sign, &domain) || !accepted(window, &sign, &local, &domain))
		return false;
	if (domain.dot_word)
		email_local_take_dots(window, &sign, &local);
	drop_emphasis(window, &local, domain.end);
	out->start = local.start;
	out->end = domain.end;
	out->form = spelled_out(&sign, &domain)                       ? DETECT_OBFUSCATED
		    : sign.encoded || local.encoded || domain.encoded ? DETECT_ENCODED
								      : DETECT_PLAIN;
	out->confidence = confidence_of(&sign, &local, &domain);
	out->tentative = domain.doubt == EMAIL_TENTATIVE;
	size_t size = fold_local(&local, out->canonical, CEIL_CANONICAL_BYTES - EMAIL_DOMAIN_BYTES - 1);
	if (size == 0)
		return false;
	out->canonical[size++] = '@';
	memcpy(out->canonical + size, domain.text, domain.size);
	out->canonical_size = (uint16_t)(size + domain.size);
	return true;
}

/* What stands before a word for the sign: a blank, a joint or an opening bracket (find_word, find_gaps). */
static bool may_stand_before_word(uint8_t byte)
{
	return byte == ' ' || byte == '\t' || byte == '-' || byte == '_' || email_closing(byte) != 0;
}

/* Is the letter the begin of a word, and if it is the word "a", in brackets that end at most three blanks behind it? */
static bool may_be_word(const uint8_t *at)
{
	const uint8_t third = at[2] | 32, fourth = at[3] | 32;
	if (!may_stand_before_word(at[-1]))
		return false;
	switch (at[1] | 32) {
	case 't':
		return at[2] < 0x80 && !alnum(at[2]);
	case 'r':
		return (third == 'o' && fourth == 'b') || (third == 'r' && fourth == 'o');
	case 'f':
		return third == 'f' && fourth == 'e';
	case 'h':
		return third == 'i' && fourth == 'o';
	case 'l':
		return third == 'a' && fourth == 'm';
	}
	const uint8_t *p = at + 1;
	p += email_blanks_at(p, p + 2 * EMAIL_BLANKS);
	return *p == ')' || *p == ']' || *p == '}' || *p == '>';
}

/* An escape of the sign, or the umlaut of a word; "\u00e0" only in brackets. */
static bool may_be_escape(const uint8_t *at)
{
	if (!may_start(at[0], at[1]))
		return false;
	if (at[0] == 0xc3)
		return may_stand_before_word(at[-1]) &&
		       (at[1] != 0xa0 ? (at[2] | 32) == 't'
				      : email_closing(*(at - email_blanks_before(at - 2 * EMAIL_BLANKS, at) - 1)) != 0);
	if (at[0] == 0xef) /* full-width, or small */
		return at[1] == 0xbc ? at[2] == 0xa0 : at[2] == 0xab;
	return at[1] != '4' || at[2] == '0';
}

/* at, aro, arr, aff, chi, kla, and "a" before a sign or a blank. */
PLANES_INLINE plane_bits begins_word(const struct planes *planes, size_t w)
{
	const plane_bits alnum = plane(planes, PLANE_ALNUM, w, 2), next = plane(planes, PLANE_L, w, 1);
	plane_bits of_a = plane(planes, PLANE_T, w, 1) & ~(alnum | plane(planes, PLANE_HIGH, w, 2));
	of_a |= plane(planes, PLANE_F_R, w, 1) & plane(planes, PLANE_F_O_R, w, 2);
	of_a |= ~plane(planes, PLANE_ALNUM, w, 1) & ~(plane(planes, PLANE_SPACE, w, 1) & alnum);
	plane_bits found = plane(planes, PLANE_A, w, 0) & of_a;
	found |= plane(planes, PLANE_C, w, 0) & plane(planes, PLANE_H, w, 1) & plane(planes, PLANE_I, w, 2);
	found |= plane(planes, PLANE_K, w, 0) & next & plane(planes, PLANE_A, w, 2);
	return found & ~(plane(planes, PLANE_ALNUM, w, -1) | plane(planes, PLANE_HIGH, w, -1));
}

/* The sign itself, its escapes, the words for it. */
PLANES_TARGET static void email_address_places(struct planes *planes, uint64_t *found)
{
	for (size_t w = 0; w < planes->words; w += 4) {
		plane_bits escapes = plane(planes, PLANE_EQUALS, w, 0);
		if (plane_any(escapes))
			escapes &= plane(planes, PLANE_ZERO, w, 2) & plane(planes, PLANE_DIGIT, w, 1); /* =40 */
		escapes |= plane(planes, PLANE_PERCENT, w, 0) | plane(planes, PLANE_AMPERSAND, w, 0);
		escapes |= plane(planes, PLANE_BACKSLASH, w, 0);
		escapes |= plane(planes, PLANE_WIDE, w, 0) | plane(planes, PLANE_UMLAUT, w, 0);
		const plane_bits words = plane_filter(planes, w, begins_word(planes, w), may_be_word);
		escapes = plane_filter(planes, w, escapes, may_be_escape);
		plane_store(found + w, plane(planes, PLANE_AT, w, 0) | words | escapes);
	}
}

const struct detector detector_email_address = {
	.kind = DETECT_EMAIL_ADDRESS,
	.describe = "E-mail address: plain, spelled out with words and spaces, or escaped",
	.triggers = "@%=&\\aAcCkK\xc3\xef",
	.run_start = true,
	.may_start = may_start,
	.places = email_address_places,
	.check = check,
};
