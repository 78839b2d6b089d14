/* One HTTP request and its answer: status, the headers of the closed list, the first bytes of the body. */
#include "fetch/fetch.h"

#include "base/ceilings.h"
#include "base/clock.h"
#include "fetch/sign.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

bool fetch_reply_add(struct fetch_reply *reply, const void *data, size_t size)
{
	if (reply->body < 0)
		reply->body = memfd_create("body", MFD_CLOEXEC);
	if (reply->body < 0)
		return false;
	size_t room = (size_t)(reply->limit_bytes - reply->body_bytes);
	size_t take = size < room ? size : room;
	if (st_write_full(reply->body, data, take) != 0)
		return false;
	st_sha256_add(reply->hash, data, take);
	reply->body_bytes += take;
	reply->cut = reply->cut || take < size;
	return take == size;
}

static size_t on_body(char *data, size_t unit, size_t count, void *context)
{
	return fetch_reply_add(context, data, unit * count) ? unit * count : 0;
}

static void clear_headers(struct fetch_reply *reply)
{
	for (int i = 0; i < PROBE_HEADERS; i++) {
		free(reply->header[i]);
		reply->header[i] = NULL;
	}
}

/* The first of equal names stays. Controls become '?': a value is printed and written into evidence. */
static void take_header(struct fetch_reply *reply, const char *line, size_t size)
{
	const char *colon = memchr(line, ':', size);
	enum probe_header header = colon != NULL ? probe_header_find(line, (size_t)(colon - line)) : PROBE_HEADERS;
	if (header == PROBE_HEADERS || reply->header[header] != NULL)
		return;
	const char *value = colon + 1, *end = line + size;
	while (value < end && isspace((unsigned char)*value))
		value++;
	while (end > value && isspace((unsigned char)end[-1]))
		end--;
	size_t length = (size_t)(end - value);
	if (length > CEIL_ANSWER_VALUE_BYTES)
		length = CEIL_ANSWER_VALUE_BYTES;
	/* A server may say back what it was told. */
	bool secret = reply->sent != NULL && fetch_credential_is_in(reply->sent,
						     (struct st_span){(const uint8_t *)value, (size_t)(end - value)});
	if (secret)
		length = 0;
	char *text = st_strndup(value, length);
	for (size_t i = 0; i < length; i++)
		if ((unsigned char)text[i] < ' ' || (unsigned char)text[i] >= 0x7f)
			text[i] = '?';
	reply->header[header] = text;
}

/* A coding of the whole message that nobody asked for, with TE, and that libcurl would undo: only chunks are framing
 * (RFC 9112, 6.1 and 7.4). */
static bool is_packed(const char *line, size_t size)
{
	static const char name[] = "transfer-encoding:", chunked[] = "chunked";
	size_t length = sizeof name - 1;
	if (size < length || strncasecmp(line, name, length) != 0)
		return false;
	for (line += length, size -= length; size > 0 && isspace((unsigned char)line[0]); line++)
		size--;
	while (size > 0 && isspace((unsigned char)line[size - 1]))
		size--;
	return size != sizeof chunked - 1 || strncasecmp(line, chunked, size) != 0;
}

static size_t on_header(char *data, size_t unit, size_t count, void *context)
{
	struct fetch_reply *reply = context;
	size_t size = unit * count;
	reply->header_bytes += size;
	if (reply->header_bytes > CEIL_ANSWER_HEADER_BYTES) {
		reply->outcome = PROBE_TOO_LARGE;
		return 0;
	}
	if (is_packed(data, size)) {
		reply->outcome = PROBE_BROKEN;
		return 0;
	}
	/* A new status line: what came before was 100 Continue or the like. */
	if (size >= 5 && memcmp(data, "HTTP/", 5) == 0) {
		clear_headers(reply);
		reply->headers_end = false;
	} else {
		take_header(reply, data, size);
		reply->headers_end = reply->headers_end || data[0] == '\r' || data[0] == '\n';
	}
	return size;
}

static int on_wire(CURL *curl, curl_infotype kind, char *data, size_t size, void *context)
{
	struct fetch_reply *reply = context;
	(void)curl, (void)data;
	if (kind == CURLINFO_HEADER_IN || kind == CURLINFO_DATA_IN)
		reply->wire_bytes += size;
	return 0;
}

