/* What the files of `staunch portal` share. */
#ifndef STAUNCH_CLI_PORTAL_H
#define STAUNCH_CLI_PORTAL_H

/* Everything on loopback until Ctrl-C, nothing left behind. listen: "127.0.0.1:PORT", the mails stand on the next port;
 * NULL: 8020. Returns a cli_exit. */
int portal_demo(const char *listen);
/* Writes the invented store and the settings of the demo into a folder. False with *err. */
struct st_error;
int portal_demo_files(const char *folder, struct st_error *err);

#endif
