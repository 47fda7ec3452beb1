#include "output/picture/sequence_build.h"

#include <string.h>

/* More lifelines have no room on a page. */
#define MAX_HOSTS 8
/* Of a crowd of connections this many are drawn: the first, and those to which a call was refused. */
#define MAX_CONNS   12
#define FIRST_CONNS 6
/* What is left of a long name. */
#define NAME_START 8
#define NAME_END   7
/* Lanes beside each other: up to here a new one is opened; beyond, that of an end in TIME-WAIT is taken. */
#define GOOD_LANES 4
#define MAX_LANES  12

static GQuark plot_error(void) {
  return g_quark_from_static_string("teardown-plot-error");
}

gboolean seq_host_find(const SeqBuild *build, Name name, unsigned *ret_host) {
  gpointer found = g_hash_table_lookup(build->host_of, GUINT_TO_POINTER(name));
  if (name == 0 || found == NULL)
    return FALSE;
  *ret_host = GPOINTER_TO_UINT(found) - 1;
  return TRUE;
}

gboolean seq_conn_shown(const SeqBuild *build, Name conn) {
  return conn == 0 || g_hash_table_contains(build->conns, GUINT_TO_POINTER(conn));
}

gint64 *seq_key_new(Name host, guint32 other) {
  gint64 *key = g_new(gint64, 1);
  *key = (gint64)((guint64)host << 32 | other);
  return key;
}

unsigned seq_lane_find(const SeqBuild *build, Name host, Name conn) {
  g_autofree gint64 *key = seq_key_new(host, conn);
  gpointer found = g_hash_table_lookup(build->lane_of, key);
  return found ? GPOINTER_TO_UINT(found) - 1 : 0;
}

char *seq_conn_name(const SeqBuild *build, Name conn) {
  char *name = seq_clean(trace_text(build->trace, conn));
  glong length = g_utf8_strlen(name, -1);
  if (length <= NAME_START + NAME_END + 1)
    return name;
  g_autofree char *start = g_utf8_substring(name, 0, NAME_START);
  g_autofree char *end = g_utf8_substring(name, length - NAME_END, length);
  g_free(name);
  return g_strdup_printf("%s…%s", start, end);
}

char *seq_prefixed(const SeqBuild *build, Name conn, const char *text) {
  g_autofree char *name = seq_conn_name(build, conn);
  g_autofree char *all = build->model->several && conn != 0 ? g_strdup_printf("%s: %s", name, text) : NULL;
  return seq_clean(all ? all : text);
}

/* Hosts. */

static gboolean wanted(char **names, const char *name) {
  return names == NULL || g_strv_contains((const char *const *)names, name);
}

static void host_add(SeqBuild *build, Name name, const char *address) {
  if (name == 0 || g_hash_table_contains(build->host_of, GUINT_TO_POINTER(name)) ||
      !wanted(build->options->hosts, trace_text(build->trace, name)))
    return;
  SeqHost host = {.name = name, .n_lanes = 1};
  host.title = seq_clean(trace_text(build->trace, name));
  host.address = seq_clean(address);
  host.lane_names = g_ptr_array_new_with_free_func(g_free);
  g_array_append_val(build->model->hosts, host);
  g_hash_table_insert(build->host_of, GUINT_TO_POINTER(name), GUINT_TO_POINTER(build->model->hosts->len));
}

static gboolean check_hosts(const SeqBuild *build, GError **error) {
  for (char **name = build->options->hosts; name != NULL && *name != NULL; name++) {
    unsigned host;
    if (!seq_host_find(build, names_find(build->trace->names, *name), &host)) {
      g_set_error(error, plot_error(), 0, "no such host: %s", *name);
      return FALSE;
    }
  }
  return TRUE;
}

/* How far segments have to fly over other hosts, if hosts stand in `order`. */
static uint64_t cost_of(const uint64_t *traffic, unsigned n, const unsigned *order) {
  uint64_t cost = 0;
  for (unsigned i = 0; i < n; i++)
    for (unsigned j = i + 1; j < n; j++)
      cost += (j - i) * (traffic[order[i] * n + order[j]] + traffic[order[j] * n + order[i]]);
  return cost;
}

static gboolean next_permutation(unsigned *order, unsigned n) {
  unsigned i = n - 1, j = n - 1;
  while (i > 0 && order[i - 1] >= order[i])
    i--;
  if (i == 0)
    return FALSE;
  while (order[j] <= order[i - 1])
    j--;
  unsigned swapped = order[i - 1];
  order[i - 1] = order[j];
  order[j] = swapped;
  for (unsigned a = i, b = n - 1; a < b; a++, b--) {
    swapped = order[a];
    order[a] = order[b];
    order[b] = swapped;
  }
  return TRUE;
}

/* Puts hosts that talk to each other side by side, unless the user has said how they stand. The order of the trace wins
 * among equals. */
