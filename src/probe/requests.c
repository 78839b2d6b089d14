#include "probe/requests.h"

#include "base/ceilings.h"
#include "probe/hits.h"
#include "probe/services.h"

#include <ctype.h>
#include <strings.h>

const struct probe_row probe_row_what = {
	.id = "what",
	.method = "HEAD",
	.path = "",
	.level = PROBE_L1,
	.right = PROBE_LIST,
};

const struct probe_row probe_row_what_body = {
	.id = "what-body",
	.method = "GET",
	.path = "",
	.query = "list-type=2&max-keys=0",
	.level = PROBE_L1,
	.right = PROBE_LIST,
	.form = PROBE_FORM_ANY,
	.keep = 4,
	.body_bytes = 64 << 10,
};

const struct probe_row probe_row_what_root = {
	.id = "what-root",
	.method = "GET",
	.path = "/",
	.from_root = true,
	.level = PROBE_L1,
	.right = PROBE_LIST,
	.form = PROBE_FORM_ANY,
	.keep = 4,
	.body_bytes = 64 << 10,
};

const struct probe_row *probe_row_at(size_t index)
{
	const struct probe_service *service;
	static const struct probe_row *const shared[] = {&probe_row_what, &probe_row_what_body, &probe_row_what_root};
	if (index < sizeof shared / sizeof shared[0])
		return shared[index];
	index -= sizeof shared / sizeof shared[0];
	for (size_t i = 0; (service = probe_service_at(i)) != NULL; i++) {
		if (index < service->row_count)
			return &service->rows[index];
		index -= service->row_count;
	}
	return NULL;
}

const struct probe_row *probe_row_named(const char *id)
{
	const struct probe_row *row;
	for (size_t i = 0; (row = probe_row_at(i)) != NULL; i++)
		if (strcmp(row->id, id) == 0)
			return row;
	return NULL;
}

static bool headers_are_sound(const char *headers)
{
	static const char *const never[] = {"authorization", "cookie", "host", "proxy", "x-amz-security", "x-api-key"};
	for (const char *at = headers; at != NULL && *at != 0; at = strchr(at, '\n') + 1) {
		if (strchr(at, '\n') == NULL || strcspn(at, ":") >= strcspn(at, "\n"))
			return false;
		for (size_t i = 0; i < sizeof never / sizeof never[0]; i++)
			if (strncasecmp(at, never[i], strlen(never[i])) == 0)
				return false;
	}
	return true;
}

static bool steps_are_sound(const struct probe_row *row)
{
	for (size_t i = 0; i < row->step_count; i++)
		if ((row->steps[i].data == NULL && row->steps[i].size > 0) ||
			(row->steps[i].named && strstr(row->steps[i].data, "{object}") == NULL))
			return false;
	return row->steps != NULL && row->step_count > 0;
}

static bool has_body(const char *method)
{
	return strcmp(method, "POST") == 0 || strcmp(method, "DELETE") == 0;
}

/* What may be deleted is named in the body, by the server's own name for what it opened for us. */
static bool deletes_own_only(const struct probe_row *row)
{
	static const char *const paths[] = {"/_pit", "/_search/scroll", "/_search/point_in_time"};
	bool known = strcmp(row->method, "DELETE") != 0;
	for (size_t i = 0; !known && i < sizeof paths / sizeof paths[0]; i++)
		known = row->from_root && strcmp(row->path, paths[i]) == 0 && row->query == NULL && row->body != NULL &&
			strstr(row->body, "{context}") != NULL;
	return known;
}

bool probe_row_is_sound(const struct probe_row *row, const char **why)
{
	static const char *const methods[] = {"GET", "HEAD", "POST", "DELETE"};
	bool known = row->method == NULL && steps_are_sound(row);
	for (size_t i = 0; row->method != NULL && i < sizeof methods / sizeof methods[0]; i++)
		known = known || strcmp(row->method, methods[i]) == 0;
	*why = !known                                                                 ? "method"
	       : row->id == NULL                                                      ? "id"
	       : row->method != NULL && row->path == NULL                             ? "path"
	       : row->body != NULL && (row->method == NULL || !has_body(row->method)) ? "a body without POST"
	       : row->method != NULL && !deletes_own_only(row)           ? "a DELETE of more than a context"
	       : row->from_root && strstr(row->path, "{object}") != NULL ? "a name at the root of a host"
	       : !headers_are_sound(row->headers)                        ? "headers"
	       : row->body_bytes > CEIL_ANSWER_BODY_BYTES                ? "body_bytes"
									 : NULL;
	return *why == NULL;
}

#define INDEX "{index}"

static bool is_unreserved(uint8_t c)
{
	return isalnum(c) || c == '-' || c == '.' || c == '_' || c == '~';
}

static void add_encoded(struct st_buf *out, struct st_span value, bool slashes)
{
	for (size_t i = 0; i < value.size; i++) {
		uint8_t c = value.data[i];
		if (c < 0x80 && (is_unreserved(c) || (slashes && c == '/')))
			st_buf_add_byte(out, c);
		else
			st_buf_format(out, "%%%02X", c);
	}
}

