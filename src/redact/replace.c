/*
 * Tokens, labels and masks, and how they are known again. The key stands in one HMAC context that is used for every
 * token; letters are drawn from the first 128 bits of the digest.
 */
#include "redact/replace.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <sodium.h>
#include <stdlib.h>
#include <unistd.h>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

static const char token_letters[] = "BCDFGHJKLMNPQRSTVWXZ";
#define LETTERS (sizeof token_letters - 1)
#define FIELD_WORD "field"
#define MASK_STARS "****"
#define RECENT 4096
#define RECENT_BYTES 62
/* Digits that a mask may show. */
#define MASK_DIGITS 4
#define MASK_PHONE_DIGITS 2

/* A value that had its token lately: what is told of in a log is told of again and again. */
struct recent {
	const char *word;
	uint16_t size; /* 0: none */
	uint8_t canonical[RECENT_BYTES];
	char letters[REDACT_TOKEN_LETTERS];
};

struct replacer {
	EVP_MAC *mac; /* NULL: no tokens */
	EVP_MAC_CTX *hmac;
	struct recent *recent; /* RECENT of them, by digest of the value; they are wiped at the end */
};

static void must(bool success)
{
	if (!success)
		_exit(ST_EXIT_MEMORY);
}

struct replacer *replacer_open(const uint8_t *key)
{
	struct replacer *replacer = st_alloc_zero(1, sizeof *replacer);
	if (!key)
		return replacer;
	char digest[] = "SHA256";
	OSSL_PARAM parameters[] = {
		OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0), OSSL_PARAM_construct_end()};
	replacer->mac = EVP_MAC_fetch(NULL, "HMAC", NULL);
	must(replacer->mac != NULL);
	replacer->hmac = EVP_MAC_CTX_new(replacer->mac);
	must(replacer->hmac != NULL && EVP_MAC_init(replacer->hmac, key, REDACT_KEY_BYTES, parameters) == 1);
	replacer->recent = st_alloc_zero(RECENT, sizeof *replacer->recent);
	return replacer;
}

void replacer_close(struct replacer *replacer)
{
	if (!replacer)
		return;
	EVP_MAC_CTX_free(replacer->hmac); /* wipes its key */
	EVP_MAC_free(replacer->mac);
	if (replacer->recent)
		sodium_memzero(replacer->recent, RECENT * sizeof *replacer->recent);
	free(replacer->recent);
	free(replacer);
}

/* The digest as one number of 128 bits, written in base 20: a letter is drawn evenly to one part in 2^58. */
static void spell(const uint8_t digest[32], char out[REDACT_TOKEN_LETTERS])
{
	__extension__ unsigned __int128 number = 0;
	for (int i = 0; i < 16; i++)
		number = number << 8 | digest[i];
	for (int i = 0; i < REDACT_TOKEN_LETTERS; i++) {
		out[i] = token_letters[number % LETTERS];
		number /= LETTERS;
	}
}

static void draw_letters(
	struct replacer *replacer, const char *word, struct st_span canonical, char letters[REDACT_TOKEN_LETTERS])
{
	static const uint8_t version[] = {0, '0' + REDACT_CANONICAL_VERSION, 0};
	uint8_t digest[32];
	size_t size;
	EVP_MAC_CTX *hmac = replacer->hmac;
	must(EVP_MAC_init(hmac, NULL, 0, NULL) == 1 && EVP_MAC_update(hmac, (const uint8_t *)word, strlen(word)) == 1 &&
		EVP_MAC_update(hmac, version, sizeof version) == 1 &&
		EVP_MAC_update(hmac, canonical.data, canonical.size) == 1 &&
		EVP_MAC_final(hmac, digest, &size, sizeof digest) == 1);
	spell(digest, letters);
}

/* Where the value stands, or would; one place for each, so that whoever fills it wins nothing. */
static struct recent *recent_of(struct replacer *replacer, const char *word, struct st_span canonical)
{
	uint64_t hash = (uint8_t)word[0];
	for (size_t i = 0; i < canonical.size; i++)
		hash = (hash ^ canonical.data[i]) * 0x9e3779b97f4a7c15u;
	return &replacer->recent[hash >> 32 & (RECENT - 1)];
}

static const char *letters_of(
	struct replacer *replacer, const char *word, struct st_span canonical, char room[REDACT_TOKEN_LETTERS])
{
	if (canonical.size == 0 || canonical.size > RECENT_BYTES) {
		draw_letters(replacer, word, canonical, room);
		return room;
	}
	struct recent *recent = recent_of(replacer, word, canonical);
	if (recent->size != canonical.size || recent->word != word ||
		memcmp(recent->canonical, canonical.data, canonical.size) != 0) {
		draw_letters(replacer, word, canonical, recent->letters);
		recent->word = word;
		recent->size = (uint16_t)canonical.size;
		memcpy(recent->canonical, canonical.data, canonical.size);
	}
	return recent->letters;
}

static void add_token(struct replacer *replacer, const char *word, struct st_span canonical, struct st_buf *out)
{
	char room[REDACT_TOKEN_LETTERS];
	const char *letters = letters_of(replacer, word, canonical, room);
	st_buf_add_byte(out, '[');
	st_buf_add(out, word, strlen(word));
	st_buf_add_byte(out, ':');
	st_buf_add(out, letters, REDACT_TOKEN_LETTERS);
	st_buf_add_byte(out, ']');
}

static void add_label(const char *word, struct st_buf *out)
{
	st_buf_add_byte(out, '[');
	st_buf_add(out, word, strlen(word));
	st_buf_add_byte(out, ']');
}

