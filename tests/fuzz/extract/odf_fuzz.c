/* Any bytes as the XML of OpenDocument: no rule of the readers is broken, and blocks of any size give the same text at
 * the same places. The first byte chooses the size of the blocks and, by its two highest bits, whether it is a
 * document, an object or an entry that no rule knows. */
#include "../../unit/extract/odf_reading.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size < 2)
		return 0;
	const char *object = data[0] & 0x40 ? "o" : NULL;
	bool entry = (data[0] & 0x80) != 0;
	auto_odf whole = odf_read(data + 1, size - 1, SIZE_MAX, object, entry);
	auto_odf cut = odf_read(data + 1, size - 1, (size_t)data[0] % 64 + 1, object, entry);
	if (whole.reading.broken_blocks || whole.places_out_of_order || cut.reading.broken_blocks ||
		cut.places_out_of_order)
		abort();
	/* where broken XML breaks off depends on how it came */
	if (whole.reason == ST_REASON_NONE && !odf_same(&whole, &cut))
		abort();
	return 0;
}
