/*
 * Which column a value of an SQL dump belongs to: INSERT and REPLACE with or without a list of columns, COPY ... FROM
 * stdin, and CREATE TABLE for those without a list. Fed with the words, names and signs of the text outside of strings
 * and comments. A statement begins behind a semicolon, and where a line begins with one of these words outside of all
 * brackets (T-SQL has no semicolons). Memory is bounded (CEIL_SQL_TABLES, CEIL_SQL_COLUMNS): what is beyond has no
 * column. Private to redact.
 */
#ifndef STAUNCH_REDACT_SQL_STATEMENT_H
#define STAUNCH_REDACT_SQL_STATEMENT_H

#include "redact/shape.h"

struct sql_column {
	struct st_span field; /* `table.column` */
	unsigned number;      /* as events->column_name says */
};

struct sql_statement;
struct sql_statement *sql_statement_open(const struct shape_events *events); /* borrowed */
void sql_statement_close(struct sql_statement *statement);
/* A bare word or number, at most CEIL_REDACT_NAME_BYTES of it. */
void sql_statement_word(struct sql_statement *statement, struct st_span word, bool first_on_line);
/* A quoted identifier, or a string where an identifier may stand. */
bool sql_statement_wants_names(const struct sql_statement *statement); /* else sql_statement_name says nothing */
void sql_statement_name(struct sql_statement *statement, struct st_span name);
void sql_statement_sign(struct sql_statement *statement, uint8_t sign);
/* Behind the semicolon: do rows of COPY follow on the next line; in what form? */
enum sql_copy { SQL_NO_COPY, SQL_COPY_TEXT, SQL_COPY_OTHER };
enum sql_copy sql_statement_copy(struct sql_statement *statement);
/* Of the value that stands here, in a row of VALUES; NULL: none. */
const struct sql_column *sql_statement_value(const struct sql_statement *statement);
/* Of a cell of COPY, counted from 0. */
const struct sql_column *sql_statement_cell(const struct sql_statement *statement, size_t cell);

#endif
