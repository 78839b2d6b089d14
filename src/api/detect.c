#include "api/memory.h"
#include "api/options.h"

struct staunch_detect {
	struct api_memory memory;
	struct detect *detect;
	staunch_found *found;
	void *context;
};

struct staunch_mention {
	const struct detect_mention *mention;
};

static void on_mention(void *context, const struct detect_mention *mention)
{
	staunch_detect *detect = context;
	struct staunch_mention shown = {mention};
	if (mention->confidence >= DETECT_CONFIDENCE_SHOWN)
		detect->found(detect->context, &shown);
}

struct call {
	staunch_detect *detect;
	const staunch_options *options;
	const void *data;
	size_t size;
};

static int open_body(void *argument)
{
	struct call *call = argument;
	struct detect_options options = api_detect_options(call->options);
	call->detect->detect = detect_open(&options, on_mention, call->detect);
	return STAUNCH_OK;
}

int staunch_detect_open(const staunch_options *options, staunch_found *found, void *context, staunch_detect **out)
{
	if (out == NULL)
		return STAUNCH_WRONG;
	*out = NULL;
	if (found == NULL)
		return STAUNCH_WRONG;
	if (options != NULL && options->memory.broken != 0)
		return options->memory.broken;
	staunch_detect *detect = api_object(sizeof *detect);
	if (detect == NULL)
		return STAUNCH_MEMORY;
	detect->found = found;
	detect->context = context;
	struct call call = {.detect = detect, .options = options};
	int status = api_run(&detect->memory, open_body, &call);
	if (status == STAUNCH_OK)
		*out = detect;
	else
		staunch_detect_close(detect);
	return status;
}

static int feed_body(void *argument)
{
	struct call *call = argument;
	detect_feed(call->detect->detect, call->data, call->size);
	return STAUNCH_OK;
}

int staunch_detect_feed(staunch_detect *detect, const void *data, size_t size)
{
	struct call call = {.detect = detect, .data = data, .size = size};
	if (detect == NULL || (data == NULL && size > 0))
		return STAUNCH_WRONG;
	return size > 0 ? api_run(&detect->memory, feed_body, &call) : detect->memory.broken;
}

static int finish_body(void *argument)
{
	struct call *call = argument;
	detect_finish(call->detect->detect);
	return STAUNCH_OK;
}

int staunch_detect_finish(staunch_detect *detect)
{
	struct call call = {.detect = detect};
	return detect != NULL ? api_run(&detect->memory, finish_body, &call) : STAUNCH_WRONG;
}

void staunch_detect_close(staunch_detect *detect)
{
	if (detect != NULL && !detect->memory.busy)
		api_object_free(&detect->memory, detect);
}

const char *staunch_mention_kind(const staunch_mention *mention)
{
	return detect_kind_name(mention->mention->kind);
}

const char *staunch_mention_form(const staunch_mention *mention)
{
	return detect_form_name(mention->mention->form);
}

const char *staunch_mention_scheme(const staunch_mention *mention)
{
	return mention->mention->scheme;
}

uint64_t staunch_mention_start(const staunch_mention *mention)
{
	return mention->mention->start;
}

uint64_t staunch_mention_end(const staunch_mention *mention)
{
	return mention->mention->end;
}

unsigned staunch_mention_confidence(const staunch_mention *mention)
{
	return mention->mention->confidence;
}

const char *staunch_mention_text(const staunch_mention *mention, size_t *size)
{
	if (size != NULL)
		*size = mention->mention->text.size;
	return (const char *)mention->mention->text.data;
}

const char *staunch_mention_canonical(const staunch_mention *mention, size_t *size)
{
	if (size != NULL)
		*size = mention->mention->canonical.size;
	return (const char *)mention->mention->canonical.data;
}
