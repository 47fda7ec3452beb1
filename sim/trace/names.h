/* Interned strings: the names of hosts, connections, links and causes, as small integers that records carry.
 * A Names owns its texts; they stay valid, at the same address, until names_free(). Single-threaded. */
#ifndef TEARDOWN_TRACE_NAMES_H
#define TEARDOWN_TRACE_NAMES_H

#include <stdint.h>

typedef struct Names Names;
typedef uint32_t Name; /* 0: no name */

Names *names_new(void);
void names_free(Names *names);

/* The number of `text` (not NULL), given on first sight. */
Name names_intern(Names *names, const char *text);
/* The number of `text` if it has one, else 0. */
Name names_find(const Names *names, const char *text);
/* The text of a number; NULL for 0. */
const char *names_text(const Names *names, Name name);
/* How many names there are: the numbers 1 to that. */
Name names_count(const Names *names);

#endif
