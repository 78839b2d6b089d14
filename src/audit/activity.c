/* Entries are read one by one, so that a log of any length needs memory for its few events alone. */
#include "audit/activity.h"

#include "audit/document.h"
#include "audit/result.h"
#include "base/ceilings.h"

#include <ctype.h>
#include <stdlib.h>
#include <strings.h>
#include <time.h>

/* --- times --- */

static bool digits(struct st_span text, size_t at, size_t count, int *out)
{
	*out = 0;
	for (size_t i = at; i < at + count; i++) {
		if (i >= text.size || !isdigit(text.data[i]))
			return false;
		*out = *out * 10 + (text.data[i] - '0');
	}
	return true;
}

/* "Z", "+00:00" or "+0000" at the end, in seconds. */
static bool zone_of(struct st_span text, size_t at, int *out)
{
	int hours, minutes;
	*out = 0;
	if (at + 1 == text.size && (text.data[at] | 0x20) == 'z')
		return true;
	if (at + 5 > text.size || (text.data[at] != '+' && text.data[at] != '-') || !digits(text, at + 1, 2, &hours))
		return false;
	size_t behind = at + 3 + (text.data[at + 3] == ':');
	if (!digits(text, behind, 2, &minutes) || behind + 2 != text.size || hours > 23 || minutes > 59)
		return false;
	*out = (hours * 60 + minutes) * 60 * (text.data[at] == '-' ? -1 : 1);
	return true;
}

bool audit_time_of(struct st_span text, int64_t *out)
{
	struct tm t = {.tm_isdst = 0};
	int zone_s;
	size_t at = 19;
	bool sound = text.size >= 20 && digits(text, 0, 4, &t.tm_year) && text.data[4] == '-' &&
		     digits(text, 5, 2, &t.tm_mon) && text.data[7] == '-' && digits(text, 8, 2, &t.tm_mday) &&
		     (text.data[10] | 0x20) == 't' && digits(text, 11, 2, &t.tm_hour) && text.data[13] == ':' &&
		     digits(text, 14, 2, &t.tm_min) && text.data[16] == ':' && digits(text, 17, 2, &t.tm_sec) &&
		     t.tm_hour < 24 && t.tm_min < 60 && t.tm_sec <= 60 && t.tm_year >= 1970;
	if (!sound)
		return false;
	if (text.data[at] == '.')
		for (at++; at < text.size && isdigit(text.data[at]);)
			at++;
	if (at >= text.size || !zone_of(text, at, &zone_s))
		return false;
	int day = t.tm_mday, month = t.tm_mon;
	t.tm_year -= 1900;
	t.tm_mon--;
	*out = (int64_t)timegm(&t) - zone_s;
	return t.tm_mday == day && t.tm_mon == month - 1; /* timegm() makes 3 March of 31 February */
}

/* --- callers --- */

void audit_mask_caller(struct st_span caller, struct st_buf *out)
{
	const uint8_t *at = caller.size > 0 ? memchr(caller.data, '@', caller.size) : NULL;
	size_t shown = at == NULL && caller.size == 36 ? 4 : 1; /* the id of a program, or whatever else */
	for (size_t i = 0; i < shown && i < caller.size && caller.data[i] < 0x80 && caller.data[i] != '@'; i++)
		st_buf_add_byte(out, caller.data[i]);
	st_buf_add(out, "***", 3);
	if (at != NULL)
		st_buf_add(out, at, caller.size - (size_t)(at - caller.data));
}

/* --- entries --- */

/* What may open a store or close it. */
static bool is_watched(struct st_span operation, bool *deletes)
{
	static const char *const kinds[] = {"Microsoft.Network/networkSecurityGroups/",
		"Microsoft.Network/networkInterfaces/", "Microsoft.Network/virtualNetworks/",
		"Microsoft.Network/publicIPAddresses/", "Microsoft.Network/loadBalancers/",
		"Microsoft.Network/routeTables/", "Microsoft.Storage/storageAccounts/"};
	struct st_span action = audit_id_name(operation);
	*deletes = audit_span_is(action, "delete");
	if (!*deletes && !audit_span_is(action, "write"))
		return false;
	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
		if (operation.size > strlen(kinds[i]) &&
			strncasecmp((const char *)operation.data, kinds[i], strlen(kinds[i])) == 0)
			return true;
	return false;
}

