/* What servers say together: a row is what each place says, place by place, and whose it is. */
#include "check.h"

#include "dns/agree.h"

/*
 * T the token; t the token beside other records; o other records; n nothing; a, b aliases; l lame; d damaged; s silent;
 * r no route from here; c not to be asked. A digit before it says which server, a space parts them.
 */
static const struct {
	const char *places;
	size_t servers;
	enum dns_together together;
} rows[] = {
	{"0T 1T", 2, DNS_ALL_HAVE},
	{"0T 0T 1T 1T", 2, DNS_ALL_HAVE},
	{"0T", 1, DNS_ALL_HAVE},
	{"0T 0r 1T 1r", 2, DNS_ALL_HAVE},
	{"0T 1r", 2, DNS_SOME_SILENT},
	{"0T", 2, DNS_SOME_SILENT}, /* a server without any address */
	{"0T 1s", 2, DNS_SOME_SILENT},
	{"0T 0s 1T", 2, DNS_SOME_SILENT},
	{"0T 1c", 2, DNS_SOME_SILENT},
	{"0T 1l", 2, DNS_SOME_SILENT},
	{"0T 1d", 2, DNS_SOME_SILENT},
	{"0s 1s", 2, DNS_SOME_SILENT},
	{"0r 1r", 2, DNS_SOME_SILENT},
	{"", 0, DNS_SOME_SILENT},
	{"0T 1n", 2, DNS_DIFFER},
	{"0n 1T", 2, DNS_DIFFER},
	{"0T 0n", 1, DNS_DIFFER},
	{"0T 1t", 2, DNS_DIFFER},
	{"0T 1o", 2, DNS_DIFFER},
	{"0T 1a", 2, DNS_DIFFER},
	{"0a 1b", 2, DNS_DIFFER},
	{"0a 1n", 2, DNS_DIFFER},
	{"0T 1n 2s", 3, DNS_DIFFER},
	{"0n 1n", 2, DNS_NONE_HAS},
	{"0n 1o", 2, DNS_NONE_HAS},
	{"0n 1s", 2, DNS_NONE_HAS},
	{"0a 1a", 2, DNS_ALL_ALIAS},
	{"0a 1s", 2, DNS_SOME_SILENT},
};

static struct dns_said said_of(char letter)
{
	struct dns_said said = {.reach = DNS_HEARD, .kind = DNS_TEXTS};
	if (letter == 'a' || letter == 'b') {
		said.kind = DNS_ALIAS;
		said.alias = (struct dns_name){.size = 3, .bytes = {1, (uint8_t)letter, 0}};
	} else if (letter == 'T' || letter == 't' || letter == 'o') {
		said.texts = (struct dns_texts){
			.count = letter == 'T' ? 1 : 2, .wanted = letter != 'o', .digest = {(uint8_t)letter}};
	} else if (letter == 'l' || letter == 'd' || letter == 'n') {
		said.kind = letter == 'l' ? DNS_LAME : letter == 'd' ? DNS_DAMAGED : DNS_NOTHING;
	} else {
		said.reach = letter == 'r' ? DNS_NO_ROUTE : DNS_SILENT;
	}
	return said;
}

static void every_row_of_answers_has_its_meaning(void)
{
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct dns_place places[8] = {0};
		struct dns_said said[8];
		size_t count = 0;
		for (const char *at = rows[i].places; *at != 0; at += 2 + (at[2] == ' ')) {
			places[count].server = (size_t)(at[0] - '0');
			said[count++] = said_of(at[1]);
		}
		enum dns_together together = dns_agree(places, said, count, rows[i].servers);
		if (together != rows[i].together)
			CHECK_FAIL("\"%s\" is %d, not %d", rows[i].places, together, rows[i].together);
	}
}

int main(void)
{
	RUN(every_row_of_answers_has_its_meaning);
	return check_any_failed;
}
