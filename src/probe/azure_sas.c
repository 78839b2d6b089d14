/*
 * A URL of Azure Blob Storage with a shared access signature: an exposure of its own, whatever the container's access
 * level is. What it grants stands in it and is signed (probe/sas.h); whether it still holds is shown by requests that
 * read: a listing, HEAD of a blob. A signature that is accepted grants what it says, so writing is implied and never
 * tried. Sources (Microsoft Learn): "Create an account SAS", "Create a service SAS", "Shared access signature error
 * codes" (403 Authorization...Mismatch is said after the signature was found right), "List Blobs", "List Containers",
 * "Prevent Shared Key authorization".
 */
#include "probe/azure.h"

#include "base/ceilings.h"
#include "base/clock.h"

#define VERSION_HEADER "x-ms-version: 2021-12-02\n"

enum {
	ROW_CONTAINERS,
	ROW_LIST,
	ROW_BLOB,
	ROW_BLOB_BYTE,
	ROW_HEAD,
	ROW_BYTE,
	ROW_VERSIONS,
	ROW_SHELF,
	ROW_SHELF_NEXT,
	ROW_OBJECT,
};

static const struct probe_row rows[] = {
	[ROW_CONTAINERS] = {.id = "azure_sas.containers",
		.method = "GET",
		.path = "",
		.query = "comp=list&maxresults=10",
		.level = PROBE_L2,
		.right = PROBE_LIST,
		.form = PROBE_FORM_XML,
		.body_bytes = 256 << 10},
	[ROW_LIST] = {.id = "azure_sas.list",
		.method = "GET",
		.path = "",
		.query = "restype=container&comp=list&maxresults=10",
		.level = PROBE_L2,
		.right = PROBE_LIST,
		.form = PROBE_FORM_XML,
		.keep = 10,
		.body_bytes = 256 << 10},
	/* The target is a blob. */
	[ROW_BLOB] = {.id = "azure_sas.blob", .method = "HEAD", .path = "", .level = PROBE_L1, .right = PROBE_READ},
	[ROW_BLOB_BYTE] = {.id = "azure_sas.blob_byte",
		.method = "GET",
		.path = "",
		.headers = "Range: bytes=0-0\n",
		.level = PROBE_L4,
		.right = PROBE_READ,
		.body_bytes = 1},
	[ROW_HEAD] = {.id = "azure_sas.head",
		.method = "HEAD",
		.path = "/{object}",
		.level = PROBE_L2,
		.right = PROBE_READ,
		.known_name = true},
	[ROW_BYTE] = {.id = "azure_sas.byte",
		.method = "GET",
		.path = "/{object}",
		.headers = "Range: bytes=0-0\n",
		.level = PROBE_L4,
		.right = PROBE_READ,
		.body_bytes = 1},
	[ROW_VERSIONS] = {.id = "azure_sas.versions",
		.method = "GET",
		.path = "",
		.query = "restype=container&comp=list&maxresults=10&include=versions,snapshots",
		.headers = VERSION_HEADER,
		.level = PROBE_L2,
		.right = PROBE_VERSIONS,
		.form = PROBE_FORM_XML,
		.body_bytes = 256 << 10},
	/* As azure_blob.c has them. */
	[ROW_SHELF] = {.id = "azure_sas.shelf",
		.method = "GET",
		.path = "",
		.query = "restype=container&comp=list&maxresults=2000",
		.headers = VERSION_HEADER,
		.level = PROBE_L5,
		.right = PROBE_LIST,
		.body_bytes = CEIL_ANSWER_BODY_BYTES},
	[ROW_SHELF_NEXT] = {.id = "azure_sas.shelf_next",
		.method = "GET",
		.path = "",
		.query = "restype=container&comp=list&maxresults=2000&marker={marker}",
		.headers = VERSION_HEADER,
		.level = PROBE_L5,
		.right = PROBE_LIST,
		.body_bytes = CEIL_ANSWER_BODY_BYTES},
	[ROW_OBJECT] = {.id = "azure_sas.object",
		.method = "GET",
		.path = "/{object}",
		.headers = VERSION_HEADER,
		.level = PROBE_L5,
		.right = PROBE_READ,
		.body_bytes = CEIL_RANGE_BYTES},
};

