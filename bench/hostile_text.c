#include "hostile_text.h"

#include <stdlib.h>

/* A text is held as far as this; slices of it stand for the rest. */
#define TEXT_BYTES ((size_t)48 << 20)
#define LARGE_BYTES 65536
#define CELL_BYTES 3

struct piece {
	size_t start, size;
};
struct pieces {
	struct piece *list;
	size_t count, capacity;
};
struct hostile_pool {
	struct st_buf bytes;
	struct pieces values, texts, large; /* large: those of texts that are */
};

uint64_t hostile_next(uint64_t *state)
{
	uint64_t mixed = *state += 0x9e3779b97f4a7c15u; /* splitmix64 */
	mixed = (mixed ^ mixed >> 30) * 0xbf58476d1ce4e5b9u;
	mixed = (mixed ^ mixed >> 27) * 0x94d049bb133111ebu;
	return mixed ^ mixed >> 31;
}

static size_t below(uint64_t *state, size_t limit)
{
	return limit ? (size_t)(hostile_next(state) % limit) : 0;
}

/* --- what it draws from --- */

struct hostile_pool *hostile_pool_open(void)
{
	return st_alloc_zero(1, sizeof(struct hostile_pool));
}

void hostile_pool_close(struct hostile_pool *pool)
{
	if (!pool)
		return;
	st_buf_free(&pool->bytes);
	free(pool->values.list);
	free(pool->texts.list);
	free(pool->large.list);
	free(pool);
}

size_t hostile_pool_values(const struct hostile_pool *pool)
{
	return pool->values.count;
}

static void add_piece(struct pieces *pieces, size_t start, size_t size)
{
	if (pieces->count == pieces->capacity) {
		pieces->capacity = pieces->capacity ? pieces->capacity * 2 : 256;
		pieces->list = st_realloc(pieces->list, pieces->capacity * sizeof *pieces->list);
	}
	pieces->list[pieces->count++] = (struct piece){start, size};
}

static int hex_digit(uint8_t byte)
{
	return byte >= '0' && byte <= '9' ? byte - '0' : byte >= 'a' && byte <= 'f' ? byte - 'a' + 10 : -1;
}

/* One byte of a cell, its escape undone; the bytes used. Double brackets around mentions are no part of it. */
static size_t add_cell_byte(struct st_buf *out, const uint8_t *at, size_t left)
{
	if (left >= 3 && at[0] == 0xe2 && at[1] == 0x9f && (at[2] == 0xa6 || at[2] == 0xa7))
		return 3;
	if (at[0] != '\\' || left < 2) {
		st_buf_add_byte(out, at[0]);
		return 1;
	}
	if (at[1] == 'x' && left >= 4 && hex_digit(at[2]) >= 0 && hex_digit(at[3]) >= 0) {
		st_buf_add_byte(out, (uint8_t)(hex_digit(at[2]) << 4 | hex_digit(at[3])));
		return 4;
	}
	st_buf_add_byte(out, at[1] == 'n' ? '\n' : at[1] == 't' ? '\t' : at[1] == 'r' ? '\r' : at[1]);
	return 2;
}

static void add_cells(struct hostile_pool *pool, struct st_span table)
{
	struct st_buf *bytes = &pool->bytes;
	size_t start = bytes->size;
	for (size_t at = 0; at < table.size;) {
		bool ends = table.data[at] == '\t' || table.data[at] == '\n';
		at += ends ? 1 : add_cell_byte(bytes, table.data + at, table.size - at);
		if (!ends && at < table.size)
			continue;
		if (bytes->size - start >= CELL_BYTES)
			add_piece(&pool->values, start, bytes->size - start);
		start = bytes->size;
	}
}

void hostile_pool_add(struct hostile_pool *pool, struct st_span content, bool table)
{
	if (content.size > TEXT_BYTES)
		content.size = TEXT_BYTES;
	if (content.size == 0)
		return;
	if (table)
		add_cells(pool, content);
	add_piece(&pool->texts, pool->bytes.size, content.size);
	if (content.size >= LARGE_BYTES)
		add_piece(&pool->large, pool->bytes.size, content.size);
	st_buf_add(&pool->bytes, content.data, content.size);
}

