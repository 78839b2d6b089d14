/*
 * The result as JUnit XML, in the elements and attributes that GitLab ("Unit test reports") and Azure Pipelines
 * (PublishTestResults@2) document: a case for each row, and one for each store of which no row is told.
 */
#include "base/print.h"
#include "cli/audit.h"

#include <stdlib.h>

/* Text for an attribute or an element: XML 1.0 has no controls, escaped or not, so that they become %XX before. */
static void xml(struct st_buf *out, const void *text, size_t size)
{
	st_auto_buf struct st_buf plain = {0};
	st_escape_text(&plain, text, size);
	for (size_t i = 0; i < plain.size; i++) {
		/* U+FFFE and U+FFFF are no characters of XML */
		if (plain.size - i >= 3 && memcmp(plain.data + i, "\xef\xbf", 2) == 0 && plain.data[i + 2] >= 0xbe) {
			st_buf_format(out, "%%EF%%BF%%%02X", (unsigned)plain.data[i + 2]);
			i += 2;
			continue;
		}
		switch (plain.data[i]) {
		case '&':
			st_buf_format(out, "&amp;");
			break;
		case '<':
			st_buf_format(out, "&lt;");
			break;
		case '>':
			st_buf_format(out, "&gt;");
			break;
		case '"':
			st_buf_format(out, "&quot;");
			break;
		case '\'':
			st_buf_format(out, "&apos;");
			break;
		default:
			st_buf_add_byte(out, plain.data[i]);
		}
	}
}

static void attribute(struct st_buf *out, const char *name, const void *text, size_t size)
{
	st_buf_format(out, " %s=\"", name);
	xml(out, text, size);
	st_buf_add_byte(out, '"');
}

struct counts {
	unsigned tests, failures, errors, skipped;
};

static bool is_skipped(const struct audit_exposure *exposure)
{
	return exposure->excepted == AUDIT_EXCEPTED;
}

/* Stores of which something else is told than that they are closed; the caller frees. */
static bool *told_stores(const struct audit_result *result)
{
	bool *told = st_alloc_zero(result->store_count + 1, sizeof *told);
	for (uint32_t i = 0; i < result->store_count; i++)
		told[i] = result->stores[i].verdict != AUDIT_CLOSED;
	for (uint32_t i = 0; i < result->exposure_count; i++)
		if (result->exposures[i].store_number != AUDIT_NO_STORE)
			told[result->exposures[i].store_number] = true;
	return told;
}

static struct counts count(const struct audit_run *run, const bool *told)
{
	const struct audit_result *result = &run->result;
	struct counts counts = {
		.tests = result->exposure_count + result->cannot_tell.count, .errors = result->cannot_tell.count};
	for (uint32_t i = 0; i < result->exposure_count; i++) {
		counts.failures += audit_fails(run, &result->exposures[i]);
		counts.errors += audit_in_doubt(run, &result->exposures[i]);
		counts.skipped += is_skipped(&result->exposures[i]);
	}
	for (uint32_t i = 0; i < result->store_count; i++)
		counts.tests += !told[i];
	return counts;
}

static void counts_as_attributes(struct st_buf *out, const struct counts *counts)
{
	st_buf_format(out, " tests=\"%u\" failures=\"%u\" errors=\"%u\" skipped=\"%u\" time=\"0\"", counts->tests,
		counts->failures, counts->errors, counts->skipped);
}

/* Up to the end of its attributes; the rest is the caller's. */
static void begin_case(
	const struct audit_run *run, struct st_buf *out, struct st_span store, const struct st_buf *name, uint32_t file)
{
	const char *path = run->files[file].path;
	st_buf_format(out, "    <testcase");
	attribute(out, "classname", store.data, store.size);
	attribute(out, "name", name->data, name->size);
	attribute(out, "file", path, strlen(path));
	st_buf_format(out, " time=\"0\"");
}

static void child(struct st_buf *out, const char *element, const char *type, const struct st_buf *said,
	const struct audit_run *run, uint32_t file, uint32_t line)
{
	const char *path = run->files[file].path;
	st_buf_format(out, ">\n      <%s", element);
	if (type != NULL) {
		attribute(out, "message", said->data, said->size);
		attribute(out, "type", type, strlen(type));
		st_buf_format(out, ">");
	} else {
		st_buf_format(out, ">");
		xml(out, said->data, said->size);
		st_buf_add_byte(out, ' ');
	}
	xml(out, path, strlen(path));
	st_buf_format(out, ":%u</%s>\n    </testcase>\n", (unsigned)line, element);
}

static void exposure_case(const struct audit_run *run, const struct audit_exposure *exposure, struct st_buf *out)
{
	st_auto_buf struct st_buf name = {0}, said = {0};
	bool rule = exposure->admitted_count > 0;
	uint32_t file = rule ? exposure->admitted_by[0].file : exposure->file;
	uint32_t line = rule ? exposure->admitted_by[0].line : exposure->line;
	audit_say_ports(&name, exposure);
	st_buf_format(&name, " from %s sources", audit_class_name(exposure->class));
	audit_say(run, exposure, &said);
	begin_case(run, out, exposure->store, &name, file);
	if (audit_fails(run, exposure))
		child(out, "failure", audit_class_name(exposure->class), &said, run, file, line);
	else if (audit_in_doubt(run, exposure))
		child(out, "error", "cannot-tell", &said, run, file, line);
	else if (is_skipped(exposure))
		child(out, "skipped", "exception", &said, run, file, line);
	else
		child(out, "system-out", NULL, &said, run, file, line);
}

static void doubt_case(const struct audit_run *run, const struct audit_note *note, struct st_buf *out)
{
	st_auto_buf struct st_buf name = {0}, said = {0};
	st_buf_format(&name, "cannot tell");
	st_escape_text(&said, note->text.data, note->text.size);
	begin_case(run, out, note->store, &name, note->rule.file);
	child(out, "error", "cannot-tell", &said, run, note->rule.file, note->rule.line);
}

void audit_write_junit(const struct audit_run *run, struct st_buf *out)
{
	const struct audit_result *result = &run->result;
	st_auto_free bool *told = told_stores(result);
	struct counts counts = count(run, told);
	st_buf_format(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"staunch audit\"");
	counts_as_attributes(out, &counts);
	st_buf_format(out, ">\n  <testsuite name=\"staunch audit\"");
	counts_as_attributes(out, &counts);
	st_buf_format(out, ">\n");
	for (uint32_t i = 0; i < result->exposure_count; i++)
		exposure_case(run, &result->exposures[i], out);
	for (uint32_t i = 0; i < result->cannot_tell.count; i++)
		doubt_case(run, &result->cannot_tell.items[i], out);
	for (uint32_t i = 0; i < result->store_count; i++) {
		st_auto_buf struct st_buf name = {0};
		if (told[i])
			continue;
		st_buf_format(&name, "closed");
		begin_case(run, out, result->stores[i].name, &name, result->stores[i].file);
		st_buf_format(out, "/>\n");
	}
	st_buf_format(out, "  </testsuite>\n</testsuites>\n");
}
