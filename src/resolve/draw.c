/* Strata by the ending of names and by size, and the rank up to which objects of each are taken. */
#include "resolve/draw.h"

#include "base/ceilings.h"
#include "base/hash.h"
#include "base/search.h"

#include <math.h>
#include <stdlib.h>

#define BANDS 65 /* bands of sizes: the number of bits of the size */
#define ENDING_BYTES 12
#define WINDOW_DEVIATIONS 8 /* ranks kept beside the expected limit, in standard deviations: beyond is one in 10^15 */

struct type {
	uint64_t digest;
	uint64_t objects[BANDS];
	uint32_t stratum[BANDS];
};

struct stratum {
	uint64_t population, wanted;
	double bytes;
	size_t type;
	uint64_t from, to; /* ranks that are kept until the limit is known */
	uint64_t below;    /* objects under `from` */
	uint64_t *ranks;
	size_t count, capacity;
	uint64_t limit; /* taken up to here */
};

struct draw {
	double share;
	uint8_t key[ST_DIGEST_KEY_BYTES];
	uint32_t store;
	uint64_t objects, bytes[BANDS];
	struct type *types; /* by digest; those of the lowest digests, for a table that no listing can make larger */
	size_t type_count;
	struct type other; /* what has no stratum of its own type */
	int certain;       /* from this band on every object is taken; BANDS: none */
	struct stratum *strata;
	size_t stratum_count;
};

struct draw *draw_open(double share, uint64_t seed, uint32_t store)
{
	struct draw *draw = st_alloc_zero(1, sizeof *draw);
	st_auto_buf struct st_buf text = {0};
	uint8_t sha256[ST_SHA256_BYTES];
	st_buf_add(&text, "staunch sample", 14);
	st_buf_add_u64(&text, seed);
	st_sha256_of(text.data, text.size, sha256);
	memcpy(draw->key, sha256, sizeof draw->key);
	draw->share = share;
	draw->store = store;
	draw->types = st_alloc_zero(CEIL_SAMPLE_TYPES + 1, sizeof *draw->types);
	return draw;
}

void draw_close(struct draw *draw)
{
	if (draw == NULL)
		return;
	for (size_t i = 0; i < draw->stratum_count; i++)
		free(draw->strata[i].ranks);
	free(draw->strata);
	free(draw->types);
	free(draw);
}

/* --- type, size and rank of an object --- */

static int band_of(uint64_t size_bytes)
{
	return size_bytes == 0 ? 0 : 64 - __builtin_clzll(size_bytes);
}

/* Of the last component what stands behind its last dot, in lower case; of "notes", ".profile" and "a.very-long-word"
 * nothing. Only its digest is kept. */
static uint64_t type_of(const struct draw *draw, struct st_span path)
{
	uint8_t ending[ENDING_BYTES + 1] = {0}, digest[ST_DIGEST_BYTES];
	uint64_t out;
	size_t size = 0, at = path.size;
	while (at > 0 && path.data[at - 1] != '.' && path.data[at - 1] != '/' && size <= ENDING_BYTES) {
		at--;
		size++;
	}
	bool has = size > 0 && size <= ENDING_BYTES && at > 1 && path.data[at - 1] == '.' && path.data[at - 2] != '/';
	for (size_t i = 0; has && i < size; i++) {
		uint8_t byte = path.data[at + i];
		ending[i] = byte >= 'A' && byte <= 'Z' ? (uint8_t)(byte | 0x20) : byte;
	}
	st_digest(draw->key, ending, has ? size : 0, digest);
	memcpy(&out, digest, sizeof out);
	return out;
}

static uint64_t rank_of(const struct draw *draw, struct st_span path)
{
	uint8_t digest[ST_DIGEST_BYTES];
	uint64_t out;
	st_auto_buf struct st_buf text = {0};
	st_buf_add_u32(&text, draw->store);
	st_buf_add(&text, path.data, path.size);
	st_digest(draw->key, text.data, text.size, digest);
	memcpy(&out, digest + 8, sizeof out);
	return out;
}

/* --- first pass --- */

/* Where the type stands or would stand. */
static size_t find_type(const struct draw *draw, uint64_t digest)
{
	return ST_FIRST_AT_LEAST(draw->types, draw->type_count, digest, digest);
}

static struct type *known_type(const struct draw *draw, uint64_t digest)
{
	size_t at = find_type(draw, digest);
	return at < draw->type_count && draw->types[at].digest == digest ? &draw->types[at] : NULL;
}

static void join(struct type *into, const struct type *from)
{
	for (int band = 0; band < BANDS; band++)
		into->objects[band] += from->objects[band];
}

