/* Slow and plain on purpose: texts are read again for every packet. */
#include "audit/straight.h"

#include "audit/result.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

enum answer { NO, MAYBE, YES };

static bool text_is(const char *text, const char *word)
{
	return strcasecmp(text, word) == 0;
}

/* --- prefixes, bit by bit --- */

struct bits {
	uint8_t bytes[16];
	int count; /* 32 or 128; 0: no address */
};

static struct bits read_address(const char *text)
{
	struct bits bits = {.count = 0};
	if (inet_pton(AF_INET, text, bits.bytes) == 1)
		bits.count = 32;
	else if (inet_pton(AF_INET6, text, bits.bytes) == 1)
		bits.count = 128;
	static const uint8_t mapped[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
	if (bits.count == 128 && memcmp(bits.bytes, mapped, sizeof mapped) == 0) { /* IPv4 written as IPv6 */
		memmove(bits.bytes, bits.bytes + 12, 4);
		memset(bits.bytes + 4, 0, 12);
		bits.count = 32;
	}
	return bits;
}

static bool same_front(const struct bits *a, const struct bits *b, int length)
{
	for (int i = 0; i < length; i++)
		if ((a->bytes[i / 8] ^ b->bytes[i / 8]) & 0x80 >> i % 8)
			return false;
	return true;
}

/* MAYBE: the text is no prefix. whole: the prefix is all of its family. */
static enum answer in_prefix(char *text, const struct bits *address, bool *whole)
{
	char *slash = strchr(text, '/'), *dash = strchr(text, '-'), *end = NULL;
	*whole = false;
	if (slash != NULL) {
		*slash = 0;
		long length = strtol(slash + 1, &end, 10);
		if (slash[1] < '0' || slash[1] > '9' || *end != 0 || length > 128 || strlen(slash + 1) > 3)
			return MAYBE;
		bool everything = strcmp(slash + 1, "0") == 0 && (text[0] == 0 || strcmp(text, "0") == 0);
		struct bits front = read_address(everything ? "0.0.0.0" : text);
		*whole = length == 0 && front.count == address->count;
		if (front.count == 32 && strchr(text, ':') != NULL)
			length -= 96;
		if (front.count == 0 || length < 0 || length > front.count)
			return MAYBE;
		return front.count == address->count && same_front(&front, address, (int)length) ? YES : NO;
	}
	if (dash != NULL)
		*dash = 0;
	struct bits first = read_address(text), last = dash != NULL ? read_address(dash + 1) : first;
	if (first.count == 0 || last.count != first.count || memcmp(first.bytes, last.bytes, 16) > 0)
		return MAYBE;
	*whole = false;
	return first.count == address->count && memcmp(first.bytes, address->bytes, 16) <= 0 &&
			       memcmp(address->bytes, last.bytes, 16) <= 0
		       ? YES
		       : NO;
}

/* Outside of all that is private, shared, local, multicast or reserved. */
static bool on_the_internet(const struct bits *address)
{
	static const char *const inside[] = {"0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8",
		"168.63.129.16/32", "169.254.0.0/16", "172.16.0.0/12", "192.168.0.0/16", "224.0.0.0/3"};
	bool whole;
	char copy[24];
	if (address->count == 128)
		return address->bytes[0] >> 5 == 1;
	for (size_t i = 0; i < sizeof inside / sizeof inside[0]; i++) {
		snprintf(copy, sizeof copy, "%s", inside[i]);
		if (in_prefix(copy, address, &whole) == YES)
			return false;
	}
	return true;
}

/* --- one value against one side of the packet --- */

static enum answer source_is(char *text, const struct audit_packet *packet, bool deny)
{
	struct st_span span = audit_span(text);
	enum audit_tag tag = audit_tag_of(span);
	char copy[AUDIT_ADDRESS_TEXT] = "";
	bool tagged = packet->source.size > 4 && memcmp(packet->source.data, "tag:", 4) == 0, whole;
	if (tag == AUDIT_TAG_ANY)
		return YES;
	if (tag == AUDIT_TAG_PRIVATE)
		return NO;
	if (!tagged && packet->source.size < sizeof copy)
		memcpy(copy, packet->source.data, packet->source.size);
	struct bits address = read_address(tagged ? packet->v6 ? "2001:db8::" : "203.0.113.0" : copy);
	if (tag == AUDIT_TAG_INTERNET)
		return tagged || on_the_internet(&address) ? YES : NO;
	if (tag != AUDIT_TAG_NONE) {
		struct st_span name = {packet->source.data + 4, packet->source.size - 4};
		if (!tagged)
			return NO;
		return audit_tag_holds(span, name) ? YES : deny ? MAYBE : NO;
	}
	enum answer answer = in_prefix(text, &address, &whole);
	return tagged && answer == YES && !whole ? NO : answer;
}

static enum answer destination_is(const struct audit_word *word, char *text, const struct audit_destination *to)
{
	enum audit_tag tag = word->kind == AUDIT_LITERAL ? audit_tag_of(audit_span(text)) : AUDIT_TAG_NONE;
	struct audit_words one = {&word, 1};
	struct audit_rule rule = {.destinations = one};
	if (tag == AUDIT_TAG_ANY)
		return YES;
	if (word->kind != AUDIT_LITERAL || tag != AUDIT_TAG_NONE || !(to->v4_known || to->v6_known))
		return (enum answer)audit_destination_match(&rule, to);
	bool whole;
	char address[AUDIT_ADDRESS_TEXT];
	enum answer answer = NO;
	for (int v6 = 0; v6 < 2; v6++) {
		if (!(v6 ? to->v6_known : to->v4_known))
			continue;
		char copy[256];
		snprintf(copy, sizeof copy, "%s", text);
		audit_address_text(v6 ? to->v6 : to->v4, address);
		struct bits bits = read_address(address);
		enum answer here = in_prefix(copy, &bits, &whole);
		answer = here > answer ? here : answer;
	}
	return answer;
}

static enum answer port_is(const char *text, unsigned port)
{
	char *end;
	if (text_is(text, "*") || text_is(text, "any"))
		return YES;
	unsigned long first = strtoul(text, &end, 10), last = first;
	if (end == text || text[0] == '-' || text[0] == '+')
		return MAYBE;
	while (*end == ' ')
		end++;
	if (*end == '-') {
		const char *second = end + 1 + strspn(end + 1, " ");
		last = strtoul(second, &end, 10);
		if (end == second || *second == '-' || *second == '+')
			return MAYBE;
	}
	if (*end != 0 || last > 65535 || first > last)
		return MAYBE;
	return first <= port && port <= last ? YES : NO;
}

/* --- a rule --- */

enum side { SOURCE, SOURCE_PORT, DESTINATION, DESTINATION_PORT };

static enum answer one_value(
	const struct audit_word *word, char *text, enum side side, const struct audit_packet *packet, bool deny)
{
	if (side == DESTINATION)
		return destination_is(word, text, packet->destination);
	if (word->kind == AUDIT_MEMBERS)
		return NO;
	if (word->kind == AUDIT_UNRESOLVED)
		return MAYBE;
	if (side == SOURCE)
		return source_is(text, packet, deny);
	return port_is(text, side == SOURCE_PORT ? packet->source_port : packet->destination_port);
}

static enum answer any_of(const struct audit_words *words, enum side side, const struct audit_packet *packet, bool deny)
{
	enum answer best = NO;
	for (uint32_t i = 0; i < words->count; i++) {
		char room[64], *rest, *part;
		st_auto_free char *large =
			words->items[i]->size < sizeof room ? NULL : st_alloc(words->items[i]->size + (size_t)1);
		char *copy = large != NULL ? large : room;
		memcpy(copy, words->items[i]->text, words->items[i]->size + (size_t)1);
		rest = copy;
		while ((part = words->items[i]->kind == AUDIT_LITERAL ? strsep(&rest, ",") : copy) != NULL) {
			part += strspn(part, " \t\r\n\v\f");
			for (size_t size = strlen(part); size > 0 && strchr(" \t\r\n\v\f", part[size - 1]); size--)
				part[size - 1] = 0;
			enum answer answer = one_value(words->items[i], part, side, packet, deny);
			best = answer > best ? answer : best;
			if (words->items[i]->kind != AUDIT_LITERAL)
				break;
		}
	}
	return best;
}

/* A protocol by its number, which no other name has. */
static enum answer is_number(const char *text, const struct audit_packet *packet)
{
	char *end;
	unsigned long number = strtoul(text, &end, 10);
	if (*text < '0' || *text > '9' || strlen(text) > 5 || *end != 0 || number > 255)
		return MAYBE;
	return packet->protocol == AUDIT_PROTOCOL_OTHER && packet->number == number ? YES : NO;
}

static enum answer protocol_is(const struct audit_rule *rule, const struct audit_packet *packet)
{
	static const char *const names[][4] = {{"tcp", "6", "tcp", "tcp"}, {"udp", "17", "udp", "udp"},
		{"icmp", "1", "icmpv6", "58"}, {"esp", "50", "esp", "esp"}, {"ah", "51", "ah", "ah"}};
	bool known = false;
	if (rule->protocol->kind == AUDIT_LITERAL && strncmp(rule->protocol->text, "ip-", 3) == 0)
		return is_number(rule->protocol->text + 3, packet);
	if (audit_word_is(rule->protocol, "*") || audit_word_is(rule->protocol, "any") ||
		audit_word_is(rule->protocol, "all") || audit_word_is(rule->protocol, "-1"))
		return YES;
	for (int i = 0; i < 5; i++) {
		for (int j = 0; j < 4; j++) {
			if (!audit_word_is(rule->protocol, names[i][j]))
				continue;
			known = true;
			if (i == packet->protocol)
				return YES;
		}
	}
	return known ? NO : MAYBE;
}

/* A named protocol without ports is matched whatever the ports say; "any" only by a rule of all ports. */
static enum answer ports_match(const struct audit_rule *rule, const struct audit_packet *packet)
{
	struct audit_packet probe = *packet;
	if (packet->protocol <= AUDIT_PROTOCOL_UDP)
		return any_of(&rule->ports, DESTINATION_PORT, packet, false);
	bool named = !(audit_word_is(rule->protocol, "*") || audit_word_is(rule->protocol, "any") ||
		       audit_word_is(rule->protocol, "all") || audit_word_is(rule->protocol, "-1"));
	if (named)
		return YES;
	/* a port that is not matched lies at 0 or right behind one that is */
	enum answer least = any_of(&rule->ports, DESTINATION_PORT, &(struct audit_packet){0}, false);
	for (uint32_t i = 0; i < rule->ports.count; i++) {
		const char *text = rule->ports.items[i]->text;
		for (size_t at = 0; at < rule->ports.items[i]->size; at++) {
			char *end;
			if (text[at] < '0' || text[at] > '9')
				continue;
			unsigned long port = strtoul(text + at, &end, 10) + 1;
			at = (size_t)(end - text) - 1;
			probe.destination_port = (uint16_t)port;
			enum answer answer =
				port <= 65535 ? any_of(&rule->ports, DESTINATION_PORT, &probe, false) : YES;
			least = answer < least ? answer : least;
		}
	}
	return least;
}

/* One side after the other; who says no ends it. */
static enum answer rule_is(const struct audit_rule *rule, const struct audit_packet *packet)
{
	bool deny = rule->access != AUDIT_ALLOW;
	enum answer least = rule->conditional ? MAYBE : YES;
	for (int side = 0; side < 5 && least != NO; side++) {
		enum answer here = side == 0   ? ports_match(rule, packet)
				   : side == 1 ? protocol_is(rule, packet)
				   : side == 2 ? any_of(&rule->sources, SOURCE, packet, deny)
				   : side == 3 ? any_of(&rule->source_ports, SOURCE_PORT, packet, deny)
					       : any_of(&rule->destinations, DESTINATION, packet, deny);
		least = here < least ? here : least;
	}
	return least;
}

/* --- a gate --- */

static void say(const struct audit_rule *rule, struct audit_answer *answer)
{
	answer->may_pass |= rule->access != AUDIT_DENY;
	answer->may_be_stopped |= rule->access != AUDIT_ALLOW;
}

static int by_priority(const void *a, const void *b)
{
	const struct audit_rule *x = *(const struct audit_rule *const *)a, *y = *(const struct audit_rule *const *)b;
	return x->priority < y->priority ? -1 : x->priority > y->priority;
}

/* Most inputs have their rules in this order. */
static bool in_order(const struct audit_rule *const *rules, size_t count)
{
	for (size_t i = 1; i < count; i++)
		if (rules[i - 1]->priority > rules[i]->priority)
			return false;
	return true;
}

/* Rules that allow, in no order: any of them does. */
static struct audit_answer ask_union(const struct audit_group *group, const struct audit_packet *packet)
{
	enum answer best = NO;
	for (size_t i = 0; i < group->rule_count; i++) {
		enum answer match = rule_is(&group->rules[i], packet);
		best = match > best ? match : best;
	}
	return (struct audit_answer){best != NO, best != YES};
}

/* The rules of one priority, from `at` on; true when one of them surely decides. *next: behind them. */
static bool ask_priority(const struct audit_rule *const *rules, size_t count, size_t at,
	const struct audit_packet *packet, bool surely, struct audit_answer *answer, size_t *next)
{
	bool decided = false;
	for (*next = at; *next < count && rules[*next]->priority == rules[at]->priority; ++*next) {
		enum answer match = rule_is(rules[*next], packet);
		if (match != NO)
			say(rules[*next], answer);
		decided |= surely && match == YES;
	}
	return decided;
}

static struct audit_answer ask_gate(const struct audit_group *group, const struct audit_packet *packet)
{
	struct audit_answer answer = {false, false};
	size_t count = group->rule_count, at = 0, next = 0;
	st_auto_free const struct audit_rule **rules = st_alloc_zero(count + 1, sizeof *rules);
	for (size_t i = 0; i < count; i++)
		rules[i] = &group->rules[i];
	if (!in_order(rules, count))
		qsort(rules, count, sizeof *rules, by_priority);
	/* a rule whose priority is not known may stand first, and stands somewhere */
	bool floating = count > 0 && rules[0]->priority == AUDIT_PRIORITY_UNKNOWN;
	if (floating)
		ask_priority(rules, count, 0, packet, false, &answer, &at);
	for (; at < count; at = next)
		if (ask_priority(rules, count, at, packet, true, &answer, &next))
			return answer;
	if (!floating || !ask_priority(rules, count, 0, packet, true, &answer, &at))
		answer.may_be_stopped = true; /* DenyAllInBound */
	return answer;
}

struct audit_answer audit_straight(const struct audit_store *store, const struct audit_packet *packet)
{
	struct audit_answer answer = {true, packet->destination->in_doubt};
	for (size_t gate = 0; gate < store->gate_count; gate++) {
		const struct audit_group *group = store->gates[gate];
		bool all_allow = group->kind == AUDIT_GROUP_SECURITY || group->kind == AUDIT_GROUP_JOINED;
		if (group->kind == AUDIT_GROUP_REPLY && packet->protocol != AUDIT_PROTOCOL_TCP)
			continue;
		struct audit_answer here = all_allow ? ask_union(group, packet) : ask_gate(group, packet);
		answer.may_pass &= here.may_pass;
		answer.may_be_stopped |= here.may_be_stopped;
	}
	return answer;
}
