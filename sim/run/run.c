#include "run/run.h"

#include "host/world.h"
#include "net/impair.h"

/* All that one run needs, in the order in which it is built. */
typedef struct Machine {
  Sim *sim;
  Tracer tracer;
  Network *network;
  World *world;
  FateJudge *faults;
  FateJudge **losses; /* two a link */
} Machine;

/* --- header ------------------------------------------------------------------------------------------------------- */

static char *link_about(const LinkConfig *config) {
  GString *about = g_string_new(NULL);
  if (config->loss)
    g_string_append_printf(about, "loss %.6g%% ", 100.0 * (double)config->loss / (double)RNG_ONE);
  if (config->rate)
    g_string_append_printf(about, "rate %" G_GUINT64_FORMAT "bit ", config->rate);
  for (guint i = 0; config->down && i < config->down->len; i++) {
    const LinkDown *down = &g_array_index(config->down, LinkDown, i);
    char from[32], until[32];
    simtime_print(down->from, from, sizeof from);
    simtime_print(down->until, until, sizeof until);
    g_string_append_printf(about, "down %s to %s ", from, until);
  }
  if (about->len)
    g_string_truncate(about, about->len - 1);
  return g_string_free(about, about->len == 0);
}

static void header_host(TraceHeader *header, const ScenarioHost *host) {
  char address[32], value[64];
  uint32_t a = host->address;
  g_snprintf(address, sizeof address, "%u.%u.%u.%u", a >> 24, a >> 16 & 255, a >> 8 & 255, a & 255);
  TraceHost *trace_host = trace_header_add_host(header, host->name, host->profile->name, address);
  unsigned n_params;
  const TcpParamInfo *params = tcp_param_list(&n_params);
  for (unsigned i = 0; i < n_params; i++)
    trace_host_add_param(trace_host, params[i].name, tcp_params_print(&host->tcp, &params[i], value, sizeof value));
}

TraceHeader *run_header(const Scenario *scenario, const RunOptions *options) {
  TraceHeader *header = trace_header_new();
  header->scenario = g_strdup(scenario->name);
  header->title = g_strdup(scenario->title);
  header->lesson = g_strdup(scenario->lesson);
  header->sha256 = g_strdup(scenario->sha256);
  header->seed = scenario->seed;
  header->run = options->run;
  for (guint i = 0; i < scenario->hosts->len; i++)
    header_host(header, g_ptr_array_index(scenario->hosts, i));
  for (guint i = 0; i < scenario->links->len; i++) {
    const ScenarioLink *link = g_ptr_array_index(scenario->links, i);
    for (unsigned d = 0; d < 2; d++) {
      const ScenarioHost *from = g_ptr_array_index(scenario->hosts, link->host[d]);
      const ScenarioHost *to = g_ptr_array_index(scenario->hosts, link->host[1 - d]);
      g_autofree char *about = link_about(&link->config[d]);
      trace_header_add_link(header, from->name, to->name, link->config[d].delay, about);
    }
  }
  for (guint i = 0; i < scenario->faults->len; i++)
    g_ptr_array_add(header->faults, g_strdup(((const Fault *)g_ptr_array_index(scenario->faults, i))->text));
  return header;
}

/* --- build -------------------------------------------------------------------------------------------------------- */

static void build_links(Machine *machine, const Scenario *scenario, const RunOptions *options) {
  machine->faults = impair_faults_new(scenario->faults, machine->tracer.names);
  machine->losses = g_new0(FateJudge *, 2 * scenario->links->len + 1);
  for (guint i = 0; i < scenario->links->len; i++) {
    const ScenarioLink *link = g_ptr_array_index(scenario->links, i);
    for (unsigned d = 0; d < 2; d++) {
      const ScenarioHost *from = g_ptr_array_index(scenario->hosts, link->host[d]);
      const ScenarioHost *to = g_ptr_array_index(scenario->hosts, link->host[1 - d]);
      g_autofree char *stream = g_strdup_printf("link/%s>%s/loss", from->name, to->name);
      FateJudge *loss = impair_loss_new(link->config[d].loss, rng_stream(scenario->seed, options->run, stream),
                                        machine->tracer.names);
      machine->losses[2 * i + d] = loss;
      FateJudge *judges[] = {machine->faults, loss};
      network_add_link(machine->network, (uint16_t)link->host[d], (uint16_t)link->host[1 - d], &link->config[d], judges,
                       G_N_ELEMENTS(judges));
    }
  }
}

static SimTime rtt_of(const Scenario *scenario, const ScenarioConn *conn) {
  switch (conn->rtt) {
  case SCENARIO_RTT_NONE:
    return SIM_NEVER;
  case SCENARIO_RTT_GIVEN:
    return conn->rtt_given;
  case SCENARIO_RTT_AUTO:
    break;
  }
  unsigned direction;
  const ScenarioLink *link = scenario_link(scenario, conn->client, conn->server, &direction);
  return simtime_add(link->config[0].delay, link->config[1].delay);
}

