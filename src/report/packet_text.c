/* The words of a packet that stand in all its files, and README.txt. */
#include "report/packet.h"

#include "base/clock.h"
#include "base/print.h"

#include <stdio.h>

#define FLUSH_BYTES (64 * 1024)
#define README_COLUMNS 78

typedef unsigned long long ull;

enum st_status packet_flush(struct st_buf *buf, bool all, const struct packet_sink *sink, struct st_error *err)
{
	if (buf->size == 0 || (!all && buf->size < FLUSH_BYTES))
		return ST_OK;
	enum st_status status = sink->write(sink->context, buf->data, buf->size, err);
	buf->size = 0;
	return status;
}

void packet_time(int64_t seconds, char out[21])
{
	out[0] = 0;
	if (seconds > 0)
		st_utc_text(seconds, out);
}

static const char searched[] = "e-mail addresses, also spelled out or encoded";

static void add_reasons(const uint64_t counts[ST_REASONS], struct st_buf *out)
{
	const char *before = " (";
	for (int reason = 1; reason < ST_REASONS; reason++) {
		if (counts[reason] == 0)
			continue;
		st_buf_format(out, "%s%s %llu", before, st_reason_name((enum st_reason)reason), (ull)counts[reason]);
		before = ", ";
	}
	if (before[0] == ',')
		st_buf_add_byte(out, ')');
}

static void add_not_searched(const struct packet *packet, struct st_buf *out)
{
	const struct report *report = packet->report;
	st_buf_format(out, "%llu objects that were not read", (ull)(report->unread + report->pending));
	add_reasons(report->unread_objects, out);
	st_buf_format(out, ", %llu read in part, %llu bytes that are no text", (ull)report->partial,
		(ull)report->not_searched_bytes);
}

void packet_answer(const struct packet *packet, struct st_buf *out)
{
	if (packet->mentions > 0) {
		st_buf_format(out, "%zu %s in %llu %s, each counted once (%llu with every copy); %llu %s in all.",
			packet->value_count, packet->value_count == 1 ? "address" : "addresses",
			(ull)packet->records_distinct, packet->records_distinct == 1 ? "record" : "records",
			(ull)packet->records_raw, (ull)packet->mentions,
			packet->mentions == 1 ? "mention" : "mentions");
		return;
	}
	st_buf_format(out,
		"No record was attributed to this mailbox or domain among %llu records read; %llu are unattributed or "
		"in review; searched for %s; not searched: ",
		(ull)packet->report->records_distinct, (ull)packet->unattributed, searched);
	add_not_searched(packet, out);
	st_buf_add_byte(out, '.');
}

void packet_coverage(const struct packet *packet, size_t line, const char **name, struct st_buf *out)
{
	static const char *const names[PACKET_COVERAGE_LINES] = {
		"objects", "bytes", "records", "searched for", "not searched"};
	const struct report *report = packet->report;
	*name = names[line];
	switch (line) {
	case 0:
		st_buf_format(out, "%llu listed: %llu read, %llu copies of these, %llu read in part, %llu not read",
			(ull)report->listed, (ull)report->read, (ull)report->duplicate, (ull)report->partial,
			(ull)(report->unread + report->pending));
		break;
	case 1:
		st_buf_format(out, "%llu listed, %llu read", (ull)report->bytes_listed, (ull)report->bytes_read);
		break;
	case 2:
		st_buf_format(out, "%llu, each counted once (%llu with every copy); %llu of them hold no address",
			(ull)report->records_distinct, (ull)report->records_raw, (ull)packet->unattributed);
		break;
	case 3:
		st_buf_add(out, searched, sizeof searched - 1);
		break;
	default:
		add_not_searched(packet, out);
	}
}

const char *const *packet_method(void)
{
	static const char *const sentences[] = {
		"A value is attributed to a mailbox if it is that address in any spelling, and to an organization if "
		"it "
		"is an address at its registrable domain (Public Suffix List); with a confidence of at least 0.50. An "
		"address at the domain that carries another one in itself, as those of bounces and guests do, is "
		"released to nobody.",
		"A record is one row, document, message or line. It is listed here if a value attributed to this party "
		"stands in it. What else stands in it is not shown and not counted, even if it concerns this party: "
		"numbers, names and secrets belong to nobody whom they name with certainty.",
		"Names of files may name others. A name is given only if each of its words is a common word of file "
		"names and in no value of anybody else; else the object has its number only.",
		"Not found means: not found in what was read and searched. It does not mean: not affected.",
		NULL,
	};
	return sentences;
}

