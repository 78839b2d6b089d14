#include "probe/observed.h"

#include "base/ceilings.h"
#include "base/json_read.h"
#include "probe/moment.h"

#include <sodium.h>
#include <stdlib.h>

enum field {
	FIELD_N,
	FIELD_KIND,
	FIELD_TIME,
	FIELD_TARGET,
	FIELD_VERDICT,
	FIELD_ADDRESS,
	FIELD_OUTCOME,
	FIELD_ENGINE,
	FIELD_SAYS,
	FIELD_KNOWN_BY,
	FIELD_FROM,
	FIELD_TO,
	FIELDS
};
static const char *const names[FIELDS] = {
	"n", "kind", "time", "target", "verdict", "address", "outcome", "engine", "says", "known_by", "from", "to"};

struct line {
	char text[FIELDS][CEIL_TARGET_BYTES + 64];
};

static void take(struct st_span text, char *out, size_t size)
{
	bool fits = text.size < size && (text.size == 0 || memchr(text.data, 0, text.size) == NULL);
	if (fits && text.size > 0)
		memcpy(out, text.data, text.size);
	out[fits ? text.size : 0] = 0;
}

static int field_of(const struct st_buf *key)
{
	for (int i = 0; i < FIELDS; i++)
		if (strlen(names[i]) == key->size && memcmp(names[i], key->data, key->size) == 0)
			return i;
	return -1;
}

/* Keys and values of the outermost object. */
static bool read_line(struct st_span span, struct line *line)
{
	st_auto_buf struct st_buf key = {0}, value = {0};
	struct st_json_reader *json = st_json_open(8);
	struct st_json_event event;
	enum st_json_token token;
	bool good = span.size <= CEIL_EVIDENCE_LINE_BYTES, in_key = false;
	for (int i = 0; i < FIELDS; i++)
		line->text[i][0] = 0;
	st_json_feed(json, span.data, span.size);
	while (good && (token = st_json_next(json, &event)) != ST_JSON_END && token != ST_JSON_MORE) {
		good = token != ST_JSON_ERROR && token != ST_JSON_TOO_DEEP;
		if (event.depth != 1 || !good)
			continue;
		if (token == ST_JSON_KEY) {
			key.size = in_key ? key.size : 0;
			value.size = 0;
			in_key = !event.last;
			st_buf_add(&key, event.text.data, event.text.size);
		} else if (token == ST_JSON_STRING || token == ST_JSON_NUMBER) {
			st_buf_add(&value, event.text.data, event.text.size);
			int field = event.last ? field_of(&key) : -1;
			if (field >= 0)
				take((struct st_span){value.data, value.size}, line->text[field],
					sizeof line->text[field]);
		}
	}
	st_json_close(json);
	return good && line->text[FIELD_TARGET][0] != 0;
}

struct probe_observed *probe_observed_of(const struct probe_observed_all *all, const char *target)
{
	for (size_t i = all->count; i-- > 0;)
		if (strcmp(all->targets[i].target, target) == 0)
			return &all->targets[i];
	return NULL;
}

struct probe_observed *probe_observed_get(struct probe_observed_all *all, const char *target)
{
	struct probe_observed *known = probe_observed_of(all, target);
	if (known != NULL)
		return known;
	all->targets = st_realloc(all->targets, (all->count + 1) * sizeof *all->targets);
	all->targets[all->count] = (struct probe_observed){.target = st_strndup(target, strlen(target))};
	return &all->targets[all->count++];
}

void probe_observed_add(struct probe_observed *observed, const struct probe_seen *seen)
{
	if (observed->count == observed->capacity) {
		observed->capacity = observed->capacity > 0 ? observed->capacity * 2 : 8;
		observed->seen = st_realloc(observed->seen, observed->capacity * sizeof *observed->seen);
	}
	observed->seen[observed->count++] = *seen;
}

void probe_sighting_mark(const char *engine, int64_t from, int64_t to, bool open, uint8_t mark[16])
{
	st_auto_buf struct st_buf text = {0};
	st_buf_format(&text, "%lld %lld %d %s", (long long)from, (long long)to, open, engine);
	crypto_generichash(mark, 16, text.data, text.size, NULL, 0);
}

static bool time_of(const char *text, int64_t *out)
{
	struct probe_moment moment;
	bool good = probe_moment_read((struct st_span){(const uint8_t *)text, strlen(text)}, &moment) && moment.zone;
	*out = good ? moment.to : 0;
	return good;
}

