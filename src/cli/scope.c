/* staunch scope init: a draft of scope.json. It is refused until a person has filled it in. */
#include "base/clock.h"
#include "cli/cli.h"
#include "probe/scope.h"

#include <stdio.h>

static int run(const struct cli_arguments *arguments)
{
	size_t count = cli_operand_count(arguments);
	if (strcmp(cli_operand(arguments, 0), "init") != 0)
		return cli_fail(CLI_WRONG, "scope knows one word: init TARGET...");
	if (count < 2)
		return cli_fail(CLI_WRONG, "scope init needs TARGET...");
	st_auto_free const char **targets = st_alloc_zero(count, sizeof *targets);
	for (size_t i = 1; i < count; i++) {
		struct probe_target target;
		struct st_error err = {0};
		targets[i - 1] = cli_operand(arguments, i);
		if (probe_target_parse(targets[i - 1], &target, &err) != ST_OK)
			return cli_fail_error(&err);
		probe_target_free(&target);
	}
	st_auto_buf struct st_buf out = {0};
	probe_scope_draft(targets, count - 1, st_utc_seconds(), &out);
	fwrite(out.data, 1, out.size, stdout);
	return CLI_OK;
}

const struct cli_command cli_command_scope = {
	.name = "scope",
	.summary = "a draft of the scope that a check needs: who allowed what, until when",
	.operands = "init TARGET...",
	.operands_min = 1,
	.operands_max = -1,
	.run = run,
};
