/* Turns of a conversation in JSON: objects that say who speaks and what. */
#ifndef STAUNCH_EXTRACT_JSON_TURNS_H
#define STAUNCH_EXTRACT_JSON_TURNS_H

#include "base/json_read.h"
#include "extract/extract.h"

#define JSON_TURN_LEVELS 12 /* of the record; turns nest no deeper */
#define JSON_TURN_SPEAKER_BYTES 256

enum json_turn_key { JSON_TURN_NO_KEY, JSON_TURN_SPEAKER, JSON_TURN_TEXT };

struct json_turn_level {
	enum json_turn_key key;        /* whose value comes next */
	bool of_speaker;               /* an object that is itself the value of a speaker's key */
	uint16_t speaker_size;         /* 0: nobody was named */
	uint64_t text_start, text_end; /* of the first text; both 0: none */
	uint8_t speaker[JSON_TURN_SPEAKER_BYTES];
};

/* Zero-initialise. */
struct json_turns {
	struct json_turn_level levels[JSON_TURN_LEVELS];
};

/* The next event of a record; `base` is the depth of the record. True: a turn ended, given in *turn. */
bool json_turns_take(struct json_turns *turns, const struct st_json_event *event, int base, struct extract_turn *turn);

#endif
