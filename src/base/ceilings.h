/*
 * Every ceiling of the program: name, unit, one sentence on why and what happens beyond it.
 * Nothing is ever cut in silence: whoever meets a ceiling writes a row in coverage or one clear line.
 */
#ifndef STAUNCH_BASE_CEILINGS_H
#define STAUNCH_BASE_CEILINGS_H

#define KIB ((uint64_t)1 << 10)
#define MIB ((uint64_t)1 << 20)
#define GIB ((uint64_t)1 << 30)

/* --- detect --- */
/* Bytes a detector may look to either side of its trigger; candidates that would need more are no candidates. */
#define CEIL_DETECT_REACH_BYTES 1024
/* Longest canonical value a mention may carry; RFC 5321 caps an address at 254 bytes, obfuscated spellings shrink. */
#define CEIL_CANONICAL_BYTES 512
/* Mentions waiting for their domain to be seen elsewhere in the input; later ones are decided on what was seen. */
#define CEIL_TENTATIVE_MENTIONS 65536
/* Memory for those mentions and what is kept in order behind them; beyond it the oldest is decided on what was seen. */
#define CEIL_TENTATIVE_BYTES (32 * MIB)
/* Distinct domains remembered per input for that rule; 32 bytes each. */
#define CEIL_SEEN_DOMAINS 262144
/* Candidates that overlap in one chain and wait for its end; a longer chain is decided as far as it is known. */
#define CEIL_OVERLAPPING_CANDIDATES 4096

/* Names of columns told to the detectors for one input, and their length: values of others have only the text before
 * them. */
#define CEIL_FIELD_NAMES 4096
#define CEIL_FIELD_NAME_BYTES 128

/* --- rules of the user (detect/rules.h) --- */
/* A rules file, and its rules; a larger one is refused. It travels to every worker in one frame. */
#define CEIL_RULES_FILE_BYTES (64 * KIB)
#define CEIL_RULES 48
#define CEIL_RULE_NAME_BYTES 24
#define CEIL_RULE_PATTERN_BYTES 1024
/* Words of a rule's context. */
#define CEIL_RULE_WORDS 16
/* Bytes that a pattern may match and look at, and look at before its match; one that could take more is refused. */
#define CEIL_RULE_WIDTH_BYTES 512u
#define CEIL_RULE_BEHIND_BYTES 128u
/* Steps of PCRE2 at one place of the text; beyond, the rule finds nothing more in that piece of 4 KiB, and the text is
 * partial(timeout). */
#define CEIL_RULE_STEPS 2000
/* Memory of PCRE2 for the steps of one place; far more than CEIL_RULE_STEPS of them take. */
#define CEIL_RULE_HEAP_KIB 4096

/* --- redact: documents (redact/document.h) --- */
/* A page, or one message, that is held whole; a larger one is refused. */
#define CEIL_REDACT_DOCUMENT_BYTES (64 * MIB)
/* Times that size which it may grow to, where tokens are longer than what they stand for; else it is refused. */
#define CEIL_REDACT_GROWN 4
/* Times a document is searched until nothing is found; one in which something appears each time is refused. */
#define CEIL_REDACT_ROUNDS 8
/* Message ids that are numbered in one input without a key; later ones have no number of their own. */
#define CEIL_REDACT_MESSAGE_IDS ((size_t)1 << 20)
/* Fields, parts and boundaries of one message; one of more is refused. */
#define CEIL_REDACT_MAIL_ITEMS ((size_t)1 << 18)
/* A line of mail (RFC 5322, 2.1.1), without its end. */
#define CEIL_MAIL_LINE_BYTES 998u

