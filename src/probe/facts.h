/*
 * What a worker says of the body of an answer: values by their path in it, and how often each path stands there. Every
 * form (XML, JSON, plain bytes) is flattened the same way, so that a service asks for "EnumerationResults/NextMarker"
 * and never parses. Values are hostile text; their sizes and numbers are bounded by ceilings.
 */
#ifndef STAUNCH_PROBE_FACTS_H
#define STAUNCH_PROBE_FACTS_H

#include "base/bytes.h"

/* How a worker is to read a body. */
enum probe_form {
	PROBE_FORM_NONE,  /* nobody looks at it */
	PROBE_FORM_XML,   /* "ListBucketResult/Contents/Key": local names from the root */
	PROBE_FORM_JSON,  /* "version.number", "[].index", "hits.total": keys by '.', elements of arrays by "[]" */
	PROBE_FORM_ANY,   /* XML or JSON by its first byte, else bytes */
	PROBE_FORM_BYTES, /* "bytes": the first bytes as they came */
	/* Answers over TCP: "N.name", N the step from 0, as src/worker/answers.h has it for each protocol. */
	PROBE_FORM_REDIS,
	PROBE_FORM_MEMCACHED,
	PROBE_FORM_RSYNC,
	PROBE_FORM_FTP,
	PROBE_FORM_POSTGRESQL,
	PROBE_FORM_MYSQL,
	PROBE_FORM_MONGODB,
	PROBE_FORMS
};

enum probe_body { PROBE_BODY_WHOLE, PROBE_BODY_CUT, PROBE_BODY_OTHER /* not of this form */, PROBE_BODIES };

struct probe_fact {
	char *path;
	uint64_t count; /* how often; more than values are kept */
	struct probe_fact_value {
		struct st_buf text;
		uint32_t order; /* among all values of the body, in the order in which they end */
	} * values;
	uint32_t value_count;
};

/* Zero-initialised is empty. Owned by whoever declares it. */
struct probe_facts {
	enum probe_body body;
	struct probe_fact *list;
	uint32_t count;
	uint64_t held_bytes;
	uint32_t next_order;
	bool full; /* some paths or values were left out */
};

/* One more value at a path; beyond the ceilings only counts go on. keep: values kept for each path. */
void probe_facts_add(struct probe_facts *facts, const char *path, struct st_span value, uint32_t keep);
void probe_facts_free(struct probe_facts *facts);
/* The n-th value (from 0), NULL data when there is none; borrowed. */
struct st_span probe_fact(const struct probe_facts *facts, const char *path, uint32_t n);
/* Where it stands among all values: what belongs to one element of a list stands together. UINT32_MAX: there is none.
 */
uint32_t probe_fact_order(const struct probe_facts *facts, const char *path, uint32_t n);
/* The first value of a path whose order is above `after` and not above `until`; NULL data: none. */
struct st_span probe_fact_between(const struct probe_facts *facts, const char *path, uint32_t after, uint32_t until);
/* Is the first value there these letters? */
bool probe_fact_is(const struct probe_facts *facts, const char *path, const char *text);
uint64_t probe_fact_count(const struct probe_facts *facts, const char *path);

/* To and from a frame; decode checks everything. */
void probe_facts_encode(const struct probe_facts *facts, struct st_buf *out);
bool probe_facts_decode(struct st_cursor *in, struct probe_facts *out);

#endif
