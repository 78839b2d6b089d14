/* Any bytes as a rules file, and any bytes as a pattern: refused with one line, or compiled; then no match is wider
 * than the pattern was said to be able to match, and the cutting of a text leaves no trace. */
#include "base/ceilings.h"
#include "base/json_write.h"
#include "detect/rule_width.h"
#include "detect/rules.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct found {
	struct st_buf lines;
	size_t widest;
};

static void on_mention(void *context, const struct detect_mention *m)
{
	struct found *found = context;
	if (!m->rule)
		return;
	st_buf_add_u64(&found->lines, m->start);
	st_buf_add_u64(&found->lines, m->end);
	st_buf_add_span(&found->lines, m->canonical.data, m->canonical.size);
	if (m->end - m->start > found->widest)
		found->widest = m->end - m->start;
}

static struct found search(const struct detect_rules *rules, const uint8_t *text, size_t size, size_t block)
{
	struct found found = {{0}, 0};
	struct detect_options options = {.rules = rules};
	struct detect *detect = detect_open(&options, on_mention, &found);
	for (size_t at = 0; at < size; at += block)
		detect_feed(detect, text + at, size - at < block ? size - at : block);
	detect_finish(detect);
	detect_close(detect);
	return found;
}

static void search_both_ways(const struct detect_rules *rules, const uint8_t *text, size_t size, size_t most)
{
	struct found whole = search(rules, text, size, size + 1), cut = search(rules, text, size, 61);
	if (whole.lines.size != cut.lines.size ||
		(whole.lines.size > 0 && memcmp(whole.lines.data, cut.lines.data, whole.lines.size) != 0) ||
		whole.widest > most)
		abort();
	st_buf_free(&whole.lines);
	st_buf_free(&cut.lines);
}

/* The pattern up to the first line feed, the text it is asked about behind it, repeated beyond one piece. */
static void as_pattern(const uint8_t *data, size_t size)
{
	st_auto_buf struct st_buf file = {0}, text = {0};
	struct st_json_writer w = {.out = &file};
	struct detect_rules *rules;
	struct st_error err = {0};
	struct rule_width width;
	const char *why;
	size_t at;
	const uint8_t *line = memchr(data, '\n', size);
	struct st_span pattern = {data, line != NULL ? (size_t)(line - data) : size};
	bool bounded = rule_width(pattern, &width, &why, &at);
	st_json_object(&w);
	st_json_key_text(&w, "schema", "staunch.rules/1");
	st_json_key(&w, "rules");
	st_json_array(&w);
	st_json_object(&w);
	st_json_key_text(&w, "name", "one");
	st_json_key_text(&w, "kind", "case_number");
	st_json_key(&w, "pattern");
	st_json_string(&w, pattern.data, pattern.size);
	st_json_key_uint(&w, "confidence", 1);
	st_json_object_end(&w);
	st_json_array_end(&w);
	st_json_object_end(&w);
	if (detect_rules_open((struct st_span){file.data, file.size}, &rules, &err) != ST_OK)
		return;
	while (line != NULL && text.size < 6000 && (size_t)(data + size - line) > 1)
		st_buf_add(&text, line + 1, (size_t)(data + size - line) - 1);
	search_both_ways(rules, text.data, text.size, bounded ? width.most : CEIL_RULE_WIDTH_BYTES);
	detect_rules_close(rules);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint8_t text[] = "TCK-123456 abc: VAT \xc3\xbc 12/2022 \xff 00AA-11BB\n";
	struct detect_rules *rules;
	struct st_error err = {0};
	if (detect_rules_open((struct st_span){data, size}, &rules, &err) == ST_OK) {
		search_both_ways(rules, text, sizeof text - 1, CEIL_RULE_WIDTH_BYTES);
		detect_rules_close(rules);
	} else if (err.what[0] == 0 || strchr(err.what, '\n') != NULL) {
		abort();
	}
	if (size < 4096)
		as_pattern(data, size);
	return 0;
}
