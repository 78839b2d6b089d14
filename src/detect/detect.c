/*
 * The engine: one pass over the text, 64 bytes at a time through the sieve, or byte by byte through a table that says
 * which detectors a byte wakes. A byte is examined when everything its detectors may look at is there, so the cutting
 * of the input leaves no trace.
 */
#include "detect/detect.h"

#include <stdlib.h>

#include "detect/detector.h"
#include "detect/fields.h"
#include "detect/overlap.h"
#include "detect/person_words.h"
#include "detect/rule_set.h"
#include "detect/seen.h"
#include "detect/sieve.h"
#include "detect/tables_sha256.h"

/* The table of detectors: a new one is one line here, in the order of enum detect_kind. */
static const struct detector *const detectors[] = {
	&detector_email_address,
	&detector_phone_number,
	&detector_organization_name,
	&detector_worded_number,
	&detector_ip_address,
	&detector_payment_card,
	&detector_iban,
	&detector_official_number,
	&detector_person_name,
	&detector_url,
	&detector_connection_string,
	&detector_secret,
};
#define DETECTORS (sizeof detectors / sizeof detectors[0])

/* Text taken into the window at a time, and scanned text kept before it is dropped: moving bytes stays rare. */
#define SLICE_BYTES (64 * KIB)

struct detect {
	struct detect_options options; /* its lists are owned */
	detect_emit *emit;
	void *context;
	struct sieve *sieve;   /* NULL: byte by byte */
	uint16_t wakes[65536]; /* bit n: detector n; index: byte, next byte << 8; unused beside a sieve */
	uint16_t keeps[256];   /* all ones for ASCII letters and digits: the run goes on */
	uint16_t run_detectors;
	uint16_t run_examined; /* detectors that already looked at the current run of letters and digits */
	bool run_has_digit;    /* the same of the sieve */
	bool finished;         /* the next feed begins a new input */
	struct st_buf window;
	uint64_t window_offset;  /* of window.data[0] in the input */
	size_t scanned;          /* bytes of the window already examined */
	struct rule_scan *rules; /* NULL: none */
	uint64_t ruled; /* input offset up to which matches of rules were searched; a multiple of their piece */
	struct fields fields;
	struct overlap overlap;
	struct seen seen;
	struct held_mentions held;
};

static const char *const kind_names[DETECT_KINDS] = {"email_address", "phone_number", "person_name",
	"organization_name", "postal_address", "ip_address", "payment_card", "iban", "national_id", "vat_number",
	"case_number", "url", "secret", "date_of_birth"};

const char *detect_kind_name(enum detect_kind kind)
{
	return (unsigned)kind < DETECT_KINDS ? kind_names[kind] : NULL;
}

const char *detect_form_name(enum detect_form form)
{
	static const char *const names[DETECT_FORMS] = {"plain", "obfuscated", "encoded"};
	return (unsigned)form < DETECT_FORMS ? names[form] : NULL;
}

const char *detect_tables_sha256(void)
{
	return DETECT_TABLES_SHA256;
}

static const char *const *copy_list(const char *const *list)
{
	size_t count = 0;
	while (list && list[count])
		count++;
	char **copy = st_alloc_zero(count + 1, sizeof *copy);
	for (size_t i = 0; i < count; i++)
		copy[i] = st_strndup(list[i], strlen(list[i]));
	return (const char *const *)copy;
}

static void free_list(const char *const *list)
{
	union {
		const char *const *borrowed;
		char **owned;
	} both = {list};
	for (char **entry = both.owned; *entry; entry++)
		free(*entry);
	free(both.owned);
}

static bool is_alnum(unsigned byte)
{
	return (byte | 32) - 'a' < 26 || byte - '0' < 10;
}

