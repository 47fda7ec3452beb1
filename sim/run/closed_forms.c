#include "run/closed_forms.h"

#include <math.h>
#include <string.h>

#include "run/closed_law.h"

/* --- does it apply? ----------------------------------------------------------------------------------------------- */

static double seconds(SimTime time) {
  return (double)time / (double)SIM_S(1);
}

/* RFC 9293 by the letter in all but these. */
static gboolean is_plain_host(const ScenarioHost *host) {
  static const char *const free_params[] = {"msl", "time_wait", "rto_initial", "rto_min", "rto_max", "retries", NULL};
  TcpParams plain;
  tcp_profile_params(tcp_profile_find("rfc9293"), &plain);
  unsigned count;
  const TcpParamInfo *params = tcp_param_list(&count);
  for (unsigned i = 0; i < count; i++) {
    char own[128], other[128];
    if (g_strv_contains(free_params, params[i].name))
      continue;
    if (strcmp(tcp_params_print(&host->tcp, &params[i], own, sizeof own),
               tcp_params_print(&plain, &params[i], other, sizeof other)) != 0)
      return FALSE;
  }
  return TRUE;
}

/* What there is besides delay and loss, in a direction. */
static gboolean is_plain_link(const LinkConfig *config) {
  return !config->rate && !(config->down && config->down->len) && !config->jitter && !config->has_gemodel &&
         !config->reorder && !config->duplicate && !config->corrupt;
}

/* The one thing that each side's application does. */
static const AppItem *only_item(const Scenario *scenario, uint32_t host) {
  const AppItem *found = NULL;
  for (guint i = 0; i < scenario->apps->len; i++) {
    const AppScript *app = g_ptr_array_index(scenario->apps, i);
    if (app->host != host)
      continue;
    if (found || app->items->len != 1 || !app->read || app->conn == APP_NONE)
      return NULL;
    found = &g_array_index(app->items, AppItem, 0);
  }
  return found && found->call == APP_CLOSE ? found : NULL;
}

typedef struct Close {
  RetrySchedule schedule[SWEEP_SIDES];
  double loss[SWEEP_SIDES], delay[SWEEP_SIDES]; /* of what each of them sends */
  double waits[SWEEP_SIDES];                    /* the length of TIME-WAIT */
  double pause;                                 /* c: the server's, after the end of the stream */
  gboolean crossing;                            /* the server closes at an instant of its own instead, */
  double apart;                                 /* so much after the client; negative: before */
  SimTime at, duration;
} Close;

static RetrySchedule schedule_of(const ScenarioHost *host, SimTime rtt) {
  const TcpParams *params = &host->tcp;
  SimTime first = rtt == SIM_NEVER ? params->rto_initial : MAX(params->rto_min, rtt + 4 * (rtt / 2));
  unsigned retries = params->retries == TCP_UNLIMITED ? CLOSED_FORMS_ANY : MIN(params->retries, CLOSED_FORMS_ANY);
  return (RetrySchedule){seconds(MIN(first, params->rto_max)), seconds(params->rto_max), retries};
}

static gboolean is_plain(const Scenario *scenario) {
  if (scenario->hosts->len != 2 || scenario->links->len != 1 || scenario->connections->len != 1 ||
      scenario->faults->len || scenario->events->len || scenario->apps->len != 2)
    return FALSE;
  const ScenarioConn *conn = g_ptr_array_index(scenario->connections, 0);
  const ScenarioLink *link = g_ptr_array_index(scenario->links, 0);
  return conn->established && !conn->population && !link->has_filter && is_plain_link(&link->config[0]) &&
         is_plain_link(&link->config[1]) && is_plain_host(g_ptr_array_index(scenario->hosts, 0)) &&
         is_plain_host(g_ptr_array_index(scenario->hosts, 1));
}

