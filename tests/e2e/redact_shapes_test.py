"""Redacted JSON, CSV and SQL as the programs see it that read such files: jq, Python, sqlite3, MariaDB, PostgreSQL."""
import csv
import io
import json
import os
import re
import subprocess

import lab
import rig

# Values that stand for people who do not exist, and the word that stands for each kind.
ADDRESS, PHONE, CARD, IBAN = "anna.rossi@contoso.com", "+39 02 5550 1234", "4111111111111111", "DE89370400440532013000"
REPLACEMENT = rb"\[[a-z_]+(:[A-Z]{16})?\]"


def redact(data, *options, status=rig.OK):
    """What comes out, and the log's events."""
    with rig.folder() as folder:
        log = os.path.join(folder, "log")
        done = rig.expect(status, rig.staunch("redact", "--log", log, *options, stdin=data))
        with open(log, encoding="utf-8") as file:
            events = [json.loads(line) for line in file]
    return done.stdout, [event for event in events if "start" in event]


def everything_else_is_as_it_was(data, out, events, what):
    """By the log's offsets: what stands between the replaced stretches stands in the output, in order, byte for byte."""
    pattern, at = b"", 0
    for event in events:
        rig.check(event["start"] >= at, "%s: the events overlap: %s" % (what, event))
        pattern += re.escape(data[at:event["start"]]) + rb"['\"]?" + REPLACEMENT + rb"(#\d+)?['\"]?"
        at = event["end"]
    pattern += re.escape(data[at:])
    rig.check(re.fullmatch(pattern, out, re.DOTALL), "%s: more than the replaced stretches changed: %r gives %r" % (what, data[:300],
        out[:300]))


def run(*command, stdin=b"", env=None):
    done = subprocess.run(command, input=stdin, capture_output=True, timeout=rig.TIMEOUT_S, env={**os.environ, **(env or {})})
    rig.check(done.returncode == 0, "%s: %s" % (" ".join(command)[:100], done.stderr.decode("utf-8", "replace")[-600:]))
    return done.stdout


# --- JSON ---

RECORD = {"id": 7, "customer": {"mail": ADDRESS, "phone": PHONE, "tags": ["a", None, True, -1.5e3]},
    "card": int(CARD), "text": "Hello\n\"%s\" \\ \u00fc \U0001f600 %s" % (ADDRESS, IBAN), "by": {ADDRESS: 1, "luca@contoso.com": 2}}


def shape_of(value):
    """A value without what its strings, numbers and keys say."""
    if isinstance(value, dict):
        return [(None, shape_of(item)) for item in value.values()]
    if isinstance(value, list):
        return [shape_of(item) for item in value]
    return None if value is None or isinstance(value, bool) else "value"


def documents():
    yield "a document", json.dumps(RECORD, indent=2).encode()
    yield "a document in UTF-8", json.dumps(RECORD, ensure_ascii=False).encode()
    yield "an array", json.dumps([RECORD] * 3).encode()
    yield "lines", b"".join(json.dumps(RECORD).encode() + b"\n" for _ in range(50))
    yield "values without a line end", json.dumps(RECORD).encode() * 3
    yield "lines of _bulk", b"".join(json.dumps(line).encode() + b"\n" for line in (
        {"index": {"_index": "cases", "_id": ADDRESS}}, RECORD) * 5)
    yield "hits", json.dumps({"took": 3, "hits": {"total": 1, "hits": [{"_index": "i", "_id": "1", "_source": RECORD}]}}).encode()
    yield "with a byte order mark", b"\xef\xbb\xbf" + json.dumps(RECORD).encode()


def values_in(data):
    """Every JSON value of a text, read by Python."""
    text, at, found = data.decode().lstrip("\ufeff"), 0, []
    while at < len(text):
        value, at = json.JSONDecoder().raw_decode(text, at)
        found.append(value)
        while at < len(text) and text[at] in " \r\n\t":
            at += 1
    return found


def json_keeps_its_structure_and_jq_reads_it():
    for what, data in documents():
        out, events = redact(data)
        rig.check(events, "%s: nothing was replaced" % what)
        everything_else_is_as_it_was(data, out, events, what)
        for value in (ADDRESS, "luca@contoso.com", PHONE, CARD, IBAN):
            rig.check(value.encode() not in out, "%s: %s is left in %r" % (what, value, out[:300]))
        before, after = values_in(data), values_in(out)
        rig.equal([shape_of(value) for value in after], [shape_of(value) for value in before], what)
        rig.equal(len(run("jq", "-c", ".", stdin=out.replace(b"\xef\xbb\xbf", b"")).splitlines()), len(before), what + ", read by jq")


