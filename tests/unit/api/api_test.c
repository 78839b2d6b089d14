/*
 * The C API: the same output for every cutting and from four threads at a time, every wrong use is a status, and each
 * allocation that fails, one after the other, ours and those of the libraries below, ends in a status with all memory
 * given back.
 */
#include <errno.h>
#include <openssl/crypto.h>
#include <pthread.h>
#include <staunch.h>

#include "check.h"

#if defined(__SANITIZE_ADDRESS__)
#define OWN_MALLOC 0
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define OWN_MALLOC 0
#endif
#endif
#ifndef OWN_MALLOC
#define OWN_MALLOC 1
#endif

/* With its umlaut. */
#define DOMAIN "b\xc3\xbc\x63her.example"
static const char sample[] = "From: Anna Rossi <anna.rossi@contoso.com>, info@" DOMAIN "\n"
			     "call +39 06 6982 1234, card 4111 1111 1111 1111, TCK-123456 from 203.0.113.9\n";
static const char policy[] =
	"kinds: {ip_address: keep, payment_card: mask}\n"
	"allow: [desk@contoso.com, \"*@example.org\"]\n"
	"rules:\n  - {name: ticket, kind: case_number, pattern: 'TCK-[0-9]{6}', confidence: 0.9}\n";
static const char rules[] = "{\"schema\":\"staunch.rules/1\",\"rules\":[{\"name\":\"t\",\"kind\":\"secret\","
			    "\"pattern\":\"XX[0-9]{4}\",\"confidence\":1}]}";

/* The same within the formats that are read in other ways: each replaced from the first byte to the last. */
static const struct {
	const char *format, *text;
} inputs[] = {
	{"text", sample},
	{"json", "{\"a\":[\"anna.rossi@contoso.com\",1],\"b\":\"+39 06 6982 1234\"}\n"},
	{"csv", "name,mail\nAnna Rossi,anna.rossi@contoso.com\n"},
	{"sql", "INSERT INTO t (a) VALUES ('anna.rossi@contoso.com');\n"},
	{"html", "<html><body><p>anna.rossi@<b>contoso</b>.com</p></body></html>\n"},
	{"mail", "From: Anna Rossi <anna.rossi@contoso.com>\nSubject: =?utf-8?q?luca=40contoso.com?=\nMIME-Version: "
		 "1.0\n"
		 "Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/html; charset=utf-8\n"
		 "Content-Transfer-Encoding: base64\n\nPHA+YW5uYS5yb3NzaUBjb250b3NvLmNvbTwvcD4K\n--b--\n"},
};

struct text {
	char bytes[4096];
	size_t size;
};

static int put(void *context, const void *data, size_t size)
{
	struct text *text = context;
	if (text->size + size > sizeof text->bytes)
		return 1;
	memcpy(text->bytes + text->size, data, size);
	text->size += size;
	return 0;
}

static void note(void *context, const staunch_mention *mention)
{
	char line[256];
	size_t size;
	const char *canonical = staunch_mention_canonical(mention, &size);
	int more = snprintf(line, sizeof line, "%s %llu-%llu %.*s\n", staunch_mention_kind(mention),
		(unsigned long long)staunch_mention_start(mention), (unsigned long long)staunch_mention_end(mention),
		(int)size, canonical);
	put(context, line, (size_t)more);
}

static int feed_in_blocks(staunch_redact *redact, const char *text, size_t block)
{
	int status = STAUNCH_OK;
	size_t size = strlen(text);
	for (size_t at = 0; at < size && status == STAUNCH_OK; at += block)
		status = staunch_redact_feed(redact, text + at, size - at < block ? size - at : block);
	return status;
}

static int set_options(staunch_options *options)
{
	const unsigned char key[32] = "thirty-two secret bytes: a key.";
	int status = staunch_options_key(options, key, sizeof key);
	if (status == STAUNCH_OK)
		status = staunch_options_region(options, "it");
	if (status == STAUNCH_OK)
		status = staunch_options_own_domain(options, DOMAIN);
	if (status == STAUNCH_OK)
		status = staunch_options_rules(options, rules, sizeof rules - 1);
	if (status == STAUNCH_OK)
		status = staunch_options_policy(options, policy, sizeof policy - 1);
	return status;
}

