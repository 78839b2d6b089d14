/*
 * First wall: seccomp filters (seccomp(2)), built by libseccomp.
 *
 * worker: an allow-list, because it reads hostile bytes; what is not named below is refused. case and launcher: a
 * deny-list. They parse nothing from outside, and what they need is open-ended: SQLite and libcrypto call what their
 * build and the kernel suggest, and the launcher's filter is inherited by every role it starts, loader included. A
 * forgotten call there would cost a case; a forgotten call in the worker costs one object, with its name in the report.
 *
 * helper: an allow-list for programs of others, from what strace(1) saw them call. What is not on it is answered as a
 * kernel without the call would, so that another version of a library finds its way around; what only somebody who has
 * taken the program over would call ends it with SIGSYS.
 */
#include "process/confine_layers.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <seccomp.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* A signal handler has no argument of ours: the one place where the process keeps state outside a struct. Written
 * once, before the filter that makes the handler reachable. */
static volatile int report_socket = -1;
static volatile uint32_t report_frame_type;

/* For a role without a report: its user reads why it ended. Async-signal-safe. */
static void say_on_stderr(unsigned number)
{
	char text[] = "staunch: stopped by its own jail: system call     \n";
	for (size_t at = sizeof text - 3, digits = 0; digits < 4 && (number > 0 || digits == 0); digits++, number /= 10)
		text[at - digits] = (char)('0' + number % 10);
	ssize_t sent = write(STDERR_FILENO, text, sizeof text - 1);
	(void)sent; /* nothing is left to be done about it */
}

/* Async-signal-safe: one write, one exit. The frame is {u32 type, u32 size = 4, u32 number} (process/message.h). */
static void on_forbidden(int signal_number, siginfo_t *info, void *context)
{
	(void)signal_number;
	(void)context;
	uint32_t words[3] = {report_frame_type, 4, (uint32_t)info->si_syscall};
	uint8_t frame[sizeof words];
	for (size_t i = 0; i < sizeof frame; i++)
		frame[i] = (uint8_t)(words[i / 4] >> (8 * (i % 4)));
	if (report_socket < 0) {
		say_on_stderr(words[2]);
	} else if (report_frame_type != 0) {
		ssize_t sent = write(report_socket, frame, sizeof frame);
		(void)sent;
	}
	_exit(CONFINE_EXIT_FORBIDDEN);
}

/* What a helper may call: its loader, its files, its memory, its end. */
static const int helper_calls[] = {
	/* files: which ones is Landlock's to say */
	__NR_read,
	__NR_readv,
	__NR_pread64,
	__NR_write,
	__NR_writev,
	__NR_pwrite64,
	__NR_lseek,
	__NR_close,
	__NR_newfstatat,
	__NR_fstat,
	__NR_statx,
	__NR_fstatfs,
	__NR_faccessat,
	__NR_faccessat2,
	__NR_readlinkat,
	__NR_getdents64,
	__NR_fcntl,
	__NR_fadvise64,
	__NR_ftruncate,
	/* memory */
	__NR_brk,
	__NR_mmap,
	__NR_munmap,
	__NR_mremap,
	__NR_mprotect,
	__NR_madvise,
	__NR_futex,
	__NR_membarrier,
	/* itself */
	__NR_set_tid_address,
	__NR_set_robust_list,
	__NR_rseq,
	__NR_prlimit64,
	__NR_getrlimit,
	__NR_getrandom,
	__NR_getpid,
	__NR_gettid,
	__NR_getuid,
	__NR_geteuid,
	__NR_getgid,
	__NR_getegid,
	__NR_getrusage,
	__NR_times,
	__NR_uname,
	__NR_sysinfo,
	__NR_sched_getaffinity,
	__NR_sched_yield,
	__NR_clock_gettime,
	__NR_clock_getres,
	__NR_clock_nanosleep,
	__NR_gettimeofday,
	__NR_rt_sigaction,
	__NR_rt_sigprocmask,
	__NR_rt_sigreturn,
	__NR_sigaltstack,
	__NR_restart_syscall,
	__NR_exit,
	__NR_exit_group,
#ifdef __x86_64__
	__NR_arch_prctl,
	__NR_access,
	__NR_readlink,
	__NR_stat,
	__NR_lstat,
	__NR_time,
#endif
};

