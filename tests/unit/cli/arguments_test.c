/* The command line: what is accepted, what is refused, and that nothing secret is taken from it. */
#include "cli/arguments.h"

#include "check.h"

static int run_nothing(const struct cli_arguments *arguments)
{
	(void)arguments;
	return CLI_OK;
}

static const struct cli_option options[] = {
	{"case", 0, "FILE", "", false, false},
	{"output", 'o', "FILE", "", false, false},
	{"region", 'r', "CC", "", true, false},
	{"quiet", 'q', NULL, "", false, false},
	{"very", 'v', NULL, "", false, false},
	{0},
};
static const struct cli_command command = {.name = "probe",
	.summary = "",
	.operands = "SOURCE...",
	.operands_min = 0,
	.operands_max = 2,
	.options = options,
	.run = run_nothing};

static enum cli_parsed parse(struct cli_arguments **out, const char *line)
{
	static char copy[512];
	static char *words[32];
	int count = 0;
	snprintf(copy, sizeof copy, "%s", line);
	for (char *word = copy; *word != 0;) {
		words[count++] = word;
		word += strcspn(word, " ");
		if (*word != 0)
			*word++ = 0;
	}
	*out = NULL;
	return cli_parse(&command, count, words, out);
}

static void values_come_by_name_equals_sign_and_letter(void)
{
	static const char *const lines[] = {
		"--output x", "--output=x", "-o x", "-ox", "-qox", "--output y -o x", "-q -v -ox"};
	for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
		struct cli_arguments *arguments;
		CHECK_INT(parse(&arguments, lines[i]), CLI_PARSED);
		CHECK_TEXT(cli_value(arguments, "output"), "x");
		CHECK(!cli_has(arguments, "case") && cli_value(arguments, "case") == NULL);
		cli_arguments_free(arguments);
	}
}

static void operands_stand_anywhere_and_two_dashes_end_the_options(void)
{
	struct cli_arguments *arguments;
	CHECK_INT(parse(&arguments, "a -q -"), CLI_PARSED);
	CHECK_INT(cli_operand_count(arguments), 2);
	CHECK_TEXT(cli_operand(arguments, 1), "-");
	CHECK(cli_has(arguments, "quiet") && cli_operand(arguments, 2) == NULL);
	cli_arguments_free(arguments);
	CHECK_INT(parse(&arguments, "-- -q --case"), CLI_PARSED);
	CHECK_INT(cli_operand_count(arguments), 2);
	CHECK(!cli_has(arguments, "quiet"));
	cli_arguments_free(arguments);
}

static void repeated_options_and_comma_lists_are_one_list(void)
{
	struct cli_arguments *arguments;
	CHECK_INT(parse(&arguments, "--region IT,FR -rDE --region=,ES,"), CLI_PARSED);
	const char *const *values = cli_values(arguments, "region");
	static const char *const want[] = {"IT", "FR", "DE", "ES"};
	for (size_t i = 0; i < 4; i++)
		CHECK_TEXT(values[i], want[i]);
	CHECK(values[4] == NULL && cli_values(arguments, "case")[0] == NULL &&
		cli_values(arguments, "none")[0] == NULL);
	cli_arguments_free(arguments);
}

static void what_is_not_in_the_table_is_refused(void)
{
	static const char *const lines[] = {
		"--cas x", "--unknown", "-x", "--case", "-o", "--quiet=1", "a b c", "--", "--case=x -x"};
	for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
		struct cli_arguments *arguments;
		enum cli_parsed want = strcmp(lines[i], "--") == 0 ? CLI_PARSED : CLI_PARSED_WRONG;
		if (parse(&arguments, lines[i]) != want)
			CHECK_FAIL("%s", lines[i]);
		cli_arguments_free(arguments);
	}
}

static void help_and_version_are_asked_of_every_command(void)
{
	struct cli_arguments *arguments;
	CHECK_INT(parse(&arguments, "a --help"), CLI_PARSED_HELP);
	CHECK_INT(parse(&arguments, "-h"), CLI_PARSED_HELP);
	CHECK_INT(parse(&arguments, "--version"), CLI_PARSED_VERSION);
}

static void a_signature_in_an_argument_is_refused(void)
{
	static char program[] = "staunch", plain[] = "https://x.example/c?sv=1",
		    sas[] = "https://x.example/c?sv=1&SIG=abc", encoded[] = "--reveal=sig%3Dabc";
	char *fine[] = {program, plain}, *secret[] = {program, plain, sas}, *hidden[] = {program, encoded};
	CHECK(!cli_refuse_secrets(2, fine));
	CHECK(cli_refuse_secrets(3, secret));
	CHECK(cli_refuse_secrets(2, hidden));
}

static void numbers_take_units_of_1024_and_nothing_else(void)
{
	static const struct {
		const char *text;
		bool good;
		uint64_t value;
	} rows[] = {
		{"0", true, 0},
		{"12", true, 12},
		{"2K", true, 2048},
		{"1m", true, 1 << 20},
		{"3G", true, (uint64_t)3 << 30},
		{"18446744073709551615", true, UINT64_MAX},
		{"18446744073709551616", false, 0},
		{"17179869184G", false, 0},
		{"", false, 0},
		{"K", false, 0},
		{"1KB", false, 0},
		{"-1", false, 0},
		{" 1", false, 0},
		{"1.5", false, 0},
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		uint64_t value = 0;
		if (cli_number("jobs", rows[i].text, &value) != rows[i].good || value != rows[i].value)
			CHECK_FAIL("%s gives %" PRIu64, rows[i].text, value);
	}
}

int main(void)
{
	RUN(values_come_by_name_equals_sign_and_letter);
	RUN(operands_stand_anywhere_and_two_dashes_end_the_options);
	RUN(repeated_options_and_comma_lists_are_one_list);
	RUN(what_is_not_in_the_table_is_refused);
	RUN(help_and_version_are_asked_of_every_command);
	RUN(a_signature_in_an_argument_is_refused);
	RUN(numbers_take_units_of_1024_and_nothing_else);
	CHECK_END();
}
