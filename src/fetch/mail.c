/* One mail to one server over SMTP (RFC 5321), for alerts of a watch and for codes of a portal: no queue of our own. */
#include "fetch/fetch.h"

#include "base/ceilings.h"

struct mail_left {
	struct st_span bytes;
};

static size_t on_read(char *out, size_t unit, size_t count, void *context)
{
	struct mail_left *left = context;
	size_t take = unit * count < left->bytes.size ? unit * count : left->bytes.size;
	if (take > 0)
		memcpy(out, left->bytes.data, take);
	left->bytes.data += take;
	left->bytes.size -= take;
	return take;
}

/* What comes back are lines of SMTP: their last code is told by libcurl. */
static size_t on_line(char *data, size_t unit, size_t count, void *context)
{
	struct fetch_reply *reply = context;
	(void)data;
	reply->header_bytes += unit * count;
	if (reply->header_bytes <= CEIL_ANSWER_HEADER_BYTES)
		return unit * count;
	reply->outcome = PROBE_TOO_LARGE;
	return 0;
}

static struct curl_slist *recipients(struct st_cursor *in)
{
	struct curl_slist *list = NULL;
	uint32_t count = st_cursor_u32(in);
	for (uint32_t i = 0; i < count && i < CEIL_ALERT_ADDRESSES && !in->bad; i++) {
		struct st_span one = st_cursor_span(in);
		st_auto_free char *text = st_format("<%.*s>", in->bad ? 0 : (int)one.size, (const char *)one.data);
		list = curl_slist_append(list, text);
	}
	return list;
}

/* RFC 4954, with a credential for this server alone: as it is, because TLS is around it, or nobody is between. */
static void log_in(struct fetch *fetch, const struct fetch_question *question)
{
	const struct fetch_credential *credential = &fetch->credential;
	if (!fetch_credential_is_for(credential, question->tls, question->host, question->port, "/"))
		return;
	curl_easy_setopt(fetch->curl, CURLOPT_USERNAME, fetch_credential_value(credential, PROBE_AUTH_USER));
	curl_easy_setopt(fetch->curl, CURLOPT_PASSWORD, fetch_credential_value(credential, PROBE_AUTH_PASSWORD));
	curl_easy_setopt(fetch->curl, CURLOPT_LOGIN_OPTIONS, "AUTH=PLAIN;AUTH=LOGIN");
}

static void send_it(struct fetch *fetch, struct fetch_question *question, struct fetch_reply *reply)
{
	CURL *curl = fetch->curl;
	bool starttls = st_cursor_byte(&question->rest) != 0;
	struct st_span helo = st_cursor_span(&question->rest), from = st_cursor_span(&question->rest);
	struct curl_slist *to = recipients(&question->rest);
	struct mail_left left = {st_cursor_span(&question->rest)};
	if (question->rest.bad || to == NULL) {
		curl_slist_free_all(to);
		reply->outcome = PROBE_BROKEN;
		return;
	}
	st_auto_free char *sender = st_format("<%.*s>", (int)from.size, (const char *)from.data);
	st_auto_free char *name = st_format("/%.*s", (int)helo.size, (const char *)helo.data);
	curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
	curl_easy_setopt(curl, CURLOPT_USE_SSL, starttls ? (long)CURLUSESSL_ALL : (long)CURLUSESSL_NONE);
	curl_easy_setopt(curl, CURLOPT_MAIL_FROM, sender);
	curl_easy_setopt(curl, CURLOPT_MAIL_RCPT, to);
	curl_easy_setopt(curl, CURLOPT_UPLOAD, 1L);
	curl_easy_setopt(curl, CURLOPT_READFUNCTION, on_read);
	curl_easy_setopt(curl, CURLOPT_READDATA, &left);
	curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, on_line);
	curl_easy_setopt(curl, CURLOPT_HEADERDATA, reply);
	log_in(fetch, question);
	CURLcode code = fetch_perform(fetch, question, name);
	long status = 0;
	curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
	reply->status = status > 0 && status < 1000 ? (uint32_t)status : 0;
	if (code != CURLE_OK)
		fetch_reply_failed(reply, code);
	curl_slist_free_all(to);
}

void fetch_mail(struct fetch *fetch, struct fetch_question *question, struct fetch_reply *reply)
{
	question->mail = true;
	if (fetch_prepare(fetch, question, reply))
		send_it(fetch, question, reply);
}
