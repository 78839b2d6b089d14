/*
 * An object read in ranges (RFC 9110, 14): each must be of the version that was listed, by its entity tag and its size,
 * and of that version again by If-Match. What a server does instead is a reason. Tries again what may pass: lost
 * connections, 429 and 5xx, waiting as long as the server asks for.
 */
#include "fetch/fetch.h"

#include "base/ceilings.h"
#include "base/clock.h"
#include "base/coverage.h"
#include "fetch/protocol.h"
#include "probe/etag.h"
#include "probe/pace.h"

#include <stdio.h>
#include <stdlib.h>
#include <strings.h>
#include <time.h>
#include <unistd.h>

void fetch_object_close(struct fetch *fetch)
{
	struct fetch_object *object = &fetch->object;
	if (object->pipe >= 0)
		close(object->pipe);
	free(object->question.host);
	free(object->target);
	free(object->headers);
	free(object->etag);
	*object = (struct fetch_object){.pipe = -1};
}

bool fetch_object_open(struct fetch *fetch, const struct fetch_question *question, int pipe)
{
	fetch_object_close(fetch);
	struct fetch_object *object = &fetch->object;
	struct st_cursor in = question->rest;
	struct st_span target = st_cursor_span(&in), headers = st_cursor_span(&in);
	object->question = *question;
	object->pipe = pipe;
	object->size = st_cursor_u64(&in);
	object->listed_etag = st_cursor_u64(&in);
	object->interval_ms = st_cursor_u32(&in);
	object->by_generation = st_cursor_byte(&in) != 0;
	object->target = st_strndup((const char *)target.data, in.bad ? 0 : target.size);
	object->headers = st_strndup((const char *)headers.data, in.bad ? 0 : headers.size);
	return !in.bad && pipe >= 0;
}

void fetch_wait_ms(uint64_t ms)
{
	struct timespec left = {.tv_sec = (time_t)(ms / 1000), .tv_nsec = (long)(ms % 1000) * 1000000};
	while (ms > 0 && nanosleep(&left, &left) != 0)
		;
}

/* "bytes 0-99/1234": is this the range asked for, of an object of this size? */
static bool range_is(const char *header, uint64_t offset, uint64_t length, uint64_t size)
{
	st_auto_free char *wanted = st_format("bytes %llu-%llu/%llu", (unsigned long long)offset,
		(unsigned long long)(offset + length - 1), (unsigned long long)size);
	return header != NULL && strcmp(header, wanted) == 0;
}

static bool etag_is_listed(struct fetch_object *object, const char *etag)
{
	struct st_span tag = {(const uint8_t *)etag, etag != NULL ? strlen(etag) : 0};
	uint64_t now = probe_etag(tag);
	if (!object->by_generation && object->listed_etag != 0 && now != 0 && now != object->listed_etag)
		return false;
	/* Not every server heeds If-Match: what it says of its later ranges is held against the first. */
	if (object->bytes > 0 && now != object->given_etag)
		return false;
	object->given_etag = now;
	/* If-Match compares strongly: weak tags match nothing (13.1.1). */
	if (object->etag == NULL && tag.size > 0 && tag.data[0] == '"')
		object->etag = st_strndup(etag, tag.size);
	return true;
}

/* Of Google Cloud Storage the generation says which version it is. */
static bool generation_is_listed(const struct fetch_object *object, const char *generation)
{
	st_auto_free char *wanted = st_format("%llu", (unsigned long long)object->listed_etag);
	return !object->by_generation || (generation != NULL && strcmp(generation, wanted) == 0);
}

static bool is_identity(const char *encoding)
{
	return encoding == NULL || encoding[0] == 0 || strcasecmp(encoding, "identity") == 0;
}

/* Unpacked by the server on its way to us ("Transcoding of gzip-compressed files"): no range of what was listed, and of
 * another size, even if that is the same number. */
static bool is_unpacked(const struct fetch_reply *reply)
{
	const char *stored = reply->header[PROBE_HEADER_X_GOOG_STORED_CONTENT_ENCODING];
	return !is_identity(stored) && is_identity(reply->header[PROBE_HEADER_CONTENT_ENCODING]);
}

