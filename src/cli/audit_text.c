/* The result for a person, in 80 columns. Colour only repeats what a word says. */
#include "base/print.h"
#include "cli/audit.h"

#include <stdlib.h>

enum { NAME_COLUMN = 9, PLACE_COLUMN = 50, SOURCES_SHOWN = 4 };

struct page {
	const struct audit_run *run;
	struct st_buf *out;
	size_t line_start;
};

static void word(struct page *page, const char *colour, const char *text)
{
	if (page->run->colour)
		st_buf_format(page->out, "\033[1%sm", colour);
	st_buf_add(page->out, text, strlen(text));
	if (page->run->colour)
		st_buf_add(page->out, "\033[0m", 4);
	for (size_t size = strlen(text); size < NAME_COLUMN; size++)
		st_buf_add_byte(page->out, ' ');
}

/* Blanks up to a column of what was written since `from`, two at least. */
static void pad(struct page *page, size_t from, size_t column)
{
	size_t used = page->out->size - from;
	for (size_t blanks = used + 2 > column ? 2 : column - used; blanks > 0; blanks--)
		st_buf_add_byte(page->out, ' ');
}

static void dim(struct page *page, const char *text)
{
	if (page->run->colour)
		st_buf_add(page->out, "\033[2m", 4);
	st_buf_add(page->out, text, strlen(text));
	if (page->run->colour)
		st_buf_add(page->out, "\033[0m", 4);
}

static void place(struct page *page, size_t from, uint32_t file, uint32_t line)
{
	st_auto_free char *name = st_escaped_name(page->run->files[file].path, strlen(page->run->files[file].path));
	st_auto_free char *text = st_format("%s:%u", name, (unsigned)line);
	pad(page, from, PLACE_COLUMN);
	dim(page, text);
	st_buf_add_byte(page->out, '\n');
}

static void list(struct page *page, const char *label, const struct audit_texts *texts)
{
	st_buf_format(page->out, "         %-9s", label);
	for (uint32_t i = 0; i < texts->count && i < SOURCES_SHOWN; i++) {
		if (i > 0)
			st_buf_add(page->out, ", ", 2);
		st_escape_text(page->out, texts->items[i].data, texts->items[i].size);
	}
	if (texts->count > SOURCES_SHOWN)
		st_buf_format(page->out, " and %u more", (unsigned)(texts->count - SOURCES_SHOWN));
	st_buf_add_byte(page->out, '\n');
}

static void witness(struct page *page, const struct audit_exposure *exposure)
{
	size_t from = page->out->size;
	if (exposure->witness.source.size == 0)
		return;
	st_buf_format(page->out, "         witness  ");
	st_escape_text(page->out, exposure->witness.source.data, exposure->witness.source.size);
	st_buf_format(page->out, " %s", audit_protocol_name(exposure->witness.protocol));
	if (exposure->witness.destination_port >= 0)
		st_buf_format(page->out, " %d", exposure->witness.destination_port);
	if (exposure->witness.source_port >= 0)
		st_buf_format(page->out, " from port %d", exposure->witness.source_port);
	if (exposure->witness.destination.size > 0) {
		st_buf_format(page->out, " to ");
		st_escape_text(page->out, exposure->witness.destination.data, exposure->witness.destination.size);
	}
	pad(page, from, PLACE_COLUMN);
	dim(page, "replayed, admitted");
	st_buf_add_byte(page->out, '\n');
}

static void fix(struct page *page, const struct audit_exposure *exposure)
{
	for (uint32_t i = 0; i < exposure->fix_count; i++) {
		st_buf_format(page->out, "         %-9s", i == 0 ? "fix" : "");
		audit_say_rule(page->out, &exposure->fix_rules[i]);
		if (exposure->fix_rules[i].set.size > 0) {
			st_buf_format(page->out, " source -> ");
			st_escape_text(page->out, exposure->fix_rules[i].set.data, exposure->fix_rules[i].set.size);
		} else {
			st_buf_format(page->out,
				exposure->fix_rules[i].cloud == AUDIT_CLOUD_AWS_ACL ? " -> deny" : " taken out");
		}
		st_buf_add_byte(page->out, '\n');
	}
	if (exposure->fix_setting.key.size > 0) {
		size_t from = page->out->size;
		st_buf_format(page->out, "         %-9s", exposure->fix_count > 0 ? "or" : "fix");
		st_escape_text(page->out, exposure->fix_setting.key.data, exposure->fix_setting.key.size);
		st_buf_format(page->out, exposure->fix_setting.value.size > 0 ? ": " : " taken out");
		st_escape_text(page->out, exposure->fix_setting.value.data, exposure->fix_setting.value.size);
		place(page, from, exposure->fix_setting.file, exposure->fix_setting.line);
	}
	for (uint32_t i = 0; i < exposure->fix_count; i++)
		audit_fix_hint(&exposure->fix_rules[i], page->out);
	if (exposure->fix_count > 0 && page->run->keep != NULL)
		st_buf_format(page->out, "                  breaks 0 flows of the keep list, %u pass it\n",
			(unsigned)exposure->fix_keeps);
	if (exposure->fix_count > 0 && exposure->fix_also_closes > 0)
		st_buf_format(page->out, "                  closes %u other rows, too\n",
			(unsigned)exposure->fix_also_closes);
	if (exposure->fix_count > 0 || exposure->fix_setting.key.size > 0)
		st_buf_format(page->out, "                  evaluated; sessions that exist outlive it\n");
}

