/*
 * staunch case review: lists the rules and what waits for one, and adds or removes rules after showing what they
 * change. Every change is an event of the case; a rule that was removed leaves nothing behind but that.
 */
#include "cli/case.h"

#include "base/print.h"
#include "cli/seal.h"
#include "detect/detect.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

#define FOLDERS_LISTED 100
#define FOLDER_DEPTH 2 /* of the paths that are gathered */

struct folder {
	char *name; /* STORE:/first/second */
	uint64_t records;
};

/* What a rule does: of the records under it. */
struct effect {
	uint64_t records, given, kept; /* under it; to its party; attributed to nobody without it */
};

struct review {
	const struct cli_arguments *arguments;
	struct report_case rc;
	struct resolve_work work;
	struct review_rules before, after;
	struct effect *effects; /* beside after.rules */
	struct folder *folders;
	size_t folder_count, folder_capacity;
	uint64_t folders_beyond; /* records in folders that found no room */
	struct seal_sums sums_before, sums_after;
	bool reveal, changes;
};

/* --- rules as they are typed --- */

static bool same_rule(const struct review_rule *a, const struct review_rule *b)
{
	st_auto_buf struct st_buf left = {0}, right = {0};
	review_rule_text(a, &left);
	review_rule_text(b, &right);
	return left.size == right.size && memcmp(left.data, right.data, left.size) == 0;
}

static size_t find_rule(const struct review_rules *rules, const struct review_rule *rule)
{
	size_t at = 0;
	while (at < rules->count && !same_rule(&rules->rules[at], rule))
		at++;
	return at;
}

/* --- an organization by its name: `-> Contoso` means the one domain of the case with that label --- */

struct naming {
	struct st_span label;
	char *domain; /* found; the caller frees */
	bool several;
};

static enum st_status match_domain(void *context, const struct resolve_entity *entity, struct st_error *err)
{
	(void)err;
	struct naming *naming = context;
	if (entity->kind != DETECT_EMAIL_ADDRESS || entity->more)
		return ST_OK;
	struct st_span domain = detect_registrable_domain(split_host(entity->canonical));
	size_t size = naming->label.size;
	if (domain.size <= size || domain.data[size] != '.' ||
		strncasecmp((const char *)domain.data, (const char *)naming->label.data, size) != 0)
		return ST_OK;
	if (naming->domain == NULL)
		naming->domain = st_strndup((const char *)domain.data, domain.size);
	else
		naming->several |=
			strlen(naming->domain) != domain.size || memcmp(naming->domain, domain.data, domain.size) != 0;
	return ST_OK;
}

/* The rule with a name in place of its party written out, or as it was; caller frees. NULL with a line on stderr. */
static char *with_domain(struct review *review, const char *text)
{
	const char *arrow = strstr(text, " -> ");
	const char *name = arrow != NULL ? arrow + 4 + strspn(arrow + 4, " ") : "";
	struct naming naming = {.label = {(const uint8_t *)name, strcspn(name, " ")}};
	struct st_error err = {0};
	if (naming.label.size == 0 || strpbrk(name, "@.") != NULL)
		return st_strndup(text, strlen(text));
	char *whole = NULL;
	if (report_each_entity(&review->rc, match_domain, &naming, &err) != ST_OK)
		cli_fail_error(&err);
	else if (naming.domain == NULL)
		cli_fail(CLI_WRONG, "%s: no address of the case is at a domain of that name", text);
	else if (naming.several)
		cli_fail(
			CLI_WRONG, "%s: several domains of the case have that name: write the one that is meant", text);
	else
		whole = st_format("%.*s%s", (int)(name - text), text, naming.domain);
	free(naming.domain);
	return whole;
}

static int parse(const char *text, struct review_rule *out)
{
	const char *why = "";
	if (review_rule_parse((struct st_span){(const uint8_t *)text, strlen(text)}, out, &why))
		return CLI_OK;
	review_rule_free(out);
	return cli_fail(CLI_WRONG, "%s: %s", text, why);
}

static int add_rule(struct review *review, const char *typed)
{
	struct review_rule rule;
	st_auto_free char *text = with_domain(review, typed);
	int exit = text != NULL ? parse(text, &rule) : CLI_WRONG;
	if (exit != CLI_OK)
		return exit;
	if (find_rule(&review->after, &rule) < review->after.count) {
		review_rule_free(&rule);
		return CLI_OK; /* it is in force already */
	}
	review->after.rules = st_realloc(review->after.rules, (review->after.count + 1) * sizeof *review->after.rules);
	review->after.rules[review->after.count++] = rule;
	review->changes = true;
	return CLI_OK;
}

