/* Texts are copied into the result: it outlives the model. */
#include "audit/tell.h"

#include "audit/fix.h"
#include "audit/routes.h"
#include "audit/service.h"
#include "audit/straight.h"
#include "audit/verdict.h"

#include <stdlib.h>

struct telling {
	struct audit_result *result;
	const struct audit_store *store;
	struct audit_reach reach;
	struct audit_judged judged;
	struct audit_trace *trace; /* NULL: nobody asks */
	const struct audit_aside *aside;
	const struct audit_piece *piece; /* the part of a row that is being told; NULL: all of it */
	struct audit_fixing fixing;
	struct st_error *err;
	enum st_status status;
};

static struct st_span keep(struct audit_result *result, struct st_span text)
{
	return audit_result_keep(result, text);
}

/* The same of a text that is told often, such as the id of a group: once, as long as nothing else takes its slot. */
static struct st_span keep_word(struct audit_result *result, const struct audit_word *word)
{
	struct st_span text = audit_word_span(word);
	size_t slot = ((uintptr_t)word >> 4) * 0x9e3779b1u & (AUDIT_KEPT_SLOTS - 1);
	struct st_span old = result->kept[slot];
	if (word == NULL)
		return keep(result, text);
	if (result->kept_from[slot] == word && old.size == text.size &&
		(text.size == 0 || memcmp(old.data, text.data, text.size) == 0))
		return old;
	result->kept_from[slot] = word;
	return result->kept[slot] = keep(result, text);
}

static void add_text(struct audit_result *result, struct audit_texts *texts, struct st_span text)
{
	*AUDIT_PUSH(texts->items, texts->count, texts->capacity) = keep(result, text);
}

static void add_written(struct audit_result *result, const struct audit_written *written, struct audit_rule_at *told)
{
	if (written->list == NULL)
		return;
	st_auto_buf struct st_buf text = {0};
	st_buf_add(&text, written->list->text, written->list->size);
	if (written->index != AUDIT_ROOT)
		st_buf_format(&text, "/%u", (unsigned)written->index);
	if (written->nested)
		st_buf_format(&text, "/properties");
	told->pointer = keep(result, (struct st_span){text.data, text.size});
	told->has_pointer = true;
	told->many = written->many;
	told->edit_line = written->column > 0 ? written->line : 0;
	told->edit_column = written->column;
	told->edit_end = written->end_column;
}

/* What a command of AWS names a rule by. */
static void add_cloud(struct audit_result *result, const struct audit_group *group, const struct audit_rule *rule,
	struct audit_rule_at *told)
{
	static const enum audit_cloud clouds[] = {[AUDIT_GROUP_SECURITY] = AUDIT_CLOUD_AWS_GROUP,
		[AUDIT_GROUP_JOINED] = AUDIT_CLOUD_AWS_GROUP,
		[AUDIT_GROUP_ACL] = AUDIT_CLOUD_AWS_ACL,
		[AUDIT_GROUP_REPLY] = AUDIT_CLOUD_AWS_ACL,
		[AUDIT_GROUP_ROUTES] = AUDIT_CLOUD_AWS_ROUTES};
	told->cloud = group->kind == AUDIT_GROUP_AZURE ? AUDIT_CLOUD_AZURE : clouds[group->kind];
	if (told->cloud == AUDIT_CLOUD_AZURE)
		return;
	if (told->cloud != AUDIT_CLOUD_AWS_ACL)
		told->priority = -1;
	told->protocol = keep_word(result, rule->protocol);
	told->ports = keep_word(result, rule->ports.count == 1 ? rule->ports.items[0] : NULL);
	told->source = keep_word(result, audit_rule_as_told(rule));
}

struct audit_rule_at audit_rule_told(
	struct audit_result *result, const struct audit_group *group, const struct audit_rule *rule)
{
	group = audit_rule_owner(rule) != NULL ? audit_rule_owner(rule) : group;
	struct audit_rule_at told = {.group = keep_word(result, group->name),
		.rule = keep_word(result, rule->name),
		.priority = rule->priority,
		.file = rule->at.file,
		.line = rule->at.line,
		.group_id = keep_word(result, group->id)};
	add_cloud(result, group, rule, &told);
	const struct audit_word *own = audit_rule_address(rule), *address = own != NULL ? own : group->address;
	told.address = keep_word(result, address);
	add_written(result, &rule->written, &told);
	told.computed = group->in_template && !told.has_pointer;
	if (group->balances)
		told.priority = -1;
	return told;
}

