/* Encoding in the order of the structs. */
#include "audit/result.h"

#include <stdlib.h>

const char *audit_class_name(enum audit_class class)
{
	static const char *const names[] = {"listed", "shared", "broad", "any"};
	return names[class];
}

const char *audit_verdict_name(enum audit_verdict verdict)
{
	static const char *const names[] = {"open", "closed", "cannot-tell"};
	return names[verdict];
}

const char *audit_auth_name(enum audit_auth auth)
{
	static const char *const names[] = {"none", "required", "unknown"};
	return names[auth];
}

const char *audit_protocol_name(enum audit_protocol protocol)
{
	static const char *const names[] = {"tcp", "udp", "icmp", "esp", "ah", "other", "any"};
	return names[protocol];
}

const char *audit_change_name(enum audit_change change)
{
	static const char *const names[] = {"rule added", "rule changed", "rule removed", "attachment changed",
		"store added", "setting added", "setting changed", "setting removed", "store removed"};
	return names[change];
}

const char *audit_how_name(enum audit_how how)
{
	static const char *const names[] = {"one", "each", "together"};
	return names[how];
}

void *audit_grow(void *items, uint32_t count, uint32_t *capacity, size_t item_bytes)
{
	if (count == *capacity) {
		*capacity = *capacity ? *capacity * 2 : item_bytes <= 8 ? 4 : 1; /* most rows have one of each */
		items = st_realloc(items, *capacity * item_bytes);
	}
	memset((uint8_t *)items + count * item_bytes, 0, item_bytes);
	return items;
}

struct st_span audit_result_keep(struct audit_result *result, struct st_span text)
{
	if (text.size == 0)
		return (struct st_span){(const uint8_t *)"", 0};
	return audit_pool_copy(result->in_row ? &result->rows : &result->pool, text);
}

static void forget_exposures(struct audit_result *result)
{
	for (uint32_t i = 0; i < result->exposure_count; i++) {
		free(result->exposures[i].destinations.items);
		free(result->exposures[i].ports);
		free(result->exposures[i].sources.items);
		free(result->exposures[i].admitted_by);
		free(result->exposures[i].edits);
		free(result->exposures[i].closings);
		free(result->exposures[i].fix_rules);
	}
	result->exposure_count = 0;
}

void audit_result_free(struct audit_result *result)
{
	forget_exposures(result);
	free(result->exposures);
	free(result->stores);
	free(result->shadowed.items);
	free(result->dead_denies.items);
	free(result->cannot_tell.items);
	free(result->exceptions);
	free(result->unseen.items);
	free(result->unlogged.items);
	free(result->unfinished.items);
	free(result->default_routes.items);
	audit_pool_free(&result->pool);
	audit_pool_free(&result->rows);
	*result = (struct audit_result){0};
}

/* --- out --- */

static void put(struct st_buf *out, struct st_span text)
{
	st_buf_add_span(out, text.data, text.size);
}

static void put_texts(struct st_buf *out, const struct audit_texts *texts)
{
	st_buf_add_u32(out, texts->count);
	for (uint32_t i = 0; i < texts->count; i++)
		put(out, texts->items[i]);
}

static void put_rule(struct st_buf *out, const struct audit_rule_at *rule)
{
	put(out, rule->group);
	put(out, rule->rule);
	st_buf_add_u32(out, (uint32_t)rule->priority);
	st_buf_add_u32(out, rule->file);
	st_buf_add_u32(out, rule->line);
	st_buf_add_byte(out, rule->setting);
	put(out, rule->address);
	put(out, rule->set);
	put(out, rule->group_id);
	put(out, rule->pointer);
	st_buf_add_byte(out, rule->has_pointer);
	st_buf_add_byte(out, rule->many);
	st_buf_add_byte(out, rule->computed);
	st_buf_add_u32(out, rule->edit_line);
	st_buf_add_u32(out, rule->edit_column);
	st_buf_add_u32(out, rule->edit_end);
	st_buf_add_byte(out, (uint8_t)rule->cloud);
	put(out, rule->protocol);
	put(out, rule->ports);
	put(out, rule->source);
}

static void put_edits(struct st_buf *out, const struct audit_edit *edits, uint32_t count)
{
	st_buf_add_u32(out, count);
	for (uint32_t i = 0; i < count; i++) {
		const struct audit_event_told *event = &edits[i].event;
		st_buf_add_byte(out, (uint8_t)edits[i].change);
		put_rule(out, &edits[i].rule);
		put(out, event->operation);
		put(out, event->correlation);
		put(out, event->caller);
		put(out, event->first);
		put(out, event->last);
		st_buf_add_u32(out, event->line);
		st_buf_add_u32(out, event->count);
	}
}

