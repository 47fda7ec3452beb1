/* The result of a sweep, sweep.json, read again to be drawn: cells in a grid of the parameters that were varied. The
 * file is untrusted. */
#ifndef TEARDOWN_COMMAND_SWEEP_TABLE_H
#define TEARDOWN_COMMAND_SWEEP_TABLE_H

#include <glib.h>

#include "output/picture/sweep_picture.h"

struct cJSON;

/* A parameter that is not drawn anew for each run. Numbers rise; words keep the order of the sweep. */
typedef struct TableParameter {
  char *name;
  SeriesUnit unit;
  GArray *values;    /* of double */
  GPtrArray *labels; /* of char *, as they were written */
} TableParameter;

typedef struct SweepTable {
  struct cJSON *root;
  char *title, *scenario, *confidence; /* of a sweep without one: "" */
  double replications;
  GPtrArray *parameters;      /* of TableParameter */
  GPtrArray *drawn;           /* of char *: the names of the others */
  const struct cJSON **cells; /* by place in the grid, the last parameter fastest; NULL: not there */
  guint n_cells;
} SweepTable;

/* The file that holds the result if `operand` is one, or a folder with one in it; else NULL. To be freed. */
char *sweep_table_file(const char *operand);
/* NULL with `error`, "FILE: ...". */
SweepTable *sweep_table_load(const char *path, GError **error);
void sweep_table_free(SweepTable *table);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SweepTable, sweep_table_free)

/* The place of the parameter of this name, or -1. */
int sweep_table_find(const SweepTable *table, const char *name);

/* What can be drawn of a cell: "server.gave-up", "client.done.p50", "run.segments.mean", "client.passes.CLOSING",
 * "rows.CLOSE-WAIT | CALL_CLOSE". */
typedef struct TableQuantity {
  char *path;
  SeriesUnit unit;
  char *title;         /* for people: "server: gave up" */
  const char *keys[4]; /* from the cell to the estimate, NULL after the last; within `parts` */
  char **parts;
} TableQuantity;

/* "gave up" for "gave-up", "median" for "p50". */
const char *table_word_text(const char *word);

/* NULL with `error` if no cell has it. */
TableQuantity *table_quantity_new(const SweepTable *table, const char *path, GError **error);
void table_quantity_free(TableQuantity *quantity);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(TableQuantity, table_quantity_free)

/* The estimate of a cell, `x` left 0; y is NAN if there is none. */
SeriesPoint table_quantity_of(const TableQuantity *quantity, const struct cJSON *cell);

/* The distribution of a measure ("server.done") in a cell: adds steps, with intervals of so many normal deviations.
 * FALSE if there is none. */
gboolean table_add_steps(const struct cJSON *cell, const char *measure, const char *confidence, SeriesCurve *curve);

#endif
