/* OpenDocument: what stands on a line, what stands aside and where, which values and attributes are text. */
#include "odf_reading.h"

#define DOCUMENT(content) "<office:document-content>" content "</office:document-content>"
#define TEXT(content) DOCUMENT("<office:body><office:text>" content "</office:text></office:body>")
#define SHEETS(content) DOCUMENT("<office:body><office:spreadsheet>" content "</office:spreadsheet></office:body>")
#define ROWS(content) DOCUMENT("<table:table>" content "</table:table>")
#define ROW(content) "<table:table-row>" content "</table:table-row>"
#define CELL(attributes, content) "<table:table-cell " attributes ">" content "</table:table-cell>"

struct row {
	const char *xml, *want;
};

static void reads(const struct row *row, bool entry)
{
	static const size_t cuts[] = {SIZE_MAX, 1, 2, 7, 64};
	for (size_t i = 0; i < sizeof cuts / sizeof *cuts; i++) {
		auto_odf seen = odf_read(row->xml, strlen(row->xml), cuts[i], NULL, entry);
		st_auto_free char *got = odf_described(&seen);
		if (strcmp(got, row->want) != 0)
			CHECK_FAIL("%s\ncut every %zu reads as %s\nnot as %s", row->xml, cuts[i], got, row->want);
		if (check_failed)
			return;
		if (seen.reading.broken_blocks || seen.places_out_of_order || seen.reason != ST_REASON_NONE)
			CHECK_FAIL("%s breaks a rule, or is not read (%s)", row->xml, st_reason_name(seen.reason));
	}
}
#define CHECK_ROWS(rows)                                            \
	for (size_t i = 0; i < sizeof(rows) / sizeof(*(rows)); i++) \
	reads(&(rows)[i], false)

static void what_is_inline_joins_and_what_is_a_block_parts(void)
{
	static const struct row rows[] = {
		{TEXT("<text:p>anna@<text:span>con</text:span><text:span>toso</text:span>.com</text:p>"),
			"[body]anna@contoso.com\n"},
		{TEXT("<text:p>anna@<text:unknown/>contoso<x:y>.</x:y>com</text:p>"), "[body]anna@contoso.com\n"},
		{TEXT("<text:p>one</text:p><text:p>two</text:p><text:h>three</text:h>"), "[body]one\ntwo\nthree\n"},
		{TEXT("<text:list><text:list-item><text:p>a</text:p></text:list-item><text:list-item><text:p>b</text:p>"
		      "</text:list-item></text:list>c"),
			"[body]a\nb\nc\n"},
		{TEXT("\n  <text:p>a</text:p>\n  <text:p/>\n <text:p>b</text:p>\n"), "[body]a\nb\n"},
		{TEXT("<text:p>a<text:line-break/>b<text:tab/>c</text:p>"), "[body]a\nb\tc\n"},
		{TEXT("<x>a</x><x>b</x>"), "[body]a\nb\n"},
		{TEXT("<text:p>a<text:p>b</text:p>c</text:p>"), "[body]a\nb\nc\n"},
	};
	CHECK_ROWS(rows);
}

static void blanks_collapse_as_odf_says(void)
{
	static const struct row rows[] = {
		{TEXT("<text:p>  a \n\t b  </text:p>"), "[body]a b\n"},
		{TEXT("<text:p>a <text:span> b</text:span></text:p>"), "[body]a b\n"},
		{TEXT("<text:p>a <text:s/>b<text:s text:c=\"3\"/> c</text:p>"), "[body]a  b    c\n"},
		{TEXT("<text:p>a<text:s text:c=\"2147483648\"/>b<text:s text:c=\"99999999999999999999\"/>"
		      "<text:s text:c=\"-5\"/>c</text:p>"),
			"[body]a                b                c\n"},
	};
	CHECK_ROWS(rows);
}