/* --- extract --- */
/* Containers inside containers; a deeper one is unread(limit-depth). */
#define CEIL_NESTING_DEPTH 16
/* Entries of one archive; the rest of it is unread(limit-entries). */
#define CEIL_ARCHIVE_ENTRIES 2000000
/* Bytes one object may expand to, beside 200 times its stored size, whichever is larger; beyond: limit-size. */
#define CEIL_EXPANDED_BYTES (2 * GIB)
#define CEIL_EXPANDED_FACTOR 200
/* After this many expanded bytes a ratio above CEIL_RATIO is unread(limit-ratio): a bomb, not a document. */
#define CEIL_RATIO_FROM_BYTES (100 * MIB)
#define CEIL_RATIO 1000
/* Bytes of one member's name; longer names are cut in the path chain and the member is still read. */
#define CEIL_NAME_BYTES 4096
/* A nested archive that needs seeking is held in memory up to this size; larger ones are read as a stream. */
#define CEIL_SPOOL_BYTES (128 * MIB)
/* Memory of the decoders of compressed files (xz, zstd, ...) that are open at a time, dictionaries above all; a file
 * that asks for more is unread(memory). 256 MiB of dictionary, as `zstd --long=28` and `xz --lzma2=dict=256MiB` make.
 */
#define CEIL_DECODE_BYTES (288 * MIB)
/* Multiparts inside multiparts of one message; what is deeper is unread(limit-depth). */
#define CEIL_MULTIPART_DEPTH 32
/* One header field of a message, unfolded; the rest of a longer one is searched, its meaning is taken from the front.
 */
#define CEIL_MAIL_FIELD_BYTES (64 * KIB)
/* A boundary of a multipart; RFC 2046 says 70 at most, a longer one than this is none. */
#define CEIL_MAIL_BOUNDARY_BYTES 512
/* Bytes behind a `From ` line of an mbox in which the header of the next message must show itself. */
#define CEIL_MBOX_LOOK_BYTES (8 * KIB)
/* Lines of a mail that may turn out to be the header of an earlier mail wait for at most this many bytes for the next.
 */
#define CEIL_QUOTE_LOOK_BYTES (4 * KIB)
/* Text that waits for it, with what stands aside of the lines of a page. */
#define CEIL_QUOTE_HELD_BYTES (32 * KIB)
/* Bytes handed from a reader to the detectors at a time. */
#define CEIL_TEXT_BLOCK_BYTES (64 * KIB)
/* Fields of --id-field, units they name, and bytes of a name; more are refused. */
#define CEIL_ID_FIELDS 32
#define CEIL_ID_UNITS 8
#define CEIL_ID_FIELD_BYTES 256
#define CEIL_ID_UNIT_BYTES 23
/* Values of such fields in one record; a record with more of them makes the object partial(limit-entries). */
#define CEIL_ID_RECORD_BYTES (1 * MIB)
/* Bytes looked at to tell what an object is. */
#define CEIL_SNIFF_BYTES (64 * KIB)
/* Levels of arrays and objects in JSON; deeper documents are unread(limit-depth). */
#define CEIL_JSON_DEPTH 1024
/* A value of a record longer than this stands in the canonical record as its SHA-256, so that memory stays flat. */
#define CEIL_CANONICAL_VALUE_BYTES (64 * KIB)
/* Keys and short values of one record held for sorting; a larger record is identified by its bytes as written. */
#define CEIL_CANONICAL_RECORD_BYTES (32 * MIB)
/* Bytes moved to sort the keys of one record, summed over its levels; a record beyond is identified by its bytes as
 * written. */
#define CEIL_CANONICAL_COPY_BYTES (1 * GIB)
/* Bytes behind the first line end inside a quoted CSV cell in which its closing quote is looked for; else the quote was
 * a plain character and the row ended there. */
#define CEIL_CSV_QUOTED_BYTES (1 * MIB)
/* Cells of one CSV row; what follows is one cell. */
#define CEIL_CSV_CELLS 65536
/* A field's path in a redaction policy (`customer.mail`): what leads to its container, and its own name. What is longer
 * is left out between the two, so that `*.mail` still finds it. */
#define CEIL_REDACT_PATH_BYTES 2048
#define CEIL_REDACT_NAME_BYTES 256
/* Keys with a replacement, in objects that are open, which are compared; each further one is numbered. */
#define CEIL_REDACT_KEY_NAMES 65536
/* Tables of an SQL dump whose columns are known by CREATE TABLE, and the columns of one; values of others have no
 * field. */
