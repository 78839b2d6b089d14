/* What an e-mail address says of persons and organizations (contract 5). */
#include "cli/scan.h"

static bool is_or_is_below(struct st_span host, const char *domain)
{
	size_t size = strlen(domain);
	if (host.size < size || memcmp(host.data + host.size - size, domain, size) != 0)
		return false;
	return host.size == size || host.data[host.size - size - 1] == '.';
}

static bool is_own(struct st_span host, const char *const *own_domains)
{
	for (; own_domains != NULL && *own_domains != NULL; own_domains++)
		if (is_or_is_below(host, *own_domains))
			return true;
	return false;
}

static bool is_text(struct st_span span, const char *text)
{
	return span.size == strlen(text) && memcmp(span.data, text, span.size) == 0;
}

/* `min` joins name+tag@ with name@ (RFC 5233 subaddressing), and the dots that Gmail ignores (Google's help page "Dots
 * don't matter in Gmail addresses"; googlemail.com is the same mailbox). */
static void person_key(struct st_span local, struct st_span host, struct scan_party *out)
{
	bool gmail = is_text(host, "gmail.com") || is_text(host, "googlemail.com");
	size_t at = 0;
	for (size_t i = 0; i < local.size && at < sizeof out->buffer - 1; i++) {
		if (local.data[i] == '+' && i > 0)
			break;
		if (gmail && local.data[i] == '.')
			continue;
		out->buffer[at++] = local.data[i];
	}
	struct st_span domain = gmail ? (struct st_span){(const uint8_t *)"gmail.com", 9} : host;
	out->buffer[at++] = '@';
	for (size_t i = 0; i < domain.size && at < sizeof out->buffer; i++)
		out->buffer[at++] = domain.data[i];
	out->person = (struct st_span){out->buffer, at};
}

void scan_party_of(struct st_span address, const char *const *own_domains, struct scan_party *out)
{
	out->role = out->staff = false;
	out->organization = out->person = (struct st_span){NULL, 0};
	const uint8_t *sign = address.size ? memrchr(address.data, '@', address.size) : NULL;
	if (sign == NULL)
		return;
	struct st_span local = {address.data, (size_t)(sign - address.data)};
	struct st_span host = {sign + 1, address.size - local.size - 1};
	out->role = detect_is_role_mailbox(local);
	out->staff = is_own(host, own_domains);
	person_key(local, host, out);
	struct st_span domain = detect_registrable_domain(host);
	if (!out->staff && domain.size > 0 && !detect_is_free_mail(domain) && !detect_is_disposable(domain))
		out->organization = domain;
}
