/* What every command says and asks the same way: the one line on stderr, numbers, the terminal, the worker program. */
#include "cli/cli.h"

#include "base/print.h"

#include <langinfo.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>
#include <unistd.h>

int cli_fail(enum cli_exit exit, const char *format, ...)
{
	st_auto_free char *text = NULL;
	va_list args;
	va_start(args, format);
	int size = vasprintf(&text, format, args);
	va_end(args);
	st_auto_buf struct st_buf line = {0};
	st_buf_add(&line, "staunch: ", 9);
	if (size >= 0)
		st_escape_text(&line, text, (size_t)size);
	else
		text = NULL;
	st_buf_add_byte(&line, '\n');
	fflush(stdout);
	(void)st_write_full(STDERR_FILENO, line.data, line.size); /* no stderr: the exit status still says it */
	return (int)exit;
}

int cli_fail_error(const struct st_error *err)
{
	return cli_fail(err->status == ST_WRONG ? CLI_WRONG : CLI_ENVIRONMENT, "%s", err->what);
}

static int unit_shift(const char *unit)
{
	static const char units[] = "KMG";
	if (unit[0] == 0)
		return 0;
	const char *at = unit[1] == 0 ? strchr(units, unit[0] & ~0x20) : NULL;
	return at != NULL && *at != 0 ? 10 * (int)(at - units + 1) : -1;
}

bool cli_number(const char *option, const char *text, uint64_t *out)
{
	uint64_t value = 0;
	const char *at = text;
	bool fits = true;
	for (; *at >= '0' && *at <= '9'; at++)
		fits = fits && !__builtin_mul_overflow(value, 10, &value) &&
		       !__builtin_add_overflow(value, (uint64_t)(*at - '0'), &value);
	int shift = unit_shift(at);
	if (at == text || shift < 0 || !fits || (shift > 0 && value >> (64 - shift) != 0)) {
		cli_fail(CLI_WRONG, "--%s wants a whole number, with K, M or G behind it for powers of 1024", option);
		return false;
	}
	*out = value << shift;
	return true;
}

char *cli_own_path(struct st_error *err)
{
	char self[PATH_MAX];
	ssize_t size = readlink("/proc/self/exe", self, sizeof self - 1);
	if (size > 0)
		return st_strndup(self, (size_t)size);
	st_fail_errno(err, ST_FATAL, "cannot tell where this program is installed");
	return NULL;
}

static char *program_path(const char *name, struct st_error *err)
{
	static const char *const places[] = {"", "../libexec/staunch/"};
	st_auto_free char *self = cli_own_path(err);
	if (self == NULL)
		return NULL;
	char *slash = strrchr(self, '/');
	if (slash != NULL)
		*slash = 0;
	for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
		char *path = st_format("%s/%s%s", self, places[i], name);
		if (access(path, X_OK) == 0)
			return path;
		free(path);
	}
	st_fail(err, ST_FATAL, "the program %s is not installed", name);
	return NULL;
}

char *cli_worker_path(struct st_error *err)
{
	return program_path("staunch-worker", err);
}

char *cli_fetch_path(struct st_error *err)
{
	return program_path("staunch-fetch", err);
}

char *cli_portal_path(struct st_error *err)
{
	return program_path("staunch-portal", err);
}

char *cli_resolver_path(struct st_error *err)
{
	return program_path("staunch-resolver", err);
}

bool cli_colour(int fd)
{
	const char *no_color = getenv("NO_COLOR");
	const char *term = getenv("TERM");
	if (no_color != NULL && no_color[0] != 0)
		return false;
	return term != NULL && term[0] != 0 && strcmp(term, "dumb") != 0 && isatty(fd) == 1;
}

bool cli_utf8(void)
{
	const char *codeset = nl_langinfo(CODESET);
	return strcasecmp(codeset, "UTF-8") == 0 || strcasecmp(codeset, "UTF8") == 0;
}
