/* An expectation in words, for the report of a check. */
#include "scenario/load.h"

/* "F. len 0 from client", "FIN from client", "any segment". */
static void append_segment(GString *out, const SegmentMatch *match) {
  char letters[16];
  g_autofree char *words = load_flags_text(match->flags);
  if (match->flags_exact)
    g_string_append(out, tcp_flags_print(match->flags, letters, sizeof letters));
  else if (match->flags)
    g_string_append(out, words);
  else
    g_string_append(out, "any segment");
  if (match->has_seq)
    g_string_append_printf(out, " seq %u", match->seq);
  if (match->has_len)
    g_string_append_printf(out, " len %u", match->len);
  if (match->has_attempt)
    g_string_append_printf(out, " attempt %" G_GUINT64_FORMAT, match->attempt);
  if (match->has_lost)
    g_string_append(out, match->lost ? " lost" : " not lost");
  if (match->from)
    g_string_append_printf(out, " from %s", match->from);
  if (match->to)
    g_string_append_printf(out, " to %s", match->to);
  if (match->conn)
    g_string_append_printf(out, " on %s", match->conn);
}

static void append_bounds(GString *out, const Expectation *e) {
  if (e->max < 0)
    g_string_append_printf(out, "at least %" G_GINT64_FORMAT, e->min);
  else if (e->min == e->max)
    g_string_append_printf(out, "%" G_GINT64_FORMAT, e->min);
  else
    g_string_append_printf(out, "%" G_GINT64_FORMAT " to %" G_GINT64_FORMAT, e->min, e->max);
}

static void append_segments(GString *out, const Expectation *e) {
  for (unsigned i = 0; i < e->segments->len; i++) {
    g_string_append(out, i ? ", then " : "");
    append_segment(out, g_ptr_array_index(e->segments, i));
  }
}

static void append_claim(GString *out, const Expectation *e) {
  char from[32], until[32];
  switch (e->kind) {
  case EXPECT_PATH:
    g_string_append_printf(out, "%s on %s goes", e->host, e->conn);
    for (unsigned i = 0; i < e->path->len; i++)
      g_string_append_printf(out, "%s %s", i ? "," : "", tcp_state_name(g_array_index(e->path, TcpState, i)));
    return;
  case EXPECT_STATE_AT:
    g_string_append_printf(out, "%s on %s is %s", e->host, e->conn, tcp_state_name(e->state));
    if (!e->never)
      g_string_append_printf(out, " at %s", simtime_print(e->at, from, sizeof from));
    return;
  case EXPECT_COUNT:
    append_segments(out, e);
    if (!e->never) {
      g_string_append(out, ": ");
      append_bounds(out, e);
      g_string_append(out, (e->max < 0 ? e->min : e->max) == 1 ? " time" : " times");
    }
    return;
  case EXPECT_ORDER:
    append_segments(out, e);
    return;
  case EXPECT_PORT:
    g_string_append_printf(out, "port %u of %s is reserved from %s until %s", e->port, e->host,
                           simtime_print(e->from, from, sizeof from), simtime_print(e->until, until, sizeof until));
    return;
  case EXPECT_CALL:
    g_string_append_printf(out, "%s of %s", e->call, e->app ? e->app : e->host);
    if (e->conn)
      g_string_append_printf(out, " on %s", e->conn);
    if (e->at != SIM_NEVER)
      g_string_append_printf(out, " at %s", simtime_print(e->at, from, sizeof from));
    g_string_append_printf(out, " gives %s", e->result);
    return;
  case EXPECT_OCTETS:
    g_string_append_printf(out, "%s on %s reads ", e->host, e->conn);
    append_bounds(out, e);
    g_string_append(out, " octets");
    return;
  case EXPECT_END:
    g_string_append_printf(out, "the run ends: %s", e->result);
    return;
  }
}

char *load_expectation_text(const Expectation *expectation) {
  GString *out = g_string_new(expectation->never ? "never: " : NULL);
  append_claim(out, expectation);
  return g_string_free(out, FALSE);
}
