/*
 * Text in, mentions out (contract 4). A stream: feed blocks of any size, the mentions are the same for every cutting.
 * Pure: no files, no clock, no globals. Any bytes are accepted; NUL and invalid UTF-8 end a candidate.
 */
#ifndef STAUNCH_DETECT_DETECT_H
#define STAUNCH_DETECT_DETECT_H

#include "base/bytes.h"
#include "base/error.h"

/* Order is the table order of contract 4 and is written into cases: append only. */
enum detect_kind {
	DETECT_EMAIL_ADDRESS,
	DETECT_PHONE_NUMBER,
	DETECT_PERSON_NAME,
	DETECT_ORGANIZATION_NAME,
	DETECT_POSTAL_ADDRESS,
	DETECT_IP_ADDRESS,
	DETECT_PAYMENT_CARD,
	DETECT_IBAN,
	DETECT_NATIONAL_ID,
	DETECT_VAT_NUMBER,
	DETECT_CASE_NUMBER,
	DETECT_URL,
	DETECT_SECRET,
	DETECT_DATE_OF_BIRTH,
	DETECT_KINDS
};
const char *detect_kind_name(enum detect_kind kind); /* "email_address"; NULL out of range */

enum detect_form { DETECT_PLAIN, DETECT_OBFUSCATED, DETECT_ENCODED, DETECT_FORMS };
const char *detect_form_name(enum detect_form form); /* "plain"; NULL out of range */

/* Where form and rule stand in one byte: the form below, the rule (1 + its number, 0 none) above. */
#define DETECT_RULE_SHIFT 2
#define DETECT_FORM_MASK 3u

/* Shown, counted and redacted from this confidence on. */
#define DETECT_CONFIDENCE_SHOWN 50

/* What a worker tells beside mentions, in rows of the same kind. Of a name that counts only if the address book of the
 * whole corpus has it: DETECT_CONFIDENCE_UNSURE, shown as DETECT_CONFIDENCE_BOOK once it is confirmed. */
#define DETECT_CONFIDENCE_UNSURE 40
#define DETECT_CONFIDENCE_BOOK 70
/* The same of a case number without a label, once its template is known. */
#define DETECT_CONFIDENCE_MINED 60
/* In place of a form: no mention, only evidence for its value. */
#define DETECT_FORM_EVIDENCE 3u
/* In place of a kind: canonical name, NUL, canonical e-mail address; they stood as `Name <address>`. */
#define DETECT_NAME_PAIR 128
/* The same of a national id and an e-mail address that stood in one record, alone of their kinds. */
#define DETECT_ID_PAIR 129
#define DETECT_PAIR_BYTES 512
/* A template of case numbers, NUL, a canonical case number of it, which stands in the object: what counts them. */
#define DETECT_CASE_TEMPLATE 130

struct detect_mention {
	enum detect_kind kind;
	enum detect_form form;
	uint8_t confidence; /* hundredths, 0 to 100 */
	/* The right-hand side was written with a space for the dot and is no com/net/org/edu/gov and no own domain: the
	 * mention counts only if detect_domain_seen() says so at the end of the input. Of a person_name: it counts only
	 * if its canonical form stands elsewhere as a certain name, or is that of an address (detect_name_of_address).
	 * Of a case_number: if five of its template stand in the input, or it stands elsewhere behind a label.
	 * Only with keep_tentative. */
	bool tentative;
	uint64_t start, end;      /* bytes of the text fed so far, end exclusive */
	struct st_span text;      /* those bytes; borrowed for the call */
	struct st_span canonical; /* borrowed for the call */
	struct st_span holder;    /* of an e-mail address beside which a name stands: that name in canonical form, else
				   * empty; only with keep_tentative; borrowed for the call */
	const char *scheme;       /* national_id and vat_number; else NULL */
	bool rest; /* only with keep_rests: it lost against one that it overlaps; what reaches beyond is part of a value
		    */
	uint8_t rule; /* 1 + the number of the rule that found it (rules.h); 0: a detector of ours */
};

struct detect_rules; /* rules.h */

struct detect_options {
	const char *const *regions;     /* ISO 3166 codes, upper case, NULL-ended; NULL for none: national phone numbers
					 * count     only where a region is known */
	const char *const *own_domains; /* lower-case A-labels, NULL-ended; NULL for none */
	const struct detect_rules *rules; /* borrowed, outlives the detect; NULL for none */
	bool keep_tentative; /* emit tentative mentions at once, marked; else they are held, and emitted in order */
	bool keep_rests;     /* with keep_tentative: emit what lost, too, marked and out of order */
	bool byte_by_byte;   /* the slow way also where the processor has a fast one: what tests compare with */
};

