/* Addresses and prefixes as text. */
#include "audit/interval.h"

#include <arpa/inet.h>

static int bit_length(audit_address value)
{
	uint64_t high = (uint64_t)(value >> 64), low = (uint64_t)value;
	if (high != 0)
		return 128 - __builtin_clzll(high);
	return low != 0 ? 64 - __builtin_clzll(low) : 0;
}

/* Up to 999; behind its last digit. */
static char *put_number(char *out, unsigned number)
{
	if (number >= 100)
		*out++ = (char)('0' + number / 100);
	if (number >= 10)
		*out++ = (char)('0' + number / 10 % 10);
	*out++ = (char)('0' + number % 10);
	return out;
}

/* Behind its last character. Most are of IPv4, and an answer has many. */
static char *put_address(char out[AUDIT_ADDRESS_TEXT], audit_address address)
{
	uint8_t bytes[16];
	for (int i = 0; i < 16; i++)
		bytes[i] = (uint8_t)(address >> (8 * (15 - i)));
	if (!audit_is_v4(address)) {
		if (inet_ntop(AF_INET6, bytes, out, AUDIT_ADDRESS_TEXT) == NULL)
			out[0] = 0;
		return out + strlen(out);
	}
	for (int i = 12; i < 16; i++) {
		out = put_number(out, bytes[i]);
		*out++ = i < 15 ? '.' : 0;
	}
	return out - 1;
}

void audit_address_text(audit_address address, char out[AUDIT_ADDRESS_TEXT])
{
	put_address(out, address);
}

struct cover {
	void (*each)(void *context, const char *prefix);
	void *context;
};

static void one_prefix(const struct cover *cover, audit_address low, int host_bits)
{
	char text[AUDIT_ADDRESS_TEXT + 5];
	char *end = put_address(text, low);
	*end++ = '/';
	*put_number(end, (unsigned)((audit_is_v4(low) ? 32 : 128) - host_bits)) = 0;
	cover->each(cover->context, text);
}

/* The widest aligned block at the front, then the rest. */
static void cover_interval(const struct cover *cover, audit_address low, audit_address high)
{
	int family_bits = audit_is_v4(low) ? 32 : 128;
	for (;;) {
		audit_address left = high - low;
		int bits = left == ~(audit_address)0 ? 128 : bit_length(left + 1) - 1;
		int aligned = low == 0 ? 128 : bit_length(low & (~low + 1)) - 1;
		if (aligned < bits)
			bits = aligned;
		if (bits > family_bits)
			bits = family_bits;
		one_prefix(cover, low, bits);
		audit_address used = bits == 128 ? left : ((audit_address)1 << bits) - 1;
		if (used == left)
			return;
		low += used + 1;
	}
}

/* Does the set hold all of the internet's addresses between these two? */
static bool holds_internet(const struct audit_set *set, audit_address low, audit_address high)
{
	struct audit_interval room[AUDIT_INTERNET_INTERVALS], part_room[AUDIT_INTERNET_INTERVALS], one = {low, high};
	struct audit_set internet = {room, 0, AUDIT_INTERNET_INTERVALS, true}, family = {&one, 1, 1, true},
			 part = {part_room, 0, AUDIT_INTERNET_INTERVALS, true};
	audit_internet(&internet, 0);
	audit_set_intersect(&part, &internet, &family);
	return audit_set_covers(set, &part);
}

static void cover_family(
	const struct audit_set *set, const struct cover *cover, audit_address low, audit_address high, const char *all)
{
	if (all != NULL && holds_internet(set, low, high)) {
		cover->each(cover->context, all);
		return;
	}
	for (size_t i = 0; i < set->count; i++)
		if (set->items[i].low >= low && set->items[i].low <= high)
			cover_interval(cover, set->items[i].low, set->items[i].high < high ? set->items[i].high : high);
}

