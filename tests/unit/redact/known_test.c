/* Values known from elsewhere: what they make count, and known names wherever all their words stand. */
#include "base/ceilings.h"
#include "redact/known.h"
#include "redact/policy.h"

#include "check.h"

static struct st_span span(const char *text)
{
	return (struct st_span){(const uint8_t *)text, strlen(text)};
}

struct found {
	struct st_buf lines;
	uint64_t last_end;
	bool unsorted;
};

static void on_name(void *context, const struct detect_mention *m)
{
	struct found *found = context;
	found->unsorted |= m->start < found->last_end || m->end <= m->start;
	found->last_end = m->end;
	st_buf_format(&found->lines, "%llu-%llu %.*s\n", (unsigned long long)m->start, (unsigned long long)m->end,
		(int)m->canonical.size, (const char *)m->canonical.data);
}

/* What is found, one line for each; the caller frees. block 0: at once. */
static struct found search(const struct redact_known *known, struct st_span text, size_t block)
{
	struct found found = {{0}, 0, false};
	struct known_names *names = known_names_open(known, on_name, &found);
	for (size_t at = 0; at < text.size;) {
		size_t take = block == 0 || block > text.size - at ? text.size - at : block;
		known_names_feed(names, text.data + at, take);
		at += take;
		uint64_t settled = known_names_settled(names);
		if (settled > at || at - settled > CEIL_KNOWN_NAME_BYTES)
			CHECK_FAIL("settled at %llu of %zu", (unsigned long long)settled, at);
	}
	known_names_finish(names);
	known_names_close(names);
	st_buf_add_byte(&found.lines, 0);
	return found;
}

/* GARCIA with its accent, small. */
#define JOSE "jos\xc3\xa9 garc\xc3\xad\x61"

static struct redact_known *contacts(void)
{
	struct redact_known *known = redact_known_open();
	static const char *const names[] = {"anna rossi", "maria de la cruz", "jean-pierre dupont", JOSE,
		"niamh o'brien", "j smith", "cher", "anna maria rossi verdi"};
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (!redact_known_add(known, DETECT_PERSON_NAME, span(names[i])))
			CHECK_FAIL("%s: no room", names[i]);
	return known;
}

static void a_known_name_is_found_wherever_all_its_words_stand_side_by_side(void)
{
	static const struct {
		const char *text, *found;
	} rows[] = {
		{"login by anna rossi ok", "9-19 anna rossi\n"},
		{"ANNA ROSSI", "0-10 anna rossi\n"},
		{"Rossi, Anna; Bianchi", "0-11 anna rossi\n"},
		{"rossi anna", "0-10 anna rossi\n"},
		{"user=anna.rossi&x", "5-15 anna rossi\n"},
		{"user=anna_rossi85", "5-15 anna rossi\n"},
		{"Anna\n  Rossi", "0-12 anna rossi\n"},
		{"{\"m\":\"\\nAnna Rossi\\n\"}", "8-18 anna rossi\n"},
		{"Anna\\tRossi", "0-11 anna rossi\n"},
		{"Anna\xc2\xa0Rossi", "0-11 anna rossi\n"},
		{"Anna Rossi's and 'Anna Rossi'", "0-10 anna rossi\n18-28 anna rossi\n"},
		{"Anna Rossi\xe2\x80\x99s", "0-10 anna rossi\n"},
		{"anna rossi anna rossi", "0-10 anna rossi\n11-21 anna rossi\n"},
		{"anna anna rossi", "5-15 anna rossi\n"},
		{"Anna Maria Rossi Verdi", "0-22 anna maria rossi verdi\n"},
		{"VERDI ROSSI, ANNA MARIA", "0-23 anna maria rossi verdi\n"},
		{"de la cruz maria", "0-16 maria de la cruz\n"},
		{"DUPONT Jean-Pierre", "0-18 jean-pierre dupont\n"},
		{"Jean Pierre Dupont", "0-18 jean-pierre dupont\n"},
		{"JOS\xc3\x89 GARC\xc3\x8d"
		 "A",
			"0-13 jos\xc3\xa9 garc\xc3\xad"
			"a\n"},
		{"Jos\\u00e9 Garc\\u00eda", "0-21 " JOSE "\n"},
		{"jose\xcc\x81 garcia", ""},
		{"Niamh O\xe2\x80\x99"
		 "Brien",
			"0-15 niamh o'brien\n"},
		{"\xff"
		 "anna rossi\xff",
			"1-11 anna rossi\n"},
		{"rossi", ""},
		{"Anna and Rossi", ""},
		{"Anna: Rossi", ""},
		{"Anna,, Rossi", ""},
		{"Anna     Rossi", ""},
		{"Annalisa Rossi", ""},
		{"j smith, cher", ""},
		{"anna\xff"
		 " rossi",
			""},
		{"", ""},
	};
	struct redact_known *known = contacts();
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		for (size_t block = 0; block < 4; block++) {
			struct found found = search(known, span(rows[i].text), block);
			if (strcmp((const char *)found.lines.data, rows[i].found) != 0)
				CHECK_FAIL(
					"%s in blocks of %zu: %s", rows[i].text, block, (const char *)found.lines.data);
			st_buf_free(&found.lines);
		}
	}
	redact_known_close(known);
}

