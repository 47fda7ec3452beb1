/* Inside sim/host only: what its parts share. */
#ifndef TEARDOWN_HOST_WORLD_PRIV_H
#define TEARDOWN_HOST_WORLD_PRIV_H

#include "engine/rng.h"
#include "host/tuples.h"
#include "host/world.h"
#include "tcp/tcp_rest.h"

/* How a socket uses its port, for bind(). */
typedef enum { PORT_BOUND, PORT_LISTENING, PORT_CONNECTED, PORT_TIME_WAIT } PortUse;
#define PORT_CLASSES 16 /* a use, SO_REUSEADDR or not, SO_REUSEPORT or not */

/* Most ports have no user, or one. What else there is to say of a port lies elsewhere. */
typedef struct Port {
  uint32_t detailed : 1; /* `value` is an index in host->port_details; else the number of sockets that use it in any */
  uint32_t class : 4;    /* way, all of class `class` */
  uint32_t value : 27;
} Port;
typedef struct PortDetail {
  uint32_t users;
  uint32_t of_class[PORT_CLASSES]; /* users by class */
  uint32_t listener;               /* process + 1 that takes connections to it, PORT_ANYBODY, or 0 */
} PortDetail;
#define PORTS_IN_PAGE 64 /* a word of Host.used_ports */
#define PORT_PAGES    (65536 / PORTS_IN_PAGE)
typedef struct PortPage {
  Port ports[PORTS_IN_PAGE];
  uint32_t n_detailed;
  struct PortPage *next_free;
} PortPage;
#define PORT_ANYBODY UINT32_MAX /* the servers of a population */

/* Options that were set, other than SO_REUSEADDR and SO_REUSEPORT. */
typedef struct SocketOptions {
  SimTime linger; /* SIM_NEVER: off */
  uint32_t given; /* bits of AppOption: which of the values are set */
  int64_t values[APP_OPTION_COUNT];
  EventId linger_timer;
  gboolean close_waits; /* a close() waits for the FIN's acknowledgment */
} SocketOptions;

#define APP_INLINE_ITEMS 64 /* as many bits as End.fired has */

/* What a process or an end has of a socket. A socket uses one port at most, from bind(), listen() or connect() on until
 * it is closed and its TCB is gone. */
typedef struct Socket {
  SocketOptions *options; /* NULL: none set */
  uint16_t port;          /* that it uses; 0: none */
  uint8_t use;            /* PortUse */
  gboolean reuseaddr : 1;
  gboolean reuseport : 1;
} Socket;

/* A host's ends by tuple: open addressing. An entry is an owner number + 1, or ENDS_RESTING | the position of a record
 * in Resting; 0: free. The tuples stand there. */
typedef struct Ends {
  uint32_t *slots;
  uint8_t *tags;        /* some bits of the hash of each entry: few ends with another tuple are looked at */
  uint32_t size, count; /* size is a power of two */
} Ends;
#define ENDS_RESTING 0x80000000u

/* Ends in TIME-WAIT that nobody has anything to do with but the clock: their records in the order in which they end,
 * in chunks, from position `first` to before `next`. */
#define REST_CHUNK_BITS 9
typedef struct Resting {
  TcpRest **chunks;
  uint32_t n_chunks, first, next, alive;
  TcpRest *spare; /* a chunk that was emptied */
  EventId event;  /* when the first of them ends */
} Resting;

typedef struct Host {
  World *world;
  Name name;
  uint32_t address; /* IPv4, host byte order */
  TcpStack *stack;
  Ends ends; /* by tuple, listening ones not included */
  Resting resting;
  Tuples dests;     /* (0, remote port, peer) -> how many tuples with an ephemeral local port */
  PortPage **ports; /* PORT_PAGES pages; NULL: nobody uses one of them */
  PortPage *spare_ports;
  PortDetail *port_details;
  uint32_t n_port_details;
  uint64_t *used_ports; /* a bit a port */
  uint32_t *listening;  /* owner numbers of the ends in LISTEN */
  uint32_t n_listening, listening_size;
  Rng ephemeral;
  uint64_t isn_secret;
  uint32_t boots; /* crashes so far: what was waiting before one does not happen after it */
  uint16_t index;
  gboolean down;
} Host;

/* One end of a connection. A script of up to 64 items keeps in `fired.bits` which were set off, a longer one in an
 * array. */
