/* What a worksheet shows of a run: who takes part, what the network does, and the ladder and timeline with blanks.
 *
 * Made from the scenario's meaning, never from its text: no seed, no hash, no name of a scenario or of a broken stack
 * gets in. Where the run hides states, every name of a state is a blank of the same width, and why a state was left is
 * not said. */
#ifndef TEARDOWN_LAB_WORKSHEET_GIVEN_H
#define TEARDOWN_LAB_WORKSHEET_GIVEN_H

#include "lab/instance.h"

#include <glib.h>

/* A section of what is given. */
typedef struct LabGiven {
  char *heading;    /* "Set-up" */
  GPtrArray *lines; /* of char *: a list; NULL if it is a figure */
  char *figure;     /* text in columns, lines end in newlines; NULL if it is a list */
} LabGiven;

/* The sections of a run, in order; of LabGiven, owned by the caller. May be empty. */
GPtrArray *worksheet_given(const LabInstanceRun *run);
/* "Run a: both close at once", or "" where there is one run without a title; to be freed. */
char *worksheet_run_title(const LabInstance *instance, const LabInstanceRun *run);

/* A copy of the trace without what the run hides, and without title, lesson, hash, seed and comments. With
 * `without_states` also without the records that name states. Owned by the caller. */
Trace *worksheet_trace(const LabInstanceRun *run, gboolean without_states);

/* Replaces every name of a state in `text` by underscores, always as many. */
void worksheet_blank_states(GString *text);

#endif