static gboolean close_of(const Scenario *scenario, Close *close) {
  if (!is_plain(scenario))
    return FALSE;
  const ScenarioConn *conn = g_ptr_array_index(scenario->connections, 0);
  unsigned direction;
  const ScenarioLink *link = scenario_link(scenario, conn->client, conn->server, &direction);
  const AppItem *items[2] = {only_item(scenario, conn->client), only_item(scenario, conn->server)};
  if (!link || !items[0] || !items[1] || items[0]->trigger != APP_AT)
    return FALSE;
  SimTime there = link->config[direction].delay, back = link->config[1 - direction].delay, rtt = there + back;
  if (conn->rtt == SCENARIO_RTT_NONE)
    rtt = SIM_NEVER;
  else if (conn->rtt == SCENARIO_RTT_GIVEN)
    rtt = conn->rtt_given;
  const ScenarioHost *hosts[] = {g_ptr_array_index(scenario->hosts, conn->client),
                                 g_ptr_array_index(scenario->hosts, conn->server)};
  *close = (Close){.delay = {seconds(there), seconds(back)},
                   .pause = seconds(items[1]->at),
                   .at = MIN(items[0]->at, items[1]->trigger == APP_AT ? items[1]->at : items[0]->at),
                   .duration = scenario->duration};
  for (unsigned side = 0; side < SWEEP_SIDES; side++) {
    close->schedule[side] = schedule_of(hosts[side], rtt);
    close->waits[side] = seconds(hosts[side]->tcp.time_wait);
    close->loss[side] = (double)link->config[side ? 1 - direction : direction].loss / (double)RNG_ONE;
    if (close->schedule[side].first <= seconds(there + back)) /* attempts would overlap */
      return FALSE;
  }
  if (items[1]->trigger == APP_ON_EOF)
    return TRUE;
  SimTime apart = items[1]->at - items[0]->at;
  gboolean lossless = close->loss[0] == 0 && close->loss[1] == 0;
  close->crossing = apart < there && -apart < back;
  close->apart = seconds(apart);
  close->pause = seconds(apart - there); /* if it has heard of the client's close by then */
  return items[1]->trigger == APP_AT && (close->crossing ? apart == 0 || lossless : apart >= there && lossless);
}

/* --- what is known ------------------------------------------------------------------------------------------------ */

#define NEGLIGIBLE 5e-5
#define HIGHEST    0.9

/* How long one side may take, but for one time in a million. */
static double longest(const RetrySchedule *schedule, double failure) {
  unsigned attempts = 0;
  for (double left = 1; left > 1e-6 && attempts < schedule->retries; attempts++)
    left *= failure;
  return retry_sent_after(schedule, attempts + 1);
}

/* The time until an attempt gets through that is lost with `loss`. */
static GArray *delay_law(const RetrySchedule *schedule, double loss, double flight) {
  GArray *law = closed_law_new();
  double chance = 1 - loss, at = flight, timeout = schedule->first;
  for (unsigned j = 0; j <= schedule->retries && chance > 1e-15; j++, chance *= loss) {
    closed_law_add(law, at, chance);
    at += timeout;
    timeout = fmin(2 * timeout, schedule->cap);
  }
  return closed_law_settle(law);
}

static GArray *certain(double at) {
  GArray *law = closed_law_new();
  closed_law_add(law, at, 1);
  return law;
}

/* Attempt n with chances[n], taken for `flight` later than it is made. NULL if there is no chance of any. */
static GArray *attempt_law(const LastAck *last_ack, const double *chances, double flight) {
  GArray *law = closed_law_new();
  for (unsigned n = 0; n < last_ack->attempts; n++)
    closed_law_add(law, last_ack->sent[n] + flight, chances[n]);
  return closed_law_settle(law);
}

/* Adds the sum of two laws, if there are such, and frees the second. */
static GArray *after(const GArray *begin, GArray *law) {
  GArray *sum = law ? closed_law_sum(begin, law, 0) : NULL;
  if (law)
    g_array_unref(law);
  return sum;
}