#define CEIL_SQL_TABLES 4096
#define CEIL_SQL_COLUMNS 4096
/* Names of such tables and columns that are kept. */
#define CEIL_SQL_NAMES_BYTES (8 * MIB)
/* Columns of a sheet, or of a table in a document, whose names are labels: as many as a spreadsheet has. */
#define CEIL_TABLE_COLUMNS 16384
/* Attributes and comments of HTML, footnotes of RTF, that wait for the end of the line they stand in; beyond, the line
 * is broken there. */
#define CEIL_ASIDE_BYTES (16 * KIB)
/* Groups inside groups of RTF that are told apart; what stands deeper is text of the deepest of them. */
#define CEIL_RTF_GROUPS 4096
/* A quoted attribute value of HTML; behind as much, the next angle bracket ends a tag whose quote was never closed. */
#define CEIL_HTML_VALUE_BYTES (64 * KIB)
/* Elements inside one another in XML; deeper documents are partial(limit-depth). Office files nest below 100. */
#define CEIL_XML_DEPTH 1024
/* One tag or comment of XML, which expat holds whole; what follows a longer one is searched as it stands. */
#define CEIL_XML_TOKEN_BYTES (8 * MIB)
/* Text boxes, attributes and deleted words of an Office document that wait for the end of the line they stand in;
 * beyond, the line is broken there. */
#define CEIL_OFFICE_ASIDE_BYTES (64 * KIB)
/* A cell, a formula, a shared string in the making; what follows of a longer one is text of its own. */
#define CEIL_OFFICE_CELL_BYTES (256 * KIB)
/* The shared strings of one spreadsheet, with eight bytes each; the rest of them is searched where it stands, but not
 * in its cells: partial(limit-size). */
#define CEIL_SHARED_STRINGS_BYTES (96 * MIB)
/* Cell formats of one spreadsheet; cells with a later one show their number as stored. */
#define CEIL_CELL_FORMATS 65536
/* Notes, comments and text boxes of OpenDocument that wait for the end of the paragraph or table row they stand in;
 * beyond, it is cut there. */
#define CEIL_ODF_ASIDE_BYTES (1 * MIB)
/* Parts of one Office document, and bytes of their names; an archive with more of them is read as the plain zip it is.
 */
#define CEIL_PACKAGE_ENTRIES 32768
#define CEIL_PACKAGE_NAMES_BYTES (16 * MIB)
/* A label that says where in a document something stands. */
#define CEIL_PLACE_BYTES 256
/* Bytes of the list of places of one part (12,000 pages); what stands behind is "further on". */
#define CEIL_PART_PLACES_BYTES (128 * KIB)

/* Files attached to one PDF: each costs a process; the rest is limit-entries. */
#define CEIL_PDF_ATTACHMENTS 1000
/* What a helper said on stderr, of which a reader takes note. */
#define CEIL_HELPER_ERRORS_BYTES (64 * KIB)

/* --- worker and scan --- */
/* Address space of a worker. */
#define CEIL_WORKER_MEMORY_BYTES (1 * GIB)
/* Folders inside folders; deeper ones are listed as unread(limit-depth). */
#define CEIL_FOLDER_DEPTH 512
/* Without progress for this long a worker is killed: unread(timeout). */
#define CEIL_STALL_MS 60000
/* One reading of a file takes at most so long, and a millisecond more for so many of its bytes: unread(timeout). It is
 * far beyond what the slowest reader needs, and stops a worker that was taken over from saying for ever that it works.
 */
#define CEIL_READING_MS (60 * 60 * 1000)
#define CEIL_READING_BYTES_PER_MS 64
/* What the members of one object, names and all, may take in the case; the rest of it is unread(limit-entries). */
#define CEIL_MEMBERS_BYTES (512 * MIB)
/* What each member costs in that sum beside its name. */
#define CEIL_MEMBER_BYTES 192
/* One frame between two processes; a longer one is broken. */
#define CEIL_MESSAGE_BYTES (256 * KIB)
/* A worker is replaced after this many objects, whatever it says of itself. */
#define CEIL_WORKER_OBJECTS 10000
/* Workers that may be killed from outside before they are ready, in one scan; more are an error of the machine. */
#define CEIL_STARTS_LOST 16
/* Mentions waiting for the end of the record they stand in; beyond, a mention is reported as in no record. */
#define CEIL_PENDING_BYTES (256 * MIB)
/* An unread object is hashed all the same up to this size; a larger one costs more than its identity is worth. */
#define CEIL_HASH_UNREAD_BYTES (64 * MIB)
/* Address space of a helper program, and the processor time it may take; beyond, what it gave so far is kept and the
 * document is partial(memory or timeout). */
