/* "fault": which row of the table does a broken stack break? The key is what its parameters say: the rows whose guard
 * they turn on or off, or for a bug outside the table the rule it belongs to. */
#include <string.h>

#include "lab/question_priv.h"
#include "tcp/tcp_fsm.h"
#include "tcp/tcp_profile_guards.h"

typedef struct FaultSpec {
  QuestionEnd end;
} FaultSpec;

static void fault_free(void *data) {
  question_end_clear(&((FaultSpec *)data)->end);
  g_free(data);
}

static void *fault_load(Loader *l, const JsonAt *at) {
  FaultSpec *spec = g_new0(FaultSpec, 1);
  if (question_end_load(l, at, &spec->end))
    return spec;
  fault_free(spec);
  return NULL;
}

#define FIN_WAITS    (TCP_SET(FIN_WAIT_1) | TCP_SET(FIN_WAIT_2))
#define RECEIVERS    (TCP_SET(ESTABLISHED) | FIN_WAITS)
#define CLOSED_ONCE  (FIN_WAITS | TCP_SET(CLOSING) | TCP_SET(LAST_ACK))
#define SYNCHRONIZED (RECEIVERS | TCP_SET(CLOSE_WAIT) | TCP_SET(CLOSING) | TCP_SET(LAST_ACK) | TCP_SET(TIME_WAIT))

/* Bugs that are no guard of the table: the rule that each of them breaks. */
static const struct {
  const char *param;
  TcpStateSet from;
  TcpStimulus stimulus;
} rules[] = {
    {"bug_early_fin", RECEIVERS, TCP_SEG_EARLY},
    {"bug_last_ack_any_ack", TCP_SET(LAST_ACK), TCP_SEG_ACK_OF_FIN},
    {"bug_fin_not_counted", RECEIVERS, TCP_SEG_FIN},
    {"bug_fin_counted_twice", RECEIVERS, TCP_SEG_FIN},
    {"bug_second_fin", FIN_WAITS, TCP_CALL_CLOSE},
    {"bug_fin_renumbered", CLOSED_ONCE, TCP_TMO_RETRANSMISSION},
    {"bug_timer_left_running", CLOSED_ONCE, TCP_SEG_ACK_OF_FIN},
    {"bug_rst_answered", TCP_SET(CLOSED), TCP_SEG_RST},
    {"bug_plain_compare", SYNCHRONIZED, TCP_SEG_BAD_ACK},
    {"bug_ack_answered", SYNCHRONIZED, TCP_SEG_UNACCEPTABLE},
    {"bug_early_eof", SYNCHRONIZED, TCP_CALL_RECEIVE},
    {"bug_port_freed_early", TCP_SET(TIME_WAIT), TCP_CALL_OPEN_ACTIVE},
    {"bug_ports_only", SYNCHRONIZED, TCP_SEG_UNACCEPTABLE},
    {"fin_wait_2_timeout", TCP_SET(FIN_WAIT_2), TCP_TMO_FIN_WAIT_2},
};

/* The rules that are broken: for each stimulus the states in which it is answered wrongly, and how it should be. */
typedef struct FaultData {
  TcpStateSet broken[TCP_STIMULUS_COUNT];
  TcpParams healthy; /* of the profile that the broken one is made from */
  TcpParams wrong;   /* of the broken host */
  TcpFsmIndex index;
} FaultData;

/* Which bits of the guards may hold. */
static gboolean allows(const TcpParams *params, TcpGuard guard) {
  return guard == TCP_GUARD_ALWAYS || tcp_params_allow(params, guard);
}

static gboolean param_differs(const TcpParams *a, const TcpParams *b, const char *name) {
  const TcpParamInfo *info = tcp_param_find(name);
  return info && tcp_params_get(a, info) != tcp_params_get(b, info);
}

static void find_broken(FaultData *data) {
  unsigned n_rows;
  const TcpRow *rows = tcp_fsm_rows(&n_rows);
  for (unsigned i = 0; i < n_rows; i++)
    if (allows(&data->wrong, (TcpGuard)rows[i].guard) != allows(&data->healthy, (TcpGuard)rows[i].guard))
      data->broken[rows[i].stimulus] |= rows[i].from;
  for (unsigned i = 0; i < G_N_ELEMENTS(rules); i++)
    if (param_differs(&data->wrong, &data->healthy, rules[i].param))
      data->broken[rules[i].stimulus] |= rules[i].from;
}

