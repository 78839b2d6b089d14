/* The hostile corpus of tools/make_hostile.py: every file gets exactly the status and reason that expected.json gives,
 * and the addresses planted in what can be read are reached, from files, from memory and from pipes. */
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/json_read.h"
#include "check.h"
#include "recorder.h"

struct expected {
	char *name;
	char *status, *reason;
	char *found[64];
	size_t founds;
};

static struct expected expected_table[600];

static void expected_free(size_t count)
{
	for (size_t i = 0; i < count; i++) {
		free(expected_table[i].name);
		free(expected_table[i].status);
		free(expected_table[i].reason);
		for (size_t j = 0; j < expected_table[i].founds; j++)
			free(expected_table[i].found[j]);
	}
}

static struct st_buf load(const char *directory, const char *name)
{
	char path[4096];
	struct st_buf data = {0};
	struct stat info;
	snprintf(path, sizeof(path), "%s/%s", directory, name);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd >= 0 && fstat(fd, &info) == 0) {
		st_buf_reserve(&data, (size_t)info.st_size + 1);
		ssize_t got = st_pread_full(fd, data.data, (size_t)info.st_size, 0);
		data.size = got > 0 ? (size_t)got : 0;
	}
	if (fd >= 0)
		close(fd);
	return data;
}

static char *text_of(const struct st_json_event *event)
{
	return st_strndup((const char *)event->text.data, event->text.size);
}

static void take_value(struct expected *entry, const char *key, char *value)
{
	if (strcmp(key, "status") == 0)
		entry->status = value;
	else if (strcmp(key, "reason") == 0)
		entry->reason = value;
	else
		entry->found[entry->founds++] = value;
}

/* {"FILE": {"status": "...", "reason": "...", "found": ["...", ...]}, ...} */
static size_t load_expected(const char *directory)
{
	st_auto_buf struct st_buf text = load(directory, "expected.json");
	struct st_json_reader *reader = st_json_open(8);
	struct st_json_event event;
	st_auto_free char *key = NULL;
	size_t count = 0;
	st_json_feed(reader, text.data, text.size);
	for (enum st_json_token token;
		(token = st_json_next(reader, &event)) != ST_JSON_END && token != ST_JSON_ERROR;) {
		if (token == ST_JSON_MORE) {
			st_json_feed_end(reader);
		} else if (token == ST_JSON_KEY && event.depth == 1 && count < 600) {
			expected_table[count++].name = text_of(&event);
		} else if (token == ST_JSON_KEY && count > 0) {
			free(key);
			key = text_of(&event);
		} else if (token == ST_JSON_STRING && key != NULL) {
			take_value(&expected_table[count - 1], key, text_of(&event));
		}
	}
	st_json_close(reader);
	return count;
}

static struct st_buf summary(const struct recorder *seen)
{
	struct st_buf out = {0};
	const char *status = st_read_status_name(seen->result.status), *reason = st_reason_name(seen->result.reason);
	st_buf_add(&out, status, strlen(status));
	st_buf_add_byte(&out, ' ');
	st_buf_add(&out, reason, strlen(reason) + 1);
	return out;
}

enum demand { RULES, FOUND, EXACT }; /* each with those before it */

/* Says what is wrong with one file; true when nothing is. */
static bool matches(const struct expected *want, const struct recorder *seen, const char *how, enum demand demand)
{
	bool good = true;
	st_auto_buf struct st_buf got = summary(seen);
	const char *status = st_read_status_name(seen->result.status), *reason = st_reason_name(seen->result.reason);
	if (demand == EXACT && (strcmp(status, want->status) != 0 || strcmp(reason, want->reason) != 0)) {
		CHECK_FAIL("%s %s: %s, not %s %s", how, want->name, (const char *)got.data, want->status, want->reason);
		good = false;
	}
	if (seen->broken != NULL) {
		CHECK_FAIL("%s %s: %s", how, want->name, seen->broken);
		good = false;
	}
	for (size_t i = 0; demand >= FOUND && i < want->founds; i++) {
		if (!recorder_found(seen, want->found[i])) {
			CHECK_FAIL(
				"%s %s: %s not reached (%s)", how, want->name, want->found[i], (const char *)got.data);
			good = false;
		}
	}
	return good;
}

static const struct extract_options as_found = {.format = NULL};

static void read_all_as_files(const char *directory, size_t at_least)
{
	struct extract_limits limits = extract_limits_default();
	size_t count = load_expected(directory);
	CHECK(count >= at_least);
	for (size_t i = 0; i < count; i++) {
		st_auto_buf struct st_buf data = load(directory, expected_table[i].name);
		struct stream *stream = stream_open_memory(data.data, data.size);
		struct recorder seen;
		recorder_run(&seen, stream, &as_found, &limits);
		matches(&expected_table[i], &seen, "file", EXACT);
		recorder_free(&seen);
		stream_close(stream);
	}
	expected_free(count);
	memset(expected_table, 0, sizeof(expected_table));
}

static void every_hostile_file_gets_its_status_and_reason_and_gives_up_its_planted_addresses(void)
{
	read_all_as_files(HOSTILE_DIRECTORY, 80);
}

static void what_other_programs_pack_is_read(void)
{
	read_all_as_files(CASES_DIRECTORY, 30);
}

