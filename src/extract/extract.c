/*
 * One object from its first byte to its status: which reader a part gets, how parts nest, what each of them was worth.
 * The open parts are a list on the C stack, at most CEIL_NESTING_DEPTH + 1 of them.
 */
#include <locale.h>
#include <stdlib.h>
#include <time.h>

#include "extract/canonical.h"
#include "extract/hits.h"
#include "extract/part.h"

static const struct reader *const readers[] = {
	&reader_zip,
	&reader_gzip,
	&reader_tar,
	&reader_7z,
	&reader_rar,
	&reader_rar5,
	&reader_iso9660,
	&reader_cpio,
	&reader_ar,
	&reader_xz,
	&reader_bzip2,
	&reader_zstd,
	&reader_lz4,
	&reader_lzip,
	&reader_lzma,
	&reader_encrypted,
	&reader_odf_flat,
	&reader_pdf,
	&reader_mbox,
	&reader_mail,
	&reader_json,
	&reader_csv,
	&reader_html,
	&reader_rtf,
	&reader_plain_text,
	&reader_unknown,
};
#define READERS (sizeof(readers) / sizeof(readers[0]))

/* Bytes an entry without content is worth in progress: a header is parsed, a row is written. */
#define ENTRY_WORK_BYTES 4096

struct extract_run {
	const struct extract_options *options;
	const struct extract_events *events;
	void *context;
	struct extract_events to_readers; /* text on its way to events->text */
	struct extract_meter meter;
	struct part *top;
	uint8_t **heads; /* one buffer of CEIL_SNIFF_BYTES per level, made on first use */
	uint32_t parts;
	bool any_text, all_read;
	struct extract_result *result;
};

/* --- parts --- */

static const struct reader *forced_reader(const char *format)
{
	static const struct {
		const char *format;
		const struct reader *reader;
	} forced[] = {{"text", &reader_plain_text}, {"json", &reader_json}, {"jsonl", &reader_json},
		{"csv", &reader_csv}, {"html", &reader_html}};
	for (size_t i = 0; format != NULL && i < sizeof(forced) / sizeof(forced[0]); i++) {
		if (strcmp(format, forced[i].format) == 0)
			return forced[i].reader;
	}
	return NULL;
}

static const struct reader *choose_reader(const struct extract_run *run, const struct reader_input *input)
{
	const struct reader *best = input->part == 0 ? forced_reader(run->options->format) : NULL;
	int best_bid = 0;
	if (best != NULL)
		return best;
	if (input->hint.lines)
		return &reader_json;
	best = &reader_unknown;
	for (size_t i = 0; i < READERS; i++) {
		if (best_bid >= (readers[i]->most ? readers[i]->most : 100))
			continue; /* of equal bids the first wins */
		int bid = readers[i]->bid(input);
		if (bid > best_bid) {
			best = readers[i];
			best_bid = bid;
		}
	}
	return best;
}

bool extract_is_wrapped(struct st_span head, bool head_is_all)
{
	static const struct reader *const plain[] = {&reader_plain_text, &reader_csv, &reader_json, &reader_html,
		&reader_mail, &reader_mbox, &reader_unknown};
	static const struct extract_options none = {0};
	struct extract_run run = {.options = &none};
	struct reader_input input = {.run = &run, .head = head, .head_is_all = head_is_all};
	const struct reader *best = choose_reader(&run, &input);
	for (size_t i = 0; i < sizeof plain / sizeof plain[0]; i++)
		if (best == plain[i])
			return false;
	return head.size > 0;
}

static void refuse(struct extract_part_result *result, enum st_reason reason)
{
	result->status = ST_UNREAD;
	result->reason = reason;
}

static void read_with(struct extract_run *run, struct part *part, const struct reader *reader,
	struct reader_input *input, struct extract_part_result *result)
{
	part->reader = reader;
	part->container = reader->container && !reader->has_text;
	if (reader->container && !reader->opens_less && part->depth >= run->meter.limits.nesting_depth) {
		refuse(result, ST_REASON_LIMIT_DEPTH);
		return;
	}
	if (reader->seeks && part->stream.pread == NULL)
		part_spool(part);
	if (reader->container && part_is_self_nested(part)) {
		refuse(result, ST_REASON_SELF_NESTED);
		return;
	}
	run->top = part;
	reader->read(input, result);
	run->top = part->outer;
}

