/* From JSON to the trees of queries. */
#include <string.h>

#include "lab/query_tree.h"
#include "scenario/words.h"

#define MOST_TERMS 32

const char *const query_segment_moments[] = {"sent", "received", "dropped", "discarded", NULL};
const char *const query_state_moments[] = {"entered", "left", NULL};
const char *const query_timer_moments[] = {"armed", "stopped", "expired", NULL};
const char *const query_port_moments[] = {"reserved", "released", NULL};
const char *const query_field_words[] = {"seq", "ack", "len", "win", "attempt", NULL};
static const char *const call_words[] = {"bind",  "listen", "connect",    "send",     "recv", "close",
                                         "abort", "notice", "setsockopt", "shutdown", NULL};

/* --- events ------------------------------------------------------------------------------------------------------- */

void query_event_free(QueryEvent *event) {
  if (!event)
    return;
  if (event->segment)
    segment_match_free(event->segment);
  g_free(event->host);
  g_free(event->conn);
  g_free(event->call);
  g_free(event);
}

/* "host", and "conn" if it is given or, with `needed`, if the host has several connections. */
static gboolean load_end(Loader *l, const JsonAt *at, gboolean needed, QueryEvent *event) {
  JsonAt member;
  uint32_t host, conn;
  if (!load_required(l, at, "host", "the name of a host", &member) || !load_host(l, &member, &host))
    return FALSE;
  event->host = g_strdup(load_host_at(l, host)->name);
  if (!needed && !load_has(at, "conn"))
    return TRUE;
  if (!load_conn_of(l, at, host, "this", &conn))
    return FALSE;
  event->conn = scenario_conn_name(l->scenario, conn);
  return TRUE;
}

static gboolean load_timer(Loader *l, const JsonAt *at, TcpTimer *ret_timer) {
  const char *names[TCP_TIMER_COUNT + 1] = {NULL};
  unsigned index;
  for (unsigned i = 0; i < TCP_TIMER_COUNT; i++)
    names[i] = tcp_timer_name((TcpTimer)i);
  if (!load_word(l, at, names, &index))
    return FALSE;
  *ret_timer = (TcpTimer)index;
  return TRUE;
}

static gboolean load_moment(Loader *l, const JsonAt *at, const char *const *words, QueryEvent *event) {
  JsonAt member;
  return !load_member(l, at, "moment", &member) || load_word(l, &member, words, &event->moment);
}

static gboolean load_state_event(Loader *l, const JsonAt *at, QueryEvent *event) {
  JsonAt member;
  event->kind = QUERY_EVENT_STATE;
  return load_required(l, at, "state", "a state such as \"TIME-WAIT\"", &member) &&
         load_state(l, &member, &event->state) && load_end(l, at, TRUE, event) &&
         load_moment(l, at, query_state_moments, event);
}

static gboolean load_call_event(Loader *l, const JsonAt *at, QueryEvent *event) {
  JsonAt member;
  unsigned index;
  event->kind = QUERY_EVENT_CALL;
  if (!load_required(l, at, "call", "a call such as \"close\"", &member) || !load_word(l, &member, call_words, &index))
    return FALSE;
  event->call = g_strdup(call_words[index]);
  return load_end(l, at, FALSE, event);
}

static gboolean load_timer_event(Loader *l, const JsonAt *at, QueryEvent *event) {
  JsonAt member;
  event->kind = QUERY_EVENT_TIMER;
  return load_required(l, at, "timer", "a timer such as \"2msl\"", &member) && load_timer(l, &member, &event->timer) &&
         load_end(l, at, FALSE, event) && load_moment(l, at, query_timer_moments, event);
}

static gboolean load_port_event(Loader *l, const JsonAt *at, QueryEvent *event) {
  JsonAt member;
  guint64 port;
  event->kind = QUERY_EVENT_PORT;
  if (!load_required(l, at, "port", "a port, such as 49152", &member) || !load_uint(l, &member, 1, 65535, &port))
    return FALSE;
  event->port = (uint16_t)port;
  return load_end(l, at, FALSE, event) && load_moment(l, at, query_port_moments, event);
}

