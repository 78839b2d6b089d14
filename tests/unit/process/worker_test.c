/* What the worker makes of text, records and mentions, with a detector that takes every word with an @ for a mention.
 */
#include "detect/rules.h"
#include "check.h"

#include "base/ceilings.h"
#include "detect/detect.h"
#include "process/message.h"
#include "worker/finder.h"
#include "worker/hash_stream.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

static struct words_types no_types;

/* --- the detector of this test: settles at the end of a word, `?` in a word makes it tentative --- */

struct detect {
	detect_emit *emit;
	void *context;
	uint64_t at, word_start;
	char word[256];
	size_t size;
	char seen[1024];
};

struct detect *detect_open(const struct detect_options *options, detect_emit *emit, void *context)
{
	struct detect *d = st_alloc_zero(1, sizeof *d);
	(void)options;
	d->emit = emit;
	d->context = context;
	return d;
}

static void word_ends(struct detect *d)
{
	const char *at = memchr(d->word, '@', d->size);
	if (at != NULL) {
		bool tentative = memchr(d->word, '?', d->size) != NULL;
		struct st_span word = {(const uint8_t *)d->word, d->size};
		if (!tentative) {
			strncat(d->seen, " ", sizeof d->seen - strlen(d->seen) - 1);
			d->word[d->size] = 0;
			strncat(d->seen, at + 1, sizeof d->seen - strlen(d->seen) - 1);
		}
		d->emit(d->context, &(struct detect_mention){.kind = DETECT_EMAIL_ADDRESS,
					    .confidence = 95,
					    .tentative = tentative,
					    .start = d->word_start,
					    .end = d->word_start + d->size,
					    .text = word,
					    .canonical = word});
	}
	d->size = 0;
}

void detect_feed(struct detect *d, const void *text, size_t size)
{
	for (size_t i = 0; i < size; i++, d->at++) {
		char c = ((const char *)text)[i];
		if (c == ' ') {
			word_ends(d);
			continue;
		}
		if (d->size == 0)
			d->word_start = d->at;
		d->word[d->size++] = c;
	}
}

void detect_finish(struct detect *d)
{
	word_ends(d);
	d->at = 0;
}

uint64_t detect_settled(const struct detect *d)
{
	return d->size > 0 ? d->word_start : d->at;
}

size_t detect_case_template(struct st_span canonical, uint8_t out[DETECT_TEMPLATE_BYTES], bool *year)
{
	(void)canonical;
	(void)out;
	*year = false;
	return 0;
}

size_t detect_name_of_address(struct st_span address, uint8_t out[DETECT_NAME_BYTES])
{
	(void)address;
	(void)out;
	return 0;
}

unsigned detect_field_name(struct detect *d, struct st_span name)
{
	(void)d, (void)name;
	return 0;
}

void detect_field_begins(struct detect *d, uint64_t start, unsigned field)
{
	(void)d, (void)start, (void)field;
}

bool detect_domain_seen(const struct detect *d, struct st_span domain)
{
	char text[256];
	snprintf(text, sizeof text, " %.*s", (int)domain.size, (const char *)domain.data);
	return strstr(d->seen, text) != NULL;
}

size_t detect_rules_count(const struct detect_rules *rules)
{
	(void)rules;
	return 0;
}

uint64_t detect_rule_exhausted(const struct detect *d, size_t rule)
{
	(void)d;
	(void)rule;
	return 0;
}

void detect_close(struct detect *d)
{
	free(d);
}

/* --- a finder with its outbox at hand --- */

struct bench {
	int ends[2];
	struct outbox out;
	struct domain_set domains;
	struct finder *finder;
};

static struct bench *open_bench(void)
{
	struct bench *b = st_alloc_zero(1, sizeof *b);
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, b->ends) != 0)
		abort();
	fcntl(b->ends[1], F_SETFL, O_NONBLOCK);
	b->out.socket = b->ends[0];
	b->finder = finder_open(&(struct detect_options){0}, &b->out, &b->domains);
	outbox_begin(&b->out, 1);
	return b;
}

