/* Labels by their first letter, so that one pass over the words before a number finds every set. In lower case, joined
 * without signs and blanks; '=' marks a whole word, the others may stand in longer ones. */
#include "detect/official_words.h"

#include "detect/digits.h"
#include "detect/fields.h"
#include "detect/turn.h"

/* A label of two words and what stands between it and the number. */
#define WORDS_REACH_BYTES 48
/* How far back in a question. */
#define QUESTION_BYTES 96

struct label {
	const char *text;
	uint64_t sets;
};

#define BIT(set) ((uint64_t)1 << (set))

/* clang-format off */
static const struct label a_labels[] = {
	{"adoszam", BIT(WORDS_ADOSZAM)},
	{"adószám", BIT(WORDS_ADOSZAM)},
	{"=afm", BIT(WORDS_AFM)},
	{"=alv", BIT(WORDS_ALV)},
	{"alvnumero", BIT(WORDS_ALV)},
	{"assicurazionesociale", BIT(WORDS_SOCIAL)},
	{"assurancesociale", BIT(WORDS_SOCIAL)},
	{"assurésocial", BIT(WORDS_SOCIAL)},
	{"ausweisnr", BIT(WORDS_IDENTITY)},
	{"ausweisnummer", BIT(WORDS_IDENTITY)},
	{NULL, 0},
};
static const struct label b_labels[] = {
	{"=bsn", BIT(WORDS_BSN)},
	{"=btw", BIT(WORDS_BTW)},
	{"btwid", BIT(WORDS_BTW)},
	{"btwnr", BIT(WORDS_BTW)},
	{"btwnummer", BIT(WORDS_BTW)},
	{"burgerservice", BIT(WORDS_BSN)},
	{NULL, 0},
};
static const struct label c_labels[] = {
	{"cartadidentita", BIT(WORDS_IDENTITY)},
	{"cartadidentità", BIT(WORDS_IDENTITY)},
	{"cartedidentite", BIT(WORDS_IDENTITY)},
	{"cartedidentité", BIT(WORDS_IDENTITY)},
	{"=cedula", BIT(WORDS_IDENTITY)},
	{"=cf", BIT(WORDS_TAX) | BIT(WORDS_PIVA)},
	{"=cif", BIT(WORDS_CIF) | BIT(WORDS_CUI)},
	{"citizenid", BIT(WORDS_IDENTITY)},
	{"citizennumber", BIT(WORDS_IDENTITY)},
	{"civilregist", BIT(WORDS_IDENTITY)},
	{"codefiscal", BIT(WORDS_TAX)},
	{"codfisc", BIT(WORDS_TAX) | BIT(WORDS_PIVA)},
	{"codfiscal", BIT(WORDS_CUI)},
	{"codfiscale", BIT(WORDS_TAX)},
	{"codicefiscale", BIT(WORDS_TAX) | BIT(WORDS_PIVA)},
	{"contribuinte", BIT(WORDS_NIF) | BIT(WORDS_NIPC)},
	{"=cui", BIT(WORDS_CUI)},
	{"=cvr", BIT(WORDS_CVR)},
	{"cvrnr", BIT(WORDS_CVR)},
	{"cédula", BIT(WORDS_IDENTITY)},
	{NULL, 0},
};
static const struct label d_labels[] = {
	{"davcnastevilka", BIT(WORDS_DDV)},
	{"davčnaštevilka", BIT(WORDS_DDV)},
	{"=ddv", BIT(WORDS_DDV)},
	{"=dic", BIT(WORDS_DIC)},
	{"=dič", BIT(WORDS_DIC)},
	{"=dni", BIT(WORDS_DNI)},
	{"documentodeidentidad", BIT(WORDS_IDENTITY)},
	{"documentodidentita", BIT(WORDS_IDENTITY)},
	{"documentodidentità", BIT(WORDS_IDENTITY)},
	{"documentodiidentità", BIT(WORDS_IDENTITY)},
	{"documentonacional", BIT(WORDS_IDENTITY)},
	{NULL, 0},
};
static const struct label e_labels[] = {
	{"=eik", BIT(WORDS_BULSTAT)},
	{"extranjero", BIT(WORDS_DNI)},
	{NULL, 0},
};
static const struct label f_labels[] = {
	{"fiscalcode", BIT(WORDS_TAX)},
	{NULL, 0},
};
static const struct label i_labels[] = {
	{"icdph", BIT(WORDS_ICDPH)},
	{"identidad", BIT(WORDS_IDENTITY)},
	{"identifiantfiscal", BIT(WORDS_TAX)},
	{"identifiantnational", BIT(WORDS_IDENTITY)},
	{"identificacaofiscal", BIT(WORDS_NIF)},
	{"identificacionfiscal", BIT(WORDS_TAX)},
	{"identificaciónfiscal", BIT(WORDS_TAX)},
	{"identificationnumber", BIT(WORDS_IDENTITY)},
	{"identificaçãofiscal", BIT(WORDS_NIF)},
	{"identifikationsnummer", BIT(WORDS_IDENTITY)},
	{"identitycard", BIT(WORDS_IDENTITY)},
	{"identitynumber", BIT(WORDS_IDENTITY)},
	{"idnational", BIT(WORDS_IDENTITY)},
	{"=idno", BIT(WORDS_IDNUMBER)},
	{"=idnr", BIT(WORDS_IDENTITY)},
	{"=idnum", BIT(WORDS_IDNUMBER)},
	{"=idnumber", BIT(WORDS_IDNUMBER)},
	{"immatriculation", BIT(WORDS_NIR)},
	{"=insee", BIT(WORDS_NIR)},
	{"=insz", BIT(WORDS_RIJKS)},
	{"=iva", BIT(WORDS_VAT) | BIT(WORDS_PIVA)},
	{"=ič", BIT(WORDS_DIC)},
	{"ičdph", BIT(WORDS_ICDPH)},
	{NULL, 0},
};
static const struct label k_labels[] = {
	{"=kmkr", BIT(WORDS_KMKR)},
	{"kmkrnr", BIT(WORDS_KMKR)},
	{NULL, 0},
};
static const struct label m_labels[] = {
	{"mehrwertsteuer", BIT(WORDS_VAT)},
	{"=moms", BIT(WORDS_MOMS)},
	{"momsnr", BIT(WORDS_MOMS)},
	{"momsreg", BIT(WORDS_MOMS)},
	{"=mwst", BIT(WORDS_VAT) | BIT(WORDS_MWST)},
	{"mwstnr", BIT(WORDS_MWST)},
	{NULL, 0},
};
static const struct label n_labels[] = {
	{"nationaalnummer", BIT(WORDS_RIJKS)},
	{"nationalid", BIT(WORDS_IDENTITY)},
	{"nationalidentity", BIT(WORDS_IDENTITY)},
	{"nationalinsurance", BIT(WORDS_SOCIAL) | BIT(WORDS_NINO)},
	{"nationalregister", BIT(WORDS_RIJKS)},
	{"=nhs", BIT(WORDS_NHS)},
	{"nhsno", BIT(WORDS_NHS)},
	{"nhsnumber", BIT(WORDS_NHS)},
	{"nhsnummer", BIT(WORDS_NHS)},
	{"=ni", BIT(WORDS_NINO)},
	{"=nie", BIT(WORDS_DNI)},
	{"=nif", BIT(WORDS_NIF) | BIT(WORDS_NIPC)},
	{"nifiva", BIT(WORDS_VAT)},
	{"=nin", BIT(WORDS_NINO)},
	{"=nino", BIT(WORDS_NINO)},
	{"ninumber", BIT(WORDS_NINO)},
	{"=nip", BIT(WORDS_NIP)},
	{"=nipc", BIT(WORDS_NIPC)},
	{"=nir", BIT(WORDS_NIR)},
	{"=niss", BIT(WORDS_RIJKS)},
	{"=nn", BIT(WORDS_RIJKS)},
	{"nosecu", BIT(WORDS_NIR)},
	{"notva", BIT(WORDS_VAT) | BIT(WORDS_TVA)},
	{"=nss", BIT(WORDS_SOCIAL)},
	{"numerodeidentificacion", BIT(WORDS_IDENTITY)},
	{"numerodentreprise", BIT(WORDS_BTW)},
	{"numerodetva", BIT(WORDS_TVA)},
	{"numerodidentification", BIT(WORDS_IDENTITY)},
	{"numerodidentificazione", BIT(WORDS_IDENTITY)},
	{"numerodidentite", BIT(WORDS_IDENTITY)},
	{"numerofiscal", BIT(WORDS_TAX)},
	{"numeronational", BIT(WORDS_IDENTITY)},
	{"numeropersonale", BIT(WORDS_IDENTITY)},
	{"numeropersonnel", BIT(WORDS_IDENTITY)},
	{"numerosecu", BIT(WORDS_NIR)},
	{"numtva", BIT(WORDS_VAT) | BIT(WORDS_TVA)},
	{"numérodentreprise", BIT(WORDS_BTW)},
	{"numérodesécu", BIT(WORDS_NIR)},
	{"numérodetva", BIT(WORDS_TVA)},
	{"numérodidentification", BIT(WORDS_IDENTITY)},
	{"numérodidentité", BIT(WORDS_IDENTITY)},
	{"numérofiscal", BIT(WORDS_TAX)},
	{"numéronational", BIT(WORDS_IDENTITY)},
	{"numéropersonnel", BIT(WORDS_IDENTITY)},
	{"numérosecu", BIT(WORDS_NIR)},
	{"númerodeidentificación", BIT(WORDS_IDENTITY)},
	{"númerofiscal", BIT(WORDS_TAX)},
	{"númeropersonal", BIT(WORDS_IDENTITY)},
	{NULL, 0},
};
static const struct label o_labels[] = {
	{"=oib", BIT(WORDS_OIB)},
	{"ondernemingsnummer", BIT(WORDS_BTW)},
	{NULL, 0},
};
static const struct label other_labels[] = {
	{"=ΑΦΜ", BIT(WORDS_AFM)},
	{"=αφμ", BIT(WORDS_AFM)},
	{"=булстат", BIT(WORDS_BULSTAT)},
	{"=ддс", BIT(WORDS_BULSTAT)},
	{"=еик", BIT(WORDS_BULSTAT)},
	{NULL, 0},
};
static const struct label p_labels[] = {
	{"pariva", BIT(WORDS_VAT) | BIT(WORDS_PIVA)},
	{"partitaiva", BIT(WORDS_VAT) | BIT(WORDS_PIVA)},
	{"persnr", BIT(WORDS_PERSONNUMMER)},
	{"personalausweis", BIT(WORDS_IDENTITY)},
	{"personalid", BIT(WORDS_IDENTITY)},
	{"personalidentity", BIT(WORDS_PERSONNUMMER)},
	{"personalnumber", BIT(WORDS_IDENTITY)},
	{"personalnummer", BIT(WORDS_IDENTITY)},
	{"personalpublicservice", BIT(WORDS_PPS)},
	{"personenkennzahl", BIT(WORDS_IDENTITY)},
	{"personennummer", BIT(WORDS_IDENTITY)},
	{"personnr", BIT(WORDS_PERSONNUMMER)},
	{"personnummer", BIT(WORDS_PERSONNUMMER)},
	{"pesel", BIT(WORDS_PESEL)},
	{"piva", BIT(WORDS_VAT) | BIT(WORDS_PIVA)},
	{"=pnr", BIT(WORDS_PERSONNUMMER)},
	{"=pps", BIT(WORDS_PPS)},
	{"=ppsn", BIT(WORDS_PPS)},
	{"ppsno", BIT(WORDS_PPS)},
	{"ppsnumber", BIT(WORDS_PPS)},
	{"previdenzasociale", BIT(WORDS_SOCIAL)},
	{"previdenziale", BIT(WORDS_SOCIAL)},
	{"=pvm", BIT(WORDS_PVM)},
	{"pvmkodas", BIT(WORDS_PVM)},
	{"=pvn", BIT(WORDS_PVN)},
	{"pvnnr", BIT(WORDS_PVN)},
	{NULL, 0},
};
static const struct label r_labels[] = {
	{"registrenational", BIT(WORDS_IDENTITY) | BIT(WORDS_RIJKS)},
	{"registronacional", BIT(WORDS_RIJKS)},
	{"registronazionale", BIT(WORDS_RIJKS)},
	{"rijksregister", BIT(WORDS_RIJKS)},
	{"=rrn", BIT(WORDS_RIJKS)},
	{NULL, 0},
};
static const struct label s_labels[] = {
	{"samordningsnummer", BIT(WORDS_PERSONNUMMER)},
	{"=secu", BIT(WORDS_NIR)},
	{"securitesociale", BIT(WORDS_SOCIAL)},
	{"securitésociale", BIT(WORDS_SOCIAL)},
	{"seguridadsocial", BIT(WORDS_SOCIAL)},
	{"segurosocial", BIT(WORDS_SOCIAL)},
	{"sicurezzasociale", BIT(WORDS_SOCIAL)},
	{"socialinsurance", BIT(WORDS_SOCIAL)},
	{"socialsecurity", BIT(WORDS_SOCIAL) | BIT(WORDS_SSN)},
	{"socsec", BIT(WORDS_SOCIAL)},
	{"=sofi", BIT(WORDS_BSN)},
	{"sofinr", BIT(WORDS_BSN)},
	{"sofinummer", BIT(WORDS_BSN)},
	{"sozialversicherung", BIT(WORDS_SOCIAL)},
	{"sozialversicherungsnr", BIT(WORDS_SVNR)},
	{"=ssn", BIT(WORDS_SSN)},
	{"ssnumber", BIT(WORDS_SSN)},
	{"steuerid", BIT(WORDS_TAX)},
	{"steueridentifikation", BIT(WORDS_TAX)},
	{"steueridnr", BIT(WORDS_TAX)},
	{"steuernummer", BIT(WORDS_TAX)},
	{"=stid", BIT(WORDS_TAX)},
	{"=svn", BIT(WORDS_SVNR)},
	{"=svnr", BIT(WORDS_SVNR)},
	{"=svnummer", BIT(WORDS_SOCIAL)},
	{"=sécu", BIT(WORDS_NIR)},
	{"sécuritésociale", BIT(WORDS_SOCIAL)},
	{NULL, 0},
};
static const struct label t_labels[] = {
	{"taxcode", BIT(WORDS_TAX)},
	{"taxid", BIT(WORDS_TAX)},
	{"taxidentification", BIT(WORDS_TAX)},
	{"taxnumber", BIT(WORDS_TAX)},
	{"taxpayer", BIT(WORDS_TAX) | BIT(WORDS_SSN)},
	{"taxref", BIT(WORDS_TAX)},
	{"=tin", BIT(WORDS_TAX) | BIT(WORDS_SSN)},
	{"=tva", BIT(WORDS_VAT) | BIT(WORDS_TVA)},
	{"tvaintracom", BIT(WORDS_VAT) | BIT(WORDS_TVA)},
	{NULL, 0},
};
static const struct label u_labels[] = {
	{"=uid", BIT(WORDS_VAT)},
	{"uidnr", BIT(WORDS_UID)},
	{"uidnummer", BIT(WORDS_UID)},
	{"umsatzsteuer", BIT(WORDS_VAT)},
	{"umsatzsteueridentifikation", BIT(WORDS_USTID)},
	{"ustid", BIT(WORDS_VAT) | BIT(WORDS_USTID)},
	{NULL, 0},
};
static const struct label v_labels[] = {
	{"valueadded", BIT(WORDS_VAT)},
	{"=vat", BIT(WORDS_VAT) | BIT(WORDS_UKVAT)},
	{"vatid", BIT(WORDS_VAT) | BIT(WORDS_UKVAT)},
	{"vatno", BIT(WORDS_VAT) | BIT(WORDS_UKVAT)},
	{"vatnumber", BIT(WORDS_VAT) | BIT(WORDS_UKVAT)},
	{"vatreg", BIT(WORDS_VAT) | BIT(WORDS_UKVAT)},
	{"versicherungsnummer", BIT(WORDS_SOCIAL)},
	{NULL, 0},
};
static const struct label y_labels[] = {
	{"ytunnus", BIT(WORDS_ALV)},
	{NULL, 0},
};