static void build_tables(struct detect *detect)
{
	for (unsigned byte = 0; byte < 256; byte++)
		detect->keeps[byte] =
			is_alnum(byte) && byte != 'm' && byte != 'K' ? 0xffff : 0; /* behind_terminal_code */
	for (size_t n = 0; n < DETECTORS; n++) {
		if (detectors[n]->run_start)
			detect->run_detectors |= (uint16_t)(1u << n);
		for (const char *trigger = detectors[n]->triggers; *trigger; trigger++)
			for (unsigned next = 0; next < 256; next++)
				if (!detectors[n]->may_start ||
					detectors[n]->may_start((uint8_t)*trigger, (uint8_t)next))
					detect->wakes[(uint8_t)*trigger | next << 8] |= (uint16_t)(1u << n);
	}
}

struct detect *detect_open(const struct detect_options *options, detect_emit *emit, void *context)
{
	_Static_assert(DETECTORS <= SIEVE_DETECTORS, "one bit per detector in a byte");
	struct detect *detect = st_alloc_zero(1, sizeof *detect);
	detect->options.regions = copy_list(options ? options->regions : NULL);
	detect->options.own_domains = copy_list(options ? options->own_domains : NULL);
	detect->options.keep_tentative = options && options->keep_tentative;
	detect->overlap.tells_lost = options && options->keep_tentative && options->keep_rests;
	detect->emit = emit;
	detect->context = context;
	if (options && options->rules)
		detect->rules = rule_scan_open(options->rules);
	bool regions = options && options->regions && options->regions[0];
	if (!options || !options->byte_by_byte)
		detect->sieve = sieve_open(detectors, DETECTORS, regions);
	if (!detect->sieve)
		build_tables(detect);
	return detect;
}

/* Emits at once, or behind what waits: the output stays sorted. */
static void pass_on(struct detect *detect, const struct detect_mention *mention)
{
	bool waits = mention->tentative && !detect->options.keep_tentative;
	if (!waits && detect->held.count == 0) {
		detect->emit(detect->context, mention);
		return;
	}
	held_push(&detect->held, mention);
	while (held_full(&detect->held) ||
		(detect->held.count > 0 && !detect->held.ring[detect->held.first].mention.tentative))
		held_pop(&detect->held, &detect->seen, detect->emit, detect->context);
}

/* What is certain goes into the address book of the input; what is not is looked up. Names that wait are left to
 * whoever keeps them: their book is larger than this input. */
static void note_seen(struct detect *detect, struct detect_mention *mention)
{
	uint8_t name[DETECT_NAME_BYTES];
	bool email = mention->kind == DETECT_EMAIL_ADDRESS;
	if (mention->kind == DETECT_CASE_NUMBER) {
		if (!detect->options.keep_tentative)
			seen_case(&detect->seen, mention);
		return;
	}
	if (mention->tentative) {
		if (email)
			mention->tentative = !seen_confirms(&detect->seen, mention);
		return;
	}
	if (email)
		seen_add(&detect->seen.domains, mention_domain(mention->canonical));
	if (detect->options.keep_tentative)
		return;
	size_t size = email ? detect_name_of_address(mention->canonical, name) : 0;
	if (!email)
		seen_add(&detect->seen.names, mention->canonical);
	else if (size > 0)
		seen_add(&detect->seen.names, (struct st_span){name, size});
}

static void take_winner(void *context, const struct overlap_entry *winner)
{
	struct detect *detect = context;
	struct detect_mention mention = {
		.kind = winner->kind,
		.form = winner->form,
		.confidence = winner->confidence,
		.tentative = winner->tentative,
		.start = winner->start,
		.end = winner->end,
		.text = {detect->window.data + (winner->start - detect->window_offset), winner->end - winner->start},
		.canonical = {winner->canonical, winner->canonical_size},
		.scheme = winner->scheme,
		.rule = winner->rule,
	};
	mention.rest = winner->state == OVERLAP_LOST;
	if (mention.rest) {
		if (!mention.tentative)
			detect->emit(detect->context, &mention);
		return;
	}
	if (mention.kind == DETECT_EMAIL_ADDRESS || mention.kind == DETECT_PERSON_NAME ||
		mention.kind == DETECT_CASE_NUMBER)
		note_seen(detect, &mention);
	if (detect->options.keep_tentative)
		mention.holder = (struct st_span){winner->canonical + winner->canonical_size, winner->holder_size};
	pass_on(detect, &mention);
}

