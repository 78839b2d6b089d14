/*
 * The rsync daemon. Sources: rsyncd.conf(5) (list, auth users, hosts allow), and the lines of its greeting, as
 * clientserver.c of rsync is the only specification.
 *
 * The list of modules is given to everybody and holds the names of locked modules too, so it proves nothing; a module
 * that answers OK to its name lets everybody in: it may be listed and, unless it is for writing only, read. Modules
 * with `list = no` are in no list.
 */
#include "probe/tcp.h"

enum { ROW_GREETING, ROW_LIST, ROW_MODULE, ROW_END };

/* Modules that are asked, one connection each. */
#define MODULES 10
#define VERSION "@RSYNCD: 31.0\n"

static const struct probe_bytes greeting[] = {PROBE_WAIT};
static const struct probe_bytes list[] = {PROBE_WAIT, PROBE_STEP(VERSION "#list\n")};
static const struct probe_bytes module[] = {
	PROBE_WAIT, {.data = VERSION "{object}\n", .size = sizeof(VERSION "{object}\n") - 1, .named = true}};

static const struct probe_row rows[] = {
	[ROW_GREETING] = {.id = "rsync.greeting",
		.level = PROBE_L1,
		.right = PROBE_LIST,
		.form = PROBE_FORM_RSYNC,
		.keep = 1,
		.body_bytes = 8 << 10,
		.steps = greeting,
		.step_count = PROBE_COUNT(greeting)},
	[ROW_LIST] = {.id = "rsync.list",
		.level = PROBE_L2,
		.right = PROBE_LIST,
		.form = PROBE_FORM_RSYNC,
		.keep = MODULES,
		.body_bytes = 256 << 10,
		.steps = list,
		.step_count = PROBE_COUNT(list)},
	[ROW_MODULE] = {.id = "rsync.module",
		.level = PROBE_L2,
		.right = PROBE_READ,
		.form = PROBE_FORM_RSYNC,
		.keep = 1,
		.body_bytes = 64 << 10,
		.known_name = true,
		.steps = module,
		.step_count = PROBE_COUNT(module)},
};

/* text[0]: names to ask, a NUL behind each; number[0]: where the next begins; [1] asked, [2] refused, [3] all that
 * there are, as the list says. */
static void remember(struct probe *probe, struct st_span name)
{
	st_buf_add(&probe->text[0], name.data, name.size);
	st_buf_add_byte(&probe->text[0], 0);
}

static struct st_span next_name(struct probe *probe)
{
	const struct st_buf *names = &probe->text[0];
	if (probe->number[0] >= names->size)
		return (struct st_span){NULL, 0};
	const uint8_t *at = names->data + probe->number[0];
	size_t size = strlen((const char *)at);
	probe->number[0] += size + 1;
	return (struct st_span){at, size};
}

static bool is_remembered(const struct probe *probe, struct st_span name)
{
	const struct st_buf *names = &probe->text[0];
	for (size_t at = 0; at < names->size; at += strlen((const char *)names->data + at) + 1)
		if (strlen((const char *)names->data + at) == name.size &&
			memcmp(names->data + at, name.data, name.size) == 0)
			return true;
	return false;
}

/* A module that was open once may be in no list now. */
static void add_known(struct probe *probe)
{
	struct st_span known = probe->known_object;
	if (known.size == 0 || memchr(known.data, 0, known.size) != NULL || is_remembered(probe, known))
		return;
	remember(probe, known);
	probe->number[3]++;
}

static void take_list(struct probe *probe, const struct probe_answer *answer)
{
	uint64_t count = probe_fact_count(answer->facts, "1.name");
	probe->number[3] = count;
	if (probe_has(answer, "1.error") || !probe_has(answer, "1.exit")) {
		probe_unclear(probe, PROBE_LIST, "it gives no list of modules to the end");
		return;
	}
	for (uint32_t i = 0; i < MODULES; i++) {
		struct st_span name = probe_fact(answer->facts, "1.name", i);
		if (name.size > 0)
			remember(probe, name);
	}
	probe->objects_seen = count;
	add_known(probe);
	if (count == 0)
		probe_unclear(probe, PROBE_LIST, "it lists no module; those with `list = no` are in no list");
}

