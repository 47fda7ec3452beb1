/* The hosts of one simulation: their ports, their connection ends, and the applications that use them. Stands between
 * TCP, which knows ends, and the network, which knows hosts; and turns scripted calls into TCP's user calls.
 *
 * A connection has two ends, the client's (0) and the server's (1); each belongs to a host and is a TCB as long as one
 * exists. A port is busy while an application has bound it or any TCB uses it, TIME-WAIT included. */
#ifndef TEARDOWN_HOST_WORLD_H
#define TEARDOWN_HOST_WORLD_H

#include "host/app.h"
#include "net/network.h"
#include "tcp/tcp_stack.h"

typedef struct World World;

typedef struct WorldConn {
  const char *name;
  uint16_t host[2]; /* client's, server's */
  uint16_t port[2];
  gboolean has_isn[2]; /* the initial sequence number is given */
  Seq isn[2];
} WorldConn;

/* Borrows all it is given. `seed` and `run` decide the initial sequence numbers. */
World *world_new(Sim *sim, const Tracer *tracer, Network *network, uint64_t seed, uint64_t run);
void world_free(World *world);

/* Index from 0, the same as the network's. */
uint16_t world_add_host(World *world, const char *name, uint32_t address, const TcpParams *params);
/* Index from 0, the same as the network's. Traces the connection, in `state` at both ends (CLOSED or ESTABLISHED). */
uint32_t world_add_conn(World *world, const WorldConn *conn, TcpState state);
/* Puts both ends of a connection added as ESTABLISHED there; `rtt` is the sample they have, SIM_NEVER for none. */
void world_establish(World *world, uint32_t conn, SimTime rtt);
/* The server listens now and the client connects at 0 s, each unless a script of its end makes that call itself. Call
 * after the scripts were added. */
void world_open(World *world, uint32_t conn);
/* Adds an application; `script` is borrowed. Its timed items are scheduled. */
void world_add_app(World *world, const AppScript *script);

/* Hits of each row of the table, summed over the hosts, are added to `hits`. */
void world_add_row_hits(const World *world, uint64_t *hits);

#endif
