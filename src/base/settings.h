/*
 * Reads a small file of settings in JSON strictly: what somebody typed, with every fault told by its line. Each field
 * stands once, a field nobody knows is refused. Scopes, rules of detection and files of that kind read through this;
 * hostile JSON does not (base/json_read.h, in a worker).
 *
 * Every function that returns bool: false means that the fault stands in err, and that reading ends.
 */
#ifndef STAUNCH_BASE_SETTINGS_H
#define STAUNCH_BASE_SETTINGS_H

#include "base/error.h"
#include "base/json_read.h"

#define ST_SETTINGS_WORDS_BYTES 500

struct st_settings {
	const char *name; /* "scope, " stands before the line; "" nothing */
	char place[64];   /* ", rule 2 (ticket)" stands behind it */
	struct st_json_reader *json;
	struct st_span file;
	struct st_json_event event; /* the one at hand */
	struct st_buf text;         /* the key, string or number at hand, and a NUL */
	uint64_t begin;             /* of what a fault is told of */
	struct st_error *err;
};

/* file is borrowed until the end; deeper than depth_limit levels is no such file. */
void st_settings_begin(
	struct st_settings *settings, const char *name, struct st_span file, int depth_limit, struct st_error *err);
void st_settings_end(struct st_settings *settings);
/* For a file with secrets: between the two, nothing that is read is copied where it is not overwritten at the end. */
void st_settings_begin_secret(
	struct st_settings *settings, const char *name, struct st_span file, int depth_limit, struct st_error *err);
void st_settings_end_secret(struct st_settings *settings);

/* Writes "NAMEline N PLACE: why" into err. Always false. */
bool st_settings_fail(struct st_settings *settings, const char *why);
enum st_json_token st_settings_next(struct st_settings *settings);
/* The whole key, string or number at hand into text; a NUL inside is refused. */
bool st_settings_take(struct st_settings *settings);
static inline const char *st_settings_text(const struct st_settings *settings)
{
	return (const char *)settings->text.data;
}

/* The next value. wanted says what should stand there. */
bool st_settings_string(struct st_settings *settings, const char *wanted);
bool st_settings_number(struct st_settings *settings, double least, double most, double *out, const char *wanted);
/* A text of one line that says something, at most ST_SETTINGS_WORDS_BYTES; the caller frees *out. */
bool st_settings_words(struct st_settings *settings, char **out, const char *wanted);
/* One of the texts; *out its index. */
bool st_settings_choice(
	struct st_settings *settings, const char *const *choices, size_t count, int *out, const char *wanted);
/* RFC 3339 in UTC, "2026-11-22T05:00:00Z", or a day: its first second, with `last` its last. Seconds since 1970. */
bool st_settings_time(struct st_settings *settings, bool last, int64_t *out);

/* The key at hand as an index into names; its bit in *seen is set, and a second time is refused. unknown is told of
 * a name that is not in the list. At most 32 names. */
bool st_settings_field(struct st_settings *settings, const char *const *names, size_t count, uint32_t *seen,
	size_t *out, const char *unknown);
/* Behind the last event of the whole file: it was an object's end, and nothing follows. */
bool st_settings_over(struct st_settings *settings, const char *behind);

#endif