static void what_stands_aside_cuts_no_word(void)
{
	static const struct row rows[] = {
		{TEXT("<text:p>anna@con<text:note "
		      "text:note-class=\"footnote\"><text:note-citation>1</text:note-citation>"
		      "<text:note-body><text:p>bob@</text:p></text:note-body></text:note>toso.com</text:p><text:p>x</"
		      "text:p>"),
			"[body]anna@contoso.com\n[footnote]1\nbob@\n[body]x\n"},
		{TEXT("<text:p>anna@<office:annotation><dc:creator>Bob</dc:creator><text:p>a</text:p><text:p>b</text:p>"
		      "</office:annotation>contoso.com</text:p>"),
			"[body]anna@contoso.com\n[comment]Bob\na\nb\n"},
		{TEXT("<text:p>a<draw:frame><draw:text-box><text:p>b<text:note><text:p>c</text:p></text:note>d</text:p>"
		      "<text:p>e</text:p></draw:text-box><svg:title>t</svg:title></draw:frame>f</text:p>"),
			"[body]af\n[footnote]c\n[text box]bd\ne\n[alt text]t\n"},
		{TEXT("<text:p>a<text:a xlink:href=\"mailto:x@y\">b</text:a>c</text:p>"),
			"[body]abc\n[link]href: mailto:x@y\n"},
		{TEXT("<text:p>a<!-- remark -->b</text:p>"), "[body]ab\n[markup comment]remark\n"},
		{TEXT("<text:p>a<?some anna@contoso.com?>b</text:p>"), "[body]ab\n[markup comment]anna@contoso.com\n"},
		{TEXT("<text:p>a<text:ruby><text:ruby-base>b</text:ruby-base><text:ruby-text>r</text:ruby-text>"
		      "</text:ruby>c</text:p>"),
			"[body]abc\n[ruby]r\n"},
		{TEXT("<text:p>a<draw:g><draw:rect/><draw:rect><text:p/></draw:rect></draw:g>b</text:p>"),
			"[body]ab\n"},
		{ROWS(ROW(CELL("", "<office:annotation><text:p>n</text:p></office:annotation><text:p>a</text:p>")
				 CELL("", "<text:p>b</text:p>"))),
			"a\tb\n[comment]n\n"},
	};
	CHECK_ROWS(rows);
}

static void cells_are_parted_by_tabs_and_rows_by_lines(void)
{
	static const struct row rows[] = {
		{ROWS(ROW(CELL("", "<text:p>a</text:p>") CELL("", "") CELL("", "<text:p>b</text:p>"))
				 ROW(CELL("", "") CELL("", "<text:p>c</text:p>"))),
			"a\tb\nc\n"},
		{ROWS(ROW(CELL("", "<text:p>a</text:p><text:p>b</text:p>") CELL("", "<text:p>c</text:p>"))),
			"a\nb\tc\n"},
		{ROWS(ROW(CELL("table:number-columns-repeated=\"16384\"",
			 "<text:p>a</text:p>")) "<table:table-row "
						"table:number-rows-repeated=\"1048576\"><table:table-cell "
						"table:number-columns-repeated=\"16384\"><text:p>b</text:p></"
						"table:table-cell></table:table-row>"),
			"a\nb\n"},
		{TEXT("<table:table table:name=\"T\">" ROW(
			 CELL("", "<table:table>" ROW(CELL("", "<text:p>i</text:p>"))
					  ROW(CELL("", "<text:p>j</text:p>")) "</table:table>")
				 CELL("", "<text:p>k</text:p>")) "</table:table>"),
			"[body]name: T\ni\nj\tk\n"},
	};
	CHECK_ROWS(rows);
}

