/*
 * Second wall: Landlock (landlock(7)). Raw system calls, because Debian 12 has no wrapper and its headers end at ABI 2
 * while newer kernels run under it; the constants are those of the kernel's public interface.
 */
#include "process/confine_layers.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <sys/syscall.h>
#include <unistd.h>

#define FS_TRUNCATE (1ULL << 14)  /* ABI 3 */
#define FS_IOCTL_DEV (1ULL << 15) /* ABI 5 */
#define NET_BIND_TCP (1ULL << 0)  /* ABI 4 */
#define NET_CONNECT_TCP (1ULL << 1)
#define SCOPE_ABSTRACT_UNIX (1ULL << 0) /* ABI 6 */
#define SCOPE_SIGNAL (1ULL << 1)

#define FS_ABI1 ((LANDLOCK_ACCESS_FS_MAKE_SYM << 1) - 1)
#define FS_READ (LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR)

/* struct landlock_ruleset_attr of ABI 6; older kernels are given its beginning. */
struct ruleset {
	uint64_t fs, net, scoped;
};

int confine_landlock_abi(void)
{
	long abi = syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
	return abi > 0 ? (int)abi : 0;
}

static uint64_t every_file_right(int abi)
{
	uint64_t rights = FS_ABI1;
	if (abi >= 2)
		rights |= LANDLOCK_ACCESS_FS_REFER;
	if (abi >= 3)
		rights |= FS_TRUNCATE;
	if (abi >= 5)
		rights |= FS_IOCTL_DEV;
	return rights;
}

/*
 * worker: every right is handled and none is given back; helper: see below. launcher: the whole tree may be read and
 * executed, as the program it starts needs its loader and libraries; nothing may be written. case: it may not execute
 * anything; moving files between folders must be given back, because Landlock denies it unless it is handled and
 * allowed.
 */
static struct ruleset role_rights(enum confine_role role, int abi)
{
	struct ruleset rights = {.fs = every_file_right(abi)};
	if (role == CONFINE_CASE)
		rights.fs = LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_REFER;
	if (abi >= 4)
		rights.net = NET_BIND_TCP | NET_CONNECT_TCP;
	if (abi >= 4 && role == CONFINE_LAUNCHER_OF_FETCH)
		rights.net = NET_BIND_TCP;
	if (abi >= 6 && (role == CONFINE_WORKER || role == CONFINE_HELPER || role == CONFINE_FETCH ||
				role == CONFINE_KEYHOLDER || role == CONFINE_COURIER || role == CONFINE_PORTAL ||
				role == CONFINE_RESOLVER || role == CONFINE_RESOLVER_KEEPER))
		rights.scoped = SCOPE_ABSTRACT_UNIX | SCOPE_SIGNAL;
	return rights;
}

/* Gives rights back for a file, or for a folder and all below it. */
static enum st_status allow(int ruleset, int place, uint64_t rights, struct st_error *err)
{
	struct landlock_path_beneath_attr rule = {.allowed_access = rights, .parent_fd = place};
	if (syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0) != 0)
		return st_fail_errno(err, ST_FATAL, "Landlock: the rule cannot be added");
	return ST_OK;
}

static enum st_status allow_everywhere(int ruleset, uint64_t rights, struct st_error *err)
{
	st_auto_close int root = open("/", O_PATH | O_CLOEXEC | O_DIRECTORY);
	if (root < 0)
		return st_fail_errno(err, ST_FATAL, "Landlock: the root folder cannot be opened");
	return allow(ruleset, root, rights, err);
}

/* What libc's own resolver asks (resolv.conf(5), hosts(5), gai.conf(5)); the targets of links count. */
static enum st_status allow_resolver(int ruleset, struct st_error *err)
{
	static const char *const places[] = {
		"/etc/resolv.conf", "/etc/hosts", "/etc/host.conf", "/etc/gai.conf", "/etc/nsswitch.conf"};
	for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
		st_auto_close int place = open(places[i], O_PATH | O_CLOEXEC);
		if (place >= 0)
			ST_TRY(allow(ruleset, place, LANDLOCK_ACCESS_FS_READ_FILE, err));
	}
	return ST_OK;
}

/* The database and the two files that SQLite makes beside it. */
static uint64_t keyholder_files(int abi)
{
	uint64_t rights = LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_READ_DIR |
			  LANDLOCK_ACCESS_FS_MAKE_REG | LANDLOCK_ACCESS_FS_REMOVE_FILE;
	return abi >= 3 ? rights | FS_TRUNCATE : rights;
}

#define RULE_NET_PORT 2
#define PORT_OF_NAMES 53

static enum st_status allow_port(int ruleset, uint16_t port, struct st_error *err)
{
	struct {
		uint64_t allowed, port;
	} rule = {NET_CONNECT_TCP, port};
	if (syscall(SYS_landlock_add_rule, ruleset, RULE_NET_PORT, &rule, 0) != 0)
		return st_fail_errno(err, ST_FATAL, "Landlock: the rule of a port cannot be added");
	return ST_OK;
}

/* The ports of the targets, and that of name servers: long answers come over TCP (RFC 7766). */
static enum st_status allow_ports(int ruleset, int abi, const struct confine_limits *limits, struct st_error *err)
{
	if (abi < 4)
		return ST_OK;
	for (size_t i = 0; i < limits->port_count; i++)
		ST_TRY(allow_port(ruleset, limits->ports[i], err));
	return allow_port(ruleset, PORT_OF_NAMES, err);
}

