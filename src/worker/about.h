/* The role `about`: tells which libraries this program is linked with, and ends. */
#ifndef STAUNCH_WORKER_ABOUT_H
#define STAUNCH_WORKER_ABOUT_H

int worker_about(int socket); /* exit status */

#endif
