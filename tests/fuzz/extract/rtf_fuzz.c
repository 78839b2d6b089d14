/* Any bytes as RTF: places and offsets hold what extract.h says, and blocks of any size read alike. The first byte
 * chooses the size of the blocks and, by its highest bit, whether the beginning of RTF stands in front. */
#include "../../unit/extract/parts_reading.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	st_auto_buf struct st_buf bytes = {0};
	if (size < 2)
		return 0;
	struct extract_limits limits = extract_limits_default();
	limits.expanded_bytes = 1 << 22;
	limits.archive_entries = 50;
	if (data[0] & 0x80)
		st_buf_add(&bytes, "{\\rtf1", 6);
	st_buf_add(&bytes, data + 1, size - 1);
	auto_parts whole = parts_read(bytes.data, bytes.size, SIZE_MAX, &limits);
	auto_parts cut = parts_read(bytes.data, bytes.size, (size_t)data[0] % 64 + 1, &limits);
	/* other readers say which rule they broke in tests of their own */
	bool rtf = bytes.size > 5 && memcmp(bytes.data, "{\\rtf", 5) == 0;
	if (rtf && (whole.broken != NULL || strcmp(parts_log(&whole), parts_log(&cut)) != 0))
		abort();
	if (rtf && whole.not_searched > bytes.size)
		abort();
	return 0;
}
