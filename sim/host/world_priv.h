/* Inside sim/host only: what world.c, calls.c and apps.c share. */
#ifndef TEARDOWN_HOST_WORLD_PRIV_H
#define TEARDOWN_HOST_WORLD_PRIV_H

#include "host/tuples.h"
#include "host/world.h"

typedef struct Host {
  World *world;
  Name name;
  uint32_t address; /* IPv4, host byte order */
  TcpStack *stack;
  Tuples ends;          /* tuple -> TCB handle */
  uint32_t *port_users; /* 65,536 counts: applications and TCBs that use a port */
  uint64_t isn_secret;
  uint16_t index;
} Host;

/* One end of a connection. */
typedef struct End {
  TcpHandle tcb; /* TCP_NO_HANDLE while none exists */
  uint64_t octets_read;
  gboolean bound : 1;     /* an application bound its port */
  gboolean app_gone : 1;  /* the application has closed: nobody is told, nobody reads */
  gboolean read_shut : 1; /* shutdown of the reading side */
  gboolean by_hand : 1;   /* its application reads when it says so */
  gboolean eof_read : 1;
  gboolean reserved : 1; /* its port is reserved for TIME-WAIT */
} End;

typedef struct Conn {
  Name name;
  WorldConn config;
  End end[2];
} Conn;

typedef struct App {
  const AppScript *script;
  Name name;
  uint32_t conn; /* APP_NONE */
  unsigned side;
  uint16_t bound_port; /* without a connection: what it has bound, 0 nothing */
  gboolean *fired;     /* an item each */
} App;

struct World {
  Sim *sim;
  const Tracer *tracer;
  Network *network;
  uint64_t seed, run;
  Host **hosts;
  uint32_t n_hosts;
  Conn *conns;
  uint32_t n_conns, conns_size;
  App *apps;
  uint32_t n_apps;
  gboolean has_watchers; /* some item waits for a state */
  EventKindId kind_call, kind_open;
  struct {
    Name bind, listen, connect, send, recv, shutdown, close, abort, notice;
    Name ok, eof, established, reset, refused, timeout, closed;
    Name eaddrinuse, eagain, eisconn, enotconn, epipe;
  } words;
};

/* Owner numbers of TCBs name an end: conn * 2 + side. */
static inline Conn *world_conn_of(const World *world, uint32_t owner) {
  return &world->conns[owner >> 1];
}

/* --- world.c: ports and ends -------------------------------------------------------------------------------------- */

void world_trace_port(World *world, const Host *host, uint16_t port, TraceWord change, Name conn, Name app,
                      SimTime until, Name error);
void world_port_use(World *world, Host *host, uint16_t port, Name conn, Name app);
void world_port_leave(World *world, Host *host, uint16_t port, Name conn);
/* A TCB in CLOSED for one end, FALSE if its tuple is in use by another connection's TCB. */
gboolean world_end_create(World *world, uint32_t conn, unsigned side);

/* --- apps.c ------------------------------------------------------------------------------------------------------- */

/* An event of an end sets off the items that wait for it. */
void world_app_event(World *world, uint32_t conn, unsigned side, AppTrigger trigger);
/* A state was entered: sets off the items that wait for that. */
void world_app_entered(World *world, uint32_t conn, unsigned side, TcpState state);
/* TRUE if a script of this end makes `call` itself. */
gboolean world_app_makes(const World *world, uint32_t conn, unsigned side, AppCall call);
void world_apps_init(World *world);
void world_trace_app(World *world, uint32_t host, Name conn, Name app, Name call, Name result, int64_t octets,
                     uint16_t port);

/* --- calls.c ------------------------------------------------------------------------------------------------------ */

/* Performs one item of an application, now. */
void world_call(World *world, App *app, const AppItem *item);
/* passive and active OPEN of an end on behalf of `app` (0: nobody in particular). */
void world_call_listen(World *world, uint32_t conn, unsigned side, Name app);
void world_call_connect(World *world, uint32_t conn, unsigned side, Name app);
/* The application reads what there is (an end that is read at once). */
void world_read_all(World *world, uint32_t conn, unsigned side);

#endif
