/* What a case knows as a whole: which domains are in use, which words are whose, which documents are one party's alone.
 * Words and domains are kept as digests with the case's key, in tables of a fixed size: what finds no room there counts
 * as somebody else's. */
#include "cli/seal.h"

#include "cli/report_party.h"
#include "detect/detect.h"
#include "detect/domain.h"
#include "report/packet_names.h"

#include <sodium.h>
#include <stdlib.h>

#define NOBODY 0ull /* owner of a word: no domain's label */
#define MANY 1ull   /* of several */
#define WORD_BYTES 64
#define TABLE_LEAST 1024
#define TABLE_MOST (8u << 20) /* words, 24 bytes each */
#define LONG_NUMBER 9         /* digits in a row that may be a telephone or an account */

struct word {
	uint64_t digest, owner; /* digest 0: free */
	bool named;             /* part of a name or of the front of an address */
};

struct words {
	struct word *rows;
	size_t count, capacity;
	bool full;
};

/* What the addresses of one reading say; digests, 0 none yet, MANY several. */
struct reading {
	uint32_t segment;
	uint64_t person, organization, name, firm;
};

struct seal_known {
	struct report_case *rc;
	const struct review_rules *rules;
	uint8_t key[ST_DIGEST_KEY_BYTES];
	struct words words;
	struct reading *readings; /* by segment */
	size_t reading_count, reading_capacity;
	const struct reading *reading; /* of the document asked about */
	struct st_buf name;
	struct split_knowledge knowledge;
};

static uint64_t digest_of(const struct seal_known *known, struct st_span text)
{
	uint8_t digest[ST_DIGEST_BYTES];
	st_digest(known->key, text.data, text.size, digest);
	struct st_cursor in = {digest, digest + sizeof digest, false};
	uint64_t number = st_cursor_u64(&in);
	return number > MANY ? number : MANY + 1;
}

static void join_into(uint64_t *owner, uint64_t one)
{
	*owner = *owner == NOBODY || *owner == one ? one : MANY;
}

/* --- words --- */

static struct word *slot_for(const struct words *words, uint64_t digest)
{
	size_t at = (size_t)digest & (words->capacity - 1);
	while (words->rows[at].digest != 0 && words->rows[at].digest != digest)
		at = (at + 1) & (words->capacity - 1);
	return &words->rows[at];
}

static void grow(struct words *words)
{
	struct words larger = {.capacity = words->capacity ? words->capacity * 2 : TABLE_LEAST};
	larger.rows = st_alloc_zero(larger.capacity, sizeof *larger.rows);
	for (size_t i = 0; i < words->capacity; i++)
		if (words->rows[i].digest != 0)
			*slot_for(&larger, words->rows[i].digest) = words->rows[i];
	larger.count = words->count;
	free(words->rows);
	*words = larger;
}

/* The row of a word, made if it is new; NULL: the table is full. */
static struct word *keep_word(struct seal_known *known, struct st_span text)
{
	struct words *words = &known->words;
	uint64_t digest = digest_of(known, text);
	if (words->count * 2 >= words->capacity && words->capacity < TABLE_MOST)
		grow(words);
	struct word *word = slot_for(words, digest);
	if (word->digest == 0 && words->count * 10 >= words->capacity * 9) {
		words->full = true;
		return NULL;
	}
	words->count += word->digest == 0;
	word->digest = digest;
	return word;
}

