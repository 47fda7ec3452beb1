#include "output/picture/font_metrics.h"
#include "output/picture/fsm_edges.h"
#include "output/picture/page.h"
#include "output/text/words.h"
#include "tcp/tcp_fsm.h"

#include <math.h>
#include <string.h>

#define PAGE_WIDTH  1200.0
#define NAME_SIZE   14.0
#define LABEL_SIZE  12.0
#define LABEL_STEP  15.0
#define BAND        12.0 /* of a state's colour, in its box */
#define BADGE       9.0
#define BADGE_SIZE  11.5
#define PATH_WIDTH  2.6
#define PATH_APART  3.4 /* of two paths on one arrow, from its middle */
#define HEAD        10.0
#define EXIT_LENGTH 46.0
#define EXIT_APART  15.5 /* of two arrows, from the middle of the node */
#define EXIT_STEP   14.0
#define PATHS_MAX   2
#define STEPS_MAX   14
#define STEP_HEIGHT 21.0
#define HOST_SIZE   15.0
#define TICK_SIZE   12.0

/* One transition of a path. */
typedef struct FsmStep {
  unsigned path, number; /* from 1 */
  const FsmEdge *edge;   /* NULL: the figure has no such arrow */
  TcpState from, to;
  size_t record;
} FsmStep;

typedef struct FsmPicture {
  Drawing *drawing;
  const Trace *trace;
  GPtrArray *ends; /* of const HistoryEnd *: the paths, PATHS_MAX at most */
  GArray *steps;   /* of FsmStep, by time */
  SimTime from, until;
  gboolean visited[TCP_STATE_COUNT];
  double top; /* of the diagram: the middle of its uppermost row */
} FsmPicture;

static DrawingInk path_ink(unsigned path) {
  return path == 0 ? INK_ACCENT : INK_ACCENT_2;
}

/* Whether the figure has this transition for this reason: it may lead from LAST-ACK to CLOSED by a RST, too, and then
 * does not go by the arrow of the ACK. */
static gboolean in_figure(TcpState from, TcpState to, TcpStimulus stimulus) {
  unsigned n;
  const TcpRow *rows = tcp_fsm_rows(&n);
  /* The figure has one arrow for a CLOSE in CLOSE-WAIT; stacks differ in when the state changes. */
  if (stimulus == TCP_CALL_CLOSE && from == TCP_STATE_CLOSE_WAIT)
    stimulus = TCP_FIN_SENT;
  for (unsigned i = 0; i < n; i++)
    if (rows[i].edge && rows[i].from >> from & 1 && rows[i].to == to && rows[i].stimulus == stimulus)
      return TRUE;
  return FALSE;
}

static const FsmEdge *find_edge(TcpState from, TcpState to, TcpStimulus stimulus) {
  size_t n;
  if (!in_figure(from, to, stimulus))
    return NULL;
  const FsmEdge *edges = fsm_edges(&n);
  for (size_t i = 0; i < n; i++)
    if (edges[i].from == from && edges[i].to == to)
      return &edges[i];
  return NULL;
}

static void collect_steps(FsmPicture *picture) {
  unsigned counts[PATHS_MAX] = {0};
  for (guint p = 0; p < picture->ends->len; p++) {
    const HistoryEnd *end = picture->ends->pdata[p];
    for (guint s = 0; s < end->states->len; s++) {
      const HistoryState *state = &g_array_index(end->states, HistoryState, s);
      if (state->until >= picture->from && state->from <= picture->until)
        picture->visited[state->state] = TRUE;
    }
  }
  for (size_t i = 0; i < picture->trace->count; i++) {
    const TraceRecord *record = &picture->trace->records[i];
    if (record->kind != TRACE_STATE)
      continue;
    for (guint p = 0; p < picture->ends->len; p++) {
      const HistoryEnd *end = picture->ends->pdata[p];
      if (end->host != record->state.host || end->conn != record->state.conn)
        continue;
      FsmStep step = {.path = p,
                      .number = ++counts[p],
                      .edge = find_edge(record->state.from, record->state.to, record->state.stimulus),
                      .from = record->state.from,
                      .to = record->state.to,
                      .record = i};
      if (record->t >= picture->from && record->t <= picture->until)
        g_array_append_val(picture->steps, step);
    }
  }
}

