/* The names of contract 4 for kinds, without the detectors: what answers HTTP does not load them. A test holds them
 * against detect_kind_name. */
#ifndef STAUNCH_PORTAL_KIND_NAMES_H
#define STAUNCH_PORTAL_KIND_NAMES_H

/* "email_address"; "unknown" out of range. */
const char *kind_name(unsigned kind);

#endif
