/* One object: hashed, read, searched, told. The reader calls, the finder of the open part listens, the outbox sends. */
#include "worker/worker.h"

#include "base/ceilings.h"
#include "worker/fault.h"
#include "worker/hash_stream.h"
#include "worker/pages.h"
#include "worker/ranges.h"

#include <stdlib.h>
#include <unistd.h>

/* The object and what it nests. */
#define OPEN_PARTS (CEIL_NESTING_DEPTH + 16)

/* As WORKER_JOB says. */
enum { JOB_ASKS_NEVER, JOB_ASKS_ALWAYS, JOB_ASKS_OF_CONTAINERS };

struct open_part {
	uint32_t index;
	uint64_t records;
	bool joined;
	struct finder *finder;    /* NULL until the part gives text: containers need none */
	struct joined mentions;   /* of joined parts inside it, until its record is known */
	struct words_types types; /* what its name says, and its joined parts */
	enum speaker author;      /* of a message */
};

struct job {
	struct worker *worker;
	uint32_t number;
	uint8_t source; /* 0 a file, 1 a pipe, 2 ranges, 3 pages (WORKER_JOB) */
	uint8_t ask;
	struct ranges *ranges;
	struct pages *pages;
	uint64_t size;
	struct words_types types; /* what the object's name says */
	int fd;

	struct open_part open[OPEN_PARTS];
	size_t open_count;
	uint64_t records, parts;
	struct st_buf fields;  /* values of the record to come: byte unit, u64 at, span */
	size_t exhausted_rule; /* 1 + its number: the first that did not search everything; 0 none */
};

/* --- events of the reader --- */

/* Where the mentions of a joined part wait: at the nearest part around it that is not joined. */
static struct open_part *joined_to(struct job *job, const struct open_part *part)
{
	size_t i = (size_t)(part - job->open);
	while (i > 0 && job->open[i].joined)
		i--;
	return &job->open[i];
}

static struct open_part *find_part(struct job *job, uint32_t index)
{
	for (size_t i = job->open_count; i > 0; i--)
		if (job->open[i - 1].index == index)
			return &job->open[i - 1];
	abort(); /* the reader's parts do not nest: its invariants are gone */
}

static struct finder *finder_of(struct job *job, struct open_part *part)
{
	struct worker *w = job->worker;
	if (part->finder == NULL) {
		part->finder =
			w->idle_count > 0 ? w->idle[--w->idle_count] : finder_open(&w->detect, &w->out, &w->domains);
		struct open_part *around = joined_to(job, part);
		finder_begin(part->finder, &(struct finder_part){.part = part->index,
						   .joined = part->joined ? &around->mentions : NULL,
						   .types = &around->types,
						   .author = part->joined ? around->author : SPEAKER_UNKNOWN});
	}
	return part->finder;
}

static struct st_span last_component(struct st_span path)
{
	const uint8_t *slash = path.size > 0 ? memrchr(path.data, '/', path.size) : NULL;
	return slash == NULL ? path : (struct st_span){slash + 1, path.size - (size_t)(slash + 1 - path.data)};
}

static void on_part_begin(void *context, const struct extract_part *part)
{
	struct job *job = context;
	if (job->open_count == OPEN_PARTS)
		abort();
	struct open_part *open = &job->open[job->open_count++];
	*open = (struct open_part){.index = part->index, .joined = part->joined};
	if (part->index > 0)
		words_types_of_name(job->worker->names, last_component(part->name), &open->types);
	else
		open->types = job->types;
	job->parts += part->index > 0;
	st_auto_buf struct st_buf body = {0};
	st_buf_add_u32(&body, job->number);
	st_buf_add_u32(&body, part->index);
	st_buf_add_u32(&body, part->parent);
	st_buf_add_span(&body, part->name.data, part->name.size < CEIL_NAME_BYTES ? part->name.size : CEIL_NAME_BYTES);
	outbox_add(&job->worker->out, WORKER_PART, &body);
}

