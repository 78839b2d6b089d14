#include "report/packet_names.h"

#include <stdlib.h>

/* Sorted. Words that say what a file is, never whose: nothing that is also a name of a person or a firm of note. */
static const char *const words[] = {"all", "archive", "attachment", "attachments", "backup", "backups", "batch",
	"bucket", "bulk", "bz", "case", "cases", "chunk", "config", "container", "copy", "csv", "customers", "daily",
	"data", "database", "db", "doc", "docs", "document", "documents", "docx", "drafts", "dump", "dumps", "eml",
	"es", "export", "exports", "file", "files", "final", "full", "gz", "history", "hits", "htm", "html", "inbox",
	"index", "invoice", "invoices", "items", "json", "jsonl", "list", "lists", "log", "logs", "lz", "mail", "mails",
	"main", "mbox", "message", "messages", "metadata", "misc", "monthly", "mp", "msg", "new", "odp", "ods", "odt",
	"offer", "offers", "old", "order", "orders", "other", "outbox", "page", "pages", "part", "parts", "pdf", "ppt",
	"pptx", "price", "prices", "q", "rar", "raw", "record", "records", "report", "reports", "results", "rtf",
	"scan", "scans", "sent", "shard", "sql", "statement", "statements", "store", "stores", "support", "table",
	"tables", "tar", "temp", "test", "text", "tgz", "ticket", "tickets", "tmp", "tsv", "txt", "users", "v",
	"version", "weekly", "xls", "xlsx", "xml", "xz", "z", "zip", "zst"};
#define WORDS (sizeof words / sizeof words[0])
#define LONGEST_WORD 64
#define LOOSE_DIGITS 3 /* a page or a part; more could be a number of somebody */

struct packet_names {
	char own[LONGEST_WORD];
	bool own_taken, taken[WORDS];
};

struct packet_names *packet_names_open(struct st_span own)
{
	struct packet_names *names = st_alloc_zero(1, sizeof *names);
	if (own.size > 2 && own.size < sizeof names->own)
		memcpy(names->own, own.data, own.size);
	return names;
}

void packet_names_close(struct packet_names *names)
{
	free(names);
}

static int by_text(const void *key, const void *word)
{
	return strcmp(key, *(const char *const *)word);
}

/* Its number in `words`; WORDS: none of them. */
static size_t find_word(const char *word)
{
	const char *const *found = bsearch(word, words, WORDS, sizeof words[0], by_text);
	return found != NULL ? (size_t)(found - words) : WORDS;
}

static bool is_letter(uint8_t c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_digit(uint8_t c)
{
	return c >= '0' && c <= '9';
}

/* The run of letters at *at, in lower case; false: it is too long to be one of ours. Goes behind it. */
static bool take_letters(struct st_span text, size_t *at, char word[LONGEST_WORD])
{
	size_t size = 0;
	bool fits = true;
	for (; *at < text.size && is_letter(text.data[*at]); ++*at) {
		if (size + 1 < LONGEST_WORD)
			word[size++] = (char)(text.data[*at] | 0x20);
		else
			fits = false;
	}
	word[size] = 0;
	return fits;
}

void packet_names_take(struct packet_names *names, struct st_span value)
{
	char word[LONGEST_WORD];
	for (size_t at = 0; at < value.size;) {
		if (!is_letter(value.data[at])) {
			at++;
			continue;
		}
		if (!take_letters(value, &at, word))
			continue;
		size_t number = find_word(word);
		if (number < WORDS)
			names->taken[number] = true;
		if (strcmp(word, names->own) == 0)
			names->own_taken = true;
	}
}

static bool word_is_free(const struct packet_names *names, const char *word)
{
	size_t number = find_word(word);
	if (names->own[0] != 0 && strcmp(word, names->own) == 0)
		return !names->own_taken;
	return number < WORDS && !names->taken[number];
}

static unsigned number_of(const uint8_t *digits, size_t count)
{
	unsigned number = 0;
	for (size_t i = 0; i < count; i++)
		number = number * 10 + (digits[i] - '0');
	return number;
}

static bool is_year(unsigned number)
{
	return number >= 1990 && number < 2100;
}

static bool is_day(unsigned month, unsigned day)
{
	return month >= 1 && month <= 12 && day >= 1 && day <= 31;
}

/* Where in a date 2022-10-03 or 2022/10 the digits stand: what may come next. */
enum date { DATE_NONE, DATE_YEAR, DATE_MONTH };

/* Digits are a date, or count as loose ones. */
static bool digits_are_free(const uint8_t *digits, size_t count, enum date *date, unsigned *loose)
{
	enum date before = *date;
	*date = DATE_NONE;
	if (count == 8 && is_year(number_of(digits, 4)) && is_day(number_of(digits + 4, 2), number_of(digits + 6, 2)))
		return true;
	if (count == 4 && is_year(number_of(digits, 4))) {
		*date = DATE_YEAR;
		return true;
	}
	if (count == 2 && before == DATE_YEAR && is_day(number_of(digits, 2), 1)) {
		*date = DATE_MONTH;
		return true;
	}
	if (count == 2 && before == DATE_MONTH && is_day(1, number_of(digits, 2)))
		return true;
	if (count > LOOSE_DIGITS)
		return false;
	*loose += (unsigned)count;
	return *loose <= LOOSE_DIGITS;
}

static bool is_separator(uint8_t c)
{
	return c == '/' || c == '.' || c == '-' || c == '_' || c == ' ';
}

bool packet_names_free(const struct packet_names *names, struct st_span name, unsigned *digits)
{
	char word[LONGEST_WORD];
	enum date date = DATE_NONE;
	for (size_t at = 0; at < name.size;) {
		if (is_letter(name.data[at])) {
			date = DATE_NONE;
			if (!take_letters(name, &at, word) || !word_is_free(names, word))
				return false;
		} else if (is_digit(name.data[at])) {
			size_t start = at;
			while (at < name.size && is_digit(name.data[at]))
				at++;
			if (!digits_are_free(name.data + start, at - start, &date, digits))
				return false;
		} else if (is_separator(name.data[at])) {
			at++;
		} else {
			return false;
		}
	}
	return true;
}
