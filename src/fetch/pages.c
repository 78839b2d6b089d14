/*
 * An object read as answers to searches: each question is one request that the case process made of a row, each answer
 * goes to the worker as it is. Tries again what may pass, waiting as long as the server asks for; a question that must
 * not be asked twice, because the server has moved on behind its answer, only where it surely was not heard.
 */
#include "fetch/fetch.h"

#include "base/ceilings.h"
#include "base/clock.h"
#include "fetch/protocol.h"

static enum st_reason judge_status(const struct fetch_reply *reply)
{
	bool full = reply->cut && reply->body_bytes == reply->limit_bytes;
	switch (reply->status) {
	case 200:
		if (reply->cut && !full)
			return ST_REASON_SOURCE_ERROR;
		/* Less than an answer may have at most is what the budget has left. */
		return !reply->cut                                   ? ST_REASON_NONE
		       : reply->limit_bytes < CEIL_ANSWER_BODY_BYTES ? ST_REASON_OUT_OF_SCOPE
								     : ST_REASON_LIMIT_SIZE;
	case 400:
		return ST_REASON_UNSUPPORTED;
	case 404:
	case 410:
		return ST_REASON_SOURCE_CHANGED;
	case 401:
	case 403:
		return ST_REASON_PERMISSION;
	default:
		return ST_REASON_SOURCE_ERROR;
	}
}

static enum st_reason judge(const struct fetch_reply *reply)
{
	switch (reply->outcome) {
	case PROBE_ANSWERED:
		return judge_status(reply);
	case PROBE_PRIVATE:
		return ST_REASON_OUT_OF_SCOPE;
	case PROBE_TIMED_OUT:
		return ST_REASON_TIMEOUT;
	default:
		return ST_REASON_SOURCE_ERROR;
	}
}

static bool may_pass(const struct fetch_reply *reply, enum st_reason reason, bool again)
{
	bool unheard = reply->outcome == PROBE_NO_CONNECTION ||
		       (reply->outcome == PROBE_ANSWERED && (reply->status == 429 || reply->status == 503));
	bool may_pass_too =
		reply->outcome == PROBE_BROKEN || reply->status == 200 || reply->status == 500 || reply->status > 503;
	return reason == ST_REASON_TIMEOUT ? again
					   : reason == ST_REASON_SOURCE_ERROR && (unheard || (again && may_pass_too));
}

struct page {
	bool again;
	uint32_t limit_bytes;
	uint64_t bytes; /* of all tries */
};

static void ask_once(struct fetch *fetch, struct page *page, struct st_cursor request, struct fetch_reply *reply)
{
	struct fetch_object *object = &fetch->object;
	fetch_object_pace(object);
	struct fetch_question question = object->question;
	question.rest = request;
	question.limit_ms = CEIL_RANGE_MS;
	*reply = (struct fetch_reply){.body = -1, .hash = fetch->hash, .limit_bytes = page->limit_bytes};
	st_sha256_begin(fetch->hash);
	fetch_http(fetch, &question, reply);
	object->requests++;
	object->status = reply->status;
	page->bytes += reply->body_bytes;
}

static enum st_reason get(struct fetch *fetch, struct page *page, struct st_cursor request, struct fetch_reply *reply)
{
	uint64_t began_ms = st_now_ms();
	for (unsigned tries = 1;; tries++) {
		ask_once(fetch, page, request, reply);
		enum st_reason reason = judge(reply);
		uint64_t pause = fetch_pause_ms(reply, tries);
		if (reason == ST_REASON_NONE || !may_pass(reply, reason, page->again) || tries == CEIL_RANGE_TRIES ||
			pause == UINT64_MAX || st_now_ms() - began_ms + pause >= CEIL_RANGE_MS)
			return reason;
		fetch_reply_drop(reply);
		fetch_wait_ms(pause);
	}
}

static bool tell(uint32_t id, uint32_t status, uint64_t bytes)
{
	st_auto_buf struct st_buf body = {0};
	st_buf_add_u32(&body, id);
	st_buf_add_u32(&body, status);
	st_buf_add_u64(&body, bytes);
	return message_send(FETCH_SOCKET_FD, FETCH_PAGED, body.data, body.size, -1) == 0;
}

bool fetch_object_page(struct fetch *fetch, struct st_cursor *in)
{
	struct fetch_object *object = &fetch->object;
	struct fetch_reply reply = {.body = -1};
	struct page page = {0};
	uint32_t id = st_cursor_u32(in);
	enum st_reason reason = (enum st_reason)st_cursor_byte(in);
	page.again = st_cursor_byte(in) != 0;
	page.limit_bytes = st_cursor_u32(in);
	if (in->bad || page.limit_bytes > CEIL_ANSWER_BODY_BYTES)
		return false;
	if (object->pipe < 0 || id != object->question.id)
		return true; /* of an object that is over */
	uint64_t began_ms = st_now_ms();
	if (reason == ST_REASON_NONE)
		reason = get(fetch, &page, *in, &reply);
	object->network_ms += st_now_ms() - began_ms;
	bool told = tell(id, reply.status, page.bytes);
	bool has_body = reply.body >= 0 && (reason == ST_REASON_NONE || reason == ST_REASON_LIMIT_SIZE ||
						   reason == ST_REASON_OUT_OF_SCOPE);
	fetch_object_deliver(object, reason, has_body ? (uint32_t)reply.body_bytes : 0, &reply);
	fetch_reply_drop(&reply);
	return told;
}
