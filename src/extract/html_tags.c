/* The tags of HTML: how each stands in the text, and whether the first bytes of a part are HTML at all. */
#include "extract/html.h"

struct tag {
	char name[12];
	enum html_tag kind;
};

/* Sorted. Elements of the HTML Standard and those that older pages and mail programs write. */
static const struct tag tags[] = {
	{"a", HTML_TAG_INLINE},
	{"abbr", HTML_TAG_INLINE},
	{"acronym", HTML_TAG_INLINE},
	{"address", HTML_TAG_BLOCK},
	{"area", HTML_TAG_INLINE},
	{"article", HTML_TAG_BLOCK},
	{"aside", HTML_TAG_BLOCK},
	{"audio", HTML_TAG_INLINE},
	{"b", HTML_TAG_INLINE},
	{"base", HTML_TAG_BLOCK},
	{"bdi", HTML_TAG_INLINE},
	{"bdo", HTML_TAG_INLINE},
	{"big", HTML_TAG_INLINE},
	{"blockquote", HTML_TAG_BLOCK},
	{"body", HTML_TAG_BLOCK},
	{"br", HTML_TAG_BLOCK},
	{"button", HTML_TAG_BLOCK},
	{"canvas", HTML_TAG_INLINE},
	{"caption", HTML_TAG_BLOCK},
	{"center", HTML_TAG_BLOCK},
	{"cite", HTML_TAG_INLINE},
	{"code", HTML_TAG_INLINE},
	{"col", HTML_TAG_BLOCK},
	{"colgroup", HTML_TAG_BLOCK},
	{"data", HTML_TAG_INLINE},
	{"datalist", HTML_TAG_BLOCK},
	{"dd", HTML_TAG_BLOCK},
	{"del", HTML_TAG_INLINE},
	{"details", HTML_TAG_BLOCK},
	{"dfn", HTML_TAG_INLINE},
	{"dialog", HTML_TAG_BLOCK},
	{"dir", HTML_TAG_BLOCK},
	{"div", HTML_TAG_BLOCK},
	{"dl", HTML_TAG_BLOCK},
	{"dt", HTML_TAG_BLOCK},
	{"em", HTML_TAG_INLINE},
	{"embed", HTML_TAG_INLINE},
	{"fieldset", HTML_TAG_BLOCK},
	{"figcaption", HTML_TAG_BLOCK},
	{"figure", HTML_TAG_BLOCK},
	{"font", HTML_TAG_INLINE},
	{"footer", HTML_TAG_BLOCK},
	{"form", HTML_TAG_BLOCK},
	{"frame", HTML_TAG_BLOCK},
	{"frameset", HTML_TAG_BLOCK},
	{"h1", HTML_TAG_BLOCK},
	{"h2", HTML_TAG_BLOCK},
	{"h3", HTML_TAG_BLOCK},
	{"h4", HTML_TAG_BLOCK},
	{"h5", HTML_TAG_BLOCK},
	{"h6", HTML_TAG_BLOCK},
	{"head", HTML_TAG_BLOCK},
	{"header", HTML_TAG_BLOCK},
	{"hgroup", HTML_TAG_BLOCK},
	{"hr", HTML_TAG_BLOCK},
	{"html", HTML_TAG_BLOCK},
	{"i", HTML_TAG_INLINE},
	{"iframe", HTML_TAG_BLOCK},
	{"img", HTML_TAG_INLINE},
	{"input", HTML_TAG_BLOCK},
	{"ins", HTML_TAG_INLINE},
	{"kbd", HTML_TAG_INLINE},
	{"label", HTML_TAG_INLINE},
	{"legend", HTML_TAG_BLOCK},
	{"li", HTML_TAG_BLOCK},
	{"link", HTML_TAG_BLOCK},
	{"listing", HTML_TAG_PRE},
	{"main", HTML_TAG_BLOCK},
	{"map", HTML_TAG_INLINE},
	{"mark", HTML_TAG_INLINE},
	{"menu", HTML_TAG_BLOCK},
	{"meta", HTML_TAG_BLOCK},
	{"meter", HTML_TAG_INLINE},
	{"nav", HTML_TAG_BLOCK},
	{"nobr", HTML_TAG_INLINE},
	{"noframes", HTML_TAG_BLOCK},
	{"noscript", HTML_TAG_BLOCK},
	{"object", HTML_TAG_INLINE},
	{"ol", HTML_TAG_BLOCK},
	{"optgroup", HTML_TAG_BLOCK},
	{"option", HTML_TAG_BLOCK},
	{"output", HTML_TAG_INLINE},
	{"p", HTML_TAG_BLOCK},
	{"param", HTML_TAG_INLINE},
	{"picture", HTML_TAG_INLINE},
	{"pre", HTML_TAG_PRE},
	{"progress", HTML_TAG_INLINE},
	{"q", HTML_TAG_INLINE},
	{"rp", HTML_TAG_INLINE},
	{"rt", HTML_TAG_INLINE},
	{"ruby", HTML_TAG_INLINE},
	{"s", HTML_TAG_INLINE},
	{"samp", HTML_TAG_INLINE},
	{"script", HTML_TAG_RAW},
	{"section", HTML_TAG_BLOCK},
	{"select", HTML_TAG_BLOCK},
	{"slot", HTML_TAG_INLINE},
	{"small", HTML_TAG_INLINE},
	{"source", HTML_TAG_INLINE},
	{"span", HTML_TAG_INLINE},
	{"strike", HTML_TAG_INLINE},
	{"strong", HTML_TAG_INLINE},
	{"style", HTML_TAG_RAW},
	{"sub", HTML_TAG_INLINE},
	{"summary", HTML_TAG_BLOCK},
	{"sup", HTML_TAG_INLINE},
	{"svg", HTML_TAG_INLINE},
	{"table", HTML_TAG_BLOCK},
	{"tbody", HTML_TAG_BLOCK},
	{"td", HTML_TAG_CELL},
	{"template", HTML_TAG_BLOCK},
	{"textarea", HTML_TAG_RCDATA},
	{"tfoot", HTML_TAG_BLOCK},
	{"th", HTML_TAG_CELL},
	{"thead", HTML_TAG_BLOCK},
	{"time", HTML_TAG_INLINE},
	{"title", HTML_TAG_RCDATA},
	{"tr", HTML_TAG_BLOCK},
	{"track", HTML_TAG_INLINE},
	{"tt", HTML_TAG_INLINE},
	{"u", HTML_TAG_INLINE},
	{"ul", HTML_TAG_BLOCK},
	{"var", HTML_TAG_INLINE},
	{"video", HTML_TAG_INLINE},
	{"wbr", HTML_TAG_INLINE},
	{"xmp", HTML_TAG_RAW},
};

