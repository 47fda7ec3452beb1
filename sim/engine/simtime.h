/* Virtual time: a signed 64-bit count of nanoseconds since the start of the simulation.
 *
 * One type serves instants and spans; the name of a variable says which: `_at` and `until` name an instant, `_delay`
 * and `_for` a span. It is an integer, because equality of instants must not depend on rounding, and signed, because
 * differences are taken. The range is 292 years; arithmetic that would leave it saturates at SIM_NEVER.
 *
 * Errors of parsing are GErrors of domain SIMTIME_ERROR; everything else here cannot fail. */
#ifndef TEARDOWN_ENGINE_SIMTIME_H
#define TEARDOWN_ENGINE_SIMTIME_H

#include <glib.h>
#include <stdint.h>

typedef int64_t SimTime;

/* Later than every event: a timer that is not armed, an interval that never ends. */
#define SIM_NEVER INT64_MAX

#define SIM_NS(n)  ((SimTime)(n))
#define SIM_US(n)  ((SimTime)(n)*1000)
#define SIM_MS(n)  ((SimTime)(n)*1000000)
#define SIM_S(n)   ((SimTime)(n)*1000000000)
#define SIM_MIN(n) ((SimTime)(n)*60000000000)
#define SIM_H(n)   ((SimTime)(n)*3600000000000)

typedef enum {
  SIMTIME_ERROR_SYNTAX,  /* not a number followed by a unit */
  SIMTIME_ERROR_NO_UNIT, /* a bare number */
  SIMTIME_ERROR_UNIT,    /* a unit that is not one of ns us ms s m h */
  SIMTIME_ERROR_RANGE,   /* negative, beyond 292 years, or finer than a nanosecond */
} SimTimeError;

#define SIMTIME_ERROR (simtime_error_quark())
GQuark simtime_error_quark(void);

/* `at` + `delay`, saturating at SIM_NEVER. `delay` must not be negative (asserted). */
SimTime simtime_add(SimTime at, SimTime delay);

/* Reads a span such as "50ms", "2.5 s" or "1h" exactly (no floating point). Units: ns us (also µs) ms s m h, with an
 * optional space before them. On failure returns FALSE, sets `error` and leaves `ret_time` alone. */
gboolean simtime_parse(const char *text, SimTime *ret_time, GError **error);

/* Writes a span exactly, as simtime_parse() reads it back: "50ms", "2.5s", "240s" (seconds are the largest unit used).
 * `buffer` has `size` bytes, 32 always suffice; returns `buffer`. SIM_NEVER prints as "never". */
char *simtime_print(SimTime span, char *buffer, size_t size);

/* The same for people: "50 ms", "2.5 s", "240 s", rounded to four significant digits or to whole units, whichever is
 * finer: "1.235 ms", "12346 s". */
char *simtime_print_human(SimTime span, char *buffer, size_t size);

#endif
