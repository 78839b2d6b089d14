/*
 * Google Cloud Storage. Sources (cloud.google.com/storage/docs): XML API "List objects", "Download an object", "HTTP
 * status and error codes"; JSON API "Buckets: testIamPermissions", "Buckets: getIamPolicy", "Objects: list", "HTTP
 * status and error codes"; "Public access prevention" (overrides a public policy by 401 or 403), "Uniform bucket-level
 * access" (no access lists of single objects), "Requester Pays" (400 UserProjectMissing without a project), "IAM
 * roles".
 *
 * The XML interface answers anonymous callers without the right 403, the JSON interface 401, and neither says whether
 * the bucket exists when it denies. What a caller may do is told by testIamPermissions, which nobody needs a right for:
 * it proves reading without an object, and what could be written without a write. What was really refused goes before
 * it: a perimeter or an IP filter refuses whom the policy lets in.
 */
#include "probe/probe.h"

#include "base/ceilings.h"

#include <ctype.h>
#include <strings.h>

enum {
	ROW_PERMISSIONS,
	ROW_LIST,
	ROW_POLICY,
	ROW_SETTINGS,
	ROW_ACL,
	ROW_HEAD,
	ROW_STATUS,
	ROW_BYTE,
	ROW_VERSIONS,
	ROW_VERSIONS_XML,
	ROW_SHELF, /* from here on: not asked by next() */
	ROW_SHELF_NEXT,
	ROW_OBJECT,
};

#define JSON_API "/storage/v1/b{path}"

static const struct probe_row rows[] = {
	[ROW_PERMISSIONS] = {.id = "gcs.permissions",
		.method = "GET",
		.path = JSON_API "/iam/testPermissions",
		.from_root = true,
		.query = "permissions=storage.objects.list&permissions=storage.objects.get&"
			 "permissions=storage.objects.create&permissions=storage.objects.delete&"
			 "permissions=storage.objects.update&permissions=storage.buckets.get&"
			 "permissions=storage.buckets.update&permissions=storage.buckets.delete&"
			 "permissions=storage.buckets.getIamPolicy&permissions=storage.buckets.setIamPolicy",
		.level = PROBE_L1,
		.right = PROBE_LIST,
		.form = PROBE_FORM_JSON,
		.keep = 16,
		.body_bytes = 64 << 10},
	[ROW_LIST] = {.id = "gcs.list",
		.method = "GET",
		.path = "",
		.query = "list-type=2&max-keys=10",
		.level = PROBE_L2,
		.right = PROBE_LIST,
		.form = PROBE_FORM_XML,
		.keep = 10,
		.body_bytes = 256 << 10},
	[ROW_POLICY] = {.id = "gcs.policy",
		.method = "GET",
		.path = JSON_API "/iam",
		.from_root = true,
		.query = "optionsRequestedPolicyVersion=3",
		.level = PROBE_L1,
		.right = PROBE_ACL,
		.form = PROBE_FORM_JSON,
		.keep = 200,
		.body_bytes = 256 << 10},
	[ROW_SETTINGS] = {.id = "gcs.settings",
		.method = "GET",
		.path = JSON_API,
		.from_root = true,
		.query = "fields=kind,iamConfiguration",
		.level = PROBE_L1,
		.right = PROBE_ACL,
		.form = PROBE_FORM_JSON,
		.keep = 2,
		.body_bytes = 64 << 10},
	/* Where there is no JSON interface beside the bucket: BUCKET.storage.googleapis.com. */
	[ROW_ACL] = {.id = "gcs.acl",
		.method = "GET",
		.path = "",
		.query = "acl",
		.level = PROBE_L1,
		.right = PROBE_ACL,
		.form = PROBE_FORM_XML,
		.keep = 1,
		.body_bytes = 64 << 10},
	[ROW_HEAD] = {.id = "gcs.head",
		.method = "HEAD",
		.path = "/{object}",
		.level = PROBE_L2,
		.right = PROBE_READ,
		.known_name = true},
	[ROW_STATUS] = {.id = "gcs.status",
		.method = "GET",
		.path = "/{object}",
		.headers = "Range: bytes=0-0\n",
		.level = PROBE_L2,
		.right = PROBE_READ,
		.known_name = true},
	/* As it is stored: of what the service unpacks itself it would not give a range. */
	[ROW_BYTE] = {.id = "gcs.byte",
		.method = "GET",
		.path = "/{object}",
		.headers = "Accept-Encoding: gzip\nRange: bytes=0-0\n",
		.level = PROBE_L4,
		.right = PROBE_READ,
		.body_bytes = 1},
	/* Without a name: generations, and when they were replaced. */
	[ROW_VERSIONS] = {.id = "gcs.versions",
		.method = "GET",
		.path = JSON_API "/o",
		.from_root = true,
		.query = "versions=true&maxResults=10&fields=kind,nextPageToken,items(generation,timeDeleted)",
		.level = PROBE_L2,
		.right = PROBE_VERSIONS,
		.form = PROBE_FORM_JSON,
		.keep = 10,
		.body_bytes = 64 << 10},
	[ROW_VERSIONS_XML] = {.id = "gcs.versions_xml",
		.method = "GET",
		.path = "",
		.query = "versions=true&max-keys=10",
		.level = PROBE_L2,
		.right = PROBE_VERSIONS,
		.form = PROBE_FORM_XML,
		.keep = 10,
		.body_bytes = 256 << 10},
	[ROW_SHELF] = {.id = "gcs.shelf",
		.method = "GET",
		.path = "",
		.query = "list-type=2&max-keys=1000",
		.level = PROBE_L3,
		.right = PROBE_LIST,
		.body_bytes = CEIL_ANSWER_BODY_BYTES},
	[ROW_SHELF_NEXT] = {.id = "gcs.shelf_next",
		.method = "GET",
		.path = "",
		.query = "list-type=2&max-keys=1000&continuation-token={marker}",
		.level = PROBE_L3,
		.right = PROBE_LIST,
		.body_bytes = CEIL_ANSWER_BODY_BYTES},
	/* The generation that was listed, and as it is stored: without this header an object with Content-Encoding gzip
	 * comes unpacked, in another length than listed, and ranges are not given ("Transcoding of gzip-compressed
	 * files"). */
	[ROW_OBJECT] = {.id = "gcs.object",
		.method = "GET",
		.path = "/{object}",
		.query = "generation={generation}",
		.headers = "Accept-Encoding: gzip\n",
		.level = PROBE_L5,
		.right = PROBE_READ,
		.body_bytes = CEIL_RANGE_BYTES},
};

