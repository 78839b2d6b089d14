/*
 * staunch check --sightings: what others say about stores becomes lines of the evidence, each with the file and row it
 * stands in. No packet is sent, nothing is looked up, and no verdict changes: a sighting moves since when a store was
 * open at the latest.
 */
#include "base/ceilings.h"
#include "base/clock.h"
#include "base/print.h"
#include "cli/check.h"
#include "probe/sighting.h"

#include <stdio.h>
#include <stdlib.h>

#define ROWS_TOLD 100 /* of those that were not used, by their number */

struct figures {
	uint64_t rows, accepted, elsewhere, duplicates, reachable, beyond, faults[PROBE_ROW_FAULTS];
};

struct refused {
	size_t file;
	uint64_t row;
	enum probe_row_fault fault;
};

struct sightings {
	struct check_roles roles;
	struct check_evidence evidence;
	struct probe_scope *scope;   /* NULL: targets are those of the evidence */
	struct probe_target *parsed; /* of the evidence */
	struct probe_sighting_aim *aims;
	const char **names; /* canonical */
	size_t target_count, parsed_count;
	struct probe_observed_all observed;
	struct check_marks known;
	struct check_import *files;
	struct figures *figures; /* of each file */
	size_t file_count, at;
	struct refused refused[ROWS_TOLD];
	size_t refused_count;
	uint64_t added;
	int64_t now;
	enum st_status status; /* of the evidence, when it cannot be written */
	struct st_error *err;
};

/* --- targets --- */

static void add_target(struct sightings *s, const struct probe_target *target)
{
	const struct probe_observed *known = probe_observed_of(&s->observed, target->canonical);
	s->aims = st_realloc(s->aims, (s->target_count + 1) * sizeof *s->aims);
	s->names = st_realloc(s->names, (s->target_count + 1) * sizeof *s->names);
	probe_sighting_aim(target, known != NULL ? known->addresses : NULL, known != NULL ? known->address_count : 0,
		&s->aims[s->target_count]);
	s->names[s->target_count++] = target->canonical;
}

static void take_targets(struct sightings *s)
{
	for (size_t i = 0; s->scope != NULL && i < s->scope->target_count; i++)
		add_target(s, &s->scope->targets[i]);
	if (s->scope != NULL)
		return;
	s->parsed_count = s->observed.count;
	s->parsed = st_alloc_zero(s->parsed_count + 1, sizeof *s->parsed);
	for (size_t i = 0; i < s->parsed_count; i++)
		if (probe_target_parse(s->observed.targets[i].target, &s->parsed[i], NULL) == ST_OK)
			add_target(s, &s->parsed[i]);
}

/* A sighting that the evidence has already is none again. */
static bool is_new(struct sightings *s, const char *target, const uint8_t mark[16])
{
	st_auto_buf struct st_buf text = {0};
	st_buf_add(&text, mark, 16);
	st_buf_add(&text, target, strlen(target));
	return check_marks_add(&s->known, text.data, text.size);
}

static void know_earlier(struct sightings *s)
{
	for (size_t i = 0; i < s->observed.count; i++)
		for (size_t j = 0; j < s->observed.targets[i].count; j++)
			if (s->observed.targets[i].seen[j].observation.witness == PROBE_WITNESS_SIGHTING)
				(void)is_new(s, s->observed.targets[i].target, s->observed.targets[i].seen[j].mark);
}

/* --- rows --- */

static void put_text(struct st_json_writer *w, const char *key, struct st_span text)
{
	st_json_key(w, key);
	if (text.size > 0)
		st_json_string(w, text.data, text.size);
	else
		st_json_null(w);
}

static uint64_t put_line(
	struct sightings *s, const struct probe_sighting *sighting, const char *target, enum probe_sighting_match match)
{
	char from[21], to[21];
	uint64_t number;
	struct st_json_writer w = check_evidence_begin(&s->evidence, "sighting", &number);
	st_utc_text(sighting->at.from, from);
	st_utc_text(sighting->at.to, to);
	st_json_key_text(&w, "word", "of others");
	st_json_key_text(&w, "target", target);
	put_text(&w, "engine", sighting->engine);
	put_text(&w, "service", sighting->service);
	st_json_key_text(&w, "says", sighting->says == PROBE_SAYS_OPEN ? "open" : "reachable");
	st_json_key_text(&w, "from", from);
	st_json_key_text(&w, "to", to);
	st_json_key_bool(&w, "zone_told", sighting->at.zone);
	put_text(&w, "address", sighting->address);
	st_json_key_uint(&w, "port", sighting->port);
	st_json_key_text(&w, "known_by", probe_sighting_match_name(match));
	st_json_key_text(&w, "file_sha256", s->files[s->at].sha256);
	st_json_key_uint(&w, "row", sighting->row);
	s->status = check_evidence_end(&s->evidence, &w, s->err);
	return number;
}

