#include "probe/inventory.h"

#include "base/ceilings.h"

#include <strings.h>

const char *const probe_entry_places[ENTRY_FIELDS + 1] = {
	[ENTRY_STORE] = "store",
	[ENTRY_OWNER] = "owner",
	[ENTRY_GUARD] = "guard",
	[ENTRY_SINCE] = "guarded_since",
	[ENTRY_BLOB_ENDPOINT] = "primaryEndpoints/blob",
	[ENTRY_TYPE] = "type",
	[ENTRY_NAME] = "name",
	[ENTRY_BUCKET] = "Name",
	[ENTRY_STORAGE_URL] = "storage_url",
	[ENTRY_TAG_GUARD] = "tags/guard",
	[ENTRY_TAG_SINCE] = "tags/guarded_since",
	[ENTRY_FIELDS] = NULL,
};

static bool is_storage_account(struct st_span type)
{
	static const char name[] = "microsoft.storage/storageaccounts";
	return type.size == sizeof name - 1 && strncasecmp((const char *)type.data, name, type.size) == 0;
}

/* Letters and digits of an account; with '-' and '.' a bucket (Microsoft Learn, Amazon S3 User Guide: naming rules). */
static bool is_name(struct st_span text, const char *more)
{
	for (size_t i = 0; i < text.size; i++) {
		uint8_t byte = text.data[i];
		if (!(byte >= 'a' && byte <= 'z') && !(byte >= '0' && byte <= '9') &&
			(byte == 0 || strchr(more, byte) == NULL))
			return false;
	}
	return text.size >= 3 && text.size <= 222; /* Google's, with dots, are the longest */
}

static enum probe_entry_kind read_name(const struct st_span *text, struct st_span *name)
{
	if (text[ENTRY_STORE].size > 0) {
		*name = text[ENTRY_STORE];
		return PROBE_ENTRY_STORE;
	}
	if (text[ENTRY_BLOB_ENDPOINT].size > 0) {
		*name = text[ENTRY_BLOB_ENDPOINT];
		return PROBE_ENTRY_STORE;
	}
	if (is_storage_account(text[ENTRY_TYPE])) {
		*name = text[ENTRY_NAME];
		return is_name(*name, "") ? PROBE_ENTRY_ACCOUNT : PROBE_ENTRY_NOTHING;
	}
	struct st_span url = text[ENTRY_STORAGE_URL];
	if (url.size > 5 && memcmp(url.data, "gs://", 5) == 0) {
		*name = (struct st_span){url.data + 5, url.size - 5 - (url.data[url.size - 1] == '/')};
		return is_name(*name, "-._") ? PROBE_ENTRY_GOOGLE : PROBE_ENTRY_NOTHING;
	}
	*name = text[ENTRY_BUCKET];
	return text[ENTRY_TYPE].size == 0 && is_name(*name, "-.") ? PROBE_ENTRY_BUCKET : PROBE_ENTRY_NOTHING;
}

static bool is_target(struct st_span text)
{
	struct probe_target target;
	if (text.size > CEIL_TARGET_BYTES || memchr(text.data, 0, text.size) != NULL)
		return false;
	st_auto_free char *copy = st_strndup((const char *)text.data, text.size);
	if (probe_target_parse(copy, &target, NULL) != ST_OK)
		return false;
	probe_target_free(&target);
	return true;
}

static struct st_span bounded(struct st_span text)
{
	return text.size <= CEIL_GUARD_BYTES ? text : (struct st_span){text.data, CEIL_GUARD_BYTES};
}

void probe_entry_read(const struct probe_row_fields *fields, struct probe_entry *out)
{
	const struct st_span *text = fields->text;
	struct probe_moment since;
	*out = (struct probe_entry){.row = fields->row};
	if (fields->broken)
		return;
	out->kind = read_name(text, &out->name);
	if (out->kind == PROBE_ENTRY_STORE && !is_target(out->name))
		out->kind = PROBE_ENTRY_BROKEN;
	if (out->kind == PROBE_ENTRY_BROKEN || out->kind == PROBE_ENTRY_NOTHING) {
		out->name = (struct st_span){NULL, 0};
		return;
	}
	out->owner = bounded(text[ENTRY_OWNER]);
	out->guard = bounded(text[ENTRY_GUARD].size > 0 ? text[ENTRY_GUARD] : text[ENTRY_TAG_GUARD]);
	out->has_since =
		probe_moment_read(text[ENTRY_SINCE].size > 0 ? text[ENTRY_SINCE] : text[ENTRY_TAG_SINCE], &since);
	out->since = out->has_since ? since.to : 0;
}

