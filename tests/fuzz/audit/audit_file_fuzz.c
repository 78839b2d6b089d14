/* Any bytes as a configuration: read, told, encoded and decoded again; and the two evaluators agree on every witness.
 */
#include "audit/change.h"
#include "audit/reader.h"

#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
	if (!holds)
		abort();
}

static void travel(struct audit_result *result)
{
	struct audit_result again = {0};
	struct st_error err = {0};
	st_auto_buf struct st_buf bytes = {0}, copy = {0};
	audit_result_encode(result, &bytes, NULL);
	must(audit_result_decode((struct st_span){bytes.data, bytes.size}, 1, &again, &err) == ST_OK);
	audit_result_encode(&again, &copy, NULL);
	must(copy.size == bytes.size && memcmp(copy.data, bytes.data, copy.size) == 0);
	audit_result_free(result);
	audit_result_free(&again);
}

/* False: it is no configuration. */
static bool read_side(int fd, enum audit_side side, struct audit_model *model, bool *plan)
{
	struct st_error err = {0};
	struct audit_reader *reader = audit_reader_open(model, side);
	bool read = lseek(fd, 0, SEEK_SET) == 0 &&
		    audit_reader_file(reader, fd, audit_span("input"), 0, &err) == ST_OK &&
		    audit_reader_finish(reader, &err) == ST_OK;
	*plan = audit_reader_saw_plan(reader);
	audit_reader_close(reader);
	return read;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct audit_model after = {0}, before = {0};
	struct audit_result result = {0};
	struct st_error err = {0};
	bool plan = false;
	int fd = memfd_create("input", MFD_CLOEXEC);
	if (fd < 0 || size > 65536 || st_write_full(fd, data, size) != 0) {
		close(fd);
		return 0;
	}
	if (read_side(fd, AUDIT_AFTER, &after, &plan)) {
		must(audit_tell(&after, NULL, &result, NULL, &err) == ST_OK);
		travel(&result);
		if (plan && read_side(fd, AUDIT_BEFORE, &before, &plan)) {
			struct audit_snapshot sides[] = {{.model = &before}, {.model = &after}};
			must(audit_tell_change(sides, 2, NULL, &result, &err) == ST_OK);
			travel(&result);
		}
	}
	audit_model_free(&after);
	audit_model_free(&before);
	close(fd);
	return 0;
}