static const struct probe_shelf shelf = {
	.form = PROBE_LISTING_GCS,
	.first = &rows[ROW_SHELF],
	.next = &rows[ROW_SHELF_NEXT],
	.object = &rows[ROW_OBJECT],
	.by_generation = true,
};

/* What the service has of its own in number[]. */
enum {
	NUMBER_WANT_STATUS,
	NUMBER_NO_BUCKET,
	NUMBER_PERMISSIONS, /* they were told */
	NUMBER_HELD,        /* bits of `held` */
	NUMBER_UNIFORM,     /* uniform bucket-level access */
	NUMBER_REFUSED,     /* bits: rights that a request of their own was refused */
};

enum held {
	HELD_LIST = 1,
	HELD_GET = 2,
	HELD_SETTINGS = 4,
	HELD_POLICY = 8,
	HELD_WRITE = 16,
};

static bool ends_with(const char *host, const char *end)
{
	size_t size = strlen(host), end_size = strlen(end);
	return size > end_size && strcmp(host + size - end_size, end) == 0;
}

/* One host for all buckets, which stand in the path: with its older name, and with those of regions. */
static bool is_of_all(const char *host)
{
	return strcmp(host, "storage.googleapis.com") == 0 || strcmp(host, "commondatastorage.googleapis.com") == 0 ||
	       (strncmp(host, "storage.", 8) == 0 && ends_with(host, ".rep.googleapis.com"));
}

static bool is_of_one(const char *host)
{
	return ends_with(host, ".storage.googleapis.com") || ends_with(host, ".commondatastorage.googleapis.com");
}

static bool is_elsewhere(const char *host)
{
	return strcmp(host, "storage.cloud.google.com") == 0 || strcmp(host, "www.googleapis.com") == 0;
}

