/* Label words in the languages of the exposures seen so far; a word is compared in lower case. */
#include "detect/labels.h"

#include "detect/digits.h"
#include "detect/fields.h"

/* Longest word compared; longer ones are no labels. */
#define LABEL_WORD_BYTES 40

/* Words that must stand alone. */
static const char *const phone_words[] = {"tel", "tél", "tlf", "telf", "tfno", "tfn", "ph", "phn", "cell", "cel",
	"celular", "mob", "mobil", "mobiel", "mobilnr", "gsm", "fax", "handy", "portable", "móvil", "movil",
	"telemóvel", "telemovel", "sms", "hotline", "fon", "recapito", "recapiti", "contacttel", "puh", "puhelin",
	"тел", "Тел", "моб", "Моб", "факс", "телефон", "Телефон", "τηλ", "Τηλ", "電話", "电话", "手机", "手機", "传真",
	NULL};
/* Words that are labels as part of a longer one: phoneNumber, Telefonnummer, mobile1. */
static const char *const phone_parts[] = {"phone", "telefon", "telephon", "téléphon", "teléfon", "telefax", "mobile",
	"handynummer", "rufnummer", "cellular", "msisdn", "whatsapp", "numtel", NULL};
static const char *const card_words[] = {"card", "cardno", "cardnum", "cardnumber", "cc", "ccn", "ccno", "ccnum",
	"ccnumber", "pan", "visa", "mastercard", "maestro", "amex", "carta", "carte", "karte", "tarjeta", "cartao",
	"cartão", "karta", "kort", NULL};
static const char *const card_parts[] = {"creditcard", "debitcard", "paymentcard", "bankcard", "kreditkarte",
	"kartennummer", "kartennr", "mastercard", "americanexpress", "cartadicredito", "cartebancaire", "карт", NULL};
static const char *const version_words[] = {"ver", "vers", "v", "rev", "fw", "sw", "build", "release", "driver",
	"section", "sect", "chapter", "clause", "annex", "kapitel", "abschnitt", "sezione", "capitolo", "chapitre",
	"oid", NULL};
static const char *const version_parts[] = {"version", "versione", "firmware", "revision", "release", "assembly", NULL};

/* Words before a network address. */
static const char *const address_words[] = {"ip", "ips", "ipv", "addr", "from", "client", "peer", "remote", "src",
	"dst", "source", "dest", "destination", "dns", "gateway", "gw", "ping", "via", "inet", "login", "connect",
	"connected", "connection", "connecting", "listen", "listening", "bind", "router", "route", "subnet",
	"forwarded", "for", "rhost", "da", "von", "depuis", "desde", "indirizzo", "adresse", NULL};
static const char *const address_parts[] = {"address", "host", "server", "addr", "gateway", NULL};

struct label_words {
	const char *const *words, *const *parts;
	unsigned nearest; /* only so many words before the value are looked at */
	bool numbered;    /* phone2 is a label as phone is; v1 is none */
};
static const struct label_words sets[LABEL_SETS] = {
	[LABEL_PHONE] = {phone_words, phone_parts, 6, true},
	[LABEL_CARD] = {card_words, card_parts, 6, true},
	[LABEL_ADDRESS] = {address_words, address_parts, 2, true},
	[LABEL_VERSION] = {version_words, version_parts, 2, false},
};

/* Bytes of the letter that ends before `at`; 0 when no letter does. */
static size_t letter_before(const struct detect_window *window, size_t at)
{
	struct glyph glyph = glyph_before(window, at);
	bool letter = glyph.class == GLYPH_LETTER || (glyph.class == GLYPH_OTHER && glyph.size > 1);
	return letter ? glyph.size : 0;
}

/* ASCII and the Latin-1 letters of UTF-8 (C3 80 to C3 9E) in lower case. */
static void fold(char *word, size_t size)
{
	for (size_t i = 0; i < size; i++) {
		uint8_t byte = (uint8_t)word[i];
		if (byte >= 'A' && byte <= 'Z')
			word[i] = (char)(byte | 0x20);
		else if (i > 0 && (uint8_t)word[i - 1] == 0xc3 && byte >= 0x80 && byte <= 0x9e)
			word[i] = (char)(byte + 0x20);
	}
}

