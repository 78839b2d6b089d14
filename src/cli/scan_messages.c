/*
 * What a worker says, checked number by number before it is believed: it may have been taken over by what it read.
 * Numbers that contradict each other are a broken protocol, not a figure.
 */
#include "base/ceilings.h"
#include "base/clock.h"
#include "base/places.h"
#include "cli/scan_slot.h"
#include "worker/marking.h"
#include "worker/protocol.h"

#include <poll.h>
#include <stdio.h>

_Static_assert(WORKER_FIELD_KIND >= RESOLVE_OWN_KINDS && WORKER_FIELD_KIND >= MARKING_END &&
		       WORKER_FIELD_KIND + CEIL_ID_UNITS <= 256,
	"values of fields are rows of kinds of their own");

struct frame {
	struct scan *scan;
	struct scan_slot *slot;
	struct st_cursor in;
	struct st_error *err;
};

/* Every handler returns ST_OK and says in *valid whether the frame made sense; another status ends the scan. */
typedef enum st_status handler(struct frame *frame, bool *valid);

static bool names_our_job(struct frame *frame)
{
	uint32_t job = st_cursor_u32(&frame->in);
	return !frame->in.bad && frame->slot->state == SCAN_SLOT_BUSY && job == frame->slot->job;
}

static bool at_end(const struct frame *frame)
{
	return !frame->in.bad && frame->in.at == frame->in.end;
}

static enum st_status on_ready(struct frame *frame, bool *valid)
{
	*valid = frame->slot->state == SCAN_SLOT_STARTING;
	if (*valid)
		frame->slot->state = SCAN_SLOT_IDLE;
	return ST_OK;
}

static enum st_status on_error(struct frame *frame, bool *valid)
{
	struct st_span text = st_cursor_span(&frame->in);
	*valid = frame->slot->state == SCAN_SLOT_STARTING && at_end(frame);
	if (!*valid)
		return ST_OK;
	return st_fail(
		frame->err, ST_FATAL, "no worker can be confined here: %.*s", (int)text.size, (const char *)text.data);
}

static enum st_status on_forbidden(struct frame *frame, bool *valid)
{
	uint32_t number = st_cursor_u32(&frame->in);
	*valid = at_end(frame);
	frame->slot->forbidden_call = number + 1;
	return ST_OK;
}

/* Equal content has equal size: else the worker that named the other one's hash lied. */
static enum st_status object_of_content(struct frame *frame, const uint8_t *sha256, uint32_t *original)
{
	struct scan *scan = frame->scan;
	const struct scan_task *task = &frame->slot->task;
	struct casefile_object object;
	st_auto_buf struct st_buf path = {0};
	uint8_t digest[ST_DIGEST_BYTES];
	st_digest(scan->work.digest_key, sha256, ST_SHA256_BYTES, digest);
	*original = scan_queue_claim(&scan->queue, digest, task->object);
	if (*original == 0)
		return ST_OK;
	ST_TRY(casefile_object(scan->casefile, *original, &object, &path, frame->err));
	if (object.size_bytes != task->size_bytes)
		*original = 0;
	return ST_OK;
}

static enum st_status on_hash(struct frame *frame, bool *valid)
{
	struct scan *scan = frame->scan;
	struct scan_slot *slot = frame->slot;
	*valid = names_our_job(frame);
	const uint8_t *sha256 = st_cursor_take(&frame->in, ST_SHA256_BYTES);
	*valid = *valid && at_end(frame) && slot->asked;
	if (!*valid)
		return ST_OK;
	slot->asked = false; /* one answer: a worker that asks on and reads none would fill the socket and hold us */
	uint32_t original;
	ST_TRY(object_of_content(frame, sha256, &original));
	st_auto_buf struct st_buf body = {0};
	st_buf_add_u32(&body, slot->job);
	st_buf_add_byte(&body, original == 0);
	message_send(slot->socket, WORKER_GO, body.data, body.size, -1);
	if (original != 0)
		scan_slot_copy(scan, slot, original);
	return ST_OK;
}

/* Parts that ended stand still: what identifies them comes before the next part begins. */
void scan_slot_settle(struct scan *scan, struct scan_slot *slot)
{
	size_t kept = 0;
	for (size_t i = 0; i < slot->held_count; i++) {
		if (slot->parts[i].status == ST_PENDING)
			slot->parts[kept++] = slot->parts[i];
		else
			scan_settle_part(scan, slot, &slot->parts[i]);
	}
	slot->held_count = kept;
}