/* "in (2019-12-04, 2019-12-05]": after the one, at the latest at the other. */
static void bracket(struct page *page, const char *label, struct st_span after, struct st_span by)
{
	st_buf_format(page->out, "         %-9s", label);
	if (after.size > 0)
		st_buf_format(page->out, "in (");
	else
		st_buf_format(page->out, "at or before ");
	st_escape_text(page->out, after.data, after.size);
	if (after.size > 0)
		st_buf_format(page->out, ", ");
	st_escape_text(page->out, by.data, by.size);
	st_buf_format(page->out, after.size > 0 ? "]\n" : ", the first snapshot\n");
}

/* "at 2019-12-05T08:14:22Z, by the activity log"; of several operations between the first and the last. */
static void moment(struct page *page, const char *label, const struct audit_moment *moment)
{
	bool one = moment->last.size == moment->first.size &&
		   memcmp(moment->first.data, moment->last.data, moment->last.size) == 0;
	st_buf_format(page->out, "         %-9s%s", label, one ? "at " : "in [");
	st_escape_text(page->out, moment->first.data, moment->first.size);
	if (!one)
		st_buf_format(page->out, ", ");
	if (!one && moment->last.size > 0)
		st_escape_text(page->out, moment->last.data, moment->last.size);
	else if (!one)
		st_buf_format(page->out, "not told");
	st_buf_format(
		page->out, "%s, by %sthe activity log\n", one ? "" : "]", moment->inside ? "what there is of " : "");
}

/* What the log has of an edit. */
static void event(struct page *page, const struct audit_event_told *told)
{
	if (told->operation.size == 0)
		return;
	st_buf_format(page->out, "                  ");
	st_escape_text(page->out, told->caller.data, told->caller.size);
	st_buf_format(page->out, told->caller.size > 0 ? ", correlation " : "correlation ");
	st_escape_text(page->out, told->correlation.data, told->correlation.size);
	if (told->count > 1)
		st_buf_format(page->out, ", first of %u that may be it", (unsigned)told->count);
	st_buf_add_byte(page->out, '\n');
}

/* The commit, or those after and up to which it was: some between cannot be read. */
static void commit(struct page *page, const struct audit_exposure *exposure)
{
	st_buf_format(page->out, "         commit   ");
	st_escape_text(page->out, exposure->opened_by.data, exposure->opened_by.size);
	st_buf_add_byte(page->out, '\n');
}

static void opened(struct page *page, const struct audit_exposure *exposure)
{
	if (exposure->opened_log.told)
		moment(page, "opened", &exposure->opened_log);
	else if (exposure->has_window)
		bracket(page, "opened", exposure->opened_after, exposure->opened_by);
	if (!exposure->has_window && exposure->opened_by.size > 0)
		commit(page, exposure);
	if (exposure->closed_log.told)
		moment(page, "closed", &exposure->closed_log);
	else if (exposure->closed_by.size > 0)
		bracket(page, "closed", exposure->closed_after, exposure->closed_by);
	for (uint32_t i = 0; i < exposure->edit_count; i++) {
		const struct audit_edit *edit = &exposure->edits[i];
		size_t from = page->out->size;
		st_buf_format(page->out, "         %-9s%s", i == 0 ? "change" : "", audit_change_name(edit->change));
		if (edit->rule.rule.size > 0)
			st_buf_format(page->out, ": ");
		if (edit->rule.rule.size > 0)
			audit_say_rule(page->out, &edit->rule);
		place(page, from, edit->rule.file, edit->rule.line);
		event(page, &edit->event);
	}
	if (exposure->edit_count > 1)
		st_buf_format(page->out, "                  %s\n",
			exposure->how == AUDIT_HOW_EACH ? "each of them alone opens it"
							: "only together do they open it");
}

static void exception(struct page *page, const struct audit_exposure *exposure)
{
	if (exposure->excepted == AUDIT_NOT_EXCEPTED)
		return;
	const struct audit_exception_told *told = &page->run->result.exceptions[exposure->exception];
	st_buf_format(page->out, exposure->excepted == AUDIT_EXCEPTED ? "         until    " : "         expired  ");
	st_escape_text(page->out, told->until.data, told->until.size);
	st_buf_format(page->out, "  ");
	st_escape_text(page->out, told->owner.data, told->owner.size);
	st_buf_format(page->out, ": ");
	st_escape_text(page->out, told->reason.data, told->reason.size);
	st_buf_add_byte(page->out, '\n');
}