/* A server without ranges gives all of it: fine where that was asked for. */
static enum st_reason judge_content(
	struct fetch_object *object, const struct fetch_reply *reply, uint64_t offset, uint64_t length)
{
	bool all = reply->status == 200 && offset == 0 && length == object->size;
	if (!etag_is_listed(object, reply->header[PROBE_HEADER_ETAG]) ||
		!generation_is_listed(object, reply->header[PROBE_HEADER_X_GOOG_GENERATION]))
		return ST_REASON_SOURCE_CHANGED;
	if (is_unpacked(reply))
		return ST_REASON_SOURCE_ERROR;
	if (reply->status == 206 && !range_is(reply->header[PROBE_HEADER_CONTENT_RANGE], offset, length, object->size))
		return ST_REASON_SOURCE_CHANGED;
	if (reply->status == 200 && !all)
		return ST_REASON_SOURCE_ERROR;
	if (reply->cut && reply->body_bytes == length)
		return ST_REASON_SOURCE_CHANGED; /* it has grown, or is longer than its own Content-Range */
	return reply->body_bytes == length ? ST_REASON_NONE : ST_REASON_SOURCE_ERROR;
}

static enum st_reason judge(
	struct fetch_object *object, const struct fetch_reply *reply, uint64_t offset, uint64_t length)
{
	if (reply->outcome == PROBE_PRIVATE)
		return ST_REASON_OUT_OF_SCOPE;
	if (reply->outcome == PROBE_TIMED_OUT)
		return ST_REASON_TIMEOUT;
	if (reply->outcome != PROBE_ANSWERED)
		return ST_REASON_SOURCE_ERROR;
	switch (reply->status) {
	case 200:
	case 206:
		return judge_content(object, reply, offset, length);
	case 404:
	case 410:
	case 412:
	case 416:
		return ST_REASON_SOURCE_CHANGED;
	case 401:
	case 403:
	case 409:
		return ST_REASON_PERMISSION;
	default:
		return ST_REASON_SOURCE_ERROR;
	}
}

static bool may_pass(const struct fetch_reply *reply, enum st_reason reason)
{
	bool asked_to_wait = reply->status == 429 || reply->status == 500 || reply->status >= 502;
	if (is_unpacked(reply))
		return false; /* it would be again */
	return reason == ST_REASON_TIMEOUT ||
	       (reason == ST_REASON_SOURCE_ERROR &&
		       (reply->outcome == PROBE_NO_CONNECTION || reply->outcome == PROBE_BROKEN ||
			       reply->outcome == PROBE_TIMED_OUT || reply->status == 200 || reply->status == 206 ||
			       asked_to_wait));
}

uint64_t fetch_pause_ms(const struct fetch_reply *reply, unsigned tries)
{
	uint64_t seconds = probe_retry_after_s(reply->header[PROBE_HEADER_RETRY_AFTER]);
	if (seconds > CEIL_RETRY_AFTER_S)
		return UINT64_MAX;
	return seconds > 0 ? seconds * 1000 : (uint64_t)250 << tries;
}

/* method, target, headers, no body: what fetch_http reads. */
static void write_request(const struct fetch_object *object, uint64_t offset, uint32_t length, struct st_buf *out)
{
	st_auto_free char *lines =
		st_format("%sRange: bytes=%llu-%llu\n%s%s%s", object->headers, (unsigned long long)offset,
			(unsigned long long)(offset + length - 1), object->etag != NULL ? "If-Match: " : "",
			object->etag != NULL ? object->etag : "", object->etag != NULL ? "\n" : "");
	st_buf_add_span(out, "GET", 3);
	st_buf_add_span(out, object->target, strlen(object->target));
	st_buf_add_span(out, lines, strlen(lines));
	st_buf_add_span(out, "", 0);
}

void fetch_object_pace(struct fetch_object *object)
{
	uint64_t now_ms = st_now_ms();
	if (object->next_ms > now_ms)
		fetch_wait_ms(object->next_ms - now_ms);
	object->next_ms = st_now_ms() + object->interval_ms;
}

static void ask_once(struct fetch *fetch, uint64_t offset, uint32_t length, struct fetch_reply *reply)
{
	struct fetch_object *object = &fetch->object;
	st_auto_buf struct st_buf rest = {0};
	fetch_object_pace(object);
	write_request(object, offset, length, &rest);
	struct fetch_question question = object->question;
	question.rest = (struct st_cursor){.at = rest.data, .end = rest.data + rest.size};
	question.limit_ms = CEIL_RANGE_MS;
	*reply = (struct fetch_reply){.body = -1, .hash = fetch->hash, .limit_bytes = length};
	st_sha256_begin(fetch->hash);
	fetch_http(fetch, &question, reply);
	object->requests++;
	object->status = reply->status;
}

