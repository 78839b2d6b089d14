#include "dns/options.h"

#include "base/print.h"
#include "probe/address.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* --- addresses --- */

static bool parse_port(const char *text, uint16_t *out)
{
	char *end = NULL;
	unsigned long value = strtoul(text, &end, 10);
	*out = (uint16_t)value;
	return text[0] >= '1' && text[0] <= '9' && *end == 0 && value <= UINT16_MAX;
}

bool dns_place_parse(const char *text, struct dns_place *out, char text_out[DNS_PLACE_TEXT])
{
	char host[INET6_ADDRSTRLEN];
	size_t size = strcspn(text, "@");
	uint16_t port = DNS_PORT;
	*out = (struct dns_place){0};
	if (size >= sizeof host || (text[size] == '@' && !parse_port(text + size + 1, &port)))
		return false;
	memcpy(host, text, size);
	host[size] = 0;
	struct sockaddr_in *four = (struct sockaddr_in *)(void *)&out->address;
	struct sockaddr_in6 *six = (struct sockaddr_in6 *)(void *)&out->address;
	bool is_four = inet_pton(AF_INET, host, &four->sin_addr) == 1;
	if (!is_four && inet_pton(AF_INET6, host, &six->sin6_addr) != 1)
		return false;
	out->address.ss_family = is_four ? AF_INET : AF_INET6;
	out->size = is_four ? sizeof *four : sizeof *six;
	*(is_four ? &four->sin_port : &six->sin6_port) = htons(port);
	snprintf(text_out, DNS_PLACE_TEXT, "%s@%u", host, port);
	return true;
}

bool dns_place_is_public(const struct dns_place *place)
{
	const struct sockaddr_in *four = (const struct sockaddr_in *)(const void *)&place->address;
	const struct sockaddr_in6 *six = (const struct sockaddr_in6 *)(const void *)&place->address;
	return place->address.ss_family == AF_INET ? probe_address_is_public((const uint8_t *)&four->sin_addr, 4)
						   : probe_address_is_public((const uint8_t *)&six->sin6_addr, 16);
}

static void note_port(struct dns_options *o, const char *text)
{
	uint16_t port = (uint16_t)strtoul(strchr(text, '@') + 1, NULL, 10);
	for (size_t i = 0; i < o->port_count; i++)
		if (o->ports[i] == port)
			return;
	o->ports[o->port_count++] = port;
}

static enum st_status add_forwarder(struct dns_options *o, const char *value, struct st_error *err)
{
	struct dns_place place;
	if (o->forwarder_count == CEIL_DNS_TYPED)
		return st_fail(err, ST_WRONG, "--resolver stands at most %d times", CEIL_DNS_TYPED);
	if (!dns_place_parse(value, &place, o->forwarders[o->forwarder_count]))
		return st_fail(err, ST_WRONG, "--resolver takes ADDRESS or ADDRESS@PORT");
	o->private_forwarder |= !dns_place_is_public(&place);
	note_port(o, o->forwarders[o->forwarder_count++]);
	return ST_OK;
}

static enum st_status add_zone(struct dns_options *o, const char *value, struct st_error *err)
{
	size_t size = strcspn(value, "=");
	st_auto_free char *name = st_strndup(value, size);
	if (o->zone_count == CEIL_DNS_TYPED)
		return st_fail(err, ST_WRONG, "--zone stands at most %d times", CEIL_DNS_TYPED);
	struct dns_zone *zone = &o->zones[o->zone_count];
	if (value[size] != '=' || size == 0 || !dns_name_parse(name, &zone->name) ||
		!dns_place_parse(value + size + 1, &zone->address, zone->place))
		return st_fail(err, ST_WRONG, "--zone takes NAME=ADDRESS or NAME=ADDRESS@PORT");
	char text[DNS_NAME_TEXT];
	dns_name_text(&zone->name, text);
	zone->text = st_strndup(text, strlen(text));
	o->zone_count++;
	o->private_zone |= !dns_place_is_public(&zone->address);
	note_port(o, zone->place);
	return ST_OK;
}

/* --- files --- */