void audit_set_prefixes(
	const struct audit_set *set, bool internet, void (*each)(void *context, const char *prefix), void *context)
{
	struct cover cover = {each, context};
	cover_family(set, &cover, AUDIT_V4_LOW, AUDIT_V4_HIGH, internet ? "0.0.0.0/0" : NULL);
	cover_family(set, &cover, AUDIT_V6_LOW, AUDIT_V6_HIGH, internet ? "::/0" : NULL);
}

/* --- reading --- */

static bool parse_address(const char *text, size_t size, audit_address *out, int *family_bits)
{
	char copy[64];
	uint8_t bytes[16];
	if (size == 0 || size >= sizeof copy)
		return false;
	memcpy(copy, text, size);
	copy[size] = 0;
	bool v6 = memchr(copy, ':', size) != NULL;
	if (inet_pton(v6 ? AF_INET6 : AF_INET, copy, bytes) != 1)
		return false;
	audit_address address = 0;
	for (int i = 0; i < (v6 ? 16 : 4); i++)
		address = address << 8 | bytes[i];
	*family_bits = v6 ? 128 : 32;
	*out = v6 ? address : address + AUDIT_V4_LOW;
	return true;
}

static bool parse_length(const char *text, size_t size, int most, int *out)
{
	int value = 0;
	if (size == 0 || size > 3)
		return false;
	for (size_t i = 0; i < size; i++) {
		if (text[i] < '0' || text[i] > '9')
			return false;
		value = value * 10 + (text[i] - '0');
	}
	*out = value;
	return value <= most;
}

/* What of an IPv6 range can be a source: nothing below AUDIT_V6_LOW but IPv4 written as IPv6, which is itself. */
static bool fit_v6(struct audit_interval *range)
{
	if (range->low >= AUDIT_V4_LOW && range->high <= AUDIT_V4_HIGH)
		return true;
	if (range->low < AUDIT_V6_LOW)
		range->low = AUDIT_V6_LOW;
	if (range->high < range->low) { /* loopback, unspecified, translation prefixes: one address that nobody has */
		range->low = range->high = AUDIT_V6_LOW;
	}
	return true;
}

static bool parse_range(const char *text, size_t first, size_t size, struct audit_interval *out)
{
	int bits, other;
	if (!parse_address(text, first, &out->low, &bits) ||
		!parse_address(text + first + 1, size - first - 1, &out->high, &other) || bits != other ||
		out->high < out->low)
		return false;
	return bits == 32 || fit_v6(out);
}

static bool parse_cidr(const char *text, size_t slash, size_t size, struct audit_interval *out)
{
	int bits, length;
	if (slash + 2 == size && text[slash + 1] == '0' && (slash == 0 || (slash == 1 && text[0] == '0'))) {
		*out = (struct audit_interval){AUDIT_V4_LOW, AUDIT_V4_HIGH};
		return true;
	}
	if (!parse_address(text, slash, &out->low, &bits) ||
		!parse_length(text + slash + 1, size - slash - 1, bits, &length))
		return false;
	int host_bits = bits - length;
	audit_address mask = host_bits == 128 ? ~(audit_address)0 : ((audit_address)1 << host_bits) - 1;
	out->high = out->low | mask;
	out->low &= ~mask;
	if (bits == 32) {
		out->low = length == 0 ? AUDIT_V4_LOW : out->low;
		out->high = length == 0 ? AUDIT_V4_HIGH : out->high;
		return true;
	}
	return fit_v6(out);
}

bool audit_parse_prefix(struct st_span span, struct audit_interval *out)
{
	const char *text = (const char *)span.data;
	const char *slash = span.size > 0 ? memchr(text, '/', span.size) : NULL;
	const char *dash = span.size > 0 ? memchr(text, '-', span.size) : NULL;
	int bits;
	if (slash != NULL)
		return parse_cidr(text, (size_t)(slash - text), span.size, out);
	if (dash != NULL)
		return parse_range(text, (size_t)(dash - text), span.size, out);
	if (!parse_address(text, span.size, &out->low, &bits))
		return false;
	out->high = out->low;
	return bits == 32 || fit_v6(out);
}
