/* Sets of sources: algebra against a map of bits, canonical form, prefixes as text. */
#include "audit/interval.h"
#include "check.h"

#include <stdlib.h>

#define SIDE 256u

/* A small universe as bits, and the same as a set. */
struct both {
	bool bits[SIDE];
	struct audit_set set;
};

static unsigned next(unsigned *state)
{
	*state = *state * 1664525u + 1013904223u;
	return *state >> 16;
}

static void make(struct both *out, unsigned *state)
{
	memset(out, 0, sizeof *out);
	for (unsigned left = next(state) % 9; left > 0; left--) {
		unsigned low = next(state) % SIDE, high = low + next(state) % 40;
		high = high < SIDE ? high : SIDE - 1;
		for (unsigned i = low; i <= high; i++)
			out->bits[i] = true;
		audit_set_add(&out->set, AUDIT_V4_LOW + low, AUDIT_V4_LOW + high);
	}
	audit_set_settle(&out->set);
}

static bool is_canonical(const struct audit_set *set)
{
	for (size_t i = 0; i < set->count; i++)
		if (set->items[i].low > set->items[i].high ||
			(i > 0 && set->items[i - 1].high + 1 >= set->items[i].low))
			return false;
	return true;
}

enum operation { UNION, INTERSECT, SUBTRACT };

static void compare(enum operation what, const struct both *a, const struct both *b)
{
	struct audit_set out = {0};
	void (*const calls[])(struct audit_set *, const struct audit_set *, const struct audit_set *) = {
		audit_set_union, audit_set_intersect, audit_set_subtract};
	calls[what](&out, &a->set, &b->set);
	CHECK(is_canonical(&out));
	for (unsigned i = 0; i < SIDE; i++) {
		bool want = what == UNION       ? a->bits[i] || b->bits[i]
			    : what == INTERSECT ? a->bits[i] && b->bits[i]
						: a->bits[i] && !b->bits[i];
		if (audit_set_has(&out, AUDIT_V4_LOW + i) != want)
			CHECK_FAIL("operation %d is wrong at %u", (int)what, i);
	}
	audit_set_free(&out);
}

static void the_algebra_is_that_of_bits(void)
{
	unsigned state = 7;
	for (int turn = 0; turn < 3000 && !check_failed; turn++) {
		struct both a, b;
		make(&a, &state);
		make(&b, &state);
		for (int what = UNION; what <= SUBTRACT; what++)
			compare((enum operation)what, &a, &b);
		struct audit_set both = {0}, left = {0};
		audit_set_intersect(&both, &a.set, &b.set);
		audit_set_subtract(&left, &b.set, &a.set);
		CHECK_INT(audit_set_meets(&a.set, &b.set), both.count > 0);
		CHECK_INT(audit_set_covers(&a.set, &b.set), left.count == 0);
		audit_set_free(&both);
		audit_set_free(&left);
		audit_set_free(&a.set);
		audit_set_free(&b.set);
	}
}

static void equal_sets_are_equal_arrays_however_they_were_made(void)
{
	struct audit_set a = {0}, b = {0};
	audit_set_add(&a, AUDIT_V4_LOW + 128, AUDIT_V4_LOW + 255);
	audit_set_add(&a, AUDIT_V4_LOW, AUDIT_V4_LOW + 127);
	audit_set_settle(&a);
	audit_set_add(&b, AUDIT_V4_LOW, AUDIT_V4_LOW + 255);
	CHECK(audit_set_equal(&a, &b));
	audit_set_free(&a);
	audit_set_free(&b);
}

static void add_line(void *context, const char *prefix)
{
	struct st_buf *out = context;
	st_buf_format(out, "%s%s", out->size > 0 ? " " : "", prefix);
}

static void prefixes_of(const char *const *texts, bool internet, const char *want)
{
	struct audit_set set = {0};
	st_auto_buf struct st_buf out = {0};
	for (; *texts != NULL; texts++) {
		struct audit_interval range;
		CHECK(audit_parse_prefix((struct st_span){(const uint8_t *)*texts, strlen(*texts)}, &range));
		audit_set_add(&set, range.low, range.high);
	}
	audit_set_settle(&set);
	audit_set_prefixes(&set, internet, add_line, &out);
	st_buf_add_byte(&out, 0);
	audit_set_free(&set);
	CHECK_TEXT((const char *)out.data, want);
}

static void prefixes_are_read_and_written(void)
{
	prefixes_of((const char *[]){"203.0.113.7", NULL}, true, "203.0.113.7/32");
	prefixes_of((const char *[]){"203.0.113.7/24", NULL}, true, "203.0.113.0/24");
	prefixes_of((const char *[]){"0.0.0.0/1", "128.0.0.0/1", NULL}, true, "0.0.0.0/0");
	prefixes_of((const char *[]){"0/0", NULL}, false, "0.0.0.0/0");
	prefixes_of((const char *[]){"203.0.113.4-203.0.113.9", NULL}, true, "203.0.113.4/30 203.0.113.8/31");
	prefixes_of((const char *[]){"2001:db8::/33", "2001:db8:8000::/33", NULL}, true, "2001:db8::/32");
	prefixes_of((const char *[]){"::/0", NULL}, true, "::/0");
	prefixes_of((const char *[]){"::ffff:8.8.8.0/120", NULL}, true, "8.8.8.0/24");
	prefixes_of((const char *[]){"0.0.0.0", NULL}, true, "0.0.0.0/32");
	prefixes_of((const char *[]){"255.255.255.255", "8.8.8.8", NULL}, true, "8.8.8.8/32 255.255.255.255/32");
	prefixes_of((const char *[]){"2000::/3", NULL}, true, "::/0");
}

static void what_is_no_prefix_is_refused(void)
{
	static const char *const wrong[] = {"", "/", "1.2.3", "1.2.3.4/33", "::/129", "1.2.3.4/", "1.2.3.4/+1",
		"1.2.3.4/1/2", "1.2.3.4-1.2.3.3", "1.2.3.4-::1", "01.2.3.4", "Internet", "1.2.3.4 ", "x/0", "1.2.3.4-",
		"::1%eth0"};
	struct audit_interval range;
	for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
		if (audit_parse_prefix((struct st_span){(const uint8_t *)wrong[i], strlen(wrong[i])}, &range))
			CHECK_FAIL("\"%s\" is read as a prefix", wrong[i]);
}

int main(void)
{
	RUN(the_algebra_is_that_of_bits);
	RUN(equal_sets_are_equal_arrays_however_they_were_made);
	RUN(prefixes_are_read_and_written);
	RUN(what_is_no_prefix_is_refused);
	CHECK_END();
}
