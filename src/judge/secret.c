/*
 * Secrets: a value behind a word for one, a password in front of a host (RFC 3986 3.2.1), a web token (RFC 7519), a
 * private key (RFC 7468), and the prefixes that providers publish for theirs.
 */
#include "judge/view.h"

#define LEAST_VALUE 8
#define USER_REACH 64

#define SECRET_WORDS                                                                                             \
	"password passwd pwd pass passwort kennwort contraseña mdp secret token sig accountkey api_key apikey " \
	"api-key "                                                                                               \
	"access_key secret_key aws_secret_access_key db_password client_secret sharedaccesskey"

static bool in_value(uint32_t code)
{
	return code > ' ' && code != '"' && code != '\'' && code != ';' && code != '&' && code != '<' && code != ',' &&
	       code != '@';
}

static size_t value_end(const struct view *view, size_t at)
{
	while (in_value(view_code(view, at)))
		at++;
	return at;
}

/* Letters of both cases or signs, and digits: nobody's word. */
static bool looks_made(const struct view *view, size_t at, size_t end)
{
	bool upper = false, small = false, digit = false, sign = false;
	for (size_t i = at; i < end; i++) {
		upper |= view_upper(view, i);
		small |= view_letter(view, i) && !view_upper(view, i);
		digit |= view_digit(view, i);
		sign |= !view_alnum(view, i);
		if (strchr("(){}[]", (int)(view_code(view, i) < 0x80 ? view_code(view, i) : 'x')))
			return false;
	}
	return end - at >= LEAST_VALUE && digit && small && (upper || sign);
}

/* A word for a secret, maybe the end of a longer name (DB_PASSWORD), a sign, a value. */
static size_t behind_word(const struct view *view, size_t at, size_t *start)
{
	size_t word = view_word(view, at, SECRET_WORDS);
	if (word == 0)
		return 0;
	size_t from = at + word, signs = 0;
	while (from - at - word < 6 &&
		(view_blank(view, from) ||
			strchr(":=\"'", (int)(view_code(view, from) - 1 < 0x7f ? view_code(view, from) : 'x'))))
		signs += !view_blank(view, from++);
	size_t end = value_end(view, from);
	while (end > from && view_code(view, end - 1) == '.')
		end--;
	*start = from;
	return signs > 0 && looks_made(view, from, end) ? end : 0;
}

/* ://user:password@ */
static size_t before_host(const struct view *view, size_t at, size_t *start)
{
	if (view_code(view, at) != ':' || view_code(view, at + 1) != '/' || view_code(view, at + 2) != '/')
		return 0;
	size_t colon = at + 3;
	while (colon - at < USER_REACH &&
		(view_alnum(view, colon) ||
			strchr("._-", (int)(view_code(view, colon) - 1 < 0x7f ? view_code(view, colon) : 'x'))))
		colon++;
	if (view_code(view, colon) != ':')
		return 0;
	size_t end = value_end(view, colon + 1);
	*start = colon + 1;
	return end > colon + 1 && view_code(view, end) == '@' ? end : 0;
}

static size_t prefixed(const struct view *view, size_t at)
{
	static const struct {
		const char *text;
		size_t least;
	} prefixes[] = {{"AKIA", 20}, {"ASIA", 20}, {"ghp_", 40}, {"gho_", 40}, {"github_pat_", 40}, {"glpat-", 26},
		{"xoxb-", 20}, {"xoxp-", 20}, {"sk_live_", 24}, {"AIza", 39}, {"npm_", 40}, {"eyJ", 40},
		{"-----BEGIN", 30}};
	if (at > 0 && (view_alnum(view, at - 1) || view_code(view, at - 1) == '-'))
		return 0;
	for (size_t i = 0; i < sizeof prefixes / sizeof *prefixes; i++) {
		size_t length = 0;
		while (prefixes[i].text[length] && view_code(view, at + length) == (uint8_t)prefixes[i].text[length])
			length++;
		if (prefixes[i].text[length])
			continue;
		size_t end = value_end(view, at);
		if (prefixes[i].text[0] == '-')
			return view_word_before(view, at + 40, 40, "private") ? at + 30 : 0;
		return end - at >= prefixes[i].least ? end : 0;
	}
	return 0;
}

size_t judge_secret(const struct view *view, size_t at, size_t *start)
{
	size_t end = behind_word(view, at, start);
	if (end == 0)
		end = before_host(view, at, start);
	if (end > 0)
		return end;
	*start = at;
	return prefixed(view, at);
}
