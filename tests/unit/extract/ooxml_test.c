/* Office Open XML: what joins and what separates, where things stand, how numbers are shown, what is said of the rest.
 * Each row is a part and the text that comes of it, with its places in brackets. */
#include "../check.h"

#include <stdio.h>

#include "extract/limits.h"
#include "extract/ooxml.h"
#include "packing.h"

#define W "<w:document xmlns:w='w' xmlns:r='r' xmlns:mc='mc'><w:body>"
#define W_END "</w:body></w:document>"
#define SHEET "<worksheet xmlns:r='r'><sheetData>"
#define SHEET_END "</sheetData></worksheet>"
#define R(text) "<w:r w:rsidR='00AB'><w:t xml:space='preserve'>" text "</w:t></w:r>"
#define P(inner) "<w:p>" inner "</w:p>"

/* --- a document read, and written down --- */

struct seen {
	struct st_buf text;          /* with [places], without blanks at the end */
	struct st_buf plain, places; /* u64 offset, span */
	uint64_t records, members;
	char member[64];
	struct extract_part_result result;
	bool broken;
	uint64_t size;
};

static void on_begin(void *context, const struct extract_part *part)
{
	struct seen *seen = context;
	if (part->index == 0)
		return;
	size_t size = part->name.size < sizeof(seen->member) ? part->name.size : sizeof(seen->member) - 1;
	memcpy(seen->member, part->name.data, size);
	seen->member[size] = '\0';
	seen->members++;
}

static void on_text(void *context, uint32_t part, const struct extract_text *text)
{
	struct seen *seen = context;
	if (part != 0)
		return;
	seen->broken |= text->start != seen->size;
	seen->size += text->size;
	st_buf_add(&seen->plain, text->data, text->size);
}

static void on_place(void *context, uint32_t part, uint64_t start, struct st_span label)
{
	struct seen *seen = context;
	if (part != 0)
		return;
	st_buf_add_u64(&seen->places, start);
	st_buf_add_span(&seen->places, label.data, label.size);
}

static void compose(struct seen *seen)
{
	st_buf_reserve(&seen->plain, 1); /* so that there are pointers to nothing, too */
	st_buf_reserve(&seen->places, 1);
	struct st_cursor in = {seen->places.data, seen->places.data + seen->places.size, false};
	size_t at = 0;
	while (in.at < in.end) {
		size_t start = (size_t)st_cursor_u64(&in);
		struct st_span label = st_cursor_span(&in);
		if (start > seen->plain.size || start < at) {
			CHECK_FAIL("a place at %zu of %zu", start, seen->plain.size);
			return;
		}
		st_buf_add(&seen->text, seen->plain.data + at, start - at);
		st_buf_add_byte(&seen->text, '[');
		for (size_t i = 0; i < label.size; i++)
			st_buf_add_byte(&seen->text, label.data[i] == 0 ? ' ' : label.data[i]);
		st_buf_add_byte(&seen->text, ']');
		at = start;
	}
	st_buf_add(&seen->text, seen->plain.data + at, seen->plain.size - at);
	while (seen->text.size > 0 && strchr("\n\t", seen->text.data[seen->text.size - 1]) != NULL)
		seen->text.size--;
	st_buf_add_byte(&seen->text, 0);
	st_buf_free(&seen->plain);
	st_buf_free(&seen->places);
}

static void on_record(void *context, uint32_t part, uint64_t start, uint64_t end, const uint8_t sha256[ST_SHA256_BYTES])
{
	struct seen *seen = context;
	(void)sha256;
	seen->records++;
	seen->broken |= part == 0 && (start != 0 || end != seen->size);
}

static void on_end(void *context, uint32_t part, const struct extract_part_result *result)
{
	struct seen *seen = context;
	if (part == 0)
		seen->result = *result;
}

static struct seen read_packed(const struct packed *entries, const struct extract_limits *limits)
{
	static const struct extract_events events = {
		.part_begin = on_begin, .text = on_text, .place = on_place, .record = on_record, .part_end = on_end};
	static const struct extract_options options = {.format = NULL};
	st_auto_buf struct st_buf data = pack(entries);
	struct extract_limits normal = extract_limits_default();
	struct extract_result result;
	struct seen seen = {0};
	struct stream *stream = stream_open_memory(data.data, data.size);
	extract_object_with_limits(stream, &options, &events, &seen, limits == NULL ? &normal : limits, &result);
	stream_close(stream);
	compose(&seen);
	if (seen.broken)
		CHECK_FAIL("text or record out of order in %s", entries[1].name);
	return seen;
}

