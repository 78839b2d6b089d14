/*
 * A run file: blocks sealed one by one with AES-256-GCM (NIST SP 800-38D), so that no value ever lies on a disk in the
 * clear and a file that was cut, changed, reordered or exchanged is noticed.
 *
 *   file   = "STRUN1" 0 content, salt[32], chunk...
 *   chunk  = u32 size of the block, bit 31 set in the last, which is empty; sealed block; tag[16]
 *
 * The key of a file is BLAKE2b-256 keyed with the work folder's key over the label, content, name and salt; it seals
 * one file only, so the nonce is the chunk's number. The u32 is authenticated with the chunk.
 */
#ifndef STAUNCH_RESOLVE_RUN_FILE_H
#define STAUNCH_RESOLVE_RUN_FILE_H

#include "resolve/resolve.h"

struct run_writer;
/* durable: written as NAME.part, flushed to the disk and renamed; otherwise straight as NAME (files of one merge). */
enum st_status run_create(const struct resolve_work *work, const char *name, char content, bool durable,
	struct run_writer **out, struct st_error *err);
/* A resolve_blocks_out put: context is the run_writer. */
enum st_status run_put(void *context, const uint8_t first[ST_DIGEST_BYTES], struct st_span block, struct st_error *err);
/* Fills *run but its rows. Frees the writer in any case; on failure no file is left. */
enum st_status run_finish(struct run_writer *writer, struct resolve_run *run, struct st_error *err);
void run_abandon(struct run_writer *writer); /* deletes the file; NULL is fine */

struct run_reader;
/* Memory of one open reader. */
#define RUN_READER_BYTES (72 * 1024)
enum st_status run_open(
	const struct resolve_work *work, const struct resolve_run *run, struct run_reader **out, struct st_error *err);
/* A resolve_blocks_in next: context is the run_reader. Size 0 only after the whole file was found sound. */
enum st_status run_next(void *context, struct st_span *block, struct st_error *err);
void run_close(struct run_reader *reader); /* NULL is fine */

#endif
