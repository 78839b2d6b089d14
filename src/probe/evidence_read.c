/* Reading evidence: the chain, the signatures, and what earlier runs found about a target. */
#include "probe/evidence.h"

#include "base/ceilings.h"
#include "base/json_read.h"

#include <sodium.h>
#include <strings.h>

/* The fields of a line that reading needs; every other is skipped. Texts longer than theirs make the line no line. */
struct line {
	uint64_t n;
	char prev[65], kind[16], time[21], key[65], signature[129], verdict[16];
	struct st_buf target, known;
};

struct line_reading {
	struct line *line;
	struct st_buf key, text;
	bool in_key, good;
};

static bool copy_text(const struct st_buf *text, char *out, size_t size)
{
	if (text->size >= size || (text->size > 0 && memchr(text->data, 0, text->size) != NULL))
		return false;
	memcpy(out, text->data, text->size);
	out[text->size] = 0;
	return true;
}

static bool is_key(const struct line_reading *r, const char *name)
{
	return r->key.size == strlen(name) && memcmp(r->key.data, name, r->key.size) == 0;
}

static bool take_number(const struct st_buf *text, uint64_t *out)
{
	*out = 0;
	for (size_t i = 0; i < text->size; i++)
		if (text->data[i] < '0' || text->data[i] > '9' || __builtin_mul_overflow(*out, 10, out) ||
			__builtin_add_overflow(*out, (uint64_t)(text->data[i] - '0'), out))
			return false;
	return text->size > 0;
}

static bool take_field(struct line_reading *r)
{
	struct line *line = r->line;
	const struct {
		const char *name;
		char *out;
		size_t size;
	} texts[] = {{"prev", line->prev, sizeof line->prev}, {"kind", line->kind, sizeof line->kind},
		{"time", line->time, sizeof line->time}, {"key", line->key, sizeof line->key},
		{"signature", line->signature, sizeof line->signature},
		{"verdict", line->verdict, sizeof line->verdict}};
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
		if (is_key(r, texts[i].name))
			return copy_text(&r->text, texts[i].out, texts[i].size);
	if (is_key(r, "n"))
		return take_number(&r->text, &line->n);
	struct st_buf *kept = is_key(r, "target") ? &line->target : is_key(r, "known") ? &line->known : NULL;
	if (kept != NULL) {
		kept->size = 0;
		st_buf_add(kept, r->text.data, r->text.size);
	}
	return true;
}

/* Keys and values of the outermost object only. */
static void take_event(struct line_reading *r, enum st_json_token token, const struct st_json_event *event)
{
	if (event->depth != 1)
		return;
	if (token == ST_JSON_KEY) {
		if (!r->in_key)
			r->key.size = 0;
		r->in_key = !event->last;
		st_buf_add(&r->key, event->text.data, event->text.size);
		r->text.size = 0;
	} else if (token == ST_JSON_STRING || token == ST_JSON_NUMBER) {
		st_buf_add(&r->text, event->text.data, event->text.size);
		if (event->last)
			r->good = r->good && take_field(r);
	}
}

static bool read_line(struct st_span span, struct line *line)
{
	struct line_reading r = {.line = line, .good = span.size <= CEIL_EVIDENCE_LINE_BYTES};
	struct st_json_reader *json = st_json_open(8);
	struct st_json_event event;
	enum st_json_token token;
	bool ended = false;
	st_json_feed(json, span.data, span.size);
	while (r.good && (token = st_json_next(json, &event)) != ST_JSON_END) {
		if (token == ST_JSON_MORE && !ended) {
			st_json_feed_end(json);
			ended = true;
		} else if (token == ST_JSON_ERROR || token == ST_JSON_TOO_DEEP || token == ST_JSON_MORE) {
			r.good = false;
		} else {
			take_event(&r, token, &event);
		}
	}
	st_json_close(json);
	st_buf_free(&r.key);
	st_buf_free(&r.text);
	return r.good && line->n > 0 && line->prev[0] != 0 && line->kind[0] != 0 && line->time[0] != 0;
}

static void free_line(struct line *line)
{
	st_buf_free(&line->target);
	st_buf_free(&line->known);
	*line = (struct line){0};
}

