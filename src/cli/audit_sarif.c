/*
 * The result as SARIF 2.1.0 (OASIS, "Static Analysis Results Interchange Format"), of the part that GitHub and Azure
 * read: rules, results with the line of the admitting rule, the path through several groups as a code flow, edits that
 * opened it as related locations, replacements where the source stands as one literal, fingerprints that neither line
 * nor number of a rule is part of, exceptions as suppressions.
 */
#include "base/hash.h"
#include "base/json_write.h"
#include "base/print.h"
#include "cli/audit.h"

#include <stdlib.h>

enum sarif_rule {
	OPEN_LISTED,
	OPEN_SHARED,
	OPEN_BROAD,
	OPEN_ANY,
	CANNOT_TELL,
	SHADOWED,
	DEAD_DENY,
	DEFAULT_ROUTE,
	RULES
};

/* In the order of the enum; the first four in that of audit_class. */
static const struct {
	const char *id, *name, *level, *summary, *full;
} rules[RULES] = {
	{"STAUNCH1004", "OpenToListedSources", "note", "Open to listed sources.",
		"A set of internet addresses that is neither any, broad nor shared reaches the store."},
	{"STAUNCH1003", "OpenToSharedSources", "error", "Open to addresses that others can rent.",
		"A service tag whose addresses any customer of the cloud can use reaches the store."},
	{"STAUNCH1002", "OpenToBroadSources", "error", "Open to a broad part of the internet.",
		"A block wider than a /8 (IPv6: /32), or 1 % of all public IPv4 addresses, reaches the store."},
	{"STAUNCH1001", "OpenToAnySource", "error", "Open to the internet.",
		"Any address on the internet reaches the store."},
	{"STAUNCH1010", "CannotTell", "warning", "What this lets in cannot be told.",
		"A value that decides it is not in the input, so that it may be open."},
	{"STAUNCH1020", "ShadowedRule", "note", "A rule that never applies.",
		"Rules before it decide every packet that it matches."},
	{"STAUNCH1021", "DeadDeny", "warning", "A deny that stops nothing.",
		"It is for an address that no packet carries where the rule is applied."},
	{"STAUNCH1022", "DefaultRoute", "warning", "A tag that may mean any address.",
		"The tag VirtualNetwork holds the prefixes of routes, and a default route is one of them."},
};

struct sarif {
	const struct audit_run *run;
	struct st_json_writer *w;
};

/* --- places --- */

/* A path as a URI reference (RFC 3986): relative ones stay so, so that they mean the file of a checkout. */
static void uri(struct st_buf *out, const char *path)
{
	static const char plain[] = "-._~/ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
	while (strncmp(path, "./", 2) == 0)
		path += 2;
	if (strcmp(path, "-") == 0)
		path = "standard-input";
	if (path[0] == '/')
		st_buf_format(out, "file://");
	for (; *path != 0; path++) {
		if (strchr(plain, *path) != NULL)
			st_buf_add_byte(out, (uint8_t)*path);
		else
			st_buf_format(out, "%%%02X", (unsigned)(uint8_t)*path);
	}
}

static void artifact(const struct sarif *s, uint32_t file)
{
	st_auto_buf struct st_buf text = {0};
	uri(&text, s->run->files[file].path);
	st_json_key(s->w, "artifactLocation");
	st_json_object(s->w);
	st_json_key(s->w, "uri");
	st_json_string(s->w, text.data, text.size);
	if (s->run->files[file].path[0] != '/')
		st_json_key_text(s->w, "uriBaseId", "SRCROOT");
	st_json_object_end(s->w);
}

static void physical(const struct sarif *s, uint32_t file, uint32_t line)
{
	st_json_key(s->w, "physicalLocation");
	st_json_object(s->w);
	artifact(s, file);
	if (line > 0) {
		st_json_key(s->w, "region");
		st_json_object(s->w);
		st_json_key_uint(s->w, "startLine", line);
		st_json_object_end(s->w);
	}
	st_json_object_end(s->w);
}

static void message(const struct sarif *s, const struct st_buf *text)
{
	st_json_key(s->w, "message");
	st_json_object(s->w);
	st_json_key(s->w, "text");
	st_json_string(s->w, text->data, text->size);
	st_json_object_end(s->w);
}