static void close_bench(struct bench *b)
{
	finder_close(b->finder);
	domain_set_clear(&b->domains);
	st_buf_free(&b->out.mentions);
	st_buf_free(&b->out.records);
	st_buf_free(&b->out.frames);
	close(b->ends[0]);
	close(b->ends[1]);
	free(b);
}

/* Feeds text in blocks of a size; every byte is `width` stored bytes, the first at `base`. */
static void feed(struct bench *b, const char *text, size_t from, size_t to, size_t block, uint64_t base, uint32_t width)
{
	for (size_t at = from; at < to; at += block) {
		size_t size = to - at < block ? to - at : block;
		uint32_t *stored = st_alloc((size + 1) * sizeof *stored);
		for (size_t i = 0; i <= size; i++)
			stored[i] = (uint32_t)i * width;
		finder_text(b->finder, &(struct extract_text){.data = (const uint8_t *)text + at,
					       .size = size,
					       .start = at,
					       .stored_start = base + at * width,
					       .stored = width == 1 ? NULL : stored,
					       .transcoded = width > 1});
		free(stored);
	}
}

/* "part:record:start+length:form:canonical ..." of the mentions in the outbox; caller frees. */
static char *mentions(struct bench *b)
{
	struct st_buf text = {0};
	struct st_buf nothing = {0};
	outbox_send(&b->out, WORKER_DONE, &nothing);
	struct message_reader *reader = message_reader_open(b->ends[1]);
	struct message got;
	while (message_next(reader, &got) == MESSAGE_OK) {
		struct st_cursor in = {.at = got.body.data, .end = got.body.data + got.body.size};
		if (got.type != WORKER_MENTIONS || st_cursor_u32(&in) != 1)
			continue;
		for (uint32_t n = st_cursor_u32(&in); n > 0; n--) {
			(void)st_cursor_byte(&in);
			unsigned form = st_cursor_byte(&in);
			(void)st_cursor_byte(&in);
			unsigned long long part = st_cursor_varint(&in), record = st_cursor_varint(&in);
			unsigned long long start = st_cursor_varint(&in), length = st_cursor_varint(&in);
			size_t size = (size_t)st_cursor_varint(&in);
			char *one = st_format("%s%llu:%llu:%llu+%llu:%u:%.*s", text.size ? " " : "", part, record,
				start, length, form, (int)size, (const char *)st_cursor_take(&in, size));
			st_buf_add(&text, one, strlen(one));
			free(one);
		}
	}
	message_reader_close(reader);
	st_buf_add_byte(&text, 0);
	return (char *)text.data;
}

#define CHECK_MENTIONS(bench, want)                                               \
	do {                                                                      \
		char *got_mentions = mentions(bench);                             \
		if (strcmp(got_mentions, want) != 0)                              \
			CHECK_FAIL("got \"%s\", not \"%s\"", got_mentions, want); \
		free(got_mentions);                                               \
		if (check_failed)                                                 \
			return;                                                   \
	} while (0)

static const size_t blocks[] = {1, 7, 64, 4096};
#define EACH_BLOCK(b) for (size_t b##_i = 0, b = blocks[0]; b##_i < 4; b = blocks[++b##_i < 4 ? b##_i : 0])

/*                          0         1         2         3
 *                          0123456789012345678901234567890123456789 */
static const char line[] = "a@x.y   b@x.y c@x.y    d@x.y    e@x.y   ";

static void a_mention_is_in_the_record_where_it_starts(void)
{
	EACH_BLOCK(block)
	{
		struct bench *b = open_bench();
		finder_begin(b->finder, &(struct finder_part){.part = 3, .types = &no_types});
		feed(b, line, 0, 30, block, 100, 1);
		finder_record(b->finder, 0, 7, 0);
		finder_record(b->finder, 7, 16, 1); /* c begins in it and ends behind it */
		finder_record(b->finder, 23, 30, 2);
		feed(b, line, 30, 40, block, 100, 1);
		finder_end(b->finder);
		CHECK_MENTIONS(b, "3:1:100+5:0:a@x.y 3:2:108+5:0:b@x.y 3:2:114+5:0:c@x.y 3:3:123+5:0:d@x.y "
				  "3:0:132+5:0:e@x.y");
		close_bench(b);
	}
}

