#include "probe/sighting.h"

#include "base/ceilings.h"
#include "probe/services.h"

#include <arpa/inet.h>
#include <strings.h>

const char *const probe_sighting_places[SIGHTING_FIELDS + 1] = {
	[SIGHTING_TIMESTAMP] = "timestamp",
	[SIGHTING_TIME] = "time",
	[SIGHTING_DATE] = "date",
	[SIGHTING_ORIGIN_TS] = "origin/ts",
	[SIGHTING_IP] = "ip",
	[SIGHTING_IP_STR] = "ip_str",
	[SIGHTING_IPV6] = "ipv6",
	[SIGHTING_TARGET_IP] = "target/ip",
	[SIGHTING_PORT] = "port",
	[SIGHTING_TARGET_PORT] = "target/port",
	[SIGHTING_HOSTNAME] = "hostname",
	[SIGHTING_HOSTNAMES] = "hostnames/[]",
	[SIGHTING_HOST] = "host",
	[SIGHTING_TARGET] = "target",
	[SIGHTING_ENGINE] = "engine",
	[SIGHTING_TAG] = "tag",
	[SIGHTING_MODULE] = "_shodan/module",
	[SIGHTING_ORIGIN_TYPE] = "origin/type",
	[SIGHTING_EVENT_TYPE] = "event_type",
	[SIGHTING_EVENT_SOURCE] = "event_source",
	[SIGHTING_TRANSPORT] = "transport",
	[SIGHTING_PROTOCOL] = "protocol",
	[SIGHTING_VERSION] = "version",
	[SIGHTING_HTTP_CODE] = "http_code",
	[SIGHTING_DATABASES] = "visible_databases",
	[SIGHTING_PASSWORD] = "password",
	[SIGHTING_NOAUTH] = "service/credentials/noauth",
	[SIGHTING_SHODAN_ELASTIC] = "elastic/indices/",
	[SIGHTING_SHODAN_MONGODB_AUTH] = "mongodb/authentication",
	[SIGHTING_SHODAN_REDIS] = "redis/server/",
	[SIGHTING_SHODAN_COUCHDB] = "couchdb/dbs/",
	[SIGHTING_SHODAN_RSYNC_AUTH] = "rsync/authentication",
	[SIGHTING_SHODAN_FTP_ANONYMOUS] = "ftp/anonymous",
	[SIGHTING_RESULT_INDICES] = "result/data/indices/",
	[SIGHTING_RESULT_DATABASES] = "result/data/databases/",
	[SIGHTING_RESULT_REDIS] = "result/data/redis_version",
	[SIGHTING_FIELDS] = NULL,
};

const char *probe_row_fault_name(enum probe_row_fault fault)
{
	static const char *const names[PROBE_ROW_FAULTS] = {
		"sound", "unknown-source", "broken", "no-date", "future", "no-place"};
	return names[fault];
}

const char *probe_sighting_match_name(enum probe_sighting_match match)
{
	static const char *const names[PROBE_MATCHES] = {"none", "target", "name", "address", "address-in-evidence"};
	return names[match];
}

/* --- what a row says --- */

static struct st_span text_of(const char *text)
{
	return (struct st_span){(const uint8_t *)text, strlen(text)};
}

static bool is(struct st_span text, const char *word)
{
	return text.size == strlen(word) && strncasecmp((const char *)text.data, word, text.size) == 0;
}

static bool holds(struct st_span text, const char *word)
{
	size_t size = strlen(word);
	for (size_t at = 0; at + size <= text.size; at++)
		if (strncasecmp((const char *)text.data + at, word, size) == 0)
			return true;
	return false;
}

/* What sources call services, and what we call them. */
static struct st_span service_of(struct st_span word)
{
	static const struct {
		const char *theirs, *ours;
		bool whole; /* "ftp" is also a part of "tftp" */
	} words[] = {
		{"elastic", "elasticsearch", false},
		{"opensearch", "elasticsearch", false},
		{"mongo", "mongodb", false},
		{"redis", "redis", false},
		{"couch", "couchdb", false},
		{"memcache", "memcached", false},
		{"postgres", "postgresql", false},
		{"mysql", "mysql", false},
		{"mariadb", "mysql", false},
		{"rsync", "rsync", true},
		{"ftp", "ftp", true},
		{"etcd", "etcd", true},
		{"docker-registry", "docker_registry", true},
	};
	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
		if (words[i].whole ? is(word, words[i].theirs) : holds(word, words[i].theirs))
			return text_of(words[i].ours);
	return (struct st_span){NULL, 0};
}

