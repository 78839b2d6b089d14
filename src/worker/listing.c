/*
 * Listings of Azure Blob Storage, of S3 and its relatives, and of Google Cloud Storage as XML. Element names: Microsoft
 * Learn, "List Blobs"; Amazon S3 API reference, "ListObjectsV2"; Google, XML API, "List objects". Elements that stand
 * elsewhere than they should say nothing.
 */
#include "worker/listing.h"

#include "base/ceilings.h"
#include "extract/mail_value.h"
#include "extract/xml.h"
#include "probe/etag.h"

#include <time.h>

enum field {
	FIELD_NONE,
	FIELD_NAME,
	FIELD_SIZE,
	FIELD_TIME,
	FIELD_ETAG,
	FIELD_GENERATION,
	FIELD_OLD,
	FIELD_CURRENT,
	FIELDS
};

/* What a form calls things. Paths of elements below the root. */
struct form {
	const char *root, *object;
	const char *field[FIELDS]; /* within the object; NULL: it has none */
	const char *marker, *encoding, *truncated;
};

static const struct form forms[PROBE_LISTINGS] = {
	[PROBE_LISTING_AZURE] = {.root = "EnumerationResults",
		.object = "Blobs/Blob",
		.field = {[FIELD_NAME] = "Name",
			[FIELD_SIZE] = "Properties/Content-Length",
			[FIELD_TIME] = "Properties/Last-Modified",
			[FIELD_ETAG] = "Properties/Etag",
			[FIELD_OLD] = "Snapshot",
			[FIELD_CURRENT] = "IsCurrentVersion"},
		.marker = "NextMarker"},
	[PROBE_LISTING_S3] = {.root = "ListBucketResult",
		.object = "Contents",
		.field = {[FIELD_NAME] = "Key",
			[FIELD_SIZE] = "Size",
			[FIELD_TIME] = "LastModified",
			[FIELD_ETAG] = "ETag"},
		.marker = "NextContinuationToken",
		.encoding = "EncodingType",
		.truncated = "IsTruncated"},
	[PROBE_LISTING_GCS] = {.root = "ListBucketResult",
		.object = "Contents",
		.field = {[FIELD_NAME] = "Key",
			[FIELD_SIZE] = "Size",
			[FIELD_TIME] = "LastModified",
			[FIELD_GENERATION] = "Generation"},
		.marker = "NextContinuationToken",
		.encoding = "EncodingType",
		.truncated = "IsTruncated"},
};

#define PATH_BYTES 256

struct reading {
	const struct form *form;
	struct listing_page *out;
	char path[PATH_BYTES]; /* of the open element, below the root */
	size_t size;
	int depth, beyond; /* beyond: elements open below what the path holds */
	struct st_buf text, name;
	struct probe_listed object;
	bool root, bad, sized, percent, url, truncated;
	struct st_buf names;   /* of the objects, as they came */
	struct st_buf objects; /* { struct probe_listed with the name's size, bool percent } */
};

struct kept {
	struct probe_listed listed;
	bool percent;
};

/* --- values --- */

static bool number_of(struct st_span text, uint64_t *out)
{
	*out = 0;
	for (size_t i = 0; i < text.size; i++) {
		if (text.data[i] < '0' || text.data[i] > '9' || *out > UINT64_MAX / 40)
			return false;
		*out = *out * 10 + (uint64_t)(text.data[i] - '0');
	}
	return text.size > 0;
}

static int digits(const uint8_t *at, int count)
{
	int number = 0;
	for (int i = 0; i < count; i++) {
		if (at[i] < '0' || at[i] > '9')
			return -1;
		number = number * 10 + at[i] - '0';
	}
	return number;
}

