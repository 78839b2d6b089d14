#include "portal/http_route.h"

#include "base/ceilings.h"
#include "base/clock.h"
#include "portal/http_visit.h"
#include "portal/style.h"

#include <sodium.h>
#include <stdlib.h>

#define COOKIE_VISIT "visit"
#define COOKIE_PENDING "pend"
#define COOKIE_SESSION "session"
#define COOKIE_PROOF "proof"
#define BASE64 sodium_base64_VARIANT_URLSAFE_NO_PADDING

/* --- tokens of forms --- */

static void make_token(struct visit *visit)
{
	uint8_t token[ST_SHA256_BYTES];
	st_hmac_sha256(
		visit->portal->form_key, sizeof visit->portal->form_key, visit->visit, strlen(visit->visit), token);
	st_hex(token, sizeof token, visit->token);
}

/* A random number that ties the forms of a visit to its browser; kept if the browser has one. */
static void know_visit(struct visit *visit)
{
	uint8_t random[VISIT_BYTES];
	if (!http_cookie(visit->request, &visit->portal->site, COOKIE_VISIT, visit->visit, sizeof visit->visit) ||
		strlen(visit->visit) != 2 * VISIT_BYTES) {
		randombytes_buf(random, sizeof random);
		st_hex(random, sizeof random, visit->visit);
		http_set_cookie(visit->answer, COOKIE_VISIT, visit->visit, false, 0);
	}
	make_token(visit);
}

static bool token_holds(struct visit *visit)
{
	const char *given = http_field(&visit->form, "token");
	if (!http_cookie(visit->request, &visit->portal->site, COOKIE_VISIT, visit->visit, sizeof visit->visit))
		return false;
	make_token(visit);
	return given != NULL && strlen(given) == 2 * ST_SHA256_BYTES &&
	       sodium_memcmp(given, visit->token, 2 * ST_SHA256_BYTES) == 0;
}

static enum page_problem problem_of(const struct visit *visit)
{
	return page_problem_read(http_field(&visit->form, "problem"));
}

/* --- mailbox --- */

static void show_ask(struct visit *visit)
{
	visit_page(visit, 200, "");
	page_ask(&visit->page, visit->portal->cases, visit->portal->count, problem_of(visit));
}

static bool set_identity(struct portal_question *question, const char *typed)
{
	size_t size = typed != NULL ? strlen(typed) : 0;
	if (size == 0 || size >= sizeof question->identity)
		return false;
	memcpy(question->identity, typed, size + 1);
	return true;
}

static void do_ask(struct visit *visit)
{
	struct portal_question question = {.ask = PORTAL_ASK_BEGIN_MAILBOX};
	struct portal_answer answer;
	memcpy(question.language, words_tag(visit->language), 3);
	if (!set_identity(&question, http_field(&visit->form, "address"))) {
		visit_problem(visit, "", PAGE_NO_ADDRESS);
		return;
	}
	if (!visit_ask(visit, &question, &answer))
		return;
	if (answer.verdict == PORTAL_DONE) {
		visit_set_secret(visit, COOKIE_PENDING, answer.secret, false, 0);
		visit_problem(visit, "code", PAGE_NO_PROBLEM);
	} else {
		visit_problem(visit, "", PAGE_NO_ADDRESS);
	}
	sodium_memzero(&answer, sizeof answer);
}

static void show_code(struct visit *visit)
{
	const char *left = http_field(&visit->form, "left");
	unsigned tries =
		left != NULL && left[0] >= '0' && left[0] <= '9' && left[1] == 0 ? (unsigned)(left[0] - '0') : 0;
	visit_page(visit, 200, "code");
	page_code(&visit->page, problem_of(visit), tries);
}

static void begin_session(struct visit *visit, const struct portal_answer *answer)
{
	visit_set_secret(visit, COOKIE_SESSION, answer->secret, true, 0);
	visit_problem(visit, "part", PAGE_NO_PROBLEM);
}

