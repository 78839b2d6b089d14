/* Shared by source.c and walk.c only. */
#ifndef STAUNCH_SOURCE_PRIVATE_H
#define STAUNCH_SOURCE_PRIVATE_H

#include "source/source.h"

#include <sys/stat.h>

struct source {
	enum source_kind kind;
	char *name;
	int fd;        /* the folder or the file; -1 for standard input */
	int parent_fd; /* folder of the object opened last, O_PATH */
	struct st_buf parent;
};

void source_fill_entry(const struct stat *st, struct source_entry *entry);
enum st_reason source_reason_of_errno(int error);

#endif
