/* The sealed index: what was put in comes out with the right secret, nothing with another; damage is told. */
#include "check.h"
#include "../resolve/fixture.h"

#include "portal/index.h"

static const uint8_t seal_key[32] = {1, 2, 3};
static const struct portal_case which = {.case_id = {7}, .salt = {9}, .exposed_at = 1000};

static void secret_of(unsigned party, uint8_t out[PORTAL_SECRET_BYTES])
{
	char identity[64];
	int size = snprintf(identity, sizeof identity, "person%u@contoso.com", party);
	portal_party_secret(seal_key, &which, PORTAL_PERSON, (struct st_span){(uint8_t *)identity, (size_t)size}, out);
}

/* What is sealed for a party: of a size that its number decides, so that all classes and chains come. */
static void fill(unsigned party, struct st_buf *out)
{
	static const size_t sizes[] = {0, 1, 233, 234, 235, 1001, 1002, 1003, 4074, 4075, 30000, 100};
	size_t size = sizes[party % 12];
	out->size = 0;
	for (size_t i = 0; i < size; i++)
		st_buf_add_byte(out, (uint8_t)(party + i * 7));
}

static void path_of(const struct folder *folder, char out[128])
{
	snprintf(out, 128, "%s/index", folder->path);
}

static enum st_status make(const struct folder *folder, unsigned parties, size_t memory_bytes, struct st_error *err)
{
	char path[128];
	struct portal_writer *writer;
	struct resolve_work work = folder->work;
	char name[] = "Northwind support cases", coverage[] = "5 objects listed, 4 read";
	struct portal_head head = {.name = name, .coverage = coverage, .records_read = 77, .unattributed = 5};
	st_auto_buf struct st_buf payload = {0};
	work.memory_bytes = memory_bytes;
	path_of(folder, path);
	ST_TRY(portal_writer_open(path, &work, seal_key, &which, &writer, err));
	for (unsigned i = 0; i < parties; i++) {
		uint8_t secret[PORTAL_SECRET_BYTES];
		secret_of(i, secret);
		fill(i, &payload);
		ST_TRY(portal_writer_add(writer, secret, (struct st_span){payload.data, payload.size}, err));
	}
	return portal_writer_finish(writer, &head, err);
}

static enum st_status open_index(const struct folder *folder, struct portal_index **out, struct st_error *err)
{
	char path[128];
	uint8_t public_key[32], secret_key[64];
	path_of(folder, path);
	portal_signing_pair(seal_key, public_key, secret_key);
	return portal_index_open(path, public_key, out, err);
}

static void remove_index(const struct folder *folder)
{
	char path[128];
	path_of(folder, path);
	unlink(path);
}

static void read_all(const struct folder *folder, unsigned parties)
{
	struct portal_index *index;
	st_auto_buf struct st_buf got = {0}, want = {0};
	uint8_t secret[PORTAL_SECRET_BYTES];
	bool found;
	CHECK_OK(open_index(folder, &index, &err));
	CHECK_INT(portal_index_head(index)->records_read, 77);
	CHECK_TEXT(portal_index_head(index)->name, "Northwind support cases");
	for (unsigned i = 0; i < parties + 50 && !check_failed; i++) {
		secret_of(i, secret);
		fill(i, &want);
		CHECK_OK(portal_index_read(index, secret, &found, &got, &err));
		bool right = found == (i < parties) &&
			     (!found || (got.size == want.size &&
						(got.size == 0 || memcmp(got.data, want.data, got.size) == 0)));
		if (!right)
			CHECK_FAIL(
				"party %u of %u: found %d, %zu bytes of %zu", i, parties, found, got.size, want.size);
	}
	portal_index_close(index);
}

static void each_party_finds_its_own_payload_of_any_size_and_others_nothing(void)
{
	struct folder folder;
	CHECK(folder_open(&folder));
	static const unsigned sizes[] = {0, 1, 12, 700};
	for (size_t i = 0; i < 4 && !check_failed; i++) {
		CHECK_OK(make(&folder, sizes[i], 64 * MIB, &err));
		read_all(&folder, sizes[i]);
	}
	remove_index(&folder);
	folder_close(&folder);
}

static void an_index_larger_than_memory_is_the_same(void)
{
	struct folder folder;
	CHECK(folder_open(&folder));
	CHECK_OK(make(&folder, 30000, 1, &err));
	read_all(&folder, 30000);
	remove_index(&folder);
	folder_close(&folder);
}

static void the_same_party_twice_is_refused_and_leaves_no_file(void)
{
	struct folder folder;
	char path[128];
	struct portal_writer *writer;
	struct st_error failure = {0};
	uint8_t secret[PORTAL_SECRET_BYTES];
	CHECK(folder_open(&folder));
	path_of(&folder, path);
	secret_of(1, secret);
	CHECK_OK(portal_writer_open(path, &folder.work, seal_key, &which, &writer, &err));
	CHECK_OK(portal_writer_add(writer, secret, (struct st_span){(const uint8_t *)"a", 1}, &err));
	CHECK_OK(portal_writer_add(writer, secret, (struct st_span){(const uint8_t *)"b", 1}, &err));
	CHECK_INT(portal_writer_finish(writer, &(struct portal_head){0}, &failure), ST_WRONG);
	bool found;
	CHECK_INT(folder_files(&folder, NULL, &found), 0);
	folder_close(&folder);
}

