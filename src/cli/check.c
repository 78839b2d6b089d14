/* staunch check: is it open? Scope first, then processes, then packets; what is refused is refused before any of them.
 */
#include "cli/check.h"

#include "base/ceilings.h"
#include "base/clock.h"
#include "casefile/casefile.h"
#include "cli/cli.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>

/* Stopped while an alert is on its way: its answer is waited for, so that it need not be sent again. */
#define ALERT_GRACE_MS 3000

struct check_options {
	const char *scope, *evidence, *evidence_key, *certificates, *casefile, *case_key, *auth;
	bool json, dry_run, unconfined;
	enum probe_level level;
	bool level_given;
	uint64_t within_days; /* a check of a store in an inventory is of this age at most */
	int64_t watch_s;      /* 0: one run */
};

static int read_options(const struct cli_arguments *arguments, struct check_options *out)
{
	const char *format = cli_value(arguments, "format"), *level = cli_value(arguments, "level");
	*out = (struct check_options){
		.scope = cli_value(arguments, "scope"),
		.evidence = cli_value(arguments, "evidence"),
		.evidence_key = cli_value(arguments, "evidence-key"),
		.certificates = cli_value(arguments, "ca"),
		.auth = cli_value(arguments, "auth"),
		.casefile = cli_value(arguments, "case"),
		.case_key = cli_value(arguments, "case-key"),
		.json = format != NULL && strcmp(format, "json") == 0,
		.dry_run = cli_has(arguments, "dry-run"),
		.unconfined = cli_has(arguments, "unconfined"),
		.level = PROBE_L2,
		.level_given = level != NULL,
		.within_days = 30,
	};
	const char *within = cli_value(arguments, "checked-within");
	if (within != NULL &&
		(strspn(within, "0123456789") != strlen(within) || strlen(within) < 1 || strlen(within) > 4))
		return cli_fail(CLI_WRONG, "--checked-within is a number of days, 0 to 9999");
	if (within != NULL)
		out->within_days = strtoull(within, NULL, 10);
	if (format != NULL && !out->json && strcmp(format, "text") != 0)
		return cli_fail(CLI_WRONG, "--format is text or json");
	if (level != NULL && (!probe_level_parse(level, &out->level) || out->level == PROBE_L5))
		return cli_fail(CLI_WRONG, "--level is L0 to L4");
	const char *watch = cli_value(arguments, "watch");
	if (watch != NULL && !probe_interval_parse(watch, CEIL_WATCH_LEAST_S, CEIL_WATCH_MOST_S, &out->watch_s))
		return cli_fail(CLI_WRONG, "--watch is 1s to 7d, as 15m");
	if (watch != NULL && out->evidence == NULL && !out->dry_run)
		return cli_fail(CLI_WRONG, "--watch needs --evidence FILE: all that it knows stands there");
	if (watch != NULL && out->casefile != NULL)
		return cli_fail(CLI_WRONG, "--watch holds no case open: give --case to a check with the same evidence");
	if (out->scope == NULL)
		return cli_fail(CLI_WRONG, "nothing is asked without a scope: --scope FILE; see: staunch scope init");
	return CLI_OK;
}

/* --- targets --- */

static enum st_status add_target(
	struct check *check, const struct probe_target *target, const char *typed, struct st_error *err)
{
	if (!probe_scope_admits(check->scope, target))
		return st_fail(err, ST_WRONG, "%s is not in the scope; nothing was sent", typed);
	check->results = st_realloc(check->results, (check->result_count + 1) * sizeof *check->results);
	check->results[check->result_count++] = (struct check_result){.target = target, .typed = typed};
	return ST_OK;
}

/* Those that were typed, else all of the scope. `parsed` holds them. */
static enum st_status take_targets(
	const struct cli_arguments *arguments, struct check *check, struct probe_target *parsed, struct st_error *err)
{
	size_t count = cli_operand_count(arguments);
	for (size_t i = 0; i < count; i++) {
		const char *typed = cli_operand(arguments, i);
		ST_TRY(probe_target_parse(typed, &parsed[i], err));
		ST_TRY(add_target(check, &parsed[i], typed, err));
	}
	for (size_t i = 0; count == 0 && i < check->scope->target_count; i++)
		ST_TRY(add_target(check, &check->scope->targets[i], check->scope->targets[i].canonical, err));
	return ST_OK;
}

