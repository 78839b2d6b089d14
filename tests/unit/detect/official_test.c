/* Every number of an authority is found in every form its table prints, 64 bytes at a time as well as byte by byte: the
 * hints of the detector leave none of them out. */
#include "collect.h"

#include "detect/official_number.h"

#include "../check.h"

struct sample {
	const char *scheme, *label, *number; /* without its code */
};

static const struct sample samples[] = {
	{"it_codice_fiscale", "C.F.", "RSSMRA85T10A562S"},
	{"it_codice_fiscale", "C.F.", "RSSMRA85T10A56NH"},
	{"fr_nir", "NIR", "184127645108946"},
	{"fr_nir", "NIR", "295102A12611122"},
	{"gb_nino", "NINO", "JG103759A"},
	{"gb_nhs", "NHS", "9434765919"},
	{"us_ssn", "SSN", "536904399"},
	{"es_dni", "DNI", "12345678Z"},
	{"es_nie", "NIE", "X1234567L"},
	{"de_steuer_id", "Steuer-ID", "36574261809"},
	{"be_rijksregister", "rijksregister", "85073003328"},
	{"pl_pesel", "PESEL", "44051401359"},
	{"nl_bsn", "BSN", "111222333"},
	{"pt_nif", "NIF", "123456789"},
	{"se_personnummer", "personnummer", "8803200016"},
	{"se_personnummer", "personnummer", "198803200016"},
	{"at_svnr", "SVNR", "1237010180"},
	{"ie_pps", "PPS", "6433435F"},
	{"ie_pps", "PPS", "6433435FT"},
	{"at", "VAT", "U13585627"},
	{"be", "BTW", "0428759497"},
	{"bg", "VAT", "175074752"},
	{"ch", "MWST", "107787577"},
	{"cy", "VAT", "10259033P"},
	{"cz", "VAT", "25123891"},
	{"de", "USt-IdNr", "136695976"},
	{"dk", "CVR", "13585628"},
	{"ee", "KMKR", "100931558"},
	{"el", "VAT", "094259216"},
	{"es", "CIF", "A13585625"},
	{"es", "CIF", "J99216582"},
	{"fi", "ALV", "20774740"},
	{"fr", "TVA", "40303265045"},
	{"fr", "TVA", "K7399859412"},
	{"fr", "TVA", "4Z123456782"},
	{"gb", "VAT", "980780684"},
	{"gb", "VAT", "980780684001"},
	{"hr", "OIB", "33392005961"},
	{"hu", "VAT", "12892312"},
	{"ie", "VAT", "6433435F"},
	{"ie", "VAT", "6433435OA"},
	{"ie", "VAT", "8Z49289F"},
	{"it", "P.IVA", "00743110157"},
	{"lt", "PVM", "119511515"},
	{"lt", "PVM", "100001919017"},
	{"lu", "TVA", "15027442"},
	{"lv", "PVN", "40003521600"},
	{"mt", "VAT", "11679112"},
	{"nl", "BTW", "004495445B01"},
	{"pl", "NIP", "8567346215"},
	{"pt", "NIPC", "501964843"},
	{"ro", "CUI", "18547290"},
	{"se", "MOMS", "123456789701"},
	{"si", "DDV", "50223054"},
	{"sk", "VAT", "2022749619"},
	{"xi", "VAT", "980780684"},
};

static size_t tried;

/* Found in the same place both ways, and as this scheme's number. */
static void is_found(const char *text, const struct sample *sample, enum detect_kind kind)
{
	struct detect_options options = {0};
	struct collected fast = collect(&options, -1, text, strlen(text), 0, 0);
	options.byte_by_byte = true;
	struct collected slow = collect(&options, -1, text, strlen(text), 0, 0);
	st_auto_free char *wanted = st_format("%s ", detect_kind_name(kind));
	if (strncmp((char *)fast.lines.data, wanted, strlen(wanted)) != 0)
		CHECK_FAIL("%s in \"%s\": %s", sample->scheme, text, (char *)fast.lines.data);
	if (strcmp((char *)fast.lines.data, (char *)slow.lines.data) != 0)
		CHECK_FAIL("\"%s\": %s but byte by byte %s", text, (char *)fast.lines.data, (char *)slow.lines.data);
	st_buf_free(&fast.lines);
	st_buf_free(&slow.lines);
	tried++;
}

