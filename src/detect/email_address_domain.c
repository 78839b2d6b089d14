/*
 * The part behind the sign: labels, and between them dots in every way people and programs write them. All labels that
 * could belong to it are read first; the longest beginning that ends in a top-level domain is the domain.
 */
#include "detect/email_address.h"

#include <idn2.h>
#include <unistd.h>
#include <stdlib.h>

#include "base/utf8.h"
#include "detect/digits.h"
#include "detect/domain.h"

/* RFC 1035 allows 127 labels; no mailbox has as many, and each costs a look into the table. */
#define LABELS 24

/* How a label is divided from the one before it. */
enum divider {
	DIVIDER_NONE,
	DIVIDER_DOT,
	DIVIDER_BRACKET,    /* [dot] (.) */
	DIVIDER_WORD,       /* dot, punto, point */
	DIVIDER_SPACED_DOT, /* " . " or " ." */
	DIVIDER_DOT_SPACE,  /* ". ", which is also how a sentence ends */
	DIVIDER_SPACE
};

struct label {
	size_t text_end; /* in the text of all labels */
	size_t raw_end;  /* in the window */
	enum divider divider;
	bool encoded, lower, upper; /* lower, upper: all its letters are */
};

struct labels {
	struct label list[LABELS];
	size_t count;
	uint8_t text[EMAIL_DOMAIN_BYTES * 2]; /* UTF-8, dots between */
	size_t size;
	bool non_ascii;
};

/* Scripts without spaces: a label of mixed scripts is tried first (Japanese names have them), then the address is taken
 * to end where the script changes. */
struct reader {
	bool one_script;
	const struct detect_window *window;
	const struct email_sign *sign;
	const uint8_t *end;
};

const char *const email_dot_words[] = {"dot", "punto", "point", "punkt", NULL};
/* Short forms that mean a dot only inside brackets. */
static const char *const bracketed_dot_words[] = {
	".", "dot", "punto", "point", "punkt", "dt", "d0t", "dote", "pt", "pkt", NULL};

/* Each begins with d or p, or is a dot. */
static size_t any_word_at(const uint8_t *p, const uint8_t *end, const char *const *words)
{
	if (p >= end || ((*p | 32) != 'd' && (*p | 32) != 'p' && *p != '.'))
		return 0;
	for (; *words; words++) {
		size_t size = email_word_at(p, end, *words);
		if (size > 0)
			return size;
	}
	return 0;
}

/* -dot- between the labels of joe-at-contoso-dot-com: its size. */
static size_t joint_dot_at(const struct reader *in, const uint8_t *p)
{
	if (!in->sign->joint || p >= in->end || *p != in->sign->joint)
		return 0;
	size_t size = any_word_at(p + 1, in->end, email_dot_words);
	return size > 0 && p + 1 + size < in->end && p[1 + size] == in->sign->joint ? size + 2 : 0;
}

/* A soft line break of quoted-printable at p: its size. */
static size_t break_at(const struct reader *in, const uint8_t *p)
{
	const uint8_t *first;
	if (*p != '=' || in->end - p < 3)
		return 0;
	const uint8_t *line_feed = p[1] == '\r' ? p + 2 : p + 1;
	return email_soft_break(in->window->data, line_feed, in->sign->context, &first) && first == p
		       ? (size_t)(line_feed + 1 - p)
		       : 0;
}

static bool label_takes(const struct reader *in, const struct email_char *c, bool begun, enum email_class last)
{
	switch (c->class) {
	case EMAIL_ALNUM:
		return true;
	case EMAIL_LETTER: /* Latin letters mix with ASCII */
		return !begun || !in->one_script || c->code < 0x250 || last != EMAIL_ALNUM;
	case EMAIL_IDEOGRAM:
		return !begun || !in->one_script || last != EMAIL_ALNUM;
	case EMAIL_DASH:
		return begun;
	default:
		return false;
	}
}

