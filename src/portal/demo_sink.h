/* For `portal --demo` alone: takes the keyholder's errands and shows them on a page, instead of sending mail and asking
 * name servers. */
#ifndef STAUNCH_PORTAL_DEMO_SINK_H
#define STAUNCH_PORTAL_DEMO_SINK_H

/* Listens at a loopback address and connects to the keyholder's errand socket; until SIGTERM or until the keyholder is
 * gone. Returns an exit status. */
int demo_sink(const char *listen, const char *errands);

#endif
