/* The allow-lists of the roles that have one: what each may call whatever the arguments. The rest is confine_seccomp.c.
 */
#include "process/confine_layers.h"

#include <sys/syscall.h>

/* What a worker may call whatever the arguments. Not among them: stat and its kin, which would tell which files exist.
 */
static const int worker_calls[] = {
	__NR_read,           /* objects that are pipes; its limit is the descriptors it was handed */
	__NR_pread64,        /* objects that are files */
	__NR_close,          /* the object's descriptor */
	__NR_brk,            /* malloc */
	__NR_munmap,         /* free of large blocks */
	__NR_mremap,         /* realloc of large blocks; keeps the protection, so it makes nothing executable */
	__NR_madvise,        /* malloc gives pages back */
	__NR_futex,          /* pthread_once and locks inside libcrypto */
	__NR_clock_gettime,  /* pace of progress; a call where the clock is not in the vDSO */
	__NR_sysinfo,        /* qsort() of glibc asks how much memory it may take; no names, no paths */
	__NR_getrandom,      /* expat salts its tables of names, so that no document can make them slow */
	__NR_getpid,         /* abort(): so that a crash looks like a crash */
	__NR_gettid,         /* abort() */
	__NR_rt_sigprocmask, /* abort(); a blocked SIGSYS ends the process all the same */
	__NR_exit_group,     /* the end */
#if CONFINE_SANITIZED
	__NR_sigaltstack, /* asked for before every call that does not return */
#endif
};

/* What the fetch role may call whatever the arguments; its sockets and files: see fetch_rules. */
static const int fetch_calls[] = {
	/* sockets that it has, and memory that bodies are written to */
	__NR_read,
	__NR_readv,
	__NR_write,
	__NR_writev,
	__NR_pread64,
	__NR_lseek,
	__NR_close,
	__NR_fstat,
	__NR_newfstatat, /* fstat() of newer libc; the resolver looks whether its files changed */
	__NR_fcntl,
	__NR_memfd_create,
	__NR_connect,
	__NR_sendto,
	__NR_sendmsg,
	__NR_sendmmsg,
	__NR_recvfrom,
	__NR_recvmsg,
	__NR_getsockopt,
	__NR_setsockopt,
	__NR_getsockname,
	__NR_getpeername,
	__NR_shutdown,
	__NR_ppoll,
	/* memory */
	__NR_brk,
	__NR_munmap,
	__NR_mremap,
	__NR_madvise,
	__NR_futex,
	/* itself */
	__NR_clock_gettime,
	__NR_clock_nanosleep,
	__NR_gettimeofday,
	__NR_getrandom,
	__NR_sysinfo,
	__NR_uname,
	__NR_getpid,
	__NR_gettid,
	__NR_getuid,
	__NR_geteuid,
	__NR_rt_sigaction,
	__NR_rt_sigprocmask,
	__NR_rt_sigreturn,
	__NR_restart_syscall,
	__NR_exit_group,
#ifdef __x86_64__
	__NR_poll,
	__NR_time,
#endif
#if CONFINE_SANITIZED
	__NR_sigaltstack,
#endif
};

/* What the keyholder may call whatever the arguments: SQLite on its own files, sockets that it has, its memory. */
static const int keyholder_calls[] = {
	__NR_read,
	__NR_write,
	__NR_pread64,
	__NR_pwrite64,
	__NR_lseek,
	__NR_ftruncate,
	__NR_fsync,
	__NR_fdatasync,
	__NR_openat, /* which files is Landlock's to say, and where there is none, the user's rights' */
	__NR_close,
	__NR_fstat,
	__NR_newfstatat,
	__NR_fcntl, /* locks */
	__NR_fchmod,
	__NR_fchown,
	__NR_unlinkat,
	__NR_faccessat,
	__NR_faccessat2,
	__NR_readlinkat,
	__NR_accept4,
	__NR_sendto,
	__NR_sendmsg,
	__NR_recvmsg,
	__NR_ppoll,
	__NR_brk,
	__NR_munmap,
	__NR_mremap,
	__NR_madvise,
	__NR_futex,
	__NR_clock_gettime,
	__NR_clock_nanosleep, /* waiting for a lock */
	__NR_gettimeofday,
	__NR_getrandom,
	__NR_sysinfo,
	__NR_getpid,
	__NR_gettid,
	__NR_getuid,
	__NR_geteuid,
	__NR_rt_sigprocmask,
	__NR_rt_sigreturn,
	__NR_restart_syscall,
	__NR_exit_group,
#ifdef __x86_64__
	__NR_poll,
	__NR_open,
	__NR_stat,
	__NR_lstat,
	__NR_access,
	__NR_unlink,
	__NR_readlink,
	__NR_time,
#endif
#if CONFINE_SANITIZED
	__NR_sigaltstack,
#endif
};

