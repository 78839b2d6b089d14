/*
 * --list attachments: what mails carry, each distinct content once, with every mail that carries it. Held in memory
 * while it is sorted: about 100 bytes and its name for each place of an attachment, 32 bytes for each message.
 */
#include "cli/report.h"

#include "base/json_write.h"
#include "base/print.h"

#include <stdio.h>
#include <stdlib.h>

struct carried { /* an attachment in one message */
	uint8_t content[ST_DIGEST_BYTES], mail[ST_DIGEST_BYTES];
	uint32_t segment, part, parent;
	uint32_t name_size;
	size_t name; /* in names */
	uint64_t bytes;
	char format[16];
	enum st_read_status status;
	enum st_reason reason;
};

struct message_part {
	uint32_t segment, part;
	uint8_t content[ST_DIGEST_BYTES];
};

struct attachment {          /* one content */
	size_t first, count; /* of its places in messages, sorted by mail */
	uint64_t mails;      /* with copies of the objects they are in */
	uint64_t distinct;
};

struct attachments {
	struct report_case *rc;
	struct report_output *output;
	enum report_list_format format;
	struct st_buf messages, carried, names, all; /* struct message_part, struct carried, bytes, struct attachment */
};

static struct carried *carried_of(const struct attachments *list)
{
	return (struct carried *)(void *)list->carried.data;
}

static size_t carried_count(const struct attachments *list)
{
	return list->carried.size / sizeof(struct carried);
}

/* --- what the case holds --- */

static enum st_status note_part(void *context, const struct casefile_part *part, struct st_error *err)
{
	(void)err;
	struct attachments *list = context;
	if (!part->has_content)
		return ST_OK;
	if (strcmp(part->format, "message") == 0) {
		struct message_part message = {.segment = part->segment, .part = part->part};
		memcpy(message.content, part->content, sizeof message.content);
		st_buf_add(&list->messages, &message, sizeof message);
	}
	struct carried carried = {.segment = part->segment,
		.part = part->part,
		.parent = part->parent,
		.name = list->names.size,
		.name_size = (uint32_t)part->name.size,
		.bytes = part->content_bytes,
		.status = part->status,
		.reason = part->reason};
	memcpy(carried.content, part->content, sizeof carried.content);
	snprintf(carried.format, sizeof carried.format, "%s", part->format);
	st_buf_add(&list->names, part->name.data, part->name.size);
	st_buf_add(&list->carried, &carried, sizeof carried);
	return ST_OK;
}

static int by_number(const void *left, const void *right)
{
	const struct message_part *a = left, *b = right;
	if (a->segment != b->segment)
		return a->segment < b->segment ? -1 : 1;
	return a->part < b->part ? -1 : a->part > b->part;
}

static int by_content(const void *left, const void *right)
{
	const struct carried *a = left, *b = right;
	int order = memcmp(a->content, b->content, sizeof a->content);
	if (order == 0)
		order = memcmp(a->mail, b->mail, sizeof a->mail);
	if (order == 0 && a->segment != b->segment)
		order = a->segment < b->segment ? -1 : 1;
	return order != 0 ? order : a->part < b->part ? -1 : a->part > b->part;
}

static void sort(struct st_buf *buf, size_t size, int (*compare)(const void *, const void *))
{
	if (buf->size > size)
		qsort(buf->data, buf->size / size, size, compare);
}

/* Keeps what a message carries, with the message; a message that nobody carries is no attachment. */
static void find_mails(struct attachments *list)
{
	size_t kept = 0, messages = list->messages.size / sizeof(struct message_part);
	struct carried *all = carried_of(list);
	sort(&list->messages, sizeof(struct message_part), by_number);
	for (size_t i = 0, count = carried_count(list); i < count; i++) {
		struct message_part key = {.segment = all[i].segment, .part = all[i].parent};
		const struct message_part *mail =
			messages > 0 ? bsearch(&key, list->messages.data, messages, sizeof key, by_number) : NULL;
		if (mail == NULL || all[i].part == 0)
			continue;
		memcpy(all[i].mail, mail->content, sizeof all[i].mail);
		all[kept++] = all[i];
	}
	list->carried.size = kept * sizeof(struct carried);
	sort(&list->carried, sizeof(struct carried), by_content);
}

static int by_mails(const void *left, const void *right)
{
	const struct attachment *a = left, *b = right;
	if (a->mails != b->mails)
		return a->mails > b->mails ? -1 : 1;
	return a->first < b->first ? -1 : a->first > b->first;
}