static void a_value_that_is_not_shown_is_given_behind_what_is(void)
{
	static const struct row rows[] = {
		{ROWS(ROW(CELL("office:value=\"4111111111111111\"", "<text:p>4.1E+15</text:p>"))),
			"4.1E+15\t4111111111111111\n"},
		{ROWS(ROW(CELL("office:value=\"4.11111111111111E+015\"", "<text:p>4,111,111,111,111,110</text:p>"))),
			"4,111,111,111,111,110\n"},
		{ROWS(ROW(CELL("office:value=\"4.11111111111111E+015\"", "<text:p>4.11111111111111E+15</text:p>"))),
			"4.11111111111111E+15\t4111111111111110\n"},
		{ROWS(ROW(CELL("office:value=\"0.5\"", "<text:p>50 %</text:p>"))), "50 %\n"},
		{ROWS(ROW(CELL("office:value=\"7\"", "") CELL("", "<text:p>x</text:p>"))), "7\tx\n"},
		{ROWS(ROW(CELL("office:string-value=\"a  b\"", "<text:p>see a b</text:p>"))), "see a b\n"},
		{ROWS(ROW(CELL("office:string-value=\"anna@contoso.com\"", "<text:p>Anna</text:p>"))),
			"Anna\tanna@contoso.com\n"},
		{ROWS(ROW(CELL("office:date-value=\"1980-12-24\"", "<text:p>Dec 80</text:p>"))),
			"Dec 80\t1980-12-24\n"},
		{ROWS(ROW(CELL("table:formula=\"of:=1+1\" office:value=\"2\"", "<text:p>2</text:p>"))), "2\n"},
		{ROWS(ROW(CELL("table:formula=\"of:=&quot;a&quot;\"", "<text:p>a</text:p>"))),
			"a\n[formula]formula: a\n"},
		{ROWS(ROW(CELL("table:formula=\"of:=CONCATENATE(&quot;anna&quot;;&quot;@contoso.com&quot;;[.A1];"
			       "&quot;&quot;;4111111111111111;12345)&quot;x\"",
			 "<text:p>a</text:p>"))),
			"a\n[formula]formula: anna\n@contoso.com\n;4111111111111111;12345)\nx\n"},
		{TEXT("<text:p><text:variable-set office:string-value=\"v\">v</text:variable-set><text:variable-set "
		      "office:string-value=\"w\"/></text:p>"),
			"[body]v\n[attribute]string-value: w\n"},
		{TEXT("<text:p><text:date text:date-value=\"2024-05-01\">May</text:date></text:p>"), "[body]May\n"},
	};
	CHECK_ROWS(rows);
}

static void values_inside_values_lose_nothing(void)
{
	st_auto_buf struct st_buf xml = {0};
	static const char open[] = "<text:span office:value=\"4111111111111111\">";
	static const char front[] = "<office:text><text:p>";
	st_buf_add(&xml, front, strlen(front));
	for (size_t i = 0; i < 500; i++)
		st_buf_add(&xml, open, strlen(open));
	for (size_t i = 0; i < 500; i++)
		st_buf_add(&xml, "1</text:span>", 13);
	st_buf_add(&xml, "</text:p></office:text>", 23);
	auto_odf seen = odf_read(xml.data, xml.size, SIZE_MAX, NULL, false);
	size_t found = 0;
	const uint8_t *at = seen.reading.text.data, *end = at + seen.reading.text.size;
	while (at < end && (at = memmem(at, (size_t)(end - at), "4111111111111111", 16)) != NULL) {
		found++;
		at += 16;
	}
	/* of those that wait, the first shows its number to the ones around it */
	CHECK(seen.reason == ST_REASON_NONE && found >= 500 - 8);
}