/* Both call close() within a flight of each other and nothing is lost: there is no chance in it. */
static void known_crossing(const Close *close, ClosedForms *forms) {
  double trip = close->delay[0] + close->delay[1];
  double began[SWEEP_SIDES] = {fmax(-close->apart, 0), fmax(close->apart, 0)};
  forms->undisturbed = forms->both_closing = 1;
  forms->one_closing = forms->restarted = forms->restarts = 0;
  for (unsigned side = 0; side < SWEEP_SIDES; side++) {
    GArray **measures = forms->measures[side];
    forms->closing[side] = forms->ends[side][SWEEP_END_CLOSED] = 1;
    measures[SWEEP_MEASURE_OWN_FIN] = certain(began[side]);
    measures[SWEEP_MEASURE_PEER_FIN] = certain(began[1 - side] + close->delay[1 - side]);
    measures[SWEEP_MEASURE_DONE] = certain(began[side] + trip);
    measures[SWEEP_MEASURE_CLOSED] = certain(began[side] + trip + close->waits[side]);
    measures[SWEEP_MEASURE_GONE] = certain(began[side] + trip + close->waits[side]);
    measures[SWEEP_MEASURE_FINS] = certain(1);
  }
}

/* At the same instant the timers of both run in step: each side passes CLOSING unless the acknowledgment of its FIN
 * comes with the other FIN. */
static void known_at_once(const Close *close, ClosedForms *forms) {
  double p = close->loss[0];
  const RetrySchedule *one = &close->schedule[0], *other = &close->schedule[1];
  if (p == 0 && close->loss[1] == 0) {
    known_crossing(close, forms);
    return;
  }
  if (p != close->loss[1] || close->delay[0] != close->delay[1] || one->first != other->first ||
      one->cap != other->cap || pow(1 - (1 - p) * (1 - p), fmin(one->retries, other->retries) + 1) > NEGLIGIBLE)
    return;
  forms->closing[SWEEP_CLIENT] = forms->closing[SWEEP_SERVER] = 1 / (1 + p);
  forms->both_closing = (1 - p) / (1 + p);
  forms->one_closing = 2 * p / (1 + p);
  forms->undisturbed = pow(1 - p, 4);
}

/* The server from its FIN on, which it first sends `own` after the start. */
static void known_of_server(const Close *close, const LastAck *last_ack, const GArray *own, ClosedForms *forms) {
  double trip = close->delay[0] + close->delay[1], ack = 0, reset = 0;
  GArray **measures = forms->measures[SWEEP_SERVER];
  GArray *gone = closed_law_new(), *fins = closed_law_new();
  for (unsigned n = 0; n < last_ack->attempts; n++) {
    ack += last_ack->ack[n];
    reset += last_ack->reset[n];
    closed_law_add(gone, last_ack->sent[n] + trip, last_ack->ack[n] + last_ack->reset[n]);
    closed_law_add(fins, n + 1, last_ack->ack[n] + last_ack->reset[n]);
  }
  closed_law_add(gone, retry_sent_after(&close->schedule[SWEEP_SERVER], last_ack->attempts), last_ack->gave_up);
  closed_law_add(fins, last_ack->attempts, last_ack->gave_up);
  forms->ends[SWEEP_SERVER][SWEEP_END_CLOSED] = ack;
  forms->ends[SWEEP_SERVER][SWEEP_END_RESET] = reset;
  forms->ends[SWEEP_SERVER][SWEEP_END_GAVE_UP] = last_ack->gave_up;
  measures[SWEEP_MEASURE_DONE] = after(own, attempt_law(last_ack, last_ack->ack, trip));
  measures[SWEEP_MEASURE_CLOSED] = after(own, attempt_law(last_ack, last_ack->ack, trip));
  measures[SWEEP_MEASURE_GONE] = after(own, closed_law_settle(gone));
  measures[SWEEP_MEASURE_FINS] = closed_law_settle(fins);
}

