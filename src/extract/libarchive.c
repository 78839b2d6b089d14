/*
 * Containers through libarchive (3.6): 7z, rar, iso9660, cpio, ar. Only the format that the first bytes name is
 * enabled, and no filter at all, so that libarchive neither guesses nor starts a program. What it does not tell (bytes
 * behind the end, volumes, entries it passes over) archive_shape.c finds. Names are its multibyte names: raw bytes, or
 * UTF-8 made of the UTF-16 of 7z, rar and Joliet, which needs a UTF-8 locale (extract_prepare): with any other
 * libarchive opens character set modules.
 */
#include <errno.h>
#include <langinfo.h>
#include <stdlib.h>
#include <zlib.h>

#include "extract/libarchive.h"
#include "extract/libarchive_weak.h"
#include "extract/limits.h"
#include "extract/window.h"

/* The window holds back at most so much of what libarchive looks ahead at; no format that is read front to back needs
 * as much. */
#define HELD_BYTES (32 * KIB)
/* Blocks without a byte, one after the other, before an entry is taken for one that never ends. */
#define EMPTY_BLOCKS 1000

struct opened {
	struct reader_input *input;
	const struct libarchive_format *format;
	struct archive *archive;
	struct window from;
	uint64_t base;  /* where this archive begins in the stream */
	size_t held;    /* bytes given that are still in the window, at its position */
	uint64_t given; /* libarchive's position behind them, from base */
	struct archive_shape shape;
	uint64_t entries, out;
	uint64_t tree; /* which bytes of the archive are files, as one number */

	struct stream member;
	const uint8_t *block; /* of libarchive, valid until its next call */
	size_t block_bytes;
	int64_t size; /* of the entry as its header says; -1: it does not */
	uint64_t member_out;
	struct archive_file promised;
	uint32_t crc, sum; /* of what was given */
	bool member_ended;
	enum st_reason lost;         /* unsupported: what the entries after it in the same solid block are, too */
	enum st_reason behind_block; /* why nothing follows this block */
	enum st_reason reason;
};

static void note(struct opened *opened, enum st_reason reason)
{
	if (opened->reason == ST_REASON_NONE)
		opened->reason = reason;
}

/* --- what libarchive asks for --- */

/* Bytes that libarchive was given and has not taken: it looks ahead, and behind its end others may follow. */
static uint64_t looked_ahead(const struct opened *opened)
{
	int64_t taken = archive_filter_bytes(opened->archive, 0);
	return taken >= 0 && (uint64_t)taken < opened->given ? opened->given - (uint64_t)taken : 0;
}

/* Lets go of the bytes in the window that libarchive has taken. */
static void release(struct opened *opened)
{
	uint64_t ahead = looked_ahead(opened);
	if (ahead < opened->held) {
		opened->from.at += opened->held - (size_t)ahead;
		opened->held = (size_t)ahead;
	}
	if (opened->held >= HELD_BYTES) {
		opened->from.at += opened->held;
		opened->held = 0;
	}
}

static ssize_t give_bytes(struct archive *archive, void *context, const void **block)
{
	struct opened *opened = context;
	release(opened);
	size_t fresh = window_fill(&opened->from, opened->held + 1) - opened->held;
	*block = window_bytes(&opened->from) + opened->held;
	opened->held += fresh;
	opened->given += fresh;
	if (fresh == 0 && opened->from.reason != ST_REASON_NONE) {
		archive_set_error(archive, EIO, "the source failed");
		return -1;
	}
	return (ssize_t)fresh;
}

static int64_t skip_bytes(struct archive *archive, void *context, int64_t bytes)
{
	struct opened *opened = context;
	struct window *from = &opened->from;
	(void)archive;
	uint64_t at = opened->base + opened->given;
	if (bytes <= 0 || at >= from->stream->size)
		return 0;
	uint64_t left = from->stream->size - at;
	if ((uint64_t)bytes > left)
		bytes = (int64_t)left;
	opened->given += (uint64_t)bytes;
	opened->held = 0;
	window_seek(from, opened->base + opened->given);
	return bytes;
}

