/* A store lists everything in it once, in the order of path bytes, and says why what cannot be opened cannot. */
#include "source/source.h"

#include "check.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

struct listing {
	struct st_buf text; /* "path size reason\n" */
};

static void listing_free(struct listing *listing)
{
	st_buf_free(&listing->text);
}
#define st_auto_listing __attribute__((cleanup(listing_free)))

static enum st_status add(void *context, const struct source_entry *entry, struct st_error *err)
{
	(void)err;
	struct listing *listing = context;
	st_buf_add(&listing->text, entry->path.data, entry->path.size);
	st_auto_free char *rest =
		st_format(" %llu %s\n", (unsigned long long)entry->size_bytes, st_reason_name(entry->reason));
	st_buf_add(&listing->text, rest, strlen(rest));
	return ST_OK;
}

static void put(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	if (fd < 0 || st_write_full(fd, text, strlen(text)) != 0 || close(fd) != 0)
		abort();
}

static char folder[] = "/tmp/staunch-walk-XXXXXX";

static void make_tree(void)
{
	if (mkdtemp(folder) == NULL || chdir(folder) != 0 || mkdir("s", 0700) != 0 || mkdir("s/a", 0700) != 0 ||
		mkdir("s/a/deep", 0700) != 0 || symlink("/etc/passwd", "s/link") != 0 || mkfifo("s/pipe", 0600) != 0)
		abort();
	put("s/a-b", "12");
	put("s/a/x", "1");
	put("s/a/deep/y", "");
	put("s/line\nfeed", "123");
}

static const char *list(const char *name, int depth_limit, struct listing *listing, uint8_t manifest[32])
{
	struct source *source;
	struct st_error err = {0};
	if (source_open(name, &source, &err) != ST_OK)
		return "not opened";
	if (source_list(source, depth_limit, add, listing, manifest, &err) != ST_OK)
		return "not listed";
	source_close(source);
	st_buf_add_byte(&listing->text, 0);
	return (const char *)listing->text.data;
}

static void a_folder_is_listed_in_path_order_with_links_and_fifos_as_not_a_file(void)
{
	st_auto_listing struct listing listing = {0};
	uint8_t manifest[32];
	CHECK_TEXT(list("s/", 0, &listing, manifest),
		"a-b 2 \na/deep/y 0 \na/x 1 \nline\nfeed 3 \nlink 0 not-a-file\npipe 0 not-a-file\n");
}

static void the_manifest_tells_any_change_of_the_listing(void)
{
	st_auto_listing struct listing one = {0};
	st_auto_listing struct listing two = {0};
	st_auto_listing struct listing three = {0};
	uint8_t a[32], b[32], c[32];
	list("s", 0, &one, a);
	list("s", 0, &two, b);
	CHECK(memcmp(a, b, 32) == 0);
	put("s/new", "x");
	list("s", 0, &three, c);
	unlink("s/new");
	CHECK(memcmp(a, c, 32) != 0);
}

static void folders_at_the_store_depth_are_stores_of_their_own(void)
{
	struct source *source;
	struct st_error err;
	char **names;
	size_t count;
	CHECK_INT(source_open("s", &source, &err), ST_OK);
	CHECK_INT(source_substores(source, 1, &names, &count, &err), ST_OK);
	CHECK_INT(count, 1);
	CHECK_TEXT(names[0], "s/a");
	free(names[0]);
	free(names);
	st_auto_listing struct listing listing = {0};
	uint8_t manifest[32];
	CHECK_TEXT(list("s", 1, &listing, manifest), "a-b 2 \nline\nfeed 3 \nlink 0 not-a-file\npipe 0 not-a-file\n");
	source_close(source);
}

static void an_object_is_opened_without_following_any_link_on_the_way(void)
{
	struct source *source;
	struct st_error err;
	struct source_entry now;
	enum st_reason reason;
	CHECK_INT(source_open("s", &source, &err), ST_OK);
	int fd = source_open_object(source, (struct st_span){(const uint8_t *)"a/x", 3}, &now, &reason);
	CHECK(fd >= 0);
	CHECK_INT(now.size_bytes, 1);
	close(fd);
	CHECK_INT(source_open_object(source, (struct st_span){(const uint8_t *)"link", 4}, &now, &reason), -1);
	CHECK_INT(reason, ST_REASON_NOT_A_FILE);
	CHECK_INT(source_open_object(source, (struct st_span){(const uint8_t *)"pipe", 4}, &now, &reason), -1);
	CHECK_INT(reason, ST_REASON_NOT_A_FILE);
	CHECK(rename("s/a", "s/b") == 0 && symlink("b", "s/a") == 0);
	source_close(source);
	CHECK_INT(source_open("s", &source, &err), ST_OK);
	CHECK_INT(source_open_object(source, (struct st_span){(const uint8_t *)"a/x", 3}, &now, &reason), -1);
	CHECK_INT(reason, ST_REASON_NOT_A_FILE);
	source_close(source);
}

static void a_source_that_is_not_there_is_wrong_use(void)
{
	struct source *source;
	struct st_error err;
	CHECK_INT(source_open("s/missing", &source, &err), ST_WRONG);
	CHECK_INT(source_open("s/pipe", &source, &err), ST_WRONG);
}

static void remove_tree(void)
{
	static const char *const files[] = {"s/b/deep/y", "s/b/x", "s/a-b", "s/line\nfeed", "s/link", "s/pipe", "s/a"};
	static const char *const folders[] = {"s/b/deep", "s/b", "s"};
	for (size_t i = 0; i < sizeof files / sizeof files[0]; i++)
		unlink(files[i]);
	for (size_t i = 0; i < sizeof folders / sizeof folders[0]; i++)
		rmdir(folders[i]);
	if (chdir("/") == 0)
		rmdir(folder);
}

int main(void)
{
	make_tree();
	RUN(a_folder_is_listed_in_path_order_with_links_and_fifos_as_not_a_file);
	RUN(the_manifest_tells_any_change_of_the_listing);
	RUN(folders_at_the_store_depth_are_stores_of_their_own);
	RUN(an_object_is_opened_without_following_any_link_on_the_way);
	RUN(a_source_that_is_not_there_is_wrong_use);
	remove_tree();
	CHECK_END();
}
