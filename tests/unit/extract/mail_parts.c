/*
 * Not a test by itself: prints what our reader sees in the mail named in its argument, one JSON object for each part,
 * to be held against what other readers see in it (tests/e2e/mail_oracle_test.py).
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/json_write.h"
#include "extract/canonical.h"
#include "extract/extract.h"

struct seen {
	uint32_t parent;
	bool joined, has_content;
	struct st_buf name, text;
	uint8_t content[ST_SHA256_BYTES];
	struct extract_part_result result;
};

struct seen_all {
	struct seen *parts;
	size_t count;
};

static void on_begin(void *context, const struct extract_part *part)
{
	struct seen_all *all = context;
	all->parts = st_realloc(all->parts, (all->count + 1) * sizeof(*all->parts));
	struct seen *seen = &all->parts[all->count++];
	*seen = (struct seen){.parent = part->parent, .joined = part->joined};
	st_buf_add(&seen->name, part->name.data, part->name.size);
}

static void on_text(void *context, uint32_t part, const struct extract_text *text)
{
	struct seen_all *all = context;
	st_buf_add(&all->parts[part].text, text->data, text->size);
}

static void on_end(void *context, uint32_t part, const struct extract_part_result *result)
{
	struct seen_all *all = context;
	all->parts[part].result = *result;
}

static void on_content(void *context, uint32_t part, const uint8_t sha256[ST_SHA256_BYTES], uint64_t bytes)
{
	struct seen_all *all = context;
	(void)bytes;
	all->parts[part].has_content = true;
	memcpy(all->parts[part].content, sha256, ST_SHA256_BYTES);
}

static void put_hex(struct st_json_writer *json, const char *key, const uint8_t sha256[ST_SHA256_BYTES])
{
	char hex[2 * ST_SHA256_BYTES + 1];
	for (size_t i = 0; i < ST_SHA256_BYTES; i++)
		snprintf(hex + 2 * i, 3, "%02x", sha256[i]);
	st_json_key_text(json, key, hex);
}

static void put_part(const struct seen *seen, struct st_buf *out)
{
	struct st_json_writer json = {.out = out};
	st_json_object(&json);
	st_json_key_uint(&json, "parent", seen->parent);
	st_json_key(&json, "name");
	st_json_string(&json, seen->name.data != NULL ? (const void *)seen->name.data : "", seen->name.size);
	st_json_key_bool(&json, "joined", seen->joined);
	st_json_key_text(&json, "format", seen->result.format);
	st_json_key_text(&json, "status", st_read_status_name(seen->result.status));
	st_json_key_text(&json, "reason", st_reason_name(seen->result.reason));
	st_json_key_uint(&json, "bytes", seen->result.stored_bytes);
	if (seen->has_content)
		put_hex(&json, "content", seen->content);
	st_json_key(&json, "text");
	st_json_string(&json, seen->text.data != NULL ? (const void *)seen->text.data : "", seen->text.size);
	st_json_object_end(&json);
	st_buf_add_byte(out, '\n');
}

int main(int count, char **arguments)
{
	static const struct extract_events events = {
		.part_begin = on_begin, .text = on_text, .part_end = on_end, .content = on_content};
	struct extract_options options = {.format = NULL};
	struct extract_result result;
	struct seen_all all = {0};
	st_auto_buf struct st_buf mail = {0}, out = {0};
	FILE *file = count == 2 ? fopen(arguments[1], "rb") : NULL;
	uint8_t block[65536];
	if (file == NULL)
		return 2;
	for (size_t got; (got = fread(block, 1, sizeof(block), file)) > 0;)
		st_buf_add(&mail, block, got);
	fclose(file);
	st_buf_reserve(&mail, 1);
	struct stream *stream = stream_open_memory(mail.data, mail.size);
	extract_object(stream, &options, &events, &all, &result);
	stream_close(stream);
	for (size_t i = 0; i < all.count; i++) {
		put_part(&all.parts[i], &out);
		st_buf_free(&all.parts[i].name);
		st_buf_free(&all.parts[i].text);
	}
	free(all.parts);
	return fwrite(out.data, 1, out.size, stdout) == out.size ? 0 : 2;
}