static struct reader_hint hint_of(const struct extract_options *options)
{
	struct reader_hint hint = {.joined = options->joined};
	const char *label = options->charset;
	hint.has_charset =
		label != NULL && charset_named((struct st_span){(const uint8_t *)label, strlen(label)}, &hint.charset);
	return hint;
}

/* The object is no bytes. */
static void part_of_pages(struct extract_run *run, struct part *part, struct extract_part_result *result)
{
	struct reader_input input = {
		.run = run, .part = part->index, .stream = &part->stream, .head_is_all = true, .depth = part->depth};
	read_with(run, part, &reader_hits, &input, result);
	result->format = reader_hits.format;
}

static void part_content(struct extract_run *run, struct part *part, struct extract_part_result *result)
{
	if (part->outer == NULL && run->options->pages != NULL) {
		part_of_pages(run, part, result);
		return;
	}
	uint8_t **head = &run->heads[part->depth];
	if (*head == NULL)
		*head = st_alloc(CEIL_SNIFF_BYTES);
	part_sniff(part, *head);
	if (part->head.size == 0 && part->head_is_all) {
		*result = (struct extract_part_result){.format = "empty", .charset = "", .status = ST_READ};
		return;
	}
	if (part->head.size == 0) {
		refuse(result, part->stream.reason);
		return;
	}
	struct reader_seen seen = {0};
	struct reader_input input = {.run = run,
		.part = part->index,
		.stream = &part->stream,
		.head = part->head,
		.head_is_all = part->head_is_all,
		.depth = part->depth,
		.seen = &seen};
	if (part->outer == NULL)
		input.hint = hint_of(run->options);
	else if (part->member != NULL)
		input.hint = part->member->hint;
	if (input.hint.joined && run->events->place != NULL && run->events->text != NULL)
		input.quotes = part->quotes = quotes_open(run->events, run->context, part->index);
	if (part->member != NULL && part->member->places != NULL)
		hits_tell_places(run->events, run->context, part->index, part->member->places);
	const struct reader *reader = choose_reader(run, &input);
	read_with(run, part, reader, &input, result);
	if (result->format == NULL)
		result->format = reader->format;
}

static void part_end(struct extract_run *run, const struct part *part, struct extract_part_result *result)
{
	if (part->quotes != NULL)
		quotes_end(part->quotes);
	if (result->format == NULL)
		result->format = "unknown";
	if (result->charset == NULL)
		result->charset = "";
	result->stored_bytes = part->pulled;
	if (part->from != NULL && part->from->pread != NULL &&
		(result->status == ST_READ || part->pulled > part->from->size))
		result->stored_bytes = part->from->size;
	result->records = part->records;
	run->result->not_searched_bytes += result->not_searched_bytes;
	if (result->status != ST_READ) {
		run->all_read = false;
		if (run->result->reason == ST_REASON_NONE)
			run->result->reason = result->reason;
	}
	if (!part->container && result->status != ST_UNREAD)
		run->any_text = true;
	if (run->events->part_end != NULL)
		run->events->part_end(run->context, part->index, result);
}

static void part_begin(struct extract_run *run, struct part *part, struct st_span name)
{
	part->outer = run->top;
	part->index = run->parts++;
	part->depth = part->outer == NULL ? 0 : part->outer->depth + 1;
	if (name.size > CEIL_NAME_BYTES)
		name.size = CEIL_NAME_BYTES;
	struct extract_part begun = {
		.index = part->index, .parent = part->outer == NULL ? 0 : part->outer->index, .name = name};
	begun.joined = part->member != NULL && part->member->hint.joined;
	if (part->outer != NULL)
		part->outer->members++;
	run->meter.members += CEIL_MEMBER_BYTES + name.size;
	if (run->events->part_begin != NULL)
		run->events->part_begin(run->context, &begun);
}

