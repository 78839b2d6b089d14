#include "dns/ask.h"

#include "base/ceilings.h"
#include "base/clock.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/random.h>
#include <unistd.h>

#define AGAIN_MS 1200 /* the same question once more; the waiting doubles each time */
#define DATAGRAM_BYTES 4096
#define DATAGRAMS 64 /* of one turn from one server, before others are heard */
#define LENGTH_BYTES 2
#define ANSWER_BYTES (LENGTH_BYTES + 65535)

/* One server that is being asked. */
struct exchange {
	const struct dns_place *place;
	struct dns_said *said;
	int fd; /* -1: over */
	uint16_t id;
	bool tcp, connected;
	uint64_t again_ms, wait_ms;
	size_t sent;       /* bytes over TCP */
	struct st_buf got; /* bytes over TCP */
};

struct round {
	const struct dns_name *name;
	struct st_span wanted;
	uint8_t question[LENGTH_BYTES + DNS_QUESTION_BYTES];
	size_t question_size; /* without its length */
	struct exchange *list;
	size_t count;
	/* of dns_ask_above; zone NULL: of dns_ask_all */
	const struct dns_name *zone;
	struct dns_name *servers;
	size_t most, server_count;
	bool done;
};

static void end(struct exchange *e, enum dns_reach reach)
{
	if (e->fd >= 0)
		close(e->fd);
	e->fd = -1;
	st_buf_free(&e->got);
	e->said->reach = reach;
}

static bool no_route(int error)
{
	return error == ENETUNREACH || error == EHOSTUNREACH || error == EADDRNOTAVAIL || error == EAFNOSUPPORT ||
	       error == ENETDOWN;
}

