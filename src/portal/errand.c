#include "portal/errand.h"

#include "portal/codec.h"

void portal_mail_encode(const struct portal_mail *mail, struct st_buf *out)
{
	st_buf_add_u64(out, mail->number);
	codec_put_text(out, mail->to);
	codec_put_text(out, mail->language);
	codec_put_text(out, mail->code);
	st_buf_add_u64(out, (uint64_t)mail->expires_at);
}

bool portal_mail_decode(struct st_span body, struct portal_mail *out)
{
	struct st_cursor in = codec_open(body);
	memset(out, 0, sizeof *out);
	out->number = st_cursor_u64(&in);
	codec_take_text(&in, out->to, sizeof out->to);
	codec_take_text(&in, out->language, sizeof out->language);
	codec_take_text(&in, out->code, sizeof out->code);
	out->expires_at = (int64_t)st_cursor_u64(&in);
	return codec_end(&in);
}

void portal_mailed_encode(const struct portal_mailed *mailed, struct st_buf *out)
{
	st_buf_add_u64(out, mailed->number);
	st_buf_add_byte(out, mailed->outcome);
}

bool portal_mailed_decode(struct st_span body, struct portal_mailed *out)
{
	struct st_cursor in = codec_open(body);
	memset(out, 0, sizeof *out);
	out->number = st_cursor_u64(&in);
	out->outcome = (uint8_t)codec_take_choice(&in, PORTAL_MAIL_OUTCOMES);
	return codec_end(&in);
}

void portal_lookup_encode(const struct portal_lookup *lookup, struct st_buf *out)
{
	st_buf_add_u64(out, lookup->number);
	codec_put_text(out, lookup->domain);
	codec_put_text(out, lookup->txt_name);
	codec_put_text(out, lookup->txt_value);
}

bool portal_lookup_decode(struct st_span body, struct portal_lookup *out)
{
	struct st_cursor in = codec_open(body);
	memset(out, 0, sizeof *out);
	out->number = st_cursor_u64(&in);
	codec_take_text(&in, out->domain, sizeof out->domain);
	codec_take_text(&in, out->txt_name, sizeof out->txt_name);
	codec_take_text(&in, out->txt_value, sizeof out->txt_value);
	return codec_end(&in);
}

void portal_looked_up_encode(const struct portal_looked_up *looked_up, struct st_buf *out)
{
	st_buf_add_u64(out, looked_up->number);
	st_buf_add_byte(out, looked_up->verdict);
	st_buf_add_u64(out, (uint64_t)looked_up->registered_at);
}

bool portal_looked_up_decode(struct st_span body, struct portal_looked_up *out)
{
	struct st_cursor in = codec_open(body);
	memset(out, 0, sizeof *out);
	out->number = st_cursor_u64(&in);
	out->verdict = (uint8_t)codec_take_choice(&in, PORTAL_VERDICTS);
	out->registered_at = (int64_t)st_cursor_u64(&in);
	return codec_end(&in);
}
