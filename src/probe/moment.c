#include "probe/moment.h"

#define DAY_S 86400

struct reading {
	const uint8_t *at, *end;
	bool bad;
};

static int number(struct reading *in, int digits)
{
	int value = 0;
	for (int i = 0; i < digits; i++) {
		if (in->at >= in->end || *in->at < '0' || *in->at > '9') {
			in->bad = true;
			return 0;
		}
		value = value * 10 + (*in->at++ - '0');
	}
	return value;
}

static bool take(struct reading *in, const char *any)
{
	if (in->at >= in->end || strchr(any, *in->at) == NULL || *in->at == 0)
		return false;
	in->at++;
	return true;
}

static void expect(struct reading *in, const char *any)
{
	if (!take(in, any))
		in->bad = true;
}

static bool is_leap(int year)
{
	return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static int days_in(int year, int month)
{
	static const uint8_t days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	return days[month - 1] + (month == 2 && is_leap(year));
}

/* Days since 1970-01-01: whole years before, then months. */
static int64_t day_number(int year, int month, int day)
{
	int64_t before = year - 1, days = before * 365 + before / 4 - before / 100 + before / 400 - 719162;
	for (int i = 1; i < month; i++)
		days += days_in(year, i);
	return days + day - 1;
}

static int64_t read_day(struct reading *in)
{
	int year = number(in, 4);
	expect(in, "-");
	int month = number(in, 2);
	expect(in, "-");
	int day = number(in, 2);
	if (in->bad || year < 1970 || month < 1 || month > 12 || day < 1 || day > days_in(year, month)) {
		in->bad = true;
		return 0;
	}
	return day_number(year, month, day) * DAY_S;
}

static int read_clock(struct reading *in)
{
	int hour = number(in, 2);
	expect(in, ":");
	int minute = number(in, 2), second = 0;
	if (take(in, ":")) {
		second = number(in, 2);
		if (take(in, ".,")) {
			(void)number(in, 1);
			while (take(in, "0123456789"))
				continue;
		}
	}
	in->bad = in->bad || hour > 23 || minute > 59 || second > 60;
	return hour * 3600 + minute * 60 + second;
}

/* Seconds to take away; a blank may stand before it. */
static int read_zone(struct reading *in, bool *told)
{
	(void)take(in, " ");
	*told = in->at < in->end;
	if (in->end - in->at == 3 && memcmp(in->at, "UTC", 3) == 0) {
		in->at += 3;
		return 0;
	}
	if (take(in, "Zz"))
		return 0;
	bool west = take(in, "-");
	if (!west && !take(in, "+"))
		return 0;
	int hour = number(in, 2);
	(void)take(in, ":");
	int minute = number(in, 2);
	in->bad = in->bad || hour > 23 || minute > 59;
	return (west ? -1 : 1) * (hour * 3600 + minute * 60);
}

bool probe_moment_read(struct st_span text, struct probe_moment *out)
{
	*out = (struct probe_moment){0};
	if (text.size == 0)
		return false;
	struct reading in = {.at = text.data, .end = text.data + text.size};
	int64_t day = read_day(&in);
	*out = (struct probe_moment){.from = day, .to = day + DAY_S - 1};
	if (!in.bad && in.at < in.end) {
		expect(&in, "Tt ");
		int64_t at = day + read_clock(&in);
		at -= read_zone(&in, &out->zone);
		out->from = out->to = at;
	}
	return !in.bad && in.at == in.end && out->from >= 0;
}

bool probe_moment_epoch(struct st_span text, struct probe_moment *out)
{
	int64_t value = 0;
	if (text.size == 0 || text.size > 14)
		return false;
	for (size_t i = 0; i < text.size; i++) {
		if (text.data[i] < '0' || text.data[i] > '9')
			return false;
		value = value * 10 + (text.data[i] - '0');
	}
	if (text.size >= 12)
		value /= 1000;
	*out = (struct probe_moment){.from = value, .to = value, .zone = true};
	return true;
}
