/* Linear merges over sorted arrays. */
#include "audit/interval.h"

#include "base/ceilings.h"

#include <stdlib.h>

#define INSERTED 40 /* so few are sorted by insertion */

static void reserve(struct audit_set *set, size_t count)
{
	if (count <= set->capacity)
		return;
	size_t capacity = set->capacity ? set->capacity : 4;
	while (capacity < count)
		capacity *= 2;
	struct audit_interval *items = st_realloc(set->lent ? NULL : set->items, capacity * sizeof *set->items);
	if (set->lent && set->count > 0)
		memcpy(items, set->items, set->count * sizeof *items);
	set->items = items;
	set->capacity = capacity;
	set->lent = false;
}

void audit_set_add(struct audit_set *set, audit_address low, audit_address high)
{
	reserve(set, set->count + 1);
	set->items[set->count++] = (struct audit_interval){low, high};
}

/* Behind the last one; joins what touches. */
static void append(struct audit_set *set, audit_address low, audit_address high)
{
	struct audit_interval *last = set->count > 0 ? &set->items[set->count - 1] : NULL;
	if (last != NULL && (last->high >= low || last->high + 1 == low)) {
		if (last->high < high)
			last->high = high;
		return;
	}
	audit_set_add(set, low, high);
}

static int by_low(const void *a, const void *b)
{
	const struct audit_interval *x = a, *y = b;
	return x->low < y->low ? -1 : x->low > y->low;
}

void audit_set_sort(struct audit_set *set)
{
	struct audit_interval *items = set->items;
	size_t sorted = 1;
	while (sorted < set->count && items[sorted - 1].low <= items[sorted].low)
		sorted++;
	if (sorted >= set->count)
		return;
	if (set->count > INSERTED) {
		qsort(items, set->count, sizeof *items, by_low);
		return;
	}
	for (; sorted < set->count; sorted++) {
		struct audit_interval item = items[sorted];
		size_t at = sorted;
		for (; at > 0 && items[at - 1].low > item.low; at--)
			items[at] = items[at - 1];
		items[at] = item;
	}
}

void audit_set_settle(struct audit_set *set)
{
	if (set->count < 2)
		return;
	audit_set_sort(set);
	size_t count = set->count;
	set->count = 0;
	for (size_t i = 0; i < count; i++) {
		struct audit_interval item = set->items[i];
		append(set, item.low, item.high);
	}
}

void audit_set_copy(struct audit_set *out, const struct audit_set *from)
{
	reserve(out, from->count);
	if (from->count > 0)
		memcpy(out->items, from->items, from->count * sizeof *from->items);
	out->count = from->count;
}

void audit_set_union(struct audit_set *out, const struct audit_set *a, const struct audit_set *b)
{
	size_t i = 0, j = 0;
	out->count = 0;
	reserve(out, a->count + b->count);
	while (i < a->count || j < b->count) {
		bool first = j == b->count || (i < a->count && a->items[i].low <= b->items[j].low);
		struct audit_interval next = first ? a->items[i++] : b->items[j++];
		append(out, next.low, next.high);
	}
}

void audit_set_intersect(struct audit_set *out, const struct audit_set *a, const struct audit_set *b)
{
	size_t i = 0, j = 0;
	out->count = 0;
	while (i < a->count && j < b->count) {
		struct audit_interval x = a->items[i], y = b->items[j];
		audit_address low = x.low > y.low ? x.low : y.low, high = x.high < y.high ? x.high : y.high;
		if (low <= high)
			append(out, low, high);
		if (x.high < y.high)
			i++;
		else
			j++;
	}
}

void audit_set_subtract(struct audit_set *out, const struct audit_set *a, const struct audit_set *b)
{
	size_t j = 0;
	out->count = 0;
	for (size_t i = 0; i < a->count; i++) {
		audit_address low = a->items[i].low, high = a->items[i].high;
		bool left = true;
		while (j < b->count && b->items[j].high < low)
			j++;
		for (size_t k = j; k < b->count && b->items[k].low <= high; k++) {
			if (b->items[k].low > low)
				append(out, low, b->items[k].low - 1);
			left = b->items[k].high < high;
			if (!left)
				break;
			low = b->items[k].high + 1;
		}
		if (left)
			append(out, low, high);
	}
}

static void swap(struct audit_set *a, struct audit_set *b)
{
	struct audit_set held = *a;
	*a = *b;
	*b = held;
}

void audit_set_remove(struct audit_set *set, const struct audit_set *without, struct audit_set *scratch)
{
	if (set->count == 0 || without->count == 0)
		return;
	audit_set_subtract(scratch, set, without);
	swap(set, scratch);
}

void audit_set_join(struct audit_set *set, const struct audit_set *more, struct audit_set *scratch)
{
	if (more->count == 0)
		return;
	audit_set_union(scratch, set, more);
	swap(set, scratch);
}

