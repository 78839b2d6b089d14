/* The one decision, over all that can be asked of it: every combination of its inputs, out of range too. */
#include "check.h"

#include "portal/release.h"

typedef void each_finding(const struct release_finding *f);

static void all_findings(each_finding *each)
{
	static const uint8_t confidences[] = {0, 1, 49, 50, 70, 100, 101, 255};
	for (unsigned state = 0; state <= RELEASE_SHARED + 1; state++)
		for (unsigned audience = 0; audience <= RELEASE_AUDIENCES; audience++)
			for (unsigned evidence = 0; evidence <= RELEASE_RULE + 1; evidence++)
				for (unsigned words = 0; words <= RELEASE_WORDS_COMMON + 1; words++)
					for (unsigned bits = 0; bits < 4; bits++)
						for (size_t c = 0; c < sizeof confidences && !check_failed; c++)
							each(&(struct release_finding){
								.state = (enum release_state)state,
								.audience = (enum release_audience)audience,
								.evidence = (enum release_evidence)evidence,
								.name_words = (enum release_words)words,
								.confidence = confidences[c],
								.subject = bits & 1,
								.document_is_alone = bits & 2});
}

/* Fails with the input that broke the rule. */
static void expect(const struct release_finding *f, bool holds, const char *rule)
{
	if (!holds)
		CHECK_FAIL(
			"%s: state %d audience %d subject %d evidence %d confidence %d alone %d words %d: grants %#x",
			rule, f->state, f->audience, f->subject, f->evidence, f->confidence, f->document_is_alone,
			f->name_words, release_decide(f));
}

static void nothing_given(const struct release_finding *f)
{
	bool nothing = !f->subject || (f->state != RELEASE_ATTRIBUTED && f->state != RELEASE_SHARED) ||
		       f->audience <= RELEASE_NOBODY || f->audience >= RELEASE_AUDIENCES ||
		       f->evidence < RELEASE_ADDRESS || f->evidence > RELEASE_RULE || f->confidence < 50 ||
		       f->confidence > 100;
	expect(f, !nothing || release_decide(f) == 0, "denied by default");
}

static void what_is_unknown_ambiguous_unattributed_weak_or_anothers_is_released_to_nobody(void)
{
	all_findings(nothing_given);
	CHECK_INT(release_decide(&(struct release_finding){0}), 0);
}

static void shared(const struct release_finding *f)
{
	unsigned g = release_decide(f);
	if (f->state == RELEASE_SHARED)
		expect(f,
			!(g & (RELEASE_NAME | RELEASE_DATE | RELEASE_DIGEST | RELEASE_DOCUMENT_DIGEST)) &&
				(f->evidence == RELEASE_ADDRESS || g == 0),
			"shared");
}

static void a_shared_record_shows_own_values_only_and_nothing_of_the_document(void)
{
	all_findings(shared);
}

static void names(const struct release_finding *f)
{
	bool free = f->name_words == RELEASE_WORDS_COMMON ||
		    (f->name_words == RELEASE_WORDS_UNSEEN && f->document_is_alone);
	if (release_decide(f) & RELEASE_NAME)
		expect(f, f->state == RELEASE_ATTRIBUTED && free, "name");
}

static void a_documents_name_is_shown_only_if_it_can_name_nobody_else(void)
{
	all_findings(names);
}

static void document_digests(const struct release_finding *f)
{
	if (release_decide(f) & RELEASE_DOCUMENT_DIGEST)
		expect(f, f->state == RELEASE_ATTRIBUTED && f->document_is_alone, "digest of the document");
}

static void a_documents_digest_is_shown_only_to_whom_all_of_it_is(void)
{
	all_findings(document_digests);
}

static void roles(const struct release_finding *f)
{
	if (f->audience == RELEASE_ROLE)
		expect(f, !(release_decide(f) & ~(unsigned)(RELEASE_COUNT | RELEASE_VALUE_KIND)), "role");
}

static void a_role_mailbox_gets_counts_and_kinds_and_nothing_else(void)
{
	all_findings(roles);
}

static void organizations(const struct release_finding *f)
{
	unsigned g = release_decide(f);
	if (g & RELEASE_VALUE_FULL)
		expect(f, f->audience == RELEASE_EMPLOYER && f->evidence == RELEASE_ADDRESS, "full");
	if (f->audience == RELEASE_ORGANIZATION || f->audience == RELEASE_EMPLOYER)
		expect(f, f->evidence == RELEASE_ADDRESS || !(g & (RELEASE_VALUE_MASK | RELEASE_VALUE_FULL)), "beside");
}

static void full_addresses_go_to_confirmed_employers_only_and_values_beside_to_no_organization(void)
{
	all_findings(organizations);
}

static void counted(const struct release_finding *f)
{
	unsigned g = release_decide(f);
	expect(f, g == 0 || (g & RELEASE_COUNT), "what is shown also counts");
}

static void nothing_is_shown_that_does_not_count(void)
{
	all_findings(counted);
}

static void a_record_of_one_person_alone_shows_name_date_digest_and_masked_values(void)
{
	struct release_finding f = {.state = RELEASE_ATTRIBUTED,
		.audience = RELEASE_PERSON,
		.subject = true,
		.evidence = RELEASE_BESIDE,
		.confidence = 80,
		.document_is_alone = true,
		.name_words = RELEASE_WORDS_UNSEEN};
	CHECK_INT(release_decide(&f), RELEASE_COUNT | RELEASE_RECORD_ROW | RELEASE_VALUE_KIND | RELEASE_VALUE_MASK |
					      RELEASE_DATE | RELEASE_DIGEST | RELEASE_NAME | RELEASE_DOCUMENT_DIGEST);
}

int main(void)
{
	RUN(what_is_unknown_ambiguous_unattributed_weak_or_anothers_is_released_to_nobody);
	RUN(a_shared_record_shows_own_values_only_and_nothing_of_the_document);
	RUN(a_documents_name_is_shown_only_if_it_can_name_nobody_else);
	RUN(a_documents_digest_is_shown_only_to_whom_all_of_it_is);
	RUN(a_role_mailbox_gets_counts_and_kinds_and_nothing_else);
	RUN(full_addresses_go_to_confirmed_employers_only_and_values_beside_to_no_organization);
	RUN(nothing_is_shown_that_does_not_count);
	RUN(a_record_of_one_person_alone_shows_name_date_digest_and_masked_values);
	CHECK_END();
}
