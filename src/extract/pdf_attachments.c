/* Files attached to a PDF, as members of it: pdfdetach(1) lists them, then gives them one by one by their number. */
#include <stdlib.h>

#include "extract/pdf.h"

/* A list of as many names as are ever asked for. */
#define LIST_BYTES ((size_t)(CEIL_PDF_ATTACHMENTS * (CEIL_NAME_BYTES / 4)))

static void read_list(struct stream *stream, struct st_buf *list)
{
	ssize_t got = 1;
	while (got > 0 && list->size < LIST_BYTES) {
		st_buf_reserve(list, 4096);
		got = stream->read(stream, list->data + list->size, 4096);
		list->size += got > 0 ? (size_t)got : 0;
	}
}

/* "N embedded files" at the head of the list. */
static uint32_t count_of(struct st_span *rest)
{
	uint64_t count = 0;
	while (rest->size > 0 && rest->data[0] >= '0' && rest->data[0] <= '9' && count < UINT32_MAX) {
		count = count * 10 + (uint64_t)(rest->data[0] - '0');
		rest->data++;
		rest->size--;
	}
	return count < UINT32_MAX ? (uint32_t)count : UINT32_MAX;
}

/* The name behind the next "\nI: ", up to the one after it: names may hold line ends, and "attachment I" stands for one
 * that was not listed. */
static struct st_span name_of(struct st_span *rest, uint32_t index, char **spare)
{
	st_auto_free char *mark = st_format("\n%u: ", index), *next = st_format("\n%u: ", index + 1);
	*spare = st_format("attachment %u", index);
	const uint8_t *at = rest->size > 0 ? memmem(rest->data, rest->size, mark, strlen(mark)) : NULL;
	if (at == NULL)
		return (struct st_span){(const uint8_t *)*spare, strlen(*spare)};
	rest->size -= (size_t)(at - rest->data) + strlen(mark);
	rest->data = at + strlen(mark);
	const uint8_t *end = rest->size > 0 ? memmem(rest->data, rest->size, next, strlen(next)) : NULL;
	size_t size = end != NULL ? (size_t)(end - rest->data) : rest->size;
	while (end == NULL && size > 0 && rest->data[size - 1] == '\n')
		size--;
	return (struct st_span){rest->data, size < CEIL_NAME_BYTES ? size : CEIL_NAME_BYTES};
}

/* False when a limit of the whole object ended it. */
static bool read_one(struct pdf *pdf, uint32_t index, struct st_span name, enum st_reason *stop)
{
	struct extract_helped helped;
	enum st_reason before = pdf->reason;
	bool goes_on = true;
	pdf->reason = ST_REASON_NONE; /* what is wrong with a member is the member's */
	(void)pdf_run(pdf, HELPER_PDF_ATTACHMENT, index, &helped);
	bool whole = helped.output != NULL && helped.how == HELPED && helped.exit_status == 0;
	enum st_reason reason = whole ? ST_REASON_NONE : pdf->reason;
	pdf->reason = before;
	if (reason != ST_REASON_NONE) {
		extract_run_unread_member(pdf->input, name, reason);
	} else {
		struct stream *output = helped.output;
		helped.output = NULL; /* closed with the member */
		goes_on = extract_run_member(pdf->input, name, output, stop);
	}
	pdf->help->release(pdf->help->context, &helped);
	return goes_on;
}

static uint32_t read_listed(struct pdf *pdf, struct st_span rest)
{
	uint32_t count = count_of(&rest), told = 0;
	enum st_reason stop = ST_REASON_NONE;
	for (uint32_t i = 1; i <= count && stop == ST_REASON_NONE; i++) {
		st_auto_free char *spare = NULL;
		struct st_span name = name_of(&rest, i, &spare);
		if (i > CEIL_PDF_ATTACHMENTS)
			stop = ST_REASON_LIMIT_ENTRIES;
		else if (extract_run_entry(pdf->input, &stop) && ++told > 0)
			(void)read_one(pdf, i, name, &stop);
	}
	pdf_note(pdf, stop);
	return told;
}

uint32_t pdf_attachments_read(struct pdf *pdf)
{
	struct extract_helped helped;
	st_auto_buf struct st_buf list = {0};
	bool listed = pdf_run(pdf, HELPER_PDF_ATTACHMENTS, 0, &helped);
	if (listed)
		read_list(helped.output, &list);
	pdf->help->release(pdf->help->context, &helped);
	return listed ? read_listed(pdf, (struct st_span){list.data, list.size}) : 0;
}
