/*
 * Stores against inventories: targets of the scope that no inventory names (orphans), and entries that nobody guards,
 * that stand in no scope, or that were not checked lately (unguarded). What an inventory does not say is unknown; where
 * one was not read to its end, an orphan is told as one that cannot be told.
 */
#include "base/ceilings.h"
#include "base/clock.h"
#include "base/print.h"
#include "cli/check.h"
#include "probe/moment.h"

#include <stdlib.h>

#define ROWS_SHOWN 50 /* of a list in the text */
#define DAY_S 86400

enum lack { LACK_GUARD, LACK_SCOPE, LACK_CHECK, LACKS };
static const char *const lack_names[LACKS] = {"guard", "scope", "check"};

enum st_status check_inventory_open(struct check_inventory *inventory, const char *const *paths, struct st_error *err)
{
	while (paths[inventory->file_count] != NULL)
		inventory->file_count++;
	inventory->files = st_alloc_zero(inventory->file_count + 1, sizeof *inventory->files);
	inventory->counts = st_alloc_zero(inventory->file_count + 1, sizeof *inventory->counts);
	for (size_t i = 0; i < inventory->file_count; i++)
		inventory->files[i].fd = -1;
	for (size_t i = 0; i < inventory->file_count; i++)
		ST_TRY(check_import_open(paths[i], &inventory->files[i], err));
	return ST_OK;
}

/* --- reading --- */

static char *text_of(struct st_span span)
{
	char *text = st_strndup((const char *)span.data, span.size);
	return text;
}

static bool take_row(void *context, struct st_cursor *in)
{
	struct check_inventory *inventory = context;
	struct probe_entry entry;
	if (!probe_entry_decode(in, &entry))
		return false;
	inventory->counts[inventory->at][entry.kind]++;
	if (entry.kind == PROBE_ENTRY_BROKEN || entry.kind == PROBE_ENTRY_NOTHING)
		return true;
	if (inventory->count == CEIL_INVENTORY_ENTRIES) {
		inventory->beyond++;
		return true;
	}
	if (inventory->count == inventory->capacity) {
		inventory->capacity = inventory->capacity > 0 ? inventory->capacity * 2 : 64;
		inventory->entries = st_realloc(inventory->entries, inventory->capacity * sizeof *inventory->entries);
	}
	struct check_entry *kept = &inventory->entries[inventory->count++];
	*kept = (struct check_entry){.file = inventory->at,
		.row = entry.row,
		.kind = entry.kind,
		.name = text_of(entry.name),
		.owner = text_of(entry.owner),
		.guard = text_of(entry.guard),
		.has_since = entry.has_since,
		.since = entry.since};
	return entry.kind != PROBE_ENTRY_STORE || probe_target_parse(kept->name, &kept->named, NULL) == ST_OK;
}

/* --- comparing --- */

static bool names(const struct check_entry *entry, const struct probe_target *target)
{
	struct probe_entry row = {.kind = entry->kind, .name = {(const uint8_t *)entry->name, strlen(entry->name)}};
	return probe_entry_names(&row, entry->named.canonical != NULL ? &entry->named : NULL, target);
}

/* Marks the entries that name it; false: none does. */
static bool is_listed(
	struct check_inventory *inventory, const struct probe_target *target, bool in_scope, int64_t checked)
{
	bool any = false;
	for (size_t i = 0; i < inventory->count; i++) {
		struct check_entry *entry = &inventory->entries[i];
		if (!names(entry, target))
			continue;
		any = true;
		entry->in_scope = entry->in_scope || in_scope;
		entry->last_check = checked > entry->last_check ? checked : entry->last_check;
	}
	return any;
}

static void take_target(struct check_inventory *inventory, const struct probe_target *target)
{
	if (is_listed(inventory, target, true, 0))
		return;
	for (size_t i = 0; i < inventory->orphan_count; i++)
		if (strcmp(inventory->orphans[i]->canonical, target->canonical) == 0)
			return;
	inventory->orphans = st_realloc(inventory->orphans, (inventory->orphan_count + 1) * sizeof *inventory->orphans);
	inventory->orphans[inventory->orphan_count++] = target;
}

/* A check that asked and was answered nothing is a check all the same: what it found stands beside. */
static void take_checks(struct check_inventory *inventory, const struct check *check)
{
	for (size_t i = 0; i < check->observed.count; i++) {
		struct probe_target target;
		if (probe_target_parse(check->observed.targets[i].target, &target, NULL) != ST_OK)
			continue;
		(void)is_listed(inventory, &target, false, check->observed.targets[i].last_check);
		probe_target_free(&target);
	}
	for (size_t i = 0; i < check->result_count; i++)
		(void)is_listed(inventory, check->results[i].target, false, inventory->now);
}

