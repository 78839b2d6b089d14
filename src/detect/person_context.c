/*
 * What stands around a name in running text. The words are ours, in English, Italian, French, German and Spanish; each
 * is one that a name follows, not one that is seen near names.
 */
#include "detect/person_context.h"

#include "detect/fields.h"
#include "detect/word_row.h"

#define LINE_BYTES 64 /* of a closing formula */
#define WORD_BYTES 15 /* of a word before a name */

/* --- one word before --- */

struct word_before {
	char word[WORD_BYTES + 1];
	enum person_before what;
	const char *before; /* the word before it must be this one; NULL: any */
};

/* Sorted. Titles of which the dot is part ("sig.") stand here without it, and need it where they are also words. */
static const struct word_before words_before[] = {
	{"accusato", PERSON_BEFORE_ROLE, NULL},
	{"accusé", PERSON_BEFORE_ROLE, NULL},
	{"affiant", PERSON_BEFORE_ROLE, NULL},
	{"allée", PERSON_BEFORE_PLACE, NULL},
	{"am", PERSON_BEFORE_SAID, "i\0"},
	{"appellant", PERSON_BEFORE_ROLE, NULL},
	{"appelle", PERSON_BEFORE_SAID, NULL},
	{"appellee", PERSON_BEFORE_ROLE, NULL},
	{"arch", PERSON_BEFORE_RANK, NULL},
	{"assistita", PERSON_BEFORE_ROLE, NULL},
	{"assistito", PERSON_BEFORE_ROLE, NULL},
	{"attore", PERSON_BEFORE_ROLE, NULL},
	{"attorney", PERSON_BEFORE_ROLE, NULL},
	{"attorneys", PERSON_BEFORE_ROLE, NULL},
	{"attrice", PERSON_BEFORE_ROLE, NULL},
	{"avenida", PERSON_BEFORE_PLACE, NULL},
	{"avenue", PERSON_BEFORE_PLACE, NULL},
	{"avv", PERSON_BEFORE_RANK, NULL},
	{"barrio", PERSON_BEFORE_PLACE, NULL},
	{"beklagte", PERSON_BEFORE_ROLE, NULL},
	{"beklagter", PERSON_BEFORE_ROLE, NULL},
	{"beneficiary", PERSON_BEFORE_ROLE, NULL},
	{"borrower", PERSON_BEFORE_ROLE, NULL},
	{"boulevard", PERSON_BEFORE_PLACE, NULL},
	{"by", PERSON_BEFORE_ROLE,
		"signed\0prepared\0reported\0represented\0examination\0witnessed\0approved\0submitted\0filed\0written"
		"\0"},
	{"c", PERSON_BEFORE_PLACE, NULL},
	{"cabo", PERSON_BEFORE_PLACE, NULL},
	{"calle", PERSON_BEFORE_PLACE, NULL},
	{"cape", PERSON_BEFORE_PLACE, NULL},
	{"capitan", PERSON_BEFORE_RANK, NULL},
	{"capt", PERSON_BEFORE_RANK, NULL},
	{"captain", PERSON_BEFORE_RANK, NULL},
	{"castle", PERSON_BEFORE_PLACE, NULL},
	{"chemin", PERSON_BEFORE_PLACE, NULL},
	{"chiamo", PERSON_BEFORE_SAID, "mi\0"},
	{"chiesa", PERSON_BEFORE_PLACE, NULL},
	{"church", PERSON_BEFORE_PLACE, NULL},
	{"château", PERSON_BEFORE_PLACE, NULL},
	{"cite", PERSON_BEFORE_PLACE, NULL},
	{"cité", PERSON_BEFORE_PLACE, NULL},
	{"claimant", PERSON_BEFORE_ROLE, NULL},
	{"cliente", PERSON_BEFORE_ROLE, NULL},
	{"college", PERSON_BEFORE_PLACE, NULL},
	{"colonia", PERSON_BEFORE_PLACE, NULL},
	{"complainant", PERSON_BEFORE_ROLE, NULL},
	{"congressman", PERSON_BEFORE_RANK, NULL},
	{"convenuta", PERSON_BEFORE_ROLE, NULL},
	{"convenuto", PERSON_BEFORE_ROLE, NULL},
	{"corso", PERSON_BEFORE_PLACE, NULL},
	{"da", PERSON_BEFORE_ROLE, "firmato\0redatto\0difeso\0difesa\0rappresentato\0"},
	{"dame", PERSON_BEFORE_RANK, NULL},
	{"decedent", PERSON_BEFORE_ROLE, NULL},
	{"defendant", PERSON_BEFORE_ROLE, NULL},
	{"defendants", PERSON_BEFORE_ROLE, NULL},
	{"demandada", PERSON_BEFORE_ROLE, NULL},
	{"demandado", PERSON_BEFORE_ROLE, NULL},
	{"demandante", PERSON_BEFORE_ROLE, NULL},
	{"demanderesse", PERSON_BEFORE_ROLE, NULL},
	{"demandeur", PERSON_BEFORE_ROLE, NULL},
	{"deponent", PERSON_BEFORE_ROLE, NULL},
	{"detective", PERSON_BEFORE_RANK, NULL},
	{"doctor", PERSON_BEFORE_RANK, NULL},
	{"don", PERSON_BEFORE_RANK, NULL},
	{"dott", PERSON_BEFORE_TITLE, NULL},
	{"dottor", PERSON_BEFORE_TITLE, NULL},
	{"dottore", PERSON_BEFORE_TITLE, NULL},
	{"dottoressa", PERSON_BEFORE_TITLE, NULL},
	{"dottssa", PERSON_BEFORE_TITLE, NULL},
	{"doña", PERSON_BEFORE_RANK, NULL},
	{"dr", PERSON_BEFORE_TITLE, NULL},
	{"défenderesse", PERSON_BEFORE_ROLE, NULL},
	{"défendeur", PERSON_BEFORE_ROLE, NULL},
	{"edificio", PERSON_BEFORE_PLACE, NULL},
	{"edifício", PERSON_BEFORE_PLACE, NULL},
	{"es", PERSON_BEFORE_SAID, "nombre\0"},
	{"est", PERSON_BEFORE_SAID, "nom\0"},
	{"for", PERSON_BEFORE_ROLE, "counsel\0alert\0attorney\0attorneys\0account\0appointment\0"},
	{"fort", PERSON_BEFORE_PLACE, NULL},
	{"frau", PERSON_BEFORE_TITLE, NULL},
	{"fräulein", PERSON_BEFORE_TITLE, NULL},
	{"geom", PERSON_BEFORE_RANK, NULL},
	{"guarantor", PERSON_BEFORE_ROLE, NULL},
	{"heisse", PERSON_BEFORE_SAID, "ich\0"},
	{"heiße", PERSON_BEFORE_SAID, "ich\0"},
	{"her", PERSON_BEFORE_SAID, "named\0called\0"},
	{"herr", PERSON_BEFORE_TITLE, NULL},
	{"herrn", PERSON_BEFORE_TITLE, NULL},
	{"him", PERSON_BEFORE_SAID, "named\0called\0"},
	{"hon", PERSON_BEFORE_RANK, NULL},
	{"hospital", PERSON_BEFORE_PLACE, NULL},
	{"hotel", PERSON_BEFORE_PLACE, NULL},
	{"impasse", PERSON_BEFORE_PLACE, NULL},
	{"imputata", PERSON_BEFORE_ROLE, NULL},
	{"imputato", PERSON_BEFORE_ROLE, NULL},
	{"ing", PERSON_BEFORE_RANK, NULL},
	{"is", PERSON_BEFORE_SAID, "name\0"},
	{"isla", PERSON_BEFORE_PLACE, NULL},
	{"island", PERSON_BEFORE_PLACE, NULL},
	{"ist", PERSON_BEFORE_SAID, "name\0"},
	{"jardim", PERSON_BEFORE_PLACE, NULL},
	{"judge", PERSON_BEFORE_RANK, NULL},
	{"justice", PERSON_BEFORE_RANK, NULL},
	{"kläger", PERSON_BEFORE_ROLE, NULL},
	{"klägerin", PERSON_BEFORE_ROLE, NULL},
	{"lac", PERSON_BEFORE_PLACE, NULL},
	{"lady", PERSON_BEFORE_PLACE, NULL},
	{"lago", PERSON_BEFORE_PLACE, NULL},
	{"lake", PERSON_BEFORE_PLACE, NULL},
	{"landlord", PERSON_BEFORE_ROLE, NULL},
	{"largo", PERSON_BEFORE_PLACE, NULL},
	{"lawyer", PERSON_BEFORE_ROLE, NULL},
	{"lic", PERSON_BEFORE_RANK, NULL},
	{"llamo", PERSON_BEFORE_SAID, "me\0"},
	{"lord", PERSON_BEFORE_RANK, NULL},
	{"m", PERSON_BEFORE_RANK, NULL},
	{"madame", PERSON_BEFORE_TITLE, NULL},
	{"mademoiselle", PERSON_BEFORE_TITLE, NULL},
	{"mandant", PERSON_BEFORE_ROLE, NULL},
	{"mandantin", PERSON_BEFORE_ROLE, NULL},
	{"maître", PERSON_BEFORE_RANK, NULL},
	{"me", PERSON_BEFORE_SAID, "call\0calls\0called\0"},
	{"miss", PERSON_BEFORE_RANK, NULL},
	{"mister", PERSON_BEFORE_RANK, NULL},
	{"mlle", PERSON_BEFORE_TITLE, NULL},
	{"mme", PERSON_BEFORE_TITLE, NULL},
	{"mons", PERSON_BEFORE_RANK, NULL},
	{"monsieur", PERSON_BEFORE_TITLE, NULL},
	{"mont", PERSON_BEFORE_PLACE, NULL},
	{"monte", PERSON_BEFORE_PLACE, NULL},
	{"mount", PERSON_BEFORE_PLACE, NULL},
	{"mr", PERSON_BEFORE_TITLE, NULL},
	{"mrs", PERSON_BEFORE_TITLE, NULL},
	{"ms", PERSON_BEFORE_TITLE, NULL},
	{"of", PERSON_BEFORE_ROLE, "deposition\0testimony\0affidavit\0declaration\0examination\0statement\0estate\0"},
	{"officer", PERSON_BEFORE_RANK, NULL},
	{"paciente", PERSON_BEFORE_ROLE, NULL},
	{"par", PERSON_BEFORE_ROLE, "signé\0rédigé\0représenté\0représentée\0"},
	{"parc", PERSON_BEFORE_PLACE, NULL},
	{"park", PERSON_BEFORE_PLACE, NULL},
	{"parque", PERSON_BEFORE_PLACE, NULL},
	{"paseo", PERSON_BEFORE_PLACE, NULL},
	{"pastor", PERSON_BEFORE_RANK, NULL},
	{"patient", PERSON_BEFORE_ROLE, NULL},
	{"patientin", PERSON_BEFORE_ROLE, NULL},
	{"paziente", PERSON_BEFORE_ROLE, NULL},
	{"petitioner", PERSON_BEFORE_ROLE, NULL},
	{"piazza", PERSON_BEFORE_PLACE, NULL},
	{"plaintiff", PERSON_BEFORE_ROLE, NULL},
	{"plaintiffs", PERSON_BEFORE_ROLE, NULL},
	{"plaza", PERSON_BEFORE_PLACE, NULL},
	{"plaça", PERSON_BEFORE_PLACE, NULL},
	{"ponte", PERSON_BEFORE_PLACE, NULL},
	{"por", PERSON_BEFORE_ROLE, "firmado\0redactado\0representado\0representada\0"},
	{"port", PERSON_BEFORE_PLACE, NULL},
	{"praça", PERSON_BEFORE_PLACE, NULL},
	{"prof", PERSON_BEFORE_TITLE, NULL},
	{"professor", PERSON_BEFORE_RANK, NULL},
	{"puente", PERSON_BEFORE_PLACE, NULL},
	{"puerto", PERSON_BEFORE_PLACE, NULL},
	{"quai", PERSON_BEFORE_PLACE, NULL},
	{"rag", PERSON_BEFORE_RANK, NULL},
	{"respondent", PERSON_BEFORE_ROLE, NULL},
	{"rev", PERSON_BEFORE_RANK, NULL},
	{"ricorrente", PERSON_BEFORE_ROLE, NULL},
	{"rio", PERSON_BEFORE_PLACE, NULL},
	{"route", PERSON_BEFORE_PLACE, NULL},
	{"rte", PERSON_BEFORE_PLACE, NULL},
	{"rua", PERSON_BEFORE_PLACE, NULL},
	{"rue", PERSON_BEFORE_PLACE, NULL},
	{"saint", PERSON_BEFORE_PLACE, NULL},
	{"san", PERSON_BEFORE_PLACE, NULL},
	{"sankt", PERSON_BEFORE_PLACE, NULL},
	{"santa", PERSON_BEFORE_PLACE, NULL},
	{"santo", PERSON_BEFORE_PLACE, NULL},
	{"school", PERSON_BEFORE_PLACE, NULL},
	{"senator", PERSON_BEFORE_RANK, NULL},
	{"sergeant", PERSON_BEFORE_RANK, NULL},
	{"señor", PERSON_BEFORE_TITLE, NULL},
	{"señora", PERSON_BEFORE_TITLE, NULL},
	{"señorita", PERSON_BEFORE_TITLE, NULL},
	{"sgt", PERSON_BEFORE_RANK, NULL},
	{"sierra", PERSON_BEFORE_PLACE, NULL},
	{"sig", PERSON_BEFORE_RANK, NULL},
	{"signor", PERSON_BEFORE_TITLE, NULL},
	{"signora", PERSON_BEFORE_TITLE, NULL},
	{"signore", PERSON_BEFORE_TITLE, NULL},
	{"signorina", PERSON_BEFORE_TITLE, NULL},
	{"sir", PERSON_BEFORE_RANK, NULL},
	{"sr", PERSON_BEFORE_RANK, NULL},
	{"sra", PERSON_BEFORE_RANK, NULL},
	{"srta", PERSON_BEFORE_RANK, NULL},
	{"ssa", PERSON_BEFORE_TITLE, NULL},
	{"st", PERSON_BEFORE_PLACE, NULL},
	{"ste", PERSON_BEFORE_PLACE, NULL},
	{"são", PERSON_BEFORE_PLACE, NULL},
	{"tenant", PERSON_BEFORE_ROLE, NULL},
	{"testator", PERSON_BEFORE_ROLE, NULL},
	{"testigo", PERSON_BEFORE_ROLE, NULL},
	{"testimone", PERSON_BEFORE_ROLE, NULL},
	{"travessa", PERSON_BEFORE_PLACE, NULL},
	{"témoin", PERSON_BEFORE_ROLE, NULL},
	{"universidad", PERSON_BEFORE_PLACE, NULL},
	{"university", PERSON_BEFORE_PLACE, NULL},
	{"università", PERSON_BEFORE_PLACE, NULL},
	{"université", PERSON_BEFORE_PLACE, NULL},
	{"via", PERSON_BEFORE_PLACE, NULL},
	{"viale", PERSON_BEFORE_PLACE, NULL},
	{"vila", PERSON_BEFORE_PLACE, NULL},
	{"villa", PERSON_BEFORE_PLACE, NULL},
	{"von", PERSON_BEFORE_ROLE, "vertreten\0unterzeichnet\0erstellt\0"},
	{"witness", PERSON_BEFORE_ROLE, NULL},
	{"zeuge", PERSON_BEFORE_ROLE, NULL},
	{"zeugin", PERSON_BEFORE_ROLE, NULL},
	{"église", PERSON_BEFORE_PLACE, NULL},
};

