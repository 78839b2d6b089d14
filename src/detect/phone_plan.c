/* Matches digits against the numbering plans: one automaton step per digit, prefixes by a small backtracking program.
 */
#include "detect/phone_plan.h"

#include <stdlib.h>
#include <string.h>

/* The numbers tools/gen_phone_tables.py writes. */
enum operation { OP_MATCH, OP_DIGIT, OP_SPLIT, OP_JUMP, OP_SAVE, OP_END };

struct prefix_match {
	const uint8_t *digits;
	size_t count;
	size_t end;      /* digits matched */
	size_t group[6]; /* begin and end of groups 1 and 2 at 2..5; end 0 means that the group took no part */
};

/* Backtracks only over the alternatives of one prefix pattern: the generated programs are loop-free, so every call
 * ends after at most as many steps as the program has words. */
static bool run(struct prefix_match *match, const uint16_t *word, size_t at)
{
	for (;; word++) {
		unsigned argument = *word & 0xfff;
		size_t saved;
		switch ((enum operation)(*word >> 12)) {
		case OP_MATCH:
			match->end = at;
			return true;
		case OP_DIGIT:
			if (at == match->count || !(argument >> match->digits[at] & 1))
				return false;
			at++;
			break;
		case OP_SPLIT:
			if (run(match, word + 1, at))
				return true;
			word += argument - 1;
			break;
		case OP_JUMP:
			word += argument - 1;
			break;
		case OP_SAVE:
			saved = match->group[argument];
			match->group[argument] = at;
			if (run(match, word + 1, at))
				return true;
			match->group[argument] = saved;
			return false;
		case OP_END:
			if (at != match->count)
				return false;
			break;
		default:
			return false;
		}
	}
}

static bool prefix_at(uint16_t place, const uint8_t *digits, size_t count, struct prefix_match *match)
{
	*match = (struct prefix_match){.digits = digits, .count = count};
	return place != 0 && run(match, phone_plan_programs + place, 0);
}

static bool valid_national(unsigned state, const uint8_t *digits, size_t count)
{
	for (size_t i = 0; i < count && state != 0; i++)
		state = phone_plan_states[state & 0x7fff][digits[i]];
	return (state & 0x8000) != 0;
}

static void put_code(unsigned code, struct phone_number *out)
{
	*out = (struct phone_number){0};
	if (code >= 100)
		out->digits[out->count++] = (uint8_t)(code / 100);
	if (code >= 10)
		out->digits[out->count++] = (uint8_t)(code / 10 % 10);
	out->digits[out->count++] = (uint8_t)(code % 10);
}

/* The number that the digits are under this code, if they are one as they stand. */
static bool accept(unsigned code, const uint8_t *digits, size_t count, struct phone_number *out)
{
	if (!valid_national(phone_plan_first_state[code], digits, count))
		return false;
	put_code(code, out);
	if (out->count + count > PHONE_NUMBER_DIGITS)
		return false;
	memcpy(out->digits + out->count, digits, count);
	out->count = (uint8_t)(out->count + count);
	return true;
}

/* What remains when the national prefix is dropped or rewritten; as maybeStripNationalPrefix of libphonenumber does. */
static size_t without_prefix(const struct phone_territory *territory, const struct prefix_match *match,
	uint8_t out[PHONE_DIALLED_DIGITS + 8])
{
	size_t count = 0;
	const char *rule = territory->transform;
	/* The rule holds when the last group it names took part in the match. */
	size_t last = strchr(rule, '2') && strstr(rule, "$2") ? 4 : 2;
	if (rule[0] != 0 && match->group[last + 1] != 0) {
		for (; *rule; rule++) {
			if (*rule != '$') {
				out[count++] = (uint8_t)(*rule - '0');
				continue;
			}
			size_t group = 2 * (size_t)(*++rule - '0');
			size_t size = match->group[group + 1] - match->group[group];
			memcpy(out + count, match->digits + match->group[group], size);
			count += size;
		}
	}
	memcpy(out + count, match->digits + match->end, match->count - match->end);
	return count + match->count - match->end;
}

bool phone_plan_national(
	const struct phone_territory *territory, const uint8_t *digits, size_t count, struct phone_number *out)
{
	struct prefix_match match;
	uint8_t rest[PHONE_DIALLED_DIGITS + 8];
	if (count > PHONE_DIALLED_DIGITS)
		return false;
	if (prefix_at(territory->national, digits, count, &match) && match.end > 0) {
		size_t size = without_prefix(territory, &match, rest);
		if (accept(territory->code, rest, size, out)) {
			out->prefix_dropped = true;
			return true;
		}
		/* What looked like a carrier's digit may belong to the number: 0 3211234567 in Colombia. */
		if (match.end > 1 && digits[0] == 0 && accept(territory->code, digits + 1, count - 1, out)) {
			out->prefix_dropped = true;
			return true;
		}
	}
	return accept(territory->code, digits, count, out);
}

static const struct phone_territory *main_territory(unsigned code)
{
	const uint8_t place = phone_plan_main_territory[code];
	return place > 0 ? &phone_plan_territories[place - 1] : NULL;
}

bool phone_plan_international(const uint8_t *digits, size_t count, struct phone_number *out)
{
	unsigned code = 0;
	for (size_t size = 1; size <= 3 && size < count; size++) {
		code = code * 10 + digits[size - 1];
		if (code == 0)
			return false;
		if (phone_plan_first_state[code] == 0)
			continue;
		/* Country calling codes are prefix-free: no other length can fit. */
		if (accept(code, digits + size, count - size, out))
			return true;
		const struct phone_territory *territory = main_territory(code);
		return territory && phone_plan_national(territory, digits + size, count - size, out);
	}
	return false;
}

size_t phone_plan_international_prefix(const struct phone_territory *territory, const uint8_t *digits, size_t count)
{
	struct prefix_match match;
	return prefix_at(territory->international, digits, count, &match) ? match.end : 0;
}

static int territory_order(const void *id, const void *territory)
{
	return strcmp(id, ((const struct phone_territory *)territory)->id);
}

const struct phone_territory *phone_plan_territory(const char *id)
{
	return bsearch(id, phone_plan_territories, phone_plan_territory_count, sizeof phone_plan_territories[0],
		territory_order);
}
