/*
 * The run: for each target the service says what it wants to know next; the request goes through every gate (level,
 * scope, budget, pace), is sent, and stands in the evidence before anything is made of it.
 */
#include "cli/check.h"

#include "base/ceilings.h"
#include "base/clock.h"
#include "probe/requests.h"

#include <stdio.h>
#include <stdlib.h>

enum probe_state check_verdict_of(const struct check_result *result)
{
	return probe_verdict(&result->probe);
}

/* --- evidence --- */

static void describe(const struct probe_target *target, const struct probe_row *row, struct st_buf *out)
{
	st_auto_buf struct st_buf url = {0};
	probe_row_url(target, row, &url);
	if (row->method != NULL)
		st_buf_format(out, "%s %s", row->method, (const char *)url.data);
	else
		st_buf_format(out, "TCP %s", row->id);
}

static const char *error_code_of(const struct check_answer *answer)
{
	for (int i = 0; i < 2; i++) {
		const char *code =
			answer->header[i == 0 ? PROBE_HEADER_X_MS_ERROR_CODE : PROBE_HEADER_X_AMZ_ERROR_CODE];
		if (code != NULL)
			return code;
	}
	return NULL;
}

/* A body may say back what it was told: of answers to a credential only words that services are known to say. */
static bool is_known_code(struct st_span code)
{
	static const char known[] = " AccessDenied AccountIsDisabled AllAccessDisabled AuthenticationFailed "
				    "AuthorizationFailure AuthorizationHeaderMalformed AuthorizationPermissionMismatch "
				    "BlobNotFound ContainerNotFound ExpiredToken InvalidAccessKeyId "
				    "InvalidAuthenticationInfo InvalidToken KeyBasedAuthenticationNotPermitted "
				    "NoAuthenticationInformation NoSuchBucket NoSuchBucketPolicy NoSuchKey "
				    "NoSuchPublicAccessBlockConfiguration NotImplemented PermanentRedirect "
				    "PublicAccessNotPermitted RequestTimeTooSkewed ResourceNotFound ServerBusy "
				    "SignatureDoesNotMatch SlowDown TemporaryRedirect security_exception ";
	st_auto_free char *word = st_format(" %.*s ", (int)code.size, (const char *)code.data);
	return strstr(known, word) != NULL;
}

/* What a body calls its error: a word of letters, or nothing. */
static void error_code(const struct check_answer *answer, enum probe_as as, char *out, size_t size)
{
	const char *header = error_code_of(answer);
	static const char *const places[] = {
		"Error/Code", "error.type", "error.errors.[].reason", "errors.[].code", "refusal", "error"};
	struct st_span code = {NULL, 0};
	if (header != NULL)
		code = (struct st_span){(const uint8_t *)header, strlen(header)};
	for (size_t i = 0; i < sizeof places / sizeof places[0] && code.data == NULL; i++)
		code = probe_fact(&answer->facts, places[i], 0);
	out[0] = 0;
	if (code.data == NULL || code.size >= size || (as != PROBE_AS_ANYBODY && !is_known_code(code)))
		return;
	for (size_t i = 0; i < code.size; i++)
		if (strchr("._-", code.data[i]) == NULL &&
			!((code.data[i] | 32) >= 'a' && (code.data[i] | 32) <= 'z') &&
			!(code.data[i] >= '0' && code.data[i] <= '9'))
			return;
	memcpy(out, code.data, code.size);
	out[code.size] = 0;
}

static void add_headers(struct st_json_writer *w, const struct check_answer *answer)
{
	st_json_key(w, "headers");
	st_json_object(w);
	for (int i = 0; i < PROBE_HEADERS; i++)
		if (answer->header[i] != NULL)
			st_json_key_text(w, probe_header_name((enum probe_header)i), answer->header[i]);
	st_json_object_end(w);
}