/* Four stars whatever the value's length, and the last digits that people check a card, an account or a phone by. */
static void add_mask(enum detect_kind kind, struct st_span canonical, struct st_buf *out)
{
	size_t digits = kind == DETECT_PAYMENT_CARD || kind == DETECT_IBAN ? MASK_DIGITS : 0;
	if (kind == DETECT_PHONE_NUMBER)
		digits = MASK_PHONE_DIGITS;
	if (canonical.size < 2 * MASK_DIGITS)
		digits = 0;
	for (size_t i = 0; i < digits; i++)
		if ((unsigned)canonical.data[canonical.size - 1 - i] - '0' >= 10)
			digits = 0;
	st_buf_add_byte(out, '[');
	st_buf_add(out, MASK_STARS, strlen(MASK_STARS));
	if (digits > 0)
		st_buf_add(out, canonical.data + canonical.size - digits, digits);
	st_buf_add_byte(out, ']');
}

static void add(struct replacer *replacer, enum redact_action action, enum detect_kind kind, const char *word,
	struct st_span value, struct st_buf *out)
{
	if (action == REDACT_TOKEN && replacer->hmac)
		add_token(replacer, word, value, out);
	else if (action == REDACT_TOKEN || action == REDACT_LABEL)
		add_label(word, out);
	else if (action == REDACT_MASK)
		add_mask(kind, value, out);
}

void replacer_value(struct replacer *replacer, enum redact_action action, enum detect_kind kind,
	struct st_span canonical, struct st_buf *out)
{
	add(replacer, action, kind, detect_kind_name(kind), canonical, out);
}

void replacer_field(struct replacer *replacer, enum redact_action action, struct st_span value, struct st_buf *out)
{
	add(replacer, action, DETECT_KINDS, FIELD_WORD, value, out);
}

/* --- known again --- */

/* First letters of the words that stand in brackets: the kinds, and "field". Bit n: the letter n. */
#define LETTER(letter) (1u << ((letter) - 'a'))
static const unsigned first_letters = LETTER('c') | LETTER('d') | LETTER('e') | LETTER('f') | LETTER('i') |
				      LETTER('n') | LETTER('o') | LETTER('p') | LETTER('s') | LETTER('u') | LETTER('v');

/* Does this bracket or NUL stop the search? Brackets at the end do. */
static inline bool stops(const uint8_t *at, const uint8_t *end)
{
	if (*at == 0 || at + 1 == end || at[1] == '*')
		return true;
	unsigned letter = at[1] - (unsigned)'a';
	return letter < 26 && (first_letters >> letter & 1);
}

const uint8_t *replaced_or_nul_byte_by_byte(const uint8_t *from, const uint8_t *end)
{
	while (from < end && !((*from == '[' || *from == 0) && stops(from, end)))
		from++;
	return from;
}

const uint8_t *replaced_or_nul(const uint8_t *from, const uint8_t *end)
{
#ifdef __SSE2__
	const __m128i bracket = _mm_set1_epi8('['), nul = _mm_setzero_si128();
	for (; end - from >= 16; from += 16) {
		__m128i v = _mm_loadu_si128((const __m128i *)(const void *)from);
		__m128i hit = _mm_or_si128(_mm_cmpeq_epi8(v, bracket), _mm_cmpeq_epi8(v, nul));
		for (unsigned mask = (unsigned)_mm_movemask_epi8(hit); mask != 0; mask &= mask - 1)
			if (stops(from + __builtin_ctz(mask), end))
				return from + __builtin_ctz(mask);
	}
#endif
	return replaced_or_nul_byte_by_byte(from, end);
}

/* A word that replacements have; *prefix: the text ends inside what may become one. */
static bool is_word(const uint8_t *text, size_t size, bool ended, bool *prefix)
{
	for (int kind = 0; kind <= DETECT_KINDS; kind++) {
		const char *word = kind < DETECT_KINDS ? detect_kind_name((enum detect_kind)kind) : FIELD_WORD;
		if (size > 0 && (uint8_t)word[0] != text[0]) /* most that stands in brackets is no word of ours */
			continue;
		if (strncmp(word, (const char *)text, size) != 0)
			continue;
		*prefix |= ended;
		if (strlen(word) == size)
			return true;
	}
	return false;
}

static size_t letters_at(struct st_span text, size_t at)
{
	size_t count = 0;
	while (count < REDACT_TOKEN_LETTERS && at + count < text.size && text.data[at + count] != 0 &&
		strchr(token_letters, text.data[at + count]))
		count++;
	return count;
}

static size_t mask_at(struct st_span text, bool *more)
{
	size_t at = 1, stars = 1 + strlen(MASK_STARS), digits = stars + MASK_DIGITS;
	while (at < text.size && at < stars && text.data[at] == '*')
		at++;
	if (at == stars)
		while (at < text.size && at < digits && (unsigned)text.data[at] - '0' < 10)
			at++;
	if (at == text.size)
		*more = true;
	return at >= stars && at < text.size && text.data[at] == ']' ? at + 1 : 0;
}

size_t replaced_at(struct st_span text, bool *more)
{
	*more = false;
	if (text.size == 0 || text.data[0] != '[')
		return 0;
	if (text.size == 1 || text.data[1] == '*')
		return mask_at(text, more);
	size_t end = 1;
	while (end < text.size && end < REPLACED_BYTES &&
		((unsigned)text.data[end] - 'a' < 26 || text.data[end] == '_'))
		end++;
	if (end < text.size && text.data[end] != ']' && text.data[end] != ':')
		return 0;
	if (!is_word(text.data + 1, end - 1, end == text.size, more) || end == text.size)
		return 0;
	if (text.data[end] == ']')
		return end + 1;
	size_t letters = letters_at(text, end + 1);
	*more = end + 1 + letters == text.size;
	end += 1 + letters;
	return letters == REDACT_TOKEN_LETTERS && end < text.size && text.data[end] == ']' ? end + 1 : 0;
}
