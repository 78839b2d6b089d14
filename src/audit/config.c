/* Lookups in settings, and the small words that all judges share. */
#include "audit/config.h"

#include "audit/service.h"

#include <stdarg.h>
#include <stdlib.h>
#include <strings.h>

/* --- settings --- */

void audit_settings_add(struct audit_settings *settings, const struct audit_word *key, const struct audit_word *value,
	struct audit_place at)
{
	struct audit_setting *added = AUDIT_PUSH(settings->items, settings->count, settings->capacity);
	*added = (struct audit_setting){.key = key, .value = value, .at = at};
}

void audit_settings_free(struct audit_settings *settings)
{
	free(settings->items);
	*settings = (struct audit_settings){0};
}

const struct audit_setting *audit_setting_next(
	const struct audit_config *config, const char *key, const struct audit_setting *after)
{
	const struct audit_settings *all = &config->settings;
	for (uint32_t i = after == NULL ? 0 : (uint32_t)(after - all->items) + 1; i < all->count; i++)
		if (strcmp(all->items[i].key->text, key) == 0)
			return &all->items[i];
	return NULL;
}

const struct audit_setting *audit_setting(const struct audit_config *config, const char *key)
{
	const struct audit_setting *last = NULL;
	for (const struct audit_setting *at = NULL; (at = audit_setting_next(config, key, at)) != NULL;)
		last = at;
	return last;
}

const struct audit_setting *audit_setting_below(const struct audit_config *config, const char *prefix)
{
	for (uint32_t i = 0; i < config->settings.count; i++)
		if (strncmp(config->settings.items[i].key->text, prefix, strlen(prefix)) == 0)
			return &config->settings.items[i];
	return NULL;
}

enum audit_truth audit_setting_truth(const struct audit_setting *setting)
{
	static const char *const yes[] = {"true", "yes", "on", "1", "enabled"};
	static const char *const no[] = {"false", "no", "off", "0", "disabled"};
	if (setting == NULL)
		return AUDIT_SAYS_NOTHING;
	for (size_t i = 0; i < sizeof yes / sizeof yes[0]; i++) {
		if (audit_word_is(setting->value, yes[i]))
			return AUDIT_SAYS_YES;
		if (audit_word_is(setting->value, no[i]))
			return AUDIT_SAYS_NO;
	}
	return AUDIT_SAYS_UNKNOWN;
}

int64_t audit_config_version(const struct audit_config *config)
{
	const struct audit_setting *setting = audit_setting(config, AUDIT_VERSION_KEY);
	int64_t out = 0, part = 0, weight = 1000000;
	if (setting == NULL || setting->value->kind != AUDIT_LITERAL || setting->value->size == 0)
		return -1;
	const char *at = setting->value->text + (setting->value->text[0] == 'v');
	if (*at < '0' || *at > '9')
		return -1;
	for (;; at++) {
		if (*at >= '0' && *at <= '9' && part < 1000) {
			part = part * 10 + (*at - '0');
			continue;
		}
		out += (part < 1000 ? part : 999) * weight;
		part = 0;
		weight /= 1000;
		if (*at != '.' || weight == 0)
			return out;
	}
}

/* --- judgements --- */

void audit_everybody(struct audit_set *out)
{
	audit_set_add(out, 0, ~(audit_address)0);
}

struct audit_share *audit_share_add(struct audit_judgement *out, enum audit_auth auth, bool reached, const char *reason)
{
	struct audit_share *share = AUDIT_PUSH(out->shares, out->count, out->capacity);
	share->auth = auth;
	share->reached = reached;
	share->rights = auth == AUDIT_AUTH_NONE ? AUDIT_RIGHT_LIST | AUDIT_RIGHT_READ : 0;
	share->reason = audit_pool_copy(&out->pool, audit_span(reason));
	return share;
}

struct audit_share *audit_share_ports(struct audit_judgement *out, uint16_t low, uint16_t high, enum audit_auth auth,
	bool reached, const char *reason)
{
	struct audit_share *share = audit_share_add(out, auth, reached, reason);
	audit_set_add(&share->lines, AUDIT_LINE_TCP + low, AUDIT_LINE_TCP + high);
	audit_everybody(&share->sources);
	return share;
}

