/* The scenarios that come with teardown: where they are, and how they are found by name.
 *
 * They stand in the folder TEARDOWN_SCENARIOS of the environment if that is set; else beside the program (../scenarios
 * or ../../scenarios: a build that was not installed), in the sources that it was built from, or where it was
 * installed. Sweeps stand in a folder "sweeps" that is found in the same way, or in TEARDOWN_SWEEPS. */
#ifndef TEARDOWN_COMMAND_LIBRARY_H
#define TEARDOWN_COMMAND_LIBRARY_H

#include "scenario/scenario.h"

#include <glib.h>

/* One of them, loaded. It owns what it holds. */
typedef struct LibraryScenario {
  char *name, *path; /* "loss/first-fin-lost"; its file */
  Scenario *scenario;
} LibraryScenario;

/* The folder, without a slash at the end; NULL if there is none. Owned by the caller. */
char *library_folder(void);

/* The names of all scenarios in it, "loss/first-fin-lost", in their order: of char *, owned. Empty without a folder. */
GPtrArray *library_names(void);

/* The file that `operand` means: itself if there is such a file, if it is "-", or if it looks like a path of one; else
 * the scenario of that name, with its subject or without. NULL after a complaint on stderr that names what comes near.
 * Owned by the caller. */
char *library_find(const char *verb, const char *operand);

/* The names of the sweeps that come with teardown, in their order: of char *, owned. Empty if there are none. */
GPtrArray *library_sweeps(void);

/* The same as library_find() for a sweep. A folder of its name, as results may lie in, is no file. */
char *library_find_sweep(const char *operand);

#endif
