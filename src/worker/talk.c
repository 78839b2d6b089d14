/* Both lists are short: what was asked for is forgotten. */
#include "worker/talk.h"

#include "base/ceilings.h"

#include <stdlib.h>
#include <string.h>

void talk_begin(struct talk *talk, enum speaker author)
{
	talk->at = talk->told = talk->count = 0;
	talk->place_at = talk->place_count = 0;
	talk->author = author;
	talk->quoted = author == SPEAKER_AGENT ? SPEAKER_CUSTOMER : SPEAKER_UNKNOWN;
	talk->quoted_known = false;
}

void talk_free(struct talk *talk)
{
	free(talk->turns);
	free(talk->places);
}

void talk_forget(struct talk *talk, uint64_t end)
{
	while (talk->at < talk->told && talk->turns[talk->at].end <= end)
		talk->at++;
	if (talk->at == 0 || (talk->at < 1024 && talk->at < talk->count))
		return;
	memmove(talk->turns, talk->turns + talk->at, (talk->count - talk->at) * sizeof *talk->turns);
	talk->told -= talk->at;
	talk->count -= talk->at;
	talk->at = 0;
}

void talk_add(struct talk *talk, const struct talk_turn *turn)
{
	if ((talk->count - talk->at) * sizeof *turn >= CEIL_PENDING_BYTES)
		return;
	if (talk->count == talk->capacity) {
		talk->capacity = talk->capacity ? talk->capacity * 2 : 16;
		talk->turns = st_realloc(talk->turns, talk->capacity * sizeof *talk->turns);
	}
	size_t at = talk->count++;
	for (; at > talk->told && talk->turns[at - 1].start > turn->start; at--)
		talk->turns[at] = talk->turns[at - 1];
	talk->turns[at] = *turn;
}

bool talk_next(struct talk *talk, uint64_t record_start, uint64_t record_end, struct talk_turn *out)
{
	while (talk->told < talk->count && talk->turns[talk->told].start < record_end) {
		*out = talk->turns[talk->told++];
		if (out->start >= record_start)
			return true;
	}
	return false;
}

enum speaker talk_said_at(struct talk *talk, uint64_t start)
{
	talk_forget(talk, start);
	if (talk->at < talk->count && talk->turns[talk->at].start <= start && start < talk->turns[talk->at].end)
		return talk->turns[talk->at].speaker;
	return SPEAKER_UNKNOWN;
}

/* --- mails --- */

void talk_place(struct talk *talk, uint64_t start, struct st_span label)
{
	static const struct {
		const char *label;
		enum talk_place place;
	} places[] = {{"body", TALK_OWN_WORDS}, {"signature", TALK_OWN_WORDS}, {"quoted reply", TALK_QUOTED},
		{"forwarded header", TALK_QUOTED_HEADER}};
	struct talk_where where = {start, TALK_ELSEWHERE};
	for (size_t i = 0; i < sizeof places / sizeof places[0]; i++)
		if (strlen(places[i].label) == label.size && memcmp(places[i].label, label.data, label.size) == 0)
			where.place = places[i].place;
	if (talk->place_count == talk->place_capacity) {
		talk->place_capacity = talk->place_capacity ? talk->place_capacity * 2 : 16;
		talk->places = st_realloc(talk->places, talk->place_capacity * sizeof *talk->places);
	}
	talk->places[talk->place_count++] = where;
}

/* Moves to the place that holds `start`; a header of a quote that begins on the way makes its author unknown. */
static enum talk_place place_at(struct talk *talk, uint64_t start)
{
	while (talk->place_at < talk->place_count && talk->places[talk->place_at].start <= start) {
		if (talk->places[talk->place_at].place == TALK_QUOTED_HEADER)
			talk->quoted_known = false;
		talk->place_at++;
	}
	enum talk_place place = talk->place_at > 0 ? talk->places[talk->place_at - 1].place : TALK_OWN_WORDS;
	if (talk->place_at > 64) {
		size_t drop = talk->place_at - 1;
		memmove(talk->places, talk->places + drop, (talk->place_count - drop) * sizeof *talk->places);
		talk->place_count -= drop;
		talk->place_at = 1;
	}
	return place;
}

enum speaker talk_said_in_mail(struct talk *talk, uint64_t start, struct st_span address)
{
	switch (place_at(talk, start)) {
	case TALK_OWN_WORDS:
		return talk->author;
	case TALK_QUOTED:
		return talk->quoted;
	case TALK_QUOTED_HEADER:
		if (!talk->quoted_known && address.size > 0) {
			talk->quoted = speaker_of(address, talk->own_domains);
			talk->quoted_known = true;
		}
		return SPEAKER_UNKNOWN;
	case TALK_ELSEWHERE:
		break;
	}
	return SPEAKER_UNKNOWN;
}
