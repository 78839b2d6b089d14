#include "probe/hits.h"

#include "base/ceilings.h"

#include <ctype.h>

struct version {
	unsigned major, minor;
};

static bool version_of(struct st_span text, struct version *out)
{
	unsigned *part = &out->major;
	*out = (struct version){0};
	if (text.data == NULL || text.size == 0 || !isdigit(text.data[0]))
		return false;
	for (size_t i = 0; i < text.size; i++) {
		if (text.data[i] == '.' && part == &out->minor)
			return true;
		if (text.data[i] == '.')
			part = &out->minor;
		else if (isdigit(text.data[i]) && *part < 1000)
			*part = *part * 10 + (unsigned)(text.data[i] - '0');
		else
			return false;
	}
	return part == &out->minor;
}

static bool at_least(struct version version, unsigned major, unsigned minor)
{
	return version.major > major || (version.major == major && version.minor >= minor);
}

enum probe_order probe_order_of(const struct probe_facts *root, bool *old)
{
	struct version version;
	*old = false;
	if (!version_of(probe_fact(root, "version.number", 0), &version))
		return PROBE_SCROLL;
	if (probe_fact_is(root, "version.distribution", "opensearch"))
		return at_least(version, 2, 4) ? PROBE_SEQ_NO : PROBE_SCROLL;
	*old = !at_least(version, 2, 0);
	return at_least(version, 7, 12) ? PROBE_SHARD_DOC : PROBE_SCROLL;
}

/* "Index names" of both products: not these characters, not these beginnings, 255 bytes. */
bool probe_index_is_sound(struct st_span name)
{
	if (name.data == NULL || name.size == 0 || name.size > 255 || strchr("_-+", name.data[0]) != NULL)
		return false;
	for (size_t i = 0; i < name.size; i++)
		if (name.data[i] <= ' ' || name.data[i] == 0x7f || strchr("\\/*?\"<>|,#:", name.data[i]) != NULL)
			return false;
	return !(name.size <= 2 && memcmp(name.data, "..", name.size) == 0);
}

bool probe_context_is_sound(struct st_span context)
{
	if (context.data == NULL || context.size == 0 || context.size > CEIL_CONTEXT_BYTES)
		return false;
	for (size_t i = 0; i < context.size; i++) {
		uint8_t c = context.data[i];
		if (c == 0 || c >= 0x80 || (!isalnum(c) && strchr("+/=_-", c) == NULL))
			return false;
	}
	return true;
}
