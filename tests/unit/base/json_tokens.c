/*
 * Prints what the JSON reader makes of documents, for comparison with another reader (tests/cli/json_oracle_test.py).
 * Input: any number of documents, each its size in decimal, a line feed, its bytes. Output: a line for each: the
 * tokens, texts in hex, and at last `.` or `!OFFSET`. Argument: bytes fed at a time.
 */
#include "base/json_read.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

static void print_text(char mark, const struct st_json_event *e, bool begins)
{
	if (begins)
		printf(" %c", mark);
	for (size_t i = 0; i < e->text.size; i++)
		printf("%02x", e->text.data[i]);
}

static bool print_event(const struct st_json_event *e, bool begins)
{
	static const char marks[] = {[ST_JSON_END] = '.',
		[ST_JSON_OBJECT] = '{',
		[ST_JSON_OBJECT_END] = '}',
		[ST_JSON_ARRAY] = '[',
		[ST_JSON_ARRAY_END] = ']',
		[ST_JSON_KEY] = 'k',
		[ST_JSON_STRING] = 's',
		[ST_JSON_NUMBER] = 'n',
		[ST_JSON_TRUE] = 't',
		[ST_JSON_FALSE] = 'f',
		[ST_JSON_NULL] = '0'};
	if (e->token == ST_JSON_ERROR || e->token == ST_JSON_TOO_DEEP) {
		printf(" !%" PRIu64 "\n", e->start);
		return false;
	}
	print_text(marks[e->token], e, begins);
	if (e->token == ST_JSON_END)
		putchar('\n');
	return e->token != ST_JSON_END;
}

static void print_tokens(const uint8_t *data, size_t size, size_t cut)
{
	struct st_json_reader *reader = st_json_open(1024);
	struct st_json_event e;
	bool begins = true;
	for (size_t at = 0;;) {
		enum st_json_token token = st_json_next(reader, &e);
		if (token != ST_JSON_MORE) {
			if (!print_event(&e, begins))
				break;
			begins = e.last;
		} else if (at == size) {
			st_json_feed_end(reader);
		} else {
			size_t step = size - at < cut ? size - at : cut;
			st_json_feed(reader, data + at, step);
			at += step;
		}
	}
	st_json_close(reader);
}

int main(int argc, char **argv)
{
	size_t cut = argc > 1 ? strtoul(argv[1], NULL, 10) : SIZE_MAX, size;
	char line[32];
	while (fgets(line, sizeof line, stdin) != NULL) {
		size = strtoul(line, NULL, 10);
		st_auto_free uint8_t *data = st_alloc(size);
		if (fread(data, 1, size, stdin) != size)
			return 2;
		print_tokens(data, size, cut);
	}
	return 0;
}
