/*
 * One object from its first byte to its status: which reader a part gets, how parts nest, what each of them was worth.
 * The open parts are a list on the C stack, at most CEIL_NESTING_DEPTH + 1 of them.
 */
#include <stdlib.h>

#include "extract/limits.h"
#include "extract/reader.h"

static const struct reader *const readers[] = {
	&reader_zip,
	&reader_gzip,
	&reader_tar,
	&reader_json,
	&reader_csv,
	&reader_plain_text,
	&reader_unknown,
};
#define READERS (sizeof(readers) / sizeof(readers[0]))

/* Bytes an entry without content is worth in progress: a header is parsed, a row is written. */
#define ENTRY_WORK_BYTES 4096

struct part {
	struct part *outer; /* the container around it, NULL for the object */
	uint32_t index;
	int depth;
	struct stream *from;  /* what the container or the source gave */
	struct stream stream; /* what the reader reads: `held` again, then the rest of `from` */
	struct st_span head;
	bool head_is_all;
	struct st_span held; /* the head, or all that was spooled */
	size_t held_at;
	struct st_buf spool;
	bool container;
	uint64_t pulled, records, entries, members;
};

struct extract_run {
	const struct extract_options *options;
	const struct extract_events *events;
	void *context;
	struct extract_meter meter;
	struct part *top;
	uint8_t **heads; /* one buffer of CEIL_SNIFF_BYTES per level, made on first use */
	uint32_t parts;
	bool any_text, all_read;
	struct extract_result *result;
};

/* --- the stream of a part --- */

/* Counts bytes that came from the source (the object) or out of a container (a member). */
static ssize_t part_metered(struct part *part, ssize_t got)
{
	struct extract_run *run = part->stream.self;
	if (got < 0) {
		part->stream.reason = part->from->reason;
		return -1;
	}
	part->pulled += (uint64_t)got;
	if (part->outer == NULL) {
		extract_meter_stored(&run->meter, (uint64_t)got);
		return got;
	}
	if (extract_meter_expanded(&run->meter, (uint64_t)got))
		return got;
	part->stream.reason = run->meter.stop;
	return -1;
}

static struct part *part_of(struct stream *stream)
{
	return (struct part *)((char *)stream - offsetof(struct part, stream));
}

/* Once failed, failed: a stream that would go on after an error is not asked. */
static ssize_t part_pull(struct part *part, void *data, size_t capacity)
{
	if (part->stream.reason != ST_REASON_NONE)
		return -1;
	return part_metered(part, part->from->read(part->from, data, capacity));
}

static ssize_t part_read(struct stream *stream, void *data, size_t capacity)
{
	struct part *part = part_of(stream);
	size_t held = part->held.size - part->held_at;
	if (held == 0)
		return part->head_is_all ? 0 : part_pull(part, data, capacity);
	if (capacity > held)
		capacity = held;
	memcpy(data, part->held.data + part->held_at, capacity);
	part->held_at += capacity;
	return (ssize_t)capacity;
}

static ssize_t part_pread(struct stream *stream, void *data, size_t capacity, uint64_t offset)
{
	struct part *part = part_of(stream);
	return part_metered(part, part->from->pread(part->from, data, capacity, offset));
}

static ssize_t spool_pread(struct stream *stream, void *data, size_t capacity, uint64_t offset)
{
	struct part *part = part_of(stream);
	if (offset >= part->held.size)
		return 0;
	if (capacity > part->held.size - offset)
		capacity = part->held.size - (size_t)offset;
	memcpy(data, part->held.data + offset, capacity);
	return (ssize_t)capacity;
}

static void part_sniff(struct extract_run *run, struct part *part)
{
	uint8_t **head = &run->heads[part->depth];
	size_t have = 0;
	ssize_t got = 1;
	if (*head == NULL)
		*head = st_alloc(CEIL_SNIFF_BYTES);
	while (have < CEIL_SNIFF_BYTES && (got = part_pull(part, *head + have, CEIL_SNIFF_BYTES - have)) > 0)
		have += (size_t)got;
	part->head_is_all = got == 0;
	part->head = part->held = (struct st_span){*head, have};
}

/* Holds a container in memory so that it can seek; what does not fit is replayed and read as a stream. */
static void part_spool(struct extract_run *run, struct part *part)
{
	ssize_t got = part->head_is_all ? 0 : 1;
	if (run->meter.spooled + part->head.size > run->meter.limits.spool_bytes)
		return;
	uint64_t room = run->meter.limits.spool_bytes - run->meter.spooled;
	st_buf_add(&part->spool, part->head.data, part->head.size);
	while (got > 0 && part->spool.size < room) {
		size_t more = room - part->spool.size < CEIL_SNIFF_BYTES ? (size_t)(room - part->spool.size)
									 : (size_t)CEIL_SNIFF_BYTES;
		st_buf_reserve(&part->spool, more);
		got = part_pull(part, part->spool.data + part->spool.size, more);
		part->spool.size += got > 0 ? (size_t)got : 0;
	}
	run->meter.spooled += part->spool.size;
	part->held = (struct st_span){part->spool.data, part->spool.size};
	if (got != 0)
		return;
	part->head_is_all = true; /* nothing follows what is held */
	part->stream.pread = spool_pread;
	part->stream.size = part->held.size;
}

/* --- containers inside themselves --- */

