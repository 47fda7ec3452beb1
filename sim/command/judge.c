#include "command/judge.h"

#include "check/expect.h"
#include "scenario/scenario_json.h"

CheckFile *judge_scenario(const Scenario *scenario, const RunOptions *options, Trace **ret_trace) {
  RunEnd end;
  Trace *trace = run_to_trace(scenario, options, &end);
  const char *problem = run_end_problem(end);
  CheckFile *file =
      check_file_new(scenario->name, problem ? NULL : check_expectations(trace, scenario->expectations), problem);
  if (ret_trace)
    *ret_trace = trace;
  else
    trace_free(trace);
  return file;
}

CheckFile *judge_unloadable(const char *path, GPtrArray *errors) {
  GString *text = g_string_new(NULL);
  for (guint i = 0; i < errors->len; i++) {
    g_autofree char *line = scenario_error_print(g_ptr_array_index(errors, i));
    g_string_append_printf(text, "%s%s", i ? "\n" : "", line);
  }
  g_ptr_array_unref(errors);
  CheckFile *file = check_file_new(path, NULL, text->str);
  g_string_free(text, TRUE);
  return file;
}
