#include "base/network.h"

#include <string.h>

#define FIELDS 9

/* The struct is nine numbers and nothing else. */
_Static_assert(sizeof(struct st_network) == FIELDS * sizeof(uint64_t), "a field of struct st_network is not written");

static void fields_of(const struct st_network *network, uint64_t out[FIELDS])
{
	memcpy(out, network, FIELDS * sizeof *out);
}

void st_network_encode(const struct st_network *network, struct st_buf *out)
{
	uint64_t fields[FIELDS];
	fields_of(network, fields);
	for (int i = 0; i < FIELDS; i++)
		st_buf_add_u64(out, fields[i]);
}

bool st_network_decode(struct st_span from, struct st_network *out)
{
	uint64_t fields[FIELDS];
	*out = (struct st_network){0};
	if (from.size != sizeof fields)
		return false;
	struct st_cursor in = {.at = from.data, .end = from.data + from.size};
	for (int i = 0; i < FIELDS; i++)
		fields[i] = st_cursor_u64(&in);
	memcpy(out, fields, sizeof fields);
	return true;
}

void st_network_add(struct st_network *sum, const struct st_network *more)
{
	uint64_t a[FIELDS], b[FIELDS];
	fields_of(sum, a);
	fields_of(more, b);
	for (int i = 0; i < FIELDS; i++)
		if (__builtin_add_overflow(a[i], b[i], &a[i]))
			a[i] = UINT64_MAX;
	memcpy(sum, a, sizeof a);
}

unsigned st_network_percent(uint64_t part_ms, uint64_t whole_ms)
{
	if (whole_ms == 0 || part_ms >= whole_ms)
		return whole_ms == 0 ? 0 : 100;
	return (unsigned)((double)part_ms * 100 / (double)whole_ms);
}
