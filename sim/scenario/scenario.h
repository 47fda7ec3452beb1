/* A scenario, checked and complete: what the runner builds a simulation from. Immutable once loaded.
 * Hosts, connections and applications refer to each other by index. A Scenario owns everything it points to. */
#ifndef TEARDOWN_SCENARIO_SCENARIO_H
#define TEARDOWN_SCENARIO_SCENARIO_H

#include "engine/simtime.h"
#include "host/world.h"
#include "net/fault.h"
#include "net/link.h"
#include "tcp/tcp_names.h"
#include "tcp/tcp_profile.h"
#include "trace/expectation.h"

#include <glib.h>

#define SCENARIO_VERSION   1
#define SCENARIO_MAX_HOSTS 64

typedef struct ScenarioReference {
  char *title, *url; /* url may be NULL */
} ScenarioReference;

typedef struct ScenarioHost {
  char *name;
  const TcpProfile *profile;
  TcpParams tcp;    /* the profile's, with the scenario's overrides */
  uint32_t address; /* IPv4, host byte order; 192.0.2.1, .2, ... by default, in the file's order */
} ScenarioHost;

typedef struct ScenarioLink {
  uint32_t host[2];     /* the two ends */
  LinkConfig config[2]; /* [0]: from host[0] to host[1] */
  gboolean has_filter;
  FilterConfig filter; /* half-way of both directions */
} ScenarioLink;

typedef enum { SCENARIO_RTT_AUTO, SCENARIO_RTT_NONE, SCENARIO_RTT_GIVEN } ScenarioRtt;

/* One connection, or a population of `count` that are called NAME-1, NAME-2, ... and have consecutive indices. */
typedef struct ScenarioConn {
  char *name;
  uint32_t first, count;             /* index of the (first) connection; 1 unless it is a population */
  gboolean population;               /* "count" was given */
  uint32_t client, server;           /* hosts; "from" and "to" of the file */
  uint16_t client_port, server_port; /* the client's is 0 if it is to be chosen when the connection opens */
  gboolean established;              /* starts ESTABLISHED; else it is opened by calls, see auto_open */
  gboolean auto_open;                /* the server listens from the start and the client connects at 0 s, where no
                                     * application of theirs says otherwise */
  ScenarioRtt rtt;
  SimTime rtt_given;
  gboolean has_isn[2]; /* [0] client, [1] server: the file fixes the initial sequence number */
  uint32_t isn[2];
  WorldArrival arrival; /* of a population */
} ScenarioConn;

/* Something that happens to a host. */
typedef struct ScenarioEvent {
  SimTime at;
  uint32_t host;
  WorldHostChange change;
} ScenarioEvent;

typedef struct Scenario {
  char *name;                         /* "loss/first-fin-lost": the path below scenarios/, or the file's base name */
  char *title, *description, *lesson; /* description and lesson may be NULL */
  GPtrArray *look_at;                 /* of char *: what a reader of the run should look at */
  GPtrArray *references;              /* of ScenarioReference */
  uint64_t seed;
  SimTime duration; /* of virtual time; 1 h by default */
  uint64_t budget_events, budget_segments;
  GPtrArray *hosts, *links, *connections, *apps; /* of the structs above; apps of AppScript */
  GArray *events;                                /* of ScenarioEvent, in the file's order */
  GPtrArray *faults;                             /* of Fault, in order */
  GPtrArray *expectations;                       /* of Expectation */
  char *sha256;                                  /* of the canonical print, 64 hex digits */
} Scenario;

#define SCENARIO_DEFAULT_DURATION        SIM_H(1)
#define SCENARIO_DEFAULT_BUDGET_EVENTS   10000000
#define SCENARIO_DEFAULT_BUDGET_SEGMENTS 10000000

void scenario_free(Scenario *scenario);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Scenario, scenario_free)

/* The link between two hosts and which direction of it goes from `from` to `to`; NULL if there is none. */
const ScenarioLink *scenario_link(const Scenario *scenario, uint32_t from, uint32_t to, unsigned *ret_direction);

/* The entry of "connections" to which the connection of this index belongs. */
const ScenarioConn *scenario_conn(const Scenario *scenario, uint32_t index);
/* "web", or "load-7" of a population; to be freed. */
char *scenario_conn_name(const Scenario *scenario, uint32_t index);

#endif
