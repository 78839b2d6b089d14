/*
 * Files of services into settings with their lines: YAML, sections and keys, directives, lines of pg_hba.conf, files of
 * environment variables. The format is told by the first line that says something.
 */
#ifndef STAUNCH_AUDIT_TEXT_CONFIG_H
#define STAUNCH_AUDIT_TEXT_CONFIG_H

#include "audit/service.h"
#include "base/error.h"

/* Words live in the model. ST_WRONG with the line: it is none of these. */
enum st_status audit_read_text(struct audit_model *model, struct st_span text, uint32_t file, enum audit_format *format,
	struct audit_settings *out, struct st_error *err);
/* YAML 1.1 (yaml.org/spec/1.1): keys of nested maps are joined by dots, values of a list stand under one key. Aliases
 * are followed, each place counted; a second document, a key that stands twice, an alias inside of itself and keys
 * that are no text are refused. */
enum st_status audit_read_yaml(struct audit_model *model, struct st_span text, uint32_t file,
	struct audit_settings *out, struct st_error *err);
/* Adds a tree as settings: "a.b.c" and its value, lists as one key several times. False: more than
 * CEIL_AUDIT_SETTINGS. */
bool audit_flatten(struct audit_model *model, const struct audit_node *tree, const char *prefix, uint32_t file,
	struct audit_settings *out);

#endif
