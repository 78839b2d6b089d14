/*
 * What the readers make of a FILE, for tests of whole files: JSON Lines {"part","place","text"} for each stretch of
 * text between two places, then {"part","name","format","status","reason","records"}, as the parts end.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/json_write.h"
#include "extract/extract.h"

#define PARTS 4096

struct place {
	uint64_t start;
	struct st_buf label;
};

struct part {
	struct st_buf name, text;
	struct place *places;
	size_t count;
};

struct shown {
	struct part parts[PARTS];
};

static struct part *part_of(struct shown *shown, uint32_t part)
{
	if (part >= PARTS)
		exit(2);
	return &shown->parts[part];
}

static void on_begin(void *context, const struct extract_part *part)
{
	st_buf_add(&part_of(context, part->index)->name, part->name.data, part->name.size);
}

static void on_text(void *context, uint32_t part, const struct extract_text *text)
{
	st_buf_add(&part_of(context, part)->text, text->data, text->size);
}

static void on_place(void *context, uint32_t part, uint64_t start, struct st_span label)
{
	struct part *p = part_of(context, part);
	p->places = st_realloc(p->places, (p->count + 1) * sizeof *p->places);
	p->places[p->count] = (struct place){.start = start};
	for (size_t i = 0; i < label.size; i++) /* what it is NUL its name */
		st_buf_add_byte(&p->places[p->count].label, label.data[i] == 0 ? ' ' : label.data[i]);
	p->count++;
}

static void print_line(struct st_buf *line)
{
	st_buf_add_byte(line, '\n');
	fwrite(line->data, 1, line->size, stdout);
}

static void print_stretch(uint32_t part, const struct st_buf *label, const uint8_t *text, size_t size)
{
	st_auto_buf struct st_buf line = {0};
	struct st_json_writer w = {.out = &line};
	if (size == 0)
		return;
	st_json_object(&w);
	st_json_key_uint(&w, "part", part);
	st_json_key(&w, "place");
	st_json_string(&w, label->data, label->size);
	st_json_key(&w, "text");
	st_json_string(&w, text, size);
	st_json_object_end(&w);
	print_line(&line);
}

static void print_text(uint32_t index, const struct part *p)
{
	struct st_buf none = {0};
	const struct st_buf *label = &none;
	uint64_t at = 0;
	for (size_t i = 0; i < p->count; i++) {
		print_stretch(index, label, p->text.data + at, p->places[i].start - at);
		at = p->places[i].start;
		label = &p->places[i].label;
	}
	print_stretch(index, label, p->text.data + at, p->text.size - at);
}

static void part_free(struct part *p)
{
	for (size_t i = 0; i < p->count; i++)
		st_buf_free(&p->places[i].label);
	free(p->places);
	st_buf_free(&p->name);
	st_buf_free(&p->text);
	*p = (struct part){0};
}

static void on_end(void *context, uint32_t index, const struct extract_part_result *result)
{
	struct part *p = part_of(context, index);
	st_auto_buf struct st_buf line = {0};
	struct st_json_writer w = {.out = &line};
	print_text(index, p);
	st_json_object(&w);
	st_json_key_uint(&w, "part", index);
	st_json_key(&w, "name");
	st_json_string(&w, p->name.data, p->name.size);
	st_json_key_text(&w, "format", result->format);
	st_json_key_text(&w, "status", st_read_status_name(result->status));
	st_json_key_text(&w, "reason", st_reason_name(result->reason));
	st_json_key_uint(&w, "records", result->records);
	st_json_object_end(&w);
	print_line(&line);
	part_free(p);
}

int main(int argc, char **argv)
{
	static const struct extract_events events = {
		.part_begin = on_begin, .text = on_text, .place = on_place, .part_end = on_end};
	struct extract_options options = {.format = NULL};
	struct extract_result result;
	struct stat status;
	st_auto_close int fd = argc == 2 ? open(argv[1], O_RDONLY | O_CLOEXEC) : -1;
	if (fd < 0 || fstat(fd, &status) != 0) {
		fputs("usage: show_text FILE\n", stderr);
		return 2;
	}
	struct shown *shown = st_alloc_zero(1, sizeof *shown);
	struct stream *stream = stream_open_fd(fd, (uint64_t)status.st_size);
	extract_object(stream, &options, &events, shown, &result);
	stream_close(stream);
	free(shown);
	return 0;
}
