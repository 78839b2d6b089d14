/* Evidence: lines, chain, signature, sealed names; and facts on their way from a worker. */
#include "probe/evidence.h"

#include "check.h"

#include <sodium.h>

static const uint8_t key_a[PROBE_EVIDENCE_KEY_BYTES] = {1}, key_b[PROBE_EVIDENCE_KEY_BYTES] = {2};

static void add_verdict(struct probe_evidence *evidence, struct st_buf *file, int64_t now, const char *target,
	const char *verdict, const char *known)
{
	st_auto_buf struct st_buf line = {0}, sealed = {0};
	struct st_json_writer w = {.out = &line};
	probe_evidence_begin(evidence, &w, now, "verdict");
	st_json_key_text(&w, "target", target);
	st_json_key_text(&w, "verdict", verdict);
	if (known != NULL) {
		probe_evidence_seal(evidence, target, (struct st_span){(const uint8_t *)known, strlen(known)}, &sealed);
		st_json_key(&w, "known");
		st_json_string(&w, sealed.data, sealed.size);
	}
	probe_evidence_end(evidence, &w);
	st_buf_add(file, line.data, line.size);
}

static void sign(struct probe_evidence *evidence, struct st_buf *file, int64_t now)
{
	st_auto_buf struct st_buf line = {0};
	probe_evidence_sign(evidence, now, &line);
	st_buf_add(file, line.data, line.size);
}

static enum probe_chain judge(const struct probe_evidence *keys, const struct st_buf *file)
{
	struct probe_chain_report report;
	probe_evidence_check(keys, (struct st_span){file->data, file->size}, NULL, &report);
	return report.chain;
}

static void any_single_byte_that_changes_is_seen(void)
{
	struct probe_evidence evidence = {0};
	st_auto_buf struct st_buf file = {0};
	probe_evidence_keys(&evidence, key_a);
	add_verdict(&evidence, &file, 1000, "https://h.example:443/a", "open", "k1");
	sign(&evidence, &file, 1001);
	CHECK_INT(judge(&evidence, &file), PROBE_CHAIN_INTACT);
	/* The line feeds hold the lines apart; a byte of the last line may only tear it or break its own form. */
	for (size_t i = 0; i + 1 < file.size; i++) {
		uint8_t was = file.data[i];
		file.data[i] = was == 'x' ? 'y' : 'x';
		struct probe_chain_report report;
		probe_evidence_check(&evidence, (struct st_span){file.data, file.size}, NULL, &report);
		bool in_time_of_last = report.chain == PROBE_CHAIN_INTACT;
		if (in_time_of_last && memcmp(report.head, evidence.head, sizeof report.head) == 0)
			CHECK_FAIL("byte %zu changed, and neither chain nor head shows it", i);
		file.data[i] = was;
	}
	CHECK_INT(judge(&evidence, &file), PROBE_CHAIN_INTACT);
}

static void another_key_is_not_ours_and_a_missing_signature_is_a_cut(void)
{
	struct probe_evidence evidence = {0}, other = {0};
	st_auto_buf struct st_buf file = {0};
	probe_evidence_keys(&evidence, key_a);
	probe_evidence_keys(&other, key_b);
	CHECK_INT(judge(&evidence, &file), PROBE_CHAIN_CUT);
	add_verdict(&evidence, &file, 1000, "t", "open", NULL);
	CHECK_INT(judge(&evidence, &file), PROBE_CHAIN_CUT);
	sign(&evidence, &file, 1001);
	CHECK_INT(judge(&other, &file), PROBE_CHAIN_OTHER_KEY);
	st_buf_add(&file, "{\"n\":3", 6);
	CHECK_INT(judge(&evidence, &file), PROBE_CHAIN_CUT);
}