/* Ends an answer that is nothing but framing: sizes and extensions of chunks, which libcurl passes over for ever. */
static int on_progress(void *context, curl_off_t down_all, curl_off_t down, curl_off_t up_all, curl_off_t up)
{
	struct fetch_reply *reply = context;
	(void)down_all, (void)down, (void)up_all, (void)up;
	if (reply->wire_bytes <= 2 * reply->body_bytes + CEIL_ANSWER_FRAMING_BYTES)
		return 0;
	reply->outcome = PROBE_TOO_LARGE;
	return 1;
}

void fetch_reply_failed(struct fetch_reply *reply, CURLcode code)
{
	if (reply->outcome != PROBE_ANSWERED)
		return;
	switch (code) {
	case CURLE_COULDNT_CONNECT:
		reply->outcome = PROBE_NO_CONNECTION;
		break;
	case CURLE_OPERATION_TIMEDOUT:
		reply->outcome = PROBE_TIMED_OUT;
		break;
	case CURLE_SSL_CONNECT_ERROR:
	case CURLE_PEER_FAILED_VERIFICATION:
	case CURLE_SSL_CERTPROBLEM:
	case CURLE_SSL_CIPHER:
	case CURLE_SSL_CACERT_BADFILE:
	case CURLE_SSL_ISSUER_ERROR:
		reply->outcome = PROBE_TLS_FAILED;
		break;
	default:
		reply->outcome = PROBE_BROKEN;
	}
	size_t size = strlen(curl_easy_strerror(code));
	size = size < sizeof reply->why - 1 ? size : sizeof reply->why - 1;
	memcpy(reply->why, curl_easy_strerror(code), size);
	reply->why[size] = 0;
}

static char *text_of(struct st_cursor *in)
{
	struct st_span span = st_cursor_span(in);
	return st_strndup((const char *)span.data, in->bad ? 0 : span.size);
}

static struct curl_slist *add_lines(struct curl_slist *list, char *lines)
{
	for (char *rest = lines, *line; (line = strsep(&rest, "\n")) != NULL;)
		if (line[0] != 0)
			list = curl_slist_append(list, line);
	return list;
}

/* As libcurl writes Host: the port unless it is the scheme's. */
static char *host_of(const struct fetch_question *question)
{
	bool six = strchr(question->host, ':') != NULL;
	st_auto_free char *port = st_format(":%u", question->port);
	return st_format("%s%s%s%s", six ? "[" : "", question->host, six ? "]" : "",
		question->port == (question->tls ? 443 : 80) ? "" : port);
}

/* What the credential makes of the request, if it is written for it. */
static struct curl_slist *add_credential(struct fetch *fetch, const struct fetch_question *question,
	struct fetch_reply *reply, struct sign_request *request, struct curl_slist *list)
{
	if (!fetch_credential_is_for(
		    &fetch->credential, question->tls, question->host, question->port, request->target))
		return list;
	st_auto_free char *host = host_of(question);
	st_auto_secret struct st_buf lines = {0};
	request->host = host;
	request->now = st_utc_seconds();
	reply->sent = &fetch->credential;
	st_buf_reserve(&lines, 4 * CEIL_AUTH_VALUE_BYTES);
	sign_request(&fetch->credential, request, &lines);
	st_buf_add_byte(&lines, 0);
	return add_lines(list, (char *)lines.data);
}

static void free_lines(struct curl_slist *list)
{
	for (struct curl_slist *at = list; at != NULL; at = at->next)
		explicit_bzero(at->data, strlen(at->data));
	curl_slist_free_all(list);
}

/* Lines of the row, ours, and what libcurl would add of its own taken away. Nothing is decoded here, whatever a row
 * accepts. */
static struct curl_slist *header_list(const struct fetch *fetch, char *lines, struct curl_slist *list)
{
	if (strcasestr(lines, "accept-encoding:") == NULL)
		list = curl_slist_append(list, "Accept-Encoding: identity");
	list = curl_slist_append(list, "Expect:");
	st_auto_free char *from = st_format("From: %s", fetch->from);
	if (fetch->from[0] != 0)
		list = curl_slist_append(list, from);
	return add_lines(list, lines);
}