/* What a courier may call whatever the arguments: it has frames to pass on, and letters to write. */
static const int courier_calls[] = {
	__NR_read, /* a signalfd(2) */
	__NR_write,
	__NR_close,
	__NR_fstat,
	__NR_fcntl,
	__NR_connect, /* unix sockets are all that it can make */
	__NR_sendmsg,
	__NR_recvmsg,
	__NR_sendto,
	__NR_recvfrom,
	__NR_ppoll,
	__NR_wait4, /* for the launcher, at the end */
	__NR_waitid,
	__NR_brk,
	__NR_munmap,
	__NR_mremap,
	__NR_madvise,
	__NR_futex,
	__NR_clock_gettime,
	__NR_clock_nanosleep,
	__NR_gettimeofday,
	__NR_getrandom,
	__NR_getpid,
	__NR_gettid,
	__NR_rt_sigaction,
	__NR_rt_sigprocmask,
	__NR_rt_sigreturn,
	__NR_restart_syscall,
	__NR_exit_group,
#ifdef __x86_64__
	__NR_poll,
	__NR_time,
#endif
#if CONFINE_SANITIZED
	__NR_sigaltstack,
#endif
};

/* What a process of the portal may call: libevent's loop, its connections, the keyholder's socket, the mapped indices.
 */
static const int portal_calls[] = {
	__NR_read,
	__NR_readv,
	__NR_write,
	__NR_writev,
	__NR_pread64,
	__NR_close,
	__NR_fcntl,
	__NR_fstat,
	__NR_newfstatat, /* fstat() of newer libc */
	__NR_accept4,
	__NR_sendto,
	__NR_sendmsg,
	__NR_recvfrom,
	__NR_recvmsg,
	__NR_getsockopt,
	__NR_setsockopt,
	__NR_getsockname,
	__NR_getpeername,
	__NR_shutdown,
	__NR_epoll_ctl,
	__NR_epoll_pwait,
	__NR_ppoll,
	/* memory */
	__NR_brk,
	__NR_munmap,
	__NR_mremap,
	__NR_madvise,
	__NR_futex,
	/* itself */
	__NR_clock_gettime,
	__NR_gettimeofday,
	__NR_getrandom,
	__NR_sysinfo,
	__NR_uname,
	__NR_getpid,
	__NR_gettid,
	__NR_rt_sigprocmask,
	__NR_rt_sigreturn,
	__NR_restart_syscall,
	__NR_exit_group,
#ifdef __x86_64__
	__NR_epoll_wait,
	__NR_poll,
	__NR_time,
#endif
#if CONFINE_SANITIZED
	__NR_sigaltstack,
#endif
};

/* What a proof of a domain may call: libunbound's and our own sockets, libevent's loop, one pipe, memory. */
static const int resolver_calls[] = {
	__NR_read,
	__NR_write,
	__NR_writev,
	__NR_close,
	__NR_fcntl,
	__NR_fstat,
	__NR_newfstatat, /* fstat() of newer libc */
	__NR_bind,       /* libunbound's own random ports */
	__NR_connect,
	__NR_sendto,
	__NR_sendmsg,
	__NR_recvfrom,
	__NR_recvmsg,
	__NR_getsockopt,
	__NR_setsockopt,
	__NR_getsockname,
	__NR_getpeername,
	__NR_shutdown,
	__NR_epoll_ctl,
	__NR_epoll_pwait,
	__NR_ppoll,
	/* memory */
	__NR_brk,
	__NR_munmap,
	__NR_mremap,
	__NR_madvise,
	__NR_futex,
	/* itself */
	__NR_clock_gettime,
	__NR_gettimeofday,
	__NR_getrandom,
	__NR_sysinfo,
	__NR_getpid,
	__NR_gettid,
	__NR_rt_sigprocmask,
	__NR_rt_sigreturn,
	__NR_restart_syscall,
	__NR_exit_group,
#ifdef __x86_64__
	__NR_epoll_wait,
	__NR_poll,
	__NR_time,
#endif
#if CONFINE_SANITIZED
	__NR_sigaltstack,
#endif
};

#define LISTED(calls) ((struct confine_calls){calls, sizeof(calls) / sizeof(calls)[0]})

struct confine_calls confine_calls(enum confine_role role)
{
	switch (role) {
	case CONFINE_WORKER:
		return LISTED(worker_calls);
	case CONFINE_FETCH:
		return LISTED(fetch_calls);
	case CONFINE_KEYHOLDER:
		return LISTED(keyholder_calls);
	case CONFINE_COURIER:
		return LISTED(courier_calls);
	case CONFINE_PORTAL:
		return LISTED(portal_calls);
	case CONFINE_RESOLVER:
		return LISTED(resolver_calls);
	default:
		return (struct confine_calls){0};
	}
}