/* Everything once, in one status: the first that is not OK. */
static int use_all_for(size_t input, struct text *out, struct text *found, size_t block)
{
	staunch_options *options = NULL;
	staunch_redact *redact = NULL;
	staunch_detect *detect = NULL;
	int status = staunch_options_open(&options);
	if (status == STAUNCH_OK)
		status = set_options(options);
	if (status == STAUNCH_OK)
		status = staunch_options_format(options, inputs[input].format);
	if (status == STAUNCH_OK)
		status = staunch_redact_open(options, put, out, &redact);
	if (status == STAUNCH_OK)
		status = feed_in_blocks(redact, inputs[input].text, block);
	if (status == STAUNCH_OK)
		status = staunch_redact_finish(redact);
	if (status == STAUNCH_OK)
		status = staunch_detect_open(options, note, found, &detect);
	if (status == STAUNCH_OK)
		status = staunch_detect_feed(detect, sample, sizeof sample - 1);
	if (status == STAUNCH_OK)
		status = staunch_detect_finish(detect);
	staunch_detect_close(detect);
	staunch_redact_close(redact);
	staunch_options_close(options);
	return status;
}

static int use_all(struct text *out, struct text *found, size_t block)
{
	return use_all_for(0, out, found, block);
}

static void every_format_is_redacted(void)
{
	static struct text out, found;
	for (size_t i = 0; i < sizeof inputs / sizeof *inputs; i++) {
		out.size = found.size = 0;
		CHECK_INT(use_all_for(i, &out, &found, 3), STAUNCH_OK);
		out.bytes[out.size] = 0;
		if (strstr(out.bytes, "rossi") != NULL || strstr(out.bytes, "contoso") != NULL ||
			strstr(out.bytes, "[") == NULL)
			CHECK_FAIL("%s: %s", inputs[i].format, out.bytes);
	}
}

static void what_is_personal_is_found_and_replaced(void)
{
	static struct text out, found;
	CHECK_INT(use_all(&out, &found, sizeof sample), STAUNCH_OK);
	out.bytes[out.size] = found.bytes[found.size] = 0;
	CHECK(strstr(out.bytes, "rossi") == NULL && strstr(out.bytes, "[email_address:") != NULL);
	CHECK(strstr(out.bytes, "TCK-") == NULL && strstr(out.bytes, "[case_number:") != NULL);
	CHECK(strstr(out.bytes, "203.0.113.9\n") != NULL);
	CHECK(strstr(found.bytes, "email_address 18-40 anna.rossi@contoso.com\n") != NULL);
	CHECK(strstr(found.bytes, "info@xn--bcher-kva.example\n") != NULL);
}

static void every_cutting_gives_the_same_output(void)
{
	static struct text whole, cut, found;
	CHECK_INT(use_all(&whole, &found, sizeof sample), STAUNCH_OK);
	for (size_t block = 1; block < 40; block++) {
		cut.size = found.size = 0;
		CHECK_INT(use_all(&cut, &found, block), STAUNCH_OK);
		if (cut.size != whole.size || memcmp(cut.bytes, whole.bytes, whole.size) != 0)
			CHECK_FAIL("blocks of %zu: %.*s", block, (int)cut.size, cut.bytes);
	}
}

/* --- threads --- */

static void *in_a_thread(void *argument)
{
	const struct text *whole = argument;
	struct text *out = malloc(2 * sizeof *out);
	bool same = out != NULL;
	for (size_t i = 0; same && i < 50; i++) {
		out[0].size = out[1].size = 0;
		same = use_all(&out[0], &out[1], 7 + i) == STAUNCH_OK && out->size == whole->size &&
		       memcmp(out->bytes, whole->bytes, whole->size) == 0;
	}
	free(out);
	return same ? NULL : argument;
}

static void in_four_threads(void *(*run)(void *argument), void *argument)
{
	pthread_t threads[4];
	void *failed;
	for (int i = 0; i < 4; i++)
		CHECK_INT(pthread_create(&threads[i], NULL, run, argument), 0);
	for (int i = 0; i < 4; i++) {
		pthread_join(threads[i], &failed);
		if (failed != NULL)
			CHECK_FAIL("thread %d", i);
	}
}