/* No helper starts another process or thread. */
static const int helper_denied_calls[] = {
	__NR_clone,
	__NR_clone3,
	__NR_execve,
	__NR_kill,
	__NR_tkill,
	__NR_tgkill, /* so abort() ends with SIGSYS: a crash all the same */
	__NR_socketpair,
	__NR_prctl,
	__NR_seccomp,
#ifdef __x86_64__
	__NR_fork,
	__NR_vfork,
#endif
};

/* Refused to case and launcher alike, but for the launcher of fetch, whose filter fetch inherits. */
static const int network_calls[] = {
	__NR_socket,
	__NR_connect,
};

/* Refused to case and launcher alike. */
static const int denied_calls[] = {
	/* the network */
	__NR_bind,
	__NR_listen,
	__NR_accept,
	__NR_accept4,
	/* other processes */
	__NR_ptrace,
	__NR_process_vm_readv,
	__NR_process_vm_writev,
	__NR_kcmp,
	__NR_pidfd_getfd,
	__NR_process_madvise,
	__NR_pidfd_send_signal,
	/* the file system as such, and ways to a file around its path */
	__NR_mount,
	__NR_umount2,
	__NR_pivot_root,
	__NR_chroot,
	__NR_move_mount,
	__NR_open_tree,
	__NR_fsopen,
	__NR_fsconfig,
	__NR_fsmount,
	__NR_fspick,
	__NR_mount_setattr,
	__NR_open_by_handle_at,
	__NR_fanotify_init,
	__NR_swapon,
	__NR_swapoff,
	__NR_quotactl,
	__NR_quotactl_fd,
	__NR_acct,
	__NR_mknodat,
	/* other name spaces */
	__NR_unshare,
	__NR_setns,
	__NR_personality,
	/* the kernel's own machinery: large, and with a long record of faults */
	__NR_bpf,
	__NR_perf_event_open,
	__NR_userfaultfd,
	__NR_io_uring_setup,
	__NR_io_uring_enter,
	__NR_io_uring_register,
	__NR_keyctl,
	__NR_add_key,
	__NR_request_key,
	__NR_io_setup,
	__NR_io_submit,
	__NR_init_module,
	__NR_finit_module,
	__NR_delete_module,
	__NR_kexec_load,
	__NR_kexec_file_load,
	/* the machine */
	__NR_reboot,
	__NR_settimeofday,
	__NR_clock_settime,
	__NR_adjtimex,
	__NR_clock_adjtime,
	__NR_sethostname,
	__NR_setdomainname,
	__NR_syslog,
	__NR_vhangup,
	__NR_lookup_dcookie,
	/* other users */
	__NR_setuid,
	__NR_setgid,
	__NR_setreuid,
	__NR_setregid,
	__NR_setresuid,
	__NR_setresgid,
	__NR_setgroups,
	__NR_setfsuid,
	__NR_setfsgid,
#ifdef __x86_64__
	__NR_modify_ldt,
	__NR_iopl,
	__NR_ioperm,
	__NR_mknod,
	__NR_uselib,
#endif
};

/* Refused to the case process besides: it starts nothing. capset is the worker's own, to give up what it has. */
static const int case_denied_calls[] = {
	__NR_execve,
	__NR_execveat,
	__NR_socketpair,
	__NR_tkill,
	__NR_capset,
#ifdef __x86_64__
	__NR_fork,
	__NR_vfork,
#endif
};

/* clone(2) flags that make name spaces; the headers of libc and kernel disagree on where they live. */
static const uint64_t name_space_flags[] = {
	0x00020000 /* NEWNS */,
	0x02000000 /* NEWCGROUP */,
	0x04000000 /* NEWUTS */,
	0x08000000 /* NEWIPC */,
	0x10000000 /* NEWUSER */,
	0x20000000 /* NEWPID */,
	0x40000000 /* NEWNET */,
};

