/* Read strictly: an exception that is misread is a hole. */
#include "audit/flows.h"

#include "base/ceilings.h"
#include "base/settings.h"

#include <stdio.h>
#include <stdlib.h>

#define DEPTH 4
#define PIECES 4096

/* --- reading --- */

enum field { STORE, SOURCES, PROTOCOL, PORTS, REASON, OWNER, UNTIL };
static const char *const fields[] = {"store", "sources", "protocol", "ports", "reason", "owner", "until"};

struct reading {
	struct st_settings file;
	struct audit_flows *flows;
	enum audit_flows_kind kind;
	int64_t now_s;
};

static bool fail(struct reading *r, const char *why)
{
	return st_settings_fail(&r->file, why);
}

static const struct audit_word *word_of(struct reading *r, const char *text)
{
	return audit_intern(&r->flows->words, AUDIT_LITERAL, audit_span(text));
}

static bool take_words(struct reading *r, const struct audit_word **out, const char *wanted)
{
	char *text = NULL;
	if (!st_settings_words(&r->file, &text, wanted))
		return false;
	bool says = text[strspn(text, " ")] != 0;
	*out = word_of(r, text);
	free(text);
	return says || fail(r, wanted);
}

/* Strings or whole numbers. */
static bool take_list(struct reading *r, struct audit_words *out, const char *wanted)
{
	if (st_settings_next(&r->file) != ST_JSON_ARRAY)
		return fail(r, wanted);
	for (;;) {
		enum st_json_token token = st_settings_next(&r->file);
		if (token == ST_JSON_ARRAY_END)
			return out->count > 0 || fail(r, wanted);
		if ((token != ST_JSON_STRING && token != ST_JSON_NUMBER) || out->count >= CEIL_AUDIT_FLOW_VALUES)
			return fail(r, wanted);
		if (!st_settings_take(&r->file))
			return false;
		if (st_settings_text(&r->file)[0] == 0 || strchr(st_settings_text(&r->file), ',') != NULL)
			return fail(r, wanted);
		audit_words_add(&r->flows->words, out, word_of(r, st_settings_text(&r->file)));
	}
}

static bool on_the_internet(void *context, const struct audit_value *value)
{
	(void)context;
	return value->kind == AUDIT_VALUE_PREFIX ||
	       (value->kind == AUDIT_VALUE_TAG && value->tag != AUDIT_TAG_NONE && value->tag != AUDIT_TAG_PRIVATE);
}

static bool take_sources(struct reading *r, struct audit_flow *flow)
{
	static const char wanted[] = "\"sources\" is a list of prefixes, of \"Internet\" or of service tags";
	return take_list(r, &flow->rule.sources, wanted) &&
	       (audit_each_value(&flow->rule.sources, on_the_internet, NULL) || fail(r, wanted));
}

static bool take_until(struct reading *r, struct audit_flow *flow)
{
	int64_t last;
	if (!st_settings_time(&r->file, true, &last))
		return false;
	flow->until = word_of(r, st_settings_text(&r->file));
	flow->expired = last < r->now_s;
	return true;
}

static bool take_field(struct reading *r, struct audit_flow *flow, uint32_t *seen)
{
	size_t field, count = r->kind == AUDIT_EXCEPTIONS ? 7 : 4;
	if (!st_settings_field(&r->file, fields, count, seen, &field,
		    r->kind == AUDIT_EXCEPTIONS ? "fields are store, sources, protocol, ports, reason, owner and until"
						: "fields are store, sources, protocol and ports"))
		return false;
	switch ((enum field)field) {
	case STORE:
		return take_words(r, &flow->store, "\"store\" is the name, id or address of a store");
	case SOURCES:
		return take_sources(r, flow);
	case PROTOCOL:
		return take_words(r, &flow->rule.protocol, "\"protocol\" is tcp, udp, icmp, esp, ah or any");
	case PORTS:
		return take_list(r, &flow->rule.ports, "\"ports\" is a list of ports and ranges, or of \"*\"");
	case REASON:
		return take_words(r, &flow->reason, "\"reason\" says why");
	case OWNER:
		return take_words(r, &flow->owner, "\"owner\" says who answers for it");
	case UNTIL:
		return take_until(r, flow);
	}
	return false;
}

/* Does every value mean something by itself? */
static bool is_clear(struct reading *r, const struct audit_flow *flow)
{
	struct audit_tags none = {.count = 0};
	struct audit_compiled compiled;
	audit_compile(&flow->rule, &none, &compiled);
	bool clear = compiled.lines[AUDIT_LOWER].count > 0 &&
		     audit_set_equal(&compiled.lines[AUDIT_LOWER], &compiled.lines[AUDIT_UPPER]);
	audit_compiled_free(&compiled);
	return clear || fail(r, "its protocol or its ports are none");
}

