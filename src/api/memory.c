#include "api/memory.h"

#include "base/bytes.h"
#include "staunch.h"

#include <errno.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

struct api_block {
	void *address; /* NULL: empty */
	size_t size;   /* of memory; 0: not ours to count */
	void (*release)(void *address);
};

struct frame {
	struct api_memory *memory;
	struct frame *before;
	jmp_buf back;
};

/* The call at work in this thread; calls nest when a callback uses another object. */
static _Thread_local struct frame *at_work;

/* --- the names that ld --wrap makes --- */

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *old, size_t size);
void *__real_aligned_alloc(size_t alignment, size_t size);
void __real_free(void *address);
int __real_vasprintf(char **out, const char *format, va_list arguments) __attribute__((format(printf, 2, 0)));
int __real_yaml_parser_initialize(yaml_parser_t *parser);
void __real_yaml_parser_delete(yaml_parser_t *parser);
int __real_yaml_parser_parse(yaml_parser_t *parser, yaml_event_t *event);
void __real_yaml_event_delete(yaml_event_t *event);
EVP_MAC *__real_EVP_MAC_fetch(OSSL_LIB_CTX *library, const char *name, const char *properties);
void __real_EVP_MAC_free(EVP_MAC *mac);
EVP_MAC_CTX *__real_EVP_MAC_CTX_new(EVP_MAC *mac);
void __real_EVP_MAC_CTX_free(EVP_MAC_CTX *context);
EVP_MD_CTX *__real_EVP_MD_CTX_new(void);
void __real_EVP_MD_CTX_free(EVP_MD_CTX *context);

void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *old, size_t size);
void *__wrap_aligned_alloc(size_t alignment, size_t size);
void __wrap_free(void *address);
int __wrap_vasprintf(char **out, const char *format, va_list arguments) __attribute__((format(printf, 2, 0)));
int __wrap___vasprintf_chk(char **out, int flag, const char *format, va_list arguments)
	__attribute__((format(printf, 3, 0)));
void __wrap__exit(int status) __attribute__((noreturn));
void __wrap_exit(int status) __attribute__((noreturn));
void __wrap_abort(void) __attribute__((noreturn));
void __wrap___assert_fail(const char *what, const char *file, unsigned line, const char *function)
	__attribute__((noreturn));
int __wrap_yaml_parser_initialize(yaml_parser_t *parser);
void __wrap_yaml_parser_delete(yaml_parser_t *parser);
int __wrap_yaml_parser_parse(yaml_parser_t *parser, yaml_event_t *event);
void __wrap_yaml_event_delete(yaml_event_t *event);
EVP_MAC *__wrap_EVP_MAC_fetch(OSSL_LIB_CTX *library, const char *name, const char *properties);
void __wrap_EVP_MAC_free(EVP_MAC *mac);
EVP_MAC_CTX *__wrap_EVP_MAC_CTX_new(EVP_MAC *mac);
void __wrap_EVP_MAC_CTX_free(EVP_MAC_CTX *context);
EVP_MD_CTX *__wrap_EVP_MD_CTX_new(void);
void __wrap_EVP_MD_CTX_free(EVP_MD_CTX *context);

/* --- the books --- */

static size_t place_of(const struct api_memory *memory, const void *address)
{
	uint64_t hash = (uint64_t)(uintptr_t)address * 0x9e3779b97f4a7c15u;
	size_t at = (size_t)(hash >> 20) & (memory->capacity - 1);
	while (memory->blocks[at].address != NULL && memory->blocks[at].address != address)
		at = (at + 1) & (memory->capacity - 1);
	return at;
}

static bool make_room(struct api_memory *memory)
{
	struct api_memory bigger = {.count = memory->count, .capacity = memory->capacity ? memory->capacity * 2 : 64};
	if (memory->count * 2 < memory->capacity)
		return true;
	bigger.blocks = __real_calloc(bigger.capacity, sizeof *bigger.blocks);
	if (bigger.blocks == NULL)
		return false;
	for (size_t i = 0; i < memory->capacity; i++)
		if (memory->blocks[i].address != NULL)
			bigger.blocks[place_of(&bigger, memory->blocks[i].address)] = memory->blocks[i];
	__real_free(memory->blocks);
	memory->blocks = bigger.blocks;
	memory->capacity = bigger.capacity;
	return true;
}