static void on_text(void *context, uint32_t part, const struct extract_text *text)
{
	struct job *job = context;
	fault_check(&job->worker->out, text->data, text->size);
	finder_text(finder_of(job, find_part(job, part)), text);
	outbox_alive(&job->worker->out);
}

static void on_place(void *context, uint32_t part, uint64_t start, struct st_span label)
{
	struct job *job = context;
	finder_place(finder_of(job, find_part(job, part)), start, label);
}

static void on_field(void *context, uint32_t part, uint32_t field, uint64_t at, struct st_span value)
{
	(void)part;
	struct job *job = context;
	st_buf_add_byte(&job->fields, job->worker->field_units[field]);
	st_buf_add_u64(&job->fields, at);
	st_buf_add_span(&job->fields, value.data, value.size);
}

/* They go out as mentions of a kind of their own, behind their record. */
static void send_fields(struct job *job, uint32_t part)
{
	if (job->fields.size == 0)
		return;
	struct st_cursor in = {job->fields.data, job->fields.data + job->fields.size, false};
	while (in.at < in.end && !in.bad) {
		struct outbox_mention mention = {.confidence = 100, .part = part, .record = job->records};
		mention.kind = (uint8_t)(WORKER_FIELD_KIND + st_cursor_byte(&in));
		mention.start = st_cursor_u64(&in);
		mention.canonical = st_cursor_span(&in);
		mention.length = mention.canonical.size;
		outbox_mention(&job->worker->out, &mention);
	}
	job->fields.size = 0;
}

/* A message is a turn of whoever wrote it. */
static void send_author(struct job *job, const struct open_part *part)
{
	uint64_t turns[MARKING_SPEAKERS] = {0};
	if (part->author == SPEAKER_UNKNOWN)
		return;
	turns[part->author - SPEAKER_AGENT] = 1;
	finder_send_turns(&job->worker->out, part->index, job->records, turns);
}

static unsigned on_column(void *context, uint32_t part, struct st_span name)
{
	struct job *job = context;
	return finder_column(finder_of(job, find_part(job, part)), name);
}

static void on_cell(void *context, uint32_t part, uint64_t start, unsigned column)
{
	struct job *job = context;
	finder_field(finder_of(job, find_part(job, part)), start, column);
}

static void on_record(
	void *context, uint32_t index, uint64_t start, uint64_t end, const uint8_t sha256[ST_SHA256_BYTES])
{
	struct job *job = context;
	struct open_part *part = find_part(job, index);
	outbox_record(&job->worker->out, index, sha256);
	part->records++;
	finder_record(finder_of(job, part), start, end, job->records++);
	joined_decide(&part->mentions, &job->worker->out, job->records);
	send_fields(job, index);
	send_author(job, part);
}

static void on_turn(void *context, uint32_t index, const struct extract_turn *turn)
{
	struct job *job = context;
	enum speaker speaker = speaker_of(turn->speaker, job->worker->detect.own_domains);
	if (speaker != SPEAKER_UNKNOWN)
		finder_turn(
			finder_of(job, find_part(job, index)), &(struct talk_turn){turn->start, turn->end, speaker});
}

static void on_author(void *context, uint32_t index, struct st_span address)
{
	struct job *job = context;
	find_part(job, index)->author = speaker_of(address, job->worker->detect.own_domains);
}

/* Ends the part; 1 + the number of a rule that did not search all of it, 0: all did. */
static size_t close_part(struct job *job, struct open_part *part, struct st_buf *places)
{
	size_t exhausted_rule = 0;
	if (part->finder != NULL) {
		finder_end(part->finder);
		struct st_span list = finder_places(part->finder);
		st_buf_add(places, list.data, list.size);
		exhausted_rule = finder_exhausted_rule(part->finder);
		if (job->worker->idle_count < WORKER_IDLE_FINDERS)
			job->worker->idle[job->worker->idle_count++] = part->finder;
		else
			finder_close(part->finder);
	}
	joined_decide(&part->mentions, &job->worker->out, 0);
	st_buf_free(&part->mentions.waiting);
	*part = job->open[--job->open_count];
	return exhausted_rule;
}