static const struct {
	uint32_t seconds; /* their second letters, bit 0 is a; bit 26: any other byte */
	const struct label *labels;
} by_letter[27] = {
	['a' - 'a'] = {0x140828, a_labels},
	['b' - 'a'] = {0x1c0000, b_labels},
	['c' - 'a'] = {0x4304131, c_labels},
	['d' - 'a'] = {0x6109, d_labels},
	['e' - 'a'] = {0x800100, e_labels},
	['f' - 'a'] = {0x100, f_labels},
	['i' - 'a'] = {0x420300c, i_labels},
	['k' - 'a'] = {0x1000, k_labels},
	['m' - 'a'] = {0x404010, m_labels},
	['n' - 'a'] = {0x4146181, n_labels},
	['o' - 'a'] = {0x2100, o_labels},
	[26] = {0x4000000, other_labels},
	['p' - 'a'] = {0x22a111, p_labels},
	['r' - 'a'] = {0x20110, r_labels},
	['s' - 'a'] = {0x42c4111, s_labels},
	['t' - 'a'] = {0x200101, t_labels},
	['u' - 'a'] = {0x41100, u_labels},
	['v' - 'a'] = {0x11, v_labels},
	['y' - 'a'] = {0x80000, y_labels},
};
/* clang-format on */

