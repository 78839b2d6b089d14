/*
 * staunch seal: makes the index that the portal's host gets. The key never leaves this machine and the keyholder's; the
 * case never leaves this one.
 */
#include "cli/seal.h"

#include "base/ceilings.h"
#include "base/clock.h"
#include "casefile/key_file.h"
#include "detect/detect.h"

#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define PARTIES_MEMORY (64 * MIB)

struct sealing {
	const struct cli_arguments *arguments;
	const char *output, *name;
	struct key_file key;
	struct report_case rc;
	struct review_rules rules;
	struct resolve_work work;
	struct seal_known *known;
	struct pile *parties;
	struct portal_head head;
	struct seal_sums sums;
	uint64_t persons, organizations;
};

/* A day, or a moment in UTC, of --exposed-since. */
static bool read_moment(const char *text, int64_t *out)
{
	struct tm when = {0};
	if (text == NULL)
		return true;
	const char *end = strptime(text, "%Y-%m-%d", &when);
	if (end != NULL && *end == 'T')
		end = strptime(end, "T%H:%M:%SZ", &when);
	if (end == NULL || *end != 0)
		return false;
	*out = (int64_t)timegm(&when);
	return *out > 0;
}

static int check_arguments(struct sealing *s)
{
	const struct cli_arguments *arguments = s->arguments;
	const char *path = cli_value(arguments, "case");
	struct st_error err = {0};
	s->output = cli_value(arguments, "output");
	s->name = cli_value(arguments, "name");
	if (path == NULL)
		return cli_fail(CLI_WRONG, "seal needs --case FILE");
	if (cli_value(arguments, "key") == NULL)
		return cli_fail(CLI_WRONG, "seal needs --key FILE; staunch keyholder --new-key FILE makes one");
	if (s->output == NULL || strcmp(s->output, "-") == 0)
		return cli_fail(CLI_WRONG, "seal needs -o FILE");
	if (report_replaces_case(arguments, s->output) || strcmp(s->output, cli_value(arguments, "key")) == 0)
		return cli_fail(CLI_WRONG, "%s is a file that is needed: write the index to another one", s->output);
	if (!read_moment(cli_value(arguments, "exposed-since"), &s->head.id.exposed_at) ||
		!read_moment(cli_value(arguments, "closed-on"), &s->head.closed_at))
		return cli_fail(CLI_WRONG, "dates are written YYYY-MM-DD or YYYY-MM-DDThh:mm:ssZ, in UTC");
	if (key_file_read(cli_value(arguments, "key"), KEY_SEAL, &s->key, &err) != ST_OK)
		return cli_fail_error(&err);
	return CLI_OK;
}

/* Public, and the same for every sealing of the case with this key; not to be found out from the case's own id. */
static void make_case_id(struct sealing *s)
{
	uint8_t digest_key[ST_DIGEST_KEY_BYTES], id[32];
	casefile_digest_key(s->rc.casefile, digest_key);
	portal_derive(s->key.key, "staunch portal case 1", (struct st_span){digest_key, sizeof digest_key}, id);
	memcpy(s->head.id.case_id, id, PORTAL_ID_BYTES);
	randombytes_buf(s->head.id.salt, PORTAL_ID_BYTES);
	sodium_memzero(digest_key, sizeof digest_key);
}

static enum st_status fill_head(struct sealing *s, struct st_error *err)
{
	struct casefile_coverage coverage;
	struct casefile_figures figures;
	bool found;
	st_auto_buf struct st_buf line = {0};
	ST_TRY(casefile_coverage(s->rc.casefile, &coverage, err));
	ST_TRY(casefile_figures(s->rc.casefile, &figures, &found, err));
	if (!found) {
		casefile_figures_free(&figures);
		return st_fail(err, ST_WRONG, "no figures yet: the scan of this case has not finished; run it again");
	}
	struct portal_head *head = &s->head;
	head->objects_listed = coverage.listed;
	head->objects_read = coverage.read + coverage.partial;
	head->objects_unread = coverage.unread + coverage.pending;
	head->objects_duplicate = coverage.duplicate;
	head->records_read = figures.records_raw;
	head->records_distinct = figures.records_distinct;
	head->not_searched_bytes = coverage.not_searched_bytes;
	head->kinds_searched = (1u << DETECT_KINDS) - 1;
	head->sealed_at = st_utc_seconds();
	st_buf_format(&line,
		"%" PRIu64 " objects listed, %" PRIu64 " read, %" PRIu64 " copies, %" PRIu64 " not read; %" PRIu64
		" records, %" PRIu64 " distinct",
		coverage.listed, head->objects_read, coverage.duplicate, head->objects_unread, figures.records_raw,
		figures.records_distinct);
	casefile_figures_free(&figures);
	head->coverage = st_strndup((const char *)line.data, line.size);
	head->name = st_strndup(s->name != NULL ? s->name : "", s->name != NULL ? strlen(s->name) : 0);
	memcpy(head->key_id, s->key.id, sizeof head->key_id);
	return ST_OK;
}