/* Reads one label at p into the text; returns where it ends, dashes at its end left out; NULL when there is none. */
static const uint8_t *read_label(const struct reader *in, const uint8_t *p, struct labels *out, struct label *label)
{
	size_t begin = out->size;
	enum email_class last = EMAIL_STOP;
	const uint8_t *raw_end = NULL;
	size_t kept = begin;
	bool hidden = false;
	label->lower = label->upper = true;
	while (p < in->end && joint_dot_at(in, p) == 0) {
		/* as the rest of the loop takes it */
		if (ascii_alnum(*p) && *p != 'E' && !hidden && out->size - begin <= 4 * EMAIL_LABEL_BYTES &&
			out->size + 4 <= sizeof out->text) {
			label->lower &= *p - 'A' + 0u >= 26;
			label->upper &= *p - 'a' + 0u >= 26;
			out->text[out->size++] = *p++;
			last = EMAIL_ALNUM;
			raw_end = p;
			kept = out->size;
			continue;
		}
		size_t broken = break_at(in, p);
		struct email_char c = broken > 0
					      ? (struct email_char){.class = EMAIL_INVISIBLE, .size = (uint8_t)broken}
					      : email_char_at(p, in->end, in->sign->context);
		if (c.class == EMAIL_INVISIBLE) {
			hidden = true; /* what follows makes it part of the label */
			p += c.size;
			continue;
		}
		if (!label_takes(in, &c, out->size > begin, last) || out->size - begin > 4 * EMAIL_LABEL_BYTES ||
			out->size + 4 > sizeof out->text)
			break;
		out->size += (size_t)st_utf8_encode(c.code, out->text + out->size);
		label->encoded |= c.encoded || hidden;
		hidden = false;
		label->lower &= c.code - 'A' >= 26;
		label->upper &= c.code - 'a' >= 26;
		out->non_ascii |= c.code >= 0x80;
		last = c.class;
		p += c.size;
		if (c.class != EMAIL_DASH) {
			raw_end = p;
			kept = out->size;
		}
	}
	out->size = kept;
	return raw_end;
}

/* A dot in brackets at p: its size. */
static size_t bracketed_dot(const struct reader *in, const uint8_t *p)
{
	const uint8_t *at = p;
	uint8_t closing = at < in->end ? email_closing(*at) : 0;
	if (!closing)
		return 0;
	at++;
	at += email_blanks_at(at, in->end);
	size_t size = any_word_at(at, in->end, bracketed_dot_words);
	at += size;
	at += email_blanks_at(at, in->end);
	return size > 0 && at < in->end && *at == closing ? (size_t)(at + 1 - p) : 0;
}

/* What divides the label that ended at p from the next, and where that begins. */
static enum divider read_divider(const struct reader *in, const uint8_t *p, const uint8_t **next, bool *encoded)
{
	size_t size = joint_dot_at(in, p);
	size_t before = email_blanks_at(p, in->end);
	const uint8_t *at = p + before;
	*encoded = false;
	if (size == 0)
		size = bracketed_dot(in, at);
	if (size > 0) {
		*next = at + size + email_blanks_at(at + size, in->end);
		return DIVIDER_BRACKET;
	}
	if (at >= in->end)
		return DIVIDER_NONE;
	size = any_word_at(at, in->end, email_dot_words);
	size_t after = email_blanks_at(at + size, in->end);
	if (size > 0 && before > 0 && after > 0) {
		*next = at + size + after;
		return DIVIDER_WORD;
	}
	struct email_char c = email_char_at(at, in->end, in->sign->context);
	while (c.class == EMAIL_INVISIBLE && at + c.size < in->end) {
		at += c.size;
		*encoded = true;
		c = email_char_at(at, in->end, in->sign->context);
	}
	if (c.class == EMAIL_DOT) {
		*encoded |= c.encoded;
		after = email_blanks_at(at + c.size, in->end);
		*next = at + c.size + after;
		return before > 0 ? DIVIDER_SPACED_DOT : after > 0 ? DIVIDER_DOT_SPACE : DIVIDER_DOT;
	}
	*next = at;
	return before > 0 ? DIVIDER_SPACE : DIVIDER_NONE;
}

