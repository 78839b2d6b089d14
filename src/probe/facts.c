#include "probe/facts.h"

#include "base/ceilings.h"

#include <stdlib.h>

static struct probe_fact *find(const struct probe_facts *facts, const char *path)
{
	for (uint32_t i = 0; i < facts->count; i++)
		if (strcmp(facts->list[i].path, path) == 0)
			return &facts->list[i];
	return NULL;
}

static struct probe_fact *find_or_make(struct probe_facts *facts, const char *path)
{
	struct probe_fact *fact = find(facts, path);
	if (fact != NULL)
		return fact;
	if (facts->count == CEIL_FACT_PATHS || strlen(path) > CEIL_FACT_PATH_BYTES) {
		facts->full = true;
		return NULL;
	}
	facts->list = st_realloc(facts->list, (facts->count + 1) * sizeof *facts->list);
	fact = &facts->list[facts->count++];
	*fact = (struct probe_fact){.path = st_strndup(path, strlen(path))};
	return fact;
}

static void add(struct probe_facts *facts, const char *path, struct st_span value, uint32_t keep, uint32_t order)
{
	struct probe_fact *fact = find_or_make(facts, path);
	if (fact == NULL)
		return;
	fact->count++;
	if (fact->value_count >= keep)
		return;
	if (value.size > CEIL_FACT_BYTES || facts->held_bytes + value.size > CEIL_FACTS_BYTES) {
		facts->full = true;
		return;
	}
	facts->held_bytes += value.size;
	fact->values = st_realloc(fact->values, (fact->value_count + 1) * sizeof *fact->values);
	fact->values[fact->value_count] = (struct probe_fact_value){.order = order};
	st_buf_add(&fact->values[fact->value_count++].text, value.data, value.size);
}

void probe_facts_add(struct probe_facts *facts, const char *path, struct st_span value, uint32_t keep)
{
	if (facts->next_order < UINT32_MAX - 1)
		facts->next_order++;
	add(facts, path, value, keep, facts->next_order);
}

void probe_facts_free(struct probe_facts *facts)
{
	for (uint32_t i = 0; i < facts->count; i++) {
		for (uint32_t j = 0; j < facts->list[i].value_count; j++)
			st_buf_free(&facts->list[i].values[j].text);
		free(facts->list[i].values);
		free(facts->list[i].path);
	}
	free(facts->list);
	*facts = (struct probe_facts){0};
}

struct st_span probe_fact(const struct probe_facts *facts, const char *path, uint32_t n)
{
	const struct probe_fact *fact = find(facts, path);
	if (fact == NULL || n >= fact->value_count)
		return (struct st_span){NULL, 0};
	const struct st_buf *value = &fact->values[n].text;
	static const uint8_t nothing[1];
	return (struct st_span){value->data != NULL ? value->data : nothing, value->size};
}

uint32_t probe_fact_order(const struct probe_facts *facts, const char *path, uint32_t n)
{
	const struct probe_fact *fact = find(facts, path);
	return fact != NULL && n < fact->value_count ? fact->values[n].order : UINT32_MAX;
}

struct st_span probe_fact_between(const struct probe_facts *facts, const char *path, uint32_t after, uint32_t until)
{
	const struct probe_fact *fact = find(facts, path);
	for (uint32_t i = 0; fact != NULL && i < fact->value_count; i++)
		if (fact->values[i].order > after && fact->values[i].order <= until)
			return probe_fact(facts, path, i);
	return (struct st_span){NULL, 0};
}

bool probe_fact_is(const struct probe_facts *facts, const char *path, const char *text)
{
	struct st_span value = probe_fact(facts, path, 0);
	return value.data != NULL && value.size == strlen(text) && memcmp(value.data, text, value.size) == 0;
}

uint64_t probe_fact_count(const struct probe_facts *facts, const char *path)
{
	const struct probe_fact *fact = find(facts, path);
	return fact != NULL ? fact->count : 0;
}

void probe_facts_encode(const struct probe_facts *facts, struct st_buf *out)
{
	st_buf_add_byte(out, (uint8_t)facts->body);
	st_buf_add_byte(out, facts->full);
	st_buf_add_u32(out, facts->count);
	for (uint32_t i = 0; i < facts->count; i++) {
		const struct probe_fact *fact = &facts->list[i];
		st_buf_add_span(out, fact->path, strlen(fact->path));
		st_buf_add_u64(out, fact->count);
		st_buf_add_u32(out, fact->value_count);
		for (uint32_t j = 0; j < fact->value_count; j++) {
			st_buf_add_u32(out, fact->values[j].order);
			st_buf_add_span(out, fact->values[j].text.data, fact->values[j].text.size);
		}
	}
}

static bool decode_fact(struct st_cursor *in, struct probe_facts *out)
{
	struct st_span path = st_cursor_span(in);
	uint64_t count = st_cursor_u64(in);
	uint32_t values = st_cursor_u32(in);
	if (in->bad || path.size > CEIL_FACT_PATH_BYTES || (path.size > 0 && memchr(path.data, 0, path.size) != NULL) ||
		values > count)
		return false;
	st_auto_free char *name = st_strndup((const char *)path.data, path.size);
	if (find(out, name) != NULL)
		return false;
	struct probe_fact *fact = find_or_make(out, name);
	for (uint32_t i = 0; i < values && !in->bad; i++) {
		uint32_t order = st_cursor_u32(in);
		struct st_span value = st_cursor_span(in);
		uint32_t before = fact->value_count;
		if (in->bad)
			return false;
		add(out, name, value, UINT32_MAX, order);
		if (fact->value_count == before)
			return false;
	}
	fact->count = count;
	return !in->bad;
}

bool probe_facts_decode(struct st_cursor *in, struct probe_facts *out)
{
	uint8_t body = st_cursor_byte(in), full = st_cursor_byte(in);
	uint32_t count = st_cursor_u32(in);
	*out = (struct probe_facts){0};
	bool good = !in->bad && body < PROBE_BODIES && count <= CEIL_FACT_PATHS;
	for (uint32_t i = 0; i < count && good; i++)
		good = decode_fact(in, out);
	if (!good || in->bad) {
		probe_facts_free(out);
		return false;
	}
	out->body = (enum probe_body)body;
	out->full = full != 0;
	return true;
}