/* Terminal requests that type into the user's shell (ioctl_tty(2)). */
static const uint64_t typing_requests[] = {TIOCSTI, 0x541C /* TIOCLINUX */};

/* The kernel takes the low half of an int argument, so the high half must not decide. */
static struct scmp_arg_cmp masked(unsigned argument, uint64_t mask, uint64_t value)
{
	return (struct scmp_arg_cmp){.arg = argument, .op = SCMP_CMP_MASKED_EQ, .datum_a = mask, .datum_b = value};
}

static struct scmp_arg_cmp equals(unsigned argument, uint32_t value)
{
	return masked(argument, UINT32_MAX, value);
}

static struct scmp_arg_cmp differs(unsigned argument, uint32_t value)
{
	return (struct scmp_arg_cmp){.arg = argument, .op = SCMP_CMP_NE, .datum_a = value, .datum_b = 0};
}

struct filter {
	scmp_filter_ctx context;
	int failed; /* the first error of libseccomp, negative errno; rules after it are not tried */
};

static void add(struct filter *f, uint32_t action, int call, unsigned count, const struct scmp_arg_cmp *arguments)
{
	if (f->failed == 0)
		f->failed = seccomp_rule_add_array(f->context, action, call, count, arguments);
}

static void add_all(struct filter *f, uint32_t action, const int *calls, size_t count)
{
	for (size_t i = 0; i < count; i++)
		add(f, action, calls[i], 0, NULL);
}

/* What the role may call whatever the arguments (confine_calls.c). */
static void add_listed(struct filter *f, enum confine_role role)
{
	struct confine_calls listed = confine_calls(role);
	add_all(f, SCMP_ACT_ALLOW, listed.list, listed.count);
}

static void add_if(struct filter *f, uint32_t action, int call, struct scmp_arg_cmp one)
{
	add(f, action, call, 1, &one);
}

/* Calls that a worker may make only with certain arguments. */
static void worker_rules(struct filter *f, int report_fd, int log_fd)
{
	uint32_t allow = SCMP_ACT_ALLOW;
	add_listed(f, CONFINE_WORKER);
	if (report_fd >= 0) {
		add_if(f, allow, __NR_write, equals(0, (uint32_t)report_fd));
		add_if(f, allow, __NR_sendmsg, equals(0, (uint32_t)report_fd));
		add_if(f, allow, __NR_recvmsg, equals(0, (uint32_t)report_fd));
	}
	if (log_fd > 0)
		add_if(f, allow, __NR_write, equals(0, (uint32_t)log_fd));
	/* New memory is private, of no file, and never executable. */
	struct scmp_arg_cmp map[] = {
		masked(2, PROT_EXEC, 0), masked(3, MAP_ANONYMOUS | MAP_PRIVATE, MAP_ANONYMOUS | MAP_PRIVATE)};
	add(f, allow, __NR_mmap, 2, map);
	add_if(f, allow, __NR_mprotect, masked(2, PROT_EXEC, 0));
	/* abort() signals this process, and no other. */
	struct scmp_arg_cmp abort_self[] = {equals(0, (uint32_t)getpid()), equals(2, SIGABRT)};
	add(f, allow, __NR_tgkill, 2, abort_self);
	/* The last words of libc before it aborts quote memory, and stderr may be a terminal: they are dropped, and the
	 * abort that follows is seen for what it is. */
	uint32_t mute = CONFINE_SANITIZED ? allow : SCMP_ACT_ERRNO(EBADF);
	add_if(f, mute, __NR_write, equals(0, STDERR_FILENO));
	add_if(f, mute, __NR_writev, equals(0, STDERR_FILENO));
}