static void logical(const struct sarif *s, struct st_span name, const char *kind)
{
	st_auto_free char *text = st_escaped_text(name.data, name.size);
	st_json_key(s->w, "logicalLocations");
	st_json_array(s->w);
	st_json_object(s->w);
	st_json_key_text(s->w, "fullyQualifiedName", text);
	st_json_key_text(s->w, "kind", kind);
	st_json_object_end(s->w);
	st_json_array_end(s->w);
}

/* One location; said NULL: without words. */
static void location(const struct sarif *s, uint32_t file, uint32_t line, const struct st_buf *said)
{
	st_json_object(s->w);
	physical(s, file, line);
	if (said != NULL)
		message(s, said);
	st_json_object_end(s->w);
}

static void rule_location(const struct sarif *s, const struct audit_rule_at *rule, const char *what)
{
	st_auto_buf struct st_buf said = {0};
	st_buf_format(&said, "%s", what);
	audit_say_rule(&said, rule);
	if (rule->group.size > 0) {
		st_buf_format(&said, " of ");
		st_escape_text(&said, rule->group.data, rule->group.size);
	}
	location(s, rule->file, rule->line, &said);
}

static void own_location(const struct sarif *s, const struct audit_exposure *exposure)
{
	const struct audit_rule_at *rule = exposure->admitted_count > 0 ? &exposure->admitted_by[0] : NULL;
	st_json_key(s->w, "locations");
	st_json_array(s->w);
	st_json_object(s->w);
	physical(s, rule != NULL ? rule->file : exposure->file, rule != NULL ? rule->line : exposure->line);
	logical(s, exposure->store, "resource");
	st_json_object_end(s->w);
	st_json_array_end(s->w);
}

/* Several rules that admit it: gate by gate, as a packet meets them. */
static void code_flow(const struct sarif *s, const struct audit_exposure *exposure)
{
	if (exposure->admitted_count < 2)
		return;
	st_json_key(s->w, "codeFlows");
	st_json_array(s->w);
	st_json_object(s->w);
	st_json_key(s->w, "threadFlows");
	st_json_array(s->w);
	st_json_object(s->w);
	st_json_key(s->w, "locations");
	st_json_array(s->w);
	for (uint32_t i = 0; i < exposure->admitted_count; i++) {
		st_json_object(s->w);
		st_json_key(s->w, "location");
		rule_location(s, &exposure->admitted_by[i], "admitted by ");
		st_json_object_end(s->w);
	}
	st_json_array_end(s->w);
	st_json_object_end(s->w);
	st_json_array_end(s->w);
	st_json_object_end(s->w);
	st_json_array_end(s->w);
}

static void related(const struct sarif *s, const struct audit_exposure *exposure)
{
	if (exposure->edit_count == 0)
		return;
	st_json_key(s->w, "relatedLocations");
	st_json_array(s->w);
	for (uint32_t i = 0; i < exposure->edit_count; i++) {
		const struct audit_edit *edit = &exposure->edits[i];
		st_auto_buf struct st_buf what = {0};
		st_buf_format(&what, "opened by: %s%s", audit_change_name(edit->change),
			edit->rule.rule.size > 0 ? ", " : "");
		st_buf_add_byte(&what, 0);
		if (edit->rule.rule.size > 0) {
			rule_location(s, &edit->rule, (const char *)what.data);
		} else {
			what.size--;
			location(s, edit->rule.file, edit->rule.line, &what);
		}
	}
	st_json_array_end(s->w);
}

/* --- fixes --- */

/* A tag or a prefix, which JSON has as it is. */
static bool is_one_text(struct st_span set)
{
	for (size_t i = 0; i < set.size; i++)
		if (set.data[i] <= ' ' || set.data[i] >= 0x7f || set.data[i] == ',' || set.data[i] == '"' ||
			set.data[i] == '\\')
			return false;
	return set.size > 0;
}

static bool fix_is_text(const struct audit_exposure *exposure)
{
	for (uint32_t i = 0; i < exposure->fix_count; i++)
		if (exposure->fix_rules[i].edit_line == 0 || !is_one_text(exposure->fix_rules[i].set))
			return false;
	return exposure->fix_count > 0;
}

