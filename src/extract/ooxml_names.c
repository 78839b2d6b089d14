/* Elements and attributes of Office Open XML by their names without prefix, and the roots of its parts. */
#include "extract/ooxml.h"

struct name {
	const char *name;
	uint8_t kind;
};

/* Sorted. WordprocessingML, DrawingML and SpreadsheetML use one name for one thing, but for `tab` and `sym`, which also
 * define one: then they have nothing to say. */
static const struct name elements[] = {
	{"AlternateContent", ELEMENT_ALTERNATE},
	{"Choice", ELEMENT_CHOICE},
	{"Fallback", ELEMENT_FALLBACK},
	{"addressFieldName", ELEMENT_VALUE},
	{"alias", ELEMENT_VALUE},
	{"attr", ELEMENT_VALUE},
	{"br", ELEMENT_BREAK},
	{"comment", ELEMENT_BLOCK},
	{"connectString", ELEMENT_VALUE},
	{"cr", ELEMENT_BREAK},
	{"default", ELEMENT_VALUE},
	{"del", ELEMENT_DELETION},
	{"delInstrText", ELEMENT_FIELD},
	{"delText", ELEMENT_DELETED},
	{"docPartObj", ELEMENT_BLOCK},
	{"docVar", ELEMENT_VALUE},
	{"endnote", ELEMENT_BLOCK},
	{"filter", ELEMENT_VALUE},
	{"fldChar", ELEMENT_FIELD_END},
	{"font", ELEMENT_TEXT},
	{"footnote", ELEMENT_BLOCK},
	{"helpText", ELEMENT_VALUE},
	{"inputCells", ELEMENT_VALUE},
	{"ins", ELEMENT_INSERTION},
	{"instrText", ELEMENT_FIELD},
	{"listEntry", ELEMENT_VALUE},
	{"listItem", ELEMENT_VALUE},
	{"lsdException", ELEMENT_SILENT},
	{"mailSubject", ELEMENT_VALUE},
	{"moveFrom", ELEMENT_DELETION},
	{"moveTo", ELEMENT_INSERTION},
	{"noBreakHyphen", ELEMENT_HYPHEN},
	{"p", ELEMENT_LINE},
	{"ptab", ELEMENT_TAB},
	{"query", ELEMENT_VALUE},
	{"rPh", ELEMENT_PHONETIC},
	{"rt", ELEMENT_BLOCK},
	{"si", ELEMENT_LINE},
	{"statusText", ELEMENT_VALUE},
	{"sym", ELEMENT_SYMBOL},
	{"t", ELEMENT_TEXT},
	{"tab", ELEMENT_TAB},
	{"tag", ELEMENT_VALUE},
	{"tc", ELEMENT_CELL},
	{"tr", ELEMENT_ROW},
	{"txbxContent", ELEMENT_BOX},
	{"udl", ELEMENT_VALUE},
};

struct root {
	const char *name;
	enum ooxml_grammar grammar;
	const char *what;
};

/* Sorted. Every other root is read by what any XML has. */
static const struct root roots[] = {
	{"Properties", GRAMMAR_ANY, "properties"}, {"Relationships", GRAMMAR_LINKS, "link"},
	{"Types", GRAMMAR_OFFICE, NULL}, {"calcChain", GRAMMAR_OFFICE, NULL}, {"chartSpace", GRAMMAR_OFFICE, "chart"},
	{"chartsheet", GRAMMAR_SHEET, "sheet"}, {"cmLst", GRAMMAR_OFFICE, "comment"},
	{"colorsDef", GRAMMAR_OFFICE, NULL}, {"comments", GRAMMAR_OFFICE, "comment"},
	{"coreProperties", GRAMMAR_ANY, "properties"}, {"dataModel", GRAMMAR_OFFICE, "diagram"},
	{"dialogsheet", GRAMMAR_SHEET, "sheet"}, {"document", GRAMMAR_OFFICE, "body"},
	{"drawing", GRAMMAR_OFFICE, "diagram"}, {"endnotes", GRAMMAR_OFFICE, "endnote"},
	{"fonts", GRAMMAR_OFFICE, NULL}, {"footnotes", GRAMMAR_OFFICE, "footnote"}, {"ftr", GRAMMAR_OFFICE, "footer"},
	{"glossaryDocument", GRAMMAR_OFFICE, "glossary"}, {"handoutMaster", GRAMMAR_OFFICE, "master"},
	{"hdr", GRAMMAR_OFFICE, "header"}, {"layoutDef", GRAMMAR_OFFICE, NULL}, {"macrosheet", GRAMMAR_SHEET, "sheet"},
	{"notes", GRAMMAR_OFFICE, "notes"}, {"notesMaster", GRAMMAR_OFFICE, "master"},
	{"numbering", GRAMMAR_OFFICE, NULL}, {"presentation", GRAMMAR_OFFICE, NULL},
	{"settings", GRAMMAR_OFFICE, "settings"}, {"sld", GRAMMAR_OFFICE, "slide"},
	{"sldLayout", GRAMMAR_OFFICE, "layout"}, {"sldMaster", GRAMMAR_OFFICE, "master"},
	{"sst", GRAMMAR_STRINGS, "shared strings"}, {"styleDef", GRAMMAR_OFFICE, NULL},
	{"styleSheet", GRAMMAR_OFFICE, NULL}, {"styles", GRAMMAR_OFFICE, NULL}, {"tblStyleLst", GRAMMAR_OFFICE, NULL},
	{"theme", GRAMMAR_OFFICE, NULL}, {"themeManager", GRAMMAR_OFFICE, NULL},
	{"themeOverride", GRAMMAR_OFFICE, NULL}, {"userShapes", GRAMMAR_OFFICE, "drawing"},
	{"viewPr", GRAMMAR_OFFICE, NULL}, {"webSettings", GRAMMAR_OFFICE, NULL},
	{"workbook", GRAMMAR_OFFICE, "workbook"}, {"worksheet", GRAMMAR_SHEET, "sheet"},
	{"wsDr", GRAMMAR_OFFICE, "drawing"}, {"xml", GRAMMAR_OFFICE, "drawing"}, /* VML */
};

