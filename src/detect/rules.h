/*
 * Rules of the user: patterns of bounded width that report under one of the kinds of contract 4 (staunch.rules/1,
 * docs/man/staunch-rules.5). Compiled by PCRE2 (pcre2api(3)), matched by its interpreter: its just-in-time compiler
 * needs memory that can be written and executed, which the jail refuses.
 */
#ifndef STAUNCH_DETECT_RULES_H
#define STAUNCH_DETECT_RULES_H

#include "base/bytes.h"
#include "base/error.h"
#include "base/hash.h"
#include "detect/detect.h"

struct detect_rules;
/* Reads and compiles a rules file. ST_WRONG names the line and the rule, never the pattern. */
enum st_status detect_rules_open(struct st_span file, struct detect_rules **out, struct st_error *err);
size_t detect_rules_count(const struct detect_rules *rules); /* of NULL: 0 */
const char *detect_rules_name(const struct detect_rules *rules, size_t rule);
void detect_rules_close(struct detect_rules *rules); /* NULL is fine */

#endif
