/*
 * The country that a host's last label names (ISO 3166-1 alpha-2; IANA root zone database). No country: generic ones,
 * .eu, names beyond ASCII, and country codes that are sold as generic ones all over the world.
 */
#include "detect/detect.h"

#include <string.h>

static const char countries[] =
	"AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ "
	"BR BS BT BV BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK "
	"DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ "
	"GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH "
	"KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM "
	"MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF "
	"PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM "
	"SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US "
	"UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW";

/* Registered by anybody anywhere: they say nothing of where somebody is. */
static const char everybody[] =
	"AD AI AS BZ CC CD CF CO CX DJ FM GA GG GQ GS IM IO LA LY ME ML MS NU PW SC SH SR ST SX TC TK "
	"TO TV VC VG WS";

static bool is_in(const char *list, const char code[3])
{
	for (; *list != 0; list += list[2] == ' ' ? 3 : 2)
		if (memcmp(list, code, 2) == 0)
			return true;
	return false;
}

bool detect_is_country(const char code[3])
{
	return is_in(countries, code);
}

bool detect_domain_country(struct st_span host, char out[3])
{
	if (host.size < 4 || host.data[host.size - 3] != '.')
		return false;
	for (size_t i = 0; i < 2; i++) {
		uint8_t c = host.data[host.size - 2 + i];
		if (c < 'a' || c > 'z')
			return false;
		out[i] = (char)(c - 'a' + 'A');
	}
	out[2] = 0;
	if (memcmp(out, "UK", 2) == 0)
		memcpy(out, "GB", 2);
	return is_in(countries, out) && !is_in(everybody, out);
}
