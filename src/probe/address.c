#include "probe/address.h"

#include <stddef.h>
#include <string.h>

static const struct {
	uint8_t prefix[4];
	uint8_t bits;
} four[] = {
	{{0}, 8},
	{{10}, 8},
	{{100, 64}, 10},
	{{127}, 8},
	{{168, 63, 129, 16}, 32},
	{{169, 254}, 16},
	{{172, 16}, 12},
	{{192, 0, 0}, 24},
	{{192, 168}, 16},
	{{198, 18}, 15},
	{{224}, 4},
	{{240}, 4},
};

/* ::/96 holds the unspecified address, loopback, and the oldest way to write an IPv4 address in IPv6. */
static const struct {
	uint8_t prefix[16];
	uint8_t bits;
} six[] = {
	{{0}, 96},
	{{0x01, 0x00}, 64},
	{{0xfc}, 7},
	{{0xfe, 0x80}, 10},
	{{0xfe, 0xc0}, 10},
	{{0xff}, 8},
};

static bool starts_with(const uint8_t *address, const uint8_t *prefix, unsigned bits)
{
	if (memcmp(address, prefix, bits / 8) != 0)
		return false;
	uint8_t mask = (uint8_t)(0xff00 >> bits % 8);
	return bits % 8 == 0 || (address[bits / 8] & mask) == (prefix[bits / 8] & mask);
}

static bool four_is_public(const uint8_t *address)
{
	for (size_t i = 0; i < sizeof four / sizeof four[0]; i++)
		if (starts_with(address, four[i].prefix, four[i].bits))
			return false;
	return true;
}

bool probe_address_is_public(const uint8_t *address, int size_bytes)
{
	static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff}, nat64[12] = {0x00, 0x64, 0xff, 0x9b};
	static const uint8_t six_to_four[2] = {0x20, 0x02};
	if (size_bytes == 4)
		return four_is_public(address);
	if (size_bytes != 16)
		return false;
	if (starts_with(address, mapped, 96) || starts_with(address, nat64, 96))
		return four_is_public(address + 12);
	if (starts_with(address, six_to_four, 16))
		return four_is_public(address + 2);
	for (size_t i = 0; i < sizeof six / sizeof six[0]; i++)
		if (starts_with(address, six[i].prefix, six[i].bits))
			return false;
	return true;
}
