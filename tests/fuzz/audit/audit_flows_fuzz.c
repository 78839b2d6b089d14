/*
 * Any bytes as a file of exceptions or of flows to keep; what is taken of them cuts a row that is open to everybody
 * into pieces which share nothing and together are the row again.
 */
#include "audit/flows.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
	if (!holds)
		abort();
}

static void cut(struct audit_flows *flows)
{
	struct audit_store store = {
		.name = audit_span("es"), .id = audit_intern(&flows->words, AUDIT_LITERAL, audit_span("es"))};
	struct audit_tags tags = {.count = 0};
	struct audit_cluster all = {.verdict = AUDIT_OPEN};
	struct audit_reach_row row = {.cluster = &all};
	struct audit_pieces pieces;
	struct audit_set lines = {0}, sources = {0}, scratch = {0};
	audit_internet(&all.sources, 0);
	audit_set_add(&row.lines, 0, AUDIT_LINE_END - 1);
	audit_flows_cut(flows, &store, &tags, &row, &pieces);
	for (uint32_t i = 0; i < pieces.count; i++) {
		must(pieces.items[i].lines.count > 0 && pieces.items[i].sources.count > 0);
		must(!pieces.items[i].held || pieces.items[i].exception < flows->count);
		audit_set_join(&lines, &pieces.items[i].lines, &scratch);
		audit_set_join(&sources, &pieces.items[i].sources, &scratch);
		for (uint32_t j = 0; j < i && pieces.count < 200; j++)
			must(!audit_set_meets(&pieces.items[i].lines, &pieces.items[j].lines) ||
				!audit_set_meets(&pieces.items[i].sources, &pieces.items[j].sources));
	}
	must(audit_set_equal(&lines, &row.lines) && audit_set_equal(&sources, &all.sources));
	audit_pieces_free(&pieces);
	audit_set_free(&lines);
	audit_set_free(&sources);
	audit_set_free(&scratch);
	audit_set_free(&all.sources);
	audit_set_free(&row.lines);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct audit_flows flows;
	struct st_error err = {0};
	if (size > 16384)
		return 0;
	for (int kind = AUDIT_EXCEPTIONS; kind <= AUDIT_KEEP; kind++) {
		if (audit_flows_read((struct st_span){data, size}, (enum audit_flows_kind)kind, 1600000000, &flows,
			    &err) != ST_OK)
			continue;
		cut(&flows);
		audit_flows_free(&flows);
	}
	return 0;
}
