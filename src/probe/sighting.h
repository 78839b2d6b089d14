/*
 * A sighting: a row of somebody else's report that says a store was seen. Somebody else's word: it may move the
 * instant since when a store was open at the latest (probe/windows.h), and nothing else. From the fields of a row,
 * read by a worker; pure.
 *
 * What is known of the sources (facts; nothing of theirs is copied):
 *   - Shadowserver, reports of accessible and open services as CSV: columns timestamp, ip, protocol, port, hostname,
 *     tag, and those of the service (version, visible_databases, password ...); "all times in all the reports are
 *     always presented in UTC+0" (shadowserver.org, Services/Reports).
 *   - Shodan, banners as JSON, one a line or in `matches` or `data`: timestamp "in the UTC timezone", ip_str or ipv6,
 *     port, transport, hostnames, _shodan.module, and the properties of the service (Shodan banner specification).
 *   - LeakIX, l9events as JSON: event_type (service, leak), event_source, time (RFC 3339), ip, host, port
 *     (docs.leakix.net, l9format).
 *   - BinaryEdge, events as JSON: origin.ts (milliseconds since 1970), origin.type, target.ip, target.port, result.data
 *     (docs.binaryedge.io, modules).
 *   - By hand, CSV or JSON: target (a URL, or SERVICE://HOST:PORT), date, engine: who says so.
 * Whether the row says that the store was open, or only that something answered there, is judged from these fields
 * alone; when they do not say, it is only `reachable`, which moves nothing.
 */
#ifndef STAUNCH_PROBE_SIGHTING_H
#define STAUNCH_PROBE_SIGHTING_H

#include "probe/moment.h"
#include "probe/target.h"

/* A field of a row, told by its place in it ("origin/ts"; columns of a CSV are places). A place that ends with `/` is
 * there when anything is below it. */
enum probe_sighting_field {
	SIGHTING_TIMESTAMP,
	SIGHTING_TIME,
	SIGHTING_DATE,
	SIGHTING_ORIGIN_TS,
	SIGHTING_IP,
	SIGHTING_IP_STR,
	SIGHTING_IPV6,
	SIGHTING_TARGET_IP,
	SIGHTING_PORT,
	SIGHTING_TARGET_PORT,
	SIGHTING_HOSTNAME,
	SIGHTING_HOSTNAMES,
	SIGHTING_HOST,
	SIGHTING_TARGET,
	SIGHTING_ENGINE,
	SIGHTING_TAG,
	SIGHTING_MODULE,
	SIGHTING_ORIGIN_TYPE,
	SIGHTING_EVENT_TYPE,
	SIGHTING_EVENT_SOURCE,
	SIGHTING_TRANSPORT,
	SIGHTING_PROTOCOL,
	SIGHTING_VERSION,
	SIGHTING_HTTP_CODE,
	SIGHTING_DATABASES,
	SIGHTING_PASSWORD,
	SIGHTING_NOAUTH,
	SIGHTING_SHODAN_ELASTIC,
	SIGHTING_SHODAN_MONGODB_AUTH,
	SIGHTING_SHODAN_REDIS,
	SIGHTING_SHODAN_COUCHDB,
	SIGHTING_SHODAN_RSYNC_AUTH,
	SIGHTING_SHODAN_FTP_ANONYMOUS,
	SIGHTING_RESULT_INDICES,
	SIGHTING_RESULT_DATABASES,
	SIGHTING_RESULT_REDIS,
	SIGHTING_FIELDS
};
/* By number; NULL-ended. */
extern const char *const probe_sighting_places[SIGHTING_FIELDS + 1];

enum probe_row_fault {
	PROBE_ROW_SOUND,
	PROBE_ROW_UNKNOWN,  /* of no source that is known */
	PROBE_ROW_BROKEN,   /* not JSON, other columns than the head, a field over its ceiling */
	PROBE_ROW_NO_DATE,  /* no time, or one that no calendar has */
	PROBE_ROW_FUTURE,   /* later than now */
	PROBE_ROW_NO_PLACE, /* no address, port or target that can be one */
	PROBE_ROW_FAULTS
};
const char *probe_row_fault_name(enum probe_row_fault fault); /* "no-date" */

enum probe_sighting_says { PROBE_SAYS_REACHABLE, PROBE_SAYS_OPEN, PROBE_SAYS };

#define PROBE_SIGHTING_NAMES 16

struct probe_sighting {
	uint64_t row; /* from 1: line of the data, element, event */
	enum probe_row_fault fault;
	enum probe_sighting_says says;
	struct probe_moment at;
	uint16_t port;
	struct st_span engine;  /* "shadowserver", "shodan", "leakix", "binaryedge", or who was named by hand */
	struct st_span service; /* of probe/services.h; empty: not told */
	struct st_span address; /* as inet_ntop writes it; empty: none */
	struct st_span target;  /* by hand: as written; all else then empty */
	struct st_span names[PROBE_SIGHTING_NAMES];
	size_t name_count; /* host names, in lower case */
};

/* What a reader of rows gives: the text of each field, empty when it is not there; of lists its elements, each ended
 * by a line feed. */
struct probe_row_fields {
	uint64_t row;
	bool broken;
	const struct st_span *text; /* by field */
};

/* Texts of *out borrow from the fields and from `held`, which is emptied first. */
void probe_sighting_read(
	const struct probe_row_fields *fields, int64_t now, struct st_buf *held, struct probe_sighting *out);
void probe_sighting_encode(struct st_buf *out, const struct probe_sighting *sighting);
/* False: no such row; texts are checked: engine, service and address are printable ASCII, names are host names. */
bool probe_sighting_decode(struct st_cursor *in, int64_t now, struct probe_sighting *out);

/* How a sighting is known to be of a target. */
enum probe_sighting_match {
	PROBE_MATCH_NONE,
	PROBE_MATCH_TARGET,  /* it names the target, or what it lies in */
	PROBE_MATCH_NAME,    /* it names the target's host, and the port is the target's */
	PROBE_MATCH_ADDRESS, /* the target is typed as this address and port */
	PROBE_MATCH_SEEN,    /* our own evidence has this address for the target, which is alone there */
	PROBE_MATCHES
};
const char *probe_sighting_match_name(enum probe_sighting_match match); /* "name" */

/* A target that sightings are held against, looked at once. */
struct probe_sighting_aim {
	const struct probe_target *target; /* borrowed */
	const char *service;               /* NULL: not told by its name */
	bool shared;                       /* its host is one of a cloud's, with the stores of others behind it */
	char *const *seen;                 /* addresses of this target in earlier evidence; borrowed */
	size_t seen_count;
};
void probe_sighting_aim(
	const struct probe_target *target, char *const *seen, size_t seen_count, struct probe_sighting_aim *out);
/* named: the target that a sighting by hand names, parsed; NULL: none, or it is no target. A container of a cloud
 * shares its address with all others: there only a name counts. */
enum probe_sighting_match probe_sighting_of(
	const struct probe_sighting *sighting, const struct probe_target *named, const struct probe_sighting_aim *aim);

#endif
