/* What the part of a person and that of an organization share; private to the pages. */
#ifndef STAUNCH_PORTAL_PAGE_PART_H
#define STAUNCH_PORTAL_PAGE_PART_H

#include "portal/page.h"

uint32_t part_kinds(const struct payload *payload); /* bits of enum detect_kind */
void part_table_head(struct page *page, const char *first, const char *second, const char *third);
void part_number_cell(struct page *page, uint64_t number);
void part_values(struct page *page, const struct payload *payload, const struct payload_kind *kind);
void part_dates(struct page *page, int64_t first, int64_t last);
void part_documents(struct page *page, const struct payload *payload);
void part_case_field(struct page *page, const struct page_case *of);
/* Nothing of theirs: the negative answer, with the signed statement. */
void part_negative(struct page *page, const struct page_part *part);
/* Held or erased; false: neither. */
bool part_other_state(struct page *page, const struct page_part *part);
const char *part_title(const struct page *page, const struct page_part *part);
void part_back(struct page *page, const struct page_part *part);

#endif
