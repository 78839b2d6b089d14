#include "report/amount.h"

#include <stddef.h>
#include <stdio.h>

void number_text(uint64_t value, char out[32])
{
	char digits[24];
	int size = snprintf(digits, sizeof digits, "%llu", (unsigned long long)value), at = 0;
	for (int i = 0; i < size; i++) {
		if (i > 0 && (size - i) % 3 == 0)
			out[at++] = ',';
		out[at++] = digits[i];
	}
	out[at] = 0;
}

void bytes_text(uint64_t bytes, char out[32])
{
	static const char *const units[] = {"B", "KB", "MB", "GB", "TB", "PB", "EB"};
	double value = (double)bytes;
	size_t unit = 0;
	while (value >= 999.5 && unit + 1 < sizeof units / sizeof units[0]) {
		value /= 1000;
		unit++;
	}
	int digits = unit == 0 || value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2;
	snprintf(out, 32, "%.*f %s", digits, value, units[unit]);
}

void percent_text(uint64_t part, uint64_t whole, char out[32])
{
	if (whole == 0 || part >= whole) {
		snprintf(out, 32, "100 %%");
		return;
	}
	uint64_t tenths = (uint64_t)((long double)part * 1000 / (long double)whole);
	snprintf(out, 32, "%llu.%llu %%", (unsigned long long)(tenths / 10), (unsigned long long)(tenths % 10));
}
