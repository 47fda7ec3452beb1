/* The word that somebody probably meant: for messages about a misspelt one. Private to trace/. */
#ifndef TEARDOWN_TRACE_NEAREST_H
#define TEARDOWN_TRACE_NEAREST_H

#include <stddef.h>

/* The nearest of the words seen so far; start with {.wanted = text}. */
typedef struct Nearest {
  const char *wanted;
  const char *word; /* NULL: none is near enough */
  size_t distance;
} Nearest;

/* Offers a word (borrowed). A word is near if at most a third of its letters differ; of equals the first wins. Letters
 * match in either case, and so do - and _. */
void nearest_offer(Nearest *nearest, const char *word);

#endif
