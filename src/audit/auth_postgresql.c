/*
 * PostgreSQL, postgresql.conf and pg_hba.conf. Sources (postgresql.org/docs, 9.6 to 16): "The pg_hba.conf File": the
 * first line that fits connection, database, user and address decides, and there is no other; all does not stand for
 * replication; names in quotes are names; /expression, include and "\" at the end of a line from 14 and 16 on; trust,
 * reject, clientcert; "Ident Authentication" believes the client's own machine. "Connection Settings": listen_addresses
 * localhost, port 5432, ssl off.
 *
 * Databases, users and kinds of connection that no line tells apart are one, so that each combination is walked once;
 * sources are sets, once as a line surely fits them and once as it may.
 */
#include "audit/service.h"
#include "base/ceilings.h"

#include <stdlib.h>

enum { FIELD_TYPE, FIELD_DATABASE, FIELD_USER, FIELD_ADDRESS, FIELD_REST, FIELDS };
enum { NAMES_MAX = 512, TOKENS_MAX = 64 };

enum fit { FIT_NO, FIT_MAYBE, FIT_YES };
enum method { METHOD_TRUST, METHOD_IDENT, METHOD_OTHER };

struct token {
	struct st_span text;
	bool quoted;
};

struct line {
	const struct audit_setting *setting;
	struct token databases[TOKENS_MAX], users[TOKENS_MAX];
	int database_count, user_count;
	bool plain, tls;               /* kinds of connection it fits */
	bool unclear;                  /* more than can be read: it may fit anything and say anything */
	struct audit_set lower, upper; /* addresses */
	enum method method;
};

struct hba {
	struct line *lines;
	uint32_t count;
	struct st_span names[2][NAMES_MAX]; /* of databases and users */
	int name_count[2];
	bool too_many, incomplete; /* incomplete: an include */
};

/* --- reading a line --- */

struct scanner {
	struct st_span left;
};

/* One token; comma: another of the same field follows. */
static bool next_token(struct scanner *scanner, struct token *out, bool *comma)
{
	const uint8_t *at = scanner->left.data, *end = at + scanner->left.size;
	while (at < end && (*at == ' ' || *at == ','))
		at++;
	*comma = false;
	if (at == end)
		return false;
	out->quoted = *at == '"';
	const uint8_t *from = out->quoted ? ++at : at;
	while (at < end && (out->quoted ? *at != '"' : *at != ' ' && *at != ','))
		at++;
	out->text = (struct st_span){from, (size_t)(at - from)};
	at += out->quoted && at < end;
	const uint8_t *behind = at;
	while (behind < end && *behind == ' ')
		behind++;
	*comma = behind < end && *behind == ',';
	scanner->left = (struct st_span){at, (size_t)(end - at)};
	return true;
}

static int take_list(struct scanner *scanner, struct token *out, bool *unclear)
{
	int count = 0;
	bool comma = true;
	while (comma) {
		struct token token;
		if (!next_token(scanner, &token, &comma))
			break;
		if (count < TOKENS_MAX)
			out[count++] = token;
		else
			*unclear = true;
	}
	return count;
}

static bool is(const struct token *token, const char *word)
{
	return !token->quoted && token->text.size == strlen(word) &&
	       memcmp(token->text.data, word, token->text.size) == 0;
}

static void take_kind(struct line *line, const struct token *kind)
{
	bool both = is(kind, "host") || is(kind, "hostnogssenc");
	line->plain = both || is(kind, "hostnossl");
	line->tls = both || is(kind, "hostssl");
}

/* "255.255.0.0" behind an address: the number of its bits; -1: it is no mask. */
static int mask_bits(const struct token *token)
{
	struct audit_interval mask;
	if (!audit_parse_prefix(token->text, &mask) || !audit_is_v4(mask.low) || mask.low != mask.high)
		return -1;
	uint32_t value = (uint32_t)mask.low;
	int bits = 0;
	while (bits < 32 && value & 1u << (31 - bits))
		bits++;
	return bits == 32 || (value << bits) == 0 ? bits : -1;
}

static void add_range(struct line *line, struct audit_interval range)
{
	audit_set_add(&line->lower, range.low, range.high);
	audit_set_add(&line->upper, range.low, range.high);
}

