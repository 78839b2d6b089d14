/* URLs that carry a shared access signature: read from a file, since they are secrets; parted into store and signature.
 */
#include "base/ceilings.h"
#include "probe/target.h"

#include <stdlib.h>

/* The store that a URL names: what stands before its '?'. */
static struct st_span store_of(struct st_span url)
{
	const uint8_t *mark = memchr(url.data, '?', url.size);
	return (struct st_span){url.data, mark != NULL ? (size_t)(mark - url.data) : url.size};
}

enum st_status probe_target_parse_signed(struct st_span url, struct probe_target *out, struct st_error *err)
{
	struct st_span store = store_of(url);
	struct probe_target target;
	if (store.size == url.size)
		return st_fail(err, ST_WRONG, "there is no signature: a URL with ?sv=...&sig=... is wanted");
	st_auto_free char *text = st_strndup((const char *)store.data, store.size);
	ST_TRY(probe_target_parse(text, &target, err));
	struct st_span query = {store.data + store.size + 1, url.size - store.size - 1};
	enum st_status status = probe_sas_parse(query, &target.sas, err);
	if (status == ST_OK && target.transport != PROBE_HTTP && target.transport != PROBE_HTTPS)
		status = st_fail(err, ST_WRONG, "a signature is for http and https");
	if (status != ST_OK) {
		probe_target_free(&target);
		return status;
	}
	char *canonical = st_format("%s#sas-%s", target.canonical, target.sas->mark);
	free(target.canonical);
	target.canonical = canonical;
	*out = target;
	return ST_OK;
}

char *probe_target_signed_name(struct st_span url, const struct probe_target *target)
{
	struct st_span store = store_of(url);
	while (store.size > 0 && store.data[store.size - 1] == '/')
		store.size--;
	return st_format("%.*s#sas-%s", (int)store.size, (const char *)store.data, target->sas->mark);
}

static bool is_space(uint8_t c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

/* The next line without blanks around it; *at moves behind it. */
static struct st_span next_line(struct st_span file, size_t *at)
{
	const uint8_t *end = memchr(file.data + *at, '\n', file.size - *at);
	struct st_span line = {file.data + *at, end != NULL ? (size_t)(end - file.data) - *at : file.size - *at};
	*at += line.size + 1;
	while (line.size > 0 && is_space(line.data[0]))
		line = (struct st_span){line.data + 1, line.size - 1};
	while (line.size > 0 && is_space(line.data[line.size - 1]))
		line.size--;
	return line;
}

static enum st_status add(struct probe_signed_list *list, struct st_span url, struct st_error *err)
{
	struct probe_target target;
	if (list->count == CEIL_SCOPE_TARGETS)
		return st_fail(err, ST_WRONG, "more than 4096 of them");
	if (memchr(url.data, 0, url.size) != NULL)
		return st_fail(err, ST_WRONG, "a NUL");
	ST_TRY(probe_target_parse_signed(url, &target, err));
	list->targets = st_realloc(list->targets, (list->count + 1) * sizeof *list->targets);
	list->names = st_realloc(list->names, (list->count + 1) * sizeof *list->names);
	list->targets[list->count] = target;
	list->names[list->count++] = probe_target_signed_name(url, &target);
	return ST_OK;
}

enum st_status probe_signed_read(struct st_span file, struct probe_signed_list *out, struct st_error *err)
{
	struct probe_signed_list list = {0};
	struct st_error why = {0};
	unsigned number = 0;
	for (size_t at = 0; at < file.size;) {
		struct st_span line = next_line(file, &at);
		number++;
		if (line.size == 0 || line.data[0] == '#')
			continue;
		if (add(&list, line, &why) != ST_OK) {
			probe_signed_free(&list);
			return st_fail(err, ST_WRONG, "signatures, line %u: %s", number, why.what);
		}
	}
	if (list.count == 0)
		return st_fail(err, ST_WRONG, "signatures: there is none");
	*out = list;
	return ST_OK;
}

void probe_signed_free(struct probe_signed_list *list)
{
	for (size_t i = 0; i < list->count; i++) {
		probe_target_free(&list->targets[i]);
		free(list->names[i]);
	}
	free(list->targets);
	free(list->names);
	*list = (struct probe_signed_list){0};
}