/* Reads every label that could belong to the domain. */
static void read_labels(const struct reader *in, const uint8_t *p, struct labels *out)
{
	enum divider divider = DIVIDER_NONE;
	bool encoded = false;
	size_t spaces = 0;
	while (out->count < LABELS) {
		size_t begin = out->size;
		if (out->count > 0 && out->size < sizeof out->text)
			out->text[out->size++] = '.';
		struct label *label = &out->list[out->count];
		*label = (struct label){.divider = divider, .encoded = encoded};
		const uint8_t *end = read_label(in, p, out, label);
		if (!end) {
			out->size = begin;
			return;
		}
		label->text_end = out->size;
		label->raw_end = (size_t)(end - in->window->data);
		out->count++;
		divider = read_divider(in, end, &p, &encoded);
		spaces += divider == DIVIDER_SPACE;
		if (divider == DIVIDER_NONE || spaces > 2 || out->size > EMAIL_DOMAIN_BYTES)
			return;
	}
}

/* The first `count` labels in canonical form; false when they are no host name. */
static bool canonical_form(const struct labels *labels, size_t count, struct email_domain *out)
{
	size_t size = labels->list[count - 1].text_end;
	if (labels->non_ascii) {
		char input[EMAIL_DOMAIN_BYTES * 2 + 1];
		uint8_t *ascii = NULL;
		memcpy(input, labels->text, size);
		input[size] = 0;
		/* libidn2 allocates; only names beyond ASCII come here */
		int looked_up = idn2_lookup_u8((const uint8_t *)input, &ascii, IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL);
		if (looked_up == IDN2_MALLOC) /* a domain that is there must not look like none */
			_exit(ST_EXIT_MEMORY);
		if (looked_up != IDN2_OK)
			return false;
		size = strlen((const char *)ascii);
		bool fits = size <= EMAIL_DOMAIN_BYTES;
		if (fits)
			memcpy(out->text, ascii, size);
		free(ascii);
		if (!fits)
			return false;
	} else {
		if (size > EMAIL_DOMAIN_BYTES)
			return false;
		for (size_t i = 0; i < size; i++)
			out->text[i] = (unsigned)labels->text[i] - 'A' < 26 ? labels->text[i] | 32 : labels->text[i];
	}
	out->size = size;
	for (size_t i = 0, length = 0; i <= size; i++) {
		if (i == size || out->text[i] == '.') {
			if (length == 0 || length > EMAIL_LABEL_BYTES)
				return false;
			length = 0;
		} else {
			length++;
		}
	}
	return true;
}

/* icon@2x.png has brothers that end like a domain: scale factors of images are no hosts. */
static bool scale_factor(const struct email_domain *domain)
{
	return !domain->generic && domain->size > 3 && (unsigned)domain->text[0] - '1' < 9 && domain->text[1] == 'x' &&
	       domain->text[2] == '.';
}

/* Is the domain one of ours, or below one? */
static bool own(const struct detect_window *window, const struct email_domain *domain)
{
	const char *const *names = window->options ? window->options->own_domains : NULL;
	for (; names && *names; names++) {
		size_t size = strlen(*names);
		if (size <= domain->size && memcmp(domain->text + domain->size - size, *names, size) == 0 &&
			(size == domain->size || domain->text[domain->size - size - 1] == '.'))
			return true;
	}
	return false;
}

/* Do the first `count` labels end in a top-level domain? Fills in the canonical form and what it is. */
static bool is_domain(const struct labels *labels, size_t count, struct email_domain *out)
{
	if (!canonical_form(labels, count, out))
		return false;
	enum domain_top top = domain_top_of((struct st_span){out->text, out->size});
	out->internal = top == DOMAIN_TOP_INTERNAL;
	out->generic = top == DOMAIN_TOP_GENERIC;
	return top != DOMAIN_TOP_NONE && !scale_factor(out);
}

