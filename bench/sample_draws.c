/*
 * What `scan --sample` would have said for many seeds, from one case that was read in full:
 *
 *     sample_draws CASE FOLDER PERCENT FIRST_SEED COUNT [OWN_DOMAIN...]
 *
 * One line for each seed: its number, the objects drawn, and FIGURE=VALUE:LOW:HIGH (HIGH `-` when it is not bounded).
 * Same choice, estimator and merges as the scan; only the reading is done once. FOLDER takes files of the merge.
 */
#include "cli/sample.h"
#include "detect/detect.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

struct draws {
	struct casefile *casefile;
	struct resolve_work work;
	struct resolve_segment *segments;
	uint32_t *stores; /* one for each object */
	size_t segment_count, store_count, segment_capacity;
	struct place {
		uint32_t original, store;
	} * places;
	uint32_t *originals; /* beside segments, before they are sorted */
	size_t place_count, place_capacity;
	struct sample_estimate *estimate;
};

static enum st_status add_object(void *context, const struct casefile_object *object, struct st_error *err)
{
	struct draws *draws = context;
	bool copy = object->duplicate_of != 0;
	(void)err;
	if (object->status == ST_PENDING || object->status == ST_UNREAD || (!copy && object->segment == 0))
		return ST_OK;
	if (draws->place_count == draws->place_capacity) {
		draws->place_capacity = draws->place_capacity ? draws->place_capacity * 2 : 1024;
		draws->places = st_realloc(draws->places, draws->place_capacity * sizeof *draws->places);
	}
	draws->places[draws->place_count++] = (struct place){copy ? object->duplicate_of : object->id, object->store};
	if (copy)
		return ST_OK;
	if (draws->segment_count == draws->segment_capacity) {
		draws->segment_capacity = draws->segment_capacity ? draws->segment_capacity * 2 : 1024;
		draws->segments = st_realloc(draws->segments, draws->segment_capacity * sizeof *draws->segments);
		draws->originals = st_realloc(draws->originals, draws->segment_capacity * sizeof *draws->originals);
	}
	draws->originals[draws->segment_count] = object->id;
	draws->segments[draws->segment_count++] =
		(struct resolve_segment){.id = object->segment, .records = object->records};
	return ST_OK;
}

static int by_original(const void *a, const void *b)
{
	const struct place *x = a, *y = b;
	if (x->original != y->original)
		return x->original < y->original ? -1 : 1;
	return x->store < y->store ? -1 : x->store > y->store;
}

static int by_id(const void *a, const void *b)
{
	const struct resolve_segment *x = a, *y = b;
	return x->id < y->id ? -1 : x->id > y->id;
}

static enum st_status load(struct draws *draws, struct st_error *err)
{
	struct casefile_store *stores;
	ST_TRY(casefile_stores(draws->casefile, &stores, &draws->store_count, err));
	casefile_stores_free(stores, draws->store_count);
	ST_TRY(casefile_objects(draws->casefile, -1, add_object, draws, err));
	draws->stores = st_alloc((draws->place_count + 1) * sizeof *draws->stores);
	if (draws->place_count == 0)
		return ST_OK;
	qsort(draws->places, draws->place_count, sizeof *draws->places, by_original);
	for (size_t i = 0; i < draws->place_count; i++)
		draws->stores[i] = draws->places[i].store;
	size_t at = 0;
	for (size_t i = 0; i < draws->segment_count; i++) {
		while (draws->places[at].original < draws->originals[i])
			at++;
		draws->segments[i].stores = draws->stores + at;
		for (; at < draws->place_count && draws->places[at].original == draws->originals[i]; at++)
			draws->segments[i].copies++;
	}
	qsort(draws->segments, draws->segment_count, sizeof *draws->segments, by_id);
	return ST_OK;
}

static enum st_status next_block(void *context, struct st_span *block, struct st_error *err)
{
	return casefile_blocks_next(context, block, err);
}

static struct resolve_input input_of(struct draws *draws, struct casefile_blocks *blocks, struct resolve_watch watch)
{
	return (struct resolve_input){.work = &draws->work,
		.segments = draws->segments,
		.segment_count = draws->segment_count,
		.store_count = (uint32_t)draws->store_count,
		.kept = {next_block, blocks},
		.watch = watch};
}