static enum st_status keep_row(struct check *check, struct check_result *result, const struct probe_row *row,
	const struct probe_request *request, const struct check_answer *answer, struct st_error *err)
{
	st_auto_buf struct st_buf text = {0};
	describe(result->target, row, &text);
	result->rows = st_realloc(result->rows, (result->row_count + 1) * sizeof *result->rows);
	struct check_row *kept = &result->rows[result->row_count++];
	*kept = (struct check_row){.request = st_strndup((const char *)text.data, text.size),
		.status = answer->answer.status,
		.outcome = answer->answer.outcome,
		.as = check->as,
		.body_bytes = answer->answer.body_bytes};
	st_utc_text(st_utc_seconds(), kept->time);
	error_code(answer, check->as, kept->error_code, sizeof kept->error_code);
	st_hex(answer->sha256, sizeof answer->sha256, kept->sha256);
	snprintf(kept->address, sizeof kept->address, "%s", answer->address);
	struct st_json_writer w = check_evidence_begin(&check->evidence, "answer", &kept->number);
	st_json_key_text(&w, "target", result->target->canonical);
	st_json_key_text(&w, "row", row->id);
	st_json_key_text(&w, "request", kept->request);
	if (check->as != PROBE_AS_ANYBODY)
		st_json_key_text(&w, "as", probe_as_name(check->as));
	if (request != NULL && request->object.size > 0) {
		char name[33];
		probe_evidence_name(&check->evidence.chain, request->object, name);
		st_json_key_text(&w, "object", name);
	}
	st_json_key_text(&w, "outcome", probe_outcome_text(kept->outcome));
	st_json_key_uint(&w, "status", kept->status);
	st_json_key_text(&w, "error_code", kept->error_code[0] != 0 ? kept->error_code : NULL);
	st_json_key_text(&w, "address", kept->address);
	st_json_key_uint(&w, "elapsed_ms", answer->elapsed_ms);
	st_json_key_uint(&w, "body_bytes", kept->body_bytes);
	st_json_key_text(&w, "body_sha256", kept->body_bytes > 0 ? kept->sha256 : NULL);
	add_headers(&w, answer);
	return check_evidence_end(&check->evidence, &w, err);
}

static const char *service_name(const struct check_result *result)
{
	return result->service != NULL ? result->service->name : "unknown";
}

static enum st_status keep_verdict(struct check *check, struct check_result *result, struct st_error *err)
{
	struct st_json_writer w = check_evidence_begin(&check->evidence, "verdict", NULL);
	const struct probe *probe = &result->probe;
	st_utc_text(st_utc_seconds(), result->time);
	st_json_key_text(&w, "target", result->target->canonical);
	st_json_key_text(&w, "service", service_name(result));
	st_json_key_text(&w, "verdict", probe_state_name(check_verdict_of(result)));
	for (int i = 0; i < PROBE_RIGHTS; i++)
		st_json_key_text(&w, probe_right_name((enum probe_right)i),
			probe_right_state_name((enum probe_right)i, probe->verdict.rights[i]));
	st_json_key_text(&w, "reason", probe->verdict.reason);
	st_json_key_uint(&w, "objects_seen", probe->objects_seen);
	if (probe->ransom_notes > 0)
		st_json_key_uint(&w, "ransom_notes", probe->ransom_notes);
	/* One name, so that a later run can ask whether it is closed too; an earlier one is handed on. */
	struct st_span name = probe->seen_object.size > 0
				      ? (struct st_span){probe->seen_object.data, probe->seen_object.size}
				      : probe->known_object;
	if (name.size > 0) {
		st_auto_buf struct st_buf sealed = {0};
		probe_evidence_seal(&check->evidence.chain, result->target->canonical, name, &sealed);
		st_json_key(&w, "known");
		st_json_string(&w, sealed.data, sealed.size);
	}
	return check_evidence_end(&check->evidence, &w, err);
}

static enum st_status keep_run(struct check *check, struct st_error *err)
{
	struct st_json_writer w = check_evidence_begin(&check->evidence, "run", NULL);
	st_json_key_text(&w, "run", check->run);
	st_json_key_text(&w, "version", STAUNCH_VERSION);
	st_json_key_text(&w, "owner", check->scope->owner);
	st_json_key_text(&w, "authoriser", check->scope->authoriser);
	st_json_key_text(&w, "basis", probe_basis_name(check->scope->basis));
	st_json_key_text(&w, "reference", check->scope->reference);
	st_json_key_text(&w, "vantage", check->scope->inside ? "inside" : "internet");
	st_json_key_text(&w, "level", probe_level_name(check->level));
	st_json_key_uint(&w, "targets", check->result_count);
	if (check->round > 0)
		st_json_key_uint(&w, "round", check->round);
	return check_evidence_end(&check->evidence, &w, err);
}

/* --- one request --- */

static bool steps_are_whole(const struct probe_request *request)
{
	st_auto_buf struct st_buf step = {0};
	for (size_t i = 0; i < request->row->step_count; i++)
		if (!probe_request_step(request, i, &step))
			return false;
	return true;
}

