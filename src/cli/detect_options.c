#include "cli/detect_options.h"

#include <ctype.h>
#include <idn2.h>
#include <stdlib.h>

/* Two letters each (ISO 3166-1), upper case; false with a line on stderr. */
static bool read_regions(const char *const *values, char **out)
{
	for (size_t i = 0; values[i]; i++) {
		const char *value = values[i];
		if (strlen(value) != 2 || !isalpha((unsigned char)value[0]) || !isalpha((unsigned char)value[1])) {
			cli_fail(CLI_WRONG, "--region takes two-letter country codes: IT,FR");
			return false;
		}
		out[i] = st_strndup(value, 2);
		out[i][0] = (char)toupper((unsigned char)value[0]);
		out[i][1] = (char)toupper((unsigned char)value[1]);
	}
	return true;
}

/* Domains as A-labels in lower case. */
static bool read_own_domains(const char *const *values, char **out)
{
	for (size_t i = 0; values[i]; i++) {
		uint8_t *ascii = NULL;
		if (idn2_lookup_u8((const uint8_t *)values[i], &ascii, IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL) !=
				IDN2_OK ||
			!*ascii) {
			cli_fail(CLI_WRONG, "--own-domain takes a domain such as example.com");
			free(ascii);
			return false;
		}
		out[i] = st_strndup((const char *)ascii, strlen((const char *)ascii));
		free(ascii);
	}
	return true;
}

static size_t list_length(const char *const *list)
{
	size_t count = 0;
	while (list[count])
		count++;
	return count;
}

bool detect_options_read(const struct cli_arguments *arguments, struct detect_options *out)
{
	const char *const *region_values = cli_values(arguments, "region");
	const char *const *domain_values = cli_values(arguments, "own-domain");
	char **regions = st_alloc_zero(list_length(region_values) + 1, sizeof *regions);
	char **own_domains = st_alloc_zero(list_length(domain_values) + 1, sizeof *own_domains);
	*out = (struct detect_options){
		.regions = (const char *const *)regions, .own_domains = (const char *const *)own_domains};
	return read_regions(region_values, regions) && read_own_domains(domain_values, own_domains);
}

static void free_list(const char *const *list)
{
	union {
		const char *const *borrowed;
		char **owned;
	} both = {list};
	for (char **entry = both.owned; *entry; entry++)
		free(*entry);
	free(both.owned);
}

void detect_options_free(struct detect_options *options)
{
	free_list(options->regions);
	free_list(options->own_domains);
}
