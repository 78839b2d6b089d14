/*
 * One packet, one answer: the rules of each gate read top to bottom, as the cloud would. It shares no code with the
 * sets of compile.c and reach.c, so that a witness that both agree on is one.
 */
#ifndef STAUNCH_AUDIT_STRAIGHT_H
#define STAUNCH_AUDIT_STRAIGHT_H

#include "audit/store.h"

struct audit_packet {
	struct st_span source; /* an address, or "tag:NAME": an address of that service tag in family `v6` */
	bool v6;
	uint16_t source_port, destination_port;
	uint8_t protocol; /* enum audit_protocol but any */
	uint8_t number;   /* of another protocol than have names */
	const struct audit_destination *destination;
};

struct audit_answer {
	bool may_pass, may_be_stopped; /* both: it cannot be told */
};

struct audit_answer audit_straight(const struct audit_store *store, const struct audit_packet *packet);

#endif
