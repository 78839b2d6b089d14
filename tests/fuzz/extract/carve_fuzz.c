/* Any bytes, carved: places are in order, blocks of any size read alike, the fast ways see what the plain ones see. The
 * first byte chooses the size of the blocks and, by its highest bit, whether the stream can seek. */
#include "../../unit/extract/carving.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char magic[] = "\x7f"
				    "ELF";
	st_auto_buf struct st_buf bytes = {0};
	if (size < 2)
		return 0;
	struct extract_limits limits = extract_limits_default();
	limits.expanded_bytes = 1 << 22;
	limits.archive_entries = 50;
	st_buf_add(&bytes, magic, sizeof magic);
	st_buf_add(&bytes, data + 1, size - 1);
	bool seeks = data[0] & 0x80;
	auto_carving whole = carve_cut(bytes.data, bytes.size, SIZE_MAX, seeks, &limits);
	auto_carving cut = carve_cut(bytes.data, bytes.size, (size_t)data[0] % 64 + 1, seeks, &limits);
	if (whole.broken || strcmp(carving_log(&whole), carving_log(&cut)) != 0 ||
		whole.not_searched != cut.not_searched || whole.not_searched > bytes.size)
		abort();
	if (size < 150 && !carving_ways_agree(bytes.data, bytes.size))
		abort();
	return 0;
}