static bool names(const struct probe_target *target)
{
	return is_of_all(target->host) || is_of_one(target->host) || is_elsewhere(target->host);
}

/* The bucket stands in the path: then the JSON interface is on the same host. */
static bool has_json(const struct probe_target *target)
{
	return !is_of_one(target->host) && target->path[0] != 0;
}

static bool fits(const struct probe_target *target, const struct probe_row *row)
{
	return row == &rows[ROW_ACL] || row == &rows[ROW_VERSIONS_XML] ? !has_json(target)
								       : !row->from_root || has_json(target);
}

static const char *unfit(const struct probe_target *target)
{
	bool api = strncmp(target->path, "/storage/v1", 11) == 0 || strncmp(target->path, "/download/storage", 17) == 0;
	if (is_elsewhere(target->host) || api)
		return "name the bucket: https://storage.googleapis.com/BUCKET";
	if (is_of_all(target->host) && target->path[0] == 0)
		return "name a bucket: https://storage.googleapis.com/BUCKET";
	if (is_of_one(target->host) ? target->path[0] != 0
				    : target->path[0] != 0 && strchr(target->path + 1, '/') != NULL)
		return "name the bucket alone: what lies in it is found by its listing";
	return NULL;
}

/* XML's Code, or JSON's reason. */
static bool has_code(const struct probe_answer *answer, const char *code)
{
	static const char *const places[] = {"Error/Code", "error.errors.[].reason"};
	for (size_t i = 0; i < 2; i++) {
		struct st_span said = probe_fact(answer->facts, places[i], 0);
		if (said.data != NULL && said.size == strlen(code) &&
			strncasecmp((const char *)said.data, code, said.size) == 0)
			return true;
	}
	return false;
}

static bool answers(const struct probe_answer *answer)
{
	return answer->header[PROBE_HEADER_X_GUPLOADER_UPLOADID] != NULL ||
	       answer->header[PROBE_HEADER_X_GOOG_GENERATION] != NULL;
}

/* What an answer that is no 2xx says of one right. */
static enum probe_state refused(struct probe *probe, const struct probe_answer *answer)
{
	/* JSON calls this `required`, as it does a missing credential: there with 401. */
	if (has_code(answer, "UserProjectMissing") || (answer->status == 400 && has_code(answer, "required"))) {
		probe_say(probe, "requester pays: refused without a project to bill; whoever brings one may get in");
		return PROBE_CANNOT_TELL;
	}
	if (has_code(answer, "SecurityPolicyViolated")) {
		probe_say(probe, "a service perimeter refuses this network; others may get in");
		return PROBE_CANNOT_TELL;
	}
	if (has_code(answer, "NoSuchBucket")) {
		probe->number[NUMBER_NO_BUCKET] = 1;
		probe_say(probe, "there is no such bucket; whoever makes one of this name gets what points at it");
		return PROBE_CLOSED;
	}
	if (answer->status == 401 || answer->status == 403) {
		probe->number[NUMBER_REFUSED] |= 1u << answer->request->row->right;
		return PROBE_CLOSED;
	}
	if (answer->status >= 300 && answer->status < 400)
		probe_say(probe, "it redirects elsewhere (%u), which is not followed", answer->status);
	else
		probe_say(probe, "it answers %u, which says nothing of access", answer->status);
	return PROBE_CANNOT_TELL;
}

static uint64_t bit_of(struct st_span permission)
{
	static const struct {
		const char *name;
		enum held bit;
	} known[] = {
		{"storage.objects.list", HELD_LIST},
		{"storage.objects.get", HELD_GET},
		{"storage.buckets.get", HELD_SETTINGS},
		{"storage.buckets.getIamPolicy", HELD_POLICY},
		{"storage.objects.create", HELD_WRITE},
		{"storage.objects.delete", HELD_WRITE},
		{"storage.objects.update", HELD_WRITE},
		{"storage.buckets.update", HELD_WRITE},
		{"storage.buckets.delete", HELD_WRITE},
		{"storage.buckets.setIamPolicy", HELD_WRITE},
	};
	for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
		if (permission.size == strlen(known[i].name) &&
			memcmp(permission.data, known[i].name, permission.size) == 0)
			return known[i].bit;
	return 0;
}