typedef struct End {
  TcpHandle tcb;        /* TCP_NO_HANDLE while none exists */
  uint32_t script;      /* of its application, index + 1; 0: it has none */
  uint32_t listen_slot; /* in host->listening, + 1; 0: not in LISTEN */
  Seq iss_floor;        /* with has_floor */
  union {
    uint64_t bits;
    uint8_t *array;
  } fired;
  uint64_t octets_read;
  Socket socket;
  gboolean app_gone : 1;  /* the application has closed: nobody is told, nobody reads */
  gboolean read_shut : 1; /* shutdown of the reading side */
  gboolean by_hand : 1;   /* its application reads when it says so */
  gboolean eof_read : 1;
  gboolean in_tuples : 1;  /* its TCB stands in host->ends */
  gboolean awaits_syn : 1; /* listens for a client whose port is not known yet: no TCB until its SYN arrives */
  gboolean accepted : 1;   /* made for a process that listens: does not listen itself */
  gboolean has_floor : 1;
} End;

/* Connections of their own stay; those of a population lie in pages that come and go (conns.c). */
typedef struct Conn {
  Name name;
  uint16_t host[2], port[2];
  Seq isn[2];
  uint32_t population; /* index + 1; 0: it stands alone */
  uint8_t has_isn[2];
  uint8_t ephemeral; /* port[0] is chosen anew whenever the connection is opened anew */
  uint8_t traced;    /* its `conn` record is out */
  uint8_t idle;      /* which of its population's idle ones it equals, + 1; 0: none, it is in use */
  End end[2];
} Conn;
#define CONN_PAGE_BITS 3
#define CONNS_IN_PAGE  (1u << CONN_PAGE_BITS)
typedef struct ConnPage {
  uint32_t n_idle;
  struct ConnPage *next_free;
  Conn conns[CONNS_IN_PAGE];
} ConnPage;

typedef struct Script {
  const AppScript *script;
  Name name;
  uint32_t triggers; /* bits of AppTrigger: what its items wait for */
} Script;

/* An application without a connection. */
typedef struct Process {
  uint32_t script; /* index */
  Socket socket;
  gboolean listens;
  uint8_t *fired;
} Process;

#define IDLE_KINDS 16
typedef struct Population {
  uint32_t first, count;
  Conn fresh;            /* what each of its connections is before it arrives */
  Conn idle[IDLE_KINDS]; /* and may be after it ended */
  unsigned n_idle;
  uint8_t *idle_as;    /* of each member that lies in no page: its Conn.idle then; 0: it has not arrived */
  uint16_t *idle_port; /* and its client's port */
  gboolean hears_end;  /* an application waits for the end of a TIME-WAIT */
  WorldArrival arrival;
  WorldStart start;
  SimTime rtt;
  Rng rng;
} Population;

/* An item that waits for a state: of end `owner`, or of a process. */
typedef struct Watcher {
  gboolean is_process;
  uint32_t who; /* owner number, or process */
  uint32_t item;
} Watcher;

struct World {
  Sim *sim;
  const Tracer *tracer;
  Network *network;
  uint64_t seed, run;
  Host **hosts;
  uint32_t n_hosts;
  ConnPage **pages; /* NULL: nothing has happened to them yet, or all are idle */
  ConnPage **spare; /* the first free page */
  uint32_t n_conns, n_pages;
  uint32_t *tired; /* owner numbers: their connections may have become idle */
  uint32_t n_tired, tired_size;
  Script *scripts;
  uint32_t n_scripts, scripts_size;
  Process *processes;
  uint32_t n_processes;
  Population *populations;
  uint32_t n_populations;
  Watcher *watchers;
  uint32_t n_watchers, watchers_size;
  gboolean keeps_ends;
  gboolean members_watch; /* some population's script waits for a state of its own connections */
  EventKindId kind_call, kind_process_call, kind_open, kind_arrival, kind_linger, kind_reap, kind_change, kind_rest;
  struct {
    Name bind, listen, connect, send, recv, shutdown, setsockopt, close, abort, notice;
    Name ok, eof, established, reset, refused, timeout, closed, returns, crash;
    Name eaddrinuse, eagain, eaddrnotavail, econnreset, einval, eisconn, enobufs, enotconn, epipe, etimedout,
        ewouldblock;
    Name how[3], option[APP_OPTION_COUNT];
  } words;
};