/* Sockets of the internet; files for reading, which ones is Landlock's to say; no new code. */
static void fetch_rules(struct filter *f)
{
	uint32_t allow = SCMP_ACT_ALLOW;
	add_listed(f, CONFINE_FETCH);
	add_if(f, allow, __NR_socket, equals(0, AF_INET));
	add_if(f, allow, __NR_socket, equals(0, AF_INET6));
	/* libc asks the kernel for its addresses, and a cache of names for answers; it does without. */
	add_if(f, SCMP_ACT_ERRNO(EAFNOSUPPORT), __NR_socket, equals(0, AF_NETLINK));
	add_if(f, SCMP_ACT_ERRNO(EAFNOSUPPORT), __NR_socket, equals(0, AF_UNIX));
	add(f, SCMP_ACT_ERRNO(EACCES), __NR_socketpair, 0, NULL); /* libcurl wakes no other thread of ours */
	add(f, SCMP_ACT_ERRNO(EACCES), __NR_pipe2, 0, NULL);
	add(f, SCMP_ACT_ERRNO(EACCES), __NR_ioctl, 0, NULL);
	add(f, SCMP_ACT_ERRNO(EACCES), __NR_prctl, 0, NULL);
	add_if(f, allow, __NR_openat, masked(2, O_ACCMODE | O_CREAT | O_TRUNC, O_RDONLY));
	struct scmp_arg_cmp map[] = {
		masked(2, PROT_EXEC, 0), masked(3, MAP_ANONYMOUS | MAP_PRIVATE, MAP_ANONYMOUS | MAP_PRIVATE)};
	add(f, allow, __NR_mmap, 2, map);
	/* files that the resolver maps */
	struct scmp_arg_cmp map_file[] = {equals(2, PROT_READ), masked(3, MAP_ANONYMOUS | MAP_PRIVATE, MAP_PRIVATE)};
	add(f, allow, __NR_mmap, 2, map_file);
	add_if(f, allow, __NR_mprotect, masked(2, PROT_EXEC, 0));
	struct scmp_arg_cmp abort_self[] = {equals(0, (uint32_t)getpid()), equals(2, SIGABRT)};
	add(f, allow, __NR_tgkill, 2, abort_self);
}

/* No socket but those it was born with; no new code. */
static void keyholder_rules(struct filter *f)
{
	uint32_t allow = SCMP_ACT_ALLOW;
	add_listed(f, CONFINE_KEYHOLDER);
	add_if(f, allow, __NR_mmap, masked(2, PROT_EXEC, 0));
	add_if(f, allow, __NR_mprotect, masked(2, PROT_EXEC, 0));
	struct scmp_arg_cmp abort_self[] = {equals(0, (uint32_t)getpid()), equals(2, SIGABRT)};
	add(f, allow, __NR_tgkill, 2, abort_self);
	/* isatty() of stdio, when its output is a device such as /dev/null */
	add_if(f, SCMP_ACT_ERRNO(ENOTTY), __NR_ioctl, equals(1, TCGETS));
}

/* Unix sockets, for the keyholder's may be gone and come back; no new code. */
static void courier_rules(struct filter *f)
{
	uint32_t allow = SCMP_ACT_ALLOW;
	add_listed(f, CONFINE_COURIER);
	add_if(f, allow, __NR_socket, equals(0, AF_UNIX));
	struct scmp_arg_cmp map[] = {
		masked(2, PROT_EXEC, 0), masked(3, MAP_ANONYMOUS | MAP_PRIVATE, MAP_ANONYMOUS | MAP_PRIVATE)};
	add(f, allow, __NR_mmap, 2, map);
	add_if(f, allow, __NR_mprotect, masked(2, PROT_EXEC, 0));
	struct scmp_arg_cmp abort_self[] = {equals(0, (uint32_t)getpid()), equals(2, SIGABRT)};
	add(f, allow, __NR_tgkill, 2, abort_self);
}

