/*
 * HTML: text over inline tags, attributes, comments, scripts, hidden elements, character references are what the reader
 * of extract makes of them; what is replaced are the stored bytes of a value, and tags between them stay.
 */
#include "redact/document_job.h"

#include "base/ceilings.h"
#include "extract/html.h"

bool html_redact(struct document_job *job, struct st_span page, const char *charset,
	const struct document_origin *origin, struct st_buf *out)
{
	struct passage passage;
	const struct passage_edit *edits;
	passage_open(&passage, job->options, job->replacer, job->seen, job->search, page);
	struct document_reading reading = document_read(&passage, "html", charset, false);
	passage_end(&passage);
	bool changed = passage_edits(&passage, &edits) > 0;
	if (page.size > 0 && !reading.searched)
		document_unsearched(job, 0, (uint32_t)page.size, origin);
	if (changed) {
		passage_splice(&passage, 0, (uint32_t)page.size, reading.unit, reading.big_endian, out);
		document_tell(job, &passage, origin);
	}
	passage_close(&passage);
	return changed;
}

int document_html_bid(struct st_span head, bool head_is_all)
{
	struct reader_input input = {.head = head, .head_is_all = head_is_all};
	return head.size > 0 ? reader_html.bid(&input) : 0;
}
