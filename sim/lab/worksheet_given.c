#include "lab/worksheet_given.h"

#include "lab/worksheet_setup.h"
#include "output/text/ladder.h"
#include "output/text/timeline.h"

#include <string.h>

#define BLANK "______"

static void given_free(gpointer data) {
  LabGiven *given = data;
  g_free(given->heading);
  if (given->lines)
    g_ptr_array_unref(given->lines);
  g_free(given->figure);
  g_free(given);
}

static gboolean gives(const LabInstanceRun *run, unsigned what) {
  return (run->run->gives & (1u << what)) != 0;
}

static gboolean hides(const LabInstanceRun *run, unsigned what) {
  return (run->run->hides & (1u << what)) != 0;
}

char *worksheet_run_title(const LabInstance *instance, const LabInstanceRun *run) {
  if (instance->runs->len == 1)
    return g_strdup(run->run->title ? run->run->title : "");
  if (run->run->title == NULL)
    return g_strdup_printf("Run %s", run->run->name);
  return g_strdup_printf("Run %s: %s", run->run->name, run->run->title);
}

/* ---- the trace, filtered ---- */

static TraceHeader *anonymous_header(const TraceHeader *header) {
  TraceHeader *copy = trace_header_new();
  if (header == NULL)
    return copy;
  for (guint i = 0; i < header->hosts->len; i++) {
    const TraceHost *host = g_ptr_array_index(header->hosts, i);
    trace_header_add_host(copy, host->name, NULL, host->address);
  }
  for (guint i = 0; i < header->links->len; i++) {
    const TraceLink *link = g_ptr_array_index(header->links, i);
    trace_header_add_link(copy, link->from, link->to, link->delay, NULL);
  }
  return copy;
}

/* Whether a record is shown; what it tells besides may be taken from it. */
static gboolean keep_record(const LabInstanceRun *run, gboolean without_states, TraceRecord *record) {
  gboolean fates = hides(run, LAB_HIDE_FATES);
  switch (record->kind) {
  case TRACE_STATE:
    if (hides(run, LAB_HIDE_STATES))
      record->state.stimulus = TCP_SEG_ACK_OF_FIN; /* which the ladder does not put into words */
    return !without_states;
  case TRACE_RULE:
    return !without_states;
  case TRACE_PORT:
    return !hides(run, LAB_HIDE_RESERVATIONS) && !hides(run, LAB_HIDE_STATES); /* only TIME-WAIT reserves */
  case TRACE_DROPPED:
  case TRACE_DELAYED:
  case TRACE_CORRUPTED:
  case TRACE_DISCARDED:
    return !fates;
  case TRACE_SENT:
    if (fates) {
      record->sent.attempt = 1;
      record->sent.why = 0;
    }
    return TRUE;
  case TRACE_TIMER:
    return !hides(run, LAB_HIDE_TIMES);
  case TRACE_CONN:
  case TRACE_HOST:
  case TRACE_LINK:
  case TRACE_APP:
  case TRACE_RECEIVED:
  case TRACE_DUPLICATED:
  case TRACE_INJECTED:
  case TRACE_END:
    return TRUE;
  case TRACE_KIND_COUNT:
    break;
  }
  g_assert_not_reached();
}

Trace *worksheet_trace(const LabInstanceRun *run, gboolean without_states) {
  Names *names = names_new();
  /* The copy numbers names as the original does. */
  for (Name name = 1; name <= names_count(run->trace->names); name++) {
    Name same = names_intern(names, names_text(run->trace->names, name));
    g_assert(same == name);
  }
  Trace *copy = trace_new(anonymous_header(run->trace->header), names);
  for (size_t i = 0; i < run->trace->count; i++) {
    TraceRecord record = run->trace->records[i];
    if (keep_record(run, without_states, &record))
      trace_append(copy, &record);
  }
  return copy;
}

/* ---- figures with blanks ---- */

static gboolean is_word(char c) {
  return g_ascii_isalnum(c) || c == '-' || c == '_';
}

/* The length of the longest name of a state that begins at `text`; 0 if there is none. */
static size_t state_here(const char *text) {
  size_t longest = 0;
  for (int state = 0; state < TCP_STATE_COUNT; state++) {
    const char *name = tcp_state_name((TcpState)state);
    size_t length = strlen(name);
    if (length > longest && strncmp(text, name, length) == 0 && !is_word(text[length]))
      longest = length;
  }
  return longest;
}

/* Every blank is as wide, so that its width tells nothing. The room that is left goes to the side on which the text is
 * loose: names beside a left lifeline are set against it. */
