/*
 * What a browser sends that the pages take apart: the first byte says as what. A form that is taken has fields that are
 * valid UTF-8 and inside of its own text; a cookie that is taken has only letters of ours; the operator's file never
 * breaks.
 */
#include "base/utf8.h"
#include "portal/about.h"
#include "portal/http.h"
#include "portal/page.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void try_form(struct st_span bytes)
{
	struct http_form form;
	if (http_form_parse(&form, bytes))
		for (size_t i = 0; i < form.count; i++) {
			size_t length = strlen(form.values[i]);
			if (form.names[i][0] == 0 || form.values[i] < form.text ||
				form.values[i] + length > form.text + 2 * bytes.size + 2 ||
				st_utf8_valid_prefix((const uint8_t *)form.values[i], length) != length ||
				http_field(&form, form.names[i]) != form.values[i])
				abort();
		}
	http_form_free(&form);
}

static void try_headers(const char *text)
{
	char value[40];
	const struct http_site site = {0};
	const struct http_request request = {.cookies = text, .origin = text, .host = "portal.example.com"};
	if (http_cookie(&request, &site, "visit", value, sizeof value) && strpbrk(value, "\"; ,=\\") != NULL)
		abort();
	http_same_origin(&request);
	if (words_accepted(text) >= WORDS_LANGUAGES || page_problem_read(text) >= PAGE_PROBLEMS)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size == 0)
		return 0;
	struct st_span bytes = {.data = data + 1, .size = size - 1};
	if (data[0] % 3 == 0) {
		try_form(bytes);
	} else if (data[0] % 3 == 1) {
		st_auto_free char *text =
			st_strndup((const char *)bytes.data, strnlen((const char *)bytes.data, bytes.size));
		try_headers(text);
	} else {
		struct about about;
		struct st_error err = {0};
		about_parse(bytes, &about, &err);
		about_free(&about);
	}
	return 0;
}