static int64_t seek_bytes(struct archive *archive, void *context, int64_t offset, int whence)
{
	struct opened *opened = context;
	int64_t size = (int64_t)(opened->from.stream->size - opened->base);
	int64_t base = whence == SEEK_END ? size : whence == SEEK_CUR ? (int64_t)opened->given : 0;
	(void)archive;
	if (__builtin_add_overflow(base, offset, &base) || base < 0)
		return ARCHIVE_FATAL;
	opened->given = (uint64_t)(base < size ? base : size);
	opened->held = 0;
	window_seek(&opened->from, opened->base + opened->given);
	return (int64_t)opened->given;
}

/* --- why it stopped --- */

/* libarchive has one number for nearly everything; its sentences say more. The tests hold them against Debian 12's. */
static enum st_reason reason_in_words(const char *words)
{
	static const struct {
		const char *word;
		enum st_reason reason;
	} table[] = {{"block header", ST_REASON_CORRUPT}, {"ncrypt", ST_REASON_ENCRYPTED},
		{"Crypto", ST_REASON_ENCRYPTED}, {"assphrase", ST_REASON_ENCRYPTED}, {"llocate", ST_REASON_MEMORY},
		{"ut of memory", ST_REASON_MEMORY}, {"runcated", ST_REASON_TRUNCATED},
		{"remature", ST_REASON_TRUNCATED}, {"nd of file", ST_REASON_TRUNCATED},
		{"not supported", ST_REASON_UNSUPPORTED}, {"nsupported", ST_REASON_UNSUPPORTED},
		{"unavailable", ST_REASON_UNSUPPORTED}, {"Unknown", ST_REASON_UNSUPPORTED},
		{"codec ID", ST_REASON_UNSUPPORTED}};
	if (words == NULL) /* it asked for more and there was none */
		return ST_REASON_TRUNCATED;
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		if (strstr(words, table[i].word) != NULL)
			return table[i].reason;
	}
	return ST_REASON_CORRUPT;
}

/* archive_read_has_encrypted_entries() is not asked: where no format took the archive, libarchive 3.6 jumps to whatever
 * stands behind its table of formats. */
static enum st_reason reason_of(struct opened *opened)
{
	if (opened->from.reason != ST_REASON_NONE)
		return opened->from.reason;
	if (archive_errno(opened->archive) == ENOMEM)
		return ST_REASON_MEMORY;
	enum st_reason reason = reason_in_words(archive_error_string(opened->archive));
	if (reason == ST_REASON_CORRUPT || reason == ST_REASON_TRUNCATED) {
		if (opened->shape.encrypted)
			return ST_REASON_ENCRYPTED;
		if (opened->shape.volume)
			return ST_REASON_UNSUPPORTED;
		if (opened->shape.reason != ST_REASON_NONE)
			return opened->shape.reason;
	}
	return reason == ST_REASON_CORRUPT && opened->lost != ST_REASON_NONE ? opened->lost : reason;
}

static bool open_archive(struct opened *opened, const char *options)
{
	struct archive *archive = opened->archive = archive_read_new();
	if (archive == NULL || opened->format->enable(archive) < ARCHIVE_WARN) {
		note(opened, ST_REASON_MEMORY);
		return false;
	}
	archive_read_set_read_callback(archive, give_bytes);
	if (opened->from.seeks) {
		archive_read_set_skip_callback(archive, skip_bytes);
		archive_read_set_seek_callback(archive, seek_bytes);
	}
	archive_read_set_callback_data(archive, opened);
	if (options != NULL)
		archive_read_set_options(archive, options);
	opened->given = 0;
	opened->held = 0;
	if (archive_read_open1(archive) == ARCHIVE_OK)
		return true;
	note(opened, reason_of(opened)); /* it does not find the format that the first bytes name */
	return false;
}

/* --- the content of an entry --- */

static uint64_t stored_bytes(const struct opened *opened)
{
	return opened->from.seeks ? opened->from.stream->size : opened->given;
}