/* Who calls: an application of an end, or a process; or nobody in particular (app 0). */
typedef struct Caller {
  Host *host;
  uint32_t conn; /* APP_NONE: a process */
  unsigned side;
  Name app;
  Process *process; /* NULL: an end */
} Caller;

/* A page that is not there is made. */
ConnPage *world_page(const World *world, uint32_t index);
static inline Conn *world_conn(const World *world, uint32_t conn) {
  ConnPage *page = world->pages[conn >> CONN_PAGE_BITS];
  if (G_UNLIKELY(!page))
    page = world_page(world, conn >> CONN_PAGE_BITS);
  return &page->conns[conn & (CONNS_IN_PAGE - 1)];
}
/* Owner numbers of TCBs name an end: conn * 2 + side. */
static inline Conn *world_conn_of(const World *world, uint32_t owner) {
  return world_conn(world, owner >> 1);
}
static inline End *world_end_of(const World *world, uint32_t owner) {
  return &world_conn(world, owner >> 1)->end[owner & 1];
}
static inline Host *world_host_of(const World *world, uint32_t conn, unsigned side) {
  return world->hosts[world_conn(world, conn)->host[side]];
}

/* --- world.c: connections and their ends -------------------------------------------------------------------------- */

void world_trace_conn(World *world, uint32_t conn, TcpState state);
Tuple world_tuple(const World *world, uint32_t conn, unsigned side);
TcpIdentity world_identity(const World *world, uint32_t owner);
/* A TCB in CLOSED for an end that has none; its tuple is free, or it will listen. */
void world_end_create(World *world, uint32_t conn, unsigned side);
/* An end that has no TCB any more, or loses it by a crash, lets go of its port and, if its application has closed, of
 * its socket's options. */
void world_end_gone(World *world, uint32_t owner);

/* --- conns.c: connections, and those of populations that need no memory ------------------------------------------- */

/* The next index; a connection of its own. */
uint32_t conns_add(World *world, const Conn *conn);
/* Indices for all members of a population. */
uint32_t conns_add_members(World *world, Population *population);
void conns_clear(World *world);
/* NULL: it belongs to none. */
Population *conn_population(const World *world, uint32_t conn);
/* Its members that have not arrived are as `fresh` again. */
void conns_refresh(World *world, const Population *population);
/* Something happens to it that is not in its idle state. */
void conn_stir(World *world, uint32_t conn);
/* An application is about to call: its ends wake, and afterwards it may become idle again. */
void conn_touch(World *world, uint32_t owner);
/* Its end may have become idle; looked at by conns_settle(), when no handler holds a pointer into it. */
void conn_tire(World *world, uint32_t owner);
void conns_look(World *world);
static inline void conns_settle(World *world) {
  if (world->n_tired)
    conns_look(world);
}

/* --- resting.c: ends in TIME-WAIT as small records ---------------------------------------------------------------- */

void resting_init(World *world);
void resting_clear(Resting *resting);
/* Makes a record of the end if it may be one. */
void end_rest(World *world, uint32_t owner);
/* A TCB again for those ends of the connection that rest. */
void ends_wake(World *world, uint32_t conn);
/* The TCB of an entry of host->ends; it wakes if it rests. */
TcpHandle end_awake(Host *host, uint32_t value);
/* All of the host's. */
void resting_wake_all(World *world, Host *host);
const TcpRest *resting_at(const Host *host, uint32_t position);
/* What a record says of its end, for one whose page is made anew. */
void rest_tell_end(const TcpRest *rest, End *end);

/* --- ends.c ------------------------------------------------------------------------------------------------------- */

/* The entry of a tuple, 0 if it is free. */
uint32_t ends_find(const Host *host, Tuple tuple);
/* The tuple must be free, which is not looked up again. */
void ends_add(Host *host, Tuple tuple, uint32_t value);
/* It must have this entry (asserted). */
void ends_remove(Host *host, Tuple tuple, uint32_t value);
void ends_replace(Host *host, Tuple tuple, uint32_t value, uint32_t by);

/* --- ports.c ------------------------------------------------------------------------------------------------------ */

void port_clear_all(Host *host);
/* Who takes connections to it: process + 1, PORT_ANYBODY, or 0. */
uint32_t port_listener(const Host *host, uint16_t port);
void port_set_listener(Host *host, uint16_t port, uint32_t listener);

void port_trace(World *world, const Host *host, uint16_t port, TraceWord change, Name conn, Name app, SimTime until,
                Name error);
