/*
 * What the aws command line prints of a bucket: get-public-access-block (of the bucket, and of the account by
 * s3control), get-bucket-policy, get-bucket-acl, get-bucket-ownership-controls. None of them names its bucket: an
 * inventory does. Sources: docs.aws.amazon.com, S3 API reference of these calls.
 */
#ifndef STAUNCH_AUDIT_SHAPE_S3_H
#define STAUNCH_AUDIT_SHAPE_S3_H

#include "audit/config.h"

/* Takes the document as settings of audit_s3. False: it is none of these. */
bool audit_shape_s3(
	struct audit_model *model, const struct audit_node *tree, uint32_t file, struct audit_settings *out);

/*
 * The statements of a bucket policy, as far as they are about everybody, each as a setting "policy.Statement":
 * "Allow read,list to everybody [from PREFIX,...] [if it applies]". Sources: S3 user guide, "Blocking public access",
 * the meaning of "public" (fixed values; a SourceIp wider than /8 or, IPv6, /32 is none); IAM user guide, "Policy
 * evaluation logic" (an explicit deny wins) and "Condition operators" (a negated one holds where its key is missing,
 * one with IfExists, too; others do not).
 */
void audit_policy_s3(
	struct audit_model *model, const struct audit_node *policy, uint32_t file, struct audit_settings *out);

struct audit_statement {
	bool deny, unsure, tls_only;
	unsigned rights;
	struct audit_set sources; /* the caller frees */
	bool everywhere;          /* no fixed values bind it: public by its meaning */
};
/* Reads such a setting again; false: it is none. */
bool audit_statement_of(const struct audit_setting *setting, struct audit_statement *out);

#endif
