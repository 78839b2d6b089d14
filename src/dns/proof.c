#include "dns/proof.h"

#include "base/clock.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <sys/random.h>

/* The name servers of one zone. */
struct zone {
	struct dns_name servers[CEIL_DNS_SERVERS];
	size_t server_count;
	struct dns_place places[CEIL_DNS_PLACES];
	size_t place_count;
	bool too_many;
};

struct proof {
	struct names *names;
	const struct dns_options *options;
	struct dns_name name; /* whose texts are looked for, along the aliases */
	struct st_span token;
	uint64_t deadline_ms;
	struct zone zone, above; /* the name's, and the one that handed it over */
	struct dns_said said[CEIL_DNS_PLACES];
};

/* --- who the servers are --- */

static enum portal_verdict verdict_of(const struct names_answer *answer)
{
	return answer->state == NAMES_ANSWERED ? PORTAL_DONE
	       : answer->state == NAMES_BOGUS  ? PORTAL_BOGUS
					       : PORTAL_UNREACHABLE;
}

static void add_place(const struct proof *p, struct zone *zone, struct dns_place place)
{
	place.closed = !p->options->private_zone && !dns_place_is_public(&place);
	if (zone->place_count == CEIL_DNS_PLACES)
		zone->too_many = true;
	else
		zone->places[zone->place_count++] = place;
}

struct found {
	const struct proof *proof;
	struct zone *zone;
	size_t server;
};

static void on_address(void *context, const uint8_t *address, size_t size)
{
	const struct found *found = context;
	struct dns_place place = {.server = found->server};
	struct sockaddr_in *four = (struct sockaddr_in *)(void *)&place.address;
	struct sockaddr_in6 *six = (struct sockaddr_in6 *)(void *)&place.address;
	place.address.ss_family = size == 4 ? AF_INET : AF_INET6;
	place.size = size == 4 ? sizeof *four : sizeof *six;
	*(size == 4 ? &four->sin_port : &six->sin6_port) = htons(DNS_PORT);
	memcpy(size == 4 ? (void *)&four->sin_addr : (void *)&six->sin6_addr, address, size);
	add_place(found->proof, found->zone, place);
}

/* Addresses of all servers, asked side by side. A name without any stays a server that is not heard. */
static enum portal_verdict find_addresses(const struct proof *p, struct zone *zone)
{
	static const uint16_t types[] = {DNS_A, DNS_AAAA};
	struct names_answer answers[CEIL_DNS_SERVERS][2];
	enum portal_verdict verdict = PORTAL_DONE;
	for (size_t i = 0; i < zone->server_count; i++)
		for (size_t j = 0; j < 2; j++)
			names_begin(p->names, &zone->servers[i], types[j], &answers[i][j]);
	if (!names_wait(p->names, p->deadline_ms))
		verdict = PORTAL_UNREACHABLE;
	for (size_t i = 0; i < zone->server_count; i++) {
		for (size_t j = 0; j < 2; j++) {
			struct names_answer *answer = &answers[i][j];
			struct found found = {p, zone, i};
			struct st_span packet = {answer->packet.data, answer->packet.size};
			if (answer->state == NAMES_BOGUS)
				verdict = PORTAL_BOGUS;
			else if (answer->state == NAMES_ANSWERED &&
				 !dns_addresses_read(packet, types[j], on_address, &found) && verdict == PORTAL_DONE)
				verdict = PORTAL_UNREACHABLE;
			st_buf_free(&answer->packet);
		}
	}
	return verdict == PORTAL_DONE && zone->too_many ? PORTAL_UNREACHABLE : verdict;
}

static bool take_typed(const struct proof *p, const struct dns_name *name, struct zone *out)
{
	for (size_t i = 0; i < p->options->zone_count; i++) {
		if (!dns_name_equal(&p->options->zones[i].name, name))
			continue;
		struct dns_place place = p->options->zones[i].address;
		place.server = out->server_count++;
		out->places[out->place_count++] = place; /* as typed, wherever that is */
	}
	return out->server_count > 0;
}