static bool there(const struct probe_row_fields *fields, enum probe_sighting_field field)
{
	return fields->text[field].size > 0;
}

/* A report of a service that lists those who answered without credentials: what only such an answer can give is there.
 */
static bool shadowserver_open(const struct probe_row_fields *fields, struct st_span service)
{
	if (is(service, "elasticsearch"))
		return there(fields, SIGHTING_VERSION) &&
		       (!there(fields, SIGHTING_HTTP_CODE) || is(fields->text[SIGHTING_HTTP_CODE], "200"));
	if (is(service, "redis") || is(service, "memcached"))
		return there(fields, SIGHTING_VERSION);
	if (is(service, "mongodb") || is(service, "couchdb"))
		return there(fields, SIGHTING_DATABASES);
	return is(service, "rsync") && is(fields->text[SIGHTING_PASSWORD], "N");
}

static bool shodan_open(const struct probe_row_fields *fields, struct st_span service)
{
	static const struct {
		const char *service, *value;
		enum probe_sighting_field field;
	} proofs[] = {
		{"elasticsearch", NULL, SIGHTING_SHODAN_ELASTIC},
		{"redis", NULL, SIGHTING_SHODAN_REDIS},
		{"couchdb", NULL, SIGHTING_SHODAN_COUCHDB},
		{"mongodb", "false", SIGHTING_SHODAN_MONGODB_AUTH},
		{"rsync", "false", SIGHTING_SHODAN_RSYNC_AUTH},
		{"ftp", "true", SIGHTING_SHODAN_FTP_ANONYMOUS},
	};
	for (size_t i = 0; i < sizeof proofs / sizeof proofs[0]; i++)
		if (is(service, proofs[i].service))
			return proofs[i].value != NULL ? is(fields->text[proofs[i].field], proofs[i].value)
						       : there(fields, proofs[i].field);
	return false;
}

static bool binaryedge_open(const struct probe_row_fields *fields, struct st_span service)
{
	return (is(service, "elasticsearch") && there(fields, SIGHTING_RESULT_INDICES)) ||
	       (is(service, "mongodb") && there(fields, SIGHTING_RESULT_DATABASES)) ||
	       (is(service, "redis") && there(fields, SIGHTING_RESULT_REDIS));
}

/* --- whose row it is --- */

enum source { SOURCE_SHADOWSERVER, SOURCE_SHODAN, SOURCE_LEAKIX, SOURCE_BINARYEDGE, SOURCE_HAND, SOURCE_UNKNOWN };

static enum source source_of(const struct probe_row_fields *fields)
{
	if (there(fields, SIGHTING_ORIGIN_TS) && there(fields, SIGHTING_TARGET_IP))
		return SOURCE_BINARYEDGE;
	if (there(fields, SIGHTING_EVENT_TYPE) && there(fields, SIGHTING_EVENT_SOURCE))
		return SOURCE_LEAKIX;
	if (there(fields, SIGHTING_MODULE) ||
		((there(fields, SIGHTING_IP_STR) || there(fields, SIGHTING_IPV6)) && there(fields, SIGHTING_TRANSPORT)))
		return SOURCE_SHODAN;
	if (there(fields, SIGHTING_TAG) && there(fields, SIGHTING_IP))
		return SOURCE_SHADOWSERVER;
	return there(fields, SIGHTING_TARGET) ? SOURCE_HAND : SOURCE_UNKNOWN;
}

static const char *const source_names[] = {"shadowserver", "shodan", "leakix", "binaryedge"};

/* Where the time, the address and the service stand. */
static const struct {
	enum probe_sighting_field time, address, other_address, port, service;
} layouts[] = {
	[SOURCE_SHADOWSERVER] = {SIGHTING_TIMESTAMP, SIGHTING_IP, SIGHTING_IP, SIGHTING_PORT, SIGHTING_TAG},
	[SOURCE_SHODAN] = {SIGHTING_TIMESTAMP, SIGHTING_IP_STR, SIGHTING_IPV6, SIGHTING_PORT, SIGHTING_MODULE},
	[SOURCE_LEAKIX] = {SIGHTING_TIME, SIGHTING_IP, SIGHTING_IP, SIGHTING_PORT, SIGHTING_EVENT_SOURCE},
	[SOURCE_BINARYEDGE] = {SIGHTING_ORIGIN_TS, SIGHTING_TARGET_IP, SIGHTING_TARGET_IP, SIGHTING_TARGET_PORT,
		SIGHTING_ORIGIN_TYPE},
	[SOURCE_HAND] = {SIGHTING_DATE, SIGHTING_FIELDS, SIGHTING_FIELDS, SIGHTING_FIELDS, SIGHTING_FIELDS},
};