static bool same_bytes(struct part *a, struct part *b)
{
	uint8_t left[4096], right[sizeof(left)];
	for (uint64_t at = 0; at < a->stream.size; at += sizeof(left)) {
		ssize_t got = a->stream.pread(&a->stream, left, sizeof(left), at);
		if (got <= 0 || b->stream.pread(&b->stream, right, sizeof(right), at) != got ||
			memcmp(left, right, (size_t)got) != 0)
			return false;
	}
	return true;
}

/* Exact for containers that can seek or are no larger than the head; other quines end at the depth or the size. */
static bool is_self_nested(struct part *part)
{
	for (struct part *outer = part->outer; outer != NULL; outer = outer->outer) {
		if (outer->head.size != part->head.size ||
			memcmp(outer->head.data, part->head.data, part->head.size) != 0)
			continue;
		if (part->head.size < CEIL_SNIFF_BYTES) /* both end there */
			return true;
		if (outer->stream.pread != NULL && part->stream.pread != NULL &&
			outer->stream.size == part->stream.size && same_bytes(outer, part))
			return true;
	}
	return false;
}

/* --- parts --- */

static const struct reader *forced_reader(const char *format)
{
	static const struct {
		const char *format;
		const struct reader *reader;
	} forced[] = {
		{"text", &reader_plain_text}, {"json", &reader_json}, {"jsonl", &reader_json}, {"csv", &reader_csv}};
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
	best = &reader_unknown;
	for (size_t i = 0; i < READERS; i++) {
		int bid = readers[i]->bid(input);
		if (bid > best_bid) {
			best = readers[i];
			best_bid = bid;
		}
	}
	return best;
}

static void refuse(struct extract_part_result *result, enum st_reason reason)
{
	result->status = ST_UNREAD;
	result->reason = reason;
}

static void read_with(struct extract_run *run, struct part *part, const struct reader *reader,
	struct reader_input *input, struct extract_part_result *result)
{
	part->container = reader->container;
	if (reader->container && part->depth >= run->meter.limits.nesting_depth) {
		refuse(result, ST_REASON_LIMIT_DEPTH);
		return;
	}
	if (reader->seeks && part->stream.pread == NULL)
		part_spool(run, part);
	if (reader->container && is_self_nested(part)) {
		refuse(result, ST_REASON_SELF_NESTED);
		return;
	}
	run->top = part;
	reader->read(input, result);
	run->top = part->outer;
}

static void part_content(struct extract_run *run, struct part *part, struct extract_part_result *result)
{
	part_sniff(run, part);
	if (part->head.size == 0 && part->head_is_all) {
		*result = (struct extract_part_result){.format = "empty", .charset = "", .status = ST_READ};
		return;
	}
	if (part->head.size == 0) {
		refuse(result, part->stream.reason);
		return;
	}
	struct reader_input input = {.run = run,
		.part = part->index,
		.stream = &part->stream,
		.head = part->head,
		.head_is_all = part->head_is_all,
		.depth = part->depth};
	const struct reader *reader = choose_reader(run, &input);
	read_with(run, part, reader, &input, result);
	if (result->format == NULL)
		result->format = reader->format;
}

static void part_end(struct extract_run *run, const struct part *part, struct extract_part_result *result)
{
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
	if (part->outer != NULL)
		part->outer->members++;
	if (run->events->part_begin != NULL)
		run->events->part_begin(run->context, &begun);
}

static void read_part(struct extract_run *run, struct st_span name, struct stream *from)
{
	struct part part = {.from = from};
	struct extract_part_result result = {.status = ST_PENDING};
	part.stream = (struct stream){.read = part_read, .self = run};
	if (from->pread != NULL) {
		part.stream.pread = part_pread;
		part.stream.size = from->size;
	}
	part_begin(run, &part, name);
	part_content(run, &part, &result);
	if (result.status != ST_READ && result.status != ST_UNREAD && result.status != ST_PARTIAL) {
		result.status = part.stream.reason == ST_REASON_NONE ? ST_READ : ST_PARTIAL;
		result.reason = part.stream.reason;
	}
	part_end(run, &part, &result);
	if (part.outer == NULL)
		run->result->stored_bytes = result.stored_bytes;
	run->meter.spooled -= part.spool.size;
	st_buf_free(&part.spool);
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

const struct extract_events *extract_run_events(const struct extract_run *run, void **context)
{
	*context = run->context;
	return run->events;
}

void extract_run_record(
	struct extract_run *run, uint32_t part, uint64_t start, uint64_t end, const uint8_t sha256[ST_SHA256_BYTES])
{
	run->top->records++;
	run->result->records++;
	if (run->events->record != NULL)
		run->events->record(run->context, part, start, end, sha256);
}

bool extract_run_entry(struct reader_input *container, enum st_reason *stop)
{
	struct extract_run *run = container->run;
	extract_meter_work(&run->meter, ENTRY_WORK_BYTES);
	if (run->top->entries++ < run->meter.limits.archive_entries)
		return true;
	*stop = ST_REASON_LIMIT_ENTRIES;
	return false;
}

bool extract_run_member(
	struct reader_input *container, struct st_span name, struct stream *stream, enum st_reason *stop)
{
	struct extract_run *run = container->run;
	read_part(run, name, stream);
	stream_close(stream);
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
	run.heads = st_alloc_zero((size_t)limits->nesting_depth + 1, sizeof(*run.heads));
	*result = (struct extract_result){.status = ST_PENDING};
	read_part(&run, (struct st_span){(const uint8_t *)"", 0}, stream);
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
