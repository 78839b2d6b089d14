/*
 * ip_address: IPv4 dotted quads and IPv6 in every form of RFC 4291, in the spelling of inet_ntop (RFC 5952). A port,
 * a prefix length and a zone are not part of it. Versions, times, hardware addresses and C++ scopes are none.
 */
#include <arpa/inet.h>

#include "detect/digits.h"
#include "detect/labels.h"
#include "detect/planes.h"
#include "detect/url.h"

/* Hundredths. Private, loopback, link-local, shared, multicast and documentation ranges (RFC 6890) say less about a
 * person: they count, and the lower value marks them. */
#define CONFIDENCE_PUBLIC 90
#define CONFIDENCE_SPECIAL 60
/* Characters between a word such as "version" and the numbers. */
#define LABEL_REACH_BYTES 24
#define GROUPS 8

struct network {
	uint8_t address[16];
	uint8_t bits;
};

/* RFC 6890 and its registry. */
static const struct network special_v4[] = {{{10}, 8}, {{100, 64}, 10}, {{127}, 8}, {{169, 254}, 16}, {{172, 16}, 12},
	{{192, 0, 0}, 24}, {{192, 0, 2}, 24}, {{192, 168}, 16}, {{198, 18}, 15}, {{198, 51, 100}, 24},
	{{203, 0, 113}, 24}, {{224}, 4}};
static const struct network special_v6[] = {{{0}, 127}, {{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}, 128},
	{{0x01, 0x00}, 64}, {{0x20, 0x01, 0x0d, 0xb8}, 32}, {{0x3f, 0xff}, 20}, {{0xfc}, 7}, {{0xfe, 0x80}, 10},
	{{0xff}, 8}};
/* First bits that addresses in use have: a compressed spelling of few groups must lie here, or it is a::b of a program.
 */
static const struct network used_v6[] = {{{0}, 16}, {{0x00, 0x64, 0xff, 0x9b}, 32}, {{0x01, 0x00}, 16}, {{0x20}, 3},
	{{0xfc}, 7}, {{0xfe, 0x80}, 10}, {{0xff}, 8}};

static bool in_network(const uint8_t *address, const struct network *network)
{
	size_t whole = network->bits / 8, rest = network->bits % 8;
	if (memcmp(address, network->address, whole) != 0)
		return false;
	return rest == 0 || (address[whole] ^ network->address[whole]) >> (8 - rest) == 0;
}

static bool in_any(const uint8_t *address, const struct network *networks, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (in_network(address, &networks[i]))
			return true;
	return false;
}
#define IN_ANY(address, networks) in_any(address, networks, sizeof networks / sizeof *networks)

/* inet_ntop() would do all this with printf. */
static uint16_t put_quad(const uint8_t *address, uint8_t *out)
{
	uint16_t size = 0;
	for (size_t i = 0; i < 4; i++) {
		unsigned octet = address[i];
		if (i > 0)
			out[size++] = '.';
		if (octet >= 100)
			out[size++] = (uint8_t)('0' + octet / 100);
		if (octet >= 10)
			out[size++] = (uint8_t)('0' + octet / 10 % 10);
		out[size++] = (uint8_t)('0' + octet % 10);
	}
	return size;
}

static uint16_t put_words(const uint8_t *address, uint8_t *out)
{
	char text[INET6_ADDRSTRLEN] = "";
	inet_ntop(AF_INET6, address, text, sizeof text);
	uint16_t size = (uint16_t)strlen(text);
	memcpy(out, text, size);
	return size;
}

