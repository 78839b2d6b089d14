#include "portal/identity.h"

#include "detect/detect.h"
#include "portal/text.h"

struct question {
	size_t size;
	struct st_buf canonical; /* of the one address that the whole text is */
};

static void hear(void *context, const struct detect_mention *mention)
{
	struct question *question = context;
	if (mention->kind == DETECT_EMAIL_ADDRESS && mention->form == DETECT_PLAIN && mention->start == 0 &&
		mention->end == question->size)
		st_buf_add(&question->canonical, mention->canonical.data, mention->canonical.size);
}

/* The canonical form of a text that is one address, written plainly, and nothing else; empty if it is not. */
static struct st_buf canonical_address(struct st_span text)
{
	struct detect_options options = {0};
	struct question question = {.size = text.size};
	struct detect *detect = detect_open(&options, hear, &question);
	detect_feed(detect, text.data, text.size);
	detect_finish(detect);
	detect_close(detect);
	return question.canonical;
}

static struct st_span host_of(struct st_span address)
{
	const uint8_t *at = address.size > 0 ? memrchr(address.data, '@', address.size) : NULL;
	return at != NULL ? (struct st_span){at + 1, (size_t)(address.data + address.size - at - 1)}
			  : (struct st_span){0};
}

static bool is_anybodys(struct st_span domain)
{
	return domain.size == 0 || detect_is_free_mail(domain) || detect_is_disposable(domain);
}

static enum portal_identity_kind kind_of_mailbox(struct st_span address)
{
	struct st_span host = host_of(address), domain = detect_registrable_domain(host);
	struct st_span local = {address.data, address.size - host.size - 1};
	for (size_t i = 0; i < local.size; i++)
		if (strchr("\"%!()", local.data[i]) != NULL)
			return PORTAL_NO_IDENTITY; /* routes and comments of old mail (RFC 5321, F.2) */
	if (!detect_is_role_mailbox(local))
		return PORTAL_MAILBOX;
	return is_anybodys(domain) || domain.size != host.size ? PORTAL_SILENT_MAILBOX : PORTAL_ROLE_MAILBOX;
}

static enum portal_identity_kind kind_of_domain(struct st_span host)
{
	struct st_span domain = detect_registrable_domain(host);
	if (is_anybodys(domain))
		return PORTAL_PUBLIC_DOMAIN;
	return domain.size == host.size ? PORTAL_ORGANIZATION : PORTAL_PART_OF_DOMAIN;
}

static bool is_blank(uint8_t c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

struct portal_identity portal_identity_read(struct st_span typed)
{
	struct portal_identity out = {.kind = PORTAL_NO_IDENTITY};
	for (; typed.size > 0 && is_blank(*typed.data); typed.size--)
		typed.data++;
	while (typed.size > 0 && is_blank(typed.data[typed.size - 1]))
		typed.size--;
	if (typed.size == 0 || typed.size >= PORTAL_IDENTITY_TEXT || !portal_text_is_sound(typed))
		return out;
	bool mailbox = memchr(typed.data, '@', typed.size) != NULL;
	st_auto_buf struct st_buf question = {0}, canonical = {0};
	if (!mailbox)
		st_buf_add(&question, "x@", 2);
	st_buf_add(&question, typed.data, typed.size);
	canonical = canonical_address((struct st_span){question.data, question.size});
	struct st_span address = {canonical.data, canonical.size}, host = host_of(address);
	struct st_span domain = detect_registrable_domain(host);
	if (host.size == 0 || !portal_text_copy(mailbox ? address : host, out.text, sizeof out.text) ||
		!portal_text_copy(domain, out.domain, sizeof out.domain))
		return (struct portal_identity){.kind = PORTAL_NO_IDENTITY};
	out.kind = mailbox ? kind_of_mailbox(address) : kind_of_domain(host);
	return out.kind != PORTAL_NO_IDENTITY ? out : (struct portal_identity){.kind = PORTAL_NO_IDENTITY};
}
