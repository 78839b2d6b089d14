/*
 * What the case process and a worker say to each other. Bodies are written with st_buf_add_* and read with st_cursor_*
 * in the order given. The case process checks every number: a worker may have been taken over by what it read.
 */
#ifndef STAUNCH_WORKER_PROTOCOL_H
#define STAUNCH_WORKER_PROTOCOL_H

#include <stdint.h>

#define WORKER_SOCKET_FD 3
/* An object up to here is read at once and held. */
#define WORKER_SMALL_BYTES (16 * 1024)
/* Kind of a mention that is a value of unit 0 of the fields that START names; the next one's is one more. */
#define WORKER_FIELD_KIND 240

enum worker_rows { WORKER_ROWS_SIGHTINGS, WORKER_ROWS_INVENTORY, WORKER_ROWS_KINDS };

enum worker_message {
	/* case -> worker */
	WORKER_START = 1, /* u8 unconfined, u64 memory_bytes, u32 n + n spans: regions; u32 n + n spans: own domains;
			   * u32 n + n spans: volatile fields; span format ("" = auto); span rules
			   * file ("" = none); u32 n + n spans: fields; span of as many bytes: the unit of each */
	WORKER_JOB,       /* u32 job, u8 stream (0: seekable, 1: a pipe, 2: a pipe
			   * that ranges come from, which WORKER_RANGE asks for; 3: a pipe that answers to
			   * searches come from, which WORKER_PAGE asks for), u8 ask (1: say WORKER_HASH first and wait
			   * for WORKER_GO; 2: unless it is small and plain text), u64 size, span the last component of its
			   * path; of 3 also u8 order (enum       probe_order), u64 documents as they were counted; with the
			   * descriptor */
	WORKER_GO,        /* u32 job, u8 read (0: drop the job, no WORKER_DONE follows) */
	WORKER_HELPED,    /* u32 job, u8 how (enum helped), u8 exit status, u64 size of the output; with the output, if
			   * the helper ran */
	WORKER_HELPED_ERRORS, /* u32 job; with a pipe of what it said on stderr; behind each WORKER_HELPED */
	WORKER_BODY,          /* u32 job, u8 form (enum probe_form), u32 values kept for each path, u64 size; with the
			       * descriptor: the body of an answer, answered by WORKER_FACTS */
	WORKER_ROWS,    /* u32 job, u8 what (enum worker_rows), u64 now (UTC seconds), u64 size; with the descriptor: a
			 * file of rows, answered by any number of WORKER_ROW and one WORKER_ROW_END */
	WORKER_LISTING, /* u32 job, u8 form (enum probe_listing), u64 size; with the descriptor: a page of a listing,
			 * answered by any number of WORKER_LISTED and one WORKER_LISTED_END */
	WORKER_JOBS,    /* u32 n, then n spans: the bodies of as many JOBs, to be done in this order behind those that
			 * came before; with n descriptors. At most CEIL_JOBS_AHEAD wait at a time */

