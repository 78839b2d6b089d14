/* Parts of staunch.report/1 that have files of their own. Each writes its keys into the object that is open. */
#ifndef STAUNCH_REPORT_JSON_PARTS_H
#define STAUNCH_REPORT_JSON_PARTS_H

#include "base/json_write.h"
#include "report/report.h"

void json_countries(struct st_json_writer *w, const struct report *report);
void json_categories(struct st_json_writer *w, const struct report *report);
void json_sensitivity(struct st_json_writer *w, const struct report *report); /* and document_types, speakers */

#endif