/* --- sources --- */

struct text_sink {
	struct audit_result *result;
	struct audit_texts *texts;
};

static void sink_text(void *context, const char *text)
{
	struct text_sink *sink = context;
	add_text(sink->result, sink->texts, audit_span(text));
}

static bool has_all(const struct audit_set *set, bool v6)
{
	struct audit_extent extent = audit_set_extent(set);
	return v6 ? extent.v6_all : extent.v4_all;
}

static void add_tags(struct telling *telling, const struct audit_set *set, struct audit_texts *texts)
{
	for (size_t i = 0; i < telling->reach.tags.count; i++) {
		bool v4 = audit_set_has(set, AUDIT_TAG_V4 + i) && !has_all(set, false);
		bool v6 = audit_set_has(set, AUDIT_TAG_V6 + i) && !has_all(set, true);
		if (!v4 && !v6)
			continue;
		struct st_span name = telling->reach.tags.names[i];
		st_auto_free char *text = st_format("tag:%.*s", (int)name.size, (const char *)name.data);
		add_text(telling->result, texts, audit_span(text));
	}
}

struct unresolved {
	struct telling *telling;
	struct audit_texts *texts;
	struct audit_set known;
	bool any;
};

/* Of a source in doubt: its text, unless it stands there already; what is known of the others. */
static bool note_source(void *context, const struct audit_value *value)
{
	struct unresolved *to = context;
	if (value->kind == AUDIT_VALUE_PREFIX)
		audit_set_add(&to->known, value->range.low, value->range.high);
	if (value->kind == AUDIT_VALUE_TAG && value->tag <= AUDIT_TAG_INTERNET) {
		audit_set_add(&to->known, AUDIT_V4_LOW, AUDIT_V4_HIGH);
		audit_set_add(&to->known, AUDIT_V6_LOW, AUDIT_V6_HIGH);
	}
	if (value->kind != AUDIT_VALUE_UNRESOLVED)
		return true;
	bool expression = value->word->kind == AUDIT_UNRESOLVED;
	st_auto_free char *text =
		st_format("%s%.*s", expression ? "" : "tag:", (int)value->text.size, (const char *)value->text.data);
	to->any = true;
	for (uint32_t i = 0; i < to->texts->count; i++)
		if (audit_span_is(to->texts->items[i], text))
			return true;
	add_text(to->telling->result, to->texts, audit_span(text));
	return true;
}

/* Where a value is in doubt, all of the internet is in the set: told are the texts in doubt and the prefixes known. */
static void add_sources(struct telling *telling, const struct audit_cluster *cluster, struct audit_texts *texts)
{
	struct text_sink sink = {telling->result, texts};
	struct unresolved unresolved = {telling, texts, {0}, false};
	if (cluster->verdict == AUDIT_CANNOT_TELL)
		for (size_t i = 0; i < cluster->rule_count; i++)
			audit_each_value(&cluster->rules[i]->sources, note_source, &unresolved);
	if (unresolved.any) {
		struct audit_set known = {0};
		audit_set_settle(&unresolved.known);
		audit_set_intersect(&known, &cluster->sources, &unresolved.known);
		if (known.count > 0)
			audit_set_prefixes(&known, true, sink_text, &sink);
		audit_set_free(&known);
	} else {
		audit_set_prefixes(&cluster->sources, true, sink_text, &sink);
		add_tags(telling, &cluster->sources, texts);
	}
	audit_set_free(&unresolved.known);
}

/* --- destinations --- */

/* Are they all that the store has, as far as is known? Then nothing need be said. */
static bool all_destinations(const struct telling *telling, const struct audit_reach_row *row)
{
	const struct audit_destinations *all = &telling->reach.destinations;
	size_t known = 0, told = 0;
	for (size_t i = 0; i < all->count; i++)
		known += !all->items[i].in_doubt && all->items[i].member == NULL;
	for (size_t i = 0; i < row->destination_count; i++)
		told += !row->destinations[i]->in_doubt && row->destinations[i]->member == NULL;
	return telling->store->interface == NULL && told == known;
}

