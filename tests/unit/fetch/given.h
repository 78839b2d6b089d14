/* A credential for tests, as the fetch role gets it: through the frame. */
#ifndef STAUNCH_TESTS_FETCH_GIVEN_H
#define STAUNCH_TESTS_FETCH_GIVEN_H

#include "fetch/sign.h"

#include "check.h"

static void give(struct fetch_credential *out, const char *json)
{
	struct probe_auth auth;
	struct st_error err = {0};
	struct st_buf frame = {0};
	*out = (struct fetch_credential){0};
	if (probe_auth_read((struct st_span){(const uint8_t *)json, strlen(json)}, &auth, &err) != ST_OK) {
		printf("not ok - %s: %s\n", json, err.what);
		exit(1);
	}
	probe_auth_encode(&auth.entries[0], &frame);
	struct st_cursor in = {.at = frame.data, .end = frame.data + frame.size};
	if (!fetch_credential_take(out, &in)) {
		printf("not ok - the frame is not taken: %s\n", json);
		exit(1);
	}
	probe_auth_wipe(&auth);
	st_buf_wipe(&frame);
}

#define FILE_OF(entry_) "{\"schema\":\"staunch.auth/1\",\"entries\":[" entry_ "]}"

#endif