static bool is_word(const struct label_words *set, const char *word)
{
	for (const char *const *one = set->words; *one; one++)
		if (**one == *word && strcmp(*one, word) == 0)
			return true;
	return false;
}

/* The whole word, any part from the list, or one of its humps: homeTel, telHome. */
static bool is_label(const struct label_words *set, const uint8_t *text, size_t size)
{
	char word[LABEL_WORD_BYTES + 1], hump[LABEL_WORD_BYTES + 1];
	if (size == 0 || size > LABEL_WORD_BYTES)
		return false;
	memcpy(word, text, size);
	word[size] = 0;
	fold(word, size);
	if (is_word(set, word))
		return true;
	for (const char *const *part = set->parts; *part; part++)
		if (strstr(word, *part))
			return true;
	for (size_t from = 0, i = 1; i <= size; i++) {
		bool edge =
			i == size || (text[i] >= 'A' && text[i] <= 'Z' && !(text[i - 1] >= 'A' && text[i - 1] <= 'Z'));
		if (!edge)
			continue;
		memcpy(hump, word + from, i - from);
		hump[i - from] = 0;
		if (is_word(set, hump))
			return true;
		from = i;
	}
	return false;
}

/* Beyond these a word belongs to another value. */
static bool ends_label(uint8_t byte)
{
	static const uint64_t low = UINT64_C(1) << 0 | UINT64_C(1) << '\n' | UINT64_C(1) << '\r' | UINT64_C(1) << ',' |
				    UINT64_C(1) << ';' | UINT64_C(1) << '&' | UINT64_C(1) << '<';
	return byte < 64 ? low >> byte & 1 : byte == '{' || byte == '}' || byte == '|';
}

/* A closing tag before the value belongs to another one (<b>Tel:</b> 02 ...): its start, or `at`. */
static size_t skip_closing_tag(const struct detect_window *window, size_t at, size_t least)
{
	if (window->data[at - 1] != '>')
		return at;
	for (size_t i = at - 1; i > least + 1 && at - i < 12; i--) {
		if (window->data[i - 1] == '/' && window->data[i - 2] == '<')
			return i - 2;
		if (window->data[i - 1] == '<')
			return at;
	}
	return at;
}

bool label_before(const struct detect_window *window, size_t at, enum label_set set, size_t reach_bytes)
{
	if (window->field != NULL && window->field->sets >> set & 1)
		return true;
	const uint8_t *data = window->data;
	size_t least = at > reach_bytes ? at - reach_bytes : 0;
	unsigned words = 0;
	while (at > least && words < sets[set].nearest) {
		size_t tag = skip_closing_tag(window, at, least);
		if (tag != at) {
			at = tag;
			continue;
		}
		uint8_t byte = data[at - 1];
		if (ends_label(byte))
			return false;
		/* A number between belongs to another value, except the 2 of "phone2" and "phone_2". */
		if (ascii_digit(byte) && letter_before(window, at - 1) == 0 && byte_before(window, at, 2) != '_')
			return false;
		size_t letter = letter_before(window, at);
		if (letter == 0) {
			at--;
			continue;
		}
		size_t start = at;
		for (; letter > 0 && at - start <= LABEL_WORD_BYTES; letter = letter_before(window, start))
			start -= letter;
		/* The n of an escaped line end is no letter of the word after it. */
		words++;
		bool numbered = ascii_digit(byte_at(window, at));
		bool escaped = start > 0 && data[start - 1] == '\\';
		if ((!numbered || sets[set].numbered) &&
			is_label(&sets[set], data + start + escaped, at - start - escaped))
			return true;
		if (escaped)
			return false;
		at = start;
	}
	return false;
}

/* --- phrases --- */

