/* The style sheet and the script of the page (CSS 2.1 and its modules; ECMAScript 5). */
#ifndef STAUNCH_REPORT_HTML_STYLE_H
#define STAUNCH_REPORT_HTML_STYLE_H

extern const char html_style[], html_script[];

#endif
