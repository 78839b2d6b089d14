/* What a sample says, as it stands in a case. */
#include "cli/sample.h"

#include <stdlib.h>

#define ROW_FORMAT 1

void sample_row_write(struct st_buf *out, const struct report_estimate *estimate)
{
	st_buf_add_byte(out, ROW_FORMAT);
	st_buf_add_varint(out, estimate->sampled);
	st_buf_add_varint(out, estimate->listed);
	st_buf_add_varint(out, estimate->strata);
	st_buf_add_varint(out, estimate->store_count);
	for (size_t i = 0; i < estimate->store_count; i++) {
		const struct report_sampled_store *store = &estimate->stores[i];
		st_buf_add_varint(out, store->store);
		st_buf_add_varint(out, store->share_ppm);
		st_buf_add_u64(out, store->seed);
		st_buf_add_varint(out, store->sampled);
		st_buf_add_varint(out, store->listed);
	}
	st_buf_add_varint(out, estimate->figure_count);
	for (size_t i = 0; i < estimate->figure_count; i++) {
		const struct report_estimated *figure = &estimate->figures[i];
		st_buf_add_span(out, figure->name, strlen(figure->name));
		st_buf_add_varint(out, figure->value);
		st_buf_add_varint(out, figure->low);
		st_buf_add_varint(out, figure->high);
		st_buf_add_byte(out, figure->bounded);
	}
}

static size_t read_count(struct st_cursor *in)
{
	uint64_t count = st_cursor_varint(in);
	in->bad |= count > (size_t)(in->end - in->at); /* a row takes more than a byte */
	return in->bad ? 0 : (size_t)count;
}

static void read_figure(struct st_cursor *in, struct report_estimated *figure)
{
	struct st_span name = st_cursor_span(in);
	figure->value = st_cursor_varint(in);
	figure->low = st_cursor_varint(in);
	figure->high = st_cursor_varint(in);
	figure->bounded = st_cursor_byte(in) != 0;
	in->bad |= name.size >= sizeof figure->name;
	if (!in->bad && name.size > 0)
		memcpy(figure->name, name.data, name.size);
}

bool sample_row_read(struct st_span bytes, struct report_estimate *out)
{
	struct st_cursor in = {bytes.data, bytes.data + bytes.size, false};
	*out = (struct report_estimate){0};
	in.bad |= st_cursor_byte(&in) != ROW_FORMAT;
	out->sampled = st_cursor_varint(&in);
	out->listed = st_cursor_varint(&in);
	out->strata = st_cursor_varint(&in);
	out->store_count = read_count(&in);
	out->stores = st_alloc_zero(out->store_count + 1, sizeof *out->stores);
	for (size_t i = 0; i < out->store_count; i++) {
		struct report_sampled_store *store = &out->stores[i];
		store->store = (uint32_t)st_cursor_varint(&in);
		store->share_ppm = (uint32_t)st_cursor_varint(&in);
		store->seed = st_cursor_u64(&in);
		store->sampled = st_cursor_varint(&in);
		store->listed = st_cursor_varint(&in);
	}
	out->figure_count = read_count(&in);
	out->figures = st_alloc_zero(out->figure_count + 1, sizeof *out->figures);
	for (size_t i = 0; i < out->figure_count; i++)
		read_figure(&in, &out->figures[i]);
	if (!in.bad && in.at == in.end)
		return true;
	sample_report_free(out);
	return false;
}

void sample_report_free(struct report_estimate *estimate)
{
	free(estimate->stores);
	free(estimate->figures);
	*estimate = (struct report_estimate){0};
}