static enum st_status take_credentials(struct check *check, const char *path, struct st_error *err)
{
	bool used = path == NULL;
	ST_TRY(check_auth_open(path, check->scope, &check->auth, err));
	for (size_t i = 0; i < check->result_count && !used; i++)
		used = check_auth_find(check->auth, check->results[i].target, PROBE_AS_OWNER) != 0 ||
		       check_auth_find(check->auth, check->results[i].target, PROBE_AS_STRANGER) != 0;
	return used ? ST_OK
		    : st_fail(err, ST_WRONG, "--auth holds no credential for any of these targets; nothing was sent");
}

static enum st_status read_scope(
	const char *path, const struct check_options *options, struct probe_scope **out, struct st_error *err)
{
	st_auto_buf struct st_buf file = {0};
	ST_TRY(check_read_file(path, CEIL_SCOPE_FILE_BYTES, &file, err));
	ST_TRY(probe_scope_read((struct st_span){file.data, file.size}, out, err));
	if (!options->dry_run)
		ST_TRY(probe_scope_in_force(*out, st_utc_seconds(), err));
	if ((*out)->basis == PROBE_FINDER && options->watch_s > 0 && options->watch_s < CEIL_WATCH_FINDER_LEAST_S)
		return st_fail(err, ST_WRONG, "basis finder: --watch is at least %dm", CEIL_WATCH_FINDER_LEAST_S / 60);
	return options->level_given ? probe_scope_allows_level(*out, options->level, err) : ST_OK;
}

/* --- the run --- */

static enum st_status start_roles(struct check *check, const struct check_options *options, struct st_error *err)
{
	struct check_identity identity;
	ST_TRY(check_identify(check->scope, options->certificates, &identity, err));
	for (size_t i = 0; i < check->result_count; i++)
		check_identity_port(&identity, check->results[i].target->port);
	memcpy(check->run, identity.run, sizeof check->run);
	enum st_status status = check_roles_start(&check->roles, &identity, options->unconfined, err);
	check->roles.auth = check->auth;
	check_identity_free(&identity);
	return status;
}

static int exit_of(const struct check *check)
{
	int exit = CLI_OK;
	for (size_t i = 0; i < check->result_count; i++) {
		enum probe_state verdict = check_verdict_of(&check->results[i]);
		if (verdict == PROBE_OPEN)
			return CLI_FOUND;
		if (verdict != PROBE_CLOSED)
			exit = CLI_INCOMPLETE;
	}
	return exit == CLI_OK && !check_inventory_complete(&check->inventory) ? CLI_INCOMPLETE : exit;
}

/* What was found, for the chronicle of the case: one event for each target. */
static enum st_status tell_case(struct casefile *casefile, const struct check *check, struct st_error *err)
{
	char head[PROBE_EVIDENCE_HEAD_TEXT];
	st_hex(check->evidence.chain.head, sizeof check->evidence.chain.head, head);
	for (size_t i = 0; i < check->result_count; i++) {
		const struct check_result *result = &check->results[i];
		st_auto_free char *text =
			st_format("%s %s: %s (evidence head %s)", probe_state_name(check_verdict_of(result)),
				result->target->canonical, result->probe.verdict.reason, head);
		ST_TRY(casefile_event(casefile, "check", text, err));
	}
	return ST_OK;
}

/* All that the evidence knows of these targets, once. */
static enum st_status tell_case_windows(struct casefile *casefile, const struct check *check, struct st_error *err)
{
	const char **targets = st_alloc_zero(check->result_count + 1, sizeof *targets);
	for (size_t i = 0; i < check->result_count; i++)
		targets[i] = check->results[i].target->canonical;
	enum st_status status = check_exposures_keep(casefile, &check->observed, targets, check->result_count, err);
	free(targets);
	return status;
}

