/* The table of transitions for people: as text, as Markdown, as a graph. From tcp_fsm.h alone, so it cannot be out of
 * date. */
#ifndef TEARDOWN_OUTPUT_TEXT_FSM_DOC_H
#define TEARDOWN_OUTPUT_TEXT_FSM_DOC_H

#include "output/text/style.h"

/* The eleven states with a line each, then every row, by section of RFC 9293. */
void fsm_write_text(const TextStyle *style, GString *out);
void fsm_write_markdown(GString *out);
/* Graphviz. `all`: every change of state; else only the arrows of RFC 9293's figure 5. */
void fsm_write_dot(gboolean all, GString *out);

#endif