static void four_threads_do_not_disturb_each_other(void)
{
	static struct text whole, found;
	CHECK_INT(use_all(&whole, &found, sizeof sample), STAUNCH_OK);
	in_four_threads(in_a_thread, &whole);
}

static void *with_shared_options(void *argument)
{
	staunch_redact *redact = NULL;
	struct text *out = malloc(sizeof *out);
	bool good = out != NULL;
	for (int i = 0; good && i < 50; i++) {
		out->size = 0;
		good = staunch_redact_open(argument, put, out, &redact) == STAUNCH_OK &&
		       feed_in_blocks(redact, sample, 11) == STAUNCH_OK && staunch_redact_finish(redact) == STAUNCH_OK;
		staunch_redact_close(redact);
	}
	free(out);
	return good ? NULL : argument;
}

static void options_may_be_shared_by_threads(void)
{
	staunch_options *options;
	CHECK_INT(staunch_options_open(&options), STAUNCH_OK);
	CHECK_INT(set_options(options), STAUNCH_OK);
	in_four_threads(with_shared_options, options);
	staunch_options_close(options);
}

/* --- wrong use --- */

static int refuse(void *context, const void *data, size_t size)
{
	(void)context, (void)data, (void)size;
	return 1;
}

static int feed_itself(void *context, const void *data, size_t size)
{
	staunch_redact **redact = context;
	(void)data, (void)size;
	return staunch_redact_feed(*redact, "x", 1) == STAUNCH_WRONG ? 0 : 1;
}

static int use_another(void *context, const void *data, size_t size)
{
	static struct text out, found;
	(void)data, (void)size;
	out.size = found.size = 0;
	*(int *)context = use_all(&out, &found, 9);
	return 0;
}

static void wrong_options_are_refused_with_the_reason(void)
{
	staunch_options *options;
	CHECK_INT(staunch_options_open(NULL), STAUNCH_WRONG);
	CHECK_INT(staunch_options_open(&options), STAUNCH_OK);
	CHECK_TEXT(staunch_options_error(options), "");
	CHECK_INT(staunch_options_format(options, "xml"), STAUNCH_WRONG);
	CHECK_TEXT(staunch_options_error(options), "a format is auto, text, json, jsonl, csv, mail, html or sql");
	CHECK_INT(staunch_options_format(options, "text"), STAUNCH_OK);
	CHECK_TEXT(staunch_options_error(options), "");
	CHECK_INT(staunch_options_mode(options, "keep"), STAUNCH_WRONG);
	CHECK_INT(staunch_options_mode(options, NULL), STAUNCH_WRONG);
	CHECK_INT(staunch_options_key(options, "short", 5), STAUNCH_WRONG);
	CHECK_INT(staunch_options_region(options, "ITA"), STAUNCH_WRONG);
	CHECK_INT(staunch_options_region(options, "\xc3\xbc"), STAUNCH_WRONG);
	CHECK_INT(staunch_options_own_domain(options, "nodot"), STAUNCH_WRONG);
	CHECK_INT(staunch_options_policy(options, "kinds: {x: y}", 13), STAUNCH_WRONG);
	CHECK_TEXT(
		staunch_options_error(options), "line 1: there is no such kind (staunch-redact-policy(5) lists them)");
	CHECK_INT(staunch_options_rules(options, "{}", 2), STAUNCH_WRONG);
	staunch_options_close(options);
	staunch_options_close(NULL);
	CHECK_TEXT(staunch_error_text(STAUNCH_MEMORY), "out of memory");
	CHECK(staunch_error_text(77) != NULL && staunch_error_text(-1) != NULL);
}

static void wrong_use_is_a_status(void)
{
	staunch_options *options;
	staunch_redact *redact;
	staunch_detect *detect;
	CHECK_INT(staunch_options_open(&options), STAUNCH_OK);
	CHECK_INT(staunch_redact_open(options, NULL, NULL, &redact), STAUNCH_WRONG);
	CHECK(redact == NULL);
	CHECK_INT(staunch_detect_open(options, NULL, NULL, &detect), STAUNCH_WRONG);
	CHECK_INT(staunch_options_mode(options, "token"), STAUNCH_OK);
	CHECK_INT(staunch_redact_open(options, put, NULL, &redact), STAUNCH_WRONG);
	CHECK_INT(staunch_redact_feed(NULL, "x", 1), STAUNCH_WRONG);
	CHECK_INT(staunch_redact_finish(NULL), STAUNCH_WRONG);
	staunch_redact_close(NULL);
	staunch_detect_close(NULL);
	staunch_options_close(options);
}

