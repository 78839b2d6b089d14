/* The figures as one sealed value, and what is counted from objects and parts at the time of asking. */
#include "casefile/database.h"

#include <stdlib.h>

#define FIGURES_FORMAT 1

static void add_range(struct st_buf *out, const struct casefile_range *range)
{
	st_buf_add_varint(out, range->min);
	st_buf_add_varint(out, range->best);
	st_buf_add_varint(out, range->max);
}

static void take_range(struct st_cursor *in, struct casefile_range *range)
{
	range->min = st_cursor_varint(in);
	range->best = st_cursor_varint(in);
	range->max = st_cursor_varint(in);
}

static void add_name(struct st_buf *out, const char *name, size_t size)
{
	st_buf_add_span(out, name, strnlen(name, size - 1));
}

static void take_name(struct st_cursor *in, char *out, size_t size)
{
	struct st_span name = st_cursor_span(in);
	size_t length = name.size < size ? name.size : size - 1;
	if (length > 0)
		memcpy(out, name.data, length);
	out[length] = 0;
}

/* Room for `count` rows of at least one byte each; NULL and a bad cursor when the bytes cannot hold them. */
static void *take_rows(struct st_cursor *in, size_t *count, size_t row_bytes)
{
	*count = st_cursor_varint(in);
	if (in->bad || *count > (size_t)(in->end - in->at)) {
		in->bad = true;
		*count = 0;
		return NULL;
	}
	return *count > 0 ? st_alloc_zero(*count, row_bytes) : NULL;
}

static void add_copy(struct st_buf *out, const struct casefile_copy *copy)
{
	st_buf_add_varint(out, copy->store_count);
	for (uint32_t i = 0; i < copy->store_count; i++) {
		st_buf_add_varint(out, copy->stores[i]);
		st_buf_add_varint(out, copy->distinct[i]);
	}
	st_buf_add_varint(out, copy->shared);
	st_buf_add_varint(out, copy->differing_total);
	st_buf_add_byte(out, copy->identical);
	st_buf_add_varint(out, copy->differing_count);
	for (size_t i = 0; i < copy->differing_count; i++) {
		st_buf_add_varint(out, copy->differing[i].store);
		st_buf_add_varint(out, copy->differing[i].object);
		st_buf_add_varint(out, copy->differing[i].part);
		st_buf_add_varint(out, copy->differing[i].holders);
		st_buf_add_varint(out, copy->differing[i].record);
	}
}

static void take_copy(struct st_cursor *in, struct casefile_copy *copy)
{
	size_t stores = 0;
	copy->stores = take_rows(in, &stores, sizeof *copy->stores);
	copy->distinct = st_alloc_zero(stores, sizeof *copy->distinct);
	copy->store_count = (uint32_t)stores;
	for (size_t i = 0; i < stores; i++) {
		copy->stores[i] = (uint32_t)st_cursor_varint(in);
		copy->distinct[i] = st_cursor_varint(in);
	}
	copy->shared = st_cursor_varint(in);
	copy->differing_total = st_cursor_varint(in);
	copy->identical = st_cursor_byte(in) != 0;
	copy->differing = take_rows(in, &copy->differing_count, sizeof *copy->differing);
	for (size_t i = 0; i < copy->differing_count; i++) {
		copy->differing[i].store = (uint32_t)st_cursor_varint(in);
		copy->differing[i].object = (uint32_t)st_cursor_varint(in);
		copy->differing[i].part = (uint32_t)st_cursor_varint(in);
		copy->differing[i].holders = (uint32_t)st_cursor_varint(in);
		copy->differing[i].record = st_cursor_varint(in);
	}
}

static void add_rows(struct st_buf *out, const struct casefile_figures *figures)
{
	st_buf_add_varint(out, figures->unit_count);
	for (size_t i = 0; i < figures->unit_count; i++) {
		add_name(out, figures->units[i].unit, sizeof figures->units[i].unit);
		st_buf_add_varint(out, figures->units[i].raw);
		st_buf_add_varint(out, figures->units[i].distinct);
	}
	st_buf_add_varint(out, figures->kind_count);
	for (size_t i = 0; i < figures->kind_count; i++) {
		add_name(out, figures->kinds[i].kind, sizeof figures->kinds[i].kind);
		st_buf_add_varint(out, figures->kinds[i].mentions);
		st_buf_add_varint(out, figures->kinds[i].mentions_distinct_records);
		st_buf_add_varint(out, figures->kinds[i].distinct);
	}
	st_buf_add_varint(out, figures->store_count);
	for (size_t i = 0; i < figures->store_count; i++) {
		st_buf_add_varint(out, figures->stores[i].store);
		st_buf_add_varint(out, figures->stores[i].raw);
		st_buf_add_varint(out, figures->stores[i].distinct);
		st_buf_add_varint(out, figures->stores[i].within);
	}
	st_buf_add_varint(out, figures->copy_count);
	for (size_t i = 0; i < figures->copy_count; i++)
		add_copy(out, &figures->copies[i]);
}

