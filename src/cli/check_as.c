/*
 * A check with credentials. A stranger's shows whether any account gets in: it is asked what was asked anonymously, of
 * listing and reading alone. The owner's shows how the store is set up, which opens and closes nothing: what the owner
 * may do is no exposure. Each is held by a fetch process of its own, which ends when its questions are answered.
 */
#include "cli/check.h"

#include "base/ceilings.h"

/* --- a stranger --- */

static enum st_status ask_as_stranger(
	struct check *check, struct check_result *result, struct probe *view, bool *refused, struct st_error *err)
{
	struct probe_request request;
	for (int i = 0; i < CEIL_TARGET_REQUESTS && !check->roles.stopped && result->service->next(view, &request);
		i++) {
		struct check_answer answer = {.body = -1,
			.answer = {.request = &request, .outcome = PROBE_HELD_BACK, .facts = &answer.facts}};
		if (request.row->right == PROBE_LIST || request.row->right == PROBE_READ)
			ST_TRY(check_request(check, result, view, &request, &answer, err));
		*refused = *refused || probe_credential_is_refused(&answer.answer);
		if (!check->roles.stopped)
			result->service->take(view, &answer.answer);
		check_answer_free(&answer);
	}
	return ST_OK;
}

static const char *stranger_says(const struct probe *view, enum probe_state state, bool refused, bool not_covered)
{
	if (state == PROBE_OPEN)
		return view->verdict.rights[PROBE_LIST] == PROBE_OPEN
			       ? "a credential of an unrelated account lists its contents"
			       : "a credential of an unrelated account is given an object";
	if (state == PROBE_CLOSED)
		return "a credential of an unrelated account is refused, for listing and for the known object";
	if (not_covered)
		return "the stranger's credential is written for a path, and this service must be asked at its root: "
		       "write it for the server";
	return refused ? "the service does not take the stranger's credential itself, so it shows nothing"
		       : "a credential of an unrelated account does not list it; objects may still be given by name";
}

static enum st_status see_as_stranger(
	struct check *check, struct check_result *result, uint32_t credential, struct st_error *err)
{
	struct probe view = {0};
	bool refused = false, was_open = check_verdict_of(result) == PROBE_OPEN;
	check_become(check, PROBE_AS_STRANGER, credential);
	probe_begin(&view, result->target, result->service);
	view.level = check->level;
	view.known_object = result->probe.known_object;
	enum st_status status = ask_as_stranger(check, result, &view, &refused, err);
	enum probe_state state = probe_any_authenticated(&view, refused);
	result->views.stranger_kind = check_auth_kind(check->auth, credential);
	result->views.stranger_says = stranger_says(&view, state, refused, result->views.not_covered);
	probe_end(&view);
	ST_TRY(status);
	probe_set(&result->probe, PROBE_ANY_AUTHENTICATED, state);
	if (state == PROBE_OPEN && !was_open)
		probe_say(&result->probe, "%s", result->views.stranger_says);
	return ST_OK;
}

/* --- the owner --- */

static enum st_status ask_as_owner(
	struct check *check, struct check_result *result, const struct probe_row *row, struct st_error *err)
{
	struct probe view = {0};
	struct probe_request request = {.row = row};
	struct check_answer answer;
	probe_begin(&view, result->target, result->service);
	view.level = check->level;
	enum st_status status = check_request(check, result, &view, &request, &answer, err);
	if (status == ST_OK && !check->roles.stopped && answer.answer.outcome == PROBE_ANSWERED) {
		result->views.owner_refused =
			result->views.owner_refused || probe_credential_is_refused(&answer.answer);
		result->service->take_owner(&result->views.owner, &answer.answer);
	}
	check_answer_free(&answer);
	probe_end(&view);
	return status;
}

static enum st_status see_as_owner(
	struct check *check, struct check_result *result, uint32_t credential, struct st_error *err)
{
	check_become(check, PROBE_AS_OWNER, credential);
	result->views.owner_kind = check_auth_kind(check->auth, credential);
	for (size_t i = 0; i < result->service->row_count && !check->roles.stopped; i++)
		if (result->service->rows[i].owner_only && result->service->rows[i].level <= check->level)
			ST_TRY(ask_as_owner(check, result, &result->service->rows[i], err));
	return ST_OK;
}

enum st_status check_with_credentials(struct check *check, struct check_result *result, struct st_error *err)
{
	uint32_t stranger = check_auth_find(check->auth, result->target, PROBE_AS_STRANGER);
	uint32_t owner = check_auth_find(check->auth, result->target, PROBE_AS_OWNER);
	enum st_status status = ST_OK;
	if (stranger != 0)
		status = see_as_stranger(check, result, stranger, err);
	if (status == ST_OK && owner != 0 && !check->roles.stopped)
		status = see_as_owner(check, result, owner, err);
	check_become(check, PROBE_AS_ANYBODY, 0);
	return status;
}