static void put_moment(struct st_buf *out, const struct audit_moment *moment)
{
	st_buf_add_byte(out, moment->told);
	put(out, moment->first);
	put(out, moment->last);
	st_buf_add_byte(out, moment->inside);
}

static void put_exposure(struct st_buf *out, const struct audit_exposure *exposure)
{
	put(out, exposure->store);
	put_texts(out, &exposure->destinations);
	st_buf_add_byte(out, (uint8_t)exposure->protocol);
	st_buf_add_u32(out, exposure->port_count);
	for (uint32_t i = 0; i < exposure->port_count; i++) {
		st_buf_add_u16(out, exposure->ports[i].low);
		st_buf_add_u16(out, exposure->ports[i].high);
	}
	put_texts(out, &exposure->sources);
	st_buf_add_byte(out, (uint8_t)exposure->class);
	st_buf_add_byte(out, (uint8_t)exposure->verdict);
	st_buf_add_byte(out, (uint8_t)exposure->auth);
	put(out, exposure->witness.source);
	put(out, exposure->witness.destination);
	st_buf_add_byte(out, (uint8_t)exposure->witness.protocol);
	st_buf_add_u32(out, (uint32_t)exposure->witness.source_port);
	st_buf_add_u32(out, (uint32_t)exposure->witness.destination_port);
	st_buf_add_u32(out, exposure->admitted_count);
	for (uint32_t i = 0; i < exposure->admitted_count; i++)
		put_rule(out, &exposure->admitted_by[i]);
	put(out, exposure->reason);
	st_buf_add_u32(out, exposure->file);
	st_buf_add_u32(out, exposure->line);
	st_buf_add_u32(out, exposure->store_number);
	st_buf_add_byte(out, exposure->known_before);
	st_buf_add_byte(out, exposure->has_window);
	put(out, exposure->opened_after);
	put(out, exposure->opened_by);
	put(out, exposure->closed_after);
	put(out, exposure->closed_by);
	st_buf_add_byte(out, (uint8_t)exposure->how);
	put_edits(out, exposure->edits, exposure->edit_count);
	st_buf_add_byte(out, (uint8_t)exposure->close_how);
	put_edits(out, exposure->closings, exposure->closing_count);
	put_moment(out, &exposure->opened_log);
	put_moment(out, &exposure->closed_log);
	st_buf_add_u32(out, exposure->fix_count);
	for (uint32_t i = 0; i < exposure->fix_count; i++)
		put_rule(out, &exposure->fix_rules[i]);
	st_buf_add_u32(out, exposure->fix_also_closes);
	put(out, exposure->service);
	st_buf_add_byte(out, (uint8_t)exposure->rights);
	put(out, exposure->fix_setting.key);
	put(out, exposure->fix_setting.value);
	st_buf_add_u32(out, exposure->fix_setting.file);
	st_buf_add_u32(out, exposure->fix_setting.line);
	st_buf_add_byte(out, (uint8_t)exposure->excepted);
	st_buf_add_u32(out, exposure->exception);
	st_buf_add_u32(out, exposure->fix_keeps);
}

/* Hands on what is held, once it is enough for a message. False: it is not taken. */
static bool hand_on(const struct audit_handing *to, struct st_buf *out, bool all)
{
	if (to == NULL || out->size == 0 || (!all && out->size < to->bytes))
		return true;
	return to->take(to->context, out);
}

static bool put_notes(struct st_buf *out, const struct audit_notes *notes, const struct audit_handing *to)
{
	bool taken = true;
	st_buf_add_u32(out, notes->count);
	for (uint32_t i = 0; i < notes->count && taken; i++) {
		put(out, notes->items[i].store);
		put(out, notes->items[i].text);
		put_rule(out, &notes->items[i].rule);
		put_rule(out, &notes->items[i].by);
		taken = taken && hand_on(to, out, false);
	}
	return taken;
}

/* Each behind a 1: how many there are is not known before the last of them. */
static bool put_exposures(const struct audit_result *result, struct st_buf *out, const struct audit_handing *to)
{
	bool taken = true;
	for (uint32_t i = 0; i < result->exposure_count && taken; i++) {
		st_buf_add_byte(out, 1);
		put_exposure(out, &result->exposures[i]);
		taken = hand_on(to, out, false);
	}
	return taken;
}

