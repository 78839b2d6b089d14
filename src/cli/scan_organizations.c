/*
 * Two passes over the addresses. The first counts at how many domains of one name each person stands; those with two or
 * more are remembered by keyed digest. The second gathers the domains where such a person stands: of those with the
 * same name all but one are joined. Names with a legal form are counted against the names of domains as |A or B| - |A|.
 */
#include "cli/scan_organizations.h"

#include "base/ceilings.h"

#include <stdlib.h>

enum { SET_PERSONS, SET_LABELS, SET_LABELS_AND_NAMES, SET_JOINED_DOMAINS, SET_JOINED_LABELS };

struct scan_organizations {
	struct resolve_work work;
	uint64_t next_run;
	struct resolve_distinct *distinct;
	uint8_t (*shared)[ST_DIGEST_BYTES]; /* persons at several domains of one name, sorted */
	size_t shared_count, shared_capacity;
	uint64_t names; /* beyond those of domains */
};

struct scan_organizations *scan_organizations_open(const struct resolve_work *work, uint64_t next_run)
{
	struct scan_organizations *o = st_alloc_zero(1, sizeof *o);
	o->work = *work;
	o->next_run = next_run;
	o->distinct = resolve_distinct_open(work, next_run);
	return o;
}

void scan_organizations_close(struct scan_organizations *o)
{
	if (o == NULL)
		return;
	resolve_distinct_close(o->distinct);
	free(o->shared);
	free(o);
}

/* --- keys --- */

static bool is_small_letter(uint8_t c)
{
	return c >= 'a' && c <= 'z';
}

/* The name of a domain: what stands before its suffix. */
static struct st_span label_of(struct st_span domain)
{
	const uint8_t *dot = domain.size > 0 ? memchr(domain.data, '.', domain.size) : NULL;
	return (struct st_span){domain.data, dot != NULL ? (size_t)(dot - domain.data) : domain.size};
}

/* first.last: two parts of at least two letters, nothing but letters, digits and one kind of joint. A first name alone,
 * or the name of a role, stands at many organizations. */
static bool is_full_name(struct st_span local)
{
	size_t parts = 0, letters = 0;
	for (size_t i = 0; i <= local.size; i++) {
		uint8_t c = i < local.size ? local.data[i] : '.';
		if (is_small_letter(c)) {
			letters++;
		} else if (c == '.' || c == '-' || c == '_') {
			if (letters < 2)
				return false;
			parts++;
			letters = 0;
		} else if (c < '0' || c > '9') {
			return false;
		}
	}
	return parts >= 2;
}

/* Name of the domain, NUL, local part; empty: this address is no evidence. */
static void person_key(struct st_span address, struct st_span domain, struct st_buf *out)
{
	const uint8_t *sign = address.size > 0 ? memrchr(address.data, '@', address.size) : NULL;
	struct st_span label = label_of(domain);
	out->size = 0;
	if (sign == NULL || label.size < 3)
		return;
	struct st_span local = {address.data, (size_t)(sign - address.data)};
	if (detect_is_role_mailbox(local) || !is_full_name(local))
		return;
	st_buf_add(out, label.data, label.size);
	st_buf_add_byte(out, 0);
	st_buf_add(out, local.data, local.size);
}

/* Letters and digits only, so that "northwind traders" is northwind-traders.com. */
static void plain_name(struct st_span name, struct st_buf *out)
{
	out->size = 0;
	for (size_t i = 0; i < name.size; i++)
		if (is_small_letter(name.data[i]) || (name.data[i] >= '0' && name.data[i] <= '9') ||
			name.data[i] >= 0x80)
			st_buf_add_byte(out, name.data[i]);
}

static enum st_status add(struct scan_organizations *o, uint8_t set, const struct st_buf *key, struct st_error *err)
{
	if (key->size == 0 || key->size > CEIL_KEY_BYTES)
		return ST_OK;
	return resolve_distinct_add(o->distinct, set, (struct st_span){key->data, key->size}, err);
}

