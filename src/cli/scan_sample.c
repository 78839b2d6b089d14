/* Which objects `scan --sample` reads. */
#include "cli/sample.h"

#include "base/search.h"
#include "cli/scan.h"

#include "resolve/draw.h"

#include <sodium.h>
#include <stdlib.h>

#define CHOICES "sample" /* the setting that holds them */

enum pass { COUNT, RANK, MARK };

struct sampled_store {
	struct draw *draw;
	size_t first_stratum;
};

struct sample {
	struct sample_choices choices;
	struct sampled_store *stores; /* beside choices */
	size_t stratum_count;
	uint64_t *drawn;        /* by stratum */
	struct st_buf left_out; /* one bit for each object that is not read, by number */
	enum pass pass;
};

/* --- choices --- */

enum st_status sample_choices_load(struct casefile *casefile, struct sample_choices *out, struct st_error *err)
{
	st_auto_buf struct st_buf bytes = {0};
	*out = (struct sample_choices){0};
	ST_TRY(casefile_get(casefile, CHOICES, &bytes, err));
	struct st_cursor in = {bytes.data, bytes.data, false};
	if (bytes.size > 0)
		in.end += bytes.size;
	while (in.at < in.end && !in.bad) {
		struct sample_choice choice = {.store = st_cursor_u32(&in)};
		choice.share_ppm = st_cursor_u32(&in);
		choice.seed = st_cursor_u64(&in);
		if (!in.bad)
			sample_choose(out, &choice);
	}
	return in.bad ? st_fail(err, ST_FATAL, "the case is damaged: what was sampled cannot be read") : ST_OK;
}

enum st_status sample_choices_save(
	struct casefile *casefile, const struct sample_choices *choices, struct st_error *err)
{
	st_auto_buf struct st_buf bytes = {0};
	for (size_t i = 0; i < choices->count; i++) {
		st_buf_add_u32(&bytes, choices->list[i].store);
		st_buf_add_u32(&bytes, choices->list[i].share_ppm);
		st_buf_add_u64(&bytes, choices->list[i].seed);
	}
	return casefile_set(casefile, CHOICES, (struct st_span){bytes.data, bytes.size}, err);
}

const struct sample_choice *sample_choice_of(const struct sample_choices *choices, uint32_t store)
{
	size_t at = ST_ROW_WITH(choices->list, choices->count, store, store);
	return at < choices->count ? &choices->list[at] : NULL;
}

void sample_choose(struct sample_choices *choices, const struct sample_choice *choice)
{
	size_t at = ST_FIRST_AT_LEAST(choices->list, choices->count, store, choice->store);
	bool known = at < choices->count && choices->list[at].store == choice->store;
	if (choice->share_ppm >= SAMPLE_ALL_PPM || choice->share_ppm == 0) {
		if (!known)
			return;
		choices->count--;
		memmove(&choices->list[at], &choices->list[at + 1], (choices->count - at) * sizeof *choices->list);
		return;
	}
	if (!known) {
		choices->list = st_realloc(choices->list, (choices->count + 1) * sizeof *choices->list);
		memmove(&choices->list[at + 1], &choices->list[at], (choices->count - at) * sizeof *choices->list);
		choices->count++;
	}
	choices->list[at] = *choice;
}

/* --- the choice of objects --- */

bool sample_is_settled(const struct casefile_object *object)
{
	bool folder = object->path.size > 0 && object->path.data[object->path.size - 1] == '/';
	return folder || (object->status == ST_UNREAD && object->reason == ST_REASON_NOT_A_FILE);
}

static struct sampled_store *store_of(const struct sample *sample, uint32_t store)
{
	size_t at = ST_FIRST_AT_LEAST(sample->choices.list, sample->choices.count, store, store);
	bool known = at < sample->choices.count && sample->choices.list[at].store == store;
	return known ? &sample->stores[at] : NULL;
}

static void leave_out(struct sample *sample, uint32_t object)
{
	size_t byte = object / 8;
	if (byte >= sample->left_out.size) {
		size_t more = byte + 1 - sample->left_out.size;
		st_buf_reserve(&sample->left_out, more);
		memset(sample->left_out.data + sample->left_out.size, 0, more);
		sample->left_out.size += more;
	}
	sample->left_out.data[byte] |= (uint8_t)(1u << (object % 8));
}

static enum st_status pass_object(void *context, const struct casefile_object *object, struct st_error *err)
{
	(void)err;
	struct sample *sample = context;
	const struct sampled_store *store = store_of(sample, object->store);
	size_t stratum;
	if (store == NULL || sample_is_settled(object))
		return ST_OK;
	if (sample->pass == COUNT)
		draw_count(store->draw, object->path, object->size_bytes);
	else if (sample->pass == RANK)
		draw_rank(store->draw, object->path, object->size_bytes);
	else if (draw_takes(store->draw, object->path, object->size_bytes, &stratum))
		sample->drawn[store->first_stratum + stratum]++;
	else
		leave_out(sample, object->id);
	return ST_OK;
}

