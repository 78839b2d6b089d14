/*
 * Standard input to standard output, with what is personal replaced by labels, or by tokens under a key:
 *
 *     cc redact_stdin.c $(pkg-config --cflags --libs staunch) -o redact_stdin
 *     ./redact_stdin [FORMAT [FILE-WITH-32-SECRET-BYTES]] <in >out
 */
#include <staunch.h>
#include <stdio.h>

static int put(void *context, const void *data, size_t size)
{
	return fwrite(data, 1, size, context) == size ? 0 : 1;
}

static int use_key(staunch_options *options, const char *path)
{
	unsigned char key[32];
	FILE *file = fopen(path, "rb");
	size_t size = file != NULL ? fread(key, 1, sizeof key, file) : 0;
	if (file != NULL)
		fclose(file);
	return staunch_options_key(options, key, size);
}

static int redact_stdin(const staunch_options *options)
{
	static char block[65536];
	staunch_redact *redact;
	size_t size;
	int status = staunch_redact_open(options, put, stdout, &redact);
	if (status != STAUNCH_OK)
		return status;
	while ((size = fread(block, 1, sizeof block, stdin)) > 0)
		if (staunch_redact_feed(redact, block, size) != STAUNCH_OK)
			break;
	status = staunch_redact_finish(redact);
	if (status == STAUNCH_UNSEARCHED)
		fprintf(stderr, "byte %llu: ", (unsigned long long)staunch_redact_unsearched_at(redact));
	staunch_redact_close(redact);
	return status;
}

int main(int count, char **arguments)
{
	staunch_options *options;
	int status = staunch_options_open(&options);
	if (status == STAUNCH_OK && count > 1)
		status = staunch_options_format(options, arguments[1]);
	if (status == STAUNCH_OK && count > 2)
		status = use_key(options, arguments[2]);
	if (status != STAUNCH_OK && staunch_options_error(options)[0] != 0)
		fprintf(stderr, "%s\n", staunch_options_error(options));
	if (status == STAUNCH_OK)
		status = redact_stdin(options);
	if (status == STAUNCH_OK && fflush(stdout) != 0)
		status = STAUNCH_WRITE;
	if (status != STAUNCH_OK)
		fprintf(stderr, "%s\n", staunch_error_text(status));
	staunch_options_close(options);
	return status == STAUNCH_OK ? 0 : 1;
}
