/*
 * What only the words around it make personal: names behind titles, greetings and fields, days of birth, homes, numbers
 * of cases. Words of English, Italian, French, German and Spanish, as people write letters.
 */
#include "judge/view.h"

#define NAME_WORDS 3
#define LABEL_REACH 40
#define HOME_REACH 40

/* --- names --- */

#define TITLES                                                                                                       \
	"mr mrs ms miss dr prof sig sig.ra signor signora signore dott dott.ssa avv ing mme mlle monsieur madame m " \
	"herr herrn "                                                                                                \
	"frau sr sra srta don doña señor señora"
#define GREETINGS                                                                                                    \
	"dear hi hello gentile egregio egregia caro cara ciao cher chère bonjour salut hallo liebe lieber geehrte " \
	"geehrter "                                                                                                  \
	"estimado estimada querido querida hola"
#define FIELDS                                                                                                         \
	"name nome cognome nom prénom vorname nachname nombre apellido apellidos customer kunde client cliente from " \
	"to cc da von "                                                                                                \
	"de para an à customername fullname full_name first_name last_name firstname lastname surname"
#define SAYS "is chiamo heiße m'appelle appelle llamo"
#define CLOSINGS                                                                                                          \
	"regards sincerely best wishes thanks saluti cordialmente cordialement salutations grüßen grüße gruß gruss " \
	"saludo "                                                                                                         \
	"saludos atentamente"
/* Not somebody, although a greeting or title stands before it. */
#define NOBODY                                                                                                       \
	"all team colleagues everyone everybody sir madam customer customers friends colleghi tutti tutte cliente "  \
	"clienti "                                                                                                   \
	"signori collègues tous équipe kollegen kolleginnen damen herren team alle zusammen equipo todos colegas " \
	"señores the "                                                                                              \
	"support service reply subject date sent"

/* Up to three capitalised words from `at` on: their end; 0 when the first is none. */
static size_t capitals(const struct view *view, size_t at, size_t *count)
{
	size_t end = 0;
	for (*count = 0; *count < NAME_WORDS; ++*count) {
		size_t word = at;
		if (!view_upper(view, word) || view_word(view, at, NOBODY) > 0)
			break;
		while (view_letter(view, word) || ((view_code(view, word) == '-' || view_code(view, word) == '\'') &&
							  view_letter(view, word + 1)))
			word++;
		if (word - at < 2 || view_digit(view, word))
			break;
		end = word;
		bool comma =
			view_code(view, word) == ',' && view_code(view, word + 1) == ' ' && view_upper(view, word + 2);
		at = word + 1 + (comma && *count == 0);
		if (view_code(view, word) != ' ' && !comma) {
			++*count;
			break;
		}
	}
	return end;
}

/* What stands between the word that says a name comes and the name. */
static size_t to_name(const struct view *view, size_t at)
{
	size_t from = at;
	while (at - from < 6 && (view_blank(view, at) || (view_code(view, at) < 0x80 && view_code(view, at) != 0 &&
								 strchr(".:\"'=<>", (int)view_code(view, at)))))
		at++;
	return at;
}

/* The line before ends a letter: the name stands below. */
static bool below_closing(const struct view *view, size_t at)
{
	size_t line = at;
	while (line > 0 && (view_code(view, line - 1) == '\n' || view_blank(view, line - 1)))
		line--;
	if (line == at || line == 0)
		return false;
	line -= view_code(view, line - 1) == ',';
	size_t word = line;
	while (word > 0 && view_letter(view, word - 1))
		word--;
	return view_word(view, word, CLOSINGS) == line - word && line > word;
}

size_t judge_name(const struct view *view, size_t at, size_t *start)
{
	size_t count = 0, title = view_word(view, at, TITLES);
	size_t word = title > 0 ? title : view_word(view, at, GREETINGS " " FIELDS " " SAYS);
	bool says = word > 0 && view_word(view, at, SAYS) > 0 &&
		    !(view_word(view, at, "is") && !view_word_before(view, at, 6, "name"));
	if (word > 0 && view_word(view, at, "is") && !says)
		return 0;
	if (word > 0) {
		*start = to_name(view, at + word);
		size_t second = *start > at + word ? view_word(view, *start, TITLES) : 0;
		*start = second > 0 ? to_name(view, *start + second) : *start;
		size_t end = *start > at + word ? capitals(view, *start, &count) : 0;
		bool field = title == 0 && second == 0 && !says && view_word(view, at, GREETINGS) == 0;
		bool marked = !field || (view_code(view, at + word) != ' ' && count >= 2);
		return end > 0 && marked ? end : 0;
	}
	if (!view_upper(view, at) || (at > 0 && view_alnum(view, at - 1)))
		return 0;
	*start = at;
	size_t end = capitals(view, at, &count);
	bool before_address =
		count >= 2 && (view_code(view, end) == ' ' || view_code(view, end) == '"') &&
		(view_code(view, end + 1) == '<' || view_code(view, end + 2) == '<' || view_code(view, end + 1) == '(');
	return end > 0 && (before_address || (count >= 2 && below_closing(view, at))) ? end : 0;
}

/* --- days of birth --- */

#define BIRTH_WORDS                                                                                               \
	"birth born dob birthday birthdate birth_date nato nata nascita né née naissance geboren geburtsdatum " \
	"geburtstag geb "                                                                                         \
	"nacido nacida nacimiento"
#define MONTHS                                                                                                           \
	"january february march april may june july august september october november december gennaio febbraio "        \
	"marzo aprile "                                                                                                  \
	"maggio giugno luglio agosto settembre ottobre novembre dicembre janvier février mars avril mai juin juillet "  \
	"août "                                                                                                         \
	"septembre octobre novembre décembre januar februar märz juni juli oktober dezember enero febrero abril mayo " \
	"junio "                                                                                                         \
	"julio septiembre octubre noviembre diciembre"