static gboolean load_segment_event(Loader *l, const JsonAt *at, QueryEvent *event) {
  JsonAt member;
  unsigned errors = l->errors->len;
  event->kind = QUERY_EVENT_SEGMENT;
  if (!load_required(l, at, "segment", "what the segment is like, {\"from\": ..., \"flags\": ...}", &member))
    return FALSE;
  event->segment = load_segment_match(l, &member);
  return l->errors->len == errors && load_moment(l, at, query_segment_moments, event);
}

static gboolean load_end_event(Loader *l, const JsonAt *at, QueryEvent *event) {
  JsonAt member;
  gboolean value = TRUE;
  event->kind = QUERY_EVENT_END;
  if (!load_member(l, at, "end", &member) || !load_bool(l, &member, &value))
    return FALSE;
  if (!value)
    load_error(l, &member, "write true, or leave it out");
  return value;
}

static const struct {
  const char *key;
  const char *const keys[6];
  gboolean (*load)(Loader *l, const JsonAt *at, QueryEvent *event);
} event_forms[] = {
    {"segment", {"segment", "nth", "moment", NULL}, load_segment_event},
    {"state", {"state", "host", "conn", "nth", "moment", NULL}, load_state_event},
    {"call", {"call", "host", "conn", "nth", NULL}, load_call_event},
    {"timer", {"timer", "host", "conn", "nth", "moment", NULL}, load_timer_event},
    {"port", {"port", "host", "nth", "moment", NULL}, load_port_event},
    {"end", {"end", NULL}, load_end_event},
};

QueryEvent *query_event_load(Loader *l, const JsonAt *at) {
  static const char *const keys[] = {"segment", "state", "call",   "timer", "port", "end",
                                     "host",    "conn",  "moment", "nth",   NULL};
  if (!cJSON_IsObject(at->item)) {
    load_type_error(l, at, "an event such as {\"segment\": {\"from\": \"client\", \"flags\": \"FIN\"}}");
    return NULL;
  }
  for (unsigned i = 0; i < G_N_ELEMENTS(event_forms); i++) {
    JsonAt member;
    if (!load_has(at, event_forms[i].key))
      continue;
    QueryEvent *event = g_new0(QueryEvent, 1);
    event->nth = 1;
    load_object(l, at, event_forms[i].keys);
    gboolean nth = !load_member(l, at, "nth", &member) || load_uint(l, &member, 1, UINT32_MAX, &event->nth);
    if (event_forms[i].load(l, at, event) && nth)
      return event;
    query_event_free(event);
    return NULL;
  }
  load_object(l, at, keys);
  load_error(l, at, "an event has one of the keys segment, state, call, timer, port, end");
  return NULL;
}

/* --- instants ----------------------------------------------------------------------------------------------------- */

void query_instant_free(QueryInstant *instant) {
  if (!instant)
    return;
  query_event_free(instant->event);
  query_instant_free(instant->between[0]);
  query_instant_free(instant->between[1]);
  g_free(instant);
}

/* Two of them, of a list with two items. */
static gboolean load_two_instants(Loader *l, const JsonAt *at, QueryInstant *ret_two[2]) {
  unsigned n = 0;
  gboolean good = TRUE;
  if (!load_list(l, at, 2))
    return FALSE;
  LOAD_EACH(l, at, item) {
    ret_two[n] = query_instant_load(l, &item);
    good = good && ret_two[n];
    n++;
  }
  if (good && n != 2)
    load_error(l, at, "expected two instants");
  return good && n == 2;
}

/* "plus" and "minus". */
static gboolean load_shift(Loader *l, const JsonAt *at, SimTime *ret_shift) {
  JsonAt member;
  SimTime shift = 0;
  if (load_has(at, "plus") && load_has(at, "minus")) {
    load_error(l, at, "either \"plus\" or \"minus\"");
    return FALSE;
  }
  if (load_member(l, at, "plus", &member)) {
    if (!load_time(l, &member, "ms", 0, SIM_H(24 * 365), NULL, &shift))
      return FALSE;
  } else if (load_member(l, at, "minus", &member)) {
    if (!load_time(l, &member, "ms", 0, SIM_H(24 * 365), NULL, &shift))
      return FALSE;
    shift = -shift;
  }
  *ret_shift = shift;
  return TRUE;
}

