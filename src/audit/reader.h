/* Files into a model: each file's shape is told by its content, its name only joins it to an inventory. */
#ifndef STAUNCH_AUDIT_READER_H
#define STAUNCH_AUDIT_READER_H

#include "audit/terraform_plan.h"
#include "base/error.h"

struct audit_reader;

/* model is borrowed. side: of plans, what of them goes into it. */
struct audit_reader *audit_reader_open(struct audit_model *model, enum audit_side side);
/* Was a plan among the files, which has a side before, too? */
bool audit_reader_saw_plan(const struct audit_reader *reader);
/* Reads one file to its end; `file` is its number, `name` its path, for inventories that name it. ST_WRONG with the
 * line: it is no JSON, or no configuration of a shape that we know. */
enum st_status audit_reader_file(
	struct audit_reader *reader, int fd, struct st_span name, uint32_t file, struct st_error *err);
/* After the last file: what needs more than one of them (templates and their parameters). */
enum st_status audit_reader_finish(struct audit_reader *reader, struct st_error *err);
void audit_reader_close(struct audit_reader *reader);

#endif
