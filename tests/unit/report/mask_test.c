/* A mask shows enough to recognise a value one knows, and never the value. */
#include "report/report.h"

#include "check.h"

static void each_kind_has_its_mask(void)
{
	static const struct {
		const char *kind, *value, *mask;
	} rows[] = {
		{"email_address", "anna.rossi@contoso.com", "a***@contoso.com"},
		{"email_address", "a@contoso.com", "***@contoso.com"},
		{"email_address",
			"\xc3\xbc"
			"nal@contoso.com",
			"\xc3\xbc"
			"***@contoso.com"},
		{"email_address", "no address", "***"},
		{"phone_number", "+393331234512", "+39 *** *** **12"},
		{"phone_number", "+12025550143", "+1 *** *** **43"},
		{"phone_number", "+353201234567", "+353 *** *** **67"},
		{"phone_number", "+1", "***"},
		{"iban", "IT60X0542811101000000123456", "IT60 **** **** 3456"},
		{"iban", "IT60", "***"},
		{"payment_card", "4111111111111111", "**** **** **** 1111"},
		{"payment_card", "4111", "***"},
		{"ip_address", "203.0.113.7", "203.0.*.*"},
		{"ip_address", "2001:db8::5621", "2001:db8:***"},
		{"secret", "anything", "***"},
		{"secret", "access_key:AKIA", "access key, starts AKIA"},
		{"secret", "password:hunt", "password"},
		{"url", "https://contoso.com/a?b=1", "https://contoso.com/***"},
		{"url", "https://anna:***@contoso.com", "https://***@contoso.com"},
		{"url", "s3://contoso-backup/x", "s3://contoso-backup/***"},
		{"url", "http://10.20.30.40:9200/people", "http://10.20.*.*:9200/***"},
		{"url", "redis://:***@[2001:db8::1]:6379", "redis://***@[2001:db8:***:6379"},
		{"url", "nothing", "***"},
		{"email_address", "", "***"},
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		st_auto_buf struct st_buf out = {0};
		report_mask(
			&out, rows[i].kind, (struct st_span){(const uint8_t *)rows[i].value, strlen(rows[i].value)});
		st_buf_add_byte(&out, 0);
		CHECK_TEXT((const char *)out.data, rows[i].mask);
	}
}

static void a_hostile_value_is_escaped_in_its_mask(void)
{
	st_auto_buf struct st_buf out = {0};
	static const char value[] = "\x1b[2Jx@\x1b]0;\n";
	report_mask(&out, "email_address", (struct st_span){(const uint8_t *)value, sizeof value - 1});
	for (size_t i = 0; i < out.size; i++)
		CHECK(out.data[i] >= 0x20);
}

int main(void)
{
	RUN(each_kind_has_its_mask);
	RUN(a_hostile_value_is_escaped_in_its_mask);
	CHECK_END();
}
