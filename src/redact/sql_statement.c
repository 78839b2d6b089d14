/* A small state machine over words and signs, and the columns of each table seen. */
#include "redact/sql_statement.h"

#include <stdlib.h>
#include <strings.h>

#include "base/ceilings.h"

enum phase {
	AT_START,
	OTHER,
	INSERT_TABLE, /* behind INSERT: its table */
	INSERT_HEAD,  /* behind the table: columns, or VALUES */
	INSERT_COLUMNS,
	VALUES,
	COPY_TABLE,
	COPY_HEAD,
	COPY_COLUMNS,
	CREATE,
	CREATE_TABLE,
	CREATE_HEAD,
	CREATE_COLUMNS,
};

/* The columns of a table, or of one list of them behind its name. */
struct column_list {
	struct st_buf key;    /* name, NUL, then the columns, each behind a NUL, of a list; name alone: of the table */
	struct st_buf fields; /* what the columns' fields point to */
	struct sql_column *columns;
	size_t count;
};

struct known_number {
	struct st_buf name;
	unsigned number;
};

struct sql_statement {
	const struct shape_events *events;
	enum phase phase;
	unsigned brackets;
	size_t value; /* of the row, from 0 */
	bool dot;     /* the sign before was one: a name goes on */
	bool element; /* in CREATE TABLE: an element begins */
	bool from_stdin, other_copy;
	enum sql_copy copy;
	struct st_buf table, list; /* list: as a column_list's key */
	size_t list_count;
	bool list_too_long;
	struct column_list *lists;
	size_t list_total, list_bytes; /* how many, and what they hold */
	const struct column_list *current;
	struct known_number *numbers;
	size_t number_count;
};

struct sql_statement *sql_statement_open(const struct shape_events *events)
{
	struct sql_statement *statement = st_alloc_zero(1, sizeof *statement);
	statement->events = events;
	return statement;
}

void sql_statement_close(struct sql_statement *statement)
{
	if (statement == NULL)
		return;
	for (size_t i = 0; i < statement->list_total; i++) {
		st_buf_free(&statement->lists[i].key);
		st_buf_free(&statement->lists[i].fields);
		free(statement->lists[i].columns);
	}
	for (size_t i = 0; i < statement->number_count; i++)
		st_buf_free(&statement->numbers[i].name);
	free(statement->lists);
	free(statement->numbers);
	st_buf_free(&statement->table);
	st_buf_free(&statement->list);
	free(statement);
}

/* --- columns --- */

static bool is_same(const struct st_buf *buf, struct st_span text)
{
	return buf->size == text.size && (text.size == 0 || memcmp(buf->data, text.data, text.size) == 0);
}

static struct st_span span_of(const struct st_buf *buf)
{
	return (struct st_span){buf->data, buf->size};
}

static const struct column_list *find_list(const struct sql_statement *statement, struct st_span key)
{
	if (statement->current != NULL && is_same(&statement->current->key, key))
		return statement->current;
	for (size_t i = 0; i < statement->list_total; i++)
		if (is_same(&statement->lists[i].key, key))
			return &statement->lists[i];
	return NULL;
}

/* The same name in several tables has one number. */
static unsigned number_of(struct sql_statement *statement, struct st_span name)
{
	if (statement->events->column_name == NULL)
		return 0;
	for (size_t i = 0; i < statement->number_count; i++)
		if (is_same(&statement->numbers[i].name, name))
			return statement->numbers[i].number;
	if (statement->number_count == CEIL_FIELD_NAMES)
		return 0;
	statement->numbers = st_realloc(statement->numbers, (statement->number_count + 1) * sizeof *statement->numbers);
	struct known_number *known = &statement->numbers[statement->number_count++];
	*known = (struct known_number){.number = statement->events->column_name(statement->events->context, name)};
	st_buf_add(&known->name, name.data, name.size);
	return known->number;
}

/* The next column in a key; false: there is none. */
static bool next_column(struct st_span *key, struct st_span *column)
{
	const uint8_t *nul = key->size > 0 ? memchr(key->data, 0, key->size) : NULL;
	if (nul == NULL)
		return false;
	const uint8_t *end = key->data + key->size, *from = nul + 1;
	const uint8_t *next = from < end ? memchr(from, 0, (size_t)(end - from)) : NULL;
	*column = (struct st_span){from, (size_t)((next != NULL ? next : end) - from)};
	*key = (struct st_span){from, (size_t)(end - from)};
	return true;
}

static size_t bytes_of(const struct column_list *list)
{
	return list->key.size + list->fields.size + list->count * sizeof *list->columns;
}