/* The text, or the `value` of {"value", "localizedValue"}. */
static struct st_span value_of(const struct audit_node *entry, const char *key)
{
	const struct audit_node *node = audit_get(entry, key);
	return audit_text(node != NULL && node->type == AUDIT_OBJECT ? audit_get(node, "value") : node);
}

static enum audit_event_end end_of(const struct audit_node *entry)
{
	static const char *const done[] = {"Succeeded", "Success"}, *const failed[] = {"Failed", "Failure", "Canceled"};
	struct st_span status = value_of(entry, "status");
	if (status.size == 0)
		status = value_of(entry, "resultType");
	for (size_t i = 0; i < sizeof done / sizeof done[0]; i++)
		if (audit_span_is(status, done[i]))
			return AUDIT_EVENT_DONE;
	for (size_t i = 0; i < sizeof failed / sizeof failed[0]; i++)
		if (audit_span_is(status, failed[i]))
			return AUDIT_EVENT_FAILED;
	return AUDIT_EVENT_BEGUN;
}

static const struct audit_word *word_of(struct audit_activity *out, struct st_span text)
{
	return text.size > 0 ? audit_intern(&out->words, AUDIT_LITERAL, text) : NULL;
}

static const struct audit_word *caller_of(struct audit_activity *out, const struct audit_node *entry)
{
	struct st_span caller = value_of(entry, "caller");
	st_auto_buf struct st_buf masked = {0};
	if (caller.size == 0)
		return NULL;
	audit_mask_caller(caller, &masked);
	return word_of(out, (struct st_span){masked.data, masked.size});
}

static void take_time(struct audit_activity *out, int64_t time_s)
{
	if (out->entries == 1 || time_s < out->first_s)
		out->first_s = time_s;
	if (out->entries == 1 || time_s > out->last_s)
		out->last_s = time_s;
}

/* False: this is no entry of such a log. */
static bool take_entry(struct audit_activity *out, const struct audit_node *entry)
{
	struct st_span operation = value_of(entry, "operationName"), resource = value_of(entry, "resourceId");
	struct st_span time = value_of(entry, "eventTimestamp");
	int64_t time_s;
	bool deletes;
	if (entry->type != AUDIT_OBJECT ||
		(audit_get(entry, "operationName") == NULL && audit_get(entry, "eventTimestamp") == NULL))
		return false;
	if (time.size == 0)
		time = value_of(entry, "time");
	if (operation.size == 0 || !audit_time_of(time, &time_s)) {
		out->unreadable++;
		return true;
	}
	out->entries++;
	take_time(out, time_s);
	if (!is_watched(operation, &deletes))
		return true;
	if (resource.size == 0) {
		out->unreadable++;
		return true;
	}
	*AUDIT_PUSH(out->items, out->count, out->capacity) = (struct audit_event){.resource = word_of(out, resource),
		.operation = word_of(out, operation),
		.correlation = word_of(out, value_of(entry, "correlationId")),
		.number = word_of(out, value_of(entry, "operationId")),
		.caller = caller_of(out, entry),
		.first_s = time_s,
		.last_s = time_s,
		.end = end_of(entry),
		.deletes = deletes,
		.line = entry->line};
	return true;
}

/* A frame around entries, or one of them by itself. */
static bool take_whole(struct audit_activity *out, const struct audit_node *tree)
{
	const struct audit_node *records = audit_get(tree, "records");
	if (records != NULL && records->type == AUDIT_ARRAY) {
		for (const struct audit_node *entry = records->first; entry != NULL; entry = entry->next)
			if (!take_entry(out, entry))
				return false;
		return true;
	}
	const struct audit_node *link = audit_get(tree, "nextLink");
	const struct audit_node *list = audit_get(tree, "value");
	out->goes_on |= audit_given(link) && audit_text(link).size > 0;
	if (tree->type == AUDIT_ARRAY || (list != NULL && list->type == AUDIT_ARRAY))
		return tree->type == AUDIT_OBJECT || tree->count == 0;
	return take_entry(out, tree);
}

