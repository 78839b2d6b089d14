/*
 * DNS messages as far as the proof of a domain needs them: a question out, names, addresses and texts in. Pure; any
 * bytes. Sources: RFC 1035 (4.1 messages, 4.1.4 compression, 3.3.14 TXT), RFC 4343 (case), RFC 3596 (AAAA), RFC 9267
 * (what readers of DNS got wrong: names are bounded, pointers only lead backwards).
 */
#ifndef STAUNCH_DNS_WIRE_H
#define STAUNCH_DNS_WIRE_H

#include "base/bytes.h"
#include "base/hash.h"

#define DNS_NAME_BYTES 255
#define DNS_NAME_TEXT (4 * DNS_NAME_BYTES + 1)
#define DNS_QUESTION_BYTES (12 + DNS_NAME_BYTES + 4)

enum dns_type { DNS_A = 1, DNS_NS = 2, DNS_CNAME = 5, DNS_TXT = 16, DNS_AAAA = 28 };

/* As on the wire, uncompressed, ASCII letters in lower case: two names are one if their bytes are. */
struct dns_name {
	size_t size; /* with the root's 0 at the end; 0: no name */
	uint8_t bytes[DNS_NAME_BYTES];
};

/* Letters, digits, hyphens and underscores in labels of 1 to 63 (A-labels); a last dot may stand. */
bool dns_name_parse(const char *text, struct dns_name *out);
/* With every other byte as \DDD (RFC 1035, 5.1), and a last dot. */
void dns_name_text(const struct dns_name *name, char out[DNS_NAME_TEXT]);
bool dns_name_equal(const struct dns_name *a, const struct dns_name *b);
/* Drops the first label; false: it is the root. */
bool dns_name_cut(struct dns_name *name);
/* Puts a label of at most 63 bytes before it; false: too long. */
bool dns_name_prepend(const char *label, struct dns_name *name);

/* A question with id for one name, without recursion and without EDNS, so that an answer over 512 bytes comes by TCP.
 */
size_t dns_question_write(uint16_t id, const struct dns_name *name, uint16_t type, uint8_t out[DNS_QUESTION_BYTES]);

/* What an answer says to its question, of one name alone: records of other owners are not looked at. */
enum dns_kind {
	DNS_STRANGE,  /* no answer to this question: another id, name or type, or none at all */
	DNS_CUT,      /* the rest comes by TCP */
	DNS_LAME,     /* the server refuses, fails, or has no authority */
	DNS_DAMAGED,  /* not to be read */
	DNS_NOTHING,  /* the name is not there, or has no record of this type */
	DNS_REFERRAL, /* not here: the zone has been handed to other servers */
	DNS_ALIAS,    /* a CNAME stands there, and no text beside it */
	DNS_TEXTS,    /* one or more */
};
/* Of all TXT records of a name: the strings of each joined (RFC 7208, 3.3, as everybody does). */
struct dns_texts {
	size_t count;
	bool wanted;                     /* one of them is the text that was looked for */
	uint8_t digest[ST_SHA256_BYTES]; /* of the set: neither order nor repetition counts */
};

/* An answer of a server to dns_question_write: authority is demanded. */
enum dns_kind dns_answer_read(struct st_span packet, uint16_t id, const struct dns_name *name, struct st_span wanted,
	struct dns_name *alias, struct dns_texts *out);
/* The same of a message that a resolver made: id, authority and truncation are not looked at. */
enum dns_kind dns_message_read(struct st_span packet, const struct dns_name *name, struct st_span wanted,
	struct dns_name *alias, struct dns_texts *out);

/* Targets of the NS records of owner. false: damaged, or more than `most`. */
bool dns_servers_read(
	struct st_span packet, const struct dns_name *owner, struct dns_name *out, size_t most, size_t *count);
/* What a server of the zone above says to dns_question_write of a name in zone: DNS_REFERRAL with the servers that zone
 * was handed to; DNS_NOTHING: it has authority for the name itself; STRANGE, CUT, LAME and DAMAGED as above. */
enum dns_kind dns_referral_read(struct st_span packet, uint16_t id, const struct dns_name *name,
	const struct dns_name *zone, struct dns_name *out, size_t most, size_t *count);
/* Calls each for every A or AAAA record of the answer (size 4 or 16), whoever its owner: the name may be an alias.
 * false: damaged. */
bool dns_addresses_read(struct st_span packet, uint16_t type,
	void (*each)(void *context, const uint8_t *address, size_t size), void *context);

#endif