/* The word of letters that ends at `end`, in lower case, with NULs behind it; its begin, `end` when there is none or it
 * is too long. */
static size_t small_word(const uint8_t *text, size_t end, char out[WORD_BYTES + 1])
{
	size_t at = end;
	while (at > 0 && end - at <= WORD_BYTES && ((text[at - 1] | 32) - 'a' + 0u < 26u || text[at - 1] >= 0x80))
		at--;
	if (end - at > WORD_BYTES)
		return end;
	memset(out, 0, WORD_BYTES + 1);
	for (size_t i = at; i < end; i++)
		out[i - at] = (char)(text[i] - 'A' + 0u < 26u ? text[i] | 32 : text[i]);
	return at;
}

/* The end of the word before `at`, past blanks; `at` when something else stands there. */
static size_t word_end_before(const uint8_t *text, size_t at)
{
	size_t end = at;
	while (end > 0 && (text[end - 1] == ' ' || text[end - 1] == '\t' || text[end - 1] == '_'))
		end--;
	return end;
}

/* "12 Elm Dr Ashford": a street. */
static bool is_street_before(const uint8_t *text, size_t at)
{
	size_t end = word_end_before(text, at);
	struct person_word word;
	size_t first = person_word_before(text, 0, end);
	if (end == at || first == end || !person_word_at(text, end, first, &word) || !word.capital)
		return false;
	end = word_end_before(text, first);
	return end > 0 && text[end - 1] - '0' + 0u < 10u;
}

