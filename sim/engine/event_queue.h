/* The set of future events, ordered by (instant, phase, order of scheduling).
 *
 * Ordering is total, so a run is reproducible: first `at`; then `phase` (see sim.h); then `order`, which the
 * caller numbers (sim.c: a counter, or a permutation of it in shuffle mode).
 * The payload of an event stays in a slab and is addressed by a slot; the queue proper moves 16-byte keys only.
 *
 * The queue owns all memory and keeps what it once needed for reuse. An EventId stays valid until the event runs or is
 * cancelled; after that it is stale, and cancelling it is harmless (returns FALSE): ids carry a generation (32 bits, so
 * an id would have to be kept for 4 thousand million reuses of its slot to be mistaken).
 * Cancelling is cheap, and cancelled events do not pile up. At most 2^26 (67 million) events may be pending.
 * Nothing here can fail; misuse and lack of memory end the program. docs/event-queue.md says how it works, what it
 * costs, and what was tried and dropped. */
#ifndef TEARDOWN_ENGINE_EVENT_QUEUE_H
#define TEARDOWN_ENGINE_EVENT_QUEUE_H

#include "engine/simtime.h"

#include <glib.h>
#include <stdint.h>

typedef struct EventQueue EventQueue;

typedef struct EventId {
  uint32_t slot;
  uint32_t generation; /* 0: no event */
} EventId;

#define EVENT_NONE ((EventId){0, 0})

/* What an event carries. `kind` and `flags` are the owner's; see sim.h. */
typedef struct Event {
  uint64_t arg;
  uint32_t subject;
  uint8_t kind;
  uint8_t flags;
} Event;

EventQueue *event_queue_new(void);
void event_queue_free(EventQueue *queue);

/* Adds an event. `phase` is 0..3. `order` must be below 2^36 and unique among the events pending at (at, phase).
 * `at` must not be SIM_NEVER, nor lie before the last popped instant or before the `until` of an
 * event_queue_pop_until() that returned FALSE (asserted). */
EventId event_queue_add(EventQueue *queue, SimTime at, unsigned phase, uint64_t order, const Event *event);

/* The same for what is never cancelled. At the instant of the last event it is cheaper: such events need no slot and no
 * place in the queue, as they are next but for what ties with them. */
void event_queue_post(EventQueue *queue, SimTime at, unsigned phase, uint64_t order, const Event *event);

/* The id of the event that now has a slot: for who knows that his is still pending. */
EventId event_queue_id(const EventQueue *queue, uint32_t slot);

/* Removes an event that has not run yet; FALSE if `id` is stale or EVENT_NONE. On success `ret_event` (may be NULL) is
 * what it carried. */
gboolean event_queue_cancel(EventQueue *queue, EventId id, Event *ret_event);

/* TRUE if `id` is still pending. */
gboolean event_queue_pending(const EventQueue *queue, EventId id);

/* The instant of the earliest event, SIM_NEVER when empty. Asking moves nothing, so it may have to look through many
 * events, again at each call: a loop is better off with event_queue_pop_until(). */
SimTime event_queue_next_at(EventQueue *queue);

/* Takes the earliest event out; FALSE when empty. */
gboolean event_queue_pop(EventQueue *queue, SimTime *ret_at, Event *ret_event);

/* The same if it is due at `until` or before; FALSE otherwise. */
gboolean event_queue_pop_until(EventQueue *queue, SimTime until, SimTime *ret_at, Event *ret_event);

/* Called for events that will run soon, when so many are pending that what they are about is hardly in the cache: it
 * may prefetch that, and must do nothing else. Several events are told of at a time: all of them at stage 0, then all
 * at stage 1 and so on, so that a stage can follow the pointers which the last has fetched. Not every event is told
 * of, and some may be cancelled yet. */
#define EVENT_STAGES 3
typedef void (*EventAhead)(void *context, const Event *event, unsigned stage);
void event_queue_set_ahead(EventQueue *queue, EventAhead ahead, void *context);

/* How many events are pending (cancelled ones do not count). */
uint64_t event_queue_count(const EventQueue *queue);

#endif
