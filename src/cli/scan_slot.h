/* Between the loop (scan_workers.c) and the frames of one worker (scan_messages.c). */
#ifndef STAUNCH_CLI_SCAN_SLOT_H
#define STAUNCH_CLI_SCAN_SLOT_H

#include "cli/scan.h"

/* Takes one frame of a worker. *valid false: the frame breaks the protocol, and the worker is not believed any further.
 */
enum st_status scan_slot_message(
	struct scan *scan, struct scan_slot *slot, const struct message *message, bool *valid, struct st_error *err);

/* Hands over the parts that ended. */
void scan_slot_settle(struct scan *scan, struct scan_slot *slot);
/* What became of the helper that the worker asked for. */
void scan_slot_helped(const struct scan_slot *slot, const struct helping_result *result);
/* The reading ended with this result; the slot is idle again. */
void scan_slot_finish(struct scan *scan, struct scan_slot *slot, const struct casefile_object *result);
/* The object holds what `original` holds; the slot is idle again. */
void scan_slot_copy(struct scan *scan, struct scan_slot *slot, uint32_t original);

#endif
