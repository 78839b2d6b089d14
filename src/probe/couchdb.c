/*
 * CouchDB and what speaks like it. Sources: its documentation, "API Reference" (/, /_all_dbs, /{db}, /{db}/_all_docs,
 * /{db}/_security, /_session), "Security" (server administrators, database members; before 3.0 everybody was an
 * administrator until one was made, "admin party").
 *
 * Who may read a database's own answer may read its documents: members and readers are one. Since 3.0 /_all_dbs is for
 * administrators, while single databases may be public: a list that is refused says nothing of them. A target is a
 * server, or one database of it (/NAME).
 */
#include "probe/tcp.h"

enum {
	ROW_ROOT,
	ROW_SESSION,
	ROW_DATABASES,
	ROW_DOCUMENTS,
	ROW_DATABASE,
	ROW_DOCUMENT,
	ROW_SECURITY,
	ROW_OWN_SECURITY,
	ROW_END
};

#define JSON "Accept: application/json\n"

static const struct probe_row rows[] = {
	[ROW_ROOT] = {.id = "couchdb.root",
		.method = "GET",
		.path = "/",
		.headers = JSON,
		.level = PROBE_L1,
		.right = PROBE_LIST,
		.form = PROBE_FORM_JSON,
		.keep = 1,
		.body_bytes = 16 << 10,
		.from_root = true},
	[ROW_SESSION] = {.id = "couchdb.session",
		.method = "GET",
		.path = "/_session",
		.headers = JSON,
		.level = PROBE_L1,
		.right = PROBE_WRITE,
		.form = PROBE_FORM_JSON,
		.keep = 4,
		.body_bytes = 16 << 10,
		.from_root = true},
	[ROW_DATABASES] = {.id = "couchdb.databases",
		.method = "GET",
		.path = "/_all_dbs",
		.query = "limit=10",
		.headers = JSON,
		.level = PROBE_L2,
		.right = PROBE_LIST,
		.form = PROBE_FORM_JSON,
		.keep = 10,
		.body_bytes = 256 << 10},
	[ROW_DOCUMENTS] = {.id = "couchdb.documents",
		.method = "GET",
		.path = "/_all_docs",
		.query = "limit=10",
		.headers = JSON,
		.level = PROBE_L2,
		.right = PROBE_LIST,
		.form = PROBE_FORM_JSON,
		.keep = 10,
		.body_bytes = 256 << 10},
	/* Numbers of a database, no name in it. */
	[ROW_DATABASE] = {.id = "couchdb.database",
		.method = "GET",
		.path = "/{object}",
		.headers = JSON,
		.level = PROBE_L2,
		.right = PROBE_READ,
		.form = PROBE_FORM_JSON,
		.keep = 1,
		.body_bytes = 16 << 10,
		.known_name = true},
	[ROW_DOCUMENT] = {.id = "couchdb.document",
		.method = "HEAD",
		.path = "/{object}",
		.headers = JSON,
		.level = PROBE_L2,
		.right = PROBE_READ,
		.known_name = true},
	/* Names of members stand in the answer: nobody looks at it. */
	[ROW_SECURITY] = {.id = "couchdb.security",
		.method = "GET",
		.path = "/{object}/_security",
		.headers = JSON,
		.level = PROBE_L2,
		.right = PROBE_ACL},
	[ROW_OWN_SECURITY] = {.id = "couchdb.own_security",
		.method = "GET",
		.path = "/_security",
		.headers = JSON,
		.level = PROBE_L2,
		.right = PROBE_ACL},
};

static bool is_database(const struct probe *probe)
{
	return probe->target->path[0] != 0;
}

static bool is_refusal(const struct probe_answer *answer)
{
	return answer->status == 401 || answer->status == 403;
}

static enum probe_state unclear(struct probe *probe, enum probe_right right, const struct probe_answer *answer)
{
	probe_unclear(probe, right, "it answers %u, which says nothing of access", answer->status);
	return PROBE_CANNOT_TELL;
}

static void take_root(struct probe *probe, const struct probe_answer *answer)
{
	if (answer->status == 200 && probe_has(answer, "couchdb")) {
		probe_tell_product(probe, "CouchDB", probe_fact(answer->facts, "version", 0));
		probe_unclear(probe, PROBE_LIST, "it welcomes everybody, which proves nothing");
	} else if (is_refusal(answer)) {
		probe_refused(probe, "it wants a login for every request (%u)", answer->status);
	} else if (answer->status == 200 && answer->facts->body != PROBE_BODY_OTHER &&
		   probe_has(answer, "express-pouchdb")) {
		probe_tell_product(probe, "PouchDB Server", probe_fact(answer->facts, "version", 0));
	} else if (is_database(probe)) {
		return; /* a front may give the database alone */
	} else {
		probe_unclear(probe, PROBE_LIST, "it does not welcome as CouchDB does");
		probe->step = ROW_END;
	}
}

/* Everybody is an administrator. */
static void take_session(struct probe *probe, const struct probe_answer *answer)
{
	if (answer->status != 200 || !probe_fact_is(answer->facts, "userCtx.name", "null"))
		return;
	for (uint32_t i = 0; i < 4; i++) {
		struct st_span role = probe_fact(answer->facts, "userCtx.roles.[]", i);
		if (role.size == 6 && memcmp(role.data, "_admin", 6) == 0) {
			probe_set(probe, PROBE_WRITE, PROBE_OPEN);
			probe_say(probe, "everybody is its administrator (admin party)");
		}
	}
}

