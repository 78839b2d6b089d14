/*
 * An S3 bucket: its policy and its ACL, as far as the public access blocks of bucket and account let them stand.
 * Sources (docs.aws.amazon.com, S3 user guide): "Blocking public access to your Amazon S3 storage" (the strictest of
 * all levels counts; IgnorePublicAcls, RestrictPublicBuckets; the meaning of "public"; what only blocks new settings
 * leaves old ones); "Controlling ownership of objects" (BucketOwnerEnforced switches ACLs off); "Access control list
 * overview" (READ of a bucket lists it; objects have ACLs of their own; AuthenticatedUsers is anybody with an AWS
 * account).
 */
#include "audit/shape_s3.h"

#include "audit/service.h"

/* Of both levels together: on if either is, off if both are, else not known. */
static enum audit_truth blocked(const struct audit_config *config, const char *flag, const struct audit_setting **by)
{
	st_auto_free char *own = st_format("PublicAccessBlock.%s", flag), *account = st_format("account.%s", own);
	const struct audit_setting *levels[2] = {audit_setting(config, own), audit_setting(config, account)};
	bool known = true;
	for (int i = 0; i < 2; i++) {
		enum audit_truth here = audit_setting_truth(levels[i]);
		if (here == AUDIT_SAYS_YES) {
			*by = levels[i];
			return AUDIT_SAYS_YES;
		}
		known &= here == AUDIT_SAYS_NO;
	}
	return known ? AUDIT_SAYS_NO : AUDIT_SAYS_UNKNOWN;
}

enum { LIST, READ };

struct bucket {
	struct audit_set must[2], may[2]; /* who may list and read */
	const struct audit_setting *by[8];
	uint32_t by_count;
	const struct audit_setting *closes; /* what keeps out */
	const char *reason;                 /* of what is in doubt */
	bool accounts;                      /* anybody with an AWS account, by the ACL */
	bool tls_only;
};

static void decide(struct bucket *bucket, const struct audit_setting *by)
{
	if (bucket->by_count < 8)
		bucket->by[bucket->by_count++] = by;
}

static void join(struct audit_set *to, const struct audit_set *more)
{
	struct audit_set scratch = {0};
	audit_set_join(to, more, &scratch);
	audit_set_free(&scratch);
}

static void leave(struct audit_set *from, const struct audit_set *without)
{
	struct audit_set scratch = {0};
	audit_set_remove(from, without, &scratch);
	audit_set_free(&scratch);
}

static void everybody_may(struct bucket *bucket, unsigned rights, bool surely)
{
	struct audit_set all = {0};
	audit_everybody(&all);
	for (int right = LIST; right <= READ; right++) {
		if (!(rights & 1u << right))
			continue;
		join(&bucket->may[right], &all);
		if (surely)
			join(&bucket->must[right], &all);
	}
	audit_set_free(&all);
}

static void take_allow(struct bucket *bucket, const struct audit_setting *at, const struct audit_statement *statement,
	enum audit_truth restricted)
{
	bool sure = !statement->unsure && (restricted == AUDIT_SAYS_NO || !statement->everywhere);
	if (!sure)
		bucket->reason = statement->unsure
					 ? "whether a condition of its policy holds cannot be told"
					 : "whether a public access block stands before its policy is not in the input";
	decide(bucket, at);
	for (int right = LIST; right <= READ; right++) {
		if (!(statement->rights & 1u << right))
			continue;
		join(&bucket->may[right], &statement->sources);
		if (sure)
			join(&bucket->must[right], &statement->sources);
	}
}

/* Is the policy public, by the meaning of the word? */
static bool is_public(const struct audit_config *config)
{
	bool any = false;
	for (const struct audit_setting *at = NULL;
		(at = audit_setting_next(config, "policy.Statement", at)) != NULL;) {
		struct audit_statement statement;
		any |= audit_statement_of(at, &statement) && !statement.deny && statement.everywhere;
		audit_set_free(&statement.sources);
	}
	return any;
}

static void take_policy(const struct audit_config *config, struct bucket *bucket)
{
	const struct audit_setting *given = audit_setting(config, "(policy)"), *block = NULL, *at = NULL;
	enum audit_truth restricted = blocked(config, "RestrictPublicBuckets", &block);
	if (restricted == AUDIT_SAYS_YES && (given == NULL || is_public(config))) {
		bucket->closes = block;
		return;
	}
	if (given == NULL || !audit_word_is(given->value, "given")) {
		everybody_may(bucket, AUDIT_RIGHT_LIST | AUDIT_RIGHT_READ, false);
		bucket->reason = given == NULL ? "its policy is not in the input" : "its policy cannot be read";
	}
	while ((at = audit_setting_next(config, "policy.Statement", at)) != NULL) {
		struct audit_statement statement;
		if (audit_statement_of(at, &statement) && !statement.deny)
			take_allow(bucket, at, &statement, restricted);
		audit_set_free(&statement.sources);
	}
}

static void take_acl(const struct audit_config *config, struct bucket *bucket)
{
	const struct audit_setting *given = audit_setting(config, "(acl)"), *block = NULL, *at = NULL,
				   *owner = audit_setting(config, "ObjectOwnership");
	enum audit_truth ignored = blocked(config, "IgnorePublicAcls", &block);
	bool off = owner != NULL && audit_word_is(owner->value, "BucketOwnerEnforced");
	if (ignored == AUDIT_SAYS_YES || off) {
		if (bucket->closes == NULL)
			bucket->closes = ignored == AUDIT_SAYS_YES ? block : owner;
		return;
	}
	everybody_may(bucket, AUDIT_RIGHT_READ | (given == NULL ? AUDIT_RIGHT_LIST : 0), false);
	if (bucket->reason == NULL)
		bucket->reason = given == NULL ? "its ACL is not in the input"
					       : "its objects may have ACLs of their own, which are not in the input";
	while ((at = audit_setting_next(config, "acl.Grant", at)) != NULL) {
		const char *what = strrchr(at->value->text, ' ');
		bool lists = what != NULL && (strcmp(what, " READ") == 0 || strcmp(what, " FULL_CONTROL") == 0);
		if (!lists)
			continue;
		bucket->accounts |= strncmp(at->value->text, "AllUsers ", 9) != 0;
		everybody_may(bucket, AUDIT_RIGHT_LIST, ignored == AUDIT_SAYS_NO);
		decide(bucket, at);
	}
}

