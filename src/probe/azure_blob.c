/*
 * Azure Blob Storage. Sources: Microsoft Learn, "Configure anonymous read access for containers and blobs", "Operations
 * available to anonymous users", "List Blobs", "Get Container Properties", "Blob service error codes"; what private,
 * missing and blob-level containers have in common is by design (azure-storage-cpp issue 397).
 *
 * Without x-ms-version an anonymous request gets 404 ResourceNotFound from a container that is private, is not there,
 * or lets single blobs be read: a listing that is refused says nothing of reading. With a newer version the same is
 * 401.
 */
#include "probe/probe.h"

#include "base/ceilings.h"

#define VERSION_HEADER "x-ms-version: 2021-12-02\n"

enum {
	ROW_PROPERTIES,
	ROW_LIST,
	ROW_ACL,
	ROW_VERSIONS,
	ROW_HEAD,
	ROW_STATUS,
	ROW_BYTE,
	ROW_SHELF,
	ROW_SHELF_NEXT,
	ROW_OBJECT,
	ROW_OWNER_ACL,
};

static const struct probe_row rows[] = {
	[ROW_PROPERTIES] = {.id = "azure_blob.properties",
		.method = "HEAD",
		.path = "",
		.query = "restype=container",
		.level = PROBE_L1,
		.right = PROBE_LIST},
	[ROW_LIST] = {.id = "azure_blob.list",
		.method = "GET",
		.path = "",
		.query = "restype=container&comp=list&maxresults=10",
		.level = PROBE_L2,
		.right = PROBE_LIST,
		.form = PROBE_FORM_XML,
		.keep = 10,
		.body_bytes = 256 << 10},
	[ROW_ACL] = {.id = "azure_blob.acl",
		.method = "GET",
		.path = "",
		.query = "restype=container&comp=acl",
		.level = PROBE_L1,
		.right = PROBE_ACL,
		.form = PROBE_FORM_XML,
		.body_bytes = 64 << 10},
	[ROW_VERSIONS] = {.id = "azure_blob.versions",
		.method = "GET",
		.path = "",
		.query = "restype=container&comp=list&maxresults=10&include=versions,snapshots",
		.headers = VERSION_HEADER,
		.level = PROBE_L2,
		.right = PROBE_VERSIONS,
		.form = PROBE_FORM_XML,
		.keep = 10,
		.body_bytes = 256 << 10},
	[ROW_HEAD] = {.id = "azure_blob.head",
		.method = "HEAD",
		.path = "/{object}",
		.level = PROBE_L2,
		.right = PROBE_READ,
		.known_name = true},
	/* Where HEAD is not answered: of this one nothing but status and headers is read. */
	[ROW_STATUS] = {.id = "azure_blob.status",
		.method = "GET",
		.path = "/{object}",
		.headers = "Range: bytes=0-0\n",
		.level = PROBE_L2,
		.right = PROBE_READ,
		.known_name = true},
	[ROW_BYTE] = {.id = "azure_blob.byte",
		.method = "GET",
		.path = "/{object}",
		.headers = "Range: bytes=0-0\n",
		.level = PROBE_L4,
		.right = PROBE_READ,
		.body_bytes = 1},
	/* Pages of 2,000: names of 1,024 characters, each three bytes as an escape, still fit the ceiling. */
	[ROW_SHELF] = {.id = "azure_blob.shelf",
		.method = "GET",
		.path = "",
		.query = "restype=container&comp=list&maxresults=2000",
		.headers = VERSION_HEADER,
		.level = PROBE_L3,
		.right = PROBE_LIST,
		.body_bytes = CEIL_ANSWER_BODY_BYTES},
	[ROW_SHELF_NEXT] = {.id = "azure_blob.shelf_next",
		.method = "GET",
		.path = "",
		.query = "restype=container&comp=list&maxresults=2000&marker={marker}",
		.headers = VERSION_HEADER,
		.level = PROBE_L3,
		.right = PROBE_LIST,
		.body_bytes = CEIL_ANSWER_BODY_BYTES},
	[ROW_OBJECT] = {.id = "azure_blob.object",
		.method = "GET",
		.path = "/{object}",
		.headers = VERSION_HEADER,
		.level = PROBE_L5,
		.right = PROBE_READ,
		.body_bytes = CEIL_RANGE_BYTES},
	/* The access policy itself is not looked at: the header says what anybody may do. */
	[ROW_OWNER_ACL] = {.id = "azure_blob.owner_acl",
		.method = "GET",
		.path = "",
		.query = "restype=container&comp=acl",
		.headers = VERSION_HEADER,
		.level = PROBE_L1,
		.right = PROBE_ACL,
		.owner_only = true},
};

