/* Scripted applications: which item is set off by what, and when it runs. */
#include "host/world_priv.h"

static void run_call(void *context, uint32_t owner, uint64_t arg);
static void run_process_call(void *context, uint32_t process, uint64_t arg);
static void run_open(void *context, uint32_t conn, uint64_t arg);

static const EventKind CALL = {"application call", SIM_PHASE_CALL, run_call};
static const EventKind PROCESS_CALL = {"call of a process", SIM_PHASE_CALL, run_process_call};
static const EventKind OPEN = {"connect", SIM_PHASE_CALL, run_open};

/* The argument of a call: its item, and which life of its host it belongs to. */
#define ANY_LIFE UINT32_MAX
static uint64_t call_arg(uint32_t item, uint32_t boots) {
  return (uint64_t)boots << 32 | item;
}

void world_apps_init(World *world) {
  world->kind_call = sim_add_kind(world->sim, &CALL, world);
  world->kind_process_call = sim_add_kind(world->sim, &PROCESS_CALL, world);
  world->kind_open = sim_add_kind(world->sim, &OPEN, world);
}

void world_trace_app(World *world, const Caller *caller, Name call, Name how, Name result, int64_t octets,
                     uint16_t port) {
  if (!tracer_on(world->tracer))
    return;
  TraceRecord record = {.t = sim_now(world->sim), .kind = TRACE_APP};
  record.app.host = caller->host->name;
  record.app.conn = caller->conn == APP_NONE ? 0 : world_conn(world, caller->conn)->name;
  record.app.app = caller->app;
  record.app.call = call;
  record.app.how = how;
  record.app.result = result;
  record.app.octets = octets;
  record.app.port = port;
  tracer_put(world->tracer, &record);
}

Caller world_nobody(const World *world, uint32_t conn, unsigned side) {
  return (Caller){.host = world_host_of(world, conn, side), .conn = conn, .side = side};
}

/* --- calls that are due ------------------------------------------------------------------------------------------- */

/* An application that its host's crash has ended, or whose host is down, does not call. */
static gboolean may_call(const Host *host, uint64_t arg) {
  uint32_t boots = (uint32_t)(arg >> 32);
  return !host->down && (boots == ANY_LIFE || boots == host->boots);
}

static const AppItem *item_at(const World *world, uint32_t script, uint64_t arg) {
  return &g_array_index(world->scripts[script].script->items, AppItem, (uint32_t)arg);
}

static void run_call(void *context, uint32_t owner, uint64_t arg) {
  World *world = context;
  uint32_t script = world_end_of(world, owner)->script - 1;
  Caller caller = world_nobody(world, owner >> 1, owner & 1);
  caller.app = world->scripts[script].name;
  if (may_call(caller.host, arg))
    world_call(world, &caller, item_at(world, script, arg));
  conns_settle(world);
}

static void run_process_call(void *context, uint32_t index, uint64_t arg) {
  World *world = context;
  Process *process = &world->processes[index];
  const Script *script = &world->scripts[process->script];
  Caller caller = {
      .host = world->hosts[script->script->host], .conn = APP_NONE, .app = script->name, .process = process};
  if (may_call(caller.host, arg))
    world_call(world, &caller, item_at(world, process->script, arg));
}

static void run_open(void *context, uint32_t conn, uint64_t arg) {
  (void)arg;
  Caller caller = world_nobody(context, conn, 0);
  if (!caller.host->down)
    world_call_connect(context, &caller);
  conns_settle(context);
}

void world_open(World *world, uint32_t conn) {
  const Conn *c = world_conn(world, conn);
  Caller server = world_nobody(world, conn, 1);
  if (!world_app_makes(world, conn, 1, APP_LISTEN) && !world_process_listens(world, server.host, c->port[1]))
    world_call_listen(world, &server);
  if (!world_app_makes(world, conn, 0, APP_CONNECT))
    sim_post(world->sim, sim_now(world->sim), world->kind_open, conn, 0);
}

/* --- scripts ------------------------------------------------------------------------------------------------------ */

static void add_watcher(World *world, gboolean is_process, uint32_t who, uint32_t item) {
  if (world->n_watchers == world->watchers_size) {
    world->watchers_size = MAX(4, 2 * world->watchers_size);
    world->watchers = g_renew(Watcher, world->watchers, world->watchers_size);
  }
  world->watchers[world->n_watchers++] = (Watcher){is_process, who, item};
}