#define CEIL_HELPER_MEMORY_BYTES (1 * GIB)
#define CEIL_HELPER_CPU_S 120
/* A helper may run this many times as long as a worker may stand still; then it is killed: timeout. */
#define CEIL_HELPER_STALLS 5
/* Bytes a helper may write: its output is held in memory; a longer one is limit-size. */
#define CEIL_HELPER_OUTPUT_BYTES (256 * MIB)
/* Documents on their way to helpers that one worker has open, held in memory; a longer one is unread(limit-size). */
#define CEIL_HELPER_INPUT_BYTES (512 * MIB)
/* Processes that one launcher runs at a time; a further one is refused. */
#define CEIL_PROCESSES 1024
/* Small objects (no more than MESSAGE_FDS) that a worker has been handed and has not begun, and the bytes of one of
 * them and of all. */
#define CEIL_JOBS_AHEAD 16
#define CEIL_JOB_AHEAD_BYTES (256 * KIB)
#define CEIL_JOBS_AHEAD_BYTES (1 * MIB)
/* Rows of one sorted run before it is sealed and written; as many more are held while that goes on. */
#define CEIL_RUN_BYTES (64 * MIB)
/* Memory for readings that ended, and parts, that wait for their commit; beyond, they are committed. */
#define CEIL_UNCOMMITTED_BYTES (8 * MIB)
/* Objects taken from the case at a time, to be read next. */
#define CEIL_QUEUE_OBJECTS 1024
/* Rows wait at most this long before they are written. */
#define CEIL_RUN_AGE_MS 5000
/* Runs merged in one pass; more are merged in several. */
#define CEIL_MERGE_FANIN 256
/* Objects of one case. */
#define CEIL_OBJECTS 4000000000u

/* --- casefile --- */
/* Pages of the case held in memory, changed ones too; beyond, they are written and read again. */
#define CEIL_CASE_CACHE_BYTES (8 * MIB)

/* What a packed block of results may unpack to; blocks end soon behind CEIL_BLOCK_BYTES. */
#define CEIL_PACKED_BLOCK_BYTES (1 * MIB)

/* --- resolve --- */
/* Distinct keys (persons, organizations) held in memory before they are written as a run. */
#define CEIL_DISTINCT_BYTES (8 * MIB)
/* One block of sorted rows: what a run seals at a time, and what a result is put out in. */
#define CEIL_BLOCK_BYTES (64 * KIB)
/* Packed places in one row; an entity with more of them goes on in further rows, so that a row always fits a block. */
#define CEIL_ROW_PLACES_BYTES (28 * KIB)
/* A value that is counted; canonical values are far shorter, a longer one is refused at the next flush. */
#define CEIL_KEY_BYTES (16 * KIB)
/* Different sets of stores that hold the same record, kept in memory; a case with more of them needs fewer stores. */
#define CEIL_STORE_SETS (1u << 20)
/* Places held as samples over all those sets together, and for one set; beyond, sets are counted but not shown. */
#define CEIL_SAMPLE_PLACES (1u << 20)
#define CEIL_SET_SAMPLE_PLACES (1u << 16)

/* --- samples (resolve/draw.h, resolve/estimate.h) --- */
/* Endings of names that may be strata of their own, in one store; the others are one type. */
#define CEIL_SAMPLE_TYPES 256
/* Objects whose figures are kept apart until variances are known; where more are drawn, several share one row. */
#define CEIL_SAMPLE_UNITS 16384
/* Keys held to see in how many objects each stands (persons, organizations); beyond, a random part of them is kept and
 * scaled up, which adds less than 1 % to the error. */
#define CEIL_SAMPLE_KEYS (1u << 17)

