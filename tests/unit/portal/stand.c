/*
 * Stands in for the keyholder where pages and the web server are tested: stand FOLDER writes FOLDER/index (one case,
 * four parties) and answers at FOLDER/keyholder, by protocol.h, with the one code 7K3Q-92MD. Not a test by itself, and
 * no part of the program: what a keyholder decides is tested with the real one.
 */
#include "../resolve/fixture.h"

#include "base/clock.h"
#include "detect/detect.h"
#include "portal/protocol.h"
#include "process/message.h"

#include <poll.h>
#include <signal.h>
#include <sodium.h>
#include <sys/socket.h>
#include <sys/un.h>

#define CODE "7K3Q92MD"
#define MOST 4096
#define CONNECTIONS 64

static const uint8_t seal_key[32] = {4, 2};
static const struct portal_case which = {.case_id = {1, 2, 3}, .salt = {4}, .exposed_at = 1575504000};

struct visit {
	uint8_t secret[PORTAL_SECRET_BYTES];
	struct portal_identity identity;
	unsigned tries;
	bool proven, used;
	int64_t opened[8];
	size_t opened_count;
};

struct stand {
	struct visit visits[MOST];
	size_t count;
	bool erased;
};

static struct st_span text(const char *words)
{
	return (struct st_span){(const uint8_t *)words, strlen(words)};
}

/* --- the index --- */

static struct payload_value anna_alone[] = {{.kind = DETECT_EMAIL_ADDRESS, .masked = true, .own = true},
	{.kind = DETECT_IBAN, .masked = true}, {.kind = DETECT_NATIONAL_ID, .masked = true},
	{.kind = DETECT_PHONE_NUMBER, .masked = true}};
static struct payload_value anna_shared[] = {{.kind = DETECT_EMAIL_ADDRESS, .masked = true, .own = true}};
static struct payload_value carol[] = {{.kind = DETECT_EMAIL_ADDRESS, .own = true},
	{.kind = DETECT_SECRET, .masked = true}, {.kind = DETECT_CASE_NUMBER}};

static void add(struct portal_writer *writer, enum portal_audience audience, const char *identity,
	const struct payload *payload)
{
	uint8_t secret[PORTAL_SECRET_BYTES];
	st_auto_buf struct st_buf bytes = {0};
	portal_party_secret(seal_key, &which, audience, text(identity), secret);
	payload_encode(payload, &bytes);
	if (portal_writer_add(writer, secret, (struct st_span){bytes.data, bytes.size}, NULL) != ST_OK)
		exit(1);
}

static void add_anna(struct portal_writer *writer)
{
	static struct payload_kind kinds[] = {{DETECT_EMAIL_ADDRESS, 1, 14, 1299888000, 1572825600},
		{DETECT_PHONE_NUMBER, 1, 6, 0, 0}, {DETECT_IBAN, 1, 1, 1494288000, 1494288000},
		{DETECT_NATIONAL_ID, 1, 1, 1494288000, 1494288000}};
	anna_alone[0].text = anna_shared[0].text = text("a***@contoso.com");
	anna_alone[1].text = text("IT60 **** **** 1234");
	anna_alone[2].text = text("RSS*** *** ****1Z");
	anna_alone[3].text = text("+39 *** *** **12");
	static struct payload_record rows[] = {{.flags = PAYLOAD_ALONE,
						       .date = 1494288000,
						       .has_digest = true,
						       .sha256 = {0x6b, 0x1f},
						       .copies = 2,
						       .values = anna_alone,
						       .value_count = 4},
		{.copies = 1, .values = anna_shared, .value_count = 1}};
	rows[0].name = text("invoice-2017-0442 <b>&amp;.pdf");
	const struct payload payload = {.audience = PORTAL_PERSON,
		.records = 14,
		.alone = 1,
		.kinds = kinds,
		.kind_count = 4,
		.rows = rows,
		.row_count = 2};
	add(writer, PORTAL_PERSON, "anna.rossi@contoso.com", &payload);
}

