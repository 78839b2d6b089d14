/*
 * What the case process and the fetch role say to each other (process/message.h). The fetch role speaks with servers
 * and may have been taken over by one: the case process checks every number, and looks into no body.
 */
#ifndef STAUNCH_FETCH_PROTOCOL_H
#define STAUNCH_FETCH_PROTOCOL_H

#define FETCH_SOCKET_FD 3

enum fetch_message {
	/* case -> fetch */
	FETCH_START = 1, /* u8 unconfined, u64 memory_bytes, span User-Agent, span From, span certificates (PEM; "" =
			  * those of the machine), u32 n + n u16: the ports that it will be asked to connect to */
	FETCH_HTTP, /* u32 id, u8 TLS, u8 literal (1: the host is an address, typed as such; 2: a name that may lead to
		     * a private one), span host, u16 port, u32 body_bytes at most, span method, span path and query,
		     * span headers ("Name: value\n" each), span      body */
	FETCH_EXCHANGE, /* the same to body_bytes, then u32 n + n spans: sent one after the other, an answer awaited
			 * behind each; an empty one only waits */
	FETCH_RESOLVE,  /* the same to port: only the name, and a connection that is closed at once */
	FETCH_OPEN,     /* the same to port, span path and query, span headers, u64 size, u64 entity tag (probe_etag; 0:
			 * not known), u32 interval_ms between two requests, u8 the tag is a generation; with a pipe: an
			 * object is going to be read in ranges, which go there (worker/protocol.h, WORKER_RANGE). Ends the
			 * one before. */
	FETCH_RANGE,    /* u32 id, u8 reason, u64 offset, u32 length; of the object opened last; a reason is passed on
			 * and nothing is asked */
	FETCH_PAGE,     /* u32 id, u8 reason, u8 again (1: asking twice does no harm), u32 body_bytes at most, then as
			 * FETCH_HTTP from the method on: of the object opened last. The answer's body goes to its pipe:
			 * u8 reason, u32 length, the bytes; with limit-size, and out-of-scope, those that fit */
	FETCH_CLOSE,    /* u32 id: ends the object, answered by FETCH_CLOSED */
	FETCH_CREDENTIAL, /* behind START, at most once: u8 kind (enum probe_auth_kind), u8 TLS, span host, u16 port,
			   * span path that it is written for, then a span for each enum probe_auth_value ("": none).
			   * Requests inside of that carry it, no others; the frame is overwritten. */
	FETCH_MAIL, /* the same to port, u8 STARTTLS must be had, span name for EHLO, span from, u32 n + n spans: to,
		     * span message; TLS: from the first byte. Answered as FETCH_HTTP, status is the last of SMTP. */

	/* fetch -> case */
	FETCH_READY = 32, /* u8 landlock_abi, u8 confined, span libcurl's version */
	FETCH_ANSWER,     /* u32 id, u8 outcome (enum probe_outcome), u32 status, u64 body_bytes, u8 all of it was read,
			   * u32 elapsed_ms, span address, span why it failed, 32 bytes SHA-256 of the body, u32 n + n
			   * times: u8 header (enum probe_header), span value. With the body as memory if it has bytes;
			   * that of an exchange is u32 size + bytes for each step. */
	FETCH_CLOSED,     /* u32 id, u32 status of the last answer, u64 bytes, u32 requests, u64 network_ms, u64
			   * blocked_ms: waited for the worker to take what had come */
	FETCH_PAGED,      /* u32 id, u32 status (0: no answer), u64 bytes that an answer to FETCH_PAGE had, with all
			   * tries; before the answer goes to its pipe */
	FETCH_FORBIDDEN,  /* u32 number of the system call that the jail refused; the last frame */
	FETCH_ERROR,      /* span text: it cannot work at all; the last frame */
};

#endif