static void accept(
	struct sightings *s, const struct probe_sighting *sighting, const char *target, enum probe_sighting_match match)
{
	struct figures *figures = &s->figures[s->at];
	struct probe_seen seen = {.open = sighting->says == PROBE_SAYS_OPEN,
		.by_address = match == PROBE_MATCH_SEEN,
		.observation = {.from = sighting->at.from,
			.to = sighting->at.to,
			.state = PROBE_OPEN,
			.witness = PROBE_WITNESS_SIGHTING}};
	snprintf(seen.engine, sizeof seen.engine, "%.*s", (int)sighting->engine.size,
		(const char *)sighting->engine.data);
	probe_sighting_mark(seen.engine, sighting->at.from, sighting->at.to, seen.open, seen.mark);
	if (!is_new(s, target, seen.mark)) {
		figures->duplicates++;
	} else if (s->added == CEIL_SIGHTINGS) {
		figures->beyond++;
	} else {
		s->added++;
		figures->accepted++;
		figures->reachable += !seen.open;
		seen.observation.line = put_line(s, sighting, target, match);
		probe_observed_add(probe_observed_get(&s->observed, target), &seen);
	}
}

static void refuse(struct sightings *s, uint64_t row, enum probe_row_fault fault)
{
	s->figures[s->at].faults[fault]++;
	if (s->refused_count < ROWS_TOLD)
		s->refused[s->refused_count++] = (struct refused){.file = s->at, .row = row, .fault = fault};
}

static bool match_all(struct sightings *s, const struct probe_sighting *sighting, const struct probe_target *named)
{
	bool any = false;
	for (size_t i = 0; i < s->target_count && s->status == ST_OK; i++) {
		enum probe_sighting_match match = probe_sighting_of(sighting, named, &s->aims[i]);
		if (match == PROBE_MATCH_NONE)
			continue;
		any = true;
		accept(s, sighting, s->names[i], match);
	}
	return any;
}

static bool take_row(void *context, struct st_cursor *in)
{
	struct sightings *s = context;
	struct probe_sighting sighting;
	struct probe_target named = {0};
	if (!probe_sighting_decode(in, s->now, &sighting) || s->status != ST_OK)
		return false;
	s->figures[s->at].rows++;
	if (sighting.fault == PROBE_ROW_SOUND && sighting.target.size > 0) {
		st_auto_free char *text = st_strndup((const char *)sighting.target.data, sighting.target.size);
		if (probe_target_parse(text, &named, NULL) != ST_OK)
			sighting.fault = PROBE_ROW_NO_PLACE;
	}
	if (sighting.fault != PROBE_ROW_SOUND)
		refuse(s, sighting.row, sighting.fault);
	else if (!match_all(s, &sighting, named.canonical != NULL ? &named : NULL))
		s->figures[s->at].elsewhere++;
	probe_target_free(&named);
	return s->status == ST_OK;
}

/* --- the run --- */

static uint64_t refused_in(const struct figures *figures)
{
	uint64_t count = 0;
	for (int i = 0; i < PROBE_ROW_FAULTS; i++)
		count += figures->faults[i];
	return count;
}

static void put_figures(struct st_json_writer *w, const struct check_import *file, const struct figures *figures)
{
	st_json_key_text(w, "file_sha256", file->sha256);
	st_json_key_uint(w, "bytes", file->size_bytes);
	st_json_key_text(w, "read", check_import_end_name(file->end));
	st_json_key_uint(w, "rows", figures->rows);
	st_json_key_uint(w, "accepted", figures->accepted);
	st_json_key_uint(w, "reachable_only", figures->reachable);
	st_json_key_uint(w, "elsewhere", figures->elsewhere);
	st_json_key_uint(w, "duplicates", figures->duplicates);
	st_json_key_uint(w, "beyond_ceiling", figures->beyond);
	st_json_key(w, "not_used");
	st_json_object(w);
	for (int i = PROBE_ROW_SOUND + 1; i < PROBE_ROW_FAULTS; i++)
		if (figures->faults[i] > 0)
			st_json_key_uint(w, probe_row_fault_name((enum probe_row_fault)i), figures->faults[i]);
	st_json_object_end(w);
}

static enum st_status read_files(struct sightings *s)
{
	for (s->at = 0; s->at < s->file_count; s->at++) {
		struct check_import *file = &s->files[s->at];
		ST_TRY(check_rows(
			&s->roles, file->fd, file->size_bytes, WORKER_ROWS_SIGHTINGS, take_row, s, &file->end, s->err));
		ST_TRY(s->status);
		struct st_json_writer w = check_evidence_begin(&s->evidence, "sightings", NULL);
		st_json_key_text(&w, "version", STAUNCH_VERSION);
		put_figures(&w, file, &s->figures[s->at]);
		ST_TRY(check_evidence_end(&s->evidence, &w, s->err));
	}
	return check_evidence_sign(&s->evidence, s->err);
}

