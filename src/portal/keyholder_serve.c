/* The keyholder's loop: one thread, one question of a connection at a time, nothing that waits for a peer. */
#include "portal/keyholder.h"

#include "base/clock.h"
#include "process/message.h"

#include <errno.h>
#include <poll.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#define PEERS 128
#define LISTENERS 3
#define OUT_AT_A_TIME 32 /* mails that one courier has in hand */
#define PAUSE_MS 5000    /* when a courier cannot send any */
#define TICK_MS 60000
#define TELL_MS 60000 /* the operator, of what was left out */

struct peer {
	int fd; /* -1: free */
	struct message_reader *reader;
	bool errands, broken, look; /* look: frames may be read already */
	/* of the portal: a question whose lookup is on its way */
	bool waiting;
	struct portal_question question;
	uint64_t lookup, deadline_ms;
	size_t resolver; /* index of who does it */
	/* of a courier or resolver */
	uint8_t does; /* PORTAL_MAILS, PORTAL_LOOKUPS */
	struct portal_mail mails[OUT_AT_A_TIME];
	size_t mail_count;
	uint64_t pause_until_ms;
};

struct serving {
	struct keyholder *keyholder;
	struct peer *peers; /* PEERS of them */
	size_t used;        /* above the highest that was ever taken: the others cost nothing */
	uint64_t next_lookup, next_tick_ms, next_tell_ms;
	struct keyholder_left_out left_out; /* not told yet */
	struct st_buf body, frame;
};

/* --- sending: whole or not at all --- */

static void send_frame(struct serving *s, struct peer *peer, uint32_t type)
{
	s->frame.size = 0;
	message_add(&s->frame, type, s->body.data, s->body.size);
	ssize_t sent = send(peer->fd, s->frame.data, s->frame.size, MSG_DONTWAIT | MSG_NOSIGNAL);
	if (sent != (ssize_t)s->frame.size)
		peer->broken = true; /* it does not read what it asked for */
	sodium_memzero(s->frame.data, s->frame.size);
	sodium_memzero(s->body.data, s->body.size);
	s->body.size = 0;
}

static void send_answer(struct serving *s, struct peer *peer, struct portal_answer *answer)
{
	s->body.size = 0;
	portal_answer_encode(answer, &s->body);
	send_frame(s, peer, PORTAL_ANSWER + answer->ask);
	sodium_memzero(answer, sizeof *answer);
}

/* --- lookups --- */

static void end_waiting(struct serving *s, struct peer *peer, const struct portal_looked_up *looked_up)
{
	struct portal_answer answer;
	peer->waiting = false;
	peer->look = true;
	keyholder_looked_up(s->keyholder, &peer->question, looked_up, st_utc_seconds(), &answer);
	sodium_memzero(&peer->question, sizeof peer->question);
	send_answer(s, peer, &answer);
}

static void fail_waiting(struct serving *s, struct peer *peer)
{
	end_waiting(s, peer, &(struct portal_looked_up){.verdict = PORTAL_UNREACHABLE});
}

static void begin_lookup(struct serving *s, struct peer *peer, struct portal_lookup *lookup)
{
	peer->waiting = true;
	peer->lookup = lookup->number = s->next_lookup++;
	peer->deadline_ms = st_now_ms() + CEIL_PORTAL_CHECK_MS;
	for (peer->resolver = 0; peer->resolver < s->used; peer->resolver++) {
		struct peer *resolver = &s->peers[peer->resolver];
		if (resolver->fd < 0 || resolver->broken || !(resolver->does & PORTAL_LOOKUPS))
			continue;
		s->body.size = 0;
		portal_lookup_encode(lookup, &s->body);
		send_frame(s, resolver, PORTAL_ERRAND_LOOKUP);
		if (!resolver->broken)
			return;
	}
	fail_waiting(s, peer);
}

static void looked_up(struct serving *s, size_t resolver, const struct portal_looked_up *result)
{
	for (size_t i = 0; i < s->used; i++) {
		struct peer *peer = &s->peers[i];
		if (peer->fd < 0 || !peer->waiting || peer->lookup != result->number || peer->resolver != resolver)
			continue;
		bool known = result->verdict == PORTAL_DONE || result->verdict == PORTAL_NOT_FOUND ||
			     result->verdict == PORTAL_DISAGREE || result->verdict == PORTAL_BOGUS;
		if (known)
			end_waiting(s, peer, result);
		else
			fail_waiting(s, peer);
		return;
	}
}