void fetch_reply_drop(struct fetch_reply *reply)
{
	if (reply->body >= 0)
		close(reply->body);
	for (int i = 0; i < PROBE_HEADERS; i++)
		free(reply->header[i]);
	*reply = (struct fetch_reply){.body = -1};
}

static enum st_reason get(struct fetch *fetch, uint64_t offset, uint32_t length, struct fetch_reply *reply)
{
	uint64_t began_ms = st_now_ms();
	for (unsigned tries = 1;; tries++) {
		ask_once(fetch, offset, length, reply);
		enum st_reason reason = judge(&fetch->object, reply, offset, length);
		uint64_t pause = fetch_pause_ms(reply, tries);
		bool again = reason != ST_REASON_NONE && may_pass(reply, reason) && tries < CEIL_RANGE_TRIES &&
			     pause != UINT64_MAX && st_now_ms() - began_ms + pause < CEIL_RANGE_MS;
		if (!again)
			return reason;
		fetch_reply_drop(reply);
		fetch_wait_ms(pause);
	}
}

/* False: the worker is gone. */
static bool send_all(int pipe, const void *data, size_t size)
{
	const uint8_t *at = data;
	while (size > 0) {
		ssize_t sent = write(pipe, at, size);
		if (sent <= 0)
			return false;
		at += sent;
		size -= (size_t)sent;
	}
	return true;
}

static bool send_body(int pipe, int body, uint64_t size)
{
	uint8_t block[65536];
	for (uint64_t at = 0; at < size;) {
		ssize_t got = pread(body, block, sizeof block, (off_t)at);
		if (got <= 0 || !send_all(pipe, block, (size_t)got))
			return false;
		at += (uint64_t)got;
	}
	return true;
}

void fetch_object_deliver(
	struct fetch_object *object, enum st_reason reason, uint32_t length, const struct fetch_reply *reply)
{
	st_auto_buf struct st_buf head = {0};
	uint64_t began_ms = st_now_ms();
	st_buf_add_byte(&head, (uint8_t)reason);
	st_buf_add_u32(&head, length);
	bool sent = send_all(object->pipe, head.data, head.size) &&
		    (length == 0 || send_body(object->pipe, reply->body, length));
	object->blocked_ms += st_now_ms() - began_ms;
	object->bytes += sent ? length : 0;
}

bool fetch_object_range(struct fetch *fetch, struct st_cursor *in)
{
	struct fetch_object *object = &fetch->object;
	struct fetch_reply reply = {.body = -1};
	uint32_t id = st_cursor_u32(in);
	enum st_reason reason = (enum st_reason)st_cursor_byte(in);
	uint64_t offset = st_cursor_u64(in);
	uint32_t length = st_cursor_u32(in);
	if (in->bad || length == 0 || length > CEIL_RANGE_BYTES)
		return false;
	if (object->pipe < 0 || id != object->question.id)
		return true; /* of an object that is over */
	if (offset > object->size || length > object->size - offset)
		return false;
	uint64_t began_ms = st_now_ms();
	/* After one failure the object is over: of its rest nothing is asked. */
	if (reason == ST_REASON_NONE)
		reason = object->failed;
	if (reason == ST_REASON_NONE)
		reason = get(fetch, offset, length, &reply);
	object->network_ms += st_now_ms() - began_ms;
	fetch_object_deliver(object, reason, reason == ST_REASON_NONE ? length : 0, &reply);
	object->failed = reason;
	fetch_reply_drop(&reply);
	return true;
}

bool fetch_object_end(struct fetch *fetch, struct st_cursor *in)
{
	struct fetch_object *object = &fetch->object;
	st_auto_buf struct st_buf body = {0};
	uint32_t id = st_cursor_u32(in);
	if (in->bad)
		return false;
	st_buf_add_u32(&body, id);
	st_buf_add_u32(&body, object->status);
	st_buf_add_u64(&body, object->bytes);
	st_buf_add_u32(&body, object->requests);
	st_buf_add_u64(&body, object->network_ms);
	st_buf_add_u64(&body, object->blocked_ms);
	fetch_object_close(fetch);
	return message_send(FETCH_SOCKET_FD, FETCH_CLOSED, body.data, body.size, -1) == 0;
}
