/*
 * Where in a JSON document a value stands, as policies write it: keys joined by dots, `[]` behind the key of an array.
 * The elements of an array at the top are records: they add nothing. Nor does what leads to a `_source` (answers of
 * Elasticsearch): its members begin anew. Keys are unescaped, and cut at CEIL_REDACT_NAME_BYTES; where a path would be
 * longer than CEIL_REDACT_PATH_BYTES, levels in the middle are left out. Private to redact.
 */
#ifndef STAUNCH_REDACT_SHAPE_PATH_H
#define STAUNCH_REDACT_SHAPE_PATH_H

#include "base/bytes.h"
#include "base/ceilings.h"

struct shape_path {
	uint8_t text[CEIL_REDACT_PATH_BYTES + CEIL_REDACT_NAME_BYTES + 4];
	size_t size;                             /* of the path of the value that comes next */
	size_t key;                              /* where its last key begins */
	uint16_t container[CEIL_JSON_DEPTH + 1]; /* by levels open: how much of text leads to what is open */
};

/* Zero-initialised, with no level open. depth: levels open, the new one included. */
void shape_path_open(struct shape_path *path, unsigned depth, bool array);
void shape_path_key_end(struct shape_path *path);

/* depth: levels left open. */
static inline void shape_path_close(struct shape_path *path, unsigned depth)
{
	path->size = path->key = path->container[depth];
}

/* An element of an array begins. */
static inline void shape_path_element(struct shape_path *path, unsigned depth)
{
	path->size = path->key = path->container[depth];
}

/* A key begins at this level. */
static inline void shape_path_key(struct shape_path *path, unsigned depth)
{
	path->size = path->container[depth];
	if (path->size > 0)
		path->text[path->size++] = '.';
	path->key = path->size;
}

static inline void shape_path_key_text(struct shape_path *path, const uint8_t *data, size_t size)
{
	size_t room = CEIL_REDACT_NAME_BYTES - (path->size - path->key);
	size = size < room ? size : room;
	memcpy(path->text + path->size, data, size);
	path->size += size;
}

static inline struct st_span shape_path_of(const struct shape_path *path)
{
	return (struct st_span){path->text, path->size};
}

/* Of what is open at this level. */
static inline struct st_span shape_path_container(const struct shape_path *path, unsigned depth)
{
	return (struct st_span){path->text, path->container[depth]};
}

#endif