/* --- what it writes --- */

#define PICK(state, list) (list)[below(state, sizeof(list) / sizeof *(list))]

static void add_text(struct st_buf *out, const char *text)
{
	st_buf_add(out, text, strlen(text));
}

static struct st_span draw_value(const struct hostile_pool *pool, uint64_t *state)
{
	if (pool->values.count == 0)
		return (struct st_span){(const uint8_t *)"anna.rossi@contoso.com", 22};
	struct piece value = pool->values.list[below(state, pool->values.count)];
	return (struct st_span){pool->bytes.data + value.start, value.size};
}

/* Large texts are drawn as often as small ones: few and large are what is common, small and many what is odd. */
static struct st_span draw_slice(
	const struct hostile_pool *pool, const struct pieces *texts, uint64_t *state, size_t most)
{
	if (texts->count == 0)
		return draw_value(pool, state);
	struct piece text = texts->list[below(state, texts->count)];
	size_t start = below(state, text.size), size = 1 + below(state, most);
	if (size > text.size - start)
		size = text.size - start;
	return (struct st_span){pool->bytes.data + text.start + start, size};
}

static const char *const separators[] = {" ", " ", "\n", ", ", ";", "\t", ".", "", "", "\r\n", "|", "=", ": ", "\"",
	"'", "<", ">", "(", ")", "/", "\\n", "\\t", "\\\"", "&nbsp;", "%20", "+", "-", "_", "@", "=\r\n", "\xc2\xa0",
	"\xe2\x80\x8b", "\xe2\x80\x93", "\xef\xbc\x8c", "\xff", "\x80", "\xc3", "\x1b[1;31m", "\\u001b[0m", "{\"a\":\"",
	"\":\"", "',E'", "{{", "&#64;", " at ", " [dot] ", "#", "~", "\x0b", "\x7f"};

static void add_separator(struct st_buf *out, uint64_t *state)
{
	size_t choice = below(state, 24);
	if (choice == 0)
		st_buf_add_byte(out, 0);
	else
		add_text(out, PICK(state, separators));
}

static void add_values(const struct hostile_pool *pool, uint64_t *state, size_t size, struct st_buf *out)
{
	for (size_t end = out->size + size; out->size < end; add_separator(out, state)) {
		struct st_span value = draw_value(pool, state);
		st_buf_add(out, value.data, value.size);
	}
}

/* Bytes inserted, taken away, doubled and changed. */
static void add_mutated(struct st_buf *out, struct st_span text, uint64_t *state, size_t one_in)
{
	static const char signs[] = "0123456789 .-:/@+%=&#;\\\"'()[]{}<>\n\t,_aAzZxXeE";
	for (size_t i = 0; i < text.size; i++) {
		uint64_t draw = hostile_next(state);
		if (draw % one_in != 0) {
			st_buf_add_byte(out, text.data[i]);
			continue;
		}
		switch (draw >> 32 & 7) {
		case 0:
			break;
		case 1:
			st_buf_add_byte(out, text.data[i]);
			st_buf_add_byte(out, text.data[i]);
			break;
		case 2:
			st_buf_add_byte(out, (uint8_t)(draw >> 40));
			break;
		case 3:
			st_buf_add_byte(out, text.data[i] ^ 0x20);
			break;
		case 4:
			st_buf_add_byte(out, (uint8_t)(text.data[i] ^ 1u << (draw >> 40 & 7)));
			break;
		default:
			st_buf_add_byte(out, (uint8_t)signs[(draw >> 40) % (sizeof signs - 1)]);
		}
	}
}

static void add_mutations(const struct hostile_pool *pool, uint64_t *state, size_t size, struct st_buf *out)
{
	for (size_t end = out->size + size; out->size < end;) {
		bool whole = below(state, 2);
		struct st_span text = whole ? draw_value(pool, state) : draw_slice(pool, &pool->texts, state, 400);
		add_mutated(out, text, state, 3 + below(state, 30));
		add_separator(out, state);
	}
}

