/* Scripted applications: which item is set off by what, and when it runs. */
#include "host/world_priv.h"

static void run_call(void *context, uint32_t app, uint64_t item);
static void run_open(void *context, uint32_t conn, uint64_t arg);

static const EventKind CALL = {"application call", SIM_PHASE_CALL, run_call};
static const EventKind OPEN = {"connect", SIM_PHASE_CALL, run_open};

void world_apps_init(World *world) {
  world->kind_call = sim_add_kind(world->sim, &CALL, world);
  world->kind_open = sim_add_kind(world->sim, &OPEN, world);
}

void world_trace_app(World *world, uint32_t host, Name conn, Name app, Name call, Name result, int64_t octets,
                     uint16_t port) {
  if (!tracer_on(world->tracer))
    return;
  TraceRecord record = {.t = sim_now(world->sim), .kind = TRACE_APP};
  record.app.host = world->hosts[host]->name;
  record.app.conn = conn;
  record.app.app = app;
  record.app.call = call;
  record.app.result = result;
  record.app.octets = octets;
  record.app.port = port;
  tracer_put(world->tracer, &record);
}

static void run_call(void *context, uint32_t app, uint64_t item) {
  World *world = context;
  App *a = &world->apps[app];
  world_call(world, a, &g_array_index(a->script->items, AppItem, item));
}

static void run_open(void *context, uint32_t conn, uint64_t arg) {
  (void)arg;
  world_call_connect(context, conn, 0, 0);
}

void world_open(World *world, uint32_t conn) {
  if (!world_app_makes(world, conn, 1, APP_LISTEN))
    world_call_listen(world, conn, 1, 0);
  if (!world_app_makes(world, conn, 0, APP_CONNECT))
    sim_schedule(world->sim, sim_now(world->sim), world->kind_open, conn, 0);
}

void world_add_app(World *world, const AppScript *script) {
  world->apps = g_renew(App, world->apps, world->n_apps + 1);
  uint32_t index = world->n_apps++;
  App *app = &world->apps[index];
  *app = (App){.script = script, .conn = script->conn};
  app->name = names_intern(world->tracer->names, script->name);
  app->fired = g_new0(gboolean, script->items->len + 1);
  if (app->conn != APP_NONE) {
    Conn *conn = &world->conns[app->conn];
    app->side = conn->config.host[0] == script->host ? 0 : 1;
    conn->end[app->side].by_hand |= !script->read;
  }
  for (guint i = 0; i < script->items->len; i++) {
    const AppItem *item = &g_array_index(script->items, AppItem, i);
    if (item->trigger == APP_AT) {
      app->fired[i] = TRUE;
      sim_schedule(world->sim, item->at, world->kind_call, index, i);
    }
    world->has_watchers |= item->trigger == APP_ON_STATE;
  }
}

static void set_off(World *world, uint32_t app, guint item, SimTime delay) {
  world->apps[app].fired[item] = TRUE;
  sim_schedule(world->sim, simtime_add(sim_now(world->sim), delay), world->kind_call, app, item);
}

void world_app_event(World *world, uint32_t conn, unsigned side, AppTrigger trigger) {
  for (uint32_t a = 0; a < world->n_apps; a++) {
    App *app = &world->apps[a];
    if (app->conn != conn || app->side != side)
      continue;
    for (guint i = 0; i < app->script->items->len; i++) {
      const AppItem *item = &g_array_index(app->script->items, AppItem, i);
      if (item->trigger != trigger || app->fired[i])
        continue;
      if (trigger == APP_ON_DATA && world->conns[conn].end[side].octets_read < item->data_octets)
        continue;
      set_off(world, a, i, item->at);
    }
  }
}

void world_app_entered(World *world, uint32_t conn, unsigned side, TcpState state) {
  uint32_t host = world->conns[conn].config.host[side];
  for (uint32_t a = 0; a < world->n_apps; a++) {
    const AppScript *script = world->apps[a].script;
    for (guint i = 0; i < script->items->len; i++) {
      const AppItem *item = &g_array_index(script->items, AppItem, i);
      if (item->trigger == APP_ON_STATE && !world->apps[a].fired[i] && item->state_host == host &&
          item->state_conn == conn && item->state == state)
        set_off(world, a, i, item->at);
    }
  }
}

gboolean world_app_makes(const World *world, uint32_t conn, unsigned side, AppCall call) {
  for (uint32_t a = 0; a < world->n_apps; a++) {
    const App *app = &world->apps[a];
    if (app->conn != conn || app->side != side)
      continue;
    for (guint i = 0; i < app->script->items->len; i++)
      if (g_array_index(app->script->items, AppItem, i).call == call)
        return TRUE;
  }
  return FALSE;
}
