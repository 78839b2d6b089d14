/* Options of the C API, as the functions that open with them read them. */
#ifndef STAUNCH_API_OPTIONS_H
#define STAUNCH_API_OPTIONS_H

#include "api/memory.h"
#include "redact/policy.h"
#include "staunch.h"

#define API_LIST_MOST 256 /* regions, own domains */

struct staunch_options {
	struct api_memory memory;
	struct redact_options redact; /* mode REDACT_ACTIONS: none asked for */
	uint8_t key[REDACT_KEY_BYTES];
	char *regions[API_LIST_MOST + 1], *own_domains[API_LIST_MOST + 1]; /* NULL-ended; owned */
	struct redact_policy *policy;
	struct detect_rules *rules;
	struct st_error error;
};

/* What to detect with; options may be NULL. */
struct detect_options api_detect_options(const struct staunch_options *options);

#endif
