/* A run as a packetdrill script for one of its hosts: what the host's application called, what arrived (injected) and
 * what left (expected), at the times of the run, so that a kernel, or `teardown packetdrill`, can be held against it.
 *
 * A script drives one connection; a connection that was open from the start gets a handshake before it, and all times
 * are later by its round trip. */
#ifndef TEARDOWN_OUTPUT_EXPORT_PACKETDRILL_SCRIPT_H
#define TEARDOWN_OUTPUT_EXPORT_PACKETDRILL_SCRIPT_H

#include "trace/trace.h"

typedef enum {
  PACKETDRILL_SCRIPT_ERROR_HOST,    /* the trace has no such host */
  PACKETDRILL_SCRIPT_ERROR_OUTSIDE, /* something happened that a script cannot say; the message names it */
} PacketdrillScriptError;

#define PACKETDRILL_SCRIPT_ERROR (packetdrill_script_error_quark())
GQuark packetdrill_script_error_quark(void);

/* Appends the script for `host`. FALSE with `error` set and nothing appended if it cannot be one. */
gboolean export_packetdrill(const Trace *trace, const char *host, GString *out, GError **error);

#endif