static void exposure(struct page *page, const struct audit_exposure *exposure)
{
	const struct audit_run *run = page->run;
	bool open = audit_fails(run, exposure), unknown = exposure->verdict == AUDIT_CANNOT_TELL;
	bool closed = exposure->verdict == AUDIT_CLOSED;
	word(page,
		open     ? ";33"
		: closed ? ";32"
			 : "",
		open                                   ? "open"
		: unknown                              ? "unknown"
		: closed                               ? "closed"
		: exposure->excepted == AUDIT_EXCEPTED ? "excepted"
		: exposure->known_before               ? "known"
						       : "shown");
	size_t from = page->out->size;
	st_escape_text(page->out, exposure->store.data, exposure->store.size);
	pad(page, from, 26);
	from = page->out->size;
	audit_say_ports(page->out, exposure);
	pad(page, from, 16);
	from = page->out->size;
	st_buf_format(page->out, unknown ? "from %s?" : "from %s", audit_class_name(exposure->class));
	pad(page, from, 13);
	st_buf_format(page->out, "auth %s\n", audit_auth_name(exposure->auth));
	for (uint32_t i = 0; i < exposure->admitted_count; i++) {
		from = page->out->size;
		st_buf_format(page->out, "         %-9s", i == 0 ? "by" : "");
		audit_say_rule(page->out, &exposure->admitted_by[i]);
		place(page, from, exposure->admitted_by[i].file, exposure->admitted_by[i].line);
	}
	if (exposure->class != AUDIT_ANY || unknown)
		list(page, "sources", &exposure->sources);
	if (exposure->destinations.count > 0)
		list(page, "to", &exposure->destinations);
	if (exposure->reason.size > 0) {
		st_buf_format(page->out, "         why      ");
		st_escape_text(page->out, exposure->reason.data, exposure->reason.size);
		st_buf_add_byte(page->out, '\n');
	}
	exception(page, exposure);
	if (exposure->verdict == AUDIT_OPEN && exposure->service.size > 0)
		st_buf_format(page->out, "         rights   %s%s%s\n",
			exposure->rights & AUDIT_RIGHT_LIST ? "list" : "",
			exposure->rights == (AUDIT_RIGHT_LIST | AUDIT_RIGHT_READ) ? ", " : "",
			exposure->rights & AUDIT_RIGHT_READ ? "read" : "");
	opened(page, exposure);
	witness(page, exposure);
	if (open)
		fix(page, exposure);
	st_buf_add_byte(page->out, '\n');
}

static void notes(struct page *page, const char *label, const struct audit_notes *notes, const char *means)
{
	size_t from = page->out->size;
	st_buf_format(page->out, "%-13s%2u", label, (unsigned)notes->count);
	for (uint32_t i = 0; i < notes->count; i++) {
		const struct audit_note *note = &notes->items[i];
		if (i > 0) {
			from = page->out->size;
			st_buf_format(page->out, "               ");
		}
		st_buf_format(page->out, "   ");
		if (note->rule.rule.size > 0)
			audit_say_rule(page->out, &note->rule);
		else
			st_escape_text(page->out, note->store.data, note->store.size);
		st_buf_format(page->out, "%s", means);
		st_escape_text(page->out, note->text.data, note->text.size);
		if (note->by.rule.size > 0)
			st_buf_format(page->out, "%d stands before it", (int)note->by.priority);
		place(page, from, note->rule.file, note->rule.line);
	}
	if (notes->count == 0)
		st_buf_add_byte(page->out, '\n');
}

static void exceptions(struct page *page)
{
	const struct audit_result *result = &page->run->result;
	unsigned expired = 0, unused = 0;
	if (result->exception_count == 0)
		return;
	for (uint32_t i = 0; i < result->exception_count; i++) {
		expired += result->exceptions[i].expired;
		unused += result->exceptions[i].rows == 0;
	}
	st_buf_format(page->out, "exceptions   %2u   %u expired, %u cover nothing\n", (unsigned)result->exception_count,
		expired, unused);
}

static void log_notes(struct page *page, const char *label, const struct audit_notes *notes)
{
	for (uint32_t i = 0; i < notes->count; i++) {
		const struct audit_note *note = &notes->items[i];
		st_buf_format(page->out, "   %-12s", i == 0 ? label : "");
		st_escape_text(page->out, note->store.data, note->store.size);
		if (note->rule.rule.size > 0)
			st_buf_format(page->out, " ");
		st_escape_text(page->out, note->rule.rule.data, note->rule.rule.size);
		st_buf_format(page->out, ": ");
		st_escape_text(page->out, note->text.data, note->text.size);
		st_buf_add_byte(page->out, '\n');
	}
}

