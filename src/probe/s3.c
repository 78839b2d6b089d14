/*
 * Amazon S3 and what speaks its language. Sources: Amazon S3 API Reference (ListObjectsV2, ListObjects, HeadBucket,
 * HeadObject, GetBucketAcl, ListObjectVersions, Error responses); "Access control list (ACL) overview" for the groups
 * AllUsers and AuthenticatedUsers; for a missing key, HeadObject: 404 only with s3:ListBucket, else 403.
 *
 * Listing and reading are apart: a bucket that lists may refuse every object, and one that does not may give objects to
 * whoever knows their names. Writing is never tried: it is implied by an access list that can be read, or unknown.
 */
#include "probe/probe.h"

#include "base/ceilings.h"

#include <ctype.h>

enum {
	ROW_BUCKET,
	ROW_LIST,
	ROW_LIST_1,
	ROW_ACL,
	ROW_HEAD,
	ROW_STATUS,
	ROW_BYTE,
	ROW_VERSIONS,
	ROW_SHELF, /* from here on: not asked by next() */
	ROW_SHELF_NEXT,
	ROW_OBJECT,
	ROW_OWNER_ACL,
	ROW_OWNER_BLOCK,
	ROW_OWNER_POLICY,
};

#define SHELF "list-type=2&max-keys=1000&encoding-type=url"

#define LIST(query_) .method = "GET", .path = "", .query = query_ "max-keys=10&encoding-type=url", .level = PROBE_L2

#define OWNER(query_)                                                                                                \
	.method = "GET", .path = "", .query = query_, .level = PROBE_L1, .right = PROBE_ACL, .form = PROBE_FORM_XML, \
	.body_bytes = 64 << 10, .owner_only = true

static const struct probe_row rows[] = {
	[ROW_BUCKET] = {.id = "s3.bucket", .method = "HEAD", .path = "", .level = PROBE_L1, .right = PROBE_LIST},
	[ROW_LIST] = {.id = "s3.list",
		LIST("list-type=2&"),
		.right = PROBE_LIST,
		.form = PROBE_FORM_XML,
		.keep = 10,
		.body_bytes = 256 << 10},
	/* The first version of the listing, where the second is not known. */
	[ROW_LIST_1] = {.id = "s3.list1",
		LIST(""),
		.right = PROBE_LIST,
		.form = PROBE_FORM_XML,
		.keep = 10,
		.body_bytes = 256 << 10},
	[ROW_ACL] = {.id = "s3.acl",
		.method = "GET",
		.path = "",
		.query = "acl",
		.level = PROBE_L1,
		.right = PROBE_ACL,
		.form = PROBE_FORM_XML,
		.keep = 100,
		.body_bytes = 64 << 10},
	[ROW_HEAD] = {.id = "s3.head",
		.method = "HEAD",
		.path = "/{object}",
		.level = PROBE_L2,
		.right = PROBE_READ,
		.known_name = true},
	[ROW_STATUS] = {.id = "s3.status",
		.method = "GET",
		.path = "/{object}",
		.headers = "Range: bytes=0-0\n",
		.level = PROBE_L2,
		.right = PROBE_READ,
		.known_name = true},
	[ROW_BYTE] = {.id = "s3.byte",
		.method = "GET",
		.path = "/{object}",
		.headers = "Range: bytes=0-0\n",
		.level = PROBE_L4,
		.right = PROBE_READ,
		.body_bytes = 1},
	[ROW_VERSIONS] = {.id = "s3.versions",
		LIST("versions&"),
		.right = PROBE_VERSIONS,
		.form = PROBE_FORM_XML,
		.keep = 10,
		.body_bytes = 256 << 10},
	[ROW_SHELF] = {.id = "s3.shelf",
		.method = "GET",
		.path = "",
		.query = SHELF,
		.level = PROBE_L3,
		.right = PROBE_LIST,
		.body_bytes = CEIL_ANSWER_BODY_BYTES},
	[ROW_SHELF_NEXT] = {.id = "s3.shelf_next",
		.method = "GET",
		.path = "",
		.query = SHELF "&continuation-token={marker}",
		.level = PROBE_L3,
		.right = PROBE_LIST,
		.body_bytes = CEIL_ANSWER_BODY_BYTES},
	[ROW_OBJECT] = {.id = "s3.object",
		.method = "GET",
		.path = "/{object}",
		.level = PROBE_L5,
		.right = PROBE_READ,
		.body_bytes = CEIL_RANGE_BYTES},
	[ROW_OWNER_ACL] = {.id = "s3.owner_acl", OWNER("acl"), .keep = 100},
	[ROW_OWNER_BLOCK] = {.id = "s3.owner_block", OWNER("publicAccessBlock"), .keep = 1},
	[ROW_OWNER_POLICY] = {.id = "s3.owner_policy", OWNER("policyStatus"), .keep = 1},
};

