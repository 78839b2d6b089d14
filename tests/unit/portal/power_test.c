/*
 * A power cut after each answer of the keyholder: what was never brought to the disk is gone. A shim under SQLite keeps
 * of every file what it held when it was last synced; a cut opens a state made of those.
 */
#include "check.h"

#include "portal/keyholder.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#define FILES 8
#define PATH_BYTES 128

static const uint8_t key[32] = {3};
static const struct portal_case which = {.case_id = {1}, .salt = {2}};
static int64_t now = 1700000000;

/* --- the disk --- */

static struct {
	sqlite3_file *file;
	char name[PATH_BYTES];
	sqlite3_io_methods methods; /* the real ones but for xSync */
	const sqlite3_io_methods *real;
} opened[FILES];
static sqlite3_vfs shim, *real;

static bool copy(const char *from, const char *to)
{
	char bytes[4096];
	ssize_t got = -1;
	int in = open(from, O_RDONLY | O_CLOEXEC), out = open(to, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	while (in >= 0 && out >= 0 && (got = read(in, bytes, sizeof bytes)) > 0)
		if (write(out, bytes, (size_t)got) != got)
			got = -1;
	if (in >= 0)
		close(in);
	if (out >= 0)
		close(out);
	return got == 0;
}

static int on_sync(sqlite3_file *file, int flags)
{
	char disk[PATH_BYTES + 8];
	for (size_t i = 0; i < FILES; i++) {
		if (opened[i].file != file)
			continue;
		snprintf(disk, sizeof disk, "%s.disk", opened[i].name);
		return copy(opened[i].name, disk) ? opened[i].real->xSync(file, flags) : SQLITE_IOERR_FSYNC;
	}
	return SQLITE_IOERR_FSYNC;
}

static int on_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags, int *out_flags)
{
	(void)vfs;
	int code = real->xOpen(real, name, file, flags, out_flags);
	if (code != SQLITE_OK || name == NULL)
		return code;
	size_t i = 0;
	while (i < FILES - 1 && opened[i].file != file && opened[i].file != NULL)
		i++;
	opened[i].file = file;
	opened[i].real = file->pMethods;
	opened[i].methods = *file->pMethods;
	opened[i].methods.xSync = on_sync;
	file->pMethods = &opened[i].methods;
	snprintf(opened[i].name, sizeof opened[i].name, "%s", name);
	return code;
}

static bool lay_shim(void)
{
	real = sqlite3_vfs_find(NULL);
	if (real == NULL)
		return false;
	shim = *real;
	shim.zName = "power";
	shim.xOpen = on_open;
	return sqlite3_vfs_register(&shim, 1) == SQLITE_OK;
}

/* --- a keyholder on it --- */

struct world {
	char path[PATH_BYTES];
	struct keyholder *keyholder;
};

static void remove_state(const char *path)
{
	static const char *const endings[] = {"", "-wal", "-shm", "-journal", ".disk", "-wal.disk", "-journal.disk"};
	char name[PATH_BYTES + 16];
	for (size_t i = 0; i < sizeof endings / sizeof endings[0]; i++) {
		snprintf(name, sizeof name, "%s%s", path, endings[i]);
		unlink(name);
	}
}

static bool start(struct world *world)
{
	struct st_error failure = {0};
	struct keyholder_options options = {.seal_key = key,
		.key_id = "0123456789abcdef",
		.state_path = world->path,
		.openings_per_hour = 2,
		.mails_per_hour = 100};
	if (keyholder_open(&options, &world->keyholder, &failure) == ST_OK)
		return true;
	printf("# %s\n", failure.what);
	return false;
}

static bool open_world(struct world *world)
{
	memset(opened, 0, sizeof opened);
	snprintf(world->path, sizeof world->path, "/tmp/power-test.%d.state", (int)getpid());
	remove_state(world->path);
	return start(world);
}

/* The machine stops and starts again with what its disk has. */
static bool cut_power(struct world *world)
{
	char disk[PATH_BYTES + 8], log[PATH_BYTES + 8], log_disk[PATH_BYTES + 16], held[PATH_BYTES + 8],
		held_log[PATH_BYTES + 16];
	snprintf(disk, sizeof disk, "%s.disk", world->path);
	snprintf(log, sizeof log, "%s-wal", world->path);
	snprintf(log_disk, sizeof log_disk, "%s-wal.disk", world->path);
	snprintf(held, sizeof held, "%s.held", world->path);
	snprintf(held_log, sizeof held_log, "%s-wal.held", world->path);
	bool kept = copy(disk, held) && copy(log_disk, held_log);
	keyholder_close(world->keyholder); /* what it writes in ending was never written */
	remove_state(world->path);
	memset(opened, 0, sizeof opened);
	kept = kept && rename(held, world->path) == 0 && rename(held_log, log) == 0 && copy(world->path, disk) &&
	       copy(log, log_disk);
	return kept && start(world);
}

static void close_world(struct world *world)
{
	keyholder_close(world->keyholder);
	remove_state(world->path);
}