static void set_method(CURL *curl, const char *method, const char *body, size_t size)
{
	if (strcmp(method, "HEAD") == 0) {
		curl_easy_setopt(curl, CURLOPT_NOBODY, 1L);
	} else if (strcmp(method, "POST") == 0) {
		curl_easy_setopt(curl, CURLOPT_POST, 1L);
		curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)size);
		curl_easy_setopt(curl, CURLOPT_POSTFIELDS, body);
	} else if (strcmp(method, "DELETE") == 0) {
		curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)size);
		curl_easy_setopt(curl, CURLOPT_POSTFIELDS, body);
		curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, "DELETE");
	} else {
		curl_easy_setopt(curl, CURLOPT_HTTPGET, 1L);
	}
}

static void judge(struct fetch *fetch, struct fetch_reply *reply, CURLcode code)
{
	long status = 0;
	curl_easy_getinfo(fetch->curl, CURLINFO_RESPONSE_CODE, &status);
	reply->status = status > 0 && status < 1000 ? (uint32_t)status : 0;
	/* We had enough of the body (of some, nothing is wanted), or it broke off: what came before it is an answer all
	 * the same. */
	bool headers_came = reply->status >= 200 && reply->headers_end && reply->outcome == PROBE_ANSWERED;
	bool late = code == CURLE_WRITE_ERROR || code == CURLE_PARTIAL_FILE || code == CURLE_RECV_ERROR ||
		    code == CURLE_OPERATION_TIMEDOUT || code == CURLE_ABORTED_BY_CALLBACK;
	if (code != CURLE_OK && headers_came && late && (reply->body_bytes > 0 || reply->limit_bytes == 0))
		reply->cut = true;
	else if (code != CURLE_OK)
		fetch_reply_failed(reply, code);
	else if (reply->status == 0 || !reply->headers_end)
		reply->outcome = PROBE_BROKEN;
}

/* A connection that was kept may end just when it is used again: nothing was answered then, and the request is sent
 * once more over a new one (RFC 9112, 9.3.1). libcurl does so by itself, but not when the end shows while a body is
 * sent. */
static CURLcode perform(
	struct fetch *fetch, const struct fetch_question *question, struct fetch_reply *reply, const char *target)
{
	CURLcode code = fetch_perform(fetch, question, target);
	long connections = 1;
	curl_easy_getinfo(fetch->curl, CURLINFO_NUM_CONNECTS, &connections);
	bool lost = code == CURLE_SEND_ERROR || code == CURLE_RECV_ERROR || code == CURLE_GOT_NOTHING;
	if (!lost || connections > 0 || reply->wire_bytes > 0)
		return code;
	curl_easy_setopt(fetch->curl, CURLOPT_FRESH_CONNECT, 1L);
	return fetch_perform(fetch, question, target);
}

void fetch_http(struct fetch *fetch, struct fetch_question *question, struct fetch_reply *reply)
{
	if (!fetch_prepare(fetch, question, reply))
		return;
	CURL *curl = fetch->curl;
	st_auto_free char *method = text_of(&question->rest), *target = text_of(&question->rest);
	st_auto_free char *lines = text_of(&question->rest);
	struct st_span body = st_cursor_span(&question->rest);
	if (question->rest.bad) {
		reply->outcome = PROBE_BROKEN;
		return;
	}
	struct sign_request request = {.method = method, .target = target, .headers = lines, .body = body};
	/* Signed first: lines are cut up when they go into the list. */
	struct curl_slist *headers = add_credential(fetch, question, reply, &request, NULL);
	headers = header_list(fetch, lines, headers);
	curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
	curl_easy_setopt(curl, CURLOPT_USERAGENT, fetch->agent);
	curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, on_body);
	curl_easy_setopt(curl, CURLOPT_WRITEDATA, reply);
	curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, on_header);
	curl_easy_setopt(curl, CURLOPT_HEADERDATA, reply);
	curl_easy_setopt(curl, CURLOPT_VERBOSE, 1L);
	curl_easy_setopt(curl, CURLOPT_DEBUGFUNCTION, on_wire);
	curl_easy_setopt(curl, CURLOPT_DEBUGDATA, reply);
	curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
	curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, on_progress);
	curl_easy_setopt(curl, CURLOPT_XFERINFODATA, reply);
	set_method(curl, method, (const char *)body.data, body.size);
	judge(fetch, reply, perform(fetch, question, reply, target));
	free_lines(headers);
}
