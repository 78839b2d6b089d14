/* What the detectors ask of a domain's last label, beside the questions of detect.h. */
#ifndef STAUNCH_DETECT_DOMAIN_H
#define STAUNCH_DETECT_DOMAIN_H

#include "detect/detect.h"

enum domain_top {
	DOMAIN_TOP_NONE,     /* no top-level domain that anyone uses */
	DOMAIN_TOP_INTERNAL, /* reserved (RFC 2606, RFC 6762) or used inside organizations: .test .local .corp ... */
	DOMAIN_TOP_GENERIC,  /* com net org edu gov: so common that a space may stand for the dot before them */
	DOMAIN_TOP_PUBLIC,   /* any other in the Public Suffix List */
};

/* What the last label of a host name is; host in canonical form. */
enum domain_top domain_top_of(struct st_span host);
/* Is the host itself a suffix of more than one label, such as co.uk? */
bool domain_is_long_suffix(struct st_span host);

/* What the generated sets of words are made of. */
uint64_t domain_hash(const uint8_t *name, size_t size);
/* Is the word of this hash one of a generated set of words? 40 bits of it are compared. */
bool domain_hash_in_set(const uint32_t *starts, const uint32_t *prints, uint64_t hash);

#endif
