/*
 * A turn is an object with a key of each kind below: {"author": "customer", "text": "..."}, or {"author": {"role":
 * "agent"}, "body": "..."}. Its text is the first string under such a key; whoever listens judges who the speaker is.
 */
#include "extract/json_turns.h"

#include <string.h>

struct known_key {
	uint8_t size;
	char text[12];
};

static const struct known_key speaker_keys[] = {{4, "from"}, {6, "author"}, {7, "speaker"}, {6, "sender"}, {4, "role"},
	{2, "by"}, {9, "posted_by"}, {11, "author_type"}, {11, "sender_type"}, {9, "direction"}};
static const struct known_key text_keys[] = {{4, "text"}, {4, "body"}, {7, "message"}, {7, "content"}, {7, "comment"},
	{4, "note"}, {5, "notes"}, {10, "plain_body"}, {9, "html_body"}};
/* Inside of an object that stands for the speaker. */
static const struct known_key person_keys[] = {{4, "role"}, {4, "type"}, {5, "email"}, {7, "address"}, {4, "mail"}};

#define LETTER(c) (1u << ((c) - 'a'))
const uint32_t json_turns_first_letters[12] = {
	[2] = LETTER('b'),
	[4] = LETTER('f') | LETTER('r') | LETTER('t') | LETTER('b') | LETTER('n') | LETTER('m'),
	[5] = LETTER('n') | LETTER('e'),
	[6] = LETTER('a') | LETTER('s'),
	[7] = LETTER('s') | LETTER('m') | LETTER('c') | LETTER('a'),
	[9] = LETTER('p') | LETTER('d') | LETTER('h'),
	[10] = LETTER('p'),
	[11] = LETTER('a') | LETTER('s'),
};

static bool is_one_of(struct st_span key, const struct known_key *list, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (list[i].size == key.size && (key.data[0] | 0x20) == (uint8_t)list[i].text[0] &&
			strncasecmp(list[i].text, (const char *)key.data, key.size) == 0)
			return true;
	return false;
}

#define IS_ONE_OF(key, list) is_one_of(key, list, sizeof(list) / sizeof(list)[0])

static enum json_turn_key kind_of(const struct json_turn_level *level, const struct st_json_event *event)
{
	if (!event->last || event->text.size < 2 || event->text.size > 11)
		return JSON_TURN_NO_KEY;
	if (level->of_speaker)
		return IS_ONE_OF(event->text, person_keys) ? JSON_TURN_SPEAKER : JSON_TURN_NO_KEY;
	if (IS_ONE_OF(event->text, speaker_keys))
		return JSON_TURN_SPEAKER;
	return IS_ONE_OF(event->text, text_keys) ? JSON_TURN_TEXT : JSON_TURN_NO_KEY;
}

static void take_string(struct json_turn_level *level, const struct st_json_event *event)
{
	if (!event->last)
		return;
	if (level->key == JSON_TURN_SPEAKER && level->speaker_size == 0 &&
		event->text.size <= JSON_TURN_SPEAKER_BYTES) {
		memcpy(level->speaker, event->text.data, event->text.size);
		level->speaker_size = (uint16_t)event->text.size;
	} else if (level->key == JSON_TURN_TEXT && level->text_end == 0) {
		level->text_start = event->start;
		level->text_end = event->end;
	}
	level->key = JSON_TURN_NO_KEY;
}

static bool end_object(struct json_turns *turns, int depth, struct extract_turn *turn)
{
	struct json_turn_level *level = &turns->levels[depth];
	if (level->of_speaker && depth > 0) {
		struct json_turn_level *around = level - 1;
		if (around->speaker_size == 0 && level->speaker_size > 0) {
			memcpy(around->speaker, level->speaker, level->speaker_size);
			around->speaker_size = level->speaker_size;
		}
		return false;
	}
	if (level->speaker_size == 0 || level->text_end == 0)
		return false;
	*turn = (struct extract_turn){level->text_start, level->text_end, {level->speaker, level->speaker_size}};
	return true;
}

bool json_turns_take(struct json_turns *turns, const struct st_json_event *event, int base, struct extract_turn *turn)
{
	int depth = event->depth - base; /* of objects: their own level; of keys and values: one more */
	if (event->token == ST_JSON_OBJECT && depth >= 0 && depth < JSON_TURN_LEVELS) {
		struct json_turn_level *level = &turns->levels[depth];
		level->of_speaker = depth > 0 && level[-1].key == JSON_TURN_SPEAKER;
		level->key = JSON_TURN_NO_KEY;
		level->speaker_size = 0;
		level->text_start = level->text_end = 0;
		if (depth > 0)
			level[-1].key = JSON_TURN_NO_KEY;
		return false;
	}
	if (event->token == ST_JSON_OBJECT_END)
		return depth >= 0 && depth < JSON_TURN_LEVELS && end_object(turns, depth, turn);
	if (event->token == ST_JSON_ARRAY && depth >= 0 && depth < JSON_TURN_LEVELS)
		turns->levels[depth].key = JSON_TURN_NO_KEY; /* what stands in it has no key */
	if (depth < 1 || depth > JSON_TURN_LEVELS)
		return false;
	struct json_turn_level *level = &turns->levels[depth - 1];
	if (event->token == ST_JSON_KEY)
		level->key = kind_of(level, event);
	else if (event->token == ST_JSON_STRING && level->key != JSON_TURN_NO_KEY)
		take_string(level, event);
	else if (event->token != ST_JSON_STRING && event->last)
		level->key = JSON_TURN_NO_KEY;
	return false;
}