/* --- leads --- */
/* Country and value of a national id, as workers tell it beside the id. */
#define CEIL_COUNTRY_MARK_BYTES 64
/* Persons with an address at several domains of one name, which join these; 16 bytes each. Beyond, fewer are joined. */
#define CEIL_SHARED_PERSONS (1u << 20)
/* Templates of case numbers without a label that count, kept while the values of a case are merged, 52 bytes each;
 * those beyond, in the order of their bytes, do not count, and the report says how many they are. */
#define CEIL_CASE_TEMPLATES 65536
/* Stores that leaked data points to, kept one by one; further ones are counted together. */
#define CEIL_LEADS 65536
/* Places of leads, and of secrets, compared with each other to see which stand together; where there are more of
 * either, a lead without a credential of its own has an unknown one. */
#define CEIL_LEAD_PLACES (1u << 20)
/* How near to a lead, in its record, a secret stands beside it. */
#define CEIL_LEAD_BESIDE_BYTES 256
/* Signatures told of one lead: those that expire last. */
#define CEIL_LEAD_SIGNATURES 8
/* Places named with one lead. */
#define CEIL_LEAD_FIRST_PLACES 4

/* --- audit --- */
/* Levels of arrays and objects of a configuration; a deeper file is unusable. */
#define CEIL_AUDIT_DEPTH 128
/* Values of one document or element of a list, the trees held at a time, and one string; a larger file is unusable. */
#define CEIL_AUDIT_NODES 8000000
#define CEIL_AUDIT_TREE_BYTES (768 * MIB)
#define CEIL_AUDIT_TEXT_BYTES (4 * MIB)
/* Resources that one `copy` of a template makes; Azure stops at 800. A larger one cannot be told. */
#define CEIL_AUDIT_COPIES 800
/* Values made by the expressions of one template, and levels of calls; what goes beyond cannot be told. */
#define CEIL_AUDIT_EXPRESSION_VALUES 1000000
#define CEIL_AUDIT_EXPRESSION_DEPTH 64
/* Resources looked at for the references of one plan; those that are left then cannot be told. */
#define CEIL_AUDIT_PLAN_STEPS 200000000
/* Service tags of one store told apart; with more of them it cannot be told. */
#define CEIL_AUDIT_TAGS 256
/* Combinations of destination, source port and port range looked at for one store, and steps through rules in them
 * (Azure allows 1000 rules a group); a store with more of them cannot be told. */
#define CEIL_AUDIT_CELLS 4000000
#define CEIL_AUDIT_STEPS 400000000
/* Intervals of addresses compared for one store, which is seconds; beyond, it cannot be told. The same for all fixes of
 * a store together; beyond, a remark says that there may be more. */
#define CEIL_AUDIT_INTERVALS 1000000000
#define CEIL_AUDIT_FIX_INTERVALS 200000000
/* Steps through the rules of one group to find those that never apply; beyond, a remark says that there may be more. */
#define CEIL_AUDIT_SHADOW_STEPS 40000000
/* Prefixes of the sources of one exposure, and the whole answer of the worker; beyond, there is none. */
#define CEIL_AUDIT_ANSWER_BYTES (256 * MIB)
/* Edits between two states of one store of which each is tried; of more, all are named untried. */
#define CEIL_AUDIT_EDITS 256
/* Bytes of one file of a service, its settings once aliases are followed, and the name of one; a larger one is
 * unusable. */
#define CEIL_AUDIT_CONFIG_BYTES (16 * MIB)
#define CEIL_AUDIT_SETTINGS 200000
#define CEIL_AUDIT_KEY_BYTES 4096
/* Files of one audit. */
#define CEIL_AUDIT_FILES 10000
/* Entries of a file of exceptions or of flows to keep, values of a list in one, and its bytes. */
#define CEIL_AUDIT_FLOWS 1000
#define CEIL_AUDIT_FLOW_VALUES 4000
#define CEIL_AUDIT_FLOWS_BYTES (4 * MIB)
/* Operations on networks and storage in one activity log. */
#define CEIL_AUDIT_EVENTS 200000
/* Commits between the two of --git that are looked at for the one that opened it; of more, none is. */
#define CEIL_AUDIT_COMMITS 200
/* Content of files that --git takes out of a repository, of all its commits together. */
#define CEIL_AUDIT_GIT_BYTES (256 * MIB)
/* What is read from a pipe, which is kept because a plan is read twice. */
#define CEIL_AUDIT_PIPE_BYTES (512 * MIB)
/* Processor time and time of one run of git; one that takes longer is ended. */
#define CEIL_GIT_CPU_S 120
#define CEIL_GIT_MS (3 * 60 * 1000)
/* An audit that takes longer is ended: it was not told. */
#define CEIL_AUDIT_MS (10 * 60 * 1000)

