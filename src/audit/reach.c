/* The walk through the rules, cell by cell; cells in which the same rules stand are walked once. */
#include "audit/reach.h"

#include "audit/cluster.h"
#include "audit/sweep.h"
#include "base/ceilings.h"

#include <stdlib.h>

enum { MUST, MAY };

/* A rule of a gate that somebody on the internet may match. What each cell asks for stands together. */
struct walker_rule {
	const struct audit_rule *rule;
	const struct audit_compiled *sets;
	const struct audit_group *group;
	const uint8_t *in_each_port; /* of each piece of the source ports: bit 0 LOWER, bit 1 UPPER */
	uint32_t gate, asked;        /* asked: its number among those of the destinations */
	bool allows[2];              /* as MUST and MAY have it */
	bool conditional, alone;     /* alone: without an order */
	bool only_in_doubt;          /* it matches no destination that is known to exist */
	bool doubtful;               /* what it matches, or whether it is there, is not known to the last */
};

struct piece {
	struct audit_set hit, all;
	uint32_t rules[AUDIT_GATES];
	uint32_t rule_count;
};

struct pieces {
	struct piece *items;
	size_t count, capacity;
};

/* Rows of one cell, remembered by the rules that stand in it. */
struct cell {
	uint8_t *here; /* of each rule, as in the sweep */
	uint8_t kind;
	uint64_t hash;
	const struct audit_cluster **clusters;
	size_t cluster_count;
	struct cell *next;
};

#define CELL_SLOTS 1024

struct walker {
	struct audit_reach *reach;
	const struct audit_store *store;
	const struct audit_set *lines;   /* only what stands on these is asked for; NULL: all */
	const struct audit_rule **asked; /* all that somebody on the internet may match: they make the destinations */
	size_t asked_count;
	struct walker_rule *rules;               /* those of them that stand on the lines */
	uint8_t *in_each_port;                   /* of all of them */
	const struct audit_reach_before *before; /* NULL: there is none */
	bool same_tags;                          /* as before */
	size_t rule_count;
	struct audit_sweep sweep;
	uint8_t *match;     /* of each rule at the destination looked at, enum audit_match */
	uint32_t *order[2]; /* numbers of rules, gate by gate, as MUST and MAY walk them */
	uint32_t *here[2];  /* those of them that stand in the cell looked at, as far as somebody asked */
	size_t here_count[2], passed[2];
	size_t port;  /* piece of the source ports looked at */
	bool certain; /* MUST and MAY are one at this destination */
	struct audit_set internet;
	struct cell *cells[CELL_SLOTS];
	struct audit_set undecided, open, hit, scratch; /* keep their memory from step to step */
	uint64_t steps, cell_count, intervals_end;
	bool has_reply, tcp; /* a gate for answers; the cell looked at is of TCP */
};

/* --- order --- */

static int rank_of(const struct audit_rule *rule, int mode)
{
	bool allow = rule->access == AUDIT_ALLOW || (mode == MAY && rule->access == AUDIT_ACCESS_UNKNOWN);
	bool first = (mode == MAY) == allow; /* wherever it cannot be told, and among equals */
	if (rule->priority == AUDIT_PRIORITY_UNKNOWN)
		return first ? -1 : INT32_MAX;
	return rule->priority * 2 + !first;
}

struct ranked {
	int rank;
	uint32_t gate, number;
};

static int by_rank(const void *a, const void *b)
{
	const struct ranked *x = a, *y = b;
	if (x->gate != y->gate)
		return x->gate < y->gate ? -1 : 1;
	if (x->rank != y->rank)
		return x->rank < y->rank ? -1 : 1;
	return x->number < y->number ? -1 : x->number > y->number;
}

/* Most exports have their rules in the order of their priorities. */
static bool in_order(const struct ranked *ranked, size_t count)
{
	for (size_t i = 1; i < count; i++)
		if (by_rank(&ranked[i - 1], &ranked[i]) > 0)
			return false;
	return true;
}