static struct portal_answer ask(struct world *world, enum portal_ask what, const uint8_t *secret, const char *text)
{
	struct portal_question question = {.ask = what, .cases = {which}, .case_count = 1, .wish = PORTAL_CORRECT};
	struct portal_answer answer;
	struct portal_lookup lookup;
	if (secret != NULL)
		memcpy(question.secret, secret, sizeof question.secret);
	snprintf(question.identity, sizeof question.identity, "%s", text);
	snprintf(question.code, sizeof question.code, "%.31s", text);
	snprintf(question.text, sizeof question.text, "%s", text);
	memcpy(question.language, "en", 3);
	keyholder_answer(world->keyholder, &question, now, &answer, &lookup);
	return answer;
}

static bool prove(struct world *world, const char *address, struct portal_answer *session)
{
	struct portal_mail mail;
	struct portal_answer pending = ask(world, PORTAL_ASK_BEGIN_MAILBOX, NULL, address);
	if (!keyholder_next_mail(world->keyholder, now, &mail))
		return false;
	*session = ask(world, PORTAL_ASK_CODE, pending.secret, mail.code);
	return session->verdict == PORTAL_DONE;
}

static void tries_and_codes_that_were_used_are_not_forgotten(void)
{
	struct world world;
	struct portal_mail mail;
	CHECK(open_world(&world));
	struct portal_answer pending = ask(&world, PORTAL_ASK_BEGIN_MAILBOX, NULL, "anna@contoso.com");
	CHECK(keyholder_next_mail(world.keyholder, now, &mail));
	CHECK(cut_power(&world));
	CHECK_INT(
		ask(&world, PORTAL_ASK_CODE, pending.secret, mail.code[0] == '0' ? "11111111" : "00000000").tries_left,
		4);
	CHECK(cut_power(&world));
	CHECK_INT(
		ask(&world, PORTAL_ASK_CODE, pending.secret, mail.code[0] == '0' ? "11111111" : "00000000").tries_left,
		3);
	struct portal_answer session = ask(&world, PORTAL_ASK_CODE, pending.secret, mail.code);
	CHECK_INT(session.verdict, PORTAL_DONE);
	CHECK(cut_power(&world));
	CHECK_INT(ask(&world, PORTAL_ASK_CODE, pending.secret, mail.code).verdict, PORTAL_EXPIRED);
	CHECK_INT(ask(&world, PORTAL_ASK_OPEN, session.secret, "").verdict, PORTAL_DONE);
	close_world(&world);
}

static void the_log_and_the_budget_of_the_hour_are_not_forgotten(void)
{
	struct world world;
	struct portal_answer first, second, third;
	CHECK(open_world(&world));
	CHECK(prove(&world, "anna@contoso.com", &first));
	CHECK(prove(&world, "bob@contoso.com", &second));
	CHECK(prove(&world, "carl@contoso.com", &third));
	CHECK_INT(ask(&world, PORTAL_ASK_OPEN, first.secret, "").verdict, PORTAL_DONE);
	CHECK(cut_power(&world));
	CHECK_INT(ask(&world, PORTAL_ASK_OPEN, first.secret, "").log_count, 1);
	CHECK_INT(ask(&world, PORTAL_ASK_OPEN, second.secret, "").verdict, PORTAL_DONE);
	CHECK(cut_power(&world));
	CHECK_INT(ask(&world, PORTAL_ASK_OPEN, third.secret, "").verdict, PORTAL_BUSY);
	close_world(&world);
}

static void count_wish(void *context, uint64_t number, int64_t at, const uint8_t *case_id, enum portal_wish wish,
	const char *identity, const char *text)
{
	(void)number, (void)at, (void)case_id, (void)wish, (void)identity, (void)text;
	++*(int *)context;
}

static void a_wish_that_was_confirmed_and_a_session_that_was_ended_stay_so(void)
{
	struct world world;
	struct portal_answer session;
	int wishes = 0;
	CHECK(open_world(&world));
	CHECK(prove(&world, "anna@contoso.com", &session));
	CHECK_INT(ask(&world, PORTAL_ASK_REQUEST, session.secret, "my number is another").verdict, PORTAL_DONE);
	CHECK(cut_power(&world));
	CHECK_OK(keyholder_wishes(world.keyholder, count_wish, &wishes, &err));
	CHECK_INT(wishes, 1);
	CHECK_INT(ask(&world, PORTAL_ASK_END, session.secret, "").verdict, PORTAL_DONE);
	CHECK(cut_power(&world));
	CHECK_INT(ask(&world, PORTAL_ASK_OPEN, session.secret, "").verdict, PORTAL_EXPIRED);
	close_world(&world);
}

int main(void)
{
	if (!lay_shim())
		return 1;
	RUN(tries_and_codes_that_were_used_are_not_forgotten);
	RUN(the_log_and_the_budget_of_the_hour_are_not_forgotten);
	RUN(a_wish_that_was_confirmed_and_a_session_that_was_ended_stay_so);
	CHECK_END();
}
