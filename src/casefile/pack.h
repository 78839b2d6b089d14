/* Blocks of rows are packed before they are sealed: values of one domain, country or template are much alike. */
#ifndef STAUNCH_CASEFILE_PACK_H
#define STAUNCH_CASEFILE_PACK_H

#include "base/bytes.h"

/* Zero-initialise; holds the tables of the library between blocks. */
struct pack {
	void *packer, *unpacker;
};

/* Packs into *out; false: it would be hardly smaller, and stays as it is. Zstandard (RFC 8878). */
bool pack_block(struct pack *pack, struct st_span plain, struct st_buf *out);
/* What was packed, into *out; false when it is none or has more than CEIL_PACKED_BLOCK_BYTES. */
bool pack_open(struct pack *pack, struct st_span packed, struct st_buf *out);
void pack_free(struct pack *pack);

#endif