static const struct probe_shelf shelf = {
	.form = PROBE_LISTING_S3,
	.first = &rows[ROW_SHELF],
	.next = &rows[ROW_SHELF_NEXT],
	.object = &rows[ROW_OBJECT],
};

/* What the service has of its own in number[]. */
enum { NUMBER_WANT_V1, NUMBER_WANT_STATUS, NUMBER_NO_BUCKET };

static bool ends_with(const char *host, const char *end)
{
	size_t size = strlen(host), end_size = strlen(end);
	return size >= end_size && strcmp(host + size - end_size, end) == 0;
}

/* Documented endpoints; those of Alibaba, Oracle and Backblaze are told by a label before the domain. */
static bool names(const struct probe_target *target)
{
	static const struct {
		const char *end, *label;
	} hosts[] = {
		{".amazonaws.com", "s3"},
		{".amazonaws.com.cn", "s3"},
		{".digitaloceanspaces.com", ""},
		{".linodeobjects.com", ""},
		{".scw.cloud", "s3."},
		{".wasabisys.com", "s3."},
		{".backblazeb2.com", "s3."},
		{".aliyuncs.com", "oss-"},
		{".oraclecloud.com", "compat.objectstorage."},
		{"storage.yandexcloud.net", ""},
	};
	for (size_t i = 0; i < sizeof hosts / sizeof hosts[0]; i++)
		if (ends_with(target->host, hosts[i].end) && strstr(target->host, hosts[i].label) != NULL)
			return true;
	return false;
}

static bool has_code(const struct probe_answer *answer, const char *code)
{
	const char *header = answer->header[PROBE_HEADER_X_AMZ_ERROR_CODE];
	return probe_fact_is(answer->facts, "Error/Code", code) || (header != NULL && strcmp(header, code) == 0);
}

static bool answers(const struct probe_answer *answer)
{
	return answer->header[PROBE_HEADER_X_AMZ_REQUEST_ID] != NULL ||
	       answer->header[PROBE_HEADER_X_AMZ_BUCKET_REGION] != NULL ||
	       answer->header[PROBE_HEADER_X_OSS_REQUEST_ID] != NULL ||
	       probe_fact_count(answer->facts, "ListBucketResult") > 0 || has_code(answer, "NoSuchBucket") ||
	       has_code(answer, "AccessDenied");
}

/* s3.eu-west-1.amazonaws.com and its like hold buckets in the path; others stand before the host. */
static const char *unfit(const struct probe_target *target)
{
	bool of_all = strncmp(target->host, "s3.", 3) == 0 || strncmp(target->host, "s3-", 3) == 0 ||
		      strncmp(target->host, "oss-", 4) == 0;
	return of_all && target->path[0] == 0 && names(target) ? "name a bucket: HOST/BUCKET" : NULL;
}

/* A region is letters, digits and dashes; anything else is not repeated. */
static void say_region(struct probe *probe, const struct probe_answer *answer)
{
	char region[40] = "";
	struct st_span body = probe_fact(answer->facts, "Error/Region", 0);
	const char *header = answer->header[PROBE_HEADER_X_AMZ_BUCKET_REGION];
	struct st_span from = header != NULL ? (struct st_span){(const uint8_t *)header, strlen(header)} : body;
	for (size_t i = 0; from.data != NULL && i < from.size && i < sizeof region - 1; i++) {
		if (!isalnum(from.data[i]) && from.data[i] != '-') {
			region[0] = 0;
			break;
		}
		region[i] = (char)from.data[i];
	}
	if (region[0] != 0)
		probe_say(probe, "the bucket is in region %s: name it there, it is not followed", region);
	else
		probe_say(probe, "the bucket is elsewhere (%u), which is not followed", answer->status);
}

static bool is_elsewhere(const struct probe_answer *answer)
{
	return (answer->status >= 300 && answer->status < 400) || has_code(answer, "PermanentRedirect") ||
	       has_code(answer, "TemporaryRedirect") || has_code(answer, "AuthorizationHeaderMalformed") ||
	       has_code(answer, "IllegalLocationConstraintException");
}