static void do_code(struct visit *visit)
{
	struct portal_question question = {.ask = PORTAL_ASK_CODE};
	struct portal_answer answer;
	const char *typed = http_field(&visit->form, "code");
	if (!visit_secret(visit, COOKIE_PENDING, question.secret)) {
		visit_problem(visit, "code", PAGE_EXPIRED);
		return;
	}
	if (typed == NULL)
		typed = "";
	/* What is longer than any code is a wrong one, and costs a try as any other. */
	size_t size = strnlen(typed, sizeof question.code - 1);
	memcpy(question.code, typed, size);
	if (!visit_ask(visit, &question, &answer))
		return;
	if (answer.verdict == PORTAL_DONE) {
		http_set_cookie(visit->answer, COOKIE_PENDING, "", false, -1);
		begin_session(visit, &answer);
	} else if (answer.verdict == PORTAL_WRONG) {
		http_see_other(visit->answer, "/%s/code?problem=wrong&left=%u", words_tag(visit->language),
			answer.tries_left < 10 ? answer.tries_left : 9);
	} else {
		visit_problem(visit, "code", answer.verdict == PORTAL_TOO_MANY ? PAGE_TOO_MANY : PAGE_EXPIRED);
	}
	sodium_memzero(&answer, sizeof answer);
}

/* --- domain --- */

static void show_domain(struct visit *visit)
{
	visit_page(visit, 200, "domain");
	page_domain(&visit->page, problem_of(visit));
}

/* What the browser keeps of a proof under way: secret, end, name and text of the record. None of it is trusted. */
#define PROOF_BYTES 560
struct proof {
	uint8_t secret[PORTAL_SECRET_BYTES];
	int64_t expires_at;
	char txt_name[300], txt_value[128];
};

static void set_proof(struct visit *visit, const struct portal_answer *answer)
{
	st_auto_secret struct st_buf bytes = {0};
	char text[HTTP_COOKIE_BYTES];
	int64_t age_s = answer->expires_at - st_utc_seconds();
	st_buf_reserve(&bytes, PROOF_BYTES);
	st_buf_add(&bytes, answer->secret, PORTAL_SECRET_BYTES);
	st_buf_add_u64(&bytes, (uint64_t)answer->expires_at);
	st_buf_add_span(&bytes, answer->txt_name, strlen(answer->txt_name));
	st_buf_add_span(&bytes, answer->txt_value, strlen(answer->txt_value));
	sodium_bin2base64(text, sizeof text, bytes.data, bytes.size, BASE64);
	http_set_cookie(visit->answer, COOKIE_PROOF, text, false, age_s > 0 ? (long)age_s : -1);
}

static void take_text(struct st_cursor *in, char *out, size_t size)
{
	struct st_span text = st_cursor_span(in);
	in->bad |= text.size >= size || (text.size > 0 && memchr(text.data, 0, text.size) != NULL);
	if (in->bad)
		return;
	if (text.size > 0)
		memcpy(out, text.data, text.size);
	out[text.size] = 0;
}

static bool get_proof(const struct visit *visit, struct proof *out)
{
	char text[HTTP_COOKIE_BYTES];
	uint8_t bytes[PROOF_BYTES];
	size_t size = 0;
	if (!http_cookie(visit->request, &visit->portal->site, COOKIE_PROOF, text, sizeof text) ||
		sodium_base642bin(bytes, sizeof bytes, text, strlen(text), NULL, &size, NULL, BASE64) != 0)
		return false;
	struct st_cursor in = {.at = bytes, .end = bytes + size};
	const uint8_t *secret = st_cursor_take(&in, PORTAL_SECRET_BYTES);
	out->expires_at = (int64_t)st_cursor_u64(&in);
	take_text(&in, out->txt_name, sizeof out->txt_name);
	take_text(&in, out->txt_value, sizeof out->txt_value);
	if (in.bad || in.at != in.end)
		return false;
	memcpy(out->secret, secret, PORTAL_SECRET_BYTES);
	return true;
}

