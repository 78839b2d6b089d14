/* Charts as inline SVG 1.1. */
#include "report/amount.h"
#include "report/html_parts.h"

#include <stdio.h>

#define COLUMN_TOP 34 /* room for the number on the highest */
#define COLUMN_BASE 224
#define FEWEST_SLOTS 8 /* fewer columns are no wider for that */

/* A length in per cent; what is there never looks absent. */
static double share(uint64_t value, uint64_t of)
{
	double percent = of > 0 ? (double)value / (double)of * 100 : 0;
	return value == 0 ? 0 : percent < 0.3 ? 0.3 : percent > 100 ? 100 : percent;
}

static void svg(struct html_writer *w, const char *class_name, const char *width, int height)
{
	html_open(w, "svg", class_name);
	html_attribute(w, "width", width);
	html_attribute_format(w, "height", "%d", height);
}

static void rect(struct html_writer *w, const char *class_name, double from, double width, double top, double height)
{
	html_open(w, "rect", class_name);
	html_attribute_format(w, "x", "%.2f%%", from);
	html_attribute_format(w, "width", "%.2f%%", width);
	html_attribute_format(w, "y", "%g", top);
	html_attribute_format(w, "height", "%g", height);
	html_close(w);
}

static void line(
	struct html_writer *w, const char *class_name, const char *from, const char *to, double top, double end)
{
	html_open(w, "line", class_name);
	html_attribute(w, "x1", from);
	html_attribute(w, "x2", to);
	html_attribute_format(w, "y1", "%g", top);
	html_attribute_format(w, "y2", "%g", end);
	html_close(w);
}

void html_chart_patterns(struct html_writer *w)
{
	svg(w, "defs", "0", 0);
	html_attribute(w, "aria-hidden", "true");
	html_open(w, "defs", NULL);
	html_open(w, "pattern", NULL);
	html_attribute(w, "id", "hatch");
	html_attribute(w, "width", "5");
	html_attribute(w, "height", "5");
	html_attribute(w, "patternUnits", "userSpaceOnUse");
	html_attribute(w, "patternTransform", "rotate(45)");
	html_open(w, "rect", "hb");
	html_attribute(w, "width", "5");
	html_attribute(w, "height", "5");
	html_close(w);
	line(w, "hl", "0", "0", 0, 5);
	html_close(w);
	html_close(w);
	html_close(w);
}

static void hidden(struct html_writer *w, int height)
{
	svg(w, NULL, "100%", height);
	html_attribute(w, "aria-hidden", "true");
}

void html_chart_bar(struct html_writer *w, uint64_t value, uint64_t of)
{
	hidden(w, 11);
	rect(w, "b", 0, share(value, of), 0, 11);
	html_close(w);
}

void html_chart_hatched(struct html_writer *w, uint64_t value, uint64_t of)
{
	hidden(w, 11);
	rect(w, "h", 0, share(value, of), 0.5, 10);
	html_close(w);
}

void html_chart_outlined(struct html_writer *w, uint64_t value, uint64_t of)
{
	hidden(w, 11);
	rect(w, "b", 0, share(value, of), 0, 11);
	rect(w, "e", 0, 100, 0.5, 10);
	html_close(w);
}

void html_chart_range(struct html_writer *w, const struct report_range *range, uint64_t of)
{
	char at[32];
	double solid = share(range->min, of), all = share(range->max, of);
	snprintf(at, sizeof at, "%.2f%%", share(range->best, of));
	hidden(w, 16);
	rect(w, "b", 0, solid, 3, 10);
	if (all > solid)
		rect(w, "h", solid, all - solid, 3.5, 9);
	if (range->max > 0)
		line(w, "tick", at, at, 0, 16);
	html_close(w);
}

void html_chart_window(struct html_writer *w, const struct html_window_bounds *bounds, uint64_t of)
{
	double opened_after = share(bounds->opened_after, of), opened_by = share(bounds->opened_by, of),
	       closed_after = share(bounds->closed_after, of), closed_by = share(bounds->closed_by, of);
	hidden(w, 11);
	if (opened_by > opened_after)
		rect(w, "h", opened_after, opened_by - opened_after, 0.5, 10);
	rect(w, "b", opened_by, closed_after > opened_by ? closed_after - opened_by : 0.3, 0, 11);
	if (closed_by > closed_after)
		rect(w, "h", closed_after, closed_by - closed_after, 0.5, 10);
	html_close(w);
}