static void build_connections(Machine *machine, const Scenario *scenario) {
  for (guint i = 0; i < scenario->connections->len; i++) {
    const ScenarioConn *conn = g_ptr_array_index(scenario->connections, i);
    WorldConn config = {.name = conn->name,
                        .host = {(uint16_t)conn->client, (uint16_t)conn->server},
                        .port = {conn->client_port, conn->server_port},
                        .has_isn = {conn->has_isn[0], conn->has_isn[1]},
                        .isn = {conn->isn[0], conn->isn[1]}};
    world_add_conn(machine->world, &config, conn->established ? TCP_STATE_ESTABLISHED : TCP_STATE_CLOSED);
  }
  for (guint i = 0; i < scenario->connections->len; i++) {
    const ScenarioConn *conn = g_ptr_array_index(scenario->connections, i);
    if (conn->established)
      world_establish(machine->world, i, rtt_of(scenario, conn));
  }
}

static void build(Machine *machine, const Scenario *scenario, const RunOptions *options) {
  machine->sim = sim_new();
  if (options->tie_shuffle)
    sim_set_tie_shuffle(machine->sim, scenario->seed ^ options->run);
  machine->network = network_new(machine->sim, &machine->tracer, scenario->budget_segments);
  machine->world = world_new(machine->sim, &machine->tracer, machine->network, scenario->seed, options->run);
  for (guint i = 0; i < scenario->hosts->len; i++) {
    const ScenarioHost *host = g_ptr_array_index(scenario->hosts, i);
    world_add_host(machine->world, host->name, host->address, &host->tcp);
  }
  build_links(machine, scenario, options);
  build_connections(machine, scenario);
  for (guint i = 0; i < scenario->apps->len; i++)
    world_add_app(machine->world, g_ptr_array_index(scenario->apps, i));
  for (guint i = 0; i < scenario->connections->len; i++) {
    const ScenarioConn *conn = g_ptr_array_index(scenario->connections, i);
    if (conn->auto_open)
      world_open(machine->world, i);
  }
}

static void take_down(Machine *machine, const Scenario *scenario) {
  world_free(machine->world);
  network_free(machine->network);
  fate_judge_free(machine->faults);
  for (guint i = 0; i < 2 * scenario->links->len; i++)
    fate_judge_free(machine->losses[i]);
  g_free(machine->losses);
  sim_free(machine->sim);
}

/* --- run ---------------------------------------------------------------------------------------------------------- */

static RunEnd end_of(SimEnd end, const Network *network) {
  switch (end) {
  case SIM_END_IDLE:
    return RUN_IDLE;
  case SIM_END_RENEWING:
    return RUN_RENEWING;
  case SIM_END_DURATION:
    return RUN_DURATION;
  case SIM_END_BUDGET:
    return RUN_EVENTS;
  case SIM_END_STOPPED:
    g_assert(network_over_budget(network));
    return RUN_SEGMENTS;
  }
  g_assert_not_reached();
}

static TraceWord end_word(RunEnd end) {
  switch (end) {
  case RUN_IDLE:
    return TRACE_WORD_IDLE;
  case RUN_RENEWING:
    return TRACE_WORD_RENEWING;
  case RUN_DURATION:
    return TRACE_WORD_DURATION;
  case RUN_EVENTS:
  case RUN_SEGMENTS:
    return TRACE_WORD_BUDGET;
  }
  g_assert_not_reached();
}

RunEnd run_scenario(const Scenario *scenario, const RunOptions *options, TraceSink *sink, Names *names,
                    uint64_t *row_hits) {
  Machine machine = {.tracer = {sink, names}};
  build(&machine, scenario, options);
  RunEnd end = end_of(sim_run(machine.sim, scenario->duration, scenario->budget_events), machine.network);
  if (tracer_on(&machine.tracer)) {
    TraceRecord record = {.t = sim_now(machine.sim), .kind = TRACE_END};
    record.end.reason = end_word(end);
    record.end.events = sim_events_run(machine.sim);
    tracer_put(&machine.tracer, &record);
  }
  if (row_hits)
    world_add_row_hits(machine.world, row_hits);
  take_down(&machine, scenario);
  return end;
}

Trace *run_to_trace(const Scenario *scenario, const RunOptions *options, RunEnd *ret_end) {
  Trace *trace = trace_new(run_header(scenario, options), NULL);
  TraceSink *sink = trace_sink_memory_new(trace);
  RunEnd end = run_scenario(scenario, options, sink, trace->names, NULL);
  trace_sink_free(sink);
  if (ret_end)
    *ret_end = end;
  return trace;
}

const char *run_end_problem(RunEnd end) {
  switch (end) {
  case RUN_IDLE:
  case RUN_RENEWING:
  case RUN_DURATION:
    return NULL;
  case RUN_EVENTS:
    return "the budget of events is spent: the trace stops short; raise \"budget\": {\"events\": ...}";
  case RUN_SEGMENTS:
    return "the budget of segments is spent: the trace stops short; raise \"budget\": {\"segments\": ...}";
  }
  g_assert_not_reached();
}
