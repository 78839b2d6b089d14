/* Who said what stands where: turns of a conversation as a reader tells them, or the author and the quotes of a mail.
 */
#ifndef STAUNCH_WORKER_TALK_H
#define STAUNCH_WORKER_TALK_H

#include "worker/speaker.h"

struct talk_turn {
	uint64_t start, end;  /* text offsets */
	enum speaker speaker; /* known */
};

enum talk_place { TALK_ELSEWHERE, TALK_OWN_WORDS, TALK_QUOTED, TALK_QUOTED_HEADER };

struct talk {
	struct talk_turn *turns; /* by start; they do not overlap */
	size_t at, told, count, capacity;
	struct talk_where {
		uint64_t start;
		enum talk_place place;
	} * places;
	size_t place_at, place_count, place_capacity;
	enum speaker author, quoted;
	bool quoted_known; /* of the quote that begins or goes on here */
	const char *const *own_domains;
};

void talk_begin(struct talk *talk, enum speaker author);
void talk_free(struct talk *talk);
/* A turn of the record that ends next. */
void talk_add(struct talk *talk, const struct talk_turn *turn);
/* The next turn that starts in a record, each once; records come in order. False: none is left in it. */
bool talk_next(struct talk *talk, uint64_t record_start, uint64_t record_end, struct talk_turn *out);
/* Who says what starts here; asked in the order of starts. */
enum speaker talk_said_at(struct talk *talk, uint64_t start);
/* Turns that end here or before are not asked for again. */
void talk_forget(struct talk *talk, uint64_t end);

/* Places of a mail's text, as its reader names them. */
void talk_place(struct talk *talk, uint64_t start, struct st_span label);
/* The same for a value found in a mail; address: it is one, then its canonical form. The first address in the header of
 * a quote says whose words follow; without one, what an agent quotes is a customer's, and of a customer's quotes
 * nothing is known. */
enum speaker talk_said_in_mail(struct talk *talk, uint64_t start, struct st_span address);

#endif
