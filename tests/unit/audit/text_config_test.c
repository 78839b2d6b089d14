/* Files of services as settings: which format it is, which key, value and line; and what is refused. */
#include "audit/text_config.h"
#include "audit/inventory.h"
#include "check.h"

static const char *const formats[] = {"none", "yaml", "ini", "words", "equals", "hba"};

/* "FORMAT key=value@line|..." or "error: ...". */
static void reads(const char *text, const char *want)
{
	struct audit_model model = {0};
	struct audit_settings settings = {0};
	struct st_error err = {0};
	enum audit_format format;
	st_auto_buf struct st_buf got = {0};
	if (audit_read_text(&model, audit_span(text), 0, &format, &settings, &err) != ST_OK)
		st_buf_format(&got, "error: %s", err.what);
	else
		st_buf_format(&got, "%s ", formats[format]);
	for (uint32_t i = 0; i < settings.count && err.status == ST_OK; i++)
		st_buf_format(&got, "%s%s=%s@%u%s", i > 0 ? "|" : "", settings.items[i].key->text,
			settings.items[i].value->text, (unsigned)settings.items[i].at.line,
			settings.items[i].value->kind == AUDIT_UNRESOLVED ? "?" : "");
	st_buf_add_byte(&got, 0);
	audit_settings_free(&settings);
	audit_model_free(&model);
	if (strcmp((const char *)got.data, want) != 0)
		CHECK_FAIL("%s\nis \"%s\", not \"%s\"", text, (const char *)got.data, want);
}

static void the_first_line_that_says_something_tells_the_format(void)
{
	static const char *const cases[][2] = {{"# a: b\n\n", "none "}, {"a.b: c\n", "yaml a.b=c@1"},
		{"# x\n\na: 1\n", "yaml a=1@3"}, {"---\na: 1\n", "yaml a=1@2"},
		{"\xef\xbb\xbf"
		 "a: 1\r\nb: 2\r\n",
			"yaml a=1@1|b=2@2"},
		{"[a]\nb = c\n", "ini a.b=c@2"}, {"bind 0.0.0.0\n", "words bind=0.0.0.0@1"},
		{"port = 5432 # x\n", "equals port=5432@1"},
		{"listen_addresses = '*'\n", "equals listen_addresses=*@1"},
		{"host all all 0.0.0.0/0 trust\n", "hba hba=host all all 0.0.0.0/0 trust@1"},
		{"ETCD_LISTEN_CLIENT_URLS=\"http://a:1\"\n", "equals listen-client-urls=http://a:1@1"}};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		reads(cases[i][0], cases[i][1]);
}

static void yaml_becomes_flat(void)
{
	static const char *const cases[][2] = {{"a:\n  b:\n    c: 1\n  d: [x, y]\n", "yaml a.b.c=1@3|a.d=x@4|a.d=y@4"},
		{"a.b:\n  c: ${HOME}\n", "yaml a.b.c=${HOME}@2?"},
		{"a: ~\nb: \"\"\nc: {}\nd: []\n", "yaml a=@1|b=@2|c=@3|d=@4"},
		{"a: &x {b: 1}\nc: *x\n", "yaml a.b=1@1|c.b=1@1"}, {"a: 'x # y' # z\n", "yaml a=x # y@1"},
		{"a: |\n  b\n  c\nd: 1\n", "yaml a=b\nc\n@1|d=1@4"}};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		reads(cases[i][0], cases[i][1]);
}

static void lines_keep_what_their_readers_keep(void)
{
	static const char *const cases[][2] = {
		{"[mysqld]\nskip_grant_tables\nbind-address = \"::\" # all\n!includedir /x\n",
			"ini mysqld.skip-grant-tables=@2|mysqld.bind-address=::@3|!include=!includedir /x@4"},
		{"[chttpd]\nbind_address = 0.0.0.0\n; x = 1\n", "ini chttpd.bind_address=0.0.0.0@2"},
		{"REQUIREPASS \"a b\"\nuser default on >x ~*\n", "words requirepass=a b@1|user=default on >x ~*@2"},
		{"host all all \\\n  10.0.0.0/8 md5 # x\nhost \"a #b\" all all md5\n",
			"hba hba=host all all 10.0.0.0/8 md5@1|hba=host \"a #b\" all all md5@3"}};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		reads(cases[i][0], cases[i][1]);
}

static void what_two_readers_could_take_differently_is_refused(void)
{
	static const char *const cases[][2] = {{"a: 1\nb: 2\na: 3\n", "error: line 3: a key stands twice in one map"},
		{"a: 1\n---\na: 2\n", "error: line 2: a second document"},
		{"a: &x [*x]\n", "error: line 1: an alias of nothing that is complete"},
		{"a: 1\n? [b]\n: 2\n", "error: line 2: a key that is no text"},
		{"a: {\n", "error: line 2: this is not YAML"},
		{"a:\n  <<: {b: 1}\n", "error: line 2: a merge key, which not every reader follows"},
		{"nonsense\n", "error: line 1: this is no configuration that staunch audit knows"}};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		reads(cases[i][0], cases[i][1]);
}

static void a_path_loses_its_date_and_one_separator(void)
{
	static const char *const cases[][2] = {{"es-4-2019-12-05.yml", "es-4.yml"}, {"2019-12-05-es.yml", "es.yml"},
		{"2019-12-05/es.yml", "2019-12-05/es.yml"}, {"a/b_2019-12-05", "a/b"}, {"a.yml", "a.yml"}, {"", ""}};
	struct audit_model model = {0};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		CHECK_TEXT(audit_undated(&model, audit_span(cases[i][0]))->text, cases[i][1]);
	audit_model_free(&model);
}

static void only_loopback_is_local(void)
{
	static const struct {
		const char *text;
		enum audit_listens where;
	} cases[] = {{"127.0.0.1", AUDIT_LISTENS_LOCAL}, {"127.3.2.1:9200", AUDIT_LISTENS_LOCAL},
		{"::1", AUDIT_LISTENS_LOCAL}, {"[::1]:9200", AUDIT_LISTENS_LOCAL},
		{"http://localhost:2379", AUDIT_LISTENS_LOCAL}, {"_local_", AUDIT_LISTENS_LOCAL},
		{"0.0.0.0", AUDIT_LISTENS_WIDE}, {"::", AUDIT_LISTENS_WIDE}, {"*", AUDIT_LISTENS_WIDE},
		{"10.0.0.4", AUDIT_LISTENS_WIDE}, {"[::]:2379", AUDIT_LISTENS_WIDE}, {"_site_", AUDIT_LISTENS_WIDE},
		{"https://192.0.2.1:2379/", AUDIT_LISTENS_WIDE}, {"es4.internal", AUDIT_LISTENS_UNKNOWN},
		{"128.0.0.1.example", AUDIT_LISTENS_UNKNOWN}};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		if (audit_listens_at(audit_span(cases[i].text)) != cases[i].where)
			CHECK_FAIL("%s listens as %d", cases[i].text, (int)audit_listens_at(audit_span(cases[i].text)));
}

int main(void)
{
	RUN(the_first_line_that_says_something_tells_the_format);
	RUN(yaml_becomes_flat);
	RUN(lines_keep_what_their_readers_keep);
	RUN(what_two_readers_could_take_differently_is_refused);
	RUN(a_path_loses_its_date_and_one_separator);
	RUN(only_loopback_is_local);
	CHECK_END();
}
