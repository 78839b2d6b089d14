/* Helpers that say what the test wants: how each ends, what it writes on either output. */
#ifndef STAUNCH_TESTS_EXTRACT_SCRIPTED_HELP_H
#define STAUNCH_TESTS_EXTRACT_SCRIPTED_HELP_H

#include "extract/extract.h"

struct scripted_answer {
	enum helped how;
	uint8_t exit_status;
	const void *output;
	size_t output_bytes;
	const char *errors;
};

struct scripted_help {
	struct scripted_answer answers[HELPER_WORKERS];
	struct st_buf document; /* as the reader sent it, of the one begun last */
	int open, runs[HELPER_WORKERS];
	bool broken; /* documents out of order, a run without one */
};

static inline void scripted_document(void *context, enum helping_input what, struct st_span bytes)
{
	struct scripted_help *h = context;
	if (what == HELPING_BEGIN) {
		h->document.size = 0;
		h->open++;
	}
	h->broken |= h->open <= 0;
	st_buf_add(&h->document, bytes.data, bytes.size);
	h->open -= what == HELPING_DONE;
}

static inline void scripted_run(void *context, enum helper helper, uint32_t number, struct extract_helped *out)
{
	struct scripted_help *h = context;
	const struct scripted_answer *answer = &h->answers[helper];
	(void)number;
	h->broken |= h->open <= 0 || helper >= HELPER_WORKERS;
	h->runs[helper]++;
	*out = (struct extract_helped){.how = answer->how, .exit_status = answer->exit_status, .output_fd = -1};
	if (answer->how != HELPED_NOT)
		out->output = stream_open_memory(answer->output, answer->output_bytes);
	if (answer->errors != NULL)
		st_buf_add(&out->errors, answer->errors, strlen(answer->errors));
}

static inline void scripted_release(void *context, struct extract_helped *helped)
{
	(void)context;
	stream_close(helped->output);
	helped->output = NULL;
	st_buf_free(&helped->errors);
}

static inline struct extract_help scripted_help_of(struct scripted_help *h)
{
	return (struct extract_help){
		.context = h, .document = scripted_document, .run = scripted_run, .release = scripted_release};
}

#endif
