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

/* By length: the first letters of all keys that matter, one bit each. */
extern const uint32_t json_turns_first_letters[12];

/* Does the event of a record matter to json_turns_take? Most keys are of nobody, most values have such a key. */
static inline bool json_turns_cares(const struct json_turns *turns, const struct st_json_event *event, int base)
{
	int depth = event->depth - base;
	if (event->token < ST_JSON_KEY || depth < 1 || depth > JSON_TURN_LEVELS ||
		turns->levels[depth - 1].key != JSON_TURN_NO_KEY)
		return true;
	if (event->token != ST_JSON_KEY || event->text.size < 2 || event->text.size > 11)
		return false;
	unsigned letter = (event->text.data[0] | 0x20u) - 'a';
	return letter < 26 && (json_turns_first_letters[event->text.size] >> letter & 1);
}

/* The next event of a record, unless it does not matter; `base` is the depth of the record. True: a turn ended, given
 * in *turn. */
bool json_turns_take(struct json_turns *turns, const struct st_json_event *event, int base, struct extract_turn *turn);

#endif