static void another_audience_case_salt_or_identity_has_another_secret(void)
{
	uint8_t secrets[5][PORTAL_SECRET_BYTES];
	struct st_span anna = {(const uint8_t *)"anna@contoso.com", 16}, eva = {(const uint8_t *)"eva@contoso.com", 15};
	struct portal_case other = which, again = which;
	other.case_id[3] ^= 1;
	again.salt[15] ^= 1;
	portal_party_secret(seal_key, &which, PORTAL_PERSON, anna, secrets[0]);
	portal_party_secret(seal_key, &which, PORTAL_ORGANIZATION_COUNTS, anna, secrets[1]);
	portal_party_secret(seal_key, &other, PORTAL_PERSON, anna, secrets[2]);
	portal_party_secret(seal_key, &again, PORTAL_PERSON, anna, secrets[3]);
	portal_party_secret(seal_key, &which, PORTAL_PERSON, eva, secrets[4]);
	for (int i = 0; i < 5; i++)
		for (int j = 0; j < i; j++)
			CHECK(memcmp(secrets[i], secrets[j], PORTAL_SECRET_BYTES) != 0);
}

/* Every byte of head and tables, and every payload: changed, it is noticed by whoever comes to it. */
static void a_changed_byte_is_refused_on_opening_or_on_reading_and_a_cut_file_on_opening(void)
{
	struct folder folder;
	char path[128];
	struct st_error failure = {0};
	struct portal_index *index;
	CHECK(folder_open(&folder));
	CHECK_OK(make(&folder, 12, 64 * MIB, &err));
	path_of(&folder, path);
	int fd = open(path, O_RDWR);
	struct stat info;
	CHECK(fd >= 0 && fstat(fd, &info) == 0);
	for (off_t at = 0; at < info.st_size && !check_failed; at += at < 700 ? 1 : 4099) {
		uint8_t byte;
		bool head = at < 600,
		     table = at >= PORTAL_HEAD_BYTES && at < PORTAL_HEAD_BYTES + 256 * PORTAL_DIGEST_BYTES;
		CHECK(pread(fd, &byte, 1, at) == 1);
		byte ^= 0x10;
		CHECK(pwrite(fd, &byte, 1, at) == 1);
		enum st_status status = open_index(&folder, &index, &failure);
		bool noticed = status == ST_WRONG;
		for (unsigned i = 0; status == ST_OK && i < 12; i++) {
			uint8_t secret[PORTAL_SECRET_BYTES];
			st_auto_buf struct st_buf got = {0};
			st_auto_buf struct st_buf want = {0};
			bool found = false;
			secret_of(i, secret);
			fill(i, &want);
			status = portal_index_read(index, secret, &found, &got, &failure);
			if (status == ST_OK && (!found || got.size != want.size ||
						       (got.size > 0 && memcmp(got.data, want.data, got.size) != 0)))
				CHECK_FAIL("byte %lld changed: party %u reads something else", (long long)at, i);
		}
		if ((head && at < 400) || table)
			if (!noticed)
				CHECK_FAIL("byte %lld changed, and the file opens", (long long)at);
		if (!noticed)
			portal_index_close(index);
		byte ^= 0x10;
		CHECK(pwrite(fd, &byte, 1, at) == 1);
	}
	CHECK(ftruncate(fd, info.st_size - 1) == 0);
	CHECK_INT(open_index(&folder, &index, &failure), ST_WRONG);
	CHECK(ftruncate(fd, 100) == 0);
	CHECK_INT(open_index(&folder, &index, &failure), ST_WRONG);
	close(fd);
	remove_index(&folder);
	folder_close(&folder);
}

/* 100 and 150 parties of one class make files of one size: how many there are does not show. */
static void the_number_of_parties_is_rounded_up(void)
{
	struct folder folder;
	struct portal_index *index;
	uint64_t entries[2][PORTAL_CLASSES];
	CHECK(folder_open(&folder));
	for (unsigned i = 0; i < 2; i++) {
		CHECK_OK(make(&folder, i == 0 ? 100 : 150, 64 * MIB, &err));
		CHECK_OK(open_index(&folder, &index, &err));
		memcpy(entries[i], portal_index_head(index)->entries, sizeof entries[i]);
		portal_index_close(index);
	}
	CHECK(memcmp(entries[0], entries[1], sizeof entries[0]) == 0);
	remove_index(&folder);
	folder_close(&folder);
}

int main(void)
{
	RUN(each_party_finds_its_own_payload_of_any_size_and_others_nothing);
	RUN(an_index_larger_than_memory_is_the_same);
	RUN(the_same_party_twice_is_refused_and_leaves_no_file);
	RUN(another_audience_case_salt_or_identity_has_another_secret);
	RUN(a_changed_byte_is_refused_on_opening_or_on_reading_and_a_cut_file_on_opening);
	RUN(the_number_of_parties_is_rounded_up);
	CHECK_END();
}
