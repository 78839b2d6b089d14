/* Shared access signatures: what they say is told, what they are is a secret, and they can change no request. */
#include "probe/requests.h"
#include "probe/sas.h"

#include "check.h"

#define SIG "5%2B7nYV7zXzDkm0guFcrnUAcgHhJhew%2Ftp%2BFkd5b%2FAis%3D"
#define SERVICE "sv=2022-11-02&sr=c&sp=rl&se=2026-12-31T00%3A00%3A00Z&sig=" SIG

static struct st_span span(const char *text)
{
	return (struct st_span){(const uint8_t *)text, strlen(text)};
}

static void what_it_says_is_told_without_the_signature(void)
{
	static const struct {
		const char *query, *told, *grants; /* list, read, write: y, n, ? */
	} cases[] = {
		{SERVICE, "service SAS of a container, sp=rl, until 2026-12-31T00:00:00Z", "yyn"},
		{"sp=racwdl&st=2022-01-01&se=2026-12-31T10:30Z&spr=https&sip=10.0.0.4-10.0.0.9&sv=2022-11-02&sr=c&"
		 "sig=" SIG,
			"service SAS of a container, sp=racwdl, from 2022-01-01T00:00:00Z, until 2026-12-31T10:30:00Z, "
			"https only, "
			"for 10.0.0.4-10.0.0.9",
			"yyy"},
		{"sv=2022-11-02&sr=b&sp=r&se=2026-12-31T10:30:15.5000000Z&sig=" SIG,
			"service SAS of a blob, sp=r, until 2026-12-31T10:30:15Z", "nyn"},
		{"sv=2022-11-02&sr=b&sp=rl&se=2026-12-31&sig=" SIG,
			"service SAS of a blob, sp=rl, until 2026-12-31T00:00:00Z", "nyn"},
		{"sv=2022-11-02&sr=c&sp=w&se=2026-12-31&sig=" SIG,
			"service SAS of a container, sp=w, until 2026-12-31T00:00:00Z", "nny"},
		{"sv=2022-11-02&sr=c&si=backup&sig=" SIG, "service SAS of a container, by a policy of the container",
			"???"},
		{"sv=2022-11-02&ss=bfqt&srt=sco&sp=rwdlacup&se=2026-12-31&spr=https,http&sig=" SIG,
			"account SAS, ss=bfqt srt=sco, sp=rwdlacup, until 2026-12-31T00:00:00Z", "yyy"},
		{"sv=2022-11-02&ss=b&srt=s&sp=rl&se=2026-12-31&sig=" SIG,
			"account SAS, ss=b srt=s, sp=rl, until 2026-12-31T00:00:00Z", "nnn"},
		{"sv=2022-11-02&ss=b&srt=o&sp=rl&se=2026-12-31&sig=" SIG,
			"account SAS, ss=b srt=o, sp=rl, until 2026-12-31T00:00:00Z", "nyn"},
		{"sv=2022-11-02&ss=qt&srt=sco&sp=rwl&se=2026-12-31&sig=" SIG,
			"account SAS, ss=qt srt=sco, sp=rwl, until 2026-12-31T00:00:00Z", "nnn"},
		{"skoid=1&sktid=2&skt=2022-01-01&ske=2022-01-02&sks=b&skv=2022-11-02&sv=2022-11-02&sr=d&sdd=1&sp=rl&"
		 "se=2026-12-31&sig=" SIG,
			"user delegation SAS of a folder, sp=rl, until 2026-12-31T00:00:00Z", "yyn"},
	};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct probe_sas *sas = NULL;
		st_auto_buf struct st_buf told = {0};
		CHECK_OK(probe_sas_parse(span(cases[i].query), &sas, &err));
		probe_sas_tell(sas, &told);
		st_buf_add_byte(&told, 0);
		const char signs[] = "ny?";
		const char grants[] = {
			signs[probe_sas_lists(sas)], signs[probe_sas_reads(sas)], signs[probe_sas_writes(sas)], 0};
		if (strcmp((const char *)told.data, cases[i].told) != 0 || strcmp(grants, cases[i].grants) != 0)
			CHECK_FAIL("%s: %s; %s", cases[i].query, (const char *)told.data, grants);
		probe_sas_free(sas);
	}
}

