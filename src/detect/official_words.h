/*
 * Words that say what an official number is, in English, Italian, French, German and Spanish, and as each authority
 * calls its own. One pass over the words before a number finds all sets. Private to detect.
 */
#ifndef STAUNCH_DETECT_OFFICIAL_WORDS_H
#define STAUNCH_DETECT_OFFICIAL_WORDS_H

#include "detect/detector.h"

/* The first four stand for a class of numbers, the others for one scheme or a few. */
enum official_words {
	WORDS_TAX,
	WORDS_SOCIAL,
	WORDS_IDENTITY,
	WORDS_VAT,
	WORDS_NIR,
	WORDS_NINO,
	WORDS_NHS,
	WORDS_SSN,
	WORDS_DNI,
	WORDS_NIF,
	WORDS_PESEL,
	WORDS_BSN,
	WORDS_RIJKS,
	WORDS_PERSONNUMMER,
	WORDS_SVNR,
	WORDS_PPS,
	WORDS_UID,
	WORDS_MWST,
	WORDS_BTW,
	WORDS_BULSTAT,
	WORDS_DIC,
	WORDS_USTID,
	WORDS_CVR,
	WORDS_KMKR,
	WORDS_AFM,
	WORDS_CIF,
	WORDS_ALV,
	WORDS_TVA,
	WORDS_UKVAT,
	WORDS_OIB,
	WORDS_ADOSZAM,
	WORDS_PIVA,
	WORDS_PVM,
	WORDS_PVN,
	WORDS_NIP,
	WORDS_NIPC,
	WORDS_CUI,
	WORDS_MOMS,
	WORDS_DDV,
	WORDS_ICDPH,
	WORDS_IDNUMBER, /* of no scheme: enough for a number that is printed as only one scheme prints it */
	WORDS_SETS
};

#define OFFICIAL_WORDS(set) ((uint64_t)1 << WORDS_##set)

/* The sets (bits) of which a word stands before `at` on its line, in the name of the window's field, or else on the
 * line before or in the question that the number answers (turn.h). */
uint64_t official_words_before(const struct detect_window *window, size_t at);

#endif