static void put_in_order(struct walker *walker, int mode)
{
	st_auto_free struct ranked *ranked = st_alloc_zero(walker->rule_count + 1, sizeof *ranked);
	for (size_t i = 0; i < walker->rule_count; i++)
		ranked[i] = (struct ranked){rank_of(walker->rules[i].rule, mode), walker->rules[i].gate, (uint32_t)i};
	if (!in_order(ranked, walker->rule_count))
		qsort(ranked, walker->rule_count, sizeof *ranked, by_rank);
	walker->order[mode] = st_alloc_zero(walker->rule_count + 1, sizeof *walker->order[mode]);
	for (size_t i = 0; i < walker->rule_count; i++)
		walker->order[mode][i] = ranked[i].number;
	walker->here[mode] = st_alloc_zero(walker->rule_count + 1, sizeof *walker->here[mode]);
}

/* --- one walk --- */

/* Set operations, counted: what they take is what a store takes. */
static void join(struct walker *walker, struct audit_set *set, const struct audit_set *more)
{
	walker->reach->intervals += set->count + more->count;
	audit_set_join(set, more, &walker->scratch);
}

static void take_away(struct walker *walker, struct audit_set *set, const struct audit_set *without)
{
	walker->reach->intervals += set->count + without->count;
	audit_set_remove(set, without, &walker->scratch);
}

static struct piece *add_piece(struct pieces *pieces)
{
	if (pieces->count == pieces->capacity) {
		pieces->capacity = pieces->capacity ? pieces->capacity * 2 : 8;
		pieces->items = st_realloc(pieces->items, pieces->capacity * sizeof *pieces->items);
	}
	struct piece *added = &pieces->items[pieces->count++];
	*added = (struct piece){0};
	return added;
}

static void free_pieces(struct pieces *pieces)
{
	for (size_t i = 0; i < pieces->count; i++) {
		audit_set_free(&pieces->items[i].hit);
		audit_set_free(&pieces->items[i].all);
	}
	free(pieces->items);
	*pieces = (struct pieces){0};
}

/* What the rule matches in this cell and mode, and whether it lets in; NULL: nothing. */
static const struct audit_set *matched(const struct walker_rule *rule, uint8_t in_lines, uint8_t in_ports, int mode)
{
	int size = (mode == MAY) == rule->allows[mode] ? AUDIT_UPPER : AUDIT_LOWER;
	int here = in_lines & in_ports;
	if (!(here & 1 << size))
		return NULL;
	if (size == AUDIT_LOWER && (in_lines >> 2 != AUDIT_YES || rule->conditional))
		return NULL;
	return &rule->sets->sources[size];
}

static void admit(struct walker *walker, const struct piece *from, uint32_t rule, const struct audit_set *sources,
	struct piece *piece)
{
	memcpy(piece->rules, from->rules, sizeof piece->rules);
	piece->rules[from->rule_count] = rule;
	piece->rule_count = from->rule_count + 1;
	walker->reach->intervals += walker->undecided.count + walker->open.count + 2 * sources->count;
	audit_set_intersect(&piece->hit, &walker->undecided, sources);
	audit_set_intersect(&piece->all, &walker->open, sources);
}

/* Is there an i-th rule in the cell? Most cells are decided by the first few. */
static bool is_here(struct walker *walker, int mode, size_t i)
{
	while (i >= walker->here_count[mode] && walker->passed[mode] < walker->rule_count) {
		uint32_t number = walker->order[mode][walker->passed[mode]++];
		if (walker->sweep.here[number] != 0)
			walker->here[mode][walker->here_count[mode]++] = number;
	}
	return i < walker->here_count[mode];
}

