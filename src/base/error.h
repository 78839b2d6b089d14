/*
 * What went wrong, and what the caller should do about it. The status steers control flow, the text is for a person.
 * Texts never carry personal data: no value, no object name; `object #N`, kind and offset instead.
 */
#ifndef STAUNCH_BASE_ERROR_H
#define STAUNCH_BASE_ERROR_H

enum st_status {
	ST_OK,
	ST_RETRY, /* transient: the same call may succeed later */
	ST_SKIP,  /* this object cannot be examined: record it, take the next */
	ST_STOP,  /* this source or stream is over: close it */
	ST_WRONG, /* wrong use or unusable input: exit 2 */
	ST_FATAL, /* the environment or an invariant failed: exit 4 */
};

struct st_error {
	enum st_status status;
	int sys; /* errno, 0 if none */
	char what[240];
};

#define ST_TRY(call)                             \
	do {                                     \
		enum st_status st_try_ = (call); \
		if (st_try_ != ST_OK)            \
			return st_try_;          \
	} while (0)

/* Fills *err (may be NULL) and returns status, so that a failure is one line: `return st_fail(err, ST_SKIP, "...")`. */
enum st_status st_fail(struct st_error *err, enum st_status status, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
/* The same with errno's own text behind the message. */
enum st_status st_fail_errno(struct st_error *err, enum st_status status, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

#endif