	/* worker -> case */
	WORKER_READY = 32, /* u8 landlock_abi, u8 confined */
	WORKER_HASH,       /* u32 job, 32 bytes SHA-256 of the stored bytes */
	WORKER_PART,       /* u32 job, u32 part, u32 parent, span name */
	WORKER_RECORDS,  /* u32 job, u32 part, u32 n, then n times 32 bytes: the next n records of the object, in order
			  */
	WORKER_MENTIONS, /* u32 job, u32 n, then n times: u8 kind, u8 form + 4 * rule (1 + its number, 0 none), u8
			  * confidence, varint part, varint record (1 + its number in the object, 0 = in no record),
			  * varint start, varint length (stored bytes of the part), varint canonical size, canonical;
			  * kinds from 160 on are marks (worker/marking.h) */
	WORKER_PART_END, /* u32 job, u32 part, u8 status, u8 reason, span format, span charset, u64 stored_bytes, u64
			  * records, u64 not_searched_bytes, u8 rebuilt, span places (base/places.h; offsets as of
			  * mentions)
			  */
	WORKER_CONTENT,  /* u32 job, u32 part, 32 bytes SHA-256, u64 bytes: what identifies a message, or what one
			  * carries; before the next part begins
			  */
	WORKER_PROGRESS, /* u32 job, u64 stored_bytes; at least every second while it works */
	WORKER_DONE, /* u32 job, u8 status, u8 reason, 32 bytes SHA-256 of the stored bytes (zero if not all were read),
		      * u64 stored_bytes, u64 expanded_bytes, u64 records, u64 parts, u64 not_searched_bytes */
	WORKER_FORBIDDEN,  /* u32 number of the system call that the jail refused; the last frame of a worker */
	WORKER_ERROR,      /* span text: the worker cannot work at all (no sandbox); the last frame */
	WORKER_ABOUT,      /* only in the role `about`, instead of everything else: span text, the libraries linked, one
			    * "NAME VERSION" a line; the last frame */
	WORKER_HELP_INPUT, /* u32 job, u8 what (enum helping_input), then the bytes: a document for helpers */
	WORKER_HELP,  /* u32 job, u8 helper (enum helper), u32 number: run it on the document begun last, and say how it
		       * ended */
	WORKER_RULE,  /* u32 job, u8 number of the rule that did not search all of the object (CEIL_RULE_STEPS): before
		       * DONE, which then says partial(timeout) if all else was read */
	WORKER_FACTS, /* u32 job, then probe_facts_encode() */
	WORKER_RANGE, /* u32 job, u64 offset, u32 length (at most CEIL_RANGE_BYTES): send this of the object; answered
		       * on its pipe by u8 reason (0: none), u32 length, and then as many bytes */
	WORKER_CONTEXT,    /* u32 job, u8 order, span: what the server calls the search context that is open now; it is
			    * closed when the job is over */
	WORKER_PAGE,       /* u32 job, u8 order, u8 step (enum probe_step), u64 after (as int64), u32 size: ask this;
			    * answered on its pipe by u8 reason (0: none), u32 length and as many bytes. One at a time. */
	WORKER_LISTED,     /* u32 job, u32 n, then n times probe_listed_encode() */
	WORKER_LISTED_END, /* u32 job, u8 enum probe_page, span marker: of the next page, empty: none */
	WORKER_ROW,        /* u32 job, u32 n, then n times a row: probe_sighting_encode(), probe_entry_encode() */
	WORKER_ROW_END,    /* u32 job, u8 enum rows_end */
	/* only in the role `audit`, which is started by WORKER_AUDIT_START instead of WORKER_START */
	WORKER_AUDIT_START = 64, /* case -> worker: u8 unconfined, u64 memory_bytes, u8 compare (1: the first snapshot
				  * is a baseline, the last what is asked about, others are steps), u32 n + n spans:
				  * dates or commits of snapshots, u8 sides (1: the first of two snapshots takes
				  * the side before of plans); answered by READY */
	WORKER_AUDIT_FILE,  /* case -> worker: u32 number of the file, from 0, u32 its snapshot, none before that of the
			     * file before, span its path; with the descriptor; answered by TOOK
			     * or WRONG, as is TELL
			     */
	WORKER_AUDIT_TELL,  /* case -> worker: that were all; answered by ANSWER, ..., DONE */
	WORKER_AUDIT_TOOK,  /* worker -> case: the file is read */
	WORKER_AUDIT_WRONG, /* worker -> case: u8 status, span text: no answer is to come; the last frame */
	WORKER_AUDIT_ANSWER, /* worker -> case: the next bytes of the result (audit/result.h) */
	WORKER_AUDIT_DONE,   /* worker -> case: the result is whole; the last frame */
	WORKER_AUDIT_ASIDE,  /* case -> worker, before the first FILE: u8 enum audit_flows_kind, u64 seconds since 1970,
			      * with the descriptor of a file of that kind; once of each; answered by TOOK or WRONG */
	WORKER_AUDIT_SIDES,  /* worker -> case, instead of an answer: a plan is among the files, which is a change by
			      * itself; to be asked again with `sides` and all files twice; the last frame */
};

/* A job that asks and is a stream is not asked about: a pipe cannot be read twice. After a JOB whose descriptor did not
 * arrive the object is unread(source-error). A mention over CEIL_PENDING_BYTES of others whose record has not ended yet
 * is in no record. The record of a message comes when the message ends; mentions in its inline texts, which are parts
 * of their own, come behind it. */

/* A record's number counts all records of the object from 0, across its parts, in the order of WORKER_RECORDS. */

#endif