enum st_status check_request(struct check *check, struct check_result *result, struct probe *probe,
	const struct probe_request *request, struct check_answer *out, struct st_error *err)
{
	st_auto_buf struct st_buf url = {0};
	const struct probe_row *row = request->row;
	bool http = row->method != NULL;
	*out = (struct check_answer){.body = -1, .answer = {.request = request, .outcome = PROBE_HELD_BACK}};
	out->answer.facts = &out->facts;
	if (http ? !probe_request_url(result->target, request, &url) : !steps_are_whole(request)) {
		probe_say(probe, "%s",
			http ? "an object's name cannot be asked for: it would lead out of the target"
			     : "a name cannot be asked for: it is too long, or holds control characters");
		return ST_OK;
	}
	if (!probe_scope_admits(check->scope, result->target) || !probe_allows(probe, row, request->known) ||
		(row->owner_only && check->as != PROBE_AS_OWNER))
		return ST_OK;
	for (unsigned tries = 1;; tries++) {
		const char *why;
		uint64_t wait_ms = probe_pace_wait(&check->pace, st_now_ms(), &why);
		if (wait_ms == UINT64_MAX) {
			probe_say(probe, "%s", why);
			return ST_OK;
		}
		check_wait(&check->roles, wait_ms);
		if (check->roles.stopped)
			return ST_OK;
		probe_pace_sent(&check->pace, st_now_ms());
		check_answer_free(out);
		ST_TRY(check_ask(&check->roles, result->target, request, http ? (const char *)url.data : "", out, err));
		if (check->roles.stopped)
			return ST_OK;
		ST_TRY(keep_row(check, result, row, request, out, err));
		bool again = probe_pace_answered(&check->pace, &out->answer, tries, st_now_ms());
		/* With its process the pin of the name is lost: another lookup might lead elsewhere. */
		check->pace.host_open = check->pace.host_open || out->lost;
		if (!again)
			return ST_OK;
	}
}

/* What was answered to the questions that tell what a target is. */
struct what_answers {
	enum probe_outcome outcome; /* the last */
	unsigned asked, credentials_wanted;
};

static enum st_status ask_what(struct check *check, struct check_result *result, const struct probe_row *row,
	struct what_answers *answers, struct st_error *err)
{
	struct probe_request request = {.row = row};
	struct check_answer answer;
	ST_TRY(check_request(check, result, &result->probe, &request, &answer, err));
	answers->outcome = answer.answer.outcome;
	answers->asked++;
	answers->credentials_wanted +=
		answer.answer.status == 401 && answer.answer.header[PROBE_HEADER_WWW_AUTHENTICATE] != NULL;
	result->service = probe_service_answering(&answer.answer);
	check_answer_free(&answer);
	return ST_OK;
}

static void judge_unknown(struct check_result *result, const struct what_answers *answers)
{
	struct probe *probe = &result->probe;
	if (answers->outcome == PROBE_HELD_BACK)
		return; /* the reason stands already */
	if (answers->outcome != PROBE_ANSWERED) {
		probe_say(probe, "%s", probe_outcome_text(answers->outcome));
	} else if (answers->asked == answers->credentials_wanted) {
		probe->verdict.refused_as_a_whole = true;
		probe_set(probe, PROBE_LIST, PROBE_CLOSED);
		probe_set(probe, PROBE_READ, PROBE_CLOSED);
		probe_say(probe, "whatever is asked, it wants credentials (401), and does not say what it is");
	} else {
		probe_say(probe, "nothing says which service this is; write SERVICE+https://HOST:PORT/PATH");
	}
}

static enum st_status find_service(struct check *check, struct check_result *result, struct st_error *err)
{
	const struct probe_row *const questions[] = {&probe_row_what, &probe_row_what_body, &probe_row_what_root};
	size_t count = result->target->path[0] != 0 ? 3 : 2;
	struct what_answers answers = {.outcome = PROBE_ANSWERED};
	result->service = probe_service_of(result->target);
	if (result->service != NULL || check->level < PROBE_L1)
		return ST_OK;
	for (size_t i = 0; i < count && result->service == NULL; i++)
		if (answers.outcome == PROBE_ANSWERED || answers.outcome == PROBE_BROKEN)
			ST_TRY(ask_what(check, result, questions[i], &answers, err));
	if (result->service == NULL)
		result->service = probe_service_at_port(result->target);
	if (result->service == NULL)
		judge_unknown(result, &answers);
	return ST_OK;
}

