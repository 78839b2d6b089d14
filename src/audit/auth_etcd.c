/*
 * etcd, its YAML file or environment. Sources (etcd.io/docs): "Configuration options" (listen-client-urls
 * http://localhost:2379, client-cert-auth false; TLS settings of a listener count for https alone); "Transport security
 * model"; "Role-based access control": roles are off until `etcdctl auth enable` turns them on inside, which no file
 * says. Who knows it says so in the inventory: settings {"auth-enabled": false}.
 */
#include "audit/service.h"

static const struct audit_setting *certificates(const struct audit_config *config)
{
	const struct audit_setting *set = audit_setting(config, "client-transport-security.client-cert-auth");
	return set != NULL ? set : audit_setting(config, "client-cert-auth");
}

/* The port at the end of a URL. */
static uint16_t port_of(struct st_span url)
{
	uint16_t low, high;
	while (url.size > 0 && url.data[url.size - 1] == '/')
		url.size--;
	for (size_t at = url.size; at > 0; at--)
		if (url.data[at - 1] == ':')
			return audit_port_range((struct st_span){url.data + at, url.size - at}, &low, &high) ? low
													     : 2379;
	return 2379;
}

static void judge_url(const struct audit_config *config, struct audit_judgement *out, struct st_span url,
	const struct audit_setting *listen)
{
	const struct audit_setting *set = certificates(config), *roles = audit_setting(config, "auth-enabled");
	bool tls = url.size >= 8 && memcmp(url.data, "https://", 8) == 0;
	enum audit_auth auth = AUDIT_AUTH_UNKNOWN;
	const char *reason = "roles are turned on inside (etcdctl auth enable), which no file says";
	uint16_t port = port_of(url);
	if (tls && audit_setting_truth(set) == AUDIT_SAYS_YES) {
		auth = AUDIT_AUTH_REQUIRED;
		reason = "every client needs a certificate";
	} else if (audit_setting_truth(roles) == AUDIT_SAYS_YES) {
		auth = AUDIT_AUTH_REQUIRED;
		reason = "the inventory says that roles are on";
	} else if (audit_setting_truth(roles) == AUDIT_SAYS_NO && audit_setting_truth(set) != AUDIT_SAYS_UNKNOWN) {
		auth = AUDIT_AUTH_NONE;
		reason = "it wants no certificate, and the inventory says that roles are off";
	}
	struct audit_share *share = audit_share_where(out, port, port, audit_listens_at(url), auth, reason);
	if (roles != NULL && auth != AUDIT_AUTH_REQUIRED)
		audit_decided_by(out, share, roles);
	audit_decided(out, share, config, set, "client-cert-auth: false, by default");
	audit_decided(out, share, config, listen, "listen-client-urls: http://localhost:2379, by default");
}

static bool has_port(const struct audit_judgement *out, struct st_span url)
{
	for (uint32_t i = 0; i < out->count; i++)
		if (audit_set_has(&out->shares[i].lines, AUDIT_LINE_TCP + port_of(url)))
			return true;
	return false;
}

/* Of several URLs of one port the one that listens most widely speaks for it. */
static void judge_urls(
	const struct audit_config *config, struct audit_judgement *out, const struct audit_setting *listen)
{
	struct st_span text = audit_word_span(listen->value);
	for (int turn = 0; turn < 2; turn++) {
		for (size_t at = 0; at < text.size;) {
			size_t end = at;
			while (end < text.size && text.data[end] != ',' && text.data[end] != ' ')
				end++;
			struct st_span url = {text.data + at, end - at};
			bool local = audit_listens_at(url) == AUDIT_LISTENS_LOCAL;
			if (url.size > 0 && local == (turn == 1) && !has_port(out, url))
				judge_url(config, out, url, listen);
			at = end + 1;
		}
	}
}

static void judge(const struct audit_config *config, struct audit_judgement *out)
{
	const struct audit_setting *listen = audit_setting(config, "listen-client-urls");
	if (listen == NULL)
		judge_url(config, out, audit_span("http://localhost:2379"), NULL);
	else if (listen->value->kind == AUDIT_LITERAL)
		judge_urls(config, out, listen);
	else
		audit_decided_by(out,
			audit_share_ports(
				out, 2379, 2379, AUDIT_AUTH_UNKNOWN, true, "where it listens cannot be resolved"),
			listen);
}

static const char *const keys[] = {"listen-client-urls", "advertise-client-urls", "listen-peer-urls",
	"initial-advertise-peer-urls", "initial-cluster", "initial-cluster-state", "initial-cluster-token", "data-dir",
	"wal-dir", "client-transport-security.", "peer-transport-security.", "client-cert-auth", "trusted-ca-file",
	"snapshot-count", "heartbeat-interval", "election-timeout", NULL};
static const struct audit_remedy remedies[] = {{"listen-client-urls", "http://localhost:2379"}, {NULL, NULL}};

const struct audit_service audit_etcd = {
	.name = "etcd",
	.formats = 1u << AUDIT_FORMAT_YAML | 1u << AUDIT_FORMAT_EQUALS,
	.keys = keys,
	.judge = judge,
	.remedies = remedies,
};
