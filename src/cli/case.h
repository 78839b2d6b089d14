/* `staunch case ACTION` in parts: case.c knows the actions, one file each. */
#ifndef STAUNCH_CLI_CASE_H
#define STAUNCH_CLI_CASE_H

#include "cli/cli.h"

/* --- case_review.c: rules for what the data does not say whose it is --- */
int case_review(const struct cli_arguments *arguments);

#endif
