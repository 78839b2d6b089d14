/*
 * Protocols of lines: memcached (its doc/protocol.txt and the binary protocol's), the rsync daemon (rsync's
 * clientserver.c is its only specification; the lines are those of rsyncd(5) and of what daemons send), FTP (RFC 959,
 * RFC 3659).
 */
#include "worker/answers.h"

#include "base/ceilings.h"

#include <ctype.h>

static struct st_span upto(struct st_span text, char end)
{
	const uint8_t *at = memchr(text.data, end, text.size);
	return (struct st_span){text.data, at != NULL ? (size_t)(at - text.data) : text.size};
}

static struct st_span trimmed(struct st_span text)
{
	while (text.size > 0 && text.data[text.size - 1] == ' ')
		text.size--;
	return text;
}

static bool ends_with_name(struct st_span text)
{
	for (size_t i = 0; i < text.size; i++)
		if (text.data[i] < ' ' || text.data[i] == 0x7f)
			return false;
	return text.size > 0;
}

/* --- memcached: "N.version", "N.stat.NAME", "N.name" (of a dump), "N.end", "N.value", "N.error", "N.binary" (status)
 * ---
 */

static void memcached_stat(struct answers *answers, struct st_span rest)
{
	struct st_span name = upto(rest, ' ');
	answers_tell_part(answers, "stat", name, answers_behind(rest, name.size + 1));
}

/* Response header: magic 0x81, opcode, key length, extras, type, status (big endian), ... of 24 bytes. */
static void memcached_binary(struct answers *answers, struct st_span bytes)
{
	answers->known = answers->known || bytes.size >= 24;
	answers->cut = answers->cut || bytes.size < 24;
	if (bytes.size >= 24)
		answers_tell_number(answers, "binary", bytes.data[6] << 8 | bytes.data[7]);
}

static bool memcached_line(struct answers *answers, struct st_span line)
{
	if (answers_starts(line, "VERSION "))
		answers_tell(answers, "version", answers_behind(line, 8));
	else if (answers_starts(line, "STAT "))
		memcached_stat(answers, answers_behind(line, 5));
	else if (answers_starts(line, "key="))
		answers_tell(answers, "name", upto(answers_behind(line, 4), ' '));
	else if (answers_starts(line, "VALUE "))
		answers_tell(answers, "value", (struct st_span){NULL, 0});
	else if (line.size == 3 && answers_starts(line, "END"))
		answers_tell(answers, "end", line);
	else if (answers_starts(line, "ERROR") || answers_starts(line, "CLIENT_ERROR") ||
		 answers_starts(line, "SERVER_ERROR"))
		answers_tell(answers, "error", line);
	else
		return false;
	return true;
}

void answers_memcached(struct answers *answers, struct st_span bytes)
{
	if (bytes.data[0] == 0x81) {
		memcached_binary(answers, bytes);
		return;
	}
	struct st_cursor in = {.at = bytes.data, .end = bytes.data + bytes.size};
	struct st_span line;
	while (answers_line(answers, &in, &line)) {
		bool known = memcached_line(answers, line);
		/* A line that breaks off at our own limit is no strange one. */
		if (!known && !(answers->cut && answers->known)) {
			answers->strange = true;
			return;
		}
		answers->known = true;
	}
	struct st_span error = probe_fact(answers->facts, "0.error", 0);
	if (error.data != NULL)
		answers_refusal(answers, upto(error, ' '));
}

/* --- rsync: "N.version", "N.name" (modules), "N.exit", "N.ok", "N.authreqd", "N.error" --- */

/* "NAME<padding>\tcomment". A message of the day without a tab is none; what begins like a command of ours is none. */
static void rsync_name(struct answers *answers, struct st_span line)
{
	struct st_span name = trimmed(upto(line, '\t'));
	if (memchr(line.data, '\t', line.size) != NULL && ends_with_name(name) && strchr("#@", name.data[0]) == NULL)
		answers_tell(answers, "name", name);
}

