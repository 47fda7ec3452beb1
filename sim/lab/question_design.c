/* "design": the student writes a scenario in which something comes about. It is run, under budgets, and judged by what
 * its trace shows. */
#include <string.h>

#include "check/invariants.h"
#include "lab/answers.h"
#include "lab/question_priv.h"

#define MOST_GOALS  16
#define MOST_OCTETS (256 * 1024)
#define MOST_ERRORS 6

/* What a student's scenario may cost. */
#define MOST_EVENTS   50000
#define MOST_SEGMENTS 10000
#define MOST_HOSTS    8
#define MOST_CONNS    64
#define MOST_APPS     128
#define MOST_FAULTS   200
#define MOST_DURATION SIM_H(24 * 7)
#define MOST_WINDOW   (1024 * 1024) /* what one event may send at once */

typedef struct Goal {
  char *text;
  QueryClaim *claim;
} Goal;

typedef struct DesignSpec {
  GPtrArray *goals;
  gboolean invariants; /* the invariants of TCP must hold: no broken stack */
} DesignSpec;

static void goal_free(gpointer data) {
  Goal *goal = data;
  g_free(goal->text);
  query_claim_free(goal->claim);
  g_free(goal);
}

static void design_free(void *data) {
  g_ptr_array_unref(((DesignSpec *)data)->goals);
  g_free(data);
}

static void load_goal(Loader *l, const JsonAt *at, DesignSpec *spec) {
  static const char *const keys[] = {"text", "claim", NULL};
  JsonAt member;
  if (!load_object(l, at, keys))
    return;
  Goal *goal = g_new0(Goal, 1);
  g_ptr_array_add(spec->goals, goal);
  if (load_required(l, at, "text", "the goal in words", &member))
    load_long_text(l, &member, 500, &goal->text);
  if (load_required(l, at, "claim", "what the trace must show", &member))
    goal->claim = query_claim_load(l, &member);
}

static void *design_load(Loader *l, const JsonAt *at) {
  DesignSpec *spec = g_new0(DesignSpec, 1);
  JsonAt member;
  spec->goals = g_ptr_array_new_with_free_func(goal_free);
  spec->invariants = TRUE;
  if (load_member(l, at, "invariants", &member))
    load_bool(l, &member, &spec->invariants);
  if (load_required(l, at, "goals", "what must come about, [{\"text\": ..., \"claim\": ...}]", &member) &&
      load_list(l, &member, MOST_GOALS)) {
    LOAD_EACH(l, &member, item)
    load_goal(l, &item, spec);
    if (!member.item->child)
      load_error(l, &member, "at least one goal");
  }
  return spec;
}

static gboolean design_key(const LabKeySource *source, LabKey *key, GError **error) {
  (void)source, (void)error;
  const DesignSpec *spec = key->question->spec;
  for (guint i = 0; i < spec->goals->len; i++) {
    const Goal *goal = g_ptr_array_index(spec->goals, i);
    lab_key_add_blank(key, LAB_BLANK_SCENARIO, goal->text, goal->text);
  }
  return TRUE;
}

/* --- running what a student wrote --------------------------------------------------------------------------------- */

static char *errors_text(const GPtrArray *errors) {
  GString *out = g_string_new("your scenario cannot be read:");
  for (guint i = 0; i < errors->len && i < MOST_ERRORS; i++) {
    g_autofree char *line = scenario_error_print(g_ptr_array_index(errors, i));
    g_string_append_printf(out, "\n%s", line);
  }
  if (errors->len > MOST_ERRORS)
    g_string_append_printf(out, "\nand %u more", errors->len - MOST_ERRORS);
  return g_string_free(out, FALSE);
}

/* What is broken on purpose: a profile that says so, or a bug as a parameter. */
static gboolean is_broken(const ScenarioHost *host) {
  unsigned n_params;
  const TcpParamInfo *params = tcp_param_list(&n_params);
  for (unsigned i = 0; i < n_params; i++)
    if (g_str_has_prefix(params[i].name, "bug_") && tcp_params_get(&host->tcp, &params[i]))
      return TRUE;
  return host->profile->broken;
}

/* NULL, or why a scenario is not run; a static text. */
static const char *refusal(const Scenario *scenario, gboolean invariants) {
  uint64_t conns = 0;
  for (guint i = 0; i < scenario->connections->len; i++)
    conns += ((const ScenarioConn *)g_ptr_array_index(scenario->connections, i))->count;
  if (scenario->hosts->len > MOST_HOSTS || conns > MOST_CONNS || scenario->apps->len > MOST_APPS ||
      scenario->faults->len > MOST_FAULTS)
    return "your scenario is too large: at most 8 hosts, 64 connections, 128 applications, 200 faults";
  for (guint i = 0; i < scenario->hosts->len; i++) {
    const ScenarioHost *host = g_ptr_array_index(scenario->hosts, i);
    if (host->tcp.rcv_wnd > MOST_WINDOW)
      return "your scenario has a receive window of more than 1 MiB";
    if (invariants && is_broken(host))
      return "a broken stack is no answer: use a profile that is not broken, and no bug_ parameters";
  }
  return NULL;
}