static void take_permissions(struct probe *probe, const struct probe_answer *answer)
{
	struct st_span permission;
	if (answer->status != 200 || !probe_fact_is(answer->facts, "kind", "storage#testIamPermissionsResponse")) {
		if (answer->status == 404 && has_code(answer, "notFound"))
			probe->number[NUMBER_NO_BUCKET] = 1;
		return;
	}
	probe->number[NUMBER_PERMISSIONS] = 1;
	for (uint32_t i = 0; (permission = probe_fact(answer->facts, "permissions.[]", i)).data != NULL; i++)
		probe->number[NUMBER_HELD] |= bit_of(permission);
}

static void take_list(struct probe *probe, const struct probe_answer *answer)
{
	if (answer->status == 200 && probe_fact_count(answer->facts, "ListBucketResult") > 0) {
		probe_set(probe, PROBE_LIST, PROBE_OPEN);
		probe_saw_names(probe, answer, "ListBucketResult/Contents/Key");
		probe_say(probe, "its contents are listed without credentials");
	} else if (answer->status == 200) {
		probe_set(probe, PROBE_LIST, PROBE_CANNOT_TELL);
		probe_say(probe, "200, but no listing");
	} else {
		probe_set(probe, PROBE_LIST, refused(probe, answer));
	}
}

static bool role_writes(struct st_span role)
{
	static const char *const writers[] = {"roles/storage.objectCreator", "roles/storage.objectUser",
		"roles/storage.objectAdmin", "roles/storage.admin", "roles/storage.legacyBucketWriter",
		"roles/storage.legacyBucketOwner", "roles/storage.legacyObjectOwner", "roles/owner", "roles/editor"};
	for (size_t i = 0; i < sizeof writers / sizeof writers[0]; i++)
		if (role.size == strlen(writers[i]) && memcmp(role.data, writers[i], role.size) == 0)
			return true;
	return false;
}

/* The role of the binding that holds this member: members stand behind their role, or all of them before it. */
static struct st_span role_of(const struct probe_facts *facts, uint32_t member)
{
	static const char path[] = "bindings.[].role";
	struct st_span role = {NULL, 0};
	uint32_t order;
	if (probe_fact_order(facts, "bindings.[].members.[]", 0) < probe_fact_order(facts, path, 0))
		return probe_fact_between(facts, path, member, UINT32_MAX);
	for (uint32_t i = 0; (order = probe_fact_order(facts, path, i)) != UINT32_MAX && order < member; i++)
		role = probe_fact(facts, path, i);
	return role;
}

static void take_bindings(struct probe *probe, const struct probe_facts *facts)
{
	static const char path[] = "bindings.[].members.[]";
	uint32_t order;
	for (uint32_t i = 0; (order = probe_fact_order(facts, path, i)) != UINT32_MAX; i++) {
		struct st_span member = probe_fact(facts, path, i);
		bool all = member.size == 8 && memcmp(member.data, "allUsers", 8) == 0;
		bool authenticated = member.size == 21 && memcmp(member.data, "allAuthenticatedUsers", 21) == 0;
		if (authenticated)
			probe_set(probe, PROBE_ANY_AUTHENTICATED, PROBE_OPEN);
		if ((all || authenticated) && role_writes(role_of(facts, order)))
			probe_set(probe, PROBE_WRITE, PROBE_OPEN);
	}
	if (!facts->full && probe_fact_count(facts, path) <= rows[ROW_POLICY].keep)
		probe_set(probe, PROBE_ANY_AUTHENTICATED, PROBE_CLOSED);
}

static void take_policy(struct probe *probe, const struct probe_answer *answer)
{
	if (answer->status == 200 && probe_fact_is(answer->facts, "kind", "storage#policy")) {
		probe_set(probe, PROBE_ACL, PROBE_OPEN);
		take_bindings(probe, answer->facts);
	} else {
		probe_set(probe, PROBE_ACL, answer->status == 200 ? PROBE_CANNOT_TELL : refused(probe, answer));
	}
}