static void add_fabrikam(struct portal_writer *writer, enum portal_audience audience)
{
	static struct payload_kind kinds[] = {{DETECT_EMAIL_ADDRESS, 3411, 22870, 0, 0},
		{DETECT_CASE_NUMBER, 12655, 18377, 0, 0}, {DETECT_SECRET, 1, 1, 0, 0}};
	carol[0].text = text("carol.draper@fabrikam.com");
	carol[1].text = text("access key, starts AKIA");
	static struct payload_record rows[] = {{.flags = PAYLOAD_ALONE,
		.date = 1536883200,
		.has_digest = true,
		.copies = 1,
		.values = carol,
		.value_count = 3}};
	rows[0].name = text("statement-of-work-fabrikam-2018.docx");
	bool all = audience == PORTAL_ORGANIZATION_RECORDS;
	const struct payload payload = {.audience = audience,
		.employer_confirmed = all,
		.records = 22870,
		.alone = all,
		.persons = 3306,
		.kinds = kinds,
		.kind_count = 3,
		.rows = rows,
		.row_count = all};
	add(writer, audience, "fabrikam.com", &payload);
}

static void write_index(const char *folder)
{
	struct folder work;
	struct portal_writer *writer;
	char name[] = "Northwind support cases, December 2019", coverage[] = "12,485 objects listed";
	const struct portal_head head = {.sealed_at = 1578642120,
		.name = name,
		.coverage = coverage,
		.objects_listed = 12485,
		.objects_read = 11960,
		.objects_unread = 311,
		.objects_duplicate = 214,
		.records_read = 1389392,
		.records_distinct = 346684,
		.unattributed = 21338,
		.not_searched_bytes = 214000000,
		.kinds_searched = (1u << DETECT_KINDS) - 1,
		.closed_at = 1577750400};
	st_auto_free char *path = st_format("%s/index", folder);
	if (!folder_open(&work))
		exit(1);
	if (portal_writer_open(path, &work.work, seal_key, &which, &writer, NULL) != ST_OK)
		exit(1);
	add_anna(writer);
	add_fabrikam(writer, PORTAL_ORGANIZATION_COUNTS);
	add_fabrikam(writer, PORTAL_ORGANIZATION_RECORDS);
	if (portal_writer_finish(writer, &head, NULL) != ST_OK)
		exit(1);
	folder_close(&work);
}

/* --- answers --- */

static struct visit *find(struct stand *stand, const uint8_t secret[PORTAL_SECRET_BYTES])
{
	for (size_t i = 0; i < stand->count; i++)
		if (memcmp(stand->visits[i].secret, secret, PORTAL_SECRET_BYTES) == 0)
			return &stand->visits[i];
	return NULL;
}

static struct visit *begin(struct stand *stand, const struct portal_identity *identity, bool proven)
{
	struct visit *visit = &stand->visits[stand->count++ % MOST];
	*visit = (struct visit){.identity = *identity, .tries = 5, .proven = proven};
	randombytes_buf(visit->secret, sizeof visit->secret);
	stand->count = stand->count > MOST ? MOST : stand->count;
	return visit;
}

static void tell_session(const struct visit *visit, struct portal_answer *answer)
{
	memcpy(answer->secret, visit->secret, sizeof answer->secret);
	answer->identity = visit->identity;
	answer->scope = visit->identity.kind == PORTAL_ROLE_MAILBOX ? PORTAL_SCOPE_COUNTS : PORTAL_SCOPE_RECORDS;
	answer->expires_at = st_utc_seconds() + 3600;
	answer->idle_at = st_utc_seconds() + 900;
}

static void begin_asking(struct stand *stand, const struct portal_question *question, struct portal_answer *answer)
{
	struct portal_identity identity = portal_identity_read(text(question->identity));
	bool domain = question->ask == PORTAL_ASK_BEGIN_DOMAIN;
	if (domain && identity.kind != PORTAL_ORGANIZATION) {
		answer->verdict = identity.kind == PORTAL_PUBLIC_DOMAIN    ? PORTAL_REFUSED_PUBLIC
				  : identity.kind == PORTAL_PART_OF_DOMAIN ? PORTAL_REFUSED_PART
									   : PORTAL_NO_IDENTITY_GIVEN;
		return;
	}
	if (!domain && identity.kind != PORTAL_MAILBOX && identity.kind != PORTAL_ROLE_MAILBOX &&
		identity.kind != PORTAL_SILENT_MAILBOX) {
		answer->verdict = PORTAL_NO_IDENTITY_GIVEN;
		return;
	}
	const struct visit *visit = begin(stand, &identity, false);
	memcpy(answer->secret, visit->secret, sizeof answer->secret);
	answer->expires_at = st_utc_seconds() + 600;
	if (domain) {
		snprintf(answer->txt_name, sizeof answer->txt_name, "_exposure-challenge.%.255s", identity.text);
		snprintf(answer->txt_value, sizeof answer->txt_value, "v=1; token=abc; expiry=2026-12-31T00:00:00Z");
	}
}

