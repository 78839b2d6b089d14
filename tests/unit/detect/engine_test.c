/* The engine: contract 4 row by row, the same mentions for every cutting, overlaps, domains seen elsewhere. */
#include "check.h"
#include "collect.h"

#include "base/ceilings.h"
#include "detect/sieve.h"

#define COUNT(list) (sizeof(list) / sizeof(list)[0])

struct row {
	const char *input;
	size_t start, end; /* end 0: nothing is found */
	const char *text, *canonical, *form;
};

static const struct row contract[] = {
	{"mail anna.rossi@contoso.com.", 5, 27, "anna.rossi@contoso.com", "anna.rossi@contoso.com", "plain"},
	{"<Anna.Rossi@Contoso.COM>", 1, 23, "Anna.Rossi@Contoso.COM", "anna.rossi@contoso.com", "plain"},
	{"mailto:ops+eu@contoso.com?x=1", 7, 25, "ops+eu@contoso.com", "ops+eu@contoso.com", "plain"},
	{"scrivi a info@b\xc3\xbc"
	 "cher.example oggi",
		9, 29,
		"info@b\xc3\xbc"
		"cher.example",
		"info@xn--bcher-kva.example", "plain"},
	{"XYZ @contoso com", 0, 16, "XYZ @contoso com", "xyz@contoso.com", "obfuscated"},
	{"to mail maria @ fabrikam . it", 8, 29, "maria @ fabrikam . it", "maria@fabrikam.it", "obfuscated"},
	{"(joe [at] contoso [dot] com)", 1, 27, "joe [at] contoso [dot] com", "joe@contoso.com", "obfuscated"},
	{"joe at contoso dot com", 0, 22, "joe at contoso dot com", "joe@contoso.com", "obfuscated"},
	{"luca chiocciola contoso punto it", 0, 32, "luca chiocciola contoso punto it", "luca@contoso.it",
		"obfuscated"},
	{"zoe arobase contoso point fr", 0, 28, "zoe arobase contoso point fr", "zoe@contoso.fr", "obfuscated"},
	{"x&#64;contoso.com", 0, 17, "x&#64;contoso.com", "x@contoso.com", "encoded"},
	{"u=eve%40contoso.com&v=1", 2, 19, "eve%40contoso.com", "eve@contoso.com", "encoded"},
	{"bob=40contoso.com", 0, 17, "bob=40contoso.com", "bob@contoso.com", "encoded"},
	{"\"anna\\u0040contoso.com\"", 1, 22, "anna\\u0040contoso.com", "anna@contoso.com", "encoded"},
	{"\"\\nanna@contoso.com\"", 3, 19, "anna@contoso.com", "anna@contoso.com", "plain"},
	{"dan\xef\xbc\xa0"
	 "contoso.com",
		0, 17,
		"dan\xef\xbc\xa0"
		"contoso.com",
		"dan@contoso.com", "encoded"},
	{"ev\xe2\x80\x8b"
	 "e@contoso.com",
		0, 18,
		"ev\xe2\x80\x8b"
		"e@contoso.com",
		"eve@contoso.com", "encoded"},
	{"na me@contoso.com", 3, 17, "me@contoso.com", "me@contoso.com", "plain"},
	{"icon@2x.png pkg@1.2.3 @Override", 0, 0, "", "", ""},
	{"meet at noon. com ports", 0, 0, "", "", ""},
	{"thanks @alice is here", 0, 0, "", "", ""},
};

struct last {
	struct detect_mention mention;
	char text[64], canonical[64];
	size_t count;
};

static void keep_last(void *context, const struct detect_mention *mention)
{
	struct last *last = context;
	last->mention = *mention;
	snprintf(last->text, sizeof last->text, "%.*s", (int)mention->text.size, (const char *)mention->text.data);
	snprintf(last->canonical, sizeof last->canonical, "%.*s", (int)mention->canonical.size,
		(const char *)mention->canonical.data);
	last->count++;
}

static void every_row_of_contract_4_holds_byte_for_byte(void)
{
	for (size_t i = 0; i < COUNT(contract); i++) {
		const struct row *row = &contract[i];
		struct last last = {0};
		struct detect *detect = detect_open(NULL, keep_last, &last);
		detect_feed(detect, row->input, strlen(row->input));
		detect_finish(detect);
		detect_close(detect);
		bool same = row->end == 0 ? last.count == 0
					  : last.count == 1 && last.mention.kind == DETECT_EMAIL_ADDRESS &&
						    last.mention.start == row->start && last.mention.end == row->end &&
						    strcmp(last.text, row->text) == 0 &&
						    strcmp(last.canonical, row->canonical) == 0 &&
						    strcmp(detect_form_name(last.mention.form), row->form) == 0 &&
						    !last.mention.tentative;
		if (!same)
			CHECK_FAIL("%s: %zu mentions, [%llu,%llu) %s", row->input, last.count,
				(unsigned long long)last.mention.start, (unsigned long long)last.mention.end,
				last.canonical);
	}
}