/* --- charts that stand alone --- */

static const char *const fills[] = {"b", "d", "o", "h"};

static void named(struct html_writer *w, const char *class_name, int height, const char *title, const char *description)
{
	unsigned id = w->next_id++;
	svg(w, class_name, "100%", height);
	html_attribute(w, "role", "img");
	html_attribute_format(w, "aria-labelledby", "t%u d%u", id, id);
	html_open(w, "title", NULL);
	html_attribute_format(w, "id", "t%u", id);
	html_text(w, title);
	html_close(w);
	html_open(w, "desc", NULL);
	html_attribute_format(w, "id", "d%u", id);
	html_text(w, description);
	html_close(w);
}

static void text(
	struct html_writer *w, const char *class_name, const char *x, double y, const char *anchor, const char *words)
{
	html_open(w, "text", class_name);
	html_attribute(w, "x", x);
	html_attribute_format(w, "y", "%g", y);
	if (anchor != NULL)
		html_attribute(w, "text-anchor", anchor);
	html_text(w, words);
	html_close(w);
}

void html_chart_strip(struct html_writer *w, const char *title, const char *description, const struct html_part *parts,
	size_t count, uint64_t whole)
{
	double at = 0;
	html_open(w, "div", "strip");
	named(w, NULL, 44, title, description);
	text(w, NULL, "0", 12, NULL, title);
	for (size_t i = 0; i < count; i++) {
		double width = share(parts[i].value, whole);
		if (width <= 0)
			continue;
		if (at + width > 100)
			at = 100 - width; /* slivers made visible push the last a little */
		rect(w, fills[parts[i].fill], at, width, 20.5, 20);
		at += width;
	}
	if (at == 0)
		rect(w, "e", 0, 100, 20.5, 20);
	html_close(w);
	html_close(w);
}

void html_key(struct html_writer *w, enum html_fill fill, const char *words)
{
	html_open(w, "li", NULL);
	svg(w, NULL, "22", 11);
	html_attribute(w, "aria-hidden", "true");
	html_open(w, "rect", fills[fill]);
	html_attribute(w, "x", ".5");
	html_attribute(w, "y", ".5");
	html_attribute(w, "width", "21");
	html_attribute(w, "height", "10");
	html_close(w);
	html_close(w);
	html_text(w, words);
	html_close(w);
}

/* A number stands upright on a telephone: it turns around a point of its own. */
static void number_on(struct html_writer *w, const char *middle, double top, uint64_t value)
{
	char words[32];
	number_text(value, words);
	html_open(w, "svg", NULL);
	html_attribute(w, "x", middle);
	html_attribute_format(w, "y", "%.1f", top - 7);
	html_attribute(w, "width", "1");
	html_attribute(w, "height", "1");
	html_open(w, "g", "up");
	text(w, NULL, "0", 0, "middle", words);
	html_close(w);
	html_close(w);
}

void html_chart_columns(struct html_writer *w, const char *title, const char *description,
	const struct html_column_value *columns, size_t count)
{
	uint64_t most = 0;
	for (size_t i = 0; i < count; i++)
		most = columns[i].value > most ? columns[i].value : most;
	named(w, NULL, 252, title, description);
	for (size_t i = 0; i < count; i++) {
		char middle[32];
		double slot = 100.0 / (double)(count < FEWEST_SLOTS ? FEWEST_SLOTS : count), from = slot * (double)i;
		double height = share(columns[i].value, most) / 100 * (COLUMN_BASE - COLUMN_TOP);
		snprintf(middle, sizeof middle, "%.2f%%", from + slot / 2);
		rect(w, "b", from + slot * 0.05, slot * 0.9, COLUMN_BASE - height, height);
		number_on(w, middle, COLUMN_BASE - height, columns[i].value);
		text(w, "m", middle, 242, "middle", columns[i].label);
	}
	line(w, "axis", "0", "100%", COLUMN_BASE + 0.5, COLUMN_BASE + 0.5);
	html_close(w);
}
