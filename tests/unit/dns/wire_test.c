/* DNS messages: names, questions, and what an answer says, whoever wrote it. */
#include "check.h"

#include "dns/wire.h"

#define ID 0x1234
#define AUTHORITY 0x8400

/* A packet in the making. */
struct packet {
	uint8_t bytes[4096];
	size_t size;
};

static void put(struct packet *p, const void *bytes, size_t size)
{
	memcpy(p->bytes + p->size, bytes, size);
	p->size += size;
}

static void put_u16(struct packet *p, unsigned value)
{
	put(p, (const uint8_t[]){(uint8_t)(value >> 8), (uint8_t)value}, 2);
}

static struct dns_name name_of(const char *text)
{
	struct dns_name name;
	if (!dns_name_parse(text, &name))
		abort();
	return name;
}

static void put_name(struct packet *p, const char *text)
{
	struct dns_name name = name_of(text);
	put(p, name.bytes, name.size);
}

/* Header and question; answers follow. */
static struct packet begin(unsigned flags, unsigned answers, const char *question, unsigned type)
{
	struct packet p = {.size = 0};
	put_u16(&p, ID);
	put_u16(&p, flags);
	put_u16(&p, 1);
	put_u16(&p, answers);
	put_u16(&p, 0);
	put_u16(&p, 0);
	put_name(&p, question);
	put_u16(&p, type);
	put_u16(&p, 1);
	return p;
}

/* owner NULL: the question's, by a pointer. */
static void put_record(struct packet *p, const char *owner, unsigned type, const void *data, size_t size)
{
	if (owner == NULL)
		put_u16(p, 0xc00c);
	else
		put_name(p, owner);
	put_u16(p, type);
	put_u16(p, 1);
	put_u16(p, 0);
	put_u16(p, 60);
	put_u16(p, (unsigned)size);
	put(p, data, size);
}

static void put_text(struct packet *p, const char *text)
{
	uint8_t data[256];
	size_t size = strlen(text);
	data[0] = (uint8_t)size;
	memcpy(data + 1, text, size);
	put_record(p, NULL, DNS_TXT, data, size + 1);
}

static enum dns_kind read(const struct packet *p, const char *name, const char *wanted, struct dns_texts *texts)
{
	struct dns_name asked = name_of(name), alias;
	return dns_answer_read((struct st_span){p->bytes, p->size}, ID, &asked,
		(struct st_span){(const uint8_t *)wanted, strlen(wanted)}, &alias, texts);
}

#define NAME "_exposure-challenge.contoso.com"

static void names_are_read_written_cut_and_made_longer(void)
{
	char text[DNS_NAME_TEXT], label[65];
	struct dns_name name = name_of("_A.Contoso.COM."), other = name_of("_a.contoso.com");
	CHECK(dns_name_equal(&name, &other));
	dns_name_text(&name, text);
	CHECK_TEXT(text, "_a.contoso.com.");
	CHECK(dns_name_cut(&name) && dns_name_cut(&name) && dns_name_cut(&name) && !dns_name_cut(&name));
	dns_name_text(&name, text);
	CHECK_TEXT(text, ".");
	CHECK(dns_name_prepend("com", &name) && dns_name_prepend("_x", &name));
	dns_name_text(&name, text);
	CHECK_TEXT(text, "_x.com.");
	for (size_t i = 0; i < sizeof label - 1; i++)
		label[i] = 'a';
	label[64] = 0;
	CHECK(!dns_name_prepend(label, &name) && !dns_name_prepend("", &name) && !dns_name_parse(label, &name));
	label[63] = 0;
	name = name_of(".");
	for (int i = 0; i < 3; i++)
		CHECK(dns_name_prepend(label, &name));
	CHECK(!dns_name_prepend(label, &name));
	CHECK_INT(name.size, 3 * 64 + 1);
}

static void what_is_no_name_is_refused(void)
{
	static const char *const wrong[] = {
		"..", ".com", "a..b", "a b", "a\\.b", "a.b..", "a@b", "\xc3\xbc.example", "a/b", "*.b"};
	struct dns_name name;
	for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
		if (dns_name_parse(wrong[i], &name))
			CHECK_FAIL("\"%s\" is a name", wrong[i]);
}