static void a_record_that_ends_late_still_gets_its_mentions(void)
{
	EACH_BLOCK(block)
	{
		struct bench *b = open_bench();
		finder_begin(b->finder, &(struct finder_part){.part = 0, .types = &no_types});
		feed(b, line, 0, 40, block, 0, 1);
		finder_record(b->finder, 8, 30, 5);
		finder_end(b->finder);
		CHECK_MENTIONS(b, "0:0:0+5:0:a@x.y 0:6:8+5:0:b@x.y 0:6:14+5:0:c@x.y 0:6:23+5:0:d@x.y 0:0:32+5:0:e@x.y");
		close_bench(b);
	}
}

static void offsets_are_those_of_the_stored_bytes(void)
{
	EACH_BLOCK(block)
	{
		struct bench *b = open_bench();
		finder_begin(b->finder, &(struct finder_part){.part = 0, .types = &no_types});
		feed(b, line, 0, 20, block, 2, 2); /* UTF-16 after its mark */
		finder_end(b->finder);
		CHECK_MENTIONS(b, "0:0:2+10:2:a@x.y 0:0:18+10:2:b@x.y 0:0:30+10:2:c@x.y");
		close_bench(b);
	}
}

static void a_tentative_mention_counts_when_its_domain_is_seen(void)
{
	EACH_BLOCK(block)
	{
		static const char text[] = "a?@x.y b?@q.r c@x.y ";
		struct bench *b = open_bench();
		finder_begin(b->finder, &(struct finder_part){.part = 0, .types = &no_types});
		feed(b, text, 0, sizeof text - 1, block, 0, 1);
		finder_record(b->finder, 0, 20, 0);
		finder_end(b->finder);
		CHECK_MENTIONS(b, "0:1:14+5:0:c@x.y 0:1:0+6:0:a?@x.y");
		close_bench(b);
	}
}

static void the_domain_may_stand_in_an_earlier_member(void)
{
	struct bench *b = open_bench();
	finder_begin(b->finder, &(struct finder_part){.part = 1, .types = &no_types});
	feed(b, "c@x.y", 0, 5, 64, 0, 1);
	finder_end(b->finder);
	struct finder *second = finder_open(&(struct detect_options){0}, &b->out, &b->domains);
	finder_begin(second, &(struct finder_part){.part = 2, .types = &no_types});
	finder_text(second, &(struct extract_text){.data = (const uint8_t *)"a?@x.y b?@q.r", .size = 13});
	finder_end(second);
	finder_close(second);
	CHECK_MENTIONS(b, "1:0:0+5:0:c@x.y 2:0:0+6:0:a?@x.y");
	close_bench(b);
}

static void one_finder_serves_part_after_part(void)
{
	struct bench *b = open_bench();
	for (uint32_t part = 1; part <= 3; part++) {
		finder_begin(b->finder, &(struct finder_part){.part = part, .types = &no_types});
		feed(b, line, 0, 10, 3, 0, 1);
		finder_record(b->finder, 0, 10, part);
		finder_end(b->finder);
	}
	CHECK_MENTIONS(b, "1:2:0+5:0:a@x.y 1:2:8+2:0:b@ 2:3:0+5:0:a@x.y 2:3:8+2:0:b@ 3:4:0+5:0:a@x.y 3:4:8+2:0:b@");
	close_bench(b);
}