/* A mail that carries a content twice counts once. */
static void count_mails(struct attachments *list)
{
	const struct carried *all = carried_of(list);
	struct attachment one = {0};
	for (size_t i = 0, count = carried_count(list); i < count; i++) {
		const struct carried *before = one.count > 0 ? &all[i - 1] : NULL;
		bool same_mail = before != NULL && memcmp(before->mail, all[i].mail, sizeof before->mail) == 0;
		bool same_part = same_mail && before->segment == all[i].segment && before->parent == all[i].parent;
		size_t objects;
		one.first = one.count == 0 ? i : one.first;
		one.count++;
		one.distinct += !same_mail;
		report_case_places(list->rc, all[i].segment, &objects);
		one.mails += same_part ? 0 : objects;
		if (i + 1 < count && memcmp(all[i].content, all[i + 1].content, sizeof all[i].content) == 0)
			continue;
		st_buf_add(&list->all, &one, sizeof one);
		one = (struct attachment){0};
	}
	sort(&list->all, sizeof one, by_mails);
}

/* --- rows --- */

static struct st_span name_of(const struct attachments *list, const struct carried *carried)
{
	if (!list->rc->revealed || carried->name_size == 0)
		return (struct st_span){(const uint8_t *)"", 0};
	return (struct st_span){list->names.data + carried->name, carried->name_size};
}

/* The mail by its keyed digest: copies of a message have one. */
static char *mail_name(const struct carried *carried)
{
	return st_format("%02x%02x%02x%02x%02x%02x", carried->mail[0], carried->mail[1], carried->mail[2],
		carried->mail[3], carried->mail[4], carried->mail[5]);
}

/* One mail that carries it. */
struct row {
	const struct attachment *attachment;
	const struct carried *carried;
	size_t number;
	const struct report_place *where;
	const char *store, *path; /* path NULL unless revealed */
};

static void csv_row(struct attachments *list, const struct row *row)
{
	const struct carried *c = row->carried;
	char number[24], bytes[24], mails[24], distinct[24], object[24];
	snprintf(number, sizeof number, "%zu", row->number);
	snprintf(bytes, sizeof bytes, "%llu", (unsigned long long)c->bytes);
	snprintf(mails, sizeof mails, "%llu", (unsigned long long)row->attachment->mails);
	snprintf(distinct, sizeof distinct, "%llu", (unsigned long long)row->attachment->distinct);
	snprintf(object, sizeof object, "%u", row->where->object);
	st_auto_free char *mail = mail_name(c);
	const char *cells[] = {number, "", c->format, bytes, st_read_status_name(c->status), st_reason_name(c->reason),
		mails, distinct, mail, row->store, object, row->path != NULL ? row->path : ""};
	struct st_span spans[sizeof cells / sizeof cells[0]];
	for (size_t i = 0; i < sizeof cells / sizeof cells[0]; i++)
		spans[i] = i == 1 ? name_of(list, c) : (struct st_span){(const uint8_t *)cells[i], strlen(cells[i])};
	report_csv_row(&list->output->buf, spans, sizeof cells / sizeof cells[0]);
}

static void text_row(struct attachments *list, const struct row *row)
{
	struct st_buf *out = &list->output->buf;
	st_auto_free char *mail = mail_name(row->carried);
	struct st_span name = name_of(list, row->carried);
	st_buf_format(out, "  mail %s  ", mail);
	st_escape_text(out, row->store, strlen(row->store));
	st_buf_format(out, " object #%u", row->where->object);
	if (row->path != NULL)
		st_buf_format(out, " %s", row->path);
	if (name.size > 0) {
		st_buf_add(out, " \"", 2);
		st_escape_name(out, name.data, name.size);
		st_buf_add_byte(out, '"');
	}
	st_buf_add_byte(out, '\n');
}

static void json_row(struct st_json_writer *json, struct attachments *list, const struct row *row)
{
	st_auto_free char *mail = mail_name(row->carried);
	struct st_span name = name_of(list, row->carried);
	st_json_object(json);
	st_json_key_text(json, "mail", mail);
	st_json_key_text(json, "store", row->store);
	st_json_key_uint(json, "object", row->where->object);
	if (row->path != NULL)
		st_json_key_text(json, "path", row->path);
	if (list->rc->revealed) {
		st_auto_buf struct st_buf clean = {0};
		st_escape_name(&clean, name.data, name.size);
		st_json_key(json, "name");
		st_json_string(json, clean.data != NULL ? clean.data : name.data, clean.size);
	}
	st_json_object_end(json);
}

