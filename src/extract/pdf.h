/* What the files of the PDF reader share: one document, its text, and why not all of it could be had. */
#ifndef STAUNCH_EXTRACT_PDF_H
#define STAUNCH_EXTRACT_PDF_H

#include "extract/rebuilt.h"

struct pdf {
	struct reader_input *input;
	const struct extract_help *help;
	struct rebuilt *text;
	enum st_reason reason; /* the first that was met */
	bool is_whole;         /* it has its end mark */
	uint64_t pages, pages_with_words;
	/* What the objects of the document name; true as well when nobody could look. */
	bool has_metadata, has_attachments;
	struct st_buf programs; /* what made it: text only where there is other text */
};

/* Keeps the first reason. */
void pdf_note(struct pdf *pdf, enum st_reason reason);
/* Runs a helper and notes what went wrong; false: it gave nothing. The caller releases. */
bool pdf_run(struct pdf *pdf, enum helper helper, uint32_t number, struct extract_helped *helped);

/* Every string of the document's objects (pdf_strings.c). */
void pdf_strings_read(struct pdf *pdf);
/* The XMP of the document (pdf_metadata.c). */
void pdf_metadata_read(struct pdf *pdf);
/* Attachments, each a member (pdf_attachments.c). Returns how many were told. */
uint32_t pdf_attachments_read(struct pdf *pdf);

#endif
