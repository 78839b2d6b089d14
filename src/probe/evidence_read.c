/* Reading evidence: the chain, the signatures, and what earlier runs found about a target. */
#include "probe/evidence.h"

#include "base/ceilings.h"
#include "base/json_read.h"

#include <sodium.h>
#include <strings.h>

struct line_reading {
	struct probe_evidence_row *line;
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

/* What is told of alerts and windows; of lines of other kinds, texts of these names may be of any length. */
static void take_of_a_watch(struct line_reading *r)
{
	struct probe_evidence_row *line = r->line;
	const struct {
		const char *name;
		char *out;
		size_t size;
	} texts[] = {{"channel", line->channel, sizeof line->channel},
		{"channels", line->channels, sizeof line->channels}, {"state", line->state, sizeof line->state},
		{"id", line->id, sizeof line->id}};
	const struct {
		const char *name;
		uint64_t *out;
	} numbers[] = {{"objects_seen", &line->objects_seen}, {"ransom_notes", &line->ransom_notes},
		{"window", &line->window}};
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
		if (is_key(r, texts[i].name) && !copy_text(&r->text, texts[i].out, texts[i].size))
			texts[i].out[0] = 0;
	for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++)
		if (is_key(r, numbers[i].name) && !take_number(&r->text, numbers[i].out))
			*numbers[i].out = 0;
}

static bool take_field(struct line_reading *r)
{
	struct probe_evidence_row *line = r->line;
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
	take_of_a_watch(r);
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

bool probe_evidence_row_read(struct st_span span, struct probe_evidence_row *line)
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

void probe_evidence_row_free(struct probe_evidence_row *line)
{
	st_buf_free(&line->target);
	st_buf_free(&line->known);
	*line = (struct probe_evidence_row){0};
}

bool probe_evidence_next(struct st_span file, size_t *at, struct st_span *line)
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

static enum probe_chain judge_signature(const struct probe_evidence *keys, const struct probe_evidence_row *line)
{
	uint8_t key[32], signature[crypto_sign_BYTES], prev[ST_SHA256_BYTES];
	if (!from_hex(line->key, key, sizeof key) || !from_hex(line->signature, signature, sizeof signature) ||
		!from_hex(line->prev, prev, sizeof prev) ||
		crypto_sign_verify_detached(signature, prev, sizeof prev, key) != 0)
		return PROBE_CHAIN_TAMPERED;
	return memcmp(key, keys->public_key, sizeof key) == 0 ? PROBE_CHAIN_INTACT : PROBE_CHAIN_OTHER_KEY;
}

/* What stands behind the bytes that a code is over. */
#define CODE_BEGIN ",\"mac\":\""
#define CODE_END "\"}"
#define CODE_BYTES (sizeof CODE_BEGIN - 1 + PROBE_EVIDENCE_CODE_TEXT - 1 + sizeof CODE_END - 1)

enum code { CODE_NONE, CODE_GOOD, CODE_WRONG };

static enum code judge_code(const struct probe_evidence *keys, struct st_span line)
{
	char code[PROBE_EVIDENCE_CODE_TEXT];
	if (line.size < CODE_BYTES)
		return CODE_NONE;
	const uint8_t *begin = line.data + line.size - CODE_BYTES, *text = begin + sizeof CODE_BEGIN - 1;
	if (memcmp(begin, CODE_BEGIN, sizeof CODE_BEGIN - 1) != 0)
		return CODE_NONE;
	probe_evidence_code(keys, (struct st_span){line.data, line.size - CODE_BYTES}, code);
	bool good = sodium_memcmp(text, code, sizeof code - 1) == 0 &&
		    memcmp(text + sizeof code - 1, CODE_END, sizeof CODE_END - 1) == 0;
	return good ? CODE_GOOD : CODE_WRONG;
}

/* A line without a code is covered by the next signature, a wrong one by none. False: the chain ends here. */
static bool take_code(enum code code, bool is_signed, struct probe_chain_report *report)
{
	uint64_t number = report->lines + 1;
	if (code == CODE_WRONG && report->wrong_code == 0)
		report->wrong_code = number;
	if (code == CODE_NONE && report->no_code == 0)
		report->no_code = number;
	if (is_signed)
		report->no_code = 0;
	return !is_signed || report->wrong_code == 0;
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
	*out = (struct probe_chain_report){0};
	probe_evidence_check_more(keys, file, head, out);
}

void probe_evidence_check_more(
	const struct probe_evidence *keys, struct st_span file, const char *head, struct probe_chain_report *out)
{
	struct probe_evidence_row line = {0};
	struct st_span span;
	out->chain = PROBE_CHAIN_CUT;
	out->whole_bytes = 0;
	for (size_t at = 0; probe_evidence_next(file, &at, &span);) {
		char prev[PROBE_EVIDENCE_HEAD_TEXT];
		st_hex(out->head, sizeof out->head, prev);
		bool fits = probe_evidence_row_read(span, &line) && line.n == out->lines + 1 &&
			    strcmp(line.prev, prev) == 0;
		enum probe_chain chain = !fits                                 ? PROBE_CHAIN_TAMPERED
					 : strcmp(line.kind, "signature") == 0 ? judge_signature(keys, &line)
									       : PROBE_CHAIN_CUT;
		probe_evidence_row_free(&line);
		out->chain = chain;
		if (chain == PROBE_CHAIN_TAMPERED || chain == PROBE_CHAIN_OTHER_KEY) {
			out->bad_line = out->wrong_code != 0 && chain == PROBE_CHAIN_TAMPERED ? out->wrong_code
											      : out->lines + 1;
			return;
		}
		if (!take_code(judge_code(keys, span), chain == PROBE_CHAIN_INTACT, out))
			break;
		st_sha256_of(span.data, span.size, out->head);
		out->lines++;
		out->whole_bytes = at;
		out->head_is_last = head != NULL && head_starts_with(out->head, head);
		out->head_found = out->head_found || out->head_is_last;
	}
	out->bad_line = out->wrong_code != 0 ? out->wrong_code : out->no_code;
	out->torn = out->bad_line == 0 && out->whole_bytes < file.size;
	if (out->bad_line != 0)
		out->chain = PROBE_CHAIN_TAMPERED;
	else if (out->torn)
		out->chain = PROBE_CHAIN_CUT;
}
