/* Values to sets. */
#include "audit/compile.h"

#include <ctype.h>

/* --- values --- */

/* The front of *rest up to a comma. */
static struct st_span next_of(struct st_span *rest)
{
	const uint8_t *comma = rest->size > 0 ? memchr(rest->data, ',', rest->size) : NULL;
	size_t size = comma != NULL ? (size_t)(comma - rest->data) : rest->size;
	struct st_span front = {rest->data, size};
	size_t used = comma != NULL ? size + 1 : size;
	*rest = (struct st_span){rest->data + used, rest->size - used};
	return audit_trimmed(front);
}

static struct audit_value value_of(const struct audit_word *word, struct st_span text)
{
	struct audit_value value = {.kind = AUDIT_VALUE_UNRESOLVED, .text = text, .word = word};
	if (word->meaning.known) {
		value.kind = (enum audit_value_kind)word->meaning.kind;
		value.tag = (enum audit_tag)word->meaning.tag;
		value.range = word->meaning.range;
		return value;
	}
	if (word->kind == AUDIT_MEMBERS)
		value.kind = AUDIT_VALUE_MEMBERS;
	if (word->kind != AUDIT_LITERAL)
		return value;
	value.tag = audit_tag_of(text);
	if (value.tag != AUDIT_TAG_NONE)
		value.kind = AUDIT_VALUE_TAG;
	else if (audit_parse_prefix(text, &value.range))
		value.kind = AUDIT_VALUE_PREFIX;
	return value;
}

bool audit_each_value(
	const struct audit_words *words, bool (*each)(void *context, const struct audit_value *value), void *context)
{
	for (uint32_t i = 0; i < words->count; i++) {
		struct st_span rest = audit_word_span(words->items[i]);
		if (words->items[i]->meaning.known) {
			struct audit_value value = value_of(words->items[i], rest);
			if (!each(context, &value))
				return false;
			continue;
		}
		do {
			struct st_span text = words->items[i]->kind == AUDIT_LITERAL ? next_of(&rest) : rest;
			struct audit_value value = value_of(words->items[i], text);
			if (!each(context, &value))
				return false;
		} while (words->items[i]->kind == AUDIT_LITERAL && rest.size > 0);
	}
	return true;
}

static bool is_outside(const struct audit_value *value)
{
	struct audit_interval room[AUDIT_INTERNET_INTERVALS], one = value->range;
	struct audit_set internet = {room, 0, AUDIT_INTERNET_INTERVALS, true}, range = {&one, 1, 1, true};
	if (value->kind == AUDIT_VALUE_TAG)
		return value->tag != AUDIT_TAG_PRIVATE;
	if (value->kind != AUDIT_VALUE_PREFIX)
		return value->kind == AUDIT_VALUE_UNRESOLVED;
	audit_internet(&internet, 0);
	return audit_set_meets(&internet, &range);
}

static bool parse_port(struct st_span text, uint32_t *out)
{
	uint32_t value = 0;
	if (text.size == 0 || text.size > 5)
		return false;
	for (size_t i = 0; i < text.size; i++) {
		if (!isdigit(text.data[i]))
			return false;
		value = value * 10 + (uint32_t)(text.data[i] - '0');
	}
	*out = value;
	return value <= 65535;
}

static bool parse_ports(struct st_span text, uint32_t *low, uint32_t *high)
{
	const uint8_t *dash = text.size > 0 ? memchr(text.data, '-', text.size) : NULL;
	if (audit_span_is(text, "*") || audit_span_is(text, "any")) {
		*low = 0;
		*high = 65535;
		return true;
	}
	if (dash == NULL)
		return parse_port(text, low) && parse_port(text, high);
	size_t first = (size_t)(dash - text.data);
	return parse_port(audit_trimmed((struct st_span){text.data, first}), low) &&
	       parse_port(audit_trimmed((struct st_span){dash + 1, text.size - first - 1}), high) && *low <= *high;
}

enum protocols { TCP = 1, UDP = 2, ICMP = 4, ESP = 8, AH = 16, OTHER = 32, ALL = 63 };

/* 0: none that we know. Names as Azure has them; numbers of IANA ("Protocol Numbers"). */
static unsigned find_protocols(const struct audit_word *word)
{
	static const struct {
		const char *name;
		unsigned protocols;
	} names[] = {{"*", ALL}, {"any", ALL}, {"all", ALL}, {"-1", ALL}, {"tcp", TCP}, {"6", TCP}, {"udp", UDP},
		{"17", UDP}, {"icmp", ICMP}, {"1", ICMP}, {"icmpv6", ICMP}, {"58", ICMP}, {"esp", ESP}, {"50", ESP},
		{"ah", AH}, {"51", AH}};
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		if (audit_word_is(word, names[i].name))
			return names[i].protocols;
	return 0;
}

