/* What reading over the network took: sums over scans, and from bytes that are none. */
#include "base/network.h"

#include "check.h"

static void sums_go_out_and_come_back_and_stay_at_their_most(void)
{
	struct st_network one = {.pages = 3, .names = 7, .object_blocked_ms = 5}, sum = {.names = UINT64_MAX - 6}, got;
	st_auto_buf struct st_buf bytes = {0};
	st_network_add(&sum, &one);
	st_network_encode(&sum, &bytes);
	CHECK(st_network_decode((struct st_span){bytes.data, bytes.size}, &got));
	CHECK_INT(got.pages, 3);
	CHECK(got.names == UINT64_MAX);
	CHECK_INT(got.object_blocked_ms, 5);
}

static void bytes_of_another_size_are_none(void)
{
	struct st_network got = {.pages = 1};
	uint8_t bytes[73] = {1};
	CHECK(!st_network_decode((struct st_span){NULL, 0}, &got));
	CHECK_INT(got.pages, 0);
	CHECK(!st_network_decode((struct st_span){bytes, sizeof bytes}, &got));
	CHECK_INT(got.pages, 0);
}

static void a_share_is_between_nothing_and_all(void)
{
	CHECK_INT(st_network_percent(0, 0), 0);
	CHECK_INT(st_network_percent(1, 3), 33);
	CHECK_INT(st_network_percent(4, 3), 100);
	CHECK_INT(st_network_percent(UINT64_MAX - 1, UINT64_MAX), 100);
}

int main(void)
{
	RUN(sums_go_out_and_come_back_and_stay_at_their_most);
	RUN(bytes_of_another_size_are_none);
	RUN(a_share_is_between_nothing_and_all);
	CHECK_END();
}