/* ISO 8601 as S3 writes it, or an HTTP date (RFC 9110, 5.6.7); 0 for anything else. */
static int64_t seconds_of(struct st_span text)
{
	int64_t seconds;
	if (text.size < 20 || text.data[4] != '-')
		return mail_date(text, &seconds) ? seconds : 0;
	struct tm when = {.tm_year = digits(text.data, 4) - 1900,
		.tm_mon = digits(text.data + 5, 2) - 1,
		.tm_mday = digits(text.data + 8, 2),
		.tm_hour = digits(text.data + 11, 2),
		.tm_min = digits(text.data + 14, 2),
		.tm_sec = digits(text.data + 17, 2)};
	bool sound = when.tm_year > 0 && when.tm_mon >= 0 && when.tm_mon < 12 && when.tm_mday > 0 &&
		     when.tm_mday < 32 && when.tm_hour >= 0 && when.tm_min >= 0 && when.tm_sec >= 0;
	return sound ? timegm(&when) : 0;
}

static int hex(uint8_t c)
{
	return c >= '0' && c <= '9' ? c - '0' : (c | 32) >= 'a' && (c | 32) <= 'f' ? (c | 32) - 'a' + 10 : -1;
}

/* plus: a blank is written as one (form encoding, as S3's encoding-type=url has it). */
static void percent_decoded(struct st_span text, bool plus, struct st_buf *out)
{
	out->size = 0;
	for (size_t i = 0; i < text.size; i++) {
		bool pair = text.data[i] == '%' && i + 2 < text.size && hex(text.data[i + 1]) >= 0 &&
			    hex(text.data[i + 2]) >= 0;
		if (pair) {
			st_buf_add_byte(out, (uint8_t)(hex(text.data[i + 1]) * 16 + hex(text.data[i + 2])));
			i += 2;
		} else {
			st_buf_add_byte(out, plus && text.data[i] == '+' ? ' ' : text.data[i]);
		}
	}
}

/* --- elements --- */

static bool path_is(const struct reading *r, const char *path)
{
	return path != NULL && r->beyond == 0 && strcmp(r->path, path) == 0;
}

static enum field field_of(const struct reading *r)
{
	size_t object = strlen(r->form->object);
	if (r->beyond > 0 || strncmp(r->path, r->form->object, object) != 0 || r->path[object] != '/')
		return FIELD_NONE;
	for (int field = FIELD_NAME; field < FIELDS; field++)
		if (r->form->field[field] != NULL && strcmp(r->path + object + 1, r->form->field[field]) == 0)
			return (enum field)field;
	return FIELD_NONE;
}

static void begin_object(struct reading *r)
{
	r->object = (struct probe_listed){0};
	r->sized = r->percent = false;
	r->name.size = 0;
}

static void on_start(void *context, const struct xml_tag *tag)
{
	struct reading *r = context;
	size_t name = strlen(tag->name);
	r->text.size = 0;
	if (r->depth++ == 0) {
		r->root = strcmp(tag->name, r->form->root) == 0;
		return;
	}
	if (r->beyond > 0 || r->size + name + 2 > PATH_BYTES) {
		r->beyond++;
		return;
	}
	if (r->size > 0)
		r->path[r->size++] = '/';
	memcpy(r->path + r->size, tag->name, name + 1);
	r->size += name;
	if (path_is(r, r->form->object))
		begin_object(r);
	const char *encoded = field_of(r) == FIELD_NAME ? xml_attribute(tag, "Encoded") : NULL;
	r->percent = r->percent || (encoded != NULL && strcmp(encoded, "true") == 0);
}

static void on_text(void *context, const char *data, size_t size)
{
	struct reading *r = context;
	if (r->text.size + size <= CEIL_LISTED_NAME_BYTES)
		st_buf_add(&r->text, data, size);
	else
		r->bad = true;
}

static void take_field(struct reading *r, enum field field, struct st_span text)
{
	switch (field) {
	case FIELD_NAME:
		st_buf_add(&r->name, text.data, text.size);
		break;
	case FIELD_SIZE:
		r->sized = number_of(text, &r->object.size_bytes);
		break;
	case FIELD_TIME:
		r->object.mtime_s = seconds_of(text);
		if (r->object.mtime_s > PROBE_LISTED_TIME_S || r->object.mtime_s < -PROBE_LISTED_TIME_S)
			r->object.mtime_s = 0;
		break;
	case FIELD_ETAG:
		r->object.etag = probe_etag(text);
		break;
	case FIELD_GENERATION:
		if (!number_of(text, &r->object.etag))
			r->object.etag = 0;
		break;
	case FIELD_OLD:
		r->object.is_versioned = r->object.is_versioned || text.size > 0;
		break;
	case FIELD_CURRENT:
		r->object.is_versioned = r->object.is_versioned || text.size != 4;
		break;
	case FIELD_NONE:
	case FIELDS:
		break;
	}
}