static int run_check(struct check *check, const struct check_options *options, struct st_error *err)
{
	/* The launcher is forked before a key is in memory. */
	struct casefile *casefile = NULL;
	enum st_status status = start_roles(check, options, err);
	if (status == ST_OK && options->casefile != NULL)
		status = casefile_open(options->casefile, options->case_key, CASEFILE_UPDATE, &casefile, err);
	if (status == ST_OK)
		status = check_roles_confine(&check->roles, err);
	if (status == ST_OK)
		status = check_evidence_open(&check->evidence, options->evidence, options->evidence_key, 0, err);
	if (status == ST_OK)
		status = check_run(check, err);
	if (status == ST_OK && !check->roles.stopped)
		status = check_evidence_observed(&check->evidence, &check->observed, err);
	if (status == ST_OK && !check->roles.stopped)
		status = check_inventory_compare(&check->inventory, check, err);
	if (status == ST_OK && casefile != NULL && !check->roles.stopped)
		status = tell_case(casefile, check, err);
	if (status == ST_OK && casefile != NULL && !check->roles.stopped)
		status = tell_case_windows(casefile, check, err);
	casefile_close(casefile);
	check_roles_stop(&check->roles);
	if (status != ST_OK) {
		check_evidence_close(&check->evidence);
		return cli_fail_error(err);
	}
	if (check->roles.stopped) {
		check_evidence_close(&check->evidence);
		return cli_fail(CLI_STOPPED, "stopped; what was asked so far stands in the evidence");
	}
	st_auto_buf struct st_buf out = {0};
	if (options->json)
		check_tell_json(check, 2, &out);
	else
		check_tell_text(check, &out);
	fwrite(out.data, 1, out.size, stdout);
	check_evidence_close(&check->evidence);
	return exit_of(check);
}

/* --- the watch --- */

/* A fetch process for alerts: other ports, and nothing of who is examined in its headers. */
static enum st_status set_alert_roles(
	struct check_watch *watch, const struct check_options *options, struct st_error *err)
{
	struct check *check = watch->check;
	const struct probe_alerts *alerts = &check->scope->alerts;
	struct check_identity identity;
	ST_TRY(check_identify(check->scope, options->certificates, &identity, err));
	free(identity.agent);
	identity.agent = st_format("staunch/" STAUNCH_VERSION);
	identity.from[0] = 0;
	if (probe_alerts_have(alerts, PROBE_MAIL))
		check_identity_port(&identity, alerts->mail_server.port);
	if (probe_alerts_have(alerts, PROBE_WEBHOOK))
		check_identity_port(&identity, alerts->webhook.port);
	check_roles_set(
		&watch->alert_roles, check->roles.launcher, check->roles.signal_fd, &identity, options->unconfined);
	watch->alert_roles.private_allowed = true;
	watch->alert_roles.grace_ms = ALERT_GRACE_MS;
	check_identity_free(&identity);
	return ST_OK;
}

static int run_watch(struct check *check, const struct check_options *options, struct st_error *err)
{
	struct check_watch watch = {.check = check, .interval_s = options->watch_s, .json = options->json};
	enum st_status status = ST_OK;
	/* Before the launcher, before any jail, before a key is in memory. */
	if (probe_alerts_have(&check->scope->alerts, PROBE_COMMAND))
		status = alerter_start(check->scope->alerts.command, &watch.alerter, err);
	if (status == ST_OK)
		status = start_roles(check, options, err);
	if (status == ST_OK)
		status = set_alert_roles(&watch, options, err);
	if (status == ST_OK)
		status = check_roles_confine(&check->roles, err);
	if (status == ST_OK)
		status = check_evidence_open(
			&check->evidence, options->evidence, options->evidence_key, CEIL_ACKNOWLEDGE_MS, err);
	int exit = status == ST_OK ? check_watch_run(&watch) : cli_fail_error(err);
	check_roles_free(&watch.alert_roles);
	check_roles_stop(&check->roles);
	alerter_stop(watch.alerter);
	check_evidence_close(&check->evidence);
	return exit;
}

static int dry_run(const struct check *check, const struct check_options *options)
{
	st_auto_buf struct st_buf out = {0};
	check_tell_dry(check, options->watch_s, options->json, &out);
	fwrite(out.data, 1, out.size, stdout);
	return CLI_OK;
}

