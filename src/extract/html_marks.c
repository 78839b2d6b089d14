/*
 * Mail programs say in the page itself what they repeat: by blockquote, by the class or name of a div, by the line that
 * Word draws above the header of an earlier mail. The names are facts about programs in use, seen in mail they write.
 * Elements are counted, not kept: a div ends with its own end tag, whatever stands inside.
 */
#include <stdlib.h>
#include <strings.h>

#include "extract/html.h"

/* Elements of interest inside one another; those deeper say nothing. */
#define MARKS 64
/* An attribute is looked at this far. */
#define ATTRIBUTE_BYTES 200

struct html_marks {
	struct quotes *quotes;
	bool in_div; /* between the name of a div and the end of its tag */
	enum quote_mark found;
	char attribute[ATTRIBUTE_BYTES + 1];
	size_t size;
	uint64_t divs, blockquotes; /* open now */
	struct {
		uint64_t div; /* ends with this one */
		enum quote_mark mark;
	} open[MARKS];
	size_t count;
};

struct named_mark {
	const char *name; /* how a class, or an id, begins */
	enum quote_mark mark;
};

static const struct named_mark named[] = {
	{"gmail_quote", QUOTE_MARK_REPLY},
	{"gmail_attr", QUOTE_MARK_ATTRIBUTION},
	{"gmail_signature", QUOTE_MARK_SIGNATURE},
	{"moz-cite-prefix", QUOTE_MARK_ATTRIBUTION},
	{"moz-forward-container", QUOTE_MARK_REPLY},
	{"moz-signature", QUOTE_MARK_SIGNATURE},
	{"yahoo_quoted", QUOTE_MARK_REPLY},
	{"protonmail_quote", QUOTE_MARK_REPLY},
	{"protonmail_signature_block", QUOTE_MARK_SIGNATURE},
	{"tutanota_quote", QUOTE_MARK_REPLY},
	{"zmail_extra", QUOTE_MARK_REPLY},
	{"AppleMailSignature", QUOTE_MARK_SIGNATURE},
	{"divRplyFwdMsg", QUOTE_MARK_HEADER},
	{"appendonsend", QUOTE_MARK_REST},
	{"mail-editor-reference-message-container", QUOTE_MARK_REPLY},
	{"ms-outlook-mobile-reference-message", QUOTE_MARK_REPLY},
	{"ms-outlook-mobile-signature", QUOTE_MARK_SIGNATURE},
};

struct html_marks *html_marks_open(struct quotes *quotes)
{
	struct html_marks *m = st_alloc_zero(1, sizeof(*m));
	m->quotes = quotes;
	return m;
}

void html_marks_free(struct html_marks *m)
{
	free(m);
}

bool html_marks_cares(const char *name)
{
	return strcmp(name, "div") == 0 || strcmp(name, "blockquote") == 0;
}

static void div_ends(struct html_marks *m)
{
	if (m->divs == 0)
		return;
	if (m->count > 0 && m->open[m->count - 1].div == m->divs)
		quotes_leave(m->quotes, m->open[--m->count].mark);
	m->divs--;
}

void html_marks_tag(struct html_marks *m, const char *name, bool closing)
{
	bool div = strcmp(name, "div") == 0;
	m->in_div = div && !closing;
	m->found = QUOTE_MARK_NONE;
	m->size = 0;
	if (div && closing) {
		div_ends(m);
	} else if (div) {
		m->divs++;
	} else if (!closing) {
		m->blockquotes++;
		quotes_enter(m->quotes, QUOTE_MARK_REPLY);
	} else if (m->blockquotes > 0) {
		m->blockquotes--;
		quotes_leave(m->quotes, QUOTE_MARK_REPLY);
	}
}

void html_marks_attribute(struct html_marks *m, uint8_t byte)
{
	if (m->in_div && m->size < ATTRIBUTE_BYTES)
		m->attribute[m->size++] = byte != 0 ? (char)byte : ' ';
}

/* Some word of the value begins like this, in the case that its program writes; prefixes of pages (`ecx`, `x_`) that
 * went through another program before are passed over. */
static enum quote_mark mark_named(const char *value)
{
	for (const char *word = value; *word != 0;) {
		word += strspn(word, " \t\r\n");
		const char *name = strncmp(word, "x_", 2) == 0    ? word + 2
				   : strncmp(word, "ecx", 3) == 0 ? word + 3
								  : word;
		for (size_t i = 0; i < sizeof(named) / sizeof(named[0]); i++)
			if (strncmp(name, named[i].name, strlen(named[i].name)) == 0)
				return named[i].mark;
		word += strcspn(word, " \t\r\n");
	}
	return QUOTE_MARK_NONE;
}

void html_marks_attribute_end(struct html_marks *m)
{
	enum quote_mark mark = QUOTE_MARK_NONE;
	if (!m->in_div)
		return;
	m->attribute[m->size] = 0;
	m->size = 0;
	if (strncasecmp(m->attribute, "class: ", 7) == 0)
		mark = mark_named(m->attribute + 7);
	else if (strncasecmp(m->attribute, "id: ", 4) == 0)
		mark = mark_named(m->attribute + 4);
	else if (strncasecmp(m->attribute, "style: ", 7) == 0 && strstr(m->attribute, "border-top") != NULL)
		mark = QUOTE_MARK_RULE;
	if (mark != QUOTE_MARK_NONE && (m->found == QUOTE_MARK_NONE || m->found == QUOTE_MARK_RULE))
		m->found = mark;
}

void html_marks_tag_end(struct html_marks *m)
{
	bool begins = m->in_div && m->found != QUOTE_MARK_NONE;
	m->in_div = false;
	if (!begins)
		return;
	bool stays = m->found == QUOTE_MARK_REST || m->found == QUOTE_MARK_RULE;
	if (!stays && m->count == MARKS)
		return;
	quotes_enter(m->quotes, m->found);
	if (stays)
		return;
	m->open[m->count].div = m->divs;
	m->open[m->count++].mark = m->found;
}