static void the_cutting_of_the_input_leaves_no_trace(void)
{
	static const char *const pieces[] = {"anna", "Rossi", " ", ", ", "maria", "\\u0061", "\\n", "'s", "verdi",
		"\xff", "\xc3", "\xc2\xa0", "de", "la", "cruz", "-", "x",
		"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"};
	struct redact_known *known = contacts();
	uint64_t seed = 7;
	for (int round = 0; round < 2000; round++) {
		st_auto_buf struct st_buf text = {0};
		for (int i = 0; i < 30; i++) {
			seed = seed * 6364136223846793005u + 1442695040888963407u;
			const char *piece = pieces[(seed >> 33) % (sizeof pieces / sizeof *pieces)];
			st_buf_add(&text, piece, strlen(piece));
		}
		struct found whole = search(known, (struct st_span){text.data, text.size}, 0);
		struct found cut = search(known, (struct st_span){text.data, text.size}, 1 + (size_t)round % 7);
		if (whole.unsorted || strcmp((const char *)whole.lines.data, (const char *)cut.lines.data) != 0)
			CHECK_FAIL("%.*s", (int)text.size, (const char *)text.data);
		st_buf_free(&whole.lines);
		st_buf_free(&cut.lines);
	}
	redact_known_close(known);
}

static void letters_without_end_hold_nothing_back(void)
{
	struct redact_known *known = contacts();
	struct st_buf text = {0};
	st_buf_format(&text, "anna rossi anna ");
	for (int i = 0; i < 3000; i++)
		st_buf_format(&text, i % 2 ? "\\u0061" : "b");
	struct found found = search(known, (struct st_span){text.data, text.size}, 1);
	CHECK_TEXT((const char *)found.lines.data, "0-10 anna rossi\n");
	st_buf_free(&found.lines);
	st_buf_free(&text);
	redact_known_close(known);
}

static bool confirms(const struct redact_known *known, enum detect_kind kind, const char *canonical)
{
	struct detect_mention mention = {.kind = kind, .tentative = true, .canonical = span(canonical)};
	return redact_known_confirms(known, &mention);
}

static void a_tentative_mention_counts_when_its_value_or_domain_or_template_is_known(void)
{
	struct redact_known *known = redact_known_open();
	CHECK(redact_known_add(known, DETECT_EMAIL_ADDRESS, span("anna.rossi@contoso.example")));
	CHECK(redact_known_add(known, DETECT_CASE_NUMBER, span("PRJ-4471-0131")));
	CHECK(redact_known_add(known, DETECT_IBAN, span("GB82WEST12345698765432")));
	CHECK(confirms(known, DETECT_EMAIL_ADDRESS, "xyz@contoso.example"));
	CHECK(confirms(known, DETECT_PERSON_NAME, "anna rossi"));
	CHECK(confirms(known, DETECT_CASE_NUMBER, "PRJ-4471-0131"));
	CHECK(confirms(known, DETECT_CASE_NUMBER, "PRJ-9982-7777"));
	CHECK(!confirms(known, DETECT_EMAIL_ADDRESS, "xyz@fabrikam.example"));
	CHECK(!confirms(known, DETECT_PERSON_NAME, "rossi"));
	CHECK(!confirms(known, DETECT_PERSON_NAME, "contoso.example"));
	CHECK(!confirms(known, DETECT_CASE_NUMBER, "ABC-4471-01"));
	CHECK(!confirms(known, DETECT_IBAN, "GB82WEST12345698765432"));
	redact_known_close(known);
}

static void the_name_beside_an_address_is_learnt(void)
{
	struct redact_known *known = redact_known_open();
	struct detect_mention mention = {
		.kind = DETECT_EMAIL_ADDRESS, .canonical = span("ar@contoso.example"), .holder = span("anna rossi")};
	CHECK(redact_known_learn(known, &mention));
	CHECK(confirms(known, DETECT_PERSON_NAME, "anna rossi"));
	struct found found = search(known, span("by ROSSI Anna."), 0);
	CHECK_TEXT((const char *)found.lines.data, "3-13 anna rossi\n");
	st_buf_free(&found.lines);
	redact_known_close(known);
}

