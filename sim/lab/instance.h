/* A lab as one student gets it: the values drawn, the traces of the runs, the keys. Everything follows from (lab,
 * secret, student), so nothing needs to be stored. */
#ifndef TEARDOWN_LAB_INSTANCE_H
#define TEARDOWN_LAB_INSTANCE_H

#include "lab/lab.h"
#include "lab/variant.h"
#include "run/run.h"

/* How many draws are tried before a lab's pools are given up. */
#define LAB_MOST_DRAWS 1000

typedef struct LabInstanceRun {
  const LabRun *run;
  GPtrArray *set;     /* of char *: see lab_instance_set() */
  Scenario *scenario; /* with the values of the variant */
  Trace *trace;
  QuerySource *query;
} LabInstanceRun;

typedef struct LabInstance {
  const Lab *lab;               /* borrowed */
  char *student;                /* NULL: the base, as the lab file stands */
  char *secret;                 /* never shown */
  char code[VARIANT_CODE_SIZE]; /* of the variant; "BASE" without a student */
  unsigned draw;                /* which draw was the first that kept the path; 0 is the first */
  GPtrArray *values;            /* of char *: "links[0].delay=35ms", what was drawn, in the order of lab->variants */
  GPtrArray *runs;              /* of LabInstanceRun, as lab->runs */
  GPtrArray *keys;              /* of LabKey, as lab->questions */
} LabInstance;

/* With `student` NULL the base. Draws are made again while the path of states of any end of any run differs from the
 * base's, or a key cannot be computed. NULL with `error` (LAB_ERROR) if a base key cannot be computed, the student's
 * name is none, or no draw will do. */
LabInstance *lab_instance_new(const Lab *lab, const char *secret, const char *student, GError **error);
void lab_instance_free(LabInstance *instance);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(LabInstance, lab_instance_free)

const LabInstanceRun *lab_instance_run(const LabInstance *instance, const LabQuestion *question);
/* What the kinds' functions take, for the question of this index. */
LabKeySource lab_instance_source(const LabInstance *instance, unsigned question);

/* The changes, of char *, that make the run's scenario from its file: the run's, then the variant's. Owned by the
 * instance. */
const GPtrArray *lab_instance_set(const LabInstance *instance, unsigned run);

/* The path of states of every end of a trace, states left at once skipped: equal texts mean equal paths. To be freed.
 * */
char *lab_paths(const Trace *trace);

#endif
