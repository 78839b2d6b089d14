/*
 * organization_name: capitalised words before a legal form (Fabrikam S.p.A., Müller & Söhne GmbH). The spellings of the
 * forms are those of the company laws: c.c. art. 2250 (IT), Code de commerce L210-2 (FR), GmbHG 4 and AktG 4 (DE),
 * Companies Act 2006 s. 58-59 (UK), Delaware GCL 102 (US), LSC art. 6 (ES), and registers of NL, FI, SE, DK.
 */
#include "detect/digits.h"
#include "detect/person_words.h"
#include "detect/planes.h"
#include "detect/words.h"

#define FORM_BYTES 14
#define NAME_REACH_BYTES 160
#define NAME_WORDS 6 /* capitalised ones; a longer run is a heading */
#define NAME_READ 16

enum {
	CONFIDENCE_FORM = 85,
	CONFIDENCE_WEAK = 65 /* two capitals that mean other things, too */
};

struct legal_form {
	const char *letters; /* lower case, without dots */
	const char *normal;  /* in the canonical form */
	const char *written; /* spellings without dots, framed by blanks */
	bool dotted;         /* a dot behind each letter is a spelling, too */
	bool comma;          /* may stand behind a comma */
	bool weak;
	const char *not_before; /* words that make something else of it; NULL for none */
};

static const struct legal_form forms[] = {
	{"spa", "spa", " SpA SPA ", true, false, false, NULL},
	{"srl", "srl", " Srl SRL SrL ", true, false, false, NULL},
	{"srls", "srls", " Srls SRLS ", true, false, false, NULL},
	{"snc", "snc", " Snc SNC ", true, false, false, NULL},
	{"sas", "sas", " SAS ", true, false, false,
		" drive drives disk disks hdd ssd controller token tokens url urls uri key keys signature signatures "
		"cable "
		"adapter expander connector interface program programming code port ports backplane "},
	{"sarl", "sarl", " SARL Sarl ", true, false, false, NULL},
	{"sàrl", "sarl", " Sàrl ", false, false, false, NULL},
	{"eurl", "eurl", " EURL ", true, false, false, NULL},
	{"sasu", "sasu", " SASU ", true, false, false, NULL},
	{"sa", "sa", " SA ", true, false, true, NULL},
	{"gmbh", "gmbh", " GmbH GMBH Gmbh ", false, false, false, NULL},
	{"ag", "ag", " AG ", false, false, true, NULL},
	{"kg", "kg", " KG ", false, false, true, NULL},
	{"kgaa", "kgaa", " KGaA ", false, false, false, NULL},
	{"ohg", "ohg", " OHG ", false, false, false, NULL},
	{"ltd", "ltd", " Ltd LTD ", false, true, false, NULL},
	{"limited", "ltd", " Limited LIMITED ", false, true, false,
		" edition liability warranty partnership time access rights to by in and or version support use the "
		"number "
		"set amount availability stock offer release company "},
	{"plc", "plc", " PLC plc Plc ", true, true, false,
		" module modules controller controllers program programs system systems code tag tags "},
	{"llc", "llc", " LLC ", true, true, false, " header headers frame frames layer cache "},
	{"llp", "llp", " LLP ", true, true, false, NULL},
	{"inc", "inc", " Inc INC ", false, true, false, NULL},
	{"incorporated", "inc", " Incorporated INCORPORATED ", false, true, false, " by in into with herein "},
	{"corp", "corp", " Corp CORP ", false, true, false, NULL},
	{"corporation", "corp", " Corporation CORPORATION ", false, true, false, NULL},
	{"sl", "sl", " SL ", true, false, true, NULL},
	{"slu", "slu", " SLU ", true, false, false, NULL},
	{"bv", "bv", " BV ", true, false, true, NULL},
	{"nv", "nv", " NV ", true, false, true, NULL},
	{"oy", "oy", " Oy OY ", false, false, true, NULL},
	{"oyj", "oyj", " Oyj OYJ ", false, false, false, NULL},
	{"ab", "ab", " AB ", false, false, true, NULL},
	{"a/s", "a/s", " A/S ", false, false, false, NULL},
	{"aps", "aps", " ApS ", false, false, false, NULL},
};

