/* The worker's answer on its way: whole it comes through, cut or bent anywhere it is refused. */
#include "audit/result.h"
#include "check.h"

#include <stdlib.h>

static struct st_span text(const char *value)
{
	return (struct st_span){(const uint8_t *)value, strlen(value)};
}

static void fill(struct audit_result *result)
{
	struct audit_exposure *exposure =
		AUDIT_PUSH(result->exposures, result->exposure_count, result->exposure_capacity);
	exposure->store = text("es");
	exposure->class = AUDIT_ANY;
	exposure->protocol = AUDIT_PROTOCOL_TCP;
	*AUDIT_PUSH(exposure->ports, exposure->port_count, exposure->port_capacity) = (struct audit_range){9200, 9300};
	*AUDIT_PUSH(exposure->sources.items, exposure->sources.count, exposure->sources.capacity) = text("0.0.0.0/0");
	exposure->witness.source = text("203.0.113.7");
	exposure->witness.source_port = -1;
	exposure->witness.destination_port = 9200;
	*AUDIT_PUSH(exposure->admitted_by, exposure->admitted_count, exposure->admitted_capacity) =
		(struct audit_rule_at){
			.group = text("g"), .rule = text("r"), .priority = 100, .file = 1, .line = 41, .setting = true};
	AUDIT_PUSH(result->stores, result->store_count, result->store_capacity)->name = text("es");
	AUDIT_PUSH(result->shadowed.items, result->shadowed.count, result->shadowed.capacity)->store = text("g");
	exposure->excepted = AUDIT_EXCEPTED;
	AUDIT_PUSH(result->exceptions, result->exception_count, result->exception_capacity)->owner = text("anna");
}

static void an_answer_comes_through_whole(void)
{
	struct audit_result result = {0}, again = {0};
	struct st_error err = {0};
	st_auto_buf struct st_buf bytes = {0}, copy = {0};
	fill(&result);
	audit_result_encode(&result, &bytes, NULL);
	CHECK_INT(audit_result_decode((struct st_span){bytes.data, bytes.size}, 2, &again, &err), ST_OK);
	CHECK_INT(again.exposures[0].ports[0].high, 9300);
	CHECK_INT(again.exposures[0].witness.source_port, -1);
	CHECK_INT(again.exposures[0].admitted_by[0].line, 41);
	audit_result_encode(&again, &copy, NULL);
	CHECK(copy.size == bytes.size && memcmp(copy.data, bytes.data, copy.size) == 0);
	audit_result_free(&again);
	CHECK_INT(audit_result_decode((struct st_span){bytes.data, bytes.size}, 1, &again, &err), ST_FATAL);
	audit_result_free(&result);
}

static void a_cut_answer_is_refused(void)
{
	struct audit_result result = {0}, again = {0};
	struct st_error err = {0};
	st_auto_buf struct st_buf bytes = {0};
	fill(&result);
	audit_result_encode(&result, &bytes, NULL);
	for (size_t size = 0; size < bytes.size; size++)
		CHECK_INT(audit_result_decode((struct st_span){bytes.data, size}, 2, &again, &err), ST_FATAL);
	st_buf_add_byte(&bytes, 0);
	CHECK_INT(audit_result_decode((struct st_span){bytes.data, bytes.size}, 2, &again, &err), ST_FATAL);
	audit_result_free(&result);
}

int main(void)
{
	RUN(an_answer_comes_through_whole);
	RUN(a_cut_answer_is_refused);
	CHECK_END();
}
