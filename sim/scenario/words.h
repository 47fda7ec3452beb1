/* Words in messages: the nearest of the words that would have been right, and hostile text made fit to be shown. */
#ifndef TEARDOWN_SCENARIO_WORDS_H
#define TEARDOWN_SCENARIO_WORDS_H

#include <glib.h>
#include <stddef.h>

/* The word of the NULL-terminated list that is nearest to `text`, if it is near enough to have been meant; else NULL.
 * Case and the kind of dash do not count; neighbours exchanged count as one mistake. */
const char *words_nearest(const char *text, const char *const *words);

/* `text` in double quotes, with control and invisible characters as escapes, cut after 48 characters. To be freed. */
char *words_quote(const char *text);
char *words_quote_length(const char *text, size_t length);

/* "a, b, c"; at most `most` words, then "...". To be freed. */
char *words_join(const char *const *words, unsigned most);

/* "first", "second", ... "tenth", "11th", "22nd". To be freed. */
char *words_ordinal(guint64 n);

#endif