def a_number_becomes_a_string():
    out, _ = redact(b'{"card":4111111111111111,"n":41111}\n')
    rig.equal(out, b'{"card":"[payment_card]","n":41111}\n', "the output")


def two_keys_of_an_object_never_become_equal():
    people = {"user%d@contoso.com" % i: {"user%d@fabrikam.com" % j: j for j in range(3)} for i in range(300)}
    data = json.dumps(people).encode()
    for options in ((), ("--mode", "mask")):
        out, _ = redact(data, *options)
        rig.equal(run("jq", "-c", "[length, (map(length)|add)]", stdin=out).strip(), b"[300,900]", "keys that jq sees")
        again, events = redact(out, *options)
        rig.equal((again, events), (out, []), "a second run")


def a_mention_in_escapes_leaves_no_half_of_one():
    out, _ = redact(b'{"a":"x\\nanna\\u0040contoso.com\\n","b":"\\u0061nna@contoso.com"}\n')
    rig.equal([list(value) for value in values_in(out)], [["a", "b"]], "keys of %r" % out)
    rig.check(b"contoso" not in out and out.startswith(b'{"a":"x\\n['), "the output is %r" % out)


def wide_text_is_redacted_as_utf_8_is():
    """Keys, numbers, escapes and columns in UTF-16: the same output, in its own encoding."""
    texts = (json.dumps(RECORD, indent=1), "\n".join(insert_sql(False)), "name;phone\r\n\"a \"\"b@contoso.com\"\"\";%s\r\n" % PHONE)
    for text in texts:
        plain, _ = redact(text.encode())
        for encoding, mark in (("utf-16-le", b"\xff\xfe"), ("utf-16-be", b"\xfe\xff")):
            wide, _ = redact(mark + text.encode(encoding))
            rig.equal(wide, mark + plain.decode().encode(encoding), "the output in " + encoding)


def fields_of_a_policy_are_dropped_whatever_they_hold():
    with rig.folder() as folder:
        policy = os.path.join(folder, "policy.yaml")
        with open(policy, "w", encoding="utf-8") as file:
            file.write('fields: {customer.code: drop, "rows[].n": mask, t.code: drop, code: drop}\n')
        for data, want in (
                (b'{"customer":{"code":"ab\\n\\u0041"},"code":17,"rows":[{"n":1},{"n":null}]}',
                    b'{"customer":{"code":""},"code":"","rows":[{"n":"[****]"},{"n":null}]}'),
                (b'n,code\r\n1,ab\r\n2,"c ""d"""\r\n3,\r\n', b'n,code\r\n1,\r\n2,""\r\n3,\r\n'),
                (b"INSERT INTO t (code, n) VALUES ('it''s', 1), (5, 2), (NULL, 3);",
                    b"INSERT INTO t (code, n) VALUES ('', 1), ('', 2), (NULL, 3);")):
            out, _ = redact(data, "--policy", policy, "--format", "json" if data[:1] == b"{" else "csv" if data[:1] == b"n" else "sql")
            rig.equal(out, want, "the output")


def broken_json_is_searched_as_text():
    lines = (b'{"mail":"anna@contoso.com"}\n', b'{"mail":"luca@contoso.com\n', b"plain eva@contoso.com text\n",
        b'{"mail" "ada@contoso.com"}\n', b'{"mail":"noa@contoso.com"}\n', b'{"cut":"ida@contoso.com')
    out, events = redact(b"".join(lines))
    rig.equal((len(events), b"contoso" in out), (6, False), "replacements, and what is left, in %r" % out)
    everything_else_is_as_it_was(b"".join(lines), out, events, "broken lines")


# --- CSV ---

ROWS = [["id", "name", "mail", "phone", "note"]] + [
    [str(i), 'Anna "%d"' % i, "user%d@contoso.com" % i, PHONE, "two\nlines, with user%d@fabrikam.com; and \"quotes\"" % i]
    for i in range(40)] + [["41", "", "", "", ""]]


