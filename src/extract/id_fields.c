#include "extract/id_fields.h"

#include <stdlib.h>

#define NO_PATH UINT16_MAX
#define SOURCE "_source."
#define HASH_PREFIX "sha256:"

/* A column of a table that is a field. */
struct column {
	size_t column, field;
};

struct id_fields {
	const char *const *names;
	size_t count, longest; /* longest: of the names, in bytes */
	struct st_buf path;    /* keys that lead to the present place, joined by dots */
	/* By level: how much of path leads to the container whose members stand there, and to the present one of them.
	 */
	uint16_t container[CEIL_JSON_DEPTH + 2], value[CEIL_JSON_DEPTH + 2];
	bool in_key, in_value, hashing;
	struct st_buf text; /* the value that is coming */
	struct st_sha256 *hash;
	struct column *columns;
	size_t column_count;
	struct st_buf values; /* u32 field, u64 at, span: of records that are kept up to kept, then of this one */
	size_t kept, given;
	bool overflowed;
};

struct id_fields *id_fields_open(const char *const *names)
{
	if (names == NULL || names[0] == NULL)
		return NULL;
	struct id_fields *fields = st_alloc_zero(1, sizeof *fields);
	fields->names = names;
	for (; names[fields->count] != NULL; fields->count++)
		if (strlen(names[fields->count]) > fields->longest)
			fields->longest = strlen(names[fields->count]);
	fields->hash = st_sha256_new();
	return fields;
}

void id_fields_close(struct id_fields *fields)
{
	if (fields == NULL)
		return;
	st_buf_free(&fields->path);
	st_buf_free(&fields->text);
	st_buf_free(&fields->values);
	st_sha256_free(fields->hash);
	free(fields->columns);
	free(fields);
}

void id_fields_begin(struct id_fields *fields)
{
	if (fields == NULL)
		return;
	fields->values.size = fields->kept;
	fields->in_key = fields->in_value = fields->hashing = false;
}

bool id_fields_overflowed(const struct id_fields *fields)
{
	return fields != NULL && fields->overflowed;
}

/* --- values --- */

static void add_value(struct id_fields *fields, size_t field, uint64_t at, struct st_span text)
{
	if (fields->values.size - fields->kept + text.size > CEIL_ID_RECORD_BYTES) {
		fields->overflowed = true;
		return;
	}
	st_buf_add_u32(&fields->values, (uint32_t)field);
	st_buf_add_u64(&fields->values, at);
	st_buf_add_span(&fields->values, text.data, text.size);
}

/* What stands for a text too long to be kept. */
static struct st_span hash_text(const uint8_t sha256[ST_SHA256_BYTES], char out[80])
{
	size_t prefix = sizeof HASH_PREFIX - 1;
	memcpy(out, HASH_PREFIX, prefix);
	st_hex(sha256, ST_SHA256_BYTES, out + prefix);
	return (struct st_span){(const uint8_t *)out, strlen(out)};
}

/* --- JSON --- */

static bool is_named(const char *name, struct st_span path)
{
	return strlen(name) == path.size && memcmp(name, path.data, path.size) == 0;
}

/* The path of a value, without the `_source` around it; empty when it is none of ours. */
static struct st_span path_of(const struct id_fields *fields, int level)
{
	uint16_t size = level > 0 ? fields->value[level] : NO_PATH;
	size_t source = sizeof SOURCE - 1;
	struct st_span path = {fields->path.data, size == NO_PATH ? 0 : size};
	if (path.size > source && memcmp(path.data, SOURCE, source) == 0)
		path = (struct st_span){path.data + source, path.size - source};
	return path;
}

static bool is_wanted(const struct id_fields *fields, struct st_span path)
{
	for (size_t i = 0; path.size > 0 && path.size <= fields->longest && i < fields->count; i++)
		if (is_named(fields->names[i], path))
			return true;
	return false;
}

static void open_level(struct id_fields *fields, int level)
{
	uint16_t prefix = level > 0 ? fields->value[level] : 0;
	fields->container[level + 1] = fields->value[level + 1] = prefix;
}

static void take_key(struct id_fields *fields, const struct st_json_event *event, int level)
{
	uint16_t prefix = fields->container[level];
	if (!fields->in_key && prefix != NO_PATH) {
		fields->path.size = prefix;
		if (prefix > 0)
			st_buf_add_byte(&fields->path, '.');
	}
	bool fits = prefix != NO_PATH && (!fields->in_key || fields->value[level] != NO_PATH) &&
		    fields->path.size + event->text.size <= fields->longest + sizeof SOURCE;
	if (fits)
		st_buf_add(&fields->path, event->text.data, event->text.size);
	fields->value[level] = fits ? (uint16_t)fields->path.size : NO_PATH;
	fields->in_key = !event->last;
}

