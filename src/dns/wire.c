#include "dns/wire.h"

#include <stdio.h>
#include <stdlib.h>

#define HEADER_BYTES 12
#define LABEL_BYTES 63
#define POINTERS 128 /* as many labels as a name has */
#define FLAG_ANSWER 0x8000u
#define FLAG_AUTHORITY 0x0400u
#define FLAG_CUT 0x0200u
#define MASK_OPCODE 0x7800u
#define MASK_CODE 0x000fu
#define CODE_NONE 0u
#define CODE_NO_NAME 3u
#define CLASS_INTERNET 1u

/* --- names --- */

static uint8_t lower(uint8_t c)
{
	return c >= 'A' && c <= 'Z' ? (uint8_t)(c + 32) : c;
}

static bool is_plain(uint8_t c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
}

bool dns_name_parse(const char *text, struct dns_name *out)
{
	out->size = 0;
	if (strcmp(text, ".") == 0)
		text++;
	for (size_t length; *text != 0; text += length + (text[length] == '.')) {
		length = strcspn(text, ".");
		if (length == 0 || length > LABEL_BYTES || out->size + length + 2 > DNS_NAME_BYTES)
			return false;
		out->bytes[out->size++] = (uint8_t)length;
		for (size_t i = 0; i < length; i++) {
			uint8_t c = lower((uint8_t)text[i]);
			if (!is_plain(c))
				return false;
			out->bytes[out->size++] = c;
		}
	}
	out->bytes[out->size++] = 0;
	return true;
}

void dns_name_text(const struct dns_name *name, char out[DNS_NAME_TEXT])
{
	size_t used = 0;
	for (size_t at = 0; at < name->size && name->bytes[at] != 0; at += 1u + name->bytes[at]) {
		for (size_t i = 1; i <= name->bytes[at]; i++) {
			uint8_t c = name->bytes[at + i];
			if (is_plain(c))
				out[used++] = (char)c;
			else
				used += (size_t)snprintf(out + used, DNS_NAME_TEXT - used, "\\%03u", c);
		}
		out[used++] = '.';
	}
	if (used == 0)
		out[used++] = '.';
	out[used] = 0;
}

bool dns_name_equal(const struct dns_name *a, const struct dns_name *b)
{
	return a->size == b->size && memcmp(a->bytes, b->bytes, a->size) == 0;
}

bool dns_name_cut(struct dns_name *name)
{
	size_t first = 1u + name->bytes[0];
	if (name->size <= first)
		return false;
	name->size -= first;
	memmove(name->bytes, name->bytes + first, name->size);
	return true;
}

bool dns_name_prepend(const char *label, struct dns_name *name)
{
	size_t length = strlen(label);
	if (length == 0 || length > LABEL_BYTES || name->size + length + 1 > DNS_NAME_BYTES)
		return false;
	memmove(name->bytes + length + 1, name->bytes, name->size);
	name->bytes[0] = (uint8_t)length;
	memcpy(name->bytes + 1, label, length);
	name->size += length + 1;
	return true;
}

/* A name at *at, which is moved behind it. Each pointer leads before the place where the last piece began, so that it
 * ends. */
static bool take_name(struct st_span packet, size_t *at, struct dns_name *out)
{
	size_t here = *at, before = here, pointers = 0;
	bool jumped = false;
	out->size = 0;
	while (here < packet.size) {
		uint8_t length = packet.data[here];
		if (length >= 0xc0) {
			size_t to;
			if (here + 2 > packet.size)
				return false;
			to = (size_t)(length & 0x3f) << 8 | packet.data[here + 1];
			if (to >= before || ++pointers > POINTERS)
				return false;
			if (!jumped)
				*at = here + 2;
			jumped = true;
			here = before = to;
			continue;
		}
		if (length > LABEL_BYTES || here + 1 + length > packet.size || out->size + 1 + length > DNS_NAME_BYTES)
			return false;
		out->bytes[out->size++] = length;
		for (size_t i = 1; i <= length; i++)
			out->bytes[out->size++] = lower(packet.data[here + i]);
		here += 1u + length;
		if (length != 0)
			continue;
		if (!jumped)
			*at = here;
		return true;
	}
	return false;
}

/* --- questions --- */

static uint8_t *put_u16(uint8_t *at, uint16_t value)
{
	at[0] = (uint8_t)(value >> 8);
	at[1] = (uint8_t)value;
	return at + 2;
}

