/* The words that say that a case number comes ("Ticket no.", "Aktenzeichen:", "pratica n."). Private to detect. */
#ifndef STAUNCH_DETECT_CASE_LABEL_H
#define STAUNCH_DETECT_CASE_LABEL_H

#include "detect/case_token.h"

/* How many digits the label before `start`, at most 30 bytes away on its line, or the name of the column asks for; 0:
 * there is none. *named: something says that a number comes (#, a colon, "no."). */
unsigned case_label_asks(const struct detect_window *window, size_t start, bool *named);
/* Does another word say what number it is ("Bar No.", "National ID:", order_id)? Then it is no case number without a
 * label of its own. */
bool case_label_is_other(const struct detect_window *window, size_t start);
/* Is the word that ends before `at` the last of a label, or is there one beyond "of the" and the like? With `few`
 * digits, less than six behind a blank, some labels need a word that says that a number comes. Quick, and true where it
 * cannot tell. */
bool case_label_may_end(const struct detect_window *window, size_t at, bool few);
/* The same in a window that may begin inside of the words: true where they would go on. */
bool case_label_may_begin(const struct detect_window *window, size_t at, bool few);
/* Ends none of these words before the blank before `at`, by its last two letters? */
bool case_label_ends_other(const struct detect_window *window, size_t at);
/* The last word of each label, and those before it, for tests of what is said of all of them; NULL behind the last. */
const char *case_label_word(size_t number, const char **before);
/* Is this group a label itself, as in CASE#12345? */
bool case_label_is(const struct case_token *token, size_t group);

#endif