static void fill(struct detect_candidate *out, size_t start, size_t end, int family, const uint8_t *address)
{
	static const uint8_t mapped[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
	bool special;
	if (family == AF_INET)
		special = IN_ANY(address, special_v4);
	else if (memcmp(address, mapped, sizeof mapped) == 0)
		special = IN_ANY(address + 12, special_v4);
	else
		special = IN_ANY(address, special_v6);
	out->canonical_size =
		family == AF_INET ? put_quad(address, out->canonical) : put_words(address, out->canonical);
	out->start = start;
	out->end = end;
	out->form = DETECT_PLAIN;
	out->confidence = special ? CONFIDENCE_SPECIAL : CONFIDENCE_PUBLIC;
	out->tentative = false;
	out->scheme = NULL;
}

/* A decimal octet without leading zeros at `at`; the place after it, or 0. */
static size_t read_octet(const struct detect_window *window, size_t at, uint8_t *octet)
{
	unsigned value = 0;
	size_t from = at;
	while (at - from < 3 && ascii_digit(byte_at(window, at)))
		value = value * 10 + (unsigned)(window->data[at++] - '0');
	if (at == from || value > 255 || (at - from > 1 && window->data[from] == '0') ||
		ascii_digit(byte_at(window, at)))
		return 0;
	*octet = (uint8_t)value;
	return at;
}

/* "." or the "[.]" of incident reports between two octets: its size, or 0. */
static size_t dot_size(const struct detect_window *window, size_t at)
{
	if (byte_at(window, at) == '.')
		return 1;
	return byte_at(window, at) == '[' && byte_at(window, at + 1) == '.' && byte_at(window, at + 2) == ']' ? 3 : 0;
}

/* Four octets from `at`; the place after them, or 0. */
static size_t read_quad(const struct detect_window *window, size_t at, uint8_t address[4], bool *bracketed)
{
	for (size_t i = 0; i < 4; i++) {
		if (i > 0) {
			size_t dot = dot_size(window, at);
			if (dot == 0)
				return 0;
			*bracketed |= dot == 3;
			at += dot;
		}
		at = read_octet(window, at, &address[i]);
		if (at == 0)
			return 0;
	}
	return at;
}

/* What stands before makes it a version, a path or the tail of a name: v1.2.3.4, lib-1.2.3.4, Chrome/120.0.0.0. */
static bool quad_begins(const struct detect_window *window, size_t start, size_t end)
{
	uint8_t before = byte_before(window, start, 1), far = byte_before(window, start, 2);
	if (!token_begins(window, start))
		return false;
	if (before == '-' || before == '+' || before == '~' || before == '^')
		return !ascii_letter(far) && far != '_';
	if (before == '/' && far != '/')
		return (!ascii_alnum(far) || byte_at(window, end) == ':') && byte_at(window, end) != '/';
	return true;
}

/* One to three digits, a dot and a digit: the head of a dotted quad. */
static bool dotted(const struct detect_window *window, size_t at)
{
	size_t from = at;
	while (at - from < 3 && ascii_digit(byte_at(window, at)))
		at++;
	return at > from && byte_at(window, at) == '.' && ascii_digit(byte_at(window, at + 1));
}

/* No further component, and no letters: 1.2.3.4.5, 1.2.3.4-beta, 4.3.2.1.in-addr.arpa. */
static bool quad_ends(const struct detect_window *window, size_t end)
{
	uint8_t after = byte_at(window, end), next = byte_at(window, end + 1);
	if (ascii_alnum(after) || after == '_')
		return false;
	if (after == '.' || after == '[')
		return !ascii_alnum(next) && !(after == '[' && next == '.');
	if (after == '-' &&
		ascii_digit(next)) /* a range goes on with an address, a package version with its revision */
		return dotted(window, end + 1);
	return !(after == '-' || after == '+' || after == '~') || !ascii_letter(next);
}

/* Few addresses begin with three small numbers (6 in 1,000), and most versions do: these need a sign of an address. */
static bool looks_like_version(const uint8_t address[4])
{
	static const uint8_t resolvers[][4] = {{1, 1, 1, 1}, {1, 0, 0, 1}, {8, 8, 8, 8}, {8, 8, 4, 4}, {9, 9, 9, 9}};
	for (size_t i = 0; i < sizeof resolvers / sizeof *resolvers; i++)
		if (memcmp(address, resolvers[i], 4) == 0)
			return false;
	/* sections of standards: 4 addresses in 10,000 are like them */
	if (address[0] < 64 && address[1] < 32 && address[2] < 32 && address[3] < 32)
		return address[0] != 10;
	return address[0] < 20 && address[0] != 10 && address[1] < 50 && address[2] < 100;
}

static bool in_address_context(const struct detect_window *window, size_t start, size_t end)
{
	uint8_t before = byte_before(window, start, 1), after = byte_at(window, end);
	bool follows = (after == ':' || after == '/') && ascii_digit(byte_at(window, end + 1));
	bool log = after == ' ' && byte_at(window, end + 1) == '-' && byte_at(window, end + 2) == ' ';
	bool url = before == '@' || (before == '/' && byte_before(window, start, 2) == '/');
	return follows || log || url || label_before(window, start, LABEL_ADDRESS, LABEL_REACH_BYTES);
}

/* 1.2.3.4 Title at the start of a line numbers a section. */
static bool numbers_section(const struct detect_window *window, size_t start, size_t end, const uint8_t address[4])
{
	uint8_t before = byte_before(window, start, 1), title = byte_at(window, end + 1);
	bool small = address[0] < 25 && address[1] < 25 && address[2] < 25 && address[3] < 25;
	return small && (start == 0 || before == '\n') && byte_at(window, end) == ' ' && title >= 'A' && title <= 'Z';
}

static bool check_v4(const struct detect_window *window, size_t at, struct detect_candidate *out)
{
	size_t start = byte_before(window, at, 1) == '[' ? at - 1 : at;
	size_t digits_end = start;
	while (digits_end - start < 4 && start > 0 && ascii_digit(window->data[start - 1]))
		start--;
	uint8_t address[4];
	bool bracketed = false;
	uint8_t before = byte_before(window, start, 1);
	if (digits_end == start || digits_end - start > 3 || before == '.' ||
		(before == ']' && start >= 2 && window->data[start - 2] == '.'))
		return false;
	size_t end = read_quad(window, start, address, &bracketed);
	if (end == 0 || address[0] == 0 || address[0] >= 240)
		return false; /* this network, netmasks, broadcast: nobody's address */
	if (!quad_begins(window, start, end) || !quad_ends(window, end) || numbers_section(window, start, end, address))
		return false;
	if (label_before(window, start, LABEL_VERSION, LABEL_REACH_BYTES))
		return false;
	if (looks_like_version(address) && !bracketed && !in_address_context(window, start, end))
		return false;
	if (url_names_store(window, start) || connection_names_store(window, start))
		return false; /* the url is the mention */
	fill(out, start, end, AF_INET, address);
	if (bracketed)
		out->form = DETECT_OBFUSCATED;
	return true;
}

static int hex_value(uint8_t byte)
{
	if (ascii_digit(byte))
		return byte - '0';
	return (uint8_t)((byte | 0x20) - 'a') < 6 ? (byte | 0x20) - 'a' + 10 : -1;
}

/* An IPv6 address as written. */
struct written {
	uint16_t group[GROUPS];
	size_t groups; /* written */
	size_t gap;    /* groups before "::"; GROUPS + 1 for none */
	size_t end;
	size_t longest; /* digits of the longest group */
	bool decimal;   /* a digit below a stands somewhere */
	bool two_each;  /* all groups have two digits */
};

static size_t read_group(const struct detect_window *window, size_t at, struct written *ip)
{
	unsigned value = 0;
	size_t from = at;
	for (int digit; at - from < 5 && (digit = hex_value(byte_at(window, at))) >= 0; at++) {
		value = value << 4 | (unsigned)digit;
		ip->decimal |= digit < 10;
	}
	size_t count = at - from;
	if (count == 0 || count > 4 || ip->groups == GROUPS)
		return 0;
	ip->longest = count > ip->longest ? count : ip->longest;
	ip->two_each &= count == 2;
	ip->group[ip->groups++] = (uint16_t)value;
	return at;
}

/* The last two groups as a dotted quad. */
static size_t read_tail(const struct detect_window *window, size_t at, struct written *ip)
{
	uint8_t quad[4];
	bool bracketed = false;
	size_t end = read_quad(window, at, quad, &bracketed);
	if (end == 0 || bracketed || ip->groups > GROUPS - 2)
		return 0;
	ip->group[ip->groups++] = (uint16_t)(quad[0] << 8 | quad[1]);
	ip->group[ip->groups++] = (uint16_t)(quad[2] << 8 | quad[3]);
	ip->decimal = true;
	ip->two_each = false;
	ip->longest = 4;
	return end;
}

/* Groups from `at` on: a state per colon, no look back. */
static bool read_v6(const struct detect_window *window, size_t at, struct written *ip)
{
	*ip = (struct written){.gap = GROUPS + 1, .two_each = true};
	if (byte_at(window, at) == ':') {
		ip->gap = 0;
		at += 2;
	}
	ip->end = at;
	while (hex_value(byte_at(window, at)) >= 0) {
		bool tail = dotted(window, at);
		at = tail ? read_tail(window, at, ip) : read_group(window, at, ip);
		if (at == 0)
			return false;
		ip->end = at;
		if (tail || byte_at(window, at) != ':')
			break;
		if (byte_at(window, at + 1) == ':') {
			if (ip->gap <= GROUPS)
				return false;
			ip->gap = ip->groups;
			at += 2;
			ip->end = at;
		} else if (hex_value(byte_at(window, at + 1)) >= 0) {
			at++;
		}
	}
	return ip->gap <= GROUPS ? ip->groups < GROUPS : ip->groups == GROUPS;
}

static void expand(const struct written *ip, uint8_t address[16])
{
	size_t gap = ip->gap <= GROUPS ? ip->gap : ip->groups;
	memset(address, 0, 16);
	for (size_t i = 0; i < ip->groups; i++) {
		size_t place = i < gap ? i : i + GROUPS - ip->groups;
		address[2 * place] = (uint8_t)(ip->group[i] >> 8);
		address[2 * place + 1] = (uint8_t)ip->group[i];
	}
}

/* An address, and not 00:11:22:33:44:55:66:77, 12:34:56, a::b, x[::2]. */
static bool plausible_v6(
	const struct detect_window *window, size_t start, const struct written *ip, const uint8_t *address)
{
	if (!ip->decimal || ip->groups == 0)
		return false;
	if (ip->gap > GROUPS)
		return !ip->two_each && (ip->longest >= 3 || (ip->group[0] | ip->group[1] | ip->group[2]) == 0);
	if (ip->gap == 0 && ip->groups == 1) {
		uint8_t before = byte_before(window, start, 1), far = byte_before(window, start, 2);
		return ip->group[0] == 1 &&
		       !(before == '[' && (ascii_alnum(far) || far == ')' || far == ']' || far == '_'));
	}
	if (ip->groups >= 4)
		return ip->longest >= 3;
	return IN_ANY(address, used_v6) && (ip->longest >= 3 || (ip->gap == 0 && ip->groups > 2));
}

static bool check_v6(const struct detect_window *window, size_t at, struct detect_candidate *out)
{
	size_t start = at;
	while (at - start < 5 && start > 0 && hex_value(window->data[start - 1]) >= 0)
		start--;
	if (at - start > 4 || !token_begins(window, start) || byte_before(window, start, 1) == ':')
		return false;
	if (start == at && byte_at(window, at + 1) != ':')
		return false;
	struct written ip;
	uint8_t address[16];
	if (!read_v6(window, start, &ip))
		return false;
	uint8_t after = byte_at(window, ip.end);
	if (ascii_alnum(after) || after == '_' ||
		(after == ':' && (byte_at(window, ip.end + 1) == ':' || byte_before(window, ip.end, 1) == ':')) ||
		(after == '.' && ascii_digit(byte_at(window, ip.end + 1))))
		return false;
	expand(&ip, address);
	if (!plausible_v6(window, start, &ip, address) || url_names_store(window, start))
		return false;
	fill(out, start, ip.end, AF_INET6, address);
	return true;
}

static bool check(const struct detect_window *window, size_t at, struct detect_candidate *out)
{
	uint8_t before = byte_before(window, at, 1), after = byte_at(window, at + 1);
	if (window->data[at] == '.')
		return (ascii_digit(before) ? ascii_digit(after) : before == '[' && after == ']') &&
		       check_v4(window, at, out);
	if (after != ':' && (hex_value(before) < 0 || hex_value(after) < 0))
		return false;
	return check_v6(window, at, out);
}

/* A dot before a digit or in brackets, a colon before a group or another colon. */
static bool may_start(uint8_t trigger, uint8_t next)
{
	return trigger == '.' ? ascii_digit(next) || next == ']' : next == ':' || hex_value(next) >= 0;
}

/* IPv4: a dot between two octets and one behind the second, or a dot in brackets. */
PLANES_INLINE plane_bits find_v4(const struct planes *planes, size_t w)
{
	const plane_bits dot = plane(planes, PLANE_DOT, w, 0);
	if (!plane_any(dot))
		return dot;
	const plane_bits one = plane(planes, PLANE_DIGIT, w, 1), two = one & plane(planes, PLANE_DIGIT, w, 2);
	const plane_bits three = two & plane(planes, PLANE_DIGIT, w, 3);
	plane_bits next = one & (plane(planes, PLANE_DOT, w, 2) | plane(planes, PLANE_BRACKET, w, 2));
	next |= two & (plane(planes, PLANE_DOT, w, 3) | plane(planes, PLANE_BRACKET, w, 3));
	next |= three & (plane(planes, PLANE_DOT, w, 4) | plane(planes, PLANE_BRACKET, w, 4));
	return dot & ((plane(planes, PLANE_DIGIT, w, -1) & next) | plane(planes, PLANE_BRACKET, w, -1));
}

/* A colon with another one at most five places behind it: a group has four digits. */
PLANES_INLINE plane_bits colon_goes_on(const uint64_t *colons, size_t w)
{
	plane_bits next = shifted(colons, w, 1) | shifted(colons, w, 2) | shifted(colons, w, 3);
	return shifted(colons, w, 0) & (next | shifted(colons, w, 4) | shifted(colons, w, 5));
}

/* IPv6: two colons together, or three that follow each other; hours, minutes and seconds have two. */
PLANES_TARGET static void ip_address_places(struct planes *planes, uint64_t *found)
{
	const uint64_t *colons = planes->of[PLANE_COLON];
	uint64_t goes_on[PLANE_WORDS + 6] = {0};
	for (size_t w = 0; w < planes->words; w += 4)
		plane_store(goes_on + 1 + w, colon_goes_on(colons, w));
	goes_on[planes->words + 1] = colons[planes->words + 1]; /* no more is known there */
	for (size_t w = 0; w < planes->words; w += 4) {
		plane_bits first = plane_load(goes_on + 1 + w);
		if (plane_any(first))
			first = (plane(planes, PLANE_COLON, w, 1) | colon_goes_on(goes_on, w)) & first;
		plane_store(found + w, first | find_v4(planes, w));
	}
}

const struct detector detector_ip_address = {
	.kind = DETECT_IP_ADDRESS,
	.describe = "IPv4 or IPv6 address",
	.triggers = ".:",
	.run_start = false,
	.may_start = may_start,
	.places = ip_address_places,
	.check = check,
};