/* --- mails --- */

static void give_mails(struct serving *s, struct peer *peer, uint64_t now_ms)
{
	while (!peer->broken && (peer->does & PORTAL_MAILS) && peer->mail_count < OUT_AT_A_TIME &&
		now_ms >= peer->pause_until_ms) {
		struct portal_mail *mail = &peer->mails[peer->mail_count];
		if (!keyholder_next_mail(s->keyholder, st_utc_seconds(), mail))
			return;
		peer->mail_count++;
		s->body.size = 0;
		portal_mail_encode(mail, &s->body);
		send_frame(s, peer, PORTAL_ERRAND_MAIL);
	}
}

static void mailed(struct serving *s, struct peer *peer, const struct portal_mailed *result)
{
	for (size_t i = 0; i < peer->mail_count; i++) {
		if (peer->mails[i].number != result->number)
			continue;
		if (result->outcome == PORTAL_MAIL_LATER)
			keyholder_mail_later(s->keyholder, &peer->mails[i], st_utc_seconds());
		if (result->outcome == PORTAL_MAIL_NONE) {
			keyholder_mail_back(s->keyholder, &peer->mails[i]);
			peer->pause_until_ms = st_now_ms() + PAUSE_MS;
		}
		peer->mails[i] = peer->mails[--peer->mail_count];
		sodium_memzero(&peer->mails[peer->mail_count], sizeof peer->mails[0]);
		return;
	}
}

/* --- peers --- */

static void close_peer(struct serving *s, size_t index)
{
	struct peer *peer = &s->peers[index];
	for (size_t i = 0; i < peer->mail_count; i++)
		keyholder_mail_back(s->keyholder, &peer->mails[i]);
	message_reader_close(peer->reader);
	close(peer->fd);
	bool does_lookups = peer->does & PORTAL_LOOKUPS;
	sodium_memzero(peer, sizeof *peer);
	peer->fd = -1;
	for (size_t i = 0; does_lookups && i < s->used; i++)
		if (s->peers[i].fd >= 0 && s->peers[i].waiting && s->peers[i].resolver == index)
			fail_waiting(s, &s->peers[i]);
}

static void accept_peer(struct serving *s, int listener, bool errands)
{
	int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	if (fd < 0)
		return;
	for (size_t i = 0; i < PEERS; i++) {
		struct peer *peer = &s->peers[i];
		if (peer->fd >= 0)
			continue;
		*peer = (struct peer){.fd = fd, .errands = errands, .reader = message_reader_open(fd)};
		s->used = i >= s->used ? i + 1 : s->used;
		return;
	}
	close(fd);
}

static bool take_question(struct serving *s, struct peer *peer, const struct message *message)
{
	struct portal_answer answer;
	struct portal_lookup lookup;
	if (!portal_question_decode(message->type, message->body, &peer->question))
		return false;
	if (keyholder_answer(s->keyholder, &peer->question, st_utc_seconds(), &answer, &lookup)) {
		sodium_memzero(&peer->question, sizeof peer->question);
		send_answer(s, peer, &answer);
	} else {
		begin_lookup(s, peer, &lookup);
	}
	sodium_memzero(&lookup, sizeof lookup);
	return true;
}

static bool take_errand(struct serving *s, size_t index, const struct message *message)
{
	struct peer *peer = &s->peers[index];
	struct portal_mailed mail;
	struct portal_looked_up lookup;
	if (message->type == PORTAL_ERRAND_HELLO && message->body.size == 1 && peer->does == 0) {
		peer->does = message->body.data[0];
		return peer->does != 0 && (peer->does & ~(PORTAL_MAILS | PORTAL_LOOKUPS)) == 0;
	}
	if (message->type == PORTAL_ERRAND_MAILED && portal_mailed_decode(message->body, &mail)) {
		mailed(s, peer, &mail);
		return true;
	}
	if (message->type == PORTAL_ERRAND_LOOKED_UP && portal_looked_up_decode(message->body, &lookup)) {
		looked_up(s, index, &lookup);
		return true;
	}
	return false;
}