size_t dns_question_write(uint16_t id, const struct dns_name *name, uint16_t type, uint8_t out[DNS_QUESTION_BYTES])
{
	uint8_t *at = out;
	memset(out, 0, HEADER_BYTES);
	put_u16(out, id);
	put_u16(out + 4, 1);
	at += HEADER_BYTES;
	memcpy(at, name->bytes, name->size);
	at = put_u16(at + name->size, type);
	at = put_u16(at, CLASS_INTERNET);
	return (size_t)(at - out);
}

/* --- answers --- */

struct reader {
	struct st_span packet;
	size_t at;
	unsigned left;        /* records of the answer section that were not read */
	unsigned authorities; /* records of the section behind it */
	bool damaged;
	uint16_t id, flags, type;
	struct dns_name question;
};

struct record {
	struct dns_name owner;
	uint16_t type; /* 0: of another class */
	struct st_span data;
	size_t at; /* of data in the packet */
};

static uint16_t u16_at(struct st_span packet, size_t at)
{
	return (uint16_t)(packet.data[at] << 8 | packet.data[at + 1]);
}

/* Header and the one question. */
static bool open_packet(struct st_span packet, struct reader *out)
{
	*out = (struct reader){.packet = packet, .at = HEADER_BYTES};
	if (packet.size < HEADER_BYTES || u16_at(packet, 4) != 1)
		return false;
	out->id = u16_at(packet, 0);
	out->flags = u16_at(packet, 2);
	out->left = u16_at(packet, 6);
	out->authorities = u16_at(packet, 8);
	if (!take_name(packet, &out->at, &out->question) || out->at + 4 > packet.size)
		return false;
	out->type = u16_at(packet, out->at);
	bool internet = u16_at(packet, out->at + 2) == CLASS_INTERNET;
	out->at += 4;
	return internet && (out->flags & FLAG_ANSWER) != 0 && (out->flags & MASK_OPCODE) == 0;
}

/* The next record of the answer section; false: there is none, or the packet is damaged. */
static bool next_record(struct reader *r, struct record *out)
{
	if (r->left == 0 || r->damaged)
		return false;
	r->left--;
	r->damaged = !take_name(r->packet, &r->at, &out->owner) || r->at + 10 > r->packet.size;
	if (r->damaged)
		return false;
	size_t size = u16_at(r->packet, r->at + 8);
	out->type = u16_at(r->packet, r->at + 2) == CLASS_INTERNET ? u16_at(r->packet, r->at) : 0;
	r->at += 10;
	r->damaged = size > r->packet.size - r->at;
	if (r->damaged)
		return false;
	out->at = r->at;
	out->data = (struct st_span){r->packet.data + r->at, size};
	r->at += size;
	return true;
}

/* The name that a record holds and nothing else. */
static bool name_of(const struct reader *r, const struct record *record, struct dns_name *out)
{
	size_t at = record->at;
	return take_name(r->packet, &at, out) && at == record->at + record->data.size;
}

/* The strings of one TXT record, joined. */
static bool join_strings(struct st_span data, struct st_buf *out)
{
	out->size = 0;
	for (size_t at = 0; at < data.size; at += 1u + data.data[at]) {
		if (data.data[at] > data.size - at - 1)
			return false;
		st_buf_add(out, data.data + at + 1, data.data[at]);
	}
	return data.size > 0;
}

static int compare_digests(const void *a, const void *b)
{
	return memcmp(a, b, ST_SHA256_BYTES);
}

static void digest_set(struct st_buf *digests, uint8_t out[ST_SHA256_BYTES])
{
	size_t count = digests->size / ST_SHA256_BYTES, kept = 0;
	uint8_t *list = digests->data;
	if (count > 0)
		qsort(list, count, ST_SHA256_BYTES, compare_digests);
	for (size_t i = 0; i < count; i++)
		if (kept == 0 || compare_digests(list + (kept - 1) * ST_SHA256_BYTES, list + i * ST_SHA256_BYTES) != 0)
			memmove(list + kept++ * ST_SHA256_BYTES, list + i * ST_SHA256_BYTES, ST_SHA256_BYTES);
	st_sha256_of(list, kept * ST_SHA256_BYTES, out);
}

