/*
 * A container of Azure Blob Storage: what its account allows, times its own level, times the account's network rules.
 * Sources (learn.microsoft.com):
 * - "Overview: Remediating anonymous read access for blob data" and "Configure anonymous read access for containers and
 *   blobs": the account's allowBlobPublicAccess overrides every container; level Blob reads a known name, Container
 *   lists, too; a property that was never set and returns null permits; new accounts have it false since November 2023.
 *   Containers are private unless they say otherwise.
 * - "Configure Azure Storage firewalls and virtual networks": publicNetworkAccess, defaultAction, ipRules; Deny with no
 *   rule leaves nobody on the internet; SecuredByPerimeter leaves it to rules of a perimeter.
 * - "Require secure transfer": supportsHttpsTrafficOnly, true unless it says otherwise (API 2019-04-01).
 */
#include "audit/service.h"

enum level { LEVEL_NONE, LEVEL_BLOB, LEVEL_CONTAINER, LEVEL_UNKNOWN };

static enum level level_of(const struct audit_setting *set)
{
	if (set == NULL || audit_word_is(set->value, "") || audit_word_is(set->value, "None") ||
		audit_word_is(set->value, "off"))
		return LEVEL_NONE;
	if (audit_word_is(set->value, "Blob"))
		return LEVEL_BLOB;
	return audit_word_is(set->value, "Container") ? LEVEL_CONTAINER : LEVEL_UNKNOWN;
}

/* Of a property that is null or absent. */
static enum audit_truth never_set(const struct audit_config *config)
{
	const struct audit_setting *born = audit_setting(config, "creationTime");
	if (audit_setting(config, "(account)") == NULL || audit_setting(config, "(template)") != NULL)
		return AUDIT_SAYS_UNKNOWN;
	bool late = born != NULL && (born->value->kind != AUDIT_LITERAL || strcmp(born->value->text, "2023-11") > 0);
	return late ? AUDIT_SAYS_UNKNOWN : AUDIT_SAYS_YES;
}

/* --- the network --- */

struct network {
	struct audit_set open, doubt, shut; /* all sources, once each */
	const struct audit_setting *by;
	const char *by_default, *reason; /* reason: of what is in doubt */
};

/* What the account lets through to its public endpoint. */
static void network_of(const struct audit_config *config, struct network *out)
{
	const struct audit_setting *access = audit_setting(config, "publicNetworkAccess"),
				   *action = audit_setting(config, "networkAcls.defaultAction"), *rule = NULL;
	struct audit_set everybody = {0};
	audit_everybody(&everybody);
	out->by = access;
	out->by_default = "networkAcls.defaultAction: Allow, by default";
	bool set = access != NULL && !audit_word_is(access->value, "") && !audit_word_is(access->value, "Enabled");
	if (set && audit_word_is(access->value, "Disabled")) {
		audit_set_copy(&out->shut, &everybody);
	} else if (set) {
		audit_set_copy(&out->doubt, &everybody);
		out->reason = audit_word_is(access->value, "SecuredByPerimeter")
				      ? "the rules of its perimeter are not in the input"
				      : "whether its public endpoint is on cannot be resolved";
	} else if (audit_setting(config, "(account)") == NULL) {
		audit_set_copy(&out->doubt, &everybody);
		out->reason = "its account is not in the input";
	} else if (action == NULL || audit_word_is(action->value, "") || audit_word_is(action->value, "Allow")) {
		audit_set_copy(&out->open, &everybody);
		out->by = action;
	} else if (!audit_word_is(action->value, "Deny")) {
		audit_set_copy(&out->doubt, &everybody);
		out->by = action;
		out->reason = "the default of its network rules cannot be resolved";
	} else {
		bool all_known = true;
		out->by = action;
		while ((rule = audit_setting_next(config, "networkAcls.ipRules", rule)) != NULL) {
			struct audit_interval range;
			if (rule->value->kind == AUDIT_LITERAL &&
				audit_parse_prefix(audit_word_span(rule->value), &range))
				audit_set_add(&out->open, range.low, range.high);
			else
				all_known = false;
			out->by = rule;
		}
		audit_set_settle(&out->open);
		audit_set_subtract(all_known ? &out->shut : &out->doubt, &everybody, &out->open);
		out->reason = "an address of its network rules cannot be resolved";
	}
	audit_set_free(&everybody);
}

/* --- the answer --- */

static void add_lines(const struct audit_config *config, struct audit_share *share)
{
	const struct audit_setting *https = audit_setting(config, "supportsHttpsTrafficOnly");
	audit_set_add(&share->lines, AUDIT_LINE_TCP + 443, AUDIT_LINE_TCP + 443);
	if (audit_setting_truth(https) == AUDIT_SAYS_NO)
		audit_set_add(&share->lines, AUDIT_LINE_TCP + 80, AUDIT_LINE_TCP + 80);
}

static struct audit_share *add(const struct audit_config *config, struct audit_judgement *out,
	struct audit_set *sources, enum audit_auth auth, bool reached, const char *reason)
{
	if (sources->count == 0)
		return NULL;
	struct audit_share *share = audit_share_add(out, auth, reached, reason);
	audit_set_copy(&share->sources, sources);
	add_lines(config, share);
	return share;
}

