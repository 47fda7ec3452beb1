/* Reads a scenario from JSON (format version 1, docs/scenario-format.md). Input is hostile: whatever it is, the result
 * is a complete Scenario or a list of located errors, all of the file at once. */
#ifndef TEARDOWN_SCENARIO_SCENARIO_JSON_H
#define TEARDOWN_SCENARIO_SCENARIO_JSON_H

#include "scenario/scenario.h"

/* One complaint. All texts are owned by the error. */
typedef struct ScenarioError {
  char *file;
  int line, column; /* from 1 */
  char *path;       /* JSON path: "$.hosts.client.tcp.msl" */
  char *message;    /* what is wrong and what was expected, with the nearest valid word */
} ScenarioError;

/* What the command line may change before the file is checked. */
typedef struct ScenarioOverrides {
  GPtrArray *set; /* of char*: "PATH=VALUE" with PATH as in errors, without "$." ("links[0].delay=10ms"); may be NULL */
  GPtrArray *profiles; /* of char*: "HOST=NAME"; may be NULL */
  gboolean has_seed;
  uint64_t seed;
} ScenarioOverrides;

/* `length` octets of `text`; `file` is what messages call it and where the default name comes from. `overrides` may be
 * NULL. On failure returns NULL and fills `ret_errors` (of ScenarioError, owned by the caller). */
Scenario *scenario_parse(const char *text, size_t length, const char *file, const ScenarioOverrides *overrides,
                         GPtrArray **ret_errors);
Scenario *scenario_load(const char *path, const ScenarioOverrides *overrides, GPtrArray **ret_errors);

/* "FILE:LINE:COLUMN: PATH: MESSAGE"; to be freed by the caller. */
char *scenario_error_print(const ScenarioError *error);
void scenario_error_free(ScenarioError *error);

#endif
