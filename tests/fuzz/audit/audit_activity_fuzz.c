/*
 * Any bytes as an activity log, joined to two states of a group of which a rule changed: every moment that is told lies
 * in what the log spans, and what it found is an operation that did not fail.
 */
#include "audit/moment.h"
#include "base/clock.h"

#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
	if (!holds)
		abort();
}

static const struct audit_word *word(struct audit_model *model, const char *text)
{
	return audit_intern(model, AUDIT_LITERAL, audit_span(text));
}

static void add_group(struct audit_model *model, const char *source)
{
	struct audit_group *group =
		audit_model_group(model, word(model, "/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/"
						     "networkSecurityGroups/es"));
	struct audit_rule *rule = audit_group_rule(model, group);
	group->declared = true;
	rule->name = word(model, "r");
	rule->protocol = word(model, "tcp");
	rule->priority = 100;
	audit_words_add(model, &rule->sources, word(model, source));
	audit_words_add(model, &rule->source_ports, word(model, "*"));
	audit_words_add(model, &rule->destinations, word(model, "*"));
	audit_words_add(model, &rule->ports, word(model, "9200"));
}

static void join(struct audit_activity *activity, const char *before_day, const char *after_day)
{
	struct audit_model before = {.recognised = 0}, after = {.recognised = 0};
	struct audit_result result = {.exposure_count = 0};
	struct st_error err = {0};
	add_group(&before, "10.0.0.0/8");
	add_group(&after, "*");
	struct audit_snapshot snapshots[] = {
		{.model = &before, .date = audit_span(before_day)}, {.model = &after, .date = audit_span(after_day)}};
	must((before_day[0] != 0 ? audit_tell_history : audit_tell_change)(snapshots, 2, NULL, &result, &err) == ST_OK);
	audit_tell_moments(activity, snapshots, 2, &result);
	must(result.exposure_count == 1 && result.exposures[0].edit_count == 1);
	const struct audit_moment *moment = &result.exposures[0].opened_log;
	const struct audit_event_told *event = &result.exposures[0].edits[0].event;
	must(moment->told == (event->operation.size > 0) && moment->told == (result.unlogged.count == 0));
	must(!moment->told || (moment->first.size == 20 && memcmp(moment->first.data, result.log.first.data, 20) >= 0 &&
				      memcmp(moment->first.data, result.log.last.data, 20) <= 0));
	must(result.unseen.count + result.log.failed + result.log.elsewhere <= 2 * activity->count);
	audit_result_free(&result);
	audit_model_free(&before);
	audit_model_free(&after);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct audit_activity activity = {.count = 0};
	struct st_error err = {0};
	if (size > 16384)
		return 0;
	int fd = memfd_create("log", MFD_CLOEXEC);
	must(fd >= 0 && write(fd, data, size) == (ssize_t)size && lseek(fd, 0, SEEK_SET) == 0);
	if (audit_activity_read(fd, &activity, &err) == ST_OK) {
		for (uint32_t i = 1; i < activity.count; i++)
			must(activity.items[i - 1].first_s <= activity.items[i].first_s);
		join(&activity, "2019-12-04", "2019-12-05");
		join(&activity, "", "");
	}
	audit_activity_free(&activity);
	close(fd);
	return 0;
}