/* The address, and the mask if one follows. */
static void take_address(struct line *line, struct scanner *scanner)
{
	struct token token, next;
	struct audit_interval range;
	bool comma;
	if (!next_token(scanner, &token, &comma)) {
		line->unclear = true;
	} else if (is(&token, "all")) {
		audit_everybody(&line->lower);
		audit_everybody(&line->upper);
	} else if (is(&token, "samehost")) {
		return; /* the server itself: nobody on the internet */
	} else if (!audit_parse_prefix(token.text, &range)) {
		audit_everybody(&line->upper); /* samenet, a name: who knows its addresses */
	} else if (memchr(token.text.data, '/', token.text.size) != NULL) {
		add_range(line, range);
	} else {
		struct scanner ahead = *scanner;
		int bits = next_token(&ahead, &next, &comma) ? mask_bits(&next) : -1;
		if (bits >= 0) {
			audit_address hosts = ((audit_address)1 << (32 - bits)) - 1;
			range.low &= ~hosts;
			range.high = range.low | hosts;
			*scanner = ahead;
		}
		add_range(line, range);
	}
}

static void take_method(struct line *line, struct scanner *scanner)
{
	struct token token;
	bool comma, certificate = false;
	if (!next_token(scanner, &token, &comma)) {
		line->unclear = true;
		return;
	}
	line->method = is(&token, "trust") ? METHOD_TRUST : is(&token, "ident") ? METHOD_IDENT : METHOD_OTHER;
	while (next_token(scanner, &token, &comma))
		certificate |= token.text.size > 11 && memcmp(token.text.data, "clientcert=", 11) == 0 &&
			       !is(&token, "clientcert=no-verify") && !is(&token, "clientcert=0");
	if (certificate)
		line->method = METHOD_OTHER;
}

static void add_names(struct hba *hba, int which, const struct token *tokens, int count)
{
	for (int i = 0; i < count; i++) {
		bool there = false;
		for (int j = 0; j < hba->name_count[which] && !there; j++)
			there = hba->names[which][j].size == tokens[i].text.size &&
				memcmp(hba->names[which][j].data, tokens[i].text.data, tokens[i].text.size) == 0;
		if (there)
			continue;
		if (hba->name_count[which] == NAMES_MAX)
			hba->too_many = true;
		else
			hba->names[which][hba->name_count[which]++] = tokens[i].text;
	}
}

/* False: it is a line for the socket, or for none of ours. */
static bool read_line(struct hba *hba, const struct audit_setting *setting, struct line *line)
{
	struct scanner scanner = {audit_word_span(setting->value)};
	struct token kind;
	bool comma;
	*line = (struct line){.setting = setting, .unclear = setting->value->kind != AUDIT_LITERAL};
	if (!next_token(&scanner, &kind, &comma) || is(&kind, "local"))
		return false;
	if (is(&kind, "include") || is(&kind, "include_dir") || is(&kind, "include_if_exists")) {
		hba->incomplete = true;
		line->unclear = line->plain = line->tls = true;
		audit_everybody(&line->upper);
		return true;
	}
	if (is(&kind, "hostgssenc"))
		return false; /* asks for proof before anything else */
	take_kind(line, &kind);
	if (!line->plain && !line->tls) { /* none of PostgreSQL's: it may say anything */
		line->unclear = line->plain = line->tls = true;
		audit_everybody(&line->upper);
		return true;
	}
	line->database_count = take_list(&scanner, line->databases, &line->unclear);
	line->user_count = take_list(&scanner, line->users, &line->unclear);
	take_address(line, &scanner);
	take_method(line, &scanner);
	add_names(hba, 0, line->databases, line->database_count);
	add_names(hba, 1, line->users, line->user_count);
	audit_set_settle(&line->lower);
	audit_set_settle(&line->upper);
	return true;
}

/* --- who fits --- */

/* A database and a user: a name, or NULL for one that no line names. */
struct asker {
	const struct st_span *database, *user;
	bool replication, tls;
};

static bool same(const struct st_span *name, struct st_span text)
{
	return name != NULL && name->size == text.size && memcmp(name->data, text.data, text.size) == 0;
}

