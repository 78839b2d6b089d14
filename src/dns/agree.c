#include "dns/agree.h"

static bool same(const struct dns_said *a, const struct dns_said *b)
{
	return a->kind == b->kind && dns_name_equal(&a->alias, &b->alias) && a->texts.count == b->texts.count &&
	       a->texts.wanted == b->texts.wanted &&
	       memcmp(a->texts.digest, b->texts.digest, sizeof a->texts.digest) == 0;
}

bool dns_is_usable(const struct dns_said *said)
{
	return said->reach == DNS_HEARD &&
	       (said->kind == DNS_NOTHING || said->kind == DNS_ALIAS || said->kind == DNS_TEXTS);
}

static bool every_server_is_heard(
	const struct dns_place *places, const struct dns_said *said, size_t count, size_t servers)
{
	for (size_t server = 0; server < servers; server++) {
		bool heard = false;
		for (size_t i = 0; i < count; i++)
			heard |= places[i].server == server && dns_is_usable(&said[i]);
		if (!heard)
			return false;
	}
	return servers > 0;
}

enum dns_together dns_agree(const struct dns_place *places, const struct dns_said *said, size_t count, size_t servers)
{
	const struct dns_said *first = NULL;
	bool silent = !every_server_is_heard(places, said, count, servers), differ = false, found = false;
	for (size_t i = 0; i < count; i++) {
		if (!dns_is_usable(&said[i])) {
			silent |= said[i].reach != DNS_NO_ROUTE;
			continue;
		}
		first = first == NULL ? &said[i] : first;
		differ |= !same(first, &said[i]);
		found |= said[i].texts.wanted || said[i].kind == DNS_ALIAS;
	}
	if (first == NULL)
		return DNS_SOME_SILENT;
	if (!found)
		return DNS_NONE_HAS;
	if (differ)
		return DNS_DIFFER;
	if (silent)
		return DNS_SOME_SILENT;
	return first->kind == DNS_ALIAS ? DNS_ALL_ALIAS : DNS_ALL_HAVE;
}
