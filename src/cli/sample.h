/*
 * `staunch scan --sample`: scan_sample.c says which objects are read, scan_estimate.c what they let us say of the rest,
 * sample_row.c how that stands in a case. None of them knows of workers; the choice is a pure function of seed and
 * listing (resolve/draw.h), so that nothing about it has to be remembered but share and seed of each store.
 */
#ifndef STAUNCH_CLI_SAMPLE_H
#define STAUNCH_CLI_SAMPLE_H

#include "casefile/casefile.h"
#include "report/report.h"
#include "resolve/estimate.h"
#include "resolve/resolve.h"

#define SAMPLE_ESTIMATE "estimate" /* the setting of a case that sample_row_write fills; empty: none */
#define SAMPLE_ALL_PPM 1000000u

/* --- scan_sample.c --- */

/* What part of a store is read; stores without such a row are read in full. */
struct sample_choice {
	uint32_t store, share_ppm;
	uint64_t seed;
};
struct sample_choices {
	struct sample_choice *list;
	size_t count;
};
enum st_status sample_choices_load(struct casefile *casefile, struct sample_choices *out, struct st_error *err);
enum st_status sample_choices_save(
	struct casefile *casefile, const struct sample_choices *choices, struct st_error *err);
/* share_ppm SAMPLE_ALL_PPM: read in full. */
void sample_choose(struct sample_choices *choices, const struct sample_choice *choice);
const struct sample_choice *sample_choice_of(const struct sample_choices *choices, uint32_t store);

/* One bit for each object of the case, and the strata. */
struct sample;
/* Lists the case three times. *out NULL when no store is sampled. */
enum st_status sample_open(
	struct casefile *casefile, const struct sample_choices *choices, struct sample **out, struct st_error *err);
void sample_close(struct sample *sample); /* NULL is fine */
/* True for every object without a sample (NULL). */
bool sample_takes(const struct sample *sample, uint32_t object);
/* Objects that the listing has settled, folders and links, belong to no sample. */
bool sample_is_settled(const struct casefile_object *object);
const struct sample_choices *sample_choices_of(const struct sample *sample);
/* Strata over all stores. The stratum of an object that belongs to a sample; false: its store is read in full. */
size_t sample_strata(const struct sample *sample);
bool sample_stratum(const struct sample *sample, const struct casefile_object *object, size_t *stratum);
void sample_stratum_fill(const struct sample *sample, size_t stratum, struct estimate_stratum *out);
/* Of one store. */
void sample_store_counts(const struct sample *sample, uint32_t store, uint64_t *population, uint64_t *drawn);

/* --- scan_estimate.c --- */

struct sample_estimate;
/* What the user named: domains, NULL-ended, and the units of --id-field in the order of their kinds. */
struct sample_words {
	const char *const *own_domains, *const *units;
	size_t unit_count;
};
/* *out NULL when an object that was drawn is not read yet, or all were drawn: there is nothing to estimate then. */
enum st_status sample_estimate_open(struct casefile *casefile, const struct sample *sample,
	const struct sample_words *words, struct sample_estimate **out, struct st_error *err);
void sample_estimate_close(struct sample_estimate *estimate); /* NULL is fine */
/* For the merge of records, then for that of mentions; no watch for NULL. */
struct resolve_watch sample_estimate_records(struct sample_estimate *estimate);
struct resolve_watch sample_estimate_mentions(struct sample_estimate *estimate);
/* What a record of this format is called (contract 6, units). */
const char *sample_unit_of(const char *format);
void sample_estimate_part(struct sample_estimate *estimate, const struct casefile_part *part, const char *unit);
/* After all of that. Free with sample_report_free. */
void sample_estimate_report(struct sample_estimate *estimate, struct report_estimate *out);

/* --- sample_row.c --- */
void sample_row_write(struct st_buf *out, const struct report_estimate *estimate);
/* False: damaged; *out is empty then. */
bool sample_row_read(struct st_span bytes, struct report_estimate *out);
void sample_report_free(struct report_estimate *estimate);

#endif