static void add_piece(struct id_fields *fields, struct st_span piece)
{
	if (!fields->hashing && fields->text.size + piece.size <= CEIL_CANONICAL_BYTES) {
		st_buf_add(&fields->text, piece.data, piece.size);
		return;
	}
	if (!fields->hashing) {
		st_sha256_begin(fields->hash);
		st_sha256_add(fields->hash, fields->text.data, fields->text.size);
	}
	fields->hashing = true;
	st_sha256_add(fields->hash, piece.data, piece.size);
}

static void end_value(struct id_fields *fields, uint64_t at, struct st_span path)
{
	uint8_t sha256[ST_SHA256_BYTES];
	char hex[80];
	struct st_span text = {fields->text.data, fields->text.size};
	if (fields->hashing) {
		st_sha256_end(fields->hash, sha256);
		text = hash_text(sha256, hex);
	}
	for (size_t i = 0; text.size > 0 && i < fields->count; i++)
		if (is_named(fields->names[i], path))
			add_value(fields, i, at, text);
}

static void take_scalar(struct id_fields *fields, const struct st_json_event *event, int level)
{
	struct st_span path = path_of(fields, level), piece = event->text;
	if (!is_wanted(fields, path))
		return;
	if (event->token == ST_JSON_TRUE)
		piece = (struct st_span){(const uint8_t *)"true", 4};
	else if (event->token == ST_JSON_FALSE)
		piece = (struct st_span){(const uint8_t *)"false", 5};
	if (!fields->in_value) {
		fields->text.size = 0;
		fields->hashing = false;
	}
	add_piece(fields, piece);
	fields->in_value = !event->last;
	if (event->last)
		end_value(fields, event->start, path);
}

void id_fields_json(struct id_fields *fields, const struct st_json_event *event, int base_depth)
{
	int level = event->depth - base_depth;
	if (fields == NULL || level < 0 || level > CEIL_JSON_DEPTH)
		return;
	switch (event->token) {
	case ST_JSON_OBJECT:
	case ST_JSON_ARRAY:
		open_level(fields, level);
		break;
	case ST_JSON_KEY:
		take_key(fields, event, level);
		break;
	case ST_JSON_STRING:
	case ST_JSON_NUMBER:
	case ST_JSON_TRUE:
	case ST_JSON_FALSE:
		take_scalar(fields, event, level);
		break;
	default:
		break;
	}
}

/* --- tables --- */

void id_fields_head(struct id_fields *fields, size_t column, struct st_span head)
{
	for (size_t i = 0; fields != NULL && i < fields->count; i++) {
		if (!is_named(fields->names[i], head))
			continue;
		fields->columns = st_realloc(fields->columns, (fields->column_count + 1) * sizeof *fields->columns);
		fields->columns[fields->column_count++] = (struct column){column, i};
	}
}

void id_fields_cell(struct id_fields *fields, size_t column, uint64_t at, struct st_span cell, bool hashed)
{
	for (size_t i = 0; fields != NULL && cell.size > 0 && i < fields->column_count; i++) {
		char hex[80];
		uint8_t sha256[ST_SHA256_BYTES];
		struct st_span text = cell;
		if (fields->columns[i].column != column)
			continue;
		if (hashed) {
			text = hash_text(cell.data, hex);
		} else if (cell.size > CEIL_CANONICAL_BYTES) {
			st_sha256_of(cell.data, cell.size, sha256);
			text = hash_text(sha256, hex);
		}
		add_value(fields, fields->columns[i].field, at, text);
	}
}

/* --- reporting --- */

size_t id_fields_keep(struct id_fields *fields)
{
	return fields != NULL ? fields->kept = fields->values.size : 0;
}

void id_fields_give(struct id_fields *fields, const struct reader_input *input, size_t end)
{
	if (fields == NULL || fields->values.size == 0)
		return;
	end = end < fields->values.size ? end : fields->values.size;
	struct st_cursor in = {fields->values.data + fields->given, fields->values.data + end, false};
	while (in.at < in.end && !in.bad) {
		uint32_t field = st_cursor_u32(&in);
		uint64_t at = st_cursor_u64(&in);
		extract_run_field(input->run, input->part, field, at, st_cursor_span(&in));
	}
	fields->given = end;
}

void id_fields_drop(struct id_fields *fields)
{
	if (fields == NULL || fields->given == 0)
		return;
	fields->values.size -= fields->given;
	memmove(fields->values.data, fields->values.data + fields->given, fields->values.size);
	fields->kept = fields->given = 0;
}