static void do_domain(struct visit *visit)
{
	struct portal_question question = {.ask = PORTAL_ASK_BEGIN_DOMAIN};
	struct portal_answer answer;
	if (!set_identity(&question, http_field(&visit->form, "domain"))) {
		visit_problem(visit, "domain", PAGE_NO_DOMAIN);
		return;
	}
	if (!visit_ask(visit, &question, &answer))
		return;
	if (answer.verdict == PORTAL_DONE) {
		set_proof(visit, &answer);
		visit_problem(visit, "proof", PAGE_NO_PROBLEM);
	} else {
		visit_problem(visit, "domain",
			answer.verdict == PORTAL_REFUSED_PUBLIC ? PAGE_PUBLIC
			: answer.verdict == PORTAL_REFUSED_PART ? PAGE_PART
								: PAGE_NO_DOMAIN);
	}
	sodium_memzero(&answer, sizeof answer);
}

static void show_proof(struct visit *visit)
{
	struct proof proof;
	if (!get_proof(visit, &proof)) {
		visit_problem(visit, "domain", problem_of(visit));
		return;
	}
	const char *dot = strchr(proof.txt_name, '.');
	const struct page_proof shown = {.domain = dot != NULL ? dot + 1 : proof.txt_name,
		.txt_name = proof.txt_name,
		.txt_value = proof.txt_value,
		.expires_at = proof.expires_at};
	visit_page(visit, 200, "proof");
	page_proof(&visit->page, &shown, problem_of(visit));
	sodium_memzero(&proof, sizeof proof);
}

static enum page_problem problem_of_check(enum portal_verdict verdict)
{
	switch (verdict) {
	case PORTAL_NOT_FOUND:
		return PAGE_NOT_FOUND_YET;
	case PORTAL_DISAGREE:
		return PAGE_DISAGREE;
	case PORTAL_BOGUS:
		return PAGE_BOGUS;
	case PORTAL_UNREACHABLE:
		return PAGE_UNREACHABLE;
	default:
		return PAGE_EXPIRED;
	}
}

static void do_proof(struct visit *visit)
{
	struct portal_question question = {.ask = PORTAL_ASK_CHECK_DOMAIN};
	struct portal_answer answer;
	struct proof proof;
	if (!get_proof(visit, &proof)) {
		visit_problem(visit, "domain", PAGE_EXPIRED);
		return;
	}
	memcpy(question.secret, proof.secret, sizeof question.secret);
	sodium_memzero(&proof, sizeof proof);
	if (!visit_ask(visit, &question, &answer))
		return;
	enum page_problem problem = problem_of_check(answer.verdict);
	if (answer.verdict == PORTAL_DONE) {
		http_set_cookie(visit->answer, COOKIE_PROOF, "", false, -1);
		begin_session(visit, &answer);
	} else if (problem == PAGE_EXPIRED) {
		http_set_cookie(visit->answer, COOKIE_PROOF, "", false, -1);
		visit_problem(visit, "domain", problem);
	} else {
		visit_problem(visit, "proof", problem);
	}
	sodium_memzero(&answer, sizeof answer);
}

/* --- one's own part --- */

/* OPEN for all cases, or for one. */
static bool open_cases(struct visit *visit, const struct page_case *only, struct portal_answer *answer)
{
	struct portal_question question = {.ask = PORTAL_ASK_OPEN};
	if (!visit_secret(visit, COOKIE_SESSION, question.secret)) {
		visit_error(visit, PAGE_ERROR_SESSION, 0);
		return false;
	}
	for (size_t i = 0; i < visit->portal->count; i++)
		if (only == NULL || only == &visit->portal->cases[i])
			question.cases[question.case_count++] = visit->portal->cases[i].head->id;
	size_t wanted = question.case_count;
	if (!visit_ask(visit, &question, answer))
		return false;
	if (answer->verdict == PORTAL_DONE && answer->opening_count == wanted)
		return true;
	http_set_cookie(visit->answer, COOKIE_SESSION, "", true, -1);
	visit_error(visit, answer->verdict == PORTAL_NOT_VERIFIED ? PAGE_ERROR_PROOF : PAGE_ERROR_SESSION, 0);
	return false;
}

