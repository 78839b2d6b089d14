/* Formats of lines, and which format it is. */
#include "audit/text_config.h"

#include "base/ceilings.h"

#include <ctype.h>
#include <stdlib.h>
#include <strings.h>

struct lines {
	struct audit_model *model;
	struct st_span left;
	uint32_t file, line;
	struct audit_settings *out;
};

/* The next line, without blanks around it. */
static bool next_line(struct lines *lines, struct st_span *out)
{
	if (lines->left.size == 0)
		return false;
	const uint8_t *end = memchr(lines->left.data, '\n', lines->left.size);
	size_t size = end != NULL ? (size_t)(end - lines->left.data) : lines->left.size;
	*out = audit_trimmed((struct st_span){lines->left.data, size});
	size_t used = size + (end != NULL);
	lines->left = (struct st_span){lines->left.data + used, lines->left.size - used};
	lines->line++;
	return true;
}

/* The next line that is neither empty nor a comment. */
static bool next_said(struct lines *lines, const char *comments, struct st_span *out)
{
	while (next_line(lines, out))
		if (out->size > 0 && strchr(comments, out->data[0]) == NULL)
			return true;
	return false;
}

static bool add(struct lines *lines, struct st_span key, struct st_span value)
{
	bool open = memmem(value.data, value.size, "${", 2) != NULL;
	audit_settings_add(lines->out, audit_intern(lines->model, AUDIT_LITERAL, key),
		audit_intern(lines->model, open ? AUDIT_UNRESOLVED : AUDIT_LITERAL, value),
		(struct audit_place){lines->file, lines->line});
	return lines->out->count <= CEIL_AUDIT_SETTINGS && key.size <= CEIL_AUDIT_KEY_BYTES;
}

/* Without the quotes around it, and without a comment behind it where it has none. */
static struct st_span value_of(struct st_span text, const char *comments)
{
	text = audit_trimmed(text);
	if (text.size >= 2 && (text.data[0] == '"' || text.data[0] == '\'')) {
		const uint8_t *end = memchr(text.data + 1, text.data[0], text.size - 1);
		if (end != NULL)
			return (struct st_span){text.data + 1, (size_t)(end - text.data) - 1};
	}
	for (size_t i = 0; i < text.size; i++)
		if (text.data[i] != 0 && strchr(comments, text.data[i]) != NULL &&
			(i == 0 || isspace(text.data[i - 1])))
			return audit_trimmed((struct st_span){text.data, i});
	return text;
}

/* [section], key = value, a key alone. '_' and '-' are the same in the keys of MySQL's sections. */
static bool read_ini(struct lines *lines)
{
	struct st_span text;
	st_auto_buf struct st_buf section = {0}, key = {0};
	bool fits = true;
	while (fits && next_said(lines, "#;", &text)) {
		const uint8_t *end = text.data[0] == '[' ? memchr(text.data, ']', text.size) : NULL;
		if (end != NULL) {
			struct st_span name =
				audit_trimmed((struct st_span){text.data + 1, (size_t)(end - text.data) - 1});
			section.size = 0;
			st_buf_add(&section, name.data, name.size);
			continue;
		}
		if (text.data[0] == '!') {
			fits = add(lines, audit_span("!include"), text);
			continue;
		}
		const uint8_t *equals = memchr(text.data, '=', text.size);
		size_t size = equals != NULL ? (size_t)(equals - text.data) : text.size;
		struct st_span name = audit_trimmed((struct st_span){text.data, size});
		struct st_span value = equals != NULL
					       ? value_of((struct st_span){equals + 1, text.size - size - 1}, "#;")
					       : (struct st_span){(const uint8_t *)"", 0};
		bool mysql = section.size >= 5 &&
			     (memcmp(section.data, "mysql", 5) == 0 || memcmp(section.data, "maria", 5) == 0);
		key.size = 0;
		st_buf_add(&key, section.data, section.size);
		st_buf_add_byte(&key, '.');
		for (size_t i = 0; i < name.size; i++)
			st_buf_add_byte(&key, mysql && name.data[i] == '_' ? '-' : name.data[i]);
		fits = add(lines, (struct st_span){key.data, key.size}, value);
	}
	return fits;
}

/* directive and the rest of its line; the directive in small letters. */
static bool read_words(struct lines *lines)
{
	struct st_span text;
	bool fits = true;
	while (fits && next_said(lines, "#", &text)) {
		char key[64] = "";
		size_t size = 0;
		while (size < text.size && !isspace(text.data[size]))
			size++;
		for (size_t i = 0; i < size && i < sizeof key - 1; i++)
			key[i] = (char)tolower(text.data[i]);
		fits = add(lines, audit_span(key), value_of((struct st_span){text.data + size, text.size - size}, ""));
	}
	return fits;
}

