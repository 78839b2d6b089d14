/*
 * Registrable domains by the algorithm of publicsuffix.org/list (wildcards, exceptions, private section), free-mail and
 * disposable providers. All names are in canonical form: lower case, A-labels, no dot at either end.
 */
#include "base/search.h"
#include "detect/domain.h"
#include "detect/domain_tables.h"

/* FNV-1a, then the finalizer of MurmurHash3; tools/gen_domain_tables.py has the same. */
uint64_t domain_hash(const uint8_t *name, size_t size)
{
	uint64_t hash = 0xcbf29ce484222325u;
	for (size_t i = 0; i < size; i++)
		hash = (hash ^ name[i]) * 0x100000001b3u;
	hash = (hash ^ (hash >> 33)) * 0xff51afd7ed558ccdu;
	hash = (hash ^ (hash >> 33)) * 0xc4ceb9fe1a85ec53u;
	return hash ^ (hash >> 33);
}

/* The DOMAIN_* flags of this exact suffix; 0 when the list does not name it. */
static unsigned suffix_flags(const uint8_t *name, size_t size)
{
	if (size == 0 || size > 255)
		return 0;
	size_t slot = domain_hash(name, size) % DOMAIN_SUFFIX_SLOTS;
	for (; domain_suffix_slots[slot] != 0; slot = (slot + 1) % DOMAIN_SUFFIX_SLOTS) {
		const char *entry = domain_suffix_text + domain_suffix_slots[slot];
		if ((uint8_t)entry[0] == size && memcmp(entry + 2, name, size) == 0)
			return (uint8_t)entry[1];
	}
	return 0;
}

/* Hashes lie evenly: where one would stand is a matter of a few steps from where its share of the bucket ends. */
bool domain_hash_in_set(const uint32_t *starts, const uint32_t *prints, uint64_t hash)
{
	const uint32_t low = starts[hash >> 56], high = starts[(hash >> 56) + 1];
	const uint32_t wanted = (uint32_t)(hash >> 24);
	uint32_t at = low + (uint32_t)((uint64_t)wanted * (high - low) >> 32);
	while (at > low && prints[at - 1] >= wanted)
		at--;
	while (at < high && prints[at] < wanted)
		at++;
	return at < high && prints[at] == wanted;
}

/* Sets that decide what counts hold whole hashes. */
static bool in_whole_set(const uint32_t *starts, const uint64_t *prints, struct st_span name)
{
	uint64_t hash = domain_hash(name.data, name.size);
	const uint64_t *run = prints + starts[hash >> 56];
	size_t count = starts[(hash >> 56) + 1] - starts[hash >> 56];
	size_t at = st_first_at_least(run, count, sizeof *run, 0, sizeof *run, hash);
	return at < count && run[at] == hash;
}

bool detect_is_free_mail(struct st_span registrable_domain)
{
	return in_whole_set(domain_free_mail_starts, domain_free_mail_prints, registrable_domain);
}

bool detect_is_disposable(struct st_span registrable_domain)
{
	return in_whole_set(domain_disposable_starts, domain_disposable_prints, registrable_domain);
}

/* Start of the label that ends at `end`. */
static size_t label_start(const uint8_t *name, size_t end)
{
	while (end > 0 && name[end - 1] != '.')
		end--;
	return end;
}

/* Is every label between dots at least one byte long? A leading dot makes a name none. */
static bool well_formed(struct st_span host)
{
	for (size_t i = 0; i < host.size; i++)
		if (host.data[i] == '.' && (i == 0 || i + 1 == host.size || host.data[i + 1] == '.'))
			return false;
	return host.size > 0 && host.size <= 255;
}

/* Start of the longest public suffix; the last label when no rule matches (the list's default rule `*`). */
static size_t suffix_start(struct st_span host)
{
	size_t best = label_start(host.data, host.size);
	size_t start = host.size + 1, before = 0; /* before: start of the suffix one label shorter */
	while (start > 0) {
		before = start;
		start = label_start(host.data, start - 1);
		unsigned flags = suffix_flags(host.data + start, host.size - start);
		if (flags & DOMAIN_EXCEPTION)
			return before;
		if (flags & DOMAIN_RULE)
			best = start;
		if ((flags & DOMAIN_WILDCARD) && start > 0)
			best = label_start(host.data, start - 1);
	}
	return best;
}

struct st_span detect_registrable_domain(struct st_span host)
{
	struct st_span none = {host.data, 0};
	if (!well_formed(host))
		return none;
	size_t suffix = suffix_start(host);
	if (suffix == 0)
		return none;
	size_t start = label_start(host.data, suffix - 1);
	return (struct st_span){host.data + start, host.size - start};
}

struct top_label {
	uint8_t size;
	char name[12];
};

static bool label_in(const struct top_label *names, const uint8_t *label, size_t size)
{
	for (; names->size; names++)
		if (names->size == size && memcmp(names->name, label, size) == 0)
			return true;
	return false;
}

enum domain_top domain_top_of(struct st_span host)
{
	static const struct top_label generic[] = {{3, "com"}, {3, "net"}, {3, "org"}, {3, "edu"}, {3, "gov"}, {0, ""}};
	static const struct top_label internal[] = {{4, "corp"}, {7, "example"}, {8, "internal"}, {8, "intranet"},
		{7, "invalid"}, {3, "lan"}, {5, "local"}, {11, "localdomain"}, {9, "localhost"}, {4, "test"}, {0, ""}};
	size_t start = label_start(host.data, host.size);
	const uint8_t *label = host.data + start;
	size_t size = host.size - start;
	if (label_in(generic, label, size))
		return DOMAIN_TOP_GENERIC;
	if (label_in(internal, label, size))
		return DOMAIN_TOP_INTERNAL;
	return suffix_flags(label, size) & DOMAIN_TOP ? DOMAIN_TOP_PUBLIC : DOMAIN_TOP_NONE;
}

bool domain_is_long_suffix(struct st_span host)
{
	return memchr(host.data, '.', host.size) && (suffix_flags(host.data, host.size) & DOMAIN_RULE);
}