/* libarchive does not hold stored files of rar to their CRC, nor cpio to its sum. */
static bool is_as_promised(const struct opened *opened)
{
	const struct archive_file *promised = &opened->promised;
	return (opened->size < 0 || opened->member_out == (uint64_t)opened->size) &&
	       (!promised->has_crc || promised->crc == opened->crc) &&
	       (!promised->has_sum || promised->sum == opened->sum);
}

static void take_block(struct opened *opened, const uint8_t *block, size_t size)
{
	opened->block = block;
	opened->block_bytes = size;
	opened->member_out += size;
	opened->out += size;
	if (opened->promised.has_crc)
		opened->crc = (uint32_t)crc32_z(opened->crc, block, size);
	for (size_t i = 0; opened->promised.has_sum && i < size; i++)
		opened->sum += block[i];
}

/* false at the end or on failure: then the member's reason is set. */
static bool next_block(struct opened *opened)
{
	const void *block = NULL;
	size_t size = 0;
	int64_t offset;
	if (opened->member_ended)
		return false;
	archive_clear_error(opened->archive);
	int status = archive_read_data_block(opened->archive, &block, &size, &offset);
	if (status == ARCHIVE_EOF && !is_as_promised(opened))
		opened->member.reason = ST_REASON_CORRUPT;
	if (status != ARCHIVE_OK && status != ARCHIVE_WARN) {
		opened->member_ended = true;
		if (status != ARCHIVE_EOF)
			opened->member.reason = reason_of(opened);
		if (opened->member.reason == ST_REASON_UNSUPPORTED || opened->member_out > 0)
			opened->lost =
				opened->member.reason == ST_REASON_UNSUPPORTED ? ST_REASON_UNSUPPORTED : ST_REASON_NONE;
		return false;
	}
	if (status == ARCHIVE_WARN)
		opened->behind_block = reason_of(opened);
	take_block(opened, block, size);
	if (extract_is_bomb(extract_run_limits(opened->input->run), opened->out, stored_bytes(opened)))
		opened->behind_block = ST_REASON_LIMIT_RATIO;
	return true;
}

/* Something to give, or the end. */
static bool have_bytes(struct opened *opened)
{
	for (int empty = 0; opened->block_bytes == 0; empty++) {
		if (opened->behind_block != ST_REASON_NONE || empty == EMPTY_BLOCKS) {
			opened->member.reason = empty == EMPTY_BLOCKS ? ST_REASON_CORRUPT : opened->behind_block;
			opened->member_ended = true;
			return false;
		}
		if (!next_block(opened))
			return false;
	}
	return true;
}

static ssize_t member_read(struct stream *stream, void *data, size_t capacity)
{
	struct opened *opened = stream->self;
	if (!have_bytes(opened))
		return stream->reason == ST_REASON_NONE ? 0 : -1;
	if (capacity > opened->block_bytes)
		capacity = opened->block_bytes;
	memcpy(data, opened->block, capacity);
	opened->block += capacity;
	opened->block_bytes -= capacity;
	return (ssize_t)capacity;
}

/* Takes the rest of an entry that its reader did not want, so that time, ratio and checksums are seen. */
static void drain(struct opened *opened)
{
	while (have_bytes(opened)) {
		extract_meter_work(extract_run_meter(opened->input->run), opened->block_bytes);
		opened->block_bytes = 0;
	}
}

/* --- entries --- */

static struct st_span name_of(struct opened *opened, struct archive_entry *entry, char *number, size_t size)
{
	const char *name = archive_entry_pathname(entry);
	if (name == NULL || *name == 0) { /* bytes that are neither UTF-8 nor UTF-16 are lost in libarchive */
		snprintf(number, size, "entry-%llu", (unsigned long long)opened->entries);
		name = number;
	}
	return (struct st_span){(const uint8_t *)name, strlen(name)};
}

static bool has_content(struct archive_entry *entry)
{
	return archive_entry_size_is_set(entry) && archive_entry_size(entry) > 0;
}

