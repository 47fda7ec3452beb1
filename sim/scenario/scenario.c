#include "scenario/scenario.h"

const ScenarioLink *scenario_link(const Scenario *scenario, uint32_t from, uint32_t to, unsigned *ret_direction) {
  for (unsigned i = 0; i < scenario->links->len; i++) {
    const ScenarioLink *link = g_ptr_array_index(scenario->links, i);
    for (unsigned direction = 0; direction < 2; direction++)
      if (link->host[direction] == from && link->host[1 - direction] == to) {
        *ret_direction = direction;
        return link;
      }
  }
  return NULL;
}

/* Indices rise from entry to entry. */
const ScenarioConn *scenario_conn(const Scenario *scenario, uint32_t index) {
  guint low = 0, high = scenario->connections->len;
  while (high - low > 1) {
    guint middle = low + (high - low) / 2;
    if (((const ScenarioConn *)g_ptr_array_index(scenario->connections, middle))->first <= index)
      low = middle;
    else
      high = middle;
  }
  const ScenarioConn *conn = g_ptr_array_index(scenario->connections, low);
  g_assert(index >= conn->first && index - conn->first < conn->count);
  return conn;
}

char *scenario_conn_name(const Scenario *scenario, uint32_t index) {
  const ScenarioConn *conn = scenario_conn(scenario, index);
  if (!conn->population)
    return g_strdup(conn->name);
  return g_strdup_printf("%s-%u", conn->name, index - conn->first + 1);
}

void scenario_free(Scenario *scenario) {
  if (!scenario)
    return;
  g_free(scenario->name);
  g_free(scenario->title);
  g_free(scenario->description);
  g_free(scenario->lesson);
  g_ptr_array_unref(scenario->look_at);
  g_ptr_array_unref(scenario->references);
  g_ptr_array_unref(scenario->hosts);
  g_ptr_array_unref(scenario->links);
  g_ptr_array_unref(scenario->connections);
  g_ptr_array_unref(scenario->apps);
  g_array_unref(scenario->events);
  g_ptr_array_unref(scenario->faults);
  g_ptr_array_unref(scenario->expectations);
  g_free(scenario->sha256);
  g_free(scenario);
}
