#include "worker/answers.h"

#include "base/ceilings.h"

#include <stdio.h>

struct st_span answers_text(const char *text)
{
	return (struct st_span){(const uint8_t *)text, strlen(text)};
}

bool answers_starts(struct st_span text, const char *with)
{
	return text.size >= strlen(with) && memcmp(text.data, with, strlen(with)) == 0;
}

struct st_span answers_behind(struct st_span text, size_t size)
{
	return size < text.size ? (struct st_span){text.data + size, text.size - size}
				: (struct st_span){text.data + text.size, 0};
}

/* Longer values are cut to their ceiling, not left out: what a service compares stands at their start. */
static void add(struct answers *answers, const char *path, struct st_span value)
{
	if (value.size > CEIL_FACT_BYTES)
		value.size = CEIL_FACT_BYTES;
	probe_facts_add(answers->facts, path, value, answers->keep);
}

void answers_tell(struct answers *answers, const char *name, struct st_span value)
{
	st_auto_free char *path = st_format("%u.%s", answers->step, name);
	add(answers, path, value);
}

void answers_tell_part(struct answers *answers, const char *name, struct st_span part, struct st_span value)
{
	char clean[CEIL_FACT_PATH_BYTES / 2];
	size_t size = 0;
	for (; size < part.size && size < sizeof clean - 1; size++)
		clean[size] = part.data[size] > ' ' && part.data[size] < 0x7f ? (char)part.data[size] : '?';
	clean[size] = 0;
	st_auto_free char *path = st_format("%u.%s.%s", answers->step, name, clean);
	add(answers, path, value);
}

void answers_tell_number(struct answers *answers, const char *name, int64_t value)
{
	st_auto_free char *text = st_format("%lld", (long long)value);
	answers_tell(answers, name, answers_text(text));
}

void answers_refusal(struct answers *answers, struct st_span code)
{
	if (probe_fact_count(answers->facts, "refusal") == 0)
		add(answers, "refusal", code);
}

bool answers_line(struct answers *answers, struct st_cursor *in, struct st_span *out)
{
	size_t size = (size_t)(in->end - in->at);
	if (size == 0)
		return false;
	const uint8_t *newline = memchr(in->at, '\n', size);
	*out = (struct st_span){in->at, newline != NULL ? (size_t)(newline - in->at) : size};
	in->at += newline != NULL ? out->size + 1 : size;
	answers->cut = answers->cut || newline == NULL;
	if (out->size > 0 && out->data[out->size - 1] == '\r')
		out->size--;
	return true;
}

/* Whoever answers in another protocol: a TLS record (RFC 8446, 5.1: alert or handshake), an HTTP status line. */
static bool is_other_protocol(struct answers *answers, struct st_span bytes)
{
	bool tls = bytes.size >= 3 && (bytes.data[0] == 0x15 || bytes.data[0] == 0x16) && bytes.data[1] == 3;
	bool http = answers_starts(bytes, "HTTP/");
	if (tls || http)
		probe_facts_add(answers->facts, tls ? "tls" : "http", (struct st_span){NULL, 0}, 0);
	answers->strange = answers->strange || tls || http;
	return tls || http;
}

static void read_step(struct answers *answers, enum probe_form form, struct st_span bytes)
{
	static void (*const readers[PROBE_FORMS])(struct answers *, struct st_span) = {
		[PROBE_FORM_REDIS] = answers_redis,
		[PROBE_FORM_MEMCACHED] = answers_memcached,
		[PROBE_FORM_RSYNC] = answers_rsync,
		[PROBE_FORM_FTP] = answers_ftp,
		[PROBE_FORM_POSTGRESQL] = answers_postgresql,
		[PROBE_FORM_MYSQL] = answers_mysql,
		[PROBE_FORM_MONGODB] = answers_mongodb,
	};
	if (bytes.size > 0 && readers[form] != NULL && !is_other_protocol(answers, bytes))
		readers[form](answers, bytes);
}

static void read_all(struct stream *stream, struct st_buf *out)
{
	uint8_t block[16384];
	ssize_t got;
	while (out->size < CEIL_ANSWER_BODY_BYTES && (got = stream_read_full(stream, block, sizeof block)) > 0)
		st_buf_add(out, block, (size_t)got);
}

void answers_read(struct stream *stream, enum probe_form form, uint32_t keep, struct probe_facts *out)
{
	st_auto_buf struct st_buf body = {0};
	st_buf_reserve(&body, 1); /* so that there is a pointer to nothing, too */
	read_all(stream, &body);
	struct answers answers = {.facts = out, .keep = keep};
	struct st_cursor in = {.at = body.data, .end = body.data + body.size};
	uint64_t said = 0;
	for (; in.at < in.end && !answers.strange; answers.step++) {
		struct st_span bytes = st_cursor_span(&in);
		if (in.bad)
			break;
		said += bytes.size;
		read_step(&answers, form, bytes);
	}
	if (said == 0)
		probe_facts_add(out, "silent", (struct st_span){NULL, 0}, 0);
	out->body = answers.strange || !answers.known ? PROBE_BODY_OTHER
		    : answers.cut || in.bad           ? PROBE_BODY_CUT
						      : PROBE_BODY_WHOLE;
}