/* What an answer that is no 2xx says of one right. */
static enum probe_state refused(struct probe *probe, const struct probe_answer *answer)
{
	if (is_elsewhere(answer)) {
		say_region(probe, answer);
		return PROBE_CANNOT_TELL;
	}
	if (has_code(answer, "NoSuchBucket")) {
		probe->number[NUMBER_NO_BUCKET] = 1;
		probe_say(probe, "there is no such bucket here; whoever makes one of this name gets what points at it");
		return PROBE_CLOSED;
	}
	if (answer->status == 401 || answer->status == 403)
		return PROBE_CLOSED;
	probe_say(probe, "it answers %u, which says nothing of access", answer->status);
	return PROBE_CANNOT_TELL;
}

/* Only at L1: where a listing may be asked for, it tells more surely (Scaleway says 200 in the wrong region). */
static void take_bucket(struct probe *probe, const struct probe_answer *answer)
{
	if (answer->status == 200 && answers(answer)) {
		probe_set(probe, PROBE_LIST, PROBE_OPEN);
		probe_say(probe, "the bucket answers whoever may list it");
	} else {
		probe_set(probe, PROBE_LIST, answer->status == 200 ? PROBE_CANNOT_TELL : refused(probe, answer));
	}
}

/* encoding-type=url: '+' is a space, %XX a byte; only when the server says that it did. */
static void decode_seen_name(struct probe *probe)
{
	struct st_buf *name = &probe->seen_object;
	size_t to = 0;
	for (size_t i = 0; i < name->size; i++) {
		uint8_t c = name->data[i];
		if (c == '%' && i + 2 < name->size && isxdigit(name->data[i + 1]) && isxdigit(name->data[i + 2])) {
			uint8_t high = name->data[i + 1], low = name->data[i + 2];
			c = (uint8_t)((high <= '9' ? high - '0' : (high | 32) - 'a' + 10) * 16 +
				      (low <= '9' ? low - '0' : (low | 32) - 'a' + 10));
			i += 2;
		} else if (c == '+') {
			c = ' ';
		}
		name->data[to++] = c;
	}
	name->size = to;
}

static void take_list(struct probe *probe, const struct probe_answer *answer)
{
	bool first = answer->request->row == &rows[ROW_LIST];
	if (answer->status == 200 && probe_fact_count(answer->facts, "ListBucketResult") > 0) {
		bool before = probe->seen_object.size > 0;
		probe_set(probe, PROBE_LIST, PROBE_OPEN);
		probe_saw_names(probe, answer, "ListBucketResult/Contents/Key");
		if (!before && probe_fact_is(answer->facts, "ListBucketResult/EncodingType", "url"))
			decode_seen_name(probe);
		probe_say(probe, "its contents are listed without credentials");
	} else if (first && (answer->status == 400 || answer->status >= 500) && !is_elsewhere(answer)) {
		probe->number[NUMBER_WANT_V1] = 1;
	} else if (answer->status == 200) {
		probe_set(probe, PROBE_LIST, PROBE_CANNOT_TELL);
		probe_say(probe, "200, but no listing");
	} else {
		probe_set(probe, PROBE_LIST, refused(probe, answer));
	}
}

static const char uri_path[] = "AccessControlPolicy/AccessControlList/Grant/Grantee/URI";
static const char permission_path[] = "AccessControlPolicy/AccessControlList/Grant/Permission";

/* Groups are URIs: http://acs.amazonaws.com/groups/global/AllUsers. */
static bool is_group(struct st_span uri, const char *end)
{
	size_t size = strlen(end);
	return uri.data != NULL && uri.size >= size && memcmp(uri.data + uri.size - size, end, size) == 0;
}

/* Grants stand one behind the other: the group's URI, then its permission. */
static void take_acl(struct probe *probe, const struct probe_answer *answer)
{
	if (answer->status != 200 || probe_fact_count(answer->facts, "AccessControlPolicy") == 0) {
		probe_set(probe, PROBE_ACL,
			answer->status == 403 || answer->status == 401 || has_code(answer, "NoSuchBucket")
				? PROBE_CLOSED
				: PROBE_CANNOT_TELL);
		return;
	}
	probe_set(probe, PROBE_ACL, PROBE_OPEN);
	uint32_t before = 0, order;
	for (uint32_t i = 0; (order = probe_fact_order(answer->facts, permission_path, i)) != UINT32_MAX; i++) {
		struct st_span group = probe_fact_between(answer->facts, uri_path, before, order);
		struct st_span right = probe_fact(answer->facts, permission_path, i);
		bool all = is_group(group, "/AllUsers"), authenticated = is_group(group, "/AuthenticatedUsers");
		bool writes = right.size >= 5 && memcmp(right.data, "WRITE", 5) == 0;
		bool full = right.size == 12 && memcmp(right.data, "FULL_CONTROL", 12) == 0;
		if (authenticated)
			probe_set(probe, PROBE_ANY_AUTHENTICATED, PROBE_OPEN);
		if ((all || authenticated) && (writes || full))
			probe_set(probe, PROBE_WRITE, PROBE_OPEN);
		before = order;
	}
	/* A policy may grant what the list does not: it is not implied here, and was not looked for. */
	probe_set(probe, PROBE_WRITE, PROBE_CLOSED);
}

