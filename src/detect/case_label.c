/* The words in front of case numbers, in en, it, fr, de and es, and what may stand between. */
#include "detect/case_label.h"

#include "detect/digits.h"
#include "detect/nearby.h"
#include "detect/word_row.h"
#include "detect/words.h"

#define REACH_BYTES 30

#define NUMBERED 255 /* a colon is not enough: only "no.", # and the like */

#define LABEL_BYTES 24

struct case_label {
	char last[LABEL_BYTES]; /* its last word */
	const char *before;     /* those before it */
	uint8_t bare;           /* digits that are enough with nothing but a blank between; 0: never; NUMBERED */
	bool dot;               /* an abbreviation */
};

/* Sorted by the last word; of those with the same, the first that asks decides. */
static const struct case_label labels[] = {
	{"action", "civil", 0, false},
	{"affaire", "", 8, false},
	{"aktenzeichen", "", 4, false},
	{"anfrage", "", NUMBERED, false},
	{"autos", "", NUMBERED, false},
	{"az", "", 0, true},
	{"beschwerde", "", NUMBERED, false},
	{"cas", "", 0, false},
	{"case", "", 8, false},
	{"case", "support", 6, false},
	{"caseid", "", 4, false},
	{"caseno", "", 4, true},
	{"casenumber", "", 4, false},
	{"caso", "", 8, false},
	{"claim", "", NUMBERED, false},
	{"claimnumber", "", 4, false},
	{"complaint", "", NUMBERED, false},
	{"complaintnumber", "", 4, false},
	{"demande", "", 0, false},
	{"denuncia", "", NUMBERED, false},
	{"docket", "", 4, false},
	{"docketno", "", 4, true},
	{"docketnumber", "", 4, false},
	{"dossier", "", 6, false},
	{"enquiry", "", NUMBERED, false},
	{"expediente", "", 6, false},
	{"fall", "", 8, false},
	{"fallnr", "", 4, true},
	{"fallnummer", "", 4, false},
	{"fascicolo", "", 6, false},
	{"g", "r", 0, true},
	{"geschäftszeichen", "", 4, false},
	{"gz", "", 0, true},
	{"id", "tracking", 0, false},
	{"incidencia", "", 6, false},
	{"incident", "", 6, false},
	{"incidentid", "", 4, false},
	{"inquiry", "", NUMBERED, false},
	{"matter", "", NUMBERED, false},
	{"matternumber", "", 4, false},
	{"meldung", "", NUMBERED, false},
	{"plainte", "", NUMBERED, false},
	{"pratica", "", 6, false},
	{"procedimento", "", NUMBERED, false},
	{"procedimiento", "", NUMBERED, false},
	{"progetto", "", NUMBERED, false},
	{"project", "", NUMBERED, false},
	{"projekt", "", NUMBERED, false},
	{"projet", "", NUMBERED, false},
	{"prot", "", 0, true},
	{"protocollo", "", 0, false},
	{"proyecto", "", NUMBERED, false},
	{"reclamación", "", 6, false},
	{"reclamo", "", NUMBERED, false},
	{"reg", "", 0, false},
	{"request", "support", 6, false},
	{"request", "service", 6, false},
	{"requête", "", NUMBERED, false},
	{"rg", "", 0, true},
	{"rgnr", "", 0, true},
	{"richiesta", "", NUMBERED, false},
	{"réclamation", "", 6, false},
	{"schadennummer", "", 4, false},
	{"schadensnummer", "", 4, false},
	{"segnalazione", "", 6, false},
	{"servicerequest", "", 6, false},
	{"siniestro", "", 6, false},
	{"sinistre", "", 6, false},
	{"sinistro", "", 6, false},
	{"solicitud", "", 0, false},
	{"sr", "", 8, false},
	{"srx", "", 8, false},
	{"störung", "", 0, false},
	{"störungsnummer", "", 4, false},
	{"ticket", "", 6, false},
	{"ticketid", "", 4, false},
	{"ticketnumber", "", 4, false},
	{"ticketnummer", "", 4, false},
	{"tickets", "", 6, false},
	{"trackingid", "", 0, false},
	{"vorgang", "", 6, false},
	{"vorgangs", "", 0, false},
	{"vorgangsnr", "", 4, true},
	{"vorgangsnummer", "", 4, false},
};

