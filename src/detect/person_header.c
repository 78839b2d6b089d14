/*
 * Names beside e-mail addresses: the fields of RFC 5322, and what mail programs make of them when they quote. A name
 * stands only where something supports it: a given name of the table, or the address itself; so that departments,
 * products and towns do not become persons.
 */
#include "detect/person_words.h"

#define REACH_BYTES 200 /* from the address to the other end of its name */

struct region {
	const uint8_t *text;
	size_t from, to;
	bool quoted; /* all of it must be the name */
};

struct phrase {
	struct person_word words[PERSON_WORDS];
	size_t count, comma; /* words before the comma; 0: none */
	bool through;        /* "Anna Rossi via Sales" */
	bool dropped;        /* something else stood before these words */
};

static bool ends_with(const uint8_t *text, size_t end, const char *what)
{
	size_t size = strlen(what);
	if (end < size)
		return false;
	for (size_t i = 0; i < size; i++) {
		uint8_t byte = text[end - size + i];
		if ((byte - 'A' + 0u < 26u ? byte | 32 : byte) != (uint8_t)what[i])
			return false;
	}
	return true;
}

static size_t skip_back(const uint8_t *text, size_t at)
{
	for (;;) {
		if (at > 0 && (text[at - 1] == ' ' || text[at - 1] == '\t'))
			at--;
		else if (ends_with(text, at, "\xc2\xa0"))
			at -= 2;
		else if (ends_with(text, at, "&nbsp;"))
			at -= 6;
		else
			return at;
	}
}

/* The bracket in front of the address; its begin in *at. */
static bool opened(const uint8_t *text, size_t *at)
{
	static const char *const brackets[] = {"<", "[", "(", "&lt;", "\\u003c"};
	if (ends_with(text, *at, "mailto:"))
		*at = skip_back(text, *at - 7);
	for (size_t i = 0; i < sizeof brackets / sizeof *brackets; i++) {
		if (!ends_with(text, *at, brackets[i]))
			continue;
		*at = skip_back(text, *at - strlen(brackets[i]));
		if (i != 2 && ends_with(text, *at, " ("))
			*at = skip_back(text, *at - 1);
		/* <mailto:...> behind a name, and folded fields (RFC 5322 2.2.3) */
		if (ends_with(text, *at, "\n"))
			*at = skip_back(text, *at - 1 - ends_with(text, *at, "\r\n"));
		return true;
	}
	return false;
}

static bool is_hard(uint8_t byte)
{
	return byte < ' ' || strchr(":;<>\"|()[]{}=*\\&", byte) != NULL || byte == 0x7f;
}

/* "Anna Rossi (Contoso)": what stands in brackets behind the name. */
static size_t before_remark(const uint8_t *text, size_t from, size_t end)
{
	if (end <= from || text[end - 1] != ')')
		return end;
	size_t at = end - 1;
	while (at > from && text[at] != '(' && text[at] != '\n')
		at--;
	return at > from && text[at] == '(' ? skip_back(text, at) : end;
}

static bool find_region(const struct detect_window *window, size_t start, struct region *out)
{
	const uint8_t *text = window->data;
	size_t at = skip_back(text, start);
	if (!opened(text, &at) || at == 0)
		return false;
	size_t from = at > REACH_BYTES ? at - REACH_BYTES : 0;
	*out = (struct region){.text = text, .quoted = false};
	if (ends_with(text, at, "&quot;") || text[at - 1] == '"') {
		at -= text[at - 1] == '"' ? 1 : 6;
		if (at > from && text[at - 1] == '\\')
			at--;
		out->to = at;
		out->quoted = true;
		while (at > from && text[at - 1] != '"' && text[at - 1] != '\n' && !ends_with(text, at, "&quot;"))
			at--;
		out->from = at;
		return at > from && text[at - 1] != '\n';
	}
	at = before_remark(text, from, at);
	out->to = at;
	while (at > from && !is_hard(text[at - 1]))
		at--;
	/* the letter of an escape: \nAnna */
	if (at > 0 && text[at - 1] == '\\' && at < out->to && strchr("nrt", text[at]) != NULL)
		at++;
	out->from = at;
	return at > from || from == 0;
}

/* --- words --- */

static void drop_words(struct phrase *phrase, size_t count)
{
	memmove(phrase->words, phrase->words + count, (phrase->count - count) * sizeof phrase->words[0]);
	phrase->count -= count;
	phrase->comma = phrase->comma > count ? phrase->comma - count : 0;
	phrase->dropped = true;
}

static size_t blank_size(const uint8_t *text, size_t at, size_t to)
{
	if (text[at] == ' ' || text[at] == '\t')
		return 1;
	return to - at > 1 && text[at] == 0xc2 && text[at + 1] == 0xa0 ? 2 : 0;
}

