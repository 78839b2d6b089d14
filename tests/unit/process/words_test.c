/* What words say of a text: labels where they are labels, types of documents, subjects; however the text is cut. */
#include "worker/words.h"

#include "check.h"

/* Goes on after a failure: every line of a table is tried. */
#define EXPECT(condition, ...)                   \
	do {                                     \
		if (!(condition))                \
			CHECK_FAIL(__VA_ARGS__); \
	} while (0)

struct seen {
	char text[1024];
};

static void note(void *context, enum marking kind, const char *value, uint64_t start, uint64_t end)
{
	struct seen *seen = context;
	size_t size = strlen(seen->text);
	snprintf(seen->text + size, sizeof seen->text - size, "%s%s %s %d-%d", size > 0 ? ", " : "",
		kind == MARKING_LABEL ? "label" : "subject", value, (int)start, (int)end);
}

struct reading {
	const char *place; /* a heading, or NULL */
	size_t piece;      /* bytes fed at a time */
};

static const char *read_text(const char *text, const struct reading *how, struct seen *seen)
{
	struct words *words = words_open(note, seen);
	struct words_types types = {0};
	size_t size = strlen(text);
	seen->text[0] = 0;
	words_begin(words);
	if (how->place != NULL)
		words_heading(words, 0, true);
	for (size_t at = 0; at < size; at += how->piece)
		words_feed(words, (const uint8_t *)text + at, size - at < how->piece ? size - at : how->piece);
	words_finish(words);
	words_types_of(words, 0, size, &types);
	words_close(words);
	return words_type(&types);
}

struct label_case {
	const char *text, *labels;
};

static const struct label_case labels[] = {
	/* a line of its own, in five languages */
	{"CONFIDENTIAL\n", "label confidential 0-12"},
	{"*** Confidenziale ***\n", "label confidential 4-17"},
	{"Confidentiel\n", "label confidential 0-12"},
	{"Streng vertraulich\n", "label strictly confidential 0-18"},
	{"ESTRICTAMENTE CONFIDENCIAL\n", "label strictly confidential 0-26"},
	{"For internal use only\n", "label internal 0-21"},
	{"per uso interno\n", "label internal 0-15"},
	{"Diffusion interne\n", "label internal 0-17"},
	{"NUR F\xc3\x9cR DEN INTERNEN GEBRAUCH\n", "label internal 0-30"},
	{"Alto rischio\n", "label high risk 0-12"},
	{"RISQUE \xc3\x89LEV\xc3\x89\n", "label high risk 0-14"},
	{"Pers\xc3\xb6nlich und vertraulich\n", "label personal 0-27"},
	{"first line\nTOP SECRET\nlast", "label secret 11-21"},
	/* behind the name of a field */
	{"Classification: Confidential\n", "label confidential 16-28"},
	{"Sensitivity: Company-Confidential\n", "label confidential 13-33"},
	{"Sensitivity: Personal\n", "label personal 13-21"},
	{"Classificazione: interno\n", "label internal 17-24"},
	{"Einstufung: geheim\n", "label secret 12-18"},
	{"{\"classification\":\"secret\"}", "label secret 19-25"},
	{"{\"sensitivity\": \"internal\"}", "label internal 17-25"},
	{"<classification>internal</classification>", "label internal 16-24"},
	{"{\"confidential\":true}", "label confidential 2-14"},
	{"{\"confidential\": false}", ""},
	/* in front of a text, in capitals; in brackets */
	{"CONFIDENTIAL. waiting for the product group", "label confidential 0-12"},
	{"{\"notes\":\"CONFIDENTIAL. waiting\"}", "label confidential 10-22"},
	{"{\"notes\":\"first\\nCONFIDENTIAL. waiting\"}", "label confidential 17-29"},
	{"please see [Confidential] below", "label confidential 12-24"},
	/* the subject of a mail */
	{"Subject: Confidential: our offer\n", "label confidential 9-21"},
	{"Betreff: AW: Angebot - Vertraulich\n", "label confidential 23-34"},
	{"Oggetto: [RISERVATO] offerta\n", "label confidential 10-19"},
	/* words of sentences are no labels */
	{"This message is confidential and may be privileged.\n", ""},
	{"Confidential information must not leave the house\n", ""},
	{"the internal notes are not for the customer\n", ""},
	{"he keeps it secret, she says\n", ""},
	{"not confidential\n", ""},
	{"Subject: internal server error\n", ""},
	{"internal\n", ""},
	{"{\"kind\":\"INTERNAL\",\"access\":\"private\"}", ""},
	{"he said \"Confidential\" twice", ""},
	{"confidentiality\n", ""},
	{"unconfidential\n", ""},
};