static struct type *add_type(struct draw *draw, uint64_t digest)
{
	size_t at = find_type(draw, digest);
	if (at == CEIL_SAMPLE_TYPES)
		return &draw->other;
	memmove(&draw->types[at + 1], &draw->types[at], (draw->type_count - at) * sizeof *draw->types);
	draw->types[at] = (struct type){.digest = digest};
	if (++draw->type_count > CEIL_SAMPLE_TYPES)
		join(&draw->other, &draw->types[--draw->type_count]);
	return &draw->types[at];
}

void draw_count(struct draw *draw, struct st_span path, uint64_t size_bytes)
{
	uint64_t digest = type_of(draw, path);
	struct type *type = known_type(draw, digest);
	if (type == NULL)
		type = add_type(draw, digest);
	int band = band_of(size_bytes);
	type->objects[band]++;
	draw->objects++;
	if (__builtin_add_overflow(draw->bytes[band], size_bytes, &draw->bytes[band]))
		draw->bytes[band] = UINT64_MAX;
}

/* --- strata --- */

/* Objects so large that drawing in proportion to size would always take them (size >= mean / share), as long as all of
 * them together are no more than the share of the bytes. Otherwise they are drawn like the others: the hour is worth
 * more than their certainty. */
static int certain_from(const struct draw *draw)
{
	double all = 0, taken = 0;
	int from = BANDS;
	for (int band = 0; band < BANDS; band++)
		all += (double)draw->bytes[band];
	while (from > 1) {
		taken += (double)draw->bytes[from - 1];
		double smallest = ldexp(1, from - 2); /* of band from - 1 */
		if (taken > draw->share * all || smallest * draw->share * (double)draw->objects < all)
			break;
		from--;
	}
	return from;
}

static uint32_t add_stratum(struct draw *draw, bool certain, size_t type)
{
	draw->strata = st_realloc(draw->strata, (draw->stratum_count + 1) * sizeof *draw->strata);
	draw->strata[draw->stratum_count] = (struct stratum){.limit = certain ? UINT64_MAX : 0, .type = type};
	return (uint32_t)draw->stratum_count++;
}

static uint64_t uncertain_objects(const struct draw *draw, const struct type *type)
{
	uint64_t objects = 0;
	for (int band = 0; band < draw->certain; band++)
		objects += type->objects[band];
	return objects;
}

static uint64_t certain_objects(const struct draw *draw, const struct type *type)
{
	uint64_t objects = 0;
	for (int band = draw->certain; band < BANDS; band++)
		objects += type->objects[band];
	return objects;
}

/* Bands from the largest down, each group large enough for its share to be DRAW_STRATUM objects; what is left at
 * the small end joins the last group. */
static void shape_type(struct draw *draw, struct type *type, size_t number)
{
	uint64_t left = uncertain_objects(draw, type);
	if (left == 0)
		return;
	uint32_t stratum = add_stratum(draw, false, number);
	for (int band = draw->certain - 1; band >= 0; band--) {
		struct stratum *now = &draw->strata[stratum];
		type->stratum[band] = stratum;
		now->population += type->objects[band];
		left -= type->objects[band];
		if (draw->share * (double)now->population >= DRAW_STRATUM && draw->share * (double)left >= DRAW_STRATUM)
			stratum = add_stratum(draw, false, number);
	}
}

static uint64_t rank_at(double share)
{
	double rank = ldexp(share, 64);
	return rank <= 0 ? 0 : rank >= 18446744073709549568.0 ? UINT64_MAX : (uint64_t)rank;
}

static void set_share(const struct draw *draw, struct stratum *stratum)
{
	double objects = (double)stratum->population, wanted = floor(draw->share * objects + 0.5);
	wanted = wanted < DRAW_STRATUM_LEAST ? DRAW_STRATUM_LEAST : wanted;
	if (wanted >= objects) {
		stratum->wanted = stratum->population;
		stratum->limit = UINT64_MAX;
		return;
	}
	double share = wanted / objects;
	double beside = WINDOW_DEVIATIONS * (sqrt(share * (1 - share) / objects) + 5 / objects);
	stratum->wanted = (uint64_t)wanted;
	stratum->from = rank_at(share - beside);
	stratum->to = rank_at(share + beside);
}

/* About the bytes of a type: its bands stand for the middle of theirs. */
static double about_bytes(const struct type *type)
{
	double bytes = 0;
	for (int band = 1; band < BANDS; band++)
		bytes += (double)type->objects[band] * ldexp(0.75, band);
	return bytes;
}

static int most_bytes_first(const void *a, const void *b)
{
	const struct type *x = a, *y = b;
	double left = about_bytes(x), right = about_bytes(y);
	if (left != right)
		return left > right ? -1 : 1;
	return x->digest < y->digest ? -1 : x->digest > y->digest;
}

static int by_digest(const void *a, const void *b)
{
	const struct type *x = a, *y = b;
	return x->digest < y->digest ? -1 : x->digest > y->digest;
}