/* Does what follows belong to no name any more: a remark, a company? */
static bool is_remark(const struct region *region, size_t at)
{
	uint8_t byte = region->text[at];
	return byte == '(' || byte == '[' || byte == '|' || byte == '/' ||
	       (byte == '-' && at + 1 < region->to && region->text[at + 1] == ' ');
}

static bool is_via(const struct person_word *word)
{
	return word->folded_size == 3 && memcmp(word->folded, "via", 3) == 0;
}

/* Takes the word at *at; false: the region holds no name. */
static bool take_word(const struct region *region, size_t *at, struct phrase *phrase)
{
	struct person_word word;
	if (person_word_at(region->text, region->to, *at, &word)) {
		if (is_via(&word) && phrase->count > 1) {
			phrase->through = true;
			*at = region->to;
			return true;
		}
		if (phrase->count == PERSON_WORDS && region->quoted)
			return false;
		if (phrase->count == PERSON_WORDS)
			drop_words(phrase, 1);
		person_word_know(&word);
		phrase->words[phrase->count++] = word;
		*at = word.end;
		return true;
	}
	if (region->quoted)
		return false;
	drop_words(phrase, phrase->count);
	phrase->comma = 0;
	while (*at < region->to && blank_size(region->text, *at, region->to) == 0 && region->text[*at] != ',')
		++*at;
	return true;
}

static bool take_comma(const struct region *region, struct phrase *phrase)
{
	if (phrase->comma > 0 && region->quoted)
		return false;
	if (phrase->comma > 0)
		drop_words(phrase, phrase->comma);
	phrase->comma = phrase->count;
	return true;
}

static bool read_phrase(const struct region *region, struct phrase *phrase)
{
	*phrase = (struct phrase){0};
	for (size_t at = region->from; at < region->to;) {
		size_t blank = blank_size(region->text, at, region->to);
		if (blank > 0 || region->text[at] == '\'') {
			at += blank > 0 ? blank : 1;
		} else if (region->text[at] == ',') {
			if (!take_comma(region, phrase))
				return false;
			at++;
		} else if (phrase->count > 1 && is_remark(region, at)) {
			return true;
		} else if (!take_word(region, &at, phrase)) {
			return false;
		}
	}
	return phrase->count > 0;
}

/* --- "Rossi, Anna" --- */

static bool all_of(const struct person_word *words, size_t count, enum person_class a, enum person_class b)
{
	for (size_t i = 0; i < count; i++)
		if (words[i].class != a && words[i].class != b)
			return false;
	return true;
}

static bool is_surname_first(const struct phrase *phrase, bool quoted)
{
	size_t left = phrase->comma, right = phrase->count - left;
	const struct person_word *given = phrase->words + left;
	if (left > 3 || right > 2 || !all_of(phrase->words, left, PERSON_PLAIN, PERSON_PARTICLE) ||
		!all_of(given, right, PERSON_PLAIN, PERSON_PLAIN) || !given[0].capital)
		return false;
	if (quoted)
		return true;
	return !phrase->dropped && phrase->words[0].capital && left < 3 &&
	       (right == 1 || (given[0].given && (given[1].given || given[1].letters == 1)));
}

static bool settle_comma(struct phrase *phrase, bool quoted)
{
	size_t left = phrase->comma, right = phrase->count - left;
	struct person_word reversed[PERSON_WORDS];
	phrase->comma = 0;
	if (left == 0)
		return true;
	if (all_of(phrase->words + left, right, PERSON_TITLE, PERSON_SUFFIX)) {
		phrase->count = left;
		return true;
	}
	phrase->comma = left;
	bool surname_first = is_surname_first(phrase, quoted);
	phrase->comma = 0;
	if (surname_first) {
		memcpy(reversed, phrase->words + left, right * sizeof *reversed);
		memcpy(reversed + right, phrase->words, left * sizeof *reversed);
		memcpy(phrase->words, reversed, phrase->count * sizeof *reversed);
		return true;
	}
	if (quoted)
		return false;
	drop_words(phrase, left);
	return true;
}

/* --- what the words are --- */

/* Leaves the words from the last that cannot be in a name on, without titles before and behind. */
static void keep_name_words(struct phrase *phrase)
{
	size_t first = phrase->count;
	while (first > 0) {
		const struct person_word *word = &phrase->words[first - 1];
		if (word->class == PERSON_LEAD || word->class == PERSON_GREETING || word->class == PERSON_STOP ||
			(word->lower && word->class == PERSON_PLAIN && phrase->dropped))
			break;
		first--;
	}
	if (first > 0)
		drop_words(phrase, first);
	while (phrase->count > 0 &&
		(phrase->words[0].class == PERSON_TITLE || phrase->words[0].class == PERSON_SUFFIX ||
			(phrase->words[0].class == PERSON_PARTICLE && phrase->words[0].lower)))
		drop_words(phrase, 1);
	while (phrase->count > 0 && (phrase->words[phrase->count - 1].class == PERSON_TITLE ||
					    phrase->words[phrase->count - 1].class == PERSON_SUFFIX))
		phrase->count--;
}