/* Whoever may write the file but lacks the key: the line fits the chain, for that needs no secret. */
static void what_somebody_else_put_behind_the_last_signature_is_told_from_what_a_killed_run_left(void)
{
	struct probe_evidence evidence = {0}, forger = {0};
	st_auto_buf struct st_buf file = {0}, bare = {0};
	char head[PROBE_EVIDENCE_HEAD_TEXT];
	struct probe_chain_report report;
	probe_evidence_keys(&evidence, key_a);
	probe_evidence_keys(&forger, key_b);
	add_verdict(&evidence, &file, 1000, "t", "open", NULL);
	sign(&evidence, &file, 1001);
	forger.count = evidence.count;
	memcpy(forger.head, evidence.head, sizeof forger.head);
	st_buf_add(&bare, file.data, file.size);
	st_hex(evidence.head, sizeof evidence.head, head);
	st_buf_format(&bare,
		"{\"n\":3,\"prev\":\"%s\",\"time\":\"2026-01-01T00:00:00Z\",\"kind\":\"verdict\",\"target\":\"t\","
		"\"verdict\":"
		"\"closed\"}\n",
		head);
	CHECK_INT(judge(&evidence, &bare), PROBE_CHAIN_TAMPERED);
	size_t signed_bytes = file.size;
	add_verdict(&forger, &file, 1002, "t", "closed", NULL);
	probe_evidence_check(&evidence, (struct st_span){file.data, file.size}, NULL, &report);
	CHECK_INT(report.chain, PROBE_CHAIN_TAMPERED);
	CHECK_INT(report.bad_line, 3);
	file.size = signed_bytes;
	add_verdict(&evidence, &file, 1002, "t", "closed", NULL);
	CHECK_INT(judge(&evidence, &file), PROBE_CHAIN_CUT);
	sign(&evidence, &file, 1003);
	CHECK_INT(judge(&evidence, &file), PROBE_CHAIN_INTACT);
}

static void a_sealed_name_opens_for_its_target_and_key_only(void)
{
	struct probe_evidence evidence = {0}, other = {0};
	st_auto_buf struct st_buf sealed = {0}, name = {0};
	probe_evidence_keys(&evidence, key_a);
	probe_evidence_keys(&other, key_b);
	probe_evidence_seal(&evidence, "t1", (struct st_span){(const uint8_t *)"anna.pdf", 8}, &sealed);
	CHECK(memmem(sealed.data, sealed.size, "anna", 4) == NULL);
	CHECK(probe_evidence_unseal(&evidence, "t1", (const char *)sealed.data, sealed.size, &name));
	CHECK(name.size == 8 && memcmp(name.data, "anna.pdf", 8) == 0);
	CHECK(!probe_evidence_unseal(&evidence, "t2", (const char *)sealed.data, sealed.size, &name));
	CHECK(!probe_evidence_unseal(&other, "t1", (const char *)sealed.data, sealed.size, &name));
	CHECK(!probe_evidence_unseal(&evidence, "t1", "AAAA", 4, &name));
	CHECK(!probe_evidence_unseal(&evidence, "t1", "not base64!", 11, &name));
}

static void facts_survive_their_frame_and_no_cutting_of_it_is_taken(void)
{
	struct probe_facts facts = {0}, got;
	st_auto_buf struct st_buf frame = {0};
	probe_facts_add(&facts, "a/b", (struct st_span){(const uint8_t *)"1", 1}, 2);
	probe_facts_add(&facts, "a/c", (struct st_span){(const uint8_t *)"x\0y", 3}, 2);
	probe_facts_add(&facts, "a/b", (struct st_span){(const uint8_t *)"2", 1}, 2);
	probe_facts_add(&facts, "a/b", (struct st_span){(const uint8_t *)"3", 1}, 2);
	probe_facts_encode(&facts, &frame);
	struct st_cursor in = {.at = frame.data, .end = frame.data + frame.size};
	CHECK(probe_facts_decode(&in, &got));
	CHECK_INT(probe_fact_count(&got, "a/b"), 3);
	CHECK(probe_fact(&got, "a/b", 2).data == NULL && probe_fact(&got, "a/b", 1).data[0] == '2');
	CHECK_INT(probe_fact(&got, "a/c", 0).size, 3);
	CHECK_INT(probe_fact_order(&got, "a/c", 0), 2);
	CHECK(probe_fact_between(&got, "a/b", 1, 3).data[0] == '2');
	CHECK(probe_fact_between(&got, "a/b", 3, 9).data == NULL);
	probe_facts_free(&got);
	for (size_t size = 0; size < frame.size; size++) {
		in = (struct st_cursor){.at = frame.data, .end = frame.data + size};
		CHECK(!probe_facts_decode(&in, &got));
	}
	probe_facts_free(&facts);
}

int main(void)
{
	if (sodium_init() < 0)
		return 1;
	RUN(any_single_byte_that_changes_is_seen);
	RUN(another_key_is_not_ours_and_a_missing_signature_is_a_cut);
	RUN(what_somebody_else_put_behind_the_last_signature_is_told_from_what_a_killed_run_left);
	RUN(a_sealed_name_opens_for_its_target_and_key_only);
	RUN(facts_survive_their_frame_and_no_cutting_of_it_is_taken);
	CHECK_END();
}
