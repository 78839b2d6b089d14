/* `staunch redact --estimate`: how much that is personal does a redacted text still hold? */
#ifndef STAUNCH_CLI_REDACT_ESTIMATE_H
#define STAUNCH_CLI_REDACT_ESTIMATE_H

#include "cli/cli.h"
#include "cli/redact_passages.h"

/* What the command's table of options takes over; `--format` is text or json here. */
/* clang-format off */
#define REDACT_ESTIMATE_OPTIONS \
	{.name = "estimate", .help = "how much that is personal does this redacted file still hold? with its 95 % interval"}, \
	{.name = "passages", .argument = "N", .help = "estimate: passages that are drawn (1,000; of a person 50)"}, \
	{.name = "seed", .argument = "N", .help = "estimate: another draw for another number"}, \
	{.name = "judge", .argument = "NAME", .help = "estimate: detector (another one than redacts) or person (asks you)"}
/* clang-format on */

/* Reads --passages, --seed, --judge, --format, -o is not taken; the operand is the redacted file. A cli_exit: 1
 * residue, 3 none was seen but some passages have no answer, 0 none was seen in any. */
int redact_estimate(const struct cli_arguments *arguments, const struct detect_options *detect);

enum estimate_judge { ESTIMATE_DETECTOR, ESTIMATE_PERSON };
struct estimate_answer {
	uint64_t seed, bytes;
	enum estimate_judge judge;
	struct passages_result result;
};
void estimate_text(const struct estimate_answer *answer, struct st_buf *out);
void estimate_json(const struct estimate_answer *answer, struct st_buf *out);

/* --- redact_person.c: a person at a terminal --- */
/* What is asked: drawn passages in which the detectors find nothing, controls among them, in a random order. */
enum item_class { ITEM_DRAWN, ITEM_PLANTED, ITEM_CLEAN, ITEM_CLASSES };
/* In the confined child: draws, plants, masks and writes the items to `to` behind their figures. False: an error. */
bool person_prepare(const struct passages_options *options, int to);
/* In the parent: shows one after another, blind, and reads y, n, s (skip) or q (the rest is skipped). False with *why:
 * what came is not what person_prepare writes, or nobody answers. */
bool person_ask(struct st_span items, int terminal, struct passages_result *out, const char **why);

#endif