static void replacement(const struct sarif *s, const struct audit_rule_at *rule)
{
	st_json_object(s->w);
	artifact(s, rule->file);
	st_json_key(s->w, "replacements");
	st_json_array(s->w);
	st_json_object(s->w);
	st_json_key(s->w, "deletedRegion");
	st_json_object(s->w);
	st_json_key_uint(s->w, "startLine", rule->edit_line);
	st_json_key_uint(s->w, "startColumn", rule->edit_column);
	st_json_key_uint(s->w, "endLine", rule->edit_line);
	st_json_key_uint(s->w, "endColumn", rule->edit_end);
	st_json_object_end(s->w);
	st_json_key(s->w, "insertedContent");
	st_json_object(s->w);
	st_auto_free char *text = st_format("\"%.*s\"", (int)rule->set.size, (const char *)rule->set.data);
	st_json_key_text(s->w, "text", text);
	st_json_object_end(s->w);
	st_json_object_end(s->w);
	st_json_array_end(s->w);
	st_json_object_end(s->w);
}

static void fixes(const struct sarif *s, const struct audit_exposure *exposure)
{
	if (!audit_fails(s->run, exposure) || !fix_is_text(exposure))
		return;
	st_json_key(s->w, "fixes");
	st_json_array(s->w);
	st_json_object(s->w);
	st_json_key(s->w, "description");
	st_json_object(s->w);
	st_json_key_text(s->w, "text",
		"Narrower sources: evaluated, nothing of this is let in any more. "
		"Sessions that exist outlive the edit.");
	st_json_object_end(s->w);
	st_json_key(s->w, "artifactChanges");
	st_json_array(s->w);
	for (uint32_t i = 0; i < exposure->fix_count; i++)
		replacement(s, &exposure->fix_rules[i]);
	st_json_array_end(s->w);
	st_json_object_end(s->w);
	st_json_array_end(s->w);
}

/* --- results --- */

static void add_texts(struct st_buf *out, const struct audit_texts *texts)
{
	for (uint32_t i = 0; i < texts->count; i++)
		st_buf_add_span(out, texts->items[i].data, texts->items[i].size);
}

/* The same for the same opening, whatever its rule is called and wherever it stands. */
static void fingerprint_of(const struct audit_exposure *exposure, char out[33])
{
	uint8_t hash[ST_SHA256_BYTES];
	st_auto_buf struct st_buf bytes = {0};
	st_buf_add_span(&bytes, exposure->store.data, exposure->store.size);
	st_buf_add_byte(&bytes, (uint8_t)exposure->protocol);
	st_buf_add_byte(&bytes, (uint8_t)exposure->class);
	st_buf_add_byte(&bytes, exposure->verdict == AUDIT_CANNOT_TELL);
	for (uint32_t i = 0; i < exposure->port_count; i++) {
		st_buf_add_u16(&bytes, exposure->ports[i].low);
		st_buf_add_u16(&bytes, exposure->ports[i].high);
	}
	add_texts(&bytes, &exposure->destinations);
	if (exposure->class != AUDIT_ANY)
		add_texts(&bytes, &exposure->sources);
	st_sha256_of(bytes.data, bytes.size, hash);
	st_hex(hash, 16, out);
}

/* How many rows before this one have its fingerprint. */
static unsigned earlier(const struct audit_run *run, char (*all)[33], uint32_t row)
{
	unsigned count = 0;
	for (uint32_t i = 0; i < row && run->result.exposure_count <= 5000; i++)
		count += strcmp(all[i], all[row]) == 0;
	return count;
}

static void fingerprint(const struct sarif *s, const char *hash, unsigned before)
{
	st_auto_free char *text = before == 0 ? st_format("%s", hash) : st_format("%s:%u", hash, before + 1);
	st_json_key(s->w, "partialFingerprints");
	st_json_object(s->w);
	st_json_key_text(s->w, "staunchExposure/v1", text);
	st_json_object_end(s->w);
}

