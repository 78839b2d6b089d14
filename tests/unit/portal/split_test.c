/* Who gets what of a record: examples, and 200,000 random records against what may never happen. */
#include "check.h"

#include "detect/detect.h"
#include "portal/split.h"

#define MOST 12

struct seen {
	char text[8192];
	size_t size;
};

static bool is(struct st_span span, const char *text)
{
	return span.size == strlen(text) && memcmp(span.data, text, span.size) == 0;
}

static bool own_domain(void *context, struct st_span domain)
{
	(void)context;
	return is(domain, "northwind.com");
}

static bool carries(void *context, struct st_span address)
{
	(void)context;
	return memchr(address.data, '=', address.size) != NULL || memchr(address.data, '#', address.size) != NULL;
}

static bool employer(void *context, struct st_span domain)
{
	(void)context;
	return is(domain, "fabrikam.com");
}

static bool alone(void *context, struct st_span party)
{
	(void)context, (void)party;
	return true;
}

static enum release_words words(void *context, struct st_span party)
{
	(void)context, (void)party;
	return RELEASE_WORDS_UNSEEN;
}

static const struct split_knowledge knowledge = {own_domain, carries, employer, alone, words, NULL};

static void say(void *context, const struct split_part *part)
{
	struct seen *seen = context;
	int size =
		snprintf(seen->text + seen->size, sizeof seen->text - seen->size, "%.*s%s%s%s:", (int)part->party.size,
			(const char *)part->party.data, part->state == RELEASE_SHARED ? " shared" : "",
			part->record & RELEASE_NAME ? " name" : "", part->record & RELEASE_DIGEST ? " digest" : "");
	seen->size += (size_t)size;
	for (size_t i = 0; i < part->value_count; i++) {
		unsigned g = part->grants[i];
		size = snprintf(seen->text + seen->size, sizeof seen->text - seen->size, " %u%s", part->values[i],
			g & RELEASE_VALUE_FULL   ? "full"
			: g & RELEASE_VALUE_MASK ? "mask"
						 : "kind");
		seen->size += (size_t)size;
	}
	seen->size += (size_t)snprintf(seen->text + seen->size, sizeof seen->text - seen->size, ";");
}

static struct split_value value(enum detect_kind kind, const char *text)
{
	return (struct split_value){(uint8_t)kind, 90, {(const uint8_t *)text, strlen(text)}};
}

/* What is given of a record whose values are addresses, or other kinds written as KIND:TEXT. */
static const char *given(struct seen *seen, const char *ruled, const char *const *texts)
{
	struct split_value values[MOST];
	struct split_record record = {.values = values};
	for (; texts[record.value_count] != NULL; record.value_count++) {
		const char *text = texts[record.value_count];
		enum detect_kind kind = strncmp(text, "name:", 5) == 0   ? DETECT_PERSON_NAME
					: strncmp(text, "iban:", 5) == 0 ? DETECT_IBAN
					: strncmp(text, "link:", 5) == 0 ? DETECT_URL
					: strncmp(text, "firm:", 5) == 0 ? DETECT_ORGANIZATION_NAME
									 : DETECT_EMAIL_ADDRESS;
		values[record.value_count] = value(kind, kind == DETECT_EMAIL_ADDRESS ? text : text + 5);
	}
	if (ruled != NULL) {
		record.ruling = *ruled == 0 ? SPLIT_TO_NOBODY : SPLIT_TO_PARTY;
		record.ruled = (struct st_span){(const uint8_t *)ruled, strlen(ruled)};
		record.ruled_organization = strchr(ruled, '@') == NULL;
	}
	*seen = (struct seen){{0}, 0};
	split_record(&record, &knowledge, say, seen);
	return seen->text;
}
#define GIVEN(ruled, ...) given(&seen, ruled, (const char *const[]){__VA_ARGS__, NULL})

