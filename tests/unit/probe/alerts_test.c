/* Which alerts are due, by lines of evidence alone; what they say; "alerts" of a scope. */
#include "probe/alerts.h"

#include "check.h"
#include "probe/scope.h"
#include "rows.h"

static struct probe_alerts by_webhook_and_command(void)
{
	static char path[] = "/hook", program[] = "/bin/true";
	static char *list[] = {program, NULL};
	return (struct probe_alerts){.webhook_path = path, .command = list, .command_count = 1, .remind_every_s = 3600};
}

static void watched(struct probe_timelines *all)
{
	for (size_t i = 0; i < all->count; i++)
		all->list[i].watched = true;
}

static bool due(struct rows *rows, const struct probe_alerts *alerts, struct probe_due *out)
{
	int64_t next;
	watched(&rows->live);
	return probe_alerts_due(alerts, &rows->live, rows->now, out, &next);
}

static int64_t next_at(struct rows *rows, const struct probe_alerts *alerts)
{
	struct probe_due out;
	int64_t next = -1;
	watched(&rows->live);
	return probe_alerts_due(alerts, &rows->live, rows->now, &out, &next) ? rows->now : next;
}

/* Tries all that is due, once each. */
static unsigned send_all(struct rows *rows, const struct probe_alerts *alerts, const char *state)
{
	struct probe_due one;
	unsigned sent = 0;
	while (due(rows, alerts, &one) && sent < 100) {
		st_auto_free char *target = st_format("%s", one.line->target);
		rows_alert(rows, target, probe_channel_name(one.channel), one.id, "trying");
		rows_alert(rows, target, probe_channel_name(one.channel), one.id, state);
		sent++;
	}
	return sent;
}

static void each_channel_hears_of_each_change_once(void)
{
	struct rows rows = {.now = 1000};
	struct probe_alerts alerts = by_webhook_and_command();
	rows_watch(&rows, "webhook command");
	static const char *const verdicts[] = {"open", "open", "closed", "closed", "open", "cannot-tell", "open"};
	static const unsigned wanted[] = {2, 0, 2, 0, 2, 0, 0};
	for (size_t i = 0; i < sizeof wanted / sizeof wanted[0]; i++) {
		rows.now += 60;
		rows_verdict(&rows, "t", verdicts[i], 0, 0);
		unsigned sent = send_all(&rows, &alerts, "sent");
		if (sent != wanted[i])
			CHECK_FAIL("verdict %zu (%s): %u alerts, not %u", i, verdicts[i], sent, wanted[i]);
	}
	rows_free(&rows);
}

static void what_fails_is_tried_again_later_and_later(void)
{
	struct rows rows = {.now = 1000};
	struct probe_alerts alerts = by_webhook_and_command();
	rows_watch(&rows, "webhook command");
	rows_verdict(&rows, "t", "open", 0, 0);
	int64_t waits[14];
	for (int i = 0; i < 14; i++) {
		CHECK_INT(send_all(&rows, &alerts, "failed"), 2);
		waits[i] = next_at(&rows, &alerts) - rows.now;
		rows.now += waits[i];
	}
	static const int64_t wanted[] = {2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 3600, 3600, 3600};
	for (int i = 0; i < 14; i++)
		CHECK_INT(waits[i], wanted[i]);
	struct probe_due one;
	CHECK(due(&rows, &alerts, &one));
	CHECK_INT(one.attempt, 15);
	rows_free(&rows);
}