enum st_status check_inventory_compare(struct check_inventory *inventory, struct check *check, struct st_error *err)
{
	if (inventory->file_count == 0)
		return ST_OK;
	inventory->now = st_utc_seconds();
	for (inventory->at = 0; inventory->at < inventory->file_count; inventory->at++) {
		struct check_import *file = &inventory->files[inventory->at];
		ST_TRY(check_rows(&check->roles, file->fd, file->size_bytes, WORKER_ROWS_INVENTORY, take_row, inventory,
			&file->end, err));
	}
	for (size_t i = 0; i < check->scope->target_count; i++)
		take_target(inventory, &check->scope->targets[i]);
	for (size_t i = 0; i < check->result_count; i++)
		take_target(inventory, check->results[i].target);
	take_checks(inventory, check);
	return ST_OK;
}

bool check_inventory_complete(const struct check_inventory *inventory)
{
	bool complete = inventory->beyond == 0;
	for (size_t i = 0; i < inventory->file_count; i++)
		complete = complete && inventory->files[i].end == ROWS_WHOLE &&
			   inventory->counts[i][PROBE_ENTRY_BROKEN] == 0;
	return complete;
}

/* A guard that begins later guards nothing yet. */
static bool lacks(const struct check_inventory *inventory, const struct check_entry *entry, enum lack lack)
{
	if (lack == LACK_GUARD)
		return entry->guard[0] == 0 || (entry->has_since && entry->since - DAY_S >= inventory->now);
	if (lack == LACK_SCOPE)
		return !entry->in_scope;
	return entry->last_check == 0 || inventory->now - entry->last_check > (int64_t)inventory->within_days * DAY_S;
}

static bool is_unguarded(const struct check_inventory *inventory, const struct check_entry *entry)
{
	return lacks(inventory, entry, LACK_GUARD) || lacks(inventory, entry, LACK_SCOPE) ||
	       lacks(inventory, entry, LACK_CHECK);
}

/* --- telling --- */

static const char *kind_name(enum probe_entry_kind kind)
{
	static const char *const names[PROBE_ENTRY_KINDS] = {
		"broken", "nothing", "store", "storage account", "bucket", "bucket"};
	return names[kind];
}

static void put_time(struct st_json_writer *w, const char *key, int64_t at, size_t size)
{
	char text[21];
	st_utc_text(at, text);
	text[size] = 0;
	st_json_key_text(w, key, at != 0 ? text : NULL);
}

static void put_files(const struct check_inventory *inventory, struct st_json_writer *w)
{
	st_json_key(w, "files");
	st_json_array(w);
	for (size_t i = 0; i < inventory->file_count; i++) {
		const uint64_t *counts = inventory->counts[i];
		st_json_object(w);
		st_json_key_text(w, "file", inventory->files[i].path);
		st_json_key_text(w, "sha256", inventory->files[i].sha256);
		st_json_key_text(w, "read", check_import_end_name(inventory->files[i].end));
		st_json_key_uint(w, "stores",
			counts[PROBE_ENTRY_STORE] + counts[PROBE_ENTRY_ACCOUNT] + counts[PROBE_ENTRY_BUCKET] +
				counts[PROBE_ENTRY_GOOGLE]);
		st_json_key_uint(w, "not_stores", counts[PROBE_ENTRY_NOTHING]);
		st_json_key_uint(w, "broken", counts[PROBE_ENTRY_BROKEN]);
		st_json_object_end(w);
	}
	st_json_array_end(w);
}

static void put_entry(
	const struct check_inventory *inventory, const struct check_entry *entry, struct st_json_writer *w)
{
	st_json_object(w);
	st_json_key_text(w, "store", entry->name);
	st_json_key_text(w, "kind", kind_name(entry->kind));
	st_json_key(w, "lacks");
	st_json_array(w);
	for (int i = 0; i < LACKS; i++)
		if (lacks(inventory, entry, (enum lack)i))
			st_json_text(w, lack_names[i]);
	st_json_array_end(w);
	st_json_key_text(w, "owner", entry->owner[0] != 0 ? entry->owner : NULL);
	st_json_key_text(w, "guard", entry->guard[0] != 0 ? entry->guard : NULL);
	put_time(w, "guarded_since", entry->has_since ? entry->since : 0, 10);
	st_json_key_bool(w, "in_scope", entry->in_scope);
	put_time(w, "last_check", entry->last_check, 20);
	st_json_key_text(w, "file", inventory->files[entry->file].path);
	st_json_key_uint(w, "row", entry->row);
	st_json_object_end(w);
}

