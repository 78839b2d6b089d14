/*
 * Programs of others that read what we do not, started one by one in a jail of their own and found at run time: which
 * they are, how each is called, and how its end is told. A name or a value out of a document never stands in an
 * argument.
 */
#ifndef STAUNCH_PROCESS_HELPER_H
#define STAUNCH_PROCESS_HELPER_H

#include <stdbool.h>
#include <stdint.h>

/* Closed: a worker names one of these, and nothing else is ever started for it. */
enum helper {
	HELPER_PDF_TEXT,        /* pdftotext: pages in reading order, a form feed behind each */
	HELPER_PDF_STRINGS,     /* qpdf: every string of every object as JSON: properties, links, notes, form values */
	HELPER_PDF_METADATA,    /* pdfinfo: the XMP of the document */
	HELPER_PDF_ATTACHMENTS, /* pdfdetach: "N embedded files", then "1: NAME" and so on */
	HELPER_PDF_ATTACHMENT,  /* pdfdetach: the bytes of attachment `number`, from 1 */
	HELPER_WORKERS,         /* those above are for workers; those below for doctor: the version on either output */
	HELPER_PDFTOTEXT_VERSION = HELPER_WORKERS,
	HELPER_PDFINFO_VERSION,
	HELPER_PDFDETACH_VERSION,
	HELPER_QPDF_VERSION,
	HELPERS
};

const char *helper_program(enum helper helper); /* "pdftotext"; static */

/* What a worker says of a document for helpers. They nest as parts do: a document inside a document is begun and done
 * with in between. */
enum helping_input {
	HELPING_BEGIN, /* a new document, empty */
	HELPING_BYTES, /* more of the one begun last */
	HELPING_DONE,  /* nothing more is asked about the one begun last */
};

/* How a helper ended, for whoever asked. */
enum helped {
	HELPED,               /* by itself, with an exit status */
	HELPED_NOT,           /* the program is not installed, or its jail cannot be had: it did not run */
	HELPED_CRASHED,       /* by a signal */
	HELPED_TOO_LONG,      /* limit of processor or wall-clock time */
	HELPED_TOO_LARGE,     /* limit of its output, or of what it was to read */
	HELPED_OUT_OF_MEMORY, /* ours, for its input */
	HELPED_ENDS
};

#endif
