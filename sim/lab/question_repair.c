/* "repair": the student sets parameters of the broken host; the mended stack must then keep its promises whatever
 * single segment is lost, and under random loss. */
#include <string.h>

#include "check/invariants.h"
#include "lab/question_priv.h"

#define MOST_CLAIMS   16
#define MOST_SETTINGS 8
#define MOST_SEEDS    200
#define MOST_LOSSES   60
#define MOST_EVENTS   50000
#define MOST_SEGMENTS 10000

typedef struct RepairSpec {
  char *host;
  guint64 most;      /* parameters that may be set */
  guint64 seeds;     /* runs with random loss */
  char *loss;        /* "20%", of every link */
  GPtrArray *claims; /* of QueryClaim: what must hold in each run */
} RepairSpec;

static void free_claim(gpointer claim) {
  query_claim_free(claim);
}

static void repair_free(void *data) {
  RepairSpec *spec = data;
  g_free(spec->host);
  g_free(spec->loss);
  g_ptr_array_unref(spec->claims);
  g_free(spec);
}

static void *repair_load(Loader *l, const JsonAt *at) {
  RepairSpec *spec = g_new0(RepairSpec, 1);
  JsonAt member;
  uint32_t host;
  Probability ignored;
  gboolean good = TRUE;
  spec->claims = g_ptr_array_new_with_free_func(free_claim);
  spec->most = 1;
  spec->seeds = 20;
  if (load_required(l, at, "host", "the name of the broken host", &member) && load_host(l, &member, &host))
    spec->host = g_strdup(load_host_at(l, host)->name);
  if (load_member(l, at, "most", &member))
    load_uint(l, &member, 1, MOST_SETTINGS, &spec->most);
  if (load_member(l, at, "seeds", &member))
    load_uint(l, &member, 0, MOST_SEEDS, &spec->seeds);
  if (load_member(l, at, "loss", &member) && load_probability(l, &member, &ignored))
    spec->loss = json_doc_token(l->doc, member.item);
  if (load_member(l, at, "claims", &member) && load_list(l, &member, MOST_CLAIMS)) {
    LOAD_EACH(l, &member, item) {
      QueryClaim *claim = query_claim_load(l, &item);
      if (claim)
        g_ptr_array_add(spec->claims, claim);
    }
  }
  good = good && spec->host;
  if (good && !spec->loss)
    spec->loss = g_strdup("\"20%\"");
  if (good)
    return spec;
  repair_free(spec);
  return NULL;
}

/* --- trials ------------------------------------------------------------------------------------------------------- */

/* One way of running the scenario: changes as --set takes them. */
typedef struct Trial {
  char *what; /* "segment 2 from client is lost" */
  GPtrArray *set;
} Trial;

static void trial_free(gpointer data) {
  Trial *trial = data;
  g_free(trial->what);
  g_ptr_array_unref(trial->set);
  g_free(trial);
}

/* Runs the question's scenario with the variant's values, `more` (may be NULL) and `trial` (may be NULL). NULL with
 * `ret_why` if it is no scenario. */
static Trace *run_with(const LabKeySource *source, const LabKey *key, const GPtrArray *more, const Trial *trial,
                       char **ret_why) {
  g_autoptr(GPtrArray) set = g_ptr_array_new();
  const GPtrArray *base = lab_instance_set(source->instance, key->question->run);
  for (guint i = 0; i < base->len; i++)
    g_ptr_array_add(set, g_ptr_array_index(base, i));
  for (guint i = 0; more && i < more->len; i++)
    g_ptr_array_add(set, g_ptr_array_index(more, i));
  for (guint i = 0; trial && i < trial->set->len; i++)
    g_ptr_array_add(set, g_ptr_array_index(trial->set, i));
  g_autofree char *path = lab_run_path(source->lab, lab_run_of(source->lab, key->question));
  GPtrArray *errors = NULL;
  g_autoptr(Scenario) scenario = scenario_load(path, &(ScenarioOverrides){.set = set}, &errors);
  if (!scenario) {
    *ret_why = g_strdup(((const ScenarioError *)g_ptr_array_index(errors, 0))->message);
    g_ptr_array_unref(errors);
    return NULL;
  }
  scenario->budget_events = MIN(scenario->budget_events, MOST_EVENTS);
  scenario->budget_segments = MIN(scenario->budget_segments, MOST_SEGMENTS);
  return run_to_trace(scenario, &(RunOptions){0}, NULL);
}

