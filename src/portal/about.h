/* What the operator of a portal says of itself: a small file of settings in JSON (base/settings.h), read once. */
#ifndef STAUNCH_PORTAL_ABOUT_H
#define STAUNCH_PORTAL_ABOUT_H

#include "base/error.h"
#include "portal/words.h"

/* All texts are UTF-8 of one line; NULL where the file says nothing. */
struct about {
	char *controller; /* who is responsible: stands on top of every page */
	char *address;    /* postal */
	char *contact;    /* mailbox that answers wishes, and notices that are doubted */
	char *officer;    /* data protection officer */
	char *authority;  /* where to complain */
	char *sender;     /* address that mails come from */
	char *site;       /* where the controller itself names this portal */
	char *kept;       /* how long the entries stay: "until 31 December 2027" */
	char *happened[WORDS_LANGUAGES];
};

/* {"schema": "staunch.portal/1", "controller": ..., "happened": {"en": ..., "it": ..., "fr": ...}}; controller and
 * contact must be there. about_free in any case. */
enum st_status about_read(const char *path, struct about *out, struct st_error *err);
enum st_status about_parse(struct st_span file, struct about *out, struct st_error *err);
void about_free(struct about *about);

#endif
