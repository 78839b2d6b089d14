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

/* The text of a code page: one there is a table for; another single-byte one; one whose characters beyond ASCII are two
 * bytes. Of the last two only ASCII is known: the rest is not searched. */
enum rtf_page_kind { RTF_PAGE_KNOWN, RTF_PAGE_FOREIGN, RTF_PAGE_TWO_BYTE };
struct rtf_page {
	enum charset charset;
	enum rtf_page_kind kind;
	bool half_width; /* two-byte, but 0xA0 to 0xDF are characters of their own (932) */
};
struct rtf_page rtf_code_page(int32_t number);
/* The code page of a font's \fcharset; 0: that of the document. */
int32_t rtf_font_code_page(int32_t fcharset);

#endif
