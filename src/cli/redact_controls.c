/*
 * Controls: invented values, written in the ways that redaction is known to overlook, put into drawn passages to
 * measure how many of them who judges sees. Names of fiction and domains kept for examples; numbers have right check
 * digits.
 */
#include "cli/redact_passages.h"

#define DIGITS 24

uint64_t control_next(struct control_rng *rng)
{
	uint64_t z = rng->state += 0x9e3779b97f4a7c15u;
	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
	z = (z ^ z >> 27) * 0x94d049bb133111ebu;
	return z ^ z >> 31;
}

uint64_t control_below(struct control_rng *rng, uint64_t bound)
{
	return bound > 0 ? control_next(rng) % bound : 0; /* uneven by less than one in 2^40 */
}

static const char *const firsts[] = {
	"anna", "bruno", "claire", "dieter", "elena", "fabien", "greta", "hugo", "ines", "jonas"};
static const char *const lasts[] = {
	"archer", "bellini", "chevalier", "dietrich", "esposito", "fuentes", "gruber", "herrero"};
static const char *const domains[] = {"contoso", "fabrikam", "adatum", "litware", "northwind"};
static const char *const suffixes[] = {"com", "it", "fr", "de", "es"};

/* ISO/IEC 7812-1 annex B. */
static unsigned luhn_digit(const uint8_t *digits, size_t count)
{
	unsigned sum = 0;
	for (size_t i = 0; i < count; i++) {
		unsigned value = digits[count - 1 - i] * (i % 2 == 0 ? 2u : 1u);
		sum += value > 9 ? value - 9 : value;
	}
	return (10 - sum % 10) % 10;
}

static void add_card(struct control_rng *rng, struct st_buf *out)
{
	uint8_t digits[16] = {4};
	for (size_t i = 1; i < 15; i++)
		digits[i] = (uint8_t)control_below(rng, 10);
	digits[15] = (uint8_t)luhn_digit(digits, 15);
	for (size_t i = 0; i < 16; i++) {
		if (i > 0 && i % 4 == 0)
			st_buf_add_byte(out, ' ');
		st_buf_add_byte(out, '0' + digits[i]);
	}
}

/* A German account (18 digits) with its check digits: ISO 7064 over the account, D, E, 00. */
static void add_account(struct control_rng *rng, struct st_buf *out)
{
	uint8_t digits[18];
	unsigned rest = 0;
	for (size_t i = 0; i < sizeof digits; i++) {
		digits[i] = (uint8_t)control_below(rng, 10);
		rest = (rest * 10 + digits[i]) % 97;
	}
	rest = (rest * 100 + 13) % 97;
	rest = (rest * 100 + 14) % 97;
	rest = rest * 100 % 97;
	st_buf_format(out, "DE%02u", 98 - rest);
	for (size_t i = 0; i < sizeof digits; i++) {
		if (i % 4 == 0)
			st_buf_add_byte(out, ' ');
		st_buf_add_byte(out, '0' + digits[i]);
	}
}

/*
 * The forms: F first, L last name, both with a capital; f, l small; D domain, S suffix, G a generic suffix; # a digit
 * at random, $ the sign #; C card, B account, P a password; letters of words and everything else as it is.
 */
static const char *const forms[] = {
	"f.l#@D.S",
	"f.l# @D G",
	"f.l# @ D . S",
	"f.l## [at] D [dot] S",
	"f##(at)D(dot)S",
	"f.l at D dot G",
	"f.l chiocciola D punto it",
	"f.l arobase D point fr",
	"f.l Klammeraffe D Punkt de",
	"f#&$64;D.S",
	"f.l##%40D.S",
	"f.l##=40D.S",
	"f.l\\u0040D.S",
	"f.l＠D.S",
	"f.\xe2\x80\x8bl@D.S",
	"+44 20 7946 0###",
	"+33 1 99 00 ## ##",
	"0039 06 9999 ####",
	"Tel. 030 23125###",
	"+1.425.555.01##",
	"C",
	"card C",
	"B",
	"Dear F L,",
	"Gentile F L,",
	"Frau L",
	"F L <info@D.S>",
	"198.51.100.1##",
	"date of birth: 19##-0#-1#",
	"password=P",
};

static const char *pick(struct control_rng *rng, const char *const *list, size_t count)
{
	return list[control_below(rng, count)];
}
#define PICK(rng, list) pick(rng, list, sizeof list / sizeof *list)

static void add_word(struct st_buf *out, const char *word, bool capital)
{
	st_buf_add_byte(out, (uint8_t)(capital ? word[0] - 'a' + 'A' : word[0]));
	st_buf_add(out, word + 1, strlen(word + 1));
}

static void add_password(struct control_rng *rng, struct st_buf *out)
{
	static const char *const parts[] = {"QRST", "bcdf", "2479", "npqr", "VWXZ", "5836"};
	for (size_t i = 0; i < 12; i++)
		st_buf_add_byte(out, (uint8_t)parts[i % 6][control_below(rng, 4)]);
}

/* One letter of a form; whole words that are no places stand between them. */
static void add_place(struct control_rng *rng, char place, struct st_buf *out)
{
	switch (place) {
	case 'F':
	case 'f':
		add_word(out, PICK(rng, firsts), place == 'F');
		return;
	case 'L':
	case 'l':
		add_word(out, PICK(rng, lasts), place == 'L');
		return;
	case 'D':
		add_word(out, PICK(rng, domains), false);
		return;
	case 'S':
		add_word(out, PICK(rng, suffixes), false);
		return;
	case 'G':
		st_buf_add(out, "com", 3);
		return;
	case 'C':
		add_card(rng, out);
		return;
	case 'B':
		add_account(rng, out);
		return;
	case 'P':
		add_password(rng, out);
		return;
	default:
		st_buf_add_byte(out, (uint8_t)place);
	}
}

static bool is_letter(char byte)
{
	return (byte | 0x20) >= 'a' && (byte | 0x20) <= 'z';
}

void control_value(struct control_rng *rng, struct st_buf *out)
{
	const char *form = PICK(rng, forms);
	for (size_t i = 0; form[i]; i++) {
		bool alone = !is_letter(form[i + 1]) && (i == 0 || !is_letter(form[i - 1]));
		if (form[i] == '#')
			st_buf_add_byte(out, (uint8_t)('0' + control_below(rng, 10)));
		else if (form[i] == '$')
			st_buf_add_byte(out, '#');
		else if (alone && strchr("FfLlDSGCBP", form[i]))
			add_place(rng, form[i], out);
		else
			st_buf_add_byte(out, (uint8_t)form[i]);
	}
}

void control_plant(
	struct control_rng *rng, const struct passage *passage, struct st_buf *out, size_t *start, size_t *end)
{
	size_t length = passage->end - passage->begin, from = passage->begin + (size_t)control_below(rng, length),
	       at = from;
	while (at < passage->end && passage->text[at] != ' ' && passage->text[at] != '\n')
		at++;
	at = at == passage->end ? passage->begin : at;
	st_buf_add(out, passage->text, at);
	st_buf_add_byte(out, ' ');
	*start = out->size;
	control_value(rng, out);
	*end = out->size;
	st_buf_add_byte(out, ' ');
	st_buf_add(out, passage->text + at, passage->size - at);
}
