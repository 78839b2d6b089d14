/* json_bench FILE [RUNS [tokens]]: MB/s of processor time of the JSON reader alone, and (without `tokens`) of the trees
 * that audit makes of what it says, in turns; the median of each. FILE may hold one document or one a line. */
#include <fcntl.h>
#include <unistd.h>

#include "audit/document.h"
#include "base/json_read.h"
#include "measure.h"

#define BLOCK 262144

static void broken(const char *what)
{
	fprintf(stderr, "json_bench: %s\n", what);
	exit(1);
}

static double read_tokens(struct measure_text text, uint64_t *tokens)
{
	double begin = measure_processor_s();
	struct st_json_reader *reader = st_json_open(128);
	struct st_json_event event;
	size_t at = 0;
	enum st_json_token token;
	while ((token = st_json_next(reader, &event)) != ST_JSON_END && token != ST_JSON_ERROR) {
		++*tokens;
		if (token != ST_JSON_MORE)
			continue;
		size_t part = text.size - at < BLOCK ? text.size - at : BLOCK;
		st_json_feed(reader, text.data + at, part);
		at += part;
		if (at == text.size)
			st_json_feed_end(reader);
	}
	st_json_close(reader);
	if (token != ST_JSON_END)
		broken("the file is not JSON");
	return measure_processor_s() - begin;
}

static double read_trees(int fd, uint64_t *elements)
{
	double begin = measure_processor_s();
	struct audit_pool pool = {0};
	struct audit_node *tree;
	struct st_span list, none = {(const uint8_t *)"", 0};
	struct st_error err = {0};
	enum audit_found found;
	if (lseek(fd, 0, SEEK_SET) != 0)
		broken("the file cannot be read twice");
	struct audit_document *document = audit_document_open(fd, none, &pool);
	while ((found = audit_document_next(document, &tree, &list, &err)) == AUDIT_ELEMENT || found == AUDIT_WHOLE)
		++*elements;
	audit_document_close(document);
	audit_pool_free(&pool);
	if (found != AUDIT_DOCUMENT_END)
		broken("the file is not JSON");
	return measure_processor_s() - begin;
}

int main(int argc, char **argv)
{
	int fd = argc > 1 ? open(argv[1], O_RDONLY | O_CLOEXEC) : -1;
	if (fd < 0) {
		fprintf(stderr, "json_bench FILE [RUNS [tokens]]\n");
		return 2;
	}
	struct measure_text text = measure_read(argv[1]);
	struct measure_runs tokens = {.count = 0}, trees = {.count = 0};
	size_t runs = measure_runs_of(argc > 2 ? argv[2] : NULL);
	uint64_t seen = 0;
	for (size_t i = 0; i < runs; i++) {
		measure_add(&tokens, read_tokens(text, &seen));
		if (argc < 4)
			measure_add(&trees, read_trees(fd, &seen));
	}
	double size = (double)text.size / 1e6;
	printf("%.1f", size / measure_median_s(&tokens));
	if (argc < 4)
		printf(" %.1f", size / measure_median_s(&trees));
	putchar('\n');
	return 0;
}