/* There is room. */
static void enter(struct api_memory *memory, void *address, size_t size, void (*release)(void *address))
{
	struct api_block *block = &memory->blocks[place_of(memory, address)];
	memory->count += block->address == NULL; /* what counts its users may come twice */
	*block = (struct api_block){address, size, release};
}

/* Takes the entry out, and moves those behind it that its place had pushed away. */
static void strike(struct api_memory *memory, const void *address)
{
	if (memory->count == 0)
		return;
	size_t hole = place_of(memory, address), mask = memory->capacity - 1;
	if (memory->blocks[hole].address == NULL)
		return;
	memory->blocks[hole] = (struct api_block){0};
	memory->count--;
	for (size_t at = (hole + 1) & mask; memory->blocks[at].address != NULL; at = (at + 1) & mask) {
		struct api_block moved = memory->blocks[at];
		memory->blocks[at] = (struct api_block){0};
		memory->blocks[place_of(memory, moved.address)] = moved;
	}
}

static void free_all(struct api_memory *memory)
{
	/* What is released may itself be made of entered memory, and strikes it: until none is left. */
	for (size_t i = 0; i < memory->capacity; i++)
		if (memory->blocks[i].address != NULL && memory->blocks[i].release != NULL)
			memory->blocks[i].release(memory->blocks[i].address);
	for (size_t i = 0; i < memory->capacity; i++) {
		struct api_block *block = &memory->blocks[i];
		if (block->address == NULL || block->release != NULL)
			continue;
		if (block->size > 0)
			explicit_bzero(block->address, block->size);
		__real_free(block->address);
	}
	__real_free(memory->blocks);
	memory->blocks = NULL;
	memory->count = memory->capacity = 0;
}

static void fail(int status) __attribute__((noreturn));
static void fail(int status)
{
	struct frame *frame = at_work;
	if (frame == NULL) /* code of ours runs only in calls: there is nobody to tell */
		__builtin_trap();
	free_all(frame->memory);
	frame->memory->broken = status;
	longjmp(frame->back, 1);
}

static void *entered(void *address, size_t size)
{
	if (address != NULL && at_work != NULL)
		enter(at_work->memory, address, size, NULL);
	return address;
}

static bool room(void)
{
	return at_work == NULL || make_room(at_work->memory);
}

void *__wrap_malloc(size_t size)
{
	return room() ? entered(__real_malloc(size), size) : NULL;
}

void *__wrap_calloc(size_t count, size_t size)
{
	return room() ? entered(__real_calloc(count, size), count * size) : NULL;
}

void *__wrap_aligned_alloc(size_t alignment, size_t size)
{
	return room() ? entered(__real_aligned_alloc(alignment, size), size) : NULL;
}

void *__wrap_realloc(void *old, size_t size)
{
	if (!room())
		return NULL;
	void *address = __real_realloc(old, size);
	if (address == NULL || at_work == NULL)
		return address;
	if (old != NULL)
		strike(at_work->memory, old);
	enter(at_work->memory, address, size, NULL);
	return address;
}

void __wrap_free(void *address)
{
	if (address != NULL && at_work != NULL)
		strike(at_work->memory, address);
	__real_free(address);
}

int __wrap_vasprintf(char **out, const char *format, va_list arguments)
{
	if (!room())
		return -1;
	int size = __real_vasprintf(out, format, arguments);
	if (size >= 0)
		entered(*out, (size_t)size + 1);
	return size;
}

/* What _FORTIFY_SOURCE makes of it. */
int __wrap___vasprintf_chk(char **out, int flag, const char *format, va_list arguments)
{
	(void)flag;
	return __wrap_vasprintf(out, format, arguments);
}

void __wrap__exit(int status)
{
	fail(status == ST_EXIT_MEMORY ? STAUNCH_MEMORY : STAUNCH_INTERNAL);
}

void __wrap_exit(int status)
{
	fail(status == ST_EXIT_MEMORY ? STAUNCH_MEMORY : STAUNCH_INTERNAL);
}

void __wrap_abort(void)
{
	fail(STAUNCH_INTERNAL);
}

