#include "run/closed_forms.h"

#include <math.h>
#include <stddef.h>
#include <string.h>

/* --- arithmetic --------------------------------------------------------------------------------------------------- */

double retry_sent_after(const RetrySchedule *schedule, unsigned j) {
  double at = 0, timeout = schedule->first;
  for (unsigned i = 0; i < j; i++, timeout = fmin(2 * timeout, schedule->cap))
    at += timeout;
  return at;
}

void retry_delay(const RetrySchedule *schedule, double s, double *ret_mean, double *ret_variance) {
  double all = 0, first = 0, second = 0, chance = s, at = 0, timeout = schedule->first;
  for (unsigned j = 0; j <= schedule->retries; j++) {
    all += chance;
    first += chance * at;
    second += chance * at * at;
    chance *= 1 - s;
    at += timeout;
    timeout = fmin(2 * timeout, schedule->cap);
  }
  *ret_mean = first / all;
  *ret_variance = second / all - first / all * (first / all);
}

/* FINs are lost with `out`, what answers them with `back`. Attempt n is the next; `last` is the one that arrived last,
 * negative if none did; a host that has forgotten the connection stays so and answers every FIN by RST. From the last
 * attempt to the first: f[n] of each `last`. */
static LastAckFates fates(const RetrySchedule *schedule, double out, double back, double time_wait) {
  unsigned attempts = schedule->retries + 1;
  g_autofree double *sent = g_new(double, attempts);
  for (unsigned n = 0; n < attempts; n++)
    sent[n] = retry_sent_after(schedule, n);
  /* ack[last + 1]: P(ends by ACK) when all attempts before n are over; gone: P(ends by RST) once forgotten */
  g_autofree double *ack = g_new0(double, attempts + 1), *reset = g_new0(double, attempts + 1);
  double gone = 0;
  for (unsigned n = attempts; n-- > 0;) {
    double ack_after = ack[n + 1], reset_after = reset[n + 1]; /* this one arrived, and its answer was lost */
    for (unsigned last = 0; last <= n; last++) {
      gboolean there = last == 0 || sent[n] - sent[last - 1] < time_wait;
      double now_ack = there ? 1 - back : 0, now_reset = there ? 0 : 1 - back;
      ack[last] = out * ack[last] + (1 - out) * (now_ack + back * (there ? ack_after : 0));
      reset[last] = out * reset[last] + (1 - out) * (now_reset + back * (there ? reset_after : gone));
    }
    gone = out * gone + (1 - out) * (1 - back + back * gone);
  }
  LastAckFates result = {ack[0], reset[0], pow(1 - (1 - out) * (1 - back), attempts)};
  return result;
}

LastAckFates last_ack_fates(const RetrySchedule *schedule, double p, double time_wait) {
  return fates(schedule, p, p, time_wait);
}

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
  RetrySchedule schedule[2]; /* client's, server's */
  double loss[2], delay[2];  /* of what each of them sends */
  double pause, time_wait;   /* c and W */
  gboolean at_once;          /* both at the same instant */
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
  const ScenarioHost *client = g_ptr_array_index(scenario->hosts, conn->client);
  *close = (Close){
      .schedule = {schedule_of(client, rtt), schedule_of(g_ptr_array_index(scenario->hosts, conn->server), rtt)},
      .delay = {seconds(there), seconds(back)},
      .time_wait = seconds(client->tcp.time_wait),
      .at = items[0]->at,
      .duration = scenario->duration};
  for (unsigned side = 0; side < 2; side++) {
    close->loss[side] = (double)link->config[side ? 1 - direction : direction].loss / (double)RNG_ONE;
    if (close->schedule[side].first <= seconds(there + back)) /* attempts would overlap */
      return FALSE;
  }
  close->at_once = items[1]->trigger == APP_AT && items[1]->at == items[0]->at;
  close->pause = seconds(items[1]->at);
  return close->at_once || items[1]->trigger == APP_ON_EOF;
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

static void known_at_once(const Close *close, ClosedForms *forms) {
  double p = close->loss[0];
  const RetrySchedule *one = &close->schedule[0], *other = &close->schedule[1];
  if (p != close->loss[1] || close->delay[0] != close->delay[1] || one->first != other->first ||
      one->cap != other->cap || pow(p * p, fmin(one->retries, other->retries) + 1) > NEGLIGIBLE)
    return;
  forms->client_closing = forms->server_closing = 1 / (1 + p);
  forms->undisturbed = pow(1 - p, 4);
}

static void known_in_turn(const Close *close, ClosedForms *forms) {
  double p1 = close->loss[0], p2 = close->loss[1], q = (1 - p1) * (1 - p2), mean[3], variance;
  const RetrySchedule *client = &close->schedule[0], *server = &close->schedule[1];
  LastAckFates last_ack = fates(server, p2, p1, close->time_wait);
  forms->server_closed = last_ack.ack;
  forms->server_reset = last_ack.reset;
  forms->server_gave_up = last_ack.gave_up;
  forms->server_fins = (1 - last_ack.gave_up) / q;
  double answer = close->pause + close->delay[0] + close->delay[1];
  if (answer != client->first)
    forms->undisturbed = (1 - p1) * (1 - p2) * (1 - p1) * (answer < client->first ? 1 : 1 - p2);
  if (last_ack.gave_up + last_ack.reset > NEGLIGIBLE)
    return;
  retry_delay(client, 1 - p1, &mean[0], &variance);
  retry_delay(server, 1 - p2, &mean[1], &variance);
  retry_delay(server, q, &mean[2], &variance);
  forms->restarted = p1;
  forms->restarts = p1 / (1 - p1);
  forms->client_done = answer + mean[0] + mean[1];
  forms->server_done = forms->server_closed_at = answer + close->delay[0] + mean[0] + mean[2];
}

gboolean closed_forms_of(const Scenario *scenario, ClosedForms *ret_forms) {
  Close close;
  *ret_forms = (ClosedForms){-1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1};
  if (!scenario || !close_of(scenario, &close) || close.loss[0] > HIGHEST || close.loss[1] > HIGHEST)
    return FALSE;
  /* The side that closes first must be there for all that the other sends, and the run must not end before. */
  double failure = 1 - (1 - close.loss[0]) * (1 - close.loss[1]);
  double most = longest(&close.schedule[0], failure) + longest(&close.schedule[1], failure) + close.pause +
                close.time_wait + 3 * (close.delay[0] + close.delay[1]);
  if (seconds(close.at) + most > seconds(close.duration) || pow(failure, close.schedule[0].retries + 1) > NEGLIGIBLE)
    return FALSE;
  if (close.at_once)
    known_at_once(&close, ret_forms);
  else
    known_in_turn(&close, ret_forms);
  return TRUE;
}