/* What the word says that ends at `end`; its begin in *first. */
static enum person_before word_says(const uint8_t *text, size_t end, bool dotted, size_t *first)
{
	char word[WORD_BYTES + 1], other[WORD_BYTES + 1];
	*first = small_word(text, end, word);
	if (*first == end)
		return PERSON_BEFORE_NONE;
	const struct word_before *found = word_row(
		words_before, sizeof words_before / sizeof *words_before, sizeof *words_before, word, sizeof word);
	if (found == NULL)
		return PERSON_BEFORE_NONE;
	if (strcmp(word, "ms") == 0 && text[*first] == 'm') /* milliseconds */
		return PERSON_BEFORE_NONE;
	bool title = found->what == PERSON_BEFORE_RANK || found->what == PERSON_BEFORE_TITLE;
	if (title && end - *first < 4 &&
		((found->what == PERSON_BEFORE_RANK && !dotted) || text[end - 1] - 'A' + 0u < 26u)) /* MS, DR */
		return PERSON_BEFORE_NONE;
	if (found->before == NULL)
		return found->what;
	size_t before = word_end_before(text, *first);
	if (before == *first || small_word(text, before, other) == before)
		return PERSON_BEFORE_NONE;
	for (const char *way = found->before; *way; way += strlen(way) + 1)
		if (strcmp(way, other) == 0)
			return found->what;
	return PERSON_BEFORE_NONE;
}