static void add_destinations(struct telling *telling, const struct audit_reach_row *row, struct audit_texts *texts)
{
	struct text_sink sink = {telling->result, texts};
	struct audit_set label = {0}, scratch = {0};
	for (size_t i = 0; i < row->destination_count && !all_destinations(telling, row); i++) {
		const struct audit_destination *to = row->destinations[i];
		audit_set_join(&label, &to->label, &scratch);
		if (to->member == NULL)
			continue;
		struct st_span name = audit_id_name(audit_word_span(to->member));
		st_auto_free char *text = st_format("asg:%.*s", (int)name.size, (const char *)name.data);
		add_text(telling->result, texts, audit_span(text));
	}
	audit_set_prefixes(&label, false, sink_text, &sink);
	audit_set_free(&label);
	audit_set_free(&scratch);
}

/* --- witnesses --- */

/* 203.0.113.7 where it may stand for anybody (RFC 5737), else the first of the widest interval. False: only tags. */
static bool pick_address(const struct audit_set *set, bool v6, audit_address *out)
{
	audit_address preferred = v6 ? ((audit_address)0x20010db8 << 96) + 7 : AUDIT_V4_LOW + 0xcb007107;
	audit_address widest = 0;
	bool found = false;
	if (audit_set_has(set, preferred)) {
		*out = preferred;
		return true;
	}
	for (size_t i = 0; i < set->count; i++) {
		struct audit_interval item = set->items[i];
		if (v6 ? item.low < AUDIT_V6_LOW : !audit_is_v4(item.low))
			continue;
		if (!found || item.high - item.low > widest) {
			*out = item.low;
			widest = item.high - item.low;
			found = true;
		}
	}
	return found;
}

/* Ports of data and administration that say most, if the row has them. */
static uint32_t pick_line(const struct audit_set *lines)
{
	static const uint16_t ports[] = {
		9200, 27017, 6379, 5432, 3306, 1433, 9300, 5601, 2379, 5984, 11211, 9042, 22, 3389, 445, 5985, 443, 80};
	for (size_t i = 0; i < sizeof ports / sizeof ports[0]; i++)
		if (audit_set_has(lines, AUDIT_LINE_TCP + ports[i]))
			return ports[i];
	return (uint32_t)lines->items[0].low;
}

static enum audit_protocol protocol_of_line(uint32_t line)
{
	if (line < AUDIT_LINE_UDP)
		return AUDIT_PROTOCOL_TCP;
	if (line < AUDIT_LINE_ICMP)
		return AUDIT_PROTOCOL_UDP;
	return line < AUDIT_LINE_OTHER ? (enum audit_protocol)(AUDIT_PROTOCOL_ICMP + line - AUDIT_LINE_ICMP)
				       : AUDIT_PROTOCOL_OTHER;
}

/* A tag of the set, as text; NULL when there is none. The caller frees. */
static char *pick_tag(const struct telling *telling, const struct audit_set *set, bool *v6)
{
	for (size_t i = 0; i < telling->reach.tags.count; i++) {
		bool v4 = audit_set_has(set, AUDIT_TAG_V4 + i);
		if (!v4 && !audit_set_has(set, AUDIT_TAG_V6 + i))
			continue;
		*v6 = !v4;
		return st_format("tag:%.*s", (int)telling->reach.tags.names[i].size,
			(const char *)telling->reach.tags.names[i].data);
	}
	return NULL;
}

/* Is the packet let in as the row says, from some source port? */
static bool replay(struct telling *telling, enum audit_verdict verdict, struct audit_packet *packet)
{
	const struct audit_set *ports = &telling->reach.source_ports;
	for (size_t i = 0; i < ports->count; i++) {
		packet->source_port = (uint16_t)ports->items[i].high;
		struct audit_answer answer = audit_straight(telling->store, packet);
		if (answer.may_pass && (verdict == AUDIT_CANNOT_TELL || !answer.may_be_stopped))
			return true;
	}
	return false;
}

