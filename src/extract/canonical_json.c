/*
 * The canonical form of a JSON record, written while its events come by; when an object closes, its members are put in
 * order where they stand. Objects that come sorted, as most exports do, are never moved.
 */
#include <endian.h>
#include <stdlib.h>

#include "base/ceilings.h"
#include "extract/canonical.h"

/* What a member costs beside its bytes, for the ceiling of a record: its place in the list to be sorted. */
#define MEMBER_COST_BYTES 32
#define INSERTION_SORT_MEMBERS 24
#define KEPT_CAPACITY_BYTES (1 * MIB) /* buffers that one huge record made are given back */

_Static_assert(
	CEIL_CANONICAL_VALUE_BYTES == 65536, "a text that comes in one piece is short: the piece of json_read.h");

struct member {
	uint32_t at, size; /* of its form in `form`; the order met is the order of `at` */
	uint32_t key_at, key_size;
	uint64_t key_begin; /* its first 8 bytes as a number: settles most comparisons */
	bool key_hashed;
};

struct frame {
	uint32_t start;        /* of the first member or element in `form` */
	uint32_t first_member; /* in `members` */
	bool filtered;         /* volatile fields are left out here */
};

struct canonical_json {
	struct st_span *left_out; /* names */
	size_t left_out_count;
	bool may_be_left_out[256]; /* by first byte */
	struct st_sha256 *hash, *text_hash;
	struct st_buf form, sorted;
	struct member *members;
	size_t member_count, member_capacity;
	struct frame frames[CEIL_JSON_DEPTH + 1];
	int depth; /* frames in use */
	uint64_t members_met, copied;
	bool has_no_form;
	bool hashing;  /* a long string, number or key is passing by */
	bool skipping; /* a field left out is passing by, its value at skip_depth */
	int skip_depth;
	size_t source_at, source_size; /* the record's `_source`; size 0: it has none, or several */
	int sources;
};

static void leave_out(struct canonical_json *r, const char *name)
{
	r->left_out = st_realloc(r->left_out, (r->left_out_count + 1) * sizeof(*r->left_out));
	r->left_out[r->left_out_count++] = (struct st_span){(const uint8_t *)name, strlen(name)};
	r->may_be_left_out[(uint8_t)name[0]] = true;
}

struct canonical_json *canonical_json_new(const char *const *volatile_fields)
{
	static const char *const metadata[] = {
		"_index", "_type", "_id", "_score", "_version", "_seq_no", "_primary_term", "sort", "@version"};
	struct canonical_json *r = st_alloc_zero(1, sizeof(*r));
	r->hash = st_sha256_new();
	r->text_hash = st_sha256_new();
	for (size_t i = 0; i < sizeof(metadata) / sizeof(metadata[0]); i++)
		leave_out(r, metadata[i]);
	for (; volatile_fields != NULL && *volatile_fields != NULL; volatile_fields++)
		leave_out(r, *volatile_fields);
	return r;
}

void canonical_json_free(struct canonical_json *r)
{
	if (r == NULL)
		return;
	free(r->left_out);
	st_sha256_free(r->hash);
	st_sha256_free(r->text_hash);
	st_buf_free(&r->form);
	st_buf_free(&r->sorted);
	free(r->members);
	free(r);
}

void canonical_json_begin(struct canonical_json *r)
{
	if (r->form.capacity > KEPT_CAPACITY_BYTES) {
		st_buf_free(&r->form);
		st_buf_free(&r->sorted);
		free(r->members);
		r->members = NULL;
		r->member_capacity = 0;
	}
	r->form.size = 0;
	r->member_count = 0;
	r->depth = 0;
	r->members_met = r->copied = 0;
	r->has_no_form = r->hashing = r->skipping = false;
	r->source_size = 0;
	r->sources = 0;
}

/* --- writing the form --- */

