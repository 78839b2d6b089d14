#include "portal/about.h"

#include "base/ceilings.h"
#include "base/settings.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define DEPTH 2
#define SCHEMA "staunch.portal/1"

enum field {
	FIELD_SCHEMA,
	FIELD_CONTROLLER,
	FIELD_ADDRESS,
	FIELD_CONTACT,
	FIELD_OFFICER,
	FIELD_AUTHORITY,
	FIELD_SENDER,
	FIELD_SITE,
	FIELD_KEPT,
	FIELD_HAPPENED,
	FIELDS
};
static const char *const field_names[FIELDS] = {
	"schema", "controller", "address", "contact", "officer", "authority", "sender", "site", "kept", "happened"};

static bool read_happened(struct st_settings *settings, struct about *out)
{
	static const char *const names[WORDS_LANGUAGES] = {"en", "it", "fr"};
	uint32_t seen = 0;
	size_t field = 0;
	if (st_settings_next(settings) != ST_JSON_OBJECT)
		return st_settings_fail(settings, "happened is an object with a text for each of en, it and fr");
	while (st_settings_next(settings) == ST_JSON_KEY) {
		if (!st_settings_field(settings, names, WORDS_LANGUAGES, &seen, &field,
			    "happened has the languages en, it and fr"))
			return false;
		if (!st_settings_words(settings, &out->happened[field], "what happened is a text of one line"))
			return false;
	}
	if (settings->event.token != ST_JSON_OBJECT_END)
		return st_settings_fail(settings, "the JSON is broken");
	if (seen != (1u << WORDS_LANGUAGES) - 1)
		return st_settings_fail(settings, "happened lacks a language: en, it and fr are needed");
	return true;
}

static bool read_schema(struct st_settings *settings)
{
	if (!st_settings_string(settings, "schema is \"" SCHEMA "\""))
		return false;
	return strcmp(st_settings_text(settings), SCHEMA) == 0 ||
	       st_settings_fail(settings, "schema is not \"" SCHEMA "\"");
}

static bool read_field(struct st_settings *settings, size_t field, struct about *out)
{
	char **const texts[FIELDS] = {[FIELD_CONTROLLER] = &out->controller,
		[FIELD_ADDRESS] = &out->address,
		[FIELD_CONTACT] = &out->contact,
		[FIELD_OFFICER] = &out->officer,
		[FIELD_AUTHORITY] = &out->authority,
		[FIELD_SENDER] = &out->sender,
		[FIELD_SITE] = &out->site,
		[FIELD_KEPT] = &out->kept};
	if (field == FIELD_SCHEMA)
		return read_schema(settings);
	if (field == FIELD_HAPPENED)
		return read_happened(settings, out);
	return st_settings_words(settings, texts[field], "this field is a text of one line");
}

static bool read_all(struct st_settings *settings, struct about *out)
{
	uint32_t seen = 0;
	size_t field = 0;
	if (st_settings_next(settings) != ST_JSON_OBJECT)
		return st_settings_fail(settings, "it is no JSON object");
	while (st_settings_next(settings) == ST_JSON_KEY) {
		if (!st_settings_field(settings, field_names, FIELDS, &seen, &field, "no field has this name"))
			return false;
		if (!read_field(settings, field, out))
			return false;
	}
	if (settings->event.token != ST_JSON_OBJECT_END)
		return st_settings_fail(settings, "the JSON is broken");
	uint32_t needed = 1u << FIELD_SCHEMA | 1u << FIELD_CONTROLLER | 1u << FIELD_CONTACT;
	if ((seen & needed) != needed)
		return st_settings_fail(settings, "schema, controller and contact must be there");
	return st_settings_over(settings, "something stands behind the object");
}

enum st_status about_parse(struct st_span file, struct about *out, struct st_error *err)
{
	struct st_settings settings;
	*out = (struct about){0};
	st_settings_begin(&settings, "about, ", file, DEPTH, err);
	bool read = read_all(&settings, out);
	st_settings_end(&settings);
	return read ? ST_OK : ST_WRONG;
}

enum st_status about_read(const char *path, struct about *out, struct st_error *err)
{
	*out = (struct about){0};
	st_auto_close int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	struct stat st;
	if (fd < 0 || fstat(fd, &st) != 0)
		return st_fail_errno(err, ST_WRONG, "--about cannot be read");
	if (!S_ISREG(st.st_mode) || (uint64_t)st.st_size > CEIL_PORTAL_ABOUT_BYTES)
		return st_fail(
			err, ST_WRONG, "--about is a file of at most %d KiB", (int)(CEIL_PORTAL_ABOUT_BYTES / 1024));
	st_auto_buf struct st_buf file = {0};
	st_buf_reserve(&file, (size_t)st.st_size + 1);
	ssize_t size = st_pread_full(fd, file.data, (size_t)st.st_size, 0);
	if (size < 0)
		return st_fail_errno(err, ST_WRONG, "--about cannot be read");
	return about_parse((struct st_span){.data = file.data, .size = (size_t)size}, out, err);
}

void about_free(struct about *about)
{
	char *const texts[] = {about->controller, about->address, about->contact, about->officer, about->authority,
		about->sender, about->site, about->kept};
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
		free(texts[i]);
	for (size_t i = 0; i < WORDS_LANGUAGES; i++)
		free(about->happened[i]);
	*about = (struct about){0};
}