static void a_name_of_a_stranger_is_written_so_that_it_stays_one_name(void)
{
	const uint8_t target[] = {3, 'a', '.', 'b', 2, 0, '"', 0};
	struct packet p = begin(AUTHORITY, 1, NAME, DNS_TXT);
	struct dns_name asked = name_of(NAME), alias;
	struct dns_texts texts;
	char text[DNS_NAME_TEXT];
	put_record(&p, NULL, DNS_CNAME, target, sizeof target);
	CHECK_INT(dns_answer_read((struct st_span){p.bytes, p.size}, ID, &asked, (struct st_span){0}, &alias, &texts),
		DNS_ALIAS);
	dns_name_text(&alias, text);
	CHECK_TEXT(text, "a\\046b.\\000\\034.");
}

static void a_question_is_one_name_without_recursion(void)
{
	uint8_t out[DNS_QUESTION_BYTES];
	struct dns_name name = name_of("a.b");
	static const uint8_t want[] = {0x12, 0x34, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 1, 'a', 1, 'b', 0, 0, 16, 0, 1};
	CHECK_INT(dns_question_write(ID, &name, DNS_TXT, out), sizeof want);
	CHECK(memcmp(out, want, sizeof want) == 0);
}

static void one_text_is_the_wanted_one_or_none_is(void)
{
	struct dns_texts texts;
	struct packet p = begin(AUTHORITY, 2, NAME, DNS_TXT);
	put_text(&p, "v=spf1 -all");
	put_text(&p, "token");
	CHECK_INT(read(&p, NAME, "token", &texts), DNS_TEXTS);
	CHECK(texts.wanted && texts.count == 2);
	CHECK_INT(read(&p, NAME, "toke", &texts), DNS_TEXTS);
	CHECK(!texts.wanted);
	CHECK_INT(read(&p, NAME, "tokenv=spf1 -all", &texts), DNS_TEXTS);
	CHECK(!texts.wanted);
	CHECK_INT(read(&p, "contoso.com", "token", &texts), DNS_STRANGE);
}

static void strings_of_one_record_are_joined(void)
{
	const uint8_t pieces[] = {2, 't', 'o', 0, 3, 'k', 'e', 'n'};
	struct dns_texts joined, whole;
	struct packet p = begin(AUTHORITY, 1, NAME, DNS_TXT), q = begin(AUTHORITY, 1, NAME, DNS_TXT);
	put_record(&p, NULL, DNS_TXT, pieces, sizeof pieces);
	put_text(&q, "token");
	CHECK_INT(read(&p, NAME, "token", &joined), DNS_TEXTS);
	CHECK_INT(read(&q, NAME, "token", &whole), DNS_TEXTS);
	CHECK(joined.wanted && whole.wanted);
	CHECK(memcmp(joined.digest, whole.digest, sizeof whole.digest) == 0);
}

static void the_digest_is_of_the_set(void)
{
	static const char *const orders[][4] = {{"a", "b", "c", NULL}, {"c", "a", "b", NULL}, {"b", "a", "c", NULL}};
	struct dns_texts first, texts;
	for (size_t i = 0; i < 3; i++) {
		struct packet p = begin(AUTHORITY, 4, NAME, DNS_TXT);
		for (size_t j = 0; orders[i][j] != NULL; j++)
			put_text(&p, orders[i][j]);
		put_text(&p, "a");
		CHECK_INT(read(&p, NAME, "c", &texts), DNS_TEXTS);
		first = i == 0 ? texts : first;
		CHECK(memcmp(first.digest, texts.digest, sizeof texts.digest) == 0);
	}
	struct packet other = begin(AUTHORITY, 2, NAME, DNS_TXT);
	put_text(&other, "a");
	put_text(&other, "c");
	CHECK_INT(read(&other, NAME, "c", &texts), DNS_TEXTS);
	CHECK(memcmp(first.digest, texts.digest, sizeof texts.digest) != 0);
}

static void records_of_other_names_classes_and_types_do_not_count(void)
{
	struct dns_texts texts;
	struct packet p = begin(AUTHORITY, 3, NAME, DNS_TXT);
	put_record(&p, "x." NAME, DNS_TXT, "\5token", 6);
	put_record(&p, NULL, 99, "\5token", 6);
	put_text(&p, "token");
	p.bytes[p.size - 13] = 3; /* class CHAOS */
	CHECK_INT(read(&p, NAME, "token", &texts), DNS_NOTHING);
	CHECK_INT(texts.count, 0);
}