bool audit_result_pass(struct audit_result *result)
{
	bool taken = put_exposures(result, result->held, result->early);
	forget_exposures(result);
	audit_pool_reset(&result->rows);
	memset(result->kept_from, 0, sizeof result->kept_from); /* texts that are told again are told anew */
	return taken;
}

bool audit_result_encode(const struct audit_result *result, struct st_buf *out, const struct audit_handing *to)
{
	bool taken = put_exposures(result, out, to);
	st_buf_add_byte(out, 0);
	st_buf_add_u32(out, result->store_count);
	for (uint32_t i = 0; i < result->store_count; i++) {
		put(out, result->stores[i].name);
		put(out, result->stores[i].reason);
		st_buf_add_byte(out, (uint8_t)result->stores[i].verdict);
		st_buf_add_u32(out, result->stores[i].file);
		st_buf_add_u32(out, result->stores[i].line);
	}
	taken = taken && put_notes(out, &result->shadowed, to);
	taken = taken && put_notes(out, &result->dead_denies, to);
	taken = taken && put_notes(out, &result->cannot_tell, to);
	st_buf_add_u32(out, result->snapshots);
	st_buf_add_byte(out, result->compared);
	st_buf_add_u32(out, result->exception_count);
	for (uint32_t i = 0; i < result->exception_count; i++) {
		const struct audit_exception_told *exception = &result->exceptions[i];
		put(out, exception->store);
		put(out, exception->reason);
		put(out, exception->owner);
		put(out, exception->until);
		st_buf_add_u32(out, exception->line);
		st_buf_add_byte(out, exception->expired);
		st_buf_add_u32(out, exception->rows);
	}
	st_buf_add_byte(out, result->log.given);
	st_buf_add_byte(out, result->log.goes_on);
	st_buf_add_u64(out, result->log.entries);
	st_buf_add_u64(out, result->log.unreadable);
	st_buf_add_u32(out, result->log.events);
	st_buf_add_u32(out, result->log.failed);
	st_buf_add_u32(out, result->log.elsewhere);
	put(out, result->log.first);
	put(out, result->log.last);
	taken = taken && put_notes(out, &result->unseen, to);
	taken = taken && put_notes(out, &result->unlogged, to);
	taken = taken && put_notes(out, &result->default_routes, to);
	taken = taken && put_notes(out, &result->unfinished, to);
	return taken && hand_on(to, out, true);
}

/* --- in --- */

struct decoder {
	struct st_cursor in;
	uint32_t files;
};

static uint8_t take_below(struct decoder *decoder, unsigned end)
{
	uint8_t value = st_cursor_byte(&decoder->in);
	decoder->in.bad |= value >= end;
	return decoder->in.bad ? 0 : value;
}

static uint32_t take_file(struct decoder *decoder)
{
	uint32_t file = st_cursor_u32(&decoder->in);
	decoder->in.bad |= file >= decoder->files;
	return decoder->in.bad ? 0 : file;
}

static void take_texts(struct decoder *decoder, struct audit_texts *texts)
{
	uint32_t count = st_cursor_u32(&decoder->in);
	for (uint32_t i = 0; i < count && !decoder->in.bad; i++)
		*AUDIT_PUSH(texts->items, texts->count, texts->capacity) = st_cursor_span(&decoder->in);
}

static void take_rule(struct decoder *decoder, struct audit_rule_at *rule)
{
	rule->group = st_cursor_span(&decoder->in);
	rule->rule = st_cursor_span(&decoder->in);
	rule->priority = (int32_t)st_cursor_u32(&decoder->in);
	rule->file = take_file(decoder);
	rule->line = st_cursor_u32(&decoder->in);
	rule->setting = take_below(decoder, 2);
	rule->address = st_cursor_span(&decoder->in);
	rule->set = st_cursor_span(&decoder->in);
	rule->group_id = st_cursor_span(&decoder->in);
	rule->pointer = st_cursor_span(&decoder->in);
	rule->has_pointer = take_below(decoder, 2);
	rule->many = take_below(decoder, 2);
	rule->computed = take_below(decoder, 2);
	rule->edit_line = st_cursor_u32(&decoder->in);
	rule->edit_column = st_cursor_u32(&decoder->in);
	rule->edit_end = st_cursor_u32(&decoder->in);
	if (rule->edit_line == 0 || rule->edit_column == 0 || rule->edit_end <= rule->edit_column)
		rule->edit_line = 0;
	rule->cloud = (enum audit_cloud)take_below(decoder, AUDIT_CLOUDS);
	rule->protocol = st_cursor_span(&decoder->in);
	rule->ports = st_cursor_span(&decoder->in);
	rule->source = st_cursor_span(&decoder->in);
}

