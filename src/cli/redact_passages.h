/*
 * Random passages of a redacted text, judged. The text is cut into passages of CEIL_ESTIMATE_PASSAGE_BYTES; some are
 * drawn, each byte of the text as likely as any other; a passage has residue when a value begins in it. The share of
 * such passages among all is what is estimated, with exact limits (hypergeometric: Buonaccorsi 1987;
 * resolve/estimate.h).
 */
#ifndef STAUNCH_CLI_REDACT_PASSAGES_H
#define STAUNCH_CLI_REDACT_PASSAGES_H

#include "detect/detect.h"
#include "judge/judge.h"

struct passages_options {
	int fd; /* of a regular file, read with pread(2) */
	uint64_t size_bytes;
	uint64_t wanted; /* passages; at most CEIL_ESTIMATE_PASSAGES; all where there are no more */
	uint64_t seed;
	const struct detect_options *detect; /* borrowed */
	uint64_t controls;                   /* invented values that are planted to try the judge */
};

/* What came out; plain numbers, so that it can pass through a pipe. */
struct passages_result {
	uint64_t passages, drawn;
	uint64_t residue;               /* drawn passages in which a value begins */
	uint64_t by_detectors;          /* those of them in which the detectors themselves still find one */
	uint64_t unread;                /* drawn, but no text: nothing can be said of them */
	uint64_t values[JUDGE_KINDS];   /* seen by the judge, by kind */
	uint64_t planted, planted_seen; /* controls */
	uint64_t clean, clean_accused;  /* controls of which everything but small words is masked; person only */
	uint64_t skipped;               /* passages of which the person said nothing; part of unread */
};

/* One drawn passage: its bytes are from `begin` to `end` of the text, the rest is context. */
struct passage {
	const uint8_t *text;
	size_t size, begin, end;
	bool no_text;      /* full of NUL or of bytes that are no UTF-8 */
	bool by_detectors; /* the detectors find a value that begins in it */
};
typedef void passages_each(void *context, const struct passage *passage);

/* Draws and reads passages in their order. False: an error of pread(2). */
bool passages_draw(const struct passages_options *options, uint64_t *passages, uint64_t *drawn, passages_each *each,
	void *context);
/* The same, judged by src/judge. */
bool passages_judge(const struct passages_options *options, struct passages_result *out);
/* Values seen by the judge that begin in the passage. */
size_t passage_values(const struct passage *passage, uint64_t values[JUDGE_KINDS]);

/* --- redact_controls.c: invented values --- */
struct control_rng {
	uint64_t state;
};
uint64_t control_next(struct control_rng *rng);                  /* splitmix64 (Steele, Lea, Flood 2014) */
uint64_t control_below(struct control_rng *rng, uint64_t bound); /* 0 for bound 0 */
/* An invented value in some written form, as redacted text may still hold it. */
void control_value(struct control_rng *rng, struct st_buf *out);
/* The text with an invented value put in at a blank of the passage; its place in *start and *end. */
void control_plant(
	struct control_rng *rng, const struct passage *passage, struct st_buf *out, size_t *start, size_t *end);

/* 95 % limits of the share: residue among all passages, those without an answer counted to the upper end. */
struct passages_limits {
	double share, low, high;
};
struct passages_limits passages_limits(const struct passages_result *result);
/* The same of the judge's recall, over its controls (Clopper and Pearson 1934, as drawn from very many). */
struct passages_limits passages_recall(const struct passages_result *result);

#endif
