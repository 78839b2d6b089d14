/* The elements that word processing, drawings, charts and slides share: paragraphs, runs, boxes, fields, changes. */
#include <stdlib.h>

#include "extract/ooxml.h"

static bool is_blank(const char *data, size_t size)
{
	for (size_t i = 0; i < size; i++)
		if (data[i] != ' ' && data[i] != '\t' && data[i] != '\r' && data[i] != '\n')
			return false;
	return true;
}

/* --- attributes --- */

/* Every change names its author: told when another one changes. */
static bool is_same_author(struct ooxml_part *part, const char *value)
{
	size_t size = strlen(value);
	if (part->author.size == size && memcmp(part->author.data, value, size) == 0)
		return true;
	part->author.size = 0;
	st_buf_reserve(&part->author, size + 1); /* so that there is a pointer to nothing, too */
	st_buf_add(&part->author, value, size);
	return false;
}

void ooxml_attributes(struct ooxml_part *part, const struct xml_tag *tag, bool is_value)
{
	enum flow_aside kind;
	for (const char **at = tag->attributes; *at != NULL; at += 2) {
		if (!ooxml_attribute_speaks(at[0], at[1], is_value, &kind))
			continue;
		const char *name = xml_local_name(at[0]);
		if (strcmp(name, "author") == 0 && is_same_author(part, at[1]))
			continue;
		flow_aside(part->flow, kind, name, at[1]);
	}
}

/* --- the two forms of one drawing --- */

static void choice_begin(struct ooxml_part *part)
{
	if (part->alternates == 1)
		part->choice_start = part->choice_end = flow_box(part->flow).size;
}

static void choice_end(struct ooxml_part *part)
{
	if (part->alternates == 1)
		part->choice_end = flow_box(part->flow).size;
}

static void fallback_begin(struct ooxml_part *part)
{
	if (part->alternates != 1)
		return;
	part->replay = flow_box(part->flow).size;
	flow_separate(part->flow, FLOW_LINE);
}

static bool same_text(struct st_span a, struct st_span b)
{
	while (a.size > 0 && a.data[0] == '\n')
		a.data++, a.size--;
	while (b.size > 0 && b.data[0] == '\n')
		b.data++, b.size--;
	return a.size == b.size && memcmp(a.data, b.data, a.size) == 0;
}

/* Word writes a text box twice, for itself and for what is older: the same text is one text. */
static void fallback_end(struct ooxml_part *part)
{
	struct st_span box = flow_box(part->flow);
	if (part->alternates != 1 || part->choice_end > part->replay || part->replay >= box.size)
		return;
	struct st_span choice = {box.data + part->choice_start, part->choice_end - part->choice_start};
	struct st_span fallback = {box.data + part->replay, box.size - part->replay};
	if (choice.size > 0 && same_text(choice, fallback))
		flow_box_cut(part->flow, part->replay);
}

/* --- elements --- */

/* w:sym: a sign of a symbol font stands in its private use area (17.3.3.30). */
static void add_symbol(struct ooxml_part *part, const struct xml_tag *tag)
{
	const char *code = xml_attribute(tag, "char");
	char *stop;
	unsigned long unit = code == NULL ? 0 : strtoul(code, &stop, 16);
	if (unit >= 0xf000 && unit <= 0xf0ff)
		unit -= 0xf000;
	char sign = (char)unit;
	if (unit >= ' ' && unit <= '~')
		flow_text(part->flow, &sign, 1);
}

static void start_structure(struct ooxml_part *part, enum ooxml_element element)
{
	struct flow *flow = part->flow;
	switch (element) {
	case ELEMENT_LINE:
		flow_line_begin(flow);
		break;
	case ELEMENT_BLOCK:
	case ELEMENT_BREAK:
	case ELEMENT_ROW:
		flow_separate(flow, FLOW_LINE);
		break;
	case ELEMENT_TAB:
	case ELEMENT_PHONETIC:
		flow_separate(flow, FLOW_TAB);
		break;
	case ELEMENT_BOX:
		flow_box_begin(flow);
		break;
	case ELEMENT_ALTERNATE:
		part->alternates++;
		flow_box_begin(flow);
		break;
	case ELEMENT_CHOICE:
		choice_begin(part);
		break;
	case ELEMENT_FALLBACK:
		fallback_begin(part);
		break;
	default:
		break;
	}
}

void ooxml_office_start(struct ooxml_part *part, const struct xml_tag *tag)
{
	enum ooxml_element element = ooxml_element(tag->name);
	part->kinds[tag->depth] = (uint8_t)element;
	if (tag->attributes[0] != NULL && element != ELEMENT_SILENT)
		ooxml_attributes(part, tag, element == ELEMENT_VALUE);
	if (element == ELEMENT_DELETION)
		part->deleting++;
	else if (element == ELEMENT_INSERTION)
		part->inserting++;
	else if (element == ELEMENT_FIELD_END)
		flow_aside_end(part->flow);
	else if (element == ELEMENT_HYPHEN)
		flow_text(part->flow, "-", 1);
	else if (element == ELEMENT_SYMBOL)
		add_symbol(part, tag);
	else
		start_structure(part, element);
}

void ooxml_office_end(struct ooxml_part *part, const char *name)
{
	struct flow *flow = part->flow;
	(void)name;
	switch ((enum ooxml_element)part->kinds[part->depth]) {
	case ELEMENT_LINE:
		flow_line_end(flow);
		break;
	case ELEMENT_CELL:
		flow_cell(flow);
		break;
	case ELEMENT_ROW:
	case ELEMENT_BLOCK:
	case ELEMENT_OPEN:
		flow_separate(flow, FLOW_LINE);
		break;
	case ELEMENT_PHONETIC:
		flow_separate(flow, FLOW_TAB);
		break;
	case ELEMENT_BOX:
		flow_box_end(flow);
		break;
	case ELEMENT_ALTERNATE:
		flow_box_end(flow);
		part->alternates--;
		break;
	case ELEMENT_CHOICE:
		choice_end(part);
		break;
	case ELEMENT_FALLBACK:
		fallback_end(part);
		break;
	case ELEMENT_DELETION:
		part->deleting--;
		break;
	case ELEMENT_INSERTION:
		part->inserting--;
		break;
	default:
		break;
	}
}

/* Text right inside of an element that no rule knows: apart from what stands around it. */
static void add_other(struct ooxml_part *part, const char *data, size_t size)
{
	uint8_t *kind = &part->kinds[part->depth];
	if (*kind != ELEMENT_OPEN && is_blank(data, size))
		return;
	if (*kind == ELEMENT_OTHER) {
		flow_separate(part->flow, FLOW_LINE);
		*kind = ELEMENT_OPEN;
	}
	flow_text(part->flow, data, size);
}

void ooxml_office_text(struct ooxml_part *part, const char *data, size_t size)
{
	enum ooxml_element element = (enum ooxml_element)part->kinds[part->depth];
	if (element == ELEMENT_FIELD)
		flow_aside_text(part->flow, FLOW_FIELD, data, size);
	else if (element == ELEMENT_DELETED || (element == ELEMENT_TEXT && part->deleting > 0))
		flow_deleted(part->flow, data, size);
	else if (element == ELEMENT_TEXT && part->inserting > 0)
		flow_inserted(part->flow, data, size);
	else if (element == ELEMENT_TEXT)
		flow_text(part->flow, data, size);
	else
		add_other(part, data, size);
}
