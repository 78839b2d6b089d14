#include "api/options.h"

#include "base/bytes.h"

#include <idn2.h>
#include <stdlib.h>

const char *staunch_version(void)
{
	return STAUNCH_VERSION;
}

const char *staunch_error_text(int status)
{
	static const char *const texts[] = {
		"no error",
		"out of memory",
		"wrong use: an argument, or the order of calls",
		"bytes that cannot be searched: nothing behind them left",
		"a document too large to be redacted whole",
		"the output was refused",
		"a fault of libstaunch",
	};
	return status >= 0 && (size_t)status < sizeof texts / sizeof *texts
		       ? texts[status]
		       : "a status that this library does not know";
}

int staunch_options_open(staunch_options **out)
{
	if (out == NULL)
		return STAUNCH_WRONG;
	*out = api_object(sizeof **out);
	if (*out == NULL)
		return STAUNCH_MEMORY;
	(*out)->redact.mode = REDACT_ACTIONS;
	return STAUNCH_OK;
}

/* The error is empty at first; false: no options. */
static bool begin(staunch_options *options)
{
	if (options == NULL)
		return false;
	options->error = (struct st_error){0};
	return true;
}

static int refuse(staunch_options *options, const char *why)
{
	st_fail(&options->error, ST_WRONG, "%s", why);
	return STAUNCH_WRONG;
}

int staunch_options_format(staunch_options *options, const char *format)
{
	if (!begin(options))
		return STAUNCH_WRONG;
	for (int i = 0; format != NULL && i < REDACT_FORMATS; i++) {
		if (strcmp(redact_format_name((enum redact_format)i), format) == 0) {
			options->redact.format = (enum redact_format)i;
			return STAUNCH_OK;
		}
	}
	return refuse(options, "a format is auto, text, json, jsonl, csv, mail, html or sql");
}

int staunch_options_mode(staunch_options *options, const char *mode)
{
	static const char *const names[] = {"token", "mask", "label"};
	if (!begin(options))
		return STAUNCH_WRONG;
	for (int i = 0; mode != NULL && i < 3; i++) {
		if (strcmp(names[i], mode) == 0) {
			options->redact.mode = (enum redact_action)i;
			return STAUNCH_OK;
		}
	}
	return refuse(options, "a mode is token, mask or label");
}

int staunch_options_key(staunch_options *options, const void *key, size_t size)
{
	if (!begin(options))
		return STAUNCH_WRONG;
	if (key == NULL || size != REDACT_KEY_BYTES)
		return refuse(options, "a key is 32 bytes");
	memcpy(options->key, key, REDACT_KEY_BYTES);
	options->redact.key = options->key;
	return STAUNCH_OK;
}

struct given {
	staunch_options *options;
	struct st_span text;
};

static int read_policy(void *argument)
{
	struct given *given = argument;
	return redact_policy_open(given->text, &given->options->policy, &given->options->error) == ST_OK
		       ? STAUNCH_OK
		       : STAUNCH_WRONG;
}

static int read_rules(void *argument)
{
	struct given *given = argument;
	return detect_rules_open(given->text, &given->options->rules, &given->options->error) == ST_OK ? STAUNCH_OK
												       : STAUNCH_WRONG;
}

int staunch_options_policy(staunch_options *options, const void *yaml, size_t size)
{
	struct given given = {options, {yaml, size}};
	if (!begin(options))
		return STAUNCH_WRONG;
	if (yaml == NULL || options->policy != NULL)
		return refuse(options, yaml == NULL ? "no policy" : "a policy is given once");
	return api_run(&options->memory, read_policy, &given);
}

int staunch_options_rules(staunch_options *options, const void *json, size_t size)
{
	struct given given = {options, {json, size}};
	if (!begin(options))
		return STAUNCH_WRONG;
	if (json == NULL || options->rules != NULL)
		return refuse(options, json == NULL ? "no rules" : "rules are given once");
	return api_run(&options->memory, read_rules, &given);
}

/* --- lists --- */

static size_t count(char *const *list)
{
	size_t n = 0;
	while (list[n] != NULL)
		n++;
	return n;
}

static int keep_region(void *argument)
{
	struct given *given = argument;
	char *const *list = given->options->regions;
	const char code[3] = {(char)(given->text.data[0] & ~32), (char)(given->text.data[1] & ~32), 0};
	given->options->regions[count(list)] = st_strndup(code, 2);
	return STAUNCH_OK;
}

static bool is_letter(uint8_t c)
{
	return (c | 32) - 'a' + 0u < 26u;
}

int staunch_options_region(staunch_options *options, const char *country)
{
	struct given given = {options, {(const uint8_t *)country, country != NULL ? strlen(country) : 0}};
	if (!begin(options))
		return STAUNCH_WRONG;
	if (given.text.size != 2 || !is_letter(given.text.data[0]) || !is_letter(given.text.data[1]))
		return refuse(options, "a region is two letters (ISO 3166-1)");
	if (count(options->regions) == API_LIST_MOST)
		return refuse(options, "more than 256 regions");
	return api_run(&options->memory, keep_region, &given);
}

static int keep_domain(void *argument)
{
	struct given *given = argument;
	char *const *list = given->options->own_domains;
	uint8_t *ascii = NULL;
	char domain[256]; /* what libidn2 gives is not in the books: nothing of ours while it is held */
	int status = idn2_lookup_u8(given->text.data, &ascii, IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL);
	size_t size = status == IDN2_OK ? strlen((const char *)ascii) : 0;
	if (status == IDN2_MALLOC)
		return STAUNCH_MEMORY;
	if (size > 0 && size < sizeof domain)
		memcpy(domain, ascii, size);
	free(ascii);
	if (size == 0 || size >= sizeof domain || memchr(domain, '.', size) == NULL)
		return refuse(given->options, "this is no domain");
	given->options->own_domains[count(list)] = st_strndup(domain, size);
	return STAUNCH_OK;
}

int staunch_options_own_domain(staunch_options *options, const char *domain)
{
	struct given given = {options, {(const uint8_t *)domain, domain != NULL ? strlen(domain) : 0}};
	if (!begin(options))
		return STAUNCH_WRONG;
	if (domain == NULL || count(options->own_domains) == API_LIST_MOST)
		return refuse(options, domain == NULL ? "this is no domain" : "more than 256 own domains");
	return api_run(&options->memory, keep_domain, &given);
}

int staunch_options_by_line(staunch_options *options, int yes)
{
	if (!begin(options))
		return STAUNCH_WRONG;
	options->redact.by_line = yes != 0;
	return STAUNCH_OK;
}

int staunch_options_pass_unsearched(staunch_options *options, int yes)
{
	if (!begin(options))
		return STAUNCH_WRONG;
	options->redact.pass_unsearched = yes != 0;
	return STAUNCH_OK;
}

const char *staunch_options_error(const staunch_options *options)
{
	return options != NULL ? options->error.what : "";
}

struct detect_options api_detect_options(const struct staunch_options *options)
{
	struct detect_options detect = {0};
	if (options == NULL)
		return detect;
	detect.regions = options->regions[0] != NULL ? (const char *const *)options->regions : NULL;
	detect.own_domains = options->own_domains[0] != NULL ? (const char *const *)options->own_domains : NULL;
	detect.rules = options->rules;
	return detect;
}

void staunch_options_close(staunch_options *options)
{
	if (options == NULL || options->memory.busy)
		return;
	explicit_bzero(options->key, sizeof options->key);
	api_object_free(&options->memory, options);
}