static enum fit fits_database(const struct token *token, const struct asker *asker)
{
	if (is(token, "replication"))
		return asker->replication ? FIT_YES : FIT_NO;
	if (asker->replication)
		return FIT_NO;
	if (is(token, "all"))
		return FIT_YES;
	if (is(token, "sameuser"))
		return asker->database == NULL || asker->user == NULL ? FIT_MAYBE
		       : same(asker->database, *asker->user)          ? FIT_YES
								      : FIT_NO;
	if (is(token, "samerole") || is(token, "samegroup"))
		return FIT_MAYBE;
	if (!token->quoted && token->text.size > 0 && (token->text.data[0] == '@' || token->text.data[0] == '/'))
		return FIT_MAYBE;
	return same(asker->database, token->text) ? FIT_YES : FIT_NO;
}

static enum fit fits_user(const struct token *token, const struct asker *asker)
{
	if (is(token, "all"))
		return FIT_YES;
	if (!token->quoted && token->text.size > 0 && strchr("@/+", token->text.data[0]) != NULL)
		return FIT_MAYBE;
	return same(asker->user, token->text) ? FIT_YES : FIT_NO;
}

static enum fit fits(const struct line *line, const struct asker *asker)
{
	enum fit database = FIT_NO, user = FIT_NO;
	if (asker->tls ? !line->tls : !line->plain)
		return FIT_NO;
	if (line->unclear)
		return FIT_MAYBE;
	for (int i = 0; i < line->database_count && database != FIT_YES; i++) {
		enum fit here = fits_database(&line->databases[i], asker);
		database = here > database ? here : database;
	}
	for (int i = 0; i < line->user_count && user != FIT_YES; i++) {
		enum fit here = fits_user(&line->users[i], asker);
		user = here > user ? here : user;
	}
	return database < user ? database : user;
}

/* --- the walk --- */

struct walk {
	struct audit_set must, may; /* sources that get in without proof */
	bool *decides;              /* lines that let them in surely */
	struct audit_set undecided, hit, scratch;
};

static void walk_must(const struct hba *hba, const struct asker *asker, struct walk *walk)
{
	walk->undecided.count = 0;
	audit_everybody(&walk->undecided);
	for (uint32_t i = 0; i < hba->count && walk->undecided.count > 0; i++) {
		const struct line *line = &hba->lines[i];
		enum fit fit = fits(line, asker);
		bool trust = line->method == METHOD_TRUST && !line->unclear;
		if (fit == FIT_YES && trust) {
			audit_set_intersect(&walk->hit, &walk->undecided, &line->lower);
			audit_set_join(&walk->must, &walk->hit, &walk->scratch);
			walk->decides[i] |= walk->hit.count > 0;
			audit_set_remove(&walk->undecided, &line->lower, &walk->scratch);
		} else if (fit != FIT_NO && !trust) {
			audit_set_remove(&walk->undecided, &line->upper, &walk->scratch);
		}
	}
}

static void walk_may(const struct hba *hba, const struct asker *asker, struct walk *walk)
{
	walk->undecided.count = 0;
	audit_everybody(&walk->undecided);
	for (uint32_t i = 0; i < hba->count && walk->undecided.count > 0; i++) {
		const struct line *line = &hba->lines[i];
		enum fit fit = fits(line, asker);
		if (fit != FIT_NO && (line->method != METHOD_OTHER || line->unclear)) {
			audit_set_intersect(&walk->hit, &walk->undecided, &line->upper);
			audit_set_join(&walk->may, &walk->hit, &walk->scratch);
		}
		if (fit == FIT_YES)
			audit_set_remove(&walk->undecided, &line->lower, &walk->scratch);
	}
}

/* tls: what TLS is, of the server. */
static void walk_all(const struct hba *hba, enum audit_truth tls, struct walk *walk)
{
	for (int database = -2; database < hba->name_count[0]; database++) {
		for (int user = -1; user < hba->name_count[1]; user++) {
			struct asker asker = {.database = database >= 0 ? &hba->names[0][database] : NULL,
				.user = user >= 0 ? &hba->names[1][user] : NULL,
				.replication = database == -2};
			walk_must(hba, &asker, walk);
			walk_may(hba, &asker, walk);
			asker.tls = true;
			if (tls == AUDIT_SAYS_YES)
				walk_must(hba, &asker, walk);
			if (tls != AUDIT_SAYS_NO)
				walk_may(hba, &asker, walk);
		}
	}
}

/* --- the answer --- */