static const struct probe_shelf shelf = {
	.form = PROBE_LISTING_AZURE,
	.first = &rows[ROW_SHELF],
	.next = &rows[ROW_SHELF_NEXT],
	.object = &rows[ROW_OBJECT],
};

/* Public cloud, national clouds, DNS zones of newer accounts, and secondaries. */
static bool names(const struct probe_target *target)
{
	static const char *const ends[] = {".blob.core.windows.net", ".blob.core.chinacloudapi.cn",
		".blob.core.usgovcloudapi.net", ".blob.storage.azure.net", ".web.core.windows.net"};
	size_t size = strlen(target->host);
	for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++)
		if (size > strlen(ends[i]) && strcmp(target->host + size - strlen(ends[i]), ends[i]) == 0)
			return true;
	return false;
}

static const char *error_code(const struct probe_answer *answer)
{
	static const char *const codes[] = {"PublicAccessNotPermitted", "ResourceNotFound", "BlobNotFound",
		"ContainerNotFound", "AuthorizationFailure", "NoAuthenticationInformation", "AuthenticationFailed",
		"AccountRequiresHttps", "ServerBusy", "BlobArchived", "AuthorizationPermissionMismatch"};
	const char *header = answer->header[PROBE_HEADER_X_MS_ERROR_CODE];
	for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++)
		if ((header != NULL && strcmp(header, codes[i]) == 0) ||
			(header == NULL && probe_fact_is(answer->facts, "Error/Code", codes[i])))
			return codes[i];
	return "";
}

static bool is(const char *code, const char *name)
{
	return strcmp(code, name) == 0;
}

static bool answers(const struct probe_answer *answer)
{
	const char *server = answer->header[PROBE_HEADER_SERVER];
	return answer->header[PROBE_HEADER_X_MS_REQUEST_ID] != NULL ||
	       answer->header[PROBE_HEADER_X_MS_ERROR_CODE] != NULL ||
	       (server != NULL && (strstr(server, "Azure-Blob") != NULL || strstr(server, "Azurite-Blob") != NULL)) ||
	       error_code(answer)[0] != 0 || probe_fact_count(answer->facts, "EnumerationResults") > 0;
}

/* An account alone has no listing that anonymous callers may ask for. */
static const char *unfit(const struct probe_target *target)
{
	if (strstr(target->host, ".web.core.windows.net") != NULL)
		return "a static website is public whatever its container's level: name "
		       "ACCOUNT.blob.core.windows.net/$web";
	return target->path[0] == 0 ? "name a container: an account as a whole cannot be asked anonymously" : NULL;
}

/* What one answer says of one right, when it is no 2xx. */
static enum probe_state refused(struct probe *probe, const struct probe_answer *answer)
{
	const char *code = error_code(answer);
	if (is(code, "PublicAccessNotPermitted")) {
		probe->verdict.refused_as_a_whole = true;
		probe_say(probe, "the account permits no anonymous access (PublicAccessNotPermitted)");
		return PROBE_CLOSED;
	}
	if (is(code, "AuthorizationFailure")) {
		probe_say(probe, "the storage firewall refuses this network (AuthorizationFailure); others may get in");
		return PROBE_CANNOT_TELL;
	}
	if (is(code, "AccountRequiresHttps")) {
		probe_say(probe, "the account answers over https only");
		return PROBE_CANNOT_TELL;
	}
	if (answer->status == 401 || answer->status == 403 || answer->status == 404)
		return PROBE_CLOSED;
	if (answer->status >= 300 && answer->status < 400)
		probe_say(probe, "it redirects elsewhere (%u), which is not followed", answer->status);
	else
		probe_say(probe, "it answers %u, which says nothing of access", answer->status);
	return PROBE_CANNOT_TELL;
}

