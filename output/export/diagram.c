#include "output/export/diagram.h"

#include "output/text/ladder_items.h"

#include <string.h>

typedef struct Builder {
  Diagram *diagram;
  const LadderItems *items;
  const TextStyle *style;
  SimTime *lands_at; /* for each flight, SIM_NEVER if it does not land */
  guint *leaves_in;  /* for each flight, the row of its DEPART */
} Builder;

const char *diagram_colour(TcpState state) {
  switch (state) {
  case TCP_STATE_CLOSED:
  case TCP_STATE_LISTEN:
    return "#EEEEEE";
  case TCP_STATE_SYN_SENT:
  case TCP_STATE_SYN_RECEIVED:
    return "#DDE6F0";
  case TCP_STATE_ESTABLISHED:
    return "#D5EFD5";
  case TCP_STATE_FIN_WAIT_1:
    return "#FFE0B8";
  case TCP_STATE_FIN_WAIT_2:
    return "#FFF0B8";
  case TCP_STATE_CLOSE_WAIT:
    return "#CFE5FA";
  case TCP_STATE_CLOSING:
    return "#F8D4E4";
  case TCP_STATE_LAST_ACK:
    return "#CDEFEF";
  case TCP_STATE_TIME_WAIT:
    return "#E2DAF8";
  case TCP_STATE_COUNT:
    break;
  }
  g_assert_not_reached();
}

/* "0.300: text", or "0.300 - 0.350: text" of what takes time. */
static char *row_text(const Builder *b, SimTime from, SimTime until, const char *text) {
  char begin[48], end[48];
  text_time(from, b->items->unit, begin, sizeof begin);
  text_time(until, b->items->unit, end, sizeof end);
  g_autofree char *all = until == SIM_NEVER || until == from ? g_strdup_printf("%s: %s", begin, text)
                                                             : g_strdup_printf("%s - %s: %s", begin, end, text);
  return text_fit(b->style, all, DIAGRAM_TEXT_MAX);
}

/* "(a) F. 1:1(0) ack 1, lost: fault 1" */
static char *flight_text(const LadderFlight *flight) {
  GString *out = g_string_new(NULL);
  if (flight->letter)
    g_string_append_printf(out, "(%s) ", flight->letter);
  g_string_append(out, flight->labels[0]);
  if (flight->aside)
    g_string_append_printf(out, ", %s", flight->aside);
  return g_string_free(out, FALSE);
}

static DiagramRow note_row(const Builder *b, const LadderItem *item, SimTime t) {
  DiagramRow row = {.kind = DIAGRAM_NOTE, .from = item->host, .to = item->host, .partner = G_MAXUINT};
  if (item->attr >= TEXT_STATE) {
    row.kind = DIAGRAM_STATE;
    row.state = (TcpState)(item->attr - TEXT_STATE);
  }
  row.bad = item->attr == TEXT_BAD;
  row.text = row_text(b, t, SIM_NEVER, item->text);
  return row;
}

static DiagramRow link_row(const Builder *b, const LadderItem *item) {
  DiagramRow row = {.kind = DIAGRAM_LINK, .from = item->host, .to = item->peer, .partner = G_MAXUINT};
  row.bad = item->attr == TEXT_BAD;
  row.text = row_text(b, item->t, SIM_NEVER, item->text);
  return row;
}

static DiagramRow flight_row(Builder *b, const LadderItem *item) {
  const LadderFlight *flight = &g_array_index(b->items->flights, LadderFlight, item->flight);
  DiagramRow row = {.from = item->host, .to = item->peer, .partner = G_MAXUINT, .dashed = flight->dashed};
  g_autofree char *text = flight_text(flight);
  SimTime until = SIM_NEVER;
  row.bad = flight->attr == TEXT_BAD;
  if (item->kind == LADDER_ARRIVAL) {
    row.kind = DIAGRAM_ARRIVE;
    row.from = item->peer;
    row.to = item->host;
    row.partner = b->leaves_in[item->flight];
    g_array_index(b->diagram->rows, DiagramRow, row.partner).partner = b->diagram->rows->len;
  } else if (item->kind == LADDER_DEPARTURE) {
    row.kind = DIAGRAM_DEPART;
    b->leaves_in[item->flight] = b->diagram->rows->len;
    b->diagram->has_crossing = TRUE;
  } else {
    row.kind = flight->lost ? DIAGRAM_LOST : DIAGRAM_MESSAGE;
    until = flight->lost ? SIM_NEVER : b->lands_at[item->flight];
  }
  if (flight->mid_air && row.kind != DIAGRAM_ARRIVE) {
    row.from = DIAGRAM_NETWORK;
    b->diagram->has_midair = TRUE;
  }
  row.text = row_text(b, item->t, until, text);
  return row;
}

