/* The word that somebody probably meant: for messages about a misspelt one. */
#ifndef TEARDOWN_TRACE_NEAREST_H
#define TEARDOWN_TRACE_NEAREST_H

#include <stddef.h>

/* The nearest of the words seen so far; start with {.wanted = text}. */
typedef struct Nearest {
  const char *wanted;
  const char *word; /* NULL: none is near enough */
  size_t distance;
} Nearest;

/* Offers a word (borrowed). A word is near with at most three mistakes, fewer in a short one (insertions, deletions,
 * changes, exchanges of neighbours); of equals the first wins. Letters match in either case, and so do -, _ and blank.
 */
void nearest_offer(Nearest *nearest, const char *word);

#endif
