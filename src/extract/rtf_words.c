/*
 * The control words that say something about text (Rich Text Format Specification 1.9.1; [MS-OXRTFEX] for HTML in RTF),
 * and code pages. All others are formatting.
 */
#include "extract/rtf.h"

static const struct rtf_word words[] = {
	{"annotation", RTF_ASIDE, 0, "comment"},
	{"ansicpg", RTF_CODE_PAGE, 0, NULL},
	{"atnauthor", RTF_ASIDE, 0, "comment"},
	{"atndate", RTF_ASIDE, 0, "comment"},
	{"atnicn", RTF_ASIDE, 0, "comment"},
	{"atnid", RTF_ASIDE, 0, "comment"},
	{"atnref", RTF_ASIDE, 0, "comment"},
	{"atntime", RTF_ASIDE, 0, "comment"},
	{"author", RTF_ASIDE, 0, "property"},
	{"bin", RTF_BINARY, 0, NULL},
	{"bkmkend", RTF_ASIDE, 0, "bookmark"},
	{"bkmkstart", RTF_ASIDE, 0, "bookmark"},
	{"blipuid", RTF_HEX, 0, NULL},
	{"bullet", RTF_CHARACTER, 0x2022, NULL},
	{"category", RTF_ASIDE, 0, "property"},
	{"cell", RTF_CELL, 0, NULL},
	{"colorschememapping", RTF_HEX, 0, NULL},
	{"colortbl", RTF_ASIDE, 0, "table"},
	{"column", RTF_BREAK, 0, NULL},
	{"comment", RTF_ASIDE, 0, "property"},
	{"company", RTF_ASIDE, 0, "property"},
	{"datafield", RTF_ASIDE, 0, "field"},
	{"datastore", RTF_HEX, 0, NULL},
	{"do", RTF_FLOW, 0, NULL},
	{"doccomm", RTF_ASIDE, 0, "property"},
	{"docvar", RTF_ASIDE, 0, "property"},
	{"emdash", RTF_CHARACTER, 0x2014, NULL},
	{"emspace", RTF_CHARACTER, 0x2003, NULL},
	{"endash", RTF_CHARACTER, 0x2013, NULL},
	{"enspace", RTF_CHARACTER, 0x2002, NULL},
	{"f", RTF_FONT, 0, NULL},
	{"fcharset", RTF_FONT_CHARSET, 0, NULL},
	{"filetbl", RTF_ASIDE, 0, "table"},
	{"fldinst", RTF_ASIDE, 0, "field"},
	{"fldrslt", RTF_FLOW, 0, NULL},
	{"fontfile", RTF_HEX, 0, NULL},
	{"fonttbl", RTF_FONTS, 0, NULL},
	{"footer", RTF_ASIDE, 0, "footer"},
	{"footerf", RTF_ASIDE, 0, "footer"},
	{"footerl", RTF_ASIDE, 0, "footer"},
	{"footerr", RTF_ASIDE, 0, "footer"},
	{"footnote", RTF_ASIDE, 0, "footnote"},
	{"generator", RTF_ASIDE, 0, "table"},
	{"header", RTF_ASIDE, 0, "header"},
	{"headerf", RTF_ASIDE, 0, "header"},
	{"headerl", RTF_ASIDE, 0, "header"},
	{"headerr", RTF_ASIDE, 0, "header"},
	{"hlinkbase", RTF_ASIDE, 0, "property"},
	{"htmltag", RTF_ASIDE, 0, "HTML tag"},
	{"info", RTF_ASIDE, 0, "property"},
	{"keywords", RTF_ASIDE, 0, "property"},
	{"latentstyles", RTF_ASIDE, 0, "table"},
	{"lbr", RTF_BREAK, 0, NULL},
	{"ldblquote", RTF_CHARACTER, 0x201c, NULL},
	{"line", RTF_BREAK, 0, NULL},
	{"listoverridetable", RTF_ASIDE, 0, "table"},
	{"listtable", RTF_ASIDE, 0, "table"},
	{"listtext", RTF_FLOW, 0, NULL},
	{"lquote", RTF_CHARACTER, 0x2018, NULL},
	{"ltrmark", RTF_CHARACTER, 0x200e, NULL},
	{"manager", RTF_ASIDE, 0, "property"},
	{"mhtmltag", RTF_HEX, 0, NULL},
	{"nestcell", RTF_CELL, 0, NULL},
	{"nestrow", RTF_BREAK, 0, NULL},
	{"nesttableprops", RTF_FLOW, 0, NULL},
	{"nonshppict", RTF_FLOW, 0, NULL},
	{"objalias", RTF_ASIDE, 0, "object"},
	{"objclass", RTF_ASIDE, 0, "object"},
	{"objdata", RTF_OBJECT, 0, NULL},
	{"object", RTF_FLOW, 0, NULL},
	{"objname", RTF_ASIDE, 0, "object"},
	{"objsect", RTF_ASIDE, 0, "object"},
	{"operator", RTF_ASIDE, 0, "property"},
	{"page", RTF_BREAK, 0, NULL},
	{"panose", RTF_HEX, 0, NULL},
	{"par", RTF_BREAK, 0, NULL},
	{"passwordhash", RTF_HEX, 0, NULL},
	{"pict", RTF_HEX, 0, NULL},
	{"plain", RTF_PLAIN, 0, NULL},
	{"pntext", RTF_FLOW, 0, NULL},
	{"propname", RTF_ASIDE, 0, "property"},
	{"qmspace", RTF_CHARACTER, 0x2005, NULL},
	{"rdblquote", RTF_CHARACTER, 0x201d, NULL},
	{"result", RTF_FLOW, 0, NULL},
	{"revtbl", RTF_ASIDE, 0, "table"},
	{"row", RTF_BREAK, 0, NULL},
	{"rquote", RTF_CHARACTER, 0x2019, NULL},
	{"rtlmark", RTF_CHARACTER, 0x200f, NULL},
	{"sect", RTF_BREAK, 0, NULL},
	{"shp", RTF_FLOW, 0, NULL},
	{"shpinst", RTF_FLOW, 0, NULL},
	{"shppict", RTF_FLOW, 0, NULL},
	{"shptxt", RTF_ASIDE, 0, "text box"},
	{"sn", RTF_ASIDE, 0, "shape"},
	{"softcol", RTF_BREAK, 0, NULL},
	{"softline", RTF_BREAK, 0, NULL},
	{"softpage", RTF_BREAK, 0, NULL},
	{"staticval", RTF_ASIDE, 0, "property"},
	{"stylesheet", RTF_ASIDE, 0, "table"},
	{"subject", RTF_ASIDE, 0, "property"},
	{"sv", RTF_ASIDE, 0, "shape"},
	{"tab", RTF_CHARACTER, 0x9, NULL},
	{"template", RTF_ASIDE, 0, "object"},
	{"themedata", RTF_HEX, 0, NULL},
	{"title", RTF_ASIDE, 0, "property"},
	{"u", RTF_UNICODE, 0, NULL},
	{"uc", RTF_UNICODE_SKIP, 0, NULL},
	{"ud", RTF_FLOW, 0, NULL},
	{"upr", RTF_FLOW, 0, NULL},
	{"userprops", RTF_ASIDE, 0, "property"},
	{"xmlnstbl", RTF_ASIDE, 0, "table"},
	{"zwbo", RTF_CHARACTER, 0x200b, NULL},
	{"zwj", RTF_CHARACTER, 0x200d, NULL},
	{"zwnj", RTF_CHARACTER, 0x200c, NULL},
};
#define WORDS (sizeof(words) / sizeof(words[0]))

