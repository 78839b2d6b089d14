/* Whose SQL a dump is, as far as reading its strings asks for it. Private to redact. */
#ifndef STAUNCH_REDACT_SQL_DIALECT_H
#define STAUNCH_REDACT_SQL_DIALECT_H

#include "base/bytes.h"

struct sql_dialect {
	bool found;            /* does the text look like SQL at all? */
	bool backslash;        /* escapes in '...' and "...": MySQL and MariaDB without NO_BACKSLASH_ESCAPES, and
				* scripts of nobody known with `it\'s`; PostgreSQL
				* with standard_conforming_strings = off */
	bool double_is_string; /* "..." is one: MySQL and MariaDB */
	bool brackets;         /* [name]: SQL Server */
	bool hash_comment;     /* # begins a comment: MySQL and MariaDB */
};

/*
 * By the first bytes. SQL: the first line that is no comment begins with a word of SQL, and some line begins with
 * INSERT INTO, REPLACE INTO, CREATE TABLE or COPY, or with the comment that a dump program writes on top. MySQL: the
 * head has a backtick or one of its dump comments, `ENGINE=`. SQL Server: a name in brackets behind INSERT or
 * `[dbo].`.
 */
struct sql_dialect sql_sniff(struct st_span head);

#endif