static void a_finished_run_takes_no_more(void)
{
	static struct text out;
	staunch_redact *redact;
	CHECK_INT(staunch_redact_open(NULL, put, &out, &redact), STAUNCH_OK);
	CHECK_INT(staunch_redact_feed(redact, NULL, 0), STAUNCH_OK);
	CHECK_INT(staunch_redact_feed(redact, NULL, 3), STAUNCH_WRONG);
	CHECK_INT(staunch_redact_feed(redact, "a@contoso.com\n", 14), STAUNCH_OK);
	CHECK_INT(staunch_redact_finish(redact), STAUNCH_OK);
	CHECK_INT(staunch_redact_finish(redact), STAUNCH_OK);
	CHECK_INT(staunch_redact_feed(redact, "x", 1), STAUNCH_WRONG);
	CHECK_INT(staunch_redact_replaced(redact), 1);
	CHECK_INT(out.size, 16);
	staunch_redact_close(redact);
}

static void bytes_that_cannot_be_searched_end_the_run(void)
{
	static struct text out;
	static char zeros[70000];
	staunch_redact *redact;
	CHECK_INT(staunch_redact_open(NULL, put, &out, &redact), STAUNCH_OK);
	int fed = staunch_redact_feed(redact, zeros, sizeof zeros);
	CHECK(fed == STAUNCH_OK || fed == STAUNCH_UNSEARCHED);
	CHECK_INT(staunch_redact_finish(redact), STAUNCH_UNSEARCHED);
	CHECK_INT(staunch_redact_unsearched_at(redact), 0);
	CHECK_INT(out.size, 0);
	staunch_redact_close(redact);
}

static void a_refused_output_ends_the_run(void)
{
	staunch_redact *redact;
	CHECK_INT(staunch_redact_open(NULL, refuse, NULL, &redact), STAUNCH_OK);
	staunch_redact_feed(redact, sample, sizeof sample - 1);
	CHECK_INT(staunch_redact_finish(redact), STAUNCH_WRITE);
	staunch_redact_close(redact);
}

static void a_callback_may_use_other_objects_but_not_its_own(void)
{
	staunch_redact *redact;
	int inner = -1;
	CHECK_INT(staunch_redact_open(NULL, feed_itself, &redact, &redact), STAUNCH_OK);
	staunch_redact_feed(redact, sample, sizeof sample - 1);
	CHECK_INT(staunch_redact_finish(redact), STAUNCH_OK);
	staunch_redact_close(redact);
	CHECK_INT(staunch_redact_open(NULL, use_another, &inner, &redact), STAUNCH_OK);
	staunch_redact_feed(redact, sample, sizeof sample - 1);
	CHECK_INT(staunch_redact_finish(redact), STAUNCH_OK);
	CHECK_INT(inner, STAUNCH_OK);
	staunch_redact_close(redact);
}

/* --- no memory --- */

#if OWN_MALLOC
/* Those of the whole process, libraries too: glibc's own under their second names. Counted, and failed, only in the
 * thread that asks for it. */
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *old, size_t size);
void *__libc_memalign(size_t alignment, size_t size);
void __libc_free(void *address);

struct counting {
	bool on;
	long left;    /* allocations until one fails; -1: none does */
	bool goes_on; /* all behind it fail, too */
	bool failed;
	long alive; /* begun while on and not freed */
};
static _Thread_local struct counting counting;

static bool fails(void)
{
	if (!counting.on || counting.left < 0)
		return false;
	if (counting.left > 0) {
		counting.left--;
		return false;
	}
	counting.failed = true;
	if (!counting.goes_on)
		counting.left = -1;
	errno = ENOMEM;
	return true;
}

static void *count_in(void *address)
{
	counting.alive += counting.on && address != NULL;
	return address;
}

#pragma GCC visibility push(default)
void *malloc(size_t size)
{
	return fails() ? NULL : count_in(__libc_malloc(size));
}

void *calloc(size_t count, size_t size)
{
	return fails() ? NULL : count_in(__libc_calloc(count, size));
}

