#include "run/closed_law.h"

#include <math.h>

#define NOTHING 1e-12

/* --- attempts ----------------------------------------------------------------------------------------------------- */

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

/* --- laws --------------------------------------------------------------------------------------------------------- */

GArray *closed_law_new(void) {
  return g_array_new(FALSE, FALSE, sizeof(ClosedPoint));
}

static const ClosedPoint *point(const GArray *law, guint i) {
  return &g_array_index(law, ClosedPoint, i);
}

void closed_law_add(GArray *law, double at, double chance) {
  if (chance <= NOTHING * NOTHING)
    return;
  ClosedPoint added = {at, chance};
  g_array_append_val(law, added);
}

static int compare_points(gconstpointer a, gconstpointer b) {
  double x = ((const ClosedPoint *)a)->at, y = ((const ClosedPoint *)b)->at;
  return (x > y) - (x < y);
}

/* Sums of timeouts come by several ways; half a nanosecond apart they are the same. */
GArray *closed_law_settle(GArray *law) {
  g_array_sort(law, compare_points);
  double all = 0;
  guint kept = 0;
  for (guint i = 0; i < law->len; i++) {
    ClosedPoint *now = &g_array_index(law, ClosedPoint, i), *last = &g_array_index(law, ClosedPoint, kept - 1);
    all += now->chance;
    if (kept > 0 && now->at - last->at < 5e-10)
      last->chance += now->chance;
    else
      g_array_index(law, ClosedPoint, kept++) = *now;
  }
  g_array_set_size(law, kept);
  if (all < NOTHING) {
    g_array_unref(law);
    return NULL;
  }
  for (guint i = 0; i < law->len; i++)
    g_array_index(law, ClosedPoint, i).chance /= all;
  return law;
}

GArray *closed_law_sum(const GArray *one, const GArray *other, double constant) {
  GArray *sum = closed_law_new();
  for (guint i = 0; i < one->len; i++)
    for (guint j = 0; j < other->len; j++)
      if (point(one, i)->chance * point(other, j)->chance > NOTHING)
        closed_law_add(sum, point(one, i)->at + point(other, j)->at + constant,
                       point(one, i)->chance * point(other, j)->chance);
  return closed_law_settle(sum);
}

double closed_law_mean(const GArray *law) {
  double mean = 0;
  for (guint i = 0; i < law->len; i++)
    mean += point(law, i)->at * point(law, i)->chance;
  return mean;
}

double closed_law_below(const GArray *law, double at) {
  double below = 0;
  for (guint i = 0; i < law->len && point(law, i)->at <= at + 5e-10; i++)
    below += point(law, i)->chance;
  return fmin(below, 1);
}

gboolean closed_law_quantile(const GArray *law, uint32_t ppm, double *ret_at) {
  double wanted = ppm / 1e6, below = 0;
  for (guint i = 0; i < law->len; i++) {
    below += point(law, i)->chance;
    if (fabs(below - wanted) < 1e-9 && i + 1 < law->len)
      return FALSE;
    if (below < wanted && i + 1 < law->len)
      continue;
    *ret_at = point(law, i)->at;
    return TRUE;
  }
  return FALSE;
}

/* --- LAST-ACK ----------------------------------------------------------------------------------------------------- */

/* What is so before attempt n: by the attempt that arrived last (0: none did), how likely it is, and how likely that
 * others had arrived before it; or the peer has forgotten the connection, which it stays to have. */
typedef struct Waiting {
  double *last;    /* [m + 1]: attempt m arrived last; [0]: none */
  double *arrived; /* the part of it in which another one had arrived before */
  double gone;
} Waiting;

/* Attempt n is made. Whoever arrives in time is answered by ACK, later by RST; an answer that arrives ends it all. */
static void attempt(LastAck *self, Waiting *now, unsigned n, double out, double back, double time_wait) {
  double in_time = 0, again = 0, late = now->gone;
  for (unsigned m = 0; m <= n; m++) {
    double reached = now->last[m] * (1 - out);
    gboolean there = m == 0 || self->sent[n] - self->sent[m - 1] < time_wait;
    if (there) {
      in_time += reached;
      again += m > 0 ? reached : 0;
      self->restarted += m > 0 ? (now->last[m] - now->arrived[m]) * (1 - out) : 0;
      self->first[n] += m == 0 ? reached : 0;
      now->arrived[m] *= out;
      now->last[m] *= out;
    } else {
      self->latest[m - 1] += now->last[m];
      late += now->last[m];
      now->last[m] = now->arrived[m] = 0;
    }
  }
  self->restarts += again;
  self->ack[n] = in_time * (1 - back);
  self->reset[n] = late * (1 - out) * (1 - back);
  self->latest[n] += self->ack[n];
  now->last[n + 1] = in_time * back;
  now->arrived[n + 1] = again * back;
  now->gone = late * (1 - (1 - out) * (1 - back));
}

LastAck *last_ack_new(const RetrySchedule *schedule, double out, double back, double time_wait) {
  LastAck *self = g_new0(LastAck, 1);
  self->attempts = schedule->retries + 1;
  self->sent = g_new(double, self->attempts);
  self->ack = g_new0(double, self->attempts);
  self->reset = g_new0(double, self->attempts);
  self->first = g_new0(double, self->attempts);
  self->latest = g_new0(double, self->attempts);
  for (unsigned n = 0; n < self->attempts; n++)
    self->sent[n] = retry_sent_after(schedule, n);
  g_autofree double *last = g_new0(double, self->attempts + 1), *arrived = g_new0(double, self->attempts + 1);
  Waiting now = {last, arrived, 0};
  last[0] = 1;
  for (unsigned n = 0; n < self->attempts; n++)
    attempt(self, &now, n, out, back, time_wait);
  self->never = last[0];
  self->gave_up = now.gone;
  for (unsigned m = 0; m <= self->attempts; m++) {
    self->gave_up += last[m];
    if (m > 0)
      self->latest[m - 1] += last[m];
  }
  return self;
}

void last_ack_free(LastAck *self) {
  if (!self)
    return;
  g_free(self->sent);
  g_free(self->ack);
  g_free(self->reset);
  g_free(self->first);
  g_free(self->latest);
  g_free(self);
}

LastAckFates last_ack_fates(const RetrySchedule *schedule, double p, double time_wait) {
  LastAck *last_ack = last_ack_new(schedule, p, p, time_wait);
  LastAckFates fates = {.gave_up = last_ack->gave_up};
  for (unsigned n = 0; n < last_ack->attempts; n++) {
    fates.ack += last_ack->ack[n];
    fates.reset += last_ack->reset[n];
  }
  last_ack_free(last_ack);
  return fates;
}