/* The line up to its method: options hold passwords of other servers. */
static void decide_line(struct audit_judgement *out, struct audit_share *share, const struct line *line)
{
	struct scanner scanner = {audit_word_span(line->setting->value)};
	struct token token;
	bool comma;
	const uint8_t *end = scanner.left.data;
	while (next_token(&scanner, &token, &comma)) {
		end = token.text.data + token.text.size;
		if (is(&token, "trust") || is(&token, "ident"))
			break;
	}
	struct audit_word *word = audit_pool_take(&out->pool, 1, sizeof *word + line->setting->value->size + 1);
	word->size = (uint32_t)(end - (const uint8_t *)line->setting->value->text);
	memcpy(word->text, line->setting->value->text, word->size);
	audit_decided_by(
		out, share, &(struct audit_setting){.key = line->setting->key, .value = word, .at = line->setting->at});
}

static void add_share(struct audit_judgement *out, const struct hba *hba, const struct audit_set *sources,
	uint16_t port, enum audit_auth auth, const char *reason, const bool *decides)
{
	if (sources->count == 0)
		return;
	struct audit_share *share = audit_share_add(out, auth, true, reason);
	audit_set_copy(&share->sources, sources);
	audit_set_add(&share->lines, AUDIT_LINE_TCP + port, AUDIT_LINE_TCP + port);
	for (uint32_t i = 0; i < hba->count && share->by_count < 8; i++)
		if (decides[i])
			decide_line(out, share, &hba->lines[i]);
}

static void answer(const struct audit_config *config, struct audit_judgement *out, const struct hba *hba, uint16_t port,
	enum audit_listens where)
{
	st_auto_free bool *decides = st_alloc_zero(hba->count + 1, sizeof *decides);
	st_auto_free bool *doubts = st_alloc_zero(hba->count + 1, sizeof *doubts);
	struct walk walk = {.decides = decides};
	struct audit_set everybody = {0}, rest = {0}, doubt = {0};
	const struct audit_setting *ssl = audit_setting(config, "ssl");
	bool given = audit_setting(config, "(file)") != NULL;
	enum audit_truth tls = ssl != NULL ? audit_setting_truth(ssl) : given ? AUDIT_SAYS_NO : AUDIT_SAYS_UNKNOWN;
	walk_all(hba, tls, &walk);
	for (uint32_t i = 0; i < hba->count; i++)
		doubts[i] = !decides[i] && (hba->lines[i].unclear || hba->lines[i].method != METHOD_OTHER);
	audit_everybody(&everybody);
	audit_set_join(&walk.may, &walk.must, &walk.scratch);
	audit_set_subtract(&doubt, &walk.may, &walk.must);
	audit_set_subtract(&rest, &everybody, &walk.may);
	bool wide = where == AUDIT_LISTENS_WIDE;
	add_share(out, hba, &walk.must, port, wide ? AUDIT_AUTH_NONE : AUDIT_AUTH_UNKNOWN,
		wide ? "the first line that fits asks for nothing" : "where it listens cannot be told", decides);
	add_share(out, hba, &doubt, port, AUDIT_AUTH_UNKNOWN,
		"which line fits first, or what it asks for, cannot be told", doubts);
	uint32_t count = out->count;
	for (uint32_t i = 0; i < hba->count; i++)
		doubts[i] = hba->lines[i].method == METHOD_OTHER && !hba->lines[i].unclear &&
			    audit_set_meets(&hba->lines[i].upper, &rest);
	add_share(out, hba, &rest, port, AUDIT_AUTH_REQUIRED, "every line that fits asks for proof, or none fits",
		doubts);
	if (out->count > count && out->shares[count].by_count == 0)
		audit_decided_by_default(out, &out->shares[count], config, "no line: nobody gets in");
	audit_set_free(&walk.must);
	audit_set_free(&walk.may);
	audit_set_free(&walk.undecided);
	audit_set_free(&walk.hit);
	audit_set_free(&walk.scratch);
	audit_set_free(&everybody);
	audit_set_free(&rest);
	audit_set_free(&doubt);
}

