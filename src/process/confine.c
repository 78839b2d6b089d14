/* Puts a role into its jail, layer by layer; the first step that fails ends the attempt and the role must not run. */
#include "process/confine.h"

#include "process/confine_layers.h"

#include <linux/capability.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Descriptors a worker may hold: 0 to 3, the object's, and what helpers gave for each document around the one that it
 * reads. */
#define WORKER_DESCRIPTORS 64

static enum st_status limit(int resource, rlim_t value, const char *name, struct st_error *err)
{
	struct rlimit old;
	if (getrlimit(resource, &old) != 0)
		return st_fail_errno(err, ST_FATAL, "the limit %s cannot be read", name);
	if (old.rlim_max < value)
		value = old.rlim_max;
	struct rlimit set = {.rlim_cur = value, .rlim_max = value};
	if (setrlimit(resource, &set) != 0)
		return st_fail_errno(err, ST_FATAL, "the limit %s cannot be set", name);
	return ST_OK;
}

/* Below a hard limit that stays. */
static enum st_status limit_softly(int resource, rlim_t value, const char *name, struct st_error *err)
{
	struct rlimit set;
	if (getrlimit(resource, &set) != 0)
		return st_fail_errno(err, ST_FATAL, "the limit %s cannot be read", name);
	set.rlim_cur = value < set.rlim_max ? value : set.rlim_max;
	if (setrlimit(resource, &set) != 0)
		return st_fail_errno(err, ST_FATAL, "the limit %s cannot be set", name);
	return ST_OK;
}

static enum st_status limit_worker(const struct confine_limits *limits, struct st_error *err)
{
	ST_TRY(limit(RLIMIT_NOFILE, WORKER_DESCRIPTORS, "RLIMIT_NOFILE", err));
	ST_TRY(limit(RLIMIT_NPROC, 0, "RLIMIT_NPROC", err));
	ST_TRY(limit(RLIMIT_MEMLOCK, 0, "RLIMIT_MEMLOCK", err));
	if (CONFINE_SANITIZED)
		return ST_OK;
	ST_TRY(limit(RLIMIT_FSIZE, 0, "RLIMIT_FSIZE", err));
	if (limits != NULL && limits->memory_bytes > 0)
		ST_TRY(limit(RLIMIT_AS, (rlim_t)limits->memory_bytes, "RLIMIT_AS", err));
	return ST_OK;
}

/* What a helper may hold open: its libraries one after the other, tables for fonts, what it was handed. */
#define HELPER_DESCRIPTORS 32

static enum st_status limit_helper(const struct confine_limits *limits, struct st_error *err)
{
	ST_TRY(limit(RLIMIT_NOFILE, HELPER_DESCRIPTORS, "RLIMIT_NOFILE", err));
	ST_TRY(limit(RLIMIT_NPROC, 0, "RLIMIT_NPROC", err));
	ST_TRY(limit(RLIMIT_MEMLOCK, 0, "RLIMIT_MEMLOCK", err));
	/* At the soft limit SIGXCPU, which says what it was; at the hard one SIGKILL. */
	ST_TRY(limit(RLIMIT_CPU, (rlim_t)limits->cpu_s + 2, "RLIMIT_CPU", err));
	ST_TRY(limit_softly(RLIMIT_CPU, (rlim_t)limits->cpu_s, "RLIMIT_CPU", err));
	ST_TRY(limit(RLIMIT_FSIZE, (rlim_t)limits->output_bytes, "RLIMIT_FSIZE", err));
	if (CONFINE_SANITIZED) /* the child of an instrumented launcher has more already */
		return ST_OK;
	return limit(RLIMIT_AS, (rlim_t)limits->memory_bytes, "RLIMIT_AS", err);
}

/* Its socket, the server's, the body's, what libcurl wakes itself with, the resolver's. */
#define FETCH_DESCRIPTORS 32

static enum st_status limit_fetch(const struct confine_limits *limits, struct st_error *err)
{
	ST_TRY(limit(RLIMIT_NOFILE, FETCH_DESCRIPTORS, "RLIMIT_NOFILE", err));
	ST_TRY(limit(RLIMIT_NPROC, 0, "RLIMIT_NPROC", err));
	ST_TRY(limit(RLIMIT_MEMLOCK, 0, "RLIMIT_MEMLOCK", err));
	if (CONFINE_SANITIZED)
		return ST_OK;
	ST_TRY(limit(RLIMIT_FSIZE, (rlim_t)limits->output_bytes, "RLIMIT_FSIZE", err));
	return limit(RLIMIT_AS, (rlim_t)limits->memory_bytes, "RLIMIT_AS", err);
}

/* Connections that nginx keeps open, the keyholder's, libevent's own. */
#define PORTAL_DESCRIPTORS 1024
/* Its indices are mapped and read only: what counts is what it writes. */
#define PORTAL_DATA_BYTES (512ull * 1024 * 1024)

