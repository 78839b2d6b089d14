/* Line by line over the head, and a few marks that only one system writes. */
#include "redact/sql_dialect.h"

#include <strings.h>

static bool begins_with(struct st_span line, const char *word)
{
	size_t size = strlen(word);
	return line.size > 0 && line.size >= size && strncasecmp((const char *)line.data, word, size) == 0;
}

static bool begins_with_one(struct st_span line, const char *const *words)
{
	for (; *words != NULL; words++)
		if (begins_with(line, *words))
			return true;
	return false;
}

static bool holds(struct st_span text, const char *word)
{
	return text.size > 0 && memmem(text.data, text.size, word, strlen(word)) != NULL;
}

/* `it\'s`: a quote behind a backslash, and a letter behind that. */
static bool has_escaped_quote(struct st_span text)
{
	for (size_t i = 1; i + 1 < text.size; i++) {
		uint8_t letter = text.data[i + 1] | 0x20;
		if (text.data[i] == '\'' && text.data[i - 1] == '\\' && letter >= 'a' && letter <= 'z')
			return true;
	}
	return false;
}

static bool looks_like_sql(struct st_span head)
{
	static const char *const starts[] = {"INSERT ", "REPLACE INTO ", "CREATE ", "COPY ", "SET ", "BEGIN", "PRAGMA ",
		"DROP ", "USE ", "LOCK ", "SELECT ", "ALTER ", "/*!", "/*M!", "START TRANSACTION", "REM ", "GO\r",
		"GO\n", "IF ", "\\connect", "\\restrict", "DELETE ", "UPDATE ", "TRUNCATE ", "GRANT ", "COMMENT ON ",
		"DECLARE ", NULL};
	static const char *const strong[] = {"INSERT INTO ", "REPLACE INTO ", "CREATE TABLE ", "CREATE TABLE IF ",
		"INSERT [", "INSERT IGNORE ", "INSERT OR ", "-- MySQL dump", "-- MariaDB dump",
		"-- PostgreSQL database dump", "PRAGMA foreign_keys", "COPY ", NULL};
	const uint8_t *p = head.data, *end = p + head.size;
	bool code = false, any = false;
	while (p < end) {
		const uint8_t *lf = memchr(p, '\n', (size_t)(end - p));
		while (p < end && (*p == ' ' || *p == '\t'))
			p++;
		struct st_span line = {p, (size_t)((lf != NULL ? lf + 1 : end) - p)};
		bool blank = line.size == 0 || *p == '\r' || *p == '\n';
		bool comment = begins_with(line, "--") || begins_with(line, "#") ||
			       (begins_with(line, "/*") && !begins_with(line, "/*!") && !begins_with(line, "/*M!"));
		if (!blank && !comment && !code) {
			if (!begins_with_one(line, starts))
				return false;
			code = true;
		}
		if (begins_with_one(line, strong))
			any = !begins_with(line, "COPY ") || holds(line, " FROM stdin") || holds(line, " from stdin") ||
			      any;
		p = lf != NULL ? lf + 1 : end;
	}
	return any;
}

struct sql_dialect sql_sniff(struct st_span head)
{
	struct sql_dialect dialect = {.found = head.size > 0 && looks_like_sql(head)};
	bool postgres = holds(head, "standard_conforming_strings") || holds(head, "-- PostgreSQL database dump");
	bool sqlite = begins_with(head, "PRAGMA foreign_keys=OFF;");
	bool mysql = !postgres && !sqlite &&
		     (holds(head, "`") || holds(head, "-- MySQL dump") || holds(head, "-- MariaDB dump") ||
			     holds(head, "ENGINE="));
	dialect.backslash = ((mysql || (!postgres && !sqlite && has_escaped_quote(head))) &&
				    !holds(head, "NO_BACKSLASH_ESCAPES")) ||
			    holds(head, "standard_conforming_strings = off");
	dialect.double_is_string = dialect.hash_comment = mysql;
	dialect.brackets =
		!mysql && !postgres && (holds(head, "[dbo].") || holds(head, "INSERT [") || holds(head, "INTO ["));
	return dialect;
}
