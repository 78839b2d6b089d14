/*
 * git, asked about a repository that somebody else may have filled. It is run by its arguments, never by a shell, in a
 * jail in which it starts no other program (hooks, pagers, filters, textconv, helpers of remotes and credentials,
 * core.fsmonitor: git-config(1)), has no network (a partial clone fetches nothing) and writes no file. Settings of the
 * repository that would have it do any of these are overridden besides. Of the caller's environment it keeps what says
 * where the repository is, also while a push is in quarantine (git-receive-pack(1)), and whose it is (safe.directory).
 */
#ifndef STAUNCH_PROCESS_GIT_H
#define STAUNCH_PROCESS_GIT_H

#include "base/bytes.h"
#include "base/error.h"

struct git {
	bool unconfined;      /* --unconfined */
	uint64_t limit_bytes; /* of an answer */
};

/* Runs `git ARGUMENTS...` (NULL-ended, at most 24) in the current folder with input as its standard input and adds what
 * it writes to out. ST_WRONG with what git said when it ends with another status than 0; ST_FATAL when it is not
 * installed, or cannot be confined. */
enum st_status git_ask(const struct git *git, const char *const *arguments, struct st_span input, struct st_buf *out,
	struct st_error *err);

#endif