static void read_part(struct extract_run *run, struct st_span name, struct stream *from, struct extract_member *member)
{
	struct part part = {.from = from, .meter = &run->meter, .member = member};
	struct extract_part_result result = {.status = ST_PENDING};
	part_stream_open(&part);
	part_begin(run, &part, name);
	part_content(run, &part, &result);
	if (result.status != ST_READ && result.status != ST_UNREAD && result.status != ST_PARTIAL) {
		result.status = part.stream.reason == ST_REASON_NONE ? ST_READ : ST_PARTIAL;
		result.reason = part.stream.reason;
	}
	part_end(run, &part, &result);
	if (part.outer == NULL)
		run->result->stored_bytes = result.stored_bytes;
	if (member != NULL) {
		member->is_record = part.is_record;
		memcpy(member->sha256, part.sha256, ST_SHA256_BYTES);
	}
	quotes_free(part.quotes);
	part_stream_close(&part);
}

/* --- what readers call --- */

const struct extract_options *extract_run_options(const struct extract_run *run)
{
	return run->options;
}

const struct extract_limits *extract_run_limits(const struct extract_run *run)
{
	return &run->meter.limits;
}

struct extract_meter *extract_run_meter(struct extract_run *run)
{
	return &run->meter;
}

const struct extract_events *extract_run_events(struct extract_run *run, void **context)
{
	*context = run;
	return &run->to_readers;
}

static void forward_text(void *context, uint32_t part, const struct extract_text *text)
{
	struct extract_run *run = context;
	const struct extract_member *member = run->top->member;
	if (member != NULL && member->text != NULL)
		canonical_text_add(member->text, text->data, text->size);
	if (run->top->quotes != NULL)
		quotes_text(run->top->quotes, text);
	else if (run->events->text != NULL)
		run->events->text(run->context, part, text);
}

static void forward_place(void *context, uint32_t part, uint64_t start, struct st_span label)
{
	struct extract_run *run = context;
	if (run->events->place != NULL)
		run->events->place(run->context, part, start, label);
}

void extract_run_field(struct extract_run *run, uint32_t part, uint32_t field, uint64_t at, struct st_span value)
{
	const struct part *top = run->top;
	if (run->events->field != NULL && (top->member == NULL || !top->member->hint.joined))
		run->events->field(run->context, part, field, at, value);
}

static void forward_turn(void *context, uint32_t part, const struct extract_turn *turn)
{
	struct extract_run *run = context;
	run->events->turn(run->context, part, turn);
}

static void forward_author(void *context, uint32_t part, struct st_span address)
{
	struct extract_run *run = context;
	run->events->author(run->context, part, address);
}

static unsigned forward_column(void *context, uint32_t part, struct st_span name)
{
	struct extract_run *run = context;
	return run->events->column != NULL ? run->events->column(run->context, part, name) : 0;
}

static void forward_cell(void *context, uint32_t part, uint64_t start, unsigned column)
{
	struct extract_run *run = context;
	run->events->cell(run->context, part, start, column);
}

void extract_run_record(
	struct extract_run *run, uint32_t part, uint64_t start, uint64_t end, const uint8_t sha256[ST_SHA256_BYTES])
{
	const struct part *top = run->top;
	if (top->member != NULL && top->member->hint.joined)
		return;
	run->top->records++;
	run->result->records++;
	if (run->events->record != NULL)
		run->events->record(run->context, part, start, end, sha256);
}

void extract_run_spanning_record(struct reader_input *input, uint64_t end, const uint8_t sha256[ST_SHA256_BYTES])
{
	struct part *top = input->run->top;
	top->is_record = true;
	memcpy(top->sha256, sha256, ST_SHA256_BYTES);
	extract_run_record(input->run, input->part, 0, end, sha256);
}

bool extract_run_entry(struct reader_input *container, enum st_reason *stop)
{
	struct extract_run *run = container->run;
	extract_meter_work(&run->meter, ENTRY_WORK_BYTES);
	if (run->top->entries++ < run->meter.limits.archive_entries &&
		run->meter.members < run->meter.limits.members_bytes)
		return true;
	*stop = ST_REASON_LIMIT_ENTRIES;
	return false;
}

