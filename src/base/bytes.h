/* Borrowed spans, growing buffers, memory that never returns NULL, and the cleanup marks that make early return safe.
 */
#ifndef STAUNCH_BASE_BYTES_H
#define STAUNCH_BASE_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/types.h>

/* Borrowed bytes; valid as long as their owner says. */
struct st_span {
	const uint8_t *data;
	size_t size;
};

/* Exit status of a process that ran out of memory; the parent turns it into the reason `memory`. */
#define ST_EXIT_MEMORY 77

/* Like malloc, calloc, realloc; out of memory ends the process with ST_EXIT_MEMORY (a worker's death is one row). */
void *st_alloc(size_t size_bytes) __attribute__((malloc, returns_nonnull));
void *st_alloc_zero(size_t count, size_t size_bytes) __attribute__((malloc, returns_nonnull));
void *st_realloc(void *old, size_t size_bytes) __attribute__((returns_nonnull));
char *st_strndup(const char *text, size_t size_bytes) __attribute__((returns_nonnull));
char *st_format(const char *format, ...) __attribute__((format(printf, 1, 2), returns_nonnull)); /* caller frees */

/* A growing buffer. Zero-initialised is empty. Owned by whoever declares it; st_buf_free leaves it empty. */
struct st_buf {
	uint8_t *data;
	size_t size;
	size_t capacity;
};
void st_buf_reserve(struct st_buf *buf, size_t more_bytes);
/* Adds the text without its NUL. */
void st_buf_format(struct st_buf *buf, const char *format, ...) __attribute__((format(printf, 2, 3)));
void st_buf_add(struct st_buf *buf, const void *data, size_t size);
void st_buf_add_byte(struct st_buf *buf, uint8_t byte);
void st_buf_add_u16(
	struct st_buf *buf, uint16_t value); /* little endian, as all numbers of ours at rest and in messages */
void st_buf_add_u32(struct st_buf *buf, uint32_t value);
void st_buf_add_u64(struct st_buf *buf, uint64_t value);
void st_buf_add_varint(struct st_buf *buf, uint64_t value);              /* LEB128 */
void st_buf_add_span(struct st_buf *buf, const void *data, size_t size); /* u32 length, then the bytes */
void st_buf_drop_front(struct st_buf *buf, size_t size);
void st_buf_free(struct st_buf *buf);
/* Overwrites all that it has room for, then frees. Reserve before filling: growing leaves copies behind. */
void st_buf_wipe(struct st_buf *buf);

/* Reads what st_buf_add_* wrote. `bad` latches on the first read past the end; values are then 0 and empty. */
struct st_cursor {
	const uint8_t *at, *end;
	bool bad;
};
uint8_t st_cursor_byte(struct st_cursor *in);
uint16_t st_cursor_u16(struct st_cursor *in);
uint32_t st_cursor_u32(struct st_cursor *in);
uint64_t st_cursor_u64(struct st_cursor *in);
uint64_t st_cursor_varint(struct st_cursor *in);
struct st_span st_cursor_span(struct st_cursor *in);
const uint8_t *st_cursor_take(struct st_cursor *in, size_t size); /* NULL when bad */

/* Locals that free themselves on every return. */
void st_auto_free_(void *pointer_to_pointer);
void st_auto_close_(int *fd);
#define st_auto_free __attribute__((cleanup(st_auto_free_)))
#define st_auto_close __attribute__((cleanup(st_auto_close_)))
#define st_auto_buf __attribute__((cleanup(st_buf_free)))
#define st_auto_secret __attribute__((cleanup(st_buf_wipe)))

/* write(2) and pread(2) until done or failed; -1 with errno. st_pread_full returns the bytes got (short at the end). */
int st_write_full(int fd, const void *data, size_t size);
ssize_t st_pread_full(int fd, void *data, size_t size, uint64_t offset);

#endif
