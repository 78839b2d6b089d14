/* Settings of networks in both search engines ("Networking", elastic.co and docs.opensearch.org). */
#include "audit/auth_search.h"

struct place {
	const char *const *hosts; /* keys, the first that is set counts */
	const char *const *ports;
	uint16_t low, high; /* by default */
};

static enum audit_listens listens(const struct audit_config *config, const struct place *place,
	enum audit_listens by_default, const struct audit_setting **by)
{
	*by = NULL;
	for (const char *const *key = place->hosts; *key != NULL; key++) {
		*by = audit_setting(config, *key);
		if (*by != NULL)
			return audit_listens(config, *key);
	}
	return by_default;
}

static void ports_of(const struct audit_config *config, const struct place *place, uint16_t *low, uint16_t *high)
{
	*low = place->low;
	*high = place->high;
	for (const char *const *key = place->ports; *key != NULL; key++) {
		const struct audit_setting *set = audit_setting(config, *key);
		if (set == NULL)
			continue;
		if (!audit_port_range(audit_word_span(set->value), low, high)) {
			*low = 0; /* it may be any */
			*high = 65535;
		}
		return;
	}
}

static const char *network_default(enum audit_listens by_default)
{
	return by_default == AUDIT_LISTENS_LOCAL  ? "network.host: _local_, by default"
	       : by_default == AUDIT_LISTENS_WIDE ? "network.host: 0.0.0.0, by default"
						  : "network.host: not written";
}

static void judge_place(const struct audit_config *config, struct audit_judgement *out, const struct place *place,
	const struct audit_search_answer *answer, enum audit_listens by_default)
{
	const struct audit_setting *by;
	uint16_t low, high;
	enum audit_listens where = listens(config, place, by_default, &by);
	ports_of(config, place, &low, &high);
	const struct audit_share *last = out->count > 0 ? &out->shares[0] : NULL;
	bool local = where == AUDIT_LISTENS_LOCAL;
	bool some_port = low == 0 && high == UINT16_MAX;
	bool doubt = (where == AUDIT_LISTENS_UNKNOWN || some_port) && answer->auth == AUDIT_AUTH_NONE;
	enum audit_auth auth = doubt ? AUDIT_AUTH_UNKNOWN : answer->auth;
	if (last != NULL && last->reached == !local && last->auth == auth) {
		audit_set_add(&out->shares[0].lines, AUDIT_LINE_TCP + low, AUDIT_LINE_TCP + high);
		return;
	}
	struct audit_share *share = audit_share_ports(out, low, high, auth, !local,
		local   ? "it listens on its own machine only"
		: doubt ? "where it listens cannot be told"
			: answer->reason);
	if (out->count > 1) { /* of two that may have the same port the first has it */
		struct audit_set rest = {0};
		audit_set_settle(&out->shares[0].lines);
		audit_set_subtract(&rest, &share->lines, &out->shares[0].lines);
		audit_set_free(&share->lines);
		share->lines = rest;
	}
	if (!local)
		audit_decided(out, share, config, answer->by, answer->default_text);
	audit_decided(out, share, config, by, network_default(by_default));
}

void audit_judge_search(const struct audit_config *config, struct audit_judgement *out,
	const struct audit_search_answer *answer, enum audit_listens by_default)
{
	static const char *const http_hosts[] = {
		"http.bind_host", "http.host", "network.bind_host", "network.host", NULL};
	static const char *const transport_hosts[] = {"transport.bind_host", "transport.host",
		"transport.tcp.bind_host", "network.bind_host", "network.host", NULL};
	static const char *const http_ports[] = {"http.port", NULL};
	static const char *const transport_ports[] = {"transport.port", "transport.tcp.port", NULL};
	static const struct place http = {http_hosts, http_ports, 9200, 9300},
				  transport = {transport_hosts, transport_ports, 9300, 9400};
	judge_place(config, out, &http, answer, by_default);
	judge_place(config, out, &transport, answer, by_default);
}