static enum audit_listens listens(const struct audit_config *config, const struct audit_setting *set)
{
	static const char *const includes[] = {"include", "include_dir", "include_if_exists"};
	bool includes_more = false;
	for (size_t i = 0; i < sizeof includes / sizeof includes[0]; i++)
		includes_more |= audit_setting(config, includes[i]) != NULL;
	if (audit_setting(config, "(file)") == NULL && set == NULL)
		return AUDIT_LISTENS_UNKNOWN;
	enum audit_listens where = set == NULL ? AUDIT_LISTENS_LOCAL : audit_listens(config, "listen_addresses");
	bool hidden = includes_more && audit_config_files(config) < 2;
	return hidden && where != AUDIT_LISTENS_WIDE ? AUDIT_LISTENS_UNKNOWN : where;
}

static void read_hba(const struct audit_config *config, struct hba *hba)
{
	uint32_t count = 0;
	for (const struct audit_setting *at = NULL; (at = audit_setting_next(config, "hba", at)) != NULL;)
		count++;
	hba->lines = st_alloc_zero(count + 1, sizeof *hba->lines);
	for (const struct audit_setting *at = NULL; (at = audit_setting_next(config, "hba", at)) != NULL;)
		if (read_line(hba, at, &hba->lines[hba->count]))
			hba->count++;
	uint64_t steps = (uint64_t)(hba->name_count[0] + 2) * (uint64_t)(hba->name_count[1] + 1) * hba->count;
	hba->too_many |= steps > CEIL_AUDIT_CELLS;
}

static void judge(const struct audit_config *config, struct audit_judgement *out)
{
	const struct audit_setting *listen = audit_setting(config, "listen_addresses");
	enum audit_listens where = listens(config, listen);
	st_auto_free struct hba *hba = st_alloc_zero(1, sizeof *hba);
	uint16_t port;
	bool port_known = audit_port_of(audit_setting(config, "port"), 5432, &port);
	bool given = audit_setting(config, "(hba)") != NULL || audit_setting(config, "hba") != NULL;
	read_hba(config, hba);
	struct audit_share *share = NULL;
	if (where == AUDIT_LISTENS_LOCAL || where == AUDIT_LISTENS_NOWHERE)
		share = audit_share_where(out, port, port_known ? port : 65535, where, AUDIT_AUTH_UNKNOWN, "");
	else if (!port_known || !given || hba->too_many)
		share = audit_share_where(out, port_known ? port : 0, port_known ? port : 65535, where,
			AUDIT_AUTH_UNKNOWN,
			!port_known ? "its port cannot be resolved"
			: !given    ? "pg_hba.conf is not in the input"
				    : "more databases, users and lines than can be told apart");
	else
		answer(config, out, hba, port, where);
	for (uint32_t i = 0; i < out->count; i++)
		if (share != NULL || out->shares[i].auth != AUDIT_AUTH_REQUIRED)
			audit_decided(out, &out->shares[i], config, listen,
				where == AUDIT_LISTENS_LOCAL ? "listen_addresses: localhost, by default"
							     : "listen_addresses: not in the input");
	for (uint32_t i = 0; i < hba->count; i++) {
		audit_set_free(&hba->lines[i].lower);
		audit_set_free(&hba->lines[i].upper);
	}
	free(hba->lines);
}

/* The line that lets in, with a password asked for. */
static char *mend(const struct audit_config *config, const struct audit_setting *setting)
{
	(void)config;
	const char *trust = strstr(setting->value->text, " trust");
	if (strcmp(setting->key->text, "hba") != 0 || trust == NULL)
		return NULL;
	return st_format("%.*s scram-sha-256", (int)(trust - setting->value->text), setting->value->text);
}

static const char *const keys[] = {"hba", "listen_addresses", "port", "max_connections", "shared_buffers", "ssl",
	"ssl_cert_file", "ssl_key_file", "data_directory", "hba_file", "ident_file", "unix_socket_directories",
	"wal_level", "log_timezone", "password_encryption", "dynamic_shared_memory_type", "max_wal_size", NULL};
static const struct audit_remedy remedies[] = {{"listen_addresses", "localhost"}, {NULL, NULL}};

const struct audit_service audit_postgresql = {
	.name = "postgresql",
	.formats = 1u << AUDIT_FORMAT_HBA | 1u << AUDIT_FORMAT_EQUALS | 1u << AUDIT_FORMAT_WORDS,
	.keys = keys,
	.judge = judge,
	.remedies = remedies,
	.mend = mend,
};
