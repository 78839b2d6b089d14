/*
 * Mail: the message's own text (fields, preambles, epilogues) is searched as one, as a scan does; bodies are redacted
 * each for itself. Written again is only what has an edit: all else stays byte for byte.
 *
 * Ids of messages are not addresses (contract 3), but name hosts and at times people: they are replaced by ids of ours
 * (message_ids.h). File names in pieces or percent-encoded (RFC 2231) are searched as what they say.
 */
#include <stdlib.h>
#include <strings.h>

#include "base/ceilings.h"
#include "extract/encoded_word.h"
#include "extract/mail_shape.h"
#include "extract/mail_value.h"
#include "redact/header_write.h"
#include "redact/mail_leaf.h"
#include "redact/mail_parameters.h"
#include "redact/message_ids.h"
#include "redact/policy.h"

struct body {
	struct st_buf out;
	bool changed;
};

struct message {
	struct document_job *job;
	struct st_span bytes;
	const struct document_origin *origin;
	int depth;
	const char *line_end;
	struct mail_walk walk;
	const struct mail_item *items;
	size_t count;
	struct body *bodies;       /* of each item */
	struct st_buf *boundaries; /* of each entity: what its boundary is called now; empty: as before */
	struct passage passage;
	bool body_changed;
};

static struct st_span span_of(const struct message *m, uint32_t start, uint32_t end)
{
	return (struct st_span){m->bytes.data + start, end - start};
}

static const struct mail_entity *entity_of(const struct message *m, const struct mail_item *item)
{
	return (const struct mail_entity *)(const void *)m->walk.entities.data + item->entity;
}

static bool is_named(const struct message *m, const struct mail_item *item, const char *name)
{
	return item->kind == MAIL_FIELD && item->name_size == strlen(name) &&
	       strncasecmp((const char *)m->bytes.data + item->start, name, item->name_size) == 0;
}

/* --- ids --- */

static bool has_ids(const struct message *m, const struct mail_item *item)
{
	static const char *const names[] = {
		"message-id", "references", "in-reply-to", "resent-message-id", "original-message-id"};
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		if (is_named(m, item, names[i]))
			return true;
	return false;
}

static void replace_id(struct message *m, enum redact_action said, uint32_t start, uint32_t end)
{
	struct st_span id = span_of(m, start, end);
	st_auto_buf struct st_buf text = {0};
	if (id.size == 0 || message_id_is_ours(id) ||
		passage_action(&m->passage, DETECT_EMAIL_ADDRESS, said, id) == REDACT_KEEP)
		return;
	message_ids_write(m->job->ids, id, &text);
	passage_replace(&m->passage, start, end, (struct st_span){text.data, text.size});
	struct redact_event event = {
		.start = start, .end = end, .kind = DETECT_KINDS, .action = m->job->options->mode, .confidence = 100};
	document_event(m->job, event, m->origin);
}

/* Ids are replaced, what stands around them is text. */
static void feed_ids(struct message *m, enum redact_action said, uint32_t start, uint32_t end)
{
	while (start < end) {
		const uint8_t *from = m->bytes.data + start, *stop = m->bytes.data + end;
		const uint8_t *open = memchr(from, '<', (size_t)(stop - from));
		const uint8_t *close = open != NULL ? memchr(open, '>', (size_t)(stop - open)) : NULL;
		if (close == NULL) {
			passage_feed_plain(&m->passage, span_of(m, start, end), start, PASSAGE_FREE);
			return;
		}
		uint32_t id = (uint32_t)(open + 1 - m->bytes.data), behind = (uint32_t)(close - m->bytes.data);
		passage_feed_plain(&m->passage, span_of(m, start, id), start, PASSAGE_FREE);
		replace_id(m, said, id, behind);
		start = behind;
	}
}

/* --- the message's own text --- */

