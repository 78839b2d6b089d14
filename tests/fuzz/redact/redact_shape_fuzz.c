/* Any bytes as JSON, CSV or SQL (the first byte): places are ordered and in range, the same for blocks of any size (the
 * second byte), and no text lies outside of them. */
#include "../../unit/redact/shape_reading.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What JSON has outside of its values; null is none that could be replaced. */
static bool is_json_structure(uint8_t byte)
{
	return byte != 0 && strchr("{}[]:,\" \t\r\nnul\xEF\xBB\xBF", byte) != NULL;
}

static bool is_sql_structure(uint8_t byte)
{
	return byte != '@';
}

static bool is_any(uint8_t byte)
{
	(void)byte;
	return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct {
		const struct shape_format *format;
		bool (*is_structure)(uint8_t byte);
	} shapes[] = {{&shape_json, is_json_structure}, {&shape_csv, is_any}, {&shape_sql, is_sql_structure}};
	if (size < 2)
		return 0;
	size_t which = data[0] % 3, block = data[1] % 32 + 1, first = data[1] / 32 * 7 + 1;
	struct st_span text = {data + 2, size - 2};
	auto_shape_reading whole = read_shape(shapes[which].format, text, SIZE_MAX, SIZE_MAX, true);
	auto_shape_reading cut = read_shape(shapes[which].format, text, first, block, true);
	if (whole.broken || cut.broken || !same_shape(&whole, &cut))
		abort();
	if (unsearched(&whole, shapes[which].is_structure) < text.size)
		abort();
	shapes[which].format->bid(text, true);
	return 0;
}