static void add_witness(struct telling *telling, const struct audit_reach_row *row, struct audit_exposure *out)
{
	/* the network lets the packet through; whether somebody is asked who he is, is no matter of packets */
	const struct audit_set *set = &row->cluster->sources;
	const struct audit_destination *to = row->destinations[0];
	char text[AUDIT_ADDRESS_TEXT];
	audit_address address = 0;
	uint32_t line = pick_line(&row->lines);
	struct audit_packet packet = {.protocol = (uint8_t)protocol_of_line(line),
		.destination_port = (uint16_t)(line % 65536),
		.number = (uint8_t)(line < AUDIT_LINE_OTHER ? 0 : line - AUDIT_LINE_OTHER),
		.destination = to};
	st_auto_free char *tag = NULL;
	if (pick_address(set, false, &address) || pick_address(set, true, &address)) {
		packet.v6 = !audit_is_v4(address);
		audit_address_text(address, text);
		packet.source = audit_span(text);
	} else {
		tag = pick_tag(telling, set, &packet.v6);
		packet.source = audit_span(tag != NULL ? tag : "");
	}
	if (!replay(telling, row->cluster->verdict, &packet)) {
		telling->status = st_fail(telling->err, ST_FATAL,
			"the two evaluators disagree about a packet to %.*s: no answer is given",
			(int)(telling->store->name.size < 100 ? telling->store->name.size : 100),
			(const char *)telling->store->name.data);
		return;
	}
	if (out->verdict != AUDIT_OPEN)
		return;
	bool any_port = telling->reach.source_ports.count == 1;
	out->witness.source = keep(telling->result, packet.source);
	out->witness.protocol = packet.protocol;
	out->witness.destination_port = packet.protocol <= AUDIT_PROTOCOL_UDP ? packet.destination_port : -1;
	out->witness.source_port = any_port || packet.protocol > AUDIT_PROTOCOL_UDP ? -1 : packet.source_port;
	if (out->destinations.count > 0 && (packet.v6 ? to->v6_known : to->v4_known)) {
		audit_address_text(packet.v6 ? to->v6 : to->v4, text);
		out->witness.destination = keep(telling->result, audit_span(text));
	}
}

/* --- rows --- */

static bool word_in_doubt(const struct audit_words *words)
{
	for (uint32_t i = 0; i < words->count; i++)
		if (words->items[i]->kind == AUDIT_UNRESOLVED)
			return true;
	return false;
}

static bool is_unresolved(void *context, const struct audit_value *value)
{
	(void)context;
	return value->kind != AUDIT_VALUE_UNRESOLVED;
}

static bool names_network(const struct audit_rule *rule)
{
	for (uint32_t i = 0; i < rule->sources.count; i++)
		if (audit_tag_of(audit_word_span(rule->sources.items[i])) == AUDIT_TAG_PRIVATE)
			return true;
	return false;
}

/* What of these rules is in doubt, in a few words. */
static const char *reason_of(const struct audit_cluster *cluster)
{
	for (size_t i = 0; i < cluster->rule_count; i++) {
		const struct audit_rule *rule = cluster->rules[i];
		if (!audit_each_value(&rule->sources, is_unresolved, NULL))
			return audit_group_is_wide(cluster->groups[i]) && names_network(rule)
				       ? "VirtualNetwork may be any address: a default route leads out of the subnet"
				       : "its source cannot be resolved";
		if (word_in_doubt(&rule->ports) || word_in_doubt(&rule->source_ports))
			return "its ports cannot be resolved";
		if (!audit_each_value(&rule->destinations, is_unresolved, NULL))
			return "its destination cannot be resolved";
		if (rule->protocol->kind == AUDIT_UNRESOLVED)
			return "its protocol cannot be resolved";
		if (rule->priority == AUDIT_PRIORITY_UNKNOWN)
			return "its priority cannot be resolved";
		if (rule->access == AUDIT_ACCESS_UNKNOWN)
			return "whether it allows or denies cannot be resolved";
		if (rule->conditional)
			return "whether it exists cannot be resolved";
	}
	return "what it lets in depends on something that cannot be resolved";
}

static void add_ports(struct audit_exposure *exposure, audit_address low, audit_address high)
{
	*AUDIT_PUSH(exposure->ports, exposure->port_count, exposure->port_capacity) =
		(struct audit_range){(uint16_t)low, (uint16_t)high};
}

static void add_trace(struct audit_trace *trace, const struct audit_reach_row *row, const struct audit_tags *tags)
{
	struct audit_trace_row *kept = AUDIT_PUSH(trace->rows, trace->row_count, trace->row_capacity);
	kept->store = trace->store_count - 1;
	audit_set_copy(&kept->lines, &row->lines);
	kept->tag_count = audit_set_tags(&row->cluster->sources, tags, &kept->sources, &kept->tags);
}

