/* --rules FILE of detect and scan. */
#ifndef STAUNCH_CLI_RULES_FILE_H
#define STAUNCH_CLI_RULES_FILE_H

#include "base/bytes.h"
#include "detect/rules.h"

/* The file's bytes in *file and its rules in *out, both the caller's to free; path NULL: none of either. False with a
 * line on stderr that names the file, the line and the rule. */
bool rules_file_read(const char *path, struct st_buf *file, struct detect_rules **out);

#endif
