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
  GPtrArray *judges;  /* of the links; owned */
  GPtrArray *filters; /* owned */
} Machine;

/* --- header ------------------------------------------------------------------------------------------------------- */

static void about_chance(GString *about, const char *word, Probability chance) {
  if (chance)
    g_string_append_printf(about, "%s %.6g%% ", word, 100.0 * (double)chance / (double)RNG_ONE);
}

static void about_jitter(GString *about, const LinkConfig *config) {
  char jitter[32];
  if (config->jitter)
    g_string_append_printf(about, "jitter %s %s ", simtime_print(config->jitter, jitter, sizeof jitter),
                           link_distribution_words[config->distribution]);
}

static void about_loss(GString *about, const LinkConfig *config) {
  about_chance(about, "loss", config->loss);
  if (!config->has_gemodel)
    return;
  g_string_append(about, "loss gemodel ");
  about_chance(about, "p", config->gemodel.p);
  about_chance(about, "r", config->gemodel.r);
  about_chance(about, "1-h", config->gemodel.one_minus_h);
  about_chance(about, "1-k", config->gemodel.one_minus_k);
}

/* What there is to say of a direction of a link besides its delay, in tc-netem's words; NULL if nothing. */
static char *link_about(const ScenarioLink *link, unsigned direction) {
  const LinkConfig *config = &link->config[direction];
  GString *about = g_string_new(NULL);
  about_jitter(about, config);
  about_loss(about, config);
  about_chance(about, "reorder", config->reorder);
  if (config->reorder && config->gap > 1)
    g_string_append_printf(about, "gap %u ", config->gap);
  about_chance(about, "duplicate", config->duplicate);
  about_chance(about, "corrupt", config->corrupt);
  if (config->rate)
    g_string_append_printf(about, "rate %" G_GUINT64_FORMAT "bit ", config->rate);
  if (config->rate && config->limit)
    g_string_append_printf(about, "limit %u ", config->limit);
  for (guint i = 0; config->down && i < config->down->len; i++) {
    const LinkDown *down = &g_array_index(config->down, LinkDown, i);
    char from[32], until[32];
    simtime_print(down->from, from, sizeof from);
    simtime_print(down->until, until, sizeof until);
    g_string_append_printf(about, "down %s to %s ", from, until);
  }
  if (link->has_filter)
    g_string_append_printf(about, "filter %s ", link->filter.name);
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
      g_autofree char *about = link_about(link, d);
      trace_header_add_link(header, from->name, to->name, link->config[d].delay, about);
    }
  }
  for (guint i = 0; i < scenario->faults->len; i++)
    g_ptr_array_add(header->faults, g_strdup(((const Fault *)g_ptr_array_index(scenario->faults, i))->text));
  return header;
}

/* --- build -------------------------------------------------------------------------------------------------------- */

static void free_judge(gpointer judge) {
  fate_judge_free(judge);
}

static void free_filter(gpointer filter) {
  filter_free(filter);
}

static void build_direction(Machine *machine, const Scenario *scenario, const RunOptions *options,
                            const ScenarioLink *link, unsigned d) {
  const ScenarioHost *from = g_ptr_array_index(scenario->hosts, link->host[d]);
  const ScenarioHost *to = g_ptr_array_index(scenario->hosts, link->host[1 - d]);
  g_autofree char *name = g_strdup_printf("%s>%s", from->name, to->name);
  FateJudge *judges[1 + IMPAIR_MAX] = {machine->faults};
  unsigned count = scenario->faults->len ? 1 : 0;
  unsigned n_models =
      impair_link_new(&link->config[d], scenario->seed, options->run, name, machine->tracer.names, judges + count);
  for (unsigned i = 0; i < n_models; i++)
    g_ptr_array_add(machine->judges, judges[count + i]);
  network_add_link(machine->network, (uint16_t)link->host[d], (uint16_t)link->host[1 - d], &link->config[d], judges,
                   count + n_models);
}