static enum person_before after_word(const uint8_t *text, size_t start, size_t end, bool inside)
{
	bool dotted = text[end - 1] == '.';
	size_t first, last = dotted ? end - 1 : end;
	enum person_before says = word_says(text, last, dotted, &first);
	if (says == PERSON_BEFORE_TITLE && is_street_before(text, first))
		return PERSON_BEFORE_INSIDE;
	bool abbreviated = says == PERSON_BEFORE_TITLE || says == PERSON_BEFORE_RANK || says == PERSON_BEFORE_PLACE;
	if (abbreviated || (says != PERSON_BEFORE_NONE && !dotted))
		return says;
	struct person_word word;
	if (!inside)
		return PERSON_BEFORE_NONE;
	first = dotted ? end : person_word_before(text, 0, end);
	if (first == end || end == start || text[first] - 'a' + 0u < 26u || !person_word_at(text, end, first, &word) ||
		!word.capital || word.upper)
		return PERSON_BEFORE_NONE;
	return PERSON_BEFORE_INSIDE;
}

/* --- fields --- */

#define FIELD_BYTES 24

struct field_name {
	char word[FIELD_BYTES];
	enum person_before what;
};

/* Names of fields, without signs and in lower case, sorted. */
static const struct field_name fields[] = {
	{"accountholder", PERSON_BEFORE_ROLE},
	{"ansprechpartner", PERSON_BEFORE_ROLE},
	{"ansprechpartnerin", PERSON_BEFORE_ROLE},
	{"apellido", PERSON_BEFORE_PART},
	{"apellidos", PERSON_BEFORE_PART},
	{"approvedby", PERSON_BEFORE_ROLE},
	{"assignedto", PERSON_BEFORE_ROLE},
	{"assignee", PERSON_BEFORE_ROLE},
	{"attorney", PERSON_BEFORE_ROLE},
	{"begünstigter", PERSON_BEFORE_ROLE},
	{"beneficiario", PERSON_BEFORE_ROLE},
	{"beneficiary", PERSON_BEFORE_ROLE},
	{"bénéficiaire", PERSON_BEFORE_ROLE},
	{"cardholder", PERSON_BEFORE_ROLE},
	{"cardholdername", PERSON_BEFORE_ROLE},
	{"client", PERSON_BEFORE_ROLE},
	{"clientname", PERSON_BEFORE_ROLE},
	{"cognome", PERSON_BEFORE_PART},
	{"contactname", PERSON_BEFORE_ROLE},
	{"contactperson", PERSON_BEFORE_ROLE},
	{"counsel", PERSON_BEFORE_ROLE},
	{"createdby", PERSON_BEFORE_ROLE},
	{"customer", PERSON_BEFORE_ROLE},
	{"customername", PERSON_BEFORE_ROLE},
	{"defendant", PERSON_BEFORE_ROLE},
	{"displayname", PERSON_BEFORE_ROLE},
	{"employee", PERSON_BEFORE_ROLE},
	{"employeename", PERSON_BEFORE_ROLE},
	{"familienname", PERSON_BEFORE_PART},
	{"familyname", PERSON_BEFORE_PART},
	{"firstname", PERSON_BEFORE_PART},
	{"forename", PERSON_BEFORE_PART},
	{"fullname", PERSON_BEFORE_ROLE},
	{"givenname", PERSON_BEFORE_PART},
	{"holder", PERSON_BEFORE_ROLE},
	{"inhaber", PERSON_BEFORE_ROLE},
	{"intestatario", PERSON_BEFORE_ROLE},
	{"judge", PERSON_BEFORE_ROLE},
	{"karteninhaber", PERSON_BEFORE_ROLE},
	{"kontoinhaber", PERSON_BEFORE_ROLE},
	{"lastname", PERSON_BEFORE_PART},
	{"middlename", PERSON_BEFORE_PART},
	{"nachname", PERSON_BEFORE_PART},
	{"name", PERSON_BEFORE_ROLE},
	{"nombrecompleto", PERSON_BEFORE_ROLE},
	{"nomcomplet", PERSON_BEFORE_ROLE},
	{"nomdefamille", PERSON_BEFORE_PART},
	{"nomecompleto", PERSON_BEFORE_ROLE},
	{"nomeproprio", PERSON_BEFORE_PART},
	{"nominativo", PERSON_BEFORE_ROLE},
	{"patient", PERSON_BEFORE_ROLE},
	{"patientname", PERSON_BEFORE_ROLE},
	{"plaintiff", PERSON_BEFORE_ROLE},
	{"prenom", PERSON_BEFORE_PART},
	{"preparedby", PERSON_BEFORE_ROLE},
	{"primernombre", PERSON_BEFORE_PART},
	{"prénom", PERSON_BEFORE_PART},
	{"referente", PERSON_BEFORE_ROLE},
	{"reportedby", PERSON_BEFORE_ROLE},
	{"reporter", PERSON_BEFORE_ROLE},
	{"requester", PERSON_BEFORE_ROLE},
	{"requestor", PERSON_BEFORE_ROLE},
	{"reviewedby", PERSON_BEFORE_ROLE},
	{"signature", PERSON_BEFORE_ROLE},
	{"signed", PERSON_BEFORE_ROLE},
	{"signedby", PERSON_BEFORE_ROLE},
	{"speaker", PERSON_BEFORE_ROLE},
	{"surname", PERSON_BEFORE_PART},
	{"titulaire", PERSON_BEFORE_ROLE},
	{"titular", PERSON_BEFORE_ROLE},
	{"unterschrift", PERSON_BEFORE_ROLE},
	{"vorname", PERSON_BEFORE_PART},
	{"witness", PERSON_BEFORE_ROLE},
};