static enum st_status merge(struct draws *draws, struct st_error *err)
{
	struct casefile_blocks *records = NULL, *mentions = NULL;
	struct resolve_records found = {0};
	struct resolve_entities *entities = st_alloc(sizeof *entities);
	enum st_status status = casefile_blocks_open(draws->casefile, CASEFILE_RECORDS, NULL, &records, err);
	if (status == ST_OK)
		status = casefile_blocks_open(draws->casefile, CASEFILE_ENTITIES, NULL, &mentions, err);
	if (status == ST_OK) {
		struct resolve_input input = input_of(draws, records, sample_estimate_records(draws->estimate));
		status = resolve_merge_records(&input, &found, err);
	}
	if (status == ST_OK) {
		struct resolve_input input = input_of(draws, mentions, sample_estimate_mentions(draws->estimate));
		status = resolve_merge_mentions(&input, found.first, NULL, NULL, entities, err);
	}
	casefile_blocks_close(records);
	casefile_blocks_close(mentions);
	resolve_records_free(&found);
	free(entities);
	return status;
}

static enum st_status on_part(void *context, const struct casefile_part *part, struct st_error *err)
{
	struct draws *draws = context;
	(void)err;
	if (part->records > 0)
		sample_estimate_part(draws->estimate, part, sample_unit_of(part->format));
	return ST_OK;
}

static void print(uint64_t seed, const struct report_estimate *estimate)
{
	printf("%llu %llu", (unsigned long long)seed, (unsigned long long)estimate->sampled);
	for (size_t i = 0; i < estimate->figure_count; i++) {
		const struct report_estimated *figure = &estimate->figures[i];
		printf(" %s=%llu:%llu:", figure->name, (unsigned long long)figure->value,
			(unsigned long long)figure->low);
		if (figure->bounded)
			printf("%llu", (unsigned long long)figure->high);
		else
			putchar('-');
	}
	putchar('\n');
}

static enum st_status draw_once(
	struct draws *draws, uint32_t share_ppm, uint64_t seed, const char *const *own_domains, struct st_error *err)
{
	struct sample_choices choices = {0};
	struct sample *sample = NULL;
	struct report_estimate out = {0};
	for (size_t i = 0; i < draws->store_count; i++)
		sample_choose(&choices, &(struct sample_choice){(uint32_t)i, share_ppm, seed});
	enum st_status status = sample_open(draws->casefile, &choices, &sample, err);
	if (status == ST_OK && sample != NULL)
		status = sample_estimate_open(
			draws->casefile, sample, &(struct sample_words){own_domains, NULL, 0}, &draws->estimate, err);
	if (status == ST_OK && draws->estimate != NULL) {
		status = merge(draws, err);
		if (status == ST_OK)
			status = casefile_parts(draws->casefile, 0, on_part, draws, err);
		if (status == ST_OK)
			sample_estimate_report(draws->estimate, &out);
		print(seed, &out);
	}
	sample_report_free(&out);
	sample_estimate_close(draws->estimate);
	draws->estimate = NULL;
	sample_close(sample);
	free(choices.list);
	return status;
}

int main(int argc, char **argv)
{
	struct draws draws = {.work = {.memory_bytes = 64 << 20}};
	struct st_error err = {0};
	if (argc < 6)
		return 2;
	double percent = strtod(argv[3], NULL);
	uint64_t seed = strtoull(argv[4], NULL, 10), count = strtoull(argv[5], NULL, 10);
	draws.work.dir_fd = open(argv[2], O_RDONLY | O_DIRECTORY);
	enum st_status status = casefile_open(argv[1], NULL, CASEFILE_READ, &draws.casefile, &err);
	if (status == ST_OK) {
		casefile_digest_key(draws.casefile, draws.work.digest_key);
		status = load(&draws, &err);
	}
	for (uint64_t i = 0; i < count && status == ST_OK; i++)
		status = draw_once(
			&draws, (uint32_t)(percent * 1e4 + 0.5), seed + i, (const char *const *)argv + 6, &err);
	if (status != ST_OK)
		fprintf(stderr, "%s\n", err.what);
	casefile_close(draws.casefile);
	free(draws.segments);
	free(draws.stores);
	free(draws.places);
	free(draws.originals);
	if (draws.work.dir_fd >= 0)
		close(draws.work.dir_fd);
	return status == ST_OK ? 0 : 1;
}