/* Candidates of later triggers start at or after this offset when the trigger is at or after `at` (in the window). */
static uint64_t horizon_of(const struct detect *detect, size_t at)
{
	uint64_t offset = detect->window_offset + at;
	uint64_t horizon = offset > CEIL_DETECT_REACH_BYTES ? offset - CEIL_DETECT_REACH_BYTES : 0;
	return detect->rules && detect->ruled < horizon ? detect->ruled : horizon;
}

/* The name beside an address: a candidate of its own, and the address's holder. */
static void look_beside(struct detect *detect, const struct detect_window *window, struct detect_candidate *email,
	size_t low, size_t at)
{
	struct person_beside beside;
	struct st_span address = {email->canonical, email->canonical_size};
	if (!person_beside(window, email->start, email->end, address, &beside))
		return;
	bool cut_left = low > 0 || detect->window_offset > 0;
	if (beside.name.start >= beside.name.end || (cut_left && beside.name.start == 0))
		return;
	if (beside.whose && email->canonical_size + (size_t)beside.name.canonical_size <= sizeof email->canonical) {
		memcpy(email->canonical + email->canonical_size, beside.name.canonical, beside.name.canonical_size);
		email->holder_size = beside.name.canonical_size;
	}
	overlap_add(&detect->overlap, &beside.name, DETECT_PERSON_NAME, detect->window_offset + low,
		horizon_of(detect, at), take_winner, detect);
}

/* Shows the detectors exactly their reach: what they could learn beyond would depend on how the text was cut. */
static void examine(struct detect *detect, unsigned awake, size_t at)
{
	size_t low = at > CEIL_DETECT_REACH_BYTES ? at - CEIL_DETECT_REACH_BYTES : 0;
	size_t high =
		detect->window.size - at > CEIL_DETECT_REACH_BYTES ? at + CEIL_DETECT_REACH_BYTES : detect->window.size;
	bool cut_left = low > 0 || detect->window_offset > 0, cut_right = high < detect->window.size;
	struct detect_window window = {detect->window.data + low, high - low, &detect->options,
		fields_at(&detect->fields, detect->window_offset + at)};
	struct detect_candidate candidate;
	for (; awake; awake &= awake - 1) {
		const struct detector *detector = detectors[__builtin_ctz(awake)];
		candidate.tentative = false;
		candidate.scheme = NULL;
		candidate.kind = detector->kind;
		if (!detector->check(&window, at - low, &candidate) || candidate.confidence < DETECT_CONFIDENCE_SHOWN)
			continue;
		candidate.rule = 0;
		if (candidate.start >= candidate.end || candidate.end > window.size ||
			(cut_left && candidate.start == 0) || (cut_right && candidate.end == window.size))
			continue;          /* it would need more than the reach */
		candidate.holder_size = 0; /* only look_beside fills it */
		if (detector->kind == DETECT_EMAIL_ADDRESS && !candidate.tentative)
			look_beside(detect, &window, &candidate, low, at);
		overlap_add(&detect->overlap, &candidate, candidate.kind, detect->window_offset + low,
			horizon_of(detect, at), take_winner, detect);
	}
}

/* The slow way: a look into the table for every byte. */
static void scan_bytes(struct detect *detect, size_t limit)
{
	const uint8_t *text = detect->window.data;
	unsigned examined = detect->run_examined;
	const unsigned run_detectors = detect->run_detectors;
	for (size_t at = detect->scanned; at < limit; at++) {
		const unsigned woken = detect->wakes[text[at] | text[at + 1] << 8];
		examined &= detect->keeps[text[at]];
		unsigned awake = woken & ~examined;
		examined |= woken & run_detectors;
		if (awake)
			examine(detect, awake, at);
	}
	detect->run_examined = (uint16_t)examined;
}