/* Only at L1: where a listing may be asked for, it says the same and more. */
static void take_properties(struct probe *probe, const struct probe_answer *answer)
{
	const char *access = answer->header[PROBE_HEADER_X_MS_BLOB_PUBLIC_ACCESS];
	if (answer->status != 200) {
		probe_set(probe, PROBE_LIST, refused(probe, answer));
		return;
	}
	/* Only who may list may see these properties without credentials. */
	probe_set(probe, PROBE_LIST, access != NULL ? PROBE_OPEN : PROBE_CANNOT_TELL);
	probe_say(probe, access != NULL ? "its public access level is `container`"
					: "its properties are answered, without an access level");
}

static void take_list(struct probe *probe, const struct probe_answer *answer)
{
	if (answer->status != 200) {
		probe_set(probe, PROBE_LIST, refused(probe, answer));
	} else if (probe_fact_count(answer->facts, "EnumerationResults") == 0) {
		probe_set(probe, PROBE_LIST, PROBE_CANNOT_TELL);
		probe_say(probe, "200, but no listing");
	} else {
		probe_set(probe, PROBE_LIST, PROBE_OPEN);
		probe_saw_names(probe, answer, "EnumerationResults/Blobs/Blob/Name");
		probe_say(probe, "its contents are listed without credentials");
	}
}

/* Anonymous callers are never given the policies; a front or an emulator may. */
static void take_acl(struct probe *probe, const struct probe_answer *answer)
{
	probe_set(probe, PROBE_ACL,
		answer->status == 200 && probe_fact_count(answer->facts, "SignedIdentifiers") > 0 ? PROBE_OPEN
		: is(error_code(answer), "AuthorizationFailure")                                  ? PROBE_CANNOT_TELL
		: answer->status == 401 || answer->status == 403 || answer->status == 404 || answer->status == 409
			? PROBE_CLOSED
			: PROBE_CANNOT_TELL);
}

static void take_versions(struct probe *probe, const struct probe_answer *answer)
{
	if (answer->status == 200 && probe_fact_count(answer->facts, "EnumerationResults") > 0)
		probe_set(probe, PROBE_VERSIONS, PROBE_OPEN);
	else if (answer->status == 200)
		probe_set(probe, PROBE_VERSIONS, PROBE_CANNOT_TELL);
	else
		probe_set(probe, PROBE_VERSIONS,
			answer->status == 401 || answer->status == 403 || answer->status == 404 || answer->status == 409
				? refused(probe, answer)
				: PROBE_CANNOT_TELL);
}

/* A server that says 200 to whatever it is asked is no open container. */
static bool is_marked(const struct probe *probe, const struct probe_answer *answer)
{
	return probe->verdict.rights[PROBE_LIST] == PROBE_OPEN || answer->header[PROBE_HEADER_ETAG] != NULL ||
	       answer->header[PROBE_HEADER_X_MS_REQUEST_ID] != NULL ||
	       answer->header[PROBE_HEADER_X_MS_BLOB_TYPE] != NULL;
}

static void take_object(struct probe *probe, const struct probe_answer *answer)
{
	const char *code = error_code(answer);
	if (answer->request->row == &rows[ROW_HEAD] && (answer->status == 405 || answer->status == 501)) {
		probe->number[0] = 1; /* HEAD is not answered here */
		return;
	}
	if ((answer->status == 200 || answer->status == 206) && !is_marked(probe, answer)) {
		probe_set(probe, PROBE_READ, PROBE_CANNOT_TELL);
		probe_say(probe, "it answers %u to a blob's name, without any mark of the service", answer->status);
	} else if (answer->status == 200 || answer->status == 206 || is(code, "BlobArchived")) {
		probe_set(probe, PROBE_READ, PROBE_OPEN);
		if (probe->verdict.rights[PROBE_LIST] != PROBE_OPEN)
			probe_say(probe, "a blob whose name is known is given without credentials");
	} else if (is(code, "BlobNotFound")) {
		/* Said only where blobs may be read: a private container denies that there is a resource at all. */
		probe_set(probe, PROBE_READ, PROBE_CANNOT_TELL);
		probe_say(probe, "the blob known from earlier evidence is gone; others may still be read");
	} else {
		enum probe_state state = refused(probe, answer);
		/* One listed blob that is refused says nothing of the others; one known to have been open does. */
		if (state == PROBE_CLOSED && !answer->request->known && !probe->verdict.refused_as_a_whole)
			state = PROBE_CANNOT_TELL;
		probe_set(probe, PROBE_READ, state);
	}
}