static int32_t take_port(struct decoder *decoder)
{
	int32_t port = (int32_t)st_cursor_u32(&decoder->in);
	decoder->in.bad |= port < -1 || port > 65535;
	return port;
}

static void take_edits(struct decoder *decoder, struct audit_edit **edits, uint32_t *count, uint32_t *capacity)
{
	struct st_cursor *in = &decoder->in;
	uint32_t told = st_cursor_u32(in);
	for (uint32_t i = 0; i < told && !in->bad; i++) {
		struct audit_edit *edit = AUDIT_PUSH(*edits, *count, *capacity);
		edit->change = take_below(decoder, AUDIT_CHANGES);
		take_rule(decoder, &edit->rule);
		edit->event.operation = st_cursor_span(in);
		edit->event.correlation = st_cursor_span(in);
		edit->event.caller = st_cursor_span(in);
		edit->event.first = st_cursor_span(in);
		edit->event.last = st_cursor_span(in);
		edit->event.line = st_cursor_u32(in);
		edit->event.count = st_cursor_u32(in);
	}
}

static void take_moment(struct decoder *decoder, struct audit_moment *moment)
{
	moment->told = take_below(decoder, 2);
	moment->first = st_cursor_span(&decoder->in);
	moment->last = st_cursor_span(&decoder->in);
	moment->inside = take_below(decoder, 2);
}

static void take_exposure(struct decoder *decoder, struct audit_exposure *exposure)
{
	struct st_cursor *in = &decoder->in;
	exposure->store = st_cursor_span(in);
	take_texts(decoder, &exposure->destinations);
	exposure->protocol = take_below(decoder, AUDIT_PROTOCOLS);
	uint32_t ports = st_cursor_u32(in);
	for (uint32_t i = 0; i < ports && !in->bad; i++) {
		struct audit_range *range = AUDIT_PUSH(exposure->ports, exposure->port_count, exposure->port_capacity);
		range->low = st_cursor_u16(in);
		range->high = st_cursor_u16(in);
	}
	take_texts(decoder, &exposure->sources);
	exposure->class = take_below(decoder, AUDIT_CLASSES);
	exposure->verdict = take_below(decoder, AUDIT_VERDICTS);
	exposure->auth = take_below(decoder, AUDIT_AUTHS);
	exposure->witness.source = st_cursor_span(in);
	exposure->witness.destination = st_cursor_span(in);
	exposure->witness.protocol = take_below(decoder, AUDIT_PROTOCOLS);
	exposure->witness.source_port = take_port(decoder);
	exposure->witness.destination_port = take_port(decoder);
	uint32_t admitted = st_cursor_u32(in);
	for (uint32_t i = 0; i < admitted && !in->bad; i++)
		take_rule(decoder,
			AUDIT_PUSH(exposure->admitted_by, exposure->admitted_count, exposure->admitted_capacity));
	exposure->reason = st_cursor_span(in);
	exposure->file = take_file(decoder);
	exposure->line = st_cursor_u32(in);
	exposure->store_number = st_cursor_u32(in);
	exposure->known_before = take_below(decoder, 2);
	exposure->has_window = take_below(decoder, 2);
	exposure->opened_after = st_cursor_span(in);
	exposure->opened_by = st_cursor_span(in);
	exposure->closed_after = st_cursor_span(in);
	exposure->closed_by = st_cursor_span(in);
	exposure->how = take_below(decoder, AUDIT_HOWS);
	take_edits(decoder, &exposure->edits, &exposure->edit_count, &exposure->edit_capacity);
	exposure->close_how = take_below(decoder, AUDIT_HOWS);
	take_edits(decoder, &exposure->closings, &exposure->closing_count, &exposure->closing_capacity);
	take_moment(decoder, &exposure->opened_log);
	take_moment(decoder, &exposure->closed_log);
	uint32_t fixes = st_cursor_u32(in);
	for (uint32_t i = 0; i < fixes && !in->bad; i++)
		take_rule(decoder, AUDIT_PUSH(exposure->fix_rules, exposure->fix_count, exposure->fix_capacity));
	exposure->fix_also_closes = st_cursor_u32(in);
	exposure->service = st_cursor_span(in);
	exposure->rights = take_below(decoder, 4);
	exposure->fix_setting.key = st_cursor_span(in);
	exposure->fix_setting.value = st_cursor_span(in);
	exposure->fix_setting.file = take_file(decoder);
	exposure->fix_setting.line = st_cursor_u32(in);
	exposure->excepted = take_below(decoder, AUDIT_EXCEPTEDS);
	exposure->exception = st_cursor_u32(in);
	exposure->fix_keeps = st_cursor_u32(in);
}

