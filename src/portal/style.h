/* The style sheet of all pages, as it is sent. */
#ifndef STAUNCH_PORTAL_STYLE_H
#define STAUNCH_PORTAL_STYLE_H

extern const char portal_style[];

#endif