static void a_change_that_could_not_be_told_is_counted_in_the_next(void)
{
	struct rows rows = {.now = 1000};
	struct probe_alerts alerts = by_webhook_and_command();
	rows_watch(&rows, "webhook command");
	rows_verdict(&rows, "t", "open", 0, 0);
	send_all(&rows, &alerts, "failed");
	rows_verdict(&rows, "t", "closed", 0, 0);
	rows_verdict(&rows, "t", "open", 0, 0);
	struct probe_due one;
	CHECK(due(&rows, &alerts, &one));
	CHECK_INT(one.line->news, PROBE_NEWS_REOPENED);
	CHECK_INT(one.line->deliveries[one.channel].missed, 2);
	CHECK_INT(send_all(&rows, &alerts, "sent"), 2);
	rows_verdict(&rows, "t", "closed", 0, 0);
	CHECK(due(&rows, &alerts, &one));
	CHECK_INT(one.line->deliveries[one.channel].missed, 0);
	rows_free(&rows);
}

static void reminders_come_until_somebody_acknowledges_and_a_relapse_alerts_anew(void)
{
	struct rows rows = {.now = 1000};
	struct probe_alerts alerts = by_webhook_and_command();
	struct probe_due one;
	rows_watch(&rows, "webhook command");
	rows_verdict(&rows, "t", "open", 0, 0);
	CHECK_INT(send_all(&rows, &alerts, "sent"), 2);
	CHECK_INT(next_at(&rows, &alerts) - rows.now, 3600);
	for (unsigned i = 1; i <= 3; i++) {
		rows.now += 3600;
		rows_verdict(&rows, "t", i == 2 ? "cannot-tell" : "open", 0, 0);
		CHECK(due(&rows, &alerts, &one));
		CHECK_INT(one.reminder, i);
		CHECK_INT(send_all(&rows, &alerts, "sent"), 2);
	}
	rows_acknowledge(&rows, "t", 1);
	CHECK(next_at(&rows, &alerts) == INT64_MAX);
	rows.now += 86400;
	rows_verdict(&rows, "t", "closed", 0, 0);
	CHECK_INT(send_all(&rows, &alerts, "sent"), 2);
	CHECK(next_at(&rows, &alerts) == INT64_MAX);
	rows_verdict(&rows, "t", "open", 0, 0);
	CHECK(due(&rows, &alerts, &one));
	CHECK_INT(one.line->news, PROBE_NEWS_REOPENED);
	CHECK_INT(send_all(&rows, &alerts, "sent"), 2);
	rows.now += 3600;
	CHECK(due(&rows, &alerts, &one));
	CHECK_INT(one.reminder, 1);
	rows_free(&rows);
}

static void what_happened_before_anybody_watched_is_told_only_when_it_is_still_open(void)
{
	static const struct {
		const char *before[3];
		unsigned alerts;
	} cases[] = {{{"open", "closed"}, 0}, {{"closed"}, 0}, {{"open"}, 2}, {{"open", "closed", "open"}, 2},
		{{"open", "cannot-tell"}, 2}};
	struct probe_alerts alerts = by_webhook_and_command();
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct rows rows = {.now = 1000};
		for (int j = 0; j < 3 && cases[i].before[j] != NULL; j++)
			rows_verdict(&rows, "t", cases[i].before[j], 0, 0);
		rows_watch(&rows, "webhook command");
		unsigned sent = send_all(&rows, &alerts, "sent");
		if (sent != cases[i].alerts)
			CHECK_FAIL("case %zu: %u alerts, not %u", i, sent, cases[i].alerts);
		rows_free(&rows);
	}
}

static void targets_of_others_and_channels_that_are_not_there_hear_nothing(void)
{
	struct rows rows = {.now = 1000};
	struct probe_alerts none = {.remind_every_s = 60}, alerts = by_webhook_and_command();
	struct probe_due one;
	int64_t next;
	rows_watch(&rows, "mail");
	rows_verdict(&rows, "t", "open", 0, 0);
	CHECK(!probe_alerts_due(&alerts, &rows.live, rows.now, &one, &next)); /* nobody watches t */
	CHECK(!due(&rows, &none, &one));
	CHECK(!due(&rows, &alerts, &one)); /* no watch named webhook or command */
	rows_free(&rows);
}