static enum st_status rule_set(const struct ruleset *rights, int abi, int *out, struct st_error *err)
{
	size_t size = abi >= 6 ? sizeof *rights : abi >= 4 ? 2 * sizeof(uint64_t) : sizeof(uint64_t);
	*out = (int)syscall(SYS_landlock_create_ruleset, rights, size, 0);
	return *out < 0 ? st_fail_errno(err, ST_FATAL, "Landlock: no rule set") : ST_OK;
}

static enum st_status no_landlock(struct st_error *err)
{
	return errno == ENOSYS || errno == EOPNOTSUPP ? ST_OK
						      : st_fail_errno(err, ST_FATAL, "Landlock does not answer");
}

enum st_status confine_landlock(enum confine_role role, const struct confine_limits *limits, struct st_error *err)
{
	int abi = confine_landlock_abi();
	if (abi == 0)
		return no_landlock(err);
	/* ABI 1 denies moving files between folders and knows no way to allow it: the case process does without. */
	if (role == CONFINE_CASE && abi < 2)
		return ST_OK;
	struct ruleset rights = role_rights(role, abi);
	st_auto_close int ruleset = -1;
	ST_TRY(rule_set(&rights, abi, &ruleset, err));
	if (role == CONFINE_LAUNCHER || role == CONFINE_LAUNCHER_OF_FETCH)
		ST_TRY(allow_everywhere(ruleset, FS_READ, err));
	if (role == CONFINE_FETCH)
		ST_TRY(allow_resolver(ruleset, err));
	if (role == CONFINE_FETCH || role == CONFINE_RESOLVER || role == CONFINE_RESOLVER_KEEPER)
		ST_TRY(allow_ports(ruleset, abi, limits, err));
	if (role == CONFINE_KEYHOLDER)
		ST_TRY(allow(ruleset, limits->folder, keyholder_files(abi), err));
	if (role == CONFINE_CASE)
		ST_TRY(allow_everywhere(ruleset, LANDLOCK_ACCESS_FS_REFER, err));
	if (role == CONFINE_PORTAL_KEEPER)
		ST_TRY(allow_everywhere(ruleset, LANDLOCK_ACCESS_FS_REMOVE_FILE, err));
	if (syscall(SYS_landlock_restrict_self, ruleset, 0) != 0)
		return st_fail_errno(err, ST_FATAL, "Landlock cannot be put in force");
	return ST_OK;
}

/* --- helpers --- */

#if defined(__x86_64__)
#define TRIPLE "x86_64-linux-gnu"
#define LOADER "/lib64/ld-linux-x86-64.so.2"
#elif defined(__aarch64__)
#define TRIPLE "aarch64-linux-gnu"
#define LOADER "/lib/ld-linux-aarch64.so.1"
#else
#error "where are the loader and the libraries on this architecture?"
#endif

/* What strace(1) saw pdftotext, pdfinfo, pdfdetach and qpdf open in the C locale; a place that is not there is left
 * out. */
static const struct {
	const char *path;
	uint64_t rights;
} helper_places[] = {
	{LOADER, LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_READ_FILE},
	{"/etc/ld.so.cache", LANDLOCK_ACCESS_FS_READ_FILE},
	{"/lib/" TRIPLE, LANDLOCK_ACCESS_FS_READ_FILE},
	{"/usr/lib/" TRIPLE, LANDLOCK_ACCESS_FS_READ_FILE},
	{"/lib64", LANDLOCK_ACCESS_FS_READ_FILE},
	{"/usr/lib64", LANDLOCK_ACCESS_FS_READ_FILE},
	/* tables for the character sets of Chinese, Japanese and Korean fonts (poppler-data) */
	{"/usr/share/poppler", LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR},
};

static enum st_status allow_helper_places(int ruleset, struct st_error *err)
{
	for (size_t i = 0; i < sizeof helper_places / sizeof helper_places[0]; i++) {
		st_auto_close int place = open(helper_places[i].path, O_PATH | O_CLOEXEC);
		if (place >= 0)
			ST_TRY(allow(ruleset, place, helper_places[i].rights, err));
	}
	return ST_OK;
}

enum st_status confine_landlock_helper(int program, struct st_error *err)
{
	int abi = confine_landlock_abi();
	if (abi == 0)
		return no_landlock(err);
	struct ruleset rights = role_rights(CONFINE_HELPER, abi);
	st_auto_close int ruleset = -1;
	ST_TRY(rule_set(&rights, abi, &ruleset, err));
	ST_TRY(allow(ruleset, program, LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_READ_FILE, err));
	ST_TRY(allow_helper_places(ruleset, err));
	if (syscall(SYS_landlock_restrict_self, ruleset, 0) != 0)
		return st_fail_errno(err, ST_FATAL, "Landlock cannot be put in force");
	return ST_OK;
}

/* --- git --- */

enum st_status confine_landlock_git(int program, struct st_error *err)
{
	static const uint64_t run = LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_READ_FILE;
	int abi = confine_landlock_abi();
	if (abi == 0)
		return no_landlock(err);
	struct ruleset rights = role_rights(CONFINE_HELPER, abi);
	st_auto_close int ruleset = -1;
	st_auto_close int loader = open(LOADER, O_PATH | O_CLOEXEC);
	st_auto_close int nothing = open("/dev/null", O_PATH | O_CLOEXEC);
	ST_TRY(rule_set(&rights, abi, &ruleset, err));
	ST_TRY(allow_everywhere(ruleset, LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR, err));
	ST_TRY(allow(ruleset, program, run, err));
	if (loader >= 0)
		ST_TRY(allow(ruleset, loader, run, err));
	if (nothing >= 0)
		ST_TRY(allow(ruleset, nothing, LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_WRITE_FILE, err));
	if (syscall(SYS_landlock_restrict_self, ruleset, 0) != 0)
		return st_fail_errno(err, ST_FATAL, "Landlock cannot be put in force");
	return ST_OK;
}