void audit_learn_word(struct audit_word *word)
{
	struct st_span text = audit_word_span(word);
	bool several = text.size > 0 && memchr(text.data, ',', text.size) != NULL;
	word->meaning.asked = true;
	if (word->kind == AUDIT_LITERAL && (several || audit_trimmed(text).size != text.size))
		return;
	struct audit_value value = value_of(word, text);
	word->meaning = (struct audit_meaning){.asked = true,
		.known = true,
		.kind = (uint8_t)value.kind,
		.tag = (uint8_t)value.tag,
		.outside = is_outside(&value),
		.protocols = (uint8_t)find_protocols(word),
		.range = value.range};
	uint32_t low = 0, high = 0;
	word->meaning.ports = word->kind == AUDIT_LITERAL && parse_ports(text, &low, &high);
	word->meaning.low_port = (uint16_t)low;
	word->meaning.high_port = (uint16_t)high;
}

static bool is_inside(void *context, const struct audit_value *value)
{
	(void)context;
	return value->word->meaning.known ? !value->word->meaning.outside : !is_outside(value);
}

bool audit_may_be_outside(const struct audit_words *sources)
{
	if (sources->count == 1 && sources->items[0]->meaning.known)
		return sources->items[0]->meaning.outside;
	return !audit_each_value(sources, is_inside, NULL);
}

/* --- tags --- */

static bool add_tag(void *context, const struct audit_value *value)
{
	struct audit_tags *tags = context;
	if (value->kind != AUDIT_VALUE_TAG || value->tag < AUDIT_TAG_SHARED)
		return true;
	for (size_t i = 0; i < tags->count; i++)
		if (audit_same(tags->names[i], value->text))
			return true;
	if (tags->count == CEIL_AUDIT_TAGS) {
		tags->too_many = true;
		return false;
	}
	tags->shared[tags->count] = value->tag == AUDIT_TAG_SHARED;
	tags->names[tags->count++] = value->text;
	return true;
}

/* False of most: prefixes and the tags that are no service's. */
static bool may_name_tags(const struct audit_words *sources)
{
	for (uint32_t i = 0; i < sources->count; i++) {
		const struct audit_meaning *meaning = &sources->items[i]->meaning;
		if (!meaning->known || (meaning->kind == AUDIT_VALUE_TAG && meaning->tag >= AUDIT_TAG_SHARED))
			return true;
	}
	return false;
}

void audit_tags_add(struct audit_tags *tags, const struct audit_group *group)
{
	for (size_t i = 0; i < group->rule_count; i++) {
		const struct audit_words *sources = &group->rules[i].sources;
		if (!may_name_tags(sources))
			continue;
		audit_each_value(sources, add_tag, tags);
	}
}

/* --- sources --- */

struct sources {
	const struct audit_tags *tags;
	bool deny;
	struct audit_set *lower, *more; /* what is surely in it; what may be beside */
};

static void add_tag_points(struct audit_set *set, size_t first, size_t count)
{
	if (count == 0)
		return;
	audit_set_add(set, AUDIT_TAG_V4 + first, AUDIT_TAG_V4 + first + count - 1);
	audit_set_add(set, AUDIT_TAG_V6 + first, AUDIT_TAG_V6 + first + count - 1);
}

static void add_everything(struct audit_set *set, const struct audit_tags *tags)
{
	audit_set_add(set, AUDIT_V4_LOW, AUDIT_V4_HIGH);
	audit_set_add(set, AUDIT_V6_LOW, AUDIT_V6_HIGH);
	add_tag_points(set, 0, tags->count);
}

static void add_internet(struct audit_set *set, const struct audit_tags *tags)
{
	struct audit_interval room[AUDIT_INTERNET_INTERVALS];
	struct audit_set internet = {room, 0, AUDIT_INTERNET_INTERVALS, true};
	audit_internet(&internet, tags->count);
	for (size_t i = 0; i < internet.count; i++)
		audit_set_add(set, internet.items[i].low, internet.items[i].high);
}

/* The tag and its regions. What a deny of a tag takes from other tags cannot be told: they may share addresses. */
static void add_service_tag(struct sources *to, struct st_span tag)
{
	for (size_t i = 0; i < to->tags->count; i++) {
		bool held = audit_tag_holds(tag, to->tags->names[i]);
		if (held)
			add_tag_points(to->lower, i, 1);
		else if (to->deny)
			add_tag_points(to->more, i, 1);
	}
}

