/* What confine.c and its two kernel layers share; private to src/process. */
#ifndef STAUNCH_PROCESS_CONFINE_LAYERS_H
#define STAUNCH_PROCESS_CONFINE_LAYERS_H

#include "process/confine.h"

/* Sanitizers reserve terabytes of address space, attach to themselves and print reports: such a build keeps the rules
 * but answers forbidden calls with EPERM, and leaves the limits that would kill it. The jail itself is tested without.
 */
#if defined(__SANITIZE_ADDRESS__)
#define CONFINE_SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(memory_sanitizer) || __has_feature(thread_sanitizer)
#define CONFINE_SANITIZED 1
#endif
#endif
#ifndef CONFINE_SANITIZED
#define CONFINE_SANITIZED 0
#endif

/* Version of Landlock that the kernel speaks; 0 when it has none or has it switched off. */
int confine_landlock_abi(void);
/* Takes the file and TCP rights of the role away; ST_OK without effect where the kernel has no Landlock. */
enum st_status confine_landlock(enum confine_role role, const struct confine_limits *limits, struct st_error *err);
/* The same for a helper: its program, the loader and the libraries may be read, the first two executed. */
enum st_status confine_landlock_helper(int program, struct st_error *err);
/* The same for git: any file may be read, the program and the loader executed, nothing but /dev/null written. */
enum st_status confine_landlock_git(int program, struct st_error *err);
/* No process, no socket, no program but the one at this descriptor; all else as ever. Refused calls fail with EPERM. */
enum st_status confine_seccomp_git(int program, struct st_error *err);
/* Puts a filter built before in force. */
enum st_status confine_filter_load(const struct confine_filter *filter, struct st_error *err);
/* What a role with an allow-list may call whatever the arguments; none for the others. */
struct confine_calls {
	const int *list;
	size_t count;
};
struct confine_calls confine_calls(enum confine_role role);
/* Installs the SIGSYS handler and loads the role's filter. The last step: nothing after it may need another call. */
enum st_status confine_seccomp(enum confine_role role, const struct confine_limits *limits, int report_fd,
	uint32_t report_type, struct st_error *err);

#endif