/* Of links only those that carry the bytes themselves, as the last name of a file in cpio. */
static bool is_file(const struct opened *opened, struct archive_entry *entry)
{
	unsigned type = archive_entry_filetype(entry);
	if (archive_entry_hardlink(entry) != NULL)
		return has_content(entry);
	return type == AE_IFREG || type == 0 ||
	       (type == AE_IFDIR && opened->format->folder_content && has_content(entry));
}

/* A warning is about the name, or the content cannot be had. */
static bool content_is_lost(struct opened *opened, int status)
{
	const char *words = archive_error_string(opened->archive);
	return status == ARCHIVE_WARN && words != NULL && strstr(words, "conver") == NULL;
}

static void begin_member(struct opened *opened, struct archive_entry *entry)
{
	opened->member = (struct stream){.read = member_read, .self = opened};
	opened->size = archive_entry_size_is_set(entry) ? archive_entry_size(entry) : -1;
	opened->block_bytes = 0;
	opened->member_out = 0;
	opened->crc = opened->sum = 0;
	opened->promised = (struct archive_file){0};
	if (opened->format->look != NULL && opened->from.seeks)
		opened->format->look(opened->from.stream,
			opened->base + (uint64_t)archive_read_header_position(opened->archive), &opened->promised);
	opened->member_ended = false;
	opened->behind_block = ST_REASON_NONE;
}

/* The same for the same set of extents (which libarchive gives as inodes) and sizes, in whatever order. */
static uint64_t tree_with(uint64_t tree, struct archive_entry *entry)
{
	uint64_t mixed =
		(uint64_t)archive_entry_ino64(entry) * 0x9e3779b97f4a7c15u ^ (uint64_t)archive_entry_size(entry);
	mixed = (mixed ^ mixed >> 29) * 0xbf58476d1ce4e5b9u;
	return archive_entry_filetype(entry) == AE_IFDIR ? tree : tree + (mixed ^ mixed >> 32);
}

static bool read_member(struct opened *opened, struct st_span name)
{
	enum st_reason stop = ST_REASON_NONE;
	if (!extract_run_member(opened->input, name, &opened->member, &stop)) {
		opened->reason = stop;
		return false;
	}
	if (opened->format->drains)
		drain(opened);
	if (opened->member.reason == ST_REASON_LIMIT_RATIO) {
		opened->reason = ST_REASON_LIMIT_RATIO;
		return false;
	}
	return true;
}

/* false when the archive is not read on. */
static bool take_entry(struct opened *opened, struct archive_entry *entry, int status)
{
	char number[32];
	enum st_reason stop = ST_REASON_NONE;
	if (!extract_run_entry(opened->input, &stop)) {
		opened->reason = stop;
		return false;
	}
	opened->entries++;
	opened->tree = tree_with(opened->tree, entry);
	begin_member(opened, entry);
	struct st_span name = name_of(opened, entry, number, sizeof(number));
	if (archive_entry_is_encrypted(entry) || opened->promised.encrypted)
		extract_run_unread_member(opened->input, name, ST_REASON_ENCRYPTED);
	else if (content_is_lost(opened, status))
		extract_run_unread_member(opened->input, name, reason_of(opened));
	else if (is_file(opened, entry))
		return read_member(opened, name);
	else if (archive_entry_filetype(entry) != AE_IFDIR)
		extract_run_unread_member(opened->input, name, ST_REASON_NOT_A_FILE);
	return true;
}

static bool read_entries(struct opened *opened)
{
	struct archive_entry *entry;
	for (;;) {
		int status = archive_read_next_header(opened->archive, &entry);
		if (status == ARCHIVE_EOF)
			return true;
		if (status != ARCHIVE_OK && status != ARCHIVE_WARN) {
			note(opened, reason_of(opened));
			return false;
		}
		if (!take_entry(opened, entry, status))
			return false;
	}
}

/* --- other directories of the same archive --- */

