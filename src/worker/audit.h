/* The role `audit`: reads configurations and answers what they open. */
#ifndef STAUNCH_WORKER_AUDIT_H
#define STAUNCH_WORKER_AUDIT_H

/* Serves one audit on this socket; exit status of the process. */
int worker_audit(int socket);

#endif
