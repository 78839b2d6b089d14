/* Any bytes are a key file or they are not; what is one is written the only way there is. */
#include "casefile/key_file.h"

#include <sodium.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct key_file key;
	if (sodium_init() < 0)
		abort();
	if (!key_file_parse((struct st_span){data, size}, &key))
		return 0;
	if (key_purpose_name(key.purpose) == NULL || strlen(key.id) != KEY_FILE_ID_TEXT - 1)
		abort();
	return 0;
}