static bool weak(enum divider divider)
{
	return divider == DIVIDER_SPACE || divider == DIVIDER_SPACED_DOT || divider == DIVIDER_DOT_SPACE;
}

/* Do the last two of `count` labels form a suffix such as co.uk? */
static bool long_suffix(const struct labels *labels, size_t count)
{
	struct email_domain whole;
	if (count < 3 || !canonical_form(labels, count, &whole))
		return false;
	size_t at = whole.size;
	for (int dots = 0; at > 0; at--)
		if (whole.text[at - 1] == '.' && ++dots == 2)
			break;
	return domain_is_long_suffix((struct st_span){whole.text + at, whole.size - at});
}

/* What weak dividers need: no domain was complete before them, the end is written like an end, nothing goes on. */
static bool weak_allowed(const struct labels *labels, size_t count)
{
	struct email_domain before;
	for (size_t i = 1; i < count; i++) {
		const struct label *label = &labels->list[i];
		if (!weak(label->divider))
			continue;
		if (i >= 2 && is_domain(labels, i, &before) &&
			(labels->list[i - 1].divider != label->divider || !long_suffix(labels, i + 1)))
			return false;
		if (!label->lower && !label->upper && label->divider != DIVIDER_SPACE)
			return false;
		if (label->divider == DIVIDER_DOT_SPACE && !label->lower)
			return false;
	}
	const struct label *last = &labels->list[count - 1];
	return !weak(last->divider) || count == labels->count || labels->list[count].divider != DIVIDER_DOT;
}

/* Does something stand right behind the end that makes a weakly divided last label part of another word? */
static bool runs_on(const struct reader *in, const struct label *last)
{
	const uint8_t *p = in->window->data + last->raw_end;
	if (!weak(last->divider) || p >= in->end)
		return false;
	struct email_char c = email_char_at(p, in->end, in->sign->context);
	return *p == '@' || *p == '/' || c.class == EMAIL_DASH || c.class == EMAIL_UNDERSCORE ||
	       c.class >= EMAIL_LETTER || c.class == EMAIL_INVISIBLE;
}

static void describe(const struct reader *in, const struct labels *labels, size_t count, struct email_domain *out)
{
	bool space = false, dot_space = false;
	out->labels = count;
	out->end = labels->list[count - 1].raw_end;
	for (size_t i = 0; i < count; i++) {
		const struct label *label = &labels->list[i];
		out->encoded |= label->encoded;
		out->obfuscated |= label->divider > DIVIDER_DOT;
		out->dot_word |= label->divider == DIVIDER_BRACKET || label->divider == DIVIDER_WORD;
		space |= label->divider == DIVIDER_SPACE;
		dot_space |= label->divider == DIVIDER_DOT_SPACE;
		if (weak(label->divider))
			out->doubt = EMAIL_SPACED;
	}
	bool known = out->generic || own(in->window, out);
	if (space || (dot_space && !known))
		out->doubt = known ? EMAIL_GUESSED : EMAIL_TENTATIVE;
}

/* "example.com" cut off "example.com-2020.pst": the beginning of a label, before its first dash, ends the domain. */
static bool cut_at_dash(const struct reader *in, struct labels *labels, struct email_domain *out)
{
	for (size_t i = 1; i < labels->count && labels->list[i].divider == DIVIDER_DOT; i++) {
		size_t from = labels->list[i - 1].text_end + 1;
		const uint8_t *dash = memchr(labels->text + from, '-', labels->list[i].text_end - from);
		if (!dash || labels->list[i].encoded || labels->non_ascii || labels->list[0].encoded)
			continue;
		size_t rest = labels->list[i].text_end - (size_t)(dash - labels->text);
		struct label cut = labels->list[i];
		labels->list[i].text_end -= rest;
		labels->list[i].raw_end -= rest;
		if (labels->list[i].text_end > from && is_domain(labels, i + 1, out)) {
			describe(in, labels, i + 1, out);
			return true;
		}
		labels->list[i] = cut;
	}
	return false;
}