static bool wakes(const struct detector *detector, const uint8_t *at)
{
	return at[0] != 0 && strchr(detector->triggers, at[0]) &&
	       (!detector->may_start || detector->may_start(at[0], at[1]));
}

/* The candidates of one word, place by place, and at each place in the order of the table. */
static void examine_word(struct detect *detect, uint64_t places, size_t word, size_t first)
{
	for (; places; places &= places - 1) {
		const unsigned place = (unsigned)__builtin_ctzll(places);
		unsigned awake = 0;
		for (unsigned asked = sieve_at(detect->sieve, word, place); asked; asked &= asked - 1)
			if (wakes(detectors[__builtin_ctz(asked)], detect->window.data + first + place))
				awake |= asked & -asked;
		if (awake)
			examine(detect, awake, first + place);
	}
}

/* The fast way: the same candidates, but for those that a hint ruled out. */
static void scan_words(struct detect *detect, size_t limit)
{
	size_t done;
	sieve_fields(detect->sieve, detect->fields.count > 0);
	for (size_t at = detect->scanned; at < limit; at += done) {
		done = sieve_run(detect->sieve, detect->window.data, detect->window.size, at, limit - at,
			&detect->run_has_digit);
		for (size_t word = 0; word * SIEVE_PLACES < done; word++) {
			uint64_t places = sieve_candidates(detect->sieve, word);
			if (places)
				examine_word(detect, places, word, at + word * SIEVE_PLACES);
		}
	}
}

/* Shows the detectors the window up to `limit`. One byte beyond may be read: feed_slice and detect_finish see to it. */
static void scan_text(struct detect *detect, size_t limit)
{
	if (detect->sieve)
		scan_words(detect, limit);
	else
		scan_bytes(detect, limit);
	if (limit > detect->scanned)
		detect->scanned = limit;
}

static void take_rule_match(
	void *context, const struct detect_candidate *candidate, enum detect_kind kind, uint64_t base)
{
	struct detect *detect = context;
	overlap_add(&detect->overlap, candidate, kind, base, detect->ruled, take_winner, detect);
}

/* Searches the piece from `ruled` to `end` of the input. */
static void scan_piece(struct detect *detect, uint64_t end, bool more)
{
	struct rule_text text = {detect->window.data, detect->window_offset, detect->window.size};
	rule_scan_piece(detect->rules, &text, detect->ruled, end, more, take_rule_match, detect);
	detect->ruled = end;
}

/*
 * Examines the window up to `limit`: first the detectors, then the rules, piece after piece. The pieces lie at the same
 * offsets whatever the cutting of the input, so that candidates come in the same order, too.
 */
static void scan(struct detect *detect, size_t limit, bool more)
{
	while (detect->rules) {
		uint64_t end = detect->ruled + RULE_PIECE_BYTES;
		if (end > detect->window_offset + limit)
			break;
		scan_text(detect, (size_t)(end - detect->window_offset));
		scan_piece(detect, end, more);
	}
	scan_text(detect, limit);
	if (detect->rules && !more && detect->ruled < detect->window_offset + limit)
		scan_piece(detect, detect->window_offset + limit, false);
}

/* First input offset whose bytes are still needed: context of what comes, text of what waits. */
static uint64_t needed_from(const struct detect *detect)
{
	uint64_t needed = horizon_of(detect, detect->scanned);
	if (detect->rules)
		needed = needed > RULE_BEFORE_BYTES ? needed - RULE_BEFORE_BYTES : 0;
	if (detect->overlap.count > 0 && detect->overlap.entries[0].start < needed)
		needed = detect->overlap.entries[0].start;
	return needed;
}

static void drop_scanned(struct detect *detect)
{
	uint64_t needed = needed_from(detect);
	if (needed - detect->window_offset < SLICE_BYTES)
		return;
	size_t drop = needed - detect->window_offset;
	st_buf_drop_front(&detect->window, drop);
	detect->window_offset += drop;
	detect->scanned -= drop;
}