/* One gate for one piece: what it lets through goes to `out`. */
static void walk_gate(struct walker *walker, int mode, uint32_t gate, const struct piece *from, struct pieces *out)
{
	audit_set_copy(&walker->undecided, &from->hit);
	audit_set_copy(&walker->open, &from->all);
	for (size_t i = 0; walker->undecided.count > 0 && is_here(walker, mode, i); i++) {
		uint32_t number = walker->here[mode][i];
		const struct walker_rule *rule = &walker->rules[number];
		if (rule->gate != gate)
			continue;
		const struct audit_set *sources =
			matched(rule, walker->sweep.here[number], rule->in_each_port[walker->port], mode);
		walker->steps++;
		if (sources == NULL)
			continue;
		if (!rule->allows[mode])
			take_away(walker, &walker->open, sources);
		else if (audit_set_meets(&walker->undecided, sources))
			admit(walker, from, number, sources, add_piece(out));
		if (!rule->allows[mode] || !rule->alone) /* without an order each stands by itself */
			take_away(walker, &walker->undecided, sources);
	}
}

/* Does the gate ask about packets of this kind? Only answers of TCP have to get out for anybody to get in. */
static bool asks(const struct walker *walker, uint32_t gate)
{
	return walker->tcp || walker->store->gates[gate]->kind != AUDIT_GROUP_REPLY;
}

/* All gates in turn; adds to what other source ports gave. */
static void walk(struct walker *walker, int mode, const struct audit_set *from, struct pieces *out)
{
	struct pieces now = {0};
	struct piece *whole = add_piece(&now);
	audit_set_copy(&whole->hit, from);
	audit_set_copy(&whole->all, from);
	for (uint32_t gate = 0; gate < walker->store->gate_count; gate++) {
		struct pieces next = {0};
		if (!asks(walker, gate))
			continue;
		for (size_t i = 0; i < now.count; i++)
			walk_gate(walker, mode, gate, &now.items[i], &next);
		free_pieces(&now);
		now = next;
	}
	for (size_t i = 0; i < now.count; i++) {
		struct piece *same = NULL;
		for (size_t j = 0; j < out->count && same == NULL; j++)
			if (memcmp(out->items[j].rules, now.items[i].rules, sizeof now.items[i].rules) == 0)
				same = &out->items[j];
		if (same == NULL) {
			same = add_piece(out);
			memcpy(same->rules, now.items[i].rules, sizeof same->rules);
			same->rule_count = now.items[i].rule_count;
		}
		join(walker, &same->all, &now.items[i].all);
	}
	free_pieces(&now);
}

/* --- classes and clusters --- */

static void add_rule(struct walker *walker, struct audit_cluster *cluster, uint32_t number)
{
	const struct audit_rule *rule = walker->rules[number].rule;
	for (size_t i = 0; i < cluster->rule_count; i++)
		if (cluster->rules[i] == rule)
			return;
	size_t count = cluster->rule_count + 1;
	cluster->rules = st_realloc(cluster->rules, count * sizeof *cluster->rules);
	cluster->groups = st_realloc(cluster->groups, count * sizeof *cluster->groups);
	cluster->rules[count - 1] = rule;
	cluster->groups[count - 1] = walker->rules[number].group;
	cluster->rule_count = count;
}

static void add_to_cluster(struct walker *walker, struct audit_cluster *cluster, const struct piece *piece)
{
	join(walker, &cluster->sources, &piece->all);
	for (uint32_t i = 0; i < piece->rule_count; i++)
		add_rule(walker, cluster, piece->rules[i]);
}

static void give_cluster(
	struct walker *walker, struct cell *cell, struct audit_cluster *cluster, enum audit_verdict verdict)
{
	if (cluster->sources.count == 0) {
		audit_cluster_free(cluster);
		return;
	}
	cluster->verdict = verdict;
	cluster->class = audit_class_of(&cluster->sources, &walker->reach->tags);
	size_t count = ++cell->cluster_count;
	cell->clusters = st_realloc(cell->clusters, count * sizeof *cell->clusters);
	cell->clusters[count - 1] = audit_cluster_intern(walker->reach, cluster);
}

/*
 * Rules that open the store to much of the internet stand together; what others admit is told rule by rule, unless
 * these are much of the internet only together.
 */
