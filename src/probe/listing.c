#include "probe/listing.h"

#include "base/ceilings.h"

void probe_listed_encode(struct st_buf *out, const struct probe_listed *listed)
{
	st_buf_add_span(out, listed->name.data, listed->name.size);
	st_buf_add_u64(out, listed->size_bytes);
	st_buf_add_u64(out, (uint64_t)listed->mtime_s);
	st_buf_add_u64(out, listed->etag);
	st_buf_add_byte(out, listed->is_versioned);
	st_buf_add_u64(out, listed->items);
	st_buf_add_byte(out, listed->is_closed);
}

bool probe_listed_decode(struct st_cursor *in, struct probe_listed *out)
{
	out->name = st_cursor_span(in);
	out->size_bytes = st_cursor_u64(in);
	out->mtime_s = (int64_t)st_cursor_u64(in);
	out->etag = st_cursor_u64(in);
	out->is_versioned = st_cursor_byte(in) != 0;
	out->items = st_cursor_u64(in);
	out->is_closed = st_cursor_byte(in) != 0;
	return !in->bad && out->name.size > 0 && out->name.size <= CEIL_LISTED_NAME_BYTES &&
	       out->size_bytes <= UINT64_MAX / 4 && out->items <= UINT64_MAX / 4 &&
	       out->mtime_s <= PROBE_LISTED_TIME_S && out->mtime_s >= -PROBE_LISTED_TIME_S;
}