static bool is_same_tree(struct opened *opened, const char *options)
{
	struct archive_entry *entry;
	uint64_t tree = 0;
	int status = ARCHIVE_FATAL;
	window_seek(&opened->from, 0);
	if (open_archive(opened, options)) {
		while ((status = archive_read_next_header(opened->archive, &entry)) == ARCHIVE_OK ||
			status == ARCHIVE_WARN) {
			extract_meter_work(extract_run_meter(opened->input->run), CEIL_NAME_BYTES);
			tree = tree_with(tree, entry);
		}
	}
	archive_read_free(opened->archive);
	opened->archive = NULL;
	return status == ARCHIVE_EOF && tree == opened->tree;
}

/* Files that only a directory names which was not followed: unsupported. */
static void compare_trees(struct opened *opened)
{
	const char *const *options = opened->format->other_trees;
	if (options == NULL || !opened->from.seeks || opened->reason != ST_REASON_NONE)
		return;
	for (; *options != NULL; options++) {
		if (!is_same_tree(opened, *options))
			note(opened, ST_REASON_UNSUPPORTED);
	}
}

/* --- behind the end --- */

/* Skips zeros; true when other bytes follow. */
static bool bytes_follow(struct window *from)
{
	size_t have;
	while ((have = window_fill(from, 1)) > 0) {
		const uint8_t *at = window_bytes(from);
		for (size_t i = 0; i < have; i++, from->at++) {
			if (at[i] != 0)
				return true;
		}
	}
	return false;
}

/* Another archive of the format behind this one: true. */
static bool follows_another(struct opened *opened)
{
	if (opened->format->shape != NULL) {
		if (!opened->from.seeks || opened->shape.end == 0)
			return false;
		window_seek(&opened->from, opened->shape.end);
	} else if (opened->from.seeks) {
		window_seek(&opened->from, opened->base + opened->given - looked_ahead(opened));
	} else {
		release(opened);
	}
	if (!bytes_follow(&opened->from))
		return false;
	struct st_span bytes = {.size = window_fill(&opened->from, CEIL_NAME_BYTES)};
	bytes.data = window_bytes(&opened->from);
	if (opened->format->begins != NULL && opened->format->begins(bytes)) {
		opened->base = opened->from.offset - bytes.size;
		return true;
	}
	note(opened, ST_REASON_CORRUPT);
	return false;
}

static void look_at_shape(struct opened *opened)
{
	struct archive_shape *shape = &opened->shape;
	if (opened->format->shape != NULL && opened->from.seeks)
		opened->format->shape(opened->from.stream, shape);
}

static void judge_shape(struct opened *opened)
{
	const struct archive_shape *shape = &opened->shape;
	if (shape->encrypted)
		note(opened, ST_REASON_ENCRYPTED);
	if (shape->volume)
		note(opened, ST_REASON_UNSUPPORTED);
	note(opened, shape->reason);
	if (shape->counted && shape->files > opened->entries)
		note(opened, ST_REASON_CORRUPT);
}

static bool read_one(struct opened *opened)
{
	bool another = open_archive(opened, NULL) && read_entries(opened) && follows_another(opened);
	archive_read_free(opened->archive);
	opened->archive = NULL;
	return another;
}

void libarchive_read(
	struct reader_input *input, const struct libarchive_format *format, struct extract_part_result *result)
{
	struct opened *opened = st_alloc_zero(1, sizeof(*opened));
	opened->input = input;
	opened->format = format;
	window_open(&opened->from, input->stream, input->stream->pread != NULL);
	if (archive_read_new == NULL || strcmp(nl_langinfo(CODESET), "UTF-8") != 0) {
		note(opened, ST_REASON_NO_HELPER);
	} else if (format->seeks && !opened->from.seeks) {
		note(opened, ST_REASON_LIMIT_SIZE); /* too large to be held */
	} else {
		look_at_shape(opened);
		while (read_one(opened))
			;
		judge_shape(opened);
		compare_trees(opened);
	}
	extract_run_container_end(input, opened->reason, result);
	window_close(&opened->from);
	free(opened);
}
