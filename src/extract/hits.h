/* An object that comes as answers to searches (extract.h, struct extract_pages); private to extract. */
#ifndef STAUNCH_EXTRACT_HITS_H
#define STAUNCH_EXTRACT_HITS_H

#include "extract/reader.h"

extern const struct reader reader_hits;
/* Tells what extract_lines.places holds, before the text that stands there. */
void hits_tell_places(const struct extract_events *events, void *context, uint32_t part, const struct st_buf *places);

#endif