/* Between the label and the number, or before the label's "of": they say that a number comes. */
static const char number_words[] = " number no num nr n id ref nummer numero número numéro núm ";
static const char fillers[] = " is è est ist es was il la le el der die das the di de of del della du ";

/* "edge case", "test case", "use case": of code and of speech. */
static const char no_case[] =
	" edge corner worst best special general common base test use lower upper title switch any "
	"each every which in either both lowercase uppercase ";
/* "a caso", "im Fall", "en cas": chance and condition. */
static const struct {
	const char *word, *before;
} no_cases[] = {
	{"case", no_case},
	{"caso", " a per in nel ogni qualche qualsiasi tal en por al cada todo tal "},
	{"cas", " en au par dans tout chaque "},
	{"fall", " im jeden jedem keinem diesem auf für "},
};

/* Does the label at word `at` only say that something may happen? */
static bool is_speech(const struct nearby *nearby, size_t at, const struct case_label *label)
{
	for (size_t i = 0; i < sizeof no_cases / sizeof *no_cases; i++)
		if (strcmp(label->last, no_cases[i].word) == 0)
			return at + 1 < nearby->count && word_listed(nearby->word[at + 1].text, no_cases[i].before);
	return false;
}

/* How many digits the label at word `at` asks for; 0 when it reaches no number. *named: something says a number comes.
 */
static unsigned asks_for(const struct nearby *nearby, size_t at, const struct case_label *label, bool *named)
{
	const unsigned says_number =
		NEARBY_HASH | NEARBY_NUMBER | (label->bare == NUMBERED ? 0 : (unsigned)NEARBY_COLON);
	*named = false;
	if (is_speech(nearby, at, label))
		return 0;
	for (size_t i = 0; i <= at; i++) {
		unsigned signs = nearby->word[i].signs;
		bool number = i < at && word_listed(nearby->word[i].text, number_words);
		if (i < at && !number && !word_listed(nearby->word[i].text, fillers))
			return 0;
		if ((signs & NEARBY_DOT) && !number && !(i == at && label->dot))
			return 0;
		*named |= number || (signs & says_number) != 0;
	}
	for (size_t i = at + 1; i < nearby->count && i < at + 3; i++)
		*named |= word_listed(nearby->word[i].text, number_words); /* numero di pratica */
	if (*named || (label->dot && (nearby->word[at].signs & NEARBY_DOT)))
		return 4;
	return label->bare == NUMBERED ? 0 : label->bare;
}

static unsigned digits_asked(const struct nearby *nearby, bool *named)
{
	for (size_t at = 0; at < nearby->count && at < 4; at++) {
		const char *word = nearby->word[at].text;
		const struct case_label *label =
			word_row(labels, sizeof labels / sizeof *labels, sizeof *labels, word, LABEL_BYTES);
		for (; label && label < labels + sizeof labels / sizeof *labels && strcmp(label->last, word) == 0;
			label++) {
			if (!nearby_is(nearby, at, label->last, label->before))
				continue;
			unsigned digits = asks_for(nearby, at, label, named);
			if (digits > 0)
				return strcmp(word, "reg") == 0 ? 9 : digits;
		}
		if (!word_listed(word, number_words) && !word_listed(word, fillers))
			return 0;
	}
	return 0;
}

#define HEAD_BYTES 8
#define LONGEST_HEAD 20
#define HEADS_MOST 128                   /* a power of two */
#define SIGNS_MOST 6                     /* between it and the number */
#define NUMBERED_BYTES (REACH_BYTES + 8) /* before a label: where a word can say that a number comes */
/* BARE: a head that never asks for less than six digits with nothing but a blank between. */
enum last_word { LAST_NONE, LAST_BETWEEN, LAST_HEAD, LAST_BARE };