/* NULL: no such part, or it can change no more. */
static struct casefile_part *find_part(const struct scan_slot *slot, uint32_t part)
{
	for (size_t i = slot->held_count; i-- > 0;)
		if (slot->parts[i].part == part)
			return &slot->parts[i];
	return NULL;
}

static enum st_status on_part(struct frame *frame, bool *valid)
{
	struct scan_slot *slot = frame->slot;
	*valid = names_our_job(frame);
	uint32_t part = st_cursor_u32(&frame->in), parent = st_cursor_u32(&frame->in);
	struct st_span name = st_cursor_span(&frame->in);
	*valid = *valid && at_end(frame) && part == slot->part_count && (parent < part || part == 0) &&
		 name.size <= CEIL_NAME_BYTES && slot->members_bytes < CEIL_MEMBERS_BYTES + CEIL_MEMBER_BYTES;
	if (!*valid)
		return ST_OK;
	scan_slot_settle(frame->scan, slot);
	slot->members_bytes += CEIL_MEMBER_BYTES + name.size;
	if (slot->held_count == slot->held_capacity) {
		slot->held_capacity = slot->held_capacity ? slot->held_capacity * 2 : 4;
		slot->parts = st_realloc(slot->parts, slot->held_capacity * sizeof *slot->parts);
	}
	slot->part_count++;
	slot->parts[slot->held_count++] = (struct casefile_part){
		.segment = slot->segment,
		.part = part,
		.parent = parent,
		.name = {(const uint8_t *)st_strndup((const char *)name.data, name.size), name.size},
		.status = ST_PENDING,
	};
	return ST_OK;
}

/* The records of a part follow each other: figures name them by the first and their number. */
static bool records_are_next(const struct scan_slot *slot, const struct casefile_part *part)
{
	return part->records == 0 || part->first_record + part->records == slot->records;
}

/* A record and a mention are at least a byte of what the object may expand to; more of them would only fill the disk.
 * Standard input has no size. */
static uint64_t most_rows(const struct frame *frame)
{
	uint64_t size = frame->slot->task.size_bytes;
	if (scan_reads_pipe(frame->scan, frame->slot->task.store) || size > UINT64_MAX / 2 / CEIL_EXPANDED_FACTOR)
		return UINT64_MAX / 2;
	return size * CEIL_EXPANDED_FACTOR > CEIL_EXPANDED_BYTES ? size * CEIL_EXPANDED_FACTOR : CEIL_EXPANDED_BYTES;
}

static enum st_status on_records(struct frame *frame, bool *valid)
{
	struct scan *scan = frame->scan;
	struct scan_slot *slot = frame->slot;
	*valid = names_our_job(frame);
	struct casefile_part *part = find_part(slot, st_cursor_u32(&frame->in));
	uint32_t count = st_cursor_u32(&frame->in);
	*valid = *valid && part != NULL && part->status == ST_PENDING && records_are_next(slot, part) &&
		 slot->records + count <= most_rows(frame);
	for (uint32_t i = 0; *valid && i < count; i++) {
		const uint8_t *sha256 = st_cursor_take(&frame->in, ST_SHA256_BYTES);
		if (sha256 == NULL)
			break;
		if (part->records++ == 0)
			part->first_record = slot->records;
		resolve_add_record(scan->collector, slot->segment, slot->records++, sha256);
		scan_progress_record(scan->progress, scan->work.digest_key, sha256);
	}
	*valid = *valid && at_end(frame);
	return ST_OK;
}

/* Evidence is a name alone, what belongs to an address, with it, or a case number with its template. */
static bool is_kind_and_form(const struct scan *scan, const struct resolve_mention *mention)
{
	if (mention->form == DETECT_FORM_EVIDENCE &&
		(mention->kind == DETECT_NAME_PAIR || mention->kind == DETECT_ID_PAIR)) {
		struct st_span pair = mention->canonical;
		const uint8_t *end = memchr(pair.data, 0, pair.size);
		return end != NULL && end > pair.data && end + 1 < pair.data + pair.size;
	}
	if (mention->form == DETECT_FORM_EVIDENCE && mention->kind == DETECT_CASE_TEMPLATE)
		return scan_case_row(mention->canonical);
	if (mention->form == DETECT_FORM_EVIDENCE)
		return mention->kind == DETECT_PERSON_NAME;
	if (mention->kind >= WORKER_FIELD_KIND) /* a value of a unit */
		return mention->form == 0 && mention->kind - WORKER_FIELD_KIND < (int)scan->unit_count;
	if (mention->kind >= MARKING_FIRST)
		return mention->form == 0 && mention->record != RESOLVE_NO_RECORD &&
		       marking_is_known(mention->kind, mention->canonical);
	return mention->kind < DETECT_KINDS && (mention->form & DETECT_FORM_MASK) < DETECT_FORMS;
}