static void begin_input(struct detect *detect)
{
	detect->finished = false;
	detect->window.size = 0;
	detect->window_offset = 0;
	detect->scanned = 0;
	detect->run_examined = 0;
	detect->run_has_digit = false;
	detect->ruled = 0;
	if (detect->rules)
		rule_scan_begin(detect->rules);
	fields_clear(&detect->fields);
	overlap_clear(&detect->overlap);
	seen_clear(&detect->seen.domains);
	seen_clear(&detect->seen.names);
	seen_clear(&detect->seen.cases);
}

static void feed_slice(struct detect *detect, const uint8_t *text, size_t size)
{
	st_buf_add(&detect->window, text, size);
	/* Small blocks wait for each other: a word of the sieve costs the same for one place as for all. */
	if (detect->window.size < detect->scanned + CEIL_DETECT_REACH_BYTES + SIEVE_PLACES)
		return;
	scan(detect, detect->window.size - CEIL_DETECT_REACH_BYTES, true);
	overlap_settle(&detect->overlap, horizon_of(detect, detect->scanned), take_winner, detect);
	fields_at(&detect->fields, detect->window_offset + detect->scanned); /* forgets those behind */
	drop_scanned(detect);
}

void detect_feed(struct detect *detect, const void *text, size_t size)
{
	if (detect->finished)
		begin_input(detect);
	const uint8_t *bytes = text;
	while (size > 0) {
		size_t slice = size < SLICE_BYTES ? size : SLICE_BYTES;
		feed_slice(detect, bytes, slice);
		bytes += slice;
		size -= slice;
	}
}

unsigned detect_field_name(struct detect *detect, struct st_span name)
{
	if (detect->finished)
		begin_input(detect);
	return fields_name(&detect->fields, name);
}

void detect_field_begins(struct detect *detect, uint64_t start, unsigned field)
{
	if (detect->finished)
		begin_input(detect);
	fields_begin(&detect->fields, start, field);
}

void detect_finish(struct detect *detect)
{
	if (detect->finished)
		begin_input(detect); /* an empty input */
	st_buf_reserve(&detect->window, 1);
	detect->window.data[detect->window.size] = 0; /* what stands behind the last byte */
	scan(detect, detect->window.size, false);
	overlap_settle(&detect->overlap, UINT64_MAX, take_winner, detect);
	while (detect->held.count > 0)
		held_pop(&detect->held, &detect->seen, detect->emit, detect->context);
	detect->finished = true;
}

uint64_t detect_settled(const struct detect *detect)
{
	if (detect->finished)
		return detect->window_offset + detect->window.size;
	uint64_t settled = needed_from(detect);
	if (detect->held.count > 0 && detect->held.ring[detect->held.first].mention.start < settled)
		settled = detect->held.ring[detect->held.first].mention.start;
	return settled;
}

bool detect_domain_seen(const struct detect *detect, struct st_span domain)
{
	return seen_has(&detect->seen.domains, domain);
}

uint64_t detect_rule_exhausted(const struct detect *detect, size_t rule)
{
	return detect->rules && rule < detect->rules->rules->count ? detect->rules->states[rule].exhausted : 0;
}

bool detect_is_sifted(const struct detect *detect)
{
	return detect->sieve != NULL;
}

void detect_close(struct detect *detect)
{
	if (!detect)
		return;
	free_list(detect->options.regions);
	free_list(detect->options.own_domains);
	sieve_close(detect->sieve);
	rule_scan_close(detect->rules);
	st_buf_free(&detect->window);
	fields_free(&detect->fields);
	overlap_free(&detect->overlap);
	seen_free(&detect->seen.domains);
	seen_free(&detect->seen.names);
	seen_free(&detect->seen.cases);
	held_mentions_free(&detect->held);
	free(detect);
}