/* A type of few objects is where a mailbox of thousands of mails stands among mails: it is a stratum as well, as long
 * as what is taken of such types beyond their share is no more than the share of everything. */
static bool is_type_of_its_own(const struct draw *draw, const struct type *type, double *budget)
{
	double objects = (double)uncertain_objects(draw, type), share = draw->share * objects;
	if (share >= DRAW_STRATUM)
		return true;
	double beyond = (objects < DRAW_STRATUM_LEAST ? objects : DRAW_STRATUM_LEAST) - share;
	if (beyond > *budget)
		return false;
	*budget -= beyond > 0 ? beyond : 0;
	return true;
}

static void choose_types(struct draw *draw)
{
	double budget = draw->share * (double)draw->objects;
	size_t kept = 0;
	if (draw->type_count > 1)
		qsort(draw->types, draw->type_count, sizeof *draw->types, most_bytes_first);
	for (size_t i = 0; i < draw->type_count; i++) {
		if (is_type_of_its_own(draw, &draw->types[i], &budget))
			draw->types[kept++] = draw->types[i];
		else
			join(&draw->other, &draw->types[i]);
	}
	draw->type_count = kept;
	if (kept > 1)
		qsort(draw->types, kept, sizeof *draw->types, by_digest);
}

void draw_shape(struct draw *draw)
{
	if (draw->share * (double)draw->objects < DRAW_STORE_LEAST)
		draw->share = draw->objects > DRAW_STORE_LEAST ? DRAW_STORE_LEAST / (double)draw->objects : 1;
	draw->certain = certain_from(draw);
	uint32_t certain = add_stratum(draw, true, 0);
	draw->strata[certain].population = certain_objects(draw, &draw->other);
	for (size_t i = 0; i < draw->type_count; i++)
		draw->strata[certain].population += certain_objects(draw, &draw->types[i]);
	choose_types(draw);
	for (size_t i = 0; i < draw->type_count; i++)
		shape_type(draw, &draw->types[i], i + 1);
	shape_type(draw, &draw->other, draw->type_count + 1);
	for (size_t i = 0; i < draw->stratum_count; i++)
		if (i != certain)
			set_share(draw, &draw->strata[i]);
}

static size_t stratum_of(const struct draw *draw, struct st_span path, uint64_t size_bytes)
{
	int band = band_of(size_bytes);
	if (band >= draw->certain)
		return 0;
	const struct type *type = known_type(draw, type_of(draw, path));
	return type != NULL ? type->stratum[band] : draw->other.stratum[band];
}

/* --- second pass --- */

void draw_rank(struct draw *draw, struct st_span path, uint64_t size_bytes)
{
	struct stratum *stratum = &draw->strata[stratum_of(draw, path, size_bytes)];
	stratum->bytes += (double)size_bytes;
	if (stratum->limit == UINT64_MAX)
		return;
	uint64_t rank = rank_of(draw, path);
	if (rank < stratum->from)
		stratum->below++;
	if (rank < stratum->from || rank > stratum->to)
		return;
	if (stratum->count == stratum->capacity) {
		stratum->capacity = stratum->capacity ? stratum->capacity * 2 : 64;
		stratum->ranks = st_realloc(stratum->ranks, stratum->capacity * sizeof *stratum->ranks);
	}
	stratum->ranks[stratum->count++] = rank;
}

static int by_value(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
	return x < y ? -1 : x > y;
}

void draw_settle(struct draw *draw)
{
	for (size_t i = 0; i < draw->stratum_count; i++) {
		struct stratum *stratum = &draw->strata[i];
		if (stratum->limit == UINT64_MAX)
			continue;
		if (stratum->count > 0)
			qsort(stratum->ranks, stratum->count, sizeof *stratum->ranks, by_value);
		if (stratum->wanted <= stratum->below)
			stratum->limit = stratum->from;
		else if (stratum->wanted - stratum->below > stratum->count)
			stratum->limit = stratum->to;
		else
			stratum->limit = stratum->ranks[stratum->wanted - stratum->below - 1];
		free(stratum->ranks);
		stratum->ranks = NULL;
		stratum->count = stratum->capacity = 0;
	}
}

bool draw_takes(const struct draw *draw, struct st_span path, uint64_t size_bytes, size_t *stratum)
{
	*stratum = stratum_of(draw, path, size_bytes);
	return draw->strata[*stratum].limit == UINT64_MAX || rank_of(draw, path) <= draw->strata[*stratum].limit;
}

size_t draw_strata(const struct draw *draw)
{
	return draw->stratum_count;
}

uint64_t draw_population(const struct draw *draw, size_t stratum)
{
	return draw->strata[stratum].population;
}

double draw_bytes(const struct draw *draw, size_t stratum)
{
	return draw->strata[stratum].bytes;
}

size_t draw_type(const struct draw *draw, size_t stratum)
{
	return draw->strata[stratum].type;
}