/* key = value, or key value; keys in small letters, without ETCD_ and with '-' where an environment has '_'. */
static bool read_equals(struct lines *lines)
{
	struct st_span text;
	bool fits = true;
	while (fits && next_said(lines, "#;", &text)) {
		char key[128] = "";
		size_t size = 0, kept = 0;
		if (text.size > 7 && memcmp(text.data, "export ", 7) == 0)
			text = audit_trimmed((struct st_span){text.data + 7, text.size - 7});
		bool etcd = text.size > 5 && memcmp(text.data, "ETCD_", 5) == 0;
		while (size < text.size && text.data[size] != '=' && !isspace(text.data[size]))
			size++;
		for (size_t i = etcd ? 5 : 0; i < size && kept < sizeof key - 1; i++)
			key[kept++] = etcd && text.data[i] == '_' ? '-' : (char)tolower(text.data[i]);
		struct st_span value = audit_trimmed((struct st_span){text.data + size, text.size - size});
		if (value.size > 0 && value.data[0] == '=')
			value = (struct st_span){value.data + 1, value.size - 1};
		fits = add(lines, audit_span(key), value_of(value, "#"));
	}
	return fits;
}

/* One line behind what was joined to it: blanks made one, a comment left out, names in quotes as they are. */
static void add_hba(struct st_buf *line, struct st_span text)
{
	bool quoted = false;
	for (size_t i = 0; i < text.size && (quoted || text.data[i] != '#'); i++) {
		bool blank = isspace(text.data[i]) != 0;
		quoted ^= text.data[i] == '"';
		if (!blank || quoted || (line->size > 0 && line->data[line->size - 1] != ' '))
			st_buf_add_byte(line, blank ? ' ' : text.data[i]);
	}
}

/* "\\" at the end of a line joins the next (PostgreSQL 14, "The pg_hba.conf File"). */
static bool read_hba(struct lines *lines)
{
	struct st_span text;
	bool fits = true;
	st_auto_buf struct st_buf line = {0};
	while (fits && next_said(lines, "#", &text)) {
		uint32_t first = lines->line;
		line.size = 0;
		for (;;) {
			bool goes_on = text.size > 0 && text.data[text.size - 1] == '\\';
			text.size -= goes_on;
			add_hba(&line, text);
			if (!goes_on || !next_line(lines, &text))
				break;
			add_hba(&line, audit_span(" "));
		}
		uint32_t last = lines->line;
		lines->line = first;
		fits = add(lines, audit_span("hba"), audit_trimmed((struct st_span){line.data, line.size}));
		lines->line = last;
	}
	return fits;
}

/* --- which one? --- */

static bool first_word_is(struct st_span line, const char *const *words)
{
	for (; *words != NULL; words++) {
		size_t size = strlen(*words);
		if (line.size > size && memcmp(line.data, *words, size) == 0 && isspace(line.data[size]))
			return true;
	}
	return false;
}

/* "key:" with a blank or nothing behind it, the key of letters, digits, dots, '-', '_' and quotes. */
static bool is_yaml_key(struct st_span line)
{
	for (size_t i = 0; i < line.size; i++) {
		if (line.data[i] == ':')
			return i > 0 && (i + 1 == line.size || isspace(line.data[i + 1]));
		if (!isalnum(line.data[i]) && (line.data[i] == 0 || strchr("._-\"'$", line.data[i]) == NULL))
			return false;
	}
	return false;
}

static enum audit_format format_of(struct st_span line)
{
	static const char *const hba[] = {"local", "host", "hostssl", "hostnossl", "hostgssenc", "hostnogssenc", NULL};
	if (line.data[0] == '[')
		return AUDIT_FORMAT_INI;
	if (first_word_is(line, hba))
		return AUDIT_FORMAT_HBA;
	if ((line.size >= 3 && memcmp(line.data, "---", 3) == 0) || line.data[0] == '%' || is_yaml_key(line))
		return AUDIT_FORMAT_YAML;
	for (size_t i = 0; i < line.size; i++)
		if (line.data[i] == '=')
			return AUDIT_FORMAT_EQUALS;
	for (size_t i = 1; i < line.size; i++)
		if (isspace(line.data[i]) && isalpha(line.data[0]))
			return AUDIT_FORMAT_WORDS;
	return AUDIT_FORMATS;
}

enum st_status audit_read_text(struct audit_model *model, struct st_span text, uint32_t file, enum audit_format *format,
	struct audit_settings *out, struct st_error *err)
{
	struct lines lines = {model, text, file, 0, out};
	struct st_span first;
	*format = AUDIT_FORMAT_NONE;
	if (text.size >= 3 && memcmp(text.data, "\xef\xbb\xbf", 3) == 0)
		lines.left = text = (struct st_span){text.data + 3, text.size - 3};
	if (!next_said(&lines, "#;", &first))
		return ST_OK;
	*format = format_of(first);
	if (*format == AUDIT_FORMATS || memchr(text.data, 0, text.size) != NULL)
		return st_fail(err, ST_WRONG, "line %u: this is no configuration that staunch audit knows",
			(unsigned)lines.line);
	lines = (struct lines){model, text, file, 0, out};
	bool fits = true;
	switch (*format) {
	case AUDIT_FORMAT_YAML:
		return audit_read_yaml(model, text, file, out, err);
	case AUDIT_FORMAT_INI:
		fits = read_ini(&lines);
		break;
	case AUDIT_FORMAT_WORDS:
		fits = read_words(&lines);
		break;
	case AUDIT_FORMAT_EQUALS:
		fits = read_equals(&lines);
		break;
	default:
		fits = read_hba(&lines);
		break;
	}
	return fits ? ST_OK : st_fail(err, ST_WRONG, "line %u: larger than any configuration", (unsigned)lines.line);
}
