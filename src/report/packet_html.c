/* report.html of a packet: one self-contained page without a script; the policy in it allows its own style by hash and
 * nothing else. Every text is escaped. */
#include "report/packet.h"

#include "base/hash.h"
#include "base/print.h"

#include <sodium.h>

typedef unsigned long long ull;

static const char style[] =
	":root{color-scheme:light dark}"
	"body{font:16px/1.5 system-ui,sans-serif;max-width:70rem;margin:2rem auto;padding:0 1rem}"
	"h1{font-size:1.4rem}h2{font-size:1.1rem;margin-top:2rem}"
	".answer{font-size:1.2rem;border-left:.3rem solid;padding-left:1rem}"
	".rows{overflow-x:auto}"
	"table{border-collapse:collapse;font-size:.9rem}"
	"caption{text-align:left;padding:.3rem 0}"
	"th,td{text-align:left;padding:.2rem .8rem .2rem 0;border-bottom:1px solid #8888;vertical-align:top}"
	"td.n{text-align:right;font-variant-numeric:tabular-nums}"
	"dt{font-weight:600}dd{margin:0 0 .5rem}"
	"@media print{body{margin:0}}";

/* &, <, > and quotes; controls and broken UTF-8 as elsewhere in texts. */
static void add_escaped(struct st_buf *out, const char *text)
{
	st_auto_buf struct st_buf clean = {0};
	st_escape_text(&clean, text, strlen(text));
	for (size_t i = 0; i < clean.size; i++) {
		uint8_t c = clean.data[i];
		if (c == '&' || c == '<' || c == '>' || c == '"' || c == '\'')
			st_buf_format(out, "&#%u;", c);
		else
			st_buf_add_byte(out, c);
	}
}

static void add_span(struct st_buf *out, const struct st_buf *text)
{
	st_auto_free char *copy = st_strndup((const char *)text->data, text->size);
	add_escaped(out, copy);
}

static void add_cell(struct st_buf *out, const char *text)
{
	st_buf_format(out, "<td>");
	add_escaped(out, text);
	st_buf_format(out, "</td>");
}

static void add_number(struct st_buf *out, uint64_t number, bool shown)
{
	st_buf_format(out, "<td class=\"n\">");
	if (shown)
		st_buf_format(out, "%llu", (ull)number);
	st_buf_format(out, "</td>");
}

static void add_head(const struct packet *packet, struct st_buf *out)
{
	uint8_t sha256[ST_SHA256_BYTES];
	char hash[64];
	st_sha256_of(style, sizeof style - 1, sha256);
	sodium_bin2base64(hash, sizeof hash, sha256, sizeof sha256, sodium_base64_VARIANT_ORIGINAL);
	st_buf_format(out,
		"<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n"
		"<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'sha256-%s'\">\n"
		"<meta name=\"viewport\" content=\"width=device-width\"><title>Packet %s</title>\n<style>%s</style>"
		"</head>\n<body><main>\n<h1>Packet %s</h1>\n",
		hash, packet->reference, style, packet->reference);
}

static void add_answer(const struct packet *packet, struct st_buf *out)
{
	char made_at[21];
	st_auto_buf struct st_buf answer = {0};
	packet_time(packet->report->generated_at, made_at);
	packet_answer(packet, &answer);
	if (packet->mentions > 0) {
		st_buf_format(out, "<p>What was found of one %s: <strong>",
			packet->organization ? "organization" : "mailbox");
		add_escaped(out, packet->party);
		st_buf_format(out, "</strong></p>\n");
	}
	st_buf_format(out, "<p class=\"answer\">");
	add_span(out, &answer);
	st_buf_format(out, "</p>\n<p>Made %s by staunch %s. It holds nothing of anybody else.</p>\n", made_at,
		packet->report->version);
}

static void add_coverage(const struct packet *packet, struct st_buf *out)
{
	st_buf_format(out, "<h2>Coverage of the whole case</h2>\n<dl>\n");
	for (size_t i = 0; i < PACKET_COVERAGE_LINES; i++) {
		const char *name;
		st_auto_buf struct st_buf text = {0};
		packet_coverage(packet, i, &name, &text);
		st_buf_format(out, "<dt>%s</dt><dd>", name);
		add_span(out, &text);
		st_buf_format(out, "</dd>\n");
	}
	st_buf_format(out, "</dl>\n<h2>Method</h2>\n");
	for (const char *const *sentence = packet_method(); *sentence != NULL; sentence++) {
		st_buf_format(out, "<p>");
		add_escaped(out, *sentence);
		st_buf_format(out, "</p>\n");
	}
}

static void add_row(const struct packet *packet, const struct packet_row *row, struct st_buf *out)
{
	char stored_at[21];
	packet_time(row->stored_at, stored_at);
	st_buf_format(out, "<tr>");
	add_number(out, row->store, true);
	add_number(out, row->object, true);
	add_cell(out, row->name);
	add_number(out, row->member, row->member > 0);
	add_cell(out, row->format);
	add_number(out, row->record, row->record > 0);
	add_cell(out, row->where);
	add_cell(out, packet->values[row->value].text);
	add_cell(out, row->form);
	st_buf_format(out, "<td>%s %llu-%llu</td>", row->rebuilt ? "text" : "bytes", (ull)row->start,
		(ull)row->start + row->length_bytes);
	add_cell(out, stored_at);
	add_cell(out, row->sha256);
	st_buf_format(out, "</tr>\n");
}

static enum st_status write_rows(
	const struct packet *packet, struct st_buf *out, const struct packet_sink *sink, struct st_error *err)
{
	size_t shown = packet->row_count < CEIL_PACKET_PAGE_ROWS ? packet->row_count : CEIL_PACKET_PAGE_ROWS;
	if (shown == 0)
		return ST_OK;
	st_buf_format(out,
		"<h2>Where it stands</h2>\n<div class=\"rows\" tabindex=\"0\" role=\"region\" aria-label=\"places\">"
		"<table><caption>%zu of %llu places%s</caption>\n<thead><tr>",
		shown, (ull)packet->mentions, shown < packet->row_count ? "; more of them in parts.csv" : "");
	static const char *const heads[] = {"store", "object", "name", "member", "format", "record", "where", "address",
		"form", "at", "stored at", "SHA-256"};
	for (size_t i = 0; i < sizeof heads / sizeof heads[0]; i++)
		st_buf_format(out, "<th scope=\"col\">%s</th>", heads[i]);
	st_buf_format(out, "</tr></thead>\n<tbody>\n");
	for (size_t i = 0; i < shown; i++) {
		add_row(packet, &packet->rows[i], out);
		ST_TRY(packet_flush(out, false, sink, err));
	}
	st_buf_format(out, "</tbody></table></div>\n");
	return ST_OK;
}

enum st_status packet_html(const struct packet *packet, const struct packet_sink *sink, struct st_error *err)
{
	st_auto_buf struct st_buf out = {0};
	add_head(packet, &out);
	add_answer(packet, &out);
	add_coverage(packet, &out);
	ST_TRY(write_rows(packet, &out, sink, err));
	st_buf_format(&out, "</main></body></html>\n");
	return packet_flush(&out, true, sink, err);
}
