#include "output/picture/sequence_model.h"

#include "output/picture/sequence_build.h"

/* Longer texts are cut: nothing has room for them. */
#define TEXT_MAX 400

/* Instants in a row at which a timer runs out and starts again, and nothing else happens. */
#define QUIET_MOST 2

char *seq_clean(const char *text) {
  static const TextStyle style = {.width = 0};
  char *clean = text_clean(&style, text);
  if (g_utf8_strlen(clean, -1) > TEXT_MAX) {
    g_autofree char *whole = clean;
    g_autofree char *start = g_utf8_substring(whole, 0, TEXT_MAX - 1);
    clean = g_strconcat(start, "…", NULL);
  }
  return clean;
}

static void host_clear(gpointer data) {
  SeqHost *host = data;
  g_free(host->title);
  g_free(host->address);
  g_ptr_array_unref(host->lane_names);
}

static void stay_clear(gpointer data) {
  g_free(((SeqStay *)data)->name);
}

static void arrow_clear(gpointer data) {
  SeqArrow *arrow = data;
  for (unsigned i = 0; i < SEQ_LEVELS; i++)
    g_free(arrow->labels[i]);
  g_free(arrow->aside);
}

static void note_clear(gpointer data) {
  g_free(((SeqNote *)data)->text);
}

static void bracket_clear(gpointer data) {
  g_free(((SeqBracket *)data)->text);
  g_free(((SeqBracket *)data)->brief);
}

static GArray *array_new(gsize size, GDestroyNotify clear) {
  GArray *array = g_array_new(FALSE, TRUE, (guint)size);
  if (clear != NULL)
    g_array_set_clear_func(array, clear);
  return array;
}

/* Moments. */

unsigned seq_last_moment(const SeqBuild *build) {
  return build->model->moments->len - 1;
}

unsigned seq_moment_at(const SeqBuild *build, SimTime t) {
  guint low = 1, high = seq_last_moment(build);
  while (low < high) {
    guint mid = low + (high - low) / 2;
    if (SEQ_MOMENT(build->model, mid)->t < t)
      low = mid + 1;
    else
      high = mid;
  }
  return low;
}

/* Whether a segment's way touches a host that is drawn. */
static gboolean way_shown(const SeqBuild *build, Name host, Name peer, Name conn) {
  unsigned from, to;
  return seq_conn_shown(build, conn) && seq_host_find(build, host, &from) && seq_host_find(build, peer, &to);
}

static gboolean link_shown(const SeqBuild *build, Name link) {
  g_auto(GStrv) ends = g_strsplit(trace_text(build->trace, link), ">", 2);
  return g_strv_length(ends) == 2 &&
         way_shown(build, names_find(build->trace->names, ends[0]), names_find(build->trace->names, ends[1]), 0);
}

static gboolean at_shown(const SeqBuild *build, Name host, Name conn) {
  unsigned index;
  return seq_conn_shown(build, conn) && seq_host_find(build, host, &index);
}

static gboolean app_shown(const SeqBuild *build, const TraceRecord *record) {
  g_autofree char *text = words_app(build->trace, record);
  return text != NULL && at_shown(build, record->app.host, record->app.conn);
}

/* Whether a record shows in the diagram, so that its instant is a moment. */
static gboolean shows(const SeqBuild *build, const TraceRecord *record) {
  switch (record->kind) {
  case TRACE_APP:
    return app_shown(build, record);
  case TRACE_STATE:
    return at_shown(build, record->state.host, record->state.conn);
  case TRACE_SENT:
  case TRACE_INJECTED:
    return way_shown(build, record->sent.host, record->sent.peer, record->sent.conn);
  case TRACE_RECEIVED:
    return way_shown(build, record->received.host, record->received.peer, record->received.conn);
  case TRACE_DROPPED:
    return way_shown(build, record->dropped.host, record->dropped.peer, record->dropped.conn);
  case TRACE_DUPLICATED:
    return way_shown(build, record->duplicated.host, record->duplicated.peer, record->duplicated.conn);
  case TRACE_TIMER:
    return at_shown(build, record->timer.host, record->timer.conn);
  case TRACE_PORT:
    return record->port.change != TRACE_WORD_BOUND && at_shown(build, record->port.host, record->port.conn);
  case TRACE_HOST:
    return at_shown(build, record->host.host, 0);
  case TRACE_LINK:
    return link_shown(build, record->link.link);
  case TRACE_END:
    return record->end.reason != TRACE_WORD_IDLE;
  case TRACE_CONN:
  case TRACE_RULE:
  case TRACE_DELAYED:
  case TRACE_CORRUPTED:
  case TRACE_DISCARDED:
  case TRACE_KIND_COUNT:
    break;
  }
  return FALSE;
}

/* Whether a record puts a segment on a way that takes no time. */
static gboolean flies_in_no_time(const SeqBuild *build, const TraceRecord *record) {
  uint64_t id = record->kind == TRACE_SENT || record->kind == TRACE_INJECTED ? record->sent.id
                : record->kind == TRACE_DUPLICATED                           ? record->duplicated.copy
                                                                             : 0;
  const HistorySegment *segment = id ? history_segment(build->model->history, id) : NULL;
  return segment != NULL && segment->host != segment->peer &&
         history_arrived_at(build->model->history, segment) == record->t;
}

/* Whether timers are all that shows at the instant of record `first`, the first one of that instant. */
static gboolean timers_only(const SeqBuild *build, size_t first) {
  const TraceRecord *records = build->trace->records;
  for (size_t i = first; i < build->trace->count && records[i].t == records[first].t; i++)
    if (records[i].kind != TRACE_TIMER && shows(build, &records[i]))
      return FALSE;
  return TRUE;
}