void probe_entry_encode(struct st_buf *out, const struct probe_entry *entry)
{
	st_buf_add_varint(out, entry->row);
	st_buf_add_byte(out, (uint8_t)entry->kind);
	st_buf_add_span(out, entry->name.data, entry->name.size);
	st_buf_add_span(out, entry->owner.data, entry->owner.size);
	st_buf_add_span(out, entry->guard.data, entry->guard.size);
	st_buf_add_byte(out, entry->has_since);
	st_buf_add_u64(out, (uint64_t)entry->since);
}

bool probe_entry_decode(struct st_cursor *in, struct probe_entry *out)
{
	*out = (struct probe_entry){.row = st_cursor_varint(in)};
	uint8_t kind = st_cursor_byte(in);
	out->name = st_cursor_span(in);
	out->owner = st_cursor_span(in);
	out->guard = st_cursor_span(in);
	out->has_since = st_cursor_byte(in) != 0;
	out->since = (int64_t)st_cursor_u64(in);
	if (in->bad || kind >= PROBE_ENTRY_KINDS || out->owner.size > CEIL_GUARD_BYTES ||
		out->guard.size > CEIL_GUARD_BYTES || out->since < 0)
		return false;
	out->kind = (enum probe_entry_kind)kind;
	switch (out->kind) {
	case PROBE_ENTRY_STORE:
		return is_target(out->name);
	case PROBE_ENTRY_ACCOUNT:
		return is_name(out->name, "");
	case PROBE_ENTRY_BUCKET:
		return is_name(out->name, "-.");
	case PROBE_ENTRY_GOOGLE:
		return is_name(out->name, "-._");
	default:
		return out->name.size == 0;
	}
}

/* --- which targets --- */

/* "https" and "azure_blob+https" are the same place. */
static bool same_place(const struct probe_target *a, const struct probe_target *b)
{
	return strcmp(a->host, b->host) == 0 && a->port == b->port &&
	       (probe_path_within(a->path, b->path, strlen(b->path)) ||
		       probe_path_within(b->path, a->path, strlen(a->path)));
}

/* "NAME." before anything that is a cloud's, or "/NAME" at the start of the path. */
static bool host_begins(const struct probe_target *target, struct st_span name, const char *suffix)
{
	size_t host = strlen(target->host), size = strlen(suffix);
	return host >= name.size + size && memcmp(target->host, name.data, name.size) == 0 &&
	       target->host[name.size] == '.' && strcmp(target->host + host - size, suffix) == 0;
}

static bool path_begins(const struct probe_target *target, struct st_span name)
{
	const char *path = target->path;
	return path[0] == '/' && strlen(path) > name.size && memcmp(path + 1, name.data, name.size) == 0 &&
	       (path[1 + name.size] == 0 || path[1 + name.size] == '/');
}

static bool is_amazon(const char *host)
{
	size_t size = strlen(host);
	return (size > 14 && strcmp(host + size - 14, ".amazonaws.com") == 0) ||
	       (size > 17 && strcmp(host + size - 17, ".amazonaws.com.cn") == 0);
}

bool probe_entry_names(
	const struct probe_entry *entry, const struct probe_target *named, const struct probe_target *target)
{
	if (entry->kind == PROBE_ENTRY_ACCOUNT)
		return host_begins(target, entry->name, ".core.windows.net") ||
		       host_begins(target, entry->name, ".storage.azure.net");
	if (entry->kind == PROBE_ENTRY_BUCKET)
		return is_amazon(target->host) && (host_begins(target, entry->name, "") ||
							  (target->host[0] == 's' && path_begins(target, entry->name)));
	if (entry->kind == PROBE_ENTRY_GOOGLE)
		return host_begins(target, entry->name, ".storage.googleapis.com") ||
		       (strcmp(target->host, "storage.googleapis.com") == 0 && path_begins(target, entry->name));
	return named != NULL && same_place(named, target);
}
