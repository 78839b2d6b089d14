/* What the files of `staunch courier` share. */
#ifndef STAUNCH_CLI_COURIER_H
#define STAUNCH_CLI_COURIER_H

#include "cli/check.h"
#include "portal/errand.h"

#define COURIER_HAND 32            /* mails that a keyholder gives to one courier at a time */
#define COURIER_A_MINUTE_USUAL 120 /* mails in one minute */

/* What the operator is told, in numbers alone. */
struct courier_told {
	uint64_t refused, later, unsound;
	char why[160]; /* of the last that failed: ours, or a status of SMTP */
};

struct courier {
	const char *errands_path;
	struct check_roles roles;
	struct probe_target server;
	bool starttls;
	char *from;
	struct st_buf credential; /* as FETCH_CREDENTIAL has it; empty: none */
	uint32_t a_minute;
	/* the keyholder */
	int errands; /* -1: not connected */
	struct message_reader *reader;
	uint64_t again_ms; /* when to connect again */
	/* mails to be sent, the oldest first; those in front of `owed` came over a connection that is gone */
	struct portal_mail hand[COURIER_HAND];
	size_t count, orphans;
	uint64_t minute, sent, used_ms; /* this minute and how many in it; when a mail was last sent */
	struct courier_told told;
	uint64_t tell_ms;
};

/* Until a signal. ST_OK: it ended as asked. */
enum st_status courier_serve(struct courier *courier, struct st_error *err);

#endif
