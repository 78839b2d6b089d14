/* An estimate in a case: comes out as it went in, and damaged bytes are refused. */
#include "check.h"
#include "cli/sample.h"

static void write_one(struct st_buf *out)
{
	struct report_sampled_store store = {3, 50000, 9007199254740991, 240, 4800};
	struct report_estimated figures[] = {{"records.raw", 100, 90, 110, true}, {"persons.best", 7, 5, 0, false}};
	struct report_estimate estimate = {.sampled = 240,
		.listed = 4800,
		.strata = 11,
		.stores = &store,
		.store_count = 1,
		.figures = figures,
		.figure_count = 2};
	sample_row_write(out, &estimate);
}

static void an_estimate_comes_out_as_it_went_in(void)
{
	st_auto_buf struct st_buf bytes = {0};
	struct report_estimate got;
	write_one(&bytes);
	CHECK(sample_row_read((struct st_span){bytes.data, bytes.size}, &got));
	CHECK_INT(got.sampled, 240);
	CHECK_INT(got.strata, 11);
	CHECK_INT(got.store_count, 1);
	CHECK_INT(got.stores[0].seed, 9007199254740991);
	CHECK_INT(got.figure_count, 2);
	CHECK_TEXT(got.figures[1].name, "persons.best");
	CHECK(got.figures[0].bounded && !got.figures[1].bounded);
	CHECK_INT(got.figures[0].high, 110);
	sample_report_free(&got);
}

static void an_estimate_that_is_cut_or_longer_is_refused(void)
{
	st_auto_buf struct st_buf bytes = {0};
	struct report_estimate got;
	write_one(&bytes);
	for (size_t size = 0; size < bytes.size; size++)
		if (sample_row_read((struct st_span){bytes.data, size}, &got))
			CHECK_FAIL("%zu of %zu bytes are taken", size, bytes.size);
	st_buf_add_byte(&bytes, 0);
	CHECK(!sample_row_read((struct st_span){bytes.data, bytes.size}, &got));
}

static void any_changed_byte_is_read_or_refused_without_harm(void)
{
	st_auto_buf struct st_buf bytes = {0};
	struct report_estimate got;
	write_one(&bytes);
	for (size_t at = 0; at < bytes.size; at++)
		for (unsigned byte = 0; byte < 256; byte += 51) {
			uint8_t before = bytes.data[at];
			bytes.data[at] = (uint8_t)byte;
			if (sample_row_read((struct st_span){bytes.data, bytes.size}, &got))
				sample_report_free(&got);
			bytes.data[at] = before;
		}
}

static void a_store_has_one_choice_and_all_of_it_is_none(void)
{
	struct sample_choices choices = {0};
	sample_choose(&choices, &(struct sample_choice){5, 1000, 1});
	sample_choose(&choices, &(struct sample_choice){2, 2000, 2});
	sample_choose(&choices, &(struct sample_choice){5, 3000, 3});
	CHECK_INT(choices.count, 2);
	CHECK_INT(choices.list[0].store, 2);
	CHECK_INT(sample_choice_of(&choices, 5)->seed, 3);
	CHECK(sample_choice_of(&choices, 3) == NULL);
	sample_choose(&choices, &(struct sample_choice){5, SAMPLE_ALL_PPM, 0});
	sample_choose(&choices, &(struct sample_choice){4, SAMPLE_ALL_PPM, 0});
	CHECK_INT(choices.count, 1);
	CHECK(sample_choice_of(&choices, 5) == NULL);
	free(choices.list);
}

int main(void)
{
	RUN(an_estimate_comes_out_as_it_went_in);
	RUN(an_estimate_that_is_cut_or_longer_is_refused);
	RUN(any_changed_byte_is_read_or_refused_without_harm);
	RUN(a_store_has_one_choice_and_all_of_it_is_none);
	CHECK_END();
}
