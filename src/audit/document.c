/*
 * A stack of open nodes over the events of base/json_read; lines are counted on the way, since tokens come in order.
 * Texts of an element are not copied: the blocks that it began in stay until it was given.
 */
#include "audit/document.h"

#include "audit/element.h"
#include "base/ceilings.h"
#include "base/json_read.h"
#include "base/utf8.h"

#include <errno.h>
#include <stdlib.h>
#include <strings.h>
#include <unistd.h>

#define READ_BYTES (1 * MIB)

enum encoding { ENCODING_UNKNOWN, ENCODING_UTF8, ENCODING_UTF16LE, ENCODING_UTF16BE };

struct block {
	struct block *next;
	uint8_t bytes[READ_BYTES + AUDIT_ELEMENT_SLACK];
};

struct audit_document {
	int fd;
	struct audit_pool *whole;  /* of what is not an element of a list; the caller's */
	struct audit_pool element; /* of the element being read or given */
	struct audit_pool *pool;   /* the one in use */
	struct st_json_reader *reader;
	struct block *block;          /* being read, as it was written */
	struct block *passed, *spare; /* the element being read begins in one of them; for what comes */
	uint64_t passed_bytes;
	bool ended;            /* the block ends with the last byte */
	size_t head_size;      /* bytes that stand in the block before the first read */
	struct st_buf changed; /* the block in UTF-8, of other encodings */
	struct st_span text;   /* the same, of any encoding */
	uint64_t block_start;  /* of it, in the text */
	uint64_t counted;      /* line feeds before this offset are in `line` */
	uint64_t next_feed;    /* offset of the first line feed behind `counted`; UINT64_MAX: none in this block */
	bool feed_known;
	uint32_t line;
	uint64_t line_start;  /* offset of its first byte */
	uint64_t ascii_end;   /* offset of the first byte that is not ASCII; before it a byte is a column */
	size_t element_bytes; /* of the last element that was read at once */
	uint32_t documents;   /* ended before this one */
	uint32_t element_index;
	enum encoding encoding;
	uint8_t half[4]; /* of a UTF-16 character cut by the end of a block */
	size_t half_size;
	bool given; /* the element pool holds what was given last */
	struct audit_node *stack[CEIL_AUDIT_DEPTH + 1];
	int depth;
	struct st_span key; /* of the value that comes next */
	struct st_buf piece;
	uint32_t token_line;
	bool in_piece;
	uint64_t nodes;
};

struct audit_document *audit_document_open(int fd, struct st_span head, struct audit_pool *pool)
{
	struct audit_document *document = st_alloc_zero(1, sizeof *document);
	document->fd = fd;
	document->whole = document->pool = pool;
	document->reader = st_json_open(CEIL_AUDIT_DEPTH);
	document->block = st_alloc(sizeof *document->block);
	document->head_size = head.size < READ_BYTES ? head.size : READ_BYTES;
	if (document->head_size > 0)
		memcpy(document->block->bytes, head.data, document->head_size);
	document->line = 1;
	document->ascii_end = UINT64_MAX;
	return document;
}

static void free_blocks(struct block *block)
{
	while (block != NULL) {
		struct block *next = block->next;
		free(block);
		block = next;
	}
}

void audit_document_close(struct audit_document *document)
{
	if (document == NULL)
		return;
	st_json_close(document->reader);
	audit_pool_free(&document->element);
	st_buf_free(&document->changed);
	st_buf_free(&document->piece);
	free_blocks(document->passed);
	free_blocks(document->spare);
	free(document->block);
	free(document);
}

/* --- bytes to UTF-8 --- */

/* By its first bytes: a mark, or the zero that every ASCII character of UTF-16 has (JSON begins with one). */
static enum encoding encoding_of(const uint8_t *data, size_t size)
{
	if (size >= 2 && data[0] == 0xff && data[1] == 0xfe)
		return ENCODING_UTF16LE;
	if (size >= 2 && data[0] == 0xfe && data[1] == 0xff)
		return ENCODING_UTF16BE;
	if (size >= 2 && data[0] != 0 && data[1] == 0)
		return ENCODING_UTF16LE;
	if (size >= 2 && data[0] == 0 && data[1] != 0)
		return ENCODING_UTF16BE;
	return ENCODING_UTF8;
}