#define TEXT(name, text)                     \
	{                                    \
		name, text, sizeof(text) - 1 \
	}

static const struct packed word_types =
	TEXT("[Content_Types].xml", "<Types><Override PartName='/word/document.xml' ContentType='application/"
				    "vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml'/></Types>");

struct part_row {
	const char *name, *part, *want;
};

static void check_part(const struct part_row *row)
{
	struct packed entries[] = {word_types, {row->name, row->part, strlen(row->part)}, {NULL, NULL, 0}};
	struct seen seen = read_packed(entries, NULL);
	const char *got = (const char *)seen.text.data;
	if (strcmp(got, row->want) != 0)
		CHECK_FAIL("%s\nreads as %s\nnot as   %s", row->part, got, row->want);
	if (seen.result.status != ST_READ || strcmp(seen.result.format, "docx") != 0 || !seen.result.rebuilt)
		CHECK_FAIL("%s\nis %s as %s, rebuilt %d", row->part, st_read_status_name(seen.result.status),
			seen.result.format, seen.result.rebuilt);
	st_buf_free(&seen.text);
}

static void check_word(const char *inner, const char *want)
{
	st_auto_free char *part = st_format(W "%s" W_END, inner);
	struct part_row row = {"word/document.xml", part, want};
	check_part(&row);
}

/* --- word processing --- */

