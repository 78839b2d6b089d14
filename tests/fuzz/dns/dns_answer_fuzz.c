/*
 * What a name server answers. Whatever comes: names stay inside of their bounds and are written as text that is one
 * name again, the wanted text is seen only if it stands in the bytes, a message that is read twice says the same, and
 * what is damaged or strange says nothing.
 */
#include "dns/wire.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define WANTED "token"

static void check_name(const struct dns_name *name)
{
	char text[DNS_NAME_TEXT];
	if (name->size == 0 || name->size > DNS_NAME_BYTES || name->bytes[name->size - 1] != 0)
		abort();
	size_t at = 0;
	while (name->bytes[at] != 0)
		at += 1u + name->bytes[at];
	if (at != name->size - 1)
		abort();
	dns_name_text(name, text);
	if (strlen(text) >= sizeof text || text[strlen(text) - 1] != '.')
		abort();
	for (struct dns_name cut = *name; dns_name_cut(&cut);)
		if (cut.size >= name->size || cut.bytes[cut.size - 1] != 0)
			abort();
}

static void check_texts(
	enum dns_kind kind, const struct dns_name *alias, const struct dns_texts *texts, struct st_span packet)
{
	if ((kind == DNS_TEXTS) != (texts->count > 0) || (kind == DNS_ALIAS) != (alias->size > 0))
		abort();
	if (texts->wanted && (kind != DNS_TEXTS || packet.size < strlen(WANTED)))
		abort();
	if (kind == DNS_ALIAS)
		check_name(alias);
}

static void on_address(void *context, const uint8_t *address, size_t size)
{
	const struct st_span *packet = context;
	if ((size != 4 && size != 16) || address < packet->data || address + size > packet->data + packet->size)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct st_span wanted = {(const uint8_t *)WANTED, sizeof WANTED - 1};
	struct dns_name name, alias, again, servers[4];
	struct dns_texts texts, more;
	struct st_span packet = {data, size};
	size_t count;
	if (!dns_name_parse("_exposure-challenge.contoso.com", &name))
		abort();
	uint16_t id = size >= 2 ? (uint16_t)(data[0] << 8 | data[1]) : 0;
	enum dns_kind kind = dns_answer_read(packet, id, &name, wanted, &alias, &texts);
	check_texts(kind, &alias, &texts, packet);
	if (dns_answer_read(packet, (uint16_t)(id + 1), &name, wanted, &again, &more) != DNS_STRANGE)
		abort();
	kind = dns_message_read(packet, &name, wanted, &alias, &texts);
	check_texts(kind, &alias, &texts, packet);
	if (dns_message_read(packet, &name, wanted, &again, &more) != kind ||
		memcmp(more.digest, texts.digest, sizeof texts.digest) != 0)
		abort();
	struct dns_name zone = name;
	dns_name_cut(&zone);
	if (dns_referral_read(packet, (uint16_t)(id + 1), &name, &zone, servers, 4, &count) != DNS_STRANGE)
		abort();
	if (dns_referral_read(packet, id, &name, &zone, servers, 4, &count) == DNS_REFERRAL)
		for (size_t i = 0; i < count; i++)
			check_name(&servers[i]);
	if (dns_servers_read(packet, &name, servers, 4, &count))
		for (size_t i = 0; i < count; i++)
			check_name(&servers[i]);
	dns_addresses_read(packet, DNS_A, on_address, &packet);
	dns_addresses_read(packet, DNS_AAAA, on_address, &packet);
	return 0;
}