static void a_label_is_seen_where_it_is_one_and_nowhere_else(void)
{
	struct seen seen;
	for (size_t i = 0; i < sizeof labels / sizeof labels[0]; i++) {
		read_text(labels[i].text, &(struct reading){NULL, 1 << 20}, &seen);
		EXPECT(strcmp(seen.text, labels[i].labels) == 0, "%s: \"%s\", not \"%s\"", labels[i].text, seen.text,
			labels[i].labels);
	}
}

static void in_headers_footers_and_properties_a_label_stands_beside_other_text(void)
{
	static const struct label_case headings[] = {
		{"Contoso - Strictly confidential - page 3", "label strictly confidential 10-31"},
		{"Page 3 - INTERNAL", "label internal 9-17"},
		{"Internal audit of the year", ""},
		{"offer, confidential, 2022", ""},
	};
	struct seen seen;
	for (size_t i = 0; i < sizeof headings / sizeof headings[0]; i++) {
		read_text(headings[i].text, &(struct reading){"footer", 1 << 20}, &seen);
		EXPECT(strcmp(seen.text, headings[i].labels) == 0, "%s: \"%s\", not \"%s\"", headings[i].text,
			seen.text, headings[i].labels);
		read_text(headings[i].text, &(struct reading){NULL, 1 << 20}, &seen);
		EXPECT(strcmp(seen.text, "") == 0, "%s in a text: \"%s\"", headings[i].text, seen.text);
	}
}

static const struct {
	const char *text, *type;
} documents[] = {
	{"Invoice 2022-17\nAmount due: 100 EUR\n", "invoice"},
	{"FATTURA n. 12\nImponibile 100\n", "invoice"},
	{"Facture\nTotal TTC 100\n", "invoice"},
	{"Rechnung Nr. 7\nRechnungsdatum 1.9.2022\n", "invoice"},
	{"Factura 7\nVencimiento 1/9/2022\n", "invoice"},
	{"Subject: Re: purchase order 4500\n\nShip to: Leeds\n", "order"},
	{"Conferma d'ordine\nConsegna in due settimane\n", "order"},
	{"Bon de commande\nLivraison lundi\n", "order"},
	{"Auftragsbest\xc3\xa4tigung\nMenge 3\n", "order"},
	{"Orden de compra\nCantidad 3\n", "order"},
	{"STATEMENT OF WORK\nThe deliverables are listed below.\n", "statement of work"},
	{"Cahier des charges\nLivrables\n", "statement of work"},
	{"Leistungsbeschreibung\nMeilensteine und Abnahme\n", "statement of work"},
	{"Price list 2022\n100 EUR per seat\n", "price list"},
	{"Listino prezzi\nprezzo 100, sconto 10\n", "price list"},
	{"Contratto\ntra parti contraenti; foro competente Torino\n", "contract"},
	{"Vertrag\nGerichtsstand ist Kassel.\n", "contract"},
	{"{\"case_number\":\"1\",\"severity\":2}", "support case"},
	{"{\"case_number\":\"1\",\"conversation\":[]}", "support case"},
	/* a title alone, a phrase alone, or two as likely say nothing */
	{"Invoice\n", NULL},
	{"the amount due is small\n", NULL},
	{"we sent the invoice yesterday, with the amount due\n", NULL},
	{"Invoice\nContract\namount due, governing law\n", NULL},
	{"Guten Tag\n", NULL},
	{"", NULL},
};

static void a_type_needs_a_title_and_a_phrase(void)
{
	struct seen seen;
	for (size_t i = 0; i < sizeof documents / sizeof documents[0]; i++) {
		const char *got = read_text(documents[i].text, &(struct reading){NULL, 1 << 20}, &seen);
		bool same =
			got == documents[i].type || (got && documents[i].type && strcmp(got, documents[i].type) == 0);
		EXPECT(same, "%s: %s, not %s", documents[i].text, got ? got : "unknown",
			documents[i].type ? documents[i].type : "unknown");
	}
}