/* A no-break or narrow space at `at`: its bytes, or 0. */
static size_t wide_space(const struct detect_window *window, size_t at, size_t end)
{
	if (window->data[at] < 0xc2 || end - at < 2)
		return 0;
	if (memcmp(window->data + at, "\xc2\xa0", 2) == 0)
		return 2;
	return end - at >= 3 && memcmp(window->data + at, "\xe2\x80\xaf", 3) == 0 ? 3 : 0;
}

#define ONES UINT64_C(0x0101010101010101)

/* Of eight bytes: the highest bit of each that lies between the two, both below 0x80. */
static uint64_t between(uint64_t bytes, uint8_t first, uint8_t last)
{
	const uint64_t low = bytes & 0x7f * ONES;
	return (low + (0x80u - first) * ONES) & ~(low + (0x7fu - last) * ONES) & ~bytes & 0x80 * ONES;
}

static uint64_t eight_at(const uint8_t *text)
{
	uint64_t bytes;
	memcpy(&bytes, text, sizeof bytes);
	return bytes;
}

/* Blanks, digits and signs from - to :, among which lists of numbers are: no letter, and nothing that ends a label. */
static bool are_numbers(uint64_t bytes)
{
	return (between(bytes, ' ', ' ') | between(bytes, '-', ':')) == 0x80 * ONES;
}

/* Where the text before `at`, not before `least`, begins that nothing ends. */
static size_t label_begin(const uint8_t *text, size_t at, size_t least)
{
	while (at > least) {
		if (ascii_digit(text[at - 1]) && at - least >= 8 && are_numbers(eight_at(text + at - 8)))
			at -= 8;
		else if (!ends_label(text[at - 1]))
			at--;
		else
			break;
	}
	return at;
}

void label_text_before(const struct detect_window *window, size_t at, size_t reach_bytes, struct label_text *out)
{
	size_t from = label_begin(window->data, at, at > reach_bytes ? at - reach_bytes : 0);
	bool fresh = from == 0 || !(ascii_alnum(window->data[from - 1]) || window->data[from - 1] >= 0x80),
	     wide = false;
	out->size = 0;
	for (size_t i = from; i < at && out->size < LABEL_PHRASE_BYTES; i++) {
		const uint8_t byte = window->data[i];
		if (ascii_digit(byte) && at - i >= 8 && are_numbers(eight_at(window->data + i))) {
			fresh = window->data[i + 7] != '.';
			i += 7;
			continue;
		}
		if (byte < 0x80 && !ascii_letter(byte)) {
			fresh = byte != '.'; /* the dots of C.F. and P.IVA divide no words */
			continue;
		}
		const size_t space = wide_space(window, i, at);
		if (space > 0) {
			i += space - 1;
			fresh = true;
			continue;
		}
		const bool capital = byte >= 'A' && byte <= 'Z';
		const bool hump = capital && out->size > 0 && window->data[i - 1] >= 'a' && window->data[i - 1] <= 'z';
		out->begins[out->size] = fresh || hump;
		out->text[out->size++] = (char)(capital ? byte | 0x20 : byte);
		fresh = false;
		wide |= byte >= 0x80;
	}
	out->text[out->size] = 0;
	out->begins[out->size] = true;
	if (wide)
		fold(out->text, out->size);
}

static bool has_phrase(const struct label_text *words, const char *phrase)
{
	bool whole = *phrase == '=';
	phrase += whole;
	size_t size = strlen(phrase);
	for (const char *found = words->text; (found = strstr(found, phrase)) != NULL; found++) {
		size_t at = (size_t)(found - words->text);
		if (!whole || (words->begins[at] && words->begins[at + size]))
			return true;
	}
	return false;
}

static bool has_any(const struct label_text *words, const char *const *phrases)
{
	for (; words->size > 0 && *phrases != NULL; phrases++)
		if (has_phrase(words, *phrases))
			return true;
	return false;
}

bool phrase_before(const struct detect_window *window, size_t at, const char *const *phrases, size_t reach_bytes)
{
	struct label_text words;
	if (window->field != NULL && has_any(&window->field->words, phrases))
		return true;
	label_text_before(window, at, reach_bytes, &words);
	return has_any(&words, phrases);
}