static void order_hosts(SeqBuild *build) {
  GArray *hosts = build->model->hosts;
  unsigned n = hosts->len;
  if (n < 3 || n > 7)
    return;
  g_autofree uint64_t *traffic = g_new0(uint64_t, n * n);
  const History *history = build->model->history;
  for (guint i = 0; i < history->segments->len; i++) {
    const HistorySegment *segment = &g_array_index(history->segments, HistorySegment, i);
    unsigned from, to;
    if (seq_host_find(build, segment->host, &from) && seq_host_find(build, segment->peer, &to) && from != to)
      traffic[from * n + to]++;
  }
  unsigned order[8], best[8];
  for (unsigned i = 0; i < n; i++)
    order[i] = best[i] = i;
  uint64_t least = cost_of(traffic, n, order);
  while (next_permutation(order, n)) {
    uint64_t cost = cost_of(traffic, n, order);
    if (cost < least) {
      least = cost;
      memcpy(best, order, sizeof best);
    }
  }
  g_autofree SeqHost *copy = g_memdup2(hosts->data, n * sizeof(SeqHost));
  for (unsigned i = 0; i < n; i++) {
    g_array_index(hosts, SeqHost, i) = copy[best[i]];
    g_hash_table_insert(build->host_of, GUINT_TO_POINTER(copy[best[i]].name), GUINT_TO_POINTER(i + 1));
  }
}

static void remark(SeqBuild *build, const char *text) {
  g_ptr_array_add(build->model->remarks, seq_clean(text));
}

static gboolean build_hosts(SeqBuild *build, GError **error) {
  const TraceHeader *header = build->trace->header;
  const History *history = build->model->history;
  for (char **name = build->options->hosts; name != NULL && *name != NULL; name++)
    host_add(build, names_find(build->trace->names, *name), NULL);
  for (guint i = 0; header != NULL && i < header->hosts->len; i++) {
    const TraceHost *host = header->hosts->pdata[i];
    host_add(build, names_find(build->trace->names, host->name), host->address);
  }
  for (guint i = 0; i < history->ends->len; i++)
    host_add(build, ((const HistoryEnd *)history->ends->pdata[i])->host, NULL);
  for (guint i = 0; i < history->segments->len; i++) {
    const HistorySegment *segment = &g_array_index(history->segments, HistorySegment, i);
    host_add(build, segment->host, NULL);
    host_add(build, segment->peer, NULL);
  }
  if (!check_hosts(build, error))
    return FALSE;
  GArray *hosts = build->model->hosts;
  if (hosts->len == 0) {
    g_set_error(error, plot_error(), 0, "no host to draw");
    return FALSE;
  }
  if (hosts->len > MAX_HOSTS) {
    g_autofree char *text = g_strdup_printf("%u of %u hosts are drawn: --hosts chooses others", MAX_HOSTS, hosts->len);
    remark(build, text);
    for (guint i = MAX_HOSTS; i < hosts->len; i++)
      g_hash_table_remove(build->host_of, GUINT_TO_POINTER(SEQ_HOST(build->model, i)->name));
    g_array_set_size(hosts, MAX_HOSTS);
  }
  if (build->options->hosts == NULL)
    order_hosts(build);
  return TRUE;
}

/* Connections. */

/* Those that exist, in their order, each once. */
static GArray *all_conns(const SeqBuild *build) {
  GArray *conns = g_array_new(FALSE, FALSE, sizeof(Name));
  g_autoptr(GHashTable) seen = g_hash_table_new(NULL, NULL);
  const GPtrArray *ends = build->model->history->ends;
  for (guint i = 0; i < ends->len; i++) {
    const HistoryEnd *end = ends->pdata[i];
    unsigned host;
    if (end->conn != 0 && (seq_host_find(build, end->host, &host) || seq_host_find(build, end->peer, &host)) &&
        g_hash_table_add(seen, GUINT_TO_POINTER(end->conn)))
      g_array_append_val(conns, end->conn);
  }
  return conns;
}

static void choose_conns(SeqBuild *build, const GArray *all) {
  for (guint i = 0; i < MIN(all->len, all->len > MAX_CONNS ? FIRST_CONNS : MAX_CONNS); i++)
    g_hash_table_add(build->conns, GUINT_TO_POINTER(g_array_index(all, Name, i)));
  for (size_t i = 0; i < build->trace->count && g_hash_table_size(build->conns) < MIN(all->len, MAX_CONNS); i++) {
    const TraceRecord *record = &build->trace->records[i];
    if (record->kind == TRACE_APP && record->app.conn != 0 && words_app_failed(build->trace, record))
      g_hash_table_add(build->conns, GUINT_TO_POINTER(record->app.conn));
  }
  guint drawn = g_hash_table_size(build->conns);
  if (drawn < all->len) {
    g_autofree char *text = g_strdup_printf("%u of %u connections are drawn: --conn chooses others", drawn, all->len);
    remark(build, text);
  }
}