/* Whether the instant of record `first` is drawn. Where only a timer runs again and again, and nothing else happens,
 * it is drawn a few times. `quiet` counts such instants in a row. */
static gboolean instant_shown(const SeqBuild *build, size_t first, unsigned *quiet) {
  const TraceRecord *records = build->trace->records;
  gboolean any = FALSE;
  for (size_t i = first; i < build->trace->count && records[i].t == records[first].t && !any; i++)
    any = shows(build, &records[i]);
  if (any)
    *quiet = timers_only(build, first) ? *quiet + 1 : 0;
  return any && *quiet <= QUIET_MOST;
}

gboolean seq_build_moments(SeqBuild *build) {
  GArray *moments = build->model->moments;
  build->moment_of = g_new(guint, build->trace->count + 1);
  SeqMoment edge = {.t = build->from};
  g_array_append_val(moments, edge);
  gboolean no_time = FALSE; /* the last moment has such a flight */
  gboolean shown = FALSE;
  unsigned quiet = 0;
  for (size_t i = 0; i < build->trace->count; i++) {
    const TraceRecord *record = &build->trace->records[i];
    build->moment_of[i] = SEQ_NO_MOMENT;
    if (record->t < build->from || record->t > build->until)
      continue;
    if (i == 0 || record[-1].t != record->t)
      shown = instant_shown(build, i, &quiet);
    if (!shown || !shows(build, record))
      continue;
    gboolean flat = flies_in_no_time(build, record);
    if (moments->len == 1 || SEQ_MOMENT(build->model, moments->len - 1)->t != record->t || (flat && no_time)) {
      SeqMoment moment = {.t = record->t};
      g_array_append_val(moments, moment);
      no_time = FALSE;
    }
    no_time = no_time || flat;
    build->moment_of[i] = moments->len - 1;
  }
  if (moments->len == 1)
    return FALSE;
  if (build->options->from == SIM_NEVER)
    SEQ_MOMENT(build->model, 0)->t = SEQ_MOMENT(build->model, 1)->t;
  edge.t = MIN(build->until, build->model->history->end_at);
  g_array_append_val(moments, edge);
  return TRUE;
}

/* All. */

static void add_remarks(SeqBuild *build) {
  const History *history = build->model->history;
  char from[48], until[48];
  if (build->options->from != SIM_NEVER || build->options->until != SIM_NEVER) {
    text_time(MAX(build->from, 0), text_time_unit(MAX(build->from, 0)), from, sizeof from);
    SimTime last = MIN(build->until, history->end_at);
    text_time(last, text_time_unit(last), until, sizeof until);
    g_ptr_array_add(build->model->remarks, g_strdup_printf("the part from %s s to %s s", from, until));
  }
  if (history->end_record == HISTORY_NONE || history->end_at > build->until)
    return;
  TraceWord reason = build->trace->records[history->end_record].end.reason;
  if (reason != TRACE_WORD_IDLE)
    g_ptr_array_add(build->model->remarks, g_strdup_printf("the run ends: %s", words_end(reason)));
}

static void build_clear(SeqBuild *build) {
  g_hash_table_unref(build->host_of);
  g_hash_table_unref(build->conns);
  g_hash_table_unref(build->lane_of);
  g_hash_table_unref(build->ends_taken);
  g_free(build->moment_of);
}

static gboolean build_all(SeqBuild *build, GError **error) {
  if (!seq_build_cast(build, error))
    return FALSE;
  if (!seq_build_moments(build)) {
    g_set_error(error, g_quark_from_static_string("teardown-plot-error"), 0, "nothing happens in the part to draw");
    return FALSE;
  }
  seq_build_stays(build);
  seq_build_arrows(build);
  seq_build_notes(build);
  seq_build_brackets(build);
  add_remarks(build);
  return TRUE;
}

SeqModel *seq_model_new(const Trace *trace, const PlotOptions *options, GError **error) {
  SeqModel *model = g_new0(SeqModel, 1);
  model->trace = trace;
  model->history = history_new(trace, HISTORY_DEFAULT);
  model->hosts = array_new(sizeof(SeqHost), host_clear);
  model->moments = array_new(sizeof(SeqMoment), NULL);
  model->stays = array_new(sizeof(SeqStay), stay_clear);
  model->arrows = array_new(sizeof(SeqArrow), arrow_clear);
  model->notes = array_new(sizeof(SeqNote), note_clear);
  model->brackets = array_new(sizeof(SeqBracket), bracket_clear);
  model->remarks = g_ptr_array_new_with_free_func(g_free);
  SeqBuild build = {
      .model = model,
      .trace = trace,
      .options = options,
      .from = options->from == SIM_NEVER ? G_MININT64 : options->from,
      .until = options->until,
      .host_of = g_hash_table_new(NULL, NULL),
      .conns = g_hash_table_new(NULL, NULL),
      .lane_of = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL),
      .ends_taken = g_hash_table_new_full(NULL, NULL, NULL, g_free),
  };
  gboolean built = build_all(&build, error);
  build_clear(&build);
  if (built)
    return model;
  seq_model_free(model);
  return NULL;
}

void seq_model_free(SeqModel *model) {
  history_free(model->history);
  g_array_unref(model->hosts);
  g_array_unref(model->moments);
  g_array_unref(model->stays);
  g_array_unref(model->arrows);
  g_array_unref(model->notes);
  g_array_unref(model->brackets);
  g_ptr_array_unref(model->remarks);
  g_free(model);
}
