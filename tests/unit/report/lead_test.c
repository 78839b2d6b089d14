/* Which urls are leads, to what, with which credential, and how each is masked. */
#include "report/lead.h"

#include "check.h"

struct row {
	const char *url, *type, *target, *mask, *credential;
};

/* type NULL: no lead */
static const struct row rows[] = {
	{"https://contoso.blob.core.windows.net/backups/a/b.bak?sv=2022-11-02&sp=rl&se=2026-12-31&sig=***",
		"azure_blob", "https://contoso.blob.core.windows.net/backups",
		"https://contoso.blob.core.windows.net/b***", "access_signature"},
	{"https://:***@contoso.blob.core.windows.net", "azure_blob", "https://contoso.blob.core.windows.net",
		"https://contoso.blob.core.windows.net", "storage_key"},
	{"abfss://raw@contoso.dfs.core.windows.net/2022/x", "azure_data_lake",
		"https://contoso.dfs.core.windows.net/raw", "https://contoso.dfs.core.windows.net/r***", "none"},
	{"https://contoso.file.core.windows.net/hr", "azure_file", "https://contoso.file.core.windows.net/hr",
		"https://contoso.file.core.windows.net/h***", "none"},
	{"https://contoso.table.core.windows.net/people(PartitionKey='a')", "azure_table",
		"https://contoso.table.core.windows.net/people", "https://contoso.table.core.windows.net/p***", "none"},
	{"https://contoso.queue.core.windows.net/q", "azure_queue", "https://contoso.queue.core.windows.net/q",
		"https://contoso.queue.core.windows.net/***", "none"},
	/* the four spellings of one bucket are one target */
	{"s3://contoso-backup/2022/all.csv", "s3", "s3://contoso-backup", "s3://contoso-backup", "none"},
	{"https://contoso-backup.s3.eu-west-1.amazonaws.com/"
	 "a?X-Amz-Date=20220101T000000Z&X-Amz-Expires=60&X-Amz-Signature=***",
		"s3", "s3://contoso-backup", "s3://contoso-backup", "access_signature"},
	{"https://s3-eu-west-1.amazonaws.com/contoso-backup/a", "s3", "s3://contoso-backup", "s3://contoso-backup",
		"none"},
	{"https://s3.amazonaws.com/contoso-backup", "s3", "s3://contoso-backup", "s3://contoso-backup", "none"},
	{"https://contoso.backup.s3.amazonaws.com", "s3", "s3://contoso.backup", "s3://contoso.backup", "none"},
	{"gs://contoso-x/a", "google_storage", "gs://contoso-x", "gs://contoso-x", "none"},
	{"https://storage.googleapis.com/contoso-x/a", "google_storage", "gs://contoso-x", "gs://contoso-x", "none"},
	{"https://contoso-x.storage.googleapis.com/a?Expires=1700000000&Signature=***", "google_storage",
		"gs://contoso-x", "gs://contoso-x", "access_signature"},
	{"https://contoso.nyc3.digitaloceanspaces.com/a", "object_store", "https://contoso.nyc3.digitaloceanspaces.com",
		"https://contoso.nyc3.digitaloceanspaces.com", "none"},
	{"https://nyc3.digitaloceanspaces.com/contoso/a", "object_store", "https://nyc3.digitaloceanspaces.com/contoso",
		"https://nyc3.digitaloceanspaces.com/c***", "none"},
	{"https://s3.eu-central-1.wasabisys.com/contoso/a", "object_store",
		"https://s3.eu-central-1.wasabisys.com/contoso", "https://s3.eu-central-1.wasabisys.com/c***", "none"},
	{"https://contoso.oss-eu-central-1.aliyuncs.com/a", "object_store",
		"https://contoso.oss-eu-central-1.aliyuncs.com", "https://contoso.oss-eu-central-1.aliyuncs.com",
		"none"},
	{"https://0a1b.r2.cloudflarestorage.com/contoso/a", "object_store",
		"https://0a1b.r2.cloudflarestorage.com/contoso", "https://0a1b.r2.cloudflarestorage.com/c***", "none"},
	{"https://contoso.sharepoint.com/:x:/s/hr/EaBcD?e=x1", "share_link",
		"https://contoso.sharepoint.com/:x:/s/hr/EaBcD", "https://contoso.sharepoint.com/***", "none"},
	{"https://contoso.sharepoint.com/sites/hr/Shared%20Documents/a.xlsx", "share_link",
		"https://contoso.sharepoint.com/sites/hr", "https://contoso.sharepoint.com/***", "none"},
	{"https://drive.google.com/file/d/1AbC/view?usp=sharing", "share_link", "https://drive.google.com/file/d/1AbC",
		"https://drive.google.com/***", "none"},
	{"https://drive.google.com/drive/folders/1AbC", "share_link", "https://drive.google.com/drive/folders/1AbC",
		"https://drive.google.com/***", "none"},
	{"https://www.dropbox.com/s/abc/x.zip?dl=0", "share_link", "https://www.dropbox.com/s/abc/x.zip",
		"https://www.dropbox.com/***", "none"},
	{"https://we.tl/t-abc", "share_link", "https://we.tl/t-abc", "https://we.tl/***", "none"},
	{"mongodb+srv://svc:***@c0.contoso.mongodb.net/hr?w=1", "database", "mongodb+srv://c0.contoso.mongodb.net/hr",
		"mongodb+srv://c0.contoso.mongodb.net/h***", "password"},
	{"database://sa:***@10.0.0.8:1444/hr", "database", "database://10.0.0.8:1444/hr",
		"database://10.0.*.*:1444/h***", "password"},
	{"redis://cache", "database", "redis://cache", "redis://cache", "none"},
	{"amqps://u:***@mq.contoso.com/v", "queue", "amqps://mq.contoso.com", "amqps://mq.contoso.com", "password"},
	{"http://10.0.0.5:9200/idx/_search?q=a", "search", "http://10.0.0.5:9200", "http://10.0.*.*:9200", "none"},
	{"https://kibana.contoso.com:5601", "search", "http://kibana.contoso.com:5601",
		"http://kibana.contoso.com:5601", "none"},
	{"https://x.eu-west-1.es.amazonaws.com/idx", "search", "https://x.eu-west-1.es.amazonaws.com",
		"https://x.eu-west-1.es.amazonaws.com", "none"},
	{"ftp://u:***@ftp.contoso.com/in", "file_server", "ftp://ftp.contoso.com", "ftp://ftp.contoso.com", "password"},
	{"https://contoso.azurecr.io/v2", "registry", "https://contoso.azurecr.io", "https://contoso.azurecr.io",
		"none"},
	{"https://git.contoso.com/hr/app.git", "repository", "https://git.contoso.com/hr/app.git",
		"https://git.contoso.com/***", "none"},
	{"https://contoso.vault.azure.net/secrets/x", "key_vault", "https://contoso.vault.azure.net",
		"https://contoso.vault.azure.net", "none"},
	{"https://u:***@intranet.contoso.com/x", "web_login", "https://intranet.contoso.com",
		"https://intranet.contoso.com", "password"},
	/* no store, or nothing that leads to one */
	{"https://www.contoso.com/a", NULL, NULL, NULL, NULL},
	{"https://blob.core.windows.net.contoso.com/a", NULL, NULL, NULL, NULL},
	{"https://notamazonaws.com/s3", NULL, NULL, NULL, NULL},
	{"https://ec2.eu-west-1.amazonaws.com/a", NULL, NULL, NULL, NULL},
	{"https://s3.amazonaws.com", NULL, NULL, NULL, NULL},
	{"ftp://ftp.contoso.com/pub", NULL, NULL, NULL, NULL},
	{"https://dropbox.com", NULL, NULL, NULL, NULL},
	{"https://mydropbox.com/s/x", NULL, NULL, NULL, NULL},
	{"http://10.0.0.5:8080/x", NULL, NULL, NULL, NULL},
	{"no url", NULL, NULL, NULL, NULL},
	{"", NULL, NULL, NULL, NULL},
};