/* What the account and the level say of whoever gets through. */
struct answer {
	enum audit_auth auth;
	unsigned rights;
	const char *reason;
	const struct audit_setting *by[2];
	const char *by_default[2];
};

static struct answer answer_of(const struct audit_config *config)
{
	const struct audit_setting *set = audit_setting(config, "publicAccess"),
				   *allow = audit_setting(config, "allowBlobPublicAccess");
	enum level level = level_of(set);
	bool no_containers = audit_setting(config, "(containers)") != NULL;
	bool null = allow == NULL || audit_word_is(allow->value, "");
	enum audit_truth allowed = null ? never_set(config) : audit_setting_truth(allow);
	struct answer answer = {.auth = AUDIT_AUTH_UNKNOWN, .rights = AUDIT_RIGHT_READ, .by = {set, allow}};
	answer.rights |= level == LEVEL_CONTAINER || no_containers ? AUDIT_RIGHT_LIST : 0;
	if (allowed == AUDIT_SAYS_NO)
		return (struct answer){AUDIT_AUTH_REQUIRED, 0, "its account refuses anonymous access", {allow}, {NULL}};
	if (no_containers) {
		answer.reason = "anonymous access is not refused, and its containers are not in the input";
		answer.by_default[1] = "allowBlobPublicAccess: not set";
		return answer;
	}
	if (level == LEVEL_NONE)
		return (struct answer){
			AUDIT_AUTH_REQUIRED, 0, "it is private", {set}, {"publicAccess: None, by default"}};
	answer.by_default[1] = "allowBlobPublicAccess: not set, which permits";
	if (allowed == AUDIT_SAYS_YES && level != LEVEL_UNKNOWN && audit_setting(config, "(conditional)") == NULL) {
		answer.auth = AUDIT_AUTH_NONE;
		answer.reason = level == LEVEL_CONTAINER ? "anybody may list it and read it"
							 : "anybody may read what he knows the name of";
		return answer;
	}
	answer.by_default[1] = "allowBlobPublicAccess: not set";
	answer.reason = level == LEVEL_UNKNOWN      ? "its level of access cannot be resolved"
			: allowed != AUDIT_SAYS_YES ? "whether its account allows anonymous access cannot be told"
						    : "whether it exists cannot be resolved";
	return answer;
}

static void name_deciders(const struct audit_config *config, struct audit_judgement *out, struct audit_share *share,
	const struct answer *answer)
{
	for (size_t i = 0; i < 2 && share != NULL; i++)
		if (answer->by[i] != NULL || answer->by_default[i] != NULL)
			audit_decided(out, share, config, answer->by[i], answer->by_default[i]);
}

/* What the account says nowhere stands where the account does. */
static void decide_network(const struct audit_config *config, struct audit_judgement *out, struct audit_share *share,
	const struct network *network)
{
	const struct audit_setting *account = audit_setting(config, "(account)");
	struct audit_config place = *config;
	if (account != NULL)
		place.at = account->at;
	audit_decided(out, share, &place, network->by, network->by_default);
}

/* The pages of a static website are served whatever the level says; whether there is one stands nowhere. */
static bool is_website(const struct audit_config *config)
{
	struct st_span name = audit_word_span(config->name);
	return name.size >= 5 && memcmp(name.data + name.size - 5, "/$web", 5) == 0;
}

static void judge(const struct audit_config *config, struct audit_judgement *out)
{
	struct network network = {0};
	struct answer answer = answer_of(config);
	bool website = is_website(config) && answer.auth == AUDIT_AUTH_REQUIRED;
	if (website)
		answer = (struct answer){AUDIT_AUTH_UNKNOWN, AUDIT_RIGHT_READ,
			"if the account serves a static website, its pages are public", {answer.by[0]}, {NULL}};
	network_of(config, &network);
	struct audit_share *share = add(config, out, &network.open, answer.auth, true, answer.reason);
	if (share != NULL) {
		share->rights = answer.rights;
		share->for_the_public = website;
		name_deciders(config, out, share, &answer);
		decide_network(config, out, share, &network);
	}
	bool closed = answer.auth == AUDIT_AUTH_REQUIRED;
	share = add(config, out, &network.doubt, closed ? AUDIT_AUTH_REQUIRED : AUDIT_AUTH_UNKNOWN, true,
		closed || answer.auth == AUDIT_AUTH_UNKNOWN ? answer.reason : network.reason);
	if (share != NULL) {
		share->rights = answer.rights;
		share->for_the_public = website;
		name_deciders(config, out, share, &answer);
		audit_decided_by(out, share, network.by);
	}
	share = add(config, out, &network.shut, AUDIT_AUTH_REQUIRED, false,
		"its account lets nobody else in from the internet");
	if (share != NULL)
		audit_decided_by(out, share, network.by);
	audit_set_free(&network.open);
	audit_set_free(&network.doubt);
	audit_set_free(&network.shut);
}

static const char *const keys[] = {NULL};
static const struct audit_remedy remedies[] = {
	{"publicAccess", "None"}, {"allowBlobPublicAccess", "false"}, {NULL, NULL}};

const struct audit_service audit_azure_blob = {
	.name = "azure_blob",
	.formats = 1u << AUDIT_FORMAT_TREE,
	.alone = true,
	.keys = keys,
	.judge = judge,
	.remedies = remedies,
};
