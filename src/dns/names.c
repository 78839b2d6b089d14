#include "dns/names.h"

#include "base/clock.h"

#include <event2/event.h>
#include <stdlib.h>
#include <unbound-event.h>
#include <unbound.h>

#define CLASS_INTERNET 1
#define CODE_NONE 0
#define CODE_NO_NAME 3
#define MESSAGE_BYTES 65535
enum { SECURITY_BOGUS = 1 }; /* 0 not signed, 2 signed and good: unbound-event.h */

struct names {
	struct event_base *base;
	struct event *timer;
	struct ub_ctx *context;
	size_t waiting;
};

/* Where strangers' delegations must not lead it (probe/address.h has the sources). */
static const char *const not_public[] = {"0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "168.63.129.16/32",
	"169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24", "192.168.0.0/16", "198.18.0.0/15", "224.0.0.0/4",
	"240.0.0.0/4", "::/96", "::ffff:0:0/96", "64:ff9b::/96", "2002::/16", "100::/64", "fc00::/7", "fe80::/10",
	"fec0::/10", "ff00::/8"};

/* One after the other; the first failure of libunbound, 0 for none. */
static int set_options(struct ub_ctx *context, const struct dns_options *options)
{
	static const char *const settings[][2] = {{"module-config:", "validator iterator"},
		{"do-not-query-localhost:", "no"}, {"harden-dnssec-stripped:", "yes"},
		{"harden-below-nxdomain:", "yes"}, {"harden-glue:", "yes"}, {"val-permissive-mode:", "no"},
		{"edns-buffer-size:", "1232"}, {"msg-cache-size:", "1m"}, {"rrset-cache-size:", "2m"},
		{"key-cache-size:", "1m"}, {"neg-cache-size:", "256k"}, {"use-syslog:", "no"}};
	/* With a forwarder it asks that, and nobody else but what stands at zones. */
	bool restricted = !options->private_zone && !options->private_forwarder;
	int failed = 0;
	for (size_t i = 0; i < sizeof settings / sizeof settings[0] && failed == 0; i++)
		failed = ub_ctx_set_option(context, settings[i][0], settings[i][1]);
	for (size_t i = 0; i < sizeof not_public / sizeof not_public[0] && failed == 0 && restricted; i++)
		failed = ub_ctx_set_option(context, "do-not-query-address:", not_public[i]);
	return failed;
}

static int set_places(struct ub_ctx *context, const struct dns_options *options)
{
	int failed = 0;
	for (size_t i = 0; i < options->forwarder_count && failed == 0; i++)
		failed = ub_ctx_set_fwd(context, options->forwarders[i]);
	for (size_t i = 0; i < options->zone_count && failed == 0; i++)
		failed = ub_ctx_set_stub(context, options->zones[i].text, options->zones[i].place, 0);
	for (size_t i = 0; i < options->anchor_count && failed == 0; i++)
		failed = ub_ctx_add_ta(context, options->anchors[i]);
	/* The first use, in which all that was set is tried. */
	return failed != 0 ? failed : ub_ctx_zone_remove(context, "test.");
}

static void on_time(evutil_socket_t nothing, short events, void *context)
{
	(void)nothing;
	(void)events;
	(void)context; /* names_wait looks at the clock */
}

enum st_status names_open(const struct dns_options *options, struct names **out, struct st_error *err)
{
	struct names *names = st_alloc_zero(1, sizeof *names);
	*out = names;
	names->base = event_base_new();
	names->timer = names->base != NULL ? evtimer_new(names->base, on_time, NULL) : NULL;
	names->context = names->timer != NULL ? ub_ctx_create_event(names->base) : NULL;
	int failed = names->context == NULL ? UB_INITFAIL : ub_ctx_debugout(names->context, NULL);
	if (failed == 0)
		failed = set_options(names->context, options);
	if (failed == 0)
		failed = set_places(names->context, options);
	if (failed == 0)
		return ST_OK;
	names_close(names);
	*out = NULL;
	return st_fail(err, ST_WRONG, "libunbound refuses the trust anchors or the addresses: %s", ub_strerror(failed));
}

void names_close(struct names *names)
{
	if (names == NULL)
		return;
	if (names->context != NULL)
		ub_ctx_delete(names->context);
	if (names->timer != NULL)
		event_free(names->timer);
	if (names->base != NULL)
		event_base_free(names->base);
	free(names);
}

const char *names_version(void)
{
	return ub_version();
}

/* packet_bytes is that of a buffer when there is no message: code says which it is. */
static void on_answer(void *context, int code, void *packet, int packet_bytes, int security, char *why, int limited)
{
	struct names_answer *answer = context;
	(void)why;
	answer->names->waiting--;
	bool message = packet != NULL && packet_bytes > 0 && packet_bytes <= MESSAGE_BYTES && limited == 0 &&
		       (code == CODE_NONE || code == CODE_NO_NAME);
	answer->state = security == SECURITY_BOGUS ? NAMES_BOGUS : message ? NAMES_ANSWERED : NAMES_FAILED;
	if (answer->state == NAMES_ANSWERED)
		st_buf_add(&answer->packet, packet, (size_t)packet_bytes);
}

void names_begin(struct names *names, const struct dns_name *name, uint16_t type, struct names_answer *out)
{
	char text[DNS_NAME_TEXT];
	*out = (struct names_answer){.names = names, .state = NAMES_WAITING};
	dns_name_text(name, text);
	names->waiting++;
	/* what the cache knows is answered before this returns */
	if (ub_resolve_event(names->context, text, type, CLASS_INTERNET, out, on_answer, NULL) != 0 &&
		out->state == NAMES_WAITING) {
		names->waiting--;
		out->state = NAMES_FAILED;
	}
}

bool names_wait(struct names *names, uint64_t deadline_ms)
{
	while (names->waiting > 0) {
		uint64_t now_ms = st_now_ms();
		if (now_ms >= deadline_ms)
			return false;
		uint64_t rest_ms = deadline_ms - now_ms;
		struct timeval rest = {(time_t)(rest_ms / 1000), (suseconds_t)(rest_ms % 1000 * 1000)};
		if (event_add(names->timer, &rest) != 0 || event_base_loop(names->base, EVLOOP_ONCE) < 0)
			return false;
	}
	return true;
}
