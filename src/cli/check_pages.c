/* All pages of a listing, for the inventory of a check and for the listing of a scan. */
#include "cli/check.h"

static enum st_status refuse_page(const struct check_answer *answer, uint64_t page, struct st_error *err)
{
	if (answer->answer.outcome != PROBE_ANSWERED)
		return st_fail(err, ST_WRONG, "page %llu of the listing: %s", (unsigned long long)page,
			probe_outcome_text(answer->answer.outcome));
	return st_fail(err, ST_WRONG, "page %llu of the listing: the server answers %u%s", (unsigned long long)page,
		answer->answer.status, answer->answer.status == 200 ? " with something that is no whole listing" : "");
}

static enum st_status count_row(void *context, const struct probe_listed *listed, struct st_error *err)
{
	struct check_pages *pages = context;
	pages->rows++;
	return pages->each(pages->context, listed, err);
}

static enum st_status read_page(struct check_pages *pages, const struct check_answer *answer, enum probe_page *read,
	struct st_buf *next, struct st_error *err)
{
	ST_TRY(check_list_begin(pages->roles, answer, pages->shelf->form, err));
	if (pages->meanwhile != NULL)
		ST_TRY(pages->meanwhile(pages->context, err));
	return check_list_end(pages->roles, count_row, pages, read, next, err);
}

static enum st_status one_page(struct check_pages *pages, struct st_buf *marker, struct st_error *err)
{
	uint64_t before = pages->rows;
	bool first = ++pages->count == 1;
	struct probe_request request = {.row = first ? pages->shelf->first : pages->shelf->next,
		.marker = {marker->data, first ? 0 : marker->size}};
	struct check_answer answer = {.body = -1};
	st_auto_buf struct st_buf next = {0};
	enum probe_page read = PROBE_PAGE_OTHER;
	enum st_status status = pages->ask(pages->context, &request, &answer, err);
	if (status == ST_OK && answer.answer.status == 200 && answer.body >= 0 && answer.answer.body_whole)
		status = read_page(pages, &answer, &read, &next, err);
	if (status == ST_OK && read != PROBE_PAGE_WHOLE)
		status = refuse_page(&answer, pages->count, err);
	check_answer_free(&answer);
	ST_TRY(status);
	marker->size = 0;
	st_buf_add(marker, next.data, next.size);
	if (next.size == 0)
		return ST_OK;
	const char *why =
		probe_markers_take(&pages->markers, (struct st_span){next.data, next.size}, pages->rows - before);
	return why == NULL
		       ? ST_OK
		       : st_fail(err, ST_WRONG, "page %llu of the listing: %s", (unsigned long long)pages->count, why);
}

enum st_status check_pages(struct check_pages *pages, struct st_error *err)
{
	st_auto_buf struct st_buf marker = {0};
	enum st_status status;
	do
		status = one_page(pages, &marker, err);
	while (status == ST_OK && marker.size > 0);
	return status;
}
