/* The generated table of html_entities_tables.c, for html_entities.c only. */
#ifndef STAUNCH_EXTRACT_HTML_ENTITIES_H
#define STAUNCH_EXTRACT_HTML_ENTITIES_H

#include <stdbool.h>

#define HTML_ENTITIES 2125

struct html_entity {
	const char *name, *utf8;
	bool old; /* also read without its semicolon */
};
extern const struct html_entity html_entities[HTML_ENTITIES];

#endif
