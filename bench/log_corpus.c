/*
 * log_corpus MEBIBYTES: digit-heavy log text with a personal value in about 5 % of the lines, the same for every run.
 * It is what scanners find hardest: most of its bytes could begin a number.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

static uint32_t next(uint64_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return (uint32_t)(*state >> 16);
}

static const char *const firsts[] = {"mario", "giulia", "luca", "anna", "pierre", "camille", "john", "mary"};
static const char *const lasts[] = {"rossi", "bianchi", "ferrari", "martin", "bernard", "smith", "jones", "taylor"};
static const char *const domains[] = {"fabrikam.com", "adatum.it", "litware.example", "mail.wingtip.example"};
static const char *const levels[] = {"INFO", "DEBUG", "WARN", "ERROR"};
static const char *const modules[] = {"http.server", "auth.session", "db.pool", "mail.queue", "sshd", "cache.lru"};
static const char *const words[] = {"connection", "established", "request", "completed", "in", "ms", "user", "session",
	"retry", "failed", "to", "open", "file", "records", "from", "batch", "depth", "is", "now", "status", "ok",
	"timeout", "waiting", "for", "lock", "on", "table", "flush", "miss", "ratio", "bytes", "GET", "/api/v1/items",
	"le", "documento"};

#define PICK(list) list[next(state) % (sizeof list / sizeof *list)]
#define DIGITS(count) (next(state) % (count))

static int print_value(uint64_t *state)
{
	switch (next(state) % 9) {
	case 0:
	case 1:
	case 2:
	case 3:
		return printf("%s.%s@%s ", PICK(firsts), PICK(lasts), PICK(domains));
	case 4:
		return printf("+39 3%02u %03u %04u ", DIGITS(100), DIGITS(1000), DIGITS(10000));
	case 5:
		return printf("%u.%u.%u.%u ", 1 + DIGITS(223), DIGITS(256), DIGITS(256), DIGITS(256));
	case 6:
		return printf("4%03u %04u %04u %04u ", DIGITS(1000), DIGITS(10000), DIGITS(10000), DIGITS(10000));
	case 7:
		return printf("IT%02uX%05u%05u%06u%06u ", DIGITS(98), DIGITS(100000), DIGITS(100000), DIGITS(1000000),
			DIGITS(1000000));
	default:
		return printf("https://%s/u/%s%u?id=%u ", PICK(domains), PICK(lasts), DIGITS(1000), next(state));
	}
}

static int print_line(uint64_t *state)
{
	int bytes = printf("2026-%02u-%02uT%02u:%02u:%02u.%03uZ %s [%s] ", 1 + DIGITS(12), 1 + DIGITS(28), DIGITS(24),
		DIGITS(60), DIGITS(60), DIGITS(1000), PICK(levels), PICK(modules));
	uint32_t count = 6 + next(state) % 14;
	uint32_t at = next(state) % 20 == 0 ? next(state) % count : count;
	for (uint32_t i = 0; i < count; i++) {
		if (i == at)
			bytes += print_value(state);
		else if (next(state) % 7 == 0)
			bytes += printf("%u ", DIGITS(100000));
		else if (next(state) % 23 == 0)
			bytes += printf("id=%08x%08x ", next(state), next(state));
		else
			bytes += printf("%s ", PICK(words));
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
	return 0;
}
