/* What xml.h promises: events without prefixes, the same however the stream is cut, and a reason for each end. */
#include "extract/xml.h"

#include <time.h>

#include "base/ceilings.h"

#include "../check.h"

struct cut {
	struct stream stream;
	const char *data;
	size_t size, at, step;
};

static ssize_t cut_read(struct stream *stream, void *data, size_t capacity)
{
	struct cut *c = stream->self;
	size_t take = c->size - c->at;
	take = take > c->step ? c->step : take;
	take = take > capacity ? capacity : take;
	memcpy(data, c->data + c->at, take);
	c->at += take;
	return (ssize_t)take;
}

static void on_start(void *context, const struct xml_tag *tag)
{
	const char *id = xml_attribute(tag, "id");
	st_auto_free char *text = st_format("<%s%s%s>", tag->name, id != NULL ? " " : "", id != NULL ? id : "");
	st_buf_add(context, text, strlen(text));
}

static void on_end(void *context, const char *name)
{
	st_auto_free char *text = st_format("</%s>", name);
	st_buf_add(context, text, strlen(text));
}

static void on_text(void *context, const char *data, size_t size)
{
	st_buf_add(context, data, size);
}

static const struct xml_handlers handlers = {.start = on_start, .end = on_end, .text = on_text};

struct case_row {
	const char *name, *data;
	size_t size;
	const char *want;
	enum st_reason reason;
};

static void reads(const struct case_row *row, size_t step)
{
	struct cut cut = {.data = row->data, .size = row->size, .step = step};
	st_auto_buf struct st_buf got = {0};
	cut.stream = (struct stream){.read = cut_read, .self = &cut};
	enum st_reason ended = xml_read(&cut.stream, &handlers, &got, NULL);
	st_buf_add_byte(&got, 0);
	if (strcmp(row->want, (const char *)got.data) != 0)
		CHECK_FAIL("%s, cut into %zu: \"%s\", not \"%s\"", row->name, step, (const char *)got.data, row->want);
	if (ended != row->reason)
		CHECK_FAIL("%s, cut into %zu: reason %d, not %d", row->name, step, (int)ended, (int)row->reason);
}

#define ROW(name, text, want, reason)                     \
	{                                                 \
		name, text, sizeof text - 1, want, reason \
	}

static const struct case_row rows[] = {
	ROW("prefixes are left out", "<w:a r:id='7'>x<w:b/>y</w:a>", "<a 7>x<b></b>y</a>", ST_REASON_NONE),
	ROW("references and CDATA", "<a>1 &lt; 2&#64;<![CDATA[<3]]></a>", "<a>1 < 2@<3</a>", ST_REASON_NONE),
	ROW("UTF-16 becomes UTF-8", "\xff\xfe<\0a\0>\0\xe4\0<\0/\0a\0>\0", "<a>\xc3\xa4</a>", ST_REASON_NONE),
	ROW("cut inside an element", "<a>text", "<a>text", ST_REASON_TRUNCATED),
	ROW("nothing at all", "", "", ST_REASON_TRUNCATED),
	ROW("not well-formed: what came before was given", "<a>x</b>", "<a>x", ST_REASON_CORRUPT),
	ROW("a second root", "<a/><b/>", "<a></a>", ST_REASON_CORRUPT),
	ROW("a document type is refused, and its entities with it",
		"<!DOCTYPE a [<!ENTITY b 'bb'><!ENTITY c '&b;&b;'>]><a>&c;</a>", "", ST_REASON_CORRUPT),
	ROW("an external entity is refused", "<!DOCTYPE a SYSTEM 'file:///etc/passwd'><a/>", "", ST_REASON_CORRUPT),
};

static void documents_read_the_same_however_cut(void)
{
	static const size_t steps[] = {1, 2, 3, 7, 64, 4096};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		for (size_t s = 0; s < sizeof steps / sizeof steps[0]; s++)
			reads(&rows[i], steps[s]);
}

static void depth_has_an_end(void)
{
	st_auto_buf struct st_buf deep = {0};
	for (int i = 0; i <= CEIL_XML_DEPTH; i++)
		st_buf_add(&deep, "<a>", 3);
	struct cut cut = {.data = (const char *)deep.data, .size = deep.size, .step = 4096};
	st_auto_buf struct st_buf got = {0};
	cut.stream = (struct stream){.read = cut_read, .self = &cut};
	CHECK_INT(xml_read(&cut.stream, &handlers, &got, NULL), ST_REASON_LIMIT_DEPTH);
	CHECK_INT(got.size, 3 * CEIL_XML_DEPTH);
}

/* Each piece of a token that is fed costs as much as all before it, unless they grow: 7 MiB would take 13 s. */
static void a_long_tag_is_read_in_linear_time_and_has_an_end(void)
{
	const size_t sizes[] = {7 * MIB, 20 * MIB};
	for (size_t i = 0; i < 2; i++) {
		st_auto_buf struct st_buf data = {0}, got = {0};
		st_buf_add(&data, "<a><b c='", 9);
		st_buf_reserve(&data, sizes[i]);
		memset(data.data + data.size, 'x', sizes[i]);
		data.size += sizes[i];
		st_buf_add(&data, "'/></a>", 7);
		struct cut cut = {.data = (const char *)data.data, .size = data.size, .step = SIZE_MAX};
		cut.stream = (struct stream){.read = cut_read, .self = &cut};
		clock_t begin = clock();
		CHECK_INT(xml_read(&cut.stream, &handlers, &got, NULL), i == 0 ? ST_REASON_NONE : ST_REASON_LIMIT_SIZE);
		CHECK(clock() - begin < 4 * CLOCKS_PER_SEC);
	}
}

int main(void)
{
	RUN(documents_read_the_same_however_cut);
	RUN(depth_has_an_end);
	RUN(a_long_tag_is_read_in_linear_time_and_has_an_end);
	CHECK_END();
}