/* --- the figure --------------------------------------------------------------------------------------------------- */

static DrawingPoint on_page(const FsmPicture *picture, DrawingPoint point) {
  return (DrawingPoint){point.x, point.y + picture->top};
}

/* The edge's line moved sideways, to the left of its direction. */
static void edge_points(const FsmPicture *picture, const FsmEdge *edge, double aside, DrawingPoint *ret_points) {
  for (unsigned i = 0; i < edge->n; i++) {
    double x = 0, y = 0;
    for (unsigned s = MAX(i, 1) - 1; s < edge->n - 1 && s <= i; s++) {
      DrawingPoint a = edge->points[s], b = edge->points[s + 1];
      double length = hypot(b.x - a.x, b.y - a.y);
      x += (b.y - a.y) / length;
      y -= (b.x - a.x) / length;
    }
    /* At a right angle the two normals add up to the way to the corner; elsewhere there is one. */
    ret_points[i] = on_page(picture, (DrawingPoint){edge->points[i].x + x * aside, edge->points[i].y + y * aside});
  }
}

static void draw_edge(FsmPicture *picture, const FsmEdge *edge, double aside, DrawingInk ink, double width,
                      DrawingDash dash) {
  DrawingPoint points[FSM_EDGE_POINTS];
  edge_points(picture, edge, aside, points);
  DrawingPoint tip = points[edge->n - 1], before = points[edge->n - 2];
  double length = hypot(tip.x - before.x, tip.y - before.y), head = width > 2 ? HEAD : HEAD - 2;
  points[edge->n - 1] = (DrawingPoint){tip.x - (tip.x - before.x) * head * 0.8 / length,
                                       tip.y - (tip.y - before.y) * head * 0.8 / length};
  DrawingMark *line = drawing_path(picture->drawing, ROLE_EDGE, ink, points, edge->n);
  line->width = width;
  line->dash = dash;
  page_arrowhead(picture->drawing, ROLE_HEAD, ink, before, tip, head);
}

static void draw_label(FsmPicture *picture, const FsmEdge *edge, gboolean taken) {
  DrawingPoint at = on_page(picture, edge->label);
  DrawingInk ink = taken ? INK_TEXT : INK_MUTED;
  double apart = edge->astride ? LABEL_STEP * 0.95 : edge->action ? LABEL_STEP / 2 : 0;
  drawing_text(picture->drawing, ROLE_LABEL, ink, at.x, at.y - apart, edge->align, FONT_SANS, LABEL_SIZE,
               edge->stimulus);
  if (edge->action)
    drawing_text(picture->drawing, ROLE_LABEL, ink, at.x, at.y + apart, edge->align, FONT_SANS, LABEL_SIZE,
                 edge->action);
}

static void draw_node(FsmPicture *picture, const FsmNode *node) {
  Drawing *drawing = picture->drawing;
  DrawingPoint at = on_page(picture, node->centre);
  double left = at.x - FSM_HALF_WIDTH, right = at.x + FSM_HALF_WIDTH;
  double top = at.y - FSM_HALF_HEIGHT, bottom = at.y + FSM_HALF_HEIGHT;
  gboolean visited = picture->visited[node->state];
  drawing_rect(drawing, ROLE_NODE, INK_PAGE, left, top, right, bottom);
  DrawingMark *band = drawing_rect(drawing, ROLE_STRIP, INK_STATE + node->state, left, top, left + BAND, bottom);
  band->fill = drawing_state_fill(node->state);
  band->width = 1;
  DrawingMark *frame = drawing_rect(drawing, ROLE_NODE, visited ? INK_TEXT : INK_FAINT, left, top, right, bottom);
  frame->fill = FILL_EMPTY;
  frame->width = visited ? 2 : 1.2;
  drawing_text(drawing, ROLE_STATE, visited ? INK_TEXT : INK_MUTED, at.x + BAND / 2, at.y, ALIGN_CENTRE,
               visited ? FONT_SANS_BOLD : FONT_SANS, NAME_SIZE, tcp_state_name(node->state));
}

/* --- the paths ---------------------------------------------------------------------------------------------------- */

