/* From the text and the records of one part to mentions with stored offsets, each in its record. */
#ifndef STAUNCH_WORKER_FINDER_H
#define STAUNCH_WORKER_FINDER_H

#include "detect/detect.h"
#include "extract/extract.h"
#include "worker/domain_set.h"
#include "worker/joined.h"
#include "worker/outbox.h"
#include "worker/talk.h"
#include "worker/words.h"

struct finder;
/* Options are copied; outbox and domains (those of the object's earlier parts) are borrowed. Reusable part after part.
 */
struct finder *finder_open(const struct detect_options *options, struct outbox *out, struct domain_set *domains);
/* What is known of a part, beside its text. */
struct finder_part {
	uint32_t part;
	struct joined *joined;     /* NULL, or where its mentions wait: its record is that of a part around it */
	struct words_types *types; /* of a record that begins with the part; a joined part adds to it */
	enum speaker author;       /* of the message that a joined part belongs to */
};
void finder_begin(struct finder *finder, const struct finder_part *part);
void finder_text(struct finder *finder, const struct extract_text *text);
/* The next record of the part, in text offsets; number counts the records of the object from 0. */
void finder_record(struct finder *finder, uint64_t start, uint64_t end, uint64_t number);
/* A turn of the record that ends next. */
void finder_turn(struct finder *finder, const struct talk_turn *turn);
/* How many turns of each speaker a record has (1 + its number), none: nothing. */
void finder_send_turns(struct outbox *out, uint32_t part, uint64_t record, const uint64_t turns[MARKING_SPEAKERS]);
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