/* Only what the broken end went through can be seen. */
static gboolean keep_visited(const CheckEnd *end, FaultData *data) {
  TcpStateSet visited = 0;
  gboolean any = FALSE;
  for (guint i = 0; i < end->steps->len; i++)
    visited |= (TcpStateSet)(1u << g_array_index(end->steps, CheckStep, i).state);
  for (unsigned s = 0; s < TCP_STIMULUS_COUNT; s++) {
    data->broken[s] &= visited;
    any = any || data->broken[s];
  }
  return any;
}

/* Where the healthy stack goes: the state itself if it stays or ignores. `ret_row` is the row: the one whose guard the
 * broken stack lacks, else the one that decides as a rule. */
static TcpState healthy_next(const FaultData *data, TcpState state, TcpStimulus stimulus, const TcpRow **ret_row) {
  const TcpRow *row = tcp_fsm_first(&data->index, state, stimulus);
  while (row && row->guard != TCP_GUARD_ALWAYS &&
         (!allows(&data->healthy, (TcpGuard)row->guard) || allows(&data->wrong, (TcpGuard)row->guard)))
    row = tcp_fsm_next(&data->index, row, state);
  *ret_row = row;
  return row && row->to < TCP_STATE_COUNT ? (TcpState)row->to : state;
}

static void first_broken(const FaultData *data, TcpState *ret_state, TcpStimulus *ret_stimulus) {
  for (unsigned stimulus = 0; stimulus < TCP_STIMULUS_COUNT; stimulus++)
    for (unsigned state = 0; state < TCP_STATE_COUNT; state++)
      if (data->broken[stimulus] >> state & 1) {
        *ret_state = (TcpState)state;
        *ret_stimulus = (TcpStimulus)stimulus;
        return;
      }
}

static const TcpProfile *healthy_profile(const TcpProfile *profile) {
  while (profile->broken && profile->base)
    profile = profile->base;
  return profile;
}

static const ScenarioHost *host_of(const Scenario *scenario, const char *name) {
  for (guint i = 0; i < scenario->hosts->len; i++) {
    const ScenarioHost *host = g_ptr_array_index(scenario->hosts, i);
    if (strcmp(host->name, name) == 0)
      return host;
  }
  return NULL;
}

enum { BLANK_STATE, BLANK_STIMULUS, BLANK_NEXT };

static gboolean fault_key(const LabKeySource *source, LabKey *key, GError **error) {
  const FaultSpec *spec = key->question->spec;
  const ScenarioHost *host = host_of(source->scenario, spec->end.host);
  const CheckEnd *end = question_end_find(source, &spec->end, error);
  if (!end)
    return FALSE;
  FaultData *data = key->data = g_new0(FaultData, 1);
  key->data_free = g_free;
  tcp_profile_params(healthy_profile(host->profile), &data->healthy);
  tcp_fsm_index_init(&data->index);
  data->wrong = host->tcp;
  find_broken(data);
  if (!keep_visited(end, data))
    return question_fails(error, "%s breaks no rule in a state that it goes through", spec->end.host);
  TcpState state = TCP_STATE_CLOSED;
  TcpStimulus stimulus = TCP_SEG_FIN;
  const TcpRow *row;
  first_broken(data, &state, &stimulus);
  lab_key_add_blank(key, LAB_BLANK_STATE, "in which state", tcp_state_name(state));
  lab_key_add_blank(key, LAB_BLANK_STIMULUS, "upon what", tcp_stimulus_name(stimulus));
  lab_key_add_blank(key, LAB_BLANK_STATE, "should lead to (the same state if it should stay)",
                    tcp_state_name(healthy_next(data, state, stimulus, &row)));
  key->answer_fields = g_ptr_array_new_with_free_func(g_free);
  g_ptr_array_add(key->answer_fields, g_strdup("state"));
  g_ptr_array_add(key->answer_fields, g_strdup("stimulus"));
  g_ptr_array_add(key->answer_fields, g_strdup("next"));
  return TRUE;
}