static uint32_t unit_at(const struct audit_document *document, const uint8_t *p)
{
	return document->encoding == ENCODING_UTF16LE ? (uint32_t)p[0] | (uint32_t)p[1] << 8
						      : (uint32_t)p[1] | (uint32_t)p[0] << 8;
}

/* Whole characters of UTF-16 into text; a surrogate without its other half becomes U+FFFD. */
static size_t convert(struct audit_document *document, const uint8_t *data, size_t size, bool last)
{
	size_t at = 0;
	while (size - at >= 2) {
		uint8_t out[4];
		uint32_t code = unit_at(document, data + at);
		size_t used = 2;
		if (code >= 0xd800 && code < 0xdc00) {
			if (size - at < 4 && !last)
				break;
			uint32_t low = size - at >= 4 ? unit_at(document, data + at + 2) : 0;
			bool pair = low >= 0xdc00 && low < 0xe000;
			code = pair ? 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00) : 0xfffd;
			used = pair ? 4 : 2;
		} else if (code >= 0xdc00 && code < 0xe000) {
			code = 0xfffd;
		}
		st_buf_add(&document->changed, out, (size_t)st_utf8_encode(code, out));
		at += used;
	}
	return at;
}

/* How many bytes are ASCII up to the first that is not. */
static size_t count_ascii(const uint8_t *data, size_t size)
{
	size_t at = 0;
	for (uint64_t four[4]; size - at >= sizeof four; at += sizeof four) {
		memcpy(four, data + at, sizeof four);
		if ((four[0] | four[1] | four[2] | four[3]) & 0x8080808080808080u)
			break;
	}
	while (at < size && data[at] < 0x80)
		at++;
	return at;
}

static bool is_wide(const struct audit_document *document)
{
	return document->encoding == ENCODING_UTF16LE || document->encoding == ENCODING_UTF16BE;
}

static void take_block(struct audit_document *document, size_t size, bool last)
{
	const uint8_t *raw = document->block->bytes;
	document->feed_known = false;
	if (document->encoding == ENCODING_UNKNOWN && size > 0)
		document->encoding = encoding_of(raw, size);
	if (!is_wide(document)) {
		document->text = (struct st_span){raw, size};
		memset(document->block->bytes + size, 0, AUDIT_ELEMENT_SLACK);
		size_t ascii = document->ascii_end == UINT64_MAX ? count_ascii(raw, size) : size;
		if (ascii < size)
			document->ascii_end = document->block_start + ascii;
		return;
	}
	document->ascii_end = 0;
	document->changed.size = 0;
	st_auto_buf struct st_buf joined = {0};
	st_buf_add(&joined, document->half, document->half_size);
	st_buf_add(&joined, raw, size);
	size_t used = convert(document, joined.data, joined.size, last);
	document->half_size = joined.size - used;
	if (document->half_size > 0)
		memcpy(document->half, joined.data + used, document->half_size);
	document->text = (struct st_span){document->changed.data, document->changed.size};
}

/* Another block, if texts of an element refer to this one. */
static void turn_block(struct audit_document *document)
{
	struct block *next = document->spare;
	document->block_start += document->text.size;
	document->text.size = 0;
	if (document->pool != &document->element || is_wide(document))
		return;
	document->spare = next != NULL ? next->next : NULL;
	document->block->next = document->passed;
	document->passed = document->block;
	document->passed_bytes += sizeof *next;
	document->block = next != NULL ? next : st_alloc(sizeof *next);
}

