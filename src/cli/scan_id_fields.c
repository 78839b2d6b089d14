/* --id-field NAME=FIELD: the different values of a field, counted as a unit. Several fields may be one unit: stores
 * name the same thing in different ways. */
#include "cli/scan.h"

#include <stdlib.h>

static bool is_unit_name(const char *name, size_t size)
{
	/* what contract 6 counts already */
	static const char *const ours[] = {"message", "row", "document", "log_line"};
	for (size_t i = 0; i < sizeof ours / sizeof ours[0]; i++)
		if (strlen(ours[i]) == size && memcmp(ours[i], name, size) == 0)
			return false;
	for (size_t i = 0; i < size; i++) {
		char c = name[i], letter = (char)(c | 0x20);
		if ((letter < 'a' || letter > 'z') && (c < '0' || c > '9') && c != '_' && c != '-')
			return false;
	}
	return size > 0 && size <= CEIL_ID_UNIT_BYTES;
}

/* Its number; a new one at the end; CEIL_ID_UNITS: there are too many. */
static size_t unit_number(struct scan_id_fields *out, const char *name, size_t size)
{
	size_t number = 0;
	while (number < out->unit_count &&
		(strlen(out->units[number]) != size || memcmp(out->units[number], name, size) != 0))
		number++;
	if (number == out->unit_count && number < CEIL_ID_UNITS) {
		out->units[number] = st_strndup(name, size);
		out->unit_count++;
	}
	return number;
}

static bool read_one(const char *text, struct scan_id_fields *out)
{
	const char *sign = strchr(text, '=');
	size_t size = sign != NULL ? (size_t)(sign - text) : 0;
	if (sign == NULL || !is_unit_name(text, size) || sign[1] == 0 || strlen(sign + 1) > CEIL_ID_FIELD_BYTES) {
		cli_fail(CLI_WRONG,
			"--id-field is NAME=FIELD: a name of at most %d letters, digits, - and _ that is not message, "
			"row, document or log_line, and a field of at most %d bytes",
			CEIL_ID_UNIT_BYTES, CEIL_ID_FIELD_BYTES);
		return false;
	}
	size_t unit = unit_number(out, text, size);
	if (unit == CEIL_ID_UNITS || out->field_count == CEIL_ID_FIELDS) {
		cli_fail(CLI_WRONG, "--id-field names at most %d units by %d fields", CEIL_ID_UNITS, CEIL_ID_FIELDS);
		return false;
	}
	for (size_t i = 0; i < out->field_count; i++) /* twice the same would count each value twice */
		if (out->field_units[i] == unit && strcmp(out->fields[i], sign + 1) == 0)
			return true;
	out->field_units[out->field_count] = (uint8_t)unit;
	out->fields[out->field_count++] = st_strndup(sign + 1, strlen(sign + 1));
	return true;
}

bool scan_id_fields_read(const char *const *texts, struct scan_id_fields *out)
{
	out->units = st_alloc_zero(CEIL_ID_UNITS + 1, sizeof *out->units);
	out->fields = st_alloc_zero(CEIL_ID_FIELDS + 1, sizeof *out->fields);
	out->field_units = st_alloc_zero(CEIL_ID_FIELDS, 1);
	for (; *texts != NULL; texts++)
		if (!read_one(*texts, out))
			return false;
	return true;
}

void scan_id_fields_free(struct scan_id_fields *fields)
{
	for (size_t i = 0; i < fields->unit_count; i++)
		free(fields->units[i]);
	for (size_t i = 0; i < fields->field_count; i++)
		free(fields->fields[i]);
	free(fields->units);
	free(fields->fields);
	free(fields->field_units);
}

void scan_id_fields_tell(const struct scan_id_fields *fields, struct st_buf *out)
{
	st_buf_add_u32(out, (uint32_t)fields->field_count);
	for (size_t i = 0; i < fields->field_count; i++)
		st_buf_add_span(out, fields->fields[i], strlen(fields->fields[i]));
	st_buf_add_span(out, fields->field_units, fields->field_count);
}
