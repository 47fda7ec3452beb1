/* A whole trace in memory: header, names, records in the order they happened. What every reader works on.
 * A Trace owns all it points to; trace_free() frees it. */
#ifndef TEARDOWN_TRACE_TRACE_H
#define TEARDOWN_TRACE_TRACE_H

#include "trace/names.h"
#include "trace/trace_record.h"

#include <glib.h>
#include <stddef.h>

/* One TCP parameter of a host, as text with its unit ("time_wait", "60s"). */
typedef struct TraceParam {
  char *name, *value;
} TraceParam;

typedef struct TraceHost {
  char *name, *profile, *address;
  char *role;        /* "wire": what a script injects comes from there, it has no TCP; NULL: a host */
  GPtrArray *params; /* of TraceParam, owned */
} TraceHost;

/* One direction of a link. */
typedef struct TraceLink {
  char *from, *to;
  SimTime delay; /* base one-way delay */
  char *about;   /* the rest in netem's words ("loss 1% rate 10mbit"), or NULL */
} TraceLink;

/* The first line of a trace: all that a reader may want to know that is no event. */
typedef struct TraceHeader {
  char *scenario; /* name of the scenario ("loss/first-fin-lost") or NULL */
  char *title, *lesson;
  char *sha256; /* of the scenario's canonical print, 64 hex digits */
  uint64_t seed, run;
  GPtrArray *hosts;  /* of TraceHost, owned */
  GPtrArray *links;  /* of TraceLink, owned */
  GPtrArray *faults; /* of char*, owned: each in words ("drop the first FIN from client"), fault 1 first */
} TraceHeader;

TraceHeader *trace_header_new(void);
void trace_header_free(TraceHeader *header);
/* All arguments are copied. `profile`, `address`, `about` may be NULL. Names of hosts differ, as do those of a host's
 * parameters: they are the keys of an object in JSON. */
TraceHost *trace_header_add_host(TraceHeader *header, const char *name, const char *profile, const char *address);
void trace_host_add_param(TraceHost *host, const char *name, const char *value);
void trace_header_add_link(TraceHeader *header, const char *from, const char *to, SimTime delay, const char *about);

typedef struct Trace {
  TraceHeader *header;
  Names *names;
  TraceRecord *records;
  size_t count, capacity;
} Trace;

/* An empty trace; takes ownership of `header` (may be NULL, set later) and `names` (NULL: a new table). */
Trace *trace_new(TraceHeader *header, Names *names);
/* Whether the header calls the host a wire. */
gboolean trace_is_wire(const Trace *trace, Name host);
void trace_free(Trace *trace);
void trace_append(Trace *trace, const TraceRecord *record);
/* names_text() of this trace; "" for 0. */
const char *trace_text(const Trace *trace, Name name);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Trace, trace_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(TraceHeader, trace_header_free)

#endif