static void a_clock_that_goes_back_makes_nothing_late(void)
{
	struct rows rows = {.now = 2000000000};
	struct probe_alerts alerts = by_webhook_and_command();
	rows_watch(&rows, "webhook command");
	rows_verdict(&rows, "t", "open", 0, 0);
	CHECK_INT(send_all(&rows, &alerts, "sent"), 2);
	rows.now = 1000000000;
	CHECK_INT(send_all(&rows, &alerts, "sent"), 2); /* the reminder, at once */
	CHECK_INT(next_at(&rows, &alerts) - rows.now, 3600);
	rows_free(&rows);
}

/* --- a property: whoever reads the file again knows the same --- */

static uint64_t random_state;

static unsigned draw(unsigned below)
{
	random_state = random_state * 6364136223846793005u + 1442695040888963407u;
	return (unsigned)(random_state >> 33) % below;
}

static bool same_due(const struct probe_due *a, const struct probe_due *b)
{
	return strcmp(a->line->target, b->line->target) == 0 && a->channel == b->channel &&
	       a->reminder == b->reminder && a->attempt == b->attempt && strcmp(a->id, b->id) == 0;
}

/* What is due by the lines as they came, and by the file read anew after this line: the same. */
static bool restart_agrees(struct rows *rows, const struct probe_alerts *alerts, bool *any, struct probe_due *out)
{
	struct probe_timelines again;
	struct probe_due other;
	int64_t next = 0, other_next = 0;
	rows_again(rows, &again);
	watched(&again);
	watched(&rows->live);
	*any = probe_alerts_due(alerts, &rows->live, rows->now, out, &next);
	bool too = probe_alerts_due(alerts, &again, rows->now, &other, &other_next);
	bool same = *any == too && (*any ? same_due(out, &other) : next == other_next);
	probe_timelines_free(&again);
	return same;
}

struct heard {
	char id[48];
	enum probe_channel channel;
	unsigned left, kept, kills; /* messages that left; of which a line says so; kills in between */
};

struct story {
	struct rows rows;
	struct heard heard[4000];
	size_t count;
};

static struct heard *heard_of(struct story *story, const struct probe_due *due)
{
	for (size_t i = 0; i < story->count; i++)
		if (story->heard[i].channel == due->channel && strcmp(story->heard[i].id, due->id) == 0)
			return &story->heard[i];
	struct heard *heard = &story->heard[story->count++];
	*heard = (struct heard){.channel = due->channel};
	memcpy(heard->id, due->id, sizeof heard->id);
	return heard;
}

/* One try, in which the watch may be killed at each of its moments. */
static void try_one(struct story *story, const struct probe_due *due)
{
	struct heard *heard = heard_of(story, due);
	st_auto_free char *target = st_format("%s", due->line->target);
	const char *channel = probe_channel_name(due->channel);
	unsigned fate = draw(20);
	if (fate == 0)
		return; /* killed before its first line */
	rows_alert(&story->rows, target, channel, due->id, "trying");
	if (fate == 1)
		return; /* killed before it left */
	if (fate <= 4) {
		rows_alert(&story->rows, target, channel, due->id, "failed");
		return;
	}
	heard->left++;
	if (fate == 5) {
		heard->kills++;
		return; /* killed behind it */
	}
	heard->kept++;
	rows_alert(&story->rows, target, channel, due->id, "sent");
}

static void step(struct story *story)
{
	static const char *const verdicts[] = {"open", "open", "closed", "closed", "cannot-tell"};
	static const char *const targets[] = {"a", "b"};
	unsigned what = draw(30);
	const char *target = targets[draw(2)];
	story->rows.now += what == 0 ? -(int64_t)draw(5000) : (int64_t)draw(1500);
	if (what == 1) {
		const struct probe_timeline *line = probe_timeline_of(&story->rows.live, target);
		rows_acknowledge(&story->rows, target, line != NULL ? (unsigned)line->window_count : 1);
	} else if (what == 2) {
		rows_watch(&story->rows, draw(2) ? "webhook command" : "webhook");
	} else if (what < 12) {
		rows_verdict(&story->rows, target, verdicts[draw(5)], draw(3), 0);
	}
}

