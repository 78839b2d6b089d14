/* libarchive as the program links it. */
#ifndef STAUNCH_EXTRACT_LIBARCHIVE_LINKED_H
#define STAUNCH_EXTRACT_LIBARCHIVE_LINKED_H

/* "libarchive 3.6.2"; archive_version_string(3). */
const char *extract_libarchive_version(void);

#endif