/* Room for this many bytes at the end of the form; NULL when the record is too large to have one. */
static inline uint8_t *room_for(struct canonical_json *r, size_t bytes)
{
	if (r->form.size + bytes + r->members_met * MEMBER_COST_BYTES > CEIL_CANONICAL_RECORD_BYTES)
		r->has_no_form = true;
	if (r->has_no_form)
		return NULL;
	if (r->form.capacity - r->form.size < bytes)
		st_buf_reserve(&r->form, bytes);
	return r->form.data + r->form.size;
}

static inline void put_byte(struct canonical_json *r, uint8_t byte)
{
	uint8_t *p = room_for(r, 1);
	if (p == NULL)
		return;
	*p = byte;
	r->form.size++;
}

static inline uint8_t *put_varint(uint8_t *p, size_t value)
{
	for (; value >= 0x80; value >>= 7)
		*p++ = (uint8_t)(value | 0x80);
	*p++ = (uint8_t)value;
	return p;
}

/* memcpy for keys and values, most of which are shorter than the call is worth. */
static inline uint8_t *put_bytes(uint8_t *p, const uint8_t *data, size_t size)
{
	if (size > 16) {
		memcpy(p, data, size);
	} else if (size >= 8) {
		memcpy(p, data, 8);
		memcpy(p + size - 8, data + size - 8, 8);
	} else if (size >= 4) {
		memcpy(p, data, 4);
		memcpy(p + size - 4, data + size - 4, 4);
	} else {
		for (size_t i = 0; i < size; i++)
			p[i] = data[i];
	}
	return p + size;
}

static void put_text(struct canonical_json *r, uint8_t tag, struct st_span text)
{
	uint8_t *p = room_for(r, text.size + 4);
	if (p == NULL)
		return;
	*p++ = tag;
	p = put_bytes(put_varint(p, text.size), text.data, text.size);
	r->form.size = (size_t)(p - r->form.data);
}

/* One piece of a text too long to stand in the form. True with the last: *sha256 is its hash. */
static bool hash_piece(struct canonical_json *r, const struct st_json_event *event, uint8_t sha256[ST_SHA256_BYTES])
{
	if (!r->hashing)
		st_sha256_begin(r->text_hash);
	r->hashing = !event->last;
	st_sha256_add(r->text_hash, event->text.data, event->text.size);
	if (event->last)
		st_sha256_end(r->text_hash, sha256);
	return event->last;
}

static void add_text(struct canonical_json *r, const struct st_json_event *event, uint8_t tag, uint8_t hashed_tag)
{
	uint8_t sha256[ST_SHA256_BYTES];
	if (event->last && !r->hashing) {
		put_text(r, tag, event->text);
	} else if (hash_piece(r, event, sha256) && room_for(r, 1 + sizeof(sha256)) != NULL) {
		put_byte(r, hashed_tag);
		st_buf_add(&r->form, sha256, sizeof(sha256));
	}
}

/* --- members --- */

static struct member *new_member(struct canonical_json *r)
{
	if (r->member_count == r->member_capacity) {
		r->member_capacity = r->member_capacity ? r->member_capacity * 2 : 64;
		r->members = st_realloc(r->members, r->member_capacity * sizeof(*r->members));
	}
	r->members_met++;
	struct member *member = &r->members[r->member_count++];
	*member = (struct member){.at = (uint32_t)r->form.size};
	return member;
}

/* Its first 8 bytes, zeros behind a shorter one, as a number that compares like the bytes. Made in registers: written
 * in pieces and read back as one, it would wait for the stores. */
static inline uint64_t begin_of(const uint8_t *key, size_t size)
{
	uint64_t begin = 0;
	uint32_t low, high;
	if (size >= 8) {
		memcpy(&begin, key, 8);
		return be64toh(begin);
	}
	if (size >= 4) {
		memcpy(&low, key, 4);
		memcpy(&high, key + size - 4, 4);
		return (uint64_t)be32toh(low) << 32 | (uint64_t)be32toh(high) << (8 * (8 - size));
	}
	for (size_t i = 0; i < size; i++)
		begin |= (uint64_t)key[i] << (56 - 8 * i);
	return begin;
}