static void cluster_open(struct walker *walker, struct cell *cell, const struct pieces *must)
{
	const struct audit_tags *tags = &walker->reach->tags;
	struct audit_set rest = {0};
	for (size_t i = 0; i < must->count; i++)
		if (audit_class_of(&must->items[i].all, tags) < AUDIT_BROAD)
			join(walker, &rest, &must->items[i].all);
	bool together = audit_class_of(&rest, tags) >= AUDIT_BROAD;
	audit_set_free(&rest);
	struct audit_cluster *wide = st_alloc_zero(1, sizeof *wide);
	for (size_t i = 0; i < must->count; i++) {
		if (together || audit_class_of(&must->items[i].all, tags) >= AUDIT_BROAD) {
			add_to_cluster(walker, wide, &must->items[i]);
			continue;
		}
		struct audit_cluster *own = st_alloc_zero(1, sizeof *own);
		add_to_cluster(walker, own, &must->items[i]);
		give_cluster(walker, cell, own, AUDIT_OPEN);
	}
	give_cluster(walker, cell, wide, AUDIT_OPEN);
}

/* Does the rule match nothing but a destination of which it is not known whether it exists? What it lets in elsewhere
 * is told there. */
static bool only_in_doubt(const struct walker *walker, const struct piece *piece)
{
	for (uint32_t i = 0; i < piece->rule_count; i++)
		if (walker->rules[piece->rules[i]].only_in_doubt)
			return true;
	return false;
}

/* What may be let in and is not surely. */
static void cluster_doubts(
	struct walker *walker, struct cell *cell, const struct pieces *must, const struct pieces *may, bool in_doubt)
{
	struct audit_set sure = {0};
	for (size_t i = 0; i < must->count; i++)
		join(walker, &sure, &must->items[i].all);
	for (size_t i = 0; i < may->count; i++) {
		if (in_doubt && !only_in_doubt(walker, &may->items[i]))
			continue;
		struct audit_cluster *own = st_alloc_zero(1, sizeof *own);
		add_to_cluster(walker, own, &may->items[i]);
		take_away(walker, &own->sources, &sure);
		give_cluster(walker, cell, own, AUDIT_CANNOT_TELL);
	}
	audit_set_free(&sure);
}

/* --- cells --- */

static uint8_t bits_at(const struct audit_set sets[2], audit_address at)
{
	return (uint8_t)(audit_set_has(&sets[AUDIT_LOWER], at) | audit_set_has(&sets[AUDIT_UPPER], at) << 1);
}

static struct cell *new_cell(struct walker *walker, uint8_t kind, uint64_t hash)
{
	struct cell *cell = st_alloc_zero(1, sizeof *cell);
	cell->here = st_alloc(walker->rule_count + 1);
	memcpy(cell->here, walker->sweep.here, walker->rule_count);
	cell->kind = kind;
	cell->hash = hash;
	cell->next = walker->cells[hash % CELL_SLOTS];
	walker->cells[hash % CELL_SLOTS] = cell;
	return cell;
}

static void fill_cell(struct walker *walker, struct cell *cell, const struct audit_destination *to)
{
	struct pieces found[2] = {0};
	struct audit_set family = {0}, from = {0};
	const struct audit_set *ports = &walker->reach->source_ports;
	if (to->has_v4) {
		audit_set_add(&family, AUDIT_V4_LOW, AUDIT_V4_HIGH);
		audit_set_add(&family, AUDIT_TAG_V4, AUDIT_TAG_V4 + CEIL_AUDIT_TAGS);
	}
	if (to->has_v6) {
		audit_set_add(&family, AUDIT_V6_LOW, AUDIT_V6_HIGH);
		audit_set_add(&family, AUDIT_TAG_V6, AUDIT_TAG_V6 + CEIL_AUDIT_TAGS);
	}
	audit_set_settle(&family);
	audit_set_intersect(&from, &walker->internet, &family);
	/* what is let in surely leaves nothing that may be */
	int last = walker->certain && !to->in_doubt ? MUST : MAY;
	memset(walker->here_count, 0, sizeof walker->here_count);
	memset(walker->passed, 0, sizeof walker->passed);
	for (walker->port = 0; walker->port < ports->count; walker->port++)
		for (int mode = to->in_doubt ? MAY : MUST; mode <= last; mode++)
			walk(walker, mode, &from, &found[mode]);
	cluster_open(walker, cell, &found[MUST]);
	cluster_doubts(walker, cell, &found[MUST], &found[MAY], to->in_doubt);
	free_pieces(&found[MUST]);
	free_pieces(&found[MAY]);
	audit_set_free(&family);
	audit_set_free(&from);
}

