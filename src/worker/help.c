/* Helpers by way of the case process: a worker starts nothing and opens nothing. */
#include "base/ceilings.h"
#include "extract/extract.h"
#include "worker/worker.h"

#include <errno.h>
#include <unistd.h>

/* A frame of a document: the largest that fits. */
#define PIECE_BYTES (CEIL_MESSAGE_BYTES - 64)

static void document(void *context, enum helping_input what, struct st_span bytes)
{
	struct worker *w = context;
	size_t sent = 0;
	do {
		size_t left = bytes.size - sent, piece = left < PIECE_BYTES ? left : PIECE_BYTES;
		st_auto_buf struct st_buf body = {0};
		st_buf_add_u32(&body, w->out.job);
		st_buf_add_byte(&body, (uint8_t)what);
		if (piece > 0)
			st_buf_add(&body, bytes.data + sent, piece);
		outbox_send(&w->out, WORKER_HELP_INPUT, &body);
		sent += piece;
	} while (sent < bytes.size);
}

/* The next frame must be this one: a case process that says something else is not one. */
static struct st_cursor hear(struct worker *w, enum worker_message type, int *fd)
{
	struct message answer;
	if (worker_hear(w, &answer) != MESSAGE_OK)
		_exit(0);
	struct st_cursor in = {.at = answer.body.data, .end = answer.body.data + answer.body.size};
	if (answer.type != (uint32_t)type || st_cursor_u32(&in) != w->out.job)
		_exit(1);
	*fd = answer.fd;
	return in;
}

static void read_errors(int pipe, struct st_buf *errors)
{
	ssize_t got = 1;
	while (got > 0 && errors->size < CEIL_HELPER_ERRORS_BYTES) {
		st_buf_reserve(errors, CEIL_HELPER_ERRORS_BYTES - errors->size);
		do
			got = read(pipe, errors->data + errors->size, CEIL_HELPER_ERRORS_BYTES - errors->size);
		while (got < 0 && errno == EINTR);
		errors->size += got > 0 ? (size_t)got : 0;
	}
}

static void run(void *context, enum helper helper, uint32_t number, struct extract_helped *out)
{
	struct worker *w = context;
	st_auto_buf struct st_buf body = {0};
	st_buf_add_u32(&body, w->out.job);
	st_buf_add_byte(&body, (uint8_t)helper);
	st_buf_add_u32(&body, number);
	outbox_send(&w->out, WORKER_HELP, &body);
	*out = (struct extract_helped){.output_fd = -1};
	struct st_cursor in = hear(w, WORKER_HELPED, &out->output_fd);
	uint8_t how = st_cursor_byte(&in);
	out->exit_status = st_cursor_byte(&in);
	uint64_t size_bytes = st_cursor_u64(&in);
	if (in.bad || how >= HELPED_ENDS)
		_exit(1);
	out->how = (enum helped)how;
	if (out->output_fd >= 0)
		out->output = stream_open_fd(out->output_fd, size_bytes);
	int errors;
	(void)hear(w, WORKER_HELPED_ERRORS, &errors);
	if (errors < 0)
		return;
	read_errors(errors, &out->errors);
	close(errors);
}

static void release(void *context, struct extract_helped *helped)
{
	(void)context;
	stream_close(helped->output);
	helped->output = NULL;
	if (helped->output_fd >= 0)
		close(helped->output_fd);
	helped->output_fd = -1;
	st_buf_free(&helped->errors);
}

struct extract_help worker_help(struct worker *worker)
{
	return (struct extract_help){.context = worker, .document = document, .run = run, .release = release};
}