static bool tell(struct story *story, const struct probe_alerts *alerts, uint64_t seed)
{
	rows_watch(&story->rows, "webhook command");
	for (int i = 0; i < 200; i++) {
		bool any;
		struct probe_due one;
		step(story);
		if (!restart_agrees(&story->rows, alerts, &any, &one)) {
			CHECK_FAIL("seed %llu, line %llu: a restart knows otherwise", (unsigned long long)seed,
				(unsigned long long)story->rows.chain.count);
			return false;
		}
		if (any)
			try_one(story, &one);
	}
	for (size_t i = 0; i < story->count; i++)
		if (story->heard[i].kept > 1 || story->heard[i].left > 1 + story->heard[i].kills) {
			CHECK_FAIL("seed %llu: alert %s left %u times, %u with a line, %u kills",
				(unsigned long long)seed, story->heard[i].id, story->heard[i].left,
				story->heard[i].kept, story->heard[i].kills);
			return false;
		}
	return true;
}

static void a_restart_at_any_line_gives_the_same_alerts_and_none_twice_without_a_kill(void)
{
	struct probe_alerts alerts = by_webhook_and_command();
	unsigned left = 0;
	for (uint64_t seed = 1; seed <= 15; seed++) {
		struct story *story = st_alloc_zero(1, sizeof *story);
		random_state = seed;
		story->rows.now = 1000000;
		bool good = tell(story, &alerts, seed);
		for (size_t i = 0; i < story->count; i++)
			left += story->heard[i].left;
		rows_free(&story->rows);
		free(story);
		if (!good)
			return;
	}
	CHECK(left > 150); /* the stories have alerts in them */
}

/* --- words --- */

static void an_alert_is_one_line_of_json_and_a_mail_has_no_line_that_is_too_long(void)
{
	struct rows rows = {.now = 1574500548};
	struct probe_alerts alerts = by_webhook_and_command();
	static char from[] = "staunch@contoso.example", first[] = "soc@contoso.example",
		    second[] = "b@fabrikam.example";
	static char *to[] = {first, second};
	alerts.mail_from = from;
	alerts.mail_to = to;
	alerts.mail_to_count = 2;
	char target[2000];
	memset(target, 'x', sizeof target);
	memcpy(target, "https://h.example:443/\r\n\"", 25);
	target[sizeof target - 1] = 0;
	rows_watch(&rows, "webhook command mail");
	rows_verdict(&rows, target, "open", 3, 0);
	struct probe_due one;
	CHECK(due(&rows, &alerts, &one));
	st_auto_buf struct st_buf json = {0}, mail = {0};
	probe_alert_json(&one, &json);
	CHECK(memchr(json.data, '\n', json.size) == NULL);
	probe_alert_mail(&alerts, &one, rows.now, &mail);
	st_buf_add_byte(&mail, 0);
	size_t length = 0;
	for (const char *at = (const char *)mail.data; *at != 0; at++) {
		length = *at == '\n' ? 0 : length + 1;
		CHECK(length <= 998);
		CHECK(*at != '\n' || at[-1] == '\r');
	}
	const char *text = (const char *)mail.data;
	CHECK(strstr(text, "\r\nDate: Sat, 23 Nov 2019 09:15:48 +0000\r\n") != NULL);
	CHECK(strstr(text, "To: <soc@contoso.example>,\r\n <b@fabrikam.example>\r\n") != NULL);
	CHECK(strstr(text, "\r\nSubject: [staunch] open: https://h.example:443/??\"") != NULL);
	CHECK(strstr(text, "\r\nMessage-ID: <") != NULL);
	rows_free(&rows);
}

