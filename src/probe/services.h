/* The table of services; see probe/probe.h for how one is added. */
#ifndef STAUNCH_PROBE_SERVICES_H
#define STAUNCH_PROBE_SERVICES_H

#include "probe/probe.h"

/* All, in the order in which they are asked whether a target is theirs; NULL at the end. */
const struct probe_service *probe_service_at(size_t index);
const struct probe_service *probe_service_named(const char *name);
/* By the scheme, else by the host; NULL: it must be asked (probe_row_what). */
const struct probe_service *probe_service_of(const struct probe_target *target);
/* By the answer to probe_row_what or probe_row_what_body; NULL: it does not tell. */
const struct probe_service *probe_service_answering(const struct probe_answer *answer);
/* By the port that it is usually at. */
const struct probe_service *probe_service_at_port(const struct probe_target *target);

#endif