/* The name servers that a name has of its own; DONE with none: look above it. */
static enum portal_verdict find_names(const struct proof *p, const struct dns_name *name, struct zone *out)
{
	struct names_answer answer;
	names_begin(p->names, name, DNS_NS, &answer);
	bool in_time = names_wait(p->names, p->deadline_ms);
	enum portal_verdict verdict = in_time ? verdict_of(&answer) : PORTAL_UNREACHABLE;
	struct st_span packet = {answer.packet.data, answer.packet.size};
	if (verdict == PORTAL_DONE &&
		!dns_servers_read(packet, name, out->servers, CEIL_DNS_SERVERS, &out->server_count))
		verdict = PORTAL_UNREACHABLE;
	st_buf_free(&answer.packet);
	return verdict;
}

/* The nearest name from *name upwards that has servers, which *name becomes; their addresses stand there already if the
 * operator typed them. */
static enum portal_verdict find_zone(const struct proof *p, struct dns_name *name, struct zone *out)
{
	out->server_count = out->place_count = 0;
	out->too_many = false;
	do {
		if (take_typed(p, name, out))
			return PORTAL_DONE;
		enum portal_verdict verdict = find_names(p, name, out);
		if (verdict != PORTAL_DONE || out->server_count > 0)
			return verdict;
	} while (dns_name_cut(name));
	return PORTAL_UNREACHABLE;
}

static void add_server(struct zone *zone, const struct dns_name *server)
{
	for (size_t i = 0; i < zone->server_count; i++)
		if (dns_name_equal(&zone->servers[i], server))
			return;
	if (zone->server_count == CEIL_DNS_SERVERS)
		zone->too_many = true;
	else
		zone->servers[zone->server_count++] = *server;
}

static uint64_t round_end_ms(const struct proof *p)
{
	uint64_t until_ms = st_now_ms() + CEIL_DNS_ROUND_MS;
	return until_ms < p->deadline_ms ? until_ms : p->deadline_ms;
}

/* What a zone says of its servers may come from one of them that is not its owner's any more: those that the zone above
 * handed it to count as well. */
static enum portal_verdict add_delegated(struct proof *p, const struct dns_name *zone)
{
	struct dns_name servers[CEIL_DNS_SERVERS], above = *zone;
	size_t count;
	if (!dns_name_cut(&above))
		return PORTAL_DONE; /* nobody hands the root over */
	enum portal_verdict verdict = find_zone(p, &above, &p->above);
	if (verdict == PORTAL_DONE && p->above.place_count == 0) {
		/* any of them will do: they are not the domain's */
		if (p->above.server_count > CEIL_DNS_SERVERS_ABOVE)
			p->above.server_count = CEIL_DNS_SERVERS_ABOVE;
		verdict = find_addresses(p, &p->above);
	}
	if (verdict != PORTAL_DONE)
		return verdict;
	if (!dns_ask_above(p->above.places, p->above.place_count, &p->name, zone, round_end_ms(p), servers,
		    CEIL_DNS_SERVERS, &count))
		return PORTAL_UNREACHABLE;
	for (size_t i = 0; i < count; i++)
		add_server(&p->zone, &servers[i]);
	return PORTAL_DONE;
}

/* Of the zone in which p->name lies. */
static enum portal_verdict find_servers(struct proof *p)
{
	struct dns_name zone = p->name;
	enum portal_verdict verdict = find_zone(p, &zone, &p->zone);
	if (verdict != PORTAL_DONE || p->zone.place_count > 0)
		return verdict;
	verdict = add_delegated(p, &zone);
	return verdict == PORTAL_DONE ? find_addresses(p, &p->zone) : verdict;
}

/* --- the way along the servers --- */

static enum dns_together ask(struct proof *p, const struct dns_name *name)
{
	const struct zone *zone = &p->zone;
	dns_ask_all(zone->places, zone->place_count, name, p->token, round_end_ms(p), p->said);
	return dns_agree(zone->places, p->said, zone->place_count, zone->server_count);
}

static const struct dns_said *first_usable(const struct proof *p)
{
	size_t i = 0;
	while (!dns_is_usable(&p->said[i]))
		i++;
	return &p->said[i];
}

