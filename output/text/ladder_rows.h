/* The rows of one instant of a ladder, being filled. Items go on the first row that has room for them and keeps their
 * order at each host; what happens at different hosts at one instant may stand side by side. */
#ifndef TEARDOWN_OUTPUT_TEXT_LADDER_ROWS_H
#define TEARDOWN_OUTPUT_TEXT_LADDER_ROWS_H

#include "output/text/ladder_layout.h"

typedef struct LadderRows LadderRows;

LadderRows *ladder_rows_new(const LadderItems *items, const LadderLayout *layout, const TextStyle *style);
void ladder_rows_free(LadderRows *rows);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(LadderRows, ladder_rows_free)

void ladder_rows_add(LadderRows *rows, const LadderItem *item);
/* Appends the rows, the first with `label` in the column of times (may be empty), and starts afresh. */
void ladder_rows_flush(LadderRows *rows, const char *label, GString *out);
/* Appends one row on which time passes: `span`, in words. */
void ladder_rows_write_pause(LadderRows *rows, const char *span, GString *out);
/* The names of the hosts, and their addresses. */
void ladder_rows_write_names(LadderRows *rows, GString *out);

#endif