static uint32_t add_script(World *world, const AppScript *script) {
  if (world->n_scripts == world->scripts_size) {
    world->scripts_size = MAX(4, 2 * world->scripts_size);
    world->scripts = g_renew(Script, world->scripts, world->scripts_size);
  }
  uint32_t triggers = 0;
  for (guint i = 0; i < script->items->len; i++)
    triggers |= 1u << g_array_index(script->items, AppItem, i).trigger;
  world->scripts[world->n_scripts] = (Script){script, names_intern(world->tracer->names, script->name), triggers};
  return world->n_scripts++;
}

static void add_process(World *world, uint32_t script) {
  const GArray *items = world->scripts[script].script->items;
  world->processes = g_renew(Process, world->processes, world->n_processes + 1);
  uint32_t index = world->n_processes++;
  world->processes[index] = (Process){.script = script, .fired = g_new0(uint8_t, items->len + 1)};
  for (guint i = 0; i < items->len; i++) {
    const AppItem *item = &g_array_index(items, AppItem, i);
    if (item->trigger == APP_AT)
      sim_schedule(world->sim, item->at, world->kind_process_call, index, call_arg(i, ANY_LIFE));
    else if (item->trigger == APP_ON_STATE)
      add_watcher(world, TRUE, index, i);
  }
}

void world_app_start(World *world, uint32_t conn, unsigned side, SimTime start) {
  const End *end = &world_conn(world, conn)->end[side];
  if (!end->script)
    return;
  const GArray *items = world->scripts[end->script - 1].script->items;
  for (guint i = 0; i < items->len; i++) {
    const AppItem *item = &g_array_index(items, AppItem, i);
    if (item->trigger == APP_AT)
      sim_post(world->sim, simtime_add(start, item->at), world->kind_call, conn * 2 + side, call_arg(i, ANY_LIFE));
  }
}

/* TRUE if an item of a script of several connections waits for a state of the connection it is about itself. */
static gboolean is_of_member(const AppScript *script, const AppItem *item) {
  return script->count > 1 && item->state_conn == script->conn;
}

static void watch(World *world, const AppScript *script, guint index, uint32_t conn, unsigned side) {
  const AppItem *item = &g_array_index(script->items, AppItem, index);
  if (item->trigger != APP_ON_STATE)
    return;
  if (is_of_member(script, item))
    world->members_watch = TRUE;
  else
    add_watcher(world, FALSE, conn * 2 + side, index);
}

static void give_script(End *end, uint32_t index, const AppScript *script) {
  end->script = index + 1;
  end->by_hand |= !script->read;
  if (script->items->len > APP_INLINE_ITEMS && script->count <= 1)
    end->fired.array = g_new0(uint8_t, script->items->len);
}

/* All members do the same: those that lie in no page yet get it when they arrive. */
static void add_to_members(World *world, uint32_t index, unsigned side) {
  const AppScript *script = world->scripts[index].script;
  Population *population = conn_population(world, script->conn);
  g_assert(population && population->first == script->conn && population->count == script->count);
  give_script(&population->fresh.end[side], index, script);
  conns_refresh(world, population);
  for (guint i = 0; i < script->items->len; i++) {
    const AppItem *item = &g_array_index(script->items, AppItem, i);
    population->hears_end |= item->trigger == APP_ON_CLOSED;
    if (item->trigger == APP_ON_STATE)
      for (uint32_t conn = script->conn; conn < script->conn + script->count; conn++)
        watch(world, script, i, conn, side);
  }
}

void world_add_app(World *world, const AppScript *script) {
  uint32_t index = add_script(world, script);
  if (script->conn == APP_NONE) {
    add_process(world, index);
    return;
  }
  Conn *conn = world_conn(world, script->conn);
  unsigned side = conn->host[0] == script->host ? 0 : 1;
  if (conn->population) {
    add_to_members(world, index, side);
    return;
  }
  give_script(&conn->end[side], index, script);
  for (guint i = 0; i < script->items->len; i++)
    watch(world, script, i, script->conn, side);
  world_app_start(world, script->conn, side, 0);
}

/* --- events ------------------------------------------------------------------------------------------------------- */