/* A disc with a number, wider for more digits. */
static void draw_badge(Drawing *drawing, unsigned path, DrawingPoint at, const char *text) {
  double width = font_text_width(FONT_SANS_BOLD, BADGE_SIZE, text) / 2 - 4;
  double stretch = MAX(0, width - 5);
  DrawingPoint rim[24];
  for (unsigned i = 0; i < G_N_ELEMENTS(rim); i++) {
    double angle = (i + 0.5) * 2 * G_PI / G_N_ELEMENTS(rim);
    double side = cos(angle) > 0 ? stretch : -stretch;
    rim[i] = (DrawingPoint){at.x + BADGE * cos(angle) + side, at.y + BADGE * sin(angle)};
  }
  drawing_polygon(drawing, ROLE_NODE, path_ink(path), rim, G_N_ELEMENTS(rim));
  drawing_text(drawing, ROLE_KEY, INK_PAGE, at.x, at.y, ALIGN_CENTRE, FONT_SANS_BOLD, BADGE_SIZE, text);
}

/* "1" or "2,5", the numbers of a path's steps on an edge (or, of edge NULL, out of a state); NULL for none. */
static char *numbers_on(const FsmPicture *picture, unsigned path, const FsmEdge *edge, TcpState from) {
  GString *text = g_string_new(NULL);
  unsigned n = 0;
  for (guint i = 0; i < picture->steps->len; i++) {
    const FsmStep *step = &g_array_index(picture->steps, FsmStep, i);
    if (step->path != path || step->edge != edge || (!edge && step->from != from))
      continue;
    if (++n <= 2)
      g_string_append_printf(text, "%s%u", n > 1 ? "," : "", step->number);
    else if (n == 3)
      g_string_append(text, "…");
  }
  return g_string_free(text, n == 0);
}

static DrawingPoint point_along(const FsmPicture *picture, const FsmEdge *edge, double share, double further) {
  double total = 0;
  for (unsigned i = 0; i + 1 < edge->n; i++)
    total += hypot(edge->points[i + 1].x - edge->points[i].x, edge->points[i + 1].y - edge->points[i].y);
  double rest = total * share + further;
  for (unsigned i = 0; i + 1 < edge->n; i++) {
    DrawingPoint a = edge->points[i], b = edge->points[i + 1];
    double length = hypot(b.x - a.x, b.y - a.y);
    if (rest <= length || i + 2 == edge->n)
      return on_page(picture, (DrawingPoint){a.x + (b.x - a.x) * rest / length, a.y + (b.y - a.y) * rest / length});
    rest -= length;
  }
  return on_page(picture, edge->points[0]);
}

static void draw_paths_on(FsmPicture *picture, const FsmEdge *edge) {
  unsigned n = 0;
  g_autofree char *first = numbers_on(picture, 0, edge, edge->from);
  g_autofree char *second = numbers_on(picture, 1, edge, edge->from);
  const char *texts[PATHS_MAX] = {first, second};
  for (unsigned p = 0; p < PATHS_MAX; p++)
    n += texts[p] != NULL;
  for (unsigned p = 0; p < PATHS_MAX; p++)
    if (texts[p])
      draw_edge(picture, edge, n > 1 ? (p ? -PATH_APART : PATH_APART) : 0, path_ink(p), PATH_WIDTH,
                p ? DASH_DASHED : DASH_SOLID);
  for (unsigned p = 0; p < PATHS_MAX; p++)
    if (texts[p])
      draw_badge(picture->drawing, p, point_along(picture, edge, edge->badge, n > 1 ? (p ? 11 : -11) : 0), texts[p]);
  draw_label(picture, edge, n > 0);
}

/* A stimulus in few words: without what stands in brackets. To be freed. */
static char *stimulus_text(TcpStimulus stimulus, double width) {
  const char *text = tcp_stimulus_meaning(stimulus), *bracket = strstr(text, " (");
  g_autofree char *brief = bracket ? g_strndup(text, (size_t)(bracket - text)) : g_strdup(text);
  return font_text_fit(FONT_SANS, LABEL_SIZE, brief, width);
}