static void show_one(struct visit *visit, const struct page_case *of, const struct portal_answer *answer)
{
	st_auto_free char *shown_to = NULL, *path = st_format("part/%zu", of->number);
	struct page_session session = visit_session(answer, &shown_to);
	struct visit_part part = {0};
	if (visit_read(visit, of->number, &answer->openings[0], &part)) {
		const struct page_part shown = {.session = &session,
			.of = *of,
			.state = answer->openings[0].state,
			.payload = part.found ? &part.payload : NULL,
			.log = answer->log,
			.log_count = answer->log_count,
			.key_id = visit->portal->key_id,
			.others = visit->portal->count > 1};
		visit_page(visit, 200, path);
		(session.organization ? page_organization : page_person)(&visit->page, &shown);
	}
	visit_part_free(&part);
}

static void show_several(struct visit *visit, const struct portal_answer *answer)
{
	st_auto_free char *shown_to = NULL;
	struct page_session session = visit_session(answer, &shown_to);
	struct visit_part read[CEIL_PORTAL_CASES] = {0};
	struct page_part parts[CEIL_PORTAL_CASES] = {0};
	bool good = true;
	for (size_t i = 0; i < visit->portal->count && good; i++) {
		good = visit_read(visit, i + 1, &answer->openings[i], &read[i]);
		parts[i] = (struct page_part){.session = &session,
			.of = visit->portal->cases[i],
			.state = answer->openings[i].state,
			.payload = read[i].found ? &read[i].payload : NULL};
	}
	if (good) {
		visit_page(visit, 200, "part");
		page_parts(&visit->page, &session, parts, visit->portal->count);
	}
	for (size_t i = 0; i < visit->portal->count; i++)
		visit_part_free(&read[i]);
}

static void show_part(struct visit *visit)
{
	const struct page_case *only = visit->portal->count == 1 ? &visit->portal->cases[0] : NULL;
	struct portal_answer *answer = st_alloc_zero(1, sizeof *answer);
	for (size_t i = 0; visit->path[4] == '/' && i < visit->portal->count; i++) {
		st_auto_free char *path = st_format("part/%zu", visit->portal->cases[i].number);
		if (strcmp(path, visit->path) == 0)
			only = &visit->portal->cases[i];
	}
	if (visit->path[4] == '/' && only == NULL)
		visit_error(visit, PAGE_ERROR_NO_PAGE, 0);
	else if (open_cases(visit, only, answer) && only != NULL)
		show_one(visit, only, answer);
	else if (visit->answer->status == 500)
		show_several(visit, answer);
	sodium_memzero(answer, sizeof *answer);
	free(answer);
}

/* --- wishes --- */

static void show_wish(struct visit *visit, bool erase)
{
	const struct page_case *of = visit_case(visit);
	struct portal_answer *answer = st_alloc_zero(1, sizeof *answer);
	if (of != NULL && open_cases(visit, of, answer)) {
		st_auto_free char *shown_to = NULL;
		struct page_session session = visit_session(answer, &shown_to);
		visit_page(visit, 200, erase ? "erase" : "correct");
		if (erase)
			page_erase(&visit->page, &session, of);
		else
			page_correct(&visit->page, &session, of, http_field(&visit->form, "problem") != NULL);
	}
	sodium_memzero(answer, sizeof *answer);
	free(answer);
}

static void show_correct(struct visit *visit)
{
	show_wish(visit, false);
}

static void show_erase(struct visit *visit)
{
	show_wish(visit, true);
}

static void send_wish(struct visit *visit, const struct page_case *of, enum portal_wish wish, const char *text)
{
	struct portal_question question = {.ask = PORTAL_ASK_REQUEST, .wish = wish, .case_count = 1};
	struct portal_answer *answer = st_alloc_zero(1, sizeof *answer);
	question.cases[0] = of->head->id;
	memcpy(question.text, text, strlen(text) + 1);
	if (!visit_secret(visit, COOKIE_SESSION, question.secret))
		visit_error(visit, PAGE_ERROR_SESSION, 0);
	else if (visit_ask(visit, &question, answer) && answer->verdict == PORTAL_DONE)
		http_see_other(visit->answer, "/%s/done?what=%s", words_tag(visit->language),
			wish == PORTAL_ERASE ? "erased" : "sent");
	else if (visit->answer->status == 500)
		visit_error(visit, PAGE_ERROR_SESSION, 0);
	free(answer);
}