static bool says_open(const struct probe_row_fields *fields, enum source source, struct st_span service)
{
	switch (source) {
	case SOURCE_SHADOWSERVER:
		return shadowserver_open(fields, service);
	case SOURCE_SHODAN:
		return shodan_open(fields, service);
	case SOURCE_LEAKIX:
		/* A leak is of a service only where the plugin that found it is one for that service. */
		return service.size > 0 &&
		       (is(fields->text[SIGHTING_EVENT_TYPE], "leak") || is(fields->text[SIGHTING_NOAUTH], "true"));
	case SOURCE_BINARYEDGE:
		return binaryedge_open(fields, service);
	default:
		return true;
	}
}

/* --- values --- */

static bool read_port(struct st_span text, uint16_t *out)
{
	unsigned port = 0;
	for (size_t i = 0; i < text.size; i++) {
		if (i >= 5 || text.data[i] < '0' || text.data[i] > '9')
			return false;
		port = port * 10 + (unsigned)(text.data[i] - '0');
	}
	*out = (uint16_t)port;
	return port > 0 && port <= UINT16_MAX;
}

/* As inet_ntop writes it, in held; empty: none. */
static struct st_span read_address(struct st_span text, struct st_buf *held)
{
	char in[INET6_ADDRSTRLEN], out[INET6_ADDRSTRLEN];
	uint8_t address[16];
	if (text.size == 0 || text.size >= sizeof in)
		return (struct st_span){NULL, 0};
	memcpy(in, text.data, text.size);
	in[text.size] = 0;
	int family = strchr(in, ':') != NULL ? AF_INET6 : AF_INET;
	if (inet_pton(family, in, address) != 1 || inet_ntop(family, address, out, sizeof out) == NULL)
		return (struct st_span){NULL, 0};
	size_t at = held->size;
	st_buf_add(held, out, strlen(out));
	return (struct st_span){held->data + at, strlen(out)};
}

static bool is_host_name(struct st_span text)
{
	if (text.size == 0 || text.size > 253)
		return false;
	for (size_t i = 0; i < text.size; i++) {
		uint8_t byte = text.data[i];
		bool letter = (byte >= 'a' && byte <= 'z') || (byte >= '0' && byte <= '9');
		if (!letter && byte != '-' && byte != '_' && byte != '.')
			return false;
	}
	return true;
}

static void add_name(struct probe_sighting *out, struct st_span text, struct st_buf *held)
{
	size_t at = held->size;
	if (out->name_count == PROBE_SIGHTING_NAMES || text.size == 0 || text.size > 253)
		return;
	for (size_t i = 0; i < text.size; i++)
		st_buf_add_byte(held, text.data[i] >= 'A' && text.data[i] <= 'Z' ? text.data[i] | 32 : text.data[i]);
	struct st_span name = {held->data + at, text.size};
	if (is_host_name(name))
		out->names[out->name_count++] = name;
}

static void add_names(struct probe_sighting *out, const struct probe_row_fields *fields, struct st_buf *held)
{
	add_name(out, fields->text[SIGHTING_HOSTNAME], held);
	add_name(out, fields->text[SIGHTING_HOST], held);
	struct st_span list = fields->text[SIGHTING_HOSTNAMES];
	while (list.size > 0) {
		const uint8_t *end = memchr(list.data, '\n', list.size);
		size_t size = end != NULL ? (size_t)(end - list.data) : list.size;
		add_name(out, (struct st_span){list.data, size}, held);
		size += end != NULL;
		list = (struct st_span){list.data + size, list.size - size};
	}
}

static bool read_time(const struct probe_row_fields *fields, enum source source, struct probe_moment *out)
{
	enum probe_sighting_field field = layouts[source].time;
	if (source == SOURCE_HAND && !there(fields, field))
		field = SIGHTING_TIMESTAMP;
	return source == SOURCE_BINARYEDGE ? probe_moment_epoch(fields->text[field], out)
					   : probe_moment_read(fields->text[field], out);
}