def tables():
    for name, delimiter, end, quoting in (("commas", ",", "\n", csv.QUOTE_MINIMAL), ("semicolons", ";", "\r\n", csv.QUOTE_MINIMAL),
            ("tabs", "\t", "\n", csv.QUOTE_MINIMAL), ("bars", "|", "\r\n", csv.QUOTE_ALL)):
        file = io.StringIO(newline="")
        csv.writer(file, delimiter=delimiter, lineterminator=end, quoting=quoting).writerows(ROWS)
        yield name, delimiter, file.getvalue().encode()


def tables_keep_their_rows_and_cells():
    for name, delimiter, data in tables():
        out, events = redact(data, "--format", "csv")
        everything_else_is_as_it_was(data, out, events, name)
        rows = list(csv.reader(io.StringIO(out.decode(), newline=""), delimiter=delimiter))
        rig.equal([len(row) for row in rows], [len(row) for row in ROWS], "cells of the rows with " + name)
        rig.check(b"contoso" not in out and b"fabrikam" not in out and b"5550" not in out, "%s: %r" % (name, out[:400]))
        rig.equal((rows[0], [row[0] for row in rows]), (ROWS[0], [row[0] for row in ROWS]), "what is nobody's with " + name)


def a_column_helps_as_it_does_in_a_scan():
    """Bare digits are a phone number where the header, the list of columns or CREATE TABLE says so."""
    for column, found in (("phone", True), ("parts", False)):
        inputs = {"csv": "name,%s\n" % column + "".join("row%d,20255501%02d\n" % (i, i) for i in range(5)),
            "sql": "INSERT INTO t (name, %s) VALUES ('x', 2025550199), ('y', '2025550198');\n"
                "CREATE TABLE u (name text, %s text);\nINSERT INTO u VALUES ('x', '2025550197');\n"
                "COPY t (name, %s) FROM stdin;\nx\t2025550196\n\\.\n" % (column, column, column)}
        for name, data in inputs.items():
            out, _ = redact(data.encode(), "--format", name, "--region", "US")
            rig.equal(out.count(b"20255501"), 0 if found else data.count("20255501"), "numbers left in %r" % out)


def sep_lines_and_broken_quotes_pass():
    data = b'sep=;\r\nname;mail\r\nAnna;anna@contoso.com\r\n"lost;luca@contoso.com\r\nEva;"eva@contoso.com" x\r\n'
    out, events = redact(data, "--format", "csv")
    rig.equal((len(events), b"contoso" in out), (3, False), "replacements in %r" % out)
    everything_else_is_as_it_was(data, out, events, "broken quotes")


# --- SQL ---

TABLE = "CREATE TABLE people (id integer PRIMARY KEY, name varchar(80), mail varchar(80), phone varchar(40), note text);"
NOTES = ["it's", "c:\\temp\\new", "two\nlines\twith a tab", 'a "quote"', "ends with \\", "semi; -- and /* this */", "\u00fc \U0001f600", ""]


def people():
    for i in range(60):
        yield (i, "Person %d" % i, "user%d@contoso.com" % i, "+39 02 5550 %04d" % i, "%s user%d@fabrikam.com %s" % (
            NOTES[i % len(NOTES)], i, NOTES[i * 3 % len(NOTES)]))


def sql_text(text, backslash):
    return "'%s'" % (text.replace("\\", "\\\\") if backslash else text).replace("'", "''")


def insert_sql(backslash):
    yield TABLE
    for row in people():
        yield "INSERT INTO people VALUES (%d, %s);" % (row[0], ", ".join(sql_text(cell, backslash) for cell in row[1:]))


def expected_note(row, mail):
    return row[4].replace("user%d@fabrikam.com" % row[0], mail)


def check_people(rows, what):
    """Rows as the server gives them, ordered by id: nothing but the values is other than it was."""
    rig.equal(len(rows), 60, "rows in " + what)
    for row, got in zip(people(), rows):
        rig.equal(int(got[0]), row[0], "the id in " + what)
        rig.equal((got[2], got[3], got[4]), ("[email_address]", "[phone_number]", expected_note(row, "[email_address]")),
            "row %d in %s" % (row[0], what))


def check_dump(dump, what):
    out, events = redact(dump)
    everything_else_is_as_it_was(dump, out, events, what)
    rig.check(b"@contoso" not in out and b"@fabrikam" not in out and b"5550" not in out, "%s: something is left" % what)
    again, events = redact(out)
    rig.equal((again == out, events), (True, []), "a second run over " + what)
    return out