/* --- report --- */
/* Leads in the JSON report; all of them with --format csv --list leads. */
#define CEIL_REPORT_LEADS 1000
/* Unread objects named in the JSON report; all of them with --format csv --list unread. */
#define CEIL_REPORT_UNREAD 1000
/* Stores of which the report shows how many records each two share. */
#define CEIL_REPORT_MATRIX 12
/* Rows of each list of values and of organizations in the HTML report; all of them with --format csv --list. */
#define CEIL_REPORT_TOP 25
/* A file of claims, its claims and a text of one; a larger one is refused. */
#define CEIL_CLAIMS_FILE_BYTES (256 * KIB)
#define CEIL_CLAIMS 100
#define CEIL_CLAIM_TEXT_BYTES 1000
/* Places listed in a packet for one party, 1 KiB each in all its files; the rest is counted there. */
#define CEIL_PACKET_ROWS 1000000
/* Of those, in its page; all of them are in its tables. */
#define CEIL_PACKET_PAGE_ROWS 20000
/* Addresses named in its README; all of them are in its tables. */
#define CEIL_PACKET_README_VALUES 200
/* Addresses that --explain names as joined with one; a power of two. */
#define CEIL_EXPLAIN_JOINED 1024
/* Differing records named per row of copies. */
#define CEIL_REPORT_DIFFERING 100

/* --- check --- */
/* A target as typed; a scope file, and its targets. Larger ones are refused. */
#define CEIL_TARGET_BYTES 2048
#define CEIL_SCOPE_FILE_BYTES (256 * KIB)
#define CEIL_SCOPE_TARGETS 4096
#define CEIL_SAS_FILE_BYTES (1 * MIB) /* of URLs with signatures */
/* What a worker tells of one body: paths, bytes of a path, of a value, of all values; beyond, only counts go on. All of
 * it fits one frame. */
#define CEIL_FACT_PATHS 512u
#define CEIL_FACT_PATH_BYTES 192
#define CEIL_FACT_BYTES (8 * KIB)
#define CEIL_FACTS_BYTES (96 * KIB)
/* Header lines of one answer, and one value of them that is kept; the connection is closed beyond the first. */
#define CEIL_ANSWER_HEADER_BYTES (64 * KIB)
#define CEIL_ANSWER_VALUE_BYTES 1024
/* What stands around a body, beside as many bytes as the body has: headers, sizes and extensions of chunks. */
#define CEIL_ANSWER_FRAMING_BYTES (1 * MIB)
/* A body that a check asks for; the rest is not read. */
#define CEIL_ANSWER_BODY_BYTES (16 * MIB)
/* One request, from the name to the last byte; and the least pace, over so many seconds, of an answer. */
#define CEIL_REQUEST_MS 30000
#define CEIL_CONNECT_MS 10000
#define CEIL_SLOW_BYTES_PER_S 64
#define CEIL_SLOW_S 10
/* One range of an object that is read over the network; the time for it, with tries again. */
#define CEIL_RANGE_BYTES (4 * MIB)
#define CEIL_RANGE_MS 120000
#define CEIL_RANGE_TRIES 5
/* Objects of one store, read one behind the other, of which the network gave nothing in the end: the others are not
 * asked for in this run. */
#define CEIL_STORE_FAILURES 12
/* A name in a listing. */
#define CEIL_LISTED_NAME_BYTES (64 * KIB)
/* What a server calls a search context; it grows with the shards. Documents of one answer, and bytes of it that are
 * aimed at. */