/* Of a name with NULs behind it. */
static enum person_before field_says(const char name[FIELD_BYTES])
{
	const struct field_name *found =
		word_row(fields, sizeof fields / sizeof *fields, sizeof *fields, name, FIELD_BYTES);
	return found != NULL ? found->what : PERSON_BEFORE_NONE;
}

/* The name of the field whose colon or equals sign stands before `at`: letters, with blanks, dashes, dots and
 * underscores between them, in lower case and without these. Of a longer one its end counts, from a word on: "Plaintiff
 * Name". */
static enum person_before after_colon(const uint8_t *text, size_t colon)
{
	char name[2 * FIELD_BYTES] = {0};
	size_t at = colon, size = FIELD_BYTES;
	enum person_before says = PERSON_BEFORE_NONE;
	while (at > 0 && (text[at - 1] == ' ' || text[at - 1] == '"' || text[at - 1] == '\'' || text[at - 1] == '*'))
		at--;
	for (; at > 0 && size > 0; at--) {
		uint8_t byte = text[at - 1];
		bool letter = (byte | 32) - 'a' + 0u < 26u || byte >= 0x80;
		if (!letter && byte != ' ' && byte != '_' && byte != '-' && byte != '.')
			break;
		if (!letter)
			continue;
		name[--size] = (char)(byte - 'A' + 0u < 26u ? byte | 32 : byte);
		bool begins = at == 1 || !((text[at - 2] | 32) - 'a' + 0u < 26u || text[at - 2] >= 0x80) ||
			      (byte - 'A' + 0u < 26u && text[at - 2] - 'a' + 0u < 26u);
		enum person_before here = begins ? field_says(name + size) : PERSON_BEFORE_NONE;
		says = here != PERSON_BEFORE_NONE ? here : says;
	}
	return says;
}

