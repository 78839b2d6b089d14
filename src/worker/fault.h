/* Planted faults for the tests of the jail: an object that begins with `STAUNCH-FAULT NAME` makes the worker do it.
 * Only with -Dfault_hooks=true; without it neither the code nor the mark is in the program. */
#ifndef STAUNCH_WORKER_FAULT_H
#define STAUNCH_WORKER_FAULT_H

#include "base/bytes.h"
#include "worker/outbox.h"

#ifdef STAUNCH_FAULT_HOOKS
void fault_check(struct outbox *out, const void *text, size_t size);
#else
static inline void fault_check(struct outbox *out, const void *text, size_t size)
{
	(void)out;
	(void)text;
	(void)size;
}
#endif

#endif