static bool read_mention(struct frame *frame, struct resolve_mention *mention)
{
	struct st_cursor *in = &frame->in;
	mention->kind = st_cursor_byte(in);
	mention->form = st_cursor_byte(in);
	mention->confidence = st_cursor_byte(in);
	uint64_t part = st_cursor_varint(in), record = st_cursor_varint(in);
	mention->start = st_cursor_varint(in);
	uint64_t length = st_cursor_varint(in), size = st_cursor_varint(in);
	if (in->bad || size == 0 || size > CEIL_CANONICAL_BYTES)
		return false;
	mention->canonical = (struct st_span){st_cursor_take(in, size), size};
	mention->segment = frame->slot->segment;
	mention->part = (uint32_t)part;
	mention->record = record == 0 ? RESOLVE_NO_RECORD : record - 1;
	mention->length = (uint32_t)length;
	if (record > frame->slot->highest_record)
		frame->slot->highest_record = record;
	return !in->bad && is_kind_and_form(frame->scan, mention) &&
	       mention->form >> DETECT_RULE_SHIFT <= detect_rules_count(frame->scan->rules) &&
	       mention->confidence <= 100 && part < frame->slot->part_count && length <= UINT32_MAX;
}

static enum st_status on_mentions(struct frame *frame, bool *valid)
{
	struct scan *scan = frame->scan;
	*valid = names_our_job(frame);
	uint32_t count = st_cursor_u32(&frame->in);
	frame->slot->mentions += count;
	*valid = *valid && frame->slot->mentions <= most_rows(frame);
	for (uint32_t i = 0; *valid && i < count; i++) {
		struct resolve_mention mention;
		*valid = read_mention(frame, &mention);
		if (!*valid)
			break;
		resolve_add_mention(scan->collector, &mention);
		if (mention.kind < DETECT_KINDS)
			scan_progress_mention(scan->progress, scan->work.digest_key, (enum detect_kind)mention.kind,
				mention.canonical, scan->own_domains);
	}
	*valid = *valid && at_end(frame);
	return ST_OK;
}

/* --- helpers --- */

static enum st_status on_help_input(struct frame *frame, bool *valid)
{
	*valid = names_our_job(frame);
	uint8_t what = st_cursor_byte(&frame->in);
	struct st_span bytes = {frame->in.at, (size_t)(frame->in.end - frame->in.at)};
	*valid = *valid && !frame->in.bad && helping_input(&frame->slot->helping, what, bytes);
	return ST_OK;
}

/* A worker that asks and reads no answers would fill the socket and hold us. */
static bool hears(const struct scan_slot *slot)
{
	struct pollfd room = {.fd = slot->socket, .events = POLLOUT};
	return poll(&room, 1, 0) == 1 && (room.revents & POLLOUT);
}

void scan_slot_helped(const struct scan_slot *slot, const struct helping_result *result)
{
	st_auto_buf struct st_buf body = {0};
	st_buf_add_u32(&body, slot->job);
	st_buf_add_byte(&body, (uint8_t)result->how);
	st_buf_add_byte(&body, result->exit_status);
	st_buf_add_u64(&body, result->output_bytes);
	message_send(slot->socket, WORKER_HELPED, body.data, body.size, result->output);
	message_send(slot->socket, WORKER_HELPED_ERRORS, body.data, 4, result->errors);
}

static enum st_status on_help(struct frame *frame, bool *valid)
{
	struct helping *helping = &frame->slot->helping;
	struct helping_result result;
	*valid = names_our_job(frame);
	uint8_t helper = st_cursor_byte(&frame->in);
	uint32_t number = st_cursor_u32(&frame->in);
	*valid = *valid && at_end(frame) && helper < HELPER_WORKERS && hears(frame->slot);
	if (!*valid)
		return ST_OK;
	enum st_status status =
		helping_start(helping, frame->scan->launcher, (enum helper)helper, number, &result, frame->err);
	*valid = status == ST_OK;
	if (status == ST_OK && !helping->running)
		scan_slot_helped(frame->slot, &result);
	return status == ST_FATAL ? ST_FATAL : ST_OK;
}