static enum person_before of_column(const struct detect_field *field)
{
	const struct label_text *words = &field->words;
	for (size_t i = 0; i < words->size; i++) {
		char name[FIELD_BYTES] = {0};
		if (!words->begins[i] || words->size - i >= FIELD_BYTES)
			continue;
		memcpy(name, words->text + i, words->size - i);
		enum person_before says = field_says(name);
		if (says != PERSON_BEFORE_NONE)
			return says;
	}
	return PERSON_BEFORE_NONE;
}

/* As person_before; with `inside` false, PERSON_BEFORE_INSIDE may be PERSON_BEFORE_NONE. */
static enum person_before stands_before(const struct detect_window *window, size_t start, bool inside)
{
	const uint8_t *text = window->data;
	size_t end = start;
	while (end > 0 && (text[end - 1] == ' ' || text[end - 1] == '\t' || text[end - 1] == '"'))
		end--;
	if (end > 0 && (text[end - 1] == ':' || text[end - 1] == '='))
		return after_colon(text, end - 1);
	if (window->field != NULL && (end == 0 || end < start || byte_is_in(text[end - 1], ",;\t\n|"))) {
		enum person_before says = of_column(window->field);
		if (says != PERSON_BEFORE_NONE)
			return says;
	}
	if (end == start || end == 0 || text[start - 1] == '"')
		return PERSON_BEFORE_NONE;
	if (text[end - 1] == '.' || (text[end - 1] | 32) - 'a' + 0u < 26u || text[end - 1] >= 0x80)
		return after_word(text, start, end, inside);
	return PERSON_BEFORE_NONE;
}

