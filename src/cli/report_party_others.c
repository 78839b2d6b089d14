/* Addresses at a domain that name somebody else. */
#include "cli/report_party.h"

#include "detect/detect.h"
#include "detect/domain.h"
#include "resolve/resolve.h"

#include <stdlib.h>

struct domain {
	char *name; /* registrable, found in a local part */
	bool known; /* addresses of others are at it */
};

struct party_others {
	const struct party *party;
	struct domain *domains; /* sorted once all are found */
	size_t count, capacity;
	bool finding;
};

static bool is_text(struct st_span span, const char *text)
{
	return strlen(text) == span.size && memcmp(span.data, text, span.size) == 0;
}

static int by_name(const void *left, const void *right)
{
	const struct domain *a = left, *b = right;
	return strcmp(a->name, b->name);
}

/* --- domains in a local part --- */

/* A text of a local part that may be a domain, by its registrable part; returns whether to go on. */
typedef bool each_domain(void *context, struct st_span domain);

static bool in_signs(uint8_t c, const char *signs)
{
	return c != 0 && strchr(signs, c) != NULL;
}

/* Every text that begins behind a sign and goes to the next that no host name has. False: each stopped it. */
static bool walk_domains(struct st_span local, each_domain *each, void *context)
{
	static const char ends[] = "+_=#%!", begins[] = "+_=#%!-";
	for (size_t start = 0; start < local.size; start++) {
		if (start > 0 && !in_signs(local.data[start - 1], begins))
			continue;
		size_t end = start;
		while (end < local.size && !in_signs(local.data[end], ends))
			end++;
		struct st_span text = {local.data + start, end - start};
		if (text.size == 0 || memchr(text.data, '.', text.size) == NULL ||
			domain_top_of(text) == DOMAIN_TOP_NONE)
			continue;
		struct st_span domain = detect_registrable_domain(text);
		if (domain.size > 0 && !each(context, domain))
			return false;
	}
	return true;
}

static const struct domain *find(const struct party_others *others, struct st_span name)
{
	st_auto_free char *text = st_strndup((const char *)name.data, name.size);
	struct domain key = {.name = text};
	return others->count > 0 ? bsearch(&key, others->domains, others->count, sizeof key, by_name) : NULL;
}

static bool is_nobodys(void *context, struct st_span domain)
{
	const struct party_others *others = context;
	if (is_text(domain, (const char *)others->party->name.data))
		return true;
	const struct domain *found = find(others, domain);
	return domain_top_of(domain) != DOMAIN_TOP_GENERIC && !detect_is_free_mail(domain) &&
	       (found == NULL || !found->known);
}

bool party_local_is_plain(struct st_span local, bool (*nobodys)(void *context, struct st_span domain), void *context)
{
	static const char signs[] = "=#%!@\":/";
	for (size_t i = 0; i < local.size; i++)
		if (in_signs(local.data[i], signs))
			return false;
	return walk_domains(local, nobodys, context);
}

bool party_carries_another(const struct party_others *others, struct st_span local)
{
	return !party_local_is_plain(local, is_nobodys, (void *)(uintptr_t)others);
}

/* --- two looks at the addresses of the case: which domains stand in local parts, and which of them are in use --- */

static bool keep_domain(void *context, struct st_span domain)
{
	struct party_others *others = context;
	if (others->count == others->capacity) {
		others->capacity = others->capacity ? others->capacity * 2 : 64;
		others->domains = st_realloc(others->domains, others->capacity * sizeof *others->domains);
	}
	others->domains[others->count++] = (struct domain){.name = st_strndup((const char *)domain.data, domain.size)};
	return true;
}

static void look_at(struct party_others *others, struct st_span address)
{
	const uint8_t *at = memrchr(address.data, '@', address.size);
	if (at == NULL)
		return;
	struct st_span local = {address.data, (size_t)(at - address.data)};
	struct st_span domain = detect_registrable_domain((struct st_span){at + 1, address.size - local.size - 1});
	bool own = is_text(domain, (const char *)others->party->name.data);
	if (others->finding && own)
		walk_domains(local, keep_domain, others);
	if (others->finding || own)
		return;
	struct domain *found = (struct domain *)(uintptr_t)find(others, domain);
	if (found != NULL)
		found->known = true;
}

static enum st_status look(void *context, const struct resolve_entity *entity, struct st_error *err)
{
	(void)err;
	if (entity->kind == DETECT_EMAIL_ADDRESS && !entity->more && entity->canonical.size > 0)
		look_at(context, entity->canonical);
	return ST_OK;
}

/* Sorted, each once. */
static void sort_domains(struct party_others *others)
{
	size_t kept = 0;
	if (others->count > 1)
		qsort(others->domains, others->count, sizeof *others->domains, by_name);
	for (size_t i = 0; i < others->count; i++) {
		if (kept > 0 && strcmp(others->domains[kept - 1].name, others->domains[i].name) == 0)
			free(others->domains[i].name);
		else
			others->domains[kept++] = others->domains[i];
	}
	others->count = kept;
}

enum st_status party_others_open(
	struct report_case *rc, const struct party *party, struct party_others **out, struct st_error *err)
{
	struct party_others *others = *out = st_alloc_zero(1, sizeof *others);
	others->party = party;
	if (!party->organization)
		return ST_OK;
	others->finding = true;
	ST_TRY(report_each_entity(rc, look, others, err));
	others->finding = false;
	sort_domains(others);
	return others->count > 0 ? report_each_entity(rc, look, others, err) : ST_OK;
}

void party_others_close(struct party_others *others)
{
	if (others == NULL)
		return;
	for (size_t i = 0; i < others->count; i++)
		free(others->domains[i].name);
	free(others->domains);
	free(others);
}