static void add_decider(struct audit_judgement *out, struct audit_share *share, const char *text, struct audit_place at)
{
	struct audit_decider *by = AUDIT_PUSH(share->by, share->by_count, share->by_capacity);
	by->text = audit_pool_copy(&out->pool, audit_span(text));
	by->at = at;
}

void audit_decided_by(struct audit_judgement *out, struct audit_share *share, const struct audit_setting *setting)
{
	if (setting == NULL)
		return;
	int size = (int)(setting->value->size < 200 ? setting->value->size : 200);
	st_auto_free char *text = st_format("%s: %.*s", setting->key->text, size, setting->value->text);
	add_decider(out, share, text, setting->at);
}

void audit_decided_by_key(struct audit_judgement *out, struct audit_share *share, const struct audit_setting *setting)
{
	if (setting != NULL)
		add_decider(out, share, setting->key->text, setting->at);
}

void audit_decided_by_default(
	struct audit_judgement *out, struct audit_share *share, const struct audit_config *config, const char *text)
{
	add_decider(out, share, text, config->at);
}

void audit_decided(struct audit_judgement *out, struct audit_share *share, const struct audit_config *config,
	const struct audit_setting *set, const char *default_text)
{
	if (set != NULL)
		audit_decided_by(out, share, set);
	else
		audit_decided_by_default(out, share, config, default_text);
}

void audit_judge(const struct audit_config *config, struct audit_judgement *out)
{
	*out = (struct audit_judgement){0};
	config->service->judge(config, out);
	for (uint32_t i = 0; i < out->count; i++) {
		audit_set_settle(&out->shares[i].lines);
		audit_set_settle(&out->shares[i].sources);
	}
}

void audit_judgement_free(struct audit_judgement *judgement)
{
	for (uint32_t i = 0; i < judgement->count; i++) {
		audit_set_free(&judgement->shares[i].lines);
		audit_set_free(&judgement->shares[i].sources);
		free(judgement->shares[i].by);
	}
	free(judgement->shares);
	audit_pool_free(&judgement->pool);
	*judgement = (struct audit_judgement){0};
}

enum audit_verdict audit_share_verdict(const struct audit_share *share)
{
	if (!share->reached || share->auth == AUDIT_AUTH_REQUIRED)
		return AUDIT_CLOSED;
	return share->auth == AUDIT_AUTH_NONE ? AUDIT_OPEN : AUDIT_CANNOT_TELL;
}

/* --- where it listens --- */

/* Without a scheme, a path, brackets and a port. */
static struct st_span bare(struct st_span text)
{
	const uint8_t *scheme = memmem(text.data, text.size, "://", 3);
	if (scheme != NULL) {
		text.size -= (size_t)(scheme + 3 - text.data);
		text.data = scheme + 3;
	}
	const uint8_t *slash = text.size > 0 ? memchr(text.data, '/', text.size) : NULL;
	if (slash != NULL)
		text.size = (size_t)(slash - text.data);
	if (text.size > 0 && text.data[0] == '[') {
		const uint8_t *end = memchr(text.data, ']', text.size);
		return end == NULL ? text : (struct st_span){text.data + 1, (size_t)(end - text.data) - 1};
	}
	const uint8_t *colon = text.size > 0 ? memchr(text.data, ':', text.size) : NULL;
	if (colon != NULL && memchr(colon + 1, ':', text.size - (size_t)(colon + 1 - text.data)) == NULL)
		text.size = (size_t)(colon - text.data);
	return text;
}

enum audit_listens audit_listens_at(struct st_span address)
{
	struct audit_interval range;
	struct st_span text = bare(address);
	static const char *const local[] = {
		"localhost", "ip6-localhost", "::1", "_local_", "_local:ipv4_", "_local:ipv6_", "_lo_"};
	for (size_t i = 0; i < sizeof local / sizeof local[0]; i++)
		if (audit_span_is(text, local[i]))
			return AUDIT_LISTENS_LOCAL;
	if (text.size == 0 || audit_span_is(text, "*") || audit_span_is(text, "::") || audit_span_is(text, "0.0.0.0"))
		return AUDIT_LISTENS_WIDE;
	if (text.data[0] == '_' && text.data[text.size - 1] == '_')
		return AUDIT_LISTENS_WIDE; /* the addresses of a network card */
	if (!audit_parse_prefix(text, &range))
		return AUDIT_LISTENS_UNKNOWN; /* a name: who knows its address */
	bool loopback = range.low >= AUDIT_V4_LOW + 0x7f000000u && range.high <= AUDIT_V4_LOW + 0x7fffffffu;
	return loopback ? AUDIT_LISTENS_LOCAL : AUDIT_LISTENS_WIDE;
}

