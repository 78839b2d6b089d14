/* Pages of listings as Azure and S3 write them: every object with its size, time and tag, and where it goes on. */
#include "worker/listing.h"

#include "probe/etag.h"

#include "check.h"

#define AZURE(blobs, marker)                                                                     \
	"<?xml version=\"1.0\"?><EnumerationResults><Blobs>" blobs "</Blobs><NextMarker>" marker \
	"</NextMarker></EnumerationResults>"
#define BLOB(name, rest)                                                                                           \
	"<Blob>" name "<Properties><Last-Modified>Wed, 04 Dec 2019 09:00:00 GMT</Last-Modified><Etag>0x8D7</Etag>" \
	"<Content-Length>12</Content-Length></Properties>" rest "</Blob>"
#define S3(head, contents) \
	"<ListBucketResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">" head contents "</ListBucketResult>"
#define KEY(key)                                                                                    \
	"<Contents><Key>" key                                                                       \
	"</Key><LastModified>2019-12-04T09:00:00.000Z</LastModified><ETag>&quot;0x8D7&quot;</ETag>" \
	"<Size>12</Size><Owner><ID>a</ID></Owner></Contents>"

#define OBJECT(key, generation)                                                                                \
	"<Contents><Key>" key "</Key><Generation>" generation                                                  \
	"</Generation><MetaGeneration>1</MetaGeneration><LastModified>2019-12-04T09:00:00.000Z</LastModified>" \
	"<ETag>&quot;0x8D7&quot;</ETag><Size>12</Size></Contents>"

/* The tag is the test's own: that of the fields that change with a write. */
#define INDEX(name, status)                                                                                     \
	"{\"index\":\"" name "\",\"status\":\"" status                                                          \
	"\",\"uuid\":\"u\",\"docs.count\":\"3\",\"pri.store.size\":\"12\",\"creation.date\":\"1575450000123\"," \
	"\"pri.indexing.index_total\":null}"

static const struct {
	const char *name, *text;
	enum probe_listing form;
	enum probe_page page;
	const char *names, *marker; /* names divided by '|', older versions in brackets */
} cases[] = {
	{"azure", AZURE(BLOB("<Name>a.txt</Name>", "") BLOB("<Name>b &amp; c</Name>", ""), "m 1"), PROBE_LISTING_AZURE,
		PROBE_PAGE_WHOLE, "a.txt|b & c", "m 1"},
	{"azure, encoded", AZURE(BLOB("<Name Encoded=\"true\">a%0Ab%25</Name>", "") BLOB("<Name>a%20b</Name>", ""), ""),
		PROBE_LISTING_AZURE, PROBE_PAGE_WHOLE, "a\nb%|a%20b", ""},
	{"azure, versions",
		AZURE(BLOB("<Name>a</Name><Snapshot>2019</Snapshot>", "")
				BLOB("<Name>a</Name>", "<IsCurrentVersion>true</IsCurrentVersion>"),
			""),
		PROBE_LISTING_AZURE, PROBE_PAGE_WHOLE, "(a)|a", ""},
	{"azure, empty", AZURE("", ""), PROBE_LISTING_AZURE, PROBE_PAGE_WHOLE, "", ""},
	{"azure, no size", AZURE("<Blob><Name>a</Name></Blob>", ""), PROBE_LISTING_AZURE, PROBE_PAGE_CUT, "", ""},
	{"azure, no name", AZURE(BLOB("", ""), ""), PROBE_LISTING_AZURE, PROBE_PAGE_CUT, "", ""},
	{"azure, cut off", "<EnumerationResults><Blobs>" BLOB("<Name>a</Name>", ""), PROBE_LISTING_AZURE,
		PROBE_PAGE_CUT, "", ""},
	{"s3",
		S3("<IsTruncated>true</IsTruncated><NextContinuationToken>t+1</NextContinuationToken>",
			KEY("k1") KEY("k%2")),
		PROBE_LISTING_S3, PROBE_PAGE_WHOLE, "k1|k%2", "t+1"},
	{"s3, url", S3("<IsTruncated>false</IsTruncated>", KEY("a%20b+c%2Bd") "<EncodingType>url</EncodingType>"),
		PROBE_LISTING_S3, PROBE_PAGE_WHOLE, "a b c+d", ""},
	{"s3, more, but not where", S3("<IsTruncated>true</IsTruncated>", KEY("a")), PROBE_LISTING_S3, PROBE_PAGE_CUT,
		"", ""},
	{"s3, refused", "<Error><Code>AccessDenied</Code></Error>", PROBE_LISTING_S3, PROBE_PAGE_OTHER, "", ""},
	{"gcs",
		S3("<IsTruncated>true</IsTruncated><NextContinuationToken>t=</NextContinuationToken>",
			OBJECT("a &amp; b", "7")),
		PROBE_LISTING_GCS, PROBE_PAGE_WHOLE, "a & b", "t="},
	{"gcs, no generation", S3("<IsTruncated>false</IsTruncated>", KEY("a")), PROBE_LISTING_GCS, PROBE_PAGE_CUT, "",
		""},
	{"gcs, a generation that is none", S3("", OBJECT("a", "-7")), PROBE_LISTING_GCS, PROBE_PAGE_CUT, "", ""},
	{"gcs, a generation that is too long", S3("", OBJECT("a", "99999999999999999999999")), PROBE_LISTING_GCS,
		PROBE_PAGE_CUT, "", ""},
	{"indices", "[" INDEX("b", "open") "," INDEX("a\\u00fc", "close") "]", PROBE_LISTING_INDICES, PROBE_PAGE_WHOLE,
		"b|[a\xc3\xbc]", ""},
	{"indices, none", "[]", PROBE_LISTING_INDICES, PROBE_PAGE_WHOLE, "", ""},
	{"indices, no name", "[" INDEX("", "open") "]", PROBE_LISTING_INDICES, PROBE_PAGE_CUT, "", ""},
	{"indices, a size that is none", "[{\"index\":\"a\",\"pri.store.size\":\"1kb\"}]", PROBE_LISTING_INDICES,
		PROBE_PAGE_CUT, "", ""},
	{"indices, cut off", "[" INDEX("a", "open"), PROBE_LISTING_INDICES, PROBE_PAGE_CUT, "", ""},
	{"indices, nested", "[[" INDEX("a", "open") "]]", PROBE_LISTING_INDICES, PROBE_PAGE_CUT, "", ""},
	{"indices, refused", "{\"error\":{}}", PROBE_LISTING_INDICES, PROBE_PAGE_OTHER, "", ""},
	{"indices, as a table", "yellow open a 1 1 3", PROBE_LISTING_INDICES, PROBE_PAGE_OTHER, "", ""},
	{"html", "<html><body/></html>", PROBE_LISTING_AZURE, PROBE_PAGE_OTHER, "", ""},
	{"nothing", "", PROBE_LISTING_S3, PROBE_PAGE_OTHER, "", ""},
};