static void places_follow_the_document(void)
{
	static const struct row rows[] = {
		{SHEETS("<table:table table:name=\"A\">" ROW(
			 CELL("", "<text:p>a</text:p>")) "</table:table><table:table "
							 "table:name=\"B\"/><x>z</x>"),
			"[sheet A]name: A\na\n[sheet B]name: B\n[document]z\n"},
		{DOCUMENT("<office:automatic-styles><style:style style:name=\"t2\"><style:table-properties "
			  "table:display=\"false\"/></style:style></"
			  "office:automatic-styles><office:body><office:spreadsheet>"
			  "<table:table table:name=\"A\" table:style-name=\"t1\"/><table:table table:name=\"B\" "
			  "table:style-name=\"t2\"/></office:spreadsheet></office:body>"),
			"[sheet A]name: A\n[hidden sheet B]name: B\n"},
		{DOCUMENT("<office:body><office:presentation><draw:page draw:name=\"P\"><draw:frame><text:p>a</text:p>"
			  "</draw:frame><presentation:notes><text:p>n</text:p></presentation:notes></"
			  "draw:page><draw:page>"
			  "<text:p>b</text:p></draw:page></office:presentation></office:body>"),
			"[slide 1 P]name: P\na\n[notes 1]n\n[slide 2]b\n"},
		{TEXT("<text:section text:name=\"S\" "
		      "text:display=\"none\"><text:p>a</text:p></text:section><text:p>b</text:p>"),
			"[hidden section S]name: S\na\n[body]b\n"},
		{TEXT("<text:tracked-changes><text:deletion><dc:creator>B</dc:creator><text:p>gone</text:p></"
		      "text:deletion>"
		      "</text:tracked-changes><text:p>b</text:p>"),
			"[deleted text]B\ngone\n[body]b\n"},
		{"<office:document-styles><style:master-page "
		 "style:name=\"M\"><style:header><text:p>h</text:p></style:header>"
		 "<style:footer-left><text:p>f</text:p></style:footer-left></style:master-page></"
		 "office:document-styles>",
			"[master M]name: M\n[header]h\n[footer]f\n"},
	};
	CHECK_ROWS(rows);
	static const char object[] = TEXT("<text:p>a<text:note><text:p>b</text:p></text:note></text:p>");
	auto_odf seen = odf_read(object, sizeof object - 1, SIZE_MAX, "Object 1", false);
	st_auto_free char *got = odf_described(&seen);
	CHECK_TEXT(got, "[object Object 1]a\n[object Object 1]b\n");
}

static void what_only_the_program_says_is_no_text(void)
{
	static const struct row rows[] = {
		{"<office:document-meta><office:meta><meta:generator>Maker/7.4.7.2</"
		 "meta:generator><dc:date>2024-01-01T00:00:00"
		 "</dc:date><dc:creator>Anna</dc:creator><meta:editing-cycles>3</"
		 "meta:editing-cycles><meta:user-defined "
		 "meta:name=\"Tel\">+39 02 1234567</meta:user-defined><dc:title/></office:meta></office:document-meta>",
			"[properties]creator: Anna\nTel: +39 02 1234567\n"},
		{"<office:document-meta><office:meta><meta:generator>anna@contoso.com</meta:generator><dc:date>in "
		 "May</dc:date>"
		 "</office:meta></office:document-meta>",
			"[properties]generator: anna@contoso.com\ndate: in May\n"},
		{"<office:document-settings><office:settings><config:config-item-set "
		 "config:name=\"v\"><config:config-item "
		 "config:name=\"Top\" config:type=\"int\">123</config:config-item><config:config-item "
		 "config:name=\"Printer\" "
		 "config:type=\"string\">123</config:config-item></config:config-item-set></office:settings>"
		 "</office:document-settings>",
			"[settings]Printer: 123\n"},
		{"<office:document-styles><office:styles><style:style "
		 "style:name=\"Bold\"/><number:number-style><number:text>-"
		 "</number:text><number:text>pieces</number:text></number:number-style></office:styles></"
		 "office:document-styles>",
			"[style]pieces\n"},
		{TEXT("<text:p><text:bookmark text:name=\"__RefHeading__1\"/><text:bookmark "
		      "text:name=\"anna\"/>a</text:p>"),
			"[body]a\n[bookmark]name: anna\n"},
		{TEXT("<text:p text:style-name=\"P1\" x:y=\"0\" x:z=\"anna@contoso.com\">a</text:p>"),
			"[body]a\n[attribute]z: anna@contoso.com\n"},
	};
	CHECK_ROWS(rows);
}

static void an_entry_that_no_rule_knows_is_text_with_all_its_attributes(void)
{
	static const struct row row = {"<a xmlns:b=\"urn:x\" b:c=\"1\" d=\"two\"><e>f</e>\n g<h i=\"\"/></a>",
		"[entry x]c: 1\td: two\nf\ng\n"};
	reads(&row, true);
}