static enum audit_listens widest(enum audit_listens a, enum audit_listens b)
{
	static const int rank[] = {0, 1, 3, 2};
	return rank[a] > rank[b] ? a : b;
}

static enum audit_listens listens_all(struct st_span text)
{
	enum audit_listens all = AUDIT_LISTENS_NOWHERE;
	for (size_t at = 0; at < text.size;) {
		size_t end = at;
		while (end < text.size && strchr(" \t,;", text.data[end]) == NULL)
			end++;
		size_t from = at + (end - at > 1 && text.data[at] == '-'); /* Redis: not needed to start */
		if (end > at)
			all = widest(all, audit_listens_at((struct st_span){text.data + from, end - from}));
		at = end + 1;
	}
	return all;
}

enum audit_listens audit_listens(const struct audit_config *config, const char *key)
{
	enum audit_listens all = AUDIT_LISTENS_NOWHERE;
	for (const struct audit_setting *at = NULL; (at = audit_setting_next(config, key, at)) != NULL;)
		all = widest(all, at->value->kind == AUDIT_LITERAL ? listens_all(audit_word_span(at->value))
								   : AUDIT_LISTENS_UNKNOWN);
	return all;
}

static bool read_port(struct st_span text, uint16_t *out)
{
	uint32_t value = 0;
	if (text.size == 0 || text.size > 5)
		return false;
	for (size_t i = 0; i < text.size; i++) {
		if (text.data[i] < '0' || text.data[i] > '9')
			return false;
		value = value * 10 + (text.data[i] - '0');
	}
	*out = (uint16_t)value;
	return value <= 65535;
}

bool audit_port_range(struct st_span text, uint16_t *low, uint16_t *high)
{
	const uint8_t *dash = text.size > 0 ? memchr(text.data, '-', text.size) : NULL;
	if (dash == NULL)
		return read_port(text, low) && read_port(text, high);
	size_t first = (size_t)(dash - text.data);
	return read_port((struct st_span){text.data, first}, low) &&
	       read_port((struct st_span){dash + 1, text.size - first - 1}, high) && *low <= *high;
}

bool audit_port_of(const struct audit_setting *setting, uint16_t by_default, uint16_t *out)
{
	*out = by_default;
	if (setting == NULL)
		return true;
	if (setting->value->kind == AUDIT_LITERAL && read_port(audit_word_span(setting->value), out))
		return true;
	*out = 0;
	return false;
}

struct audit_share *audit_share_where(struct audit_judgement *out, uint16_t low, uint16_t high,
	enum audit_listens where, enum audit_auth auth, const char *reason)
{
	bool some_port = low == 0 && high == UINT16_MAX; /* which one cannot be resolved */
	bool doubt = (where == AUDIT_LISTENS_UNKNOWN || some_port) && auth == AUDIT_AUTH_NONE;
	if (where == AUDIT_LISTENS_NOWHERE)
		return audit_share_ports(out, low, high, auth, false, "it listens on no port of the network");
	if (where == AUDIT_LISTENS_LOCAL)
		return audit_share_ports(out, low, high, auth, false, "it listens on its own machine only");
	return audit_share_ports(out, low, high, doubt ? AUDIT_AUTH_UNKNOWN : auth, true,
		!doubt      ? reason
		: some_port ? "its port cannot be resolved"
			    : "where it listens cannot be told");
}

uint32_t audit_config_files(const struct audit_config *config)
{
	uint32_t count = 0;
	for (const struct audit_setting *at = NULL; (at = audit_setting_next(config, "(file)", at)) != NULL;)
		count++;
	return count;
}
