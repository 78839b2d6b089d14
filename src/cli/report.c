/* staunch report: what was in it, with the coverage beside every figure. */
#include "cli/report.h"

#include "report/claims.h"

#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#define ENTITY_BYTES 1024

struct report_job {
	const char *format, *list, *explain, *reveal, *claims_path, *output;
	struct report_claim *claims;
	size_t claim_count;
};

static const struct cli_option options[] = {
	{"case", 0, "FILE", "the case to report on", false, false},
	{"case-key", 0, "FILE", "its key, if it is not CASE.key", false, false},
	{"format", 0, "text|html|json|csv", "how to write it; text is one page, html a page in one file", false, false},
	{"list", 0, "LIST", "every row of entities, persons, organizations, leads, unread or attachments", false,
		false},
	{"explain", 0, "ENTITY", "every place where this value stands; - reads it from standard input", false, false},
	{"reveal", 0, "REASON", "show values and names; the reason is written into the case", false, false},
	{"claims", 0, "FILE", "figures that others gave, shown next to ours", false, false},
	{"party", 0, "DOMAIN|ADDRESS", "a packet for this party, an encrypted zip: only its part; - reads it", false,
		false},
	{"passphrase-file", 0, "FILE", "the passphrase of the packet goes into this new file, not to the terminal",
		false, false},
	{"output", 'o', "FILE", "write to this file, which appears only when complete", false, false},
	{0},
};

static const struct {
	const char *name;
	enum st_status (*write)(struct report_case *rc, struct report_output *output, struct st_error *err);
} lists[] = {
	{"entities", report_list_entities},
	{"persons", report_list_persons},
	{"organizations", report_list_organizations},
	{"leads", report_list_leads},
	{"unread", report_list_unread},
};

static bool same_file(const char *a, const char *b)
{
	struct stat one, other;
	return stat(a, &one) == 0 && stat(b, &other) == 0 && one.st_dev == other.st_dev && one.st_ino == other.st_ino;
}

/* A report put in the place of the case or of its key would be the end of both. */
bool report_replaces_case(const struct cli_arguments *arguments, const char *output)
{
	const char *path = cli_value(arguments, "case"), *key = cli_value(arguments, "case-key");
	static const char *const beside[] = {"", ".key", "-wal", "-shm"};
	for (size_t i = 0; i < sizeof beside / sizeof beside[0]; i++) {
		st_auto_free char *part = st_format("%s%s", path, beside[i]);
		if (strcmp(part, output) == 0 || same_file(part, output))
			return true;
	}
	return key != NULL && same_file(key, output);
}

static bool is_one_of(const char *word, const char *const *words)
{
	for (; *words != NULL; words++) {
		if (strcmp(word, *words) == 0)
			return true;
	}
	return false;
}

static int check_job(const struct cli_arguments *arguments, struct report_job *job)
{
	static const char *const formats[] = {"text", "html", "json", "csv", NULL};
	static const char *const list_names[] = {
		"entities", "persons", "organizations", "leads", "unread", "attachments", NULL};
	job->list = cli_value(arguments, "list");
	job->explain = cli_value(arguments, "explain");
	job->reveal = cli_value(arguments, "reveal");
	job->claims_path = cli_value(arguments, "claims");
	job->output = cli_value(arguments, "output");
	job->format = cli_value(arguments, "format");
	if (cli_value(arguments, "case") == NULL)
		return cli_fail(CLI_WRONG, "report needs --case FILE");
	if (job->format != NULL && !is_one_of(job->format, formats))
		return cli_fail(CLI_WRONG, "--format is text, html, json or csv");
	if (job->list != NULL && !is_one_of(job->list, list_names))
		return cli_fail(CLI_WRONG, "--list is entities, persons, organizations, leads, unread or attachments");
	if (job->list != NULL && strcmp(job->list, "attachments") != 0 && job->format != NULL &&
		strcmp(job->format, "csv") != 0)
		return cli_fail(CLI_WRONG, "--list is written as csv, but attachments as text and json, too");
	if (job->list != NULL && job->format != NULL && strcmp(job->format, "html") == 0)
		return cli_fail(CLI_WRONG, "--list is not written as html");
	if (job->list != NULL && job->explain != NULL)
		return cli_fail(CLI_WRONG, "--list and --explain are two questions: ask one at a time");
	if (job->explain != NULL && job->format != NULL && strcmp(job->format, "text") != 0 &&
		strcmp(job->format, "json") != 0)
		return cli_fail(CLI_WRONG, "--explain is written as text or json");
	if (job->claims_path != NULL && (job->list != NULL || job->explain != NULL))
		return cli_fail(CLI_WRONG, "--claims belongs to the report, not to --list or --explain");
	if (job->output != NULL && report_replaces_case(arguments, job->output))
		return cli_fail(CLI_WRONG, "%s belongs to the case: write the report to another file", job->output);
	if (job->reveal != NULL && job->reveal[0] == 0)
		return cli_fail(CLI_WRONG, "--reveal wants the reason, in words");
	if (job->format == NULL)
		job->format = "text";
	return CLI_OK;
}

static void write_page(const struct report *report, const struct report_job *job, struct report_output *output)
{
	struct report_style style = {output->fd == STDOUT_FILENO && cli_colour(STDOUT_FILENO), cli_utf8()};
	if (strcmp(job->format, "json") == 0)
		report_json(report, &output->buf);
	else if (strcmp(job->format, "html") == 0)
		report_html(report, &output->buf);
	else if (strcmp(job->format, "csv") == 0)
		report_csv(report, &output->buf);
	else
		report_text(report, &style, &output->buf);
}