/* Text with values in it: what stands before them is anything. */
static void add_spliced(const struct hostile_pool *pool, uint64_t *state, size_t size, struct st_buf *out)
{
	for (size_t end = out->size + size; out->size < end;) {
		struct st_span text = draw_slice(pool, &pool->texts, state, 300), value = draw_value(pool, state);
		size_t skipped = below(state, 4) == 0 ? below(state, value.size) : 0;
		st_buf_add(out, text.data, text.size);
		st_buf_add(out, value.data + skipped, value.size - skipped);
	}
}

static void add_digits(uint64_t *state, size_t size, struct st_buf *out)
{
	static const char *const between[] = {" ", "-", ".", "/", ":", "+", "(", ")", "\n", "\xc2\xa0", "  ", ",", "_",
		"%20", "+39 ", "tel ", " x", "=", "0x", "IT", "DE", "e", "GB"};
	size_t longest = PICK(state, ((const size_t[]){3, 5, 12, 40, 600, 20000})), odd = 1 + below(state, 6);
	bool full_width = below(state, 6) == 0, few = below(state, 4) == 0;
	for (size_t end = out->size + size; out->size < end;) {
		for (size_t left = 1 + below(state, longest); left > 0; left--) {
			uint8_t digit = few ? (uint8_t)(below(state, 2) * 4) : (uint8_t)below(state, 10);
			if (full_width && below(state, 3) == 0)
				st_buf_add(out, (const uint8_t[]){0xef, 0xbc, (uint8_t)(0x90 + digit)}, 3);
			else
				st_buf_add_byte(out, (uint8_t)('0' + digit));
		}
		add_text(out, between[below(state, odd < 4 ? odd + 1 : sizeof between / sizeof *between)]);
	}
}

/* A few bytes, over and over in any order: every rule for neighbours is met. */
static void add_alphabet(uint64_t *state, size_t size, struct st_buf *out)
{
	static const char bytes[] =
		"0123456789 .-:/@+%=&#;\\\"'()[]{}<>\n\t,_aAbcdefmKkostuvwxyzIBNDETRSX\xc2\xa0\xef\xbc\x90"
		"\xe2\x80\x8b\xff\0";
	uint8_t alphabet[20];
	size_t count = 2 + below(state, sizeof alphabet - 1);
	for (size_t i = 0; i < count; i++)
		alphabet[i] = (uint8_t)bytes[below(state, sizeof bytes)];
	for (size_t left = size; left > 0; left--)
		st_buf_add_byte(out, alphabet[below(state, count)]);
}

static void add_any_bytes(uint64_t *state, size_t size, struct st_buf *out)
{
	for (size_t left = size; left > 0; left--)
		st_buf_add_byte(out, (uint8_t)hostile_next(state));
}

/* Values as UTF-16 of either order, or with a NUL behind every few bytes. */
static void add_wide(const struct hostile_pool *pool, uint64_t *state, size_t size, struct st_buf *out)
{
	bool big = below(state, 2);
	size_t every = 1 + below(state, 2) * below(state, 12);
	for (size_t end = out->size + size; out->size < end;) {
		struct st_span value = draw_value(pool, state);
		for (size_t i = 0; i < value.size; i++) {
			bool nul = i % every == 0;
			if (nul && big)
				st_buf_add_byte(out, 0);
			st_buf_add_byte(out, value.data[i]);
			if (nul && !big)
				st_buf_add_byte(out, 0);
		}
		st_buf_add_byte(out, '\n');
	}
}

