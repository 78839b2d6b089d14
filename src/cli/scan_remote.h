/*
 * Sources over the network: `scan URL --scope FILE --purpose TEXT`. Listings are asked for page by page and read by a
 * worker; objects come in ranges from a fetch process, one beside each worker, straight to that worker. The case
 * process passes questions on after checking them, and reads no byte that came from outside.
 */
#ifndef STAUNCH_CLI_SCAN_REMOTE_H
#define STAUNCH_CLI_SCAN_REMOTE_H

#include "base/coverage.h"
#include "cli/arguments.h"
#include "cli/check.h"
#include "probe/hits.h"

struct casefile_object;
struct scan;
struct scan_slot;
struct scan_store;

/* What the scan knows of the network; zero: no source is remote. */
struct scan_remote {
	struct probe_scope *scope;
	struct check_auth *auth;  /* of the owner; NULL: everything is asked anonymously */
	struct check_roles roles; /* the two that listings need; the launcher is the scan's */
	struct probe_pace pace;
	uint32_t interval_ms; /* between two ranges of one fetch process */
	uint64_t asked_bytes; /* of ranges and pages, against the scope's budget */
	uint64_t left_open;   /* search contexts that could not be closed: the server lets them go by itself */
	uint64_t bytes, requests, network_ms, blocked_ms;
};

/* One store. */
struct scan_remote_store {
	struct probe_target target;
	const struct probe_service *service;
	enum probe_order order; /* of documents behind searches: as the server's version has it */
};

bool scan_is_remote(const char *name);
/* Before anything else: the scope allows it, there is a purpose, each URL is in the scope and of a service that can be
 * read. remote stays zero when no operand is a URL. */
enum st_status scan_remote_read_scope(
	struct scan_remote *remote, const struct cli_arguments *arguments, struct st_error *err);
/* The roles' settings; the launcher knows the fetch role. */
enum st_status scan_remote_begin(struct scan *scan, const struct cli_arguments *arguments, struct st_error *err);
void scan_remote_free(struct scan_remote *remote);

enum st_status scan_remote_store_open(const char *name, struct scan_remote_store **out, struct st_error *err);
void scan_remote_store_close(struct scan_remote_store *store); /* NULL is fine */
/* The fetch process of listings has the owner's credential for this store, if there is one, and no other. */
void scan_remote_use(struct scan *scan, const struct scan_remote_store *store);
/* All pages, in order; manifest over what they say of every object. ST_WRONG: it is refused, breaks off, or lies. */
enum st_status scan_remote_list(
	struct scan *scan, struct scan_remote_store *store, uint8_t manifest[ST_SHA256_BYTES], struct st_error *err);
/* One request for it, asked again while the server wants us to wait. The answer is the caller's to free. */
enum st_status scan_remote_ask(struct scan *scan, const struct scan_remote_store *store,
	const struct probe_request *request, struct check_answer *out, struct st_error *err);
/* The same of indices (scan_remote_indices.c): what there is, with its documents counted. */
enum st_status scan_remote_list_indices(
	struct scan *scan, struct scan_remote_store *store, struct st_sha256 *manifest, struct st_error *err);
/* Says what is going to be read; refuses what the scope's budget or the disk does not hold. */
enum st_status scan_remote_weigh(struct scan *scan, struct st_error *err);

/* The slot's object, as a descriptor for its worker; -1: a name that cannot be asked for (*reason). */
enum st_status scan_remote_open(struct scan *scan, struct scan_slot *slot, struct st_span path, int *fd,
	enum st_reason *reason, struct st_error *err);
/* A range that the worker asks for. False: it asks for what is not there. */
bool scan_remote_range(struct scan *scan, struct scan_slot *slot, uint64_t offset, uint32_t length);
/* Takes what the slot's fetch process has said so far. False: it is not to be believed any more. */
bool scan_remote_drain(struct scan *scan, struct scan_slot *slot);
/* --- indices (scan_remote_pages.c) --- */
/* The index as a pipe that answers will come through. */
void scan_remote_open_hits(struct scan *scan, struct scan_slot *slot, struct st_buf *frame);
/* A question that the worker wants asked. False: no such question, or it did not wait for the answer before. */
bool scan_remote_page(struct scan *scan, struct scan_slot *slot, struct st_cursor *in);
/* What the server calls the context that the worker had opened. False: it had none opened. */
bool scan_remote_context(struct scan *scan, struct scan_slot *slot, struct st_cursor *in);
/* The reading ends: its context is closed. */
void scan_remote_close_context(struct scan *scan, struct scan_slot *slot);
/* Before the listing: closes what a scan into this case that was killed had open there. */
enum st_status scan_remote_close_left(struct scan *scan, const struct scan_remote_store *store, struct st_error *err);
/* Before workers are ended: waits a little for the names of contexts that were asked for. */
void scan_remote_await_contexts(struct scan *scan);
/* An index was read as the worker says: what was there less than listed is missing; stored bytes are the share of its
 * documents. */
void scan_remote_judge(struct casefile_object *object);
/* At the end: what could not be closed. */
void scan_remote_tell(const struct scan_remote *remote);

/* The object is over; takes what the fetch process has to say about it. */
void scan_remote_close(struct scan *scan, struct scan_slot *slot);
/* Ends the slot's fetch process. */
void scan_remote_stop(struct scan *scan, struct scan_slot *slot);

#endif