static bool is_left_out(const struct canonical_json *r, struct st_span key)
{
	if (key.size == 0 || !r->may_be_left_out[key.data[0]])
		return false;
	for (size_t i = 0; i < r->left_out_count; i++) {
		if (r->left_out[i].size == key.size && memcmp(r->left_out[i].data, key.data, key.size) == 0)
			return true;
	}
	return false;
}

static void add_short_key(struct canonical_json *r, const struct st_json_event *event, int level)
{
	struct st_span key = event->text;
	if (r->frames[r->depth - 1].filtered && is_left_out(r, key)) {
		r->skipping = true;
		r->skip_depth = level;
		return;
	}
	uint8_t *p = room_for(r, key.size + 4 + MEMBER_COST_BYTES);
	if (p == NULL)
		return;
	struct member *member = new_member(r);
	p = put_varint(p, key.size + 1);
	member->key_at = (uint32_t)(p - r->form.data);
	member->key_size = (uint32_t)key.size;
	member->key_begin = begin_of(key.data, key.size);
	r->form.size = (size_t)(put_bytes(p, key.data, key.size) - r->form.data);
}

static void add_key(struct canonical_json *r, const struct st_json_event *event, int level)
{
	uint8_t sha256[ST_SHA256_BYTES];
	if (event->last && !r->hashing) {
		add_short_key(r, event, level);
	} else if (hash_piece(r, event, sha256) && room_for(r, 1 + sizeof(sha256) + MEMBER_COST_BYTES) != NULL) {
		struct member *member = new_member(r);
		put_byte(r, 0);
		member->key_at = (uint32_t)r->form.size;
		member->key_size = sizeof(sha256);
		member->key_hashed = true;
		member->key_begin = begin_of(sha256, sizeof(sha256));
		st_buf_add(&r->form, sha256, sizeof(sha256));
	}
}

static bool key_is_source(const struct canonical_json *r, const struct member *member)
{
	return !member->key_hashed && member->key_size == 7 && memcmp(r->form.data + member->key_at, "_source", 7) == 0;
}

/* The first level of the record, and the object that is the value of its `_source`. */
static bool is_filtered(const struct canonical_json *r)
{
	if (r->depth == 0)
		return true;
	return r->depth == 1 && r->member_count > 0 && r->form.data[0] == '{' &&
	       key_is_source(r, &r->members[r->member_count - 1]);
}

static void open_frame(struct canonical_json *r, uint8_t tag)
{
	bool filtered = tag == '{' && is_filtered(r);
	put_byte(r, tag);
	if (r->has_no_form)
		return;
	r->frames[r->depth++] = (struct frame){
		.start = (uint32_t)r->form.size, .first_member = (uint32_t)r->member_count, .filtered = filtered};
}

/* --- sorting --- */

static int compare_members(const void *left, const void *right, void *form)
{
	const struct member *a = left, *b = right;
	const uint8_t *data = form;
	if (a->key_begin != b->key_begin)
		return a->key_begin < b->key_begin ? -1 : 1;
	uint32_t common = a->key_size < b->key_size ? a->key_size : b->key_size;
	int order = memcmp(data + a->key_at, data + b->key_at, common);
	if (order != 0)
		return order;
	if (a->key_size != b->key_size)
		return a->key_size < b->key_size ? -1 : 1;
	if (a->key_hashed != b->key_hashed)
		return a->key_hashed ? 1 : -1;
	return a->at < b->at ? -1 : a->at > b->at;
}

static bool are_sorted(const struct canonical_json *r, const struct member *members, size_t count)
{
	for (size_t i = 1; i < count; i++) {
		if (compare_members(&members[i - 1], &members[i], r->form.data) > 0)
			return false;
	}
	return true;
}

static void sort_list(struct canonical_json *r, struct member *members, size_t count)
{
	if (count > INSERTION_SORT_MEMBERS) {
		qsort_r(members, count, sizeof(*members), compare_members, r->form.data);
		return;
	}
	for (size_t i = 1; i < count; i++) {
		struct member moved = members[i];
		size_t j = i;
		for (; j > 0 && compare_members(&members[j - 1], &moved, r->form.data) > 0; j--)
			members[j] = members[j - 1];
		members[j] = moved;
	}
}