static gboolean read_state(const char *text, TcpState *ret_state) {
  g_autofree char *own = text ? g_strstrip(g_strdup(text)) : NULL;
  return own && tcp_state_parse(own, ret_state);
}

/* By name ("SEG_FIN", "seg fin") or by meaning. */
static gboolean read_stimulus(const char *text, TcpStimulus *ret_stimulus) {
  if (!text)
    return FALSE;
  g_autofree char *own = g_strstrip(g_strdup(text)), *name = g_strdup(own);
  g_strdelimit(name, "- ", '_');
  for (unsigned i = 0; i < TCP_STIMULUS_COUNT; i++)
    if (g_ascii_strcasecmp(name, tcp_stimulus_name((TcpStimulus)i)) == 0 ||
        g_ascii_strcasecmp(own, tcp_stimulus_meaning((TcpStimulus)i)) == 0) {
      *ret_stimulus = (TcpStimulus)i;
      return TRUE;
    }
  return FALSE;
}

static void say_rule(const FaultData *data, TcpState state, TcpStimulus stimulus, GString *comment) {
  const TcpRow *row;
  TcpState next = healthy_next(data, state, stimulus, &row);
  const char *rfc = row ? row->rfc : "";
  g_string_append_printf(comment, "the rule: in %s, %s: %s%s (%s%s)", tcp_state_name(state),
                         tcp_stimulus_meaning(stimulus), next == state ? "it stays in " : "it enters ",
                         tcp_state_name(next), g_ascii_isdigit(rfc[0]) ? "RFC 9293 " : "", rfc);
}

/* The three belong together: "next" is judged for the rule that is named, if that is one that is broken. */
static void fault_grade(const LabKeySource *source, const LabKey *key, const LabAnswer *answer, LabVerdict *verdicts,
                        GString *comment) {
  (void)source;
  const FaultData *data = key->data;
  const cJSON *value[3] = {NULL};
  TcpState state = TCP_STATE_CLOSED, next;
  TcpStimulus stimulus = TCP_SEG_FIN;
  const TcpRow *row;
  for (unsigned i = 0; i < 3 && cJSON_IsObject(answer->value); i++)
    value[i] = cJSON_GetObjectItemCaseSensitive(answer->value, g_ptr_array_index(key->answer_fields, i));
  if (answer->value && !cJSON_IsNull(answer->value) && !cJSON_IsObject(answer->value))
    g_string_append(comment, "the answer is an object with state, stimulus and next\n");
  gboolean has_state = read_state(question_text_answer(value[BLANK_STATE]), &state);
  gboolean has_stimulus = read_stimulus(question_text_answer(value[BLANK_STIMULUS]), &stimulus);
  gboolean state_right = FALSE, stimulus_right = has_stimulus && data->broken[stimulus];
  for (unsigned s = 0; s < TCP_STIMULUS_COUNT && has_state; s++)
    state_right = state_right || (data->broken[s] >> state & 1);
  gboolean both = has_state && has_stimulus && data->broken[stimulus] >> state & 1;
  if (state_right && stimulus_right && !both)
    stimulus_right = FALSE; /* each is right with another */
  if (!both)
    first_broken(data, &state, &stimulus);
  TcpState right_next = healthy_next(data, state, stimulus, &row);
  gboolean next_right = read_state(question_text_answer(value[BLANK_NEXT]), &next) && next == right_next;
  gboolean right[] = {state_right, stimulus_right, next_right};
  for (unsigned i = 0; i < 3; i++) {
    g_autofree char *given = question_given(value[i]);
    lab_verdict_set(&verdicts[i], given, given && right[i], NULL);
  }
  if (answer->value && !cJSON_IsNull(answer->value))
    say_rule(data, state, stimulus, comment);
}

static const char *const fault_keys[] = {"host", "conn", NULL};
const LabKindInfo LAB_KIND_INFO_FAULT = {LAB_FAULT,  "fault",   fault_keys, fault_load,
                                         fault_free, fault_key, fault_grade};