/* Is what is found the same for every cutting of this text? */
static bool cuts_agree(const struct detect_options *options, const void *text, size_t size, const char *name)
{
	static const size_t blocks[] = {1, 7, 64, 4096, 65536};
	struct collected whole = collect(options, -1, text, size, 0, 0);
	bool same = !whole.unsorted && !whole.wrong_text;
	for (size_t i = 0; same && i < COUNT(blocks) + 4; i++) {
		size_t block = i < COUNT(blocks) ? blocks[i] : 3000;
		struct collected cut = collect(options, -1, text, size, block, i < COUNT(blocks) ? 0 : i * 7919);
		same = cut.lines.size == whole.lines.size &&
		       memcmp(cut.lines.data, whole.lines.data, cut.lines.size) == 0 && !cut.unsorted &&
		       !cut.wrong_text;
		if (!same)
			CHECK_FAIL("%s, blocks of %zu: %zu mentions, uncut %zu", name, block, cut.count, whole.count);
		st_buf_free(&cut.lines);
	}
	st_buf_free(&whole.lines);
	return same;
}

static void every_row_is_found_alike_however_it_is_cut(void)
{
	for (size_t i = 0; i < COUNT(contract); i++)
		cuts_agree(NULL, contract[i].input, strlen(contract[i].input), contract[i].input);
}

static uint64_t next_random(uint64_t *state)
{
	*state = *state * 6364136223846793005u + 1442695040888963407u;
	return *state >> 33;
}

/* Rows of the contract, numbers of every kind, noise, broken UTF-8 and long lines, in an order that a seed decides. */
static void build_corpus(struct st_buf *out, size_t size, uint64_t seed)
{
	static const char *const pieces[] = {"tel +39 340 123 4567", "4111 1111 1111 1111",
		"GB82 WEST 1234 5698 7654 32", "10.0.0.1 2001:db8::1", "1234 5678 9012 3456 7890 1234", "\xff\xfe",
		"x @contoso fr", "y@contoso.fr", "z @elsewhere it", "\xc3\xa9t\xc3\xa9", "2026-11-21T20:00:00.000Z",
		"000000000000000000000000", "@@@@@@", "at at at", "a@b@c@d.com", "&#&#&#64;&#", "%40%40%40",
		"\\\\\\\\\\u0040"};
	while (out->size < size) {
		uint64_t choice = next_random(&seed) % (COUNT(contract) + COUNT(pieces) + 4);
		const char *piece = choice < COUNT(contract)                   ? contract[choice].input
				    : choice < COUNT(contract) + COUNT(pieces) ? pieces[choice - COUNT(contract)]
									       : "";
		st_buf_add(out, piece, strlen(piece));
		for (uint64_t noise = *piece ? 0 : next_random(&seed) % 600; noise > 0; noise--)
			st_buf_add_byte(out, "abc @.-_=%&0123456789\0\n\xc3\xa4"[next_random(&seed) % 25]);
		static const char separators[] = {' ', '\n', ',', ';', '\t', '.', '\0', '<'};
		st_buf_add_byte(out, (uint8_t)separators[next_random(&seed) % 8]);
	}
}

static void a_mixed_corpus_is_found_alike_however_it_is_cut(void)
{
	for (uint64_t seed = 1; seed <= 4; seed++) {
		st_auto_buf struct st_buf corpus = {0};
		build_corpus(&corpus, 300000, seed);
		struct detect_options keep = {.keep_tentative = true};
		CHECK(cuts_agree(NULL, corpus.data, corpus.size, "corpus"));
		CHECK(cuts_agree(&keep, corpus.data, corpus.size, "corpus, tentative ones kept"));
	}
}