/* Inside of a name, never at its begin. */
static const char connectors[] = " & of and the for e ed y et und en de di del della dei delle degli des du da van von "
				 "der den la le les los las sur ";
/* A name begins behind these, however they are written. */
static const char stops[] =
	" a an at by from in on to with as if or but our your my this that these those when while where which who dear "
	"hi "
	"hello is are was were be been has have had not no yes you we they it he she any all each every about under "
	"copyright client customer company vendor supplier between re fwd fw via per presso dal dalla con tra fra al "
	"alla "
	"che non è sono ditta cliente gentile spett.le spettabile bei beim mit von vom zu zur zum für an auf "
	"aus "
	"ist sind firma kunde sehr chez par avec pour dans est sont client cher entre según por para con "
	"empresa "
	"el cliente estimado private public ";
static const char articles[] = " the il lo gli i la le l' el los las der die das den dem les un una uno une ein eine "
			       "unlimited ";
static const char form_words[] =
	" spa srl srls snc sas sarl gmbh ag kg co ltd limited plc llc inc incorporated corp corporation "
	"company pty pvt oy oyj ohg ";
/* What stands before two letters that are no legal form: blood type AB, vitamin AG, Las Vegas NV. */
static const char not_weak[] =
	" type class grade group blood typ klasse tipo classe gruppo grupo level vitamin hepatitis figure section part "
	"version mode model gewicht weight peso poids totale total netto brutto net gross las vegas reno henderson "
	"calgary "
	"edmonton alberta adelaide south australia option size row column zone block phase ";

/* Legal forms that end a name: what "and" joins behind them is another one. */
static const char whole_forms[] =
	" spa srl srls snc sas sarl gmbh ag kg ltd limited plc llc llp inc incorporated corp group "
	"corporation sa sl bv nv oy ab ";
static const char joins[] = " & and e ed y et und en ";
/* What a family's firm calls those behind its "and". */
static const char kin[] =
	" sons son daughters brothers bros sisters partners partner associates co company cie family "
	"figli figlio fratelli soci associati fils frères associés söhne sohn gebrüder hijos hermanos asociados ";
/* Of whom somebody is what: "Legal Counsel of", "Geschäftsführer der". The name begins behind it. */
static const char belongs[] = " of for di del della dei de du des der von la ";
static const char roles[] =
	" representative representatives counsel counsels engineer accountant analyst advisor adviser specialist "
	"director "
	"directors manager managers officer officers president chairman chairwoman chairperson secretary treasurer "
	"founder "
	"owner owners ceo cto cfo coo head employee employees member members shareholder shareholders assistant agent "
	"agents attorney lawyer lawyers consultant developer administrator coordinator supervisor technician intern "
	"auditor "
	"designer scientist researcher architect doctor nurse professor teacher vp chief behalf behest subsidiary "
	"subsidiaries division "
	"direttore direttrice amministratore presidente dipendente dipendenti titolare rappresentante responsabile "
	"socio "
	"avvocato legale directeur directrice gérant gérante président présidente employé employée avocat avocate "
	"salarié "
	"geschäftsführer geschäftsführerin leiter leiterin vorstand mitarbeiter mitarbeiterin direktor direktorin "
	"prokurist "
	"inhaber inhaberin anwalt gerente presidenta empleado empleada abogado abogada administrador administradora ";

/* Of the letters of a form: ASCII, and the à of Sàrl. */
static bool is_letter(uint8_t byte)
{
	return ascii_letter(byte) || byte == 0xc3 || byte == 0xa0;
}

/* --- the form --- */

struct form_text {
	char letters[FORM_BYTES + 1], written[FORM_BYTES + 3];
	size_t end;
	bool dotted;
};