static void add_pairs(struct st_buf *out, const struct casefile_figures *figures)
{
	st_buf_add_byte(out, figures->pairs_known);
	st_buf_add_varint(out, figures->pair_count);
	for (size_t i = 0; i < figures->pair_count; i++) {
		st_buf_add_varint(out, figures->pairs[i].a);
		st_buf_add_varint(out, figures->pairs[i].b);
		st_buf_add_varint(out, figures->pairs[i].shared);
	}
}

/* A case of before they were counted ends here. */
static void take_pairs(struct st_cursor *in, struct casefile_figures *out)
{
	if (in->at == in->end)
		return;
	out->pairs_known = st_cursor_byte(in) != 0;
	out->pairs = take_rows(in, &out->pair_count, sizeof *out->pairs);
	for (size_t i = 0; i < out->pair_count; i++) {
		out->pairs[i].a = (uint32_t)st_cursor_varint(in);
		out->pairs[i].b = (uint32_t)st_cursor_varint(in);
		out->pairs[i].shared = st_cursor_varint(in);
	}
}

static void take_all_rows(struct st_cursor *in, struct casefile_figures *out)
{
	out->units = take_rows(in, &out->unit_count, sizeof *out->units);
	for (size_t i = 0; i < out->unit_count; i++) {
		take_name(in, out->units[i].unit, sizeof out->units[i].unit);
		out->units[i].raw = st_cursor_varint(in);
		out->units[i].distinct = st_cursor_varint(in);
	}
	out->kinds = take_rows(in, &out->kind_count, sizeof *out->kinds);
	for (size_t i = 0; i < out->kind_count; i++) {
		take_name(in, out->kinds[i].kind, sizeof out->kinds[i].kind);
		out->kinds[i].mentions = st_cursor_varint(in);
		out->kinds[i].mentions_distinct_records = st_cursor_varint(in);
		out->kinds[i].distinct = st_cursor_varint(in);
	}
	out->stores = take_rows(in, &out->store_count, sizeof *out->stores);
	for (size_t i = 0; i < out->store_count; i++) {
		out->stores[i].store = (uint32_t)st_cursor_varint(in);
		out->stores[i].raw = st_cursor_varint(in);
		out->stores[i].distinct = st_cursor_varint(in);
		out->stores[i].within = st_cursor_varint(in);
	}
	out->copies = take_rows(in, &out->copy_count, sizeof *out->copies);
	for (size_t i = 0; i < out->copy_count; i++)
		take_copy(in, &out->copies[i]);
}

static void add_tallies(struct st_buf *out, const struct tallies *tallies)
{
	st_buf_add_varint(out, tallies->known);
	st_buf_add_varint(out, tallies->count);
	for (size_t i = 0; i < tallies->count; i++) {
		const struct tally *row = &tallies->rows[i];
		st_buf_add_byte(out, (uint8_t)row->list);
		add_name(out, row->name, sizeof row->name);
		st_buf_add_byte(out, TALLY_VALUES);
		for (int value = 0; value < TALLY_VALUES; value++)
			st_buf_add_varint(out, row->values[value]);
	}
}

static void take_tallies(struct st_cursor *in, struct tallies *tallies)
{
	tallies->known = (uint32_t)st_cursor_varint(in);
	tallies->rows = take_rows(in, &tallies->count, sizeof *tallies->rows);
	for (size_t i = 0; i < tallies->count; i++) {
		struct tally *row = &tallies->rows[i];
		uint8_t list = st_cursor_byte(in);
		row->list = list < TALLY_LISTS ? (enum tally_list)list : TALLY_LISTS;
		take_name(in, row->name, sizeof row->name);
		uint8_t values = st_cursor_byte(in);
		for (uint8_t value = 0; value < values && !in->bad; value++) {
			uint64_t number = st_cursor_varint(in);
			if (value < TALLY_VALUES)
				row->values[value] = number;
		}
	}
}

void db_encode_figures(const struct casefile_figures *figures, struct st_buf *out)
{
	st_buf_add_byte(out, FIGURES_FORMAT);
	st_buf_add_varint(out, figures->records_raw);
	st_buf_add_varint(out, figures->records_distinct);
	add_range(out, &figures->persons);
	add_range(out, &figures->staff);
	add_range(out, &figures->organizations);
	st_buf_add_varint(out, figures->role_mailboxes);
	st_buf_add_varint(out, figures->unlinked_phones);
	st_buf_add_varint(out, figures->unlinked_ips);
	st_buf_add_u64(out, (uint64_t)figures->made_at);
	add_rows(out, figures);
	add_pairs(out, figures);
	st_buf_add_varint(out, figures->unlinked_names);
	add_tallies(out, &figures->tallies);
	st_buf_add_varint(out, figures->case_templates);
	st_buf_add_varint(out, figures->case_templates_beyond);
}