static void do_correct(struct visit *visit)
{
	const struct page_case *of = visit_case(visit);
	const char *text = http_field(&visit->form, "text");
	size_t size = text != NULL ? strlen(text) : 0;
	if (of == NULL)
		return;
	if (size == 0 || size > CEIL_PORTAL_WISH_BYTES)
		http_see_other(
			visit->answer, "/%s/correct?case=%zu&problem=text", words_tag(visit->language), of->number);
	else
		send_wish(visit, of, PORTAL_CORRECT, text);
}

static void do_erase(struct visit *visit)
{
	const struct page_case *of = visit_case(visit);
	if (of != NULL)
		send_wish(visit, of, PORTAL_ERASE, "");
}

static void show_done(struct visit *visit)
{
	const char *what = http_field(&visit->form, "what");
	enum page_done done = PAGE_LEFT;
	if (what != NULL && strcmp(what, "sent") == 0)
		done = PAGE_CORRECTED;
	if (what != NULL && strcmp(what, "erased") == 0)
		done = PAGE_ERASED;
	visit_page(visit, 200, "done");
	page_done(&visit->page, done);
}

/* Ends what the browser has, at the keyholder too. */
static void do_leave(struct visit *visit)
{
	static const char *const cookies[] = {COOKIE_SESSION, COOKIE_PENDING};
	for (size_t i = 0; i < 2; i++) {
		struct portal_question question = {.ask = PORTAL_ASK_END};
		struct portal_answer answer;
		if (visit_secret(visit, cookies[i], question.secret) && !visit_ask(visit, &question, &answer))
			return;
		http_set_cookie(visit->answer, cookies[i], "", i == 0, -1);
	}
	visit->answer->clear_site = true;
	http_see_other(visit->answer, "/%s/done?what=left", words_tag(visit->language));
}

/* --- notices, texts --- */

static void show_genuine(struct visit *visit)
{
	visit_page(visit, 200, "genuine");
	page_genuine(&visit->page, NULL, NULL);
}

static void do_genuine(struct visit *visit)
{
	struct portal_question question = {.ask = PORTAL_ASK_GENUINE};
	struct portal_answer answer;
	const char *typed = http_field(&visit->form, "notice");
	struct page_notice notice = {0};
	if (typed == NULL || strlen(typed) >= sizeof question.notice) {
		visit_problem(visit, "genuine", PAGE_NO_PROBLEM);
		return;
	}
	memcpy(question.notice, typed, strlen(typed) + 1);
	for (size_t i = 0; i < visit->portal->count; i++)
		question.cases[question.case_count++] = visit->portal->cases[i].head->id;
	if (!visit_ask(visit, &question, &answer))
		return;
	for (size_t i = 0; answer.verdict == PORTAL_DONE && answer.notice_at != 0 && i < visit->portal->count; i++) {
		const struct portal_head *head = visit->portal->cases[i].head;
		if (memcmp(head->id.case_id, answer.notice_case, PORTAL_ID_BYTES) == 0)
			notice = (struct page_notice){.case_name = head->name, .at = answer.notice_at};
	}
	visit_page(visit, 200, "genuine");
	page_genuine(&visit->page, typed, notice.at != 0 ? &notice : NULL);
}

static void show_happened(struct visit *visit)
{
	visit_page(visit, 200, "happened");
	page_happened(&visit->page, visit->portal->cases, visit->portal->count);
}

static void show_handling(struct visit *visit)
{
	visit_page(visit, 200, "handling");
	page_handling(&visit->page, visit->portal->cases, visit->portal->count);
}

/* --- the table --- */

