/*
 * A turn is an object with a key of each kind below: {"author": "customer", "text": "..."}, or {"author": {"role":
 * "agent"}, "body": "..."}. Its text is the first string under such a key; whoever listens judges who the speaker is.
 */
#include "extract/json_turns.h"

#include <string.h>

static const char *const speaker_keys[] = {
	"from", "author", "speaker", "sender", "role", "by", "posted_by", "author_type", "sender_type", "direction"};
static const char *const text_keys[] = {
	"text", "body", "message", "content", "comment", "note", "notes", "plain_body", "html_body"};
/* Inside of an object that stands for the speaker. */
static const char *const person_keys[] = {"role", "type", "email", "address", "mail"};

static bool is_one_of(struct st_span key, const char *const *list, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (strlen(list[i]) == key.size && strncasecmp((const char *)key.data, list[i], key.size) == 0)
			return true;
	return false;
}

#define IS_ONE_OF(key, list) is_one_of(key, list, sizeof(list) / sizeof(list)[0])

static enum json_turn_key kind_of(const struct json_turn_level *level, const struct st_json_event *event)
{
	if (!event->last || event->text.size > 16)
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