static bool add_source(void *context, const struct audit_value *value)
{
	struct sources *to = context;
	switch (value->kind) {
	case AUDIT_VALUE_PREFIX:
		audit_set_add(to->lower, value->range.low, value->range.high);
		return true;
	case AUDIT_VALUE_MEMBERS: /* addresses inside: nobody on the internet */
		return true;
	case AUDIT_VALUE_UNRESOLVED:
		add_everything(to->more, to->tags);
		return true;
	case AUDIT_VALUE_TAG:
		break;
	}
	if (value->tag == AUDIT_TAG_ANY) {
		add_everything(to->lower, to->tags);
	} else if (value->tag == AUDIT_TAG_INTERNET) {
		add_internet(to->lower, to->tags);
	} else if (value->tag != AUDIT_TAG_PRIVATE) {
		add_service_tag(to, value->text);
	}
	return true;
}

bool audit_covers_family(const struct audit_set *set, bool v6)
{
	struct audit_interval room[AUDIT_INTERNET_INTERVALS];
	struct audit_set internet = {room, 0, AUDIT_INTERNET_INTERVALS, true};
	audit_internet(&internet, 0);
	/* that of IPv6 is the last one */
	struct audit_set part = {room, internet.count - 1, AUDIT_INTERNET_INTERVALS, true};
	if (v6)
		part = (struct audit_set){room + internet.count - 1, 1, 1, true};
	return audit_set_covers(set, &part);
}

size_t audit_set_tags(const struct audit_set *set, const struct audit_tags *tags, struct audit_set *plain,
	struct audit_tag_name **names)
{
	size_t count = 0;
	*names = st_alloc_zero(tags->count + 1, sizeof **names);
	for (size_t i = 0; i < tags->count; i++) {
		bool v4 = audit_set_has(set, AUDIT_TAG_V4 + i), v6 = audit_set_has(set, AUDIT_TAG_V6 + i);
		if (v4 || v6)
			(*names)[count++] = (struct audit_tag_name){tags->names[i], v4, v6};
	}
	plain->count = 0;
	for (size_t i = 0; i < set->count; i++)
		if (set->items[i].low < AUDIT_TAG_V4 || set->items[i].low >= AUDIT_V6_LOW)
			audit_set_add(plain, set->items[i].low, set->items[i].high);
	return count;
}

/* Who covers all of a family covers every tag's addresses in it. */
static void settle_sources(struct audit_set *set, const struct audit_tags *tags)
{
	audit_set_settle(set);
	if (tags->count == 0 || set->count == 0)
		return;
	/* who covers a family has its widest part */
	if (set->items[0].low > AUDIT_V4_HIGH ? set->items[set->count - 1].high < audit_internet_v6.high
					      : set->items[set->count - 1].high < AUDIT_V4_LOW + 0xdfffffff)
		return;
	bool v4 = audit_covers_family(set, false), v6 = audit_covers_family(set, true);
	if (v4)
		audit_set_add(set, AUDIT_TAG_V4, AUDIT_TAG_V4 + tags->count - 1);
	if (v6)
		audit_set_add(set, AUDIT_TAG_V6, AUDIT_TAG_V6 + tags->count - 1);
	audit_set_settle(set);
}

/* --- ports and protocols --- */

/* What is surely in it, and beside that what may be: `upper` is both of them. Without the latter they are one. */
static void add_both(struct audit_set *upper, const struct audit_set *lower, const struct audit_set *more)
{
	audit_set_copy(upper, lower);
	for (size_t i = 0; i < more->count; i++)
		audit_set_add(upper, more->items[i].low, more->items[i].high);
}

static void add_ports(const struct audit_words *words, struct audit_set *lower, struct audit_set *upper)
{
	bool doubt = false;
	for (uint32_t i = 0; i < words->count; i++) {
		const struct audit_meaning *meaning = &words->items[i]->meaning;
		if (meaning->known) {
			doubt |= !meaning->ports;
			if (meaning->ports)
				audit_set_add(lower, meaning->low_port, meaning->high_port);
			continue;
		}
		struct st_span rest = audit_word_span(words->items[i]);
		bool literal = words->items[i]->kind == AUDIT_LITERAL;
		do {
			uint32_t low = 0, high = 0;
			struct st_span text = next_of(&rest);
			if (!literal || !parse_ports(text, &low, &high)) {
				doubt = true;
				break;
			}
			audit_set_add(lower, low, high);
		} while (rest.size > 0);
	}
	audit_set_settle(lower);
	if (doubt)
		audit_set_add(upper, 0, 65535);
	else
		audit_set_copy(upper, lower);
}

