/* Telephone numbers, cards, accounts, addresses, official numbers, urls and secrets on arbitrary windows: every trigger
 * is shown to its detector, and an answer must lie in the window, within reach, and be a canonical value of its kind.
 */
#include <stdlib.h>

#include "detect/detector.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct detector *const detectors[] = {&detector_phone_number, &detector_payment_card, &detector_iban,
	&detector_ip_address, &detector_url, &detector_connection_string, &detector_secret, &detector_official_number};

static void answer_holds(enum detect_kind kind, const struct detect_candidate *answer, size_t at, size_t size)
{
	const bool url = kind == DETECT_URL;
	if (answer->start >= answer->end || answer->end > size || answer->start > at + CEIL_DETECT_REACH_BYTES ||
		answer->end + CEIL_DETECT_REACH_BYTES < at)
		abort();
	if (answer->canonical_size == 0 || answer->canonical_size > (url ? CEIL_CANONICAL_BYTES : 48) ||
		answer->confidence > 100)
		abort();
	for (size_t i = 0; i < answer->canonical_size; i++)
		if (answer->canonical[i] <= ' ' || answer->canonical[i] == 0x7f ||
			(!url && answer->canonical[i] > 0x7f))
			abort();
}

/* The first byte chooses the regions; the rest is the text, on the heap without a byte to spare. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const some[] = {"IT", "US", "AR", "DE", "BR", "RU", "JP", NULL};
	if (size == 0)
		return 0;
	const struct detect_options options = {.regions = data[0] & 1 ? some + (data[0] >> 1) % 7 : NULL};
	size_t length = size - 1;
	uint8_t *text = malloc(length ? length : 1);
	if (!text)
		return 0;
	memcpy(text, data + 1, length);
	const struct detect_window window = {text, length, &options, NULL};
	for (size_t n = 0; n < sizeof detectors / sizeof *detectors; n++)
		for (size_t at = 0; at < length; at++) {
			struct detect_candidate answer = {0};
			if (text[at] != 0 && strchr(detectors[n]->triggers, text[at]) &&
				detectors[n]->check(&window, at, &answer))
				answer_holds(detectors[n]->kind, &answer, at, length);
		}
	free(text);
	return 0;
}
