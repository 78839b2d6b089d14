/*
 * Names of files in a packet: they name people and firms ("offer-fabrikam.pdf"), also such that no detector knows. So a
 * name goes in only if nobody can be in it: every word of it stands in a closed list of words that file names share
 * ("export", "cases", "jsonl") or is the party's own label, no value of anybody else in the case holds that word, and
 * its digits are a date or so few that they are nobody's number.
 */
#ifndef STAUNCH_REPORT_PACKET_NAMES_H
#define STAUNCH_REPORT_PACKET_NAMES_H

#include "base/bytes.h"

struct packet_names;
/* own: a label of the party that may stand in a name ("contoso" of contoso.com); empty for none. Caller closes. */
struct packet_names *packet_names_open(struct st_span own);
/* A value of somebody else: its words stand for nobody no more. */
void packet_names_take(struct packet_names *names, struct st_span value);
/* Is the name, a path with its members, free of others? digits: those met so far in the chain, 0 at its beginning. */
bool packet_names_free(const struct packet_names *names, struct st_span name, unsigned *digits);
void packet_names_close(struct packet_names *names); /* NULL is fine */

#endif
