/* Any bytes as text by content: the encoding is guessed, blocks of any size give the same text, offsets and records. */
#include "../../unit/extract/reading.h"

#include "base/utf8.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size < 2)
		return 0;
	const char *format = data[0] & 0x80 ? "text" : NULL;
	auto_reading whole = read_cut(data + 1, size - 1, SIZE_MAX, format, NULL, ST_REASON_NONE);
	auto_reading cut = read_cut(data + 1, size - 1, (size_t)data[0] % 64 + 1, format, NULL, ST_REASON_NONE);
	if (whole.broken_blocks || cut.broken_blocks || !same_reading(&whole, &cut))
		abort();
	/* what was converted is valid UTF-8 */
	if (strcmp(whole.result.charset, "utf-8") != 0 && strcmp(whole.result.charset, "binary") != 0 &&
		st_utf8_valid_prefix(whole.text.data, whole.text.size) != whole.text.size)
		abort();
	return 0;
}
