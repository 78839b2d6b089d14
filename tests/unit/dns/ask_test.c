/* Asking servers that answer in every way, over real sockets on loopback, and how long that takes at most. */
#include "check.h"

#include "base/clock.h"
#include "dns/ask.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

enum manner { ANSWERS, ANSWERS_LATE, SILENT, CUT, CUT_AND_SILENT, CUT_AND_CLOSES, CUT_AND_DRIPS, LIES_FIRST, MANNERS };

struct server {
	int udp, tcp;
	struct dns_place place;
	pid_t pid;
};

static struct server server_open(void)
{
	struct server s = {.udp = socket(AF_INET, SOCK_DGRAM, 0), .tcp = socket(AF_INET, SOCK_STREAM, 0)};
	struct sockaddr_in *address = (struct sockaddr_in *)(void *)&s.place.address;
	*address = (struct sockaddr_in){.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
	s.place.size = sizeof *address;
	if (bind(s.tcp, (const struct sockaddr *)address, s.place.size) != 0 ||
		getsockname(s.tcp, (struct sockaddr *)address, &s.place.size) != 0 || listen(s.tcp, 8) != 0 ||
		bind(s.udp, (const struct sockaddr *)address, s.place.size) != 0)
		abort();
	return s;
}

/* The question with one record "token" behind it; flags as given. */
static size_t answer_to(const uint8_t *question, size_t size, uint8_t flags, uint8_t *out)
{
	static const uint8_t record[] = {0xc0, 0x0c, 0, 16, 0, 1, 0, 0, 0, 60, 0, 6, 5, 't', 'o', 'k', 'e', 'n'};
	memcpy(out, question, size);
	out[2] = flags;
	out[7] = 1;
	memcpy(out + size, record, sizeof record);
	return size + sizeof record;
}

static void serve_stream(const struct server *s, enum manner manner)
{
	uint8_t question[512], out[600];
	int peer = accept(s->tcp, NULL, NULL);
	ssize_t got = recv(peer, question, sizeof question, 0);
	if (manner == CUT_AND_SILENT)
		pause();
	if (manner == CUT_AND_CLOSES || got < 2) {
		close(peer);
		return;
	}
	size_t size = answer_to(question + 2, (size_t)got - 2, 0x84, out + 2);
	out[0] = (uint8_t)(size >> 8);
	out[1] = (uint8_t)size;
	for (size_t i = 0; i < size + 2; i++) {
		if (manner == CUT_AND_DRIPS)
			poll(NULL, 0, 300);
		(void)!send(peer, out + i, 1, MSG_NOSIGNAL);
	}
	pause();
}

static void serve(const struct server *s, enum manner manner)
{
	uint8_t question[512], out[600];
	for (int asked = 1;; asked++) {
		struct sockaddr_in peer;
		socklen_t peer_size = sizeof peer;
		ssize_t got = recvfrom(s->udp, question, sizeof question, 0, (struct sockaddr *)&peer, &peer_size);
		bool quiet = manner == SILENT || (manner == ANSWERS_LATE && asked == 1);
		if (got < 12 || quiet)
			continue;
		bool cut = manner == CUT || manner == CUT_AND_SILENT || manner == CUT_AND_CLOSES ||
			   manner == CUT_AND_DRIPS;
		size_t size = answer_to(question, (size_t)got, cut ? 0x86 : 0x84, out);
		for (int i = 1; manner == LIES_FIRST && i < 100; i++) {
			out[1] = (uint8_t)(question[1] ^ i);
			sendto(s->udp, out, size, 0, (const struct sockaddr *)&peer, peer_size);
		}
		out[1] = question[1];
		sendto(s->udp, out, size, 0, (const struct sockaddr *)&peer, peer_size);
		if (cut)
			serve_stream(s, manner);
	}
}

static void server_start(struct server *s, enum manner manner)
{
	s->pid = fork();
	if (s->pid == 0) {
		serve(s, manner);
		_exit(0);
	}
}

static void server_end(struct server *s)
{
	kill(s->pid, SIGKILL);
	waitpid(s->pid, NULL, 0);
	close(s->udp);
	close(s->tcp);
}

static void servers_of_every_manner_are_asked_side_by_side_within_the_time(void)
{
	static const enum dns_reach want[MANNERS] = {[SILENT] = DNS_SILENT,
		[CUT_AND_SILENT] = DNS_SILENT,
		[CUT_AND_CLOSES] = DNS_SILENT,
		[CUT_AND_DRIPS] = DNS_SILENT};
	struct server servers[MANNERS];
	struct dns_place places[MANNERS + 1];
	struct dns_said said[MANNERS + 1];
	struct dns_name name;
	CHECK(dns_name_parse("_exposure-challenge.contoso.com", &name));
	for (int i = 0; i < MANNERS; i++) {
		servers[i] = server_open();
		places[i] = servers[i].place;
		server_start(&servers[i], (enum manner)i);
	}
	places[MANNERS] = places[ANSWERS];
	places[MANNERS].closed = true;
	uint64_t begin_ms = st_now_ms();
	dns_ask_all(places, MANNERS + 1, &name, (struct st_span){(const uint8_t *)"token", 5}, begin_ms + 3000, said);
	uint64_t took_ms = st_now_ms() - begin_ms;
	for (int i = 0; i < MANNERS; i++)
		server_end(&servers[i]);
	for (int i = 0; i < MANNERS; i++) {
		bool heard = said[i].reach == DNS_HEARD && said[i].kind == DNS_TEXTS && said[i].texts.wanted;
		if (heard != (want[i] == DNS_HEARD))
			CHECK_FAIL("manner %d is %sheard", i, heard ? "" : "not ");
	}
	CHECK_INT(said[MANNERS].reach, DNS_SILENT);
	CHECK(took_ms >= 2900 && took_ms < 4500);
}

static void it_ends_when_all_have_answered(void)
{
	struct server server = server_open();
	struct dns_said said;
	struct dns_name name;
	CHECK(dns_name_parse("a.b", &name));
	server_start(&server, CUT);
	uint64_t begin_ms = st_now_ms();
	dns_ask_all(&server.place, 1, &name, (struct st_span){(const uint8_t *)"other", 5}, begin_ms + 10000, &said);
	uint64_t took_ms = st_now_ms() - begin_ms;
	server_end(&server);
	CHECK(said.reach == DNS_HEARD && said.kind == DNS_TEXTS && !said.texts.wanted);
	CHECK(took_ms < 5000);
}

static void nobody_is_asked_when_there_is_nobody(void)
{
	struct dns_name name;
	CHECK(dns_name_parse("a.b", &name));
	uint64_t begin_ms = st_now_ms();
	dns_ask_all(NULL, 0, &name, (struct st_span){0}, begin_ms + 10000, NULL);
	CHECK(st_now_ms() - begin_ms < 1000);
}

int main(void)
{
	RUN(servers_of_every_manner_are_asked_side_by_side_within_the_time);
	RUN(it_ends_when_all_have_answered);
	RUN(nobody_is_asked_when_there_is_nobody);
	return check_any_failed;
}