void *realloc(void *old, size_t size)
{
	if (fails())
		return NULL;
	void *address = __libc_realloc(old, size);
	counting.alive += counting.on && old == NULL && address != NULL;
	return address;
}

void *aligned_alloc(size_t alignment, size_t size)
{
	return fails() ? NULL : count_in(__libc_memalign(alignment, size));
}

void free(void *address)
{
	counting.alive -= counting.on && address != NULL;
	__libc_free(address);
}
#pragma GCC visibility pop

static int use_all_but(size_t input, long n, bool all_behind, struct text *out, struct text *found)
{
	out->size = found->size = 0;
	OPENSSL_thread_stop(); /* what libcrypto keeps for a thread: its queue of errors */
	counting = (struct counting){.on = true, .left = n, .goes_on = all_behind};
	int status = use_all_for(input, out, found, 64);
	counting.goes_on = false;
	counting.left = -1;
	OPENSSL_thread_stop();
	counting.on = false;
	return status;
}

static void fail_each(size_t input, bool all_behind)
{
	static struct text whole, out, found;
	long refused = 0;
	whole.size = found.size = 0;
	CHECK_INT(use_all_for(input, &whole, &found, 64), STAUNCH_OK); /* what libraries keep for ever is there now */
	for (long n = 0; n == 0 || counting.failed; n++) {
		int status = use_all_but(input, n, all_behind, &out, &found);
		refused += status == STAUNCH_MEMORY;
		if (status != STAUNCH_MEMORY && status != STAUNCH_OK)
			CHECK_FAIL("%s, allocation %ld: %s", inputs[input].format, n, staunch_error_text(status));
		else if (status == STAUNCH_OK &&
			 (out.size != whole.size || memcmp(out.bytes, whole.bytes, out.size) != 0))
			CHECK_FAIL("%s, allocation %ld: another output: %.*s", inputs[input].format, n, (int)out.size,
				out.bytes);
		else if (counting.alive != 0)
			CHECK_FAIL("%s, allocation %ld: %ld blocks are left", inputs[input].format, n, counting.alive);
	}
	CHECK(refused > 40);
}

static void each_allocation_that_fails_is_a_status_and_leaves_nothing_behind(void)
{
	for (size_t i = 0; i < sizeof inputs / sizeof *inputs; i++)
		fail_each(i, false);
}

static void no_memory_from_some_point_on_is_a_status_and_leaves_nothing_behind(void)
{
	for (size_t i = 0; i < sizeof inputs / sizeof *inputs; i++)
		fail_each(i, true);
}

static void what_ran_out_of_memory_says_so_until_it_is_closed(void)
{
	static struct text out;
	staunch_options *options;
	staunch_redact *redact;
	CHECK_INT(staunch_options_open(&options), STAUNCH_OK);
	counting = (struct counting){.on = true, .left = 9, .goes_on = true};
	int status = staunch_options_policy(options, policy, sizeof policy - 1);
	counting.on = false;
	CHECK_INT(status, STAUNCH_MEMORY);
	CHECK_INT(staunch_options_rules(options, rules, sizeof rules - 1), STAUNCH_MEMORY);
	CHECK_INT(staunch_redact_open(options, put, &out, &redact), STAUNCH_MEMORY);
	CHECK(redact == NULL);
	staunch_options_close(options);
}
#endif

int main(void)
{
	RUN(what_is_personal_is_found_and_replaced);
	RUN(every_format_is_redacted);
	RUN(every_cutting_gives_the_same_output);
	RUN(four_threads_do_not_disturb_each_other);
	RUN(options_may_be_shared_by_threads);
	RUN(wrong_options_are_refused_with_the_reason);
	RUN(wrong_use_is_a_status);
	RUN(a_finished_run_takes_no_more);
	RUN(bytes_that_cannot_be_searched_end_the_run);
	RUN(a_refused_output_ends_the_run);
	RUN(a_callback_may_use_other_objects_but_not_its_own);
#if OWN_MALLOC
	RUN(each_allocation_that_fails_is_a_status_and_leaves_nothing_behind);
	RUN(no_memory_from_some_point_on_is_a_status_and_leaves_nothing_behind);
	RUN(what_ran_out_of_memory_says_so_until_it_is_closed);
#endif
	CHECK_END();
}
