/* What places.h promises of a list of labels. */
#include "base/places.h"

#include "base/ceilings.h"

#include "../check.h"

static struct st_span span(const char *text)
{
	return (struct st_span){(const uint8_t *)text, strlen(text)};
}

static struct st_span list_of(const struct places *list)
{
	return (struct st_span){list->bytes.data, list->bytes.size};
}

static bool stands_at(const struct places *list, uint64_t offset, const char *want)
{
	struct st_span label = places_at(list_of(list), offset);
	if (label.size == strlen(want) && (label.size == 0 || memcmp(label.data, want, label.size) == 0))
		return true;
	CHECK_FAIL("at %" PRIu64 ": \"%.*s\", not \"%s\"", offset, (int)label.size, (const char *)label.data, want);
	return false;
}

static void a_label_holds_until_the_next(void)
{
	struct places list = {0};
	places_add(&list, 5, span("page 1"));
	places_add(&list, 300, span("page 2"));
	places_add(&list, 300, span("comment"));
	CHECK(stands_at(&list, 0, "") && stands_at(&list, 4, ""));
	CHECK(stands_at(&list, 5, "page 1") && stands_at(&list, 299, "page 1"));
	CHECK(stands_at(&list, 300, "comment") && stands_at(&list, UINT64_MAX, "comment"));
	CHECK(places_valid(list_of(&list)));
	st_buf_free(&list.bytes);
}

static void labels_are_found_by_number(void)
{
	struct places list = {0};
	places_add(&list, 0, span("a"));
	places_add(&list, 9, span("b"));
	CHECK(places_nth(list_of(&list), 1).size == 1 && places_nth(list_of(&list), 1).data[0] == 'b');
	CHECK(places_nth(list_of(&list), 2).size == 0 && places_nth((struct st_span){NULL, 0}, 0).size == 0);
	st_buf_free(&list.bytes);
}

static void an_offset_never_goes_back(void)
{
	struct places list = {0};
	places_add(&list, 100, span("a"));
	places_add(&list, 50, span("b"));
	CHECK(stands_at(&list, 99, "") && stands_at(&list, 100, "b"));
	st_buf_free(&list.bytes);
}

static void names_stand_behind_a_nul(void)
{
	struct st_span label = {(const uint8_t *)"sheet\0Prices", 12};
	CHECK_INT(places_words(label).size, 5);
	CHECK_INT(places_words(span("page 3")).size, 6);
	CHECK_INT(places_words((struct st_span){0}).size, 0);
}

static void a_long_list_ends_with_further_on(void)
{
	struct places list = {0};
	char label[CEIL_PLACE_BYTES + 1];
	memset(label, 'x', sizeof label - 1);
	label[sizeof label - 1] = 0;
	for (uint64_t i = 0; i < CEIL_PART_PLACES_BYTES; i++)
		places_add(&list, i * 10, span(label));
	CHECK(list.bytes.size <= CEIL_PART_PLACES_BYTES);
	CHECK(places_valid(list_of(&list)));
	CHECK(stands_at(&list, UINT64_MAX, "further on"));
	st_buf_free(&list.bytes);
}

static void what_no_list_holds_is_refused(void)
{
	static const char *const broken[] = {"\x05",
		"\x05\x03"
		"ab",
		"\x80",
		"\x01\xff\xff\xff\xff\xff\xff\xff\xff\x7f"
		"ab"};
	for (size_t i = 0; i < sizeof broken / sizeof broken[0]; i++) {
		if (places_valid(span(broken[i])))
			CHECK_FAIL("row %zu is taken", i);
		(void)places_at(span(broken[i]), 7);
	}
}

int main(void)
{
	RUN(a_label_holds_until_the_next);
	RUN(labels_are_found_by_number);
	RUN(an_offset_never_goes_back);
	RUN(names_stand_behind_a_nul);
	RUN(a_long_list_ends_with_further_on);
	RUN(what_no_list_holds_is_refused);
	CHECK_END();
}
