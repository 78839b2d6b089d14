/* Any bytes as the parts of an Office document, under limits that small inputs reach: no rule of extract.h is broken,
 * and nothing expands further than its limit. The parts are divided by the byte 0x01; the first byte of each names it.
 */
#include <stdio.h>

#include "../../unit/extract/packing.h"
#include "../../unit/extract/recorder.h"

#define PARTS 12

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct extract_limits tight = {.nesting_depth = 4,
	.archive_entries = 40,
	.members_bytes = 16384,
	.expanded_bytes = 1 << 20,
	.expanded_factor = 50,
	.ratio = 200,
	.ratio_from_bytes = 1 << 18,
	.spool_bytes = 1 << 16};

static const char *const names[] = {"word/document.xml", "word/comments.xml", "xl/workbook.xml",
	"xl/_rels/workbook.xml.rels", "xl/sheet.xml", "xl/strings.xml", "xl/styles.xml", "ppt/presentation.xml",
	"ppt/_rels/presentation.xml.rels", "ppt/slide.xml", "ppt/_rels/slide.xml.rels", "_rels/.rels",
	"customXml/item.xml", "word/embeddings/any.bin", "xl/drawing.vml", "[Content_Types].xml"};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct extract_options options = {.format = NULL};
	struct packed entries[PARTS + 2] = {{"[Content_Types].xml", "<Types/>", 8}};
	size_t count = 1;
	for (size_t at = 0; at < size && count <= PARTS;) {
		const uint8_t *end = memchr(data + at + 1, 1, size - at - 1);
		size_t next = end == NULL ? size : (size_t)(end - data);
		entries[count++] = (struct packed){
			names[data[at] % (sizeof(names) / sizeof(names[0]))], data + at + 1, next - at - 1};
		at = next + (end != NULL);
	}
	st_auto_buf struct st_buf packed = pack(entries);
	struct stream *stream = stream_open_memory(packed.data, packed.size);
	struct recorder seen;
	recorder_run(&seen, stream, &options, &tight);
	if (seen.broken != NULL) {
		fprintf(stderr, "broken: %s\n", seen.broken);
		abort();
	}
	if (seen.result.expanded_bytes > (1 << 20) + CEIL_SNIFF_BYTES + 50 * packed.size)
		abort();
	recorder_free(&seen);
	stream_close(stream);
	return 0;
}
