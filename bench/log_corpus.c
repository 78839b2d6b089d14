/*
 * log_corpus MEBIBYTES: corpus A, digit-heavy log text with a personal value in about 5 % of the lines. It is what
 * scanners find hardest: most of its bytes could begin a number. The same bytes from every compiler: what is drawn is
 * drawn in an order that is written down, the last value of a line's part first. bench/corpus.py knows the checksum.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#define PARTS_MAX 8

static uint32_t draw(uint64_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return (uint32_t)(*state >> 16);
}

/* count numbers, each below its limit (0: any), from the last to the first. */
static void draw_each(uint64_t *state, const uint32_t *limits, size_t count, uint32_t out[PARTS_MAX])
{
	for (size_t i = count; i-- > 0;) {
		out[i] = draw(state);
		if (limits[i] > 0)
			out[i] %= limits[i];
	}
}

#define COUNT(list) (sizeof(list) / sizeof *(list))
/* A word of a list is drawn as a number below the list's length. */
#define DRAW(...)                                \
	uint32_t n[PARTS_MAX];                   \
	const uint32_t limits[] = {__VA_ARGS__}; \
	draw_each(state, limits, COUNT(limits), n)

static const char *const firsts[] = {"mario", "giulia", "luca", "anna", "pierre", "camille", "john", "mary",
	"francesca", "jean", "sofia", "david", "elena", "paul", "chiara", "thomas"};
static const char *const lasts[] = {"rossi", "bianchi", "ferrari", "esposito", "martin", "bernard", "dubois", "smith",
	"jones", "taylor", "romano", "colombo", "petit", "robert", "brown", "ricci"};
static const char *const domains[] = {"example.com", "example.org", "acme.it", "societe.fr", "mail.example.net",
	"corp.example.co.uk", "gmail.com", "libero.it", "orange.fr"};
static const char *const levels[] = {"INFO", "DEBUG", "WARN", "ERROR", "TRACE"};
static const char *const modules[] = {"http.server", "auth.session", "db.pool", "mail.queue", "worker.import",
	"cache.lru", "kernel", "sshd", "nginx.access"};
static const char *const words[] = {"connection", "established", "request", "completed", "in", "ms", "user", "session",
	"retry", "with", "backoff", "failed", "to", "open", "file", "the", "of", "processed", "records", "from",
	"batch", "queue", "depth", "is", "now", "status", "ok", "timeout", "while", "waiting", "for", "lock", "on",
	"table", "invoices", "flush", "cache", "miss", "ratio", "payload", "size", "bytes", "GET", "/api/v1/items",
	"POST", "/login", "thread", "pool", "il", "documento", "della", "pratica", "le", "dossier", "de", "client"};

static int print_address(uint64_t *state)
{
	DRAW(COUNT(firsts), COUNT(lasts), COUNT(domains));
	return printf("%s.%s@%s ", firsts[n[0]], lasts[n[1]], domains[n[2]]);
}

static int print_phone(uint64_t *state)
{
	DRAW(100, 1000, 10000);
	return printf("+39 3%02u %03u %04u ", n[0], n[1], n[2]);
}

static int print_ip(uint64_t *state)
{
	DRAW(223, 256, 256, 256);
	return printf("%u.%u.%u.%u ", 1 + n[0], n[1], n[2], n[3]);
}

static int print_card(uint64_t *state)
{
	DRAW(1000, 10000, 10000, 10000);
	return printf("4%03u %04u %04u %04u ", n[0], n[1], n[2], n[3]);
}

static int print_iban(uint64_t *state)
{
	DRAW(98, 100000, 100000, 0);
	return printf(
		"IT%02uX%05u%05u%012" PRIu64 " ", n[0], n[1], n[2], n[3] * UINT64_C(997) % UINT64_C(1000000000000));
}

static int print_social_security(uint64_t *state)
{
	DRAW(665, 99, 9999);
	return printf("%03u-%02u-%04u ", 1 + n[0], 1 + n[1], 1 + n[2]);
}

static int print_url(uint64_t *state)
{
	DRAW(COUNT(domains), COUNT(lasts), 1000, 0);
	return printf("https://%s/u/%s%u?id=%u ", domains[n[0]], lasts[n[1]], n[2], n[3]);
}

static int print_value(uint64_t *state)
{
	static int (*const printers[])(uint64_t *) = {print_address, print_address, print_address, print_address,
		print_phone, print_ip, print_card, print_iban, print_social_security, print_url};
	return printers[draw(state) % COUNT(printers)](state);
}

static int print_id(uint64_t *state)
{
	DRAW(0, 0);
	return printf("id=%08x%08x ", n[0], n[1]);
}

static int print_head(uint64_t *state)
{
	DRAW(12, 28, 24, 60, 60, 1000, COUNT(levels), COUNT(modules));
	return printf("2026-%02u-%02uT%02u:%02u:%02u.%03uZ %s [%s] ", 1 + n[0], 1 + n[1], n[2], n[3], n[4], n[5],
		levels[n[6]], modules[n[7]]);
}

static int print_line(uint64_t *state)
{
	int bytes = print_head(state);
	uint32_t count = 6 + draw(state) % 14;
	uint32_t at = draw(state) % 20 == 0 ? draw(state) % count : count;
	for (uint32_t i = 0; i < count; i++) {
		if (i == at)
			bytes += print_value(state);
		else if (draw(state) % 7 == 0)
			bytes += printf("%u ", draw(state) % 100000);
		else if (draw(state) % 23 == 0)
			bytes += print_id(state);
		else
			bytes += printf("%s ", words[draw(state) % COUNT(words)]);
	}
	putchar('\n');
	return bytes + 1;
}

int main(int argc, char **argv)
{
	uint64_t state = 88172645463325252u;
	uint64_t wanted = argc > 1 ? strtoull(argv[1], NULL, 10) << 20 : 0;
	for (uint64_t bytes = 0; bytes < wanted;)
		bytes += (uint64_t)print_line(&state);
	return fflush(stdout) == 0 ? 0 : 1;
}