/* "ip-47": a protocol by its number alone. False: it is none. */
static bool other_protocol(const struct audit_word *word, uint32_t *number)
{
	struct st_span text = audit_word_span(word);
	return word->kind == AUDIT_LITERAL && text.size > 3 && memcmp(text.data, "ip-", 3) == 0 &&
	       parse_port((struct st_span){text.data + 3, text.size - 3}, number) && *number < 256;
}

/* A protocol without ports matches whatever the ports say when it is named; "any" with ports is those with ports. */
static void add_lines(struct audit_set *lines, const struct audit_set *ports, unsigned protocols, bool named)
{
	bool every = ports->count == 1 && ports->items[0].low == 0 && ports->items[0].high == 65535;
	for (size_t i = 0; i < ports->count; i++) {
		if (protocols & TCP)
			audit_set_add(
				lines, AUDIT_LINE_TCP + ports->items[i].low, AUDIT_LINE_TCP + ports->items[i].high);
		if (protocols & UDP)
			audit_set_add(
				lines, AUDIT_LINE_UDP + ports->items[i].low, AUDIT_LINE_UDP + ports->items[i].high);
	}
	for (unsigned i = 2; i < 6; i++)
		if ((protocols & 1u << i) && (named || every))
			audit_set_add(
				lines, AUDIT_LINE_ICMP + i - 2, i == 5 ? AUDIT_LINE_END - 1 : AUDIT_LINE_ICMP + i - 2);
	audit_set_settle(lines);
}

/* Sets in the room of the struct, and two beside it. */
static void lend_room(struct audit_compiled *out)
{
	struct audit_set *sets[6] = {&out->sources[0], &out->sources[1], &out->lines[0], &out->lines[1],
		&out->source_ports[0], &out->source_ports[1]};
	for (size_t i = 0; i < 6; i++)
		*sets[i] = (struct audit_set){out->room[i], 0, 2, true};
}

static void compile_sources(const struct audit_rule *rule, const struct audit_tags *tags, struct audit_set out[2])
{
	struct audit_set more = {0};
	struct sources sources = {tags, rule->access != AUDIT_ALLOW, &out[AUDIT_LOWER], &more};
	audit_each_value(&rule->sources, add_source, &sources);
	add_both(&out[AUDIT_UPPER], &out[AUDIT_LOWER], &more);
	settle_sources(&out[AUDIT_LOWER], tags);
	if (more.count > 0)
		settle_sources(&out[AUDIT_UPPER], tags);
	else
		audit_set_copy(&out[AUDIT_UPPER], &out[AUDIT_LOWER]);
	audit_set_free(&more);
}

static void compile_lines(const struct audit_rule *rule, struct audit_set out[2])
{
	struct audit_interval room[2][2];
	struct audit_set ports[2] = {{room[0], 0, 2, true}, {room[1], 0, 2, true}};
	const struct audit_meaning *meaning = &rule->protocol->meaning;
	unsigned protocols = meaning->known ? meaning->protocols : find_protocols(rule->protocol);
	uint32_t number = 0;
	if (protocols == 0 && other_protocol(rule->protocol, &number)) {
		for (int i = 0; i < 2; i++)
			audit_set_add(&out[i], AUDIT_LINE_OTHER + number, AUDIT_LINE_OTHER + number);
		return;
	}
	add_ports(&rule->ports, &ports[AUDIT_LOWER], &ports[AUDIT_UPPER]);
	add_lines(&out[AUDIT_LOWER], &ports[AUDIT_LOWER], protocols, protocols != ALL);
	add_lines(&out[AUDIT_UPPER], &ports[AUDIT_UPPER], protocols != 0 ? protocols : ALL, protocols != ALL);
	audit_set_free(&ports[AUDIT_LOWER]);
	audit_set_free(&ports[AUDIT_UPPER]);
}

bool audit_compile_on(const struct audit_rule *rule, const struct audit_tags *tags, const struct audit_set *lines,
	struct audit_compiled *out)
{
	out->rule = rule;
	lend_room(out);
	compile_lines(rule, out->lines);
	if (lines != NULL && !audit_set_meets(&out->lines[AUDIT_UPPER], lines)) {
		audit_compiled_free(out);
		return false;
	}
	compile_sources(rule, tags, out->sources);
	add_ports(&rule->source_ports, &out->source_ports[AUDIT_LOWER], &out->source_ports[AUDIT_UPPER]);
	return true;
}

void audit_compile(const struct audit_rule *rule, const struct audit_tags *tags, struct audit_compiled *out)
{
	audit_compile_on(rule, tags, NULL, out);
}

void audit_compiled_free(struct audit_compiled *compiled)
{
	for (int i = 0; i < 2; i++) {
		audit_set_free(&compiled->sources[i]);
		audit_set_free(&compiled->lines[i]);
		audit_set_free(&compiled->source_ports[i]);
	}
}