static bool is_letter(uint8_t c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* The next run of letters from *at, in lower case; empty at the end. What is not ASCII is no letter here: names with
 * such are not shown at all. */
static struct st_span next_word(struct st_span text, size_t *at, char word[WORD_BYTES])
{
	size_t size = 0;
	while (*at < text.size && !is_letter(text.data[*at]))
		++*at;
	for (; *at < text.size && is_letter(text.data[*at]); ++*at)
		if (size < WORD_BYTES)
			word[size++] = (char)(text.data[*at] | 0x20);
	return (struct st_span){(const uint8_t *)word, size};
}

static void keep_names(struct seal_known *known, struct st_span text)
{
	char buffer[WORD_BYTES];
	size_t at = 0;
	for (struct st_span word; (word = next_word(text, &at, buffer)).size > 0;) {
		struct word *kept = keep_word(known, word);
		if (kept != NULL)
			kept->named = true;
	}
}

/* Each label of the host in front of the public suffix is the owner's. */
static void keep_labels(struct seal_known *known, struct st_span host, struct st_span domain)
{
	char buffer[WORD_BYTES];
	uint64_t owner = digest_of(known, domain.size > 0 ? domain : host);
	const uint8_t *dot = domain.size > 0 ? memchr(domain.data, '.', domain.size) : NULL;
	struct st_span labels = {host.data, dot != NULL ? (size_t)(dot - host.data) : host.size};
	size_t at = 0;
	for (struct st_span word; (word = next_word(labels, &at, buffer)).size > 0;) {
		struct word *kept = keep_word(known, word);
		if (kept != NULL)
			join_into(&kept->owner, owner);
	}
}

static struct word *keep_domain(struct seal_known *known, struct st_span domain)
{
	st_auto_buf struct st_buf text = {0};
	st_buf_add_byte(&text, '@'); /* no word begins so */
	st_buf_add(&text, domain.data, domain.size);
	return keep_word(known, (struct st_span){text.data, text.size});
}

static bool domain_in_use(const struct seal_known *known, struct st_span domain)
{
	st_auto_buf struct st_buf text = {0};
	st_buf_add_byte(&text, '@');
	st_buf_add(&text, domain.data, domain.size);
	return known->words.capacity > 0 &&
	       slot_for(&known->words, digest_of(known, (struct st_span){text.data, text.size}))->digest != 0;
}

static enum st_status learn(void *context, const struct resolve_entity *entity, struct st_error *err)
{
	(void)err;
	struct seal_known *known = context;
	if (entity->more)
		return ST_OK;
	if (entity->kind == DETECT_PERSON_NAME || entity->kind == DETECT_ORGANIZATION_NAME)
		keep_names(known, entity->canonical);
	if (entity->kind != DETECT_EMAIL_ADDRESS || entity->canonical.size == 0)
		return ST_OK;
	struct st_span host = split_host(entity->canonical), domain = detect_registrable_domain(host);
	struct st_span local = {entity->canonical.data, entity->canonical.size - host.size - 1};
	if (domain.size > 0)
		(void)keep_domain(known, domain);
	if (!detect_is_role_mailbox(local))
		keep_names(known, local);
	keep_labels(known, host, domain);
	return ST_OK;
}

/* --- documents --- */

static int by_segment(const void *left, const void *right)
{
	const struct reading *a = left, *b = right;
	return (a->segment > b->segment) - (a->segment < b->segment);
}

static enum st_status add_reading(void *context, const struct casefile_object *object, struct st_error *err)
{
	(void)err;
	struct seal_known *known = context;
	if (object->duplicate_of != 0 || object->segment == 0)
		return ST_OK;
	if (known->reading_count == known->reading_capacity) {
		known->reading_capacity = known->reading_capacity ? known->reading_capacity * 2 : 256;
		known->readings = st_realloc(known->readings, known->reading_capacity * sizeof *known->readings);
	}
	known->readings[known->reading_count++] = (struct reading){.segment = object->segment};
	return ST_OK;
}

static struct reading *find_reading(const struct seal_known *known, uint32_t segment)
{
	struct reading key = {.segment = segment};
	return known->reading_count > 0 ? bsearch(&key, known->readings, known->reading_count, sizeof key, by_segment)
					: NULL;
}

static void note_address(struct seal_known *known, struct reading *reading, struct st_span text)
{
	struct split_address address = split_address(&known->knowledge, text);
	if (address.own_role)
		return;
	join_into(&reading->person, address.person.size > 0 ? digest_of(known, address.person) : MANY);
	join_into(
		&reading->organization, address.organization.size > 0 ? digest_of(known, address.organization) : MANY);
}

static void note(struct seal_known *known, struct reading *reading, uint8_t kind, struct st_span text)
{
	char buffer[WORD_BYTES];
	size_t at = 0;
	if (kind == DETECT_EMAIL_ADDRESS)
		note_address(known, reading, text);
	else if (kind == DETECT_PERSON_NAME)
		join_into(&reading->name, digest_of(known, text));
	else if (kind == DETECT_ORGANIZATION_NAME)
		join_into(&reading->firm, digest_of(known, next_word(text, &at, buffer)));
}

static enum st_status note_places(void *context, const struct resolve_entity *entity, struct st_error *err)
{
	(void)err;
	struct seal_known *known = context;
	struct st_span places = entity->places;
	struct resolve_place place;
	struct reading *reading = NULL;
	while (resolve_place_next(&places, &place)) {
		if (reading != NULL && reading->segment == place.segment)
			continue; /* places come by segment, and once is enough */
		reading = find_reading(known, place.segment);
		if (reading != NULL)
			note(known, reading, entity->kind, entity->canonical);
	}
	return ST_OK;
}

/* --- what split_record asks --- */

static bool is_own_domain(void *context, struct st_span domain)
{
	const struct seal_known *known = context;
	for (char *const *own = known->rc->own_domains; own != NULL && *own != NULL; own++)
		if (strlen(*own) == domain.size && memcmp(*own, domain.data, domain.size) == 0)
			return true;
	return false;
}

struct carrying {
	const struct seal_known *known;
	struct st_span own;
};

static bool is_nobodys(void *context, struct st_span domain)
{
	const struct carrying *carrying = context;
	if (domain.size == carrying->own.size && memcmp(domain.data, carrying->own.data, domain.size) == 0)
		return true;
	return domain_top_of(domain) != DOMAIN_TOP_GENERIC && !detect_is_free_mail(domain) &&
	       !domain_in_use(carrying->known, domain);
}

static bool carries_another(void *context, struct st_span address)
{
	struct st_span host = split_host(address);
	struct carrying carrying = {context, detect_registrable_domain(host)};
	struct st_span local = {address.data, address.size - host.size - (host.size > 0)};
	return !party_local_is_plain(local, is_nobodys, &carrying);
}

static bool is_employer(void *context, struct st_span domain)
{
	const struct seal_known *known = context;
	return review_rules_employer(known->rules, domain);
}

static struct st_span label_of(struct st_span party)
{
	bool mailbox = party.size > 0 && memchr(party.data, '@', party.size) != NULL;
	struct st_span domain = mailbox ? detect_registrable_domain(split_host(party)) : party;
	bool anybodys = domain.size == 0 || detect_is_free_mail(domain) || detect_is_disposable(domain);
	return anybodys ? (struct st_span){0} : split_label(domain);
}

static bool document_is_alone(void *context, struct st_span party)
{
	const struct seal_known *known = context;
	const struct reading *reading = known->reading;
	char buffer[WORD_BYTES];
	size_t at = 0;
	if (reading == NULL)
		return false;
	uint64_t digest = digest_of(known, party);
	if (memchr(party.data, '@', party.size) != NULL)
		return (reading->person == digest || reading->person == NOBODY) && reading->name != MANY;
	struct st_span label = next_word(label_of(party), &at, buffer);
	return (reading->organization == digest || reading->organization == NOBODY) &&
	       (reading->firm == NOBODY || reading->firm == digest_of(known, label));
}

/* Is the word the party's own: the label of its domain, which no other domain of the case has, or a word of its
 * address?
 */
static bool is_own_word(const struct seal_known *known, struct st_span party, struct st_span word)
{
	char buffer[WORD_BYTES];
	const uint8_t *sign = memchr(party.data, '@', party.size);
	struct st_span label = label_of(party), own_domain = {label.data, 0};
	struct st_span local = {party.data, sign != NULL ? (size_t)(sign - party.data) : 0};
	own_domain.size = label.size > 0 ? (size_t)(party.data + party.size - label.data) : 0;
	const struct word *kept = known->words.capacity > 0 ? slot_for(&known->words, digest_of(known, word)) : NULL;
	uint64_t owner = kept != NULL && kept->digest != 0 ? kept->owner : NOBODY;
	bool others = owner != NOBODY && (own_domain.size == 0 || owner != digest_of(known, own_domain));
	size_t at = 0;
	for (struct st_span own; (own = next_word(label, &at, buffer)).size > 0;)
		if (own.size == word.size && memcmp(own.data, word.data, word.size) == 0)
			return !others;
	at = 0;
	for (struct st_span own; (own = next_word(local, &at, buffer)).size > 0;)
		if (own.size == word.size && memcmp(own.data, word.data, word.size) == 0)
			return !others;
	return false;
}

static bool is_anothers_word(const struct seal_known *known, struct st_span word)
{
	if (known->words.full)
		return true;
	const struct word *kept = known->words.capacity > 0 ? slot_for(&known->words, digest_of(known, word)) : NULL;
	return kept != NULL && kept->digest != 0 && (kept->owner != NOBODY || kept->named);
}

/* Bytes that are not ASCII may be letters of a name, long numbers somebody's. */
static bool has_more_than_words(struct st_span name)
{
	size_t digits = 0;
	for (size_t i = 0; i < name.size; i++) {
		digits = name.data[i] >= '0' && name.data[i] <= '9' ? digits + 1 : 0;
		if (name.data[i] >= 0x80 || name.data[i] < 0x20 || digits >= LONG_NUMBER)
			return true;
	}
	return false;
}

static enum release_words name_words(void *context, struct st_span party)
{
	const struct seal_known *known = context;
	struct st_span name = {known->name.data, known->name.size};
	char buffer[WORD_BYTES];
	unsigned digits = 0;
	size_t at = 0;
	if (name.size == 0)
		return RELEASE_WORDS_UNKNOWN;
	if (has_more_than_words(name))
		return RELEASE_WORDS_OF_OTHERS;
	for (struct st_span word; (word = next_word(name, &at, buffer)).size > 0;)
		if (!is_own_word(known, party, word) && is_anothers_word(known, word))
			return RELEASE_WORDS_OF_OTHERS;
	struct packet_names *names = packet_names_open(label_of(party));
	bool common = packet_names_free(names, name, &digits);
	packet_names_close(names);
	return common ? RELEASE_WORDS_COMMON : RELEASE_WORDS_UNSEEN;
}

/* --- all of it --- */

enum st_status seal_known_open(
	struct report_case *rc, const struct review_rules *rules, struct seal_known **out, struct st_error *err)
{
	struct seal_known *known = *out = st_alloc_zero(1, sizeof *known);
	known->rc = rc;
	known->rules = rules;
	known->knowledge = (struct split_knowledge){
		is_own_domain, carries_another, is_employer, document_is_alone, name_words, known};
	casefile_digest_key(rc->casefile, known->key);
	ST_TRY(report_each_entity(rc, learn, known, err));
	ST_TRY(casefile_objects(rc->casefile, -1, add_reading, known, err));
	if (known->reading_count > 1)
		qsort(known->readings, known->reading_count, sizeof *known->readings, by_segment);
	return report_each_entity(rc, note_places, known, err);
}

void seal_known_document(struct seal_known *known, uint32_t segment, struct st_span name)
{
	known->reading = find_reading(known, segment);
	known->name.size = 0;
	st_buf_add(&known->name, name.data, name.size);
}

struct split_knowledge seal_known_knowledge(struct seal_known *known)
{
	return known->knowledge;
}

void seal_known_close(struct seal_known *known)
{
	if (known == NULL)
		return;
	free(known->words.rows);
	free(known->readings);
	st_buf_free(&known->name);
	sodium_memzero(known->key, sizeof known->key);
	free(known);
}