/* TRUE the first time. */
static gboolean fire(End *end, guint n_items, guint item) {
  if (n_items > APP_INLINE_ITEMS) {
    gboolean first = !end->fired.array[item];
    end->fired.array[item] = TRUE;
    return first;
  }
  gboolean first = !(end->fired.bits >> item & 1);
  end->fired.bits |= UINT64_C(1) << item;
  return first;
}

static void set_off(World *world, uint32_t owner, guint index) {
  End *end = world_end_of(world, owner);
  const Host *host = world_host_of(world, owner >> 1, owner & 1);
  const GArray *items = world->scripts[end->script - 1].script->items;
  const AppItem *item = &g_array_index(items, AppItem, index);
  if (fire(end, items->len, index))
    sim_post(world->sim, simtime_add(sim_now(world->sim), item->at), world->kind_call, owner,
             call_arg(index, host->boots));
}

void world_app_event(World *world, uint32_t conn, unsigned side, AppTrigger trigger) {
  const End *end = &world_conn(world, conn)->end[side];
  if (!end->script || !(world->scripts[end->script - 1].triggers >> trigger & 1))
    return;
  const GArray *items = world->scripts[end->script - 1].script->items;
  for (guint i = 0; i < items->len; i++) {
    const AppItem *item = &g_array_index(items, AppItem, i);
    if (item->trigger == trigger && (trigger != APP_ON_DATA || end->octets_read >= item->data_octets))
      set_off(world, conn * 2 + side, i);
  }
}

static void set_off_process(World *world, uint32_t index, uint32_t i, const AppItem *item) {
  Process *process = &world->processes[index];
  const Host *host = world->hosts[world->scripts[process->script].script->host];
  if (process->fired[i])
    return;
  process->fired[i] = TRUE;
  sim_post(world->sim, simtime_add(sim_now(world->sim), item->at), world->kind_process_call, index,
           call_arg(i, host->boots));
}

/* The items of a population's scripts that wait for a state of the connection at hand. */
static void member_entered(World *world, uint32_t conn, uint32_t host, TcpState state) {
  for (unsigned side = 0; side < 2; side++) {
    const End *end = &world_conn(world, conn)->end[side];
    const AppScript *script = end->script ? world->scripts[end->script - 1].script : NULL;
    for (guint i = 0; script && i < script->items->len; i++) {
      const AppItem *item = &g_array_index(script->items, AppItem, i);
      if (item->trigger == APP_ON_STATE && is_of_member(script, item) && item->state_host == host &&
          item->state == state)
        set_off(world, conn * 2 + side, i);
    }
  }
}

void world_app_entered(World *world, uint32_t conn, unsigned side, TcpState state) {
  uint32_t host = world_conn(world, conn)->host[side];
  for (uint32_t w = 0; w < world->n_watchers; w++) {
    const Watcher *watcher = &world->watchers[w];
    uint32_t script =
        watcher->is_process ? world->processes[watcher->who].script : world_end_of(world, watcher->who)->script - 1;
    const AppItem *item = item_at(world, script, watcher->item);
    if (item->state_host != host || item->state_conn != conn || item->state != state)
      continue;
    if (watcher->is_process)
      set_off_process(world, watcher->who, watcher->item, item);
    else
      set_off(world, watcher->who, watcher->item);
  }
  if (world->members_watch && world_conn(world, conn)->population)
    member_entered(world, conn, host, state);
}

/* --- what scripts will do ----------------------------------------------------------------------------------------- */

static gboolean script_makes(const AppScript *script, AppCall call) {
  for (guint i = 0; i < script->items->len; i++)
    if (g_array_index(script->items, AppItem, i).call == call)
      return TRUE;
  return FALSE;
}

gboolean world_app_makes(const World *world, uint32_t conn, unsigned side, AppCall call) {
  const End *end = &world_conn(world, conn)->end[side];
  return end->script && script_makes(world->scripts[end->script - 1].script, call);
}

gboolean world_process_listens(const World *world, const Host *host, uint16_t port) {
  for (uint32_t i = 0; i < world->n_processes; i++) {
    const AppScript *script = world->scripts[world->processes[i].script].script;
    if (script->host != host->index || !script_makes(script, APP_LISTEN))
      continue;
    for (guint k = 0; k < script->items->len; k++) {
      const AppItem *item = &g_array_index(script->items, AppItem, k);
      if (item->call == APP_BIND && item->port == port)
        return TRUE;
    }
  }
  return FALSE;
}
