/* What settings.h promises: a small file of settings is read strictly, and every fault is told with its line. */
#include "base/settings.h"

#include "../check.h"

#include <stdlib.h>

struct read {
	char *owner;
	double rate;
	int64_t from, until;
	int mode;
};

static bool take_value(struct st_settings *file, size_t name, struct read *out)
{
	static const char *const modes[] = {"slow", "fast"};
	switch (name) {
	case 0:
		return st_settings_words(file, &out->owner, "\"owner\" is a text");
	case 1:
		return st_settings_number(file, 0.5, 10, &out->rate, "\"rate\" is 0.5 to 10");
	case 2:
		return st_settings_time(file, false, &out->from);
	case 3:
		return st_settings_time(file, true, &out->until);
	default:
		return st_settings_choice(file, modes, 2, &out->mode, "\"mode\" is slow or fast");
	}
}

static bool take_file(struct st_settings *file, struct read *out)
{
	static const char *const names[] = {"owner", "rate", "from", "until", "mode"};
	uint32_t seen = 0;
	size_t name;
	if (st_settings_next(file) != ST_JSON_OBJECT)
		return st_settings_fail(file, "no object");
	while (st_settings_next(file) == ST_JSON_KEY)
		if (!st_settings_field(file, names, 5, &seen, &name, "no such field") || !take_value(file, name, out))
			return false;
	return st_settings_over(file, "something stands behind it");
}

static bool read_text(const char *text, struct read *out, struct st_error *err)
{
	struct st_settings file;
	*out = (struct read){0};
	st_settings_begin(&file, "thing, ", (struct st_span){(const uint8_t *)text, strlen(text)}, 4, err);
	bool good = take_file(&file, out);
	st_settings_end(&file);
	return good;
}

static void what_is_typed_is_read(void)
{
	struct read got;
	struct st_error err = {0};
	CHECK(read_text("{\"mode\": \"fast\", \"rate\": 2.5, \"owner\": \"Contoso \\u0026 Fabrikam\",\n"
			"\"from\": \"2019-12-05\", \"until\": \"2019-12-31\"}\n",
		&got, &err));
	CHECK(got.mode == 1 && got.rate == 2.5);
	CHECK(got.owner != NULL && strcmp(got.owner, "Contoso & Fabrikam") == 0);
	CHECK(got.from == 1575504000);
	CHECK(got.until == 1577836799);
	free(got.owner);
}

static void each_fault_is_told_with_its_line(void)
{
	static const struct {
		const char *text, *want;
	} cases[] = {
		{"", "thing, line 1: no object"},
		{"[]", "thing, line 1: no object"},
		{"{", "thing, line 1: no JSON"},
		{"{\"owner\"", "thing, line 1: \"owner\" is a text"},
		{"{\n\"other\": 1}", "thing, line 2: no such field"},
		{"{\"owner\": \"a\",\n\n\"owner\": \"b\"}", "thing, line 3: a field stands there twice"},
		{"{\"owner\": \"\"}", "thing, line 1: \"owner\" is a text"},
		{"{\"owner\": \"a\\nb\"}", "thing, line 1: \"owner\" is a text"},
		{"{\"owner\": \"a\\u0000b\"}", "thing, line 1: a NUL in a text"},
		{"{\"rate\": \"1\"}", "thing, line 1: \"rate\" is 0.5 to 10"},
		{"{\"rate\": 0.25}", "thing, line 1: \"rate\" is 0.5 to 10"},
		{"{\"rate\": 11}", "thing, line 1: \"rate\" is 0.5 to 10"},
		{"{\"from\": \"2026-02-31\"}",
			"thing, line 1: a time is UTC as 2026-11-22T05:00:00Z, or a day as 2026-11-22"},
		{"{\"mode\": \"other\"}", "thing, line 1: \"mode\" is slow or fast"},
		{"{} {}", "thing, line 1: something stands behind it"},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct read got;
		struct st_error err = {0};
		if (read_text(cases[i].text, &got, &err))
			CHECK_FAIL("taken: %s", cases[i].text);
		else if (strcmp(err.what, cases[i].want) != 0)
			CHECK_FAIL("%s\n  says %s\n  not  %s", cases[i].text, err.what, cases[i].want);
		free(got.owner);
	}
}

static void a_text_longer_than_a_line_is_refused(void)
{
	char text[ST_SETTINGS_WORDS_BYTES + 32];
	for (int more = 0; more < 2; more++) {
		struct read got;
		struct st_error err = {0};
		snprintf(text, sizeof text, "{\"owner\":\"%0*d\"}", ST_SETTINGS_WORDS_BYTES + more, 0);
		CHECK(read_text(text, &got, &err) == (more == 0));
		free(got.owner);
	}
}

int main(void)
{
	RUN(what_is_typed_is_read);
	RUN(each_fault_is_told_with_its_line);
	RUN(a_text_longer_than_a_line_is_refused);
	CHECK_END();
}