/* Connections that come in on the listening socket; new sockets there are none. */
static void portal_rules(struct filter *f)
{
	uint32_t allow = SCMP_ACT_ALLOW;
	add_listed(f, CONFINE_PORTAL);
	add_if(f, allow, __NR_ioctl, equals(1, FIONREAD)); /* how much libevent may read */
	struct scmp_arg_cmp map[] = {
		masked(2, PROT_EXEC, 0), masked(3, MAP_ANONYMOUS | MAP_PRIVATE, MAP_ANONYMOUS | MAP_PRIVATE)};
	add(f, allow, __NR_mmap, 2, map);
	add_if(f, allow, __NR_mprotect, masked(2, PROT_EXEC, 0));
	struct scmp_arg_cmp abort_self[] = {equals(0, (uint32_t)getpid()), equals(2, SIGABRT)};
	add(f, allow, __NR_tgkill, 2, abort_self);
}

/* Datagrams and streams of the internet; no new code. */
static void resolver_rules(struct filter *f)
{
	uint32_t allow = SCMP_ACT_ALLOW;
	add_listed(f, CONFINE_RESOLVER);
	add_if(f, allow, __NR_socket, equals(0, AF_INET));
	add_if(f, allow, __NR_socket, equals(0, AF_INET6));
	struct scmp_arg_cmp map[] = {
		masked(2, PROT_EXEC, 0), masked(3, MAP_ANONYMOUS | MAP_PRIVATE, MAP_ANONYMOUS | MAP_PRIVATE)};
	add(f, allow, __NR_mmap, 2, map);
	add_if(f, allow, __NR_mprotect, masked(2, PROT_EXEC, 0));
	struct scmp_arg_cmp abort_self[] = {equals(0, (uint32_t)getpid()), equals(2, SIGABRT)};
	add(f, allow, __NR_tgkill, 2, abort_self);
}

/* What its children inherit is narrowed by their own filter: those of the portal accept connections, those of the
 * resolver make sockets and bind them. */
static void keeper_rules(struct filter *f, bool of_resolver)
{
	for (size_t i = 0; i < sizeof denied_calls / sizeof denied_calls[0]; i++)
		if (denied_calls[i] != (of_resolver ? __NR_bind : __NR_accept4))
			add(f, SCMP_ACT_TRAP, denied_calls[i], 0, NULL);
	add(f, SCMP_ACT_TRAP, __NR_execve, 0, NULL);
	add(f, SCMP_ACT_TRAP, __NR_execveat, 0, NULL);
	for (uint32_t family = 0; family < AF_MAX; family++)
		if (family != AF_UNIX && !(of_resolver && (family == AF_INET || family == AF_INET6)))
			add_if(f, SCMP_ACT_TRAP, __NR_socket, equals(0, family));
	add_if(f, SCMP_ACT_ERRNO(EPERM), __NR_mmap, masked(2, PROT_EXEC, PROT_EXEC));
	add_if(f, SCMP_ACT_ERRNO(EPERM), __NR_mprotect, masked(2, PROT_EXEC, PROT_EXEC));
	add(f, SCMP_ACT_ERRNO(ENOSYS), __NR_clone3, 0, NULL);
}

static void shared_denials(struct filter *f, uint32_t refuse)
{
	add_all(f, refuse, denied_calls, sizeof denied_calls / sizeof denied_calls[0]);
	for (size_t i = 0; i < sizeof typing_requests / sizeof typing_requests[0]; i++)
		add_if(f, refuse, __NR_ioctl, equals(1, (uint32_t)typing_requests[i]));
}

static void case_rules(struct filter *f)
{
	shared_denials(f, SCMP_ACT_TRAP);
	add_all(f, SCMP_ACT_TRAP, network_calls, sizeof network_calls / sizeof network_calls[0]);
	add_all(f, SCMP_ACT_TRAP, case_denied_calls, sizeof case_denied_calls / sizeof case_denied_calls[0]);
	/* Threads of its own, which sort and seal what it counts; a thread has this filter and these rights too. clone3
	 * keeps its flags in memory, where a filter cannot look; libc then takes clone. */
	add_if(f, SCMP_ACT_TRAP, __NR_clone, masked(0, CLONE_THREAD, 0));
	add(f, SCMP_ACT_ERRNO(ENOSYS), __NR_clone3, 0, NULL);
	/* Signals to itself only. */
	add_if(f, SCMP_ACT_TRAP, __NR_kill, differs(0, (uint32_t)getpid()));
	add_if(f, SCMP_ACT_TRAP, __NR_tgkill, differs(0, (uint32_t)getpid()));
	/* An error and no trap: libc loads a character set for a message of the user's locale, and does without. */
	add_if(f, SCMP_ACT_ERRNO(EPERM), __NR_mmap, masked(2, PROT_EXEC, PROT_EXEC));
	add_if(f, SCMP_ACT_ERRNO(EPERM), __NR_mprotect, masked(2, PROT_EXEC, PROT_EXEC));
	add_if(f, SCMP_ACT_ERRNO(EPERM), __NR_pkey_mprotect, masked(2, PROT_EXEC, PROT_EXEC));
}

