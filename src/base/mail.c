#include "base/mail.h"

#include <time.h>

#define ADDRESS_BYTES 254
#define LOCAL_BYTES 64
#define QUOTED_LINE_BYTES 76

bool st_mail_address_is_sound(const char *text)
{
	const char *at = strchr(text, '@');
	bool good = at != NULL && at > text && at - text <= LOCAL_BYTES && at[1] != 0 && strchr(at + 1, '@') == NULL &&
		    strlen(text) <= ADDRESS_BYTES;
	for (const char *c = text; *c != 0; c++)
		good = good && *c > ' ' && *c < 0x7f && strchr("<>()[],;:\\\"", *c) == NULL;
	return good;
}

/* Whatever the locale. */
static void add_date(struct st_buf *out, int64_t now)
{
	static const char days[][4] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
	static const char months[][4] = {
		"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
	time_t seconds = (time_t)now;
	struct tm t = {0};
	gmtime_r(&seconds, &t);
	st_buf_format(out, "Date: %s, %02d %s %04d %02d:%02d:%02d +0000\r\n", days[t.tm_wday % 7], t.tm_mday,
		months[t.tm_mon % 12], t.tm_year + 1900, t.tm_hour, t.tm_min, t.tm_sec);
}

void st_mail_head(const struct st_mail *mail, int64_t now, struct st_buf *out)
{
	st_buf_format(out, "From: <%s>\r\n", mail->from);
	for (size_t i = 0; i < mail->to_count; i++)
		st_buf_format(out, "%s<%s>", i == 0 ? "To: " : ",\r\n ", mail->to[i]);
	st_buf_format(out, "\r\nSubject: %s\r\n", mail->subject);
	add_date(out, now);
	st_buf_format(out, "Message-ID: <%s@%s>\r\nAuto-Submitted: auto-generated\r\nMIME-Version: 1.0\r\n", mail->id,
		strchr(mail->from, '@') + 1);
	if (mail->language != NULL)
		st_buf_format(out, "Content-Language: %s\r\n", mail->language);
	st_buf_format(out, "Content-Type: text/plain; charset=%s\r\n%s\r\n", mail->utf8 ? "utf-8" : "us-ascii",
		mail->utf8 ? "Content-Transfer-Encoding: quoted-printable\r\n" : "");
}

/* One byte as it stands in a line; a blank at the end of a line would be lost on the way. */
static size_t quote_byte(uint8_t c, bool last, char out[4])
{
	bool plain = (c > ' ' && c < 0x7f && c != '=') || (c == ' ' && !last);
	if (plain) {
		out[0] = (char)c;
		return 1;
	}
	static const char digits[] = "0123456789ABCDEF";
	out[0] = '=';
	out[1] = digits[c >> 4];
	out[2] = digits[c & 15];
	return 3;
}

void st_mail_quote(struct st_span text, struct st_buf *out)
{
	size_t line = 0;
	for (size_t i = 0; i < text.size; i++) {
		char piece[4];
		if (text.data[i] == '\n') {
			st_buf_add(out, "\r\n", 2);
			line = 0;
			continue;
		}
		bool last = i + 1 == text.size || text.data[i + 1] == '\n';
		size_t size = quote_byte(text.data[i], last, piece);
		/* room for the sign of a soft end, unless the line ends here anyway */
		if (line + size > QUOTED_LINE_BYTES - (last ? 0 : 1)) {
			st_buf_add(out, "=\r\n", 3);
			line = 0;
		}
		st_buf_add(out, piece, size);
		line += size;
	}
}