static void take_object(struct probe *probe, const struct probe_answer *answer)
{
	bool closed_list = probe->verdict.rights[PROBE_LIST] == PROBE_CLOSED;
	bool marked = !closed_list || answer->header[PROBE_HEADER_ETAG] != NULL || answers(answer);
	if (answer->request->row == &rows[ROW_HEAD] && (answer->status == 405 || answer->status == 501)) {
		probe->number[NUMBER_WANT_STATUS] = 1;
	} else if (answer->status == 200 || answer->status == 206) {
		probe_set(probe, PROBE_READ, marked ? PROBE_OPEN : PROBE_CANNOT_TELL);
		if (marked && closed_list)
			probe_say(probe, "an object whose name is known is given without credentials");
	} else if (answer->status == 404 && probe->number[NUMBER_NO_BUCKET] == 0) {
		/* Who may not list gets 403 for a name that is not there (HeadObject): this says that it is gone. */
		probe_set(probe, PROBE_READ, PROBE_CANNOT_TELL);
		probe_say(probe, "the object known from earlier evidence is gone; others may still be read");
	} else {
		enum probe_state state = answer->status == 404 ? PROBE_CLOSED : refused(probe, answer);
		if (state == PROBE_CLOSED && !answer->request->known)
			state = PROBE_CANNOT_TELL; /* one of the listed ones; others may be given */
		probe_set(probe, PROBE_READ, state);
	}
}

static void take_versions(struct probe *probe, const struct probe_answer *answer)
{
	bool listed = answer->status == 200 && probe_fact_count(answer->facts, "ListVersionsResult") > 0;
	probe_set(probe, PROBE_VERSIONS,
		listed ? PROBE_OPEN
		: answer->status == 403 || answer->status == 401 || has_code(answer, "NoSuchBucket")
			? PROBE_CLOSED
			: PROBE_CANNOT_TELL);
}

static bool wants(struct probe *probe, int row, struct probe_request *out)
{
	if ((row == ROW_BUCKET && probe->level >= PROBE_L2) ||
		(row == ROW_LIST_1 && probe->number[NUMBER_WANT_V1] == 0) ||
		(row == ROW_STATUS && probe->number[NUMBER_WANT_STATUS] == 0))
		return false;
	*out = (struct probe_request){.row = &rows[row]};
	if (rows[row].known_name || row == ROW_BYTE) {
		struct st_span seen = {probe->seen_object.data, probe->seen_object.size};
		out->known = seen.size == 0 && probe->known_object.data != NULL;
		out->object = out->known ? probe->known_object : seen;
		if (out->object.size == 0)
			return false;
	}
	return probe_allows(probe, &rows[row], out->known);
}

static bool next(struct probe *probe, struct probe_request *out)
{
	while (probe->step < ROW_SHELF)
		if (wants(probe, probe->step++, out))
			return true;
	const enum probe_state *rights = probe->verdict.rights;
	if (rights[PROBE_LIST] == PROBE_CLOSED && rights[PROBE_READ] == PROBE_NOT_TESTED) {
		probe_set(probe, PROBE_READ, PROBE_CANNOT_TELL);
		if (probe->number[NUMBER_NO_BUCKET] == 0)
			probe_say(probe,
				"listing is refused; objects may still be given to whoever knows their names, and "
				"no name is known");
	} else if (rights[PROBE_LIST] == PROBE_CLOSED && rights[PROBE_READ] == PROBE_CLOSED) {
		probe_say(probe, "listing is refused, and so is the object known from earlier evidence");
	}
	return false;
}

static void take(struct probe *probe, const struct probe_answer *answer)
{
	if (probe_unanswered(probe, answer))
		return;
	probe_set(probe, PROBE_WRITE, PROBE_CANNOT_TELL);
	const struct probe_row *row = answer->request->row;
	if (row == &rows[ROW_BUCKET])
		take_bucket(probe, answer);
	else if (row == &rows[ROW_LIST] || row == &rows[ROW_LIST_1])
		take_list(probe, answer);
	else if (row == &rows[ROW_ACL])
		take_acl(probe, answer);
	else if (row == &rows[ROW_VERSIONS])
		take_versions(probe, answer);
	else
		take_object(probe, answer);
}