/* The text of the scenario, from the answer or the file that it names. NULL with `ret_why`. */
static char *scenario_text(const LabAnswer *answer, size_t *ret_length, char **ret_why) {
  g_autoptr(GError) error = NULL;
  const char *name = question_text_answer(answer->value);
  if (cJSON_IsObject(answer->value) && answer->text) {
    *ret_length = strlen(answer->text);
    if (*ret_length <= MOST_OCTETS)
      return g_strdup(answer->text);
    *ret_why = g_strdup("this scenario is larger than 256 KiB");
    return NULL;
  }
  if (!name) {
    *ret_why = g_strdup("the answer is the name of a file beside the answers, or a scenario");
    return NULL;
  }
  char *text = answers_read_beside(answer->folder, name, MOST_OCTETS, ret_length, &error);
  if (!text)
    *ret_why = g_strdup(error->message);
  return text;
}

/* Runs it; NULL with `ret_why` if that cannot be. */
static Trace *run_answer(const LabAnswer *answer, gboolean invariants, char **ret_why) {
  size_t length;
  g_autofree char *text = scenario_text(answer, &length, ret_why);
  if (!text)
    return NULL;
  GPtrArray *errors = NULL;
  g_autoptr(Scenario) scenario = scenario_parse(text, length, "your-scenario.json", NULL, &errors);
  if (!scenario) {
    *ret_why = errors_text(errors);
    g_ptr_array_unref(errors);
    return NULL;
  }
  const char *refused = refusal(scenario, invariants);
  if (refused) {
    *ret_why = g_strdup(refused);
    return NULL;
  }
  scenario->budget_events = MIN(scenario->budget_events, MOST_EVENTS);
  scenario->budget_segments = MIN(scenario->budget_segments, MOST_SEGMENTS);
  scenario->duration = MIN(scenario->duration, MOST_DURATION);
  RunEnd end;
  Trace *trace = run_to_trace(scenario, &(RunOptions){0}, &end);
  if (!run_end_problem(end))
    return trace;
  trace_free(trace);
  *ret_why = g_strdup_printf("your scenario does not come to an end: more than %d events or %d segments", MOST_EVENTS,
                             MOST_SEGMENTS);
  return NULL;
}

/* FALSE if one of them is broken; says which. */
static gboolean invariants_hold(const Trace *trace, GString *comment) {
  g_autoptr(GPtrArray) invariants = check_invariants(trace);
  for (guint i = 0; i < invariants->len; i++) {
    const CheckInvariant *invariant = g_ptr_array_index(invariants, i);
    if (invariant->verdict != CHECK_BROKEN)
      continue;
    g_string_append_printf(comment, "this is no TCP any more: %s (%s) is broken: %s", invariant->id, invariant->name,
                           invariant->detail);
    return FALSE;
  }
  return TRUE;
}

static void judge_goals(const DesignSpec *spec, const Trace *trace, const char *given, LabVerdict *verdicts) {
  QuerySource *query = query_source_new(trace);
  for (guint i = 0; i < spec->goals->len; i++) {
    const Goal *goal = g_ptr_array_index(spec->goals, i);
    g_autoptr(GError) error = NULL;
    g_autofree char *detail = NULL;
    gboolean holds = FALSE;
    if (!query_claim_holds(query, goal->claim, &holds, &detail, &error))
      detail = g_strdup(error->message);
    g_autofree char *feedback = holds ? NULL : g_strdup_printf("not so: %s", detail ? detail : "it does not happen");
    lab_verdict_set(&verdicts[i], given, holds, feedback);
  }
  query_source_free(query);
}

static void design_grade(const LabKeySource *source, const LabKey *key, const LabAnswer *answer, LabVerdict *verdicts,
                         GString *comment) {
  (void)source;
  const DesignSpec *spec = key->question->spec;
  g_autofree char *why = NULL, *text = question_given(answer->value);
  const char *given = cJSON_IsObject(answer->value) ? "(a scenario)" : text;
  if (!text)
    return;
  g_autoptr(Trace) trace = run_answer(answer, spec->invariants, &why);
  gboolean sound = trace && (!spec->invariants || invariants_hold(trace, comment));
  if (sound) {
    judge_goals(spec, trace, given, verdicts);
    return;
  }
  if (why)
    g_string_append(comment, why);
  for (guint i = 0; i < key->blanks->len; i++)
    lab_verdict_set(&verdicts[i], given, 0, NULL);
}

static const char *const design_keys[] = {"goals", "invariants", NULL};
const LabKindInfo LAB_KIND_INFO_DESIGN = {LAB_DESIGN,  "design",   design_keys, design_load,
                                          design_free, design_key, design_grade};