/* The next whole line; false at the end or before a torn one. */
static bool next_line(struct st_span file, size_t *at, struct st_span *line)
{
	const uint8_t *end = *at < file.size ? memchr(file.data + *at, '\n', file.size - *at) : NULL;
	if (end == NULL)
		return false;
	*line = (struct st_span){file.data + *at, (size_t)(end - file.data) - *at};
	*at = (size_t)(end - file.data) + 1;
	return true;
}

static bool from_hex(const char *text, uint8_t *out, size_t size)
{
	size_t got = 0;
	return strlen(text) == 2 * size && sodium_hex2bin(out, size, text, 2 * size, NULL, &got, NULL) == 0 &&
	       got == size;
}

static enum probe_chain judge_signature(const struct probe_evidence *keys, const struct line *line)
{
	uint8_t key[32], signature[crypto_sign_BYTES], prev[ST_SHA256_BYTES];
	if (!from_hex(line->key, key, sizeof key) || !from_hex(line->signature, signature, sizeof signature) ||
		!from_hex(line->prev, prev, sizeof prev) ||
		crypto_sign_verify_detached(signature, prev, sizeof prev, key) != 0)
		return PROBE_CHAIN_TAMPERED;
	return memcmp(key, keys->public_key, sizeof key) == 0 ? PROBE_CHAIN_INTACT : PROBE_CHAIN_OTHER_KEY;
}

static bool head_starts_with(const uint8_t head[ST_SHA256_BYTES], const char *text)
{
	char hex[PROBE_EVIDENCE_HEAD_TEXT];
	st_hex(head, ST_SHA256_BYTES, hex);
	return strncasecmp(hex, text, strlen(text)) == 0;
}

void probe_evidence_check(
	const struct probe_evidence *keys, struct st_span file, const char *head, struct probe_chain_report *out)
{
	*out = (struct probe_chain_report){.chain = PROBE_CHAIN_CUT};
	struct line line = {0};
	struct st_span span;
	for (size_t at = 0; next_line(file, &at, &span);) {
		char prev[PROBE_EVIDENCE_HEAD_TEXT];
		st_hex(out->head, sizeof out->head, prev);
		bool fits = read_line(span, &line) && line.n == out->lines + 1 && strcmp(line.prev, prev) == 0;
		enum probe_chain chain = !fits                                 ? PROBE_CHAIN_TAMPERED
					 : strcmp(line.kind, "signature") == 0 ? judge_signature(keys, &line)
									       : PROBE_CHAIN_CUT;
		free_line(&line);
		out->chain = chain;
		if (chain == PROBE_CHAIN_TAMPERED || chain == PROBE_CHAIN_OTHER_KEY) {
			out->bad_line = out->lines + 1;
			return;
		}
		st_sha256_of(span.data, span.size, out->head);
		out->lines++;
		out->whole_bytes = at;
		out->head_is_last = head != NULL && head_starts_with(out->head, head);
		out->head_found = out->head_found || out->head_is_last;
	}
	out->torn = out->whole_bytes < file.size;
	if (out->torn)
		out->chain = PROBE_CHAIN_CUT;
}

static void take_verdict(
	const struct probe_evidence *keys, const char *target, const struct line *line, struct probe_history *out)
{
	bool open = strcmp(line->verdict, "open") == 0, closed = strcmp(line->verdict, "closed") == 0;
	out->known = true;
	if (open) {
		out->verdict = PROBE_OPEN;
		memcpy(out->last_open, line->time, sizeof out->last_open);
		out->first_closed[0] = 0;
	} else if (closed) {
		if (out->verdict == PROBE_OPEN)
			memcpy(out->first_closed, line->time, sizeof out->first_closed);
		out->verdict = PROBE_CLOSED;
	}
	if (line->known.size > 0)
		(void)probe_evidence_unseal(
			keys, target, (const char *)line->known.data, line->known.size, &out->object);
}

void probe_evidence_history(
	const struct probe_evidence *keys, struct st_span file, const char *target, struct probe_history *out)
{
	struct line line = {0};
	struct st_span span;
	*out = (struct probe_history){0};
	for (size_t at = 0; next_line(file, &at, &span);) {
		bool same = read_line(span, &line) && strcmp(line.kind, "verdict") == 0 &&
			    line.target.size == strlen(target) &&
			    memcmp(line.target.data, target, line.target.size) == 0;
		if (same)
			take_verdict(keys, target, &line, out);
		free_line(&line);
	}
}

void probe_history_free(struct probe_history *history)
{
	st_buf_free(&history->object);
}
