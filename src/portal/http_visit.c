/* What the routes share: cookies, tokens, the keyholder, the payload of a case. */
#include "portal/http_visit.h"

#include "base/ceilings.h"
#include "report/report.h"

#include <arpa/inet.h>
#include <sodium.h>
#include <stdlib.h>
#include <unistd.h>

#define PAGE_USUAL_BYTES (64 * KIB)
#define BASE64 sodium_base64_VARIANT_URLSAFE_NO_PADDING

void visit_page(struct visit *visit, int status, const char *path)
{
	st_buf_reserve(&visit->answer->body, PAGE_USUAL_BYTES); /* growing would leave copies behind */
	visit->answer->status = status;
	visit->answer->type = "text/html; charset=utf-8";
	visit->page = (struct page){.w = {.out = &visit->answer->body},
		.language = visit->language,
		.about = &visit->portal->about,
		.style = visit->portal->style_path,
		.token = visit->token,
		.path = path,
		.query = visit->request->method == HTTP_POST ? "" : visit->request->query};
	/* What the switch of languages repeats is what came: only words that our own addresses have. */
	for (const char *c = visit->page.query; *c != 0; c++)
		if (strchr("abcdefghijklmnopqrstuvwxyz0123456789=&", *c) == NULL)
			visit->page.query = "";
}

void visit_error(struct visit *visit, enum page_error error, uint32_t wait_s)
{
	static const int statuses[PAGE_ERRORS] = {[PAGE_ERROR_BROKEN_REQUEST] = 400,
		[PAGE_ERROR_FORM] = 403,
		[PAGE_ERROR_NO_PAGE] = 404,
		[PAGE_ERROR_METHOD] = 405,
		[PAGE_ERROR_SESSION] = 403,
		[PAGE_ERROR_PROOF] = 403,
		[PAGE_ERROR_BUSY] = 429,
		[PAGE_ERROR_DOWN] = 503};
	visit_page(visit, statuses[error], "");
	visit->page.query = "";
	page_error(&visit->page, error, wait_s);
}

void visit_problem(struct visit *visit, const char *path, enum page_problem problem)
{
	http_see_other(visit->answer, "/%s/%s%s%s", words_tag(visit->language), path,
		problem != PAGE_NO_PROBLEM ? "?problem=" : "", page_problem_word(problem));
}

/* /24 of IPv4, /56 of IPv6, by a key of this run: for limits, and not to be turned back. */
static void client_digest(const struct visit *visit, uint8_t out[ST_DIGEST_BYTES])
{
	uint8_t network[17] = {0};
	const char *text = visit->request->client != NULL ? visit->request->client : "";
	if (inet_pton(AF_INET, text, network + 1) == 1) {
		network[0] = 4;
		network[4] = 0;
	} else if (inet_pton(AF_INET6, text, network + 1) == 1) {
		network[0] = 6;
		memset(network + 8, 0, 9);
	}
	st_digest(visit->portal->client_key, network, sizeof network, out);
}

static void lose_keyholder(struct portal *portal)
{
	if (portal->keyholder >= 0)
		close(portal->keyholder);
	portal->keyholder = -1;
	if (portal->gone != NULL)
		portal->gone(portal->gone_context);
}

static bool slow(const struct portal_question *question)
{
	return question->ask == PORTAL_ASK_CHECK_DOMAIN || question->ask == PORTAL_ASK_EXPORT;
}

/* Takes a place among those that may wait for name servers. */
static bool enter_lane(struct portal *portal)
{
	unsigned busy = 0;
	if (portal->lanes == NULL)
		return true;
	atomic_store(&portal->lanes->busy[portal->number], 1);
	for (unsigned i = 0; i < portal->lanes->count; i++)
		busy += atomic_load(&portal->lanes->busy[i]);
	if (busy <= 1 || busy <= portal->lanes->count / 2)
		return true;
	atomic_store(&portal->lanes->busy[portal->number], 0);
	return false;
}

static void leave_lane(struct portal *portal)
{
	if (portal->lanes != NULL)
		atomic_store(&portal->lanes->busy[portal->number], 0);
}

