/* A service against bytes that a test writes down: what a server says goes through the worker's reader of that protocol
 * into facts, and the facts to the service, as in a check; no network. */
#ifndef STAUNCH_TESTS_PROBE_WIRE_H
#define STAUNCH_TESTS_PROBE_WIRE_H

#include "probe/requests.h"
#include "probe/services.h"
#include "worker/answers.h"

#include "check.h"

#define WIRE_STEPS 8

struct wire_said {
	const char *data;
	size_t size;
};
#define SAID(text)                     \
	{                              \
		text, sizeof(text) - 1 \
	}

/* The answer to every request of one row ("*": of any); an answer of no steps is a connection that nobody takes. */
struct wire_answer {
	const char *row;
	struct wire_said steps[WIRE_STEPS];
	size_t count;
};

struct wire_case {
	const char *name, *target;
	enum probe_level level;
	bool credentials;
	const char *known;
	struct wire_answer answers[6];
	const char *verdict; /* list read acl versions any write = verdict */
	const char *asked;   /* ids of rows, a space behind each; NULL: not looked at */
	const char *reason;  /* a part of it; NULL: not looked at */
	const char *product; /* NULL: not looked at */
};

static inline void wire_facts(enum probe_form form, uint32_t keep, const struct wire_said *steps, size_t count,
	struct probe_facts *out, uint64_t *body_bytes)
{
	st_auto_buf struct st_buf body = {0};
	for (size_t i = 0; i < count; i++)
		st_buf_add_span(&body, steps[i].data, steps[i].size);
	struct stream *stream = stream_open_memory(body.data, body.size);
	answers_read(stream, form, keep, out);
	stream_close(stream);
	*body_bytes = body.size;
}

static inline void wire_take(struct probe *probe, const struct probe_request *request, const struct wire_answer *said)
{
	struct probe_facts facts = {0};
	struct probe_answer answer = {.request = request, .outcome = PROBE_NO_CONNECTION, .facts = &facts};
	if (said != NULL && said->count > 0) {
		answer.outcome = PROBE_ANSWERED;
		wire_facts(
			request->row->form, request->row->keep, said->steps, said->count, &facts, &answer.body_bytes);
	}
	probe->service->take(probe, &answer);
	probe_facts_free(&facts);
}

static inline void wire_play(struct probe *probe, const struct wire_case *c, char *asked, size_t size)
{
	struct probe_request request;
	asked[0] = 0;
	for (int i = 0; i < 50 && probe->service->next(probe, &request); i++) {
		const struct wire_answer *found = NULL;
		for (size_t j = 0; j < 6 && c->answers[j].row != NULL; j++)
			if (strcmp(c->answers[j].row, "*") == 0 || strcmp(c->answers[j].row, request.row->id) == 0)
				found = &c->answers[j];
		size_t used = strlen(asked);
		snprintf(asked + used, size - used, "%s ", request.row->id);
		wire_take(probe, &request, found);
	}
}

static inline void wire_verdict(const struct probe *probe, char *out, size_t size)
{
	out[0] = 0;
	for (int i = 0; i < PROBE_RIGHTS; i++) {
		size_t used = strlen(out);
		snprintf(out + used, size - used, "%s ",
			probe_right_state_name((enum probe_right)i, probe->verdict.rights[i]));
	}
	size_t used = strlen(out);
	snprintf(out + used, size - used, "= %s", probe_state_name(probe_verdict(probe)));
}

static inline void wire_case(const struct wire_case *c)
{
	struct probe_target target;
	struct st_error err = {0};
	char asked[400], verdict[300], product[80];
	if (probe_target_parse(c->target, &target, &err) != ST_OK) {
		CHECK_FAIL("%s: %s", c->name, err.what);
		return;
	}
	struct probe probe = {.level = c->level, .credentials = c->credentials};
	probe_begin(&probe, &target, probe_service_of(&target));
	if (c->known != NULL)
		probe.known_object = (struct st_span){(const uint8_t *)c->known, strlen(c->known)};
	wire_play(&probe, c, asked, sizeof asked);
	wire_verdict(&probe, verdict, sizeof verdict);
	snprintf(product, sizeof product, "%.*s", (int)probe.product.size,
		probe.product.data != NULL ? (const char *)probe.product.data : "");
	if (strcmp(verdict, c->verdict) != 0)
		CHECK_FAIL("%s: %s, not %s; asked %s; %s", c->name, verdict, c->verdict, asked, probe.verdict.reason);
	else if (c->asked != NULL && strcmp(asked, c->asked) != 0)
		CHECK_FAIL("%s: asked %s, not %s", c->name, asked, c->asked);
	else if (c->reason != NULL && strstr(probe.verdict.reason, c->reason) == NULL)
		CHECK_FAIL("%s: the reason is \"%s\"", c->name, probe.verdict.reason);
	else if (c->product != NULL && strcmp(product, c->product) != 0)
		CHECK_FAIL("%s: the product is \"%s\"", c->name, product);
	probe_end(&probe);
	probe_target_free(&target);
}

/* One case; the name first. */
#define WIRE(...) wire_case(&(const struct wire_case){__VA_ARGS__})

/* What every service over TCP is told of a server that is none of its kind. */
static inline void wire_strangers(const char *target, size_t steps, bool credentials)
{
	static const struct {
		const char *what;
		struct wire_said said;
		const char *reason;
	} strangers[] = {
		{"silence", SAID(""), "says nothing"},
		{"TLS alert", SAID("\x15\x03\x01\x00\x02\x02\x28"), "speaks TLS"},
		{"HTTP", SAID("HTTP/1.1 400 Bad Request\r\nServer: x\r\n\r\n"), "speaks HTTP"},
		{"SSH", SAID("SSH-2.0-OpenSSH_9.2p1\r\n"), "nothing that"},
		{"zeros", {"\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 32}, ""},
		{"ones", SAID("\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"), ""},
		{"a line without end", SAID("+++++++++++++++++++++++++++++++++++++++++++++++++++++++++++"), ""},
		{"yes to everything", SAID("OK\r\nOK\r\nOK\r\nOK\r\nOK\r\n"), ""},
	};
	for (size_t i = 0; i < sizeof strangers / sizeof strangers[0]; i++) {
		struct wire_case c = {.name = strangers[i].what,
			.target = target,
			.level = PROBE_L2,
			.credentials = credentials,
			.answers = {{.row = "*", .count = steps}},
			.reason = strangers[i].reason};
		char verdict[300], asked[400];
		for (size_t step = 0; step < steps; step++)
			c.answers[0].steps[step] = strangers[i].said;
		struct probe_target parsed;
		struct st_error err = {0};
		CHECK(probe_target_parse(target, &parsed, &err) == ST_OK);
		struct probe probe = {.level = PROBE_L2, .credentials = credentials};
		probe_begin(&probe, &parsed, probe_service_of(&parsed));
		wire_play(&probe, &c, asked, sizeof asked);
		wire_verdict(&probe, verdict, sizeof verdict);
		if (probe_verdict(&probe) != PROBE_CANNOT_TELL || strstr(probe.verdict.reason, c.reason) == NULL ||
			probe.verdict.reason[0] == 0)
			CHECK_FAIL("%s: %s (%s); asked %s", c.name, verdict, probe.verdict.reason, asked);
		probe_end(&probe);
		probe_target_free(&parsed);
	}
}

#endif