static void sort_members(struct canonical_json *r, const struct frame *frame)
{
	size_t count = r->member_count - frame->first_member;
	if (count < 2)
		return;
	struct member *members = r->members + frame->first_member;
	if (are_sorted(r, members, count))
		return;
	sort_list(r, members, count);
	size_t size = r->form.size - frame->start;
	r->sorted.size = 0;
	st_buf_reserve(&r->sorted, size);
	for (size_t i = 0; i < count; i++) {
		memcpy(r->sorted.data + r->sorted.size, r->form.data + members[i].at, members[i].size);
		r->sorted.size += members[i].size;
	}
	memcpy(r->form.data + frame->start, r->sorted.data, size);
}

/* Where each member ends: where the next begins. */
static void measure_members(struct canonical_json *r, const struct frame *frame)
{
	size_t end = r->form.size;
	for (size_t i = r->member_count; i > frame->first_member; i--) {
		r->members[i - 1].size = (uint32_t)(end - r->members[i - 1].at);
		end = r->members[i - 1].at;
	}
}

static void find_source(struct canonical_json *r)
{
	for (size_t i = 0; i < r->member_count; i++) {
		const struct member *member = &r->members[i];
		size_t value_at = member->key_at + member->key_size;
		if (!key_is_source(r, member))
			continue;
		r->sources++;
		r->source_at = value_at;
		r->source_size = r->form.data[value_at] == '{' ? member->at + member->size - value_at : 0;
	}
	if (r->sources != 1)
		r->source_size = 0;
}

static void close_object(struct canonical_json *r)
{
	const struct frame *frame = &r->frames[--r->depth];
	measure_members(r, frame);
	/* the sum does not depend on the order of keys, so that every order has a form or none has */
	r->copied += r->form.size - frame->start;
	if (r->copied > CEIL_CANONICAL_COPY_BYTES) {
		r->has_no_form = true;
		return;
	}
	if (r->depth == 0)
		find_source(r);
	if (r->source_size == 0)
		sort_members(r, frame);
	r->member_count = frame->first_member;
	put_byte(r, '}');
}

/* --- events --- */

static void add_event(struct canonical_json *r, const struct st_json_event *event, int level)
{
	switch (event->token) {
	case ST_JSON_OBJECT:
		open_frame(r, '{');
		break;
	case ST_JSON_ARRAY:
		open_frame(r, '[');
		break;
	case ST_JSON_OBJECT_END:
		close_object(r);
		break;
	case ST_JSON_ARRAY_END:
		r->depth--;
		put_byte(r, ']');
		break;
	case ST_JSON_KEY:
		add_key(r, event, level);
		break;
	case ST_JSON_STRING:
		add_text(r, event, '"', 'H');
		break;
	case ST_JSON_NUMBER:
		add_text(r, event, '#', 'h');
		break;
	case ST_JSON_TRUE:
		put_byte(r, 'T');
		break;
	case ST_JSON_FALSE:
		put_byte(r, 'F');
		break;
	default:
		put_byte(r, 'N');
		break;
	}
}

void canonical_json_add(struct canonical_json *r, const struct st_json_event *event, int base_depth)
{
	int level = event->depth - base_depth;
	if (r->has_no_form)
		return;
	if (!r->skipping) {
		add_event(r, event, level);
		return;
	}
	bool opens = event->token == ST_JSON_OBJECT || event->token == ST_JSON_ARRAY;
	if (level == r->skip_depth && !opens && event->last)
		r->skipping = false;
}

bool canonical_json_end(struct canonical_json *r, uint8_t sha256[ST_SHA256_BYTES])
{
	if (r->has_no_form)
		return false;
	st_sha256_begin(r->hash);
	if (r->source_size > 0)
		st_sha256_add(r->hash, r->form.data + r->source_at, r->source_size);
	else
		st_sha256_add(r->hash, r->form.data, r->form.size);
	st_sha256_end(r->hash, sha256);
	return true;
}