bool extract_run_expanded(struct extract_run *run, uint64_t bytes, enum st_reason *stop)
{
	bool more = extract_meter_expanded(&run->meter, bytes);
	*stop = run->meter.stop;
	return more;
}

void extract_run_has_text(struct extract_run *run)
{
	run->top->container = false;
}

bool extract_run_member(
	struct reader_input *container, struct st_span name, struct stream *stream, enum st_reason *stop)
{
	struct extract_run *run = container->run;
	read_part(run, name, stream, NULL);
	stream_close(stream);
	*stop = run->meter.stop;
	return run->meter.stop == ST_REASON_NONE;
}

bool extract_run_give(struct reader_input *container, struct extract_member *member, enum st_reason *stop)
{
	struct extract_run *run = container->run;
	read_part(run, member->name, member->stream, member);
	stream_close(member->stream);
	*stop = run->meter.stop;
	return run->meter.stop == ST_REASON_NONE;
}

void extract_run_unread_member(struct reader_input *container, struct st_span name, enum st_reason reason)
{
	struct part part = {0};
	struct extract_part_result result = {.status = ST_UNREAD, .reason = reason};
	part_begin(container->run, &part, name);
	part_end(container->run, &part, &result);
}

uint32_t extract_run_next_part(const struct extract_run *run)
{
	return run->parts;
}

void extract_run_content(struct extract_run *run, uint32_t part, const uint8_t sha256[ST_SHA256_BYTES], uint64_t bytes)
{
	if (run->events->content != NULL)
		run->events->content(run->context, part, sha256, bytes);
}

void extract_run_container_end(
	const struct reader_input *container, enum st_reason reason, struct extract_part_result *result)
{
	result->reason = reason;
	if (reason == ST_REASON_NONE)
		result->status = ST_READ;
	else
		result->status = container->run->top->members > 0 ? ST_PARTIAL : ST_UNREAD;
}

/* --- the object --- */

/* libarchive turns UTF-16 names into the locale's character set: into UTF-8 by itself, into others by modules of libc.
 * And it computes local times, for which libc looks for a time zone. */
bool extract_prepare(void)
{
	tzset();
	return setlocale(LC_CTYPE, "C.UTF-8") != NULL;
}

static void decide_status(const struct extract_run *run, struct extract_result *result)
{
	if (run->all_read)
		result->status = ST_READ;
	else
		result->status = run->any_text ? ST_PARTIAL : ST_UNREAD;
}

void extract_object_with_limits(struct stream *stream, const struct extract_options *options,
	const struct extract_events *events, void *context, const struct extract_limits *limits,
	struct extract_result *result)
{
	uint64_t size = options->stored_size != 0 || stream->pread == NULL ? options->stored_size : stream->size;
	struct extract_run run = {
		.options = options, .events = events, .context = context, .all_read = true, .result = result};
	run.meter = (struct extract_meter){
		.limits = *limits, .stored_size = size, .progress = events->progress, .context = context};
	run.to_readers.text = forward_text;
	run.to_readers.place = forward_place;
	run.to_readers.turn = events->turn != NULL ? forward_turn : NULL;
	run.to_readers.author = events->author != NULL ? forward_author : NULL;
	run.to_readers.column = forward_column;
	run.to_readers.cell = forward_cell;
	run.heads = st_alloc_zero((size_t)limits->nesting_depth + 1, sizeof(*run.heads));
	*result = (struct extract_result){.status = ST_PENDING};
	read_part(&run, (struct st_span){(const uint8_t *)"", 0}, stream, NULL);
	result->expanded_bytes = run.meter.expanded;
	result->parts = run.parts - 1;
	decide_status(&run, result);
	for (int i = 0; i <= limits->nesting_depth; i++)
		free(run.heads[i]);
	free(run.heads);
}

void extract_object(struct stream *stream, const struct extract_options *options, const struct extract_events *events,
	void *context, struct extract_result *result)
{
	struct extract_limits limits = extract_limits_default();
	extract_object_with_limits(stream, options, events, context, &limits, result);
}
