/*
 * The country of a number in E.164 form. Country calling codes of one territory say it; of those that several share,
 * the area codes below do (ITU-T E.164, national numbering plans: NANPA, Ofcom, the Russian, Norwegian, Australian,
 * Finnish, Moroccan and Italian plans). What they do not say is no country.
 */
#include "detect/phone_plan.h"

#include "detect/detect.h"

#include <string.h>

/* Area codes of a shared calling code that are not its main country's. */
struct area {
	const char *prefix, *country;
};

static const struct area areas[] = {
	{"3906698", "VA"},
	{"441481", "GG"},
	{"441534", "JE"},
	{"441624", "IM"},
	{"447509", "JE"},
	{"447524", "IM"},
	{"447624", "IM"},
	{"447700", "JE"},
	{"447781", "GG"},
	{"447797", "JE"},
	{"447829", "JE"},
	{"447839", "GG"},
	{"447911", "GG"},
	{"447924", "IM"},
	{"447937", "JE"},
	{"4779", "SJ"},
	{"6189162", "CC"},
	{"6189164", "CX"},
	{"35818", "AX"},
	{"2125288", "EH"},
	{"2125289", "EH"},
	{"76", "KZ"},
	{"77", "KZ"},
	{"1242", "BS"},
	{"1246", "BB"},
	{"1264", "AI"},
	{"1268", "AG"},
	{"1284", "VG"},
	{"1340", "VI"},
	{"1345", "KY"},
	{"1441", "BM"},
	{"1473", "GD"},
	{"1649", "TC"},
	{"1658", "JM"},
	{"1664", "MS"},
	{"1670", "MP"},
	{"1671", "GU"},
	{"1684", "AS"},
	{"1721", "SX"},
	{"1758", "LC"},
	{"1767", "DM"},
	{"1784", "VC"},
	{"1787", "PR"},
	{"1809", "DO"},
	{"1829", "DO"},
	{"1849", "DO"},
	{"1868", "TT"},
	{"1869", "KN"},
	{"1876", "JM"},
	{"1939", "PR"},
	/* of no country: toll-free, personal, premium and machine numbers */
	{"1500", ""},
	{"1521", ""},
	{"1522", ""},
	{"1523", ""},
	{"1524", ""},
	{"1525", ""},
	{"1526", ""},
	{"1527", ""},
	{"1528", ""},
	{"1529", ""},
	{"1533", ""},
	{"1544", ""},
	{"1566", ""},
	{"1577", ""},
	{"1588", ""},
	{"1600", "CA"},
	{"1622", "CA"},
	{"1700", ""},
	{"1710", ""},
	{"1800", ""},
	{"1833", ""},
	{"1844", ""},
	{"1855", ""},
	{"1866", ""},
	{"1877", ""},
	{"1888", ""},
	{"1900", ""},
};

/* NANP area codes in Canada. */
static const char canada[] = "204 226 236 249 250 257 263 289 306 343 354 365 367 368 382 387 403 416 418 428 431 437 "
			     "438 450 460 468 474 506 514 519 537 548 579 581 584 587 604 613 639 647 672 683 705 709 "
			     "742 753 778 780 782 807 819 825 867 873 879 902 905 942";

/* Shared codes whose main country the rest of their numbers are in. */
static const struct area mains[] = {
	{"1", "US"}, {"7", "RU"}, {"39", "IT"}, {"44", "GB"}, {"47", "NO"}, {"61", "AU"}, {"212", "MA"}, {"358", "FI"}};

static bool begins(struct st_span digits, const char *prefix)
{
	size_t size = strlen(prefix);
	return digits.size >= size && memcmp(digits.data, prefix, size) == 0;
}

static const char *by_area(struct st_span digits)
{
	for (size_t i = 0; i < sizeof areas / sizeof areas[0]; i++)
		if (begins(digits, areas[i].prefix))
			return areas[i].country;
	if (digits.size >= 4 && digits.data[0] == '1')
		for (const char *code = canada; *code != 0; code += code[3] == ' ' ? 4 : 3)
			if (memcmp(digits.data + 1, code, 3) == 0)
				return "CA";
	for (size_t i = 0; i < sizeof mains / sizeof mains[0]; i++)
		if (begins(digits, mains[i].prefix))
			return mains[i].country;
	return NULL;
}

/* The only territory of the calling code that the digits begin with. */
static const char *by_code(struct st_span digits)
{
	unsigned code = 0;
	for (size_t size = 1; size <= 3 && size < digits.size; size++) {
		const char *only = NULL;
		size_t count = 0;
		code = code * 10 + (unsigned)(digits.data[size - 1] - '0');
		for (size_t i = 0; i < phone_plan_territory_count; i++) {
			if (phone_plan_territories[i].code != code)
				continue;
			only = phone_plan_territories[i].id;
			count++;
		}
		if (count > 0)
			return count == 1 && only[0] >= 'A' ? only : NULL;
	}
	return NULL;
}

bool detect_phone_country(struct st_span e164, char out[3])
{
	if (e164.size < 3 || e164.data[0] != '+')
		return false;
	struct st_span digits = {e164.data + 1, e164.size - 1};
	for (size_t i = 0; i < digits.size; i++)
		if (digits.data[i] < '0' || digits.data[i] > '9')
			return false;
	const char *country = by_area(digits);
	if (country == NULL)
		country = by_code(digits);
	if (country == NULL || country[0] == 0)
		return false;
	memcpy(out, country, 2);
	out[2] = 0;
	return true;
}