static void launcher_rules(struct filter *f, bool of_fetch)
{
	shared_denials(f, SCMP_ACT_TRAP);
	if (!of_fetch)
		add_all(f, SCMP_ACT_TRAP, network_calls, sizeof network_calls / sizeof network_calls[0]);
	for (size_t i = 0; i < sizeof name_space_flags / sizeof name_space_flags[0]; i++)
		add_if(f, SCMP_ACT_TRAP, __NR_clone, masked(0, name_space_flags[i], name_space_flags[i]));
	/* Its flags stand in memory, where a filter cannot look; libc then takes clone. */
	add(f, SCMP_ACT_ERRNO(ENOSYS), __NR_clone3, 0, NULL);
}

static void helper_rules(struct filter *f, int program)
{
	uint32_t allow = SCMP_ACT_ALLOW, end = SCMP_ACT_KILL_PROCESS;
	add_all(f, allow, helper_calls, sizeof helper_calls / sizeof helper_calls[0]);
	shared_denials(f, end);
	add_all(f, end, network_calls, sizeof network_calls / sizeof network_calls[0]);
	add_all(f, end, helper_denied_calls, sizeof helper_denied_calls / sizeof helper_denied_calls[0]);
	/* Where no Landlock says which files may be written, none may. */
	struct scmp_arg_cmp reading = masked(2, O_ACCMODE | O_CREAT | O_TRUNC, O_RDONLY);
	if (confine_landlock_abi() > 0)
		add(f, allow, __NR_openat, 0, NULL);
	else
		add_if(f, allow, __NR_openat, reading);
	/* The one program, by its descriptor, which is closed behind it; a second attempt finds none. */
	struct scmp_arg_cmp own[] = {equals(0, (uint32_t)program), equals(4, AT_EMPTY_PATH)};
	add(f, allow, __NR_execveat, 2, own);
	/* isatty() of stdio */
	add_if(f, allow, __NR_ioctl, equals(1, TCGETS));
}

static enum st_status trap_signal(int report_fd, uint32_t report_type, struct st_error *err)
{
	report_socket = report_fd;
	report_frame_type = report_type;
	struct sigaction action = {.sa_sigaction = on_forbidden, .sa_flags = SA_SIGINFO};
	sigset_t set;
	sigemptyset(&set);
	sigaddset(&set, SIGSYS);
	if (sigaction(SIGSYS, &action, NULL) != 0 || sigprocmask(SIG_UNBLOCK, &set, NULL) != 0)
		return st_fail_errno(err, ST_FATAL, "seccomp: no handler for refused calls");
	return ST_OK;
}

/* For all roles: what is common to the filters. */
static struct filter begin_filter(uint32_t otherwise)
{
	struct filter f = {.context = seccomp_init(otherwise)};
	if (f.context == NULL) {
		f.failed = -ENOMEM;
		return f;
	}
	/* A call of another architecture (32-bit, x32) has other numbers: nobody of ours makes one. */
	f.failed = seccomp_attr_set(f.context, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS);
	if (f.failed == 0)
		f.failed = seccomp_attr_set(f.context, SCMP_FLTATR_CTL_OPTIMIZE, 2);
	return f;
}