static enum st_status read_file(const char *path, size_t most_bytes, struct st_buf *out, struct st_error *err)
{
	struct stat info;
	st_auto_close int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	if (fd < 0 || fstat(fd, &info) != 0)
		return st_fail_errno(err, ST_WRONG, "%s cannot be read", path);
	if (!S_ISREG(info.st_mode) || (uint64_t)info.st_size > most_bytes)
		return st_fail(err, ST_WRONG, "%s is no file of at most %zu bytes", path, most_bytes);
	st_buf_reserve(out, (size_t)info.st_size + 1);
	ssize_t got = st_pread_full(fd, out->data, (size_t)info.st_size, 0);
	if (got < 0)
		return st_fail_errno(err, ST_WRONG, "%s cannot be read", path);
	out->size = (size_t)got;
	out->data[out->size] = 0;
	return memchr(out->data, 0, out->size) == NULL ? ST_OK : st_fail(err, ST_WRONG, "%s is no text", path);
}

/* The next line of a text, its end made a NUL, comments from `;` or `#` and outer blanks dropped; NULL: none. */
static char *next_line(char **at)
{
	char *line = *at;
	if (*line == 0)
		return NULL;
	char *end = line + strcspn(line, "\n");
	*at = *end == 0 ? end : end + 1;
	*end = 0;
	line[strcspn(line, ";#\r")] = 0;
	line += strspn(line, " \t");
	for (size_t size = strlen(line); size > 0 && (line[size - 1] == ' ' || line[size - 1] == '\t');)
		line[--size] = 0;
	return line;
}

/* One word from *at into out; false: there is none, or it is longer. */
static bool next_word(const char **at, char *out, size_t size)
{
	*at += strspn(*at, " \t");
	size_t length = strcspn(*at, " \t");
	out[0] = 0;
	if (length == 0 || length >= size)
		return false;
	memcpy(out, *at, length);
	out[length] = 0;
	*at += length;
	return true;
}

bool dns_anchor_is_sound(const char *line)
{
	char word[DNS_NAME_TEXT];
	struct dns_name name;
	if (strpbrk(line, "()\"$") != NULL || !next_word(&line, word, sizeof word) || !dns_name_parse(word, &name))
		return false;
	if (word[strlen(word) - 1] != '.') /* "IN" is a zone too */
		return false;
	bool more = next_word(&line, word, sizeof word);
	if (more && strspn(word, "0123456789") == strlen(word)) /* how long it lives */
		more = next_word(&line, word, sizeof word);
	if (more && strcmp(word, "IN") == 0)
		more = next_word(&line, word, sizeof word);
	if (!more || (strcmp(word, "DS") != 0 && strcmp(word, "DNSKEY") != 0))
		return false;
	for (int i = 0; i < 3; i++)
		if (!next_word(&line, word, sizeof word) || strspn(word, "0123456789") != strlen(word))
			return false;
	return strspn(line, " \t") < strlen(line);
}

static enum st_status read_anchors(struct dns_options *o, const char *path, struct st_error *err)
{
	st_auto_buf struct st_buf text = {0};
	ST_TRY(read_file(path, CEIL_DNS_ANCHOR_BYTES, &text, err));
	char *at = (char *)text.data;
	size_t number = 0;
	for (char *line; (line = next_line(&at)) != NULL;) {
		number++;
		if (*line == 0)
			continue;
		if (o->anchor_count == CEIL_DNS_ANCHORS)
			return st_fail(err, ST_WRONG, "%s has more than %d trust anchors", path, CEIL_DNS_ANCHORS);
		if (!dns_anchor_is_sound(line))
			return st_fail(
				err, ST_WRONG, "%s: line %zu is no DS or DNSKEY record in one line", path, number);
		o->anchors[o->anchor_count++] = st_strndup(line, strlen(line));
	}
	/* without any, nothing could be proven forged */
	return o->anchor_count > 0 ? ST_OK : st_fail(err, ST_WRONG, "%s has no trust anchor", path);
}

