/*
 * XMP (ISO 16684-1), the properties of a PDF as XML: the text of its elements, one a line, and of its attributes. Names
 * of programs, dates and identifiers are none.
 */
#include <stdlib.h>

#include "extract/pdf.h"
#include "extract/xml.h"

struct metadata {
	struct pdf *pdf;
	int quiet_depth; /* of the outermost element that is open and no text; 0 none */
	int depth;
};

/* Local names of elements and attributes that are about files and programs, not about anybody. */
static bool is_quiet(const char *name)
{
	static const char *const quiet[] = {"CreateDate", "CreatorTool", "DocumentID", "InstanceID", "MetadataDate",
		"ModifyDate", "OriginalDocumentID", "PDFVersion", "Producer", "Trapped", "about", "changed",
		"conformance", "documentID", "format", "instanceID", "lang", "parseType", "part", "resource",
		"softwareAgent", "when", "xmptk"};
	for (size_t i = 0; i < sizeof quiet / sizeof quiet[0]; i++)
		if (strcmp(name, quiet[i]) == 0)
			return true;
	return false;
}

static void start(void *context, const struct xml_tag *tag)
{
	struct metadata *m = context;
	m->depth = tag->depth;
	if (m->quiet_depth == 0 && is_quiet(tag->name))
		m->quiet_depth = tag->depth;
	rebuilt_line(m->pdf->text);
	for (const char **a = tag->attributes; m->quiet_depth == 0 && a[0] != NULL; a += 2) {
		if (strncmp(a[0], "xmlns", 5) == 0 || is_quiet(xml_local_name(a[0])))
			continue;
		rebuilt_text(m->pdf->text, a[1], strlen(a[1]));
		rebuilt_line(m->pdf->text);
	}
}

static void end(void *context, const char *name)
{
	struct metadata *m = context;
	(void)name;
	if (m->quiet_depth == m->depth)
		m->quiet_depth = 0;
	m->depth--;
	rebuilt_line(m->pdf->text);
}

static void text(void *context, const char *data, size_t size)
{
	const struct metadata *m = context;
	if (m->quiet_depth == 0)
		rebuilt_text(m->pdf->text, data, size);
}

static void comment(void *context, const char *data)
{
	text(context, data, strlen(data));
	rebuilt_line(((struct metadata *)context)->pdf->text);
}

void pdf_metadata_read(struct pdf *pdf)
{
	static const struct xml_handlers handlers = {.start = start, .end = end, .text = text, .comment = comment};
	struct metadata m = {.pdf = pdf};
	struct extract_helped helped;
	if (pdf_run(pdf, HELPER_PDF_METADATA, 0, &helped)) {
		rebuilt_place(pdf->text, "XMP", (struct st_span){NULL, 0});
		pdf_note(pdf, xml_read(helped.output, &handlers, &m, NULL));
	}
	pdf->help->release(pdf->help->context, &helped);
}
