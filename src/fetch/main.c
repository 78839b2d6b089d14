/*
 * staunch-fetch: the program that has sockets, and nothing else. Started by the launcher as `staunch-fetch fetch` with
 * its socket as descriptor 3. It opens no case, writes no file, parses no body: those go to the case process as memory
 * and from there to a worker.
 */
#include "fetch/fetch.h"

#include "base/ceilings.h"
#include "base/clock.h"
#include "fetch/protocol.h"
#include "process/confine.h"

#include <fcntl.h>
#include <nss.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <unistd.h>

static const char *const certificate_files[] = {
	"/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/cert.pem"};

static void fail_to_start(const char *what)
{
	st_auto_buf struct st_buf body = {0};
	st_buf_add_span(&body, what, strlen(what));
	(void)message_send(FETCH_SOCKET_FD, FETCH_ERROR, body.data, body.size, -1);
	_exit(4);
}

/* The machine's certificates, read before the jail; without any, nothing is trusted and https fails. */
static void read_certificates(struct st_buf *out)
{
	for (size_t i = 0; i < sizeof certificate_files / sizeof certificate_files[0] && out->size == 0; i++) {
		st_auto_close int fd = open(certificate_files[i], O_RDONLY | O_CLOEXEC);
		uint8_t block[16384];
		for (ssize_t got; fd >= 0 && (got = read(fd, block, sizeof block)) > 0;)
			st_buf_add(out, block, (size_t)got);
	}
}

static char *take_text(struct st_cursor *in)
{
	struct st_span span = st_cursor_span(in);
	return st_strndup((const char *)span.data, in->bad ? 0 : span.size);
}

struct start {
	bool unconfined;
	uint64_t memory_bytes;
	uint16_t *ports;
	uint32_t port_count;
};

static bool read_start(struct fetch *fetch, struct start *start)
{
	struct message message;
	if (message_next(fetch->reader, &message) != MESSAGE_OK || message.type != FETCH_START)
		return false;
	struct st_cursor in = {.at = message.body.data, .end = message.body.data + message.body.size};
	start->unconfined = st_cursor_byte(&in) != 0;
	start->memory_bytes = st_cursor_u64(&in);
	fetch->agent = take_text(&in);
	fetch->from = take_text(&in);
	struct st_span certificates = st_cursor_span(&in);
	if (in.bad)
		return false;
	st_buf_add(&fetch->certificates, certificates.data, certificates.size);
	start->port_count = st_cursor_u32(&in);
	if (in.bad || start->port_count > CEIL_SCOPE_TARGETS)
		return false;
	start->ports = st_alloc_zero(start->port_count + 1, sizeof *start->ports);
	for (uint32_t i = 0; i < start->port_count; i++)
		start->ports[i] = st_cursor_u16(&in);
	return !in.bad;
}

/* Everything that libraries load lazily, while files may still be opened. */
static void prepare(struct fetch *fetch)
{
	if (fetch->certificates.size == 0)
		read_certificates(&fetch->certificates);
	/* No resolver modules beside libc's own: nothing is loaded in the jail, nobody else is asked. */
	__nss_configure_lookup("hosts", "files dns");
	if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
		fail_to_start("libcurl does not start");
	fetch->curl = curl_easy_init();
	fetch->hash = st_sha256_new();
	if (fetch->curl == NULL)
		fail_to_start("libcurl gives no handle");
	fetch_warm_up(fetch);
}

static void enter_jail(const struct start *start)
{
	struct st_error err = {0};
	struct confine_limits limits = {.memory_bytes = start->memory_bytes,
		.output_bytes = CEIL_ANSWER_BODY_BYTES,
		.ports = start->ports,
		.port_count = start->port_count};
	int landlock_abi = confine_available().landlock_abi;
	if (!start->unconfined && confine(CONFINE_FETCH, &limits, FETCH_SOCKET_FD, FETCH_FORBIDDEN, &err) != ST_OK)
		fail_to_start(err.what);
	const char *version = curl_version_info(CURLVERSION_NOW)->version;
	st_auto_buf struct st_buf body = {0};
	st_buf_add_byte(&body, (uint8_t)landlock_abi);
	st_buf_add_byte(&body, !start->unconfined);
	st_buf_add_span(&body, version, strlen(version));
	if (message_send(FETCH_SOCKET_FD, FETCH_READY, body.data, body.size, -1) != 0)
		_exit(0);
}

static void encode(struct st_buf *out, uint32_t id, uint64_t began_ms, struct fetch_reply *reply)
{
	uint8_t sha256[ST_SHA256_BYTES];
	uint32_t headers = 0;
	st_sha256_end(reply->hash, sha256);
	st_buf_add_u32(out, id);
	st_buf_add_byte(out, (uint8_t)reply->outcome);
	st_buf_add_u32(out, reply->status);
	st_buf_add_u64(out, reply->body_bytes);
	st_buf_add_byte(out, !reply->cut);
	st_buf_add_u32(out, (uint32_t)(st_now_ms() - began_ms));
	st_buf_add_span(out, reply->address, strlen(reply->address));
	st_buf_add_span(out, reply->why, strlen(reply->why));
	st_buf_add(out, sha256, sizeof sha256);
	for (int i = 0; i < PROBE_HEADERS; i++)
		headers += reply->header[i] != NULL;
	st_buf_add_u32(out, headers);
	for (int i = 0; i < PROBE_HEADERS; i++) {
		if (reply->header[i] == NULL)
			continue;
		st_buf_add_byte(out, (uint8_t)i);
		st_buf_add_span(out, reply->header[i], strlen(reply->header[i]));
		free(reply->header[i]);
	}
}

