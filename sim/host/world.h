/* The hosts of one simulation: their ports, their connection ends, and the applications that use them. Stands between
 * TCP, which knows ends, and the network, which knows hosts; and turns scripted calls into TCP's user calls.
 *
 * A connection has two ends, the client's (0) and the server's (1); each belongs to a host and is a TCB as long as one
 * exists. Two reservations are kept apart (RFC 9293 3.6.1, RFC 1122 4.2.2.13): a tuple of ports and hosts is busy while
 * a TCB uses it, TIME-WAIT included, listening ends not; whether bind() gives out a port that is in use is a matter of
 * the stack (parameter bind_time_wait) and of SO_REUSEADDR and SO_REUSEPORT.
 *
 * A connection is opened by its own ends' calls; or a process listens on a port and every connection to it is taken. */
#ifndef TEARDOWN_HOST_WORLD_H
#define TEARDOWN_HOST_WORLD_H

#include "host/app.h"
#include "net/network.h"
#include "tcp/tcp_stack.h"

typedef struct World World;

typedef struct WorldConn {
  const char *name;    /* borrowed during the call */
  uint16_t host[2];    /* client's, server's */
  uint16_t port[2];    /* the client's may be 0: chosen among the ephemeral ones when it connects */
  gboolean has_isn[2]; /* the initial sequence number is given */
  Seq isn[2];
} WorldConn;

/* How connections of a population start. */
typedef enum {
  WORLD_START_CLOSED,    /* by calls of their applications alone */
  WORLD_START_HANDSHAKE, /* the client connects on arrival, the server listens from the start, unless applications do */
  WORLD_START_ESTABLISHED, /* open on arrival, without a handshake */
} WorldStart;

/* When the connections of a population arrive: the first at `start`, the others one gap after the other. */
typedef struct WorldArrival {
  enum {
    WORLD_ARRIVAL_EVERY,   /* each gap is `gap` */
    WORLD_ARRIVAL_UNIFORM, /* uniform in [0, 2 gap] */
    WORLD_ARRIVAL_POISSON, /* exponential with mean `gap`; also before the first */
  } process;
  SimTime start, gap;
} WorldArrival;

typedef enum {
  WORLD_CRASH,  /* everything is lost, segments are dropped, applications stop */
  WORLD_REBOOT, /* everything is lost, if it was not yet; the host answers again, and calls are made again */
} WorldHostChange;

/* Borrows all it is given. `seed` and `run` decide the initial sequence numbers, ephemeral ports and arrivals. */
World *world_new(Sim *sim, const Tracer *tracer, Network *network, uint64_t seed, uint64_t run);
void world_free(World *world);
/* Ends in TIME-WAIT stay TCBs, instead of becoming small records: what happens is the same. Call it first. */
void world_keep_ends(World *world);

/* Index from 0, the same as the network's. */
uint16_t world_add_host(World *world, const char *name, uint32_t address, const TcpParams *params);
/* Index from 0, the same as the network's. Traces the connection, in `state` at both ends (CLOSED or ESTABLISHED); one
 * whose port is not known yet is traced when it is. */
uint32_t world_add_conn(World *world, const WorldConn *conn, TcpState state);
/* `count` connections NAME-1, NAME-2, ... between the same hosts, with indices from the returned one on. `rtt` as in
 * world_establish(). */
uint32_t world_add_population(World *world, const WorldConn *conn, uint32_t count, const WorldArrival *arrival,
                              WorldStart start, SimTime rtt);
/* Puts both ends of a connection added as ESTABLISHED there; `rtt` is the sample they have, SIM_NEVER for none. */
void world_establish(World *world, uint32_t conn, SimTime rtt);
/* Adds an application; `script` is borrowed. Its timed items are scheduled; those of a population count from the
 * arrival of each connection. */
void world_add_app(World *world, const AppScript *script);
/* The server listens now and the client connects at 0 s, each unless a script of its end makes that call itself, or a
 * process listens on the server's port. Call after the scripts were added. */
void world_open(World *world, uint32_t conn);
/* Lets the connections of all populations arrive. Call after the scripts were added. */
void world_start_populations(World *world);
/* Something happens to a host at an instant: before the arrivals and calls of that instant. */
void world_schedule_change(World *world, uint16_t host, SimTime at, WorldHostChange change);

/* Hits of each row of the table, summed over the hosts, are added to `hits`. */
void world_add_row_hits(const World *world, uint64_t *hits);

/* "SO_LINGER"; and what values it takes. */
const char *app_option_name(AppOption option);
AppValue app_option_value(AppOption option);

#endif