static void add_pause(Builder *b, SimTime from, SimTime until) {
  char span[40];
  DiagramRow row = {.kind = DIAGRAM_PAUSE, .partner = G_MAXUINT};
  row.text = g_strdup(text_span(until - from, span, sizeof span));
  g_array_append_val(b->diagram->rows, row);
}

static void add_item(Builder *b, const LadderItem *item) {
  DiagramRow row;
  switch (item->kind) {
  case LADDER_NOTE:
    row = note_row(b, item, item->t);
    break;
  case LADDER_LINK:
    row = link_row(b, item);
    break;
  case LADDER_FLIGHT:
  case LADDER_DEPARTURE:
  case LADDER_ARRIVAL:
    row = flight_row(b, item);
    break;
  case LADDER_LANDING:
    return;
  }
  g_array_append_val(b->diagram->rows, row);
}

static void add_rows(Builder *b) {
  const GArray *start = b->items->start, *items = b->items->items;
  SimTime now = items->len > 0 ? g_array_index(items, LadderItem, 0).t : 0;
  for (guint i = 0; i < start->len; i++)
    add_item(b, &g_array_index(start, LadderItem, i));
  for (guint i = 0; i < items->len; i++) {
    const LadderItem *item = &g_array_index(items, LadderItem, i);
    if (item->t - now > b->items->idle)
      add_pause(b, now, item->t);
    now = item->t;
    add_item(b, item);
  }
}

static void find_landings(Builder *b) {
  for (guint i = 0; i < b->items->flights->len; i++)
    b->lands_at[i] = SIM_NEVER;
  for (guint i = 0; i < b->items->items->len; i++) {
    const LadderItem *item = &g_array_index(b->items->items, LadderItem, i);
    if (item->kind == LADDER_LANDING)
      b->lands_at[item->flight] = item->t;
  }
}

/* A trace from elsewhere may hold a name that shows nothing. */
static const char *name_of(const LadderHost *host) {
  return strspn(host->name, " ") == strlen(host->name) ? "?" : host->name;
}

static void add_names(Builder *b, const Trace *trace) {
  for (guint i = 0; i < b->items->hosts->len; i++) {
    const LadderHost *host = &g_array_index(b->items->hosts, LadderHost, i);
    g_ptr_array_add(b->diagram->names, text_fit(b->style, name_of(host), DIAGRAM_TEXT_MAX));
    g_ptr_array_add(b->diagram->abouts, text_fit(b->style, host->address, DIAGRAM_TEXT_MAX));
  }
  if (b->items->hosts->len == 0) {
    g_ptr_array_add(b->diagram->names, g_strdup("nobody"));
    g_ptr_array_add(b->diagram->abouts, g_strdup(""));
  }
  g_autofree char *title = text_clean(b->style, trace->header ? trace->header->title : NULL);
  b->diagram->title = text_fit(b->style, g_strstrip(title), DIAGRAM_TEXT_MAX);
  b->diagram->lines = text_wrap(b->style, b->diagram->title, DIAGRAM_TITLE_WIDTH);
}

static void row_clear(gpointer data) {
  g_free(((DiagramRow *)data)->text);
}

Diagram *diagram_new(const Trace *trace) {
  const TextStyle style = {0};
  g_autoptr(History) history = history_new(trace, HISTORY_DEFAULT);
  g_autoptr(LadderItems) items = ladder_items_new(trace, history, &style, G_MAXUINT);
  Diagram *diagram = g_new0(Diagram, 1);
  diagram->names = g_ptr_array_new_with_free_func(g_free);
  diagram->abouts = g_ptr_array_new_with_free_func(g_free);
  diagram->rows = g_array_new(FALSE, FALSE, sizeof(DiagramRow));
  g_array_set_clear_func(diagram->rows, row_clear);
  Builder b = {.diagram = diagram,
               .items = items,
               .style = &style,
               .lands_at = g_new0(SimTime, items->flights->len + 1),
               .leaves_in = g_new0(guint, items->flights->len + 1)};
  add_names(&b, trace);
  find_landings(&b);
  add_rows(&b);
  g_free(b.lands_at);
  g_free(b.leaves_in);
  return diagram;
}

void diagram_free(Diagram *diagram) {
  g_free(diagram->title);
  g_ptr_array_unref(diagram->lines);
  g_ptr_array_unref(diagram->names);
  g_ptr_array_unref(diagram->abouts);
  g_array_unref(diagram->rows);
  g_free(diagram);
}