static void check_proof(struct stand *stand, const struct portal_question *question, struct portal_answer *answer)
{
	struct visit *visit = find(stand, question->secret);
	bool code = question->ask == PORTAL_ASK_CODE;
	char typed[33] = "";
	for (size_t i = 0, size = 0; question->code[i] != 0 && size < sizeof typed - 1; i++)
		if (strchr(" -", question->code[i]) == NULL)
			typed[size++] = question->code[i] >= 'a' ? (char)(question->code[i] - 32) : question->code[i];
	answer->verdict = PORTAL_EXPIRED;
	if (visit == NULL || visit->proven || visit->used)
		return;
	if (code && strcmp(typed, CODE) != 0) {
		visit->tries--;
		visit->used = visit->tries == 0;
		answer->verdict = visit->tries > 0 ? PORTAL_WRONG : PORTAL_TOO_MANY;
		answer->tries_left = visit->tries;
		return;
	}
	if (!code && strcmp(visit->identity.text, "adatum.com") == 0) {
		answer->verdict = PORTAL_NOT_FOUND;
		return;
	}
	visit->used = true;
	answer->verdict = PORTAL_DONE;
	tell_session(begin(stand, &visit->identity, true), answer);
}

static void open_cases(
	struct stand *stand, struct visit *visit, const struct portal_question *question, struct portal_answer *answer)
{
	static const enum portal_audience audiences[] = {[PORTAL_MAILBOX] = PORTAL_PERSON,
		[PORTAL_ROLE_MAILBOX] = PORTAL_ORGANIZATION_COUNTS,
		[PORTAL_ORGANIZATION] = PORTAL_ORGANIZATION_RECORDS};
	const struct portal_identity *identity = &visit->identity;
	tell_session(visit, answer);
	answer->opening_count = question->case_count;
	for (size_t i = 0; i < question->case_count; i++) {
		struct portal_opening *opening = &answer->openings[i];
		opening->state = identity->kind == PORTAL_SILENT_MAILBOX ? PORTAL_NOTHING : PORTAL_OPENED;
		if (stand->erased && strcmp(identity->text, "anna.rossi@contoso.com") == 0)
			opening->state = PORTAL_ERASED;
		if (opening->state != PORTAL_OPENED)
			continue;
		opening->audience = audiences[identity->kind];
		portal_party_secret(seal_key, &question->cases[i], opening->audience,
			text(identity->kind == PORTAL_ROLE_MAILBOX ? identity->domain : identity->text),
			opening->secret);
	}
	if (visit->opened_count < 8)
		visit->opened[visit->opened_count++] = st_utc_seconds();
}

static void sign(const struct portal_question *question, struct portal_answer *answer)
{
	uint8_t public_key[32], secret_key[64];
	char digest[2 * ST_SHA256_BYTES + 1];
	st_hex(question->sha256, ST_SHA256_BYTES, digest);
	snprintf(answer->statement, sizeof answer->statement, "document-sha256: %s\n", digest);
	portal_signing_pair(seal_key, public_key, secret_key);
	crypto_sign_detached(
		answer->signature, NULL, (const uint8_t *)answer->statement, strlen(answer->statement), secret_key);
}