static void base64_is_decoded_and_told_when_it_is_none(void)
{
	static const char xml[] = TEXT(
		"<text:p>a<draw:image><office:binary-data>\n  YW5u\n YQ==\n</office:binary-data>"
		"</draw:image>b<draw:image><office:binary-data>YW\x7f*</office:binary-data></draw:image></text:p>");
	auto_odf seen = odf_read(xml, sizeof xml - 1, 3, NULL, false);
	st_buf_add_byte(&seen.binaries, 0);
	CHECK(strncmp((const char *)seen.binaries.data, "data-1()annadata-2(corrupt)", 27) == 0);
	st_auto_free char *got = odf_described(&seen);
	CHECK_TEXT(got, "[body]ab\n");
}

static void what_breaks_off_keeps_what_came(void)
{
	static const struct {
		const char *xml, *want;
		enum st_reason reason;
	} rows[] = {
		{"<office:document-content><office:body><office:text><text:p>anna<text:note><text:p>b",
			"[body]anna\n[footnote]b\n", ST_REASON_TRUNCATED},
		{"<office:document-content><office:body><office:text><text:p>anna</text:h>", "[body]anna\n",
			ST_REASON_CORRUPT},
		{"<!DOCTYPE a [<!ENTITY b 'bb'>]><a>&b;</a>", "", ST_REASON_CORRUPT},
		{"", "", ST_REASON_TRUNCATED},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		auto_odf seen = odf_read(rows[i].xml, strlen(rows[i].xml), 5, NULL, false);
		st_auto_free char *got = odf_described(&seen);
		if (strcmp(got, rows[i].want) != 0 || seen.reason != rows[i].reason)
			CHECK_FAIL("%s reads as %s, %s", rows[i].xml, got, st_reason_name(seen.reason));
	}
}

static void add(struct st_buf *out, const char *text, size_t times)
{
	for (size_t i = 0; i < times; i++)
		st_buf_add(out, text, strlen(text));
}

/* A text box of lines, of which each is given whole; and one of a single line, which is cut. */
static void what_waits_aside_has_an_end_and_loses_nothing(void)
{
	static const char *const pieces[] = {"<text:p>anna@contoso.com</text:p>", "anna@contoso.com "};
	for (size_t i = 0; i < 2; i++) {
		st_auto_buf struct st_buf xml = {0};
		size_t times = 3 * CEIL_ODF_ASIDE_BYTES / 17, found = 0;
		add(&xml, "<office:document-content><office:body><office:text><text:p>a<draw:frame><draw:text-box>", 1);
		add(&xml, i == 0 ? "" : "<text:p>", 1);
		add(&xml, pieces[i], times);
		add(&xml, i == 0 ? "" : "</text:p>", 1);
		add(&xml,
			"</draw:text-box></draw:frame>b</text:p></office:text></office:body></office:document-content>",
			1);
		auto_odf seen = odf_read(xml.data, xml.size, SIZE_MAX, NULL, false);
		const uint8_t *at = seen.reading.text.data, *end = at + seen.reading.text.size;
		while (at < end && (at = memmem(at, (size_t)(end - at), "anna@contoso.com", 16)) != NULL) {
			found++;
			at += 16;
		}
		/* a line that is cut may be cut in a word, once for each time that the limit is met */
		if (seen.reason != ST_REASON_NONE || found > times || found + (i == 0 ? 0 : 6) < times)
			CHECK_FAIL("%zu of %zu addresses of %s", found, times, pieces[i]);
	}
}

static void deep_nesting_ends_at_its_ceiling(void)
{
	static const char *const elements[] = {
		"<text:p>", "<draw:g>", "<text:p><draw:g>", "<text:section>", "<table:table-row>"};
	for (size_t i = 0; i < sizeof elements / sizeof *elements; i++) {
		st_auto_buf struct st_buf xml = {0};
		add(&xml, "<office:text>anna", 1);
		add(&xml, elements[i], 2 * CEIL_XML_DEPTH);
		auto_odf seen = odf_read(xml.data, xml.size, SIZE_MAX, NULL, false);
		CHECK_INT(seen.reason, ST_REASON_LIMIT_DEPTH);
		CHECK(seen.reading.text.size >= 4 && memcmp(seen.reading.text.data, "anna", 4) == 0);
	}
}

