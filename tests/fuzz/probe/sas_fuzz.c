/* Any bytes as a file of URLs with signatures: refused, or parted so that nothing told holds the signature, and the
 * query asks no question of its own. */
#include "probe/requests.h"
#include "probe/target.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
	if (!holds)
		abort();
}

static void check_one(const struct probe_target *target, const char *name)
{
	st_auto_buf struct st_buf told = {0}, wire = {0}, row = {0};
	const struct probe_sas *sas = target->sas;
	must(sas != NULL && strstr(target->canonical, sas->mark) != NULL && strstr(name, sas->mark) != NULL);
	probe_sas_tell(sas, &told);
	probe_row_url(target, probe_row_named("azure_sas.list"), &row);
	/* Short ones stand in any text, and a path may hold what it likes. */
	if (strlen(sas->signature) >= 12)
		must(!probe_sas_is_in(sas, told.data, told.size));
	must(strstr(sas->query, "comp=list") == NULL || strstr(sas->query, "rsc") != NULL);
	must(strpbrk(sas->query, " #?\r\n") == NULL);
	probe_request_wire(target, "/a?comp=list", &wire);
	must(wire.size == 13 + strlen(sas->query));
	must((int)probe_sas_lists(sas) + (int)probe_sas_reads(sas) + (int)probe_sas_writes(sas) >= 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct probe_signed_list list;
	struct st_error err = {0};
	if (probe_signed_read((struct st_span){data, size}, &list, &err) != ST_OK)
		return 0;
	for (size_t i = 0; i < list.count; i++)
		check_one(&list.targets[i], list.names[i]);
	probe_signed_free(&list);
	return 0;
}
