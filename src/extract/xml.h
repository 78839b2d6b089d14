/*
 * XML by expat, in the worker (XML 1.0, 5th edition). Names come without their namespace prefix: the formats we read
 * use one vocabulary per file, under prefixes and namespace versions that vary. A document type declaration is refused
 * as a whole: no format we read has one (ECMA-376 part 2, 6.2.5; ODF 1.3 part 2, 3), and entities are how XML explodes.
 */
#ifndef STAUNCH_EXTRACT_XML_H
#define STAUNCH_EXTRACT_XML_H

#include "extract/stream.h"

struct xml;

/* One start tag: name and attributes, valid for the call; UTF-8, without prefixes. */
struct xml_tag {
	const char *name;
	const char **attributes; /* name, value, name, value, NULL: names with their prefix */
	int depth;               /* of this element; the root has 1 */
};

/* Each may be NULL. */
struct xml_handlers {
	void (*start)(void *context, const struct xml_tag *tag);
	void (*end)(void *context, const char *name);
	/* Character data, cut anywhere between characters; also of CDATA sections. */
	void (*text)(void *context, const char *data, size_t size);
	/* A comment, or what stands in a processing instruction behind its name: text that somebody wrote. */
	void (*comment)(void *context, const char *data);
};

/* Value of an attribute by its name without prefix; NULL when it is not there. Of two the first. */
const char *xml_attribute(const struct xml_tag *tag, const char *name);
/* An element or attribute name without its prefix; points into `name`. */
const char *xml_local_name(const char *name);

/*
 * Parses the stream to its end, in flat memory. What came before a failure was given: none, or corrupt (not
 * well-formed, or a document type declaration), limit-depth (CEIL_XML_DEPTH), limit-size (CEIL_XML_TOKEN_BYTES),
 * truncated (ends inside an element), or the reason of the stream. *offset, if not NULL, is the byte of the failure.
 */
enum st_reason xml_read(struct stream *stream, const struct xml_handlers *handlers, void *context, uint64_t *offset);

#endif