static void the_name_of_a_file_is_a_title(void)
{
	static const char name[] = "Price_List-2022.final.xlsx";
	struct words *words = words_open(NULL, NULL);
	struct words_types types = {0};
	words_types_of_name(words, (struct st_span){(const uint8_t *)name, sizeof name - 1}, &types);
	EXPECT(words_type(&types) == NULL, "a name alone says nothing");
	words_feed(words, (const uint8_t *)"Product, unit price\n", 20);
	words_finish(words);
	words_types_of(words, 0, 20, &types);
	const char *got = words_type(&types);
	EXPECT(got != NULL && strcmp(got, "price list") == 0, "%s with a unit price: %s", name, got ? got : "unknown");
	words_close(words);
}

static void subjects_are_seen_in_five_languages(void)
{
	static const struct label_case subjects[] = {
		{"on sick leave", "subject health 3-13"},
		{"certificato medico", "subject health 0-18"},
		{"d\xc3\xa9l\xc3\xa9gu\xc3\xa9 syndical", "subject union membership 0-19"},
		{"Krankmeldung", "subject health 0-12"},
		{"opiniones pol\xc3\xadticas", "subject political opinion 0-20"},
		{"la religione", "subject religion 3-12"},
		{"opiniones pol\\u00edticas", "subject political opinion 0-24"},
		{"reunion of members", ""},
	};
	struct seen seen;
	for (size_t i = 0; i < sizeof subjects / sizeof subjects[0]; i++) {
		read_text(subjects[i].text, &(struct reading){NULL, 1 << 20}, &seen);
		EXPECT(strcmp(seen.text, subjects[i].labels) == 0, "%s: \"%s\", not \"%s\"", subjects[i].text,
			seen.text, subjects[i].labels);
	}
}

static void however_the_text_is_cut_the_same_is_seen(void)
{
	struct st_buf text = {0};
	struct seen whole, cut;
	for (size_t i = 0; i < 40; i++) {
		const char *label = labels[i % (sizeof labels / sizeof labels[0])].text;
		st_buf_add(&text, label, strlen(label));
		for (size_t n = 0; n < 17 * i; n++)
			st_buf_add_byte(&text, n % 61 == 60 ? '\n' : 'x');
		st_buf_add_byte(&text, '\n');
	}
	st_buf_add_byte(&text, 0);
	const char *type = read_text((const char *)text.data, &(struct reading){NULL, 1 << 20}, &whole);
	for (size_t piece = 1; piece < 3000; piece = piece * 2 + 1) {
		const char *cut_type = read_text((const char *)text.data, &(struct reading){NULL, piece}, &cut);
		EXPECT(strcmp(cut.text, whole.text) == 0 && cut_type == type, "in pieces of %zu: %s, not %s", piece,
			cut.text, whole.text);
	}
	EXPECT(strlen(whole.text) > 200, "only %s", whole.text);
	st_buf_free(&text);
}

static void every_line_of_the_table_is_found(void)
{
	for (size_t i = 0; i < words_table_count; i++) {
		const struct words_entry *entry = &words_table[i];
		st_auto_free char *text = st_format("Classification: %s\n", entry->text);
		struct words *words = words_open(NULL, NULL);
		struct seen seen;
		EXPECT(entry->value < 7 && strlen(entry->text) >= 4, "%s", entry->text);
		words_close(words);
		if (entry->class != WORDS_LABEL && entry->class != WORDS_SUBJECT)
			continue;
		read_text(text, &(struct reading){NULL, 1 << 20}, &seen);
		EXPECT(seen.text[0] != 0, "nothing is seen in: %s", text);
	}
}

int main(void)
{
	RUN(a_label_is_seen_where_it_is_one_and_nowhere_else);
	RUN(in_headers_footers_and_properties_a_label_stands_beside_other_text);
	RUN(a_type_needs_a_title_and_a_phrase);
	RUN(the_name_of_a_file_is_a_title);
	RUN(subjects_are_seen_in_five_languages);
	RUN(however_the_text_is_cut_the_same_is_seen);
	RUN(every_line_of_the_table_is_found);
	CHECK_END();
}
