/* The report command in parts: report.c reads the command line, report_fill.c makes figures out of a case,
 * report_lists.c writes the long lists, report_case.c knows stores, objects and paths, report_output.c where it goes.
 */
#ifndef STAUNCH_CLI_REPORT_H
#define STAUNCH_CLI_REPORT_H

#include "casefile/casefile.h"
#include "cli/cli.h"
#include "probe/observed.h"
#include "report/report.h"
#include "resolve/resolve.h"

/* --- report.c --- */

/* Would writing to this file replace the case or its key? */
bool report_replaces_case(const struct cli_arguments *arguments, const char *output);
/* The exit status of a report, with the line that says what is missing. */
int report_incomplete(const struct report *report);

/* --- report_output.c --- */

/* Standard output, or a file that appears only when it is complete. Zero-initialise. */
struct report_output {
	int fd;
	char *path, *part_path; /* NULL for standard output */
	struct st_buf buf;      /* whoever writes adds here and calls report_output_flush now and then */
	bool gone;              /* the reader of standard output has seen enough */
};
enum st_status report_output_open(struct report_output *output, const char *path, struct st_error *err);
/* Writes what is held once it is large; ST_STOP when nobody reads any more. */
enum st_status report_output_flush(struct report_output *output, bool all, struct st_error *err);
/* done: writes the rest and puts the file in its place; else removes it. */
enum st_status report_output_close(struct report_output *output, bool done, struct st_error *err);

/* --- report_case.c --- */

struct report_place { /* an object that holds a segment: the one that was read, or a copy of it */
	uint32_t segment, object, store;
};
struct report_part {
	uint32_t part, parent;
	uint64_t first_record;
	char *name;
	size_t name_size;
	char format[16];
	bool rebuilt;
	struct st_buf places; /* base/places.h */
};
struct report_case {
	struct casefile *casefile;
	bool revealed;
	struct casefile_store *stores;
	size_t store_count;
	struct report_place *places; /* by segment */
	size_t place_count, place_capacity;
	uint32_t parts_segment; /* whose parts are held */
	struct report_part *parts;
	size_t part_count, part_capacity;
	struct report_dates file_dates;
	char **own_domains, **regions, **rules; /* of the scan; NULL-ended */
};
enum st_status report_case_load(struct report_case *rc, struct st_error *err);
void report_case_free(struct report_case *rc);
/* Every row of the blocks of entities, as they stand in the case; an entity of many places has several. Damaged rows
 * are ST_FATAL. */
typedef enum st_status report_entity(void *context, const struct resolve_entity *entity, struct st_error *err);
enum st_status report_each_entity(struct report_case *rc, report_entity *each, void *context, struct st_error *err);
/* The first place of a segment, their number in *count; NULL when none is left. */
const struct report_place *report_case_places(const struct report_case *rc, uint32_t segment, size_t *count);
enum st_status report_case_parts(struct report_case *rc, uint32_t segment, struct st_error *err);
/* The rule that found what stands at a place, from its form; NULL: a detector of ours. */
const char *report_case_rule(const struct report_case *rc, uint8_t form);
const struct report_part *report_case_part(const struct report_case *rc, uint32_t part);
/* What a search server calls the document that is this record (from 1) of a part that is held; escaped, the caller's to
 * free; NULL: it is none. */
char *report_case_document(const struct report_case *rc, uint32_t part, uint64_t record);
/* Adds STORE:/a.zip!/b.eml, escaped; the parts of the object's segment must be held unless part is 0. */
void report_case_chain(
	const struct report_case *rc, const struct casefile_object *object, uint32_t part, struct st_buf *out);
/* The same by number, loading what it needs. Caller frees *out. */
enum st_status report_case_path(
	struct report_case *rc, uint32_t object, uint32_t part, char **out, struct st_error *err);
/* Calls for every object and member that was not read or only partly. */
typedef enum st_status report_unread_each(void *context, const struct report_unread *row, struct st_error *err);
enum st_status report_case_unread(
	struct report_case *rc, report_unread_each *each, void *context, struct st_error *err);

/* --- report_fill.c --- */
/* *found false: no scan has finished yet. Free with report_filled_free. */
enum st_status report_fill(struct report_case *rc, struct report *report, bool *found, struct st_error *err);
void report_filled_free(struct report *report);

/* --- report_dates.c --- */
/* Counts the date of an object of a listing into rc->file_dates. */
void report_dates_add(struct report_case *rc, const struct casefile_object *object);

/* --- report_tops.c --- */
/* The largest values of each kind and organizations: one pass over all of them, in constant memory. */
enum st_status report_fill_tops(struct report_case *rc, struct report *report, struct st_error *err);
void report_tops_free(struct report *report);

/* --- report_windows.c --- */
/* What was observed of stores, by checks and by others, as the case keeps it. */
/* --- report_audit.c --- */

/* Adds to both what `audit --case` kept. */
enum st_status report_read_audits(struct casefile *casefile, struct probe_observed_all *all,
	struct report_openings *openings, struct st_error *err);
void report_openings_free(struct report_openings *openings);

enum st_status report_fill_windows(struct report_case *rc, struct report *report, struct st_error *err);
void report_windows_free(struct report *report);

/* --- report_claims.c --- */
/* path NULL: no claims. Free with report_claims_free. */
enum st_status report_claims_file(const char *path, struct report_claim **claims, size_t *count, struct st_error *err);

/* --- report_leads.c --- */
enum st_status report_fill_leads(struct report_case *rc, struct report *report, struct st_error *err);
void report_leads_free(struct report *report);
/* Calls for every lead of the case; *known false, and no call: the case was made before leads were looked for. The lead
 * is borrowed for the call. */
typedef enum st_status report_lead_each(void *context, const struct report_lead *lead, struct st_error *err);
enum st_status report_case_leads(struct report_case *rc, report_lead_each *each, void *context, bool *known,
	uint64_t *beyond, struct st_error *err);

/* --- report_persons.c --- */
enum st_status report_list_persons(struct report_case *rc, struct report_output *output, struct st_error *err);
/* Lines for a person: the names that stood before an address, and with which addresses `min` joins it, and why. */
enum st_status report_explain_person(
	struct report_case *rc, struct st_span address, struct report_output *output, struct st_error *err);

/* --- report_lists.c --- */
enum st_status report_list_entities(struct report_case *rc, struct report_output *output, struct st_error *err);
enum st_status report_list_organizations(struct report_case *rc, struct report_output *output, struct st_error *err);
enum st_status report_list_leads(struct report_case *rc, struct report_output *output, struct st_error *err);
enum st_status report_list_unread(struct report_case *rc, struct report_output *output, struct st_error *err);

/* --- report_attachments.c --- */
enum report_list_format { REPORT_LIST_CSV, REPORT_LIST_TEXT, REPORT_LIST_JSON };
/* Every content that mails carry, the most carried first, and under it each mail that carries it; JSON is one object a
 * line, CSV one row for each of the mails. */
enum st_status report_list_attachments(
	struct report_case *rc, enum report_list_format format, struct report_output *output, struct st_error *err);

/* --- report_party.c --- */
/* The packet for one party: reads the command line, gathers, writes. Returns a cli_exit. */
int report_party(const struct cli_arguments *arguments);

/* --- report_explain.c --- */
/* json: mentions of contract 4, one a line, with store, object and record; else lines for a person. */
enum st_status report_explain(
	struct report_case *rc, const char *entity, bool json, struct report_output *output, struct st_error *err);

#endif