/* Blocks that nothing refers to any more; one is kept for the elements to come. */
static void drop_passed(struct audit_document *document)
{
	struct block *passed = document->passed;
	document->passed = NULL;
	document->passed_bytes = 0;
	if (passed == NULL)
		return;
	if (document->spare == NULL) {
		document->spare = passed;
		passed = passed->next;
		document->spare->next = NULL;
	}
	free_blocks(passed);
}

/* Reads behind the bytes that stand in the block. */
static enum st_status fill(struct audit_document *document, size_t size, struct st_error *err)
{
	while (document->fd >= 0 && size < READ_BYTES) {
		ssize_t got = read(document->fd, document->block->bytes + size, READ_BYTES - size);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return st_fail_errno(err, ST_WRONG, "cannot be read");
		if (got == 0)
			break;
		size += (size_t)got;
	}
	bool last = document->ended = size < READ_BYTES;
	take_block(document, size, last);
	st_json_feed(document->reader, document->text.data, document->text.size);
	if (last)
		st_json_feed_end(document->reader);
	return ST_OK;
}

static enum st_status feed(struct audit_document *document, struct st_error *err)
{
	size_t size = document->head_size;
	document->head_size = 0;
	turn_block(document);
	return fill(document, size, err);
}

/* Counts line feeds up to an offset; one in an earlier block is behind nothing but the token that began there. */
static void count_feeds(struct audit_document *document, uint64_t offset)
{
	uint64_t end = document->block_start + document->text.size;
	if (offset > end)
		offset = end;
	if (document->counted < document->block_start)
		document->counted = document->block_start;
	while (document->counted < offset) {
		if (!document->feed_known) {
			const uint8_t *at = document->text.data + (document->counted - document->block_start);
			const uint8_t *found = memchr(at, '\n', (size_t)(end - document->counted));
			document->next_feed = found != NULL ? document->counted + (uint64_t)(found - at) : UINT64_MAX;
			document->feed_known = true;
		}
		if (document->next_feed >= offset) {
			document->counted = offset;
			return;
		}
		document->line++;
		document->counted = document->next_feed + 1;
		document->line_start = document->counted;
		document->feed_known = false;
	}
}

/* The same, and no more than a look where none comes before the offset. */
static inline void count_lines(struct audit_document *document, uint64_t offset)
{
	if (!document->feed_known || document->next_feed < offset)
		count_feeds(document, offset);
}

/* --- the tree --- */

static const char *const lists[] = {"value", "data", "SecurityGroups", "SecurityGroupRules", "NetworkAcls",
	"Reservations", "NetworkInterfaces", "Subnets", "RouteTables", "Addresses", "PrefixLists", "InternetGateways",
	"Vpcs", NULL};

static const char *list_name(struct st_span key)
{
	for (const char *const *name = lists; *name != NULL; name++)
		if (strlen(*name) == key.size && memcmp(*name, key.data, key.size) == 0)
			return *name;
	return NULL;
}

/* Is the node whose children are about to be given one by one? */
static bool is_list(const struct audit_document *document, int depth)
{
	const struct audit_node *node = document->stack[depth];
	if (node->type != AUDIT_ARRAY)
		return false;
	return depth == 0 || (depth == 1 && document->stack[0]->type == AUDIT_OBJECT && list_name(node->key) != NULL);
}

static struct audit_node *add_node(struct audit_document *document, enum audit_type type, uint32_t line)
{
	struct audit_node *node = audit_node_new(document->pool, type, line);
	audit_node_name(node, document->key);
	document->key = (struct st_span){(const uint8_t *)"", 0};
	document->nodes++;
	return node;
}

