/*
 * What stands in place of the ids of messages (Message-ID, References, In-Reply-To), which name hosts and at times
 * people: the same for the same id, so that threads hold together. With a key 16 letters by it, the same in every run;
 * without one a number, the same in one input.
 */
#ifndef STAUNCH_REDACT_MESSAGE_IDS_H
#define STAUNCH_REDACT_MESSAGE_IDS_H

#include "redact/replace.h"

struct message_ids;
/* replacer: NULL numbers. */
struct message_ids *message_ids_open(struct replacer *replacer);
/* Adds what stands between the angle brackets: `BCDFGHJKLMNPQRST@redacted`, `1@redacted`; one of ours stays. */
void message_ids_write(struct message_ids *ids, struct st_span id, struct st_buf *out);
/* Is it one of ours? */
bool message_id_is_ours(struct st_span id);
void message_ids_close(struct message_ids *ids);

#endif