static gboolean build_conns(SeqBuild *build, GError **error) {
  g_autoptr(GArray) all = all_conns(build);
  if (build->options->conns == NULL) {
    choose_conns(build, all);
  } else {
    for (char **name = build->options->conns; *name != NULL; name++) {
      Name conn = names_find(build->trace->names, *name);
      gboolean known = FALSE;
      for (guint i = 0; i < all->len; i++)
        known = known || g_array_index(all, Name, i) == conn;
      if (!known) {
        g_set_error(error, plot_error(), 0, "no such connection: %s", *name);
        return FALSE;
      }
      g_hash_table_add(build->conns, GUINT_TO_POINTER(conn));
    }
  }
  build->model->several = g_hash_table_size(build->conns) > 1;
  return TRUE;
}

/* Lanes. */

typedef struct Lane {
  const HistoryEnd *end;
  SimTime free_at;  /* when its end is CLOSED */
  SimTime waits_at; /* when its end began TIME-WAIT; SIM_NEVER: it has not */
} Lane;

/* When an end first is anything but CLOSED, and when it is CLOSED for good. FALSE: it always is. */
static gboolean end_active(const HistoryEnd *end, SimTime *ret_from, SimTime *ret_until, SimTime *ret_waits_at) {
  gboolean active = FALSE;
  *ret_waits_at = SIM_NEVER;
  for (guint i = 0; i < end->states->len; i++) {
    const HistoryState *state = &g_array_index(end->states, HistoryState, i);
    if (state->state == TCP_STATE_CLOSED)
      continue;
    if (!active)
      *ret_from = state->entered_by == HISTORY_NONE ? -1 : state->from;
    *ret_until = state->left_by == HISTORY_NONE ? SIM_NEVER : state->until;
    *ret_waits_at = state->state == TCP_STATE_TIME_WAIT ? state->from : SIM_NEVER;
    active = TRUE;
  }
  return active;
}

static unsigned lane_for(SeqBuild *build, GArray *lanes, SimTime from) {
  unsigned oldest = lanes->len;
  for (unsigned i = 0; i < lanes->len; i++) {
    const Lane *lane = &g_array_index(lanes, Lane, i);
    if (lane->free_at <= from)
      return i;
    if (lane->waits_at <= from &&
        (oldest == lanes->len || lane->waits_at < g_array_index(lanes, Lane, oldest).waits_at))
      oldest = i;
  }
  if (lanes->len < GOOD_LANES || (oldest == lanes->len && lanes->len < MAX_LANES)) {
    Lane lane = {.end = NULL};
    g_array_append_val(lanes, lane);
    return lanes->len - 1;
  }
  unsigned taken = oldest < lanes->len ? oldest : lanes->len - 1;
  gint64 *at = g_new(gint64, 1);
  *at = from;
  g_hash_table_insert(build->ends_taken, (gpointer)g_array_index(lanes, Lane, taken).end, at);
  return taken;
}

static int compare_starts(gconstpointer a, gconstpointer b) {
  const HistoryEnd *ends[] = {*(const HistoryEnd *const *)a, *(const HistoryEnd *const *)b};
  SimTime from[2] = {SIM_NEVER, SIM_NEVER}, until, waits_at;
  for (unsigned i = 0; i < 2; i++)
    end_active(ends[i], &from[i], &until, &waits_at);
  return from[0] < from[1] ? -1 : from[0] > from[1];
}

/* The ends of a host that are drawn, by when they begin. */
static GPtrArray *ends_of(const SeqBuild *build, const SeqHost *host) {
  GPtrArray *ends = g_ptr_array_new();
  const GPtrArray *all = build->model->history->ends;
  for (guint i = 0; i < all->len; i++) {
    HistoryEnd *end = all->pdata[i];
    if (end->host == host->name && seq_conn_shown(build, end->conn))
      g_ptr_array_add(ends, end);
  }
  g_ptr_array_sort(ends, compare_starts);
  return ends;
}