static void take_verdict(struct probe_observed_all *all, const struct line *line, uint64_t n)
{
	struct probe_seen seen = {.observation = {.witness = PROBE_WITNESS_CHECK, .line = n}};
	struct probe_observation *o = &seen.observation;
	const char *verdict = line->text[FIELD_VERDICT];
	if (!time_of(line->text[FIELD_TIME], &o->to))
		return;
	o->from = o->to;
	o->state = strcmp(verdict, "open") == 0     ? PROBE_OPEN
		   : strcmp(verdict, "closed") == 0 ? PROBE_CLOSED
						    : PROBE_CANNOT_TELL;
	struct probe_observed *observed = probe_observed_get(all, line->text[FIELD_TARGET]);
	observed->last_check = o->to > observed->last_check ? o->to : observed->last_check;
	probe_observed_add(observed, &seen);
}

static void take_sighting(struct probe_observed_all *all, const struct line *line, uint64_t n)
{
	struct probe_seen seen = {.observation = {.witness = PROBE_WITNESS_SIGHTING, .state = PROBE_OPEN, .line = n},
		.open = strcmp(line->text[FIELD_SAYS], "open") == 0};
	struct probe_observation *o = &seen.observation;
	if (!time_of(line->text[FIELD_FROM], &o->from) || !time_of(line->text[FIELD_TO], &o->to) || o->from > o->to)
		return;
	take((struct st_span){(const uint8_t *)line->text[FIELD_ENGINE], strlen(line->text[FIELD_ENGINE])}, seen.engine,
		sizeof seen.engine);
	seen.by_address = strcmp(line->text[FIELD_KNOWN_BY], "address-in-evidence") == 0;
	probe_sighting_mark(seen.engine, o->from, o->to, seen.open, seen.mark);
	probe_observed_add(probe_observed_get(all, line->text[FIELD_TARGET]), &seen);
}

static void take_address(struct probe_observed_all *all, const struct line *line)
{
	const char *address = line->text[FIELD_ADDRESS];
	if (address[0] == 0 || strlen(address) > 63)
		return;
	struct probe_observed *observed = probe_observed_get(all, line->text[FIELD_TARGET]);
	for (size_t i = 0; i < observed->address_count; i++)
		if (strcmp(observed->addresses[i], address) == 0)
			return;
	if (observed->address_count == CEIL_SEEN_ADDRESSES)
		return;
	observed->addresses =
		st_realloc(observed->addresses, (observed->address_count + 1) * sizeof *observed->addresses);
	observed->addresses[observed->address_count++] = st_strndup(address, strlen(address));
}

static bool holds(struct st_span line, const char *text)
{
	return memmem(line.data, line.size, text, strlen(text)) != NULL;
}

void probe_observed_read(struct probe_observed_all *all, struct st_span lines)
{
	struct line *line = st_alloc(sizeof *line);
	const uint8_t *at = lines.data, *end = lines.data + lines.size;
	for (const uint8_t *stop; at < end && (stop = memchr(at, '\n', (size_t)(end - at))) != NULL; at = stop + 1) {
		struct st_span span = {at, (size_t)(stop - at)};
		/* Cheaper than reading what names no target. */
		if (!holds(span, "\"target\"") || !read_line(span, line))
			continue;
		uint64_t n = strtoull(line->text[FIELD_N], NULL, 10);
		if (strcmp(line->text[FIELD_KIND], "verdict") == 0)
			take_verdict(all, line, n);
		else if (strcmp(line->text[FIELD_KIND], "sighting") == 0)
			take_sighting(all, line, n);
		else if (strcmp(line->text[FIELD_KIND], "answer") == 0)
			take_address(all, line);
	}
	free(line);
}

bool probe_seen_counts(const struct probe_seen *seen)
{
	return seen->observation.witness != PROBE_WITNESS_SIGHTING || (seen->open && !seen->by_address);
}

void probe_observed_windows(const struct probe_observed *observed, struct probe_exposures *out)
{
	struct probe_observation *list = st_alloc(observed->count * sizeof *list + 1);
	size_t count = 0;
	for (size_t i = 0; i < observed->count; i++)
		if (probe_seen_counts(&observed->seen[i]))
			list[count++] = observed->seen[i].observation;
	probe_exposures_find(list, count, out);
	free(list);
}

void probe_observed_free(struct probe_observed_all *all)
{
	for (size_t i = 0; i < all->count; i++) {
		free(all->targets[i].target);
		free(all->targets[i].seen);
		for (size_t j = 0; j < all->targets[i].address_count; j++)
			free(all->targets[i].addresses[j]);
		free(all->targets[i].addresses);
	}
	free(all->targets);
	*all = (struct probe_observed_all){0};
}