bool audit_set_equal(const struct audit_set *a, const struct audit_set *b)
{
	if (a->count != b->count)
		return false;
	for (size_t i = 0; i < a->count; i++)
		if (a->items[i].low != b->items[i].low || a->items[i].high != b->items[i].high)
			return false;
	return true;
}

bool audit_set_meets_somewhere(const struct audit_set *a, const struct audit_set *b)
{
	size_t i = 0, j = 0;
	while (i < a->count && j < b->count) {
		if (a->items[i].high < b->items[j].low)
			i++;
		else if (b->items[j].high < a->items[i].low)
			j++;
		else
			return true;
	}
	return false;
}

bool audit_set_covers(const struct audit_set *set, const struct audit_set *part)
{
	size_t i = 0;
	for (size_t j = 0; j < part->count; j++) {
		while (i < set->count && set->items[i].high < part->items[j].low)
			i++;
		if (i == set->count || set->items[i].low > part->items[j].low ||
			set->items[i].high < part->items[j].high)
			return false;
	}
	return true;
}

bool audit_set_has(const struct audit_set *set, audit_address address)
{
	size_t low = 0, high = set->count;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (set->items[middle].high < address)
			low = middle + 1;
		else
			high = middle;
	}
	return low < set->count && set->items[low].low <= address;
}

void audit_set_free(struct audit_set *set)
{
	if (!set->lent)
		free(set->items);
	*set = (struct audit_set){0};
}

/* --- the internet --- */

#define V4(a, b, c, d) (((uint32_t)(a) << 24) | ((b) << 16) | ((c) << 8) | (d))

/* The holes of the IPv4 internet (RFC 6890), and the probe address. */
static const uint32_t holes[][2] = {
	{V4(0, 0, 0, 0), V4(0, 255, 255, 255)},
	{V4(10, 0, 0, 0), V4(10, 255, 255, 255)},
	{V4(100, 64, 0, 0), V4(100, 127, 255, 255)},
	{V4(127, 0, 0, 0), V4(127, 255, 255, 255)},
	{V4(168, 63, 129, 16), V4(168, 63, 129, 16)},
	{V4(169, 254, 0, 0), V4(169, 254, 255, 255)},
	{V4(172, 16, 0, 0), V4(172, 31, 255, 255)},
	{V4(192, 168, 0, 0), V4(192, 168, 255, 255)},
	{V4(224, 0, 0, 0), V4(255, 255, 255, 255)},
};
#define HOLES (sizeof holes / sizeof holes[0])

const struct audit_interval audit_internet_v6 = {(audit_address)2 << 124, ((audit_address)4 << 124) - 1}; /* 2000::/3 */

static void add_internet_v4(struct audit_set *out)
{
	for (size_t i = 0; i + 1 < HOLES; i++)
		audit_set_add(out, AUDIT_V4_LOW + holes[i][1] + 1, AUDIT_V4_LOW + holes[i + 1][0] - 1);
}

static uint64_t internet_v4_count(void)
{
	uint64_t count = (uint64_t)1 << 32;
	for (size_t i = 0; i < HOLES; i++)
		count -= (uint64_t)holes[i][1] - holes[i][0] + 1;
	return count;
}

void audit_internet(struct audit_set *out, size_t tags)
{
	out->count = 0;
	add_internet_v4(out); /* in the order of the line */
	if (tags > 0) {
		audit_set_add(out, AUDIT_TAG_V4, AUDIT_TAG_V4 + tags - 1);
		audit_set_add(out, AUDIT_TAG_V6, AUDIT_TAG_V6 + tags - 1);
	}
	audit_set_add(out, audit_internet_v6.low, audit_internet_v6.high);
}

bool audit_is_v4(audit_address address)
{
	return address >= AUDIT_V4_LOW && address <= AUDIT_V4_HIGH;
}

struct audit_extent audit_set_extent(const struct audit_set *set)
{
	struct audit_extent extent = {0};
	audit_address v6 = 0, v6_widest = 0;
	for (size_t i = 0; i < set->count; i++) {
		audit_address size = set->items[i].high - set->items[i].low + 1;
		if (audit_is_v4(set->items[i].low)) {
			extent.v4_count += (uint64_t)size;
			if (size > extent.v4_widest)
				extent.v4_widest = (uint64_t)size;
		} else if (set->items[i].low >= AUDIT_V6_LOW) {
			v6 += size;
			if (size > v6_widest)
				v6_widest = size;
		}
	}
	audit_address all = audit_internet_v6.high - audit_internet_v6.low + 1;
	extent.v4_all = extent.v4_count >= internet_v4_count() / 100 * 99;
	extent.v6_all = v6 >= all / 100 * 99;
	extent.v6_wide = v6_widest > (audit_address)1 << 96;
	return extent;
}