/* What was read but not searched with every rule is partial. */
static void mark_unsearched(size_t exhausted_rule, enum st_read_status *status, enum st_reason *reason)
{
	if (exhausted_rule == 0 || *status != ST_READ)
		return;
	*status = ST_PARTIAL;
	*reason = ST_REASON_TIMEOUT;
}

static void on_part_end(void *context, uint32_t index, const struct extract_part_result *result)
{
	struct job *job = context;
	struct open_part *part = find_part(job, index);
	uint64_t records = part->records;
	st_auto_buf struct st_buf body = {0}, places = {0};
	enum st_read_status status = result->status;
	enum st_reason reason = result->reason;
	size_t exhausted_rule = close_part(job, part, &places);
	mark_unsearched(exhausted_rule, &status, &reason);
	job->exhausted_rule = job->exhausted_rule != 0 ? job->exhausted_rule : exhausted_rule;
	st_buf_add_u32(&body, job->number);
	st_buf_add_u32(&body, index);
	st_buf_add_byte(&body, (uint8_t)status);
	st_buf_add_byte(&body, (uint8_t)reason);
	st_buf_add_span(&body, result->format, strlen(result->format));
	st_buf_add_span(&body, result->charset, strlen(result->charset));
	st_buf_add_u64(&body, result->stored_bytes);
	st_buf_add_u64(&body, records);
	st_buf_add_u64(&body, result->not_searched_bytes);
	st_buf_add_byte(&body, result->rebuilt);
	st_buf_add_span(&body, places.data, places.size);
	outbox_add(&job->worker->out, WORKER_PART_END, &body);
}

static void on_content(void *context, uint32_t part, const uint8_t sha256[ST_SHA256_BYTES], uint64_t bytes)
{
	struct job *job = context;
	st_auto_buf struct st_buf body = {0};
	st_buf_add_u32(&body, job->number);
	st_buf_add_u32(&body, part);
	st_buf_add(&body, sha256, ST_SHA256_BYTES);
	st_buf_add_u64(&body, bytes);
	outbox_add(&job->worker->out, WORKER_CONTENT, &body);
}

static void on_progress(void *context, uint64_t stored_bytes)
{
	struct job *job = context;
	outbox_progress(&job->worker->out, stored_bytes);
}

static const struct extract_events events = {
	.part_begin = on_part_begin,
	.text = on_text,
	.field = on_field,
	.place = on_place,
	.column = on_column,
	.cell = on_cell,
	.record = on_record,
	.turn = on_turn,
	.author = on_author,
	.part_end = on_part_end,
	.content = on_content,
	.progress = on_progress,
};

/* --- the object --- */

static void still_hashing(void *context)
{
	struct job *job = context;
	outbox_alive(&job->worker->out);
}

/* Says the hash first and waits for the word. False: drop the job. */
static bool ask_about(struct job *job, const uint8_t sha256[ST_SHA256_BYTES])
{
	struct worker *w = job->worker;
	st_auto_buf struct st_buf body = {0};
	st_buf_add_u32(&body, job->number);
	st_buf_add(&body, sha256, ST_SHA256_BYTES);
	outbox_send(&w->out, WORKER_HASH, &body);
	struct message answer;
	if (worker_hear(w, &answer) != MESSAGE_OK)
		_exit(0);
	if (answer.fd >= 0)
		close(answer.fd);
	struct st_cursor in = {.at = answer.body.data, .end = answer.body.data + answer.body.size};
	uint32_t number = st_cursor_u32(&in);
	uint8_t read = st_cursor_byte(&in);
	if (answer.type != WORKER_GO || in.bad || number != job->number)
		_exit(1);
	return read != 0;
}

static void say_rule(struct job *job)
{
	st_auto_buf struct st_buf body = {0};
	st_buf_add_u32(&body, job->number);
	st_buf_add_byte(&body, (uint8_t)(job->exhausted_rule - 1));
	outbox_add(&job->worker->out, WORKER_RULE, &body);
}

/* A reader may take the end of what came for the end of the object, or for damage: what failed is the way to it. Of an
 * object that became another one nothing that was read belongs together. */
