/*
 * The jail of each role (DESIGN 5). Confinement fails closed: any step that fails is an error and the role must not
 * run. Layers: no_new_privs, not dumpable, no core files, resource limits, Landlock where the kernel has it, a seccomp
 * allow-list. Sources: seccomp(2), landlock(7), prctl(2), setrlimit(2).
 */
#ifndef STAUNCH_PROCESS_CONFINE_H
#define STAUNCH_PROCESS_CONFINE_H

#include "base/bytes.h"
#include "base/error.h"

enum confine_role {
	CONFINE_WORKER,   /* reads descriptors it has, writes its socket and the memory it has; no open, socket, exec,
			     fork */
	CONFINE_CASE,     /* opens files; no sockets, no exec, no fork; threads of its own */
	CONFINE_LAUNCHER, /* forks and execs; no sockets but the pair it makes */
	CONFINE_LAUNCHER_OF_FETCH, /* the same, but what it starts may have sockets: a filter is inherited. Case process
				      and workers have none all the same, by their own filters. */
	CONFINE_FETCH,     /* sockets of the internet families; reads the resolver's files; writes memory, no file; no
			      exec, no fork */
	CONFINE_KEYHOLDER, /* takes connections on sockets that it has; writes the files of one folder; no new socket,
			      no network, no exec, no fork */
	CONFINE_COURIER, /* connects to unix sockets and to no others, talks to its launcher; no file, no exec, no fork
			  */
	CONFINE_PORTAL,  /* answers HTTP on a socket it has and talks over another one; makes none; no file, no exec, no
			    fork */
	CONFINE_PORTAL_KEEPER,   /* forks such processes and connects them, by unix sockets alone; no exec; of files it
				    can only remove one, its own socket */
	CONFINE_RESOLVER,        /* asks name servers: sockets of the internet families, by TCP to the ports of
				    confine_limits; no file, no exec, no fork */
	CONFINE_RESOLVER_KEEPER, /* forks such processes and talks to the keyholder; no file, no exec; sockets as they
				    have, for a filter is inherited */
	CONFINE_HELPER, /* a program of others, between fork and exec: executes what confine_limits name, reads its
			   libraries, writes what it was handed; a forbidden call ends it with SIGSYS or fails */
};

/* For git, between fork and exec: the program behind this descriptor and nothing else is executed, with execveat(2); it
 * starts no process, has no sockets, reads files and writes none but what it was handed, up to output_bytes. */
enum st_status confine_git(int program, uint64_t output_bytes, uint64_t cpu_s, struct st_error *err);

/* The seccomp filter of helpers: 4 ms to build, as much as it takes to start one, so it is built once. */
struct confine_filter;
/* For a program at this descriptor, which is closed by its execution. NULL on failure; the caller frees. */
struct confine_filter *confine_helper_filter(int program);

struct confine_limits {
	uint64_t memory_bytes; /* address space; 0 leaves it */
	int log_fd;            /* worker: a second descriptor that it may write to; 0 none */
	uint64_t output_bytes; /* helper, fetch: size of what it writes */
	/* fetch, resolver and its keeper: TCP ports that they may connect to, where the kernel's Landlock knows ports
	 * (ABI 4) */
	const uint16_t *ports;
	size_t port_count;
	int folder;     /* keyholder only: descriptor of the folder of its state */
	uint64_t cpu_s; /* helper, resolver: processor time */
	/* helper only */
	int program;                         /* descriptor of the one program it may execute, with execveat(2) */
	const struct confine_filter *filter; /* for the same descriptor */
};

/* Exit status of a process stopped by its own jail: it tried a forbidden call and said so first where it could. */
#define CONFINE_EXIT_FORBIDDEN 78

/* Confines the calling process for good. A forbidden call is not carried out: in a worker its number is sent as a frame
 * of type report_type (0: none) to report_fd (-1: a line on stderr instead) and the process ends with
 * CONFINE_EXIT_FORBIDDEN. */
enum st_status confine(enum confine_role role, const struct confine_limits *limits, int report_fd, uint32_t report_type,
	struct st_error *err);
/* For every role, the first thing main does: no core files, not dumpable, SIGPIPE ignored. */
void confine_harden(void);

struct confine_layers {
	bool seccomp;
	int landlock_abi; /* 0: the kernel has none */
	bool no_new_privs;
};
/* What this machine offers (doctor). Asks the kernel, changes nothing. */
struct confine_layers confine_available(void);
/* Name of a system call by its number on this architecture; "" if unknown. Static. Needs no libseccomp state. */
const char *confine_syscall_name(int number);

#endif