static bool stands_at(const struct label_text *words, size_t at, const char *text)
{
	bool whole = *text == '=';
	text += whole;
	size_t size = 0;
	for (; text[size] != 0; size++)
		if (words->text[at + size] != text[size])
			return false;
	return !whole || (words->begins[at] && words->begins[at + size]);
}

/* 26: no small letter of ASCII. */
static size_t letter_number(char byte)
{
	const unsigned letter = (unsigned)(uint8_t)byte - 'a';
	return letter < 26 ? letter : 26;
}

static uint64_t sets_of(const struct label_text *words)
{
	uint64_t sets = 0;
	for (size_t at = 0; at + 1 < words->size; at++) {
		const size_t first = letter_number(words->text[at]);
		if (!(by_letter[first].seconds >> letter_number(words->text[at + 1]) & 1))
			continue;
		for (const struct label *label = by_letter[first].labels; label->text != NULL; label++) {
			const char *text = label->text + (*label->text == '=');
			if (text[1] == words->text[at + 1] && stands_at(words, at, label->text))
				sets |= label->sets;
		}
	}
	return sets;
}

/* Is the line that ends at `end` as short as a label, or does it end in a colon? In no sentence: a dot stands only
 * behind two letters ("C.F.", "No."). */
static bool is_label_line(const struct detect_window *window, size_t end)
{
	size_t least = end > WORDS_REACH_BYTES ? end - WORDS_REACH_BYTES : 0, at = end;
	while (at > 0 && (window->data[at - 1] == ' ' || window->data[at - 1] == '\t'))
		at--;
	if (byte_before(window, at, 1) == ':')
		return true;
	if (byte_before(window, at, 1) == '.' && ascii_letter(byte_before(window, at, 4)))
		return false;
	while (at > least && window->data[at - 1] != '\n' && !(window->data[at - 1] == '\\'))
		at--;
	return at > least || at == 0;
}

/* The words of the line before, or of the question that the number answers, part by part ("..., for the record?"). */
static uint64_t words_of_turn(const struct detect_window *window, size_t at)
{
	struct label_text words;
	size_t end;
	enum turn turn = turn_before(window, at, &end);
	if (turn == TURN_NONE || (turn != TURN_ASKED && !is_label_line(window, end)))
		return 0;
	const size_t least = end > QUESTION_BYTES ? end - QUESTION_BYTES : 0;
	for (;;) {
		label_text_before(window, end, WORDS_REACH_BYTES, &words);
		uint64_t sets = sets_of(&words);
		while (end > least && window->data[end - 1] != ',' && window->data[end - 1] != '\n')
			end--;
		if (sets != 0 || turn != TURN_ASKED || end == least || window->data[end - 1] != ',')
			return sets;
		end--;
	}
}

uint64_t official_words_before(const struct detect_window *window, size_t at)
{
	struct label_text words;
	label_text_before(window, at, WORDS_REACH_BYTES, &words);
	uint64_t sets = sets_of(&words) | (window->field != NULL ? sets_of(&window->field->words) : 0);
	return sets != 0 ? sets : words_of_turn(window, at);
}