/* What stands in the piece that the sweep is at: the same rules give the same answer, to the same families. */
static const struct cell *cell_here(struct walker *walker, const struct audit_destination *to)
{
	walker->tcp = walker->sweep.low < AUDIT_LINE_UDP;
	uint8_t kind =
		(uint8_t)(to->in_doubt | (walker->has_reply && walker->tcp) << 1 | to->has_v4 << 2 | to->has_v6 << 3);
	uint64_t hash = walker->sweep.hash + kind;
	for (struct cell *cell = walker->cells[hash % CELL_SLOTS]; cell != NULL; cell = cell->next)
		if (cell->hash == hash && cell->kind == kind &&
			memcmp(cell->here, walker->sweep.here, walker->rule_count) == 0)
			return cell;
	struct cell *cell = new_cell(walker, kind, hash);
	fill_cell(walker, cell, to);
	return cell;
}

/* --- rows --- */

static struct audit_reach_row *add_row(struct audit_reach *reach)
{
	if (reach->row_count == reach->row_capacity) {
		reach->row_capacity = reach->row_capacity ? reach->row_capacity * 2 : 8;
		reach->rows = st_realloc(reach->rows, reach->row_capacity * sizeof *reach->rows);
	}
	struct audit_reach_row *row = &reach->rows[reach->row_count++];
	*row = (struct audit_reach_row){0};
	return row;
}

static void add_lines(
	struct audit_reach *reach, size_t first_row, const struct cell *cell, audit_address low, audit_address high)
{
	for (size_t i = 0; i < cell->cluster_count; i++) {
		struct audit_reach_row *row = NULL;
		for (size_t j = first_row; j < reach->row_count && row == NULL; j++)
			if (reach->rows[j].cluster == cell->clusters[i])
				row = &reach->rows[j];
		if (row == NULL) {
			row = add_row(reach);
			row->cluster = cell->clusters[i];
		}
		audit_set_add(&row->lines, low, high);
	}
}

static void add_destination(struct audit_reach_row *row, const struct audit_destination *to)
{
	row->destinations = st_realloc(row->destinations, (row->destination_count + 1) * sizeof *row->destinations);
	row->destinations[row->destination_count++] = to;
}

/* Rows of this destination; one that an earlier destination has too becomes one row of both. */
static void settle_rows(struct audit_reach *reach, size_t first_row, const struct audit_destination *to)
{
	size_t kept = first_row;
	for (size_t i = first_row; i < reach->row_count; i++) {
		struct audit_reach_row *row = &reach->rows[i], *same = NULL;
		audit_set_settle(&row->lines);
		for (size_t j = 0; j < first_row && same == NULL; j++)
			if (reach->rows[j].cluster == row->cluster &&
				audit_set_equal(&reach->rows[j].lines, &row->lines))
				same = &reach->rows[j];
		if (same != NULL) {
			audit_set_free(&row->lines);
			add_destination(same, to);
			continue;
		}
		add_destination(row, to);
		reach->rows[kept++] = *row;
	}
	reach->row_count = kept;
}

