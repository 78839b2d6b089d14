/* Options by --name VALUE, --name=VALUE, -l VALUE, -lVALUE, switches, "--", operands; names are never abbreviated, so
 * that a new option cannot change what an old script means. */
#include "cli/arguments.h"

#include <stdlib.h>
#include <strings.h>

struct cli_given {
	const struct cli_option *option;
	const char *value; /* NULL for a switch */
};

struct cli_arguments {
	const struct cli_command *command;
	struct cli_given *given; /* in the order given */
	size_t given_count;
	const char **operands;
	size_t operand_count;
	struct cli_list {
		char **texts; /* copies, NULL-ended */
	} * lists;            /* one for each option of the table */
	size_t option_count;
};

bool cli_refuse_secrets(int argc, char *const *argv)
{
	for (int i = 1; i < argc; i++) {
		if (strcasestr(argv[i], "sig=") == NULL && strcasestr(argv[i], "sig%3d") == NULL)
			continue;
		cli_fail(CLI_WRONG,
			"argument %d holds a signature (sig=): secrets come from a file or stdin, never from "
			"arguments",
			i);
		return true;
	}
	return false;
}

static size_t option_count(const struct cli_command *command)
{
	size_t count = 0;
	while (command->options != NULL && command->options[count].name != NULL)
		count++;
	return count;
}

static const struct cli_option *find_name(const struct cli_command *command, const char *name, size_t size)
{
	for (const struct cli_option *option = command->options; option != NULL && option->name != NULL; option++) {
		if (strlen(option->name) == size && memcmp(option->name, name, size) == 0)
			return option;
	}
	return NULL;
}

static const struct cli_option *find_letter(const struct cli_command *command, char letter)
{
	for (const struct cli_option *option = command->options; option != NULL && option->name != NULL; option++) {
		if (option->letter == letter)
			return option;
	}
	return NULL;
}

static void add_given(struct cli_arguments *arguments, const struct cli_option *option, const char *value)
{
	arguments->given[arguments->given_count++] = (struct cli_given){option, value};
}

static enum cli_parsed wrong(const struct cli_command *command, const char *what, const char *name, size_t size)
{
	cli_fail(CLI_WRONG, "%s %.*s; see: staunch %s --help", what, (int)size, name, command->name);
	return CLI_PARSED_WRONG;
}

/* `text` follows the dashes; *next is the argument after it, advanced when it is taken as the value. */
static enum cli_parsed parse_long(
	struct cli_arguments *arguments, const char *text, char *const **next, char *const *end)
{
	const char *equals = strchr(text, '=');
	size_t size = equals ? (size_t)(equals - text) : strlen(text);
	const struct cli_option *option = find_name(arguments->command, text, size);
	if (option == NULL && strcmp(text, "help") == 0)
		return CLI_PARSED_HELP;
	if (option == NULL && strcmp(text, "version") == 0)
		return CLI_PARSED_VERSION;
	if (option == NULL)
		return wrong(arguments->command, "unknown option", text - 2, size + 2);
	if (option->argument == NULL && equals != NULL)
		return wrong(arguments->command, "no value belongs to", text - 2, size + 2);
	if (option->argument != NULL && equals == NULL && *next == end)
		return wrong(arguments->command, "a value is missing after", text - 2, size + 2);
	const char *value = NULL;
	if (option->argument != NULL)
		value = equals ? equals + 1 : *(*next)++;
	add_given(arguments, option, value);
	return CLI_PARSED;
}

static enum cli_parsed parse_letters(
	struct cli_arguments *arguments, const char *text, char *const **next, char *const *end)
{
	for (; *text != 0; text++) {
		const struct cli_option *option = find_letter(arguments->command, *text);
		if (option == NULL && *text == 'h')
			return CLI_PARSED_HELP;
		if (option == NULL) {
			cli_fail(CLI_WRONG, "unknown option -%c; see: staunch %s --help", *text,
				arguments->command->name);
			return CLI_PARSED_WRONG;
		}
		if (option->argument == NULL) {
			add_given(arguments, option, NULL);
			continue;
		}
		if (text[1] == 0 && *next == end)
			return wrong(
				arguments->command, "a value is missing after", option->name, strlen(option->name));
		add_given(arguments, option, text[1] != 0 ? text + 1 : *(*next)++);
		break;
	}
	return CLI_PARSED;
}

static enum cli_parsed parse_all(struct cli_arguments *arguments, int argc, char *const *argv)
{
	char *const *end = argv + argc;
	bool options = true;
	for (char *const *at = argv; at < end;) {
		const char *text = *at++;
		enum cli_parsed parsed = CLI_PARSED;
		if (options && strcmp(text, "--") == 0)
			options = false;
		else if (options && text[0] == '-' && text[1] == '-')
			parsed = parse_long(arguments, text + 2, &at, end);
		else if (options && text[0] == '-' && text[1] != 0)
			parsed = parse_letters(arguments, text + 1, &at, end);
		else
			arguments->operands[arguments->operand_count++] = text;
		if (parsed != CLI_PARSED)
			return parsed;
	}
	return CLI_PARSED;
}

