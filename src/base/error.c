#include "base/error.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum st_status st_fail(struct st_error *err, enum st_status status, const char *format, ...)
{
	if (err == NULL)
		return status;
	va_list args;
	va_start(args, format);
	err->status = status;
	err->sys = 0;
	vsnprintf(err->what, sizeof err->what, format, args);
	va_end(args);
	return status;
}

enum st_status st_fail_errno(struct st_error *err, enum st_status status, const char *format, ...)
{
	int sys = errno;
	if (err == NULL)
		return status;
	va_list args;
	va_start(args, format);
	err->status = status;
	err->sys = sys;
	int used = vsnprintf(err->what, sizeof err->what, format, args);
	va_end(args);
	if (used >= 0 && (size_t)used < sizeof err->what)
		snprintf(err->what + used, sizeof err->what - (size_t)used, ": %s", strerror(sys));
	return status;
}