void audit_trace_free(struct audit_trace *trace)
{
	for (uint32_t i = 0; i < trace->row_count; i++) {
		audit_set_free(&trace->rows[i].lines);
		audit_set_free(&trace->rows[i].sources);
		free(trace->rows[i].tags);
	}
	free(trace->rows);
	free(trace->stores);
	*trace = (struct audit_trace){0};
}

/* The plan address of the setting that stands at this place. */
static const struct audit_word *address_at(const struct audit_config *config, struct audit_place at)
{
	for (uint32_t i = 0; i < config->settings.count; i++) {
		const struct audit_setting *setting = &config->settings.items[i];
		if (setting->at.file == at.file && setting->at.line == at.line && setting->address != NULL)
			return setting->address;
	}
	return NULL;
}

/* Whose settings say what, and which of them. */
static void add_service(
	struct audit_result *result, struct audit_exposure *exposure, const struct audit_answer_row *answer)
{
	exposure->auth = answer->auth;
	exposure->verdict = answer->verdict;
	exposure->rights = answer->config != NULL ? answer->rights : 0;
	if (answer->config == NULL)
		return;
	if (!answer->share->for_the_public)
		exposure->service = keep(result, audit_span(answer->config->service->name));
	if (exposure->reason.size == 0)
		exposure->reason = keep(result, answer->share->reason);
	for (uint32_t i = 0; i < answer->share->by_count; i++)
		*AUDIT_PUSH(exposure->admitted_by, exposure->admitted_count,
			exposure->admitted_capacity) = (struct audit_rule_at){
			.group = keep(result, audit_word_span(answer->config->name)),
			.rule = keep(result, answer->share->by[i].text),
			.priority = -1,
			.file = answer->share->by[i].at.file,
			.line = answer->share->by[i].at.line,
			.setting = true,
			.address = keep(result, audit_word_span(address_at(answer->config, answer->share->by[i].at)))};
}

static void add_exposure(struct telling *telling, const struct audit_answer_row *answer, enum audit_protocol protocol)
{
	static const uint32_t begins[] = {AUDIT_LINE_TCP, AUDIT_LINE_UDP, AUDIT_LINE_ICMP, AUDIT_LINE_ESP,
		AUDIT_LINE_AH, AUDIT_LINE_OTHER, AUDIT_LINE_END};
	struct audit_result *result = telling->result;
	struct audit_exposure *exposure =
		AUDIT_PUSH(result->exposures, result->exposure_count, result->exposure_capacity);
	const struct audit_reach_row *row = answer->row;
	const struct audit_cluster *cluster = row->cluster;
	exposure->store = keep(result, telling->store->name);
	exposure->file = telling->store->at.file;
	exposure->line = telling->store->at.line;
	exposure->store_number = result->store_count; /* it is listed when its exposures are told */
	exposure->protocol = protocol;
	exposure->class = cluster->class;
	exposure->witness.source_port = exposure->witness.destination_port = -1;
	struct audit_reach_row here = *row;
	struct audit_set part = {0}, window = {0};
	if (protocol == AUDIT_PROTOCOL_ANY) {
		add_ports(exposure, 0, 65535);
	} else {
		audit_set_add(&window, begins[protocol], begins[protocol + 1] - 1);
		audit_set_intersect(&part, &row->lines, &window);
		here.lines = part;
		for (size_t i = 0; i < part.count && protocol <= AUDIT_PROTOCOL_UDP; i++)
			add_ports(
				exposure, part.items[i].low - begins[protocol], part.items[i].high - begins[protocol]);
	}
	add_sources(telling, cluster, &exposure->sources);
	add_destinations(telling, row, &exposure->destinations);
	for (size_t i = 0; i < cluster->rule_count; i++)
		*AUDIT_PUSH(exposure->admitted_by, exposure->admitted_count, exposure->admitted_capacity) =
			audit_rule_told(result, cluster->groups[i], cluster->rules[i]);
	if (cluster->verdict == AUDIT_CANNOT_TELL)
		exposure->reason = keep(result, audit_span(reason_of(cluster)));
	add_service(result, exposure, answer);
	if (telling->piece != NULL && telling->piece->held) {
		exposure->exception = telling->piece->exception;
		exposure->excepted = telling->aside->exceptions->items[exposure->exception].expired
					     ? AUDIT_EXCEPTION_EXPIRED
					     : AUDIT_EXCEPTED;
	}
	add_witness(telling, &here, exposure);
	if (exposure->verdict == AUDIT_OPEN && cluster->class != AUDIT_LISTED && telling->status == ST_OK) {
		audit_tell_fix(telling->store, &telling->reach, &here, &telling->fixing, result, exposure);
		audit_tell_setting_fix(answer->config, answer->share, &here, result, exposure);
	}
	if (telling->trace != NULL)
		add_trace(telling->trace, &here, &telling->reach.tags);
	audit_set_free(&part);
	audit_set_free(&window);
}