static void holds(const struct row *row)
{
	struct lead lead;
	st_auto_buf struct st_buf mask = {0};
	bool found = lead_of((struct st_span){(const uint8_t *)row->url, strlen(row->url)}, &lead);
	if (found != (row->type != NULL)) {
		CHECK_FAIL("%s: %s", row->url, found ? lead_type_name(lead.type) : "no lead");
		return;
	}
	if (!found)
		return;
	lead_mask(&mask, lead.type, (struct st_span){lead.target, lead.target_size});
	st_auto_free char *target = st_strndup((const char *)lead.target, lead.target_size);
	st_auto_free char *masked = st_strndup((const char *)mask.data, mask.size);
	if (strcmp(lead_type_name(lead.type), row->type) != 0 || strcmp(target, row->target) != 0 ||
		strcmp(masked, row->mask) != 0 || strcmp(lead_credential_name(lead.credential), row->credential) != 0)
		CHECK_FAIL("%s: %s %s, masked %s, %s", row->url, lead_type_name(lead.type), target, masked,
			lead_credential_name(lead.credential));
}

static void each_url_is_the_lead_that_it_is(void)
{
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		holds(&rows[i]);
}

static struct lead lead_with(const char *query)
{
	struct lead lead;
	st_auto_free char *url = st_format("https://contoso.blob.core.windows.net/c?%s", query);
	lead_of((struct st_span){(const uint8_t *)url, strlen(url)}, &lead);
	return lead;
}