/* L0: the name resolves, the port answers; nothing is sent. */
static enum st_status only_resolve(struct check *check, struct check_result *result, struct st_error *err)
{
	static const struct probe_row row = {.id = "resolve", .path = ""};
	struct probe_request request = {.row = &row};
	struct check_answer answer;
	const char *why;
	uint64_t wait_ms = probe_pace_wait(&check->pace, st_now_ms(), &why);
	check_wait(&check->roles, wait_ms == UINT64_MAX ? 0 : wait_ms);
	probe_pace_sent(&check->pace, st_now_ms());
	ST_TRY(check_ask(&check->roles, result->target, &request, NULL, &answer, err));
	enum st_status status = keep_row(check, result, &row, NULL, &answer, err);
	probe_say(&result->probe, "%s",
		answer.answer.outcome == PROBE_ANSWERED ? "the port answers; nothing was asked (L0)"
							: probe_outcome_text(answer.answer.outcome));
	check_answer_free(&answer);
	return status;
}

static enum st_status examine(struct check *check, struct check_result *result, struct st_error *err)
{
	struct probe *probe = &result->probe;
	const char *unfit = result->service->unfit != NULL ? result->service->unfit(result->target) : NULL;
	if (unfit != NULL) {
		probe_say(probe, "%s", unfit);
		return ST_OK;
	}
	struct probe_request request;
	probe->service = result->service;
	for (int i = 0; i < CEIL_TARGET_REQUESTS && !check->roles.stopped && result->service->next(probe, &request);
		i++) {
		struct check_answer answer;
		ST_TRY(check_request(check, result, &result->probe, &request, &answer, err));
		if (!check->roles.stopped)
			result->service->take(probe, &answer.answer);
		check_answer_free(&answer);
	}
	return ST_OK;
}

static void recall(struct check *check, struct check_result *result)
{
	const char *target = result->target->canonical;
	const struct probe_timeline *line = probe_timeline_of(&check->evidence.timelines, target);
	result->history = (struct check_history){0};
	if (line == NULL)
		return;
	memcpy(result->history.last_open, line->last_open, sizeof result->history.last_open);
	memcpy(result->history.first_closed, line->first_closed, sizeof result->history.first_closed);
	if (line->known.size > 0)
		(void)probe_evidence_unseal(&check->evidence.chain, target, (const char *)line->known.data,
			line->known.size, &result->history.object);
}

static enum st_status check_target(struct check *check, struct check_result *result, struct st_error *err)
{
	struct probe *probe = &result->probe;
	recall(check, result);
	probe_begin(probe, result->target, NULL);
	check->as = PROBE_AS_ANYBODY;
	check_role_use(&check->roles, &check->roles.fetch, 0);
	probe->level = check->level;
	probe->credentials = check->scope->basis != PROBE_FINDER;
	if (result->history.object.size > 0)
		probe->known_object = (struct st_span){result->history.object.data, result->history.object.size};
	probe_pace_host(&check->pace);
	ST_TRY(find_service(check, result, err));
	if (check->level == PROBE_L0)
		ST_TRY(only_resolve(check, result, err));
	else if (result->service != NULL)
		ST_TRY(examine(check, result, err));
	if (result->service != NULL && check->level > PROBE_L0 && !check->roles.stopped)
		ST_TRY(check_with_credentials(check, result, err));
	return check->roles.stopped ? ST_OK : keep_verdict(check, result, err);
}

/* Stopped by the user: what was asked so far is signed, and no verdict is made of it. */
static enum st_status keep_stop(struct check *check, struct st_error *err)
{
	struct st_json_writer w = check_evidence_begin(&check->evidence, "stopped", NULL);
	ST_TRY(check_evidence_end(&check->evidence, &w, err));
	return check_evidence_sign(&check->evidence, err);
}

enum st_status check_run(struct check *check, struct st_error *err)
{
	st_utc_text(st_utc_seconds(), check->began);
	probe_pace_begin(&check->pace, check->scope->requests_per_second, check->scope->budget_bytes);
	ST_TRY(keep_run(check, err));
	for (size_t i = 0; i < check->result_count && !check->roles.stopped; i++) {
		enum st_status status = check_target(check, &check->results[i], err);
		if (status == ST_OK && check->between != NULL && !check->roles.stopped)
			status = check->between(check->between_context, err);
		if (status != ST_OK && !check->roles.stopped)
			return status;
	}
	if (check->roles.stopped)
		return check->evidence.released ? ST_STOP : keep_stop(check, err);
	return check_evidence_sign(&check->evidence, err);
}

void check_results_clear(struct check *check)
{
	for (size_t i = 0; i < check->result_count; i++) {
		struct check_result *result = &check->results[i];
		for (size_t j = 0; j < result->row_count; j++)
			free(result->rows[j].request);
		free(result->rows);
		probe_end(&result->probe);
		st_buf_free(&result->history.object);
		*result = (struct check_result){.target = result->target, .typed = result->typed};
	}
}

void check_results_free(struct check *check)
{
	check_results_clear(check);
	free(check->results);
}
