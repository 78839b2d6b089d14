/* Masks: enough to recognise a value one knows, too little to learn one that one does not (VISUAL.md, Words). */
#include "base/print.h"
#include "base/utf8.h"
#include "report/report.h"

#include <stdio.h>

static void add_text(struct st_buf *out, const char *text)
{
	st_buf_add(out, text, strlen(text));
}

static void mask_email_address(struct st_buf *out, struct st_span value)
{
	const uint8_t *at = value.size ? memrchr(value.data, '@', value.size) : NULL;
	size_t local = at != NULL ? (size_t)(at - value.data) : 0;
	uint32_t code;
	int first = st_utf8_decode(value.data, local, &code);
	if (first > 0 && (size_t)first < local)
		st_escape_text(out, value.data, (size_t)first);
	add_text(out, "***");
	if (at != NULL)
		st_escape_text(out, at, value.size - local);
}

/* Digits of the country code (ITU-T E.164, list of assigned codes): zones 1 and 7 have one, the codes below two, all
 * others three. */
static size_t country_code_digits(struct st_span digits)
{
	static const char two[] =
		"20 27 30 31 32 33 34 36 39 40 41 43 44 45 46 47 48 49 51 52 53 54 55 56 57 58 60 61 62 63 64 "
		"65 66 81 82 84 86 90 91 92 93 94 95 98";
	if (digits.size < 3)
		return 0;
	if (digits.data[0] == '1' || digits.data[0] == '7')
		return 1;
	char code[3] = {(char)digits.data[0], (char)digits.data[1], 0};
	return strstr(two, code) != NULL ? 2 : 3;
}

static void mask_phone_number(struct st_buf *out, struct st_span value)
{
	if (value.size < 7 || value.data[0] != '+') {
		add_text(out, "***");
		return;
	}
	size_t code = country_code_digits((struct st_span){value.data + 1, value.size - 1});
	st_buf_add(out, value.data, 1 + code);
	add_text(out, " *** *** **");
	st_buf_add(out, value.data + value.size - 2, 2);
}

static void mask_ends(struct st_buf *out, struct st_span value, size_t front, const char *middle)
{
	if (value.size < front + 8) {
		add_text(out, "***");
		return;
	}
	st_escape_text(out, value.data, front);
	add_text(out, middle);
	st_escape_text(out, value.data + value.size - 4, 4);
}

static void mask_ip_address(struct st_buf *out, struct st_span value)
{
	size_t parts = 0, at = 0;
	bool four = memchr(value.data, '.', value.size) != NULL && memchr(value.data, ':', value.size) == NULL;
	for (; at < value.size && parts < 2; at++)
		parts += value.data[at] == (four ? '.' : ':');
	st_escape_text(out, value.data, at);
	add_text(out, four ? "*.*" : "***");
}

static bool is_network_address(struct st_span host)
{
	for (size_t i = 0; i < host.size; i++)
		if (host.data[i] != '.' && (host.data[i] < '0' || host.data[i] > '9'))
			return host.data[0] == '[';
	return host.size > 0;
}

void report_mask_host(struct st_buf *out, struct st_span host)
{
	const uint8_t *colon = host.size > 0 ? memrchr(host.data, ':', host.size) : NULL;
	const uint8_t *bracket = host.size > 0 ? memrchr(host.data, ']', host.size) : NULL;
	size_t name = colon != NULL && (bracket == NULL || colon > bracket) ? (size_t)(colon - host.data) : host.size;
	if (is_network_address((struct st_span){host.data, name}))
		mask_ip_address(out, (struct st_span){host.data, name});
	else
		st_escape_text(out, host.data, name);
	st_escape_text(out, host.data + name, host.size - name);
}

/* Scheme and host: what was linked, not what in it. */
static void mask_url(struct st_buf *out, struct st_span value)
{
	const uint8_t *slashes = value.size > 0 ? memmem(value.data, value.size, "://", 3) : NULL;
	if (slashes == NULL) {
		add_text(out, "***");
		return;
	}
	size_t begin = (size_t)(slashes - value.data) + 3, host = begin, end = begin;
	for (; end < value.size && memchr("/?#", value.data[end], 3) == NULL; end++)
		if (value.data[end] == '@')
			host = end + 1;
	st_escape_text(out, value.data, begin);
	if (host > begin)
		add_text(out, "***@");
	report_mask_host(out, (struct st_span){value.data + host, end - host});
	if (end < value.size)
		add_text(out, "/***");
}

/* "access_key:AKIA" is "access key, starts AKIA"; of a password nothing is shown. */
static void mask_secret(struct st_buf *out, struct st_span value)
{
	const uint8_t *colon = value.size > 0 ? memchr(value.data, ':', value.size) : NULL;
	if (colon == NULL) {
		add_text(out, "***");
		return;
	}
	size_t type = (size_t)(colon - value.data);
	for (size_t i = 0; i < type; i++) {
		uint8_t byte = value.data[i] == '_' ? ' ' : value.data[i];
		st_escape_text(out, &byte, 1);
	}
	if (type == 8 && memcmp(value.data, "password", 8) == 0)
		return;
	add_text(out, ", starts ");
	st_escape_text(out, colon + 1, value.size - type - 1);
}

void report_mask(struct st_buf *out, const char *kind, struct st_span value)
{
	if (value.size == 0 || kind == NULL)
		add_text(out, "***");
	else if (strcmp(kind, "email_address") == 0)
		mask_email_address(out, value);
	else if (strcmp(kind, "phone_number") == 0)
		mask_phone_number(out, value);
	else if (strcmp(kind, "iban") == 0)
		mask_ends(out, value, 4, " **** **** ");
	else if (strcmp(kind, "payment_card") == 0)
		mask_ends(out, value, 0, "**** **** **** ");
	else if (strcmp(kind, "ip_address") == 0)
		mask_ip_address(out, value);
	else if (strcmp(kind, "url") == 0)
		mask_url(out, value);
	else if (strcmp(kind, "secret") == 0)
		mask_secret(out, value);
	else
		add_text(out, "***");
}