static bool take_flow(struct reading *r)
{
	uint32_t seen = 0, needed = r->kind == AUDIT_EXCEPTIONS ? 127 : 15;
	if (r->flows->count == CEIL_AUDIT_FLOWS)
		return fail(r, "more of them than anybody answers for");
	struct audit_flow *flow = AUDIT_PUSH(r->flows->items, r->flows->count, r->flows->capacity);
	snprintf(r->file.place, sizeof r->file.place, ", entry %u", (unsigned)r->flows->count);
	flow->rule.name = word_of(r, "");
	flow->rule.access = AUDIT_ALLOW;
	audit_words_add(&r->flows->words, &flow->rule.source_ports, word_of(r, "*"));
	audit_words_add(&r->flows->words, &flow->rule.destinations, word_of(r, "*"));
	flow->line = 1;
	for (uint64_t i = 0; i < r->file.event.start && i < r->file.file.size; i++)
		flow->line += r->file.file.data[i] == '\n';
	while (st_settings_next(&r->file) == ST_JSON_KEY)
		if (!take_field(r, flow, &seen))
			return false;
	if (r->file.event.token != ST_JSON_OBJECT_END)
		return fail(r, "no JSON");
	if (seen != needed)
		return fail(r, r->kind == AUDIT_EXCEPTIONS
				       ? "needs store, sources, protocol, ports, reason, owner and until"
				       : "needs store, sources, protocol and ports");
	if (r->kind == AUDIT_EXCEPTIONS && audit_word_is(flow->store, "*"))
		return fail(r, "an exception is of one store");
	bool clear = is_clear(r, flow);
	r->file.place[0] = 0;
	return clear;
}

static bool take_file(struct reading *r)
{
	const char *const names[] = {r->kind == AUDIT_EXCEPTIONS ? "exceptions" : "keep"};
	uint32_t seen = 0;
	size_t field;
	if (st_settings_next(&r->file) != ST_JSON_OBJECT || st_settings_next(&r->file) != ST_JSON_KEY)
		return fail(r, "an object with one list is wanted");
	if (!st_settings_field(&r->file, names, 1, &seen, &field,
		    r->kind == AUDIT_EXCEPTIONS ? "the list is called \"exceptions\"" : "the list is called \"keep\""))
		return false;
	if (st_settings_next(&r->file) != ST_JSON_ARRAY)
		return fail(r, "a list is wanted");
	while (st_settings_next(&r->file) == ST_JSON_OBJECT)
		if (!take_flow(r))
			return false;
	if (r->file.event.token != ST_JSON_ARRAY_END || st_settings_next(&r->file) != ST_JSON_OBJECT_END)
		return fail(r, "no JSON, or something beside the list");
	return st_settings_over(&r->file, "something stands behind the list");
}

enum st_status audit_flows_read(
	struct st_span file, enum audit_flows_kind kind, int64_t now_s, struct audit_flows *out, struct st_error *err)
{
	struct reading r = {.flows = out, .kind = kind, .now_s = now_s};
	*out = (struct audit_flows){.count = 0};
	st_settings_begin(&r.file, "", file, DEPTH, err);
	bool ok = take_file(&r);
	st_settings_end(&r.file);
	if (ok)
		return ST_OK;
	audit_flows_free(out);
	return ST_WRONG;
}

void audit_flows_free(struct audit_flows *flows)
{
	free(flows->items);
	audit_model_free(&flows->words);
	*flows = (struct audit_flows){.count = 0};
}

/* --- stores --- */

bool audit_flow_is_of(const struct audit_flow *flow, const struct audit_store *store)
{
	struct st_span name = audit_word_span(flow->store);
	if (audit_word_is(flow->store, "*") || audit_same(name, store->name) || audit_same_id(flow->store, store->id))
		return true;
	return store->gate_count == 1 && store->interface == NULL && store->gates[0]->address != NULL &&
	       audit_same(name, audit_word_span(store->gates[0]->address));
}

struct counting {
	const struct audit_flows *flows;
	uint32_t *counts;
};

static void count_store(void *context, const struct audit_store *store)
{
	struct counting *counting = context;
	for (uint32_t i = 0; i < counting->flows->count; i++)
		counting->counts[i] += audit_flow_is_of(&counting->flows->items[i], store);
}

enum st_status audit_flows_check(const struct audit_flows *flows, const struct audit_model *model, struct st_error *err)
{
	st_auto_free uint32_t *counts = st_alloc_zero(flows->count + 1, sizeof *counts);
	struct counting counting = {flows, counts};
	if (flows->count > 0)
		audit_each_store(model, count_store, &counting);
	for (uint32_t i = 0; i < flows->count; i++)
		if (counts[i] > 1 && !audit_word_is(flows->items[i].store, "*"))
			return st_fail(err, ST_WRONG, "line %u: %u stores have this name: say which by its id",
				(unsigned)flows->items[i].line, (unsigned)counts[i]);
	return ST_OK;
}