enum person_before person_before(const struct detect_window *window, size_t start)
{
	return stands_before(window, start, true);
}

enum person_before person_says_before(const struct detect_window *window, size_t start)
{
	return stands_before(window, start, false);
}

/* Names of such fields end with one of these letters; signs may stand behind it. */
bool person_may_be_part(const uint8_t *at, size_t before)
{
	const uint8_t *from = at - before;
	while (at > from && (at[-1] == ' ' || at[-1] == '\t' || at[-1] == '"'))
		at--;
	if (at == from)
		return true;
	if (at[-1] != ':' && at[-1] != '=')
		return false;
	at--;
	while (at > from && (at[-1] == ' ' || at[-1] == '"' || at[-1] == '\'' || at[-1] == '*'))
		at--;
	const uint8_t last = at > from ? at[-1] | 0x20 : 'e';
	return last - 'a' + 0u >= 26u || last == 'e' || last == 'm' || last == 'o' || last == 's';
}

/* --- what stands behind --- */

bool person_value_ends(const struct detect_window *window, size_t at)
{
	while (at < window->size && window->data[at] == ' ')
		at++;
	return at >= window->size || byte_is_in(window->data[at], ",;|\t\r\n\\<\"(");
}

bool person_acts(const struct detect_window *window, size_t at)
{
	static const char *const acts[] = {" logged in ", " logged out", " logged on", " signed in", " signed out",
		" changed password", " updated profile", " reset password"};
	if (window->size - at < 3 || window->data[at] != ' ' || strchr("lscur", window->data[at + 1]) == NULL ||
		strchr("oihpe", window->data[at + 2]) == NULL)
		return false;
	for (size_t i = 0; i < sizeof acts / sizeof *acts; i++) {
		size_t size = strlen(acts[i]);
		if (window->size - at >= size && memcmp(window->data + at, acts[i], size) == 0)
			return true;
	}
	return false;
}