/* --- events --- */

static int compare_words(const struct audit_word *a, const struct audit_word *b)
{
	struct st_span x = audit_word_span(a), y = audit_word_span(b);
	int order = strncasecmp((const char *)x.data, (const char *)y.data, x.size < y.size ? x.size : y.size);
	return order != 0 ? order : x.size < y.size ? -1 : x.size > y.size;
}

static int by_operation(const void *a, const void *b)
{
	const struct audit_event *x = a, *y = b;
	int order = compare_words(x->correlation, y->correlation);
	if (order == 0)
		order = compare_words(x->number, y->number);
	if (order == 0)
		order = compare_words(x->resource, y->resource);
	if (order == 0)
		order = compare_words(x->operation, y->operation);
	return order != 0 ? order : x->first_s < y->first_s ? -1 : x->first_s > y->first_s;
}

static int by_time(const void *a, const void *b)
{
	const struct audit_event *x = a, *y = b;
	return x->first_s < y->first_s ? -1 : x->first_s > y->first_s ? 1 : x->line < y->line ? -1 : x->line > y->line;
}

static bool same_operation(const struct audit_event *a, const struct audit_event *b)
{
	return a->correlation != NULL && b->correlation != NULL && compare_words(a->correlation, b->correlation) == 0 &&
	       compare_words(a->number, b->number) == 0 && compare_words(a->resource, b->resource) == 0 &&
	       compare_words(a->operation, b->operation) == 0;
}

/* Entries of one operation (started, accepted, succeeded) become one event. */
static void settle(struct audit_activity *out)
{
	uint32_t kept = 0;
	if (out->count > 0)
		qsort(out->items, out->count, sizeof *out->items, by_operation);
	for (uint32_t i = 0; i < out->count; i++) {
		struct audit_event *last = kept > 0 ? &out->items[kept - 1] : NULL, *now = &out->items[i];
		if (last == NULL || !same_operation(last, now)) {
			out->items[kept++] = *now;
			continue;
		}
		last->last_s = now->last_s;
		last->line = now->line < last->line ? now->line : last->line;
		last->end = now->end > last->end ? now->end : last->end;
		last->caller = last->caller != NULL ? last->caller : now->caller;
	}
	out->count = kept;
	for (uint32_t i = 0; i < out->count; i++)
		if (out->items[i].end == AUDIT_EVENT_BEGUN)
			out->items[i].last_s = AUDIT_NEVER_S;
	if (out->count > 0)
		qsort(out->items, out->count, sizeof *out->items, by_time);
}

enum st_status audit_activity_read(int fd, struct audit_activity *out, struct st_error *err)
{
	struct audit_pool pool = {0};
	struct audit_document *document = audit_document_open(fd, (struct st_span){(const uint8_t *)"", 0}, &pool);
	struct audit_node *tree;
	struct st_span list;
	enum audit_found found;
	bool any = false;
	while ((found = audit_document_next(document, &tree, &list, err)) == AUDIT_ELEMENT || found == AUDIT_WHOLE) {
		bool known = found == AUDIT_ELEMENT ? take_entry(out, tree) : take_whole(out, tree);
		const char *wrong = !known ? "this is no entry of an activity log"
				    : out->count > CEIL_AUDIT_EVENTS
					    ? "more operations on networks than one audit takes: export fewer days"
					    : NULL;
		any = true;
		if (wrong == NULL)
			continue;
		st_fail(err, ST_WRONG, "line %u: %s", (unsigned)tree->line, wrong);
		found = AUDIT_BROKEN;
		break;
	}
	audit_document_close(document);
	audit_pool_free(&pool);
	settle(out);
	if (found == AUDIT_BROKEN)
		return ST_WRONG;
	return any ? ST_OK : st_fail(err, ST_WRONG, "line 1: the file is empty");
}

void audit_activity_free(struct audit_activity *activity)
{
	audit_model_free(&activity->words);
	free(activity->items);
	*activity = (struct audit_activity){0};
}
