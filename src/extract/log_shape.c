/* Lines of logs: the shapes that syslog, access logs, logfmt and the common logging libraries write. */
#include "extract/log_shape.h"

#define LINES_LOOKED_AT 256
#define LINES_NEEDED 8
#define STAMP_WITHIN_BYTES 40
#define ACCESS_STAMP_WITHIN_BYTES 128

static bool is_digit(uint8_t byte)
{
	return byte >= '0' && byte <= '9';
}

static bool is_alpha(uint8_t byte)
{
	return (byte | 0x20) >= 'a' && (byte | 0x20) <= 'z';
}

static bool fits(uint8_t byte, char class)
{
	switch (class) {
	case '9':
		return is_digit(byte);
	case 'A':
		return is_alpha(byte);
	case '-': /* between the parts of a date */
		return byte == '-' || byte == '/' || byte == '.';
	case '~': /* between date and time */
		return byte == 'T' || byte == ' ' || byte == '_' || byte == ':' || byte == '-';
	default:
		return byte == (uint8_t) class;
	}
}

static bool has_shape(const uint8_t *p, const uint8_t *end, const char *shape)
{
	for (; *shape; shape++, p++) {
		if (p == end || !fits(*p, *shape))
			return false;
	}
	return true;
}

static bool is_month(const uint8_t *p)
{
	static const char months[] = "janfebmaraprmayjunjulaugsepoctnovdec";
	char name[3] = {(char)(p[0] | 0x20), (char)(p[1] | 0x20), (char)(p[2] | 0x20)};
	for (size_t i = 0; i + 3 <= sizeof(months) - 1; i += 3) {
		if (memcmp(name, months + i, 3) == 0)
			return true;
	}
	return false;
}

static bool is_stamp(const uint8_t *p, const uint8_t *end)
{
	if (is_digit(*p))
		return has_shape(p, end, "9999-99-99~99:99") || has_shape(p, end, "99-99-9999~99:99") ||
		       has_shape(p, end, "99-99-99~99:99:99") || has_shape(p, end, "99-AAA-9999~99:99");
	if (!is_alpha(*p))
		return false;
	return (has_shape(p, end, "AAA 99 99:99:99") || has_shape(p, end, "AAA  9 99:99:99")) && is_month(p);
}

static bool begins_with_time(const uint8_t *p, const uint8_t *end)
{
	if (*p == '[' && end - p > 1)
		p++;
	return has_shape(p, end, "99:99:99") || has_shape(p, end, "A9999 99:99:99") ||
	       (*p == '1' && (has_shape(p, end, "9999999999 ") || has_shape(p, end, "9999999999.9") ||
				     has_shape(p, end, "9999999999999 ")));
}

static bool has_stamp(const uint8_t *line, const uint8_t *end)
{
	for (const uint8_t *p = line; p < end && p - line < STAMP_WITHIN_BYTES; p++) {
		if ((p == line || (!is_digit(p[-1]) && !is_alpha(p[-1]))) && is_stamp(p, end))
			return true;
	}
	return false;
}

static bool has_access_stamp(const uint8_t *line, const uint8_t *end)
{
	for (const uint8_t *p = line; p < end && p - line < ACCESS_STAMP_WITHIN_BYTES; p++) {
		if (*p == '[' && has_shape(p, end, "[99/AAA/9999:99:99:99"))
			return true;
	}
	return false;
}

static bool is_logfmt(const uint8_t *line, const uint8_t *end)
{
	int pairs = 0;
	for (const uint8_t *p = line; p < end && pairs < 3;) {
		const uint8_t *key = p;
		while (p < end && (is_alpha(*p) || is_digit(*p) || *p == '_' || *p == '.' || *p == '-'))
			p++;
		bool pair = p > key && p < end && *p == '=';
		if (!pair && key == line)
			return false;
		pairs += pair;
		p = p < end ? memchr(p, ' ', (size_t)(end - p)) : NULL;
		if (p == NULL)
			break;
		p++;
	}
	return pairs >= 3;
}

static bool is_log_line(const uint8_t *line, const uint8_t *end)
{
	return begins_with_time(line, end) || has_stamp(line, end) || has_access_stamp(line, end) ||
	       is_logfmt(line, end);
}

bool log_shape(struct st_span text, bool text_is_all)
{
	size_t voters = 0, logs = 0, lines = 0;
	const uint8_t *p = text.data, *end = text.data + text.size;
	while (p < end && lines < LINES_LOOKED_AT) {
		const uint8_t *lf = memchr(p, '\n', (size_t)(end - p));
		if (lf == NULL && !text_is_all)
			break;
		const uint8_t *line_end = lf ? lf : end;
		lines++;
		if (line_end > p && *p > ' ' && *p != '#') {
			voters++;
			logs += is_log_line(p, line_end);
		}
		p = line_end + 1;
	}
	return voters >= LINES_NEEDED && logs * 5 >= voters * 4;
}