/* The last words of labels, and words that say that a number comes; and what may stand between them and the number.
 * Their first eight bytes, sorted. */
static const struct head {
	char word[HEAD_BYTES];
	enum last_word last;
} heads[] = {
	{"action", LAST_HEAD},
	{"affaire", LAST_HEAD},
	{"aktenzei", LAST_HEAD},
	{"anfrage", LAST_HEAD},
	{"autos", LAST_HEAD},
	{"az", LAST_HEAD},
	{"beschwer", LAST_HEAD},
	{"cas", LAST_HEAD},
	{"case", LAST_HEAD},
	{"caseid", LAST_HEAD},
	{"caseno", LAST_HEAD},
	{"casenumb", LAST_HEAD},
	{"caso", LAST_BARE},
	{"claim", LAST_BARE},
	{"claimnum", LAST_HEAD},
	{"complain", LAST_HEAD},
	{"das", LAST_BETWEEN},
	{"de", LAST_BETWEEN},
	{"del", LAST_BETWEEN},
	{"della", LAST_BETWEEN},
	{"demande", LAST_HEAD},
	{"denuncia", LAST_HEAD},
	{"der", LAST_BETWEEN},
	{"di", LAST_BETWEEN},
	{"die", LAST_BETWEEN},
	{"docket", LAST_HEAD},
	{"docketno", LAST_HEAD},
	{"docketnu", LAST_HEAD},
	{"dossier", LAST_BARE},
	{"du", LAST_BETWEEN},
	{"el", LAST_BETWEEN},
	{"enquiry", LAST_HEAD},
	{"es", LAST_BETWEEN},
	{"est", LAST_BETWEEN},
	{"expedien", LAST_HEAD},
	{"fall", LAST_HEAD},
	{"fallnr", LAST_HEAD},
	{"fallnumm", LAST_HEAD},
	{"fascicol", LAST_BARE},
	{"g", LAST_HEAD},
	{"gz", LAST_HEAD},
	{"id", LAST_HEAD},
	{"il", LAST_BETWEEN},
	{"incidenc", LAST_HEAD},
	{"incident", LAST_HEAD},
	{"inquiry", LAST_HEAD},
	{"is", LAST_BETWEEN},
	{"ist", LAST_BETWEEN},
	{"la", LAST_BETWEEN},
	{"le", LAST_BETWEEN},
	{"matter", LAST_BARE},
	{"matternu", LAST_HEAD},
	{"meldung", LAST_HEAD},
	{"n", LAST_HEAD},
	{"no", LAST_HEAD},
	{"nr", LAST_HEAD},
	{"num", LAST_HEAD},
	{"number", LAST_HEAD},
	{"numero", LAST_HEAD},
	{"nummer", LAST_HEAD},
	{"of", LAST_BETWEEN},
	{"plainte", LAST_HEAD},
	{"pratica", LAST_HEAD},
	{"procedim", LAST_BARE},
	{"progetto", LAST_BARE},
	{"project", LAST_HEAD},
	{"projekt", LAST_HEAD},
	{"projet", LAST_HEAD},
	{"prot", LAST_HEAD},
	{"protocol", LAST_HEAD},
	{"proyecto", LAST_BARE},
	{"reclamo", LAST_BARE},
	{"ref", LAST_HEAD},
	{"reg", LAST_HEAD},
	{"request", LAST_BETWEEN},
	{"rg", LAST_HEAD},
	{"rgnr", LAST_HEAD},
	{"richiest", LAST_HEAD},
	{"schadenn", LAST_HEAD},
	{"schadens", LAST_HEAD},
	{"segnalaz", LAST_HEAD},
	{"service", LAST_HEAD},
	{"servicer", LAST_HEAD},
	{"siniestr", LAST_BARE},
	{"sinistre", LAST_HEAD},
	{"sinistro", LAST_BARE},
	{"solicitu", LAST_HEAD},
	{"sr", LAST_HEAD},
	{"srx", LAST_HEAD},
	{"support", LAST_HEAD},
	{"the", LAST_BETWEEN},
	{"ticket", LAST_HEAD},
	{"ticketid", LAST_HEAD},
	{"ticketnu", LAST_HEAD},
	{"tickets", LAST_HEAD},
	{"tracking", LAST_HEAD},
	{"vorgang", LAST_HEAD},
	{"vorgangs", LAST_HEAD},
	{"was", LAST_BETWEEN},
};

