/* --region and --own-domain of detect and redact. */
#ifndef STAUNCH_CLI_DETECT_OPTIONS_H
#define STAUNCH_CLI_DETECT_OPTIONS_H

#include "cli/cli.h"
#include "detect/detect.h"

/* Its lists are owned, also after a failure: false with a line on stderr. */
bool detect_options_read(const struct cli_arguments *arguments, struct detect_options *out);
void detect_options_free(struct detect_options *options);

#endif
