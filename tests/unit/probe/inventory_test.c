/* Entries of inventories: what they name, what guards it, and which targets are theirs. */
#include "probe/inventory.h"

#include "check.h"

static struct st_span span_of(const char *text)
{
	return (struct st_span){(const uint8_t *)text, strlen(text)};
}

static bool names(const struct probe_entry *entry, const char *target_text)
{
	struct probe_target target, named = {0};
	st_auto_free char *name = st_strndup((const char *)entry->name.data, entry->name.size);
	bool store = entry->kind == PROBE_ENTRY_STORE && probe_target_parse(name, &named, NULL) == ST_OK;
	if (probe_target_parse(target_text, &target, NULL) != ST_OK)
		return false;
	bool result = probe_entry_names(entry, store ? &named : NULL, &target);
	probe_target_free(&target);
	probe_target_free(&named);
	return result;
}

/* Through the frame that a worker sends. */
static struct probe_entry entry_of(const struct st_span *text, struct st_buf *frame)
{
	struct probe_entry entry = {0}, back = {0};
	struct probe_row_fields fields = {.row = 7, .text = text};
	probe_entry_read(&fields, &entry);
	probe_entry_encode(frame, &entry);
	struct st_cursor in = {.at = frame->data, .end = frame->data + frame->size};
	if (!probe_entry_decode(&in, &back) || in.at != in.end || back.row != 7)
		CHECK_FAIL("what is told is not taken");
	return back;
}

static void a_store_is_named_by_its_url(void)
{
	st_auto_buf struct st_buf frame = {0};
	struct st_span text[ENTRY_FIELDS] = {[ENTRY_STORE] = span_of("https://contoso.blob.core.windows.net/exports"),
		[ENTRY_GUARD] = span_of("policy"),
		[ENTRY_SINCE] = span_of("2019-12-28")};
	struct probe_entry entry = entry_of(text, &frame);
	CHECK_INT(entry.kind, PROBE_ENTRY_STORE);
	CHECK(entry.has_since && entry.since == 1577577599 && entry.guard.size == 6 && entry.owner.size == 0);
	CHECK(names(&entry, "https://contoso.blob.core.windows.net/exports/2019"));
	CHECK(names(&entry, "azure_blob+https://contoso.blob.core.windows.net:443/exports"));
	CHECK(!names(&entry, "https://contoso.blob.core.windows.net/exports2"));
	CHECK(!names(&entry, "https://fabrikam.blob.core.windows.net/exports"));
}

static void accounts_and_buckets_are_names_in_hosts(void)
{
	st_auto_buf struct st_buf one = {0}, two = {0};
	struct st_span text[ENTRY_FIELDS] = {
		[ENTRY_TYPE] = span_of("Microsoft.Storage/StorageAccounts"), [ENTRY_NAME] = span_of("contoso")};
	struct probe_entry account = entry_of(text, &one);
	CHECK_INT(account.kind, PROBE_ENTRY_ACCOUNT);
	CHECK(names(&account, "https://contoso.blob.core.windows.net/exports"));
	CHECK(names(&account, "https://contoso.dfs.core.windows.net"));
	CHECK(!names(&account, "https://contoso.blob.core.windows.net.evil.example"));
	CHECK(!names(&account, "https://contoso2.blob.core.windows.net"));
	struct st_span bucket_text[ENTRY_FIELDS] = {[ENTRY_BUCKET] = span_of("contoso.exports")};
	struct probe_entry bucket = entry_of(bucket_text, &two);
	CHECK_INT(bucket.kind, PROBE_ENTRY_BUCKET);
	CHECK(names(&bucket, "https://contoso.exports.s3.amazonaws.com"));
	CHECK(names(&bucket, "https://s3.eu-west-1.amazonaws.com/contoso.exports/2019"));
	CHECK(!names(&bucket, "https://s3.eu-west-1.amazonaws.com/contoso.exports2"));
	CHECK(!names(&bucket, "https://contoso.exports.example"));
	st_auto_buf struct st_buf three = {0};
	struct st_span google_text[ENTRY_FIELDS] = {
		[ENTRY_STORAGE_URL] = span_of("gs://contoso_exports/"), [ENTRY_NAME] = span_of("contoso_exports")};
	struct probe_entry google = entry_of(google_text, &three);
	CHECK_INT(google.kind, PROBE_ENTRY_GOOGLE);
	CHECK(names(&google, "https://storage.googleapis.com/contoso_exports/2019"));
	CHECK(names(&google, "https://contoso_exports.storage.googleapis.com"));
	CHECK(!names(&google, "https://contoso_exports.s3.amazonaws.com"));
}

static void what_names_no_store_is_told_and_not_guessed(void)
{
	static const struct {
		const char *type, *name, *store, *bucket;
		enum probe_entry_kind kind;
	} cases[] = {
		{"Microsoft.Compute/virtualMachines", "contoso", "", "", PROBE_ENTRY_NOTHING},
		{"Microsoft.Storage/storageAccounts", "Contoso!", "", "", PROBE_ENTRY_NOTHING},
		{"", "", "exports", "", PROBE_ENTRY_BROKEN},
		{"", "", "https://a.example/?sig=x", "", PROBE_ENTRY_BROKEN},
		{"", "", "", "a/b", PROBE_ENTRY_NOTHING},
		{"", "", "", "", PROBE_ENTRY_NOTHING},
	};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		st_auto_buf struct st_buf frame = {0};
		struct st_span text[ENTRY_FIELDS] = {[ENTRY_TYPE] = span_of(cases[i].type),
			[ENTRY_NAME] = span_of(cases[i].name),
			[ENTRY_STORE] = span_of(cases[i].store),
			[ENTRY_BUCKET] = span_of(cases[i].bucket)};
		struct probe_entry entry = entry_of(text, &frame);
		if (entry.kind != cases[i].kind || entry.name.size > 0)
			CHECK_FAIL("case %zu is of kind %d", i, entry.kind);
	}
}

int main(void)
{
	RUN(a_store_is_named_by_its_url);
	RUN(accounts_and_buckets_are_names_in_hosts);
	RUN(what_names_no_store_is_told_and_not_guessed);
	CHECK_END();
}