static void copy_name(char out[16], struct st_span name)
{
	/* Names of formats come from a worker too: letters, digits and dashes only. */
	size_t size = 0;
	for (size_t i = 0; i < name.size && size < 15; i++) {
		char c = (char)name.data[i];
		if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-')
			out[size++] = c;
	}
	out[size] = 0;
}

static bool read_verdict(struct frame *frame, enum st_read_status *status, enum st_reason *reason)
{
	uint8_t said_status = st_cursor_byte(&frame->in), said_reason = st_cursor_byte(&frame->in);
	*status = (enum st_read_status)said_status;
	*reason = (enum st_reason)said_reason;
	bool known = said_status >= ST_READ && said_status <= ST_UNREAD && said_reason < ST_REASONS;
	return known && (said_status == ST_READ) == (said_reason == ST_REASON_NONE);
}

static enum st_status on_part_end(struct frame *frame, bool *valid)
{
	struct scan_slot *slot = frame->slot;
	*valid = names_our_job(frame);
	struct casefile_part *part = find_part(slot, st_cursor_u32(&frame->in));
	*valid = *valid && part != NULL && part->status == ST_PENDING;
	if (!*valid)
		return ST_OK;
	*valid = read_verdict(frame, &part->status, &part->reason);
	copy_name(part->format, st_cursor_span(&frame->in));
	copy_name(part->charset, st_cursor_span(&frame->in));
	part->stored_bytes = st_cursor_u64(&frame->in);
	uint64_t records = st_cursor_u64(&frame->in);
	part->not_searched_bytes = st_cursor_u64(&frame->in);
	part->rebuilt = st_cursor_byte(&frame->in) != 0;
	struct st_span places = st_cursor_span(&frame->in);
	slot->members_bytes += places.size;
	*valid = *valid && at_end(frame) && records == part->records && places_valid(places) &&
		 slot->members_bytes < 2 * (CEIL_MEMBERS_BYTES + CEIL_MEMBER_BYTES);
	if (*valid && places.size > 0)
		part->places = (struct st_span){
			(const uint8_t *)st_strndup((const char *)places.data, places.size), places.size};
	return ST_OK;
}

static enum st_status on_content(struct frame *frame, bool *valid)
{
	struct scan_slot *slot = frame->slot;
	*valid = names_our_job(frame);
	struct casefile_part *part = find_part(slot, st_cursor_u32(&frame->in));
	const uint8_t *sha256 = st_cursor_take(&frame->in, ST_SHA256_BYTES);
	uint64_t bytes = st_cursor_u64(&frame->in);
	*valid = *valid && at_end(frame) && part != NULL && !part->has_content && bytes <= UINT64_MAX / 4;
	if (!*valid)
		return ST_OK;
	part->has_content = true;
	part->content_bytes = bytes;
	st_digest(frame->scan->work.digest_key, sha256, ST_SHA256_BYTES, part->content);
	return ST_OK;
}

static enum st_status on_progress(struct frame *frame, bool *valid)
{
	*valid = names_our_job(frame);
	frame->slot->seen_bytes = st_cursor_u64(&frame->in);
	*valid = *valid && at_end(frame);
	return ST_OK;
}

/* Passed on to the process that fetches, which answers the worker. */
static enum st_status on_range(struct frame *frame, bool *valid)
{
	*valid = names_our_job(frame);
	uint64_t offset = st_cursor_u64(&frame->in);
	uint32_t length = st_cursor_u32(&frame->in);
	*valid = *valid && at_end(frame) && scan_remote_range(frame->scan, frame->slot, offset, length);
	return ST_OK;
}

static enum st_status on_context(struct frame *frame, bool *valid)
{
	*valid = names_our_job(frame) && scan_remote_context(frame->scan, frame->slot, &frame->in);
	return ST_OK;
}

static enum st_status on_page(struct frame *frame, bool *valid)
{
	*valid = names_our_job(frame) && scan_remote_page(frame->scan, frame->slot, &frame->in);
	return ST_OK;
}

static enum st_status on_rule(struct frame *frame, bool *valid)
{
	*valid = names_our_job(frame);
	uint8_t rule = st_cursor_byte(&frame->in);
	*valid = *valid && at_end(frame) && rule < detect_rules_count(frame->scan->rules);
	if (*valid)
		frame->slot->exhausted_rule = rule + 1u;
	return ST_OK;
}