static bool read_form(const struct detect_window *window, size_t at, struct form_text *out)
{
	size_t size = 0, dots = 0;
	out->end = at;
	out->written[0] = ' ';
	for (;;) {
		uint8_t byte = byte_at(window, at);
		bool slash = byte == '/' && size == 1;
		if (!is_letter(byte) && !slash)
			break;
		if (size == FORM_BYTES)
			return false;
		out->written[size + 1] = (char)byte;
		out->letters[size++] = (char)(ascii_letter(byte) ? byte | 0x20 : byte);
		out->end = ++at;
		if (byte_at(window, at) != '.')
			continue;
		bool last = !is_letter(byte_at(window, at + 1));
		if (last && dots == 0)
			break; /* Ltd. and a sentence that ends */
		dots++;
		out->end = ++at;
		if (last)
			break;
	}
	out->letters[size] = 0;
	out->written[size + 1] = ' ';
	out->written[size + 2] = 0;
	out->dotted = dots > 0;
	/* S.p.A. and S.p.A, but no S.pA. */
	return size >= 2 && (dots == 0 || dots == size || dots + 1 == size);
}

static const struct legal_form *form_at(const struct detect_window *window, size_t at, size_t *end, bool *dotted)
{
	struct form_text text;
	if (!read_form(window, at, &text))
		return NULL;
	uint8_t after = byte_at(window, text.end);
	if (ascii_alnum(after) || after == '_' || after == '-' || after == '(' || after == '=' || after == '@')
		return NULL;
	for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
		if (forms[i].letters[0] != text.letters[0] || strcmp(forms[i].letters, text.letters) != 0)
			continue;
		*end = text.end;
		*dotted = text.dotted;
		return (text.dotted ? forms[i].dotted : strstr(forms[i].written, text.written) != NULL) ? &forms[i]
													: NULL;
	}
	return NULL;
}

/* "SAS drive", "Limited edition", and two capitals before a number: "Adelaide SA 5000". */
static bool goes_on(const struct detect_window *window, size_t end, const struct legal_form *form)
{
	struct word next;
	char folded[24];
	if (words_behind(window, end, 40, &next, 1) == 0 || next.gap != GAP_BLANK)
		return false;
	if (form->weak && next.digit)
		return true;
	if (form->weak && next.capitals && next.end - next.start == 3 && ascii_digit(window->data[next.start + 1]))
		return true; /* a Canadian postal code */
	return form->not_before && word_listed(word_fold(window, &next, folded, sizeof folded), form->not_before);
}

/* --- the name --- */

/* May a dot end this word inside of a name? Initials and a few abbreviations: J. Smith, Bros., Co. */
static bool abbreviates(const char *folded, size_t size)
{
	return size <= 2 || word_listed(folded, " bros gebr comp intl mfg dott ing est cia cie hnos ");
}

static bool gap_holds(uint8_t gap, bool comma, const char *folded, size_t size)
{
	if (!(gap & GAP_BLANK) || (gap & (GAP_LINE | GAP_DASH | GAP_END)) || ((gap & GAP_COMMA) && !comma))
		return false;
	return !(gap & GAP_DOT) || abbreviates(folded, size);
}

struct name {
	struct word word[NAME_READ]; /* nearest to the form first */
	size_t count;
	bool mixed;    /* not all in capitals */
	bool has_long; /* a word of three letters or more */
	bool own;      /* a word that is no part of a form */
};

static bool is_given(const struct detect_window *window, const struct word *word)
{
	struct person_word person;
	return word->capital && person_word_at(window->data, window->size, word->start, &person) &&
	       person_word_is_given(&person);
}

/* VP of Engineering of ... */
static bool is_role_of(const struct detect_window *window, const struct word *word, size_t read, size_t of)
{
	char folded[64];
	return of + 1 < read && word_listed(word_fold(window, &word[of], folded, sizeof folded), belongs) &&
	       word_listed(word_fold(window, &word[of + 1], folded, sizeof folded), roles);
}

