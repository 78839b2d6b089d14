/*
 * An encrypted zip: stored entries, AES-256 as WinZip's AE-2 (APPNOTE.TXT of PKWARE for the container, "AES Encryption
 * Information: Encryption Specification AE-1 and AE-2" of winzip.com for the rest). The format derives its keys by
 * PBKDF2 with 1,000 rounds of HMAC-SHA1, which protects no passphrase that a person thinks of: so the passphrase comes
 * from packet_passphrase, 140 random bits. Names, sizes and the number of entries are not encrypted by the format.
 * Dates are constant: but for the salts the bytes depend on nothing but what is added.
 */
#ifndef STAUNCH_REPORT_PACKET_ZIP_H
#define STAUNCH_REPORT_PACKET_ZIP_H

#include "report/packet.h"

#define PACKET_PASSPHRASE_TEXT 35 /* "k3v9-..." seven groups of four, and a NUL */
void packet_passphrase(char out[PACKET_PASSPHRASE_TEXT]);

struct packet_zip;
/* Everything is written to sink, in order; both are borrowed. Close it whatever happened. */
struct packet_zip *packet_zip_open(const char *passphrase, const struct packet_sink *sink);
/* The next entry: a name of the program's own and exactly so many bytes in packet_zip_data. 4 GiB in all are refused
 * (ST_WRONG): zip without its 64-bit extension. */
enum st_status packet_zip_entry(struct packet_zip *zip, const char *name, uint64_t size_bytes, struct st_error *err);
enum st_status packet_zip_data(struct packet_zip *zip, const void *data, size_t size, struct st_error *err);
enum st_status packet_zip_finish(struct packet_zip *zip, struct st_error *err);
void packet_zip_close(struct packet_zip *zip); /* NULL is fine; wipes the keys */

#endif
