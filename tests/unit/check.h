/*
 * The smallest test harness that prints what failed: one program per subject, one function per sentence of the
 * specification. Output: "ok - NAME", "not ok - NAME: why", "skip - NAME: why"; tests/run.py counts the lines.
 */
#ifndef STAUNCH_TESTS_CHECK_H
#define STAUNCH_TESTS_CHECK_H

#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *check_name __attribute__((unused));
static bool check_failed __attribute__((unused));
static bool check_any_failed __attribute__((unused));

#define CHECK_FAIL(...)                                                         \
	do {                                                                    \
		printf("not ok - %s: %s:%d: ", check_name, __FILE__, __LINE__); \
		printf(__VA_ARGS__);                                            \
		putchar('\n');                                                  \
		check_failed = check_any_failed = true;                         \
	} while (0)

/* Each ends the test function at the first failure. */
#define CHECK(condition)                              \
	do {                                          \
		if (!(condition)) {                   \
			CHECK_FAIL("%s", #condition); \
			return;                       \
		}                                     \
	} while (0)
#define CHECK_INT(got, want)                                                   \
	do {                                                                   \
		long long got_ = (long long)(got), want_ = (long long)(want);  \
		if (got_ != want_) {                                           \
			CHECK_FAIL("%s is %lld, not %lld", #got, got_, want_); \
			return;                                                \
		}                                                              \
	} while (0)
#define CHECK_TEXT(got, want)                                                      \
	do {                                                                       \
		const char *got_ = (got), *want_ = (want);                         \
		if (strcmp(got_, want_) != 0) {                                    \
			CHECK_FAIL("%s is \"%s\", not \"%s\"", #got, got_, want_); \
			return;                                                    \
		}                                                                  \
	} while (0)
#define CHECK_OK(call)                                         \
	do {                                                   \
		struct st_error err = {0};                     \
		if ((call) != ST_OK) {                         \
			CHECK_FAIL("%s: %s", #call, err.what); \
			return;                                \
		}                                              \
	} while (0)

/* RUN(function): the function's name, underscores as spaces, is the sentence. */
#define RUN(function)                                    \
	do {                                             \
		check_name = #function;                  \
		check_failed = false;                    \
		function();                              \
		if (!check_failed)                       \
			printf("ok - %s\n", check_name); \
		fflush(stdout);                          \
	} while (0)
#define SKIP(why)                                           \
	do {                                                \
		printf("skip - %s: %s\n", check_name, why); \
		check_failed = true;                        \
		return;                                     \
	} while (0)
#define CHECK_END() return check_any_failed ? 1 : 0

#endif