static void many_records_and_mentions_keep_their_places(void)
{
	struct bench *b = open_bench();
	finder_begin(b->finder, &(struct finder_part){.part = 0, .types = &no_types});
	fcntl(b->ends[1], F_SETFL, 0);
	enum { COUNT = 30000 };
	char text[16];
	uint64_t at = 0;
	pid_t pid = fork();
	if (pid == 0) {
		for (uint64_t i = 0; i < COUNT; i++) {
			int size = snprintf(text, sizeof text, "m%05d@x.y ", (int)i);
			finder_text(b->finder, &(struct extract_text){.data = (const uint8_t *)text,
						       .size = (size_t)size,
						       .start = at,
						       .stored_start = at});
			at += (uint64_t)size;
			if (i % 3 == 2)
				finder_record(b->finder, at - 33, at, i / 3);
		}
		finder_end(b->finder);
		outbox_send(&b->out, WORKER_DONE, &(struct st_buf){0});
		_exit(0);
	}
	close(b->ends[0]);
	b->ends[0] = open("/dev/null", O_RDWR | O_CLOEXEC);
	struct message_reader *reader = message_reader_open(b->ends[1]);
	struct message got;
	uint64_t seen = 0;
	while (message_next(reader, &got) == MESSAGE_OK) {
		struct st_cursor in = {.at = got.body.data, .end = got.body.data + got.body.size};
		CHECK(got.body.size <= CEIL_MESSAGE_BYTES);
		if (got.type != WORKER_MENTIONS)
			continue;
		(void)st_cursor_u32(&in);
		for (uint32_t n = st_cursor_u32(&in); n > 0; n--, seen++) {
			(void)st_cursor_take(&in, 3);
			(void)st_cursor_varint(&in);
			CHECK_INT(st_cursor_varint(&in), seen / 3 + 1);
			CHECK_INT(st_cursor_varint(&in), seen * 11);
			(void)st_cursor_varint(&in);
			(void)st_cursor_take(&in, (size_t)st_cursor_varint(&in));
		}
		CHECK(!in.bad && in.at == in.end);
	}
	CHECK_INT(seen, COUNT);
	message_reader_close(reader);
	close_bench(b);
}

/* --- hashing --- */

static void no_tick(void *context)
{
	(void)context;
}

static void hash_of(const uint8_t *data, size_t size, int way, uint64_t rest_limit_bytes, bool *whole, uint8_t out[32])
{
	struct st_sha256 *hash = st_sha256_new();
	struct stream *inner = stream_open_memory(data, size);
	struct hash_stream *hashed = hash_stream_open(inner, hash);
	struct stream *outer = hash_stream_of(hashed);
	uint8_t block[1000];
	if (way == 0)
		while (outer->read(outer, block, 77) > 0)
			;
	else if (way == 1) /* a reader that begins at the end, as for zip */
		for (uint64_t at = size; at > 0; at -= at < 500 ? at : 500)
			outer->pread(outer, block, 600, at < 500 ? 0 : at - 500);
	else if (way == 2) /* the head twice, then no more */
		for (int i = 0; i < 2; i++)
			outer->pread(outer, block, sizeof block, 0);
	*whole = hash_stream_finish(hashed, rest_limit_bytes, no_tick, NULL, out);
	hash_stream_close(hashed);
	stream_close(inner);
	st_sha256_free(hash);
}

static void every_way_of_reading_gives_the_same_hash(void)
{
	static uint8_t data[9001];
	uint8_t want[32], got[32];
	bool whole;
	for (size_t i = 0; i < sizeof data; i++)
		data[i] = (uint8_t)(i * 31 + i / 256);
	st_sha256_of(data, sizeof data, want);
	for (int way = 0; way < 4; way++) {
		hash_of(data, sizeof data, way, UINT64_MAX, &whole, got);
		CHECK(whole);
		if (memcmp(want, got, sizeof want) != 0)
			CHECK_FAIL("way %d of reading", way);
	}
	hash_of(data, sizeof data, 2, 100, &whole, got);
	CHECK(!whole);
}

int main(void)
{
	RUN(a_mention_is_in_the_record_where_it_starts);
	RUN(a_record_that_ends_late_still_gets_its_mentions);
	RUN(offsets_are_those_of_the_stored_bytes);
	RUN(a_tentative_mention_counts_when_its_domain_is_seen);
	RUN(the_domain_may_stand_in_an_earlier_member);
	RUN(one_finder_serves_part_after_part);
	RUN(many_records_and_mentions_keep_their_places);
	RUN(every_way_of_reading_gives_the_same_hash);
	CHECK_END();
}