/* Every module that the list names is locked: what it hides, nobody could find by asking. */
static void judge_refusals(struct probe *probe)
{
	if (probe->number[3] == 0 || probe->number[2] < probe->number[3])
		return;
	probe_set(probe, PROBE_LIST, PROBE_CLOSED);
	probe_set(probe, PROBE_READ, PROBE_CLOSED);
	probe_say(probe, "every module that it lists wants a password; their names are given to everybody");
}

static void take_module(struct probe *probe, const struct probe_answer *answer)
{
	probe->number[1]++;
	if (probe_has(answer, "1.ok")) {
		probe_set(probe, PROBE_LIST, PROBE_OPEN);
		probe_set(probe, PROBE_READ, PROBE_OPEN);
		probe_say(probe, "a module lets everybody in without a password");
		if (probe->seen_object.size == 0)
			st_buf_add(&probe->seen_object, answer->request->object.data, answer->request->object.size);
		probe->step = ROW_END;
	} else if (probe_has(answer, "1.authreqd")) {
		probe->number[2]++;
		probe_unclear(probe, PROBE_READ, "a module wants a password; others were not asked");
	} else if (probe_fact_starts(answer, "1.error", "@ERROR: access denied")) {
		probe_unclear(probe, PROBE_READ, "a module refuses this network (access denied); others may get in");
	} else if (probe_fact_starts(answer, "1.error", "@ERROR: Unknown module")) {
		/* One that was typed may be misspelt; one that the list or earlier evidence named is gone. */
		probe->number[2] += probe->target->path[0] == 0;
		probe_unclear(probe, PROBE_READ, "there is no module of this name");
	} else {
		probe_unclear(probe, PROBE_READ, "a module answers neither OK nor that it wants a password");
	}
	judge_refusals(probe);
}

/* A module that a person typed is all that is asked, and what is said of it is the verdict; without a list, one that is
 * known from earlier evidence. */
static void begin(struct probe *probe)
{
	const char *path = probe->target->path;
	if (path[0] != 0) {
		remember(probe, (struct st_span){(const uint8_t *)path + 1, strlen(path + 1)});
		probe->number[3] = 1;
	} else if (probe->level < PROBE_L2) {
		add_known(probe);
		probe->number[3] = 0;
	}
}

static int first_row(const struct probe *probe)
{
	if (probe->text[0].size > 0)
		return ROW_MODULE;
	return probe->level < PROBE_L2 ? ROW_GREETING : ROW_LIST;
}

static bool next(struct probe *probe, struct probe_request *out)
{
	if (probe->step == 0) {
		begin(probe);
		int row = first_row(probe);
		probe->step = row == ROW_GREETING ? ROW_END : ROW_MODULE;
		if (row != ROW_MODULE) {
			*out = (struct probe_request){.row = &rows[row]};
			return probe_allows(probe, out->row, false);
		}
	}
	if (probe->step != ROW_MODULE)
		return false;
	/* Below L2 there are only names that were typed or are known from earlier evidence. */
	bool known = probe->target->path[0] != 0 || probe->level < PROBE_L2;
	*out = (struct probe_request){.row = &rows[ROW_MODULE], .object = next_name(probe), .known = known};
	return out->object.data != NULL && probe_allows(probe, out->row, known);
}

static void take(struct probe *probe, const struct probe_answer *answer)
{
	if (probe_tcp_unanswered(probe, answer)) {
		probe->step = ROW_END;
		return;
	}
	probe_tell_product(probe, "rsync protocol", probe_fact(answer->facts, "0.version", 0));
	if (probe_has(answer, "0.error"))
		probe_unclear(probe, answer->request->row->right, "it refuses before anything is asked (@ERROR)");
	else if (answer->request->row == &rows[ROW_GREETING])
		probe_unclear(probe, PROBE_LIST, "it greets; modules are asked for at L2");
	else if (answer->request->row == &rows[ROW_LIST])
		take_list(probe, answer);
	else
		take_module(probe, answer);
}

static const char *unfit(const struct probe_target *target)
{
	if (target->path[0] == 0)
		return NULL;
	return strchr(target->path + 1, '/') != NULL || strchr(target->path, '%') != NULL ||
			       strchr("#@", target->path[1]) != NULL
		       ? "name the server, or one module of it by letters and digits"
		       : NULL;
}

const struct probe_service probe_rsync = {
	.name = "rsync",
	.title = "rsync",
	.tcp = true,
	.port = 873,
	.rows = rows,
	.row_count = PROBE_COUNT(rows),
	.unfit = unfit,
	.next = next,
	.take = take,
	.advice = "give every module auth users or hosts allow, then check again",
};
