/*
 * What an inventory says that an organization has: one entry for each store, with what watches it. From the fields of a
 * row, read by a worker; pure. Nothing is guessed: what an entry does not say is unknown, and an entry that names no
 * store in words of ours is told as such.
 *
 * Shapes (fields as their tools write them):
 *   - staunch.inventory/1, JSON {"schema", "entries": [{"store", "owner", "guard", "guarded_since"}]}, or CSV with
 * these columns; store is a URL or SERVICE://HOST:PORT, guard what watches it, guarded_since a day.
 *   - `az storage account list`: primaryEndpoints.blob; `az resource list` and Resource Graph: name of a resource of
 * the type Microsoft.Storage/storageAccounts, which is the first label of its host (Microsoft Learn, "Storage account
 *     overview"); tags.guard and tags.guarded_since if there are such tags.
 *   - `aws s3api list-buckets`: Buckets[].Name; a bucket's name is unique within a partition (Amazon S3 User Guide,
 *     "Bucket naming rules"), and stands in the host or at the start of the path.
 *   - `gcloud storage buckets list`: storage_url, gs://NAME/ (Google Cloud, "Request endpoints": the same two places).
 */
#ifndef STAUNCH_PROBE_INVENTORY_H
#define STAUNCH_PROBE_INVENTORY_H

#include "probe/sighting.h"

enum probe_entry_field {
	ENTRY_STORE,
	ENTRY_OWNER,
	ENTRY_GUARD,
	ENTRY_SINCE,
	ENTRY_BLOB_ENDPOINT,
	ENTRY_TYPE,
	ENTRY_NAME,
	ENTRY_BUCKET,
	ENTRY_STORAGE_URL,
	ENTRY_TAG_GUARD,
	ENTRY_TAG_SINCE,
	ENTRY_FIELDS
};
extern const char *const probe_entry_places[ENTRY_FIELDS + 1];

enum probe_entry_kind {
	PROBE_ENTRY_BROKEN,  /* the row cannot be read */
	PROBE_ENTRY_NOTHING, /* it names no store that staunch knows how to name (a virtual machine, a network ...) */
	PROBE_ENTRY_STORE,   /* `name` is a target */
	PROBE_ENTRY_ACCOUNT, /* `name` is a storage account of Azure */
	PROBE_ENTRY_BUCKET,  /* `name` is a bucket of S3 */
	PROBE_ENTRY_GOOGLE,  /* `name` is a bucket of Google Cloud Storage */
	PROBE_ENTRY_KINDS
};

struct probe_entry {
	uint64_t row;
	enum probe_entry_kind kind;
	struct st_span name, owner, guard; /* empty: not told */
	bool has_since;
	int64_t since; /* the guard: at the end of the day told, so that it is not praised for hours nobody knows of */
};

void probe_entry_read(const struct probe_row_fields *fields, struct probe_entry *out);
void probe_entry_encode(struct st_buf *out, const struct probe_entry *entry);
bool probe_entry_decode(struct st_cursor *in, struct probe_entry *out);

/* Is the target what the entry names, in it, or around it? A server's entry names all that is in it.
 * named: the entry's name parsed, of PROBE_ENTRY_STORE; NULL otherwise. */
bool probe_entry_names(
	const struct probe_entry *entry, const struct probe_target *named, const struct probe_target *target);

#endif