/* The client, which hears of the server's FIN by the attempts that arrive: TIME-WAIT starts anew with each. */
static void known_of_client(const Close *close, const LastAck *last_ack, const GArray *peer_sends, ClosedForms *forms) {
  double flight = close->delay[SWEEP_SERVER], wait = close->waits[SWEEP_CLIENT];
  GArray **measures = forms->measures[SWEEP_CLIENT];
  forms->ends[SWEEP_CLIENT][SWEEP_END_CLOSED] = 1 - last_ack->never;
  forms->restarted = last_ack->restarted;
  forms->restarts = last_ack->restarts;
  measures[SWEEP_MEASURE_OWN_FIN] = certain(0);
  measures[SWEEP_MEASURE_PEER_FIN] = after(peer_sends, attempt_law(last_ack, last_ack->first, flight));
  measures[SWEEP_MEASURE_DONE] = after(peer_sends, attempt_law(last_ack, last_ack->first, flight));
  measures[SWEEP_MEASURE_CLOSED] = after(peer_sends, attempt_law(last_ack, last_ack->latest, flight + wait));
  if (last_ack->never > NEGLIGIBLE) /* then it stays in FIN-WAIT-2, or is reset in FIN-WAIT-1 */
    return;
  forms->ends[SWEEP_CLIENT][SWEEP_END_WAITING] = last_ack->never;
  measures[SWEEP_MEASURE_GONE] = after(peer_sends, attempt_law(last_ack, last_ack->latest, flight + wait));
}

static void known_in_turn(const Close *close, ClosedForms *forms) {
  double p1 = close->loss[0], p2 = close->loss[1];
  const RetrySchedule *client = &close->schedule[SWEEP_CLIENT], *server = &close->schedule[SWEEP_SERVER];
  LastAck *last_ack = last_ack_new(server, p2, p1, close->waits[SWEEP_CLIENT]);
  g_autoptr(GArray) pause = certain(close->pause);
  GArray *heard = delay_law(client, p1, close->delay[SWEEP_CLIENT]), *own = closed_law_sum(heard, pause, 0);
  double answer = close->pause + close->delay[0] + close->delay[1];
  if (answer != client->first && server->retries > 0)
    forms->undisturbed = (1 - p1) * (1 - p2) * (1 - p1) * (answer < client->first ? 1 : 1 - p2);
  forms->closing[SWEEP_CLIENT] = forms->closing[SWEEP_SERVER] = forms->both_closing = forms->one_closing = 0;
  forms->measures[SWEEP_SERVER][SWEEP_MEASURE_PEER_FIN] = heard;
  forms->measures[SWEEP_SERVER][SWEEP_MEASURE_OWN_FIN] = own;
  known_of_server(close, last_ack, own, forms);
  known_of_client(close, last_ack, own, forms);
  last_ack_free(last_ack);
}

void closed_forms_clear(ClosedForms *forms) {
  for (unsigned side = 0; side < SWEEP_SIDES; side++)
    for (unsigned m = 0; m < SWEEP_MEASURE_COUNT; m++)
      g_clear_pointer(&forms->measures[side][m], g_array_unref);
}

gboolean closed_forms_of(const Scenario *scenario, ClosedForms *ret_forms) {
  Close close;
  *ret_forms = (ClosedForms){-1, -1, -1, -1, -1, {-1, -1}, {{0}}, {{NULL}}};
  for (unsigned side = 0; side < SWEEP_SIDES; side++)
    for (unsigned end = 0; end < SWEEP_END_COUNT; end++)
      ret_forms->ends[side][end] = -1;
  if (!scenario || !close_of(scenario, &close) || close.loss[0] > HIGHEST || close.loss[1] > HIGHEST)
    return FALSE;
  /* The side that closes first must be there for all that the other sends, and the run must not end before. */
  double failure = 1 - (1 - close.loss[0]) * (1 - close.loss[1]);
  double most = longest(&close.schedule[0], failure) + longest(&close.schedule[1], failure) + fabs(close.apart) +
                fmax(close.pause, 0) + fmax(close.waits[0], close.waits[1]) + 3 * (close.delay[0] + close.delay[1]);
  if (seconds(close.at) + most > seconds(close.duration) || pow(failure, close.schedule[0].retries + 1) > NEGLIGIBLE)
    return FALSE;
  if (close.crossing)
    known_at_once(&close, ret_forms);
  else
    known_in_turn(&close, ret_forms);
  return TRUE;
}