/* NULL if all promises are kept, else the first that is not. To be freed. */
static char *broken_promise(const RepairSpec *spec, const Trace *trace) {
  g_autoptr(GPtrArray) invariants = check_invariants(trace);
  for (guint i = 0; i < invariants->len; i++) {
    const CheckInvariant *invariant = g_ptr_array_index(invariants, i);
    if (invariant->verdict == CHECK_BROKEN)
      return g_strdup_printf("%s (%s): %s", invariant->id, invariant->name, invariant->detail);
  }
  QuerySource *query = query_source_new(trace);
  char *broken = NULL;
  for (guint i = 0; i < spec->claims->len && !broken; i++) {
    g_autoptr(GError) error = NULL;
    g_autofree char *detail = NULL;
    gboolean holds = FALSE;
    if (!query_claim_holds(query, g_ptr_array_index(spec->claims, i), &holds, &detail, &error))
      detail = g_strdup(error->message);
    if (!holds)
      broken = g_strdup(detail ? detail : "what should come about does not");
  }
  query_source_free(query);
  return broken;
}

static Trial *add_trial(GPtrArray *trials, char *what) {
  Trial *trial = g_new0(Trial, 1);
  trial->what = what;
  trial->set = g_ptr_array_new_with_free_func(g_free);
  g_ptr_array_add(trials, trial);
  return trial;
}

/* Each segment that a host sends, lost once. */
static void add_losses(const LabKeySource *source, GPtrArray *trials) {
  const GPtrArray *hosts = source->scenario->hosts, *sent = source->query->history->transmissions;
  for (guint h = 0; h < hosts->len; h++) {
    const char *name = ((const ScenarioHost *)g_ptr_array_index(hosts, h))->name;
    unsigned n = 0;
    for (guint i = 0; i < sent->len && trials->len < MOST_LOSSES; i++) {
      const TraceRecord *record = g_ptr_array_index(sent, i);
      if (record->kind != TRACE_SENT || strcmp(trace_text(source->query->trace, record->sent.host), name) != 0)
        continue;
      n++;
      Trial *trial = add_trial(trials, g_strdup_printf("when segment %u from %s is lost", n, name));
      g_ptr_array_add(trial->set, g_strdup_printf("faults[%u]={\"match\": {\"from\": \"%s\", \"nth\": %u}, "
                                                  "\"action\": \"drop\"}",
                                                  source->scenario->faults->len, name, n));
    }
  }
}

static void add_seeds(const LabKeySource *source, const RepairSpec *spec, GPtrArray *trials) {
  for (guint64 seed = 1; seed <= spec->seeds; seed++) {
    Trial *trial = add_trial(trials, g_strdup_printf("with random loss, seed %" G_GUINT64_FORMAT, seed));
    g_ptr_array_add(trial->set, g_strdup_printf("seed=%" G_GUINT64_FORMAT, seed));
    for (guint i = 0; i < source->scenario->links->len; i++)
      g_ptr_array_add(trial->set, g_strdup_printf("links[%u].loss=%s", i, spec->loss));
  }
}

static GPtrArray *all_trials(const LabKeySource *source, const RepairSpec *spec) {
  GPtrArray *trials = g_ptr_array_new_with_free_func(trial_free);
  add_trial(trials, g_strdup("as the scenario stands"));
  add_losses(source, trials);
  add_seeds(source, spec, trials);
  return trials;
}

/* How many trials keep all promises; `ret_first` (may be NULL) gets the first that does not. */
static unsigned count_kept(const LabKeySource *source, const LabKey *key, const GPtrArray *trials,
                           const GPtrArray *settings, char **ret_first) {
  unsigned kept = 0;
  for (guint i = 0; i < trials->len; i++) {
    const Trial *trial = g_ptr_array_index(trials, i);
    g_autofree char *why = NULL;
    g_autoptr(Trace) trace = run_with(source, key, settings, trial, &why);
    if (trace)
      why = broken_promise(key->question->spec, trace);
    if (!why)
      kept++;
    else if (ret_first && !*ret_first)
      *ret_first = g_strdup_printf("%s: %s", trial->what, why);
  }
  return kept;
}

/* --- key and grading ---------------------------------------------------------------------------------------------- */

typedef struct RepairData {
  GPtrArray *trials;
  unsigned kept; /* by the broken stack */
} RepairData;

static void data_free(gpointer pointer) {
  RepairData *data = pointer;
  g_ptr_array_unref(data->trials);
  g_free(data);
}