/* Sorted. Attributes that hold what somebody wrote, in every element but ELEMENT_SILENT. */
static const struct name attributes[] = {
	{"alt", FLOW_ALT_TEXT},
	{"altLang", FLOW_ATTRIBUTE},
	{"author", FLOW_ATTRIBUTE},
	{"command", FLOW_ATTRIBUTE},
	{"comment", FLOW_ATTRIBUTE},
	{"connection", FLOW_ATTRIBUTE},
	{"descr", FLOW_ALT_TEXT},
	{"description", FLOW_ATTRIBUTE},
	{"display", FLOW_ATTRIBUTE},
	{"displayName", FLOW_ATTRIBUTE},
	{"displayText", FLOW_ATTRIBUTE},
	{"email", FLOW_ATTRIBUTE},
	{"error", FLOW_ATTRIBUTE},
	{"errorTitle", FLOW_ATTRIBUTE},
	{"formatCode", FLOW_ATTRIBUTE},
	{"help", FLOW_ATTRIBUTE},
	{"href", FLOW_ATTRIBUTE},
	{"initials", FLOW_ATTRIBUTE},
	{"instr", FLOW_FIELD},
	{"name", FLOW_ATTRIBUTE},
	{"path", FLOW_ATTRIBUTE},
	{"prompt", FLOW_ATTRIBUTE},
	{"promptTitle", FLOW_ATTRIBUTE},
	{"statusBar", FLOW_ATTRIBUTE},
	{"string", FLOW_ATTRIBUTE},
	{"text", FLOW_ATTRIBUTE},
	{"title", FLOW_ALT_TEXT},
	{"tooltip", FLOW_ATTRIBUTE},
	{"url", FLOW_ATTRIBUTE},
	{"user", FLOW_ATTRIBUTE},
	{"userId", FLOW_ATTRIBUTE},
	{"userName", FLOW_ATTRIBUTE},
	{"value", FLOW_ATTRIBUTE},
};

static const struct name *find(const struct name *table, size_t count, const char *name)
{
	size_t low = 0;
	while (low < count) {
		size_t middle = (low + count) / 2;
		int order = strcmp(name, table[middle].name);
		if (order == 0)
			return &table[middle];
		if (order < 0)
			count = middle;
		else
			low = middle + 1;
	}
	return NULL;
}

enum ooxml_element ooxml_element(const char *name)
{
	const struct name *found = find(elements, sizeof(elements) / sizeof(elements[0]), name);
	return found == NULL ? ELEMENT_OTHER : (enum ooxml_element)found->kind;
}

enum ooxml_grammar ooxml_root(const char *name, const char **what)
{
	for (size_t i = 0; i < sizeof(roots) / sizeof(roots[0]); i++) {
		if (strcmp(roots[i].name, name) != 0)
			continue;
		*what = roots[i].what;
		return roots[i].grammar;
	}
	*what = NULL;
	return GRAMMAR_ANY;
}

bool ooxml_is_vocabulary(const char *value)
{
	static const char *const bases[] = {"http://schemas.openxmlformats.org/", "http://schemas.microsoft.com/",
		"http://purl.oclc.org/ooxml/", "http://purl.org/dc/", "http://www.w3.org/",
		"urn:schemas-microsoft-com:"};
	for (size_t i = 0; i < sizeof(bases) / sizeof(bases[0]); i++)
		if (strncmp(value, bases[i], strlen(bases[i])) == 0)
			return strchr(value, '@') == NULL;
	return false;
}

/* Any other attribute is heard when it can be an address: nobody may hide one where the schema has none. */
bool ooxml_attribute_speaks(const char *name, const char *value, bool is_value, enum flow_aside *kind)
{
	const char *local = xml_local_name(name);
	const struct name *found = find(attributes, sizeof(attributes) / sizeof(attributes[0]), local);
	*kind = found == NULL ? FLOW_ATTRIBUTE : (enum flow_aside)found->kind;
	if (strncmp(name, "xmlns", 5) == 0 || ooxml_is_vocabulary(value))
		return false;
	if (found != NULL || (is_value && strcmp(local, "val") == 0))
		return true;
	return strchr(value, '@') != NULL || strstr(value, "://") != NULL || strstr(value, "%40") != NULL;
}
