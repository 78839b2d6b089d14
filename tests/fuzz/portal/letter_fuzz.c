/*
 * A mail as a keyholder that was taken over may give it: address, language and code, a NUL between them. What is
 * written has the head of every mail, line by line, and no byte that is not ASCII.
 */
#include "portal/letter.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void take(struct st_span *rest, char *out, size_t room)
{
	const uint8_t *end = rest->size > 0 ? memchr(rest->data, 0, rest->size) : NULL;
	size_t size = end != NULL ? (size_t)(end - rest->data) : rest->size, kept = size < room - 1 ? size : room - 1;
	memcpy(out, rest->data, kept);
	out[kept] = 0;
	rest->data += end != NULL ? size + 1 : size;
	rest->size -= end != NULL ? size + 1 : size;
}

/* Each begins a line, in this order, and no line stands between. */
static const char *const fields[] = {"From: <portal@contoso.example>", "To: <", "Subject: ", "Date: ", "Message-ID: <",
	"Auto-Submitted: auto-generated", "MIME-Version: 1.0",
	"Content-Language: ", "Content-Type: text/plain; charset=utf-8", "Content-Transfer-Encoding: quoted-printable",
	"\r\n"};

static void check(const struct st_buf *letter)
{
	const char *at = (const char *)letter->data;
	for (size_t i = 0; i < letter->size; i++)
		if (letter->data[i] >= 0x7f ||
			(letter->data[i] < ' ' && letter->data[i] != '\r' && letter->data[i] != '\n'))
			abort();
	for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++) {
		const char *end = strstr(at, "\r\n");
		if (end == NULL || strncmp(at, fields[i], strlen(fields[i])) != 0)
			abort();
		at = end + 2;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint8_t id[LETTER_ID_BYTES] = {1};
	struct portal_mail mail = {.number = 1, .expires_at = 1700000600};
	struct st_span rest = {data, size};
	if (size == 0 || size > 4096)
		return 0;
	take(&rest, mail.to, sizeof mail.to);
	take(&rest, mail.language, sizeof mail.language);
	take(&rest, mail.code, sizeof mail.code);
	if (!letter_is_sound(&mail))
		return 0;
	st_auto_buf struct st_buf letter = {0};
	letter_write(&mail, "portal@contoso.example", id, 1700000000, &letter);
	st_buf_reserve(&letter, 1);
	letter.data[letter.size] = 0;
	check(&letter);
	return 0;
}