/* --- cutting --- */

static struct audit_piece *add_piece(
	struct audit_pieces *out, const struct audit_set *lines, const struct audit_set *sources)
{
	struct audit_piece *piece = AUDIT_PUSH(out->items, out->count, out->capacity);
	audit_set_copy(&piece->lines, lines);
	audit_set_copy(&piece->sources, sources);
	return piece;
}

static void free_piece(struct audit_piece *piece)
{
	audit_set_free(&piece->lines);
	audit_set_free(&piece->sources);
}

void audit_pieces_free(struct audit_pieces *pieces)
{
	for (uint32_t i = 0; i < pieces->count; i++)
		free_piece(&pieces->items[i]);
	free(pieces->items);
	*pieces = (struct audit_pieces){0};
}

/* One piece and one set: what is in both is held, what is of other ports or other sources stays as it is. */
static void cut_piece(struct audit_pieces *out, uint32_t at, const struct audit_set *cut_lines,
	const struct audit_set *cut_sources, uint32_t exception)
{
	struct audit_set lines = {0}, other_lines = {0}, sources = {0}, other_sources = {0};
	audit_set_intersect(&lines, &out->items[at].lines, cut_lines);
	audit_set_intersect(&sources, &out->items[at].sources, cut_sources);
	if (lines.count > 0 && sources.count > 0) {
		audit_set_subtract(&other_lines, &out->items[at].lines, &lines);
		audit_set_subtract(&other_sources, &out->items[at].sources, &sources);
		if (other_sources.count > 0)
			add_piece(out, &lines, &other_sources);
		if (other_lines.count > 0)
			add_piece(out, &other_lines, &out->items[at].sources);
		struct audit_piece *piece = &out->items[at];
		free_piece(piece);
		*piece = (struct audit_piece){.lines = lines, .sources = sources, .held = true, .exception = exception};
		lines = sources = (struct audit_set){0};
	}
	audit_set_free(&lines);
	audit_set_free(&sources);
	audit_set_free(&other_lines);
	audit_set_free(&other_sources);
}

static void cut_all(struct audit_pieces *out, const struct audit_tags *tags, struct audit_flow *flow, uint32_t number)
{
	struct audit_compiled cut;
	audit_compile(&flow->rule, tags, &cut);
	for (uint32_t i = 0, count = out->count; i < count && out->count < PIECES; i++) {
		if (out->items[i].held)
			continue;
		cut_piece(out, i, &cut.lines[AUDIT_LOWER], &cut.sources[AUDIT_LOWER], number);
		flow->rows += out->items[i].held;
	}
	audit_compiled_free(&cut);
}

void audit_flows_cut(struct audit_flows *exceptions, const struct audit_store *store, const struct audit_tags *tags,
	const struct audit_reach_row *row, struct audit_pieces *out)
{
	*out = (struct audit_pieces){0};
	add_piece(out, &row->lines, &row->cluster->sources);
	for (int expired = 0; expired < 2; expired++)
		for (uint32_t i = 0; i < exceptions->count; i++)
			if (exceptions->items[i].expired == expired && audit_flow_is_of(&exceptions->items[i], store))
				cut_all(out, tags, &exceptions->items[i], i);
}

bool audit_flow_admitted(const struct audit_flow *flow, const struct audit_reach *reach)
{
	struct audit_pieces pieces = {0};
	struct audit_compiled wanted;
	struct audit_set internet = {0}, sources = {0};
	bool left = false;
	audit_compile(&flow->rule, &reach->tags, &wanted);
	audit_internet(&internet, reach->tags.count);
	audit_set_intersect(&sources, &wanted.sources[AUDIT_LOWER], &internet);
	if (sources.count > 0)
		add_piece(&pieces, &wanted.lines[AUDIT_LOWER], &sources);
	for (size_t row = 0; row < reach->row_count && pieces.count < PIECES; row++)
		for (uint32_t i = 0, count = pieces.count; i < count; i++)
			if (reach->rows[row].cluster->verdict == AUDIT_OPEN && !pieces.items[i].held)
				cut_piece(&pieces, i, &reach->rows[row].lines, &reach->rows[row].cluster->sources, 0);
	for (uint32_t i = 0; i < pieces.count; i++)
		left |= !pieces.items[i].held;
	bool any = pieces.count > 0;
	audit_pieces_free(&pieces);
	audit_set_free(&internet);
	audit_set_free(&sources);
	audit_compiled_free(&wanted);
	return any && !left;
}
