/*
 * Any frame on the sockets of the keyholder: it decodes to the same message again or not at all, and what decodes as a
 * question is answered by a keyholder with an answer that decodes. The first byte is the type.
 */
#include "portal/keyholder.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct keyholder *make_keyholder(void)
{
	static const uint8_t key[32] = {1};
	char path[] = "/tmp/keyholder-fuzz.XXXXXX";
	struct st_error err = {0};
	struct keyholder *keyholder;
	int fd = mkstemp(path);
	struct keyholder_options options = {key, "0123456789abcdef", path, 1000000, 1000000, false};
	if (fd < 0 || keyholder_open(&options, &keyholder, &err) != ST_OK)
		abort();
	close(fd);
	unlink(path);
	for (const char *const *end = (const char *const[]){"-wal", "-shm", NULL}; *end != NULL; end++) {
		st_auto_free char *beside = st_format("%s%s", path, *end);
		unlink(beside);
	}
	return keyholder;
}

static void ask(struct keyholder *keyholder, struct portal_question *question)
{
	struct portal_answer answer, again;
	struct portal_lookup lookup = {0};
	st_auto_buf struct st_buf bytes = {0};
	/* hashing a code takes 11 ms on purpose */
	if (question->ask == PORTAL_ASK_BEGIN_MAILBOX || question->ask == PORTAL_ASK_CODE)
		return;
	if (!keyholder_answer(keyholder, question, 1700000000, &answer, &lookup)) {
		struct portal_looked_up done = {.verdict = PORTAL_DONE, .registered_at = 1};
		keyholder_looked_up(keyholder, question, &done, 1700000000, &answer);
	}
	portal_answer_encode(&answer, &bytes);
	if (bytes.size > CEIL_PORTAL_MESSAGE_BYTES ||
		!portal_answer_decode(PORTAL_ANSWER + answer.ask, (struct st_span){bytes.data, bytes.size}, &again) ||
		again.verdict != answer.verdict)
		abort();
}

static void questions(struct keyholder *keyholder, uint32_t type, struct st_span body)
{
	struct portal_question question;
	st_auto_buf struct st_buf bytes = {0};
	if (!portal_question_decode(type, body, &question))
		return;
	portal_question_encode(&question, &bytes);
	if (bytes.size != body.size || memcmp(bytes.data, body.data, body.size) != 0)
		abort();
	ask(keyholder, &question);
}

static void errands(struct st_span body)
{
	struct portal_mail mail;
	struct portal_mailed mailed;
	struct portal_lookup lookup;
	struct portal_looked_up looked_up;
	st_auto_buf struct st_buf bytes = {0};
	if (portal_mail_decode(body, &mail))
		portal_mail_encode(&mail, &bytes);
	else if (portal_lookup_decode(body, &lookup))
		portal_lookup_encode(&lookup, &bytes);
	else if (portal_mailed_decode(body, &mailed))
		portal_mailed_encode(&mailed, &bytes);
	else if (portal_looked_up_decode(body, &looked_up))
		portal_looked_up_encode(&looked_up, &bytes);
	else
		return;
	if (bytes.size != body.size || memcmp(bytes.data, body.data, body.size) != 0)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct keyholder *keyholder;
	struct portal_answer answer;
	if (keyholder == NULL)
		keyholder = make_keyholder();
	if (size < 1 || size > CEIL_PORTAL_MESSAGE_BYTES)
		return 0;
	struct st_span body = {data + 1, size - 1};
	questions(keyholder, data[0], body);
	(void)portal_answer_decode(data[0], body, &answer);
	errands(body);
	return 0;
}