static void check_rows(const char *name, const struct listing_page *page, bool generations, struct st_buf *names)
{
	struct st_cursor in = {.at = page->rows.data, .end = page->rows.data + page->rows.size};
	for (uint64_t i = 0; i < page->count; i++) {
		struct probe_listed listed;
		CHECK(probe_listed_decode(&in, &listed));
		st_buf_format(names, "%s%s%.*s%s", i > 0 ? "|" : "",
			listed.is_versioned ? "("
			: listed.is_closed  ? "["
					    : "",
			(int)listed.name.size, (const char *)listed.name.data,
			listed.is_versioned ? ")"
			: listed.is_closed  ? "]"
					    : "");
		const char *tag = listed.items == 3 ? "3,1575450000123,u,,," : "0x8D7";
		if (listed.size_bytes != 12 || listed.mtime_s != 1575450000 ||
			listed.etag !=
				(generations ? 7 : probe_etag((struct st_span){(const uint8_t *)tag, strlen(tag)})))
			CHECK_FAIL("%s: size, time or tag of row %" PRIu64, name, i);
	}
}

static void every_object_of_a_page_is_told_or_it_is_no_page(void)
{
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct listing_page page = {0};
		st_auto_buf struct st_buf names = {0};
		struct stream *stream = stream_open_memory(cases[i].text, strlen(cases[i].text));
		listing_read(stream, cases[i].form, &page);
		stream_close(stream);
		check_rows(cases[i].name, &page, cases[i].form == PROBE_LISTING_GCS, &names);
		st_buf_add_byte(&names, 0);
		st_buf_add_byte(&page.marker, 0);
		bool marked =
			page.page != PROBE_PAGE_WHOLE || strcmp((const char *)page.marker.data, cases[i].marker) == 0;
		if (page.page != cases[i].page || strcmp((const char *)names.data, cases[i].names) != 0 || !marked)
			CHECK_FAIL("%s: page %d, names \"%s\", marker \"%s\"", cases[i].name, page.page,
				(const char *)names.data, (const char *)page.marker.data);
		listing_page_free(&page);
	}
}

static void a_tag_is_the_same_with_and_without_its_quotes(void)
{
	static const char *const same[] = {"abc", "\"abc\"", "W/\"abc\""};
	for (size_t i = 0; i < 3; i++)
		CHECK(probe_etag((struct st_span){(const uint8_t *)same[i], strlen(same[i])}) ==
			probe_etag((struct st_span){(const uint8_t *)"abc", 3}));
	CHECK(probe_etag((struct st_span){(const uint8_t *)"abd", 3}) !=
		probe_etag((struct st_span){(const uint8_t *)"abc", 3}));
	CHECK(probe_etag((struct st_span){(const uint8_t *)"\"\"", 2}) == 0);
}

int main(void)
{
	RUN(every_object_of_a_page_is_told_or_it_is_no_page);
	RUN(a_tag_is_the_same_with_and_without_its_quotes);
	CHECK_END();
}