/* Where pieces of the source ports begin that all rules treat alike. */
static void cuts_of(const struct walker *walker, struct audit_set *out)
{
	out->count = 0;
	audit_set_add(out, 0, 0);
	for (size_t i = 0; i < walker->rule_count; i++) {
		for (int size = 0; size < 2; size++) {
			const struct audit_set *set = &walker->rules[i].sets->source_ports[size];
			for (size_t j = 0; j < set->count; j++) {
				if (set->items[j].low > 0) /* as most have all ports, and this once for all */
					audit_set_add(out, set->items[j].low, set->items[j].low);
				if (set->items[j].high < UINT16_MAX)
					audit_set_add(out, set->items[j].high + 1, set->items[j].high + 1);
			}
		}
	}
	audit_set_sort(out);
}

/* Makes sorted cuts pieces [low, high] that end before `end`. */
static void pieces_of(struct audit_set *cuts, audit_address end)
{
	size_t count = 0;
	for (size_t i = 0; i < cuts->count; i++) {
		audit_address low = cuts->items[i].low;
		if (low >= end || (count > 0 && cuts->items[count - 1].low == low))
			continue;
		if (count > 0)
			cuts->items[count - 1].high = low - 1;
		cuts->items[count++] = (struct audit_interval){low, end - 1};
	}
	cuts->count = count;
}

/* Is the piece that the sweep is at one of those asked for? */
static bool is_asked_for(const struct walker *walker)
{
	struct audit_interval one = {walker->sweep.low, walker->sweep.high};
	const struct audit_set piece = {&one, 1, 1, true};
	return walker->lines == NULL || audit_set_meets(walker->lines, &piece);
}

static void reach_destination(struct walker *walker, const struct audit_destination *to)
{
	size_t first_row = walker->reach->row_count;
	walker->certain = walker->rule_count == 0 || memcmp(walker->order[MUST], walker->order[MAY],
							     walker->rule_count * sizeof *walker->order[MUST]) == 0;
	for (size_t i = 0; i < walker->rule_count; i++) {
		walker->match[i] =
			(uint8_t)audit_destination_looked_up(&walker->reach->destinations, walker->rules[i].asked, to);
		walker->certain &= walker->match[i] != AUDIT_MAYBE && !walker->rules[i].doubtful;
	}
	audit_sweep_begin(&walker->sweep, walker->match);
	while (walker->reach->doubt == NULL && audit_sweep_next(&walker->sweep)) {
		if (!is_asked_for(walker))
			continue;
		const struct cell *cell = cell_here(walker, to);
		add_lines(walker->reach, first_row, cell, walker->sweep.low, walker->sweep.high);
		walker->cell_count++;
		walker->steps += walker->rule_count;
		if (walker->cell_count > CEIL_AUDIT_CELLS || walker->steps > CEIL_AUDIT_STEPS ||
			walker->reach->intervals > walker->intervals_end)
			walker->reach->doubt = "too many combinations of rules to be told";
	}
	settle_rows(walker->reach, first_row, to);
}

/* --- the whole --- */

static size_t count_asked(const struct audit_store *store)
{
	size_t count = 0;
	for (uint32_t gate = 0; gate < store->gate_count; gate++)
		for (size_t i = 0; i < store->gates[gate]->rule_count; i++)
			count += audit_may_be_outside(&store->gates[gate]->rules[i].sources);
	return count;
}

/* Points of tags are numbers in the order of the tags: sets of one store are those of another if it has the same. */
static bool same_tags(const struct audit_tags *a, const struct audit_tags *b)
{
	if (a->count != b->count)
		return false;
	for (size_t i = 0; i < a->count; i++)
		if (a->names[i].data != b->names[i].data)
			return false;
	return true;
}

/* The sets of a rule that is as it was before; NULL: it is not, or had none. *at: the first of those before that may be
 * it. */
static const struct audit_compiled *compiled_before(
	const struct walker *walker, uint32_t gate, size_t number, const struct audit_rule *rule, size_t *at)
{
	const struct audit_reach *before = walker->before != NULL ? walker->before->reach : NULL;
	const struct audit_rule *old = before != NULL ? &walker->before->store->gates[gate]->rules[number] : NULL;
	if (old == NULL || *at == before->compiled_count || before->compiled_rules[*at] != old)
		return NULL;
	const struct audit_compiled *found = &before->compiled[(*at)++];
	bool same = old->access == rule->access && old->sources.items == rule->sources.items &&
		    old->sources.count == rule->sources.count;
	return same && walker->same_tags ? found : NULL;
}