static enum dns_kind read_texts(struct reader *r, const struct dns_name *name, struct st_span wanted,
	struct dns_name *alias, struct dns_texts *out)
{
	st_auto_buf struct st_buf digests = {0}, joined = {0};
	struct record record;
	bool aliased = false;
	while (next_record(r, &record)) {
		if (!dns_name_equal(&record.owner, name))
			continue;
		if (record.type == DNS_CNAME && !aliased) {
			aliased = true;
			r->damaged = !name_of(r, &record, alias);
		} else if (record.type == DNS_TXT) {
			uint8_t digest[ST_SHA256_BYTES];
			r->damaged = !join_strings(record.data, &joined);
			st_sha256_of(joined.data, joined.size, digest);
			st_buf_add(&digests, digest, sizeof digest);
			out->count++;
			out->wanted |= joined.size == wanted.size && wanted.size > 0 &&
				       memcmp(joined.data, wanted.data, wanted.size) == 0;
		}
	}
	/* a CNAME is alone at its name (RFC 2181, 10.1) */
	if (r->damaged || (aliased && out->count > 0))
		return DNS_DAMAGED;
	if (out->count > 0)
		digest_set(&digests, out->digest);
	return out->count > 0 ? DNS_TEXTS : aliased ? DNS_ALIAS : DNS_NOTHING;
}

enum dns_kind dns_message_read(struct st_span packet, const struct dns_name *name, struct st_span wanted,
	struct dns_name *alias, struct dns_texts *out)
{
	struct reader r;
	*out = (struct dns_texts){0};
	alias->size = 0;
	if (!open_packet(packet, &r))
		return DNS_DAMAGED;
	enum dns_kind kind = read_texts(&r, name, wanted, alias, out);
	if (kind == DNS_DAMAGED) {
		*out = (struct dns_texts){0};
		alias->size = 0;
	}
	return kind;
}

/* To a question of ours for texts. */
static bool is_reply(const struct reader *r, uint16_t id, const struct dns_name *name)
{
	return r->id == id && r->type == DNS_TXT && dns_name_equal(&r->question, name);
}

enum dns_kind dns_answer_read(struct st_span packet, uint16_t id, const struct dns_name *name, struct st_span wanted,
	struct dns_name *alias, struct dns_texts *out)
{
	struct reader r;
	*out = (struct dns_texts){0};
	alias->size = 0;
	if (!open_packet(packet, &r) || !is_reply(&r, id, name))
		return DNS_STRANGE;
	unsigned code = r.flags & MASK_CODE;
	if ((r.flags & FLAG_AUTHORITY) == 0 || (code != CODE_NONE && code != CODE_NO_NAME))
		return DNS_LAME;
	if ((r.flags & FLAG_CUT) != 0)
		return DNS_CUT;
	return dns_message_read(packet, name, wanted, alias, out);
}

/* Targets of the NS records of owner in the section at hand. */
static bool read_servers(
	struct reader *r, const struct dns_name *owner, struct dns_name *out, size_t most, size_t *count)
{
	struct record record;
	*count = 0;
	while (next_record(r, &record)) {
		if (record.type != DNS_NS || !dns_name_equal(&record.owner, owner))
			continue;
		if (*count == most || !name_of(r, &record, &out[*count]))
			return false;
		++*count;
	}
	return !r->damaged;
}

bool dns_servers_read(
	struct st_span packet, const struct dns_name *owner, struct dns_name *out, size_t most, size_t *count)
{
	struct reader r;
	*count = 0;
	return open_packet(packet, &r) && read_servers(&r, owner, out, most, count);
}

enum dns_kind dns_referral_read(struct st_span packet, uint16_t id, const struct dns_name *name,
	const struct dns_name *zone, struct dns_name *out, size_t most, size_t *count)
{
	struct reader r;
	*count = 0;
	if (!open_packet(packet, &r) || !is_reply(&r, id, name))
		return DNS_STRANGE;
	unsigned code = r.flags & MASK_CODE;
	if ((r.flags & FLAG_AUTHORITY) != 0)
		return code == CODE_NONE || code == CODE_NO_NAME ? DNS_NOTHING : DNS_LAME;
	if ((r.flags & FLAG_CUT) != 0)
		return DNS_CUT;
	if (code != CODE_NONE || r.left != 0)
		return DNS_LAME;
	r.left = r.authorities;
	if (!read_servers(&r, zone, out, most, count))
		return DNS_DAMAGED;
	return *count > 0 ? DNS_REFERRAL : DNS_LAME;
}

bool dns_addresses_read(struct st_span packet, uint16_t type,
	void (*each)(void *context, const uint8_t *address, size_t size), void *context)
{
	struct reader r;
	struct record record;
	size_t size = type == DNS_AAAA ? 16 : 4;
	if (!open_packet(packet, &r))
		return false;
	while (next_record(&r, &record)) {
		if (record.type != type)
			continue;
		if (record.data.size != size)
			return false;
		each(context, record.data.data, size);
	}
	return !r.damaged;
}