/* A name that nobody made has the same alias: true. */
static bool is_wildcard(struct proof *p, const struct dns_name *alias)
{
	uint8_t bytes[8];
	char label[2 * sizeof bytes + 2] = "_";
	struct dns_name other = p->name;
	if (getrandom(bytes, sizeof bytes, 0) != (ssize_t)sizeof bytes || !dns_name_cut(&other))
		return true;
	st_hex(bytes, sizeof bytes, label + 1);
	if (!dns_name_prepend(label, &other))
		return false; /* no room for such a name */
	ask(p, &other);
	for (size_t i = 0; i < p->zone.place_count; i++)
		if (dns_is_usable(&p->said[i]) && p->said[i].kind == DNS_ALIAS &&
			dns_name_equal(&p->said[i].alias, alias))
			return true;
	return false;
}

/* DONE: all servers have the token, beside the same texts. */
static enum portal_verdict follow(struct proof *p, struct dns_texts *texts)
{
	for (unsigned hops = 0; hops <= CEIL_DNS_ALIASES; hops++) {
		enum portal_verdict verdict = find_servers(p);
		if (verdict != PORTAL_DONE)
			return verdict;
		enum dns_together together = ask(p, &p->name);
		if (together == DNS_ALL_HAVE) {
			*texts = first_usable(p)->texts;
			return PORTAL_DONE;
		}
		if (together != DNS_ALL_ALIAS)
			return together == DNS_NONE_HAS ? PORTAL_NOT_FOUND
			       : together == DNS_DIFFER ? PORTAL_DISAGREE
							: PORTAL_UNREACHABLE;
		struct dns_name alias = first_usable(p)->alias;
		if (hops == 0 && is_wildcard(p, &alias))
			return PORTAL_NOT_FOUND;
		p->name = alias;
	}
	return PORTAL_UNREACHABLE; /* a loop, or as good as one */
}

/* --- the validating resolver --- */

/* What its message says at the end of the aliases in it. */
static enum dns_kind read_end(
	const struct names_answer *answer, struct dns_name name, struct st_span token, struct dns_texts *texts)
{
	struct st_span packet = {answer->packet.data, answer->packet.size};
	struct dns_name alias;
	enum dns_kind kind = DNS_ALIAS;
	for (unsigned hops = 0; hops <= CEIL_DNS_ALIASES && kind == DNS_ALIAS; hops++) {
		kind = dns_message_read(packet, &name, token, &alias, texts);
		name = alias;
	}
	return kind;
}

static enum portal_verdict compare(const struct names_answer *answer, const struct dns_name *name, struct st_span token,
	const struct dns_texts *servers)
{
	struct dns_texts texts;
	enum portal_verdict verdict = verdict_of(answer);
	if (verdict != PORTAL_DONE)
		return verdict;
	bool agree = read_end(answer, *name, token, &texts) == DNS_TEXTS && texts.wanted &&
		     memcmp(texts.digest, servers->digest, sizeof texts.digest) == 0;
	return agree ? PORTAL_DONE : PORTAL_DISAGREE;
}

/* The validator first: what is forged is not asked for further. */
static enum portal_verdict prove(struct proof *p, struct names_answer *validated)
{
	struct dns_texts texts;
	const struct dns_name start = p->name;
	names_begin(p->names, &p->name, DNS_TXT, validated);
	if (!names_wait(p->names, p->deadline_ms))
		return PORTAL_UNREACHABLE;
	if (validated->state == NAMES_BOGUS)
		return PORTAL_BOGUS;
	enum portal_verdict verdict = follow(p, &texts);
	return verdict == PORTAL_DONE ? compare(validated, &start, p->token, &texts) : verdict;
}

enum portal_verdict dns_prove(struct names *names, const struct dns_options *options,
	const struct portal_lookup *lookup, uint64_t deadline_ms)
{
	struct proof *p = st_alloc_zero(1, sizeof *p);
	/* outlives this function: a question that is not answered in time still points to it until the names are closed
	 */
	struct names_answer *validated = st_alloc_zero(1, sizeof *validated);
	*p = (struct proof){.names = names,
		.options = options,
		.token = {(const uint8_t *)lookup->txt_value, strlen(lookup->txt_value)},
		.deadline_ms = deadline_ms};
	enum portal_verdict verdict = PORTAL_NOT_FOUND;
	if (p->token.size > 0 && dns_name_parse(lookup->txt_name, &p->name))
		verdict = prove(p, validated);
	if (validated->state != NAMES_WAITING) {
		st_buf_free(&validated->packet);
		free(validated);
	}
	free(p);
	return verdict;
}