static void with_session(struct stand *stand, const struct portal_question *question, struct portal_answer *answer)
{
	struct visit *visit = find(stand, question->secret);
	if (visit == NULL || !visit->proven) {
		answer->verdict = question->ask == PORTAL_ASK_END ? PORTAL_DONE : PORTAL_EXPIRED;
		return;
	}
	if (question->ask == PORTAL_ASK_OPEN || question->ask == PORTAL_ASK_EXPORT)
		open_cases(stand, visit, question, answer);
	else if (question->ask == PORTAL_ASK_SIGN)
		sign(question, answer);
	else if (question->ask == PORTAL_ASK_REQUEST)
		stand->erased |= question->wish == PORTAL_ERASE;
	else if (question->ask == PORTAL_ASK_END)
		visit->proven = false;
	for (size_t i = 0; question->ask == PORTAL_ASK_OPEN && question->case_count == 1 && i < visit->opened_count;
		i++) {
		struct portal_log_entry *entry = &answer->log[answer->log_count++];
		*entry = (struct portal_log_entry){
			.at = visit->opened[i], .what = PORTAL_ASK_OPEN, .who = PORTAL_MAILBOX};
		memcpy(entry->case_id, which.case_id, PORTAL_ID_BYTES);
	}
}

static void answer_question(struct stand *stand, const struct portal_question *question, struct portal_answer *answer)
{
	uint8_t secret_key[64];
	*answer = (struct portal_answer){.ask = question->ask};
	switch (question->ask) {
	case PORTAL_ASK_ABOUT:
		portal_signing_pair(seal_key, answer->public_key, secret_key);
		snprintf(answer->key_id, sizeof answer->key_id, "k1");
		break;
	case PORTAL_ASK_BEGIN_MAILBOX:
	case PORTAL_ASK_BEGIN_DOMAIN:
		begin_asking(stand, question, answer);
		break;
	case PORTAL_ASK_CODE:
	case PORTAL_ASK_CHECK_DOMAIN:
		check_proof(stand, question, answer);
		break;
	case PORTAL_ASK_GENUINE:
		if (strcmp(question->notice, "7K3Q-92MD-4XHF") == 0) {
			memcpy(answer->notice_case, which.case_id, PORTAL_ID_BYTES);
			answer->notice_at = 1578873600;
		}
		break;
	default:
		with_session(stand, question, answer);
	}
}

/* --- the socket --- */

static bool serve_one(struct stand *stand, int fd, struct message_reader *reader)
{
	struct message message;
	struct portal_question *question = st_alloc_zero(1, sizeof *question);
	struct portal_answer *answer = st_alloc_zero(1, sizeof *answer);
	st_auto_buf struct st_buf body = {0};
	bool good = message_next(reader, &message) == MESSAGE_OK &&
		    portal_question_decode(message.type, message.body, question);
	if (good) {
		answer_question(stand, question, answer);
		portal_answer_encode(answer, &body);
		good = message_send(fd, (uint32_t)(PORTAL_ANSWER + question->ask), body.data, body.size, -1) == 0;
	}
	free(question);
	free(answer);
	return good;
}

static void serve(struct stand *stand, int listening)
{
	struct pollfd polled[CONNECTIONS] = {{.fd = listening, .events = POLLIN}};
	struct message_reader *readers[CONNECTIONS] = {0};
	for (;;) {
		poll(polled, CONNECTIONS, -1);
		for (int i = 1; i < CONNECTIONS; i++) {
			if (readers[i] != NULL && polled[i].revents != 0 &&
				!serve_one(stand, polled[i].fd, readers[i])) {
				message_reader_close(readers[i]);
				readers[i] = NULL;
				close(polled[i].fd);
				polled[i].fd = -1;
			} else if (readers[i] == NULL && (polled[0].revents & POLLIN) != 0) {
				polled[0].revents = 0;
				polled[i] = (struct pollfd){.fd = accept(listening, NULL, NULL), .events = POLLIN};
				readers[i] = message_reader_open(polled[i].fd);
			} else if (readers[i] == NULL) {
				polled[i].fd = -1;
			}
		}
	}
}

int main(int argc, char **argv)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	if (argc != 2 || sodium_init() < 0)
		return 2;
	write_index(argv[1]);
	signal(SIGPIPE, SIG_IGN);
	snprintf(address.sun_path, sizeof address.sun_path, "%.90s/keyholder", argv[1]);
	int listening = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (listening < 0 || bind(listening, (const struct sockaddr *)&address, sizeof address) != 0 ||
		listen(listening, 64) != 0)
		return 1;
	serve(st_alloc_zero(1, sizeof(struct stand)), listening);
	return 0;
}