static bool parse_day(const char *text, int64_t *out)
{
	struct tm day = {0}, again;
	const char *end = strptime(text, "%Y-%m-%d", &day);
	int day_of_month = day.tm_mday;
	*out = (int64_t)timegm(&day); /* makes 2 March of 30 February, in day too */
	time_t moment = (time_t)*out;
	return strlen(text) == 10 && end == text + 10 && gmtime_r(&moment, &again) != NULL &&
	       again.tm_mday == day_of_month && *out > 0;
}

/* `DOMAIN YYYY-MM-DD`: the domain canonical in out. */
static bool parse_age(const char *line, char domain[DNS_NAME_TEXT], int64_t *at)
{
	char word[DNS_NAME_TEXT], day[16];
	struct dns_name name;
	bool sound = next_word(&line, word, sizeof word) && next_word(&line, day, sizeof day) && *line == 0 &&
		     dns_name_parse(word, &name) && parse_day(day, at);
	if (sound)
		dns_name_text(&name, domain);
	return sound;
}

/* Every line is checked here; they are kept as they stand. */
static enum st_status read_ages(struct dns_options *o, const char *path, struct st_error *err)
{
	char domain[DNS_NAME_TEXT];
	size_t number = 0;
	int64_t when;
	ST_TRY(read_file(path, CEIL_DNS_AGES_BYTES, &o->ages, err));
	st_auto_free char *copy = st_strndup((const char *)o->ages.data, o->ages.size);
	char *at = copy;
	for (char *line; (line = next_line(&at)) != NULL;) {
		number++;
		if (*line != 0 && !parse_age(line, domain, &when))
			return st_fail(err, ST_WRONG, "%s: line %zu is not DOMAIN YYYY-MM-DD", path, number);
	}
	return ST_OK;
}

int64_t dns_registered_at(const struct dns_options *options, const char *domain)
{
	char wanted[DNS_NAME_TEXT], found[DNS_NAME_TEXT];
	struct dns_name name;
	int64_t latest = 0, when;
	if (options->ages.size == 0 || !dns_name_parse(domain, &name))
		return 0;
	dns_name_text(&name, wanted);
	st_auto_free char *copy = st_strndup((const char *)options->ages.data, options->ages.size);
	char *at = copy;
	for (char *line; (line = next_line(&at)) != NULL;)
		if (*line != 0 && parse_age(line, found, &when) && strcmp(found, wanted) == 0 && when > latest)
			latest = when;
	return latest;
}

/* --- all of them --- */

static enum st_status take(
	struct dns_options *o, const char *name, const char *value, const char **anchors, struct st_error *err)
{
	if (strcmp(name, "--errands") == 0)
		o->errands = value;
	else if (strcmp(name, "--trust-anchor") == 0)
		*anchors = value;
	else if (strcmp(name, "--resolver") == 0)
		return add_forwarder(o, value, err);
	else if (strcmp(name, "--zone") == 0)
		return add_zone(o, value, err);
	else if (strcmp(name, "--registered") == 0)
		return read_ages(o, value, err);
	else if (strcmp(name, "--unconfined") == 0)
		o->unconfined = strcmp(value, "yes") == 0;
	else
		return st_fail(err, ST_WRONG, "no such option: %s", name);
	return ST_OK;
}

enum st_status dns_options_read(int argc, char **argv, struct dns_options *out, struct st_error *err)
{
	const char *anchors = DNS_ANCHORS_USUAL;
	*out = (struct dns_options){.ports = {DNS_PORT}, .port_count = 1};
	for (int i = 1; i < argc; i += 2) {
		if (i + 1 == argc)
			return st_fail(err, ST_WRONG, "%s needs a value", argv[i]);
		ST_TRY(take(out, argv[i], argv[i + 1], &anchors, err));
	}
	if (out->errands == NULL)
		return st_fail(err, ST_WRONG, "--errands is needed: the keyholder's socket for errands");
	return read_anchors(out, anchors, err);
}

void dns_options_free(struct dns_options *options)
{
	for (size_t i = 0; i < options->anchor_count; i++)
		free(options->anchors[i]);
	for (size_t i = 0; i < options->zone_count; i++)
		free(options->zones[i].text);
	st_buf_free(&options->ages);
}
