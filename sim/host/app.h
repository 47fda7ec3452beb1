/* A scripted application: what one process does with one connection or port, and when. Values only; world.h runs
 * them. */
#ifndef TEARDOWN_HOST_APP_H
#define TEARDOWN_HOST_APP_H

#include "engine/simtime.h"
#include "tcp/tcp_names.h"

#include <glib.h>
#include <stdint.h>

#define APP_NONE UINT32_MAX

typedef enum {
  APP_BIND,       /* bind to `port` (or the connection's own) */
  APP_LISTEN,     /* passive OPEN on the connection's port, or on the port that was bound */
  APP_CONNECT,    /* active OPEN */
  APP_SEND,       /* `octets` */
  APP_RECV,       /* reads up to `octets` of what has come, all of it when 0; for applications with read false */
  APP_SHUTDOWN,   /* `how` */
  APP_SETSOCKOPT, /* `option`, `value` */
  APP_CLOSE,
  APP_ABORT,
} AppCall;

/* Options of a socket: identifier, name in scenarios and traces, what its value is. */
#define APP_OPTIONS(X)                                                                                                 \
  X(SO_LINGER, LINGER)                                                                                                 \
  X(SO_REUSEADDR, SWITCH)                                                                                              \
  X(SO_REUSEPORT, SWITCH)                                                                                              \
  X(SO_KEEPALIVE, SWITCH)                                                                                              \
  X(TCP_KEEPIDLE, TIME)                                                                                                \
  X(TCP_KEEPINTVL, TIME)                                                                                               \
  X(TCP_KEEPCNT, COUNT)                                                                                                \
  X(TCP_USER_TIMEOUT, TIME)                                                                                            \
  X(TCP_LINGER2, LINGER2)                                                                                              \
  X(TCP_NODELAY, SWITCH)                                                                                               \
  X(TCP_CORK, SWITCH)

#define APP_OPTION_ENUM(name, type) APP_##name,
typedef enum { APP_OPTIONS(APP_OPTION_ENUM) APP_OPTION_COUNT } AppOption;
#undef APP_OPTION_ENUM

typedef enum {
  APP_VALUE_LINGER, /* nanoseconds; SIM_NEVER: off */
  APP_VALUE_SWITCH, /* 0, 1 */
  APP_VALUE_TIME,   /* nanoseconds */
  APP_VALUE_COUNT,
  APP_VALUE_LINGER2, /* nanoseconds; -1: off */
} AppValue;

typedef enum { APP_SHUT_RD, APP_SHUT_WR, APP_SHUT_RDWR } AppShutdown;

/* What sets an item off. All but APP_AT happen to the application itself, APP_ON_STATE to any end of any connection. */
typedef enum {
  APP_AT,             /* at an instant */
  APP_ON_ESTABLISHED, /* the connection is open */
  APP_ON_DATA,        /* it has read `data_octets` in all */
  APP_ON_EOF,         /* it has read the end of the stream */
  APP_ON_RESET,       /* told: connection reset (or refused) */
  APP_ON_TIMEOUT,     /* told: timed out */
  APP_ON_CLOSED,      /* told: closed, the connection is gone */
  APP_ON_STATE,       /* `state_host`'s end of connection `state_conn` enters `state` */
  APP_NEVER,
} AppTrigger;

/* One thing to do. Items are independent; each fires once. */
typedef struct AppItem {
  AppTrigger trigger;
  SimTime at;                      /* APP_AT: the instant; else how long after the event */
  uint64_t data_octets;            /* APP_ON_DATA, at least 1 */
  uint32_t state_host, state_conn; /* APP_ON_STATE: indices */
  TcpState state;
  AppCall call;
  uint64_t octets;
  AppShutdown how;
  AppOption option;
  int64_t value;
  uint16_t port; /* APP_BIND; 0: the connection's own local port */
} AppItem;

typedef struct AppScript {
  char *name;     /* unique; by default "HOST.CONN" or as the scenario says */
  uint32_t host;  /* index */
  uint32_t conn;  /* index of the connection it works on, or APP_NONE; of the first if it works on several */
  uint32_t count; /* on so many, one process each: the script of a population; 1 otherwise */
  gboolean read;  /* reads what comes at once (the default) */
  GArray *items;  /* of AppItem */
} AppScript;

#endif