static uint32_t without_line_end(const struct message *m, uint32_t start, uint32_t end)
{
	if (end > start && m->bytes.data[end - 1] == '\n')
		end -= 1u + (end - 1 > start && m->bytes.data[end - 2] == '\r');
	return end;
}

static void feed_decoded(struct message *m, uint32_t start, uint32_t end)
{
	struct decoded_text text = {0};
	if (start == end)
		return;
	encoded_words_decode(span_of(m, start, end), start, &text);
	const uint32_t *stored = (const void *)text.stored.data;
	struct passage_place *places = st_alloc((text.text.size + 1) * sizeof *places);
	for (size_t i = 0; i < text.text.size; i++)
		places[i] = (struct passage_place){.start = stored[i], .end = stored[i] + 1};
	passage_feed(&m->passage, text.text.data, places, text.text.size);
	free(places);
	decoded_text_free(&text);
}

static bool names_boundary(const struct message *m, const struct mail_item *item)
{
	const struct mail_entity *entity = entity_of(m, item);
	return item->kind == MAIL_FIELD && entity->multipart && entity->type.data == m->bytes.data + item->value;
}

/* A boundary is a name that also stands in its lines: it stays, or gets another in all of them. */
static void redact_boundary(struct message *m, const struct mail_item *item, uint32_t end)
{
	struct st_buf *renamed = &m->boundaries[item->entity];
	st_auto_buf struct st_buf boundary = {0}, redacted = {0};
	struct document_origin here = {
		.outer = m->origin, .base = item->value, .size = end - item->value, .rough = true};
	if (!names_boundary(m, item) || !mail_parameter(entity_of(m, item)->type, "boundary", &boundary) ||
		!parameter_text_redact(m->job, (struct st_span){boundary.data, boundary.size}, &redacted, &here))
		return;
	st_buf_format(renamed, "=_redacted_%u", (unsigned)item->entity);
	boundary_replace(&m->passage, item->value, end, (struct st_span){renamed->data, renamed->size});
}

/* Before the message's own text, because what they say is searched for itself. */
static void redact_parameters(struct message *m)
{
	for (size_t i = 0; i < m->count; i++) {
		const struct mail_item *item = &m->items[i];
		if (!is_named(m, item, "content-type") && !is_named(m, item, "content-disposition"))
			continue;
		uint32_t end = without_line_end(m, item->value, item->end);
		redact_boundary(m, item, end);
		file_names_redact(m->job, &m->passage, item->value, end, m->origin);
	}
}

static void feed_type(struct message *m, const struct mail_item *item, uint32_t end)
{
	uint32_t from = item->value, to = end;
	parameter_find(m->bytes, item->value, end, "boundary", &from, &to);
	feed_decoded(m, item->value, from);
	passage_feed_plain(&m->passage, span_of(m, from, to), from, PASSAGE_KEPT);
	feed_decoded(m, to, end);
}

/* What the policy says of a field, by its name in lower case. */
static enum redact_action said_of(const struct message *m, const struct mail_item *item)
{
	st_auto_buf struct st_buf name = {0};
	if (m->job->options->policy == NULL)
		return REDACT_ACTIONS;
	for (uint32_t at = item->start; at < item->start + item->name_size; at++)
		st_buf_add_byte(&name, m->bytes.data[at] >= 'A' && m->bytes.data[at] <= 'Z' ? m->bytes.data[at] | 0x20
											    : m->bytes.data[at]);
	return redact_policy_field(m->job->options->policy, (struct st_span){name.data, name.size});
}

