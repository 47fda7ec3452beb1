/* A sweep: a scenario, what of it varies, how often each variation is run, and what is asked of the outcome. Read from
 * JSON (docs/sweeps.md) as strictly as a scenario is. A SweepPlan is immutable once loaded, so threads may share it. */
#ifndef TEARDOWN_RUN_SWEEP_PLAN_H
#define TEARDOWN_RUN_SWEEP_PLAN_H

#include "run/stats.h"
#include "run/sweep_outcome.h"
#include "scenario/scenario_json.h"

#define SWEEP_VERSION             1
#define SWEEP_MOST_CELLS          1000000
#define SWEEP_MOST_REPLICATIONS   10000000
#define SWEEP_DEFAULT_BUDGET_RUNS 100000000

/* A value of a parameter: as it is put into the scenario, and as people read it. */
typedef struct SweepValue {
  char *json, *label; /* "\"50ms\"", "50ms" */
} SweepValue;

typedef enum { SWEEP_NUMBER, SWEEP_TIME, SWEEP_PERCENT } SweepUnit;

/* A number of some unit, in billionths: nanoseconds, 10^-9 of one, 10^-9 of a percent. Never negative. */
typedef struct SweepQuantity {
  SweepUnit unit;
  int64_t billionths;
} SweepQuantity;

typedef enum {
  SWEEP_LIST,        /* `values`, each in cells of its own; ranges too */
  SWEEP_CHOICE,      /* drawn for each replication, one of `values` */
  SWEEP_UNIFORM,     /* drawn between `from` and `to` */
  SWEEP_EXPONENTIAL, /* drawn with mean `from` */
} SweepKind;

typedef struct SweepParameter {
  char *name;
  GPtrArray *paths; /* of char *, as --set takes them: all get the same value */
  SweepKind kind;
  GPtrArray *values; /* of SweepValue; of SWEEP_LIST and SWEEP_CHOICE */
  SweepQuantity from, to;
  gboolean whole; /* drawn numbers are whole ones */
} SweepParameter;

/* A cell is done when all of these intervals are at most so wide. */
typedef struct SweepStop {
  SweepSide side;
  gboolean is_end; /* a share: `end`; else a quantile or the mean of `measure` */
  SweepEndKind end;
  SweepMeasure measure;
  gboolean is_mean;
  uint32_t ppm;
  double width; /* of a share; nanoseconds of a time; a count */
} SweepStop;

typedef struct SweepPlan {
  char *file, *title;
  char *scenario_file;
  char *scenario_text; /* of the file, as it was read once */
  size_t scenario_length;
  GPtrArray *set;        /* of char *, "PATH=VALUE" of the whole sweep */
  GPtrArray *parameters; /* of SweepParameter */
  gboolean drawn;        /* some parameter is drawn anew for each replication */
  uint64_t cells, replications, batch;
  gboolean has_seed;
  uint64_t seed;
  const StatsConfidence *confidence;
  GArray *quantiles; /* of uint32_t, millionths, rising */
  char *connection;  /* which are counted: an entry of "connections"; NULL: all */
  GArray *stops;     /* of SweepStop; empty: all replications are run */
  char *scenario_name;
  char *digest; /* SHA-256 of all that decides the numbers, 64 hex digits */
} SweepPlan;

/* The file that a scenario's name means, when it is no path; NULL after a complaint. To be freed. */
typedef char *(*SweepFind)(const char *name);

/* Reads a file. NULL with `ret_errors` (of ScenarioError, owned by the caller), all of them at once. */
SweepPlan *sweep_plan_load(const char *path, SweepFind find, GPtrArray **ret_errors);
/* The same from memory; a relative path of the scenario counts from the folder of `file`. */
SweepPlan *sweep_plan_parse(const char *text, size_t length, const char *file, SweepFind find, GPtrArray **ret_errors);
void sweep_plan_free(SweepPlan *plan);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SweepPlan, sweep_plan_free)

/* The value of a listed parameter in a cell: cells count the last parameter fastest. NULL for a drawn one. */
const SweepValue *sweep_plan_value(const SweepPlan *plan, uint64_t cell, guint parameter);

/* The number under which a replication runs: `teardown run --run` repeats it. */
uint64_t sweep_plan_run(uint64_t cell, uint64_t replication);

/* The scenario of a replication; of all replications of the cell if nothing is drawn. NULL with `ret_errors`. */
Scenario *sweep_plan_scenario(const SweepPlan *plan, uint64_t cell, uint64_t replication, GPtrArray **ret_errors);

#endif
