/* Any bytes as a configuration: read, told, encoded and decoded again; and the two evaluators agree on every witness.
 */
#include "audit/reader.h"
#include "audit/tell.h"

#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
	if (!holds)
		abort();
}

static void tell(const struct audit_model *model)
{
	struct audit_result result = {0}, again = {0};
	struct st_error err = {0};
	st_auto_buf struct st_buf bytes = {0}, copy = {0};
	must(audit_tell(model, NULL, &result, NULL, &err) == ST_OK);
	audit_result_encode(&result, &bytes);
	must(audit_result_decode((struct st_span){bytes.data, bytes.size}, 1, &again, &err) == ST_OK);
	audit_result_encode(&again, &copy);
	must(copy.size == bytes.size && memcmp(copy.data, bytes.data, copy.size) == 0);
	audit_result_free(&result);
	audit_result_free(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct audit_model model = {0};
	struct st_error err = {0};
	int fd = memfd_create("input", MFD_CLOEXEC);
	if (fd < 0 || size > 65536 || st_write_full(fd, data, size) != 0 || lseek(fd, 0, SEEK_SET) != 0) {
		close(fd);
		return 0;
	}
	struct audit_reader *reader = audit_reader_open(&model, AUDIT_AFTER);
	if (audit_reader_file(reader, fd, audit_span("input"), 0, &err) == ST_OK &&
		audit_reader_finish(reader, &err) == ST_OK)
		tell(&model);
	audit_reader_close(reader);
	audit_model_free(&model);
	close(fd);
	return 0;
}