/* All of a field, whatever it is; those that say how a body is to be read stay. */
static void replace_field(struct message *m, const struct mail_item *item, enum redact_action said, uint32_t end)
{
	st_auto_buf struct st_buf text = {0};
	uint32_t start = item->value;
	bool more, whole = said != REDACT_ACTIONS && said != REDACT_KEEP && item->name_size > 0;
	while (start < end && (m->bytes.data[start] == ' ' || m->bytes.data[start] == '\t'))
		start++;
	bool body = is_named(m, item, "content-type") || is_named(m, item, "content-transfer-encoding");
	if (!whole || body || start == end || replaced_at(span_of(m, start, end), &more) == end - start)
		return;
	replacer_field(m->job->replacer, said, span_of(m, start, end), &text);
	passage_replace(&m->passage, start, end, (struct st_span){text.data, text.size});
	struct redact_event event = {
		.start = start, .end = end, .kind = DETECT_KINDS, .action = said, .confidence = 100};
	document_event(m->job, event, m->origin);
}

static void feed_field(struct message *m, const struct mail_item *item)
{
	uint32_t end = without_line_end(m, item->value, item->end);
	enum redact_action said = said_of(m, item);
	passage_in_field(&m->passage, said);
	replace_field(m, item, said, end);
	passage_feed_plain(&m->passage, span_of(m, item->start, item->value), item->start, PASSAGE_FIXED);
	if (has_ids(m, item))
		feed_ids(m, said, item->value, end);
	else if (names_boundary(m, item))
		feed_type(m, item, end);
	else
		feed_decoded(m, item->value, end);
	passage_feed_plain(&m->passage, span_of(m, end, item->end), end, PASSAGE_FIXED);
}

static void search_own_text(struct message *m)
{
	for (size_t i = 0; i < m->count; i++) {
		const struct mail_item *item = &m->items[i];
		if (item->kind == MAIL_FIELD)
			feed_field(m, item);
		else if (item->kind == MAIL_TEXT || item->kind == MAIL_FIXED)
			passage_feed_plain(&m->passage, span_of(m, item->start, item->end), item->start,
				item->kind == MAIL_FIXED ? PASSAGE_FIXED : PASSAGE_FREE);
		if (item->kind == MAIL_FIELD)
			passage_in_field(&m->passage, REDACT_ACTIONS);
	}
	passage_end(&m->passage);
}

/* --- bodies --- */

static void redact_bodies(struct message *m)
{
	for (size_t i = 0; i < m->count; i++) {
		const struct mail_item *item = &m->items[i];
		if (item->kind == MAIL_REFUSED)
			document_unsearched(m->job, item->start, item->end, m->origin);
		if (item->kind != MAIL_LEAF)
			continue;
		m->bodies[i].changed = mail_leaf_redact(m->job, m->bytes, item, entity_of(m, item), m->origin, m->depth,
			m->line_end, &m->bodies[i].out);
		m->body_changed |= m->bodies[i].changed;
	}
}

/* Was the body behind this header changed? Of a multipart: anything. */
static bool is_changed(const struct message *m, const struct mail_item *field)
{
	if (entity_of(m, field)->multipart)
		return m->body_changed;
	uint32_t leaf = entity_of(m, field)->leaf;
	return leaf > 0 && m->bodies[leaf - 1].changed;
}

/* --- written --- */

/* The line of a boundary that has another name now. */
static void write_border(const struct message *m, const struct mail_item *item, struct st_buf *out)
{
	const struct st_buf *renamed = &m->boundaries[item->entity];
	uint32_t behind = item->start + 2 + entity_of(m, item)->boundary_size;
	st_buf_add(out, "--", 2);
	st_buf_add(out, renamed->data, renamed->size);
	st_buf_add(out, m->bytes.data + behind, item->end - behind);
}

static void write_item(const struct message *m, size_t i, struct st_buf *out)
{
	const struct mail_item *item = &m->items[i];
	const struct body *body = &m->bodies[i];
	if (body->changed)
		st_buf_add(out, body->out.data, body->out.size);
	else if (item->kind == MAIL_BORDER && m->boundaries[item->entity].size > 0)
		write_border(m, item, out);
	else if (item->kind == MAIL_FIELD)
		header_field_write(&m->passage,
			&(struct header_field){.start = item->start,
				.value = item->value,
				.end = item->end,
				.name = span_of(m, item->start, item->start + item->name_size)},
			m->line_end, out);
	else
		passage_splice(&m->passage, item->start, item->end, 1, false, out);
}