static enum st_status load_filter(struct filter *f, struct st_error *err)
{
	if (f->failed == 0)
		f->failed = seccomp_load(f->context);
	seccomp_release(f->context);
	if (f->failed == 0)
		return ST_OK;
	errno = -f->failed;
	return st_fail_errno(err, ST_FATAL, "seccomp: the filter cannot be loaded");
}

enum st_status confine_seccomp(enum confine_role role, const struct confine_limits *limits, int report_fd,
	uint32_t report_type, struct st_error *err)
{
	ST_TRY(trap_signal(report_fd, report_type, err));
	uint32_t refuse = CONFINE_SANITIZED ? SCMP_ACT_ERRNO(EPERM) : SCMP_ACT_TRAP;
	bool listed = role == CONFINE_WORKER || role == CONFINE_FETCH || role == CONFINE_KEYHOLDER ||
		      role == CONFINE_COURIER || role == CONFINE_PORTAL || role == CONFINE_RESOLVER;
	struct filter f = begin_filter(listed ? refuse : SCMP_ACT_ALLOW);
	if (role == CONFINE_WORKER)
		worker_rules(&f, report_fd, limits != NULL ? limits->log_fd : 0);
	else if (role == CONFINE_CASE)
		case_rules(&f);
	else if (role == CONFINE_FETCH)
		fetch_rules(&f);
	else if (role == CONFINE_KEYHOLDER)
		keyholder_rules(&f);
	else if (role == CONFINE_COURIER)
		courier_rules(&f);
	else if (role == CONFINE_PORTAL)
		portal_rules(&f);
	else if (role == CONFINE_RESOLVER)
		resolver_rules(&f);
	else if (role == CONFINE_PORTAL_KEEPER || role == CONFINE_RESOLVER_KEEPER)
		keeper_rules(&f, role == CONFINE_RESOLVER_KEEPER);
	else
		launcher_rules(&f, role == CONFINE_LAUNCHER_OF_FETCH);
	return load_filter(&f, err);
}

enum st_status confine_seccomp_git(int program, struct st_error *err)
{
	uint32_t refuse = SCMP_ACT_ERRNO(EPERM);
	struct filter f = begin_filter(SCMP_ACT_ALLOW);
	shared_denials(&f, refuse);
	add_all(&f, refuse, network_calls, sizeof network_calls / sizeof network_calls[0]);
	add_all(&f, refuse, helper_denied_calls, sizeof helper_denied_calls / sizeof helper_denied_calls[0]);
	add_if(&f, refuse, __NR_execveat, differs(0, (uint32_t)program));
	return load_filter(&f, err);
}

/* --- a filter built once, loaded often --- */

struct confine_filter {
	struct sock_fprog program;
	struct sock_filter instructions[];
};

/* libseccomp gives the instructions to a descriptor only. */
static struct confine_filter *exported(scmp_filter_ctx context)
{
	struct stat st;
	st_auto_close int fd = memfd_create("filter", MFD_CLOEXEC);
	if (fd < 0 || seccomp_export_bpf(context, fd) != 0 || fstat(fd, &st) != 0)
		return NULL;
	size_t size = (size_t)st.st_size;
	struct confine_filter *filter = st_alloc(sizeof *filter + size);
	filter->program = (struct sock_fprog){
		.len = (unsigned short)(size / sizeof(struct sock_filter)), .filter = filter->instructions};
	if (size / sizeof(struct sock_filter) <= BPF_MAXINSNS &&
		st_pread_full(fd, filter->instructions, size, 0) == (ssize_t)size)
		return filter;
	free(filter);
	return NULL;
}

struct confine_filter *confine_helper_filter(int program)
{
	struct filter f = begin_filter(SCMP_ACT_ERRNO(ENOSYS));
	helper_rules(&f, program);
	struct confine_filter *filter = f.failed == 0 ? exported(f.context) : NULL;
	seccomp_release(f.context);
	return filter;
}

enum st_status confine_filter_load(const struct confine_filter *filter, struct st_error *err)
{
	if (filter == NULL || syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &filter->program) != 0)
		return st_fail_errno(err, ST_FATAL, "seccomp: the filter cannot be loaded");
	return ST_OK;
}