static void numbers_are_found_in_what_is_shown(void)
{
	static const struct {
		const char *number, *shown;
		bool is_shown;
	} rows[] = {{"1234.5", "1.234,50", true}, {"1234.5", "1235", false}, {"0", "-", true}, {"-12", "(12)", true},
		{"0.125", "12.5%", true}, {"1E3", "1,000", true}, {"1E3", "1E+03", false}, {"100", "x1", false},
		{"12", "1 of 2", true}, {"123", "12 1 123", true}, {"1e400", "1", false}, {"", "1", false},
		{".", "1", false}, {"1.2.3", "123", false},
		{"123456789012345678901234567890123456789012345678901", "1", false}, {"0.00000000001", "0.00", false}};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct st_span shown = {(const uint8_t *)rows[i].shown, strlen(rows[i].shown)};
		if (odf_number_is_shown(shown, rows[i].number) != rows[i].is_shown)
			CHECK_FAIL("%s in %s", rows[i].number, rows[i].shown);
	}
}

static void numbers_lose_their_exponent(void)
{
	static const char *const rows[][2] = {{"4.11111111111111E+015", "4111111111111110"}, {"-1.5e2", "-150"},
		{"1.25E1", "12.5"}, {"1E-3", "0.001"}, {"1E+99", "1E+99"}, {"1E-99", "1E-99"}, {"12", "12"}, {"x", "x"},
		{"0E5", "0E5"}, {"1E99999999999999999999", "1E99999999999999999999"},
		{"1.2345678901234567890123456789012345678901234567E2",
			"1.2345678901234567890123456789012345678901234567E2"}};
	char plain[ODF_NUMBER_BYTES];
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (strcmp(odf_number_plain(rows[i][0], plain), rows[i][1]) != 0)
			CHECK_FAIL("%s is %s", rows[i][0], odf_number_plain(rows[i][0], plain));
}

static char *without_prolog(const char *xml)
{
	struct stream *from = stream_open_memory(xml, strlen(xml)), *prolog = odf_prolog_open(from);
	char *out = st_alloc_zero(1, 10000);
	stream_read_full(prolog, out, 9999);
	stream_close(prolog);
	stream_close(from);
	return out;
}

static void only_a_declaration_that_declares_nothing_is_left_out(void)
{
	static const char *const same[] = {"<!DOCTYPE a [<!ENTITY b 'c'>]><a/>", "<a><!DOCTYPE b></a>", "<!DOCTYPE a",
		"<!DOCTYPE a SYSTEM '%40' anna@contoso.com><a/>", "", "<a/>"};
	for (size_t i = 0; i < sizeof same / sizeof *same; i++) {
		st_auto_free char *got = without_prolog(same[i]);
		CHECK_TEXT(got, same[i]);
	}
	st_auto_free char *got = without_prolog("<?xml version='1.0'?><!DOCTYPE a PUBLIC 'x' 'y.dtd'><a/>");
	CHECK_TEXT(got, "<?xml version='1.0'?>                               <a/>");
}

int main(void)
{
	RUN(what_is_inline_joins_and_what_is_a_block_parts);
	RUN(blanks_collapse_as_odf_says);
	RUN(what_stands_aside_cuts_no_word);
	RUN(cells_are_parted_by_tabs_and_rows_by_lines);
	RUN(a_value_that_is_not_shown_is_given_behind_what_is);
	RUN(values_inside_values_lose_nothing);
	RUN(places_follow_the_document);
	RUN(what_only_the_program_says_is_no_text);
	RUN(an_entry_that_no_rule_knows_is_text_with_all_its_attributes);
	RUN(base64_is_decoded_and_told_when_it_is_none);
	RUN(what_breaks_off_keeps_what_came);
	RUN(what_waits_aside_has_an_end_and_loses_nothing);
	RUN(deep_nesting_ends_at_its_ceiling);
	RUN(numbers_are_found_in_what_is_shown);
	RUN(numbers_lose_their_exponent);
	RUN(only_a_declaration_that_declares_nothing_is_left_out);
	CHECK_END();
}