/* --- with the owner's credential --- */

struct grants {
	bool read, write, control;
};

/* What a group is granted by the access list, in a word. */
static const char *grant_word(const struct grants *grants)
{
	return grants->control                 ? "full control"
	       : grants->read && grants->write ? "read and write"
	       : grants->write                 ? "write"
	       : grants->read                  ? "read"
					       : "none";
}

static void owner_acl(struct probe_owner_view *view, const struct probe_answer *answer)
{
	struct grants all = {0}, authenticated = {0};
	uint32_t before = 0, order;
	if (probe_fact_count(answer->facts, "AccessControlPolicy") == 0)
		return;
	for (uint32_t i = 0; (order = probe_fact_order(answer->facts, permission_path, i)) != UINT32_MAX; i++) {
		struct st_span group = probe_fact_between(answer->facts, uri_path, before, order);
		struct st_span right = probe_fact(answer->facts, permission_path, i);
		struct grants *grants = is_group(group, "/AllUsers")             ? &all
					: is_group(group, "/AuthenticatedUsers") ? &authenticated
										 : NULL;
		before = order;
		if (grants == NULL)
			continue;
		grants->read = grants->read || (right.size >= 4 && memcmp(right.data, "READ", 4) == 0);
		grants->write = grants->write || (right.size >= 5 && memcmp(right.data, "WRITE", 5) == 0);
		grants->control = grants->control || (right.size == 12 && memcmp(right.data, "FULL_CONTROL", 12) == 0);
	}
	probe_owner_note(view, "acl_all_users", grant_word(&all));
	probe_owner_note(view, "acl_authenticated_users", grant_word(&authenticated));
}

static bool is_true(const struct probe_answer *answer, const char *root, const char *name)
{
	st_auto_free char *path = st_format("%s/%s", root, name);
	return probe_fact_is(answer->facts, path, "true") || probe_fact_is(answer->facts, path, "TRUE");
}

/* Ceph 16 calls the root otherwise. A configuration that is not there is 404. */
static void owner_block(struct probe_owner_view *view, const struct probe_answer *answer)
{
	static const char *const roots[] = {"PublicAccessBlockConfiguration", "BlockPublicAccessBlockConfiguration"};
	static const char *const names[] = {
		"BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"};
	for (size_t i = 0; i < 2 && answer->status == 200; i++) {
		int set = 0;
		for (size_t j = 0; j < 4; j++)
			set += is_true(answer, roots[i], names[j]);
		if (probe_fact_count(answer->facts, roots[i]) > 0)
			probe_owner_note(view, "public_access_block", set == 4 ? "all" : set > 0 ? "some" : "none");
	}
	if (answer->status == 404 && !has_code(answer, "NoSuchBucket"))
		probe_owner_note(view, "public_access_block", "none");
}

/* What the service itself makes of the policy (of Ceph: of the access list, too). */
static void owner_policy(struct probe_owner_view *view, const struct probe_answer *answer)
{
	if (answer->status == 200 && probe_fact_count(answer->facts, "PolicyStatus") > 0)
		probe_owner_note(
			view, "policy_status", is_true(answer, "PolicyStatus", "IsPublic") ? "public" : "not public");
	else if (answer->status == 404 && !has_code(answer, "NoSuchBucket"))
		probe_owner_note(view, "policy_status", "none");
}

/* Amazon S3 API Reference: GetBucketAcl, GetPublicAccessBlock, GetBucketPolicyStatus. */
static void take_owner(struct probe_owner_view *view, const struct probe_answer *answer)
{
	const struct probe_row *row = answer->request->row;
	if (row == &rows[ROW_OWNER_ACL])
		owner_acl(view, answer);
	else if (row == &rows[ROW_OWNER_BLOCK])
		owner_block(view, answer);
	else
		owner_policy(view, answer);
}

const struct probe_service probe_s3 = {
	.name = "s3",
	.title = "S3",
	.names = names,
	.answers = answers,
	.rows = rows,
	.row_count = sizeof rows / sizeof rows[0],
	.unfit = unfit,
	.next = next,
	.take = take,
	.take_owner = take_owner,
	.shelf = &shelf,
	.advice = "block public access, remove public grants and policies, then check again",
};