bool db_decode_figures(struct st_span bytes, struct casefile_figures *out)
{
	struct st_cursor in = {bytes.data, bytes.data + bytes.size, false};
	*out = (struct casefile_figures){0};
	if (st_cursor_byte(&in) != FIGURES_FORMAT)
		return false;
	out->records_raw = st_cursor_varint(&in);
	out->records_distinct = st_cursor_varint(&in);
	take_range(&in, &out->persons);
	take_range(&in, &out->staff);
	take_range(&in, &out->organizations);
	out->role_mailboxes = st_cursor_varint(&in);
	out->unlinked_phones = st_cursor_varint(&in);
	out->unlinked_ips = st_cursor_varint(&in);
	out->made_at = (int64_t)st_cursor_u64(&in);
	take_all_rows(&in, out);
	take_pairs(&in, out);
	if (in.at < in.end) /* cases of before have none */
		out->unlinked_names = st_cursor_varint(&in);
	if (in.at < in.end) /* a case made before there were such lists ends here */
		take_tallies(&in, &out->tallies);
	if (in.at < in.end) {
		out->case_templates = st_cursor_varint(&in);
		out->case_templates_beyond = st_cursor_varint(&in);
	}
	return !in.bad && in.at == in.end;
}

void casefile_figures_free(struct casefile_figures *figures)
{
	for (size_t i = 0; i < figures->copy_count; i++) {
		free(figures->copies[i].stores);
		free(figures->copies[i].distinct);
		free(figures->copies[i].differing);
	}
	free(figures->units);
	free(figures->kinds);
	free(figures->stores);
	free(figures->copies);
	free(figures->pairs);
	free(figures->tallies.rows);
	*figures = (struct casefile_figures){0};
}

/* --- coverage --- */

/* A hostile store may claim any size. */
static void add_up(uint64_t *sum, uint64_t value)
{
	if (__builtin_add_overflow(*sum, value, sum))
		*sum = UINT64_MAX;
}

static void count_object(struct casefile_coverage *out, enum st_read_status status, enum st_reason reason,
	uint64_t size_bytes, uint64_t stored_bytes)
{
	out->listed++;
	add_up(&out->bytes_listed, size_bytes);
	switch (status) {
	case ST_READ:
		out->read++;
		add_up(&out->bytes_read, stored_bytes);
		break;
	case ST_PARTIAL:
		out->partial++;
		add_up(&out->bytes_read, stored_bytes);
		add_up(&out->bytes_partial, stored_bytes);
		break;
	case ST_UNREAD:
		out->unread++;
		add_up(&out->bytes_unread, size_bytes);
		out->unread_objects[reason]++;
		add_up(&out->unread_bytes[reason], size_bytes);
		break;
	case ST_DUPLICATE:
		out->duplicate++;
		add_up(&out->bytes_duplicate, size_bytes);
		break;
	case ST_PENDING:
	case ST_READ_STATUSES:
		out->pending++;
		break;
	}
}

/* An index: what its listing counted, against what came when it was read. */
static void count_documents(struct casefile_coverage *out, uint64_t listed, uint64_t read)
{
	out->documents_known = true;
	add_up(&out->documents_listed, listed);
	add_up(&out->documents_read, read);
	add_up(read > listed ? &out->documents_appeared : &out->documents_unread,
		read > listed ? read - listed : listed - read);
}

static enum st_status count_part(void *context, const struct casefile_part *part, struct st_error *err)
{
	struct casefile_coverage *out = context;
	(void)err;
	if (part->part != 0)
		out->members++;
	if (part->part != 0 && (part->status == ST_UNREAD || part->status == ST_PARTIAL))
		out->members_unread[part->reason]++;
	return ST_OK;
}

enum st_status casefile_coverage(struct casefile *casefile, struct casefile_coverage *out, struct st_error *err)
{
	db_auto_statement sqlite3_stmt *statement = NULL;
	*out = (struct casefile_coverage){0};
	ST_TRY(db_prepare(casefile,
		"SELECT status, reason, size_bytes, stored_bytes, not_searched_bytes, device, records, store IN "
		"(SELECT id FROM stores WHERE kind = 'elasticsearch') FROM objects",
		&statement, err));
	for (;;) {
		bool row;
		ST_TRY(db_step(casefile, statement, &row, err));
		if (!row)
			break;
		uint64_t status = db_number(statement, 0), reason = db_number(statement, 1);
		if (status >= ST_READ_STATUSES || reason >= ST_REASONS)
			return db_damaged(casefile, err);
		count_object(out, (enum st_read_status)status, (enum st_reason)reason, db_number(statement, 2),
			db_number(statement, 3));
		add_up(&out->not_searched_bytes, db_number(statement, 4));
		bool counts = status == ST_READ || status == ST_PARTIAL;
		if (db_number(statement, 7) != 0)
			count_documents(out, db_number(statement, 5), counts ? db_number(statement, 6) : 0);
	}
	return casefile_parts(casefile, 0, count_part, out, err);
}