static void suppressions(const struct sarif *s, const struct audit_exposure *exposure)
{
	if (s->run->result.exception_count == 0)
		return;
	st_json_key(s->w, "suppressions");
	st_json_array(s->w);
	if (exposure->excepted == AUDIT_EXCEPTED) {
		const struct audit_exception_told *told = &s->run->result.exceptions[exposure->exception];
		st_auto_buf struct st_buf why = {0};
		st_escape_text(&why, told->reason.data, told->reason.size);
		st_buf_format(&why, " (");
		st_escape_text(&why, told->owner.data, told->owner.size);
		st_buf_format(&why, ", until ");
		st_escape_text(&why, told->until.data, told->until.size);
		st_buf_format(&why, ")");
		st_json_object(s->w);
		st_json_key_text(s->w, "kind", "external");
		st_json_key_text(s->w, "status", "accepted");
		st_json_key(s->w, "justification");
		st_json_string(s->w, why.data, why.size);
		st_json_object_end(s->w);
	}
	st_json_array_end(s->w);
}

static void begin_result(const struct sarif *s, enum sarif_rule rule, const char *level, const struct st_buf *said)
{
	st_json_object(s->w);
	st_json_key_text(s->w, "ruleId", rules[rule].id);
	st_json_key_uint(s->w, "ruleIndex", (uint64_t)rule);
	st_json_key_text(s->w, "level", level);
	message(s, said);
}

static void properties(const struct sarif *s, const struct audit_exposure *exposure)
{
	st_json_key(s->w, "properties");
	st_json_object(s->w);
	st_json_key_bool(s->w, "fails", audit_fails(s->run, exposure));
	st_json_key_text(s->w, "class", audit_class_name(exposure->class));
	st_json_key_text(s->w, "verdict", audit_verdict_name(exposure->verdict));
	if (exposure->opened_by.size > 0) {
		st_auto_free char *by = st_escaped_text(exposure->opened_by.data, exposure->opened_by.size);
		st_json_key_text(s->w, "openedBy", by);
	}
	st_json_object_end(s->w);
}

static void result_of(const struct sarif *s, const struct audit_exposure *exposure, const char *hash, unsigned before)
{
	st_auto_buf struct st_buf said = {0};
	bool doubt = exposure->verdict == AUDIT_CANNOT_TELL;
	audit_say(s->run, exposure, &said);
	const char *level = audit_fails(s->run, exposure)      ? "error"
			    : audit_in_doubt(s->run, exposure) ? "warning"
							       : "note";
	begin_result(s, doubt ? CANNOT_TELL : (enum sarif_rule)exposure->class, level, &said);
	own_location(s, exposure);
	code_flow(s, exposure);
	related(s, exposure);
	fingerprint(s, hash, before);
	if (s->run->result.compared)
		st_json_key_text(s->w, "baselineState", exposure->known_before ? "unchanged" : "new");
	suppressions(s, exposure);
	fixes(s, exposure);
	properties(s, exposure);
	st_json_object_end(s->w);
}

static void note_result(const struct sarif *s, enum sarif_rule rule, const struct audit_note *note, const char *means)
{
	st_auto_buf struct st_buf said = {0};
	st_escape_text(&said, note->store.data, note->store.size);
	st_buf_format(&said, note->store.size > 0 ? ": " : "");
	if (note->rule.rule.size > 0)
		audit_say_rule(&said, &note->rule);
	st_buf_format(&said, "%s", means);
	st_escape_text(&said, note->text.data, note->text.size);
	if (note->by.rule.size > 0) {
		audit_say_rule(&said, &note->by);
		st_buf_format(&said, " stands before it");
	}
	st_buf_format(&said, ".");
	begin_result(s, rule, rules[rule].level, &said);
	st_json_key(s->w, "locations");
	st_json_array(s->w);
	location(s, note->rule.file, note->rule.line, NULL);
	st_json_array_end(s->w);
	if (s->run->result.exception_count > 0) {
		st_json_key(s->w, "suppressions");
		st_json_array(s->w);
		st_json_array_end(s->w);
	}
	st_json_object_end(s->w);
}

