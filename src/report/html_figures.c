/* The figures, each with how it was counted and what it was counted over. */
#include "report/html_parts.h"

void html_section_begin(struct html_writer *w, const struct html_section *section, int number)
{
	html_open(w, "section", NULL);
	html_attribute(w, "id", section->id);
	html_attribute_format(w, "aria-labelledby", "h-%s", section->id);
	html_open(w, "div", "rail");
	html_open(w, "h2", NULL);
	html_attribute_format(w, "id", "h-%s", section->id);
	html_open(w, "span", NULL);
	html_format(w, "%d", number);
	html_close(w);
	html_text(w, section->head);
	html_close(w);
}

void html_section_body(struct html_writer *w)
{
	html_close(w);
	html_open(w, "div", "body");
}

void html_section_end(struct html_writer *w)
{
	html_close(w);
	html_close(w);
}

void html_not_counted(struct html_writer *w, const char *what, const char *why)
{
	html_open(w, "p", "none");
	html_leaf(w, "b", NULL, what);
	html_format(w, " not counted: %s", why);
	html_close(w);
}

void html_coverage_words(struct html_writer *w, const struct report *report)
{
	uint64_t missing = report->unread + report->pending;
	html_number(w, report->read);
	html_text(w, " of ");
	html_number(w, report->listed);
	html_text(w, report->listed == 1 ? " object was read" : " objects were read");
	if (report->duplicate > 0) {
		html_text(w, ", ");
		html_number(w, report->duplicate);
		html_text(w, report->duplicate == 1 ? " more is a copy of one of these" : " more are copies of these");
	}
	if (report->partial > 0) {
		html_text(w, ", ");
		html_number(w, report->partial);
		html_text(w, report->partial == 1 ? " was read in part" : " were read in part");
	}
	html_text(w, ". ");
	if (missing > 0) {
		html_number(w, missing);
		html_text(w, missing == 1 ? " was not read. " : " were not read. ");
	}
}

/* --- figures --- */

static void figure_begin(struct html_writer *w, const char *head, uint64_t number, const char *unit)
{
	html_open(w, "article", "fig");
	html_leaf(w, "h3", NULL, head);
	html_open(w, "p", "n");
	html_number(w, number);
	html_text(w, " ");
	html_leaf(w, "small", NULL, unit);
	html_close(w);
}

static void how_begin(struct html_writer *w)
{
	html_open(w, "p", "how");
	html_leaf(w, "b", NULL, "How counted");
}

static void over_begin(struct html_writer *w)
{
	html_open(w, "p", "cov");
	html_leaf(w, "b", NULL, "Counted over");
}

static void put_records(struct html_writer *w, const struct report *report)
{
	figure_begin(w, "Records, raw: every copy counted", report->records_raw, "records");
	html_chart_bar(w, report->records_raw, report->records_raw);
	how_begin(w);
	html_text(w,
		"Rows, JSON documents, messages and documents, as they lie in the stores. A record is not a person.");
	html_close(w);
	over_begin(w);
	html_coverage_words(w, report);
	html_close(w);
	html_close(w);
	figure_begin(w, "Records, distinct: each counted once", report->records_distinct, "records");
	html_chart_outlined(w, report->records_distinct, report->records_raw);
	how_begin(w);
	html_text(w, "The same canonical record is the same record, wherever it lies. Exact, not estimated. ");
	html_number(w, report->records_raw - report->records_distinct);
	html_text(w, " records are repeats.");
	html_close(w);
	over_begin(w);
	html_text(w, "The same objects. The outline is the raw figure above.");
	html_close(w);
	html_close(w);
}

static void put_range(struct html_writer *w, const char *head, const char *unit, const struct report_range *range)
{
	figure_begin(w, head, range->best, unit);
	html_open(w, "p", "r");
	html_number(w, range->min);
	html_text(w, " to ");
	html_number(w, range->max);
	html_text(w, ", best ");
	html_number(w, range->best);
	html_close(w);
	html_chart_range(w, range, range->max);
}

static void put_staff(struct html_writer *w, const struct report *report)
{
	if (report->own_domains[0] == 0)
		return;
	html_format(w, " Staff, at ");
	html_name(w, report->own_domains);
	html_text(w, ", is part of them: ");
	html_number(w, report->staff.min);
	html_text(w, " to ");
	html_number(w, report->staff.max);
	html_text(w, ", best ");
	html_number(w, report->staff.best);
	html_text(w, ".");
}

static void put_unlinked(struct html_writer *w, const struct report *report)
{
	html_number(w, report->unlinked_phones);
	html_text(w, " phone numbers, ");
	html_number(w, report->unlinked_ips);
	html_text(w, " IP addresses and ");
	html_number(w, report->unlinked_names);
	html_text(w, " names make no person by themselves. ");
	html_number(w, report->role_mailboxes);
	html_text(w, report->role_mailboxes == 1 ? " role mailbox is no person." : " role mailboxes are no persons.");
}

static void put_parties(struct html_writer *w, const struct report *report)
{
	put_range(w, "Persons, best", "persons", &report->persons);
	how_begin(w);
	html_text(w, report_persons_method());
	put_staff(w, report);
	html_close(w);
	over_begin(w);
	html_coverage_words(w, report);
	put_unlinked(w, report);
	html_close(w);
	html_close(w);
	put_range(w, "Organizations, best", "organizations", &report->organizations);
	how_begin(w);
	html_text(w, report_organizations_method());
	html_close(w);
	over_begin(w);
	html_text(w, "The same text. Persons at free-mail addresses belong to no organization.");
	html_close(w);
	html_close(w);
}

void html_figures(struct html_writer *w, const struct report *report)
{
	html_leaf(w, "p", NULL, "Each figure stands with how it was counted and what it was counted over.");
	html_leaf(w, "p", NULL, "A record is not a person. Not found is not the same as not affected.");
	html_section_body(w);
	html_estimates(w, report);
	put_records(w, report);
	put_parties(w, report);
}