static void mark_lost(const struct job *job, enum st_read_status *status, enum st_reason *reason)
{
	enum st_reason failed = job->ranges != NULL ? ranges_failed(job->ranges) : ST_REASON_NONE;
	if (failed == ST_REASON_NONE)
		return;
	*status = failed == ST_REASON_SOURCE_CHANGED || *status == ST_UNREAD ? ST_UNREAD : ST_PARTIAL;
	*reason = failed;
}

static void send_done(struct job *job, const struct extract_result *result, const uint8_t sha256[ST_SHA256_BYTES])
{
	enum st_read_status status = result->status;
	enum st_reason reason = result->reason;
	mark_lost(job, &status, &reason);
	mark_unsearched(job->exhausted_rule, &status, &reason);
	if (job->exhausted_rule != 0)
		say_rule(job);
	st_auto_buf struct st_buf body = {0};
	st_buf_add_u32(&body, job->number);
	st_buf_add_byte(&body, (uint8_t)status);
	st_buf_add_byte(&body, (uint8_t)reason);
	st_buf_add(&body, sha256, ST_SHA256_BYTES);
	st_buf_add_u64(&body, status == ST_UNREAD ? 0 : result->stored_bytes);
	st_buf_add_u64(&body, result->expanded_bytes);
	st_buf_add_u64(&body, job->records);
	st_buf_add_u64(&body, job->parts);
	st_buf_add_u64(&body, result->not_searched_bytes);
	outbox_send(&job->worker->out, WORKER_DONE, &body);
}

static void extract(struct job *job, struct stream *stream, struct extract_result *result)
{
	struct worker *w = job->worker;
	struct extract_help help = worker_help(w);
	struct extract_options options = {
		.volatile_fields = w->volatile_fields,
		.id_fields = w->id_fields,
		.format = w->format,
		.help = &help,
		.pages = job->pages != NULL ? pages_of(job->pages) : NULL,
		.stored_size = job->pages != NULL ? job->size : stream->size,
	};
	domain_set_clear(&w->domains);
	extract_object(stream, &options, &events, job, result);
}

/* Reads and hashes in one go; what the reader passed over is hashed behind it. */
static void extract_hashing(struct job *job, struct stream *stream)
{
	uint8_t sha256[ST_SHA256_BYTES];
	struct extract_result result = {0};
	st_sha256_begin(job->worker->hash);
	struct hash_stream *hashed = hash_stream_open(stream, job->worker->hash);
	extract(job, hash_stream_of(hashed), &result);
	uint64_t rest_limit = result.status == ST_UNREAD ? CEIL_HASH_UNREAD_BYTES : UINT64_MAX;
	if (!hash_stream_finish(hashed, rest_limit, still_hashing, job, sha256))
		memset(sha256, 0, sizeof sha256);
	hash_stream_close(hashed);
	send_done(job, &result, sha256);
}

/* All of a small object, read once; false: it is not there as it was listed, and the stream shall say so. */
static bool hold_small(const struct job *job, struct st_buf *held)
{
	st_buf_reserve(held, (size_t)job->size + 1);
	ssize_t got = st_pread_full(job->fd, held->data, (size_t)job->size, 0);
	held->size = got > 0 ? (size_t)got : 0;
	return held->size == job->size;
}

/* Text costs less to read twice than to ask about. What may hold more than its size (archives, documents) has bytes
 * that text has not, or is a PDF. */
static bool is_plain(const struct st_buf *held)
{
	const uint8_t *end = held->data + held->size;
	uint8_t least = UINT8_MAX;
	for (size_t i = 0; i < held->size; i++) /* to the end: many bytes are compared at once */
		least = held->data[i] < least ? held->data[i] : least;
	if (least < '\t')
		return false;
	for (const uint8_t *at = held->data; (at = memchr(at, '%', (size_t)(end - at))) != NULL; at++)
		if (end - at >= 4 && memcmp(at, "%PDF", 4) == 0)
			return false;
	return true;
}