static void what_is_no_answer_to_the_question_is_strange_and_what_has_no_authority_lame(void)
{
	static const struct {
		unsigned flags, type;
		const char *question;
		enum dns_kind kind;
	} rows[] = {
		{AUTHORITY, DNS_TXT, NAME, DNS_TEXTS},
		{0x0400, DNS_TXT, NAME, DNS_STRANGE},          /* a question */
		{0x8400 | 0x2800, DNS_TXT, NAME, DNS_STRANGE}, /* an update */
		{AUTHORITY, DNS_A, NAME, DNS_STRANGE},
		{AUTHORITY, DNS_TXT, "contoso.com", DNS_STRANGE},
		{AUTHORITY, DNS_TXT, "_EXPOSURE-challenge.Contoso.com", DNS_TEXTS},
		{0x8000, DNS_TXT, NAME, DNS_LAME},
		{AUTHORITY | 2, DNS_TXT, NAME, DNS_LAME},
		{AUTHORITY | 5, DNS_TXT, NAME, DNS_LAME},
		{AUTHORITY | 0x0200, DNS_TXT, NAME, DNS_CUT},
		{AUTHORITY | 3, DNS_TXT, NAME, DNS_TEXTS},
	};
	struct dns_texts texts;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct packet p = begin(rows[i].flags, 1, rows[i].question, rows[i].type);
		put_text(&p, "token");
		enum dns_kind kind = read(&p, NAME, "token", &texts);
		if (kind != rows[i].kind)
			CHECK_FAIL("row %zu is %d, not %d", i, kind, rows[i].kind);
	}
}

static void every_cut_of_an_answer_is_damaged_and_says_nothing(void)
{
	struct dns_name asked = name_of(NAME), alias;
	struct dns_texts texts;
	struct packet p = begin(AUTHORITY, 2, NAME, DNS_TXT);
	size_t questions = p.size;
	put_text(&p, "token");
	put_text(&p, "other");
	for (size_t size = 0; size < p.size; size++) {
		enum dns_kind kind = dns_answer_read((struct st_span){p.bytes, size}, ID, &asked,
			(struct st_span){(const uint8_t *)"token", 5}, &alias, &texts);
		if (kind != (size < questions ? DNS_STRANGE : DNS_DAMAGED) || texts.wanted || texts.count != 0)
			CHECK_FAIL("%zu of %zu bytes are %d", size, p.size, kind);
	}
}

static void pointers_lead_backwards_only(void)
{
	struct dns_texts texts;
	static const unsigned wrong[] = {0xffff, 0xc031 /* itself */, 0xc033 /* ahead */};
	for (size_t i = 0; i < 3; i++) {
		struct packet p = begin(AUTHORITY, 1, NAME, DNS_TXT);
		size_t at = p.size;
		put_text(&p, "token");
		CHECK_INT(at, 0x31);
		p.bytes[at] = (uint8_t)(wrong[i] >> 8);
		p.bytes[at + 1] = (uint8_t)wrong[i];
		CHECK_INT(read(&p, NAME, "token", &texts), DNS_DAMAGED);
	}
}

static void a_text_and_an_alias_at_one_name_are_damaged(void)
{
	struct dns_texts texts;
	struct packet p = begin(AUTHORITY, 2, NAME, DNS_TXT);
	put_text(&p, "token");
	put_record(&p, NULL, DNS_CNAME, "\1x\3com", 7);
	CHECK_INT(read(&p, NAME, "token", &texts), DNS_DAMAGED);
	CHECK(!texts.wanted);
}

static void count(void *context, const uint8_t *address, size_t size)
{
	int *sum = context;
	*sum += (int)size * 100 + address[size - 1];
}