static bool holds(struct st_span text, const struct person_word *word)
{
	return word->letters > 2 && memmem(text.data, text.size, word->folded, word->folded_size) != NULL;
}

/* Does something speak for a person, and does the address not speak for an organization of that name? */
static bool is_supported(const struct phrase *phrase, struct st_span local, struct st_span domain, bool role)
{
	size_t in_local = 0, in_domain = 0;
	for (size_t i = 0; i < phrase->count; i++) {
		bool in = holds(domain, &phrase->words[i]);
		in_domain += in;
		in_local += !in && !role && holds(local, &phrase->words[i]);
	}
	if (in_domain >= phrase->count && (role || !holds(local, &phrase->words[0])))
		return false;
	bool given = phrase->words[0].given || phrase->words[phrase->count - 1].given;
	bool small = true;
	for (size_t i = 0; i < phrase->count; i++)
		small = small && phrase->words[i].lower;
	return small ? given && in_local > 0 : given || in_local > 0;
}

static void fill_range(const struct phrase *phrase, struct detect_candidate *out)
{
	out->start = phrase->words[0].start;
	out->end = phrase->words[0].end;
	for (size_t i = 1; i < phrase->count; i++) {
		if (phrase->words[i].start < out->start)
			out->start = phrase->words[i].start;
		if (phrase->words[i].end > out->end)
			out->end = phrase->words[i].end;
	}
}

static bool name_in(const struct region *region, struct st_span address, struct person_beside *out)
{
	struct phrase phrase;
	if (!read_phrase(region, &phrase))
		return false;
	if (phrase.comma == phrase.count)
		phrase.comma = 0;
	if (!settle_comma(&phrase, region->quoted))
		return false;
	keep_name_words(&phrase);
	if (region->quoted && phrase.dropped && phrase.words[0].start > region->from + 12)
		return false;
	if (!person_words_are_name(phrase.words, phrase.count))
		return false;
	const uint8_t *sign = memrchr(address.data, '@', address.size);
	if (sign == NULL)
		return false;
	struct st_span local = {address.data, (size_t)(sign - address.data)};
	struct st_span domain = {sign + 1, address.size - local.size - 1};
	bool role = detect_is_role_mailbox(local);
	if (!is_supported(&phrase, local, domain, role))
		return false;
	out->whose = !role && !phrase.through;
	out->name.form = DETECT_PLAIN;
	out->name.confidence = PERSON_HEADER_CONFIDENCE;
	fill_range(&phrase, &out->name);
	return person_canonical(phrase.words, phrase.count, &out->name);
}

/* address (Anna Rossi): the comment of RFC 822. */
static bool find_comment(const struct detect_window *window, size_t end, struct region *out)
{
	const uint8_t *text = window->data;
	size_t at = end;
	while (at < window->size && text[at] == ' ')
		at++;
	if (at == end || at >= window->size || text[at] != '(')
		return false;
	size_t to = at + 1;
	while (to < window->size && to - at < REACH_BYTES / 2 && text[to] != ')' && text[to] >= ' ')
		to++;
	*out = (struct region){.text = text, .from = at + 1, .to = to, .quoted = true};
	return to < window->size && text[to] == ')';
}

bool person_beside(
	const struct detect_window *window, size_t start, size_t end, struct st_span address, struct person_beside *out)
{
	struct region region;
	*out = (struct person_beside){.whose = false};
	if (find_region(window, start, &region))
		return name_in(&region, address, out);
	return find_comment(window, end, &region) && name_in(&region, address, out);
}

size_t detect_name_as_typed(struct st_span text, uint8_t out[DETECT_NAME_BYTES])
{
	struct region region = {.text = text.data, .to = text.size, .quoted = true};
	struct phrase phrase;
	struct detect_candidate name;
	if (text.size == 0 || text.size > REACH_BYTES || !read_phrase(&region, &phrase))
		return 0;
	if (phrase.comma == phrase.count)
		phrase.comma = 0;
	if (!settle_comma(&phrase, true))
		return 0;
	keep_name_words(&phrase);
	if (phrase.count == 0 || !person_canonical(phrase.words, phrase.count, &name))
		return 0;
	memcpy(out, name.canonical, name.canonical_size);
	return name.canonical_size;
}
