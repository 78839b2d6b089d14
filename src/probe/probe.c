/* What all services share: the verdict, the ladder, names. */
#include "probe/probe.h"

#include "base/ceilings.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>

void probe_begin(struct probe *probe, const struct probe_target *target, const struct probe_service *service)
{
	probe->target = target;
	probe->service = service;
}

void probe_end(struct probe *probe)
{
	st_buf_free(&probe->seen_object);
	st_buf_free(&probe->product);
	for (size_t i = 0; i < sizeof probe->text / sizeof probe->text[0]; i++)
		st_buf_free(&probe->text[i]);
}

void probe_say(struct probe *probe, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	vsnprintf(probe->verdict.reason, sizeof probe->verdict.reason, format, args);
	va_end(args);
}

static int weight(enum probe_state state)
{
	static const int weights[] = {
		[PROBE_NOT_TESTED] = 0, [PROBE_CANNOT_TELL] = 1, [PROBE_CLOSED] = 2, [PROBE_OPEN] = 3};
	return weights[state];
}

void probe_set(struct probe *probe, enum probe_right right, enum probe_state state)
{
	enum probe_state *now = &probe->verdict.rights[right];
	if (weight(state) > weight(*now))
		*now = state;
}

bool probe_unanswered(struct probe *probe, const struct probe_answer *answer)
{
	if (answer->outcome == PROBE_ANSWERED)
		return false;
	probe_set(probe, answer->request->row->right, PROBE_CANNOT_TELL);
	/* Why something was not asked is said by who held it back. */
	bool said = answer->outcome == PROBE_HELD_BACK && probe->verdict.reason[0] != 0;
	if (probe_verdict(probe) != PROBE_OPEN && !said)
		probe_say(probe, "%s", probe_outcome_text(answer->outcome));
	return true;
}

void probe_saw_names(struct probe *probe, const struct probe_answer *answer, const char *path)
{
	struct st_span first = probe_fact(answer->facts, path, 0);
	probe->objects_seen += probe_fact_count(answer->facts, path);
	if (probe->seen_object.size == 0 && first.data != NULL)
		st_buf_add(&probe->seen_object, first.data, first.size);
}

static bool is_ransom_note(struct st_span name)
{
	static const char *const words[] = {"read_me", "readme", "read-me", "meow", "ransom", "recover", "warning",
		"please_read", "pleaseread", "how_to_restore", "hacked", "your_data"};
	char text[64];
	if (name.data == NULL || name.size >= sizeof text)
		return false;
	for (size_t i = 0; i < name.size; i++)
		text[i] = (char)tolower(name.data[i]);
	text[name.size] = 0;
	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
		if (strstr(text, words[i]) != NULL)
			return true;
	return false;
}

void probe_saw_notes(struct probe *probe, const struct probe_answer *answer, const char *path)
{
	struct st_span name;
	for (uint32_t i = 0; (name = probe_fact(answer->facts, path, i)).data != NULL; i++)
		probe->ransom_notes += is_ransom_note(name);
}

bool probe_allows(const struct probe *probe, const struct probe_row *row, bool known)
{
	enum probe_level needed = row->known_name && known && row->level > PROBE_L1 ? PROBE_L1 : row->level;
	return probe->level >= needed;
}

enum probe_state probe_verdict(const struct probe *probe)
{
	const enum probe_state *rights = probe->verdict.rights;
	for (int i = 0; i < PROBE_WRITE; i++)
		if (rights[i] == PROBE_OPEN)
			return PROBE_OPEN;
	if (rights[PROBE_WRITE] == PROBE_OPEN)
		return PROBE_OPEN;
	bool closed = probe->verdict.refused_as_a_whole ||
		      (rights[PROBE_LIST] == PROBE_CLOSED && rights[PROBE_READ] == PROBE_CLOSED);
	return closed ? PROBE_CLOSED : PROBE_CANNOT_TELL;
}

const char *probe_state_name(enum probe_state state)
{
	static const char *const names[] = {"not-tested", "open", "closed", "cannot-tell"};
	return names[state];
}

const char *probe_right_name(enum probe_right right)
{
	static const char *const names[PROBE_RIGHTS] = {
		"list", "read", "acl", "versions", "any_authenticated", "write"};
	return names[right];
}

const char *probe_right_state_name(enum probe_right right, enum probe_state state)
{
	static const char *const write[] = {"cannot-tell", "implied", "not-implied", "cannot-tell"};
	return right == PROBE_WRITE ? write[state] : probe_state_name(state);
}

const char *probe_level_name(enum probe_level level)
{
	static const char *const names[PROBE_LEVELS] = {"L0", "L1", "L2", "L3", "L4", "L5"};
	return names[level];
}

bool probe_level_parse(const char *text, enum probe_level *out)
{
	for (int i = 0; i < PROBE_LEVELS; i++)
		if (strcmp(text, probe_level_name((enum probe_level)i)) == 0) {
			*out = (enum probe_level)i;
			return true;
		}
	return false;
}

const char *probe_outcome_text(enum probe_outcome outcome)
{
	static const char *const texts[PROBE_OUTCOMES] = {
		"answered",
		"the name does not exist",
		"the name could not be resolved",
		"the name leads to a private, link-local or loopback address that nobody typed",
		"no connection",
		"no TLS connection, or its certificate is not valid for this name",
		"no answer in time",
		"the answer's headers or framing have no end",
		"the answer is broken off or is none",
		"not asked: a name in the request would lead out of the target",
	};
	return texts[outcome];
}