static void rsync_line(struct answers *answers, struct st_span line)
{
	if (answers_starts(line, "@RSYNCD: OK"))
		answers_tell(answers, "ok", (struct st_span){NULL, 0});
	else if (answers_starts(line, "@RSYNCD: EXIT"))
		answers_tell(answers, "exit", (struct st_span){NULL, 0});
	else if (answers_starts(line, "@RSYNCD: AUTHREQD"))
		answers_tell(answers, "authreqd", (struct st_span){NULL, 0});
	else if (answers_starts(line, "@RSYNCD: "))
		answers_tell(answers, "version", upto(answers_behind(line, 9), ' '));
	else if (answers_starts(line, "@ERROR"))
		answers_tell(answers, "error", line);
	else
		rsync_name(answers, line);
}

void answers_rsync(struct answers *answers, struct st_span bytes)
{
	struct st_cursor in = {.at = bytes.data, .end = bytes.data + bytes.size};
	struct st_span line;
	/* Its greeting is the first thing that a daemon says, whatever else. */
	if (answers->step == 0 && !answers_starts(bytes, "@RSYNCD: ") && !answers_starts(bytes, "@ERROR")) {
		answers->strange = true;
		return;
	}
	while (answers_line(answers, &in, &line))
		rsync_line(answers, line);
	answers->known = true;
}

/* --- FTP: "N.code" and "N.text" of every reply, "N.name" (ls lines between), "N.perm" (MLST) --- */

static bool is_code(struct st_span line)
{
	return line.size >= 3 && line.data[0] >= '1' && line.data[0] <= '6' && isdigit(line.data[1]) &&
	       isdigit(line.data[2]);
}

/* "drwxr-xr-x 2 0 0 4096 Nov 22 09:30 NAME": the ninth word to the end; "." and ".." are not in it. */
static void ftp_name(struct answers *answers, struct st_span line)
{
	size_t at = 0;
	if (line.size < 10 || strchr("-dlbcps", line.data[0]) == NULL || line.data[0] == 0)
		return;
	for (int word = 0; word < 8; word++) {
		while (at < line.size && line.data[at] != ' ')
			at++;
		while (at < line.size && line.data[at] == ' ')
			at++;
	}
	struct st_span name = answers_behind(line, at);
	bool dots = (name.size == 1 && name.data[0] == '.') || (name.size == 2 && memcmp(name.data, "..", 2) == 0);
	if (ends_with_name(name) && !dots)
		answers_tell(answers, "name", name);
}

/* " Type=cdir;Perm=el;Modify=...; /" (RFC 3659, 7): names of facts in any case. */
static void ftp_facts(struct answers *answers, struct st_span line)
{
	struct st_span rest = answers_behind(line, 1);
	while (rest.size > 0 && rest.data[0] != ' ') {
		struct st_span fact = upto(rest, ';');
		if (fact.size >= 5 && strncasecmp((const char *)fact.data, "perm=", 5) == 0)
			answers_tell(answers, "perm", answers_behind(fact, 5));
		rest = answers_behind(rest, fact.size + 1);
	}
}

void answers_ftp(struct answers *answers, struct st_span bytes)
{
	struct st_cursor in = {.at = bytes.data, .end = bytes.data + bytes.size};
	struct st_span line;
	struct st_span first = {bytes.data, bytes.size};
	bool inside = false;
	if (!is_code(first) || (bytes.size > 3 && strchr(" -\r\n", bytes.data[3]) == NULL)) {
		answers->strange = true;
		return;
	}
	answers->known = true;
	while (answers_line(answers, &in, &line)) {
		struct st_span code = {line.data, 3};
		if (is_code(line) && (line.size == 3 || line.data[3] == ' ')) {
			inside = false;
			answers_tell(answers, "code", code);
			answers_tell(answers, "text", answers_behind(line, 4));
			if (line.data[0] == '4' || line.data[0] == '5')
				answers_refusal(answers, code);
		} else if (is_code(line) && line.data[3] == '-' && !inside) {
			inside = true;
		} else if (line.size > 0 && line.data[0] == ' ') {
			ftp_facts(answers, line);
		} else if (line.size > 0) {
			ftp_name(answers, line);
		}
	}
	answers->cut = answers->cut || inside;
}
