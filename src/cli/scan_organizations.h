/*
 * Organizations, least and most (contract 5), exactly and in bounded memory. The best figure is the number of
 * registrable domains. The least joins domains with the same name under different suffixes (fabrikam.com, fabrikam.it)
 * where one person has an address at both: the same local part of a first and a last name. The most adds names with a
 * legal form that are no domain's name.
 */
#ifndef STAUNCH_CLI_SCAN_ORGANIZATIONS_H
#define STAUNCH_CLI_SCAN_ORGANIZATIONS_H

#include "casefile/casefile.h"
#include "detect/detect.h"
#include "resolve/resolve.h"

struct scan_organizations;
struct scan_organizations *scan_organizations_open(const struct resolve_work *work, uint64_t next_run);
/* Each distinct address that counts for an organization, and its registrable domain. */
enum st_status scan_organizations_address(
	struct scan_organizations *organizations, struct st_span address, struct st_span domain, struct st_error *err);
/* Each distinct organization_name, canonical: in lower case, its legal form last. */
enum st_status scan_organizations_name(
	struct scan_organizations *organizations, struct st_span name, struct st_error *err);
/* Between: each distinct domain, in any order. */
enum st_status scan_organizations_domain(
	struct scan_organizations *organizations, struct st_span domain, struct st_error *err);
/* All were given once; now the addresses come again, for the least. */
enum st_status scan_organizations_settle(struct scan_organizations *organizations, struct st_error *err);
enum st_status scan_organizations_again(
	struct scan_organizations *organizations, struct st_span address, struct st_span domain, struct st_error *err);
/* best is given; min and max are filled in. */
enum st_status scan_organizations_finish(
	struct scan_organizations *organizations, struct casefile_range *range, struct st_error *err);
void scan_organizations_close(struct scan_organizations *organizations); /* NULL is fine */

#endif
