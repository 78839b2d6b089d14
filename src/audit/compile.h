/*
 * Rules as sets, each twice: what a rule surely matches (LOWER) and what it may match (UPPER). They differ where a
 * value cannot be resolved. A verdict is sound because an allow that is in doubt is taken small to say "open" and large
 * to say "closed", and a deny the other way round.
 */
#ifndef STAUNCH_AUDIT_COMPILE_H
#define STAUNCH_AUDIT_COMPILE_H

#include "audit/interval.h"
#include "audit/model.h"
#include "audit/tags.h"
#include "base/ceilings.h"

enum { AUDIT_LOWER, AUDIT_UPPER };

/* Protocol and port are one line, too: TCP ports, UDP ports, then protocols without ports. */
enum {
	AUDIT_LINE_TCP = 0,
	AUDIT_LINE_UDP = 65536,
	AUDIT_LINE_ICMP = 131072,
	AUDIT_LINE_ESP,
	AUDIT_LINE_AH,
	AUDIT_LINE_OTHER, /* and 255 more: by the number of the protocol (IANA, "Protocol Numbers") */
	AUDIT_LINE_END = AUDIT_LINE_OTHER + 256,
};

/* The tags that the rules of one store name; their number is the point that stands for them. */
struct audit_tags {
	struct st_span names[CEIL_AUDIT_TAGS];
	bool shared[CEIL_AUDIT_TAGS];
	size_t count;
	bool too_many;
};

/* Not to be moved: its sets begin in its room, which is enough for most. */
struct audit_compiled {
	const struct audit_rule *rule;
	struct audit_set sources[2], lines[2], source_ports[2];
	struct audit_interval room[6][2];
};

/* Is all of the internet of a family in the set? Then the addresses of every tag are, too. */
bool audit_covers_family(const struct audit_set *set, bool v6);

/* A tag of a set by its name: numbers are another in every store. */
struct audit_tag_name {
	struct st_span name;
	bool v4, v6;
};
/* The set without its tags in plain, their names in an array that the caller frees: its length. */
size_t audit_set_tags(const struct audit_set *set, const struct audit_tags *tags, struct audit_set *plain,
	struct audit_tag_name **names);

/* Gathers the tags of a group's sources. */
void audit_tags_add(struct audit_tags *tags, const struct audit_group *group);
void audit_compile(const struct audit_rule *rule, const struct audit_tags *tags, struct audit_compiled *out);
/* The same of a rule that may match on some of these lines (NULL: of any). False: it does not, and nothing is made. */
bool audit_compile_on(const struct audit_rule *rule, const struct audit_tags *tags, const struct audit_set *lines,
	struct audit_compiled *out);
void audit_compiled_free(struct audit_compiled *compiled);

/* What one value of a list of addresses is, taken apart at commas by audit_each_value. */
enum audit_value_kind { AUDIT_VALUE_TAG, AUDIT_VALUE_PREFIX, AUDIT_VALUE_MEMBERS, AUDIT_VALUE_UNRESOLVED };
struct audit_value {
	enum audit_value_kind kind;
	struct st_span text;
	enum audit_tag tag;
	struct audit_interval range;
	const struct audit_word *word;
};
/* Works out what the word is as a value, so that this is done once for all rules that have it. */
void audit_learn_word(struct audit_word *word);
/* May somebody on the internet be among these sources? Whether the upper set of a rule meets the internet, without the
 * sets. */
bool audit_may_be_outside(const struct audit_words *sources);
/* Calls each for every value; false as soon as each says so. */
bool audit_each_value(
	const struct audit_words *words, bool (*each)(void *context, const struct audit_value *value), void *context);

#endif