static size_t digits_at(const struct view *view, size_t at)
{
	size_t count = 0;
	while (view_digit(view, at + count))
		count++;
	return count;
}

size_t judge_birthday(const struct view *view, size_t at, size_t *start)
{
	size_t first = digits_at(view, at);
	if (first == 0 || first > 4 || (at > 0 && view_alnum(view, at - 1)) ||
		!view_word_before(view, at, LABEL_REACH, BIRTH_WORDS))
		return 0;
	*start = at;
	at += first;
	uint32_t sign = view_code(view, at);
	if (sign == '-' || sign == '/' || (sign == '.' && view_digit(view, at + 1))) {
		size_t second = digits_at(view, at + 1), third = digits_at(view, at + 2 + second);
		bool same = second > 0 && view_code(view, at + 1 + second) == sign;
		bool year_first = first == 4 && third <= 2, year_last = first <= 2 && (third == 4 || third == 2);
		return same && third > 0 && second <= 2 && (year_first || year_last) ? at + 2 + second + third : 0;
	}
	at += sign == '.';
	at += view_blanks(view, at, 2);
	at += 3 * (view_word(view, at, "de") > 0);
	size_t month = view_word(view, at, MONTHS);
	at += month + view_blanks(view, at + month, 2);
	at += 3 * (view_word(view, at, "de") > 0);
	size_t year = digits_at(view, at);
	return month > 0 && year == 4 ? at + year : 0;
}

/* --- homes --- */

#define STREET_BEFORE "via corso viale piazza rue avenue boulevard calle avenida place impasse"
#define STREET_BEHIND "street road lane avenue st rd ave drive close"
#define STREET_ENDINGS 5

/* Hauptstraße, Bahnhofstr.: does a word that ends at `end` end like a German street? */
static bool german_street(const struct view *view, size_t begin, size_t end)
{
	static const char *const endings[STREET_ENDINGS] = {"straße", "strasse", "str", "weg", "platz"};
	static const size_t lengths[STREET_ENDINGS] = {6, 7, 3, 3, 5};
	for (size_t i = 0; i < STREET_ENDINGS; i++) {
		if (end - begin <= lengths[i] + 2)
			continue;
		size_t at = end - lengths[i];
		bool same = true;
		for (size_t j = 0; j < lengths[i]; j++) {
			/* the one letter beyond ASCII is the fifth of the first ending */
			uint32_t wanted = i == 0 && j == 4 ? 0xdf : (uint8_t)(i == 0 && j == 5 ? 'e' : endings[i][j]);
			same &= (view_code(view, at + j) | (wanted < 0x80 ? 0x20 : 0)) == wanted;
		}
		if (same)
			return true;
	}
	return false;
}

static size_t word_end(const struct view *view, size_t at)
{
	while (view_letter(view, at))
		at++;
	return at;
}

/* A house number up to three words behind; its end, or 0. */
static size_t house_behind(const struct view *view, size_t at)
{
	size_t from = at;
	for (int words = 0; words < 5 && at - from < HOME_REACH; words++) {
		while (view_blank(view, at) || view_code(view, at) == '.' || view_code(view, at) == ',' ||
			view_code(view, at) == '/')
			at++;
		if (view_digit(view, at))
			return digits_at(view, at) <= 4 ? at + digits_at(view, at) : 0;
		size_t end = word_end(view, at);
		if (end == at)
			return 0;
		at = end;
	}
	return 0;
}

size_t judge_home(const struct view *view, size_t at, size_t *start)
{
	*start = at;
	if (at > 0 && view_alnum(view, at - 1))
		return 0;
	size_t digits = digits_at(view, at);
	if (digits > 0 && digits <= 4 && view_code(view, at + digits) == ' ') {
		size_t next = at + digits + 1;
		if (view_word(view, next, STREET_BEFORE) > 0)
			return word_end(view, next);
		for (int words = 0; words < 3 && view_upper(view, next); words++) {
			size_t end = word_end(view, next);
			if (words > 0 && view_word(view, next, STREET_BEHIND) > 0)
				return end;
			next = end + (view_code(view, end) == ' ');
		}
		return 0;
	}
	if (!view_upper(view, at))
		return 0;
	size_t street = view_word(view, at, STREET_BEFORE), end = word_end(view, at);
	bool before = street > 0 && view_upper(view, at + street + 1);
	bool short_street = view_code(view, at) == 'C' && view_code(view, at + 1) == '/';
	return before || short_street || german_street(view, at, end) ? house_behind(view, end + short_street) : 0;
}

/* --- numbers of cases --- */

#define CASE_WORDS                                                                                              \
	"case ticket incident pratica fascicolo dossier aktenzeichen vorgang fallnummer expediente incidencia " \
	"ref reference"

size_t judge_case(const struct view *view, size_t at, size_t *start)
{
	*start = at;
	if (!view_alnum(view, at) || (at > 0 && (view_alnum(view, at - 1) || view_code(view, at - 1) == '-')) ||
		!view_word_before(view, at, 16, CASE_WORDS))
		return 0;
	size_t digits = 0, end = at;
	while (view_alnum(view, end) ||
		((view_code(view, end) == '-' || view_code(view, end) == '/') && view_alnum(view, end + 1))) {
		if (view_letter(view, end) && !view_upper(view, end))
			return 0;
		digits += view_digit(view, end++);
	}
	return digits >= 4 ? end : 0;
}
