/* What the detectors of urls, connection strings and IP addresses share. */
#ifndef STAUNCH_DETECT_URL_H
#define STAUNCH_DETECT_URL_H

#include "detect/detector.h"

#define URL_HOST_BYTES 253 /* RFC 1035, 2.3.4, without the root's dot */

/* A host in lower case, as A-labels (RFC 5891); its size, 0 when it is none. An IPv6 address stands in brackets. */
size_t url_fold_host(const uint8_t *host, size_t size, uint8_t out[URL_HOST_BYTES]);
/* How sure such a host makes a url, in hundredths; 0: it is no host. */
uint8_t url_host_confidence(const uint8_t *host, size_t size);

/* Is the text at `host` the host of a url that names a store: a database's scheme, a password in front of the host, or
 * the port of a search engine? An IP address there is the url's. */
bool url_names_store(const struct detect_window *window, size_t host);
/* Is it the server of a connection string (connection_string.c)? */
bool connection_names_store(const struct detect_window *window, size_t host);

#endif
