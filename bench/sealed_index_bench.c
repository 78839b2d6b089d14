/*
 * The sealed index and the keyholder, without pages: sealed_index_bench PARTIES [FOLDER]. Prints, in processor time of
 * one core: making the index, looking up and opening parties that are there and that are not, and questions to the
 * keyholder that open one.
 */
#include "base/ceilings.h"
#include "portal/keyholder.h"

#include <fcntl.h>
#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define QUESTIONS 100000
#define PAYLOAD_BYTES 180

static const uint8_t key[32] = {1};
static const struct portal_case which = {.case_id = {1}, .salt = {2}};

static double cpu_s(void)
{
	struct timespec at;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &at);
	return (double)at.tv_sec + (double)at.tv_nsec / 1e9;
}

static int fail(const struct st_error *err)
{
	fprintf(stderr, "sealed_index_bench: %s\n", err->what);
	return 4;
}

static void party_secret(uint64_t party, uint8_t out[PORTAL_SECRET_BYTES])
{
	char identity[64];
	int size = snprintf(identity, sizeof identity, "person%" PRIu64 "@d%" PRIu64 ".example", party, party % 20000);
	portal_party_secret(key, &which, PORTAL_PERSON, (struct st_span){(uint8_t *)identity, (size_t)size}, out);
}

static enum st_status make_index(const char *folder, const char *path, uint64_t parties, struct st_error *err)
{
	struct resolve_work work = {
		.dir_fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC), .memory_bytes = 128 * MIB};
	struct portal_writer *writer;
	uint8_t payload[PAYLOAD_BYTES] = {0}, secret[PORTAL_SECRET_BYTES];
	ST_TRY(portal_writer_open(path, &work, key, &which, &writer, err));
	for (uint64_t i = 0; i < parties; i++) {
		party_secret(i, secret);
		ST_TRY(portal_writer_add(writer, secret, (struct st_span){payload, sizeof payload}, err));
	}
	enum st_status status = portal_writer_finish(writer, &(struct portal_head){0}, err);
	close(work.dir_fd);
	return status;
}

static void tell(const char *what, uint64_t times, double seconds)
{
	printf("%-34s %12.0f/s  %8.2f us\n", what, (double)times / seconds, seconds * 1e6 / (double)times);
}

/* from: the first party asked for; those beyond what was sealed are not there. */
static enum st_status read_parties(
	const struct portal_index *index, const char *what, uint64_t from, uint64_t parties, struct st_error *err)
{
	st_auto_buf struct st_buf payload = {0};
	uint8_t secret[PORTAL_SECRET_BYTES];
	bool found;
	uint64_t hits = 0;
	double start = cpu_s();
	for (uint64_t i = 0; i < QUESTIONS; i++) {
		party_secret(from + i * 2654435761u % parties, secret);
		ST_TRY(portal_index_read(index, secret, &found, &payload, err));
		hits += found;
	}
	tell(what, QUESTIONS, cpu_s() - start);
	return hits == (from == 0 ? QUESTIONS : 0) ? ST_OK : st_fail(err, ST_FATAL, "parties are missing");
}

static enum st_status ask_keyholder(const char *state, struct st_error *err)
{
	struct keyholder *keyholder;
	struct keyholder_options options = {key, "0123456789abcdef", state, 1000000, 1000000, false};
	struct portal_question question = {.ask = PORTAL_ASK_BEGIN_MAILBOX, .identity = "anna@contoso.com"};
	struct portal_answer answer;
	struct portal_lookup lookup;
	struct portal_mail mail;
	ST_TRY(keyholder_open(&options, &keyholder, err));
	keyholder_answer(keyholder, &question, 1700000000, &answer, &lookup);
	keyholder_next_mail(keyholder, 1700000000, &mail);
	memcpy(question.secret, answer.secret, sizeof question.secret);
	memcpy(question.code, mail.code, sizeof mail.code);
	question.ask = PORTAL_ASK_CODE;
	keyholder_answer(keyholder, &question, 1700000000, &answer, &lookup);
	memcpy(question.secret, answer.secret, sizeof question.secret);
	question.ask = PORTAL_ASK_OPEN;
	question.cases[0] = which;
	question.case_count = 1;
	double start = cpu_s();
	for (int i = 0; i < QUESTIONS / 5; i++)
		keyholder_answer(keyholder, &question, 1700000000, &answer, &lookup);
	tell("keyholder: a session opens a case", QUESTIONS / 5, cpu_s() - start);
	keyholder_close(keyholder);
	return answer.verdict == PORTAL_DONE ? ST_OK : st_fail(err, ST_FATAL, "the session does not open");
}

static enum st_status measure(const char *folder, uint64_t parties, struct st_error *err)
{
	st_auto_free char *path = st_format("%s/bench.index", folder), *state = st_format("%s/bench.state", folder);
	struct portal_index *index;
	struct rusage used;
	struct stat info;
	double start = cpu_s();
	ST_TRY(make_index(folder, path, parties, err));
	tell("index: a party is sealed", parties, cpu_s() - start);
	getrusage(RUSAGE_SELF, &used);
	if (stat(path, &info) != 0)
		return st_fail_errno(err, ST_FATAL, "%s", path);
	printf("%-34s %12.1f MB, %.0f bytes a party, %ld MB of memory\n", "index: size", (double)info.st_size / 1e6,
		(double)info.st_size / (double)parties, used.ru_maxrss / 1024);
	start = cpu_s();
	ST_TRY(portal_index_open(path, NULL, &index, err));
	printf("%-34s %12.1f ms\n", "index: opened and checked", (cpu_s() - start) * 1e3);
	ST_TRY(read_parties(index, "index: a party is opened", 0, parties, err));
	ST_TRY(read_parties(index, "index: nobody is found", parties, parties, err));
	portal_index_close(index);
	unlink(path);
	ST_TRY(ask_keyholder(state, err));
	unlink(state);
	return ST_OK;
}

int main(int argc, char **argv)
{
	struct st_error err = {0};
	char folder[] = "/tmp/sealed-index-bench.XXXXXX";
	uint64_t parties = argc > 1 ? strtoull(argv[1], NULL, 10) : 1000000;
	if (sodium_init() < 0 || parties == 0 || (argc <= 2 && mkdtemp(folder) == NULL))
		return 2;
	int exit = measure(argc > 2 ? argv[2] : folder, parties, &err) == ST_OK ? 0 : fail(&err);
	if (argc <= 2)
		rmdir(folder);
	return exit;
}