def sqlite_loads_its_redacted_dump():
    with rig.folder() as folder:
        first, second = os.path.join(folder, "first"), os.path.join(folder, "second")
        run("sqlite3", first, stdin="\n".join(insert_sql(False)).encode())
        out = check_dump(run("sqlite3", first, ".dump"), "the dump of SQLite")
        run("sqlite3", "-bail", second, stdin=out)
        rows = json.loads(run("sqlite3", "-json", second, "SELECT * FROM people ORDER BY id"))
    check_people([list(row.values()) for row in rows], "SQLite")


def mariadb_loads_its_redacted_dump():
    with rig.folder() as folder, lab.start("mariadb", folder) as server:
        login = ("--no-defaults", "-h", server.host, "-P", str(server.port), "-u", "root", "--default-character-set=utf8mb4")
        run("mariadb", *login, "-e", "CREATE DATABASE a CHARACTER SET utf8mb4; CREATE DATABASE b CHARACTER SET utf8mb4")
        run("mariadb", *login, "a", stdin="\n".join(insert_sql(True)).encode())
        for options in ((), ("--complete-insert", "--skip-extended-insert"), ("--hex-blob", "--compact")):
            out = check_dump(run("mariadb-dump", *login, *options, "a"), "the dump of MariaDB %s" % (options,))
            run("mariadb", *login, "b", "-e", "DROP TABLE IF EXISTS people")
            run("mariadb", *login, "b", stdin=out)
            rows = run("mariadb", *login, "--raw", "-N", "b", "-e", "SELECT json_array(id, name, mail, phone, note) "
                "FROM people ORDER BY id").decode().splitlines()
            check_people([json.loads(row) for row in rows], "MariaDB %s" % (options,))


def postgresql_loads_its_redacted_dump():
    with rig.folder() as folder, lab.start("postgresql", folder) as server:
        login = ("-h", server.host, "-p", str(server.port), "-U", "postgres")
        psql = ("psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", *login)
        run(*psql, "-d", "postgres", "-c", "CREATE DATABASE a")
        run(*psql, "-d", "a", stdin="\n".join(insert_sql(False)).encode())
        for options in ((), ("--inserts",), ("--column-inserts", "--rows-per-insert=7")):
            out = check_dump(run("pg_dump", *login, *options, "a"), "the dump of PostgreSQL %s" % (options,))
            run(*psql, "-d", "postgres", "-c", "DROP DATABASE IF EXISTS b")
            run(*psql, "-d", "postgres", "-c", "CREATE DATABASE b")
            run(*psql, "-d", "b", stdin=out)
            rows = run(*psql, "-d", "b", "-A", "-t", "-c",
                "SELECT json_build_array(id, name, mail, phone, note) FROM people ORDER BY id").decode().splitlines()
            check_people([json.loads(row) for row in rows], "PostgreSQL %s" % (options,))


def a_picture_in_a_dump_is_refused_or_passed_and_told():
    picture = b"X'" + b"4a4b" * 20000 + b"'"
    data = b"INSERT INTO t VALUES ('%s', %s, '%s');\n" % (ADDRESS.encode(), picture, ADDRESS.encode())
    at = data.index(picture)
    out, events = redact(data, "--format", "sql", status=rig.INCOMPLETE)
    rig.equal(out, data[:at].replace(ADDRESS.encode(), b"[email_address]"), "what left")
    rig.equal(len(events), 1, "events of what left")
    out, events = redact(data, "--format", "sql", "--pass-unsearched")
    rig.equal(out, data.replace(ADDRESS.encode(), b"[email_address]"), "what passed")
    rig.check({"start": at, "end": at + len(picture), "unsearched": True} in events, events)


rig.run_tests(json_keeps_its_structure_and_jq_reads_it, a_number_becomes_a_string, two_keys_of_an_object_never_become_equal,
    a_mention_in_escapes_leaves_no_half_of_one, wide_text_is_redacted_as_utf_8_is,
    fields_of_a_policy_are_dropped_whatever_they_hold, broken_json_is_searched_as_text, tables_keep_their_rows_and_cells,
    a_column_helps_as_it_does_in_a_scan, sep_lines_and_broken_quotes_pass, a_picture_in_a_dump_is_refused_or_passed_and_told, sqlite_loads_its_redacted_dump,
    mariadb_loads_its_redacted_dump, postgresql_loads_its_redacted_dump)
