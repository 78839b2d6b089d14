/* Bytes over TCP, with or without TLS: what a row says is sent, and what comes back is read until the server is quiet.
 */
#include "fetch/fetch.h"

#include "base/ceilings.h"
#include "base/clock.h"

#include <poll.h>

/* Behind the first bytes of an answer: more of it comes within this time, or it is over. */
#define QUIET_MS 300
/* For the first bytes. */
#define FIRST_MS 5000

static bool wait_for(struct fetch *fetch, short events, uint64_t until_ms)
{
	curl_socket_t socket = CURL_SOCKET_BAD;
	curl_easy_getinfo(fetch->curl, CURLINFO_ACTIVESOCKET, &socket);
	uint64_t now = st_now_ms();
	struct pollfd ready = {.fd = socket, .events = events};
	return socket != CURL_SOCKET_BAD && now < until_ms && poll(&ready, 1, (int)(until_ms - now)) > 0;
}

static bool send_all(struct fetch *fetch, struct st_span bytes, uint64_t until_ms)
{
	while (bytes.size > 0) {
		size_t sent = 0;
		CURLcode code = curl_easy_send(fetch->curl, bytes.data, bytes.size, &sent);
		if (code != CURLE_OK && code != CURLE_AGAIN)
			return false;
		bytes.data += sent;
		bytes.size -= sent;
		if (code == CURLE_AGAIN && !wait_for(fetch, POLLOUT, until_ms))
			return false;
	}
	return true;
}

/* False: the connection is over. */
static bool receive(struct fetch *fetch, struct st_buf *out, size_t room, uint64_t until_ms)
{
	uint64_t patience = until_ms < st_now_ms() + FIRST_MS ? until_ms : st_now_ms() + FIRST_MS;
	while (out->size < room) {
		uint8_t block[4096];
		size_t got = 0, wanted = room - out->size < sizeof block ? room - out->size : sizeof block;
		CURLcode code = curl_easy_recv(fetch->curl, block, wanted, &got);
		if (code == CURLE_AGAIN) {
			if (!wait_for(fetch, POLLIN, patience))
				return true;
			continue;
		}
		if (code != CURLE_OK || got == 0)
			return false;
		st_buf_add(out, block, got);
		patience = st_now_ms() + QUIET_MS < until_ms ? st_now_ms() + QUIET_MS : until_ms;
	}
	return true;
}

static bool step(struct fetch *fetch, struct st_span bytes, struct fetch_reply *reply, uint64_t until_ms)
{
	st_auto_buf struct st_buf answer = {0}, framed = {0};
	bool sent = send_all(fetch, bytes, until_ms);
	uint64_t room = reply->limit_bytes - reply->body_bytes;
	bool open = sent && room > 4 && receive(fetch, &answer, (size_t)room - 4, until_ms);
	if (sent && room > 4) {
		st_buf_add_span(&framed, answer.data, answer.size);
		(void)fetch_reply_add(reply, framed.data, framed.size);
	}
	return open;
}

static bool connect_only(struct fetch *fetch, struct fetch_question *question, struct fetch_reply *reply)
{
	if (!fetch_prepare(fetch, question, reply))
		return false;
	curl_easy_setopt(fetch->curl, CURLOPT_CONNECT_ONLY, 1L);
	curl_easy_setopt(fetch->curl, CURLOPT_SSL_ENABLE_ALPN, 0L);
	curl_easy_setopt(fetch->curl, CURLOPT_FRESH_CONNECT, 1L);
	CURLcode code = fetch_perform(fetch, question, "/");
	if (code != CURLE_OK)
		fetch_reply_failed(reply, code);
	return code == CURLE_OK;
}

void fetch_exchange(struct fetch *fetch, struct fetch_question *question, struct fetch_reply *reply)
{
	uint64_t until_ms = st_now_ms() + CEIL_REQUEST_MS;
	if (!connect_only(fetch, question, reply))
		return;
	uint32_t steps = st_cursor_u32(&question->rest);
	for (uint32_t i = 0; i < steps && !question->rest.bad; i++) {
		struct st_span bytes = st_cursor_span(&question->rest);
		if (question->rest.bad || !step(fetch, bytes, reply, until_ms))
			break;
	}
}

void fetch_resolve(struct fetch *fetch, struct fetch_question *question, struct fetch_reply *reply)
{
	question->tls = false; /* the port is all that is asked about */
	(void)connect_only(fetch, question, reply);
}