/* Is the same found 64 bytes at a time as byte by byte, with and without regions? */
static bool ways_agree(const uint8_t *text, size_t size, size_t block)
{
	static const char *const regions[] = {"IT", "US", "DE", NULL};
	bool same = true;
	for (int with = 0; with < 2; with++) {
		struct detect_options options = {.regions = with ? regions : NULL, .keep_tentative = with};
		struct collected fast = collect(&options, -1, text, size, block, 0);
		options.byte_by_byte = true;
		struct collected slow = collect(&options, -1, text, size, 0, 0);
		same &= fast.lines.size == slow.lines.size &&
			(fast.lines.size == 0 || memcmp(fast.lines.data, slow.lines.data, fast.lines.size) == 0);
		st_buf_free(&fast.lines);
		st_buf_free(&slow.lines);
	}
	return same;
}

static void sixty_four_at_a_time_finds_what_byte_by_byte_finds(void)
{
	static const char *const alphabets[] = {"0123456789 .-:+\n04",
		"abcdef0123456789:.[] \n::", "abct@.-_=%&0123456789\n \xc3\xa4:/()+[]\\u4e",
		"aAt @.com4%=(&#;)\xef\xbc\xa0\xc2\xa0\x90\x91"};
	/* made of pieces that numbers of authorities are made of */
	static const char *const pieces[] = {"1", "12", "123", "1234", "12345", "123456", "1234567", "12345678",
		"123456789", "RSSMRA", "RSS", "MRA", "85T10", "A562S", "85", "T10", "AB", "C", "Z", "K7", "4K", "U",
		"B01", "8Z49289F", "2A", "GB", "FR", "IT", "DE", "NL", "CHE", "ATU", "ESA", "SSN", "=VAT ", "C.F. ",
		"\\n", " ", " ", " ", "-", ".", "/", "+", "\n", "\"", "%20", "&nbsp;", "\xc2\xa0", "\xe2\x80\x8b",
		"\xef\xbc\x91", "536-90-4399", "943 476 5919", "1 84 12 76 451 089 46", "2.2"};
	static const size_t blocks[] = {0, 1, 63, 64, 65, 4096};
	for (size_t i = 0; i < COUNT(alphabets) * COUNT(blocks); i++) {
		const char *alphabet = alphabets[i / COUNT(blocks)];
		uint64_t seed = i + 1;
		st_auto_buf struct st_buf text = {0};
		while (text.size < 40000 + i)
			st_buf_add_byte(&text, (uint8_t)alphabet[next_random(&seed) % strlen(alphabet)]);
		if (!ways_agree(text.data, text.size, blocks[i % COUNT(blocks)]))
			CHECK_FAIL("alphabet %zu, blocks of %zu", i / COUNT(blocks), blocks[i % COUNT(blocks)]);
	}
	for (size_t i = 0; i < 3 * COUNT(blocks); i++) {
		uint64_t seed = i + 100;
		st_auto_buf struct st_buf text = {0};
		while (text.size < 60000) {
			const char *piece = pieces[next_random(&seed) % COUNT(pieces)];
			st_buf_add(&text, piece, strlen(piece));
		}
		if (!ways_agree(text.data, text.size, blocks[i % COUNT(blocks)]))
			CHECK_FAIL("pieces, seed %zu, blocks of %zu", i + 100, blocks[i % COUNT(blocks)]);
	}
	for (uint64_t seed = 21; seed <= 24; seed++) {
		st_auto_buf struct st_buf corpus = {0};
		build_corpus(&corpus, 200000, seed);
		CHECK(ways_agree(corpus.data, corpus.size, 0));
		for (size_t size = 0; size < 300; size++) /* every end of a word and of the text */
			CHECK(ways_agree(corpus.data + size, size, 0));
	}
}

/* A table that asks for too much is examined byte by byte: right, but slow, and nothing else would say so. */
static void the_table_of_detectors_fits_the_sieve(void)
{
	struct last last = {0};
	struct detect *detect = detect_open(NULL, keep_last, &last);
	bool sifted = detect_is_sifted(detect);
	detect_close(detect);
	CHECK(sifted || !sieve_here());
}

static void a_mention_is_whole_wherever_it_stands(void)
{
	st_auto_buf struct st_buf text = {0};
	for (size_t before = 0; before < 3000; before += 37) {
		text.size = 0;
		for (size_t i = 0; i < before; i++)
			st_buf_add_byte(&text, ' ');
		st_buf_add(&text, "anna.rossi@contoso.com ", 23);
		for (size_t i = 0; i < 2000; i++)
			st_buf_add_byte(&text, ' ');
		struct collected got = collect(NULL, -1, text.data, text.size, 64, 0);
		st_auto_free char *wanted =
			st_format("email_address %zu %zu anna.rossi@contoso.com plain 99\n", before, before + 22);
		CHECK_TEXT((char *)got.lines.data, wanted);
		st_buf_free(&got.lines);
	}
}

