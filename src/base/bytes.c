#include "base/bytes.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static void *alive(void *memory)
{
	if (memory == NULL)
		_exit(ST_EXIT_MEMORY);
	return memory;
}

void *st_alloc(size_t size_bytes)
{
	return alive(malloc(size_bytes ? size_bytes : 1));
}

void *st_alloc_zero(size_t count, size_t size_bytes)
{
	return alive(calloc(count ? count : 1, size_bytes ? size_bytes : 1));
}

void *st_realloc(void *old, size_t size_bytes)
{
	return alive(realloc(old, size_bytes ? size_bytes : 1));
}

char *st_strndup(const char *text, size_t size_bytes)
{
	char *copy = st_alloc(size_bytes + 1);
	memcpy(copy, text, size_bytes);
	copy[size_bytes] = 0;
	return copy;
}

char *st_format(const char *format, ...)
{
	char *text = NULL;
	va_list args;
	va_start(args, format);
	int size = vasprintf(&text, format, args);
	va_end(args);
	return alive(size < 0 ? NULL : text);
}

void st_buf_format(struct st_buf *buf, const char *format, ...)
{
	char *text = NULL;
	va_list args;
	va_start(args, format);
	int size = vasprintf(&text, format, args);
	va_end(args);
	alive(size < 0 ? NULL : text);
	st_buf_add(buf, text, (size_t)size);
	free(text);
}

void st_buf_reserve(struct st_buf *buf, size_t more_bytes)
{
	if (buf->capacity - buf->size >= more_bytes)
		return;
	size_t want = buf->size + more_bytes;
	if (want < buf->size)
		_exit(ST_EXIT_MEMORY);
	size_t capacity = buf->capacity ? buf->capacity : 256;
	while (capacity < want)
		capacity = capacity < (SIZE_MAX >> 1) ? capacity * 2 : want;
	buf->data = st_realloc(buf->data, capacity);
	buf->capacity = capacity;
}

void st_buf_add(struct st_buf *buf, const void *data, size_t size)
{
	if (size == 0)
		return;
	st_buf_reserve(buf, size);
	memcpy(buf->data + buf->size, data, size);
	buf->size += size;
}

void st_buf_add_byte(struct st_buf *buf, uint8_t byte)
{
	st_buf_reserve(buf, 1);
	buf->data[buf->size++] = byte;
}

static void add_little_endian(struct st_buf *buf, uint64_t value, int bytes)
{
	st_buf_reserve(buf, 8);
	for (int i = 0; i < bytes; i++)
		buf->data[buf->size++] = (uint8_t)(value >> (8 * i));
}

void st_buf_add_u16(struct st_buf *buf, uint16_t value)
{
	add_little_endian(buf, value, 2);
}

void st_buf_add_u32(struct st_buf *buf, uint32_t value)
{
	add_little_endian(buf, value, 4);
}

void st_buf_add_u64(struct st_buf *buf, uint64_t value)
{
	add_little_endian(buf, value, 8);
}

void st_buf_add_varint(struct st_buf *buf, uint64_t value)
{
	st_buf_reserve(buf, 10);
	while (value >= 0x80) {
		buf->data[buf->size++] = (uint8_t)(value | 0x80);
		value >>= 7;
	}
	buf->data[buf->size++] = (uint8_t)value;
}

void st_buf_add_span(struct st_buf *buf, const void *data, size_t size)
{
	st_buf_add_u32(buf, (uint32_t)size);
	st_buf_add(buf, data, size);
}

void st_buf_drop_front(struct st_buf *buf, size_t size)
{
	if (size >= buf->size) {
		buf->size = 0;
		return;
	}
	memmove(buf->data, buf->data + size, buf->size - size);
	buf->size -= size;
}

void st_buf_free(struct st_buf *buf)
{
	free(buf->data);
	*buf = (struct st_buf){0};
}

void st_buf_wipe(struct st_buf *buf)
{
	if (buf->data != NULL)
		explicit_bzero(buf->data, buf->capacity);
	st_buf_free(buf);
}

const uint8_t *st_cursor_take(struct st_cursor *in, size_t size)
{
	if (in->bad || (size_t)(in->end - in->at) < size) {
		in->bad = true;
		return NULL;
	}
	const uint8_t *taken = in->at;
	in->at += size;
	return taken;
}

static uint64_t take_little_endian(struct st_cursor *in, size_t bytes)
{
	const uint8_t *p = st_cursor_take(in, bytes);
	uint64_t value = 0;
	for (size_t i = 0; p != NULL && i < bytes; i++)
		value |= (uint64_t)p[i] << (8 * i);
	return value;
}

uint8_t st_cursor_byte(struct st_cursor *in)
{
	return (uint8_t)take_little_endian(in, 1);
}

uint16_t st_cursor_u16(struct st_cursor *in)
{
	return (uint16_t)take_little_endian(in, 2);
}

uint32_t st_cursor_u32(struct st_cursor *in)
{
	return (uint32_t)take_little_endian(in, 4);
}

uint64_t st_cursor_u64(struct st_cursor *in)
{
	return take_little_endian(in, 8);
}

uint64_t st_cursor_varint(struct st_cursor *in)
{
	uint64_t value = 0;
	for (int shift = 0; shift < 64; shift += 7) {
		const uint8_t *p = st_cursor_take(in, 1);
		if (p == NULL)
			return 0;
		value |= (uint64_t)(*p & 0x7f) << shift;
		if (!(*p & 0x80))
			return value;
	}
	in->bad = true;
	return 0;
}

struct st_span st_cursor_span(struct st_cursor *in)
{
	size_t size = st_cursor_u32(in);
	const uint8_t *data = st_cursor_take(in, size);
	return (struct st_span){.data = data, .size = data ? size : 0};
}

void st_auto_free_(void *pointer_to_pointer)
{
	free(*(void **)pointer_to_pointer);
}

void st_auto_close_(int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

int st_write_full(int fd, const void *data, size_t size)
{
	const uint8_t *at = data;
	while (size > 0) {
		ssize_t n = write(fd, at, size);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -1;
		at += n;
		size -= (size_t)n;
	}
	return 0;
}

ssize_t st_pread_full(int fd, void *data, size_t size, uint64_t offset)
{
	size_t got = 0;
	while (got < size) {
		ssize_t n = pread(fd, (uint8_t *)data + got, size - got, (off_t)(offset + got));
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -1;
		if (n == 0)
			break;
		got += (size_t)n;
	}
	return (ssize_t)got;
}