static const struct probe_shelf shelf = {
	.form = PROBE_LISTING_AZURE,
	.first = &rows[ROW_SHELF],
	.next = &rows[ROW_SHELF_NEXT],
	.object = &rows[ROW_OBJECT],
};

/* What the service has of its own in number[]. */
enum {
	NUMBER_ACCEPTED, /* the signature was found right */
	NUMBER_JUDGED,   /* by its own words, before anything was sent */
	NUMBER_SILENT,   /* by those, nothing needs to be sent */
	NUMBER_GONE,     /* there is no such container */
};

enum place { OF_ACCOUNT, OF_CONTAINER, OF_BLOB };

/* The account is the host, or the first segment where the host is an address (as the emulator has it). */
static enum place place_of(const struct probe_target *target)
{
	int segments = target->literal || strcmp(target->host, "localhost") == 0 ? -1 : 0;
	for (const char *at = target->path; *at != 0; at++)
		segments += *at == '/';
	return segments <= 0 ? OF_ACCOUNT : segments == 1 ? OF_CONTAINER : OF_BLOB;
}

static const char *unfit(const struct probe_target *target)
{
	if (target->sas == NULL)
		return "a shared access signature is examined from a file: --sas FILE";
	if (place_of(target) == OF_ACCOUNT && target->sas->kind != PROBE_SAS_ACCOUNT)
		return "its signature is for one container or blob: the URL names neither";
	if (place_of(target) == OF_CONTAINER && target->sas->resource[0] == 'b')
		return "its signature is for one blob: the URL names its container only";
	return NULL;
}

static bool fits(const struct probe_target *target, const struct probe_row *row)
{
	if (target->sas == NULL)
		return false;
	switch (place_of(target)) {
	case OF_ACCOUNT:
		return row == &rows[ROW_CONTAINERS];
	case OF_CONTAINER:
		return row != &rows[ROW_CONTAINERS] && row != &rows[ROW_BLOB] && row != &rows[ROW_BLOB_BYTE];
	case OF_BLOB:
		return row == &rows[ROW_BLOB] || row == &rows[ROW_BLOB_BYTE];
	}
	return false;
}

/* --- by its own words --- */

static void close_all(struct probe *probe)
{
	probe->verdict.refused_as_a_whole = true;
	probe_set(probe, PROBE_LIST, PROBE_CLOSED);
	probe_set(probe, PROBE_READ, PROBE_CLOSED);
	probe_set(probe, PROBE_VERSIONS, PROBE_CLOSED);
	probe_set(probe, PROBE_WRITE, PROBE_CLOSED);
	probe->number[NUMBER_SILENT] = 1;
}

static void cannot_tell(struct probe *probe)
{
	probe_set(probe, PROBE_LIST, PROBE_CANNOT_TELL);
	probe_set(probe, PROBE_READ, PROBE_CANNOT_TELL);
	probe_set(probe, PROBE_WRITE, PROBE_CANNOT_TELL);
	probe->number[NUMBER_SILENT] = 1;
}

/* It is signed: nobody can make it last longer, or be for other services. */
static void judge_words(struct probe *probe)
{
	const struct probe_sas *sas = probe->target->sas;
	char time[21];
	probe->number[NUMBER_JUDGED] = 1;
	probe->product.size = 0;
	probe_sas_tell(sas, &probe->product);
	if (sas->expiry != 0 && (probe->now_s > sas->expiry + PROBE_SAS_CLOCK_S || sas->start >= sas->expiry)) {
		st_utc_text(sas->expiry, time);
		close_all(probe);
		probe_say(probe, "by its own words it expired at %s: nothing was sent", time);
	} else if (sas->start > probe->now_s + PROBE_SAS_CLOCK_S) {
		st_utc_text(sas->start, time);
		cannot_tell(probe);
		probe_say(probe, "it is good from %s on, not yet: nothing was sent", time);
	} else if (!probe_sas_is_of_blobs(sas)) {
		close_all(probe);
		probe_say(probe, "by its own words it is for other services than blobs: nothing was sent");
	} else if (sas->https_only && probe->target->transport == PROBE_HTTP) {
		cannot_tell(probe);
		probe_say(probe, "it is good over https only, and the URL is http: nothing was sent");
	}
}

