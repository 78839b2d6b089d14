/* shape_bench FORMAT FILE [RUNS]: one shape of redaction alone (json, csv, sql) on a text in memory, with and without
 * the paths of fields; the median of the processor time of each. */
#include "base/ceilings.h"
#include "measure.h"
#include "redact/shape.h"

static void count_place(void *context, const struct shape_place *place)
{
	(void)place;
	++*(size_t *)context;
}

static double one_run(const struct shape_format *format, struct measure_text text, bool no_fields, size_t *places)
{
	struct shape_events events = {.place = count_place, .no_fields = no_fields, .context = places};
	struct st_span head = {text.data, text.size < CEIL_SNIFF_BYTES ? text.size : CEIL_SNIFF_BYTES};
	struct shape *shape = format->open(head, head.size == text.size, &events);
	*places = 0;
	double begin = measure_processor_s();
	for (size_t at = 0; at < text.size; at += CEIL_TEXT_BLOCK_BYTES)
		format->feed(shape, text.data + at,
			text.size - at < CEIL_TEXT_BLOCK_BYTES ? text.size - at : CEIL_TEXT_BLOCK_BYTES);
	format->finish(shape);
	double taken = measure_processor_s() - begin;
	format->close(shape);
	return taken;
}

int main(int argc, char **argv)
{
	const struct shape_format *format = argc > 2 ? shape_named(argv[1]) : NULL;
	if (!format || !format->open) {
		fprintf(stderr, "shape_bench json|csv|sql FILE [RUNS]\n");
		return 2;
	}
	struct measure_text text = measure_read(argv[2]);
	struct measure_runs taken[2] = {{.count = 0}, {.count = 0}};
	size_t runs = measure_runs_of(argc > 3 ? argv[3] : NULL), places = 0;
	for (size_t i = 0; i < runs; i++)
		for (int bare = 0; bare < 2; bare++)
			measure_add(&taken[bare], one_run(format, text, bare, &places));
	double size = (double)text.size / 1e6;
	printf("%s: %zu places; with fields %.0f MB/s, without %.0f MB/s (median of %zu)\n", argv[1], places,
		size / measure_median_s(&taken[0]), size / measure_median_s(&taken[1]), runs);
	return 0;
}
