/* Documents in sealed memory, one helper at a time, and how its end reads. */
#include "process/helping.h"

#include "base/clock.h"
#include "process/helper_child.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* Neither the helper nor the worker that wrote or reads it can change it any more (memfd_create(2)). */
static void seal(int fd)
{
	(void)fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE | F_SEAL_GROW | F_SEAL_SHRINK | F_SEAL_SEAL);
}

static void close_output(struct helping *h)
{
	if (h->output > 0)
		close(h->output);
	if (h->errors > 0)
		close(h->errors);
	h->output = h->errors = -1;
}

static bool begin(struct helping *h)
{
	if (h->document_count == HELPING_INPUTS)
		return false;
	int fd = memfd_create("document", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	h->documents[h->document_count++] =
		(struct helping_document){.fd = fd, .lost = fd < 0 ? HELPED_OUT_OF_MEMORY : HELPED};
	return true;
}

static uint64_t held_bytes(const struct helping *h)
{
	uint64_t sum = 0;
	for (size_t i = 0; i < h->document_count; i++)
		sum += h->documents[i].size_bytes;
	return sum;
}

static void lose(struct helping_document *document, enum helped why)
{
	document->lost = why;
	document->size_bytes = 0;
	if (document->fd >= 0)
		close(document->fd);
	document->fd = -1;
}

static void take(struct helping *h, struct st_span bytes)
{
	struct helping_document *document = &h->documents[h->document_count - 1];
	if (document->lost != HELPED)
		return;
	if (held_bytes(h) + bytes.size > CEIL_HELPER_INPUT_BYTES)
		lose(document, HELPED_TOO_LARGE);
	else if (st_write_full(document->fd, bytes.data, bytes.size) != 0)
		lose(document, HELPED_OUT_OF_MEMORY);
	else
		document->size_bytes += bytes.size;
}

bool helping_input(struct helping *h, uint8_t what, struct st_span bytes)
{
	if (h->running)
		return false;
	if (what == HELPING_BEGIN)
		return begin(h);
	if (h->document_count == 0 || what > HELPING_DONE)
		return false;
	if (what == HELPING_BYTES)
		take(h, bytes);
	else
		lose(&h->documents[--h->document_count], HELPED);
	return true;
}

static struct helping_result not_run(enum helped why)
{
	return (struct helping_result){.how = why, .output = -1, .errors = -1};
}

enum st_status helping_start(struct helping *h, struct launcher *launcher, enum helper helper, uint32_t number,
	struct helping_result *result, struct st_error *err)
{
	if (h->running || h->document_count == 0)
		return st_fail(err, ST_WRONG, "no document for a helper");
	const struct helping_document *document = &h->documents[h->document_count - 1];
	close_output(h);
	if (document->lost != HELPED) {
		*result = not_run(document->lost);
		return ST_OK;
	}
	seal(document->fd);
	if (lseek(document->fd, 0, SEEK_SET) != 0)
		return st_fail_errno(err, ST_FATAL, "a document for a helper cannot be read");
	enum st_status status =
		launcher_help(launcher, helper, number, document->fd, &h->id, &h->output, &h->errors, err);
	if (status == ST_FATAL)
		return status;
	h->running = status == ST_OK;
	h->killed = false;
	h->began_at_ms = st_now_ms();
	if (status != ST_OK) {
		h->output = h->errors = -1;
		*result = not_run(HELPED_NOT);
	}
	return ST_OK;
}

static enum helped how_it_ended(const struct helping *h, int wait_status)
{
	if (h->killed)
		return HELPED_TOO_LONG;
	if (WIFSIGNALED(wait_status)) {
		int number = WTERMSIG(wait_status);
		return number == SIGXCPU ? HELPED_TOO_LONG : number == SIGXFSZ ? HELPED_TOO_LARGE : HELPED_CRASHED;
	}
	return WEXITSTATUS(wait_status) == HELPER_EXIT_NOT_RUN ? HELPED_NOT : HELPED;
}

struct helping_result helping_ended(struct helping *h, int wait_status)
{
	struct stat st;
	struct helping_result result = {.how = how_it_ended(h, wait_status), .output = h->output, .errors = h->errors};
	h->running = false;
	seal(h->output);
	if (result.how == HELPED)
		result.exit_status = (uint8_t)WEXITSTATUS(wait_status);
	if (fstat(h->output, &st) == 0 && st.st_size > 0)
		result.output_bytes = (uint64_t)st.st_size;
	return result;
}

void helping_stop(struct helping *h, struct launcher *launcher)
{
	h->killed = true;
	launcher_kill(launcher, h->id);
}

void helping_close(struct helping *h, struct launcher *launcher)
{
	if (h->running)
		launcher_kill(launcher, h->id);
	while (h->document_count > 0)
		lose(&h->documents[--h->document_count], HELPED);
	close_output(h);
	*h = (struct helping){0};
}
