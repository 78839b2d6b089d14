/*
 * What a worker tells of the case numbers of one part, so that the case process knows which templates have five values
 * in a store: at most five different ones of each template, since those say it all.
 */
#ifndef STAUNCH_WORKER_CASE_TEMPLATES_H
#define STAUNCH_WORKER_CASE_TEMPLATES_H

#include "base/hash.h"
#include "detect/detect.h"

#define CASE_TEMPLATE_SLOTS 64
#define CASE_TEMPLATES_BYTES (2 * DETECT_TEMPLATE_BYTES + 1)

/* Zero-initialised is empty. A template that takes the slot of another only makes some values be told again. */
struct case_templates {
	struct {
		uint8_t digest[ST_DIGEST_BYTES];
		uint8_t values[DETECT_CASES_OF_TEMPLATE][ST_DIGEST_BYTES], count;
	} slots[CASE_TEMPLATE_SLOTS];
	bool used;
};

/* A new part. */
void case_templates_begin(struct case_templates *told);
/* The row of DETECT_CASE_TEMPLATE that this value makes, in out; its size, 0 when there is nothing to tell. */
size_t case_templates_row(struct case_templates *told, struct st_span canonical, uint8_t out[CASE_TEMPLATES_BYTES]);

#endif