static void take_settings(struct probe *probe, const struct probe_answer *answer)
{
	if (answer->status == 200 &&
		probe_fact_is(answer->facts, "iamConfiguration.uniformBucketLevelAccess.enabled", "true"))
		probe->number[NUMBER_UNIFORM] = 1;
}

/* 400 is said to who may read access lists, of a bucket that has none ("Uniform bucket-level access"). */
static void take_acl(struct probe *probe, const struct probe_answer *answer)
{
	bool listed = answer->status == 200 && probe_fact_count(answer->facts, "AccessControlList") > 0;
	probe_set(probe, PROBE_ACL,
		listed ? PROBE_OPEN
		: answer->status == 401 || answer->status == 403 || has_code(answer, "NoSuchBucket")
			? PROBE_CLOSED
			: PROBE_CANNOT_TELL);
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
		/* Who may neither list nor read is told 403 of a name that is not there. */
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
	bool listed = answer->status == 200 && (probe_fact_is(answer->facts, "kind", "storage#objects") ||
						       probe_fact_count(answer->facts, "ListBucketResult") > 0);
	if (!listed) {
		probe_set(probe, PROBE_VERSIONS, answer->status == 200 ? PROBE_CANNOT_TELL : refused(probe, answer));
		return;
	}
	probe_set(probe, PROBE_VERSIONS, PROBE_OPEN);
	uint64_t old = probe_fact_count(answer->facts, "items.[].timeDeleted");
	if (old > 0)
		probe_say(probe,
			"its contents are listed without credentials, with versions that were replaced or deleted");
}

static bool is_open(const struct probe *probe, enum probe_right right)
{
	return probe->verdict.rights[right] == PROBE_OPEN;
}

static bool holds(const struct probe *probe, enum held bit)
{
	return (probe->number[NUMBER_HELD] & bit) != 0;
}

/* What the policy grants anonymous callers, where no request of its own has told. */
static void judge_list(struct probe *probe)
{
	enum probe_state *rights = probe->verdict.rights;
	if (holds(probe, HELD_LIST) && (probe->number[NUMBER_REFUSED] & 1u << PROBE_LIST) != 0) {
		rights[PROBE_LIST] = PROBE_CANNOT_TELL;
		if (rights[PROBE_VERSIONS] == PROBE_CLOSED) /* the same permission */
			rights[PROBE_VERSIONS] = PROBE_CANNOT_TELL;
		probe_say(probe,
			"the policy lets anybody list, and listing is refused here: a filter of addresses, or a "
			"perimeter; others may get in");
	} else if (rights[PROBE_LIST] == PROBE_NOT_TESTED) {
		probe_set(probe, PROBE_LIST, holds(probe, HELD_LIST) ? PROBE_OPEN : PROBE_CLOSED);
		if (holds(probe, HELD_LIST))
			probe_say(probe, "its policy lets anybody list what is in it");
	}
	if (!holds(probe, HELD_LIST) && rights[PROBE_VERSIONS] == PROBE_NOT_TESTED)
		probe_set(probe, PROBE_VERSIONS, PROBE_CLOSED); /* the same permission */
}

static void judge_read(struct probe *probe)
{
	enum probe_state *rights = probe->verdict.rights;
	bool refused_one = (probe->number[NUMBER_REFUSED] & 1u << PROBE_READ) != 0;
	/* Who refuses what the policy grants refuses reading too. */
	bool filtered = holds(probe, HELD_LIST) && (probe->number[NUMBER_REFUSED] & 1u << PROBE_LIST) != 0;
	if (holds(probe, HELD_GET) && (refused_one || filtered) && !is_open(probe, PROBE_READ)) {
		rights[PROBE_READ] = PROBE_CANNOT_TELL;
		probe_say(probe, "the policy lets anybody read, and that is refused here: a filter of addresses, or a "
				 "perimeter; others may get in");
	} else if (holds(probe, HELD_GET)) {
		probe_set(probe, PROBE_READ, PROBE_OPEN);
		if (!is_open(probe, PROBE_LIST))
			probe_say(probe, "its policy lets anybody read an object whose name is known");
	} else if (!is_open(probe, PROBE_READ) && probe->number[NUMBER_UNIFORM] != 0) {
		probe_set(probe, PROBE_READ, PROBE_CLOSED); /* single objects have no grants of their own */
	}
}