/* Closing formulas in lower case, sorted by nothing: a handful of comparisons at the begin of a line. */
static const char *const closings[] = {"regards", "kind regards", "best regards", "warm regards", "best wishes", "best",
	"sincerely", "sincerely yours", "yours sincerely", "yours faithfully", "yours truly", "respectfully", "thanks",
	"thank you", "many thanks", "thanks and regards", "thanks & regards", "cheers", "cordially", "saluti",
	"cordiali saluti", "distinti saluti", "cari saluti", "un saluto", "un cordiale saluto", "grazie",
	"grazie e saluti", "grazie mille", "a presto", "mit freundlichen grüßen", "mit freundlichen gruessen",
	"mit freundlichen grüssen", "mit freundlichem gruß", "mit besten grüßen", "freundliche grüße", "viele grüße",
	"beste grüße", "liebe grüße", "herzliche grüße", "hochachtungsvoll", "mfg", "danke", "vielen dank",
	"cordialement", "bien cordialement", "bien à vous", "salutations", "meilleures salutations",
	"sincères salutations", "amicalement", "merci", "merci beaucoup", "saludos", "un saludo", "saludos cordiales",
	"un cordial saludo", "cordialmente", "atentamente", "gracias", "muchas gracias", "--"};

/* --- greetings and signatures --- */

/* A line end at `at`, looking back, real or escaped; its begin. `at` when there is none. */
static size_t line_end_before(const uint8_t *text, size_t at)
{
	if (at > 0 && text[at - 1] == '\n')
		return at - 1 - (at > 1 && text[at - 2] == '\r');
	if (at > 1 && text[at - 2] == '\\' && text[at - 1] == 'n')
		return at - 2 - (at > 3 && text[at - 4] == '\\' && text[at - 3] == 'r' ? 2 : 0);
	return at;
}

static size_t blanks_before(const uint8_t *text, size_t at, bool quotes)
{
	while (at > 0 && (text[at - 1] == ' ' || text[at - 1] == '\t' || (quotes && text[at - 1] == '>')))
		at--;
	return at;
}

bool person_is_closed_before(const uint8_t *text, size_t start)
{
	size_t at = blanks_before(text, start, true), lines = 0, end;
	while (lines < 3 && (end = line_end_before(text, at)) != at) {
		at = blanks_before(text, end, false);
		lines++;
	}
	if (lines == 0)
		return false;
	while (at > 0 && byte_is_in(text[at - 1], ",.!; "))
		at--;
	end = at;
	while (at > 0 && end - at < LINE_BYTES && text[at - 1] >= ' ' && text[at - 1] != '\\' && text[at - 1] != '>' &&
		text[at - 1] != '"' && line_end_before(text, at) == at)
		at--;
	if (at > 0 && text[at - 1] == '\\' && at < end && (text[at] == 'n' || text[at] == 't'))
		at++;
	while (at < end && text[at] == ' ')
		at++;
	char line[LINE_BYTES + 1];
	size_t size = end - at < LINE_BYTES ? end - at : 0;
	for (size_t i = 0; i < size; i++)
		line[i] = (char)(text[at + i] - 'A' + 0u < 26u ? text[at + i] | 32 : text[at + i]);
	line[size] = 0;
	for (size_t i = 0; size > 0 && i < sizeof closings / sizeof *closings; i++)
		if (closings[i][0] == line[0] && strcmp(line, closings[i]) == 0)
			return true;
	return false;
}

bool person_is_greeted_before(const uint8_t *text, size_t start)
{
	for (int words = 0; words < 3; words++) {
		size_t end = start;
		while (end > 0 && text[end - 1] == ' ')
			end--;
		bool apart = end < start || (end > 0 && text[end - 1] == '.');
		size_t first = apart ? person_word_before(text, 0, end) : end;
		struct person_word word;
		if (first == end || !person_word_at(text, end, first, &word))
			return false;
		person_word_know(&word);
		if (word.class == PERSON_GREETING)
			return true;
		if (word.class != PERSON_TITLE)
			return false;
		start = first;
	}
	return false;
}

bool person_clause_ends(const struct detect_window *window, size_t at)
{
	while (at < window->size && window->data[at] == ' ')
		at++;
	return at >= window->size || byte_is_in(window->data[at], ",;:!\r\n\\<\"");
}