#define CEIL_CONTEXT_BYTES (96 * KIB)
#define CEIL_HITS_PAGE 1000u
/* Shards of one index: so many documents may share a number of the order. Elasticsearch makes no more by itself. */
#define CEIL_HITS_TIES 1024u
#define CEIL_HITS_AIM_BYTES (2 * MIB)
/* Bytes of the places that one index tells: beyond, its documents have no names. */
#define CEIL_HITS_PLACES_BYTES (384 * MIB)
/* Indices of one server: more are none that a listing of one page tells. */
#define CEIL_INDICES 200000u
/* Pages of one listing: beyond, the server makes them up. */
#define CEIL_LISTING_PAGES 10000000u
/* Pages without a name, one behind the other: beyond, it is no listing. */
#define CEIL_LISTING_EMPTY_PAGES 1000u
/* Tries of one page, where a connection breaks off or the server fails. */
#define CEIL_LISTING_TRIES 5
/* What a fetch process may take beyond CEIL_REQUEST_MS before it is killed: resolvers wait by clocks of their own. */
#define CEIL_FETCH_LATE_MS 30000
/* Address space of the fetch role. */
#define CEIL_FETCH_MEMORY_BYTES (512 * MIB)
/* Seconds that a server may ask us to wait; one that asks for more is left alone. Tries of one request. */
#define CEIL_RETRY_AFTER_S 60
#define CEIL_REQUEST_TRIES 3
/* Failures in a row after which a host is left alone for the rest of the run. */
#define CEIL_HOST_FAILURES 5
/* Requests for one target in one run: no answer can make a check endless. */
#define CEIL_TARGET_REQUESTS 1000
/* A file of credentials, its entries, and one value of them; larger ones are refused. */
#define CEIL_AUTH_FILE_BYTES (256 * KIB)
#define CEIL_AUTH_ENTRIES 256
#define CEIL_AUTH_VALUE_BYTES (16 * KIB)
/* A name that a server gave and that is asked for over TCP; one that is longer is not. */
#define CEIL_STEP_NAME_BYTES 512
/* An evidence file, and a line of it; larger ones are refused. */
#define CEIL_EVIDENCE_FILE_BYTES (256 * MIB)
#define CEIL_EVIDENCE_LINE_BYTES (64 * KIB)
/* A file of sightings or an inventory, its rows, and the sightings that become lines of evidence in one run: larger
 * files are refused, rows beyond are counted and make the answer incomplete. */
#define CEIL_ROWS_FILE_BYTES (64 * MIB)
#define CEIL_ROWS 1000000
#define CEIL_SIGHTINGS 65536
/* A text of a row's field; a row with a longer one in a field that is asked for is broken. */
#define CEIL_ROW_TEXT_BYTES 4096
/* Who says so, in a sighting by hand. */
#define CEIL_ENGINE_BYTES 64
/* Entries of all inventories of one check; what is beyond makes the comparison incomplete. */
#define CEIL_INVENTORY_ENTRIES 65536
/* What watches a store, and who owns it, as an inventory says: the rest is cut off. */
#define CEIL_GUARD_BYTES 256
/* Addresses of one target that are remembered from evidence, to know it in reports of others by. */
#define CEIL_SEEN_ADDRESSES 64
/* Columns of a table of rows; one with more is none. */
#define CEIL_ROW_COLUMNS 1024
/* Seconds from one round of a watch to the next; who only found a store does not ask more often than the last. */
#define CEIL_WATCH_LEAST_S 1
#define CEIL_WATCH_MOST_S (7 * 86400)
#define CEIL_WATCH_FINDER_LEAST_S 900
/* Seconds from one reminder of an alert to the next; those where a scope does not say. */
#define CEIL_REMIND_LEAST_S 1
#define CEIL_REMIND_MOST_S (30 * 86400)
#define CEIL_REMIND_USUAL_S 86400
/* Addresses that an alert is mailed to; arguments of the command that hears of it, and how long that may run. */
#define CEIL_ALERT_ADDRESSES 16
#define CEIL_ALERT_ARGUMENTS 64
#define CEIL_ALERT_COMMAND_MS 30000
/* One alert, in JSON or as a mail. */
#define CEIL_ALERT_BYTES (64 * KIB)
/* How long an acknowledgement waits for a round of the watch to end. */
#define CEIL_ACKNOWLEDGE_MS 120000
/* A policy of redaction, its field patterns and allowed values, and bytes of one of them; larger ones are refused. */
#define CEIL_REDACT_POLICY_BYTES (64 * KIB)
#define CEIL_REDACT_POLICY_ENTRIES 2048
#define CEIL_REDACT_POLICY_TEXT_BYTES 512
/* Digests of values that are known from elsewhere (36 MiB); more are refused, never left out in silence. */
#define CEIL_REDACT_KNOWN (1024 * 1024)
/* A known name in a text, with what stands between its words; a longer one is not looked for. */
#define CEIL_KNOWN_NAME_BYTES 640
/* redact --estimate: bytes of a passage and what is shown on either side of it, passages that one run draws, and those
 * that one person is asked about. */