QueryInstant *query_instant_load(Loader *l, const JsonAt *at) {
  static const char *const keys[] = {"event", "midway", "plus", "minus", NULL};
  QueryInstant *instant = g_new0(QueryInstant, 1);
  JsonAt member;
  gboolean good = FALSE;
  if (!cJSON_IsObject(at->item)) {
    good = load_time(l, at, "s", 0, SIM_H(24 * 365), NULL, &instant->at);
  } else {
    load_object(l, at, keys);
    gboolean shift = load_shift(l, at, &instant->plus);
    if (load_has(at, "event") == load_has(at, "midway"))
      load_error(l, at, "an instant is a time, or has one of the keys event, midway");
    else if (load_member(l, at, "event", &member))
      good = (instant->event = query_event_load(l, &member)) != NULL;
    else if (load_member(l, at, "midway", &member))
      good = load_two_instants(l, &member, instant->between);
    good = good && shift;
  }
  if (good)
    return instant;
  query_instant_free(instant);
  return NULL;
}

/* --- numbers ------------------------------------------------------------------------------------------------------ */

static void free_number(gpointer number) {
  query_number_free(number);
}

void query_number_free(QueryNumber *number) {
  if (!number)
    return;
  query_instant_free(number->instants[0]);
  query_instant_free(number->instants[1]);
  query_event_free(number->event);
  if (number->match)
    segment_match_free(number->match);
  g_free(number->host);
  g_free(number->param);
  g_clear_pointer(&number->terms, g_ptr_array_unref);
  g_free(number);
}

static gboolean load_instant(Loader *l, const JsonAt *at, QueryNumber *number) {
  return (number->instants[0] = query_instant_load(l, at)) != NULL;
}

static gboolean load_time_between(Loader *l, const JsonAt *at, QueryNumber *number) {
  return load_two_instants(l, at, number->instants);
}

static gboolean load_count(Loader *l, const JsonAt *at, QueryNumber *number) {
  unsigned errors = l->errors->len;
  number->match = load_segment_match(l, at);
  return l->errors->len == errors;
}

/* An event of one kind, told by the key that it must have. */
static gboolean load_event_with(Loader *l, const JsonAt *at, const char *key, QueryNumber *number) {
  if (cJSON_IsObject(at->item) && !load_has(at, key)) {
    load_error(l, at, "missing key \"%s\"", key);
    return FALSE;
  }
  return (number->event = query_event_load(l, at)) != NULL;
}

static gboolean load_duration_of(Loader *l, const JsonAt *at, QueryNumber *number) {
  return load_event_with(l, at, "state", number);
}

static gboolean load_reserved(Loader *l, const JsonAt *at, QueryNumber *number) {
  return load_event_with(l, at, "port", number);
}

static gboolean load_timers(Loader *l, const JsonAt *at, QueryNumber *number) {
  return load_event_with(l, at, "timer", number);
}

static gboolean load_calls(Loader *l, const JsonAt *at, QueryNumber *number) {
  return load_event_with(l, at, "call", number);
}

static gboolean load_octets(Loader *l, const JsonAt *at, QueryNumber *number) {
  static const char *const keys[] = {"host", "conn", NULL};
  number->event = g_new0(QueryEvent, 1);
  return load_object(l, at, keys) && load_end(l, at, FALSE, number->event);
}