typedef void detect_emit(void *context, const struct detect_mention *mention);

struct detect;
/* Options are copied. Mentions come through emit, sorted by start, never overlapping, each once. Caller closes. */
struct detect *detect_open(const struct detect_options *options, detect_emit *emit, void *context);
void detect_feed(struct detect *detect, const void *text, size_t size);
/*
 * The name of a column, for tables whose header stands far from the values (contract 4, "a label, or a field name").
 * For every detector it counts as a label before each value of the column: label_before() and phrase_before() see it,
 * so a detector that asks them for its label needs nothing else. Returns its number for detect_field_begins(), 0 when
 * it says nothing. Names and stretches belong to the input that is being fed, or that the next feed begins.
 */
unsigned detect_field_name(struct detect *detect, struct st_span name);
/* From this offset of the input on, until the next call says otherwise, stands a value of that column (0: of none). In
 * order, and before the byte at `start` is fed. */
void detect_field_begins(struct detect *detect, uint64_t start, unsigned field);
/* End of this input: everything still held is decided and emitted; the next feed begins a new input at offset 0. */
void detect_finish(struct detect *detect);
/* Every mention that starts before this offset of the current input has been emitted. */
uint64_t detect_settled(const struct detect *detect);
/* Was this domain (canonical form) part of a certain mention of the current input? Valid until the next feed after
 * detect_finish. */
bool detect_domain_seen(const struct detect *detect, struct st_span domain);
/* Pieces of the input fed last whose rest this rule did not search, because one place of it took too many steps
 * (CEIL_RULE_STEPS). Valid like detect_domain_seen. */
uint64_t detect_rule_exhausted(const struct detect *detect, size_t rule);
/* Is the text sifted 64 bytes at a time, or byte by byte? The mentions are the same. */
bool detect_is_sifted(const struct detect *detect);
void detect_close(struct detect *detect);

/* SHA-256 over the detectors' sources and tables, hex: which detectors found this (contract 6, provenance). */
const char *detect_tables_sha256(void);

/* --- domains: what other stages ask of an e-mail address (contract 5) --- */
/* The registrable domain of a canonical host name by the Public Suffix List with its private section; empty when the
 * host is itself a suffix. For reserved and internal suffixes (.test, .local ...) the label before them and the suffix.
 */
struct st_span detect_registrable_domain(struct st_span host);
bool detect_is_free_mail(struct st_span registrable_domain);  /* free-mail provider: its users are no organization */
bool detect_is_disposable(struct st_span registrable_domain); /* throw-away mailbox provider */
/* RFC 2142 mailbox names and a list of role and no-reply names in five languages; local part in canonical form. */
bool detect_is_role_mailbox(struct st_span local_part);

/* --- countries, as ISO 3166-1 alpha-2 codes (contract 5); false: it says none --- */
/* Of a canonical host name: its last label where that is a country's (.uk is GB; .eu, .com, .io and the like: none). */
bool detect_domain_country(struct st_span host, char out[3]);
/* Of a number in E.164 form: its calling code, and the area code where several countries share it. */
bool detect_phone_country(struct st_span e164, char out[3]);
bool detect_is_country(const char code[3]); /* assigned, upper case */
/* The canonical name that an address is made of: anna.rossi@ is "anna rossi". Its size, 0 when there is none. */
#define DETECT_NAME_BYTES 160
size_t detect_name_of_address(struct st_span address, uint8_t out[DETECT_NAME_BYTES]);
/*
 * What case numbers of one system share: their letters and signs, and how many digits stand where. "PRJ-2024-0131" is
 * "PRJ-0000-0000". Its size; 0 for values that are no letters, sign and digits (or year, letters and number), and for
 * dates and public references. *year: four digits that may be a year, which are no evidence for their template.
 */
#define DETECT_TEMPLATE_BYTES 48
size_t detect_case_template(struct st_span canonical, uint8_t out[DETECT_TEMPLATE_BYTES], bool *year);
/* Case numbers without a label count where so many different ones of their template stand in one store (CONTRACTS 4,
 * issue: "mined"). */
#define DETECT_CASES_OF_TEMPLATE 5
/* The canonical form of a name as somebody writes it who asks for it: "Rossi, Anna", "Dr. Anna Rossi". Size, or 0. */
size_t detect_name_as_typed(struct st_span text, uint8_t out[DETECT_NAME_BYTES]);

#endif