static enum st_status limit_portal(struct st_error *err)
{
	ST_TRY(limit(RLIMIT_NOFILE, PORTAL_DESCRIPTORS, "RLIMIT_NOFILE", err));
	ST_TRY(limit(RLIMIT_NPROC, 0, "RLIMIT_NPROC", err));
	ST_TRY(limit(RLIMIT_MEMLOCK, 0, "RLIMIT_MEMLOCK", err));
	if (CONFINE_SANITIZED)
		return ST_OK;
	ST_TRY(limit(RLIMIT_FSIZE, 0, "RLIMIT_FSIZE", err));
	return limit(RLIMIT_DATA, PORTAL_DATA_BYTES, "RLIMIT_DATA", err);
}

/* A socket for each address of a zone's name servers, and libunbound's own. */
#define RESOLVER_DESCRIPTORS 192

static enum st_status limit_resolver(const struct confine_limits *limits, struct st_error *err)
{
	ST_TRY(limit(RLIMIT_NOFILE, RESOLVER_DESCRIPTORS, "RLIMIT_NOFILE", err));
	ST_TRY(limit(RLIMIT_NPROC, 0, "RLIMIT_NPROC", err));
	ST_TRY(limit(RLIMIT_MEMLOCK, 0, "RLIMIT_MEMLOCK", err));
	ST_TRY(limit(RLIMIT_CPU, (rlim_t)limits->cpu_s, "RLIMIT_CPU", err));
	if (CONFINE_SANITIZED)
		return ST_OK;
	ST_TRY(limit(RLIMIT_FSIZE, 0, "RLIMIT_FSIZE", err));
	return limit(RLIMIT_AS, (rlim_t)limits->memory_bytes, "RLIMIT_AS", err);
}

/* Started by root, a worker is root without root's rights (capabilities(7)). */
static enum st_status drop_capabilities(struct st_error *err)
{
	struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct none[_LINUX_CAPABILITY_U32S_3] = {{0}};
	if (syscall(SYS_capset, &header, none) != 0)
		return st_fail_errno(err, ST_FATAL, "the capabilities cannot be dropped");
	return ST_OK;
}

enum st_status confine(enum confine_role role, const struct confine_limits *limits, int report_fd, uint32_t report_type,
	struct st_error *err)
{
	confine_harden();
	ST_TRY(limit(RLIMIT_CORE, 0, "RLIMIT_CORE", err));
	if (!CONFINE_SANITIZED && prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) != 0)
		return st_fail(err, ST_FATAL, "the process stays dumpable");
	if (role == CONFINE_WORKER) {
		ST_TRY(limit_worker(limits, err));
		ST_TRY(drop_capabilities(err));
	} else if (role == CONFINE_FETCH) {
		ST_TRY(limit_fetch(limits, err));
		ST_TRY(drop_capabilities(err));
	} else if (role == CONFINE_KEYHOLDER || role == CONFINE_COURIER) {
		ST_TRY(limit(RLIMIT_NPROC, 0, "RLIMIT_NPROC", err));
		ST_TRY(drop_capabilities(err));
	} else if (role == CONFINE_PORTAL) {
		ST_TRY(limit_portal(err));
		ST_TRY(drop_capabilities(err));
	} else if (role == CONFINE_RESOLVER) {
		ST_TRY(limit_resolver(limits, err));
		ST_TRY(drop_capabilities(err));
	} else if (role == CONFINE_RESOLVER_KEEPER) {
		ST_TRY(drop_capabilities(err));
	} else if (role == CONFINE_HELPER) {
		ST_TRY(limit_helper(limits, err));
		ST_TRY(drop_capabilities(err));
	}
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
		return st_fail_errno(err, ST_FATAL, "no_new_privs cannot be set");
	ST_TRY(role == CONFINE_HELPER ? confine_landlock_helper(limits->program, err)
				      : confine_landlock(role, limits, err));
	return role == CONFINE_HELPER ? confine_filter_load(limits->filter, err)
				      : confine_seccomp(role, limits, report_fd, report_type, err);
}

enum st_status confine_git(int program, uint64_t output_bytes, uint64_t cpu_s, struct st_error *err)
{
	confine_harden();
	ST_TRY(limit(RLIMIT_CORE, 0, "RLIMIT_CORE", err));
	ST_TRY(limit(RLIMIT_CPU, (rlim_t)cpu_s, "RLIMIT_CPU", err));
	ST_TRY(limit(RLIMIT_FSIZE, (rlim_t)output_bytes, "RLIMIT_FSIZE", err));
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
		return st_fail_errno(err, ST_FATAL, "no_new_privs cannot be set");
	ST_TRY(confine_landlock_git(program, err));
	return confine_seccomp_git(program, err);
}

void confine_harden(void)
{
	struct rlimit none = {0, 0};
	(void)setrlimit(RLIMIT_CORE, &none);
	/* LeakSanitizer attaches to its own process, which a process that is not dumpable refuses. */
	if (!CONFINE_SANITIZED)
		(void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
	signal(SIGPIPE, SIG_IGN);
}

struct confine_layers confine_available(void)
{
	uint32_t action = SECCOMP_RET_TRAP;
	return (struct confine_layers){
		.seccomp = syscall(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, &action) == 0,
		.landlock_abi = confine_landlock_abi(),
		.no_new_privs = prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) >= 0,
	};
}