static void put_row(struct attachments *list, struct st_json_writer *json, const struct row *row)
{
	if (list->format == REPORT_LIST_JSON)
		json_row(json, list, row);
	else if (list->format == REPORT_LIST_TEXT)
		text_row(list, row);
	else
		csv_row(list, row);
}

static enum st_status put_carried(
	struct attachments *list, struct st_json_writer *json, struct row *row, struct st_error *err)
{
	struct report_case *rc = list->rc;
	size_t objects;
	const struct report_place *places = report_case_places(rc, row->carried->segment, &objects);
	for (size_t i = 0; i < objects; i++) {
		st_auto_free char *path = NULL;
		if (rc->revealed)
			ST_TRY(report_case_path(rc, places[i].object, row->carried->part, &path, err));
		row->path = path;
		row->where = &places[i];
		row->store = places[i].store < rc->store_count ? rc->stores[places[i].store].name : "";
		put_row(list, json, row);
		ST_TRY(report_output_flush(list->output, false, err));
	}
	return ST_OK;
}

static void begin_attachment(struct attachments *list, struct st_json_writer *json, const struct row *row)
{
	const struct carried *c = row->carried;
	const char *reason = st_reason_name(c->reason);
	if (list->format == REPORT_LIST_TEXT)
		st_buf_format(&list->output->buf,
			"attachment %zu  %s, %llu bytes, %s%s%s%s  %llu mails, %llu distinct\n", row->number, c->format,
			(unsigned long long)c->bytes, st_read_status_name(c->status), reason[0] != 0 ? " (" : "",
			reason, reason[0] != 0 ? ")" : "", (unsigned long long)row->attachment->mails,
			(unsigned long long)row->attachment->distinct);
	if (list->format != REPORT_LIST_JSON)
		return;
	st_json_object(json);
	st_json_key_uint(json, "attachment", row->number);
	st_json_key_text(json, "format", c->format);
	st_json_key_uint(json, "bytes", c->bytes);
	st_json_key_text(json, "status", st_read_status_name(c->status));
	if (reason[0] != 0)
		st_json_key_text(json, "reason", reason);
	st_json_key_uint(json, "mails", row->attachment->mails);
	st_json_key_uint(json, "distinct_mails", row->attachment->distinct);
	st_json_key(json, "carried_by");
	st_json_array(json);
}

static enum st_status put_attachment(struct attachments *list, size_t number, struct st_error *err)
{
	const struct attachment *attachment = (const struct attachment *)(const void *)list->all.data + number;
	struct st_json_writer json = {.out = &list->output->buf};
	struct row row = {.attachment = attachment, .number = number + 1};
	row.carried = &carried_of(list)[attachment->first];
	begin_attachment(list, &json, &row);
	for (size_t i = 0; i < attachment->count; i++) {
		row.carried = &carried_of(list)[attachment->first + i];
		ST_TRY(put_carried(list, &json, &row, err));
	}
	if (list->format != REPORT_LIST_JSON)
		return ST_OK;
	st_json_array_end(&json);
	st_json_object_end(&json);
	st_buf_add_byte(&list->output->buf, '\n');
	return ST_OK;
}

enum st_status report_list_attachments(
	struct report_case *rc, enum report_list_format format, struct report_output *output, struct st_error *err)
{
	static const char heads[] =
		"attachment,name,format,bytes,status,reason,mails,distinct_mails,mail,store,object,path\r\n";
	struct attachments list = {.rc = rc, .output = output, .format = format};
	enum st_status status = casefile_parts(rc->casefile, 0, note_part, &list, err);
	if (status == ST_OK) {
		find_mails(&list);
		count_mails(&list);
	}
	if (format == REPORT_LIST_CSV)
		st_buf_add(&output->buf, heads, sizeof heads - 1);
	for (size_t i = 0; status == ST_OK && i < list.all.size / sizeof(struct attachment); i++)
		status = put_attachment(&list, i, err);
	st_buf_free(&list.messages);
	st_buf_free(&list.carried);
	st_buf_free(&list.names);
	st_buf_free(&list.all);
	return status == ST_STOP ? ST_OK : status;
}