#define CEIL_ESTIMATE_PASSAGE_BYTES 512
#define CEIL_ESTIMATE_CONTEXT_BYTES 256
#define CEIL_ESTIMATE_PASSAGES 1000000
#define CEIL_ESTIMATE_ASKED 1000

/* One frame between portal, keyholder, courier and resolver. */
#define CEIL_PORTAL_MESSAGE_BYTES (64 * KIB)
/* Cases (indices) that one portal serves. */
#define CEIL_PORTAL_CASES 32
/* How long a check of a domain's record may take until its answer is UNREACHABLE. */
#define CEIL_PORTAL_CHECK_MS 20000
/* One proof of a domain by DNS, in which it ends; of that, one question to all servers of a zone. */
#define CEIL_DNS_LOOKUP_MS 15000
#define CEIL_DNS_ROUND_MS 5000
/* Proofs at a time; others wait for one to end. */
#define CEIL_DNS_LOOKUPS 16
/* Name servers of one zone, and their addresses; a zone with more proves nothing. */
#define CEIL_DNS_SERVERS 16
#define CEIL_DNS_PLACES 64
/* Servers of the zone above that are asked whom it handed a zone to; one answer is enough. */
#define CEIL_DNS_SERVERS_ABOVE 4
/* CNAMEs one behind the other; a longer way has no text at its end. */
#define CEIL_DNS_ALIASES 8
/* Servers that the operator names, each for forwarding and for zones. */
#define CEIL_DNS_TYPED 32
/* A file of trust anchors, and how many it has. */
#define CEIL_DNS_ANCHOR_BYTES (256 * KIB)
#define CEIL_DNS_ANCHORS 64
/* The operator's file of registration dates. */
#define CEIL_DNS_AGES_BYTES (8 * MIB)
/* Text of a wish for correction; longer ones are refused. */
#define CEIL_PORTAL_WISH_BYTES 2000
/* The latest openings that a party is shown of its record. */
#define CEIL_PORTAL_LOG_ROWS 100
/* Rows of one payload; a party with more records gets the first of them, and the figures of all. */
#define CEIL_PAYLOAD_ROWS 10000
/* Bytes of one payload, in links of 4 KiB; rows beyond are left out as above. */
#define CEIL_PAYLOAD_BYTES (8 * MIB)
/* Values of one row of a payload, and bytes of a value or a name in it; more are counted, longer ones withheld. */
#define CEIL_PAYLOAD_VALUES 128
#define CEIL_PAYLOAD_TEXT_BYTES 400
/* A request to the portal: its head, its body, and the time it may take to arrive (nginx has the same limits). */
#define CEIL_PORTAL_HEADER_BYTES (8 * KIB)
#define CEIL_PORTAL_BODY_BYTES (16 * KIB)
#define CEIL_PORTAL_REQUEST_S 10
/* How long an answer of the keyholder is waited for, but for the check of a domain. */
#define CEIL_PORTAL_ANSWER_MS 8000
/* Processes of one portal that answer. */
#define CEIL_PORTAL_PROCESSES 16
/* What the operator says of itself. */
#define CEIL_PORTAL_ABOUT_BYTES (64 * KIB)
/* Documents, and values of one kind, that a page lists; the export has all. */
#define CEIL_PORTAL_PAGE_DOCUMENTS 100u
#define CEIL_PORTAL_PAGE_VALUES 5u

#endif
