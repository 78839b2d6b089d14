/* What the sweep says of each piece is what the sets of the rules say of it. */
#include "audit/sweep.h"

#include "audit/store.h"
#include "check.h"

#include <stdlib.h>

enum { RULES = 40, TURNS = 60 };

static unsigned next(unsigned *state)
{
	*state = *state * 1664525u + 1013904223u;
	return *state >> 16;
}

static audit_address some_line(unsigned *state)
{
	return ((audit_address)next(state) << 16 | next(state)) % AUDIT_LINE_END;
}

static void fill(struct audit_set sets[2], unsigned *state)
{
	for (unsigned left = next(state) % 4; left > 0; left--) {
		audit_address a = some_line(state), b = next(state) % 4 == 0 ? a : some_line(state);
		audit_set_add(&sets[AUDIT_UPPER], a < b ? a : b, a < b ? b : a);
		if (next(state) % 3 > 0)
			audit_set_add(&sets[AUDIT_LOWER], a < b ? a : b, a < b ? b : a);
	}
	audit_set_settle(&sets[AUDIT_LOWER]);
	audit_set_settle(&sets[AUDIT_UPPER]);
}

static void check_piece(
	const struct audit_sweep *sweep, struct audit_set (*sets)[2], const uint8_t *match, unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		for (int end = 0; end < 2; end++) {
			audit_address line = end ? sweep->high : sweep->low;
			unsigned bits = (unsigned)audit_set_has(&sets[i][AUDIT_LOWER], line) |
					(unsigned)audit_set_has(&sets[i][AUDIT_UPPER], line) << 1;
			unsigned want = match[i] == AUDIT_NO || bits == 0 ? 0 : bits | (unsigned)match[i] << 2;
			if (sweep->here[i] != want)
				CHECK_FAIL("rule %u of %u at line %u is %u, not %u", i, count, (unsigned)line,
					sweep->here[i], want);
		}
	}
}

/* All pieces in turn, without a gap: whole, and every destination's. */
static void check_destination(struct audit_sweep *sweep, struct audit_set (*sets)[2], unsigned count, unsigned *state)
{
	uint8_t match[RULES];
	audit_address at = 0;
	uint64_t first = 0;
	for (unsigned i = 0; i < count; i++)
		match[i] = (uint8_t)(next(state) % 3);
	audit_sweep_begin(sweep, match);
	while (audit_sweep_next(sweep)) {
		CHECK(sweep->low == at && sweep->high >= sweep->low);
		check_piece(sweep, sets, match, count);
		first = at == 0 ? sweep->hash : first;
		at = sweep->high + 1;
	}
	CHECK(at == AUDIT_LINE_END);
	audit_sweep_begin(sweep, match); /* again, and the same */
	CHECK(audit_sweep_next(sweep) && sweep->hash == first);
}

static void pieces_are_what_the_sets_say(void)
{
	unsigned state = 7;
	for (unsigned turn = 0; turn < TURNS; turn++) {
		struct audit_set sets[RULES][2] = {0};
		struct audit_sweep sweep;
		unsigned count = turn % RULES; /* few are sorted in another way than many */
		audit_sweep_open(&sweep, count);
		for (unsigned i = 0; i < count; i++) {
			fill(sets[i], &state);
			audit_sweep_add(&sweep, i, sets[i]);
		}
		for (int destination = 0; destination < 3; destination++)
			check_destination(&sweep, sets, count, &state);
		audit_sweep_close(&sweep);
		for (unsigned i = 0; i < count; i++) {
			audit_set_free(&sets[i][AUDIT_LOWER]);
			audit_set_free(&sets[i][AUDIT_UPPER]);
		}
	}
}

int main(void)
{
	RUN(pieces_are_what_the_sets_say);
	CHECK_END();
}