/* NULL: it does not match on the lines asked for. */
static const struct audit_compiled *compile_one(
	struct walker *walker, const struct audit_rule *rule, const struct audit_compiled *before)
{
	struct audit_reach *reach = walker->reach;
	bool asked =
		before == NULL || walker->lines == NULL || audit_set_meets(&before->lines[AUDIT_UPPER], walker->lines);
	if (before != NULL)
		return asked ? before : NULL;
	struct audit_compiled *made = &reach->compiled[reach->compiled_count];
	if (!audit_compile_on(rule, &reach->tags, walker->lines, made))
		return NULL;
	reach->compiled_rules[reach->compiled_count++] = rule;
	return made;
}

/* Rules of all gates that somebody on the internet may match; the others decide nothing here. */
static void compile_rules(struct walker *walker)
{
	size_t count = count_asked(walker->store), at = 0;
	walker->asked = st_alloc((count + 1) * sizeof *walker->asked);
	walker->rules = st_alloc_zero(count + 1, sizeof *walker->rules);
	walker->reach->compiled = st_alloc(count * sizeof *walker->reach->compiled + 1);
	walker->reach->compiled_rules = st_alloc((count + 1) * sizeof *walker->reach->compiled_rules);
	walker->match = st_alloc(count + 1);
	for (uint32_t gate = 0; gate < walker->store->gate_count; gate++) {
		const struct audit_group *group = walker->store->gates[gate];
		walker->has_reply |= group->kind == AUDIT_GROUP_REPLY;
		for (size_t i = 0; i < group->rule_count; i++) {
			const struct audit_rule *from = &group->rules[i];
			const struct audit_compiled *before = compiled_before(walker, gate, i, from, &at);
			if (!audit_may_be_outside(&from->sources))
				continue;
			walker->asked[walker->asked_count++] = from;
			const struct audit_compiled *sets = compile_one(walker, from, before);
			if (sets == NULL)
				continue;
			walker->rules[walker->rule_count++] = (struct walker_rule){.rule = from,
				.sets = sets,
				.gate = gate,
				.asked = (uint32_t)walker->asked_count - 1,
				.group = group,
				.conditional = from->conditional,
				.alone = from->priority == AUDIT_PRIORITY_NONE,
				.allows = {[MUST] = from->access == AUDIT_ALLOW, [MAY] = from->access != AUDIT_DENY}};
		}
	}
	audit_sweep_open(&walker->sweep, walker->rule_count);
	for (size_t i = 0; i < walker->rule_count; i++)
		audit_sweep_add(&walker->sweep, i, walker->rules[i].sets->lines);
}

static void close_walker(struct walker *walker)
{
	free(walker->asked);
	free(walker->rules);
	free(walker->in_each_port);
	free(walker->match);
	audit_sweep_close(&walker->sweep);
	for (int mode = 0; mode < 2; mode++) {
		free(walker->order[mode]);
		free(walker->here[mode]);
	}
	for (size_t i = 0; i < CELL_SLOTS; i++) {
		for (struct cell *cell = walker->cells[i], *next; cell != NULL; cell = next) {
			next = cell->next;
			free(cell->here);
			free(cell->clusters);
			free(cell);
		}
	}
	audit_set_free(&walker->internet);
	audit_set_free(&walker->undecided);
	audit_set_free(&walker->open);
	audit_set_free(&walker->hit);
	audit_set_free(&walker->scratch);
}

static bool one_set(const struct audit_set sets[2])
{
	return audit_set_equal(&sets[AUDIT_LOWER], &sets[AUDIT_UPPER]);
}