static void servers_and_addresses_are_read_and_too_many_are_refused(void)
{
	struct dns_name zone = name_of("contoso.com"), list[2];
	size_t found;
	int sum = 0;
	struct packet p = begin(0x8180, 3, "contoso.com", DNS_NS);
	put_record(&p, NULL, DNS_NS, "\3ns1\300\014", 6);
	put_record(&p, "com", DNS_NS, "\1x\3com", 7);
	put_record(&p, NULL, DNS_NS, "\3ns2\300\014", 6);
	struct st_span packet = {p.bytes, p.size};
	CHECK(dns_servers_read(packet, &zone, list, 2, &found) && found == 2);
	struct dns_name want = name_of("ns2.contoso.com");
	CHECK(dns_name_equal(&list[1], &want));
	CHECK(!dns_servers_read(packet, &zone, list, 1, &found));
	p = begin(0x8180, 2, "ns1.contoso.com", DNS_A);
	put_record(&p, NULL, DNS_CNAME, "\1x\3com", 7);
	put_record(&p, "x.com", DNS_A, "\300\0\2\7", 4);
	CHECK(dns_addresses_read((struct st_span){p.bytes, p.size}, DNS_A, count, &sum));
	CHECK_INT(sum, 407);
	CHECK(dns_addresses_read((struct st_span){p.bytes, p.size}, DNS_AAAA, count, &sum));
	CHECK_INT(sum, 407);
	p.bytes[p.size - 5] = 3;
	CHECK(!dns_addresses_read((struct st_span){p.bytes, p.size}, DNS_A, count, &sum));
}

static void a_referral_names_the_servers_of_the_zone_and_of_no_other(void)
{
	struct dns_name asked = name_of(NAME), zone = name_of("contoso.com"), list[2],
			want = name_of("ns1.contoso.com");
	size_t found;
	static const struct {
		unsigned flags;
		enum dns_kind kind;
	} rows[] = {{0x8000, DNS_REFERRAL}, {0x8100, DNS_REFERRAL}, {AUTHORITY, DNS_NOTHING},
		{AUTHORITY | 3, DNS_NOTHING}, {AUTHORITY | 2, DNS_LAME}, {0x8003, DNS_LAME}, {0x8005, DNS_LAME},
		{0x8200, DNS_CUT}, {0x0000, DNS_STRANGE}};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct packet p = begin(rows[i].flags, 0, NAME, DNS_TXT);
		p.bytes[9] = 3; /* in the section of authorities */
		put_record(&p, "contoso.com", DNS_NS, "\3ns1\300\040", 6);
		put_record(&p, "fabrikam.com", DNS_NS, "\3ns2\300\040", 6);
		put_record(&p, "contoso.com", 43, "\0\1", 2);
		enum dns_kind kind =
			dns_referral_read((struct st_span){p.bytes, p.size}, ID, &asked, &zone, list, 2, &found);
		if (kind != rows[i].kind || found != (kind == DNS_REFERRAL))
			CHECK_FAIL("row %zu is %d with %zu servers, not %d", i, kind, found, rows[i].kind);
		if (kind == DNS_REFERRAL && !dns_name_equal(&list[0], &want))
			CHECK_FAIL("row %zu has another server", i);
		zone = name_of("com");
		kind = dns_referral_read((struct st_span){p.bytes, p.size}, ID, &asked, &zone, list, 2, &found);
		if (kind == DNS_REFERRAL || found != 0)
			CHECK_FAIL("row %zu refers a zone that it does not name", i);
		zone = name_of("contoso.com");
		p.bytes[p.size - 3] = 9;
		if (dns_referral_read((struct st_span){p.bytes, p.size}, ID, &asked, &zone, list, 2, &found) ==
			DNS_REFERRAL)
			CHECK_FAIL("row %zu refers although it is damaged", i);
	}
}

int main(void)
{
	RUN(names_are_read_written_cut_and_made_longer);
	RUN(what_is_no_name_is_refused);
	RUN(a_name_of_a_stranger_is_written_so_that_it_stays_one_name);
	RUN(a_question_is_one_name_without_recursion);
	RUN(one_text_is_the_wanted_one_or_none_is);
	RUN(strings_of_one_record_are_joined);
	RUN(the_digest_is_of_the_set);
	RUN(records_of_other_names_classes_and_types_do_not_count);
	RUN(what_is_no_answer_to_the_question_is_strange_and_what_has_no_authority_lame);
	RUN(every_cut_of_an_answer_is_damaged_and_says_nothing);
	RUN(pointers_lead_backwards_only);
	RUN(a_text_and_an_alias_at_one_name_are_damaged);
	RUN(servers_and_addresses_are_read_and_too_many_are_refused);
	RUN(a_referral_names_the_servers_of_the_zone_and_of_no_other);
	return check_any_failed;
}