static void what_is_saved_is_what_is_loaded_and_holds_no_value(void)
{
	struct redact_known *known = contacts(), *again;
	struct st_buf saved = {0};
	redact_known_save(known, &saved);
	CHECK(memmem(saved.data, saved.size, "rossi", 5) == NULL);
	again = redact_known_load((struct st_span){saved.data, saved.size});
	CHECK(again != NULL);
	CHECK_INT(redact_known_count(again), redact_known_count(known));
	struct found found = search(again, span("verdi rossi anna maria"), 0);
	CHECK_TEXT((const char *)found.lines.data, "0-22 anna maria rossi verdi\n");
	st_buf_free(&found.lines);
	CHECK(redact_known_load((struct st_span){saved.data, saved.size - 1}) == NULL);
	CHECK(redact_known_load((struct st_span){saved.data, 0}) == NULL);
	saved.data[0] ^= 1;
	CHECK(redact_known_load((struct st_span){saved.data, saved.size}) == NULL);
	st_buf_free(&saved);
	redact_known_close(again);
	redact_known_close(known);
}

static void more_values_than_the_ceiling_are_refused(void)
{
	struct redact_known *known = redact_known_open();
	char name[32];
	int i = 0;
	bool room = true;
	while (room && i <= CEIL_REDACT_KNOWN) {
		snprintf(name, sizeof name, "PRJ%d", i++);
		room = redact_known_add(known, DETECT_CASE_NUMBER, span(name));
	}
	CHECK(!room);
	CHECK_INT(redact_known_count(known), CEIL_REDACT_KNOWN);
	CHECK(confirms(known, DETECT_CASE_NUMBER, "PRJ0"));
	redact_known_close(known);
}

/* --- in the stream, beside the detectors and a policy --- */

static bool keep(void *context, const void *data, size_t size)
{
	st_buf_add(context, data, size);
	return true;
}

static struct st_buf redacted(struct redact_options *options, struct st_span text, size_t block)
{
	struct st_buf out = {0};
	options->write = keep;
	options->context = &out;
	struct redact *redact = redact_open(options);
	for (size_t at = 0; at < text.size; at += block)
		redact_feed(redact, text.data + at, text.size - at < block ? text.size - at : block);
	redact_finish(redact, NULL);
	redact_close(redact);
	return out;
}

static void known_names_detectors_and_a_policy_give_one_output_for_every_cutting(void)
{
	static const char json[] =
		"{\"from\":\"Anna Rossi <anna.rossi@contoso.com>\",\"n\":41,\"log\":[\"ROSSI, Anna ok\","
		"\"anna_rossi@x maria de la cruz desk@contoso.com\"],\"note\":\"drop me, Anna Rossi\"}\n";
	struct redact_known *known = contacts();
	struct redact_policy *policy = NULL;
	CHECK_OK(redact_policy_open(
		span("fields: {note: drop, n: label}\nallow: [desk@contoso.com]\nkinds: {email_address: mask}\n"),
		&policy, &err));
	struct redact_options options = {
		.format = REDACT_JSONL, .mode = REDACT_LABEL, .known = known, .policy = policy};
	struct st_buf whole = redacted(&options, span(json), sizeof json);
	st_buf_add_byte(&whole, 0);
	CHECK_TEXT((const char *)whole.data,
		"{\"from\":\"[person_name] <[****]>\",\"n\":\"[field]\",\"log\":[\"[person_name] ok\","
		"\"[person_name]@x [person_name] desk@contoso.com\"],\"note\":\"\"}\n");
	for (size_t block = 1; block < 100; block++) {
		struct st_buf cut = redacted(&options, span(json), block);
		if (cut.size + 1 != whole.size || memcmp(cut.data, whole.data, cut.size) != 0)
			CHECK_FAIL("blocks of %zu: %.*s", block, (int)cut.size, (const char *)cut.data);
		st_buf_free(&cut);
	}
	st_buf_free(&whole);
	redact_policy_close(policy);
	redact_known_close(known);
}

int main(void)
{
	RUN(a_known_name_is_found_wherever_all_its_words_stand_side_by_side);
	RUN(the_cutting_of_the_input_leaves_no_trace);
	RUN(letters_without_end_hold_nothing_back);
	RUN(a_tentative_mention_counts_when_its_value_or_domain_or_template_is_known);
	RUN(the_name_beside_an_address_is_learnt);
	RUN(what_is_saved_is_what_is_loaded_and_holds_no_value);
	RUN(more_values_than_the_ceiling_are_refused);
	RUN(known_names_detectors_and_a_policy_give_one_output_for_every_cutting);
	CHECK_END();
}
