/* Records by their bytes as written. */
#include "extract/canonical.h"

#define KEPT_BYTES 65536

void as_written_begin(struct as_written *r, uint64_t boundary)
{
	r->start = r->next = boundary;
	r->kept.size = 0;
	r->on = true;
	r->any = r->hashing = false;
}

void as_written_off(struct as_written *r)
{
	r->on = false;
}

static bool is_between(uint8_t byte)
{
	return byte == ' ' || byte == '\t' || byte == '\r' || byte == '\n' || byte == ',';
}

static void take(struct as_written *r, const uint8_t *data, size_t size)
{
	if (r->hashing) {
		st_sha256_add(r->hash, data, size);
		return;
	}
	if (r->kept.size + size <= KEPT_BYTES) {
		st_buf_add(&r->kept, data, size);
		return;
	}
	if (r->hash == NULL)
		r->hash = st_sha256_new();
	st_sha256_begin(r->hash);
	st_sha256_add(r->hash, r->kept.data, r->kept.size);
	st_sha256_add(r->hash, data, size);
	r->hashing = true;
}

void as_written_take(struct as_written *r, const uint8_t *data, uint64_t data_start, uint64_t end)
{
	if (!r->on || end <= r->next)
		return;
	if (r->next < data_start) /* those bytes are gone */
		r->next = data_start;
	const uint8_t *p = data + (r->next - data_start), *stop = data + (end - data_start);
	r->next = end;
	while (!r->any && p < stop && is_between(*p))
		p++;
	if (p == stop)
		return;
	if (!r->any)
		r->start = data_start + (uint64_t)(p - data);
	r->any = true;
	take(r, p, (size_t)(stop - p));
}

bool as_written_end(struct as_written *r, uint8_t sha256[ST_SHA256_BYTES])
{
	bool any = r->on && r->any;
	r->on = false;
	if (any && r->hashing)
		st_sha256_end(r->hash, sha256);
	else if (any)
		st_sha256_of(r->kept.data, r->kept.size, sha256);
	return any;
}

void as_written_free(struct as_written *r)
{
	st_sha256_free(r->hash);
	st_buf_free(&r->kept);
}
