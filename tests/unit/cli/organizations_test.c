/* Organizations, least and most: what joins domains, what does not, and which names are no domain's. */
#include "cli/scan_organizations.h"

#include "../resolve/fixture.h"

struct world {
	const char *addresses[8], *names[8];
	uint64_t min, best, max;
};

static struct st_span domain_of(const char *address)
{
	return span_of(strchr(address, '@') + 1);
}

static enum st_status count(struct folder *folder, const struct world *world, struct casefile_range *range)
{
	struct st_error err = {0};
	struct scan_organizations *o = scan_organizations_open(&folder->work, 1);
	enum st_status status = ST_OK;
	for (const char *const *a = world->addresses; *a != NULL && status == ST_OK; a++)
		status = scan_organizations_address(o, span_of(*a), domain_of(*a), &err);
	for (const char *const *name = world->names; *name != NULL && status == ST_OK; name++)
		status = scan_organizations_name(o, span_of(*name), &err);
	range->best = 0;
	for (const char *const *a = world->addresses; *a != NULL && status == ST_OK; a++) {
		bool first = true;
		for (const char *const *b = world->addresses; b < a; b++)
			first = first && strcmp(strchr(*a, '@'), strchr(*b, '@')) != 0;
		range->best += first;
		if (first)
			status = scan_organizations_domain(o, domain_of(*a), &err);
	}
	if (status == ST_OK)
		status = scan_organizations_settle(o, &err);
	for (const char *const *a = world->addresses; *a != NULL && status == ST_OK; a++)
		status = scan_organizations_again(o, span_of(*a), domain_of(*a), &err);
	if (status == ST_OK)
		status = scan_organizations_finish(o, range, &err);
	scan_organizations_close(o);
	return status;
}

static const struct world worlds[] = {
	/* one person at two domains of one name joins them */
	{{"anna.rossi@fabrikam.com", "anna.rossi@fabrikam.it"}, {NULL}, 1, 2, 2},
	{{"anna.rossi@fabrikam.com", "anna.rossi@fabrikam.it", "max.pohl@fabrikam.it", "max.pohl@fabrikam.de"}, {NULL},
		1, 3, 3},
	/* another name, a first name, a role, no shared person: nothing is joined */
	{{"anna.rossi@fabrikam.com", "anna.rossi@adatum.com"}, {NULL}, 2, 2, 2},
	{{"anna@fabrikam.com", "anna@fabrikam.it"}, {NULL}, 2, 2, 2},
	{{"info@fabrikam.com", "info@fabrikam.it"}, {NULL}, 2, 2, 2},
	{{"no-reply@fabrikam.com", "no-reply@fabrikam.it"}, {NULL}, 2, 2, 2},
	{{"anna.rossi@fabrikam.com", "anna.neri@fabrikam.it"}, {NULL}, 2, 2, 2},
	{{"a.rossi@fabrikam.com", "a.rossi@fabrikam.it"}, {NULL}, 2, 2, 2},
	{{"anna.rossi+x@fabrikam.com", "anna.rossi+x@fabrikam.it"}, {NULL}, 2, 2, 2},
	/* names with a legal form count where no domain has their name */
	{{"anna@fabrikam.com"}, {"fabrikam spa", "fabrikam ltd", "northwind traders inc"}, 1, 1, 2},
	{{"anna@northwind-traders.com"}, {"northwind traders inc"}, 1, 1, 1},
	{{NULL}, {"wingtip toys gmbh", "wingtip toys ltd", "adatum srl"}, 0, 0, 2},
	{{NULL}, {NULL}, 0, 0, 0},
};

static void domains_are_joined_by_persons_and_names_counted_against_domains(void)
{
	for (size_t i = 0; i < sizeof worlds / sizeof worlds[0]; i++) {
		struct folder folder;
		struct casefile_range got;
		CHECK(folder_open(&folder));
		CHECK_INT(count(&folder, &worlds[i], &got), ST_OK);
		if (got.min != worlds[i].min || got.best != worlds[i].best || got.max != worlds[i].max)
			CHECK_FAIL("world %zu: %d %d %d", i, (int)got.min, (int)got.best, (int)got.max);
		folder_close(&folder);
	}
}

int main(void)
{
	RUN(domains_are_joined_by_persons_and_names_counted_against_domains);
	CHECK_END();
}