/* What a transition that the figure lacks says beside its short arrow. */
static void draw_exit_text(FsmPicture *picture, const FsmNode *node, const FsmStep *step, DrawingPoint tip) {
  const TraceRecord *record = &picture->trace->records[step->record];
  g_autofree char *full = g_strdup_printf("to %s", tcp_state_name(step->to));
  g_autofree char *to = font_text_fit(FONT_SANS_BOLD, LABEL_SIZE, full, node->exit_room);
  g_autofree char *why = stimulus_text(record->state.stimulus, node->exit_room);
  DrawingAlign align = node->exit > 0 ? ALIGN_LEFT : ALIGN_RIGHT;
  double x = tip.x + node->exit * 7;
  drawing_text(picture->drawing, ROLE_STATE, INK_STATE_NAME + step->to, x, tip.y - EXIT_STEP / 2, align, FONT_SANS_BOLD,
               LABEL_SIZE, to);
  drawing_text(picture->drawing, ROLE_LABEL, INK_TEXT, x, tip.y + EXIT_STEP / 2, align, FONT_SANS, LABEL_SIZE, why);
}

static const FsmStep *first_exit(const FsmPicture *picture, unsigned path, TcpState from) {
  for (guint i = 0; i < picture->steps->len; i++) {
    const FsmStep *step = &g_array_index(picture->steps, FsmStep, i);
    if (step->path == path && !step->edge && step->from == from)
      return step;
  }
  return NULL;
}

/* A short arrow out of a node, for what the figure does not show: resets, aborts, timeouts. */
static void draw_exits(FsmPicture *picture, const FsmNode *node) {
  DrawingPoint at = on_page(picture, node->centre);
  gboolean both = first_exit(picture, 0, node->state) && first_exit(picture, 1, node->state);
  for (unsigned p = 0; p < PATHS_MAX; p++) {
    const FsmStep *step = first_exit(picture, p, node->state);
    if (!step)
      continue;
    double y = at.y + node->exit_below + (both ? (p ? EXIT_APART : -EXIT_APART) : 0);
    DrawingPoint start = {at.x + node->exit * FSM_HALF_WIDTH, y}, tip = {start.x + node->exit * EXIT_LENGTH, y};
    DrawingMark *line =
        drawing_line(picture->drawing, ROLE_EDGE, path_ink(p), start.x, y, tip.x - node->exit * HEAD * 0.8, y);
    line->width = PATH_WIDTH;
    line->dash = p ? DASH_DASHED : DASH_SOLID;
    page_arrowhead(picture->drawing, ROLE_HEAD, path_ink(p), start, tip, HEAD);
    g_autofree char *numbers = numbers_on(picture, p, NULL, node->state);
    draw_badge(picture->drawing, p, (DrawingPoint){start.x + node->exit * 17, y}, numbers);
    draw_exit_text(picture, node, step, tip);
  }
}

/* --- the list of steps -------------------------------------------------------------------------------------------- */

static void draw_step(FsmPicture *picture, const FsmStep *step, double x, double y) {
  const TraceRecord *record = &picture->trace->records[step->record];
  g_autofree char *number = g_strdup_printf("%u", step->number);
  g_autofree char *time = page_time(record->t, record->t >= SIM_S(100000) ? 0 : 3);
  g_autofree char *states = g_strdup_printf("%s → %s", tcp_state_name(step->from), tcp_state_name(step->to));
  draw_badge(picture->drawing, step->path, (DrawingPoint){x + BADGE, y}, number);
  double at = x + 30 + MAX(66, font_text_width(FONT_MONO, TICK_SIZE, time));
  drawing_text(picture->drawing, ROLE_TICK, INK_MUTED, at, y, ALIGN_RIGHT, FONT_MONO, TICK_SIZE, time);
  drawing_text(picture->drawing, ROLE_LEGEND, INK_TEXT, at + 12, y, ALIGN_LEFT, FONT_SANS, LABEL_SIZE + 0.5, states);
  at += 24 + font_text_width(FONT_SANS, LABEL_SIZE + 0.5, states);
  g_autofree char *why = stimulus_text(record->state.stimulus, MAX(20, x + 540 - at));
  drawing_text(picture->drawing, ROLE_LEGEND, INK_MUTED, at, y, ALIGN_LEFT, FONT_SANS, LABEL_SIZE, why);
}