/* Each ASCII sign of a value may stand in one of the forms in which it is written elsewhere. */
static void add_encoded(const struct hostile_pool *pool, uint64_t *state, size_t size, struct st_buf *out)
{
	for (size_t end = out->size + size; out->size < end; add_separator(out, state)) {
		struct st_span value = draw_value(pool, state);
		size_t form = below(state, 7), one_in = 1 + below(state, 6);
		for (size_t i = 0; i < value.size; i++) {
			uint8_t byte = value.data[i];
			if (byte < ' ' || byte > 0x7e || below(state, one_in) != 0)
				st_buf_add_byte(out, byte);
			else if (form == 0)
				st_buf_format(out, "%%%02X", byte);
			else if (form == 1)
				st_buf_format(out, "\\u00%02x", byte);
			else if (form == 2)
				st_buf_format(out, "&#%u;", byte);
			else if (form == 3)
				st_buf_format(out, "=%02X", byte);
			else if (form == 4)
				st_buf_add(out, (const uint8_t[]){byte, 0xe2, 0x80, 0x8b}, 4);
			else if (form == 5)
				st_buf_format(out, "&#x%x;", byte);
			else /* full width, U+FF01 to U+FF5E */
				st_buf_add(out,
					byte == ' ' ? (const uint8_t[]){0xe3, 0x80, 0x80}
						    : (const uint8_t[]){0xef, (uint8_t)(byte < 0x60 ? 0xbc : 0xbd),
							      (uint8_t)(0x80 | ((byte - 0x20) & 0x3f))},
					3);
		}
	}
}

/* A value a few bytes around a border at which a machine changes its step. */
static void add_at_border(const struct hostile_pool *pool, uint64_t *state, struct st_buf *out)
{
	size_t border = PICK(state, ((const size_t[]){64, 64, 64, 512, 4096, 65536})), back = below(state, 40);
	struct st_span value = draw_value(pool, state);
	uint8_t filler = (uint8_t) " x\n.0aA,"[below(state, 8)];
	size_t left = border - out->size % border;
	left = left > 3000 ? left % 64 : left;
	for (size_t i = left > back ? left - back : left; i > 0; i--)
		st_buf_add_byte(out, filler);
	st_buf_add(out, value.data, value.size);
}

static void add_borders(const struct hostile_pool *pool, uint64_t *state, size_t size, struct st_buf *out)
{
	for (size_t end = out->size + size; out->size < end;)
		add_at_border(pool, state, out);
}

static void add_dense(const struct hostile_pool *pool, uint64_t *state, struct st_buf *out)
{
	size_t size = 64 + below(state, 1984);
	switch (below(state, 16)) {
	case 0:
	case 1:
	case 2:
		add_values(pool, state, size, out);
		break;
	case 3:
	case 4:
	case 5:
		add_mutations(pool, state, size, out);
		break;
	case 6:
	case 7:
		add_spliced(pool, state, size, out);
		break;
	case 8:
	case 9:
		add_digits(state, size, out);
		break;
	case 10:
	case 11:
		add_alphabet(state, size, out);
		break;
	case 12:
		add_wide(pool, state, size / 2, out);
		break;
	case 13:
		add_encoded(pool, state, size, out);
		break;
	case 14:
		add_any_bytes(state, size / 4, out);
		break;
	default:
		add_borders(pool, state, size, out);
	}
}

static void add_plain(const struct hostile_pool *pool, uint64_t *state, struct st_buf *out)
{
	struct st_span text = draw_slice(pool, &pool->large, state, 16384);
	size_t start = out->size;
	st_buf_add(out, text.data, text.size);
	for (size_t i = start; i < out->size;) {
		uint64_t draws = hostile_next(state);
		for (size_t stop = i + 16 < out->size ? i + 16 : out->size; i < stop; i++, draws >>= 4)
			if (out->data[i] >= '0' && out->data[i] <= '9' && (draws & 15) < 10)
				out->data[i] = (uint8_t)('0' + (draws & 15));
	}
	add_separator(out, state);
}

void hostile_text(
	const struct hostile_pool *pool, uint64_t seed, enum hostile_density density, size_t size, struct st_buf *out)
{
	uint64_t state = seed;
	for (size_t end = out->size + size; out->size < end;)
		if (density == HOSTILE_DENSE)
			add_dense(pool, &state, out);
		else
			add_plain(pool, &state, out);
}
