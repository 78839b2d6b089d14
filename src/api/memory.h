/*
 * Memory of one object of the C API, and the way out when there is none.
 *
 * The code below the API ends the process when memory is lacking (st_alloc of base/bytes.h) or an invariant is broken:
 * right for a confined worker, wrong for a library. libstaunch is linked so that its own calls of malloc, free, _exit,
 * abort and the like come here (ld(1), --wrap): memory is entered in the books of the object at work, and what would
 * end the process frees all of these books and jumps back to the API function, which returns a status. Calls of other
 * libraries and of the program are not touched.
 */
#ifndef STAUNCH_API_MEMORY_H
#define STAUNCH_API_MEMORY_H

#include <setjmp.h>
#include <stdbool.h>
#include <stddef.h>

struct api_block; /* one entry: memory, or something with a function that frees it */

/* Zero-initialised is empty. */
struct api_memory {
	struct api_block *blocks; /* hash table by address */
	size_t count, capacity;
	int broken; /* the status of the failure that freed everything; 0: none */
	bool busy;  /* a call is at work */
};

/* Runs body(argument) with the books of memory: its status, or that of a failure below it. Refused (STAUNCH_WRONG)
 * while another call is at work on the same object, which a callback may try; after a failure always its status. */
int api_run(struct api_memory *memory, int (*body)(void *argument), void *argument);
/* For the objects themselves, which stay until they are closed; NULL when there is none. */
void *api_object(size_t size);
/* Frees all that is in the books, wiped, and the object. */
void api_object_free(struct api_memory *memory, void *object);

#endif
