/* Lines of evidence as a watch writes them, in memory. */
#ifndef STAUNCH_TESTS_ROWS_H
#define STAUNCH_TESTS_ROWS_H

#include "probe/alerts.h"

#include <sodium.h>

struct rows {
	struct probe_evidence chain;
	struct st_buf file, line;
	struct probe_timelines live; /* every line as it was written */
	int64_t now;
};

static void rows_end(struct rows *rows, struct st_json_writer *w)
{
	probe_evidence_end(&rows->chain, w);
	st_buf_add(&rows->file, rows->line.data, rows->line.size);
	probe_timelines_take(&rows->live, (struct st_span){rows->line.data, rows->line.size - 1}, rows->chain.head);
}

static struct st_json_writer rows_begin(struct rows *rows, const char *kind)
{
	struct st_json_writer w = {.out = &rows->line};
	probe_evidence_begin(&rows->chain, &w, rows->now, kind);
	return w;
}

static void __attribute__((unused))
rows_verdict(struct rows *rows, const char *target, const char *verdict, unsigned objects, unsigned notes)
{
	struct st_json_writer w = rows_begin(rows, "verdict");
	st_json_key_text(&w, "target", target);
	st_json_key_text(&w, "verdict", verdict);
	st_json_key_uint(&w, "objects_seen", objects);
	if (notes > 0)
		st_json_key_uint(&w, "ransom_notes", notes);
	rows_end(rows, &w);
}

static void __attribute__((unused)) rows_watch(struct rows *rows, const char *channels)
{
	struct st_json_writer w = rows_begin(rows, "watch");
	st_json_key_text(&w, "channels", channels);
	rows_end(rows, &w);
}

static void __attribute__((unused))
rows_alert(struct rows *rows, const char *target, const char *channel, const char *id, const char *state)
{
	struct st_json_writer w = rows_begin(rows, "alert");
	st_json_key_text(&w, "target", target);
	st_json_key_text(&w, "channel", channel);
	st_json_key_text(&w, "id", id);
	st_json_key_text(&w, "state", state);
	rows_end(rows, &w);
}

static void __attribute__((unused)) rows_acknowledge(struct rows *rows, const char *target, unsigned window)
{
	struct st_json_writer w = rows_begin(rows, "acknowledged");
	st_json_key_text(&w, "target", target);
	st_json_key_uint(&w, "window", window);
	rows_end(rows, &w);
}

/* What somebody knows who reads the file anew. */
static void __attribute__((unused)) rows_again(const struct rows *rows, struct probe_timelines *out)
{
	*out = (struct probe_timelines){0};
	probe_timelines_take_file(out, (struct st_span){rows->file.data, rows->file.size});
}

static void rows_free(struct rows *rows)
{
	st_buf_free(&rows->file);
	st_buf_free(&rows->line);
	probe_timelines_free(&rows->live);
}

#endif