/* A socket that hears this address alone. */
static void begin(struct exchange *e, bool tcp)
{
	if (e->fd >= 0)
		close(e->fd);
	e->tcp = tcp;
	e->connected = false;
	e->sent = 0;
	e->got.size = 0;
	e->fd = socket(e->place->address.ss_family, (tcp ? SOCK_STREAM : SOCK_DGRAM) | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (e->fd >= 0 && connect(e->fd, (const struct sockaddr *)&e->place->address, e->place->size) != 0 &&
		errno != EINPROGRESS)
		end(e, !tcp && no_route(errno) ? DNS_NO_ROUTE : DNS_SILENT);
	else if (e->fd < 0)
		end(e, no_route(errno) ? DNS_NO_ROUTE : DNS_SILENT);
}

static void set_id(struct round *round, struct exchange *e)
{
	if (getrandom(&e->id, sizeof e->id, 0) != (ssize_t)sizeof e->id)
		end(e, DNS_SILENT);
	round->question[LENGTH_BYTES] = (uint8_t)(e->id >> 8);
	round->question[LENGTH_BYTES + 1] = (uint8_t)e->id;
}

/* Over UDP; a refusal of the host (ICMP) may be anybody's lie: it is asked again like one that is silent. */
static void send_datagram(struct round *round, struct exchange *e, uint64_t now_ms)
{
	set_id(round, e);
	e->wait_ms = e->wait_ms == 0 ? AGAIN_MS : 2 * e->wait_ms;
	e->again_ms = now_ms + e->wait_ms;
	if (e->fd >= 0)
		(void)!send(e->fd, round->question + LENGTH_BYTES, round->question_size, MSG_NOSIGNAL);
}

/* What stands in a whole answer; false: it is none to this question. */
static bool take(struct round *round, struct exchange *e, struct st_span packet)
{
	struct dns_said *said = e->said;
	if (round->zone != NULL) {
		said->kind = dns_referral_read(
			packet, e->id, round->name, round->zone, round->servers, round->most, &round->server_count);
		round->done = said->kind == DNS_REFERRAL || said->kind == DNS_NOTHING;
	} else {
		said->kind = dns_answer_read(packet, e->id, round->name, round->wanted, &said->alias, &said->texts);
	}
	if (said->kind == DNS_STRANGE)
		return false;
	if (said->kind == DNS_CUT && !e->tcp)
		begin(e, true);
	else
		end(e, DNS_HEARD);
	return true;
}

static void hear_datagrams(struct round *round, struct exchange *e)
{
	uint8_t bytes[DATAGRAM_BYTES];
	for (int i = 0; i < DATAGRAMS; i++) {
		ssize_t got = recv(e->fd, bytes, sizeof bytes, MSG_DONTWAIT);
		if (got < 0)
			return;
		if (take(round, e, (struct st_span){bytes, (size_t)got}))
			return;
	}
}

static bool send_rest(struct round *round, struct exchange *e)
{
	size_t size = LENGTH_BYTES + round->question_size;
	if (e->sent == 0)
		set_id(round, e);
	if (e->fd < 0)
		return true;
	round->question[LENGTH_BYTES] = (uint8_t)(e->id >> 8);
	round->question[LENGTH_BYTES + 1] = (uint8_t)e->id;
	ssize_t sent = send(e->fd, round->question + e->sent, size - e->sent, MSG_NOSIGNAL | MSG_DONTWAIT);
	if (sent > 0)
		e->sent += (size_t)sent;
	return sent > 0 || errno == EAGAIN || errno == EINPROGRESS || errno == EINTR;
}

/* One message, behind its length. */
static bool hear_stream(struct round *round, struct exchange *e)
{
	st_buf_reserve(&e->got, ANSWER_BYTES - e->got.size);
	ssize_t got = recv(e->fd, e->got.data + e->got.size, ANSWER_BYTES - e->got.size, MSG_DONTWAIT);
	if (got <= 0)
		return got < 0 && (errno == EAGAIN || errno == EINTR);
	e->got.size += (size_t)got;
	if (e->got.size < LENGTH_BYTES)
		return true;
	size_t size = (size_t)e->got.data[0] << 8 | e->got.data[1];
	if (e->got.size < LENGTH_BYTES + size)
		return true;
	return take(round, e, (struct st_span){e->got.data + LENGTH_BYTES, size});
}

static void hear(struct round *round, struct exchange *e, short events)
{
	if (!e->tcp) {
		hear_datagrams(round, e);
		return;
	}
	bool good = true;
	if (e->sent < LENGTH_BYTES + round->question_size)
		good = send_rest(round, e);
	else if ((events & (POLLIN | POLLHUP | POLLERR)) != 0)
		good = hear_stream(round, e);
	if (!good)
		end(e, DNS_SILENT);
}

static short wanted_events(const struct round *round, const struct exchange *e)
{
	return e->tcp && e->sent < LENGTH_BYTES + round->question_size ? POLLOUT : POLLIN;
}

/* One turn: until something comes, somebody has to be asked again, or time is up. False: all is over. */
static bool turn(struct round *round, struct pollfd *fds, uint64_t deadline_ms)
{
	uint64_t now_ms = st_now_ms(), until_ms = deadline_ms;
	bool open = false;
	for (size_t i = 0; i < round->count; i++) {
		struct exchange *e = &round->list[i];
		if (e->fd >= 0 && !e->tcp && now_ms >= e->again_ms)
			send_datagram(round, e, now_ms);
		fds[i] = (struct pollfd){.fd = e->fd, .events = e->fd < 0 ? 0 : wanted_events(round, e)};
		if (e->fd >= 0 && !e->tcp && e->again_ms < until_ms)
			until_ms = e->again_ms;
		open |= e->fd >= 0;
	}
	if (!open || round->done || now_ms >= deadline_ms)
		return false;
	if (poll(fds, round->count, until_ms > now_ms ? (int)(until_ms - now_ms) : 0) < 0)
		return errno == EINTR;
	for (size_t i = 0; i < round->count && !round->done; i++)
		if (fds[i].fd >= 0 && fds[i].revents != 0)
			hear(round, &round->list[i], fds[i].revents);
	return true;
}

/* All places side by side, to the end of the round. */
static void run(struct round *round, const struct dns_place *places, uint64_t deadline_ms, struct dns_said *said)
{
	struct pollfd *fds = st_alloc_zero(round->count + 1, sizeof *fds);
	round->list = st_alloc_zero(round->count + 1, sizeof *round->list);
	round->question_size = dns_question_write(0, round->name, DNS_TXT, round->question + LENGTH_BYTES);
	round->question[0] = (uint8_t)(round->question_size >> 8);
	round->question[1] = (uint8_t)round->question_size;
	for (size_t i = 0; i < round->count; i++) {
		said[i] = (struct dns_said){.reach = DNS_SILENT};
		round->list[i] = (struct exchange){.place = &places[i], .said = &said[i], .fd = -1};
		if (!places[i].closed)
			begin(&round->list[i], false);
	}
	while (turn(round, fds, deadline_ms))
		;
	for (size_t i = 0; i < round->count; i++)
		if (round->list[i].fd >= 0)
			end(&round->list[i], DNS_SILENT);
	free(round->list);
	free(fds);
}

void dns_ask_all(const struct dns_place *places, size_t count, const struct dns_name *name, struct st_span wanted,
	uint64_t deadline_ms, struct dns_said *out)
{
	struct round round = {.name = name, .wanted = wanted, .count = count};
	run(&round, places, deadline_ms, out);
}

bool dns_ask_above(const struct dns_place *places, size_t place_count, const struct dns_name *name,
	const struct dns_name *zone, uint64_t deadline_ms, struct dns_name *out, size_t most, size_t *count)
{
	struct round round = {.name = name, .count = place_count, .zone = zone, .servers = out, .most = most};
	struct dns_said *said = st_alloc_zero(place_count + 1, sizeof *said);
	run(&round, places, deadline_ms, said);
	free(said);
	*count = round.server_count;
	return round.done;
}
