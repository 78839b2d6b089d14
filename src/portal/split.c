#include "portal/split.h"

#include "detect/detect.h"

#include <stdlib.h>

static bool same(struct st_span a, struct st_span b)
{
	return a.size == b.size && (a.size == 0 || memcmp(a.data, b.data, a.size) == 0);
}

struct st_span split_host(struct st_span address)
{
	const uint8_t *at = address.size > 0 ? memrchr(address.data, '@', address.size) : NULL;
	return at != NULL ? (struct st_span){at + 1, (size_t)(address.data + address.size - at - 1)}
			  : (struct st_span){0};
}

struct split_address split_address(const struct split_knowledge *knowledge, struct st_span address)
{
	struct split_address found = {0};
	struct st_span host = split_host(address);
	if (host.data == NULL || knowledge->carries_another(knowledge->context, address))
		return found;
	struct st_span local = {address.data, address.size - host.size - 1}, domain = detect_registrable_domain(host);
	bool own = domain.size > 0 && knowledge->is_own_domain(knowledge->context, domain);
	bool role = detect_is_role_mailbox(local);
	found.own_role = own && role;
	if (!role)
		found.person = address;
	if (domain.size > 0 && !own && !detect_is_free_mail(domain) && !detect_is_disposable(domain))
		found.organization = domain;
	return found;
}

/* --- one record --- */

struct splitting {
	const struct split_record *record;
	const struct split_knowledge *knowledge;
	void (*each)(void *context, const struct split_part *part);
	void *context;
	struct split_address *addresses; /* beside the values; of other kinds nothing */
	uint32_t *order;
	uint32_t *numbers;
	unsigned *grants;
	bool *own;
	size_t calls;
};

static struct st_span party_of(const struct split_address *address, bool organization)
{
	return organization ? address->organization : address->person;
}

static size_t count_kind(const struct split_record *record, uint8_t kind)
{
	size_t count = 0;
	for (size_t i = 0; i < record->value_count; i++)
		count += record->values[i].kind == kind;
	return count;
}

struct st_span split_label(struct st_span domain)
{
	const uint8_t *dot = domain.size > 0 ? memchr(domain.data, '.', domain.size) : NULL;
	return dot != NULL ? (struct st_span){domain.data, (size_t)(dot - domain.data)} : domain;
}

/* An organization's name is a party's own if its domain's label is the beginning of it, up to a word's end. */
static bool is_named_after(struct st_span name, struct st_span domain)
{
	struct st_span label = split_label(domain);
	return label.size > 0 && name.size >= label.size && memcmp(name.data, label.data, label.size) == 0 &&
	       (name.size == label.size || name.data[label.size] == ' ');
}

enum split_sign split_sign_of(uint8_t kind, struct st_span text, struct st_span party, bool organization)
{
	switch (kind) {
	case DETECT_ORGANIZATION_NAME:
		return organization && !is_named_after(text, party) ? SPLIT_SIGN : SPLIT_NO_SIGN;
	case DETECT_VAT_NUMBER:
		return organization ? SPLIT_SIGN_IF_TWO : SPLIT_NO_SIGN;
	case DETECT_PERSON_NAME:
	case DETECT_NATIONAL_ID:
	case DETECT_DATE_OF_BIRTH:
		return organization ? SPLIT_NO_SIGN : SPLIT_SIGN_IF_TWO;
	default:
		return SPLIT_NO_SIGN;
	}
}

static bool names_another(const struct split_record *record, struct st_span party, bool organization)
{
	for (size_t i = 0; i < record->value_count; i++) {
		const struct split_value *value = &record->values[i];
		enum split_sign sign = split_sign_of(value->kind, value->text, party, organization);
		if (sign == SPLIT_SIGN || (sign == SPLIT_SIGN_IF_TWO && count_kind(record, value->kind) > 1))
			return true;
	}
	return false;
}

