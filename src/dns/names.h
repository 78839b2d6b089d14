/*
 * The validating resolver: libunbound, driven by libevent in this one process, without threads. It finds the way from
 * the root, or asks the forwarders that were named, and checks DNSSEC from the trust anchors down (RFC 4033 to 4035).
 * Known and met: what is bogus still brings its data; the first use ends the time for options; ".test" is answered by
 * libunbound itself unless that is removed, which is a first use. Source: libunbound(3), unbound-event.h,
 * unbound.conf(5). The only place that knows libunbound.
 */
#ifndef STAUNCH_DNS_NAMES_H
#define STAUNCH_DNS_NAMES_H

#include "base/error.h"
#include "dns/options.h"
#include "dns/wire.h"

struct names;
/* One for one proof: what it learns is never taken for another. Opens no file. */
enum st_status names_open(const struct dns_options *options, struct names **out, struct st_error *err);
void names_close(struct names *names);
const char *names_version(void);

enum names_state {
	NAMES_WAITING,
	NAMES_ANSWERED, /* packet: the message; secure, or provably or by configuration not signed */
	NAMES_BOGUS,    /* DNSSEC says it is forged; the packet is empty, whatever came */
	NAMES_FAILED,   /* no answer to be had */
};
/* Of one question; stays where it is until it is answered or the names are closed. Its owner frees packet. */
struct names_answer {
	struct names *names;
	enum names_state state;
	struct st_buf packet;
};
void names_begin(struct names *names, const struct dns_name *name, uint16_t type, struct names_answer *out);
/* Until all that was begun is answered; false: deadline_ms (st_now_ms) came first, and no further question may be
 * asked.
 */
bool names_wait(struct names *names, uint64_t deadline_ms);

#endif