/* --- first pass --- */

enum st_status scan_organizations_address(
	struct scan_organizations *o, struct st_span address, struct st_span domain, struct st_error *err)
{
	st_auto_buf struct st_buf key = {0};
	person_key(address, domain, &key);
	return add(o, SET_PERSONS, &key, err);
}

enum st_status scan_organizations_name(struct scan_organizations *o, struct st_span name, struct st_error *err)
{
	st_auto_buf struct st_buf key = {0};
	const uint8_t *form = name.size > 0 ? memrchr(name.data, ' ', name.size) : NULL;
	plain_name((struct st_span){name.data, form != NULL ? (size_t)(form - name.data) : name.size}, &key);
	return add(o, SET_LABELS_AND_NAMES, &key, err);
}

enum st_status scan_organizations_domain(struct scan_organizations *o, struct st_span domain, struct st_error *err)
{
	st_auto_buf struct st_buf key = {0};
	plain_name(label_of(domain), &key);
	ST_TRY(add(o, SET_LABELS, &key, err));
	return add(o, SET_LABELS_AND_NAMES, &key, err);
}

/* --- between --- */

/* Beyond the ceiling fewer are joined: the least is then higher, never lower, than it could be. */
static enum st_status keep_shared(void *context, uint8_t set, struct st_span key, uint64_t times, struct st_error *err)
{
	(void)err;
	struct scan_organizations *o = context;
	if (set != SET_PERSONS || times < 2 || o->shared_count == CEIL_SHARED_PERSONS)
		return ST_OK;
	if (o->shared_count == o->shared_capacity) {
		o->shared_capacity = o->shared_capacity ? o->shared_capacity * 2 : 64;
		o->shared = st_realloc(o->shared, o->shared_capacity * sizeof *o->shared);
	}
	st_digest(o->work.digest_key, key.data, key.size, o->shared[o->shared_count++]);
	return ST_OK;
}

static int by_digest(const void *a, const void *b)
{
	return memcmp(a, b, ST_DIGEST_BYTES);
}

enum st_status scan_organizations_settle(struct scan_organizations *o, struct st_error *err)
{
	uint64_t counts[256] = {0};
	struct resolve_distinct *distinct = o->distinct;
	o->distinct = NULL;
	ST_TRY(resolve_distinct_finish(distinct, keep_shared, o, counts, err));
	o->names = counts[SET_LABELS_AND_NAMES] - counts[SET_LABELS];
	if (o->shared_count > 1)
		qsort(o->shared, o->shared_count, sizeof *o->shared, by_digest);
	o->distinct = resolve_distinct_open(&o->work, o->next_run);
	return ST_OK;
}

/* --- second pass --- */

enum st_status scan_organizations_again(
	struct scan_organizations *o, struct st_span address, struct st_span domain, struct st_error *err)
{
	st_auto_buf struct st_buf key = {0};
	uint8_t digest[ST_DIGEST_BYTES];
	if (o->shared_count == 0)
		return ST_OK;
	person_key(address, domain, &key);
	if (key.size == 0)
		return ST_OK;
	st_digest(o->work.digest_key, key.data, key.size, digest);
	if (bsearch(digest, o->shared, o->shared_count, sizeof *o->shared, by_digest) == NULL)
		return ST_OK;
	ST_TRY(resolve_distinct_add(o->distinct, SET_JOINED_DOMAINS, domain, err));
	return resolve_distinct_add(o->distinct, SET_JOINED_LABELS, label_of(domain), err);
}

enum st_status scan_organizations_finish(
	struct scan_organizations *o, struct casefile_range *range, struct st_error *err)
{
	uint64_t counts[256] = {0};
	struct resolve_distinct *distinct = o->distinct;
	o->distinct = NULL;
	ST_TRY(resolve_distinct_finish(distinct, NULL, NULL, counts, err));
	range->min = range->best - (counts[SET_JOINED_DOMAINS] - counts[SET_JOINED_LABELS]);
	range->max = range->best + o->names;
	return ST_OK;
}