/* Digests and lengths of a body that was changed: wrong now. The length of a message is corrected, which is how some
 * mailboxes find the next one; those of parts, and digests, are left out. */
static bool write_figure(const struct message *m, const struct mail_item *item, size_t body_bytes, struct st_buf *out)
{
	bool length = is_named(m, item, "content-length"),
	     other = is_named(m, item, "content-md5") || is_named(m, item, "lines");
	if ((!length && !other) || !is_changed(m, item))
		return false;
	if (length && item->entity == 0) {
		st_buf_add(out, m->bytes.data + item->start, item->value - item->start);
		st_buf_format(out, " %zu", body_bytes);
		uint32_t end = without_line_end(m, item->value, item->end);
		st_buf_add(out, m->bytes.data + end, item->end - end);
	}
	return true;
}

static void write_message(struct message *m, struct st_buf *out)
{
	size_t header = 0;
	st_auto_buf struct st_buf body = {0};
	for (bool fields = false, ended = false; header < m->count && !ended; header++) {
		enum mail_item_kind kind = m->items[header].kind;
		if (kind != MAIL_FIELD && kind != MAIL_FIXED)
			break;
		fields |= kind == MAIL_FIELD;
		ended = fields && kind == MAIL_FIXED; /* the blank line */
	}
	for (size_t i = header; i < m->count; i++)
		if (!write_figure(m, &m->items[i], 0, &body))
			write_item(m, i, &body);
	for (size_t i = 0; i < header; i++)
		if (!write_figure(m, &m->items[i], body.size, out))
			write_item(m, i, out);
	st_buf_add(out, body.data, body.size);
}

static const char *line_end_in(struct st_span message)
{
	const uint8_t *lf = message.size > 0 ? memchr(message.data, '\n', message.size) : NULL;
	return lf != NULL && lf > message.data && lf[-1] == '\r' ? "\r\n" : "\n";
}

bool mail_redact(struct document_job *job, struct st_span bytes, bool is_header, const struct document_origin *origin,
	int depth, struct st_buf *out)
{
	const struct passage_edit *edits;
	struct message m = {
		.job = job, .bytes = bytes, .origin = origin, .depth = depth, .line_end = line_end_in(bytes)};
	mail_walk_open(&m.walk, bytes, is_header);
	if (m.walk.full)
		document_unsearched(job, 0, (uint32_t)bytes.size, origin);
	m.items = (const void *)m.walk.items.data;
	m.count = m.walk.items.size / sizeof *m.items;
	m.bodies = st_alloc_zero(m.count + 1, sizeof *m.bodies);
	size_t entities = m.walk.entities.size / sizeof(struct mail_entity);
	m.boundaries = st_alloc_zero(entities + 1, sizeof *m.boundaries);
	redact_bodies(&m);
	passage_open(&m.passage, job->options, job->replacer, job->seen, job->search, bytes);
	redact_parameters(&m);
	search_own_text(&m);
	bool changed = passage_edits(&m.passage, &edits) > 0 || m.body_changed;
	if (changed)
		write_message(&m, out);
	document_tell(job, &m.passage, origin);
	passage_close(&m.passage);
	for (size_t i = 0; i < m.count; i++)
		st_buf_wipe(&m.bodies[i].out);
	free(m.bodies);
	for (size_t i = 0; i < entities; i++)
		st_buf_free(&m.boundaries[i]);
	free(m.boundaries);
	mail_walk_close(&m.walk);
	return changed;
}

int document_mail_bid(struct st_span head, bool head_is_all)
{
	struct mail_shape shape = mail_shape(head, head_is_all);
	return mail_is_header(&shape) ? 98 : 0;
}