static void runs_join_and_paragraphs_cells_and_breaks_separate(void)
{
	static const char *const rows[][2] = {
		{P(R("an") R("na@con") "<w:proofErr/>" R("toso.com")), "[body]anna@contoso.com"},
		{P(R("one")) P(R("two")), "[body]one\ntwo"},
		{P("<w:hyperlink><w:r><w:t>in</w:t></w:r></w:hyperlink>" R("side")), "[body]inside"},
		{P(R("a") "<w:r><w:tab/></w:r>" R("b") "<w:r><w:br/></w:r>" R("c")), "[body]a\tb\nc"},
		{P("<w:pPr><w:tabs><w:tab w:val='left'/></w:tabs></w:pPr>" R("no tab")), "[body]no tab"},
		{"<w:tbl><w:tr><w:tc>" P(R("a")) "</w:tc><w:tc>" P(R("b1"))
				P(R("b2")) "</w:tc></w:tr><w:tr><w:tc>" P(R("c")) "</w:tc></w:tr></w:tbl>" P(R("d")),
			"[body]a\tb1\nb2\nc\nd"},
		{P(R("x") "<w:r><w:noBreakHyphen/></w:r>" R("y<w:sym/>")), "[body]x-y"},
		{P(R("me") "<w:r><w:sym w:font='S' w:char='F040'/></w:r>" R("contoso.com")), "[body]me@contoso.com"},
		{P("<w:r><w:rPr><w:vanish/></w:rPr><w:t>hid</w:t></w:r>" R("den")), "[body]hidden"},
		{P("<w:smartTag>" R("sm") "</w:smartTag><w:sdt><w:sdtContent>" R("art") "</w:sdtContent></w:sdt>"),
			"[body]smart"},
		{P(R("a&amp;b") R("&#64;")), "[body]a&b@"},
		{"<w:p>\n  <w:r>\n    <w:t>pretty</w:t>\n  </w:r>\n  <w:r><w:t>print</w:t></w:r>\n</w:p>",
			"[body]prettyprint"},
		{"<w:strange>apart &amp; joined</w:strange>" P(R("x")), "[body]apart & joined\nx"},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		check_word(rows[i][0], rows[i][1]);
}

static void tracked_changes_are_read_as_it_is_and_as_it_was(void)
{
	static const char *const rows[][2] = {
		{P(R("now ") "<w:del><w:r><w:delText>gone</w:delText></w:r></w:del>"),
			"[body]now \n[deleted text]gone"},
		/* half a word changed: both words are whole */
		{P(R("to anna@") "<w:del w:id='1'><w:r><w:delText>fabrikam</w:delText></w:r></w:del><w:ins "
				 "w:id='2'>" R("contoso") "</w:ins>" R(".com ok")),
			"[body]to anna@contoso.com ok\n[deleted text]anna@fabrikam.com"},
		{P("<w:moveFrom>" R("from") "</w:moveFrom>") P("<w:moveTo>" R("to") "</w:moveTo>"),
			"[deleted text]from\n[body]to"},
		{P("<w:del><w:r><w:delText>a </w:delText></w:r><w:r><w:delText>b</w:delText></w:r></w:del>" R(
			 " c ") "<w:del><w:r><w:delText>d</w:delText></w:r></w:del>"),
			"[body] c \n[deleted text]a b\nd"},
		{P("<w:ins w:author='Anna'>" R("x") "</w:ins><w:ins w:author='Anna'>" R("y") "</w:ins><w:ins "
											     "w:author='Bob'>" R(
												     "z") "</w:ins>"),
			"[body]xyz\nauthor: Anna\nauthor: Bob"},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		check_word(rows[i][0], rows[i][1]);
}

#define BOX(text) "<w:txbxContent>" P(R(text)) "</w:txbxContent>"
#define TWICE(a, b)                                                             \
	"<w:r><mc:AlternateContent><mc:Choice>" a "</mc:Choice><mc:Fallback>" b \
	"</mc:Fallback></mc:AlternateContent></w:r>"

static void what_stands_aside_cuts_no_word(void)
{
	static const char *const rows[][2] = {
		{P(R("wo") "<w:r>" BOX("boxed") "</w:r>" R("rd")), "[body]word\n[text box]boxed"},
		{P(R("wo") TWICE(BOX("same"), BOX("same")) R("rd")), "[body]word\n[text box]same"},
		{P(R("wo") TWICE(BOX("one"), BOX("other")) R("rd")), "[body]word\n[text box]one\nother"},
		{P(R("wo") "<w:drawing><wp:docPr name='Picture 1' descr='Anna'/></w:drawing>" R("rd")),
			"[body]word\nname: Picture 1\n[alt text]descr: Anna"},
		{P("<w:r><w:fldChar w:fldCharType='begin'/></w:r><w:r><w:instrText>HYPER</w:instrText></w:r><w:r><w:"
		   "instrText>LINK x</w:instrText></w:r><w:r><w:fldChar w:fldCharType='separate'/></w:r>" R("shown")),
			"[body]shown\n[field]HYPERLINK x"},
		{P("<w:fldSimple w:instr='DATE'>" R("today") "</w:fldSimple>") P(R("next")),
			"[body]today\n[field]instr: DATE\n[body]next"},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		check_word(rows[i][0], rows[i][1]);
}

static void the_root_of_a_part_says_where_it_stands(void)
{
	static const struct part_row rows[] = {
		{"word/comments.xml", "<w:comments><w:comment w:initials='A'>" P(R("c")) "</w:comment></w:comments>",
			"[comment]initials: A\nc"},
		{"word/anything.xml", "<x:hdr xmlns:x='x'>" P(R("h")) "</x:hdr>", "[header]h"},
		{"word/footer2.xml", "<ftr><p><r><t>f</t></r></p></ftr>", "[footer]f"},
		{"docProps/core.xml",
			"<cp:coreProperties xmlns:dc='d'><dc:creator>Anna</dc:creator></cp:coreProperties>",
			"[properties]creator: Anna"},
		{"ppt/slides/slide9.xml", "<p:sld show='0'><a:p><a:r><a:t>s</a:t></a:r></a:p></p:sld>",
			"[hidden slide]s"},
		{"customXml/item1.xml", "<a b='c' xmlns='http://d'>e<f>g &amp; h</f>i<!--j--></a>",
			"[part customXml/item1.xml]b: c\na: e\nf: g & h\ni\nj"},
		{"word/_rels/x.xml.rels",
			"<Relationships><Relationship Id='rId1' Type='t/hyperlink' Target='mailto:a@contoso.com' "
			"TargetMode='External'/><Relationship Id='r' Type='t/image' "
			"Target='media/i.png'/></Relationships>",
			"[link]mailto:a@contoso.com"},
		{"word/empty.xml", "<w:document/>", ""},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		check_part(&rows[i]);
}

/* The tables are searched by halves: a name out of order would not be found. */
static void every_name_of_the_tables_is_found(void)
{
	static const char *const elements[] = {"AlternateContent", "Choice", "Fallback", "addressFieldName", "alias",
		"attr", "br", "comment", "connectString", "cr", "default", "del", "delInstrText", "delText",
		"docPartObj", "docVar", "endnote", "filter", "fldChar", "font", "footnote", "helpText", "inputCells",
		"ins", "instrText", "listEntry", "listItem", "lsdException", "mailSubject", "moveFrom", "moveTo",
		"noBreakHyphen", "p", "ptab", "query", "rPh", "rt", "si", "statusText", "sym", "t", "tab", "tag", "tc",
		"tr", "txbxContent", "udl"};
	static const char *const attributes[] = {"alt", "altLang", "author", "command", "comment", "connection",
		"descr", "description", "display", "displayName", "displayText", "email", "error", "errorTitle",
		"formatCode", "help", "href", "initials", "instr", "name", "path", "prompt", "promptTitle", "statusBar",
		"string", "text", "title", "tooltip", "url", "user", "userId", "userName", "value"};
	enum flow_aside kind;
	for (size_t i = 0; i < sizeof(elements) / sizeof(elements[0]); i++)
		if (ooxml_element(elements[i]) == ELEMENT_OTHER)
			CHECK_FAIL("the element %s", elements[i]);
	for (size_t i = 0; i < sizeof(attributes) / sizeof(attributes[0]); i++)
		if (!ooxml_attribute_speaks(attributes[i], "x", false, &kind))
			CHECK_FAIL("the attribute %s", attributes[i]);
	CHECK(ooxml_element("rPr") == ELEMENT_OTHER);
	CHECK(!ooxml_attribute_speaks("w:rsidR", "00A77B3E", false, &kind));
	CHECK(ooxml_attribute_speaks("w:any", "a@contoso.com", false, &kind));
	CHECK(ooxml_attribute_speaks("w:val", "x", true, &kind) && !ooxml_attribute_speaks("w:val", "x", false, &kind));
	CHECK(!ooxml_attribute_speaks("uri", "http://schemas.openxmlformats.org/drawingml/2006/table", false, &kind));
}

/* --- spreadsheets --- */

#define BOOK_TYPES                  \
	TEXT("[Content_Types].xml", \
		"<Types><Override PartName='/xl/workbook.xml' ContentType='spreadsheetml.sheet.main+xml'/></Types>")
#define BOOK_LINKS                                                                           \
	TEXT("xl/_rels/workbook.xml.rels",                                                   \
		"<Relationships><Relationship Id='rId1' Type='x/worksheet' Target='s.xml'/>" \
		"<Relationship Id='rId2' Type='x/sharedStrings' Target='../xl/t.xml'/>"      \
		"<Relationship Id='rId3' Type='x/styles' Target='/xl/f.xml'/></Relationships>")

static void check_sheet(const char *cells, const char *want)
{
	static const char strings[] =
		"<sst><si><t>zero</t></si><si><r><t>o</t></r><r><t>ne</t></r></si><si><t>tw_x0040_</t></si></sst>";
	static const char styles[] =
		"<styleSheet><numFmts><numFmt numFmtId='164' formatCode='yyyy\\-mm\\-dd\\ hh:mm'/><numFmt "
		"numFmtId='165' "
		"formatCode='00000'/></numFmts><cellXfs><xf numFmtId='0'/><xf numFmtId='14'/><xf numFmtId='164'/><xf "
		"numFmtId='165'/></cellXfs></styleSheet>";
	static const char book[] =
		"<workbook xmlns:r='r'><sheets><sheet name='S' sheetId='1' r:id='rId1'/></sheets></workbook>";
	st_auto_free char *sheet = st_format(SHEET "%s" SHEET_END, cells);
	struct packed entries[] = {BOOK_TYPES, BOOK_LINKS, TEXT("xl/workbook.xml", book),
		{"xl/s.xml", sheet, strlen(sheet)}, TEXT("xl/t.xml", strings), TEXT("xl/f.xml", styles),
		{NULL, NULL, 0}};
	struct seen seen = read_packed(entries, NULL);
	const char *got = (const char *)seen.text.data, *from = strstr(got, "[sheet S]");
	st_auto_free char *rest = st_format("%s", from == NULL ? got : from);
	char *unused = strstr(rest + 1, "[");
	if (unused != NULL)
		*unused = '\0';
	for (size_t size = strlen(rest); size > 0 && rest[size - 1] == '\n'; size--)
		rest[size - 1] = '\0';
	if (strcmp(rest, want) != 0)
		CHECK_FAIL("%s\nreads as %s\nnot as   %s", cells, rest, want);
	st_buf_free(&seen.text);
}

static void cells_are_divided_by_tabs_and_show_what_the_sheet_shows(void)
{
	static const char *const rows[][2] = {
		{"<row><c t='s'><v>0</v></c><c t='s'><v>1</v></c></row><row><c t='s'><v>2</v></c></row>",
			"[sheet S]zero\tone\ntw@"},
		{"<row><c><v>4111111111111111</v></c><c><v>4.111111111111111E+15</v></c><c><v>1.5</v></c></row>",
			"[sheet S]4111111111111111\t4111111111111111\t1.5"},
		{"<row><c s='1'><v>43895</v></c><c s='2'><v>43895.5</v></c><c s='3'><v>123</v></c></row>",
			"[sheet S]2020-03-05\t2020-03-05 12:00:00\t00123"},
		{"<row><c t='inlineStr'><is><r><t>in</t></r><r><t>line</t></r></is></c><c "
		 "t='str'><f>A1</f><v>value</v></c></row>",
			"[sheet S]inline\tvalue"},
		{"<row><c t='str'><f>CONCATENATE(\"ma\",\"il\")</f><v>mail</v></c><c t='s'><v>0</v></c></row>",
			"[sheet S]mail\tzero\nformula: ma\nformula: il"},
		{"<row><c t='s'><v>77</v></c><c t='s'><v>-1</v></c><c t='e'><v>#REF!</v></c></row>",
			"[sheet S]77\t-1\t#REF!"},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		check_sheet(rows[i][0], rows[i][1]);
}

static void numbers_are_shown_in_full(void)
{
	static const struct {
		const char *code, *number, *want;
	} rows[] = {
		{"General", "393331234567", "393331234567"},
		{"General", "3.93331234567E+11", "393331234567"},
		{"General", "-4E3", "-4000"},
		{"General", "1E-7", "1E-7"},
		{"General", "1E+300", "1E+300"},
		{"0.00E+00", "4.2E+15", "4200000000000000"},
		{"dd/mm/yyyy", "60", "1900-02-29"},
		{"dd/mm/yyyy", "59", "1900-02-28"},
		{"dd/mm/yyyy", "61", "1900-03-01"},
		{"d-mmm-yy", "45351", "2024-02-29"},
		{"[$-409]d mmmm yyyy h:mm AM/PM;@", "45351.999999", "2024-03-01 00:00:00"},
		{"hh:mm:ss", "0.25", "06:00:00"},
		{"hh:mm:ss", "1.25", "1.25"},
		{"\"day\" 0", "45351", "45351"},
		{"0.0 \"h\"", "7", "7"},
		{"dd/mm/yyyy", "-1", "-1"},
		{"dd/mm/yyyy", "99999999", "99999999"},
		{"yyyy", "no number", "no number"},
		{"(000) 000\\-0000", "5551234567", "(555) 123-4567"},
		{"[<=9999999]000\\-0000;(000) 000\\-0000", "5551234", "555-1234"},
		{"[<=9999999]000\\-0000;(000) 000\\-0000", "5551234567", "(555) 123-4567"},
		{"0000000000", "612345678", "0612345678"},
		{"000-00-0000", "12345678901", "12345-67-8901"},
		{"000-00-0000", "1.5", "1.5"},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct ooxml_formats formats = {0};
		st_auto_buf struct st_buf got = {0};
		ooxml_format_define(&formats, 200, rows[i].code);
		ooxml_format_cell(&formats, 200);
		ooxml_number(&formats, 0, false,
			(struct st_span){(const uint8_t *)rows[i].number, strlen(rows[i].number)}, &got);
		st_buf_add_byte(&got, 0);
		if (strcmp((const char *)got.data, rows[i].want) != 0)
			CHECK_FAIL("%s as %s is %s, not %s", rows[i].number, rows[i].code, (const char *)got.data,
				rows[i].want);
		ooxml_formats_free(&formats);
	}
}

static void escapes_of_strings_are_resolved(void)
{
	static const char *const rows[][2] = {{"a_x0040_b", "a@b"}, {"_x000D__x000A_", "\n"},
		{"_x005F_x0040_", "_x0040_"}, {"_x00", "_x00"}, {"_xZZZZ_", "_xZZZZ_"}, {"_xD800_", "_xD800_"},
		{"plain", "plain"}, {"_", "_"}, {"_x0000_", "_x0000_"}, {"_x00e9_", "\xc3\xa9"}};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		st_auto_buf struct st_buf got = {0};
		ooxml_unescape((struct st_span){(const uint8_t *)rows[i][0], strlen(rows[i][0])}, &got);
		st_buf_add_byte(&got, 0);
		if (strcmp((const char *)got.data, rows[i][1]) != 0)
			CHECK_FAIL("%s is %s, not %s", rows[i][0], (const char *)got.data, rows[i][1]);
	}
}

/* --- the package --- */

static void what_is_no_xml_is_a_member_and_one_record_is_the_document(void)
{
	struct packed entries[] = {word_types, TEXT("word/document.xml", W "<w:p>" R("body") "</w:p>" W_END),
		TEXT("word/media/note.txt", "a text that is embedded\n"), TEXT("word/media/", ""),
		TEXT("word/not.xml", "a text with the name of XML\n"), {NULL, NULL, 0}};
	struct seen seen = read_packed(entries, NULL);
	CHECK_TEXT((const char *)seen.text.data, "[body]body");
	CHECK_INT(seen.members, 2);
	CHECK_INT(seen.records, 3);
	CHECK_TEXT(seen.member, "word/not.xml");
	CHECK_INT(seen.result.status, ST_READ);
	st_buf_free(&seen.text);
}

static void a_part_that_breaks_off_is_given_and_what_follows_is_raw(void)
{
	struct packed entries[] = {word_types,
		TEXT("word/document.xml", W "<w:p>" R("before") "</w:q>behind</w:p>" W_END), {NULL, NULL, 0}};
	struct seen seen = read_packed(entries, NULL);
	CHECK_TEXT((const char *)seen.text.data,
		"[body]before\n[broken word/document.xml]w:q>behind</w:p></w:body></w:document>");
	CHECK_INT(seen.result.status, ST_PARTIAL);
	CHECK_INT(seen.result.reason, ST_REASON_CORRUPT);
	st_buf_free(&seen.text);
}

static void strings_that_many_cells_show_count_against_the_limits(void)
{
	struct extract_limits tight = extract_limits_default();
	tight.expanded_bytes = 200000;
	tight.expanded_factor = 1;
	st_auto_buf struct st_buf strings = {0}, sheet = {0};
	st_buf_add(&strings, "<sst><si><t>", 12);
	for (int i = 0; i < 10000; i++)
		st_buf_add(&strings, "word ", 5);
	st_buf_add(&strings, "</t></si></sst>", 15);
	st_buf_add(&sheet, SHEET "<row>", strlen(SHEET "<row>"));
	for (int i = 0; i < 100; i++)
		st_buf_add(&sheet, "<c t='s'><v>0</v></c>", 21);
	st_buf_add(&sheet, "</row>" SHEET_END, strlen("</row>" SHEET_END));
	struct packed entries[] = {BOOK_TYPES, BOOK_LINKS, TEXT("xl/workbook.xml", "<workbook/>"),
		{"xl/s.xml", sheet.data, sheet.size}, {"xl/t.xml", strings.data, strings.size}, {NULL, NULL, 0}};
	struct seen seen = read_packed(entries, &tight);
	CHECK(seen.size < 300000);
	CHECK_INT(seen.result.status, ST_PARTIAL);
	CHECK_INT(seen.result.reason, ST_REASON_LIMIT_SIZE);
	st_buf_free(&seen.text);
}

int main(void)
{
	RUN(runs_join_and_paragraphs_cells_and_breaks_separate);
	RUN(tracked_changes_are_read_as_it_is_and_as_it_was);
	RUN(what_stands_aside_cuts_no_word);
	RUN(the_root_of_a_part_says_where_it_stands);
	RUN(every_name_of_the_tables_is_found);
	RUN(cells_are_divided_by_tabs_and_show_what_the_sheet_shows);
	RUN(numbers_are_shown_in_full);
	RUN(escapes_of_strings_are_resolved);
	RUN(what_is_no_xml_is_a_member_and_one_record_is_the_document);
	RUN(a_part_that_breaks_off_is_given_and_what_follows_is_raw);
	RUN(strings_that_many_cells_show_count_against_the_limits);
	CHECK_END();
}