static void what_is_no_signature_or_asks_a_question_is_refused_and_not_repeated(void)
{
	static const struct {
		const char *query, *why;
	} cases[] = {
		{"", "there is no signature"},
		{"sv=2022-11-02&sr=c&sp=r&se=2026-12-31", "sv and sig"},
		{"sr=c&sp=r&se=2026-12-31&sig=" SIG, "sv and sig"},
		{"sv=2022-11-02&sp=r&se=2026-12-31&sig=" SIG, "sr, or ss and srt"},
		{"sv=2022-11-02&ss=b&sp=r&se=2026-12-31&sig=" SIG, "ss and srt"},
		{"sv=2022-11-02&sr=c&sp=r&sig=" SIG, "without a policy"},
		{"sv=2022-11-02&sr=c&se=2026-12-31&sig=" SIG, "without a policy"},
		{"sv=2022-11-02&sr=s&sp=r&se=2026-12-31&sig=" SIG, "no container and no blob"},
		{SERVICE "&comp=acl", "leave the question away"},
		{SERVICE "&restype=container", "leave the question away"},
		{SERVICE "&", "has no value"},
		{SERVICE "&sp", "has no value"},
		{SERVICE "&sp=w", "stands twice"},
		{SERVICE "&SP=w", "leave the question away"},
		{SERVICE "&rscd=a b", "not written as"},
		{SERVICE "&rscd=%0", "not written as"},
		{SERVICE "&rscd=%00", "not written as"},
		{SERVICE "&rscd=a#b", "not written as"},
		{SERVICE "&rscd=a?b", "not written as"},
		{SERVICE "&rscd=\xc3\xa8", "not written as"},
		{"sv=2022-11-02&sr=c&sp=r&se=2026-02-00&sig=" SIG, "not written as"},
		{"sv=2022-11-02&sr=c&sp=r&se=tomorrow&sig=" SIG, "not written as"},
		{"sv=2022-11-02&sr=c&sp=r%26&se=2026-12-31&sig=" SIG, "not written as"},
		{"sv=2022-11-02&sr=c&sp=rrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrr&se=2026-12-31&sig=" SIG,
			"not written as"},
		{"sv=2022-11-02&sr=c&sp=r&se=2026-12-31&spr=ftp&sig=" SIG, "not written as"},
		{"sv=2022-11-02&sr=c&sp=r&se=2026-12-31&sip=%22&sig=" SIG, "not written as"},
		{"sv=2022-11-02&sr=c&sp=r&se=2026-12-31&sig=", "not written as"},
	};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct probe_sas *sas = NULL;
		struct st_error err = {0};
		if (probe_sas_parse(span(cases[i].query), &sas, &err) == ST_OK)
			CHECK_FAIL("%s is taken", cases[i].query);
		else if (strstr(err.what, cases[i].why) == NULL || strstr(err.what, "7nYV7z") != NULL)
			CHECK_FAIL("%s: %s", cases[i].query, err.what);
		probe_sas_free(sas);
	}
}

static void one_signature_has_one_mark_however_it_is_written(void)
{
	static const char *const same[] = {SERVICE, "sig=" SIG "&sv=2022-11-02&sr=c&sp=rl&se=2026-12-31T00%3A00%3A00Z",
		"sv=2022-11-02&sr=c&sp=rl&se=2026-12-31T00:00:00Z&sig=5%2b7nYV7zXzDkm0guFcrnUAcgHhJhew/tp+Fkd5b/Ais="};
	struct probe_sas *first = NULL, *other = NULL;
	CHECK_OK(probe_sas_parse(span(same[0]), &first, &err));
	for (size_t i = 1; i < sizeof same / sizeof same[0]; i++) {
		CHECK_OK(probe_sas_parse(span(same[i]), &other, &err));
		CHECK_TEXT(other->mark, first->mark);
		probe_sas_free(other);
	}
	CHECK_OK(probe_sas_parse(span("sv=2022-11-02&sr=c&sp=rl&se=2026-12-31&sig=AAAA"), &other, &err));
	CHECK(strcmp(other->mark, first->mark) != 0);
	probe_sas_free(first);
	probe_sas_free(other);
}