static void append_blank(GString *out, size_t length) {
  gboolean from_right = out->len >= 2 && out->str[out->len - 1] == ' ' && out->str[out->len - 2] == ' ';
  size_t room = length > strlen(BLANK) ? length - strlen(BLANK) : 0;
  for (size_t i = 0; from_right && i < room; i++)
    g_string_append_c(out, ' ');
  g_string_append(out, BLANK);
  for (size_t i = 0; !from_right && i < room; i++)
    g_string_append_c(out, ' ');
}

/* Nor do blanks at the end of a line. */
static void end_line(GString *out) {
  while (out->len > 0 && out->str[out->len - 1] == ' ')
    g_string_truncate(out, out->len - 1);
  g_string_append_c(out, '\n');
}

void worksheet_blank_states(GString *text) {
  GString *out = g_string_sized_new(text->len);
  for (size_t i = 0; i < text->len;) {
    size_t length = i > 0 && is_word(text->str[i - 1]) ? 0 : state_here(text->str + i);
    if (length > 0)
      append_blank(out, length);
    else if (text->str[i] == '\n')
      end_line(out);
    else
      g_string_append_c(out, text->str[i]);
    i += MAX(length, 1);
  }
  g_string_assign(text, out->str);
  g_string_free(out, TRUE);
}

static void blank_times(GString *text) {
  for (size_t i = 0; i < text->len; i++) {
    gboolean in_number = g_ascii_isdigit(text->str[i]);
    size_t end = i;
    while (end < text->len && (g_ascii_isdigit(text->str[end]) || text->str[end] == '.'))
      end++;
    /* Instants and spans: digits with a point, groups of three after it, or a number before a unit. */
    gboolean has_point = in_number && memchr(text->str + i, '.', end - i) != NULL && text->str[end - 1] != '.';
    gboolean has_unit = in_number && text->str[end] == ' ' &&
                        (g_str_has_prefix(text->str + end, " s ") || g_str_has_prefix(text->str + end, " ms ") ||
                         g_str_has_prefix(text->str + end, " us "));
    gboolean is_address = in_number && end - i >= 7 && has_point;
    if ((has_point && !is_address) || has_unit)
      for (size_t k = i; k < end; k++)
        text->str[k] = text->str[k] == '.' ? '.' : '_';
    if (in_number)
      i = end - 1;
  }
}

/* The title, the stacks and the faults stand before the first empty line: what may be said of them is in the set-up. */
static void cut_head(GString *text) {
  const char *end = text->str[0] == '\n' ? text->str : strstr(text->str, "\n\n");
  if (end)
    g_string_erase(text, 0, end - text->str + (text->str[0] == '\n' ? 1 : 2));
}

static GString *figure_of(const LabInstanceRun *run, void (*write)(const Trace *, const TextStyle *, GString *),
                          gboolean has_head) {
  const TextStyle style = {.width = 100};
  g_autoptr(Trace) trace = worksheet_trace(run, FALSE);
  GString *text = g_string_new(NULL);
  write(trace, &style, text);
  if (has_head)
    cut_head(text);
  if (hides(run, LAB_HIDE_STATES))
    worksheet_blank_states(text);
  if (hides(run, LAB_HIDE_TIMES))
    blank_times(text);
  return text;
}

static void add_figure(GPtrArray *sections, const char *heading, GString *text) {
  LabGiven *given = g_new0(LabGiven, 1);
  given->heading = g_strdup(heading);
  given->figure = g_string_free(text, FALSE);
  g_ptr_array_add(sections, given);
}

static void add_list(GPtrArray *sections, const char *heading, GPtrArray *lines) {
  if (lines->len == 0) {
    g_ptr_array_unref(lines);
    return;
  }
  LabGiven *given = g_new0(LabGiven, 1);
  given->heading = g_strdup(heading);
  given->lines = lines;
  g_ptr_array_add(sections, given);
}

GPtrArray *worksheet_given(const LabInstanceRun *run) {
  GPtrArray *sections = g_ptr_array_new_with_free_func(given_free);
  if (gives(run, LAB_GIVE_SETUP))
    add_list(sections, "Set-up", worksheet_setup(run->scenario, run->trace));
  if (gives(run, LAB_GIVE_FAULTS))
    add_list(sections, "What the network does", worksheet_faults(run->scenario));
  if (gives(run, LAB_GIVE_LADDER))
    add_figure(sections, "What happened, segment by segment", figure_of(run, ladder_write, TRUE));
  /* A timeline gives the reason why each state was left, which names it as well as its name does. */
  if (gives(run, LAB_GIVE_TIMELINE) && !hides(run, LAB_HIDE_STATES))
    add_figure(sections, "States", figure_of(run, timeline_write, FALSE));
  return sections;
}