/* All that came, but for questions behind one that waits: those stay in the socket. */
static void hear_peer(struct serving *s, size_t index)
{
	struct peer *peer = &s->peers[index];
	while (!peer->broken && !peer->waiting) {
		struct message message;
		enum message_result result = message_next(peer->reader, &message);
		if (result == MESSAGE_AGAIN)
			return;
		if (result != MESSAGE_OK) {
			peer->broken = true;
			return;
		}
		if (message.fd >= 0)
			close(message.fd);
		bool sound = message.body.size <= CEIL_PORTAL_MESSAGE_BYTES &&
			     (peer->errands ? take_errand(s, index, &message) : take_question(s, peer, &message));
		message_reader_forget(peer->reader);
		peer->broken |= !sound;
	}
}

/* --- the loop --- */

/* Numbers alone: whose mails they were nobody learns. */
static void tell(struct serving *s, uint64_t now_ms)
{
	struct keyholder_left_out more = keyholder_left_out(s->keyholder), *all = &s->left_out;
	all->no_room += more.no_room;
	all->too_late += more.too_late;
	if (all->no_room + all->too_late == 0 || now_ms < s->next_tell_ms)
		return;
	fprintf(stderr,
		"staunch: keyholder: mails that had no room: %llu, whose codes ended before they could go: %llu\n",
		(unsigned long long)all->no_room, (unsigned long long)all->too_late);
	*all = (struct keyholder_left_out){0};
	s->next_tell_ms = now_ms + TELL_MS;
}

static void keep_time(struct serving *s)
{
	uint64_t now_ms = st_now_ms();
	for (size_t i = 0; i < s->used; i++) {
		struct peer *peer = &s->peers[i];
		if (peer->fd >= 0 && peer->waiting && now_ms >= peer->deadline_ms)
			fail_waiting(s, peer);
		if (peer->fd >= 0)
			give_mails(s, peer, now_ms);
	}
	for (size_t i = 0; i < s->used; i++)
		if (s->peers[i].fd >= 0 && s->peers[i].broken)
			close_peer(s, i);
	tell(s, now_ms);
	if (now_ms >= s->next_tick_ms) {
		keyholder_tick(s->keyholder, st_utc_seconds());
		s->next_tick_ms = now_ms + TICK_MS;
	}
}

/* A question behind one that waited may be read already: poll(2) does not tell of it. */
static void hear_peers(struct serving *s, const struct pollfd *fds)
{
	for (size_t i = 0; i < s->used; i++) {
		struct peer *peer = &s->peers[i];
		bool told = fds[LISTENERS + i].fd == peer->fd && fds[LISTENERS + i].revents != 0;
		if (peer->fd < 0 || !(told || peer->look))
			continue;
		peer->look = false;
		hear_peer(s, i);
	}
}

static enum st_status serve(struct serving *s, const struct keyholder_sockets *sockets, struct st_error *err)
{
	for (;;) {
		struct pollfd fds[LISTENERS + PEERS];
		fds[0] = (struct pollfd){.fd = sockets->signals, .events = POLLIN};
		fds[1] = (struct pollfd){.fd = sockets->portal, .events = POLLIN};
		fds[2] = (struct pollfd){.fd = sockets->errands, .events = POLLIN};
		int wait_ms = 500;
		for (size_t i = 0; i < s->used; i++) {
			fds[LISTENERS + i] =
				(struct pollfd){.fd = s->peers[i].waiting ? -1 : s->peers[i].fd, .events = POLLIN};
			wait_ms = s->peers[i].fd >= 0 && s->peers[i].look ? 0 : wait_ms;
		}
		if (poll(fds, LISTENERS + s->used, wait_ms) < 0 && errno != EINTR)
			return st_fail_errno(err, ST_FATAL, "the keyholder cannot wait");
		if (fds[0].revents != 0)
			return ST_OK;
		hear_peers(s, fds);
		if (fds[1].revents != 0)
			accept_peer(s, sockets->portal, false);
		if (fds[2].revents != 0)
			accept_peer(s, sockets->errands, true);
		keep_time(s);
	}
}

enum st_status keyholder_serve(
	struct keyholder *keyholder, const struct keyholder_sockets *sockets, struct st_error *err)
{
	struct serving s = {.keyholder = keyholder, .peers = st_alloc_zero(PEERS, sizeof *s.peers), .next_lookup = 1};
	for (size_t i = 0; i < PEERS; i++)
		s.peers[i].fd = -1;
	enum st_status status = serve(&s, sockets, err);
	for (size_t i = 0; i < s.used; i++)
		if (s.peers[i].fd >= 0) {
			s.peers[i].waiting = false;
			close_peer(&s, i);
		}
	free(s.peers);
	st_buf_wipe(&s.body);
	st_buf_wipe(&s.frame);
	return status;
}