static int remove_rule(struct review *review, const char *typed)
{
	struct review_rule rule;
	st_auto_free char *text = with_domain(review, typed);
	int exit = text != NULL ? parse(text, &rule) : CLI_WRONG;
	if (exit != CLI_OK)
		return exit;
	size_t at = find_rule(&review->after, &rule);
	review_rule_free(&rule);
	if (at == review->after.count)
		return cli_fail(CLI_WRONG, "there is no such rule: %s", text);
	review_rule_free(&review->after.rules[at]);
	memmove(&review->after.rules[at], &review->after.rules[at + 1],
		(--review->after.count - at) * sizeof *review->after.rules);
	review->changes = true;
	return CLI_OK;
}

static int change_rules(struct review *review)
{
	int exit = CLI_OK;
	for (const char *const *text = cli_values(review->arguments, "remove"); exit == CLI_OK && *text != NULL; text++)
		exit = remove_rule(review, *text);
	for (const char *const *text = cli_values(review->arguments, "add"); exit == CLI_OK && *text != NULL; text++)
		exit = add_rule(review, *text);
	return exit;
}

/* --- what they do --- */

static void folder_name(const char *store, struct st_span path, struct st_buf *out)
{
	size_t end = 0, depth = 0, last = 0;
	for (; end < path.size && depth < FOLDER_DEPTH; end++)
		if (path.data[end] == '/') {
			depth++;
			last = end;
		}
	st_escape_text(out, store, strlen(store));
	st_buf_add(out, ":/", 2);
	st_escape_name(out, path.data, depth > 0 ? last : 0);
	st_buf_add_byte(out, 0);
}

static void count_folder(struct review *review, const char *store, struct st_span path)
{
	st_auto_buf struct st_buf name = {0};
	folder_name(store, path, &name);
	for (size_t i = review->folder_count; i > 0; i--) /* neighbours come together: look at the latest first */
		if (strcmp(review->folders[i - 1].name, (const char *)name.data) == 0) {
			review->folders[i - 1].records++;
			return;
		}
	if (review->folder_count == FOLDERS_LISTED) {
		review->folders_beyond++;
		return;
	}
	if (review->folders == NULL)
		review->folders = st_alloc_zero(FOLDERS_LISTED, sizeof *review->folders);
	review->folders[review->folder_count++] =
		(struct folder){st_strndup((const char *)name.data, name.size - 1), 1};
}

static void note_record(void *context, const char *store, const struct casefile_object *object,
	const struct review_rule *rule, size_t given, bool ruled)
{
	struct review *review = context;
	if (given == 0 && rule == NULL)
		count_folder(review, store, object->path);
	if (rule == NULL)
		return;
	struct effect *effect = &review->effects[rule - review->after.rules];
	effect->records++;
	effect->given += ruled;
	effect->kept += rule->kind == REVIEW_WITHHOLD;
}

static enum st_status cut(struct review *review, const struct review_rules *rules, const struct seal_sink *sink,
	struct seal_sums *sums, struct st_error *err)
{
	struct seal_known *known = NULL;
	enum st_status status = seal_known_open(&review->rc, rules, &known, err);
	if (status == ST_OK)
		status = seal_records(&review->rc, &review->work, rules, known, sink, sums, err);
	seal_known_close(known);
	return status;
}

static enum st_status measure(struct review *review, struct st_error *err)
{
	struct seal_sink sink = {.record = note_record, .context = review}, quiet = {0};
	review->effects = st_alloc_zero(review->after.count + 1, sizeof *review->effects);
	ST_TRY(cut(review, &review->after, &sink, &review->sums_after, err));
	return review->changes ? cut(review, &review->before, &quiet, &review->sums_before, err) : ST_OK;
}

/* --- telling --- */

static void print_rule(const struct review *review, size_t i)
{
	const struct review_rule *rule = &review->after.rules[i];
	const struct effect *effect = &review->effects[i];
	st_auto_buf struct st_buf text = {0};
	review_rule_text(rule, &text);
	st_auto_free char *shown = st_escaped_text(text.data, text.size);
	printf("%s %s\n", find_rule(&review->before, rule) == review->before.count ? "new " : "rule", shown);
	if (rule->kind == REVIEW_PREFIX)
		printf("     %" PRIu64 " records under it: %" PRIu64 " are the party's, %" PRIu64
		       " hold others and show it "
		       "nothing\n",
			effect->records, effect->given, effect->records - effect->given);
	if (rule->kind == REVIEW_WITHHOLD)
		printf("     %" PRIu64 " records under it: shown to nobody\n", effect->kept);
	if (rule->kind == REVIEW_EMPLOYER)
		printf("     full addresses to who proves this domain\n");
}