static void take_list(struct probe *probe, const struct probe_answer *answer, const char *names, bool right_form)
{
	if (answer->status == 200 && right_form) {
		probe_set(probe, PROBE_LIST, PROBE_OPEN);
		probe_saw_names(probe, answer, names);
		if (!is_database(probe))
			probe_saw_notes(probe, answer, names);
		if (probe->verdict.rights[PROBE_WRITE] != PROBE_OPEN)
			probe_say(probe, "its %s are listed without a login",
				is_database(probe) ? "documents" : "databases");
	} else if (is_refusal(answer)) {
		probe_set(probe, PROBE_LIST, PROBE_CLOSED);
		probe_say(probe, "listing is refused (%u)", answer->status);
	} else if (answer->status == 200) {
		probe_unclear(probe, PROBE_LIST, "200, but no listing");
	} else {
		(void)unclear(probe, PROBE_LIST, answer);
	}
}

static void take_object(struct probe *probe, const struct probe_answer *answer, bool right_form)
{
	bool known = answer->request->known;
	if (answer->status == 200 && right_form) {
		probe_set(probe, PROBE_READ, PROBE_OPEN);
		if (probe->verdict.rights[PROBE_LIST] != PROBE_OPEN)
			probe_say(probe, "what is known from earlier evidence is given without a login");
	} else if (is_refusal(answer) && known) {
		probe_set(probe, PROBE_READ, PROBE_CLOSED);
		probe_say(probe, "listing is refused, and so is what is known from earlier evidence");
	} else if (is_refusal(answer)) {
		probe_set(probe, PROBE_READ, PROBE_CANNOT_TELL); /* others may be public */
	} else {
		(void)unclear(probe, PROBE_READ, answer);
	}
}

static void take_security(struct probe *probe, const struct probe_answer *answer)
{
	probe_set(probe, PROBE_ACL,
		answer->status == 200 && answer->body_bytes == 0 ? PROBE_OPEN
		: is_refusal(answer)                             ? PROBE_CLOSED
								 : PROBE_CANNOT_TELL);
}

static bool wants(struct probe *probe, int row, struct probe_request *out)
{
	bool of_database = row == ROW_DOCUMENTS || row == ROW_DOCUMENT || row == ROW_OWN_SECURITY;
	*out = (struct probe_request){.row = &rows[row]};
	if (row != ROW_ROOT && row != ROW_SESSION && of_database != is_database(probe))
		return false;
	if (row == ROW_DATABASE || row == ROW_DOCUMENT || row == ROW_SECURITY) {
		out->known = probe->known_object.size > 0;
		out->object = out->known ? probe->known_object
					 : (struct st_span){probe->seen_object.data, probe->seen_object.size};
		if (out->object.size == 0)
			return false;
	}
	return probe_allows(probe, out->row, out->known);
}

/* A listing that is refused and no name that is known: single databases may be public. */
static void conclude(struct probe *probe)
{
	const enum probe_state *rights = probe->verdict.rights;
	if (rights[PROBE_READ] == PROBE_NOT_TESTED && rights[PROBE_LIST] == PROBE_CLOSED) {
		probe_set(probe, PROBE_READ, is_database(probe) ? PROBE_CLOSED : PROBE_CANNOT_TELL);
		if (is_database(probe))
			probe_say(probe, "the database is for its members alone");
		else
			probe_say(
				probe, "listing databases is refused; single ones may be public, and no name is known");
	}
}

static bool next(struct probe *probe, struct probe_request *out)
{
	while (!probe->verdict.refused_as_a_whole && probe->step < ROW_END)
		if (wants(probe, probe->step++, out))
			return true;
	if (!probe->verdict.refused_as_a_whole)
		conclude(probe);
	return false;
}

static void take(struct probe *probe, const struct probe_answer *answer)
{
	if (probe_unanswered(probe, answer))
		return;
	switch (answer->request->row - rows) {
	case ROW_ROOT:
		take_root(probe, answer);
		break;
	case ROW_SESSION:
		take_session(probe, answer);
		break;
	case ROW_DATABASES:
		take_list(probe, answer, "[]", probe_has(answer, "") && answer->facts->body != PROBE_BODY_OTHER);
		break;
	case ROW_DOCUMENTS:
		take_list(probe, answer, "rows.[].id", probe_has(answer, "rows"));
		break;
	case ROW_DATABASE:
		take_object(probe, answer, probe_has(answer, "db_name"));
		break;
	case ROW_DOCUMENT:
		take_object(probe, answer, answer->header[PROBE_HEADER_ETAG] != NULL);
		break;
	default:
		take_security(probe, answer);
	}
}

static bool answers(const struct probe_answer *answer)
{
	const char *server = answer->header[PROBE_HEADER_SERVER];
	return answer->header[PROBE_HEADER_X_COUCH_REQUEST_ID] != NULL ||
	       (server != NULL && strncmp(server, "CouchDB", 7) == 0);
}

/* A database's name has its slashes encoded; what is below it is no store. */
static const char *unfit(const struct probe_target *target)
{
	return target->path[0] != 0 && strchr(target->path + 1, '/') != NULL ? "name the server, or one database of it"
									     : NULL;
}

const struct probe_service probe_couchdb = {
	.name = "couchdb",
	.title = "CouchDB",
	.port = 5984,
	.answers = answers,
	.rows = rows,
	.row_count = PROBE_COUNT(rows),
	.unfit = unfit,
	.next = next,
	.take = take,
	.advice = "make an administrator, set require_valid_user or members of each database, then check again",
};
