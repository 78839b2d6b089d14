/*
 * Shows texts to one detector, at every place where its trigger bytes call for it, and keeps what the engine would: the
 * longest, then the first. In the texts of a table «...» marks what must be found; the marks are not part of the input.
 */
#ifndef STAUNCH_TESTS_ONE_KIND_H
#define STAUNCH_TESTS_ONE_KIND_H

#include "check.h"
#include "detect/detector.h"

#define FOUND_MAX 32

struct finding {
	const char *text;      /* with «marks» */
	const char *canonical; /* of each mark, separated by a space; NULL: nothing may be found */
	int confidence;        /* of each; 0: not looked at */
	enum detect_form form;
};

struct found {
	struct detect_candidate candidate[FOUND_MAX];
	size_t count;
};

static bool found_alnum(uint8_t byte)
{
	return (uint8_t)((byte | 0x20) - 'a') < 26 || (uint8_t)(byte - '0') < 10;
}

static void found_add(struct found *found, const struct detect_candidate *candidate)
{
	if (candidate->confidence < DETECT_CONFIDENCE_SHOWN)
		return;
	for (size_t i = 0; i < found->count; i++) {
		const struct detect_candidate *other = &found->candidate[i];
		if (candidate->start >= other->end || other->start >= candidate->end)
			continue;
		if (candidate->end - candidate->start > other->end - other->start)
			found->candidate[i] = *candidate;
		return;
	}
	if (found->count < FOUND_MAX)
		found->candidate[found->count++] = *candidate;
}

static void find_all(const struct detector *detector, const struct detect_options *options, const void *text,
	size_t size, struct found *found)
{
	/* The bytes stand alone on the heap, so that the sanitizers see a step over either end. */
	uint8_t *copy = malloc(size ? size : 1);
	if (!copy)
		abort();
	memcpy(copy, text, size);
	struct detect_window window = {copy, size, options, NULL};
	bool examined = false;
	found->count = 0;
	for (size_t at = 0; at < size; at++) {
		bool wakes = copy[at] != 0 && strchr(detector->triggers, (char)copy[at]) &&
			     detector->may_start(copy[at], at + 1 < size ? copy[at + 1] : 0);
		struct detect_candidate candidate = {0};
		if (wakes && !(detector->run_start && examined) && detector->check(&window, at, &candidate))
			found_add(found, &candidate);
		examined = (examined || wakes) && found_alnum(copy[at]);
	}
	free(copy);
}

/* Splits the marks off: bytes without marks, start and end of each. */
static size_t unmark(const char *marked, char *text, size_t starts[FOUND_MAX], size_t ends[FOUND_MAX], size_t *marks)
{
	size_t size = 0;
	*marks = 0;
	while (*marked) {
		if (strncmp(marked, "«", 2) == 0) {
			starts[*marks] = size;
			marked += 2;
		} else if (strncmp(marked, "»", 2) == 0) {
			ends[(*marks)++] = size;
			marked += 2;
		} else {
			text[size++] = *marked++;
		}
	}
	text[size] = 0;
	return size;
}

static int found_order(const void *a, const void *b)
{
	const struct detect_candidate *left = a, *right = b;
	return left->start < right->start ? -1 : left->start > right->start;
}

/* One row of a table; prints the text that broke it. */
__attribute__((unused)) static void expect(
	const struct detector *detector, const struct detect_options *options, const struct finding *want)
{
	static struct found found;
	char text[1024], canonicals[1024] = "";
	size_t starts[FOUND_MAX], ends[FOUND_MAX], marks;
	size_t size = unmark(want->text, text, starts, ends, &marks);
	find_all(detector, options, text, size, &found);
	qsort(found.candidate, found.count, sizeof found.candidate[0], found_order);
	for (size_t i = 0; i < found.count; i++) {
		const struct detect_candidate *one = &found.candidate[i];
		size_t used = strlen(canonicals);
		snprintf(canonicals + used, sizeof canonicals - used, "%s%.*s", i ? " " : "", (int)one->canonical_size,
			(const char *)one->canonical);
		if (i >= marks || one->start != starts[i] || one->end != ends[i])
			CHECK_FAIL("\"%s\": found bytes %zu to %zu, canonical %s", want->text, one->start, one->end,
				canonicals);
		else if (one->form != want->form)
			CHECK_FAIL("\"%s\": form is %s", want->text, one->form == DETECT_PLAIN ? "plain" : "not plain");
		else if (want->confidence && one->confidence != want->confidence)
			CHECK_FAIL("\"%s\": confidence is %d", want->text, one->confidence);
	}
	if (found.count < marks)
		CHECK_FAIL("\"%s\": %zu of %zu found", want->text, found.count, marks);
	if (strcmp(canonicals, want->canonical ? want->canonical : "") != 0)
		CHECK_FAIL("\"%s\": canonical is \"%s\", not \"%s\"", want->text, canonicals,
			want->canonical ? want->canonical : "");
}

#define EXPECT_ALL(detector, options, table)                                     \
	for (size_t row_ = 0; row_ < sizeof(table) / sizeof((table)[0]); row_++) \
	expect(&(detector), options, &(table)[row_])

#endif