static void take_notes(struct decoder *decoder, struct audit_notes *notes)
{
	uint32_t count = st_cursor_u32(&decoder->in);
	for (uint32_t i = 0; i < count && !decoder->in.bad; i++) {
		struct audit_note *note = AUDIT_PUSH(notes->items, notes->count, notes->capacity);
		note->store = st_cursor_span(&decoder->in);
		note->text = st_cursor_span(&decoder->in);
		take_rule(decoder, &note->rule);
		take_rule(decoder, &note->by);
	}
}

static void take_exceptions(struct decoder *decoder, struct audit_result *out)
{
	uint32_t count = st_cursor_u32(&decoder->in);
	for (uint32_t i = 0; i < count && !decoder->in.bad; i++) {
		struct audit_exception_told *told =
			AUDIT_PUSH(out->exceptions, out->exception_count, out->exception_capacity);
		told->store = st_cursor_span(&decoder->in);
		told->reason = st_cursor_span(&decoder->in);
		told->owner = st_cursor_span(&decoder->in);
		told->until = st_cursor_span(&decoder->in);
		told->line = st_cursor_u32(&decoder->in);
		told->expired = take_below(decoder, 2);
		told->rows = st_cursor_u32(&decoder->in);
	}
	for (uint32_t i = 0; i < out->exposure_count; i++)
		decoder->in.bad |= out->exposures[i].excepted != AUDIT_NOT_EXCEPTED &&
				   out->exposures[i].exception >= out->exception_count;
}

static void take_log(struct decoder *decoder, struct audit_log_told *log)
{
	log->given = take_below(decoder, 2);
	log->goes_on = take_below(decoder, 2);
	log->entries = st_cursor_u64(&decoder->in);
	log->unreadable = st_cursor_u64(&decoder->in);
	log->events = st_cursor_u32(&decoder->in);
	log->failed = st_cursor_u32(&decoder->in);
	log->elsewhere = st_cursor_u32(&decoder->in);
	log->first = st_cursor_span(&decoder->in);
	log->last = st_cursor_span(&decoder->in);
}

enum st_status audit_result_decode(struct st_span bytes, uint32_t files, struct audit_result *out, struct st_error *err)
{
	struct decoder decoder = {.in = {.at = bytes.data, .end = bytes.data + bytes.size}, .files = files};
	*out = (struct audit_result){0};
	while (take_below(&decoder, 2) != 0)
		take_exposure(&decoder, AUDIT_PUSH(out->exposures, out->exposure_count, out->exposure_capacity));
	uint32_t stores = st_cursor_u32(&decoder.in);
	for (uint32_t i = 0; i < stores && !decoder.in.bad; i++) {
		struct audit_store_told *store = AUDIT_PUSH(out->stores, out->store_count, out->store_capacity);
		store->name = st_cursor_span(&decoder.in);
		store->reason = st_cursor_span(&decoder.in);
		store->verdict = take_below(&decoder, AUDIT_VERDICTS);
		store->file = take_file(&decoder);
		store->line = st_cursor_u32(&decoder.in);
	}
	for (uint32_t i = 0; i < out->exposure_count; i++)
		decoder.in.bad |= out->exposures[i].store_number >= out->store_count &&
				  out->exposures[i].store_number != AUDIT_NO_STORE;
	take_notes(&decoder, &out->shadowed);
	take_notes(&decoder, &out->dead_denies);
	take_notes(&decoder, &out->cannot_tell);
	out->snapshots = st_cursor_u32(&decoder.in);
	out->compared = take_below(&decoder, 2);
	take_exceptions(&decoder, out);
	take_log(&decoder, &out->log);
	take_notes(&decoder, &out->unseen);
	take_notes(&decoder, &out->unlogged);
	take_notes(&decoder, &out->default_routes);
	take_notes(&decoder, &out->unfinished);
	if (!decoder.in.bad && decoder.in.at == decoder.in.end)
		return ST_OK;
	audit_result_free(out);
	return st_fail(err, ST_FATAL, "the worker's answer is broken");
}
