#include "command/subject.h"

#include "command/library.h"
#include "trace/json_text.h"
#include "trace/trace_reader.h"

#include <errno.h>
#include <string.h>

/* Standard input and pipes are read whole before it is known what they are. */
#define INPUT_MAX ((size_t)1 << 30)

/* Whether the first line with anything on it is an object with a member `kind`: no scenario has one at its top. */
static gboolean begins_like_trace(const char *text, size_t length) {
  const char *end = text + length;
  while (text < end && g_ascii_isspace(*text))
    text++;
  const char *newline = memchr(text, '\n', (size_t)(end - text));
  if (!newline)
    newline = end;
  JsonValue object, key, value;
  const char *message;
  if (!json_read_line(text, (size_t)(newline - text), &object, &message) || object.type != JSON_OBJECT)
    return FALSE;
  const char *at = object.start;
  while (json_next(&object, &at, &key, &value))
    if (key.end - key.start == 6 && memcmp(key.start, "\"kind\"", 6) == 0)
      return TRUE;
  return FALSE;
}

/* The whole of it, or its first line if `first_line`; an errno if it cannot be read or is beyond all measure. */
static int read_input(FILE *file, gboolean first_line, GString *text) {
  enum { PART = 1 << 16 };
  g_autofree char *part = g_malloc(PART);
  size_t n;
  size_t max = first_line ? TRACE_LINE_MAX : INPUT_MAX;
  while ((n = fread(part, 1, PART, file)) > 0) {
    g_string_append_len(text, part, (gssize)n);
    if (text->len > max)
      return first_line ? 0 : EFBIG;
    if (first_line && memchr(part, '\n', n))
      return 0;
  }
  return ferror(file) ? errno : 0;
}

static Subject *subject_new(Trace *trace, Scenario *scenario, const char *name) {
  Subject *subject = g_new0(Subject, 1);
  subject->trace = trace;
  subject->scenario = scenario;
  subject->name = g_strdup(name);
  return subject;
}

void subject_free(Subject *subject) {
  trace_free(subject->trace);
  g_clear_pointer(&subject->scenario, scenario_free);
  g_free(subject->name);
  g_free(subject);
}

/* Keeps records of some kinds. */
typedef struct Sieve {
  TraceSink sink;
  TraceSink *into;
  unsigned kinds;
} Sieve;

static void sieve_put(TraceSink *sink, const TraceRecord *record) {
  const Sieve *sieve = (const Sieve *)sink;
  if (sieve->kinds & 1u << record->kind)
    sieve->into->put(sieve->into, record);
}

static Trace *run_part(const Scenario *scenario, const RunOptions *options, unsigned kinds, RunEnd *ret_end) {
  Trace *trace = trace_new(run_header(scenario, options), NULL);
  Sieve sieve = {.sink = {.put = sieve_put}, .into = trace_sink_memory_new(trace), .kinds = kinds};
  *ret_end = run_scenario(scenario, options, &sieve.sink, trace->names, NULL);
  trace_sink_free(sieve.into);
  return trace;
}

static Subject *run_subject(const char *verb, Scenario *scenario, const CliRunOptions *run, unsigned kinds) {
  const RunOptions options = run ? run->options : (RunOptions){0};
  RunEnd end;
  g_autoptr(Trace) trace = kinds ? run_part(scenario, &options, kinds, &end) : run_to_trace(scenario, &options, &end);
  const char *problem = run_end_problem(end);
  if (problem) {
    cli_complain(verb, FALSE, "%s: %s", scenario->name, problem);
    scenario_free(scenario);
    return NULL;
  }
  return subject_new(g_steal_pointer(&trace), scenario, scenario->name);
}

/* `text` is the whole input, or NULL if the file is to be read by those who know its format. */
static Subject *load_scenario(const char *verb, const char *path, const GString *text, const CliRunOptions *run,
                              unsigned kinds) {
  const ScenarioOverrides *overrides = run ? &run->overrides : NULL;
  GPtrArray *errors = NULL;
  Scenario *scenario =
      text ? scenario_parse(text->str, text->len, path, overrides, &errors) : scenario_load(path, overrides, &errors);
  if (scenario)
    return run_subject(verb, scenario, run, kinds);
  cli_print_errors(errors);
  g_ptr_array_unref(errors);
  return NULL;
}

static Subject *load_trace(const char *verb, const char *path, const GString *text, const CliRunOptions *run) {
  if (run && cli_run_is_changed(run)) {
    cli_complain(verb, TRUE,
                 "%s is the trace of a run that is over: --seed, --run, --profile, --set and --tie are for a "
                 "scenario",
                 path);
    return NULL;
  }
  g_autoptr(GError) error = NULL;
  Trace *trace = text ? trace_read(text->str, text->len, path, &error) : trace_read_file(path, &error);
  if (!trace) {
    cli_complain(verb, FALSE, "%s", error->message);
    return NULL;
  }
  return subject_new(trace, NULL, trace->header->scenario ? trace->header->scenario : path);
}

Subject *subject_load(const char *verb, const char *operand, const CliRunOptions *run) {
  return subject_load_part(verb, operand, run, 0);
}

Subject *subject_load_part(const char *verb, const char *operand, const CliRunOptions *run, unsigned kinds) {
  g_autofree char *path = library_find(verb, operand);
  if (!path)
    return NULL;
  gboolean standard = strcmp(path, "-") == 0;
  const char *name = standard ? "standard input" : path;
  gboolean again = !standard && g_file_test(path, G_FILE_TEST_IS_REGULAR);
  FILE *file = standard ? stdin : fopen(path, "rb");
  g_autoptr(GString) text = g_string_new(NULL);
  int error = file ? read_input(file, again, text) : errno;
  if (file && !standard)
    fclose(file);
  if (error) {
    cli_complain(verb, FALSE, "cannot read %s: %s", name, g_strerror(error));
    return NULL;
  }
  gboolean is_trace = begins_like_trace(text->str, text->len) || g_str_has_suffix(path, ".jsonl");
  const GString *whole = again ? NULL : text;
  return is_trace ? load_trace(verb, name, whole, run) : load_scenario(verb, name, whole, run, kinds);
}