static gboolean load_param(Loader *l, const JsonAt *at, QueryNumber *number) {
  static const char *const keys[] = {"host", "name", NULL};
  JsonAt member;
  uint32_t host;
  const char *text;
  if (!load_object(l, at, keys) || !load_required(l, at, "host", "the name of a host", &member) ||
      !load_host(l, &member, &host) || !load_required(l, at, "name", "a parameter such as \"msl\"", &member) ||
      !load_text(l, &member, "a parameter such as \"msl\"", &text))
    return FALSE;
  const TcpParamInfo *info = tcp_param_find(text);
  if (!info || (info->type != TCP_PARAM_TIME && info->type != TCP_PARAM_COUNT)) {
    g_autoptr(GPtrArray) names = g_ptr_array_new();
    unsigned n_params;
    const TcpParamInfo *params = tcp_param_list(&n_params);
    for (unsigned i = 0; i < n_params; i++)
      if (params[i].type == TCP_PARAM_TIME || params[i].type == TCP_PARAM_COUNT)
        g_ptr_array_add(names, (gpointer)params[i].name);
    g_ptr_array_add(names, NULL);
    load_word_error(l, &member, "parameter that is a time or a count", text, (const char *const *)names->pdata);
    return FALSE;
  }
  number->host = g_strdup(load_host_at(l, host)->name);
  number->param = g_strdup(text);
  return TRUE;
}

static gboolean load_terms(Loader *l, const JsonAt *at, QueryNumber *number) {
  gboolean good = TRUE;
  if (!load_list(l, at, MOST_TERMS))
    return FALSE;
  number->terms = g_ptr_array_new_with_free_func(free_number);
  LOAD_EACH(l, at, item) {
    QueryNumber *term = query_number_load(l, &item);
    if (term)
      g_ptr_array_add(number->terms, term);
    good = good && term;
  }
  gboolean enough = number->kind == QUERY_NUMBER_DIFFERENCE ? number->terms->len == 2 : number->terms->len > 0;
  if (good && !enough)
    load_error(l, at, number->kind == QUERY_NUMBER_DIFFERENCE ? "expected two numbers" : "expected numbers");
  return good && enough;
}

static gboolean load_field(Loader *l, const JsonAt *at, QueryNumber *number) {
  return load_word(l, at, query_field_words, &number->field);
}

static const struct {
  const char *key;
  QueryNumberKind kind;
  gboolean (*load)(Loader *l, const JsonAt *at, QueryNumber *number);
} number_forms[] = {
    {"instant", QUERY_NUMBER_INSTANT, load_instant},
    {"time_between", QUERY_NUMBER_TIME_BETWEEN, load_time_between},
    {"duration_of", QUERY_NUMBER_DURATION_OF, load_duration_of},
    {"reserved", QUERY_NUMBER_RESERVED, load_reserved},
    {"param", QUERY_NUMBER_PARAM, load_param},
    {"count", QUERY_NUMBER_COUNT, load_count},
    {"timers", QUERY_NUMBER_TIMERS, load_timers},
    {"calls", QUERY_NUMBER_CALLS, load_calls},
    {"octets", QUERY_NUMBER_OCTETS, load_octets},
    {"field", QUERY_NUMBER_FIELD, load_field},
    {"sum", QUERY_NUMBER_SUM, load_terms},
    {"difference", QUERY_NUMBER_DIFFERENCE, load_terms},
};

static gboolean load_number_form(Loader *l, const JsonAt *at, QueryNumber *number) {
  const char *key = at->item->child ? at->item->child->string : "";
  JsonAt member;
  for (unsigned i = 0; i < G_N_ELEMENTS(number_forms); i++) {
    if (!load_has(at, number_forms[i].key))
      continue;
    gboolean field = number_forms[i].kind == QUERY_NUMBER_FIELD;
    const char *const keys[] = {number_forms[i].key, field ? "of" : NULL, NULL};
    load_object(l, at, keys);
    number->kind = number_forms[i].kind;
    if (!load_member(l, at, number_forms[i].key, &member) || !number_forms[i].load(l, &member, number))
      return FALSE;
    return !field || (load_required(l, at, "of", "a segment, {\"segment\": {...}, \"nth\": 1}", &member) &&
                      load_event_with(l, &member, "segment", number));
  }
  const char *words[G_N_ELEMENTS(number_forms) + 1] = {NULL};
  for (unsigned i = 0; i < G_N_ELEMENTS(number_forms); i++)
    words[i] = number_forms[i].key;
  load_word_error(l, at, "number to ask a trace for", key, words);
  return FALSE;
}