/* --- answers --- */

static bool is(const char *code, const char *name)
{
	return strcmp(code, name) == 0;
}

/* Said when the signature was found right: by what it does not grant, or by what is not there. */
static bool is_accepted(const struct probe_answer *answer)
{
	static const char *const codes[] = {"AuthorizationPermissionMismatch", "AuthorizationResourceTypeMismatch",
		"AuthorizationServiceMismatch", "BlobNotFound", "ContainerNotFound", "BlobArchived"};
	const char *code = probe_azure_error(answer);
	for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++)
		if (is(code, codes[i]))
			return true;
	return answer->status == 200 || answer->status == 206;
}

static enum probe_state refused(struct probe *probe, const struct probe_answer *answer)
{
	const char *code = probe_azure_error(answer);
	if (is(code, "AuthenticationFailed")) {
		close_all(probe);
		probe_say(probe, "the signature is refused: expired, withdrawn with its key or policy, or wrong");
		return PROBE_CLOSED;
	}
	if (is(code, "KeyBasedAuthenticationNotPermitted")) {
		close_all(probe);
		probe_say(probe, "the account takes no signatures made with its keys");
		return PROBE_CLOSED;
	}
	if (is(code, "AuthorizationSourceIPMismatch"))
		probe_say(probe, "it is good from %s only, where others may use it", probe->target->sas->addresses);
	else if (is(code, "AuthorizationProtocolMismatch") || is(code, "AccountRequiresHttps"))
		probe_say(probe, "it is good over https only");
	else if (is(code, "AuthorizationFailure"))
		probe_say(probe, "the storage firewall refuses this network (AuthorizationFailure); others may get in");
	else if (answer->status >= 300 && answer->status < 400)
		probe_say(probe, "it redirects elsewhere (%u), which is not followed", answer->status);
	else if (is_accepted(answer))
		return PROBE_CLOSED; /* not granted, or not there */
	else
		probe_say(probe, "it answers %u, which says nothing of the signature", answer->status);
	return PROBE_CANNOT_TELL;
}

/* 200 and nothing of the service in it: no proof of anything. */
static bool is_marked(const struct probe_answer *answer)
{
	return answer->header[PROBE_HEADER_X_MS_REQUEST_ID] != NULL || answer->header[PROBE_HEADER_ETAG] != NULL ||
	       answer->header[PROBE_HEADER_X_MS_BLOB_TYPE] != NULL;
}

static void take_names(struct probe *probe, const struct probe_answer *answer, enum probe_right right)
{
	bool listed = answer->status == 200 && probe_fact_count(answer->facts, "EnumerationResults") > 0;
	if (listed && right == PROBE_LIST)
		probe_saw_names(probe, answer, "EnumerationResults/Blobs/Blob/Name");
	if (!listed && answer->status == 200)
		probe_say(probe, "200, but no listing");
	if (is(probe_azure_error(answer), "ContainerNotFound")) {
		probe->number[NUMBER_GONE] = 1;
		probe_say(probe, "the signature is accepted, and there is no such container now");
	}
	probe_set(probe, right,
		listed                  ? PROBE_OPEN
		: answer->status == 200 ? PROBE_CANNOT_TELL
					: refused(probe, answer));
}

static void take_blob(struct probe *probe, const struct probe_answer *answer)
{
	const char *code = probe_azure_error(answer);
	if (answer->status == 200 || answer->status == 206 || is(code, "BlobArchived")) {
		bool marked = is_marked(answer) || is(code, "BlobArchived");
		probe_set(probe, PROBE_READ, marked ? PROBE_OPEN : PROBE_CANNOT_TELL);
	} else if (is(code, "BlobNotFound")) {
		probe_set(probe, PROBE_READ, PROBE_CANNOT_TELL);
		probe_say(probe, "the signature is accepted, and there is no such blob");
	} else {
		probe_set(probe, PROBE_READ, refused(probe, answer));
	}
}