static const struct route {
	const char *path;
	void (*show)(struct visit *visit); /* GET and HEAD */
	void (*act)(struct visit *visit);  /* POST */
} routes[] = {
	{"", show_ask, NULL},
	{"ask", NULL, do_ask},
	{"code", show_code, do_code},
	{"domain", show_domain, do_domain},
	{"proof", show_proof, do_proof},
	{"part", show_part, NULL},
	{"correct", show_correct, do_correct},
	{"erase", show_erase, do_erase},
	{"done", show_done, NULL},
	{"leave", NULL, do_leave},
	{"genuine", show_genuine, do_genuine},
	{"happened", show_happened, NULL},
	{"handling", show_handling, NULL},
	{"export", NULL, take_export},
	{"statement", NULL, take_statement},
};

static const struct route *find_route(const char *path)
{
	for (size_t i = 0; i < sizeof routes / sizeof routes[0]; i++)
		if (strcmp(routes[i].path, path) == 0 ||
			(routes[i].show == show_part && strncmp(path, "part/", 5) == 0))
			return &routes[i];
	return NULL;
}

static bool is_form(const struct http_request *request)
{
	static const char type[] = "application/x-www-form-urlencoded";
	const char *given = request->content_type;
	return given != NULL && strncmp(given, type, sizeof type - 1) == 0 &&
	       (given[sizeof type - 1] == 0 || given[sizeof type - 1] == ';');
}

static void act(struct visit *visit, const struct route *route)
{
	if (!is_form(visit->request) || !http_form_parse(&visit->form, visit->request->body))
		visit_error(visit, PAGE_ERROR_BROKEN_REQUEST, 0);
	else if (!http_same_origin(visit->request) || !token_holds(visit))
		visit_error(visit, PAGE_ERROR_FORM, 0);
	else
		route->act(visit);
}

static void show(struct visit *visit, const struct route *route)
{
	const char *query = visit->request->query;
	know_visit(visit);
	if (http_form_parse(&visit->form, (struct st_span){(const uint8_t *)query, strlen(query)}))
		route->show(visit);
	else
		visit_error(visit, PAGE_ERROR_BROKEN_REQUEST, 0);
}

static void answer_page(struct visit *visit)
{
	const struct route *route = find_route(visit->path);
	bool posted = visit->request->method == HTTP_POST;
	if (route == NULL)
		visit_error(visit, PAGE_ERROR_NO_PAGE, 0);
	else if (posted && route->act != NULL)
		act(visit, route);
	else if (!posted && route->show != NULL)
		show(visit, route);
	else if (!posted)
		http_see_other(visit->answer, "/%s/", words_tag(visit->language)); /* reloaded behind a POST */
	else
		visit_error(visit, PAGE_ERROR_METHOD, 0);
	http_form_free(&visit->form);
}

/* --- what has no language --- */

static bool answer_plain(struct portal *portal, const struct http_request *request, struct http_answer *answer)
{
	if (request->method == HTTP_POST)
		return false;
	if (strcmp(request->path, portal->style_path) == 0) {
		answer->status = 200;
		answer->type = "text/css; charset=utf-8";
		answer->keep = true;
		st_buf_add(&answer->body, portal_style, strlen(portal_style));
	} else if (strcmp(request->path, "/robots.txt") == 0) {
		answer->status = 200;
		answer->type = "text/plain; charset=utf-8";
		st_buf_format(&answer->body, "User-agent: *\nDisallow: /\n");
	} else if (strcmp(request->path, "/") == 0) {
		http_see_other(answer, "/%s/", words_tag(words_accepted(request->accept_language)));
		answer->varies = true;
	} else {
		return false;
	}
	return true;
}

void portal_handle(void *context, const struct http_request *request, struct http_answer *answer)
{
	struct visit visit = {.portal = context, .request = request, .answer = answer, .path = "?"};
	const char *path = request->path;
	if (answer_plain(visit.portal, request, answer))
		return;
	if (strlen(path) >= 4 && path[3] == '/' && words_from_tag(path + 1, 2, &visit.language))
		visit.path = path + 4;
	else
		visit.language = words_accepted(request->accept_language);
	answer_page(&visit);
	sodium_memzero(visit.token, sizeof visit.token);
}