/* A filter has seen the handshakes of the connections that are open from the start. */
static void build_filter(Machine *machine, const Scenario *scenario, const ScenarioLink *link) {
  Filter *filter = filter_new(&link->filter);
  g_ptr_array_add(machine->filters, filter);
  network_set_filter(machine->network, (uint16_t)link->host[0], (uint16_t)link->host[1], filter);
  for (guint i = 0; i < scenario->connections->len; i++) {
    const ScenarioConn *conn = g_ptr_array_index(scenario->connections, i);
    unsigned direction;
    if (conn->established && conn->client_port &&
        scenario_link(scenario, conn->client, conn->server, &direction) == link)
      filter_establish(filter, (uint16_t)conn->client, conn->client_port, (uint16_t)conn->server, conn->server_port, 0);
  }
}

static void build_links(Machine *machine, const Scenario *scenario, const RunOptions *options) {
  machine->faults = impair_faults_new(scenario->faults, machine->tracer.names);
  impair_faults_attach(machine->faults, machine->network);
  machine->judges = g_ptr_array_new_with_free_func(free_judge);
  machine->filters = g_ptr_array_new_with_free_func(free_filter);
  for (guint i = 0; i < scenario->links->len; i++) {
    const ScenarioLink *link = g_ptr_array_index(scenario->links, i);
    for (unsigned d = 0; d < 2; d++)
      build_direction(machine, scenario, options, link, d);
    if (link->has_filter)
      build_filter(machine, scenario, link);
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

static WorldStart start_of(const ScenarioConn *conn) {
  if (conn->established)
    return WORLD_START_ESTABLISHED;
  return conn->auto_open ? WORLD_START_HANDSHAKE : WORLD_START_CLOSED;
}

static void build_connections(Machine *machine, const Scenario *scenario) {
  for (guint i = 0; i < scenario->connections->len; i++) {
    const ScenarioConn *conn = g_ptr_array_index(scenario->connections, i);
    WorldConn config = {.name = conn->name,
                        .host = {(uint16_t)conn->client, (uint16_t)conn->server},
                        .port = {conn->client_port, conn->server_port},
                        .has_isn = {conn->has_isn[0], conn->has_isn[1]},
                        .isn = {conn->isn[0], conn->isn[1]}};
    if (conn->population)
      world_add_population(machine->world, &config, conn->count, &conn->arrival, start_of(conn),
                           rtt_of(scenario, conn));
    else
      world_add_conn(machine->world, &config, conn->established ? TCP_STATE_ESTABLISHED : TCP_STATE_CLOSED);
  }
  for (guint i = 0; i < scenario->connections->len; i++) {
    const ScenarioConn *conn = g_ptr_array_index(scenario->connections, i);
    if (conn->established && !conn->population)
      world_establish(machine->world, conn->first, rtt_of(scenario, conn));
  }
}

/* What happens by itself: hosts change, connections open. */
static void build_events(Machine *machine, const Scenario *scenario) {
  for (guint i = 0; i < scenario->events->len; i++) {
    const ScenarioEvent *event = &g_array_index(scenario->events, ScenarioEvent, i);
    world_schedule_change(machine->world, (uint16_t)event->host, event->at, event->change);
  }
  for (guint i = 0; i < scenario->connections->len; i++) {
    const ScenarioConn *conn = g_ptr_array_index(scenario->connections, i);
    if (conn->auto_open && !conn->population)
      world_open(machine->world, conn->first);
  }
  world_start_populations(machine->world);
}

static void build(Machine *machine, const Scenario *scenario, const RunOptions *options) {
  machine->sim = sim_new();
  if (options->tie_shuffle)
    sim_set_tie_shuffle(machine->sim, scenario->seed ^ options->run);
  machine->network = network_new(machine->sim, &machine->tracer, scenario->budget_segments);
  machine->world = world_new(machine->sim, &machine->tracer, machine->network, scenario->seed, options->run);
  if (options->keep_ends)
    world_keep_ends(machine->world);
  for (guint i = 0; i < scenario->hosts->len; i++) {
    const ScenarioHost *host = g_ptr_array_index(scenario->hosts, i);
    world_add_host(machine->world, host->name, host->address, &host->tcp);
  }
  build_links(machine, scenario, options);
  build_connections(machine, scenario);
  for (guint i = 0; i < scenario->apps->len; i++)
    world_add_app(machine->world, g_ptr_array_index(scenario->apps, i));
  build_events(machine, scenario);
}

static void take_down(Machine *machine) {
  world_free(machine->world);
  network_free(machine->network);
  fate_judge_free(machine->faults);
  g_ptr_array_unref(machine->judges);
  g_ptr_array_unref(machine->filters);
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
  take_down(&machine);
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
