/*
 * text_of FILE...: what the readers make of files, one JSON line for each part of each:
 * {"file","part","parent","name","format","status","reason","text"}. Not confined: for files that the tests made.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/ceilings.h"
#include "base/json_write.h"
#include "extract/extract.h"

struct seen {
	const char *file;
	struct part {
		uint32_t parent;
		struct st_buf name, text;
	} * parts;
	uint32_t count;
};

static void on_begin(void *context, const struct extract_part *part)
{
	struct seen *seen = context;
	seen->parts = st_realloc(seen->parts, (seen->count + 1) * sizeof *seen->parts);
	struct part *mine = &seen->parts[seen->count++];
	*mine = (struct part){.parent = part->parent};
	st_buf_add(&mine->name, part->name.data, part->name.size);
}

static void on_text(void *context, uint32_t part, const struct extract_text *text)
{
	struct seen *seen = context;
	st_buf_add(&seen->parts[part].text, text->data, text->size);
}

static void on_record(void *context, uint32_t part, uint64_t start, uint64_t end, const uint8_t *sha256)
{
	(void)context, (void)part, (void)start, (void)end, (void)sha256;
}

static void on_place(void *context, uint32_t part, uint64_t start, struct st_span label)
{
	(void)context, (void)part, (void)start, (void)label;
}

static void on_end(void *context, uint32_t index, const struct extract_part_result *result)
{
	struct seen *seen = context;
	struct part *part = &seen->parts[index];
	st_auto_buf struct st_buf line = {0};
	struct st_json_writer w = {.out = &line};
	st_json_object(&w);
	st_json_key_text(&w, "file", seen->file);
	st_json_key_uint(&w, "part", index);
	st_json_key_uint(&w, "parent", part->parent);
	st_json_key(&w, "name");
	st_json_string(&w, part->name.data, part->name.size);
	st_json_key_text(&w, "format", result->format);
	st_json_key_text(&w, "status", st_read_status_name(result->status));
	st_json_key_text(&w, "reason", st_reason_name(result->reason));
	st_json_key(&w, "text");
	st_json_string(&w, part->text.data, part->text.size);
	st_json_object_end(&w);
	st_buf_add_byte(&line, '\n');
	fwrite(line.data, 1, line.size, stdout);
	st_buf_free(&part->name);
	st_buf_free(&part->text);
}

static void on_progress(void *context, uint64_t stored_bytes)
{
	(void)context, (void)stored_bytes;
}

static int read_file(const char *path)
{
	static const struct extract_events events = {.part_begin = on_begin,
		.text = on_text,
		.record = on_record,
		.place = on_place,
		.part_end = on_end,
		.progress = on_progress};
	struct stat info;
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &info) != 0) {
		perror(path);
		return 1;
	}
	struct seen seen = {.file = path};
	struct extract_options options = {.stored_size = (uint64_t)info.st_size};
	struct extract_result result;
	struct stream *stream = stream_open_fd(fd, (uint64_t)info.st_size);
	extract_object(stream, &options, &events, &seen, &result);
	stream_close(stream);
	free(seen.parts);
	close(fd);
	return 0;
}

int main(int argc, char **argv)
{
	int status = 0;
	for (int i = 1; i < argc; i++)
		status |= read_file(argv[i]);
	return status;
}
