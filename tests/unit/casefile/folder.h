/* A temporary folder for one case, its paths, and a search of every byte of every file in it. */
#ifndef STAUNCH_TESTS_FOLDER_H
#define STAUNCH_TESTS_FOLDER_H

#include "casefile/casefile.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

struct folder {
	char path[64];
	char file[96]; /* the case */
	char key[104];
};

static inline struct folder folder_make(void)
{
	struct folder folder = {.path = "/tmp/staunch-test-XXXXXX"};
	if (mkdtemp(folder.path) == NULL)
		abort();
	snprintf(folder.file, sizeof folder.file, "%s/a.case", folder.path);
	snprintf(folder.key, sizeof folder.key, "%s/a.case.key", folder.path);
	return folder;
}

static inline void folder_remove(const char *path)
{
	DIR *dir = opendir(path);
	for (struct dirent *entry; dir != NULL && (entry = readdir(dir)) != NULL;) {
		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
			continue;
		st_auto_free char *name = st_format("%s/%s", path, entry->d_name);
		if (unlink(name) != 0)
			folder_remove(name);
	}
	if (dir != NULL)
		closedir(dir);
	rmdir(path);
}

/* The name of the file that holds the text; "" when none does. */
static inline const char *folder_holds(const char *path, const char *text)
{
	static char where[512];
	where[0] = 0;
	DIR *dir = opendir(path);
	for (struct dirent *entry; dir != NULL && where[0] == 0 && (entry = readdir(dir)) != NULL;) {
		struct stat info;
		st_auto_free char *name = st_format("%s/%s", path, entry->d_name);
		int fd = open(name, O_RDONLY);
		if (fd >= 0 && fstat(fd, &info) == 0 && S_ISREG(info.st_mode)) {
			uint8_t *bytes = st_alloc((size_t)info.st_size);
			ssize_t size = st_pread_full(fd, bytes, (size_t)info.st_size, 0);
			if (size > 0 && memmem(bytes, (size_t)size, text, strlen(text)) != NULL)
				snprintf(where, sizeof where, "%s", name);
			free(bytes);
		}
		if (fd >= 0)
			close(fd);
	}
	if (dir != NULL)
		closedir(dir);
	return where;
}

static inline struct st_span span_of(const char *text)
{
	return (struct st_span){(const uint8_t *)text, strlen(text)};
}

#endif
