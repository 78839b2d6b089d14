/* Messages between portal and keyholder as bytes. Every message has every field, so that answers to a question are of
 * one size whatever they say. */
#include "portal/protocol.h"

#include "portal/codec.h"

static void put_case(struct st_buf *out, const struct portal_case *one)
{
	st_buf_add(out, one->case_id, PORTAL_ID_BYTES);
	st_buf_add(out, one->salt, PORTAL_ID_BYTES);
	st_buf_add_u64(out, (uint64_t)one->exposed_at);
}

static void take_case(struct st_cursor *in, struct portal_case *out)
{
	codec_take_bytes(in, out->case_id, PORTAL_ID_BYTES);
	codec_take_bytes(in, out->salt, PORTAL_ID_BYTES);
	out->exposed_at = (int64_t)st_cursor_u64(in);
}

void portal_question_encode(const struct portal_question *q, struct st_buf *out)
{
	codec_put_text(out, q->identity);
	codec_put_text(out, q->language);
	st_buf_add(out, q->client, sizeof q->client);
	st_buf_add(out, q->secret, sizeof q->secret);
	codec_put_text(out, q->code);
	st_buf_add_byte(out, (uint8_t)q->case_count);
	for (size_t i = 0; i < q->case_count; i++)
		put_case(out, &q->cases[i]);
	st_buf_add_byte(out, (uint8_t)q->document);
	st_buf_add(out, q->sha256, sizeof q->sha256);
	st_buf_add_byte(out, (uint8_t)q->wish);
	codec_put_text(out, q->text);
	codec_put_text(out, q->notice);
}

bool portal_question_decode(uint32_t type, struct st_span body, struct portal_question *out)
{
	struct st_cursor in = codec_open(body);
	memset(out, 0, sizeof *out);
	if (type == 0 || type >= PORTAL_ASKS)
		return false;
	out->ask = (enum portal_ask)type;
	codec_take_text(&in, out->identity, sizeof out->identity);
	codec_take_text(&in, out->language, sizeof out->language);
	codec_take_bytes(&in, out->client, sizeof out->client);
	codec_take_bytes(&in, out->secret, sizeof out->secret);
	codec_take_text(&in, out->code, sizeof out->code);
	out->case_count = codec_take_choice(&in, CEIL_PORTAL_CASES + 1);
	for (size_t i = 0; i < out->case_count; i++)
		take_case(&in, &out->cases[i]);
	out->document = (enum portal_document)codec_take_choice(&in, PORTAL_DOCUMENTS);
	codec_take_bytes(&in, out->sha256, sizeof out->sha256);
	out->wish = (enum portal_wish)codec_take_choice(&in, PORTAL_WISHES);
	codec_take_text(&in, out->text, sizeof out->text);
	codec_take_text(&in, out->notice, sizeof out->notice);
	return codec_end(&in);
}

static void put_opening(struct st_buf *out, const struct portal_opening *opening)
{
	st_buf_add_byte(out, (uint8_t)opening->state);
	st_buf_add_byte(out, (uint8_t)opening->audience);
	st_buf_add(out, opening->secret, sizeof opening->secret);
}

static void put_entry(struct st_buf *out, const struct portal_log_entry *entry)
{
	st_buf_add_u64(out, (uint64_t)entry->at);
	st_buf_add(out, entry->case_id, sizeof entry->case_id);
	st_buf_add_byte(out, entry->what);
	st_buf_add_byte(out, entry->who);
}