/* Each path's host and steps; returns the y below the longer list. */
static double draw_lists(FsmPicture *picture, double top) {
  double bottom = top;
  for (guint p = 0; p < picture->ends->len; p++) {
    const HistoryEnd *end = picture->ends->pdata[p];
    double x = PAGE_MARGIN + p * 585.0, y = top;
    g_autofree char *host = page_clean(trace_text(picture->trace, end->host));
    g_autofree char *name = font_text_fit(FONT_SANS_BOLD, HOST_SIZE, host, 380);
    DrawingMark *sample = drawing_line(picture->drawing, ROLE_LEGEND, path_ink(p), x, y, x + 40, y);
    sample->width = PATH_WIDTH;
    sample->dash = p ? DASH_DASHED : DASH_SOLID;
    drawing_text(picture->drawing, ROLE_HOST, path_ink(p), x + 52, y, ALIGN_LEFT, FONT_SANS_BOLD, HOST_SIZE, name);
    y += 26;
    unsigned n = 0;
    for (guint i = 0; i < picture->steps->len; i++) {
      const FsmStep *step = &g_array_index(picture->steps, FsmStep, i);
      if (step->path != p || n++ >= STEPS_MAX)
        continue;
      draw_step(picture, step, x, y);
      y += STEP_HEIGHT;
    }
    if (n > STEPS_MAX || n == 0) {
      g_autofree char *more =
          n ? g_strdup_printf("and %u more", n - STEPS_MAX) : g_strdup("stays in the state it is in");
      drawing_text(picture->drawing, ROLE_LEGEND, INK_MUTED, x, y, ALIGN_LEFT, FONT_SANS, LABEL_SIZE, more);
      y += STEP_HEIGHT;
    }
    bottom = MAX(bottom, y);
  }
  return bottom;
}

/* The first connection among those wanted: a path of each of its ends. */
static void keep_one_connection(GPtrArray *ends) {
  const HistoryEnd *first = ends->pdata[0];
  for (guint i = ends->len; i-- > 1;)
    if (((const HistoryEnd *)ends->pdata[i])->conn != first->conn)
      g_ptr_array_remove_index(ends, i);
  g_ptr_array_set_size(ends, (int)MIN(ends->len, PATHS_MAX));
}

static void draw_picture(FsmPicture *picture, const char *about) {
  size_t n;
  double head = page_head(picture->drawing, picture->trace, PAGE_WIDTH - 2 * PAGE_MARGIN, about);
  picture->top = head + 44;
  const FsmEdge *edges = fsm_edges(&n);
  for (size_t i = 0; i < n; i++)
    draw_edge(picture, &edges[i], 0, INK_FAINT, 1.3, DASH_SOLID);
  for (size_t i = 0; i < n; i++)
    draw_paths_on(picture, &edges[i]);
  const FsmNode *nodes = fsm_nodes(&n);
  for (size_t i = 0; i < n; i++)
    draw_node(picture, &nodes[i]);
  for (size_t i = 0; i + 1 < n; i++)
    draw_exits(picture, &nodes[i]);
  double bottom = picture->top + 6 * FSM_STEP + FSM_HALF_HEIGHT + 56;
  picture->drawing->height = draw_lists(picture, bottom) + 12;
  picture->drawing->width = PAGE_WIDTH;
}

Drawing *fsm_draw(const Trace *trace, const PlotOptions *options, GError **error) {
  g_autoptr(History) history = history_new(trace, HISTORY_ALL_STATES);
  g_autoptr(GPtrArray) ends = page_ends(history, options, error);
  FsmPicture picture = {.trace = trace, .ends = ends};
  if (!ends || !page_part(history, options, &picture.from, &picture.until, error))
    return NULL;
  guint all = ends->len;
  keep_one_connection(ends);
  picture.steps = g_array_new(FALSE, FALSE, sizeof(FsmStep));
  picture.drawing = drawing_new();
  collect_steps(&picture);
  g_autofree char *conn = page_clean(trace_text(trace, ((const HistoryEnd *)ends->pdata[0])->conn));
  g_autofree char *about =
      all > ends->len ? g_strdup_printf("connection %s, one of several: --conn picks another", conn) : NULL;
  draw_picture(&picture, about);
  g_array_unref(picture.steps);
  return picture.drawing;
}
