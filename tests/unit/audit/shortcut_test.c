/* What is worked out once or looked up says the same as what it stands for. */
#include "audit/compile.h"
#include "audit/store.h"
#include "check.h"

#include <stdlib.h>

static const char *const values[] = {"*", "Internet", "VirtualNetwork", "AzureLoadBalancer", "Storage",
	"storage.WestEurope", "AzureMonitor", "NoSuchTag", "0.0.0.0/0", "::/0", "10.0.0.0/8", "10.1.0.4", "9.0.0.0/7",
	"203.0.113.0/24", "168.63.129.16", "2001:db8::/32", "fd00::/8", "223.255.255.255", "224.0.0.0/4",
	"10.0.0.0/8,8.8.8.8", " 10.0.0.0/8", "8.8.8.8 ", "", ",", "10.0.0.9/33", "0/0", "1.2.3.4-1.2.3.9", "22",
	"22-80", "80,443", "70000", "9-8", "any", "Tcp", "udp", "6", "-1", "ip-47", "esp"};
#define VALUES (sizeof values / sizeof values[0])

static unsigned next(unsigned *state)
{
	*state = *state * 1664525u + 1013904223u;
	return *state >> 16;
}

static struct audit_words some_words(struct audit_model *model, unsigned *state)
{
	struct audit_words words = {0};
	for (unsigned left = 1 + next(state) % 3; left > 0; left--) {
		enum audit_text_kind kind = next(state) % 8 > 0   ? AUDIT_LITERAL
					    : next(state) % 2 > 0 ? AUDIT_UNRESOLVED
								  : AUDIT_MEMBERS;
		audit_words_add(model, &words, audit_intern(model, kind, audit_span(values[next(state) % VALUES])));
	}
	return words;
}

/* The same words as nobody has looked at them. */
static struct audit_words forgotten(struct audit_model *model, const struct audit_words *words)
{
	struct audit_words out = {0};
	for (uint32_t i = 0; i < words->count; i++) {
		const struct audit_word *word = words->items[i];
		struct audit_word *copy = audit_pool_take(&model->pool, 1, sizeof *copy + word->size + 1);
		copy->kind = word->kind;
		copy->size = word->size;
		memcpy(copy->text, word->text, word->size);
		audit_words_add(model, &out, copy);
	}
	return out;
}

static void a_word_means_what_its_text_says_however_often_it_is_read(void)
{
	struct audit_model model = {0};
	unsigned state = 1;
	for (int turn = 0; turn < 3000; turn++) {
		struct audit_rule rule = {.access = turn % 2 ? AUDIT_ALLOW : AUDIT_DENY,
			.protocol = audit_intern(&model, AUDIT_LITERAL, audit_span("*"))};
		rule.sources = some_words(&model, &state);
		rule.ports = some_words(&model, &state);
		rule.source_ports = some_words(&model, &state);
		struct audit_words protocol = some_words(&model, &state), anew = forgotten(&model, &protocol);
		rule.protocol = protocol.items[0];
		struct audit_rule again = rule;
		again.sources = forgotten(&model, &rule.sources);
		again.ports = forgotten(&model, &rule.ports);
		again.source_ports = forgotten(&model, &rule.source_ports);
		again.protocol = anew.items[0];
		struct audit_group group = {.rules = &rule, .rule_count = 1};
		struct audit_tags tags = {.count = 0};
		struct audit_compiled one, two;
		struct audit_set internet = {0};
		audit_tags_add(&tags, &group);
		audit_compile(&rule, &tags, &one);
		audit_compile(&again, &tags, &two);
		audit_internet(&internet, tags.count);
		for (int size = 0; size < 2; size++)
			if (!audit_set_equal(&one.sources[size], &two.sources[size]) ||
				!audit_set_equal(&one.lines[size], &two.lines[size]) ||
				!audit_set_equal(&one.source_ports[size], &two.source_ports[size]))
				CHECK_FAIL("turn %d: \"%s\" is another set when it is read anew", turn,
					rule.sources.items[0]->text);
		bool meets = audit_set_meets(&one.sources[AUDIT_UPPER], &internet);
		if (audit_may_be_outside(&rule.sources) != meets || audit_may_be_outside(&again.sources) != meets)
			CHECK_FAIL("turn %d: \"%s\" meets the internet: %d", turn, rule.sources.items[0]->text, meets);
		audit_compiled_free(&one);
		audit_compiled_free(&two);
		audit_set_free(&internet);
	}
	audit_model_free(&model);
}

static void a_destination_is_looked_up_as_it_matches(void)
{
	enum { RULES = 12 };
	struct audit_model model = {0};
	unsigned state = 7;
	for (int turn = 0; turn < 500; turn++) {
		struct audit_rule rules[RULES] = {0};
		const struct audit_rule *list[RULES];
		struct audit_group group = {.rules = rules, .rule_count = RULES};
		struct audit_store store = {.gates = {&group}, .gate_count = 1};
		struct audit_destinations destinations;
		for (int i = 0; i < RULES; i++) {
			rules[i].destinations = some_words(&model, &state);
			list[i] = &rules[i];
		}
		audit_destinations_of(&store, list, RULES, &destinations);
		CHECK(destinations.count > 0);
		for (size_t i = 0; i < destinations.count; i++)
			for (size_t j = 0; j < RULES; j++)
				if (audit_destination_looked_up(&destinations, j, &destinations.items[i]) !=
					audit_destination_match(&rules[j], &destinations.items[i]))
					CHECK_FAIL("turn %d: rule %zu, \"%s\", at destination %zu", turn, j,
						rules[j].destinations.items[0]->text, i);
		audit_destinations_free(&destinations);
	}
	audit_model_free(&model);
}

static void memory_that_is_given_again_is_zero(void)
{
	struct audit_pool pool = {0};
	for (int turn = 0; turn < 4; turn++) {
		for (size_t size = 1; size < 40000; size = size * 3 + 1) {
			uint8_t *taken = audit_pool_take(&pool, 1, size);
			for (size_t i = 0; i < size; i++)
				CHECK(taken[i] == 0);
			memset(taken, 0xff, size);
			struct st_span copy = audit_pool_copy(&pool, audit_span("text"));
			CHECK(memcmp(copy.data, "text", 5) == 0);
		}
		audit_pool_reset(&pool);
		CHECK_INT(pool.held_bytes, 0);
	}
	audit_pool_free(&pool);
}

static void any_number_of_intervals_is_sorted(void)
{
	unsigned state = 3;
	for (size_t count = 0; count < 300; count++) {
		struct audit_set set = {0};
		for (size_t i = 0; i < count; i++) {
			audit_address low = next(&state) % 500;
			audit_set_add(&set, low, low + 3);
		}
		audit_set_sort(&set);
		CHECK_INT(set.count, count);
		for (size_t i = 1; i < set.count; i++)
			CHECK(set.items[i - 1].low <= set.items[i].low);
		audit_set_free(&set);
	}
}

int main(void)
{
	RUN(a_word_means_what_its_text_says_however_often_it_is_read);
	RUN(a_destination_is_looked_up_as_it_matches);
	RUN(memory_that_is_given_again_is_zero);
	RUN(any_number_of_intervals_is_sorted);
	CHECK_END();
}
