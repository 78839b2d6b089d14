/* Replacements as they are written and known again: every one is seen where it begins, whatever stands before it, 16
 * bytes at a time as byte by byte; a value has one token, however often and between whatever others it is asked for. */
#include "check.h"

#include <stdlib.h>

#include "redact/replace.h"

static const uint8_t key[REDACT_KEY_BYTES] = {7};
static const enum redact_action actions[] = {REDACT_TOKEN, REDACT_LABEL, REDACT_MASK};

static uint64_t next_random(uint64_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state;
}

static struct st_span span(const char *text)
{
	return (struct st_span){(const uint8_t *)text, strlen(text)};
}

static void replacement(struct replacer *replacer, int kind, enum redact_action action, struct st_buf *out)
{
	struct st_span value = span("4111111111111111");
	out->size = 0;
	if (kind == DETECT_KINDS)
		replacer_field(replacer, action, value, out);
	else
		replacer_value(replacer, action, (enum detect_kind)kind, value, out);
}

static void every_replacement_is_seen_where_it_begins(void)
{
	struct replacer *replacer = replacer_open(key);
	for (int i = 0; i < 3 * (DETECT_KINDS + 1) * 40; i++) {
		st_auto_buf struct st_buf piece = {0}, text = {0};
		size_t before = (size_t)i % 40;
		bool more;
		replacement(replacer, i / 40 / 3, actions[i / 40 % 3], &piece);
		for (size_t at = 0; at < before; at++)
			st_buf_add_byte(&text, (uint8_t) "[] [["[at % 5]);
		st_buf_add(&text, piece.data, piece.size);
		const uint8_t *at = text.data, *end = text.data + text.size;
		while ((at = replaced_or_nul(at, end)) < text.data + before)
			at++;
		if (at != text.data + before || replaced_at((struct st_span){at, piece.size}, &more) != piece.size)
			CHECK_FAIL("%.*s behind %zu bytes", (int)piece.size, (char *)piece.data, before);
		for (size_t cut = 1; cut < piece.size; cut++)
			if (replaced_or_nul(text.data + before, text.data + before + cut) != text.data + before ||
				replaced_at((struct st_span){text.data + before, cut}, &more) != 0 || !more)
				CHECK_FAIL("%.*s cut to %zu bytes", (int)piece.size, (char *)piece.data, cut);
	}
	replacer_close(replacer);
}

static void sixteen_bytes_at_a_time_stop_where_byte_by_byte_does(void)
{
	static const char bytes[] = "[[[*acdefimnopsuvz]0 \n\0\xff";
	uint64_t seed = 11;
	for (int i = 0; i < 20000; i++) {
		uint8_t text[96];
		size_t size = next_random(&seed) % sizeof text, rare = 1 + next_random(&seed) % 12;
		for (size_t at = 0; at < size; at++)
			text[at] = next_random(&seed) % rare == 0
					   ? (uint8_t)bytes[next_random(&seed) % (sizeof bytes - 1)]
					   : 'x';
		for (size_t from = 0; from <= size; from++)
			if (replaced_or_nul(text + from, text + size) !=
				replaced_or_nul_byte_by_byte(text + from, text + size))
				CHECK_FAIL("\"%.*s\" from %zu", (int)size, (char *)text, from);
	}
}

static void a_value_has_one_token(void)
{
	struct replacer *remembers = replacer_open(key);
	uint64_t seed = 5;
	for (int i = 0; i < 20000; i++) {
		char value[96];
		st_auto_buf struct st_buf got = {0}, want = {0};
		uint64_t number = next_random(&seed) % 6000;
		int width = number % 50 == 0 ? 80 : 4; /* some are longer than what is remembered */
		enum detect_kind kind = number % 3 ? DETECT_EMAIL_ADDRESS : DETECT_PERSON_NAME;
		snprintf(value, sizeof value, "%0*d@contoso.com", width, (int)number / 2);
		replacer_value(remembers, REDACT_TOKEN, kind, span(value), &got);
		struct replacer *fresh = replacer_open(key);
		replacer_value(fresh, REDACT_TOKEN, kind, span(value), &want);
		replacer_close(fresh);
		if (got.size != want.size || memcmp(got.data, want.data, got.size) != 0)
			CHECK_FAIL("%s: %.*s, not %.*s", value, (int)got.size, (char *)got.data, (int)want.size,
				(char *)want.data);
	}
	replacer_close(remembers);
}

int main(void)
{
	RUN(every_replacement_is_seen_where_it_begins);
	RUN(sixteen_bytes_at_a_time_stop_where_byte_by_byte_does);
	RUN(a_value_has_one_token);
	CHECK_END();
}
