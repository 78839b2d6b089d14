/*
 * FTP. Sources: RFC 959 (replies; STAT with a path lists over the control connection), RFC 1635 (anonymous), RFC 3659,
 * 7 (MLST and its perm facts), RFC 4217 (TLS).
 *
 * Anonymous is a login, so it is tried only where the scope's basis lets credentials be tried. No data connection is
 * made: what STAT and MLST say over the control connection is all that is seen, and no file is asked for.
 */
#include "probe/tcp.h"

enum { ROW_GREETING, ROW_LOGIN, ROW_LIST, ROW_COUNT };

#define QUIT PROBE_STEP("QUIT\r\n")
#define LOGIN PROBE_WAIT, PROBE_STEP("USER anonymous\r\n"), PROBE_STEP("PASS -staunch@\r\n")

static const struct probe_bytes greeting[] = {PROBE_WAIT, QUIT};
static const struct probe_bytes login[] = {LOGIN, PROBE_STEP("MLST\r\n"), QUIT};
static const struct probe_bytes list[] = {LOGIN, PROBE_STEP("STAT .\r\n"), QUIT};

static const struct probe_row rows[] = {
	[ROW_GREETING] = {.id = "ftp.greeting",
		.level = PROBE_L1,
		.right = PROBE_LIST,
		.form = PROBE_FORM_FTP,
		.keep = 4,
		.body_bytes = 8 << 10,
		.steps = greeting,
		.step_count = PROBE_COUNT(greeting)},
	[ROW_LOGIN] = {.id = "ftp.login",
		.level = PROBE_L1,
		.right = PROBE_LIST,
		.form = PROBE_FORM_FTP,
		.keep = 4,
		.body_bytes = 32 << 10,
		.steps = login,
		.step_count = PROBE_COUNT(login)},
	[ROW_LIST] = {.id = "ftp.list",
		.level = PROBE_L2,
		.right = PROBE_LIST,
		.form = PROBE_FORM_FTP,
		.keep = 10,
		.body_bytes = 256 << 10,
		.steps = list,
		.step_count = PROBE_COUNT(list)},
};

static bool mentions(const struct probe_answer *answer, const char *path, const char *word)
{
	struct st_span text = probe_fact(answer->facts, path, 0);
	size_t size = strlen(word);
	for (size_t at = 0; at + size <= text.size; at++)
		if (strncasecmp((const char *)text.data + at, word, size) == 0)
			return true;
	return false;
}

static bool wants_tls(const struct probe_answer *answer, const char *path)
{
	return mentions(answer, path, "TLS") || mentions(answer, path, "SSL") || mentions(answer, path, "encrypt");
}

/* The reply to USER, or behind 331 the one to PASS. True: anonymous is in. */
static bool let_in(struct probe *probe, const struct probe_answer *answer)
{
	bool asked = probe_fact_is(answer->facts, "1.code", "331");
	const char *code = asked ? "2.code" : "1.code", *text = asked ? "2.text" : "1.text";
	if (probe_fact_is(answer->facts, code, "230"))
		return true;
	if (wants_tls(answer, text))
		probe_unclear(probe, PROBE_LIST, "it wants TLS before a login, which was not tried");
	else if (probe_fact_is(answer->facts, code, "530"))
		probe_refused(probe, "it does not let anonymous in (530)");
	else if (probe_fact_is(answer->facts, code, "332"))
		probe_refused(probe, "it wants an account (332)");
	else
		probe_unclear(probe, PROBE_LIST, "it answers the login with neither 230 nor 530");
	return false;
}

static void take_greeting(struct probe *probe, const struct probe_answer *answer)
{
	if (!probe_fact_is(answer->facts, "0.code", "220"))
		probe_unclear(probe, PROBE_LIST, "it greets with no 220");
	else
		probe_unclear(probe, PROBE_LIST,
			"anonymous is a login, which a finder may not try; it takes the basis own-asset or mandate");
}

/* perm of the folder that it begins in: e may be entered, l may be listed, c may be written to (RFC 3659, 7.5.5). */
static void take_login(struct probe *probe, const struct probe_answer *answer)
{
	struct st_span perm = probe_fact(answer->facts, "3.perm", 0);
	if (!let_in(probe, answer)) {
		probe->step = ROW_COUNT;
		return;
	}
	if (perm.size > 0 && memchr(perm.data, 'c', perm.size) != NULL)
		probe_set(probe, PROBE_WRITE, PROBE_OPEN);
	if (perm.size > 0 && memchr(perm.data, 'l', perm.size) != NULL) {
		probe_set(probe, PROBE_LIST, PROBE_OPEN);
		probe_say(probe, "anonymous is let in, and may list");
	} else {
		probe_unclear(probe, PROBE_LIST, "anonymous is let in; what it may see was not shown");
	}
}

static bool is_end_of_list(const struct probe_answer *answer)
{
	return probe_fact_is(answer->facts, "3.code", "211") || probe_fact_is(answer->facts, "3.code", "212") ||
	       probe_fact_is(answer->facts, "3.code", "213");
}

static void take_list(struct probe *probe, const struct probe_answer *answer)
{
	if (!let_in(probe, answer))
		return;
	if (is_end_of_list(answer) && probe_has(answer, "3.name")) {
		probe_set(probe, PROBE_LIST, PROBE_OPEN);
		probe_saw_names(probe, answer, "3.name");
		probe_say(probe, "anonymous is let in, and its folder is listed");
	} else {
		probe_unclear(probe, PROBE_LIST, "anonymous is let in; STAT gives it no list, which LIST might");
	}
}

static bool wants(const struct probe *probe, int row)
{
	return row == ROW_GREETING ? !probe->credentials : probe->credentials;
}

static bool next(struct probe *probe, struct probe_request *out)
{
	while (!probe->verdict.refused_as_a_whole && probe->step < ROW_COUNT) {
		int row = probe->step++;
		*out = (struct probe_request){.row = &rows[row]};
		if (wants(probe, row) && probe_allows(probe, out->row, false))
			return true;
	}
	return false;
}

static void take(struct probe *probe, const struct probe_answer *answer)
{
	if (probe_tcp_unanswered(probe, answer))
		probe->step = ROW_COUNT;
	else if (answer->request->row == &rows[ROW_GREETING])
		take_greeting(probe, answer);
	else if (answer->request->row == &rows[ROW_LOGIN])
		take_login(probe, answer);
	else
		take_list(probe, answer);
}

const struct probe_service probe_ftp = {
	.name = "ftp",
	.title = "FTP",
	.tcp = true,
	.port = 21,
	.rows = rows,
	.row_count = PROBE_COUNT(rows),
	.unfit = probe_unfit_path,
	.next = next,
	.take = take,
	.advice = "let no anonymous in, then check again",
};