static enum st_status write_all(struct report_case *rc, const struct report *report, const struct report_job *job,
	struct report_output *output, struct st_error *err)
{
	if (job->explain != NULL)
		return report_explain(rc, job->explain, strcmp(job->format, "json") == 0, output, err);
	if (job->list != NULL && strcmp(job->list, "attachments") == 0)
		return report_list_attachments(rc,
			strcmp(job->format, "csv") == 0    ? REPORT_LIST_CSV
			: strcmp(job->format, "json") == 0 ? REPORT_LIST_JSON
							   : REPORT_LIST_TEXT,
			output, err);
	for (size_t i = 0; job->list != NULL && i < sizeof lists / sizeof lists[0]; i++) {
		if (strcmp(lists[i].name, job->list) == 0)
			return lists[i].write(rc, output, err);
	}
	write_page(report, job, output);
	return ST_OK;
}

int report_incomplete(const struct report *report)
{
	if (report_complete(report))
		return CLI_OK;
	if (report->unread + report->pending + report->partial == 0)
		return cli_fail(CLI_INCOMPLETE, "incomplete: a store was not read to its end; scan it again");
	return cli_fail(CLI_INCOMPLETE, "incomplete: %llu of %llu objects not read, %llu partly",
		(unsigned long long)(report->unread + report->pending), (unsigned long long)report->listed,
		(unsigned long long)report->partial);
}

static enum st_status write_out(
	struct report_case *rc, const struct report *report, const struct report_job *job, struct st_error *err)
{
	struct report_output output;
	enum st_status status = report_output_open(&output, job->output, err);
	if (status == ST_OK)
		status = write_all(rc, report, job, &output, err);
	struct st_error closing = {0};
	enum st_status closed = report_output_close(&output, status == ST_OK || status == ST_STOP, &closing);
	if (status != ST_OK && status != ST_STOP)
		return status;
	if (closed != ST_OK)
		*err = closing;
	return closed;
}

static int report_on(struct report_case *rc, const struct report_job *job)
{
	struct st_error err = {0};
	struct report report = {0};
	bool found = false;
	enum st_status status = report_case_load(rc, &err);
	if (status == ST_OK)
		status = report_fill(rc, &report, &found, &err);
	report.claims = job->claims;
	report.claim_count = job->claim_count;
	if (status == ST_OK && found && strcmp(job->format, "html") == 0)
		status = report_fill_tops(rc, &report, &err);
	if (status == ST_OK && found)
		status = write_out(rc, &report, job, &err);
	int exit = CLI_OK;
	if (status != ST_OK)
		exit = cli_fail_error(&err);
	else if (!found)
		exit = cli_fail(CLI_INCOMPLETE, "no figures yet: the scan of this case has not finished; run it again");
	else
		exit = report_incomplete(&report);
	report_filled_free(&report);
	return exit;
}

/* The reason stands in the case before the first value is shown. */
static enum st_status open_case(const struct cli_arguments *arguments, const struct report_job *job,
	struct report_case *rc, struct st_error *err)
{
	const char *path = cli_value(arguments, "case"), *key = cli_value(arguments, "case-key");
	rc->revealed = job->reveal != NULL;
	if (rc->revealed) {
		struct casefile *writer;
		ST_TRY(casefile_open(path, key, CASEFILE_UPDATE, &writer, err));
		enum st_status status = casefile_event(writer, "reveal", job->reveal, err);
		casefile_close(writer);
		ST_TRY(status);
	}
	return casefile_open(path, key, CASEFILE_READ, &rc->casefile, err);
}

/* --explain - reads the value: an argument can be seen by every user of the machine while the program runs. */
static int read_entity(struct report_job *job, char line[ENTITY_BYTES])
{
	if (job->explain == NULL || strcmp(job->explain, "-") != 0)
		return CLI_OK;
	if (fgets(line, ENTITY_BYTES, stdin) == NULL)
		return cli_fail(CLI_WRONG, "--explain - reads the value from standard input, and there is none");
	line[strcspn(line, "\r\n")] = 0;
	job->explain = line;
	return CLI_OK;
}

static int run(const struct cli_arguments *arguments)
{
	char entity[ENTITY_BYTES];
	struct report_job job = {0};
	struct report_case rc = {0};
	struct st_error err = {0};
	if (cli_has(arguments, "party") || cli_has(arguments, "passphrase-file"))
		return report_party(arguments);
	int exit = check_job(arguments, &job);
	if (exit == CLI_OK)
		exit = read_entity(&job, entity);
	if (exit != CLI_OK)
		return exit;
	if (report_claims_file(job.claims_path, &job.claims, &job.claim_count, &err) != ST_OK)
		return cli_fail_error(&err);
	if (open_case(arguments, &job, &rc, &err) != ST_OK)
		exit = cli_fail_error(&err);
	else
		exit = report_on(&rc, &job);
	report_case_free(&rc);
	report_claims_free(job.claims, job.claim_count);
	return exit;
}

const struct cli_command cli_command_report = {
	.name = "report",
	.summary = "how much was in it? the honest figures of a case, with their coverage",
	.operands = NULL,
	.operands_min = 0,
	.operands_max = 0,
	.options = options,
	.run = run,
};