static void what_a_signature_allows_and_until_when_is_read_from_the_url(void)
{
	static const struct {
		const char *query, *permissions, *version;
		int64_t starts, expires;
	} signatures[] = {
		{"sv=2022-11-02&sp=rl&st=2022-09-01&se=2022-09-24T00%3A00%3A00Z&sig=***", "rl", "2022-11-02",
			1661990400, 1663977600},
		{"se=2022-09-24T10:30Z&sig=***", "", "", 0, 1664015400},
		{"se=2022-09-24T10:30:15.5000000Z&sig=***", "", "", 0, 1664015415},
		{"X-Amz-Date=20220101T000000Z&X-Amz-Expires=3600&X-Amz-Signature=***", "", "", 1640995200, 1640998800},
		{"Expires=1700000000&Signature=***", "", "", 0, 1700000000},
		/* what is not of the form says nothing */
		{"sp=anna@contoso.com&sv=anna&se=tomorrow&sig=***", "", "", 0, 0},
		{"sp=rrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrr&se=2022-13-01&sig=***", "", "", 0, 0},
		{"se=2022-09-24T99:00Z&Expires=99999999999999999999&sig=***", "", "", 0, 0},
		{"se=&sp=&sv=&sig=***", "", "", 0, 0},
	};
	for (size_t i = 0; i < sizeof signatures / sizeof *signatures; i++) {
		struct lead lead = lead_with(signatures[i].query);
		if (!lead.is_signed || strcmp(lead.signature.permissions, signatures[i].permissions) != 0 ||
			strcmp(lead.signature.version, signatures[i].version) != 0 ||
			lead.signature.starts != signatures[i].starts ||
			lead.signature.expires != signatures[i].expires)
			CHECK_FAIL("%s: signed %d, \"%s\", \"%s\", %lld to %lld", signatures[i].query, lead.is_signed,
				lead.signature.permissions, lead.signature.version, (long long)lead.signature.starts,
				(long long)lead.signature.expires);
	}
}

static void a_mask_shows_no_bytes_that_move_a_terminal(void)
{
	static const char target[] = "https://contoso.example/\x1b[31m";
	st_auto_buf struct st_buf mask = {0};
	lead_mask(&mask, LEAD_AZURE_BLOB, (struct st_span){(const uint8_t *)target, sizeof target - 1});
	st_buf_add_byte(&mask, 0);
	CHECK_TEXT((const char *)mask.data, "https://contoso.example/***");
}

int main(void)
{
	RUN(each_url_is_the_lead_that_it_is);
	RUN(what_a_signature_allows_and_until_when_is_read_from_the_url);
	RUN(a_mask_shows_no_bytes_that_move_a_terminal);
	CHECK_END();
}