static void who_gets_what_of_some_records(void)
{
	struct seen seen;
	CHECK_TEXT(GIVEN(NULL, "anna@contoso.com", "iban:IT1"),
		"anna@contoso.com name digest: 0mask 1mask;contoso.com name digest: 0mask 1kind;");
	CHECK_TEXT(GIVEN(NULL, "anna@contoso.com", "bob@fabrikam.com", "iban:IT1"),
		"anna@contoso.com shared: 0mask;bob@fabrikam.com shared: 1mask;contoso.com shared: 0mask;"
		"fabrikam.com shared: 1full;");
	CHECK_TEXT(GIVEN(NULL, "anna@contoso.com", "eva@contoso.com", "name:eva"),
		"anna@contoso.com shared: 0mask;eva@contoso.com shared: 1mask;contoso.com name digest: 0mask 1mask "
		"2kind;");
	CHECK_TEXT(GIVEN(NULL, "anna@contoso.com", "name:anna", "name:bob"),
		"anna@contoso.com shared: 0mask;contoso.com name digest: 0mask 1kind 2kind;");
	CHECK_TEXT(GIVEN(NULL, "anna@contoso.com", "firm:fabrikam spa"),
		"anna@contoso.com name digest: 0mask 1mask;contoso.com shared: 0mask;");
	CHECK_TEXT(GIVEN(NULL, "anna@contoso.com", "support@northwind.com"),
		"anna@contoso.com name digest: 0mask;contoso.com name digest: 0mask;");
	CHECK_TEXT(GIVEN(NULL, "anna@contoso.com", "jo@northwind.com"),
		"anna@contoso.com shared: 0mask;jo@northwind.com shared: 1mask;contoso.com shared: 0mask;");
	CHECK_TEXT(GIVEN(NULL, "info@contoso.com", "iban:IT1"), "contoso.com name digest: 0mask 1kind;");
	CHECK_TEXT(GIVEN(NULL, "bounce+bob=fabrikam.com@contoso.com", "anna@contoso.com"),
		"anna@contoso.com shared: 1mask;contoso.com shared: 1mask;");
	CHECK_TEXT(
		GIVEN(NULL, "zoe@gmail.com", "link:https://fabrikam.com/x"), "zoe@gmail.com name digest: 0mask 1kind;");
	CHECK_TEXT(GIVEN(NULL, "zoe@gmail.com", "iban:IT1"), "zoe@gmail.com name digest: 0mask 1mask;");
}

static void what_names_nobody_or_only_maybe_somebody_is_given_to_nobody(void)
{
	struct seen seen;
	CHECK_TEXT(GIVEN(NULL, "name:anna", "iban:IT1"), "");
	CHECK_TEXT(GIVEN(NULL, "firm:contoso spa"), "");
	CHECK_TEXT(GIVEN(NULL, "bob_fabrikam.com#ext#@contoso.com"), "");
}

static void a_rule_gives_what_no_address_says_and_never_what_is_anothers(void)
{
	struct seen seen;
	CHECK_TEXT(GIVEN("contoso.com", "name:anna", "iban:IT1"), "contoso.com name digest: 0kind 1kind;");
	CHECK_TEXT(GIVEN("anna@contoso.com", "iban:IT1"), "anna@contoso.com name digest: 0mask;");
	CHECK_TEXT(GIVEN("contoso.com", "bob@fabrikam.com", "iban:IT1"),
		"bob@fabrikam.com shared: 0mask;fabrikam.com shared: 0full;");
	CHECK_TEXT(GIVEN("contoso.com", "zoe@gmail.com", "iban:IT1"), "zoe@gmail.com shared: 0mask;");
	CHECK_TEXT(GIVEN("", "anna@contoso.com"), "");
}

/* --- random records --- */

static const char *const addresses[] = {"anna@contoso.com", "eva@contoso.com", "bob@fabrikam.com", "zoe@gmail.com",
	"info@contoso.com", "sales@fabrikam.com", "support@northwind.com", "jo@northwind.com", "x=y@contoso.com",
	"max@mail.fabrikam.com"};
static const char *const organization_of[] = {
	"contoso.com", "contoso.com", "fabrikam.com", "", "contoso.com", "fabrikam.com", "", "", "", "fabrikam.com"};
static const bool is_person[] = {true, true, true, true, false, false, false, true, false, true};
static const bool is_neutral[] = {false, false, false, false, false, false, true, false, false, false};
#define ADDRESSES (sizeof addresses / sizeof addresses[0])

struct random_record {
	struct split_record record;
	struct split_value values[MOST];
	int which[MOST]; /* index of an address, -1 another kind */
	size_t names;
	char shown[1024];
};

static uint64_t state;
static unsigned pick(unsigned below)
{
	state = state * 6364136223846793005u + 1442695040888963407u;
	return (unsigned)(state >> 33) % below;
}