static enum st_status start(struct sightings *s, bool unconfined)
{
	char nothing[] = "";
	struct check_identity nobody = {.agent = nothing, .from = nothing};
	return check_roles_start(&s->roles, &nobody, unconfined, s->err);
}

/* Everything that is read from files by name is opened before the jail closes. */
static enum st_status run_all(struct sightings *s, const struct cli_arguments *arguments)
{
	struct casefile *casefile = NULL;
	const char *path = cli_value(arguments, "case");
	ST_TRY(start(s, cli_has(arguments, "unconfined")));
	enum st_status status = path == NULL ? ST_OK
					     : casefile_open(path, cli_value(arguments, "case-key"), CASEFILE_UPDATE,
						       &casefile, s->err);
	if (status == ST_OK)
		status = check_roles_confine(&s->roles, s->err);
	if (status == ST_OK)
		status = check_evidence_open(&s->evidence, cli_value(arguments, "evidence"),
			cli_value(arguments, "evidence-key"), 0, s->err);
	if (status == ST_OK)
		status = check_evidence_observed(&s->evidence, &s->observed, s->err);
	if (status == ST_OK) {
		take_targets(s);
		know_earlier(s);
		status = read_files(s);
	}
	if (status == ST_OK && casefile != NULL)
		status = check_exposures_keep(casefile, &s->observed, s->names, s->target_count, s->err);
	casefile_close(casefile);
	check_roles_stop(&s->roles);
	return status;
}

/* --- what is told --- */

static int exit_of(const struct sightings *s)
{
	int exit = CLI_OK;
	for (size_t i = 0; i < s->file_count; i++) {
		if (s->files[i].end == ROWS_NONE)
			return CLI_WRONG;
		if (s->files[i].end != ROWS_WHOLE || refused_in(&s->figures[i]) > 0 || s->figures[i].beyond > 0)
			exit = CLI_INCOMPLETE;
	}
	return exit;
}

static void tell_refused_json(const struct sightings *s, struct st_json_writer *w)
{
	st_json_key(w, "rows_not_used");
	st_json_array(w);
	for (size_t i = 0; i < s->refused_count; i++) {
		st_json_object(w);
		st_json_key_text(w, "file", s->files[s->refused[i].file].path);
		st_json_key_uint(w, "row", s->refused[i].row);
		st_json_key_text(w, "reason", probe_row_fault_name(s->refused[i].fault));
		st_json_object_end(w);
	}
	st_json_array_end(w);
}

static void tell_targets_json(const struct sightings *s, struct st_json_writer *w)
{
	st_json_key(w, "targets");
	st_json_array(w);
	for (size_t i = 0; i < s->target_count; i++) {
		const struct probe_observed *observed = probe_observed_of(&s->observed, s->names[i]);
		struct report_exposure exposure;
		if (observed == NULL)
			continue;
		check_exposure_of(observed, &exposure);
		st_json_object(w);
		report_exposure_json(w, &exposure);
		st_json_object_end(w);
		check_exposure_free(&exposure);
	}
	st_json_array_end(w);
}

static void tell_json(const struct sightings *s, struct st_buf *out)
{
	char head[PROBE_EVIDENCE_HEAD_TEXT];
	struct st_json_writer w = {.out = out, .indent = 2};
	st_hex(s->evidence.chain.head, sizeof s->evidence.chain.head, head);
	st_json_object(&w);
	st_json_key_text(&w, "schema", "staunch.sightings/1");
	st_json_key_text(&w, "version", STAUNCH_VERSION);
	st_json_key_text(&w, "method", report_window_method());
	st_json_key(&w, "files");
	st_json_array(&w);
	for (size_t i = 0; i < s->file_count; i++) {
		st_json_object(&w);
		st_json_key_text(&w, "file", s->files[i].path);
		put_figures(&w, &s->files[i], &s->figures[i]);
		st_json_object_end(&w);
	}
	st_json_array_end(&w);
	tell_refused_json(s, &w);
	tell_targets_json(s, &w);
	st_json_key_text(&w, "evidence_head", head);
	st_json_object_end(&w);
	st_buf_add_byte(out, '\n');
}

