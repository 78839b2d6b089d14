/* Expat driven by a stream: depth and declarations are watched here, so that no reader has to. */
#include "extract/xml.h"

#include "base/ceilings.h"

#include <expat.h>
#include <stdlib.h>

#define READ_BYTES (16 * 1024)

struct xml {
	XML_Parser parser;
	const struct xml_handlers *handlers;
	void *context;
	int depth;
	enum st_reason reason; /* why we stopped the parser ourselves */
};

const char *xml_local_name(const char *name)
{
	const char *colon = strrchr(name, ':');
	return colon != NULL ? colon + 1 : name;
}

const char *xml_attribute(const struct xml_tag *tag, const char *name)
{
	for (const char **at = tag->attributes; *at != NULL; at += 2)
		if (strcmp(xml_local_name(at[0]), name) == 0)
			return at[1];
	return NULL;
}

static void stop(struct xml *xml, enum st_reason reason)
{
	if (xml->reason == ST_REASON_NONE)
		xml->reason = reason;
	XML_StopParser(xml->parser, XML_FALSE);
}

static void XMLCALL on_start(void *user, const char *name, const char **attributes)
{
	struct xml *xml = user;
	struct xml_tag tag = {xml_local_name(name), attributes, ++xml->depth};
	if (xml->reason != ST_REASON_NONE)
		return;
	if (xml->depth > CEIL_XML_DEPTH)
		stop(xml, ST_REASON_LIMIT_DEPTH);
	else if (xml->handlers->start != NULL)
		xml->handlers->start(xml->context, &tag);
}

static void XMLCALL on_end(void *user, const char *name)
{
	struct xml *xml = user;
	xml->depth--;
	if (xml->reason == ST_REASON_NONE && xml->handlers->end != NULL)
		xml->handlers->end(xml->context, xml_local_name(name));
}

static void XMLCALL on_text(void *user, const char *data, int size)
{
	struct xml *xml = user;
	if (xml->reason == ST_REASON_NONE && xml->handlers->text != NULL)
		xml->handlers->text(xml->context, data, (size_t)size);
}

static void XMLCALL on_comment(void *user, const char *data)
{
	struct xml *xml = user;
	if (xml->reason == ST_REASON_NONE && xml->handlers->comment != NULL)
		xml->handlers->comment(xml->context, data);
}

static void XMLCALL on_instruction(void *user, const char *target, const char *data)
{
	(void)target;
	on_comment(user, data);
}

static void XMLCALL on_doctype(void *user, const char *name, const char *system, const char *public, int has_subset)
{
	(void)name, (void)system, (void)public, (void)has_subset;
	stop(user, ST_REASON_CORRUPT);
}

static bool open_parser(struct xml *xml)
{
	xml->parser = XML_ParserCreate(NULL);
	if (xml->parser == NULL)
		return false;
	XML_SetUserData(xml->parser, xml);
	XML_SetElementHandler(xml->parser, on_start, on_end);
	XML_SetCharacterDataHandler(xml->parser, on_text);
	XML_SetCommentHandler(xml->parser, on_comment);
	XML_SetProcessingInstructionHandler(xml->parser, on_instruction);
	XML_SetStartDoctypeDeclHandler(xml->parser, on_doctype);
	XML_SetParamEntityParsing(xml->parser, XML_PARAM_ENTITY_PARSING_NEVER);
	return true;
}

/* What expat's verdict is worth as a reason of ours. */
static enum st_reason reason_of(const struct xml *xml, bool at_end)
{
	if (xml->reason != ST_REASON_NONE)
		return xml->reason;
	enum XML_Error code = XML_GetErrorCode(xml->parser);
	if (code == XML_ERROR_NO_MEMORY)
		return ST_REASON_MEMORY;
	bool cut = code == XML_ERROR_NO_ELEMENTS || code == XML_ERROR_UNCLOSED_TOKEN ||
		   code == XML_ERROR_PARTIAL_CHAR || code == XML_ERROR_UNCLOSED_CDATA_SECTION;
	return at_end && cut ? ST_REASON_TRUNCATED : ST_REASON_CORRUPT;
}

/* Expat looks at a token from its beginning whenever more of it comes: while one does not end, twice as much is fed
 * each time, so that its cost stays linear (CVE-2023-52425 is mended in later versions only). */
static enum st_reason parse(struct xml *xml, struct stream *stream)
{
	size_t feed = READ_BYTES;
	XML_Index before = -1;
	for (;;) {
		void *room = XML_GetBuffer(xml->parser, (int)feed);
		if (room == NULL)
			return ST_REASON_MEMORY;
		ssize_t got = stream_read_full(stream, room, feed);
		if (got < 0)
			return stream->reason;
		if (XML_ParseBuffer(xml->parser, (int)got, got == 0) != XML_STATUS_OK)
			return reason_of(xml, got == 0);
		if (got == 0)
			return ST_REASON_NONE;
		XML_Index now = XML_GetCurrentByteIndex(xml->parser);
		feed = now == before ? 2 * feed : READ_BYTES;
		before = now;
		if (feed > CEIL_XML_TOKEN_BYTES)
			return ST_REASON_LIMIT_SIZE;
	}
}

enum st_reason xml_read(struct stream *stream, const struct xml_handlers *handlers, void *context, uint64_t *offset)
{
	struct xml xml = {.handlers = handlers, .context = context};
	if (!open_parser(&xml))
		return ST_REASON_MEMORY;
	enum st_reason reason = parse(&xml, stream);
	XML_Index at = XML_GetCurrentByteIndex(xml.parser);
	if (offset != NULL)
		*offset = at > 0 ? (uint64_t)at : 0;
	XML_ParserFree(xml.parser);
	return reason;
}