/* One exposure for each protocol of the row; one for all when all of them are wholly in it. */
static void tell_row(struct telling *telling, const struct audit_answer_row *answer)
{
	const struct audit_reach_row *row = answer->row;
	if (telling->status != ST_OK)
		return;
	if (row->lines.count == 1 && row->lines.items[0].low == 0 && row->lines.items[0].high == AUDIT_LINE_END - 1) {
		add_exposure(telling, answer, AUDIT_PROTOCOL_ANY);
		return;
	}
	bool there[AUDIT_PROTOCOLS] = {false};
	for (size_t i = 0; i < row->lines.count; i++)
		for (int p = (int)protocol_of_line((uint32_t)row->lines.items[i].low);
			p <= (int)protocol_of_line((uint32_t)row->lines.items[i].high); p++)
			there[p] = true;
	for (int p = 0; p < AUDIT_PROTOCOL_ANY; p++)
		if (there[p])
			add_exposure(telling, answer, (enum audit_protocol)p);
}

/* The rules of the cluster that admit some of the piece; all of them when none surely does. */
static void rules_of_piece(const struct telling *telling, struct audit_cluster *part, const struct audit_piece *piece)
{
	size_t count = 0;
	st_auto_free bool *stays = st_alloc_zero(part->rule_count + 1, sizeof *stays);
	for (size_t i = 0; i < part->rule_count; i++) {
		struct audit_compiled compiled;
		audit_compile(part->rules[i], &telling->reach.tags, &compiled);
		stays[i] = audit_set_meets(&compiled.sources[AUDIT_UPPER], &piece->sources) &&
			   audit_set_meets(&compiled.lines[AUDIT_UPPER], &piece->lines);
		count += stays[i];
		audit_compiled_free(&compiled);
	}
	if (count == 0 || count == part->rule_count)
		return;
	for (size_t i = count = 0; i < part->rule_count; i++) {
		if (!stays[i])
			continue;
		part->rules[count] = part->rules[i];
		part->groups[count++] = part->groups[i];
	}
	part->rule_count = count;
}

static void tell_piece(struct telling *telling, const struct audit_answer_row *answer, const struct audit_piece *piece)
{
	const struct audit_reach_row *row = answer->row;
	struct audit_answer_row told = *answer;
	struct audit_cluster part = *row->cluster;
	struct audit_reach_row here = *row;
	st_auto_free const struct audit_rule **rules = st_alloc(part.rule_count * sizeof *rules + 1);
	st_auto_free const struct audit_group **groups = st_alloc(part.rule_count * sizeof *groups + 1);
	memcpy(rules, part.rules, part.rule_count * sizeof *rules);
	memcpy(groups, part.groups, part.rule_count * sizeof *groups);
	part.rules = rules;
	part.groups = groups;
	part.sources = piece->sources;
	part.class = audit_class_of(&piece->sources, &telling->reach.tags);
	rules_of_piece(telling, &part, piece);
	here.cluster = &part;
	here.lines = piece->lines;
	telling->piece = piece;
	told.row = &here;
	tell_row(telling, &told);
	telling->piece = NULL;
}

/* The row as exceptions leave it. */
static void tell_cut_row(void *context, const struct audit_answer_row *answer)
{
	struct telling *telling = context;
	const struct audit_reach_row *row = answer->row;
	struct audit_pieces pieces;
	if (telling->aside == NULL || telling->aside->exceptions == NULL || answer->verdict == AUDIT_CLOSED) {
		tell_row(telling, answer);
		return;
	}
	audit_flows_cut(telling->aside->exceptions, telling->store, &telling->reach.tags, row, &pieces);
	bool whole = pieces.count == 1 && !pieces.items[0].held;
	if (whole)
		tell_row(telling, answer);
	for (uint32_t i = 0; i < pieces.count && !whole && telling->status == ST_OK; i++)
		tell_piece(telling, answer, &pieces.items[i]);
	audit_pieces_free(&pieces);
}