static struct st_span parameter(const struct probe_request *request, const char *name, size_t size)
{
	if (size == 6 && memcmp(name, "object", 6) == 0)
		return request->object;
	if (size == 6 && memcmp(name, "marker", 6) == 0)
		return request->marker;
	return (struct st_span){NULL, 0};
}

/* request NULL: {name} stays. */
static bool fill(const struct probe_target *target, const char *template, const struct probe_request *request,
	bool in_path, struct st_buf *out)
{
	for (const char *at = template; at != NULL && *at != 0; at++) {
		/* The target's own path, which is encoded already and may be empty. */
		if (in_path && strncmp(at, "{path}", 6) == 0) {
			st_buf_add(out, target->path, strlen(target->path));
			at += 5;
			continue;
		}
		const char *end = *at == '{' && request != NULL ? strchr(at, '}') : NULL;
		if (end == NULL) {
			st_buf_add_byte(out, (uint8_t)*at);
			continue;
		}
		if (strncmp(at, "{generation}", 12) == 0 && request->generation != 0) {
			st_buf_format(out, "%llu", (unsigned long long)request->generation);
			at = end;
			continue;
		}
		struct st_span value = parameter(request, at + 1, (size_t)(end - at) - 1);
		if (value.data == NULL || value.size == 0)
			return false;
		add_encoded(out, value, in_path);
		at = end;
	}
	return true;
}

/* "{index}": the target's own path, or below a server the name of an index, which holds no slash. */
static bool add_index(const struct probe_target *target, const struct probe_request *request, struct st_buf *out)
{
	if (target->path[0] != 0 || request == NULL) {
		const char *text = target->path[0] != 0 ? "" : "/{object}";
		st_buf_add(out, text, strlen(text));
		return true;
	}
	if (!probe_index_is_sound(request->object))
		return false;
	st_buf_add_byte(out, '/');
	add_encoded(out, request->object, false);
	return true;
}

static bool build(const struct probe_target *target, const struct probe_row *row, const struct probe_request *request,
	struct st_buf *out)
{
	const char *base = row->from_root ? "" : target->path, *path = row->path;
	st_buf_add(out, base, strlen(base));
	if (path != NULL && strncmp(path, INDEX, strlen(INDEX)) == 0) { /* rows over TCP have none */
		path += strlen(INDEX);
		if (!add_index(target, request, out))
			return false;
	}
	if (!fill(target, path, request, true, out))
		return false;
	if (out->size == 0)
		st_buf_add_byte(out, '/');
	/* The second gate: whatever the name was, the path stays where the target is. */
	if (!row->from_root && !probe_path_within(target->path, (const char *)out->data, out->size))
		return false;
	if (row->query == NULL)
		return true;
	st_buf_add_byte(out, '?');
	return fill(target, row->query, request, false, out);
}

bool probe_request_url(const struct probe_target *target, const struct probe_request *request, struct st_buf *out)
{
	out->size = 0;
	bool built = build(target, request->row, request, out);
	st_buf_add_byte(out, 0);
	return built && out->size <= 8 * CEIL_TARGET_BYTES;
}

bool probe_request_body(const struct probe_request *request, struct st_buf *out)
{
	const char *body = request->row->body != NULL ? request->row->body : "";
	out->size = 0;
	st_buf_reserve(out, 1); /* so that there is a pointer to nothing, too */
	for (const char *at = body; *at != 0; at++) {
		if (strncmp(at, "{context}", 9) == 0) {
			if (!probe_context_is_sound(request->context))
				return false;
			st_buf_add(out, request->context.data, request->context.size);
			at += 8;
		} else if (strncmp(at, "{after}", 7) == 0) {
			st_buf_format(out, "%lld", (long long)request->after);
			at += 6;
		} else if (strncmp(at, "{size}", 6) == 0) {
			if (request->size == 0)
				return false;
			st_buf_format(out, "%u", request->size);
			at += 5;
		} else {
			st_buf_add_byte(out, (uint8_t)*at);
		}
	}
	return true;
}

static bool step_name_is_sound(struct st_span name)
{
	bool sound = name.data != NULL && name.size > 0 && name.size <= CEIL_STEP_NAME_BYTES;
	for (size_t i = 0; sound && i < name.size; i++)
		sound = name.data[i] >= ' ' && name.data[i] != 0x7f;
	return sound;
}

bool probe_request_step(const struct probe_request *request, size_t step, struct st_buf *out)
{
	const struct probe_bytes *bytes = &request->row->steps[step];
	const char *place = bytes->named ? strstr(bytes->data, "{object}") : NULL;
	out->size = 0;
	if (place == NULL) {
		st_buf_add(out, bytes->data, bytes->size);
		return !bytes->named;
	}
	if (!step_name_is_sound(request->object))
		return false;
	size_t before = (size_t)(place - bytes->data), behind = before + strlen("{object}");
	st_buf_add(out, bytes->data, before);
	st_buf_add(out, request->object.data, request->object.size);
	st_buf_add(out, bytes->data + behind, bytes->size - behind);
	return true;
}

void probe_row_url(const struct probe_target *target, const struct probe_row *row, struct st_buf *out)
{
	out->size = 0;
	(void)build(target, row, NULL, out);
	st_buf_add_byte(out, 0);
}