static void nul_and_broken_bytes_end_a_candidate(void)
{
	static const struct {
		const char *text;
		size_t size;
		const char *found;
	} rows[] = {{"anna@con\0toso.com", 17, ""},
		{"an\0na@contoso.com", 17, "email_address 3 17 na@contoso.com plain 99\n"},
		{"anna@con\xfftoso.com", 17, ""},
		{"an\xc3na@contoso.com", 17, "email_address 3 17 na@contoso.com plain 99\n"}, {"\0\0\0\0", 4, ""},
		{"", 0, ""}};
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct collected got = collect(NULL, -1, rows[i].text, rows[i].size, 0, 0);
		CHECK_TEXT((char *)got.lines.data, rows[i].found);
		st_buf_free(&got.lines);
	}
}

static void of_overlapping_candidates_the_longest_wins(void)
{
	static const char *const rows[][2] = {
		/* an address in digits is longer than the number in it */
		{"+393401234567@contoso.com", "email_address 1 25 393401234567@contoso.com plain 99\n"},
		{"10.0.0.1@contoso.com", "email_address 0 20 10.0.0.1@contoso.com plain 99\n"},
		/* one word belongs to one address */
		{"a@b.com@c.com", "email_address 0 7 a@b.com plain 99\n"},
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct collected got = collect(NULL, -1, rows[i][0], strlen(rows[i][0]), 0, 0);
		if (strcmp((char *)got.lines.data, rows[i][1]) != 0)
			CHECK_FAIL("%s: %s", rows[i][0], (char *)got.lines.data);
		st_buf_free(&got.lines);
	}
}

static void mentions_never_overlap_in_long_chains(void)
{
	st_auto_buf struct st_buf text = {0};
	for (size_t i = 0; i < 30000; i++)
		st_buf_add(&text, "xy dot com at ", 14);
	struct collected got = collect(NULL, -1, text.data, text.size, 0, 0);
	CHECK(!got.unsorted && !got.wrong_text && got.count > 0);
	st_buf_free(&got.lines);
	text.size = 0;
	for (size_t i = 0; i < 30000; i++)
		st_buf_add(&text, "+39 340 123 4567 ", 17);
	got = collect(NULL, -1, text.data, text.size, 0, 0);
	CHECK(!got.unsorted && !got.wrong_text && got.count > 0);
	st_buf_free(&got.lines);
}

static const char tentative[] = "x @contoso fr, a@b.com, y@contoso.fr";

static void a_space_for_the_dot_counts_when_its_domain_is_seen_anywhere(void)
{
	struct collected got = collect(NULL, -1, tentative, strlen(tentative), 0, 0);
	CHECK_TEXT((char *)got.lines.data,
		"email_address 0 13 x@contoso.fr obfuscated 65\n"
		"email_address 15 22 a@b.com plain 99\nemail_address 24 36 y@contoso.fr plain 99\n");
	st_buf_free(&got.lines);
	got = collect(NULL, -1, tentative, strlen(tentative) - 1, 0, 0);
	CHECK_TEXT((char *)got.lines.data, "email_address 15 22 a@b.com plain 99\n");
	st_buf_free(&got.lines);
}

static void a_space_for_the_dot_counts_before_an_own_domain(void)
{
	static const char *const own[] = {"contoso.fr", NULL};
	struct detect_options options = {.own_domains = own};
	struct collected got = collect(&options, -1, "x @contoso fr", 13, 0, 0);
	CHECK_TEXT((char *)got.lines.data, "email_address 0 13 x@contoso.fr obfuscated 75\n");
	st_buf_free(&got.lines);
	got = collect(&options, -1, "x @mail.contoso fr", 18, 0, 0);
	CHECK_TEXT((char *)got.lines.data, "email_address 0 18 x@mail.contoso.fr obfuscated 75\n");
	st_buf_free(&got.lines);
	got = collect(&options, -1, "x @notcontoso fr", 16, 0, 0);
	CHECK_INT(got.count, 0);
	st_buf_free(&got.lines);
}

static void tentative_mentions_are_kept_when_asked_for(void)
{
	struct detect_options options = {.keep_tentative = true};
	struct collected got = collect(&options, -1, tentative, strlen(tentative), 0, 0);
	CHECK_TEXT((char *)got.lines.data,
		"email_address 0 13 x@contoso.fr obfuscated 65 tentative\n"
		"email_address 15 22 a@b.com plain 99\nemail_address 24 36 y@contoso.fr plain 99\n");
	st_buf_free(&got.lines);
}