static void fill_columns(struct sql_statement *statement, struct column_list *list, struct st_span key)
{
	struct st_span table = span_of(&statement->table), column, rest = key;
	list->columns = st_alloc((statement->list_count + 1) * sizeof *list->columns);
	st_buf_reserve(&list->fields, key.size + statement->list_count * (table.size + 1) + 1);
	while (list->count < statement->list_count && next_column(&rest, &column)) {
		size_t at = list->fields.size;
		st_buf_add(&list->fields, table.data, table.size);
		st_buf_add_byte(&list->fields, '.');
		st_buf_add(&list->fields, column.data, column.size);
		list->columns[list->count++] = (struct sql_column){
			{list->fields.data + at, list->fields.size - at}, number_of(statement, column)};
	}
}

/* Remembers the list just read under this key; replaces the table's when it is created anew. */
static const struct column_list *keep_list(struct sql_statement *statement, struct st_span key)
{
	struct column_list *list = NULL;
	for (size_t i = 0; i < statement->list_total && list == NULL; i++)
		if (is_same(&statement->lists[i].key, key))
			list = &statement->lists[i];
	if (list == NULL) {
		if (statement->list_total == CEIL_SQL_TABLES || statement->list_bytes > CEIL_SQL_NAMES_BYTES)
			return NULL;
		statement->current = NULL; /* it may move */
		statement->lists = st_realloc(statement->lists, (statement->list_total + 1) * sizeof *statement->lists);
		list = &statement->lists[statement->list_total++];
		*list = (struct column_list){0};
	}
	statement->list_bytes -= bytes_of(list);
	st_buf_free(&list->key);
	st_buf_free(&list->fields);
	free(list->columns);
	*list = (struct column_list){0};
	st_buf_add(&list->key, key.data, key.size);
	fill_columns(statement, list, span_of(&statement->list));
	statement->list_bytes += bytes_of(list);
	return list;
}

static void begin_list(struct sql_statement *statement)
{
	statement->list.size = 0;
	st_buf_add(&statement->list, statement->table.data, statement->table.size);
	statement->list_count = 0;
	statement->list_too_long = false;
}

static void add_column(struct sql_statement *statement, struct st_span name)
{
	if (statement->list_count == CEIL_SQL_COLUMNS) {
		statement->list_too_long = true;
		return;
	}
	st_buf_add_byte(&statement->list, 0);
	st_buf_add(&statement->list, name.data, name.size);
	statement->list_count++;
}

/* The columns of the rows that come: the list given, or those of the table. */
static void use_columns(struct sql_statement *statement)
{
	struct st_span key = span_of(statement->list_count > 0 ? &statement->list : &statement->table);
	const struct column_list *list = statement->list_too_long ? NULL : find_list(statement, key);
	if (list == NULL && statement->list_count > 0 && !statement->list_too_long)
		list = keep_list(statement, key);
	statement->current = list;
}

/* --- words --- */

static bool is_one_of(struct st_span word, const char *words)
{
	uint8_t first = word.size > 0 ? word.data[0] & 0xDF : 0; /* a letter in upper case */
	for (const char *p = words; *p != '\0'; p += strlen(p) + 1)
		if ((uint8_t)*p == first && strlen(p) == word.size &&
			strncasecmp(p, (const char *)word.data, word.size) == 0)
			return true;
	return false;
}

static void set_table(struct sql_statement *statement, struct st_span name)
{
	const uint8_t *dot = name.size > 0 ? memrchr(name.data, '.', name.size) : NULL;
	if (dot != NULL) {
		size_t skip = (size_t)(dot - name.data) + 1;
		name = (struct st_span){dot + 1, name.size - skip};
	}
	statement->table.size = 0;
	st_buf_add(&statement->table, name.data, name.size);
	begin_list(statement);
}

static void start_with(struct sql_statement *statement, struct st_span word)
{
	statement->brackets = 0;
	statement->from_stdin = statement->other_copy = false;
	statement->phase = OTHER;
	if (is_one_of(word, "INSERT\0REPLACE\0"))
		statement->phase = INSERT_TABLE;
	else if (is_one_of(word, "COPY\0"))
		statement->phase = COPY_TABLE;
	else if (is_one_of(word, "CREATE\0"))
		statement->phase = CREATE;
}

/* A name, where one may stand. */
static void take_name(struct sql_statement *statement, struct st_span name)
{
	switch (statement->phase) {
	case INSERT_TABLE:
	case COPY_TABLE:
	case CREATE_TABLE:
		set_table(statement, name);
		statement->phase++;
		return;
	case INSERT_HEAD:
	case COPY_HEAD:
	case CREATE_HEAD:
		if (statement->dot)
			set_table(statement, name);
		return;
	case INSERT_COLUMNS:
	case COPY_COLUMNS:
		add_column(statement, name);
		return;
	case CREATE_COLUMNS:
		if (statement->element && statement->brackets == 1)
			add_column(statement, name);
		statement->element = false;
		return;
	default:
		return;
	}
}