const struct rtf_word *rtf_words(size_t *count)
{
	*count = WORDS;
	return words;
}

const struct rtf_word *rtf_word_of(const char *name)
{
	size_t low = 0, high = WORDS;
	while (low < high) {
		size_t middle = (low + high) / 2;
		int order = strcmp(name, words[middle].name);
		if (order == 0)
			return &words[middle];
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return NULL;
}

struct rtf_page rtf_code_page(int32_t number)
{
	static const struct {
		int32_t number;
		struct rtf_page page;
	} pages[] = {{0, {CHARSET_WINDOWS_1252, RTF_PAGE_KNOWN, false}},
		{932, {CHARSET_WINDOWS_1252, RTF_PAGE_TWO_BYTE, true}},
		{936, {CHARSET_WINDOWS_1252, RTF_PAGE_TWO_BYTE, false}},
		{949, {CHARSET_WINDOWS_1252, RTF_PAGE_TWO_BYTE, false}},
		{950, {CHARSET_WINDOWS_1252, RTF_PAGE_TWO_BYTE, false}},
		{1250, {CHARSET_WINDOWS_1250, RTF_PAGE_KNOWN, false}},
		{1251, {CHARSET_WINDOWS_1251, RTF_PAGE_KNOWN, false}},
		{1252, {CHARSET_WINDOWS_1252, RTF_PAGE_KNOWN, false}},
		{1253, {CHARSET_WINDOWS_1253, RTF_PAGE_KNOWN, false}},
		{1254, {CHARSET_WINDOWS_1254, RTF_PAGE_KNOWN, false}},
		{1361, {CHARSET_WINDOWS_1252, RTF_PAGE_TWO_BYTE, false}},
		{20866, {CHARSET_KOI8_R, RTF_PAGE_KNOWN, false}}, {28592, {CHARSET_ISO_8859_2, RTF_PAGE_KNOWN, false}},
		{28595, {CHARSET_ISO_8859_5, RTF_PAGE_KNOWN, false}},
		{28597, {CHARSET_ISO_8859_7, RTF_PAGE_KNOWN, false}},
		{28599, {CHARSET_ISO_8859_9, RTF_PAGE_KNOWN, false}},
		{28605, {CHARSET_ISO_8859_15, RTF_PAGE_KNOWN, false}}, {65001, {CHARSET_UTF8, RTF_PAGE_KNOWN, false}}};
	for (size_t i = 0; i < sizeof(pages) / sizeof(pages[0]); i++)
		if (pages[i].number == number)
			return pages[i].page;
	return (struct rtf_page){CHARSET_WINDOWS_1252, RTF_PAGE_FOREIGN, false};
}

int32_t rtf_font_code_page(int32_t fcharset)
{
	static const struct {
		int32_t fcharset, page;
	} fonts[] = {{0, 1252}, {77, 10000}, {128, 932}, {129, 949}, {130, 1361}, {134, 936}, {136, 950}, {161, 1253},
		{162, 1254}, {163, 1258}, {177, 1255}, {178, 1256}, {186, 1257}, {204, 1251}, {222, 874}, {238, 1250}};
	for (size_t i = 0; i < sizeof(fonts) / sizeof(fonts[0]); i++)
		if (fonts[i].fcharset == fcharset)
			return fonts[i].page;
	return 0;
}
