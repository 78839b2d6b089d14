/* The elements and attributes of ODF that say where text stands, or hold text themselves (ODF 1.3 part 3). */
#include "extract/odf.h"

struct name {
	char name[24];
	uint8_t what;
};

/* Sorted. Names of several vocabularies meet here: who reads them knows the element around. */
static const struct name elements[] = {
	{"a", ODF_LINK},
	{"alphabetical-index-mark", ODF_RECORD},
	{"annotation", ODF_ANNOTATION},
	{"automatic-styles", ODF_STYLES},
	{"bibliography-mark", ODF_RECORD},
	{"binary-data", ODF_BINARY},
	{"body", ODF_BODY},
	{"bookmark", ODF_BOOKMARK},
	{"bookmark-start", ODF_BOOKMARK},
	{"caption", ODF_SHAPE},
	{"change-track-table-cell", ODF_CELL},
	{"chart", ODF_CHART},
	{"circle", ODF_SHAPE},
	{"conditional-text", ODF_HIDDEN},
	{"config-item", ODF_CONFIG_ITEM},
	{"connector", ODF_SHAPE},
	{"content-validations", ODF_VALIDATIONS},
	{"control", ODF_SHAPE},
	{"covered-table-cell", ODF_CELL},
	{"custom-shape", ODF_SHAPE},
	{"date-time-decl", ODF_FOOTER},
	{"deletion", ODF_DELETION},
	{"desc", ODF_TITLE},
	{"document", ODF_DOCUMENT},
	{"document-content", ODF_DOCUMENT},
	{"document-meta", ODF_DOCUMENT},
	{"document-settings", ODF_DOCUMENT},
	{"document-styles", ODF_DOCUMENT},
	{"drawing", ODF_DRAWING},
	{"drawing-page-properties", ODF_STYLE_PROPERTIES},
	{"ellipse", ODF_SHAPE},
	{"endnote", ODF_NOTE}, /* of OpenOffice 1, as footnote */
	{"fill-image", ODF_IMAGE},
	{"font-face-decls", ODF_STYLES},
	{"footer", ODF_FOOTER},
	{"footer-decl", ODF_FOOTER},
	{"footer-first", ODF_FOOTER},
	{"footer-left", ODF_FOOTER},
	{"footnote", ODF_NOTE},
	{"forms", ODF_FORMS},
	{"frame", ODF_SHAPE},
	{"g", ODF_SHAPE},
	{"h", ODF_PARAGRAPH},
	{"header", ODF_HEADER},
	{"header-decl", ODF_HEADER},
	{"header-first", ODF_HEADER},
	{"header-left", ODF_HEADER},
	{"hidden-paragraph", ODF_HIDDEN},
	{"hidden-text", ODF_HIDDEN},
	{"image", ODF_IMAGE},
	{"line", ODF_SHAPE},
	{"line-break", ODF_BREAK},
	{"master-page", ODF_MASTER},
	{"measure", ODF_SHAPE},
	{"meta", ODF_META},
	{"named-expressions", ODF_NAMED},
	{"note", ODF_NOTE},
	{"notes", ODF_NOTES},
	{"object", ODF_IMAGE},
	{"object-ole", ODF_IMAGE},
	{"p", ODF_PARAGRAPH},
	{"page", ODF_PAGE},
	{"page-thumbnail", ODF_SHAPE},
	{"path", ODF_SHAPE},
	{"polygon", ODF_SHAPE},
	{"polyline", ODF_SHAPE},
	{"previous", ODF_DELETION},
	{"rect", ODF_SHAPE},
	{"reference-mark", ODF_BOOKMARK},
	{"reference-mark-start", ODF_BOOKMARK},
	{"regular-polygon", ODF_SHAPE},
	{"ruby-text", ODF_RUBY_TEXT},
	{"s", ODF_BLANKS},
	{"script", ODF_SCRIPT},
	{"scripts", ODF_SCRIPT},
	{"section", ODF_SECTION},
	{"settings", ODF_SETTINGS},
	{"spreadsheet", ODF_SPREADSHEET},
	{"style", ODF_STYLE},
	{"styles", ODF_STYLES},
	{"tab", ODF_TAB},
	{"table", ODF_TABLE},
	{"table-cell", ODF_CELL},
	{"table-properties", ODF_STYLE_PROPERTIES},
	{"table-row", ODF_ROW},
	{"text", ODF_TEXT},
	{"title", ODF_TITLE},
	{"toc-mark", ODF_RECORD},
	{"toc-mark-start", ODF_RECORD},
	{"tracked-changes", ODF_CHANGES},
	{"user-field-decls", ODF_FIELDS},
	{"user-index-mark", ODF_RECORD},
	{"user-index-mark-start", ODF_RECORD},
	{"variable-decls", ODF_FIELDS},
};

static const struct name attributes[] = {
	{"alias", ODF_ATTRIBUTE_TEXT},
	{"alt", ODF_ATTRIBUTE_TEXT},
	{"author", ODF_ATTRIBUTE_TEXT},
	{"command", ODF_ATTRIBUTE_TEXT},
	{"condition", ODF_ATTRIBUTE_FORMULA},
	{"connection-resource", ODF_ATTRIBUTE_TEXT},
	{"creator", ODF_ATTRIBUTE_TEXT},
	{"current-value", ODF_ATTRIBUTE_VALUE},
	{"database-name", ODF_ATTRIBUTE_TEXT},
	{"date-value", ODF_ATTRIBUTE_DATE},
	{"dde-application", ODF_ATTRIBUTE_TEXT},
	{"dde-item", ODF_ATTRIBUTE_TEXT},
	{"dde-topic", ODF_ATTRIBUTE_TEXT},
	{"description", ODF_ATTRIBUTE_TEXT},
	{"display-text", ODF_ATTRIBUTE_TEXT},
	{"email", ODF_ATTRIBUTE_TEXT},
	{"expression", ODF_ATTRIBUTE_FORMULA},
	{"filter-options", ODF_ATTRIBUTE_TEXT},
	{"formula", ODF_ATTRIBUTE_FORMULA},
	{"href", ODF_ATTRIBUTE_LINK},
	{"label", ODF_ATTRIBUTE_TEXT},
	{"list-source", ODF_ATTRIBUTE_TEXT},
	{"name", ODF_ATTRIBUTE_NAME},
	{"sql-statement", ODF_ATTRIBUTE_TEXT},
	{"string-value", ODF_ATTRIBUTE_VALUE},
	{"string-value-if-false", ODF_ATTRIBUTE_VALUE},
	{"string-value-if-true", ODF_ATTRIBUTE_VALUE},
	{"time-value", ODF_ATTRIBUTE_DATE},
	{"title", ODF_ATTRIBUTE_TEXT},
	{"value", ODF_ATTRIBUTE_NUMBER},
};

static uint8_t find(const struct name *names, size_t count, const char *name)
{
	while (count > 0) {
		size_t middle = count / 2;
		int order = strcmp(name, names[middle].name);
		if (order == 0)
			return names[middle].what;
		if (order > 0) {
			names += middle + 1;
			count -= middle + 1;
		} else {
			count = middle;
		}
	}
	return 0;
}

enum odf_element odf_element_of(const char *name)
{
	return (enum odf_element)find(elements, sizeof elements / sizeof *elements, name);
}

enum odf_attribute odf_attribute_of(const char *name)
{
	return (enum odf_attribute)find(attributes, sizeof attributes / sizeof *attributes, name);
}
