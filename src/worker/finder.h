/* From the text and the records of one part to mentions with stored offsets, each in its record. */
#ifndef STAUNCH_WORKER_FINDER_H
#define STAUNCH_WORKER_FINDER_H

#include "detect/detect.h"
#include "extract/extract.h"
#include "worker/domain_set.h"
#include "worker/joined.h"
#include "worker/outbox.h"

struct finder;
/* Options are copied; outbox and domains (those of the object's earlier parts) are borrowed. Reusable part after part.
 */
struct finder *finder_open(const struct detect_options *options, struct outbox *out, struct domain_set *domains);
/* joined: NULL, or where the mentions of a part wait whose record is that of a part around it. */
void finder_begin(struct finder *finder, uint32_t part, struct joined *joined);
void finder_text(struct finder *finder, const struct extract_text *text);
/* The next record of the part, in text offsets; number counts the records of the object from 0. */
void finder_record(struct finder *finder, uint64_t start, uint64_t end, uint64_t number);
/* What stands from this text offset on; told before the text that stands there, in order. */
void finder_place(struct finder *finder, uint64_t start, struct st_span label);
/* A column of the part's table, and from where on its values stand: as detect_field_name and detect_field_begins. */
unsigned finder_column(struct finder *finder, struct st_span name);
void finder_field(struct finder *finder, uint64_t start, unsigned column);
/* The places of the part so far, with offsets as mentions have them; borrowed until the next finder_begin. */
struct st_span finder_places(const struct finder *finder);
/* Everything still held is decided and handed to the outbox. */
void finder_end(struct finder *finder);
/* After finder_end: 1 + the number of the first rule that did not search all of the part; 0: all did. */
size_t finder_exhausted_rule(const struct finder *finder);
void finder_close(struct finder *finder);

#endif
