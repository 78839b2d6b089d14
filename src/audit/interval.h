/*
 * Sets of source addresses, exact: sorted, disjoint, never adjacent intervals, so that equal sets are equal arrays.
 *
 * One line of 128 bits holds both families, apart from each other: IPv6 above ::/8 as it is, IPv4 at ::ffff:0:0/96
 * (RFC 4291 2.5.5.2). The rest of ::/8 holds no source of a packet on a network; points in it stand for the addresses
 * of a service tag whose prefixes nobody told us (`audit_tag_point`), apart for each family.
 */
#ifndef STAUNCH_AUDIT_INTERVAL_H
#define STAUNCH_AUDIT_INTERVAL_H

#include "base/bytes.h"

__extension__ typedef unsigned __int128 audit_address;

struct audit_interval {
	audit_address low, high; /* both belong to it */
};

/* Zero-initialised is empty. Owned by whoever declares it. */
struct audit_set {
	struct audit_interval *items;
	size_t count, capacity;
	bool lent; /* items are somebody else's room: left, never freed, once more is needed */
};

#define AUDIT_V4_LOW ((audit_address)0xffff << 32)
#define AUDIT_V4_HIGH (AUDIT_V4_LOW + UINT32_MAX)
#define AUDIT_V6_LOW ((audit_address)1 << 120)
#define AUDIT_V6_HIGH (~(audit_address)0)
#define AUDIT_TAG_V4 ((audit_address)1 << 96)
#define AUDIT_TAG_V6 ((audit_address)1 << 97)

/* Adds anywhere; audit_set_settle puts the set in order before its next use. */
void audit_set_add(struct audit_set *set, audit_address low, audit_address high);
void audit_set_settle(struct audit_set *set);
/* Puts the intervals in the order of their low ends, and joins none. */
void audit_set_sort(struct audit_set *set);
/* out is none of the operands; what it held is replaced. */
void audit_set_copy(struct audit_set *out, const struct audit_set *from);
void audit_set_union(struct audit_set *out, const struct audit_set *a, const struct audit_set *b);
void audit_set_intersect(struct audit_set *out, const struct audit_set *a, const struct audit_set *b);
void audit_set_subtract(struct audit_set *out, const struct audit_set *a, const struct audit_set *b);
/* set -= without, set += more, set &= other: by way of scratch, which keeps its memory between calls. */
void audit_set_remove(struct audit_set *set, const struct audit_set *without, struct audit_set *scratch);
void audit_set_join(struct audit_set *set, const struct audit_set *more, struct audit_set *scratch);
bool audit_set_equal(const struct audit_set *a, const struct audit_set *b);
bool audit_set_meets_somewhere(const struct audit_set *a, const struct audit_set *b); /* for audit_set_meets alone */
static inline bool audit_set_meets(const struct audit_set *a, const struct audit_set *b)
{
	if (a->count == 0 || b->count == 0 || a->items[0].low > b->items[b->count - 1].high ||
		b->items[0].low > a->items[a->count - 1].high)
		return false;
	return (a->count == 1 && b->count == 1) || audit_set_meets_somewhere(a, b);
}

bool audit_set_covers(const struct audit_set *set, const struct audit_set *part);
bool audit_set_has(const struct audit_set *set, audit_address address);
void audit_set_free(struct audit_set *set);

/* The public internet as a source: no private, shared, loopback, link-local, multicast or reserved IPv4 (RFC 6890), no
 * probe address of the load balancer (168.63.129.16), IPv6 global unicast 2000::/3 (IANA). Documentation prefixes
 * belong to it. tags: points of so many service tags belong to it, too. */
void audit_internet(struct audit_set *out, size_t tags);
extern const struct audit_interval audit_internet_v6;
#define AUDIT_INTERNET_INTERVALS 12 /* at most so many */

/* How much of the internet a set is: addresses of its IPv4 part, and the widest block. */
struct audit_extent {
	uint64_t v4_count, v4_widest; /* addresses */
	bool v6_all, v6_wide;         /* 99 % of it; a block wider than a /32 */
	bool v4_all;                  /* 99 % of it */
};
struct audit_extent audit_set_extent(const struct audit_set *set);

/* The smallest list of prefixes that is this set, in order, by family; points of tags are left out. `each` gets "a/n".
 * internet: a family of which all of the internet is in the set is one prefix, 0.0.0.0/0 or ::/0. */
void audit_set_prefixes(
	const struct audit_set *set, bool internet, void (*each)(void *context, const char *prefix), void *context);

/* Text of one address of the line, inet_ntop form. */
#define AUDIT_ADDRESS_TEXT 48
void audit_address_text(audit_address address, char out[AUDIT_ADDRESS_TEXT]);
bool audit_is_v4(audit_address address);

/* Reads "a.b.c.d", "a.b.c.d/n", "a.b.c.d-e.f.g.h", IPv6 likewise, "0/0", "/0", "x/0". Host bits behind the prefix are
 * masked, as clouds do that accept them. False: it is none of these. */
bool audit_parse_prefix(struct st_span text, struct audit_interval *out);

#endif
