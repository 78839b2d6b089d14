/* What a worker tells of the case numbers of a part: five of each template, and no more. */
#include "check.h"

#include "worker/case_templates.h"

static size_t tell(struct case_templates *told, const char *value, char *row)
{
	uint8_t bytes[CASE_TEMPLATES_BYTES];
	size_t size = case_templates_row(told, (struct st_span){(const uint8_t *)value, strlen(value)}, bytes);
	for (size_t i = 0; i < size; i++)
		row[i] = bytes[i] == 0 ? '|' : (char)bytes[i];
	row[size] = 0;
	return size;
}

static void a_value_goes_with_its_template_once(void)
{
	struct case_templates told = {0};
	char row[CASE_TEMPLATES_BYTES + 1];
	CHECK(tell(&told, "PRJ-2024-0131", row) > 0);
	CHECK_TEXT(row, "PRJ-0000-0000|PRJ-2024-0131");
	CHECK_INT(tell(&told, "PRJ-2024-0131", row), 0);
	CHECK_INT(tell(&told, "EXPO-2019", row), 0);
	CHECK_INT(tell(&told, "119122400001234", row), 0);
}

static void five_of_a_template_are_told_in_each_part(void)
{
	struct case_templates told = {0};
	char row[CASE_TEMPLATES_BYTES + 1], value[32];
	for (int part = 0; part < 2; part++) {
		int count = 0;
		for (int i = 0; i < 100; i++) {
			snprintf(value, sizeof value, "PRJ-2024-%04d", i);
			count += tell(&told, value, row) > 0;
			snprintf(value, sizeof value, "TCK-%05d", i);
			count += tell(&told, value, row) > 0;
		}
		CHECK_INT(count, 10);
		case_templates_begin(&told);
	}
}

static void with_more_templates_than_slots_every_one_has_five(void)
{
	struct case_templates *told = st_alloc_zero(1, sizeof *told);
	char row[CASE_TEMPLATES_BYTES + 1], value[32];
	for (int t = 0; t < 500; t++) {
		int count = 0;
		for (int i = 0; i < 7; i++) {
			snprintf(value, sizeof value, "%c%cQZ-%06d", 'G' + t % 20, 'A' + t / 20, i);
			count += tell(told, value, row) > 0;
		}
		if (count != DETECT_CASES_OF_TEMPLATE)
			CHECK_FAIL("%s: %d values told", value, count);
	}
	free(told);
}

int main(void)
{
	RUN(a_value_goes_with_its_template_once);
	RUN(five_of_a_template_are_told_in_each_part);
	RUN(with_more_templates_than_slots_every_one_has_five);
	CHECK_END();
}