_Static_assert(sizeof heads / sizeof *heads <= HEADS_MOST, "each can be found");

static bool is_capital(uint8_t byte)
{
	return byte >= 'A' && byte <= 'Z';
}

/* Without branches that the text decides. */
static enum last_word head_of(uint64_t wanted)
{
	const size_t count = sizeof heads / sizeof *heads;
	size_t at = 0;
	for (size_t step = HEADS_MOST / 2; step > 0; step /= 2)
		at += at + step < count && word_head(heads[at + step].word) <= wanted ? step : 0;
	return word_head(heads[at].word) == wanted ? heads[at].last : LAST_NONE;
}

/* The word that ends before *at, with signs behind it; *at moves to its begin. Other letters than ASCII, and humps, are
 * rare enough to be looked at. */
static enum last_word last_word(const struct detect_window *window, size_t *at)
{
	size_t end = *at, size = 0;
	while (end > 0 && *at - end < SIGNS_MOST && !ascii_alnum(window->data[end - 1]) &&
		window->data[end - 1] < 0x80 && window->data[end - 1] != '\n')
		end--;
	if (behind_ideogram(window, end)) /* no label has one, and it belongs to the word before the number */
		return LAST_NONE;
	uint64_t word = 0; /* its first eight bytes, as word_head */
	for (bool capital = false; size < end && size <= LONGEST_HEAD; size++) {
		uint8_t byte = window->data[end - 1 - size];
		if (byte >= 0x80 || (capital && ascii_letter(byte)))
			return LAST_HEAD;
		if (!ascii_letter(byte))
			break;
		capital = is_capital(byte);
		word = word >> 8 | (uint64_t)(byte | 0x20) << 56;
	}
	if (size == 0 || size > LONGEST_HEAD)
		return LAST_NONE;
	*at = end - size;
	return head_of(word);
}

/* May one of number_words begin at `at`: n, no, nr, nu, id, ref? */
static bool may_say_number(const struct detect_window *window, size_t at)
{
	uint8_t first = window->data[at], second = byte_at(window, at + 1), third = byte_at(window, at + 2);
	bool inside = is_capital(first)
			      ? is_capital(byte_before(window, at, 1))
			      : ascii_letter(byte_before(window, at, 1)) && byte_before(window, at, 2) != '\\';
	if (first >= 0x80)
		return true;
	switch (inside ? 0 : first | 0x20) {
	case 'n':
		return !ascii_letter(second) || strchr("our", second | 0x20) != NULL;
	case 'i':
		return (second | 0x20) == 'd' && !ascii_letter(third);
	case 'r':
		return (second | 0x20) == 'e' && (third | 0x20) == 'f';
	default:
		return false;
	}
}

/* Does nothing around the label before `at` say that a number comes? */
static bool is_unnumbered(const struct detect_window *window, size_t at)
{
	for (size_t back = 1; back <= NUMBERED_BYTES && back <= at; back++)
		if (may_say_number(window, at - back))
			return false;
	return true;
}

/* By the last letter of a word: the letters before it, of all last words of labels, words that say that a number comes
 * and words between. */
static const uint32_t last_letters[26] = {0x80904, 0, 0, 0x100100, 0xe29c8, 0x4010, 0x22010, 0, 0x8, 0, 0, 0x910,
	0x100100, 0x4010, 0xe3800, 0, 0, 0x42010, 0x84151, 0x46414, 0x8, 0, 0, 0x20000, 0x20000, 0x41};