static enum st_status write_index(struct sealing *s, struct st_error *err)
{
	struct portal_writer *writer;
	ST_TRY(portal_writer_open(s->output, &s->work, s->key.key, &s->head.id, &writer, err));
	enum st_status status =
		seal_parties(s->parties, &s->head.id, s->key.key, writer, &s->persons, &s->organizations, err);
	if (status == ST_OK)
		return portal_writer_finish(writer, &s->head, err);
	portal_writer_abandon(writer);
	return status;
}

static enum st_status seal_case(struct sealing *s, struct st_error *err)
{
	ST_TRY(report_case_load(&s->rc, err));
	ST_TRY(fill_head(s, err));
	ST_TRY(review_rules_load(s->rc.casefile, &s->rules, err));
	make_case_id(s);
	ST_TRY(seal_work_open(&s->rc, &s->work, err));
	ST_TRY(seal_known_open(&s->rc, &s->rules, &s->known, err));
	s->parties = pile_open(&s->work, PARTIES_MEMORY);
	struct seal_sink sink = {.id = &s->head.id, .seal_key = s->key.key, .parties = s->parties};
	ST_TRY(seal_records(&s->rc, &s->work, &s->rules, s->known, &sink, &s->sums, err));
	s->head.unattributed = s->sums.unattributed;
	ST_TRY(write_index(s, err));
	st_auto_free char *detail = st_format(
		"persons %" PRIu64 ", organizations %" PRIu64 ", key %s", s->persons, s->organizations, s->key.id);
	return casefile_event(s->rc.casefile, "sealed", detail, err);
}

static void tell(const struct sealing *s)
{
	char id[2 * PORTAL_ID_BYTES + 1];
	st_hex(s->head.id.case_id, PORTAL_ID_BYTES, id);
	printf("sealed      %s   key %s\n", id, s->key.id);
	printf("records     %" PRIu64 " distinct, %" PRIu64 " unattributed or in review: shown to nobody\n",
		s->sums.records, s->sums.unattributed);
	printf("parties     %" PRIu64 " persons, %" PRIu64 " organizations\n", s->persons, s->organizations);
	printf("coverage    %s\n", s->head.coverage);
}

static void free_sealing(struct sealing *s)
{
	pile_close(s->parties);
	seal_known_close(s->known);
	review_rules_free(&s->rules);
	portal_head_free(&s->head);
	sodium_memzero(&s->key, sizeof s->key);
	sodium_memzero(&s->work, sizeof s->work);
	report_case_free(&s->rc);
}

static int run(const struct cli_arguments *arguments)
{
	struct sealing s = {.arguments = arguments, .work.dir_fd = -1};
	struct st_error err = {0}, closing = {0};
	int exit = check_arguments(&s);
	if (exit != CLI_OK)
		return exit;
	enum st_status status = casefile_open(
		cli_value(arguments, "case"), cli_value(arguments, "case-key"), CASEFILE_UPDATE, &s.rc.casefile, &err);
	if (status == ST_OK) {
		status = seal_case(&s, &err);
		pile_close(s.parties); /* its runs, before the folder goes */
		s.parties = NULL;
		if (seal_work_close(&s.rc, &s.work, &closing) != ST_OK && status == ST_OK) {
			status = ST_FATAL;
			err = closing;
		}
	}
	if (status == ST_OK)
		tell(&s);
	exit = status == ST_OK ? CLI_OK : cli_fail_error(&err);
	if (status == ST_OK && s.head.objects_unread > 0)
		exit = CLI_INCOMPLETE;
	free_sealing(&s);
	return exit;
}

static const struct cli_option options[] = {
	{.name = "case", .argument = "FILE", .help = "the case to seal"},
	{.name = "case-key", .argument = "FILE", .help = "its key, when it is not FILE.key beside it"},
	{.name = "key", .argument = "FILE", .help = "the seal key, as staunch keyholder makes it"},
	{.name = "output", .letter = 'o', .argument = "FILE", .help = "the sealed index"},
	{.name = "name", .argument = "TEXT", .help = "public name of the case, as parties read it"},
	{.name = "exposed-since", .argument = "DATE", .help = "first moment of the exposure, UTC"},
	{.name = "closed-on", .argument = "DATE", .help = "end of the exposure, UTC"},
	{0},
};

const struct cli_command cli_command_seal = {
	.name = "seal",
	.summary = "give the portal what each party may see, and nothing that others can read",
	.operands = "",
	.options = options,
	.run = run,
};
