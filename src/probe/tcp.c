#include "probe/tcp.h"

#include <stdarg.h>
#include <stdio.h>

bool probe_has(const struct probe_answer *answer, const char *path)
{
	return probe_fact_count(answer->facts, path) > 0;
}

bool probe_fact_starts(const struct probe_answer *answer, const char *path, const char *with)
{
	struct st_span value = probe_fact(answer->facts, path, 0);
	return value.size >= strlen(with) && memcmp(value.data, with, strlen(with)) == 0;
}

int64_t probe_fact_number(const struct probe_answer *answer, const char *path)
{
	struct st_span value = probe_fact(answer->facts, path, 0);
	int64_t number = 0;
	if (value.size == 0 || value.size > 18)
		return -1;
	for (size_t i = 0; i < value.size; i++) {
		if (value.data[i] < '0' || value.data[i] > '9')
			return -1;
		number = number * 10 + (value.data[i] - '0');
	}
	return number;
}

void probe_unclear(struct probe *probe, enum probe_right right, const char *format, ...)
{
	va_list args;
	probe_set(probe, right, PROBE_CANNOT_TELL);
	if (probe_verdict(probe) != PROBE_CANNOT_TELL)
		return;
	va_start(args, format);
	vsnprintf(probe->verdict.reason, sizeof probe->verdict.reason, format, args);
	va_end(args);
}

bool probe_tcp_unanswered(struct probe *probe, const struct probe_answer *answer)
{
	enum probe_right right = answer->request->row->right;
	const char *name = probe->service->title;
	if (probe_unanswered(probe, answer))
		return true;
	if (answer->body_bytes == 0 || probe_has(answer, "silent"))
		probe_unclear(probe, right, "it takes the connection and says nothing");
	else if (probe_has(answer, "tls"))
		probe_unclear(probe, right, "it speaks TLS: check %s+tls://", probe->service->name);
	else if (probe_has(answer, "http"))
		probe_unclear(probe, right, "it speaks HTTP, not the protocol of %s", name);
	else if (answer->facts->body == PROBE_BODY_OTHER)
		probe_unclear(probe, right, "what it says is nothing that %s says", name);
	else
		return false;
	return true;
}

void probe_refused(struct probe *probe, const char *format, ...)
{
	va_list args;
	probe->verdict.refused_as_a_whole = true;
	probe_set(probe, PROBE_LIST, PROBE_CLOSED);
	probe_set(probe, PROBE_READ, PROBE_CLOSED);
	va_start(args, format);
	vsnprintf(probe->verdict.reason, sizeof probe->verdict.reason, format, args);
	va_end(args);
}

void probe_tell_product(struct probe *probe, const char *title, struct st_span version)
{
	probe->product.size = 0;
	st_buf_add(&probe->product, title, strlen(title));
	if (version.size == 0 || version.size > 64)
		return;
	for (size_t i = 0; i < version.size; i++)
		if (version.data[i] < ' ' || version.data[i] >= 0x7f)
			return;
	st_buf_add_byte(&probe->product, ' ');
	st_buf_add(&probe->product, version.data, version.size);
}

const char *probe_unfit_path(const struct probe_target *target)
{
	return target->path[0] != 0 ? "name the server alone: what is in it is not asked for by name" : NULL;
}