/* A small file: one read for its digest and its text. */
static void read_small(struct job *job, const struct st_buf *held)
{
	uint8_t sha256[ST_SHA256_BYTES];
	struct extract_result result = {0};
	st_sha256_of(held->data, held->size, sha256);
	if (job->ask != JOB_ASKS_NEVER && !(job->ask == JOB_ASKS_OF_CONTAINERS && is_plain(held)) &&
		!ask_about(job, sha256))
		return;
	struct stream *stream = stream_open_memory(held->data, held->size);
	extract(job, stream, &result);
	stream_close(stream);
	send_done(job, &result, sha256);
}

static void read_object(struct job *job, struct stream *stream)
{
	uint8_t sha256[ST_SHA256_BYTES];
	struct st_buf *held = &job->worker->small;
	held->size = 0;
	if (job->source == 0 && job->size > 0 && job->size <= WORKER_SMALL_BYTES && hold_small(job, held)) {
		read_small(job, held);
		return;
	}
	if (job->ask == JOB_ASKS_NEVER || job->source == 1 ||
		!hash_whole(stream, job->worker->hash, still_hashing, job, sha256)) {
		extract_hashing(job, stream);
		return;
	}
	if (!ask_about(job, sha256))
		return;
	struct extract_result result = {0};
	extract(job, stream, &result);
	send_done(job, &result, sha256);
}

/* The descriptor did not come: the object is told as unread, like any other that cannot be read. */
static void refuse_object(struct job *job)
{
	static const uint8_t none[ST_SHA256_BYTES];
	struct extract_part part = {0};
	struct extract_part_result unread = {
		.format = "unknown", .charset = "", .status = ST_UNREAD, .reason = ST_REASON_SOURCE_ERROR};
	struct extract_result result = {.status = ST_UNREAD, .reason = ST_REASON_SOURCE_ERROR};
	on_part_begin(job, &part);
	on_part_end(job, 0, &unread);
	send_done(job, &result, none);
}

/* An index: no bytes of its own, so no digest of them, and the share that was read is for the case process to say. */
static void read_pages(struct job *job, const struct pages_index *index)
{
	static const uint8_t none[ST_SHA256_BYTES];
	struct extract_result result = {0};
	struct stream *stream = stream_open_memory("", 0);
	job->pages = pages_open(job->fd, index, &job->worker->out);
	extract(job, stream, &result);
	send_done(job, &result, none);
	pages_close(job->pages);
	stream_close(stream);
}

static struct stream *open_object(struct job *job)
{
	if (job->source == 1)
		return stream_open_pipe(job->fd);
	if (job->source == 0)
		return stream_open_fd(job->fd, job->size);
	job->ranges = ranges_open(job->fd, job->size, &job->worker->out);
	return ranges_stream(job->ranges);
}

void worker_job(struct worker *worker, const struct message *message)
{
	struct st_cursor in = {.at = message->body.data, .end = message->body.data + message->body.size};
	struct job job = {.worker = worker, .fd = message->fd};
	job.number = st_cursor_u32(&in);
	job.source = st_cursor_byte(&in);
	job.ask = st_cursor_byte(&in);
	job.size = st_cursor_u64(&in);
	struct st_span name = st_cursor_span(&in);
	struct pages_index index = {.name = last_component(name), .stored_bytes = job.size};
	if (job.source == 3) {
		index.order = (enum probe_order)st_cursor_byte(&in);
		index.documents = st_cursor_u64(&in);
	}
	if (in.bad || index.order >= PROBE_ORDERS)
		_exit(1);
	words_types_of_name(worker->names, last_component(name), &job.types);
	outbox_begin(&worker->out, job.number);
	if (job.fd < 0) {
		refuse_object(&job);
		return;
	}
	if (job.source == 3) {
		read_pages(&job, &index);
	} else {
		struct stream *stream = open_object(&job);
		read_object(&job, stream);
		stream_close(stream);
	}
	if (job.ranges != NULL)
		ranges_close(job.ranges);
	st_buf_free(&job.fields);
	close(job.fd);
}