QueryNumber *query_number_load(Loader *l, const JsonAt *at) {
  if (!cJSON_IsObject(at->item)) {
    load_type_error(l, at, "a number to ask the trace for, such as {\"count\": {\"flags\": \"FIN\"}}");
    return NULL;
  }
  QueryNumber *number = g_new0(QueryNumber, 1);
  if (load_number_form(l, at, number))
    return number;
  query_number_free(number);
  return NULL;
}

QueryNumber *query_number_of_instant(QueryInstant *instant) {
  QueryNumber *number = g_new0(QueryNumber, 1);
  number->kind = QUERY_NUMBER_INSTANT;
  number->instants[0] = instant;
  return number;
}

/* --- claims ------------------------------------------------------------------------------------------------------- */

static void free_claim(gpointer claim) {
  query_claim_free(claim);
}

static void free_expectation(gpointer expectation) {
  expectation_free(expectation);
}

void query_claim_free(QueryClaim *claim) {
  if (!claim)
    return;
  g_clear_pointer(&claim->expect, g_ptr_array_unref);
  query_number_free(claim->numbers[0]);
  query_number_free(claim->numbers[1]);
  g_clear_pointer(&claim->claims, g_ptr_array_unref);
  g_free(claim);
}

static gboolean load_two_numbers(Loader *l, const JsonAt *at, QueryClaim *claim) {
  unsigned n = 0;
  gboolean good = TRUE;
  if (!load_list(l, at, 2))
    return FALSE;
  LOAD_EACH(l, at, item) {
    claim->numbers[n] = query_number_load(l, &item);
    good = good && claim->numbers[n];
    n++;
  }
  if (good && n != 2)
    load_error(l, at, "expected two numbers");
  return good && n == 2;
}

static gboolean load_claims(Loader *l, const JsonAt *at, QueryClaim *claim) {
  gboolean good = TRUE;
  claim->claims = g_ptr_array_new_with_free_func(free_claim);
  if (claim->kind == QUERY_CLAIM_NOT) {
    QueryClaim *inner = query_claim_load(l, at);
    if (inner)
      g_ptr_array_add(claim->claims, inner);
    return inner != NULL;
  }
  if (!load_list(l, at, MOST_TERMS))
    return FALSE;
  LOAD_EACH(l, at, item) {
    QueryClaim *inner = query_claim_load(l, &item);
    if (inner)
      g_ptr_array_add(claim->claims, inner);
    good = good && inner;
  }
  return good;
}

static gboolean load_claim_form(Loader *l, const JsonAt *at, QueryClaim *claim) {
  static const struct {
    const char *key;
    QueryClaimKind kind;
    gboolean (*load)(Loader *l, const JsonAt *at, QueryClaim *claim);
  } forms[] = {{"less", QUERY_CLAIM_LESS, load_two_numbers},
               {"equal", QUERY_CLAIM_EQUAL, load_two_numbers},
               {"all", QUERY_CLAIM_ALL, load_claims},
               {"any", QUERY_CLAIM_ANY, load_claims},
               {"not", QUERY_CLAIM_NOT, load_claims}};
  JsonAt member;
  for (unsigned i = 0; i < G_N_ELEMENTS(forms); i++) {
    if (!load_has(at, forms[i].key))
      continue;
    load_object(l, at, (const char *const[]){forms[i].key, NULL});
    claim->kind = forms[i].kind;
    return load_member(l, at, forms[i].key, &member) && forms[i].load(l, &member, claim);
  }
  unsigned errors = l->errors->len;
  claim->kind = QUERY_CLAIM_EXPECT;
  claim->expect = g_ptr_array_new_with_free_func(free_expectation);
  load_expectation(l, at, claim->expect);
  return l->errors->len == errors;
}

QueryClaim *query_claim_load(Loader *l, const JsonAt *at) {
  if (!cJSON_IsObject(at->item)) {
    load_type_error(l, at, "a claim such as {\"never\": {\"host\": \"client\", \"state\": \"CLOSING\"}}");
    return NULL;
  }
  QueryClaim *claim = g_new0(QueryClaim, 1);
  if (load_claim_form(l, at, claim))
    return claim;
  query_claim_free(claim);
  return NULL;
}