/* What the profile it was made from has otherwise: one way to mend it. To be freed. */
static char *mending(const ScenarioHost *host) {
  const TcpProfile *healthy = host->profile;
  while (healthy->broken && healthy->base)
    healthy = healthy->base;
  TcpParams params;
  unsigned n_params;
  char value[64];
  GString *out = g_string_new(NULL);
  const TcpParamInfo *list = tcp_param_list(&n_params);
  tcp_profile_params(healthy, &params);
  for (unsigned i = 0; i < host->profile->n_settings && host->profile->broken; i++)
    for (unsigned k = 0; k < n_params; k++)
      if (list[k].offset == host->profile->settings[i].offset &&
          tcp_params_get(&params, &list[k]) != tcp_params_get(&host->tcp, &list[k]))
        g_string_append_printf(out, "%s%s = %s", out->len ? ", " : "", list[k].name,
                               tcp_params_print(&params, &list[k], value, sizeof value));
  return g_string_free(out, FALSE);
}

static const ScenarioHost *host_of(const Scenario *scenario, const char *name) {
  for (guint i = 0; i < scenario->hosts->len; i++) {
    const ScenarioHost *host = g_ptr_array_index(scenario->hosts, i);
    if (strcmp(host->name, name) == 0)
      return host;
  }
  g_assert_not_reached();
}

static gboolean repair_key(const LabKeySource *source, LabKey *key, GError **error) {
  const RepairSpec *spec = key->question->spec;
  RepairData *data = key->data = g_new0(RepairData, 1);
  key->data_free = data_free;
  data->trials = all_trials(source, spec);
  data->kept = count_kept(source, key, data->trials, NULL, NULL);
  if (data->kept == data->trials->len)
    return question_fails(error, "there is nothing to repair: %u trials, and every promise is kept", data->kept);
  g_autofree char *mend = mending(host_of(source->scenario, spec->host));
  g_autofree char *expected =
      g_strdup_printf("all promises kept in %u trials%s%s", data->trials->len, *mend ? "; one way: " : "", mend);
  lab_key_add_blank(key, LAB_BLANK_PARAMS, spec->host, expected);
  return TRUE;
}

/* The settings of an answer as --set takes them; NULL with `ret_why`. Only parameters of TCP, of the broken host. */
static GPtrArray *read_settings(const RepairSpec *spec, const cJSON *value, char **ret_why) {
  g_autoptr(GPtrArray) set = g_ptr_array_new_with_free_func(g_free);
  const cJSON *item;
  if (!cJSON_IsObject(value)) {
    *ret_why = g_strdup("the answer is an object: parameters and their values, {\"msl\": \"30s\"}");
    return NULL;
  }
  cJSON_ArrayForEach(item, value) {
    if (cJSON_IsNull(item))
      continue;
    if (!tcp_param_find(item->string)) {
      *ret_why = g_strdup("there is no such parameter: `teardown profiles NAME` lists them");
      return NULL;
    }
    if (!cJSON_IsString(item) && !cJSON_IsNumber(item) && !cJSON_IsBool(item)) {
      *ret_why = g_strdup("the value of a parameter is a text, a number, true or false");
      return NULL;
    }
    char *json = cJSON_PrintUnformatted(item);
    g_ptr_array_add(set, g_strdup_printf("hosts.%s.tcp.%s=%s", spec->host, item->string, json));
    cJSON_free(json);
  }
  if (set->len == 0 || set->len > spec->most) {
    *ret_why = g_strdup_printf("%u parameters are set: 1 to %" G_GUINT64_FORMAT " may be", set->len, spec->most);
    return NULL;
  }
  return g_steal_pointer(&set);
}

static void repair_grade(const LabKeySource *source, const LabKey *key, const LabAnswer *answer, LabVerdict *verdicts,
                         GString *comment) {
  (void)comment;
  const RepairData *data = key->data;
  g_autofree char *given = question_given(answer->value), *why = NULL, *first = NULL;
  unsigned n = data->trials->len;
  if (!given || (cJSON_IsObject(answer->value) && !answer->value->child))
    return;
  g_autoptr(GPtrArray) settings = read_settings(key->question->spec, answer->value, &why);
  g_autoptr(Trace) trace = settings ? run_with(source, key, settings, NULL, &why) : NULL;
  if (!trace) {
    lab_verdict_set(&verdicts[0], given, 0, why);
    return;
  }
  unsigned kept = count_kept(source, key, data->trials, settings, &first);
  double fraction = kept > data->kept ? (double)(kept - data->kept) / (n - data->kept) : 0;
  g_autofree char *feedback = kept == n
                                  ? NULL
                                  : g_strdup_printf("all promises are kept in %u of %u trials (%u without repair); %s",
                                                    kept, n, data->kept, first ? first : "");
  lab_verdict_set(&verdicts[0], given, fraction, feedback);
}

static const char *const repair_keys[] = {"host", "most", "seeds", "loss", "claims", NULL};
const LabKindInfo LAB_KIND_INFO_REPAIR = {LAB_REPAIR,  "repair",   repair_keys, repair_load,
                                          repair_free, repair_key, repair_grade};
