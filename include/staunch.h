/*
 * libstaunch: what `staunch detect` and `staunch redact` do, as functions (staunch(3)).
 *
 *     staunch_options *options = NULL;
 *     staunch_redact *redact = NULL;
 *     if (staunch_options_open(&options) == STAUNCH_OK && staunch_redact_open(options, put, stdout, &redact) ==
 * STAUNCH_OK) while ((size = fread(block, 1, sizeof block, stdin)) > 0 && staunch_redact_feed(redact, block, size) ==
 * STAUNCH_OK)
 *             ;
 *     status = staunch_redact_finish(redact);
 *     staunch_redact_close(redact);
 *     staunch_options_close(options);
 *
 * Nothing here prints, ends the process, keeps a global or opens a file. Input is bytes, hostile ones too, in blocks of
 * any size; the result is the same for every cutting. Functions return a status; out of memory is one: the object is
 * then of no more use than to be closed, and all that it held is freed.
 *
 * Threads: different objects are independent. One object is used by one thread at a time. Options are only read by what
 * is opened with them, so several threads may open with the same.
 */
#ifndef STAUNCH_H
#define STAUNCH_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__)
#define STAUNCH_API __attribute__((visibility("default")))
#else
#define STAUNCH_API
#endif

/* Numbers are fixed; more may be added. */
enum {
	STAUNCH_OK = 0,
	STAUNCH_MEMORY = 1,     /* out of memory */
	STAUNCH_WRONG = 2,      /* wrong use: an argument, the order of calls; staunch_options_error says more */
	STAUNCH_UNSEARCHED = 3, /* bytes that cannot be searched: nothing behind them left */
	STAUNCH_TOO_LARGE = 4,  /* a document that can only be redacted whole (HTML, mail), above 64 MiB */
	STAUNCH_WRITE = 5,      /* the caller's function refused the output */
	STAUNCH_INTERNAL = 6    /* a fault of the library */
};
/* English, for a person; never NULL, also for numbers of a newer library. */
STAUNCH_API const char *staunch_error_text(int status);
STAUNCH_API const char *staunch_version(void); /* "0.1.0" */

/* --- options --- */

typedef struct staunch_options staunch_options;
/* Those of `staunch redact` without any: the format by content, labels. *out is NULL where it fails. */
STAUNCH_API int staunch_options_open(staunch_options **out);
/* All texts below end with a NUL. A refused value leaves the options as they were. */
STAUNCH_API int staunch_options_format(
	staunch_options *options, const char *format); /* auto text json jsonl csv mail html sql */
STAUNCH_API int staunch_options_mode(staunch_options *options, const char *mode); /* token mask label */
/* 32 secret bytes, copied; tokens need them, and without a mode asked for they make it token. */
STAUNCH_API int staunch_options_key(staunch_options *options, const void *key, size_t size);
/* A policy of staunch-redact-policy(5), rules of staunch-rules(5): the bytes of the file. One of each, once; a policy
 * with rules of its own goes before. */
STAUNCH_API int staunch_options_policy(staunch_options *options, const void *yaml, size_t size);
STAUNCH_API int staunch_options_rules(staunch_options *options, const void *json, size_t size);
/* One more country of national phone numbers ("IT"), one more own domain ("contoso.com"). */
STAUNCH_API int staunch_options_region(staunch_options *options, const char *country);
STAUNCH_API int staunch_options_own_domain(staunch_options *options, const char *domain);
/* Each line is an input of its own and leaves with its line feed; bytes that cannot be searched pass. 0: not so. */
STAUNCH_API int staunch_options_by_line(staunch_options *options, int yes);
STAUNCH_API int staunch_options_pass_unsearched(staunch_options *options, int yes);
/* Why the last call was refused, with the line of a file; "" when it was not. Until the next call. */
STAUNCH_API const char *staunch_options_error(const staunch_options *options);
/* After everything that was opened with them is closed. Wipes the key. NULL is fine. */
STAUNCH_API void staunch_options_close(staunch_options *options);

/* --- detect: text in, mentions out --- */

typedef struct staunch_mention staunch_mention;
/* Of a mention, during the call that tells of it. Offsets are bytes of the input, end exclusive. */
STAUNCH_API const char *staunch_mention_kind(const staunch_mention *mention);   /* "email_address" */
STAUNCH_API const char *staunch_mention_form(const staunch_mention *mention);   /* "plain" */
STAUNCH_API const char *staunch_mention_scheme(const staunch_mention *mention); /* of ids, or NULL */
STAUNCH_API uint64_t staunch_mention_start(const staunch_mention *mention);
STAUNCH_API uint64_t staunch_mention_end(const staunch_mention *mention);
STAUNCH_API unsigned staunch_mention_confidence(const staunch_mention *mention);            /* hundredths, 50 to 100 */
STAUNCH_API const char *staunch_mention_text(const staunch_mention *mention, size_t *size); /* no NUL behind it */
STAUNCH_API const char *staunch_mention_canonical(const staunch_mention *mention, size_t *size); /* the same */

typedef struct staunch_detect staunch_detect;
/* Sorted by start, never overlapping, each once. Must return: no longjmp, no exception. */
typedef void staunch_found(void *context, const staunch_mention *mention);
/* Of the options format, mode, key and policy are not asked. NULL: none. The input is UTF-8 or bytes beyond it. */
STAUNCH_API int staunch_detect_open(
	const staunch_options *options, staunch_found *found, void *context, staunch_detect **out);
STAUNCH_API int staunch_detect_feed(staunch_detect *detect, const void *data, size_t size);
/* End of this input: all that is still held is told. The next feed begins a new one at offset 0. */
STAUNCH_API int staunch_detect_finish(staunch_detect *detect);
STAUNCH_API void staunch_detect_close(staunch_detect *detect); /* NULL is fine */

/* --- redact: a stream in, the same with what is personal replaced out --- */

typedef struct staunch_redact staunch_redact;
/* Output in order; not 0 ends the run with STAUNCH_WRITE. Must return: no longjmp, no exception. */
typedef int staunch_write(void *context, const void *data, size_t size);
STAUNCH_API int staunch_redact_open(
	const staunch_options *options, staunch_write *write, void *context, staunch_redact **out);
/* Not STAUNCH_OK: the run has ended, staunch_redact_finish says the same. */
STAUNCH_API int staunch_redact_feed(staunch_redact *redact, const void *data, size_t size);
/* End of the input: all that is still held leaves. The output is complete only with STAUNCH_OK. */
STAUNCH_API int staunch_redact_finish(staunch_redact *redact);
/* After finish: values replaced; of bytes that could not be searched how many, and with STAUNCH_UNSEARCHED where. */
STAUNCH_API uint64_t staunch_redact_replaced(const staunch_redact *redact);
STAUNCH_API uint64_t staunch_redact_unsearched(const staunch_redact *redact);
STAUNCH_API uint64_t staunch_redact_unsearched_at(const staunch_redact *redact);
/* Wipes what it held of key and input. NULL is fine. */
STAUNCH_API void staunch_redact_close(staunch_redact *redact);

#ifdef __cplusplus
}
#endif

#endif