/* True: a keyword of the phase, no name. */
static bool take_keyword(struct sql_statement *statement, struct st_span word)
{
	switch (statement->phase) {
	case INSERT_TABLE:
		return is_one_of(word, "INTO\0IGNORE\0OR\0REPLACE\0ROLLBACK\0ABORT\0FAIL\0DELAYED\0LOW_PRIORITY\0"
				       "HIGH_PRIORITY\0");
	case INSERT_HEAD:
		if (is_one_of(word, "VALUES\0VALUE\0")) {
			use_columns(statement);
			statement->phase = VALUES;
		}
		return !statement->dot;
	case COPY_HEAD:
		statement->from_stdin |= is_one_of(word, "STDIN\0");
		statement->other_copy |= is_one_of(word, "CSV\0DELIMITER\0BINARY\0NULL\0");
		return !statement->dot;
	case CREATE:
		if (is_one_of(word, "TABLE\0"))
			statement->phase = CREATE_TABLE;
		else if (!is_one_of(word, "TEMP\0TEMPORARY\0UNLOGGED\0GLOBAL\0LOCAL\0OR\0REPLACE\0"))
			statement->phase = OTHER;
		return true;
	case CREATE_TABLE:
		return is_one_of(word, "IF\0NOT\0EXISTS\0");
	case CREATE_COLUMNS:
		if (!statement->element || !is_one_of(word, "PRIMARY\0KEY\0UNIQUE\0CONSTRAINT\0FOREIGN\0INDEX\0"
							    "FULLTEXT\0SPATIAL\0CHECK\0EXCLUDE\0LIKE\0PERIOD\0"))
			return false;
		statement->element = false;
		return true;
	default:
		return false;
	}
}

void sql_statement_word(struct sql_statement *statement, struct st_span word, bool first_on_line)
{
	bool starts = first_on_line && statement->brackets == 0 && is_one_of(word, "INSERT\0REPLACE\0COPY\0CREATE\0");
	statement->copy = SQL_NO_COPY;
	if (statement->phase == AT_START || (starts && statement->phase != CREATE))
		start_with(statement, word);
	else if (!take_keyword(statement, word))
		take_name(statement, word);
	statement->dot = false;
}

bool sql_statement_wants_names(const struct sql_statement *statement)
{
	return statement->phase != VALUES && statement->phase != OTHER && statement->phase != AT_START;
}

void sql_statement_name(struct sql_statement *statement, struct st_span name)
{
	if (sql_statement_wants_names(statement))
		take_name(statement, name);
	statement->dot = false;
}

/* --- signs --- */

static void open_bracket(struct sql_statement *statement)
{
	statement->brackets++;
	if (statement->brackets != 1)
		return;
	if (statement->phase == VALUES) {
		statement->value = 0;
	} else if (statement->phase == INSERT_HEAD || statement->phase == CREATE_HEAD ||
		   (statement->phase == COPY_HEAD && !statement->from_stdin)) {
		statement->phase++;
		begin_list(statement);
		statement->element = true;
	}
}

static void close_bracket(struct sql_statement *statement)
{
	statement->brackets -= statement->brackets > 0;
	if (statement->brackets > 0)
		return;
	if (statement->phase == INSERT_COLUMNS || statement->phase == COPY_COLUMNS) {
		statement->phase--;
	} else if (statement->phase == CREATE_COLUMNS) {
		if (!statement->list_too_long)
			keep_list(statement, span_of(&statement->table));
		statement->phase = OTHER;
	}
}

static void end_statement(struct sql_statement *statement)
{
	if (statement->phase == COPY_HEAD && statement->from_stdin) {
		use_columns(statement);
		statement->copy = statement->other_copy ? SQL_COPY_OTHER : SQL_COPY_TEXT;
	}
	statement->phase = AT_START;
	statement->brackets = 0;
}

void sql_statement_sign(struct sql_statement *statement, uint8_t sign)
{
	statement->dot = sign == '.';
	statement->copy = SQL_NO_COPY;
	if (sign == ',') {
		statement->value += statement->brackets == 1;
		statement->element |= statement->brackets == 1;
	} else if (sign == '(') {
		open_bracket(statement);
	} else if (sign == ')') {
		close_bracket(statement);
	} else if (sign == ';') {
		end_statement(statement);
	}
}

enum sql_copy sql_statement_copy(struct sql_statement *statement)
{
	return statement->copy;
}

const struct sql_column *sql_statement_cell(const struct sql_statement *statement, size_t cell)
{
	const struct column_list *list = statement->current;
	return list != NULL && cell < list->count ? &list->columns[cell] : NULL;
}

const struct sql_column *sql_statement_value(const struct sql_statement *statement)
{
	if (statement->phase != VALUES || statement->brackets == 0)
		return NULL;
	return sql_statement_cell(statement, statement->value);
}
