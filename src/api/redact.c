#include "api/memory.h"
#include "api/options.h"

struct staunch_redact {
	struct api_memory memory;
	struct redact *redact;
	staunch_write *write;
	void *context;
	struct redact_counts counts;
	bool finished;
	int status; /* of the finished run */
};

/* The close of redact.h wipes; so does that of the books, without asking it. */
static bool on_output(void *context, const void *data, size_t size)
{
	staunch_redact *redact = context;
	return redact->write(redact->context, data, size) == 0;
}

struct call {
	staunch_redact *redact;
	const staunch_options *options;
	const void *data;
	size_t size;
};

static int open_body(void *argument)
{
	struct call *call = argument;
	const staunch_options *given = call->options;
	struct redact_options options = {.mode = REDACT_ACTIONS};
	if (given != NULL)
		options = given->redact;
	if (options.mode == REDACT_ACTIONS)
		options.mode = options.key != NULL ? REDACT_TOKEN : REDACT_LABEL;
	if (given != NULL && given->policy != NULL) {
		options.policy = given->policy;
		if (redact_policy_needs_key(given->policy) && options.key == NULL)
			return STAUNCH_WRONG;
	}
	if (options.mode == REDACT_TOKEN && options.key == NULL)
		return STAUNCH_WRONG;
	options.detect = api_detect_options(given);
	if (options.policy != NULL && redact_policy_rules(options.policy) != NULL)
		options.detect.rules = redact_policy_rules(options.policy);
	options.write = on_output;
	options.context = call->redact;
	call->redact->redact = redact_open(&options);
	return STAUNCH_OK;
}

int staunch_redact_open(const staunch_options *options, staunch_write *write, void *context, staunch_redact **out)
{
	if (out == NULL)
		return STAUNCH_WRONG;
	*out = NULL;
	if (write == NULL)
		return STAUNCH_WRONG;
	if (options != NULL && options->memory.broken != 0)
		return options->memory.broken;
	staunch_redact *redact = api_object(sizeof *redact);
	if (redact == NULL)
		return STAUNCH_MEMORY;
	redact->write = write;
	redact->context = context;
	struct call call = {.redact = redact, .options = options};
	int status = api_run(&redact->memory, open_body, &call);
	if (status == STAUNCH_OK)
		*out = redact;
	else
		staunch_redact_close(redact);
	return status;
}

static int status_of(enum redact_status status)
{
	switch (status) {
	case REDACT_OK:
		return STAUNCH_OK;
	case REDACT_UNSEARCHED:
		return STAUNCH_UNSEARCHED;
	case REDACT_TOO_LARGE:
		return STAUNCH_TOO_LARGE;
	case REDACT_WRITE_FAILED:
		return STAUNCH_WRITE;
	}
	return STAUNCH_INTERNAL;
}

static int finish_body(void *argument)
{
	struct call *call = argument;
	staunch_redact *redact = call->redact;
	redact->status = status_of(redact_finish(redact->redact, &redact->counts));
	redact->finished = true;
	return redact->status;
}

static int feed_body(void *argument)
{
	struct call *call = argument;
	return redact_feed(call->redact->redact, call->data, call->size) ? STAUNCH_OK : finish_body(call);
}

int staunch_redact_feed(staunch_redact *redact, const void *data, size_t size)
{
	struct call call = {.redact = redact, .data = data, .size = size};
	if (redact == NULL || (data == NULL && size > 0))
		return STAUNCH_WRONG;
	if (redact->finished)
		return redact->status != STAUNCH_OK ? redact->status : STAUNCH_WRONG;
	return size > 0 ? api_run(&redact->memory, feed_body, &call) : redact->memory.broken;
}

int staunch_redact_finish(staunch_redact *redact)
{
	struct call call = {.redact = redact};
	if (redact == NULL)
		return STAUNCH_WRONG;
	return redact->finished ? redact->status : api_run(&redact->memory, finish_body, &call);
}

uint64_t staunch_redact_replaced(const staunch_redact *redact)
{
	uint64_t sum = 0;
	for (int kind = 0; kind <= DETECT_KINDS; kind++)
		sum += redact->counts.replaced[kind];
	return sum;
}

uint64_t staunch_redact_unsearched(const staunch_redact *redact)
{
	return redact->counts.unsearched_bytes;
}

uint64_t staunch_redact_unsearched_at(const staunch_redact *redact)
{
	return redact->counts.unsearched_at;
}

void staunch_redact_close(staunch_redact *redact)
{
	if (redact != NULL && !redact->memory.busy)
		api_object_free(&redact->memory, redact);
}