static void build_lanes_of(SeqBuild *build, unsigned h) {
  SeqHost *host = SEQ_HOST(build->model, h);
  g_autoptr(GPtrArray) ends = ends_of(build, host);
  if (ends->len == 1 && ((const HistoryEnd *)ends->pdata[0])->endpoint != 0) {
    g_free(host->address);
    host->address = seq_clean(trace_text(build->trace, ((const HistoryEnd *)ends->pdata[0])->endpoint));
  }
  g_autoptr(GArray) lanes = g_array_new(FALSE, TRUE, sizeof(Lane));
  for (guint i = 0; i < ends->len; i++) {
    const HistoryEnd *end = ends->pdata[i];
    SimTime from = 0, until = 0, waits_at = 0;
    if (!end_active(end, &from, &until, &waits_at))
      continue;
    unsigned lane = lane_for(build, lanes, from);
    g_array_index(lanes, Lane, lane) = (Lane){.end = end, .free_at = until, .waits_at = waits_at};
    g_hash_table_insert(build->lane_of, seq_key_new(end->host, end->conn), GUINT_TO_POINTER(lane + 1));
    if (lane == host->lane_names->len)
      g_ptr_array_add(host->lane_names, seq_conn_name(build, from < build->from || from < 0 ? end->conn : 0));
  }
  host->n_lanes = MAX(1, lanes->len);
}

gboolean seq_build_cast(SeqBuild *build, GError **error) {
  if (!build_hosts(build, error) || !build_conns(build, error))
    return FALSE;
  for (unsigned h = 0; h < build->model->hosts->len; h++)
    build_lanes_of(build, h);
  return TRUE;
}

/* Stays. */

/* Moment of the record that entered or left a state, or of `t`. */
static unsigned edge_of(const SeqBuild *build, size_t record, SimTime t) {
  if (record != HISTORY_NONE && build->moment_of[record] != SEQ_NO_MOMENT)
    return build->moment_of[record];
  return seq_moment_at(build, t);
}

/* The stays of an end; not those in CLOSED before it begins, if others may use its lane until then. */
static void collect_stays(SeqBuild *build, unsigned host, const HistoryEnd *end, gboolean single, GArray *stays) {
  const gint64 *taken = g_hash_table_lookup(build->ends_taken, end);
  SimTime limit = taken ? *taken : SIM_NEVER;
  SimTime from, until, waits_at;
  if (!single && !end_active(end, &from, &until, &waits_at))
    return;
  gboolean began = single;
  for (guint i = 0; i < end->states->len; i++) {
    const HistoryState *state = &g_array_index(end->states, HistoryState, i);
    gboolean last = i + 1 == end->states->len;
    began = began || state->state != TCP_STATE_CLOSED;
    if (!began || state->from > build->until || state->from >= limit || (!last && state->until < build->from))
      continue;
    SeqStay stay = {.host = host, .state = state->state, .record = state->entered_by};
    stay.lane = seq_lane_find(build, end->host, end->conn);
    if (state->entered_by != HISTORY_NONE && state->from >= build->from)
      stay.from = edge_of(build, state->entered_by, state->from);
    stay.until =
        last || state->until > build->until ? seq_last_moment(build) : edge_of(build, state->left_by, state->until);
    if (limit != SIM_NEVER && (last || state->until >= limit))
      stay.until = MIN(stay.until, seq_moment_at(build, limit));
    if (stay.from >= stay.until)
      continue;
    stay.name = seq_prefixed(build, end->conn, tcp_state_name(state->state));
    g_array_append_val(stays, stay);
  }
}

/* Stays of one lane: one that the next cuts short ends there, and what is between them is CLOSED. */
static void add_lane(SeqBuild *build, unsigned host, unsigned lane, GArray *stays) {
  SeqStay closed = {.host = host, .lane = lane, .state = TCP_STATE_CLOSED, .record = SIZE_MAX};
  unsigned drawn = 0;
  for (guint i = 0; i < stays->len; i++) {
    SeqStay *stay = &g_array_index(stays, SeqStay, i);
    if (stay->lane != lane)
      continue;
    for (guint next = i + 1; next < stays->len; next++) {
      const SeqStay *other = &g_array_index(stays, SeqStay, next);
      if (other->lane == lane) {
        stay->until = MIN(stay->until, other->from);
        break;
      }
    }
    stay->from = MAX(stay->from, drawn);
    if (stay->from >= stay->until) {
      g_free(stay->name);
      continue;
    }
    closed.from = drawn;
    closed.until = stay->from;
    if (closed.from < closed.until)
      g_array_append_val(build->model->stays, closed);
    g_array_append_val(build->model->stays, *stay);
    drawn = stay->until;
  }
  closed.from = drawn;
  closed.until = seq_last_moment(build);
  if (closed.from < closed.until)
    g_array_append_val(build->model->stays, closed);
}

void seq_build_stays(SeqBuild *build) {
  for (unsigned h = 0; h < build->model->hosts->len; h++) {
    const SeqHost *host = SEQ_HOST(build->model, h);
    g_autoptr(GPtrArray) ends = ends_of(build, host);
    g_autoptr(GArray) stays = g_array_new(FALSE, FALSE, sizeof(SeqStay));
    for (guint i = 0; i < ends->len; i++)
      collect_stays(build, h, ends->pdata[i], ends->len == 1, stays);
    for (unsigned lane = 0; lane < host->n_lanes; lane++)
      add_lane(build, h, lane, stays);
  }
}