static bool wants(struct probe *probe, int row, struct probe_request *out)
{
	if (probe->verdict.refused_as_a_whole || (row == ROW_STATUS && probe->number[0] == 0) ||
		(row == ROW_PROPERTIES && probe->level >= PROBE_L2))
		return false;
	struct st_span seen = {probe->seen_object.data, probe->seen_object.size};
	*out = (struct probe_request){.row = &rows[row]};
	if (rows[row].known_name || row == ROW_BYTE) {
		out->known = seen.size == 0 && probe->known_object.data != NULL;
		out->object = out->known ? probe->known_object : seen;
		if (out->object.data == NULL)
			return false;
	}
	return probe_allows(probe, &rows[row], out->known);
}

static bool next(struct probe *probe, struct probe_request *out)
{
	static const int order[] = {ROW_PROPERTIES, ROW_LIST, ROW_ACL, ROW_HEAD, ROW_STATUS, ROW_BYTE, ROW_VERSIONS};
	while (probe->step < (int)(sizeof order / sizeof order[0]))
		if (wants(probe, order[probe->step++], out))
			return true;
	if (!probe->verdict.refused_as_a_whole && probe->verdict.rights[PROBE_READ] == PROBE_NOT_TESTED &&
		probe->verdict.rights[PROBE_LIST] == PROBE_CLOSED) {
		probe_set(probe, PROBE_READ, PROBE_CANNOT_TELL);
		probe_say(probe,
			"listing is refused; that is said alike of a private container, of none, and of one whose "
			"blobs can be read by name, and no name is known");
	}
	return false;
}

static void take(struct probe *probe, const struct probe_answer *answer)
{
	if (probe_unanswered(probe, answer))
		return;
	probe_set(probe, PROBE_WRITE, PROBE_CLOSED); /* no access level lets anonymous callers write */
	const struct probe_row *row = answer->request->row;
	if (row == &rows[ROW_PROPERTIES])
		take_properties(probe, answer);
	else if (row == &rows[ROW_LIST])
		take_list(probe, answer);
	else if (row == &rows[ROW_ACL])
		take_acl(probe, answer);
	else if (row == &rows[ROW_VERSIONS])
		take_versions(probe, answer);
	else
		take_object(probe, answer);
	if (probe->verdict.refused_as_a_whole)
		for (int right = PROBE_LIST; right <= PROBE_VERSIONS; right++)
			probe_set(probe, (enum probe_right)right, PROBE_CLOSED);
	else if (probe->verdict.rights[PROBE_LIST] == PROBE_CLOSED && probe->verdict.rights[PROBE_READ] == PROBE_CLOSED)
		probe_say(probe, "listing is refused, and so is the blob known from earlier evidence");
}

/* Microsoft Learn, "Get Container ACL": x-ms-blob-public-access is not there when access is private. */
static void take_owner(struct probe_owner_view *view, const struct probe_answer *answer)
{
	const char *access = answer->header[PROBE_HEADER_X_MS_BLOB_PUBLIC_ACCESS];
	if (answer->status == 200)
		probe_owner_note(view, "anonymous_access",
			access == NULL                     ? "none"
			: strcmp(access, "container") == 0 ? "container"
			: strcmp(access, "blob") == 0      ? "blob"
							   : "unknown");
}

const struct probe_service probe_azure_blob = {
	.name = "azure_blob",
	.title = "Azure Blob",
	.names = names,
	.answers = answers,
	.rows = rows,
	.row_count = sizeof rows / sizeof rows[0],
	.unfit = unfit,
	.next = next,
	.take = take,
	.take_owner = take_owner,
	.shelf = &shelf,
	.advice = "set public access to none, then check again",
};