static void tell_file(const struct check_import *file, const struct figures *figures, struct st_buf *out)
{
	st_escape_text(out, file->path, strlen(file->path));
	st_buf_format(out, "   %llu row%s", (unsigned long long)figures->rows, figures->rows == 1 ? "" : "s");
	const struct {
		uint64_t count;
		const char *what;
	} parts[] = {{figures->accepted, "accepted"}, {figures->elsewhere, "of other stores"},
		{figures->duplicates, "known already"}, {refused_in(figures), "not used"},
		{figures->beyond, "beyond the ceiling"}};
	for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
		if (parts[i].count > 0)
			st_buf_format(out, ", %llu %s", (unsigned long long)parts[i].count, parts[i].what);
	if (file->end != ROWS_WHOLE)
		st_buf_format(out, "   read: %s", check_import_end_name(file->end));
	st_buf_add_byte(out, '\n');
}

static void tell_text(const struct sightings *s, struct st_buf *out)
{
	char head[PROBE_EVIDENCE_HEAD_TEXT];
	st_buf_format(out, "what others say; nothing was sent, no verdict changes\n\n");
	for (size_t i = 0; i < s->file_count; i++)
		tell_file(&s->files[i], &s->figures[i], out);
	for (size_t i = 0; i < s->refused_count; i++) {
		st_buf_format(out, "  not used: ");
		st_escape_text(out, s->files[s->refused[i].file].path, strlen(s->files[s->refused[i].file].path));
		st_buf_format(out, " row %llu: %s\n", (unsigned long long)s->refused[i].row,
			probe_row_fault_name(s->refused[i].fault));
	}
	for (size_t i = 0; i < s->target_count; i++) {
		const struct probe_observed *observed = probe_observed_of(&s->observed, s->names[i]);
		struct report_exposure exposure;
		if (observed == NULL)
			continue;
		check_exposure_of(observed, &exposure);
		st_buf_add_byte(out, '\n');
		st_escape_text(out, exposure.store, strlen(exposure.store));
		st_buf_format(out, "   %llu check%s, %llu sighting%s", (unsigned long long)exposure.checks,
			exposure.checks == 1 ? "" : "s", (unsigned long long)exposure.sightings,
			exposure.sightings == 1 ? "" : "s");
		st_buf_format(out, "%s", exposure.engines[0] != 0 ? " by " : "");
		st_escape_text(out, exposure.engines, strlen(exposure.engines));
		st_buf_add_byte(out, '\n');
		check_exposure_text(&exposure, "         ", out);
		check_exposure_free(&exposure);
	}
	st_hex(s->evidence.chain.head, sizeof s->evidence.chain.head, head);
	st_buf_format(out, "\nevidence head %s, signed\n", head);
}

static void free_all(struct sightings *s)
{
	check_evidence_close(&s->evidence);
	for (size_t i = 0; i < s->file_count; i++)
		check_import_close(&s->files[i]);
	for (size_t i = 0; i < s->parsed_count; i++)
		probe_target_free(&s->parsed[i]);
	free(s->parsed);
	free(s->aims);
	free(s->names);
	free(s->files);
	free(s->figures);
	check_marks_free(&s->known);
	probe_observed_free(&s->observed);
	probe_scope_free(s->scope);
}

static enum st_status open_files(struct sightings *s, const char *const *paths, const char *scope)
{
	st_auto_buf struct st_buf file = {0};
	while (paths[s->file_count] != NULL)
		s->file_count++;
	s->files = st_alloc_zero(s->file_count + 1, sizeof *s->files);
	s->figures = st_alloc_zero(s->file_count + 1, sizeof *s->figures);
	for (size_t i = 0; i < s->file_count; i++)
		s->files[i].fd = -1;
	for (size_t i = 0; i < s->file_count; i++)
		ST_TRY(check_import_open(paths[i], &s->files[i], s->err));
	if (scope == NULL)
		return ST_OK;
	ST_TRY(check_read_file(scope, CEIL_SCOPE_FILE_BYTES, &file, s->err));
	return probe_scope_read((struct st_span){file.data, file.size}, &s->scope, s->err);
}

int check_sightings(const struct cli_arguments *arguments)
{
	struct st_error err = {0};
	struct sightings *s = st_alloc_zero(1, sizeof *s);
	const char *format = cli_value(arguments, "format");
	s->evidence.fd = -1;
	s->now = st_utc_seconds();
	s->err = &err;
	enum st_status status = open_files(s, cli_values(arguments, "sightings"), cli_value(arguments, "scope"));
	if (status == ST_OK)
		status = run_all(s, arguments);
	int exit = status == ST_OK ? exit_of(s) : cli_fail_error(&err);
	st_auto_buf struct st_buf out = {0};
	if (status == ST_OK && format != NULL && strcmp(format, "json") == 0)
		tell_json(s, &out);
	else if (status == ST_OK)
		tell_text(s, &out);
	fwrite(out.data, 1, out.size, stdout);
	if (status == ST_OK && exit == CLI_WRONG)
		cli_fail(CLI_WRONG, "a file holds no rows that are known: a table with a head, or JSON");
	free_all(s);
	free(s);
	return exit;
}
