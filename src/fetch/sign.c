#include "fetch/sign.h"

#include <ctype.h>
#include <sodium.h>
#include <stdlib.h>
#include <strings.h>

struct st_span sign_header(const struct sign_request *request, const char *name)
{
	size_t size = strlen(name);
	for (const char *at = request->headers; at != NULL && *at != 0;) {
		const char *end = strchrnul(at, '\n');
		if (strncasecmp(at, name, size) == 0 && at[size] == ':') {
			const char *value = at + size + 1;
			while (value < end && *value == ' ')
				value++;
			return (struct st_span){(const uint8_t *)value, (size_t)(end - value)};
		}
		at = *end != 0 ? end + 1 : end;
	}
	return (struct st_span){NULL, 0};
}

static int digit(uint8_t c)
{
	return isdigit(c) ? c - '0' : (c | 32) - 'a' + 10;
}

void sign_decode(struct st_span text, struct st_buf *out)
{
	for (size_t i = 0; i < text.size; i++) {
		uint8_t c = text.data[i];
		if (c == '%' && i + 2 < text.size && isxdigit(text.data[i + 1]) && isxdigit(text.data[i + 2])) {
			c = (uint8_t)(digit(text.data[i + 1]) * 16 + digit(text.data[i + 2]));
			i += 2;
		}
		st_buf_add_byte(out, c);
	}
}

void sign_encode(struct st_span text, bool slashes, struct st_buf *out)
{
	for (size_t i = 0; i < text.size; i++) {
		uint8_t c = text.data[i];
		bool stays = c < 0x80 && (isalnum(c) || c == '-' || c == '.' || c == '_' || c == '~');
		if (stays || (slashes && c == '/'))
			st_buf_add_byte(out, c);
		else
			st_buf_format(out, "%%%02X", c);
	}
}

struct st_span sign_span(const char *text)
{
	return (struct st_span){(const uint8_t *)text, strlen(text)};
}

/* --- pairs --- */

void sign_pairs_add(struct sign_pairs *pairs, struct st_span name, struct st_span value)
{
	if (pairs->count == SIGN_PAIRS)
		return;
	struct st_buf *pair = &pairs->list[pairs->count++];
	st_buf_reserve(pair, name.size + value.size + 2);
	st_buf_add(pair, name.data, name.size);
	st_buf_add_byte(pair, 1);
	st_buf_add(pair, value.data, value.size);
	st_buf_add_byte(pair, 0);
}

static int compare(const void *a, const void *b)
{
	const struct st_buf *left = a, *right = b;
	return strcmp((const char *)left->data, (const char *)right->data);
}

void sign_pairs_sort(struct sign_pairs *pairs)
{
	qsort(pairs->list, pairs->count, sizeof *pairs->list, compare);
}

void sign_pairs_write(
	const struct sign_pairs *pairs, const char *before, char between, const char *after, struct st_buf *out)
{
	for (size_t i = 0; i < pairs->count; i++) {
		const char *name = (const char *)pairs->list[i].data;
		size_t size = strcspn(name, "\1");
		st_buf_add(out, before, strlen(before));
		st_buf_add(out, name, size);
		st_buf_add_byte(out, (uint8_t)between);
		st_buf_add(out, name + size + 1, strlen(name + size + 1));
		st_buf_add(out, after, strlen(after));
	}
}

void sign_pairs_wipe(struct sign_pairs *pairs)
{
	for (size_t i = 0; i < pairs->count; i++)
		st_buf_wipe(&pairs->list[i]);
	pairs->count = 0;
}

void sign_pairs_headers(struct sign_pairs *pairs, const struct sign_request *request, const char *begin)
{
	for (const char *at = request->headers; at != NULL && *at != 0;) {
		const char *end = strchrnul(at, '\n');
		st_auto_free char *name = st_strndup(at, strcspn(at, ":\n"));
		for (char *c = name; *c != 0; c++)
			*c = (char)tolower((unsigned char)*c);
		if (strncmp(name, begin, strlen(begin)) == 0)
			sign_pairs_add(pairs, sign_span(name), sign_header(request, name));
		at = *end != 0 ? end + 1 : end;
	}
}

void sign_parameters(const struct sign_request *request, struct sign_pairs *pairs,
	void (*add)(struct sign_pairs *pairs, struct st_span name, struct st_span value))
{
	const char *at = strchr(request->target, '?');
	for (at = at != NULL ? at + 1 : ""; *at != 0;) {
		size_t size = strcspn(at, "&"), name = strcspn(at, "=&");
		size_t skip = name < size ? name + 1 : name;
		st_auto_buf struct st_buf key = {0}, value = {0};
		sign_decode((struct st_span){(const uint8_t *)at, name}, &key);
		sign_decode((struct st_span){(const uint8_t *)at + skip, size - skip}, &value);
		if (size > 0)
			add(pairs, (struct st_span){key.data, key.size}, (struct st_span){value.data, value.size});
		at += size + (at[size] == '&');
	}
}

/* --- the kinds --- */

void sign_basic(const struct fetch_credential *credential, struct st_buf *out)
{
	st_auto_secret struct st_buf pair = {0};
	const struct st_buf *user = &credential->value[PROBE_AUTH_USER];
	const struct st_buf *password = &credential->value[PROBE_AUTH_PASSWORD];
	st_buf_reserve(&pair, user->size + password->size + 1);
	st_buf_add(&pair, user->data, user->size);
	st_buf_add_byte(&pair, ':');
	st_buf_add(&pair, password->data, password->size);
	size_t room = sodium_base64_encoded_len(pair.size, sodium_base64_VARIANT_ORIGINAL);
	st_buf_reserve(out, room);
	sodium_bin2base64((char *)out->data + out->size, room, pair.data, pair.size, sodium_base64_VARIANT_ORIGINAL);
	out->size += room - 1;
}

static void add_authorization(struct st_buf *lines, const char *scheme, const void *value, size_t size)
{
	st_buf_reserve(lines, size + 64);
	st_buf_add(lines, "Authorization: ", 15);
	st_buf_add(lines, scheme, strlen(scheme));
	st_buf_add(lines, value, size);
	st_buf_add_byte(lines, '\n');
}

void sign_request(const struct fetch_credential *credential, const struct sign_request *request, struct st_buf *lines)
{
	const struct st_buf *token = &credential->value[PROBE_AUTH_TOKEN], *key = &credential->value[PROBE_AUTH_KEY];
	st_auto_secret struct st_buf basic = {0};
	switch (credential->kind) {
	case PROBE_AUTH_BASIC:
		sign_basic(credential, &basic);
		add_authorization(lines, "Basic ", basic.data, basic.size);
		break;
	case PROBE_AUTH_AZURE_BEARER:
		sign_azure_version(request, lines);
		add_authorization(lines, "Bearer ", token->data, token->size);
		break;
	case PROBE_AUTH_BEARER:
	case PROBE_AUTH_GCS_BEARER:
		add_authorization(lines, "Bearer ", token->data, token->size);
		break;
	case PROBE_AUTH_API_KEY:
		add_authorization(lines, "ApiKey ", key->data, key->size);
		break;
	case PROBE_AUTH_AWS_SIGV4:
		sign_aws(credential, request, lines);
		break;
	case PROBE_AUTH_SHARED_KEY:
		sign_azure(credential, request, lines);
		break;
	case PROBE_AUTH_KINDS:
		break;
	}
}
