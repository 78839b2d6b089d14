#include "base/settings.h"

#include <stdlib.h>
#include <time.h>

void st_settings_begin(
	struct st_settings *settings, const char *name, struct st_span file, int depth_limit, struct st_error *err)
{
	*settings = (struct st_settings){.name = name, .json = st_json_open(depth_limit), .file = file, .err = err};
	st_json_feed(settings->json, file.data, file.size);
}

void st_settings_end(struct st_settings *settings)
{
	st_json_close(settings->json);
	st_buf_free(&settings->text);
}

void st_settings_begin_secret(
	struct st_settings *settings, const char *name, struct st_span file, int depth_limit, struct st_error *err)
{
	st_settings_begin(settings, name, file, depth_limit, err);
	st_buf_reserve(&settings->text, file.size + 1); /* it never grows, and so leaves nothing behind */
}

void st_settings_end_secret(struct st_settings *settings)
{
	st_json_close_secret(settings->json);
	st_buf_wipe(&settings->text);
}

static unsigned line_of(const struct st_settings *settings)
{
	unsigned line = 1;
	for (uint64_t i = 0; i < settings->begin && i < settings->file.size; i++)
		line += settings->file.data[i] == '\n';
	return line;
}

bool st_settings_fail(struct st_settings *settings, const char *why)
{
	st_fail(settings->err, ST_WRONG, "%sline %u%s: %s", settings->name, line_of(settings), settings->place, why);
	return false;
}

enum st_json_token st_settings_next(struct st_settings *settings)
{
	enum st_json_token token = st_json_next(settings->json, &settings->event);
	if (token == ST_JSON_MORE) {
		st_json_feed_end(settings->json);
		token = st_json_next(settings->json, &settings->event);
	}
	settings->begin = token == ST_JSON_END ? settings->file.size : settings->event.start;
	return token;
}

bool st_settings_take(struct st_settings *settings)
{
	struct st_json_event *event = &settings->event;
	struct st_buf *text = &settings->text;
	enum st_json_token token = event->token;
	text->size = 0;
	st_buf_add(text, event->text.data, event->text.size);
	while (!event->last) {
		if (st_json_next(settings->json, event) != token)
			return st_settings_fail(settings, "no JSON");
		st_buf_add(text, event->text.data, event->text.size);
	}
	st_buf_add_byte(text, 0);
	return strlen((const char *)text->data) + 1 == text->size || st_settings_fail(settings, "a NUL in a text");
}

bool st_settings_string(struct st_settings *settings, const char *wanted)
{
	if (st_settings_next(settings) != ST_JSON_STRING)
		return st_settings_fail(settings, wanted);
	return st_settings_take(settings);
}

bool st_settings_number(struct st_settings *settings, double least, double most, double *out, const char *wanted)
{
	if (st_settings_next(settings) != ST_JSON_NUMBER)
		return st_settings_fail(settings, wanted);
	if (!st_settings_take(settings))
		return false;
	char *end;
	*out = strtod(st_settings_text(settings), &end);
	return (*end == 0 && *out >= least && *out <= most) || st_settings_fail(settings, wanted);
}

bool st_settings_words(struct st_settings *settings, char **out, const char *wanted)
{
	if (!st_settings_string(settings, wanted))
		return false;
	const char *text = st_settings_text(settings);
	for (const char *at = text; *at != 0; at++)
		if ((unsigned char)*at < ' ' || *at == 0x7f)
			return st_settings_fail(settings, wanted);
	if (text[0] == 0 || strlen(text) > ST_SETTINGS_WORDS_BYTES)
		return st_settings_fail(settings, wanted);
	*out = st_strndup(text, strlen(text));
	return true;
}

bool st_settings_choice(
	struct st_settings *settings, const char *const *choices, size_t count, int *out, const char *wanted)
{
	if (!st_settings_string(settings, wanted))
		return false;
	for (size_t i = 0; i < count; i++)
		if (strcmp(choices[i], st_settings_text(settings)) == 0) {
			*out = (int)i;
			return true;
		}
	return st_settings_fail(settings, wanted);
}

static bool digits(const char *at, int count, int *out)
{
	*out = 0;
	for (int i = 0; i < count; i++) {
		if (at[i] < '0' || at[i] > '9')
			return false;
		*out = *out * 10 + at[i] - '0';
	}
	return true;
}

static bool parse_time(const char *text, bool last, int64_t *out)
{
	struct tm t = {0};
	size_t size = strlen(text);
	bool day_only = size == 10;
	if ((!day_only && size != 20) || !digits(text, 4, &t.tm_year) || text[4] != '-' ||
		!digits(text + 5, 2, &t.tm_mon) || text[7] != '-' || !digits(text + 8, 2, &t.tm_mday))
		return false;
	if (!day_only && (text[10] != 'T' || !digits(text + 11, 2, &t.tm_hour) || text[13] != ':' ||
				 !digits(text + 14, 2, &t.tm_min) || text[16] != ':' ||
				 !digits(text + 17, 2, &t.tm_sec) || text[19] != 'Z'))
		return false;
	struct tm given = t;
	t.tm_year -= 1900;
	t.tm_mon -= 1;
	time_t when = timegm(&t);
	/* timegm() makes 3 March of 31 February. */
	if (t.tm_year + 1900 != given.tm_year || t.tm_mon + 1 != given.tm_mon || t.tm_mday != given.tm_mday ||
		t.tm_hour != given.tm_hour || t.tm_min != given.tm_min || t.tm_sec != given.tm_sec)
		return false;
	*out = (int64_t)when + (day_only && last ? 86399 : 0);
	return true;
}

bool st_settings_time(struct st_settings *settings, bool last, int64_t *out)
{
	static const char wanted[] = "a time is UTC as 2026-11-22T05:00:00Z, or a day as 2026-11-22";
	return st_settings_string(settings, wanted) &&
	       (parse_time(st_settings_text(settings), last, out) || st_settings_fail(settings, wanted));
}

bool st_settings_field(struct st_settings *settings, const char *const *names, size_t count, uint32_t *seen,
	size_t *out, const char *unknown)
{
	if (!st_settings_take(settings))
		return false;
	for (size_t i = 0; i < count; i++) {
		if (strcmp(names[i], st_settings_text(settings)) != 0)
			continue;
		if (*seen & UINT32_C(1) << i)
			return st_settings_fail(settings, "a field stands there twice");
		*seen |= UINT32_C(1) << i;
		*out = i;
		return true;
	}
	return st_settings_fail(settings, unknown);
}

bool st_settings_over(struct st_settings *settings, const char *behind)
{
	if (settings->event.token != ST_JSON_OBJECT_END)
		return st_settings_fail(settings, "no JSON");
	return st_settings_next(settings) == ST_JSON_END || st_settings_fail(settings, behind);
}