bool case_label_ends_other(const struct detect_window *window, size_t at)
{
	const uint8_t last = byte_before(window, at, 2), before = byte_before(window, at, 3);
	return byte_before(window, at, 1) == ' ' && ascii_letter(last) && ascii_letter(before) &&
	       !(last_letters[(last & 31) - 1] >> ((before & 31) - 1) & 1);
}

/* *at moves to the begin of the words that were read. */
static bool label_ends(const struct detect_window *window, size_t *at, bool few)
{
	bool close = ascii_letter(byte_before(window, *at, 2));
	enum last_word word = last_word(window, at);
	if (word == LAST_BARE && few && close)
		return !is_unnumbered(window, *at);
	for (size_t words = 1; word == LAST_BETWEEN && words < 3; words++)
		word = last_word(window, at);
	return word >= LAST_HEAD;
}

bool case_label_may_end(const struct detect_window *window, size_t at, bool few)
{
	return label_ends(window, &at, few);
}

bool case_label_may_begin(const struct detect_window *window, size_t at, bool few)
{
	return label_ends(window, &at, few) || at <= LONGEST_HEAD + SIGNS_MOST;
}

const char *case_label_word(size_t number, const char **before)
{
	if (number >= sizeof labels / sizeof *labels)
		return NULL;
	*before = labels[number].before;
	return labels[number].last;
}

/* Names of code are no labels: __prot = 0664. */
static bool behind_code(const struct detect_window *window, size_t start)
{
	size_t at = start;
	while (at > 0 && start - at < 6 && !ascii_alnum(window->data[at - 1]) && window->data[at - 1] != '\n')
		at--;
	while (at > 0 && start - at < REACH_BYTES && (ascii_alnum(window->data[at - 1]) || window->data[at - 1] == '_'))
		at--;
	return byte_at(window, at) == '_';
}

unsigned case_label_asks(const struct detect_window *window, size_t start, bool *named)
{
	struct nearby nearby;
	*named = false;
	nearby_read(window, start, REACH_BYTES, false, &nearby);
	unsigned asked = digits_asked(&nearby, named);
	if (asked == 0 && nearby_column(window, &nearby))
		return digits_asked(&nearby, named);
	return asked != 0 && behind_code(window, start) ? 0 : asked;
}

/* "Bar No.", orderId: a word that says that a number comes, and before it what has the number. A project or a reference
 * may be a case. */
static bool names_other(const struct nearby *nearby)
{
	static const char said[] =
		" number numbers no num nr n id ids nummer numero número numéro núm code key kennung ";
	static const char cases[] =
		" project progetto projet projekt proyecto ref reference riferimento référence referenz referencia job "
		"task "
		"problem change story work case ticket request incident issue dossier vorgang pratica expediente ";
	size_t at = 0;
	while (at < nearby->count && word_listed(nearby->word[at].text, said))
		at++;
	if (at == 0 || at == nearby->count || (nearby->word[at].signs & NEARBY_DOT))
		return false;
	return !word_listed(nearby->word[at].text, cases) && !word_listed(nearby->word[at].text, fillers);
}

bool case_label_is_other(const struct detect_window *window, size_t start)
{
	struct nearby nearby;
	nearby_read(window, start, REACH_BYTES, false, &nearby);
	return names_other(&nearby) || (nearby_column(window, &nearby) && names_other(&nearby));
}

bool case_label_is(const struct case_token *token, size_t group)
{
	char folded[LONGEST_HEAD + 1];
	size_t size = token->group[group].size;
	if (size > LONGEST_HEAD)
		return false;
	for (size_t i = 0; i < size; i++)
		folded[i] = (char)(token->text[token->group[group].at + i] | 0x20);
	folded[size] = 0;
	for (size_t i = 0; i < sizeof labels / sizeof *labels; i++)
		if (labels[i].before[0] == 0 && strcmp(labels[i].last, folded) == 0)
			return true;
	return false;
}
