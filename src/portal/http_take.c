/* Routes that end in a file: the copy of one's own part, and the signed statement that there is none. */
#include "base/ceilings.h"
#include "base/clock.h"
#include "portal/http_visit.h"
#include "portal/take.h"

#include <sodium.h>
#include <stdlib.h>

struct made {
	const char *name; /* of the document in the zip */
	enum portal_document kind;
	struct st_buf document;
};

/* EXPORT looks a domain's record up again; OPEN does not. */
static bool open_one(struct visit *visit, enum portal_ask ask, const struct page_case *of, struct portal_answer *answer)
{
	struct portal_question question = {.ask = ask, .case_count = 1};
	question.cases[0] = of->head->id;
	if (!visit_secret(visit, "session", question.secret)) {
		visit_error(visit, PAGE_ERROR_SESSION, 0);
		return false;
	}
	if (!visit_ask(visit, &question, answer))
		return false;
	if (answer->verdict == PORTAL_DONE && answer->opening_count == 1)
		return true;
	http_set_cookie(visit->answer, "session", "", true, -1);
	visit_error(visit, answer->verdict == PORTAL_EXPIRED ? PAGE_ERROR_SESSION : PAGE_ERROR_PROOF, 0);
	return false;
}

static struct st_span span_of(const struct st_buf *buf)
{
	return (struct st_span){.data = buf->data, .size = buf->size};
}

static void send_zip(struct visit *visit, const struct made *made, const struct portal_answer *signature)
{
	st_auto_buf struct st_buf pem = {0}, readme = {0};
	take_pem(visit->portal->public_key, &pem);
	take_readme(visit->language, made->name, &readme);
	const struct take_file files[] = {{made->name, span_of(&made->document)},
		{"statement.txt",
			{.data = (const uint8_t *)signature->statement, .size = strlen(signature->statement)}},
		{"statement.sig", {.data = signature->signature, .size = sizeof signature->signature}},
		{"key.pem", span_of(&pem)}, {"README.txt", span_of(&readme)}};
	take_zip(files, sizeof files / sizeof files[0], &visit->answer->body);
	visit->answer->status = 200;
	visit->answer->type = "application/zip";
	memcpy(visit->answer->disposition, "my-part.zip", sizeof "my-part.zip");
}

static void sign_and_send(struct visit *visit, const struct page_case *of, const struct made *made)
{
	struct portal_question question = {.ask = PORTAL_ASK_SIGN, .document = made->kind, .case_count = 1};
	struct portal_answer *answer = st_alloc_zero(1, sizeof *answer);
	question.cases[0] = of->head->id;
	st_sha256_of(made->document.data, made->document.size, question.sha256);
	if (!visit_secret(visit, "session", question.secret))
		visit_error(visit, PAGE_ERROR_SESSION, 0);
	else if (visit_ask(visit, &question, answer) && answer->verdict == PORTAL_DONE)
		send_zip(visit, made, answer);
	else if (visit->answer->status == 500)
		visit_error(visit, PAGE_ERROR_SESSION, 0);
	sodium_memzero(answer, sizeof *answer);
	free(answer);
}

static void make_export(const struct take *take, struct made *made)
{
	if (made->kind == PORTAL_EXPORT_CSV)
		take_csv(take, &made->document);
	else
		take_json(take, &made->document);
}

void take_export(struct visit *visit)
{
	const char *as = http_field(&visit->form, "as");
	bool csv = as != NULL && strcmp(as, "csv") == 0;
	struct made made = {
		.name = csv ? "my-part.csv" : "my-part.json", .kind = csv ? PORTAL_EXPORT_CSV : PORTAL_EXPORT_JSON};
	const struct page_case *of = visit_case(visit);
	struct portal_answer *answer = st_alloc_zero(1, sizeof *answer);
	struct visit_part part = {0};
	if (of != NULL && open_one(visit, PORTAL_ASK_EXPORT, of, answer) &&
		visit_read(visit, of->number, &answer->openings[0], &part)) {
		const struct take take = {.head = of->head,
			.payload = &part.payload,
			.identity = answer->identity.text,
			.key_id = visit->portal->key_id,
			.at = st_utc_seconds()};
		if (part.found) {
			make_export(&take, &made);
			sign_and_send(visit, of, &made);
		} else {
			visit_error(visit, PAGE_ERROR_NO_PAGE, 0);
		}
	}
	st_buf_wipe(&made.document);
	visit_part_free(&part);
	sodium_memzero(answer, sizeof *answer);
	free(answer);
}

void take_statement(struct visit *visit)
{
	struct made made = {.name = "statement-of-absence.txt", .kind = PORTAL_ABSENCE};
	const struct page_case *of = visit_case(visit);
	struct portal_answer *answer = st_alloc_zero(1, sizeof *answer);
	struct visit_part part = {0};
	if (of != NULL && open_one(visit, PORTAL_ASK_OPEN, of, answer) &&
		visit_read(visit, of->number, &answer->openings[0], &part)) {
		enum portal_opening_state state = answer->openings[0].state;
		bool none = !part.found && (state == PORTAL_OPENED || state == PORTAL_NOTHING);
		const struct take take = {.head = of->head, .identity = answer->identity.text, .at = st_utc_seconds()};
		if (none) {
			bool organization = answer->identity.kind == PORTAL_ORGANIZATION ||
					    answer->identity.kind == PORTAL_ROLE_MAILBOX;
			take_absence(&take, visit->language, organization, &made.document);
			sign_and_send(visit, of, &made);
		} else {
			visit_error(visit, PAGE_ERROR_NO_PAGE, 0);
		}
	}
	st_buf_wipe(&made.document);
	visit_part_free(&part);
	sodium_memzero(answer, sizeof *answer);
	free(answer);
}