/* --- README.txt --- */

static void add_wrapped(struct st_buf *out, const char *text, size_t size)
{
	size_t column = 0;
	for (size_t at = 0; at < size;) {
		size_t word = 0;
		while (at + word < size && text[at + word] != ' ')
			word++;
		if (column > 0 && column + 1 + word > README_COLUMNS) {
			st_buf_add_byte(out, '\n');
			column = 0;
		}
		st_buf_add(out, column > 0 ? " " : "  ", column > 0 ? 1 : 2);
		st_buf_add(out, text + at, word);
		column += (column > 0 ? 1 : 2) + word;
		at += word + (at + word < size);
	}
	st_buf_add_byte(out, '\n');
}

static void add_text(struct st_buf *out, const char *text)
{
	add_wrapped(out, text, strlen(text));
}

static void add_head(struct st_buf *out, const char *head)
{
	st_buf_format(out, "\n%s\n", head);
}

static void add_party(const struct packet *packet, struct st_buf *out)
{
	if (packet->mentions == 0) {
		add_text(out, "The answer to one question: does what was left open hold anything of one mailbox or of "
			      "one organization? It holds nothing of anybody else.");
		return;
	}
	st_auto_buf struct st_buf line = {0};
	st_buf_format(&line, "What was found of %s in data that was left open: ",
		packet->organization ? "one organization" : "one mailbox");
	st_escape_text(&line, packet->party, strlen(packet->party));
	st_buf_format(&line, ". It holds nothing of anybody else.");
	add_wrapped(out, (const char *)line.data, line.size);
}

static void add_coverage(const struct packet *packet, struct st_buf *out)
{
	for (size_t i = 0; i < PACKET_COVERAGE_LINES; i++) {
		const char *name;
		st_auto_buf struct st_buf text = {0}, line = {0};
		packet_coverage(packet, i, &name, &text);
		st_buf_format(&line, "%s: ", name);
		st_buf_add(&line, text.data, text.size);
		add_wrapped(out, (const char *)line.data, line.size);
	}
}

static void add_values(const struct packet *packet, struct st_buf *out)
{
	if (packet->value_count == 0)
		return;
	add_head(out, "Addresses and their mentions, every copy counted (all in parts.json)");
	for (size_t i = 0; i < packet->value_count && i < CEIL_PACKET_README_VALUES; i++) {
		st_buf_format(out, "  %10llu  ", (ull)packet->values[i].mentions);
		st_escape_text(out, packet->values[i].text, strlen(packet->values[i].text));
		st_buf_add_byte(out, '\n');
	}
	if (packet->value_count > CEIL_PACKET_README_VALUES)
		st_buf_format(out, "  and %zu more\n", packet->value_count - CEIL_PACKET_README_VALUES);
}

enum st_status packet_readme(const struct packet *packet, const struct packet_sink *sink, struct st_error *err)
{
	st_auto_buf struct st_buf out = {0}, answer = {0};
	char made_at[21];
	packet_time(packet->report->generated_at, made_at);
	st_buf_format(&out, "Packet %s, made %s by staunch %s\n", packet->reference, made_at, packet->report->version);
	add_head(&out, "What this is");
	add_party(packet, &out);
	add_head(&out, "Answer");
	packet_answer(packet, &answer);
	add_wrapped(&out, (const char *)answer.data, answer.size);
	add_values(packet, &out);
	add_head(&out, "Coverage of the whole case");
	add_coverage(packet, &out);
	add_head(&out, "Method");
	for (const char *const *sentence = packet_method(); *sentence != NULL; sentence++)
		add_text(&out, *sentence);
	add_head(&out, "Files");
	add_text(&out, "report.html: the same as a page. parts.csv, parts.json: every place, one row each: store and "
		       "object by their numbers in the case, which its owner can look up; member: the part of an "
		       "archive or mail; record: its number in the object or member, from 1, empty where a file was "
		       "searched that has no records; where in the document; start and end: bytes as stored, or "
		       "characters of the text where it is put together; stored_at: when the object was last written "
		       "in the store; sha256: of the whole object, where nobody else stands in it.");
	if (packet->row_count < packet->mentions)
		st_buf_format(&out, "  Listed are %zu of %llu places.\n", packet->row_count, (ull)packet->mentions);
	st_buf_format(&out, "\nDetectors %s\n", packet->report->detectors_sha256);
	return packet_flush(&out, true, sink, err);
}