static void intervals_are_whole_and_have_a_unit(void)
{
	static const struct {
		const char *text;
		int64_t seconds; /* 0: refused */
	} cases[] = {{"1s", 1}, {"15m", 900}, {"6h", 21600}, {"7d", 604800}, {"8d", 0}, {"0s", 0}, {"", 0}, {"s", 0},
		{"15", 0}, {"15 m", 0}, {"1.5h", 0}, {"-1s", 0}, {"15M", 0}, {"1sx", 0}, {"99999999999999999999d", 0}};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		int64_t got = 0;
		bool good = probe_interval_parse(cases[i].text, 1, 604800, &got);
		if (good != (cases[i].seconds > 0) || (good && got != cases[i].seconds))
			CHECK_FAIL("\"%s\" is %d, %lld s", cases[i].text, good, (long long)got);
	}
}

/* --- scope.json --- */

static enum st_status read_scope(const char *alerts, struct probe_scope **out, struct st_error *err)
{
	st_auto_free char *text = st_format(
		"{\"schema\":\"staunch.scope/1\",\"owner\":\"Contoso\",\"authoriser\":\"A\",\"basis\":\"own-asset\","
		"\"not_before\":\"2020-01-01\",\"not_after\":\"2090-01-01\",\"contact\":\"s@contoso.example\","
		"\"targets\":[\"https://h.example/c\"],\"alerts\":%s}",
		alerts);
	return probe_scope_read((struct st_span){(const uint8_t *)text, strlen(text)}, out, err);
}

static void alerts_of_a_scope_are_read_strictly(void)
{
	static const char *const wrong[] = {"{}", "[]", "null", "{\"remind_every\":\"1h\"}", "{\"mail\":{}}",
		"{\"mail\":{\"from\":\"a@b.example\"}}", "{\"mail\":{\"from\":\"a@b.example\",\"to\":[]}}",
		"{\"mail\":{\"from\":\"a@b.example\",\"to\":[\"x\"]}}",
		"{\"mail\":{\"from\":\"a@b.example\\r\\nBcc: x\",\"to\":[\"c@b.example\"]}}",
		"{\"mail\":{\"from\":\"a@b.example\",\"to\":[\"c@b.example>,<d@b.example\"]}}",
		"{\"mail\":{\"from\":\"a@b.example\",\"to\":[\"c@b.example\"],\"server\":\"http://h\"}}",
		"{\"mail\":{\"from\":\"a@b.example\",\"to\":[\"c@b.example\"],\"server\":\"smtp://u:p@h\"}}",
		"{\"mail\":{\"from\":\"a@b.example\",\"to\":[\"c@b.example\"],\"server\":\"smtp://h/x\"}}",
		"{\"mail\":{\"from\":\"a@b.example\",\"from\":\"a@b.example\",\"to\":[\"c@b.example\"]}}",
		"{\"webhook\":\"http://h.example/x\"}", "{\"webhook\":\"https://\"}",
		"{\"webhook\":\"https://u:p@h.example/\"}", "{\"webhook\":\"https://h.example/x#y\"}",
		"{\"webhook\":\"https://h.example/x y\"}", "{\"webhook\":\"https://h.example:0/x\"}",
		"{\"webhook\":\"https://127.1/x\"}", "{\"webhook\":[]}", "{\"command\":[]}",
		"{\"command\":\"/bin/true\"}", "{\"command\":[\"true\"]}", "{\"command\":[\"/bin/true\",1]}",
		"{\"command\":[\"/bin/true\\u0000x\"]}", "{\"command\":[\"/bin/true\"],\"remind_every\":\"0s\"}",
		"{\"command\":[\"/bin/true\"],\"remind_every\":\"31d\"}",
		"{\"command\":[\"/bin/true\"],\"comand\":[]}"};
	for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
		struct probe_scope *scope = NULL;
		struct st_error err = {0};
		if (read_scope(wrong[i], &scope, &err) != ST_WRONG || strstr(err.what, "line 1") == NULL)
			CHECK_FAIL("%s is taken, or wrong without its line: %s", wrong[i], err.what);
		probe_scope_free(scope);
	}
}