static void note_results(const struct sarif *s, enum sarif_rule rule, const struct audit_notes *list, const char *means)
{
	for (uint32_t i = 0; i < list->count; i++) {
		note_result(s, rule, &list->items[i], means);
		audit_flush(s->run);
	}
}

static void results(const struct sarif *s)
{
	const struct audit_result *result = &s->run->result;
	st_auto_free char(*hashes)[33] = st_alloc_zero(result->exposure_count + 1, sizeof *hashes);
	st_json_key(s->w, "results");
	st_json_array(s->w);
	for (uint32_t i = 0; i < result->exposure_count; i++) {
		fingerprint_of(&result->exposures[i], hashes[i]);
		if (result->exposures[i].verdict != AUDIT_CLOSED)
			result_of(s, &result->exposures[i], hashes[i], earlier(s->run, hashes, i));
		audit_flush(s->run);
	}
	note_results(s, CANNOT_TELL, &result->cannot_tell, "");
	note_results(s, DEAD_DENY, &result->dead_denies, " is for an address that no packet carries here");
	note_results(s, DEFAULT_ROUTE, &result->default_routes, "");
	note_results(s, SHADOWED, &result->shadowed, " never applies: ");
	note_results(s, SHADOWED, &result->unfinished, "");
	st_json_array_end(s->w);
}

/* --- the run --- */

static void text_object(const struct sarif *s, const char *key, const char *text)
{
	st_json_key(s->w, key);
	st_json_object(s->w);
	st_json_key_text(s->w, "text", text);
	st_json_object_end(s->w);
}

static void driver(const struct sarif *s)
{
	st_json_key(s->w, "tool");
	st_json_object(s->w);
	st_json_key(s->w, "driver");
	st_json_object(s->w);
	st_json_key_text(s->w, "name", "staunch audit");
	st_json_key_text(s->w, "version", STAUNCH_VERSION);
	st_json_key_text(s->w, "semanticVersion", STAUNCH_VERSION);
	st_json_key(s->w, "rules");
	st_json_array(s->w);
	for (int i = 0; i < RULES; i++) {
		st_json_object(s->w);
		st_json_key_text(s->w, "id", rules[i].id);
		st_json_key_text(s->w, "name", rules[i].name);
		text_object(s, "shortDescription", rules[i].summary);
		text_object(s, "fullDescription", rules[i].full);
		text_object(s, "help", "See staunch-audit(1).");
		st_json_key(s->w, "defaultConfiguration");
		st_json_object(s->w);
		st_json_key_text(s->w, "level", rules[i].level);
		st_json_object_end(s->w);
		st_json_object_end(s->w);
	}
	st_json_array_end(s->w);
	st_json_object_end(s->w);
	st_json_object_end(s->w);
}

static void invocation(const struct sarif *s)
{
	st_json_key(s->w, "invocations");
	st_json_array(s->w);
	st_json_object(s->w);
	st_json_key_bool(s->w, "executionSuccessful", true);
	st_json_key_uint(s->w, "exitCode", (uint64_t)audit_exit(s->run));
	st_json_object_end(s->w);
	st_json_array_end(s->w);
	st_json_key(s->w, "originalUriBaseIds");
	st_json_object(s->w);
	st_json_key(s->w, "SRCROOT");
	st_json_object(s->w);
	text_object(s, "description", "The folder in which staunch was started; of --git, the top of the repository.");
	st_json_object_end(s->w);
	st_json_object_end(s->w);
}

void audit_write_sarif(const struct audit_run *run, struct st_buf *out)
{
	struct st_json_writer writer = {.out = out, .indent = 2};
	struct sarif s = {run, &writer};
	st_json_object(&writer);
	st_json_key_text(&writer, "$schema", "https://json.schemastore.org/sarif-2.1.0.json");
	st_json_key_text(&writer, "version", "2.1.0");
	st_json_key(&writer, "runs");
	st_json_array(&writer);
	st_json_object(&writer);
	driver(&s);
	invocation(&s);
	st_json_key_text(&writer, "columnKind", "utf16CodeUnits");
	results(&s);
	st_json_object_end(&writer);
	st_json_array_end(&writer);
	st_json_object_end(&writer);
	st_buf_add_byte(out, '\n');
}