static void tell(const struct review *review)
{
	for (size_t i = 0; i < review->after.count; i++)
		print_rule(review, i);
	if (review->changes)
		printf("unattributed or in review: %" PRIu64 " of %" PRIu64 " distinct records, %" PRIu64 " before\n",
			review->sums_after.unattributed, review->sums_after.records, review->sums_before.unattributed);
	else
		printf("unattributed or in review: %" PRIu64 " of %" PRIu64 " distinct records\n",
			review->sums_after.unattributed, review->sums_after.records);
	for (size_t i = 0; review->reveal && i < review->folder_count; i++)
		printf("     %10" PRIu64 "  %s\n", review->folders[i].records, review->folders[i].name);
	if (review->reveal && review->folders_beyond > 0)
		printf("     %10" PRIu64 "  in further folders\n", review->folders_beyond);
	if (!review->reveal && review->folder_count > 0)
		puts("where they are: --reveal REASON");
}

/* --- the run --- */

static enum st_status log_change(struct review *review, const char *what, const struct review_rules *of,
	const struct review_rules *not_in, struct st_error *err)
{
	for (size_t i = 0; i < of->count; i++) {
		st_auto_buf struct st_buf text = {0};
		if (find_rule(not_in, &of->rules[i]) < not_in->count)
			continue;
		review_rule_text(&of->rules[i], &text);
		st_buf_add_byte(&text, 0);
		ST_TRY(casefile_event(review->rc.casefile, what, (const char *)text.data, err));
	}
	return ST_OK;
}

static enum st_status save(struct review *review, struct st_error *err)
{
	const char *reason = cli_value(review->arguments, "reveal");
	if (reason != NULL)
		ST_TRY(casefile_event(review->rc.casefile, "reveal", reason, err));
	if (!review->changes || cli_has(review->arguments, "dry-run"))
		return ST_OK;
	ST_TRY(log_change(review, "rule added", &review->after, &review->before, err));
	ST_TRY(log_change(review, "rule removed", &review->before, &review->after, err));
	return review_rules_save(review->rc.casefile, &review->after, err);
}

static int work(struct review *review)
{
	struct st_error err = {0}, closing = {0};
	enum st_status status = report_case_load(&review->rc, &err);
	if (status == ST_OK)
		status = review_rules_load(review->rc.casefile, &review->before, &err);
	if (status == ST_OK)
		status = review_rules_load(review->rc.casefile, &review->after, &err);
	if (status != ST_OK)
		return cli_fail_error(&err);
	int exit = change_rules(review);
	if (exit != CLI_OK)
		return exit;
	status = seal_work_open(&review->rc, &review->work, &err);
	if (status == ST_OK)
		status = measure(review, &err);
	if (seal_work_close(&review->rc, &review->work, &closing) != ST_OK && status == ST_OK) {
		status = ST_FATAL;
		err = closing;
	}
	if (status == ST_OK)
		status = save(review, &err);
	if (status != ST_OK)
		return cli_fail_error(&err);
	tell(review);
	return CLI_OK;
}

static void free_review(struct review *review)
{
	for (size_t i = 0; i < review->folder_count; i++)
		free(review->folders[i].name);
	free(review->folders);
	free(review->effects);
	review_rules_free(&review->before);
	review_rules_free(&review->after);
	report_case_free(&review->rc);
}

int case_review(const struct cli_arguments *arguments)
{
	struct review review = {.arguments = arguments, .work.dir_fd = -1, .reveal = cli_has(arguments, "reveal")};
	struct st_error err = {0};
	const char *path = cli_value(arguments, "case"), *reason = cli_value(arguments, "reveal");
	if (path == NULL)
		return cli_fail(CLI_WRONG, "case review needs --case FILE");
	if (reason != NULL && reason[0] == 0)
		return cli_fail(CLI_WRONG, "--reveal REASON says why, and is written into the case");
	if (casefile_open(path, cli_value(arguments, "case-key"), CASEFILE_UPDATE, &review.rc.casefile, &err) != ST_OK)
		return cli_fail_error(&err);
	int exit = work(&review);
	free_review(&review);
	return exit;
}