bool visit_ask(struct visit *visit, struct portal_question *question, struct portal_answer *answer)
{
	struct portal *portal = visit->portal;
	bool waits = slow(question);
	if (waits && !enter_lane(portal)) {
		visit_error(visit, PAGE_ERROR_BUSY, 0);
		return false;
	}
	client_digest(visit, question->client);
	memset(answer, 0, sizeof *answer);
	int timeout_ms = waits ? CEIL_PORTAL_CHECK_MS + CEIL_PORTAL_ANSWER_MS : CEIL_PORTAL_ANSWER_MS;
	enum st_status status = portal->keyholder >= 0
					? portal_client_ask(portal->keyholder, question, answer, timeout_ms, NULL)
					: ST_RETRY;
	if (waits)
		leave_lane(portal);
	sodium_memzero(question->secret, sizeof question->secret);
	sodium_memzero(question->code, sizeof question->code);
	if (status != ST_OK) {
		lose_keyholder(portal);
		visit_error(visit, PAGE_ERROR_DOWN, 0);
	} else if (answer->verdict == PORTAL_BUSY) {
		visit_error(visit, PAGE_ERROR_BUSY, answer->retry_after_s);
	} else if (answer->verdict == PORTAL_BROKEN) {
		visit_error(visit, PAGE_ERROR_DOWN, 0);
	} else {
		return true;
	}
	return false;
}

bool visit_secret(const struct visit *visit, const char *cookie, uint8_t out[PORTAL_SECRET_BYTES])
{
	char text[SECRET_TEXT];
	size_t size = 0;
	bool read = http_cookie(visit->request, &visit->portal->site, cookie, text, sizeof text) &&
		    sodium_base642bin(out, PORTAL_SECRET_BYTES, text, strlen(text), NULL, &size, NULL, BASE64) == 0 &&
		    size == PORTAL_SECRET_BYTES;
	sodium_memzero(text, sizeof text);
	return read;
}

void visit_set_secret(
	struct visit *visit, const char *cookie, const uint8_t secret[PORTAL_SECRET_BYTES], bool strict, long age_s)
{
	char text[SECRET_TEXT];
	sodium_bin2base64(text, sizeof text, secret, PORTAL_SECRET_BYTES, BASE64);
	http_set_cookie(visit->answer, cookie, text, strict, age_s);
	sodium_memzero(text, sizeof text);
}

const struct page_case *visit_case(struct visit *visit)
{
	const char *text = http_field(&visit->form, "case");
	for (size_t i = 0; text != NULL && i < visit->portal->count; i++) {
		st_auto_free char *number = st_format("%zu", visit->portal->cases[i].number);
		if (strcmp(number, text) == 0)
			return &visit->portal->cases[i];
	}
	visit_error(visit, PAGE_ERROR_NO_PAGE, 0);
	return NULL;
}

bool visit_read(struct visit *visit, size_t number, const struct portal_opening *opening, struct visit_part *out)
{
	*out = (struct visit_part){0};
	if (opening->state != PORTAL_OPENED)
		return true;
	bool found = false;
	enum st_status status =
		portal_index_read(visit->portal->indices[number - 1], opening->secret, &found, &out->bytes, NULL);
	struct st_span bytes = {.data = out->bytes.data, .size = out->bytes.size};
	out->found = status == ST_OK && found && payload_decode(bytes, &out->payload);
	/* A damaged entry must not be told as "no record". */
	if (status != ST_OK || found != out->found) {
		visit_error(visit, PAGE_ERROR_DOWN, 0);
		return false;
	}
	return true;
}

void visit_part_free(struct visit_part *part)
{
	payload_free(&part->payload);
	st_buf_wipe(&part->bytes);
}

struct page_session visit_session(const struct portal_answer *answer, char **shown_to)
{
	const struct portal_identity *identity = &answer->identity;
	bool mailbox = identity->kind == PORTAL_MAILBOX || identity->kind == PORTAL_ROLE_MAILBOX ||
		       identity->kind == PORTAL_SILENT_MAILBOX;
	struct st_buf text = {0};
	struct st_span whole = {.data = (const uint8_t *)identity->text, .size = strlen(identity->text)};
	if (mailbox)
		report_mask(&text, "email_address", whole);
	else
		st_buf_add(&text, whole.data, whole.size);
	st_buf_add_byte(&text, 0);
	*shown_to = (char *)text.data;
	return (struct page_session){.shown_to = *shown_to,
		.domain = mailbox ? identity->domain : identity->text,
		.organization = identity->kind == PORTAL_ORGANIZATION || identity->kind == PORTAL_ROLE_MAILBOX,
		.scope = answer->scope,
		.until = answer->idle_at < answer->expires_at ? answer->idle_at : answer->expires_at};
}
