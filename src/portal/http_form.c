/* Cookies, forms and queries: taken apart once, refused when anything is odd. */
#include "base/utf8.h"
#include "portal/http.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

void http_set_cookie(struct http_answer *answer, const char *name, const char *value, bool strict, long age_s)
{
	if (answer->cookie_count == HTTP_COOKIES || strlen(value) >= HTTP_COOKIE_BYTES)
		abort();
	struct http_cookie *cookie = &answer->cookies[answer->cookie_count++];
	*cookie = (struct http_cookie){.name = name, .strict = strict, .age_s = age_s};
	memcpy(cookie->value, value, strlen(value) + 1);
}

void http_see_other(struct http_answer *answer, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	int size = vsnprintf(answer->location, sizeof answer->location, format, arguments);
	va_end(arguments);
	if (size < 0 || (size_t)size >= sizeof answer->location)
		abort();
	answer->status = 303;
}

static const char *prefix(const struct http_site *site)
{
	return site->plain ? "" : "__Host-";
}

static bool ours(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
}

/* Behind "NAME=" if this is that cookie. */
static const char *value_of(const char *pair, size_t size, const char *before, const char *name)
{
	size_t first = strlen(before), second = strlen(name);
	if (size <= first + second || memcmp(pair, before, first) != 0 || memcmp(pair + first, name, second) != 0)
		return NULL;
	return pair[first + second] == '=' ? pair + first + second + 1 : NULL;
}

bool http_cookie(
	const struct http_request *request, const struct http_site *site, const char *name, char *out, size_t size)
{
	size_t found = 0;
	for (const char *at = request->cookies; at != NULL && *at != 0;) {
		at += strspn(at, "; ");
		size_t length = strcspn(at, ";");
		const char *value = value_of(at, length, prefix(site), name);
		size_t used = value != NULL ? length - (size_t)(value - at) : 0;
		at += length;
		if (value == NULL)
			continue;
		if (++found > 1 || used == 0 || used >= size)
			return false;
		for (size_t i = 0; i < used; i++)
			if (!ours(value[i]))
				return false;
		memcpy(out, value, used);
		out[used] = 0;
	}
	return found == 1;
}

void http_cookie_header(const struct http_cookie *cookie, const struct http_site *site, struct st_buf *out)
{
	st_buf_format(out, "%s%s=%s; Path=/; HttpOnly; SameSite=%s%s", prefix(site), cookie->name, cookie->value,
		cookie->strict ? "Strict" : "Lax", site->plain ? "" : "; Secure");
	if (cookie->age_s != 0)
		st_buf_format(out, "; Max-Age=%ld", cookie->age_s < 0 ? 0 : cookie->age_s);
	st_buf_add_byte(out, 0);
}

bool http_same_origin(const struct http_request *request)
{
	const char *site = request->fetch_site, *origin = request->origin;
	if (site != NULL && strcmp(site, "same-origin") != 0 && strcmp(site, "none") != 0)
		return false;
	/* Under no-referrer, a browser says "null" for our own pages too (Fetch Standard, "append a request Origin
	 * header"). */
	if (origin == NULL || strcmp(origin, "null") == 0)
		return true;
	const char *name = strstr(origin, "://");
	return name != NULL && request->host != NULL && strcmp(name + 3, request->host) == 0;
}

static int hex(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Decodes [*at, end) up to stop into *out, with a NUL; false on a broken escape or a control. */
static bool decode(const char **at, const char *end, char stop, char **out)
{
	for (; *at < end && **at != stop; (*at)++) {
		char c = **at;
		if (c == '+') {
			c = ' ';
		} else if (c == '%') {
			int high = end - *at > 2 ? hex((*at)[1]) : -1, low = end - *at > 2 ? hex((*at)[2]) : -1;
			if (high < 0 || low < 0)
				return false;
			c = (char)(high << 4 | low);
			*at += 2;
		}
		if (((unsigned char)c < 0x20 && c != '\n' && c != '\r' && c != '\t') || c == 0x7f)
			return false;
		*(*out)++ = c;
	}
	*(*out)++ = 0;
	return true;
}

static bool valid(const char *text)
{
	return st_utf8_valid_prefix((const uint8_t *)text, strlen(text)) == strlen(text);
}

bool http_form_parse(struct http_form *form, struct st_span encoded)
{
	*form = (struct http_form){.text = st_alloc(2 * encoded.size + 2)};
	const char *at = (const char *)encoded.data, *end = at + encoded.size;
	char *out = form->text;
	while (at < end) {
		const char *pair = memchr(at, '&', (size_t)(end - at));
		pair = pair != NULL ? pair : end;
		char *name = out;
		if (form->count == HTTP_FIELDS || !decode(&at, pair, '=', &out) || !valid(name) || *name == 0 ||
			http_field(form, name) != NULL)
			return false;
		at += at < pair;
		char *value = out;
		if (!decode(&at, pair, '&', &out) || !valid(value))
			return false;
		form->names[form->count] = name;
		form->values[form->count++] = value;
		at = pair + (pair < end);
	}
	return true;
}

void http_form_free(struct http_form *form)
{
	free(form->text);
	*form = (struct http_form){0};
}

const char *http_field(const struct http_form *form, const char *name)
{
	for (size_t i = 0; i < form->count; i++)
		if (strcmp(form->names[i], name) == 0)
			return form->values[i];
	return NULL;
}