/* The number as the shape says, wildcards by `sign`; false when it has another length. */
static bool spell(const char *number, const char *shape, char sign, char *out)
{
	while (*shape != 0 && *shape != '|') {
		if (*shape >= '0' && *shape <= '9') {
			for (unsigned long left = strtoul(shape, (char **)(uintptr_t)&shape, 10); left > 0; left--) {
				if (*number == 0)
					return false;
				*out++ = *number++;
			}
			continue;
		}
		*out++ = *shape == '*' ? sign : *shape == '_' ? (sign == '-' ? ' ' : sign) : *shape;
		shape++;
	}
	*out = 0;
	return *number == 0;
}

static void in_every_text(
	const struct sample *sample, const struct official_scheme *scheme, enum detect_kind kind, const char *spelt)
{
	static const char *const behind_code[] = {"", " ", "-"};
	static const char *const texts[] = {
		"%s %s%s%s", "%s: %s%s%s, and", "{\"%s\":\"%s%s%s\"}", "%s\\n%s%s%s\n", "%s = %s%s%s x 1"};
	for (size_t t = 0; t < sizeof texts / sizeof *texts; t++)
		for (size_t s = 0; s < (scheme->code != NULL ? 4u : 1u); s++) {
			bool coded = s > 0;
			if (!coded && scheme->words == 0)
				continue; /* only with its code */
			if (!coded && strcmp(sample->label, "VAT") == 0 && !(scheme->words & OFFICIAL_WORDS(UKVAT)))
				continue;
			st_auto_free char *text = NULL;
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
			text = st_format(texts[t], sample->label, coded ? scheme->code : "",
				coded ? behind_code[s - 1] : "", spelt);
#pragma GCC diagnostic pop
			is_found(text, sample, kind);
		}
}

static void in_every_form(const struct sample *sample, const struct official_schemes *schemes)
{
	static const char signs[] = {' ', '.', '-'};
	char spelt[64];
	for (size_t i = 0; i < schemes->count; i++) {
		const struct official_scheme *scheme = &schemes->list[i];
		if (strcmp(scheme->name, sample->scheme) != 0)
			continue;
		in_every_text(sample, scheme, schemes->kind, sample->number);
		for (const char *shape = scheme->printed; shape != NULL; shape = strchr(shape, '|')) {
			shape += *shape == '|';
			for (size_t s = 0; s < sizeof signs; s++)
				if (spell(sample->number, shape, signs[s], spelt))
					in_every_text(sample, scheme, schemes->kind, spelt);
		}
	}
}

static void every_number_is_found_in_every_form_both_ways(void)
{
	for (size_t i = 0; i < sizeof samples / sizeof *samples; i++) {
		size_t before = tried;
		in_every_form(&samples[i], &official_national_ids);
		in_every_form(&samples[i], &official_vat_numbers);
		CHECK(tried > before);
	}
}

/* Rows of the tables in official_words.c: {"word", sets}; '=' marks whole words. */
static void every_word_of_the_tables_is_found_before_a_number(void)
{
	char line[256];
	size_t rows = 0;
	FILE *file = fopen(CASES_FOLDER "/../../../src/detect/official_words.c", "r");
	CHECK(file);
	while (fgets(line, sizeof line, file)) {
		const char *word = strncmp(line, "\t{\"", 3) == 0 ? line + 3 + (line[3] == '=') : NULL;
		if (!word)
			continue;
		st_auto_free char *text = st_format("%.*s: 12", (int)strcspn(word, "\""), word);
		struct detect_options options = {0};
		struct detect_window window = {(const uint8_t *)text, strlen(text), &options, NULL};
		if (official_words_before(&window, strlen(text) - 2) == 0)
			CHECK_FAIL("%s", text);
		rows++;
	}
	fclose(file);
	CHECK(rows > 200);
}

static void every_scheme_has_a_sample(void)
{
	const struct official_schemes *const tables[] = {&official_national_ids, &official_vat_numbers};
	for (size_t t = 0; t < 2; t++)
		for (size_t i = 0; i < tables[t]->count; i++) {
			bool any = false;
			for (size_t n = 0; n < sizeof samples / sizeof *samples; n++)
				any |= strcmp(samples[n].scheme, tables[t]->list[i].name) == 0;
			if (!any)
				CHECK_FAIL("%s", tables[t]->list[i].name);
		}
}

int main(void)
{
	RUN(every_scheme_has_a_sample);
	RUN(every_word_of_the_tables_is_found_before_a_number);
	RUN(every_number_is_found_in_every_form_both_ways);
	CHECK_END();
}
