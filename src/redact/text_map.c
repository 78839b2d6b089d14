#include "redact/text_map.h"

#include <stdlib.h>

static void convert(struct text_map *map, bool last)
{
	struct st_span in = {map->raw.data + map->converted, map->raw.size - map->converted};
	size_t size, most = in.size * 3 + 4; /* a byte of a single-byte set is at most three of UTF-8 */
	st_buf_reserve(&map->text, most);
	if (map->count + most > map->capacity) {
		map->capacity = 2 * (map->count + most);
		map->places = st_realloc(map->places, map->capacity * sizeof *map->places);
	}
	uint32_t *places = map->places + map->count;
	size_t used = in.size == 0 ? 0 : charset_convert(map->charset, in, last, map->text.data, most, &size, places);
	map->text.size = in.size == 0 ? 0 : size;
	for (size_t i = 0; i < map->text.size; i++)
		places[i] += (uint32_t)map->converted;
	map->count += map->text.size;
	map->converted += used;
}

struct st_span text_map_add(struct text_map *map, const void *data, size_t size, bool last)
{
	if (size > 0)
		st_buf_add(&map->raw, data, size);
	convert(map, last);
	return (struct st_span){map->text.data, map->text.size};
}

static size_t raw_place(const struct text_map *map, uint64_t offset)
{
	uint64_t index = offset - map->text_at;
	return index < map->count ? map->places[index] : map->converted;
}

uint64_t text_map_input(const struct text_map *map, uint64_t offset)
{
	return map->raw_at + raw_place(map, offset);
}

/* The first held byte of text whose character begins at this place of raw or behind it. */
static size_t first_from(const struct text_map *map, uint64_t place)
{
	size_t low = 0, high = map->count;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (map->places[middle] < place)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

uint64_t text_map_text(const struct text_map *map, uint64_t input, bool up)
{
	uint64_t place = input > map->raw_at ? input - map->raw_at : 0;
	size_t at = first_from(map, place);
	bool inside = at > 0 && (at == map->count ? place < map->converted : map->places[at] != place);
	if (!up && inside)
		at = first_from(map, map->places[at - 1]);
	return map->text_at + at;
}

struct st_span text_map_bytes(const struct text_map *map, uint64_t start, uint64_t end)
{
	size_t from = raw_place(map, start), to = raw_place(map, end);
	return (struct st_span){map->raw.data + from, to - from};
}

void text_map_forget(struct text_map *map, uint64_t offset)
{
	size_t drop = raw_place(map, offset), gone = offset - map->text_at;
	if (drop == 0)
		return;
	st_buf_drop_front(&map->raw, drop);
	memmove(map->places, map->places + gone, (map->count - gone) * sizeof *map->places);
	map->count -= gone;
	for (size_t i = 0; i < map->count; i++)
		map->places[i] -= (uint32_t)drop;
	map->converted -= drop;
	map->raw_at += drop;
	map->text_at = offset;
}

void text_map_encode(const struct text_map *map, struct st_span ascii, struct st_buf *out)
{
	bool wide = charset_is_wide(map->charset);
	bool four = map->charset == CHARSET_UTF32LE || map->charset == CHARSET_UTF32BE;
	bool big = map->charset == CHARSET_UTF16BE || map->charset == CHARSET_UTF32BE;
	size_t padding = !wide ? 0 : four ? 3 : 1;
	for (size_t i = 0; i < ascii.size; i++) {
		if (!big)
			st_buf_add_byte(out, ascii.data[i]);
		for (size_t n = 0; n < padding; n++)
			st_buf_add_byte(out, 0);
		if (big)
			st_buf_add_byte(out, ascii.data[i]);
	}
}

void text_map_begin(struct text_map *map, enum charset charset)
{
	map->charset = charset;
	map->raw.size = map->text.size = 0;
	map->raw_at = map->text_at = 0;
	map->converted = map->count = 0;
}

void text_map_free(struct text_map *map)
{
	st_buf_wipe(&map->raw);
	st_buf_wipe(&map->text);
	free(map->places);
	*map = (struct text_map){0};
}
