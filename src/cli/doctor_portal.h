#ifndef STAUNCH_CLI_DOCTOR_PORTAL_H
#define STAUNCH_CLI_DOCTOR_PORTAL_H

#include <stdbool.h>

struct doctor_portal {
	bool found, confined;
	char version[40];                          /* of its library; "" unknown */
	bool keyholder_confined, courier_confined; /* of the portal */
};
/* Starts staunch-portal (libevent) for a moment, and processes that put themselves into the jails of keyholder and
 * courier; or staunch-resolver (libunbound). Before this process is in a jail. */
void doctor_portal(struct doctor_portal *out);
void doctor_resolver(struct doctor_portal *out);

#endif