static bool is_plain(struct st_span text, size_t limit_bytes)
{
	for (size_t i = 0; i < text.size; i++)
		if (text.data[i] < ' ' || text.data[i] >= 0x7f)
			return false;
	return text.size <= limit_bytes;
}

static enum probe_row_fault read_place(
	const struct probe_row_fields *fields, enum source source, struct st_buf *held, struct probe_sighting *out)
{
	if (source == SOURCE_HAND) {
		out->target = fields->text[SIGHTING_TARGET];
		return is_plain(out->target, CEIL_TARGET_BYTES) ? PROBE_ROW_SOUND : PROBE_ROW_NO_PLACE;
	}
	out->address = read_address(fields->text[layouts[source].address], held);
	if (out->address.size == 0)
		out->address = read_address(fields->text[layouts[source].other_address], held);
	add_names(out, fields, held);
	bool udp = is(fields->text[SIGHTING_TRANSPORT], "udp") || is(fields->text[SIGHTING_PROTOCOL], "udp");
	return (out->address.size > 0 || out->name_count > 0) && !udp &&
			       read_port(fields->text[layouts[source].port], &out->port)
		       ? PROBE_ROW_SOUND
		       : PROBE_ROW_NO_PLACE;
}

static enum probe_row_fault read_row(
	const struct probe_row_fields *fields, int64_t now, struct st_buf *held, struct probe_sighting *out)
{
	enum source source = source_of(fields);
	if (fields->broken)
		return PROBE_ROW_BROKEN;
	if (source == SOURCE_UNKNOWN)
		return PROBE_ROW_UNKNOWN;
	struct st_span by_hand = fields->text[SIGHTING_ENGINE];
	out->engine = source != SOURCE_HAND                                      ? text_of(source_names[source])
		      : is_plain(by_hand, CEIL_ENGINE_BYTES) && by_hand.size > 0 ? by_hand
										 : text_of("not named");
	if (source != SOURCE_HAND)
		out->service = service_of(fields->text[layouts[source].service]);
	out->says = says_open(fields, source, out->service) ? PROBE_SAYS_OPEN : PROBE_SAYS_REACHABLE;
	enum probe_row_fault fault = read_place(fields, source, held, out);
	if (fault != PROBE_ROW_SOUND)
		return fault;
	if (!read_time(fields, source, &out->at))
		return PROBE_ROW_NO_DATE;
	return out->at.from > now ? PROBE_ROW_FUTURE : PROBE_ROW_SOUND;
}

void probe_sighting_read(
	const struct probe_row_fields *fields, int64_t now, struct st_buf *held, struct probe_sighting *out)
{
	*out = (struct probe_sighting){.row = fields->row};
	held->size = 0;
	/* Spans point into it: it must not move. */
	st_buf_reserve(held, (PROBE_SIGHTING_NAMES + 2) * 256);
	enum probe_row_fault fault = read_row(fields, now, held, out);
	if (fault != PROBE_ROW_SOUND)
		*out = (struct probe_sighting){.row = fields->row, .fault = fault};
	/* Of a day that has not ended yet, what is past is meant. */
	else if (out->at.to > now)
		out->at.to = now;
}

/* --- between processes --- */

void probe_sighting_encode(struct st_buf *out, const struct probe_sighting *sighting)
{
	st_buf_add_varint(out, sighting->row);
	st_buf_add_byte(out, (uint8_t)sighting->fault);
	if (sighting->fault != PROBE_ROW_SOUND)
		return;
	st_buf_add_byte(out, (uint8_t)sighting->says);
	st_buf_add_u64(out, (uint64_t)sighting->at.from);
	st_buf_add_u64(out, (uint64_t)sighting->at.to);
	st_buf_add_byte(out, sighting->at.zone);
	st_buf_add_u16(out, sighting->port);
	const struct st_span *const texts[] = {
		&sighting->engine, &sighting->service, &sighting->address, &sighting->target};
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
		st_buf_add_span(out, texts[i]->data, texts[i]->size);
	st_buf_add_byte(out, (uint8_t)sighting->name_count);
	for (size_t i = 0; i < sighting->name_count; i++)
		st_buf_add_span(out, sighting->names[i].data, sighting->names[i].size);
}