static void activity_log(struct page *page)
{
	const struct audit_result *result = &page->run->result;
	if (!result->log.given)
		return;
	st_buf_format(page->out, "activity log %2u operations", (unsigned)result->log.events);
	if (result->log.first.size > 0)
		st_buf_format(page->out, ", entries of ");
	st_escape_text(page->out, result->log.first.data, result->log.first.size);
	if (result->log.first.size > 0)
		st_buf_format(page->out, " to ");
	st_escape_text(page->out, result->log.last.data, result->log.last.size);
	st_buf_format(page->out, "; %u failed, %u elsewhere%s\n", (unsigned)result->log.failed,
		(unsigned)result->log.elsewhere,
		result->log.goes_on ? "; it goes on in pages that are not in the file" : "");
	if (result->log.unreadable > 0)
		st_buf_format(page->out, "   unreadable   %llu entries without time, operation or resource\n",
			(unsigned long long)result->log.unreadable);
	log_notes(page, "unseen", &result->unseen);
	log_notes(page, "unlogged", &result->unlogged);
}

struct counts {
	unsigned open, shown, closed, cannot_tell;
};

enum worst { CLOSED, SHOWN, CANNOT_TELL, OPEN };

/* Stores by the worst that is told of them. */
static struct counts count(const struct audit_run *run)
{
	struct counts counts = {0};
	const struct audit_result *result = &run->result;
	st_auto_free enum worst *worst = st_alloc_zero(result->store_count + 1, sizeof *worst);
	for (uint32_t i = 0; i < result->store_count; i++)
		worst[i] = result->stores[i].verdict == AUDIT_CANNOT_TELL && result->stores[i].reason.size > 0
				   ? CANNOT_TELL
				   : CLOSED;
	for (uint32_t i = 0; i < result->exposure_count; i++) {
		const struct audit_exposure *exposure = &result->exposures[i];
		enum worst here = audit_fails(run, exposure)        ? OPEN
				  : audit_in_doubt(run, exposure)   ? CANNOT_TELL
				  : exposure->verdict == AUDIT_OPEN ? SHOWN
								    : CLOSED;
		if (exposure->store_number != AUDIT_NO_STORE && here > worst[exposure->store_number])
			worst[exposure->store_number] = here;
	}
	for (uint32_t i = 0; i < result->store_count; i++) {
		counts.open += worst[i] == OPEN;
		counts.cannot_tell += worst[i] == CANNOT_TELL;
		counts.shown += worst[i] == SHOWN;
		counts.closed += worst[i] == CLOSED;
	}
	return counts;
}

static void summary(struct page *page)
{
	struct counts counts = count(page->run);
	size_t from = page->out->size;
	st_buf_format(page->out, "%u open, %u closed, %u cannot tell", counts.open, counts.closed, counts.cannot_tell);
	if (counts.shown > 0)
		st_buf_format(page->out, ", %u shown", counts.shown);
	pad(page, from, 46);
	st_buf_format(page->out, "%u %s", (unsigned)page->run->result.store_count,
		page->run->result.store_count == 1 ? "store" : "stores");
	if (page->run->result.snapshots > 0)
		st_buf_format(page->out, ", %u snapshots", (unsigned)page->run->result.snapshots);
	st_buf_add_byte(page->out, '\n');
}

void audit_write_text(const struct audit_run *run, struct st_buf *out)
{
	struct page page = {.run = run, .out = out};
	const struct audit_result *result = &run->result;
	/* first what fails, then what cannot be told, then what is only shown */
	for (int turn = 0; turn < 3; turn++) {
		for (uint32_t i = 0; i < result->exposure_count; i++) {
			bool open = audit_fails(run, &result->exposures[i]);
			bool unknown = result->exposures[i].verdict == AUDIT_CANNOT_TELL;
			if (turn == (open ? 0 : unknown ? 1 : 2))
				exposure(&page, &result->exposures[i]);
			audit_flush(run);
		}
	}
	if (result->shadowed.count + result->dead_denies.count + result->cannot_tell.count + result->exposure_count +
			result->default_routes.count + result->unfinished.count + result->log.given >
		0) {
		notes(&page, "shadowed", &result->shadowed, " never applies: ");
		notes(&page, "dead denies", &result->dead_denies, " is for an address that no packet carries here");
		notes(&page, "cannot tell", &result->cannot_tell, ": ");
		if (result->unfinished.count > 0)
			notes(&page, "unfinished", &result->unfinished, ": ");
		if (result->default_routes.count > 0)
			notes(&page, "routes", &result->default_routes, ": ");
		exceptions(&page);
		activity_log(&page);
		st_buf_add_byte(out, '\n');
	}
	summary(&page);
}
