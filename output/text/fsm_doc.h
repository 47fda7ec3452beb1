/* The table of transitions for people: as text, as Markdown, as a graph. From tcp_fsm.h alone, so it cannot be out of
 * date. */
#ifndef TEARDOWN_OUTPUT_TEXT_FSM_DOC_H
#define TEARDOWN_OUTPUT_TEXT_FSM_DOC_H

#include "output/text/style.h"

/* The eleven states with a line each, then every row, by section of RFC 9293. `hits` (may be NULL) has a count for each
 * row, which stands before it. */
void fsm_write_text(const TextStyle *style, const uint64_t *hits, GString *out);
/* The rows that decide for one of two stacks only: `allowed` and `base_allowed` say for each TcpGuard whether it can
 * hold for the stack `name`, and for the one called `base`. */
void fsm_write_difference(const TextStyle *style, const char *name, const gboolean *allowed, const char *base,
                          const gboolean *base_allowed, GString *out);
void fsm_write_markdown(GString *out);
/* Graphviz. `all`: every change of state; else only the arrows of RFC 9293's figure 5. */
void fsm_write_dot(gboolean all, GString *out);

#endif