/* Whether bind() lets `socket` have `port`, by the host's parameter bind_time_wait and the options of all concerned. */
gboolean port_may_bind(const Host *host, const Socket *socket, uint16_t port);
/* Whether listen() does: nobody else listens on its port, or all share it by SO_REUSEPORT. */
gboolean port_may_listen(const Host *host, const Socket *socket);
/* The socket, which used no port, uses `port` now. Traced if nobody did, or if `by_bind`. */
void port_take(World *world, Host *host, Socket *socket, uint16_t port, PortUse use, Name conn, Name app,
               gboolean by_bind);
void port_set_use(Host *host, Socket *socket, PortUse use);
void port_set_sharing(Host *host, Socket *socket, gboolean reuseaddr, gboolean reuseport);
/* No longer; nothing happens if it used none. */
void port_leave(World *world, Host *host, Socket *socket, Name conn);
/* An ephemeral port whose tuple with this peer is free and which nobody has bound; FALSE if there is none. One draw. */
gboolean port_choose(Host *host, uint16_t peer, uint16_t rport, uint16_t *ret_port);
/* A tuple of the host is in use now (1), or no longer (-1): keeps count for port_choose(). */
void port_count_tuple(Host *host, Tuple tuple, int change);

/* --- listen.c ----------------------------------------------------------------------------------------------------- */

/* Puts the end where its state belongs: among the listening ones, or among the tuples. */
void listen_place(World *world, uint32_t owner, TcpState state);
/* Takes it out of both. */
void listen_displace(World *world, uint32_t owner);
void listen_prefetch(const void *host, const Segment *segment, unsigned stage);
void listen_receive(void *host, const Segment *segment);
gboolean listen_finds(void *host, const Segment *segment);
void listen_init(World *world);

/* --- sockets.c: options, and the close() that lingers ------------------------------------------------------------- */

void socket_init_kinds(World *world);
void socket_set(World *world, Host *host, Socket *socket, TcpHandle tcb, AppOption option, int64_t value);
/* The options of `from` as an accepted socket has them. */
void socket_inherit(Host *host, Socket *socket, const Socket *from);
/* Tells a new TCB the options that were set before it existed. */
void socket_apply(const Host *host, const Socket *socket, TcpHandle tcb);
void socket_clear(Socket *socket);
/* close() waits from now on, at most `linger`. */
void socket_linger(World *world, uint32_t owner, SimTime linger);
/* The close() that waits, if one does, returns `result`. */
void socket_linger_returns(World *world, uint32_t owner, Name result);

/* --- apps.c ------------------------------------------------------------------------------------------------------- */

/* An event of an end sets off the items that wait for it. */
void world_app_event(World *world, uint32_t conn, unsigned side, AppTrigger trigger);
/* A state was entered: sets off the items that wait for that. */
void world_app_entered(World *world, uint32_t conn, unsigned side, TcpState state);
/* TRUE if a script of this end makes `call` itself. */
gboolean world_app_makes(const World *world, uint32_t conn, unsigned side, AppCall call);
/* TRUE if a process of this host binds `port` and listens. */
gboolean world_process_listens(const World *world, const Host *host, uint16_t port);
/* Schedules the timed items of an end's script, counted from `start`. */
void world_app_start(World *world, uint32_t conn, unsigned side, SimTime start);
void world_apps_init(World *world);
void world_trace_app(World *world, const Caller *caller, Name call, Name how, Name result, int64_t octets,
                     uint16_t port);

/* --- populations.c ------------------------------------------------------------------------------------------------ */

void populations_init(World *world);

/* --- crash.c ------------------------------------------------------------------------------------------------------ */

void crash_init(World *world);

/* --- calls.c ------------------------------------------------------------------------------------------------------ */

/* Performs one item of an application, now. */
void world_call(World *world, const Caller *caller, const AppItem *item);
/* passive and active OPEN of an end on behalf of somebody. */
void world_call_listen(World *world, const Caller *caller);
void world_call_connect(World *world, const Caller *caller);
/* An end without an ephemeral port of its own gets one; FALSE if there is none left. */
gboolean world_choose_port(World *world, uint32_t conn);
/* The application reads what there is (an end that is read at once). */
void world_read_all(World *world, uint32_t conn, unsigned side);
/* Nobody in particular, for an end. */
Caller world_nobody(const World *world, uint32_t conn, unsigned side);

#endif
