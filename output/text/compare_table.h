/* A table of words for diff and compare: columns as wide as they need, narrower where the screen is, cells broken into
 * lines then. */
#ifndef TEARDOWN_OUTPUT_TEXT_COMPARE_TABLE_H
#define TEARDOWN_OUTPUT_TEXT_COMPARE_TABLE_H

#include "output/text/style.h"

typedef struct CompareTable CompareTable;

/* `titles` is NULL-terminated, copied; a title that begins with '>' has a column of numbers, on the right. */
CompareTable *compare_table_new(const char *const *titles);
void compare_table_free(CompareTable *table);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CompareTable, compare_table_free)

/* A row of as many texts as there are titles (copied; NULL is empty), not cleaned. */
void compare_table_add(CompareTable *table, TextAttr attr, const char *const *cells);
gboolean compare_table_is_empty(const CompareTable *table);

void compare_table_write_text(const CompareTable *table, const TextStyle *style, GString *out);
void compare_table_write_markdown(const CompareTable *table, GString *out);

#endif