static void tell_exceptions(const struct audit_flows *exceptions, struct audit_result *out)
{
	for (uint32_t i = 0; i < exceptions->count; i++) {
		const struct audit_flow *flow = &exceptions->items[i];
		struct audit_exception_told *told =
			AUDIT_PUSH(out->exceptions, out->exception_count, out->exception_capacity);
		told->store = keep(out, audit_word_span(flow->store));
		told->reason = keep(out, audit_word_span(flow->reason));
		told->owner = keep(out, audit_word_span(flow->owner));
		told->until = keep(out, audit_word_span(flow->until));
		told->line = flow->line;
		told->expired = flow->expired;
		told->rows = flow->rows;
	}
}

void audit_tell_note(struct audit_result *result, struct audit_notes *notes, struct st_span store, struct st_span text,
	struct audit_place at)
{
	struct audit_note *note = AUDIT_PUSH(notes->items, notes->count, notes->capacity);
	note->store = keep(result, store);
	note->text = keep(result, text);
	note->rule = (struct audit_rule_at){.priority = -1, .file = at.file, .line = at.line};
	note->by.priority = -1;
}

static void tell_store(void *context, const struct audit_store *store)
{
	struct telling *telling = context;
	struct audit_result *result = telling->result;
	uint32_t first = result->exposure_count;
	if (telling->status != ST_OK)
		return;
	telling->store = store;
	telling->fixing = (struct audit_fixing){.keep = telling->aside != NULL ? telling->aside->keep : NULL};
	if (telling->trace != NULL)
		*AUDIT_PUSH(telling->trace->stores, telling->trace->store_count, telling->trace->store_capacity) =
			*store;
	audit_reach_of(store, &telling->reach);
	audit_judge_store(store, &telling->judged);
	result->in_row = result->early != NULL;
	audit_each_row(store, &telling->judged, &telling->reach, tell_cut_row, telling);
	result->in_row = false;
	struct audit_store_told *told = AUDIT_PUSH(result->stores, result->store_count, result->store_capacity);
	told->name = keep(result, store->name);
	told->file = store->at.file;
	told->line = store->at.line;
	told->verdict = AUDIT_CLOSED;
	const char *reason = store->closed != NULL ? store->closed : telling->reach.doubt;
	told->reason = keep(result, audit_span(reason != NULL ? reason : ""));
	for (uint32_t i = first; i < result->exposure_count && told->verdict != AUDIT_OPEN; i++)
		if (result->exposures[i].verdict != AUDIT_CLOSED)
			told->verdict = result->exposures[i].verdict;
	if (store->closed == NULL && telling->reach.doubt != NULL) {
		told->verdict = AUDIT_CANNOT_TELL;
		audit_tell_note(result, &result->cannot_tell, store->name, audit_span(telling->reach.doubt), store->at);
	}
	if (telling->fixing.unfinished)
		audit_tell_note(result, &result->unfinished, store->name,
			audit_span("not every fix was looked for: too many combinations of rules"), store->at);
	audit_judged_free(&telling->judged);
	audit_reach_free(&telling->reach);
	if (telling->status == ST_OK && result->early != NULL && !audit_result_pass(result))
		telling->status =
			st_fail(telling->err, ST_WRONG, "the answer is larger than any that somebody could read");
}

enum st_status audit_tell(const struct audit_model *model, const struct audit_aside *aside, struct audit_result *out,
	struct audit_trace *trace, struct st_error *err)
{
	struct telling telling = {.result = out, .trace = trace, .aside = aside, .err = err, .status = ST_OK};
	if (aside != NULL && aside->exceptions != NULL)
		ST_TRY(audit_flows_check(aside->exceptions, model, err));
	audit_each_store(model, tell_store, &telling);
	for (size_t i = 0; i < model->doubt_count; i++)
		audit_tell_note(out, &out->cannot_tell, audit_word_span(model->doubts[i].what),
			audit_word_span(model->doubts[i].reason), model->doubts[i].at);
	for (uint32_t i = 0; i < model->remark_count; i++)
		audit_tell_note(out, &out->default_routes, audit_word_span(model->remarks[i].what),
			audit_word_span(model->remarks[i].reason), model->remarks[i].at);
	audit_tell_shadowed(model, out);
	if (aside != NULL && aside->exceptions != NULL)
		tell_exceptions(aside->exceptions, out);
	return telling.status;
}
