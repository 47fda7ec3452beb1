#include "command/variant.h"

#include <string.h>

/* No count is in it: counts begin at 1. */
static const FaultRange NEVER = {1, 0};

void variant_leave_out(Scenario *scenario, guint index) {
  Fault *fault = g_ptr_array_index(scenario->faults, index);
  fault->has_match = TRUE; /* also for what is injected at a time */
  fault->match.has_nth = TRUE;
  fault->match.nth = NEVER;
  char *text = g_strdup_printf("left out: %s", fault->text ? fault->text : "");
  g_free(fault->text);
  fault->text = text;
}

static Fault *drop_new(uint32_t conn, uint32_t from, char *text) {
  Fault *fault = g_new0(Fault, 1);
  fault->match = (FaultMatch){.from = from, .to = FAULT_ANY, .conn = conn};
  fault->action = FAULT_DROP;
  fault->text = text;
  return fault;
}

void variant_drop(Scenario *scenario, uint32_t conn, uint32_t from, uint64_t nth) {
  const ScenarioHost *host = g_ptr_array_index(scenario->hosts, from);
  g_autofree char *name = scenario_conn_name(scenario, conn);
  Fault *fault =
      drop_new(conn, from, g_strdup_printf("drop segment %" G_GUINT64_FORMAT " of %s from %s", nth, name, host->name));
  fault->match.has_nth = TRUE;
  fault->match.nth = (FaultRange){nth, nth};
  g_ptr_array_insert(scenario->faults, 0, fault);
}

void variant_undrop(Scenario *scenario) {
  g_ptr_array_remove_index(scenario->faults, 0);
}

/* --- from text ---------------------------------------------------------------------------------------------------- */

static gboolean find_host(const Scenario *scenario, const char *name, uint32_t *ret_host) {
  for (guint i = 0; i < scenario->hosts->len; i++)
    if (strcmp(((const ScenarioHost *)g_ptr_array_index(scenario->hosts, i))->name, name) == 0) {
      *ret_host = i;
      return TRUE;
    }
  return FALSE;
}

/* "FIN", "SYN", "RST": at least that flag; packetdrill's letters: exactly those. */
static gboolean parse_flags(const char *text, FaultMatch *match) {
  static const struct {
    const char *name;
    TcpFlags flag;
  } names[] = {{"FIN", TCP_FIN}, {"SYN", TCP_SYN}, {"RST", TCP_RST}, {"PSH", TCP_PSH},
               {"ACK", TCP_ACK}, {"URG", TCP_URG}, {"ECE", TCP_ECE}, {"CWR", TCP_CWR}};
  for (unsigned i = 0; i < G_N_ELEMENTS(names); i++)
    if (strcmp(text, names[i].name) == 0) {
      match->flags = names[i].flag;
      return TRUE;
    }
  match->flags_exact = TRUE;
  return *text && tcp_flags_parse(text, &match->flags);
}

static gboolean parse_count(const char *text, uint64_t *ret_count) {
  guint64 count;
  if (!g_ascii_string_to_unsigned(text, 10, 1, G_MAXUINT64, &count, NULL))
    return FALSE;
  *ret_count = count;
  return TRUE;
}

/* "3", "3..", "3..5" */
static gboolean parse_range(const char *text, FaultRange *ret_range) {
  const char *dots = strstr(text, "..");
  g_autofree char *first = dots ? g_strndup(text, (gsize)(dots - text)) : g_strdup(text);
  FaultRange range = {1, UINT64_MAX};
  if (!parse_count(first, &range.first) || (dots && dots[2] && !parse_count(dots + 2, &range.last)))
    return FALSE;
  if (!dots)
    range.last = range.first;
  *ret_range = range;
  return range.first <= range.last;
}

gboolean variant_drop_text(Scenario *scenario, const char *text, char **ret_error) {
  g_auto(GStrv) parts = g_strsplit(text, ":", -1);
  guint n_parts = g_strv_length(parts);
  FaultMatch match = {.to = FAULT_ANY, .conn = FAULT_ANY};
  if (n_parts < 2 || n_parts > 3) {
    *ret_error = g_strdup_printf("expected HOST:FLAGS[:NTH], such as client:FIN:1, not \"%s\"", text);
    return FALSE;
  }
  if (!find_host(scenario, parts[0], &match.from)) {
    *ret_error = g_strdup_printf("the scenario has no host \"%s\"", parts[0]);
    return FALSE;
  }
  if (!parse_flags(parts[1], &match)) {
    *ret_error = g_strdup_printf("expected a flag (FIN) or packetdrill's letters (F.), not \"%s\"", parts[1]);
    return FALSE;
  }
  if (n_parts == 3) {
    match.has_nth = TRUE;
    if (!parse_range(parts[2], &match.nth)) {
      *ret_error = g_strdup_printf("expected a count from 1, or a range such as 2.. or 2..4, not \"%s\"", parts[2]);
      return FALSE;
    }
  }
  Fault *fault = drop_new(FAULT_ANY, match.from, g_strdup_printf("drop %s", text));
  fault->match = match;
  g_ptr_array_add(scenario->faults, fault);
  return TRUE;
}
