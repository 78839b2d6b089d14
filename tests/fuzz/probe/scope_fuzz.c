/* Any bytes as a scope, and as a target: they are one or they are not; what is one admits itself and is in bounds. */
#include "base/ceilings.h"
#include "probe/scope.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
	if (!holds)
		abort();
}

static void try_target(const uint8_t *data, size_t size)
{
	struct probe_target target, again;
	st_auto_free char *text = st_strndup((const char *)data, size < 4000 ? size : 4000);
	if (probe_target_parse(text, &target, NULL) != ST_OK)
		return;
	/* Its canonical form is a target, and the same one. */
	must(probe_target_parse(target.canonical, &again, NULL) == ST_OK);
	must(strcmp(target.canonical, again.canonical) == 0);
	must(probe_target_within(&target, &again) && probe_target_within(&again, &target));
	must(target.port > 0 && target.host[0] != 0 && (target.path[0] == 0 || target.path[0] == '/'));
	probe_target_free(&target);
	probe_target_free(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct probe_scope *scope = NULL;
	struct st_error err = {0};
	try_target(data, size);
	if (probe_scope_read((struct st_span){data, size}, &scope, &err) != ST_OK) {
		must(scope == NULL && err.what[0] != 0);
		return 0;
	}
	must(scope->target_count > 0 && scope->owner != NULL && scope->authoriser != NULL && scope->contact != NULL);
	must(scope->basis != PROBE_FINDER || scope->max_level <= PROBE_L2);
	must(scope->requests_per_second > 0 && scope->requests_per_second <= 100 && scope->budget_bytes > 0);
	for (size_t i = 0; i < scope->target_count; i++)
		must(probe_scope_admits(scope, &scope->targets[i]));
	probe_scope_free(scope);
	return 0;
}
