#ifndef STAUNCH_CLI_DOCTOR_PORTAL_H
#define STAUNCH_CLI_DOCTOR_PORTAL_H

#include <stdbool.h>

struct doctor_portal {
	bool found, confined;
	char version[40]; /* of libevent; "" unknown */
	bool keyholder_confined, courier_confined;
};
/* Starts staunch-portal for a moment, and processes that put themselves into the jails of the others. Before this
 * process is in a jail. */
void doctor_portal(struct doctor_portal *out);

#endif