static bool read_question(const struct message *message, struct fetch_question *question)
{
	struct st_cursor in = {.at = message->body.data, .end = message->body.data + message->body.size};
	question->id = st_cursor_u32(&in);
	question->tls = st_cursor_byte(&in) != 0;
	uint8_t literal = st_cursor_byte(&in);
	question->literal = literal == 1;
	question->private_allowed = literal == 2;
	question->host = take_text(&in);
	question->port = st_cursor_u16(&in);
	if (message->type != FETCH_RESOLVE && message->type != FETCH_OPEN && message->type != FETCH_MAIL)
		question->body_bytes = st_cursor_u32(&in);
	question->rest = in;
	return !in.bad;
}

static bool answer(struct fetch *fetch, const struct message *message)
{
	struct fetch_question question = {0};
	bool sound = read_question(message, &question);
	struct fetch_reply reply = {.body = -1, .hash = fetch->hash, .limit_bytes = question.body_bytes};
	uint64_t began_ms = st_now_ms();
	st_sha256_begin(fetch->hash);
	if (sound && message->type == FETCH_HTTP)
		fetch_http(fetch, &question, &reply);
	else if (sound && message->type == FETCH_EXCHANGE)
		fetch_exchange(fetch, &question, &reply);
	else if (sound && message->type == FETCH_RESOLVE)
		fetch_resolve(fetch, &question, &reply);
	else if (sound && message->type == FETCH_MAIL)
		fetch_mail(fetch, &question, &reply);
	else
		sound = false;
	st_auto_buf struct st_buf body = {0};
	encode(&body, question.id, began_ms, &reply);
	free(question.host);
	bool sent = sound && message_send(FETCH_SOCKET_FD, FETCH_ANSWER, body.data, body.size, reply.body) == 0;
	if (reply.body >= 0)
		close(reply.body);
	return sent;
}

/* Everything about objects in ranges; false: the case process broke the protocol, or is gone. */
static bool object(struct fetch *fetch, const struct message *message)
{
	struct st_cursor in = {.at = message->body.data, .end = message->body.data + message->body.size};
	if (message->type == FETCH_RANGE)
		return fetch_object_range(fetch, &in);
	if (message->type == FETCH_PAGE)
		return fetch_object_page(fetch, &in);
	if (message->type == FETCH_CLOSE)
		return fetch_object_end(fetch, &in);
	struct fetch_question question = {0};
	return read_question(message, &question) && fetch_object_open(fetch, &question, message->fd);
}

static bool take_credential(struct fetch *fetch, const struct message *message)
{
	struct st_cursor in = {.at = message->body.data, .end = message->body.data + message->body.size};
	bool sound = fetch_credential_take(&fetch->credential, &in);
	message_reader_forget(fetch->reader);
	return sound;
}

static bool is_about_object(const struct message *message)
{
	return message->type == FETCH_OPEN || message->type == FETCH_RANGE || message->type == FETCH_PAGE ||
	       message->type == FETCH_CLOSE;
}

static int serve(struct fetch *fetch)
{
	for (;;) {
		struct message message;
		enum message_result result = message_next(fetch->reader, &message);
		if (result == MESSAGE_CLOSED)
			return 0;
		if (result != MESSAGE_OK)
			return 1;
		bool sound = message.type == FETCH_CREDENTIAL ? take_credential(fetch, &message)
			     : is_about_object(&message)      ? object(fetch, &message)
							      : answer(fetch, &message);
		if (message.type == FETCH_MAIL)
			message_reader_forget(fetch->reader); /* it may hold a code */
		if (!sound)
			return 1;
	}
}

int main(int argc, char **argv)
{
	confine_harden();
	prctl(PR_SET_NAME, "staunch-fetch", 0, 0, 0);
	if (argc == 2 && strcmp(argv[1], "--version") == 0) {
		puts("staunch-fetch " STAUNCH_VERSION);
		return 0;
	}
	if (argc != 2 || strcmp(argv[1], "fetch") != 0) {
		fputs("staunch-fetch: started by staunch, not by hand\n", stderr);
		return 2;
	}
	struct fetch fetch = {.reader = message_reader_open(FETCH_SOCKET_FD), .object.pipe = -1};
	struct start start;
	signal(SIGPIPE, SIG_IGN); /* a worker that is gone is an error of write(2) */
	if (!read_start(&fetch, &start))
		_exit(1);
	prepare(&fetch);
	enter_jail(&start);
	int status = serve(&fetch);
	fetch_credential_wipe(&fetch.credential);
	_exit(status);
}