/* A value is complete. True: it is to be given to the caller. */
static bool finish(struct audit_document *document, struct audit_node *node, enum audit_found *found,
	struct audit_node **tree, struct st_span *list)
{
	*tree = node;
	*list = (struct st_span){(const uint8_t *)"", 0};
	if (document->depth == 0) {
		*found = AUDIT_WHOLE;
		document->nodes = 0;
		document->documents++;
		return true;
	}
	if (node->type == AUDIT_OBJECT && is_list(document, document->depth - 1)) {
		*found = AUDIT_ELEMENT;
		document->given = true;
		document->pool = document->whole;
		node->parent = document->stack[document->depth - 1];
		node->index = document->element_index++;
		*list = document->depth == 1 ? *list : document->stack[document->depth - 1]->key;
		document->nodes = (uint64_t)document->depth;
		return true;
	}
	audit_node_append(document->stack[document->depth - 1], node);
	return false;
}

/* The element that begins here, at its brace; NULL: it is to be read step by step. */
static struct audit_node *read_element(
	struct audit_document *document, const uint8_t *at, size_t size, uint64_t offset, bool *cut)
{
	struct audit_element element = {.pool = &document->element,
		.at = at,
		.end = at + size,
		.offset = offset,
		.ascii_end = document->ascii_end};
	count_lines(document, offset);
	element.line = document->line;
	element.line_start = document->line_start;
	struct audit_node *node = audit_element_read(&element, cut);
	if (node == NULL) {
		audit_pool_reset(&document->element);
		return NULL;
	}
	document->element_bytes = (size_t)(element.at - at);
	document->line = element.line;
	document->line_start = element.line_start;
	document->counted = element.offset;
	if (document->feed_known && document->next_feed < element.offset)
		document->feed_known = false;
	st_json_pass(document->reader, document->element_bytes);
	return node;
}

/* What of the block was not read yet goes to its front, so that the element there is all in it. Nothing refers to the
 * block: the element before was given. */
static enum st_status move_up(struct audit_document *document, size_t size, struct st_error *err)
{
	st_json_give_back(document->reader);
	document->block_start += document->text.size - size;
	memmove(document->block->bytes, document->text.data + document->text.size - size, size);
	return fill(document, size, err);
}

/* An element of a list that is plain and fits into a block, as nearly all of them do, in one go. */
static enum st_status take_element(struct audit_document *document, struct audit_node **node, struct st_error *err)
{
	size_t size;
	uint64_t offset;
	bool cut = false;
	*node = NULL;
	for (int turn = 0; turn < 2 && *node == NULL; turn++) {
		const uint8_t *at = st_json_ahead(document->reader, &size, &offset);
		if (at == NULL || *at != '{')
			return ST_OK;
		if (turn > 0 || size > document->element_bytes)
			*node = read_element(document, at, size, offset, &cut);
		else
			cut = true;
		if (*node != NULL || !cut || size == document->text.size || document->ended)
			return ST_OK;
		count_lines(document, offset);
		ST_TRY(move_up(document, size, err));
	}
	return ST_OK;
}

static enum audit_found broken(struct audit_document *document, struct st_error *err, const char *why)
{
	st_fail(err, ST_WRONG, "line %u: %s", (unsigned)document->line, why);
	return AUDIT_BROKEN;
}

/* A text that lies in the block stays there as long as the element that it is in. */
static struct st_span keep_text(struct audit_document *document, struct st_span text)
{
	bool stays = document->pool == &document->element && !is_wide(document) && text.data >= document->text.data &&
		     text.data <= document->text.data + document->text.size;
	return stays ? text : audit_pool_copy(document->pool, text);
}

/* The text of a key, string or number, whole once its last piece came: false before, and *text is left as it was. */
static bool take_text(struct audit_document *document, const struct st_json_event *event, struct st_span *text)
{
	if (!document->in_piece)
		document->token_line = document->line;
	if (event->last && !document->in_piece) {
		*text = keep_text(document, event->text);
		return true;
	}
	st_buf_add(&document->piece, event->text.data, event->text.size);
	document->in_piece = !event->last;
	if (!event->last)
		return false;
	*text = audit_pool_copy(document->pool, (struct st_span){document->piece.data, document->piece.size});
	document->piece.size = 0;
	return true;
}