static void make(struct random_record *r)
{
	static const char *const rulings[] = {"contoso.com", "fabrikam.com", "anna@contoso.com"};
	bool taken[ADDRESSES] = {false};
	*r = (struct random_record){.record.values = r->values};
	size_t count = pick(6);
	for (size_t i = 0; i < count; i++) {
		unsigned a = pick(ADDRESSES + 4);
		if (a < ADDRESSES && taken[a])
			continue;
		if (a < ADDRESSES)
			taken[a] = true;
		static const char *const others[] = {"n1", "n2", "n3", "n4", "n5", "n6"};
		r->which[r->record.value_count] = a < ADDRESSES ? (int)a : -1;
		r->names += a == ADDRESSES;
		r->values[r->record.value_count++] = value(a < ADDRESSES    ? DETECT_EMAIL_ADDRESS
							   : a == ADDRESSES ? DETECT_PERSON_NAME
									    : DETECT_IBAN,
			a < ADDRESSES ? addresses[a] : others[i]);
	}
	unsigned ruling = pick(8);
	if (ruling < 4)
		r->record.ruling = ruling == 3 ? SPLIT_TO_NOBODY : SPLIT_TO_PARTY;
	if (ruling < 3) {
		r->record.ruled = (struct st_span){(const uint8_t *)rulings[ruling], strlen(rulings[ruling])};
		r->record.ruled_organization = ruling < 2;
	}
}

struct checking {
	const struct random_record *r;
	const char *broken;
};

/* Said anew, from the data of this test alone. */
static bool belongs(const struct random_record *r, size_t i, const struct split_part *part)
{
	int a = r->which[i];
	return a >= 0 && (part->organization ? is(part->party, organization_of[a])
					     : is_person[a] && is(part->party, addresses[a]));
}

static bool anybody_else(const struct random_record *r, const struct split_part *part)
{
	bool contoso = is(part->party, "anna@contoso.com") || is(part->party, "eva@contoso.com");
	bool fabrikam = is(part->party, "bob@fabrikam.com") || is(part->party, "max@mail.fabrikam.com");
	for (size_t i = 0; i < r->record.value_count; i++) {
		int a = r->which[i];
		bool own_role = a >= 0 && !part->organization && !is_person[a] &&
				((contoso && strcmp(organization_of[a], "contoso.com") == 0) ||
					(fabrikam && strcmp(organization_of[a], "fabrikam.com") == 0));
		if (a >= 0 && !is_neutral[a] && !belongs(r, i, part) && !own_role)
			return true;
	}
	return !part->organization && r->names > 1;
}

static void check_part(void *context, const struct split_part *part)
{
	struct checking *checking = context;
	const struct random_record *r = checking->r;
	bool member = false, ruled = r->record.ruling == SPLIT_TO_PARTY && part->party.size == r->record.ruled.size &&
				     memcmp(part->party.data, r->record.ruled.data, part->party.size) == 0;
	for (size_t i = 0; i < r->record.value_count; i++)
		member = member || belongs(r, i, part);
	if (r->record.ruling == SPLIT_TO_NOBODY)
		checking->broken = "a record that a rule keeps was given";
	if (!member && !ruled)
		checking->broken = "who is not in the record got something of it";
	bool else_there = anybody_else(r, part);
	if (else_there && (part->record & (RELEASE_NAME | RELEASE_DATE | RELEASE_DIGEST)))
		checking->broken = "name, date or digest of a record that holds somebody else";
	for (size_t i = 0; i < part->value_count; i++) {
		bool own = belongs(r, part->values[i], part);
		int a = r->which[part->values[i]];
		if (own != part->own[i])
			checking->broken = "a value is called own that is not, or the other way round";
		if (!own && (else_there || a >= 0))
			checking->broken = "a value of somebody else, or one that may be";
		if ((part->grants[i] & RELEASE_VALUE_FULL) && !is(part->party, "fabrikam.com"))
			checking->broken = "a full value without a confirmed employer";
	}
}

static void no_random_record_gives_a_party_what_is_anothers(void)
{
	size_t given_records = 0;
	for (state = 1; given_records < 100000 && !check_failed;) {
		struct random_record r;
		uint64_t seed = state;
		make(&r);
		struct checking checking = {&r, NULL};
		given_records += split_record(&r.record, &knowledge, check_part, &checking) > 0;
		if (checking.broken == NULL)
			continue;
		printf("# values:");
		for (size_t i = 0; i < r.record.value_count; i++)
			printf(" %.*s", (int)r.values[i].text.size, (const char *)r.values[i].text.data);
		printf(" ruling %d %.*s\n", r.record.ruling, (int)r.record.ruled.size,
			(const char *)r.record.ruled.data);
		CHECK_FAIL("%s (seed %" PRIu64 ")", checking.broken, seed);
	}
}

int main(void)
{
	RUN(who_gets_what_of_some_records);
	RUN(what_names_nobody_or_only_maybe_somebody_is_given_to_nobody);
	RUN(a_rule_gives_what_no_address_says_and_never_what_is_anothers);
	RUN(no_random_record_gives_a_party_what_is_anothers);
	CHECK_END();
}
