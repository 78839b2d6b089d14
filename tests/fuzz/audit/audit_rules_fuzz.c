/*
 * Rules made of any bytes, also with values that cannot be resolved: what the sets of reach.c say of a packet is what
 * the plain reading of straight.c says. Surely in: nothing may stop it. Surely out: nothing may let it in.
 */
#include "audit/reach.h"
#include "audit/straight.h"

#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct bytes {
	const uint8_t *at, *end;
};

static unsigned take(struct bytes *in)
{
	return in->at < in->end ? *in->at++ : 0;
}

static const char *const addresses[] = {"*", "Internet", "0.0.0.0/0", "0.0.0.0/1", "128.0.0.0/1", "203.0.113.0/24",
	"203.0.113.7", "8.0.0.0/7", "10.0.0.0/8", "VirtualNetwork", "AzureCloud", "AzureCloud.westeurope", "Storage",
	"GatewayManager", "ContosoOffices", "[parameters('x')]", "::/0", "2001:db8::/32", "2001:db8::7",
	"1.2.3.4,8.8.8.8", "203.0.113.4-203.0.113.9", "0.0.0.0/33", "", "300.1.1.1", "::ffff:203.0.113.7",
	"168.63.129.16", "0/0", "64.0.0.0/2"};
static const char *const places[] = {"*", "*", "*", "VirtualNetwork", "10.1.0.4", "10.1.0.0/16", "fd00::4", "20.50.1.2",
	"Internet", "[parameters('y')]", "0.0.0.0/0", "::/0", "172.16.0.0/12,10.0.0.0/9"};
static const char *const ports[] = {"*", "22", "9200", "9200-9300", "0-1023", "443", "[variables('p')]", "70000",
	"1-65535", "20-30,9200", "1024-65535", "80-70", "22-"};
static const char *const protocols[] = {"*", "Tcp", "udp", "ICMP", "Esp", "6", "sctp", "[p]"};
static const uint16_t lines[] = {22, 9200, 443, 0, 65535, 1023, 25, 9250};
static const char *const sources[] = {"203.0.113.7", "203.0.113.9", "8.8.8.8", "9.1.1.1", "1.2.3.4", "200.1.1.1",
	"65.0.0.1", "2001:db8::7", "2001:db8::8", "2600::1"};

static const struct audit_word *word(struct audit_model *model, const char *text)
{
	return audit_intern(model, text[0] == '[' ? AUDIT_UNRESOLVED : AUDIT_LITERAL, audit_span(text));
}

static struct audit_words words(struct audit_model *model, struct bytes *in, const char *const *list, size_t count)
{
	struct audit_words out = {0};
	for (unsigned left = 1 + take(in) % 8 / 6; left > 0; left--)
		audit_words_add(model, &out, word(model, list[take(in) % count]));
	return out;
}

#define COUNT(list) (sizeof(list) / sizeof(list)[0])

static void add_rule(struct audit_model *model, struct audit_group *group, struct bytes *in)
{
	unsigned about = take(in);
	struct audit_rule rule = {.name = word(model, "r"),
		.protocol = word(model, protocols[take(in) % COUNT(protocols)]),
		.priority = about % 16 == 15 ? AUDIT_PRIORITY_UNKNOWN : (int32_t)(100 + about % 8),
		.access = about / 16 % 8 == 7 ? AUDIT_ACCESS_UNKNOWN
			  : about / 16 % 2    ? AUDIT_ALLOW
					      : AUDIT_DENY,
		.conditional = about == 200 || about == 201,
		.sources = words(model, in, addresses, COUNT(addresses)),
		.source_ports = words(model, in, ports, take(in) % 4 == 0 ? COUNT(ports) : 1),
		.destinations = words(model, in, places, COUNT(places)),
		.ports = words(model, in, ports, COUNT(ports))};
	*audit_group_rule(model, group) = rule;
}

static bool row_has(const struct audit_reach_row *row, const struct audit_packet *packet, audit_address source)
{
	uint32_t line = packet->protocol > 1 ? AUDIT_LINE_ICMP + packet->protocol - 2u
					     : packet->protocol * 65536u + packet->destination_port;
	bool to = false;
	for (size_t i = 0; i < row->destination_count; i++)
		to |= row->destinations[i] == packet->destination;
	return to && audit_set_has(&row->lines, line) && audit_set_has(&row->cluster->sources, source);
}

static void must(bool holds, const struct audit_packet *packet)
{
	if (holds)
		return;
	fprintf(stderr, "packet from %.*s to port %u, protocol %u\n", (int)packet->source.size,
		(const char *)packet->source.data, packet->destination_port, packet->protocol);
	abort();
}

/* For all source ports together: is it surely let in from one, may it be from one? */
static struct audit_answer ask(
	const struct audit_store *store, const struct audit_reach *reach, struct audit_packet *packet)
{
	struct audit_answer all = {.may_pass = false, .may_be_stopped = true};
	for (size_t i = 0; i < reach->source_ports.count; i++) {
		packet->source_port = (uint16_t)reach->source_ports.items[i].low;
		struct audit_answer here = audit_straight(store, packet);
		all.may_pass |= here.may_pass;
		all.may_be_stopped &= here.may_be_stopped;
	}
	return all;
}

static void compare(const struct audit_store *store, const struct audit_reach *reach, struct bytes *in)
{
	if (reach->destinations.count == 0)
		return;
	const struct audit_destination *to = &reach->destinations.items[take(in) % reach->destinations.count];
	const char *text = sources[take(in) % COUNT(sources)];
	struct audit_interval source;
	struct audit_packet packet = {.source = audit_span(text),
		.v6 = strchr(text, ':') != NULL,
		.protocol = (uint8_t)(take(in) % 5),
		.destination_port = lines[take(in) % COUNT(lines)],
		.destination = to};
	bool open = false, doubt = false;
	if (!(packet.v6 ? to->has_v6 : to->has_v4) || to->in_doubt || !audit_parse_prefix(packet.source, &source))
		return;
	for (size_t i = 0; i < reach->row_count; i++)
		if (row_has(&reach->rows[i], &packet, source.low)) {
			open |= reach->rows[i].cluster->verdict == AUDIT_OPEN;
			doubt |= reach->rows[i].cluster->verdict == AUDIT_CANNOT_TELL;
		}
	struct audit_answer answer = ask(store, reach, &packet);
	must(!open || !answer.may_be_stopped, &packet);
	must(open || doubt || !answer.may_pass, &packet);
	must(!open || !doubt, &packet);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bytes in = {data, data + size};
	struct audit_model model = {0};
	struct audit_store store = {.name = audit_span("s"), .path = AUDIT_PATH_ASSUMED};
	store.gate_count = 1 + take(&in) % 4 / 3;
	for (size_t gate = 0; gate < store.gate_count; gate++) {
		struct audit_group *group = audit_model_group(&model, word(&model, gate ? "inner" : "outer"));
		for (unsigned left = take(&in) % 7; left > 0; left--)
			add_rule(&model, group, &in);
		store.gates[gate] = group;
	}
	struct audit_reach reach;
	audit_reach_of(&store, &reach);
	if (reach.doubt == NULL)
		for (int i = 0; i < 24; i++)
			compare(&store, &reach, &in);
	audit_reach_free(&reach);
	audit_model_free(&model);
	return 0;
}