/* Does something else stand before the connector at `i`: another organization, a person of two names, a role? */
static bool ends_before(
	const struct detect_window *window, const struct word *word, size_t read, size_t i, bool partners)
{
	char folded[64], left[64], near[64];
	if (i == 0 || i + 1 >= read)
		return false;
	word_fold(window, &word[i], folded, sizeof folded);
	word_fold(window, &word[i + 1], left, sizeof left);
	word_fold(window, &word[i - 1], near, sizeof near);
	if (word_listed(folded, belongs) && (word_listed(left, roles) || is_role_of(window, word, read, i + 2)))
		return true;
	if (!word_listed(folded, joins))
		return false;
	if (word_listed(left, whole_forms))
		return strcmp(near, "co") != 0; /* GmbH & Co. KG */
	bool more = i + 3 < read && word[i + 2].gap == GAP_BLANK && word[i + 3].capital;
	return !partners && i + 2 < read && !more && word[i + 1].capital && word[i + 1].gap == GAP_BLANK &&
	       is_given(window, &word[i + 2]) && !(i == 1 && word_listed(near, kin));
}

/* Fills the words of the name; false when there is none, or a heading. */
static bool read_name(const struct detect_window *window, size_t at, const struct legal_form *form, struct name *name)
{
	size_t read = words_before(window, at, NAME_REACH_BYTES, name->word, NAME_READ), capital = 0, kept = 0;
	char folded[64];
	for (size_t i = 0; i < read; i++) {
		const struct word *word = &name->word[i];
		word_fold(window, word, folded, sizeof folded);
		size_t size = word->end - word->start;
		if (!gap_holds(word->gap, i == 0 && form->comma, folded, size))
			break;
		bool connects = word_listed(folded, connectors);
		if (connects && ends_before(window, name->word, read, i, strcmp(form->letters, "llp") == 0))
			break;
		if ((i == 0 && connects) ||
			(!connects && ((!word->capital && !word->digit) || word_listed(folded, stops))))
			break;
		if (form->weak && word_listed(folded, not_weak))
			return false;
		if (word->capital && !connects && !word_listed(folded, articles)) {
			name->own |= !word_listed(folded, form_words);
			kept = i + 1;
			capital++;
			name->mixed |= !word->capitals;
			name->has_long |= size >= 3;
		}
	}
	name->count = kept;
	return capital > 0 && capital <= NAME_WORDS;
}

/* A name of figures: 3M, 4Life, and the number that stands before a town in "5400 Baden AG". */
static bool behind_code(const struct detect_window *window, size_t start)
{
	struct word before;
	return words_before(window, start, 8, &before, 1) == 1 && before.gap == GAP_BLANK && before.digit &&
	       before.end - before.start >= 4;
}

static size_t put_canonical(
	const struct detect_window *window, const struct name *name, const struct legal_form *form, uint8_t *out)
{
	uint8_t text[CEIL_CANONICAL_BYTES];
	size_t size = 0;
	for (size_t i = name->count; i-- > 0;) {
		size_t word = name->word[i].end - name->word[i].start;
		if (size + word + 1 > sizeof text - FORM_BYTES)
			return 0;
		memcpy(text + size, window->data + name->word[i].start, word);
		size += word;
		text[size++] = ' ';
	}
	memcpy(text + size, form->normal, strlen(form->normal));
	return text_canonical(text, size + strlen(form->normal), out, CEIL_CANONICAL_BYTES);
}

/* The dot of Ltd., Inc., Corp. belongs to the name, but for one that ends the sentence: what follows says which it is,
 * or that the name is all of its line. */
static size_t with_dot(const struct detect_window *window, size_t start, size_t end, const struct legal_form *form)
{
	if (byte_at(window, end) != '.' || !word_listed(form->normal, " ltd inc corp ") || strlen(form->letters) > 4)
		return end;
	uint8_t next = byte_at(window, end + 1), after = byte_at(window, end + 2);
	if (next != 0 && strchr(".,;)", next) != NULL)
		return end + 1;
	if (next == ' ')
		return after == ',' || after == '(' || (ascii_letter(after) && after >= 'a') ? end + 1 : end;
	while (start > 0 && byte_is_in(window->data[start - 1], " \t>*-"))
		start--;
	bool line = (next == 0 || next == '\n' || next == '\r') && (start == 0 || window->data[start - 1] == '\n');
	return line ? end + 1 : end;
}