static void finish(struct probe *probe)
{
	enum probe_state *rights = probe->verdict.rights;
	if (probe->number[NUMBER_PERMISSIONS] != 0) {
		judge_list(probe);
		judge_read(probe);
		if (!holds(probe, HELD_POLICY) && rights[PROBE_ACL] == PROBE_NOT_TESTED)
			probe_set(probe, PROBE_ACL, PROBE_CLOSED);
		probe_set(probe, PROBE_WRITE, holds(probe, HELD_WRITE) ? PROBE_OPEN : PROBE_CLOSED);
	}
	if (probe->number[NUMBER_NO_BUCKET] != 0) {
		probe_set(probe, PROBE_READ, probe->known_object.data != NULL ? PROBE_CLOSED : PROBE_CANNOT_TELL);
		probe_set(probe, PROBE_ACL, PROBE_CLOSED);
		probe_set(probe, PROBE_VERSIONS, PROBE_CLOSED);
		return;
	}
	if (rights[PROBE_LIST] != PROBE_CLOSED)
		return;
	if (rights[PROBE_READ] == PROBE_NOT_TESTED) {
		probe_set(probe, PROBE_READ, PROBE_CANNOT_TELL);
		probe_say(probe,
			"listing is refused; single objects may still be given to whoever knows their names, and no "
			"name is known");
	} else if (rights[PROBE_READ] == PROBE_CLOSED) {
		probe_say(probe,
			probe->number[NUMBER_UNIFORM] != 0
				? "listing and reading are refused, and single objects have no grants of their own"
				: "listing is refused, and so is the object known from earlier evidence");
	}
}

/* What testIamPermissions says is not held needs no refusal of its own. */
static bool is_pointless(const struct probe *probe, int row)
{
	bool told = probe->number[NUMBER_PERMISSIONS] != 0;
	return probe->number[NUMBER_NO_BUCKET] != 0 || (row == ROW_STATUS && probe->number[NUMBER_WANT_STATUS] == 0) ||
	       (row == ROW_POLICY && told && !holds(probe, HELD_POLICY)) ||
	       (row == ROW_SETTINGS && !holds(probe, HELD_SETTINGS)) ||
	       (row == ROW_VERSIONS && told && !holds(probe, HELD_LIST));
}

static bool wants(struct probe *probe, int row, struct probe_request *out)
{
	*out = (struct probe_request){.row = &rows[row]};
	if (!fits(probe->target, &rows[row]) || (row != ROW_LIST && is_pointless(probe, row)))
		return false;
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
	finish(probe);
	return false;
}

static void take(struct probe *probe, const struct probe_answer *answer)
{
	const struct probe_row *row = answer->request->row;
	/* The permissions are no request for a right: without them the others still tell. */
	if (row == &rows[ROW_PERMISSIONS] && answer->outcome != PROBE_ANSWERED && answer->outcome != PROBE_HELD_BACK)
		return;
	if (probe_unanswered(probe, answer))
		return;
	probe_set(probe, PROBE_WRITE, PROBE_CANNOT_TELL);
	if (row == &rows[ROW_PERMISSIONS])
		take_permissions(probe, answer);
	else if (row == &rows[ROW_LIST])
		take_list(probe, answer);
	else if (row == &rows[ROW_POLICY])
		take_policy(probe, answer);
	else if (row == &rows[ROW_SETTINGS])
		take_settings(probe, answer);
	else if (row == &rows[ROW_ACL])
		take_acl(probe, answer);
	else if (row == &rows[ROW_VERSIONS] || row == &rows[ROW_VERSIONS_XML])
		take_versions(probe, answer);
	else
		take_object(probe, answer);
}

const struct probe_service probe_gcs = {
	.name = "gcs",
	.title = "Google Cloud Storage",
	.names = names,
	.answers = answers,
	.rows = rows,
	.row_count = sizeof rows / sizeof rows[0],
	.unfit = unfit,
	.fits = fits,
	.next = next,
	.take = take,
	.shelf = &shelf,
	.advice = "enforce public access prevention, remove allUsers and allAuthenticatedUsers, then check again",
};
