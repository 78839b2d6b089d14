/* What the formats share. */
#include "report/report.h"

bool report_complete(const struct report *report)
{
	for (size_t i = 0; i < report->store_count; i++)
		if (report->stores[i].finished_at == 0)
			return false;
	return report->pending == 0 && report->unread == 0 && report->partial == 0;
}

const char *report_persons_method(void)
{
	return "best: each distinct e-mail address is one person, with every name that stood before it, and with its "
	       "national id where the two were alone in a record; each other national id is one, too; role and "
	       "no-reply "
	       "mailboxes are none, and a name never joins two addresses. min: also joins addresses that differ only "
	       "in "
	       "a +tag or in dots that the provider ignores, and those of one registrable domain behind the same "
	       "name. max: every address and national id counts, and of an address behind several names each name";
}

const char *report_organizations_method(void)
{
	return "best: registrable domains (Public Suffix List with its private section) of the e-mail addresses, "
	       "without "
	       "free-mail, disposable and own domains. min: joins domains with the same name under different suffixes "
	       "where one person, by first and last name, has an address at both. max: adds names with a legal form "
	       "that are no domain's name.";
}

const char *report_special_method(void)
{
	return "words of these subjects within 128 bytes of an e-mail address or a person's name in the same record; "
	       "most say nothing about that person: a list of records to look at, no finding.";
}

bool report_is_special(const struct tally *category)
{
	return category->list == TALLY_CATEGORIES && strcmp(category->name, "special categories") == 0;
}

const char *report_basis_name(enum tally_value basis)
{
	switch (basis) {
	case TALLY_BY_PHONE:
		return "phone";
	case TALLY_BY_NATIONAL_ID:
		return "national-id";
	case TALLY_BY_ADDRESS:
		return "address";
	case TALLY_BY_CCTLD:
		return "cctld";
	default:
		return NULL;
	}
}

bool report_has_basis(const struct tally *country, enum tally_value basis)
{
	bool by_domain = basis == TALLY_BY_CCTLD && country->values[TALLY_ORGANIZATIONS] > 0 &&
			 strcmp(country->name, "unknown") != 0;
	return country->values[basis] > 0 || by_domain;
}

const char *report_signature_expired(const struct lead_signature *signature, int64_t now)
{
	if (signature->expires == 0)
		return "unknown";
	return signature->expires < now ? "yes" : "no";
}

const char *report_lead_expired(const struct lead_signature *signatures, size_t count, int64_t now)
{
	return count > 0 ? report_signature_expired(&signatures[0], now) : "unknown";
}

const char *report_short_name(const struct report *report, uint32_t store)
{
	const char *name = report->stores[store].name, *slash = strrchr(name, '/');
	const char *last = slash != NULL && slash[1] != 0 ? slash + 1 : name;
	for (size_t i = 0; i < report->store_count; i++) {
		const char *other = report->stores[i].name, *other_slash = strrchr(other, '/');
		if (i != store &&
			strcmp(other_slash != NULL && other_slash[1] != 0 ? other_slash + 1 : other, last) == 0)
			return name;
	}
	return last;
}