__attribute__((noinline)) static bool examine(
	const struct detect_window *window, size_t at, struct detect_candidate *out)
{
	size_t end;
	bool dotted;
	struct name name = {0};
	const struct legal_form *form = form_at(window, at, &end, &dotted);
	if (!form || !read_name(window, at, form, &name) || goes_on(window, end, form))
		return false;
	bool weak = form->weak && !dotted;
	size_t start = name.word[name.count - 1].start;
	if (!name.own || (!name.has_long && (weak || name.count < 2)))
		return false;
	if (weak && (behind_code(window, start) || (!name.mixed && name.count > 2)))
		return false;
	out->start = start;
	out->end = with_dot(window, start, end, form);
	out->form = DETECT_PLAIN;
	out->confidence = weak ? CONFIDENCE_WEAK : CONFIDENCE_FORM;
	out->tentative = false;
	out->scheme = NULL;
	out->canonical_size = (uint16_t)put_canonical(window, &name, form, out->canonical);
	return out->canonical_size > 0;
}

/* Do the first letters begin a form? INFO and ON do not. */
static bool begins_form(uint8_t first, uint8_t second, uint8_t third)
{
	static const char *const pairs[] = {"A.BGPp/", "BV.", "CoO", "EU.", "GmM", "IncN", "KG", "LtTiIlL.", "NV.",
		"OyYH", "PlL.", "S.pPrRaAnNlL\xc3", "pl", "s."};
	if (second != '.' && ascii_letter(third) && strchr("abcdgjlmprsu", third | 0x20) == NULL)
		return false;
	for (size_t i = 0; second != 0 && i < sizeof pairs / sizeof *pairs; i++)
		if ((uint8_t)pairs[i][0] == first)
			return strchr(pairs[i] + 1, second) != NULL;
	return false;
}

static bool check(const struct detect_window *window, size_t at, struct detect_candidate *out)
{
	if (byte_before(window, at, 1) != ' ' || byte_before(window, at, 2) <= ' ' ||
		!begins_form(window->data[at], byte_at(window, at + 1), byte_at(window, at + 2)))
		return false;
	return examine(window, at, out);
}

static bool may_be_form(const uint8_t *at)
{
	return at[-2] > ' ' && begins_form(at[0], at[1], at[2]);
}

/* What begins_form takes, and more: A or S and what can follow them, and so on. */
PLANES_TARGET static void organization_name_places(struct planes *planes, uint64_t *found)
{
	for (size_t w = 0; w < planes->words; w += 4) {
		const plane_bits dot = plane(planes, PLANE_DOT, w, 1);
		plane_bits first = plane(planes, PLANE_FORM_1, w, 0) & plane(planes, PLANE_FORM_1_ON, w, 1);
		first |= plane(planes, PLANE_FORM_2, w, 0) & plane(planes, PLANE_FORM_2_ON, w, 1);
		first |= plane(planes, PLANE_FORM_3, w, 0) & plane(planes, PLANE_FORM_3_ON, w, 1);
		first |= plane(planes, PLANE_FORM_4, w, 0) & plane(planes, PLANE_FORM_4_ON, w, 1);
		first |= plane(planes, PLANE_FORM_5, w, 0) & plane(planes, PLANE_FORM_5_ON, w, 1);
		first |= plane(planes, PLANE_FORM_6, w, 0) & plane(planes, PLANE_L, w, 1);
		first &= dot | ~plane(planes, PLANE_LETTER, w, 2) | plane(planes, PLANE_FORM_THIRD, w, 2);
		first |= plane(planes, PLANE_LABEL_END, w, 0) & plane(planes, PLANE_LOWER, w, 0) & dot; /* s. */
		first &= plane(planes, PLANE_SPACE, w, -1);
		plane_store(found + w, plane_filter(planes, w, first, may_be_form));
	}
}

const struct detector detector_organization_name = {
	.kind = DETECT_ORGANIZATION_NAME,
	.describe = "Name of an organization: capitalised words before a legal form",
	.triggers = "ABCEGIKLNOPSps",
	.places = organization_name_places,
	.check = check,
};
