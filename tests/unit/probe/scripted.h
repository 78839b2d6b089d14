/* A service against answers that a test writes down: no network. An answer is looked up by the row's id. */
#ifndef STAUNCH_TESTS_PROBE_SCRIPTED_H
#define STAUNCH_TESTS_PROBE_SCRIPTED_H

#include "probe/requests.h"
#include "probe/services.h"

#include "check.h"

struct scripted {
	const char *row; /* "s3.list" */
	unsigned status; /* 0: the outcome below */
	enum probe_outcome outcome;
	const char *facts[16][2]; /* path, value; NULL-ended */
	struct {
		enum probe_header which;
		const char *value;
	} headers[6]; /* value NULL: no more */
	uint64_t body_bytes;
};

struct script {
	const struct scripted *answers;
	size_t count;
	char asked[2000]; /* ids of the rows that were asked, a space behind each */
	bool unexpected;
};

static inline void script_answer(const struct scripted *from, const struct probe_request *request, struct probe *probe)
{
	struct probe_facts facts = {0};
	struct probe_answer answer = {.request = request,
		.outcome = from->status == 0 ? from->outcome : PROBE_ANSWERED,
		.status = from->status,
		.body_bytes = from->body_bytes,
		.body_whole = true,
		.facts = &facts};
	for (size_t i = 0; i < 16 && from->facts[i][0] != NULL; i++)
		probe_facts_add(&facts, from->facts[i][0],
			(struct st_span){(const uint8_t *)from->facts[i][1], strlen(from->facts[i][1])}, 100);
	for (size_t i = 0; i < 6 && from->headers[i].value != NULL; i++)
		answer.header[from->headers[i].which] = from->headers[i].value;
	probe->service->take(probe, &answer);
	probe_facts_free(&facts);
}

/* Plays the whole conversation; a request that the script has no answer to sets `unexpected` and is no connection. */
static inline void script_play(struct script *script, struct probe *probe)
{
	static const struct scripted silence = {.outcome = PROBE_NO_CONNECTION};
	struct probe_request request;
	for (int i = 0; i < 100 && probe->service->next(probe, &request); i++) {
		const struct scripted *found = &silence;
		for (size_t j = 0; j < script->count; j++)
			if (strcmp(script->answers[j].row, request.row->id) == 0)
				found = &script->answers[j];
		script->unexpected = script->unexpected || found == &silence;
		size_t used = strlen(script->asked);
		snprintf(script->asked + used, sizeof script->asked - used, "%s ", request.row->id);
		script_answer(found, &request, probe);
	}
}

/* "list open, read closed, acl not-tested, ...: verdict" into a static buffer: one text to compare. */
static inline const char *script_verdict(const struct probe *probe)
{
	static char text[300];
	text[0] = 0;
	for (int i = 0; i < PROBE_RIGHTS; i++) {
		size_t used = strlen(text);
		snprintf(text + used, sizeof text - used, "%s ",
			probe_right_state_name((enum probe_right)i, probe->verdict.rights[i]));
	}
	size_t used = strlen(text);
	snprintf(text + used, sizeof text - used, "= %s", probe_state_name(probe_verdict(probe)));
	return text;
}

/* One conversation from beginning to end, compared with the wanted text: list read acl versions any write = verdict. */
struct scripted_case {
	const char *name, *target, *known;
	enum probe_level level;
	const struct scripted *answers;
	size_t count;
	const char *verdict, *asked, *reason; /* asked, reason NULL: not looked at; reason: a part of it */
};

static inline void script_case(const struct scripted_case *c)
{
	struct probe_target target;
	struct st_error err = {0};
	if (probe_target_parse(c->target, &target, &err) != ST_OK) {
		CHECK_FAIL("%s: %s", c->name, err.what);
		return;
	}
	struct probe probe = {.level = c->level};
	struct script script = {.answers = c->answers, .count = c->count};
	probe_begin(&probe, &target, probe_service_of(&target));
	if (c->known != NULL)
		probe.known_object = (struct st_span){(const uint8_t *)c->known, strlen(c->known)};
	script_play(&script, &probe);
	if (strcmp(script_verdict(&probe), c->verdict) != 0)
		CHECK_FAIL("%s: %s, wanted %s; asked %s; %s", c->name, script_verdict(&probe), c->verdict, script.asked,
			probe.verdict.reason);
	else if (c->asked != NULL && strcmp(script.asked, c->asked) != 0)
		CHECK_FAIL("%s: asked %s, wanted %s", c->name, script.asked, c->asked);
	else if (c->reason != NULL && strstr(probe.verdict.reason, c->reason) == NULL)
		CHECK_FAIL("%s: the reason is %s", c->name, probe.verdict.reason);
	probe_end(&probe);
	probe_target_free(&target);
}

#define SCRIPT_CASE(name_, target_, known_, level_, answers_, verdict_, asked_, reason_)       \
	do {                                                                                   \
		script_case(&(struct scripted_case){name_, target_, known_, level_, answers_,  \
			sizeof(answers_) / sizeof((answers_)[0]), verdict_, asked_, reason_}); \
	} while (0)

#endif