void check_inventory_json(const struct check_inventory *inventory, struct st_json_writer *w)
{
	if (inventory->file_count == 0) {
		st_json_null(w);
		return;
	}
	bool complete = check_inventory_complete(inventory);
	st_json_object(w);
	st_json_key_bool(w, "complete", complete);
	put_files(inventory, w);
	st_json_key_uint(w, "entries", inventory->count);
	st_json_key_uint(w, "entries_beyond_ceiling", inventory->beyond);
	st_json_key_uint(w, "checked_within_days", inventory->within_days);
	st_json_key(w, "orphans");
	st_json_array(w);
	for (size_t i = 0; i < inventory->orphan_count; i++) {
		st_json_object(w);
		st_json_key_text(w, "target", inventory->orphans[i]->canonical);
		st_json_key_text(w, "certainty", complete ? "no inventory names it" : "cannot tell");
		st_json_object_end(w);
	}
	st_json_array_end(w);
	st_json_key(w, "unguarded");
	st_json_array(w);
	for (size_t i = 0; i < inventory->count; i++)
		if (is_unguarded(inventory, &inventory->entries[i]))
			put_entry(inventory, &inventory->entries[i], w);
	st_json_array_end(w);
	st_json_object_end(w);
}

static void tell_entry(const struct check_inventory *inventory, const struct check_entry *entry, struct st_buf *out)
{
	const char *between = "";
	st_buf_format(out, "unguarded ");
	st_escape_text(out, entry->name, strlen(entry->name));
	st_buf_format(out, "%s%s   ", entry->kind == PROBE_ENTRY_STORE ? "" : " ",
		entry->kind == PROBE_ENTRY_STORE ? "" : kind_name(entry->kind));
	for (int i = 0; i < LACKS; i++) {
		if (!lacks(inventory, entry, (enum lack)i))
			continue;
		st_buf_format(out, "%sno %s", between, lack_names[i]);
		if (i == LACK_CHECK)
			st_buf_format(out, " in %llu days", (unsigned long long)inventory->within_days);
		between = ", ";
	}
	if (entry->owner[0] != 0) {
		st_buf_format(out, "   owner ");
		st_escape_text(out, entry->owner, strlen(entry->owner));
	}
	st_buf_add_byte(out, '\n');
}

void check_inventory_text(const struct check_inventory *inventory, struct st_buf *out)
{
	size_t shown = 0, unguarded = 0;
	bool complete = check_inventory_complete(inventory);
	if (inventory->file_count == 0)
		return;
	st_buf_format(out, "Inventory   %zu store%s in %zu file%s%s\n", inventory->count,
		inventory->count == 1 ? "" : "s", inventory->file_count, inventory->file_count == 1 ? "" : "s",
		complete ? "" : "   not read to its end, or with rows that cannot be read: orphans cannot be told");
	for (size_t i = 0; i < inventory->orphan_count && i < ROWS_SHOWN; i++) {
		st_buf_format(out, "orphan%s   ", complete ? " " : "?");
		st_escape_text(out, inventory->orphans[i]->canonical, strlen(inventory->orphans[i]->canonical));
		st_buf_format(out, "   no inventory %s it\n", complete ? "names" : "that was read names");
	}
	for (size_t i = 0; i < inventory->count; i++) {
		if (!is_unguarded(inventory, &inventory->entries[i]))
			continue;
		unguarded++;
		if (shown++ < ROWS_SHOWN)
			tell_entry(inventory, &inventory->entries[i], out);
	}
	st_buf_format(out, "%zu orphan%s, %zu unguarded%s\n\n", inventory->orphan_count,
		inventory->orphan_count == 1 ? "" : "s", unguarded,
		inventory->orphan_count > ROWS_SHOWN || unguarded > ROWS_SHOWN ? "; all of them in --format json" : "");
}

void check_inventory_free(struct check_inventory *inventory)
{
	for (size_t i = 0; i < inventory->file_count; i++)
		check_import_close(&inventory->files[i]);
	for (size_t i = 0; i < inventory->count; i++) {
		free(inventory->entries[i].name);
		free(inventory->entries[i].owner);
		free(inventory->entries[i].guard);
		probe_target_free(&inventory->entries[i].named);
	}
	free(inventory->files);
	free(inventory->counts);
	free(inventory->entries);
	free(inventory->orphans);
}
