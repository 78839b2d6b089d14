/*
 * Errands: what the keyholder, which has no network, has others do. A courier (mail) and a resolver (DNS proof), each a
 * process of its own on the keyholder's host, connect to the keyholder's second socket, which the portal's user cannot
 * open; so a stolen web host sees no code. Frames of process/message.h. The keyholder hands out errands as they come;
 * who took them answers with their number, in any order. An errand not answered when its connection ends, or by its
 * deadline, is handed out again (mail: until its code expires) or fails (DNS: UNREACHABLE). Nothing of it is kept on
 * disk: mails wait in memory only.
 */
#ifndef STAUNCH_PORTAL_ERRAND_H
#define STAUNCH_PORTAL_ERRAND_H

#include "base/bytes.h"
#include "portal/identity.h"
#include "portal/protocol.h"

enum portal_errand_frame {
	PORTAL_ERRAND_HELLO = 1,    /* first, to the keyholder: u8 which errands: PORTAL_MAILS | PORTAL_LOOKUPS */
	PORTAL_ERRAND_MAIL = 2,     /* from the keyholder */
	PORTAL_ERRAND_LOOKUP = 3,   /* from the keyholder */
	PORTAL_ERRAND_MAILED = 4,   /* to the keyholder */
	PORTAL_ERRAND_LOOKED_UP = 5 /* to the keyholder */
};
enum { PORTAL_MAILS = 1, PORTAL_LOOKUPS = 2 };

struct portal_mail {
	uint64_t number;
	char to[PORTAL_IDENTITY_TEXT]; /* one canonical address, to be checked again by whoever writes a header */
	char language[3];
	char code[10]; /* "7K3Q-92MD" */
	int64_t expires_at;
};
struct portal_mailed {
	uint64_t number;
	uint8_t outcome; /* enum portal_mail_outcome */
};
enum portal_mail_outcome {
	PORTAL_MAIL_TAKEN,   /* by the mail server */
	PORTAL_MAIL_REFUSED, /* for good */
	PORTAL_MAIL_LATER,   /* this one cannot be taken now */
	PORTAL_MAIL_NONE,    /* none can: no server, no login */
	PORTAL_MAIL_OUTCOMES
};
struct portal_lookup {
	uint64_t number;
	char domain[256];    /* registrable, canonical */
	char txt_name[300];  /* "_exposure-challenge.contoso.com" */
	char txt_value[128]; /* the exact text that must be there */
};
struct portal_looked_up {
	uint64_t number;
	uint8_t verdict;       /* enum portal_verdict: DONE, NOT_FOUND, DISAGREE, BOGUS, UNREACHABLE */
	int64_t registered_at; /* of the domain (RDAP), UTC seconds; 0: not known. Later than the exposure: a person
				  decides */
};

void portal_mail_encode(const struct portal_mail *mail, struct st_buf *out);
bool portal_mail_decode(struct st_span body, struct portal_mail *out);
void portal_mailed_encode(const struct portal_mailed *mailed, struct st_buf *out);
bool portal_mailed_decode(struct st_span body, struct portal_mailed *out);
void portal_lookup_encode(const struct portal_lookup *lookup, struct st_buf *out);
bool portal_lookup_decode(struct st_span body, struct portal_lookup *out);
void portal_looked_up_encode(const struct portal_looked_up *looked_up, struct st_buf *out);
bool portal_looked_up_decode(struct st_span body, struct portal_looked_up *out);

#endif
