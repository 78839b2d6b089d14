/* A rules file in memory, and the search with it: what the engine knows of rules. */
#ifndef STAUNCH_DETECT_RULE_SET_H
#define STAUNCH_DETECT_RULE_SET_H

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include "detect/overlap.h"
#include "detect/rule_width.h"
#include "detect/rules.h"

enum rule_canonical { RULE_AS_IS, RULE_UPPER, RULE_DIGITS };

struct rule {
	char name[CEIL_RULE_NAME_BYTES + 1];
	enum detect_kind kind;
	enum rule_canonical canonical;
	uint8_t confidence;               /* hundredths */
	char *words[CEIL_RULE_WORDS + 1]; /* of its context, in lower case, NULL-ended; owned */
	struct rule_width width;
	pcre2_code *code;         /* for text that is valid UTF-8 */
	pcre2_code *careful_code; /* for other text: what is invalid ends a match */
};

struct detect_rules {
	struct rule list[CEIL_RULES];
	size_t count;
	pcre2_general_context *memory;
	pcre2_compile_context *compile;
};

/* --- rule_scan.c --- */

/* The text is searched in pieces that lie at the same offsets of the input however it was cut, each with as much around
 * it as rules may look at: PCRE2 is asked the same questions whatever the cutting. */
#define RULE_PIECE_BYTES 4096
#define RULE_BEFORE_BYTES 512

struct rule_state {
	uint64_t resume;    /* matches begin here or later */
	uint64_t exhausted; /* pieces whose rest was not searched: CEIL_RULE_STEPS */
};

struct rule_scan {
	const struct detect_rules *rules;
	struct rule_state *states;
	pcre2_match_data *match;
	pcre2_match_context *limits;
};
struct rule_scan *rule_scan_open(const struct detect_rules *rules);
void rule_scan_begin(struct rule_scan *scan); /* a new input */
/* Text from `at` on in the window; `size` bytes of it are there. */
struct rule_text {
	const uint8_t *data;
	uint64_t offset; /* of data[0] in the input */
	size_t size;
};
typedef void rule_found(void *context, const struct detect_candidate *candidate, enum detect_kind kind, uint64_t base);
/* Searches matches that begin in [from, to) of the input; the text holds RULE_BEFORE_BYTES before and
 * CEIL_DETECT_REACH_BYTES behind them, or the begin or the end of the input. */
void rule_scan_piece(struct rule_scan *scan, const struct rule_text *text, uint64_t from, uint64_t to, bool more,
	rule_found *found, void *context);
void rule_scan_close(struct rule_scan *scan); /* NULL is fine */

#endif