static struct audit_node *scalar(struct audit_document *document, const struct st_json_event *event)
{
	struct st_span text;
	struct audit_node *node;
	switch (event->token) {
	case ST_JSON_TRUE:
		return add_node(document, AUDIT_TRUE, document->line);
	case ST_JSON_FALSE:
		return add_node(document, AUDIT_FALSE, document->line);
	case ST_JSON_NULL:
		return add_node(document, AUDIT_NULL, document->line);
	default:
		if (!take_text(document, event, &text))
			return NULL;
		node = add_node(
			document, event->token == ST_JSON_STRING ? AUDIT_STRING : AUDIT_NUMBER, document->token_line);
		node->text = text;
		if (event->last && event->end <= document->ascii_end && event->start >= document->line_start &&
			document->token_line == document->line && event->end - document->line_start < AUDIT_COLUMNS) {
			node->column = (uint32_t)(event->start - document->line_start) + 1;
			node->end_column = (uint32_t)(event->end - document->line_start) + 1;
		}
		return node;
	}
}

/* One event into the tree. NULL: nothing is complete by it. */
static struct audit_node *take(struct audit_document *document, const struct st_json_event *event)
{
	switch (event->token) {
	case ST_JSON_OBJECT:
	case ST_JSON_ARRAY: {
		if (event->token == ST_JSON_OBJECT && document->depth > 0 && is_list(document, document->depth - 1))
			document->pool = &document->element;
		struct audit_node *node =
			add_node(document, event->token == ST_JSON_OBJECT ? AUDIT_OBJECT : AUDIT_ARRAY, document->line);
		document->stack[document->depth++] = node;
		if (document->depth == 1 && document->documents == 0)
			node->index = AUDIT_ROOT;
		if (document->depth > 1)
			node->parent = document->stack[document->depth - 2];
		if (is_list(document, document->depth - 1))
			document->element_index = 0;
		return NULL;
	}
	case ST_JSON_OBJECT_END:
	case ST_JSON_ARRAY_END:
		return document->stack[--document->depth];
	case ST_JSON_KEY:
		take_text(document, event, &document->key);
		return NULL;
	default:
		return scalar(document, event);
	}
}

enum audit_found audit_document_next(
	struct audit_document *document, struct audit_node **tree, struct st_span *list, struct st_error *err)
{
	if (document->given) {
		audit_pool_reset(&document->element);
		drop_passed(document);
	}
	document->given = false;
	for (;;) {
		struct st_json_event event;
		enum audit_found found;
		struct audit_node *node = NULL;
		if (document->depth > 0 && is_list(document, document->depth - 1) && !is_wide(document) &&
			take_element(document, &node, err) != ST_OK)
			return AUDIT_BROKEN;
		if (node != NULL && finish(document, node, &found, tree, list))
			return found;
		enum st_json_token token = st_json_next(document->reader, &event);
		if (token == ST_JSON_MORE) {
			count_lines(document, UINT64_MAX);
			if (feed(document, err) != ST_OK)
				return AUDIT_BROKEN;
			continue;
		}
		if (token == ST_JSON_END)
			return AUDIT_DOCUMENT_END;
		count_lines(document, event.start);
		if (token == ST_JSON_ERROR)
			return broken(document, err, "this is not JSON");
		if (token == ST_JSON_TOO_DEEP)
			return broken(document, err, "deeper than any configuration");
		if (document->nodes > CEIL_AUDIT_NODES ||
			document->whole->held_bytes + document->element.held_bytes + document->passed_bytes >
				CEIL_AUDIT_TREE_BYTES ||
			document->piece.size > CEIL_AUDIT_TEXT_BYTES)
			return broken(document, err, "larger than any configuration");
		node = take(document, &event);
		if (node == NULL)
			continue;
		const struct audit_node *twice = node->type == AUDIT_OBJECT ? audit_duplicate_key(node) : NULL;
		if (twice != NULL) {
			document->line = twice->line;
			return broken(document, err, "a key stands twice in one object");
		}
		if (finish(document, node, &found, tree, list))
			return found;
	}
}