static void alerts_of_a_scope_say_who_hears_and_where(void)
{
	struct probe_scope *scope = NULL;
	struct st_error err = {0};
	CHECK(read_scope("{\"mail\":{\"from\":\"s@contoso.example\",\"to\":[\"a@contoso.example\"]},"
			 "\"webhook\":\"https://Hooks.example/a/?t=1&sig=2\",\"command\":[\"/bin/true\",\"-x\",\"\"],"
			 "\"remind_every\":\"90s\"}",
		      &scope, &err) == ST_OK);
	const struct probe_alerts *alerts = &scope->alerts;
	CHECK_TEXT(alerts->webhook.host, "hooks.example");
	CHECK_INT(alerts->webhook.port, 443);
	CHECK_TEXT(alerts->webhook_path, "/a/?t=1&sig=2");
	CHECK_TEXT(alerts->mail_server.host, "127.0.0.1");
	CHECK_INT(alerts->mail_server.port, 25);
	CHECK(!alerts->mail_starttls && alerts->mail_server.transport == PROBE_HTTP);
	CHECK_INT(alerts->command_count, 3);
	CHECK_TEXT(alerts->command[1], "-x");
	CHECK(alerts->command[3] == NULL);
	CHECK_INT(alerts->remind_every_s, 90);
	probe_scope_free(scope);
}

static void mail_in_the_clear_goes_to_this_machine_only(void)
{
	static const struct {
		const char *server;
		unsigned port;
		bool starttls, tls;
	} cases[] = {{"smtp://127.0.0.1:2525", 2525, false, false}, {"smtp://[::1]", 25, false, false},
		{"smtp://mail.contoso.example", 25, true, false}, {"smtp://192.0.2.1:26", 26, true, false},
		{"smtp://localhost", 25, true, false}, {"smtps://mail.contoso.example", 465, false, true}};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct probe_scope *scope = NULL;
		st_auto_free char *text = st_format("{\"mail\":{\"from\":\"a@b.example\",\"to\":[\"c@b.example\"],"
						    "\"server\":\"%s\"}}",
			cases[i].server);
		struct st_error err = {0};
		CHECK(read_scope(text, &scope, &err) == ST_OK);
		const struct probe_alerts *alerts = &scope->alerts;
		if (alerts->mail_server.port != cases[i].port || alerts->mail_starttls != cases[i].starttls ||
			(alerts->mail_server.transport == PROBE_HTTPS) != cases[i].tls)
			CHECK_FAIL("%s: port %u, STARTTLS %d", cases[i].server, alerts->mail_server.port,
				alerts->mail_starttls);
		probe_scope_free(scope);
	}
}

int main(void)
{
	RUN(each_channel_hears_of_each_change_once);
	RUN(what_fails_is_tried_again_later_and_later);
	RUN(a_change_that_could_not_be_told_is_counted_in_the_next);
	RUN(reminders_come_until_somebody_acknowledges_and_a_relapse_alerts_anew);
	RUN(what_happened_before_anybody_watched_is_told_only_when_it_is_still_open);
	RUN(targets_of_others_and_channels_that_are_not_there_hear_nothing);
	RUN(a_clock_that_goes_back_makes_nothing_late);
	RUN(a_restart_at_any_line_gives_the_same_alerts_and_none_twice_without_a_kill);
	RUN(an_alert_is_one_line_of_json_and_a_mail_has_no_line_that_is_too_long);
	RUN(intervals_are_whole_and_have_a_unit);
	RUN(alerts_of_a_scope_are_read_strictly);
	RUN(alerts_of_a_scope_say_who_hears_and_where);
	RUN(mail_in_the_clear_goes_to_this_machine_only);
	CHECK_END();
}