void portal_answer_encode(const struct portal_answer *a, struct st_buf *out)
{
	st_buf_add_byte(out, (uint8_t)a->verdict);
	st_buf_add(out, a->secret, sizeof a->secret);
	st_buf_add_u32(out, a->tries_left);
	st_buf_add_u32(out, a->retry_after_s);
	st_buf_add_byte(out, (uint8_t)a->identity.kind);
	codec_put_text(out, a->identity.text);
	codec_put_text(out, a->identity.domain);
	st_buf_add_byte(out, (uint8_t)a->scope);
	st_buf_add_u64(out, (uint64_t)a->expires_at);
	st_buf_add_u64(out, (uint64_t)a->idle_at);
	st_buf_add_byte(out, (uint8_t)a->opening_count);
	for (size_t i = 0; i < a->opening_count; i++)
		put_opening(out, &a->openings[i]);
	codec_put_text(out, a->txt_name);
	codec_put_text(out, a->txt_value);
	codec_put_text(out, a->key_id);
	st_buf_add(out, a->public_key, sizeof a->public_key);
	st_buf_add(out, a->signature, sizeof a->signature);
	codec_put_text(out, a->statement);
	st_buf_add(out, a->notice_case, sizeof a->notice_case);
	st_buf_add_u64(out, (uint64_t)a->notice_at);
	st_buf_add_byte(out, (uint8_t)a->log_count);
	for (size_t i = 0; i < a->log_count; i++)
		put_entry(out, &a->log[i]);
}

static void take_session(struct st_cursor *in, struct portal_answer *out)
{
	out->identity.kind = (enum portal_identity_kind)codec_take_choice(in, PORTAL_PART_OF_DOMAIN + 1);
	codec_take_text(in, out->identity.text, sizeof out->identity.text);
	codec_take_text(in, out->identity.domain, sizeof out->identity.domain);
	out->scope = (enum portal_scope)codec_take_choice(in, PORTAL_SCOPE_RECORDS + 1);
	out->expires_at = (int64_t)st_cursor_u64(in);
	out->idle_at = (int64_t)st_cursor_u64(in);
	out->opening_count = codec_take_choice(in, CEIL_PORTAL_CASES + 1);
	for (size_t i = 0; i < out->opening_count; i++) {
		out->openings[i].state = (enum portal_opening_state)codec_take_choice(in, PORTAL_ERASED + 1);
		out->openings[i].audience = (enum portal_audience)codec_take_choice(in, PORTAL_AUDIENCES);
		codec_take_bytes(in, out->openings[i].secret, PORTAL_SECRET_BYTES);
	}
}

static void take_log(struct st_cursor *in, struct portal_answer *out)
{
	out->log_count = codec_take_choice(in, CEIL_PORTAL_LOG_ROWS + 1);
	for (size_t i = 0; i < out->log_count; i++) {
		out->log[i].at = (int64_t)st_cursor_u64(in);
		codec_take_bytes(in, out->log[i].case_id, PORTAL_ID_BYTES);
		out->log[i].what = st_cursor_byte(in);
		out->log[i].who = st_cursor_byte(in);
	}
}

bool portal_answer_decode(uint32_t type, struct st_span body, struct portal_answer *out)
{
	struct st_cursor in = codec_open(body);
	memset(out, 0, sizeof *out);
	if (type <= PORTAL_ANSWER || type >= PORTAL_ANSWER + PORTAL_ASKS)
		return false;
	out->ask = (enum portal_ask)(type - PORTAL_ANSWER);
	out->verdict = (enum portal_verdict)codec_take_choice(&in, PORTAL_VERDICTS);
	codec_take_bytes(&in, out->secret, sizeof out->secret);
	out->tries_left = st_cursor_u32(&in);
	out->retry_after_s = st_cursor_u32(&in);
	take_session(&in, out);
	codec_take_text(&in, out->txt_name, sizeof out->txt_name);
	codec_take_text(&in, out->txt_value, sizeof out->txt_value);
	codec_take_text(&in, out->key_id, sizeof out->key_id);
	codec_take_bytes(&in, out->public_key, sizeof out->public_key);
	codec_take_bytes(&in, out->signature, sizeof out->signature);
	codec_take_text(&in, out->statement, sizeof out->statement);
	codec_take_bytes(&in, out->notice_case, sizeof out->notice_case);
	out->notice_at = (int64_t)st_cursor_u64(&in);
	take_log(&in, out);
	return codec_end(&in);
}