enum html_tag html_tag_of(const char *name, size_t size)
{
	size_t low = 0, high = sizeof(tags) / sizeof(tags[0]);
	if (size >= sizeof(tags[0].name))
		return HTML_TAG_UNKNOWN;
	while (low < high) {
		size_t middle = (low + high) / 2;
		int order = strncmp(name, tags[middle].name, size);
		if (order == 0 && tags[middle].name[size] == 0)
			return tags[middle].kind;
		if (order > 0)
			low = middle + 1;
		else
			high = middle;
	}
	return HTML_TAG_UNKNOWN;
}

/* --- is it HTML? --- */

/* A page that says so, a fragment that is nothing else, text with a good share of tags in it. */
#define BID_PAGE 60
#define BID_FRAGMENT 40
/* Bytes of text to each tag, and tags at least, that make text HTML. */
#define TEXT_PER_TAG 200
#define TAGS_AT_LEAST 4

static bool is_blank(uint8_t byte)
{
	return byte == ' ' || (byte >= '\t' && byte <= '\r');
}

static bool is_alnum(uint8_t byte)
{
	return (unsigned)(byte | 32) - 'a' < 26 || (unsigned)byte - '0' < 10;
}

/* Does the ASCII word (lower case) stand at `at`? */
static bool word_at(struct st_span head, size_t at, const char *word)
{
	size_t size = strlen(word);
	if (at + size > head.size)
		return false;
	for (size_t i = 0; i < size; i++)
		if ((head.data[at + i] >= 'A' && head.data[at + i] <= 'Z' ? head.data[at + i] | 32
									  : head.data[at + i]) != (uint8_t)word[i])
			return false;
	return true;
}

/* The name of the tag at `<` (its slash passed), in lower case; its size, 0 when there is none. */
static size_t tag_name(struct st_span head, size_t at, char name[12])
{
	size_t size = 0;
	at += at + 1 < head.size && head.data[at + 1] == '/' ? 2 : 1;
	for (; at < head.size && is_alnum(head.data[at]); at++) {
		if (size == 12)
			return 0;
		name[size++] = (char)(head.data[at] < 'a' && head.data[at] > '9' ? head.data[at] | 32 : head.data[at]);
	}
	if (at < head.size && head.data[at] != '>' && head.data[at] != '/' && !is_blank(head.data[at]))
		return 0;
	return size;
}

static size_t skip_to(struct st_span head, size_t at, const char *end)
{
	size_t size = strlen(end);
	const uint8_t *found = memmem(head.data + at, head.size - at, end, size);
	return found != NULL ? (size_t)(found - head.data) + size : head.size;
}

/* Passes blanks, comments and processing instructions; *xml: one of them was an XML declaration. */
static size_t first_tag(struct st_span head, bool *xml)
{
	size_t at = 0;
	for (*xml = false; at < head.size;) {
		if (is_blank(head.data[at])) {
			at++;
		} else if (word_at(head, at, "<!--")) {
			at = skip_to(head, at, "-->");
		} else if (word_at(head, at, "<?")) {
			*xml |= word_at(head, at, "<?xml");
			at = skip_to(head, at, ">");
		} else {
			break;
		}
	}
	return at;
}