static void end_object(struct reading *r)
{
	struct kept kept = {r->object, r->percent};
	bool unversioned = r->form->field[FIELD_GENERATION] != NULL && r->object.etag == 0;
	if (r->name.size == 0 || !r->sized || unversioned) {
		r->bad = true;
		return;
	}
	kept.listed.name = (struct st_span){NULL, r->name.size};
	st_buf_add(&r->names, r->name.data, r->name.size);
	st_buf_add(&r->objects, &kept, sizeof kept);
}

static void take_value(struct reading *r, struct st_span text)
{
	enum field field = field_of(r);
	if (field != FIELD_NONE)
		take_field(r, field, text);
	else if (path_is(r, r->form->object))
		end_object(r);
	else if (path_is(r, r->form->marker))
		st_buf_add(&r->out->marker, text.data, text.size);
	else if (path_is(r, r->form->encoding))
		r->url = text.size == 3 && memcmp(text.data, "url", 3) == 0;
	else if (path_is(r, r->form->truncated))
		r->truncated = text.size == 4 && memcmp(text.data, "true", 4) == 0;
}

static void on_end(void *context, const char *name)
{
	struct reading *r = context;
	(void)name;
	r->depth--;
	if (r->beyond > 0) {
		r->beyond--;
		return;
	}
	if (r->root && r->size > 0) {
		st_buf_reserve(&r->text, 1); /* so that there is a pointer to nothing, too */
		take_value(r, (struct st_span){r->text.data, r->text.size});
	}
	r->text.size = 0;
	char *slash = strrchr(r->path, '/');
	r->size = slash != NULL ? (size_t)(slash - r->path) : 0;
	r->path[r->size] = 0;
}

/* How names are written is known when the page is over. */
static void give_rows(struct reading *r)
{
	st_auto_buf struct st_buf decoded = {0};
	const uint8_t *name = r->names.data;
	for (size_t at = 0; at < r->objects.size; at += sizeof(struct kept)) {
		struct kept kept;
		memcpy(&kept, r->objects.data + at, sizeof kept);
		struct st_span raw = {name, kept.listed.name.size};
		name += raw.size;
		kept.listed.name = raw;
		if (kept.percent || r->url) {
			percent_decoded(raw, r->url, &decoded);
			kept.listed.name = (struct st_span){decoded.data, decoded.size};
		}
		probe_listed_encode(&r->out->rows, &kept.listed);
		r->out->count++;
	}
}

void listing_read(struct stream *stream, enum probe_listing form, struct listing_page *out)
{
	static const struct xml_handlers handlers = {.start = on_start, .end = on_end, .text = on_text};
	if (form == PROBE_LISTING_INDICES) {
		listing_read_indices(stream, out);
		return;
	}
	struct reading r = {.form = &forms[form], .out = out};
	st_buf_reserve(&out->rows, 1); /* so that there is a pointer to nothing, too */
	enum st_reason reason = xml_read(stream, &handlers, &r, NULL);
	bool whole = reason == ST_REASON_NONE && !r.bad && !(r.truncated && out->marker.size == 0);
	if (r.form->truncated != NULL && !r.truncated)
		out->marker.size = 0;
	out->page = !r.root ? PROBE_PAGE_OTHER : whole ? PROBE_PAGE_WHOLE : PROBE_PAGE_CUT;
	if (out->page == PROBE_PAGE_WHOLE)
		give_rows(&r);
	st_buf_free(&r.text);
	st_buf_free(&r.name);
	st_buf_free(&r.names);
	st_buf_free(&r.objects);
}

void listing_page_free(struct listing_page *page)
{
	st_buf_free(&page->rows);
	st_buf_free(&page->marker);
}
