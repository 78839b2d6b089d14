/*
 * PostgreSQL (its manual, "Frontend/Backend Protocol", version 3.0) and MySQL/MariaDB (their manuals, "Client/Server
 * Protocol", version 10).
 */
#include "worker/answers.h"

#include "base/ceilings.h"

/* --- PostgreSQL: "N.auth" (number), "N.mechanism", "N.error" (SQLSTATE), "N.message", "N.parameter.NAME", "N.ready",
 * "N.row" (first column of each), "N.done" (command tags) --- */

static uint32_t big(const uint8_t *at)
{
	return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

static struct st_span text_at(struct st_cursor *in)
{
	const uint8_t *end = memchr(in->at, 0, (size_t)(in->end - in->at));
	struct st_span text = {in->at, end != NULL ? (size_t)(end - in->at) : 0};
	in->bad = in->bad || end == NULL;
	in->at = end != NULL ? end + 1 : in->end;
	return text;
}

static void postgresql_auth(struct answers *answers, struct st_cursor in)
{
	const uint8_t *code = st_cursor_take(&in, 4);
	if (code == NULL) {
		answers->cut = true;
		return;
	}
	answers_tell_number(answers, "auth", big(code));
	if (big(code) == 10 && in.at < in.end)
		answers_tell(answers, "mechanism", text_at(&in));
}

/* Fields of one letter and a text, a NUL behind the last. */
static void postgresql_error(struct answers *answers, struct st_cursor in)
{
	for (uint8_t field; (field = st_cursor_byte(&in)) != 0 && !in.bad;) {
		struct st_span text = text_at(&in);
		if (field == 'C') {
			answers_tell(answers, "error", text);
			answers_refusal(answers, text);
		} else if (field == 'M') {
			answers_tell(answers, "message", text);
		}
	}
}

static void postgresql_row(struct answers *answers, struct st_cursor in)
{
	const uint8_t *columns = st_cursor_take(&in, 2), *size = st_cursor_take(&in, 4);
	if (columns == NULL || size == NULL || big(size) > (size_t)(in.end - in.at))
		return; /* no column, or NULL */
	answers_tell(answers, "row", (struct st_span){in.at, big(size)});
}

static void postgresql_message(struct answers *answers, uint8_t type, struct st_cursor in)
{
	if (type == 'R') {
		postgresql_auth(answers, in);
	} else if (type == 'E') {
		postgresql_error(answers, in);
	} else if (type == 'S') {
		struct st_span name = text_at(&in);
		answers_tell_part(answers, "parameter", name, text_at(&in));
	} else if (type == 'D') {
		postgresql_row(answers, in);
	} else if (type == 'C') {
		answers_tell(answers, "done", text_at(&in));
	} else if (type == 'Z') {
		answers_tell(answers, "ready", (struct st_span){NULL, 0});
	}
}

void answers_postgresql(struct answers *answers, struct st_span bytes)
{
	struct st_cursor in = {.at = bytes.data, .end = bytes.data + bytes.size};
	while (in.at < in.end) {
		uint8_t type = st_cursor_byte(&in);
		const uint8_t *size = st_cursor_take(&in, 4);
		if (strchr("RESKZTDCNvIAGHn", type) == NULL || type == 0 || (size != NULL && big(size) < 4)) {
			answers->strange = true;
			return;
		}
		if (size == NULL || big(size) - 4 > (size_t)(in.end - in.at)) {
			answers->cut = true;
			return;
		}
		answers->known = true;
		const uint8_t *body = in.at;
		in.at += big(size) - 4;
		postgresql_message(answers, type, (struct st_cursor){.at = body, .end = in.at});
	}
}

/* --- MySQL: "N.greeting" (version), "N.tls" (it can), "N.ok", "N.error" (number), "N.message", "N.switch" (method),
 * "N.more", "N.row" (first column) --- */

static uint32_t little24(const uint8_t *at)
{
	return (uint32_t)at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16;
}

static void mysql_greeting(struct answers *answers, struct st_cursor in)
{
	(void)st_cursor_byte(&in);
	answers_tell(answers, "greeting", text_at(&in));
	(void)st_cursor_take(&in, 4 + 8 + 1);
	if ((st_cursor_u16(&in) & 0x0800) != 0 && !in.bad)
		answers_tell(answers, "tls", (struct st_span){NULL, 0});
}

static void mysql_error(struct answers *answers, struct st_cursor in)
{
	(void)st_cursor_byte(&in);
	uint16_t number = st_cursor_u16(&in);
	if (in.bad) {
		answers->cut = true;
		return;
	}
	struct st_span text = {in.at, (size_t)(in.end - in.at)};
	st_auto_free char *code = st_format("%u", number);
	answers_tell_number(answers, "error", number);
	answers_refusal(answers, answers_text(code));
	answers_tell(answers, "message", text.size >= 6 && text.data[0] == '#' ? answers_behind(text, 6) : text);
}

/* One text of a result: a length of one byte (longer ones are not of ours), then the text. */
static void mysql_row(struct answers *answers, struct st_cursor in)
{
	uint8_t size = st_cursor_byte(&in);
	const uint8_t *text = size < 0xfb ? st_cursor_take(&in, size) : NULL;
	if (text != NULL)
		answers_tell(answers, "row", (struct st_span){text, size});
}

enum mysql_place { MYSQL_FIRST, MYSQL_COLUMNS, MYSQL_ROWS };

static enum mysql_place mysql_packet(struct answers *answers, struct st_cursor in, enum mysql_place place)
{
	size_t size = (size_t)(in.end - in.at);
	uint8_t first = size > 0 ? in.at[0] : 0;
	if (first == 0xff && size > 0)
		mysql_error(answers, in);
	else if (place == MYSQL_ROWS && !(first == 0xfe && size < 9))
		mysql_row(answers, in);
	else if (place == MYSQL_COLUMNS)
		return first == 0xfe && size < 9 ? MYSQL_ROWS : MYSQL_COLUMNS;
	else if (place == MYSQL_FIRST && answers->step == 0 && first == 10)
		mysql_greeting(answers, in);
	else if (place == MYSQL_FIRST && first == 0 && size >= 7)
		answers_tell(answers, "ok", (struct st_span){NULL, 0});
	else if (place == MYSQL_FIRST && first == 0xfe && size > 1) {
		in.at++;
		answers_tell(answers, "switch", text_at(&in));
	} else if (place == MYSQL_FIRST && first == 1 && size == 1)
		return MYSQL_COLUMNS;
	else if (place == MYSQL_FIRST && first == 1)
		answers_tell(answers, "more", (struct st_span){NULL, 0});
	else if (place == MYSQL_FIRST)
		answers->strange = true;
	return place == MYSQL_ROWS && first != 0xfe ? MYSQL_ROWS : MYSQL_FIRST;
}

void answers_mysql(struct answers *answers, struct st_span bytes)
{
	struct st_cursor in = {.at = bytes.data, .end = bytes.data + bytes.size};
	enum mysql_place place = MYSQL_FIRST;
	while (in.at < in.end && !answers->strange) {
		const uint8_t *head = st_cursor_take(&in, 4);
		if (head == NULL || little24(head) > (size_t)(in.end - in.at)) {
			answers->cut = true;
			break;
		}
		const uint8_t *body = in.at;
		in.at += little24(head);
		place = mysql_packet(answers, (struct st_cursor){.at = body, .end = in.at}, place);
		answers->known = answers->known || !answers->strange;
	}
}
