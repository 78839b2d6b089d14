/* Between the files of rtf: control words, code pages. Private to extract. */
#ifndef STAUNCH_EXTRACT_RTF_H
#define STAUNCH_EXTRACT_RTF_H

#include "extract/charset.h"

enum rtf_act {
	RTF_IGNORED,   /* formatting, and what is not known */
	RTF_CHARACTER, /* stands for the character `value` */
	RTF_BREAK,     /* the line ends */
	RTF_CELL,
	RTF_ASIDE, /* the group is text beside the flow, at the place `label` */
	RTF_FLOW,  /* the group is text, although a reader who does not know it may ignore it */
	RTF_HEX,   /* the group is hexadecimal digits that are no text */
	RTF_FONTS,
	RTF_OBJECT, /* the group is an embedded object in hexadecimal digits */
	RTF_BINARY, /* so many bytes follow as they are */
	RTF_UNICODE,
	RTF_UNICODE_SKIP, /* so many characters stand in for each \u */
	RTF_FONT,
	RTF_FONT_CHARSET,
	RTF_CODE_PAGE,
	RTF_PLAIN, /* the default font */
};

struct rtf_word {
	const char *name;
	enum rtf_act act;
	uint32_t value;
	const char *label;
};

/* NULL: not known. */
const struct rtf_word *rtf_word_of(const char *name);
/* The table, sorted by name. */
const struct rtf_word *rtf_words(size_t *count);

/* The set of a Windows code page, Windows-1252 for those without a table; 65001 is UTF-8. */
enum charset rtf_code_page(int32_t number);
/* The code page of a font's \fcharset; 0: that of the document. */
int32_t rtf_font_code_page(int32_t fcharset);

#endif
