/* detect_bench FILE [RUNS [fast|plain|stages]]: the detectors alone on a text in memory, the fast way and byte by byte,
 * in turns (or one of the two); the median of the processor time of each, and their ratio. stages: where the time of
 * the fast way goes, in nanoseconds a byte: making the planes, each detector's question where it can find anything, and
 * what is done at those places. */
#include <string.h>

#include "detect/detect.h"
#include "detect/sieve.h"
#include "measure.h"

#define BLOCK 65536

static void count_mention(void *context, const struct detect_mention *mention)
{
	(void)mention;
	++*(size_t *)context;
}

static double one_run(struct measure_text text, bool byte_by_byte, size_t *mentions)
{
	struct detect_options options = {.byte_by_byte = byte_by_byte};
	struct detect *detect = detect_open(&options, count_mention, mentions);
	*mentions = 0;
	double begin = measure_processor_s();
	for (size_t at = 0; at < text.size; at += BLOCK)
		detect_feed(detect, text.data + at, text.size - at < BLOCK ? text.size - at : BLOCK);
	detect_finish(detect);
	double taken = measure_processor_s() - begin;
	detect_close(detect);
	return taken;
}

static int one_way(struct measure_text text, size_t runs, bool byte_by_byte)
{
	struct measure_runs taken = {.count = 0};
	size_t mentions = 0;
	for (size_t i = 0; i < runs; i++)
		measure_add(&taken, one_run(text, byte_by_byte, &mentions));
	double size = (double)text.size / 1e6, median = measure_median_s(&taken);
	printf("%.1f MB/s (best %.1f); %zu mentions\n", size / median, size / measure_best_s(&taken), mentions);
	return 0;
}

/* --- stages --- */

static const struct detector *const detectors[] = {&detector_email_address, &detector_phone_number,
	&detector_organization_name, &detector_worded_number, &detector_ip_address, &detector_payment_card,
	&detector_iban, &detector_official_number, &detector_person_name, &detector_url, &detector_connection_string,
	&detector_secret};
#define DETECTORS (sizeof detectors / sizeof detectors[0])

/* The least nanoseconds a byte that the sieve takes for so many of them. */
static double sieve_ns(struct measure_text text, size_t runs, size_t first, size_t count)
{
	struct measure_runs taken = {.count = 0};
	for (size_t run = 0; run < runs; run++) {
		struct sieve *sieve = sieve_open(detectors + first, count, false);
		if (!sieve)
			return 0;
		bool digit_before = false;
		sieve_fields(sieve, false);
		double begin = measure_processor_s();
		for (size_t at = 0; at < text.size;)
			at += sieve_run(sieve, text.data, text.size, at, text.size - at, &digit_before);
		measure_add(&taken, measure_processor_s() - begin);
		sieve_close(sieve);
	}
	return measure_best_s(&taken) * 1e9 / (double)text.size;
}

static int stages(struct measure_text text, size_t runs)
{
	struct measure_runs taken = {.count = 0};
	size_t mentions = 0;
	for (size_t i = 0; i < runs; i++)
		measure_add(&taken, one_run(text, false, &mentions));
	const double all = measure_best_s(&taken) * 1e9 / (double)text.size;
	const double planes = sieve_ns(text, runs, 0, 0), sieve = sieve_ns(text, runs, 0, DETECTORS);
	printf("%.3f ns a byte: planes %.3f, places %.3f, the rest %.3f\n", all, planes, sieve - planes, all - sieve);
	for (size_t n = 0; n < DETECTORS; n++)
		printf("%.3f\t%s\n", sieve_ns(text, runs, n, 1) - planes, detectors[n]->describe);
	return 0;
}

static int both_ways(struct measure_text text, size_t runs)
{
	struct measure_runs taken[2] = {{.count = 0}, {.count = 0}};
	size_t mentions[2] = {0};
	for (size_t i = 0; i < runs; i++)
		for (int slow = 0; slow < 2; slow++)
			measure_add(&taken[slow], one_run(text, slow, &mentions[slow]));
	double fast = measure_median_s(&taken[0]), slow = measure_median_s(&taken[1]), size = (double)text.size / 1e6;
	printf("%.0f MB/s (best %.0f); byte by byte %.0f MB/s: %.1f times; %zu mentions, %s\n", size / fast,
		size / measure_best_s(&taken[0]), size / slow, slow / fast, mentions[0],
		mentions[0] == mentions[1] ? "the same" : "NOT THE SAME");
	return mentions[0] != mentions[1];
}

int main(int argc, char **argv)
{
	if (argc < 2) {
		fprintf(stderr, "detect_bench FILE [RUNS [fast|plain|stages]]\n");
		return 2;
	}
	size_t runs = measure_runs_of(argc > 2 ? argv[2] : NULL);
	if (argc > 3 && strcmp(argv[3], "stages") == 0)
		return stages(measure_read(argv[1]), runs);
	if (argc > 3)
		return one_way(measure_read(argv[1]), runs, strcmp(argv[3], "plain") == 0);
	return both_ways(measure_read(argv[1]), runs);
}