/* A deny wins over whatever allows. */
static void take_denies(const struct audit_config *config, struct bucket *bucket)
{
	for (const struct audit_setting *at = NULL;
		(at = audit_setting_next(config, "policy.Statement", at)) != NULL;) {
		struct audit_statement statement;
		if (audit_statement_of(at, &statement) && statement.tls_only)
			bucket->tls_only = true;
		else if (statement.deny) {
			for (int right = LIST; right <= READ; right++) {
				if (!(statement.rights & 1u << right))
					continue;
				if (!statement.unsure && audit_set_meets(&bucket->may[right], &statement.sources))
					bucket->closes = at;
				leave(&bucket->must[right], &statement.sources);
				if (!statement.unsure)
					leave(&bucket->may[right], &statement.sources);
			}
		}
		audit_set_free(&statement.sources);
	}
}

static void add_share(struct audit_judgement *out, const struct audit_config *config, const struct bucket *bucket,
	const struct audit_set *sources, enum audit_auth auth, unsigned rights, const char *reason)
{
	if (sources->count == 0)
		return;
	struct audit_share *share = audit_share_add(out, auth, true, reason);
	audit_set_copy(&share->sources, sources);
	share->rights = rights;
	audit_set_add(&share->lines, AUDIT_LINE_TCP + 443, AUDIT_LINE_TCP + 443);
	if (!bucket->tls_only)
		audit_set_add(&share->lines, AUDIT_LINE_TCP + 80, AUDIT_LINE_TCP + 80);
	for (uint32_t i = 0; i < bucket->by_count && auth != AUDIT_AUTH_REQUIRED; i++)
		audit_decided_by(out, share, bucket->by[i]);
	if (auth == AUDIT_AUTH_REQUIRED && bucket->closes != NULL)
		audit_decided_by(out, share, bucket->closes);
	else if (share->by_count == 0)
		audit_decided_by_default(out, share, config,
			auth == AUDIT_AUTH_REQUIRED ? "nothing allows everybody" : "not all is in the input");
}

static void answer(const struct audit_config *config, const struct bucket *bucket, struct audit_judgement *out)
{
	struct audit_set everybody = {0}, both = {0}, one = {0}, must = {0}, may = {0}, left = {0};
	bool accounts = bucket->accounts;
	audit_everybody(&everybody);
	audit_set_intersect(&both, &bucket->must[LIST], &bucket->must[READ]);
	add_share(out, config, bucket, &both, AUDIT_AUTH_NONE, AUDIT_RIGHT_LIST | AUDIT_RIGHT_READ,
		accounts ? "anybody with an AWS account may list it, and anybody may read it"
			 : "anybody may list it and read it");
	audit_set_subtract(&one, &bucket->must[LIST], &both);
	add_share(out, config, bucket, &one, AUDIT_AUTH_NONE, AUDIT_RIGHT_LIST,
		accounts ? "anybody with an AWS account may list it" : "anybody may list it");
	audit_set_subtract(&one, &bucket->must[READ], &both);
	add_share(out, config, bucket, &one, AUDIT_AUTH_NONE, AUDIT_RIGHT_READ,
		"anybody may read what he knows the name of");
	audit_set_union(&must, &bucket->must[LIST], &bucket->must[READ]);
	audit_set_union(&may, &bucket->may[LIST], &bucket->may[READ]);
	audit_set_subtract(&left, &may, &must);
	add_share(out, config, bucket, &left, AUDIT_AUTH_UNKNOWN, 0,
		bucket->reason != NULL ? bucket->reason : "whether a deny of its policy applies cannot be told");
	audit_set_join(&may, &must, &one);
	audit_set_subtract(&left, &everybody, &may);
	add_share(out, config, bucket, &left, AUDIT_AUTH_REQUIRED, 0, "nothing that stands lets everybody in");
	audit_set_free(&everybody);
	audit_set_free(&both);
	audit_set_free(&one);
	audit_set_free(&must);
	audit_set_free(&may);
	audit_set_free(&left);
}

static void judge(const struct audit_config *config, struct audit_judgement *out)
{
	struct bucket bucket = {0};
	take_policy(config, &bucket);
	take_acl(config, &bucket);
	take_denies(config, &bucket);
	answer(config, &bucket, out);
	for (int right = LIST; right <= READ; right++) {
		audit_set_free(&bucket.must[right]);
		audit_set_free(&bucket.may[right]);
	}
}

static const char *const keys[] = {
	"PublicAccessBlock.", "policy.Statement", "(policy)", "(acl)", "acl.Grant", "ObjectOwnership", NULL};
static const struct audit_remedy remedies[] = {{"PublicAccessBlock.RestrictPublicBuckets", "true"},
	{"PublicAccessBlock.IgnorePublicAcls", "true"}, {"ObjectOwnership", "BucketOwnerEnforced"},
	{"policy.Statement", NULL}, {NULL, NULL}};

const struct audit_service audit_s3 = {
	.name = "s3",
	.formats = 1u << AUDIT_FORMAT_TREE,
	.alone = true,
	.keys = keys,
	.judge = judge,
	.remedies = remedies,
};