static enum st_status choose_objects(struct sample *sample, struct casefile *casefile, struct st_error *err)
{
	size_t stores = sample->choices.count;
	sample->pass = COUNT;
	ST_TRY(casefile_objects(casefile, -1, pass_object, sample, err));
	for (size_t i = 0; i < stores; i++)
		draw_shape(sample->stores[i].draw);
	sample->pass = RANK;
	ST_TRY(casefile_objects(casefile, -1, pass_object, sample, err));
	for (size_t i = 0; i < stores; i++) {
		draw_settle(sample->stores[i].draw);
		sample->stores[i].first_stratum = sample->stratum_count;
		sample->stratum_count += draw_strata(sample->stores[i].draw);
	}
	sample->drawn = st_alloc_zero(sample->stratum_count + 1, sizeof *sample->drawn);
	sample->pass = MARK;
	return casefile_objects(casefile, -1, pass_object, sample, err);
}

enum st_status sample_open(
	struct casefile *casefile, const struct sample_choices *choices, struct sample **out, struct st_error *err)
{
	*out = NULL;
	if (choices->count == 0)
		return ST_OK;
	struct sample *sample = st_alloc_zero(1, sizeof *sample);
	sample->stores = st_alloc_zero(choices->count, sizeof *sample->stores);
	for (size_t i = 0; i < choices->count; i++) {
		const struct sample_choice *choice = &choices->list[i];
		sample_choose(&sample->choices, choice);
		sample->stores[i].draw =
			draw_open((double)choice->share_ppm / SAMPLE_ALL_PPM, choice->seed, choice->store);
	}
	enum st_status status = choose_objects(sample, casefile, err);
	if (status != ST_OK) {
		sample_close(sample);
		return status;
	}
	*out = sample;
	return ST_OK;
}

void sample_close(struct sample *sample)
{
	if (sample == NULL)
		return;
	for (size_t i = 0; i < sample->choices.count; i++)
		draw_close(sample->stores[i].draw);
	free(sample->choices.list);
	free(sample->stores);
	free(sample->drawn);
	st_buf_free(&sample->left_out);
	free(sample);
}

bool sample_takes(const struct sample *sample, uint32_t object)
{
	size_t byte = object / 8;
	return sample == NULL || byte >= sample->left_out.size ||
	       (sample->left_out.data[byte] >> (object % 8) & 1) == 0;
}

const struct sample_choices *sample_choices_of(const struct sample *sample)
{
	return &sample->choices;
}

size_t sample_strata(const struct sample *sample)
{
	return sample->stratum_count;
}

bool sample_stratum(const struct sample *sample, const struct casefile_object *object, size_t *stratum)
{
	const struct sampled_store *store = store_of(sample, object->store);
	if (store == NULL || sample_is_settled(object))
		return false;
	draw_takes(store->draw, object->path, object->size_bytes, stratum);
	*stratum += store->first_stratum;
	return true;
}

void sample_stratum_fill(const struct sample *sample, size_t stratum, struct estimate_stratum *out)
{
	size_t at = 0;
	while (at + 1 < sample->choices.count && sample->stores[at + 1].first_stratum <= stratum)
		at++;
	const struct draw *draw = sample->stores[at].draw;
	size_t number = stratum - sample->stores[at].first_stratum;
	*out = (struct estimate_stratum){.population = draw_population(draw, number),
		.drawn = sample->drawn[stratum],
		.size = draw_bytes(draw, number),
		.type = sample->stores[at].first_stratum + draw_type(draw, number)};
}

void sample_store_counts(const struct sample *sample, uint32_t store, uint64_t *population, uint64_t *drawn)
{
	const struct sampled_store *of = store_of(sample, store);
	*population = *drawn = 0;
	for (size_t i = 0; of != NULL && i < draw_strata(of->draw); i++) {
		*population += draw_population(of->draw, i);
		*drawn += sample->drawn[of->first_stratum + i];
	}
}

/* --- for the scan --- */

static void say_choice(struct st_buf *out, const struct sample_choice *choice)
{
	st_buf_format(out, "store %u: %g %%, seed %llu", choice->store, choice->share_ppm / 1e4,
		(unsigned long long)choice->seed);
	st_buf_add_byte(out, 0);
}

/* Without a seed: the one the store had, or one that nobody who wrote the store could know. */
static enum st_status choose(struct scan *scan, struct sample_choices *choices, uint32_t store, uint32_t share_ppm,
	const uint64_t *seed, struct st_error *err)
{
	const struct sample_choice *before = sample_choice_of(choices, store);
	struct sample_choice choice = {store, share_ppm, before != NULL ? before->seed : randombytes_random()};
	if (seed != NULL)
		choice.seed = *seed;
	bool same = before != NULL && before->share_ppm == choice.share_ppm && before->seed == choice.seed;
	sample_choose(choices, &choice);
	if (same || share_ppm >= SAMPLE_ALL_PPM)
		return ST_OK;
	st_auto_buf struct st_buf text = {0};
	say_choice(&text, &choice);
	return casefile_event(scan->casefile, "sample", (const char *)text.data, err);
}

enum st_status scan_sample_begin(struct scan *scan, uint32_t share_ppm, const uint64_t *seed, struct st_error *err)
{
	struct sample_choices choices;
	enum st_status status = sample_choices_load(scan->casefile, &choices, err);
	for (size_t i = 0; i < scan->store_count && status == ST_OK; i++)
		if (scan->stores[i].listed_now)
			status = choose(scan, &choices, scan->stores[i].id, share_ppm, seed, err);
	if (status == ST_OK)
		status = sample_choices_save(scan->casefile, &choices, err);
	if (status == ST_OK)
		status = sample_open(scan->casefile, &choices, &scan->sample, err);
	free(choices.list);
	return status;
}
