/*
 * Registries of container images. Source: the OCI distribution specification 1.1 (/v2/, /v2/NAME/tags/list,
 * /v2/NAME/manifests/REFERENCE) and Docker's "HTTP API V2" (/v2/_catalog, token authentication).
 *
 * 401 with Basic refuses everybody who has no password. 401 with Bearer sends to a token server, which may give anybody
 * a token to pull with, as public registries do; no token is asked for, so reading cannot be told.
 */
#include "probe/tcp.h"

enum { ROW_BASE, ROW_CATALOG, ROW_TAGS, ROW_MANIFEST, ROW_END };

static const struct probe_row rows[] = {
	[ROW_BASE] = {.id = "docker_registry.base",
		.method = "GET",
		.path = "/v2/",
		.level = PROBE_L1,
		.right = PROBE_READ,
		.form = PROBE_FORM_JSON,
		.keep = 1,
		.body_bytes = 16 << 10},
	[ROW_CATALOG] = {.id = "docker_registry.catalog",
		.method = "GET",
		.path = "/v2/_catalog",
		.query = "n=10",
		.level = PROBE_L2,
		.right = PROBE_LIST,
		.form = PROBE_FORM_JSON,
		.keep = 10,
		.body_bytes = 256 << 10},
	[ROW_TAGS] = {.id = "docker_registry.tags",
		.method = "GET",
		.path = "/v2/{object}/tags/list",
		.query = "n=10",
		.level = PROBE_L2,
		.right = PROBE_READ,
		.form = PROBE_FORM_JSON,
		.keep = 1,
		.body_bytes = 64 << 10,
		.known_name = true},
	[ROW_MANIFEST] = {.id = "docker_registry.manifest",
		.method = "HEAD",
		.path = "/v2/{object}/manifests/{marker}",
		.headers =
			"Accept: application/vnd.oci.image.index.v1+json, application/vnd.oci.image.manifest.v1+json, "
			"application/vnd.docker.distribution.manifest.list.v2+json, "
			"application/vnd.docker.distribution.manifest.v2+json\n",
		.level = PROBE_L2,
		.right = PROBE_READ,
		.known_name = true},
};

static bool bearer(const struct probe_answer *answer)
{
	const char *wanted = answer->header[PROBE_HEADER_WWW_AUTHENTICATE];
	return wanted != NULL && strncasecmp(wanted, "Bearer", 6) == 0;
}

static void refused(struct probe *probe, const struct probe_answer *answer, enum probe_right right)
{
	if (answer->status == 401 && bearer(answer))
		probe_unclear(probe, right,
			"it wants a token, which its token server may give to anybody; none was asked for");
	else if (answer->status == 401 && right == PROBE_READ && answer->request->row == &rows[ROW_BASE])
		probe_refused(probe, "it wants a login (401)");
	else if (answer->status == 401 || answer->status == 403)
		probe_set(probe, right,
			right == PROBE_READ && !answer->request->known ? PROBE_CANNOT_TELL : PROBE_CLOSED);
	else
		probe_unclear(probe, right, "it answers %u, which says nothing of access", answer->status);
}

static void take_base(struct probe *probe, const struct probe_answer *answer)
{
	const char *version = answer->header[PROBE_HEADER_DOCKER_DISTRIBUTION_API_VERSION];
	probe->step = ROW_END;
	if (answer->status == 401 || answer->status == 403) {
		refused(probe, answer, PROBE_READ);
	} else if (answer->status != 200 || (version == NULL && !probe_has(answer, ""))) {
		probe_unclear(probe, PROBE_READ, "it answers /v2/ with %u, not as a registry does", answer->status);
	} else {
		probe_tell_product(probe, "Docker Registry API",
			(struct st_span){(const uint8_t *)version, version != NULL ? strlen(version) : 0});
		probe_unclear(probe, PROBE_READ, "it answers /v2/ without a login; what may be pulled was not asked");
		probe->step = ROW_CATALOG;
	}
}

static void take_catalog(struct probe *probe, const struct probe_answer *answer)
{
	if (answer->status == 200 && probe_has(answer, "repositories")) {
		probe_set(probe, PROBE_LIST, PROBE_OPEN);
		probe_saw_names(probe, answer, "repositories.[]");
		probe_say(probe, "its repositories are listed without a login");
	} else {
		refused(probe, answer, PROBE_LIST);
	}
}

static void take_tags(struct probe *probe, const struct probe_answer *answer)
{
	struct st_span tag = probe_fact(answer->facts, "tags.[]", 0);
	if (answer->status == 200 && tag.size > 0)
		st_buf_add(&probe->text[0], tag.data, tag.size);
	else if (answer->status == 200 && probe_has(answer, "name"))
		probe_unclear(probe, PROBE_READ, "a repository without tags is all that it shows");
	else
		refused(probe, answer, PROBE_READ);
}

static void take_manifest(struct probe *probe, const struct probe_answer *answer)
{
	if (answer->status == 200) {
		probe_set(probe, PROBE_READ, PROBE_OPEN);
		probe_say(probe, "its repositories are %s, and an image may be pulled, without a login",
			probe->verdict.rights[PROBE_LIST] == PROBE_OPEN ? "listed" : "known");
	} else {
		refused(probe, answer, PROBE_READ);
	}
}

static bool wants(struct probe *probe, int row, struct probe_request *out)
{
	*out = (struct probe_request){.row = &rows[row]};
	if (row >= ROW_TAGS) {
		out->known = probe->known_object.size > 0;
		out->object = out->known ? probe->known_object
					 : (struct st_span){probe->seen_object.data, probe->seen_object.size};
		out->marker = (struct st_span){probe->text[0].data, probe->text[0].size};
		if (out->object.size == 0 || (row == ROW_MANIFEST && out->marker.size == 0))
			return false;
	}
	return probe_allows(probe, out->row, out->known);
}

static bool next(struct probe *probe, struct probe_request *out)
{
	while (!probe->verdict.refused_as_a_whole && probe->step < ROW_END)
		if (wants(probe, probe->step++, out))
			return true;
	return false;
}

static void take(struct probe *probe, const struct probe_answer *answer)
{
	const struct probe_row *row = answer->request->row;
	if (probe_unanswered(probe, answer))
		probe->step = ROW_END;
	else if (row == &rows[ROW_BASE])
		take_base(probe, answer);
	else if (row == &rows[ROW_CATALOG])
		take_catalog(probe, answer);
	else if (row == &rows[ROW_TAGS])
		take_tags(probe, answer);
	else
		take_manifest(probe, answer);
}

static bool answers(const struct probe_answer *answer)
{
	return answer->header[PROBE_HEADER_DOCKER_DISTRIBUTION_API_VERSION] != NULL;
}

const struct probe_service probe_docker_registry = {
	.name = "docker_registry",
	.title = "Docker registry",
	.port = 5000,
	.answers = answers,
	.rows = rows,
	.row_count = PROBE_COUNT(rows),
	.unfit = probe_unfit_path,
	.next = next,
	.take = take,
	.advice = "put a login before it (auth in its configuration), then check again",
};