/* A stream that cannot seek and gives at most a few bytes at a time. */
struct drip {
	struct stream stream, *from;
	size_t most;
};

static ssize_t drip_read(struct stream *stream, void *data, size_t capacity)
{
	struct drip *drip = stream->self;
	return drip->from->read(drip->from, data, capacity < drip->most ? capacity : drip->most);
}

/* Read front to back there is no directory: what only it says (links, offsets, its own lies) cannot be known before.
 * And without a known size a bomb at the front is one of the whole object. */
static bool differs_in_pipes(const char *name)
{
	static const char *const differ[] = {"zip-symlink.zip", "info-zip-links.zip", "zip-stored-size.zip",
		"zip64-offset-lie.zip", "zip-hidden-entry.zip", "overlap-quoted.zip", "bomb-ratio.zip",
		"cpio-checksum.cpio"};
	/* a document that cannot be held is the plain zip that it is: its XML is text, well-formed or not */
	if (strncmp(name, "odf-", 4) == 0)
		return true;
	for (size_t i = 0; i < sizeof(differ) / sizeof(differ[0]); i++) {
		if (strcmp(name, differ[i]) == 0)
			return true;
	}
	/* formats that are read by seeking, or whose end only seeking finds */
	return strstr(name, "7z") != NULL || strstr(name, ".rar") != NULL;
}

/* An Office document that cannot be held is the plain zip that it is: its XML is text, well-formed or not. */
static enum demand demand_in_pipes(const char *name)
{
	if (strncmp(name, "docx-", 5) == 0 || strncmp(name, "xlsx-", 5) == 0)
		return FOUND;
	return differs_in_pipes(name) ? RULES : EXACT;
}

static void read_all_as_pipes(const char *directory, uint64_t spool_bytes)
{
	struct extract_limits limits = extract_limits_default();
	limits.spool_bytes = spool_bytes;
	size_t count = load_expected(directory);
	for (size_t i = 0; i < count; i++) {
		st_auto_buf struct st_buf data = load(directory, expected_table[i].name);
		struct drip drip = {.from = stream_open_memory(data.data, data.size), .most = 1 + i % 5 * 700};
		struct recorder seen;
		drip.stream = (struct stream){.read = drip_read, .self = &drip};
		recorder_run(&seen, &drip.stream, &as_found, &limits);
		matches(&expected_table[i], &seen, "pipe", demand_in_pipes(expected_table[i].name));
		recorder_free(&seen);
		stream_close(drip.from);
	}
	expected_free(count);
	memset(expected_table, 0, sizeof(expected_table));
}

static void pipes_that_drip_and_archives_too_large_to_hold_give_the_same(void)
{
	read_all_as_pipes(HOSTILE_DIRECTORY, 0);
	read_all_as_pipes(HOSTILE_DIRECTORY, 100000); /* some fit, some do not */
	read_all_as_pipes(CASES_DIRECTORY, 0);
}

static void cut_anywhere_an_archive_is_never_read(void)
{
	static const char *const names[] = {"zip-plain.zip", "tar-plain.tar", "gz-plain.gz", "tar-gz.tgz"};
	struct extract_limits limits = extract_limits_default();
	for (size_t n = 0; n < sizeof(names) / sizeof(names[0]); n++) {
		st_auto_buf struct st_buf data = load(HOSTILE_DIRECTORY, names[n]);
		for (size_t size = 4; size < data.size; size += 1 + data.size / 150) {
			struct stream *stream = stream_open_memory(data.data, size);
			struct recorder seen;
			recorder_run(&seen, stream, &as_found, &limits);
			/* without its last zero blocks a tar is still whole; before 262 bytes nothing says that it is
			 * one */
			bool whole = strcmp(names[n], "tar-plain.tar") == 0 && (size > data.size - 1024 || size < 512);
			if ((seen.result.status == ST_READ && !whole) || seen.broken != NULL)
				CHECK_FAIL("%s cut at %zu: %s", names[n], size, seen.broken ? seen.broken : "read");
			recorder_free(&seen);
			stream_close(stream);
		}
	}
}

static void one_flipped_bit_never_passes_for_read_with_other_text(void)
{
	struct extract_limits limits = extract_limits_default();
	st_auto_buf struct st_buf data = load(HOSTILE_DIRECTORY, "gz-plain.gz");
	for (size_t bit = 80; bit < data.size * 8; bit += 13) {
		data.data[bit / 8] ^= (uint8_t)(1u << bit % 8);
		struct stream *stream = stream_open_memory(data.data, data.size);
		struct recorder seen;
		recorder_run(&seen, stream, &as_found, &limits);
		bool in_name = bit / 8 < 10 + sizeof("aldo.txt");
		if (seen.result.status == ST_READ && !in_name)
			CHECK_FAIL("gz-plain.gz with bit %zu flipped is read", bit);
		recorder_free(&seen);
		stream_close(stream);
		data.data[bit / 8] ^= (uint8_t)(1u << bit % 8);
	}
}

int main(void)
{
	RUN(every_hostile_file_gets_its_status_and_reason_and_gives_up_its_planted_addresses);
	RUN(what_other_programs_pack_is_read);
	RUN(pipes_that_drip_and_archives_too_large_to_hold_give_the_same);
	RUN(cut_anywhere_an_archive_is_never_read);
	RUN(one_flipped_bit_never_passes_for_read_with_other_text);
	CHECK_END();
}
