/* The readers of extract say what the text of some bytes is, so that what is replaced is what a scan finds. */
#include "extract/extract.h"
#include "extract/limits.h"
#include "redact/document_job.h"

#include "base/ceilings.h"

struct read_job {
	struct passage *passage;
	struct document_reading reading;
	bool is_page, members;
};

static bool is_blank(uint8_t byte)
{
	return byte == ' ' || byte == '\t' || byte == '\r' || byte == '\n' || byte == '\f';
}

/* Blanks that a page does not have are the beginnings of tags; of an attribute, `: ` is its equals sign. */
static bool is_markup(struct st_span page, uint8_t text, uint32_t start)
{
	uint32_t at = start;
	while (at < page.size && at < start + 3 && page.data[at] == 0)
		at++;
	uint8_t stored = at < page.size ? page.data[at] : 0;
	if (text == ':')
		return stored == '=';
	return is_blank(text) && !is_blank(stored) && stored != '&';
}

static void on_part(void *context, const struct extract_part *part)
{
	struct read_job *job = context;
	job->members |= part->index > 0;
}

static void on_text(void *context, uint32_t part, const struct extract_text *text)
{
	struct read_job *job = context;
	struct passage_place places[1024];
	if (part > 0)
		return;
	for (size_t at = 0; at < text->size;) {
		size_t size = 0;
		for (; size < 1024 && at + size < text->size; size++) {
			size_t i = at + size;
			uint64_t first = text->stored != NULL ? text->stored[i] : i;
			uint64_t last = text->stored_ends != NULL ? text->stored_ends[i]
					: text->stored != NULL    ? text->stored[i + 1]
								  : i + 1;
			places[size].start = (uint32_t)(text->stored_start + first);
			places[size].end = (uint32_t)(text->stored_start + last);
			places[size].fixed =
				job->is_page && text->stored_ends != NULL &&
						is_markup(job->passage->document, text->data[i], places[size].start)
					? PASSAGE_FIXED
					: PASSAGE_FREE;
		}
		passage_feed(job->passage, text->data + at, places, size);
		at += size;
	}
}

static void on_end(void *context, uint32_t part, const struct extract_part_result *result)
{
	struct read_job *job = context;
	const char *charset = result->charset;
	if (part > 0)
		return;
	job->reading.format = result->format;
	job->reading.charset = charset;
	job->reading.unit = strncmp(charset, "utf-16", 6) == 0 ? 2 : strncmp(charset, "utf-32", 6) == 0 ? 4 : 1;
	job->reading.big_endian = strcmp(charset + (strlen(charset) < 2 ? 0 : strlen(charset) - 2), "be") == 0;
	job->reading.searched = result->status == ST_READ && !result->rebuilt && result->not_searched_bytes == 0;
}

static void on_place(void *context, uint32_t part, uint64_t start, struct st_span label)
{
	(void)context;
	(void)part;
	(void)start;
	(void)label;
}

static unsigned on_column(void *context, uint32_t part, struct st_span name)
{
	struct read_job *job = context;
	return part == 0 ? detect_field_name(job->passage->search->detect, name) : 0;
}

static void on_cell(void *context, uint32_t part, uint64_t start, unsigned column)
{
	struct read_job *job = context;
	if (part == 0)
		detect_field_begins(job->passage->search->detect, start, column);
}

struct document_reading document_read(struct passage *passage, const char *format, const char *charset, bool joined)
{
	static const struct extract_events events = {
		.part_begin = on_part,
		.text = on_text,
		.place = on_place,
		.column = on_column,
		.cell = on_cell,
		.part_end = on_end,
	};
	struct read_job job = {.passage = passage, .reading = {.format = "empty", .charset = "", .unit = 1}};
	struct extract_options options = {.format = format, .charset = charset, .joined = joined, .no_digests = true};
	struct extract_result result;
	struct extract_limits limits = extract_limits_default();
	limits.nesting_depth = 0; /* containers are named, not opened */
	struct stream *stream = stream_open_memory(passage->document.data, passage->document.size);
	job.is_page = true;
	extract_object_with_limits(stream, &options, &events, &job, &limits, &result);
	stream_close(stream);
	job.reading.searched = job.reading.searched && !job.members;
	return job.reading;
}