static void the_signature_is_found_in_what_comes_back_whole_or_in_part(void)
{
	static const char *const echoes[] = {SIG, "x " SIG " y",
		"5+7nYV7zXzDkm0guFcrnUAcgHhJhew/tp+Fkd5b/Ais=", "DkM nYV7zXzDkm0gu DkM", "Fkd5b%2FAis%3D"};
	struct probe_sas *sas = NULL;
	CHECK_OK(probe_sas_parse(span(SERVICE), &sas, &err));
	for (size_t i = 0; i < sizeof echoes / sizeof echoes[0]; i++)
		if (!probe_sas_is_in(sas, echoes[i], strlen(echoes[i])))
			CHECK_FAIL("%s is let through", echoes[i]);
	CHECK(!probe_sas_is_in(sas, "", 0));
	CHECK(!probe_sas_is_in(sas, "sv=2022-11-02&sr=c&sp=rl", 24));
	CHECK(!probe_sas_is_in(sas, "nYV7zXz", 7));
	probe_sas_free(sas);
}

static void a_signed_url_is_parted_into_a_store_and_a_secret_that_only_the_wire_has(void)
{
	struct probe_target target;
	st_auto_buf struct st_buf url = {0}, wire = {0}, row = {0};
	struct st_span given = span("https://Contoso.blob.core.windows.net/exports/?" SERVICE);
	CHECK_OK(probe_target_parse_signed(given, &target, &err));
	st_auto_free char *name = probe_target_signed_name(given, &target);
	st_auto_free char *wanted = st_format("https://Contoso.blob.core.windows.net/exports#sas-%s", target.sas->mark);
	st_auto_free char *canonical =
		st_format("https://contoso.blob.core.windows.net:443/exports#sas-%s", target.sas->mark);
	CHECK_TEXT(name, wanted);
	CHECK_TEXT(target.canonical, canonical);
	struct probe_request request = {.row = probe_row_named("azure_sas.list")};
	CHECK(probe_request_url(&target, &request, &url));
	CHECK_TEXT((const char *)url.data, "/exports?restype=container&comp=list&maxresults=10");
	probe_request_wire(&target, (const char *)url.data, &wire);
	st_buf_add_byte(&wire, 0);
	CHECK_TEXT((const char *)wire.data, "/exports?restype=container&comp=list&maxresults=10&" SERVICE);
	probe_row_url(&target, request.row, &row);
	CHECK_TEXT((const char *)row.data, "/exports?restype=container&comp=list&maxresults=10&{sas}");
	probe_row_url(&target, probe_row_named("azure_sas.blob"), &row);
	CHECK_TEXT((const char *)row.data, "/exports?{sas}");
	probe_target_free(&target);
}

static void a_file_of_them_is_read_by_line_and_its_errors_tell_the_line_only(void)
{
	static const char file[] = "# leaked in March\r\n\r\n  https://contoso.blob.core.windows.net/exports?" SERVICE
				   " \r\nhttp://127.0.0.1:10000/devstoreaccount1/c?" SERVICE;
	struct probe_signed_list list;
	CHECK_OK(probe_signed_read(span(file), &list, &err));
	CHECK_INT(list.count, 2);
	CHECK_TEXT(list.targets[1].path, "/devstoreaccount1/c");
	probe_signed_free(&list);
	static const struct {
		const char *file, *why;
	} bad[] = {
		{"", "there is none"},
		{"# none\n", "there is none"},
		{"\nhttps://contoso.blob.core.windows.net/exports", "line 2: there is no signature"},
		{"https://contoso.blob.core.windows.net/exports?" SERVICE "&comp=acl", "line 1: a parameter"},
		{"redis://contoso.example:6379?" SERVICE, "for http and https"},
		{"https://contoso.blob.core.windows.net/../a?" SERVICE, "line 1: a target's path"},
	};
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		struct st_error err = {0};
		if (probe_signed_read(span(bad[i].file), &list, &err) == ST_OK)
			CHECK_FAIL("%s is taken", bad[i].file);
		else if (strstr(err.what, bad[i].why) == NULL || strstr(err.what, "7nYV7z") != NULL)
			CHECK_FAIL("%s: %s", bad[i].file, err.what);
	}
}

int main(void)
{
	RUN(what_it_says_is_told_without_the_signature);
	RUN(what_is_no_signature_or_asks_a_question_is_refused_and_not_repeated);
	RUN(one_signature_has_one_mark_however_it_is_written);
	RUN(the_signature_is_found_in_what_comes_back_whole_or_in_part);
	RUN(a_signed_url_is_parted_into_a_store_and_a_secret_that_only_the_wire_has);
	RUN(a_file_of_them_is_read_by_line_and_its_errors_tell_the_line_only);
	CHECK_END();
}
