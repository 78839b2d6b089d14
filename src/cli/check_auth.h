/*
 * The file of `--auth`: credentials of the owner, and of a stranger. This process knows for which targets there are
 * some; what they are it reads again each time a fetch process is given one, and wipes at once.
 */
#ifndef STAUNCH_CLI_CHECK_AUTH_H
#define STAUNCH_CLI_CHECK_AUTH_H

#include "probe/auth.h"
#include "probe/scope.h"

struct check_auth;

/* ST_WRONG: no regular file of the caller's with mode 0600 or stricter, or not as staunch.auth/1 wants it; or the
 * scope's basis is finder. path NULL: *out NULL. Stays open until check_auth_close. */
enum st_status check_auth_open(
	const char *path, const struct probe_scope *scope, struct check_auth **out, struct st_error *err);
void check_auth_close(struct check_auth *auth); /* NULL is fine */
/* The credential that is written for the target, the one with the longest path; 0: none. auth may be NULL. */
uint32_t check_auth_find(const struct check_auth *auth, const struct probe_target *target, enum probe_as as);
/* Is it written for this path too? Questions to a server about itself may stand above it. */
bool check_auth_covers(const struct check_auth *auth, uint32_t credential, const char *url);
const char *check_auth_kind(const struct check_auth *auth, uint32_t credential); /* "aws-sigv4" */
/* Gives it to a fetch process that has just started. ST_WRONG: the file changed meanwhile. */
enum st_status check_auth_give(const struct check_auth *auth, uint32_t credential, int socket, struct st_error *err);

#endif
