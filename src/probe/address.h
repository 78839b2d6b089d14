/*
 * Addresses that a name on the internet has no business leading to. Sources: IANA IPv4 and IPv6 Special-Purpose Address
 * Registries (RFC 6890), RFC 6052 (64:ff9b::/96), RFC 3056 (6to4); metadata services outside those ranges:
 * 168.63.129.16 (Azure, Microsoft Learn "What is IP address 168.63.129.16").
 */
#ifndef STAUNCH_PROBE_ADDRESS_H
#define STAUNCH_PROBE_ADDRESS_H

#include <stdbool.h>
#include <stdint.h>

/* Network byte order; size 4 or 16. False: private, shared, loopback, link-local, metadata, multicast, reserved, or one
 * of these inside an IPv6 address. */
bool probe_address_is_public(const uint8_t *address, int size_bytes);

#endif