static bool seen(const struct detect *detect, const char *domain)
{
	return detect_domain_seen(detect, (struct st_span){(const uint8_t *)domain, strlen(domain)});
}

static void domains_of_certain_mentions_are_remembered_until_the_next_input(void)
{
	struct last last = {0};
	struct detect *detect = detect_open(&(struct detect_options){.keep_tentative = true}, keep_last, &last);
	detect_feed(detect, tentative, strlen(tentative));
	detect_finish(detect);
	bool after_first = seen(detect, "contoso.fr") && seen(detect, "b.com") && !seen(detect, "contoso.com");
	detect_feed(detect, "x @contoso fr", 13);
	detect_finish(detect);
	bool after_second = !seen(detect, "contoso.fr") && last.mention.tentative && last.mention.start == 0;
	detect_close(detect);
	CHECK(after_first);
	CHECK(after_second);
}

static void what_waits_for_its_domain_is_bounded(void)
{
	st_auto_buf struct st_buf text = {0};
	for (unsigned i = 0; i < CEIL_TENTATIVE_MENTIONS + 100; i++) {
		char piece[32];
		st_buf_add(&text, piece, (size_t)snprintf(piece, sizeof piece, "x%u @contoso fr\n", i));
	}
	st_buf_add(&text, "y@contoso.fr", 12);
	struct collected got = collect(NULL, -1, text.data, text.size, 0, 0);
	struct collected cut = collect(NULL, -1, text.data, text.size, 777, 0);
	bool same = got.count == cut.count && strcmp((char *)got.lines.data, (char *)cut.lines.data) == 0;
	size_t count = got.count;
	st_buf_free(&got.lines);
	st_buf_free(&cut.lines);
	CHECK(same);
	CHECK_INT(count, CEIL_TENTATIVE_MENTIONS + 1); /* the first hundred were decided before the domain was seen */
}

static void settled_never_passes_a_mention_that_is_still_to_come(void)
{
	st_auto_buf struct st_buf corpus = {0};
	build_corpus(&corpus, 100000, 9);
	struct last last = {0};
	struct detect *detect = detect_open(NULL, keep_last, &last);
	uint64_t settled = 0;
	bool early = false, backward = false;
	for (size_t at = 0; at < corpus.size; at += 500) {
		size_t count = last.count;
		detect_feed(detect, corpus.data + at, corpus.size - at < 500 ? corpus.size - at : 500);
		early |= last.count == count + 1 && last.mention.start < settled;
		backward |= detect_settled(detect) < settled;
		settled = detect_settled(detect);
	}
	detect_finish(detect);
	bool end = detect_settled(detect) == corpus.size;
	detect_close(detect);
	CHECK(!early && !backward && end && settled > 0);
}

static void names_of_kinds_and_forms_are_those_of_the_contract(void)
{
	CHECK_TEXT(detect_kind_name(DETECT_EMAIL_ADDRESS), "email_address");
	CHECK_TEXT(detect_kind_name(DETECT_DATE_OF_BIRTH), "date_of_birth");
	CHECK(!detect_kind_name(DETECT_KINDS) && !detect_form_name(DETECT_FORMS));
	CHECK_TEXT(detect_form_name(DETECT_ENCODED), "encoded");
	CHECK_INT(strlen(detect_tables_sha256()), 64);
}

int main(void)
{
	RUN(every_row_of_contract_4_holds_byte_for_byte);
	RUN(every_row_is_found_alike_however_it_is_cut);
	RUN(a_mixed_corpus_is_found_alike_however_it_is_cut);
	RUN(sixty_four_at_a_time_finds_what_byte_by_byte_finds);
	RUN(the_table_of_detectors_fits_the_sieve);
	RUN(a_mention_is_whole_wherever_it_stands);
	RUN(nul_and_broken_bytes_end_a_candidate);
	RUN(of_overlapping_candidates_the_longest_wins);
	RUN(mentions_never_overlap_in_long_chains);
	RUN(a_space_for_the_dot_counts_when_its_domain_is_seen_anywhere);
	RUN(a_space_for_the_dot_counts_before_an_own_domain);
	RUN(tentative_mentions_are_kept_when_asked_for);
	RUN(domains_of_certain_mentions_are_remembered_until_the_next_input);
	RUN(what_waits_for_its_domain_is_bounded);
	RUN(settled_never_passes_a_mention_that_is_still_to_come);
	RUN(names_of_kinds_and_forms_are_those_of_the_contract);
	CHECK_END();
}