/* Is there an address that is not the party's, and not a role mailbox of the operator? */
static bool holds_another_address(const struct splitting *s, struct st_span party, bool organization)
{
	for (size_t i = 0; i < s->record->value_count; i++) {
		const struct split_address *address = &s->addresses[i];
		if (s->record->values[i].kind != DETECT_EMAIL_ADDRESS || address->own_role ||
			same(party_of(address, organization), party))
			continue;
		/* a role mailbox of one's own organization is nobody else */
		bool of_ones_own = !organization && address->person.size == 0 && address->organization.size > 0 &&
				   same(address->organization, split_address(s->knowledge, party).organization);
		if (!of_ones_own)
			return true;
	}
	return false;
}

/* Does a rule say that the record is somebody else's? A person and the organization it is at are no strangers. */
static bool is_ruled_to_another(const struct splitting *s, struct st_span party, bool organization)
{
	const struct split_record *record = s->record;
	if (record->ruling != SPLIT_TO_PARTY || same(record->ruled, party))
		return false;
	if (record->ruled_organization == organization)
		return true;
	struct st_span mailbox = organization ? record->ruled : party, domain = organization ? party : record->ruled;
	return !same(split_address(s->knowledge, mailbox).organization, domain);
}

static enum release_state state_for(const struct splitting *s, struct st_span party, bool organization)
{
	const struct split_record *record = s->record;
	bool named = names_another(record, party, organization);
	return is_ruled_to_another(s, party, organization) || named || holds_another_address(s, party, organization)
		       ? RELEASE_SHARED
		       : RELEASE_ATTRIBUTED;
}

static struct release_finding finding_for(
	const struct splitting *s, struct st_span party, bool organization, enum release_state state)
{
	const struct split_knowledge *knowledge = s->knowledge;
	bool employer = organization && knowledge->is_employer(knowledge->context, party);
	return (struct release_finding){.state = state,
		.audience = !organization ? RELEASE_PERSON
			    : employer    ? RELEASE_EMPLOYER
					  : RELEASE_ORGANIZATION,
		.subject = true,
		.document_is_alone = knowledge->document_is_alone(knowledge->context, party),
		.name_words = knowledge->name_words(knowledge->context, party)};
}

static void add_grant(struct splitting *s, struct split_part *part, uint32_t value, bool own, unsigned granted)
{
	if (granted == 0)
		return;
	s->numbers[part->value_count] = value;
	s->grants[part->value_count] = granted & ~RELEASE_OF_THE_RECORD;
	s->own[part->value_count++] = own;
	part->record |= granted & RELEASE_OF_THE_RECORD;
}

/* The party's own values, and of a record of it alone what stands beside them. own[first..first+count) in order are its
 * addresses; a party by rule has none. */
static void give(struct splitting *s, struct st_span party, bool organization)
{
	const struct split_record *record = s->record;
	enum release_state state = state_for(s, party, organization);
	struct release_finding finding = finding_for(s, party, organization, state);
	struct split_part part = {.party = party,
		.organization = organization,
		.state = state,
		.audience = finding.audience,
		.values = s->numbers,
		.grants = s->grants,
		.own = s->own};
	bool ruled = record->ruling == SPLIT_TO_PARTY && record->ruled_organization == organization &&
		     same(record->ruled, party);
	for (uint32_t i = 0; i < record->value_count; i++) {
		bool own = record->values[i].kind == DETECT_EMAIL_ADDRESS &&
			   same(party_of(&s->addresses[i], organization), party);
		/* addresses of others, role mailboxes too, are never beside */
		if (!own && record->values[i].kind == DETECT_EMAIL_ADDRESS)
			continue;
		finding.evidence = own ? RELEASE_ADDRESS : ruled ? RELEASE_RULE : RELEASE_BESIDE;
		finding.names_a_host = record->values[i].kind == DETECT_URL;
		finding.confidence = record->values[i].confidence;
		add_grant(s, &part, i, own, release_decide(&finding));
	}
	if (ruled && part.record == 0) { /* a record without a value, or with weak ones: the rule speaks for it */
		finding.evidence = RELEASE_RULE;
		finding.confidence = 100;
		part.record = release_decide(&finding) & RELEASE_OF_THE_RECORD;
	}
	if (part.record == 0)
		return;
	s->calls++;
	s->each(s->context, &part);
}