static int check_with(const struct cli_arguments *arguments, const struct check_options *options)
{
	struct st_error err = {0};
	struct probe_scope *scope = NULL;
	struct check check = {.evidence.fd = -1};
	struct probe_target *parsed = st_alloc_zero(cli_operand_count(arguments) + 1, sizeof *parsed);
	enum st_status status = read_scope(options->scope, options, &scope, &err);
	if (status == ST_OK)
		status = check_inventory_open(&check.inventory, cli_values(arguments, "inventory"), &err);
	if (status == ST_OK) {
		check.scope = scope;
		check.inventory.within_days = options->within_days;
		check.level = options->level_given || scope->max_level > PROBE_L2 ? options->level : scope->max_level;
		status = take_targets(arguments, &check, parsed, &err);
	}
	if (status == ST_OK)
		status = take_credentials(&check, options->auth, &err);
	int exit = status != ST_OK        ? cli_fail_error(&err)
		   : options->dry_run     ? dry_run(&check, options)
		   : options->watch_s > 0 ? run_watch(&check, options, &err)
					  : run_check(&check, options, &err);
	check_results_free(&check);
	check_auth_close(check.auth);
	check_inventory_free(&check.inventory);
	probe_observed_free(&check.observed);
	for (size_t i = 0; i < cli_operand_count(arguments); i++)
		probe_target_free(&parsed[i]);
	free(parsed);
	probe_scope_free(scope);
	return exit;
}

static int run(const struct cli_arguments *arguments)
{
	struct check_options options;
	const char *verify = cli_value(arguments, "verify"), *format = cli_value(arguments, "format");
	if (verify != NULL)
		return check_verify(verify, cli_value(arguments, "evidence-key"), cli_value(arguments, "head"),
			format != NULL && strcmp(format, "json") == 0);
	if (cli_has(arguments, "sightings")) {
		if (cli_value(arguments, "evidence") == NULL || cli_operand_count(arguments) > 0)
			return cli_fail(CLI_WRONG, "--sightings goes with --evidence FILE, and takes its targets from "
						   "the scope or the evidence");
		if (format != NULL && strcmp(format, "json") != 0 && strcmp(format, "text") != 0)
			return cli_fail(CLI_WRONG, "--format is text or json");
		return check_sightings(arguments);
	}
	if (cli_has(arguments, "acknowledge"))
		return check_acknowledge(cli_value(arguments, "acknowledge"), cli_value(arguments, "evidence"),
			cli_value(arguments, "evidence-key"));
	int wrong = read_options(arguments, &options);
	return wrong != CLI_OK ? wrong : check_with(arguments, &options);
}

static const struct cli_option options[] = {
	{"scope", 0, "FILE", "who allowed what, until when: scope.json; see: staunch scope", false, false},
	{"level", 0, "LEVEL", "L0 to L4; L2 unless the scope says less", false, false},
	{"evidence", 0, "FILE", "append signed evidence, and use what earlier runs left in it", false, false},
	{"evidence-key", 0, "FILE", "the key of the evidence (FILE.key beside it)", false, false},
	{"watch", 0, "INTERVAL", "again every INTERVAL (1s to 7d, as 15m) until a signal; alerts as the scope says",
		false, false},
	{"acknowledge", 0, "TARGET", "with --evidence: somebody knows that it is open; reminders end", false, false},
	{"case", 0, "FILE", "write what was found into this case too", false, false},
	{"case-key", 0, "FILE", "the key of that case (FILE.key beside it)", false, false},
	{"dry-run", 0, NULL, "print every request that could be sent, send none", false, false},
	{"inventory", 0, "FILE", "what you have (CSV, JSON, az, aws): stores that nobody lists or guards", true, false},
	{"checked-within", 0, "DAYS", "with --inventory: an older check is none (30)", false, false},
	{"sightings", 0, "FILE", "what others say they saw (CSV, JSON): into the evidence; nothing is sent", true,
		false},
	{"verify", 0, "FILE", "is this evidence whole and signed with the key?", false, false},
	{"head", 0, "HASH", "with --verify: and is this its head, as printed by the run?", false, false},
	{"auth", 0, "FILE", "credentials of a stranger, and of the owner; see staunch-auth(5)", false, false},
	{"ca", 0, "FILE", "certificates to trust instead of the machine's (PEM)", false, false},
	{"format", 0, "FORMAT", "text or json", false, false},
	{"unconfined", 0, NULL, "ask without a sandbox, on machines that have none", false, false},
	{0},
};

const struct cli_command cli_command_check = {
	.name = "check",
	.summary = "is this store open to anybody, and what exactly?",
	.operands = "[TARGET...]",
	.operands_max = -1,
	.options = options,
	.run = run,
};