/* The longest beginning of the labels that is a domain; a certain one goes before a tentative one. */
static bool longest_domain(const struct reader *in, const struct labels *labels, struct email_domain *out)
{
	bool found = false;
	for (size_t count = labels->count; count >= 2; count--) {
		struct email_domain domain = {0};
		if (!is_domain(labels, count, &domain) || !weak_allowed(labels, count) ||
			runs_on(in, &labels->list[count - 1]))
			continue;
		describe(in, labels, count, &domain);
		if (!found || domain.doubt != EMAIL_TENTATIVE)
			*out = domain;
		if (domain.doubt != EMAIL_TENTATIVE)
			return true;
		found = true;
	}
	return found;
}

/* Can what follows a plain domain not go on with it? Brackets and words for a dot could, escapes and broken lines too.
 */
static bool plainly_over(const uint8_t *p, const uint8_t *end)
{
	if (p < end && *p == '.')
		p++;
	const uint8_t *at = p + email_blanks_at(p, end);
	if (at >= end)
		return true;
	if (*at >= 0x80 || *at == '&' || *at == '%' || *at == '\\' || *at == '=')
		return false;
	if (email_closing(*at))
		return *at == '<' && at + 1 < end && *p != ' ' && at[1] == '/'; /* a tag that ends */
	return any_word_at(at, end, email_dot_words) == 0;
}

/*
 * The common case, with the same result: labels of ASCII letters, digits and dashes with single dots between them, that
 * are a domain together, and nothing behind them that could go on: what blanks divide never does (weak_allowed). False:
 * it is not the common case.
 */
static bool plain_domain(const struct detect_window *window, size_t start, struct email_domain *out)
{
	const uint8_t *const begin = window->data + start, *const end = window->data + window->size;
	const uint8_t *p = begin, *label = begin;
	size_t labels = 0;
	while (p - begin < EMAIL_DOMAIN_BYTES && p < end) {
		if (ascii_alnum(*p) || (*p == '-' && p > label)) {
			out->text[p - begin] = ascii_letter(*p) ? *p | 32 : *p;
			p++;
			continue;
		}
		if (p == label || p - label > EMAIL_LABEL_BYTES || p[-1] == '-')
			return false;
		labels++;
		if (*p != '.' || end - p < 2 || !ascii_alnum(p[1]))
			break;
		out->text[p - begin] = '.';
		label = ++p;
	}
	if (p >= end || p - begin >= EMAIL_DOMAIN_BYTES || labels < 2 || labels >= LABELS ||
		(*p == '<' && p[-1] == 'E') || !plainly_over(p, end))
		return false;
	out->size = (size_t)(p - begin);
	out->labels = labels;
	out->end = start + out->size;
	enum domain_top top = domain_top_of((struct st_span){out->text, out->size});
	out->internal = top == DOMAIN_TOP_INTERNAL;
	out->generic = top == DOMAIN_TOP_GENERIC;
	return top != DOMAIN_TOP_NONE && !scale_factor(out);
}

bool email_domain_at(
	const struct detect_window *window, size_t start, const struct email_sign *sign, struct email_domain *out)
{
	*out = (struct email_domain){0};
	if (!sign->joint && sign->context == EMAIL_CONTEXT_PLAIN && plain_domain(window, start, out))
		return true;
	struct reader in = {.window = window, .sign = sign, .end = window->data + window->size};
	struct labels labels;
	*out = (struct email_domain){0};
	for (int pass = 0; pass < 2; pass++) {
		in.one_script = pass > 0;
		labels.count = labels.size = 0;
		labels.non_ascii = false;
		read_labels(&in, window->data + start, &labels);
		if (longest_domain(&in, &labels, out))
			return true;
		if (!labels.non_ascii)
			break;
	}
	return cut_at_dash(&in, &labels, out);
}