/* Of a record of several parties each gets its own addresses, and nothing else is looked at. */
static void give_own(struct splitting *s, bool organization, const uint32_t *members, size_t count)
{
	struct st_span party = party_of(&s->addresses[members[0]], organization);
	struct release_finding finding = finding_for(s, party, organization, RELEASE_SHARED);
	struct split_part part = {.party = party,
		.organization = organization,
		.state = RELEASE_SHARED,
		.audience = finding.audience,
		.values = s->numbers,
		.grants = s->grants,
		.own = s->own};
	finding.evidence = RELEASE_ADDRESS;
	for (size_t i = 0; i < count; i++) {
		finding.confidence = s->record->values[members[i]].confidence;
		add_grant(s, &part, members[i], true, release_decide(&finding));
	}
	if (part.record == 0)
		return;
	s->calls++;
	s->each(s->context, &part);
}

struct ordering {
	const struct splitting *splitting;
	bool organization;
};

static int by_party(const void *left, const void *right, void *context)
{
	const struct ordering *o = context;
	uint32_t i = *(const uint32_t *)left, j = *(const uint32_t *)right;
	struct st_span a = party_of(&o->splitting->addresses[i], o->organization);
	struct st_span b = party_of(&o->splitting->addresses[j], o->organization);
	size_t common = a.size < b.size ? a.size : b.size;
	int order = common > 0 ? memcmp(a.data, b.data, common) : 0;
	order = order != 0 ? order : (a.size > b.size) - (a.size < b.size);
	return order != 0 ? order : (i > j) - (i < j);
}

/* Values that are addresses of parties, grouped by party. */
static size_t order_members(struct splitting *s, bool organization)
{
	struct ordering ordering = {s, organization};
	size_t count = 0;
	for (uint32_t i = 0; i < s->record->value_count; i++)
		if (party_of(&s->addresses[i], organization).size > 0)
			s->order[count++] = i;
	if (count > 1)
		qsort_r(s->order, count, sizeof *s->order, by_party, &ordering);
	return count;
}

static void give_level(struct splitting *s, bool organization)
{
	size_t count = order_members(s, organization), groups = 0;
	const struct split_record *record = s->record;
	bool ruled_here = record->ruling == SPLIT_TO_PARTY && record->ruled_organization == organization;
	for (size_t i = 0; i < count; i++)
		groups += i == 0 || !same(party_of(&s->addresses[s->order[i]], organization),
					    party_of(&s->addresses[s->order[i - 1]], organization));
	if (groups == 1)
		give(s, party_of(&s->addresses[s->order[0]], organization), organization);
	for (size_t start = 0, end; groups > 1 && start < count; start = end) {
		struct st_span party = party_of(&s->addresses[s->order[start]], organization);
		for (end = start + 1; end < count && same(party_of(&s->addresses[s->order[end]], organization), party);)
			end++;
		give_own(s, organization, s->order + start, end - start);
	}
	if (ruled_here && count == 0)
		give(s, record->ruled, organization);
}

size_t split_record(const struct split_record *record, const struct split_knowledge *knowledge,
	void (*each)(void *context, const struct split_part *part), void *context)
{
	size_t count = record->value_count + 1;
	if (record->ruling == SPLIT_TO_NOBODY)
		return 0;
	st_auto_free struct split_address *addresses = st_alloc_zero(count, sizeof *addresses);
	st_auto_free uint32_t *order = st_alloc(count * sizeof *order), *numbers = st_alloc(count * sizeof *numbers);
	st_auto_free unsigned *grants = st_alloc(count * sizeof *grants);
	st_auto_free bool *own = st_alloc(count * sizeof *own);
	struct splitting s = {record, knowledge, each, context, addresses, order, numbers, grants, own, 0};
	for (size_t i = 0; i < record->value_count; i++)
		if (record->values[i].kind == DETECT_EMAIL_ADDRESS)
			addresses[i] = split_address(knowledge, record->values[i].text);
	give_level(&s, false);
	give_level(&s, true);
	return s.calls;
}