static enum cli_parsed check_operands(const struct cli_arguments *arguments)
{
	const struct cli_command *command = arguments->command;
	size_t count = arguments->operand_count;
	if (count < (size_t)command->operands_min) {
		cli_fail(CLI_WRONG, "%s needs %s; see: staunch %s --help", command->name,
			command->operands ? command->operands : "more", command->name);
		return CLI_PARSED_WRONG;
	}
	if (command->operands_max >= 0 && count > (size_t)command->operands_max) {
		cli_fail(CLI_WRONG, "%s takes no operand %s; see: staunch %s --help", command->name,
			arguments->operands[command->operands_max], command->name);
		return CLI_PARSED_WRONG;
	}
	return CLI_PARSED;
}

static void split_into(struct cli_list *list, size_t *count, const char *value)
{
	while (*value != 0) {
		size_t size = strcspn(value, ",");
		if (size > 0) {
			list->texts = st_realloc(list->texts, (*count + 2) * sizeof *list->texts);
			list->texts[(*count)++] = st_strndup(value, size);
			list->texts[*count] = NULL;
		}
		value += size + (value[size] == ',');
	}
}

static void make_lists(struct cli_arguments *arguments)
{
	arguments->option_count = option_count(arguments->command);
	arguments->lists = st_alloc_zero(arguments->option_count, sizeof *arguments->lists);
	for (size_t i = 0; i < arguments->option_count; i++) {
		size_t count = 0;
		arguments->lists[i].texts = st_alloc_zero(1, sizeof(char *));
		for (size_t j = 0; j < arguments->given_count; j++) {
			const struct cli_given *given = &arguments->given[j];
			if (given->option == &arguments->command->options[i] && given->value != NULL)
				split_into(&arguments->lists[i], &count, given->value);
		}
	}
}

static size_t most_given(int argc, char *const *argv)
{
	size_t most = 0;
	for (int i = 0; i < argc; i++)
		most += strlen(argv[i]) + 1; /* each letter of -abc may be an option */
	return most;
}

enum cli_parsed cli_parse(const struct cli_command *command, int argc, char *const *argv, struct cli_arguments **out)
{
	struct cli_arguments *arguments = st_alloc_zero(1, sizeof *arguments);
	arguments->command = command;
	arguments->given = st_alloc_zero(most_given(argc, argv), sizeof *arguments->given);
	arguments->operands = st_alloc_zero((size_t)argc + 1, sizeof *arguments->operands);
	enum cli_parsed parsed = parse_all(arguments, argc, argv);
	if (parsed == CLI_PARSED)
		parsed = check_operands(arguments);
	if (parsed != CLI_PARSED) {
		cli_arguments_free(arguments);
		return parsed;
	}
	make_lists(arguments);
	*out = arguments;
	return CLI_PARSED;
}

void cli_arguments_free(struct cli_arguments *arguments)
{
	if (arguments == NULL)
		return;
	for (size_t i = 0; i < arguments->option_count; i++) {
		for (char **text = arguments->lists[i].texts; *text != NULL; text++)
			free(*text);
		free(arguments->lists[i].texts);
	}
	free(arguments->lists);
	free(arguments->given);
	free(arguments->operands);
	free(arguments);
}

bool cli_has(const struct cli_arguments *arguments, const char *option)
{
	for (size_t i = 0; i < arguments->given_count; i++) {
		if (strcmp(arguments->given[i].option->name, option) == 0)
			return true;
	}
	return false;
}

const char *cli_value(const struct cli_arguments *arguments, const char *option)
{
	const char *value = NULL;
	for (size_t i = 0; i < arguments->given_count; i++) {
		if (strcmp(arguments->given[i].option->name, option) == 0)
			value = arguments->given[i].value;
	}
	return value;
}

const char *const *cli_values(const struct cli_arguments *arguments, const char *option)
{
	static const char *const none[] = {NULL};
	for (size_t i = 0; i < arguments->option_count; i++) {
		if (strcmp(arguments->command->options[i].name, option) == 0)
			return (const char *const *)arguments->lists[i].texts;
	}
	return none;
}

size_t cli_operand_count(const struct cli_arguments *arguments)
{
	return arguments->operand_count;
}

const char *cli_operand(const struct cli_arguments *arguments, size_t index)
{
	return index < arguments->operand_count ? arguments->operands[index] : NULL;
}
