#include "portal/letter.h"

#include "base/mail.h"
#include "portal/crockford.h"
#include "portal/words.h"

#define CODE_LETTERS 8

static bool code_is_sound(const char *code)
{
	uint64_t bits;
	char again[16] = "";
	if (strlen(code) != CODE_LETTERS + 1 || !crockford_read(code, CODE_LETTERS, &bits))
		return false;
	crockford_write(bits, CODE_LETTERS, again);
	return strcmp(code, again) == 0;
}

bool letter_is_sound(const struct portal_mail *mail)
{
	enum words_language language;
	struct st_span to = {(const uint8_t *)mail->to, strlen(mail->to)};
	if (!st_mail_address_is_sound(mail->to) || !code_is_sound(mail->code) ||
		!words_from_tag(mail->language, strlen(mail->language), &language))
		return false;
	struct portal_identity identity = portal_identity_read(to);
	bool mailbox = identity.kind == PORTAL_MAILBOX || identity.kind == PORTAL_ROLE_MAILBOX ||
		       identity.kind == PORTAL_SILENT_MAILBOX;
	return mailbox && strcmp(identity.text, mail->to) == 0;
}

static void add(struct st_buf *out, enum words_language language, const char *english)
{
	const char *text = words_get(language, english);
	st_buf_add(out, text, strlen(text));
	st_buf_add(out, "\n\n", 2);
}

static void write_body(const struct portal_mail *mail, enum words_language language, struct st_buf *out)
{
	add(out, language, T("The code you asked for:"));
	st_buf_format(out, "    %s\n\n", mail->code);
	add(out, language,
		T("Type it into the page that waits for it, in the browser in which you asked. It works once, within "
		  "10 "
		  "minutes of asking."));
	add(out, language, T("Nobody from us asks you for this code, and this mail has no link."));
	add(out, language, T("If you did not ask for it, do nothing: without the code nobody sees anything."));
	out->size--; /* the last empty line */
}

void letter_write(const struct portal_mail *mail, const char *from, const uint8_t id[LETTER_ID_BYTES], int64_t now,
	struct st_buf *out)
{
	enum words_language language = WORDS_ENGLISH;
	char hex[2 * LETTER_ID_BYTES + 1], to[PORTAL_IDENTITY_TEXT];
	char *list[] = {to};
	st_auto_secret struct st_buf body = {0};
	(void)words_from_tag(mail->language, strlen(mail->language), &language);
	memcpy(to, mail->to, sizeof to);
	st_hex(id, LETTER_ID_BYTES, hex);
	const struct st_mail head = {.from = from,
		.to = list,
		.to_count = 1,
		.subject = words_get(language, T("Your code")),
		.id = hex,
		.language = words_tag(language),
		.utf8 = true};
	st_mail_head(&head, now, out);
	write_body(mail, language, &body);
	st_mail_quote((struct st_span){body.data, body.size}, out);
}
