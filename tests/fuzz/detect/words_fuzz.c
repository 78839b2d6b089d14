/* Case numbers, dates of birth, addresses and names of organizations on arbitrary windows: every trigger is shown to
 * its detector, also with a column's name (up to the first line end), and an answer must lie in the window, within
 * reach, have a kind that is the detector's, and be a canonical value: UTF-8 without controls, no blank at its ends. */
#include <stdlib.h>

#include "base/utf8.h"
#include "detect/detector.h"
#include "detect/fields.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct detector *const detectors[] = {&detector_organization_name, &detector_worded_number};

static void require(bool condition)
{
	if (!condition)
		abort();
}

static bool is_date(const struct detect_candidate *answer)
{
	if (answer->canonical_size != 10 || answer->canonical[4] != '-' || answer->canonical[7] != '-')
		return false;
	for (size_t i = 0; i < 10; i++)
		if (i != 4 && i != 7 && (answer->canonical[i] < '0' || answer->canonical[i] > '9'))
			return false;
	return true;
}

static void answer_holds(const struct detector *detector, const struct detect_candidate *answer, size_t at, size_t size)
{
	require(answer->start < answer->end && answer->end <= size && answer->end - answer->start <= 400);
	require(answer->start <= at + CEIL_DETECT_REACH_BYTES && answer->end + CEIL_DETECT_REACH_BYTES >= at);
	require(answer->canonical_size > 0 && answer->canonical_size <= CEIL_CANONICAL_BYTES);
	require(st_utf8_valid_prefix(answer->canonical, answer->canonical_size) == answer->canonical_size);
	require(answer->canonical[0] != ' ' && answer->canonical[answer->canonical_size - 1] != ' ');
	for (size_t i = 0; i < answer->canonical_size; i++)
		require(answer->canonical[i] >= ' ' && answer->canonical[i] != 0x7f);
	require(answer->confidence >= 50 && answer->confidence <= 100);
	require(answer->kind == DETECT_ORGANIZATION_NAME || detector == &detector_worded_number);
	require(answer->kind != DETECT_DATE_OF_BIRTH || is_date(answer));
	/* the country of an address without a postal code may be unknown */
	require(answer->kind != DETECT_POSTAL_ADDRESS || answer->scheme == NULL || strlen(answer->scheme) == 2);
}

static void show(const struct detect_window *window)
{
	for (size_t n = 0; n < sizeof detectors / sizeof *detectors; n++)
		for (size_t at = 0; at < window->size; at++) {
			struct detect_candidate answer = {.kind = detectors[n]->kind};
			if (window->data[at] != 0 && strchr(detectors[n]->triggers, window->data[at]) &&
				detectors[n]->check(window, at, &answer))
				answer_holds(detectors[n], &answer, at, window->size);
		}
}

/* The first byte chooses the regions; the text stands on the heap without a byte to spare. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const some[] = {"US", "GB", "IT", NULL};
	if (size == 0)
		return 0;
	const struct detect_options options = {.regions = data[0] & 1 ? some + (data[0] >> 1) % 4 : NULL};
	size_t length = size - 1;
	uint8_t *text = malloc(length ? length : 1);
	if (!text)
		return 0;
	memcpy(text, data + 1, length);
	struct detect_window window = {.data = text, .size = length, .options = &options};
	show(&window);
	const uint8_t *line = memchr(text, '\n', length);
	struct fields fields = {0};
	unsigned name = fields_name(&fields, (struct st_span){text, line ? (size_t)(line - text) : 0});
	fields_begin(&fields, 0, name);
	window.field = fields_at(&fields, 0);
	if (window.field)
		show(&window);
	fields_free(&fields);
	free(text);
	return 0;
}