/* What of it does not depend on where it stands. */
static void look_at_rule(const struct walker *walker, struct walker_rule *rule)
{
	const struct audit_set *ports = &walker->reach->source_ports;
	uint8_t *in_each_port = walker->in_each_port + (size_t)(rule - walker->rules) * ports->count;
	rule->in_each_port = in_each_port;
	for (size_t i = 0; i < ports->count; i++)
		in_each_port[i] = bits_at(rule->sets->source_ports, ports->items[i].low);
	rule->doubtful = rule->conditional || rule->rule->access == AUDIT_ACCESS_UNKNOWN ||
			 rule->rule->priority == AUDIT_PRIORITY_UNKNOWN || !one_set(rule->sets->sources) ||
			 !one_set(rule->sets->lines) || !one_set(rule->sets->source_ports);
}

static void reach_all(struct walker *walker)
{
	struct audit_reach *reach = walker->reach;
	audit_destinations_of(walker->store, walker->asked, walker->asked_count, &reach->destinations);
	cuts_of(walker, &reach->source_ports);
	pieces_of(&reach->source_ports, 65536);
	walker->in_each_port = st_alloc(walker->rule_count * reach->source_ports.count + 1);
	for (size_t i = 0; i < walker->rule_count; i++)
		look_at_rule(walker, &walker->rules[i]);
	for (size_t i = 0; i < walker->rule_count; i++) {
		walker->rules[i].only_in_doubt = true;
		for (size_t j = 0; j < reach->destinations.count; j++)
			walker->rules[i].only_in_doubt &=
				reach->destinations.items[j].in_doubt ||
				audit_destination_looked_up(&reach->destinations, walker->rules[i].asked,
					&reach->destinations.items[j]) == AUDIT_NO;
	}
	for (size_t i = 0; i < reach->destinations.count && reach->doubt == NULL; i++)
		reach_destination(walker, &reach->destinations.items[i]);
}

void audit_reach_of(const struct audit_store *store, struct audit_reach *out)
{
	audit_reach_again(store, NULL, NULL, CEIL_AUDIT_INTERVALS, out);
}

void audit_reach_again(const struct audit_store *store, const struct audit_reach_before *before,
	const struct audit_set *lines, uint64_t intervals, struct audit_reach *out)
{
	st_auto_free struct walker *walker = st_alloc_zero(1, sizeof *walker);
	*out = (struct audit_reach){.doubt = store->doubt};
	walker->reach = out;
	walker->store = store;
	walker->lines = lines;
	walker->before = before;
	walker->intervals_end = intervals;
	for (size_t gate = 0; gate < store->gate_count; gate++) {
		audit_tags_add(&out->tags, store->gates[gate]);
		if (store->gates[gate]->doubt != NULL)
			out->doubt = store->gates[gate]->doubt->text;
	}
	if (out->tags.too_many)
		out->doubt = "more service tags than can be told apart";
	if (store->closed != NULL || out->doubt != NULL)
		return;
	walker->same_tags = before != NULL && same_tags(&out->tags, &before->reach->tags);
	audit_internet(&walker->internet, out->tags.count);
	compile_rules(walker);
	put_in_order(walker, MUST);
	put_in_order(walker, MAY);
	reach_all(walker);
	close_walker(walker);
}

void audit_reach_free(struct audit_reach *reach)
{
	for (size_t i = 0; i < reach->cluster_slots; i++) {
		for (struct audit_cluster *cluster = reach->clusters[i], *next; cluster != NULL; cluster = next) {
			next = cluster->next;
			audit_cluster_free(cluster);
		}
	}
	for (size_t i = 0; i < reach->row_count; i++) {
		audit_set_free(&reach->rows[i].lines);
		free(reach->rows[i].destinations);
	}
	for (size_t i = 0; i < reach->compiled_count; i++)
		audit_compiled_free(&reach->compiled[i]);
	free(reach->compiled);
	free(reach->compiled_rules);
	free(reach->rows);
	free(reach->clusters);
	audit_set_free(&reach->source_ports);
	audit_destinations_free(&reach->destinations);
	*reach = (struct audit_reach){0};
}