void __wrap___assert_fail(const char *what, const char *file, unsigned line, const char *function)
{
	(void)what, (void)file, (void)line, (void)function;
	fail(STAUNCH_INTERNAL);
}

/* --- libyaml's own memory: on the stack of the reader, which stands until the jump --- */

static void release_parser(void *address)
{
	__real_yaml_parser_delete(address);
}

static void release_event(void *address)
{
	__real_yaml_event_delete(address);
}

int __wrap_yaml_parser_initialize(yaml_parser_t *parser)
{
	if (!room() || !__real_yaml_parser_initialize(parser))
		return 0;
	if (at_work != NULL)
		enter(at_work->memory, parser, 0, release_parser);
	return 1;
}

void __wrap_yaml_parser_delete(yaml_parser_t *parser)
{
	if (at_work != NULL)
		strike(at_work->memory, parser);
	__real_yaml_parser_delete(parser);
}

int __wrap_yaml_parser_parse(yaml_parser_t *parser, yaml_event_t *event)
{
	if (!room()) {
		parser->error = YAML_MEMORY_ERROR;
		return 0;
	}
	if (!__real_yaml_parser_parse(parser, event))
		return 0;
	if (at_work != NULL)
		enter(at_work->memory, event, 0, release_event);
	return 1;
}

void __wrap_yaml_event_delete(yaml_event_t *event)
{
	if (at_work != NULL)
		strike(at_work->memory, event);
	__real_yaml_event_delete(event);
}

/* --- what libcrypto keeps for us: contexts with keys --- */

static void release_mac(void *address)
{
	__real_EVP_MAC_free(address);
}

static void release_mac_context(void *address)
{
	__real_EVP_MAC_CTX_free(address);
}

static void release_hash(void *address)
{
	__real_EVP_MD_CTX_free(address);
}

static void *entered_with(void *address, void (*release)(void *address))
{
	if (address != NULL && at_work != NULL)
		enter(at_work->memory, address, 0, release);
	return address;
}

static void strike_at_work(const void *address)
{
	if (address != NULL && at_work != NULL)
		strike(at_work->memory, address);
}

EVP_MAC *__wrap_EVP_MAC_fetch(OSSL_LIB_CTX *library, const char *name, const char *properties)
{
	return room() ? entered_with(__real_EVP_MAC_fetch(library, name, properties), release_mac) : NULL;
}

void __wrap_EVP_MAC_free(EVP_MAC *mac)
{
	strike_at_work(mac);
	__real_EVP_MAC_free(mac);
}

EVP_MAC_CTX *__wrap_EVP_MAC_CTX_new(EVP_MAC *mac)
{
	return room() ? entered_with(__real_EVP_MAC_CTX_new(mac), release_mac_context) : NULL;
}

void __wrap_EVP_MAC_CTX_free(EVP_MAC_CTX *context)
{
	strike_at_work(context);
	__real_EVP_MAC_CTX_free(context);
}

EVP_MD_CTX *__wrap_EVP_MD_CTX_new(void)
{
	return room() ? entered_with(__real_EVP_MD_CTX_new(), release_hash) : NULL;
}

void __wrap_EVP_MD_CTX_free(EVP_MD_CTX *context)
{
	strike_at_work(context);
	__real_EVP_MD_CTX_free(context);
}

/* --- calls --- */

int api_run(struct api_memory *memory, int (*body)(void *argument), void *argument)
{
	struct frame frame = {.memory = memory, .before = at_work};
	int status;
	if (memory->broken != 0)
		return memory->broken;
	if (memory->busy)
		return STAUNCH_WRONG;
	int kept_errno = errno;
	ERR_set_mark(); /* the program's own queue of errors stays as it was */
	memory->busy = true;
	at_work = &frame;
	if (setjmp(frame.back) == 0)
		status = body(argument);
	else
		status = memory->broken;
	at_work = frame.before;
	memory->busy = false;
	ERR_pop_to_mark();
	errno = kept_errno;
	return status;
}

void *api_object(size_t size)
{
	return __real_calloc(1, size);
}

void api_object_free(struct api_memory *memory, void *object)
{
	struct frame *before = at_work;
	at_work = NULL;
	free_all(memory);
	at_work = before;
	__real_free(object);
}
