/*
 * HTML: text over inline tags, attributes, comments, scripts, hidden elements, character references are what the reader
 * of extract makes of them; what is replaced are the stored bytes of a value, and tags between them stay.
 */
#include "redact/document_job.h"

#include <strings.h>

#include "base/ceilings.h"
#include "extract/html.h"

/* A string of a program ends on its line; further back than this nobody looks for where it began. */
#define LOOK_BYTES 256

/* --- numbers of scripts --- */

static bool is_number(struct st_span page, const struct passage_edit *edit)
{
	for (uint32_t at = edit->start; at < edit->end; at++)
		if ((unsigned)page.data[at] - '0' >= 10 && page.data[at] != '.' && page.data[at] != '-')
			return false;
	return true;
}

static bool in_string(struct st_span page, uint32_t at)
{
	uint32_t start = at;
	uint8_t open = 0;
	while (start > 0 && at - start < LOOK_BYTES && page.data[start - 1] != '\n')
		start--;
	for (; start < at; start++) {
		uint8_t c = page.data[start];
		if (c == '\\')
			start++;
		else if (open == 0 && (c == '"' || c == '\'' || c == '`'))
			open = c;
		else if (c == open)
			open = 0;
	}
	return open != 0;
}

static bool stands_alone(struct st_span page, const struct passage_edit *edit)
{
	uint32_t before = edit->start, behind = edit->end;
	while (before > 0 && (page.data[before - 1] == ' ' || page.data[before - 1] == '\t'))
		before--;
	while (behind < page.size && (page.data[behind] == ' ' || page.data[behind] == '\t'))
		behind++;
	return before > 0 && strchr("=:,([", page.data[before - 1]) != NULL && page.data[before - 1] != 0 &&
	       (behind == page.size || strchr(",;)]}\r\n<", page.data[behind]) != NULL);
}

/* A bare number of a script or of JSON in one becomes a string, so that it still runs. */
static void quote_numbers(struct passage *passage, struct st_span page)
{
	const struct passage_edit *edits;
	size_t count = passage_edits(passage, &edits);
	const uint8_t *at = page.data, *end = page.data + page.size;
	bool script = false;
	for (size_t i = 0; i < count; i++) {
		const uint8_t *limit = page.data + edits[i].start, *tag;
		while (at < limit && (tag = memchr(at, '<', (size_t)(limit - at))) != NULL) {
			if (end - tag > 8 && strncasecmp((const char *)tag, "<script", 7) == 0)
				script = true;
			else if (end - tag > 8 && strncasecmp((const char *)tag, "</script", 8) == 0)
				script = false;
			at = tag + 1;
		}
		at = at > limit ? at : limit;
		if (script && edits[i].leads && edits[i].text_size > 0 && is_number(page, &edits[i]) &&
			stands_alone(page, &edits[i]) && !in_string(page, edits[i].start))
			passage_quote(passage, i);
	}
}

/* --- pages --- */

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
		if (reading.unit == 1)
			quote_numbers(&passage, page);
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