static bool is_page(struct st_span head, size_t at)
{
	char name[12];
	if (word_at(head, at, "<!doctype")) {
		for (at += 9; at < head.size && is_blank(head.data[at]); at++)
			;
		return word_at(head, at, "html");
	}
	size_t size = at < head.size && head.data[at] == '<' ? tag_name(head, at, name) : 0;
	return size == 4 &&
	       (memcmp(name, "html", 4) == 0 || memcmp(name, "head", 4) == 0 || memcmp(name, "body", 4) == 0);
}

struct census {
	size_t known, unknown, structure;
};

static void count_tags(struct st_span head, struct census *out)
{
	char name[12];
	const uint8_t *p = head.data, *end = head.data + head.size;
	while ((p = memchr(p, '<', (size_t)(end - p))) != NULL) {
		size_t at = (size_t)(p++ - head.data), size = tag_name(head, at, name);
		if (size == 0)
			continue;
		enum html_tag tag = html_tag_of(name, size);
		out->known += tag != HTML_TAG_UNKNOWN;
		out->unknown += tag == HTML_TAG_UNKNOWN;
		out->structure += size == 4 && (memcmp(name, "html", 4) == 0 || memcmp(name, "body", 4) == 0);
	}
}

int html_bid(struct st_span head)
{
	struct census census = {0};
	bool xml;
	size_t at = first_tag(head, &xml);
	if (is_page(head, at))
		return BID_PAGE;
	if (xml || (at < head.size && head.data[at] == '<' && word_at(head, at, "<!doctype")))
		return 0;
	count_tags(head, &census);
	if (census.known < 2 || census.unknown * 4 > census.known)
		return 0;
	if (at < head.size && head.data[at] == '<' && census.structure > 0)
		return BID_PAGE;
	bool fragment = at < head.size && head.data[at] == '<' && census.known * 1024 >= head.size;
	bool tagged = census.known >= TAGS_AT_LEAST && census.known * TEXT_PER_TAG >= head.size;
	return fragment || tagged ? BID_FRAGMENT : 0;
}

/* --- the encoding it names --- */

#define META_BYTES 4096

static bool charset_by_name(const char *name, enum charset *out)
{
	static const struct {
		char name[16];
		enum charset charset;
	} names[] = {
		{"utf-8", CHARSET_UTF8},
		{"utf8", CHARSET_UTF8},
		{"utf-16", CHARSET_UTF8}, /* said in ASCII, it cannot be true (HTML Standard 13.2.3.2) */
		{"utf-16le", CHARSET_UTF8},
		{"utf-16be", CHARSET_UTF8},
		{"us-ascii", CHARSET_WINDOWS_1252},
		{"ascii", CHARSET_WINDOWS_1252},
		{"iso-8859-1", CHARSET_WINDOWS_1252},
		{"iso8859-1", CHARSET_WINDOWS_1252},
		{"latin1", CHARSET_WINDOWS_1252},
		{"windows-1252", CHARSET_WINDOWS_1252},
		{"cp1252", CHARSET_WINDOWS_1252},
		{"iso-8859-2", CHARSET_ISO_8859_2},
		{"iso-8859-5", CHARSET_ISO_8859_5},
		{"iso-8859-7", CHARSET_ISO_8859_7},
		{"iso-8859-9", CHARSET_ISO_8859_9},
		{"iso-8859-15", CHARSET_ISO_8859_15},
	};
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (strcmp(name, names[i].name) == 0) {
			*out = names[i].charset;
			return true;
		}
	}
	return false;
}

/* The name behind `charset` and `=` at `at`. */
static bool charset_at(struct st_span tag, size_t at, enum charset *out)
{
	char name[16] = "";
	size_t size = 0;
	while (at < tag.size && is_blank(tag.data[at]))
		at++;
	if (at == tag.size || tag.data[at++] != '=')
		return false;
	while (at < tag.size && (is_blank(tag.data[at]) || tag.data[at] == '"' || tag.data[at] == '\''))
		at++;
	for (; at < tag.size && (is_alnum(tag.data[at]) || tag.data[at] == '-' || tag.data[at] == '_'); at++) {
		if (size + 1 == sizeof(name))
			return false;
		name[size++] =
			(char)(tag.data[at] < 'a' && tag.data[at] > '9' && tag.data[at] != '_' ? tag.data[at] | 32
											       : tag.data[at]);
	}
	return charset_by_name(name, out);
}

bool html_meta_charset(struct st_span head, enum charset *charset)
{
	if (head.size > META_BYTES)
		head.size = META_BYTES;
	for (size_t at = 0; at < head.size; at++) {
		if (head.data[at] != '<' || !word_at(head, at, "<meta"))
			continue;
		size_t end = skip_to(head, at, ">");
		struct st_span tag = {head.data, end};
		for (size_t i = at + 5; i < end; i++)
			if (word_at(tag, i, "charset") && charset_at(tag, i + 7, charset))
				return true;
	}
	return false;
}