static void take(struct probe *probe, const struct probe_answer *answer)
{
	const struct probe_row *row = answer->request->row;
	if (probe_unanswered(probe, answer))
		return;
	bool names = row->right == PROBE_LIST || row->right == PROBE_VERSIONS;
	bool marked = names ? probe_fact_count(answer->facts, "EnumerationResults") > 0 : is_marked(answer);
	if (is_accepted(answer) && (answer->status >= 300 || marked))
		probe->number[NUMBER_ACCEPTED] = 1;
	if (names)
		take_names(probe, answer, row->right);
	else
		take_blob(probe, answer);
}

/* --- the end --- */

/* A right that it says it grants, and that no request has shown otherwise. */
static void grant(struct probe *probe, enum probe_right right, enum probe_sas_grant words)
{
	enum probe_state state = probe->verdict.rights[right];
	if (words == PROBE_SAS_NO)
		probe_set(probe, right, PROBE_CLOSED);
	else if (words == PROBE_SAS_YES && state == PROBE_NOT_TESTED)
		probe_set(probe, right, PROBE_OPEN);
	else if (state == PROBE_NOT_TESTED)
		probe_set(probe, right, PROBE_CANNOT_TELL);
}

static void finish(struct probe *probe)
{
	const struct probe_sas *sas = probe->target->sas;
	if (probe->number[NUMBER_SILENT] != 0)
		return;
	if (probe->number[NUMBER_ACCEPTED] == 0 || probe->number[NUMBER_GONE] != 0) {
		if (probe->number[NUMBER_GONE] != 0)
			probe_set(probe, PROBE_READ, PROBE_CANNOT_TELL);
		probe_set(probe, PROBE_WRITE, PROBE_CANNOT_TELL);
		return;
	}
	if (place_of(probe->target) != OF_BLOB) /* what it would list beside a blob was not asked */
		grant(probe, PROBE_LIST, probe_sas_lists(sas));
	grant(probe, PROBE_READ, probe_sas_reads(sas));
	grant(probe, PROBE_WRITE, probe_sas_writes(sas));
	const enum probe_state *rights = probe->verdict.rights;
	if (rights[PROBE_LIST] == PROBE_OPEN || rights[PROBE_READ] == PROBE_OPEN || rights[PROBE_WRITE] == PROBE_OPEN)
		probe_say(probe, "the signature is accepted: whoever has this URL may%s%s%s",
			rights[PROBE_LIST] == PROBE_OPEN ? " list" : "",
			rights[PROBE_READ] == PROBE_OPEN ? " read" : "",
			rights[PROBE_WRITE] == PROBE_OPEN ? " write" : "");
}

static bool wants(struct probe *probe, int row, struct probe_request *out)
{
	*out = (struct probe_request){.row = &rows[row]};
	if (!fits(probe->target, &rows[row]) || probe->number[NUMBER_SILENT] != 0)
		return false;
	if (row == ROW_VERSIONS && probe_sas_lists(probe->target->sas) == PROBE_SAS_NO)
		return false;
	if (row == ROW_HEAD || row == ROW_BYTE) {
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
	if (probe->number[NUMBER_JUDGED] == 0)
		judge_words(probe);
	while (probe->step < ROW_SHELF)
		if (wants(probe, probe->step++, out))
			return true;
	finish(probe);
	return false;
}

const struct probe_service probe_azure_sas = {
	.name = "azure_sas",
	.title = "Azure Blob, shared access signature",
	.rows = rows,
	.row_count = sizeof rows / sizeof rows[0],
	.unfit = unfit,
	.fits = fits,
	.next = next,
	.take = take,
	.shelf = &shelf,
	.advice =
		"withdraw the signature: delete its stored policy, else rotate the key that made it, then check again",
};