static bool is_address(struct st_span text)
{
	uint8_t held[INET6_ADDRSTRLEN];
	struct st_buf buf = {.data = held, .capacity = sizeof held};
	struct st_span address = text.size < INET6_ADDRSTRLEN ? read_address(text, &buf) : (struct st_span){NULL, 0};
	return address.size == text.size && memcmp(address.data, text.data, text.size) == 0;
}

static bool is_sound(const struct probe_sighting *s, int64_t now)
{
	bool placed = s->target.size > 0 ? s->port == 0 && s->address.size == 0 && s->name_count == 0
					 : s->port > 0 && (s->address.size > 0 || s->name_count > 0);
	for (size_t i = 0; i < s->name_count; i++)
		placed = placed && is_host_name(s->names[i]);
	return placed && s->at.from >= 0 && s->at.from <= s->at.to && s->at.to <= now && s->engine.size > 0 &&
	       is_plain(s->engine, CEIL_ENGINE_BYTES) && is_plain(s->service, 32) &&
	       is_plain(s->target, CEIL_TARGET_BYTES) && (s->address.size == 0 || is_address(s->address));
}

bool probe_sighting_decode(struct st_cursor *in, int64_t now, struct probe_sighting *out)
{
	*out = (struct probe_sighting){.row = st_cursor_varint(in)};
	uint8_t fault = st_cursor_byte(in);
	if (in->bad || fault >= PROBE_ROW_FAULTS)
		return false;
	out->fault = (enum probe_row_fault)fault;
	if (out->fault != PROBE_ROW_SOUND)
		return true;
	uint8_t says = st_cursor_byte(in);
	out->at.from = (int64_t)st_cursor_u64(in);
	out->at.to = (int64_t)st_cursor_u64(in);
	out->at.zone = st_cursor_byte(in) != 0;
	out->port = st_cursor_u16(in);
	struct st_span *const texts[] = {&out->engine, &out->service, &out->address, &out->target};
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
		*texts[i] = st_cursor_span(in);
	out->name_count = st_cursor_byte(in);
	if (in->bad || says >= PROBE_SAYS || out->name_count > PROBE_SIGHTING_NAMES)
		return false;
	out->says = (enum probe_sighting_says)says;
	for (size_t i = 0; i < out->name_count; i++)
		out->names[i] = st_cursor_span(in);
	return !in->bad && is_sound(out, now);
}

/* --- of which target --- */

static bool equals(struct st_span span, const char *text)
{
	return span.size == strlen(text) && memcmp(span.data, text, span.size) == 0;
}

static bool address_is(struct st_span address, const char *text)
{
	uint8_t held[INET6_ADDRSTRLEN];
	struct st_buf buf = {.data = held, .capacity = sizeof held};
	struct st_span other = read_address((struct st_span){(const uint8_t *)text, strlen(text)}, &buf);
	return other.size > 0 && other.size == address.size && memcmp(other.data, address.data, other.size) == 0;
}

void probe_sighting_aim(
	const struct probe_target *target, char *const *seen, size_t seen_count, struct probe_sighting_aim *out)
{
	const struct probe_service *service = probe_service_of(target);
	*out = (struct probe_sighting_aim){.target = target,
		.service = service != NULL ? service->name : NULL,
		.shared = service != NULL && service->names != NULL && service->names(target),
		.seen = seen,
		.seen_count = seen_count};
}

enum probe_sighting_match probe_sighting_of(
	const struct probe_sighting *sighting, const struct probe_target *named, const struct probe_sighting_aim *aim)
{
	const struct probe_target *target = aim->target;
	if (sighting->target.size > 0)
		return named != NULL && (probe_target_within(named, target) || probe_target_within(target, named))
			       ? PROBE_MATCH_TARGET
			       : PROBE_MATCH_NONE;
	if (sighting->port != target->port ||
		(aim->service != NULL && sighting->service.size > 0 && !is(sighting->service, aim->service)))
		return PROBE_MATCH_NONE;
	for (size_t i = 0; i < sighting->name_count; i++)
		if (equals(sighting->names[i], target->host))
			return PROBE_MATCH_NAME;
	if (sighting->address.size == 0)
		return PROBE_MATCH_NONE;
	if (target->literal)
		return address_is(sighting->address, target->host) ? PROBE_MATCH_ADDRESS : PROBE_MATCH_NONE;
	for (size_t i = 0; i < aim->seen_count && !aim->shared; i++)
		if (address_is(sighting->address, aim->seen[i]))
			return PROBE_MATCH_SEEN;
	return PROBE_MATCH_NONE;
}