static bool every_part_ended(const struct scan_slot *slot)
{
	for (size_t i = 0; i < slot->held_count; i++)
		if (slot->parts[i].status == ST_PENDING)
			return false;
	return slot->part_count > 0;
}

/* What goes into coverage: no worker says of a file that more was read than there is. */
static bool sizes_are_sound(const struct frame *frame, const struct casefile_object *object)
{
	bool is_stream = scan_reads_pipe(frame->scan, frame->slot->task.store);
	uint64_t most = is_stream ? UINT64_MAX / 4 : frame->slot->task.size_bytes;
	return object->stored_bytes <= most && object->expanded_bytes <= UINT64_MAX / 4 &&
	       object->not_searched_bytes <= most + object->expanded_bytes;
}

static enum st_status on_done(struct frame *frame, bool *valid)
{
	static const uint8_t none[ST_SHA256_BYTES];
	struct scan_slot *slot = frame->slot;
	*valid = names_our_job(frame);
	struct casefile_object object = slot->object;
	*valid = *valid && read_verdict(frame, &object.status, &object.reason);
	const uint8_t *sha256 = st_cursor_take(&frame->in, ST_SHA256_BYTES);
	object.stored_bytes = st_cursor_u64(&frame->in);
	object.expanded_bytes = st_cursor_u64(&frame->in);
	object.records = st_cursor_u64(&frame->in);
	object.parts = st_cursor_u64(&frame->in);
	object.not_searched_bytes = st_cursor_u64(&frame->in);
	*valid = *valid && at_end(frame) && object.records == slot->records && slot->highest_record <= slot->records &&
		 object.parts + 1 == slot->part_count && every_part_ended(slot) && sizes_are_sound(frame, &object);
	if (!*valid)
		return ST_OK;
	if (scan_reads_hits(frame->scan, slot->task.store))
		scan_remote_judge(&object);
	object.segment = slot->segment;
	object.duplicate_of = 0;
	object.detail[0] = 0;
	if (slot->exhausted_rule != 0 && object.status == ST_PARTIAL && object.reason == ST_REASON_TIMEOUT)
		snprintf(object.detail, sizeof object.detail, "rule %s",
			detect_rules_name(frame->scan->rules, slot->exhausted_rule - 1));
	object.attempts = slot->task.attempts;
	object.has_sha256 = memcmp(sha256, none, sizeof none) != 0;
	st_digest(frame->scan->work.digest_key, sha256, ST_SHA256_BYTES, object.sha256_keyed);
	/* what an index answers is not the bytes of a document */
	object.has_content_sha256 = object.has_sha256 && !scan_reads_hits(frame->scan, slot->task.store);
	memcpy(object.content_sha256, sha256, ST_SHA256_BYTES);
	uint32_t original = 0;
	if (slot->compares_late && object.has_sha256 && object.status != ST_UNREAD)
		ST_TRY(object_of_content(frame, sha256, &original));
	if (original != 0)
		scan_slot_copy(frame->scan, slot, original);
	else
		scan_slot_finish(frame->scan, slot, &object);
	return ST_OK;
}

static const struct {
	enum worker_message type;
	handler *handle;
} handlers[] = {
	{WORKER_READY, on_ready},
	{WORKER_HASH, on_hash},
	{WORKER_PART, on_part},
	{WORKER_RECORDS, on_records},
	{WORKER_MENTIONS, on_mentions},
	{WORKER_PART_END, on_part_end},
	{WORKER_CONTENT, on_content},
	{WORKER_PROGRESS, on_progress},
	{WORKER_RANGE, on_range},
	{WORKER_CONTEXT, on_context},
	{WORKER_PAGE, on_page},
	{WORKER_RULE, on_rule},
	{WORKER_DONE, on_done},
	{WORKER_FORBIDDEN, on_forbidden},
	{WORKER_ERROR, on_error},
	{WORKER_HELP_INPUT, on_help_input},
	{WORKER_HELP, on_help},
};

enum st_status scan_slot_message(
	struct scan *scan, struct scan_slot *slot, const struct message *message, bool *valid, struct st_error *err)
{
	const uint8_t *body = message->body.data;
	struct frame frame = {scan, slot, {body, body + message->body.size, false}, err};
	slot->moved_at_ms = st_now_ms();
	*valid = false;
	for (size_t i = 0; i < sizeof handlers / sizeof handlers[0]; i++)
		if (handlers[i].type == (enum worker_message)message->type)
			return handlers[i].handle(&frame, valid);
	return ST_OK;
}
